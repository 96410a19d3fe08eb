/* src/ml/cluster/optics.c - OPTICS: rows in the order in which dense places are reached (Ankerst, Breunig, Kriegel, Sander
 * 1999); clusters are valleys of that order, or what DBSCAN would find at one distance. */
#include "ml/neighbors/index_parts.h"
#include "ml/neighbors/neighbors.h"
#include "xi.h"

#include <math.h>

typedef struct optics {
    kl_estimator base;
    double xi, p;
    kl_value max_eps, min_samples, min_cluster_size, metric, metric_params, algorithm, n_jobs, cluster_method, eps, memory;
    int64_t leaf_size;
    bool predecessor_correction;
    kl_value labels_, reachability_, ordering_, core_distances_, predecessor_, cluster_hierarchy_;
} optics;

static const char *const cluster_methods[] = {"xi", "dbscan", NULL};

/* ---- parameters ---------------------------------------------------------------------------------- */

/* A number of rows >= 2, or a share of all, of which at least 2 are taken. */
static kl_status read_size(size_t *out, kl_value value, const char *name, size_t n, kl_error *error)
{
    static const char expected[] = "an int >= 2, or a share of the rows from 0 to 1";
    if (kl_is(value, KL_KIND_INT)) {
        if (kl_as_int(value) < 2)
            return kl_bad_parameter(error, name, expected, value);
        *out = (size_t)kl_as_int(value);
        if (*out > n)
            return kl_bad_input(error, "%s is %zu; it must be at most the number of rows, which is %zu", name, *out, n);
        return KL_OK;
    }
    double share = kl_as_double(value);
    if (!kl_is(value, KL_KIND_DOUBLE) || !(share >= 0 && share <= 1))
        return kl_bad_parameter(error, name, expected, value);
    *out = KL_MAX((size_t)(share * (double)n), 2);
    return KL_OK;
}

/* ---- the order ----------------------------------------------------------------------------------- */

typedef struct walk {
    kl_neighbor_index index;
    const double *distances; /* n x n when x itself holds them, else NULL */
    double max_eps;
    double *core, *reach;
    int64_t *order, *from;
    double *row;             /* distances from one row to all */
    bool *done;
    const double *columns;   /* x column by column, where there is a tree */
} walk;

/* As numpy rounds to 15 decimals: far digits do not decide who is reached first. */
static double rounded(double x)
{
    return isfinite(x) && fabs(x) < 1e15 / 2 ? rint(x * 1e15) / 1e15 : x;
}

static void measure(walk *w, size_t at)
{
    const kl_neighbor_index *x = &w->index;
    if (w->distances) {
        memcpy(w->row, w->distances + at * x->n, x->n * sizeof *w->row);
        return;
    }
    if (!w->columns) {
        for (size_t i = 0; i < x->n; i++)
            w->row[i] = w->done[i] ? 0 : kl_distance(x->x + at * x->d, x->x + i * x->d, x->d, x->metric, x->p);
        return;
    }
    kl_column_distances(w->row, w->columns, x->n, x->n, x->x + at * x->d, x->d, x->metric, x->p);
    if (x->metric == KL_METRIC_EUCLIDEAN || x->metric == KL_METRIC_MINKOWSKI)
        for (size_t i = 0; i < x->n; i++)
            w->row[i] = kl_distance_of(x, w->row[i]);
}

/* Rows near a core row may be reached from it. */
static void reach_from(walk *w, size_t at)
{
    measure(w, at);
    for (size_t i = 0; i < w->index.n; i++) {
        if (w->done[i] || !(w->row[i] <= w->max_eps))
            continue;
        double reach = rounded(KL_MAX(w->row[i], w->core[at]));
        if (reach < w->reach[i]) {
            w->reach[i] = reach;
            w->from[i] = (int64_t)at;
        }
    }
}

/* Always the row that is reached at the least distance, the lower number of equals. */
static kl_status put_in_order(walk *w, kl_task *task, kl_error *error)
{
    size_t n = w->index.n;
    for (size_t made = 0; made < n; made++) {
        size_t best = n;
        for (size_t i = 0; i < n; i++)
            if (!w->done[i] && (best == n || w->reach[i] < w->reach[best]))
                best = i;
        w->done[best] = true;
        w->order[made] = (int64_t)best;
        if (!isinf(w->core[best]))
            reach_from(w, best);
        if (made % 256 == 0)
            KL_TRY(kl_task_step(task, made, n, error));
    }
    return KL_OK;
}

/* How far the neighbours of each row are; farther than max_eps = infinity. */
static kl_status find_cores(walk *w, size_t k, kl_task *task, kl_error *error)
{
    size_t n = w->index.n;
    int64_t *rows;
    double *distances;
    KL_TAKE_RAW(rows, task, n * k, error);
    KL_TAKE_RAW(distances, task, n * k, error);
    if (!w->distances)
        KL_TRY(kl_neighbors_nearest(rows, distances, &w->index, w->index.x, n, k, false, task, error));
    for (size_t i = 0; i < n; i++) {
        if (w->distances) {
            memcpy(w->row, w->distances + i * n, n * sizeof *w->row);
            w->core[i] = kl_select(w->row, n, k - 1);
        } else {
            w->core[i] = distances[(i + 1) * k - 1];
        }
        w->core[i] = w->core[i] > w->max_eps ? INFINITY : rounded(w->core[i]);
    }
    kl_task_free(task, rows);
    kl_task_free(task, distances);
    return KL_OK;
}

static kl_status turn(walk *w, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *columns;
    KL_TAKE_RAW(columns, task, in->n * in->d, error);
    for (size_t i = 0; i < in->n; i++)
        for (size_t j = 0; j < in->d; j++)
            columns[j * in->n + i] = kl_row(in->x, i)[j];
    w->columns = columns;
    return KL_OK;
}

static kl_status begin(walk *w, optics *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_metric metric;
    double p;
    kl_neighbor_way way;
    KL_TAKE_RAW(w->row, task, in->n, error);
    KL_TAKE(w->done, task, in->n, error);
    if (kl_word_is(self->metric, "precomputed")) {
        if (in->n != in->d)
            return kl_bad_input(error, "metric='precomputed' needs a square matrix of distances, got %zu x %zu", in->n,
                                in->d);
        w->distances = in->x->data;
        w->index = (kl_neighbor_index){.n = in->n, .d = in->d};
        return KL_OK;
    }
    KL_TRY(kl_neighbor_metric(&metric, &p, self->metric, self->p, self->metric_params, error));
    KL_TRY(kl_neighbor_algorithm(&way, self->algorithm, self->metric, metric, in->d, error));
    if (way != KL_NEAR_BRUTE) /* both then add up in the same order: what is equal stays so */
        KL_TRY(turn(w, in, task, error));
    return kl_neighbor_index_begin(&w->index, in->x->data, in->n, in->d, metric, p, way, (size_t)self->leaf_size,
                                   task, error);
}

static kl_status keep(walk *w, optics *self, size_t n, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_vector_new(&made, &w->core, n, error));
    kl_learn(&self->core_distances_, made);
    KL_TRY(kl_vector_new(&made, &w->reach, n, error));
    kl_learn(&self->reachability_, made);
    KL_TRY(kl_indices_new(&made, &w->order, n, error));
    kl_learn(&self->ordering_, made);
    KL_TRY(kl_indices_new(&made, &w->from, n, error));
    kl_learn(&self->predecessor_, made);
    for (size_t i = 0; i < n; i++) {
        w->reach[i] = INFINITY;
        w->from[i] = -1;
    }
    return KL_OK;
}

/* ---- clusters ------------------------------------------------------------------------------------ */

/* As DBSCAN at distance eps, in the order of the rows. */
static void cut(double *labels, const walk *w, double eps)
{
    double label = -1;
    for (size_t k = 0; k < w->index.n; k++) {
        size_t i = (size_t)w->order[k];
        bool is_far = w->reach[i] > eps, is_core = w->core[i] <= eps;
        label += is_far && is_core;
        labels[i] = is_far && !is_core ? -1 : label;
    }
}

static kl_status keep_valleys(double *labels, optics *self, const walk *w, size_t k, size_t least, kl_task *task,
                              kl_error *error)
{
    kl_xi xi = {.order = w->order, .n = w->index.n, .xi = self->xi, .gap = k, .least = least,
                .correct = self->predecessor_correction};
    double *plot;
    int64_t *from, *to;
    kl_value made;
    KL_TAKE_RAW(plot, task, xi.n + 1, error);
    KL_TAKE_RAW(from, task, xi.n, error);
    for (size_t i = 0; i < xi.n; i++) {
        plot[i] = w->reach[w->order[i]];
        from[i] = w->from[w->order[i]];
    }
    plot[xi.n] = INFINITY;
    xi.plot = plot;
    xi.from = from;
    KL_TRY(kl_xi_find(&xi, task, error));
    kl_xi_label(labels, &xi);
    KL_TRY(kl_index_table_new(&made, &to, xi.count, 2, error));
    for (size_t c = 0; c < xi.count; c++) {
        to[2 * c] = (int64_t)xi.valleys[c].begin;
        to[2 * c + 1] = (int64_t)xi.valleys[c].end;
    }
    kl_learn(&self->cluster_hierarchy_, made);
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    optics *self = (optics *)base;
    walk w = {.max_eps = kl_is_null(self->max_eps) ? INFINITY : kl_as_double(self->max_eps)};
    kl_value made;
    double *labels, eps = kl_is_null(self->eps) ? w.max_eps : kl_as_double(self->eps);
    size_t k, least;
    KL_TRY(read_size(&k, self->min_samples, "min_samples", in->n, error));
    least = k;
    if (!kl_is_null(self->min_cluster_size))
        KL_TRY(read_size(&least, self->min_cluster_size, "min_cluster_size", in->n, error));
    if (k > in->n)
        return kl_bad_input(error, "min_samples is %zu; there is only %zu row", k, in->n);
    if (!(eps >= 0 && eps <= w.max_eps))
        return kl_bad_parameter(error, "eps", "a number from 0 to max_eps, or None", self->eps);
    KL_TRY(begin(&w, self, in, task, error));
    KL_TRY(keep(&w, self, in->n, error));
    KL_TRY(find_cores(&w, k, task, error));
    KL_TRY(put_in_order(&w, task, error));
    KL_TRY(kl_vector_new(&made, &labels, in->n, error));
    kl_learn(&self->labels_, made);
    bool is_reached = false;
    for (size_t i = 0; i < in->n; i++)
        is_reached |= !isinf(w.reach[i]);
    if (!is_reached)
        KL_TRY(kl_warn(error, "no row is reached within max_eps = %.6g; all are noise", w.max_eps));
    if (kl_word_is(self->cluster_method, "xi"))
        return keep_valleys(labels, self, &w, k, least, task, error);
    cut(labels, &w, eps);
    return KL_OK;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_VALUE(optics, min_samples, .kind = KL_KIND_ANY, .fallback = "5",
             .doc = "neighbours, itself counted, whose farthest is the core distance: an int >= 2, or a share of the rows"),
    KL_VALUE(optics, max_eps, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
             .doc = "how far a row can be reached; >= 0, in the units of x; None = infinity: from anywhere"),
    KL_DOUBLE(optics, xi, 0.05, .doc = "how steep the sides of a valley are: by this share from a row to the next; 0 to 1"),
    KL_VALUE(optics, metric, .kind = KL_KIND_ANY, .fallback = "\"minkowski\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "the distance: 'minkowski', 'euclidean' or 'l2', 'manhattan', 'cityblock' or 'l1', 'chebyshev' or "
                    "'infinity', 'cosine', or 'precomputed': x holds the distances between all rows"),
    KL_DOUBLE(optics, p, 2.0, .flags = KL_KEYWORD_ONLY, .doc = "the power of 'minkowski'; > 0"),
    KL_VALUE(optics, metric_params, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "more about the metric: {'p': number} for 'minkowski' goes before p; None = nothing"),
    KL_ENUM(optics, cluster_method, "xi", .names = cluster_methods, .flags = KL_KEYWORD_ONLY,
            .doc = "'xi': valleys with steep sides; 'dbscan': what lies below eps"),
    KL_VALUE(optics, eps, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "distance of cluster_method 'dbscan'; 0 to max_eps, None = max_eps"),
    KL_BOOL(optics, predecessor_correction, true, .flags = KL_KEYWORD_ONLY,
            .doc = "whether valleys end with a row that was reached from within (Schubert and Gertz 2018)"),
    KL_VALUE(optics, min_cluster_size, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "rows of a valley: an int >= 2, or a share of the rows; None = min_samples"),
    KL_NEIGHBORS_SEARCH(optics),
    KL_VALUE(optics, memory, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "has no effect: nothing is cached"),
    KL_NEIGHBORS_N_JOBS(optics),
    KL_LEARNED_ARRAY(optics, labels_, .doc = "the cluster of each row, as float64; -1 = noise"),
    KL_LEARNED_ARRAY(optics, reachability_, .doc = "at which distance each row was reached"),
    KL_LEARNED_ARRAY(optics, ordering_, .doc = "the rows in the order in which they were reached"),
    KL_LEARNED_ARRAY(optics, core_distances_, .doc = "how far the neighbours of each row are; inf beyond max_eps"),
    KL_LEARNED_ARRAY(optics, predecessor_, .doc = "from which row each was reached; -1 = from none"),
    KL_LEARNED_ARRAY(optics, cluster_hierarchy_,
                     .doc = "valleys x 2: the first and the last place in ordering_, inner ones first; of method 'xi'"),
};

static const kl_limit limits[] = {{"max_eps", KL_AT_LEAST(0)}, {"xi", KL_BETWEEN(0, 1)}, {"p", KL_ABOVE(0)},
                                  {"leaf_size", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_CLUSTERER};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .shapes = "labels_ = * | none; reachability_ = * | none; ordering_ = int * | none; "
              "core_distances_ = * | none; predecessor_ = int * | none; cluster_hierarchy_ = int * * | none",
};

const kl_type kl_optics_type = {
    .name = "OPTICS",
    KL_ESTIMATOR(optics),
    .repr_fields = "min_samples",
    .doc = "Puts the rows in the order in which dense places are reached and finds valleys in it (Ankerst, Breunig, "
           "Kriegel, Sander 1999), the first of those reached at equal distance being the lowest row.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_optics_type);
