/* src/trust_plane/posture.h - postures by name, and the system that moves an agent between levels. */
#ifndef KL_TRUST_PLANE_POSTURE_H
#define KL_TRUST_PLANE_POSTURE_H

#include "../eatp/trust_level.h"

/* TrustPostureLevel takes the five names alone; AgentPosture any case and the aliases. */
extern KL_API const kl_type kl_trust_posture_level_type;
extern KL_API const kl_type kl_agent_posture_type;

/*
 * A posture by name in any case, or by one of the aliases pseudo, tool (supervised), autonomous
 * (continuous_insight), delegating (delegated). KL_INVALID "unknown posture: ...". For what callers
 * write; documents of the open SDK have a ladder of their own.
 */
KL_API kl_status kl_agent_posture_read(kl_posture *out, kl_text name, kl_error *error);
/* The AgentPosture of a rung; given. */
KL_API kl_status kl_agent_posture_new(kl_value *out, kl_posture posture, kl_error *error);
/* The rung of an object of either type. */
KL_API kl_posture kl_agent_posture_rung(const kl_object *posture);
KL_API kl_posture kl_trust_posture_rung(const kl_object *level);

/*
 * Whether a level may follow another: any number of steps down, one step up. KL_STATE otherwise, with
 * the code "posture_transition_denied" and `prefix` before the message ("posture transition denied").
 */
KL_API kl_status kl_posture_step_check(kl_trust_level from, kl_trust_level to, const char *prefix,
                                       kl_error *error);

#endif
