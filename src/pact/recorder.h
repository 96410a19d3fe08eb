/* src/pact/recorder.h - PactRecorder: a line of audit and a line of evidence for every decision of an
 * agent, written before the decision counts (pact 3.10, 4.7). */
#ifndef KL_PACT_RECORDER_H
#define KL_PACT_RECORDER_H

#include "engine.h"
#include "verdict.h"

typedef struct kl_pact_recorder kl_pact_recorder;
extern KL_API const kl_type kl_pact_recorder_type;

/* Record a verdict of an agent. KL_FAILED when it cannot be: then the action must not run. */
KL_API kl_status kl_pact_recorder_write(kl_pact_recorder *recorder, const kl_pact_verdict *verdict,
                                        kl_posture posture, kl_error *error);
/* Its engine; borrowed. */
KL_API kl_pact_engine *kl_pact_recorder_engine(const kl_pact_recorder *recorder);

/* ---- the lines ------------------------------------------------------------------------------------------ */

/* What a line of audit says; all borrowed. */
typedef struct kl_pact_audit_line {
    kl_text event_id, timestamp, role_address, action, reason;
    kl_posture posture;
    kl_zone zone;
    kl_value tenant_id; /* string or null */
    kl_value signature; /* string or null */
} kl_pact_audit_line;

/* A line without its end, in the order of pact 4.7; given. */
KL_API kl_status kl_pact_audit_text(kl_value *out, const kl_pact_audit_line *line, kl_error *error);
/* The line of evidence of a verdict at a time; given. */
KL_API kl_status kl_pact_evidence_text(kl_value *out, const kl_pact_verdict *verdict,
                                       kl_text timestamp, kl_error *error);
/* What is written is told by posture. "zone1_pseudo" ... "zone4_delegated". */
KL_API const char *kl_pact_tier_name(kl_posture posture);

#endif
