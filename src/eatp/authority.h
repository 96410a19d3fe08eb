/* src/eatp/authority.h - EatpOrganizationalAuthority and the registry of them. */
#ifndef KL_EATP_AUTHORITY_H
#define KL_EATP_AUTHORITY_H

#include "care_chain.h"

extern KL_API const kl_type kl_authority_type;

/* The authority of a chain's organisation; given. EatpAuthorityError before it is signed. */
KL_API kl_status kl_authority_of_chain(kl_value *out, kl_care_chain *chain, kl_error *error);

#endif
