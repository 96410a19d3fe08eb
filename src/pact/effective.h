/* src/pact/effective.h - effective envelopes, within the engine. */
#ifndef KL_PACT_EFFECTIVE_H
#define KL_PACT_EFFECTIVE_H

#include "engine.h"

/* Effective envelopes that an engine remembers. */
#define KL_PACT_CACHE_MAX 10000

kl_status kl_pact_cache_new(kl_pact_cache **out, kl_error *error);
void kl_pact_cache_free(kl_pact_cache *cache);
/* One that is still valid at `now`, retained; NULL when there is none. */
kl_pact_effective *kl_pact_cache_get(kl_pact_cache *cache, uint32_t node, kl_text task, kl_time now);
/* Remember one; the least used goes. Nothing happens when memory is wanting. */
void kl_pact_cache_put(kl_pact_cache *cache, uint32_t node, kl_text task, kl_pact_effective *effective);
/* Forget all of a node and those below it. */
void kl_pact_cache_drop(kl_pact_cache *cache, const kl_pact_org *org, uint32_t node);
void kl_pact_cache_clear(kl_pact_cache *cache);
KL_API size_t kl_pact_cache_count(kl_pact_cache *cache);

/* The class PactEffectiveEnvelopeSnapshot; given. */
extern KL_API const kl_type kl_pact_effective_type;
kl_status kl_pact_effective_object(kl_value *out, const kl_pact_effective *effective, kl_error *error);
/* Which envelopes make it up and what they say, as text; hold the read side. Given. */
kl_status kl_pact_effective_explain(kl_value *out, kl_pact_engine *engine, uint32_t node, kl_time now,
                                    kl_error *error);

#endif
