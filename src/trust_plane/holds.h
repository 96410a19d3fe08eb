/* src/trust_plane/holds.h - actions that wait for somebody's word. */
#ifndef KL_TRUST_PLANE_HOLDS_H
#define KL_TRUST_PLANE_HOLDS_H

#include "project.h"
#include "stored.h"

extern KL_API const kl_stored_kind kl_holds_kind;
/* The class HoldManager. */
extern KL_API const kl_type kl_hold_manager_type;

/* What settles a hold; borrowed. */
typedef struct kl_hold_decision {
    kl_text hold_id, delegate_id;
    bool approved;
    kl_value reason; /* string or null */
} kl_hold_decision;

/* A new hold, pending; its id as a string, given. Takes the lock. */
KL_API kl_status kl_hold_create(kl_value *out, kl_trust_folder *folder, kl_text action, kl_text dimension,
                         kl_text reason, kl_value resource, kl_error *error);
/*
 * Settle one, taking the lock: KL_FAILED "hold error: ..." unless it is pending and the delegate is
 * active and has its dimension. With a project that has its key (else NULL) the outcome is anchored
 * in the same step.
 */
KL_API kl_status kl_hold_resolve(kl_trust_folder *folder, kl_trust_project *project,
                          const kl_hold_decision *decision, kl_error *error);

#endif
