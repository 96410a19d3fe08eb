/* src/store/sql.c - statements on a connection: prepared once, bound, read row by row. */
#include "sql_connection.h"

#include <inttypes.h>

/* ---- what ends a statement early, and what a database says ---------------------------------------- */

kl_status kl_sql_watch_check(const kl_sql_watch *watch, kl_error *error)
{
    if (!watch)
        return KL_OK;
    if (watch->is_stopped && watch->is_stopped(watch->data))
        return kl_error_set(error, KL_CANCELLED, "the statement was cancelled");
    if (watch->deadline != KL_TIME_NONE && kl_clock_now() >= watch->deadline)
        return kl_error_set(error, KL_TIMEOUT, "the statement exceeded its time limit");
    return KL_OK;
}

/* The code of a database that has no numbers is its SQLSTATE. */
static kl_status describe(kl_value *map, const kl_sql_fault *fault)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"driver", fault->driver},         {"kind", fault->kind},
                 {"sqlstate", fault->sqlstate},     {"constraint", fault->constraint},
                 {"table", fault->table}};
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value text;
        if (!texts[i].text)
            continue;
        KL_TRY(kl_string_repair(&text, kl_text_from(texts[i].text), NULL));
        KL_TRY(kl_map_set(map, kl_text_from(texts[i].name), text, NULL));
        if (i > 0)
            continue;
        kl_value code = kl_int(fault->code);
        if (!fault->code && fault->sqlstate)
            KL_TRY(kl_string_repair(&code, kl_text_from(fault->sqlstate), NULL));
        KL_TRY(kl_map_set(map, KL_TEXT("code"), code, NULL));
    }
    return KL_OK;
}

kl_status kl_sql_error(kl_error *error, kl_status status, const kl_sql_fault *fault)
{
    if (fault->code || !fault->sqlstate)
        kl_error_set(error, status, "(code: %" PRId64 ") %s", fault->code, fault->text);
    else
        kl_error_set(error, status, "(code: %s) %s", fault->sqlstate, fault->text);
    kl_value *details = error ? kl_alloc(sizeof *details) : NULL;
    if (!details)
        return status;
    *details = kl_null();
    if (kl_map_new(details, 6, NULL) != KL_OK || describe(details, fault) != KL_OK) {
        kl_value_release(*details);
        kl_free(details);
        return status;
    }
    error->details = details;
    return status;
}

/* ---- prepared statements -------------------------------------------------------------------------- */

/* A few bytes tell most texts apart, and equal texts are compared anyway. */
static uint16_t bucket_of(kl_text text)
{
    uint64_t hash = text.len * 0x9E3779B97F4A7C15u, word;
    for (size_t at = 0; at + sizeof word <= text.len; at += KL_MAX(sizeof word, text.len / 8)) {
        memcpy(&word, text.data + at, sizeof word);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    }
    if (text.len >= sizeof word) {
        memcpy(&word, text.data + text.len - sizeof word, sizeof word);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    }
    return (uint16_t)((hash >> 40) % KL_SQL_CACHE_BUCKETS);
}

static void take_out_of_bucket(kl_sql *sql, const kl_sql_cached *cached)
{
    uint16_t place = (uint16_t)(cached - sql->cache + 1);
    uint16_t *link = &sql->buckets[cached->bucket];
    while (*link && *link != place)
        link = &sql->cache[*link - 1].next;
    if (*link)
        *link = cached->next;
}

static void put_into_bucket(kl_sql *sql, kl_sql_cached *cached, uint16_t bucket)
{
    cached->bucket = bucket;
    cached->next = sql->buckets[bucket];
    sql->buckets[bucket] = (uint16_t)(cached - sql->cache + 1);
}

static bool is_in_cache(const kl_sql *sql, const kl_sql_cached *cached)
{
    return cached >= sql->cache && cached < sql->cache + KL_SQL_CACHE_SIZE;
}

void kl_sql_cached_clear(kl_sql *sql, kl_sql_cached *cached)
{
    if (is_in_cache(sql, cached))
        take_out_of_bucket(sql, cached);
    if (cached->statement)
        sql->driver->finalize(cached->statement);
    kl_sql_text_clear(&cached->text);
    kl_value_release(cached->source);
    kl_keys_release(cached->shape);
    kl_free(cached->places);
    *cached = (kl_sql_cached){0};
}

void kl_sql_disconnect(kl_sql *sql)
{
    for (size_t i = 0; i < sql->cached_count; i++)
        kl_sql_cached_clear(sql, &sql->cache[i]);
    sql->driver->close(sql->connection);
}

static kl_sql_cached *find_cached(kl_sql *sql, kl_text text, bool has_values, uint16_t bucket)
{
    for (uint16_t place = sql->buckets[bucket]; place; place = sql->cache[place - 1].next) {
        kl_sql_cached *cached = &sql->cache[place - 1];
        if (!cached->busy && cached->has_values == has_values &&
            kl_text_equal(kl_as_text(cached->source), text))
            return cached;
    }
    return NULL;
}

/* A free place, or that of the statement used longest ago; NULL when all of them run. */
static kl_sql_cached *make_room(kl_sql *sql)
{
    kl_sql_cached *oldest = NULL;
    if (sql->cached_count < KL_SQL_CACHE_SIZE)
        return &sql->cache[sql->cached_count++];
    for (size_t i = 0; i < KL_COUNT(sql->cache); i++) {
        kl_sql_cached *cached = &sql->cache[i];
        if (!cached->busy && (!oldest || cached->used < oldest->used))
            oldest = cached;
    }
    if (oldest)
        kl_sql_cached_clear(sql, oldest);
    return oldest;
}

/* What stands behind the first statement must be blank. Only SQLite itself knows where a trigger's
 * body ends, and asking it costs nothing. */
static kl_status refuse_more(kl_sql *sql, kl_text rest, kl_error *error)
{
    void *statement = NULL;
    size_t used;
    bool blank = kl_sql_text_is_blank(rest, sql->dialect);
    if (!blank && sql->dialect != KL_SQL_SQLITE)
        return kl_error_set(error, KL_SYNTAX, "expected one statement, got several");
    kl_status status = blank ? KL_OK
                             : sql->driver->prepare(&statement, &used, sql->connection, rest, NULL,
                                                    NULL);
    if (statement)
        sql->driver->finalize(statement);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (status != KL_OK || statement)
        return kl_error_set(error, KL_SYNTAX, "expected one statement, got several");
    return KL_OK;
}

/* The one statement of `text`. */
static kl_status prepare_single(void **statement, kl_sql *sql, kl_text text,
                                const kl_sql_watch *watch, kl_error *error)
{
    size_t used;
    KL_TRY(sql->driver->prepare(statement, &used, sql->connection, text, watch, error));
    if (!*statement)
        return kl_error_set(error, KL_SYNTAX, "expected one statement, got none");
    kl_status status = refuse_more(sql, (kl_text){text.data + used, text.len - used}, error);
    if (status != KL_OK) {
        sql->driver->finalize(*statement);
        *statement = NULL;
    }
    return status;
}

static kl_status fill_cached(kl_sql_cached *cached, kl_sql *sql, kl_text text, bool has_values,
                             const kl_sql_watch *watch, kl_error *error)
{
    kl_status status;
    KL_TRY_OUT(kl_string_new(&cached->source, text, error));
    KL_TRY_OUT(kl_sql_text_read(&cached->text, text, sql->dialect, has_values, error));
    KL_TRY_OUT(prepare_single(&cached->statement, sql, kl_as_text(cached->text.text), watch,
                              error));
    cached->has_values = has_values;
    return KL_OK;
out:
    kl_sql_cached_clear(sql, cached);
    return status;
}

kl_status kl_sql_check_process(const kl_sql *sql, kl_error *error)
{
    if (!kl_sql_is_inherited(sql))
        return KL_OK;
    return kl_error_set(error, KL_STATE, "the connection is that of the process from which this one "
                                         "was forked off");
}

static kl_status get_cached(kl_sql_cached **out, kl_sql *sql, kl_text text, bool has_values,
                            const kl_sql_watch *watch, kl_error *error)
{
    KL_TRY(kl_sql_check_process(sql, error));
    uint16_t bucket = bucket_of(text);
    kl_sql_cached *cached = find_cached(sql, text, has_values, bucket);
    if (!cached) {
        cached = make_room(sql);
        if (!cached)
            return kl_error_set(error, KL_LIMIT, "over %d statements run on one connection",
                                KL_SQL_CACHE_SIZE);
        KL_TRY(fill_cached(cached, sql, text, has_values, watch, error));
        put_into_bucket(sql, cached, bucket);
    }
    cached->used = ++sql->turn;
    *out = cached;
    return KL_OK;
}

/* ---- the shape of rows ---------------------------------------------------------------------------- */

static kl_status column_names(kl_value *out, const kl_sql *sql, void *statement, size_t count,
                              kl_error *error)
{
    kl_value names, name;
    kl_status status;
    KL_TRY(kl_array_new(&names, count, error));
    for (size_t i = 0; i < count; i++) {
        KL_TRY_OUT(kl_string_repair(&name, sql->driver->column_name(statement, i), error));
        KL_TRY_OUT(kl_array_push(&names, name, error));
    }
    *out = names;
    return KL_OK;
out:
    kl_value_release(names);
    return status;
}

/* The distinct names are the keys of a row; `*places` is NULL when all are distinct. */
static kl_status make_shape(kl_keys **shape, size_t **places, kl_value names, kl_error *error)
{
    size_t count = kl_array_len(names);
    kl_value keys = kl_null();
    size_t *at = kl_alloc(count * sizeof *at);
    kl_status status = at ? kl_map_new(&keys, count, error) : kl_error_no_memory(error);
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        const kl_value *known = kl_map_find(keys, kl_as_text(kl_array_at(names, i)));
        at[i] = known ? (size_t)known->as.integer : kl_map_len(keys);
        if (!known)
            status = kl_map_set_key(&keys, kl_array_at(names, i), kl_int((int64_t)at[i]), error);
    }
    if (status == KL_OK) {
        bool distinct = kl_map_len(keys) == count;
        *shape = kl_keys_retain(kl_map_keys(keys));
        *places = distinct ? NULL : at;
        at = distinct ? at : NULL;
    }
    kl_free(at);
    kl_value_release(keys);
    return status;
}

/* Whether the shape that is kept still fits: a schema may change between two runs. */
static bool shape_fits(const kl_sql *sql, const kl_sql_cached *cached, size_t columns)
{
    if (!cached->shape || cached->places || kl_keys_len(cached->shape) != columns)
        return false;
    for (size_t i = 0; i < columns; i++)
        if (!kl_text_equal(kl_as_text(kl_keys_at(cached->shape, i)),
                           sql->driver->column_name(cached->statement, i)))
            return false;
    return true;
}

static kl_status look_at_columns(kl_sql_cursor *cursor, kl_error *error)
{
    kl_sql_cached *cached = cursor->cached;
    cursor->looked = true;
    cursor->columns = cursor->sql->driver->column_count(cached->statement);
    if (!cursor->columns || shape_fits(cursor->sql, cached, cursor->columns))
        return KL_OK;
    kl_value names;
    kl_keys *shape;
    size_t *places;
    KL_TRY(column_names(&names, cursor->sql, cached->statement, cursor->columns, error));
    kl_status status = make_shape(&shape, &places, names, error);
    kl_value_release(names);
    KL_TRY(status);
    kl_keys_release(cached->shape);
    kl_free(cached->places);
    cached->shape = shape;
    cached->places = places;
    return KL_OK;
}

/* ---- cursors -------------------------------------------------------------------------------------- */

/* What start() or start_many() began, or not; `owned` (may be NULL) is freed at the end, or at once on
 * failure. */
static kl_status begin(kl_sql_cursor *cursor, kl_sql *sql, kl_sql_cached *cached, kl_value *owned,
                       kl_status started)
{
    if (started != KL_OK) {
        sql->driver->finish(NULL, cached->statement);
        kl_free(owned);
        return started;
    }
    cached->busy = true;
    *cursor = (kl_sql_cursor){.sql = sql, .cached = cached, .values = owned};
    return KL_OK;
}

/* Begin a statement with values in the order of its places. */
static kl_status start_cached(kl_sql_cursor *cursor, kl_sql *sql, kl_sql_cached *cached,
                              const kl_value *values, size_t count, kl_value *owned,
                              const kl_sql_watch *watch, kl_error *error)
{
    kl_status status = sql->driver->start(cached->statement, values, count, watch, error);
    return begin(cursor, sql, cached, owned, status);
}

kl_status kl_sql_start(kl_sql_cursor *cursor, kl_sql *sql, kl_text text, kl_value params,
                       const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_cached *cached;
    size_t count;
    kl_value *values;
    KL_TRY(get_cached(&cached, sql, text, kl_value_len(params) > 0, watch, error));
    KL_TRY(kl_sql_text_values(&values, &count, &cached->text, params, error));
    return start_cached(cursor, sql, cached, values, count, values, watch, error);
}

/* Whether the n-th place takes the n-th value. */
static bool in_order(const kl_sql_text *text)
{
    if (!text->order)
        return true;
    for (size_t i = 0; i < text->order_count; i++)
        if (text->order[i] != i)
            return false;
    return text->order_count == text->count;
}

static kl_status reorder(kl_value **out, const kl_sql_text *text, const kl_value *values,
                         kl_error *error)
{
    kl_value *list = kl_alloc(text->order_count * sizeof *list);
    if (!list)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < text->order_count; i++)
        list[i] = values[text->order[i]];
    *out = list;
    return KL_OK;
}

kl_status kl_sql_start_values(kl_sql_cursor *cursor, kl_sql *sql, kl_text text,
                              const kl_value *values, size_t count, const kl_sql_watch *watch,
                              kl_error *error)
{
    kl_sql_cached *cached;
    kl_value *list;
    KL_TRY(get_cached(&cached, sql, text, count > 0, watch, error));
    if (!kl_is_null(cached->text.names) || cached->text.count != count)
        return kl_error_set(error, KL_INVALID, "expected %zu values, one for each placeholder, "
                            "got %zu", cached->text.count, count);
    if (in_order(&cached->text))
        return start_cached(cursor, sql, cached, values, count, NULL, watch, error);
    KL_TRY(reorder(&list, &cached->text, values, error));
    return start_cached(cursor, sql, cached, list, cached->text.order_count, list, watch, error);
}

/* The values of all runs, one run behind the other; `*each` is how many one has. To be freed. */
static kl_status all_values(kl_value **out, size_t *each, size_t *at, const kl_sql_text *text,
                            const kl_value *params, size_t count, kl_error *error)
{
    kl_value *all = NULL, *values;
    kl_status status = KL_OK;
    for (*at = 0; *at < count; ++*at) {
        status = kl_sql_text_values(&values, each, text, params[*at], error);
        if (status == KL_OK && !all && !(all = kl_alloc(KL_MAX(*each, 1) * count * sizeof *all))) {
            kl_free(values);
            status = kl_error_no_memory(error);
        }
        if (status != KL_OK)
            break;
        if (*each)
            memcpy(all + *at * *each, values, *each * sizeof *all);
        kl_free(values);
    }
    if (status == KL_OK)
        *out = all;
    else
        kl_free(all);
    return status;
}

kl_status kl_sql_start_many(kl_sql_cursor *cursor, size_t *at, kl_sql *sql, kl_text text,
                            const kl_value *params, size_t count, const kl_sql_watch *watch,
                            kl_error *error)
{
    kl_sql_cached *cached;
    size_t each = 0;
    kl_value *values;
    *at = 0;
    KL_TRY(get_cached(&cached, sql, text, kl_value_len(params[0]) > 0, watch, error));
    KL_TRY(all_values(&values, &each, at, &cached->text, params, count, error));
    kl_status status =
        sql->driver->start_many(cached->statement, values, each, count, watch, error);
    *at = status == KL_OK ? 0 : sql->driver->runs_done(cached->statement);
    return begin(cursor, sql, cached, values, status);
}

kl_status kl_sql_bulk_runs(size_t *runs, kl_sql *sql, kl_text text, const kl_value *params,
                           size_t count, const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_cached *cached;
    size_t each = 0, at = 0;
    kl_value *values;
    *runs = 0;
    if (!sql->driver->bulk_runs)
        return KL_OK;
    KL_TRY(get_cached(&cached, sql, text, true, watch, error));
    if (all_values(&values, &each, &at, &cached->text, params, count, NULL) != KL_OK)
        return KL_OK; /* what is wrong with one of them is found when it runs alone */
    *runs = sql->driver->bulk_runs(cached->statement, values, each, count);
    kl_free(values);
    return KL_OK;
}

kl_status kl_sql_start_bulk(kl_sql_cursor *cursor, kl_sql *sql, kl_text text, const kl_value *params,
                            size_t runs, const kl_sql_watch *watch, kl_error *error)
{
    kl_sql_cached *cached;
    size_t each = 0, at = 0;
    kl_value *values;
    KL_TRY(get_cached(&cached, sql, text, true, watch, error));
    KL_TRY(all_values(&values, &each, &at, &cached->text, params, runs, error));
    kl_status status = sql->driver->start_bulk(cached->statement, values, each, runs, watch, error);
    return begin(cursor, sql, cached, values, status);
}

bool kl_sql_pipelines(const kl_sql *sql) { return sql->driver->start_many != NULL; }

size_t kl_sql_runs_done(const kl_sql_cursor *cursor)
{
    return cursor->sql->driver->runs_done(cursor->cached->statement);
}

static kl_status read_columns(kl_value *values, const kl_sql_cursor *cursor, kl_error *error)
{
    const kl_sql_driver *driver = cursor->sql->driver;
    void *statement = cursor->cached->statement;
    if (driver->read_row)
        return driver->read_row(values, statement, cursor->columns, cursor->numeric, error);
    for (size_t i = 0; i < cursor->columns; i++)
        KL_TRY(driver->read(&values[i], statement, i, cursor->numeric, error));
    return KL_OK;
}

/* Of columns of one name, the last one counts. */
static kl_status read_places(kl_value *values, const kl_sql_cursor *cursor, kl_error *error)
{
    const kl_sql_cached *cached = cursor->cached;
    kl_value value;
    for (size_t i = 0; i < cursor->columns; i++) {
        KL_TRY(cursor->sql->driver->read(&value, cached->statement, i, cursor->numeric, error));
        kl_value_replace(&values[cached->places[i]], value);
    }
    return KL_OK;
}

static kl_status read_row(kl_value *row, const kl_sql_cursor *cursor, kl_error *error)
{
    kl_value map, *values;
    KL_TRY(kl_map_of_shape(&map, &values, cursor->cached->shape, error));
    kl_status status = cursor->cached->places ? read_places(values, cursor, error)
                                              : read_columns(values, cursor, error);
    if (status == KL_OK)
        *row = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_sql_next(kl_value *row, kl_sql_cursor *cursor, kl_error *error)
{
    bool has_row;
    KL_TRY(kl_sql_check_process(cursor->sql, error));
    KL_TRY(cursor->sql->driver->step(&has_row, cursor->cached->statement, error));
    if (!cursor->looked) /* after the first step: it reads the schema anew if it must */
        KL_TRY(look_at_columns(cursor, error));
    if (has_row)
        return read_row(row, cursor, error);
    *row = kl_null();
    return KL_OK;
}

kl_status kl_sql_step(bool *has_row, kl_sql_cursor *cursor, kl_error *error)
{
    KL_TRY(kl_sql_check_process(cursor->sql, error));
    KL_TRY(cursor->sql->driver->step(has_row, cursor->cached->statement, error));
    cursor->columns = cursor->sql->driver->column_count(cursor->cached->statement);
    return KL_OK;
}

kl_status kl_sql_read_row(kl_value *values, kl_sql_cursor *cursor, kl_error *error)
{
    return read_columns(values, cursor, error);
}

kl_status kl_sql_columns(kl_value *out, const kl_sql_cursor *cursor, kl_error *error)
{
    void *statement = cursor->cached->statement;
    return column_names(out, cursor->sql, statement,
                        cursor->sql->driver->column_count(statement), error);
}

bool kl_sql_is_read_only(const kl_sql_cursor *cursor)
{
    return cursor->sql->driver->is_read_only(cursor->cached->statement);
}

void kl_sql_finish(kl_sql_effect *effect, kl_sql_cursor *cursor)
{
    if (effect)
        *effect = (kl_sql_effect){0};
    if (!kl_sql_is_inherited(cursor->sql))
        cursor->sql->driver->finish(effect, cursor->cached->statement);
    cursor->cached->busy = false;
    kl_free(cursor->values);
    *cursor = (kl_sql_cursor){0};
}
