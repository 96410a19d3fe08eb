/* src/store/latch.h - many readers or one writer, for stores that call databases while they are held.
 *
 * The lock inside is held for moments only, so that a fork never waits for a database. A child that
 * was forked while another thread wrote refuses the store, for what it holds may be half written.
 */
#ifndef KL_STORE_LATCH_H
#define KL_STORE_LATCH_H

#include "fork.h"
#include "kailash/time.h"

typedef struct kl_latch {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    kl_fork_watch watch;
    size_t readers, writers_waiting;
    bool writing, torn;
} kl_latch;

/* Who may stop waiting; both may be NULL. */
typedef struct kl_latch_waiter {
    bool (*is_stopped)(void *data);
    void *data;
} kl_latch_waiter;

/* Make and end one; nobody may hold it then. */
KL_API void kl_latch_begin(kl_latch *latch);
KL_API void kl_latch_end(kl_latch *latch);

/* Wait until it is mine. KL_CANCELLED when stopped, KL_STATE when torn by a fork. */
KL_API kl_status kl_latch_read(kl_latch *latch, kl_latch_waiter waiter, kl_error *error);
KL_API kl_status kl_latch_write(kl_latch *latch, kl_latch_waiter waiter, kl_error *error);
/* Leave it, whichever of the two it was. */
KL_API void kl_latch_leave(kl_latch *latch);

#endif
