/* src/pact/verdict.h - PactGovernanceVerdict: what an engine says of an action, and PactObservation. */
#ifndef KL_PACT_VERDICT_H
#define KL_PACT_VERDICT_H

#include "../eatp/ladder.h"
#include "kailash/time.h"
#include "kailash/type.h"

typedef struct kl_pact_verdict {
    kl_object object;
    kl_zone zone;
    bool allowed;
    kl_value zone_text;        /* string: the zone in snake case */
    kl_value action, reason;   /* strings */
    kl_value details;          /* map of strings */
    kl_value role_address;     /* string */
    kl_value envelope_version; /* string: the version hash it was judged by, or null; not compared */
    kl_time at;                /* not compared */
} kl_pact_verdict;

extern KL_API const kl_type kl_pact_verdict_type;

/* What a verdict says; all borrowed. */
typedef struct kl_pact_verdict_parts {
    kl_zone zone;
    bool allowed;
    kl_value action, reason, details, role_address, envelope_version;
    kl_time at;
} kl_pact_verdict_parts;

KL_API kl_status kl_pact_verdict_new(kl_value *out, const kl_pact_verdict_parts *parts,
                                     kl_error *error);
/* One without details, whose reason is a format. */
KL_API kl_status kl_pact_verdict_format(kl_value *out, kl_zone zone, kl_value action,
                                        kl_value role_address, kl_value details, kl_error *error,
                                        const char *format, ...) KL_PRINTF(7, 8);
/* It as a map: zone, allowed, reason, action, details, role_address, envelope_version, timestamp; given. */
KL_API kl_status kl_pact_verdict_map(kl_value *out, const kl_pact_verdict *verdict, kl_error *error);
/* The reverse. KL_INVALID for another map. */
KL_API kl_status kl_pact_verdict_read(kl_value *out, kl_value map, kl_error *error);

/* The word of a zone in snake case; given. Made once. */
KL_API kl_status kl_pact_zone_text(kl_value *out, kl_zone zone, kl_error *error);
/* A time as PACT writes it: UTC, the fewest digits, +00:00; given. */
KL_API kl_status kl_pact_time_text(kl_value *out, kl_time time, kl_error *error);

#endif
