/* src/nodes/value_set.c - see value_set.h. Two tables of open addressing, at most half full: one of
 * ints, which equal ints alone, and one of all else. */
#include "value_set.h"

/* ---- ints -------------------------------------------------------------------------------------- */

/* What stands in the table; 0 for the smallest int, which does not. */
static uint64_t code_of(int64_t integer) { return (uint64_t)integer ^ (uint64_t)1 << 63; }

/* The slot of an int, or the free one where it would go. */
static size_t find_int(const uint64_t *ints, size_t size, uint64_t code)
{
    uint64_t mixed = (code ^ code >> 32) * 0x9E3779B97F4A7C15u;
    size_t slot = (mixed ^ mixed >> 29) & (size - 1);
    while (ints[slot] && ints[slot] != code)
        slot = (slot + 1) & (size - 1);
    return slot;
}

static kl_status grow_ints(kl_value_set *set, kl_error *error)
{
    size_t size = set->ints_size ? 4 * set->ints_size : 64;
    uint64_t *ints = kl_alloc_zero(size, sizeof *ints);
    if (!ints)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < set->ints_size; i++)
        if (set->ints[i])
            ints[find_int(ints, size, set->ints[i])] = set->ints[i];
    kl_free(set->ints);
    set->ints = ints;
    set->ints_size = size;
    return KL_OK;
}

static bool has_int(const kl_value_set *set, int64_t integer)
{
    uint64_t code = code_of(integer);
    if (!code)
        return set->has_smallest;
    return set->ints_size && set->ints[find_int(set->ints, set->ints_size, code)] == code;
}

static kl_status add_int(bool *added, kl_value_set *set, int64_t integer, kl_error *error)
{
    uint64_t code = code_of(integer);
    if (!code) {
        *added = !set->has_smallest;
        set->has_smallest = true;
        return KL_OK;
    }
    if (2 * (set->ints_count + 1) > set->ints_size)
        KL_TRY(grow_ints(set, error));
    uint64_t *slot = &set->ints[find_int(set->ints, set->ints_size, code)];
    *added = *slot == 0;
    *slot = code;
    set->ints_count += *added;
    return KL_OK;
}

/* ---- all else ---------------------------------------------------------------------------------- */

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
    kl_value_set grown = {.size = set->size ? 2 * set->size : 16};
    grown.hashes = kl_alloc_zero(grown.size, sizeof *grown.hashes);
    grown.slots = grown.hashes ? kl_alloc_zero(grown.size, sizeof *grown.slots) : NULL;
    if (!grown.slots) {
        kl_free(grown.hashes);
        return kl_error_no_memory(error);
    }
    move_all(&grown, set);
    kl_free(set->hashes);
    kl_free(set->slots);
    set->hashes = grown.hashes;
    set->slots = grown.slots;
    set->size = grown.size;
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
    *out = kl_is(value, KL_KIND_INT) && has_int(set, value.as.integer);
    if (!set->size || kl_is(value, KL_KIND_INT))
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
    if (kl_is(value, KL_KIND_INT))
        return add_int(added, set, value.as.integer, error);
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
    kl_free(set->ints);
    *set = (kl_value_set)KL_VALUE_SET_INIT;
}
