/* src/nodes/sql_admin.c - DatabaseConnectionNode and SQLTransactionNode. */
#include "sql_pools.h"
#include "kailash/time.h"
#include "store/sql_url.h"
#include "workflow/shared.h"

#include <stdio.h>
#include <stdlib.h>

/* What the SQL layer said; a refused URL is a bad value of `input`. `why` is taken. */
static kl_status refuse(kl_error *error, kl_error *why, const char *input)
{
    kl_status status = KL_FAILED;
    if (why->code == KL_INVALID)
        kl_node_bad(error, input, "%s", kl_error_message(why));
    else
        status = kl_sql_node_error(error, why);
    kl_error_clear(why);
    return status;
}

typedef struct pair {
    const char *name;
    kl_value value; /* borrowed */
} pair;

static kl_status map_of(kl_value *out, const pair *pairs, size_t count, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_map_set(&map, kl_text_from(pairs[i].name),
                                      kl_value_retain(pairs[i].value), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* ---- DatabaseConnectionNode ---------------------------------------------------------------------- */

static const char *const connection_actions[] = {"connect", "ping", "disconnect", "pool_status",
                                                 NULL};

enum { ACTION, CONNECTION_STRING, POOL_KEY, MAX_CONNECTIONS, SCOPE };

static const kl_param connection_inputs[] = {
    {.name = "action", .kind = KL_KIND_ENUM, .names = connection_actions,
     .doc = "connect: make a pool and register it; ping: ask the database; disconnect: close and "
            "forget the pool; pool_status: count its connections"},
};
static const kl_param connection_config[] = {
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "database URL; without it the environment variable DATABASE_URL"},
    {.name = "pool_key", .kind = KL_KIND_STRING, .fallback = "\"default\"",
     .doc = "name of the pool"},
    {.name = "max_connections", .kind = KL_KIND_COUNT, .fallback = "5",
     .range = KL_RANGE(1, 10000),
     .doc = "connections at most; a database in memory always has one"},
    KL_SCOPE_PARAM("process"),
};
static const kl_param connection_outputs[] = {
    {.name = "connected", .kind = KL_KIND_BOOL, .doc = "whether the pool is there and answers"},
    {.name = "driver", .kind = KL_KIND_STRING, .doc = "sqlite, postgres, mariadb (MySQL too); none without pool"},
    {.name = "pool_key", .kind = KL_KIND_STRING, .doc = "name of the pool"},
    {.name = "pool_size", .kind = KL_KIND_INT, .doc = "connections that are open"},
    {.name = "idle_connections", .kind = KL_KIND_INT, .doc = "those that nobody uses"},
    {.name = "latency_ms", .kind = KL_KIND_DOUBLE, .doc = "time the action took, in milliseconds"},
};

/* Take a connection and let it answer a query. */
static kl_status ask(kl_sql_pool *pool, kl_run *run, kl_error *error)
{
    kl_sql_watch watch = {KL_TIME_NONE, kl_sql_run_is_stopped, run};
    kl_sql *sql;
    KL_TRY(kl_sql_take(&sql, pool, &watch, error));
    kl_status status = kl_sql_execute(NULL, sql, KL_TEXT("SELECT 1"), kl_null(), error);
    kl_sql_give_back(sql);
    return status;
}

static kl_status connect_pool(kl_sql_pool **out, kl_sql_pools *pools, const kl_node_call *call,
                              kl_error *error)
{
    const char *environment = getenv("DATABASE_URL");
    kl_text url = kl_as_text(call->args[CONNECTION_STRING]);
    kl_sql_pool_options options = {.connections_max = (size_t)kl_as_int(call->args[MAX_CONNECTIONS])};
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(call->args[CONNECTION_STRING]) && environment && *environment)
        url = kl_text_from(environment);
    else if (kl_is_null(call->args[CONNECTION_STRING]))
        return kl_node_failed(error, "no database to connect to: give connection_string or set the "
                                     "environment variable DATABASE_URL");
    kl_sql_pool *pool = NULL;
    kl_status status = kl_sql_pool_new(&pool, url, &options, &why);
    if (status == KL_OK)
        status = ask(pool, call->run, &why);
    if (status != KL_OK) {
        kl_sql_pool_release(pool);
        return refuse(error, &why, "connection_string");
    }
    *out = kl_sql_pool_retain(pool);
    status = kl_sql_pool_register(pools, kl_as_text(call->args[POOL_KEY]), pool, error);
    if (status != KL_OK)
        kl_sql_pool_release(*out);
    return status;
}

/* The pool that the action leaves behind; NULL after disconnect. Given. */
static kl_status act(kl_sql_pool **out, const kl_node_call *call, kl_error *error)
{
    kl_text action = kl_as_text(call->args[ACTION]), key = kl_as_text(call->args[POOL_KEY]);
    kl_error why = KL_ERROR_INIT;
    kl_sql_pools *pools;
    KL_TRY(kl_sql_pools_of(&pools, call, call->args[SCOPE], error));
    if (kl_text_is(action, "connect"))
        return connect_pool(out, pools, call, error);
    if (kl_text_is(action, "disconnect")) {
        kl_sql_pool_unregister(pools, key);
        *out = NULL;
        return KL_OK;
    }
    kl_status status = kl_sql_pool_of(out, pools, key, &why);
    if (status == KL_OK && kl_text_is(action, "ping") &&
        (status = ask(*out, call->run, &why)) != KL_OK)
        kl_sql_pool_release(*out);
    return status == KL_OK ? KL_OK : refuse(error, &why, "pool_key");
}

static kl_status connection_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_time begin = kl_clock_now();
    kl_sql_pool *pool;
    kl_value driver;
    KL_TRY(act(&pool, call, error));
    kl_sql_pool_status look = {0};
    if (pool)
        look = kl_sql_pool_look(pool);
    const char *name = pool ? kl_sql_pool_address(pool)->driver : "none";
    kl_status status = kl_string_from_valid(&driver, kl_text_from(name), error);
    kl_sql_pool_release(pool);
    KL_TRY(status);
    const pair pairs[] = {
        {"connected", kl_bool(pool != NULL)},
        {"driver", driver},
        {"pool_key", call->args[POOL_KEY]},
        {"pool_size", kl_int((int64_t)look.connections)},
        {"idle_connections", kl_int((int64_t)look.idle)},
        {"latency_ms", kl_double((double)(kl_clock_now() - begin) / 1e6)},
    };
    status = map_of(out, pairs, KL_COUNT(pairs), error);
    kl_value_release(driver);
    return status;
}

/* ---- SQLTransactionNode -------------------------------------------------------------------------- */

static const char *const transaction_actions[] = {
    "begin",     "commit",            "rollback",              "begin_and_execute",
    "savepoint", "release_savepoint", "rollback_to_savepoint", NULL};
static const char *const isolation_levels[] = {"read_uncommitted", "read_committed",
                                               "repeatable_read", "serializable", NULL};

enum { T_ACTION, T_POOL, T_ID, T_SAVEPOINT, T_QUERIES, T_ISOLATION, T_IDLE, T_SCOPE };

static const kl_param transaction_inputs[] = {
    {.name = "action", .kind = KL_KIND_ENUM, .names = transaction_actions,
     .doc = "what to do with the transaction"},
    {.name = "pool", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "key of a pool or a database URL; required for begin and begin_and_execute"},
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what begin gave; required for all but begin and begin_and_execute"},
    {.name = "savepoint_name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "letters, digits and _; required for the savepoint actions"},
    {.name = "queries", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "[{query, params}] of begin_and_execute, all or none"},
};
static const kl_param transaction_config[] = {
    {.name = "isolation_level", .kind = KL_KIND_ENUM, .names = isolation_levels,
     .flags = KL_OPTIONAL,
     .doc = "what the transaction sees of others; the database's default without it. SQLite's are "
            "always serializable"},
    {.name = "idle_timeout_ms", .kind = KL_KIND_COUNT, .fallback = "60000",
     .range = KL_RANGE(1, 86400000),
     .doc = "a transaction nobody uses for so long is rolled back, in milliseconds"},
    KL_SCOPE_PARAM("process"),
};
static const kl_param transaction_outputs[] = {
    {.name = "transaction_id", .kind = KL_KIND_STRING, .doc = "txn_ and a UUID"},
    {.name = "status", .kind = KL_KIND_STRING,
     .doc = "begun, committed, rolled_back, savepoint_created, savepoint_released, "
            "rolled_back_to_savepoint"},
    {.name = "rows_affected", .kind = KL_KIND_INT, .doc = "rows that the queries changed"},
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{query_index, rows_affected, status} for each query"},
};

static kl_status transaction_result(kl_value *out, kl_text id, const char *status_word,
                                    int64_t affected, kl_value results, kl_error *error)
{
    kl_value id_value = kl_null(), word = kl_null(), list = kl_value_retain(results);
    kl_status status;
    KL_TRY_OUT(kl_string_new(&id_value, id, error));
    KL_TRY_OUT(kl_string_from_valid(&word, kl_text_from(status_word), error));
    if (kl_is_null(list))
        KL_TRY_OUT(kl_array_new(&list, 0, error));
    const pair pairs[] = {
        {"transaction_id", id_value},
        {"status", word},
        {"rows_affected", kl_int(affected)},
        {"results", list},
    };
    status = map_of(out, pairs, KL_COUNT(pairs), error);
out:
    kl_value_release(id_value);
    kl_value_release(word);
    kl_value_release(list);
    return status;
}

static kl_sql_isolation isolation_of(kl_value word)
{
    for (size_t i = 0; isolation_levels[i]; i++)
        if (kl_text_is(kl_as_text(word), isolation_levels[i]))
            return (kl_sql_isolation)(KL_SQL_READ_UNCOMMITTED + i);
    return KL_SQL_ISOLATION_DEFAULT;
}

/* A connection with a transaction begun; given. */
static kl_status begin(kl_sql **out, const kl_node_call *call, kl_error *error)
{
    kl_sql_watch watch = {KL_TIME_NONE, kl_sql_run_is_stopped, call->run};
    kl_sql_pools *pools;
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(call->args[T_POOL]))
        return kl_node_missing(error, "pool");
    KL_TRY(kl_sql_pools_of(&pools, call, call->args[T_SCOPE], error));
    kl_status status = kl_sql_pool_of(&pool, pools, kl_as_text(call->args[T_POOL]), &why);
    if (status != KL_OK)
        return refuse(error, &why, "pool");
    status = kl_sql_take(&sql, pool, &watch, &why);
    kl_sql_pool_release(pool);
    if (status == KL_OK)
        status = kl_sql_begin(sql, isolation_of(call->args[T_ISOLATION]), &why);
    if (status != KL_OK) {
        kl_sql_give_back(sql);
        return kl_sql_node_error(error, &why);
    }
    *out = sql;
    return KL_OK;
}

static kl_status run_begin(kl_value *out, const kl_node_call *call, kl_error *error)
{
    char id[KL_SQL_TRANSACTION_ID_SIZE];
    kl_sql *sql;
    kl_value result;
    KL_TRY(kl_sql_transaction_new_id(id, error));
    KL_TRY(begin(&sql, call, error));
    kl_status status =
        transaction_result(&result, kl_text_from(id), "begun", 0, kl_null(), error);
    if (status != KL_OK) {
        kl_sql_give_back(sql);
        return status;
    }
    status = kl_sql_transaction_keep(id, sql, kl_as_int(call->args[T_IDLE]) * KL_MILLISECOND, error);
    if (status != KL_OK)
        kl_value_release(result);
    else
        *out = result;
    return status;
}

/* ---- begin_and_execute --------------------------------------------------------------------------- */

static kl_status query_result(kl_value *out, size_t index, int64_t affected, kl_error *error)
{
    kl_value word;
    KL_TRY(kl_string_from_valid(&word, KL_TEXT("ok"), error));
    const pair pairs[] = {
        {"query_index", kl_int((int64_t)index)},
        {"rows_affected", kl_int(affected)},
        {"status", word},
    };
    kl_status status = map_of(out, pairs, KL_COUNT(pairs), error);
    kl_value_release(word);
    return status;
}

static kl_status check_queries(kl_value queries, kl_error *error)
{
    char name[48];
    if (kl_is_null(queries))
        return kl_node_missing(error, "queries");
    for (size_t i = 0; i < kl_array_len(queries); i++) {
        kl_value query = kl_map_get(kl_array_at(queries, i), KL_TEXT("query"));
        snprintf(name, sizeof name, "queries[%zu].query", i);
        if (kl_is_null(query))
            return kl_node_missing(error, name);
        if (!kl_is(query, KL_KIND_STRING))
            return kl_node_bad_value(error, name, "string", query);
    }
    return KL_OK;
}

/* One query within the transaction; what the database says is told in `why`. */
static kl_status run_query(kl_value *results, int64_t *affected, kl_sql *sql, kl_value query,
                           size_t index, kl_run *run, kl_error *why)
{
    kl_sql_result result;
    kl_value entry;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_as_text(kl_map_get(query, KL_TEXT("query")));
    request.params = kl_map_get(query, KL_TEXT("params"));
    request.rows_max = 1; /* nobody sees the rows */
    request.watch.is_stopped = kl_sql_run_is_stopped;
    request.watch.data = run;
    KL_TRY(kl_sql_query(&result, sql, &request, why));
    *affected += result.effect.affected;
    kl_status status = query_result(&entry, index, result.effect.affected, why);
    kl_sql_result_clear(&result);
    return status == KL_OK ? kl_array_push(results, entry, why) : status;
}

static kl_status run_queries(kl_value *results, int64_t *affected, kl_sql *sql,
                             const kl_node_call *call, kl_error *error)
{
    kl_value queries = call->args[T_QUERIES];
    kl_error why = KL_ERROR_INIT;
    kl_status status = KL_OK;
    size_t at = 0;
    for (; at < kl_array_len(queries) && status == KL_OK; at++)
        status = run_query(results, affected, sql, kl_array_at(queries, at), at, call->run, &why);
    if (status == KL_OK)
        status = kl_sql_commit(sql, &why);
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_NO_MEMORY || status == KL_CANCELLED)
        return kl_sql_node_error(error, &why);
    kl_error_prefix(&why, "transaction query %zu failed (rolled back): %s", at ? at - 1 : 0,
                    why.details ? "error returned from database: " : "");
    kl_node_form(&why);
    kl_error_move(error, &why);
    return status;
}

static kl_status run_begin_and_execute(kl_value *out, const kl_node_call *call, kl_error *error)
{
    char id[KL_SQL_TRANSACTION_ID_SIZE];
    kl_value results = kl_null();
    int64_t affected = 0;
    kl_sql *sql = NULL;
    kl_status status;
    KL_TRY(check_queries(call->args[T_QUERIES], error));
    KL_TRY(kl_sql_transaction_new_id(id, error));
    KL_TRY_OUT(kl_array_new(&results, kl_array_len(call->args[T_QUERIES]), error));
    KL_TRY_OUT(begin(&sql, call, error));
    KL_TRY_OUT(run_queries(&results, &affected, sql, call, error));
    status = transaction_result(out, kl_text_from(id), "committed", affected, results, error);
out:
    kl_sql_give_back(sql); /* rolls back after a failure */
    kl_value_release(results);
    return status;
}

/* ---- within a transaction ------------------------------------------------------------------------ */

/* What each action says to the database, and what it is called afterwards. */
static const struct {
    const char *action, *sql, *status;
    bool ends, named; /* the name of a savepoint is quoted: it may begin with a digit */
} steps[] = {
    {"commit", "COMMIT", "committed", true, false},
    {"rollback", "ROLLBACK", "rolled_back", true, false},
    {"savepoint", "SAVEPOINT ", "savepoint_created", false, true},
    {"release_savepoint", "RELEASE SAVEPOINT ", "savepoint_released", false, true},
    {"rollback_to_savepoint", "ROLLBACK TO SAVEPOINT ", "rolled_back_to_savepoint", false, true},
};

static bool is_name(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'))
            return false;
    }
    return text.len > 0 && text.len <= 63;
}

static kl_status check_savepoint(kl_value name, kl_error *error)
{
    if (kl_is_null(name))
        return kl_node_missing(error, "savepoint_name");
    if (!is_name(kl_as_text(name)))
        return kl_node_bad_value(error, "savepoint_name",
                                 "1 to 63 letters, digits and underscores", name);
    return KL_OK;
}

static kl_status take_step(kl_value *out, const kl_node_call *call, size_t row, kl_error *error)
{
    char text[128];
    kl_sql_transaction *transaction;
    kl_sql *sql;
    kl_error why = KL_ERROR_INIT;
    kl_value id = call->args[T_ID], name = call->args[T_SAVEPOINT];
    if (kl_is_null(id))
        return kl_node_missing(error, "transaction_id");
    if (steps[row].named)
        KL_TRY(check_savepoint(name, error));
    if (kl_sql_transaction_use(&transaction, &sql, kl_as_text(id), &why) != KL_OK)
        return kl_sql_node_error(error, &why);
    const char *quote = kl_sql_dialect_of(sql) == KL_SQL_MYSQL ? "`" : "\"";
    if (steps[row].named)
        snprintf(text, sizeof text, "%s%s%s%s", steps[row].sql, quote, kl_as_text(name).data, quote);
    else
        snprintf(text, sizeof text, "%s", steps[row].sql);
    kl_status status = kl_sql_execute(NULL, sql, kl_text_from(text), kl_null(), &why);
    if (steps[row].ends && (status == KL_OK || !kl_sql_in_transaction(sql)))
        kl_sql_transaction_end(transaction);
    else
        kl_sql_transaction_leave(transaction); /* a commit that was refused may be tried again */
    if (status != KL_OK)
        return kl_sql_node_error(error, &why);
    return transaction_result(out, kl_as_text(id), steps[row].status, 0, kl_null(), error);
}

static kl_status transaction_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text action = kl_as_text(call->args[T_ACTION]);
    for (size_t row = 0; row < KL_COUNT(steps); row++)
        if (kl_text_is(action, steps[row].action))
            return take_step(out, call, row, error);
    return kl_text_is(action, "begin") ? run_begin(out, call, error)
                                       : run_begin_and_execute(out, call, error);
}

static const kl_node_type types[] = {
    {
        .name = "DatabaseConnectionNode",
        .category = "SQL",
        .doc = "Makes, asks, counts and closes the connection pools of this process.",
        .inputs = KL_TABLE(connection_inputs),
        .config = KL_TABLE(connection_config),
        .outputs = KL_TABLE(connection_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = connection_run,
    },
    {
        .name = "SQLTransactionNode",
        .category = "SQL",
        .doc = "Begins and ends transactions that SQLQueryNode takes part in.",
        .inputs = KL_TABLE(transaction_inputs),
        .config = KL_TABLE(transaction_config),
        .outputs = KL_TABLE(transaction_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = transaction_run,
    },
};

static const kl_node_family administration = {.name = "sql_admin", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(administration);
