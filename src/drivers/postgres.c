/* src/drivers/postgres.c - PostgreSQL, through libpq: prepared statements, rows as they arrive. */
#include <libpq-fe.h>

#include "driver.h"
#include "drivers/postgres.h"
#include "drivers/postgres_copy.h"
#include "store/sql_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Rows left unread that are read all the same, rather than cancelling over a new connection. */
enum { ROWS_TO_DRAIN = 256 };

typedef struct statement {
    pg_connection *connection;
    char *text;
    uint64_t name;
    PGresult *shape;        /* its parameters and columns */
    Oid *types;             /* that it wants */
    PGresult *row;          /* the row that was read last, or NULL */
    int row_at;             /* within `row`, which holds all rows of a run that is piped */
    const kl_value *values; /* while it runs */
    size_t count;
    const kl_sql_watch *watch;
    int64_t affected;
    uint64_t runs;   /* that went well */
    uint64_t schema; /* of the connection, when it was prepared */
    size_t runs_done;  /* since start_many() */
    bool started, within, tried_again, done; /* within: a transaction */
    bool piped;        /* start_many(): the connection is in pipeline mode until `done` */
} statement;

/* ---- transactions ------------------------------------------------------------------------------ */

static void begin_texts(const char *texts[2], kl_sql_isolation isolation, bool read_only)
{
    static const char *const begins[] = {
        [KL_SQL_ISOLATION_DEFAULT] = "BEGIN",
        [KL_SQL_READ_UNCOMMITTED] = "BEGIN ISOLATION LEVEL READ UNCOMMITTED",
        [KL_SQL_READ_COMMITTED] = "BEGIN ISOLATION LEVEL READ COMMITTED",
        [KL_SQL_REPEATABLE_READ] = "BEGIN ISOLATION LEVEL REPEATABLE READ",
        [KL_SQL_SERIALIZABLE] = "BEGIN ISOLATION LEVEL SERIALIZABLE",
    };
    texts[0] = read_only ? "BEGIN READ ONLY" : begins[isolation];
}

/* ---- preparing ----------------------------------------------------------------------------------- */

static const char *print_name(char buffer[32], uint64_t name)
{
    snprintf(buffer, 32, "kl_%llu", (unsigned long long)name);
    return buffer;
}

/* Old statements are forgotten in a part of their own, so that one that is gone already does not
 * keep this one from being prepared. After an error within a transaction nothing can be. */
static bool send_forgetting(pg_connection *c, int *parts)
{
    char name[32], text[48];
    bool sent = true;
    if (!c->dead_count || PQtransactionStatus(c->pg) == PQTRANS_INERROR)
        return true;
    for (size_t i = 0; i < c->dead_count && sent; i++) {
        snprintf(text, sizeof text, "DEALLOCATE %s", print_name(name, c->dead[i]));
        sent = PQsendQueryParams(c->pg, text, 0, NULL, NULL, NULL, NULL, 0) == 1;
    }
    c->dead_count = 0;
    ++*parts;
    return sent && PQpipelineSync(c->pg) == 1;
}

static bool send_preparing(pg_connection *c, const statement *s, int *parts)
{
    char name[32];
    print_name(name, s->name);
    return PQenterPipelineMode(c->pg) == 1 && send_forgetting(c, parts) &&
           PQsendPrepare(c->pg, name, s->text, 0, NULL) == 1 &&
           PQsendDescribePrepared(c->pg, name) == 1 && PQpipelineSync(c->pg) == 1;
}

/* The answers in the order of the questions, each ended by NULL, each part by a sync. Of the last
 * part the first error is told; those behind it are but its consequence. */
static kl_status read_preparing(pg_connection *c, statement *s, int parts, const kl_sql_watch *watch,
                                kl_error *error)
{
    kl_status status = KL_OK;
    for (;;) {
        PGresult *result = NULL;
        KL_TRY(pg_next_result(&result, c, watch, error));
        ExecStatusType is = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        if (is == PGRES_COMMAND_OK) { /* the last of them is the description */
            PQclear(s->shape);
            s->shape = result;
            continue;
        }
        if (is == PGRES_FATAL_ERROR && parts == 1 && status == KL_OK)
            status = pg_refuse(c, result, error);
        PQclear(result);
        if (is == PGRES_PIPELINE_SYNC && --parts == 0)
            return status;
        if (PQstatus(c->pg) != CONNECTION_OK)
            return status != KL_OK ? status : pg_refuse_lost(c, error);
    }
}

static kl_status keep_types(statement *s, kl_error *error)
{
    size_t count = (size_t)PQnparams(s->shape);
    Oid *types = kl_realloc(s->types, count * sizeof *types);
    if (!types)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        types[i] = PQparamtype(s->shape, (int)i);
    s->types = types;
    return KL_OK;
}

/* The server is told on the way of the next statement. */
static void bury(pg_connection *c, uint64_t name)
{
    if (c->dead_count < PG_DEAD_MAX)
        c->dead[c->dead_count++] = name;
    else
        c->broken = true; /* so many without one prepared between: none can be, so begin anew */
}

/* One trip to the server: forget old statements, prepare this one, describe it. */
static kl_status prepare_now(statement *s, const kl_sql_watch *watch, kl_error *error)
{
    pg_connection *c = s->connection;
    int parts = 1;
    if (s->name)
        bury(c, s->name);
    s->name = ++c->named;
    s->schema = c->schema;
    kl_status status =
        send_preparing(c, s, &parts) ? pg_flush(c, watch, error) : pg_refuse_lost(c, error);
    if (status == KL_OK)
        status = read_preparing(c, s, parts, watch, error);
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        pg_stop(c);
    if (!PQexitPipelineMode(c->pg))
        c->broken = true;
    return status == KL_OK ? keep_types(s, error) : status;
}

static void free_statement(statement *s)
{
    PQclear(s->row);
    PQclear(s->shape);
    kl_free(s->types);
    kl_free(s->text);
    kl_free(s);
}

static kl_status refuse_busy(kl_error *error)
{
    return kl_error_set(error, KL_STATE,
                        "another statement runs on this connection; read all of its rows first");
}

static kl_status prepare(void **out, size_t *used, void *data, kl_text sql,
                         const kl_sql_watch *watch, kl_error *error)
{
    pg_connection *c = data;
    size_t len = kl_sql_text_first(sql, KL_SQL_POSTGRES);
    kl_text first = {sql.data, len};
    *used = len;
    *out = NULL;
    if (kl_sql_text_is_blank(first, KL_SQL_POSTGRES))
        return KL_OK;
    if (c->running)
        return refuse_busy(error);
    statement *s = kl_alloc_zero(1, sizeof *s);
    if (!s || !(s->text = kl_strdup(first))) {
        kl_free(s);
        return kl_error_no_memory(error);
    }
    s->connection = c;
    kl_status status = prepare_now(s, watch, error);
    if (status != KL_OK) {
        free_statement(s);
        return status;
    }
    *out = s;
    return KL_OK;
}

static void finalize(void *data)
{
    statement *s = data;
    bury(s->connection, s->name);
    free_statement(s);
}

static bool is_read_only(void *data)
{
    return kl_sql_text_only_reads(kl_text_from(((statement *)data)->text), KL_SQL_POSTGRES);
}

static size_t column_count(void *data) { return (size_t)PQnfields(((statement *)data)->shape); }

static kl_text column_name(void *data, size_t index)
{
    return kl_text_from(PQfname(((statement *)data)->shape, (int)index));
}

/* ---- running ------------------------------------------------------------------------------------- */

static kl_status send_values(statement *s, kl_error *error)
{
    char name[32];
    pg_values values;
    pg_connection *c = s->connection;
    bool fits = s->count == (size_t)PQnparams(s->shape);
    kl_status status = fits ? pg_encode(&values, s->values, s->types, s->count, error)
                            : kl_error_set(error, KL_INVALID, "expected %d values, got %zu",
                                           PQnparams(s->shape), s->count);
    if (!fits)
        return status;
    if (status == KL_OK &&
        (!PQsendQueryPrepared(c->pg, print_name(name, s->name), (int)s->count, values.texts,
                              values.lengths, values.formats, 0) ||
         !PQsetSingleRowMode(c->pg)))
        status = pg_refuse_lost(c, error);
    pg_values_clear(&values);
    if (status == KL_OK) {
        s->started = true;
        status = pg_flush(c, s->watch, error);
    }
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        pg_stop(c);
    return status;
}

static kl_status begin(statement *s, const kl_value *values, size_t count, const kl_sql_watch *watch,
                       kl_error *error)
{
    pg_connection *c = s->connection;
    s->runs_done = 0;
    if (c->running)
        return refuse_busy(error);
    KL_TRY(kl_sql_watch_check(watch, error));
    s->values = values;
    s->count = count;
    s->watch = watch;
    s->affected = 0;
    s->row_at = 0;
    s->started = s->done = s->tried_again = s->piped = false;
    s->within = pg_in_transaction(c);
    c->running = s;
    /* What a value is taken for was fixed when it was prepared, and the server would quietly convert. */
    return count && s->schema != c->schema ? prepare_now(s, watch, error) : KL_OK;
}

static kl_status start(void *data, const kl_value *values, size_t count, const kl_sql_watch *watch,
                       kl_error *error)
{
    KL_TRY(begin(data, values, count, watch, error));
    return send_values(data, error);
}

/* ---- many runs ----------------------------------------------------------------------------------- */

enum { RUNS_BETWEEN_FLUSHES = 64 };

/* Behind the sync, or when nothing more is to come. */
static void end_pipeline(statement *s)
{
    s->done = true;
    s->piped = false;
    if (!PQexitPipelineMode(s->connection->pg))
        s->connection->broken = true;
}

static kl_status send_run(statement *s, const kl_value *values, kl_error *error)
{
    char name[32];
    pg_values sent;
    pg_connection *c = s->connection;
    kl_status status = pg_encode(&sent, values, s->types, s->count, error);
    if (status == KL_OK &&
        !PQsendQueryPrepared(c->pg, print_name(name, s->name), (int)s->count, sent.texts, sent.lengths,
                             sent.formats, 0))
        status = pg_refuse_lost(c, error);
    pg_values_clear(&sent);
    return status;
}

/* What the server answers meanwhile is taken in by the flushes. A value that cannot be sent is the fault of
 * its run, whatever those before it will come to. */
static kl_status send_runs(statement *s, size_t runs, kl_error *error)
{
    for (size_t i = 0; i < runs; i++) {
        kl_status status = send_run(s, s->values + i * s->count, error);
        if (status == KL_INVALID)
            s->runs_done = i;
        KL_TRY(status);
        if (i % RUNS_BETWEEN_FLUSHES == 0)
            KL_TRY(pg_flush(s->connection, s->watch, error));
    }
    return KL_OK;
}

/* What was sent before a failure is answered all the same, up to the sync. */
static kl_status start_many(void *data, const kl_value *values, size_t count, size_t runs,
                            const kl_sql_watch *watch, kl_error *error)
{
    statement *s = data;
    pg_connection *c = s->connection;
    KL_TRY(begin(s, values, count, watch, error));
    if (count != (size_t)PQnparams(s->shape))
        return kl_error_set(error, KL_INVALID, "expected %d values, got %zu", PQnparams(s->shape), count);
    if (!PQenterPipelineMode(c->pg))
        return pg_refuse_lost(c, error);
    s->started = s->piped = true;
    kl_status status = send_runs(s, runs, error);
    if (!PQpipelineSync(c->pg))
        c->broken = true;
    return status == KL_OK ? pg_flush(c, watch, error) : status;
}

static size_t runs_done(void *data) { return ((statement *)data)->runs_done; }

/* After a change of the schema the server refuses what it had planned for other types, and after
 * DISCARD ALL it knows no statement; then one that has run before is prepared anew, once. Outside of
 * a transaction nothing is left of the first try. */
static bool is_outdated(const statement *s, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!state || s->tried_again || s->within || !s->runs)
        return false;
    return strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0 ||
           strncmp(state, "42", 2) == 0 || strncmp(state, "22", 2) == 0;
}

/* Behind the last result of a command its end is to come. */
static void end_results(pg_connection *c)
{
    kl_sql_watch grace = {kl_clock_after(PG_CANCEL_TIMEOUT), NULL, NULL};
    if (!pg_drain(c, SIZE_MAX, &grace))
        c->broken = true;
}

static kl_status try_again(statement *s, kl_error *error)
{
    pg_connection *c = s->connection;
    s->tried_again = true;
    s->started = false;
    end_results(c);
    if (c->broken)
        return pg_refuse_lost(c, error);
    KL_TRY(prepare_now(s, s->watch, error));
    return send_values(s, error);
}

/* SELECT counts its rows as well; they are not changed. */
static int64_t changed_rows(PGresult *result)
{
    static const char *const words[] = {"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"};
    const char *tag = PQcmdStatus(result);
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (strncmp(tag, words[i], strlen(words[i])) == 0)
            return atoll(PQcmdTuples(result));
    return 0;
}

static bool changes_schema(PGresult *result)
{
    const char *tag = PQcmdStatus(result);
    return strncmp(tag, "CREATE", 6) == 0 || strncmp(tag, "ALTER", 5) == 0 ||
           strncmp(tag, "DROP", 4) == 0 || strcmp(tag, "DISCARD ALL") == 0;
}

/* PostgreSQL answers COMMIT of a transaction that has failed with ROLLBACK, and no error. */
static kl_status check_commit(const statement *s, PGresult *result, kl_error *error)
{
    kl_sql_fault fault = {.sqlstate = "25P02", .text = "the transaction was rolled back, for a "
                                                       "statement in it had failed"};
    size_t blanks = strspn(s->text, " \t\r\n");
    if (strcmp(PQcmdStatus(result), "ROLLBACK") != 0 ||
        strncasecmp(s->text + blanks, "COMMIT", 6) != 0)
        return KL_OK;
    return pg_refuse_state(error, &fault);
}

/* The command is over, well or not: the connection is free when the last result has been read. */
static kl_status finish_result(statement *s, PGresult *result, kl_error *error)
{
    pg_connection *c = s->connection;
    ExecStatusType is = PQresultStatus(result);
    kl_status status = KL_OK;
    if (is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK) {
        s->affected = changed_rows(result);
        s->runs++;
        c->schema += changes_schema(result);
        status = check_commit(s, result, error);
    } else if (is == PGRES_COPY_IN || is == PGRES_COPY_OUT || is == PGRES_COPY_BOTH) {
        status = kl_error_set(error, KL_SYNTAX, "COPY to and from the client is no query");
        PQclear(result);
        pg_stop(c);
        s->done = true;
        return status;
    } else if (is == PGRES_FATAL_ERROR && is_outdated(s, result)) {
        PQclear(result);
        return try_again(s, error);
    } else if (is != PGRES_EMPTY_QUERY) {
        status = pg_refuse(c, result, error);
    }
    PQclear(result);
    end_results(c);
    s->done = true;
    return status;
}

/* One result of a pipeline, taken; NULL stands between two runs. */
static kl_status take_piped(statement *s, PGresult *result, kl_error *error)
{
    pg_connection *c = s->connection;
    kl_sql_watch grace = {kl_clock_after(PG_CANCEL_TIMEOUT), NULL, NULL};
    ExecStatusType is = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
    kl_status status = KL_OK;
    if (is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK) {
        s->runs_done++;
        s->runs++;
        s->affected += changed_rows(result);
        c->schema += changes_schema(result);
        if (PQntuples(result) > 0) {
            s->row = result;
            s->row_at = 0;
            return KL_OK;
        }
    } else if (is == PGRES_PIPELINE_SYNC) {
        end_pipeline(s);
    } else if (result && is != PGRES_EMPTY_QUERY) {
        status = is == PGRES_FATAL_ERROR
                     ? pg_refuse(c, result, error)
                     : kl_error_set(error, KL_SYNTAX, "COPY to and from the client is no query");
        if (!pg_drain(c, SIZE_MAX, &grace))
            c->broken = true;
        end_pipeline(s);
    } else if (PQstatus(c->pg) != CONNECTION_OK) {
        status = pg_refuse_lost(c, error);
        s->done = true;
    }
    PQclear(result);
    return status;
}

static kl_status step_piped(bool *has_row, statement *s, kl_error *error)
{
    if (s->row && ++s->row_at < PQntuples(s->row)) {
        *has_row = true;
        return KL_OK;
    }
    PQclear(s->row);
    s->row = NULL;
    while (!s->row && !s->done) {
        PGresult *result = NULL;
        kl_status status = pg_next_result(&result, s->connection, s->watch, error);
        if (status == KL_TIMEOUT || status == KL_CANCELLED) {
            pg_stop(s->connection);
            end_pipeline(s);
        }
        KL_TRY(status);
        KL_TRY(take_piped(s, result, error));
    }
    *has_row = s->row != NULL;
    return KL_OK;
}

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    if (s->piped)
        return step_piped(has_row, s, error);
    PQclear(s->row);
    s->row = NULL;
    while (!s->done) {
        PGresult *result = NULL;
        kl_status status = pg_next_result(&result, s->connection, s->watch, error);
        if (status == KL_TIMEOUT || status == KL_CANCELLED) {
            pg_stop(s->connection);
            s->done = true;
        }
        KL_TRY(status);
        if (!result)
            return pg_refuse_lost(s->connection, error);
        if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
            s->row = result;
            *has_row = true;
            return KL_OK;
        }
        KL_TRY(finish_result(s, result, error));
    }
    *has_row = false;
    return KL_OK;
}

static kl_status read_column(kl_value *out, void *data, size_t index, kl_sql_numeric numeric,
                             kl_error *error)
{
    const statement *s = data;
    int at = (int)index;
    if (PQgetisnull(s->row, s->row_at, at)) {
        *out = kl_null();
        return KL_OK;
    }
    kl_text text = {PQgetvalue(s->row, s->row_at, at), (size_t)PQgetlength(s->row, s->row_at, at)};
    return pg_decode(out, PQftype(s->row, at), text, numeric, error);
}

/* Rows that nobody reads: a few are read here; of many the server is told to stop, unless that
 * would end the transaction they belong to. */
static void leave_unread(statement *s)
{
    kl_sql_watch grace = {kl_clock_after(PG_CANCEL_TIMEOUT), NULL, NULL};
    bool all = s->within ? pg_drain(s->connection, SIZE_MAX, s->watch)
                         : pg_drain(s->connection, ROWS_TO_DRAIN, &grace);
    if (!all)
        pg_stop(s->connection);
}

static void finish(kl_sql_effect *effect, void *data)
{
    statement *s = data;
    if (effect)
        *effect = (kl_sql_effect){s->affected, 0};
    PQclear(s->row);
    s->row = NULL;
    if (s->connection->running != s)
        return;
    if (s->started && !s->done)
        leave_unread(s);
    if (s->piped)
        end_pipeline(s);
    s->connection->running = NULL;
    s->values = NULL;
    s->watch = NULL;
}

static const kl_sql_driver functions = {
    .open = pg_open,
    .close = pg_close,
    .is_alive = pg_is_alive,
    .in_transaction = pg_in_transaction,
    .is_aborted = pg_is_aborted,
    .begin_texts = begin_texts,
    .prepare = prepare,
    .finalize = finalize,
    .is_read_only = is_read_only,
    .column_count = column_count,
    .column_name = column_name,
    .start = start,
    .start_many = start_many,
    .runs_done = runs_done,
    .step = step,
    .read = read_column,
    .finish = finish,
    .copy = pg_copy,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "postgres", .functions = &functions,
};
