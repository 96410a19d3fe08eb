/* src/ml/preprocessing/columns.c - see columns.h. */
#include "columns.h"

#include "../kernels.h"
#include "../numeric.h"
#include "parallel.h"
#include "kailash/data.h"

#include <float.h>
#include <math.h>

/* Rows of a block: some tens of thousands of numbers. */
static size_t rows_at_once(size_t cols)
{
    size_t rows = 65536 / (cols ? cols : 1);
    return rows ? rows : 1;
}

/* ---- moments ------------------------------------------------------------------------------------- */

typedef struct pass {
    const kl_matrix *x;
    const double *weights;
    const double *mean; /* of the second pass; NULL = first */
    double *weight;     /* blocks x cols */
    double *sum;        /* blocks x cols */
    double *rest;       /* blocks x cols: sums of what is left of the mean, which rounding leaves */
} pass;

static void add_row(const pass *p, size_t i, double *weight, double *sum, double *rest)
{
    const double *row = kl_row(p->x, i), w = p->weights ? p->weights[i] : 1.0;
    for (size_t j = 0; j < p->x->cols; j++) {
        bool is = row[j] == row[j];
        double c = is ? row[j] - (p->mean ? p->mean[j] : 0) : 0;
        weight[j] += is ? w : 0;
        sum[j] += p->mean ? w * c * c : w * c;
        if (p->mean)
            rest[j] += w * c;
    }
}

static kl_status pass_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const pass *p = data;
    size_t at = block * p->x->cols;
    (void)error;
    for (size_t i = begin; i < end; i++)
        add_row(p, i, p->weight + at, p->sum + at, p->rest + at);
    return KL_OK;
}

/* Blocks added up in order into the first. */
static void add_blocks(double *sums, size_t blocks, size_t cols)
{
    for (size_t b = 1; b < blocks; b++)
        for (size_t j = 0; j < cols; j++)
            sums[j] += sums[b * cols + j];
}

static kl_status run_pass(pass *p, kl_task *task, kl_error *error)
{
    size_t cols = p->x->cols, grain = rows_at_once(cols);
    size_t blocks = kl_parallel_blocks(p->x->rows, grain);
    KL_TAKE(p->weight, task, (blocks + 1) * cols, error);
    KL_TAKE(p->sum, task, (blocks + 1) * cols, error);
    KL_TAKE(p->rest, task, (blocks + 1) * cols, error);
    KL_TRY(kl_parallel_for(p->x->rows, grain, pass_block, p, error));
    add_blocks(p->weight, blocks, cols);
    add_blocks(p->sum, blocks, cols);
    add_blocks(p->rest, blocks, cols);
    return KL_OK;
}

/* Numbers that are not there are 0, and there is no NaN. */
static void sparse_moments(kl_moments *out, const kl_matrix *x, const double *weights)
{
    double all = 0;
    for (size_t i = 0; i < x->rows; i++)
        all += weights ? weights[i] : 1.0;
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t k = x->indptr[i]; k < x->indptr[i + 1]; k++)
            out->mean[x->indices[k]] += (weights ? weights[i] : 1.0) * x->values[k] / all;
    for (size_t j = 0; j < x->cols; j++) {
        out->weight[j] = all;
        out->variance[j] = all * out->mean[j] * out->mean[j];
    }
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t k = x->indptr[i]; k < x->indptr[i + 1]; k++) {
            double m = out->mean[x->indices[k]], c = x->values[k] - m;
            out->variance[x->indices[k]] += (weights ? weights[i] : 1.0) * (c * c - m * m);
        }
    for (size_t j = 0; j < x->cols; j++)
        out->variance[j] = fmax(out->variance[j] / all, 0);
}

kl_status kl_column_moments(kl_moments *out, const kl_matrix *x, const double *weights,
                            kl_task *task, kl_error *error)
{
    pass first = {.x = x, .weights = weights}, second = first;
    KL_TAKE(out->weight, task, x->cols, error);
    KL_TAKE(out->mean, task, x->cols, error);
    KL_TAKE(out->variance, task, x->cols, error);
    if (kl_is_sparse(x)) {
        sparse_moments(out, x, weights);
        return KL_OK;
    }
    KL_TRY(run_pass(&first, task, error));
    for (size_t j = 0; j < x->cols; j++) {
        out->weight[j] = first.weight[j];
        out->mean[j] = first.sum[j] / first.weight[j];
    }
    second.mean = out->mean;
    KL_TRY(run_pass(&second, task, error));
    for (size_t j = 0; j < x->cols; j++) {
        double w = out->weight[j], rest = second.rest[j];
        out->variance[j] = (second.sum[j] - rest * rest / w) / w;
    }
    return KL_OK;
}

/* ---- extremes ------------------------------------------------------------------------------------ */

typedef struct extremes {
    const kl_matrix *x;
    double *low, *high; /* blocks x cols */
} extremes;

static kl_status extremes_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const extremes *e = data;
    size_t cols = e->x->cols;
    (void)error;
    kl_kernels()->column_range(e->low + block * cols, e->high + block * cols, kl_row(e->x, begin),
                               end - begin, cols);
    return KL_OK;
}

static void sparse_extremes(double *low, double *high, const kl_matrix *x, int64_t *count)
{
    for (size_t k = 0; k < (size_t)x->indptr[x->rows]; k++) {
        size_t j = (size_t)x->indices[k];
        low[j] = count[j] ? fmin(low[j], x->values[k]) : x->values[k];
        high[j] = count[j] ? fmax(high[j], x->values[k]) : x->values[k];
        count[j]++;
    }
    for (size_t j = 0; j < x->cols; j++)
        if ((size_t)count[j] < x->rows) {
            low[j] = fmin(low[j], 0);
            high[j] = fmax(high[j], 0);
        }
}

kl_status kl_column_extremes(double *low, double *high, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    size_t cols = x->cols, grain = rows_at_once(cols);
    size_t blocks = kl_parallel_blocks(x->rows, grain);
    extremes e = {.x = x};
    if (kl_is_sparse(x)) {
        int64_t *count;
        KL_TAKE(count, task, cols, error);
        sparse_extremes(low, high, x, count);
        return KL_OK;
    }
    KL_TAKE_RAW(e.low, task, blocks * cols, error);
    KL_TAKE_RAW(e.high, task, blocks * cols, error);
    KL_TRY(kl_parallel_for(x->rows, grain, extremes_block, &e, error));
    for (size_t j = 0; j < cols; j++) {
        low[j] = e.low[j];
        high[j] = e.high[j];
        for (size_t b = 1; b < blocks; b++) {
            low[j] = fmin(low[j], e.low[b * cols + j]);
            high[j] = fmax(high[j], e.high[b * cols + j]);
        }
        if (low[j] > high[j]) /* nothing there */
            low[j] = high[j] = NAN;
    }
    return KL_OK;
}

/* ---- order --------------------------------------------------------------------------------------- */

kl_status kl_column_sorted(double *out, size_t *count, const kl_matrix *x, size_t column, kl_task *task,
                           kl_error *error)
{
    *count = 0;
    for (size_t i = 0; i < x->rows; i++) {
        double number = kl_row(x, i)[column];
        if (number == number)
            out[(*count)++] = number;
    }
    return kl_sort_doubles(out, *count, task, error);
}

/* ---- scaling ------------------------------------------------------------------------------------- */

typedef struct scaling {
    const kl_matrix *x;
    const double *center, *factor, *shift;
    double *out;
} scaling;

static kl_status scaling_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const scaling *s = data;
    size_t cols = s->x->cols;
    double *out = s->out + begin * cols;
    (void)block;
    (void)error;
    kl_kernels()->center_scale(out, kl_row(s->x, begin), s->center, s->factor, end - begin, cols);
    if (s->shift)
        for (size_t i = 0; i < end - begin; i++)
            for (size_t j = 0; j < cols; j++)
                out[i * cols + j] += s->shift[j];
    return KL_OK;
}

kl_status kl_scale_columns(kl_value *out, const kl_matrix *x, const double *center,
                           const double *factor, const double *shift, kl_error *error)
{
    scaling s = {.x = x, .center = center, .factor = factor, .shift = shift};
    KL_TRY(kl_table_new(out, &s.out, x->rows, x->cols, error));
    kl_status status = kl_parallel_for(x->rows, rows_at_once(x->cols) * 8, scaling_block, &s, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

kl_status kl_copy_matrix(kl_value *out, const kl_matrix *x, kl_error *error)
{
    if (kl_is_sparse(x)) {
        *out = kl_value_retain(x->value);
        return KL_OK;
    }
    return kl_table_from(out, x->data, x->rows, x->cols, error);
}

kl_status kl_scale_sparse(kl_value *out, const kl_matrix *x, const double *factor, kl_error *error)
{
    const kl_sparse_matrix *from = kl_as_object(x->value, &kl_sparse_matrix_type);
    size_t n = (size_t)x->indptr[x->rows];
    kl_value data;
    double *numbers;
    KL_TRY(kl_vector_new(&data, &numbers, n, error));
    for (size_t k = 0; k < n; k++)
        numbers[k] = x->values[k] * factor[x->indices[k]];
    return kl_sparse_matrix_new(out, from->rows, from->cols, data, kl_value_retain(from->indices),
                                kl_value_retain(from->indptr), error);
}

void kl_mend_scale(double *scale, size_t n)
{
    for (size_t j = 0; j < n; j++)
        if (scale[j] < 10 * DBL_EPSILON)
            scale[j] = 1;
}
