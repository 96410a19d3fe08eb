/* src/nodes/records.c - see records.h. */
#include "records.h"
#include "buffer.h"
#include "fork.h"
#include "kailash/json.h"
#include "kailash/time.h"
#include "store/sql.h"
#include "store/sql_url.h"
#include "workflow/shared.h"

#include <stdio.h>

/* One in memory. */
typedef struct entry {
    struct entry *previous, *next; /* in the order of creation */
    kl_value id;
    kl_value record;
    int64_t version;
    bool finished;
} entry;

struct kl_records {
    char *kind;
    kl_sql_pool *pool;       /* of a database; NULL = in memory, and then: */
    pthread_mutex_t lock;    /* guards all below */
    kl_fork_watch watch;
    kl_value index;          /* map id -> address of its entry, as an int */
    entry *first, *last;
    size_t finished;
};

/* ---- making -------------------------------------------------------------------------------------- */

static const char create_table[] =
    "CREATE TABLE IF NOT EXISTS kailash_records (kind VARCHAR(64) NOT NULL, id VARCHAR(191) NOT NULL, "
    "version BIGINT NOT NULL, finished INTEGER NOT NULL, created BIGINT NOT NULL, record TEXT NOT NULL, "
    "PRIMARY KEY (kind, id))";

/* A connection whose commits are on the disk when they return. */
static kl_status take(kl_sql **out, kl_records *records, kl_error *error)
{
    kl_sql *sql;
    KL_TRY(kl_sql_take(&sql, records->pool, NULL, error));
    kl_status status = KL_OK;
    if (kl_sql_pool_address(records->pool)->dialect == KL_SQL_SQLITE)
        status = kl_sql_execute(NULL, sql, KL_TEXT("PRAGMA synchronous=FULL"), kl_null(), error);
    if (status == KL_OK)
        *out = sql;
    else
        kl_sql_give_back(sql);
    return status;
}

static kl_status open_pool(kl_records *records, kl_text place, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    kl_sql *sql;
    if (!kl_sql_is_url(place))
        kl_buffer_string(&url, "sqlite:");
    kl_buffer_add(&url, place);
    kl_status status = url.status == KL_OK
                           ? kl_sql_pool_shared(&records->pool, kl_buffer_text(&url), error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&url);
    KL_TRY(status);
    KL_TRY(take(&sql, records, error));
    status = kl_sql_execute(NULL, sql, kl_text_from(create_table), kl_null(), error);
    kl_sql_give_back(sql);
    return status;
}

static void dispose(void *state)
{
    kl_records *records = state;
    kl_fork_watch_end(&records->watch);
    while (records->first) {
        entry *next = records->first->next;
        kl_value_release(records->first->id);
        kl_value_release(records->first->record);
        kl_free(records->first);
        records->first = next;
    }
    kl_value_release(records->index);
    kl_sql_pool_release(records->pool);
    pthread_mutex_destroy(&records->lock);
    kl_free(records->kind);
    kl_free(records);
}

/* `name` is the kind, a line feed, and the place. */
static kl_status make(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\n', name.len);
    size_t len = (size_t)(end - name.data);
    kl_text place = {end + 1, name.len - len - 1};
    kl_records *records = kl_alloc_zero(1, sizeof *records);
    if (!records)
        return kl_error_no_memory(error);
    pthread_mutex_init(&records->lock, NULL);
    kl_status status = kl_map_new(&records->index, 8, error);
    records->kind = kl_strdup((kl_text){name.data, len});
    if (status == KL_OK && !records->kind)
        status = kl_error_no_memory(error);
    if (status == KL_OK && place.len)
        status = open_pool(records, place, error);
    if (status != KL_OK) {
        dispose(records);
        return status;
    }
    records->watch = (kl_fork_watch){.lock = &records->lock};
    kl_fork_watch_begin(&records->watch);
    *out = records;
    return KL_OK;
}

static const kl_shared_kind shared_kind = {make, dispose};

kl_status kl_records_of(kl_records **out, const char *kind, const kl_node_call *call,
                        kl_value scope, kl_value place, kl_error *error)
{
    kl_buffer name = KL_BUFFER_INIT;
    void *state = NULL;
    kl_buffer_format(&name, "%s\n", kind);
    kl_buffer_add(&name, kl_as_text(place));
    kl_status status = name.status == KL_OK
                           ? kl_node_shared(&state, &shared_kind, kl_buffer_text(&name), call, scope,
                                            error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&name);
    *out = state;
    return status;
}

/* ---- in memory; with the lock held --------------------------------------------------------------- */

static entry *find(const kl_records *records, kl_text id)
{
    return (entry *)(intptr_t)kl_as_int(kl_map_get(records->index, id));
}

static void drop(kl_records *records, entry *e)
{
    *(e->previous ? &e->previous->next : &records->first) = e->next;
    *(e->next ? &e->next->previous : &records->last) = e->previous;
    records->finished -= e->finished;
    kl_value_release(e->id);
    kl_value_release(e->record);
    kl_free(e);
}

static kl_status remove_entry(kl_records *records, entry *e, kl_error *error)
{
    KL_TRY(kl_map_remove(&records->index, kl_as_text(e->id), error));
    drop(records, e);
    return KL_OK;
}

/* A tenth at a time, for removing from a map takes a walk over it. Without memory they stay. */
static void forget_old(kl_records *records)
{
    kl_value left;
    if (records->finished <= KL_RECORDS_KEPT + KL_RECORDS_KEPT / 10 ||
        kl_map_new(&left, KL_RECORDS_KEPT, NULL) != KL_OK)
        return;
    size_t surplus = records->finished - KL_RECORDS_KEPT;
    kl_status status = KL_OK;
    for (entry *e = records->first; e && status == KL_OK; e = e->next) {
        if (e->finished && surplus)
            surplus--;
        else
            status = kl_map_set_key(&left, e->id, kl_int((int64_t)(intptr_t)e), NULL);
    }
    surplus = records->finished - KL_RECORDS_KEPT;
    if (status != KL_OK) {
        kl_value_release(left);
        return;
    }
    for (entry *e = records->first, *next; e && surplus; e = next) {
        next = e->next;
        if (e->finished) {
            drop(records, e);
            surplus--;
        }
    }
    kl_value_replace(&records->index, left);
}

static kl_status add_entry(kl_records *records, kl_text id, kl_value record, bool finished,
                           kl_error *error)
{
    entry *e = kl_alloc_zero(1, sizeof *e);
    if (!e)
        return kl_error_no_memory(error);
    kl_status status = kl_string_new(&e->id, id, error);
    if (status == KL_OK)
        status = kl_map_set_key(&records->index, e->id, kl_int((int64_t)(intptr_t)e), error);
    if (status != KL_OK) {
        kl_value_release(e->id);
        kl_free(e);
        return status;
    }
    e->record = kl_value_retain(record);
    e->version = 1;
    e->finished = finished;
    e->previous = records->last;
    *(records->last ? &records->last->next : &records->first) = e;
    records->last = e;
    records->finished += finished;
    return KL_OK;
}

static kl_status stale(kl_text id, kl_error *error)
{
    return kl_error_set(error, KL_STATE, "'%.*s' was changed by another meanwhile", KL_TEXT_ARG(id));
}

static kl_status write_memory(kl_records *records, kl_text id, int64_t version, kl_value record,
                              bool finished, kl_error *error)
{
    entry *e = find(records, id);
    if ((e ? e->version : 0) != version)
        return stale(id, error);
    if (!e)
        KL_TRY(add_entry(records, id, record, finished, error));
    if (e) {
        kl_value_replace(&e->record, kl_value_retain(record));
        e->version++;
        records->finished += finished;
        records->finished -= e->finished;
        e->finished = finished;
    }
    forget_old(records);
    return KL_OK;
}

static kl_status list_memory(kl_value *out, kl_records *records, bool unfinished_only,
                             kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, kl_map_len(records->index), error));
    for (entry *e = records->first; e && status == KL_OK; e = e->next)
        if (!unfinished_only || !e->finished)
            status = kl_map_set_key(&map, e->id, kl_value_retain(e->record), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- in a database ------------------------------------------------------------------------------- */

/* An array of `count` values (taken); given. */
static kl_status params_of(kl_value *out, const kl_value *values, size_t count, kl_error *error)
{
    kl_value params = kl_null();
    kl_status status = kl_array_new(&params, count, error);
    for (size_t i = 0; i < count; i++) {
        if (status == KL_OK)
            status = kl_array_push(&params, values[i], error);
        else
            kl_value_release(values[i]);
    }
    if (status == KL_OK)
        *out = params;
    else
        kl_value_release(params);
    return status;
}

static kl_status text_value(kl_value *out, kl_text text, kl_error *error)
{
    *out = kl_null();
    return kl_string_new(out, text, error);
}

/* Kind and id as values; given. */
static kl_status key_values(kl_value out[2], const kl_records *records, kl_text id, kl_error *error)
{
    KL_TRY(text_value(&out[0], kl_text_from(records->kind), error));
    kl_status status = text_value(&out[1], id, error);
    if (status != KL_OK)
        kl_value_release(out[0]);
    return status;
}

static kl_status query(kl_value *rows, kl_records *records, kl_text text, const kl_value *values,
                       size_t count, kl_error *error)
{
    kl_sql *sql;
    kl_value params;
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    KL_TRY(params_of(&params, values, count, error));
    kl_status status = take(&sql, records, error);
    if (status == KL_OK) {
        request.text = text;
        request.params = params;
        status = kl_sql_query(&result, sql, &request, error);
        kl_sql_give_back(sql);
    }
    kl_value_release(params);
    KL_TRY(status);
    *rows = kl_value_retain(result.rows);
    kl_sql_result_clear(&result);
    return KL_OK;
}

static kl_status execute(int64_t *affected, kl_records *records, kl_text text,
                         const kl_value *values, size_t count, kl_error *error)
{
    kl_sql *sql;
    kl_value params;
    kl_sql_effect effect = {0};
    KL_TRY(params_of(&params, values, count, error));
    kl_status status = take(&sql, records, error);
    if (status == KL_OK) {
        status = kl_sql_execute(&effect, sql, text, params, error);
        kl_sql_give_back(sql);
    }
    kl_value_release(params);
    *affected = effect.affected;
    return status;
}

static kl_status parse_record(kl_value *out, kl_value row, kl_error *error)
{
    return kl_json_parse(out, kl_as_text(kl_map_get(row, KL_TEXT("record"))), error);
}

static kl_status read_database(kl_value *record, int64_t *version, kl_records *records, kl_text id,
                               kl_error *error)
{
    kl_value values[2], rows;
    kl_status status = KL_OK;
    KL_TRY(key_values(values, records, id, error));
    KL_TRY(query(&rows, records,
                 KL_TEXT("SELECT version, record FROM kailash_records WHERE kind = ? AND id = ?"),
                 values, 2, error));
    kl_value row = kl_array_at(rows, 0);
    if (!kl_is_null(row))
        status = parse_record(record, row, error);
    if (status == KL_OK)
        *version = kl_as_int(kl_map_get(row, KL_TEXT("version")));
    kl_value_release(rows);
    return status;
}

/* Whether a statement failed because its key was there already. */
static bool is_duplicate(const kl_error *error)
{
    const kl_value *details = error->details;
    return details && kl_text_is(kl_as_text(kl_map_get(*details, KL_TEXT("kind"))), "unique");
}

static kl_status insert(kl_records *records, kl_text id, kl_value text, bool finished,
                        kl_error *error)
{
    kl_value values[5];
    int64_t affected;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(key_values(values, records, id, error));
    values[2] = kl_int(finished);
    values[3] = kl_int(kl_time_now());
    values[4] = kl_value_retain(text);
    kl_status status = execute(&affected, records,
                               KL_TEXT("INSERT INTO kailash_records (kind, id, version, finished, "
                                       "created, record) VALUES (?, ?, 1, ?, ?, ?)"),
                               values, 5, &why);
    if (status != KL_OK && is_duplicate(&why)) {
        kl_error_clear(&why);
        return stale(id, error);
    }
    kl_error_move(error, &why);
    return status;
}

static kl_status replace(kl_records *records, kl_text id, int64_t version, kl_value text,
                         bool finished, kl_error *error)
{
    kl_value values[6];
    int64_t affected;
    KL_TRY(key_values(&values[3], records, id, error));
    values[0] = kl_int(version + 1);
    values[1] = kl_int(finished);
    values[2] = kl_value_retain(text);
    values[5] = kl_int(version);
    KL_TRY(execute(&affected, records,
                   KL_TEXT("UPDATE kailash_records SET version = ?, finished = ?, record = ? "
                           "WHERE kind = ? AND id = ? AND version = ?"),
                   values, 6, error));
    return affected ? KL_OK : stale(id, error);
}

static kl_status write_database(kl_records *records, kl_text id, int64_t version, kl_value record,
                                bool finished, kl_error *error)
{
    kl_value text;
    size_t depth;
    KL_TRY(kl_value_depth(&depth, record, KL_JSON_DEPTH_IN + 1, error));
    if (depth > KL_JSON_DEPTH_IN)
        return kl_error_set(error, KL_DEPTH, "what is to be kept nests deeper than %d levels",
                            KL_JSON_DEPTH_IN);
    KL_TRY(kl_json_print(&text, record, &kl_json_plain, error));
    kl_status status = version ? replace(records, id, version, text, finished, error)
                               : insert(records, id, text, finished, error);
    kl_value_release(text);
    return status;
}

static kl_status remove_database(bool *removed, kl_records *records, kl_text id, kl_error *error)
{
    kl_value values[2];
    int64_t affected;
    KL_TRY(key_values(values, records, id, error));
    KL_TRY(execute(&affected, records,
                   KL_TEXT("DELETE FROM kailash_records WHERE kind = ? AND id = ?"), values, 2,
                   error));
    *removed = affected > 0;
    return KL_OK;
}

static kl_status collect(kl_value *map, kl_value rows, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value record;
        KL_TRY(parse_record(&record, kl_array_at(rows, i), error));
        KL_TRY(kl_map_set_key(map, kl_map_get(kl_array_at(rows, i), KL_TEXT("id")), record, error));
    }
    return KL_OK;
}

static kl_status list_database(kl_value *out, kl_records *records, bool unfinished_only,
                               kl_error *error)
{
    kl_value values[2], rows, map = kl_null();
    KL_TRY(text_value(&values[0], kl_text_from(records->kind), error));
    values[1] = kl_int(unfinished_only ? 1 : 2); /* finished is 0 or 1 */
    KL_TRY(query(&rows, records,
                 KL_TEXT("SELECT id, record FROM kailash_records WHERE kind = ? AND finished < ? "
                         "ORDER BY created, id"),
                 values, 2, error));
    kl_status status = kl_map_new(&map, kl_array_len(rows), error);
    if (status == KL_OK)
        status = collect(&map, rows, error);
    kl_value_release(rows);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- both ---------------------------------------------------------------------------------------- */

kl_status kl_record_read(kl_value *record, int64_t *version, kl_records *records, kl_text id,
                         kl_error *error)
{
    *record = kl_null();
    *version = 0;
    if (records->pool)
        return read_database(record, version, records, id, error);
    pthread_mutex_lock(&records->lock);
    entry *e = find(records, id);
    if (e) {
        *record = kl_value_retain(e->record);
        *version = e->version;
    }
    pthread_mutex_unlock(&records->lock);
    return KL_OK;
}

kl_status kl_record_write(kl_records *records, kl_text id, int64_t version, kl_value record,
                          bool finished, kl_error *error)
{
    if (id.len > KL_RECORD_ID_MAX)
        return kl_error_set(error, KL_INVALID, "an id has at most %d bytes", KL_RECORD_ID_MAX);
    if (records->pool)
        return write_database(records, id, version, record, finished, error);
    pthread_mutex_lock(&records->lock);
    kl_status status = write_memory(records, id, version, record, finished, error);
    pthread_mutex_unlock(&records->lock);
    return status;
}

kl_status kl_record_remove(bool *removed, kl_records *records, kl_text id, kl_error *error)
{
    if (records->pool)
        return remove_database(removed, records, id, error);
    pthread_mutex_lock(&records->lock);
    entry *e = find(records, id);
    kl_status status = e ? remove_entry(records, e, error) : KL_OK;
    *removed = e && status == KL_OK;
    pthread_mutex_unlock(&records->lock);
    return status;
}

kl_status kl_record_list(kl_value *out, kl_records *records, bool unfinished_only, kl_error *error)
{
    if (records->pool)
        return list_database(out, records, unfinished_only, error);
    pthread_mutex_lock(&records->lock);
    kl_status status = list_memory(out, records, unfinished_only, error);
    pthread_mutex_unlock(&records->lock);
    return status;
}

static kl_status update_once(kl_records *records, kl_text id, kl_record_change *change, void *data,
                             kl_error *error)
{
    kl_value record, successor = kl_null();
    int64_t version;
    bool finished = false;
    KL_TRY(kl_record_read(&record, &version, records, id, error));
    kl_status status = change(&successor, &finished, record, data, error);
    if (status == KL_OK && !kl_is_null(successor))
        status = kl_record_write(records, id, version, successor, finished, error);
    kl_value_release(record);
    kl_value_release(successor);
    return status;
}

/* KL_STATE tells of a write in between: changes themselves never give it. */
kl_status kl_record_update(kl_records *records, kl_text id, kl_record_change *change, void *data,
                           kl_error *error)
{
    enum { TRIES = 100 };
    for (size_t i = 1;; i++) {
        kl_error why = KL_ERROR_INIT;
        kl_status status = update_once(records, id, change, data, &why);
        if (status == KL_STATE && i < TRIES) {
            kl_error_clear(&why);
            continue;
        }
        kl_error_move(error, &why);
        return status;
    }
}
