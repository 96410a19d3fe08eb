/* Numbers in order, and distances. */
#include "ml/linalg.h"
#include "ml/numeric.h"
#include "numbers.h"
#include "sweep.h"

static kl_task task = KL_TASK_INIT;

static double *some(size_t n, uint64_t seed)
{
    kl_random random;
    double *x = kl_task_alloc(&task, n + 1, sizeof *x);
    assert_non_null(x);
    kl_random_open(&random, seed, 0, 0);
    kl_random_normals(&random, x, n);
    return x;
}

/* ---- order ---------------------------------------------------------------------------------------------------- */

/* Numbers of all kinds; few different ones when `coarse`. */
static double *mixed(size_t n, bool coarse, uint64_t seed)
{
    static const double odd[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 1e300, -1e300};
    double *x = some(n, seed);
    for (size_t i = 0; i < n; i++)
        x[i] = i % 11 == 3 ? odd[i / 11 % KL_COUNT(odd)] : coarse ? floor(x[i]) : x[i] * exp(20 * x[i]);
    return x;
}

static bool comes_after(double a, double b) { return a > b || (isnan(a) && !isnan(b)); }

static const size_t sizes[] = {0, 1, 2, 5, 16, 17, 100, 1023, 1024, 5000};

KL_TEST(sorting_is_stable_and_puts_nan_last)
{
    KL_UNUSED_STATE;
    for (size_t s = 0; s < 2 * KL_COUNT(sizes); s++) {
        size_t n = sizes[s / 2];
        double *x = mixed(n, s % 2, s);
        int64_t *order = kl_task_alloc(&task, n + 1, sizeof *order);
        int32_t *order_f32 = kl_task_alloc(&task, n + 1, sizeof *order_f32);
        float *xf = kl_task_alloc(&task, n + 1, sizeof *xf);
        for (size_t i = 0; i < n; i++)
            xf[i] = (float)x[i];
        assert_int_equal(kl_argsort(order, x, n, &task, NULL), KL_OK);
        assert_int_equal(kl_argsort_f32(order_f32, xf, n, &task, NULL), KL_OK);
        for (size_t i = 1; i < n; i++) {
            double a = x[order[i - 1]], b = x[order[i]];
            assert_false(comes_after(a, b));
            assert_true(order[i - 1] < order[i] || comes_after(b, a));
            double c = (double)xf[order_f32[i - 1]], d = (double)xf[order_f32[i]];
            assert_false(comes_after(c, d));
            assert_true(order_f32[i - 1] < order_f32[i] || comes_after(d, c));
        }
        double sum = 0; /* every index once */
        for (size_t i = 0; i < n; i++)
            sum += (double)(order[i] + order_f32[i]);
        assert_true(sum == (double)n * ((double)n - 1));
        double *sorted = kl_task_alloc(&task, n + 1, sizeof *sorted);
        memcpy(sorted, x, n * sizeof *x);
        assert_int_equal(kl_sort_doubles(sorted, n, &task, NULL), KL_OK);
        for (size_t i = 0; i < n; i++)
            assert_true(sorted[i] == x[order[i]] || (isnan(sorted[i]) && isnan(x[order[i]])));
        kl_task_end(&task);
    }
}

KL_TEST(selecting_is_sorting_in_part)
{
    KL_UNUSED_STATE;
    for (size_t s = 1; s < KL_COUNT(sizes); s++)
        for (int shape = 0; shape < 4; shape++) { /* random, equal, rising, falling */
            size_t n = sizes[s];
            double *x = some(n, s), *sorted = kl_task_alloc(&task, n, sizeof *sorted);
            for (size_t i = 0; i < n && shape; i++)
                x[i] = shape == 1 ? 7 : shape == 2 ? (double)i : (double)(n - i);
            memcpy(sorted, x, n * sizeof *x);
            assert_int_equal(kl_sort_doubles(sorted, n, &task, NULL), KL_OK);
            for (size_t k = 0; k < n; k += n / 7 + 1)
                assert_true(kl_select(x, n, k) == sorted[k]);
            assert_true(kl_select(x, n, n - 1) == sorted[n - 1]);
            double median = n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
            assert_near(kl_median(x, n), median, 1e-15);
            kl_task_end(&task);
        }
    assert_true(isnan(kl_median(NULL, 0)));
}

KL_TEST(quantiles_are_interpolated)
{
    KL_UNUSED_STATE;
    static const double sorted[] = {1, 2, 4, 8, INFINITY, INFINITY};
    static const struct {
        size_t n;
        double q, expected;
    } rows[] = {{1, 0.3, 1}, {4, 0, 1}, {4, 1, 8}, {4, 0.5, 3}, {4, 0.25, 1.75}, {4, 0.9, 6.8}, {6, 0.9, INFINITY},
                {6, 1, INFINITY}, {0, 0.5, NAN}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_near(kl_quantile(sorted, rows[i].n, rows[i].q), rows[i].expected, 1e-15);
}

/* ---- distances -------------------------------------------------------------------------------------------------- */

static double by_definition(const double *a, const double *b, size_t d, kl_metric metric, double p)
{
    double sum = 0, most = 0, dot = 0, left = 0, right = 0;
    for (size_t i = 0; i < d; i++) {
        double off = fabs(a[i] - b[i]);
        sum += pow(off, metric == KL_METRIC_MINKOWSKI ? p : metric == KL_METRIC_MANHATTAN ? 1 : 2);
        most = fmax(most, off);
        dot += a[i] * b[i], left += a[i] * a[i], right += b[i] * b[i];
    }
    switch (metric) {
    case KL_METRIC_MANHATTAN: return sum;
    case KL_METRIC_CHEBYSHEV: return most;
    case KL_METRIC_MINKOWSKI: return isinf(p) ? most : pow(sum, 1 / p);
    case KL_METRIC_COSINE: return d ? 1 - dot / sqrt(left * right) : 1;
    default: return sqrt(sum);
    }
}

KL_TEST(distances_by_any_metric)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_metric metric;
        double p;
    } rows[] = {{KL_METRIC_EUCLIDEAN, 0}, {KL_METRIC_MANHATTAN, 0}, {KL_METRIC_CHEBYSHEV, 0}, {KL_METRIC_COSINE, 0},
                {KL_METRIC_MINKOWSKI, 1}, {KL_METRIC_MINKOWSKI, 2}, {KL_METRIC_MINKOWSKI, 3.5},
                {KL_METRIC_MINKOWSKI, INFINITY}};
    enum { M = 60, N = 45, D = 7 };
    double *a = some(M * D, 1), *b = some(N * D, 2), out[M * N];
    for (size_t r = 0; r < KL_COUNT(rows); r++) {
        assert_int_equal(kl_distances(out, a, M, b, N, D, rows[r].metric, rows[r].p, NULL), KL_OK);
        for (size_t i = 0; i < M * N; i++) {
            const double *left = a + i / N * D, *right = b + i % N * D;
            assert_near(out[i], by_definition(left, right, D, rows[r].metric, rows[r].p), 1e-13);
            assert_near(kl_distance(left, right, D, rows[r].metric, rows[r].p), out[i], 1e-15);
        }
    }
    double zero[2] = {0}, one[2] = {1, 1};
    assert_true(kl_distance(zero, one, 2, KL_METRIC_COSINE, 0) == 1);
    assert_int_equal(kl_distances(out, zero, 1, one, 1, 2, KL_METRIC_COSINE, 0, NULL), KL_OK);
    assert_true(out[0] == 1);
    assert_true(kl_distance(one, one, 2, KL_METRIC_COSINE, 0) >= 0);
    assert_int_equal(kl_distances(out, a, 0, b, 5, D, KL_METRIC_COSINE, 0, NULL), KL_OK);
    kl_task_end(&task);
}

KL_TEST(squared_distances_by_products)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][3] = {{1, 1, 1}, {0, 3, 2}, {3, 0, 2}, {50, 30, 0}, {200, 300, 20}, {900, 40, 3}};
    for (size_t s = 0; s < KL_COUNT(shapes); s++) {
        size_t m = shapes[s][0], n = shapes[s][1], d = shapes[s][2];
        double *a = some(m * d, 1), *b = some(n * d, 2), *out = some(m * n, 3), *squares = some(n, 4);
        for (size_t j = 0; j < n; j++)
            squares[j] = kl_dot(b + j * d, b + j * d, d);
        assert_int_equal(kl_squared_distances(out, a, m, NULL, b, n, s % 2 ? squares : NULL, d, &task, NULL),
                         KL_OK);
        for (size_t i = 0; i < m * n; i++) {
            double distance = by_definition(a + i / n * d, b + i % n * d, d, KL_METRIC_EUCLIDEAN, 0);
            assert_near(out[i], distance * distance, 1e-12);
            assert_true(out[i] >= 0);
        }
        kl_task_end(&task);
    }
}

KL_TEST(distances_of_rows_to_themselves_are_zero_and_large_ones_do_not_overflow_early)
{
    KL_UNUSED_STATE;
    double *a = some(40 * 3, 1), *out = some(40 * 40, 2);
    for (size_t i = 0; i < 40 * 3; i++)
        a[i] += 1e6;
    assert_int_equal(kl_squared_distances(out, a, 40, NULL, a, 40, NULL, 3, &task, NULL), KL_OK);
    for (size_t i = 0; i < 40; i++)
        assert_true(out[41 * i] == 0);
    double far[] = {1e160, 1e160}, near[] = {1e160, 1e160 * (1 + 1e-10)}, one;
    assert_int_equal(kl_squared_distances(&one, far, 1, NULL, near, 1, NULL, 2, &task, NULL), KL_OK);
    assert_near(one / 1e300, 1, 1e-5);
    double nan[] = {NAN, 1};
    assert_int_equal(kl_squared_distances(&one, far, 1, NULL, nan, 1, NULL, 2, &task, NULL), KL_OK);
    assert_true(isnan(one));
    kl_task_end(&task);
}

/* ---- failures ------------------------------------------------------------------------------------------------------ */

static kl_status everything(void *data)
{
    static int64_t order[2000];
    static int32_t order_f32[2000];
    static float xf[2000];
    double *x = data, out[100];
    kl_task own = KL_TASK_INIT;
    kl_status status = KL_OK;
    KL_TRY_OUT(kl_argsort(order, x, 2000, &own, NULL));
    KL_TRY_OUT(kl_argsort_f32(order_f32, xf, 2000, &own, NULL));
    KL_TRY_OUT(kl_sort_doubles(x, 500, &own, NULL));
    KL_TRY_OUT(kl_squared_distances(out, x, 10, NULL, x + 100, 10, NULL, 4, &own, NULL));
    KL_TRY_OUT(kl_distances(out, x, 10, x, 10, 4, KL_METRIC_COSINE, 0, NULL));
out:
    kl_task_end(&own);
    return status;
}

KL_TEST(no_memory_is_told)
{
    KL_UNUSED_STATE;
    assert_int_equal(sweep(everything, some(2000, 1)), 8);
    kl_task_end(&task);
}

static int load(void **state)
{
    (void)state;
    return kl_linalg_begin(NULL) == KL_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting_is_stable_and_puts_nan_last),
        cmocka_unit_test(selecting_is_sorting_in_part),
        cmocka_unit_test(quantiles_are_interpolated),
        cmocka_unit_test(distances_by_any_metric),
        cmocka_unit_test(squared_distances_by_products),
        cmocka_unit_test(distances_of_rows_to_themselves_are_zero_and_large_ones_do_not_overflow_early),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
