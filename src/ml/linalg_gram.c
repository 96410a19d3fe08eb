/* src/ml/linalg_gram.c - products of a matrix with itself. */
#include "blas_calls.h"
#include "kernels.h"
#include "linalg.h"
#include "parallel.h"

#include <math.h>

/* Few columns: every block of rows gives a part. Many: every tile of the result goes through all rows. */
enum { NARROW = 64, FEW = 256, PARTS_MAX = 64, PART_NUMBERS = 1 << 20, CHUNK_NUMBERS = 1 << 15 };

typedef struct gram {
    double *c;
    const double *x, *weights;
    size_t n, d;
    bool of_rows; /* x x' instead of x'x */
    double *parts;
    double *scaled; /* a chunk of weighted rows for each thread; or all of them */
    size_t chunk, tile;
} gram;

/* ---- few columns ------------------------------------------------------------------------------------------ */

/* Rows times the roots of their weights; times the weights themselves when one is negative: then false. */
static bool weigh(double *out, const gram *g, size_t begin, size_t end)
{
    bool roots = kl_kernels()->min(g->weights + begin, end - begin) >= 0;
    for (size_t i = begin; i < end; i++) {
        double by = roots ? sqrt(g->weights[i]) : g->weights[i];
        for (size_t j = 0; j < g->d; j++)
            *out++ = by * g->x[i * g->d + j];
    }
    return roots;
}

static void add_weighted(double *part, const gram *g, size_t begin, size_t end)
{
    double *scaled = g->scaled + kl_parallel_me() * g->chunk * g->d;
    int d = (int)g->d;
    for (size_t i = begin; i < end; i += g->chunk) {
        size_t stop = KL_MIN(i + g->chunk, end);
        if (weigh(scaled, g, i, stop))
            kl_blas_calls()->dsyrk(true, d, (int)(stop - i), 1, scaled, d, 1, part, d);
        else
            kl_blas_calls()->dgemm(true, false, d, d, (int)(stop - i), 1, g->x + i * g->d, d, scaled,
                                   d, 1, part, d);
    }
}

static kl_status part_of_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const gram *g = data;
    double *part = g->parts + block * g->d * g->d;
    int d = (int)g->d;
    if (g->d <= NARROW)
        kl_kernels()->gram(part, g->x + begin * g->d,
                           g->weights ? g->weights + begin : NULL, end - begin, g->d);
    else if (g->weights)
        add_weighted(part, g, begin, end);
    else
        kl_blas_calls()->dsyrk(true, d, (int)(end - begin), 1, g->x + begin * g->d, d, 1, part, d);
    return KL_OK;
}

/* Slow, but needs no memory. */
static void gram_in_place(const gram *g)
{
    memset(g->c, 0, g->d * g->d * sizeof *g->c);
    for (size_t i = 0; i < g->n; i++) {
        const double *row = g->x + i * g->d;
        double weight = g->weights ? g->weights[i] : 1;
        for (size_t j = 0; j < g->d; j++)
            kl_axpy(weight * row[j], row, g->c + j * g->d, j + 1);
    }
}

static void gram_of_few(gram *g)
{
    size_t square = g->d * g->d;
    size_t most = KL_MIN(KL_MAX(PART_NUMBERS / square, 4), PARTS_MAX);
    size_t rows = KL_MAX(KL_MAX(g->n / most + 1, (1 << 17) / g->d), 256);
    rows = KL_MIN(rows, INT_MAX);
    size_t blocks = kl_parallel_blocks(g->n, rows);
    g->chunk = CHUNK_NUMBERS / g->d;
    bool scales = g->d > NARROW && g->weights;
    g->parts = kl_alloc_zero(blocks * square, sizeof *g->parts);
    g->scaled = scales ? kl_alloc(kl_parallel_threads() * g->chunk * g->d * sizeof *g->scaled) : NULL;
    if (!g->parts || (scales && !g->scaled))
        gram_in_place(g);
    else {
        kl_parallel_all(g->n, rows, part_of_rows, g);
        memset(g->c, 0, square * sizeof *g->c);
        for (size_t part = 0; part < blocks; part++)
            kl_axpy(1, g->parts + part * square, g->c, square);
    }
    kl_free(g->scaled);
    kl_free(g->parts);
}

/* ---- many columns ----------------------------------------------------------------------------------------------- */

/* Tile `block` of the lower triangle, row after row. */
static kl_status one_tile(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)begin, (void)end, (void)error;
    const gram *g = data;
    size_t order = g->of_rows ? g->n : g->d, depth = g->of_rows ? g->d : g->n, row = 0;
    while ((row + 1) * (row + 2) / 2 <= block)
        row++;
    size_t i = row * g->tile, j = (block - row * (row + 1) / 2) * g->tile, ld = g->d;
    size_t m = KL_MIN(g->tile, order - i), n = KL_MIN(g->tile, order - j);
    double *c = g->c + i * order + j;
    const double *left = g->scaled ? g->scaled : g->x;
    for (size_t l = 0; l < depth; l += INT_MAX) {
        size_t start = g->of_rows ? l : l * ld, left_at = g->of_rows ? i * ld : i;
        size_t right_at = g->of_rows ? j * ld : j;
        kl_blas_calls()->dgemm(!g->of_rows, g->of_rows, (int)m, (int)n, (int)KL_MIN(depth - l, INT_MAX),
                               1, left + start + left_at, (int)ld, g->x + start + right_at, (int)ld,
                               l ? 1 : 0, c, (int)order);
    }
    return KL_OK;
}

static kl_status weigh_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const gram *g = data;
    for (size_t i = begin; i < end; i++)
        for (size_t j = 0; j < g->d; j++)
            g->scaled[i * g->d + j] = g->weights[i] * g->x[i * g->d + j];
    return KL_OK;
}

static void gram_of_tiles(gram *g)
{
    size_t order = g->of_rows ? g->n : g->d;
    if (g->weights) {
        g->scaled = kl_alloc_zero(g->n * g->d, sizeof *g->scaled);
        if (!g->scaled) {
            gram_in_place(g);
            return;
        }
        kl_parallel_all(g->n, 256, weigh_rows, g);
    }
    g->tile = order <= 1024 ? 128 : 256;
    size_t across = kl_parallel_blocks(order, g->tile);
    kl_parallel_all(across * (across + 1) / 2, 1, one_tile, g);
    kl_free(g->scaled);
}

/* ---- what others call ------------------------------------------------------------------------------------------------ */

void kl_gram(double *c, const double *x, size_t n, size_t d, const double *weights)
{
    gram g = {.c = c, .x = x, .weights = weights, .n = n, .d = d};
    if (d == 0)
        return;
    if (n == 0)
        memset(c, 0, d * d * sizeof *c);
    else if (d <= FEW)
        gram_of_few(&g);
    else
        gram_of_tiles(&g);
    kl_mirror_lower(c, d);
}

void kl_gram_rows(double *c, const double *x, size_t n, size_t d)
{
    gram g = {.c = c, .x = x, .n = n, .d = d, .of_rows = true};
    if (d == 0)
        memset(c, 0, n * n * sizeof *c);
    else
        gram_of_tiles(&g);
    kl_mirror_lower(c, n);
}
