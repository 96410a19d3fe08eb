/* src/ml/neighbors/neighbors.h - what estimators that answer from near rows share: parameters, the rows they keep,
 * methods that tell who is near. */
#ifndef KL_ML_NEIGHBORS_H
#define KL_ML_NEIGHBORS_H

#include "../estimator.h"
#include "index.h"

typedef struct kl_neighbors_model {
    kl_estimator base;
    int64_t n_neighbors;
    double radius;
    kl_value weights, algorithm;
    int64_t leaf_size;
    double p;
    kl_value metric, metric_params, n_jobs, outlier_label;
    /* learned */
    kl_value effective_metric_, effective_metric_params_, outlier_label_;
    int64_t n_samples_fit_;
    bool outputs_2d_;
    /* kept: rows, their codes or targets, and the index */
    kl_value rows, targets, codes, squares, tree_order, tree_points, tree_boxes;
    int64_t balls;   /* whether the tree has balls for boxes */
    int64_t outlier; /* class of rows without a neighbour; -1 = none */
} kl_neighbors_model;

/* The metric that a name means, with p of "minkowski" and of metric_params: KL_BAD names what would be right. */
kl_status kl_neighbor_metric(kl_metric *out, double *power, kl_value metric, double p, kl_value metric_params,
                             kl_error *error);
/* What the parameter `algorithm` asks for, given columns and metric. */
kl_status kl_neighbor_algorithm(kl_neighbor_way *way, kl_value algorithm, kl_value metric_name, kl_metric metric, size_t d,
                                kl_error *error);

/* Keep x and its index. */
kl_status kl_neighbors_keep(kl_neighbors_model *model, const kl_fit *in, kl_task *task, kl_error *error);
/* table.restored of all four. */
kl_status kl_neighbors_restored(kl_estimator *self, kl_error *error);
void kl_neighbors_open(kl_neighbor_index *out, const kl_neighbors_model *model);
/* n_neighbors of the model nearest to each row of x: m x k, in the task. */
kl_status kl_neighbors_ask(int64_t **rows, double **distances, const kl_neighbors_model *model, const kl_matrix *x,
                           kl_task *task, kl_error *error);
/* Distances become weights, in place, as the parameter `weights` says; *out is NULL when all are 1.
 * `starts` (rows + 1 of them) tells where rows begin. */
kl_status kl_neighbors_weigh(double **out, kl_value weights, double *distances, size_t rows, const size_t *starts,
                             kl_task *task, kl_error *error);
/* Whether a value can be that parameter. */
kl_status kl_neighbor_check_weights(kl_value weights, kl_error *error);
/* Starts of rows that all have k neighbours. */
kl_status kl_neighbors_even(size_t **starts, size_t rows, size_t k, kl_task *task, kl_error *error);

kl_call kl_neighbors_k_method, kl_neighbors_k_graph, kl_neighbors_radius_method, kl_neighbors_radius_graph;
extern const kl_param kl_neighbors_k_params[3], kl_neighbors_k_graph_params[3], kl_neighbors_radius_params[4],
    kl_neighbors_radius_graph_params[4];

/* ---- rows of tables ------------------------------------------------------------------------------ */

extern const char *const kl_neighbor_algorithms[];

#define KL_NEIGHBORS_METRIC_NAMES                                                                  \
    "'minkowski', 'euclidean' ('l2'), 'manhattan' ('l1', 'cityblock'), 'chebyshev' or 'cosine'"
#define KL_NEIGHBORS_SEARCH(owner)                                                                 \
    KL_ENUM(owner, algorithm, "auto", .names = kl_neighbor_algorithms, .flags = KL_KEYWORD_ONLY,   \
            .doc = "how near rows are found: 'kd_tree' (boxes), 'ball_tree' (balls), 'brute' compares all rows, "\
                   "'auto' takes a kd_tree up to 15 columns. Answers are the same"),               \
    KL_COUNT_FIELD(owner, leaf_size, 30, .flags = KL_KEYWORD_ONLY,                                 \
                   .doc = "most rows of a leaf of the tree, taken as 8 to 128; >= 1. Answers are the same")
#define KL_NEIGHBORS_N_JOBS(owner)                                                                 \
    KL_VALUE(owner, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,           \
             .doc = "most threads; None or -1 = all processors")
#define KL_NEIGHBORS_METRIC(owner, word)                                                           \
    KL_VALUE(owner, metric, .kind = KL_KIND_ANY, .fallback = "\"" word "\"",                       \
             .flags = KL_FOREIGN | KL_KEYWORD_ONLY,                                                \
             .doc = "the distance: 'minkowski' (the p-th root of the sum of |a - b|^p), 'euclidean' or 'l2', "\
                    "'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', or 'cosine' (1 - cos)"),\
    KL_VALUE(owner, metric_params, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,\
             .doc = "more about the metric: {'p': number} for 'minkowski' goes before p; None = nothing")
#define KL_NEIGHBORS_WEIGHTS(owner)                                                                \
    KL_VALUE(owner, weights, .kind = KL_KIND_ANY, .fallback = "\"uniform\"",                       \
             .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,                                  \
             .doc = "what a neighbour counts: 'uniform' or None = 1, 'distance' = 1 / distance (rows at distance 0 "\
                    "alone, where there are some), or a function of an array of distances that gives weights")
#define KL_NEIGHBORS_FIELDS                                                                        \
    KL_NEIGHBORS_WEIGHTS(kl_neighbors_model),                                                      \
    KL_NEIGHBORS_SEARCH(kl_neighbors_model),                                                       \
    KL_DOUBLE(kl_neighbors_model, p, 2.0, .flags = KL_KEYWORD_ONLY,                                \
              .doc = "the power of 'minkowski'; > 0: 1 = manhattan, 2 = euclidean, inf = chebyshev"),\
    KL_NEIGHBORS_METRIC(kl_neighbors_model, "minkowski"),                                          \
    KL_NEIGHBORS_N_JOBS(kl_neighbors_model),                                                       \
    KL_LEARNED_VALUE(kl_neighbors_model, effective_metric_, .doc = "name of the metric that is used"),\
    KL_LEARNED_VALUE(kl_neighbors_model, effective_metric_params_, .doc = "{'p': power} of minkowski, else {}"),\
    KL_LEARNED_INT(kl_neighbors_model, n_samples_fit_, .doc = "rows of x in fit()"),               \
    KL_LEARNED_BOOL(kl_neighbors_model, outputs_2d_, .doc = "whether y had several columns"),              \
    KL_KEPT_ARRAY(kl_neighbors_model, rows, .doc = "rows of fit()"),                               \
    KL_KEPT_ARRAY(kl_neighbors_model, targets, .doc = "their targets"),                            \
    KL_KEPT_ARRAY(kl_neighbors_model, codes, .doc = "their classes"),                              \
    KL_KEPT_ARRAY(kl_neighbors_model, squares, .doc = "their sums of squares"),                    \
    KL_KEPT_ARRAY(kl_neighbors_model, tree_order, .doc = "the rows as leaves hold them"),          \
    KL_KEPT_ARRAY(kl_neighbors_model, tree_points, .doc = "numbers of the leaves"),                \
    KL_KEPT_ARRAY(kl_neighbors_model, tree_boxes, .doc = "boxes or balls around the nodes"),       \
    KL_KEPT_INT(kl_neighbors_model, balls, .doc = "1 = balls"),                                    \
    KL_KEPT_INT(kl_neighbors_model, outlier, .doc = "class of rows without a neighbour")

#define KL_NEIGHBORS_LIMITS {"leaf_size", KL_AT_LEAST(1)}, {"p", KL_ABOVE(0)}

#define KL_NEIGHBORS_K_METHODS                                                                     \
    {.name = "kneighbors", .call = kl_neighbors_k_method, .params = KL_TABLE(kl_neighbors_k_params),\
     .returns = KL_KIND_TUPLE, .raises = KL_EST_RAISES,                                            \
     .doc = "The nearest rows of fit() for each row of x: distances and numbers of the rows, both rows x "\
            "n_neighbors, the nearest first, or the numbers alone."},                              \
    {.name = "kneighbors_graph", .call = kl_neighbors_k_graph,                                     \
     .params = KL_TABLE(kl_neighbors_k_graph_params), .returns = KL_KIND_ANY, .raises = KL_EST_RAISES,\
     .doc = "Who is among the nearest of each row of x: a sparse matrix rows x rows of fit()."}
#define KL_NEIGHBORS_RADIUS_METHODS                                                                \
    {.name = "radius_neighbors", .call = kl_neighbors_radius_method,                               \
     .params = KL_TABLE(kl_neighbors_radius_params), .returns = KL_KIND_TUPLE, .raises = KL_EST_RAISES,\
     .doc = "The rows of fit() within the radius of each row of x: a list of arrays of distances and one of arrays "\
            "of the numbers of the rows, or the latter alone."},                                   \
    {.name = "radius_neighbors_graph", .call = kl_neighbors_radius_graph,                          \
     .params = KL_TABLE(kl_neighbors_radius_graph_params), .returns = KL_KIND_ANY, .raises = KL_EST_RAISES,\
     .doc = "Who is within the radius of each row of x: a sparse matrix rows x rows of fit()."}

#endif
