/* src/base/host.h - what a face that holds a lock of its own (Python) gives to the library. */
#ifndef KL_BASE_HOST_H
#define KL_BASE_HOST_H

#include "kailash/base.h"

typedef struct kl_host {
    void *(*let_go)(void);                 /* release the lock if this thread holds it */
    void (*take_back)(void *token);        /* what let_go() returned */
    kl_status (*poll)(kl_error *error);    /* has the user interrupted? KL_INTERRUPTED then */
    kl_foreign *(*context)(void);          /* what callbacks of work that starts here need; given,
                                              or NULL when they need nothing */
} kl_host;

/* NULL = none. Set once, before anything runs. */
KL_API void kl_host_set(const kl_host *host);

/* Around every wait and every long computation. */
KL_API void *kl_blocking_begin(void);
KL_API void kl_blocking_end(void *token);
KL_API kl_status kl_host_poll(kl_error *error);
KL_API kl_foreign *kl_host_context(void);

#endif
