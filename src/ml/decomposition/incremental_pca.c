/* src/ml/decomposition/incremental_pca.c - IncrementalPCA: principal components of rows that come in batches.
 *
 * Ross, Lim, Lin, Yang: Incremental learning for robust visual tracking (2008): the components so far, times their
 * singular values, stand for all rows seen; a row more stands for how the mean has moved.
 */
#include "parts.h"
#include "pca.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct incremental_pca {
    KL_PCA_MODEL;
    kl_value n_components, batch_size;
    bool copy;
    kl_value var_;
    int64_t n_samples_seen_, batch_size_;
} incremental_pca;

/* Mean and population variance of the rows so far and `n` more, by the means of both (Chan, Golub, LeVeque). */
static void join_moments(double *mean, double *variance, double seen, const double *more_mean,
                         const double *more_squares, double n, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        double gap = more_mean[j] - mean[j], total = seen + n;
        double squares = variance[j] * seen + more_squares[j] + gap * gap * seen * n / total;
        mean[j] = seen > 0 ? mean[j] + gap * n / total : more_mean[j];
        variance[j] = squares / total;
    }
}

/* What is decomposed: singular values x components, the centred rows, the row of the mean. */
static kl_status stack(double **out, size_t *height, const incremental_pca *self, const double *rows, size_t n,
                       const double *batch_mean, kl_task *task, kl_error *error)
{
    size_t d = (size_t)self->base.features, k = self->n_samples_seen_ ? (size_t)self->n_components_ : 0;
    double seen = (double)self->n_samples_seen_, *pile;
    KL_TAKE_RAW(pile, task, (k + n + 1) * d, error);
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < d; j++)
            pile[c * d + j] = kl_doubles(self->singular_values_)[c] * kl_doubles(self->components_)[c * d + j];
    kl_kernels()->center_scale(pile + k * d, rows, batch_mean, NULL, n, d);
    double weight = sqrt(seen / (seen + (double)n) * (double)n);
    for (size_t j = 0; j < d && k; j++)
        pile[(k + n) * d + j] = weight * (kl_doubles(self->mean_)[j] - batch_mean[j]);
    *out = pile;
    *height = k + n + (k > 0);
    return KL_OK;
}

static kl_status moments(incremental_pca *self, const double *rows, size_t n, const double *batch_mean,
                         double *total, kl_task *task, kl_error *error)
{
    size_t d = (size_t)self->base.features;
    double *squares, *mean, *variance, *former = kl_doubles(self->mean_), *former_var = kl_doubles(self->var_);
    kl_value means, variances;
    KL_TAKE_RAW(squares, task, d, error);
    kl_kernels()->column_square_sums(squares, rows, batch_mean, n, d);
    KL_TRY(kl_vector_new(&means, &mean, d, error));
    if (former)
        memcpy(mean, former, d * sizeof *mean);
    kl_learn(&self->mean_, means);
    KL_TRY(kl_vector_new(&variances, &variance, d, error));
    if (former_var)
        memcpy(variance, former_var, d * sizeof *variance);
    kl_learn(&self->var_, variances);
    join_moments(mean, variance, (double)self->n_samples_seen_, batch_mean, squares, (double)n, d);
    *total = kl_kernels()->sum(variance, d);
    return KL_OK;
}

static kl_status how_many(size_t *k, const incremental_pca *self, size_t n, kl_error *error)
{
    size_t d = (size_t)self->base.features;
    bool first = !self->n_samples_seen_;
    size_t former = (size_t)self->n_components_;
    if (first)
        return kl_components_wanted(k, self->n_components, KL_MIN(n, d),
                                    "columns of x, and rows of the first batch", error);
    if (!kl_is_null(self->n_components)) {
        KL_TRY(kl_components_wanted(k, self->n_components, d, "columns of x", error));
        if (*k != former)
            return kl_bad_input(error, "n_components changed from %zu to %zu between calls of partial_fit()", former, *k);
    }
    *k = former;
    return KL_OK;
}

static kl_status learn_rows(incremental_pca *self, const double *rows, size_t n, kl_task *task, kl_error *error)
{
    size_t d = (size_t)self->base.features, k, height;
    double *batch_mean, *pile, *s, *vt, *variance, total, rest = 0;
    KL_TRY(how_many(&k, self, n, error));
    KL_TAKE_RAW(batch_mean, task, d, error);
    kl_kernels()->column_sums(batch_mean, rows, n, d);
    kl_scale(batch_mean, 1 / (double)n, d);
    KL_TRY(stack(&pile, &height, self, rows, n, batch_mean, task, error));
    KL_TRY(moments(self, rows, n, batch_mean, &total, task, error));
    size_t r = KL_MIN(height, d);
    double count = (double)self->n_samples_seen_ + (double)n;
    KL_TAKE_RAW(s, task, r, error);
    KL_TAKE_RAW(vt, task, r * d, error);
    KL_TAKE_RAW(variance, task, r, error);
    KL_TRY(kl_svd(NULL, s, vt, pile, height, d, task, error));
    for (size_t c = 0; c < r; c++)
        variance[c] = s[c] * s[c] / (count - 1);
    for (size_t c = k; c < r; c++)
        rest += variance[c];
    self->noise_variance_ = k == n || k == d || k >= r ? 0 : rest / (double)(r - k);
    self->n_samples_seen_ += (int64_t)n;
    KL_TRY(kl_pca_keep((kl_pca_model *)self, s, vt, variance, total * count / (count - 1), k, d, error));
    kl_task_free(task, batch_mean);
    kl_task_free(task, pile);
    kl_task_free(task, s);
    kl_task_free(task, vt);
    kl_task_free(task, variance);
    return KL_OK;
}

static kl_status dense_rows(const double **out, const kl_matrix *x, kl_task *task, kl_error *error)
{
    double *rows;
    *out = x->data;
    if (!kl_is_sparse(x))
        return KL_OK;
    KL_TRY(kl_centered_rows(&rows, x, NULL, task, error));
    *out = rows;
    return KL_OK;
}

static kl_status incremental_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    incremental_pca *self = (incremental_pca *)base;
    const double *rows;
    size_t least = kl_is_null(self->n_components) ? 0 : (size_t)KL_MAX(kl_as_int(self->n_components), 0);
    if (in->n < 2)
        return kl_bad_input(error, "IncrementalPCA needs at least two rows; x has %zu", in->n);
    self->batch_size_ = kl_is_null(self->batch_size) ? 5 * (int64_t)in->d : kl_as_int(self->batch_size);
    size_t size = (size_t)self->batch_size_, begin = 0;
    KL_TRY(dense_rows(&rows, in->x, task, error));
    while (begin < in->n) {
        size_t end = KL_MIN(begin + size, in->n);
        if (end + least > in->n) /* what is left would be too few rows for a batch of their own */
            end = in->n;
        KL_TRY(learn_rows(self, rows + begin * in->d, end - begin, task, error));
        KL_TRY(kl_task_step(task, end, in->n, error));
        begin = end;
    }
    return KL_OK;
}

static kl_status incremental_more(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    const double *rows;
    KL_TRY(dense_rows(&rows, in->x, task, error));
    return learn_rows((incremental_pca *)base, rows, in->n, task, error);
}

static const kl_field fields[] = {
    KL_VALUE(incremental_pca, n_components, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "how many components; at least 1, at most the columns of x and the rows of the first batch; None = as "
                    "many"),
    KL_VALUE(incremental_pca, batch_size, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
             .doc = "rows of a batch of fit(); >= 1; None = 5 for each column"),
    KL_BOOL(incremental_pca, whiten, false, .doc = "whether transform() divides each component by its standard deviation"),
    KL_BOOL(incremental_pca, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_PCA_LEARNED(incremental_pca),
    KL_LEARNED_ARRAY(incremental_pca, var_, .doc = "population variance of each column"),
    KL_LEARNED_INT(incremental_pca, n_samples_seen_, .doc = "rows learned from"),
    KL_LEARNED_INT(incremental_pca, batch_size_, .doc = "rows of a batch of fit(); 0 when there was none"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"batch_size", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_PARTIAL_FIT_X, KL_EST_INVERSE, KL_EST_NAMES_OUT,
                                    KL_COVARIANCE_ROWS(kl_pca_get_covariance, kl_pca_get_precision)};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = incremental_fit,
    .partial_fit = incremental_more,
    .transform = kl_pca_transform,
    .inverse = kl_pca_inverse,
    .width = kl_pca_width,
    .shapes = "components_ = n_components_ features; explained_variance_ = n_components_; "
              "explained_variance_ratio_ = n_components_; singular_values_ = n_components_; mean_ = features; "
              "var_ = features",
};

const kl_type kl_incremental_pca_type = {
    .name = "IncrementalPCA",
    KL_ESTIMATOR(incremental_pca),
    .doc = "Principal components of rows that come in batches, in memory that does not grow with them (Ross, Lim, Lin, Yang "
           "2008). fit() cuts x into batches; partial_fit() learns from one more.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_incremental_pca_type);
