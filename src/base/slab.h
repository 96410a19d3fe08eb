/* src/base/slab.h - many small payloads that are made together lie in slabs of memory.
 *
 * Taking room is adding to a pointer, and freeing it counting down; a slab goes when the last
 * payload in it does. So one that is kept keeps KL_SLAB_SIZE bytes: for the strings and rows of
 * long lists, which mostly live and die together, and nothing else.
 */
#ifndef KL_BASE_SLAB_H
#define KL_BASE_SLAB_H

#include "payload.h"

enum { KL_SLAB_SIZE = 4080, KL_SLAB_LARGEST = 512 };

/* Where the next payloads go. Begin with {0}; end with kl_slabs_end(). For one thread. */
typedef struct kl_slabs {
    struct kl_slab *now;
    uint32_t used, made; /* bytes and payloads of the slab that is being filled */
    uint32_t count;      /* slabs begun so far, up to a bound */
} kl_slabs;

/* Room for a payload of `size` bytes, whose header is set (one reference, no other flag); NULL
 * without memory. What is larger than KL_SLAB_LARGEST has memory of its own. */
static inline void *kl_slabs_take(kl_slabs *slabs, size_t size);
KL_API void kl_slabs_end(kl_slabs *slabs);

/* A string of valid UTF-8, an array and a map of a shape; as those of kailash/value.h. */
KL_API kl_status kl_slabs_string(kl_value *out, kl_slabs *slabs, kl_text text, kl_error *error);
KL_API kl_status kl_slabs_array(kl_value *out, kl_slabs *slabs, size_t capacity, kl_error *error);
KL_API kl_status kl_slabs_map(kl_value *out, kl_value **values, kl_slabs *slabs, kl_keys *keys,
                              kl_error *error);

/* The same where the slab is full, or there is none. */
KL_API void *kl_slabs_take_slowly(kl_slabs *slabs, size_t size);

static inline void *kl_slabs_take(kl_slabs *slabs, size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;
    if (!slabs->now || size > KL_SLAB_LARGEST || slabs->used + rounded > KL_SLAB_SIZE)
        return kl_slabs_take_slowly(slabs, size);
    kl_payload *payload = (kl_payload *)(void *)((char *)slabs->now + slabs->used);
    *payload = (kl_payload){1, slabs->used / 16 << KL_PAYLOAD_SLAB_SHIFT};
    slabs->used += (uint32_t)rounded;
    slabs->made++;
    return payload;
}

#endif
