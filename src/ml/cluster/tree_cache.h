/* src/ml/cluster/tree_cache.h - trees of merges in a folder, by what they were made of. */
#ifndef KL_ML_CLUSTER_TREE_CACHE_H
#define KL_ML_CLUSTER_TREE_CACHE_H

#include "kailash/value.h"

/* A tree in memory: merges x 2 nodes, how far they were from each other. */
typedef struct kl_kept_tree {
    int64_t *children;
    double *distances;
    size_t merges;
} kl_kept_tree;

/* The path of the tree that all these bytes lead to, in a folder that may not be there yet; given. */
kl_status kl_tree_cache_path(kl_value *out, kl_text folder, const kl_text *parts, size_t count, kl_error *error);
/* Read it. *found = false: there is none, or what there is is damaged. */
kl_status kl_tree_cache_read(bool *found, kl_kept_tree *tree, kl_text path, kl_error *error);
/* Write it, whole or not at all. */
kl_status kl_tree_cache_write(const kl_kept_tree *tree, kl_text path, kl_error *error);

#endif
