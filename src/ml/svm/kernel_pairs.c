/* src/ml/svm/kernel_pairs.c - kernels that are callables of two rows. */
#include "kernel_matrix.h"

#include "../callable.h"

#include <math.h>

typedef struct pairs {
    double *out;
    kl_value callable, named;
    kl_value *right; /* rows of b as values: n */
    size_t n;
    bool is_symmetric;
} pairs;

static kl_status call_pair(double *out, const pairs *p, kl_value left, kl_value right, kl_error *error)
{
    kl_value rows[2] = {left, right}, answer = kl_null();
    KL_TRY(kl_call_given(&answer, p->callable, rows, 2, p->named, error));
    *out = kl_as_double(answer);
    bool good = kl_is_number(answer) && isfinite(*out);
    kl_value_release(answer);
    return good ? KL_OK
                : kl_bad_input(error, "kernel: expected the callable to answer with a finite number for each pair of rows");
}

static kl_status call_row(const pairs *p, size_t i, kl_value left, kl_error *error)
{
    for (size_t j = p->is_symmetric ? i : 0; j < p->n; j++) {
        KL_TRY(call_pair(p->out + i * p->n + j, p, left, p->right[j], error));
        if (p->is_symmetric)
            p->out[j * p->n + i] = p->out[i * p->n + j];
    }
    return KL_OK;
}

static kl_status call_rows(const pairs *p, const double *a, size_t m, size_t d, kl_task *task, kl_error *error)
{
    for (size_t i = 0; i < m; i++) {
        kl_value left;
        KL_TRY(kl_task_step(task, i, m, error));
        KL_TRY(kl_vector_from(&left, a + i * d, d, error));
        kl_status status = call_row(p, i, left, error);
        kl_value_release(left);
        KL_TRY(status);
    }
    return KL_OK;
}

kl_status kl_kernel_call_pairs(double *out, kl_value callable, kl_value named, const double *a, size_t m, const double *b,
                               size_t n, size_t d, kl_task *task, kl_error *error)
{
    pairs p = {.out = out, .callable = callable, .named = named, .n = n, .is_symmetric = a == b && m == n};
    kl_status status = KL_OK;
    KL_TAKE(p.right, task, n + 1, error); /* zeros are null */
    for (size_t j = 0; j < n && status == KL_OK; j++)
        status = kl_vector_from(&p.right[j], b + j * d, d, error);
    if (status == KL_OK)
        status = call_rows(&p, a, m, d, task, error);
    for (size_t j = 0; j < n; j++)
        kl_value_release(p.right[j]);
    kl_task_free(task, p.right);
    return status;
}

kl_status kl_kernel_params_check(kl_value params, bool is_callable, kl_error *error)
{
    if (!kl_is_null(params) && !kl_is(params, KL_KIND_MAP))
        return kl_bad_parameter(error, "kernel_params", "None or a dict", params);
    if (!is_callable && kl_map_len(params) > 0)
        return kl_bad_parameter(error, "kernel_params", "None, for they are of a callable alone", params);
    return KL_OK;
}
