/* src/ml/ensemble/gradient_boosting.h - trees that follow each other down the gradient of a loss. */
#ifndef KL_ML_ENSEMBLE_GRADIENT_BOOSTING_H
#define KL_ML_ENSEMBLE_GRADIENT_BOOSTING_H

#include "boost_loss.h"
#include "ml/tree/decision_tree.h"

typedef struct kl_boosting {
    kl_estimator base;
    KL_TREE_MEMBERS;
    kl_value loss, init, random_state, n_iter_no_change;
    double learning_rate, subsample, validation_fraction, tol, alpha;
    int64_t n_estimators, verbose;
    bool warm_start;
    /* learned */
    int64_t n_estimators_, n_trees_per_iteration_, n_classes_, max_features_;
    kl_value train_score_, oob_improvement_, oob_scores_, oob_score_, init_;
    kl_tree_set trees;     /* stage after stage, a tree for each column */
    kl_value start;        /* raw predictions before any tree; null when init_ gives them */
    int64_t seed;
    kl_tree_pack_slot pack;
} kl_boosting;

kl_status kl_boosting_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error);
/* The loss by the parameters and the classes of a model. */
kl_status kl_boosting_loss(kl_boost_loss *out, const kl_boosting *self, size_t classes,
                           kl_error *error);
kl_status kl_boosting_pack(const kl_tree_pack **out, const kl_boosting *self, kl_error *error);
/* Raw predictions before any tree: x->rows x columns. `x` is what `value` holds. */
kl_status kl_boosting_begin(double *raw, const kl_boosting *self, const kl_boost_loss *loss,
                            size_t rows, kl_value value, kl_error *error);

#endif
