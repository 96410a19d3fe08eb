/* src/ml/linear/coordinate_descent.h - squares with a penalty of absolute values, one weight after the other.
 *
 * Minimises  |y - X w|^2 / 2 + l1 |w|_1 + l2 |w|^2 / 2  by cyclic coordinate descent (Friedman, Hastie, Tibshirani
 * 2010) until the duality gap is at most tol |y|^2. Weights that the gap proves to be 0 are left out from then on
 * (Ndiaye, Fercoq, Gramfort, Salmon 2017: gap safe screening). w is where it starts and what it finds.
 * Three forms of the data, with the same steps: X'X and X'y alone; columns; sparse columns.
 */
#ifndef KL_ML_LINEAR_COORDINATE_DESCENT_H
#define KL_ML_LINEAR_COORDINATE_DESCENT_H

#include "ml/random.h"
#include "ml/task.h"

typedef struct kl_descent {
    double l1, l2;         /* >= 0 */
    double tol;
    size_t iterations_max; /* rounds through all weights */
    bool positive;         /* no weight below 0 */
    bool no_screening;
    kl_random *random;     /* not NULL: each step takes a weight by chance instead of the next one */
    double *room;          /* of kl_descend_gram(): not NULL, 4 d numbers: then nothing is allocated, and nobody is asked
                              whether to go on, as threads of a loop need it */
    /* results */
    size_t iterations;     /* 0: w was the minimum already */
    double gap, gap_max;   /* the duality gap, and what it had to reach */
    bool converged;
} kl_descent;

/* Data as sums: gram = X'X (d rows every `ld` numbers), xy = X'y, y2 = y'y. Where l1 = l2 = 0 the gap is |X'r|^2. */
KL_API kl_status kl_descend_gram(double *w, kl_descent *how, const double *gram, size_t ld, const double *xy,
                                 double y2, size_t d, kl_task *task, kl_error *error);

/* X column after column: `columns` is d x n. */
KL_API kl_status kl_descend_columns(double *w, kl_descent *how, const double *columns, size_t n, size_t d,
                                    const double *y, kl_task *task, kl_error *error);

/* Sparse columns less a constant each: column j has values[starts[j] .. starts[j + 1]) in the rows `rows`, and
 * means[j] is taken from all its numbers. y must have been made less its mean, and all of a row times `root`
 * (NULL = 1) is what is fitted: column (x - mean) root, target y (with root already). */
typedef struct kl_sparse_columns {
    size_t n, d;
    const int64_t *starts, *rows;
    const double *values, *means, *root;
} kl_sparse_columns;
KL_API kl_status kl_descend_sparse(double *w, kl_descent *how, const kl_sparse_columns *x, const double *y,
                                   kl_task *task, kl_error *error);

#endif
