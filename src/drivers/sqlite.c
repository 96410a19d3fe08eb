/* src/drivers/sqlite.c - databases in files or in memory, through libsqlite3. */
#include "sqlite.h"
#include "driver.h"
#include "kailash/json.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

/* Longest wait for a lock that another connection or process holds. */
#define BUSY_TIMEOUT (5 * KL_SECOND)
/* Steps of the virtual machine between two looks at the watch. */
enum { STEPS_BETWEEN_LOOKS = 4000 };

typedef struct connection {
    sqlite3 *db;
    const kl_sql_watch *watch; /* of the running statement, or NULL */
    kl_time busy_since;
} connection;

typedef struct statement {
    connection *connection;
    sqlite3_stmt *stmt;
    const kl_sql_watch *outer; /* the connection's watch before this one started */
    int64_t changes_before;
    bool running;
} statement;

/* ---- errors -------------------------------------------------------------------------------------- */

/* What a result code means to callers: the word for details, and the status. */
static const struct {
    int code;
    const char *kind;
    kl_status status;
} faults[] = {
    {SQLITE_CONSTRAINT_UNIQUE, "unique", KL_FAILED},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "unique", KL_FAILED},
    {SQLITE_CONSTRAINT_ROWID, "unique", KL_FAILED},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "foreign_key", KL_FAILED},
    {SQLITE_CONSTRAINT_NOTNULL, "not_null", KL_FAILED},
    {SQLITE_CONSTRAINT_CHECK, "check", KL_FAILED},
    {SQLITE_ERROR, "syntax", KL_FAILED},
    {SQLITE_BUSY, "busy", KL_UNAVAILABLE},
    {SQLITE_LOCKED, "busy", KL_UNAVAILABLE},
    {SQLITE_READONLY, "read_only", KL_FAILED},
    {SQLITE_FULL, "full", KL_IO},
    {SQLITE_IOERR, "other", KL_IO},
    {SQLITE_CANTOPEN, "other", KL_IO},
    {SQLITE_CORRUPT, "corrupt", KL_IO},
    {SQLITE_NOTADB, "corrupt", KL_IO},
    {SQLITE_TOOBIG, "other", KL_LIMIT},
};

static kl_status refuse_code(kl_error *error, int code, const char *text)
{
    if ((code & 0xFF) == SQLITE_NOMEM)
        return kl_error_no_memory(error);
    size_t row = 0;
    while (row < KL_COUNT(faults) && faults[row].code != code)
        row++;
    for (size_t i = 0; row == KL_COUNT(faults) && i < KL_COUNT(faults); i++)
        if (faults[i].code == (code & 0xFF))
            row = i; /* an extended code of a family without a row of its own */
    bool known = row < KL_COUNT(faults);
    return kl_sql_error(error, known ? faults[row].status : KL_FAILED, "sqlite", code,
                        known ? faults[row].kind : "other", text);
}

/* The connection's last error; one that the watch caused is told as such. */
static kl_status refuse(const connection *c, kl_error *error)
{
    int code = sqlite3_extended_errcode(c->db);
    if ((code & 0xFF) == SQLITE_INTERRUPT || (code & 0xFF) == SQLITE_BUSY)
        KL_TRY(kl_sql_watch_check(c->watch, error));
    return refuse_code(error, code, sqlite3_errmsg(c->db));
}

/* ---- opening ------------------------------------------------------------------------------------- */

static int look_at_watch(void *data)
{
    return kl_sql_watch_check(((connection *)data)->watch, NULL) != KL_OK;
}

/* Another connection holds the lock: wait a little (1), or give up (0). */
static int wait_for_lock(void *data, int tries)
{
    connection *c = data;
    kl_time now = kl_clock_now();
    if (tries == 0)
        c->busy_since = now;
    if (now - c->busy_since >= BUSY_TIMEOUT || look_at_watch(c))
        return 0;
    long pause = KL_MIN(tries + 1, 25) * KL_MILLISECOND;
    nanosleep(&(struct timespec){0, pause}, NULL);
    return 1;
}

static kl_status set_up(connection *c, const kl_sql_address *to, kl_error *error)
{
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_handler(c->db, wait_for_lock, c);
    sqlite3_progress_handler(c->db, STEPS_BETWEEN_LOOKS, look_at_watch, c);
    if (sqlite3_exec(c->db,
                     "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-2000",
                     NULL, NULL, NULL) != SQLITE_OK)
        return refuse(c, error);
    if (to->memory || to->mode == KL_SQL_READ_ONLY)
        return KL_OK;
    /* The switch to a write-ahead log needs the file for itself for a moment and does not always
     * ask the busy handler, so that several connections opening a new file must take turns here. */
    for (int tries = 0;; tries++) {
        int code = sqlite3_exec(c->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return KL_OK;
        if ((code & 0xFF) != SQLITE_BUSY || !wait_for_lock(c, tries))
            return refuse(c, error);
    }
}

static void close_connection(void *data)
{
    connection *c = data;
    sqlite3_close_v2(c->db);
    kl_free(c);
}

static kl_status open_connection(void **out, const kl_sql_address *to, const kl_sql_watch *watch,
                                 kl_error *error)
{
    static const int flags[] = {
        [KL_SQL_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        [KL_SQL_READ_WRITE] = SQLITE_OPEN_READWRITE,
        [KL_SQL_READ_ONLY] = SQLITE_OPEN_READONLY,
    };
    connection *c = kl_alloc_zero(1, sizeof *c);
    if (!c)
        return kl_error_no_memory(error);
    c->watch = watch;
    const char *path = to->memory ? ":memory:" : kl_as_text(to->path).data;
    int code = sqlite3_open_v2(path, &c->db, flags[to->mode] | SQLITE_OPEN_NOMUTEX, NULL);
    kl_status status = KL_OK;
    if (code != SQLITE_OK)
        status = refuse_code(error, code, c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(code));
    else
        status = set_up(c, to, error);
    c->watch = NULL;
    if (status != KL_OK) {
        if (!to->memory && status != KL_NO_MEMORY)
            kl_error_prefix(error, "cannot open the database '%s': ", path);
        close_connection(c);
        return status;
    }
    *out = c;
    return KL_OK;
}

static bool in_transaction(void *data) { return !sqlite3_get_autocommit(((connection *)data)->db); }

/* All of SQLite's transactions are serializable. IMMEDIATE takes the write lock at once: one that
 * reads first and writes later could not be made to wait, only to fail. */
static const char *begin_text(kl_sql_isolation isolation)
{
    (void)isolation;
    return "BEGIN IMMEDIATE";
}

/* ---- statements ---------------------------------------------------------------------------------- */

static kl_status prepare(void **out, size_t *used, void *data, kl_text sql, kl_error *error)
{
    connection *c = data;
    sqlite3_stmt *stmt = NULL;
    const char *rest = NULL;
    if (sql.len > INT32_MAX)
        return kl_error_set(error, KL_LIMIT, "the SQL text is longer than 2 GiB");
    if (sqlite3_prepare_v3(c->db, sql.data, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &stmt,
                           &rest) != SQLITE_OK)
        return refuse(c, error);
    *used = rest ? (size_t)(rest - sql.data) : sql.len;
    *out = NULL;
    if (!stmt)
        return KL_OK;
    statement *made = kl_alloc_zero(1, sizeof *made);
    if (!made) {
        sqlite3_finalize(stmt);
        return kl_error_no_memory(error);
    }
    made->connection = c;
    made->stmt = stmt;
    *out = made;
    return KL_OK;
}

static void finalize(void *data)
{
    statement *s = data;
    sqlite3_finalize(s->stmt);
    kl_free(s);
}

static bool is_read_only(void *data) { return sqlite3_stmt_readonly(((statement *)data)->stmt); }

static size_t column_count(void *data)
{
    return (size_t)sqlite3_column_count(((statement *)data)->stmt);
}

static kl_text column_name(void *data, size_t index)
{
    return kl_text_from(sqlite3_column_name(((statement *)data)->stmt, (int)index));
}

/* ---- values in ----------------------------------------------------------------------------------- */

static int bind_text(sqlite3_stmt *stmt, int at, kl_text text, sqlite3_destructor_type lifetime)
{
    return sqlite3_bind_text64(stmt, at, text.data, text.len, lifetime, SQLITE_UTF8);
}

/* Lists and dicts are stored as JSON text. */
static kl_status bind_json(statement *s, int at, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    int code = bind_text(s->stmt, at, kl_as_text(text), SQLITE_TRANSIENT);
    kl_value_release(text);
    return code == SQLITE_OK ? KL_OK : refuse(s->connection, error);
}

static kl_status bind_one(statement *s, int at, kl_value value, kl_error *error)
{
    int code;
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        code = sqlite3_bind_null(s->stmt, at);
        break;
    case KL_KIND_BOOL:
        code = sqlite3_bind_int(s->stmt, at, kl_as_bool(value));
        break;
    case KL_KIND_INT:
        code = sqlite3_bind_int64(s->stmt, at, kl_as_int(value));
        break;
    case KL_KIND_DOUBLE:
        if (isnan(value.as.real)) /* SQLite would store NULL without a word */
            return kl_error_set(error, KL_INVALID,
                                "value %d: NaN cannot be stored; give null instead", at);
        code = sqlite3_bind_double(s->stmt, at, value.as.real);
        break;
    case KL_KIND_STRING:
        code = bind_text(s->stmt, at, kl_as_text(value), SQLITE_STATIC);
        break;
    case KL_KIND_BYTES:
        code = sqlite3_bind_blob64(s->stmt, at, kl_as_text(value).data, kl_as_text(value).len,
                                   SQLITE_STATIC);
        break;
    case KL_KIND_ARRAY:
    case KL_KIND_MAP:
        return bind_json(s, at, value, error);
    default:
        return kl_error_set(error, KL_INVALID, "value %d: %s has no form in a database", at,
                            kl_value_kind_name(value));
    }
    return code == SQLITE_OK ? KL_OK : refuse(s->connection, error);
}

static kl_status start(void *data, const kl_value *values, size_t count, const kl_sql_watch *watch,
                       kl_error *error)
{
    statement *s = data;
    size_t wanted = (size_t)sqlite3_bind_parameter_count(s->stmt);
    s->running = true;
    s->outer = s->connection->watch;
    s->connection->watch = watch;
    s->changes_before = sqlite3_total_changes64(s->connection->db);
    sqlite3_set_last_insert_rowid(s->connection->db, 0);
    for (size_t i = 0; i < wanted && i < count; i++)
        KL_TRY(bind_one(s, (int)i + 1, values[i], error));
    return kl_sql_watch_check(watch, error);
}

/* ---- values out ---------------------------------------------------------------------------------- */

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    int code = sqlite3_step(s->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return refuse(s->connection, error);
    *has_row = code == SQLITE_ROW;
    return KL_OK;
}

/* Text that is no UTF-8 comes as bytes: nothing of it may get lost. */
static kl_status read_text(kl_value *out, sqlite3_stmt *stmt, int at, kl_error *error)
{
    kl_text text;
    text.data = (const char *)sqlite3_column_text(stmt, at);
    text.len = (size_t)sqlite3_column_bytes(stmt, at);
    if (!text.data)
        return kl_error_no_memory(error);
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_string_new(out, text, &why);
    kl_error_clear(&why);
    if (status == KL_SYNTAX)
        return kl_bytes_new(out, text, error);
    return status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* SQLite knows no booleans and no JSON; a column that was declared as such holds them all the same.
 * An expression has no declaration. */
static bool is_declared(sqlite3_stmt *stmt, int at, const char *type)
{
    const char *declared = sqlite3_column_decltype(stmt, at);
    return declared && sqlite3_strnicmp(declared, type, (int)strlen(type)) == 0;
}

static kl_value read_integer(sqlite3_stmt *stmt, int at)
{
    sqlite3_int64 integer = sqlite3_column_int64(stmt, at);
    bool is_bool = (integer == 0 || integer == 1) && is_declared(stmt, at, "BOOL");
    return is_bool ? kl_bool(integer == 1) : kl_int(integer);
}

/* Text in a column of JSON that is none stays text. */
static kl_status read_json(kl_value *out, sqlite3_stmt *stmt, int at, kl_error *error)
{
    kl_text text;
    text.data = (const char *)sqlite3_column_text(stmt, at);
    text.len = (size_t)sqlite3_column_bytes(stmt, at);
    if (text.data && kl_json_parse(out, text, NULL) == KL_OK)
        return KL_OK;
    return read_text(out, stmt, at, error);
}

static kl_status read_column(kl_value *out, void *data, size_t index, kl_error *error)
{
    sqlite3_stmt *stmt = ((statement *)data)->stmt;
    int at = (int)index;
    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
        *out = read_integer(stmt, at);
        return KL_OK;
    case SQLITE_FLOAT:
        *out = kl_double(sqlite3_column_double(stmt, at));
        return KL_OK;
    case SQLITE_TEXT:
        return is_declared(stmt, at, "JSON") ? read_json(out, stmt, at, error)
                                             : read_text(out, stmt, at, error);
    case SQLITE_BLOB: {
        const char *bytes = sqlite3_column_blob(stmt, at); /* NULL when empty */
        kl_text blob = {bytes ? bytes : "", (size_t)sqlite3_column_bytes(stmt, at)};
        return kl_bytes_new(out, blob, error);
    }
    default:
        *out = kl_null();
        return KL_OK;
    }
}

/* Rows changed, the last of the statements before not counted again. */
static kl_sql_effect effect_of(const statement *s)
{
    sqlite3 *db = s->connection->db;
    bool changed = sqlite3_total_changes64(db) != s->changes_before;
    return (kl_sql_effect){changed ? sqlite3_changes64(db) : 0, sqlite3_last_insert_rowid(db)};
}

static void finish(kl_sql_effect *effect, void *data)
{
    statement *s = data;
    if (effect)
        *effect = effect_of(s);
    sqlite3_reset(s->stmt); /* repeats the error of the last step, which has been told */
    sqlite3_clear_bindings(s->stmt);
    if (s->running)
        s->connection->watch = s->outer;
    s->running = false;
}

static const kl_sql_driver functions = {
    .open = open_connection,
    .close = close_connection,
    .in_transaction = in_transaction,
    .begin_text = begin_text,
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
    .abi = KL_DRIVER_ABI, .name = "sqlite", .functions = &functions,
};
