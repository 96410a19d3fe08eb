/* src/ml/linalg_product.c - products of matrices with matrices and vectors.
 *
 * How a product is cut depends on its size alone, so that its result does not depend on the number of threads.
 */
#include "blas_calls.h"
#include "kernels.h"
#include "linalg.h"
#include "parallel.h"

/* Multiplications that are worth a thread, and tiles at most. */
enum { SMALL = 1 << 20, TILE_WORK = 1 << 21, TILES_MAX = 64, TILE_LEAST = 64, DEPTH_LEAST = 1024 };

typedef struct product {
    bool ta, tb, single;
    size_t m, n, k, lda, ldb, ldc;
    double alpha, beta;
    const void *a, *b;
    void *c;
    size_t rows, cols, depth; /* of a tile */
    double *parts;            /* m x n of each piece of the depth, when that is cut */
} product;

/* ---- a tile -------------------------------------------------------------------------------------------------- */

static const void *at(const product *p, const void *base, size_t item)
{
    return (const char *)base + item * (p->single ? sizeof(float) : sizeof(double));
}

/* c [i, i+m) x [j, j+n) of products over [l, l+k) */
static void multiply(const product *p, size_t i, size_t m, size_t j, size_t n, size_t l, size_t k,
                     double beta, void *c, size_t ldc)
{
    const void *a = at(p, p->a, p->ta ? l * p->lda + i : i * p->lda + l);
    const void *b = at(p, p->b, p->tb ? j * p->ldb + l : l * p->ldb + j);
    if (p->single)
        kl_blas_calls()->sgemm(p->ta, p->tb, (int)m, (int)n, (int)k, (float)p->alpha, a, (int)p->lda,
                               b, (int)p->ldb, (float)beta, c, (int)ldc);
    else
        kl_blas_calls()->dgemm(p->ta, p->tb, (int)m, (int)n, (int)k, p->alpha, a, (int)p->lda, b,
                               (int)p->ldb, beta, c, (int)ldc);
}

static kl_status tile(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)begin, (void)end, (void)error;
    const product *p = data;
    size_t across = kl_parallel_blocks(p->n, p->cols);
    size_t i = block / across * p->rows, j = block % across * p->cols;
    void *c = (void *)(uintptr_t)at(p, p->c, i * p->ldc + j);
    for (size_t l = 0; l < p->k || l == 0; l += p->depth)
        multiply(p, i, KL_MIN(p->rows, p->m - i), j, KL_MIN(p->cols, p->n - j), l,
                 KL_MIN(p->depth, p->k - l), l ? 1 : p->beta, c, p->ldc);
    return KL_OK;
}

/* One piece of the depth, into its own part. */
static kl_status piece(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const product *p = data;
    multiply(p, 0, p->m, 0, p->n, begin, end - begin, 0, p->parts + block * p->m * p->n, p->n);
    return KL_OK;
}

/* ---- how it is cut --------------------------------------------------------------------------------------------- */

static size_t half(size_t size) { return (size / 2 + 15) / 16 * 16; }

static void cut(product *p)
{
    double work = (double)p->m * (double)p->n * (double)p->k;
    size_t wanted = work < SMALL ? 1 : (size_t)KL_MIN(work / TILE_WORK + 1, (double)TILES_MAX);
    size_t tiles = 1;
    p->rows = p->m, p->cols = p->n;
    while (tiles < wanted && KL_MAX(p->rows, p->cols) >= 2 * TILE_LEAST) {
        if (p->rows >= p->cols)
            p->rows = half(p->rows);
        else
            p->cols = half(p->cols);
        tiles = kl_parallel_blocks(p->m, p->rows) * kl_parallel_blocks(p->n, p->cols);
    }
    p->rows = KL_MIN(p->rows, INT_MAX), p->cols = KL_MIN(p->cols, INT_MAX);
    p->depth = KL_MIN(KL_MAX(p->k, 1), INT_MAX);
    if (tiles * 8 <= wanted && !p->single) /* a small result of long sums */
        p->depth = KL_MIN(p->depth, KL_MAX(p->k / (wanted / tiles) + 1, DEPTH_LEAST));
}

/* c = beta c + the parts, in their order. */
static void add_parts(const product *p, size_t pieces)
{
    const kl_kernel_table *kernels = kl_kernels();
    for (size_t i = 0; i < p->m; i++) {
        double *c = (double *)p->c + i * p->ldc;
        if (p->beta == 0)
            memset(c, 0, p->n * sizeof *c);
        else if (p->beta != 1)
            kl_scale(c, p->beta, p->n);
        for (size_t part = 0; part < pieces; part++)
            kernels->axpy(1, p->parts + (part * p->m + i) * p->n, c, p->n);
    }
}

static bool in_pieces(product *p)
{
    size_t pieces = kl_parallel_blocks(p->k, p->depth);
    if (pieces < 2 || p->single || p->m * p->n > (4 * TILE_WORK) / TILES_MAX)
        return false;
    p->parts = kl_alloc(pieces * p->m * p->n * sizeof *p->parts);
    if (!p->parts)
        return false; /* it can be done without */
    kl_parallel_all(p->k, p->depth, piece, p);
    add_parts(p, pieces);
    kl_free(p->parts);
    return true;
}

static void run(product *p)
{
    if (p->m == 0 || p->n == 0)
        return;
    cut(p);
    if (in_pieces(p))
        return;
    kl_parallel_all(kl_parallel_blocks(p->m, p->rows) * kl_parallel_blocks(p->n, p->cols), 1, tile, p);
}

void kl_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
             size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    product p = {.ta = ta, .tb = tb, .m = m, .n = n, .k = k, .alpha = alpha, .beta = beta,
                 .a = a, .lda = KL_MAX(lda, 1), .b = b, .ldb = KL_MAX(ldb, 1), .c = c, .ldc = ldc};
    run(&p);
}

void kl_gemm_f32(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a,
                 size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    product p = {.ta = ta, .tb = tb, .single = true, .m = m, .n = n, .k = k, .alpha = alpha,
                 .beta = beta, .a = a, .lda = KL_MAX(lda, 1), .b = b, .ldb = KL_MAX(ldb, 1), .c = c,
                 .ldc = ldc};
    run(&p);
}

/* ---- with a vector --------------------------------------------------------------------------------------------------- */

enum { VECTOR_WORK = 1 << 16, VECTOR_SMALL = 1 << 18 };

typedef struct vector_product {
    size_t m, n, lda;
    double alpha, beta;
    const double *a, *x;
    double *y, *parts;
} vector_product;

static kl_status rows_times(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const vector_product *p = data;
    kl_blas_calls()->dgemv(false, (int)(end - begin), (int)p->n, p->alpha, p->a + begin * p->lda,
                           (int)p->lda, p->x, p->beta, p->y + begin);
    return KL_OK;
}

static kl_status times_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const vector_product *p = data;
    kl_blas_calls()->dgemv(true, (int)(end - begin), (int)p->n, p->alpha, p->a + begin * p->lda,
                           (int)p->lda, p->x + begin, 0, p->parts + block * p->n);
    return KL_OK;
}

static void scale_or_clear(double *y, double beta, size_t n)
{
    if (beta == 0)
        memset(y, 0, n * sizeof *y);
    else if (beta != 1)
        kl_scale(y, beta, n);
}

/* Long sums: one part for each block of rows. */
static void gemv_transposed(vector_product *p, size_t rows)
{
    size_t blocks = kl_parallel_blocks(p->m, rows);
    p->parts = blocks > 1 ? kl_alloc(blocks * p->n * sizeof *p->parts) : NULL;
    scale_or_clear(p->y, p->beta, p->n);
    if (p->parts) {
        kl_parallel_all(p->m, rows, times_rows, p);
        for (size_t part = 0; part < blocks; part++)
            kl_axpy(1, p->parts + part * p->n, p->y, p->n);
        kl_free(p->parts);
        return;
    }
    for (size_t begin = 0; begin < p->m; begin += rows)
        kl_blas_calls()->dgemv(true, (int)KL_MIN(rows, p->m - begin), (int)p->n, p->alpha,
                               p->a + begin * p->lda, (int)p->lda, p->x + begin, 1, p->y);
}

void kl_gemv(bool ta, size_t m, size_t n, double alpha, const double *a, size_t lda, const double *x,
             double beta, double *y)
{
    vector_product p = {m, n, KL_MAX(lda, 1), alpha, beta, a, x, y, NULL};
    if (m == 0 || n == 0) {
        scale_or_clear(y, beta, ta ? n : m);
        return;
    }
    bool is_small = (double)m * (double)n < VECTOR_SMALL;
    size_t rows = is_small ? m : KL_MAX(VECTOR_WORK / n + 1, ta ? m / TILES_MAX + 1 : 1);
    rows = KL_MIN(rows, INT_MAX);
    if (ta)
        gemv_transposed(&p, rows);
    else
        kl_parallel_all(m, rows, rows_times, &p);
}

typedef struct outer {
    size_t n, lda;
    double alpha;
    const double *x, *y;
    double *a;
} outer;

static kl_status outer_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const outer *o = data;
    for (size_t i = begin; i < end; i++)
        kl_axpy(o->alpha * o->x[i], o->y, o->a + i * o->lda, o->n);
    return KL_OK;
}

void kl_ger(size_t m, size_t n, double alpha, const double *x, const double *y, double *a, size_t lda)
{
    outer o = {n, lda, alpha, x, y, a};
    kl_parallel_all(m, VECTOR_WORK / KL_MAX(n, 1) + 1, outer_rows, &o);
}
