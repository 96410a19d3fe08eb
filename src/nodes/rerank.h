/* src/nodes/rerank.h - cross-encoders that somebody serves over HTTP: asked how well texts answer a
 * query. */
#ifndef KL_NODES_RERANK_H
#define KL_NODES_RERANK_H

#include "http_call.h"

extern const char *const kl_rerank_providers[];

/* Rows of the node's config, in the order of the words below. */
#define KL_RERANK_PARAMS                                                                           \
    {.name = "endpoint", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                             \
     .doc = "URL of a cross-encoder that scores the contents instead of the weights, such as "    \
            "https://api.cohere.com/v2/rerank; absent: none is asked"},                            \
    {.name = "provider", .kind = KL_KIND_ENUM, .names = kl_rerank_providers, .fallback = "\"cohere\"", \
     .doc = "the form that the endpoint speaks: cohere; jina, which vLLM speaks too; tei (Text "  \
            "Embeddings Inference), where texts that are too long for the model are cut"},        \
    {.name = "model", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                                \
     .doc = "name of the model; cohere needs one, tei has none"},                                  \
    {.name = "api_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                  \
     .doc = "bearer token for the endpoint"},                                                      \
    {.name = "batch_size", .kind = KL_KIND_COUNT, .fallback = "32", .range = KL_RANGE(1, 10000),   \
     .doc = "contents in one request at most"},                                                    \
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000", .range = KL_RANGE(1, 86400000), \
     .doc = "time for each request, in milliseconds"},                                             \
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(0, 100),     \
     .doc = "how often a request is sent again that was not answered, or with 429 or 5xx"},        \
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(0, 3600000), \
     .doc = "delay before the first retry, which doubles with each; Retry-After counts if longer"}, \
    KL_HTTP_SETTINGS

enum {
    KL_RERANK_ENDPOINT,
    KL_RERANK_PROVIDER,
    KL_RERANK_MODEL,
    KL_RERANK_API_KEY,
    KL_RERANK_BATCH_SIZE,
    KL_RERANK_TIMEOUT_MS,
    KL_RERANK_MAX_RETRIES,
    KL_RERANK_RETRY_DELAY_MS,
    KL_RERANK_SETTINGS,
};

/* The score of the content of each result (maps; one without content counts as empty). `args` are the
 * values of the rows above. */
kl_status kl_rerank_score(double *scores, kl_value results, kl_value query, const kl_value *args,
                          const kl_node_call *node, kl_error *error);

#endif
