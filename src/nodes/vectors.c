/* src/nodes/vectors.c - VectorUpsertNode, VectorQueryNode and VectorDeleteNode. */
#include "vector_store.h"

#include <math.h>
#include <stdio.h>

/* ---- VectorUpsertNode --------------------------------------------------------------------------- */

enum { UPSERT_VECTORS, UPSERT_STORE, UPSERT_INDEX = UPSERT_STORE + KL_VECTOR_STORE_PARAM_COUNT };

static kl_status refuse_member(size_t index, const char *member, const char *expected, kl_value got,
                               kl_error *error)
{
    char place[64];
    snprintf(place, sizeof place, "vectors[%zu]%s", index, member);
    return kl_node_bad(error, place, "expected %s, got %s", expected, kl_value_kind_name(got));
}

static kl_status read_entry(kl_vector_entry *out, float **numbers, kl_value item, size_t index,
                            kl_error *error)
{
    if (!kl_is(item, KL_KIND_MAP))
        return refuse_member(index, "", "object", item, error);
    *out = (kl_vector_entry){.id = kl_map_get(item, KL_TEXT("id")),
                             .metadata = kl_map_get(item, KL_TEXT("metadata")),
                             .content = kl_map_get(item, KL_TEXT("content"))};
    if (!kl_is(out->id, KL_KIND_STRING) || kl_value_len(out->id) == 0)
        return refuse_member(index, ".id", "non-empty string", out->id, error);
    if (!kl_is(out->metadata, KL_KIND_MAP) && !kl_is_null(out->metadata))
        return refuse_member(index, ".metadata", "object", out->metadata, error);
    if (!kl_is(out->content, KL_KIND_STRING) && !kl_is_null(out->content))
        return refuse_member(index, ".content", "string", out->content, error);
    KL_TRY(kl_vector_read(numbers, &out->dimension, kl_map_get(item, KL_TEXT("embedding")),
                          "vectors", index, ".embedding", error));
    out->vector = *numbers;
    return KL_OK;
}

static kl_status upsert_result(kl_value *out, kl_value ids, kl_error *error)
{
    kl_value map;
    kl_status status;
    int64_t count = (int64_t)kl_array_len(ids);
    KL_TRY(kl_node_result(&map, "upserted_count", kl_int(count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("ids"), kl_value_retain(ids), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status upsert_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value list = call->args[UPSERT_VECTORS], ids = kl_null();
    size_t count = kl_array_len(list);
    kl_vector_store store;
    kl_status status;
    KL_TRY(kl_vector_store_of(&store, call, call->args + UPSERT_STORE, error));
    KL_TRY(kl_vector_store_index(&store, call->args + UPSERT_INDEX, error));
    kl_vector_entry *entries = kl_alloc_zero(KL_MAX(count, 1), sizeof *entries);
    float **numbers = kl_alloc_zero(KL_MAX(count, 1), sizeof *numbers);
    if (!entries || !numbers)
        KL_TRY_OUT(kl_error_no_memory(error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(read_entry(&entries[i], &numbers[i], kl_array_at(list, i), i, error));
    KL_TRY_OUT(kl_vector_store_upsert(&ids, &store, entries, count, false, "vectors[%zu].embedding",
                                      error));
    status = upsert_result(out, ids, error);
out:
    for (size_t i = 0; numbers && i < count; i++)
        kl_free(numbers[i]);
    kl_free(numbers);
    kl_free(entries);
    kl_value_release(ids);
    return status;
}

static const kl_param upsert_inputs[] = {
    {.name = "vectors", .kind = KL_KIND_ARRAY,
     .doc = "maps of id, embedding (a list of numbers) and perhaps metadata (a map) and content (a "
            "string); one with an id that is there replaces it"},
};
static const kl_param upsert_config[] = {KL_VECTOR_STORE_PARAMS("registry"), KL_VECTOR_INDEX_PARAMS};
static const kl_param upsert_outputs[] = {
    {.name = "upserted_count", .kind = KL_KIND_INT, .doc = "vectors stored"},
    {.name = "ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "their ids, in order"},
};

/* ---- VectorQueryNode ---------------------------------------------------------------------------- */

enum { QUERY_VECTOR, QUERY_TOP_K, QUERY_FILTER, QUERY_METRIC, QUERY_MIN_SCORE, QUERY_EXACT,
       QUERY_EFFORT, QUERY_STORE };

static kl_vector_metric metric_of(kl_value word)
{
    size_t metric = 0;
    while (!kl_text_is(kl_as_text(word), kl_vector_metric_words[metric]))
        metric++;
    return (kl_vector_metric)metric;
}

static kl_status query_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_vector_store store;
    kl_vector_query query = KL_VECTOR_QUERY_INIT;
    kl_value results = kl_null();
    float *numbers;
    KL_TRY(kl_vector_store_of(&store, call, args + QUERY_STORE, error));
    KL_TRY(kl_vector_read(&numbers, &query.dimension, args[QUERY_VECTOR], "query_vector", SIZE_MAX,
                          "", error));
    query.vector = numbers;
    query.top_k = (size_t)kl_as_int(args[QUERY_TOP_K]);
    query.metric = metric_of(args[QUERY_METRIC]);
    query.exact = kl_as_bool(args[QUERY_EXACT]);
    query.effort = (size_t)kl_as_int(args[QUERY_EFFORT]);
    if (!kl_is_null(args[QUERY_MIN_SCORE]))
        query.score_min = kl_as_double(args[QUERY_MIN_SCORE]);
    kl_status status = kl_vector_store_query(&results, &store, &query, args[QUERY_FILTER],
                                             "query_vector", error);
    kl_free(numbers);
    return status == KL_OK ? kl_node_result(out, "results", results, error) : status;
}

static const kl_param query_inputs[] = {
    {.name = "query_vector", .kind = KL_KIND_ARRAY, .doc = "numbers to be near to"},
    {.name = "top_k", .kind = KL_KIND_COUNT, .fallback = "10", .range = KL_RANGE(0, 100000),
     .doc = "results at most"},
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what the metadata must be: {\"year\": {\"$gte\": 2020}, \"lang\": \"de\"}; operators "
            "as in DocumentStoreNode"},
};
static const kl_param query_config[] = {
    {.name = "metric", .kind = KL_KIND_ENUM, .names = kl_vector_metric_words,
     .fallback = "\"cosine\"",
     .doc = "the score: the cosine, 1 / (1 + distance), or the dot product"},
    {.name = "min_score", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "results with a lower score are left out"},
    {.name = "exact", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "look at all vectors, also when they are so many (over 10,000) that a graph finds "
            "nearly the same faster"},
    {.name = "effort", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 1000000),
     .doc = "candidates that a search in the graph keeps; more find better and cost more. 0: 384, "
            "or twice top_k. pgvector: those that HNSW keeps, or the lists of ivfflat that are looked at"},
    KL_VECTOR_STORE_PARAMS("registry"),
};
static const kl_param query_outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "maps of id, content, metadata and score, best first, equal ones by id"},
};

/* ---- VectorDeleteNode --------------------------------------------------------------------------- */

enum { DELETE_IDS, DELETE_FILTER, DELETE_STORE };

static kl_status delete_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value ids = call->args[DELETE_IDS], filter = call->args[DELETE_FILTER];
    kl_vector_store store;
    size_t deleted = 0;
    if (kl_is_null(ids) && kl_is_null(filter))
        return kl_node_missing(error, "ids or filter");
    if (!kl_is_null(ids) && !kl_is_null(filter))
        return kl_node_bad(error, "filter", "expected ids or filter, got both");
    KL_TRY(kl_vector_store_of(&store, call, call->args + DELETE_STORE, error));
    KL_TRY(kl_vector_store_delete(&deleted, &store, kl_is_null(ids) ? NULL : &ids, filter, error));
    return kl_node_result(out, "deleted_count", kl_int((int64_t)deleted), error);
}

static const kl_param delete_inputs[] = {
    {.name = "ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "ids of the vectors to remove; unknown ones do not matter"},
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "instead of ids: what the metadata of those to remove is; {} = all"},
};
static const kl_param registry_store[] = {KL_VECTOR_STORE_PARAMS("registry")};
static const kl_param delete_outputs[] = {
    {.name = "deleted_count", .kind = KL_KIND_INT, .doc = "vectors removed"},
};

static const kl_node_type types[] = {
    {.name = "VectorUpsertNode", .category = "Stores", .flags = KL_NODE_BLOCKING, .run = upsert_run,
     .inputs = KL_TABLE(upsert_inputs), .config = KL_TABLE(upsert_config),
     .outputs = KL_TABLE(upsert_outputs), .doc = "Stores vectors in a collection."},
    {.name = "VectorQueryNode", .category = "Stores", .flags = KL_NODE_BLOCKING, .run = query_run,
     .inputs = KL_TABLE(query_inputs), .config = KL_TABLE(query_config),
     .outputs = KL_TABLE(query_outputs), .doc = "Finds the vectors of a collection that are nearest."},
    {.name = "VectorDeleteNode", .category = "Stores", .flags = KL_NODE_BLOCKING, .run = delete_run,
     .inputs = KL_TABLE(delete_inputs), .config = KL_TABLE(registry_store),
     .outputs = KL_TABLE(delete_outputs), .doc = "Removes vectors from a collection."},
};
static const kl_node_family vectors = {.name = "vectors", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(vectors);
