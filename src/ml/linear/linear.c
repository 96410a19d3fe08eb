/* src/ml/linear/linear.c - x'w + b: answering, and keeping what was learned. */
#include "linear.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "parallel.h"

#include <math.h>

enum { ROWS_AT_ONCE = 8192, SMALL_WORK = 1 << 18 };

typedef struct decision {
    double *out;
    const kl_matrix *x;
    const double *coef;
    size_t outputs;
} decision;

static void decide_dense(const decision *job, size_t begin, size_t end)
{
    size_t d = job->x->cols, k = job->outputs, n = end - begin;
    const double *rows = kl_row(job->x, begin);
    double *out = job->out + begin * k;
    if (k == 1 && d <= 32 && n <= 64) { /* a call of BLAS costs more than the sums do */
        const kl_kernel_table *kernels = kl_kernels();
        for (size_t i = 0; i < n; i++)
            out[i] += kernels->dot(rows + i * d, job->coef, d);
    } else if (k == 1) {
        kl_gemv(false, n, d, 1.0, rows, d, job->coef, 1.0, out);
    } else {
        kl_gemm(false, true, n, k, d, 1.0, rows, d, job->coef, d, 1.0, out, k);
    }
}

static void decide_sparse(const decision *job, size_t begin, size_t end)
{
    const kl_matrix *x = job->x;
    size_t k = job->outputs;
    for (size_t i = begin; i < end; i++)
        for (size_t c = 0; c < k; c++) {
            const double *w = job->coef + c * x->cols;
            double sum = 0;
            for (int64_t at = x->indptr[i]; at < x->indptr[i + 1]; at++)
                sum += x->values[at] * w[x->indices[at]];
            job->out[i * k + c] += sum;
        }
}

static kl_status decide_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const decision *job = data;
    if (kl_is_sparse(job->x))
        decide_sparse(job, begin, end);
    else
        decide_dense(job, begin, end);
    return KL_OK;
}

size_t kl_linear_outputs(const linear_model *model, size_t d)
{
    const kl_array_view *view = kl_as_array_view(model->coef_);
    return view && d ? kl_array_view_count(view) / d : 1;
}

double kl_linear_intercept(const linear_model *model, size_t row)
{
    const double *numbers = kl_doubles(model->intercept_);
    return numbers ? numbers[row] : kl_as_double(model->intercept_);
}

kl_status kl_linear_decide(double *out, const linear_model *model, const kl_matrix *x, kl_error *error)
{
    size_t k = kl_linear_outputs(model, x->cols);
    for (size_t c = 0; c < k && x->rows > 0; c++)
        out[c] = kl_linear_intercept(model, c);
    for (size_t i = 1; i < x->rows; i++)
        memcpy(out + i * k, out, k * sizeof *out);
    decision job = {.out = out, .x = x, .coef = kl_doubles(model->coef_), .outputs = k};
    if (x->rows * x->cols * k <= SMALL_WORK)
        return decide_block(&job, 0, 0, x->rows, error);
    return kl_parallel_for(x->rows, ROWS_AT_ONCE, decide_block, &job, error);
}

kl_status kl_linear_predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                            kl_error *error)
{
    (void)task;
    return kl_linear_decide(out, (const linear_model *)self, x, error);
}

kl_status kl_linear_decision(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    (void)task;
    const linear_model *model = (const linear_model *)self;
    size_t k = kl_linear_outputs(model, x->cols);
    kl_value made = kl_null();
    double *numbers = NULL;
    if (k == 1)
        KL_TRY(kl_vector_new(&made, &numbers, x->rows, error));
    else
        KL_TRY(kl_table_new(&made, &numbers, x->rows, k, error));
    kl_status status = kl_linear_decide(numbers, model, x, error);
    if (status != KL_OK) {
        kl_value_release(made);
        return status;
    }
    *out = made;
    return KL_OK;
}

static kl_status keep_intercepts(linear_model *model, const double *intercept, size_t count, kl_error *error)
{
    kl_value made = kl_null();
    double *numbers = NULL;
    KL_TRY(kl_vector_new(&made, &numbers, count, error));
    for (size_t c = 0; intercept && c < count; c++)
        numbers[c] = intercept[c];
    kl_learn(&model->intercept_, made);
    return KL_OK;
}

kl_status kl_linear_keep(linear_model *model, const double *coef, const double *intercept, size_t outputs,
                         size_t d, kl_error *error)
{
    kl_value made = kl_null();
    bool is_table = outputs > 1 || model->base.is_column;
    if (is_table)
        KL_TRY(kl_table_from(&made, coef, outputs, d, error));
    else
        KL_TRY(kl_vector_from(&made, coef, d, error));
    kl_learn(&model->coef_, made);
    if (is_table && intercept)
        return keep_intercepts(model, intercept, outputs, error);
    kl_learn(&model->intercept_, kl_double(intercept ? *intercept : 0.0));
    return KL_OK;
}

kl_status kl_linear_keep_classes(linear_model *model, const double *coef, const double *intercept,
                                 size_t rows, size_t d, kl_error *error)
{
    kl_value made = kl_null();
    KL_TRY(kl_table_from(&made, coef, rows, d, error));
    kl_learn(&model->coef_, made);
    return keep_intercepts(model, intercept, rows, error);
}

bool kl_linear_is_finite(const linear_model *model)
{
    const kl_array_view *intercepts = kl_as_array_view(model->intercept_);
    if (!kl_kernels()->all_finite(kl_doubles(model->coef_),
                                  kl_array_view_count(kl_as_array_view(model->coef_)), NULL))
        return false;
    return intercepts ? kl_kernels()->all_finite(kl_doubles(model->intercept_),
                                                 kl_array_view_count(intercepts), NULL)
                      : isfinite(kl_as_double(model->intercept_));
}

const double *kl_linear_former(const kl_estimator *before, size_t rows, size_t d)
{
    const linear_model *former = (const linear_model *)before;
    if (!before || before->features != (int64_t)d || !kl_doubles(former->coef_))
        return NULL;
    return kl_linear_outputs(former, d) == rows ? kl_doubles(former->coef_) : NULL;
}

kl_status kl_linear_numbers(const double **out, size_t *count, kl_value value, const char *name,
                            kl_task *task, kl_error *error)
{
    static const char expected[] = "a number >= 0, or an array of such numbers";
    if (kl_is(value, KL_KIND_INT) || kl_is(value, KL_KIND_DOUBLE)) {
        double *single;
        KL_TAKE(single, task, 1, error);
        *single = kl_as_double(value);
        *out = single;
        *count = 1;
    } else if (kl_as_array_view(value) || kl_is(value, KL_KIND_ARRAY)) {
        KL_TRY(kl_numbers_read(out, count, value, name, task, error));
    } else {
        return kl_bad_parameter(error, name, expected, value);
    }
    for (size_t i = 0; i < *count; i++)
        if (!((*out)[i] >= 0 && isfinite((*out)[i])))
            return kl_bad_parameter(error, name, expected, kl_double((*out)[i]));
    return KL_OK;
}
