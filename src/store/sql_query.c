/* src/store/sql_query.c - a text run as a whole: its rows, what it changed; transactions. */
#include "sql_connection.h"

void kl_sql_result_clear(kl_sql_result *result)
{
    kl_value_release(result->columns);
    kl_value_release(result->rows);
    *result = (kl_sql_result){0};
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static kl_status keep_columns(kl_sql_result *result, const kl_sql_cursor *cursor, kl_error *error)
{
    if (kl_array_len(result->columns))
        return KL_OK;
    kl_value_release(kl_value_take(&result->columns));
    return kl_sql_columns(&result->columns, cursor, error);
}

static kl_status hand_out(kl_sql_result *result, const kl_sql_cursor *cursor,
                          const kl_sql_request *request, kl_error *error)
{
    if (!kl_array_len(result->rows))
        return KL_OK;
    KL_TRY(keep_columns(result, cursor, error));
    kl_value rows = kl_value_take(&result->rows);
    kl_status status = request->on_batch(request->data, result->columns, rows, error);
    kl_value_release(rows);
    return status == KL_OK ? kl_array_new(&result->rows, request->batch_size, error) : status;
}

static kl_status keep_row(kl_sql_result *result, kl_value row, const kl_sql_cursor *cursor,
                          const kl_sql_request *request, kl_error *error)
{
    KL_TRY(kl_array_push(&result->rows, row, error));
    result->row_count++;
    bool full = request->batch_size && kl_array_len(result->rows) == request->batch_size;
    return full ? hand_out(result, cursor, request, error) : KL_OK;
}

/* Of a statement that writes, all steps are taken: only the last one tells whether it succeeded. */
static kl_status read_rows(kl_sql_result *result, kl_sql_cursor *cursor,
                           const kl_sql_request *request, kl_error *error)
{
    kl_value row;
    for (;;) {
        KL_TRY(kl_sql_next(&row, cursor, error));
        if (kl_is_null(row))
            break;
        if (!request->rows_max || result->row_count < request->rows_max) {
            KL_TRY(keep_row(result, row, cursor, request, error));
            continue;
        }
        kl_value_release(row);
        result->truncated = true;
        if (kl_sql_is_read_only(cursor))
            break;
    }
    return request->batch_size ? hand_out(result, cursor, request, error) : KL_OK;
}

static void add_effect(kl_sql_effect *sum, const kl_sql_effect *effect)
{
    sum->affected += effect->affected;
    if (effect->last_insert_id)
        sum->last_insert_id = effect->last_insert_id;
}

/* A statement that has been started, to its end. */
static kl_status read_all(kl_sql_result *result, kl_sql_cursor *cursor,
                          const kl_sql_request *request, kl_error *error)
{
    kl_sql_effect effect = {0};
    kl_status status = KL_OK;
    if (request->read_only && !kl_sql_is_read_only(cursor))
        status = kl_error_set(error, KL_SYNTAX, "expected a statement that only reads");
    cursor->numeric = request->numeric;
    if (status == KL_OK)
        status = read_rows(result, cursor, request, error);
    if (status == KL_OK)
        status = keep_columns(result, cursor, error);
    kl_sql_finish(&effect, cursor);
    if (status == KL_OK)
        add_effect(&result->effect, &effect);
    return status;
}

/* A server runs a statement as soon as it is started. SQLite takes the first step later, and then
 * knows better than its words; see read_all(). */
static kl_status check_words(const kl_sql *sql, kl_text statement, const kl_sql_request *request,
                             kl_error *error)
{
    if (request->read_only && sql->dialect != KL_SQL_SQLITE &&
        !kl_sql_text_only_reads(statement, sql->dialect))
        return kl_error_set(error, KL_SYNTAX, "expected a statement that only reads");
    return KL_OK;
}

static kl_status run_single(kl_sql_result *result, kl_sql *sql, const kl_sql_request *request,
                            kl_error *error)
{
    kl_sql_cursor cursor;
    KL_TRY(check_words(sql, request->text, request, error));
    KL_TRY(kl_sql_start(&cursor, sql, request->text, request->params, &request->watch, error));
    return read_all(result, &cursor, request, error);
}

/* ---- several statements in one text ---------------------------------------------------------------- */

static kl_status forget_rows(kl_sql_result *result, kl_error *error)
{
    kl_value_release(kl_value_take(&result->columns));
    kl_value_release(kl_value_take(&result->rows));
    result->row_count = 0;
    KL_TRY(kl_array_new(&result->columns, 0, error));
    return kl_array_new(&result->rows, 0, error);
}

/* The first statement of `rest`, which is moved behind it. Its placeholders are numbered through
 * the whole text, so all take the same values. */
static kl_status run_next(kl_sql_result *result, kl_text *rest, kl_sql *sql, const kl_value *values,
                          size_t count, const kl_sql_request *request, kl_error *error)
{
    kl_sql_cached passing = {.busy = true};
    size_t used;
    KL_TRY(sql->driver->prepare(&passing.statement, &used, sql->connection, *rest, &request->watch,
                                error));
    kl_status status = passing.statement
                           ? check_words(sql, (kl_text){rest->data, used}, request, error)
                           : KL_OK;
    *rest = (kl_text){rest->data + used, rest->len - used};
    if (!passing.statement)
        return KL_OK;
    kl_sql_cursor cursor = {.sql = sql, .cached = &passing};
    if (status == KL_OK && request->last_only)
        status = forget_rows(result, error);
    if (status == KL_OK &&
        (status = sql->driver->start(passing.statement, values, count, &request->watch, error)) != KL_OK)
        sql->driver->finish(NULL, passing.statement);
    else if (status == KL_OK)
        status = read_all(result, &cursor, request, error);
    kl_sql_cached_clear(sql, &passing);
    return status;
}

static kl_status run_many(kl_sql_result *result, kl_sql *sql, const kl_sql_request *request,
                          kl_error *error)
{
    kl_sql_text text = {0};
    kl_value *values = NULL;
    size_t count;
    kl_status status;
    KL_TRY(kl_sql_text_read(&text, request->text, sql->dialect, kl_value_len(request->params) > 0,
                            error));
    KL_TRY_OUT(kl_sql_text_values(&values, &count, &text, request->params, error));
    for (kl_text rest = kl_as_text(text.text); rest.len;)
        KL_TRY_OUT(run_next(result, &rest, sql, values, count, request, error));
out:
    kl_free(values);
    kl_sql_text_clear(&text);
    return status;
}

/* ---- all ----------------------------------------------------------------------------------------- */

/* On a server the words of a statement do not tell what its functions do: the transaction does. */
static kl_status run_reading(kl_sql_result *result, kl_sql *sql, const kl_sql_request *request,
                             kl_error *error)
{
    KL_TRY(kl_sql_begin_reading(sql, error));
    kl_status status = (request->many ? run_many : run_single)(result, sql, request, error);
    if (status == KL_OK)
        return kl_sql_commit(sql, error);
    kl_sql_rollback(sql, NULL); /* the first error counts; giving back rolls back again */
    return status;
}

kl_status kl_sql_query(kl_sql_result *out, kl_sql *sql, const kl_sql_request *request,
                       kl_error *error)
{
    kl_sql_result result = {0};
    kl_status status;
    bool guarded = request->read_only && sql->dialect != KL_SQL_SQLITE &&
                   !kl_sql_in_transaction(sql);
    KL_TRY(kl_sql_check_process(sql, error));
    KL_TRY_OUT(kl_array_new(&result.columns, 0, error));
    KL_TRY_OUT(kl_array_new(&result.rows, 0, error));
    KL_TRY_OUT((guarded         ? run_reading
                : request->many ? run_many
                                : run_single)(&result, sql, request, error));
    *out = result;
    return KL_OK;
out:
    kl_sql_result_clear(&result);
    return status;
}

/* ---- once for each of many ------------------------------------------------------------------------- */

/* Runs that are sent at a time. */
enum { RUNS_AT_ONCE = 1024 };

/* Add what one of them gave; rows beyond the bound are dropped. */
static kl_status add_result(kl_sql_result *sum, kl_sql_result *one, size_t rows_max, kl_error *error)
{
    kl_status status = KL_OK;
    size_t len = kl_array_len(one->rows);
    size_t kept = rows_max ? KL_MIN(rows_max - kl_array_len(sum->rows), len) : len;
    sum->row_count += kept;
    for (size_t i = 0; i < kept && status == KL_OK; i++)
        status = kl_array_push(&sum->rows, kl_value_retain(kl_array_at(one->rows, i)), error);
    kl_value_replace(&sum->columns, kl_value_take(&one->columns));
    add_effect(&sum->effect, &one->effect);
    sum->truncated |= one->truncated || len > kept;
    kl_sql_result_clear(one);
    return status;
}

/* Entries `*at` up to `end`. */
static kl_status run_each(kl_sql_result *result, size_t *at, size_t end, kl_sql *sql,
                          const kl_sql_request *request, kl_error *error)
{
    for (; *at < end; ++*at) {
        kl_sql_result one;
        kl_sql_request single = *request;
        single.params = kl_array_at(request->params, *at);
        KL_TRY(kl_sql_query(&one, sql, &single, error));
        KL_TRY(add_result(result, &one, request->rows_max, error));
    }
    return KL_OK;
}

static kl_status run_one_by_one(kl_sql_result *result, size_t *at, kl_sql *sql,
                                const kl_sql_request *request, kl_error *error)
{
    return run_each(result, at, kl_array_len(request->params), sql, request, error);
}

static kl_status run_piped(kl_sql_result *result, size_t *at, kl_sql *sql, const kl_sql_request *request,
                           const kl_value *params, size_t count, kl_error *error)
{
    kl_sql_cursor cursor;
    kl_sql_effect effect = {0};
    KL_TRY(kl_sql_start_many(&cursor, at, sql, request->text, params, count, &request->watch, error));
    cursor.numeric = request->numeric;
    kl_status status = read_rows(result, &cursor, request, error);
    if (status == KL_OK)
        status = keep_columns(result, &cursor, error);
    *at = kl_sql_runs_done(&cursor);
    kl_sql_finish(&effect, &cursor);
    if (status == KL_OK)
        add_effect(&result->effect, &effect);
    return status;
}

static kl_status run_in_pieces(kl_sql_result *result, size_t *at, kl_sql *sql,
                               const kl_sql_request *request, kl_error *error)
{
    size_t count = kl_array_len(request->params), within = 0;
    kl_status status = KL_OK;
    for (size_t first = 0; first < count && status == KL_OK; first += RUNS_AT_ONCE) {
        status = run_piped(result, &within, sql, request, kl_array_items(request->params) + first,
                           KL_MIN(count - first, (size_t)RUNS_AT_ONCE), error);
        *at = first + within;
    }
    return status;
}

static kl_status execute_plain(kl_sql *sql, const char *text, kl_error *error)
{
    return kl_sql_execute(NULL, sql, kl_text_from(text), kl_null(), error);
}

static kl_status run_as_one(kl_sql_result *result, kl_sql *sql, const kl_sql_request *request,
                            const kl_value *params, size_t runs, kl_error *error)
{
    kl_sql_cursor cursor;
    kl_sql_effect effect = {0};
    KL_TRY(kl_sql_start_bulk(&cursor, sql, request->text, params, runs, &request->watch, error));
    kl_status status = read_rows(result, &cursor, request, error);
    if (status == KL_OK)
        status = keep_columns(result, &cursor, error);
    kl_sql_finish(&effect, &cursor);
    if (status == KL_OK)
        add_effect(&result->effect, &effect);
    return status;
}

/* What went wrong is undone and done again entry by entry, which tells where it was. */
static kl_status run_bulk(kl_sql_result *result, size_t *at, size_t runs, kl_sql *sql,
                          const kl_sql_request *request, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    KL_TRY(execute_plain(sql, "SAVEPOINT kailash_bulk", error));
    kl_status status =
        run_as_one(result, sql, request, kl_array_items(request->params) + *at, runs, &why);
    bool again = status != KL_OK && status != KL_NO_MEMORY && status != KL_TIMEOUT &&
                 status != KL_CANCELLED && kl_sql_in_transaction(sql) &&
                 execute_plain(sql, "ROLLBACK TO SAVEPOINT kailash_bulk", NULL) == KL_OK;
    if (again) {
        kl_error_clear(&why);
        return run_each(result, at, *at + runs, sql, request, error);
    }
    kl_error_move(error, &why);
    KL_TRY(status);
    *at += runs;
    return execute_plain(sql, "RELEASE SAVEPOINT kailash_bulk", error);
}

static kl_status run_in_bulks(kl_sql_result *result, size_t *at, kl_sql *sql, const kl_sql_request *request,
                              kl_error *error)
{
    size_t count = kl_array_len(request->params);
    while (*at < count) {
        size_t runs;
        KL_TRY(kl_sql_bulk_runs(&runs, sql, request->text, kl_array_items(request->params) + *at,
                                KL_MIN(count - *at, (size_t)RUNS_AT_ONCE), &request->watch, error));
        if (runs > 1)
            KL_TRY(run_bulk(result, at, runs, sql, request, error));
        else
            KL_TRY(run_each(result, at, *at + 1, sql, request, error));
    }
    return KL_OK;
}

typedef kl_status run_all(kl_sql_result *result, size_t *at, kl_sql *sql, const kl_sql_request *request,
                          kl_error *error);

/* A statement reads its text otherwise with values than without. */
static run_all *way_of(const kl_sql *sql, const kl_sql_request *request)
{
    size_t count = kl_array_len(request->params), with = 0;
    for (size_t i = 0; i < count; i++)
        with += kl_value_len(kl_array_at(request->params, i)) > 0;
    if (request->many || request->read_only || request->batch_size || count < 2)
        return run_one_by_one;
    if (kl_sql_pipelines(sql) && (with == 0 || with == count))
        return run_in_pieces;
    return sql->driver->bulk_runs && with == count && kl_sql_in_transaction(sql) ? run_in_bulks
                                                                                 : run_one_by_one;
}

kl_status kl_sql_query_many(kl_sql_result *out, size_t *at, kl_sql *sql, const kl_sql_request *request,
                            kl_error *error)
{
    kl_sql_result result = {0};
    kl_status status;
    *at = 0;
    KL_TRY_OUT(kl_array_new(&result.columns, 0, error));
    KL_TRY_OUT(kl_array_new(&result.rows, 0, error));
    KL_TRY_OUT(way_of(sql, request)(&result, at, sql, request, error));
    *out = result;
    return KL_OK;
out:
    kl_sql_result_clear(&result);
    return status;
}

kl_status kl_sql_execute(kl_sql_effect *effect, kl_sql *sql, kl_text text, kl_value params,
                         kl_error *error)
{
    kl_sql_cursor cursor;
    kl_value row = kl_null();
    kl_status status;
    KL_TRY(kl_sql_start(&cursor, sql, text, params, NULL, error));
    do {
        kl_value_release(row);
        status = kl_sql_next(&row, &cursor, error);
    } while (status == KL_OK && !kl_is_null(row));
    kl_sql_finish(effect, &cursor);
    return status;
}

bool kl_sql_can_copy(const kl_sql *sql) { return sql->driver->copy != NULL; }

kl_status kl_sql_copy(kl_sql *sql, kl_text text, const kl_sql_rows *rows, const kl_sql_watch *watch,
                      kl_error *error)
{
    if (!sql->driver->copy)
        return kl_error_set(error, KL_UNAVAILABLE, "this database cannot copy rows into a table");
    KL_TRY(kl_sql_check_process(sql, error));
    return sql->driver->copy(sql->connection, text, rows, watch, error);
}

/* ---- transactions -------------------------------------------------------------------------------- */

static kl_status begin(kl_sql *sql, kl_sql_isolation isolation, bool read_only, kl_error *error)
{
    const char *texts[2] = {NULL, NULL};
    sql->driver->begin_texts(texts, isolation, read_only);
    KL_TRY(execute_plain(sql, texts[0], error));
    return texts[1] ? execute_plain(sql, texts[1], error) : KL_OK;
}

kl_status kl_sql_begin(kl_sql *sql, kl_sql_isolation isolation, kl_error *error)
{
    return begin(sql, isolation, false, error);
}

kl_status kl_sql_begin_reading(kl_sql *sql, kl_error *error)
{
    return begin(sql, KL_SQL_ISOLATION_DEFAULT, true, error);
}

kl_status kl_sql_commit(kl_sql *sql, kl_error *error) { return execute_plain(sql, "COMMIT", error); }

kl_status kl_sql_rollback(kl_sql *sql, kl_error *error)
{
    return execute_plain(sql, "ROLLBACK", error);
}

bool kl_sql_in_transaction(const kl_sql *sql)
{
    return sql->driver->in_transaction(sql->connection);
}

bool kl_sql_is_aborted(const kl_sql *sql)
{
    return sql->driver->is_aborted && sql->driver->is_aborted(sql->connection);
}

const char *kl_sql_server_version(const kl_sql *sql)
{
    return sql->driver->server_version ? sql->driver->server_version(sql->connection) : "";
}

kl_sql_dialect kl_sql_dialect_of(const kl_sql *sql) { return sql->dialect; }
