/* src/ml/decomposition/truncated_svd.c - TruncatedSVD: the first singular vectors of x as it is. */
#include "parts.h"

#include "../kernels.h"
#include "../linalg.h"

typedef struct truncated_svd {
    kl_estimator base;
    int64_t n_components, n_iter, n_oversamples;
    kl_value algorithm, power_iteration_normalizer, random_state;
    double tol;
    kl_value components_, explained_variance_, explained_variance_ratio_, singular_values_;
} truncated_svd;

/* Population variance of a column of a table, or of a sparse x. */
static double variance_of(const double *column, size_t n, size_t stride)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += column[i * stride];
    for (size_t i = 0; i < n; i++)
        square += (column[i * stride] - sum / (double)n) * (column[i * stride] - sum / (double)n);
    return square / (double)n;
}

static kl_status total_variance(double *out, const kl_matrix *x, kl_task *task, kl_error *error)
{
    double *mean, *squares, sum = 0;
    KL_TAKE_RAW(mean, task, x->cols, error);
    kl_column_means(mean, x);
    if (!kl_is_sparse(x)) {
        KL_TAKE_RAW(squares, task, x->cols, error);
        kl_kernels()->column_square_sums(squares, x->data, mean, x->rows, x->cols);
        *out = kl_kernels()->sum(squares, x->cols) / (double)x->rows;
        return KL_OK;
    }
    /* Numbers kept give (v - mean)^2 in place of the mean^2 of a zero. */
    for (size_t j = 0; j < x->cols; j++)
        sum += (double)x->rows * mean[j] * mean[j];
    for (int64_t at = 0; at < x->indptr[x->rows]; at++)
        sum += x->values[at] * (x->values[at] - 2 * mean[x->indices[at]]);
    *out = sum / (double)x->rows;
    return KL_OK;
}

static kl_status keep_variances(truncated_svd *self, const kl_matrix *x, const double *scores, size_t k,
                                kl_task *task, kl_error *error)
{
    double *variance, *ratio, total;
    KL_TRY(total_variance(&total, x, task, error));
    KL_TRY(kl_learn_vector(&self->explained_variance_, &variance, k, error));
    KL_TRY(kl_learn_vector(&self->explained_variance_ratio_, &ratio, k, error));
    for (size_t c = 0; c < k; c++) {
        variance[c] = variance_of(scores + c, x->rows, k);
        ratio[c] = variance[c] / total;
    }
    return KL_OK;
}

static void project(double *out, const truncated_svd *self, const kl_matrix *x, double *columns)
{
    size_t k = (size_t)self->n_components;
    kl_transpose(columns, kl_doubles(self->components_), k, x->cols);
    kl_x_times(out, x, NULL, false, columns, k);
}

static kl_status svd_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    truncated_svd *self = (truncated_svd *)base;
    bool lanczos = kl_word_is(self->algorithm, "arpack");
    size_t k, least = KL_MIN(in->n, in->d), most = lanczos ? least - 1 : in->d;
    double *s, *vt, *scores, *columns;
    kl_few_singular how = {.oversamples = (size_t)self->n_oversamples, .iterations = (size_t)self->n_iter,
                           .tolerance = self->tol, .plain = kl_word_is(self->power_iteration_normalizer, "none")};
    if (!lanczos)
        most = least;
    KL_TRY(kl_components_wanted(&k, kl_int(self->n_components), most,
                                lanczos ? "less than the smaller side of x" : "the smaller side of x", error));
    how.k = k;
    KL_TRY(kl_estimator_seed(&how.seed, base, error));
    KL_TRY(kl_learn_vector(&self->singular_values_, &s, k, error));
    KL_TRY(kl_learn_table(&self->components_, &vt, k, in->d, error));
    KL_TRY((lanczos ? kl_singular_lanczos : kl_singular_random)(NULL, s, vt, in->x, NULL, &how, task, error));
    kl_flip_signs(NULL, 0, vt, k, in->d);
    KL_TAKE_RAW(columns, task, in->d * k, error);
    KL_TAKE_RAW(scores, task, in->n * k, error);
    project(scores, self, in->x, columns);
    return keep_variances(self, in->x, scores, k, task, error);
}

static kl_status svd_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    const truncated_svd *self = (const truncated_svd *)base;
    double *scores, *columns;
    KL_TAKE_RAW(columns, task, x->cols * (size_t)self->n_components, error);
    KL_TRY(kl_table_new(out, &scores, x->rows, (size_t)self->n_components, error));
    project(scores, self, x, columns);
    return KL_OK;
}

static kl_status svd_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    const truncated_svd *self = (const truncated_svd *)base;
    double *rows;
    (void)task;
    if (x->cols != (size_t)self->n_components)
        return kl_bad_dimension(error, "components", (size_t)self->n_components, x->cols);
    KL_TRY(kl_table_new(out, &rows, x->rows, (size_t)base->features, error));
    kl_x_times(rows, x, NULL, false, kl_doubles(self->components_), (size_t)base->features);
    return KL_OK;
}

static size_t svd_width(const kl_estimator *self) { return (size_t)((const truncated_svd *)self)->n_components; }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const algorithms[] = {"randomized", "arpack", NULL};
static const char *const normalizers[] = {"auto", "QR", "LU", "none", NULL};

static const kl_field fields[] = {
    KL_INT(truncated_svd, n_components, 2, .doc = "how many components; at least 1, at most the smaller side of x"),
    KL_INT(truncated_svd, n_iter, 5, .doc = "power iterations of randomized; >= 0"),
    KL_RANDOM_STATE(truncated_svd, ),
    KL_ENUM(truncated_svd, algorithm, "randomized", .names = algorithms, .flags = KL_KEYWORD_ONLY,
            .doc = "randomized: by random projection (Halko, Martinsson, Tropp 2011); arpack: by Lanczos, to the last digits"),
    KL_INT(truncated_svd, n_oversamples, 10, .flags = KL_KEYWORD_ONLY,
           .doc = "random vectors more than components; >= 1"),
    KL_ENUM(truncated_svd, power_iteration_normalizer, "auto", .names = normalizers, .flags = KL_KEYWORD_ONLY,
            .doc = "none: power iterations go without a fresh basis; all others make it by QR"),
    KL_DOUBLE(truncated_svd, tol, 0.0, .flags = KL_KEYWORD_ONLY, .doc = "tolerance of arpack; 0 = to the last digits"),
    KL_LEARNED_ARRAY(truncated_svd, components_, .doc = "right singular vectors: n_components x d"),
    KL_LEARNED_ARRAY(truncated_svd, explained_variance_, .doc = "variance of each column of transform(x)"),
    KL_LEARNED_ARRAY(truncated_svd, explained_variance_ratio_, .doc = "its share of the variance of all columns"),
    KL_LEARNED_ARRAY(truncated_svd, singular_values_, .doc = "singular values of x"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"n_iter", KL_AT_LEAST(0)},
                                  {"n_oversamples", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = svd_fit,
    .transform = svd_transform,
    .inverse = svd_inverse,
    .width = svd_width,
    .shapes = "components_ = n_components features; explained_variance_ = * | none; "
              "explained_variance_ratio_ = * | none; singular_values_ = * | none",
};

const kl_type kl_truncated_svd_type = {
    .name = "TruncatedSVD",
    KL_ESTIMATOR(truncated_svd),
    .doc = "The first singular vectors of x, which is not centred and may stay sparse: latent semantic analysis of counts of "
           "words. The entry of each component that is largest by magnitude is positive.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_truncated_svd_type);
