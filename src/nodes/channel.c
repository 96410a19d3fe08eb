/* src/nodes/channel.c - see channel.h. */
#include "channel.h"
#include "deadline.h"
#include "fork.h"
#include "workflow/shared.h"

struct kl_channel {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    kl_fork_watch watch;
    kl_value *items; /* a ring of `size` places */
    size_t size, first, count;
    size_t takers;
    bool closed, ended; /* ended: a taker has seen the end */
};

/* How often a wait looks whether its run has ended. */
#define POLL (50 * KL_MILLISECOND)

static kl_status make(void **out, kl_text name, kl_error *error)
{
    (void)name;
    kl_channel *channel = kl_alloc_zero(1, sizeof *channel);
    if (!channel)
        return kl_error_no_memory(error);
    pthread_mutex_init(&channel->lock, NULL);
    pthread_cond_init(&channel->changed, NULL);
    channel->watch = (kl_fork_watch){.lock = &channel->lock};
    kl_fork_watch_begin(&channel->watch);
    *out = channel;
    return KL_OK;
}

static void dispose(void *state)
{
    kl_channel *channel = state;
    kl_fork_watch_end(&channel->watch);
    for (size_t i = 0; i < channel->count; i++)
        kl_value_release(channel->items[(channel->first + i) % channel->size]);
    kl_free(channel->items);
    pthread_cond_destroy(&channel->changed);
    pthread_mutex_destroy(&channel->lock);
    kl_free(channel);
}

static const kl_shared_kind kind = {make, dispose};

kl_status kl_channel_of(kl_channel **out, kl_text name, const kl_node_call *call, kl_value scope,
                        kl_error *error)
{
    void *state;
    KL_TRY(kl_node_shared(&state, &kind, name, call, scope, error));
    *out = state;
    return KL_OK;
}

/* ---- the ring; with the lock held ---------------------------------------------------------------- */

static kl_status grow(kl_channel *channel, kl_error *error)
{
    size_t size = channel->size ? 2 * channel->size : 16;
    kl_value *items = kl_alloc_zero(size, sizeof *items);
    if (!items)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < channel->count; i++)
        items[i] = channel->items[(channel->first + i) % channel->size];
    kl_free(channel->items);
    channel->items = items;
    channel->size = size;
    channel->first = 0;
    return KL_OK;
}

static kl_status append(kl_channel *channel, kl_value item, kl_error *error)
{
    if (channel->count == channel->size)
        KL_TRY(grow(channel, error));
    channel->items[(channel->first + channel->count++) % channel->size] = kl_value_retain(item);
    pthread_cond_broadcast(&channel->changed);
    return KL_OK;
}

static kl_value remove_oldest(kl_channel *channel)
{
    kl_value item = channel->items[channel->first];
    channel->first = (channel->first + 1) % channel->size;
    channel->count--;
    pthread_cond_broadcast(&channel->changed);
    return item;
}

/* Wait once, a moment at most. */
static kl_status wait_for_change(kl_channel *channel, kl_time deadline, kl_run *run,
                                 kl_error *error)
{
    kl_time now = kl_clock_now();
    if (now >= deadline)
        return KL_TIMEOUT; /* whoever waits tells what for */
    if (kl_run_is_cancelled(run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    kl_wait_until(&channel->changed, &channel->lock, KL_MIN(deadline, now + POLL));
    return KL_OK;
}

/* ---- putting ------------------------------------------------------------------------------------- */

static kl_status make_room(bool *drop, int64_t *dropped, kl_channel *channel, size_t capacity,
                           kl_channel_full full, kl_error *error)
{
    *drop = full == KL_CHANNEL_DROP_NEW;
    if (full == KL_CHANNEL_FAIL)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: stream (limit: %zu items)",
                            capacity);
    *dropped += 1;
    if (full == KL_CHANNEL_DROP_OLD)
        kl_value_release(remove_oldest(channel));
    return KL_OK;
}

static kl_status put_locked(int64_t *dropped, kl_channel *channel, kl_value item, size_t capacity,
                            kl_channel_full full, kl_time deadline, kl_run *run, kl_error *error)
{
    bool drop = false;
    while (!channel->closed && channel->count >= capacity && full == KL_CHANNEL_BLOCK)
        KL_TRY(wait_for_change(channel, deadline, run, error));
    if (channel->closed)
        return kl_error_set(error, KL_STATE, "the stream is closed");
    if (channel->count >= capacity)
        KL_TRY(make_room(&drop, dropped, channel, capacity, full, error));
    return drop ? KL_OK : append(channel, item, error);
}

kl_status kl_channel_put(int64_t *dropped, kl_channel *channel, kl_value item, size_t capacity,
                         kl_channel_full full, kl_time deadline, kl_run *run, kl_error *error)
{
    pthread_mutex_lock(&channel->lock);
    kl_status status = put_locked(dropped, channel, item, capacity, full, deadline, run, error);
    pthread_mutex_unlock(&channel->lock);
    return status;
}

void kl_channel_close(kl_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    channel->closed = true;
    pthread_cond_broadcast(&channel->changed);
    pthread_mutex_unlock(&channel->lock);
}

/* ---- taking -------------------------------------------------------------------------------------- */

void kl_channel_enter(kl_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    channel->takers++;
    pthread_mutex_unlock(&channel->lock);
}

void kl_channel_leave(kl_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    if (--channel->takers == 0 && channel->ended) {
        channel->closed = channel->ended = false;
        pthread_cond_broadcast(&channel->changed);
    }
    pthread_mutex_unlock(&channel->lock);
}

kl_status kl_channel_take(kl_value *out, kl_channel *channel, kl_time deadline, kl_run *run,
                          kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&channel->lock);
    while (status == KL_OK && !channel->count && !channel->closed)
        status = wait_for_change(channel, deadline, run, error);
    if (status == KL_OK && channel->count) {
        *out = remove_oldest(channel);
    } else if (status == KL_OK) {
        channel->ended = true;
        status = KL_STOP;
    }
    pthread_mutex_unlock(&channel->lock);
    return status;
}
