/* src/ml/linear/solve.h - least squares on centred data, with and without a penalty of squares.
 *
 * coef is always k x d: one row per target.
 */
#ifndef KL_ML_LINEAR_SOLVE_H
#define KL_ML_LINEAR_SOLVE_H

#include "center.h"

/* min |y - X w|^2; of all minima the one of least norm. Singular values of X below `tol` times the largest count as 0.
 * Normal equations with a step of refinement where X is well conditioned, else the singular value decomposition;
 * a large sparse X is never made dense: lsqr. `rank` (may be NULL) and `singular` (min(n, d)) are set when *direct. */
KL_API kl_status kl_solve_ols(double *coef, size_t *rank, double *singular, bool *direct, kl_centered *c,
                              double tol, kl_task *task, kl_error *error);

/* min |y - X w|^2 + alpha[t] |w|^2 by the smaller of X'X + alpha and XX' + alpha. *used_svd: it was singular. */
KL_API kl_status kl_solve_ridge(double *coef, bool *used_svd, kl_centered *c, const double *alpha,
                                kl_task *task, kl_error *error);
/* The same by the singular value decomposition. */
KL_API kl_status kl_solve_ridge_svd(double *coef, kl_centered *c, const double *alpha, kl_task *task,
                                    kl_error *error);

/* min w' (gram + alpha) w / 2 - xy' w over w >= 0: active sets (Lawson and Hanson 1974; Bro and De Jong 1997).
 * `xy` is every `stride`-th number. Running out of steps (30 d) is no failure. */
KL_API kl_status kl_solve_positive(double *w, const double *gram, const double *xy, size_t stride, size_t d,
                                   double alpha, kl_task *task, kl_error *error);

typedef struct kl_iterative {
    double tol;
    size_t iterations_max; /* 0 = as many as usual */
    size_t iterations;     /* result */
    bool converged;
} kl_iterative;

/* min |y - X w|^2 + alpha |w|^2 for target t. LSQR (Paige and Saunders 1982), which stops when the residual, or
 * its image, is relatively below tol; conjugate gradients on the smaller of the two systems. */
KL_API kl_status kl_solve_lsqr(double *w, const kl_centered *c, size_t t, double alpha, kl_iterative *how,
                               kl_task *task, kl_error *error);
KL_API kl_status kl_solve_cg(double *w, const kl_centered *c, size_t t, double alpha, kl_iterative *how,
                             kl_task *task, kl_error *error);

#endif
