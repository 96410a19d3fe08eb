/* src/ml/preprocessing/imputer.h - what imputers share: what counts as missing, and columns that tell of it. */
#ifndef KL_ML_IMPUTER_H
#define KL_ML_IMPUTER_H

#include "../estimator.h"

/* The parameter missing_values of a struct's member of that name. */
#define KL_MISSING_VALUES(owner)                                                                   \
    KL_VALUE(owner, missing_values, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "the number that stands for a missing value; None and NaN = NaN")

/* x with NaN wherever a value is missing; a copy in the task when another number says so. */
kl_status kl_missing_to_nan(kl_matrix *x, kl_value missing_values, kl_task *task, kl_error *error);
/* The columns of x with a NaN; given in place of what was in `*out`. */
kl_status kl_missing_columns(kl_value *out, const kl_matrix *x, kl_error *error);
/* 1 where a value is missing in those columns: one number of `to` for each, rows `stride` apart. */
void kl_missing_indicator(double *to, size_t stride, const kl_matrix *x, kl_value columns);
/* Names of columns, then "missingindicator_NAME" of those listed. */
kl_status kl_imputer_names(kl_value *out, kl_value names, kl_value columns, kl_error *error);

#endif
