/* src/dataflow/mask.h - values that a caller must not see as they are. */
#ifndef KL_DATAFLOW_MASK_H
#define KL_DATAFLOW_MASK_H

#include "classification.h"
#include "clearance.h"

/* Whether a value of a level (-1 = unclassified) is masked for a caller of that rank. */
static inline bool kl_is_masked(int level, int rank) { return level > rank; }

/* Whether undeclared fields are redacted unless a setting says otherwise: the environment variable
 * KAILASH_DATAFLOW_UNDECLARED is "redact". Then last_four hides short texts as well. */
KL_API bool kl_masking_is_strict(void);

/* The text of a value: what is hashed, and of which an end is shown. Strings as they are, numbers as
 * their digits, true, false, null, lists and dicts as JSON with sorted keys; given. */
KL_API kl_status kl_mask_text(kl_value *out, kl_value value, kl_error *error);

/*
 * `value` (taken, also on failure) as a caller of `rank` sees it, where its field has `level`; given.
 * Not masked, it costs one comparison. `salt` (may be NULL) keys hashes. KL_MASK_NONE shows the value:
 * for a field of a model, where that would undo its classification, use kl_mask_field().
 */
KL_API kl_status kl_mask_apply(kl_value *out, kl_value value, kl_masking masking,
                               const kl_text *salt, kl_error *error);

static inline kl_status kl_mask_value(kl_value *out, kl_value value, int level, int rank,
                                      kl_masking masking, const kl_text *salt, kl_error *error)
{
    if (__builtin_expect(kl_is_masked(level, rank), 0))
        return kl_mask_apply(out, value, masking, salt, error);
    *out = value;
    return KL_OK;
}

/* The same for a field of a model: KL_MASK_NONE redacts. */
static inline kl_status kl_mask_field(kl_value *out, kl_value value, int level, int rank,
                                      kl_masking masking, kl_error *error)
{
    if (masking == KL_MASK_NONE)
        masking = KL_MASK_REDACT;
    return kl_mask_value(out, value, level, rank, masking, NULL, error);
}

#endif
