/* src/ml/cluster/hierarchy.h - clusters in a tree of merges, as HDBSCAN chooses them: Campello, Moulavi, Sander:
 * Density-based clustering based on hierarchical density estimates (2013); McInnes and Healy (2017). */
#ifndef KL_ML_CLUSTER_HIERARCHY_H
#define KL_ML_CLUSTER_HIERARCHY_H

#include "../task.h"

/* An edge of a spanning tree. */
typedef struct kl_edge {
    size_t from, to;
    double distance;
} kl_edge;

/* Merge i, in ascending order of distances, makes node n + i of two nodes. */
typedef struct kl_merge {
    size_t left, right, size;
    double distance;
} kl_merge;

/* n - 1 merges of the n - 1 edges of a spanning tree. */
kl_status kl_merges_of(kl_merge *out, const kl_edge *edges, size_t n, kl_task *task, kl_error *error);

typedef struct kl_choice {
    size_t least, most;  /* rows of a cluster; most = 0: as many as there are */
    bool leaves;         /* the finest clusters instead of those with the greatest excess of mass */
    bool one_is_enough;  /* whether all rows may be one cluster */
    double epsilon;      /* clusters that part at a smaller distance stay one */
} kl_choice;

/* The cluster of each of n rows, -1 = noise, and how surely it belongs to it, from 0 to 1. */
kl_status kl_hierarchy_choose(double *labels, double *sure, const kl_merge *merges, size_t n, const kl_choice *choice,
                              kl_task *task, kl_error *error);
/* Clusters of at least `least` rows that merges below a distance make; -1 = noise. */
kl_status kl_hierarchy_cut(double *labels, const kl_merge *merges, size_t n, double distance, size_t least,
                           kl_task *task, kl_error *error);

#endif
