/* src/ml/neighbors/index.h - which rows are near: the k nearest, or all within a radius, for many rows at once.
 *
 * Up to 15 columns the rows lie in a balanced kd-tree (Bentley 1975) whose shape follows from their number alone: a
 * node covers a range of rows and halves it, so nothing is kept but the order of the rows, the numbers of each leaf column
 * by column, and the box around each node; or, where it is asked for, a ball (Omohundro: Five balltree construction
 * algorithms, 1989). Above that, and for the cosine, all rows are compared: a product of matrices
 * tells which ones may be near, and those are computed by themselves. So distances are exact in both, and of equal ones
 * the row with the lower number comes first.
 */
#ifndef KL_ML_NEIGHBORS_INDEX_H
#define KL_ML_NEIGHBORS_INDEX_H

#include "../input.h"
#include "../numeric.h"

typedef enum kl_neighbor_way { KL_NEAR_BRUTE, KL_NEAR_BOXES, KL_NEAR_BALLS } kl_neighbor_way;

typedef struct kl_neighbor_index {
    const double *x;        /* n x d, as it was given */
    size_t n, d;
    kl_metric metric;
    double p;               /* of Minkowski */
    const double *squares;  /* sums of squares of the rows; NULL where there is a tree */
    /* the tree: NULL, or */
    const int64_t *order;   /* n: rows as the leaves hold them */
    const double *points;   /* n x d numbers: each leaf column by column */
    const double *boxes;    /* for each node d lowest and d highest numbers; or the d of the middle, and the radius */
    bool is_balls;
    size_t levels;          /* below the root */
} kl_neighbor_index;

/* Whether a tree is of use. */
bool kl_neighbor_wants_tree(size_t d, kl_metric metric);
/* Levels of a tree of `n` rows with about `leaf` rows in a leaf. */
size_t kl_neighbor_levels(size_t n, size_t leaf);
/* Fill order (n), points (n x d), boxes ((2^(levels + 1) - 1) x 2d) for the x, metric and kind of `index`. */
kl_status kl_neighbor_tree_fill(int64_t *order, double *points, double *boxes, const kl_neighbor_index *index,
                                size_t levels, kl_task *task, kl_error *error);
/* Whether balls can be: what is no metric has none, and gets boxes. */
static inline bool kl_neighbor_has_balls(kl_neighbor_way way, kl_metric metric, double p)
{
    return way == KL_NEAR_BALLS && (metric != KL_METRIC_MINKOWSKI || p >= 1);
}
/* An index in the task; x must outlive it. With or without a tree whose leaves have about `leaf` rows, or whatever is
 * best. */
KL_API kl_status kl_neighbor_index_begin(kl_neighbor_index *out, const double *x, size_t n, size_t d, kl_metric metric,
                                  double p, kl_neighbor_way way, size_t leaf, kl_task *task, kl_error *error);
KL_API kl_status kl_neighbor_index_make(kl_neighbor_index *out, const double *x, size_t n, size_t d, kl_metric metric,
                                 double p, kl_task *task, kl_error *error);

/* The k nearest rows of each of m rows `q`: numbers and distances (may be NULL), m x k, the nearest first. `own`: row
 * i of q is row i of the index and is no neighbour of itself. k <= n (n - 1). */
KL_API kl_status kl_neighbors_nearest(int64_t *rows, double *distances, const kl_neighbor_index *index, const double *q,
                               size_t m, size_t k, bool own, kl_task *task, kl_error *error);

/* Neighbours of row i: items[starts[i]] up to items[starts[i + 1]]. */
typedef struct kl_neighbor_lists {
    size_t *starts;
    int64_t *items;
    double *distances;
} kl_neighbor_lists;

typedef enum kl_neighbor_flags {
    KL_NEIGHBORS_OWN = 1,          /* as `own` above */
    KL_NEIGHBORS_BY_DISTANCE = 2,  /* the nearest first; else by number */
    KL_NEIGHBORS_ANY_ORDER = 4,    /* in no special order */
    KL_NEIGHBORS_NO_DISTANCES = 8  /* `distances` is NULL; in no special order, not with OWN */
} kl_neighbor_flags;

/* All rows with a distance <= radius; in the task. */
KL_API kl_status kl_neighbors_within(kl_neighbor_lists *out, const kl_neighbor_index *index, const double *q, size_t m,
                              double radius, uint32_t flags, kl_task *task, kl_error *error);

#endif
