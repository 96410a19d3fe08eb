/* src/drivers/sqlite.c - databases in files or in memory, through libsqlite3. */
#include "sqlite.h"
#include "sqlite_regexp.h"
#include "driver.h"
#include "sqlite_memory.h"
#include "store/sql_decode.h"
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
    bool impatient; /* waits for no lock */
} connection;

/* What a column was declared as, as far as it tells more than its values do: SQLite knows no
 * booleans, dates and JSON. An expression has no declaration. */
typedef enum declared { AS_STORED, AS_BOOL, AS_DECIMAL, AS_JSON, AS_TIMESTAMP } declared;

typedef struct statement {
    connection *connection;
    sqlite3_stmt *stmt;
    uint8_t *declared; /* of each column, known from the first row of a run on */
    size_t columns;
    int prepared_anew; /* how often SQLite had prepared it anew when the columns were looked at */
    const kl_sql_watch *outer; /* the connection's watch before this one started */
    int64_t changes_before;
    bool running, looked;
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
    const kl_sql_fault fault = {.driver = "sqlite", .code = code, .text = text,
                                .kind = known ? faults[row].kind : "other"};
    return kl_sql_error(error, known ? faults[row].status : KL_FAILED, &fault);
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
    if (c->impatient)
        return 0;
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
    /* A shared database in memory may be locked just now, and the settings of files read it. What has
     * no room in the cache would go to it in the middle of a transaction, for which no reader may be
     * there. */
    const char *settings = to->memory
                               ? "PRAGMA foreign_keys=ON; PRAGMA journal_mode=MEMORY; PRAGMA cache_spill=OFF"
                               : "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-2000";
    if (sqlite3_exec(c->db, settings, NULL, NULL, NULL) != SQLITE_OK ||
        kl_sqlite_add_regexp(c->db) != SQLITE_OK)
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
    bool shared = to->memory && !kl_is_null(to->memory_name);
    const char *vfs = shared ? kl_sqlite_memory_vfs() : NULL;
    if (shared && !vfs) {
        kl_free(c);
        return kl_error_set(error, KL_UNAVAILABLE, "SQLite took no file system for memory");
    }
    int code = sqlite3_open_v2(shared ? kl_as_text(to->memory_name).data : path, &c->db,
                               flags[to->mode] | SQLITE_OPEN_NOMUTEX, vfs);
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

static void set_impatient(void *data, bool impatient) { ((connection *)data)->impatient = impatient; }

/* All of SQLite's transactions are serializable. IMMEDIATE takes the write lock at once: one that
 * reads first and writes later could not be made to wait, only to fail. */
static void begin_texts(const char *texts[2], kl_sql_isolation isolation, bool read_only)
{
    (void)isolation;
    texts[0] = read_only ? "BEGIN" : "BEGIN IMMEDIATE";
}

/* ---- statements ---------------------------------------------------------------------------------- */

static kl_status prepare(void **out, size_t *used, void *data, kl_text sql,
                         const kl_sql_watch *watch, kl_error *error)
{
    connection *c = data;
    sqlite3_stmt *stmt = NULL;
    const char *rest = NULL;
    if (sql.len > INT32_MAX)
        return kl_error_set(error, KL_LIMIT, "the SQL text is longer than 2 GiB");
    const kl_sql_watch *outer = c->watch;
    c->watch = watch; /* reading the schema may have to wait for a lock */
    int code = sqlite3_prepare_v3(c->db, sql.data, (int)sql.len, SQLITE_PREPARE_PERSISTENT, &stmt,
                                  &rest);
    kl_status status = code == SQLITE_OK ? KL_OK : refuse(c, error);
    c->watch = outer;
    KL_TRY(status);
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
    kl_free(s->declared);
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
    s->looked = false;
    s->outer = s->connection->watch;
    s->connection->watch = watch;
    s->changes_before = sqlite3_total_changes64(s->connection->db);
    sqlite3_set_last_insert_rowid(s->connection->db, 0);
    for (size_t i = 0; i < wanted && i < count; i++)
        KL_TRY(bind_one(s, (int)i + 1, values[i], error));
    return kl_sql_watch_check(watch, error);
}

/* ---- values out ---------------------------------------------------------------------------------- */

static declared declaration_of(sqlite3_stmt *stmt, int at)
{
    static const struct {
        const char *prefix;
        declared as;
    } rows[] = {{"BOOL", AS_BOOL},    {"NUMERIC", AS_DECIMAL},    {"DECIMAL", AS_DECIMAL},
                {"JSON", AS_JSON},    {"TIMESTAMP", AS_TIMESTAMP}, {"DATETIME", AS_TIMESTAMP}};
    const char *type = sqlite3_column_decltype(stmt, at);
    for (size_t i = 0; type && i < KL_COUNT(rows); i++)
        if (sqlite3_strnicmp(type, rows[i].prefix, (int)strlen(rows[i].prefix)) == 0)
            return rows[i].as;
    return AS_STORED;
}

/* Before the first row of a run: since the last one the schema may have changed, which has SQLite
 * prepare the statement anew. */
static kl_status look_at_declarations(statement *s, kl_error *error)
{
    int prepared_anew = sqlite3_stmt_status(s->stmt, SQLITE_STMTSTATUS_REPREPARE, 0);
    s->looked = true;
    if (s->declared && prepared_anew == s->prepared_anew)
        return KL_OK;
    s->prepared_anew = prepared_anew;
    size_t columns = (size_t)sqlite3_column_count(s->stmt);
    if (columns > s->columns || !s->declared) {
        uint8_t *grown = kl_realloc(s->declared, columns);
        if (!grown)
            return kl_error_no_memory(error);
        s->declared = grown;
    }
    s->columns = columns;
    for (size_t i = 0; i < columns; i++)
        s->declared[i] = (uint8_t)declaration_of(s->stmt, (int)i);
    return KL_OK;
}

static kl_status step(bool *has_row, void *data, kl_error *error)
{
    statement *s = data;
    int code = sqlite3_step(s->stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return refuse(s->connection, error);
    if (code == SQLITE_ROW && !s->looked)
        KL_TRY(look_at_declarations(s, error));
    *has_row = code == SQLITE_ROW;
    return KL_OK;
}

/* A value is looked at through its sqlite3_value: one call that checks the statement, instead of one for
 * each question. That is allowed here, for a connection is one thread's at a time and has no mutex. */
static kl_status value_text(kl_text *out, sqlite3_value *value, kl_error *error)
{
    out->data = (const char *)sqlite3_value_text(value);
    out->len = (size_t)sqlite3_value_bytes(value);
    return out->data ? KL_OK : kl_error_no_memory(error);
}

static kl_status read_integer(kl_value *out, sqlite3_value *value, declared as,
                              kl_sql_numeric numeric, kl_error *error)
{
    sqlite3_int64 integer = sqlite3_value_int64(value);
    if (as == AS_DECIMAL) {
        kl_text text;
        KL_TRY(value_text(&text, value, error));
        return kl_sql_decode_numeric(out, text, numeric, error);
    }
    bool is_bool = as == AS_BOOL && (integer == 0 || integer == 1);
    *out = is_bool ? kl_bool(integer == 1) : kl_int(integer);
    return KL_OK;
}

static kl_status read_real(kl_value *out, sqlite3_value *value, declared as, kl_sql_numeric numeric,
                           kl_error *error)
{
    char digits[32];
    double real = sqlite3_value_double(value);
    if (numeric == KL_SQL_NUMERIC_TEXT && as == AS_DECIMAL)
        return kl_string_from_valid(out, (kl_text){digits, kl_double_print(digits, real)}, error);
    *out = kl_double(real);
    return KL_OK;
}

static kl_status read_text(kl_value *out, sqlite3_value *value, declared as, kl_sql_numeric numeric,
                           kl_error *error)
{
    kl_text text;
    KL_TRY(value_text(&text, value, error));
    switch (as) {
    case AS_JSON:
        return kl_sql_decode_json(out, text, error);
    case AS_TIMESTAMP:
        return kl_sql_decode_timestamp(out, text, error);
    case AS_DECIMAL:
        return kl_sql_decode_numeric(out, text, numeric, error);
    default:
        return kl_sql_decode_text(out, text, error);
    }
}

static kl_status read_value(kl_value *out, statement *s, size_t index, kl_sql_numeric numeric,
                            kl_error *error)
{
    sqlite3_value *value = sqlite3_column_value(s->stmt, (int)index);
    declared as = (declared)s->declared[index];
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return read_integer(out, value, as, numeric, error);
    case SQLITE_FLOAT:
        return read_real(out, value, as, numeric, error);
    case SQLITE_TEXT:
        return read_text(out, value, as, numeric, error);
    case SQLITE_BLOB: {
        const char *bytes = sqlite3_value_blob(value); /* NULL when empty */
        kl_text blob = {bytes ? bytes : "", (size_t)sqlite3_value_bytes(value)};
        return kl_bytes_new(out, blob, error);
    }
    default:
        *out = kl_null();
        return KL_OK;
    }
}

static kl_status read_column(kl_value *out, void *data, size_t index, kl_sql_numeric numeric,
                             kl_error *error)
{
    return read_value(out, data, index, numeric, error);
}

static kl_status read_row(kl_value *values, void *data, size_t count, kl_sql_numeric numeric,
                          kl_error *error)
{
    statement *s = data;
    for (size_t i = 0; i < count; i++)
        KL_TRY(read_value(&values[i], s, i, numeric, error));
    return KL_OK;
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
    .set_impatient = set_impatient,
    .begin_texts = begin_texts,
    .prepare = prepare,
    .finalize = finalize,
    .is_read_only = is_read_only,
    .column_count = column_count,
    .column_name = column_name,
    .start = start,
    .step = step,
    .read = read_column,
    .read_row = read_row,
    .finish = finish,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "sqlite", .functions = &functions,
};
