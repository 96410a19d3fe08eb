/* src/ml/composition/branches.h - transformers side by side, as unions and transformers of columns have them. */
#ifndef KL_ML_COMPOSITION_BRANCHES_H
#define KL_ML_COMPOSITION_BRANCHES_H

#include "holding.h"

/* One transformer and what it gets. */
typedef struct kl_branch {
    kl_value model;  /* an estimator, or null: x is passed on as it is */
    kl_value x;      /* what it gets; owned */
    kl_value out;    /* what it makes of it; owned */
    double weight;   /* of what it makes; 1 = none */
} kl_branch;

typedef struct kl_branches {
    kl_branch *branch;
    size_t count;
    kl_value y;      /* for fit(); or null */
    bool learn, transform;
} kl_branches;

/* Fit the branches (learn), or let them transform (transform), or both; at once when all are the library's. */
kl_status kl_branches_run(kl_branches *of, kl_task *task, kl_error *error);
/* What all made, side by side; given. */
kl_status kl_branches_stack(kl_value *out, const kl_branches *of, size_t rows, double threshold, kl_task *task,
                            kl_error *error);
void kl_branches_end(kl_branches *of);
/* The weight of a name in the parameter transformer_weights (a map, or null), which names existing ones only. */
kl_status kl_branch_weights(kl_branches *of, kl_value weights, kl_value list, kl_error *error);

#endif
