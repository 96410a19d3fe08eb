/* src/eatp/care_chain.h - EatpCareChain: an organisation's signed chain of trust grants (eatp 3.1). */
#ifndef KL_EATP_CARE_CHAIN_H
#define KL_EATP_CARE_CHAIN_H

#include "signed_record.h"

/* For any number of threads at once. */
typedef struct kl_care_chain kl_care_chain;
extern KL_API const kl_type kl_care_chain_type;

/* The wire map of its signed genesis; given. KL_INVALID before sign_genesis(). */
KL_API kl_status kl_care_chain_genesis(kl_value *out, kl_care_chain *chain, kl_error *error);
/* The name of its organisation; given. Null before it is signed. */
KL_API kl_value kl_care_chain_organisation(kl_care_chain *chain);
/* A fresh attestation of an agent's level as a wire map, and the level; given. KL_INVALID when the
 * agent has no valid posture. */
KL_API kl_status kl_care_chain_attest(kl_value *out, kl_trust_level *level, kl_care_chain *chain,
                                      kl_value agent_id, kl_value valid_days, kl_error *error);
/* The level that the newest grant of an agent gives now; -1 when it has none or that has expired. What
 * is new in the chain is verified first: EatpAuthorityError. */
KL_API kl_status kl_care_chain_level(int *out, kl_care_chain *chain, kl_value agent_id,
                                     kl_error *error);
/* The key that signs; borrowed from the chain. */
KL_API const kl_key_pair *kl_care_chain_pair(const kl_care_chain *chain);

#endif
