/* src/ml/neighbors/index_parts.h - what the files of the index share. "Reduced" distances are those before the root is
 * taken: squares of Euclidean ones, powers of Minkowski's. */
#ifndef KL_ML_NEIGHBORS_INDEX_PARTS_H
#define KL_ML_NEIGHBORS_INDEX_PARTS_H

#include "index.h"

enum { KL_LEAF_MAX = 128, KL_TREE_LEVELS_MAX = 48 };

/* What takes the rows found. A row is of use while its reduced distance is not above `bound`, which may sink. */
typedef struct kl_neighbor_sink {
    void (*take)(struct kl_neighbor_sink *sink, double reduced, int64_t row);
    double bound;
    int64_t own; /* this row is passed over; -1 = none */
    /* May be NULL: takes rows all of which are near enough, without their distances; not with `own`. */
    void (*take_rows)(struct kl_neighbor_sink *sink, const int64_t *rows, size_t count);
} kl_neighbor_sink;

/* All rows near enough go to the sink. */
void kl_tree_search(kl_neighbor_sink *sink, const kl_neighbor_index *index, const double *q);
/* The rows of q with sinks of their own. `products`: room for KL_BRUTE_QUERIES x KL_BRUTE_ROWS numbers. */
enum { KL_BRUTE_QUERIES = 64, KL_BRUTE_ROWS = 512 };
void kl_brute_search(kl_neighbor_sink **sinks, const kl_neighbor_index *index, const double *q, size_t count,
                     double *products);

/* Reduced distances of q to `count` rows that lie column by column, the columns `stride` apart; not of the cosine. */
void kl_column_distances(double *restrict out, const double *columns, size_t stride, size_t count, const double *q,
                         size_t d, kl_metric metric, double p);

double kl_reduced_of(const kl_neighbor_index *index, double distance);
double kl_distance_of(const kl_neighbor_index *index, double reduced);

#endif
