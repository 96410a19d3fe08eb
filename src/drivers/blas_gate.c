/* src/drivers/blas_gate.c - see blas_gate.h. */
#include "blas_gate.h"

#include <time.h>

enum { COUNTERS = 64, LINE = 64 };

static struct {
    uint32_t inside; /* atomic: threads of this counter that are inside */
    char rest[LINE - sizeof(uint32_t)];
} counters[COUNTERS] __attribute__((aligned(LINE)));

static uint32_t closed;  /* atomic: a fork is under way */
static uint32_t threads; /* atomic: how many have ever come */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held while a fork is under way */

kl_blas_pass kl_blas_enter(void)
{
    static _Thread_local uint32_t mine; /* + 1; 0 = none yet */
    if (mine == 0)
        mine = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % COUNTERS + 1;
    uint32_t *inside = &counters[mine - 1].inside;
    __atomic_fetch_add(inside, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&closed, __ATOMIC_SEQ_CST)) {
        __atomic_fetch_sub(inside, 1, __ATOMIC_SEQ_CST);
        pthread_mutex_lock(&gate); /* until the fork is done */
        pthread_mutex_unlock(&gate);
        __atomic_fetch_add(inside, 1, __ATOMIC_SEQ_CST);
    }
    return mine - 1;
}

void kl_blas_leave(kl_blas_pass pass)
{
    __atomic_fetch_sub(&counters[pass].inside, 1, __ATOMIC_SEQ_CST);
}

/* Who has come in before the gate was closed comes out: it waits for nobody. */
static void close_gate(void)
{
    static const struct timespec moment = {0, 20000};
    pthread_mutex_lock(&gate);
    __atomic_store_n(&closed, 1, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < COUNTERS; i++)
        while (__atomic_load_n(&counters[i].inside, __ATOMIC_SEQ_CST))
            nanosleep(&moment, NULL);
}

static void open_gate(void)
{
    __atomic_store_n(&closed, 0, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&gate);
}

void kl_blas_gate_begin(void) { pthread_atfork(close_gate, open_gate, open_gate); }
