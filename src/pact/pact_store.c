/* src/pact/pact_store.c - see pact_store.h. */
#include "pact_store.h"

#include "../store/sql.h"
#include "engine.h"
#include "kailash/json.h"

#include <stdio.h>

enum { FORMAT = 1, SQL_MAX = 256 };

struct kl_pact_store {
    kl_sql_pool *pool;
    kl_sql *writer;
    bool durable; /* how the writer is set */
};

static const char *const tables[] = {
    KL_PACT_TABLE_ORG,            KL_PACT_TABLE_ROLE_ENVELOPES, KL_PACT_TABLE_TASK_ENVELOPES,
    KL_PACT_TABLE_CLEARANCES,     KL_PACT_TABLE_BRIDGES,        KL_PACT_TABLE_KSPS,
    KL_PACT_TABLE_DESIGNATIONS,   KL_PACT_TABLE_SUSPENSIONS,    KL_PACT_TABLE_SETTINGS,
    KL_PACT_TABLE_SPENDING,
};

static const char held_table[] =
    "CREATE TABLE " KL_PACT_TABLE_HELD " (key INTEGER PRIMARY KEY, row TEXT NOT NULL)";
static const char anchor_table[] =
    "CREATE TABLE anchors (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, prev TEXT NOT NULL, "
    "anchor_id TEXT NOT NULL, sequence TEXT NOT NULL, agent_id TEXT NOT NULL, action TEXT NOT NULL, "
    "verification_level TEXT NOT NULL, envelope_id TEXT NOT NULL, result TEXT NOT NULL, "
    "timestamp TEXT NOT NULL, metadata TEXT)";
static const char anchor_index[] = "CREATE INDEX anchors_by_envelope ON anchors (envelope_id, seq)";

/* ---- opening ------------------------------------------------------------------------------------------- */

/* A path as a URL: what a URL would read otherwise is coded. */
static kl_status url_of(kl_value *out, kl_text path, bool read_only, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    if (!path.len || memchr(path.data, '\0', path.len) || path.data[0] == ':')
        return kl_error_set(error, KL_INVALID, "path: '%.*s' is no name of a file",
                            KL_TEXT_ARG(path));
    kl_buffer_string(&url, path.data[0] == '/' ? "sqlite://" : "sqlite:");
    for (size_t i = 0; i < path.len; i++)
        if (path.data[i] == '%' || path.data[i] == '?' || path.data[i] == '#')
            kl_buffer_format(&url, "%%%02X", (unsigned)(unsigned char)path.data[i]);
        else
            kl_buffer_byte(&url, path.data[i]);
    kl_buffer_string(&url, read_only ? "?mode=rw" : ""); /* its WAL may have to be read, too */
    return kl_buffer_finish(out, &url, error);
}

static kl_status execute(kl_sql *sql, const char *text, kl_error *error)
{
    return kl_sql_execute(NULL, sql, kl_text_from(text), kl_null(), error);
}

/* The integer that a statement gives. */
static kl_status query_int(int64_t *out, kl_sql *sql, const char *text, kl_error *error)
{
    kl_sql_cursor cursor;
    kl_value value = kl_null();
    bool has_row = false;
    KL_TRY(kl_sql_start(&cursor, sql, kl_text_from(text), kl_null(), NULL, error));
    kl_status status = kl_sql_step(&has_row, &cursor, error);
    if (status == KL_OK && has_row)
        status = kl_sql_read_row(&value, &cursor, error);
    kl_sql_finish(NULL, &cursor);
    *out = kl_as_int(value);
    kl_value_release(value);
    return status;
}

static kl_status make_tables(kl_sql *sql, kl_error *error)
{
    char text[SQL_MAX];
    for (size_t i = 0; i < KL_COUNT(tables); i++) {
        snprintf(text, sizeof text, "CREATE TABLE %s (key TEXT PRIMARY KEY, row TEXT NOT NULL)",
                 tables[i]);
        KL_TRY(execute(sql, text, error));
    }
    KL_TRY(execute(sql, held_table, error));
    KL_TRY(execute(sql, anchor_table, error));
    KL_TRY(execute(sql, anchor_index, error));
    snprintf(text, sizeof text, "PRAGMA user_version=%d", FORMAT);
    return execute(sql, text, error);
}

/* Within a transaction, as two processes may make one file. */
static kl_status look_at_format(kl_sql *sql, kl_text path, bool read_only, kl_error *error)
{
    int64_t format, others, ours;
    KL_TRY(query_int(&format, sql, "PRAGMA user_version", error));
    KL_TRY(query_int(&others, sql, "SELECT count(*) FROM sqlite_master", error));
    if (format == 0 && others == 0 && !read_only)
        return make_tables(sql, error);
    KL_TRY(query_int(&ours, sql,
                     "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND "
                     "name IN ('anchors', 'org', 'held_actions')", error));
    if (format == FORMAT && ours == 3)
        return KL_OK;
    if (ours == 3)
        return kl_error_set(error, KL_INVALID, "%.*s: its format is %lld, later than %d, which this version "
                            "reads", KL_TEXT_ARG(path), (long long)format, FORMAT);
    return kl_error_set(error, KL_INVALID, "%.*s: a database, but none of a governance engine",
                        KL_TEXT_ARG(path));
}

static kl_status prepare(kl_pact_store *store, kl_text path, bool read_only, kl_error *error)
{
    kl_sql_pool_options options = {0};
    kl_value url;
    KL_TRY(url_of(&url, path, read_only, error));
    kl_status status = kl_sql_pool_new(&store->pool, kl_as_text(url), &options, error);
    kl_value_release(url);
    if (status != KL_OK)
        return status;
    KL_TRY(kl_sql_take(&store->writer, store->pool, NULL, error));
    KL_TRY(kl_sql_begin(store->writer, KL_SQL_ISOLATION_DEFAULT, error));
    status = look_at_format(store->writer, path, read_only, error);
    if (status == KL_OK)
        return kl_sql_commit(store->writer, error);
    kl_sql_rollback(store->writer, NULL);
    return status;
}

kl_status kl_pact_store_open(kl_pact_store **out, kl_text path, bool read_only, kl_error *error)
{
    kl_pact_store *store = kl_alloc_zero(1, sizeof *store);
    if (!store)
        return kl_error_no_memory(error);
    kl_status status = prepare(store, path, read_only, error);
    if (status == KL_OK)
        *out = store;
    else
        kl_pact_store_close(store);
    return status;
}

void kl_pact_store_close(kl_pact_store *store)
{
    if (!store)
        return;
    kl_sql_give_back(store->writer);
    if (store->pool)
        kl_sql_pool_release(store->pool);
    kl_free(store);
}

/* ---- writing -------------------------------------------------------------------------------------------- */

kl_status kl_pact_store_begin(kl_pact_store *store, bool durable, kl_error *error)
{
    if (durable != store->durable) {
        KL_TRY(execute(store->writer, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                       error));
        store->durable = durable;
    }
    return kl_sql_begin(store->writer, KL_SQL_ISOLATION_DEFAULT, error);
}

kl_status kl_pact_store_commit(kl_pact_store *store, kl_error *error)
{
    kl_status status = kl_sql_commit(store->writer, error);
    if (status != KL_OK)
        kl_pact_store_rollback(store);
    return status;
}

void kl_pact_store_rollback(kl_pact_store *store)
{
    /* One that failed badly has ended its transaction by itself. */
    if (kl_sql_in_transaction(store->writer))
        kl_sql_rollback(store->writer, NULL);
}

static bool is_numbered(const char *table) { return strcmp(table, KL_PACT_TABLE_HELD) == 0; }

/* A key as its table has it; given. */
static kl_status key_value(kl_value *out, const char *table, kl_text key, kl_error *error)
{
    int64_t number = 0;
    if (!is_numbered(table))
        return kl_string_new(out, key, error);
    for (size_t i = 0; i < key.len; i++)
        number = 10 * number + (key.data[i] - '0');
    *out = kl_int(number);
    return KL_OK;
}

static kl_status run_values(kl_sql *sql, const char *text, const kl_value *values, size_t count,
                            kl_error *error)
{
    kl_sql_cursor cursor;
    bool has_row = false;
    KL_TRY(kl_sql_start_values(&cursor, sql, kl_text_from(text), values, count, NULL, error));
    kl_status status = kl_sql_step(&has_row, &cursor, error);
    kl_sql_finish(NULL, &cursor);
    return status;
}

kl_status kl_pact_store_put(kl_pact_store *store, const char *table, kl_text key, kl_value row,
                            kl_error *error)
{
    char text[SQL_MAX];
    kl_value values[2] = {kl_null(), kl_null()};
    bool is_set = !kl_is_null(row);
    kl_status status;
    snprintf(text, sizeof text,
             is_set ? "INSERT INTO %s (key, row) VALUES (?, ?) "
                      "ON CONFLICT (key) DO UPDATE SET row = excluded.row"
                    : "DELETE FROM %s WHERE key = ?", table);
    KL_TRY_OUT(key_value(&values[0], table, key, error));
    if (is_set)
        KL_TRY_OUT(kl_json_print(&values[1], row, &kl_json_plain, error));
    status = run_values(store->writer, text, values, is_set ? 2 : 1, error);
out:
    kl_value_release(values[0]);
    kl_value_release(values[1]);
    return status;
}

/* Columns of the table behind seq and hash, in its order. */
static const kl_pact_anchor_part columns[] = {
    KL_ANCHOR_PREVIOUS, KL_ANCHOR_ID,       KL_ANCHOR_SEQUENCE, KL_ANCHOR_AGENT, KL_ANCHOR_ACTION,
    KL_ANCHOR_LEVEL,    KL_ANCHOR_ENVELOPE, KL_ANCHOR_RESULT,   KL_ANCHOR_TIMESTAMP,
    KL_ANCHOR_METADATA,
};
enum { COLUMNS = KL_COUNT(columns) + 2 };

kl_status kl_pact_store_anchor(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    static const char insert[] = "INSERT INTO anchors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    kl_pact_store *store = data;
    kl_value values[COLUMNS] = {kl_int((int64_t)anchor->position)};
    kl_status status;
    kl_error why = KL_ERROR_INIT;
    for (size_t i = 1; i < COLUMNS; i++)
        values[i] = kl_null();
    KL_TRY_OUT(kl_string_from_valid(&values[1], (kl_text){anchor->hash, 64}, error));
    for (size_t i = 0; i < KL_COUNT(columns); i++)
        if (anchor->part[columns[i]].data)
            KL_TRY_OUT(kl_string_new(&values[i + 2], anchor->part[columns[i]], error));
    status = run_values(store->writer, insert, values, COLUMNS, &why);
    bool is_taken = status != KL_OK &&
                    kl_text_is(kl_as_text(kl_map_get(why.details ? *(kl_value *)why.details : kl_null(),
                                                     KL_TEXT("kind"))), "unique");
    if (is_taken) {
        kl_error_clear(&why);
        status = kl_error_set(error, KL_STATE, "audit chain: another engine has written to the same file; "
                                               "close this one and open it again");
    } else {
        kl_error_move(error, &why);
    }
out:
    for (size_t i = 1; i < COLUMNS; i++)
        kl_value_release(values[i]);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------------------- */

static kl_status visit_row(kl_pact_store_visit *visit, void *data, const kl_value *values,
                           kl_error *error)
{
    char digits[24];
    kl_value row;
    kl_text key = kl_as_text(values[0]);
    if (kl_is(values[0], KL_KIND_INT))
        key = (kl_text){digits, (size_t)snprintf(digits, sizeof digits, "%lld",
                                                 (long long)values[0].as.integer)};
    kl_status status = kl_json_parse(&row, kl_as_text(values[1]), error);
    if (status == KL_OK) {
        status = visit(data, key, row, error);
        kl_value_release(row);
    }
    if (status != KL_OK)
        kl_error_prefix(error, "row '%.*s': ", KL_TEXT_ARG(key));
    return status;
}

/* Run a statement and give its rows of `count` columns to `use`. */
typedef kl_status use_row(void *data, const kl_value *values, kl_error *error);

static kl_status each_row(kl_pact_store *store, const char *text, kl_value param, size_t count,
                          use_row *use, void *data, kl_error *error)
{
    kl_sql *sql = NULL;
    kl_sql_cursor cursor;
    kl_value values[COLUMNS];
    bool has_row;
    KL_TRY(kl_sql_take(&sql, store->pool, NULL, error));
    kl_status status = kl_sql_start_values(&cursor, sql, kl_text_from(text), &param,
                                           kl_is_null(param) ? 0 : 1, NULL, error);
    if (status != KL_OK) {
        kl_sql_give_back(sql);
        return status;
    }
    while ((status = kl_sql_step(&has_row, &cursor, error)) == KL_OK && has_row) {
        for (size_t i = 0; i < count; i++)
            values[i] = kl_null();
        status = kl_sql_read_row(values, &cursor, error);
        if (status == KL_OK)
            status = use(data, values, error);
        for (size_t i = 0; i < count; i++)
            kl_value_release(values[i]);
        if (status != KL_OK)
            break;
    }
    kl_sql_finish(NULL, &cursor);
    kl_sql_give_back(sql);
    return status;
}

typedef struct row_use {
    kl_pact_store_visit *visit;
    void *data;
} row_use;

static kl_status use_visit(void *data, const kl_value *values, kl_error *error)
{
    const row_use *use = data;
    return visit_row(use->visit, use->data, values, error);
}

kl_status kl_pact_store_rows(kl_pact_store *store, const char *table, kl_pact_store_visit *visit,
                             void *data, kl_error *error)
{
    char text[SQL_MAX];
    row_use use = {visit, data};
    snprintf(text, sizeof text, "SELECT key, row FROM %s ORDER BY key", table);
    kl_status status = each_row(store, text, kl_null(), 2, use_visit, &use, error);
    if (status != KL_OK)
        kl_error_prefix(error, "table %s: ", table);
    return status;
}

static kl_status keep_row(void *data, kl_text key, kl_value row, kl_error *error)
{
    (void)key, (void)error;
    kl_value_replace(data, kl_value_retain(row));
    return KL_OK;
}

kl_status kl_pact_store_get(kl_value *out, kl_pact_store *store, const char *table, kl_text key,
                            kl_error *error)
{
    char text[SQL_MAX];
    kl_value param, found = kl_null();
    row_use use = {keep_row, &found};
    snprintf(text, sizeof text, "SELECT key, row FROM %s WHERE key = ?", table);
    KL_TRY(key_value(&param, table, key, error));
    kl_status status = each_row(store, text, param, 2, use_visit, &use, error);
    kl_value_release(param);
    if (status == KL_OK)
        *out = found;
    else
        kl_value_release(found);
    return status;
}

typedef struct anchor_use {
    kl_pact_anchor_visit *visit;
    void *data;
} anchor_use;

static bool is_digits(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0 && text.len <= 20;
}

/* A row that somebody has changed may hold anything. */
static kl_status use_anchor(void *data, const kl_value *values, kl_error *error)
{
    const anchor_use *use = data;
    kl_pact_anchor anchor = {.position = (uint64_t)kl_as_int(values[0])};
    kl_text hash = kl_as_text(values[1]);
    memcpy(anchor.hash, hash.data, KL_MIN(hash.len, (size_t)64));
    for (size_t i = 0; i < KL_COUNT(columns); i++)
        anchor.part[columns[i]] = kl_is_null(values[i + 2]) ? (kl_text){NULL, 0}
                                                            : kl_as_text(values[i + 2]);
    if (!is_digits(anchor.part[KL_ANCHOR_SEQUENCE]))
        anchor.part[KL_ANCHOR_SEQUENCE] = KL_TEXT("0"); /* its hash will not hold */
    return use->visit(use->data, &anchor, error);
}

kl_status kl_pact_store_anchors(kl_pact_store *store, kl_text envelope_id,
                                kl_pact_anchor_visit *visit, void *data, kl_error *error)
{
    anchor_use use = {visit, data};
    kl_value param = kl_null();
    if (!envelope_id.len)
        return each_row(store, "SELECT * FROM anchors ORDER BY seq", param, COLUMNS, use_anchor, &use,
                        error);
    KL_TRY(kl_string_new(&param, envelope_id, error));
    kl_status status = each_row(store, "SELECT * FROM anchors WHERE envelope_id = ? ORDER BY seq", param,
                                COLUMNS, use_anchor, &use, error);
    kl_value_release(param);
    return status;
}
