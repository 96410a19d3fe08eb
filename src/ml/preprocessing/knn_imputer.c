/* src/ml/preprocessing/knn_imputer.c - KNNImputer: what is missing is the mean of the nearest rows that have it.
 *
 * Troyanskaya et al.: Missing value estimation methods for DNA microarrays; Bioinformatics 17 (2001).
 */
#include "columns.h"

#include "../neighbors/neighbors.h"
#include "parallel.h"
#include "imputer.h"

#include <math.h>

typedef struct knn_imputer {
    kl_estimator base;
    int64_t n_neighbors;
    kl_value weights, metric, missing_values;
    bool copy, add_indicator, keep_empty_features;
    kl_value columns;  /* x of fit() column by column: d x n */
    kl_value means;    /* of the columns; NaN where there is no value */
    kl_value missed;   /* columns that missed something in fit(), of which an indicator tells */
    int64_t rows;
} knn_imputer;

static const char *const metrics[] = {"nan_euclidean", NULL};

/* ---- learning ------------------------------------------------------------------------------------ */

static double mean_of(const double *column, size_t n)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(column[i])) {
            sum += column[i];
            count++;
        }
    return count > 0 ? sum / count : NAN;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    knn_imputer *self = (knn_imputer *)base;
    kl_matrix x = *in->x;
    kl_value made;
    double *columns, *means;
    KL_TRY(kl_neighbor_check_weights(self->weights, error));
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, task, error));
    KL_TRY(kl_table_new(&made, &columns, in->d, in->n, error));
    kl_learn(&self->columns, made);
    KL_TRY(kl_vector_new(&made, &means, in->d, error));
    kl_learn(&self->means, made);
    for (size_t i = 0; i < in->n; i++)
        for (size_t j = 0; j < in->d; j++)
            columns[j * in->n + i] = kl_row(&x, i)[j];
    for (size_t j = 0; j < in->d; j++)
        means[j] = mean_of(columns + j * in->n, in->n);
    self->rows = (int64_t)in->n;
    return kl_missing_columns(&self->missed, &x, error);
}

/* ---- donors -------------------------------------------------------------------------------------- */

/* A missing number, and who gives it. */
typedef struct cell {
    size_t row, column;
} cell;

typedef struct job {
    const knn_imputer *self;
    const kl_matrix *x;
    const cell *cells;
    const size_t *starts; /* the cells of each row with some */
    size_t k;
    int64_t *donors;      /* cells x k; -1 = none */
    double *distances;    /* cells x k; NaN = none */
    double *scratch;      /* 2n numbers for each thread */
} job;

/* Squared distances over the columns that both have, as if there were all; NaN where there are none. */
static void measure(double *restrict sums, double *restrict counts, const job *w, const double *row)
{
    size_t n = (size_t)w->self->rows, d = w->x->cols;
    memset(sums, 0, n * sizeof *sums);
    memset(counts, 0, n * sizeof *counts);
    for (size_t j = 0; j < d; j++) {
        const double *restrict column = kl_doubles(w->self->columns) + j * n;
        double at = row[j];
        for (size_t i = 0; i < n && !isnan(at); i++) {
            double gap = column[i] - at;
            sums[i] += gap == gap ? gap * gap : 0;
            counts[i] += gap == gap ? 1 : 0;
        }
    }
    for (size_t i = 0; i < n; i++)
        sums[i] = counts[i] > 0 ? sums[i] * ((double)d / counts[i]) : NAN;
}

/* The k nearest rows that have the column, the nearest first; of equals the lower number. */
static void choose(int64_t *donors, double *distances, const double *sums, const double *column, size_t n, size_t k)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(column[i]) || isnan(sums[i]) || (count == k && !(sums[i] < distances[k - 1])))
            continue;
        size_t at = count < k ? count++ : k - 1;
        for (; at > 0 && distances[at - 1] > sums[i]; at--) {
            distances[at] = distances[at - 1];
            donors[at] = donors[at - 1];
        }
        distances[at] = sums[i];
        donors[at] = (int64_t)i;
    }
    for (size_t i = 0; i < count; i++)
        distances[i] = sqrt(distances[i]);
    for (size_t i = count; i < k; i++) {
        distances[i] = NAN;
        donors[i] = -1;
    }
}

static kl_status find_donors(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    const job *w = data;
    size_t n = (size_t)w->self->rows;
    double *sums = w->scratch + kl_parallel_me() * 2 * n;
    for (size_t r = begin; r < end; r++) {
        measure(sums, sums + n, w, kl_row(w->x, w->cells[w->starts[r]].row));
        for (size_t c = w->starts[r]; c < w->starts[r + 1]; c++)
            choose(w->donors + c * w->k, w->distances + c * w->k, sums,
                   kl_doubles(w->self->columns) + w->cells[c].column * n, n, w->k);
    }
    return KL_OK;
}

/* ---- answering ----------------------------------------------------------------------------------- */

/* Cells to fill, and where those of each row begin. */
static kl_status find_cells(cell **cells, size_t **starts, size_t *rows, const knn_imputer *self, const kl_matrix *x,
                            kl_task *task, kl_error *error)
{
    const double *means = kl_doubles(self->means);
    size_t count = 0;
    for (size_t i = 0; i < x->rows * x->cols; i++)
        count += isnan(x->data[i]) && !isnan(means[i % x->cols]);
    KL_TAKE_RAW(*cells, task, count + 1, error);
    KL_TAKE(*starts, task, KL_MIN(count, x->rows) + 1, error);
    *rows = count = 0;
    for (size_t i = 0; i < x->rows; i++) {
        size_t before = count;
        for (size_t j = 0; j < x->cols; j++)
            if (isnan(kl_row(x, i)[j]) && !isnan(means[j]))
                (*cells)[count++] = (cell){i, j};
        if (count > before)
            (*starts)[++*rows] = count;
    }
    return KL_OK;
}

/* Weighted mean of the donors; the mean of the column where there are none. */
static double fill(const job *w, size_t c, const double *weights)
{
    const double *column = kl_doubles(w->self->columns) + w->cells[c].column * (size_t)w->self->rows;
    double sum = 0, all = 0;
    if (w->donors[c * w->k] < 0)
        return kl_doubles(w->self->means)[w->cells[c].column];
    for (size_t k = c * w->k; k < (c + 1) * w->k; k++) {
        double weight = w->donors[k] < 0 ? 0 : weights ? weights[k] : 1;
        if (isnan(weight) || weight == 0)
            continue;
        sum += weight * column[w->donors[k]];
        all += weight;
    }
    return sum / all;
}

static kl_status fill_cells(double *to, const knn_imputer *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    cell *cells;
    size_t *starts, *even, rows, n = (size_t)self->rows;
    double *weights;
    job w = {.self = self, .x = x, .k = KL_MIN((size_t)self->n_neighbors, n)};
    KL_TRY(find_cells(&cells, &starts, &rows, self, x, task, error));
    size_t count = starts[rows];
    if (count == 0)
        return KL_OK;
    w.cells = cells;
    w.starts = starts;
    KL_TAKE_RAW(w.donors, task, count * w.k, error);
    KL_TAKE_RAW(w.distances, task, count * w.k, error);
    KL_TAKE_RAW(w.scratch, task, kl_parallel_threads() * 2 * n, error);
    KL_TRY(kl_parallel_for(rows, 4096 / (n + 1) + 1, find_donors, &w, error));
    KL_TRY(kl_neighbors_even(&even, count, w.k, task, error));
    KL_TRY(kl_neighbors_weigh(&weights, self->weights, w.distances, count, even, task, error));
    for (size_t c = 0; c < count; c++)
        to[cells[c].row * x->cols + cells[c].column] = fill(&w, c, weights);
    return KL_OK;
}

/* Which columns come out: those without any value do not, unless they are kept. */
static size_t kept_columns(const knn_imputer *self, int64_t *columns)
{
    size_t count = 0;
    for (size_t j = 0; j < (size_t)self->base.features; j++)
        if (self->keep_empty_features || !isnan(kl_doubles(self->means)[j])) {
            if (columns)
                columns[count] = (int64_t)j;
            count++;
        }
    return count;
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *given, kl_task *task,
                           kl_error *error)
{
    const knn_imputer *self = (const knn_imputer *)base;
    kl_matrix x = *given;
    double *filled, *to;
    int64_t *kept;
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, task, error));
    KL_TAKE_RAW(filled, task, x.rows * x.cols + 1, error);
    KL_TAKE_RAW(kept, task, x.cols, error);
    if (x.rows > 0)
        memcpy(filled, x.data, x.rows * x.cols * sizeof *filled);
    KL_TRY(fill_cells(filled, self, &x, task, error));
    size_t count = kept_columns(self, kept), more = self->add_indicator ? kl_array_axis(self->missed, 0) : 0;
    KL_TRY(kl_table_new(out, &to, x.rows, count + more, error));
    for (size_t i = 0; i < x.rows; i++)
        for (size_t k = 0; k < count; k++) {
            size_t j = (size_t)kept[k];
            bool empty = isnan(kl_doubles(self->means)[j]);
            to[i * (count + more) + k] = empty ? 0 : filled[i * x.cols + j];
        }
    if (more)
        kl_missing_indicator(to + count, count + more, &x, self->missed);
    return KL_OK;
}

static kl_status names_out(kl_value *out, const kl_estimator *base, kl_value names, kl_error *error)
{
    const knn_imputer *self = (const knn_imputer *)base;
    kl_value all, kept;
    size_t width = (size_t)base->features;
    KL_TRY(kl_imputer_names(&all, names, self->add_indicator ? self->missed : kl_null(), error));
    kl_status status = kl_array_new(&kept, kl_array_len(all), error);
    for (size_t j = 0; j < kl_array_len(all) && status == KL_OK; j++)
        if (j >= width || self->keep_empty_features || !isnan(kl_doubles(self->means)[j]))
            kl_array_push(&kept, kl_value_retain(kl_array_at(all, j)), NULL); /* has room */
    kl_value_release(all);
    if (status == KL_OK)
        *out = kept;
    return status;
}

static const kl_field fields[] = {
    KL_COUNT_FIELD(knn_imputer, n_neighbors, 5, .doc = "how many rows give a number, where so many have it; >= 1"),
    KL_NEIGHBORS_WEIGHTS(knn_imputer),
    KL_ENUM(knn_imputer, metric, "nan_euclidean", .names = metrics, .flags = KL_KEYWORD_ONLY,
            .doc = "the distance: Euclidean over the columns that both rows have, as if there were all"),
    KL_MISSING_VALUES(knn_imputer),
    KL_BOOL(knn_imputer, copy, true, .flags = KL_KEYWORD_ONLY, .doc = "has no effect: what is given is never changed"),
    KL_BOOL(knn_imputer, add_indicator, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether columns of 0 and 1 are added that tell where something was missing"),
    KL_BOOL(knn_imputer, keep_empty_features, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether a column without any number is filled with 0 instead of left out"),
    KL_KEPT_ARRAY(knn_imputer, columns, .doc = "x of fit(), column by column"),
    KL_KEPT_ARRAY(knn_imputer, means, .doc = "mean of each column"),
    KL_KEPT_ARRAY(knn_imputer, missed, .doc = "columns in which something was missing"),
    KL_KEPT_INT(knn_imputer, rows, .doc = "rows of fit()"),
};

static const kl_limit limits[] = {{"n_neighbors", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .transform = transform,
    .names_out = names_out,
    .shapes = "columns = features rows; means = features; missed = int * < features",
};

const kl_type kl_knn_imputer_type = {
    .name = "KNNImputer",
    KL_ESTIMATOR(knn_imputer),
    .repr_fields = "n_neighbors",
    .doc = "Fills what is missing (NaN) with the mean of the nearest rows of fit() that have a number there "
           "(Troyanskaya et al. 2001), or with the mean of the column when no row is comparable. Of rows at equal "
           "distance the lower number is nearer.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_knn_imputer_type);
