/* src/ml/linear/bayesian.c - what Bayesian regressions share. */
#include "bayesian.h"

#include "ml/estimator_parts.h"
#include "ml/linalg.h"

#include <math.h>


const kl_param kl_bayesian_predict_params[2] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows"},
    {.name = "return_std", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether standard deviations are wanted, too"},
};

kl_status kl_bayesian_keep(bayesian_model *model, const double *coef, const double *intercept, const double *x_mean,
                           size_t d, kl_error *error)
{
    double *ones;
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, x_mean, d, error));
    kl_learn(&model->X_offset_, made);
    made = kl_null();
    KL_TRY(kl_vector_new(&made, &ones, d, error));
    kl_learn(&model->X_scale_, made);
    for (size_t j = 0; j < d; j++)
        ones[j] = 1.0;
    return kl_linear_keep((linear_model *)model, coef, model->fit_intercept ? intercept : NULL, 1, d, error);
}

/* The columns that sigma_ is about, in order: those that an ARDRegression has kept. */
static size_t columns_of(size_t *out, const bayesian_model *model, size_t d)
{
    double threshold = INFINITY;
    const double *precisions =
        model->base.object.type == &kl_ard_regression_type ? kl_ard_precisions(model, &threshold) : NULL;
    size_t count = 0;
    for (size_t j = 0; j < d; j++)
        if (!precisions || precisions[j] < threshold)
            out[count++] = j;
    return count;
}

/* sqrt(x' sigma x + 1 / alpha) of each row less the means. */
static kl_status deviations(double *out, const bayesian_model *model, const kl_matrix *x, kl_task *task,
                            kl_error *error)
{
    const double *mean = kl_doubles(model->X_offset_), *sigma = kl_doubles(model->sigma_);
    double *rows, *image;
    size_t *columns, count;
    KL_TAKE(columns, task, x->cols, error);
    count = columns_of(columns, model, x->cols);
    KL_TAKE(rows, task, x->rows * count + 1, error);
    KL_TAKE(image, task, x->rows * count + 1, error);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t c = 0; c < count; c++)
            rows[i * count + c] = kl_row(x, i)[columns[c]] - mean[columns[c]];
    if (count > 0)
        kl_gemm(false, false, x->rows, count, count, 1.0, rows, count, sigma, count, 0.0, image, count);
    for (size_t i = 0; i < x->rows; i++)
        out[i] = sqrt(kl_dot(rows + i * count, image + i * count, count) + 1.0 / model->alpha_);
    return KL_OK;
}

static kl_status answer_deviations(kl_value *out, const kl_estimator *self, kl_value value, kl_error *error)
{
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    kl_matrix x;
    double *numbers = NULL;
    KL_TRY(kl_estimator_need(&model, self, error));
    *out = kl_null();
    kl_status status = kl_matrix_read(&x, value, "x", KL_EST_EMPTY_OK, &task, error);
    if (status == KL_OK && x.cols != (size_t)model->features)
        status = kl_bad_dimension(error, "features", (size_t)model->features, x.cols);
    if (status == KL_OK)
        status = kl_vector_new(out, &numbers, x.rows, error);
    if (status == KL_OK)
        status = deviations(numbers, (const bayesian_model *)model, &x, &task, error);
    if (status != KL_OK) {
        kl_value_release(*out);
        *out = kl_null();
    }
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

kl_status kl_bayesian_predict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value means = kl_null(), spread = kl_null(), both = kl_null();
    kl_status status;
    KL_TRY(kl_est_predict(&means, self, args, error));
    if (!kl_as_bool(args[1])) {
        *out = means;
        return KL_OK;
    }
    KL_TRY_OUT(answer_deviations(&spread, (const kl_estimator *)self, args[0], error));
    KL_TRY_OUT(kl_array_new(&both, 2, error));
    KL_TRY_OUT(kl_array_push(&both, kl_value_take(&means), error));
    KL_TRY_OUT(kl_array_push(&both, kl_value_take(&spread), error));
    *out = both;
    return KL_OK;
out:
    kl_value_release(means);
    kl_value_release(spread);
    kl_value_release(both);
    return status;
}
