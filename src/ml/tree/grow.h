/* src/ml/tree/grow.h - growing a tree from rows: best splits by an exhaustive search, or random ones.
 *
 * Every column is sorted once for all trees of a fit. Within a node, the order of its rows in a column is that of
 * their places in the sorted column: distinct small integers, which a bitmap sorts in linear time. So a node
 * costs about as much as reading it, whatever its size.
 */
#ifndef KL_ML_TREE_GROW_H
#define KL_ML_TREE_GROW_H

#include "tree.h"

/* Values closer than this count as equal (as in scikit-learn). */
#define KL_TREE_TIE 1e-7f

/* The matrix as growers read it; made once for all trees of a fit. */
typedef struct kl_tree_data {
    size_t n, d;
    float *columns;    /* d x n: by row, for random splits; by place in the order, for the search */
    uint32_t *order;   /* d x n: the row at each place of a column in ascending order, NaN last; NULL for random
                          splits */
    uint32_t *place;   /* d x n: the place of each row */
    uint32_t *present; /* d: numbers that are not NaN */
} kl_tree_data;

/* In the task. `sorted`: for the search. KL_INVALID: a number is too large for float32; too many rows. */
kl_status kl_tree_data_make(kl_tree_data *out, const kl_matrix *x, bool sorted, kl_task *task,
                            kl_error *error);

/* The leaf of a tree that a row of the data ends in. */
uint32_t kl_tree_data_leaf(const kl_tree_data *data, const kl_tree_buffer *tree, size_t row);

typedef enum kl_criterion {
    KL_CRITERION_GINI,
    KL_CRITERION_ENTROPY,  /* in bits */
    KL_CRITERION_SQUARED,  /* variance */
    KL_CRITERION_ABSOLUTE, /* mean distance to the median */
    KL_CRITERION_POISSON   /* half the mean deviance */
} kl_criterion;

/* What a tree shall tell. Rows of weight 0 count as not there. */
typedef struct kl_tree_target {
    const uint32_t *codes; /* n: classes; or NULL */
    const double *y;       /* n x outputs; or NULL */
    size_t width;          /* classes, or outputs */
    const double *weights; /* n; NULL = all 1 */
} kl_tree_target;

typedef struct kl_tree_rules {
    kl_criterion criterion;
    bool random_splits;     /* one random threshold a feature instead of the search */
    size_t max_depth;       /* SIZE_MAX = none */
    size_t min_split, min_leaf, max_leaves /* 0 = any */, max_features;
    bool shuffle;           /* features are visited in random order; else by number, all of them */
    double min_weight_leaf, min_decrease;
    const int8_t *monotonic; /* d numbers -1, 0, 1; or NULL */
    const int64_t *features; /* those that may be split; NULL = all. max_features counts of them */
    size_t feature_count;    /* how many, when they are given */
} kl_tree_rules;

/*
 * Grow one tree into an empty buffer.
 * leaves  NULL, or n numbers: the leaf of each row that was there; others stay as they are
 * task    NULL within kl_parallel_for(): asked now and then whether to go on
 */
kl_status kl_tree_grow(kl_tree_buffer *tree, const kl_tree_data *data, const kl_tree_target *target,
                       const kl_tree_rules *rules, kl_random *random, uint32_t *leaves,
                       kl_task *task, kl_error *error);

#endif
