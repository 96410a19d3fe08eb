/* src/trust_plane/text_set.c - see text_set.h. */
#include "text_set.h"

kl_status kl_text_set_reserve(kl_text_set *set, size_t count, kl_error *error)
{
    size_t size = 4;
    if (count == 0)
        return KL_OK;
    while (size / 2 < count)
        size *= 2;
    set->slots = kl_alloc_zero(size, sizeof *set->slots);
    if (!set->slots)
        return kl_error_no_memory(error);
    set->mask = size - 1;
    return KL_OK;
}

void kl_text_set_add(kl_text_set *set, kl_text text)
{
    uint64_t hash = kl_text_hash_of(text);
    size_t at = (hash ^ hash >> 32) & set->mask;
    if (kl_text_set_has_hashed(set, text, hash))
        return;
    while (set->slots[at].text.data)
        at = (at + 1) & set->mask;
    set->slots[at] = (kl_text_slot){hash, text};
}

kl_status kl_text_set_of(kl_text_set *set, kl_value array, kl_error *error)
{
    size_t count = kl_array_len(array);
    KL_TRY(kl_text_set_reserve(set, count, error));
    for (size_t i = 0; i < count; i++)
        kl_text_set_add(set, kl_as_text(kl_array_at(array, i)));
    return KL_OK;
}

void kl_text_set_end(kl_text_set *set)
{
    kl_free(set->slots);
    *set = (kl_text_set){NULL, 0};
}
