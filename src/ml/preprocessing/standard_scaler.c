/* src/ml/preprocessing/standard_scaler.c - StandardScaler: columns with mean 0 and variance 1. */
#include "columns.h"

#include <float.h>
#include <math.h>

typedef struct standard_scaler {
    kl_estimator base;
    bool with_mean, with_std, copy;
    kl_value mean_, var_, scale_, seen;
} standard_scaler;

/* ---- learning ------------------------------------------------------------------------------------ */

/* What two sets of rows have together (Chan, Golub and LeVeque 1979). `weight`, `mean` and `variance` become those of
 * both. */
static void merge(double *weight, double *mean, double *variance, const kl_moments *more, size_t cols)
{
    for (size_t j = 0; j < cols; j++) {
        double a = weight[j], b = more->weight[j], n = a + b;
        if (b == 0)
            continue;
        if (a == 0) {
            mean[j] = more->mean[j];
            variance[j] = more->variance[j];
        } else {
            double delta = more->mean[j] - mean[j];
            variance[j] = (a * variance[j] + b * more->variance[j]) / n + delta * delta * a * b / (n * n);
            mean[j] += delta * b / n;
        }
        weight[j] = n;
    }
}

/* A variance that rounding alone can explain counts as none. */
static void find_scale(double *scale, const double *weight, const double *mean,
                       const double *variance, size_t cols)
{
    for (size_t j = 0; j < cols; j++) {
        double n = weight[j], noise = n * mean[j] * DBL_EPSILON;
        bool is_constant = variance[j] <= n * DBL_EPSILON * variance[j] + noise * noise;
        scale[j] = is_constant ? 1 : sqrt(variance[j]);
    }
}

static kl_status keep(standard_scaler *self, const double *weight, const double *mean,
                      const double *variance, size_t cols, kl_error *error)
{
    kl_value seen, means, variances, scales;
    double *scale;
    KL_TRY(kl_vector_from(&seen, weight, cols, error));
    kl_learn(&self->seen, seen);
    if (self->with_mean || self->with_std) {
        KL_TRY(kl_vector_from(&means, mean, cols, error));
        kl_learn(&self->mean_, means);
    }
    if (!self->with_std)
        return KL_OK;
    KL_TRY(kl_vector_from(&variances, variance, cols, error));
    kl_learn(&self->var_, variances);
    KL_TRY(kl_vector_new(&scales, &scale, cols, error));
    kl_learn(&self->scale_, scales);
    find_scale(scale, weight, mean, variance, cols);
    return KL_OK;
}

static kl_status more_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    standard_scaler *self = (standard_scaler *)base;
    kl_moments moments;
    double *weight, *mean, *variance;
    if (kl_is_sparse(in->x) && self->with_mean)
        return kl_bad_input(error, "sparse data cannot be centred; with_mean=False leaves them sparse");
    KL_TRY(kl_column_moments(&moments, in->x, in->weights, task, error));
    KL_TAKE(weight, task, in->d, error);
    KL_TAKE(mean, task, in->d, error);
    KL_TAKE(variance, task, in->d, error);
    if (kl_doubles(self->seen))
        memcpy(weight, kl_doubles(self->seen), in->d * sizeof *weight);
    if (kl_doubles(self->mean_))
        memcpy(mean, kl_doubles(self->mean_), in->d * sizeof *mean);
    if (kl_doubles(self->var_))
        memcpy(variance, kl_doubles(self->var_), in->d * sizeof *variance);
    merge(weight, mean, variance, &moments, in->d);
    for (size_t j = 0; j < in->d; j++)
        if (weight[j] == 0)
            mean[j] = variance[j] = NAN;
    return keep(self, weight, mean, variance, in->d, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const standard_scaler *self = (const standard_scaler *)base;
    double *factor = NULL;
    if (self->with_std) {
        KL_TAKE_RAW(factor, task, x->cols, error);
        for (size_t j = 0; j < x->cols; j++)
            factor[j] = 1 / kl_doubles(self->scale_)[j];
    }
    if (kl_is_sparse(x))
        return factor ? kl_scale_sparse(out, x, factor, error) : kl_copy_matrix(out, x, error);
    return kl_scale_columns(out, x, self->with_mean ? kl_doubles(self->mean_) : NULL, factor, NULL,
                            error);
}

static kl_status inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                         kl_error *error)
{
    const standard_scaler *self = (const standard_scaler *)base;
    const double *scale = self->with_std ? kl_doubles(self->scale_) : NULL;
    (void)task;
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    if (kl_is_sparse(x))
        return scale ? kl_scale_sparse(out, x, scale, error) : kl_copy_matrix(out, x, error);
    return kl_scale_columns(out, x, NULL, scale, self->with_mean ? kl_doubles(self->mean_) : NULL,
                            error);
}

/* One number where all columns have seen as many, else one a column. */
static kl_status samples_seen(kl_value *out, kl_object *object, const kl_value *args,
                              kl_error *error)
{
    const kl_field *field = NULL;
    (void)args;
    for (size_t i = 0; i < object->type->field_count; i++)
        if (strcmp(object->type->fields[i].name, "seen") == 0)
            field = &object->type->fields[i];
    kl_value seen;
    KL_TRY(kl_field_get(&seen, object, field, error));
    const double *weight = kl_doubles(seen);
    bool is_same = true;
    for (size_t j = 1; j < kl_array_axis(seen, 0); j++)
        is_same &= weight[j] == weight[0];
    *out = is_same ? weight[0] == floor(weight[0]) && fabs(weight[0]) < 0x1p62 ? kl_int((int64_t)weight[0]) : kl_double(weight[0])
                   : kl_value_retain(seen);
    kl_value_release(seen);
    return KL_OK;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_BOOL(standard_scaler, with_mean, true, .doc = "whether the mean of each column is taken away"),
    KL_BOOL(standard_scaler, with_std, true,
            .doc = "whether each column is divided by its standard deviation"),
    KL_BOOL(standard_scaler, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_LEARNED_ARRAY(standard_scaler, mean_, .doc = "mean of each column; there unless both parameters are false"),
    KL_LEARNED_ARRAY(standard_scaler, var_,
                     .doc = "population variance of each column; there with with_std"),
    KL_LEARNED_ARRAY(standard_scaler, scale_,
                     .doc = "what each column is divided by: the root of var_, 1 for constant columns"),
    KL_KEPT_ARRAY(standard_scaler, seen, .doc = "weights of the numbers seen in each column"),
};

static const kl_method methods[] = {
    KL_EST_TRANSFORMS_WEIGHTED,
    KL_EST_INVERSE,
    KL_EST_PARTIAL_FIT_WEIGHTED_X,
    KL_EST_NAMES_OUT,
    {.name = "n_samples_seen_", .call = samples_seen, .returns = KL_KIND_ANY, .flags = KL_PROPERTY,
     .raises = "NotFittedError",
     .doc = "Rows seen, or the sum of their weights; one number for each column when some had NaN."},
};

/* Means taken off would fill a sparse matrix. */
static uint32_t flags_now(const kl_estimator *self)
{
    bool is_sparse = !((const standard_scaler *)self)->with_mean;
    return KL_EST_NAN_OK | (is_sparse ? KL_EST_SPARSE : 0);
}

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE,
    .fit = more_fit,
    .partial_fit = more_fit,
    .transform = transform,
    .inverse = inverse,
    .names_kept = true,
    .flags_now = flags_now,
    .shapes = "mean_ = features | none unless with_mean; var_ = features | none unless with_std; "
              "scale_ = features | none unless with_std; seen = features",
};

const kl_type kl_standard_scaler_type = {
    .name = "StandardScaler",
    KL_ESTIMATOR(standard_scaler),
    .doc = "Columns with mean 0 and variance 1: (x - mean) / standard deviation, with population moments. NaN is left "
           "out when learning and stays where it is.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_standard_scaler_type);
