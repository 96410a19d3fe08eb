/* src/ml/linear/growing_factor.h - the Cholesky factor of some rows and columns of a Gram matrix, which come and go.
 *
 * The factor L of gram[active, active] = L L' grows by a row when an atom comes and loses one by plane rotations when it
 * goes (Golub and Van Loan 2013, section 6.5): each costs the square of the active atoms, not the cube.
 */
#ifndef KL_ML_LINEAR_GROWING_FACTOR_H
#define KL_ML_LINEAR_GROWING_FACTOR_H

#include "kailash/base.h"

typedef struct kl_growing_factor {
    const double *gram; /* k x k */
    size_t k;
    double *l;          /* lower, a row every `ld` numbers */
    size_t ld;
    size_t *order;      /* all k atoms, the active ones first */
    size_t active;
} kl_growing_factor;

/* No atom is active, and the order is that of their numbers. `l` has ld x ld numbers, `order` has k. */
void kl_factor_begin(kl_growing_factor *f, const double *gram, size_t k, double *l, size_t ld, size_t *order);
/* Square of the distance of the atom at place `at` (not active) from the span of the active ones; writes all of its row of
 * the factor but the diagonal. */
double kl_factor_look(kl_growing_factor *f, size_t at);
/* That atom becomes the last active one, with this number on the diagonal. active < ld. */
void kl_factor_append(kl_growing_factor *f, size_t at, double diagonal);
/* The active atom at place `at` becomes the first one that is not active. */
void kl_factor_remove(kl_growing_factor *f, size_t at);
/* b (active) becomes the solution of (L + ridge) (L + ridge)' x = b. */
void kl_factor_solve(const kl_growing_factor *f, double ridge, double *b);

#endif
