/* src/eatp/lineage_parts.h - what is in an EatpTrustLineageChain, for the files lineage*.c alone.
 *
 * Beside the members that others know, the wire form may have two more. `envelope_signature`
 * {signer_public_key, signature} signs the envelope. `manifest` {agent_id, children_hash, envelope_id,
 * signed_at, signer_public_key, signature} says which records there are: children_hash is SHA-256 over
 * the sorted signatures of attestations, delegations and anchors, as hexadecimal text without a break.
 */
#ifndef KL_EATP_LINEAGE_PARTS_H
#define KL_EATP_LINEAGE_PARTS_H

#include "lineage.h"

typedef struct kl_lineage {
    kl_object object;
    kl_value wire; /* map */
    kl_value alg_id, agent_id, verification_status; /* strings */
    kl_value genesis, envelope;                     /* records */
    kl_value delegations, attestations, audit_anchors; /* arrays of records */
    kl_value manifest;                              /* map or null */
} kl_lineage;

/* The lineage of a wire map, everything verified. KL_INVALID; given. */
kl_status kl_lineage_read(kl_value *out, kl_value map, kl_error *error);
/* Verify all anew; a root that is not empty must have signed what an organisation signs. The number of
 * records about the agent. KL_INVALID, also when there is none. */
kl_status kl_lineage_verify(size_t *count, kl_lineage *lineage, kl_text root, kl_error *error);
/* Attestations, delegations and anchors. */
size_t kl_lineage_children(const kl_lineage *lineage);
/* Once agent and records are there: the wire form and what it tells. */
kl_status kl_lineage_complete(kl_lineage *lineage, kl_error *error);
/* A signed manifest of what is there; given. */
kl_status kl_lineage_manifest(kl_value *out, const kl_lineage *lineage, const kl_key_pair *pair,
                              kl_error *error);
/* KL_INVALID: a record of another agent. */
kl_status kl_lineage_foreign(kl_error *error, const char *what, kl_text agent, kl_text expected);

/* effective_constraints() and dropped_delegations(), for the table of methods. */
kl_call kl_lineage_fold, kl_lineage_dropped;

#endif
