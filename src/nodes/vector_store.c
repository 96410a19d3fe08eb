/* src/nodes/vector_store.c - see vector_store.h. */
#include "vector_store.h"
#include "http_call.h"
#include "stopping.h"
#include "buffer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

const char *const kl_vector_backend_words[] = {"memory", "sqlite", "pgvector", "qdrant", NULL};
const char *const kl_vector_method_words[] = {"hnsw", "ivfflat", NULL};
const char *const kl_vector_index_words[] = {"cosine", "euclidean", "dot_product", "none", NULL};

enum { COLLECTION, BACKEND, CONNECTION, SCOPE, API_KEY };

/* ---- collections -------------------------------------------------------------------------------- */

/* A state's name is the file, a NUL and the collection. */
static kl_status make(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\0', name.len);
    kl_text file = {name.data, (size_t)(end - name.data)};
    kl_vectors *vectors;
    KL_TRY(kl_vectors_new(&vectors, (kl_text){end + 1, name.len - file.len - 1}, file, error));
    *out = vectors;
    return KL_OK;
}

static void dispose(void *state) { kl_vectors_free(state); }

static const kl_shared_kind kind = {make, dispose};

static kl_status make_table(void **out, kl_text name, kl_error *error)
{
    const char *end = memchr(name.data, '\0', name.len);
    kl_text url = {name.data, (size_t)(end - name.data)};
    kl_pgvector *table;
    KL_TRY(kl_pgvector_new(&table, url, (kl_text){end + 1, name.len - url.len - 1}, error));
    *out = table;
    return KL_OK;
}

static void dispose_table(void *state) { kl_pgvector_free(state); }

static const kl_shared_kind table_kind = {make_table, dispose_table};

/* What the store said, in the words of a node. */
static kl_status fail(kl_status status, const char *input, kl_error *error)
{
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_CANCELLED ||
        status == KL_INTERRUPTED || status == KL_LIMIT)
        return status;
    if (status == KL_INVALID && input)
        kl_node_form_bad(error, input);
    else if (status != KL_INVALID)
        kl_node_form(error);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

static kl_status file_of(kl_text *out, const kl_value *params, kl_error *error)
{
    kl_text backend = kl_as_text(params[BACKEND]), connection = kl_as_text(params[CONNECTION]);
    bool given = connection.len > 0, memory = kl_text_is(backend, "memory");
    if (memory && given)
        return kl_node_bad(error, "connection_string", "expected none with backend memory");
    if (!memory && !kl_is_null(params[BACKEND]) && !given)
        return kl_node_missing(error, "connection_string");
    if (memchr(connection.data, '\0', connection.len))
        return kl_node_bad(error, "connection_string", "expected text without NUL");
    *out = connection;
    return KL_OK;
}

static kl_status check_table(kl_value collection, kl_error *error)
{
    if (kl_pgvector_is_name(kl_as_text(collection)))
        return KL_OK;
    return kl_node_bad_value(error, "collection", "name of a table: a letter or _, then letters, digits "
                                                  "and _, at most 40", collection);
}

/* A server's collections are state of the server, not of ours. */
static kl_status server_of(kl_vector_store *out, const kl_node_call *call, const kl_value *params,
                           kl_error *error)
{
    kl_text url = kl_as_text(params[CONNECTION]), name = kl_as_text(params[COLLECTION]);
    if (!kl_qdrant_is_name(name))
        return kl_node_bad_value(error, "collection", "name of a collection: 1 to 255 bytes without "
                                                      "any of <>:\"/\\|?*", params[COLLECTION]);
    KL_TRY(fail(kl_qdrant_check_url(url, error), "connection_string", error));
    *out = (kl_vector_store){.is_qdrant = true,
                             .qdrant = {.url = url, .name = name,
                                        .api_key = kl_as_text(params[API_KEY])},
                             .wish = {.index = KL_PGVECTOR_INDEX_DEFAULT}, .call = call};
    return KL_OK;
}

kl_status kl_vector_store_of(kl_vector_store *out, const kl_node_call *call, const kl_value *params,
                             kl_error *error)
{
    kl_buffer name = KL_BUFFER_INIT;
    kl_text file;
    void *state = NULL;
    bool is_table = kl_text_is(kl_as_text(params[BACKEND]), "pgvector");
    bool is_qdrant = kl_text_is(kl_as_text(params[BACKEND]), "qdrant");
    KL_TRY(file_of(&file, params, error));
    if (!is_qdrant && !kl_is_null(params[API_KEY]))
        return kl_node_bad(error, "api_key", "expected none but with backend qdrant");
    if (is_qdrant)
        return server_of(out, call, params, error);
    if (is_table)
        KL_TRY(check_table(params[COLLECTION], error));
    kl_buffer_add(&name, file);
    kl_buffer_byte(&name, '\0');
    kl_buffer_add(&name, kl_as_text(params[COLLECTION]));
    kl_status status = name.status == KL_OK
                           ? kl_node_shared(&state, is_table ? &table_kind : &kind,
                                            kl_buffer_text(&name), call, params[SCOPE], error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&name);
    *out = (kl_vector_store){.wish = {.index = KL_PGVECTOR_INDEX_DEFAULT}, .call = call};
    if (is_table)
        out->table = state;
    else
        out->vectors = state;
    return fail(status, "connection_string", error);
}

static size_t place_of(kl_value word, const char *const *words)
{
    size_t place = 0;
    while (!kl_text_is(kl_as_text(word), words[place]))
        place++;
    return place;
}

static kl_status check_method(const kl_vector_store *store, kl_value method, kl_value lists,
                              kl_error *error)
{
    if (!kl_is_null(method) && !store->table)
        return kl_node_bad(error, "index_method", "expected none but with backend pgvector");
    if (!kl_is_null(lists) && !(store->table && kl_text_is(kl_as_text(method), "ivfflat")))
        return kl_node_bad(error, "index_lists", "expected none but with index_method ivfflat");
    return KL_OK;
}

kl_status kl_vector_store_index(kl_vector_store *store, const kl_value *params, kl_error *error)
{
    enum { METRIC, METHOD, LISTS };
    KL_TRY(check_method(store, params[METHOD], params[LISTS], error));
    if (!kl_is_null(params[METHOD]))
        store->wish.method = (kl_pgvector_method)place_of(params[METHOD], kl_vector_method_words);
    store->wish.lists = (size_t)kl_as_int(params[LISTS]);
    if (kl_is_null(params[METRIC]))
        return KL_OK;
    if (!store->table && !store->is_qdrant)
        return kl_node_bad(error, "index_metric", "expected none but with backend pgvector or qdrant");
    store->wish.index = (kl_pgvector_index)place_of(params[METRIC], kl_vector_index_words);
    if (store->is_qdrant && store->wish.index == KL_PGVECTOR_INDEX_NONE)
        return kl_node_bad(error, "index_metric", "expected cosine, euclidean or dot_product with "
                                                  "backend qdrant, got none");
    return KL_OK;
}

static kl_latch_waiter waiter_of(const kl_vector_store *store)
{
    return (kl_latch_waiter){kl_node_is_stopped, store->call->run};
}

static kl_sql_watch watch_of(const kl_vector_store *store)
{
    return (kl_sql_watch){KL_TIME_NONE, kl_node_is_stopped, store->call->run};
}

/* ---- on a server ---------------------------------------------------------------------------------- */

static kl_status server_upsert(kl_value *ids, size_t *at, const kl_vector_store *store,
                               const kl_vector_entry *entries, size_t count, bool replace,
                               kl_error *error)
{
    kl_http_watch watch = kl_http_node_watch(store->call);
    kl_qdrant qdrant = store->qdrant;
    kl_vector_metric metric = store->wish.index < KL_PGVECTOR_INDEX_NONE
                                  ? (kl_vector_metric)store->wish.index
                                  : KL_VECTOR_METRICS;
    qdrant.watch = &watch;
    return kl_qdrant_upsert(ids, at, &qdrant, entries, count, replace, metric, error);
}

static kl_status server_delete(size_t *deleted, const kl_vector_store *store, const kl_value *ids,
                               const kl_filter *filter, kl_error *error)
{
    kl_http_watch watch = kl_http_node_watch(store->call);
    kl_qdrant qdrant = store->qdrant;
    kl_value condition = kl_null();
    qdrant.watch = &watch;
    if (!ids)
        KL_TRY(kl_qdrant_condition_new(&condition, filter, "filter", error));
    kl_status status = kl_qdrant_delete(deleted, &qdrant, ids, &condition, error);
    kl_value_release(condition);
    return status;
}

static kl_status server_query(kl_value *out, const kl_vector_store *store,
                              const kl_vector_query *query, const char *input, kl_error *error)
{
    kl_http_watch watch = kl_http_node_watch(store->call);
    kl_qdrant qdrant = store->qdrant;
    kl_value condition = kl_null();
    bool all = !query->filter || kl_filter_is_empty(query->filter);
    qdrant.watch = &watch;
    if (query->words_share > 0)
        return kl_node_bad(error, "keyword_weight", "expected 0 with backend qdrant, which does not "
                                                    "weigh words");
    if (!all)
        KL_TRY(fail(kl_qdrant_condition_new(&condition, query->filter, "filter", error), NULL,
                    error));
    kl_status status = kl_qdrant_query(out, &qdrant, query, all ? NULL : &condition, error);
    kl_value_release(condition);
    return fail(status, input, error);
}

/* ---- in a table ----------------------------------------------------------------------------------- */

kl_status kl_vector_store_upsert(kl_value *ids, const kl_vector_store *store,
                                 const kl_vector_entry *entries, size_t count, bool replace,
                                 const char *input, kl_error *error)
{
    char place[64];
    size_t at = 0;
    kl_sql_watch watch = watch_of(store);
    kl_status status;
    if (store->is_qdrant)
        status = server_upsert(ids, &at, store, entries, count, replace, error);
    else if (store->table)
        status = kl_pgvector_upsert(ids, &at, store->table, entries, count, replace, &store->wish,
                                    &watch, error);
    else
        status = kl_vectors_upsert(ids, &at, store->vectors, entries, count, replace,
                                   waiter_of(store), error);
    snprintf(place, sizeof place, input, at);
    return fail(status, place, error);
}

static kl_status delete_rows(size_t *deleted, const kl_vector_store *store, const kl_value *ids,
                             const kl_filter *filter, kl_error *error)
{
    kl_pgvector_condition condition;
    kl_sql_watch watch = watch_of(store);
    if (ids)
        return kl_pgvector_delete(deleted, store->table, ids, NULL, &watch, error);
    KL_TRY(kl_pgvector_condition_new(&condition, filter, "filter", error));
    kl_status status = kl_pgvector_delete(deleted, store->table, NULL, &condition, &watch, error);
    kl_pgvector_condition_clear(&condition);
    return status;
}

kl_status kl_vector_store_delete(size_t *deleted, const kl_vector_store *store, const kl_value *ids,
                                 kl_value filter, kl_error *error)
{
    kl_filter *compiled = NULL;
    kl_status status = KL_OK;
    if (!ids)
        status = kl_filter_compile(&compiled, filter, "filter", error);
    if (status == KL_OK)
        status = store->is_qdrant ? server_delete(deleted, store, ids, compiled, error)
                 : store->table   ? delete_rows(deleted, store, ids, compiled, error)
                                  : kl_vectors_delete(deleted, store->vectors, ids, compiled,
                                                      waiter_of(store), error);
    kl_filter_free(compiled);
    return fail(status, NULL, error);
}

/* What a table cannot be asked. */
static kl_status check_query(const kl_vector_query *query, kl_error *error)
{
    if (query->words_share > 0)
        return kl_node_bad(error, "keyword_weight", "expected 0 with backend pgvector, which does not "
                                                    "weigh words");
    if (query->effort > KL_PGVECTOR_EFFORT_MAX)
        return kl_node_bad(error, "effort", "expected at most %d with backend pgvector, got %zu",
                           KL_PGVECTOR_EFFORT_MAX, query->effort);
    return KL_OK;
}

static kl_status query_rows(kl_value *out, const kl_vector_store *store,
                            const kl_vector_query *query, const char *input, kl_error *error)
{
    kl_pgvector_condition condition;
    kl_sql_watch watch = watch_of(store);
    bool all = !query->filter || kl_filter_is_empty(query->filter);
    KL_TRY(check_query(query, error));
    if (!all)
        KL_TRY(fail(kl_pgvector_condition_new(&condition, query->filter, "filter", error), NULL,
                    error));
    kl_status status = kl_pgvector_query(out, store->table, query, all ? NULL : &condition, &watch,
                                         error);
    if (!all)
        kl_pgvector_condition_clear(&condition);
    return fail(status, input, error);
}

kl_status kl_vector_store_query(kl_value *out, const kl_vector_store *store, kl_vector_query *query,
                                kl_value filter, const char *input, kl_error *error)
{
    kl_filter *compiled = NULL;
    if (!kl_is_null(filter))
        KL_TRY(fail(kl_filter_compile(&compiled, filter, "filter", error), NULL, error));
    query->filter = compiled;
    kl_status status = store->is_qdrant ? server_query(out, store, query, input, error)
                       : store->table   ? query_rows(out, store, query, input, error)
                                        : fail(kl_vectors_query(out, store->vectors, query,
                                                                waiter_of(store), error),
                                               input, error);
    kl_filter_free(compiled);
    query->filter = NULL;
    return status;
}

/* ---- vectors as inputs -------------------------------------------------------------------------- */

static void say_place(char place[96], const char *name, size_t index, const char *member)
{
    if (index == SIZE_MAX)
        snprintf(place, 96, "%s", name);
    else
        snprintf(place, 96, "%s[%zu]%s", name, index, member);
}

static kl_status refuse_number(kl_value item, const char *place, size_t at, kl_error *error)
{
    char name[128];
    snprintf(name, sizeof name, "%s[%zu]", place, at);
    if (!kl_is_number(item))
        return kl_node_bad(error, name, "expected number, got %s", kl_value_kind_name(item));
    return kl_node_bad_value(error, name, "number that fits a 32-bit float", item);
}

kl_status kl_vector_read(float **out, size_t *dimension, kl_value list, const char *name,
                         size_t index, const char *member, kl_error *error)
{
    char place[96];
    size_t count = kl_array_len(list);
    const kl_value *items = kl_array_items(list);
    say_place(place, name, index, member);
    if (!kl_is(list, KL_KIND_ARRAY))
        return kl_node_bad(error, place, "expected array of numbers, got %s",
                           kl_value_kind_name(list));
    if (count == 0 || count > KL_VECTOR_DIMENSION_MAX)
        return kl_node_bad(error, place, "expected 1 to %zu numbers, got %zu",
                           KL_VECTOR_DIMENSION_MAX, count);
    float *numbers = kl_alloc(count * sizeof *numbers);
    if (!numbers)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        double number = kl_as_double(items[i]);
        if (!kl_is_number(items[i]) || !(fabs(number) <= FLT_MAX)) {
            kl_free(numbers);
            return refuse_number(items[i], place, i, error);
        }
        numbers[i] = (float)number;
    }
    *out = numbers;
    *dimension = count;
    return KL_OK;
}
