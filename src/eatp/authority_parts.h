/* src/eatp/authority_parts.h - what is in an EatpOrganizationalAuthority, for its files alone. */
#ifndef KL_EATP_AUTHORITY_PARTS_H
#define KL_EATP_AUTHORITY_PARTS_H

#include "kailash/type.h"

typedef struct kl_authority {
    kl_object object;
    kl_value org_id, public_key_hex; /* strings */
    kl_value capabilities;           /* array of tokens */
} kl_authority;

#endif
