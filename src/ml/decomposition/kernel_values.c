/* src/ml/decomposition/kernel_values.c - kernels of pairs of rows: of their products, or of their distances. */
#include "kernel_values.h"

#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"

#include <math.h>

typedef struct values {
    double *out;
    const kl_kernel_of *kernel;
    const double *a_norms, *b_norms;
    size_t n;
} values;

static bool is(const kl_kernel_of *kernel, const char *name) { return kl_text_is(kernel->name, name); }

/* Products become values, row by row. */
static void finish_products(double *row, const values *v, size_t i)
{
    const kl_kernel_of *kernel = v->kernel;
    if (is(kernel, "cosine")) {
        for (size_t j = 0; j < v->n; j++)
            row[j] /= (v->a_norms[i] > 0 ? v->a_norms[i] : 1) * (v->b_norms[j] > 0 ? v->b_norms[j] : 1);
        return;
    }
    for (size_t j = 0; j < v->n; j++)
        row[j] = kernel->gamma * row[j] + kernel->coef0;
    if (is(kernel, "sigmoid"))
        kl_kernels()->tanh(row, row, v->n);
    else
        for (size_t j = 0; j < v->n; j++)
            row[j] = pow(row[j], kernel->degree);
}

static kl_status finish(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const values *v = data;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        double *row = v->out + i * v->n;
        if (!is(v->kernel, "rbf")) {
            finish_products(row, v, i);
            continue;
        }
        for (size_t j = 0; j < v->n; j++)
            row[j] *= -v->kernel->gamma;
        kl_kernels()->exp(row, row, v->n);
    }
    return KL_OK;
}

static kl_status lengths(const double **out, const double *rows, size_t n, size_t d, kl_task *task, kl_error *error)
{
    double *length;
    KL_TAKE_RAW(length, task, n + 1, error);
    for (size_t i = 0; i < n; i++)
        length[i] = kl_norm(rows + i * d, d);
    *out = length;
    return KL_OK;
}

kl_status kl_kernel_values(double *out, const kl_kernel_of *kernel, const double *a, size_t m, const double *b,
                           size_t n, size_t d, kl_task *task, kl_error *error)
{
    values v = {.out = out, .kernel = kernel, .n = n};
    if (is(kernel, "rbf")) {
        KL_TRY(kl_squared_distances(out, a, m, NULL, b, n, NULL, d, task, error));
        for (size_t i = 0; i < m && a == b; i++)
            out[i * n + i] = 0;
    } else {
        kl_gemm(false, true, m, n, d, 1, a, d, b, d, 0, out, n);
    }
    if (is(kernel, "linear"))
        return KL_OK;
    if (is(kernel, "cosine")) {
        KL_TRY(lengths(&v.a_norms, a, m, d, task, error));
        KL_TRY(lengths(&v.b_norms, b, n, d, task, error));
    }
    return kl_parallel_for(m, 64, finish, &v, error);
}
