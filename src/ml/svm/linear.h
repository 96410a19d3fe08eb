/* src/ml/svm/linear.h - the problems of linear support vector machines, and who solves them.
 *
 *     minimise  penalty(w) + sum of cost[i] * loss(x_i'w, y_i)
 *
 * A constant feature `bias` (0 = none) stands behind those of x, so that w has cols + 1 numbers, and its weight is
 * penalised as all are. Fan, Chang, Hsieh, Wang, Lin: LIBLINEAR, JMLR 9, 2008.
 */
#ifndef KL_ML_SVM_LINEAR_H
#define KL_ML_SVM_LINEAR_H

#include "../estimator.h"

typedef enum kl_linear_loss {
    KL_LOSS_HINGE,          /* max(0, 1 - y z) */
    KL_LOSS_SQUARED_HINGE,
    KL_LOSS_TUBE,           /* max(0, |y - z| - width) */
    KL_LOSS_SQUARED_TUBE
} kl_linear_loss;

typedef struct kl_linear_problem {
    const kl_matrix *x;
    double bias;
    size_t n;
    const size_t *rows;     /* n rows of x that weigh more than 0 */
    const double *y, *cost; /* n each; y of hinges: 1 or -1 */
    kl_linear_loss loss;
    double width;           /* of the tube */
    double tol;
    size_t rounds_max;
    uint64_t seed;
    uint32_t stream;        /* of random numbers: one for each class */
    /* results */
    double *w;              /* cols + 1; 0 at the start */
    size_t rounds;
} kl_linear_problem;

/* All take memory of their own, so that problems may be solved in parallel, where `task` is NULL. */

/* Penalty |w|^2 / 2, in the dual: one row at a time in random order, settled ones set aside (Hsieh, Chang, Lin,
 * Keerthi, Sundararajan: A dual coordinate descent method for large-scale linear SVM, ICML 2008). Any loss. */
kl_status kl_linear_dual(kl_linear_problem *p, kl_task *task, kl_error *error);
/* The same penalty, squared losses: Newton's method, by factors of the Hessian or, where it is large or x sparse, by
 * conjugate gradients (Keerthi, DeCoste: A modified finite Newton method for fast solution of large scale linear SVMs,
 * JMLR 6, 2005). */
kl_status kl_linear_newton(kl_linear_problem *p, kl_task *task, kl_error *error);
/* Penalty |w|_1, squared hinge: one feature at a time (Yuan, Chang, Hsieh, Lin: A comparison of optimization methods
 * and software for large-scale L1-regularized linear classification, JMLR 11, 2010). */
kl_status kl_linear_sparse_weights(kl_linear_problem *p, kl_task *task, kl_error *error);
/* All classes at once (Crammer, Singer: On the algorithmic implementation of multiclass kernel-based vector machines,
 * JMLR 2, 2001), by the sequential dual method of Keerthi and others (KDD 2008). y: numbers of classes; w: classes x
 * (cols + 1). */
kl_status kl_linear_all_classes(kl_linear_problem *p, size_t classes, kl_task *task,
                                kl_error *error);

/* Before each round: whether to go on. */
kl_status kl_linear_step(const kl_linear_problem *p, kl_task *task, kl_error *error);

/* ---- rows: dense or sparse, with the constant feature --------------------------------------------------- */

double kl_linear_dot(const kl_linear_problem *p, size_t i, const double *w);
/* w += by x_i */
void kl_linear_add(const kl_linear_problem *p, size_t i, double by, double *w);
double kl_linear_square(const kl_linear_problem *p, size_t i);

/* ---- what LinearSVC and LinearSVR share ------------------------------------------------------------------ */

/* The parameter `dual`: whether to solve the dual, given which of both is possible. */
kl_status kl_linear_choose(bool *dual, kl_value given, const kl_fit *in, bool primal_can,
                           bool dual_can, const char *what, kl_error *error);
/* The constant feature, from fit_intercept and intercept_scaling. */
kl_status kl_linear_bias(double *out, bool fit_intercept, double scaling, kl_error *error);
/* out (rows x width) = x coef' + intercept. */
void kl_linear_scores(double *out, const kl_matrix *x, const double *coef, const double *intercept,
                      size_t width);

#endif
