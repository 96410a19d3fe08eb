/* src/ml/linalg_factor.c - eigenvalues, singular values, QR, least squares, through LAPACK.
 *
 * A matrix in rows is its transpose in columns. Where that is as good - a symmetric matrix, a product of three
 * factors read backwards, QR as LQ of the transpose - nothing is copied.
 */
#include "blas_calls.h"
#include "kernels.h"
#include "linalg.h"

#include <float.h>
#include <math.h>

static kl_status check_finite(const double *a, size_t m, size_t n, kl_error *error)
{
    KL_TRY(kl_blas_fits(m, n, error));
    if (kl_kernels()->all_finite(a, m * n, NULL))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "the matrix contains NaN or infinity");
}

/* LAPACK counts the numbers of its work with an int. */
static kl_status check_order(size_t n, kl_error *error)
{
    enum { ORDER_MAX = 32000 };
    if (n <= ORDER_MAX)
        return KL_OK;
    return kl_error_set(error, KL_LIMIT, "a matrix of order %zu is too large; at most %d is possible", n,
                        ORDER_MAX);
}

static kl_status not_converged(const char *what, kl_error *error)
{
    return kl_error_set(error, KL_FAILED, "%s did not converge", what);
}

/* What a function of LAPACK answers when it is asked how much work it wants. */
static int size_of(double answer) { return (int)KL_MIN(answer + 0.5, (double)INT_MAX); }

/* ---- systems of equations ---------------------------------------------------------------------------------------- */

static void transpose_in_place(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double moved = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = moved;
        }
}

kl_status kl_solve(double *a, size_t n, double *b, size_t k, kl_task *task, kl_error *error)
{
    int *pivots;
    double *columns = b;
    KL_TRY(kl_blas_fits(n, k, error));
    if (n == 0 || k == 0)
        return KL_OK;
    KL_TRY(check_finite(a, n, n, error));
    KL_TAKE(pivots, task, n, error);
    if (k > 1)
        KL_TAKE_RAW(columns, task, n * k, error);
    transpose_in_place(a, n);
    if (k > 1)
        kl_transpose(columns, b, n, k);
    int info = kl_blas_calls()->dgesv((int)n, (int)k, a, (int)n, pivots, columns, (int)n);
    if (k > 1)
        kl_transpose(b, columns, k, n);
    kl_task_free(task, pivots);
    if (k > 1)
        kl_task_free(task, columns);
    if (info)
        return kl_error_set(error, KL_INVALID, "the matrix is singular");
    return KL_OK;
}

/* ---- eigenvalues --------------------------------------------------------------------------------------------------- */

kl_status kl_eigh(double *values, double *vectors, double *a, size_t n, kl_task *task, kl_error *error)
{
    double *work, size;
    int *iwork, isize;
    char job = vectors ? 'V' : 'N';
    KL_TRY(check_order(n, error));
    KL_TRY(check_finite(a, n, n, error));
    if (n == 0)
        return KL_OK;
    kl_blas_calls()->dsyevd(job, 'U', (int)n, a, (int)n, values, &size, -1, &isize, -1);
    KL_TAKE_RAW(work, task, (size_t)size_of(size), error);
    KL_TAKE_RAW(iwork, task, (size_t)isize, error);
    int info = kl_blas_calls()->dsyevd(job, 'U', (int)n, a, (int)n, values, work, size_of(size), iwork,
                                       isize);
    kl_task_free(task, work);
    kl_task_free(task, iwork);
    if (info)
        return not_converged("the search for eigenvalues", error);
    if (vectors && vectors != a)
        memcpy(vectors, a, n * n * sizeof *a);
    return KL_OK;
}

kl_status kl_eigh_range(double *values, double *vectors, double *a, size_t n, size_t low, size_t high,
                        kl_task *task, kl_error *error)
{
    double *all, *work, size;
    int *support, *iwork, isize, found = 0, none = 0;
    char job = vectors ? 'V' : 'N';
    if (low > high || high > n)
        return kl_error_set(error, KL_INVALID, "eigenvalues [%zu, %zu) of %zu", low, high, n);
    KL_TRY(check_order(n, error));
    KL_TRY(check_finite(a, n, n, error));
    if (low == high)
        return KL_OK;
    int first = (int)low + 1, last = (int)high, order = (int)n;
    KL_TAKE_RAW(all, task, n, error);
    kl_blas_calls()->dsyevr(job, 'I', 'U', order, a, order, first, last, &found, all, vectors, order,
                            &none, &size, -1, &isize, -1);
    KL_TAKE_RAW(work, task, (size_t)size_of(size), error);
    KL_TAKE_RAW(iwork, task, (size_t)isize, error);
    KL_TAKE(support, task, 2 * n, error);
    int info = kl_blas_calls()->dsyevr(job, 'I', 'U', order, a, order, first, last, &found, all, vectors,
                                       order, support, work, size_of(size), iwork, isize);
    if (info || found != last - first + 1)
        return not_converged("the search for eigenvalues", error);
    memcpy(values, all, (high - low) * sizeof *values);
    kl_task_free(task, all);
    kl_task_free(task, work);
    kl_task_free(task, iwork);
    kl_task_free(task, support);
    return KL_OK;
}

kl_status kl_pinvh(double *inverse, double *log_determinant, size_t *rank, const double *a, size_t n,
                   kl_task *task, kl_error *error)
{
    double *values, *vectors, *scaled, largest = 0, sum = 0;
    KL_TAKE_RAW(values, task, n, error);
    KL_TAKE_RAW(vectors, task, n * n, error);
    KL_TAKE_RAW(scaled, task, n * n, error);
    if (n)
        memcpy(vectors, a, n * n * sizeof *a);
    KL_TRY(kl_eigh(values, vectors, vectors, n, task, error));
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(values[i]));
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool counts = fabs(values[i]) > largest * (double)n * DBL_EPSILON;
        for (size_t j = 0; j < n; j++)
            scaled[i * n + j] = counts ? vectors[i * n + j] / values[i] : 0;
        sum += counts ? log(fabs(values[i])) : 0;
        kept += counts;
    }
    kl_gemm(true, false, n, n, n, 1, vectors, n, scaled, n, 0, inverse, n);
    kl_mirror_lower(inverse, n);
    if (log_determinant)
        *log_determinant = sum;
    if (rank)
        *rank = kept;
    kl_task_free(task, values);
    kl_task_free(task, vectors);
    kl_task_free(task, scaled);
    return KL_OK;
}

/* ---- singular values ------------------------------------------------------------------------------------------------- */

/* With a' = vt' s u': what LAPACK calls u is vt, and what it calls vt is u. */
static kl_status svd_of_columns(double *u, double *s, double *vt, double *a, size_t m, size_t n, char job,
                                kl_task *task, kl_error *error)
{
    double *work, size;
    int *iwork;
    int r = (int)KL_MIN(m, n), rows = (int)n, cols = (int)m;
    KL_TAKE_RAW(iwork, task, 8 * (size_t)r, error);
    kl_blas_calls()->dgesdd(job, rows, cols, a, rows, s, vt, rows, u, r, &size, -1, iwork);
    KL_TAKE_RAW(work, task, (size_t)size_of(size), error);
    int info = kl_blas_calls()->dgesdd(job, rows, cols, a, rows, s, vt, rows, u, r, work, size_of(size),
                                       iwork);
    kl_task_free(task, work);
    kl_task_free(task, iwork);
    return info ? not_converged("the search for singular values", error) : KL_OK;
}

kl_status kl_svd(double *u, double *s, double *vt, double *a, size_t m, size_t n, kl_task *task,
                 kl_error *error)
{
    size_t r = KL_MIN(m, n);
    double *unwanted = NULL;
    KL_TRY(check_order(r, error));
    KL_TRY(check_finite(a, m, n, error));
    if (r == 0)
        return KL_OK;
    char job = u || vt ? 'S' : 'N';
    if (job == 'S' && !(u && vt)) { /* both or none */
        KL_TAKE_RAW(unwanted, task, u ? r * n : m * r, error);
        if (u)
            vt = unwanted;
        else
            u = unwanted;
    }
    KL_TRY(svd_of_columns(u, s, vt, a, m, n, job, task, error));
    kl_task_free(task, unwanted);
    return KL_OK;
}

/* ---- QR --------------------------------------------------------------------------------------------------------------- */

/* a = Q R, so a' = R' Q': R' is the lower factor of an LQ. */
kl_status kl_qr(double *a, size_t m, size_t n, double *r, kl_task *task, kl_error *error)
{
    double *tau, *work, first, second;
    int rows = (int)n, cols = (int)m;
    if (m < n)
        return kl_error_set(error, KL_INVALID, "QR of %zu rows and %zu columns; rows must not be fewer", m,
                            n);
    KL_TRY(kl_blas_fits(m, n, error));
    if (n == 0)
        return KL_OK;
    KL_TAKE_RAW(tau, task, n, error);
    kl_blas_calls()->dgelqf(rows, cols, a, rows, tau, &first, -1);
    kl_blas_calls()->dorglq(rows, cols, rows, a, rows, tau, &second, -1);
    int size = size_of(fmax(first, second));
    KL_TAKE_RAW(work, task, (size_t)size, error);
    kl_blas_calls()->dgelqf(rows, cols, a, rows, tau, work, size); /* cannot fail */
    for (size_t i = 0; r && i < n; i++)
        for (size_t j = 0; j < n; j++)
            r[i * n + j] = j < i ? 0 : a[i * n + j];
    kl_blas_calls()->dorglq(rows, cols, rows, a, rows, tau, work, size);
    kl_task_free(task, work);
    kl_task_free(task, tau);
    return KL_OK;
}

/* ---- least squares ------------------------------------------------------------------------------------------------------ */

typedef struct least_squares {
    double *a, *b, *s; /* columns; b has as many rows as the longer side of a */
    size_t m, n, k, longer;
} least_squares;

static kl_status solve_least_squares(const least_squares *it, double rcond, int *rank, kl_task *task,
                                     kl_error *error)
{
    double *work, size = 0;
    int *iwork, isize = 0;
    int m = (int)it->m, n = (int)it->n, k = (int)it->k, ldb = (int)it->longer;
    kl_blas_calls()->dgelsd(m, n, k, it->a, m, it->b, ldb, it->s, rcond, rank, &size, -1, &isize);
    KL_TAKE_RAW(work, task, (size_t)size_of(size), error);
    KL_TAKE_RAW(iwork, task, (size_t)KL_MAX(isize, 1), error);
    int info = kl_blas_calls()->dgelsd(m, n, k, it->a, m, it->b, ldb, it->s, rcond, rank, work,
                                       size_of(size), iwork);
    kl_task_free(task, work);
    kl_task_free(task, iwork);
    return info ? not_converged("the search for singular values", error) : KL_OK;
}

kl_status kl_least_squares(double *x, size_t *rank, double *singular, double *a, size_t m, size_t n,
                           double *b, size_t k, double rcond, kl_task *task, kl_error *error)
{
    least_squares it = {.m = m, .n = n, .k = k, .longer = KL_MAX(m, n)};
    size_t r = KL_MIN(m, n);
    int found = 0;
    KL_TRY(check_order(r, error));
    KL_TRY(check_finite(a, m, n, error));
    KL_TRY(check_finite(b, m, k, error));
    if (r && k) {
        KL_TAKE_RAW(it.a, task, m * n, error);
        KL_TAKE(it.b, task, it.longer * k, error);
        KL_TAKE_RAW(it.s, task, r, error);
        kl_transpose(it.a, a, m, n);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < k; j++)
                it.b[j * it.longer + i] = b[i * k + j];
        KL_TRY(solve_least_squares(&it, rcond, &found, task, error));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            x[i * k + j] = r ? it.b[j * it.longer + i] : 0;
    if (rank)
        *rank = (size_t)found;
    if (singular && it.s)
        memcpy(singular, it.s, r * sizeof *singular);
    kl_task_free(task, it.a);
    kl_task_free(task, it.b);
    kl_task_free(task, it.s);
    return KL_OK;
}
