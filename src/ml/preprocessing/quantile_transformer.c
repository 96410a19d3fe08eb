/* src/ml/preprocessing/quantile_transformer.c - QuantileTransformer: columns by their ranks. */
#include "columns.h"

#include "../numeric.h"
#include "parallel.h"

#include <math.h>

typedef struct quantile_transformer {
    kl_estimator base;
    int64_t n_quantiles;
    kl_value output_distribution, subsample, random_state;
    bool ignore_implicit_zeros, copy;
    kl_value quantiles_, references_;
    int64_t n_quantiles_;
} quantile_transformer;

static const char *const distributions[] = {"uniform", "normal", NULL};

/* Beyond these shares of a normal distribution nothing is told apart: +-5.1993. */
#define SMALLEST_SHARE 1e-7

/* ---- learning ------------------------------------------------------------------------------------ */

typedef struct learning {
    const kl_matrix *x;
    const int64_t *rows; /* those learned from, or NULL = all */
    size_t n, quantiles;
    const double *references;
    double *out;     /* quantiles x cols */
} learning;

static kl_status learn_column(const learning *l, size_t j, kl_error *error)
{
    size_t count = 0, cols = l->x->cols;
    kl_task task = KL_TASK_INIT;
    double *numbers = kl_task_alloc_raw(&task, l->n, sizeof *numbers);
    if (!numbers)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < l->n; i++) {
        double number = kl_row(l->x, l->rows ? (size_t)l->rows[i] : i)[j];
        if (!isnan(number))
            numbers[count++] = number;
    }
    kl_status status = kl_sort_doubles(numbers, count, &task, error);
    double so_far = -INFINITY;
    for (size_t k = 0; k < l->quantiles && status == KL_OK; k++) {
        double share = l->references[k] * 100 / 100; /* as of a percentage: rounding decides where ties end */
        double q = count ? kl_quantile(numbers, count, share) : NAN;
        so_far = q > so_far ? q : so_far; /* rounding may not turn the order round */
        l->out[k * cols + j] = count ? so_far : NAN;
    }
    kl_task_end(&task);
    return status;
}

static kl_status learn_columns(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t j = begin; j < end; j++)
        KL_TRY(learn_column(data, j, error));
    return KL_OK;
}

/* Up to `subsample` rows, at random when there are more. */
static kl_status choose_rows(learning *l, const quantile_transformer *self, size_t n, kl_task *task,
                             kl_error *error)
{
    uint64_t seed;
    kl_random random;
    int64_t *rows;
    l->n = n;
    if (kl_is_null(self->subsample) || (size_t)kl_as_int(self->subsample) >= n)
        return KL_OK;
    l->n = (size_t)kl_as_int(self->subsample);
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    kl_random_open(&random, seed, 0x9a47, 0);
    KL_TAKE_RAW(rows, task, l->n, error);
    KL_TRY(kl_random_sample(&random, rows, l->n, n, error));
    l->rows = rows;
    return KL_OK;
}

static kl_status quantile_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    quantile_transformer *self = (quantile_transformer *)base;
    learning l = {.x = in->x};
    kl_value quantiles, references;
    double *reference;
    if (!kl_is_null(self->subsample) && self->n_quantiles > kl_as_int(self->subsample))
        return kl_bad_input(error, "invalid parameter `n_quantiles`: expected at most subsample (%lld), got %lld",
                            (long long)kl_as_int(self->subsample), (long long)self->n_quantiles);
    if (self->n_quantiles > (int64_t)in->n)
        KL_TRY(kl_warn(error, "n_quantiles (%lld) is larger than the number of rows (%zu), which is taken instead",
                       (long long)self->n_quantiles, in->n));
    KL_TRY(choose_rows(&l, self, in->n, task, error));
    l.quantiles = (size_t)KL_MIN(self->n_quantiles, (int64_t)in->n);
    self->n_quantiles_ = (int64_t)l.quantiles;
    KL_TRY(kl_vector_new(&references, &reference, l.quantiles, error));
    kl_learn(&self->references_, references);
    for (size_t k = 0; k < l.quantiles; k++)
        reference[k] = l.quantiles > 1 ? (double)k * (1.0 / (double)(l.quantiles - 1)) : 0;
    if (l.quantiles > 1)
        reference[l.quantiles - 1] = 1;
    l.references = reference;
    KL_TRY(kl_table_new(&quantiles, &l.out, l.quantiles, in->d, error));
    kl_learn(&self->quantiles_, quantiles);
    return kl_parallel_for(in->d, 1, learn_columns, &l, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

/* y at x on the line through (xs, ys), xs ascending: among equal xs the last counts. */
static double interpolate(double x, const double *xs, const double *ys, size_t n)
{
    size_t low = 0, high = n;
    if (x >= xs[n - 1])
        return ys[n - 1];
    if (x < xs[0])
        return ys[0];
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (xs[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    double slope = (ys[high] - ys[low]) / (xs[high] - xs[low]);
    return ys[low] + slope * (x - xs[low]);
}

typedef struct curve {
    const double *q, *r;          /* quantiles of one column, references; ascending */
    const double *q_down, *r_down; /* the same with the signs turned, from the end: ascending too */
    size_t n;
    bool normal;
} curve;

/* The share of the column below a number: of numbers that occur often, the middle of their shares. */
static double share_of(const curve *c, double x)
{
    double up = interpolate(x, c->q, c->r, c->n), down = interpolate(-x, c->q_down, c->r_down, c->n);
    double share = 0.5 * (up - down);
    double low = c->q[0], high = c->q[c->n - 1], margin = c->normal ? 1e-7 : 0;
    if (c->normal ? x + margin > high : x == high)
        share = 1;
    if (c->normal ? x - margin < low : x == low)
        share = 0;
    return share;
}

static double clipped_normal(double share)
{
    double limit = kl_normal_quantile(1 - (SMALLEST_SHARE - 2.220446049250313e-16));
    double z = share <= 0 ? -limit : share >= 1 ? limit : kl_normal_quantile(share);
    return z < -limit ? -limit : z > limit ? limit : z;
}

static double forward(const curve *c, double x)
{
    if (isnan(x) || isnan(c->q[0]))
        return isnan(x) ? NAN : x;
    double share = share_of(c, x);
    return c->normal ? clipped_normal(share) : share;
}

static double backward(const curve *c, double y)
{
    if (isnan(y))
        return NAN;
    double share = c->normal ? kl_normal_cdf(y) : y, margin = c->normal ? 1e-7 : 0;
    if (c->normal ? share - margin < 0 : share <= 0)
        return c->q[0];
    if (c->normal ? share + margin > 1 : share >= 1)
        return c->q[c->n - 1];
    return interpolate(share, c->r, c->q, c->n);
}

typedef struct answering {
    const quantile_transformer *self;
    const kl_matrix *x;
    double *out;
    double *scratch; /* 4 x quantiles for each thread */
    bool back;
} answering;

static void open_curve(curve *c, double *scratch, const answering *a, size_t j)
{
    size_t n = (size_t)a->self->n_quantiles_, cols = a->x->cols;
    const double *table = kl_doubles(a->self->quantiles_), *r = kl_doubles(a->self->references_);
    for (size_t k = 0; k < n; k++) {
        scratch[k] = table[k * cols + j];
        scratch[n + k] = -table[(n - 1 - k) * cols + j];
        scratch[2 * n + k] = -r[n - 1 - k];
    }
    *c = (curve){.q = scratch, .r = r, .q_down = scratch + n, .r_down = scratch + 2 * n, .n = n,
                 .normal = kl_word_is(a->self->output_distribution, "normal")};
}

static kl_status answer_columns(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const answering *a = data;
    size_t cols = a->x->cols;
    double *scratch = a->scratch + kl_parallel_me() * 3 * (size_t)a->self->n_quantiles_;
    (void)block;
    (void)error;
    for (size_t j = begin; j < end; j++) {
        curve c;
        open_curve(&c, scratch, a, j);
        for (size_t i = 0; i < a->x->rows; i++) {
            double number = kl_row(a->x, i)[j];
            a->out[i * cols + j] = a->back ? backward(&c, number) : forward(&c, number);
        }
    }
    return KL_OK;
}

static kl_status answer(kl_value *out, const kl_estimator *base, const kl_matrix *x, bool back,
                        kl_task *task, kl_error *error)
{
    answering a = {.self = (const quantile_transformer *)base, .x = x, .back = back};
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    KL_TAKE_RAW(a.scratch, task, 3 * (size_t)a.self->n_quantiles_ * kl_parallel_threads(), error);
    KL_TRY(kl_table_new(out, &a.out, x->rows, x->cols, error));
    kl_status status = kl_parallel_for(x->cols, x->rows > 256 ? 1 : x->cols, answer_columns, &a, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status quantile_transform(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                                    kl_task *task, kl_error *error)
{
    return answer(out, self, x, false, task, error);
}

static kl_status quantile_inverse(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                                  kl_task *task, kl_error *error)
{
    return answer(out, self, x, true, task, error);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_INT(quantile_transformer, n_quantiles, 1000,
           .doc = "points of the distribution that are kept; at most one a row"),
    KL_ENUM(quantile_transformer, output_distribution, "uniform", .names = distributions,
            .doc = "uniform on [0, 1], or normal, cut at +-5.1993"),
    KL_BOOL(quantile_transformer, ignore_implicit_zeros, false, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: it concerns sparse data, which are not taken"),
    KL_VALUE(quantile_transformer, subsample, .kind = KL_KIND_INT, .fallback = "10000",
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most rows that are learned from, drawn at random; None = all"),
    KL_RANDOM_STATE(quantile_transformer, | KL_KEYWORD_ONLY),
    KL_BOOL(quantile_transformer, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_LEARNED_ARRAY(quantile_transformer, quantiles_, .doc = "the points of each column: n_quantiles_ x columns"),
    KL_LEARNED_ARRAY(quantile_transformer, references_, .doc = "the shares that belong to them"),
    KL_LEARNED_INT(quantile_transformer, n_quantiles_, .doc = "points that are kept"),
};

static const kl_limit limits[] = {{"n_quantiles", KL_AT_LEAST(1)}, {"subsample", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .limits = KL_TABLE(limits),
    .fit = quantile_fit,
    .transform = quantile_transform,
    .inverse = quantile_inverse,
    .names_kept = true,
    .shapes = "quantiles_ = n_quantiles_ features; references_ = n_quantiles_",
};

const kl_type kl_quantile_transformer_type = {
    .name = "QuantileTransformer",
    KL_ESTIMATOR(quantile_transformer),
    .doc = "Columns by the share of their numbers below each: uniform, or through the quantiles of a normal distribution. "
           "Between known points it is interpolated; numbers that occur often get the middle of their shares. NaN is left "
           "out when learning and stays where it is.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_quantile_transformer_type);
