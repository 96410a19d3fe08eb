/* src/ml/mixture/gaussian_mixture.c - GaussianMixture: clusters that are normal distributions. */
#include "mixture.h"

#include "../cluster/k_means.h"
#include "../estimator_parts.h"
#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct gaussian_mixture {
    kl_estimator base;
    int64_t n_components, max_iter, n_init, verbose_interval;
    kl_value covariance_type, init_params, random_state, weights_init, means_init, precisions_init;
    double tol, reg_covar;
    bool warm_start, verbose;
    kl_value weights_, means_, covariances_, precisions_, precisions_cholesky_, lower_bounds_;
    double lower_bound_;
    int64_t n_iter_, seed;
    bool converged_;
} gaussian_mixture;

static const char *const kinds[] = {"full", "tied", "diag", "spherical", NULL};
static const char *const beginnings[] = {"kmeans", "k-means++", "random", "random_from_data", NULL};
enum { STREAM = 0x41, STREAM_SAMPLE = 0x42 };

static kl_covariance_kind kind_of(const gaussian_mixture *self)
{
    unsigned kind = 0;
    while (!kl_word_is(self->covariance_type, kinds[kind]))
        kind++;
    return (kl_covariance_kind)kind;
}

/* What was learned, as a mixture. */
static kl_mixture mixture_of(const gaussian_mixture *self)
{
    return (kl_mixture){.k = (size_t)self->n_components, .d = (size_t)self->base.features, .kind = kind_of(self),
                        .reg = self->reg_covar, .weights = kl_doubles(self->weights_),
                        .means = kl_doubles(self->means_), .covariances = kl_doubles(self->covariances_),
                        .factors = kl_doubles(self->precisions_cholesky_)};
}

/* ---- where to begin ------------------------------------------------------------------------------ */

/* Each row wholly of one distribution, or of none. */
static kl_status begin_resp(double *resp, const gaussian_mixture *self, const kl_fit *in, uint64_t seed,
                            uint64_t run, kl_task *task, kl_error *error)
{
    size_t k = (size_t)self->n_components;
    kl_random random;
    int32_t *labels;
    int64_t *rows;
    double *centers;
    memset(resp, 0, in->n * k * sizeof *resp);
    kl_random_open(&random, seed, STREAM, run);
    if (kl_word_is(self->init_params, "kmeans")) {
        KL_TAKE_RAW(labels, task, in->n, error);
        KL_TRY(kl_k_means_simple(labels, NULL, in->x->data, in->n, in->d, k, 1, seed + run, task, error));
        for (size_t i = 0; i < in->n; i++)
            resp[i * k + (size_t)labels[i]] = 1;
        return KL_OK;
    }
    if (kl_word_is(self->init_params, "random")) {
        for (size_t i = 0; i < in->n; i++) {
            double sum = 0;
            for (size_t c = 0; c < k; c++)
                sum += resp[i * k + c] = kl_random_double(&random) + 1e-300;
            for (size_t c = 0; c < k; c++)
                resp[i * k + c] /= sum;
        }
        return KL_OK;
    }
    KL_TAKE_RAW(rows, task, k, error);
    KL_TAKE_RAW(centers, task, k * in->d, error);
    if (kl_word_is(self->init_params, "k-means++"))
        KL_TRY(kl_k_means_plus_plus(centers, rows, in->x->data, in->n, in->d, k, NULL, &random, task, error));
    else
        KL_TRY(kl_random_sample(&random, rows, k, in->n, error));
    for (size_t c = 0; c < k; c++)
        resp[(size_t)rows[c] * k + c] = 1;
    return KL_OK;
}

static kl_status read_given(double *to, kl_value given, const char *name, size_t count, kl_task *task,
                            kl_error *error)
{
    const double *numbers;
    const kl_array_view *view = kl_as_array_view(given);
    if (kl_is_null(given))
        return KL_OK;
    if (!view || kl_array_view_count(view) != count)
        return kl_bad_input(error, "%s: expected %zu numbers", name, count);
    if (view->layout.ndim <= 2) {
        KL_TRY(kl_doubles_read(&numbers, given, task, error));
    } else {
        if (view->layout.format != 'd' || !kl_array_view_is_contiguous(view))
            return kl_bad_input(error, "%s: expected float64 numbers row by row", name);
        numbers = view->layout.data;
    }
    memcpy(to, numbers, count * sizeof *to);
    return KL_OK;
}

/* The inverse of a symmetric matrix. */
static kl_status invert(double *to, const double *from, size_t d, kl_task *task, kl_error *error)
{
    return kl_pinvh(to, NULL, NULL, from, d, task, error);
}

/* Precisions that the user gives, as covariances. */
static kl_status begin_precisions(kl_mixture *m, kl_value given, kl_task *task, kl_error *error)
{
    size_t size = kl_mixture_covariance_size(m), dd = m->d * m->d;
    double *precisions;
    if (kl_is_null(given))
        return KL_OK;
    KL_TAKE_RAW(precisions, task, size, error);
    KL_TRY(read_given(precisions, given, "precisions_init", size, task, error));
    if (m->kind == KL_COV_DIAG || m->kind == KL_COV_SPHERICAL)
        for (size_t i = 0; i < size; i++)
            m->covariances[i] = 1 / precisions[i];
    else
        for (size_t at = 0; at < size; at += dd)
            KL_TRY(invert(m->covariances + at, precisions + at, m->d, task, error));
    return kl_mixture_factor(m, task, error);
}

static kl_status begin(kl_mixture *m, double *resp, const gaussian_mixture *self, const kl_fit *in,
                       uint64_t seed, uint64_t run, kl_task *task, kl_error *error)
{
    KL_TRY(begin_resp(resp, self, in, seed, run, task, error));
    KL_TRY(kl_mixture_maximise(m, resp, in->x->data, in->n, task, error));
    KL_TRY(read_given(m->weights, self->weights_init, "weights_init", m->k, task, error));
    KL_TRY(read_given(m->means, self->means_init, "means_init", m->k * m->d, task, error));
    return begin_precisions(m, self->precisions_init, task, error);
}

/* ---- learning ------------------------------------------------------------------------------------ */

typedef struct result {
    double bound;
    int64_t iterations;
    bool converged;
    double *bounds;
} result;

static kl_status run(result *out, kl_mixture *m, double *resp, const gaussian_mixture *self, const kl_fit *in,
                     kl_task *task, kl_error *error)
{
    double bound = -INFINITY;
    out->converged = false;
    for (out->iterations = 0; out->iterations < self->max_iter;) {
        double before = bound;
        KL_TRY(kl_mixture_expect(&bound, resp, NULL, m, in->x->data, in->n, task, error));
        KL_TRY(kl_mixture_maximise(m, resp, in->x->data, in->n, task, error));
        out->bounds[out->iterations++] = bound;
        KL_TRY(kl_task_step(task, (size_t)out->iterations, (size_t)self->max_iter, error));
        if (fabs(bound - before) < self->tol) {
            out->converged = true;
            break;
        }
    }
    out->bound = bound;
    return KL_OK;
}

static kl_status new_array(kl_value *out, double **data, const kl_mixture *m, kl_error *error)
{
    size_t shape[3] = {m->k, m->d, m->d};
    void *memory;
    kl_status status;
    if (m->kind == KL_COV_FULL)
        status = kl_tensor_new(out, &memory, 'd', 3, shape, error);
    else if (m->kind == KL_COV_TIED)
        status = kl_tensor_new(out, &memory, 'd', 2, shape + 1, error);
    else
        status = kl_tensor_new(out, &memory, 'd', m->kind == KL_COV_DIAG ? 2 : 1, shape, error);
    if (status == KL_OK)
        *data = memory;
    return status;
}

static kl_status make_mixture(gaussian_mixture *self, kl_mixture *m, const kl_fit *in, kl_error *error)
{
    kl_value value;
    *m = (kl_mixture){.k = (size_t)self->n_components, .d = in->d, .kind = kind_of(self), .reg = self->reg_covar};
    KL_TRY(kl_vector_new(&value, &m->weights, m->k, error));
    kl_learn(&self->weights_, value);
    KL_TRY(kl_table_new(&value, &m->means, m->k, m->d, error));
    kl_learn(&self->means_, value);
    KL_TRY(new_array(&value, &m->covariances, m, error));
    kl_learn(&self->covariances_, value);
    KL_TRY(new_array(&value, &m->factors, m, error));
    kl_learn(&self->precisions_cholesky_, value);
    return KL_OK;
}

static void copy_mixture(kl_mixture *to, const kl_mixture *from)
{
    size_t size = kl_mixture_covariance_size(from);
    memcpy(to->weights, from->weights, from->k * sizeof(double));
    memcpy(to->means, from->means, from->k * from->d * sizeof(double));
    memcpy(to->covariances, from->covariances, size * sizeof(double));
    memcpy(to->factors, from->factors, size * sizeof(double));
}

static kl_status spare_mixture(kl_mixture *spare, const kl_mixture *m, kl_task *task, kl_error *error)
{
    size_t size = kl_mixture_covariance_size(m);
    *spare = *m;
    KL_TAKE_RAW(spare->weights, task, m->k, error);
    KL_TAKE_RAW(spare->means, task, m->k * m->d, error);
    KL_TAKE_RAW(spare->covariances, task, size, error);
    KL_TAKE_RAW(spare->factors, task, size, error);
    return KL_OK;
}

/* precisions_ = U U' of each factor. */
static kl_status keep_precisions(gaussian_mixture *self, const kl_mixture *m, kl_error *error)
{
    kl_value value;
    double *to;
    size_t size = kl_mixture_covariance_size(m), dd = m->d * m->d;
    KL_TRY(new_array(&value, &to, m, error));
    kl_learn(&self->precisions_, value);
    if (m->kind == KL_COV_DIAG || m->kind == KL_COV_SPHERICAL)
        for (size_t i = 0; i < size; i++)
            to[i] = m->factors[i] * m->factors[i];
    else
        for (size_t at = 0; at < size; at += dd)
            kl_gemm(false, true, m->d, m->d, m->d, 1, m->factors + at, m->d, m->factors + at, m->d, 0, to + at,
                    m->d);
    return KL_OK;
}

static kl_status keep_result(gaussian_mixture *self, const result *r, kl_error *error)
{
    kl_value bounds;
    KL_TRY(kl_vector_from(&bounds, r->bounds, (size_t)r->iterations, error));
    kl_learn(&self->lower_bounds_, bounds);
    self->lower_bound_ = r->bound;
    self->n_iter_ = r->iterations;
    self->converged_ = r->converged;
    return KL_OK;
}

static bool goes_on(const gaussian_mixture *self, const kl_fit *in)
{
    const gaussian_mixture *before = (const gaussian_mixture *)in->before;
    return self->warm_start && before && before->n_components == self->n_components &&
           before->base.features == (int64_t)in->d && kind_of(before) == kind_of(self);
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    gaussian_mixture *self = (gaussian_mixture *)base;
    kl_mixture best, now;
    result r;
    double *resp, least = -INFINITY;
    uint64_t seed;
    if (self->n_components > (int64_t)in->n)
        return kl_bad_input(error, "invalid parameter `n_components`: expected at most the number of rows (%zu), got %lld",
                            in->n, (long long)self->n_components);
    KL_TRY(kl_estimator_seed(&seed, base, error));
    self->seed = (int64_t)(seed & INT64_MAX);
    KL_TRY(make_mixture(self, &best, in, error));
    KL_TRY(spare_mixture(&now, &best, task, error));
    KL_TAKE_RAW(resp, task, in->n * best.k, error);
    KL_TAKE_RAW(r.bounds, task, (size_t)self->max_iter + 1, error);
    bool warm = goes_on(self, in);
    for (int64_t i = 0; i < (warm ? 1 : self->n_init); i++) {
        if (warm) {
            kl_mixture before = mixture_of((const gaussian_mixture *)in->before);
            copy_mixture(&now, &before);
        } else {
            KL_TRY(begin(&now, resp, self, in, seed, (uint64_t)i, task, error));
        }
        KL_TRY(run(&r, &now, resp, self, in, task, error));
        if (!(r.bound > least) && i > 0)
            continue;
        least = r.bound;
        copy_mixture(&best, &now);
        KL_TRY(keep_result(self, &r, error));
    }
    KL_TRY(keep_precisions(self, &best, error));
    if (!self->converged_ && self->max_iter > 0)
        return kl_warn_convergence(error, "GaussianMixture stopped after %lld iterations without having converged; raise "
                                   "max_iter or tol, or choose other components", (long long)self->n_iter_);
    return KL_OK;
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status proba(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_mixture m = mixture_of((const gaussian_mixture *)base);
    double *resp;
    KL_TRY(kl_table_new(out, &resp, x->rows, m.k, error));
    kl_status status = kl_mixture_expect(NULL, resp, NULL, &m, x->data, x->rows, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_mixture m = mixture_of((const gaussian_mixture *)base);
    return kl_mixture_label(out, &m, x->data, x->rows, task, error);
}

static kl_status score_samples(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    kl_mixture m = mixture_of((const gaussian_mixture *)base);
    double *likely;
    KL_TRY(kl_vector_new(out, &likely, x->rows, error));
    kl_status status = kl_mixture_expect(NULL, NULL, likely, &m, x->data, x->rows, task, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* ---- bic, aic, sample ---------------------------------------------------------------------------- */

/* Numbers that are free. */
static double parameters_of(const gaussian_mixture *self)
{
    double k = (double)self->n_components, d = (double)self->base.features;
    double covariances[] = {k * d * (d + 1) / 2, d * (d + 1) / 2, k * d, k};
    return covariances[kind_of(self)] + d * k + k - 1;
}

static kl_status criterion(kl_value *out, const kl_estimator *base, const kl_matrix *x, bool bayesian,
                           kl_task *task, kl_error *error)
{
    kl_mixture m = mixture_of((const gaussian_mixture *)base);
    double mean, n = (double)x->rows, free = parameters_of((const gaussian_mixture *)base);
    if (x->rows == 0)
        return kl_bad_input(error, "x has 0 rows; at least 1 is needed");
    KL_TRY(kl_mixture_expect(&mean, NULL, NULL, &m, x->data, x->rows, task, error));
    *out = kl_double(-2 * mean * n + free * (bayesian ? log(n) : 2));
    return KL_OK;
}

static kl_status bic_of(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return criterion(out, self, x, true, task, error);
}

static kl_status aic_of(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return criterion(out, self, x, false, task, error);
}

KL_EST_ASK(bic, bic_of)
KL_EST_ASK(aic, aic_of)

/* A row of distribution c: mean + L z, where L L' is its covariance. */
static kl_status draw_row(double *to, const kl_mixture *m, size_t c, const double *lower, kl_random *random)
{
    double z[256];
    size_t d = m->d;
    const double *mean = m->means + c * d;
    for (size_t j = 0; j < d; j++) {
        double normal = kl_random_normal(random);
        if (m->kind == KL_COV_DIAG || m->kind == KL_COV_SPHERICAL) {
            to[j] = mean[j] + normal * sqrt(m->covariances[m->kind == KL_COV_DIAG ? c * d + j : c]);
            continue;
        }
        if (d <= KL_COUNT(z))
            z[j] = normal;
        to[j] = d <= KL_COUNT(z) ? mean[j] : normal;
    }
    if (m->kind == KL_COV_DIAG || m->kind == KL_COV_SPHERICAL)
        return KL_OK;
    if (d <= KL_COUNT(z)) {
        for (size_t i = 0; i < d; i++)
            to[i] += kl_dot(lower + i * d, z, i + 1);
        return KL_OK;
    }
    for (size_t i = d; i-- > 0;) /* in place from the end: row i needs the numbers before it */
        to[i] = mean[i] + kl_dot(lower + i * d, to, i + 1);
    return KL_OK;
}

static kl_status draw(double *x, double *labels, const kl_mixture *m, size_t n, kl_random *random,
                      kl_task *task, kl_error *error)
{
    size_t dd = m->d * m->d, factors = m->kind == KL_COV_FULL ? m->k : m->kind == KL_COV_TIED ? 1 : 0;
    double *lower, *running;
    int64_t *counts;
    KL_TAKE_RAW(lower, task, factors * dd + 1, error);
    if (factors)
        memcpy(lower, m->covariances, factors * dd * sizeof *lower);
    for (size_t f = 0; f < factors; f++)
        KL_TRY(kl_cholesky(lower + f * dd, m->d, error));
    KL_TAKE(running, task, m->k, error);
    KL_TAKE(counts, task, m->k, error);
    for (size_t c = 0; c < m->k; c++)
        running[c] = m->weights[c] + (c ? running[c - 1] : 0);
    for (size_t i = 0; i < n; i++)
        counts[kl_random_choice(random, running, m->k)]++;
    for (size_t c = 0, at = 0; c < m->k; c++)
        for (int64_t i = 0; i < counts[c]; i++, at++) {
            labels[at] = (double)c;
            KL_TRY(draw_row(x + at * m->d, m, c, lower + (m->kind == KL_COV_FULL ? c * dd : 0), random));
        }
    return KL_OK;
}

KL_EST_METHOD(sample)
{
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    kl_value x, labels, pair;
    kl_random random;
    double *numbers, *of;
    size_t n = (size_t)kl_as_int(args[0]);
    KL_TRY(kl_linalg_begin(error));
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_mixture m = mixture_of((const gaussian_mixture *)model);
    kl_random_open(&random, (uint64_t)((const gaussian_mixture *)model)->seed, STREAM_SAMPLE, 0);
    kl_status status = kl_table_new(&x, &numbers, n, m.d, error);
    if (status == KL_OK) {
        status = kl_vector_new(&labels, &of, n, error);
        if (status == KL_OK && (status = kl_array_new(&pair, 2, error)) != KL_OK)
            kl_value_release(labels);
        if (status != KL_OK)
            kl_value_release(x);
    }
    if (status == KL_OK) {
        kl_array_push(&pair, x, NULL); /* has room for both */
        kl_array_push(&pair, labels, NULL);
        status = draw(numbers, of, &m, n, &random, &task, error);
        if (status == KL_OK)
            *out = pair;
        else
            kl_value_release(pair);
    }
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(gaussian_mixture, n_components, 3, .doc = "distributions; from 1 to the number of rows"),
    KL_ENUM(gaussian_mixture, covariance_type, "full", .names = kinds,
            .doc = "full: each its own covariance; tied: one for all; diag: each its own variances; spherical: each one "
                   "variance"),
    KL_INT(gaussian_mixture, max_iter, 100, .doc = "most iterations of one run; >= 1"),
    KL_DOUBLE(gaussian_mixture, tol, 0.001, .doc = "stop when the mean log-likelihood changed less; >= 0"),
    KL_RANDOM_STATE(gaussian_mixture, ),
    KL_DOUBLE(gaussian_mixture, reg_covar, 1e-6, .flags = KL_KEYWORD_ONLY, .doc = "added to all variances; >= 0"),
    KL_INT(gaussian_mixture, n_init, 1, .flags = KL_KEYWORD_ONLY,
           .doc = "runs from other beginnings, of which the likeliest counts; >= 1"),
    KL_ENUM(gaussian_mixture, init_params, "kmeans", .names = beginnings, .flags = KL_KEYWORD_ONLY,
            .doc = "where to begin: clusters of KMeans, rows far from each other, random shares, random rows"),
    KL_VALUE(gaussian_mixture, weights_init, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,
             .doc = "weights to begin with: n_components numbers"),
    KL_VALUE(gaussian_mixture, means_init, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,
             .doc = "means to begin with: n_components x columns"),
    KL_VALUE(gaussian_mixture, precisions_init, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,
             .doc = "inverse covariances to begin with, in the shape of precisions_"),
    KL_BOOL(gaussian_mixture, warm_start, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether fit() goes on from what the fit before learned"),
    KL_BOOL(gaussian_mixture, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_INT(gaussian_mixture, verbose_interval, 10, .flags = KL_KEYWORD_ONLY,
           .doc = "has no effect: progress comes at a pace that can be read"),
    KL_LEARNED_ARRAY(gaussian_mixture, weights_, .doc = "share of each distribution"),
    KL_LEARNED_ARRAY(gaussian_mixture, means_, .doc = "their means: n_components x columns"),
    KL_LEARNED_ARRAY(gaussian_mixture, covariances_,
                     .doc = "full: n_components x d x d; tied: d x d; diag: n_components x d; spherical: n_components"),
    KL_LEARNED_ARRAY(gaussian_mixture, precisions_, .doc = "inverses of covariances_"),
    KL_LEARNED_ARRAY(gaussian_mixture, precisions_cholesky_, .doc = "upper factors U of precisions_ = U U'"),
    KL_LEARNED_ARRAY(gaussian_mixture, lower_bounds_, .doc = "mean log-likelihood in each iteration of the best run"),
    KL_LEARNED_DOUBLE(gaussian_mixture, lower_bound_, .doc = "the last of them"),
    KL_LEARNED_INT(gaussian_mixture, n_iter_, .doc = "iterations of the best run"),
    KL_LEARNED_BOOL(gaussian_mixture, converged_, .doc = "whether it ended below tol"),
    KL_KEPT_INT(gaussian_mixture, seed, .doc = "of sample()"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)},
                                  {"tol", KL_AT_LEAST(0)}, {"reg_covar", KL_AT_LEAST(0)}, {"n_init", KL_AT_LEAST(1)}};

static const kl_param sample_params[] = {
    {.name = "n_samples", .kind = KL_KIND_COUNT, .fallback = "1", .range = KL_RANGE(1, 1e12), .doc = "rows"},
};

static const kl_method methods[] = {
    KL_EST_FIT, KL_EST_PREDICT,
    KL_EST_ROW("predict_proba", kl_est_proba, kl_est_x, KL_KIND_BUFFER,
               "The share that each distribution has in each row of x: rows x n_components."),
    KL_EST_ROW("fit_predict", kl_est_fit_predict_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,
               "fit(x), and the likeliest distribution of each row."),
    KL_EST_ROW("score_samples", kl_est_score_samples, kl_est_x, KL_KIND_BUFFER,
               "Logarithm of the density at each row of x."),
    KL_EST_SCORE_PLAIN,
    KL_EST_ROW("bic", bic, kl_est_x, KL_KIND_DOUBLE, "Bayesian information criterion of x; lower is better."),
    KL_EST_ROW("aic", aic, kl_est_x, KL_KIND_DOUBLE, "Akaike's information criterion of x; lower is better."),
    {.name = "sample", .call = sample, .params = KL_TABLE(sample_params), .returns = KL_KIND_TUPLE,
     .raises = KL_EST_RAISES, .doc = "(x, labels): rows drawn from the distributions, in their order."},
};

static const kl_estimator_table table = {
    .kind = KL_EST_DENSITY,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .proba = proba,
    .score_samples = score_samples,
    .shapes = "weights_ = n_components; means_ = n_components features; "
              "covariances_ = n_components features features if covariance_type is full | features features if covariance_type is tied | n_components features if covariance_type is diag | n_components if covariance_type is spherical; "
              "precisions_ = n_components features features if covariance_type is full | features features if covariance_type is tied | n_components features if covariance_type is diag | n_components if covariance_type is spherical; "
              "precisions_cholesky_ = n_components features features if covariance_type is full | features features if covariance_type is tied | n_components features if covariance_type is diag | n_components if covariance_type is spherical; "
              "lower_bounds_ = * | none",
};

const kl_type kl_gaussian_mixture_type = {
    .name = "GaussianMixture",
    KL_ESTIMATOR(gaussian_mixture),
    .doc = "Clusters that are normal distributions, each with a share of the rows; found by expectation and maximisation "
           "(Dempster, Laird and Rubin 1977) from the clusters of k-means.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_gaussian_mixture_type);
