/* src/store/latch.c - see latch.h. */
#include "latch.h"
#include "deadline.h"

/* How often a wait looks whether it was stopped. */
#define POLL (50 * KL_MILLISECOND)

/* The threads that held it stayed with the parent. */
static void forked(void *data)
{
    kl_latch *latch = data;
    latch->torn |= latch->writing;
    latch->writing = false;
    latch->readers = latch->writers_waiting = 0;
    pthread_cond_init(&latch->changed, NULL);
}

void kl_latch_begin(kl_latch *latch)
{
    *latch = (kl_latch){.watch = {.lock = &latch->lock, .forked = forked, .data = latch}};
    pthread_mutex_init(&latch->lock, NULL);
    pthread_cond_init(&latch->changed, NULL);
    kl_fork_watch_begin(&latch->watch);
}

void kl_latch_end(kl_latch *latch)
{
    kl_fork_watch_end(&latch->watch);
    pthread_cond_destroy(&latch->changed);
    pthread_mutex_destroy(&latch->lock);
}

/* Wait a moment, with the lock held. */
static kl_status wait(kl_latch *latch, kl_latch_waiter waiter, kl_error *error)
{
    if (waiter.is_stopped && waiter.is_stopped(waiter.data))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    kl_wait_until(&latch->changed, &latch->lock, kl_clock_after(POLL));
    return KL_OK;
}

static kl_status check_torn(const kl_latch *latch, kl_error *error)
{
    if (latch->torn)
        return kl_error_set(error, KL_STATE, "the store was being changed by another thread when "
                                             "this process was forked");
    return KL_OK;
}

kl_status kl_latch_read(kl_latch *latch, kl_latch_waiter waiter, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&latch->lock);
    while (status == KL_OK && (latch->writing || latch->writers_waiting))
        status = wait(latch, waiter, error);
    if (status == KL_OK)
        status = check_torn(latch, error);
    if (status == KL_OK)
        latch->readers++;
    pthread_mutex_unlock(&latch->lock);
    return status;
}

kl_status kl_latch_write(kl_latch *latch, kl_latch_waiter waiter, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&latch->lock);
    latch->writers_waiting++;
    while (status == KL_OK && (latch->writing || latch->readers))
        status = wait(latch, waiter, error);
    if (status == KL_OK)
        status = check_torn(latch, error);
    latch->writers_waiting -= latch->writers_waiting > 0;
    if (status == KL_OK)
        latch->writing = true;
    else
        pthread_cond_broadcast(&latch->changed);
    pthread_mutex_unlock(&latch->lock);
    return status;
}

void kl_latch_leave(kl_latch *latch)
{
    pthread_mutex_lock(&latch->lock);
    if (latch->writing)
        latch->writing = false;
    else
        latch->readers -= latch->readers > 0;
    pthread_cond_broadcast(&latch->changed);
    pthread_mutex_unlock(&latch->lock);
}
