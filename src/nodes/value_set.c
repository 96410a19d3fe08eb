/* src/nodes/value_set.c - see value_set.h. Open addressing, at most half full. */
#include "value_set.h"

/* The slot of an equal value, or the free one where it would go. */
static kl_status find(size_t *out, const kl_value_set *set, kl_value value, uint64_t hash,
                      kl_error *error)
{
    size_t slot = hash & (set->size - 1);
    for (bool equal = false; set->hashes[slot]; slot = (slot + 1) & (set->size - 1)) {
        if (set->hashes[slot] == hash)
            KL_TRY(kl_value_equal(&equal, set->slots[slot], value, error));
        if (equal)
            break;
    }
    *out = slot;
    return KL_OK;
}

static void move_all(kl_value_set *to, const kl_value_set *from)
{
    for (size_t i = 0; i < from->size; i++) {
        size_t slot = from->hashes[i] & (to->size - 1);
        while (from->hashes[i] && to->hashes[slot])
            slot = (slot + 1) & (to->size - 1);
        if (from->hashes[i]) {
            to->hashes[slot] = from->hashes[i];
            to->slots[slot] = from->slots[i];
        }
    }
}

static kl_status grow(kl_value_set *set, kl_error *error)
{
    kl_value_set grown = {.size = set->size ? 2 * set->size : 16, .count = set->count};
    grown.hashes = kl_alloc_zero(grown.size, sizeof *grown.hashes);
    grown.slots = grown.hashes ? kl_alloc_zero(grown.size, sizeof *grown.slots) : NULL;
    if (!grown.slots) {
        kl_free(grown.hashes);
        return kl_error_no_memory(error);
    }
    move_all(&grown, set);
    kl_value_set_end(set);
    *set = grown;
    return KL_OK;
}

static kl_status hash_of(uint64_t *out, kl_value value, kl_error *error)
{
    KL_TRY(kl_value_hash(out, value, error));
    *out += *out == 0;
    return KL_OK;
}

kl_status kl_value_set_has(bool *out, const kl_value_set *set, kl_value value, kl_error *error)
{
    uint64_t hash;
    size_t slot;
    *out = false;
    if (!set->size)
        return KL_OK;
    KL_TRY(hash_of(&hash, value, error));
    KL_TRY(find(&slot, set, value, hash, error));
    *out = set->hashes[slot] != 0;
    return KL_OK;
}

kl_status kl_value_set_add(bool *added, kl_value_set *set, kl_value value, kl_error *error)
{
    uint64_t hash;
    size_t slot;
    if (2 * (set->count + 1) > set->size)
        KL_TRY(grow(set, error));
    KL_TRY(hash_of(&hash, value, error));
    KL_TRY(find(&slot, set, value, hash, error));
    *added = set->hashes[slot] == 0;
    if (*added) {
        set->hashes[slot] = hash;
        set->slots[slot] = value;
        set->count++;
    }
    return KL_OK;
}

kl_status kl_value_set_add_all(kl_value_set *set, kl_value array, kl_error *error)
{
    for (size_t i = 0, count = kl_array_len(array); i < count; i++) {
        bool added;
        KL_TRY(kl_value_set_add(&added, set, kl_array_at(array, i), error));
    }
    return KL_OK;
}

void kl_value_set_end(kl_value_set *set)
{
    kl_free(set->slots);
    kl_free(set->hashes);
    *set = (kl_value_set)KL_VALUE_SET_INIT;
}
