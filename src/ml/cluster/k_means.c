/* src/ml/cluster/k_means.c - KMeans: clusters around their means. */
#include "k_means.h"

#include "../kernels.h"
#include "../model.h"
#include "parallel.h"
#include "kailash/data.h"

#include <math.h>

typedef struct k_means {
    kl_estimator base;
    int64_t n_clusters, max_iter;
    kl_value n_init, random_state, init, algorithm;
    double tol;
    bool verbose, copy_x;
    kl_value cluster_centers_, labels_;
    double inertia_;
    int64_t n_iter_;
} k_means;

static const char *const algorithms[] = {"lloyd", "elkan", "auto", "full", NULL};
enum { STREAM = 0x30 };

/* ---- where to begin ------------------------------------------------------------------------------ */

static kl_status begin_random(double *centers, const kl_k_means *it, kl_random *random, kl_task *task,
                              kl_error *error)
{
    int64_t *rows;
    KL_TAKE_RAW(rows, task, it->k, error);
    KL_TRY(kl_random_sample(random, rows, it->k, it->n, error));
    for (size_t c = 0; c < it->k; c++)
        memcpy(centers + c * it->d, it->x + (size_t)rows[c] * it->d, it->d * sizeof *centers);
    return KL_OK;
}

/* Centres that the user gives, less the mean that was taken from x. */
static kl_status begin_given(double *centers, kl_value given, const kl_k_means *it, const double *mean,
                             kl_task *task, kl_error *error)
{
    kl_matrix matrix;
    KL_TRY(kl_matrix_read(&matrix, given, "init", 0, task, error));
    if (matrix.rows != it->k || matrix.cols != it->d)
        return kl_bad_input(error, "init: expected %zu x %zu numbers, got %zu x %zu", it->k, it->d, matrix.rows,
                            matrix.cols);
    for (size_t c = 0; c < it->k; c++)
        for (size_t j = 0; j < it->d; j++)
            centers[c * it->d + j] = matrix.data[c * it->d + j] - mean[j];
    return KL_OK;
}

static bool is_given(const k_means *self) { return !kl_is(self->init, KL_KIND_STRING); }

static kl_status begin_called(double *centers, const k_means *self, const kl_fit *in, const kl_k_means *it,
                              const double *mean, kl_task *task, kl_error *error)
{
    kl_value args[3] = {in->x->value, kl_int(self->n_clusters), self->random_state}, given;
    KL_TRY(kl_call_value(&given, self->init, args, 3, error));
    kl_status status = begin_given(centers, given, it, mean, task, error);
    kl_value_release(given);
    return status;
}

static kl_status begin(double *centers, const k_means *self, const kl_fit *in, const kl_k_means *it,
                       const double *mean, kl_random *random, kl_task *task, kl_error *error)
{
    if (kl_as_object(self->init, &kl_callable_type))
        return begin_called(centers, self, in, it, mean, task, error);
    if (is_given(self))
        return begin_given(centers, self->init, it, mean, task, error);
    if (kl_word_is(self->init, "random"))
        return begin_random(centers, it, random, task, error);
    return kl_k_means_plus_plus(centers, NULL, it->x, it->n, it->d, it->k, it->weights, random, task, error);
}

/* How many beginnings. */
static kl_status count_beginnings(size_t *out, const k_means *self, kl_error *error)
{
    kl_value n = self->n_init;
    bool once = kl_word_is(self->init, "k-means++") || kl_as_array_view(self->init) || kl_is(self->init, KL_KIND_ARRAY);
    *out = once ? 1 : 10;
    if (kl_word_is(n, "auto"))
        return KL_OK;
    if (!kl_is(n, KL_KIND_INT) || kl_as_int(n) < 1)
        return kl_bad_parameter(error, "n_init", "an int >= 1 or 'auto'", n);
    *out = is_given(self) && !kl_as_object(self->init, &kl_callable_type) ? 1 : (size_t)kl_as_int(n);
    return KL_OK;
}

/* ---- learning ------------------------------------------------------------------------------------ */

/* x less its mean: numbers near 0 tell distances more exactly. */
static kl_status center(double **out, double **mean, const kl_fit *in, kl_task *task, kl_error *error)
{
    KL_TAKE(*mean, task, in->d, error);
    KL_TAKE_RAW(*out, task, in->n * in->d, error);
    kl_kernels()->column_sums(*mean, in->x->data, in->n, in->d);
    for (size_t j = 0; j < in->d; j++)
        (*mean)[j] /= (double)in->n;
    kl_kernels()->center_scale(*out, in->x->data, *mean, NULL, in->n, in->d);
    return KL_OK;
}

/* tol times the mean variance of the columns; x has mean 0. */
static double tolerance_of(const k_means *self, const double *x, const kl_fit *in)
{
    return self->tol * kl_kernels()->sum_squares(x, in->n * in->d) / (double)in->n / (double)in->d;
}

static kl_status keep(k_means *self, const double *centers, const double *mean, const int32_t *labels,
                      const kl_fit *in, kl_error *error)
{
    kl_value value;
    double *to;
    size_t k = (size_t)self->n_clusters;
    KL_TRY(kl_table_new(&value, &to, k, in->d, error));
    kl_learn(&self->cluster_centers_, value);
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < in->d; j++)
            to[c * in->d + j] = centers[c * in->d + j] + mean[j];
    KL_TRY(kl_vector_new(&value, &to, in->n, error));
    kl_learn(&self->labels_, value);
    for (size_t i = 0; i < in->n; i++)
        to[i] = labels[i];
    return KL_OK;
}

static kl_status check_clusters(int64_t k, size_t n, kl_error *error)
{
    if (k >= 1 && (size_t)k <= n)
        return KL_OK;
    return kl_bad_input(error, "invalid parameter `n_clusters`: expected a number from 1 to the number of rows (%zu), got %lld",
                        n, (long long)k);
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    k_means *self = (k_means *)base;
    double *x, *mean, *best;
    int32_t *labels;
    size_t beginnings;
    uint64_t seed;
    KL_TRY(check_clusters(self->n_clusters, in->n, error));
    KL_TRY(count_beginnings(&beginnings, self, error));
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TRY(center(&x, &mean, in, task, error));
    kl_k_means it = {.x = x, .n = in->n, .d = in->d, .k = (size_t)self->n_clusters, .weights = in->weights,
                     .iterations_max = (size_t)self->max_iter, .tolerance = tolerance_of(self, x, in)};
    KL_TAKE_RAW(it.centers, task, it.k * it.d, error);
    KL_TAKE_RAW(it.labels, task, in->n, error);
    KL_TAKE_RAW(best, task, it.k * it.d, error);
    KL_TAKE_RAW(labels, task, in->n, error);
    self->inertia_ = INFINITY;
    for (size_t b = 0; b < beginnings; b++) {
        kl_random random;
        kl_random_open(&random, seed, STREAM, b);
        KL_TRY(begin(it.centers, self, in, &it, mean, &random, task, error));
        KL_TRY(kl_k_means_run(&it, task, error));
        if (it.inertia < self->inertia_) {
            self->inertia_ = it.inertia;
            self->n_iter_ = (int64_t)it.iterations;
            memcpy(best, it.centers, it.k * it.d * sizeof *best);
            memcpy(labels, it.labels, in->n * sizeof *labels);
        }
        KL_TRY(kl_task_step(task, b + 1, beginnings, error));
    }
    return keep(self, best, mean, labels, in, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const k_means *self = (const k_means *)base;
    int32_t *labels;
    KL_TAKE_RAW(labels, task, x->rows + 1, error);
    KL_TRY(kl_k_means_assign(labels, NULL, x->data, x->rows, x->cols, kl_doubles(self->cluster_centers_),
                             kl_array_axis(self->cluster_centers_, 0), NULL, task, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = labels[i];
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    const k_means *self = (const k_means *)base;
    size_t k = kl_array_axis(self->cluster_centers_, 0);
    double *to;
    (void)task;
    KL_TRY(kl_table_new(out, &to, x->rows, k, error));
    for (size_t i = 0; i < x->rows; i++)
        for (size_t c = 0; c < k; c++)
            to[i * k + c] = sqrt(kl_kernels()->squared_distance(
                kl_row(x, i), kl_doubles(self->cluster_centers_) + c * x->cols, x->cols));
    return KL_OK;
}

static kl_status score(double *out, const kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    const k_means *self = (const k_means *)base;
    int32_t *labels;
    KL_TAKE_RAW(labels, task, in->n + 1, error);
    KL_TRY(kl_k_means_assign(labels, out, in->x->data, in->n, in->d, kl_doubles(self->cluster_centers_),
                             kl_array_axis(self->cluster_centers_, 0), in->weights, task, error));
    *out = -*out;
    return KL_OK;
}

static size_t width(const kl_estimator *self)
{
    return kl_array_axis(((const k_means *)self)->cluster_centers_, 0);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(k_means, n_clusters, 8, .doc = "clusters; from 1 to the number of rows"),
    KL_INT(k_means, max_iter, 300, .doc = "most moves of the centres in one run; >= 1"),
    KL_VALUE(k_means, n_init, .kind = KL_KIND_ANY, .fallback = "10",
             .doc = "runs from other beginnings, of which the best counts; \"auto\" = 1 for k-means++ and given centres, "
                    "else 10"),
    KL_RANDOM_STATE(k_means, ),
    KL_VALUE(k_means, init, .kind = KL_KIND_ANY, .fallback = "\"k-means++\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "where the centres begin: \"k-means++\" (rows far from each other), \"random\" rows, centres "
                    "(n_clusters x columns), or a function (x, n_clusters, random_state) that gives them"),
    KL_DOUBLE(k_means, tol, 0.0001, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when the squares of all moves are below it times the mean variance of the columns; >= 0"),
    KL_BOOL(k_means, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_BOOL(k_means, copy_x, true, .flags = KL_KEYWORD_ONLY, .doc = "has no effect: what is given is never changed"),
    KL_ENUM(k_means, algorithm, "lloyd", .names = algorithms, .flags = KL_KEYWORD_ONLY,
            .doc = "all give the same clusters by the same method"),
    KL_LEARNED_ARRAY(k_means, cluster_centers_, .doc = "the means: n_clusters x columns"),
    KL_LEARNED_ARRAY(k_means, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_DOUBLE(k_means, inertia_, .doc = "sum of squared distances to the means, with weights"),
    KL_LEARNED_INT(k_means, n_iter_, .doc = "moves of the best run"),
};

static const kl_limit limits[] = {{"max_iter", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}};

static const kl_method methods[] = {
    KL_EST_CLUSTERER_WEIGHTED, KL_EST_PREDICT, KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", kl_est_fit_transform, kl_est_fit_x, KL_KIND_BUFFER,
               "fit(x), and the distance of each row to each centre."),
    {.name = "score", .call = kl_est_score, .params = KL_TABLE(kl_est_fit_score_x), .returns = KL_KIND_DOUBLE,
     .raises = KL_EST_RAISES, .doc = "Minus the sum of squared distances of x to the centres."},
    KL_EST_NAMES_OUT,
};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .transform = transform,
    .score = score,
    .width = width,
    .shapes = "cluster_centers_ = n_clusters features; labels_ = * | none",
};

const kl_type kl_k_means_type = {
    .name = "KMeans",
    KL_ESTIMATOR(k_means),
    .doc = "Clusters around their means: each row belongs to the nearest mean, and the sum of squared distances is as small "
           "as moving the means makes it (Lloyd 1982, with Hamerly's bounds).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr_fields = "n_clusters",
    .extension = &table,
};
KL_PUBLISH(kl_k_means_type);
