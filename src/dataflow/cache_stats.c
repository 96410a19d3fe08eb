/* src/dataflow/cache_stats.c - see cache_stats.h. */
#include "cache_stats.h"

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_query_cache_stats *s = (const kl_query_cache_stats *)self;
    return kl_string_format(
        out, error, "CacheStats(hits=%lld, misses=%lld, evictions=%lld, entries=%lld, hit_rate=%.2f)",
        (long long)s->hits, (long long)s->misses, (long long)s->evictions, (long long)s->entries,
        s->hit_rate);
}

#define COUNT(member, text)                                                                        \
    {.kind = KL_KIND_COUNT, KL_FIELD_AT(kl_query_cache_stats, member, int64_t), .doc = (text)}

static const kl_field fields[] = {
    COUNT(hits, "look-ups that found an entry"),
    COUNT(misses, "look-ups that found none"),
    COUNT(evictions, "entries that made room for others"),
    COUNT(entries, "entries there are now"),
    {.kind = KL_KIND_DOUBLE, KL_FIELD_AT(kl_query_cache_stats, hit_rate, double),
     .doc = "hits as a share of all look-ups, 0.0 when there was none"},
};

const kl_type kl_query_cache_stats_type = {
    .name = "CacheStats",
    .module = "kailash.dataflow",
    .doc = "How a cache of queries fares. A snapshot.",
    .size = sizeof(kl_query_cache_stats),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(fields),
    .repr = repr,
};
KL_PUBLISH(kl_query_cache_stats_type);
