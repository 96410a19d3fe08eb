/* tests/c/test_ml_decomposition.c - decompositions and covariances when memory ends. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "sweep.h"
#include "test.h"

enum { ROWS = 24, COLUMNS = 4 };

typedef struct lesson {
    const char *type, *parameters;
    const char *const *answers; /* methods of x, ended by NULL */
    kl_value x;
} lesson;

static kl_value make_rows(void)
{
    double x[ROWS * COLUMNS];
    kl_value rows = kl_null();
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = 1 + (double)((i * 7 + j * j * 5) % 11) + (double)(i * (j + 3) % 13) / 5;
    assert_int_equal(kl_table_from(&rows, x, ROWS, COLUMNS, NULL), KL_OK);
    return rows;
}

static kl_status call(kl_object *object, const char *method, kl_value x)
{
    kl_value answer = kl_null();
    kl_status status = kl_object_call(&answer, object, kl_text_from(method), &x, 1, NULL);
    kl_value_release(answer);
    return status;
}

static kl_status learn_and_answer(void *data)
{
    const lesson *l = data;
    kl_value parameters = kl_null(), model = kl_null();
    kl_status status = kl_json_parse(&parameters, kl_text_from(l->parameters), NULL);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(l->type), "kailash.ml"), parameters, NULL);
    for (size_t i = 0; status == KL_OK && l->answers[i]; i++)
        status = call(model.as.object, l->answers[i], l->x);
    kl_value_release(model);
    kl_value_release(parameters);
    return status;
}

KL_TEST(memory_may_end_at_any_time)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {"fit", "transform", NULL};
    static const char *const density[] = {"fit", "transform", "score_samples", NULL};
    static const char *const both[] = {"fit_transform", "transform", NULL};
    static const char *const parts[] = {"partial_fit", "partial_fit", "transform", NULL};
    static const char *const distances[] = {"fit", "mahalanobis", "score", NULL};
    static const char *const steps[] = {"fit", "correct_covariance", "reweight_covariance", NULL};
    static const char *const map[] = {"fit_transform", NULL};
    lesson lessons[] = {
        {.type = "PCA", .parameters = "{}", .answers = density},
        {.type = "PCA", .parameters = "{\"svd_solver\": \"randomized\", \"random_state\": 1}", .answers = rows},
        {.type = "PCA", .parameters = "{\"svd_solver\": \"arpack\", \"random_state\": 1}", .answers = rows},
        {.type = "TruncatedSVD", .parameters = "{\"random_state\": 1}", .answers = rows},
        {.type = "IncrementalPCA", .parameters = "{\"batch_size\": 8}", .answers = rows},
        {.type = "IncrementalPCA", .parameters = "{}", .answers = parts},
        {.type = "KernelPCA", .parameters = "{\"fit_inverse_transform\": true}", .answers = both},
        {.type = "NMF", .parameters = "{\"random_state\": 1, \"max_iter\": 3, \"tol\": 0}", .answers = both},
        {.type = "NMF",
         .parameters = "{\"random_state\": 1, \"max_iter\": 3, \"tol\": 0, \"solver\": \"mu\", \"beta_loss\": 1}",
         .answers = both},
        {.type = "FastICA", .parameters = "{\"random_state\": 1, \"tol\": 0.5}", .answers = rows},
        {.type = "FactorAnalysis", .parameters = "{\"rotation\": \"varimax\"}", .answers = density},
        {.type = "SparsePCA", .parameters = "{\"max_iter\": 3, \"random_state\": 1}", .answers = rows},
        {.type = "DictionaryLearning",
         .parameters = "{\"max_iter\": 3, \"random_state\": 1, \"n_components\": 6, \"split_sign\": true}",
         .answers = both},
        {.type = "DictionaryLearning",
         .parameters = "{\"max_iter\": 3, \"random_state\": 1, \"fit_algorithm\": \"cd\"}",
         .answers = both},
        {.type = "LatentDirichletAllocation", .parameters = "{\"random_state\": 1, \"max_iter\": 2}", .answers = both},
        {.type = "LatentDirichletAllocation", .parameters = "{\"random_state\": 1}", .answers = parts},
        {.type = "EmpiricalCovariance", .parameters = "{}", .answers = distances},
        {.type = "LedoitWolf", .parameters = "{\"store_precision\": false}", .answers = distances},
        {.type = "MinCovDet", .parameters = "{\"random_state\": 1}", .answers = distances},
        {.type = "MinCovDet", .parameters = "{\"random_state\": 1}", .answers = steps},
        {.type = "GraphicalLasso", .parameters = "{\"alpha\": 0.5}", .answers = distances},
        {.type = "TSNE", .parameters = "{\"n_iter\": 250, \"perplexity\": 5, \"random_state\": 1}", .answers = map},
        {.type = "TSNE",
         .parameters = "{\"n_iter\": 250, \"perplexity\": 5, \"random_state\": 1, \"method\": \"exact\"}",
         .answers = map},
    };
    kl_value x = make_rows();
    for (size_t i = 0; i < KL_COUNT(lessons); i++) {
        lessons[i].x = x;
        assert_int_equal(learn_and_answer(&lessons[i]), KL_OK);
        assert_true(sweep(learn_and_answer, &lessons[i]) > 3);
    }
    kl_value_release(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_may_end_at_any_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
