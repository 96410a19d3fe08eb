/* src/ml/cross_decomposition/pls.h - the search for directions in which x and y go together. */
#ifndef KL_ML_CROSS_DECOMPOSITION_PLS_H
#define KL_ML_CROSS_DECOMPOSITION_PLS_H

#include "ml/estimator.h"

/* What is left of x (n x p) and y (n x q), and the directions found so far (m columns each). All in the task. */
typedef struct pls_search {
    size_t n, p, q, m;
    double *x, *y, *x_mean, *x_std, *y_mean, *y_std;
    double *x_weights, *y_weights, *x_loadings, *y_loadings, *x_scores, *y_scores; /* rows x m */
    double *xw, *yw, *before, *x_score, *y_score, *x_loading, *y_loading;          /* the present direction */
    double *x_inverse, *y_inverse; /* pseudo-inverses, of mode B: p x n, q x n */
    bool canonical; /* y is deflated by its own scores, else by those of x */
    bool inverse;   /* mode B: directions of largest correlation, else (A) of covariance */
    bool svd;       /* by singular vectors instead of power iteration */
    double tol;
    size_t iterations_max;
} pls_search;

/* Copies of x and y less their means and, when `scale`, over their standard deviations. Sizes must be set. */
kl_status kl_pls_begin(pls_search *s, const double *x, const double *y, bool scale, kl_task *task, kl_error *error);
/* Find direction number k and take it out of x and y; *found false: nothing is left of y. */
kl_status kl_pls_next(pls_search *s, size_t k, bool *found, size_t *rounds, kl_task *task, kl_error *error);
/* The pseudo-inverse of a (n x d), d x n; into *out, which is made when it is NULL. */
kl_status kl_pls_invert(double **out, const double *a, size_t n, size_t d, kl_task *task, kl_error *error);

#endif
