/* src/dataflow/session.c - sessions: the one way of statements to the database. */
#include "access.h"
#include "clearance.h"
#include "data_error.h"
#include "dataflow.h"
#include "host.h"
#include "pool.h"
#include "query_cache.h"
#include "query_log.h"
#include "store/sql_text.h"
#include "slow_query.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/log.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- Ctrl-C -------------------------------------------------------------------------------------- */

/* Asking the host takes its lock, so it is not asked more often. */
#define INTERRUPT_INTERVAL (50 * KL_MILLISECOND)

/* What the user has interrupted this thread with, until its statement has told it. */
static _Thread_local kl_error interrupt;
static _Thread_local kl_time next_look;

static bool is_interrupted(void *data)
{
    kl_time now = kl_clock_now();
    (void)data;
    if (interrupt.code == KL_OK && now >= next_look && !kl_pool_is_worker()) {
        next_look = now + INTERRUPT_INTERVAL;
        kl_host_poll(&interrupt);
    }
    return interrupt.code != KL_OK;
}

/* As kl_data_error(), unless it was the user who ended the statement. */
static kl_status failed(kl_error *error, kl_status status, const char *method,
                        kl_sql_dialect dialect)
{
    if (status != KL_CANCELLED || interrupt.code == KL_OK)
        return kl_data_error(error, status, method, dialect);
    kl_error_move(error, &interrupt);
    return KL_INTERRUPTED;
}

/* ---- taking and giving back -------------------------------------------------------------------- */

static kl_status begin_on(kl_data_session *session, kl_dataflow *dataflow, kl_sql_pool *pool,
                          const char *method, kl_error *error)
{
    kl_data_session made = {.dataflow = dataflow, .method = method, .owned = true,
                            .caller = {.level = -1, .clearance = kl_clearance_now().rank},
                            .watch = {KL_TIME_NONE, is_interrupted, NULL}};
    if (!kl_dataflow_is_open(dataflow))
        return kl_data_unreachable(error, method, "the DataFlow is closed");
    KL_TRY(kl_dataflow_refresh_credentials(dataflow, error));
    kl_status status = kl_sql_take(&made.sql, pool, &made.watch, error);
    if (status != KL_OK)
        return failed(error, status, method, dataflow->dialect);
    kl_object_retain(&dataflow->object);
    *session = made;
    return KL_OK;
}

kl_status kl_data_session_begin(kl_data_session *session, kl_dataflow *dataflow, const char *method,
                                kl_error *error)
{
    return begin_on(session, dataflow, dataflow->pool, method, error);
}

kl_status kl_data_session_begin_reading(kl_data_session *session, kl_dataflow *dataflow,
                                        const char *method, kl_error *error)
{
    return begin_on(session, dataflow, dataflow->reading ? dataflow->reading : dataflow->pool,
                    method, error);
}

void kl_data_session_hold(kl_data_session *session) { session->held_since = kl_clock_now(); }

/* A connection that is held too long is missed by others. */
static void tell_of_long_hold(const kl_data_session *session)
{
    int64_t limit = kl_dataflow_config_of(session->dataflow)->leak_detection_threshold_secs;
    kl_duration held = kl_clock_now() - session->held_since;
    if (limit && held >= limit * KL_SECOND)
        KL_LOG(KL_LOG_WARN, "kailash.dataflow", "%s held a connection for %.1f s", session->method,
               (double)held / 1e9);
}

void kl_data_session_end(kl_data_session *session)
{
    if (session->held_since && session->dataflow)
        tell_of_long_hold(session);
    if (session->owned)
        kl_sql_give_back(session->sql);
    if (session->dataflow)
        kl_object_release(&session->dataflow->object);
    session->dataflow = NULL;
    session->sql = NULL;
}

/* ---- statements -------------------------------------------------------------------------------- */

kl_status kl_data_session_error(const kl_data_session *session, kl_status status, kl_error *error)
{
    return failed(error, status, session->method, session->dataflow->dialect);
}

/* When a statement begins, if somebody wants to know of it. */
static kl_time begin_log(const kl_data_session *session)
{
    bool wanted = kl_query_log_wanted() || !kl_is_null(session->dataflow->watch.query_engine);
    return wanted ? kl_clock_now() : KL_TIME_NONE;
}

/* For the query engine; also of a statement that failed: it may have run until its time was over. */
static void note(const kl_data_session *session, kl_text text, kl_time began)
{
    if (__builtin_expect(began != KL_TIME_NONE, 0))
        kl_note_statement(session->dataflow, text, (double)(kl_clock_now() - began) / 1e6);
}

/* Of rows as run() gathers them: a list, or one row, or null. */
static size_t count_read(kl_value rows)
{
    return kl_is(rows, KL_KIND_MAP) ? 1 : kl_array_len(rows);
}

/* Rows of a table as the caller may see them; without memory none. Of rows that no table knows
 * nobody can tell what is classified. */
static kl_value rows_to_log(const kl_data_session *session, const kl_table *table, kl_value rows)
{
    kl_value shown, row;
    size_t count = count_read(rows);
    if (!table || !kl_query_log_wants_rows() || kl_array_new(&shown, count, NULL) != KL_OK)
        return kl_null();
    for (size_t i = 0; i < count; i++) {
        kl_value read = kl_is(rows, KL_KIND_MAP) ? rows : kl_array_at(rows, i);
        kl_value_retain(read);
        if (kl_mask_row(&row, session, table, read, NULL) != KL_OK ||
            kl_array_push(&shown, row, NULL) != KL_OK) {
            kl_value_release(shown);
            return kl_null();
        }
    }
    return shown;
}

/* `rows` may be NULL: they were not read. */
static void end_log(const kl_data_session *session, const kl_table *table, kl_text text,
                    const kl_value *rows, kl_time began)
{
    if (__builtin_expect(began == KL_TIME_NONE || !kl_query_log_wanted(), 1))
        return;
    double milliseconds = (double)(kl_clock_now() - began) / 1e6;
    int64_t count = rows ? (int64_t)count_read(*rows) : -1;
    kl_value shown = rows ? rows_to_log(session, table, *rows) : kl_null();
    kl_query_log_write(text, milliseconds, count, shown);
    kl_value_release(shown);
}

static kl_status start(kl_sql_cursor *cursor, kl_data_session *session, kl_text text,
                       const kl_value *values, size_t count, kl_error *error)
{
    kl_status status = kl_sql_start_values(cursor, session->sql, text, values, count,
                                           &session->watch, error);
    return status == KL_OK ? KL_OK : kl_data_session_error(session, status, error);
}

/* What is logged is the time until it began to run: nobody knows when its rows are read. */
kl_status kl_data_session_start(kl_sql_cursor *cursor, kl_data_session *session, kl_text text,
                                const kl_value *values, size_t count, kl_error *error)
{
    kl_time began = begin_log(session);
    kl_status status = start(cursor, session, text, values, count, error);
    note(session, text, began);
    KL_TRY(status);
    end_log(session, NULL, text, NULL, began);
    return KL_OK;
}

/* Where rows go. */
typedef struct sink {
    kl_row_list list;
    const kl_table *table; /* whose shape they get, or NULL */
} sink;

/* Whatever reads the rows of a statement that runs; `*done` when there are no more. */
typedef kl_status read_next(bool *done, sink *to, kl_sql_cursor *cursor, kl_error *error);

static kl_status next_map(bool *done, sink *to, kl_sql_cursor *cursor, kl_error *error)
{
    kl_value row;
    KL_TRY(kl_sql_next(&row, cursor, error));
    *done = kl_is_null(row);
    if (*done)
        return KL_OK;
    return kl_array_push(to->list.rows, row, error);
}

static kl_status next_effect(bool *done, sink *to, kl_sql_cursor *cursor, kl_error *error)
{
    bool has_row;
    (void)to;
    KL_TRY(kl_sql_step(&has_row, cursor, error));
    *done = !has_row;
    return KL_OK;
}

/* The values of the row at hand go straight to their places in a map of the table's shape. */
static kl_status read_row(kl_value *row, const kl_table *table, kl_row_list *list, kl_sql_cursor *cursor,
                          kl_error *error)
{
    kl_value map, *values;
    kl_status status;
    if (cursor->columns != table->count)
        return kl_error_set(error, KL_FAILED, "expected %zu columns, got %zu", table->count,
                            cursor->columns);
    KL_TRY(kl_row_new(&map, &values, table, list, error));
    KL_TRY_OUT(kl_sql_read_row(values, cursor, error));
    for (size_t i = 0; i < table->count; i++) {
        if (!table->plain[i])
            KL_TRY_OUT(kl_column_read(&values[i], table, table->columns[i],
                                      kl_value_take(&values[i]), error));
    }
    *row = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status next_row(bool *done, sink *to, kl_sql_cursor *cursor, kl_error *error)
{
    bool has_row;
    kl_value row;
    KL_TRY(kl_sql_step(&has_row, cursor, error));
    *done = !has_row;
    if (!has_row)
        return KL_OK;
    KL_TRY(read_row(&row, to->table, &to->list, cursor, error));
    return kl_array_push(to->list.rows, row, error);
}

static kl_status run(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                     const kl_table *table, read_next *next, kl_text text, const kl_value *values,
                     size_t count, kl_error *error)
{
    kl_sql_cursor cursor;
    sink to = {.list.rows = rows, .table = table};
    bool done = false;
    kl_time began = begin_log(session);
    kl_status status = start(&cursor, session, text, values, count, error);
    if (status == KL_OK) {
        while (status == KL_OK && !done)
            status = next(&done, &to, &cursor, error);
        kl_slabs_end(&to.list.slabs);
        kl_sql_finish(effect, &cursor);
        status = status == KL_OK ? KL_OK : kl_data_session_error(session, status, error);
    }
    note(session, text, began);
    KL_TRY(status);
    end_log(session, table, text, rows, began);
    return KL_OK;
}

kl_status kl_data_session_copy(kl_data_session *session, kl_text text, const kl_sql_rows *rows,
                               kl_error *error)
{
    kl_time began = begin_log(session);
    kl_status status = kl_sql_copy(session->sql, text, rows, &session->watch, error);
    note(session, text, began);
    if (status != KL_OK)
        return kl_data_session_error(session, status, error);
    end_log(session, NULL, text, NULL, began);
    return KL_OK;
}

static kl_status gather(kl_value *out, kl_sql_effect *effect, kl_data_session *session,
                        const kl_table *table, kl_text text, const kl_value *values, size_t count,
                        kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_array_new(&rows, 0, error));
    kl_status status = run(&rows, effect, session, table, table ? next_row : next_map, text, values,
                           count, error);
    if (status == KL_OK)
        *out = rows;
    else
        kl_value_release(rows);
    return status;
}

kl_status kl_data_session_query(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                                kl_text text, const kl_value *values, size_t count,
                                kl_error *error)
{
    if (rows)
        return gather(rows, effect, session, NULL, text, values, count, error);
    return run(NULL, effect, session, NULL, next_effect, text, values, count, error);
}

kl_status kl_data_session_rows(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                               const kl_table *table, kl_text text, const kl_value *values,
                               size_t count, kl_error *error)
{
    return gather(rows, effect, session, table, text, values, count, error);
}

/* The rows are one value here: the last row read. */
static kl_status next_single(bool *done, sink *to, kl_sql_cursor *cursor, kl_error *error)
{
    bool has_row;
    kl_value read;
    KL_TRY(kl_sql_step(&has_row, cursor, error));
    *done = !has_row;
    if (!has_row)
        return KL_OK;
    KL_TRY(read_row(&read, to->table, NULL, cursor, error));
    kl_value_replace(to->list.rows, read);
    return KL_OK;
}

kl_status kl_data_session_row(kl_value *row, kl_sql_effect *effect, kl_data_session *session,
                              const kl_table *table, kl_text text, const kl_value *values,
                              size_t count, kl_error *error)
{
    kl_value read = kl_null();
    kl_status status = run(&read, effect, session, table, next_single, text, values, count, error);
    if (status == KL_OK)
        *row = read;
    else
        kl_value_release(read);
    return status;
}

/* ---- texts of the user's ------------------------------------------------------------------------ */

kl_status kl_data_raw_params(kl_value *out, kl_value params, kl_error *error)
{
    kl_value made = kl_null();
    for (size_t i = 0; i < kl_array_len(params); i++) {
        kl_value item = kl_array_at(params, i), text;
        if (!kl_is(item, KL_KIND_ARRAY) && !kl_is(item, KL_KIND_MAP))
            continue;
        if (kl_is_null(made))
            KL_TRY(kl_array_slice(&made, params, 0, kl_array_len(params), error));
        kl_status status = kl_json_print(&text, item, &kl_json_spaced, error);
        if (status == KL_OK)
            status = kl_array_set(&made, i, text, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = kl_is_null(made) ? kl_value_retain(params) : made;
    return KL_OK;
}

kl_status kl_data_session_raw(kl_value *rows, kl_sql_effect *effect, kl_data_session *session,
                              kl_text text, kl_value params, bool read_only, kl_error *error)
{
    kl_sql_result result;
    bool has_values = kl_array_len(params) > 0;
    kl_time began = begin_log(session);
    KL_TRY(kl_data_raw_params(&params, params, error));
    kl_sql_request request = {
        .text = text, .params = params, .watch = session->watch, .read_only = read_only,
        .numeric = KL_SQL_NUMERIC_DECIMAL,
        .many = !has_values && session->dataflow->dialect == KL_SQL_SQLITE, .last_only = true};
    bool writes = !kl_sql_text_only_reads(text, session->dataflow->dialect);
    if (writes)
        kl_query_cache_begin_any(session);
    kl_status status = kl_sql_query(&result, session->sql, &request, error);
    if (writes)
        kl_query_cache_end_any(session);
    kl_value_release(params);
    note(session, text, began);
    if (status != KL_OK)
        return kl_data_session_error(session, status, error);
    end_log(session, NULL, text, &result.rows, began);
    if (effect)
        *effect = result.effect;
    if (rows)
        *rows = kl_value_take(&result.rows);
    kl_sql_result_clear(&result);
    return KL_OK;
}

/* ---- transactions ------------------------------------------------------------------------------ */

static kl_status execute(kl_data_session *session, const char *text, kl_error *error)
{
    return kl_data_session_query(NULL, NULL, session, kl_text_from(text), NULL, 0, error);
}

/* What ends something is not stopped half-way, least of all what undoes work that was stopped. */
static kl_status execute_unwatched(kl_data_session *session, const char *text, kl_error *error)
{
    kl_sql_watch watch = session->watch;
    session->watch = (kl_sql_watch)KL_SQL_WATCH_NONE;
    kl_status status = execute(session, text, error);
    session->watch = watch;
    return status;
}

static kl_status begin(kl_data_session *session, kl_error *error)
{
    /* The write lock at once: what reads first and writes later could not be made to wait. */
    return execute(session, session->dataflow->dialect == KL_SQL_SQLITE ? "BEGIN IMMEDIATE" : "BEGIN",
                   error);
}

/* MySQL replaces a savepoint by another of its name, so each level has one of its own. */
static kl_status at_savepoint(kl_data_session *session, const char *verb, kl_error *error)
{
    char text[64];
    snprintf(text, sizeof text, "%s kailash_%u", verb, session->depth);
    return execute_unwatched(session, text, error);
}

static void undo_to_savepoint(kl_data_session *session)
{
    if (at_savepoint(session, "ROLLBACK TO SAVEPOINT", NULL) == KL_OK)
        at_savepoint(session, "RELEASE SAVEPOINT", NULL);
}

static kl_status work_in_savepoint(kl_data_session *session,
                                   kl_status (*work)(kl_data_session *session, void *data,
                                                     kl_error *error),
                                   void *data, kl_error *error)
{
    session->depth++;
    kl_status status = at_savepoint(session, "SAVEPOINT", error);
    if (status == KL_OK) {
        status = work(session, data, error);
        if (status == KL_OK)
            status = at_savepoint(session, "RELEASE SAVEPOINT", error);
        else /* the first error counts; a broken transaction is rolled back by its owner */
            undo_to_savepoint(session);
    }
    session->depth--;
    return status;
}

kl_status kl_data_session_atomic(kl_data_session *session,
                                 kl_status (*work)(kl_data_session *session, void *data,
                                                   kl_error *error),
                                 void *data, kl_error *error)
{
    if (kl_sql_in_transaction(session->sql))
        return work_in_savepoint(session, work, data, error);
    KL_TRY(begin(session, error));
    kl_status status = work(session, data, error);
    if (status == KL_OK)
        status = execute_unwatched(session, "COMMIT", error);
    if (status != KL_OK && kl_sql_in_transaction(session->sql))
        execute_unwatched(session, "ROLLBACK", NULL); /* giving back rolls back again */
    return status;
}

kl_status kl_data_session_open(kl_data_session *session, kl_error *error)
{
    KL_TRY(begin(session, error));
    session->in_transaction = true;
    kl_sql_hold(session->sql);
    kl_data_session_hold(session);
    return KL_OK;
}

kl_status kl_data_session_commit(kl_data_session *session, kl_error *error)
{
    if (!kl_sql_in_transaction(session->sql))
        return kl_data_unreachable(error, session->method, "the transaction is lost");
    if (kl_sql_is_aborted(session->sql)) {
        kl_data_session_rollback(session, NULL);
        return kl_data_unreachable(error, session->method,
                                   "a statement of the transaction failed, so it was rolled back");
    }
    KL_TRY(execute_unwatched(session, "COMMIT", error));
    session->in_transaction = false;
    return KL_OK;
}

kl_status kl_data_session_rollback(kl_data_session *session, kl_error *error)
{
    session->in_transaction = false;
    return kl_sql_in_transaction(session->sql) ? execute_unwatched(session, "ROLLBACK", error) : KL_OK;
}

/* ---- refusals ---------------------------------------------------------------------------------- */

kl_status kl_data_refuse(const kl_data_session *session, kl_error *error, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return kl_error_set(error, KL_FAILED, "%s failed: query build error: %s", session->method,
                        message);
}

kl_status kl_fingerprint(kl_value *out, kl_text text, kl_error *error)
{
    kl_value hash;
    KL_TRY(kl_hash_hex(&hash, KL_HASH_SHA256, text, error));
    kl_status status = kl_string_format(out, error, "len=%zu+h=%.8s", text.len,
                                        kl_as_text(hash).data);
    kl_value_release(hash);
    return status;
}
