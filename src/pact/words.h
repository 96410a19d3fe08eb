/* src/pact/words.h - the small value types that are one word of a list: levels, zones, modes ... */
#ifndef KL_PACT_WORDS_H
#define KL_PACT_WORDS_H

#include "../eatp/ladder.h"
#include "engine.h"

/* A word and its place in its list, from 0. */
typedef struct kl_pact_word {
    kl_object object;
    kl_value name; /* string */
    int64_t rung;
} kl_pact_word;

extern KL_API const kl_type kl_pact_level_type;     /* PactClassificationLevel */
extern KL_API const kl_type kl_pact_zone_type;      /* PactGradientZone */
extern KL_API const kl_type kl_pact_mode_type;      /* PactEnforcementMode */
extern KL_API const kl_type kl_pact_vetting_type;   /* PactVettingStatus */
extern KL_API const kl_type kl_pact_dimension_type; /* PactDimensionName */

KL_API kl_status kl_pact_level_new(kl_value *out, kl_confidentiality level, kl_error *error);
KL_API kl_status kl_pact_zone_new(kl_value *out, kl_zone zone, kl_error *error);

/* Names as all of PACT takes them: snake or Pascal, in any case. KL_INVALID "unknown ...". */
KL_API kl_status kl_pact_level_read(kl_confidentiality *out, kl_text name, kl_error *error);
KL_API kl_status kl_pact_zone_read(kl_zone *out, kl_text name, kl_error *error);
KL_API kl_status kl_pact_posture_read(kl_posture *out, kl_text name, kl_error *error);
KL_API kl_status kl_pact_mode_read(kl_pact_mode *out, kl_text name, kl_error *error);

/* "secret", "delegated", "enforce"; static. */
KL_API const char *kl_pact_level_name(kl_confidentiality level);
KL_API const char *kl_pact_posture_name(kl_posture posture);
KL_API const char *kl_pact_mode_name(kl_pact_mode mode);

/* How far somebody who has a clearance is vetted. */
typedef enum kl_pact_vetting {
    KL_PACT_PENDING, KL_PACT_ACTIVE, KL_PACT_SUSPENDED_VETTING, KL_PACT_EXPIRED, KL_PACT_REVOKED,
    KL_PACT_VETTINGS
} kl_pact_vetting;
KL_API kl_status kl_pact_vetting_read(kl_pact_vetting *out, kl_text name, kl_error *error);
KL_API kl_status kl_pact_vetting_new(kl_value *out, kl_pact_vetting vetting, kl_error *error);
KL_API const char *kl_pact_vetting_name(kl_pact_vetting vetting);
/* Whether one may become the other. */
KL_API bool kl_pact_vetting_may(kl_pact_vetting from, kl_pact_vetting to);

#endif
