/* src/trust_plane/envelope.h - the session envelope: which actions, paths, costs, hours and channels a
 * session may use (trust_plane 3.2).
 *
 * One JSON document of five dimensions, all of which must be there. A null allow-list is no
 * restriction, an empty one allows nothing. Actions and channels are compared exactly, paths by
 * containment: what names a directory means its whole subtree.
 */
#ifndef KL_TRUST_PLANE_ENVELOPE_H
#define KL_TRUST_PLANE_ENVELOPE_H

#include "../eatp/ladder.h"
#include "kailash/type.h"

enum {
    KL_SESSION_ENTRIES_MAX = 10000,      /* of all lists of an envelope together */
    KL_SESSION_TEXT_MAX = 1024 * 1024,   /* bytes of its JSON text */
    KL_SESSION_HOURS = 24,
};

typedef enum kl_session_dimension {
    KL_SESSION_OPERATIONAL, KL_SESSION_DATA_ACCESS, KL_SESSION_FINANCIAL, KL_SESSION_TEMPORAL,
    KL_SESSION_COMMUNICATION, KL_SESSION_DIMENSIONS,
    KL_SESSION_NO_DIMENSION = KL_SESSION_DIMENSIONS
} kl_session_dimension;

/* Its name, static: "operational"; NULL for KL_SESSION_NO_DIMENSION. */
KL_API const char *kl_session_dimension_name(kl_session_dimension dimension);

/* A checked envelope: never changes, shared by reference. Values are borrowed from `map`. */
typedef struct kl_session_envelope {
    uint32_t refs;  /* atomic */
    kl_value map;   /* the document: all members in their order, numbers as doubles, time as UTC */
    kl_value allowed_actions, blocked_actions; /* arrays of strings; an allow-list may be null */
    kl_value read_paths, write_paths, blocked_paths, blocked_patterns;
    kl_value max_cost_per_session, max_cost_per_action; /* double or null */
    kl_value budget_tracking;                           /* bool */
    kl_value max_session_hours;                         /* double or null */
    kl_value allowed_hours;    /* array of [start, end], or null */
    kl_value cooldown_minutes; /* int or null */
    kl_value allowed_channels, blocked_channels;
    kl_value requires_review;      /* bool */
    kl_value signed_by, signed_at; /* string or null */
    uint32_t hours; /* bit h: hour h (UTC) is allowed; all 24 when allowed_hours is null */
} kl_session_envelope;

/* The envelope without any restriction; given. */
KL_API kl_status kl_session_envelope_empty(kl_session_envelope **out, kl_error *error);
/* Of the document as a map, checked here (KL_INVALID names the member); given. */
KL_API kl_status kl_session_envelope_read(kl_session_envelope **out, kl_value map, kl_error *error);
/* Of JSON text, in which no key may stand twice; likewise. */
KL_API kl_status kl_session_envelope_parse(kl_session_envelope **out, kl_text json,
                                           kl_error *error);
KL_API kl_session_envelope *kl_session_envelope_retain(const kl_session_envelope *envelope);
KL_API void kl_session_envelope_release(kl_session_envelope *envelope);

/* The document as text, two blanks of indent, no newline at the end; given. */
KL_API kl_status kl_session_envelope_print(kl_value *out, const kl_session_envelope *envelope,
                                           kl_error *error);
/* SHA-256 of family B of the five dimensions (signed_by, signed_at left out), 64 characters; given. */
KL_API kl_status kl_session_envelope_hash(kl_value *out, const kl_session_envelope *envelope,
                                          kl_error *error);
/*
 * The same with one member in another value: `dimension` "operational" and `member`
 * "blocked_actions", or NULL and "signed_by". `value` is borrowed and checked as by read(). Given.
 */
KL_API kl_status kl_session_envelope_with(kl_session_envelope **out,
                                          const kl_session_envelope *envelope,
                                          const char *dimension, const char *member,
                                          kl_value value, kl_error *error);

/* ---- comparing and combining ----------------------------------------------------------------- */

/* Both at once, unsigned: never wider than either. Given. */
KL_API kl_status kl_session_envelope_intersect(kl_session_envelope **out,
                                               const kl_session_envelope *a,
                                               const kl_session_envelope *b, kl_error *error);
/* Whether `child` is nowhere wider than `parent`; an envelope is never wider than itself. */
KL_API kl_status kl_session_envelope_is_tighter(bool *out, const kl_session_envelope *child,
                                                const kl_session_envelope *parent,
                                                kl_error *error);
/* KL_INVALID "DIMENSION widening: MEMBER: child X > parent Y" when it is wider. */
KL_API kl_status kl_session_envelope_check_tighter(const kl_session_envelope *child,
                                                   const kl_session_envelope *parent,
                                                   kl_error *error);

/* ---- the class ConstraintEnvelope ------------------------------------------------------------ */

extern KL_API const kl_type kl_constraint_envelope_type;
/* One around an envelope (retained); given. */
KL_API kl_status kl_constraint_envelope_new(kl_value *out, const kl_session_envelope *envelope,
                                            kl_error *error);
/* What an object of the class says now; given, as its setters may replace it at any time. */
KL_API kl_session_envelope *kl_constraint_envelope_of(kl_object *object);

#endif
