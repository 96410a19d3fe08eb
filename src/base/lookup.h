/* src/base/lookup.h - one path that is followed in many values, mostly rows of one shape. */
#ifndef KL_BASE_LOOKUP_H
#define KL_BASE_LOOKUP_H

#include "payload.h"

/* For one thread, and for values that outlive it. */
typedef struct kl_lookup {
    kl_text path;         /* dotted, borrowed; "" = the value itself */
    bool is_key;          /* one key alone */
    const kl_keys *shape; /* of the map before */
    ptrdiff_t position;   /* of the key in that; -1 = it is not there */
} kl_lookup;

static inline kl_lookup kl_lookup_of(kl_text path)
{
    return (kl_lookup){.path = path, .is_key = path.len && !memchr(path.data, '.', path.len)};
}

/* As kl_value_path(). */
static inline const kl_value *kl_lookup_find(kl_lookup *lookup, const kl_value *value)
{
    if (!lookup->is_key || !kl_is(*value, KL_KIND_MAP))
        return kl_value_path(value, lookup->path);
    kl_map *map = value->as.map;
    if (map->keys != lookup->shape) {
        lookup->shape = map->keys;
        lookup->position = kl_keys_find(map->keys, lookup->path);
    }
    return lookup->position < 0 ? NULL : &map->values[lookup->position];
}

/*
 * Ask for the memory of what stands some steps ahead of `at`, in three goes: the row, the string in
 * its field, the text of that. A loop over rows waits for memory more than it computes.
 */
static inline void kl_lookup_ahead(const kl_lookup *lookup, const kl_value *items, size_t at,
                                   size_t count)
{
    enum { FAR = 24, MIDDLE = 12, NEAR = 6, LINE = 64 };
    if (at + FAR >= count || lookup->position < 0)
        return;
    kl_value far = items[at + FAR], middle = items[at + MIDDLE], near = items[at + NEAR];
    if (kl_is(far, KL_KIND_MAP)) {
        __builtin_prefetch(far.as.map);
        __builtin_prefetch((char *)far.as.map + LINE);
    }
    if (kl_is(middle, KL_KIND_MAP) && middle.as.map->keys == lookup->shape) {
        kl_value field = middle.as.map->values[lookup->position];
        if (kl_is(field, KL_KIND_STRING))
            __builtin_prefetch(field.as.string);
    }
    if (kl_is(near, KL_KIND_MAP) && near.as.map->keys == lookup->shape) {
        kl_value field = near.as.map->values[lookup->position];
        if (kl_is(field, KL_KIND_STRING))
            __builtin_prefetch(kl_string_text(field.as.string).data);
    }
}

#endif
