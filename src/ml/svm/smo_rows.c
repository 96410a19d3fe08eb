/* src/ml/svm/smo_rows.c - rows of a kernel matrix for the solver. */
#include "smo_rows.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

static size_t sample_of(const kl_smo_rows *r, size_t i)
{
    return r->source.at ? r->source.at[i] : i;
}

static const double *x_of(const kl_smo_rows *r, size_t i)
{
    return r->source.x + sample_of(r, i) * r->source.d;
}

/* ---- columns ------------------------------------------------------------------------------------------ */

static void take_columns(kl_smo_rows *r)
{
    size_t d = r->source.d;
    for (size_t j = 0; j < r->count; j++)
        r->near[j] = r->squares[r->column[j]];
    for (size_t j = 0; j < r->count && r->source.x; j++) {
        const double *x = x_of(r, r->column[j]);
        for (size_t k = 0; k < d; k++)
            r->flat[k * r->n + j] = x[k];
    }
}

static void all_columns(kl_smo_rows *r)
{
    r->count = r->n;
    for (size_t j = 0; j < r->n; j++)
        r->column[j] = j;
    take_columns(r);
}

kl_status kl_smo_rows_open(kl_smo_rows *rows, const kl_smo_source *source, size_t n, size_t room,
                           kl_error *error)
{
    size_t d = source->x ? source->d : 0;
    *rows = (kl_smo_rows){.source = *source, .n = n, .room = room / sizeof(float)};
    rows->column = kl_alloc_zero(n + 1, sizeof *rows->column);
    rows->squares = kl_alloc_zero(n + 1, sizeof(double));
    rows->near = kl_alloc_zero(n + 1, sizeof(double));
    rows->products = kl_alloc_zero(n + 1, sizeof(double));
    rows->rows = kl_alloc_zero(n + 1, sizeof *rows->rows);
    if (rows->rows)
        rows->rows[n] = (kl_smo_row){NULL, n, n};
    rows->flat = d ? kl_alloc_zero(n, d * sizeof(double)) : NULL;
    if (!rows->column || !rows->squares || !rows->near || !rows->products || !rows->rows ||
        (d && !rows->flat))
        return kl_error_no_memory(error);
    for (size_t i = 0; i < n && source->x; i++)
        rows->squares[i] = kl_kernels()->sum_squares(x_of(rows, i), d);
    all_columns(rows);
    return KL_OK;
}

/* ---- the order of use: a ring through [n], whose `after` is the one used last -------------------------- */

static void unlink_row(kl_smo_rows *r, size_t i)
{
    r->rows[r->rows[i].before].after = r->rows[i].after;
    r->rows[r->rows[i].after].before = r->rows[i].before;
}

static void link_first(kl_smo_rows *r, size_t i)
{
    size_t first = r->rows[r->n].after;
    r->rows[i].before = r->n;
    r->rows[i].after = first;
    r->rows[first].before = i;
    r->rows[r->n].after = i;
}

static void let_go(kl_smo_rows *r, size_t i)
{
    unlink_row(r, i);
    kl_free(r->rows[i].values);
    r->rows[i].values = NULL;
    r->kept -= r->count;
}

static void let_all_go(kl_smo_rows *r)
{
    while (r->rows[r->n].after != r->n)
        let_go(r, r->rows[r->n].after);
}

void kl_smo_rows_end(kl_smo_rows *rows)
{
    if (rows->rows)
        let_all_go(rows);
    kl_free(rows->column);
    kl_free(rows->squares);
    kl_free(rows->near);
    kl_free(rows->products);
    kl_free(rows->rows);
    kl_free(rows->flat);
}

/* ---- values ------------------------------------------------------------------------------------------- */

double kl_smo_rows_diagonal(const kl_smo_rows *r, size_t i)
{
    size_t sample = sample_of(r, i);
    if (!r->source.x)
        return (double)r->source.table[sample * r->source.width + sample];
    if (r->source.kernel->kind == KL_KERNEL_RBF)
        return 1;
    return kl_kernel_value(r->source.kernel, x_of(r, i), x_of(r, i), r->source.d);
}

static void pick_row(float *out, const kl_smo_rows *r, size_t i)
{
    const float *from = r->source.table + sample_of(r, i) * r->source.width;
    for (size_t j = 0; j < r->count; j++)
        out[j] = from[sample_of(r, r->column[j])];
}

static void compute_row(float *out, const kl_smo_rows *r, size_t i)
{
    const kl_smo_source *s = &r->source;
    if (kl_kernel_is_of_products(s->kernel->kind)) {
        kl_gemv(true, s->d, r->count, 1, r->flat, r->n, x_of(r, i), 0, r->products);
        kl_kernel_from_products(r->products, s->kernel, r->squares[i], r->near, r->count);
    } else {
        for (size_t j = 0; j < r->count; j++)
            r->products[j] = kl_kernel_value(s->kernel, x_of(r, i), x_of(r, r->column[j]), s->d);
    }
    kl_kernels()->to_f32(out, r->products, r->count);
}

kl_status kl_smo_rows_get(const float **out, kl_smo_rows *r, size_t i, kl_error *error)
{
    if (r->rows[i].values) {
        unlink_row(r, i);
        link_first(r, i);
        *out = r->rows[i].values;
        return KL_OK;
    }
    /* The one used last stays: the solver needs two at once. */
    while (r->kept + r->count > r->room && r->kept > r->count)
        let_go(r, r->rows[r->n].before);
    float *values = kl_alloc(KL_MAX(r->count, 1) * sizeof *values);
    if (!values)
        return kl_error_no_memory(error);
    if (r->source.x)
        compute_row(values, r, i);
    else
        pick_row(values, r, i);
    r->rows[i].values = values;
    link_first(r, i);
    r->kept += r->count;
    *out = values;
    return KL_OK;
}

/* ---- sums of many rows -------------------------------------------------------------------------------- */

enum { COLUMNS_OF_BLOCK = 512, ROWS_OF_BLOCK = 32 };

typedef struct sums {
    const kl_smo_rows *rows;
    const size_t *columns, *used; /* used: the i whose b is not 0 */
    size_t used_count;
    const double *b;
    double *g;
} sums;

/* x of the numbered columns, row after row. */
static void gather(double *out, const kl_smo_rows *r, const size_t *columns, size_t count)
{
    for (size_t j = 0; j < count; j++)
        memcpy(out + j * r->source.d, x_of(r, columns[j]), r->source.d * sizeof *out);
}

static void add_values(const sums *s, size_t i, double *values, size_t begin, size_t end)
{
    for (size_t k = begin; k < end; k++)
        s->g[k] += s->b[i] * (double)(float)values[k - begin];
}

static void add_from_table(const sums *s, size_t begin, size_t end)
{
    const kl_smo_rows *r = s->rows;
    for (size_t u = 0; u < s->used_count; u++) {
        const float *from = r->source.table + sample_of(r, s->used[u]) * r->source.width;
        for (size_t k = begin; k < end; k++)
            s->g[k] += s->b[s->used[u]] * (double)from[sample_of(r, s->columns[k])];
    }
}

static void add_from_pairs(const sums *s, size_t begin, size_t end)
{
    const kl_smo_rows *r = s->rows;
    for (size_t u = 0; u < s->used_count; u++)
        for (size_t k = begin; k < end; k++)
            s->g[k] += s->b[s->used[u]] *
                       (double)(float)kl_kernel_value(r->source.kernel, x_of(r, s->used[u]),
                                                      x_of(r, s->columns[k]), r->source.d);
}

static kl_status add_from_products(const sums *s, size_t begin, size_t end, kl_error *error)
{
    const kl_smo_rows *r = s->rows;
    size_t d = r->source.d, width = end - begin;
    double *x = kl_alloc((width * d + ROWS_OF_BLOCK * (d + width) + width) * sizeof *x);
    if (!x)
        return kl_error_no_memory(error);
    double *some = x + width * d, *values = some + ROWS_OF_BLOCK * d;
    double *squares = values + ROWS_OF_BLOCK * width;
    gather(x, r, s->columns + begin, width);
    for (size_t k = 0; k < width; k++)
        squares[k] = r->squares[s->columns[begin + k]];
    for (size_t u = 0; u < s->used_count; u += ROWS_OF_BLOCK) {
        size_t rows = KL_MIN(s->used_count - u, ROWS_OF_BLOCK);
        gather(some, r, s->used + u, rows);
        kl_gemm(false, true, rows, width, d, 1, some, d, x, d, 0, values, width);
        for (size_t i = 0; i < rows; i++) {
            kl_kernel_from_products(values + i * width, r->source.kernel, r->squares[s->used[u + i]],
                                    squares, width);
            add_values(s, s->used[u + i], values + i * width, begin, end);
        }
    }
    kl_free(x);
    return KL_OK;
}

static kl_status add_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const sums *s = data;
    (void)block;
    if (!s->rows->source.x)
        add_from_table(s, begin, end);
    else if (kl_kernel_is_of_products(s->rows->source.kernel->kind))
        return add_from_products(s, begin, end, error);
    else
        add_from_pairs(s, begin, end);
    return KL_OK;
}

kl_status kl_smo_rows_add(double *g, const kl_smo_rows *rows, const size_t *columns, size_t count,
                          const double *b, kl_error *error)
{
    size_t *used = kl_alloc((rows->n + 1) * sizeof *used);
    if (!used)
        return kl_error_no_memory(error);
    sums s = {.rows = rows, .columns = columns, .used = used, .b = b, .g = g};
    for (size_t i = 0; i < rows->n; i++)
        if (b[i] != 0)
            used[s.used_count++] = i;
    kl_status status =
        s.used_count ? kl_parallel_for(count, COLUMNS_OF_BLOCK, add_block, &s, error) : KL_OK;
    kl_free(used);
    return status;
}

/* ---- fewer columns, and all again ---------------------------------------------------------------------- */

static void squeeze_floats(float *values, const bool *keep, size_t count)
{
    size_t to = 0;
    for (size_t j = 0; j < count; j++) {
        values[to] = values[j];
        to += keep[j];
    }
}

static void squeeze_doubles(double *values, const bool *keep, size_t count)
{
    size_t to = 0;
    for (size_t j = 0; j < count; j++) {
        values[to] = values[j];
        to += keep[j];
    }
}

void kl_smo_rows_drop(kl_smo_rows *r, const bool *keep)
{
    size_t to = 0, kept_rows = 0;
    for (size_t j = 0; j < r->count; j++)
        if (keep[j])
            r->column[to++] = r->column[j];
    squeeze_doubles(r->near, keep, r->count);
    for (size_t k = 0; k < r->source.d && r->source.x; k++)
        squeeze_doubles(r->flat + k * r->n, keep, r->count);
    for (size_t i = r->rows[r->n].after; i != r->n; i = r->rows[i].after, kept_rows++) {
        squeeze_floats(r->rows[i].values, keep, r->count);
        /* A block that cannot be made smaller stays as it is. */
        float *less = kl_realloc(r->rows[i].values, KL_MAX(to, 1) * sizeof *less);
        if (less)
            r->rows[i].values = less;
    }
    r->count = to;
    r->kept = kept_rows * to;
}

void kl_smo_rows_restore(kl_smo_rows *r)
{
    let_all_go(r);
    all_columns(r);
}
