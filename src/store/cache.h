/* src/store/cache.h - values that may be forgotten: by time, or when there are too many. Any thread
 * may use a cache at any time. */
#ifndef KL_STORE_CACHE_H
#define KL_STORE_CACHE_H

#include "kailash/match.h"
#include "kailash/time.h"

typedef struct kl_cache kl_cache;

/* Who is forgotten first. */
typedef enum kl_cache_policy {
    KL_CACHE_LRU, /* whoever was not read or set for longest */
    KL_CACHE_LFU, /* whoever was read and set least often; of those the one unused for longest */
} kl_cache_policy;

typedef struct kl_cache_limits {
    kl_cache_policy policy;
    size_t entries; /* at most; at least 1 */
    size_t bytes;   /* at most, as estimated: what keys and values take */
} kl_cache_limits;

typedef struct kl_cache_stats {
    uint64_t hits, misses, sets, evictions, expirations;
    size_t entries, bytes;
} kl_cache_stats;

KL_API kl_status kl_cache_new(kl_cache **out, kl_error *error);
KL_API void kl_cache_free(kl_cache *cache);

/*
 * Keep `value` (borrowed) under a key for `time` (KL_TIME_NONE = for ever; 0 = it expires at once).
 * What is beyond the limits is forgotten then. KL_LIMIT when it alone takes more bytes.
 */
KL_API kl_status kl_cache_set(kl_cache *cache, kl_value key, kl_value value, kl_duration time,
                              const kl_cache_limits *limits, kl_error *error);
/* Whether there is one; `*out` is given, and null otherwise. */
KL_API bool kl_cache_get(kl_value *out, kl_cache *cache, kl_text key);
KL_API bool kl_cache_remove(kl_cache *cache, kl_text key);
/* Remove all that match; how many. */
KL_API size_t kl_cache_remove_all(kl_cache *cache, const kl_glob *pattern);
KL_API kl_cache_stats kl_cache_look(kl_cache *cache);

#endif
