/* src/ml/ensemble/bagging.h - members that learn from rows and features drawn at random. */
#ifndef KL_ML_ENSEMBLE_BAGGING_H
#define KL_ML_ENSEMBLE_BAGGING_H

#include "bootstrap.h"
#include "committee.h"
#include "ml/tree/decision_tree.h"

typedef struct kl_bagging {
    kl_estimator base;
    kl_value estimator, max_samples, max_features, max_depth, random_state, n_jobs;
    int64_t n_estimators, verbose;
    bool bootstrap, bootstrap_features, oob_score, warm_start;
    /* learned; members are trees, or models when there is an estimator */
    int64_t n_classes_;
    kl_value oob_score_, oob_decision_function_, oob_prediction_;
    kl_tree_set trees;
    kl_value models, seeds, row_weights;
    int64_t rows, draws, features_drawn;
    kl_tree_pack_slot pack;
} kl_bagging;

kl_status kl_bagging_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error);
kl_status kl_bagging_pack(const kl_tree_pack **out, const kl_bagging *self, kl_error *error);
size_t kl_bagging_members(const kl_bagging *self);
/* How rows were drawn. In the task. */
kl_status kl_bagging_draws(kl_draws *out, const kl_bagging *self, kl_task *task, kl_error *error);
/* Features of a member: features_drawn numbers; whether they are not just all of them in order. */
bool kl_bagging_picks_features(const kl_bagging *self);
kl_status kl_bagging_features(int64_t *out, const kl_bagging *self, size_t member, kl_error *error);
/* x as a member sees it; given. */
kl_status kl_bagging_view(kl_value *out, const kl_bagging *self, size_t member, kl_value x,
                          kl_error *error);
/* Fill oob_score_ and its companion. */
kl_status kl_bagging_out_of_bag(kl_bagging *self, const kl_fit *in, kl_task *task, kl_error *error);

#endif
