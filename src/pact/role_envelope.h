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
    kl_value set_by;       /* likewise */
    kl_value created_at, modified_at; /* strings: UTC, +00:00 */
    int64_t version;
    bool allow_bridge;
    kl_value map;          /* wire map of the envelope */
    kl_governance *envelope;
} kl_role_envelope;
extern KL_API const kl_type kl_role_envelope_type;

typedef struct kl_task_envelope {
    kl_object object;
    kl_value task_id;      /* string */
    kl_value role_address; /* string, as it is printed */
    kl_value expires_at;   /* string: UTC, +00:00 */
    kl_value created_by;   /* address */
    kl_value map;          /* wire map of the envelope */
    kl_time expires;       /* expires_at; KL_TIME_NONE when it lies beyond the calendar */
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

/* The envelope that a posture starts with (pact 3.4), as its wire map; given. */
KL_API kl_status kl_posture_envelope(kl_value *out, kl_posture posture, kl_error *error);

/* What the meeting of two envelopes is told as: compact JSON of both at once; given. */
KL_API kl_status kl_envelope_meet_json(kl_value *out, const kl_governance *a, const kl_governance *b,
                                       kl_error *error);

#endif
