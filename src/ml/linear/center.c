/* src/ml/linear/center.c - centred matrices. */
#include "center.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "parallel.h"

#include <math.h>

enum { BLOCKS_MAX = 16, GRAM_FUSED_MAX = 192, CELLS_AT_ONCE = 32768, SMALL_WORK = 1 << 17 };
/* Columns for which the kernel for X'X is faster than a product of matrices. */
enum { NARROW_MIN = 31, NARROW_MAX = 64 };

/* ---- means -------------------------------------------------------------------------------------------- */

typedef struct summing {
    const kl_centered *c;
    double *partial; /* blocks x d */
} summing;

static kl_status sum_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const summing *job = data;
    size_t d = job->c->d;
    double *sums = job->partial + block * d;
    const double *rows = kl_row(job->c->x, begin);
    if (!job->c->weights) {
        kl_kernels()->column_sums(sums, rows, end - begin, d);
        return KL_OK;
    }
    for (size_t i = begin; i < end; i++)
        kl_kernels()->axpy(job->c->weights[i], rows + (i - begin) * d, sums, d);
    return KL_OK;
}

static kl_status dense_sums(double *sums, const kl_centered *c, kl_task *task, kl_error *error)
{
    size_t grain = c->n * c->d <= SMALL_WORK ? c->n : KL_MAX(c->n / BLOCKS_MAX + 1, 1024);
    size_t blocks = kl_parallel_blocks(c->n, grain);
    summing job = {.c = c};
    KL_TAKE(job.partial, task, blocks * c->d, error);
    KL_TRY(kl_parallel_for(c->n, grain, sum_block, &job, error));
    for (size_t b = 0; b < blocks; b++)
        kl_kernels()->axpy(1.0, job.partial + b * c->d, sums, c->d);
    kl_task_free(task, job.partial);
    return KL_OK;
}

static void sparse_sums(double *sums, const kl_centered *c)
{
    for (size_t i = 0; i < c->n; i++) {
        double w = c->weights ? c->weights[i] : 1.0;
        for (int64_t at = c->x->indptr[i]; at < c->x->indptr[i + 1]; at++)
            sums[c->x->indices[at]] += w * c->x->values[at];
    }
}

static kl_status take_means(kl_centered *c, const double *y, kl_task *task, kl_error *error)
{
    double total = c->weights ? kl_kernels()->sum(c->weights, c->n) : (double)c->n;
    if (kl_is_sparse(c->x))
        sparse_sums(c->x_mean, c);
    else
        KL_TRY(dense_sums(c->x_mean, c, task, error));
    for (size_t i = 0; i < c->n; i++)
        for (size_t t = 0; t < c->k; t++)
            c->y_mean[t] += (c->weights ? c->weights[i] : 1.0) * y[i * c->k + t];
    kl_scale(c->x_mean, 1.0 / total, c->d);
    kl_scale(c->y_mean, 1.0 / total, c->k);
    return KL_OK;
}

kl_status kl_center(kl_centered *out, const kl_matrix *x, const double *y, size_t k, const double *weights,
                    bool intercept, kl_task *task, kl_error *error)
{
    kl_centered c = {.x = x, .n = x->rows, .d = x->cols, .k = y ? k : 0, .weights = weights};
    KL_TAKE(c.x_mean, task, c.d, error);
    KL_TAKE(c.y_mean, task, c.k + 1, error);
    KL_TAKE_RAW(c.y, task, c.n * c.k + 1, error);
    if (weights) {
        KL_TAKE_RAW(c.root, task, c.n, error);
        for (size_t i = 0; i < c.n; i++)
            c.root[i] = sqrt(weights[i]);
    }
    if (intercept)
        KL_TRY(take_means(&c, y, task, error));
    for (size_t i = 0; i < c.n; i++)
        for (size_t t = 0; t < c.k; t++)
            c.y[i * c.k + t] = (y[i * c.k + t] - c.y_mean[t]) * (c.root ? c.root[i] : 1.0);
    *out = c;
    return KL_OK;
}

/* ---- a copy ---------------------------------------------------------------------------------------------- */

/* Rows [begin, end) of the centred matrix. */
static void centre_rows(double *out, const kl_centered *c, size_t begin, size_t end)
{
    size_t d = c->d;
    if (kl_is_sparse(c->x)) {
        for (size_t i = begin; i < end; i++) {
            double *row = out + (i - begin) * d;
            for (size_t j = 0; j < d; j++)
                row[j] = -c->x_mean[j];
            for (int64_t at = c->x->indptr[i]; at < c->x->indptr[i + 1]; at++)
                row[c->x->indices[at]] += c->x->values[at];
        }
    } else {
        kl_kernels()->center_scale(out, kl_row(c->x, begin), c->x_mean, NULL, end - begin, d);
    }
    for (size_t i = begin; c->root && i < end; i++)
        kl_scale(out + (i - begin) * d, c->root[i], d);
}

static kl_status copy_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    kl_centered *c = data;
    centre_rows(c->dense + begin * c->d, c, begin, end);
    return KL_OK;
}

kl_status kl_centered_dense(kl_centered *c, kl_task *task, kl_error *error)
{
    if (c->dense)
        return KL_OK;
    KL_TAKE_RAW(c->dense, task, c->n * c->d, error);
    size_t grain = c->n * c->d <= SMALL_WORK ? c->n : KL_MAX(CELLS_AT_ONCE / c->d, 1);
    return kl_parallel_for(c->n, grain, copy_block, c, error);
}

/* ---- products ------------------------------------------------------------------------------------------------ */

typedef struct gramming {
    kl_centered *c;
    double *partial; /* blocks x (d x d + d x k) */
    double *scratch; /* threads x step x d */
    size_t step, size, target_cols;
} gramming;

/* Some rows after the other are centred within the cache and added to the block's sums. */
static kl_status gram_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)error;
    const gramming *job = data;
    const kl_centered *c = job->c;
    size_t d = c->d, k = job->target_cols;
    double *gram = job->partial + block * job->size, *xy = gram + d * d;
    double *rows = job->scratch + kl_parallel_me() * job->step * d;
    for (size_t at = begin; at < end; at += job->step) {
        size_t n = KL_MIN(job->step, end - at);
        centre_rows(rows, c, at, at + n);
        if (d >= NARROW_MIN && d <= NARROW_MAX) /* the lower triangle */
            kl_kernels()->gram(gram, rows, NULL, n, d);
        else
            kl_gemm(true, false, d, d, n, 1.0, rows, d, rows, d, 1.0, gram, d);
        if (k == 1)
            kl_gemv(true, n, d, 1.0, rows, d, c->y + at, 1.0, xy);
        else if (k > 1)
            kl_gemm(true, false, d, k, n, 1.0, rows, d, c->y + at * k, k, 1.0, xy, k);
    }
    return KL_OK;
}

static kl_status fused_gram(double *gram, double *xy, kl_centered *c, kl_task *task, kl_error *error)
{
    size_t d = c->d, k = xy ? c->k : 0;
    size_t grain = c->n * d <= SMALL_WORK ? c->n : KL_MAX(c->n / BLOCKS_MAX + 1, 512);
    gramming job = {.c = c, .step = KL_MIN(KL_MAX(CELLS_AT_ONCE / d, 64), c->n), .size = d * d + d * k,
                    .target_cols = k};
    size_t blocks = kl_parallel_blocks(c->n, grain);
    KL_TAKE(job.partial, task, blocks * job.size, error);
    KL_TAKE_RAW(job.scratch, task, kl_parallel_threads() * job.step * d, error);
    KL_TRY(kl_parallel_for(c->n, grain, gram_block, &job, error));
    memset(gram, 0, d * d * sizeof *gram);
    if (xy)
        memset(xy, 0, d * k * sizeof *xy);
    for (size_t b = 0; b < blocks; b++) {
        kl_axpy(1.0, job.partial + b * job.size, gram, d * d);
        if (xy)
            kl_axpy(1.0, job.partial + b * job.size + d * d, xy, d * k);
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            gram[j * d + i] = gram[i * d + j];
    kl_task_free(task, job.partial);
    kl_task_free(task, job.scratch);
    return KL_OK;
}

/* X'WX - W mean mean': a sparse matrix stays as it is. */
static void sparse_gram(double *gram, const kl_centered *c)
{
    const kl_matrix *x = c->x;
    size_t d = c->d;
    double total = c->weights ? kl_kernels()->sum(c->weights, c->n) : (double)c->n;
    memset(gram, 0, d * d * sizeof *gram);
    for (size_t i = 0; i < c->n; i++)
        for (int64_t a = x->indptr[i]; a < x->indptr[i + 1]; a++) {
            double by = (c->weights ? c->weights[i] : 1.0) * x->values[a];
            double *row = gram + (size_t)x->indices[a] * d;
            for (int64_t b = x->indptr[i]; b < x->indptr[i + 1]; b++)
                row[x->indices[b]] += by * x->values[b];
        }
    kl_ger(d, d, -total, c->x_mean, c->x_mean, gram, d);
}

static void sparse_back(double *out, size_t stride, const kl_centered *c, const double *r, size_t r_stride)
{
    double sum = 0;
    for (size_t j = 0; j < c->d; j++)
        out[j * stride] = 0;
    for (size_t i = 0; i < c->n; i++) {
        double by = (c->root ? c->root[i] : 1.0) * r[i * r_stride];
        sum += by;
        for (int64_t at = c->x->indptr[i]; at < c->x->indptr[i + 1]; at++)
            out[(size_t)c->x->indices[at] * stride] += by * c->x->values[at];
    }
    for (size_t j = 0; j < c->d; j++)
        out[j * stride] -= sum * c->x_mean[j];
}

kl_status kl_centered_gram(double *gram, double *xy, kl_centered *c, kl_task *task, kl_error *error)
{
    if (kl_is_sparse(c->x) && !c->dense) {
        sparse_gram(gram, c);
        for (size_t t = 0; xy && t < c->k; t++)
            sparse_back(xy + t, c->k, c, c->y + t, c->k);
        return KL_OK;
    }
    if (c->d <= GRAM_FUSED_MAX && !c->dense)
        return fused_gram(gram, xy, c, task, error);
    KL_TRY(kl_centered_dense(c, task, error));
    kl_gram(gram, c->dense, c->n, c->d, NULL);
    if (xy)
        kl_gemm(true, false, c->d, c->k, c->n, 1.0, c->dense, c->d, c->y, c->k, 0.0, xy, c->k);
    return KL_OK;
}

void kl_centered_times(double *out, const kl_centered *c, const double *v)
{
    if (c->dense) {
        kl_gemv(false, c->n, c->d, 1.0, c->dense, c->d, v, 0.0, out);
        return;
    }
    double offset = kl_dot(c->x_mean, v, c->d);
    if (!kl_is_sparse(c->x))
        kl_gemv(false, c->n, c->d, 1.0, c->x->data, c->d, v, 0.0, out);
    for (size_t i = 0; i < c->n; i++) {
        double sum = kl_is_sparse(c->x) ? 0.0 : out[i];
        if (kl_is_sparse(c->x))
            for (int64_t at = c->x->indptr[i]; at < c->x->indptr[i + 1]; at++)
                sum += c->x->values[at] * v[c->x->indices[at]];
        out[i] = (sum - offset) * (c->root ? c->root[i] : 1.0);
    }
}

void kl_centered_back(double *out, const kl_centered *c, const double *r)
{
    if (c->dense) {
        kl_gemv(true, c->n, c->d, 1.0, c->dense, c->d, r, 0.0, out);
    } else if (kl_is_sparse(c->x)) {
        sparse_back(out, 1, c, r, 1);
    } else {
        double sum = 0;
        memset(out, 0, c->d * sizeof *out);
        for (size_t i = 0; i < c->n; i++) {
            double by = (c->root ? c->root[i] : 1.0) * r[i];
            sum += by;
            kl_kernels()->axpy(by, kl_row(c->x, i), out, c->d);
        }
        kl_kernels()->axpy(-sum, c->x_mean, out, c->d);
    }
}

void kl_centered_intercept(double *intercept, const kl_centered *c, const double *coef)
{
    for (size_t t = 0; t < c->k; t++)
        intercept[t] = c->y_mean[t] - kl_dot(c->x_mean, coef + t * c->d, c->d);
}
