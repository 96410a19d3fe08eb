/* src/ml/ensemble/ada_boost.h - members that learn one after another from what the former ones got wrong. */
#ifndef KL_ML_ENSEMBLE_ADA_BOOST_H
#define KL_ML_ENSEMBLE_ADA_BOOST_H

#include "committee.h"
#include "ml/tree/decision_tree.h"

typedef struct kl_ada_boost {
    kl_estimator base;
    kl_value estimator, max_depth, random_state, loss;
    int64_t n_estimators;
    double learning_rate;
    /* learned; members are trees, or models when there is an estimator */
    int64_t n_classes_;
    kl_value estimator_weights_, estimator_errors_;
    kl_tree_set trees;
    kl_value models;
    kl_tree_pack_slot pack;
} kl_ada_boost;

kl_status kl_ada_boost_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error);
kl_status kl_ada_boost_pack(const kl_tree_pack **out, const kl_ada_boost *self, kl_error *error);
size_t kl_ada_boost_members(const kl_ada_boost *self);

#endif
