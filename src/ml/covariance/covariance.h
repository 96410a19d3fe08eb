/* src/ml/covariance/covariance.h - what estimators of a covariance have in common. */
#ifndef KL_ML_COVARIANCE_H
#define KL_ML_COVARIANCE_H

#include "../estimator.h"
#include "../estimator_parts.h"

/* Their structs begin with it. */
#define KL_COVARIANCE_MODEL                                                                        \
    kl_estimator base;                                                                             \
    bool assume_centered, store_precision;                                                         \
    kl_value location_, covariance_, precision_

typedef struct kl_covariance {
    KL_COVARIANCE_MODEL;
} kl_covariance;

#define KL_COVARIANCE_CENTERED(owner, more)                                                        \
    KL_BOOL(owner, assume_centered, false, .flags = more,                                          \
            .doc = "whether the means of the columns are known to be 0")
#define KL_COVARIANCE_STORE(owner)                                                                 \
    KL_BOOL(owner, store_precision, true, .flags = KL_KEYWORD_ONLY,                                \
            .doc = "whether the inverse is kept as precision_; without it, it is made when asked for")
#define KL_COVARIANCE_LEARNED(owner)                                                               \
    KL_LEARNED_ARRAY(owner, location_, .doc = "mean of each column"),                              \
    KL_LEARNED_ARRAY(owner, covariance_, .doc = "covariance of the columns: d x d"),               \
    KL_LEARNED_ARRAY(owner, precision_, .doc = "inverse of covariance_ (that of Moore and Penrose, when it is "\
                                               "singular)")

/* The mean of the columns, or 0 when it is known to be, into location_. */
kl_status kl_covariance_locate(kl_covariance *model, const kl_matrix *x, kl_error *error);
/* covariance_ = sum of (x - mean)(x - mean)' / n; *out is where it lies. */
kl_status kl_covariance_empirical(double **out, kl_covariance *model, const kl_matrix *x, kl_task *task,
                                  kl_error *error);
/* precision_ of covariance_, when it is to be stored. */
kl_status kl_covariance_invert(kl_covariance *model, kl_task *task, kl_error *error);
/* The inverse, kept or made in the task. */
kl_status kl_covariance_precision(const double **out, const kl_covariance *model, kl_task *task, kl_error *error);
/* (x - location)' precision (x - location) for each row. */
kl_status kl_covariance_distances(double *out, const kl_matrix *x, const double *location, const double *precision,
                                  kl_task *task, kl_error *error);

kl_status kl_covariance_score(double *out, const kl_estimator *self, const kl_fit *in, kl_task *task,
                              kl_error *error);
kl_call kl_covariance_get_precision, kl_covariance_mahalanobis, kl_covariance_error_norm;
extern const kl_param kl_covariance_error_params[4];

/* fit, score, and what covariances tell beside. */
#define KL_COVARIANCE_METHODS                                                                      \
    KL_EST_FIT, KL_EST_SCORE_PLAIN,                                                                \
    {.name = "get_precision", .call = kl_covariance_get_precision, .returns = KL_KIND_BUFFER,      \
     .raises = "NotFittedError", .doc = "Inverse of covariance_, whether or not it is stored."},   \
    KL_EST_ROW("mahalanobis", kl_covariance_mahalanobis, kl_est_x, KL_KIND_BUFFER,                 \
               "Squared Mahalanobis distance of each row of x to location_."),                     \
    {.name = "error_norm", .call = kl_covariance_error_norm, .params = KL_TABLE(kl_covariance_error_params),\
     .returns = KL_KIND_DOUBLE, .raises = KL_EST_RAISES,                                           \
     .doc = "How far covariance_ is from another covariance: the norm of their difference."}

#endif
