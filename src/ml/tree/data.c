/* src/ml/tree/data.c - the matrix as growers read it: float32, column by column, and its order. */
#include "grow.h"

#include "ml/numeric.h"
#include "parallel.h"

#include <math.h>

/* ---- rows in float32 ----------------------------------------------------------------------------------- */

static kl_status too_large(kl_error *error, size_t row, size_t column, double x)
{
    return kl_bad_input(error, "row %zu, column %zu: %g is too large for float32, in which trees keep x",
                        row, column, x);
}

/* Whether a number became infinite that was finite. */
static bool overflows(float small) { return isinf(small); }

static kl_status sparse_rows(float *out, const kl_matrix *x, size_t begin, size_t end,
                             kl_error *error)
{
    memset(out, 0, (end - begin) * x->cols * sizeof *out);
    for (size_t i = begin; i < end; i++)
        for (int64_t k = x->indptr[i]; k < x->indptr[i + 1]; k++) {
            float small = (float)x->values[k];
            if (overflows(small))
                return too_large(error, i, (size_t)x->indices[k], x->values[k]);
            out[(i - begin) * x->cols + (size_t)x->indices[k]] = small;
        }
    return KL_OK;
}

kl_status kl_rows_f32(float *out, bool *has_nan, const kl_matrix *x, size_t begin, size_t end,
                      kl_error *error)
{
    size_t count = (end - begin) * x->cols;
    float largest = 0;
    bool nan = false;
    if (kl_is_sparse(x)) {
        KL_TRY(sparse_rows(out, x, begin, end, error));
    } else {
        const double *from = x->data + begin * x->cols;
        for (size_t i = 0; i < count; i++)
            out[i] = (float)from[i];
    }
    for (size_t i = 0; i < count; i++) {
        float size = fabsf(out[i]);
        largest = size > largest ? size : largest;
        nan |= out[i] != out[i];
    }
    *has_nan = nan;
    if (!isinf(largest))
        return KL_OK;
    for (size_t i = 0; i < count; i++)
        if (overflows(out[i]))
            return too_large(error, begin + i / x->cols, i % x->cols,
                             x->data[begin * x->cols + i]);
    return KL_OK;
}

/* ---- columns ------------------------------------------------------------------------------------------- */

/* Rows that are turned to columns at a time: their floats stay in the cache. */
enum { TURN_ROWS = 64 };

typedef struct turning {
    const kl_matrix *x;
    float *columns;
    float *scratch; /* threads x TURN_ROWS x d */
} turning;

static kl_status turn_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const turning *t = data;
    size_t d = t->x->cols, n = t->x->rows;
    float *rows = t->scratch + kl_parallel_me() * TURN_ROWS * d;
    bool has_nan;
    (void)block;
    for (size_t from = begin; from < end; from += TURN_ROWS) {
        size_t to = KL_MIN(from + TURN_ROWS, end);
        KL_TRY(kl_rows_f32(rows, &has_nan, t->x, from, to, error));
        for (size_t j = 0; j < d; j++)
            for (size_t i = from; i < to; i++)
                t->columns[j * n + i] = rows[(i - from) * d + j];
    }
    return KL_OK;
}

/* ---- their order --------------------------------------------------------------------------------------- */

/* A sorted column in place of the column by row. */
static void keep_order(const kl_tree_data *data, size_t column, const int32_t *order,
                       float *scratch)
{
    size_t n = data->n, at = column * n, present = n;
    float *values = data->columns + at;
    for (size_t p = 0; p < n; p++) {
        uint32_t row = (uint32_t)order[p];
        data->order[at + p] = row;
        data->place[at + row] = (uint32_t)p;
        scratch[p] = values[row];
    }
    memcpy(values, scratch, n * sizeof *values);
    while (present && isnan(values[present - 1]))
        present--;
    data->present[column] = (uint32_t)present;
}

static kl_status sort_columns(void *context, size_t block, size_t begin, size_t end, kl_error *error)
{
    const kl_tree_data *data = context;
    kl_task task = KL_TASK_INIT; /* the caller's is for one thread */
    int32_t *order = kl_task_alloc_raw(&task, data->n, sizeof *order);
    float *scratch = kl_task_alloc_raw(&task, data->n, sizeof *scratch);
    kl_status status = order && scratch ? KL_OK : kl_error_no_memory(error);
    (void)block;
    for (size_t j = begin; j < end && status == KL_OK; j++) {
        status = kl_argsort_f32(order, data->columns + j * data->n, data->n, &task, error);
        if (status == KL_OK)
            keep_order(data, j, order, scratch);
    }
    kl_task_end(&task);
    return status;
}

kl_status kl_tree_data_make(kl_tree_data *out, const kl_matrix *x, bool sorted, kl_task *task,
                            kl_error *error)
{
    kl_tree_data data = {.n = x->rows, .d = x->cols};
    turning turn = {.x = x};
    size_t cells;
    if (data.n > INT32_MAX || data.d > INT32_MAX ||
        __builtin_mul_overflow(data.n, data.d, &cells))
        return kl_bad_input(error, "trees take up to %d rows and columns, got %zu x %zu", INT32_MAX,
                            data.n, data.d);
    KL_TAKE_RAW(data.columns, task, cells, error);
    KL_TAKE_RAW(turn.scratch, task, kl_parallel_threads() * TURN_ROWS * data.d, error);
    turn.columns = data.columns;
    KL_TRY(kl_parallel_for(data.n, 16 * TURN_ROWS, turn_rows, &turn, error));
    kl_task_free(task, turn.scratch);
    if (sorted) {
        KL_TAKE_RAW(data.order, task, cells, error);
        KL_TAKE_RAW(data.place, task, cells, error);
        KL_TAKE_RAW(data.present, task, data.d, error);
        /* Small columns take less time than waking a thread. */
        size_t grain = KL_MAX(1, 16384 / KL_MAX(data.n, 1));
        KL_TRY(kl_parallel_for(data.d, grain, sort_columns, &data, error));
    }
    *out = data;
    return KL_OK;
}

/* ---- reading a tree -------------------------------------------------------------------------------------- */

static double value_at(const kl_tree_data *data, size_t feature, size_t row)
{
    size_t column = feature * data->n;
    return data->columns[column + (data->place ? data->place[column + row] : row)];
}

uint32_t kl_tree_data_leaf(const kl_tree_data *data, const kl_tree_buffer *tree, size_t row)
{
    size_t at = 0;
    while (tree->nodes[at].left >= 0) {
        const kl_tree_node *node = &tree->nodes[at];
        double x = value_at(data, (size_t)node->feature, row);
        bool goes_left = isnan(x) ? node->missing_left : x <= node->threshold;
        at = (size_t)(goes_left ? node->left : node->right);
    }
    return (uint32_t)at;
}
