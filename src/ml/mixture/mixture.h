/* src/ml/mixture/mixture.h - normal distributions side by side, and how likely rows are of them. */
#ifndef KL_ML_MIXTURE_H
#define KL_ML_MIXTURE_H

#include "../estimator.h"

typedef enum kl_covariance_kind { KL_COV_FULL, KL_COV_TIED, KL_COV_DIAG, KL_COV_SPHERICAL } kl_covariance_kind;

/* k distributions of d columns. What the kinds keep: full k x d x d, tied d x d, diag k x d, spherical k. */
typedef struct kl_mixture {
    size_t k, d;
    kl_covariance_kind kind;
    double reg;         /* added to variances */
    double *weights;    /* k */
    double *means;      /* k x d */
    double *covariances;
    double *factors;    /* upper factors U of the inverses: inverse = U U'; of diag and spherical their roots */
} kl_mixture;

size_t kl_mixture_covariance_size(const kl_mixture *m);
/* The factors of the covariances. KL_FAILED when one has none. */
kl_status kl_mixture_factor(kl_mixture *m, kl_task *task, kl_error *error);

/*
 * For rows of x: `resp` (n x k; may be NULL) becomes the share each distribution has in it, `likely` (n; may be NULL) the
 * logarithm of its density. Gives the mean of those. Threads.
 */
kl_status kl_mixture_expect(double *mean, double *resp, double *likely, const kl_mixture *m, const double *x,
                            size_t n, kl_task *task, kl_error *error);
/* Which distribution is the likeliest to have made each row, as a number; the first of equals. Threads. */
kl_status kl_mixture_label(double *labels, const kl_mixture *m, const double *x, size_t n, kl_task *task, kl_error *error);
/* Weights, means, covariances and factors of such shares. Threads. */
kl_status kl_mixture_maximise(kl_mixture *m, const double *resp, const double *x, size_t n, kl_task *task,
                              kl_error *error);

#endif
