/* src/trust_plane/project_shadow.h - a candidate envelope under trial in a project. */
#ifndef KL_TRUST_PLANE_PROJECT_SHADOW_H
#define KL_TRUST_PLANE_PROJECT_SHADOW_H

#include "project_parts.h"
#include "shadow_file.h"

#define CANDIDATE KL_TEXT("candidate_envelope.json")
#define CANDIDATE_SIGNATURE KL_TEXT("candidate_envelope.sig")
#define CONFIG KL_TEXT("config.json")

/* A candidate under trial. Never changes but for its records. */
typedef struct kl_project_shadow {
    uint32_t refs; /* atomic */
    kl_session_enforcer *enforcer;
    kl_shadow_log *log;
    kl_shadow_file *file;  /* NULL = records are not written */
    kl_trust_facts facts;  /* of the candidate's file */
} kl_project_shadow;

/* The trial that is under way, or NULL; end it with kl_project_shadow_release(). */
kl_project_shadow *kl_project_shadow_of(kl_trust_project *project);
void kl_project_shadow_release(kl_project_shadow *shadow);
/* Whether another process began or ended a trial is looked up, and followed. */
kl_status kl_project_follow_shadow(kl_trust_project *project, kl_error *error);

/* "shadow-ACTION-" and the first 12 digits of the envelope's hash; given. */
kl_status kl_project_shadow_id(kl_value *out, const char *action,
                               const kl_session_envelope *envelope, kl_error *error);
/* What the anchor of shadow mode signs: the action, the envelope, and (a map) how it is tried; given. */
kl_status kl_project_shadow_hash(kl_value *out, const char *action, kl_value envelope_hash,
                                 kl_value config, kl_error *error);

#endif
