/* src/base/deadline.h - waiting on a condition until a point of the monotonic clock. */
#ifndef KL_BASE_DEADLINE_H
#define KL_BASE_DEADLINE_H

#include "kailash/time.h"

#include <pthread.h>
#include <time.h>

/* Wait once; wakes spuriously too. False when the deadline has passed; KL_TIME_NONE never does. */
static inline bool kl_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, kl_time deadline)
{
    if (deadline == KL_TIME_NONE) {
        pthread_cond_wait(condition, lock);
        return true;
    }
    deadline = KL_MAX(deadline, 0);
    struct timespec until = {deadline / KL_SECOND, deadline % KL_SECOND};
    return pthread_cond_clockwait(condition, lock, CLOCK_MONOTONIC, &until) == 0;
}

#endif
