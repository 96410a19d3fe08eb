/* src/ml/preprocessing/simple_imputer.c - SimpleImputer: one value for all that miss in a column. */
#include "columns.h"

#include "../numeric.h"
#include "imputer.h"
#include "parallel.h"

#include <math.h>

typedef struct simple_imputer {
    kl_estimator base;
    kl_value strategy;
    kl_value fill_value;
    kl_value missing_values; /* NaN, or the number that stands for it */
    bool copy, add_indicator, keep_empty_features;
    kl_value statistics_;
    kl_value missed;  /* columns that missed something in fit(), of which an indicator tells */
} simple_imputer;

static const char *const strategies[] = {"mean", "median", "most_frequent", "constant", NULL};

/* ---- learning ------------------------------------------------------------------------------------ */

/* The commonest of sorted numbers, the smallest of equals. */
static double commonest(const double *sorted, size_t n)
{
    double best = sorted[0];
    size_t most = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && sorted[end] == sorted[i])
            end++;
        if (end - i > most) {
            most = end - i;
            best = sorted[i];
        }
        i = end;
    }
    return best;
}

enum { ROWS = 4096 }; /* of a block */

typedef struct adding {
    const kl_matrix *x;
    const double *centers;
    double *sums, *counts; /* blocks x d */
} adding;

/* Add up the columns' distances from the centres, of what is there. */
static kl_status add_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const adding *a = data;
    size_t d = a->x->cols;
    double *sums = a->sums + block * d, *counts = a->counts + block * d;
    (void)error;
    memset(sums, 0, d * sizeof *sums);
    memset(counts, 0, d * sizeof *counts);
    for (size_t i = begin; i < end; i++) {
        const double *row = kl_row(a->x, i);
        for (size_t j = 0; j < d; j++) {
            double off = row[j] - a->centers[j];
            sums[j] += isnan(off) ? 0 : off;
            counts[j] += isnan(off) ? 0 : 1;
        }
    }
    return KL_OK;
}

/* The means of what is there, NaN where nothing is. A second round takes away what rounding left of the first. */
static kl_status means_of(double *means, const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t d = x->cols, blocks = kl_parallel_blocks(x->rows, ROWS);
    adding a = {.x = x, .centers = means};
    KL_TAKE_RAW(a.sums, task, blocks * d + 1, error);
    KL_TAKE_RAW(a.counts, task, blocks * d + 1, error);
    memset(means, 0, d * sizeof *means);
    for (int round = 0; round < 2; round++) {
        KL_TRY(kl_parallel_for(x->rows, ROWS, add_block, &a, error));
        for (size_t b = 1; b < blocks; b++)
            for (size_t j = 0; j < d; j++) {
                a.sums[j] += a.sums[b * d + j];
                a.counts[j] += a.counts[b * d + j];
            }
        for (size_t j = 0; j < d; j++)
            means[j] += a.sums[j] / a.counts[j];
    }
    kl_task_free(task, a.sums);
    kl_task_free(task, a.counts);
    return KL_OK;
}

static double statistic(const simple_imputer *self, const double *sorted, size_t n)
{
    if (kl_word_is(self->strategy, "constant"))
        return kl_is_null(self->fill_value) ? 0 : kl_as_double(self->fill_value);
    if (n == 0)
        return self->keep_empty_features ? 0 : NAN;
    return kl_word_is(self->strategy, "median") ? kl_quantile(sorted, n, 0.5) : commonest(sorted, n);
}

static kl_status refuse_empty(size_t column, kl_error *error)
{
    return kl_bad_input(error,
                        "column %zu has no value to learn from; keep_empty_features=True fills it with 0",
                        column);
}

static kl_status learn_means(double *statistics, const simple_imputer *self, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    KL_TRY(means_of(statistics, x, task, error));
    for (size_t j = 0; j < x->cols; j++) {
        if (!isnan(statistics[j]))
            continue;
        if (!self->keep_empty_features)
            return refuse_empty(j, error);
        statistics[j] = 0;
    }
    return KL_OK;
}

/* Of columns in order. */
static kl_status learn_sorted(double *statistics, const simple_imputer *self, const kl_matrix *x, kl_task *task,
                              kl_error *error)
{
    double *sorted;
    bool constant = kl_word_is(self->strategy, "constant");
    KL_TAKE_RAW(sorted, task, x->rows, error);
    for (size_t j = 0; j < x->cols; j++) {
        size_t n;
        KL_TRY(kl_column_sorted(sorted, &n, x, j, task, error));
        if (n == 0 && !constant && !self->keep_empty_features)
            return refuse_empty(j, error);
        statistics[j] = statistic(self, sorted, n);
    }
    return KL_OK;
}

static kl_status simple_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    simple_imputer *self = (simple_imputer *)base;
    kl_matrix x = *in->x;
    double *statistics;
    kl_value made;
    if (!kl_is_null(self->fill_value) && !kl_is_number(self->fill_value))
        return kl_bad_parameter(error, "fill_value", "a number", self->fill_value);
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, task, error));
    KL_TRY(kl_vector_new(&made, &statistics, in->d, error));
    kl_learn(&self->statistics_, made);
    KL_TRY(kl_word_is(self->strategy, "mean") ? learn_means(statistics, self, &x, task, error)
                                              : learn_sorted(statistics, self, &x, task, error));
    return kl_missing_columns(&self->missed, &x, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status simple_transform(kl_value *out, const kl_estimator *base, const kl_matrix *given,
                                  kl_task *task, kl_error *error)
{
    const simple_imputer *self = (const simple_imputer *)base;
    const double *statistics = kl_doubles(self->statistics_);
    kl_matrix x = *given;
    double *to;
    KL_TRY(kl_missing_to_nan(&x, self->missing_values, task, error));
    size_t more = self->add_indicator ? kl_array_axis(self->missed, 0) : 0, width = x.cols + more;
    KL_TRY(kl_table_new(out, &to, x.rows, width, error));
    for (size_t i = 0; i < x.rows; i++) {
        const double *row = kl_row(&x, i);
        for (size_t j = 0; j < x.cols; j++)
            to[i * width + j] = row[j] == row[j] ? row[j] : statistics[j];
    }
    if (more)
        kl_missing_indicator(to + x.cols, width, &x, self->missed);
    return KL_OK;
}

/* What was imputed becomes missing again, where the indicator tells of it. */
static kl_status simple_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const simple_imputer *self = (const simple_imputer *)base;
    size_t d = (size_t)base->features, told = kl_array_axis(self->missed, 0);
    double *to, missing = kl_is_null(self->missing_values) ? NAN : kl_as_double(self->missing_values);
    (void)task;
    if (!self->add_indicator)
        return kl_bad_input(error, "what was imputed is known with add_indicator=True only");
    if (x->cols != d + told)
        return kl_bad_dimension(error, "columns", d + told, x->cols);
    KL_TRY(kl_table_new(out, &to, x->rows, d, error));
    for (size_t i = 0; i < x->rows; i++) {
        const double *row = kl_row(x, i);
        memcpy(to + i * d, row, d * sizeof *to);
        for (size_t k = 0; k < told; k++)
            if (row[d + k] != 0)
                to[i * d + (size_t)kl_indices(self->missed)[k]] = missing;
    }
    return KL_OK;
}

static kl_status simple_names(kl_value *out, const kl_estimator *base, kl_value names,
                              kl_error *error)
{
    const simple_imputer *self = (const simple_imputer *)base;
    return kl_imputer_names(out, names, self->add_indicator ? self->missed : kl_null(), error);
}

static const kl_field fields[] = {
    KL_ENUM(simple_imputer, strategy, "mean", .names = strategies,
            .doc = "what stands for what is missing: the mean of the column, its median, its commonest number (the "
                   "smallest of equals), or fill_value"),
    KL_VALUE(simple_imputer, fill_value, .kind = KL_KIND_ANY, .fallback = "0.0", .flags = KL_OPTIONAL,
             .doc = "the number of strategy constant; None = 0"),
    KL_MISSING_VALUES(simple_imputer),
    KL_BOOL(simple_imputer, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_BOOL(simple_imputer, add_indicator, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether columns of 0 and 1 are added that tell where something was missing"),
    KL_BOOL(simple_imputer, keep_empty_features, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether a column without any number is filled with 0 instead of refused"),
    KL_LEARNED_ARRAY(simple_imputer, statistics_, .doc = "what stands for missing values in each column"),
    KL_KEPT_ARRAY(simple_imputer, missed, .doc = "columns in which something was missing"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .fit = simple_fit,
    .transform = simple_transform,
    .inverse = simple_inverse,
    .names_out = simple_names,
    .shapes = "statistics_ = features; missed = int * < features",
};

const kl_type kl_simple_imputer_type = {
    .name = "SimpleImputer",
    KL_ESTIMATOR(simple_imputer),
    .doc = "Fills what is missing (NaN) with one value for each column.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_simple_imputer_type);
