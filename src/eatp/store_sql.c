/* src/eatp/store_sql.c - EatpSqlxStore: a store in a database, SQLite or PostgreSQL. The tables are those
 * of other implementations of the protocol. */
#include "fault.h"
#include "keys.h"
#include "store_parts.h"

#include "kailash/json.h"
#include "store/sql.h"
#include "store/sql_url.h"

typedef struct sql_store {
    kl_trust_store store;
    kl_sql_pool *pool;
    kl_value shown; /* string: the URL without secrets */
} sql_store;

static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS trust_chain_blocks (id TEXT PRIMARY KEY, agent_id TEXT NOT NULL, "
    "seq INTEGER NOT NULL, payload_json TEXT NOT NULL, created_at TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS trust_delegation_records (id TEXT PRIMARY KEY, "
    "delegator TEXT NOT NULL, delegate TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0, "
    "payload_json TEXT NOT NULL, created_at TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS idx_chain_blocks_agent ON trust_chain_blocks (agent_id)",
    "CREATE INDEX IF NOT EXISTS idx_delegation_delegate ON trust_delegation_records (delegate)",
};

/* ---- errors ----------------------------------------------------------------------------------- */

/* What the database says, as a plain RuntimeError. Messages show no URL but this one. */
static kl_status failed(kl_error *error, const sql_store *s, kl_status status, kl_error *why)
{
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED || status == KL_CANCELLED)
        kl_error_move(error, why);
    else
        status = kl_fault(error, KL_FAILED, NULL, "store_failed", "trust store %.*s: %s",
                          KL_TEXT_ARG(kl_as_text(s->shown)), kl_error_message(why));
    kl_error_clear(why);
    return status;
}

static kl_status damaged(kl_error *error, kl_value id)
{
    return kl_fault(error, KL_FAILED, KL_EATP_AUTHORITY, "store_damaged",
                    "trust store: the payload of '%.*s' is damaged",
                    (int)KL_MIN(kl_as_text(id).len, 200), kl_as_text(id).data);
}

/* ---- statements ------------------------------------------------------------------------------- */

enum { VALUES_MAX = 6 };

/* One statement with its values, borrowed. */
typedef struct statement {
    const char *text;
    kl_value values[VALUES_MAX];
    size_t count;
} statement;

static kl_status params_of(kl_value *out, const statement *st, kl_error *error)
{
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, st->count, error));
    for (size_t i = 0; i < st->count; i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(st->values[i]), error));
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* Rows as an array of maps (given), and how many were changed; both may be NULL. */
static kl_status run(kl_value *rows, int64_t *changed, const sql_store *s, kl_sql *sql,
                     const statement *st, kl_error *error)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(params_of(&request.params, st, error));
    request.text = kl_text_from(st->text);
    kl_status status = kl_sql_query(&result, sql, &request, &why);
    kl_value_release(request.params);
    if (status != KL_OK)
        return failed(error, s, status, &why);
    if (rows)
        *rows = kl_value_take(&result.rows);
    if (changed)
        *changed = result.effect.affected;
    kl_sql_result_clear(&result);
    kl_error_clear(&why);
    return KL_OK;
}

static kl_status take(kl_sql **out, const sql_store *s, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_sql_take(out, s->pool, NULL, &why);
    return status == KL_OK ? KL_OK : failed(error, s, status, &why);
}

static kl_status begin(kl_sql **out, const sql_store *s, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_sql *sql;
    KL_TRY(take(&sql, s, error));
    kl_status status = kl_sql_begin(sql, KL_SQL_ISOLATION_DEFAULT, &why);
    if (status != KL_OK) {
        kl_sql_give_back(sql);
        return failed(error, s, status, &why);
    }
    *out = sql;
    return KL_OK;
}

/* Commit if all went well, else give back what is open: that rolls it back. */
static kl_status end(const sql_store *s, kl_sql *sql, kl_status status, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (status == KL_OK) {
        status = kl_sql_commit(sql, &why);
        if (status != KL_OK)
            status = failed(error, s, status, &why);
    }
    kl_sql_give_back(sql);
    return status;
}

static bool is_postgres(const kl_sql *sql) { return kl_sql_dialect_of(sql) == KL_SQL_POSTGRES; }

/* ---- rows ------------------------------------------------------------------------------------- */

static kl_value column(kl_value row, const char *name)
{
    return kl_map_get(row, kl_text_from(name));
}

/* The payload of a row; given. */
static kl_status payload_of(kl_value *out, kl_value row, kl_error *error)
{
    kl_value map;
    kl_status status = kl_signed_json_parse(&map, kl_as_text(column(row, "payload_json")), error);
    if (status == KL_OK && !kl_is(map, KL_KIND_MAP)) {
        kl_value_release(map);
        status = KL_INVALID;
    }
    if (status == KL_NO_MEMORY)
        return status;
    if (status != KL_OK)
        return damaged(error, column(row, "id"));
    *out = map;
    return KL_OK;
}

/* A record whose `revoked` is that of its row; given. */
static kl_status record_of(kl_value *out, kl_value row, kl_error *error)
{
    kl_value record;
    KL_TRY(payload_of(&record, row, error));
    kl_status status =
        kl_store_with_revoked(out, record, kl_as_int(column(row, "revoked")) != 0, error);
    kl_value_release(record);
    return status;
}

/* An array of what `read` makes of each row; given. `rows` is taken. */
static kl_status each_row(kl_value *out, kl_value rows,
                          kl_status (*read)(kl_value *out, kl_value row, kl_error *error),
                          kl_error *error)
{
    kl_value list = kl_null(), item;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        KL_TRY_OUT(read(&item, kl_array_at(rows, i), error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = kl_value_take(&list);
    status = KL_OK;
out:
    kl_value_release(list);
    kl_value_release(rows);
    return status;
}

/* Rows of one statement outside of a transaction; given. */
static kl_status rows_of(kl_value *out, const sql_store *s, const statement *st, kl_error *error)
{
    kl_sql *sql;
    KL_TRY(take(&sql, s, error));
    kl_status status = run(out, NULL, s, sql, st, error);
    kl_sql_give_back(sql);
    return status;
}

/* ---- blocks ----------------------------------------------------------------------------------- */

/* One that is there: the same, or a conflict. */
static kl_status check_block(int64_t *seq, kl_value row, const kl_stored *block, kl_error *error)
{
    kl_value kept;
    bool same;
    KL_TRY(payload_of(&kept, row, error));
    kl_status status = kl_value_equal(&same, kept, block->payload, error);
    kl_value_release(kept);
    KL_TRY(status);
    *seq = kl_as_int(column(row, "seq"));
    return same ? KL_OK : kl_store_conflict(error, "block", block->id);
}

static kl_status insert_block(int64_t *seq, const sql_store *s, kl_sql *sql,
                              const kl_stored *block, kl_error *error)
{
    static const statement next = {
        .text = "SELECT COALESCE(MAX(seq) + 1, 0) AS seq FROM trust_chain_blocks"};
    kl_value rows;
    KL_TRY(run(&rows, NULL, s, sql, &next, error));
    *seq = kl_as_int(column(kl_array_at(rows, 0), "seq"));
    kl_value_release(rows);
    const statement insert = {
        .text = "INSERT INTO trust_chain_blocks (id, agent_id, seq, payload_json, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
        .values = {block->id, block->agent_id, kl_int(*seq), block->json, block->created_at},
        .count = 5};
    return run(NULL, NULL, s, sql, &insert, error);
}

static kl_status append_within(int64_t *seq, const sql_store *s, kl_sql *sql,
                               const kl_stored *block, kl_error *error)
{
    /* Two that append at a time must not find the same place. SQLite has one writer anyway. */
    static const statement lock = {.text = "LOCK TABLE trust_chain_blocks IN EXCLUSIVE MODE"};
    const statement find = {
        .text = "SELECT id, seq, payload_json FROM trust_chain_blocks WHERE id = ?",
        .values = {block->id}, .count = 1};
    kl_value rows;
    if (is_postgres(sql))
        KL_TRY(run(NULL, NULL, s, sql, &lock, error));
    KL_TRY(run(&rows, NULL, s, sql, &find, error));
    kl_status status = kl_array_len(rows)
                           ? check_block(seq, kl_array_at(rows, 0), block, error)
                           : insert_block(seq, s, sql, block, error);
    kl_value_release(rows);
    return status;
}

static kl_status append_block(int64_t *seq, kl_trust_store *store, const kl_stored *block,
                              kl_error *error)
{
    const sql_store *s = (const sql_store *)store;
    kl_sql *sql;
    KL_TRY(begin(&sql, s, error));
    return end(s, sql, append_within(seq, s, sql, block, error), error);
}

static kl_status blocks(kl_value *out, kl_trust_store *store, kl_value agent_id, kl_error *error)
{
    const statement all = {.text = "SELECT id, payload_json FROM trust_chain_blocks ORDER BY seq"};
    const statement of_agent = {
        .text = "SELECT id, payload_json FROM trust_chain_blocks WHERE agent_id = ? ORDER BY seq",
        .values = {agent_id}, .count = 1};
    kl_value rows;
    KL_TRY(rows_of(&rows, (const sql_store *)store, kl_is_null(agent_id) ? &all : &of_agent,
                   error));
    return each_row(out, rows, payload_of, error);
}

static kl_status block_count(int64_t *out, kl_trust_store *store, kl_error *error)
{
    static const statement count = {.text = "SELECT COUNT(*) AS n FROM trust_chain_blocks"};
    kl_value rows;
    KL_TRY(rows_of(&rows, (const sql_store *)store, &count, error));
    *out = kl_as_int(column(kl_array_at(rows, 0), "n"));
    kl_value_release(rows);
    return KL_OK;
}

/* ---- delegations ------------------------------------------------------------------------------ */

#define RECORD_COLUMNS "SELECT id, revoked, payload_json FROM trust_delegation_records "

static kl_status revoke_within(bool *newly, const sql_store *s, kl_sql *sql, kl_value id,
                               kl_error *error)
{
    int64_t changed;
    const statement revoke = {
        .text = "UPDATE trust_delegation_records SET revoked = 1 WHERE id = ? AND revoked = 0",
        .values = {id}, .count = 1};
    KL_TRY(run(NULL, &changed, s, sql, &revoke, error));
    *newly = changed > 0;
    return KL_OK;
}

/* The record of an id; given, null when there is none. */
static kl_status find_record(kl_value *out, const sql_store *s, kl_sql *sql, kl_value id,
                             kl_error *error)
{
    const statement find = {.text = RECORD_COLUMNS "WHERE id = ?", .values = {id}, .count = 1};
    kl_value rows;
    KL_TRY(run(&rows, NULL, s, sql, &find, error));
    kl_status status = KL_OK;
    if (kl_array_len(rows))
        status = record_of(out, kl_array_at(rows, 0), error);
    else
        *out = kl_null();
    kl_value_release(rows);
    return status;
}

/* One that is there: the same, or a conflict. */
static kl_status keep_record(const sql_store *s, kl_sql *sql, const kl_stored *record,
                             kl_error *error)
{
    kl_value kept;
    bool same, newly;
    KL_TRY(find_record(&kept, s, sql, record->id, error));
    kl_status status = kl_store_same_delegation(&same, record->payload, kept, error);
    kl_value_release(kept);
    KL_TRY(status);
    if (!same)
        return kl_store_conflict(error, "delegation", record->id);
    return record->revoked ? revoke_within(&newly, s, sql, record->id, error) : KL_OK;
}

static kl_status put_within(const sql_store *s, kl_sql *sql, const kl_stored *record,
                            kl_error *error)
{
    int64_t changed;
    const statement insert = {
        .text = "INSERT INTO trust_delegation_records (id, delegator, delegate, revoked, "
                "payload_json, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        .values = {record->id, record->delegator, record->delegate, kl_int(record->revoked),
                   record->json, record->created_at},
        .count = 6};
    KL_TRY(run(NULL, &changed, s, sql, &insert, error));
    return changed ? KL_OK : keep_record(s, sql, record, error);
}

static kl_status put_delegation(kl_trust_store *store, const kl_stored *record, kl_error *error)
{
    const sql_store *s = (const sql_store *)store;
    kl_sql *sql;
    KL_TRY(begin(&sql, s, error));
    return end(s, sql, put_within(s, sql, record, error), error);
}

static kl_status delegation(kl_value *out, kl_trust_store *store, kl_value id, kl_error *error)
{
    const sql_store *s = (const sql_store *)store;
    kl_sql *sql;
    KL_TRY(take(&sql, s, error));
    kl_status status = find_record(out, s, sql, id, error);
    kl_sql_give_back(sql);
    return status;
}

static kl_status delegations(kl_value *out, kl_trust_store *store, kl_value delegate,
                             int64_t limit, kl_error *error)
{
    const statement all = {.text = RECORD_COLUMNS "ORDER BY created_at, id LIMIT ?",
                           .values = {kl_int(limit)}, .count = 1};
    const statement of_delegate = {
        .text = RECORD_COLUMNS "WHERE delegate = ? ORDER BY created_at, id LIMIT ?",
        .values = {delegate, kl_int(limit)}, .count = 2};
    kl_value rows;
    KL_TRY(rows_of(&rows, (const sql_store *)store, kl_is_null(delegate) ? &all : &of_delegate,
                   error));
    return each_row(out, rows, record_of, error);
}

static kl_status set_revoked(bool *found, bool *newly, kl_trust_store *store, kl_value id,
                             kl_error *error)
{
    const sql_store *s = (const sql_store *)store;
    const statement find = {.text = RECORD_COLUMNS "WHERE id = ?", .values = {id}, .count = 1};
    kl_sql *sql;
    kl_value rows = kl_null();
    *newly = false;
    KL_TRY(begin(&sql, s, error));
    kl_status status = revoke_within(newly, s, sql, id, error);
    if (status == KL_OK && !*newly)
        status = run(&rows, NULL, s, sql, &find, error);
    *found = *newly || kl_array_len(rows) > 0;
    kl_value_release(rows);
    return end(s, sql, status, error);
}

static const kl_store_functions functions = {
    .append_block = append_block,
    .blocks = blocks,
    .block_count = block_count,
    .put_delegation = put_delegation,
    .delegation = delegation,
    .delegations = delegations,
    .set_revoked = set_revoked,
};

/* ---- the type --------------------------------------------------------------------------------- */

static kl_status make_tables(const sql_store *s, kl_sql *sql, kl_error *error)
{
    /* In PostgreSQL, two that make the same table at a time get in each other's way. */
    static const statement lock = {.text = "SELECT pg_advisory_xact_lock(1699443052)"};
    if (is_postgres(sql))
        KL_TRY(run(NULL, NULL, s, sql, &lock, error));
    for (size_t i = 0; i < KL_COUNT(tables); i++)
        KL_TRY(run(NULL, NULL, s, sql, &(statement){.text = tables[i]}, error));
    return KL_OK;
}

static kl_status open_pool(sql_store *s, kl_text url, size_t connections, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_sql_pool_options options = {.connections_max = connections};
    kl_status status = kl_sql_pool_new(&s->pool, url, &options, &why);
    if (status == KL_OK && kl_sql_pool_address(s->pool)->dialect == KL_SQL_MYSQL)
        status = kl_error_set(&why, KL_INVALID, "expected a database of SQLite or PostgreSQL");
    return status == KL_OK ? KL_OK : failed(error, s, status, &why);
}

static kl_status sql_init(kl_object *self, const kl_value *args, kl_error *error)
{
    sql_store *s = (sql_store *)self;
    kl_sql *sql;
    s->store.functions = &functions;
    KL_TRY(kl_sql_url_redact(&s->shown, kl_as_text(args[0]), error));
    KL_TRY(open_pool(s, kl_as_text(args[0]), (size_t)kl_as_int(args[1]), error));
    KL_TRY(begin(&sql, s, error));
    return end(s, sql, make_tables(s, sql, error), error);
}

static void sql_dispose(kl_object *self)
{
    sql_store *s = (sql_store *)self;
    kl_sql_pool_release(s->pool);
    kl_value_release(s->shown);
}

static kl_status sql_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("EatpSqlxStore()"), error);
}

static const kl_param init_params[] = {
    {.name = "database_url", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "sqlite::memory:, sqlite://PATH?mode=rwc, or postgres://..."},
    {.name = "max_connections", .kind = KL_KIND_COUNT, .fallback = "1",
     .range = KL_RANGE(1, 1000), .doc = "connections at most; a database in memory has one"},
};

static const kl_method methods[] = {KL_STORE_METHODS};

static const kl_type kl_sql_store_type = {
    .name = "EatpSqlxStore",
    .module = "kailash",
    .doc = "A trust store in a database, whose tables it makes: trust_chain_blocks and "
           "trust_delegation_records.",
    .size = sizeof(sql_store),
    .base = &kl_trust_store_type,
    .params = KL_TABLE(init_params),
    .init = sql_init,
    .dispose = sql_dispose,
    .methods = KL_TABLE(methods),
    .repr = sql_repr,
};
KL_PUBLISH(kl_sql_store_type);
