/* src/store/key_index.c - see key_index.h. Linear probing; removing moves the followers back. */
#include "key_index.h"

enum { SIZE_FIRST = 16 };

/* Where `key` stands, or the free place where it would. */
static kl_status locate(size_t *at, const kl_key_index *index, kl_value key, uint64_t hash,
                        kl_error *error)
{
    size_t place = hash & (index->size - 1);
    for (;; place = (place + 1) & (index->size - 1)) {
        const kl_key_entry *entry = &index->entries[place];
        bool same = false;
        if (entry->slot == KL_SLOT_NONE)
            break;
        if (entry->hash == hash)
            KL_TRY(kl_value_equal(&same, index->key_of(index->store, entry->slot), key, error));
        if (same)
            break;
    }
    *at = place;
    return KL_OK;
}

kl_status kl_key_index_find(size_t *slot, const kl_key_index *index, kl_value key, kl_error *error)
{
    uint64_t hash;
    size_t at;
    *slot = KL_SLOT_NONE;
    if (!index->entries)
        return KL_OK;
    KL_TRY(kl_value_hash(&hash, key, error));
    KL_TRY(locate(&at, index, key, hash, error));
    *slot = index->entries[at].slot;
    return KL_OK;
}

static kl_status grow(kl_key_index *index, kl_error *error)
{
    size_t size = index->entries ? 2 * index->size : SIZE_FIRST;
    kl_key_entry *entries = size > PTRDIFF_MAX / sizeof *entries
                                ? NULL
                                : kl_alloc(size * sizeof *entries);
    if (!entries)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < size; i++)
        entries[i].slot = KL_SLOT_NONE;
    for (size_t i = 0; index->entries && i < index->size; i++) {
        kl_key_entry entry = index->entries[i];
        size_t at = entry.hash & (size - 1);
        if (entry.slot == KL_SLOT_NONE)
            continue;
        while (entries[at].slot != KL_SLOT_NONE)
            at = (at + 1) & (size - 1);
        entries[at] = entry;
    }
    kl_free(index->entries);
    index->entries = entries;
    index->size = size;
    return KL_OK;
}

kl_status kl_key_index_put(kl_key_index *index, kl_value key, size_t slot, kl_error *error)
{
    uint64_t hash;
    size_t at;
    if (!index->entries || 2 * (index->count + 1) > index->size)
        KL_TRY(grow(index, error));
    KL_TRY(kl_value_hash(&hash, key, error));
    KL_TRY(locate(&at, index, key, hash, error));
    index->count += index->entries[at].slot == KL_SLOT_NONE;
    index->entries[at] = (kl_key_entry){hash, slot};
    return KL_OK;
}

kl_status kl_key_index_remove(kl_key_index *index, kl_value key, kl_error *error)
{
    uint64_t hash;
    size_t at;
    if (!index->entries)
        return KL_OK;
    KL_TRY(kl_value_hash(&hash, key, error));
    KL_TRY(locate(&at, index, key, hash, error));
    if (index->entries[at].slot == KL_SLOT_NONE)
        return KL_OK;
    size_t mask = index->size - 1;
    for (size_t next = (at + 1) & mask; index->entries[next].slot != KL_SLOT_NONE;
         next = (next + 1) & mask) {
        size_t home = index->entries[next].hash & mask;
        if (((next - home) & mask) < ((next - at) & mask))
            continue; /* it would come to stand before its home */
        index->entries[at] = index->entries[next];
        at = next;
    }
    index->entries[at].slot = KL_SLOT_NONE;
    index->count--;
    return KL_OK;
}

void kl_key_index_clear(kl_key_index *index)
{
    kl_free(index->entries);
    index->entries = NULL;
    index->size = index->count = 0;
}
