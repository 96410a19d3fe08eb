/* src/eatp/identity.h - who: organisations, agents and the humans behind them. */
#ifndef KL_EATP_IDENTITY_H
#define KL_EATP_IDENTITY_H

#include "kailash/type.h"

/* EatpOrgId and EatpAgentId: a text that is not empty. */
typedef struct kl_eatp_id {
    kl_object object;
    kl_value id; /* string */
} kl_eatp_id;
extern KL_API const kl_type kl_org_id_type, kl_agent_id_type;

typedef struct kl_human_origin {
    kl_object object;
    kl_value identity, role; /* strings */
    kl_value attestation;    /* string or null */
} kl_human_origin;
extern KL_API const kl_type kl_human_origin_type;

/* KL_INVALID "agent ID must not be empty". */
KL_API kl_status kl_agent_id_check(kl_value id, kl_error *error);
/* KL_INVALID "organization ID must not be empty". */
KL_API kl_status kl_org_id_check(kl_value id, kl_error *error);

#endif
