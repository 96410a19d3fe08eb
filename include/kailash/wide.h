/* kailash/wide.h - integers from 2^63 to 2^64 - 1, where a format has them. */
#ifndef KAILASH_WIDE_H
#define KAILASH_WIDE_H

#include "kailash/type.h"

KL_BEGIN_DECLS

/** An integer beyond int64: always at least 2^63. Faces show it as their own kind of integer. */
typedef struct kl_wide {
    kl_object object;
    uint64_t integer;
} kl_wide;
/** The type of such numbers. */
extern KL_API const kl_type kl_wide_type;

/** The value of an unsigned integer: a plain int while it fits, else a kl_wide; given. */
KL_API kl_status kl_unsigned_new(kl_value *out, uint64_t integer, kl_error *error);
/** The reverse; 0 for what is neither of them, and for negative ones. */
KL_API uint64_t kl_as_unsigned(kl_value value);
/** Whether it is an int that is not negative, or a kl_wide. */
KL_API bool kl_is_unsigned(kl_value value);

KL_END_DECLS
#endif
