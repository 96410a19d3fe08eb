/* src/ml/linalg.c - see linalg.h: the driver, and what works on vectors. */
#include "linalg.h"
#include "blas_calls.h"
#include "driver.h"
#include "kernels.h"
#include "parallel.h"

#include <math.h>

static const kl_blas *loaded; /* atomic, set once */

kl_status kl_linalg_begin(kl_error *error)
{
    const void *functions;
    if (__atomic_load_n(&loaded, __ATOMIC_ACQUIRE))
        return KL_OK;
    KL_TRY(kl_driver_load(&functions, "blas", error));
    KL_TRY(((const kl_blas *)functions)->begin(error));
    __atomic_store_n(&loaded, (const kl_blas *)functions, __ATOMIC_RELEASE);
    return KL_OK;
}

const kl_blas *kl_blas_calls(void) { return __atomic_load_n(&loaded, __ATOMIC_ACQUIRE); }

kl_status kl_blas_fits(size_t m, size_t n, kl_error *error)
{
    if (m <= INT_MAX && n <= INT_MAX)
        return KL_OK;
    return kl_error_set(error, KL_LIMIT, "a matrix of %zu x %zu is too large; at most %d rows and "
                        "columns are possible", m, n, INT_MAX);
}

/* ---- vectors ------------------------------------------------------------------------------------------- */

double kl_dot(const double *a, const double *b, size_t n) { return kl_kernels()->dot(a, b, n); }

void kl_axpy(double alpha, const double *x, double *y, size_t n)
{
    kl_kernels()->axpy(alpha, x, y, n);
}

void kl_scale(double *x, double by, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= by;
}

/* Squares of what is very large or very small would not be exact: it is scaled first. */
double kl_norm(const double *x, size_t n)
{
    const kl_kernel_table *kernels = kl_kernels();
    double squares = kernels->sum_squares(x, n);
    if ((squares > 1e-280 && squares < 1e300) || isnan(squares))
        return sqrt(squares);
    double largest = fmax(kernels->max(x, n), -kernels->min(x, n));
    if (largest == 0 || isinf(largest) || n == 0)
        return n == 0 ? 0 : largest;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

/* ---- transposing ------------------------------------------------------------------------------------------- */

enum { TILE = 32 };

typedef struct transposing {
    double *out;
    const double *a;
    size_t m, n;
} transposing;

static kl_status transpose_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const transposing *t = data;
    for (size_t j0 = 0; j0 < t->n; j0 += TILE)
        for (size_t i = begin; i < end; i++)
            for (size_t j = j0, j1 = KL_MIN(j0 + TILE, t->n); j < j1; j++)
                t->out[j * t->m + i] = t->a[i * t->n + j];
    return KL_OK;
}

void kl_transpose(double *out, const double *a, size_t m, size_t n)
{
    transposing t = {out, a, m, n};
    if (m * n < 1 << 16) {
        for (size_t begin = 0; begin < m; begin += TILE)
            transpose_rows(&t, 0, begin, KL_MIN(begin + TILE, m), NULL);
        return;
    }
    kl_parallel_all(m, TILE, transpose_rows, &t);
}

void kl_mirror_lower(double *c, size_t n)
{
    for (size_t i0 = 0; i0 < n; i0 += TILE)
        for (size_t j0 = 0; j0 <= i0; j0 += TILE)
            for (size_t i = i0, i1 = KL_MIN(i0 + TILE, n); i < i1; i++)
                for (size_t j = j0, j1 = KL_MIN(j0 + TILE, i); j < j1; j++)
                    c[j * n + i] = c[i * n + j];
}
