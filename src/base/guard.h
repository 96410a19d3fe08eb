/* src/base/guard.h - locks of objects that a fork waits for: the child finds them free, and what they guard
 * whole.
 *
 * So whoever holds one waits for nothing that the one who forks may have: not for the lock of a face
 * (host.h), not for other threads. No guard is made or ended while another one is held.
 */
#ifndef KL_BASE_GUARD_H
#define KL_BASE_GUARD_H

#include "fork.h"

/* One at a time. */
typedef struct kl_guard {
    pthread_mutex_t mutex;
    kl_fork_watch watch;
} kl_guard;

KL_API void kl_guard_begin(kl_guard *guard, kl_fork_level level);
/* Does nothing for one that was never begun (all zero). */
KL_API void kl_guard_end(kl_guard *guard);
static inline void kl_guard_lock(kl_guard *guard) { pthread_mutex_lock(&guard->mutex); }
static inline void kl_guard_unlock(kl_guard *guard) { pthread_mutex_unlock(&guard->mutex); }

/* Many readers or one writer, who goes first. Not to be taken twice by a thread, not even to read. */
typedef struct kl_shared_guard {
    pthread_rwlock_t lock;
    kl_fork_watch watch;
} kl_shared_guard;

KL_API void kl_shared_guard_begin(kl_shared_guard *guard, kl_fork_level level);
/* Does nothing for one that was never begun (all zero). */
KL_API void kl_shared_guard_end(kl_shared_guard *guard);
/* Who has to wait lets the lock of the face go meanwhile, and waits for that while holding nothing. */
KL_API void kl_shared_guard_read(kl_shared_guard *guard);
KL_API void kl_shared_guard_write(kl_shared_guard *guard);
static inline void kl_shared_guard_leave(kl_shared_guard *guard) { pthread_rwlock_unlock(&guard->lock); }
/* A lock of this kind. */
void kl_shared_lock_init(pthread_rwlock_t *lock);

#endif
