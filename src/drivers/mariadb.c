/* src/drivers/mariadb.c - MariaDB and MySQL, through libmariadb: prepared statements, rows as they arrive. */
#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "driver.h"
#include "drivers/mariadb.h"
#include "store/sql_text.h"

#include <strings.h>

/* Rows left unread that are read all the same, rather than killing the query. */
enum { ROWS_TO_DRAIN = 256 };

typedef struct statement {
    my_connection *connection;
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
    void *columns_of_runs; /* values of many runs that are bound */
    size_t count;
    const kl_sql_watch *watch;
    int64_t rows;
    bool done;
} statement;

/* ---- what is done with statements ---------------------------------------------------------------- */

/* What comes with the first row of INSERT ... RETURNING is told by the connection alone. */
static kl_status refuse(const statement *s, kl_error *error)
{
    my_connection *c = s->connection;
    if (s->plain || !mysql_stmt_errno(s->stmt))
        return my_refuse_code(c, mysql_errno(c->my), mysql_sqlstate(c->my), mysql_error(c->my), error);
    return my_refuse_code(c, mysql_stmt_errno(s->stmt), mysql_stmt_sqlstate(s->stmt),
                          mysql_stmt_error(s->stmt), error);
}

static int go_prepare(my_operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_prepare_start(&op->failed, op->stmt, op->text, op->len)
                     : mysql_stmt_prepare_cont(&op->failed, op->stmt, ready);
}

static int go_execute(my_operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_execute_start(&op->failed, op->stmt)
                     : mysql_stmt_execute_cont(&op->failed, op->stmt, ready);
}

static int go_fetch(my_operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_fetch_start(&op->failed, op->stmt)
                     : mysql_stmt_fetch_cont(&op->failed, op->stmt, ready);
}

static int go_next_result(my_operation *op, int ready)
{
    return ready < 0 ? mysql_stmt_next_result_start(&op->failed, op->stmt)
                     : mysql_stmt_next_result_cont(&op->failed, op->stmt, ready);
}

/* ---- transactions ------------------------------------------------------------------------------ */

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
    kl_free(s->columns_of_runs);
    s->made = NULL;
    s->binds = NULL;
    s->columns_of_runs = NULL;
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
    my_connection *c = s->connection;
    s->stmt = mysql_stmt_init(c->my);
    if (!s->stmt)
        return kl_error_no_memory(error);
    my_operation op = {.go = go_prepare, .my = c->my, .stmt = s->stmt, .text = s->text,
                    .len = strlen(s->text)};
    KL_TRY(my_carry_out(c, &op, watch, error));
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
    my_connection *c = data;
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
        my_settle(c);
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
    my_connection *c = s->connection;
    my_operation op = {.go = my_go_query, .my = c->my, .text = s->text, .len = strlen(s->text)};
    s->done = true;
    KL_TRY(my_carry_out(c, &op, s->watch, error));
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
    my_operation op = {.go = go_execute, .my = s->connection->my, .stmt = s->stmt};
    kl_status status = my_carry_out(s->connection, &op, s->watch, error);
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
    my_connection *c = s->connection;
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

/* ---- many runs as one ---------------------------------------------------------------------------- */

/* MySQL has no such protocol, nor has a MariaDB that is very old. */
static size_t bulk_runs(void *data, const kl_value *values, size_t count, size_t runs)
{
    static const char *const words[] = {"INSERT", "REPLACE", "UPDATE", "DELETE"};
    const statement *s = data;
    const char *text = s->text + strspn(s->text, " \t\r\n");
    if (s->plain || s->columns || count != mysql_stmt_param_count(s->stmt) || s->connection->no_bulk ||
        !strstr(my_server_version(s->connection), "MariaDB"))
        return 0;
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (strncasecmp(text, words[i], strlen(words[i])) == 0)
            return my_bulk_runs(values, count, runs);
    return 0;
}

static void set_runs(statement *s, size_t runs)
{
    unsigned int size = (unsigned int)runs;
    mysql_stmt_attr_set(s->stmt, STMT_ATTR_ARRAY_SIZE, &size);
}

static kl_status bind_runs(statement *s, const kl_value *values, size_t count, size_t runs, kl_error *error)
{
    s->binds = kl_alloc_zero(count, sizeof *s->binds);
    if (!s->binds)
        return kl_error_no_memory(error);
    s->count = count;
    KL_TRY(my_bulk_bind(s->binds, &s->columns_of_runs, values, count, runs, error));
    return mysql_stmt_bind_param(s->stmt, s->binds) ? refuse(s, error) : KL_OK;
}

/* A server that has no such protocol says so at the first try. */
static kl_status start_bulk(void *data, const kl_value *values, size_t count, size_t runs,
                            const kl_sql_watch *watch, kl_error *error)
{
    statement *s = data;
    my_connection *c = s->connection;
    if (c->running)
        return refuse_busy(error);
    KL_TRY(kl_sql_watch_check(watch, error));
    c->running = s;
    s->watch = watch;
    s->rows = 0;
    s->done = true;
    set_runs(s, runs);
    kl_status status = bind_runs(s, values, count, runs, error);
    if (status == KL_OK)
        status = execute(s, error);
    unsigned int code = mysql_stmt_errno(s->stmt);
    c->no_bulk = c->no_bulk || (status != KL_OK && (code == CR_FUNCTION_NOT_SUPPORTED || code == CR_NOT_IMPLEMENTED));
    set_runs(s, 0);
    return status;
}

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    *has_row = false;
    if (s->done)
        return KL_OK;
    my_operation op = {.go = go_fetch, .my = s->connection->my, .stmt = s->stmt};
    kl_status status = my_carry_out(s->connection, &op, s->watch, error);
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
    my_connection *c = s->connection;
    kl_sql_watch most = {kl_clock_after(MY_KILL_TIMEOUT), NULL, NULL};
    my_operation op = {.go = go_fetch, .my = c->my, .stmt = s->stmt};
    for (size_t rows = 0; !op.failed && !c->broken; rows++) {
        if (rows == ROWS_TO_DRAIN && !c->unsettled) {
            c->broken = !my_kill_query(c);
            c->unsettled = true;
        }
        if (!c->broken && my_carry_out(c, &op, &most, NULL) != KL_OK)
            c->broken = true;
    }
}

/* A procedure gives several results, of which the first is read, and its own end. */
static void leave_further_results(statement *s)
{
    my_connection *c = s->connection;
    kl_sql_watch most = {kl_clock_after(MY_KILL_TIMEOUT), NULL, NULL};
    my_operation op = {.go = go_next_result, .my = c->my, .stmt = s->stmt};
    while (!c->broken && mysql_stmt_more_results(s->stmt)) {
        if (my_carry_out(c, &op, &most, NULL) != KL_OK || op.failed)
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
    my_connection *c = s->connection;
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
    my_settle(c);
    free_binds(s);
    c->running = NULL;
    s->watch = NULL;
    s->done = true;
}

static const kl_sql_driver functions = {
    .open = my_open,
    .close = my_close,
    .is_alive = my_is_alive,
    .in_transaction = my_in_transaction,
    .server_version = my_server_version,
    .begin_texts = begin_texts,
    .prepare = prepare,
    .finalize = finalize,
    .is_read_only = is_read_only,
    .column_count = column_count,
    .column_name = column_name,
    .start = start,
    .bulk_runs = bulk_runs,
    .start_bulk = start_bulk,
    .step = step,
    .read = read_column,
    .finish = finish,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "mariadb", .functions = &functions,
};
