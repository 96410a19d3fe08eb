/* src/drivers/mariadb_connection.c - connections to MariaDB and MySQL: errors, waiting, connecting,
 * stopping.
 *
 * libmariadb is used without blocking: it hands every wait back, and the wait looks at the statement's
 * watch. What the watch ends is ended at the server by KILL QUERY over a second connection.
 */
#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "drivers/mariadb.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

/* How often a wait looks whether it is to stop. */
#define LOOK_INTERVAL (50 * KL_MILLISECOND)

/* What differs from server to server is brought to one: times are UTC, bad values are refused, and a
 * backslash in a string means what sql_text.c takes it for. */
static const char set_up[] =
    "SET time_zone = '+00:00', sql_mode = CONCAT(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), "
    "',STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION')";

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

kl_status my_refuse_code(my_connection *c, unsigned int code, const char *state, const char *text,
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
    if (code == ER_LOCK_DEADLOCK) /* all of it was rolled back, which the server's answer leaves out */
        c->my->server_status &= ~(unsigned int)SERVER_STATUS_IN_TRANS;
    return kl_sql_error(error, status, &fault);
}

/* ---- work that waits ------------------------------------------------------------------------------- */

static int go_connect(my_operation *op, int ready)
{
    const my_address *a = op->address;
    return ready < 0 ? mysql_real_connect_start(&op->connected, op->my, a->host, a->user,
                                                a->password, a->database, a->port, a->socket,
                                                CLIENT_FOUND_ROWS)
                     : mysql_real_connect_cont(&op->connected, op->my, ready);
}

int my_go_query(my_operation *op, int ready)
{
    return ready < 0 ? mysql_real_query_start(&op->failed, op->my, op->text, op->len)
                     : mysql_real_query_cont(&op->failed, op->my, ready);
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

/* The watch has ended it: the server is told, and if nothing comes of that the socket is closed, for
 * what was begun must come to its end. */
static void end_operation(my_connection *c, my_operation *op, int wanted)
{
    kl_sql_watch grace = {kl_clock_after(MY_KILL_TIMEOUT), NULL, NULL};
    bool told = c->connected && my_kill_query(c);
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

kl_status my_carry_out(my_connection *c, my_operation *op, const kl_sql_watch *watch, kl_error *error)
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
static kl_status connect_once(my_connection *c, bool tls, const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_watch both = watch ? *watch : (kl_sql_watch)KL_SQL_WATCH_NONE;
    kl_error why = KL_ERROR_INIT;
    c->my = new_handle(&c->address, tls);
    if (!c->my)
        return kl_error_no_memory(error);
    my_operation op = {.go = go_connect, .my = c->my, .address = &c->address};
    both.deadline = KL_MIN(both.deadline, kl_clock_after(c->address.connect_timeout * KL_SECOND));
    kl_status status = my_carry_out(c, &op, &both, &why);
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
static kl_status connect_at_all(my_connection *c, const kl_sql_watch *watch, kl_error *error)
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

void my_close(void *data)
{
    my_connection *c = data;
    if (c->my)
        mysql_close(c->my);
    my_address_clear(&c->address);
    kl_free(c);
}

kl_status my_open(void **out, const kl_sql_address *to, const kl_sql_watch *watch,
                                 kl_error *error)
{
    kl_status status;
    my_connection *c = kl_alloc_zero(1, sizeof *c);
    if (!c)
        return kl_error_no_memory(error);
    KL_TRY_OUT(my_address_read(&c->address, kl_as_text(to->url), error));
    KL_TRY_OUT(connect_at_all(c, watch, error));
    c->connected = true;
    *out = c;
    return KL_OK;
out:
    my_close(c);
    return status;
}

bool my_kill_query(my_connection *c)
{
    char text[64];
    kl_sql_watch most = {kl_clock_after(MY_KILL_TIMEOUT), NULL, NULL};
    my_connection side = {.address = c->address};
    side.address.database = NULL;
    bool done = connect_at_all(&side, &most, NULL) == KL_OK;
    int len = snprintf(text, sizeof text, "KILL QUERY %lu", mysql_thread_id(c->my));
    my_operation op = {.go = my_go_query, .my = side.my, .text = text, .len = (size_t)len};
    done = done && my_carry_out(&side, &op, &most, NULL) == KL_OK && !op.failed;
    if (side.my)
        mysql_close(side.my);
    return done;
}

/* An idle server says nothing: what can be read is its farewell. */
bool my_is_alive(void *data)
{
    my_connection *c = data;
    struct pollfd socket = {mysql_get_socket(c->my), POLLIN, 0};
    return !c->broken && poll(&socket, 1, 0) == 0;
}

const char *my_server_version(void *data)
{
    my_connection *c = data;
    return c->address.server_version ? c->address.server_version : mysql_get_server_info(c->my);
}

bool my_in_transaction(void *data)
{
    my_connection *c = data;
    return !c->broken && c->my->server_status & SERVER_STATUS_IN_TRANS;
}

/* Let an order to end a query that came too late end one that does nothing. */
void my_settle(my_connection *c)
{
    kl_sql_watch most = {kl_clock_after(MY_KILL_TIMEOUT), NULL, NULL};
    my_operation op = {.go = my_go_query, .my = c->my, .text = "DO 0", .len = 4};
    bool unsettled = c->unsettled && !c->broken;
    c->unsettled = false;
    if (unsettled && (my_carry_out(c, &op, &most, NULL) != KL_OK ||
                      (op.failed && mysql_errno(c->my) != ER_QUERY_INTERRUPTED)))
        c->broken = true;
}
