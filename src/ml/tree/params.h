/* src/ml/tree/params.h - the parameters that all estimators made of trees have, and what they mean for growing. */
#ifndef KL_ML_TREE_PARAMS_H
#define KL_ML_TREE_PARAMS_H

#include "grow.h"

/* Members of the struct of such an estimator, and their fields; all but max_depth and min_samples_split, which some
 * take by position. */
#define KL_TREE_MEMBERS                                                                            \
    kl_value criterion, max_depth, min_samples_split, min_samples_leaf, max_features,              \
        max_leaf_nodes, monotonic_cst;                                                             \
    double min_weight_fraction_leaf, min_impurity_decrease, ccp_alpha

#define KL_TREE_MAX_DEPTH(owner, ...)                                                              \
    KL_VALUE(owner, max_depth, .kind = KL_KIND_INT, .flags = KL_OPTIONAL, __VA_ARGS__)
#define KL_TREE_MIN_SPLIT(owner, extra)                                                            \
    KL_VALUE(owner, min_samples_split, .kind = KL_KIND_NUMBER, .fallback = "2", .flags = (extra),  \
             .doc = "a node with fewer rows is a leaf: an int >= 2, or a share of all rows in (0, 1]")
#define KL_TREE_MIN_LEAF(owner)                                                                    \
    KL_VALUE(owner, min_samples_leaf, .kind = KL_KIND_NUMBER, .fallback = "1",                     \
             .flags = KL_KEYWORD_ONLY,                                                             \
             .doc = "both sides of a split have at least so many rows: an int >= 1, or a share of "\
                    "all rows in (0, 1)")
#define KL_TREE_MIN_WEIGHT(owner)                                                                  \
    KL_DOUBLE(owner, min_weight_fraction_leaf, 0.0, .flags = KL_KEYWORD_ONLY,                      \
              .doc = "both sides of a split have at least this share of the weight of all rows; in "\
                     "[0, 0.5]")
#define KL_TREE_MAX_FEATURES(owner, initial)                                                       \
    KL_VALUE(owner, max_features, .kind = KL_KIND_ANY, .fallback = initial,                        \
             .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,                                               \
             .doc = "features that are looked at for a split, drawn anew for each: an int >= 1, a "\
                    "share of all in (0, 1], 'sqrt', 'log2'; None = all")
#define KL_TREE_MAX_LEAVES(owner)                                                                  \
    KL_VALUE(owner, max_leaf_nodes, .kind = KL_KIND_INT, .flags = KL_KEYWORD_ONLY | KL_OPTIONAL,   \
             .doc = "most leaves, >= 2: the node whose split gains most is split first; None = any")
#define KL_TREE_MIN_DECREASE(owner)                                                                \
    KL_DOUBLE(owner, min_impurity_decrease, 0.0, .flags = KL_KEYWORD_ONLY,                         \
              .doc = "a split is made when it lowers the impurity, weighted by the share of the rows "\
                     "of the node, by at least this much; >= 0")
#define KL_TREE_CCP_ALPHA(owner)                                                                   \
    KL_DOUBLE(owner, ccp_alpha, 0.0, .flags = KL_KEYWORD_ONLY,                                     \
              .doc = "cost of a leaf in minimal cost-complexity pruning, >= 0; 0 = none")
#define KL_TREE_MONOTONIC(owner)                                                                   \
    KL_VALUE(owner, monotonic_cst, .kind = KL_KIND_ANY, .flags = KL_KEYWORD_ONLY | KL_OPTIONAL | KL_DATA, \
             .doc = "for each feature 1 = the answer (of a classifier of two classes: the probability "\
                    "of the second) never falls with it, -1 = never rises, 0 = any; None = 0 for all. "\
                    "For one output")
#define KL_TREE_CLASS_WEIGHT(owner, words)                                                         \
    KL_VALUE(owner, class_weight, .kind = KL_KIND_ANY,                                             \
             .flags = KL_KEYWORD_ONLY | KL_OPTIONAL | KL_FOREIGN,                                  \
             .doc = "weights of the classes: a dict by label, 'balanced' = rows / (classes * rows of " \
                    "the class)" words "; None = all 1")

#define KL_TREE_LIMITS                                                                             \
    {"max_depth", KL_AT_LEAST(1)}, {"max_leaf_nodes", KL_AT_LEAST(2)},                             \
        {"min_weight_fraction_leaf", KL_BETWEEN(0, 0.5)},                                          \
        {"min_impurity_decrease", KL_AT_LEAST(0)}, {"ccp_alpha", KL_AT_LEAST(0)}

/* What kl_tree_rules_make() reads; borrowed from the members above. */
typedef struct kl_tree_settings {
    const char *criterion;
    bool is_classifier, random_splits;
    kl_value max_depth, min_samples_split, min_samples_leaf, max_features, max_leaf_nodes,
        monotonic_cst;
    double min_weight_fraction_leaf, min_impurity_decrease;
} kl_tree_settings;

#define KL_TREE_SETTINGS(self, classifier)                                                         \
    {.criterion = kl_as_text((self)->criterion).data, .is_classifier = (classifier),               \
     .max_depth = (self)->max_depth, .min_samples_split = (self)->min_samples_split,               \
     .min_samples_leaf = (self)->min_samples_leaf, .max_features = (self)->max_features,           \
     .max_leaf_nodes = (self)->max_leaf_nodes, .monotonic_cst = (self)->monotonic_cst,             \
     .min_weight_fraction_leaf = (self)->min_weight_fraction_leaf,                                 \
     .min_impurity_decrease = (self)->min_impurity_decrease}

extern const char *const kl_tree_class_criteria[];  /* gini, entropy, log_loss */
extern const char *const kl_tree_number_criteria[]; /* squared_error, friedman_mse, ... */

/* Rules for one fit; `weight` is that of all rows. Checks what no table can. */
kl_status kl_tree_rules_make(kl_tree_rules *out, const kl_tree_settings *settings, const kl_fit *in,
                             double weight, kl_task *task, kl_error *error);
/* Features that are looked at, of d. */
kl_status kl_tree_max_features(size_t *out, kl_value max_features, size_t d, kl_error *error);
/* The target of a fit: codes or y, with `weights` (may be NULL). In the task. */
kl_status kl_tree_target_make(kl_tree_target *out, const kl_fit *in, const double *weights,
                              kl_task *task, kl_error *error);
/* y that the Poisson criterion cannot use is refused. */
kl_status kl_tree_check_poisson(const kl_fit *in, kl_criterion criterion, kl_error *error);
/* Weights of rows times those of their classes by `class_weight`, whose balance counts rows, not weights; NULL when
 * all are 1. In the task. */
kl_status kl_tree_class_weights(const double **out, kl_value class_weight, kl_value classes,
                                const kl_fit *in, kl_task *task, kl_error *error);

#endif
