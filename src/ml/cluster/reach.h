/* src/ml/cluster/reach.h - spanning trees of mutual reachability: how far two rows are, but no nearer than either is from
 * its own neighbours. */
#ifndef KL_ML_CLUSTER_REACH_H
#define KL_ML_CLUSTER_REACH_H

#include "../numeric.h"
#include "hierarchy.h"

typedef struct kl_reach {
    const double *x;         /* n x d; of `distances` NULL */
    const double *distances; /* n x n, or NULL */
    size_t n, d;
    kl_metric metric;        /* not the cosine */
    double p;
    const double *core;      /* how far the neighbours of each row are */
    double alpha;            /* distances are divided by it */
} kl_reach;

/* The n - 1 edges of a minimum spanning tree by Prim's method: O(n^2) time, O(n d) memory. Of equal edges that to the
 * row with the lower number is taken. */
kl_status kl_reach_tree(kl_edge *out, const kl_reach *reach, kl_task *task, kl_error *error);

#endif
