/* src/base/tz_rule.h - the rule by which a zone changes every year: the TZ text of POSIX. */
#ifndef KL_BASE_TZ_RULE_H
#define KL_BASE_TZ_RULE_H

#include "kailash/base.h"

/* A day of the year and a time of that day. */
typedef struct kl_tz_day {
    enum { KL_TZ_MONTH, KL_TZ_JULIAN, KL_TZ_DAY } kind; /* M3.5.0; J60 without 29 February; 59 */
    int month, week, day; /* week 5 = the last; `day` is the weekday (0 = Sunday), or the number */
    int32_t time;         /* seconds from midnight, may be negative or beyond the day */
} kl_tz_day;

typedef struct kl_tz_rule {
    int32_t standard, summer; /* seconds east of UTC */
    bool changes;             /* has summer time, between these: */
    kl_tz_day from, until;    /* in the time that ends then */
} kl_tz_rule;

/* Of text such as "CET-1CEST,M3.5.0,M10.5.0/3"; false when it is none. */
bool kl_tz_rule_read(kl_tz_rule *out, kl_text text);
/* As kl_tz_offset() and kl_tz_next(). */
int32_t kl_tz_rule_offset(const kl_tz_rule *rule, int64_t time);
int64_t kl_tz_rule_next(const kl_tz_rule *rule, int64_t time);

#endif
