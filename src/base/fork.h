/* src/base/fork.h - locks that a forked child finds free, and the data behind them whole.
 *
 * fork() copies only the thread that calls it: what another thread had locked stays locked in the
 * child for ever, and half written. So all locks are taken before a fork, from the outer to the
 * inner ones, and released on both sides after it.
 */
#ifndef KL_BASE_FORK_H
#define KL_BASE_FORK_H

#include "kailash/base.h"

#include <pthread.h>

/*
 * A static lock. `place` says when it is made known, and so the order of locking, which is the
 * reverse of it: KL_FORK_OUTER locks are held while others are taken.
 */
#define KL_FORK_GUARDS 180 /* those of guard.h */
#define KL_FORK_OUTER 170
#define KL_FORK_INNER 160
#define KL_FORK_LIST  150
#define KL_LOCK_FOR_FORK(lock, place)                                                              \
    static void lock##_before_fork(void) { pthread_mutex_lock(&(lock)); }                          \
    static void lock##_after_fork(void) { pthread_mutex_unlock(&(lock)); }                         \
    __attribute__((constructor(place))) static void lock##_watch_forks(void)                       \
    {                                                                                              \
        pthread_atfork(lock##_before_fork, lock##_after_fork, lock##_after_fork);                  \
    }

/* What may be locked while a lock that comes and goes with its object is held. guard.h has the two types
 * for those that are no leaves. */
typedef enum kl_fork_level {
    KL_FORK_LEAF,   /* nothing */
    KL_FORK_MIDDLE, /* static locks and leaves */
    KL_FORK_HIGH,   /* those of the middle, too */
    KL_FORK_LEVELS
} kl_fork_level;

/* A lock that comes and goes with its object. Lies where its owner put it. */
typedef struct kl_fork_watch {
    pthread_mutex_t *lock;      /* either this one */
    pthread_rwlock_t *shared;   /* or this one, of those that prefer writers */
    kl_fork_level level;
    void (*forked)(void *data); /* in the child, with the lock; NULL = nothing to do */
    void *data;
    struct kl_fork_watch *previous, *next; /* the list's from here on */
} kl_fork_watch;

KL_API void kl_fork_watch_begin(kl_fork_watch *watch);
/* Does nothing for one that was never begun (all zero). */
KL_API void kl_fork_watch_end(kl_fork_watch *watch);

#endif
