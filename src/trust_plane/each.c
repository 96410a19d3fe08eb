/* src/trust_plane/each.c - see each.h. */
#include "each.h"
#include "pool.h"

#include <pthread.h>
#include <unistd.h>

enum { STEP = 16 /* items that one thread takes at once */, HELPERS_MAX = 31 };

/* Shared with helpers, some of which may come when all is over: the last one frees it. */
typedef struct job {
    void (*work)(void *data, size_t index);
    void *data;
    size_t count;
    size_t next; /* atomic */
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    size_t refs, working; /* helpers that may still come, with the caller; those at work */
    bool over;
} job;

static void work_on(job *j)
{
    for (;;) {
        size_t from = __atomic_fetch_add(&j->next, STEP, __ATOMIC_RELAXED);
        if (from >= j->count)
            return;
        for (size_t i = from; i < KL_MIN(from + STEP, j->count); i++)
            j->work(j->data, i);
    }
}

static void let_go(job *j)
{
    pthread_mutex_lock(&j->lock);
    bool last = --j->refs == 0;
    pthread_mutex_unlock(&j->lock);
    if (!last)
        return;
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->lock);
    kl_free(j);
}

static void help(void *data)
{
    job *j = data;
    pthread_mutex_lock(&j->lock);
    bool in_time = !j->over;
    j->working += in_time;
    pthread_mutex_unlock(&j->lock);
    if (in_time) {
        work_on(j);
        pthread_mutex_lock(&j->lock);
        j->working--;
        pthread_cond_signal(&j->changed);
        pthread_mutex_unlock(&j->lock);
    }
    let_go(j);
}

static bool call_helper(job *j)
{
    pthread_mutex_lock(&j->lock);
    j->refs++;
    pthread_mutex_unlock(&j->lock);
    bool called = kl_pool_submit(kl_pool_shared(), help, j, NULL) == KL_OK;
    if (!called)
        let_go(j);
    return called;
}

static job *job_new(size_t count, void (*work)(void *data, size_t index), void *data)
{
    job *j = kl_alloc_zero(1, sizeof *j);
    if (!j)
        return NULL;
    j->work = work;
    j->data = data;
    j->count = count;
    j->refs = 1;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->changed, NULL);
    return j;
}

void kl_trust_each(size_t count, void (*work)(void *data, size_t index), void *data)
{
    long processors = count > STEP ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
    size_t helpers = KL_MIN((size_t)KL_MAX(processors, 1) - 1, KL_MIN(count / STEP, HELPERS_MAX));
    job *j = helpers ? job_new(count, work, data) : NULL;
    if (!j) {
        for (size_t i = 0; i < count; i++)
            work(data, i);
        return;
    }
    for (size_t i = 0; i < helpers && call_helper(j); i++)
        continue;
    work_on(j);
    pthread_mutex_lock(&j->lock);
    j->over = true;
    while (j->working)
        pthread_cond_wait(&j->changed, &j->lock);
    pthread_mutex_unlock(&j->lock);
    let_go(j);
}
