/* src/eatp/verdict.h - EatpVerdict and EatpHeldBehavior: how an action is judged, and what becomes of one
 * that waits for a person. */
#ifndef KL_EATP_VERDICT_H
#define KL_EATP_VERDICT_H

#include "kailash/type.h"
#include "ladder.h"

/* Enums: the position of a verdict is its kl_zone. */
extern KL_API const kl_type kl_eatp_verdict_type;
/* The zone of an EatpVerdict; KL_ZONE_BLOCKED for anything else. */
KL_API kl_zone kl_verdict_zone(kl_value verdict);
/* The EatpVerdict of a zone; given. */
KL_API kl_status kl_verdict_of(kl_value *out, kl_zone zone, kl_error *error);

typedef enum kl_held_behavior { KL_HELD_QUEUE, KL_HELD_NOTIFY, KL_HELD_RESUMABLE } kl_held_behavior;
extern KL_API const kl_type kl_eatp_held_behavior_type;

#endif
