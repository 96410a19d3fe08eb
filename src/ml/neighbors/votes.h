/* src/ml/neighbors/votes.h - what near rows say together. */
#ifndef KL_ML_NEIGHBORS_VOTES_H
#define KL_ML_NEIGHBORS_VOTES_H

#include "neighbors.h"

/* Neighbours of row i: items[starts[i]] up to items[starts[i + 1]]. */
typedef struct kl_votes {
    size_t rows, classes, *starts;
    int64_t *items;
    double *weights;       /* of the items, or NULL = all 1 */
    const int64_t *codes;  /* class of each row of fit() */
} kl_votes;

/* The class with the most votes, the first of equals. */
kl_status kl_votes_winner(int64_t *out, const kl_votes *votes, kl_task *task, kl_error *error);
/* rows x classes: the share of the votes; `out` is zeroed. Rows without votes stay 0. */
void kl_votes_shares(double *out, const kl_votes *votes);
/* rows x outputs: weighted means of targets; NaN for rows without neighbours. */
void kl_mean_targets(double *out, const kl_neighbors_model *model, size_t rows, const size_t *starts,
                     const int64_t *items, const double *weights);

#endif
