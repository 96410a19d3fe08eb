/* src/ml/boost/hist_boost.h - the struct of HistGradientBoostingClassifier and HistGradientBoostingRegressor. */
#ifndef KL_ML_HIST_BOOST_H
#define KL_ML_HIST_BOOST_H

#include "loss.h"

typedef struct kl_hist_boost {
    kl_estimator base;
    int64_t max_iter, max_bins, min_samples_leaf, n_iter_no_change, verbose;
    double learning_rate, l2_regularization, max_features, tol;
    kl_value max_depth, max_leaf_nodes, loss, quantile, categorical_features, monotonic_cst, interaction_cst,
        early_stopping, scoring, validation_fraction, random_state, class_weight;
    bool warm_start;
    /* learned */
    int64_t n_iter_, n_trees_per_iteration_, seed;
    bool do_early_stopping_;
    kl_value train_score_, validation_score_, is_categorical_;
    kl_value baseline;                /* a number a column */
    kl_value nodes, starts, sets;     /* of all trees: see hist.h */
    kl_value categories, category_starts;
} kl_hist_boost;

/* The loss of a model, or of one that is about to learn. */
kl_hist_loss kl_hist_loss_of(const kl_hist_boost *self);
/* table.fit */
kl_status kl_hist_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error);
kl_hist_walk kl_hist_walk_of(const kl_hist_boost *model);

/* The parameters that tell of features, as trees are grown by them; in the task (options.c). */
kl_status kl_hist_categories(const bool **out, const kl_hist_boost *self, const kl_fit *in, kl_task *task,
                             kl_error *error);
kl_status kl_hist_rules_make(kl_hist_rules *out, const kl_hist_boost *self, const kl_fit *in, const bool *category,
                             kl_task *task, kl_error *error);

/* How good raw predictions are by the parameter scoring; higher is better (score.c). */
kl_status kl_hist_check_scoring(const kl_hist_boost *self, kl_error *error);
kl_status kl_hist_score(double *out, const kl_hist_boost *self, const kl_hist_target *target, const double *raw,
                        kl_task *task, kl_error *error);

#endif
