/* src/ml/cluster/tree_cache.h - trees of merges in files of memory.h. */
#ifndef KL_ML_CLUSTER_TREE_CACHE_H
#define KL_ML_CLUSTER_TREE_CACHE_H

#include "kailash/value.h"

/* A tree in memory: merges x 2 nodes, how far they were from each other. */
typedef struct kl_kept_tree {
    int64_t *children;
    double *distances;
    size_t merges;
} kl_kept_tree;

/* Read it. *found = false: there is none, or what there is is damaged. */
kl_status kl_tree_cache_read(bool *found, kl_kept_tree *tree, kl_text path, kl_error *error);
/* Write it, whole or not at all. */
kl_status kl_tree_cache_write(const kl_kept_tree *tree, kl_text path, kl_error *error);

#endif
