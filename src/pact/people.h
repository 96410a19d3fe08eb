/* src/pact/people.h - who holds a role: what they are cleared for, and who acts where nobody does. */
#ifndef KL_PACT_PEOPLE_H
#define KL_PACT_PEOPLE_H

#include "engine.h"
#include "words.h"

/* ---- PactRoleClearance ----------------------------------------------------------------------- */

typedef struct kl_pact_clearance {
    kl_object object;
    kl_value role_id, role_address; /* strings */
    kl_value max_clearance;         /* PactClassificationLevel */
    kl_value compartments;          /* array of strings, sorted, none twice */
    kl_value vetting_status;        /* PactVettingStatus */
    kl_value granted_by, review_at; /* strings or null */
    bool nda_signed;
    int64_t level;                  /* of max_clearance */
    int64_t vetting;                /* kl_pact_vetting */
} kl_pact_clearance;
extern KL_API const kl_type kl_pact_clearance_type;

/* What a clearance says; texts and the array are borrowed. */
typedef struct kl_pact_clearance_parts {
    kl_value role_id, role_address;
    kl_confidentiality level;
    kl_value compartments; /* array of strings, or null */
    kl_pact_vetting vetting;
    kl_value granted_by, review_at;
    bool nda_signed;
} kl_pact_clearance_parts;
KL_API kl_status kl_pact_clearance_new(kl_value *out, const kl_pact_clearance_parts *parts, kl_error *error);
/* The row of it that is kept, and back; given. */
KL_API kl_status kl_pact_clearance_write(kl_value *out, const kl_pact_clearance *clearance, kl_error *error);
KL_API kl_status kl_pact_clearance_read(kl_value *out, const kl_pact_node *node, kl_value row,
                                        kl_error *error);

/* ---- PactVacancyDesignation ------------------------------------------------------------------ */

/* Hours either way of now that a designation may end; a century. */
#define KL_PACT_HOURS_MAX 876000

typedef struct kl_pact_designation {
    kl_object object;
    kl_value role_address, acting_occupant, designated_by; /* strings */
    kl_value designated_at, expires_at;                    /* strings: RFC 3339, UTC */
    int64_t expires;                                       /* kl_time */
} kl_pact_designation;
extern KL_API const kl_type kl_pact_designation_type;

/* One from `now` on. KL_INVALID for an address that is none, and for hours out of range; given. */
KL_API kl_status kl_pact_designation_new(kl_value *out, const kl_value texts[3], int64_t hours, kl_time now,
                                         kl_error *error);
static inline bool kl_pact_designation_is_active(const kl_pact_designation *designation, kl_time now)
{
    return now < designation->expires;
}
KL_API kl_status kl_pact_designation_write(kl_value *out, const kl_pact_designation *designation,
                                           kl_error *error);
KL_API kl_status kl_pact_designation_read(kl_value *out, kl_value row, kl_error *error);

/* ---- PactVacancyStatus ----------------------------------------------------------------------- */

/* How many roles of an organisation are vacant, by its document; given. */
KL_API kl_status kl_pact_vacancy_status_new(kl_value *out, const kl_pact_org *org, kl_error *error);
extern KL_API const kl_type kl_pact_vacancy_status_type;

#endif
