/* src/ml/preprocessing/columns.h - what scalers need to know of columns. NaN is as if it were not there. */
#ifndef KL_ML_COLUMNS_H
#define KL_ML_COLUMNS_H

#include "../estimator.h"

/* For each column: the sum of the weights of its numbers, their weighted mean, their population variance. A column
 * without numbers has NaN for both. Two passes, row block by row block. */
typedef struct kl_moments {
    double *weight, *mean, *variance; /* cols each; in the task */
} kl_moments;
kl_status kl_column_moments(kl_moments *out, const kl_matrix *x, const double *weights,
                            kl_task *task, kl_error *error);

/* Least and largest number of each column; NaN where there is none. */
kl_status kl_column_extremes(double *low, double *high, const kl_matrix *x, kl_task *task,
                             kl_error *error);

/* The numbers of a column that are not NaN, ascending, and how many there are. */
kl_status kl_column_sorted(double *out, size_t *count, const kl_matrix *x, size_t column, kl_task *task,
                           kl_error *error);

/* out = (x - center) * factor, or x * factor + shift; NULL is as 0 and 1. Threads. */
kl_status kl_scale_columns(kl_value *out, const kl_matrix *x, const double *center,
                           const double *factor, const double *shift, kl_error *error);
/* The columns of a sparse x by factors. */
kl_status kl_scale_sparse(kl_value *out, const kl_matrix *x, const double *factor, kl_error *error);
/* A copy of x without its numbers changed. */
kl_status kl_copy_matrix(kl_value *out, const kl_matrix *x, kl_error *error);

/* Divisors: those that would divide by (next to) nothing become 1. */
void kl_mend_scale(double *scale, size_t n);

#endif
