/* src/store/key_index.h - which slot of a store holds a key: a hash table of slots, whose keys stand
 * in the store itself. */
#ifndef KL_STORE_KEY_INDEX_H
#define KL_STORE_KEY_INDEX_H

#include "kailash/value.h"

#define KL_SLOT_NONE SIZE_MAX

typedef struct kl_key_entry {
    uint64_t hash;
    size_t slot; /* KL_SLOT_NONE = free */
} kl_key_entry;

typedef struct kl_key_index {
    /* The key of a slot; borrowed. */
    kl_value (*key_of)(const void *store, size_t slot);
    const void *store;
    kl_key_entry *entries; /* a power of two of them, at most half of them in use; NULL = empty */
    size_t size, count;
} kl_key_index;

/* The slot of `key`, or KL_SLOT_NONE. */
KL_API kl_status kl_key_index_find(size_t *slot, const kl_key_index *index, kl_value key,
                                   kl_error *error);
/* Point `key` to `slot`, whether it stands there already or not. */
KL_API kl_status kl_key_index_put(kl_key_index *index, kl_value key, size_t slot, kl_error *error);
/* Forget `key`; nothing happens when it is absent. */
KL_API kl_status kl_key_index_remove(kl_key_index *index, kl_value key, kl_error *error);
KL_API void kl_key_index_clear(kl_key_index *index);

#endif
