/* src/store/vector_hnsw.h - a graph to find near vectors without looking at all: hierarchical
 * navigable small worlds (Malkov and Yashunin, 2016).
 *
 * Its slots are those of a kl_vector_set, which the caller keeps beside it. The level of a slot
 * depends on its number alone, so the same vectors in the same order give the same graph.
 */
#ifndef KL_STORE_VECTOR_HNSW_H
#define KL_STORE_VECTOR_HNSW_H

#include "vector_set.h"
#include "work.h"

typedef struct kl_hnsw kl_hnsw;

/* An empty graph; given. */
KL_API kl_status kl_hnsw_new(kl_hnsw **out, kl_vector_metric metric, kl_error *error);
KL_API void kl_hnsw_free(kl_hnsw *graph);
/* How many slots of the set it holds: 0 to count - 1. */
KL_API size_t kl_hnsw_count(const kl_hnsw *graph);

/* Take in the next slot of the set. After a failure the slot is not in the graph. */
KL_API kl_status kl_hnsw_add(kl_hnsw *graph, const kl_vector_set *set, kl_error *error);

/*
 * The `count` nearest that are alive, nearest first; `*found` of them in `near`.
 * effort  candidates kept while searching; more find better and cost more
 */
KL_API kl_status kl_hnsw_search(kl_vector_near *near, size_t *found, size_t count, const kl_hnsw *graph,
                         const kl_vector_set *set, const float *vector, size_t effort,
                         kl_error *error);

#endif
