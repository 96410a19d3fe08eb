/* src/eatp/lineage.h - EatpTrustLineageChain: all that speaks for one agent, in one document. */
#ifndef KL_EATP_LINEAGE_H
#define KL_EATP_LINEAGE_H

#include "care_chain.h"

extern KL_API const kl_type kl_lineage_type;

/* All borrowed. */
typedef struct kl_lineage_request {
    kl_care_chain *chain;
    kl_value agent_id;
    kl_value delegations;   /* array of EatpDelegationRecord, or null */
    kl_value audit_anchors; /* array of EatpAuditAnchor, or null */
    kl_value valid_days;    /* of the attestation */
    bool filters_foreign;   /* drop records of other agents instead of refusing them */
    bool with_manifest;     /* sign which records there are */
} kl_lineage_request;

/* Given. KL_INVALID for records of other agents, and when the agent has no valid posture. */
KL_API kl_status kl_lineage_make(kl_value *out, const kl_lineage_request *request, kl_error *error);

#endif
