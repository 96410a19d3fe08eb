/* src/ml/svm/smo.h - sequential minimal optimisation: the duals of all support vector machines.
 *
 *     minimise  b'Kb / 2 + q'b + width |b|_1    with  low <= b <= high  and the sum of b as it is at the start
 *
 * where K holds the values of a kernel for n samples. Classes are signs within the bounds: a sample of the second class has
 * low = -C, high = 0. Working sets by second order (Fan, Chen, Lin: Working set selection using second order information
 * for training SVMs, JMLR 6, 2005); bounded samples are set aside ("shrinking"); the nu forms keep two sums instead
 * of one (Chang, Lin: LIBSVM, ACM TIST 2, 2011).
 */
#ifndef KL_ML_SVM_SMO_H
#define KL_ML_SVM_SMO_H

#include "smo_rows.h"

typedef struct kl_smo {
    kl_smo_source source;
    size_t n;
    double width;            /* with it a b of 0 has two slopes: bounds on both sides of 0 */
    /* Sides: 1, or 2 for the nu forms: b = first side + second side, whose sums are kept each by itself; then arrays
     * of bounds and `b` have 2 n numbers. */
    size_t sides;
    const double *low, *high;
    const double *linear;    /* q, n; NULL = 0 */
    double tol;              /* stop when no pair violates the optimum by more */
    int64_t iterations_max;  /* negative = none */
    bool shrinking;
    size_t room;             /* bytes for rows of K */
    double *b;               /* start, and result */
    /* results */
    double rho;              /* f(x) = sum of b k(x_i, x) - rho */
    double radius;           /* of two sides: half the distance of their rho */
    int64_t iterations;
    bool converged;
} kl_smo;

/* task  of the calling thread, for interruption; NULL within a parallel loop. */
kl_status kl_smo_solve(kl_smo *smo, kl_task *task, kl_error *error);

#endif
