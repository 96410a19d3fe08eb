/* src/drivers/mariadb.c - MariaDB and MySQL, through libmariadb: prepared statements, rows as they arrive.
 *
 * libmariadb is used without blocking: it hands every wait back, and the wait looks at the statement's
 * watch. What the watch ends is ended at the server by KILL QUERY over a second connection.
 */
#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "driver.h"
#include "drivers/mariadb.h"
#include "store/sql_text.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

/* How often a wait looks whether it is to stop. */
#define LOOK_INTERVAL (50 * KL_MILLISECOND)
/* How long a server may take to end what it was told to end. */
#define KILL_TIMEOUT (5 * KL_SECOND)
/* Rows left unread that are read all the same, rather than killing the query. */
enum { ROWS_TO_DRAIN = 256 };

/* What differs from server to server is brought to one: times are UTC, bad values are refused, and a
 * backslash in a string means what sql_text.c takes it for. */
static const char set_up[] =
    "SET time_zone = '+00:00', sql_mode = CONCAT(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), "
    "',STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION')";

typedef struct connection {
    MYSQL *my;
    my_address address;
    struct statement *running; /* one at a time */
    bool connected, broken;
    bool unsettled; /* an order to end a query may still be on its way to the next one */
} connection;

typedef struct statement {
    connection *connection;
    char *text;
    MYSQL_STMT *stmt;
    bool plain; /* one of the few that the server does not prepare: it is sent as text */
    MYSQL_FIELD *fields;
    size_t columns;
    my_decode **decoders;
    my_cell *cells; /* of the row that was read last; `kept` of them */
    size_t kept;
    MYSQL_BIND *binds;
    kl_value *made; /* texts of JSON that are bound */
    size_t count;
    const kl_sql_watch *watch;
    int64_t rows;
    bool done;
} statement;

/* ---- errors -------------------------------------------------------------------------------------- */

static const struct {
    unsigned int code;
    const char *kind;
    kl_status status;
} faults[] = {
    {ER_DUP_ENTRY, "unique", KL_FAILED},
    {ER_DUP_ENTRY_WITH_KEY_NAME, "unique", KL_FAILED},
    {ER_ROW_IS_REFERENCED, "foreign_key", KL_FAILED},
    {ER_ROW_IS_REFERENCED_2, "foreign_key", KL_FAILED},
    {ER_NO_REFERENCED_ROW, "foreign_key", KL_FAILED},
    {ER_NO_REFERENCED_ROW_2, "foreign_key", KL_FAILED},
    {ER_BAD_NULL_ERROR, "not_null", KL_FAILED},
    {ER_NO_DEFAULT_FOR_FIELD, "not_null", KL_FAILED},
    {3819, "check", KL_FAILED}, /* MySQL */
    {4025, "check", KL_FAILED}, /* MariaDB */
    {ER_LOCK_WAIT_TIMEOUT, "busy", KL_UNAVAILABLE},
    {ER_LOCK_DEADLOCK, "busy", KL_UNAVAILABLE},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, "read_only", KL_FAILED},
    {ER_OPTION_PREVENTS_STATEMENT, "read_only", KL_FAILED},
    {ER_DISK_FULL, "full", KL_IO},
    {ER_RECORD_FILE_FULL, "full", KL_IO},
    {ER_QUERY_INTERRUPTED, "cancelled", KL_FAILED},
    {ER_SERVER_SHUTDOWN, "connection", KL_UNAVAILABLE},
    {ER_CONNECTION_KILLED, "connection", KL_UNAVAILABLE},
    {CR_SERVER_GONE_ERROR, "connection", KL_UNAVAILABLE},
    {CR_SERVER_LOST, "connection", KL_UNAVAILABLE},
    {CR_SERVER_LOST_EXTENDED, "connection", KL_UNAVAILABLE},
};

static kl_status refuse_code(connection *c, unsigned int code, const char *state, const char *text,
                             kl_error *error)
{
    kl_sql_fault fault = {.driver = "mariadb", .code = code, .sqlstate = state, .text = text,
                          .kind = strncmp(state, "42", 2) == 0 ? "syntax" : "other"};
    kl_status status = KL_FAILED;
    if (code == CR_OUT_OF_MEMORY)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < KL_COUNT(faults); i++) {
        if (faults[i].code == code) {
            fault.kind = faults[i].kind;
            status = faults[i].status;
        }
    }
    if (strcmp(fault.kind, "connection") == 0)
        c->broken = true;
    return kl_sql_error(error, status, &fault);
}

static kl_status refuse(const statement *s, kl_error *error)
{
    connection *c = s->connection;
    if (s->plain)
        return refuse_code(c, mysql_errno(c->my), mysql_sqlstate(c->my), mysql_error(c->my), error);
    return refuse_code(c, mysql_stmt_errno(s->stmt), mysql_stmt_sqlstate(s->stmt),
                       mysql_stmt_error(s->stmt), error);
}

/* ---- work that waits ------------------------------------------------------------------------------- */

/* What is under way: go() begins it (ready < 0) or goes on, and says what it waits for; 0 = done. */
typedef struct operation {
    int (*go)(struct operation *op, int ready);
    MYSQL *my, *connected;
    MYSQL_STMT *stmt;
    const my_address *address;
    const char *text;
    size_t len;
    int failed;
} operation;

static int go_connect(operation *op, int ready)
{
    const my_address *a = op->address;
    return ready < 0 ? mysql_real_connect_start(&op->connected, op->my, a->host, a->user,
                                                a->password, a->database, a->port, a->socket,
                                                CLIENT_FOUND_ROWS)
                     : mysql_real_connect_cont(&op->connected, op->my, ready);
}

static int go_prepare(operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_prepare_start(&op->failed, op->stmt, op->text, op->len)
                     : mysql_stmt_prepare_cont(&op->failed, op->stmt, ready);
}

static int go_execute(operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_execute_start(&op->failed, op->stmt)
                     : mysql_stmt_execute_cont(&op->failed, op->stmt, ready);
}

static int go_fetch(operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_fetch_start(&op->failed, op->stmt)
                     : mysql_stmt_fetch_cont(&op->failed, op->stmt, ready);
}

static int go_query(operation *op, int ready)
{
    return ready < 0 ? mysql_real_query_start(&op->failed, op->my, op->text, op->len)
                     : mysql_real_query_cont(&op->failed, op->my, ready);
}

static int go_next_result(operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_next_result_start(&op->failed, op->stmt)
                     : mysql_stmt_next_result_cont(&op->failed, op->stmt, ready);
}

/* `*ready` is what of `wanted` has come, 0 when only time has passed. */
static kl_status wait_for(int *ready, MYSQL *my, int wanted, const kl_sql_watch *watch,
                          kl_error *error)
{
    struct pollfd socket = {mysql_get_socket(my), 0, 0};
    kl_duration most = watch && watch->is_stopped ? LOOK_INTERVAL : 60 * KL_SECOND;
    kl_duration own = wanted & MYSQL_WAIT_TIMEOUT
                          ? (kl_duration)mysql_get_timeout_value_ms(my) * KL_MILLISECOND
                          : most + 1;
    if (watch && watch->deadline != KL_TIME_NONE)
        most = KL_MAX(KL_MIN(most, watch->deadline - kl_clock_now()), 0);
    socket.events = (short)((wanted & MYSQL_WAIT_READ ? POLLIN : 0) |
                            (wanted & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                            (wanted & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
    kl_duration until = KL_MIN(most, own);
    int came = poll(&socket, 1, (int)((until + KL_MILLISECOND - 1) / KL_MILLISECOND));
    *ready = 0;
    if (came > 0) {
        bool ended = socket.revents & (POLLERR | POLLHUP | POLLNVAL);
        *ready = (socket.revents & POLLIN || ended ? wanted & MYSQL_WAIT_READ : 0) |
                 (socket.revents & POLLOUT || ended ? wanted & MYSQL_WAIT_WRITE : 0) |
                 (socket.revents & POLLPRI ? wanted & MYSQL_WAIT_EXCEPT : 0);
        return KL_OK;
    }
    if (came == 0 && own <= most)
        *ready = MYSQL_WAIT_TIMEOUT;
    return kl_sql_watch_check(watch, error);
}

static bool kill_query(connection *c);

/* The watch has ended it: the server is told, and if nothing comes of that the socket is closed, for
 * what was begun must come to its end. */
static void end_operation(connection *c, operation *op, int wanted)
{
    kl_sql_watch grace = {kl_clock_after(KILL_TIMEOUT), NULL, NULL};
    bool told = c->connected && kill_query(c);
    while (wanted) {
        int ready;
        if (!told || wait_for(&ready, op->my, wanted, &grace, NULL) != KL_OK) {
            c->broken = true;
            shutdown(mysql_get_socket(op->my), SHUT_RDWR);
            ready = wanted & ~MYSQL_WAIT_TIMEOUT;
        }
        if (ready)
            wanted = op->go(op, ready);
    }
    c->unsettled = true;
}

static kl_status carry_out(connection *c, operation *op, const kl_sql_watch *watch, kl_error *error)
{
    int wanted = op->go(op, -1);
    while (wanted) {
        int ready;
        kl_status status = wait_for(&ready, op->my, wanted, watch, error);
        if (status != KL_OK) {
            end_operation(c, op, wanted);
            return status;
        }
        if (ready)
            wanted = op->go(op, ready);
    }
    return KL_OK;
}

/* ---- connecting ---------------------------------------------------------------------------------- */

static void begin_library(void) { mysql_library_init(0, NULL, NULL); }

/* A handle with all settings made; NULL without memory. */
static MYSQL *new_handle(const my_address *a, bool tls)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const my_bool yes = 1, no = 0, verify = a->tls == TLS_VERIFIED;
    const unsigned int without = 0;
    pthread_once(&once, begin_library);
    MYSQL *my = mysql_init(NULL);
    if (!my)
        return NULL;
    mysql_options(my, MYSQL_OPT_NONBLOCK, 0);
    mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &a->connect_timeout);
    mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(my, MYSQL_INIT_COMMAND, set_up);
    mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &without); /* the server may not ask for files */
    mysql_options(my, MYSQL_OPT_SSL_ENFORCE, tls ? &yes : &no);
    if (!tls)
        return my;
    mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, verify ? &yes : &no);
    mysql_options(my, MYSQL_OPT_SSL_CA, a->ssl_ca);
    mysql_options(my, MYSQL_OPT_SSL_CERT, a->ssl_cert);
    mysql_options(my, MYSQL_OPT_SSL_KEY, a->ssl_key);
    return my;
}

/* Within the caller's time and the time for connecting: libmariadb itself waits for a greeting as long
 * as it takes. */
static kl_status connect_once(connection *c, bool tls, const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_watch both = watch ? *watch : (kl_sql_watch)KL_SQL_WATCH_NONE;
    kl_error why = KL_ERROR_INIT;
    c->my = new_handle(&c->address, tls);
    if (!c->my)
        return kl_error_no_memory(error);
    operation op = {.go = go_connect, .my = c->my, .address = &c->address};
    both.deadline = KL_MIN(both.deadline, kl_clock_after(c->address.connect_timeout * KL_SECOND));
    kl_status status = carry_out(c, &op, &both, &why);
    if (status == KL_TIMEOUT && kl_sql_watch_check(watch, NULL) == KL_OK)
        status = kl_error_set(&why, KL_UNAVAILABLE,
                              "cannot connect to the database: no answer within %u s",
                              c->address.connect_timeout);
    else if (status == KL_OK && !op.connected)
        status = kl_error_set(&why, KL_UNAVAILABLE, "cannot connect to the database: %s (%u)",
                              mysql_error(c->my), mysql_errno(c->my));
    kl_error_move(error, &why);
    return status;
}

/* Preferred: with TLS, and without it where the server has none. Over a socket nobody listens in. */
static kl_status connect_at_all(connection *c, const kl_sql_watch *watch, kl_error *error)
{
    my_tls tls = c->address.tls;
    if (tls == TLS_PREFERRED && c->address.socket)
        tls = TLS_DISABLED;
    kl_status status = connect_once(c, tls != TLS_DISABLED, watch, error);
    if (status != KL_UNAVAILABLE || tls != TLS_PREFERRED || !c->my ||
        mysql_errno(c->my) != CR_SSL_CONNECTION_ERROR)
        return status;
    mysql_close(c->my);
    c->my = NULL;
    return connect_once(c, false, watch, error);
}

static void close_connection(void *data)
{
    connection *c = data;
    if (c->my)
        mysql_close(c->my);
    my_address_clear(&c->address);
    kl_free(c);
}

static kl_status open_connection(void **out, const kl_sql_address *to, const kl_sql_watch *watch,
                                 kl_error *error)
{
    kl_status status;
    connection *c = kl_alloc_zero(1, sizeof *c);
    if (!c)
        return kl_error_no_memory(error);
    KL_TRY_OUT(my_address_read(&c->address, kl_as_text(to->url), error));
    KL_TRY_OUT(connect_at_all(c, watch, error));
    c->connected = true;
    *out = c;
    return KL_OK;
out:
    close_connection(c);
    return status;
}

static bool kill_query(connection *c)
{
    char text[64];
    kl_sql_watch most = {kl_clock_after(KILL_TIMEOUT), NULL, NULL};
    connection side = {.address = c->address};
    side.address.database = NULL;
    bool done = connect_at_all(&side, &most, NULL) == KL_OK;
    int len = snprintf(text, sizeof text, "KILL QUERY %lu", mysql_thread_id(c->my));
    operation op = {.go = go_query, .my = side.my, .text = text, .len = (size_t)len};
    done = done && carry_out(&side, &op, &most, NULL) == KL_OK && !op.failed;
    if (side.my)
        mysql_close(side.my);
    return done;
}

/* An idle server says nothing: what can be read is its farewell. */
static bool is_alive(void *data)
{
    connection *c = data;
    struct pollfd socket = {mysql_get_socket(c->my), POLLIN, 0};
    return !c->broken && poll(&socket, 1, 0) == 0;
}

static bool in_transaction(void *data)
{
    connection *c = data;
    return !c->broken && c->my->server_status & SERVER_STATUS_IN_TRANS;
}

static void begin_texts(const char *texts[2], kl_sql_isolation isolation, bool read_only)
{
    static const char *const levels[] = {
        [KL_SQL_READ_UNCOMMITTED] = "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
        [KL_SQL_READ_COMMITTED] = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        [KL_SQL_REPEATABLE_READ] = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        [KL_SQL_SERIALIZABLE] = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    };
    const char *begin = read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION";
    bool leveled = isolation != KL_SQL_ISOLATION_DEFAULT;
    texts[0] = leveled ? levels[isolation] : begin;
    texts[1] = leveled ? begin : NULL;
}

/* ---- preparing ----------------------------------------------------------------------------------- */

/* On the way of fetching a row: where each of its cells lies. */
static void keep_cell(void *data, unsigned int column, unsigned char **row)
{
    statement *s = data;
    my_cell cell = row ? my_take_cell(&s->fields[column], row) : (my_cell){NULL, 0};
    if (column < s->kept) /* without memory for them the row is passed over */
        s->cells[column] = cell;
}

static void free_binds(statement *s)
{
    for (size_t i = 0; s->made && i < s->count; i++)
        kl_value_release(s->made[i]);
    kl_free(s->made);
    kl_free(s->binds);
    s->made = NULL;
    s->binds = NULL;
    s->count = 0;
}

static void finalize(void *data)
{
    statement *s = data;
    if (s->stmt)
        mysql_stmt_close(s->stmt);
    free_binds(s);
    kl_free(s->decoders);
    kl_free(s->cells);
    kl_free(s->text);
    kl_free(s);
}

/* Some commands, SAVEPOINT of MySQL for one, cannot be prepared. They give no rows. */
static kl_status prepare_now(statement *s, const kl_sql_watch *watch, kl_error *error)
{
    connection *c = s->connection;
    s->stmt = mysql_stmt_init(c->my);
    if (!s->stmt)
        return kl_error_no_memory(error);
    operation op = {.go = go_prepare, .my = c->my, .stmt = s->stmt, .text = s->text,
                    .len = strlen(s->text)};
    KL_TRY(carry_out(c, &op, watch, error));
    if (op.failed && mysql_stmt_errno(s->stmt) == ER_UNSUPPORTED_PS) {
        mysql_stmt_close(s->stmt);
        s->stmt = NULL;
        s->plain = true;
        return KL_OK;
    }
    if (op.failed)
        return refuse(s, error);
    mysql_stmt_attr_set(s->stmt, STMT_ATTR_CB_USER_DATA, s);
    mysql_stmt_attr_set(s->stmt, STMT_ATTR_CB_RESULT, (const void *)(uintptr_t)keep_cell);
    s->fields = mariadb_stmt_fetch_fields(s->stmt);
    s->columns = mysql_stmt_field_count(s->stmt);
    return KL_OK;
}

/* Let an order to end a query that came too late end one that does nothing. */
static void settle(connection *c)
{
    kl_sql_watch most = {kl_clock_after(KILL_TIMEOUT), NULL, NULL};
    operation op = {.go = go_query, .my = c->my, .text = "DO 0", .len = 4};
    bool unsettled = c->unsettled && !c->broken;
    c->unsettled = false;
    if (unsettled && (carry_out(c, &op, &most, NULL) != KL_OK ||
                      (op.failed && mysql_errno(c->my) != ER_QUERY_INTERRUPTED)))
        c->broken = true;
}

static kl_status refuse_busy(kl_error *error)
{
    return kl_error_set(error, KL_STATE,
                        "another statement runs on this connection; read all of its rows first");
}

/* Without the semicolon, which only clients know. */
static kl_text without_end(kl_text text)
{
    while (text.len && text.data[text.len - 1] == ';')
        text.len--;
    return text;
}

static kl_status prepare(void **out, size_t *used, void *data, kl_text sql,
                         const kl_sql_watch *watch, kl_error *error)
{
    connection *c = data;
    size_t len = kl_sql_text_first(sql, KL_SQL_MYSQL);
    kl_text first = {sql.data, len};
    *used = len;
    *out = NULL;
    if (kl_sql_text_is_blank(first, KL_SQL_MYSQL))
        return KL_OK;
    if (c->running)
        return refuse_busy(error);
    statement *s = kl_alloc_zero(1, sizeof *s);
    if (!s || !(s->text = kl_strdup(without_end(first)))) {
        kl_free(s);
        return kl_error_no_memory(error);
    }
    s->connection = c;
    kl_status status = prepare_now(s, watch, error);
    if (status != KL_OK) {
        finalize(s);
        settle(c);
        return status;
    }
    *out = s;
    return KL_OK;
}

static bool is_read_only(void *data)
{
    return kl_sql_text_only_reads(kl_text_from(((statement *)data)->text), KL_SQL_MYSQL);
}

static size_t column_count(void *data) { return ((statement *)data)->columns; }

static kl_text column_name(void *data, size_t index)
{
    const MYSQL_FIELD *field = &((statement *)data)->fields[index];
    return (kl_text){field->name, field->name_length};
}

/* ---- running ------------------------------------------------------------------------------------- */

static kl_status bind_values(statement *s, const kl_value *values, size_t count, kl_error *error)
{
    size_t wanted = s->plain ? 0 : mysql_stmt_param_count(s->stmt);
    if (wanted != count)
        return kl_error_set(error, KL_INVALID, "expected %zu values, got %zu", wanted, count);
    if (!count)
        return KL_OK;
    s->binds = kl_alloc_zero(count, sizeof *s->binds);
    s->made = kl_alloc_zero(count, sizeof *s->made);
    if (!s->binds || !s->made)
        return kl_error_no_memory(error);
    s->count = count;
    KL_TRY(my_encode(s->binds, s->made, values, count, error));
    return mysql_stmt_bind_param(s->stmt, s->binds) ? refuse(s, error) : KL_OK;
}

/* The columns as they are now: a schema may change between two runs. */
static kl_status look_at_columns(statement *s, kl_error *error)
{
    size_t columns = mysql_stmt_field_count(s->stmt);
    s->fields = mariadb_stmt_fetch_fields(s->stmt);
    s->columns = columns;
    s->kept = 0;
    my_decode **decoders = kl_realloc(s->decoders, columns * sizeof(my_decode *));
    if (decoders)
        s->decoders = decoders;
    my_cell *cells = kl_realloc(s->cells, columns * sizeof *cells);
    if (cells)
        s->cells = cells;
    if (!decoders || !cells)
        return kl_error_no_memory(error);
    s->kept = columns;
    for (size_t i = 0; i < columns; i++)
        s->decoders[i] = my_decoder(&s->fields[i]);
    return KL_OK;
}

static kl_status run_plain(statement *s, kl_error *error)
{
    connection *c = s->connection;
    operation op = {.go = go_query, .my = c->my, .text = s->text, .len = strlen(s->text)};
    s->done = true;
    KL_TRY(carry_out(c, &op, s->watch, error));
    if (op.failed)
        return refuse(s, error);
    if (mysql_field_count(c->my) == 0)
        return KL_OK;
    mysql_free_result(mysql_use_result(c->my));
    return kl_error_set(error, KL_SYNTAX, "a command that cannot be prepared gave rows");
}

/* What was ended on the way may have rows all the same; finish() reads them off. */
static kl_status execute(statement *s, kl_error *error)
{
    operation op = {.go = go_execute, .my = s->connection->my, .stmt = s->stmt};
    kl_status status = carry_out(s->connection, &op, s->watch, error);
    s->done = op.failed || mysql_stmt_field_count(s->stmt) == 0;
    if (status == KL_OK && op.failed)
        status = refuse(s, error);
    return status;
}

/* The columns are others than when it was prepared, which libmariadb finds out too late: the server has
 * run it. Only what reads can be run once more. */
static kl_status execute_anew(statement *s, const kl_value *values, size_t count, kl_error *error)
{
    kl_error_clear(error);
    free_binds(s);
    mysql_stmt_close(s->stmt);
    s->stmt = NULL;
    KL_TRY(prepare_now(s, s->watch, error));
    KL_TRY(bind_values(s, values, count, error));
    return execute(s, error);
}

static kl_status start(void *data, const kl_value *values, size_t count, const kl_sql_watch *watch,
                       kl_error *error)
{
    statement *s = data;
    connection *c = s->connection;
    if (c->running)
        return refuse_busy(error);
    KL_TRY(kl_sql_watch_check(watch, error));
    c->running = s;
    s->watch = watch;
    s->rows = 0;
    s->done = true; /* until there are rows to read */
    KL_TRY(bind_values(s, values, count, error));
    if (s->plain)
        return run_plain(s, error);
    kl_error why = KL_ERROR_INIT;
    kl_status status = execute(s, &why);
    if (status == KL_FAILED && mysql_stmt_errno(s->stmt) == CR_NEW_STMT_METADATA && is_read_only(s))
        status = execute_anew(s, values, count, &why);
    kl_error_move(error, &why);
    KL_TRY(status);
    return s->done ? KL_OK : look_at_columns(s, error);
}

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    *has_row = false;
    if (s->done)
        return KL_OK;
    operation op = {.go = go_fetch, .my = s->connection->my, .stmt = s->stmt};
    kl_status status = carry_out(s->connection, &op, s->watch, error);
    bool more = status == KL_OK && (op.failed == 0 || op.failed == MYSQL_DATA_TRUNCATED);
    s->done = !more;
    KL_TRY(status);
    if (op.failed && op.failed != MYSQL_NO_DATA && !more)
        return refuse(s, error);
    s->rows += more;
    *has_row = more;
    return KL_OK;
}

static kl_status read_column(kl_value *out, void *data, size_t index, kl_sql_numeric numeric,
                             kl_error *error)
{
    const statement *s = data;
    my_cell cell = s->cells[index];
    if (!cell.data) {
        *out = kl_null();
        return KL_OK;
    }
    return s->decoders[index](out, cell, &s->fields[index], numeric, error);
}

/* Rows that nobody reads: a few are read here, more are not sent any longer. */
static void leave_unread(statement *s)
{
    connection *c = s->connection;
    kl_sql_watch most = {kl_clock_after(KILL_TIMEOUT), NULL, NULL};
    operation op = {.go = go_fetch, .my = c->my, .stmt = s->stmt};
    for (size_t rows = 0; !op.failed && !c->broken; rows++) {
        if (rows == ROWS_TO_DRAIN && !c->unsettled) {
            c->broken = !kill_query(c);
            c->unsettled = true;
        }
        if (!c->broken && carry_out(c, &op, &most, NULL) != KL_OK)
            c->broken = true;
    }
}

/* A procedure gives several results, of which the first is read, and its own end. */
static void leave_further_results(statement *s)
{
    connection *c = s->connection;
    kl_sql_watch most = {kl_clock_after(KILL_TIMEOUT), NULL, NULL};
    operation op = {.go = go_next_result, .my = c->my, .stmt = s->stmt};
    while (!c->broken && mysql_stmt_more_results(s->stmt)) {
        if (carry_out(c, &op, &most, NULL) != KL_OK || op.failed)
            return;
        mysql_stmt_free_result(s->stmt);
    }
}

/* Rows that INSERT, REPLACE or DELETE ... RETURNING gave are those that it changed. */
static int64_t changed_rows(const statement *s)
{
    if (!s->stmt)
        return 0;
    if (s->columns == 0) {
        my_ulonglong rows = mysql_stmt_affected_rows(s->stmt);
        return rows > INT64_MAX ? 0 : (int64_t)rows;
    }
    const char *text = s->text + strspn(s->text, " \t\r\n");
    bool changes = strncasecmp(text, "INSERT", 6) == 0 || strncasecmp(text, "REPLACE", 7) == 0 ||
                   strncasecmp(text, "DELETE", 6) == 0;
    return changes ? s->rows : 0;
}

static void finish(kl_sql_effect *effect, void *data)
{
    statement *s = data;
    connection *c = s->connection;
    if (effect)
        *effect = (kl_sql_effect){
            changed_rows(s), !s->stmt ? 0 : (int64_t)mysql_stmt_insert_id(s->stmt)};
    if (c->running != s)
        return;
    if (!s->done)
        leave_unread(s);
    if (s->stmt && !c->broken) {
        mysql_stmt_free_result(s->stmt);
        leave_further_results(s);
    }
    settle(c);
    free_binds(s);
    c->running = NULL;
    s->watch = NULL;
    s->done = true;
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
    .abi = KL_DRIVER_ABI, .name = "mariadb", .functions = &functions,
};
