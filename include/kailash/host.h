/* kailash/host.h - what a program that holds a lock of its own, or wants to stop runs, gives to the
 * library. */
#ifndef KAILASH_HOST_H
#define KAILASH_HOST_H

#include "kailash/base.h"

KL_BEGIN_DECLS

/** Functions that the library calls on its own threads as well as on the program's. */
typedef struct kl_host {
    void *(*let_go)(void);              /* release the lock if this thread holds it; NULL = no lock */
    void (*take_back)(void *token);     /* what let_go() returned */
    kl_status (*poll)(kl_error *error); /* has the user interrupted? KL_INTERRUPTED then */
    kl_foreign *(*context)(void);       /* what callbacks of work that starts here need; given, or
                                           NULL when they need nothing; NULL = never anything */
    kl_status (*warn)(const char *text, kl_error *error); /* tell the user; may refuse to go on */
    const char *(*interpreter)(void);   /* path of the Python this program runs in, or NULL; borrowed
                                           for the life of the process; NULL = none */
} kl_host;

/** NULL = none. Set once, before anything runs; borrowed for the life of the process. */
KL_API void kl_host_set(const kl_host *host);

KL_END_DECLS
#endif
