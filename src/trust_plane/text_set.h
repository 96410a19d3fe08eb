/* src/trust_plane/text_set.h - sets of texts that are made once and asked often. */
#ifndef KL_TRUST_PLANE_TEXT_SET_H
#define KL_TRUST_PLANE_TEXT_SET_H

#include "kailash/value.h"

typedef struct kl_text_slot {
    uint64_t hash;
    kl_text text; /* borrowed; data NULL = free */
} kl_text_slot;

/* Open addressing, at most half full. All zero is the empty set. */
typedef struct kl_text_set {
    kl_text_slot *slots; /* owned; NULL while empty */
    size_t mask;
} kl_text_set;

/* FNV-1a, so that the hashes of all beginnings of a path come along with its own. */
#define KL_TEXT_HASH_START 0xCBF29CE484222325ull
static inline uint64_t kl_text_hash_step(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * 0x100000001B3ull;
}
static inline uint64_t kl_text_hash_of(kl_text text)
{
    uint64_t hash = KL_TEXT_HASH_START;
    for (size_t i = 0; i < text.len; i++)
        hash = kl_text_hash_step(hash, text.data[i]);
    return hash;
}

/* Room for `count` texts in a set that is all zero. */
kl_status kl_text_set_reserve(kl_text_set *set, size_t count, kl_error *error);
/* Add a text (borrowed, as long as the set lives) where there is room. */
void kl_text_set_add(kl_text_set *set, kl_text text);
/* The set of an array of strings (borrowed). */
kl_status kl_text_set_of(kl_text_set *set, kl_value array, kl_error *error);
void kl_text_set_end(kl_text_set *set);

/* Whether a text of this hash is in it. */
static inline bool kl_text_set_has_hashed(const kl_text_set *set, kl_text text, uint64_t hash)
{
    if (!set->slots)
        return false;
    for (size_t at = (hash ^ hash >> 32) & set->mask; set->slots[at].text.data;
         at = (at + 1) & set->mask)
        if (set->slots[at].hash == hash && kl_text_equal(set->slots[at].text, text))
            return true;
    return false;
}

static inline bool kl_text_set_has(const kl_text_set *set, kl_text text)
{
    return set->slots && kl_text_set_has_hashed(set, text, kl_text_hash_of(text));
}

#endif
