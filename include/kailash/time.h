/* kailash/time.h - points in time, durations and clocks. */
#ifndef KAILASH_TIME_H
#define KAILASH_TIME_H

#include "kailash/base.h"

KL_BEGIN_DECLS

/** Nanoseconds since 1970-01-01T00:00:00Z (years 1677 to 2262), or on a clock of its own. */
typedef int64_t kl_time;
/** Nanoseconds. */
typedef int64_t kl_duration;

#define KL_MICROSECOND ((kl_duration)1000)
#define KL_MILLISECOND ((kl_duration)1000000)
#define KL_SECOND      ((kl_duration)1000000000)
#define KL_MINUTE      (60 * KL_SECOND)
#define KL_HOUR        (60 * KL_MINUTE)
#define KL_DAY         (24 * KL_HOUR)
/** No point in time: never, not set. */
#define KL_TIME_NONE INT64_MAX

/** The wall clock, UTC. It may be set back. */
KL_API kl_time kl_time_now(void);

/** The monotonic clock, for deadlines and measuring; its zero means nothing. */
KL_API kl_time kl_clock_now(void);

/** A deadline on the monotonic clock; KL_TIME_NONE when it lies beyond its end. */
KL_API kl_time kl_clock_after(kl_duration duration);

KL_END_DECLS
#endif
