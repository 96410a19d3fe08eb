/* src/store/keystore_dict.c - dictionaries of the key store. */
#include "keystore_parts.h"
#include "payload.h"

/* Where a key stands or would stand among the slots. */
static size_t slot_of(const kl_dict *dict, kl_text key, uint64_t hash)
{
    size_t mask = dict->slot_count - 1, at = hash & mask;
    for (; dict->slots[at]; at = (at + 1) & mask) {
        const kl_dict_entry *entry = &dict->entries[dict->slots[at] - 1];
        if (entry->hash == hash && kl_text_equal(kl_as_text(entry->key), key) &&
            !kl_is_null(entry->key))
            break;
    }
    return at;
}

kl_dict_entry *kl_dict_find(const kl_dict *dict, kl_text key)
{
    if (dict->count == 0)
        return NULL;
    uint32_t index = dict->slots[slot_of(dict, key, kl_text_hash(key))];
    return index ? &dict->entries[index - 1] : NULL;
}

/* Close the gaps of removed entries and lay out `slots` anew. */
static void rebuild(kl_dict *dict)
{
    size_t kept = 0, mask = dict->slot_count - 1;
    memset(dict->slots, 0, dict->slot_count * sizeof *dict->slots);
    for (size_t i = 0; i < dict->used; i++) {
        if (kl_is_null(dict->entries[i].key))
            continue;
        dict->entries[kept] = dict->entries[i];
        size_t at = dict->entries[kept].hash & mask;
        while (dict->slots[at])
            at = (at + 1) & mask;
        dict->slots[at] = (uint32_t)++kept;
    }
    dict->used = kept;
}

/* Room for one more entry. */
static bool grow(kl_dict *dict)
{
    if (dict->used < dict->cap)
        return true;
    if (dict->count < dict->cap - dict->cap / 4 && dict->cap) {
        rebuild(dict);
        return true;
    }
    size_t cap = dict->cap ? 2 * dict->cap : 8;
    if (cap > UINT32_MAX / 2)
        return false;
    uint32_t *slots = kl_alloc_zero(2 * cap, sizeof *slots);
    kl_dict_entry *entries = slots ? kl_realloc(dict->entries, cap * sizeof *entries) : NULL;
    if (!entries) {
        kl_free(slots);
        return false;
    }
    kl_free(dict->slots);
    dict->slots = slots;
    dict->slot_count = 2 * cap;
    dict->entries = entries;
    dict->cap = cap;
    rebuild(dict);
    return true;
}

kl_dict_entry *kl_dict_add(bool *added, kl_dict *dict, kl_value key)
{
    kl_text text = kl_as_text(key);
    kl_dict_entry *found = kl_dict_find(dict, text);
    *added = !found;
    if (found || !grow(dict))
        return found;
    uint64_t hash = kl_text_hash(text);
    size_t slot = slot_of(dict, text, hash);
    found = &dict->entries[dict->used];
    *found = (kl_dict_entry){.key = kl_value_retain(key), .hash = hash};
    found->value = kl_null();
    dict->slots[slot] = (uint32_t)++dict->used;
    dict->count++;
    return found;
}

/* The slot stays taken, so that searches pass over it; rebuild() frees it. */
void kl_dict_remove(kl_dict *dict, kl_dict_entry *entry)
{
    kl_value_release(entry->key);
    entry->key = kl_null();
    dict->count--;
    if (dict->used > 16 && dict->count < dict->used / 2)
        rebuild(dict);
}

kl_dict_entry *kl_dict_at(const kl_dict *dict, size_t *at)
{
    while (*at < dict->used && kl_is_null(dict->entries[*at].key))
        ++*at;
    return *at < dict->used ? &dict->entries[*at] : NULL;
}

void kl_dict_end(kl_dict *dict)
{
    for (size_t i = 0; i < dict->used; i++)
        kl_value_release(dict->entries[i].key);
    kl_free(dict->entries);
    kl_free(dict->slots);
    *dict = (kl_dict){0};
}
