/* src/ml/svm/linear.c - rows of linear problems, and what both classes share. */
#include "linear.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

/* ---- rows --------------------------------------------------------------------------------------------- */

double kl_linear_dot(const kl_linear_problem *p, size_t i, const double *w)
{
    size_t row = p->rows[i], d = p->x->cols;
    double sum = p->bias * w[d];
    if (p->x->data)
        return sum + kl_kernels()->dot(kl_row(p->x, row), w, d);
    for (int64_t k = p->x->indptr[row]; k < p->x->indptr[row + 1]; k++)
        sum += p->x->values[k] * w[p->x->indices[k]];
    return sum;
}

void kl_linear_add(const kl_linear_problem *p, size_t i, double by, double *w)
{
    size_t row = p->rows[i], d = p->x->cols;
    w[d] += by * p->bias;
    if (p->x->data) {
        kl_kernels()->axpy(by, kl_row(p->x, row), w, d);
        return;
    }
    for (int64_t k = p->x->indptr[row]; k < p->x->indptr[row + 1]; k++)
        w[p->x->indices[k]] += by * p->x->values[k];
}

double kl_linear_square(const kl_linear_problem *p, size_t i)
{
    size_t row = p->rows[i];
    double sum = p->bias * p->bias;
    if (p->x->data)
        return sum + kl_kernels()->sum_squares(kl_row(p->x, row), p->x->cols);
    int64_t begin = p->x->indptr[row], end = p->x->indptr[row + 1];
    return sum + kl_kernels()->sum_squares(p->x->values + begin, (size_t)(end - begin));
}

/* ---- parameters --------------------------------------------------------------------------------------- */

kl_status kl_linear_choose(bool *dual, kl_value given, const kl_fit *in, bool primal_can,
                           bool dual_can, const char *what, kl_error *error)
{
    if (!primal_can && !dual_can)
        return kl_bad_input(error, "%s cannot be combined", what);
    if (kl_word_is(given, "auto")) {
        *dual = in->n < in->d ? dual_can : !primal_can;
        return KL_OK;
    }
    if (!kl_is(given, KL_KIND_BOOL))
        return kl_bad_parameter(error, "dual", "a bool or 'auto'", given);
    *dual = kl_as_bool(given);
    if (*dual ? dual_can : primal_can)
        return KL_OK;
    return kl_bad_input(error, "%s cannot be combined with dual=%s", what, *dual ? "True" : "False");
}

kl_status kl_linear_bias(double *out, bool fit_intercept, double scaling, kl_error *error)
{
    *out = fit_intercept ? scaling : 0;
    if (!fit_intercept || scaling > 0)
        return KL_OK;
    return kl_bad_parameter(error, "intercept_scaling", "a number > 0", kl_double(scaling));
}

kl_status kl_linear_step(const kl_linear_problem *p, kl_task *task, kl_error *error)
{
    return task ? kl_task_step(task, p->rounds, p->rounds_max, error) : kl_parallel_poll(error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

void kl_linear_scores(double *out, const kl_matrix *x, const double *coef, const double *intercept,
                      size_t width)
{
    for (size_t i = 0; i < x->rows; i++)
        memcpy(out + i * width, intercept, width * sizeof *out);
    if (x->data) {
        kl_gemm(false, true, x->rows, width, x->cols, 1, x->data, x->cols, coef, x->cols, 1, out,
                width);
        return;
    }
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t k = x->indptr[i]; k < x->indptr[i + 1]; k++)
            for (size_t c = 0; c < width; c++)
                out[i * width + c] += x->values[k] * coef[c * x->cols + (size_t)x->indices[k]];
}
