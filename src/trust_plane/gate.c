/* src/trust_plane/gate.c - see gate.h. */
#include "gate.h"
#include "deadline.h"

static void gate_forked(void *data)
{
    kl_gate *gate = data;
    bool torn = gate->busy;
    gate->busy = false;
    pthread_cond_init(&gate->opened, NULL);
    gate->forked(gate->data, torn);
}

void kl_gate_init(kl_gate *gate, void (*forked)(void *data, bool torn), void *data)
{
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->opened, NULL);
    gate->busy = false;
    gate->forked = forked;
    gate->data = data;
    gate->watch = (kl_fork_watch){.lock = &gate->lock, .forked = gate_forked, .data = gate};
    kl_fork_watch_begin(&gate->watch);
}

void kl_gate_end(kl_gate *gate)
{
    kl_fork_watch_end(&gate->watch);
    pthread_cond_destroy(&gate->opened);
    pthread_mutex_destroy(&gate->lock);
}

bool kl_gate_enter(kl_gate *gate, kl_time deadline)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->busy && kl_wait_until(&gate->opened, &gate->lock, deadline))
        continue;
    bool entered = !gate->busy;
    gate->busy = true;
    pthread_mutex_unlock(&gate->lock);
    return entered;
}

void kl_gate_leave(kl_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->busy = false;
    pthread_cond_signal(&gate->opened);
    pthread_mutex_unlock(&gate->lock);
}
