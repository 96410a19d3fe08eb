/* src/ml/linear/bayesian.h - what BayesianRidge and ARDRegression share: parameters, predict() with its spread. */
#ifndef KL_ML_LINEAR_BAYESIAN_H
#define KL_ML_LINEAR_BAYESIAN_H

#include "linear.h"

/* Both structs begin with it. */
#define BAYESIAN_MODEL                                                                             \
    LINEAR_MODEL;                                                                                  \
    int64_t max_iter;                                                                              \
    double tol, alpha_1, alpha_2, lambda_1, lambda_2;                                              \
    bool fit_intercept, copy_X, compute_score, verbose;                                            \
    double alpha_;                                                                                 \
    int64_t n_iter_;                                                                               \
    kl_value sigma_, scores_, X_offset_, X_scale_

typedef struct bayesian_model {
    BAYESIAN_MODEL;
} bayesian_model;

#define BAYESIAN_PRIOR(owner, member, text)                                                        \
    KL_DOUBLE(owner, member, 1e-6, .flags = KL_KEYWORD_ONLY, .doc = text "; >= 0")
#define BAYESIAN_FIELDS(owner)                                                                     \
    KL_COUNT_FIELD(owner, max_iter, 300, .doc = "most iterations; >= 1"),                          \
    KL_DOUBLE(owner, tol, 1e-3, .doc = "stop when the weights have moved by less in sum"),         \
    LINEAR_INTERCEPT(owner, 0),                                                                    \
    BAYESIAN_PRIOR(owner, alpha_1, "shape of the gamma prior of alpha"),                           \
    BAYESIAN_PRIOR(owner, alpha_2, "rate of the gamma prior of alpha"),                            \
    BAYESIAN_PRIOR(owner, lambda_1, "shape of the gamma prior of lambda"),                         \
    BAYESIAN_PRIOR(owner, lambda_2, "rate of the gamma prior of lambda"),                          \
    KL_BOOL(owner, compute_score, false, .flags = KL_KEYWORD_ONLY,                                 \
            .doc = "whether scores_ is learned"),                                                  \
    LINEAR_COPY_X(owner),                                                                          \
    KL_BOOL(owner, verbose, false, .flags = KL_KEYWORD_ONLY,                                       \
            .doc = "whether progress is told on standard error")
#define BAYESIAN_LEARNED(owner)                                                                    \
    LINEAR_LEARNED(owner),                                                                         \
    KL_LEARNED_DOUBLE(owner, alpha_, .doc = "precision of the noise: 1 / variance"),               \
    KL_LEARNED_INT(owner, n_iter_, .doc = "iterations"),                                           \
    KL_LEARNED_ARRAY(owner, sigma_, .doc = "covariance of the weights (of those that are kept)"),  \
    KL_LEARNED_ARRAY(owner, scores_, .doc = "log marginal likelihood of each iteration"),          \
    KL_LEARNED_ARRAY(owner, X_offset_, .doc = "means of the features; 0 without an intercept"),    \
    KL_LEARNED_ARRAY(owner, X_scale_, .doc = "ones")

/* predict(x, return_std=False) */
extern const kl_param kl_bayesian_predict_params[2];
kl_call kl_bayesian_predict;
#define BAYESIAN_PREDICT                                                                           \
    KL_EST_ROW("predict", kl_bayesian_predict, kl_bayesian_predict_params, KL_KIND_ANY,            \
               "A number for each row of x; with return_std=True a list of those and of their standard deviations.")

/* Of an ARDRegression: the precision of each weight, and from which on it is 0. */
extern const kl_type kl_ard_regression_type;
const double *kl_ard_precisions(const bayesian_model *model, double *threshold);

kl_status kl_bayesian_keep(bayesian_model *model, const double *coef, const double *intercept, const double *x_mean,
                           size_t d, kl_error *error);

#endif
