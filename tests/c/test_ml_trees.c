/* tests/c/test_ml_trees.c - trees and committees: when memory ends, and arrays that are no trees. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "base/parallel.h"
#include "sweep.h"
#include "test.h"

#include <math.h>

enum { ROWS = 40, COLUMNS = 3 };

typedef struct lesson {
    const char *type, *parameters;
    const char *const *answers; /* methods of x, ended by NULL */
    bool is_regression;
    kl_value x, y;
} lesson;

/* With a missing number where `holes`. */
static void make_data(lesson *l, bool holes)
{
    double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = l->is_regression ? sqrt((double)i) : (double)(i % 2);
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = (double)(i % 2) * (double)(j + 1) + (double)(i * 7 % 11 * (j + 2) % 13) / 5;
    }
    if (holes)
        x[4] = x[31] = NAN;
    assert_int_equal(kl_table_from(&l->x, x, ROWS, COLUMNS, NULL), KL_OK);
    assert_int_equal(kl_vector_from(&l->y, y, ROWS, NULL), KL_OK);
}

static void end_data(lesson *l)
{
    kl_value_release(l->x);
    kl_value_release(l->y);
}

static kl_status call(kl_object *object, const char *method, const kl_value *args, size_t count)
{
    kl_value answer = kl_null();
    kl_status status = kl_object_call(&answer, object, kl_text_from(method), args, count, NULL);
    kl_value_release(answer);
    return status;
}

static kl_status learn(kl_value *out, const lesson *l)
{
    const kl_value args[] = {l->x, l->y};
    kl_value parameters, model;
    KL_TRY(kl_json_parse(&parameters, kl_text_from(l->parameters), NULL));
    kl_status status = kl_object_from_map(
        &model, kl_type_find(kl_text_from(l->type), "kailash.ml"), parameters, NULL);
    kl_value_release(parameters);
    if (status != KL_OK)
        return status;
    status = call(model.as.object, "fit", args, 2);
    if (status == KL_OK)
        *out = model;
    else
        kl_value_release(model);
    return status;
}

static kl_status learn_and_answer(void *data)
{
    const lesson *l = data;
    kl_value model;
    KL_TRY(learn(&model, l));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && l->answers[i]; i++) {
        bool has_x = kl_type_method(model.as.object->type, kl_text_from(l->answers[i]))->param_count == 1;
        status = call(model.as.object, l->answers[i], &l->x, has_x ? 1 : 0);
    }
    kl_value_release(model);
    return status;
}

static const char *const tree_answers[] = {"predict", "apply", "decision_path", "tree_", "export_text",
                                           "feature_importances_", "get_depth", NULL};
static const char *const share_answers[] = {"predict", "predict_proba", "estimators_", NULL};
static const char *const number_answers[] = {"predict", "estimators_", NULL};
static const char *const forest_answers[] = {"predict", "apply", "decision_path", "estimators_",
                                             "estimators_samples_", NULL};
static const char *const stage_answers[] = {"predict", "apply", "staged_predict", "estimators_",
                                            "feature_importances_", NULL};
static const char *const score_answers[] = {"predict", "decision_function", "estimators_features_", NULL};

KL_TEST(memory_may_end_at_any_time)
{
    KL_UNUSED_STATE;
    lesson lessons[] = {
        {.type = "DecisionTreeClassifier", .parameters = "{}", .answers = tree_answers},
        {.type = "DecisionTreeClassifier", .answers = tree_answers,
         .parameters = "{\"criterion\":\"entropy\",\"max_leaf_nodes\":6,\"class_weight\":\"balanced\"}"},
        {.type = "DecisionTreeRegressor", .parameters = "{\"criterion\":\"absolute_error\",\"ccp_alpha\":0.01}",
         .answers = tree_answers, .is_regression = true},
        {.type = "DecisionTreeRegressor", .parameters = "{\"splitter\":\"random\",\"random_state\":1}",
         .answers = tree_answers, .is_regression = true},
        {.type = "RandomForestClassifier", .answers = forest_answers,
         .parameters = "{\"n_estimators\":3,\"random_state\":1,\"class_weight\":\"balanced_subsample\"}"},
        {.type = "ExtraTreesRegressor", .parameters = "{\"n_estimators\":3,\"random_state\":1}",
         .answers = forest_answers, .is_regression = true},
        {.type = "IsolationForest", .answers = score_answers,
         .parameters = "{\"n_estimators\":3,\"random_state\":1,\"max_features\":2}"},
        {.type = "BaggingClassifier", .parameters = "{\"n_estimators\":3,\"random_state\":1,\"max_features\":2}",
         .answers = share_answers},
        {.type = "BaggingRegressor", .parameters = "{\"n_estimators\":3,\"random_state\":1,\"bootstrap\":false}",
         .answers = number_answers, .is_regression = true},
        {.type = "AdaBoostClassifier", .parameters = "{\"n_estimators\":3}", .answers = share_answers},
        {.type = "AdaBoostRegressor", .parameters = "{\"n_estimators\":3,\"random_state\":1}",
         .answers = number_answers, .is_regression = true},
    };
    for (size_t i = 0; i < KL_COUNT(lessons); i++) {
        bool boosts = strncmp(lessons[i].type, "Ada", 3) == 0;
        make_data(&lessons[i], !boosts);
        assert_int_equal(learn_and_answer(&lessons[i]), KL_OK); /* what is made once is there */
        assert_true(sweep(learn_and_answer, &lessons[i]) > 3);
        end_data(&lessons[i]);
    }
}

KL_TEST(memory_may_end_while_stages_are_added)
{
    KL_UNUSED_STATE;
    lesson lessons[] = {
        {.type = "GradientBoostingClassifier", .answers = stage_answers,
         .parameters = "{\"n_estimators\":2,\"subsample\":0.7,\"random_state\":1,\"max_depth\":2}"},
        {.type = "GradientBoostingRegressor", .answers = stage_answers, .is_regression = true,
         .parameters = "{\"n_estimators\":2,\"loss\":\"huber\",\"max_depth\":2,\"n_iter_no_change\":2,"
                       "\"random_state\":1}"},
    };
    for (size_t i = 0; i < KL_COUNT(lessons); i++) {
        make_data(&lessons[i], false);
        assert_int_equal(learn_and_answer(&lessons[i]), KL_OK);
        assert_true(sweep(learn_and_answer, &lessons[i]) > 3);
        end_data(&lessons[i]);
    }
}

/* ---- what a file may hold -------------------------------------------------------------------------------------- */

/* The fitted model within an estimator. */
static kl_estimator *model_of(kl_value estimator)
{
    return kl_as_estimator(estimator)->model;
}

static int64_t *kept_nodes(kl_estimator *model)
{
    const kl_type *type = model->object.type;
    for (size_t i = 0; i < type->field_count; i++)
        if (strcmp(type->fields[i].name, "tree_nodes") == 0)
            return kl_indices(*(kl_value *)((char *)model + type->fields[i].offset));
    return NULL;
}

KL_TEST(nodes_that_lead_out_of_their_tree_are_refused)
{
    KL_UNUSED_STATE;
    /* Column of a node's row and what is put there: children before, beyond, the same twice; no such feature. */
    static const struct {
        size_t column;
        int64_t number;
    } damages[] = {{0, 0}, {0, 1000}, {0, -7}, {1, 1}, {1, -1}, {2, -1}, {2, COLUMNS}, {2, INT64_MAX}};
    static const char *const none[] = {NULL};
    for (size_t i = 0; i < KL_COUNT(damages); i++) {
        lesson l = {.type = "DecisionTreeClassifier", .parameters = "{}", .answers = none};
        kl_value estimator;
        kl_error error = KL_ERROR_INIT;
        make_data(&l, false);
        assert_int_equal(learn(&estimator, &l), KL_OK);
        kl_estimator *model = model_of(estimator);
        kept_nodes(model)[damages[i].column] = damages[i].number;
        const kl_estimator_table *table = model->object.type->extension;
        assert_int_equal(table->restored(model, &error), KL_INVALID);
        assert_non_null(strstr(kl_error_message(&error), "damaged"));
        kl_error_clear(&error);
        assert_int_equal(call(estimator.as.object, "predict", &l.x, 1), KL_INVALID);
        kl_value_release(estimator);
        end_data(&l);
    }
}

int main(void)
{
    setenv("KAILASH_NUM_THREADS", "1", 1); /* allocations come in the same order every time */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_may_end_at_any_time),
        cmocka_unit_test(memory_may_end_while_stages_are_added),
        cmocka_unit_test(nodes_that_lead_out_of_their_tree_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
