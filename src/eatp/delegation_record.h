/* src/eatp/delegation_record.h - EatpDelegationRecord: one grant from a delegator to a delegate (eatp 4.4).
 *
 * The wire form of a record that stands alone is sorted and has alg_id; within a lineage its members
 * stand in declared order, without alg_id.
 */
#ifndef KL_EATP_DELEGATION_RECORD_H
#define KL_EATP_DELEGATION_RECORD_H

#include "signed_record.h"

extern KL_API const kl_type kl_delegation_record_type;

#define KL_PAYLOAD_V2 "v2-complete"
#define KL_PAYLOAD_V3 "v3-complete" /* multi-sig */

/* What a new grant says; all borrowed. */
typedef struct kl_delegation_input {
    kl_value delegator, delegate; /* strings */
    kl_value capabilities;        /* array of wire names */
    kl_value constraints, limits; /* wire maps */
    kl_value scope;               /* wire map */
    kl_value parent_id;           /* string or null */
    kl_value expires_at;          /* string, UTC with Z, or null */
} kl_delegation_input;

/* The signed wire map of a new grant, standing alone; given. */
KL_API kl_status kl_delegation_make(kl_value *out, const kl_delegation_input *input,
                                    const kl_key_pair *signer, kl_error *error);

/* Check a map: alg_id (which may lack when `in_lineage`), shape, version, reasoning, signature. Its
 * wire form standing alone is given. KL_INVALID. */
KL_API kl_status kl_delegation_verify(kl_value *out, kl_value map, bool in_lineage,
                                      kl_error *error);
/* The same of a wire form that the above, or kl_delegation_make(), has given. */
KL_API kl_status kl_delegation_check(kl_value wire, kl_error *error);
/* The wire form within a lineage; given. */
KL_API kl_status kl_delegation_in_lineage(kl_value *out, kl_value wire, kl_error *error);
/* The record of a wire map that stands alone and was checked; `wire` is borrowed, the record given. */
KL_API kl_status kl_delegation_record_new(kl_value *out, kl_value wire, kl_error *error);
/* What is signed, family B; given as bytes appended to `to`. */
KL_API kl_status kl_delegation_payload(kl_buffer *to, kl_value wire, kl_error *error);
/* The key that signed, as 64 hexadecimal characters and a NUL. */
KL_API void kl_delegation_signer(char out[65], kl_value wire);
/* The constraint envelope that follows from constraints and limits of a grant, as its wire map; given. */
KL_API kl_status kl_delegation_envelope(kl_value *out, kl_value wire, kl_error *error);

#endif
