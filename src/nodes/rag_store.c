/* src/nodes/rag_store.c - EmbeddingStoreNode and VectorSearchNode. */
#include "rag.h"

/* ---- EmbeddingStoreNode ------------------------------------------------------------------------- */

enum { CHUNKS, EMBEDDINGS, METADATAS, IDS, REPLACE, STORE,
       INDEX = STORE + KL_VECTOR_STORE_PARAM_COUNT };

/* A list beside the chunks: absent, or as long as they are. */
static kl_status check_length(const kl_node_call *call, size_t input, const char *name,
                              kl_error *error)
{
    size_t chunks = kl_array_len(call->args[CHUNKS]), other = kl_array_len(call->args[input]);
    if (kl_is_null(call->args[input]) || chunks == other)
        return KL_OK;
    return kl_node_failed(error, "chunks length (%zu) does not match %s length (%zu)", chunks, name,
                          other);
}

static kl_status read_entries(kl_vector_entry *entries, float **numbers, const kl_node_call *call,
                              kl_error *error)
{
    const kl_value *args = call->args;
    for (size_t i = 0; i < kl_array_len(args[CHUNKS]); i++) {
        KL_TRY(kl_vector_read(&numbers[i], &entries[i].dimension, kl_array_at(args[EMBEDDINGS], i),
                              "embeddings", i, "", error));
        entries[i].vector = numbers[i];
        entries[i].content = kl_array_at(args[CHUNKS], i);
        entries[i].metadata = kl_array_at(args[METADATAS], i);
        entries[i].id = kl_array_at(args[IDS], i);
    }
    return KL_OK;
}

static kl_status store_result(kl_value *out, const kl_node_call *call, kl_value ids, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_node_result(&map, "stored_count", kl_int((int64_t)kl_array_len(ids)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("collection"), kl_value_retain(call->args[STORE]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("ids"), kl_value_retain(ids), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status store_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    size_t count = kl_array_len(call->args[CHUNKS]);
    kl_vector_store store;
    kl_value ids = kl_null();
    kl_status status;
    KL_TRY(check_length(call, EMBEDDINGS, "embeddings", error));
    KL_TRY(check_length(call, METADATAS, "metadatas", error));
    KL_TRY(check_length(call, IDS, "ids", error));
    KL_TRY(kl_vector_store_of(&store, call, call->args + STORE, error));
    KL_TRY(kl_vector_store_index(&store, call->args + INDEX, error));
    kl_vector_entry *entries = kl_alloc_zero(KL_MAX(count, 1), sizeof *entries);
    float **numbers = kl_alloc_zero(KL_MAX(count, 1), sizeof *numbers);
    if (!entries || !numbers)
        KL_TRY_OUT(kl_error_no_memory(error));
    KL_TRY_OUT(read_entries(entries, numbers, call, error));
    KL_TRY_OUT(kl_vector_store_upsert(&ids, &store, entries, count, kl_as_bool(call->args[REPLACE]),
                                      "embeddings[%zu]", error));
    status = store_result(out, call, ids, error);
out:
    for (size_t i = 0; numbers && i < count; i++)
        kl_free(numbers[i]);
    kl_free(numbers);
    kl_free(entries);
    kl_value_release(ids);
    return status;
}

static const kl_param store_inputs[] = {
    {.name = "chunks", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "texts to store"},
    {.name = "embeddings", .kind = KL_KIND_ARRAY, .doc = "a list of numbers for each chunk"},
    {.name = "metadatas", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "a map for each chunk; absent: empty ones"},
    {.name = "ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "an id for each chunk, which replaces what has it; absent: \"<collection>_<n>\", "
            "numbered on from what was ever stored; qdrant: a new UUID"},
};
static const kl_param store_config[] = {
    {.name = "replace", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "empty the collection first, in the same step (qdrant: in one of its own)"},
    KL_VECTOR_STORE_PARAMS("process"),
    KL_VECTOR_INDEX_PARAMS,
};
static const kl_param store_outputs[] = {
    {.name = "stored_count", .kind = KL_KIND_INT, .doc = "chunks stored"},
    {.name = "collection", .kind = KL_KIND_STRING, .doc = "where"},
    {.name = "ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "their ids, in order"},
};

/* ---- VectorSearchNode --------------------------------------------------------------------------- */

/* With words a third of the score, unless it is said how much. */
#define WORDS_SHARE 0.3

kl_status kl_rag_search(kl_value *results, const kl_node_call *call, kl_value embedding,
                        kl_value words, const kl_value *args, kl_error *error)
{
    kl_vector_store store;
    kl_vector_query query = KL_VECTOR_QUERY_INIT;
    float *numbers;
    KL_TRY(kl_vector_store_of(&store, call, args + KL_RAG_STORE, error));
    KL_TRY(kl_vector_read(&numbers, &query.dimension, embedding, "query_embedding", SIZE_MAX, "",
                          error));
    query.vector = numbers;
    query.top_k = (size_t)kl_as_int(args[KL_RAG_TOP_K]);
    query.words = kl_as_text(words);
    if (query.words.len)
        query.words_share = kl_is_null(args[KL_RAG_KEYWORD_WEIGHT])
                                ? WORDS_SHARE
                                : kl_as_double(args[KL_RAG_KEYWORD_WEIGHT]);
    query.diversity = kl_as_double(args[KL_RAG_DIVERSITY]);
    query.candidates = (size_t)kl_as_int(args[KL_RAG_FETCH_K]);
    if (!kl_is_null(args[KL_RAG_MIN_SCORE]))
        query.score_min = kl_as_double(args[KL_RAG_MIN_SCORE]);
    kl_status status = kl_vector_store_query(results, &store, &query, args[KL_RAG_FILTER],
                                             "query_embedding", error);
    kl_free(numbers);
    return status;
}

enum { SEARCH_EMBEDDING, SEARCH_QUERY, SEARCH_CONFIG };

static kl_status search_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value results = kl_null();
    KL_TRY(kl_rag_search(&results, call, call->args[SEARCH_EMBEDDING], call->args[SEARCH_QUERY],
                         call->args + SEARCH_CONFIG, error));
    return kl_node_result(out, "results", results, error);
}

static const kl_param search_inputs[] = {
    {.name = "query_embedding", .kind = KL_KIND_ARRAY, .doc = "numbers to be near to"},
    {.name = "query", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "words that the contents should hold too (weighed by BM25, the best being 1)"},
};
static const kl_param search_config[] = {KL_RAG_SEARCH_PARAMS};
static const kl_param search_outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "maps of id, content, metadata and score, best first, equal ones by id"},
};

static const kl_node_type types[] = {
    {.name = "EmbeddingStoreNode", .category = "RAG", .flags = KL_NODE_BLOCKING, .run = store_run,
     .inputs = KL_TABLE(store_inputs), .config = KL_TABLE(store_config),
     .outputs = KL_TABLE(store_outputs), .doc = "Stores texts with their embeddings."},
    {.name = "VectorSearchNode", .category = "RAG", .flags = KL_NODE_BLOCKING, .run = search_run,
     .inputs = KL_TABLE(search_inputs), .config = KL_TABLE(search_config),
     .outputs = KL_TABLE(search_outputs),
     .doc = "Finds the stored texts that are nearest to an embedding."},
};
static const kl_node_family rag_store = {.name = "rag_store", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(rag_store);
