/* src/base/time.c - clocks. Calendar and text: time_text.c. */
#include "kailash/time.h"

#include <time.h>

static kl_time read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (kl_time)now.tv_sec * KL_SECOND + now.tv_nsec;
}

kl_time kl_time_now(void) { return read_clock(CLOCK_REALTIME); }

kl_time kl_clock_now(void) { return read_clock(CLOCK_MONOTONIC); }

kl_time kl_clock_after(kl_duration duration)
{
    kl_time deadline;
    return __builtin_add_overflow(kl_clock_now(), duration, &deadline) ? KL_TIME_NONE : deadline;
}
