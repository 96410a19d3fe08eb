/* src/ml/tree/sweep.h - one feature of one node: every place where it may be cut is judged.
 *
 * The loops stand here once; a criterion brings three small functions, which the compiler puts into them: how a
 * row goes to the left, how good the cut is, and what both sides would answer. All sums of the left side begin
 * at 0; those of the right side are what is missing to the node's.
 */
#ifndef KL_ML_TREE_SWEEP_H
#define KL_ML_TREE_SWEEP_H

#include "grow.h"

#include <math.h>

/* Sums over the rows of a node. */
typedef struct kl_node_stats {
    double weight;
    double squares;  /* of y, times weights; the sum of distances to the median for the absolute criterion */
    double impurity;
    double *sums;    /* weight of each class, or of y; medians for the absolute criterion */
} kl_node_stats;

/* The best cut so far. */
typedef struct kl_cut {
    double proxy;      /* what is compared; the higher the better */
    double threshold;
    uint32_t feature;
    uint32_t place;    /* rows whose place in the column is below go left */
    size_t left;       /* how many */
    bool missing_left, found;
} kl_cut;

/* What the absolute criterion prepares for a node: its values of y in order, and where in it each row stands; n
 * numbers for each output. */
typedef struct kl_median_node {
    uint32_t *rank; /* by row */
    double *sorted;
    size_t n;
} kl_median_node;

/* And for a feature: sums of distances to the median of the first i + 1 rows of a sweep, of the rows from i on;
 * and these medians. */
typedef struct kl_median_lane {
    double *weight_tree, *sum_tree; /* Fenwick trees */
    size_t size;
    double weight, sum;             /* of all that was added */
    uint32_t *sequence;
    double *before, *after, *low, *high;
} kl_median_lane;

typedef struct kl_sweep {
    /* the node and the column */
    const uint32_t *places; /* of the rows of the node, ascending; those of NaN follow */
    size_t present, missing;
    const uint32_t *order;
    const float *values;    /* by place */
    uint32_t feature;
    /* the target */
    const uint32_t *codes;
    const double *y, *weights;
    size_t width;
    const kl_node_stats *node;
    /* the rules */
    size_t min_leaf;
    double min_weight;
    int monotonic;
    double lower, upper;
    bool is_checked; /* min_weight or monotonic count */
    /* the left side */
    double *left;     /* width sums */
    double weight, sum;
    size_t count;
    double square_left, square_right; /* of the weights of classes, both sides */
    const double *xlog;               /* k log2 k for whole k up to the weight of all rows; or NULL */
    /* the absolute criterion */
    const kl_median_node *median_node;
    kl_median_lane *medians;
} kl_sweep;

typedef void kl_take(kl_sweep *s, uint32_t row);
typedef double kl_judge(const kl_sweep *s);
typedef void kl_sides(const kl_sweep *s, double *left, double *right);

static inline double kl_weight_of(const kl_sweep *s, uint32_t row)
{
    return s->weights ? s->weights[row] : 1;
}

/* Do the answers of both sides keep the bounds and the order of a monotonic constraint? */
static inline bool kl_is_monotonic(const kl_sweep *s, double left, double right)
{
    return left >= s->lower && right >= s->lower && left <= s->upper && right <= s->upper &&
           (left - right) * s->monotonic <= 0;
}

static inline bool kl_sweep_allows(const kl_sweep *s, kl_sides *sides)
{
    double left, right;
    if (s->weight < s->min_weight || s->node->weight - s->weight < s->min_weight)
        return false;
    if (!s->monotonic)
        return true;
    sides(s, &left, &right);
    return kl_is_monotonic(s, left, right);
}

/* All cuts with the missing rows on one side. */
static inline __attribute__((always_inline)) void
kl_sweep_pass(const kl_sweep *start, kl_cut *best, bool missing_left, kl_take *take,
              kl_judge *judge, kl_sides *sides)
{
    kl_sweep s = *start; /* a copy that never leaves: its sums stay in registers */
    const uint32_t *places = s.places, *order = s.order;
    const float *values = s.values;
    size_t present = s.present, total = present + s.missing, first = missing_left ? s.missing : 0;
    size_t last = total - s.min_leaf;
    for (size_t i = 0; i < first; i++)
        take(&s, order[places[present + i]]);
    for (size_t i = 0; i < present; i++) {
        uint32_t place = places[i];
        take(&s, order[place]);
        s.count = first + i + 1;
        bool is_end = i + 1 == present;
        if (is_end ? missing_left || !s.missing : values[places[i + 1]] <= values[place] + KL_TREE_TIE)
            continue;
        if (s.count < s.min_leaf || s.count > last)
            continue;
        if (s.is_checked && !kl_sweep_allows(&s, sides))
            continue;
        double proxy = judge(&s);
        if (proxy > best->proxy) {
            *best = (kl_cut){.proxy = proxy, .feature = s.feature, .left = s.count, .found = true,
                             .missing_left = s.missing ? missing_left : s.count > total - s.count,
                             .place = is_end ? place + 1 : places[i + 1],
                             .threshold = is_end ? (double)INFINITY
                                                 : (double)values[place] / 2 +
                                                       (double)values[places[i + 1]] / 2};
        }
    }
}

/* One given cut: the first `left` rows of the list `places` (rows here) go left. */
static inline __attribute__((always_inline)) void
kl_sweep_draw(const kl_sweep *start, kl_cut *best, const kl_cut *cut, kl_take *take,
              kl_judge *judge, kl_sides *sides)
{
    kl_sweep s = *start;
    for (size_t i = 0; i < cut->left; i++)
        take(&s, s.places[i]);
    s.count = cut->left;
    if (s.is_checked && !kl_sweep_allows(&s, sides))
        return;
    double proxy = judge(&s);
    if (proxy > best->proxy) {
        *best = *cut;
        best->proxy = proxy;
    }
}

/* What a criterion can do. */
typedef struct kl_criterion_table {
    void (*sweep)(kl_sweep *s, kl_cut *best, bool missing_left);
    void (*draw)(kl_sweep *s, kl_cut *best, const kl_cut *cut);
} kl_criterion_table;

/* By criterion; by whether weights are whole numbers, by outputs. */
const kl_criterion_table *kl_criterion_of_classes(kl_criterion criterion, bool is_whole);
const kl_criterion_table *kl_criterion_of_numbers(kl_criterion criterion, size_t outputs);
extern const kl_criterion_table kl_criterion_of_medians;

/* The median of sorted values (by rank) and the sum of distances to it, of the rows of a list. */
void kl_median_of(double *median, double *distance, const double *sorted, const double *weights,
                  size_t n);

#endif
