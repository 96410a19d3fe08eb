/* src/ml/ensemble/out_of_bag.h - answers of the members of a committee that did not see a row. */
#ifndef KL_ML_ENSEMBLE_OUT_OF_BAG_H
#define KL_ML_ENSEMBLE_OUT_OF_BAG_H

#include "ml/estimator.h"

/* Divide sums (n x width) by how many answered each row; warns of rows that nobody answered, which stay 0. */
kl_status kl_oob_means(double *sums, const int64_t *answers, size_t n, size_t width,
                       kl_error *error);
/* Accuracy of the largest of each row of shares, R2 of numbers (the mean of all outputs); or what `score` says,
 * when it is a callable of (y, answers). Given. */
kl_status kl_oob_score(kl_value *out, kl_value score, const double *answers, const kl_fit *in,
                       kl_value classes, kl_task *task, kl_error *error);

#endif
