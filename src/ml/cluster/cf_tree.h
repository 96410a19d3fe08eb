/* src/ml/cluster/cf_tree.h - a tree of sums: rows that lie close together are kept as their number, sum and sum of
 * squares (Zhang, Ramakrishnan and Livny 1996). */
#ifndef KL_ML_CF_TREE_H
#define KL_ML_CF_TREE_H

#include "../estimator.h"

typedef struct kl_cf_tree kl_cf_tree;

/* An empty tree of rows of `d` numbers: a group's radius is at most `threshold`, a node has at most `branching`
 * groups. Given. */
kl_status kl_cf_tree_new(kl_cf_tree **out, size_t d, double threshold, size_t branching, kl_error *error);
void kl_cf_tree_free(kl_cf_tree *tree);
kl_status kl_cf_tree_add(kl_cf_tree *tree, const double *row, kl_error *error);
/* Groups in the leaves, and their means in the order of the leaves: groups x d. */
size_t kl_cf_tree_groups(const kl_cf_tree *tree);
void kl_cf_tree_means(double *out, const kl_cf_tree *tree);

/* The tree as arrays that can be kept: of its groups rows, sums of squares and sums (groups x (2 + d)); of its nodes groups,
 * whether they are leaves, and the leaves before and after (nodes x 4). Both given. */
kl_status kl_cf_tree_keep(kl_value *groups, kl_value *nodes, const kl_cf_tree *tree, kl_error *error);
/* The same tree again; KL_INVALID when the arrays are of none. Given. */
kl_status kl_cf_tree_from(kl_cf_tree **out, kl_value groups, kl_value nodes, double threshold, size_t branching,
                          kl_error *error);

#endif
