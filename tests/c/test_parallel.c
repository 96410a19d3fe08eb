/* Loops over all processors: results, errors, nesting, several at once, forks, interrupts. */
#include "base/ending.h"
#include "base/host.h"
#include "kailash/host.h"
#include "base/parallel.h"
#include "base/processors.h"
#include "numbers.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 100000, GRAIN = 777 };

/* ---- results ------------------------------------------------------------------------------------------------ */

static kl_status add_up(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        sum += 1.0 / (double)(i + 1);
    ((double *)data)[block] += sum;
    return KL_OK;
}

static double harmonic(size_t count, size_t grain)
{
    double sums[200] = {0}, sum = 0; /* no allocation: a sanitizer's lock would not survive a fork */
    size_t blocks = kl_parallel_blocks(count, grain);
    assert_true(blocks <= KL_COUNT(sums));
    assert_int_equal(kl_parallel_for(count, grain, add_up, sums, NULL), KL_OK);
    for (size_t i = 0; i < blocks; i++)
        sum += sums[i];
    return sum;
}

KL_TEST(every_block_is_done_once_and_sums_are_the_same_each_time)
{
    KL_UNUSED_STATE;
    double first = harmonic(COUNT, GRAIN);
    assert_near(first, 12.090146129863428, 1e-14);
    for (int i = 0; i < 50; i++)
        assert_true(harmonic(COUNT, GRAIN) == first);
    assert_true(harmonic(0, GRAIN) == 0);
    assert_true(harmonic(1, GRAIN) == 1);
    assert_near(harmonic(200, 1), harmonic(200, 200), 1e-14);
    assert_near(harmonic(COUNT, 0x7fffffff), first, 1e-13);
}

static kl_status see(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)begin, (void)end, (void)error;
    if (!kl_parallel_inside())
        return KL_FAILED;
    __atomic_fetch_add(&((size_t *)data)[kl_parallel_me()], 1, __ATOMIC_RELAXED);
    return KL_OK;
}

KL_TEST(threads_have_numbers)
{
    KL_UNUSED_STATE;
    size_t seen[KL_PROCESSORS_MAX] = {0}, sum = 0;
    assert_int_equal(kl_parallel_threads(), 4);
    assert_int_equal(kl_parallel_me(), 0);
    assert_false(kl_parallel_inside());
    assert_int_equal(kl_parallel_for(1000, 1, see, seen, NULL), KL_OK);
    for (size_t i = 0; i < 4; i++)
        sum += seen[i];
    assert_int_equal(sum, 1000);
    assert_false(kl_parallel_inside());
}

/* ---- failures ------------------------------------------------------------------------------------------------- */

static kl_status fail_from(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)end;
    if (begin >= *(size_t *)data)
        return kl_error_set(error, KL_INVALID, "block %zu", block);
    return KL_OK;
}

static kl_status note_thread(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)begin;
    (void)end;
    (void)error;
    ((size_t *)data)[block] = kl_parallel_me();
    return KL_OK;
}

KL_TEST(a_thread_may_keep_its_loops_to_itself)
{
    size_t threads[500];
    KL_UNUSED_STATE;
    memset(threads, 0xff, sizeof threads);
    assert_int_equal(kl_parallel_limit(1), 0);
    assert_int_equal(kl_parallel_for(KL_COUNT(threads), 1, note_thread, threads, NULL), KL_OK);
    assert_int_equal(kl_parallel_limit(0), 1);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(threads[i], 0);
}

KL_TEST(the_lowest_failure_is_given)
{
    KL_UNUSED_STATE;
    for (size_t from = 0; from < 200; from++) {
        kl_error error = KL_ERROR_INIT;
        char expected[32];
        snprintf(expected, sizeof expected, "block %zu", from);
        assert_int_equal(kl_parallel_for(1000, 1, fail_from, &from, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), expected);
        kl_error_clear(&error);
        assert_int_equal(kl_parallel_for(1000, 1, fail_from, &from, NULL), KL_INVALID);
    }
}

static kl_status interrupted(kl_error *error)
{
    return kl_error_set(error, KL_INTERRUPTED, "by hand");
}

KL_TEST(an_interrupt_ends_a_loop)
{
    KL_UNUSED_STATE;
    static const kl_host host = {.poll = interrupted};
    size_t seen[KL_PROCESSORS_MAX] = {0};
    kl_error error = KL_ERROR_INIT;
    kl_host_poll_anew();
    kl_host_set(&host);
    assert_int_equal(kl_parallel_for(100000, 1, see, seen, &error), KL_INTERRUPTED);
    assert_string_equal(kl_error_message(&error), "by hand");
    kl_host_poll_anew();
    assert_int_equal(kl_host_poll_paced(NULL), KL_INTERRUPTED);
    kl_host_set(NULL);
    kl_error_clear(&error);
    assert_int_equal(kl_host_poll_paced(NULL), KL_OK);
}

/* One block fails when the other is at work, which goes on until it hears of it. */
typedef struct waiting {
    bool has_begun; /* atomic */
    kl_status heard;
} waiting;

static kl_status wait_or_fail(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    waiting *both = data;
    (void)begin, (void)end;
    if (block == 1) {
        while (!__atomic_load_n(&both->has_begun, __ATOMIC_ACQUIRE))
            usleep(100);
        return kl_error_set(error, KL_INVALID, "block 1");
    }
    __atomic_store_n(&both->has_begun, true, __ATOMIC_RELEASE);
    while (both->heard == KL_OK) {
        usleep(100);
        both->heard = kl_parallel_poll(error);
    }
    return both->heard;
}

KL_TEST(a_long_block_hears_of_the_end)
{
    KL_UNUSED_STATE;
    if (kl_parallel_threads() < 2)
        skip();
    for (int i = 0; i < 20; i++) {
        waiting both = {.heard = KL_OK};
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_parallel_for(2, 1, wait_or_fail, &both, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), "block 1");
        assert_int_equal(both.heard, KL_INTERRUPTED);
        kl_error_clear(&error);
    }
    assert_int_equal(kl_parallel_poll(NULL), KL_OK); /* outside of a loop */
}

/* ---- nesting ------------------------------------------------------------------------------------------------------ */

static kl_status nest(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    double sums[4] = {0};
    size_t me = kl_parallel_me();
    (void)begin, (void)end;
    KL_TRY(kl_parallel_for(4 * block, KL_MAX(block, 1), add_up, sums, error));
    ((double *)data)[block] = sums[0] + sums[1] + sums[2] + sums[3];
    return me == kl_parallel_me() && kl_parallel_inside() ? KL_OK : KL_FAILED;
}

KL_TEST(loops_nest)
{
    KL_UNUSED_STATE;
    double sums[100];
    assert_int_equal(kl_parallel_for(100, 1, nest, sums, NULL), KL_OK);
    for (size_t i = 0; i < 100; i++)
        assert_near(sums[i], harmonic(4 * i, 1000), 1e-13);
}

/* ---- several at once ------------------------------------------------------------------------------------------------ */

static void *loop_often(void *data)
{
    double first = harmonic(COUNT, GRAIN);
    for (int i = 0; i < 30 && *(bool *)data; i++)
        *(bool *)data = harmonic(COUNT, GRAIN) == first;
    return NULL;
}

KL_TEST(several_threads_loop_at_once)
{
    KL_UNUSED_STATE;
    pthread_t threads[6];
    bool fine[6];
    for (size_t i = 0; i < 6; i++) {
        fine[i] = true;
        assert_int_equal(pthread_create(&threads[i], NULL, loop_often, &fine[i]), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        assert_true(fine[i]);
    }
}

/* One loop has all threads of the pool, each of which waits for a sign that only a second loop gives. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sign = PTHREAD_COND_INITIALIZER;
static bool signed_off;

static kl_status wait_for_sign(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)data, (void)block, (void)begin, (void)end, (void)error;
    pthread_mutex_lock(&lock);
    while (!signed_off)
        pthread_cond_wait(&sign, &lock);
    pthread_mutex_unlock(&lock);
    return KL_OK;
}

static void *loop_waiting(void *data)
{
    *(kl_status *)data = kl_parallel_for(20, 1, wait_for_sign, NULL, NULL);
    return NULL;
}

KL_TEST(a_loop_goes_on_when_all_other_threads_are_busy)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    kl_status status = KL_FAILED;
    assert_int_equal(pthread_create(&thread, NULL, loop_waiting, &status), 0);
    assert_near(harmonic(COUNT, GRAIN), 12.090146129863428, 1e-14);
    pthread_mutex_lock(&lock);
    signed_off = true;
    pthread_cond_broadcast(&sign);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    assert_int_equal(status, KL_OK);
}

/* ---- forks ------------------------------------------------------------------------------------------------------------ */

static bool stop; /* atomic */

static void *loop_until_stopped(void *data)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
        harmonic(COUNT, GRAIN);
    return data;
}

KL_TEST(a_child_loops_on_threads_of_its_own)
{
    KL_UNUSED_STATE;
#ifdef __SANITIZE_THREAD__
    skip(); /* it allows no threads in a child that was forked from several */
#endif
    double expected = harmonic(COUNT, GRAIN);
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, loop_until_stopped, NULL), 0);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            for (int j = 0; j < 5; j++)
                if (harmonic(COUNT, GRAIN) != expected)
                    _exit(1);
            kl_ending_all(); /* waits until its threads have ended */
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_true(harmonic(COUNT, GRAIN) == expected);
}

/* ---- how many ----------------------------------------------------------------------------------------------------------- */

KL_TEST(a_control_group_limits_threads)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t count;
    } rows[] = {{"max 100000", 0}, {"200000 100000", 2}, {"150000 100000", 2}, {"1 100000", 1},
                {"-1 100000", 0}, {"0 100000", 0}, {"100000 0", 0}, {"", 0}, {"x", 0}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_int_equal(kl_processors_of_quota(rows[i].text), rows[i].count);
}

int main(void)
{
    setenv("KAILASH_NUM_THREADS", "4", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_is_done_once_and_sums_are_the_same_each_time),
        cmocka_unit_test(threads_have_numbers),
        cmocka_unit_test(a_thread_may_keep_its_loops_to_itself),
        cmocka_unit_test(the_lowest_failure_is_given),
        cmocka_unit_test(an_interrupt_ends_a_loop),
        cmocka_unit_test(a_long_block_hears_of_the_end),
        cmocka_unit_test(loops_nest),
        cmocka_unit_test(several_threads_loop_at_once),
        cmocka_unit_test(a_loop_goes_on_when_all_other_threads_are_busy),
        cmocka_unit_test(a_child_loops_on_threads_of_its_own),
        cmocka_unit_test(a_control_group_limits_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
