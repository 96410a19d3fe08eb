/* src/trust_plane/enforcer.h - a compiled session envelope that judges actions (trust_plane 3.3), and
 * the session it counts: cost, start, last time of every action.
 *
 * All dimensions are judged, the most severe verdict wins. Approved and flagged actions are booked in
 * the same step in which they are judged, so two threads cannot both spend the last of a budget.
 */
#ifndef KL_TRUST_PLANE_ENFORCER_H
#define KL_TRUST_PLANE_ENFORCER_H

#include "envelope.h"
#include "kailash/time.h"

/* Threads may share one. */
typedef struct kl_session_enforcer kl_session_enforcer;

/* What is judged. Texts without data are not given, and their rules do not apply. All borrowed. */
typedef struct kl_session_action {
    kl_text action; /* never empty */
    kl_text resource_path, channel;
    bool has_cost;
    double cost; /* in USD; NaN, infinite or negative is blocked */
} kl_session_action;

/* The rules, in the order in which they are told. */
typedef enum kl_session_rule {
    KL_RULE_NONE, KL_RULE_ACTION_BLOCKED, KL_RULE_ACTION_NOT_ALLOWED, KL_RULE_PATH_INVALID,
    KL_RULE_PATH_UNRESOLVED, KL_RULE_PATH_BLOCKED, KL_RULE_PATH_PATTERN, KL_RULE_PATH_READ,
    KL_RULE_PATH_WRITE, KL_RULE_COST_INVALID, KL_RULE_COST_SESSION, KL_RULE_COST_ACTION, KL_RULE_HOURS,
    KL_RULE_SESSION_TIME, KL_RULE_COOLDOWN, KL_RULE_CHANNEL_BLOCKED, KL_RULE_CHANNEL_NOT_ALLOWED,
    KL_RULE_REVIEW, KL_RULE_INTERNAL, KL_SESSION_RULES
} kl_session_rule;

/* A verdict: the rule that decided, and the numbers it was decided with. Owns nothing. */
typedef struct kl_session_verdict {
    kl_zone zone;
    kl_session_rule rule;           /* KL_RULE_NONE when approved */
    kl_session_dimension dimension; /* of the rule */
    bool by_link;                   /* a path: where it leads is meant, not what it says */
    double session_cost;            /* before the action */
    kl_duration elapsed;            /* of the session, or since the same action */
} kl_session_verdict;

/*
 * Of an envelope (retained). `resolve`: paths are also blocked, and allowed only, by where their
 * symbolic links lead. KL_SYNTAX for a pattern that is none. Given.
 */
KL_API kl_status kl_session_enforcer_new(kl_session_enforcer **out,
                                         const kl_session_envelope *envelope, bool resolve,
                                         kl_error *error);
KL_API void kl_session_enforcer_free(kl_session_enforcer *enforcer);
/* Borrowed. */
KL_API const kl_session_envelope *kl_session_enforcer_envelope(const kl_session_enforcer *enforcer);

/* KL_INVALID for an empty action, which no verdict can be told of. Allocates nothing. */
KL_API kl_status kl_session_action_check(const kl_session_action *action, kl_error *error);
/* Judge and book. Never fails: what goes wrong within is blocked as KL_RULE_INTERNAL. */
KL_API kl_session_verdict kl_session_judge(kl_session_enforcer *enforcer,
                                           const kl_session_action *action);
/* The same at given times of the wall clock and of the monotonic clock; KL_TIME_NONE: of now, where
 * the envelope has no hours, and neither cooldown nor length of session. */
KL_API kl_session_verdict kl_session_judge_at(kl_session_enforcer *enforcer,
                                              const kl_session_action *action, kl_time wall,
                                              kl_time clock);
/* Why, in one short sentence; null when approved. Given. */
KL_API kl_status kl_session_reason(kl_value *out, const kl_session_enforcer *enforcer,
                                   const kl_session_verdict *verdict,
                                   const kl_session_action *action, kl_error *error);

KL_API double kl_session_cost(kl_session_enforcer *enforcer);
/* Time of the first action that took place, by the wall clock; KL_TIME_NONE before. */
KL_API kl_time kl_session_start(kl_session_enforcer *enforcer);
/* Forget cost, start and last times. */
KL_API void kl_session_reset(kl_session_enforcer *enforcer);
/* Go on with the session of another one, whose envelope is being replaced: what was spent stays
 * spent. `enforcer` is used by nobody else yet. */
KL_API kl_status kl_session_take_over(kl_session_enforcer *enforcer, kl_session_enforcer *from,
                                      kl_error *error);

/* ---- methods that judge, for tables ---------------------------------------------------------- */

/* The four parameters of check(), shadow_check() and evaluate(), and what their arguments say. The
 * first is the action. */
extern KL_API const kl_param kl_session_params[4];
KL_API kl_status kl_session_action_of(kl_session_action *out, const kl_value *args,
                                      kl_error *error);
/* The word of a verdict, as a string that the enforcer keeps: no allocation. Given. */
KL_API kl_value kl_session_word(const kl_session_enforcer *enforcer, kl_zone zone);

/* ---- VerdictDetail --------------------------------------------------------------------------- */

extern KL_API const kl_type kl_verdict_detail_type;
/* Of a word and a reason (string or null), both borrowed; given. */
KL_API kl_status kl_verdict_detail_new(kl_value *out, kl_value verdict, kl_value reason,
                                       kl_error *error);

#endif
