#include "folder.h"
#include "kailash/data.h"
#include "ml/array.h"
#include "ml/composition/calibration.h"
#include "ml/model_selection/splitter.h"
#include "sweep.h"

#include <math.h>

static const double numbers[] = {0, 1, 2, 5, 3, 4, 6, 1, 9, 2, 4, 4, 7, 0, 2, 3, 1, 1, 8, 5, 2, 6, 3, 3};
enum { ROWS = 12 };

/* x (12 x 2) and y (0, 1, 0, 1 ...); given. */
static kl_status data_of(kl_value *x, kl_value *y, kl_error *error)
{
    double *codes;
    KL_TRY(kl_table_from(x, numbers, ROWS, 2, error));
    kl_status status = kl_vector_new(y, &codes, ROWS, error);
    if (status != KL_OK) {
        kl_value_release(*x);
        return status;
    }
    for (size_t i = 0; i < ROWS; i++)
        codes[i] = (double)(i % 2);
    return KL_OK;
}

static kl_status make(kl_value *out, const char *type, const char *params, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_json_parse(&map, kl_text_from(params), error));
    kl_status status = kl_object_from_map(out, kl_type_find(kl_text_from(type), "kailash.ml"), map, error);
    kl_value_release(map);
    return status;
}

/* What a row of the table says is made, fitted and asked. */
typedef struct work {
    const char *type, *params, *method;
} work;

static kl_status fit_and_ask(void *data)
{
    const work *of = data;
    kl_value x, y, model = kl_null(), result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status;
    KL_TRY(data_of(&x, &y, NULL));
    const kl_value both[] = {x, y};
    KL_TRY_OUT(make(&model, of->type, of->params, &error));
    KL_TRY_OUT(kl_object_call(&result, model.as.object, KL_TEXT("fit"), both, 2, &error));
    kl_value_release(kl_value_take(&result));
    KL_TRY_OUT(kl_object_call(&result, model.as.object, kl_text_from(of->method), &x, 1, &error));
out:
    if (status != KL_OK && status != KL_NO_MEMORY)
        print_error("%s: %s\n", of->type, kl_error_message(&error));
    kl_error_clear(&error);
    kl_value_release(result);
    kl_value_release(model);
    kl_value_release(x);
    kl_value_release(y);
    return status;
}

KL_TEST(compositions_survive_the_want_of_memory)
{
    KL_UNUSED_STATE;
    static work rows[] = {
        {"Pipeline", "{\"steps\":[[\"a\",\"StandardScaler\"],[\"b\",\"passthrough\"],[\"c\",\"Ridge\"]]}", "predict"},
        {"FeatureUnion", "{\"transformers\":[[\"a\",\"StandardScaler\"],[\"b\",\"passthrough\"]]}", "transform"},
        {"ColumnTransformer",
         "{\"transformers\":[[\"a\",\"StandardScaler\",[1]],[\"b\",\"MinMaxScaler\",[0]]],\"remainder\":\"passthrough\"}",
         "transform"},
        {"GridSearchCV", "{\"estimator\":\"Ridge\",\"param_grid\":{\"alpha\":[0.1,1.0]},\"cv\":2}", "predict"},
        {"RandomizedSearchCV",
         "{\"estimator\":\"Ridge\",\"param_distributions\":{\"alpha\":{\"uniform\":[0.1,1.0]}},\"n_iter\":2,\"cv\":2,"
         "\"random_state\":1}",
         "predict"},
        {"VotingRegressor", "{\"estimators\":[[\"a\",\"Ridge\"],[\"b\",\"LinearRegression\"]]}", "predict"},
        {"VotingClassifier", "{\"estimators\":[[2,2],[1,3]],\"voting\":\"soft\"}", "predict"},
        {"StackingRegressor",
         "{\"estimators\":[[\"a\",\"Ridge\"]],\"final_estimator\":\"Ridge\",\"cv\":2,\"passthrough\":true}", "predict"},
        {"OneVsOneClassifier", "{\"estimator\":\"DecisionTreeClassifier\"}", "predict"},
        {"OneVsRestClassifier", "{\"estimator\":\"DecisionTreeClassifier\"}", "predict_proba"},
        {"CalibratedClassifierCV", "{\"estimator\":\"DecisionTreeClassifier\",\"cv\":2}", "predict_proba"},
        {"SelectKBest", "{\"k\":1}", "transform"},
        {"RFE", "{\"n_features_to_select\":1,\"estimator\":\"Ridge\"}", "predict"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_true(sweep(fit_and_ask, &rows[i]) > 0);
}

static bool keeps_files; /* from one fit to the next */

static kl_status fit_with_folder(void *data)
{
    if (!keeps_files) {
        remove_test_folder(NULL);
        mkdir(test_folder, 0700);
    }
    return fit_and_ask(data);
}

/* Step by step learned and kept, then step by step read. */
KL_TEST(steps_that_are_kept_survive_the_want_of_memory)
{
    KL_UNUSED_STATE;
    char params[300];
    snprintf(params, sizeof params,
             "{\"steps\":[[\"a\",\"StandardScaler\"],[\"b\",\"MinMaxScaler\"],[\"c\",\"Ridge\"]],\"memory\":\"%s\"}",
             test_folder);
    work row = {"Pipeline", params, "predict"};
    for (int round = 0; round < 2; round++) {
        keeps_files = round == 1;
        assert_true(sweep(fit_with_folder, &row) > 0);
        assert_int_equal(count_test_files(), 2);
    }
}

/* ---- functions --------------------------------------------------------------------------------------------- */

static kl_status measure(void *name)
{
    kl_value x, y, result;
    KL_TRY(data_of(&x, &y, NULL));
    const kl_value both[] = {y, y}, rows[] = {x, y};
    bool of_rows = strcmp(name, "silhouette_score") == 0 || strcmp(name, "train_test_split") == 0 ||
                   strcmp(name, "data_profile") == 0;
    kl_status status = kl_function_call(&result, kl_text_from(name), "kailash.ml", of_rows ? rows : both,
                                        strcmp(name, "data_profile") == 0 ? 1 : 2, NULL);
    if (status == KL_OK)
        kl_value_release(result);
    kl_value_release(x);
    kl_value_release(y);
    return status;
}

KL_TEST(measures_survive_the_want_of_memory)
{
    KL_UNUSED_STATE;
    static const char *const names[] = {"accuracy_score", "f1_score", "confusion_matrix", "r2_score", "log_loss",
                                        "roc_auc_score", "average_precision_score", "adjusted_rand_score",
                                        "silhouette_score", "train_test_split", "data_profile"};
    for (size_t i = 0; i < KL_COUNT(names); i++)
        assert_true(sweep(measure, (void *)(uintptr_t)names[i]) > 0);
}

/* ---- folds ------------------------------------------------------------------------------------------------- */

static void assert_rows(const int64_t *rows, size_t count, const int64_t *expected, size_t expected_count)
{
    assert_int_equal(count, expected_count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rows[i], expected[i]);
}

KL_TEST(classes_are_spread_over_folds)
{
    KL_UNUSED_STATE;
    kl_task task = KL_TASK_INIT;
    kl_folds folds;
    const int64_t codes[] = {1, 0, 1, 0, 1, 1, 0}, first[] = {0, 1, 2}, second[] = {3, 4}, third[] = {5, 6};
    kl_split_how how = {.splits = 3};
    assert_int_equal(kl_split_stratified(&folds, codes, 7, 2, &how, &task, NULL), KL_OK);
    assert_rows(folds.fold[0].test, folds.fold[0].test_count, first, 3);
    assert_rows(folds.fold[1].test, folds.fold[1].test_count, second, 2);
    assert_rows(folds.fold[2].test, folds.fold[2].test_count, third, 2);
    how.splits = 5;
    assert_int_equal(kl_split_stratified(&folds, codes, 7, 2, &how, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

/* ---- curves ------------------------------------------------------------------------------------------------ */

KL_TEST(a_rising_curve_pools_what_falls)
{
    KL_UNUSED_STATE;
    kl_task task = KL_TASK_INIT;
    const double f[] = {1, 2, 2, 3, 4}, y[] = {0, 1, 0, 0, 1};
    double *px, *py;
    size_t count;
    assert_int_equal(kl_rising_fit(&px, &py, &count, f, y, NULL, 5, &task, NULL), KL_OK);
    assert_true(kl_rising_at(px, py, count, 0) == 0);
    assert_true(fabs(kl_rising_at(px, py, count, 2) - 1.0 / 3) < 1e-12);
    assert_true(fabs(kl_rising_at(px, py, count, 3) - 1.0 / 3) < 1e-12);
    assert_true(fabs(kl_rising_at(px, py, count, 3.5) - 2.0 / 3) < 1e-12);
    assert_true(kl_rising_at(px, py, count, NAN) == 0);
    assert_true(kl_rising_at(px, py, count, 9) == 1);
    kl_task_end(&task);
}

KL_TEST(a_sigmoid_that_cannot_be_told_is_flat)
{
    KL_UNUSED_STATE;
    kl_task task = KL_TASK_INIT;
    const double same[] = {3, 3, 3, 3}, y[] = {0, 1, 0, 1}, far[] = {-1e6, -1e6, 1e6, 1e6}, parted[] = {0, 0, 1, 1};
    double a, b;
    assert_int_equal(kl_sigmoid_fit(&a, &b, same, y, NULL, 4, &task, NULL), KL_OK);
    assert_true(fabs(kl_sigmoid_at(a, b, 3) - 0.5) < 1e-6);
    assert_int_equal(kl_sigmoid_fit(&a, &b, far, parted, NULL, 4, &task, NULL), KL_OK);
    assert_true(fabs(kl_sigmoid_at(a, b, 1e6) - 0.75) < 1e-4);
    kl_task_end(&task);
}

int main(void)
{
    setenv("KAILASH_NUM_THREADS", "1", 1); /* so that the n-th allocation is always the same */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compositions_survive_the_want_of_memory),
        cmocka_unit_test(steps_that_are_kept_survive_the_want_of_memory),
        cmocka_unit_test(measures_survive_the_want_of_memory),
        cmocka_unit_test(classes_are_spread_over_folds),
        cmocka_unit_test(a_rising_curve_pools_what_falls),
        cmocka_unit_test(a_sigmoid_that_cannot_be_told_is_flat),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
