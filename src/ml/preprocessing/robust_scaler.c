/* src/ml/preprocessing/robust_scaler.c - RobustScaler: columns by median and quantiles. */
#include "columns.h"

#include "../numeric.h"

#include <math.h>

typedef struct robust_scaler {
    kl_estimator base;
    bool with_centering, with_scaling, copy, unit_variance;
    double quantile_range_low, quantile_range_high;
    kl_value quantile_range; /* (low, high) in place of the two, or null */
    kl_value center_, scale_;
} robust_scaler;

static kl_status read_range(double *low, double *high, const robust_scaler *self, kl_error *error)
{
    kl_value pair = self->quantile_range;
    *low = self->quantile_range_low;
    *high = self->quantile_range_high;
    if (kl_is(pair, KL_KIND_ARRAY)) {
        if (kl_array_len(pair) != 2)
            return kl_bad_parameter(error, "quantile_range", "two percentages (low, high)", pair);
        *low = kl_as_double(kl_array_at(pair, 0));
        *high = kl_as_double(kl_array_at(pair, 1));
    }
    if (*low >= 0 && *low < *high && *high <= 100)
        return KL_OK;
    return kl_bad_input(error, "invalid quantile range: expected 0 <= low < high <= 100, got (%.15g, %.15g)",
                        *low, *high);
}

/* The spread of one sorted column, in standard deviations of a normal one where asked. */
static double spread(const double *sorted, size_t n, double low, double high, bool unit_variance)
{
    double scale = kl_quantile(sorted, n, high / 100) - kl_quantile(sorted, n, low / 100);
    kl_mend_scale(&scale, 1);
    if (unit_variance)
        scale /= kl_normal_quantile(high / 100) - kl_normal_quantile(low / 100);
    return scale;
}

static kl_status robust_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    robust_scaler *self = (robust_scaler *)base;
    kl_value value;
    double low, high, *center, *scale, *sorted;
    size_t n;
    KL_TRY(read_range(&low, &high, self, error));
    KL_TAKE_RAW(sorted, task, in->n, error);
    KL_TAKE_RAW(center, task, in->d, error);
    KL_TAKE_RAW(scale, task, in->d, error);
    for (size_t j = 0; j < in->d; j++) {
        KL_TRY(kl_column_sorted(sorted, &n, in->x, j, task, error));
        center[j] = n ? kl_quantile(sorted, n, 0.5) : NAN;
        scale[j] = n ? spread(sorted, n, low, high, self->unit_variance) : NAN;
    }
    if (self->with_centering) {
        KL_TRY(kl_vector_from(&value, center, in->d, error));
        kl_learn(&self->center_, value);
    }
    if (self->with_scaling) {
        KL_TRY(kl_vector_from(&value, scale, in->d, error));
        kl_learn(&self->scale_, value);
    }
    return KL_OK;
}

static kl_status robust_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                  kl_task *task, kl_error *error)
{
    const robust_scaler *self = (const robust_scaler *)base;
    const double *scale = kl_doubles(self->scale_);
    double *factor = NULL;
    if (scale) {
        KL_TAKE_RAW(factor, task, x->cols, error);
        for (size_t j = 0; j < x->cols; j++)
            factor[j] = 1 / scale[j];
    }
    return kl_scale_columns(out, x, kl_doubles(self->center_), factor, NULL, error);
}

static kl_status robust_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    const robust_scaler *self = (const robust_scaler *)base;
    (void)task;
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    return kl_scale_columns(out, x, NULL, kl_doubles(self->scale_), kl_doubles(self->center_), error);
}

static const kl_field fields[] = {
    KL_BOOL(robust_scaler, with_centering, true, .doc = "whether the median of each column is taken away"),
    KL_BOOL(robust_scaler, with_scaling, true,
            .doc = "whether each column is divided by the distance of two of its quantiles"),
    KL_DOUBLE(robust_scaler, quantile_range_low, 25.0, .doc = "the lower quantile, in percent"),
    KL_DOUBLE(robust_scaler, quantile_range_high, 75.0, .doc = "the upper quantile, in percent"),
    KL_VALUE(robust_scaler, quantile_range, .kind = KL_KIND_ARRAY, .item = KL_KIND_NUMBER,
             .flags = KL_OPTIONAL | KL_TUPLE | KL_KEYWORD_ONLY,
             .doc = "(low, high) in place of the two parameters before it"),
    KL_BOOL(robust_scaler, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_BOOL(robust_scaler, unit_variance, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether a normal column gets variance 1"),
    KL_LEARNED_ARRAY(robust_scaler, center_, .doc = "median of each column; there with with_centering"),
    KL_LEARNED_ARRAY(robust_scaler, scale_,
                     .doc = "distance of the two quantiles of each column, 1 for constant ones; there with "
                            "with_scaling"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .fit = robust_fit,
    .transform = robust_transform,
    .inverse = robust_inverse,
    .names_kept = true,
    .shapes = "center_ = features | none unless with_centering; scale_ = features | none unless with_scaling",
};

const kl_type kl_robust_scaler_type = {
    .name = "RobustScaler",
    KL_ESTIMATOR(robust_scaler),
    .doc = "Columns without their median, in units of the distance between two quantiles, which outliers do not move. "
           "Quantiles are interpolated linearly. NaN is left out when learning and stays where it is.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_robust_scaler_type);
