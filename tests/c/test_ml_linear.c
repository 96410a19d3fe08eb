/* Linear models: what Python cannot reach, and fits in which every allocation fails in turn. */
#include "kailash/type.h"
#include "ml/array.h"
#include "ml/linalg.h"
#include "ml/linear/coordinate_descent.h"
#include "ml/linear/solve.h"
#include "ml_sweep.h"

#include <math.h>

enum { ROWS = 9, COLS = 3 };

static double cell(size_t i, size_t j) { return sin((double)(3 * i + j)) + (double)(i * (j + 1) % 4); }

static void fill(double *x, double *y)
{
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = 1.0 + (double)(i % 3);
        for (size_t j = 0; j < COLS; j++) {
            x[i * COLS + j] = cell(i, j);
            y[i] += x[i * COLS + j] * (double)(j + 1);
        }
    }
}

/* The same problem as sums, as columns and as sparse columns leads to the same weights in the same rounds. */
KL_TEST(three_forms_descend_alike)
{
    KL_UNUSED_STATE;
    double x[ROWS * COLS], y[ROWS], columns[COLS * ROWS], gram[COLS * COLS], xy[COLS], means[COLS] = {0};
    int64_t starts[COLS + 1], rows[COLS * ROWS];
    kl_task task = KL_TASK_INIT;
    assert_int_equal(kl_linalg_begin(NULL), KL_OK);
    fill(x, y);
    kl_transpose(columns, x, ROWS, COLS);
    kl_gram(gram, x, ROWS, COLS, NULL);
    kl_gemv(true, ROWS, COLS, 1.0, x, COLS, y, 0.0, xy);
    for (int64_t j = 0; j <= COLS; j++)
        starts[j] = j * ROWS;
    for (int64_t i = 0; i < COLS * ROWS; i++)
        rows[i] = i % ROWS;
    const kl_sparse_columns sparse = {.n = ROWS, .d = COLS, .starts = starts, .rows = rows, .values = columns,
                                      .means = means};
    static const struct {
        double l1, l2;
        bool positive;
    } cases[] = {{0.5, 0.0, false}, {2.0, 1.0, false}, {0.0, 1.0, false}, {0.0, 0.0, false}, {1.0, 0.0, true},
                 {1e6, 0.0, false}};
    for (size_t c = 0; c < KL_COUNT(cases); c++) {
        kl_descent how = {.l1 = cases[c].l1, .l2 = cases[c].l2, .positive = cases[c].positive, .tol = 1e-9,
                          .iterations_max = 10000};
        kl_descent other = how, third = how;
        double a[COLS] = {0}, b[COLS] = {0}, d[COLS] = {0};
        assert_int_equal(kl_descend_columns(a, &how, columns, ROWS, COLS, y, &task, NULL), KL_OK);
        assert_int_equal(kl_descend_gram(b, &other, gram, COLS, xy, kl_dot(y, y, ROWS), COLS, &task, NULL), KL_OK);
        assert_int_equal(kl_descend_sparse(d, &third, &sparse, y, &task, NULL), KL_OK);
        assert_true(how.converged && other.converged && third.converged);
        assert_int_equal(how.iterations, third.iterations);
        for (size_t j = 0; j < COLS; j++) {
            assert_true(fabs(a[j] - b[j]) < 1e-6 && fabs(a[j] - d[j]) < 1e-9);
            assert_true(!cases[c].positive || a[j] >= 0);
            assert_true(c != 5 || a[j] == 0);
        }
    }
    kl_task_end(&task);
}

KL_TEST(no_weight_below_zero_and_none_could_gain)
{
    KL_UNUSED_STATE;
    double x[ROWS * COLS], y[ROWS], gram[COLS * COLS], xy[COLS], w[COLS];
    kl_task task = KL_TASK_INIT;
    assert_int_equal(kl_linalg_begin(NULL), KL_OK);
    fill(x, y);
    for (size_t i = 0; i < ROWS; i++)
        y[i] -= 5 * x[i * COLS + 1];
    kl_gram(gram, x, ROWS, COLS, NULL);
    kl_gemv(true, ROWS, COLS, 1.0, x, COLS, y, 0.0, xy);
    assert_int_equal(kl_solve_positive(w, gram, xy, 1, COLS, 0.1, &task, NULL), KL_OK);
    for (size_t j = 0; j < COLS; j++) {
        double slope = xy[j] - kl_dot(gram + j * COLS, w, COLS) - 0.1 * w[j];
        assert_true(w[j] >= 0);
        assert_true(w[j] > 0 ? fabs(slope) < 1e-9 : slope < 1e-9);
    }
    assert_true(w[1] == 0);
    kl_task_end(&task);
}

/* ---- every allocation fails in turn ---------------------------------------------------------------------------- */

static kl_status new_data(kl_value *x, kl_value *y, bool classifies, kl_error *error)
{
    double *numbers, *targets;
    KL_TRY(kl_table_new(x, &numbers, ROWS, COLS, error));
    KL_TRY(kl_vector_new(y, &targets, ROWS, error));
    fill(numbers, targets);
    for (size_t i = 0; classifies && i < ROWS; i++)
        targets[i] = (double)(i % 2);
    return KL_OK;
}

static kl_status classes(kl_value *x, kl_value *y, kl_error *error) { return new_data(x, y, true, error); }
static kl_status targets(kl_value *x, kl_value *y, kl_error *error) { return new_data(x, y, false, error); }

KL_TEST(fits_survive_every_failed_allocation)
{
    static const ml_case cases[] = {
        {"LinearRegression", "{}", "predict", targets},
        {"LinearRegression", "{\"positive\": true}", "predict", targets},
        {"Ridge", "{}", "predict", targets},
        {"Ridge", "{\"solver\": \"lsqr\"}", "predict", targets},
        {"RidgeCV", "{\"store_cv_results\": true}", "predict", targets},
        {"RidgeCV", "{\"cv\": 3}", "predict", targets},
        {"RidgeClassifier", "{\"class_weight\": \"balanced\"}", "predict", classes},
        {"Lasso", "{\"alpha\": 0.1}", "predict", targets},
        {"ElasticNet", "{\"alpha\": 0.1, \"tol\": 1e-12}", "predict", targets},
        {"LogisticRegression", "{}", "predict", classes},
        {"LogisticRegression", "{\"solver\": \"saga\", \"l1_ratio\": 0.5}", "predict", classes},
        {"SGDClassifier", "{\"average\": true, \"early_stopping\": true, \"validation_fraction\": 0.4}", "predict", classes},
        {"SGDRegressor", "{\"max_iter\": 3, \"tol\": null}", "predict", targets},
        {"Perceptron", "{}", "predict", classes},
        {"BayesianRidge", "{\"compute_score\": true}", "predict", targets},
        {"ARDRegression", "{\"compute_score\": true}", "predict", targets},
        {"HuberRegressor", "{}", "predict", targets},
        {"RANSACRegressor", "{\"random_state\": 1, \"max_trials\": 2, \"residual_threshold\": 1e6}", "predict", targets},
        {"TheilSenRegressor", "{\"max_subpopulation\": 5, \"random_state\": 1}", "predict", targets},
        {"TweedieRegressor", "{\"power\": 0}", "predict", targets},
        {"PLSRegression", "{}", "predict", targets},
        {"CCA", "{\"n_components\": 1}", "predict", targets},
    };
    KL_UNUSED_STATE;
    ml_sweep(cases, KL_COUNT(cases));
}

static kl_status walk_a_path(void *data)
{
    kl_value args[2] = {kl_null(), kl_null()}, out = kl_null();
    (void)data;
    kl_status status = targets(&args[0], &args[1], NULL);
    if (status == KL_OK)
        status = kl_type_call(&out, kl_type_find(KL_TEXT("ElasticNet"), "kailash.ml"), KL_TEXT("path"), args, 2, NULL);
    kl_value_release(out);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return status;
}

KL_TEST(paths_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    assert_int_equal(walk_a_path(NULL), KL_OK);
    assert_true(sweep(walk_a_path, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_forms_descend_alike),
        cmocka_unit_test(no_weight_below_zero_and_none_could_gain),
        cmocka_unit_test(fits_survive_every_failed_allocation),
        cmocka_unit_test(paths_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
