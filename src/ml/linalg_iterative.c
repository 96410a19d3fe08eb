/* src/ml/linalg_iterative.c - a few components of large matrices. */
#include "blas_calls.h"
#include "linalg.h"

#include <float.h>
#include <math.h>

/* ---- randomised SVD -------------------------------------------------------------------------------------------- */

/* The matrix as it is worked on: its taller side up. */
typedef struct tall {
    const double *a;
    size_t m, n; /* as stored */
    bool turned; /* work on the transpose */
} tall;

/* out (tall side x l) = A q, or out (short side x l) = A' q (`back`) */
static void times(const tall *t, bool back, double *out, const double *q, size_t l)
{
    bool transposed = back != t->turned;
    size_t rows = transposed ? t->n : t->m, depth = transposed ? t->m : t->n;
    kl_gemm(transposed, false, rows, l, depth, 1, t->a, t->n, q, l, 0, out, l);
}

/* q (tall side x l): an orthonormal basis of most of what A reaches. */
static kl_status find_range(const tall *t, double *q, size_t l, size_t iterations, kl_random *random,
                            kl_task *task, kl_error *error)
{
    double *narrow;
    size_t high = KL_MAX(t->m, t->n), low = KL_MIN(t->m, t->n);
    KL_TAKE_RAW(narrow, task, low * l, error);
    kl_random_normals(random, narrow, low * l);
    times(t, false, q, narrow, l);
    KL_TRY(kl_qr(q, high, l, NULL, task, error));
    for (size_t i = 0; i < iterations; i++) {
        KL_TRY(kl_task_poll(error));
        times(t, true, narrow, q, l);
        KL_TRY(kl_qr(narrow, low, l, NULL, task, error));
        times(t, false, q, narrow, l);
        KL_TRY(kl_qr(q, high, l, NULL, task, error));
    }
    kl_task_free(task, narrow);
    return KL_OK;
}


kl_status kl_randomized_svd(double *u, double *s, double *vt, const double *a, size_t m, size_t n,
                            size_t k, size_t oversamples, size_t iterations, kl_random *random,
                            kl_task *task, kl_error *error)
{
    tall t = {a, m, n, m < n};
    size_t high = KL_MAX(m, n), low = KL_MIN(m, n), l = KL_MIN(k + oversamples, low);
    double *q, *b, *left, *values, *right;
    if (k > low)
        return kl_error_set(error, KL_INVALID, "%zu components of a matrix of %zu x %zu; at most %zu", k, m,
                            n, low);
    if (k == 0)
        return KL_OK;
    KL_TAKE_RAW(q, task, high * l, error);
    KL_TAKE_RAW(b, task, low * l, error);
    KL_TAKE_RAW(left, task, low * l, error);
    KL_TAKE_RAW(values, task, l, error);
    KL_TAKE_RAW(right, task, l * l, error);
    KL_TRY(find_range(&t, q, l, iterations, random, task, error));
    /* b = A'q = left values right, so A is about q right' values left'. */
    times(&t, true, b, q, l);
    KL_TRY(kl_svd(left, values, right, b, low, l, task, error));
    memcpy(s, values, k * sizeof *s);
    if (t.turned) {
        for (size_t i = 0; i < m; i++)
            memcpy(u + i * k, left + i * l, k * sizeof *u);
        kl_gemm(false, true, k, n, l, 1, right, l, q, l, 0, vt, n);
    } else {
        kl_gemm(false, true, m, k, l, 1, q, l, right, l, 0, u, k);
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < n; j++)
                vt[i * n + j] = left[j * l + i];
    }
    kl_task_free(task, q);
    kl_task_free(task, b);
    kl_task_free(task, left);
    kl_task_free(task, values);
    kl_task_free(task, right);
    return KL_OK;
}
