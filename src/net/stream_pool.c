/* src/net/stream_pool.c - see stream_pool.h. */
#include "stream_pool.h"

/* More are closed when they come back; older ones when they are asked for, before a firewall or the
 * server forgets them. */
enum { IDLE_MAX = 32 };
#define IDLE_TIME_MAX (4 * KL_MINUTE)

/* In a forked child: the connections are its parent's. */
static void forget_connections(void *data)
{
    kl_stream_pool *pool = data;
    pool->idle = NULL;
    pool->idle_count = 0;
    pool->forks++;
}

void kl_stream_pool_begin(kl_stream_pool *pool, void (*end)(kl_pooled *connection))
{
    *pool = (kl_stream_pool){.end = end};
    pthread_mutex_init(&pool->lock, NULL);
    pool->fork_watch =
        (kl_fork_watch){.lock = &pool->lock, .forked = forget_connections, .data = pool};
    kl_fork_watch_begin(&pool->fork_watch);
}

void kl_stream_pool_finish(kl_stream_pool *pool)
{
    kl_fork_watch_end(&pool->fork_watch);
    while (pool->idle) {
        kl_pooled *next = pool->idle->next;
        pool->end(pool->idle);
        pool->idle = next;
    }
    pthread_mutex_destroy(&pool->lock);
}

static kl_pooled *take_idle(kl_stream_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    kl_pooled *it = pool->idle;
    if (it) {
        pool->idle = it->next;
        pool->idle_count--;
    }
    pthread_mutex_unlock(&pool->lock);
    return it;
}

/* The server may have ended a connection that lay idle, or said something nobody asked for. */
static bool is_sound(const kl_pooled *it)
{
    return kl_clock_now() - it->idle_since < IDLE_TIME_MAX && !kl_stream_is_readable(it->stream);
}

kl_pooled *kl_stream_pool_take(kl_stream_pool *pool)
{
    kl_pooled *it;
    while ((it = take_idle(pool)) && !is_sound(it)) {
        it->spoilt = true;
        pool->end(it);
    }
    return it;
}

void kl_stream_pool_join(const kl_stream_pool *pool, kl_pooled *made) { made->forks = pool->forks; }

void kl_stream_pool_give_back(kl_stream_pool *pool, kl_pooled *it)
{
    it->idle_since = kl_clock_now();
    pthread_mutex_lock(&pool->lock);
    bool keep = !it->spoilt && pool->idle_count < IDLE_MAX && it->forks == pool->forks;
    if (keep) {
        it->next = pool->idle;
        pool->idle = it;
        pool->idle_count++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        pool->end(it);
}

bool kl_stream_pool_owns(const kl_stream_pool *pool, const kl_pooled *it)
{
    return it->forks == pool->forks;
}

void kl_stream_pool_close(const kl_stream_pool *pool, kl_pooled *it)
{
    if (kl_stream_pool_owns(pool, it))
        kl_stream_close(it->stream);
    else
        kl_stream_abandon(it->stream);
}
