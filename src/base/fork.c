/* src/base/fork.c - see fork.h. */
#include "fork.h"

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER; /* guards `watches` */
static kl_fork_watch *watches;

void kl_fork_watch_begin(kl_fork_watch *watch)
{
    pthread_mutex_lock(&list_lock);
    watch->previous = NULL;
    watch->next = watches;
    if (watches)
        watches->previous = watch;
    watches = watch;
    pthread_mutex_unlock(&list_lock);
}

void kl_fork_watch_end(kl_fork_watch *watch)
{
    if (!watch->lock)
        return;
    pthread_mutex_lock(&list_lock);
    if (watch->previous)
        watch->previous->next = watch->next;
    else
        watches = watch->next;
    if (watch->next)
        watch->next->previous = watch->previous;
    pthread_mutex_unlock(&list_lock);
}

static void lock_all(void)
{
    pthread_mutex_lock(&list_lock);
    for (kl_fork_watch *watch = watches; watch; watch = watch->next)
        pthread_mutex_lock(watch->lock);
}

static void unlock_all(void)
{
    for (kl_fork_watch *watch = watches; watch; watch = watch->next)
        pthread_mutex_unlock(watch->lock);
    pthread_mutex_unlock(&list_lock);
}

static void mend_and_unlock_all(void)
{
    for (kl_fork_watch *watch = watches; watch; watch = watch->next)
        if (watch->forked)
            watch->forked(watch->data);
    unlock_all();
}

__attribute__((constructor(KL_FORK_LIST))) static void watch_forks(void)
{
    pthread_atfork(lock_all, unlock_all, mend_and_unlock_all);
}
