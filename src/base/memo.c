/* src/base/memo.c - see memo.h. */
#include "memo.h"

static kl_memo_entry *place_of(kl_memo_entry *entries, size_t size, const void *a, const void *b)
{
    uint64_t mixed = ((uintptr_t)a >> 4) * 0x9E3779B97F4A7C15ull + ((uintptr_t)b >> 4);
    size_t at = (mixed * 0xD6E8FEB86659FD93ull >> 32) & (size - 1);
    while (entries[at].a && (entries[at].a != a || entries[at].b != b))
        at = (at + 1) & (size - 1);
    return &entries[at];
}

const kl_value *kl_memo_find(const kl_memo *memo, const void *a, const void *b)
{
    if (memo->count == 0)
        return NULL;
    const kl_memo_entry *entry = place_of(memo->entries, memo->size, a, b);
    return entry->a ? &entry->known : NULL;
}

static kl_status grow(kl_memo *memo, kl_error *error)
{
    size_t size = memo->size ? 2 * memo->size : 256;
    kl_memo_entry *grown = kl_alloc_zero(size, sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < memo->size; i++) {
        const kl_memo_entry *entry = &memo->entries[i];
        if (entry->a)
            *place_of(grown, size, entry->a, entry->b) = *entry;
    }
    kl_free(memo->entries);
    memo->entries = grown;
    memo->size = size;
    return KL_OK;
}

kl_status kl_memo_add(kl_memo *memo, const void *a, const void *b, kl_value known, kl_error *error)
{
    if (2 * memo->count >= memo->size)
        KL_TRY(grow(memo, error));
    *place_of(memo->entries, memo->size, a, b) = (kl_memo_entry){a, b, known};
    memo->count++;
    return KL_OK;
}

kl_status kl_memo_meet(bool *out, kl_memo *memo, kl_value a, kl_value b, kl_error *error)
{
    *out = false;
    if (!kl_memo_is_due(memo, a))
        return KL_OK;
    *out = kl_memo_find(memo, a.as.payload, b.as.payload) != NULL;
    return *out ? KL_OK : kl_memo_add(memo, a.as.payload, b.as.payload, kl_null(), error);
}

void kl_memo_end(kl_memo *memo) { kl_free(memo->entries); }
