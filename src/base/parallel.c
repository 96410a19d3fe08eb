/* src/base/parallel.c - see parallel.h.
 *
 * A loop lies on the stack of the thread that calls it, and in a list while blocks may be left. Threads of the
 * pool join a loop of the list and stay until it has no block left; the caller takes blocks as they do, so
 * every loop goes on even when all others are busy elsewhere.
 */
#include "parallel.h"
#include "deadline.h"
#include "ending.h"
#include "fork.h"
#include "host.h"
#include "processors.h"

#include <signal.h>

#define PATIENCE (3 * KL_SECOND) /* of an idle thread */

typedef struct loop {
    kl_parallel_body *body;
    void *data;
    size_t count, grain, blocks;
    bool polls;              /* the caller asks for the user's interrupt */
    size_t helpers_max;      /* threads beside the caller's */
    size_t next;             /* atomic: the first block that nobody has taken */
    bool stopped;            /* atomic: no further block is to be taken */
    size_t joined, helpers;  /* threads of the pool that came; that are here. Guarded by the lock */
    size_t failed_block;     /* the lowest; guarded by the lock, as what follows */
    kl_status status;
    kl_error error;
    pthread_cond_t left;     /* the last helper left */
    struct loop *previous_loop, *next_loop;
} loop;

typedef struct worker {
    pthread_t thread;
    bool runs, ended; /* ended: to be joined */
} worker;

/* The caller's number is 0, and its loops within loops run on it. */
static _Thread_local size_t number;
static _Thread_local size_t threads_max; /* 0 = all */
static _Thread_local bool is_inside, is_worker;
static _Thread_local const loop *at_work; /* the loop whose blocks this thread takes */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below, and what loops say of it */
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;   /* a loop came, or all is to end */
static loop *loops;
static worker workers[KL_PROCESSORS_MAX];
static size_t running, idle;
static bool closed; /* the process ends: no more threads */
static bool ending_begun;

/* ---- fork -------------------------------------------------------------------------------------------- */

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

/* No thread of the pool lives on in the child, nor a thread that waits for its loop. */
static void in_child(void)
{
    pthread_cond_init(&work, NULL);
    memset(workers, 0, sizeof workers);
    loops = NULL;
    running = idle = 0;
    number = 0;
    is_inside = is_worker = false;
    at_work = NULL;
    pthread_mutex_unlock(&lock);
}

__attribute__((constructor(KL_FORK_INNER))) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, in_child);
}

/* ---- blocks -------------------------------------------------------------------------------------------- */

static void fail(loop *it, size_t block, kl_status status, kl_error *error)
{
    bool was_stopped = __atomic_exchange_n(&it->stopped, true, __ATOMIC_RELAXED);
    bool is_echo = was_stopped && status == KL_INTERRUPTED; /* of kl_parallel_poll() */
    pthread_mutex_lock(&lock);
    if (!is_echo && (it->status == KL_OK || block < it->failed_block)) {
        it->status = status;
        it->failed_block = block;
        kl_error_move(&it->error, error);
    }
    pthread_mutex_unlock(&lock);
    kl_error_clear(error);
}

/* Whoever takes a block does it. Blocks go out in order, so all below one that failed are done as well, and
 * the lowest failure is always the same. */
static void take_blocks(loop *it)
{
    at_work = it;
    while (!__atomic_load_n(&it->stopped, __ATOMIC_RELAXED)) {
        size_t block = __atomic_fetch_add(&it->next, 1, __ATOMIC_RELAXED);
        if (block >= it->blocks)
            break;
        size_t begin = block * it->grain;
        kl_error error = KL_ERROR_INIT;
        kl_status status =
            it->body(it->data, block, begin, begin + KL_MIN(it->grain, it->count - begin), &error);
        if (status == KL_OK && it->polls && !is_worker)
            status = kl_host_poll_paced(&error);
        if (status != KL_OK)
            fail(it, block, status, &error);
    }
    at_work = NULL;
}

static bool has_blocks(const loop *it)
{
    return !__atomic_load_n(&it->stopped, __ATOMIC_RELAXED) &&
           __atomic_load_n(&it->next, __ATOMIC_RELAXED) < it->blocks;
}

/* ---- threads --------------------------------------------------------------------------------------------- */

/* The loop with the fewest helpers of those that have work for one more. */
static loop *loop_to_join(void)
{
    loop *best = NULL;
    for (loop *it = loops; it; it = it->next_loop)
        if (has_blocks(it) && it->helpers < it->helpers_max && (!best || it->helpers < best->helpers))
            best = it;
    return best;
}

/* With the lock, which it gives up meanwhile. */
static void help(loop *it)
{
    number = ++it->joined; /* who joined leaves when nothing is left, so no two share a number */
    it->helpers++;
    pthread_mutex_unlock(&lock);
    take_blocks(it);
    pthread_mutex_lock(&lock);
    if (--it->helpers == 0)
        pthread_cond_signal(&it->left);
}

static void *work_of(void *data)
{
    worker *self = data;
    is_worker = is_inside = true;
    pthread_mutex_lock(&lock);
    kl_time deadline = kl_clock_after(PATIENCE);
    bool in_time = true;
    while (!closed && in_time) {
        loop *it = loop_to_join();
        if (it) {
            help(it);
            deadline = kl_clock_after(PATIENCE);
            continue;
        }
        idle++;
        in_time = kl_wait_until(&work, &lock, deadline);
        idle--;
    }
    running--;
    self->runs = false;
    self->ended = true;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void end_all(void *data)
{
    pthread_t threads[KL_COUNT(workers)];
    size_t count = 0;
    (void)data;
    pthread_mutex_lock(&lock);
    closed = true;
    pthread_cond_broadcast(&work);
    for (size_t i = 0; i < KL_COUNT(workers); i++)
        if (workers[i].runs || workers[i].ended)
            threads[count++] = workers[i].thread;
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* Signals are for the threads of the host program: ours block them all. With the lock. */
static bool start_thread(void)
{
    static kl_ending ending = {.end = end_all};
    sigset_t all, before;
    worker *self = workers;
    while (self->runs)
        self++;
    if (self->ended)
        pthread_join(self->thread, NULL); /* it has left the lock, and does no more */
    *self = (worker){.runs = true};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    self->runs = pthread_create(&self->thread, NULL, work_of, self) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (self->runs && !ending_begun) {
        ending_begun = true;
        kl_ending_begin(&ending);
    }
    running += self->runs;
    return self->runs;
}

/* With the lock. */
static void call_helpers(size_t wanted)
{
    size_t most = kl_parallel_threads() - 1;
    while (idle < wanted && running < most && !closed && start_thread())
        wanted--; /* it looks for a loop when it begins */
    if (wanted >= idle)
        pthread_cond_broadcast(&work);
    else
        while (wanted-- > 0)
            pthread_cond_signal(&work);
}

/* ---- loops ------------------------------------------------------------------------------------------------- */

static void enter_list(loop *it)
{
    pthread_mutex_lock(&lock);
    it->next_loop = loops;
    if (loops)
        loops->previous_loop = it;
    loops = it;
    call_helpers(KL_MIN(it->blocks - 1, it->helpers_max));
    pthread_mutex_unlock(&lock);
}

static void leave_list(loop *it)
{
    pthread_mutex_lock(&lock);
    if (it->previous_loop)
        it->previous_loop->next_loop = it->next_loop;
    else
        loops = it->next_loop;
    if (it->next_loop)
        it->next_loop->previous_loop = it->previous_loop;
    while (it->helpers)
        pthread_cond_wait(&it->left, &lock);
    pthread_mutex_unlock(&lock);
}

static kl_status run_alone(loop *it, kl_error *error)
{
    for (size_t block = 0, begin = 0; block < it->blocks; block++, begin += it->grain) {
        if (it->polls && !is_worker)
            KL_TRY(kl_host_poll_paced(error));
        KL_TRY(it->body(it->data, block, begin, begin + KL_MIN(it->grain, it->count - begin), error));
    }
    return KL_OK;
}

static kl_status run_together(loop *it, kl_error *error)
{
    if (it->polls)
        KL_TRY(kl_host_poll_paced(error));
    pthread_cond_init(&it->left, NULL);
    enter_list(it);
    is_inside = true;
    take_blocks(it);
    is_inside = false;
    leave_list(it);
    pthread_cond_destroy(&it->left);
    kl_error_move(error, &it->error);
    return it->status;
}

static kl_status run(loop *it, kl_error *error)
{
    it->grain = KL_MAX(it->grain, 1);
    it->blocks = kl_parallel_blocks(it->count, it->grain);
    it->helpers_max = (threads_max ? threads_max : SIZE_MAX) - 1;
    if (it->blocks < 2 || is_inside || kl_parallel_threads() < 2 || it->helpers_max == 0)
        return run_alone(it, error);
    return run_together(it, error);
}

kl_status kl_parallel_for(size_t count, size_t grain, kl_parallel_body *body, void *data,
                          kl_error *error)
{
    loop it = {.body = body, .data = data, .count = count, .grain = grain, .polls = true};
    return run(&it, error);
}

kl_status kl_parallel_try(size_t count, size_t grain, kl_parallel_body *body, void *data,
                          kl_error *error)
{
    loop it = {.body = body, .data = data, .count = count, .grain = grain};
    return run(&it, error);
}

void kl_parallel_all(size_t count, size_t grain, kl_parallel_body *body, void *data)
{
    loop it = {.body = body, .data = data, .count = count, .grain = grain};
    (void)run(&it, NULL);
}

kl_status kl_parallel_poll(kl_error *error)
{
    if (at_work && __atomic_load_n(&at_work->stopped, __ATOMIC_RELAXED))
        return kl_error_set(error, KL_INTERRUPTED, "the loop was ended");
    return is_worker ? KL_OK : kl_host_poll_paced(error);
}

size_t kl_parallel_limit(size_t threads)
{
    size_t before = threads_max;
    threads_max = threads;
    return before;
}

size_t kl_parallel_threads(void) { return kl_processors(); }
size_t kl_parallel_me(void) { return number; }
bool kl_parallel_inside(void) { return is_inside; }
