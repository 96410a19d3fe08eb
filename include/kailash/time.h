/* kailash/time.h - points in time, durations and clocks. */
#ifndef KAILASH_TIME_H
#define KAILASH_TIME_H

#include "kailash/base.h"

KL_BEGIN_DECLS

/** Nanoseconds since 1970-01-01T00:00:00Z (years 1677 to 2262), or on a clock of its own. */
typedef int64_t kl_time;
/** Nanoseconds. */
typedef int64_t kl_duration;

/** Units of a kl_duration. */
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

/* ---- calendar and text ----------------------------------------------------------------------- */

/** A point in time by the proleptic Gregorian calendar, UTC. */
typedef struct kl_date {
    int32_t year;
    int32_t month;       /* 1 to 12 */
    int32_t day;         /* 1 to 31 */
    int32_t hour;        /* 0 to 23 */
    int32_t minute;      /* 0 to 59 */
    int32_t second;      /* 0 to 59 */
    int32_t nanosecond;  /* 0 to 999999999 */
    int32_t weekday;     /* 0 = Sunday; not read by kl_time_join() */
    int32_t day_of_year; /* 1 to 366; not read by kl_time_join() */
} kl_date;

/** The calendar's view of a time; every kl_time has one. */
KL_API kl_date kl_time_split(kl_time time);
/** The reverse. KL_INVALID names the field out of range (30 February is one, so is year 2300). */
KL_API kl_status kl_time_join(kl_time *out, const kl_date *date, kl_error *error);
/** Days of a month (1 to 12), 28 to 31. */
KL_API int kl_days_in_month(int year, int month);

/** Room for the longest text of a time, a NUL counted. */
#define KL_TIME_TEXT 40

/** How a text of UTC ends. */
typedef enum kl_time_zone { KL_TIME_Z, KL_TIME_OFFSET /* +00:00 */ } kl_time_zone;

/** As `digits`: 0, 3, 6 or 9, the fewest that tell the time exactly. */
#define KL_TIME_SHORTEST (-1)

/**
 * Write RFC 3339 text such as "2024-05-01T09:30:00.250Z", with a NUL; returns its length.
 * @param digits  of the second's fraction, 0 to 9, cutting off the rest; or KL_TIME_SHORTEST
 */
KL_API size_t kl_time_print(char buffer[KL_TIME_TEXT], kl_time time, int digits, kl_time_zone zone);

/**
 * Read RFC 3339 text of any offset. "T" may be "t" or a blank, "Z" may be "z"; digits behind the
 * ninth are cut off; 23:59:60 UTC is the midnight that follows. KL_SYNTAX (with the byte) for
 * malformed text, also without an offset; KL_INVALID outside the range of kl_time.
 */
KL_API kl_status kl_time_parse(kl_time *out, kl_text text, kl_error *error);

/** Write a duration as "50ms" (below a second) or "1.5s", with a NUL; returns its length. */
KL_API size_t kl_duration_print(char buffer[32], kl_duration duration);

KL_END_DECLS
#endif
