/* src/ml/boost/hist.h - trees on binned features: what histogram gradient boosting is made of.
 *
 * Every feature is cut once into at most 255 bins of about as many rows each (bins.c); a tree sees bins alone. A
 * node is judged by one histogram a feature, of the gradients of its rows (split.c); of two children only the
 * smaller one is counted, the histogram of the other is what is left of their parent's (grow.c). Predictions walk
 * packed nodes of 16 bytes, whose children stand side by side (walk.c).
 */
#ifndef KL_ML_HIST_H
#define KL_ML_HIST_H

#include "ml/estimator.h"

/* ---- bins ------------------------------------------------------------------------------------------------ */

typedef struct kl_bins {
    size_t n, d;
    size_t missing;       /* the bin of NaN, of all features: max_bins; there are `missing` + 1 */
    uint8_t *data;        /* d x n: by feature */
    double *edges;        /* d x missing: x <= edges[b] belongs to bin b or a lower one; of categories, their values */
    uint32_t *used;       /* d: bins that are not for NaN */
    bool *has_missing;    /* d */
    const bool *category; /* d: the values are names; borrowed */
} kl_bins;

/* Bins of x (dense, NaN allowed), at quantiles of at most 200000 rows, which are drawn. In the task. KL_INVALID: a
 * feature of categories has more than max_bins values. */
kl_status kl_hist_bins_make(kl_bins *out, const kl_matrix *x, const double *weights, size_t max_bins,
                       const bool *category, uint64_t seed, kl_task *task, kl_error *error);

/* The bin of a category, or `missing` when it is NaN or unknown. */
size_t kl_hist_category(double value, const double *values, size_t count, size_t missing);

/* The value of which a share of q of the weight is not above; x is sorted. `mean`: of the two values in the middle
 * where both would do. */
double kl_hist_quantile(const double *sorted, const double *running_weight, size_t n, double q,
                            bool mean);

/* ---- nodes ----------------------------------------------------------------------------------------------- */

/* Two numbers of eight bytes, so that nodes are a table of int64. */
typedef struct kl_hist_node {
    double number; /* x <= number goes left; of a leaf its answer; of categories the number of the set that goes left */
    uint64_t link; /* see below */
} kl_hist_node;
_Static_assert(sizeof(kl_hist_node) == 16, "a node is a row of two int64");

#define KL_HIST_LEFT UINT32_MAX         /* bits of the left child, counted from the root; the right one is next */
#define KL_HIST_FEATURE_SHIFT 32
#define KL_HIST_FEATURE_MAX 0xffffff
#define KL_HIST_MISSING_LEFT (1ull << 56)
#define KL_HIST_CATEGORY (1ull << 57)
#define KL_HIST_LEAF (1ull << 58)

static inline size_t kl_hist_feature(kl_hist_node node)
{
    return (node.link >> KL_HIST_FEATURE_SHIFT) & KL_HIST_FEATURE_MAX;
}

/* Bins that go left, one bit each. */
typedef struct kl_bin_set {
    uint64_t bits[4];
} kl_bin_set;

/* Trees that grow in number. Zero it; kl_hist_trees_end() frees it. */
typedef struct kl_hist_trees {
    kl_hist_node *nodes; /* of all trees, one after another */
    size_t count, capacity;
    kl_bin_set *sets;
    size_t set_count, set_capacity;
    int64_t *starts;     /* the first node of each tree */
    size_t trees, tree_capacity;
} kl_hist_trees;

void kl_hist_trees_end(kl_hist_trees *trees);
/* Begin another tree, which is a leaf; and make children of a node: the number of the left one. */
kl_status kl_hist_trees_begin(kl_hist_trees *trees, kl_error *error);
kl_status kl_hist_trees_split(size_t *left, kl_hist_trees *trees, kl_error *error);
kl_status kl_hist_trees_set(size_t *out, kl_hist_trees *trees, const kl_bin_set *set, kl_error *error);

/* ---- growing --------------------------------------------------------------------------------------------- */

/* Sums of the rows of a bin. */
typedef struct kl_hist_bin {
    double gradient, hessian; /* the hessian is not kept when it is 1 for all rows */
    uint64_t count;
} kl_hist_bin;

typedef struct kl_hist_rules {
    size_t max_depth;   /* SIZE_MAX = any */
    size_t max_leaves;  /* SIZE_MAX = any */
    size_t min_leaf;
    double l2, rate;    /* leaves are shrunk by `rate` */
    double share;       /* of the features that are looked at for a split */
    const int8_t *monotonic;    /* d, or NULL */
    const bool *groups;         /* group_count x d: features that may occur together; or NULL */
    size_t group_count;
} kl_hist_rules;

/* The best split of a node, as far as it is known; gain <= 0: none. */
typedef struct kl_hist_split {
    double gain;
    size_t feature, bin;
    bool missing_left, is_category;
    double gradient, hessian; /* of the left side */
    size_t count;
    double left_value, right_value;
    kl_bin_set set;           /* bins that go left, of categories */
} kl_hist_split;

/* What judging a node needs. */
typedef struct kl_hist_sums {
    double gradient, hessian, value, lower, upper; /* bounds of the answers of its children */
    size_t count;
} kl_hist_sums;

/* split.c: the best split of one feature, given its histogram. */
void kl_hist_find(kl_hist_split *best, const kl_hist_bin *bins, size_t feature, const kl_hist_sums *node,
                  const kl_bins *data, const kl_hist_rules *rules, bool plain_hessian);
double kl_hist_value(double gradient, double hessian, double lower, double upper, double l2);

typedef struct kl_hist_grower kl_hist_grower;

/* Memory for all trees of a fit; in the task. */
kl_status kl_hist_grower_new(kl_hist_grower **out, const kl_bins *bins, const kl_hist_rules *rules,
                             kl_task *task, kl_error *error);

/* A leaf and its rows. */
typedef struct kl_hist_leaf {
    size_t node;           /* counted from the root */
    const uint32_t *rows;
    size_t count;
    double value;          /* not yet shrunk */
} kl_hist_leaf;

/*
 * Grow one more tree; its leaves are those of kl_hist_leaves() until the next one grows, and their values are put in by
 * kl_hist_settle().
 * hessian  NULL = 1 for all
 */
kl_status kl_hist_grow(kl_hist_grower *grower, kl_hist_trees *trees, const float *gradient,
                       const float *hessian, kl_random *random, kl_task *task, kl_error *error);
kl_hist_leaf *kl_hist_leaves(kl_hist_grower *grower, size_t *count);
/* Write the shrunk values of the leaves into the nodes, and add them to raw[row]. */
void kl_hist_settle(kl_hist_grower *grower, kl_hist_trees *trees, double *raw);

/* ---- predicting ------------------------------------------------------------------------------------------ */

/* Trees to walk; all borrowed. */
typedef struct kl_hist_walk {
    const kl_hist_node *nodes;
    const int64_t *starts;
    const kl_bin_set *sets;
    const double *categories;       /* values of the categories of all features */
    const int64_t *category_starts; /* d + 1; NULL = no categories */
} kl_hist_walk;

/* out[i * stride] += the answer of tree number t for row i, of trees first, first + step, ... below last. Threads. */
void kl_hist_add(double *out, size_t stride, const kl_hist_walk *walk, size_t first, size_t last,
                 size_t step, const kl_matrix *x);

#endif
