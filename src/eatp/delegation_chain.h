/* src/eatp/delegation_chain.h - EatpDelegationChain: who granted what to whom, and what was revoked
 * (eatp 3.2). */
#ifndef KL_EATP_DELEGATION_CHAIN_H
#define KL_EATP_DELEGATION_CHAIN_H

#include "keys.h"
#include "kailash/type.h"

/* For any number of threads at once. */
typedef struct kl_delegation_chain kl_delegation_chain;
extern KL_API const kl_type kl_delegation_chain_type;

/* A grant that is asked for; all borrowed. */
typedef struct kl_delegation_request {
    kl_value delegator, delegate; /* strings */
    kl_value capabilities;        /* array of tokens */
    kl_value level;               /* int */
    kl_value scope;               /* EatpDelegationScope */
    kl_value parent_id;           /* string: the grant to pass on; null = a grant of its own */
    kl_value delegator_pair;      /* EatpKeyPair of the delegator; null = the chain's key signs */
    kl_value expires_at;          /* RFC 3339, or null = with its parent, if that ends */
    bool has_max_depth;
    uint64_t max_depth;           /* ancestors that a grant may have */
} kl_delegation_request;

/* The wire map of the new grant, standing alone; given. */
KL_API kl_status kl_delegation_chain_add(kl_value *out, kl_delegation_chain *chain,
                                         const kl_delegation_request *request, kl_error *error);

/* Whose grants are listed, in the order of their creation. */
typedef enum kl_delegation_side { KL_GRANTS_TO, KL_GRANTS_BY } kl_delegation_side;
/* Wire maps with what is true of them now; given. `only_active`: neither revoked nor expired. */
KL_API kl_status kl_delegation_chain_list(kl_value *out, kl_delegation_chain *chain,
                                          kl_delegation_side side, kl_value name, bool only_active,
                                          kl_error *error);
/* The wire map of a grant by its id (a UUID in lower case), null when there is none; given. */
KL_API kl_value kl_delegation_chain_find(kl_delegation_chain *chain, kl_text id);

/* Revoke a grant and all that came of it: the ids that were not revoked before, the root first, each
 * before its descendants; given. KL_INVALID for what is no id, or of no grant here. */
KL_API kl_status kl_delegation_chain_revoke(kl_value *out, kl_delegation_chain *chain, kl_value id,
                                            kl_error *error);
/* The same for every active grant that somebody made. */
KL_API kl_status kl_delegation_chain_revoke_by(kl_value *out, kl_delegation_chain *chain,
                                               kl_value delegator, kl_error *error);

/* Check every signature, and that each is by a key that may sign for its delegator. KL_INVALID. */
KL_API kl_status kl_delegation_chain_verify(kl_delegation_chain *chain, kl_error *error);
/* KL_INVALID EatpDelegationError when a grant has more than `max_depth` ancestors. */
KL_API kl_status kl_delegation_chain_check_depth(kl_delegation_chain *chain, uint64_t max_depth,
                                                 kl_error *error);

#endif
