/* src/ml/linear/ridge.h - what Ridge and RidgeClassifier share: solvers by name. */
#ifndef KL_ML_LINEAR_RIDGE_H
#define KL_ML_LINEAR_RIDGE_H

#include "linear.h"
#include "solve.h"

#define RIDGE_PARAMETERS                                                                           \
    kl_value alpha, max_iter, solver, random_state;                                                \
    bool fit_intercept, copy_X, positive;                                                          \
    double tol;                                                                                    \
    kl_value n_iter_, solver_

/* Both structs begin with it. */
typedef struct ridge_model {
    LINEAR_MODEL;
    RIDGE_PARAMETERS;
} ridge_model;

extern const char *const kl_ridge_solvers[];

#define RIDGE_FIELDS(owner)                                                                        \
    KL_VALUE(owner, max_iter, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,       \
             .doc = "most iterations of lsqr and sparse_cg; >= 1; None = as many as they need"),   \
    KL_DOUBLE(owner, tol, 1e-4, .flags = KL_KEYWORD_ONLY,                                          \
              .doc = "where lsqr and sparse_cg stop, relative to y; >= 0"),                        \
    KL_ENUM(owner, solver, "auto", .names = kl_ridge_solvers, .flags = KL_KEYWORD_ONLY,            \
            .doc = "svd: singular value decomposition; lsqr, sparse_cg: iterations, for large sparse x; "\
                   "lbfgs: only with positive=True; all others solve the normal equations directly, since "\
                   "all have the same minimum"),                                                   \
    KL_BOOL(owner, positive, false, .flags = KL_KEYWORD_ONLY, .doc = "whether no weight may be below 0"),\
    KL_RANDOM_STATE(owner, | KL_KEYWORD_ONLY),                                                     \
    KL_LEARNED_ARRAY(owner, n_iter_, .doc = "iterations per target, of solver lsqr alone"),   \
    KL_LEARNED_VALUE(owner, solver_, .doc = "the solver that was used")

/* Learn coef (k x d) and intercept (k) from the targets y (n x k). */
kl_status kl_ridge_fit(double *coef, double *intercept, ridge_model *model, const kl_matrix *x, const double *y,
                       size_t k, const double *weights, kl_task *task, kl_error *error);

#endif
