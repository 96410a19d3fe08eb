/* src/store/pgvector.c - collections of vectors in PostgreSQL. See pgvector.h. */
#include "pgvector.h"
#include "kailash/json.h"

#include <math.h>
#include <stdlib.h>

struct kl_pgvector {
    kl_sql_pool *pool;
    kl_value table; /* string */
};

/* Entries that go into one statement. */
#define BATCH ((size_t)500)
/* Candidates that the index keeps at least. */
#define EFFORT ((size_t)100)

static const struct {
    const char *distance, *operators; /* the operator, the class of an index */
} metrics[] = {
    [KL_VECTOR_COSINE] = {"<=>", "vector_cosine_ops"},
    [KL_VECTOR_EUCLIDEAN] = {"<->", "vector_l2_ops"},
    [KL_VECTOR_DOT] = {"<#>", "vector_ip_ops"},
};

bool kl_pgvector_is_name(kl_text name)
{
    bool good = name.len > 0 && name.len <= KL_PGVECTOR_NAME_MAX;
    for (size_t i = 0; good && i < name.len; i++) {
        char c = name.data[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               (i > 0 && c >= '0' && c <= '9');
    }
    return good;
}

kl_status kl_pgvector_new(kl_pgvector **out, kl_text url, kl_text table, kl_error *error)
{
    kl_pgvector *store = kl_alloc_zero(1, sizeof *store);
    if (!store)
        return kl_error_no_memory(error);
    kl_status status = kl_string_from_valid(&store->table, table, error);
    if (status == KL_OK)
        status = kl_sql_pool_shared(&store->pool, url, error);
    if (status == KL_OK && kl_sql_pool_address(store->pool)->dialect != KL_SQL_POSTGRES)
        status = kl_error_set(error, KL_INVALID, "expected a URL that begins with postgres:// or "
                                                 "postgresql://, got %s",
                              kl_sql_pool_address(store->pool)->scheme);
    if (status == KL_OK)
        *out = store;
    else
        kl_pgvector_free(store);
    return status;
}

void kl_pgvector_free(kl_pgvector *store)
{
    if (!store)
        return;
    kl_sql_pool_release(store->pool);
    kl_value_release(store->table);
    kl_free(store);
}

/* ---- statements --------------------------------------------------------------------------------- */

/* A connection in use. */
typedef struct session {
    kl_text table;
    kl_sql *sql;
    const kl_sql_watch *watch;
} session;

static kl_status begin(session *out, kl_pgvector *store, const kl_sql_watch *watch, bool reading,
                       kl_error *error)
{
    *out = (session){kl_as_text(store->table), NULL, watch};
    KL_TRY(kl_sql_take(&out->sql, store->pool, watch, error));
    kl_status status = reading ? kl_sql_begin_reading(out->sql, error)
                               : kl_sql_begin(out->sql, KL_SQL_ISOLATION_DEFAULT, error);
    if (status != KL_OK)
        kl_sql_give_back(out->sql);
    return status;
}

/* Keep what was done if all went well; the pool rolls back otherwise. */
static kl_status end(session *s, kl_status status, kl_error *error)
{
    if (status == KL_OK)
        status = kl_sql_commit(s->sql, error);
    kl_sql_give_back(s->sql);
    return status;
}

/* Run the statement in `text`, which is ended. `params` is borrowed. */
static kl_status ask(kl_sql_result *out, session *s, kl_buffer *text, kl_value params,
                     kl_error *error)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = kl_buffer_text(text);
    request.params = params;
    request.watch = *s->watch;
    kl_status status = text->status == KL_OK ? kl_sql_query(out, s->sql, &request, error)
                                             : kl_error_no_memory(error);
    kl_buffer_free(text);
    return status;
}

/* The same with one parameter (taken; NULL = none) and without rows; `affected` may be NULL. */
static kl_status tell(size_t *affected, session *s, kl_buffer *text, const kl_value *param,
                      kl_error *error)
{
    kl_sql_result result = {0};
    kl_value params = kl_null();
    kl_status status = KL_OK;
    if (param) {
        status = kl_array_new(&params, 1, error);
        if (status == KL_OK)
            status = kl_array_push(&params, *param, error);
        else
            kl_value_release(*param);
    }
    if (status == KL_OK)
        status = ask(&result, s, text, params, error);
    else
        kl_buffer_free(text);
    if (status == KL_OK && affected)
        *affected = (size_t)result.effect.affected;
    if (status == KL_OK)
        kl_sql_result_clear(&result);
    kl_value_release(params);
    return status;
}

/* The integer in the first row's column `value`; `missing` when there is no row. `param` as above. */
static kl_status look(int64_t *out, session *s, kl_buffer *text, kl_value param, int64_t missing,
                      kl_error *error)
{
    kl_sql_result result = {0};
    kl_value params = kl_null();
    kl_status status = kl_array_new(&params, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&params, param, error);
    else
        kl_value_release(param);
    if (status == KL_OK)
        status = ask(&result, s, text, params, error);
    else
        kl_buffer_free(text);
    kl_value_release(params);
    KL_TRY(status);
    kl_value row = kl_array_at(result.rows, 0);
    *out = kl_is_null(row) ? missing : kl_as_int(kl_map_get(row, KL_TEXT("value")));
    kl_sql_result_clear(&result);
    return KL_OK;
}

/* ---- tables ------------------------------------------------------------------------------------- */

/* Numbers of a vector in the table; 0 when there is no table. */
static kl_status look_dimension(size_t *out, session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value name;
    int64_t dimension = 0;
    KL_TRY(kl_string_format(&name, error, "\"%.*s\"", KL_TEXT_ARG(s->table)));
    kl_buffer_string(&text, "SELECT a.atttypmod::bigint AS value FROM pg_attribute a WHERE a.attrelid "
                            "= to_regclass($1::text) AND a.attname = 'embedding' AND NOT "
                            "a.attisdropped");
    KL_TRY(look(&dimension, s, &text, name, 0, error));
    if (dimension < 0)
        return kl_error_set(error, KL_FAILED, "column embedding of table \"%.*s\" does not say how "
                                              "many numbers a vector has; expected vector(n)",
                            KL_TEXT_ARG(s->table));
    *out = (size_t)dimension;
    return KL_OK;
}

static kl_status look_empty(bool *out, session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    int64_t found = 0;
    kl_buffer_format(&text, "SELECT 1::bigint AS value FROM \"%.*s\" LIMIT $1::bigint",
                     KL_TEXT_ARG(s->table));
    KL_TRY(look(&found, s, &text, kl_int(1), 0, error));
    *out = found == 0;
    return KL_OK;
}

/* Who makes tables does so alone: two CREATE ... IF NOT EXISTS at once would fail. */
static kl_status lock_schema(session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value name;
    KL_TRY(kl_string_from_valid(&name, KL_TEXT("kailash pgvector"), error));
    kl_buffer_string(&text, "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))");
    return tell(NULL, s, &text, &name, error);
}

static kl_status create_table(session *s, size_t dimension, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(lock_schema(s, error));
    kl_buffer_string(&text, "CREATE EXTENSION IF NOT EXISTS vector");
    KL_TRY(tell(NULL, s, &text, NULL, error));
    kl_buffer_format(&text, "CREATE TABLE IF NOT EXISTS \"%.*s\" (id text PRIMARY KEY, embedding "
                            "vector(%zu) NOT NULL, content text, metadata jsonb NOT NULL DEFAULT "
                            "'{}')", KL_TEXT_ARG(s->table), dimension);
    return tell(NULL, s, &text, NULL, error);
}

static kl_status count_rows(int64_t *out, session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "SELECT count(*)::bigint AS value FROM \"%.*s\" WHERE $1::bigint = 0",
                     KL_TEXT_ARG(s->table));
    return look(out, s, &text, kl_int(0), 0, error);
}

/* As pgvector advises: a list for 1,000 rows, for more than a million the square root of their number. */
static kl_status write_lists(kl_buffer *text, session *s, size_t lists, kl_error *error)
{
    int64_t rows = 0;
    if (lists == 0) {
        KL_TRY(count_rows(&rows, s, error));
        lists = (size_t)(rows <= 1000000 ? rows / 1000 : (int64_t)sqrt((double)rows));
    }
    kl_buffer_format(text, " WITH (lists = %zu)",
                     KL_MIN(KL_MAX(lists, (size_t)1), (size_t)KL_PGVECTOR_LISTS_MAX));
    return KL_OK;
}

/* Asking first leaves writers alone, whom CREATE INDEX would wait for also when there is one. */
static kl_status create_index(session *s, kl_vector_metric metric, const kl_pgvector_wish *wish,
                              kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    const char *word = kl_vector_metric_words[metric];
    const char *method = wish->method == KL_PGVECTOR_IVFFLAT ? "ivfflat" : "hnsw";
    kl_value name;
    int64_t there = 0;
    KL_TRY(kl_string_format(&name, error, "\"%.*s_%s_%s\"", KL_TEXT_ARG(s->table), method, word));
    kl_buffer_string(&text, "SELECT (to_regclass($1::text) IS NOT NULL)::int::bigint AS value");
    KL_TRY(look(&there, s, &text, name, 0, error));
    if (there)
        return KL_OK;
    KL_TRY(lock_schema(s, error));
    kl_buffer_format(&text, "CREATE INDEX IF NOT EXISTS \"%.*s_%s_%s\" ON \"%.*s\" USING %s (embedding %s)",
                     KL_TEXT_ARG(s->table), method, word, KL_TEXT_ARG(s->table), method,
                     metrics[metric].operators);
    if (wish->method == KL_PGVECTOR_IVFFLAT) {
        kl_status status = write_lists(&text, s, wish->lists, error);
        if (status != KL_OK) {
            kl_buffer_free(&text);
            return status;
        }
    }
    return tell(NULL, s, &text, NULL, error);
}

/* An empty collection takes vectors of any length. */
static kl_status change_dimension(session *s, size_t dimension, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "ALTER TABLE \"%.*s\" ALTER COLUMN embedding TYPE vector(%zu)",
                     KL_TEXT_ARG(s->table), dimension);
    return tell(NULL, s, &text, NULL, error);
}

static kl_status clear_table(session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "DELETE FROM \"%.*s\"", KL_TEXT_ARG(s->table));
    return tell(NULL, s, &text, NULL, error);
}

static kl_status check_dimensions(size_t *at, const kl_vector_entry *entries, size_t count,
                                  size_t dimension, kl_error *error)
{
    for (*at = 0; *at < count; ++*at)
        if (entries[*at].dimension != dimension)
            return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the other vectors of the "
                                "collection have, got %zu", dimension, entries[*at].dimension);
    return KL_OK;
}

/* The table as the entries (at least one) need it; `*fresh` when it was not there. */
static kl_status prepare_table(bool *fresh, size_t *at, session *s, const kl_vector_entry *entries,
                               size_t count, kl_error *error)
{
    size_t dimension;
    bool empty = false;
    KL_TRY(look_dimension(&dimension, s, error));
    *fresh = dimension == 0;
    if (!*fresh && dimension != entries[0].dimension)
        KL_TRY(look_empty(&empty, s, error));
    if (*fresh || empty)
        KL_TRY(check_dimensions(at, entries, count, entries[0].dimension, error));
    else
        KL_TRY(check_dimensions(at, entries, count, dimension, error));
    if (*fresh)
        KL_TRY(create_table(s, entries[0].dimension, error));
    if (empty)
        KL_TRY(change_dimension(s, entries[0].dimension, error));
    return KL_OK;
}

static kl_status prepare_index(session *s, const kl_pgvector_wish *wish, bool fresh, size_t dimension,
                               kl_error *error)
{
    bool by_itself = fresh && wish->index == KL_PGVECTOR_INDEX_DEFAULT &&
                     dimension <= KL_PGVECTOR_INDEX_DIMENSION_MAX;
    if (wish->index < KL_PGVECTOR_INDEX_NONE)
        return create_index(s, (kl_vector_metric)wish->index, wish, error);
    return by_itself ? create_index(s, KL_VECTOR_COSINE, wish, error) : KL_OK;
}

/* ---- numbered ids ------------------------------------------------------------------------------- */

/* The n of "<collection>_<n>", or -1. */
static int64_t number_of(kl_text table, kl_text id)
{
    char *stop;
    if (id.len <= table.len + 1 || id.len > table.len + 18 ||
        memcmp(id.data, table.data, table.len) != 0 || id.data[table.len] != '_' ||
        id.data[table.len + 1] < '0' || id.data[table.len + 1] > '9')
        return -1;
    int64_t number = strtoll(id.data + table.len + 1, &stop, 10);
    return stop == id.data + id.len ? number : -1;
}

/* Ids that stand in the order of the entries. The sequence passes by numbers that were given by hand. */
static kl_status next_id(kl_value *out, session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value name;
    int64_t number = 0;
    KL_TRY(kl_string_format(&name, error, "\"%.*s_ids\"", KL_TEXT_ARG(s->table)));
    kl_buffer_string(&text, "SELECT nextval($1::text::regclass)::bigint AS value");
    KL_TRY(look(&number, s, &text, name, 0, error));
    return kl_string_format(out, error, "%.*s_%lld", KL_TEXT_ARG(s->table), (long long)number);
}

static kl_status pass_number(session *s, int64_t number, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value given = kl_int(number);
    kl_buffer_format(&text, "SELECT setval('\"%.*s_ids\"', GREATEST($1::bigint, last_value)) FROM "
                            "\"%.*s_ids\"", KL_TEXT_ARG(s->table), KL_TEXT_ARG(s->table));
    return tell(NULL, s, &text, &given, error);
}

static kl_status create_sequence(session *s, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(lock_schema(s, error));
    kl_buffer_format(&text, "CREATE SEQUENCE IF NOT EXISTS \"%.*s_ids\" MINVALUE 0 START 0",
                     KL_TEXT_ARG(s->table));
    return tell(NULL, s, &text, NULL, error);
}

/* The ids of the entries, in `ids` (an empty array). */
static kl_status make_ids(kl_value *ids, session *s, const kl_vector_entry *entries, size_t count,
                          kl_error *error)
{
    int64_t most = -1;
    bool numbered = false;
    for (size_t i = 0; i < count; i++) {
        most = KL_MAX(most, number_of(s->table, kl_as_text(entries[i].id)));
        numbered |= kl_is_null(entries[i].id);
    }
    if (numbered || most >= 0)
        KL_TRY(create_sequence(s, error));
    if (most >= 0)
        KL_TRY(pass_number(s, most, error));
    for (size_t i = 0; i < count; i++) {
        kl_value id = kl_value_retain(entries[i].id);
        if (kl_is_null(id))
            KL_TRY(next_id(&id, s, error));
        KL_TRY(kl_array_push(ids, id, error));
    }
    return KL_OK;
}

/* ---- changes ------------------------------------------------------------------------------------ */

/* "[0.5,1]"; nine digits tell a float from its neighbours. */
static kl_status vector_text(kl_value *out, const float *vector, size_t dimension, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < dimension; i++)
        kl_buffer_format(&text, "%c%.9g", i ? ',' : '[', (double)vector[i]);
    kl_buffer_byte(&text, ']');
    return kl_buffer_finish(out, &text, error);
}

static kl_status entry_map(kl_value *out, const kl_vector_entry *entry, kl_value id,
                           kl_error *error)
{
    kl_value map, vector;
    kl_status status;
    kl_value metadata = kl_is_null(entry->metadata) ? kl_map_empty()
                                                    : kl_value_retain(entry->metadata);
    status = kl_map_new(&map, 4, error);
    if (status != KL_OK) {
        kl_value_release(metadata);
        return status;
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), metadata, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(id), error));
    KL_TRY_OUT(vector_text(&vector, entry->vector, entry->dimension, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("embedding"), vector, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content"), kl_value_retain(entry->content), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Of entries with one id the last one counts. */
static kl_status store_batch(session *s, const kl_vector_entry *entries, size_t first, size_t count,
                             kl_value ids, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value rows;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&rows, count, error));
    for (size_t i = first; i < first + count && status == KL_OK; i++) {
        kl_value map = kl_null();
        status = entry_map(&map, &entries[i], kl_array_at(ids, i), error);
        if (status == KL_OK)
            status = kl_array_push(&rows, map, error);
    }
    if (status != KL_OK) {
        kl_value_release(rows);
        return status;
    }
    kl_buffer_format(&text,
                     "INSERT INTO \"%.*s\" (id, embedding, content, metadata) SELECT DISTINCT ON "
                     "(e.item->>'id') e.item->>'id', (e.item->>'embedding')::vector, "
                     "e.item->>'content', e.item->'metadata' FROM jsonb_array_elements($1::jsonb) "
                     "WITH ORDINALITY AS e(item, n) ORDER BY e.item->>'id', e.n DESC ON CONFLICT (id) "
                     "DO UPDATE SET embedding = excluded.embedding, content = excluded.content, "
                     "metadata = excluded.metadata", KL_TEXT_ARG(s->table));
    return tell(NULL, s, &text, &rows, error);
}

static kl_status upsert(kl_value *ids, size_t *at, session *s, const kl_vector_entry *entries,
                        size_t count, bool replace, const kl_pgvector_wish *wish, kl_error *error)
{
    size_t dimension = 0;
    bool fresh, late = wish->method == KL_PGVECTOR_IVFFLAT;
    if (replace)
        KL_TRY(look_dimension(&dimension, s, error));
    if (dimension)
        KL_TRY(clear_table(s, error));
    if (count == 0)
        return KL_OK;
    KL_TRY(prepare_table(&fresh, at, s, entries, count, error));
    if (!late)
        KL_TRY(prepare_index(s, wish, fresh, entries[0].dimension, error));
    KL_TRY(make_ids(ids, s, entries, count, error));
    for (size_t i = 0; i < count; i += BATCH)
        KL_TRY(store_batch(s, entries, i, KL_MIN(BATCH, count - i), *ids, error));
    return late ? prepare_index(s, wish, fresh, entries[0].dimension, error) : KL_OK;
}

kl_status kl_pgvector_upsert(kl_value *ids, size_t *at, kl_pgvector *store,
                             const kl_vector_entry *entries, size_t count, bool replace,
                             const kl_pgvector_wish *wish, const kl_sql_watch *watch, kl_error *error)
{
    session s;
    kl_value made;
    KL_TRY(kl_array_new(&made, count, error));
    kl_status status = begin(&s, store, watch, false, error);
    if (status == KL_OK)
        status = end(&s, upsert(&made, at, &s, entries, count, replace, wish, error), error);
    if (status == KL_OK)
        *ids = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status delete_from(size_t *deleted, session *s, const kl_value *ids,
                             const kl_pgvector_condition *condition, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_sql_result result = {0};
    size_t dimension;
    *deleted = 0;
    KL_TRY(look_dimension(&dimension, s, error));
    if (dimension == 0)
        return KL_OK;
    kl_buffer_format(&text, "DELETE FROM \"%.*s\" WHERE ", KL_TEXT_ARG(s->table));
    if (ids) {
        kl_value list = kl_value_retain(*ids);
        kl_buffer_string(&text, "id IN (SELECT jsonb_array_elements_text($1::jsonb))");
        return tell(deleted, s, &text, &list, error);
    }
    kl_buffer_add(&text, kl_buffer_text(&condition->sql));
    KL_TRY(ask(&result, s, &text, condition->params, error));
    *deleted = (size_t)result.effect.affected;
    kl_sql_result_clear(&result);
    return KL_OK;
}

kl_status kl_pgvector_delete(size_t *deleted, kl_pgvector *store, const kl_value *ids,
                             const kl_pgvector_condition *condition, const kl_sql_watch *watch,
                             kl_error *error)
{
    session s;
    size_t count = 0;
    KL_TRY(begin(&s, store, watch, false, error));
    KL_TRY(end(&s, delete_from(&count, &s, ids, condition, error), error));
    *deleted = count;
    return KL_OK;
}

/* ---- finding ------------------------------------------------------------------------------------ */

/* The index finds no zero vector's cosines, and what a condition leaves over may be too little. */
static bool may_use_index(const kl_vector_query *query, const kl_pgvector_condition *condition)
{
    bool zero = true;
    for (size_t i = 0; i < query->dimension && zero; i++)
        zero = query->vector[i] == 0;
    return !query->exact && !condition && !zero && kl_vectors_wanted(query) <= KL_PGVECTOR_EFFORT_MAX;
}

/* Lists that are looked at, for the index of IVFFlat if there is one: as many as the effort says, else the
 * square root of their number, and so many that twice the rows wanted lie in them. */
static kl_status set_probes(session *s, const kl_vector_query *query, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_sql_result result = {0};
    kl_value params, name;
    kl_status status;
    KL_TRY(kl_array_new(&params, 3, error));
    KL_TRY_OUT(kl_string_format(&name, error, "\"%.*s\"", KL_TEXT_ARG(s->table)));
    KL_TRY_OUT(kl_array_push(&params, name, error));
    KL_TRY_OUT(kl_array_push(&params, kl_int((int64_t)query->effort), error));
    KL_TRY_OUT(kl_array_push(&params, kl_int((int64_t)kl_vectors_wanted(query)), error));
    kl_buffer_string(&text,
                     "SELECT set_config('ivfflat.probes', LEAST(l.lists, CASE WHEN $2::bigint > 0 THEN "
                     "$2::bigint WHEN l.rows < 1 THEN l.lists ELSE GREATEST(ceil(sqrt(l.lists)), "
                     "ceil(2.0 * $3::bigint * l.lists / l.rows))::bigint END)::text, true) FROM (SELECT "
                     "COALESCE((SELECT split_part(o, '=', 2)::bigint FROM unnest(i.reloptions) o WHERE o "
                     "LIKE 'lists=%'), 100) AS lists, t.reltuples AS rows FROM pg_index x JOIN pg_class i "
                     "ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam JOIN pg_class t ON t.oid = "
                     "x.indrelid WHERE x.indrelid = to_regclass($1::text) AND a.amname = 'ivfflat') l");
    status = ask(&result, s, &text, params, error);
    if (status == KL_OK)
        kl_sql_result_clear(&result);
out:
    kl_value_release(params);
    return status;
}

static kl_status set_effort(session *s, const kl_vector_query *query, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value number;
    size_t effort = KL_MAX(query->effort ? query->effort : EFFORT, kl_vectors_wanted(query));
    KL_TRY(kl_string_format(&number, error, "%zu",
                            KL_MIN(effort, (size_t)KL_PGVECTOR_EFFORT_MAX)));
    kl_buffer_string(&text, "SELECT set_config('hnsw.ef_search', $1::text, true)");
    KL_TRY(tell(NULL, s, &text, &number, error));
    return set_probes(s, query, error);
}

/* The nearest first, by an index in its order alone: PostgreSQL before 17 uses none for a second key. An
 * expression around the distance keeps the index out; the cosine of a zero vector is 0. */
static void write_query(kl_buffer *text, const session *s, const kl_vector_query *query,
                        const kl_pgvector_condition *condition, size_t vector, bool indexed)
{
    const char *distance = metrics[query->metric].distance;
    kl_buffer_format(text, "SELECT id, embedding::text AS embedding, content, metadata::text AS "
                           "metadata FROM \"%.*s\"", KL_TEXT_ARG(s->table));
    if (condition) {
        kl_buffer_string(text, " WHERE ");
        kl_buffer_add(text, kl_buffer_text(&condition->sql));
    }
    if (indexed)
        kl_buffer_format(text, " ORDER BY embedding %s $%zu::text::vector", distance, vector);
    else
        kl_buffer_format(text, " ORDER BY COALESCE(NULLIF(embedding %s $%zu::text::vector, 'NaN'), 1), "
                               "id COLLATE \"C\"", distance, vector);
    kl_buffer_format(text, " LIMIT %zu", kl_vectors_wanted(query));
}

/* The values of a condition and behind them the vector. */
static kl_status query_params(kl_value *out, const kl_vector_query *query,
                              const kl_pgvector_condition *condition, kl_error *error)
{
    kl_value vector, params;
    if (condition)
        params = kl_value_retain(condition->params);
    else
        KL_TRY(kl_array_new(&params, 1, error));
    kl_status status = vector_text(&vector, query->vector, query->dimension, error);
    if (status == KL_OK)
        status = kl_array_push(&params, vector, error);
    if (status == KL_OK)
        *out = params;
    else
        kl_value_release(params);
    return status;
}

/* Candidates in an array of maps {id, embedding, content, metadata}; given. */
static kl_status find(kl_value *out, session *s, const kl_vector_query *query,
                      const kl_pgvector_condition *condition, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_sql_result result = {0};
    kl_value params;
    size_t dimension;
    bool empty, indexed = may_use_index(query, condition);
    KL_TRY(look_dimension(&dimension, s, error));
    if (dimension && dimension != query->dimension) {
        KL_TRY(look_empty(&empty, s, error));
        if (!empty)
            return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the vectors of the "
                                "collection have, got %zu", dimension, query->dimension);
        dimension = 0;
    }
    if (dimension == 0 || query->top_k == 0)
        return kl_array_new(out, 0, error);
    if (indexed)
        KL_TRY(set_effort(s, query, error));
    KL_TRY(query_params(&params, query, condition, error));
    write_query(&text, s, query, condition, kl_array_len(params), indexed);
    kl_status status = ask(&result, s, &text, params, error);
    kl_value_release(params);
    KL_TRY(status);
    *out = kl_value_take(&result.rows);
    kl_sql_result_clear(&result);
    return KL_OK;
}

/* The numbers of "[1,0.5]"; given. */
static kl_status read_vector(float **out, kl_text text, size_t dimension, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_json_parse(&list, text, error));
    kl_status status = KL_OK;
    float *numbers = kl_alloc(dimension * sizeof *numbers);
    if (!numbers)
        status = kl_error_no_memory(error);
    else if (kl_array_len(list) != dimension)
        status = kl_error_set(error, KL_FAILED, "the database gave a vector of %zu numbers, expected "
                                                "%zu", kl_array_len(list), dimension);
    for (size_t i = 0; i < dimension && status == KL_OK; i++)
        numbers[i] = (float)kl_as_double(kl_array_at(list, i));
    kl_value_release(list);
    if (status == KL_OK)
        *out = numbers;
    else
        kl_free(numbers);
    return status;
}

/* A row as an entry of `vectors`. */
static kl_status add_row(kl_vectors *vectors, kl_value row, size_t dimension, kl_error *error)
{
    float *numbers;
    kl_value ids = kl_null(), metadata = kl_null(), text = kl_map_get(row, KL_TEXT("metadata"));
    size_t at;
    if (!kl_is_null(text))
        KL_TRY(kl_json_parse(&metadata, kl_as_text(text), error));
    kl_status status = read_vector(&numbers, kl_as_text(kl_map_get(row, KL_TEXT("embedding"))),
                                   dimension, error);
    if (status == KL_OK) {
        kl_vector_entry entry = {kl_map_get(row, KL_TEXT("id")), numbers, dimension, metadata,
                                 kl_map_get(row, KL_TEXT("content"))};
        status = kl_vectors_upsert(&ids, &at, vectors, &entry, 1, false, (kl_latch_waiter){0}, error);
        kl_free(numbers);
    }
    kl_value_release(ids);
    kl_value_release(metadata);
    return status;
}

kl_status kl_pgvector_query(kl_value *out, kl_pgvector *store, const kl_vector_query *query,
                            const kl_pgvector_condition *condition, const kl_sql_watch *watch,
                            kl_error *error)
{
    session s;
    kl_value rows = kl_null();
    KL_TRY(begin(&s, store, watch, true, error));
    kl_status status = end(&s, find(&rows, &s, query, condition, error), error);
    if (status == KL_OK)
        status = kl_vectors_rank(out, rows, query, add_row, error);
    kl_value_release(rows);
    return status;
}
