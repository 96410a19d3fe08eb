/* src/ml/cluster/affinity_propagation.c - AffinityPropagation: rows that others choose as their example.
 *
 * Frey and Dueck (2007): rows send each other how suited one is as an example for another (responsibility), and how
 * much others speak for it (availability), until the choice stays.
 */
#include "../kernels.h"
#include "../numeric.h"
#include "parallel.h"
#include "k_means.h"

#include <float.h>
#include <math.h>

typedef struct affinity_propagation {
    kl_estimator base;
    double damping;
    int64_t max_iter, convergence_iter;
    kl_value preference, affinity, random_state;
    bool copy, verbose;
    kl_value cluster_centers_indices_, cluster_centers_, labels_, affinity_matrix_;
    int64_t n_iter_;
} affinity_propagation;

static const char *const affinities[] = {"euclidean", "precomputed", NULL};
enum { ROWS = 64, STREAM = 0x51 };

/* ---- likeness ------------------------------------------------------------------------------------ */

/* Minus the squared distances, or what was given. */
static kl_status likeness(double *s, const affinity_propagation *self, const kl_fit *in, kl_task *task,
                          kl_error *error)
{
    size_t n = in->n;
    if (kl_word_is(self->affinity, "precomputed")) {
        if (in->d != n)
            return kl_bad_input(error, "x must be square, as affinity is 'precomputed'; it has %zu rows and %zu columns", n,
                                in->d);
        memcpy(s, in->x->data, n * n * sizeof *s);
        return KL_OK;
    }
    KL_TRY(kl_squared_distances(s, in->x->data, n, NULL, in->x->data, n, NULL, in->d, task, error));
    for (size_t i = 0; i < n * n; i++)
        s[i] = -s[i];
    for (size_t i = 0; i < n; i++)
        s[i * n + i] = 0;
    return KL_OK;
}

/* How much each row would like to be an example: given, or the median likeness. */
static kl_status preferences(const double **out, const affinity_propagation *self, const double *s, size_t n,
                             kl_task *task, kl_error *error)
{
    double *same, *sorted, number = kl_as_double(self->preference);
    size_t count;
    if (kl_as_array_view(self->preference)) {
        KL_TRY(kl_numbers_read(out, &count, self->preference, "preference", task, error));
        return count == n ? KL_OK : kl_bad_dimension(error, "preferences", n, count);
    }
    if (kl_is_null(self->preference)) {
        KL_TAKE_RAW(sorted, task, n * n, error);
        memcpy(sorted, s, n * n * sizeof *s);
        number = kl_median(sorted, n * n);
        kl_task_free(task, sorted);
    } else if (!kl_is_number(self->preference)) {
        return kl_bad_parameter(error, "preference", "a number, or one for each row, or None", self->preference);
    }
    KL_TAKE_RAW(same, task, n, error);
    for (size_t i = 0; i < n; i++)
        same[i] = number;
    *out = same;
    return KL_OK;
}

static bool all_equal(const double *s, const double *preference, size_t n)
{
    double first = n > 1 ? s[1] : 0;
    for (size_t i = 0; i < n; i++) {
        if (preference[i] != preference[0])
            return false;
        for (size_t j = 0; j < n; j++)
            if (i != j && s[i * n + j] != first)
                return false;
    }
    return true;
}

/* ---- messages ------------------------------------------------------------------------------------ */

typedef struct messages {
    size_t n, blocks;
    double damping;
    double *s, *a, *r;
    double *partial; /* blocks x n: sums of columns */
} messages;

static kl_status respond_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const messages *m = data;
    size_t n = m->n;
    double *sums = m->partial + block * n;
    (void)error;
    memset(sums, 0, n * sizeof *sums);
    for (size_t i = begin; i < end; i++) {
        const double *s = m->s + i * n, *a = m->a + i * n;
        double *r = m->r + i * n, most = -INFINITY, next = -INFINITY;
        size_t best = 0;
        for (size_t j = 0; j < n; j++) {
            double sum = a[j] + s[j];
            if (sum > most) {
                next = most;
                most = sum;
                best = j;
            } else if (sum > next) {
                next = sum;
            }
        }
        for (size_t j = 0; j < n; j++)
            r[j] = m->damping * r[j] + (1 - m->damping) * (s[j] - (j == best ? next : most));
        for (size_t j = 0; j < n; j++)
            sums[j] += j == i ? r[j] : r[j] > 0 ? r[j] : 0;
    }
    return KL_OK;
}

static kl_status speak_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const messages *m = data;
    const double *sums = m->partial;
    size_t n = m->n;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        const double *r = m->r + i * n;
        double *a = m->a + i * n;
        for (size_t j = 0; j < n; j++) {
            double rest = j == i ? sums[j] - r[j] : sums[j] - (r[j] > 0 ? r[j] : 0);
            double spoken = j != i && rest > 0 ? 0 : rest;
            a[j] = m->damping * a[j] + (1 - m->damping) * spoken;
        }
    }
    return KL_OK;
}

static kl_status exchange(messages *m, kl_error *error)
{
    KL_TRY(kl_parallel_for(m->n, ROWS, respond_rows, m, error));
    for (size_t b = 1; b < m->blocks; b++)
        for (size_t j = 0; j < m->n; j++)
            m->partial[j] += m->partial[b * m->n + j];
    return kl_parallel_for(m->n, ROWS, speak_rows, m, error);
}

/* Exchange messages until the rows that choose themselves stay the same; `chosen`: which those are. */
static kl_status settle(bool *chosen, bool *converged, affinity_propagation *self, messages *m, kl_task *task,
                        kl_error *error)
{
    size_t n = m->n, memory = (size_t)self->convergence_iter;
    int64_t *since; /* how many exchanges each row has been as it is */
    KL_TAKE(since, task, n, error);
    *converged = false;
    for (int64_t it = 0; it < self->max_iter; it++) {
        size_t count = 0, settled = 0;
        KL_TRY(exchange(m, error));
        for (size_t i = 0; i < n; i++) {
            bool is = m->a[i * n + i] + m->r[i * n + i] > 0;
            since[i] = is == chosen[i] && it > 0 ? since[i] + 1 : 1;
            chosen[i] = is;
            count += is;
            settled += (size_t)since[i] >= memory;
        }
        self->n_iter_ = it + 1;
        KL_TRY(kl_task_step(task, (size_t)it + 1, (size_t)self->max_iter, error));
        if (it >= self->convergence_iter && settled == n && count > 0) {
            *converged = true;
            break;
        }
    }
    return KL_OK;
}

/* ---- clusters ------------------------------------------------------------------------------------ */

/* The most alike of the examples; an example is its own. */
static void join(int64_t *cluster, const double *s, size_t n, const int64_t *examples, size_t count)
{
    for (size_t i = 0; i < n; i++) {
        cluster[i] = 0;
        for (size_t c = 1; c < count; c++)
            if (s[i * n + (size_t)examples[c]] > s[i * n + (size_t)examples[cluster[i]]])
                cluster[i] = (int64_t)c;
    }
    for (size_t c = 0; c < count; c++)
        cluster[examples[c]] = (int64_t)c;
}

/* In each cluster the row that is most like all others becomes the example. */
static void refine(int64_t *examples, size_t count, const int64_t *cluster, const double *s, size_t n, double *sums)
{
    memset(sums, 0, n * sizeof *sums);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (cluster[i] == cluster[j])
                sums[j] += s[i * n + j];
    for (size_t c = 0; c < count; c++) {
        double most = -INFINITY;
        for (size_t j = 0; j < n; j++)
            if (cluster[j] == (int64_t)c && sums[j] > most) {
                most = sums[j];
                examples[c] = (int64_t)j;
            }
    }
}

static kl_status keep(affinity_propagation *self, const int64_t *examples, size_t count, const int64_t *cluster,
                      const double *s, const kl_fit *in, kl_error *error)
{
    kl_value value;
    double *to;
    size_t width = kl_word_is(self->affinity, "precomputed") ? 0 : in->d;
    KL_TRY(kl_indices_from(&value, examples, count, error));
    kl_learn(&self->cluster_centers_indices_, value);
    if (width) {
        KL_TRY(kl_table_new(&value, &to, count, width, error));
        kl_learn(&self->cluster_centers_, value);
        for (size_t c = 0; c < count; c++)
            memcpy(to + c * width, kl_row(in->x, (size_t)examples[c]), width * sizeof *to);
    }
    KL_TRY(kl_vector_new(&value, &to, in->n, error));
    kl_learn(&self->labels_, value);
    for (size_t i = 0; i < in->n; i++)
        to[i] = count ? (double)cluster[i] : -1;
    KL_TRY(kl_table_from(&value, s, in->n, in->n, error));
    kl_learn(&self->affinity_matrix_, value);
    return KL_OK;
}

/* Examples in the order of their rows, clusters numbered so. */
static void number_clusters(int64_t *examples, size_t count, int64_t *cluster, size_t n, int64_t *place)
{
    for (size_t i = 0; i < n; i++)
        place[i] = -1;
    for (size_t c = 0; c < count; c++)
        place[examples[c]] = 0;
    for (size_t i = 0; i < n; i++)
        cluster[i] = examples[cluster[i]];
    for (size_t i = 0, next = 0; i < n; i++)
        if (place[i] == 0) {
            place[i] = (int64_t)next;
            examples[next++] = (int64_t)i;
        }
    for (size_t i = 0; i < n; i++)
        cluster[i] = place[cluster[i]];
}

static kl_status make_clusters(affinity_propagation *self, const bool *chosen, const double *s, const double *affinity,
                               const kl_fit *in, kl_task *task, kl_error *error)
{
    int64_t *examples, *cluster, *place;
    double *sums;
    size_t count = 0;
    KL_TAKE(examples, task, in->n, error);
    KL_TAKE(cluster, task, in->n, error);
    KL_TAKE(place, task, in->n, error);
    KL_TAKE(sums, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        if (chosen[i])
            examples[count++] = (int64_t)i;
    if (count) {
        join(cluster, s, in->n, examples, count);
        refine(examples, count, cluster, s, in->n, sums);
        join(cluster, s, in->n, examples, count);
        number_clusters(examples, count, cluster, in->n, place);
    }
    return keep(self, examples, count, cluster, affinity, in, error);
}

/* ---- fit ----------------------------------------------------------------------------------------- */

/* When all rows are alike: each its own example, or one for all. */
static kl_status fit_equal(affinity_propagation *self, const double *s, const double *preference, const kl_fit *in,
                           kl_task *task, kl_error *error)
{
    bool *chosen;
    bool each = in->n > 1 && preference[0] > s[1];
    KL_TAKE(chosen, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        chosen[i] = each || i == 0;
    return make_clusters(self, chosen, s, s, in, task, error);
}

/* Noise far below the digits of likeness: ties would go to and fro. */
static void break_ties(double *s, size_t n, uint64_t seed)
{
    kl_random random;
    kl_random_open(&random, seed, STREAM, 0);
    for (size_t i = 0; i < n * n; i++)
        s[i] += (DBL_EPSILON * s[i] + DBL_MIN * 100) * kl_random_normal(&random);
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    affinity_propagation *self = (affinity_propagation *)base;
    messages m = {.n = in->n, .blocks = kl_parallel_blocks(in->n, ROWS), .damping = self->damping};
    const double *preference;
    double *affinity;
    bool *chosen, converged;
    uint64_t seed;
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TAKE_RAW(m.s, task, in->n * in->n, error);
    KL_TRY(likeness(m.s, self, in, task, error));
    KL_TRY(preferences(&preference, self, m.s, in->n, task, error));
    if (in->n == 1 || all_equal(m.s, preference, in->n))
        return fit_equal(self, m.s, preference, in, task, error);
    KL_TAKE_RAW(affinity, task, in->n * in->n, error);
    for (size_t i = 0; i < in->n; i++)
        m.s[i * in->n + i] = preference[i];
    memcpy(affinity, m.s, in->n * in->n * sizeof *affinity);
    break_ties(m.s, in->n, seed);
    KL_TAKE(m.a, task, in->n * in->n, error);
    KL_TAKE(m.r, task, in->n * in->n, error);
    KL_TAKE_RAW(m.partial, task, m.blocks * in->n, error);
    KL_TAKE(chosen, task, in->n, error);
    KL_TRY(settle(chosen, &converged, self, &m, task, error));
    KL_TRY(make_clusters(self, chosen, m.s, affinity, in, task, error));
    if (!converged)
        return kl_warn_convergence(error, "AffinityPropagation stopped after %lld exchanges without having converged; "
                                   "raise max_iter or damping", (long long)self->n_iter_);
    return KL_OK;
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const affinity_propagation *self = (const affinity_propagation *)base;
    size_t count = kl_array_axis(self->cluster_centers_indices_, 0);
    int32_t *labels;
    KL_TAKE_RAW(labels, task, x->rows + 1, error);
    if (count)
        KL_TRY(kl_k_means_assign(labels, NULL, x->data, x->rows, x->cols, kl_doubles(self->cluster_centers_), count,
                                 NULL, task, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = count ? labels[i] : -1;
    return KL_OK;
}

/* Rows of likeness have no centres to be near to. */
static bool has(const kl_estimator *self, kl_operation operation)
{
    return operation == KL_OP_PREDICT && !kl_word_is(((const affinity_propagation *)self)->affinity, "precomputed");
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_DOUBLE(affinity_propagation, damping, 0.5,
              .doc = "share of a message that stays as it was; in [0.5, 1), higher when messages go to and fro"),
    KL_INT(affinity_propagation, max_iter, 200, .doc = "most exchanges of messages; >= 1"),
    KL_INT(affinity_propagation, convergence_iter, 15, .doc = "exchanges without another choice that end it; >= 1"),
    KL_VALUE(affinity_propagation, preference, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA,
             .doc = "how much rows would like to be examples, a number or one for each; higher gives more clusters. None = "
                    "the median likeness"),
    KL_ENUM(affinity_propagation, affinity, "euclidean", .names = affinities, .flags = KL_KEYWORD_ONLY,
            .doc = "likeness is minus the squared distance, or what x holds (precomputed)"),
    KL_BOOL(affinity_propagation, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
    KL_BOOL(affinity_propagation, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_RANDOM_STATE(affinity_propagation, | KL_KEYWORD_ONLY),
    KL_LEARNED_ARRAY(affinity_propagation, cluster_centers_indices_, .doc = "rows that are examples"),
    KL_LEARNED_ARRAY(affinity_propagation, cluster_centers_, .doc = "those rows; there unless precomputed"),
    KL_LEARNED_ARRAY(affinity_propagation, labels_, .doc = "the cluster of each row, as float64; -1 when there is none"),
    KL_LEARNED_ARRAY(affinity_propagation, affinity_matrix_, .doc = "likeness of the rows"),
    KL_LEARNED_INT(affinity_propagation, n_iter_, .doc = "exchanges of messages"),
};

static const kl_limit limits[] = {{"damping", KL_FROM_BELOW(0.5, 1)}, {"max_iter", KL_AT_LEAST(1)},
                                  {"convergence_iter", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_CLUSTERER, KL_EST_PREDICT};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .has = has,
    .shapes = "cluster_centers_indices_ = int k; cluster_centers_ = k features | none if affinity is precomputed; "
              "labels_ = * | none; affinity_matrix_ = * * | none",
};

const kl_type kl_affinity_propagation_type = {
    .name = "AffinityPropagation",
    KL_ESTIMATOR(affinity_propagation),
    .doc = "Clusters around rows that others choose as their example, as many as come out of it (Frey and Dueck 2007). Takes "
           "rows x rows of memory.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_affinity_propagation_type);
