/* src/ml/linalg_cholesky.c - the factor of a positive definite matrix, and what it solves.
 *
 * The lower triangle of rows is the upper one of columns, which is how LAPACK sees it.
 */
#include "blas_calls.h"
#include "linalg.h"
#include "parallel.h"

#include <math.h>

enum { PANEL = 192, LARGE = 2 * PANEL };

/* ---- the factor ------------------------------------------------------------------------------------------------ */

typedef struct panel {
    double *a;
    size_t n, start, end; /* columns [start, end) are done */
} panel;

/* Rows below the panel: times the inverse of its factor. */
static kl_status solve_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const panel *p = data;
    const double *l = p->a + p->start * p->n + p->start;
    kl_blas_calls()->dtrsm(true, false, true, (int)(end - begin), (int)(p->end - p->start), l, (int)p->n,
                           p->a + (p->end + begin) * p->n + p->start, (int)p->n);
    return KL_OK;
}

/* Tile `block` of the triangle to the right of the panel, row after row: less the product of its rows. */
static kl_status subtract_tile(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)begin, (void)end, (void)error;
    const panel *p = data;
    size_t row = 0;
    while ((row + 1) * (row + 2) / 2 <= block)
        row++;
    size_t i = p->end + row * PANEL, j = p->end + (block - row * (row + 1) / 2) * PANEL;
    kl_blas_calls()->dgemm(false, true, (int)KL_MIN(PANEL, p->n - i), (int)KL_MIN(PANEL, p->n - j),
                           (int)(p->end - p->start), -1, p->a + i * p->n + p->start, (int)p->n,
                           p->a + j * p->n + p->start, (int)p->n, 1, p->a + i * p->n + j, (int)p->n);
    return KL_OK;
}

static int factor_panels(double *a, size_t n)
{
    for (size_t start = 0; start < n; start += PANEL) {
        panel p = {a, n, start, KL_MIN(start + PANEL, n)};
        int info = kl_blas_calls()->dpotrf('U', (int)(p.end - start), a + start * n + start, (int)n);
        if (info)
            return info + (int)start;
        size_t across = kl_parallel_blocks(n - p.end, PANEL);
        kl_parallel_all(n - p.end, PANEL, solve_rows, &p);
        kl_parallel_all(across * (across + 1) / 2, 1, subtract_tile, &p);
    }
    return 0;
}

kl_status kl_cholesky(double *a, size_t n, kl_error *error)
{
    KL_TRY(kl_blas_fits(n, n, error));
    int info = n == 0 ? 0 : n < LARGE ? kl_blas_calls()->dpotrf('U', (int)n, a, (int)n)
                                      : factor_panels(a, n);
    for (size_t i = 0; info == 0 && i < n; i++) /* NaN is positive to some kernels */
        if (!(a[i * n + i] > 0) || isinf(a[i * n + i]))
            info = (int)i + 1;
    if (info)
        return kl_error_set(error, KL_INVALID,
                            "the matrix is not positive definite: its leading minor of order %d is not "
                            "positive", info);
    for (size_t i = 0; i < n; i++)
        memset(a + i * n + i + 1, 0, (n - i - 1) * sizeof *a);
    return KL_OK;
}

/* ---- solving ------------------------------------------------------------------------------------------------------- */

static void solve_one(bool transposed, const double *l, size_t n, double *b)
{
    if (!transposed)
        for (size_t i = 0; i < n; i++)
            b[i] = (b[i] - kl_dot(l + i * n, b, i)) / l[i * n + i];
    else
        for (size_t i = n; i-- > 0;) {
            b[i] /= l[i * n + i];
            kl_axpy(-b[i], l + i * n, b, i);
        }
}

typedef struct solving {
    const double *l;
    double *b;
    size_t n, k;
    bool first, second; /* with L, with its transpose */
} solving;

static kl_status solve_columns(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const solving *s = data;
    int n = (int)s->n, cols = (int)(end - begin), k = (int)s->k;
    if (s->first)
        kl_blas_calls()->dtrsm(false, false, false, n, cols, s->l, n, s->b + begin, k);
    if (s->second)
        kl_blas_calls()->dtrsm(false, false, true, n, cols, s->l, n, s->b + begin, k);
    return KL_OK;
}

static void solve_all(const solving *s)
{
    enum { ALONE = 1 << 20 };
    if (s->n == 0 || s->k == 0)
        return;
    if (s->k == 1) {
        if (s->first)
            solve_one(false, s->l, s->n, s->b);
        if (s->second)
            solve_one(true, s->l, s->n, s->b);
        return;
    }
    size_t cols = KL_MAX(ALONE / (s->n * s->n) + 1, 64);
    kl_parallel_all(s->k, KL_MIN(cols, INT_MAX), solve_columns, (void *)(uintptr_t)s);
}

void kl_cholesky_solve(const double *l, size_t n, double *b, size_t k)
{
    solve_all(&(solving){l, b, n, k, true, true});
}

void kl_lower_solve(bool transposed, const double *l, size_t n, double *b, size_t k)
{
    solve_all(&(solving){l, b, n, k, !transposed, transposed});
}

kl_status kl_cholesky_inverse(double *inverse, const double *l, size_t n, kl_error *error)
{
    KL_TRY(kl_blas_fits(n, n, error));
    if (n == 0)
        return KL_OK;
    memcpy(inverse, l, n * n * sizeof *l);
    int info = kl_blas_calls()->dpotri('U', (int)n, inverse, (int)n);
    if (info)
        return kl_error_set(error, KL_INVALID, "the factor is singular: entry %d of its diagonal is 0",
                            info);
    kl_mirror_lower(inverse, n);
    return KL_OK;
}
