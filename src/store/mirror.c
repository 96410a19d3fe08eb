/* src/store/mirror.c - see mirror.h. */
#include "mirror.h"
#include "kailash/json.h"
#include "sql_url.h"

#include <stdatomic.h>
#include <stdio.h>

struct kl_mirror {
    kl_sql_pool *pool;
    kl_sql *sql; /* of the change that is going on */
    const char *kind;
    kl_value collection;
    _Atomic int64_t revision; /* of what memory holds; -1 = none */
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS kailash_%s (position INTEGER PRIMARY KEY, collection TEXT NOT NULL, "
    "key TEXT NOT NULL, body TEXT NOT NULL, bytes BLOB, UNIQUE (collection, key))";
static const char revisions_schema[] =
    "CREATE TABLE IF NOT EXISTS kailash_revisions (kind TEXT NOT NULL, collection TEXT NOT NULL, "
    "revision INTEGER NOT NULL, PRIMARY KEY (kind, collection))";

/* Bodies must come back as they went: what JSON cannot say is refused. */
static const kl_json_style body_style = {.nan = KL_JSON_NAN_ERROR, .bytes_error = true};

/* A statement in which %s is the kind, with an array of values (taken). */
static kl_status run(kl_sql_result *out, kl_sql *sql, const char *format, const char *kind,
                     kl_value params, kl_error *error)
{
    char text[512];
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    int len = snprintf(text, sizeof text, format, kind);
    request.text = (kl_text){text, (size_t)len};
    request.params = params;
    kl_sql_result result;
    kl_status status = kl_sql_query(out ? out : &result, sql, &request, error);
    if (status == KL_OK && !out)
        kl_sql_result_clear(&result);
    kl_value_release(params);
    return status;
}

/* An array of the values, which are taken. */
static kl_status list_of(kl_value *out, const kl_value *values, size_t count, kl_error *error)
{
    kl_value list = kl_null();
    kl_status status = kl_array_new(&list, count, error);
    for (size_t i = 0; i < count; i++) {
        if (status == KL_OK)
            status = kl_array_push(&list, values[i], error);
        else
            kl_value_release(values[i]);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status name_list(kl_value *out, const kl_mirror *mirror, kl_error *error)
{
    kl_value names[] = {kl_value_retain(mirror->collection)};
    return list_of(out, names, 1, error);
}

static kl_status open_pool(kl_sql_pool **out, kl_text url, kl_error *error)
{
    kl_value full;
    kl_sql_pool *pool;
    if (kl_sql_is_url(url))
        KL_TRY(kl_string_new(&full, url, error));
    else
        KL_TRY(kl_string_format(&full, error, "sqlite:%.*s", KL_TEXT_ARG(url)));
    kl_status status = kl_sql_pool_shared(&pool, kl_as_text(full), error);
    kl_value_release(full);
    KL_TRY(status);
    if (kl_sql_pool_address(pool)->dialect != KL_SQL_SQLITE) {
        kl_sql_pool_release(pool);
        return kl_error_set(error, KL_INVALID, "a file store is an SQLite database, not one of a server");
    }
    *out = pool;
    return KL_OK;
}

static kl_status make_tables(kl_sql_pool *pool, const char *kind, kl_error *error)
{
    kl_sql *sql;
    KL_TRY(kl_sql_take(&sql, pool, NULL, error));
    kl_status status = run(NULL, sql, schema, kind, kl_null(), error);
    if (status == KL_OK)
        status = run(NULL, sql, revisions_schema, "", kl_null(), error);
    kl_sql_give_back(sql);
    return status;
}

kl_status kl_mirror_new(kl_mirror **out, kl_text url, const char *kind, kl_text collection,
                        kl_error *error)
{
    kl_mirror *mirror = kl_alloc_zero(1, sizeof *mirror);
    kl_status status;
    if (!mirror)
        return kl_error_no_memory(error);
    mirror->kind = kind;
    mirror->revision = -1;
    KL_TRY_OUT(kl_string_new(&mirror->collection, collection, error));
    KL_TRY_OUT(open_pool(&mirror->pool, url, error));
    KL_TRY_OUT(make_tables(mirror->pool, kind, error));
    *out = mirror;
    return KL_OK;
out:
    kl_mirror_free(mirror);
    return status;
}

void kl_mirror_free(kl_mirror *mirror)
{
    if (!mirror)
        return;
    kl_sql_give_back(mirror->sql);
    kl_sql_pool_release(mirror->pool);
    kl_value_release(mirror->collection);
    kl_free(mirror);
}

/* ---- revisions ---------------------------------------------------------------------------------- */

static kl_status read_revision(int64_t *out, const kl_mirror *mirror, kl_sql *sql, kl_error *error)
{
    kl_sql_result result;
    kl_value params;
    KL_TRY(name_list(&params, mirror, error));
    KL_TRY(run(&result, sql, "SELECT revision FROM kailash_revisions WHERE kind = '%s' AND "
                             "collection = ?", mirror->kind, params, error));
    *out = kl_as_int(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("revision")));
    kl_sql_result_clear(&result);
    return KL_OK;
}

kl_status kl_mirror_is_stale(bool *out, kl_mirror *mirror, kl_error *error)
{
    kl_sql *sql = mirror->sql;
    int64_t revision = 0;
    if (!sql)
        KL_TRY(kl_sql_take(&sql, mirror->pool, NULL, error));
    kl_status status = read_revision(&revision, mirror, sql, error);
    if (!mirror->sql)
        kl_sql_give_back(sql);
    *out = revision != mirror->revision;
    return status;
}

void kl_mirror_forget(kl_mirror *mirror) { mirror->revision = -1; }

/* ---- loading ------------------------------------------------------------------------------------ */

static kl_status give_row(kl_value row, kl_mirror_row *to, void *data, kl_error *error)
{
    kl_value body = kl_map_get(row, KL_TEXT("body")), parsed;
    KL_TRY(kl_json_parse(&parsed, kl_as_text(body), error));
    kl_status status = to(data, kl_as_text(kl_map_get(row, KL_TEXT("key"))), parsed,
                          kl_as_text(kl_map_get(row, KL_TEXT("bytes"))), error);
    kl_value_release(parsed);
    return status;
}

static kl_status load_rows(const kl_mirror *mirror, kl_sql *sql, kl_mirror_row *row, void *data,
                           kl_error *error)
{
    char text[256];
    kl_sql_cursor cursor;
    kl_value params, next = kl_null();
    kl_sql_watch watch = KL_SQL_WATCH_NONE;
    int len = snprintf(text, sizeof text, "SELECT key, body, bytes FROM kailash_%s WHERE "
                       "collection = ? ORDER BY position", mirror->kind);
    KL_TRY(name_list(&params, mirror, error));
    kl_status status = kl_sql_start(&cursor, sql, (kl_text){text, (size_t)len}, params, &watch, error);
    if (status == KL_OK) {
        while ((status = kl_sql_next(&next, &cursor, error)) == KL_OK && !kl_is_null(next)) {
            status = give_row(next, row, data, error);
            kl_value_release(next);
            if (status != KL_OK)
                break;
        }
        kl_sql_finish(NULL, &cursor);
    }
    kl_value_release(params);
    return status;
}

kl_status kl_mirror_load(kl_mirror *mirror, kl_mirror_row *row, void *data, kl_error *error)
{
    int64_t revision = 0;
    bool own = !mirror->sql; /* a transaction, so that rows and revision fit */
    mirror->revision = -1;
    if (own)
        KL_TRY(kl_mirror_begin(mirror, error));
    kl_status status = read_revision(&revision, mirror, mirror->sql, error);
    if (status == KL_OK)
        status = load_rows(mirror, mirror->sql, row, data, error);
    if (status == KL_OK)
        mirror->revision = revision;
    if (own)
        kl_mirror_rollback(mirror);
    return status;
}

/* ---- changing ----------------------------------------------------------------------------------- */

kl_status kl_mirror_begin(kl_mirror *mirror, kl_error *error)
{
    KL_TRY(kl_sql_take(&mirror->sql, mirror->pool, NULL, error));
    kl_status status = kl_sql_begin(mirror->sql, KL_SQL_ISOLATION_DEFAULT, error);
    if (status != KL_OK)
        kl_mirror_rollback(mirror);
    return status;
}

kl_status kl_mirror_put(kl_mirror *mirror, kl_text key, kl_value body, kl_text bytes,
                        kl_error *error)
{
    kl_value values[4] = {kl_value_retain(mirror->collection)}, params;
    kl_status status;
    KL_TRY_OUT(kl_string_new(&values[1], key, error));
    KL_TRY_OUT(kl_json_print(&values[2], body, &body_style, error));
    if (bytes.data)
        KL_TRY_OUT(kl_bytes_new(&values[3], bytes, error));
    KL_TRY(list_of(&params, values, KL_COUNT(values), error));
    return run(NULL, mirror->sql,
               "INSERT INTO kailash_%s (collection, key, body, bytes) VALUES (?, ?, ?, ?) "
               "ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body, "
               "bytes = excluded.bytes", mirror->kind, params, error);
out:
    for (size_t i = 0; i < KL_COUNT(values); i++)
        kl_value_release(values[i]);
    return status;
}

kl_status kl_mirror_remove(kl_mirror *mirror, kl_text key, kl_error *error)
{
    kl_value values[2] = {kl_value_retain(mirror->collection)}, params;
    kl_status status = kl_string_new(&values[1], key, error);
    if (status != KL_OK) {
        kl_value_release(values[0]);
        return status;
    }
    KL_TRY(list_of(&params, values, KL_COUNT(values), error));
    return run(NULL, mirror->sql, "DELETE FROM kailash_%s WHERE collection = ? AND key = ?",
               mirror->kind, params, error);
}

kl_status kl_mirror_clear(kl_mirror *mirror, kl_error *error)
{
    kl_value params;
    KL_TRY(name_list(&params, mirror, error));
    return run(NULL, mirror->sql, "DELETE FROM kailash_%s WHERE collection = ?", mirror->kind,
               params, error);
}

kl_status kl_mirror_commit(kl_mirror *mirror, kl_error *error)
{
    kl_value params;
    kl_status status = name_list(&params, mirror, error);
    if (status == KL_OK)
        status = run(NULL, mirror->sql,
                     "INSERT INTO kailash_revisions (kind, collection, revision) VALUES ('%s', ?, 1) "
                     "ON CONFLICT (kind, collection) DO UPDATE SET revision = revision + 1",
                     mirror->kind, params, error);
    int64_t revision = 0;
    if (status == KL_OK)
        status = read_revision(&revision, mirror, mirror->sql, error);
    if (status == KL_OK)
        status = kl_sql_commit(mirror->sql, error);
    if (status == KL_OK)
        mirror->revision = revision;
    kl_mirror_rollback(mirror);
    return status;
}

void kl_mirror_rollback(kl_mirror *mirror)
{
    kl_sql_give_back(mirror->sql); /* rolls back what is open */
    mirror->sql = NULL;
}

kl_status kl_mirror_collections(kl_value *out, kl_text url, const char *kind, kl_error *error)
{
    kl_sql_pool *pool;
    kl_sql *sql = NULL;
    kl_sql_result result;
    kl_value names = kl_null();
    KL_TRY(open_pool(&pool, url, error));
    kl_status status = make_tables(pool, kind, error);
    if (status == KL_OK)
        status = kl_sql_take(&sql, pool, NULL, error);
    if (status == KL_OK)
        status = run(&result, sql, "SELECT DISTINCT collection FROM kailash_%s ORDER BY collection",
                     kind, kl_null(), error);
    if (status == KL_OK) {
        status = kl_array_new(&names, 0, error);
        for (size_t i = 0; status == KL_OK && i < kl_array_len(result.rows); i++)
            status = kl_array_push(&names, kl_value_retain(kl_map_get(kl_array_at(result.rows, i),
                                                                      KL_TEXT("collection"))),
                                   error);
        kl_sql_result_clear(&result);
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}
