/* src/pact/usage.h - what roles have used so far: money spent, operations done, operations under way.
 *
 * What the judge asks for (judge.h: kl_usage). Locks are many, one for the roles that share it, and
 * nothing else is locked while one is held.
 */
#ifndef KL_PACT_USAGE_H
#define KL_PACT_USAGE_H

#include "judge.h"

typedef struct kl_pact_usage kl_pact_usage;

/* For an organisation of so many roles. */
KL_API kl_status kl_pact_usage_new(kl_pact_usage **out, uint32_t roles, kl_error *error);
KL_API void kl_pact_usage_free(kl_pact_usage *usage);

/*
 * A judgement of a role: between begin and end its numbers stand still. What the judge asks for is
 * remembered, so that an operation that is limited counts when the end says that it was allowed. With
 * `failed` set memory was wanting: then nothing may be allowed.
 */
typedef struct kl_pact_usage_view {
    kl_usage usage; /* for the judge */
    kl_pact_usage *of;
    uint32_t role;
    kl_time now;
    struct kl_pact_counter *counter; /* of the operation that was asked for */
    bool failed;
} kl_pact_usage_view;

/* What was told last, kept beside the lock that is held between begin and end: the details of a
 * judgement all of whose texts are static. Most decisions are like the one before. */
typedef struct kl_pact_memo {
    const char *plain[KL_SUBJECTS]; /* NULL = nothing was said */
    kl_value details;               /* owned map, or null */
} kl_pact_memo;
KL_API kl_pact_memo *kl_pact_usage_memo(kl_pact_usage_view *view);

KL_API void kl_pact_usage_begin(kl_pact_usage_view *view, kl_pact_usage *usage, uint32_t role,
                                kl_time now);
KL_API void kl_pact_usage_end(kl_pact_usage_view *view, bool allowed);

/* Money spent at a time; by days of UTC, of which those of the last year count. KL_OVERFLOW beyond 2^63 - 1
 * cents in a day. */
KL_API kl_status kl_pact_usage_spend(kl_pact_usage *usage, uint32_t role, int64_t cents, kl_time now,
                                     kl_error *error);
/* Make sure that the next spending at that time needs no memory. */
KL_API kl_status kl_pact_usage_room(kl_pact_usage *usage, uint32_t role, kl_time now, kl_error *error);
/* What was spent since a time. */
KL_API uint64_t kl_pact_usage_spent(kl_pact_usage *usage, uint32_t role, kl_time since);

/* Operations under way: how many there are with this one; and one less. */
KL_API int64_t kl_pact_usage_enter(kl_pact_usage *usage, uint32_t role);
KL_API void kl_pact_usage_leave(kl_pact_usage *usage, uint32_t role);

/* What was spent, as it is kept: {"days": [[day since 1970, cents], ...]}, with an amount that is not
 * recorded yet; given. */
KL_API kl_status kl_pact_usage_row(kl_value *out, kl_pact_usage *usage, uint32_t role, int64_t cents,
                                   kl_time now, kl_error *error);
/* Put such a row back; KL_INVALID when it is none. */
KL_API kl_status kl_pact_usage_restore(kl_pact_usage *usage, uint32_t role, kl_value row,
                                       kl_error *error);

#endif
