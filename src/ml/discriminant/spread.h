/* src/ml/discriminant/spread.h - covariances of classes: plain, shrunk, or what another estimator says. */
#ifndef KL_ML_DISCRIMINANT_SPREAD_H
#define KL_ML_DISCRIMINANT_SPREAD_H

#include "../estimator.h"

/* How covariances are estimated, from the parameters shrinkage and covariance_estimator. */
typedef struct kl_spread {
    double shrinkage; /* in [0, 1] */
    bool is_auto;     /* shrinkage as Ledoit and Wolf choose it */
    kl_value estimator; /* null = none; borrowed */
} kl_spread;

/* KL_INVALID says what is wrong with the parameters. */
kl_status kl_spread_read(kl_spread *out, kl_value shrinkage, kl_value estimator, kl_error *error);
/* out (d x d): covariance of the rows of x (n x d), divided by n. */
kl_status kl_spread_of(double *out, const kl_spread *how, const double *x, size_t n, size_t d,
                       kl_task *task, kl_error *error);
/* Rows of one class, one after another: `rows` are their numbers. */
void kl_spread_gather(double *out, const kl_matrix *x, const size_t *rows, size_t count);
/* Means of the classes: classes x d. */
kl_status kl_class_means(double *out, const kl_fit *in, const double *counts, kl_task *task,
                         kl_error *error);

/* Fields that both discriminants have. */
#define KL_SPREAD_FIELDS(owner)                                                                    \
    KL_VALUE(owner, priors, .kind = KL_KIND_ANY,                                                   \
             .flags = KL_OPTIONAL | KL_DATA | KL_KEYWORD_ONLY,                                     \
             .doc = "probability of each class; None = their shares of the rows"),                 \
    KL_BOOL(owner, store_covariance, false, .flags = KL_KEYWORD_ONLY,                              \
            .doc = "whether covariance_ is kept, where the solver does not need it"),              \
    KL_DOUBLE(owner, tol, 1e-4, .flags = KL_KEYWORD_ONLY,                                          \
              .doc = "singular values (or variances) up to it count as 0; >= 0"),                  \
    KL_VALUE(owner, covariance_estimator, .kind = KL_KIND_ANY,                                     \
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,                                  \
             .doc = "an estimator with covariance_ after fit(x), which is asked for each class; "  \
                    "None = the plain or shrunk covariance")

#endif
