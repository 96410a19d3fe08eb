/* src/eatp/week.h - times of the week: the windows of operating hours, and blackouts.
 *
 * A window is a start and an end, "HH:MM" or "HH:MM:SS", on some days or every day; the end is not
 * in it. One that ends before it starts ends on the next day; one that ends when it starts is never
 * open. 23:59 and 23:59:59 as an end mean the end of the day, as 24:00 does.
 */
#ifndef KL_EATP_WEEK_H
#define KL_EATP_WEEK_H

#include "kailash/value.h"

enum { KL_DAY_SECONDS = 86400, KL_WEEK_SECONDS = 7 * KL_DAY_SECONDS };

/* Seconds of the week from Monday, midnight; `until` is not in it. */
typedef struct kl_span {
    int32_t from, until;
} kl_span;

/* Spans in order that neither overlap nor touch. All zero is never. */
typedef struct kl_week {
    kl_span *spans; /* owned */
    size_t count;
} kl_week;

KL_API void kl_week_end(kl_week *week);
/* Of an array of windows; KL_INVALID names the window and the member. `what` begins messages. */
KL_API kl_status kl_week_read(kl_week *out, kl_value windows, const char *what, kl_error *error);
/* The windows as an array of maps, days in day_of_week (null = every day); given. */
KL_API kl_status kl_week_write(kl_value *out, const kl_week *week, kl_error *error);
/* Whether a second of the week (any number: it wraps) is in it. */
KL_API bool kl_week_has(const kl_week *week, int64_t second);
/* The second of the week of a time since 1970, `offset` seconds east of UTC. */
KL_API int64_t kl_week_second(int64_t time, int32_t offset);

KL_API kl_status kl_week_intersect(kl_week *out, const kl_week *a, const kl_week *b, kl_error *error);
/* The same times on a clock that shows `seconds` more; wraps. */
KL_API kl_status kl_week_shift(kl_week *out, const kl_week *week, int32_t seconds, kl_error *error);
/* Whether `inner` lies within `outer`. */
KL_API bool kl_week_within(const kl_week *inner, const kl_week *outer);
KL_API bool kl_week_equal(const kl_week *a, const kl_week *b);

#endif
