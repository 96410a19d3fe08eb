/* src/ml/ensemble/forest.h - random forests and forests of extremely randomised trees. */
#ifndef KL_ML_ENSEMBLE_FOREST_H
#define KL_ML_ENSEMBLE_FOREST_H

#include "bootstrap.h"
#include "ml/tree/decision_tree.h"

typedef struct kl_forest {
    kl_estimator base;
    KL_TREE_MEMBERS;
    int64_t n_estimators, verbose;
    kl_value random_state, class_weight, oob_score, max_samples, n_jobs;
    bool bootstrap, warm_start;
    /* learned */
    int64_t n_outputs_, n_classes_;
    kl_value oob_score_, oob_decision_function_, oob_prediction_;
    kl_tree_set trees;
    kl_value seeds;       /* int64, one a tree: with its number the name of its streams */
    kl_value row_weights; /* rows are drawn by; or null */
    int64_t rows, draws;  /* of x in fit(); drawn for each tree */
    kl_tree_pack_slot pack;
} kl_forest;

/* ExtraTrees draw thresholds; the others search for the best. */
bool kl_forest_is_random(const kl_forest *self);
kl_status kl_forest_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error);
kl_status kl_forest_pack(const kl_tree_pack **out, const kl_forest *self, kl_error *error);
/* What was drawn for the trees. `sums` is scratch of the task. */
kl_status kl_forest_draws(kl_draws *out, const kl_forest *self, kl_task *task, kl_error *error);
/* Fill oob_score_ and its companion by the trees that did not see a row. */
kl_status kl_forest_out_of_bag(kl_forest *self, const kl_fit *in, kl_task *task, kl_error *error);

#endif
