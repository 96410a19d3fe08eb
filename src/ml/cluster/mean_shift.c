/* src/ml/cluster/mean_shift.c - MeanShift: rows climb to where most of them are.
 *
 * Comaniciu and Meer: Mean shift: a robust approach toward feature space analysis; IEEE TPAMI 24 (2002).
 */
#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/neighbors/index_parts.h"
#include "ml/neighbors/neighbors.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>

typedef struct mean_shift {
    kl_estimator base;
    kl_value bandwidth, seeds, n_jobs;
    int64_t max_iter, min_bin_freq;
    bool bin_seeding, cluster_all;
    kl_value cluster_centers_, labels_;
    int64_t n_iter_;
} mean_shift;

/* ---- how far a row sees -------------------------------------------------------------------------- */

/* The mean of the distances to the neighbour that 0.3 of all rows are nearer than. */
static kl_status estimate_bandwidth(double *out, const kl_neighbor_index *index, kl_task *task, kl_error *error)
{
    enum { BLOCK = 512 };
    size_t n = index->n, k = (size_t)((double)n * 0.3);
    int64_t *rows;
    double *distances, sum = 0;
    k = KL_MAX(k, 1);
    KL_TAKE_RAW(rows, task, BLOCK * k, error);
    KL_TAKE_RAW(distances, task, BLOCK * k, error);
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t count = KL_MIN((size_t)BLOCK, n - from);
        KL_TRY(kl_neighbors_nearest(rows, distances, index, index->x + from * index->d, count, k, false, task,
                                    error));
        for (size_t i = 0; i < count; i++)
            sum += distances[(i + 1) * k - 1];
    }
    kl_task_free(task, rows);
    kl_task_free(task, distances);
    *out = sum / (double)n;
    return KL_OK;
}

/* ---- where to begin ------------------------------------------------------------------------------ */

typedef struct bins {
    const double *rounded;
    size_t d;
} bins;

static int compare_bins(const void *a, const void *b, void *data)
{
    const bins *of = data;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    for (size_t j = 0; j < of->d; j++) {
        double one = of->rounded[left * of->d + j], other = of->rounded[right * of->d + j];
        if (one != other)
            return one < other ? -1 : 1;
    }
    return left < right ? -1 : left > right;
}

static bool same_bin(const bins *of, size_t a, size_t b)
{
    for (size_t j = 0; j < of->d; j++)
        if (of->rounded[a * of->d + j] != of->rounded[b * of->d + j])
            return false;
    return true;
}

/* One seed for each cell of a grid, as wide as the bandwidth, that has enough rows. */
static kl_status bin_seeds(const double **seeds, size_t *count, const kl_fit *in, double width, size_t least,
                           kl_task *task, kl_error *error)
{
    double *rounded, *made;
    size_t *order, found = 0;
    if (width == 0)
        return KL_OK;
    KL_TAKE_RAW(rounded, task, in->n * in->d, error);
    KL_TAKE_RAW(made, task, in->n * in->d, error);
    KL_TAKE_RAW(order, task, in->n, error);
    bins of = {rounded, in->d};
    for (size_t i = 0; i < in->n * in->d; i++)
        rounded[i] = rint(in->x->data[i] / width);
    for (size_t i = 0; i < in->n; i++)
        order[i] = i;
    qsort_r(order, in->n, sizeof *order, compare_bins, &of);
    for (size_t begin = 0, end; begin < in->n; begin = end) {
        for (end = begin + 1; end < in->n && same_bin(&of, order[begin], order[end]);)
            end++;
        for (size_t j = 0; j < in->d && end - begin >= least; j++)
            made[found * in->d + j] = rounded[order[begin] * in->d + j] * width;
        found += end - begin >= least;
    }
    if (found == in->n)
        return kl_warn(error, "no two rows share a bin of width %.6g; the rows themselves are seeds", width);
    *seeds = made;
    *count = found;
    return KL_OK;
}

static kl_status find_seeds(const double **seeds, size_t *count, const mean_shift *self, const kl_fit *in,
                            double bandwidth, kl_task *task, kl_error *error)
{
    kl_matrix given;
    *seeds = in->x->data;
    *count = in->n;
    if (!kl_is_null(self->seeds)) {
        KL_TRY(kl_matrix_read(&given, self->seeds, "seeds", 0, task, error));
        if (given.cols != in->d)
            return kl_bad_dimension(error, "columns of seeds", in->d, given.cols);
        *seeds = given.data;
        *count = given.rows;
        return KL_OK;
    }
    if (self->bin_seeding)
        KL_TRY(bin_seeds(seeds, count, in, bandwidth, (size_t)self->min_bin_freq, task, error));
    return KL_OK;
}

/* ---- climbing ------------------------------------------------------------------------------------ */

typedef struct climb {
    const kl_neighbor_index *index;
    const double *seeds;
    double bandwidth;
    int64_t most;       /* moves */
    double *centers;    /* of each seed: where it ended */
    size_t *counts;     /* rows within the bandwidth there; 0 = none at all */
    int64_t *moves;
    double *products;   /* for each thread */
    double *sums;       /* d numbers for each thread */
} climb;

typedef struct summer {
    kl_neighbor_sink sink;
    const kl_neighbor_index *index;
    double *sum;
    size_t count;
} summer;

static void add_row(kl_neighbor_sink *sink, double distance, int64_t row)
{
    summer *s = (summer *)sink;
    const double *x = s->index->x + (size_t)row * s->index->d;
    (void)distance;
    for (size_t j = 0; j < s->index->d; j++)
        s->sum[j] += x[j];
    s->count++;
}

static void add_rows(kl_neighbor_sink *sink, const int64_t *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_row(sink, 0, rows[i]);
}

static size_t sum_near(double *sum, const climb *c, const double *at)
{
    summer s = {{add_row, kl_reduced_of(c->index, c->bandwidth), -1, add_rows}, c->index, sum, 0};
    kl_neighbor_sink *sink = &s.sink;
    memset(sum, 0, c->index->d * sizeof *sum);
    if (c->index->order)
        kl_tree_search(sink, c->index, at);
    else
        kl_brute_search(&sink, c->index, at, 1, c->products + kl_parallel_me() * KL_BRUTE_QUERIES * KL_BRUTE_ROWS);
    return s.count;
}

static void climb_one(const climb *c, size_t seed)
{
    size_t d = c->index->d, count;
    double *at = c->centers + seed * d, *sum = c->sums + kl_parallel_me() * d;
    memcpy(at, c->seeds + seed * d, d * sizeof *at);
    while ((count = sum_near(sum, c, at)) > 0) {
        double moved = 0;
        for (size_t j = 0; j < d; j++) {
            double mean = sum[j] / (double)count;
            moved += (mean - at[j]) * (mean - at[j]);
            at[j] = mean;
        }
        c->counts[seed] = count;
        if (sqrt(moved) <= 1e-3 * c->bandwidth || c->moves[seed] == c->most)
            return;
        c->moves[seed]++;
    }
    c->counts[seed] = 0;
}

static kl_status climb_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++)
        climb_one(data, i);
    return KL_OK;
}

static kl_status climb_all(climb *c, size_t count, kl_task *task, kl_error *error)
{
    size_t threads = kl_parallel_threads();
    KL_TAKE_RAW(c->centers, task, count * c->index->d, error);
    KL_TAKE(c->counts, task, count, error);
    KL_TAKE(c->moves, task, count, error);
    KL_TAKE_RAW(c->sums, task, threads * c->index->d, error);
    if (!c->index->order)
        KL_TAKE_RAW(c->products, task, threads * KL_BRUTE_QUERIES * KL_BRUTE_ROWS, error);
    return kl_parallel_for(count, 4, climb_block, c, error);
}

/* ---- centres ------------------------------------------------------------------------------------- */

/* More rows first; of as many the larger numbers first. */
static int compare_peaks(const void *a, const void *b, void *data)
{
    const climb *c = data;
    size_t left = *(const size_t *)a, right = *(const size_t *)b, d = c->index->d;
    if (c->counts[left] != c->counts[right])
        return c->counts[left] > c->counts[right] ? -1 : 1;
    for (size_t j = 0; j < d; j++)
        if (c->centers[left * d + j] != c->centers[right * d + j])
            return c->centers[left * d + j] > c->centers[right * d + j] ? -1 : 1;
    return left < right ? -1 : left > right;
}

/* Of peaks within the bandwidth of each other the highest stays. `kept` is filled with their numbers. */
static size_t merge_peaks(size_t *kept, const climb *c, const size_t *order, size_t count)
{
    size_t d = c->index->d, found = 0;
    double near = c->bandwidth * c->bandwidth;
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < found && is_new; k++)
            is_new = kl_kernels()->squared_distance(c->centers + order[i] * d, c->centers + kept[k] * d, d) > near;
        if (is_new)
            kept[found++] = order[i];
    }
    return found;
}

static kl_status keep_centers(mean_shift *self, const climb *c, size_t seeds, kl_task *task, kl_error *error)
{
    size_t *order, *kept, count = 0, d = c->index->d;
    kl_value made;
    double *centers;
    KL_TAKE_RAW(order, task, seeds, error);
    KL_TAKE_RAW(kept, task, seeds, error);
    self->n_iter_ = 0;
    for (size_t i = 0; i < seeds; i++) {
        self->n_iter_ = KL_MAX(self->n_iter_, c->moves[i]);
        if (c->counts[i] > 0)
            order[count++] = i;
    }
    if (count == 0)
        return kl_bad_input(error, "no row is within the bandwidth %.6g of any seed; a larger bandwidth or other "
                                   "seeds would do",
                            c->bandwidth);
    qsort_r(order, count, sizeof *order, compare_peaks, (void *)(uintptr_t)c);
    size_t found = merge_peaks(kept, c, order, count);
    KL_TRY(kl_table_new(&made, &centers, found, d, error));
    kl_learn(&self->cluster_centers_, made);
    for (size_t k = 0; k < found; k++)
        memcpy(centers + k * d, c->centers + kept[k] * d, d * sizeof *centers);
    return KL_OK;
}

/* The nearest centre of each row; farther away than `within` = -1. */
static kl_status assign(double *labels, const mean_shift *self, const double *x, size_t n, double within,
                        kl_task *task, kl_error *error)
{
    kl_neighbor_index index;
    int64_t *nearest;
    double *distances;
    KL_TAKE_RAW(nearest, task, n + 1, error);
    KL_TAKE_RAW(distances, task, n + 1, error);
    KL_TRY(kl_neighbor_index_make(&index, kl_doubles(self->cluster_centers_), kl_array_axis(self->cluster_centers_, 0),
                                  (size_t)self->base.features, KL_METRIC_EUCLIDEAN, 2, task, error));
    KL_TRY(kl_neighbors_nearest(nearest, distances, &index, x, n, 1, false, task, error));
    for (size_t i = 0; i < n; i++)
        labels[i] = distances[i] <= within ? (double)nearest[i] : -1;
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    mean_shift *self = (mean_shift *)base;
    kl_neighbor_index index;
    kl_value made;
    double *labels;
    size_t count;
    climb c = {.index = &index, .most = self->max_iter};
    KL_TRY(kl_neighbor_index_make(&index, in->x->data, in->n, in->d, KL_METRIC_EUCLIDEAN, 2, task, error));
    c.bandwidth = kl_as_double(self->bandwidth);
    if (kl_is_null(self->bandwidth))
        KL_TRY(estimate_bandwidth(&c.bandwidth, &index, task, error));
    KL_TRY(find_seeds(&c.seeds, &count, self, in, c.bandwidth, task, error));
    if (count == 0)
        return kl_bad_input(error, "no bin has min_bin_freq = %lld rows; there is no seed",
                            (long long)self->min_bin_freq);
    KL_TRY(climb_all(&c, count, task, error));
    KL_TRY(keep_centers(self, &c, count, task, error));
    KL_TRY(kl_vector_new(&made, &labels, in->n, error));
    kl_learn(&self->labels_, made);
    return assign(labels, self, in->x->data, in->n, self->cluster_all ? INFINITY : c.bandwidth, task, error);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    return assign(out, (const mean_shift *)base, x->data, x->rows, INFINITY, task, error);
}

static const kl_field fields[] = {
    KL_VALUE(mean_shift, bandwidth, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
             .doc = "how far a row sees, in the units of x; >= 0, None = the mean distance to the neighbour that 0.3 of "
                    "all rows are nearer than"),
    KL_COUNT_FIELD(mean_shift, max_iter, 300, .doc = "most moves of a seed; >= 0"),
    KL_VALUE(mean_shift, seeds, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "where to begin: seeds x columns; None = at all rows, or as bin_seeding says"),
    KL_BOOL(mean_shift, bin_seeding, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether to begin at the cells of a grid, as wide as the bandwidth, that have rows; faster"),
    KL_COUNT_FIELD(mean_shift, min_bin_freq, 1, .flags = KL_KEYWORD_ONLY,
                   .doc = "rows that such a cell must have; >= 1"),
    KL_BOOL(mean_shift, cluster_all, true, .flags = KL_KEYWORD_ONLY,
            .doc = "whether rows out of sight of all centres go to the nearest one, too, instead of being noise (-1)"),
    KL_NEIGHBORS_N_JOBS(mean_shift),
    KL_LEARNED_ARRAY(mean_shift, cluster_centers_, .doc = "centres: clusters x columns, that with most rows first"),
    KL_LEARNED_ARRAY(mean_shift, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_INT(mean_shift, n_iter_, .doc = "most moves that a seed made"),
};

static const kl_limit limits[] = {
    {"bandwidth", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(0)}, {"min_bin_freq", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_CLUSTERER, KL_EST_PREDICT};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .shapes = "cluster_centers_ = k features; labels_ = * | none",
};

const kl_type kl_mean_shift_type = {
    .name = "MeanShift",
    KL_ESTIMATOR(mean_shift),
    .doc = "Every row moves to the mean of the rows within the bandwidth until it stands still; where rows meet are the "
           "centres (Comaniciu and Meer 2002). Of centres within the bandwidth of each other that with most rows "
           "stays, and each row belongs to the nearest centre.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_mean_shift_type);
