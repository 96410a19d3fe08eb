/* src/ml/decomposition/kernel_values.h - kernels of pairs of rows. */
#ifndef KL_ML_DECOMPOSITION_KERNEL_VALUES_H
#define KL_ML_DECOMPOSITION_KERNEL_VALUES_H

#include "../estimator.h"

typedef struct kl_kernel_of {
    kl_text name; /* linear, poly, rbf, sigmoid, cosine */
    double gamma, degree, coef0;
} kl_kernel_of;

/* out (m x n): the kernel of rows of a (m x d) and rows of b (n x d). */
kl_status kl_kernel_values(double *out, const kl_kernel_of *kernel, const double *a, size_t m, const double *b,
                           size_t n, size_t d, kl_task *task, kl_error *error);

#endif
