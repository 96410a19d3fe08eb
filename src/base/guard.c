/* src/base/guard.c - see guard.h. */
#include "guard.h"
#include "host.h"

void kl_guard_begin(kl_guard *guard, kl_fork_level level)
{
    pthread_mutex_init(&guard->mutex, NULL);
    guard->watch = (kl_fork_watch){.lock = &guard->mutex, .level = level};
    kl_fork_watch_begin(&guard->watch);
}

void kl_guard_end(kl_guard *guard)
{
    if (!guard->watch.lock)
        return;
    kl_fork_watch_end(&guard->watch);
    pthread_mutex_destroy(&guard->mutex);
}

/* ---- shared -------------------------------------------------------------------------------------------- */

void kl_shared_lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t writers_first;
    pthread_rwlockattr_init(&writers_first);
    pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(lock, &writers_first);
    pthread_rwlockattr_destroy(&writers_first);
}

void kl_shared_guard_begin(kl_shared_guard *guard, kl_fork_level level)
{
    kl_shared_lock_init(&guard->lock);
    guard->watch = (kl_fork_watch){.shared = &guard->lock, .level = level};
    kl_fork_watch_begin(&guard->watch);
}

void kl_shared_guard_end(kl_shared_guard *guard)
{
    if (!guard->watch.shared)
        return;
    kl_fork_watch_end(&guard->watch);
    pthread_rwlock_destroy(&guard->lock);
}

/* Who forks holds the lock of the face and waits for this one: nobody may hold this one and wait for that
 * of the face. So it is only waited until this one was free, and then tried again. */
void kl_shared_guard_read(kl_shared_guard *guard)
{
    while (pthread_rwlock_tryrdlock(&guard->lock) != 0) {
        void *token = kl_blocking_begin();
        pthread_rwlock_rdlock(&guard->lock);
        if (!token)
            return;
        pthread_rwlock_unlock(&guard->lock);
        kl_blocking_end(token);
    }
}

void kl_shared_guard_write(kl_shared_guard *guard)
{
    while (pthread_rwlock_trywrlock(&guard->lock) != 0) {
        void *token = kl_blocking_begin();
        pthread_rwlock_wrlock(&guard->lock);
        if (!token)
            return;
        pthread_rwlock_unlock(&guard->lock);
        kl_blocking_end(token);
    }
}
