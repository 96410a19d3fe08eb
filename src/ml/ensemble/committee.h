/* src/ml/ensemble/committee.h - members of a committee that are any estimators, of the library or of the face. */
#ifndef KL_ML_ENSEMBLE_COMMITTEE_H
#define KL_ML_ENSEMBLE_COMMITTEE_H

#include "ml/model.h"

/* A fresh copy of an estimator; its random_state, when it has one, is a number made of the seed and its own number.
 * Given. KL_INVALID: it is no estimator. */
kl_status kl_member_new(kl_value *out, kl_value estimator, uint64_t seed, size_t number,
                        kl_error *error);
/* Whether fit() takes weights; false for those of the face, who cannot be asked. */
bool kl_member_takes_weights(kl_value estimator);
/* fit() with a weight for each row, if need be of the face. */
kl_status kl_member_fit(kl_value member, const kl_fit *in, const double *weights, kl_error *error);

/* Its labels for x as codes of `classes`; its numbers (rows x width). */
kl_status kl_member_codes(int64_t *out, kl_value member, kl_value x, size_t rows, kl_value classes,
                          kl_task *task, kl_error *error);
kl_status kl_member_numbers(double *out, kl_value member, kl_value x, size_t rows, size_t width,
                            kl_task *task, kl_error *error);
/* Add probabilities (rows x classes) to out: those it gives, at the places of the classes it knows, or 1 for its label
 * when it gives none. */
kl_status kl_member_add_proba(double *out, kl_value member, kl_value x, size_t rows,
                              kl_value classes, kl_task *task, kl_error *error);
/* Add its decision_function(x): rows, or rows x columns numbers. */
kl_status kl_member_add_decision(double *out, kl_value member, kl_value x, size_t count,
                                 kl_task *task, kl_error *error);
/* Add weight times its feature_importances_, made shares of 1 or not as they are. KL_ATTRIBUTE: it has none. */
kl_status kl_member_add_importances(double *out, kl_value member, size_t features, double weight,
                                    kl_task *task, kl_error *error);

#endif
