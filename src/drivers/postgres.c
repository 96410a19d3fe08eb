/* src/drivers/postgres.c - PostgreSQL, through libpq: prepared statements, rows as they arrive.
 *
 * libpq never waits here: every wait is a poll() that looks at the statement's watch, and what the
 * watch ends is cancelled at the server too, so that the connection stays of use.
 */
#include <libpq-fe.h>

#include "buffer.h"
#include "driver.h"
#include "drivers/postgres.h"
#include "store/sql_text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* How often a wait looks whether it is to stop. */
#define LOOK_INTERVAL (50 * KL_MILLISECOND)
#define CONNECT_TIMEOUT (10 * KL_SECOND)
/* How long a server may take to end what it was told to end. */
#define CANCEL_TIMEOUT (5 * KL_SECOND)
/* Rows left unread that are read all the same, rather than cancelling over a new connection. */
enum { ROWS_TO_DRAIN = 256, DEAD_MAX = 64 };

typedef struct connection {
    PGconn *pg;
    struct statement *running; /* one at a time */
    uint64_t named;            /* statements prepared so far: each has a name of its own */
    uint64_t dead[DEAD_MAX];   /* statements that the server still keeps and nobody needs */
    size_t dead_count;
    uint64_t schema;           /* changes of it over this connection */
    bool broken;
} connection;

typedef struct statement {
    connection *connection;
    char *text;
    uint64_t name;
    PGresult *shape;        /* its parameters and columns */
    Oid *types;             /* that it wants */
    PGresult *row;          /* the row that was read last, or NULL */
    const kl_value *values; /* while it runs */
    size_t count;
    const kl_sql_watch *watch;
    int64_t affected;
    uint64_t runs;   /* that went well */
    uint64_t schema; /* of the connection, when it was prepared */
    bool started, within, tried_again, done; /* within: a transaction */
} statement;

/* ---- errors -------------------------------------------------------------------------------------- */

/* The rows for a whole class (two characters) stand behind those for one state. */
static const struct {
    const char *state, *kind;
    kl_status status;
} faults[] = {
    {"23505", "unique", KL_FAILED},       {"23503", "foreign_key", KL_FAILED},
    {"23502", "not_null", KL_FAILED},     {"23514", "check", KL_FAILED},
    {"40001", "busy", KL_UNAVAILABLE},    {"40P01", "busy", KL_UNAVAILABLE},
    {"55P03", "busy", KL_UNAVAILABLE},    {"25006", "read_only", KL_FAILED},
    {"57014", "cancelled", KL_FAILED},    {"57P01", "connection", KL_UNAVAILABLE},
    {"57P02", "connection", KL_UNAVAILABLE}, {"57P03", "connection", KL_UNAVAILABLE},
    {"53100", "full", KL_IO},             {"08", "connection", KL_UNAVAILABLE},
    {"42", "syntax", KL_FAILED},          {"53", "other", KL_UNAVAILABLE},
    {"XX001", "corrupt", KL_IO},          {"XX002", "corrupt", KL_IO},
};

static kl_status refuse_state(kl_error *error, kl_sql_fault *fault)
{
    kl_status status = KL_FAILED;
    fault->driver = "postgres";
    fault->kind = "other";
    for (size_t i = 0; i < KL_COUNT(faults); i++) {
        if (strncmp(fault->sqlstate, faults[i].state, strlen(faults[i].state)) == 0) {
            fault->kind = faults[i].kind;
            status = faults[i].status;
            break;
        }
    }
    return kl_sql_error(error, status, fault);
}

/* libpq's own words, on one line and without the hint that follows. */
static void first_line(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%.*s", (int)KL_MIN(strcspn(text, "\n"), size - 1), text);
}

static kl_status refuse_lost(connection *c, kl_error *error)
{
    char text[256], line[200];
    c->broken = true;
    first_line(line, sizeof line, PQerrorMessage(c->pg));
    snprintf(text, sizeof text, "the connection to the server was lost%s%s", *line ? ": " : "",
             line);
    kl_sql_fault fault = {.sqlstate = "08006", .text = text};
    return refuse_state(error, &fault);
}

/* What the server said, without its DETAIL, which quotes values. */
static kl_status refuse(connection *c, const PGresult *result, kl_error *error)
{
    kl_sql_fault fault = {
        .sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE),
        .text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
        .constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME),
        .table = PQresultErrorField(result, PG_DIAG_TABLE_NAME),
    };
    if (!fault.sqlstate || !fault.text)
        return refuse_lost(c, error);
    return refuse_state(error, &fault);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

/* Until the socket is ready, a moment has passed or the watch ends it. */
static kl_status wait_for(PGconn *pg, short events, const kl_sql_watch *watch, kl_error *error)
{
    struct pollfd socket = {PQsocket(pg), events, 0};
    kl_duration most = 60 * KL_SECOND;
    if (watch && watch->is_stopped)
        most = LOOK_INTERVAL;
    if (watch && watch->deadline != KL_TIME_NONE)
        most = KL_MAX(KL_MIN(most, watch->deadline - kl_clock_now()), 0);
    int ready = poll(&socket, 1, (int)((most + KL_MILLISECOND - 1) / KL_MILLISECOND));
    return ready == 0 || (ready < 0 && errno == EINTR) ? kl_sql_watch_check(watch, error) : KL_OK;
}

/* What was sent goes out; what the server says meanwhile is taken in, so that neither blocks. */
static kl_status flush(connection *c, const kl_sql_watch *watch, kl_error *error)
{
    int left;
    while ((left = PQflush(c->pg)) > 0) {
        KL_TRY(wait_for(c->pg, POLLIN | POLLOUT, watch, error));
        if (!PQconsumeInput(c->pg))
            return refuse_lost(c, error);
    }
    return left == 0 ? KL_OK : refuse_lost(c, error);
}

/* `*out` is NULL behind the last result of a command. */
static kl_status next_result(PGresult **out, connection *c, const kl_sql_watch *watch,
                             kl_error *error)
{
    while (PQisBusy(c->pg)) {
        KL_TRY(wait_for(c->pg, POLLIN, watch, error));
        if (!PQconsumeInput(c->pg))
            return refuse_lost(c, error);
    }
    *out = PQgetResult(c->pg);
    return KL_OK;
}

/* Tell the server to end the running command. Its answer is the command's error. */
static void cancel(connection *c)
{
    char why[256];
    PGcancel *order = PQgetCancel(c->pg);
    if (!order || !PQcancel(order, why, sizeof why))
        c->broken = true;
    PQfreeCancel(order);
}

/* Read and drop what the running command still gives; false when `rows_max` rows came. */
static bool drain(connection *c, size_t rows_max, kl_duration most)
{
    kl_sql_watch watch = {kl_clock_after(most), NULL, NULL};
    for (size_t rows = 0; rows < rows_max;) {
        PGresult *result = NULL;
        if (c->broken || next_result(&result, c, &watch, NULL) != KL_OK) {
            c->broken = true; /* it would answer the next command with this one's rows */
            return true;
        }
        if (!result && PQpipelineStatus(c->pg) == PQ_PIPELINE_OFF)
            return true;
        bool ends = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        bool copies = PQresultStatus(result) == PGRES_COPY_IN;
        rows += PQresultStatus(result) == PGRES_SINGLE_TUPLE;
        PQclear(result);
        if (copies)
            PQputCopyEnd(c->pg, "not supported here");
        if (ends)
            return true;
        if (PQstatus(c->pg) != CONNECTION_OK)
            c->broken = true;
    }
    return false;
}

static void stop(connection *c)
{
    if (!c->broken)
        cancel(c);
    drain(c, SIZE_MAX, CANCEL_TIMEOUT);
}

/* ---- connecting ---------------------------------------------------------------------------------- */

static void ignore_notice(void *unused, const PGresult *notice)
{
    (void)unused, (void)notice;
}

/* Whatever libpq says of a malformed URL may quote the password in it, save for one sentence. */
static kl_status refuse_url(const char *why, kl_error *error)
{
    char line[200];
    first_line(line, sizeof line, why ? why : "");
    if (strncmp(line, "invalid URI query parameter:", 28) == 0)
        return kl_error_set(error, KL_INVALID, "the PostgreSQL URL has an %s", line);
    return kl_error_set(error, KL_INVALID,
                        "the PostgreSQL URL cannot be read; give "
                        "postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=..., bytes that are "
                        "special in URLs percent-encoded");
}

/* With an @ in the password libpq takes the rest of it for the host, which it shows. */
static bool has_stray_at(const char *url)
{
    const char *authority = strstr(url, "://");
    size_t len = authority ? strcspn(authority + 3, "/?#") : 0;
    const char *first = len ? memchr(authority + 3, '@', len) : NULL;
    return first && memrchr(authority + 3, '@', len) != first;
}

enum { OPTIONS_MAX = 64 };

/* The options of the URL, and ours behind them: the later one counts. */
static kl_status begin_connecting(PGconn **out, kl_duration *most, const char *url, kl_error *error)
{
    const char *names[OPTIONS_MAX + 4] = {"fallback_application_name"};
    const char *values[OPTIONS_MAX + 4] = {"kailash"};
    size_t count = 1;
    char *why = NULL;
    if (has_stray_at(url))
        return refuse_url(NULL, error);
    PQconninfoOption *options = PQconninfoParse(url, &why);
    kl_status status = options ? KL_OK : refuse_url(why, error);
    PQfreemem(why);
    KL_TRY(status);
    for (PQconninfoOption *it = options; it->keyword && count <= OPTIONS_MAX; it++) {
        if (!it->val)
            continue;
        if (strcmp(it->keyword, "connect_timeout") == 0 && atol(it->val) > 0)
            *most = KL_MIN(atol(it->val), 86400) * KL_SECOND;
        names[count] = it->keyword;
        values[count++] = it->val;
    }
    names[count] = "client_encoding";
    values[count] = "UTF8";
    *out = PQconnectStartParams(names, values, 0);
    PQconninfoFree(options);
    return *out ? KL_OK : kl_error_no_memory(error);
}

static kl_status refuse_connecting(PGconn *pg, kl_error *error)
{
    char line[400];
    first_line(line, sizeof line, PQerrorMessage(pg));
    if (strncmp(line, "invalid ", 8) == 0) /* it quotes what it took for a port, say */
        return refuse_url(NULL, error);
    return kl_error_set(error, KL_UNAVAILABLE, "cannot connect to the database: %s", line);
}

static kl_status go_on_connecting(PGconn *pg, const kl_sql_watch *watch, kl_error *error)
{
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (PQstatus(pg) != CONNECTION_BAD && wanted != PGRES_POLLING_OK &&
           wanted != PGRES_POLLING_FAILED) {
        struct pollfd socket = {PQsocket(pg), wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
        kl_duration left = KL_MIN(watch->deadline - kl_clock_now(), LOOK_INTERVAL);
        if (poll(&socket, 1, (int)(KL_MAX(left, 0) / KL_MILLISECOND) + 1) > 0)
            wanted = PQconnectPoll(pg);
        else
            KL_TRY(kl_sql_watch_check(watch, error));
    }
    return PQstatus(pg) == CONNECTION_OK ? KL_OK : refuse_connecting(pg, error);
}

/* Within the caller's time and the time for connecting. */
static kl_status finish_connecting(PGconn *pg, kl_duration most, const kl_sql_watch *watch,
                                   kl_error *error)
{
    kl_sql_watch both = watch ? *watch : (kl_sql_watch)KL_SQL_WATCH_NONE;
    kl_error why = KL_ERROR_INIT;
    both.deadline = KL_MIN(both.deadline, kl_clock_after(most));
    kl_status status = go_on_connecting(pg, &both, &why);
    if (status == KL_TIMEOUT && kl_sql_watch_check(watch, NULL) == KL_OK)
        status = kl_error_set(&why, KL_UNAVAILABLE,
                              "cannot connect to the database: no answer within %.3g s",
                              (double)most / 1e9);
    kl_error_move(error, &why);
    return status;
}

/* How values are written must not depend on how the server was set up. */
static kl_status set_up(connection *c, const kl_sql_watch *watch, kl_error *error)
{
    PGresult *result = NULL;
    kl_status status = KL_OK;
    if (!PQsendQuery(c->pg, "SET DateStyle TO ISO; SET IntervalStyle TO iso_8601; "
                            "SET TimeZone TO 'UTC'; SET bytea_output TO hex; "
                            "SET extra_float_digits TO 1; "
                            "SET standard_conforming_strings TO on"))
        return refuse_lost(c, error);
    KL_TRY(flush(c, watch, error));
    do {
        KL_TRY(next_result(&result, c, watch, error));
        if (status == KL_OK && result && PQresultStatus(result) != PGRES_COMMAND_OK)
            status = refuse(c, result, error);
        PQclear(result);
    } while (result);
    return status;
}

static void close_connection(void *data)
{
    connection *c = data;
    PQfinish(c->pg);
    kl_free(c);
}

static kl_status open_connection(void **out, const kl_sql_address *to, const kl_sql_watch *watch,
                                 kl_error *error)
{
    kl_duration most = CONNECT_TIMEOUT;
    kl_status status;
    connection *c = kl_alloc_zero(1, sizeof *c);
    if (!c)
        return kl_error_no_memory(error);
    KL_TRY_OUT(begin_connecting(&c->pg, &most, kl_as_text(to->url).data, error));
    PQsetNoticeReceiver(c->pg, ignore_notice, NULL); /* else it writes to stderr */
    KL_TRY_OUT(finish_connecting(c->pg, most, watch, error));
    PQsetnonblocking(c->pg, 1);
    KL_TRY_OUT(set_up(c, watch, error));
    *out = c;
    return KL_OK;
out:
    close_connection(c);
    return status;
}

static bool is_alive(void *data)
{
    connection *c = data;
    struct pollfd socket = {PQsocket(c->pg), POLLIN, 0};
    if (c->broken || PQstatus(c->pg) != CONNECTION_OK)
        return false;
    /* Notices may have come, or the server's farewell, behind which the socket ends. */
    for (int reads = 0; poll(&socket, 1, 0) > 0; reads++)
        if (reads == 4 || !PQconsumeInput(c->pg))
            return false;
    return true;
}

static bool in_transaction(void *data)
{
    connection *c = data;
    PGTransactionStatusType now = PQtransactionStatus(c->pg);
    return !c->broken && now != PQTRANS_IDLE && now != PQTRANS_UNKNOWN;
}

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
static bool send_forgetting(connection *c, int *parts)
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

static bool send_preparing(connection *c, const statement *s, int *parts)
{
    char name[32];
    print_name(name, s->name);
    return PQenterPipelineMode(c->pg) == 1 && send_forgetting(c, parts) &&
           PQsendPrepare(c->pg, name, s->text, 0, NULL) == 1 &&
           PQsendDescribePrepared(c->pg, name) == 1 && PQpipelineSync(c->pg) == 1;
}

/* The answers in the order of the questions, each ended by NULL, each part by a sync. Of the last
 * part the first error is told; those behind it are but its consequence. */
static kl_status read_preparing(connection *c, statement *s, int parts, const kl_sql_watch *watch,
                                kl_error *error)
{
    kl_status status = KL_OK;
    for (;;) {
        PGresult *result = NULL;
        KL_TRY(next_result(&result, c, watch, error));
        ExecStatusType is = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        if (is == PGRES_COMMAND_OK) { /* the last of them is the description */
            PQclear(s->shape);
            s->shape = result;
            continue;
        }
        if (is == PGRES_FATAL_ERROR && parts == 1 && status == KL_OK)
            status = refuse(c, result, error);
        PQclear(result);
        if (is == PGRES_PIPELINE_SYNC && --parts == 0)
            return status;
        if (PQstatus(c->pg) != CONNECTION_OK)
            return status != KL_OK ? status : refuse_lost(c, error);
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
static void bury(connection *c, uint64_t name)
{
    if (c->dead_count < DEAD_MAX)
        c->dead[c->dead_count++] = name;
    else
        c->broken = true; /* so many without one prepared between: none can be, so begin anew */
}

/* One trip to the server: forget old statements, prepare this one, describe it. */
static kl_status prepare_now(statement *s, const kl_sql_watch *watch, kl_error *error)
{
    connection *c = s->connection;
    int parts = 1;
    if (s->name)
        bury(c, s->name);
    s->name = ++c->named;
    s->schema = c->schema;
    kl_status status =
        send_preparing(c, s, &parts) ? flush(c, watch, error) : refuse_lost(c, error);
    if (status == KL_OK)
        status = read_preparing(c, s, parts, watch, error);
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        stop(c);
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
    connection *c = data;
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
    connection *c = s->connection;
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
        status = refuse_lost(c, error);
    pg_values_clear(&values);
    if (status == KL_OK) {
        s->started = true;
        status = flush(c, s->watch, error);
    }
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        stop(c);
    return status;
}

static kl_status start(void *data, const kl_value *values, size_t count, const kl_sql_watch *watch,
                       kl_error *error)
{
    statement *s = data;
    connection *c = s->connection;
    if (c->running)
        return refuse_busy(error);
    KL_TRY(kl_sql_watch_check(watch, error));
    s->values = values;
    s->count = count;
    s->watch = watch;
    s->affected = 0;
    s->started = s->done = s->tried_again = false;
    s->within = in_transaction(c);
    c->running = s;
    /* What a value is taken for was fixed when it was prepared, and the server would quietly convert. */
    if (count && s->schema != c->schema)
        KL_TRY(prepare_now(s, watch, error));
    return send_values(s, error);
}

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

static kl_status try_again(statement *s, kl_error *error)
{
    connection *c = s->connection;
    s->tried_again = true;
    s->started = false;
    drain(c, SIZE_MAX, CANCEL_TIMEOUT);
    if (c->broken)
        return refuse_lost(c, error);
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
    return refuse_state(error, &fault);
}

/* The command is over, well or not: the connection is free when the last result has been read. */
static kl_status finish_result(statement *s, PGresult *result, kl_error *error)
{
    connection *c = s->connection;
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
        stop(c);
        s->done = true;
        return status;
    } else if (is == PGRES_FATAL_ERROR && is_outdated(s, result)) {
        PQclear(result);
        return try_again(s, error);
    } else if (is != PGRES_EMPTY_QUERY) {
        status = refuse(c, result, error);
    }
    PQclear(result);
    drain(c, SIZE_MAX, CANCEL_TIMEOUT);
    s->done = true;
    return status;
}

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    PQclear(s->row);
    s->row = NULL;
    while (!s->done) {
        PGresult *result = NULL;
        kl_status status = next_result(&result, s->connection, s->watch, error);
        if (status == KL_TIMEOUT || status == KL_CANCELLED) {
            stop(s->connection);
            s->done = true;
        }
        KL_TRY(status);
        if (!result)
            return refuse_lost(s->connection, error);
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
    if (PQgetisnull(s->row, 0, at)) {
        *out = kl_null();
        return KL_OK;
    }
    kl_text text = {PQgetvalue(s->row, 0, at), (size_t)PQgetlength(s->row, 0, at)};
    return pg_decode(out, PQftype(s->row, at), text, numeric, error);
}

/* Rows that nobody reads: a few are read here; of many the server is told to stop, unless that
 * would end the transaction they belong to. */
static void leave_unread(statement *s)
{
    connection *c = s->connection;
    if (s->within)
        drain(c, SIZE_MAX, KL_HOUR);
    else if (!drain(c, ROWS_TO_DRAIN, CANCEL_TIMEOUT))
        stop(c);
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
    s->connection->running = NULL;
    s->values = NULL;
    s->watch = NULL;
}

static const kl_sql_driver functions = {
    .open = open_connection,
    .close = close_connection,
    .is_alive = is_alive,
    .in_transaction = in_transaction,
    .begin_texts = begin_texts,
    .prepare = prepare,
    .finalize = finalize,
    .is_read_only = is_read_only,
    .column_count = column_count,
    .column_name = column_name,
    .start = start,
    .step = step,
    .read = read_column,
    .finish = finish,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "postgres", .functions = &functions,
};
