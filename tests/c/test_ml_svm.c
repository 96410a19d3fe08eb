/* tests/c/test_ml_svm.c - support vector machines, naive Bayes and discriminants when memory ends. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "sweep.h"
#include "test.h"

enum { ROWS = 48, COLUMNS = 3 };

typedef struct lesson {
    const char *type, *parameters;
    const char *const *answers; /* methods of x, ended by NULL */
    kl_value x, y;
} lesson;

static void make_data(lesson *l)
{
    double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (double)(i % 3);
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = y[i] * (double)(j + 1) + (double)(i * 7 % 11 * (j + 2) % 13) / 5;
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

static kl_status learn_and_answer(void *data)
{
    const lesson *l = data;
    const kl_value args[] = {l->x, l->y};
    kl_value parameters = kl_null(), model = kl_null();
    kl_status status = kl_json_parse(&parameters, kl_text_from(l->parameters), NULL);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(l->type), "kailash.ml"),
                                    parameters, NULL);
    if (status == KL_OK)
        status = call(model.as.object, "fit", args, 2);
    for (size_t i = 0; status == KL_OK && l->answers[i]; i++)
        status = call(model.as.object, l->answers[i], args, 1);
    kl_value_release(model);
    kl_value_release(parameters);
    return status;
}

KL_TEST(memory_may_end_at_any_time)
{
    KL_UNUSED_STATE;
    static const char *const classes[] = {"predict", "decision_function", NULL};
    static const char *const shares[] = {"predict", "predict_log_proba", NULL};
    static const char *const numbers[] = {"predict", NULL};
    static const char *const features[] = {"transform", NULL};
    lesson lessons[] = {
        {.type = "SVC", .parameters = "{\"probability\":true,\"random_state\":1}", .answers = shares},
        {.type = "SVC", .parameters = "{\"kernel\":\"linear\",\"cache_size\":0.0001}", .answers = classes},
        {.type = "NuSVC", .parameters = "{\"nu\":0.2}", .answers = classes},
        {.type = "SVR", .parameters = "{\"C\":10.0}", .answers = numbers},
        {.type = "NuSVR", .parameters = "{}", .answers = numbers},
        {.type = "OneClassSVM", .parameters = "{}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"loss\":\"hinge\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"penalty\":\"l1\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"multi_class\":\"crammer_singer\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVR", .parameters = "{\"random_state\":0}", .answers = numbers},
        {.type = "RBFSampler", .parameters = "{\"random_state\":0}", .answers = features},
        {.type = "Nystroem", .parameters = "{\"n_components\":9,\"random_state\":0}", .answers = features},
        {.type = "GaussianProcessRegressor",
         .parameters = "{\"alpha\":0.5,\"n_restarts_optimizer\":1,\"random_state\":0}", .answers = numbers},
        {.type = "GaussianNB", .parameters = "{}", .answers = shares},
        {.type = "MultinomialNB", .parameters = "{}", .answers = shares},
        {.type = "BernoulliNB", .parameters = "{}", .answers = shares},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{}", .answers = classes},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{\"shrinkage\":\"auto\"}", .answers = classes},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{\"solver\":\"eigen\"}", .answers = shares},
        {.type = "QuadraticDiscriminantAnalysis", .parameters = "{}", .answers = shares},
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
