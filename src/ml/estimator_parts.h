/* src/ml/estimator_parts.h - what the files of the frame share. */
#ifndef KL_ML_ESTIMATOR_PARTS_H
#define KL_ML_ESTIMATOR_PARTS_H

#include "estimator.h"

/* The model an estimator has now, or itself when it is one; given, NULL = not fitted. */
kl_estimator *kl_estimator_hold(const kl_estimator *self);
/* The same, or NotFittedError. */
kl_status kl_estimator_need(kl_estimator **out, const kl_estimator *self, kl_error *error);
/* Give an estimator another model (taken). */
void kl_estimator_set_model(kl_estimator *self, kl_estimator *model);
/* Whether the parameters are within their limits: "invalid parameter ..." */
kl_status kl_estimator_check_limits(const kl_estimator *self, kl_error *error);
/* A fresh model with the parameters of `self`, whose limits are checked; given. */
kl_status kl_estimator_begin(kl_estimator **out, const kl_estimator *self, kl_error *error);
/* What `from` has learned, in a model of its own kind. */
void kl_estimator_copy_learned(kl_estimator *to, const kl_estimator *from);

/* The threads that the parameter n_jobs allows, for kl_parallel_limit(): as many as now without it; -1 all, -2 all but one ... */
size_t kl_estimator_threads(const kl_estimator *self);

/* fit(), partial_fit() and answers of any estimator, by values marked KL_DATA; what the methods and model.c call. */
typedef struct kl_lesson {
    kl_value x, y, weights, progress; /* borrowed */
    kl_value classes;                 /* of a partial_fit() */
    kl_value extra;                   /* kl_fit.extra */
} kl_lesson;
kl_status kl_estimator_learn(kl_estimator *self, const kl_lesson *lesson, bool more,
                             kl_error *error);
/* fit_transform() and fit_predict() */
kl_status kl_estimator_learn_answer(kl_value *out, kl_estimator *self, const kl_lesson *lesson,
                                    kl_operation operation, kl_error *error);
kl_status kl_estimator_answer(kl_value *out, const kl_estimator *self, kl_operation operation,
                              kl_value x, kl_error *error);
kl_status kl_estimator_score(double *out, const kl_estimator *self, kl_value x, kl_value y,
                             kl_value weights, kl_error *error);
/* Whether it can do so. */
bool kl_estimator_has(const kl_estimator *self, kl_operation operation);

/* Parameters by name; see model.h. */
kl_status kl_estimator_get_params(kl_value *out, const kl_estimator *self, bool deep,
                                  kl_error *error);
kl_status kl_estimator_set_params(kl_estimator *self, kl_value params, kl_error *error);
/* Its flags with the parameters and parts of now: kl_estimator_table.flags_now. */
kl_status kl_estimator_flags_now(uint32_t *out, const kl_estimator *self, kl_error *error);
/* The estimators within, by the names of parameters or of steps: a map; given. */
kl_status kl_estimator_parts(kl_value *out, const kl_estimator *self, kl_error *error);
kl_status kl_estimator_clone(kl_value *out, const kl_estimator *self, kl_error *error);

extern const kl_method kl_estimator_methods[];
extern const size_t kl_estimator_method_count;

#endif
