/* src/ml/tree/export.h - a tree as text. */
#ifndef KL_ML_TREE_EXPORT_H
#define KL_ML_TREE_EXPORT_H

#include "tree.h"

typedef struct kl_tree_export {
    const kl_tree_node *nodes;
    const double *values;
    size_t count, width, outputs, features;
    kl_value feature_names; /* array of strings, or null: feature_0, feature_1 ... */
    kl_value class_names;   /* of a classifier: labels, or array of strings; else null */
    int64_t max_depth, spacing, decimals;
    bool show_weights;
} kl_tree_export;

/* A line for each side of a split and each leaf, in the form of scikit-learn's export_text(); given. */
kl_status kl_tree_export_text(kl_value *out, const kl_tree_export *how, kl_error *error);

#endif
