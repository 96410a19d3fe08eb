/* src/ml/numeric_lbfgs.h - what the files of kl_lbfgs_minimise() share. */
#ifndef KL_ML_NUMERIC_LBFGS_H
#define KL_ML_NUMERIC_LBFGS_H

#include "numeric.h"

/* The last steps and the changes of gradient that they brought: a picture of the curvature. */
typedef struct kl_lbfgs_memory {
    size_t n, most, count, first; /* pairs first ... first + count - 1, modulo most */
    double *s, *y;                /* most x n */
    double *sy;                   /* s'y of each pair */
    double theta;                 /* y'y / s'y of the newest one; 1 = none yet */
} kl_lbfgs_memory;

static inline size_t kl_lbfgs_at(const kl_lbfgs_memory *m, size_t pair)
{
    return (m->first + pair) % m->most;
}

typedef struct kl_lbfgsb kl_lbfgsb;

/* For directions within bounds; its memory is the task's. kl_lbfgsb_free(NULL) does nothing. */
kl_status kl_lbfgsb_new(kl_lbfgsb **out, size_t n, size_t most, const double *low,
                        const double *high, kl_task *task, kl_error *error);
void kl_lbfgsb_free(kl_lbfgsb *b);
/* The minimum of the model at x with gradient g, within the bounds, less x. False: the pairs are of no use. */
bool kl_lbfgsb_direction(kl_lbfgsb *b, double *direction, const double *x, const double *g,
                         const kl_lbfgs_memory *memory);

#endif
