/* The kernels of every instruction set that this processor has, against the C library and plain loops. */
#include "ml/kernels.h"
#include "ml/random.h"
#include "numbers.h"

#include <float.h>

enum { COUNT = 4001 };
static double x[COUNT], y[COUNT], out[COUNT];

static const kl_kernel_table *kernels; /* of the set that is tested */

/* Normal numbers, times `size`. */
static void fill(double *to, size_t n, double size, uint64_t seed)
{
    kl_random random;
    kl_random_open(&random, seed, 0, 0);
    for (size_t i = 0; i < n; i++)
        to[i] = size * kl_random_normal(&random);
}

#define EACH_SET                                                                                   \
    for (const kl_kernel_table *const *set = kl_kernels_all(); *set && (kernels = *set); set++)

/* ---- functions ----------------------------------------------------------------------------------------------- */

static long double sigmoid(long double v) { return 1 / (1 + expl(-v)); }
static long double log1pexp(long double v) { return v > 0 ? v + log1pl(expl(-v)) : log1pl(expl(v)); }
static long double relu(long double v) { return v < 0 ? 0 : v; }

static const double edges[] = {
    0.0, -0.0, 1, -1, 0.5, INFINITY, -INFINITY, NAN, DBL_MIN, -DBL_MIN, 0x1p-1074, -0x1p-1074, 0x1.23p-1060,
    DBL_MAX, -DBL_MAX, 709.78, 709.79, 710, -708.4, -745.13, -745.14, -746, 1e-20, -1e-20, 1e-8, 36, 37, -37, 800,
    -800, 0.34657359027997264, 0.34657359027997270, -0.34657359027997264, 1.4142135623730951, 0.70710678118654757,
    0.99999999999999989, 1.0000000000000002, 22, -22, 19.061547465398, 0.17, -0.17,
};

/* Within `ulps` units in the last place of the exact value; infinities, NaN and the sign of 0 exactly. */
static void check_value(const char *name, double at, double got, long double exact, double ulps)
{
    double rounded = (double)exact, size = fabs(rounded);
    if (isnan(rounded) || isinf(rounded) || rounded == 0) {
        if (!(isnan(rounded) ? isnan(got) : got == rounded && signbit(got) == signbit(rounded)))
            fail_msg("%s: %s(%a) = %a, expected %a", kernels->name, name, at, got, rounded);
        return;
    }
    double unit = fmax(nextafter(size, INFINITY) - size, 0x1p-1074);
    if (!(fabsl((long double)got - exact) <= (long double)(ulps * unit)))
        fail_msg("%s: %s(%a) = %a, expected %a: off by %g units", kernels->name, name, at, got, rounded,
                 (double)(fabsl((long double)got - exact) / (long double)unit));
}

static const struct {
    const char *name;
    size_t offset; /* in the table */
    long double (*exact)(long double v);
    double sizes[5];
    bool positive;
} functions[] = {
    {"exp", offsetof(kl_kernel_table, exp), expl, {1e-3, 1, 30, 300, 800}, false},
    {"log", offsetof(kl_kernel_table, log), logl, {1e-310, 1e-3, 1, 1e10, 1e300}, true},
    {"tanh", offsetof(kl_kernel_table, tanh), tanhl, {1e-10, 0.1, 1, 5, 20}, false},
    {"sigmoid", offsetof(kl_kernel_table, sigmoid), sigmoid, {1e-10, 1, 10, 100, 500}, false},
    {"log1pexp", offsetof(kl_kernel_table, log1pexp), log1pexp, {1e-10, 1, 10, 100, 500}, false},
    {"relu", offsetof(kl_kernel_table, relu), relu, {1e-300, 1, 10, 100, 500}, false},
};

typedef void function(double *out, const double *x, size_t n);

static void check_function(size_t f)
{
    function *run;
    memcpy(&run, (const char *)kernels + functions[f].offset, sizeof run);
    for (size_t size = 0; size < 5; size++) {
        fill(x, COUNT, functions[f].sizes[size], size);
        if (functions[f].positive)
            for (size_t i = 0; i < COUNT; i++)
                x[i] = fabs(x[i]);
        run(out, x, COUNT);
        for (size_t i = 0; i < COUNT; i++)
            check_value(functions[f].name, x[i], out[i], functions[f].exact((long double)x[i]), 2);
    }
    run(out, edges, KL_COUNT(edges));
    for (size_t i = 0; i < KL_COUNT(edges); i++)
        check_value(functions[f].name, edges[i], out[i], functions[f].exact((long double)edges[i]), 2);
}

KL_TEST(functions_are_exact_to_two_units)
{
    KL_UNUSED_STATE;
    EACH_SET
    for (size_t f = 0; f < KL_COUNT(functions); f++)
        check_function(f);
}

KL_TEST(functions_work_in_place_and_on_any_number_of_items)
{
    KL_UNUSED_STATE;
    EACH_SET
    for (size_t f = 0; f < KL_COUNT(functions); f++)
        for (size_t n = 0; n < 40; n++) {
            function *run;
            memcpy(&run, (const char *)kernels + functions[f].offset, sizeof run);
            fill(x, n + 1, 1, n);
            out[n] = 42;
            run(out, x, n);
            assert_true(out[n] == 42);
            double last = x[n];
            run(x, x, n);
            assert_true(x[n] == last);
            for (size_t i = 0; i < n; i++)
                assert_true(isnan(out[i]) ? isnan(x[i]) : fabs(x[i] - out[i]) <= 4 * DBL_EPSILON * fabs(out[i]));
        }
}

KL_TEST(exponentials_in_float32)
{
    KL_UNUSED_STATE;
    static float in[COUNT], got[COUNT];
    static const float ends[] = {0, INFINITY, -INFINITY, NAN, 88.7f, 88.8f, -87.4f, -103.9f, -104, -110, 1e-20f};
    EACH_SET
    {
        fill(x, COUNT, 30, 1);
        for (size_t i = 0; i < COUNT; i++)
            in[i] = i < KL_COUNT(ends) ? ends[i] : (float)x[i];
        kernels->exp_f32(got, in, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            double exact = exp((double)in[i]);
            if (isnan(in[i]) || isinf((float)exact))
                assert_true(isnan(in[i]) ? isnan(got[i]) : isinf(got[i]));
            else
                assert_true(fabs((double)got[i] - exact) <= fmax(exact * 2.4e-7, 1.5e-45));
        }
    }
}

/* ---- sums --------------------------------------------------------------------------------------------------------- */

typedef struct sums {
    double sum, size, dot, squares, abs, distance, manhattan, chebyshev, max, min;
    float single;
    size_t argmax, argmin;
} sums;

static sums plain_sums(size_t n)
{
    sums s = {.max = -INFINITY, .min = INFINITY};
    for (size_t i = 0; i < n; i++) {
        double off = x[i] - y[i];
        s.sum += x[i], s.dot += x[i] * y[i], s.squares += x[i] * x[i], s.abs += fabs(x[i]);
        s.distance += off * off, s.manhattan += fabs(off), s.chebyshev = fmax(s.chebyshev, fabs(off));
        s.argmax = x[i] > s.max ? i : s.argmax, s.max = fmax(s.max, x[i]);
        s.argmin = x[i] < s.min ? i : s.argmin, s.min = fmin(s.min, x[i]);
    }
    s.size = fmax(s.abs, 1);
    return s;
}

KL_TEST(sums_over_any_number_of_items)
{
    KL_UNUSED_STATE;
    static float xf[COUNT], yf[COUNT];
    fill(x, COUNT, 1, 1);
    fill(y, COUNT, 1, 2);
    for (size_t i = 0; i < COUNT; i++)
        xf[i] = (float)x[i], yf[i] = (float)y[i];
    EACH_SET
    for (size_t n = 0; n <= COUNT; n = n < 70 ? n + 1 : 7 * n) {
        sums s = plain_sums(n);
        assert_near(kernels->sum(x, n), s.sum, 1e-14 * s.size);
        assert_near(kernels->dot(x, y, n), s.dot, 1e-14 * s.size);
        assert_near(kernels->sum_squares(x, n), s.squares, 1e-13);
        assert_near(kernels->sum_abs(x, n), s.abs, 1e-13);
        assert_near(kernels->squared_distance(x, y, n), s.distance, 1e-13);
        assert_near(kernels->manhattan(x, y, n), s.manhattan, 1e-13);
        assert_true(kernels->chebyshev(x, y, n) == s.chebyshev);
        assert_near((double)kernels->squared_distance_f32(xf, yf, n), s.distance, 1e-5);
        assert_true(kernels->max(x, n) == s.max && kernels->min(x, n) == s.min);
        assert_int_equal(kernels->argmax(x, n), s.argmax);
        assert_int_equal(kernels->argmin(x, n), s.argmin);
        memcpy(out, y, sizeof out);
        kernels->axpy(-0.75, x, out, n);
        kernels->to_f32(xf, x, n);
        for (size_t i = 0; i < COUNT; i++)
            assert_near(out[i], i < n ? y[i] - 0.75 * x[i] : y[i], 1e-15);
    }
}

KL_TEST(nan_and_ties)
{
    KL_UNUSED_STATE;
    EACH_SET
    {
        for (size_t i = 0; i < 50; i++)
            x[i] = i % 7 == 3 ? NAN : (double)(i % 5);
        assert_true(kernels->max(x, 50) == 4 && kernels->min(x, 50) == 0);
        assert_int_equal(kernels->argmax(x, 50), 4);
        assert_int_equal(kernels->argmin(x, 50), 0);
        assert_true(isnan(kernels->chebyshev(x, y, 50)));
        assert_int_equal(kernels->argmax((double[]){NAN, NAN}, 2), 0);
        assert_true(kernels->max((double[]){NAN}, 1) == -INFINITY);
        double low[2], high[2], rows[] = {NAN, 1, 2, NAN, -3, NAN};
        kernels->column_range(low, high, rows, 3, 2);
        assert_true(low[0] == -3 && high[0] == 2 && low[1] == 1 && high[1] == 1);
    }
}

KL_TEST(what_is_not_finite_is_found_wherever_it_stands)
{
    KL_UNUSED_STATE;
    static const double odd[] = {NAN, INFINITY, -INFINITY};
    static double many[10000];
    EACH_SET
    {
        bool nan = true;
        assert_true(kernels->all_finite(many, KL_COUNT(many), &nan) && !nan);
        assert_true(kernels->all_finite(many, 0, NULL));
        for (size_t at = 0; at < KL_COUNT(many); at = 3 * at + 1)
            for (size_t kind = 0; kind < KL_COUNT(odd); kind++) {
                many[at] = odd[kind];
                assert_false(kernels->all_finite(many, KL_COUNT(many), &nan));
                assert_true(nan == (kind == 0));
                assert_false(kernels->all_finite(many, KL_COUNT(many), NULL));
                many[at] = DBL_MAX;
                assert_true(kernels->all_finite(many, KL_COUNT(many), NULL));
                many[at] = 0;
            }
    }
}

/* ---- rows --------------------------------------------------------------------------------------------------------- */

static void check_rows(size_t rows, size_t cols)
{
    double center[80], factor[80], got[80], high[80], squares[80], expected[80] = {0}, around[80] = {0};
    double plain[80] = {0}, lows[80], highs[80];
    fill(center, cols, 1, 3);
    fill(factor, cols, 1, 4);
    for (size_t j = 0; j < cols; j++)
        lows[j] = INFINITY, highs[j] = -INFINITY;
    for (size_t i = 0; i < rows * cols; i++) {
        size_t j = i % cols;
        expected[j] += x[i], plain[j] += x[i] * x[i];
        around[j] += (x[i] - center[j]) * (x[i] - center[j]);
        lows[j] = fmin(lows[j], x[i]), highs[j] = fmax(highs[j], x[i]);
    }
    kernels->column_sums(got, x, rows, cols);
    kernels->column_square_sums(squares, x, center, rows, cols);
    for (size_t j = 0; j < cols; j++) {
        assert_near(got[j], expected[j], 1e-13);
        assert_near(squares[j], around[j], 1e-13);
    }
    kernels->column_square_sums(squares, x, NULL, rows, cols);
    kernels->column_range(got, high, x, rows, cols);
    for (size_t j = 0; j < cols; j++) {
        assert_near(squares[j], plain[j], 1e-13);
        assert_true(got[j] == lows[j] && high[j] == highs[j]);
    }
    for (int kind = 0; kind < 4; kind++) {
        kernels->center_scale(out, x, kind & 1 ? center : NULL, kind & 2 ? factor : NULL, rows, cols);
        for (size_t i = 0; i < rows * cols; i++)
            assert_near(out[i], (x[i] - (kind & 1 ? center[i % cols] : 0)) * (kind & 2 ? factor[i % cols] : 1),
                        1e-15);
    }
    kernels->row_square_sums(out, x, rows, cols);
    for (size_t i = 0; i < rows; i++)
        assert_near(out[i], kernels->sum_squares(x + i * cols, cols), 0);
}

KL_TEST(rows_of_any_width)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{0, 3}, {1, 1}, {4000, 1}, {3, 2}, {1333, 3}, {40, 10}, {41, 10}, {100, 33},
                                       {60, 64}, {50, 80}, {5, 63}};
    fill(x, COUNT, 1, 1);
    EACH_SET
    for (size_t i = 0; i < KL_COUNT(shapes); i++)
        check_rows(shapes[i][0], shapes[i][1]);
}

KL_TEST(a_gram_matrix_adds_its_lower_triangle)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{0, 3}, {1, 1}, {200, 1}, {65, 3}, {130, 10}, {64, 16}, {129, 31}, {60, 64},
                                       {20, 70}};
    fill(x, COUNT, 1, 1);
    fill(y, COUNT, 1, 2);
    EACH_SET
    for (size_t r = 0; r < 2 * KL_COUNT(shapes); r++) {
        size_t n = shapes[r / 2][0], d = shapes[r / 2][1];
        static double c[70 * 70], expected[70 * 70];
        for (size_t i = 0; i < d * d; i++)
            c[i] = expected[i] = (double)i;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < d; i++)
                for (size_t j = 0; j <= i; j++)
                    expected[i * d + j] += x[k * d + i] * x[k * d + j] * (r % 2 ? y[k] : 1);
        kernels->gram(c, x, r % 2 ? y : NULL, n, d);
        for (size_t i = 0; i < d * d; i++)
            assert_near(c[i], expected[i], 1e-12);
    }
}

KL_TEST(softmax_of_rows)
{
    KL_UNUSED_STATE;
    static const size_t widths[] = {1, 2, 3, 10, 33};
    EACH_SET
    {
        for (size_t w = 0; w < KL_COUNT(widths); w++) {
            size_t cols = widths[w];
            double norm[7];
            fill(x, 7 * cols, 300, w);
            memcpy(out, x, sizeof out);
            kernels->softmax_rows(out, 7, cols, norm);
            for (size_t i = 0; i < 7; i++) {
                double most = -INFINITY, sum = 0;
                for (size_t j = 0; j < cols; j++)
                    most = fmax(most, x[i * cols + j]);
                for (size_t j = 0; j < cols; j++)
                    sum += exp(x[i * cols + j] - most);
                assert_near(norm[i], most + log(sum), 1e-14);
                for (size_t j = 0; j < cols; j++)
                    assert_near(out[i * cols + j], exp(x[i * cols + j] - most) / sum, 1e-14);
            }
        }
        double large[] = {1e300, -1e300, -INFINITY, 0};
        kernels->softmax_rows(large, 2, 2, NULL);
        assert_true(large[0] == 1 && large[1] == 0 && large[2] == 0 && large[3] == 1);
    }
}

/* ---- choosing --------------------------------------------------------------------------------------------------------- */

/* Whole numbers, so that there are ties; columns in two pieces, the second of which knows of the first. */
KL_TEST(the_two_least_of_rows_and_the_largest)
{
    KL_UNUSED_STATE;
    static const size_t widths[] = {1, 2, 7, 15, 16, 31, 32, 33, 50, 130};
    enum { ROWS = 9 };
    EACH_SET
    for (size_t w = 0; w < KL_COUNT(widths); w++) {
        size_t cols = widths[w], half = cols / 2;
        double first[ROWS * 130], rest[ROWS * 130];
        kl_two_least got[ROWS];
        int64_t most[ROWS];
        fill(x, ROWS * cols, 4, w);
        fill(y, cols, 4, w + 100);
        for (size_t i = 0; i < ROWS * cols; i++)
            x[i] = round(x[i]), y[i] = round(y[i]);
        for (size_t i = 0; i < ROWS; i++) {
            got[i] = (kl_two_least)KL_TWO_LEAST_INIT;
            memcpy(first + i * half, x + i * cols, half * sizeof *x);
            memcpy(rest + i * (cols - half), x + i * cols + half, (cols - half) * sizeof *x);
        }
        kernels->two_least(got, first, y, ROWS, half, 0);
        kernels->two_least(got, rest, y + half, ROWS, cols - half, half);
        kernels->argmax_rows(most, x, ROWS, cols);
        for (size_t i = 0; i < ROWS; i++) {
            double least = INFINITY, next = INFINITY;
            size_t at = 0, largest = 0;
            for (size_t j = 0; j < cols; j++) {
                double number = x[i * cols + j] + y[j];
                next = number < least ? least : fmin(next, number);
                at = number < least ? j : at;
                least = fmin(least, number);
                largest = x[i * cols + j] > x[i * cols + largest] ? j : largest;
            }
            assert_true(got[i].least == least && got[i].next == next);
            assert_int_equal(got[i].at, at);
            assert_int_equal(most[i], largest);
        }
    }
}

KL_TEST(scaled_distances_of_rows)
{
    KL_UNUSED_STATE;
    EACH_SET
    for (size_t d = 0; d < 40; d++) {
        fill(x, 3 * d + 1, 1, d);
        fill(y, 2 * d + 1, 1, d + 1);
        kernels->scaled_distances(out, 2, x, y, y + d, 3, 3, d);
        kernels->scaled_distances(out + 1, 2, x, y, NULL, 3, 3, d);
        for (size_t i = 0; i < 3; i++) {
            double scaled = 0, plain = 0;
            for (size_t j = 0; j < d; j++) {
                double off = x[i * d + j] - y[j];
                scaled += off * y[d + j] * off * y[d + j], plain += off * off;
            }
            assert_near(out[2 * i], 3 * scaled, 1e-12);
            assert_near(out[2 * i + 1], 3 * plain, 1e-12);
        }
    }
}

KL_TEST(near_rows_of_products)
{
    KL_UNUSED_STATE;
    EACH_SET
    for (size_t n = 0; n <= 64; n++) {
        fill(x, n + 1, 1, n); /* of one column */
        for (size_t j = 0; j <= n; j++)
            y[j] = x[j] * x[n], out[j] = x[j] * x[j];
        kl_near near = kernels->near_rows(y, out, out[n], 0.05, 1, n);
        for (size_t j = 0; j < 64; j++) {
            double distance = (x[j] - x[n]) * (x[j] - x[n]), slack = 0.05 * (out[j] + out[n]);
            assert_int_equal(near.maybe >> j & 1, j < n && distance - slack <= 1);
            assert_int_equal(near.sure >> j & 1, j < n && distance + slack <= 1);
        }
    }
}

KL_TEST(slopes_and_changes_of_squared_hinges)
{
    KL_UNUSED_STATE;
    EACH_SET
    for (size_t n = 0; n < 50; n++) {
        double cost[50], slope, curve, slopes = 0, curves = 0, change = 0;
        fill(x, n, 1, n);
        fill(y, n, 1, n + 1); /* the slack */
        for (size_t i = 0; i < n; i++) {
            double before = fmax(y[i], 0), after = fmax(y[i] - 0.3 * x[i], 0);
            cost[i] = (double)(i % 3 + 1);
            slopes += cost[i] * x[i] * before, curves += y[i] > 0 ? cost[i] * x[i] * x[i] : 0;
            change += cost[i] * (after * after - before * before);
        }
        kernels->hinge_slopes(&slope, &curve, y, cost, x, n);
        assert_near(slope, slopes, 1e-13);
        assert_near(curve, curves, 1e-13);
        assert_near(kernels->hinge_change(y, cost, x, 0.3, n), change, 1e-13);
    }
}

KL_TEST(the_best_set_is_the_last_one_unless_another_is_named)
{
    KL_UNUSED_STATE;
    const kl_kernel_table *const *all = kl_kernels_all();
    assert_string_equal(all[0]->name, "baseline");
    assert_ptr_equal(kl_kernels(), all[0]); /* main() says so */
}

int main(void)
{
    setenv("KAILASH_SIMD", "baseline", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_exact_to_two_units),
        cmocka_unit_test(functions_work_in_place_and_on_any_number_of_items),
        cmocka_unit_test(exponentials_in_float32),
        cmocka_unit_test(sums_over_any_number_of_items),
        cmocka_unit_test(nan_and_ties),
        cmocka_unit_test(what_is_not_finite_is_found_wherever_it_stands),
        cmocka_unit_test(rows_of_any_width),
        cmocka_unit_test(a_gram_matrix_adds_its_lower_triangle),
        cmocka_unit_test(softmax_of_rows),
        cmocka_unit_test(the_two_least_of_rows_and_the_largest),
        cmocka_unit_test(scaled_distances_of_rows),
        cmocka_unit_test(near_rows_of_products),
        cmocka_unit_test(slopes_and_changes_of_squared_hinges),
        cmocka_unit_test(the_best_set_is_the_last_one_unless_another_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
