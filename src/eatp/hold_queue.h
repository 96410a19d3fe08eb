/* src/eatp/hold_queue.h - EatpHoldQueue: actions that wait for a person. */
#ifndef KL_EATP_HOLD_QUEUE_H
#define KL_EATP_HOLD_QUEUE_H

#include "kailash/type.h"

/* So many may wait at a time; as many that were decided are remembered, the newest. */
enum { KL_HOLDS_MAX = 10000 };

/* Any thread. */
extern KL_API const kl_type kl_eatp_hold_queue_type;

/* What waits. All is borrowed; `context` is a map or null. */
typedef struct kl_hold {
    kl_text agent_id, action, reason;
    kl_value context;
} kl_hold;

/* Add one; its id is given. KL_LIMIT when too many wait. */
KL_API kl_status kl_hold_queue_add(kl_value *id, kl_object *queue, const kl_hold *hold,
                                   kl_error *error);

#endif
