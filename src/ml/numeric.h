/* src/ml/numeric.h - numbers in order, distances, special functions, minimisers. */
#ifndef KL_ML_NUMERIC_H
#define KL_ML_NUMERIC_H

#include "task.h"

/* ---- order -------------------------------------------------------------------------------------------- */

/* Indices of `n` numbers in ascending order, equal ones in the order they stand in; NaN last. Radix sort above
 * some hundred. */
KL_API kl_status kl_argsort(int64_t *order, const double *x, size_t n, kl_task *task, kl_error *error);
KL_API kl_status kl_sort_doubles(double *x, size_t n, kl_task *task, kl_error *error);
KL_API kl_status kl_argsort_f32(int32_t *order, const float *x, size_t n, kl_task *task,
                                kl_error *error);
/* Number `k` of the sorted order of x, which is partly sorted (quickselect); 0 <= k < n, no NaN. */
KL_API double kl_select(double *x, size_t n, size_t k);
/* Quantile q in [0, 1] of sorted numbers, with linear interpolation (numpy's default). */
KL_API double kl_quantile(const double *sorted, size_t n, double q);
KL_API double kl_median(double *x, size_t n); /* x is partly sorted; the mean of the middle two */

/* ---- distances ----------------------------------------------------------------------------------------- */

typedef enum kl_metric {
    KL_METRIC_EUCLIDEAN,
    KL_METRIC_MANHATTAN,
    KL_METRIC_CHEBYSHEV,
    KL_METRIC_MINKOWSKI, /* of any p >= 1 */
    KL_METRIC_COSINE     /* 1 - cos */
} kl_metric;

/* Squared Euclidean distances of m rows of `a` to n rows of `b` (d columns), by a product of matrices; none
 * is negative. `a_squares`, `b_squares`: sums of squares of the rows, or NULL. Threads. */
KL_API kl_status kl_squared_distances(double *out /* m x n */, const double *a, size_t m,
                                      const double *a_squares, const double *b, size_t n,
                                      const double *b_squares, size_t d, kl_task *task,
                                      kl_error *error);
/* Distances by any metric, each computed by itself. Threads. */
KL_API kl_status kl_distances(double *out /* m x n */, const double *a, size_t m, const double *b,
                              size_t n, size_t d, kl_metric metric, double p, kl_error *error);
KL_API double kl_distance(const double *a, const double *b, size_t d, kl_metric metric, double p);

/* ---- special functions ----------------------------------------------------------------------------------- */

KL_API double kl_digamma(double x);
KL_API double kl_trigamma(double x);
KL_API double kl_log_beta(double a, double b);
/* Regularised incomplete beta I_x(a, b); regularised upper incomplete gamma Q(a, x). */
KL_API double kl_beta_inc(double a, double b, double x);
KL_API double kl_gamma_q(double a, double x);
/* Upper tails: of F with (d1, d2) degrees, of chi-squared with k, of Student's t with k (two sides). */
KL_API double kl_f_tail(double f, double d1, double d2);
KL_API double kl_chi2_tail(double x, double k);
KL_API double kl_t_tail2(double t, double k);
/* x with P(chi-squared of k degrees <= x) = p. */
KL_API double kl_chi2_quantile(double p, double k);
/* x with Phi(x) = p (Wichura's AS 241), and Phi. */
KL_API double kl_normal_quantile(double p);
KL_API double kl_normal_cdf(double x);
/* Modified Bessel function of the second kind, of real order: for Matern kernels of any nu. */
KL_API double kl_bessel_k(double nu, double x);

/* ---- minimisers -------------------------------------------------------------------------------------------- */

/* The value at x, and the gradient into g. */
typedef kl_status kl_objective(void *data, const double *x, double *value, double *gradient,
                               kl_error *error);

typedef struct kl_lbfgs {
    size_t history;          /* pairs kept; 0 = 10 */
    size_t iterations_max;
    size_t evaluations_max;  /* 0 = 15000 */
    double gradient_tol;     /* stop when the largest component of the (projected) gradient is below */
    double value_tol;        /* stop when (f - f') / max(|f|, |f'|, 1) is below; 0 = 64 eps */
    const double *low, *high; /* bounds, or NULL; with them steps are projected (L-BFGS-B) */
    /* results */
    size_t iterations, evaluations;
    double value;
    bool converged;
} kl_lbfgs;

/* Minimise from x, which becomes the minimum. Strong Wolfe line search (More and Thuente 1994); with bounds
 * the method of Byrd, Lu, Nocedal and Zhu (1995). Running out of iterations is no failure. */
KL_API kl_status kl_lbfgs_minimise(double *x, size_t n, kl_lbfgs *how, kl_objective *objective,
                                   void *data, kl_task *task, kl_error *error);

/* The minimum of f in [a, b] by Brent's method; with a bracket search from (a, b) when `unbounded` as
 * scipy.optimize.brent(brack=(a, b)) does. */
KL_API double kl_brent(double (*f)(void *data, double x), void *data, double a, double b,
                       bool unbounded, double tol, size_t iterations_max);
/* A root of f in [a, b], where its signs differ. */
KL_API double kl_brent_root(double (*f)(void *data, double x), void *data, double a, double b,
                            double tol);

#endif
