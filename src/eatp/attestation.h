/* src/eatp/attestation.h - EatpCapabilityAttestation: what an agent may do, until when (eatp 4.3). */
#ifndef KL_EATP_ATTESTATION_H
#define KL_EATP_ATTESTATION_H

#include "signed_record.h"

extern KL_API const kl_type kl_attestation_type;

typedef struct kl_attestation_request {
    kl_value agent_id, issuer; /* strings, borrowed */
    kl_trust_level level;
    kl_value valid_days;       /* int: days from now */
} kl_attestation_request;

/* A signed wire map; given. KL_INVALID for days below 1 and an end beyond the year 9999. */
KL_API kl_status kl_attestation_make(kl_value *out, const kl_attestation_request *request,
                                     const kl_key_pair *pair, kl_error *error);
/* Check alg_id, shape and signature of a map. KL_INVALID. */
KL_API kl_status kl_attestation_verify(kl_value map, kl_error *error);
/* The record of a map, checked first; given. */
KL_API kl_status kl_attestation_read(kl_value *out, kl_value map, kl_error *error);
/* The record of a map that is known to be good; `map` is borrowed, the record given. */
KL_API kl_status kl_attestation_new(kl_value *out, kl_value map, kl_error *error);
/* The level whose constraints a checked map has; -1 when it is that of none. */
kl_status kl_attestation_level(int *level, kl_value map, kl_error *error);

#endif
