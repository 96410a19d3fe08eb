/* src/ml/preprocessing/range_scalers.c - MinMaxScaler, MaxAbsScaler: columns in an interval. */
#include "columns.h"

#include <math.h>

/* ---- MinMaxScaler -------------------------------------------------------------------------------- */

typedef struct minmax_scaler {
    kl_estimator base;
    double feature_range_min, feature_range_max;
    kl_value feature_range; /* (min, max) in place of the two, or null */
    bool copy, clip;
    kl_value min_, scale_, data_min_, data_max_, data_range_;
    int64_t n_samples_seen_;
} minmax_scaler;

static kl_status read_range(double *low, double *high, const minmax_scaler *self, kl_error *error)
{
    kl_value pair = self->feature_range;
    *low = self->feature_range_min;
    *high = self->feature_range_max;
    if (kl_is(pair, KL_KIND_ARRAY)) {
        if (kl_array_len(pair) != 2 || !kl_is_number(kl_array_at(pair, 0)) ||
            !kl_is_number(kl_array_at(pair, 1)))
            return kl_bad_parameter(error, "feature_range", "two numbers (min, max)", pair);
        *low = kl_as_double(kl_array_at(pair, 0));
        *high = kl_as_double(kl_array_at(pair, 1));
    }
    if (*low < *high && isfinite(*low) && isfinite(*high))
        return KL_OK;
    return kl_bad_input(error, "the range must begin below its end, got (%.15g, %.15g)", *low, *high);
}

/* The extremes of before and now. */
static kl_status extremes_so_far(double *low, double *high, kl_value before_low,
                                 kl_value before_high, const kl_fit *in, kl_task *task,
                                 kl_error *error)
{
    KL_TRY(kl_column_extremes(low, high, in->x, task, error));
    if (kl_doubles(before_low))
        for (size_t j = 0; j < in->d; j++) {
            low[j] = fmin(low[j], kl_doubles(before_low)[j]);
            high[j] = fmax(high[j], kl_doubles(before_high)[j]);
        }
    return KL_OK;
}

static kl_status minmax_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    minmax_scaler *self = (minmax_scaler *)base;
    kl_value made[5] = {{0}};
    double *low, *high, *range, *scale, *least, from, to;
    double **memory[5] = {&low, &high, &range, &scale, &least};
    KL_TRY(read_range(&from, &to, self, error));
    kl_status status = KL_OK;
    for (int k = 0; k < 5 && status == KL_OK; k++)
        status = kl_vector_new(&made[k], memory[k], in->d, error);
    if (status == KL_OK)
        status = extremes_so_far(low, high, self->data_min_, self->data_max_, in, task, error);
    if (status != KL_OK) {
        for (int k = 0; k < 5; k++)
            kl_value_release(made[k]);
        return status;
    }
    for (size_t j = 0; j < in->d; j++) {
        range[j] = scale[j] = high[j] - low[j];
        kl_mend_scale(&scale[j], 1);
        scale[j] = (to - from) / scale[j];
        least[j] = from - low[j] * scale[j];
    }
    kl_learn(&self->data_min_, made[0]);
    kl_learn(&self->data_max_, made[1]);
    kl_learn(&self->data_range_, made[2]);
    kl_learn(&self->scale_, made[3]);
    kl_learn(&self->min_, made[4]);
    self->n_samples_seen_ += (int64_t)in->n;
    return KL_OK;
}

static kl_status minmax_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                  kl_task *task, kl_error *error)
{
    const minmax_scaler *self = (const minmax_scaler *)base;
    double from, to;
    (void)task;
    KL_TRY(read_range(&from, &to, self, error));
    KL_TRY(kl_scale_columns(out, x, NULL, kl_doubles(self->scale_), kl_doubles(self->min_), error));
    double *numbers = kl_doubles(*out);
    for (size_t i = 0; self->clip && i < x->rows * x->cols; i++)
        numbers[i] = numbers[i] < from ? from : numbers[i] > to ? to : numbers[i];
    return KL_OK;
}

static kl_status minmax_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    const minmax_scaler *self = (const minmax_scaler *)base;
    double *factor;
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    KL_TAKE_RAW(factor, task, x->cols, error);
    for (size_t j = 0; j < x->cols; j++)
        factor[j] = 1 / kl_doubles(self->scale_)[j];
    return kl_scale_columns(out, x, kl_doubles(self->min_), factor, NULL, error);
}

static const kl_field minmax_fields[] = {
    KL_DOUBLE(minmax_scaler, feature_range_min, 0.0, .doc = "least number of a scaled column"),
    KL_DOUBLE(minmax_scaler, feature_range_max, 1.0, .doc = "largest number of a scaled column"),
    KL_VALUE(minmax_scaler, feature_range, .kind = KL_KIND_ARRAY, .item = KL_KIND_NUMBER,
             .flags = KL_OPTIONAL | KL_TUPLE | KL_KEYWORD_ONLY,
             .doc = "(min, max) in place of the two parameters before it"),
    KL_BOOL(minmax_scaler, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_BOOL(minmax_scaler, clip, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether later numbers beyond those seen in fit() are cut to the range"),
    KL_LEARNED_ARRAY(minmax_scaler, min_, .doc = "what is added to each column after scaling"),
    KL_LEARNED_ARRAY(minmax_scaler, scale_, .doc = "what each column is multiplied by"),
    KL_LEARNED_ARRAY(minmax_scaler, data_min_, .doc = "least number of each column"),
    KL_LEARNED_ARRAY(minmax_scaler, data_max_, .doc = "largest number of each column"),
    KL_LEARNED_ARRAY(minmax_scaler, data_range_, .doc = "data_max_ - data_min_"),
    KL_LEARNED_INT(minmax_scaler, n_samples_seen_, .doc = "rows seen"),
};

static const kl_method scaler_methods[] = {
    KL_EST_TRANSFORMS,
    KL_EST_INVERSE,
    KL_EST_PARTIAL_FIT_X,
    KL_EST_NAMES_OUT,
};

static const kl_estimator_table minmax_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK,
    .fit = minmax_fit,
    .partial_fit = minmax_fit,
    .transform = minmax_transform,
    .inverse = minmax_inverse,
    .names_kept = true,
    .shapes = "min_ = features; scale_ = features; data_min_ = features; data_max_ = features; "
              "data_range_ = features",
};

const kl_type kl_minmax_scaler_type = {
    .name = "MinMaxScaler",
    KL_ESTIMATOR(minmax_scaler),
    .doc = "Columns in an interval: the least number seen becomes its begin, the largest its end. A constant column "
           "becomes the begin. NaN is left out when learning and stays where it is.",
    .fields = KL_TABLE(minmax_fields),
    .methods = KL_TABLE(scaler_methods),
    .extension = &minmax_table,
};
KL_PUBLISH(kl_minmax_scaler_type);

/* ---- MaxAbsScaler -------------------------------------------------------------------------------- */

typedef struct maxabs_scaler {
    kl_estimator base;
    bool copy, clip;
    kl_value max_abs_, scale_;
    int64_t n_samples_seen_;
} maxabs_scaler;

static kl_status maxabs_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    maxabs_scaler *self = (maxabs_scaler *)base;
    kl_value largest, scales;
    double *low, *high, *most, *scale;
    KL_TAKE_RAW(low, task, in->d, error);
    KL_TAKE_RAW(high, task, in->d, error);
    KL_TRY(kl_column_extremes(low, high, in->x, task, error));
    KL_TRY(kl_vector_new(&largest, &most, in->d, error));
    for (size_t j = 0; j < in->d; j++) {
        double before = kl_doubles(self->max_abs_) ? kl_doubles(self->max_abs_)[j] : 0;
        most[j] = fmax(before, fmax(fabs(low[j]), fabs(high[j])));
    }
    kl_learn(&self->max_abs_, largest);
    KL_TRY(kl_vector_from(&scales, most, in->d, error));
    scale = kl_doubles(scales);
    kl_mend_scale(scale, in->d);
    kl_learn(&self->scale_, scales);
    self->n_samples_seen_ += (int64_t)in->n;
    return KL_OK;
}

static kl_status maxabs_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                  kl_task *task, kl_error *error)
{
    const maxabs_scaler *self = (const maxabs_scaler *)base;
    double *factor;
    KL_TAKE_RAW(factor, task, x->cols, error);
    for (size_t j = 0; j < x->cols; j++)
        factor[j] = 1 / kl_doubles(self->scale_)[j];
    if (kl_is_sparse(x))
        return kl_scale_sparse(out, x, factor, error);
    KL_TRY(kl_scale_columns(out, x, NULL, factor, NULL, error));
    double *numbers = kl_doubles(*out);
    for (size_t i = 0; self->clip && i < x->rows * x->cols; i++)
        numbers[i] = numbers[i] < -1 ? -1 : numbers[i] > 1 ? 1 : numbers[i];
    return KL_OK;
}

static kl_status maxabs_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                kl_task *task, kl_error *error)
{
    const maxabs_scaler *self = (const maxabs_scaler *)base;
    (void)task;
    if (x->cols != (size_t)base->features)
        return kl_bad_dimension(error, "features", (size_t)base->features, x->cols);
    return kl_is_sparse(x)
               ? kl_scale_sparse(out, x, kl_doubles(self->scale_), error)
               : kl_scale_columns(out, x, NULL, kl_doubles(self->scale_), NULL, error);
}

static const kl_field maxabs_fields[] = {
    KL_BOOL(maxabs_scaler, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_BOOL(maxabs_scaler, clip, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether later numbers beyond those seen in fit() are cut to [-1, 1]"),
    KL_LEARNED_ARRAY(maxabs_scaler, max_abs_, .doc = "largest absolute number of each column"),
    KL_LEARNED_ARRAY(maxabs_scaler, scale_, .doc = "the same, 1 for columns of zeros"),
    KL_LEARNED_INT(maxabs_scaler, n_samples_seen_, .doc = "rows seen"),
};

static const kl_estimator_table maxabs_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_NAN_OK | KL_EST_SPARSE,
    .fit = maxabs_fit,
    .partial_fit = maxabs_fit,
    .transform = maxabs_transform,
    .inverse = maxabs_inverse,
    .names_kept = true,
    .shapes = "max_abs_ = features; scale_ = features",
};

const kl_type kl_maxabs_scaler_type = {
    .name = "MaxAbsScaler",
    KL_ESTIMATOR(maxabs_scaler),
    .doc = "Columns divided by their largest absolute number. Zeros stay zeros, so sparse data stay sparse.",
    .fields = KL_TABLE(maxabs_fields),
    .methods = KL_TABLE(scaler_methods),
    .extension = &maxabs_table,
};
KL_PUBLISH(kl_maxabs_scaler_type);
