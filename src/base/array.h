/* src/base/array.h - arrays that are filled in one go. */
#ifndef KL_BASE_ARRAY_H
#define KL_BASE_ARRAY_H

#include "payload.h"

/* Room for `more` items behind those of an array, the caller being made the only owner first; NULL
 * without memory. What is put there counts once kl_array_added() was called. */
KL_API kl_value *kl_array_room(kl_value *array, size_t more, kl_error *error);

/* What the items are known to be without a look: KL_PAYLOAD_INTS, KL_PAYLOAD_REALS or 0. */
static inline uint32_t kl_array_known(kl_value array)
{
    return kl_is(array, KL_KIND_ARRAY)
               ? array.as.array->payload.flags & (KL_PAYLOAD_INTS | KL_PAYLOAD_REALS)
               : 0;
}

static inline void kl_array_added(kl_value array, size_t more) { array.as.array->len += more; }

#endif
