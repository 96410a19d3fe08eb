/* src/dataflow/cache_stats.h - CacheStats: how a cache of queries fares. */
#ifndef KL_DATAFLOW_CACHE_STATS_H
#define KL_DATAFLOW_CACHE_STATS_H

#include "kailash/type.h"

typedef struct kl_query_cache_stats {
    kl_object object;
    int64_t hits, misses, evictions, entries;
    double hit_rate; /* hits of all look-ups, 0 when there was none */
} kl_query_cache_stats;
extern KL_API const kl_type kl_query_cache_stats_type;

#endif
