/* Scalers, encoders, imputers, texts, networks, clusters, mixtures: every allocation of a fit fails once. */
#include "ml_sweep.h"

#include <math.h>

enum { N = 24, COLUMNS = 3 };

/* Three groups, positive; the second column has holes when asked. */
static void fill(double *x, bool holes)
{
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = (double)(1 + i % 3 * 4) + sin((double)(i * 7 + j * 3)) / 2;
    for (size_t i = 0; holes && i < N; i += 5)
        x[i * COLUMNS + 1] = NAN;
}

static kl_status numbers(kl_value *x, kl_value *y, kl_error *error)
{
    double *rows;
    (void)y;
    KL_TRY(kl_table_new(x, &rows, N, COLUMNS, error));
    fill(rows, false);
    return KL_OK;
}

static kl_status holes(kl_value *x, kl_value *y, kl_error *error)
{
    KL_TRY(numbers(x, y, error));
    fill(kl_doubles(*x), true);
    return KL_OK;
}

static kl_status square(kl_value *x, kl_value *y, kl_error *error)
{
    double *rows;
    (void)y;
    KL_TRY(kl_table_new(x, &rows, N, N, error));
    for (size_t i = 0; i < N * N; i++)
        rows[i] = i / N % 3 == i % N % 3 ? 1 : 0.01;
    return KL_OK;
}

static kl_status classes(kl_value *x, kl_value *y, kl_error *error)
{
    double *labels;
    KL_TRY(numbers(x, y, error));
    KL_TRY(kl_vector_new(y, &labels, N, error));
    for (size_t i = 0; i < N; i++)
        labels[i] = (double)(i % 3);
    return KL_OK;
}

static kl_status words(kl_value *x, kl_value *y, kl_error *error)
{
    static const char *const texts[] = {"a quick brown fox", "the lazy dog", "Größe zählt nicht", "fox and dog, dog"};
    (void)y;
    KL_TRY(kl_array_new(x, KL_COUNT(texts), error));
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        KL_TRY(kl_array_push_text(x, kl_text_from(texts[i]), error));
    return KL_OK;
}

static kl_status rows_of_words(kl_value *x, kl_value *y, kl_error *error)
{
    kl_value all = kl_null(), row;
    kl_status status = words(&all, y, error);
    if (status == KL_OK)
        status = kl_array_new(x, kl_array_len(all), error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(all); i++) {
        status = kl_array_new(&row, 2, error);
        if (status != KL_OK)
            break;
        kl_array_push(&row, kl_value_retain(kl_array_at(all, i)), NULL); /* has room for both */
        kl_array_push(&row, kl_value_retain(kl_array_at(all, i / 2)), NULL);
        status = kl_array_push(x, row, error);
    }
    kl_value_release(all);
    return status;
}

KL_TEST(preparing_survives_every_failed_allocation)
{
    static const ml_case cases[] = {
        {"StandardScaler", "{}", "transform", holes},
        {"MinMaxScaler", "{\"clip\": true}", "transform", holes},
        {"MaxAbsScaler", "{}", "inverse_transform", holes},
        {"RobustScaler", "{\"unit_variance\": true}", "transform", holes},
        {"Normalizer", "{}", "transform", numbers},
        {"Binarizer", "{}", "transform", numbers},
        {"PolynomialFeatures", "{\"degree\": 3}", "transform", numbers},
        {"PowerTransformer", "{}", "transform", holes},
        {"PowerTransformer", "{\"method\": \"box-cox\"}", "transform", numbers},
        {"QuantileTransformer", "{\"n_quantiles\": 5, \"subsample\": 9, \"random_state\": 1}", "transform", holes},
        {"SimpleImputer", "{\"strategy\": \"median\", \"add_indicator\": true}", "transform", holes},
        {"SimpleImputer", "{\"missing_values\": 1.0}", "transform", numbers},
        {"SimpleImputer", "{\"add_indicator\": true}", "inverse_transform", numbers},
        {"OneHotEncoder", "{\"drop\": \"first\"}", "transform", numbers},
        {"OneHotEncoder", "{\"dtype\": \"float32\"}", "transform", numbers},
        {"OrdinalEncoder", "{\"dtype\": \"int64\"}", "transform", rows_of_words},
        {"OneHotEncoder", "{\"max_categories\": 3, \"sparse_output\": true}", "transform", rows_of_words},
        {"OrdinalEncoder", "{\"min_frequency\": 2}", "transform", rows_of_words},
    };
    KL_UNUSED_STATE;
    ml_sweep(cases, KL_COUNT(cases));
}

KL_TEST(texts_survive_every_failed_allocation)
{
    static const ml_case cases[] = {
        {"CountVectorizer", "{\"ngram_range\": [1, 2], \"max_features\": 5}", "transform", words},
        {"CountVectorizer", "{\"analyzer\": \"char_wb\", \"ngram_range\": [2, 3]}", "transform", words},
        {"TfidfVectorizer", "{\"sparse_output\": true, \"stop_words\": [\"the\"]}", "transform", words},
        {"CountVectorizer", "{\"vocabulary\": [\"fox\", \"dog\"]}", "transform", words},
        {"CountVectorizer", "{\"stop_words\": \"english\", \"strip_accents\": \"unicode\", \"dtype\": \"int64\"}", "transform", words},
        {"HashingVectorizer", "{\"n_features\": 8}", "transform", words},
        {"HashingVectorizer", "{\"n_features\": 8, \"dtype\": \"float32\", \"encoding\": \"latin-1\"}", "transform", words},
        {"TfidfTransformer", "{}", "transform", numbers},
        {"LabelEncoder", "{}", "transform", words},
        {"LabelBinarizer", "{\"sparse_output\": true}", "transform", words},
    };
    KL_UNUSED_STATE;
    ml_sweep(cases, KL_COUNT(cases));
}

KL_TEST(networks_and_clusters_survive_every_failed_allocation)
{
    static const ml_case cases[] = {
        {"MLPClassifier", "{\"max_iter\": 3, \"n_iter_no_change\": 1, \"tol\": 1e9, \"random_state\": 1}", "predict_proba", classes},
        {"MLPRegressor", "{\"solver\": \"lbfgs\", \"tol\": 1e9, \"random_state\": 1}", "predict", classes},
        {"MLPRegressor", "{\"early_stopping\": true, \"max_iter\": 30, \"n_iter_no_change\": 1, \"tol\": 1e9, \"random_state\": 1}",
         "predict", classes},
        {"BernoulliRBM", "{\"n_components\": 4, \"n_iter\": 2, \"random_state\": 1}", "score_samples", numbers},
        {"KMeans", "{\"n_clusters\": 3, \"n_init\": 2, \"random_state\": 1}", "transform", numbers},
        {"GaussianMixture", "{\"n_components\": 2, \"random_state\": 1}", "predict_proba", numbers},
        {"GaussianMixture", "{\"n_components\": 2, \"covariance_type\": \"tied\", \"random_state\": 1}", "score_samples", numbers},
        {"AffinityPropagation", "{\"random_state\": 1}", "predict", numbers},
        {"SpectralClustering", "{\"n_clusters\": 3, \"affinity\": \"precomputed\", \"random_state\": 1}", NULL, square},
        {"SpectralClustering", "{\"n_clusters\": 3, \"random_state\": 1}", NULL, numbers},
        {"SpectralClustering",
         "{\"n_clusters\": 2, \"random_state\": 1, \"assign_labels\": \"discretize\", \"eigen_solver\": \"lobpcg\"}", NULL,
         numbers},
        {"SpectralClustering", "{\"n_clusters\": 3, \"random_state\": 1, \"assign_labels\": \"cluster_qr\"}", NULL, numbers},
        {"Birch", "{\"n_clusters\": 3, \"branching_factor\": 2, \"threshold\": 0.2}", "transform", numbers},
        {"Birch", "{\"branching_factor\": 2, \"threshold\": 0.2}", "partial_fit", numbers},
    };
    KL_UNUSED_STATE;
    ml_sweep(cases, KL_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preparing_survives_every_failed_allocation),
        cmocka_unit_test(texts_survive_every_failed_allocation),
        cmocka_unit_test(networks_and_clusters_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
