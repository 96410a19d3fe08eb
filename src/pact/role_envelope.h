/* src/pact/role_envelope.h - PactRoleEnvelope and PactTaskEnvelope: an envelope and whom it is for.
 *
 * Records that never change. Their JSON may tell the address as text or in segments; it is written in
 * segments.
 */
#ifndef KL_PACT_ROLE_ENVELOPE_H
#define KL_PACT_ROLE_ENVELOPE_H

#include "../eatp/envelope.h"
#include "kailash/time.h"
#include "kailash/type.h"

typedef struct kl_role_envelope {
    kl_object object;
    kl_value role_address; /* string, as it is printed */
    kl_value set_by;       /* string */
    kl_value created_at, modified_at; /* strings */
    int64_t version;
    bool allow_bridge;
    kl_governance *envelope;
} kl_role_envelope;
extern KL_API const kl_type kl_role_envelope_type;

typedef struct kl_task_envelope {
    kl_object object;
    kl_value task_id;      /* string */
    kl_value role_address; /* string */
    kl_value expires_at;   /* string */
    kl_value created_by;   /* string */
    kl_time expires;       /* the same as a time */
    kl_governance *envelope;
} kl_task_envelope;
extern KL_API const kl_type kl_task_envelope_type;

/* Of their wire maps; given. KL_INVALID names the member. */
KL_API kl_status kl_role_envelope_read(kl_value *out, kl_value map, kl_error *error);
KL_API kl_status kl_task_envelope_read(kl_value *out, kl_value map, kl_error *error);
/* Of JSON text; likewise, and KL_SYNTAX. */
KL_API kl_status kl_role_envelope_parse(kl_value *out, kl_text json, kl_error *error);
KL_API kl_status kl_task_envelope_parse(kl_value *out, kl_text json, kl_error *error);
/* The wire map; given. */
KL_API kl_status kl_role_envelope_write(kl_value *out, const kl_role_envelope *role,
                                        kl_error *error);
KL_API kl_status kl_task_envelope_write(kl_value *out, const kl_task_envelope *task,
                                        kl_error *error);

/* The envelope that a posture starts with, as its wire map; given. */
KL_API kl_status kl_posture_envelope(kl_value *out, kl_posture posture, kl_error *error);

#endif
