/* src/nodes/python_pool.h - Python in processes of its own: a warm interpreter that forks a worker
 * for every call. */
#ifndef KL_NODES_PYTHON_POOL_H
#define KL_NODES_PYTHON_POOL_H

#include "code.h"

/* One request to a worker. All is borrowed. */
typedef struct kl_python_call {
    kl_text executable;  /* of the interpreter; empty = that of the face, else python3 of PATH */
    kl_value request;    /* a map, as python_worker.py reads it */
    kl_value modules;    /* list of names that the warm interpreter may load for later calls */
    kl_text settings;    /* workers that live on serve calls of equal settings; empty = a new one */
    size_t answer_max;   /* bytes */
    kl_code_watch *watch;
} kl_python_call;

/* Ask a worker; `*answer` is given. KL_LIMIT: the answer is too long. KL_FAILED: the worker ended
 * without one. When the watch says stop, the worker is killed: kl_code_stopped() tells why. */
kl_status kl_python_ask(kl_value *answer, const kl_python_call *call, kl_error *error);

#endif
