/* src/ml/linear/glm.c - value, slope and curvature in one pass; which method minimises. */
#include "glm.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/numeric.h"
#include "parallel.h"

#include <math.h>

enum {
    CELLS_AT_ONCE = 24576, /* of x: what stays in the cache between two uses */
    ROWS_MAX = 1024,
    BLOCKS_MAX = 16,
    SMALL_WORK = 1 << 15,
    NARROW_MIN = 31,     /* columns for which the kernel for X'X is faster than a product of matrices */
    NARROW_MAX = 64,
    NEWTON_MAX = 512,    /* parameters */
    PROXIMAL_NEWTON_MAX = 1024
};

struct kl_glm_work {
    const kl_glm *glm;
    const double *theta;
    size_t step, grain, blocks, size; /* rows at once; rows and number of blocks; numbers of a block's sums */
    size_t scratch_size;
    size_t bend_size; /* of the curvature within them */
    double *sums;    /* blocks x (value, slope, curvature) */
    double *bend;    /* all their curvature */
    double *scratch; /* threads x scratch_size */
    bool bends;      /* curvature in this evaluation */
};

/* Scratch of one thread. */
typedef struct part {
    double *raw, *curve, *other; /* step x outputs */
    double *rows;                /* step x d: for curvature */
} part;

static part part_of(const kl_glm_work *w)
{
    double *at = w->scratch + kl_parallel_me() * w->scratch_size;
    size_t cells = w->step * w->glm->outputs;
    return (part){at, at + cells, at + 2 * cells, at + 3 * cells};
}

/*
 * Of each pair of outputs a >= b the curvature is the sum of h x x' with one number h per row. Kept per pair: the lower triangle
 * d x d, X'h (d) for the intercept, and the sum of h.
 */
static size_t pair_size(const kl_glm *glm) { return glm->x->cols * (glm->x->cols + 1) + 1; }
static size_t pair_count(const kl_glm *glm) { return glm->outputs * (glm->outputs + 1) / 2; }

kl_status kl_glm_work_new(kl_glm_work **out, const kl_glm *glm, bool curvature, kl_task *task, kl_error *error)
{
    kl_glm_work *w;
    size_t n = glm->x->rows, size = kl_glm_size(glm);
    KL_TAKE(w, task, 1, error);
    w->glm = glm;
    w->step = KL_MIN(KL_MIN(KL_MAX(CELLS_AT_ONCE / KL_MAX(glm->width, 1), 32), ROWS_MAX), n);
    w->grain = n * size <= SMALL_WORK ? n : KL_MAX(n / BLOCKS_MAX + 1, 256);
    w->blocks = kl_parallel_blocks(n, w->grain);
    w->bend_size = curvature ? pair_count(glm) * pair_size(glm) : 0;
    w->size = 1 + size + w->bend_size;
    w->scratch_size = w->step * (3 * glm->outputs + (curvature ? glm->x->cols : 0)) + 8;
    if (curvature)
        KL_TAKE_RAW(w->bend, task, w->bend_size, error);
    KL_TAKE_RAW(w->sums, task, w->blocks * w->size, error);
    KL_TAKE_RAW(w->scratch, task, kl_parallel_threads() * w->scratch_size, error);
    *out = w;
    return KL_OK;
}

/* ---- dense rows ----------------------------------------------------------------------------------------------- */

static void dense_raw(double *raw, const kl_glm_work *w, size_t at, size_t n)
{
    const kl_glm *glm = w->glm;
    size_t d = glm->x->cols, k = glm->outputs;
    const double *rows = kl_row(glm->x, at);
    if (k == 1)
        kl_gemv(false, n, d, 1.0, rows, d, w->theta, 0.0, raw);
    else
        kl_gemm(false, true, n, k, d, 1.0, rows, d, w->theta, glm->width, 0.0, raw, k);
}

static void dense_slope(double *slope, const double *raw, const kl_glm_work *w, size_t at, size_t n)
{
    const kl_glm *glm = w->glm;
    size_t d = glm->x->cols, k = glm->outputs;
    const double *rows = kl_row(glm->x, at);
    if (k == 1)
        kl_gemv(true, n, d, 1.0, rows, d, raw, 1.0, slope);
    else
        kl_gemm(true, false, k, d, n, 1.0, raw, k, rows, d, 1.0, slope, glm->width);
}

/* ---- curvature -------------------------------------------------------------------------------------------------- */

static void add_dense_pair(double *bend, const double *rows, const double *h, double *scaled, size_t n, size_t d)
{
    if (d >= NARROW_MIN && d <= NARROW_MAX) {
        kl_kernels()->gram(bend, rows, h, n, d);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            scaled[i * d + j] = h[i] * rows[i * d + j];
    kl_gemm(true, false, d, d, n, 1.0, scaled, d, rows, d, 1.0, bend, d);
}

static void add_sparse_pair(double *bend, const kl_matrix *x, const double *h, size_t at, size_t n)
{
    size_t d = x->cols;
    for (size_t i = 0; i < n; i++)
        for (int64_t a = x->indptr[at + i]; a < x->indptr[at + i + 1]; a++) {
            double by = h[i] * x->values[a], *row = bend + (size_t)x->indices[a] * d;
            for (int64_t b = x->indptr[at + i]; b <= a; b++)
                row[x->indices[b]] += by * x->values[b];
            bend[d * d + (size_t)x->indices[a]] += by;
        }
}

static void add_pair(double *bend, const double *h, double *scaled, const kl_matrix *x, size_t at, size_t n)
{
    size_t d = x->cols;
    if (x->data) {
        add_dense_pair(bend, kl_row(x, at), h, scaled, n, d);
        kl_gemv(true, n, d, 1.0, kl_row(x, at), d, h, 1.0, bend + d * d);
    } else {
        add_sparse_pair(bend, x, h, at, n);
    }
    bend[d * (d + 1)] += kl_kernels()->sum(h, n);
}

/* One output: the curve of its loss. Several: w p_a (1 - p_a), and - w p_a p_b. */
static void add_curvature(double *bend, const part *p, const kl_glm *glm, size_t at, size_t n)
{
    size_t k = glm->outputs;
    if (k == 1) {
        add_pair(bend, p->curve, p->rows, glm->x, at, n);
        return;
    }
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++, bend += pair_size(glm)) {
            for (size_t i = 0; i < n; i++) {
                double w = glm->weights ? glm->weights[at + i] : 1.0;
                p->other[i] = w * p->curve[i * k + a] * ((a == b) - p->curve[i * k + b]);
            }
            add_pair(bend, p->other, p->rows, glm->x, at, n);
        }
}

/* Number (i, j) of a pair's square. */
static double pair_at(const double *bend, size_t d, size_t i, size_t j)
{
    size_t high = KL_MAX(i, j), low = KL_MIN(i, j);
    return high < d ? bend[high * d + low] : low < d ? bend[d * d + low] : bend[d * (d + 1)];
}

static void unfold_curvature(double *out, const double *bend, const kl_glm *glm)
{
    size_t k = glm->outputs, width = glm->width, size = k * width, d = glm->x->cols;
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++, bend += pair_size(glm))
            for (size_t i = 0; i < width; i++)
                for (size_t j = 0; j < width; j++) {
                    double number = pair_at(bend, d, i, j) / glm->total;
                    out[(a * width + i) * size + b * width + j] = number;
                    out[(b * width + j) * size + a * width + i] = number;
                }
}

/* ---- sparse rows ---------------------------------------------------------------------------------------------- */

static void sparse_raw(double *raw, const kl_glm_work *w, size_t at, size_t n)
{
    const kl_glm *glm = w->glm;
    const kl_matrix *x = glm->x;
    size_t k = glm->outputs;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++) {
            const double *theta = w->theta + c * glm->width;
            double sum = 0;
            for (int64_t e = x->indptr[at + i]; e < x->indptr[at + i + 1]; e++)
                sum += x->values[e] * theta[x->indices[e]];
            raw[i * k + c] = sum;
        }
}

static void sparse_slope(double *slope, const double *raw, const kl_glm *glm, size_t at, size_t n)
{
    const kl_matrix *x = glm->x;
    size_t k = glm->outputs;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++)
            for (int64_t e = x->indptr[at + i]; e < x->indptr[at + i + 1]; e++)
                slope[c * glm->width + (size_t)x->indices[e]] += raw[i * k + c] * x->values[e];
}

/* ---- a block ---------------------------------------------------------------------------------------------------- */

static void some_rows(double *sums, const part *p, const kl_glm_work *w, size_t at, size_t n)
{
    const kl_glm *glm = w->glm;
    size_t k = glm->outputs, d = glm->x->cols, size = kl_glm_size(glm);
    double *slope = sums + 1, *bend = slope + size;
    bool sparse = !glm->x->data;
    if (sparse)
        sparse_raw(p->raw, w, at, n);
    else
        dense_raw(p->raw, w, at, n);
    for (size_t c = 0; glm->intercept && c < k; c++) {
        double b = w->theta[c * glm->width + d];
        for (size_t i = 0; i < n; i++)
            p->raw[i * k + c] += b;
    }
    sums[0] += glm->loss(glm, p->raw, w->bends ? p->curve : NULL, p->other, at, n);
    if (sparse)
        sparse_slope(slope, p->raw, glm, at, n);
    else
        dense_slope(slope, p->raw, w, at, n);
    for (size_t c = 0; glm->intercept && c < k; c++)
        for (size_t i = 0; i < n; i++)
            slope[c * glm->width + d] += p->raw[i * k + c];
    if (w->bends)
        add_curvature(bend, p, glm, at, n);
}

static kl_status one_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const kl_glm_work *w = data;
    double *sums = w->sums + block * w->size;
    part p = part_of(w);
    memset(sums, 0, (w->size - (w->bends ? 0 : w->bend_size)) * sizeof *sums);
    for (size_t at = begin; at < end; at += w->step)
        some_rows(sums, &p, w, at, KL_MIN(w->step, end - at));
    return KL_OK;
}

static void add_penalty(double *value, double *slope, double *curvature, const kl_glm *glm, const double *theta)
{
    size_t size = kl_glm_size(glm);
    for (size_t at = 0; at < size; at++) {
        double l2 = kl_glm_is_intercept(glm, at) ? glm->l2_intercept : glm->l2;
        *value += 0.5 * l2 * theta[at] * theta[at];
        slope[at] += l2 * theta[at];
        if (curvature)
            curvature[at * size + at] += l2;
    }
}

kl_status kl_glm_evaluate(double *value, double *slope, double *curvature, kl_glm_work *w, const double *theta,
                          kl_error *error)
{
    const kl_glm *glm = w->glm;
    size_t size = kl_glm_size(glm);
    double by = 1.0 / glm->total, sum = 0;
    w->theta = theta;
    w->bends = curvature != NULL;
    KL_TRY(kl_parallel_for(glm->x->rows, w->grain, one_block, w, error));
    memset(slope, 0, size * sizeof *slope);
    if (curvature)
        memset(w->bend, 0, w->bend_size * sizeof *w->bend);
    for (size_t b = 0; b < w->blocks; b++) {
        const double *sums = w->sums + b * w->size;
        sum += sums[0];
        kl_axpy(by, sums + 1, slope, size);
        if (curvature)
            kl_axpy(1.0, sums + 1 + size, w->bend, w->bend_size);
    }
    *value = sum * by;
    if (curvature)
        unfold_curvature(curvature, w->bend, glm);
    add_penalty(value, slope, curvature, glm, theta);
    return KL_OK;
}

void kl_glm_fix_symmetry(double *curvature, const kl_glm *glm)
{
    size_t k = glm->outputs, width = glm->width, size = k * width;
    for (size_t j = 0; k > 1 && j < width; j++) {
        bool is_penalised = kl_glm_is_intercept(glm, j) ? glm->l2_intercept + glm->l1_intercept > 0
                                                        : glm->l2 + glm->l1 > 0;
        double add = 0;
        if (is_penalised)
            continue;
        for (size_t c = 0; c < k; c++)
            add += curvature[(c * width + j) * (size + 1)] / (double)k;
        for (size_t a = 0; a < k; a++)
            for (size_t b = 0; b < k; b++)
                curvature[(a * width + j) * size + b * width + j] += add;
    }
}

/* ---- minimising ---------------------------------------------------------------------------------------------------- */

typedef struct objective {
    kl_glm_work *work;
} objective;

static kl_status value_and_slope(void *data, const double *theta, double *value, double *slope, kl_error *error)
{
    return kl_glm_evaluate(value, slope, NULL, ((objective *)data)->work, theta, error);
}

static kl_status by_lbfgs(double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    objective data;
    size_t size = kl_glm_size(glm);
    double *slope, value;
    kl_lbfgs how = {.iterations_max = glm->iterations_max, .gradient_tol = glm->tol};
    KL_TRY(kl_glm_work_new(&data.work, glm, false, task, error));
    KL_TAKE_RAW(slope, task, size, error);
    KL_TRY(kl_lbfgs_minimise(theta, size, &how, value_and_slope, &data, task, error));
    KL_TRY(kl_glm_evaluate(&value, slope, NULL, data.work, theta, error));
    glm->iterations = how.iterations;
    glm->converged = how.converged;
    glm->slope_max = KL_MAX(kl_kernels()->max(slope, size), -kl_kernels()->min(slope, size));
    return KL_OK;
}

kl_status kl_glm_minimise(double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    size_t n = glm->x->rows;
    glm->width = glm->x->cols + glm->intercept;
    glm->total = glm->weights ? kl_kernels()->sum(glm->weights, n) : (double)n;
    if (glm->l1 > 0 || glm->l1_intercept > 0)
        return (kl_glm_size(glm) <= PROXIMAL_NEWTON_MAX && !glm->many ? kl_glm_proximal_newton
                                                                     : kl_glm_proximal_gradient)(theta, glm, task,
                                                                                                 error);
    return (kl_glm_size(glm) <= NEWTON_MAX && !glm->many ? kl_glm_newton : by_lbfgs)(theta, glm, task, error);
}
