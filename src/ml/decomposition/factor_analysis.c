/* src/ml/decomposition/factor_analysis.c - FactorAnalysis: a few normal factors and noise of each column.
 *
 * Expectation and maximisation by singular values (Barber, Bayesian Reasoning and Machine Learning, algorithm 21.1): rows
 * divided by the roots of the noise are decomposed anew in every step. For no more columns than rows their covariance
 * stands for them, whose eigenvalues are the squares of the singular values.
 */
#include "parts.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct factor_analysis {
    kl_estimator base;
    kl_value n_components, noise_variance_init, svd_method, rotation, random_state;
    int64_t max_iter, iterated_power;
    double tol;
    bool copy;
    kl_value components_, noise_variance_, mean_, loglike_;
    int64_t n_iter_;
} factor_analysis;

#define SMALLEST 1e-12

typedef struct fitting {
    const kl_matrix *x;
    size_t n, d, k;
    double *rows;       /* centred; NULL when the covariance stands for them */
    double *covariance; /* d x d */
    double *scaled;     /* as large as the one of the two that there is */
    double *psi, *root; /* noise; its root */
    double *variance;   /* of the columns */
    double *squares;    /* squared singular values: k, or all */
    double *vt;         /* k x d, or all */
    double total;       /* sum of all squared singular values */
    bool random;
    uint64_t seed;
    size_t iterations;
} fitting;

/* ---- learning --------------------------------------------------------------------------------------------------- */

static kl_status read_noise(fitting *f, const factor_analysis *self, kl_task *task, kl_error *error)
{
    const double *given;
    size_t count;
    for (size_t j = 0; j < f->d; j++)
        f->psi[j] = 1;
    if (kl_is_null(self->noise_variance_init))
        return KL_OK;
    KL_TRY(kl_numbers_read(&given, &count, self->noise_variance_init, "noise_variance_init", task, error));
    if (count != f->d)
        return kl_bad_dimension(error, "numbers in noise_variance_init", f->d, count);
    for (size_t j = 0; j < f->d; j++)
        if (!(given[j] >= 0))
            return kl_bad_input(error, "noise_variance_init: a variance is a number >= 0, got %.15g", given[j]);
    memcpy(f->psi, given, f->d * sizeof *given);
    return KL_OK;
}

static kl_status prepare(fitting *f, const factor_analysis *self, const double *mean, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(f->n, f->d), size = f->d <= f->n ? f->d * f->d : f->n * f->d;
    KL_TAKE_RAW(f->psi, task, f->d, error);
    KL_TAKE_RAW(f->root, task, f->d, error);
    KL_TAKE_RAW(f->variance, task, f->d, error);
    KL_TAKE_RAW(f->squares, task, KL_MAX(r, f->d), error);
    KL_TAKE_RAW(f->vt, task, r * f->d, error);
    KL_TAKE_RAW(f->scaled, task, size, error);
    KL_TRY(read_noise(f, self, task, error));
    kl_kernels()->column_square_sums(f->variance, f->x->data, mean, f->n, f->d);
    kl_scale(f->variance, 1 / (double)f->n, f->d);
    if (f->d > f->n)
        return kl_centered_rows(&f->rows, f->x, mean, task, error);
    KL_TAKE_RAW(f->covariance, task, f->d * f->d, error);
    KL_TRY(kl_scatter(f->covariance, f->x, mean, task, error));
    kl_scale(f->covariance, 1 / (double)f->n, f->d * f->d);
    return KL_OK;
}

/* What is decomposed, divided by the roots of the noise; the sum of all squared singular values. */
static void scale(fitting *f)
{
    f->total = 0;
    if (f->rows) {
        for (size_t i = 0; i < f->n; i++)
            for (size_t j = 0; j < f->d; j++)
                f->scaled[i * f->d + j] = f->rows[i * f->d + j] / (f->root[j] * sqrt((double)f->n));
        f->total = kl_kernels()->sum_squares(f->scaled, f->n * f->d);
        return;
    }
    for (size_t i = 0; i < f->d; i++) {
        for (size_t j = 0; j < f->d; j++)
            f->scaled[i * f->d + j] = f->covariance[i * f->d + j] / (f->root[i] * f->root[j]);
        f->total += f->scaled[i * f->d + i];
    }
}

static kl_status decompose(fitting *f, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(f->n, f->d);
    scale(f);
    if (f->random && f->k < r) {
        kl_matrix x = {.rows = f->rows ? f->n : f->d, .cols = f->d, .data = f->scaled};
        kl_few_singular how = {.k = f->k, .oversamples = 10, .iterations = f->iterations, .seed = f->seed};
        KL_TRY(kl_singular_random(NULL, f->squares, f->vt, &x, NULL, &how, task, error));
    } else if (f->rows) {
        KL_TRY(kl_svd(NULL, f->squares, f->vt, f->scaled, f->n, f->d, task, error));
    } else {
        KL_TRY(kl_eigh_range(f->squares, f->vt, f->scaled, f->d, f->d - f->k, f->d, task, error));
        for (size_t a = 0, b = f->k - 1; a < b; a++, b--) {
            double kept = f->squares[a];
            f->squares[a] = f->squares[b];
            f->squares[b] = kept;
            for (size_t j = 0; j < f->d; j++) {
                kept = f->vt[a * f->d + j];
                f->vt[a * f->d + j] = f->vt[b * f->d + j];
                f->vt[b * f->d + j] = kept;
            }
        }
    }
    for (size_t c = 0; c < f->k && f->rows; c++)
        f->squares[c] *= f->squares[c];
    return KL_OK;
}

/* Loadings (k x d) for this noise; the log-likelihood. */
static double load(double *loadings, const fitting *f)
{
    double likelihood = (double)f->d * log(2 * M_PI) + (double)f->k + f->total;
    for (size_t c = 0; c < f->k; c++) {
        double length = sqrt(KL_MAX(f->squares[c] - 1, 0.0));
        for (size_t j = 0; j < f->d; j++)
            loadings[c * f->d + j] = length * f->vt[c * f->d + j] * f->root[j];
        likelihood += log(KL_MAX(f->squares[c], SMALLEST)) - f->squares[c];
    }
    for (size_t j = 0; j < f->d; j++)
        likelihood += log(KL_MAX(f->psi[j], SMALLEST * SMALLEST));
    return -likelihood * (double)f->n / 2;
}

static void set_noise(fitting *f, const double *loadings)
{
    for (size_t j = 0; j < f->d; j++) {
        double explained = 0;
        for (size_t c = 0; c < f->k; c++)
            explained += loadings[c * f->d + j] * loadings[c * f->d + j];
        f->psi[j] = KL_MAX(f->variance[j] - explained, SMALLEST);
    }
}

static kl_status alternate(fitting *f, factor_analysis *self, double *loadings, double *likelihoods, kl_task *task,
                           kl_error *error)
{
    double former = -INFINITY;
    for (self->n_iter_ = 1; self->n_iter_ <= self->max_iter; self->n_iter_++) {
        for (size_t j = 0; j < f->d; j++)
            f->root[j] = sqrt(f->psi[j]) + SMALLEST;
        KL_TRY(decompose(f, task, error));
        double now = load(loadings, f);
        likelihoods[self->n_iter_ - 1] = now;
        if (now - former < self->tol)
            return KL_OK;
        former = now;
        set_noise(f, loadings);
        KL_TRY(kl_task_step(task, (size_t)self->n_iter_, (size_t)self->max_iter, error));
    }
    self->n_iter_ = self->max_iter;
    return kl_warn_convergence(error, "FactorAnalysis did not converge in %lld iterations; give a greater max_iter or tol",
                               (long long)self->max_iter);
}

/* ---- rotation --------------------------------------------------------------------------------------------------- */

/* Turn the loadings so that each column has few large ones (Kaiser 1958), or each row (quartimax). */
static kl_status rotate(double *loadings, size_t k, size_t d, bool varimax, kl_task *task, kl_error *error)
{
    double *turn, *turned, *target, *u, *s, *vt, former = 0;
    KL_TAKE(turn, task, k * k, error);
    KL_TAKE_RAW(turned, task, k * d, error);
    KL_TAKE_RAW(target, task, k * k, error);
    KL_TAKE_RAW(u, task, k * k, error);
    KL_TAKE_RAW(s, task, k, error);
    KL_TAKE_RAW(vt, task, k * k, error);
    for (size_t c = 0; c < k; c++)
        turn[c * k + c] = 1;
    for (int round = 0; round < 100; round++) {
        kl_gemm(true, false, k, d, k, 1, turn, k, loadings, d, 0, turned, d);
        for (size_t c = 0; c < k; c++) {
            double *row = turned + c * d, mean = kl_kernels()->sum_squares(row, d) / (double)d;
            for (size_t j = 0; j < d; j++)
                row[j] = row[j] * row[j] * row[j] - (varimax ? row[j] * mean : 0);
        }
        kl_gemm(false, true, k, k, d, 1, loadings, d, turned, d, 0, target, k);
        KL_TRY(kl_svd(u, s, vt, target, k, k, task, error));
        kl_gemm(false, false, k, k, k, 1, u, k, vt, k, 0, turn, k);
        double now = kl_kernels()->sum(s, k);
        if (former != 0 && now < former * (1 + 1e-6))
            break;
        former = now;
    }
    kl_gemm(true, false, k, d, k, 1, turn, k, loadings, d, 0, turned, d);
    memcpy(loadings, turned, k * d * sizeof *loadings);
    return KL_OK;
}

static kl_status factor_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    factor_analysis *self = (factor_analysis *)base;
    fitting f = {.x = in->x, .n = in->n, .d = in->d, .random = kl_word_is(self->svd_method, "randomized"),
                 .iterations = (size_t)self->iterated_power};
    double *mean, *loadings, *likelihoods, *noise, *kept;
    KL_TRY(kl_components_wanted(&f.k, kl_is_null(self->n_components) ? kl_int((int64_t)in->d) : self->n_components,
                                KL_MIN(in->n, in->d), "the smaller side of x", error));
    KL_TRY(kl_estimator_seed(&f.seed, base, error));
    KL_TRY(kl_learn_vector(&self->mean_, &mean, in->d, error));
    kl_column_means(mean, in->x);
    KL_TRY(prepare(&f, self, mean, task, error));
    KL_TRY(kl_learn_table(&self->components_, &loadings, f.k, in->d, error));
    KL_TAKE_RAW(likelihoods, task, (size_t)self->max_iter, error);
    KL_TRY(alternate(&f, self, loadings, likelihoods, task, error));
    if (!kl_is_null(self->rotation))
        KL_TRY(rotate(loadings, f.k, in->d, kl_word_is(self->rotation, "varimax"), task, error));
    KL_TRY(kl_learn_vector(&self->noise_variance_, &noise, in->d, error));
    memcpy(noise, f.psi, in->d * sizeof *noise);
    KL_TRY(kl_learn_vector(&self->loglike_, &kept, (size_t)self->n_iter_, error));
    memcpy(kept, likelihoods, (size_t)self->n_iter_ * sizeof *kept);
    return KL_OK;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

/* The expected factors of each row: (x - mean) (W / psi)' (I + (W / psi) W')^-1. */
static kl_status factor_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    const factor_analysis *self = (const factor_analysis *)base;
    size_t k = kl_array_axis(self->components_, 0), d = (size_t)base->features;
    const double *w = kl_doubles(self->components_), *psi = kl_doubles(self->noise_variance_);
    double *weighed, *inner, *columns, *scores;
    KL_TAKE_RAW(weighed, task, k * d, error);
    KL_TAKE_RAW(columns, task, k * d, error);
    KL_TAKE_RAW(inner, task, k * k, error);
    for (size_t i = 0; i < k * d; i++)
        weighed[i] = w[i] / psi[i % d];
    kl_gemm(false, true, k, k, d, 1, weighed, d, w, d, 0, inner, k);
    for (size_t c = 0; c < k; c++)
        inner[c * k + c] += 1;
    KL_TRY(kl_cholesky(inner, k, error));
    kl_cholesky_solve(inner, k, weighed, d);
    kl_transpose(columns, weighed, k, d);
    KL_TRY(kl_table_new(out, &scores, x->rows, k, error));
    kl_x_times(scores, x, kl_doubles(self->mean_), false, columns, k);
    return KL_OK;
}

static kl_status covariance(double *out, const kl_estimator *base, kl_error *error)
{
    const factor_analysis *self = (const factor_analysis *)base;
    size_t k = kl_array_axis(self->components_, 0), d = (size_t)base->features;
    const double *w = kl_doubles(self->components_);
    (void)error;
    kl_gemm(true, false, d, d, k, 1, w, d, w, d, 0, out, d);
    for (size_t j = 0; j < d; j++)
        out[j * d + j] += kl_doubles(self->noise_variance_)[j];
    return KL_OK;
}

static kl_status get_covariance(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_covariance_answer(out, self, covariance, false, error);
}

static kl_status get_precision(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_covariance_answer(out, self, covariance, true, error);
}

static kl_status factor_score_samples(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                      kl_error *error)
{
    (void)task;
    return kl_normal_densities(out, x, kl_doubles(((const factor_analysis *)base)->mean_), base, covariance, error);
}

static size_t factor_width(const kl_estimator *self)
{
    return kl_array_axis(((const factor_analysis *)self)->components_, 0);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const methods_of_svd[] = {"randomized", "lapack", NULL};
static const char *const rotations[] = {"varimax", "quartimax", NULL};

static const kl_field fields[] = {
    KL_VALUE(factor_analysis, n_components, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "how many factors; at least 1, at most the smaller side of x; None = one for each column"),
    KL_INT(factor_analysis, max_iter, 1000, .doc = "most steps; >= 1"),
    KL_DOUBLE(factor_analysis, tol, 1e-2, .doc = "stop when a step raises the log-likelihood by less; >= 0"),
    KL_BOOL(factor_analysis, copy, true, .flags = KL_KEYWORD_ONLY, .doc = "has no effect: what is given is never changed"),
    KL_VALUE(factor_analysis, noise_variance_init, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "noise of each column to begin with; None = 1"),
    KL_ENUM(factor_analysis, svd_method, "randomized", .names = methods_of_svd, .flags = KL_KEYWORD_ONLY,
            .doc = "randomized: singular values by random projection; lapack: to the last digits"),
    KL_INT(factor_analysis, iterated_power, 3, .flags = KL_KEYWORD_ONLY, .doc = "power iterations of randomized; >= 0"),
    KL_VALUE(factor_analysis, rotation, .kind = KL_KIND_ENUM, .names = rotations, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "how factors are turned in the end: varimax (Kaiser 1958), quartimax, or None"),
    KL_VALUE(factor_analysis, random_state, .kind = KL_KIND_INT, .fallback = "0", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "seed of the random projection: an int >= 0; None = a fresh one"),
    KL_LEARNED_ARRAY(factor_analysis, components_, .doc = "loadings: n_components x d"),
    KL_LEARNED_ARRAY(factor_analysis, noise_variance_, .doc = "noise of each column"),
    KL_LEARNED_ARRAY(factor_analysis, mean_, .doc = "mean of each column"),
    KL_LEARNED_ARRAY(factor_analysis, loglike_, .doc = "log-likelihood at each step"),
    KL_LEARNED_INT(factor_analysis, n_iter_, .doc = "steps that were made"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)},
                                  {"tol", KL_AT_LEAST(0)}, {"iterated_power", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT, KL_EST_SCORE_SAMPLES, KL_EST_SCORE_PLAIN,
                                    KL_COVARIANCE_ROWS(get_covariance, get_precision)};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = factor_fit,
    .transform = factor_transform,
    .score_samples = factor_score_samples,
    .width = factor_width,
    .shapes = "components_ = k features; noise_variance_ = features; mean_ = features; loglike_ = * | none",
};

const kl_type kl_factor_analysis_type = {
    .name = "FactorAnalysis",
    KL_ESTIMATOR(factor_analysis),
    .doc = "Rows as a few normal factors times loadings, plus a mean, plus normal noise that each column has of its own. "
           "Most likely loadings and noise by expectation and maximisation (Barber 2012); transform() gives the expected "
           "factors.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_factor_analysis_type);
