/* src/base/fork.c - see fork.h. */
#include "fork.h"
#include "guard.h"

typedef struct list {
    pthread_mutex_t lock; /* guards `first`, and the links of all behind */
    kl_fork_watch *first;
} list;

static list lists[KL_FORK_LEVELS] = {
    {PTHREAD_MUTEX_INITIALIZER, NULL}, {PTHREAD_MUTEX_INITIALIZER, NULL}, {PTHREAD_MUTEX_INITIALIZER, NULL}};

void kl_fork_watch_begin(kl_fork_watch *watch)
{
    list *all = &lists[watch->level];
    pthread_mutex_lock(&all->lock);
    watch->previous = NULL;
    watch->next = all->first;
    if (all->first)
        all->first->previous = watch;
    all->first = watch;
    pthread_mutex_unlock(&all->lock);
}

void kl_fork_watch_end(kl_fork_watch *watch)
{
    list *all = &lists[watch->level];
    if (!watch->lock && !watch->shared)
        return;
    pthread_mutex_lock(&all->lock);
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        all->first = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    pthread_mutex_unlock(&all->lock);
}

static void lock_level(kl_fork_level level)
{
    pthread_mutex_lock(&lists[level].lock);
    for (kl_fork_watch *watch = lists[level].first; watch; watch = watch->next)
        if (watch->shared)
            pthread_rwlock_wrlock(watch->shared);
        else
            pthread_mutex_lock(watch->lock);
}

static void unlock_level(kl_fork_level level)
{
    for (kl_fork_watch *watch = lists[level].first; watch; watch = watch->next)
        if (watch->shared)
            pthread_rwlock_unlock(watch->shared);
        else
            pthread_mutex_unlock(watch->lock);
    pthread_mutex_unlock(&lists[level].lock);
}

/* Those who waited for a shared lock are counted in it, and are not here: it is made anew. */
static void mend_level(kl_fork_level level)
{
    for (kl_fork_watch *watch = lists[level].first; watch; watch = watch->next) {
        if (watch->forked)
            watch->forked(watch->data);
        if (watch->shared)
            kl_shared_lock_init(watch->shared);
        else
            pthread_mutex_unlock(watch->lock);
    }
    pthread_mutex_unlock(&lists[level].lock);
}

static void lock_leaves(void) { lock_level(KL_FORK_LEAF); }
static void unlock_leaves(void) { unlock_level(KL_FORK_LEAF); }
static void mend_leaves(void) { mend_level(KL_FORK_LEAF); }

__attribute__((constructor(KL_FORK_LIST))) static void watch_leaves(void)
{
    pthread_atfork(lock_leaves, unlock_leaves, mend_leaves);
}

static void lock_guards(void)
{
    lock_level(KL_FORK_HIGH);
    lock_level(KL_FORK_MIDDLE);
}

static void unlock_guards(void)
{
    unlock_level(KL_FORK_MIDDLE);
    unlock_level(KL_FORK_HIGH);
}

static void mend_guards(void)
{
    mend_level(KL_FORK_MIDDLE);
    mend_level(KL_FORK_HIGH);
}

__attribute__((constructor(KL_FORK_GUARDS))) static void watch_guards(void)
{
    pthread_atfork(lock_guards, unlock_guards, mend_guards);
}
