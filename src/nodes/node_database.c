/* src/nodes/node_database.c - see node_database.h. */
#include "node_database.h"
#include "stopping.h"
#include "kailash/node.h"

#include <unistd.h>

typedef struct records {
    kl_sql_pool *pool;
    const char *const *schema;
    size_t count;
    int made_in; /* atomic: the process that has made the tables; a forked one has no connections, and
                    with them goes a database in memory */
} records;

kl_status kl_database_make(void **out, kl_text url, const char *const *schema, size_t count,
                          kl_error *error)
{
    records *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    kl_status status = url.len ? kl_sql_pool_shared(&made->pool, url, error)
                               : kl_sql_pool_new(&made->pool, KL_TEXT(":memory:"), NULL, error);
    if (status != KL_OK) {
        kl_free(made);
        return status;
    }
    made->schema = schema;
    made->count = count;
    *out = made;
    return KL_OK;
}

void kl_database_dispose(void *made_records)
{
    records *made = made_records;
    kl_sql_pool_release(made->pool);
    kl_free(made);
}

/* ---- errors -------------------------------------------------------------------------------------- */

/* `why` is taken. A fault of the database is a failure of the node. */
static kl_status refuse(kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_NO_MEMORY || status == KL_CANCELLED || status == KL_TIMEOUT)
        kl_error_move(error, why);
    else
        status = kl_node_failed(error, "database: %s", kl_error_message(why));
    kl_error_clear(why);
    return status;
}

static kl_status refuse_url(kl_status status, kl_error *why, kl_error *error)
{
    if (status != KL_INVALID)
        return refuse(status, why, error);
    status = kl_node_bad(error, "database", "%s", kl_error_message(why));
    kl_error_clear(why);
    return status;
}

/* ---- transactions -------------------------------------------------------------------------------- */

/* Calls on one database take turns by a row that each of them changes first; SQLite needs none, its
 * transactions begin by locking the file. */
static const char *const lock_schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_locks (name VARCHAR(191) PRIMARY KEY, uses BIGINT NOT NULL)",
    "INSERT INTO kailash_locks (name, uses) VALUES ('records', 0)",
};
static const char take_turn[] = "UPDATE kailash_locks SET uses = uses + 1 WHERE name = 'records'";

static bool is_server(const records *all)
{
    return kl_sql_pool_address(all->pool)->dialect != KL_SQL_SQLITE;
}

static kl_status execute_all(kl_sql *sql, const char *const *texts, size_t count, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        KL_TRY(kl_sql_execute(NULL, sql, kl_text_from(texts[i]), kl_null(), error));
    return KL_OK;
}

/* Somebody else may be making the same tables, and the row is there from the second time on: what
 * counts is that the row can be changed afterwards. */
static kl_status make_lock(kl_sql *sql, kl_error *error)
{
    kl_sql_effect effect = {0};
    kl_error ignored = KL_ERROR_INIT;
    kl_status status = execute_all(sql, lock_schema, KL_COUNT(lock_schema), &ignored);
    kl_error_clear(&ignored);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    KL_TRY(kl_sql_execute(&effect, sql, kl_text_from(take_turn), kl_null(), error));
    return effect.affected == 1
               ? KL_OK : kl_error_set(error, KL_FAILED, "the table kailash_locks lacks its row");
}

enum { TRIES = 3 };

static kl_status make_tables(records *all, kl_sql *sql, kl_error *error)
{
    int process = (int)getpid();
    kl_status status = KL_OK;
    if (__atomic_load_n(&all->made_in, __ATOMIC_ACQUIRE) == process)
        return KL_OK;
    if (is_server(all))
        KL_TRY(make_lock(sql, error));
    for (int i = 0; i < (is_server(all) ? TRIES : 1); i++) {
        kl_error_clear(error);
        status = execute_all(sql, all->schema, all->count, error);
        if (status == KL_OK || status == KL_NO_MEMORY)
            break;
    }
    if (status == KL_OK)
        __atomic_store_n(&all->made_in, process, __ATOMIC_RELEASE);
    return status;
}

static kl_status begin(kl_sql **out, records *all, const kl_node_call *call, kl_error *error)
{
    kl_sql_watch watch = {KL_TIME_NONE, kl_node_is_stopped, call->run};
    kl_sql *sql;
    KL_TRY(kl_sql_take(&sql, all->pool, &watch, error));
    kl_status status = make_tables(all, sql, error);
    if (status == KL_OK)
        status = kl_sql_begin(sql, is_server(all) ? KL_SQL_READ_COMMITTED : KL_SQL_ISOLATION_DEFAULT,
                              error);
    if (status == KL_OK && is_server(all))
        status = kl_sql_execute(NULL, sql, kl_text_from(take_turn), kl_null(), error);
    if (status != KL_OK) {
        kl_sql_give_back(sql);
        return status;
    }
    *out = sql;
    return KL_OK;
}

kl_status kl_database_begin(kl_sql **out, const kl_shared_kind *kind, kl_value database,
                           kl_value scope, const kl_node_call *call, kl_error *error)
{
    void *all = NULL;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_node_shared(&all, kind, kl_as_text(database), call, scope, &why);
    if (status != KL_OK)
        return refuse_url(status, &why, error);
    status = begin(out, all, call, &why);
    return status == KL_OK ? KL_OK : refuse(status, &why, error);
}

kl_status kl_database_end(kl_sql *sql, kl_status status, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (status == KL_OK && (status = kl_sql_commit(sql, &why)) != KL_OK)
        status = refuse(status, &why, error);
    kl_sql_give_back(sql); /* undoes what was not kept */
    return status;
}

/* ---- statements ---------------------------------------------------------------------------------- */

static kl_status params_of(kl_value *out, const kl_value *values, size_t count, kl_error *error)
{
    kl_value params;
    KL_TRY(kl_array_new(&params, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_array_push(&params, kl_value_retain(values[i]), error);
        if (status != KL_OK) {
            kl_value_release(params);
            return status;
        }
    }
    *out = params;
    return KL_OK;
}

kl_status kl_database_run(kl_value *rows, int64_t *affected, kl_sql *sql, const char *text,
                         const kl_value *values, size_t count, kl_error *error)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    kl_value params;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(params_of(&params, values, count, error));
    request.text = kl_text_from(text);
    request.params = params;
    kl_status status = kl_sql_query(&result, sql, &request, &why);
    kl_value_release(params);
    if (status != KL_OK)
        return refuse(status, &why, error);
    if (rows)
        *rows = kl_value_take(&result.rows);
    if (affected)
        *affected = result.effect.affected;
    kl_sql_result_clear(&result);
    return KL_OK;
}

kl_value kl_rows_first(kl_value rows, const char *column)
{
    return kl_map_get(kl_array_at(rows, 0), kl_text_from(column));
}

int64_t kl_rows_number(kl_value rows) { return kl_as_int(kl_map_value_at(kl_array_at(rows, 0), 0)); }

kl_status kl_database_next(int64_t *out, kl_sql *sql, const char *query, kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_database_run(&rows, NULL, sql, query, NULL, 0, error));
    *out = kl_rows_number(rows) + 1;
    kl_value_release(rows);
    return KL_OK;
}
