/* src/ml/cluster/hdbscan.c - HDBSCAN: clusters of any density, as the hierarchy of all densities shows them. */
#include "ml/estimator_parts.h"
#include "ml/linalg.h"
#include "ml/neighbors/neighbors.h"
#include "reach.h"

#include <math.h>

typedef struct hdbscan {
    kl_estimator base;
    int64_t min_cluster_size, leaf_size;
    kl_value min_samples, max_cluster_size;
    double cluster_selection_epsilon, alpha;
    kl_value metric, metric_params, algorithm, n_jobs, cluster_selection_method, store_centers, copy;
    bool allow_single_cluster;
    kl_value labels_, probabilities_, centroids_, medoids_;
    kl_value merges; /* (rows - 1) x 4: left, right, size, distance */
} hdbscan;

static const char *const methods_of_choice[] = {"eom", "leaf", NULL};
static const char *const centers[] = {"centroid", "medoid", "both", NULL};

/* Labels of rows that are no points. */
enum { INFINITE = -2, MISSING = -3 };

/* ---- rows that are points ------------------------------------------------------------------------ */

typedef struct points {
    const double *x;  /* the finite rows */
    size_t n, d;
    size_t *rows;     /* which ones they are */
} points;

/* 0, or the label of a row that is none. */
static int kind_of(const double *row, size_t d)
{
    int kind = 0;
    for (size_t j = 0; j < d; j++) {
        if (isnan(row[j]))
            return MISSING;
        if (isinf(row[j]))
            kind = INFINITE;
    }
    return kind;
}

static kl_status find_points(points *p, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *kept;
    *p = (points){.x = in->x->data, .d = in->d};
    KL_TAKE_RAW(p->rows, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        if (kind_of(kl_row(in->x, i), in->d) == 0)
            p->rows[p->n++] = i;
    if (p->n == in->n)
        return KL_OK;
    KL_TAKE_RAW(kept, task, p->n * p->d + 1, error);
    for (size_t i = 0; i < p->n; i++)
        memcpy(kept + i * p->d, kl_row(in->x, p->rows[i]), p->d * sizeof *kept);
    p->x = kept;
    return KL_OK;
}

/* ---- distances ----------------------------------------------------------------------------------- */

static kl_status check_square(const points *p, const kl_fit *in, kl_error *error)
{
    const double *x = in->x->data;
    if (in->n != in->d || p->n != in->n)
        return kl_bad_input(error, "metric='precomputed' needs a square matrix of finite distances, got %zu x %zu%s",
                            in->n, in->d, p->n != in->n ? " with others" : "");
    for (size_t i = 0; i < in->n; i++)
        for (size_t j = 0; j < i; j++)
            if (fabs(x[i * in->n + j] - x[j * in->n + i]) > 1e-8 + 1e-5 * fabs(x[j * in->n + i]))
                return kl_bad_input(error, "the distances are not symmetric: that of %zu and %zu is %.15g, back %.15g",
                                    i, j, x[i * in->n + j], x[j * in->n + i]);
    return KL_OK;
}

/* The k-th least distance of each row, itself counted. */
static kl_status cores_of_matrix(double *core, const kl_reach *r, size_t k, kl_task *task, kl_error *error)
{
    double *row;
    KL_TAKE_RAW(row, task, r->n, error);
    for (size_t i = 0; i < r->n; i++) {
        memcpy(row, r->distances + i * r->n, r->n * sizeof *row);
        core[i] = kl_select(row, r->n, k - 1);
    }
    return KL_OK;
}

static kl_status cores_of_rows(double *core, const kl_reach *r, size_t k, kl_neighbor_way way, size_t leaf, kl_task *task,
                               kl_error *error)
{
    kl_neighbor_index index;
    int64_t *rows;
    double *distances;
    KL_TAKE_RAW(rows, task, r->n * k, error);
    KL_TAKE_RAW(distances, task, r->n * k, error);
    KL_TRY(kl_neighbor_index_begin(&index, r->x, r->n, r->d, r->metric, r->p, way, leaf, task, error));
    KL_TRY(kl_neighbors_nearest(rows, distances, &index, r->x, r->n, k, false, task, error));
    for (size_t i = 0; i < r->n; i++)
        core[i] = distances[(i + 1) * k - 1];
    kl_task_free(task, rows);
    kl_task_free(task, distances);
    return KL_OK;
}

static kl_status find_reach(kl_reach *r, const hdbscan *self, const points *p, const kl_fit *in, size_t k,
                            kl_task *task, kl_error *error)
{
    double *core, *distances;
    kl_neighbor_way way = KL_NEAR_BRUTE;
    bool is_scaled = kl_word_is(self->algorithm, "brute");
    *r = (kl_reach){.x = p->x, .n = p->n, .d = p->d, .alpha = self->alpha};
    KL_TAKE_RAW(core, task, p->n, error);
    r->core = core;
    if (kl_word_is(self->metric, "precomputed")) {
        KL_TRY(check_square(p, in, error));
        r->distances = p->x;
    } else {
        KL_TRY(kl_neighbor_metric(&r->metric, &r->p, self->metric, 2, self->metric_params, error));
        KL_TRY(kl_neighbor_algorithm(&way, self->algorithm, self->metric, r->metric, p->d, error));
    }
    if (!r->distances && r->metric == KL_METRIC_COSINE) {
        KL_TAKE_RAW(distances, task, p->n * p->n, error);
        KL_TRY(kl_distances(distances, p->x, p->n, p->x, p->n, p->d, r->metric, r->p, error));
        r->distances = distances;
    }
    is_scaled |= r->distances != NULL;
    KL_TRY(r->distances ? cores_of_matrix(core, r, k, task, error)
                        : cores_of_rows(core, r, k, way, (size_t)self->leaf_size, task, error));
    if (is_scaled)
        kl_scale(core, 1 / self->alpha, p->n);
    return KL_OK;
}

/* ---- centres ------------------------------------------------------------------------------------- */

static void add_centroids(double *out, const points *p, const double *labels, const double *sure, size_t clusters,
                          double *weights)
{
    for (size_t i = 0; i < p->n; i++) {
        double label = labels[p->rows[i]], weight = sure[p->rows[i]];
        if (label < 0)
            continue;
        weights[(size_t)label] += weight;
        for (size_t j = 0; j < p->d; j++)
            out[(size_t)label * p->d + j] += weight * p->x[i * p->d + j];
    }
    for (size_t c = 0; c < clusters; c++)
        for (size_t j = 0; j < p->d; j++)
            out[c * p->d + j] /= weights[c];
}

/* The row of each cluster that is nearest to all of them, as surely as they belong to it. */
static void find_medoids(double *out, const points *p, const double *labels, const double *sure, size_t clusters,
                         const kl_reach *r, double *least)
{
    for (size_t c = 0; c < clusters; c++)
        least[c] = INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        double label = labels[p->rows[i]], sum = 0;
        if (label < 0)
            continue;
        for (size_t k = 0; k < p->n; k++)
            if (labels[p->rows[k]] == label)
                sum += sure[p->rows[k]] * kl_distance(p->x + i * p->d, p->x + k * p->d, p->d, r->metric, r->p);
        if (sum < least[(size_t)label]) {
            least[(size_t)label] = sum;
            memcpy(out + (size_t)label * p->d, p->x + i * p->d, p->d * sizeof *out);
        }
    }
}

static kl_status keep_centers(hdbscan *self, const points *p, const kl_reach *r, kl_task *task, kl_error *error)
{
    const double *labels = kl_doubles(self->labels_), *sure = kl_doubles(self->probabilities_);
    size_t clusters = 0;
    kl_value made;
    double *out, *scratch;
    for (size_t i = 0; i < p->n; i++)
        clusters = KL_MAX(clusters, (size_t)(labels[p->rows[i]] + 1));
    KL_TAKE(scratch, task, clusters + 1, error);
    if (!kl_word_is(self->store_centers, "medoid")) {
        KL_TRY(kl_table_new(&made, &out, clusters, p->d, error));
        kl_learn(&self->centroids_, made);
        add_centroids(out, p, labels, sure, clusters, scratch);
    }
    if (!kl_word_is(self->store_centers, "centroid")) {
        KL_TRY(kl_table_new(&made, &out, clusters, p->d, error));
        kl_learn(&self->medoids_, made);
        find_medoids(out, p, labels, sure, clusters, r, scratch);
    }
    return KL_OK;
}

/* ---- learning ------------------------------------------------------------------------------------ */

static kl_status keep_merges(hdbscan *self, const kl_merge *merges, size_t n, kl_error *error)
{
    kl_value made;
    double *to;
    KL_TRY(kl_table_new(&made, &to, n - 1, 4, error));
    kl_learn(&self->merges, made);
    for (size_t i = 0; i + 1 < n; i++) {
        to[4 * i] = (double)merges[i].left;
        to[4 * i + 1] = (double)merges[i].right;
        to[4 * i + 2] = (double)merges[i].size;
        to[4 * i + 3] = merges[i].distance;
    }
    return KL_OK;
}

static kl_status keep_labels(hdbscan *self, const points *p, const kl_fit *in, const double *labels,
                             const double *sure, kl_error *error)
{
    kl_value made;
    double *to, *to_sure;
    KL_TRY(kl_vector_new(&made, &to, in->n, error));
    kl_learn(&self->labels_, made);
    KL_TRY(kl_vector_new(&made, &to_sure, in->n, error));
    kl_learn(&self->probabilities_, made);
    for (size_t i = 0, k = 0; i < in->n; i++) {
        bool is_point = k < p->n && p->rows[k] == i;
        int kind = is_point ? 0 : kind_of(kl_row(in->x, i), in->d);
        to[i] = is_point ? labels[k] : kind;
        to_sure[i] = is_point ? sure[k] : kind == MISSING ? NAN : 0;
        k += is_point;
    }
    return KL_OK;
}

static kl_status read_count(size_t *out, kl_value value, size_t otherwise, const char *name, kl_error *error)
{
    *out = otherwise;
    if (kl_is_null(value))
        return KL_OK;
    if (kl_as_int(value) < 1)
        return kl_bad_parameter(error, name, "an int >= 1 or None", value);
    *out = (size_t)kl_as_int(value);
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    hdbscan *self = (hdbscan *)base;
    kl_choice choice = {.least = (size_t)self->min_cluster_size, .leaves = kl_word_is(self->cluster_selection_method, "leaf"),
                        .one_is_enough = self->allow_single_cluster, .epsilon = self->cluster_selection_epsilon};
    bool is_matrix = kl_word_is(self->metric, "precomputed");
    points p;
    kl_reach reach;
    kl_edge *edges;
    kl_merge *merges;
    double *labels, *sure;
    size_t k;
    KL_TRY(read_count(&k, self->min_samples, choice.least, "min_samples", error));
    KL_TRY(read_count(&choice.most, self->max_cluster_size, 0, "max_cluster_size", error));
    if (is_matrix && !kl_is_null(self->store_centers))
        return kl_bad_parameter(error, "store_centers", "None with metric='precomputed'", self->store_centers);
    KL_TRY(find_points(&p, in, task, error));
    if (p.n < 2)
        return kl_bad_input(error, "HDBSCAN needs at least 2 rows of finite numbers, got %zu", p.n);
    if (k > p.n)
        return kl_bad_input(error, "min_samples is %zu; it must be at most the number of rows, which is %zu", k, p.n);
    KL_TRY(find_reach(&reach, self, &p, in, k, task, error));
    KL_TAKE_RAW(edges, task, p.n, error);
    KL_TAKE_RAW(merges, task, p.n, error);
    KL_TAKE_RAW(labels, task, p.n, error);
    KL_TAKE_RAW(sure, task, p.n, error);
    KL_TRY(kl_reach_tree(edges, &reach, task, error));
    KL_TRY(kl_merges_of(merges, edges, p.n, task, error));
    KL_TRY(kl_hierarchy_choose(labels, sure, merges, p.n, &choice, task, error));
    KL_TRY(keep_merges(self, merges, p.n, error));
    KL_TRY(keep_labels(self, &p, in, labels, sure, error));
    return kl_is_null(self->store_centers) ? KL_OK : keep_centers(self, &p, &reach, task, error);
}

/* ---- another cut --------------------------------------------------------------------------------- */

static kl_status cut(kl_value *out, const hdbscan *model, double distance, size_t least, kl_task *task,
                     kl_error *error)
{
    size_t n = kl_array_axis(model->merges, 0) + 1, rows = kl_array_axis(model->labels_, 0);
    const double *from = kl_doubles(model->merges), *known = kl_doubles(model->labels_);
    kl_merge *merges;
    double *labels, *to;
    KL_TAKE_RAW(merges, task, n, error);
    KL_TAKE_RAW(labels, task, n, error);
    for (size_t i = 0; i + 1 < n; i++)
        merges[i] = (kl_merge){(size_t)from[4 * i], (size_t)from[4 * i + 1], (size_t)from[4 * i + 2], from[4 * i + 3]};
    KL_TRY(kl_hierarchy_cut(labels, merges, n, distance, least, task, error));
    KL_TRY(kl_vector_new(out, &to, rows, error));
    for (size_t i = 0, k = 0; i < rows; i++)
        to[i] = known[i] <= INFINITE ? known[i] : labels[k++];
    return KL_OK;
}

static kl_status dbscan_clustering(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = cut(out, (const hdbscan *)model, kl_as_double(args[0]), (size_t)kl_as_int(args[1]), &task,
                           error);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_COUNT_FIELD(hdbscan, min_cluster_size, 5, .doc = "rows that make a cluster; >= 2"),
    KL_VALUE(hdbscan, min_samples, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
             .doc = "neighbours, itself counted, whose farthest tells how dense it is around a row; >= 1, None = "
                    "min_cluster_size"),
    KL_DOUBLE(hdbscan, cluster_selection_epsilon, 0.0,
              .doc = "clusters that part at a smaller distance stay one; >= 0, in the units of x"),
    KL_VALUE(hdbscan, max_cluster_size, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most rows of a cluster of method 'eom'; >= 1, None = any number"),
    KL_VALUE(hdbscan, metric, .kind = KL_KIND_ANY, .fallback = "\"euclidean\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "the distance: 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1', 'chebyshev' or 'infinity', "
                    "'minkowski', 'cosine', or 'precomputed': x holds the distances between all rows"),
    KL_VALUE(hdbscan, metric_params, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "more about the metric: {'p': number} for 'minkowski'; None = 2"),
    KL_DOUBLE(hdbscan, alpha, 1.0, .flags = KL_KEYWORD_ONLY,
              .doc = "distances between rows are divided by it, those to their neighbours are not but for algorithm "
                     "'brute', 'cosine' and 'precomputed'; > 0"),
    KL_NEIGHBORS_SEARCH(hdbscan),
    KL_NEIGHBORS_N_JOBS(hdbscan),
    KL_ENUM(hdbscan, cluster_selection_method, "eom", .names = methods_of_choice, .flags = KL_KEYWORD_ONLY,
            .doc = "'eom': clusters with the greatest excess of mass; 'leaf': the finest ones"),
    KL_BOOL(hdbscan, allow_single_cluster, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether all rows may be one cluster"),
    KL_VALUE(hdbscan, store_centers, .kind = KL_KIND_ENUM, .names = centers, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "which centres are kept: 'centroid', 'medoid' or 'both'; None = none"),
    KL_VALUE(hdbscan, copy, .kind = KL_KIND_ANY, .fallback = "false", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "has no effect: what is given is never changed"),
    KL_LEARNED_ARRAY(hdbscan, labels_, .doc = "the cluster of each row, as float64; -1 = noise, -2 = a row with an "
                                              "infinite number, -3 = one with NaN"),
    KL_LEARNED_ARRAY(hdbscan, probabilities_,
                     .doc = "how surely each row belongs to its cluster, from 0 to 1; NaN for rows with NaN"),
    KL_LEARNED_ARRAY(hdbscan, centroids_, .doc = "mean of each cluster, by probabilities_; where store_centers asks"),
    KL_LEARNED_ARRAY(hdbscan, medoids_, .doc = "the row of each cluster that is nearest to all of it; where "
                                               "store_centers asks"),
    KL_KEPT_ARRAY(hdbscan, merges, .doc = "the tree of merges"),
};

static const kl_limit limits[] = {{"min_cluster_size", KL_AT_LEAST(2)}, {"cluster_selection_epsilon", KL_AT_LEAST(0)},
                                  {"alpha", KL_ABOVE(0)}, {"leaf_size", KL_AT_LEAST(1)}};

static const kl_param cut_params[] = {
    {.name = "cut_distance", .kind = KL_KIND_DOUBLE, .doc = "rows that are nearer belong together"},
    {.name = "min_cluster_size", .kind = KL_KIND_COUNT, .fallback = "5", .doc = "rows that make a cluster"},
};
static const kl_method methods[] = {
    KL_EST_CLUSTERER,
    {.name = "dbscan_clustering", .call = dbscan_clustering, .params = KL_TABLE(cut_params), .returns = KL_KIND_BUFFER,
     .raises = "NotFittedError",
     .doc = "Clusters at one distance, as DBSCAN would find them without rows at their borders; -1 = noise."},
};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .flags = KL_EST_Y_OPTIONAL | KL_EST_NAN_OK,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .shapes = "labels_ = * | none; probabilities_ = * | none; merges = * * | none",
};

const kl_type kl_hdbscan_type = {
    .name = "HDBSCAN",
    KL_ESTIMATOR(hdbscan),
    .repr_fields = "min_cluster_size",
    .doc = "Clusters of different densities: of all those that DBSCAN finds at any distance the ones that last longest "
           "(Campello, Moulavi, Sander 2013; McInnes and Healy 2017). The spanning tree of mutual reachability is "
           "found by Prim's method in the order of the rows.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_hdbscan_type);
