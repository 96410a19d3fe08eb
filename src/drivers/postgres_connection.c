/* src/drivers/postgres_connection.c - connections to PostgreSQL: errors, waiting, connecting, stopping.
 *
 * libpq never waits here: every wait is a poll() that looks at the statement's watch, and what the
 * watch ends is cancelled at the server too, so that the connection stays of use.
 */
#include <libpq-fe.h>

#include "drivers/postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* How often a wait looks whether it is to stop. */
#define LOOK_INTERVAL (50 * KL_MILLISECOND)
#define CONNECT_TIMEOUT (10 * KL_SECOND)

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

kl_status pg_refuse_state(kl_error *error, kl_sql_fault *fault)
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

kl_status pg_refuse_lost(pg_connection *c, kl_error *error)
{
    char text[256], line[200];
    c->broken = true;
    first_line(line, sizeof line, PQerrorMessage(c->pg));
    snprintf(text, sizeof text, "the connection to the server was lost%s%s", *line ? ": " : "",
             line);
    kl_sql_fault fault = {.sqlstate = "08006", .text = text};
    return pg_refuse_state(error, &fault);
}

/* What the server said, without its DETAIL, which quotes values. */
kl_status pg_refuse(pg_connection *c, const PGresult *result, kl_error *error)
{
    kl_sql_fault fault = {
        .sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE),
        .text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
        .constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME),
        .table = PQresultErrorField(result, PG_DIAG_TABLE_NAME),
    };
    if (!fault.sqlstate || !fault.text)
        return pg_refuse_lost(c, error);
    return pg_refuse_state(error, &fault);
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
kl_status pg_flush(pg_connection *c, const kl_sql_watch *watch, kl_error *error)
{
    int left;
    while ((left = PQflush(c->pg)) > 0) {
        KL_TRY(wait_for(c->pg, POLLIN | POLLOUT, watch, error));
        if (!PQconsumeInput(c->pg))
            return pg_refuse_lost(c, error);
    }
    return left == 0 ? KL_OK : pg_refuse_lost(c, error);
}

/* `*out` is NULL behind the last result of a command. */
kl_status pg_next_result(PGresult **out, pg_connection *c, const kl_sql_watch *watch,
                             kl_error *error)
{
    while (PQisBusy(c->pg)) {
        KL_TRY(wait_for(c->pg, POLLIN, watch, error));
        if (!PQconsumeInput(c->pg))
            return pg_refuse_lost(c, error);
    }
    *out = PQgetResult(c->pg);
    return KL_OK;
}

/* Tell the server to end the running command. Its answer is the command's error. */
static void cancel(pg_connection *c)
{
    char why[256];
    PGcancel *order = PQgetCancel(c->pg);
    if (!order || !PQcancel(order, why, sizeof why))
        c->broken = true;
    PQfreeCancel(order);
}

/* Drop one result of the running command; `*left` is false behind the last one. */
static kl_status drop_result(bool *left, size_t *rows, pg_connection *c, const kl_sql_watch *watch)
{
    PGresult *result = NULL;
    KL_TRY(pg_next_result(&result, c, watch, NULL));
    ExecStatusType is = PQresultStatus(result);
    *left = result ? is != PGRES_PIPELINE_SYNC : PQpipelineStatus(c->pg) != PQ_PIPELINE_OFF;
    *rows += is == PGRES_SINGLE_TUPLE;
    PQclear(result);
    if (is == PGRES_COPY_IN)
        PQputCopyEnd(c->pg, "not supported here");
    if (PQstatus(c->pg) != CONNECTION_OK)
        c->broken = true;
    return KL_OK;
}

bool pg_drain(pg_connection *c, size_t rows_max, const kl_sql_watch *watch)
{
    bool left = true;
    for (size_t rows = 0; left && !c->broken && rows < rows_max;)
        if (drop_result(&left, &rows, c, watch) != KL_OK)
            break;
    return !left || c->broken;
}

/* An order that comes before the command has begun to run, while it is still being read, is lost: so it is given again. */
void pg_stop(pg_connection *c)
{
    kl_time end = kl_clock_after(PG_CANCEL_TIMEOUT);
    while (!c->broken) {
        kl_sql_watch grace = {kl_clock_after(PG_CANCEL_AGAIN), NULL, NULL};
        cancel(c);
        if (pg_drain(c, SIZE_MAX, &grace))
            return;
        if (kl_clock_now() >= end)
            c->broken = true; /* it would answer the next command with this one's rows */
    }
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
static kl_status set_up(pg_connection *c, const kl_sql_watch *watch, kl_error *error)
{
    PGresult *result = NULL;
    kl_status status = KL_OK;
    if (!PQsendQuery(c->pg, "SET DateStyle TO ISO; SET IntervalStyle TO iso_8601; "
                            "SET TimeZone TO 'UTC'; SET bytea_output TO hex; "
                            "SET extra_float_digits TO 1; "
                            "SET standard_conforming_strings TO on"))
        return pg_refuse_lost(c, error);
    KL_TRY(pg_flush(c, watch, error));
    do {
        KL_TRY(pg_next_result(&result, c, watch, error));
        if (status == KL_OK && result && PQresultStatus(result) != PGRES_COMMAND_OK)
            status = pg_refuse(c, result, error);
        PQclear(result);
    } while (result);
    return status;
}

void pg_close(void *data)
{
    pg_connection *c = data;
    PQfinish(c->pg);
    kl_free(c);
}

kl_status pg_open(void **out, const kl_sql_address *to, const kl_sql_watch *watch,
                                 kl_error *error)
{
    kl_duration most = CONNECT_TIMEOUT;
    kl_status status;
    pg_connection *c = kl_alloc_zero(1, sizeof *c);
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
    pg_close(c);
    return status;
}

bool pg_is_alive(void *data)
{
    pg_connection *c = data;
    struct pollfd socket = {PQsocket(c->pg), POLLIN, 0};
    if (c->broken || PQstatus(c->pg) != CONNECTION_OK)
        return false;
    /* Notices may have come, or the server's farewell, behind which the socket ends. */
    for (int reads = 0; poll(&socket, 1, 0) > 0; reads++)
        if (reads == 4 || !PQconsumeInput(c->pg))
            return false;
    return true;
}

bool pg_is_aborted(void *data)
{
    return PQtransactionStatus(((pg_connection *)data)->pg) == PQTRANS_INERROR;
}

bool pg_in_transaction(void *data)
{
    pg_connection *c = data;
    PGTransactionStatusType now = PQtransactionStatus(c->pg);
    return !c->broken && now != PQTRANS_IDLE && now != PQTRANS_UNKNOWN;
}
