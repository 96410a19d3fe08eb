/* src/base/tz_rule.c - the rule for the years that a zoneinfo file does not list. */
#include "tz_rule.h"

enum { DAY = 86400, HOURS_MAX = 167 };

/* ---- reading ------------------------------------------------------------------------------------- */

typedef struct reader {
    const char *at, *end;
    bool failed;
} reader;

static bool next_is(reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static int number(reader *r, int low, int high)
{
    int value = 0;
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && value <= high)
        value = 10 * value + (*r->at++ - '0');
    if (r->at == start || value < low || value > high)
        r->failed = true;
    return value;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int32_t clock_time(reader *r, int hours_max)
{
    bool is_negative = next_is(r, '-');
    if (!is_negative)
        next_is(r, '+');
    int32_t seconds = 3600 * number(r, 0, hours_max);
    if (next_is(r, ':'))
        seconds += 60 * number(r, 0, 59);
    if (next_is(r, ':'))
        seconds += number(r, 0, 59);
    return is_negative ? -seconds : seconds;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* "CET" or "<+0330>"; what it says is of no use here. */
static void name(reader *r)
{
    const char *start = r->at;
    if (next_is(r, '<')) {
        while (r->at < r->end && *r->at != '>')
            r->at++;
        r->failed |= !next_is(r, '>');
        return;
    }
    while (r->at < r->end && is_letter(*r->at))
        r->at++;
    r->failed |= r->at - start < 3;
}

static kl_tz_day day_of_year(reader *r)
{
    kl_tz_day day = {.kind = KL_TZ_DAY, .time = 2 * 3600};
    if (next_is(r, 'M')) {
        day.kind = KL_TZ_MONTH;
        day.month = number(r, 1, 12);
        r->failed |= !next_is(r, '.');
        day.week = number(r, 1, 5);
        r->failed |= !next_is(r, '.');
        day.day = number(r, 0, 6);
    } else if (next_is(r, 'J')) {
        day.kind = KL_TZ_JULIAN;
        day.day = number(r, 1, 365);
    } else {
        day.day = number(r, 0, 365);
    }
    if (next_is(r, '/'))
        day.time = clock_time(r, HOURS_MAX);
    return day;
}

bool kl_tz_rule_read(kl_tz_rule *out, kl_text text)
{
    reader r = {text.data, text.data + text.len, false};
    kl_tz_rule rule = {0};
    name(&r);
    rule.standard = -clock_time(&r, 24);
    rule.changes = r.at < r.end;
    if (rule.changes) {
        name(&r);
        rule.summer = rule.standard + 3600;
        if (r.at < r.end && *r.at != ',')
            rule.summer = -clock_time(&r, 24);
        r.failed |= !next_is(&r, ',');
        rule.from = day_of_year(&r);
        r.failed |= !next_is(&r, ',');
        rule.until = day_of_year(&r);
    }
    if (r.failed || r.at != r.end)
        return false;
    *out = rule;
    return true;
}

/* ---- asking -------------------------------------------------------------------------------------- */

static bool is_leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* Days from 1970-01-01 to the first day of a year. */
static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;
    return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 477;
}

static int64_t year_of(int64_t seconds)
{
    int64_t days = floor_div(seconds, DAY), year = 1970 + floor_div(days, 365);
    while (days_before_year(year) > days)
        year--;
    while (days_before_year(year + 1) <= days)
        year++;
    return year;
}

static int64_t days_of_month(int64_t year, const kl_tz_day *day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t first = days_before_year(year) + before[day->month - 1] + (day->month > 2 && is_leap(year));
    int64_t length = before[day->month] - before[day->month - 1] + (day->month == 2 && is_leap(year));
    int64_t weekday = (first + 4) % 7; /* 1970-01-01 was a Thursday */
    weekday += weekday < 0 ? 7 : 0;
    int64_t in_month = (day->day - weekday + 7) % 7 + 7 * (int64_t)(day->week - 1);
    return first + (in_month >= length ? in_month - 7 : in_month);
}

/* When a day of a year comes, in seconds of UTC; `offset` is in force until then. */
static int64_t time_of(const kl_tz_day *day, int64_t year, int32_t offset)
{
    int64_t days;
    if (day->kind == KL_TZ_MONTH)
        days = days_of_month(year, day);
    else if (day->kind == KL_TZ_JULIAN)
        days = days_before_year(year) + day->day - 1 + (day->day > 59 && is_leap(year));
    else
        days = days_before_year(year) + day->day;
    return days * DAY + day->time - offset;
}

/* Times of which a year is not worth telling: no calendar reaches there. */
static int64_t within_calendar(int64_t time)
{
    const int64_t far = (int64_t)1 << 40; /* 34,000 years */
    return time > far ? far : time < -far ? -far : time;
}

int32_t kl_tz_rule_offset(const kl_tz_rule *rule, int64_t time)
{
    if (!rule->changes)
        return rule->standard;
    time = within_calendar(time);
    int64_t year = year_of(time + rule->standard);
    int64_t from = time_of(&rule->from, year, rule->standard);
    int64_t until = time_of(&rule->until, year, rule->summer);
    bool is_summer = from < until ? from <= time && time < until : time >= from || time < until;
    return is_summer ? rule->summer : rule->standard;
}

int64_t kl_tz_rule_next(const kl_tz_rule *rule, int64_t time)
{
    if (!rule->changes || time != within_calendar(time))
        return INT64_MAX;
    int64_t next = INT64_MAX, year = year_of(time + rule->standard);
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t both[] = {time_of(&rule->from, y, rule->standard),
                          time_of(&rule->until, y, rule->summer)};
        for (size_t i = 0; i < KL_COUNT(both); i++)
            if (both[i] > time && both[i] < next)
                next = both[i];
    }
    return next;
}
