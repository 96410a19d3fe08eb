/* src/net/stream_pool.h - connections that nobody uses, kept for the next one who asks: what the clients of
 * Redis and Bolt share. A connection that is in use belongs to its user, on one thread. */
#ifndef KL_NET_STREAM_POOL_H
#define KL_NET_STREAM_POOL_H

#include "fork.h"
#include "stream.h"

/* The first member of a connection. */
typedef struct kl_pooled {
    struct kl_pooled *next; /* in the list of idle ones */
    kl_stream *stream;
    kl_time idle_since;
    uint32_t forks; /* those of its pool when it was made */
    bool spoilt;    /* not fit for the next one */
} kl_pooled;

typedef struct kl_stream_pool {
    /* Say goodbye, if it is not spoilt and kl_stream_pool_owns() it, close it with
     * kl_stream_pool_close(), and free it. */
    void (*end)(kl_pooled *connection);
    pthread_mutex_t lock; /* guards what follows */
    kl_pooled *idle;      /* the last used first */
    size_t idle_count;
    uint32_t forks; /* how often this process was forked off */
    kl_fork_watch fork_watch;
} kl_stream_pool;

/* The pool lies where its owner put it. */
void kl_stream_pool_begin(kl_stream_pool *pool, void (*end)(kl_pooled *connection));
/* With all connections; nobody may hold one any more. */
void kl_stream_pool_finish(kl_stream_pool *pool);

/* A connection that nobody uses and its server did not end; NULL when there is none. */
kl_pooled *kl_stream_pool_take(kl_stream_pool *pool);
/* A new one, made by this process. */
void kl_stream_pool_join(const kl_stream_pool *pool, kl_pooled *made);
/* Keep it for the next one, or end it: one that is spoilt, or more than are wanted. */
void kl_stream_pool_give_back(kl_stream_pool *pool, kl_pooled *connection);

/* False in a forked child: to use or end it would break it for the parent. */
bool kl_stream_pool_owns(const kl_stream_pool *pool, const kl_pooled *connection);
/* End its stream, or in a forked child its copy of it. */
void kl_stream_pool_close(const kl_stream_pool *pool, kl_pooled *connection);

#endif
