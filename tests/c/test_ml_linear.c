/* Linear models: what Python cannot reach, and fits in which every allocation fails in turn. */
#include "kailash/type.h"
#include "ml/array.h"
#include "ml/linalg.h"
#include "ml/linear/coordinate_descent.h"
#include "ml/linear/solve.h"
#include "sweep.h"

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

static const struct fit_case {
    const char *name, *parameters;
    bool classifies;
} fits[] = {
    {"LinearRegression", "{}", false},
    {"LinearRegression", "{\"positive\": true}", false},
    {"Ridge", "{}", false},
    {"Ridge", "{\"solver\": \"lsqr\"}", false},
    {"RidgeCV", "{\"store_cv_results\": true}", false},
    {"RidgeCV", "{\"cv\": 3}", false},
    {"RidgeClassifier", "{\"class_weight\": \"balanced\"}", true},
    {"Lasso", "{\"alpha\": 0.1}", false},
    {"ElasticNet", "{\"alpha\": 0.1, \"tol\": 1e-12}", false},
    {"LogisticRegression", "{}", true},
    {"LogisticRegression", "{\"solver\": \"saga\", \"l1_ratio\": 0.5}", true},
    {"SGDClassifier", "{\"average\": true, \"early_stopping\": true, \"validation_fraction\": 0.4}", true},
    {"SGDRegressor", "{\"max_iter\": 3, \"tol\": null}", false},
    {"Perceptron", "{}", true},
    {"BayesianRidge", "{\"compute_score\": true}", false},
    {"ARDRegression", "{\"compute_score\": true}", false},
    {"HuberRegressor", "{}", false},
    {"RANSACRegressor", "{\"random_state\": 1, \"max_trials\": 2, \"residual_threshold\": 1e6}", false},
    {"TheilSenRegressor", "{\"max_subpopulation\": 5, \"random_state\": 1}", false},
    {"TweedieRegressor", "{\"power\": 0}", false},
    {"PLSRegression", "{}", false},
    {"CCA", "{\"n_components\": 1}", false},
};

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

static kl_status fit_and_predict(void *data)
{
    const struct fit_case *one = data;
    kl_value model = kl_null(), parameters = kl_null(), args[2] = {kl_null(), kl_null()}, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_json_parse(&parameters, kl_text_from(one->parameters), &error);
    if (status == KL_OK)
        status = new_data(&args[0], &args[1], one->classifies, &error);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(one->name), "kailash.ml"), parameters, &error);
    if (status == KL_OK)
        status = kl_object_call(&out, model.as.object, KL_TEXT("fit"), args, 2, &error);
    kl_value_release(out);
    out = kl_null();
    if (status == KL_OK)
        status = kl_object_call(&out, model.as.object, KL_TEXT("predict"), args, 1, &error);
    if (status != KL_OK && status != KL_NO_MEMORY)
        print_error("%s: %s\n", one->name, kl_error_message(&error));
    kl_value_release(out);
    kl_value_release(model);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_value_release(parameters);
    kl_error_clear(&error);
    return status;
}

KL_TEST(fits_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(fits); i++) {
        struct fit_case one = fits[i];
        assert_int_equal(fit_and_predict(&one), KL_OK); /* what is made once in the process is there */
        assert_true(sweep(fit_and_predict, &one) > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_forms_descend_alike),
        cmocka_unit_test(no_weight_below_zero_and_none_could_gain),
        cmocka_unit_test(fits_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
