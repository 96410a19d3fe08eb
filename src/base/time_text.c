/* src/base/time_text.c - the calendar, RFC 3339 text, durations as text. */
#include "kailash/json.h"
#include "kailash/time.h"

#include <stdio.h>

/* ---- calendar -------------------------------------------------------------------------------- */

enum { SECONDS_PER_DAY = 86400, DAYS_PER_ERA = 146097 /* 400 years */ };

static bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int kl_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[(month - 1) % 12];
}

/* Both directions count years from 1 March, so that the leap day is the last of its year
 * (H. Hinnant, "chrono-compatible low-level date algorithms", 2013). */
static int64_t days_of(int year, int month, int day)
{
    int64_t shifted = (int64_t)year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - 719468;
}

static void date_of_days(kl_date *date, int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t day_of_era = days - era * DAYS_PER_ERA;
    int64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    date->day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    date->month = (int32_t)(month < 10 ? month + 3 : month - 9);
    date->year = (int32_t)(year + era * 400 + (date->month <= 2));
}

static int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0); }

kl_date kl_time_split(kl_time time)
{
    kl_date date = {0};
    int64_t seconds = floor_divide(time, KL_SECOND);
    int64_t days = floor_divide(seconds, SECONDS_PER_DAY);
    int32_t rest = (int32_t)(seconds - days * SECONDS_PER_DAY);
    date_of_days(&date, days);
    date.hour = rest / 3600;
    date.minute = rest / 60 % 60;
    date.second = rest % 60;
    date.nanosecond = (int32_t)(time % KL_SECOND + (time % KL_SECOND < 0 ? KL_SECOND : 0));
    date.weekday = (int32_t)(days + 4 - 7 * floor_divide(days + 4, 7)); /* day 0 was a Thursday */
    date.day_of_year = (int32_t)(days - days_of(date.year, 1, 1) + 1);
    return date;
}

/* Seconds and nanoseconds since 1970 as a kl_time; INT64_MAX itself is KL_TIME_NONE. */
static kl_status join(kl_time *out, int64_t seconds, int64_t nanosecond, kl_error *error)
{
    __extension__ typedef __int128 wide;
    wide whole = (wide)seconds * KL_SECOND + nanosecond;
    if (whole < INT64_MIN || whole >= INT64_MAX)
        return kl_error_set(error, KL_INVALID,
                            "time: out of range; give 1677-09-21T00:12:43.145224192Z to "
                            "2262-04-11T23:47:16.854775806Z");
    *out = (kl_time)whole;
    return KL_OK;
}

static kl_status check_range(const char *field, int32_t value, int32_t low, int32_t high,
                             kl_error *error)
{
    if (value >= low && value <= high)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "%s: %d is out of range; give %d to %d", field, value,
                        low, high);
}

kl_status kl_time_join(kl_time *out, const kl_date *date, kl_error *error)
{
    KL_TRY(check_range("month", date->month, 1, 12, error));
    KL_TRY(check_range("day", date->day, 1, kl_days_in_month(date->year, date->month), error));
    KL_TRY(check_range("hour", date->hour, 0, 23, error));
    KL_TRY(check_range("minute", date->minute, 0, 59, error));
    KL_TRY(check_range("second", date->second, 0, 59, error));
    KL_TRY(check_range("nanosecond", date->nanosecond, 0, 999999999, error));
    int64_t seconds = days_of(date->year, date->month, date->day) * SECONDS_PER_DAY +
                      date->hour * 3600 + date->minute * 60 + date->second;
    return join(out, seconds, date->nanosecond, error);
}

/* ---- printing -------------------------------------------------------------------------------- */

/* `value` in exactly `width` digits. */
static char *put_number(char *to, int32_t value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

static char *put_fraction(char *to, int32_t nanosecond, int digits)
{
    if (digits == KL_TIME_SHORTEST)
        digits = nanosecond == 0             ? 0
                 : nanosecond % 1000000 == 0 ? 3
                 : nanosecond % 1000 == 0    ? 6
                                             : 9;
    if (digits <= 0)
        return to;
    *to++ = '.';
    char all[9];
    put_number(all, nanosecond, 9);
    memcpy(to, all, (size_t)KL_MIN(digits, 9));
    return to + KL_MIN(digits, 9);
}

size_t kl_time_print(char buffer[KL_TIME_TEXT], kl_time time, int digits, kl_time_zone zone)
{
    kl_date date = kl_time_split(time);
    const int32_t parts[] = {date.month, date.day, date.hour, date.minute, date.second};
    char *to = put_number(buffer, date.year, 4);
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        *to++ = "--T::"[i];
        to = put_number(to, parts[i], 2);
    }
    to = put_fraction(to, date.nanosecond, digits);
    strcpy(to, zone == KL_TIME_Z ? "Z" : "+00:00");
    return (size_t)(to - buffer) + strlen(to);
}

size_t kl_duration_print(char buffer[32], kl_duration duration)
{
    bool is_short = duration > -KL_SECOND && duration < KL_SECOND;
    size_t len = kl_double_print_es(buffer, (double)duration / (is_short ? 1e6 : 1e9));
    strcpy(buffer + len, is_short ? "ms" : "s");
    return len + (is_short ? 2 : 1);
}

/* ---- parsing --------------------------------------------------------------------------------- */

typedef struct parser {
    const char *start, *at, *end;
    kl_error *error;
} parser;

static kl_status refuse(const parser *p, const char *at, const char *why)
{
    return kl_error_set_at(p->error, KL_SYNTAX, p->start, at, "time: %s", why);
}

/* Exactly `width` digits, their number within `low` to `high`. */
static kl_status read_number(int32_t *out, parser *p, int width, int32_t low, int32_t high,
                             const char *field)
{
    const char *from = p->at;
    int32_t number = 0;
    for (int i = 0; i < width; i++, p->at++) {
        if (p->at == p->end || *p->at < '0' || *p->at > '9')
            return kl_error_set_at(p->error, KL_SYNTAX, p->start, p->at,
                                   "time: expected %d digits of the %s", width, field);
        number = 10 * number + (*p->at - '0');
    }
    if (number < low || number > high)
        return kl_error_set_at(p->error, KL_SYNTAX, p->start, from,
                               "time: %s %0*d is out of range; give %d to %d", field, width, number,
                               low, high);
    *out = number;
    return KL_OK;
}

static kl_status expect(parser *p, const char *any_of, const char *why)
{
    if (p->at == p->end || *p->at == '\0' || !strchr(any_of, *p->at))
        return refuse(p, p->at, why);
    p->at++;
    return KL_OK;
}

static kl_status read_date(kl_date *date, parser *p)
{
    KL_TRY(read_number(&date->year, p, 4, 0, 9999, "year"));
    KL_TRY(expect(p, "-", "expected '-' behind the year"));
    KL_TRY(read_number(&date->month, p, 2, 1, 12, "month"));
    KL_TRY(expect(p, "-", "expected '-' behind the month"));
    return read_number(&date->day, p, 2, 1, kl_days_in_month(date->year, date->month), "day");
}

static kl_status read_clock(kl_date *date, parser *p)
{
    KL_TRY(expect(p, "Tt ", "expected 'T' behind the date"));
    KL_TRY(read_number(&date->hour, p, 2, 0, 23, "hour"));
    KL_TRY(expect(p, ":", "expected ':' behind the hour"));
    KL_TRY(read_number(&date->minute, p, 2, 0, 59, "minute"));
    KL_TRY(expect(p, ":", "expected ':' behind the minute"));
    return read_number(&date->second, p, 2, 0, 60, "second");
}

static kl_status read_fraction(kl_date *date, parser *p)
{
    if (p->at == p->end || *p->at != '.')
        return KL_OK;
    const char *from = ++p->at;
    for (int32_t unit = 100000000; p->at < p->end && *p->at >= '0' && *p->at <= '9'; unit /= 10)
        date->nanosecond += unit * (*p->at++ - '0');
    return p->at > from ? KL_OK : refuse(p, from, "expected digits behind the '.'");
}

/* Seconds to subtract for UTC. */
static kl_status read_offset(int64_t *out, parser *p)
{
    int32_t hours, minutes;
    if (p->at == p->end)
        return refuse(p, p->at, "the UTC offset is missing; end it with 'Z' or such as '+02:00'");
    char sign = *p->at;
    KL_TRY(expect(p, "Zz+-", "expected 'Z' or a UTC offset such as '+02:00'"));
    *out = 0;
    if (sign == 'Z' || sign == 'z')
        return KL_OK;
    KL_TRY(read_number(&hours, p, 2, 0, 23, "offset hour"));
    KL_TRY(expect(p, ":", "expected ':' within the UTC offset"));
    KL_TRY(read_number(&minutes, p, 2, 0, 59, "offset minute"));
    *out = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return KL_OK;
}

kl_status kl_time_parse(kl_time *out, kl_text text, kl_error *error)
{
    parser p = {text.data, text.data, text.data + text.len, error};
    kl_date date = {0};
    int64_t offset;
    KL_TRY(read_date(&date, &p));
    KL_TRY(read_clock(&date, &p));
    KL_TRY(read_fraction(&date, &p));
    KL_TRY(read_offset(&offset, &p));
    if (p.at < p.end)
        return refuse(&p, p.at, "trailing characters");
    int64_t seconds = days_of(date.year, date.month, date.day) * SECONDS_PER_DAY +
                      date.hour * 3600 + date.minute * 60 + date.second - offset;
    if (date.second == 60 && seconds % SECONDS_PER_DAY != 0)
        return refuse(&p, p.start + 17, "a leap second ends a day of UTC");
    return join(out, seconds, date.nanosecond, error);
}
