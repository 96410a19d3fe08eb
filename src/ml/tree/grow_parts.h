/* src/ml/tree/grow_parts.h - what the files that grow a tree share. */
#ifndef KL_ML_TREE_GROW_PARTS_H
#define KL_ML_TREE_GROW_PARTS_H

#include "sweep.h"

/* What a thread needs to search a feature. */
typedef struct kl_lane {
    uint32_t *places, *spare; /* rows of the node */
    float *numbers;           /* of the rows, for random splits */
    uint64_t *bits;           /* n of them, all 0 between uses */
    double *left;             /* width sums */
    kl_median_lane medians;
} kl_lane;

typedef struct kl_grower {
    const kl_tree_data *data;
    const kl_tree_target *target;
    const kl_tree_rules *rules;
    kl_random *random;
    kl_tree_buffer *tree;
    kl_task memory; /* of this tree */

    const kl_criterion_table *criterion;
    double *xlog;         /* for the entropy of whole weights */
    kl_tree_data values;  /* y of the absolute criterion as a matrix in order: n x outputs */
    kl_median_node medians;

    uint32_t *rows, *spare; /* rows that are there; each node has a stretch of them */
    size_t count;
    double weight;          /* of all */

    /* the node at work */
    size_t begin, end;
    kl_node_stats node;
    double lower, upper;    /* bounds of its answer by monotonic constraints */

    uint32_t *features;     /* in the order of the last visits */
    size_t feature_count;
    /* A feature is constant in each node whose rows are within this stretch. */
    uint32_t *constant_begin, *constant_end;
    kl_cut *cuts;           /* by feature */
    kl_lane *lanes;
    size_t lane_count;
} kl_grower;

/* measure.c */

/* Sums and impurity of rows; stats->sums has `width` numbers. */
void kl_measure(kl_grower *g, kl_node_stats *stats, const uint32_t *rows, size_t count);
/* The answer of a node: width numbers. */
void kl_node_value(const kl_grower *g, double *out, const kl_node_stats *stats);
/* Decrease of impurity by a split, as a share of all rows. */
double kl_decrease(const kl_grower *g, const kl_node_stats *node, const kl_node_stats *left,
                   const kl_node_stats *right);
/* The order of y within the node at work, for the absolute criterion. */
void kl_prepare_medians(kl_grower *g);

/* split.c */

/* Ascending order of distinct numbers below the number of rows of the data. */
void kl_sort_places(uint32_t *places, size_t count, kl_lane *lane);
/* The best cut of the node at work. */
kl_status kl_find_cut(kl_cut *out, kl_grower *g, kl_error *error);
/* Move the rows of the node at work to their sides; how many go left. */
size_t kl_partition(kl_grower *g, const kl_cut *cut);

#endif
