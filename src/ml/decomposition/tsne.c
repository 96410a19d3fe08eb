/* src/ml/decomposition/tsne.c - TSNE: a map of rows on which near ones stay near.
 *
 * Van der Maaten and Hinton, Visualizing data using t-SNE (2008): probabilities that rows are neighbours, of normal
 * distributions in x, of Student's t in the map, whose divergence is lowered by gradients with momentum.
 */
#include "tsne.h"

#include "parts.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"

#include <math.h>

typedef struct tsne {
    kl_estimator base;
    int64_t n_components, n_iter, n_iter_without_progress;
    double perplexity, early_exaggeration, min_grad_norm, angle;
    kl_value learning_rate, random_state, metric, metric_params, init, method, n_jobs;
    bool verbose;
    kl_value embedding_;
    double kl_divergence_, learning_rate_;
    int64_t n_iter_;
} tsne;

enum { EXPLORATION = 250, CHECK = 50, ROWS = 64 };

/* ---- neighbours in x -------------------------------------------------------------------------------------------- */

void kl_tsne_perplexity(double *row, size_t width, size_t self, double perplexity)
{
    double beta = 1, low = -INFINITY, high = INFINITY, wanted = log(perplexity), least = INFINITY, sum = 0;
    for (size_t j = 0; j < width; j++)
        if (j != self && row[j] < least)
            least = row[j];
    for (int round = 0; round < 100; round++) {
        double weighed = 0;
        sum = 0;
        for (size_t j = 0; j < width; j++) {
            if (j == self)
                continue;
            double p = exp(-(row[j] - least) * beta);
            sum += p;
            weighed += p * (row[j] - least);
        }
        double gap = log(sum) + beta * weighed / sum - wanted;
        if (fabs(gap) <= 1e-5)
            break;
        if (gap > 0) {
            low = beta;
            beta = isinf(high) ? beta * 2 : (beta + high) / 2;
        } else {
            high = beta;
            beta = isinf(low) ? beta / 2 : (beta + low) / 2;
        }
    }
    for (size_t j = 0; j < width; j++)
        row[j] = j == self ? 0 : exp(-(row[j] - least) * beta) / sum;
}

typedef struct measuring {
    const kl_matrix *x;
    bool given;           /* x is distances */
    kl_metric metric;
    double p;
    size_t neighbours;
    int64_t *others;      /* n x neighbours */
    double *near;         /* n x neighbours: squared distances, then probabilities */
    double *scratch;      /* ROWS + 1 rows of n for each thread */
    double perplexity;
} measuring;

static kl_status squared_rows(double *out, const measuring *m, size_t begin, size_t rows, kl_error *error)
{
    size_t n = m->x->rows, d = m->x->cols;
    if (m->given)
        memcpy(out, m->x->data + begin * n, rows * n * sizeof *out);
    else if (m->metric == KL_METRIC_EUCLIDEAN)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < n; j++)
                out[i * n + j] = kl_kernels()->squared_distance(kl_row(m->x, begin + i), kl_row(m->x, j), d);
    else
        KL_TRY(kl_distances(out, kl_row(m->x, begin), rows, m->x->data, n, d, m->metric, m->p, error));
    for (size_t i = 0; i < rows * n && (m->given || m->metric != KL_METRIC_EUCLIDEAN); i++)
        out[i] *= out[i];
    return KL_OK;
}

/* The nearest rows of one: of equals the first; in order of their numbers. */
static void keep_nearest(const measuring *m, size_t i, double *row, double *copy)
{
    size_t n = m->x->rows, count = 0;
    row[i] = INFINITY;
    memcpy(copy, row, n * sizeof *copy);
    double limit = kl_select(copy, n, m->neighbours - 1);
    size_t below = 0;
    for (size_t j = 0; j < n; j++)
        below += row[j] < limit;
    for (size_t j = 0, ties = m->neighbours - below; j < n && count < m->neighbours; j++) {
        bool tie = row[j] == limit && j != i && ties > 0;
        if (!(row[j] < limit) && !tie)
            continue;
        ties -= tie;
        m->others[i * m->neighbours + count] = (int64_t)j;
        m->near[i * m->neighbours + count++] = row[j];
    }
}

static kl_status find_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const measuring *m = data;
    size_t n = m->x->rows;
    double *rows = m->scratch + kl_parallel_me() * (ROWS + 1) * n;
    (void)block;
    KL_TRY(squared_rows(rows, m, begin, end - begin, error));
    for (size_t i = begin; i < end; i++) {
        keep_nearest(m, i, rows + (i - begin) * n, rows + ROWS * n);
        kl_tsne_perplexity(m->near + i * m->neighbours, m->neighbours, SIZE_MAX, m->perplexity);
    }
    return KL_OK;
}

/* p(i | j) + p(j | i) in compressed rows, with sum 1. */
static kl_status make_joint(kl_tsne_affinity *p, const measuring *m, kl_task *task, kl_error *error)
{
    size_t n = m->x->rows, k = m->neighbours, total = 0;
    int64_t *seen, *starts, *back;
    KL_TAKE(starts, task, n + 2, error); /* who has j as a neighbour */
    KL_TAKE_RAW(back, task, n * k, error);
    KL_TAKE_RAW(seen, task, n, error);
    KL_TAKE_RAW(p->starts, task, n + 1, error);
    KL_TAKE_RAW(p->others, task, 2 * n * k, error);
    KL_TAKE_RAW(p->values, task, 2 * n * k, error);
    for (size_t e = 0; e < n * k; e++)
        starts[m->others[e] + 2]++;
    for (size_t j = 0; j < n; j++)
        starts[j + 2] += starts[j + 1];
    for (size_t e = 0; e < n * k; e++)
        back[starts[m->others[e] + 1]++] = (int64_t)e;
    for (size_t i = 0; i < n; i++)
        seen[i] = -1;
    for (size_t i = 0; i < n; i++) {
        p->starts[i] = (int64_t)total;
        for (size_t e = i * k; e < (i + 1) * k; e++) {
            seen[m->others[e]] = (int64_t)total;
            p->others[total] = m->others[e];
            p->values[total++] = m->near[e];
        }
        for (int64_t at = starts[i]; at < starts[i + 1]; at++) {
            int64_t from = back[at] / (int64_t)k;
            if (seen[from] >= p->starts[i]) {
                p->values[seen[from]] += m->near[back[at]];
                continue;
            }
            p->others[total] = from;
            p->values[total++] = m->near[back[at]];
        }
    }
    p->starts[n] = (int64_t)total;
    kl_scale(p->values, 1 / fmax(kl_kernels()->sum(p->values, total), 2.220446049250313e-16), total);
    return KL_OK;
}

static kl_status near_affinity(kl_tsne_affinity *p, measuring *m, kl_task *task, kl_error *error)
{
    size_t n = m->x->rows;
    m->neighbours = KL_MIN(n - 1, (size_t)(3 * m->perplexity + 1));
    KL_TAKE_RAW(m->others, task, n * m->neighbours, error);
    KL_TAKE_RAW(m->near, task, n * m->neighbours, error);
    KL_TAKE_RAW(m->scratch, task, kl_parallel_threads() * (ROWS + 1) * n, error);
    KL_TRY(kl_parallel_for(n, ROWS, find_block, m, error));
    return make_joint(p, m, task, error);
}

static kl_status full_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const measuring *m = data;
    size_t n = m->x->rows;
    (void)block;
    KL_TRY(squared_rows(m->near + begin * n, m, begin, end - begin, error));
    for (size_t i = begin; i < end; i++)
        kl_tsne_perplexity(m->near + i * n, n, i, m->perplexity);
    return KL_OK;
}

static kl_status full_affinity(kl_tsne_affinity *p, measuring *m, kl_task *task, kl_error *error)
{
    size_t n = m->x->rows;
    double *joint, sum = 0;
    KL_TAKE_RAW(m->near, task, n * n, error);
    KL_TAKE_RAW(joint, task, n * n, error);
    KL_TRY(kl_parallel_for(n, ROWS, full_block, m, error));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            joint[i * n + j] = m->near[i * n + j] + m->near[j * n + i];
            sum += joint[i * n + j];
        }
    kl_scale(joint, 1 / fmax(sum, 2.220446049250313e-16), n * n);
    p->dense = joint;
    return KL_OK;
}

/* ---- all pairs -------------------------------------------------------------------------------------------------- */

typedef struct all_pairs {
    const kl_tsne_affinity *p;
    const double *y;
    double *weights, *gradient, *sums; /* n x n, n x dims, n */
    size_t dims;
    double degrees, sum;
    bool with_divergence;
} all_pairs;

static kl_status weigh_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const all_pairs *a = data;
    size_t n = a->p->n;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            double distance = kl_kernels()->squared_distance(a->y + i * a->dims, a->y + j * a->dims, a->dims);
            double weight = i == j ? 0 : pow(1 + distance / a->degrees, -(a->degrees + 1) / 2);
            a->weights[i * n + j] = weight;
            sum += weight;
        }
        a->sums[i] = sum;
    }
    return KL_OK;
}

static kl_status slope_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const all_pairs *a = data;
    size_t n = a->p->n;
    double factor = 2 * (a->degrees + 1) / a->degrees;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        double *gradient = a->gradient + i * a->dims, divergence = 0;
        memset(gradient, 0, a->dims * sizeof *gradient);
        for (size_t j = 0; j < n; j++) {
            double weight = a->weights[i * n + j], p = a->p->dense[i * n + j], q = weight / a->sum;
            double force = factor * (p - q) * pow(weight, 2 / (a->degrees + 1));
            for (size_t c = 0; c < a->dims; c++)
                gradient[c] += force * (a->y[i * a->dims + c] - a->y[j * a->dims + c]);
            if (a->with_divergence && i != j)
                divergence += p * log(fmax(p, 2.220446049250313e-16) / fmax(q, 2.220446049250313e-16));
        }
        a->sums[i] = divergence;
    }
    return KL_OK;
}

static kl_status pairs_gradient(all_pairs *a, double *gradient, double *divergence, const double *y, kl_error *error)
{
    a->y = y;
    a->gradient = gradient;
    a->with_divergence = divergence != NULL;
    KL_TRY(kl_parallel_for(a->p->n, 16, weigh_block, a, error));
    a->sum = fmax(kl_kernels()->sum(a->sums, a->p->n), 2.220446049250313e-16);
    KL_TRY(kl_parallel_for(a->p->n, 16, slope_block, a, error));
    if (divergence)
        *divergence = kl_kernels()->sum(a->sums, a->p->n);
    return KL_OK;
}

/* ---- descent ---------------------------------------------------------------------------------------------------- */

typedef struct descent {
    kl_tsne_affinity *p;
    kl_tsne_tree *tree; /* or NULL */
    all_pairs pairs;
    double *y, *gradient, *update, *gains;
    size_t count; /* n x dims */
    double rate, degrees;
    double divergence;
    int64_t done; /* steps */
} descent;

static kl_status slope(descent *s, bool with_divergence, kl_error *error)
{
    double *divergence = with_divergence ? &s->divergence : NULL;
    return s->tree ? kl_tsne_tree_gradient(s->tree, s->gradient, divergence, s->y, s->p, s->degrees, error)
                   : pairs_gradient(&s->pairs, s->gradient, divergence, s->y, error);
}

static void move(descent *s, double momentum)
{
    for (size_t i = 0; i < s->count; i++) {
        double gain = s->update[i] * s->gradient[i] < 0 ? s->gains[i] + 0.2 : s->gains[i] * 0.8;
        s->gains[i] = gain < 0.01 ? 0.01 : gain;
        s->update[i] = momentum * s->update[i] - s->rate * s->gains[i] * s->gradient[i];
        s->y[i] += s->update[i];
    }
}

static void exaggerate(descent *s, double by)
{
    size_t count = s->p->dense ? s->p->n * s->p->n : (size_t)s->p->starts[s->p->n];
    kl_scale(s->p->dense ? s->p->dense : s->p->values, by, count);
}

static kl_status descend(descent *s, const tsne *self, int64_t end, double momentum, int64_t patience, kl_task *task,
                         kl_error *error)
{
    double best = INFINITY;
    int64_t best_at = s->done;
    memset(s->update, 0, s->count * sizeof *s->update);
    for (size_t i = 0; i < s->count; i++)
        s->gains[i] = 1;
    for (; s->done < end; s->done++) {
        bool check = (s->done + 1) % CHECK == 0 || s->done + 1 == end;
        KL_TRY(slope(s, check, error));
        move(s, momentum);
        KL_TRY(kl_task_step(task, (size_t)s->done + 1, (size_t)self->n_iter, error));
        if (!check)
            continue;
        if (s->divergence < best) {
            best = s->divergence;
            best_at = s->done;
        } else if (s->done - best_at > patience) {
            break;
        }
        if (kl_norm(s->gradient, s->count) <= self->min_grad_norm)
            break;
    }
    return KL_OK;
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static kl_status read_metric(measuring *m, const tsne *self, kl_error *error)
{
    static const struct {
        const char *name;
        kl_metric metric;
        double p;
    } rows[] = {{"euclidean", KL_METRIC_EUCLIDEAN, 2}, {"l2", KL_METRIC_EUCLIDEAN, 2},
                {"manhattan", KL_METRIC_MANHATTAN, 1}, {"l1", KL_METRIC_MANHATTAN, 1},
                {"cityblock", KL_METRIC_MANHATTAN, 1}, {"chebyshev", KL_METRIC_CHEBYSHEV, 0},
                {"minkowski", KL_METRIC_MINKOWSKI, 2}, {"cosine", KL_METRIC_COSINE, 0}};
    m->given = kl_word_is(self->metric, "precomputed");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (kl_word_is(self->metric, rows[i].name)) {
            m->metric = rows[i].metric;
            m->p = rows[i].p;
        }
    if (kl_is_null(self->metric_params))
        return KL_OK;
    kl_value p = kl_map_get(self->metric_params, KL_TEXT("p"));
    m->p = kl_is(p, KL_KIND_DOUBLE) ? kl_as_double(p) : kl_is(p, KL_KIND_INT) ? (double)kl_as_int(p) : 0;
    if (m->metric != KL_METRIC_MINKOWSKI || !(m->p >= 1))
        return kl_bad_parameter(error, "metric_params", "{'p': a number >= 1} for the metric 'minkowski', else None",
                                self->metric_params);
    return KL_OK;
}

static kl_status read_rate(tsne *self, size_t n, kl_error *error)
{
    kl_value rate = self->learning_rate;
    if (kl_word_is(rate, "auto"))
        self->learning_rate_ = fmax((double)n / self->early_exaggeration / 4, 50);
    else
        self->learning_rate_ = kl_is(rate, KL_KIND_DOUBLE) ? kl_as_double(rate) : kl_is(rate, KL_KIND_INT) ? (double)kl_as_int(rate) : 0;
    if (!(self->learning_rate_ > 0) || isinf(self->learning_rate_))
        return kl_bad_parameter(error, "learning_rate", "a number > 0 or 'auto'", rate);
    return KL_OK;
}

static kl_status check(const tsne *self, const measuring *m, kl_error *error)
{
    size_t n = m->x->rows;
    if (n < 2)
        return kl_bad_input(error, "TSNE needs at least two rows; x has %zu", n);
    if (!(self->perplexity < (double)n))
        return kl_bad_input(error, "invalid parameter `perplexity`: expected less than the rows of x (%zu), got %.15g", n,
                            self->perplexity);
    if (!m->given)
        return KL_OK;
    if (n != m->x->cols)
        return kl_bad_input(error, "precomputed distances are square; x has %zu rows and %zu columns", n, m->x->cols);
    if (kl_kernels()->min(m->x->data, n * n) < 0)
        return kl_bad_input(error, "precomputed distances must not be negative");
    if (kl_word_is(self->init, "pca"))
        return kl_bad_parameter(error, "init", "'random' or an array for precomputed distances", self->init);
    return KL_OK;
}

/* Principal components whose first has standard deviation 1e-4; small normal numbers; or what is given. */
static kl_status begin(double *y, const tsne *self, const kl_matrix *x, uint64_t seed, kl_task *task, kl_error *error)
{
    size_t n = x->rows, k = (size_t)self->n_components;
    double *mean, *s, *vt, *columns, square = 0;
    kl_matrix given;
    kl_random random;
    kl_few_singular how = {.k = k, .oversamples = 10, .iterations = 7, .seed = seed};
    kl_random_open(&random, seed, 0x75, 0);
    if (kl_word_is(self->init, "random")) {
        kl_random_normals(&random, y, n * k);
        kl_scale(y, 1e-4, n * k);
        return KL_OK;
    }
    if (!kl_word_is(self->init, "pca")) {
        if (kl_is(self->init, KL_KIND_STRING) || kl_is_null(self->init))
            return kl_bad_parameter(error, "init", "'pca', 'random' or an array", self->init);
        KL_TRY(kl_matrix_read(&given, self->init, "init", 0, task, error));
        if (given.rows != n || given.cols != k)
            return kl_bad_input(error, "init: expected %zu x %zu numbers, got %zu x %zu", n, k, given.rows, given.cols);
        memcpy(y, given.data, n * k * sizeof *y);
        return KL_OK;
    }
    if (k > KL_MIN(n, x->cols))
        return kl_bad_parameter(error, "init", "'random' or an array for more components than the smaller side of x",
                                self->init);
    KL_TAKE_RAW(mean, task, x->cols, error);
    KL_TAKE_RAW(s, task, k, error);
    KL_TAKE_RAW(vt, task, k * x->cols, error);
    KL_TAKE_RAW(columns, task, k * x->cols, error);
    kl_column_means(mean, x);
    KL_TRY(kl_singular_random(NULL, s, vt, x, mean, &how, task, error));
    kl_flip_signs(NULL, 0, vt, k, x->cols);
    kl_transpose(columns, vt, k, x->cols);
    kl_x_times(y, x, mean, false, columns, k);
    for (size_t i = 0; i < n; i++)
        square += y[i * k] * y[i * k];
    if (square > 0)
        kl_scale(y, 1e-4 / sqrt(square / (double)n), n * k);
    return KL_OK;
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

static kl_status prepare(descent *s, tsne *self, measuring *m, kl_task *task, kl_error *error)
{
    size_t n = m->x->rows, dims = (size_t)self->n_components;
    bool exact = kl_word_is(self->method, "exact") || dims > 3;
    s->count = n * dims;
    s->degrees = (double)KL_MAX(dims - 1, (size_t)1);
    s->rate = self->learning_rate_;
    KL_TAKE(s->gradient, task, s->count, error);
    KL_TAKE(s->update, task, s->count, error);
    KL_TAKE(s->gains, task, s->count, error);
    s->p->n = n;
    if (!exact) {
        KL_TRY(kl_tsne_tree_new(&s->tree, n, dims, self->angle, task, error));
        return near_affinity(s->p, m, task, error);
    }
    s->pairs = (all_pairs){.p = s->p, .dims = dims, .degrees = s->degrees};
    KL_TAKE_RAW(s->pairs.weights, task, n * n, error);
    KL_TAKE_RAW(s->pairs.sums, task, n, error);
    return full_affinity(s->p, m, task, error);
}

static kl_status tsne_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    tsne *self = (tsne *)base;
    kl_tsne_affinity p = {0};
    descent s = {.p = &p};
    measuring m = {.x = in->x, .perplexity = self->perplexity};
    int64_t exploration = KL_MIN((int64_t)EXPLORATION, self->n_iter);
    uint64_t seed;
    KL_TRY(read_metric(&m, self, error));
    KL_TRY(check(self, &m, error));
    KL_TRY(read_rate(self, in->n, error));
    KL_TRY(kl_estimator_seed(&seed, base, error));
    KL_TRY(kl_learn_table(&self->embedding_, &s.y, in->n, (size_t)self->n_components, error));
    KL_TRY(begin(s.y, self, in->x, seed, task, error));
    KL_TRY(prepare(&s, self, &m, task, error));
    exaggerate(&s, self->early_exaggeration);
    KL_TRY(descend(&s, self, exploration, 0.5, EXPLORATION, task, error));
    exaggerate(&s, 1 / self->early_exaggeration);
    if (s.done < self->n_iter)
        KL_TRY(descend(&s, self, self->n_iter, 0.8, self->n_iter_without_progress, task, error));
    KL_TRY(slope(&s, true, error));
    self->kl_divergence_ = s.divergence;
    self->n_iter_ = s.done;
    return KL_OK;
}

static kl_status tsne_fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task,
                                    kl_error *error)
{
    KL_TRY(tsne_fit(base, in, task, error));
    *out = kl_value_retain(((const tsne *)base)->embedding_);
    return KL_OK;
}

static size_t tsne_width(const kl_estimator *self) { return (size_t)((const tsne *)self)->n_components; }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const metrics[] = {"euclidean", "l2", "manhattan", "l1", "cityblock", "chebyshev", "minkowski", "cosine",
                                      "precomputed", NULL};
static const char *const methods_[] = {"barnes_hut", "exact", NULL};

static const kl_field fields[] = {
    KL_INT(tsne, n_components, 2, .doc = "dimensions of the map; >= 1; more than 3 are always computed exactly"),
    KL_DOUBLE(tsne, perplexity, 30.0, .doc = "about how many neighbours a row has; > 0, less than the rows of x"),
    KL_VALUE(tsne, learning_rate, .kind = KL_KIND_ANY, .fallback = "200.0", .flags = KL_FOREIGN,
             .doc = "length of a step; > 0; 'auto' = rows / early_exaggeration / 4, at least 50"),
    KL_INT(tsne, n_iter, 1000, .alias = "max_iter", .doc = "most steps; >= 250. max_iter is another name for it"),
    KL_RANDOM_STATE(tsne, ),
    KL_DOUBLE(tsne, early_exaggeration, 12.0, .flags = KL_KEYWORD_ONLY,
              .doc = "how much stronger neighbours pull in the first 250 steps; >= 1"),
    KL_INT(tsne, n_iter_without_progress, 300, .flags = KL_KEYWORD_ONLY,
           .doc = "stop after so many steps that do not lower the divergence, which is looked at every 50"),
    KL_DOUBLE(tsne, min_grad_norm, 1e-7, .flags = KL_KEYWORD_ONLY, .doc = "stop when the gradient is shorter; >= 0"),
    KL_ENUM(tsne, metric, "euclidean", .names = metrics, .flags = KL_KEYWORD_ONLY,
            .doc = "distance of rows; precomputed: x is their distances"),
    KL_VALUE(tsne, metric_params, .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "{'p': power >= 1} of minkowski"),
    KL_VALUE(tsne, init, .kind = KL_KIND_ANY, .fallback = "\"pca\"", .flags = KL_DATA | KL_KEYWORD_ONLY,
             .doc = "the beginning: 'pca': principal components, 'random', or an array: rows x n_components"),
    KL_BOOL(tsne, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_ENUM(tsne, method, "barnes_hut", .names = methods_, .flags = KL_KEYWORD_ONLY,
            .doc = "barnes_hut: far points are taken together, in a time of about n ln n; exact: n^2"),
    KL_DOUBLE(tsne, angle, 0.5, .flags = KL_KEYWORD_ONLY,
              .doc = "size over distance below which points are taken together, from 0 to 1"),
    KL_VALUE(tsne, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most threads to use; -1 or None = all processors"),
    KL_LEARNED_ARRAY(tsne, embedding_, .doc = "the map: rows x n_components"),
    KL_LEARNED_DOUBLE(tsne, kl_divergence_, .doc = "divergence of the map from the neighbourhoods in x"),
    KL_LEARNED_DOUBLE(tsne, learning_rate_, .doc = "length of a step that was used"),
    KL_LEARNED_INT(tsne, n_iter_, .doc = "steps that were made"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)},
                                  {"perplexity", KL_ABOVE(0)},
                                  {"n_iter", KL_AT_LEAST(250)},
                                  {"early_exaggeration", KL_AT_LEAST(1)},
                                  {"n_iter_without_progress", KL_AT_LEAST(-1)},
                                  {"min_grad_norm", KL_AT_LEAST(0)},
                                  {"angle", KL_BETWEEN(0, 1)}};

static const kl_method methods[] = {
    KL_EST_FIT,
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,
               "fit(x), and the map: embedding_."),
    KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = tsne_fit,
    .fit_transform = tsne_fit_transform,
    .width = tsne_width,
    .shapes = "embedding_ = * * | none",
};

const kl_type kl_tsne_type = {
    .name = "TSNE",
    KL_ESTIMATOR(tsne),
    .doc = "A map of rows in few dimensions on which near ones stay near (van der Maaten and Hinton 2008): the probabilities "
           "that rows are neighbours are those of normal distributions in x, of Student's t in the map. Forces between far "
           "points by Barnes and Hut (van der Maaten 2014).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_tsne_type);
