/* src/ml/linear/linear.h - what all models have in common that answer with x'w + b. */
#ifndef KL_ML_LINEAR_LINEAR_H
#define KL_ML_LINEAR_LINEAR_H

#include "ml/estimator.h"

/* Every linear model begins with it. coef_: d weights, or outputs x d; intercept_: a number, or one per output. */
#define LINEAR_MODEL                                                                               \
    kl_estimator base;                                                                             \
    kl_value coef_, intercept_

typedef struct linear_model {
    LINEAR_MODEL;
} linear_model;

#define LINEAR_LEARNED(owner)                                                                      \
    KL_LEARNED_ARRAY(owner, coef_, .doc = "weights of the features: d numbers, or outputs x d when y "\
                                          "was a matrix"),                                         \
    KL_LEARNED_VALUE(owner, intercept_, .doc = "what is added to x'w: a number, or one per output " \
                                               "when y was a matrix; 0.0 without an intercept")
#define LINEAR_LEARNED_CLASSES(owner)                                                              \
    KL_LEARNED_ARRAY(owner, coef_, .doc = "weights of the features: classes x d; 1 x d for two "    \
                                          "classes, for the second of them"),                      \
    KL_LEARNED_ARRAY(owner, intercept_, .doc = "what is added to x'w: one number per row of coef_")

/* Parameters that several of them have. */
#define LINEAR_INTERCEPT(owner, flag_word)                                                         \
    KL_BOOL(owner, fit_intercept, true, .flags = (flag_word),                                      \
            .doc = "whether a constant is learned, too; without it the data should be centred")
#define LINEAR_COPY_X(owner)                                                                       \
    KL_BOOL(owner, copy_X, true, .flags = KL_KEYWORD_ONLY,                                         \
            .doc = "accepted for the sake of other libraries; without effect, since x is never changed")
#define LINEAR_N_JOBS(owner)                                                                       \
    KL_VALUE(owner, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,           \
             .doc = "most threads to use; -1 or None = all processors")

/* Number of answers per row that the model gives. */
size_t kl_linear_outputs(const linear_model *model, size_t d);

/* out (rows x outputs) = x coef' + intercept. */
kl_status kl_linear_decide(double *out, const linear_model *model, const kl_matrix *x, kl_error *error);

/* table.predict of regressors. */
kl_status kl_linear_predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task,
                            kl_error *error);
/* table.decide of classifiers: rows numbers for two classes, else rows x classes. */
kl_answer kl_linear_decision;

/* Learn coef (outputs x d) and intercept (one per output; NULL = 0) of a regressor, in the shape that y had. */
kl_status kl_linear_keep(linear_model *model, const double *coef, const double *intercept, size_t outputs,
                         size_t d, kl_error *error);
/* The same of a classifier, always rows x d. */
kl_status kl_linear_keep_classes(linear_model *model, const double *coef, const double *intercept,
                                 size_t rows, size_t d, kl_error *error);
/* Is every learned number finite? */
bool kl_linear_is_finite(const linear_model *model);

/* The former model where `warm_start` asks to go on from it: its coef_ when its shape is rows x d, else NULL. */
const double *kl_linear_former(const kl_estimator *before, size_t rows, size_t d);
/* Intercept `row` of a model. */
double kl_linear_intercept(const linear_model *model, size_t row);

/* A parameter that is a number or an array of numbers, all finite and >= 0: `count` of them. */
kl_status kl_linear_numbers(const double **out, size_t *count, kl_value value, const char *name,
                            kl_task *task, kl_error *error);

#endif
