/* src/ml/cluster/dbscan.c - DBSCAN: clusters are where rows lie densely (Ester, Kriegel, Sander, Xu 1996). */
#include "ml/neighbors/neighbors.h"

typedef struct dbscan {
    kl_estimator base;
    double eps;
    int64_t min_samples, leaf_size;
    kl_value metric, metric_params, algorithm, p, n_jobs;
    kl_value labels_, core_sample_indices_, components_;
} dbscan;

/* ---- who is near --------------------------------------------------------------------------------- */

/* x itself holds the distances. */
static kl_status read_distances(kl_neighbor_lists *lists, const dbscan *self, const kl_fit *in, kl_task *task,
                                kl_error *error)
{
    size_t count = 0, n = in->n;
    if (in->d != n)
        return kl_bad_input(error, "metric='precomputed' needs a square matrix of distances, got %zu x %zu", n, in->d);
    for (size_t i = 0; i < n * n; i++)
        count += in->x->data[i] <= self->eps || i % (n + 1) == 0;
    KL_TAKE(lists->starts, task, n + 1, error);
    KL_TAKE_RAW(lists->items, task, count + 1, error);
    count = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            if (kl_row(in->x, i)[j] <= self->eps || i == j)
                lists->items[count++] = (int64_t)j;
        lists->starts[i + 1] = count;
    }
    return KL_OK;
}

static kl_status find_near(kl_neighbor_lists *lists, const dbscan *self, const kl_fit *in, kl_task *task,
                           kl_error *error)
{
    kl_neighbor_index index;
    kl_metric metric;
    double p = kl_is_null(self->p) ? 2 : kl_as_double(self->p);
    kl_neighbor_way way;
    if (!(p > 0))
        return kl_bad_parameter(error, "p", "a number > 0 or None", self->p);
    if (kl_word_is(self->metric, "precomputed"))
        return read_distances(lists, self, in, task, error);
    KL_TRY(kl_neighbor_metric(&metric, &p, self->metric, p, self->metric_params, error));
    KL_TRY(kl_neighbor_algorithm(&way, self->algorithm, self->metric, metric, in->d, error));
    KL_TRY(kl_neighbor_index_begin(&index, in->x->data, in->n, in->d, metric, p, way, (size_t)self->leaf_size, task,
                                   error));
    return kl_neighbors_within(lists, &index, in->x->data, in->n, self->eps, KL_NEIGHBORS_NO_DISTANCES, task, error);
}

/* ---- clusters ------------------------------------------------------------------------------------ */

static bool is_core(const dbscan *self, const kl_neighbor_lists *lists, const double *weights, size_t i)
{
    double sum = 0;
    if (!weights)
        return lists->starts[i + 1] - lists->starts[i] >= (size_t)self->min_samples;
    for (size_t k = lists->starts[i]; k < lists->starts[i + 1]; k++)
        sum += weights[lists->items[k]];
    return sum >= (double)self->min_samples;
}

/* All that core rows reach from row `first`, which is one, become cluster `label`. */
static void spread(double *labels, size_t *stack, const bool *core, const kl_neighbor_lists *lists, size_t first,
                   double label)
{
    size_t depth = 0;
    labels[first] = label;
    stack[depth++] = first;
    while (depth > 0) {
        size_t at = stack[--depth];
        for (size_t k = lists->starts[at]; k < lists->starts[at + 1]; k++) {
            size_t next = (size_t)lists->items[k];
            if (labels[next] >= 0)
                continue;
            labels[next] = label;
            if (core[next])
                stack[depth++] = next;
        }
    }
}

static kl_status keep_core(dbscan *self, const kl_fit *in, const bool *core, kl_error *error)
{
    size_t count = 0;
    int64_t *indices;
    double *rows;
    kl_value made;
    for (size_t i = 0; i < in->n; i++)
        count += core[i];
    KL_TRY(kl_indices_new(&made, &indices, count, error));
    kl_learn(&self->core_sample_indices_, made);
    KL_TRY(kl_table_new(&made, &rows, count, in->d, error));
    kl_learn(&self->components_, made);
    for (size_t i = 0, k = 0; i < in->n; i++)
        if (core[i]) {
            indices[k] = (int64_t)i;
            memcpy(rows + k++ * in->d, kl_row(in->x, i), in->d * sizeof *rows);
        }
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    dbscan *self = (dbscan *)base;
    kl_neighbor_lists lists;
    kl_value made;
    double *labels, label = 0;
    size_t *stack;
    bool *core;
    KL_TRY(find_near(&lists, self, in, task, error));
    KL_TAKE_RAW(stack, task, in->n, error);
    KL_TAKE_RAW(core, task, in->n, error);
    KL_TRY(kl_vector_new(&made, &labels, in->n, error));
    kl_learn(&self->labels_, made);
    for (size_t i = 0; i < in->n; i++) {
        core[i] = is_core(self, &lists, in->weights, i);
        labels[i] = -1;
    }
    for (size_t i = 0; i < in->n; i++)
        if (core[i] && labels[i] < 0)
            spread(labels, stack, core, &lists, i, label++);
    return keep_core(self, in, core, error);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_DOUBLE(dbscan, eps, 0.5, .doc = "how far a neighbour may be, itself included; > 0, in the units of x"),
    KL_COUNT_FIELD(dbscan, min_samples, 5,
                   .doc = "neighbours (or weight of neighbours), itself counted, that make a row a core row; >= 1"),
    KL_VALUE(dbscan, metric, .kind = KL_KIND_ANY, .fallback = "\"euclidean\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "the distance: 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', "
                    "'minkowski', 'cosine', or 'precomputed': x holds the distances between all rows"),
    KL_VALUE(dbscan, metric_params, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "more about the metric: {'p': number} for 'minkowski' goes before p; None = nothing"),
    KL_NEIGHBORS_SEARCH(dbscan),
    KL_VALUE(dbscan, p, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the power of 'minkowski'; > 0, None = 2"),
    KL_NEIGHBORS_N_JOBS(dbscan),
    KL_LEARNED_ARRAY(dbscan, labels_, .doc = "the cluster of each row, as float64; -1 = noise"),
    KL_LEARNED_ARRAY(dbscan, core_sample_indices_, .doc = "numbers of the core rows"),
    KL_LEARNED_ARRAY(dbscan, components_, .doc = "the core rows themselves"),
};

static const kl_limit limits[] = {{"eps", KL_ABOVE(0)}, {"min_samples", KL_AT_LEAST(1)}, {"leaf_size", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_CLUSTERER_WEIGHTED};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .shapes = "labels_ = * | none; core_sample_indices_ = int * | none; components_ = * features | none",
};

const kl_type kl_dbscan_type = {
    .name = "DBSCAN",
    KL_ESTIMATOR(dbscan),
    .repr_fields = "eps min_samples",
    .doc = "Clusters are where rows lie densely: core rows, which have enough neighbours within eps, and what is near "
           "them; the rest is noise (Ester, Kriegel, Sander, Xu 1996). Clusters are numbered in the order of their "
           "first core rows, and a row near two of them goes to the first.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_dbscan_type);
