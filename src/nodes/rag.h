/* src/nodes/rag.h - what the nodes of retrieval share: searching, putting contexts together. */
#ifndef KL_NODES_RAG_H
#define KL_NODES_RAG_H

#include "action.h"
#include "buffer.h"
#include "vector_store.h"

/* ---- searching ---------------------------------------------------------------------------------- */

enum { KL_RAG_TOP_K, KL_RAG_MIN_SCORE, KL_RAG_FILTER, KL_RAG_KEYWORD_WEIGHT, KL_RAG_DIVERSITY,
       KL_RAG_FETCH_K, KL_RAG_STORE, KL_RAG_SEARCH_COUNT = KL_RAG_STORE + KL_VECTOR_STORE_PARAM_COUNT };

/* Rows of a node's config in the order of the words above. */
#define KL_RAG_SEARCH_PARAMS                                                                       \
    {.name = "top_k", .kind = KL_KIND_COUNT, .fallback = "5", .range = KL_RANGE(0, 100000),        \
     .doc = "results at most"},                                                                    \
    {.name = "min_score", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,                            \
     .doc = "results with a lower score are left out"},                                            \
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,                                  \
     .doc = "what the metadata must be; operators as in DocumentStoreNode"},                       \
    {.name = "keyword_weight", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,                       \
     .range = KL_RANGE(0, 1),                                                                      \
     .doc = "share of the words of query in the score, the rest being the cosine; absent: 0.3 in " \
            "VectorSearchNode when it has a query, 0 in RAGPipelineNode"},                         \
    {.name = "diversity", .kind = KL_KIND_NUMBER, .fallback = "0", .range = KL_RANGE(0, 1),        \
     .doc = "maximal marginal relevance: 0 = by score alone; towards 1 it counts more that "       \
            "results are unlike each other"},                                                      \
    {.name = "fetch_k", .kind = KL_KIND_COUNT, .fallback = "0", .range = KL_RANGE(0, 100000),      \
     .doc = "how many of the best diversity chooses from; 0: four times top_k"},                   \
    KL_VECTOR_STORE_PARAMS("process")

/* The results for an embedding, and for `words` (a string, or null) too; given. `args` are as above. */
kl_status kl_rag_search(kl_value *results, const kl_node_call *call, kl_value embedding,
                        kl_value words, const kl_value *args, kl_error *error);

/* ---- contexts ----------------------------------------------------------------------------------- */

typedef struct kl_rag_context {
    kl_buffer text;
    size_t count;
} kl_rag_context;

/*
 * Begin with "Query: QUERY" (null: nothing), then append chunks (strings, or maps with content) while
 * no more than `tokens_max` tokens (of four bytes; -1 = any number) come together.
 */
kl_status kl_rag_assemble(kl_rag_context *out, kl_value chunks, kl_value query, kl_text separator,
                          int64_t tokens_max, kl_error *error);

/* ---- other nodes --------------------------------------------------------------------------------- */

/* The action of the key `name`; a bad one is told as a bad value. */
kl_status kl_rag_action(kl_action **out, kl_value definition, kl_node_call *call, const char *name,
                        kl_error *error);

#endif
