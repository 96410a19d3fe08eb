/* The blas driver by itself: it loads, works on one thread, and survives forks. */
#include "base/driver.h"
#include "drivers/blas.h"
#include "numbers.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static const kl_blas *blas_or_fail(void)
{
    const void *functions = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_driver_load(&functions, "blas", &error) != KL_OK ||
        ((const kl_blas *)functions)->begin(&error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    return functions;
}

static size_t threads_of_process(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/task");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

enum { SIZE = 96 };

static double product_at_corner(const kl_blas *blas)
{
    /* no allocation: a sanitizer's lock would not survive a fork */
    static _Thread_local double a[SIZE * SIZE], b[SIZE * SIZE], c[SIZE * SIZE];
    for (int i = 0; i < SIZE * SIZE; i++)
        a[i] = i % 7, b[i] = i % 5;
    blas->dgemm(false, true, SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, c, SIZE);
    return c[SIZE * SIZE - 1];
}

KL_TEST(it_starts_no_threads)
{
    KL_UNUSED_STATE;
    size_t before = threads_of_process();
    const kl_blas *blas = blas_or_fail();
    product_at_corner(blas);
    assert_int_equal(threads_of_process(), before);
}

KL_TEST(matrices_lie_in_rows_for_blas_and_in_columns_for_lapack)
{
    KL_UNUSED_STATE;
    const kl_blas *blas = blas_or_fail();
    const double a[] = {1, 2, 3, 4, 5, 6}; /* 2 x 3 */
    double c[4] = {1, 1, 1, 1}, y[3] = {0}, x[] = {1, 2};
    blas->dgemm(false, true, 2, 2, 3, 1, a, 3, a, 3, 2, c, 2);
    assert_near(c[0], 16, 0);
    assert_near(c[1], 34, 0);
    assert_near(c[3], 79, 0);
    blas->dgemv(true, 2, 3, 1, a, 3, x, 0, y);
    assert_near(y[2], 15, 0);
    double system[] = {2, 0, 1, 1} /* columns (2, 0) and (1, 1) */, right[] = {5, 3};
    int pivots[2];
    assert_int_equal(blas->dgesv(2, 1, system, 2, pivots, right, 2), 0);
    assert_near(right[0], 1, 1e-15);
    assert_near(right[1], 3, 1e-15);
}

/* ---- fork ---------------------------------------------------------------------------------------------- */

static bool stop; /* atomic */

static void *multiply(void *blas)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
        product_at_corner(blas);
    return NULL;
}

KL_TEST(a_child_forked_while_others_multiply_multiplies_too)
{
    KL_UNUSED_STATE;
    const kl_blas *blas = blas_or_fail();
    double expected = product_at_corner(blas);
    pthread_t threads[2];
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, multiply, (void *)(uintptr_t)blas), 0);
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(product_at_corner(blas) == expected ? 0 : 1);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_no_threads),
        cmocka_unit_test(matrices_lie_in_rows_for_blas_and_in_columns_for_lapack),
        cmocka_unit_test(a_child_forked_while_others_multiply_multiplies_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
