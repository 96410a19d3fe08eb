/* src/ml/profile/profile.h - what a matrix looks like: statistics of its columns, correlations, what strikes the eye. */
#ifndef KL_ML_PROFILE_PROFILE_H
#define KL_ML_PROFILE_PROFILE_H

#include "ml/input.h"

/* From where on something is worth an alert. */
typedef struct kl_alert_limits {
    double high_correlation_threshold, high_null_pct_threshold;
    int64_t constant_threshold;
    double high_cardinality_ratio, skewness_threshold, zero_pct_threshold, imbalance_ratio_threshold,
        duplicate_pct_threshold;
} kl_alert_limits;
#define KL_ALERT_LIMITS {0.9, 0.05, 1, 0.9, 2.0, 0.5, 0.1, 0.0}

/* One column. NaN counts as null; infinities are values that the moments leave out. */
typedef struct kl_column_profile {
    kl_text name;
    const char *dtype; /* "boolean", "categorical", "numeric" */
    size_t rows, count, nulls, infinite, unique, zeros;
    size_t largest, smallest; /* how often the most and the least frequent value occurs */
    double mean, std, min, max, median, q25, q75, skewness, kurtosis; /* NaN = there is none */
} kl_column_profile;

/* Profiles of all columns of x, in the task. */
KL_API kl_status kl_profile_columns(kl_column_profile **out, const kl_matrix *x, kl_value names, kl_task *task,
                                    kl_error *error);
/*
 * The profile as a map: n_rows, n_columns, duplicate_rows, duplicate_pct, memory_bytes, columns, correlations (of two
 * columns and rows or more), alerts. `names`: array of strings, one for each column, or null. Given. MlError for an empty
 * matrix, or names of another number.
 */
KL_API kl_status kl_profile_make(kl_value *out, kl_value x, kl_value names, const kl_alert_limits *limits, kl_task *task,
                                 kl_error *error);
/* {type, severity, column, message}, appended. */
KL_API kl_status kl_alert_add(kl_value *alerts, const char *type, const char *severity, kl_text column, kl_error *error,
                              const char *format, ...) KL_PRINTF(6, 7);

#endif
