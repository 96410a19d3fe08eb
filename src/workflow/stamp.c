/* src/workflow/stamp.c - see stamp.h. */
#include "stamp.h"
#include "kailash/time.h"

#include <time.h>

kl_status kl_stamp_now(kl_value *out, kl_error *error)
{
    kl_time now = kl_time_now();
    time_t seconds = (time_t)(now / KL_SECOND);
    struct tm date;
    if (!gmtime_r(&seconds, &date))
        return kl_error_set(error, KL_FAILED, "the clock shows a time beyond the calendar");
    return kl_string_format(out, error, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", date.tm_year + 1900,
                            date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec,
                            (int)(now % KL_SECOND / KL_MICROSECOND));
}
