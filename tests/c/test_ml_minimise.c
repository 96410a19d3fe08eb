/* Minimisers: known minima, bounds, functions that are awkward. */
#include "ml/linalg.h"
#include "ml/numeric.h"
#include "numbers.h"
#include "sweep.h"

static kl_task task = KL_TASK_INIT;
enum { MOST = 60 };

/* ---- functions of many variables ------------------------------------------------------------------------------- */

typedef struct problem {
    size_t n;
    size_t evaluations;
} problem;

/* Rosenbrock's valley: 0 at (1, ..., 1). */
static kl_status rosenbrock(void *data, const double *x, double *value, double *gradient, kl_error *error)
{
    problem *p = data;
    (void)error;
    p->evaluations++;
    *value = 0;
    memset(gradient, 0, p->n * sizeof *gradient);
    for (size_t i = 0; i + 1 < p->n; i++) {
        double bend = x[i + 1] - x[i] * x[i];
        *value += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
        gradient[i] += -400 * x[i] * bend - 2 * (1 - x[i]);
        gradient[i + 1] += 200 * bend;
    }
    return KL_OK;
}

/* A bowl that is 10^4 times as steep in its last direction as in its first; least at (1, 1/2, 1/3, ...). */
static kl_status bowl(void *data, const double *x, double *value, double *gradient, kl_error *error)
{
    problem *p = data;
    (void)error;
    *value = 0;
    for (size_t i = 0; i < p->n; i++) {
        double steep = pow(1e4, (double)i / (double)KL_MAX(p->n - 1, 1)), off = x[i] - 1 / (double)(i + 1);
        *value += 0.5 * steep * off * off;
        gradient[i] = steep * off;
    }
    return KL_OK;
}

/* x - ln x, which is no number left of 0; least at 1. */
static kl_status barrier(void *data, const double *x, double *value, double *gradient, kl_error *error)
{
    problem *p = data;
    (void)error;
    *value = 0;
    for (size_t i = 0; i < p->n; i++) {
        *value += x[i] - log(x[i]);
        gradient[i] = 1 - 1 / x[i];
    }
    return KL_OK;
}

static void start(double *x, size_t n, double first, double second)
{
    for (size_t i = 0; i < n; i++)
        x[i] = i % 2 ? second : first;
}

KL_TEST(it_finds_known_minima)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_objective *objective;
        size_t n;
        double first, second, tolerance;
    } rows[] = {{rosenbrock, 2, -1.2, 1, 1e-7}, {rosenbrock, 10, 0, 0, 1e-6}, {rosenbrock, MOST, 0, 0, 1e-5},
                {bowl, 1, 50, 0, 1e-9}, {bowl, 30, -3, 7, 1e-6}, {barrier, 3, 100, 0.001, 1e-6}};
    for (size_t r = 0; r < KL_COUNT(rows); r++) {
        double x[MOST];
        problem p = {.n = rows[r].n};
        kl_lbfgs how = {.iterations_max = 1000, .gradient_tol = 1e-9, .value_tol = 1e-16};
        start(x, p.n, rows[r].first, rows[r].second);
        assert_int_equal(kl_lbfgs_minimise(x, p.n, &how, rows[r].objective, &p, &task, NULL), KL_OK);
        assert_true(how.converged && how.evaluations >= how.iterations);
        for (size_t i = 0; i < p.n; i++)
            assert_near(x[i], rows[r].objective == bowl ? 1 / (double)(i + 1) : 1, rows[r].tolerance);
        kl_task_end(&task);
    }
}

/* With bounds the minimum is where each component of the gradient is 0 or points out at a bound. */
KL_TEST(it_stays_within_bounds)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_objective *objective;
        size_t n;
        double low, high, other_low, other_high;
    } rows[] = {{rosenbrock, 2, -1.5, 0.5, -1.5, 0.5}, {rosenbrock, 11, -2, 0.8, -INFINITY, INFINITY},
                {rosenbrock, 40, -INFINITY, 0.9, 0.1, INFINITY}, {bowl, 20, 0.2, 0.6, -INFINITY, 0.03},
                {bowl, 20, 5, 6, -6, -5}, {barrier, 4, 0.5, 0.7, 2, 3}, {bowl, 5, 1, 1, 2, 2}};
    for (size_t r = 0; r < KL_COUNT(rows); r++) {
        double x[MOST], low[MOST], high[MOST], gradient[MOST], value;
        problem p = {.n = rows[r].n};
        kl_lbfgs how = {.iterations_max = 1000, .gradient_tol = 1e-8, .value_tol = 1e-17, .low = low, .high = high};
        start(low, p.n, rows[r].low, rows[r].other_low);
        start(high, p.n, rows[r].high, rows[r].other_high);
        start(x, p.n, -1.2, 40); /* outside of some: it begins at the bounds */
        assert_int_equal(kl_lbfgs_minimise(x, p.n, &how, rows[r].objective, &p, &task, NULL), KL_OK);
        assert_true(how.converged);
        rows[r].objective(&p, x, &value, gradient, NULL);
        assert_near(how.value, value, 0);
        for (size_t i = 0; i < p.n; i++) {
            assert_true(x[i] >= low[i] && x[i] <= high[i]);
            double g = x[i] == low[i] ? fmin(gradient[i], 0) : gradient[i];
            g = x[i] == high[i] ? fmax(g, 0) : g;
            assert_near(g, 0, 1e-5);
        }
        kl_task_end(&task);
    }
}

KL_TEST(one_sided_bounds)
{
    KL_UNUSED_STATE;
    for (int side = 0; side < 2; side++) {
        double x[3] = {0, 0, 0}, ends[3] = {0.2, 0.2, 0.2};
        problem p = {.n = 3};
        kl_lbfgs how = {.iterations_max = 100, .gradient_tol = 1e-10};
        if (side)
            how.high = ends;
        else
            how.low = ends;
        assert_int_equal(kl_lbfgs_minimise(x, 3, &how, bowl, &p, &task, NULL), KL_OK);
        for (size_t i = 0; i < 3; i++)
            assert_near(x[i], side ? 0.2 : 1 / (double)(i + 1), 1e-9);
    }
    kl_task_end(&task);
}

KL_TEST(limits_of_work_are_kept_and_are_no_failure)
{
    KL_UNUSED_STATE;
    double x[2] = {-1.2, 1};
    problem p = {.n = 2};
    kl_lbfgs how = {.iterations_max = 5, .gradient_tol = 1e-12};
    assert_int_equal(kl_lbfgs_minimise(x, 2, &how, rosenbrock, &p, &task, NULL), KL_OK);
    assert_int_equal(how.iterations, 5);
    assert_false(how.converged);
    assert_true(how.value < 24.2 && how.evaluations == p.evaluations);
    how = (kl_lbfgs){.iterations_max = 100, .evaluations_max = 7, .gradient_tol = 1e-12};
    p.evaluations = 0;
    assert_int_equal(kl_lbfgs_minimise(x, 2, &how, rosenbrock, &p, &task, NULL), KL_OK);
    assert_int_equal(p.evaluations, 7);
    how = (kl_lbfgs){.gradient_tol = 1e-12};
    assert_int_equal(kl_lbfgs_minimise(x, 2, &how, rosenbrock, &p, &task, NULL), KL_OK);
    assert_int_equal(how.iterations, 0);
    x[0] = x[1] = 1; /* already there */
    how = (kl_lbfgs){.iterations_max = 100, .gradient_tol = 1e-12};
    assert_int_equal(kl_lbfgs_minimise(x, 2, &how, rosenbrock, &p, &task, NULL), KL_OK);
    assert_true(how.converged && how.iterations == 0 && how.evaluations == 1);
    assert_int_equal(kl_lbfgs_minimise(x, 0, &how, bowl, &(problem){0}, &task, NULL), KL_OK);
    kl_task_end(&task);
}

static kl_status failing(void *data, const double *x, double *value, double *gradient, kl_error *error)
{
    KL_TRY(rosenbrock(data, x, value, gradient, error));
    if (((problem *)data)->evaluations == 4)
        return kl_error_set(error, KL_LIMIT, "that is enough");
    return KL_OK;
}

KL_TEST(failures_of_the_function_pass)
{
    KL_UNUSED_STATE;
    double x[2] = {-1.2, 1};
    problem p = {.n = 2};
    kl_error error = KL_ERROR_INIT;
    kl_lbfgs how = {.iterations_max = 100};
    assert_int_equal(kl_lbfgs_minimise(x, 2, &how, failing, &p, &task, &error), KL_LIMIT);
    assert_string_equal(kl_error_message(&error), "that is enough");
    x[0] = -1;
    assert_int_equal(kl_lbfgs_minimise(x, 1, &how, barrier, &(problem){.n = 1}, &task, &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "not finite"));
    kl_error_clear(&error);
    kl_task_end(&task);
}

static kl_status minimise_within(void *data)
{
    (void)data;
    double x[4] = {0}, low[4] = {0}, high[4] = {0.3, 0.3, 0.3, 0.3};
    problem p = {.n = 4};
    kl_task own = KL_TASK_INIT;
    kl_lbfgs how = {.iterations_max = 20, .low = low, .high = high};
    kl_status status = kl_lbfgs_minimise(x, 4, &how, bowl, &p, &own, NULL);
    assert_true(status != KL_OK || !own.blocks); /* nothing is left behind in the task */
    kl_task_end(&own);
    return status;
}

KL_TEST(no_memory_is_told) { KL_UNUSED_STATE; assert_true(sweep(minimise_within, NULL) > 15); }

/* ---- functions of one variable ------------------------------------------------------------------------------------- */

static double parabola(void *data, double x) { (void)data; return (x - 3) * (x - 3); }
static double quartic(void *data, double x) { (void)data; return x * x * x * x - 3 * x * x * x + 2; }
static double far_off(void *data, double x) { (void)data; return cosh(x - 20.3) / 1e6; }
static double downhill(void *data, double x) { (void)data; return -x; }
static double odd_power(void *data, double x) { (void)data; return pow(x - 1, 9); }
static double fixed_point(void *data, double x) { (void)data; return cos(x) - x; }
static double exponential(void *data, double x) { (void)data; return exp(x) - 1e5; }
static double nothing(void *data, double x) { (void)data; (void)x; return NAN; }

KL_TEST(brent_finds_minima)
{
    KL_UNUSED_STATE;
    static const struct {
        double (*f)(void *data, double x);
        double a, b, expected;
        bool unbounded;
    } rows[] = {{parabola, 0, 1, 3, true}, {parabola, 1, 0, 3, true}, {far_off, -2, 2, 20.3, true},
                {quartic, -2, 2, 2.25, true}, {parabola, 0, 10, 3, false}, {parabola, 10, 0, 3, false},
                {parabola, 4, 10, 4, false}, {quartic, 1, 4, 2.25, false}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_near(kl_brent(rows[i].f, NULL, rows[i].a, rows[i].b, rows[i].unbounded, 1.48e-8, 500),
                    rows[i].expected, 1e-7);
    assert_true(kl_brent(downhill, NULL, -2, 2, true, 1e-8, 500) > 1e100); /* there is none */
    (void)kl_brent(nothing, NULL, -2, 2, true, 1e-8, 500);                  /* ends all the same */
    assert_true(kl_brent(parabola, NULL, 0, 10, false, 1e-8, 0) > 3);
}

KL_TEST(brent_finds_roots)
{
    KL_UNUSED_STATE;
    static const struct {
        double (*f)(void *data, double x);
        double a, b, expected, tolerance;
    } rows[] = {{fixed_point, 0, 1, 0.7390851332151607, 1e-14}, {exponential, -10, 50, 11.512925464970229, 1e-14},
                {exponential, 50, -10, 11.512925464970229, 1e-14}, {odd_power, -3, 4, 1, 1e-2},
                {parabola, 3, 5, 3, 0}, {parabola, 0, 3, 3, 0}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_near(kl_brent_root(rows[i].f, NULL, rows[i].a, rows[i].b, 1e-15), rows[i].expected, rows[i].tolerance);
    (void)kl_brent_root(nothing, NULL, 0, 1, 1e-9);
}

static int load(void **state)
{
    (void)state;
    return kl_linalg_begin(NULL) == KL_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_known_minima),
        cmocka_unit_test(it_stays_within_bounds),
        cmocka_unit_test(one_sided_bounds),
        cmocka_unit_test(limits_of_work_are_kept_and_are_no_failure),
        cmocka_unit_test(failures_of_the_function_pass),
        cmocka_unit_test(no_memory_is_told),
        cmocka_unit_test(brent_finds_minima),
        cmocka_unit_test(brent_finds_roots),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
