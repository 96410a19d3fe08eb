/* src/pact/judge.h - the five dimensions of an effective envelope, judged (pact 3.6, step h).
 *
 * A pure function of the envelope, what is to be done, and what was used so far. It changes nothing and
 * takes no lock; a usual envelope costs less than a microsecond. Doubt blocks.
 */
#ifndef KL_PACT_JUDGE_H
#define KL_PACT_JUDGE_H

#include "../base/buffer.h"
#include "../eatp/envelope_parts.h"

/* The longest name of a resource that is looked up, in bytes. */
#define KL_JUDGE_PLACE_MAX 4096

/* What was used so far by whom is judged. Functions may be NULL: nothing was. */
typedef struct kl_usage {
    void *data;
    /* Cents recorded since `since`, the start of the running period. */
    uint64_t (*spent)(void *data, kl_time since);
    /* How often `operation` (in lower case) was allowed after `since`. */
    uint64_t (*count)(void *data, kl_text operation, kl_time since);
} kl_usage;

typedef struct kl_judge_input {
    kl_text action;
    kl_value context;   /* map of numbers, or null; borrowed */
    /* What is used, where and to whom it is told; .data NULL = not said. */
    kl_text resource, channel, recipient;
    kl_time now;
    const kl_usage *usage; /* NULL = nothing was used */
    bool approved;         /* a human has approved: what would be held passes */
} kl_judge_input;

/* Findings that all is well, as they stand in `plain`. */
#define KL_JUDGE_UNCONSTRAINED "unconstrained (null dimension)"
#define KL_JUDGE_WITHIN "within_limits"

/* What is found is told by subject; each is a key of the details of a verdict. */
typedef enum kl_subject {
    KL_ON_FINANCIAL, KL_ON_FINANCIAL_DAILY, KL_ON_FINANCIAL_PERIOD, KL_ON_OPERATIONAL, KL_ON_TEMPORAL,
    KL_ON_DATA_ACCESS, KL_ON_COMMUNICATION, KL_SUBJECTS
} kl_subject;
/* "financial", "financial_daily", "financial_period" ... */
KL_API const char *kl_subject_name(kl_subject subject);

typedef struct kl_judgement {
    kl_zone zone;                     /* the worst */
    kl_subject worst;                 /* the first with that zone */
    bool held_was_approved;           /* something passed only because it was approved */
    bool resource_absent;             /* a resource was asked for, and none given */
    const char *resource_fault;       /* why the resource cannot be looked up, or NULL */
    bool said[KL_SUBJECTS];           /* whether there is anything to tell */
    kl_zone zones[KL_SUBJECTS];
    const char *plain[KL_SUBJECTS];   /* static text of what is found, or NULL: then */
    kl_value text[KL_SUBJECTS];       /* owned string */
} kl_judgement;

/* Judge. On failure (want of memory) nothing is to be ended, and the caller denies. */
KL_API kl_status kl_judge(kl_judgement *out, const kl_governance *envelope,
                          const kl_judge_input *input, kl_error *error);
KL_API void kl_judgement_end(kl_judgement *judgement);
/* What is found on a subject; borrowed. */
KL_API kl_text kl_judgement_text(const kl_judgement *judgement, kl_subject subject);
/* The details of a verdict: a map of strings, as pact 3.6 tells; given. */
KL_API kl_status kl_judgement_details(kl_value *out, const kl_judgement *judgement,
                                      const kl_judge_input *input, kl_error *error);
/* What is wrong with the name of a resource, so that it is in no list; NULL = nothing. */
KL_API const char *kl_judge_place_fault(kl_text place);
/* The reason of a verdict: "action 'x' is within all limits (data source 'r')"; given. */
KL_API kl_status kl_judgement_reason(kl_value *out, const kl_judgement *judgement,
                                     const kl_judge_input *input, kl_error *error);

#endif
