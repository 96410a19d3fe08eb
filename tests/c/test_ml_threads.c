/* tests/c/test_ml_threads.c - answers of a model on several threads while its estimator and others learn. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "test.h"

#include <math.h>
#include <pthread.h>

enum { ROWS = 3000, COLUMNS = 4, ASKING = 3, TIMES = 4 };

typedef struct kind {
    const char *type, *parameters, *method;
} kind;

static const kind kinds[] = {
    {"LinearRegression", "{}", "predict"},
    {"LogisticRegression", "{}", "predict_proba"},
    {"SGDClassifier", "{\"random_state\": 1}", "decision_function"},
    {"LinearSVC", "{\"random_state\": 1}", "predict"},
    {"SVC", "{}", "predict"},
    {"GaussianNB", "{}", "predict_proba"},
    {"KNeighborsClassifier", "{}", "predict"},
    {"DecisionTreeClassifier", "{\"random_state\": 1}", "predict"},
    {"RandomForestRegressor", "{\"n_estimators\": 6, \"random_state\": 1}", "predict"},
    {"HistGradientBoostingRegressor", "{\"max_iter\": 5, \"random_state\": 1}", "predict"},
    {"AdaBoostClassifier", "{\"n_estimators\": 3, \"random_state\": 1}", "predict"},
    {"MLPClassifier", "{\"max_iter\": 3, \"hidden_layer_sizes\": [8], \"random_state\": 1}", "predict_proba"},
    {"KMeans", "{\"n_clusters\": 3, \"random_state\": 1}", "predict"},
    {"GaussianMixture", "{\"n_components\": 2, \"random_state\": 1}", "predict_proba"},
    {"PCA", "{\"n_components\": 2}", "transform"},
    {"StandardScaler", "{}", "transform"},
};

typedef struct shared {
    const kind *kind;
    kl_object *model;
    kl_value x, y, expected;
    int failures; /* atomic */
} shared;

static void make_data(shared *s)
{
    double *x, *y;
    assert_int_equal(kl_table_new(&s->x, &x, ROWS, COLUMNS, NULL), KL_OK);
    assert_int_equal(kl_vector_new(&s->y, &y, ROWS, NULL), KL_OK);
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (double)(i % 3);
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = y[i] * (double)(j + 1) + sin((double)(i * (j + 3)));
    }
}

static kl_status learn(kl_object *model, const shared *s)
{
    const kl_value args[] = {s->x, s->y};
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_object_call(&out, model, KL_TEXT("fit"), args, 2, &error);
    if (status != KL_OK)
        print_error("%s: %s\n", s->kind->type, kl_error_message(&error));
    kl_value_release(out);
    kl_error_clear(&error);
    return status;
}

static kl_status ask(kl_value *out, const shared *s)
{
    return kl_object_call(out, s->model, kl_text_from(s->kind->method), &s->x, 1, NULL);
}

static bool is_expected(const shared *s, kl_value answer)
{
    const double *a = kl_doubles(s->expected), *b = kl_doubles(answer);
    size_t count = kl_array_axis(answer, 0) * KL_MAX(kl_array_axis(answer, 1), (size_t)1);
    for (size_t i = 0; a && b && i < count; i++)
        if (!(a[i] == b[i]))
            return false;
    return a && b && count >= ROWS;
}

static void *ask_often(void *data)
{
    shared *s = data;
    for (int i = 0; i < TIMES; i++) {
        kl_value answer = kl_null();
        if (ask(&answer, s) != KL_OK || !is_expected(s, answer))
            __atomic_add_fetch(&s->failures, 1, __ATOMIC_RELAXED);
        kl_value_release(answer);
    }
    return NULL;
}

static kl_object *new_model(const kind *of)
{
    kl_value parameters, model;
    assert_int_equal(kl_json_parse(&parameters, kl_text_from(of->parameters), NULL), KL_OK);
    assert_int_equal(kl_object_from_map(&model, kl_type_find(kl_text_from(of->type), "kailash.ml"), parameters, NULL),
                     KL_OK);
    kl_value_release(parameters);
    return model.as.object;
}

/* The same estimator again, and another one of its type. */
static void *learn_often(void *data)
{
    shared *s = data;
    kl_object *other = new_model(s->kind);
    for (int i = 0; i < 2; i++)
        if (learn(s->model, s) != KL_OK || learn(other, s) != KL_OK)
            __atomic_add_fetch(&s->failures, 1, __ATOMIC_RELAXED);
    kl_object_release(other);
    return NULL;
}

static void run(const kind *of)
{
    shared s = {.kind = of, .model = new_model(of), .expected = kl_null()};
    pthread_t asking[ASKING], learning;
    make_data(&s);
    assert_int_equal(learn(s.model, &s), KL_OK);
    assert_int_equal(ask(&s.expected, &s), KL_OK);
    for (size_t i = 0; i < ASKING; i++)
        assert_int_equal(pthread_create(&asking[i], NULL, ask_often, &s), 0);
    assert_int_equal(pthread_create(&learning, NULL, learn_often, &s), 0);
    for (size_t i = 0; i < ASKING; i++)
        pthread_join(asking[i], NULL);
    pthread_join(learning, NULL);
    if (s.failures)
        print_error("%s: %d failures\n", of->type, s.failures);
    assert_int_equal(s.failures, 0);
    kl_object_release(s.model);
    kl_value_release(s.x);
    kl_value_release(s.y);
    kl_value_release(s.expected);
}

static void models_answer_while_their_estimators_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        run(&kinds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(models_answer_while_their_estimators_learn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
