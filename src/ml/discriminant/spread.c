/* src/ml/discriminant/spread.c - covariances of classes. */
#include "spread.h"

#include "../classes.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../model.h"

#include <math.h>

kl_status kl_spread_read(kl_spread *out, kl_value shrinkage, kl_value estimator, kl_error *error)
{
    *out = (kl_spread){.estimator = estimator};
    if (!kl_is_null(estimator) && !kl_is_model(estimator))
        return kl_bad_parameter(error, "covariance_estimator", "an estimator with fit()", estimator);
    if (!kl_is_null(estimator) && !kl_is_null(shrinkage) && kl_as_double(shrinkage) != 0)
        return kl_bad_parameter(error, "shrinkage", "None beside a covariance_estimator", shrinkage);
    if (kl_word_is(shrinkage, "auto")) {
        out->is_auto = true;
        return KL_OK;
    }
    out->shrinkage = kl_as_double(shrinkage);
    if ((!kl_is_null(shrinkage) && !kl_is_number(shrinkage)) ||
        !(out->shrinkage >= 0 && out->shrinkage <= 1))
        return kl_bad_parameter(error, "shrinkage", "None, 'auto' or a number in [0, 1]", shrinkage);
    return KL_OK;
}

void kl_spread_gather(double *out, const kl_matrix *x, const size_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * x->cols, kl_row(x, rows[i]), x->cols * sizeof *out);
}

kl_status kl_class_means(double *out, const kl_fit *in, const double *counts, kl_task *task,
                         kl_error *error)
{
    KL_TRY(kl_class_sums(out, in->x, in->codes, NULL, NULL, in->classes, task, error));
    for (size_t c = 0; c < in->classes; c++)
        for (size_t j = 0; j < in->d; j++)
            out[c * in->d + j] /= counts[c];
    return KL_OK;
}

/* ---- estimates ---------------------------------------------------------------------------------------- */

static kl_status by_estimator(double *out, kl_value estimator, const double *x, size_t n, size_t d,
                              kl_error *error)
{
    kl_value model = kl_null(), data = kl_null(), answer = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_model_clone(&model, estimator, error));
    KL_TRY_OUT(kl_table_from(&data, x, n, d, error));
    KL_TRY_OUT(kl_model_fit(model, data, kl_null(), kl_null(), error));
    KL_TRY_OUT(kl_model_attribute(&answer, model, "covariance_", error));
    if (!kl_doubles(answer) || kl_array_axis(answer, 0) != d || kl_array_axis(answer, 1) != d)
        status = kl_bad_input(error, "covariance_estimator: expected covariance_ of %zu x %zu numbers", d,
                              d);
    else
        memcpy(out, kl_doubles(answer), d * d * sizeof *out);
out:
    kl_value_release(answer);
    kl_value_release(data);
    kl_value_release(model);
    return status;
}

/* Towards the identity, times the mean variance. */
static void shrink(double *s, double by, size_t d)
{
    double trace = 0;
    for (size_t j = 0; j < d; j++)
        trace += s[j * d + j];
    kl_scale(s, 1 - by, d * d);
    for (size_t j = 0; j < d; j++)
        s[j * d + j] += by * trace / (double)d;
}

/* The shrinkage of least expected error of centred rows, whose covariance is s (Ledoit, Wolf: A well-conditioned estimator
 * for large-dimensional covariance matrices, J. Multivariate Analysis 88, 2004). */
static double best_shrinkage(const double *s, const double *x, size_t n, size_t d)
{
    double fourth = 0, squares = kl_kernels()->sum_squares(s, d * d), trace = 0;
    if (d == 1)
        return 0;
    for (size_t i = 0; i < n; i++) {
        double each = kl_kernels()->sum_squares(x + i * d, d);
        fourth += each * each;
    }
    for (size_t j = 0; j < d; j++)
        trace += s[j * d + j];
    double noise = (fourth / (double)n - squares) / ((double)d * (double)n);
    double distance = (squares - trace * trace / (double)d) / (double)d;
    noise = KL_MIN(noise, distance);
    return noise == 0 ? 0 : noise / distance;
}

/* Of columns brought to the same variance, and brought back. */
static void shrink_best(double *s, double *centred, double *scale, size_t n, size_t d)
{
    const kl_kernel_table *k = kl_kernels();
    for (size_t j = 0; j < d; j++) {
        double variance = s[j * d + j];
        scale[j] = variance > 0 ? 1 / sqrt(variance) : 1;
    }
    k->center_scale(centred, centred, NULL, scale, n, d);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            s[i * d + j] *= scale[i] * scale[j];
    shrink(s, best_shrinkage(s, centred, n, d), d);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            s[i * d + j] /= scale[i] * scale[j];
}

kl_status kl_spread_of(double *out, const kl_spread *how, const double *x, size_t n, size_t d,
                       kl_task *task, kl_error *error)
{
    const kl_kernel_table *k = kl_kernels();
    double *mean, *centred;
    if (!kl_is_null(how->estimator))
        return by_estimator(out, how->estimator, x, n, d, error);
    KL_TAKE(mean, task, d, error);
    KL_TAKE_RAW(centred, task, n * d, error);
    k->column_sums(mean, x, n, d);
    kl_scale(mean, 1 / (double)n, d);
    k->center_scale(centred, x, mean, NULL, n, d);
    kl_gram(out, centred, n, d, NULL);
    kl_scale(out, 1 / (double)n, d * d);
    if (how->is_auto)
        shrink_best(out, centred, mean, n, d);
    else if (how->shrinkage > 0)
        shrink(out, how->shrinkage, d);
    kl_task_free(task, centred);
    kl_task_free(task, mean);
    return KL_OK;
}
