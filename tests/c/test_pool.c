/* Thread pools. */
#include "test.h"
#include "pool.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t waiting, done;
    bool open;
} gate;

#define GATE_INIT                                                                                  \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, false                           \
    }

static void pass(void *data)
{
    gate *g = data;
    pthread_mutex_lock(&g->lock);
    g->waiting++;
    pthread_cond_broadcast(&g->changed);
    while (!g->open)
        pthread_cond_wait(&g->changed, &g->lock);
    g->done++;
    pthread_mutex_unlock(&g->lock);
}

static void count(void *data) { __atomic_fetch_add((size_t *)data, 1, __ATOMIC_RELAXED); }

static void await_waiting(gate *g, size_t wanted)
{
    pthread_mutex_lock(&g->lock);
    while (g->waiting < wanted)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void open_gate(gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

static kl_pool *new_pool(size_t threads_max, kl_duration idle)
{
    kl_pool *pool = NULL;
    assert_int_equal(kl_pool_new(&pool, threads_max, idle, NULL), KL_OK);
    return pool;
}

static void submit(kl_pool *pool, void (*run)(void *), void *data)
{
    assert_int_equal(kl_pool_submit(pool, run, data, NULL), KL_OK);
}

KL_TEST(blocked_tasks_make_the_pool_grow_up_to_its_bound)
{
    KL_UNUSED_STATE;
    gate g = GATE_INIT;
    kl_pool *pool = new_pool(3, KL_SECOND);
    assert_int_equal(kl_pool_threads(pool), 0);
    for (size_t i = 0; i < 8; i++)
        submit(pool, pass, &g);
    await_waiting(&g, 3);
    assert_int_equal(kl_pool_threads(pool), 3);
    open_gate(&g);
    kl_pool_free(pool);
    assert_int_equal(g.done, 8);
}

KL_TEST(an_idle_thread_is_used_again)
{
    KL_UNUSED_STATE;
    size_t done = 0;
    kl_pool *pool = new_pool(64, 5 * KL_SECOND);
    for (size_t i = 1; i <= 50; i++) {
        submit(pool, count, &done);
        while (__atomic_load_n(&done, __ATOMIC_RELAXED) < i)
            usleep(100);
        usleep(500); /* for the thread to go back and wait */
    }
    assert_true(kl_pool_threads(pool) >= 1 && kl_pool_threads(pool) <= 25);
    kl_pool_free(pool);
}

KL_TEST(idle_threads_leave)
{
    KL_UNUSED_STATE;
    size_t done = 0;
    kl_pool *pool = new_pool(4, 5 * KL_MILLISECOND);
    for (size_t i = 0; i < 20; i++)
        submit(pool, count, &done);
    kl_time until = kl_clock_after(20 * KL_SECOND);
    while (kl_pool_threads(pool) && kl_clock_now() < until)
        usleep(1000);
    assert_int_equal(kl_pool_threads(pool), 0);
    assert_int_equal(__atomic_load_n(&done, __ATOMIC_RELAXED), 20);
    submit(pool, count, &done);
    kl_pool_free(pool);
    assert_int_equal(done, 21);
}

KL_TEST(shutdown_finishes_what_was_submitted_and_refuses_more)
{
    KL_UNUSED_STATE;
    size_t done = 0;
    kl_error error = KL_ERROR_INIT;
    kl_pool *pool = new_pool(2, KL_SECOND);
    for (size_t i = 0; i < 1000; i++)
        submit(pool, count, &done);
    kl_pool_shutdown(pool);
    assert_int_equal(done, 1000);
    assert_int_equal(kl_pool_threads(pool), 0);
    assert_int_equal(kl_pool_submit(pool, count, &done, &error), KL_STATE);
    assert_string_equal(kl_error_message(&error), "the thread pool was shut down");
    kl_error_clear(&error);
    kl_pool_free(pool);
    kl_pool_free(NULL);
}

KL_TEST(a_pool_without_threads_is_refused)
{
    KL_UNUSED_STATE;
    kl_pool *pool = NULL;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pool_new(&pool, 0, KL_SECOND, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "threads_max: 0 runs nothing; give 1 or more");
    kl_error_clear(&error);
}

typedef struct chain {
    kl_pool *pool;
    size_t left, done;
} chain;

static void submit_next(void *data)
{
    chain *c = data;
    if (__atomic_sub_fetch(&c->left, 1, __ATOMIC_RELAXED) > 0)
        submit(c->pool, submit_next, c);
    __atomic_fetch_add(&c->done, 1, __ATOMIC_RELEASE);
}

KL_TEST(tasks_may_submit_tasks)
{
    KL_UNUSED_STATE;
    chain c = {new_pool(2, KL_SECOND), 500, 0};
    submit(c.pool, submit_next, &c);
    while (__atomic_load_n(&c.done, __ATOMIC_ACQUIRE) < 500)
        usleep(100);
    kl_pool_free(c.pool);
    assert_int_equal(c.done, 500);
}

static void wait_for_child(pid_t child)
{
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* In a forked child: the pool is empty and works. */
static void use_in_child(kl_pool *pool)
{
    size_t done = 0;
    bool good = kl_pool_threads(pool) == 0 && kl_pool_submit(pool, count, &done, NULL) == KL_OK;
    kl_pool_shutdown(pool);
    _exit(good && done == 1 ? 0 : 1);
}

KL_TEST(the_child_of_a_fork_starts_with_an_empty_pool)
{
    KL_UNUSED_STATE;
#ifdef __SANITIZE_THREAD__
    skip(); /* starts no threads in a child */
#endif
    gate g = GATE_INIT;
    kl_pool *pool = new_pool(2, KL_SECOND);
    for (size_t i = 0; i < 4; i++)
        submit(pool, pass, &g);
    await_waiting(&g, 2);
    pid_t child = fork();
    if (child == 0)
        use_in_child(pool);
    wait_for_child(child);
    open_gate(&g);
    kl_pool_free(pool);
    assert_int_equal(g.done, 4);
}

static void fork_in_task(void *data)
{
    pid_t child = fork();
    if (child != 0)
        *(pid_t *)data = child; /* the child's copy of this thread goes back into the pool's loop */
}

KL_TEST(a_task_may_fork)
{
    KL_UNUSED_STATE;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip(); /* the child has lost the main thread and with it the roots of the leak check */
#endif
    pid_t child = -1;
    kl_pool *pool = new_pool(2, KL_SECOND);
    submit(pool, fork_in_task, &child);
    kl_pool_free(pool);
    wait_for_child(child);
}

KL_TEST(the_shared_pool_runs_tasks)
{
    KL_UNUSED_STATE;
    size_t done = 0;
    submit(kl_pool_shared(), count, &done);
    kl_pool_shutdown(kl_pool_shared());
    assert_int_equal(done, 1);
}

KL_TEST(submitting_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        size_t done = 0;
        kl_pool *pool = NULL;
        kl_test_fail_allocation(n);
        kl_status status = kl_pool_new(&pool, 1, KL_SECOND, NULL);
        if (status == KL_OK)
            status = kl_pool_submit(pool, count, &done, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        kl_pool_free(pool);
        if (failed)
            assert_true(status == KL_NO_MEMORY || status == KL_UNAVAILABLE);
        else
            assert_int_equal(status, KL_OK);
        assert_int_equal(done, status == KL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocked_tasks_make_the_pool_grow_up_to_its_bound),
        cmocka_unit_test(an_idle_thread_is_used_again),
        cmocka_unit_test(idle_threads_leave),
        cmocka_unit_test(shutdown_finishes_what_was_submitted_and_refuses_more),
        cmocka_unit_test(a_pool_without_threads_is_refused),
        cmocka_unit_test(tasks_may_submit_tasks),
        cmocka_unit_test(the_child_of_a_fork_starts_with_an_empty_pool),
        cmocka_unit_test(a_task_may_fork),
        cmocka_unit_test(the_shared_pool_runs_tasks),
        cmocka_unit_test(submitting_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
