/* src/ml/linear/center.h - a matrix and its targets as least squares see them: less their means, times the
 * square roots of the weights. A dense matrix is copied only when somebody needs the copy; a sparse one never is.
 */
#ifndef KL_ML_LINEAR_CENTER_H
#define KL_ML_LINEAR_CENTER_H

#include "ml/input.h"

typedef struct kl_centered {
    const kl_matrix *x;
    size_t n, d, k;
    const double *weights; /* or NULL */
    double *root;          /* their square roots, or NULL */
    double *x_mean;        /* d; zeros without an intercept */
    double *y_mean;        /* k; likewise */
    double *y;             /* n x k: (y - y_mean) root */
    double *dense;         /* n x d: (x - x_mean) root, once kl_centered_dense() made it */
} kl_centered;

/* Means (weighted) and targets; all in the task. `intercept` false: the means are 0. `y` NULL: k is 0. */
KL_API kl_status kl_center(kl_centered *out, const kl_matrix *x, const double *y, size_t k,
                           const double *weights, bool intercept, kl_task *task, kl_error *error);
/* Make `dense`, also of a sparse x. */
KL_API kl_status kl_centered_dense(kl_centered *c, kl_task *task, kl_error *error);
/* gram (d x d) = X'X and xy (d x k; may be NULL) = X'y of the centred X. */
KL_API kl_status kl_centered_gram(double *gram, double *xy, kl_centered *c, kl_task *task, kl_error *error);
/* out (n) = X v, and out (d) = X' r, of the centred X. */
KL_API void kl_centered_times(double *out, const kl_centered *c, const double *v);
KL_API void kl_centered_back(double *out, const kl_centered *c, const double *r);
/* intercept (k) = y_mean - coef (k x d) x_mean. */
KL_API void kl_centered_intercept(double *intercept, const kl_centered *c, const double *coef);

#endif
