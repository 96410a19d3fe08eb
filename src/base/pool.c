/* src/base/pool.c - see pool.h. */
#include "pool.h"
#include "deadline.h"
#include "fork.h"

#include <signal.h>

typedef struct task {
    void (*run)(void *data);
    void *data;
} task;

typedef struct worker {
    kl_pool *pool;
    pthread_t thread;
    uint64_t generation; /* of the pool when it began; see forget_threads() */
    struct worker *next; /* among those that left */
} worker;

struct kl_pool {
    pthread_mutex_t lock; /* guards all below but `next` */
    pthread_cond_t work;  /* a task came, or the pool is closing */
    pthread_cond_t ended; /* the last thread left */
    size_t threads, idle, threads_max;
    kl_duration patience; /* of an idle thread */
    task *ring;           /* tasks first .. first + queued, modulo ring_size */
    size_t first, queued, ring_size;
    worker *left; /* threads that ended but are not joined yet; at most the last one stays here */
    uint64_t generation; /* counts forks */
    bool closed;
    kl_pool *next; /* in `pools` */
};

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER; /* guards `pools` */
static kl_pool shared = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .work = PTHREAD_COND_INITIALIZER,
    .ended = PTHREAD_COND_INITIALIZER,
    .threads_max = KL_POOL_SHARED,
    .patience = 10 * KL_SECOND,
};
static kl_pool *pools = &shared;

/* ---- fork ------------------------------------------------------------------------------------ */

static void hold_all(void)
{
    pthread_mutex_lock(&pools_lock);
    for (kl_pool *pool = pools; pool; pool = pool->next)
        pthread_mutex_lock(&pool->lock);
}

static void release_all(void)
{
    for (kl_pool *pool = pools; pool; pool = pool->next)
        pthread_mutex_unlock(&pool->lock);
    pthread_mutex_unlock(&pools_lock);
}

/* In the child no thread of the pool lives on, except one whose task forked: it finds another
 * generation when that task returns, and ends without touching the pool. */
static void forget_threads(void)
{
    for (kl_pool *pool = pools; pool; pool = pool->next) {
        pthread_cond_init(&pool->work, NULL);
        pthread_cond_init(&pool->ended, NULL);
        pool->threads = pool->idle = pool->queued = 0;
        pool->left = NULL;
        pool->generation++;
    }
    release_all();
}

__attribute__((constructor(KL_FORK_LIST))) static void prepare_for_fork(void)
{
    pthread_atfork(hold_all, release_all, forget_threads);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static kl_status enqueue(kl_pool *pool, task wanted, kl_error *error)
{
    if (pool->queued == pool->ring_size) {
        size_t size = 2 * pool->ring_size + 16;
        task *grown = kl_alloc(size * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        for (size_t i = 0; i < pool->queued; i++)
            grown[i] = pool->ring[(pool->first + i) % pool->ring_size];
        kl_free(pool->ring);
        pool->ring = grown;
        pool->ring_size = size;
        pool->first = 0;
    }
    pool->ring[(pool->first + pool->queued++) % pool->ring_size] = wanted;
    return KL_OK;
}

static task dequeue(kl_pool *pool)
{
    task next = pool->ring[pool->first];
    pool->first = (pool->first + 1) % pool->ring_size;
    pool->queued--;
    return next;
}

/* ---- threads --------------------------------------------------------------------------------- */

static void join_all(worker *ended)
{
    while (ended) {
        worker *next = ended->next;
        pthread_join(ended->thread, NULL);
        kl_free(ended);
        ended = next;
    }
}

/* Wait for a task; false when it is time to leave. */
static bool wait_for_task(kl_pool *pool)
{
    kl_time deadline = kl_clock_after(pool->patience);
    bool in_time = true;
    pool->idle++;
    while (pool->queued == 0 && !pool->closed && in_time)
        in_time = kl_wait_until(&pool->work, &pool->lock, deadline);
    pool->idle--;
    return pool->queued > 0;
}

/* Each thread that leaves joins those that left before. Called with the lock, which it gives up. */
static void leave(kl_pool *pool, worker *self)
{
    worker *before = pool->left;
    self->next = NULL;
    pool->left = self;
    if (--pool->threads == 0)
        pthread_cond_broadcast(&pool->ended);
    pthread_mutex_unlock(&pool->lock);
    join_all(before);
}

static _Thread_local bool is_worker;

bool kl_pool_is_worker(void) { return is_worker; }

static void *work(void *data)
{
    is_worker = true;
    worker *self = data;
    kl_pool *pool = self->pool;
    uint64_t generation = self->generation;
    pthread_mutex_lock(&pool->lock);
    while (wait_for_task(pool)) {
        task next = dequeue(pool);
        pthread_mutex_unlock(&pool->lock);
        next.run(next.data);
        pthread_mutex_lock(&pool->lock);
        if (pool->generation != generation) {
            pthread_mutex_unlock(&pool->lock);
            kl_free(self);
            return NULL;
        }
    }
    leave(pool, self);
    return NULL;
}

/* Signals are for the threads of the host program: ours block them all. */
static bool start_thread(kl_pool *pool)
{
    sigset_t all, before;
    worker *self = kl_alloc(sizeof *self);
    if (!self)
        return false;
    *self = (worker){.pool = pool, .generation = pool->generation};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&self->thread, NULL, work, self) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pool->threads++;
    else
        kl_free(self);
    return started;
}

/* ---- what others call ------------------------------------------------------------------------ */

kl_pool *kl_pool_shared(void) { return &shared; }

kl_status kl_pool_new(kl_pool **out, size_t threads_max, kl_duration idle, kl_error *error)
{
    if (threads_max == 0)
        return kl_error_set(error, KL_INVALID, "threads_max: 0 runs nothing; give 1 or more");
    kl_pool *pool = kl_alloc(sizeof *pool);
    if (!pool)
        return kl_error_no_memory(error);
    *pool = (kl_pool){.lock = PTHREAD_MUTEX_INITIALIZER,
                      .work = PTHREAD_COND_INITIALIZER,
                      .ended = PTHREAD_COND_INITIALIZER,
                      .threads_max = threads_max,
                      .patience = idle};
    pthread_mutex_lock(&pools_lock);
    pool->next = pools;
    pools = pool;
    pthread_mutex_unlock(&pools_lock);
    *out = pool;
    return KL_OK;
}

static kl_status submit(kl_pool *pool, task wanted, kl_error *error)
{
    if (pool->closed)
        return kl_error_set(error, KL_STATE, "the thread pool was shut down");
    KL_TRY(enqueue(pool, wanted, error));
    bool wants_thread = pool->queued > pool->idle && pool->threads < pool->threads_max;
    if (wants_thread && !start_thread(pool) && pool->threads == 0) {
        pool->queued--;
        return kl_error_set(error, KL_UNAVAILABLE, "no thread could be started");
    }
    pthread_cond_signal(&pool->work);
    return KL_OK;
}

kl_status kl_pool_submit(kl_pool *pool, void (*run)(void *data), void *data, kl_error *error)
{
    pthread_mutex_lock(&pool->lock);
    kl_status status = submit(pool, (task){run, data}, error);
    pthread_mutex_unlock(&pool->lock);
    return status;
}

void kl_pool_shutdown(kl_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    pthread_cond_broadcast(&pool->work);
    while (pool->threads)
        pthread_cond_wait(&pool->ended, &pool->lock);
    worker *last = pool->left;
    pool->left = NULL;
    pthread_mutex_unlock(&pool->lock);
    join_all(last);
}

void kl_pool_free(kl_pool *pool)
{
    if (!pool)
        return;
    kl_pool_shutdown(pool);
    pthread_mutex_lock(&pools_lock);
    kl_pool **link = &pools;
    while (*link != pool)
        link = &(*link)->next;
    *link = pool->next;
    pthread_mutex_unlock(&pools_lock);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->ended);
    kl_free(pool->ring);
    kl_free(pool);
}

size_t kl_pool_threads(kl_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t threads = pool->threads;
    pthread_mutex_unlock(&pool->lock);
    return threads;
}
