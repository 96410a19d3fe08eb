/* src/eatp/instant.c - points in time of the years 1 to 9999. */
#include "instant.h"

/* The calendar repeats after 400 years: a far time is read and printed as the near one that many
 * cycles before or after it. */
enum { CYCLE_YEARS = 400, FIRST_YEAR = 1862, YEAR_DIGITS = 4 };
#define CYCLE_SECONDS 12622780800LL
#define FIRST_SECOND  (-62135596800LL) /* 0001-01-01T00:00:00Z */
#define LAST_SECOND   253402300799LL   /* 9999-12-31T23:59:59Z */
#define NEAR_SECOND   (-CYCLE_SECONDS / 3) /* from here on, one cycle lies within a kl_time */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

kl_instant kl_instant_of(kl_time time)
{
    int64_t seconds = floor_div(time, KL_SECOND);
    return (kl_instant){seconds, (int32_t)(time - seconds * KL_SECOND)};
}

/* The first four characters as a year; -1 when they are none. */
static int leading_year(kl_text text)
{
    int year = 0;
    if (text.len < YEAR_DIGITS)
        return -1;
    for (size_t i = 0; i < YEAR_DIGITS; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        year = 10 * year + (text.data[i] - '0');
    }
    return year;
}

static void print_year(char *to, int year)
{
    for (int i = YEAR_DIGITS - 1; i >= 0; i--, year /= 10)
        to[i] = (char)('0' + year % 10);
}

kl_status kl_instant_parse(kl_instant *out, kl_text text, kl_error *error)
{
    char near[2 * KL_TIME_TEXT];
    kl_time time;
    int year = leading_year(text);
    int64_t cycles = 0;
    if (year >= 0 && text.len <= sizeof near) {
        memcpy(near, text.data, text.len);
        cycles = floor_div(year - FIRST_YEAR, CYCLE_YEARS);
        print_year(near, year - (int)cycles * CYCLE_YEARS);
        text.data = near;
    }
    KL_TRY(kl_time_parse(&time, text, error));
    kl_instant instant = kl_instant_of(time);
    instant.seconds += cycles * CYCLE_SECONDS;
    if (instant.seconds < FIRST_SECOND || instant.seconds > LAST_SECOND)
        return kl_error_set(error, KL_INVALID, "the time lies outside the years 1 to 9999");
    *out = instant;
    return KL_OK;
}

kl_status kl_instant_add(kl_instant *out, kl_instant from, uint64_t seconds, kl_error *error)
{
    if (seconds > (uint64_t)(LAST_SECOND - FIRST_SECOND) ||
        from.seconds + (int64_t)seconds > LAST_SECOND)
        return kl_error_set(error, KL_INVALID, "the time lies beyond the year 9999");
    *out = (kl_instant){from.seconds + (int64_t)seconds, from.nanosecond};
    return KL_OK;
}

int kl_instant_compare(kl_instant a, kl_instant b)
{
    if (a.seconds != b.seconds)
        return a.seconds < b.seconds ? -1 : 1;
    return (a.nanosecond > b.nanosecond) - (a.nanosecond < b.nanosecond);
}

kl_status kl_instant_text(kl_value *out, kl_instant instant, kl_time_zone zone, kl_error *error)
{
    char buffer[KL_TIME_TEXT];
    int64_t cycles = floor_div(instant.seconds - NEAR_SECOND, CYCLE_SECONDS);
    kl_time near = (instant.seconds - cycles * CYCLE_SECONDS) * KL_SECOND + instant.nanosecond;
    size_t len = kl_time_print(buffer, near, KL_TIME_SHORTEST, zone);
    print_year(buffer, kl_time_split(near).year + (int)cycles * CYCLE_YEARS);
    return kl_string_from_valid(out, (kl_text){buffer, len}, error);
}
