/* src/ml/cluster/connected.h - clusters that are joined only where a graph connects them. */
#ifndef KL_ML_CLUSTER_CONNECTED_H
#define KL_ML_CLUSTER_CONNECTED_H

#include "../estimator.h"
#include "../numeric.h"

typedef enum kl_linkage { KL_LINK_WARD, KL_LINK_COMPLETE, KL_LINK_AVERAGE, KL_LINK_SINGLE } kl_linkage;

/* Two rows that may be joined; a > b. */
typedef struct kl_connection {
    size_t a, b;
    double distance;
} kl_connection;

typedef struct kl_graph {
    const kl_matrix *x;   /* rows, or the distances between them (`given`) */
    kl_metric metric;
    bool given;
    kl_connection *edges; /* each pair once; in the task */
    size_t count;
    size_t components;    /* before the graph was completed */
} kl_graph;

/* The edges of a matrix n x n (dense, sparse, or a callable that makes one of x): pairs of which it holds a number other
 * than 0, in either direction. Parts that nothing connects are joined by their nearest rows, with a warning. */
kl_status kl_graph_read(kl_graph *graph, kl_value connectivity, kl_value x_value, kl_task *task, kl_error *error);

/* `merges` merges of clusters that are connected, the nearest first; rows are 0 .. n - 1, merge k makes node n + k.
 * children: merges x 2, the smaller first. Not for single linkage. */
kl_status kl_graph_join(int64_t *children, double *distances, const kl_graph *graph, kl_linkage how, size_t merges,
                        kl_task *task, kl_error *error);
/* The n - 1 edges of the spanning tree of least length, by distance (Kruskal 1956). */
kl_status kl_graph_spanning_tree(kl_connection *out, const kl_graph *graph, kl_task *task, kl_error *error);

#endif
