/* tests/c/test_ml_boost.c - boosting and clusters when memory ends. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "sweep.h"
#include "test.h"

#include <math.h>

enum { ROWS = 60, COLUMNS = 3 };

typedef struct lesson {
    const char *type, *parameters;
    const char *answer; /* a method of x */
    bool clusters;      /* it has no y, no missing values */
    bool along_a_line;  /* with connectivity: each row may be joined with the next one alone */
    kl_value x, y;
} lesson;

static void make_data(lesson *l)
{
    double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (double)(i % 3);
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = y[i] * (double)(j + 1) + (double)(i * 7 % 11 * (j + 2) % 13) / 5;
        x[i * COLUMNS + 1] = (double)(i % 5);
        if (i % 9 == 0 && !l->clusters)
            x[i * COLUMNS + 2] = NAN;
    }
    assert_int_equal(kl_table_from(&l->x, x, ROWS, COLUMNS, NULL), KL_OK);
    assert_int_equal(kl_vector_from(&l->y, y, ROWS, NULL), KL_OK);
}

static kl_status call(kl_object *object, const char *method, const kl_value *args, size_t count)
{
    kl_value answer = kl_null();
    kl_status status = kl_object_call(&answer, object, kl_text_from(method), args, count, NULL);
    kl_value_release(answer);
    return status;
}

static kl_status connect_neighbours(kl_value *parameters)
{
    double graph[ROWS * ROWS] = {0};
    kl_value table;
    for (size_t i = 0; i + 1 < ROWS; i++)
        graph[i * ROWS + i + 1] = 1;
    KL_TRY(kl_table_from(&table, graph, ROWS, ROWS, NULL));
    return kl_map_set(parameters, KL_TEXT("connectivity"), table, NULL);
}

static kl_status learn_and_answer(void *data)
{
    const lesson *l = data;
    const kl_value args[] = {l->x, l->y};
    kl_value parameters = kl_null(), model = kl_null();
    kl_status status = kl_json_parse(&parameters, kl_text_from(l->parameters), NULL);
    if (status == KL_OK && l->along_a_line)
        status = connect_neighbours(&parameters);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(l->type), "kailash.ml"),
                                    parameters, NULL);
    if (status == KL_OK)
        status = call(model.as.object, "fit", args, l->clusters ? 1 : 2);
    if (status == KL_OK && l->answer)
        status = call(model.as.object, l->answer, args, 1);
    kl_value_release(model);
    kl_value_release(parameters);
    return status;
}

KL_TEST(memory_may_end_at_any_time)
{
    KL_UNUSED_STATE;
    lesson lessons[] = {
        {.type = "HistGradientBoostingRegressor",
         .parameters = "{\"max_iter\": 2, \"min_samples_leaf\": 3, \"random_state\": 0}", .answer = "predict"},
        {.type = "HistGradientBoostingRegressor",
         .parameters = "{\"max_iter\": 2, \"min_samples_leaf\": 3, \"random_state\": 0, \"loss\": \"absolute_error\", "
         "\"early_stopping\": true, \"interaction_cst\": \"pairwise\", \"max_features\": 0.5}",
         .answer = "staged_predict"},
        {.type = "HistGradientBoostingClassifier",
         .parameters = "{\"max_iter\": 2, \"min_samples_leaf\": 3, \"random_state\": 0, \"class_weight\": \"balanced\"}",
         .answer = "predict_proba"},
        {.type = "DartRegressor",
         .parameters = "{\"n_estimators\": 3, \"drop_rate\": 1.0, \"skip_drop\": 0.0, \"random_state\": 0}",
         .answer = "predict"},
        {.type = "AgglomerativeClustering", .parameters = "{\"n_clusters\": 3}", .clusters = true},
        {.type = "AgglomerativeClustering", .parameters = "{\"n_clusters\": 3, \"linkage\": \"single\"}", .clusters = true},
        {.type = "AgglomerativeClustering", .parameters = "{}", .clusters = true, .along_a_line = true},
        {.type = "AgglomerativeClustering", .parameters = "{\"linkage\": \"average\"}", .clusters = true, .along_a_line = true},
        {.type = "AgglomerativeClustering", .parameters = "{\"linkage\": \"single\"}", .clusters = true, .along_a_line = true},
        {.type = "MiniBatchKMeans",
         .parameters = "{\"n_clusters\": 3, \"batch_size\": 10, \"max_iter\": 2, \"random_state\": 0}",
         .answer = "predict", .clusters = true},
    };
    for (size_t i = 0; i < KL_COUNT(lessons); i++) {
        make_data(&lessons[i]);
        assert_int_equal(learn_and_answer(&lessons[i]), KL_OK); /* what is made once is there */
        assert_true(sweep(learn_and_answer, &lessons[i]) > 3);
        kl_value_release(lessons[i].x);
        kl_value_release(lessons[i].y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_may_end_at_any_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
