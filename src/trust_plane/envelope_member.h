/* src/trust_plane/envelope_member.h - the members of a session envelope, as a table. */
#ifndef KL_TRUST_PLANE_ENVELOPE_MEMBER_H
#define KL_TRUST_PLANE_ENVELOPE_MEMBER_H

#include "envelope.h"

typedef enum kl_session_member_kind {
    KL_MEMBER_ALLOW,    /* array of strings, or null: no restriction */
    KL_MEMBER_BLOCK,    /* array of strings */
    KL_MEMBER_LIMIT,    /* double, finite and not negative, or null */
    KL_MEMBER_FLAG,     /* bool */
    KL_MEMBER_HOURS,    /* array of [start, end], or null */
    KL_MEMBER_COOLDOWN, /* int, not negative, or null */
    KL_MEMBER_TEXT,     /* string or null */
    KL_MEMBER_MOMENT    /* RFC 3339 text or null */
} kl_session_member_kind;

/* Named in the enum because the class has a pair of methods for each. */
typedef enum kl_session_member_id {
    KL_AT_ALLOWED_ACTIONS, KL_AT_BLOCKED_ACTIONS, KL_AT_READ_PATHS, KL_AT_WRITE_PATHS,
    KL_AT_BLOCKED_PATHS, KL_AT_BLOCKED_PATTERNS, KL_AT_MAX_COST_PER_SESSION,
    KL_AT_MAX_COST_PER_ACTION, KL_AT_BUDGET_TRACKING, KL_AT_MAX_SESSION_HOURS, KL_AT_ALLOWED_HOURS,
    KL_AT_COOLDOWN_MINUTES, KL_AT_ALLOWED_CHANNELS, KL_AT_BLOCKED_CHANNELS, KL_AT_REQUIRES_REVIEW,
    KL_AT_SIGNED_BY, KL_AT_SIGNED_AT, KL_SESSION_MEMBERS
} kl_session_member_id;

typedef struct kl_session_member {
    kl_session_dimension dimension; /* KL_SESSION_NO_DIMENSION: beside the dimensions */
    const char *name;
    const char *path; /* "operational.allowed_actions" */
    kl_session_member_kind kind;
    bool is_path;  /* compared by containment */
    size_t offset; /* in kl_session_envelope, of a kl_value */
} kl_session_member;

/* In the order of the document. */
extern const kl_session_member kl_session_members[KL_SESSION_MEMBERS];

static inline kl_value kl_session_member_of(const kl_session_envelope *envelope,
                                            const kl_session_member *member)
{
    return *(const kl_value *)((const char *)envelope + member->offset);
}

/* Hours of ranges [start, end] as bits; a start behind the end goes over midnight. */
uint32_t kl_session_hour_bits(kl_value ranges);
/* The ranges of bits, ascending and as long as possible; given. */
kl_status kl_session_hour_ranges(kl_value *out, uint32_t hours, kl_error *error);

#endif
