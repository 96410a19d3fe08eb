/* src/ml/tree/decision_tree.h - the struct of DecisionTreeClassifier and DecisionTreeRegressor, for committees whose
 * members users may see. */
#ifndef KL_ML_DECISION_TREE_H
#define KL_ML_DECISION_TREE_H

#include "params.h"

typedef struct kl_decision_tree {
    kl_estimator base;
    KL_TREE_MEMBERS;
    kl_value splitter, random_state, class_weight;
    /* learned */
    int64_t n_outputs_, n_classes_, max_features_;
    kl_tree_set trees;
    kl_tree_pack_slot pack;
} kl_decision_tree;

extern const kl_type kl_decision_tree_classifier_type, kl_decision_tree_regressor_type;

/* A fitted estimator around tree number `tree` of a set, as `estimators_` shows them; its parameters are `params` (a
 * map, borrowed; unknown names are left out). `model` tells features, names and classes. Given. */
kl_status kl_decision_tree_around(kl_value *out, const kl_type *type, const kl_tree_set *set,
                                  size_t tree, kl_value params, const kl_estimator *model,
                                  kl_error *error);
/* An array of `count` of them, from tree number `first` on. Given. */
kl_status kl_decision_trees_around(kl_value *out, const kl_type *type, const kl_tree_set *set,
                                   size_t first, size_t count, kl_value params,
                                   const kl_estimator *model, kl_error *error);

#endif
