/* src/trust_plane/gate.h - one thread at a time, for as long as reading and writing files takes.
 *
 * A mutex would keep fork() waiting as long, and stay locked in the child. Here the mutex is held for
 * moments, and the child of a fork finds the gate open.
 */
#ifndef KL_TRUST_PLANE_GATE_H
#define KL_TRUST_PLANE_GATE_H

#include "fork.h"
#include "kailash/time.h"

typedef struct kl_gate {
    pthread_mutex_t lock; /* guards `busy` */
    pthread_cond_t opened;
    bool busy; /* a thread is inside */
    /* In the child of a fork; `torn`: another thread was inside, which lives in the parent. */
    void (*forked)(void *data, bool torn);
    void *data;
    kl_fork_watch watch;
} kl_gate;

void kl_gate_init(kl_gate *gate, void (*forked)(void *data, bool torn), void *data);
void kl_gate_end(kl_gate *gate);
/* False when the deadline came first. */
bool kl_gate_enter(kl_gate *gate, kl_time deadline);
void kl_gate_leave(kl_gate *gate);

#endif
