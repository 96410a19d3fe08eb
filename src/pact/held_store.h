/* src/pact/held_store.h - PactMemoryHeldActionStore: the held actions of an engine, by number. */
#ifndef KL_PACT_HELD_STORE_H
#define KL_PACT_HELD_STORE_H

#include "held_action.h"

/* Actions that a store keeps. Those that are decided go when there are more, and then the oldest tenth of
 * the others, which is told to the log: what nobody can approve any more is denied. */
#define KL_PACT_HELD_MAX ((size_t)100000)

typedef struct kl_pact_held_store kl_pact_held_store;
extern KL_API const kl_type kl_pact_held_store_type;

KL_API kl_status kl_pact_held_store_new(kl_pact_held_store **out, kl_error *error);
KL_API kl_object *kl_pact_held_store_object(kl_pact_held_store *store);

/* The number of the next action, and room for it: one of put and leave must follow. */
KL_API kl_status kl_pact_held_reserve(int64_t *id, kl_pact_held_store *store, kl_error *error);
KL_API void kl_pact_held_put(kl_pact_held_store *store, kl_pact_held *held); /* retained */
KL_API void kl_pact_held_leave(kl_pact_held_store *store);

/* An action; given, NULL when there is none. */
KL_API kl_pact_held *kl_pact_held_get(kl_pact_held_store *store, int64_t id);
/* Put `made` (retained) where `held` stands; false when something else stands there now. */
KL_API bool kl_pact_held_replace(kl_pact_held_store *store, const kl_pact_held *held,
                                 kl_pact_held *made);
/* All, or those in one state (`kind` < 0 = all), by number; given. */
KL_API kl_status kl_pact_held_list(kl_value *out, kl_pact_held_store *store, int kind,
                                   kl_error *error);
/* Of an action that was kept elsewhere: put it in, with its number. */
KL_API kl_status kl_pact_held_restore(kl_pact_held_store *store, kl_pact_held *held, kl_error *error);

#endif
