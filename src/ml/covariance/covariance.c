/* src/ml/covariance/covariance.c - means, covariances and their inverses; distances, likelihood, errors. */
#include "covariance.h"

#include "../decomposition/parts.h"
#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

/* ---- learning --------------------------------------------------------------------------------------------------- */

kl_status kl_covariance_locate(kl_covariance *model, const kl_matrix *x, kl_error *error)
{
    double *mean;
    KL_TRY(kl_learn_vector(&model->location_, &mean, x->cols, error));
    if (!model->assume_centered)
        kl_column_means(mean, x);
    return KL_OK;
}

kl_status kl_covariance_empirical(double **out, kl_covariance *model, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    double *covariance;
    if (x->rows == 1)
        KL_TRY(kl_warn(error, "%s: a covariance of one row says nothing; give more rows",
                       model->base.object.type->name));
    KL_TRY(kl_learn_table(&model->covariance_, &covariance, x->cols, x->cols, error));
    KL_TRY(kl_scatter(covariance, x, model->assume_centered ? NULL : kl_doubles(model->location_), task, error));
    for (size_t i = 0; i < x->cols * x->cols; i++)
        covariance[i] /= (double)x->rows;
    *out = covariance;
    return KL_OK;
}

kl_status kl_covariance_invert(kl_covariance *model, kl_task *task, kl_error *error)
{
    double *inverse;
    size_t d = kl_array_axis(model->covariance_, 0);
    if (!model->store_precision)
        return KL_OK;
    KL_TRY(kl_learn_table(&model->precision_, &inverse, d, d, error));
    return kl_pinvh(inverse, NULL, NULL, kl_doubles(model->covariance_), d, task, error);
}

kl_status kl_covariance_precision(const double **out, const kl_covariance *model, kl_task *task, kl_error *error)
{
    size_t d = kl_array_axis(model->covariance_, 0);
    double *inverse;
    *out = kl_doubles(model->precision_);
    if (*out)
        return KL_OK;
    KL_TAKE_RAW(inverse, task, d * d, error);
    KL_TRY(kl_pinvh(inverse, NULL, NULL, kl_doubles(model->covariance_), d, task, error));
    *out = inverse;
    return KL_OK;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

kl_status kl_covariance_distances(double *out, const kl_matrix *x, const double *location, const double *precision,
                                  kl_task *task, kl_error *error)
{
    size_t d = x->cols;
    double *rows, *products;
    KL_TRY(kl_centered_rows(&rows, x, location, task, error));
    KL_TAKE_RAW(products, task, x->rows * d + 1, error);
    kl_gemm(false, false, x->rows, d, d, 1, rows, d, precision, d, 0, products, d);
    for (size_t i = 0; i < x->rows; i++)
        out[i] = kl_kernels()->dot(rows + i * d, products + i * d, d);
    kl_task_free(task, rows);
    kl_task_free(task, products);
    return KL_OK;
}

static kl_status distances(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                           kl_error *error)
{
    const kl_covariance *model = (const kl_covariance *)self;
    const double *precision;
    double *numbers;
    kl_value made;
    KL_TRY(kl_covariance_precision(&precision, model, task, error));
    KL_TRY(kl_vector_new(&made, &numbers, x->rows, error));
    kl_status status = kl_covariance_distances(numbers, x, kl_doubles(model->location_), precision, task, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

kl_status kl_covariance_mahalanobis(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_estimator_ask(out, (const kl_estimator *)self, args[0], distances, error);
}

/* The mean log-likelihood of rows under the normal distribution with location_ and the covariance. */
kl_status kl_covariance_score(double *out, const kl_estimator *self, const kl_fit *in, kl_task *task,
                              kl_error *error)
{
    const kl_covariance *model = (const kl_covariance *)self;
    const double *precision;
    double *distance, *values, *copy, logs = 0, d = (double)in->d;
    KL_TAKE_RAW(distance, task, in->n + 1, error);
    KL_TAKE_RAW(values, task, in->d, error);
    KL_TAKE_RAW(copy, task, in->d * in->d, error);
    KL_TRY(kl_covariance_precision(&precision, model, task, error));
    KL_TRY(kl_covariance_distances(distance, in->x, kl_doubles(model->location_), precision, task, error));
    memcpy(copy, precision, in->d * in->d * sizeof *copy);
    KL_TRY(kl_eigh(values, NULL, copy, in->d, task, error));
    for (size_t j = 0; j < in->d; j++)
        logs += values[j] > 0 ? log(values[j]) : -INFINITY;
    *out = (logs - kl_kernels()->sum(distance, in->n) / (double)in->n - d * log(2 * M_PI)) / 2;
    return KL_OK;
}

static kl_status copy_precision(double *out, const kl_estimator *self, kl_error *error)
{
    const kl_covariance *model = (const kl_covariance *)self;
    size_t d = (size_t)self->features;
    kl_task task = KL_TASK_INIT;
    const double *precision;
    kl_status status = kl_covariance_precision(&precision, model, &task, error);
    if (status == KL_OK)
        memcpy(out, precision, d * d * sizeof *out);
    kl_task_end(&task);
    return status;
}

kl_status kl_covariance_get_precision(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_covariance_answer(out, self, copy_precision, false, error);
}

static const char *const norms[] = {"frobenius", "spectral", NULL};
const kl_param kl_covariance_error_params[4] = {
    {.name = "comp_cov", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "the other covariance: d x d"},
    {.name = "norm", .kind = KL_KIND_ENUM, .names = norms, .fallback = "\"frobenius\"",
     .doc = "frobenius: root of the sum of squares; spectral: largest singular value"},
    {.name = "scaling", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether the squared norm is divided by the number of columns"},
    {.name = "squared", .kind = KL_KIND_BOOL, .fallback = "true", .doc = "whether the square of the norm is returned"},
};

static kl_status measure(double *out, const kl_covariance *model, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_matrix other;
    double *difference, *values, square;
    size_t d = (size_t)model->base.features;
    KL_TRY(kl_linalg_begin(error));
    KL_TRY(kl_matrix_read(&other, args[0], "comp_cov", 0, task, error));
    if (other.rows != d || other.cols != d)
        return kl_bad_dimension(error, "features", d, other.cols != d ? other.cols : other.rows);
    KL_TAKE_RAW(difference, task, d * d, error);
    KL_TAKE_RAW(values, task, d, error);
    for (size_t i = 0; i < d * d; i++)
        difference[i] = other.data[i] - kl_doubles(model->covariance_)[i];
    square = kl_kernels()->sum_squares(difference, d * d);
    if (kl_word_is(args[1], "spectral")) {
        KL_TRY(kl_svd(NULL, values, NULL, difference, d, d, task, error));
        square = values[0] * values[0];
    }
    square /= kl_as_bool(args[2]) ? (double)d : 1;
    *out = kl_as_bool(args[3]) ? square : sqrt(square);
    return KL_OK;
}

kl_status kl_covariance_error_norm(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_estimator *model;
    double norm;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = measure(&norm, (const kl_covariance *)model, args, &task, error);
    if (status == KL_OK)
        *out = kl_double(norm);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}
