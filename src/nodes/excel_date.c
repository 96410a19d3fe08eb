/* src/nodes/excel_date.c - see excel_date.h. Number formats: ECMA-376 part 1, 18.8.30 and 18.8.31. */
#include "excel_date.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

unsigned kl_excel_builtin_parts(unsigned id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
        return KL_DATE_DAY;
    if ((id >= 18 && id <= 21) || id == 45 || id == 47)
        return KL_DATE_TIME;
    return id == 22 ? KL_DATE_DAY | KL_DATE_TIME : id == 46 ? KL_DATE_ELAPSED : 0;
}

/* ---- format codes ------------------------------------------------------------------------------ */

/* What stands at `at` and is no part of a number or date: quoted text, an escape, padding. */
static size_t literal_length(kl_text code, size_t at)
{
    const char *end;
    switch (code.data[at]) {
    case '"':
        end = memchr(code.data + at + 1, '"', code.len - at - 1);
        return end ? (size_t)(end - code.data) + 1 - at : code.len - at;
    case '\\':
    case '_':
    case '*':
        return KL_MIN((size_t)2, code.len - at);
    default:
        return 0;
    }
}

/* A [..]: hours, minutes or seconds that count on, or a colour, a language, a condition. */
static size_t bracket_length(unsigned *parts, kl_text code, size_t at)
{
    const char *end = memchr(code.data + at, ']', code.len - at);
    size_t len = end ? (size_t)(end - code.data) + 1 - at : code.len - at;
    bool elapsed = end && len > 2;
    for (size_t i = 1; elapsed && i + 1 < len; i++)
        elapsed = strchr("hHmMsS", code.data[at + i]) && code.data[at + i] == code.data[at + 1];
    if (elapsed)
        *parts |= KL_DATE_ELAPSED;
    return len;
}

/* An m is a minute behind an h and before an s, a month elsewhere. */
static unsigned parts_of_letter(char letter, bool *after_hour, bool *month_open)
{
    unsigned parts = 0;
    switch (letter) {
    case 'y':
    case 'd':
        *after_hour = false;
        parts = KL_DATE_DAY;
        break;
    case 'h':
        *after_hour = true;
        parts = KL_DATE_TIME;
        break;
    case 's':
        *month_open = false; /* the m before was a minute */
        parts = KL_DATE_TIME;
        break;
    case 'm':
        if (*after_hour)
            parts = KL_DATE_TIME;
        else
            *month_open = true;
        break;
    default:
        break;
    }
    return parts;
}

unsigned kl_excel_format_parts(kl_text code)
{
    unsigned parts = 0;
    bool after_hour = false, month_open = false, month = false;
    size_t step;
    for (size_t at = 0; at < code.len && code.data[at] != ';'; at += step) {
        char letter = (char)tolower((unsigned char)code.data[at]);
        step = literal_length(code, at);
        if (step > 0)
            continue;
        if (letter == '[') {
            step = bracket_length(&parts, code, at);
            after_hour = after_hour || (parts & KL_DATE_ELAPSED);
            continue;
        }
        step = 1;
        if (month_open && (letter == 'y' || letter == 'd' || letter == 'h'))
            month = true, month_open = false;
        parts |= parts_of_letter(letter, &after_hour, &month_open);
    }
    if (month || month_open)
        parts |= KL_DATE_DAY;
    return parts & KL_DATE_ELAPSED ? KL_DATE_ELAPSED : parts;
}

/* ---- numbers ----------------------------------------------------------------------------------- */

/* Year, month and day of a count of days since 1970-01-01, after Howard Hinnant's civil_from_days. */
static void civil(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153; /* months from March */
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

/* Days since 1970 of a day number; false for days that do not exist: before the first, beyond
 * 9999-12-31, and 1900-02-29, which spreadsheets count by mistake. */
static bool real_day(int64_t *out, int64_t serial, bool from_1904)
{
    enum { DAYS_1904 = 24107, DAYS_1900 = 25568, LAST = 2932896 };
    if (serial < 0 || (!from_1904 && serial == 60))
        return false;
    *out = from_1904 ? serial - DAYS_1904 : serial - DAYS_1900 - (serial > 60);
    return *out <= LAST;
}

static size_t print_time(char *to, size_t size, int64_t milliseconds)
{
    int64_t seconds = milliseconds / 1000;
    size_t len = (size_t)snprintf(to, size, "%02d:%02d:%02d", (int)(seconds / 3600),
                                  (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (milliseconds % 1000)
        len += (size_t)snprintf(to + len, size - len, ".%03d", (int)(milliseconds % 1000));
    return len;
}

static void print_duration(char *to, size_t size, int64_t milliseconds)
{
    int64_t seconds = milliseconds / 1000;
    size_t len = (size_t)snprintf(to, size, "PT%lldH%dM%d", (long long)(seconds / 3600),
                                  (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (milliseconds % 1000)
        len += (size_t)snprintf(to + len, size - len, ".%03d", (int)(milliseconds % 1000));
    snprintf(to + len, size - len, "S");
}

/* `total` milliseconds since day 0 as a date, a time or both; false when there is no such day. */
static bool print_date(char *to, size_t size, int64_t total, unsigned parts, bool from_1904)
{
    enum { DAY = 86400000 };
    int64_t days, rest = total % DAY;
    int year, month, day;
    size_t len;
    if (total < DAY && !(parts & KL_DATE_DAY)) {
        print_time(to, size, total);
        return true;
    }
    if (!real_day(&days, total / DAY, from_1904))
        return false;
    civil(days, &year, &month, &day);
    len = (size_t)snprintf(to, size, "%04d-%02d-%02d", year, month, day);
    if (rest || (parts & KL_DATE_TIME)) {
        to[len++] = 'T';
        print_time(to + len, size - len, rest);
    }
    return true;
}

kl_status kl_excel_number(kl_value *out, double number, unsigned parts, bool from_1904,
                          kl_error *error)
{
    char text[64];
    bool is_date = parts && number >= 0 && number < 1e7;
    int64_t total = is_date ? llround(number * 86400000.0) : 0;
    if (is_date && (parts & KL_DATE_ELAPSED))
        print_duration(text, sizeof text, total);
    else if (is_date)
        is_date = print_date(text, sizeof text, total, parts, from_1904);
    if (!is_date) {
        *out = kl_double(number);
        return KL_OK;
    }
    return kl_string_from_valid(out, kl_text_from(text), error);
}
