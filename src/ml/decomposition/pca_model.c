/* src/ml/decomposition/pca_model.c - rows as principal components and back; the normal density they stand for. */
#include "parts.h"
#include "pca.h"

#include "../linalg.h"

#include <float.h>
#include <math.h>

kl_status kl_pca_keep(kl_pca_model *model, const double *s, double *vt, const double *variance, double total, size_t k,
                      size_t d, kl_error *error)
{
    double *out;
    kl_flip_signs(NULL, 0, vt, k, d);
    KL_TRY(kl_learn_table(&model->components_, &out, k, d, error));
    memcpy(out, vt, k * d * sizeof *out);
    KL_TRY(kl_learn_vector(&model->singular_values_, &out, k, error));
    memcpy(out, s, k * sizeof *out);
    KL_TRY(kl_learn_vector(&model->explained_variance_, &out, k, error));
    memcpy(out, variance, k * sizeof *out);
    KL_TRY(kl_learn_vector(&model->explained_variance_ratio_, &out, k, error));
    for (size_t c = 0; c < k; c++)
        out[c] = variance[c] / total;
    model->n_components_ = (int64_t)k;
    return KL_OK;
}

size_t kl_pca_width(const kl_estimator *self) { return (size_t)((const kl_pca_model *)self)->n_components_; }

/* What a component is divided by. */
static double deviation(const kl_pca_model *model, size_t c)
{
    double scale = sqrt(kl_doubles(model->explained_variance_)[c]);
    return scale < DBL_EPSILON ? DBL_EPSILON : scale;
}

kl_status kl_pca_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    const kl_pca_model *self = (const kl_pca_model *)base;
    size_t k = (size_t)self->n_components_;
    double *columns, *scores;
    KL_TAKE_RAW(columns, task, x->cols * k + 1, error);
    kl_transpose(columns, kl_doubles(self->components_), k, x->cols);
    for (size_t i = 0; i < x->cols * k && self->whiten; i++)
        columns[i] /= deviation(self, i % k);
    KL_TRY(kl_table_new(out, &scores, x->rows, k, error));
    if (k)
        kl_x_times(scores, x, kl_doubles(self->mean_), false, columns, k);
    return KL_OK;
}

kl_status kl_pca_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const kl_pca_model *self = (const kl_pca_model *)base;
    size_t k = (size_t)self->n_components_, d = (size_t)base->features;
    double *rows, *components;
    if (x->cols != k)
        return kl_bad_dimension(error, "components", k, x->cols);
    KL_TAKE_RAW(components, task, k * d + 1, error);
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < d; j++)
            components[c * d + j] =
                kl_doubles(self->components_)[c * d + j] *
                (self->whiten ? sqrt(kl_doubles(self->explained_variance_)[c]) : 1);
    KL_TRY(kl_table_new(out, &rows, x->rows, d, error));
    if (k)
        kl_x_times(rows, x, NULL, false, components, d);
    for (size_t i = 0; i < x->rows; i++)
        kl_axpy(1, kl_doubles(self->mean_), rows + i * d, d);
    return KL_OK;
}

/* C' diag(variance - noise) C + noise I */
static kl_status covariance(double *out, const kl_estimator *base, kl_error *error)
{
    const kl_pca_model *self = (const kl_pca_model *)base;
    size_t k = (size_t)self->n_components_, d = (size_t)base->features;
    const double *variance = kl_doubles(self->explained_variance_), *components = kl_doubles(self->components_);
    (void)error;
    memset(out, 0, d * d * sizeof *out);
    for (size_t c = 0; c < k; c++) {
        double more = variance[c] > self->noise_variance_ ? variance[c] - self->noise_variance_ : 0;
        kl_ger(d, d, more, components + c * d, components + c * d, out, d);
    }
    for (size_t j = 0; j < d; j++)
        out[j * d + j] += self->noise_variance_;
    return KL_OK;
}

kl_status kl_pca_get_covariance(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_covariance_answer(out, self, covariance, false, error);
}

kl_status kl_pca_get_precision(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_covariance_answer(out, self, covariance, true, error);
}

kl_status kl_pca_score_samples(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    (void)task;
    return kl_normal_densities(out, x, kl_doubles(((const kl_pca_model *)base)->mean_), base, covariance, error);
}
