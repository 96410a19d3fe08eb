/* src/pact/held_action.h - PactApprovalState and PactHeldAction: what waits for a human (pact 3.9). */
#ifndef KL_PACT_HELD_ACTION_H
#define KL_PACT_HELD_ACTION_H

#include "verdict.h"

/* ---- PactApprovalState ------------------------------------------------------------------------------- */

typedef struct kl_pact_hold_state {
    kl_object object;
    kl_value name;    /* string: pending, approved, rejected, consumed */
    kl_value by;      /* string: who decided, or null */
    kl_value reason;  /* string: why it was rejected, or null */
    kl_value at;      /* string: when, or null */
    kl_value expires_at; /* string: until when an approval counts, or null */
} kl_pact_hold_state;

typedef enum kl_pact_hold_kind {
    KL_PACT_HOLD_PENDING, KL_PACT_HOLD_APPROVED, KL_PACT_HOLD_REJECTED, KL_PACT_HOLD_CONSUMED, KL_PACT_HOLD_KINDS
} kl_pact_hold_kind;

extern KL_API const kl_type kl_pact_hold_state_type;
KL_API kl_pact_hold_kind kl_pact_hold_kind_of(const kl_pact_hold_state *state);

/* States; given. Texts are borrowed. KL_INVALID when `by` names no principal. */
KL_API kl_status kl_pact_hold_pending(kl_value *out, kl_error *error);
KL_API kl_status kl_pact_hold_approved(kl_value *out, kl_text by, kl_time now, kl_duration valid,
                                           kl_error *error);
KL_API kl_status kl_pact_hold_rejected(kl_value *out, kl_text by, kl_text reason, kl_time now,
                                           kl_error *error);
/* An approval that was used. */
KL_API kl_status kl_pact_hold_consumed(kl_value *out, const kl_pact_hold_state *approved,
                                           kl_error *error);
/* Whether an approval's time is over. */
KL_API bool kl_pact_hold_is_over(const kl_pact_hold_state *state, kl_time now);

/* ---- PactHeldAction ---------------------------------------------------------------------------------- */

/* Which findings an approval covers: bits of kl_subject, and this one, which covers all. */
#define KL_PACT_COVERS_ALL 0x8000u

typedef struct kl_pact_held {
    kl_object object;
    int64_t action_id;
    kl_value action, role_address; /* strings */
    kl_value context;              /* map of numbers */
    kl_value created_at;           /* string */
    kl_value state;                /* PactApprovalState */
    kl_value original_verdict;     /* PactGovernanceVerdict */
    kl_value data_source, task_id, channel, recipient; /* strings or null */
    int64_t covered;
} kl_pact_held;

extern KL_API const kl_type kl_pact_held_type;

/* What was asked for when an action was held; all borrowed. */
typedef struct kl_pact_held_parts {
    int64_t action_id;
    kl_value action, role_address, context, verdict;
    kl_value resource, task_id, channel, recipient; /* strings or null */
    uint32_t covered;
    kl_time now;
} kl_pact_held_parts;

/* A pending one; given. */
KL_API kl_status kl_pact_held_new(kl_value *out, const kl_pact_held_parts *parts, kl_error *error);
/* The same action in another state (borrowed); given. */
KL_API kl_status kl_pact_held_with(kl_value *out, const kl_pact_held *held, kl_value state,
                                   kl_error *error);
KL_API const kl_pact_hold_state *kl_pact_held_state(const kl_pact_held *held);

/* As a map of plain values, and back; given. KL_INVALID for another map. */
KL_API kl_status kl_pact_held_map(kl_value *out, const kl_pact_held *held, kl_error *error);
KL_API kl_status kl_pact_held_read(kl_value *out, kl_value map, kl_error *error);

#endif
