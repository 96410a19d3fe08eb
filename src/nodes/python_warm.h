/* src/nodes/python_warm.h - the warm interpreter: started once, forks a worker when asked. */
#ifndef KL_NODES_PYTHON_WARM_H
#define KL_NODES_PYTHON_WARM_H

#include "code.h"

/* A worker: a process that serves calls over a socket, one after the other. */
typedef struct kl_python_worker {
    int socket, process; /* the latter a pidfd; -1 where there is none */
    struct kl_python_worker *next;
    kl_value settings;   /* a text; workers that live on serve calls of equal settings */
} kl_python_worker;

/* Its number of workers at work is bounded by the processors; waits for a free one. `*out` is given,
 * kl_python_give() or kl_python_kill() ends it. NULL with KL_OK when the watch says stop. */
kl_status kl_python_take(kl_python_worker **out, kl_text executable, kl_text settings,
                         kl_value modules, kl_code_watch *watch, kl_error *error);
/* It may serve others of its settings. */
void kl_python_give(kl_text executable, kl_python_worker *worker);
/* End it. */
void kl_python_kill(kl_text executable, kl_python_worker *worker);

/* Wait for a socket; false when the watch says stop. */
bool kl_python_wait(int file, short events, kl_code_watch *watch);

#endif
