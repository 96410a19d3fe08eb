/* src/base/format_time.c - the times of binary formats, which reach further than kl_time, as text. */
#include "formats.h"

#include <inttypes.h>
#include <stdio.h>

/* Year, month and day of a day since 1970-01-01 (the proleptic Gregorian calendar, counted in
 * years that begin in March, so that the leap day comes last). */
static void civil_date(int *year, int *month, int *day, int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int of_era = (int)(days - era * 146097);
    int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * of_year + 2) / 153;
    *day = of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = (int)(year_of_era + era * 400) + (*month <= 2);
}

kl_status kl_format_time(kl_value *out, int64_t seconds, uint32_t nanoseconds, kl_error *error)
{
    enum { DAY = 86400 };
    if (seconds < -62135596800 || seconds > 253402300799 || nanoseconds > 999999999)
        return kl_error_set(error, KL_SYNTAX, "timestamp out of range");
    int64_t days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
    int of_day = (int)(seconds - days * DAY), year, month, day;
    char fraction[16] = "";
    civil_date(&year, &month, &day, days);
    if (nanoseconds)
        snprintf(fraction, sizeof fraction, ".%09" PRIu32, nanoseconds);
    return kl_string_format(out, error, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", year, month, day,
                            of_day / 3600, of_day / 60 % 60, of_day % 60, fraction);
}
