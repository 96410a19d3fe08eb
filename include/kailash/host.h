/* kailash/host.h - what a program that holds a lock of its own, or wants to stop runs, gives to the
 * library. */
#ifndef KAILASH_HOST_H
#define KAILASH_HOST_H

#include "kailash/value.h"

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
    /* Run a request as python_worker.py (its path is `script`) does, in this program's interpreter;
     * `stop` is asked now and then. Null with KL_OK: it was stopped. NULL = no interpreter. */
    kl_status (*run_python)(kl_value *out, const char *script, kl_value request,
                            bool (*stop)(void *data), void *data, kl_error *error);
} kl_host;

/** NULL = none. Set once, before anything runs; borrowed for the life of the process. */
KL_API void kl_host_set(const kl_host *host);

KL_END_DECLS
#endif
