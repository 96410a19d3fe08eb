/* src/ml/decomposition/pca.h - what the principal components of PCA and IncrementalPCA have in common. */
#ifndef KL_ML_PCA_H
#define KL_ML_PCA_H

#include "../estimator.h"

/* Their structs begin with it. */
#define KL_PCA_MODEL                                                                               \
    kl_estimator base;                                                                             \
    kl_value components_, explained_variance_, explained_variance_ratio_, singular_values_, mean_;  \
    int64_t n_components_;                                                                         \
    double noise_variance_;                                                                        \
    bool whiten

typedef struct kl_pca_model {
    KL_PCA_MODEL;
} kl_pca_model;

#define KL_PCA_LEARNED(owner)                                                                      \
    KL_LEARNED_ARRAY(owner, components_,                                                           \
                     .doc = "the directions, by falling variance: n_components_ x d, of length 1"),\
    KL_LEARNED_ARRAY(owner, explained_variance_,                                                   \
                     .doc = "variance of each component, with n - 1 degrees of freedom"),          \
    KL_LEARNED_ARRAY(owner, explained_variance_ratio_,                                             \
                     .doc = "its share of the variance of all columns"),                           \
    KL_LEARNED_ARRAY(owner, singular_values_, .doc = "singular values of x less its mean"),        \
    KL_LEARNED_ARRAY(owner, mean_, .doc = "mean of each column"),                                  \
    KL_LEARNED_INT(owner, n_components_, .doc = "how many components"),                            \
    KL_LEARNED_DOUBLE(owner, noise_variance_, .doc = "mean variance of the directions left out")

/* Keep the first k of what was found; signs are set here. */
kl_status kl_pca_keep(kl_pca_model *model, const double *s, double *vt, const double *variance, double total, size_t k,
                      size_t d, kl_error *error);
kl_answer kl_pca_transform, kl_pca_inverse, kl_pca_score_samples;
size_t kl_pca_width(const kl_estimator *self);
kl_call kl_pca_get_covariance, kl_pca_get_precision;

#endif
