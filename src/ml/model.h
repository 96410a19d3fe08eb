/* src/ml/model.h - any estimator as seen by one that holds it: the library's own, or one of the face (an object
 * with fit() and predict() or transform(), such as scikit-learn's).
 *
 * Data are values as KL_DATA gives them, and answers too. What belongs to the face runs on the calling thread, so
 * a loop over models runs in parallel only when kl_models_are_own().
 */
#ifndef KL_ML_MODEL_H
#define KL_ML_MODEL_H

#include "estimator.h"

/* Whether a value can be an estimator at all: it has fit(). */
KL_API bool kl_is_model(kl_value value);
/* The estimator that a value stands for: itself, or by name ("StandardScaler" is one with its defaults; the
 * names of list_estimators()). KL_TYPE says what would be right; `name` is for the message. Given. */
KL_API kl_status kl_model_resolve(kl_value *out, kl_value value, const char *name, kl_error *error);
/* A fresh one with the same parameters, nothing learned. One of the face is asked for get_params(), or copied as
 * copy.deepcopy() would. Given. */
KL_API kl_status kl_model_clone(kl_value *out, kl_value model, kl_error *error);
KL_API kl_status kl_model_get_params(kl_value *out, kl_value model, bool deep, kl_error *error);
/* KL_INVALID for a name it does not know. */
KL_API kl_status kl_model_set_params(kl_value model, kl_value params, kl_error *error);
KL_API kl_status kl_model_kind(kl_estimator_kind *out, kl_value model, kl_error *error);
KL_API bool kl_models_are_own(const kl_value *models, size_t count);
/* Whether it can do so now. */
KL_API bool kl_model_has(kl_value model, kl_operation operation);
/* Give random_state, when it has one that is null, a number: for committees that must be repeatable. */
KL_API kl_status kl_model_seed(kl_value model, uint64_t seed, kl_error *error);

/* y and weights may be null. The model itself is changed. */
KL_API kl_status kl_model_fit(kl_value model, kl_value x, kl_value y, kl_value weights,
                              kl_error *error);
/* Whether it has partial_fit(): one that holds others if they have it. */
KL_API bool kl_model_learns_on(kl_value model);
/* Learn on; `classes` and weights may be null. KL_ATTRIBUTE when it has no partial_fit(). */
KL_API kl_status kl_model_partial_fit(kl_value model, kl_value x, kl_value y, kl_value classes, kl_value weights,
                                      kl_error *error);
KL_API kl_status kl_model_apply(kl_value *out, kl_value model, kl_operation operation, kl_value x,
                                kl_error *error);
KL_API kl_status kl_model_fit_transform(kl_value *out, kl_value model, kl_value x, kl_value y,
                                        kl_error *error);
KL_API kl_status kl_model_score(double *out, kl_value model, kl_value x, kl_value y,
                                kl_value weights, kl_error *error);
/* A learned attribute; KL_ATTRIBUTE when there is none. Given. */
KL_API kl_status kl_model_attribute(kl_value *out, kl_value model, const char *name,
                                    kl_error *error);

/* Rows, or columns, of data by number: of arrays, frames, sparse matrices. Given. */
KL_API kl_status kl_data_take(kl_value *out, kl_value data, const int64_t *rows, size_t count,
                              kl_error *error);
KL_API kl_status kl_data_columns(kl_value *out, kl_value data, const int64_t *columns, size_t count,
                                 kl_error *error);

#endif
