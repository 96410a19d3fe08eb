/* src/base/same.h - equality as expressions mean it, and the weight of shared values. */
#ifndef KL_BASE_SAME_H
#define KL_BASE_SAME_H

#include "kailash/value.h"
#include "work.h"

/*
 * Deep equality in which numbers compare by their value (2 is 2.0) at every level and all else
 * as in kl_value_equal(). A container equals itself, whatever it holds. `work` may be NULL.
 */
KL_API kl_status kl_value_same(bool *out, kl_value a, kl_value b, kl_work *work, kl_error *error);

/*
 * Whether `value`, written out, has at most `limit` parts: items, pairs and 64-byte pieces of
 * text. Shared parts count wherever they stand, so this tells small memory that is huge as text.
 */
KL_API kl_status kl_value_fits(bool *out, kl_value value, uint64_t limit, kl_work *work,
                               kl_error *error);

#endif
