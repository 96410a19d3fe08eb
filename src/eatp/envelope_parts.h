/* src/eatp/envelope_parts.h - a governance envelope, made ready for judging.
 *
 * For the judge (pact) and the files envelope_*.c. What an envelope says in lists, limits and
 * switches stands in rows below, one table (envelope_rules.c) telling which member is which and how
 * two of them meet.
 */
#ifndef KL_EATP_ENVELOPE_PARTS_H
#define KL_EATP_ENVELOPE_PARTS_H

#include "../base/tz.h"
#include "envelope.h"
#include "kailash/time.h"
#include "week.h"
#include "words.h"

typedef enum kl_dimension {
    KL_FINANCIAL, KL_OPERATIONAL, KL_TEMPORAL, KL_DATA_ACCESS, KL_COMMUNICATION, KL_DIMENSIONS
} kl_dimension;
/* "financial" ... */
KL_API const char *kl_dimension_name(kl_dimension dimension);

typedef enum kl_envelope_list {
    KL_LIST_CURRENCIES, KL_LIST_OPERATIONS, KL_LIST_DENIED_OPERATIONS, KL_LIST_APPROVALS,
    KL_LIST_CLASSIFICATIONS, KL_LIST_SOURCES, KL_LIST_DENIED_SOURCES, KL_LIST_CHANNELS,
    KL_LIST_DENIED_CHANNELS, KL_LIST_RECIPIENTS, KL_LIST_DENIED_RECIPIENTS, KL_LIST_FILTERS,
    KL_LISTS
} kl_envelope_list;

typedef enum kl_envelope_limit {
    KL_MAX_TRANSACTION, KL_MAX_CUMULATIVE, KL_APPROVAL_THRESHOLD, /* cents */
    KL_MAX_CONCURRENT, KL_MAX_DURATION, KL_MAX_RETENTION, KL_MAX_MESSAGE, KL_LIMITS
} kl_envelope_limit;
#define KL_UNLIMITED UINT64_MAX

/* Over what a cumulative limit counts; the calendar of UTC. */
typedef enum kl_period {
    KL_PERIOD_DAILY, KL_PERIOD_WEEKLY, KL_PERIOD_MONTHLY, KL_PERIOD_QUARTERLY, KL_PERIOD_ANNUAL,
    KL_PERIODS
} kl_period;
KL_API const char *kl_period_name(kl_period period);
/* By its name, or "yearly" and "annually" for annual. */
KL_API bool kl_period_find(kl_period *out, kl_text name);
/* When the period that a time lies in began. */
KL_API kl_time kl_period_start(kl_period period, kl_time time);

typedef struct kl_resource_limit {
    kl_text name; /* borrowed from the map */
    uint64_t max;
} kl_resource_limit;

typedef struct kl_rate_limit {
    kl_text operation; /* in lower case; borrowed from `rate_words` */
    uint64_t max_count, window_seconds;
} kl_rate_limit;

/* From which part of a limit on a deed is approved without a word, flagged, held; reached is enough. */
typedef struct kl_gradient {
    double auto_approve, flag, hold;
} kl_gradient;
#define KL_GRADIENT_USUAL ((kl_gradient){0.8, 0.8, 2}) /* nothing is held for being near a limit */

struct kl_governance {
    uint32_t refs; /* atomic */
    kl_value map;  /* the wire form */
    bool stated[KL_DIMENSIONS]; /* false: null, that is inherited */
    kl_time expires_at;         /* KL_TIME_NONE = never */
    int posture_ceiling;        /* rung; -1 = none */
    bool has_gradient;
    kl_gradient gradient;       /* the usual one when it has none */

    kl_words lists[KL_LISTS];
    uint64_t limits[KL_LIMITS]; /* KL_UNLIMITED = none */
    kl_period period;
    bool spending_allowed, external_needs_approval;
    int pii;                    /* rung */

    kl_resource_limit *resources; /* owned */
    size_t resource_count;
    kl_rate_limit *rates;         /* owned */
    size_t rate_count;
    kl_words rate_words;          /* operations of the rates, in their order */

    const kl_tz *zone;            /* of `hours`; NULL = there are no operating hours */
    kl_week hours, blackouts;     /* blackouts are told in UTC, for they name no zone */
};

/* ---- the table of members --------------------------------------------------------------------------- */

typedef enum kl_envelope_rule {
    KL_RULE_LIMIT,      /* number: the smaller; null = none */
    KL_RULE_CUMULATIVE, /* the same, by period */
    KL_RULE_PERIOD,     /* told by the rule before */
    KL_RULE_ALLOW,      /* list: what both have */
    KL_RULE_DENY,       /* list: what either has */
    KL_RULE_BOTH,       /* switch: on when both are */
    KL_RULE_EITHER,     /* switch: on when either is */
    KL_RULE_RESOURCES,  /* map of limits: all keys, the smaller values */
    KL_RULE_RATES,
    KL_RULE_BLACKOUTS,
    KL_RULE_HOURS,
    KL_RULE_PII,        /* word: the lower rung */
} kl_envelope_rule;

typedef struct kl_envelope_member {
    kl_dimension dimension;
    const char *name;
    kl_envelope_rule rule;
    int index;    /* kl_envelope_list or kl_envelope_limit */
    bool places;  /* a list with patterns */
} kl_envelope_member;

/* In the order of the document. */
extern const kl_envelope_member kl_envelope_members[];
extern const size_t kl_envelope_member_count;

/* The wire map of a dimension, null when it is not stated; borrowed. */
KL_API kl_value kl_governance_dimension(const kl_governance *envelope, kl_dimension dimension);
/* Whether `map` is an envelope: shape, words, ids, times (envelope_shape.c). */
KL_API kl_status kl_governance_check(kl_value map, kl_error *error);

/* ---- parts with rules of their own: envelope_{hours,rates,period}.c --------------------------------- */

/* The operating hours of both as a wire map (or null when neither has any); given. `*empty` tells that
 * they have no second in common. */
kl_status kl_hours_intersect(kl_value *out, bool *empty, const kl_governance *a,
                             const kl_governance *b, kl_error *error);
/* Whether the child's hours lie within the parent's at all times from now on. */
kl_status kl_hours_within(bool *within, const kl_governance *child, const kl_governance *parent,
                          kl_error *error);
/* The rates of both, two for one operation and window with the smaller count; given. */
kl_status kl_rates_union(kl_value *out, const kl_governance *a, const kl_governance *b,
                         kl_error *error);
/* The first rate of the parent that the child's do not keep; NULL when they keep all. */
const kl_rate_limit *kl_rates_relaxed(const kl_governance *child, const kl_governance *parent);
/* Limit and period that keep both: the smaller of one period, else the smaller rate per day. */
void kl_cumulative_meet(uint64_t *limit, kl_period *period, const kl_governance *a,
                        const kl_governance *b);
/* Whether whoever keeps the child's limit keeps the parent's. */
bool kl_cumulative_within(const kl_governance *child, const kl_governance *parent);

#endif
