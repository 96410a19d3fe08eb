/* src/dataflow/retention_run.c - DataFlow.enforce_retention(): the rows of a model that are too old, or too
 * many, leave it. */
#include "access.h"
#include "face.h"
#include "query_cache.h"
#include "retention_methods.h"
#include "retention_run.h"
#include "statement.h"
#include "kailash/time.h"

#include <inttypes.h>

/* Rows that are archived at a time. */
enum { BATCH = 500 };

typedef struct retention_run {
    const kl_table *table;
    const kl_model_retention *policy;
    size_t time;        /* place of the timestamp column */
    kl_value holds;     /* array, or null; owned */
    kl_value archive;   /* string: the quoted name of the table that gets the rows, or null; owned */
    kl_value older;     /* string: rows from before this time go; null = none. Owned */
    kl_value last_time, last_key; /* the newest row beyond max_rows; null = there is none. Owned */
    int64_t gone, archived;
} retention_run;

/* ---- which rows -------------------------------------------------------------------------------- */

static bool is_too_many(const retention_run *run) { return !kl_is_null(run->last_key); }
static bool finds_rows(const retention_run *run) { return !kl_is_null(run->older) || is_too_many(run); }

/* A value in the form of its column already. */
static kl_status put_read(kl_statement *s, size_t column, const char *before, kl_value value,
                          kl_error *error)
{
    kl_put_name(s, column);
    kl_put(s, before);
    kl_put_placeholder(s, column);
    return kl_put_bound(s, kl_value_retain(value), error);
}

/* "time < ? OR (time = ? AND key <= ?)": no newer than a row, as the order by both has it. */
static kl_status put_too_many(kl_statement *s, const retention_run *run, kl_error *error)
{
    KL_TRY(put_read(s, run->time, " < ", run->last_time, error));
    kl_put(s, " OR (");
    KL_TRY(put_read(s, run->time, " = ", run->last_time, error));
    kl_put(s, " AND ");
    KL_TRY(put_read(s, run->table->key, " <= ", run->last_key, error));
    kl_put(s, ")");
    return KL_OK;
}

static kl_status put_holds(kl_statement *s, const retention_run *run, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(run->holds); i++) {
        const kl_legal_hold *hold = (const kl_legal_hold *)kl_array_at(run->holds, i).as.object;
        kl_put_and(s);
        kl_put(s, "NOT (");
        KL_TRY(put_read(s, run->table->key, " >= ", kl_int(hold->start_seq), error));
        kl_put(s, " AND ");
        KL_TRY(put_read(s, run->table->key, " <= ", kl_int(hold->end_seq), error));
        kl_put(s, ")");
    }
    return KL_OK;
}

static kl_status put_dated(kl_statement *s, const retention_run *run, kl_error *error)
{
    KL_TRY(kl_put_scope(s, 0, error));
    kl_put_and(s);
    kl_put_name(s, run->time);
    kl_put(s, " IS NOT NULL");
    return KL_OK;
}

static kl_status put_target(kl_statement *s, const retention_run *run, kl_error *error)
{
    KL_TRY(put_dated(s, run, error));
    kl_put_and(s);
    kl_put(s, "(");
    if (!kl_is_null(run->older)) {
        kl_put_name(s, run->time);
        kl_put(s, " < ");
        KL_TRY(kl_put_value(s, run->time, run->older, error));
        kl_put(s, is_too_many(run) ? " OR " : "");
    }
    if (is_too_many(run))
        KL_TRY(put_too_many(s, run, error));
    kl_put(s, ")");
    return put_holds(s, run, error);
}

/* Longer ago than times can say, there is nothing. */
static kl_status find_older(retention_run *run, kl_error *error)
{
    char text[KL_TIME_TEXT];
    int64_t days = kl_as_int(run->policy->max_age_days), age;
    if (kl_is_null(run->policy->max_age_days) || __builtin_mul_overflow(days, KL_DAY, &age))
        return KL_OK;
    size_t len = kl_time_print(text, kl_time_now() - age, 9, KL_TIME_OFFSET);
    return kl_string_from_valid(&run->older, (kl_text){text, len}, error);
}

static kl_status put_newest(kl_statement *s, const retention_run *run, kl_error *error)
{
    kl_put(s, "SELECT ");
    kl_put_name(s, run->time);
    kl_put(s, ", ");
    kl_put_name(s, run->table->key);
    kl_put(s, " FROM ");
    kl_put_table(s);
    KL_TRY(put_dated(s, run, error));
    kl_put(s, " ORDER BY ");
    kl_put_name(s, run->time);
    kl_put(s, " DESC, ");
    kl_put_name(s, run->table->key);
    kl_put(s, " DESC LIMIT 1 OFFSET ?");
    return kl_put_bound(s, kl_value_retain(run->policy->max_rows), error);
}

/* The first row that is one too many. */
static kl_status find_too_many(retention_run *run, kl_data_session *session, kl_error *error)
{
    kl_statement s;
    kl_value rows = kl_null();
    kl_status status;
    if (kl_is_null(run->policy->max_rows))
        return KL_OK;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    KL_TRY_OUT(put_newest(&s, run, error));
    KL_TRY_OUT(kl_statement_run(&rows, NULL, session, &s, error));
    if (kl_array_len(rows)) {
        run->last_time = kl_value_retain(kl_map_value_at(kl_array_at(rows, 0), 0));
        run->last_key = kl_value_retain(kl_map_value_at(kl_array_at(rows, 0), 1));
    }
out:
    kl_value_release(rows);
    kl_statement_end(&s);
    return status;
}

/* ---- letting them go --------------------------------------------------------------------------- */

static kl_status count_target(retention_run *run, kl_data_session *session, kl_error *error)
{
    kl_statement s;
    kl_value rows = kl_null();
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    kl_put(&s, "SELECT COUNT(*) AS n FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(put_target(&s, run, error));
    KL_TRY_OUT(kl_statement_run(&rows, NULL, session, &s, error));
    run->gone = kl_as_int(kl_map_value_at(kl_array_at(rows, 0), 0));
out:
    kl_value_release(rows);
    kl_statement_end(&s);
    return status;
}

static kl_status delete_target(retention_run *run, kl_data_session *session, kl_error *error)
{
    kl_statement s;
    kl_sql_effect effect = {0};
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    kl_put(&s, "DELETE FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(put_target(&s, run, error));
    KL_TRY_OUT(kl_statement_run(NULL, &effect, session, &s, error));
    run->gone = effect.affected;
out:
    kl_statement_end(&s);
    return status;
}

/* Keys of some of the rows, which nobody else changes until the end of the transaction. */
static kl_status lock_batch(kl_value *rows, retention_run *run, kl_data_session *session,
                            kl_error *error)
{
    kl_statement s;
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    kl_put(&s, "SELECT ");
    kl_put_name(&s, run->table->key);
    kl_put(&s, " FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(put_target(&s, run, error));
    kl_put(&s, " LIMIT ?");
    KL_TRY_OUT(kl_put_bound(&s, kl_int(BATCH), error));
    if (run->table->dialect != KL_SQL_SQLITE) /* whose transaction has the only write lock */
        kl_put(&s, " FOR UPDATE");
    KL_TRY_OUT(kl_statement_run(rows, NULL, session, &s, error));
out:
    kl_statement_end(&s);
    return status;
}

static kl_status put_keys(kl_statement *s, kl_value rows, kl_error *error)
{
    size_t key = s->table->key;
    kl_put_and(s);
    kl_put_name(s, key);
    kl_put(s, " IN (");
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_put(s, i ? ", " : "");
        kl_put_placeholder(s, key);
        KL_TRY(kl_put_bound(s, kl_value_retain(kl_map_value_at(kl_array_at(rows, i), 0)), error));
    }
    kl_put(s, ")");
    return KL_OK;
}

static void put_columns(kl_statement *s)
{
    for (size_t i = 0; i < s->table->count; i++) {
        kl_put(s, i ? ", " : "");
        kl_put_name(s, i);
    }
}

static kl_status run_on_keys(int64_t *affected, retention_run *run, kl_data_session *session,
                             kl_value rows, bool copies, kl_error *error)
{
    kl_statement s;
    kl_sql_effect effect = {0};
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    if (copies) {
        kl_put(&s, "INSERT INTO ");
        kl_buffer_add(&s.text, kl_as_text(run->archive));
        kl_put(&s, " (");
        put_columns(&s);
        kl_put(&s, ") SELECT ");
        put_columns(&s);
        kl_put(&s, " FROM ");
    } else {
        kl_put(&s, "DELETE FROM ");
    }
    kl_put_table(&s);
    KL_TRY_OUT(put_keys(&s, rows, error));
    KL_TRY_OUT(kl_statement_run(NULL, &effect, session, &s, error));
    *affected += effect.affected;
out:
    kl_statement_end(&s);
    return status;
}

static kl_status archive_target(retention_run *run, kl_data_session *session, kl_error *error)
{
    for (size_t found = BATCH; found == BATCH;) {
        kl_value rows;
        kl_status status = KL_OK;
        int64_t before = run->gone;
        KL_TRY(lock_batch(&rows, run, session, error));
        found = kl_array_len(rows);
        if (found)
            status = run_on_keys(&run->archived, run, session, rows, true, error);
        if (found && status == KL_OK)
            status = run_on_keys(&run->gone, run, session, rows, false, error);
        kl_value_release(rows);
        KL_TRY(status);
        if (found && run->gone == before) /* a trigger of the table keeps them, say */
            return kl_data_refuse(session, error, "the database does not let rows go");
    }
    return KL_OK;
}

static kl_status remove_target(kl_data_session *session, void *data, kl_error *error)
{
    retention_run *run = data;
    KL_TRY(find_too_many(run, session, error));
    if (!finds_rows(run))
        return KL_OK;
    return kl_is_null(run->archive) ? delete_target(run, session, error)
                                    : archive_target(run, session, error);
}

/* ---- the call ---------------------------------------------------------------------------------- */

static kl_status find_time(size_t *out, const kl_data_session *session, const kl_table *table,
                           kl_text name, kl_error *error)
{
    *out = kl_table_find(table, name);
    if (*out == KL_NO_COLUMN)
        return kl_refuse_column(session, "timestamp_column", name, error);
    if (table->columns[*out]->kind != KL_COLUMN_TIMESTAMP)
        return kl_data_refuse(session, error, "timestamp_column '%.*s' is no timestamp",
                              KL_TEXT_ARG(name));
    return KL_OK;
}

static kl_status name_archive(retention_run *run, kl_error *error)
{
    kl_text name = kl_as_text(run->policy->archive_to);
    kl_buffer quoted = KL_BUFFER_INIT;
    if (kl_is_null(run->policy->archive_to))
        return KL_OK;
    if (!kl_is_sql_identifier(name))
        return kl_error_set(error, KL_INVALID, "archive_to: '%.*s' is no name of a table",
                            (int)KL_MIN(name.len, (size_t)80), name.data);
    if (kl_text_equal(name, kl_as_text(run->table->model->table)))
        return kl_error_set(error, KL_INVALID, "archive_to: '%.*s' is the table of the model itself",
                            KL_TEXT_ARG(name));
    kl_put_identifier(&quoted, name, run->table->dialect);
    return kl_buffer_finish(&run->archive, &quoted, error);
}

/* Before the transaction: MySQL ends one when a table is made. */
static kl_status make_archive(retention_run *run, kl_data_session *session, kl_error *error)
{
    kl_statement s;
    KL_TRY(kl_statement_begin(&s, session, run->table, error));
    kl_put(&s, "CREATE TABLE IF NOT EXISTS ");
    kl_buffer_add(&s.text, kl_as_text(run->archive));
    kl_put(&s, " AS SELECT ");
    put_columns(&s);
    kl_put(&s, " FROM ");
    kl_put_table(&s);
    kl_put(&s, " WHERE 1 = 0");
    kl_status status = kl_statement_run(NULL, NULL, session, &s, error);
    kl_statement_end(&s);
    return status;
}

static kl_status prepare(retention_run *run, const kl_data_session *session, kl_text column,
                         kl_error *error)
{
    KL_TRY(kl_access_check(session, run->table, KL_ACCESS_READ, error));
    KL_TRY(find_time(&run->time, session, run->table, column, error));
    KL_TRY(name_archive(run, error));
    KL_TRY(find_older(run, error));
    run->holds = kl_dataflow_holds(session->dataflow, kl_as_text(run->table->model->name));
    return KL_OK;
}

static kl_status enforce(retention_run *run, kl_data_session *session, bool dry, kl_error *error)
{
    if (dry) {
        KL_TRY(find_too_many(run, session, error));
        KL_TRY(finds_rows(run) ? count_target(run, session, error) : KL_OK);
        run->archived = kl_is_null(run->archive) ? 0 : run->gone;
        return KL_OK;
    }
    if (!kl_is_null(run->archive))
        KL_TRY(make_archive(run, session, error));
    kl_query_cache_begin_write(session, run->table);
    kl_status status = kl_data_session_atomic(session, remove_target, run, error);
    kl_query_cache_end_write(session, run->table);
    return status;
}

static kl_status tell(kl_value *out, const retention_run *run, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("deleted"), kl_int(run->gone), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("archived"), kl_int(run->archived), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static void end_run(retention_run *run)
{
    kl_value_release(run->holds);
    kl_value_release(run->archive);
    kl_value_release(run->older);
    kl_value_release(run->last_time);
    kl_value_release(run->last_key);
}

enum { MODEL, POLICY, COLUMN, DRY_RUN, TENANT };

kl_status kl_dataflow_enforce_retention(kl_value *out, kl_object *self, const kl_value *args,
                                        kl_error *error)
{
    static const char method[] = "enforce_retention";
    kl_dataflow *dataflow = (kl_dataflow *)self;
    kl_data_session session;
    kl_table *table;
    KL_TRY(kl_dataflow_table(&table, dataflow, kl_as_text(args[MODEL]), method, error));
    retention_run run = {.table = table,
                         .policy = (const kl_model_retention *)args[POLICY].as.object};
    kl_status status = kl_data_session_begin(&session, dataflow, method, error);
    if (status == KL_OK) {
        session.caller.tenant = kl_tenant_of(args[TENANT]);
        status = prepare(&run, &session, kl_as_text(args[COLUMN]), error);
        if (status == KL_OK)
            status = enforce(&run, &session, kl_as_bool(args[DRY_RUN]), error);
        kl_data_session_end(&session);
    }
    if (status == KL_OK)
        status = tell(out, &run, error);
    end_run(&run);
    kl_table_release(table);
    return status;
}

const kl_param kl_retention_params[5] = {
    [MODEL] = {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a registered model"},
    [POLICY] = {.name = "policy", .kind = KL_KIND_OBJECT, .type = &kl_model_retention_type,
                .doc = "which rows stay; archive_to names a table that is made when it is missing"},
    [COLUMN] = {.name = "timestamp_column", .kind = KL_KIND_STRING, .fallback = "\"created_at\"",
                .doc = "a timestamp field: the age of a row"},
    [DRY_RUN] = {.name = "dry_run", .kind = KL_KIND_BOOL, .fallback = "false",
                 .doc = "only count the rows that would go"},
    [TENANT] = {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
                .doc = "for which tenant; a multi-tenant model needs it"},
};
