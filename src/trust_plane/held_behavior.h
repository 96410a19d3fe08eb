/* src/trust_plane/held_behavior.h - HeldBehavior: what to do while an action waits for approval. */
#ifndef KL_TRUST_PLANE_HELD_BEHAVIOR_H
#define KL_TRUST_PLANE_HELD_BEHAVIOR_H

#include "kailash/type.h"

typedef struct kl_held_behavior {
    kl_object object;
    bool wait_for_approval;
    kl_value timeout_seconds; /* int, not negative, or null: no limit */
    bool notify_delegates;
} kl_held_behavior;
extern KL_API const kl_type kl_held_behavior_type;

#endif
