/* src/ml/numeric_distance.c - distances between rows: see numeric.h. */
#include "kernels.h"
#include "linalg.h"
#include "numeric.h"
#include "parallel.h"

#include <math.h>

enum { BLOCK_NUMBERS = 1 << 17, ROWS_LEAST = 16 };

typedef struct pairs {
    double *out;
    const double *a, *b, *a_squares, *b_squares;
    size_t m, n, d;
    kl_metric metric;
    double p;
} pairs;

static size_t rows_of_block(size_t n, size_t d)
{
    return KL_MAX(BLOCK_NUMBERS / KL_MAX(KL_MAX(n, d), 1), ROWS_LEAST);
}

/* ---- squared Euclidean, by a product -------------------------------------------------------------------------- */

/* |a|^2 + |b|^2 - 2 ab. What rounding makes negative is 0; what overflowed is computed as it is defined. */
static void finish_row(const pairs *p, size_t i)
{
    double *out = p->out + i * p->n, square = p->a_squares[i];
    bool odd = false;
    for (size_t j = 0; j < p->n; j++) {
        double distance = square + p->b_squares[j] - 2 * out[j];
        odd |= !(distance < INFINITY);
        out[j] = distance < 0 ? 0 : distance;
    }
    for (size_t j = 0; odd && j < p->n; j++)
        if (!(out[j] < INFINITY))
            out[j] = kl_kernels()->squared_distance(p->a + i * p->d, p->b + j * p->d, p->d);
    if (p->a == p->b && p->m == p->n)
        out[i] = 0;
}

static kl_status squared_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const pairs *p = data;
    kl_gemm(false, true, end - begin, p->n, p->d, 1, p->a + begin * p->d, p->d, p->b, p->d, 0,
            p->out + begin * p->n, p->n);
    for (size_t i = begin; i < end; i++)
        finish_row(p, i);
    return KL_OK;
}

static kl_status squares_of(const double **out, const double *x, size_t rows, size_t d, kl_task *task,
                            kl_error *error)
{
    double *squares;
    KL_TAKE_RAW(squares, task, rows, error);
    kl_kernels()->row_square_sums(squares, x, rows, d);
    *out = squares;
    return KL_OK;
}

kl_status kl_squared_distances(double *out, const double *a, size_t m, const double *a_squares,
                               const double *b, size_t n, const double *b_squares, size_t d,
                               kl_task *task, kl_error *error)
{
    pairs p = {.out = out, .a = a, .b = b, .a_squares = a_squares, .b_squares = b_squares, .m = m, .n = n,
               .d = d};
    if (m == 0 || n == 0)
        return KL_OK;
    if (!a_squares)
        KL_TRY(squares_of(&p.a_squares, a, m, d, task, error));
    if (!b_squares && a == b && m == n)
        p.b_squares = p.a_squares;
    else if (!b_squares)
        KL_TRY(squares_of(&p.b_squares, b, n, d, task, error));
    KL_TRY(kl_parallel_for(m, rows_of_block(n, d), squared_rows, &p, error));
    if (!b_squares && p.b_squares != p.a_squares)
        kl_task_free(task, (void *)(uintptr_t)p.b_squares);
    if (!a_squares)
        kl_task_free(task, (void *)(uintptr_t)p.a_squares);
    return KL_OK;
}

/* ---- any metric, each by itself --------------------------------------------------------------------------------- */

static double minkowski(const double *a, const double *b, size_t d, double p)
{
    const kl_kernel_table *kernels = kl_kernels();
    if (p == 1)
        return kernels->manhattan(a, b, d);
    if (p == 2)
        return sqrt(kernels->squared_distance(a, b, d));
    if (isinf(p))
        return kernels->chebyshev(a, b, d);
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += pow(fabs(a[i] - b[i]), p);
    return pow(sum, 1 / p);
}

/* Of unit vectors; a vector of zeros is at right angles to all. */
static double cosine(double dot, double a_square, double b_square)
{
    if (a_square == 0 || b_square == 0)
        return 1;
    double distance = 1 - dot / (sqrt(a_square) * sqrt(b_square));
    return distance < 0 ? 0 : distance > 2 ? 2 : distance;
}

double kl_distance(const double *a, const double *b, size_t d, kl_metric metric, double p)
{
    const kl_kernel_table *kernels = kl_kernels();
    switch (metric) {
    case KL_METRIC_EUCLIDEAN: return sqrt(kernels->squared_distance(a, b, d));
    case KL_METRIC_MANHATTAN: return kernels->manhattan(a, b, d);
    case KL_METRIC_CHEBYSHEV: return kernels->chebyshev(a, b, d);
    case KL_METRIC_MINKOWSKI: return minkowski(a, b, d, p);
    case KL_METRIC_COSINE:
        return cosine(kernels->dot(a, b, d), kernels->sum_squares(a, d), kernels->sum_squares(b, d));
    }
    return NAN;
}

static kl_status rows_of_distances(void *data, size_t block, size_t begin, size_t end,
                                   kl_error *error)
{
    (void)block, (void)error;
    const pairs *p = data;
    for (size_t i = begin; i < end; i++)
        for (size_t j = 0; j < p->n; j++) {
            const double *a = p->a + i * p->d, *b = p->b + j * p->d;
            p->out[i * p->n + j] = p->b_squares ? cosine(kl_kernels()->dot(a, b, p->d), p->a_squares[i],
                                                         p->b_squares[j])
                                                : kl_distance(a, b, p->d, p->metric, p->p);
        }
    return KL_OK;
}

kl_status kl_distances(double *out, const double *a, size_t m, const double *b, size_t n, size_t d,
                       kl_metric metric, double p, kl_error *error)
{
    pairs it = {.out = out, .a = a, .b = b, .m = m, .n = n, .d = d, .metric = metric, .p = p};
    double *squares = NULL;
    if (m == 0 || n == 0)
        return KL_OK;
    if (metric == KL_METRIC_COSINE) {
        squares = kl_alloc((m + n) * sizeof *squares);
        if (!squares)
            return kl_error_no_memory(error);
        kl_kernels()->row_square_sums(squares, a, m, d);
        kl_kernels()->row_square_sums(squares + m, b, n, d);
        it.a_squares = squares;
        it.b_squares = squares + m;
    }
    size_t work = KL_MAX(n * KL_MAX(d, 1), 1);
    kl_status status = kl_parallel_for(m, KL_MAX((1 << 16) / work, 1), rows_of_distances, &it, error);
    kl_free(squares);
    return status;
}
