/* src/eatp/care_block.h - one grant of trust in a care chain, as a signed block linked to the one before.
 *
 * A block is a map that never changes: alg_id, block_id, sequence (1 is the first behind the genesis),
 * previous_hash, agent_id, trust_level, issued_by, issued_at, expires_at, signer_public_key, signature.
 * The hash of a block, and of the genesis, is SHA-256 of its family B, signature included.
 */
#ifndef KL_EATP_CARE_BLOCK_H
#define KL_EATP_CARE_BLOCK_H

#include "signed_record.h"

/* What a grant says, borrowed. */
typedef struct kl_grant_of_trust {
    kl_value agent_id, issued_by; /* strings */
    kl_trust_level level;
    bool expires;
    kl_instant expires_at;
} kl_grant_of_trust;

/* What follows from where a block stands. */
typedef struct kl_block_place {
    size_t sequence;
    kl_text previous_hash; /* 64 hexadecimal characters */
} kl_block_place;

/* A signed block; given. */
KL_API kl_status kl_care_block_make(kl_value *out, const kl_grant_of_trust *grant,
                                    const kl_block_place *place, const kl_key_pair *pair,
                                    kl_error *error);
/* The hash of a block or a genesis, 64 hexadecimal characters and a NUL. */
KL_API kl_status kl_care_block_hash(char out[65], kl_value block, kl_error *error);
/* Whether it is a block: alg_id and shape, and what it says (borrowed from it). KL_INVALID. */
KL_API kl_status kl_care_block_read(kl_grant_of_trust *out, kl_value block, kl_error *error);
/* Whether a block that was read stands where it says, and `signer` signed it. KL_INVALID. */
KL_API kl_status kl_care_block_verify(kl_value block, const kl_block_place *place, kl_text issuer,
                                      kl_text signer_hex, kl_error *error);

#endif
