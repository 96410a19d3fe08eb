/* src/eatp/genesis.h - EatpGenesisRecord: an organisation roots a chain (eatp 4.3). */
#ifndef KL_EATP_GENESIS_H
#define KL_EATP_GENESIS_H

#include "signed_record.h"

extern KL_API const kl_shape kl_genesis_shape;
extern KL_API const kl_type kl_genesis_record_type;

/* The unsigned wire map of an organisation whose chain begins now; given. */
KL_API kl_status kl_genesis_make(kl_value *out, kl_value org_id, const kl_key_pair *pair,
                                 kl_error *error);
/* Check alg_id, shape and signature of a map, and that its signer is its owner. KL_INVALID. */
KL_API kl_status kl_genesis_verify(kl_value map, kl_error *error);
/* The record of a map, checked first; given. */
KL_API kl_status kl_genesis_read(kl_value *out, kl_value map, kl_error *error);
/* The record of a map that is known to be good; `map` is borrowed, the record given. */
KL_API kl_status kl_genesis_record_new(kl_value *out, kl_value map, kl_error *error);

#endif
