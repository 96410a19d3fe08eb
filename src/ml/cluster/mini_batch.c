/* src/ml/cluster/mini_batch.c - MiniBatchKMeans: means that move a little with each handful of rows. */
#include "k_means.h"

#include "../kernels.h"
#include "../model.h"
#include "../numeric.h"
#include "kailash/data.h"

#include <math.h>

typedef struct mini_batch {
    kl_estimator base;
    int64_t n_clusters, batch_size, max_iter, verbose;
    kl_value random_state, init, n_init, max_no_improvement, init_size;
    double tol, reassignment_ratio;
    bool compute_labels;
    kl_value cluster_centers_, labels_;
    double inertia_;
    int64_t n_iter_, n_steps_, seed, since_reassign;
    kl_value counts; /* weight that each centre has seen */
} mini_batch;

enum { STREAM_BEGIN = 0x38, STREAM_STEP = 0x39 };

/* Centres, and rows that move them. */
typedef struct moving {
    double *centers, *counts;
    size_t k, d;
    double ratio;            /* of the largest count, below which a centre begins anew */
    int32_t *labels;         /* batch */
    kl_random *random;
} moving;

/* ---- one step -------------------------------------------------------------------------------------- */

/* The k-th largest counts keep their centres when more than half a batch would begin anew. */
static kl_status choose_anew(bool *anew, size_t *count, const moving *m, size_t n, kl_task *task, kl_error *error)
{
    double most = kl_kernels()->max(m->counts, m->k);
    int64_t *order;
    *count = 0;
    for (size_t c = 0; c < m->k; c++)
        *count += anew[c] = m->counts[c] < m->ratio * most;
    if (*count <= n / 2)
        return KL_OK;
    KL_TAKE_RAW(order, task, m->k, error);
    KL_TRY(kl_argsort(order, m->counts, m->k, task, error));
    for (size_t i = n / 2; i < m->k; i++) {
        *count -= anew[order[i]];
        anew[order[i]] = false;
    }
    kl_task_free(task, order);
    return KL_OK;
}

/* Centres that hardly any row belongs to become rows of the batch. */
static kl_status reassign(moving *m, const double *x, size_t n, kl_task *task, kl_error *error)
{
    bool *anew;
    int64_t *rows;
    size_t count, at = 0;
    double least = INFINITY;
    KL_TAKE(anew, task, m->k, error);
    KL_TRY(choose_anew(anew, &count, m, n, task, error));
    if (count) {
        KL_TAKE_RAW(rows, task, count, error);
        KL_TRY(kl_random_sample(m->random, rows, count, n, error));
        for (size_t c = 0; c < m->k; c++)
            if (!anew[c])
                least = KL_MIN(least, m->counts[c]);
        for (size_t c = 0; c < m->k; c++) {
            if (!anew[c])
                continue;
            memcpy(m->centers + c * m->d, x + (size_t)rows[at++] * m->d, m->d * sizeof *x);
            m->counts[c] = least;
        }
        kl_task_free(task, rows);
    }
    kl_task_free(task, anew);
    return KL_OK;
}

/* Each centre becomes the mean of all rows that it has had (Sculley 2010). */
static kl_status move(moving *m, double *inertia, const double *x, const double *weights, size_t n, bool anew,
                      kl_task *task, kl_error *error)
{
    double *sums;
    KL_TRY(kl_k_means_assign(m->labels, inertia, x, n, m->d, m->centers, m->k, weights, task, error));
    KL_TAKE(sums, task, m->k * (m->d + 1), error);
    double *added = sums + m->k * m->d;
    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)m->labels[i];
        double w = weights ? weights[i] : 1;
        kl_kernels()->axpy(w, x + i * m->d, sums + c * m->d, m->d);
        added[c] += w;
    }
    for (size_t c = 0; c < m->k; c++) {
        if (added[c] <= 0)
            continue;
        double *center = m->centers + c * m->d, all = m->counts[c] + added[c];
        for (size_t j = 0; j < m->d; j++)
            center[j] = (center[j] * m->counts[c] + sums[c * m->d + j]) / all;
        m->counts[c] = all;
    }
    kl_task_free(task, sums);
    return anew && m->ratio > 0 ? reassign(m, x, n, task, error) : KL_OK;
}

/* Whether centres may begin anew now: when one never had a row, and after every 10 k rows. */
static bool may_reassign(mini_batch *self, const moving *m, size_t batch)
{
    self->since_reassign += (int64_t)batch;
    if (kl_kernels()->min(m->counts, m->k) > 0 && self->since_reassign < 10 * self->n_clusters)
        return false;
    self->since_reassign = 0;
    return true;
}

/* ---- where to begin -------------------------------------------------------------------------------- */

static kl_status begin_given(double *centers, kl_value given, const moving *m, kl_task *task, kl_error *error)
{
    kl_matrix matrix;
    KL_TRY(kl_matrix_read(&matrix, given, "init", 0, task, error));
    if (matrix.rows != m->k || matrix.cols != m->d)
        return kl_bad_input(error, "init: expected %zu x %zu numbers, got %zu x %zu", m->k, m->d, matrix.rows,
                            matrix.cols);
    memcpy(centers, matrix.data, m->k * m->d * sizeof *centers);
    return KL_OK;
}

/* Centres by a function of the user's: of the rows, their number, random_state. */
static kl_status begin_called(double *centers, const mini_batch *self, const moving *m, const double *x, size_t n,
                              kl_task *task, kl_error *error)
{
    kl_value args[3] = {kl_null(), kl_int(self->n_clusters), self->random_state}, given;
    KL_TRY(kl_table_from(&args[0], x, n, m->d, error));
    kl_status status = kl_call_value(&given, self->init, args, 3, error);
    kl_value_release(args[0]);
    KL_TRY(status);
    status = begin_given(centers, given, m, task, error);
    kl_value_release(given);
    return status;
}

static kl_status begin(double *centers, const mini_batch *self, const moving *m, const double *x, const double *weights,
                       size_t n, kl_random *random, kl_task *task, kl_error *error)
{
    int64_t *rows;
    if (kl_as_object(self->init, &kl_callable_type))
        return begin_called(centers, self, m, x, n, task, error);
    if (!kl_is(self->init, KL_KIND_STRING))
        return begin_given(centers, self->init, m, task, error);
    if (kl_word_is(self->init, "k-means++"))
        return kl_k_means_plus_plus(centers, NULL, x, n, m->d, m->k, weights, random, task, error);
    if (!kl_word_is(self->init, "random"))
        return kl_bad_parameter(error, "init", "'k-means++', 'random', centres, or a function", self->init);
    KL_TAKE_RAW(rows, task, m->k, error);
    KL_TRY(kl_random_sample(random, rows, m->k, n, error));
    for (size_t c = 0; c < m->k; c++)
        memcpy(centers + c * m->d, x + (size_t)rows[c] * m->d, m->d * sizeof *centers);
    return KL_OK;
}

static kl_status count_beginnings(size_t *out, const mini_batch *self, kl_error *error)
{
    bool is_function = kl_as_object(self->init, &kl_callable_type) != NULL, is_word = kl_is(self->init, KL_KIND_STRING);
    *out = kl_word_is(self->init, "random") || is_function ? 3 : 1;
    if (kl_word_is(self->n_init, "auto"))
        return KL_OK;
    if (!kl_is(self->n_init, KL_KIND_INT) || kl_as_int(self->n_init) < 1)
        return kl_bad_parameter(error, "n_init", "an int >= 1 or 'auto'", self->n_init);
    *out = is_word || is_function ? (size_t)kl_as_int(self->n_init) : 1;
    return KL_OK;
}

/* Rows to begin from: some times the batch, drawn. */
static size_t count_first(const mini_batch *self, size_t n, size_t batch)
{
    size_t k = (size_t)self->n_clusters, count = kl_is_null(self->init_size) ? 3 * batch : (size_t)kl_as_int(self->init_size);
    return KL_MIN(count < k ? 3 * k : count, n);
}

static kl_status draw_rows(double *x, double *weights, const kl_fit *in, size_t count, kl_random *random, kl_task *task,
                           kl_error *error)
{
    int64_t *rows;
    KL_TAKE_RAW(rows, task, count, error);
    KL_TRY(kl_random_sample(random, rows, count, in->n, error));
    for (size_t i = 0; i < count; i++) {
        memcpy(x + i * in->d, kl_row(in->x, (size_t)rows[i]), in->d * sizeof *x);
        weights[i] = in->weights ? in->weights[rows[i]] : 1;
    }
    return KL_OK;
}

/* The best of several beginnings, by the rows that were drawn. */
static kl_status begin_best(const mini_batch *self, const kl_fit *in, moving *m, size_t first, kl_task *task,
                            kl_error *error)
{
    double *x, *weights, *centers, inertia, least = INFINITY;
    int32_t *labels;
    size_t beginnings;
    KL_TRY(count_beginnings(&beginnings, self, error));
    KL_TAKE_RAW(x, task, first * m->d, error);
    KL_TAKE_RAW(weights, task, first, error);
    KL_TAKE_RAW(centers, task, m->k * m->d, error);
    KL_TAKE_RAW(labels, task, first, error);
    KL_TRY(draw_rows(x, weights, in, first, m->random, task, error));
    double *used = in->weights ? weights : NULL;
    for (size_t b = 0; b < beginnings; b++) {
        KL_TRY(begin(centers, self, m, x, used, first, m->random, task, error));
        KL_TRY(kl_k_means_assign(labels, &inertia, x, first, m->d, centers, m->k, used, task, error));
        if (b > 0 && !(inertia < least))
            continue;
        least = inertia;
        memcpy(m->centers, centers, m->k * m->d * sizeof *centers);
    }
    return KL_OK;
}

/* ---- learning -------------------------------------------------------------------------------------- */

static kl_status check(const mini_batch *self, size_t n, kl_error *error)
{
    if ((size_t)self->n_clusters <= n)
        return KL_OK;
    return kl_bad_input(error, "invalid parameter `n_clusters`: expected a number from 1 to the number of rows (%zu), got %lld",
                        n, (long long)self->n_clusters);
}

/* Fresh arrays of the model. */
static kl_status make_arrays(mini_batch *self, moving *m, const kl_fit *in, kl_error *error)
{
    kl_value value;
    *m = (moving){.k = (size_t)self->n_clusters, .d = in->d, .ratio = self->reassignment_ratio};
    KL_TRY(kl_table_new(&value, &m->centers, m->k, m->d, error));
    kl_learn(&self->cluster_centers_, value);
    KL_TRY(kl_vector_new(&value, &m->counts, m->k, error));
    kl_learn(&self->counts, value);
    return KL_OK;
}

static kl_status keep_labels(mini_batch *self, const kl_fit *in, const moving *m, kl_task *task, kl_error *error)
{
    kl_value value;
    double *to;
    int32_t *labels;
    KL_TAKE_RAW(labels, task, in->n, error);
    KL_TRY(kl_k_means_assign(labels, &self->inertia_, in->x->data, in->n, in->d, m->centers, m->k, in->weights, task,
                             error));
    KL_TRY(kl_vector_new(&value, &to, in->n, error));
    kl_learn(&self->labels_, value);
    for (size_t i = 0; i < in->n; i++)
        to[i] = labels[i];
    return KL_OK;
}

/* Smoothed inertia of the batches, and since when it did not fall. */
typedef struct watch {
    double smooth, least, alpha, tolerance;
    int64_t idle;
    size_t steps;
} watch;

static bool is_over(watch *w, const mini_batch *self, double inertia, double moved)
{
    if (w->steps++ == 0)
        return false;
    w->smooth = w->steps == 2 ? inertia : w->smooth * (1 - w->alpha) + inertia * w->alpha;
    if (w->tolerance > 0 && moved <= w->tolerance)
        return true;
    w->idle = w->smooth < w->least ? 0 : w->idle + 1;
    w->least = KL_MIN(w->least, w->smooth);
    return !kl_is_null(self->max_no_improvement) && w->idle >= kl_as_int(self->max_no_improvement);
}

/* tol times the mean variance of the columns. */
static kl_status tolerance_of(double *out, const mini_batch *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *mean, *squares, sum = 0;
    *out = 0;
    if (self->tol == 0)
        return KL_OK;
    KL_TAKE(mean, task, in->d, error);
    KL_TAKE(squares, task, in->d, error);
    kl_kernels()->column_sums(mean, in->x->data, in->n, in->d);
    for (size_t j = 0; j < in->d; j++)
        mean[j] /= (double)in->n;
    kl_kernels()->column_square_sums(squares, in->x->data, mean, in->n, in->d);
    for (size_t j = 0; j < in->d; j++)
        sum += squares[j];
    *out = self->tol * sum / (double)in->n / (double)in->d;
    return KL_OK;
}

static void draw_batch(double *to, const kl_fit *in, const double *running, size_t batch, kl_random *random)
{
    for (size_t i = 0; i < batch; i++) {
        size_t row = running ? kl_random_choice(random, running, in->n) : kl_random_below(random, in->n);
        memcpy(to + i * in->d, kl_row(in->x, row), in->d * sizeof *to);
    }
}

static kl_status running_weights(double **out, double *sum, const kl_fit *in, kl_task *task, kl_error *error)
{
    *out = NULL;
    *sum = (double)in->n;
    if (!in->weights)
        return KL_OK;
    KL_TAKE_RAW(*out, task, in->n, error);
    *sum = 0;
    for (size_t i = 0; i < in->n; i++)
        (*out)[i] = *sum += in->weights[i];
    return KL_OK;
}

static kl_status run(mini_batch *self, const kl_fit *in, moving *m, size_t batch, kl_task *task, kl_error *error)
{
    watch w = {.least = INFINITY, .alpha = KL_MIN(1, 2.0 * (double)batch / (double)(in->n + 1))};
    size_t steps = KL_MAX(1, (size_t)self->max_iter * in->n / batch);
    double *x, *before, *running, weight, inertia, moved = 0;
    bool over = false;
    KL_TRY(tolerance_of(&w.tolerance, self, in, task, error));
    KL_TRY(running_weights(&running, &weight, in, task, error));
    KL_TAKE_RAW(x, task, batch * in->d, error);
    KL_TAKE_RAW(before, task, m->k * m->d, error);
    while (!over && w.steps < steps) {
        draw_batch(x, in, running, batch, m->random);
        memcpy(before, m->centers, m->k * m->d * sizeof *before);
        KL_TRY(move(m, &inertia, x, NULL, batch, may_reassign(self, m, batch), task, error));
        if (w.tolerance > 0)
            moved = kl_kernels()->squared_distance(before, m->centers, m->k * m->d);
        over = is_over(&w, self, inertia / (double)batch, moved);
        KL_TRY(kl_task_step(task, w.steps, steps, error));
    }
    self->n_steps_ = (int64_t)w.steps;
    self->n_iter_ = (int64_t)((w.steps * batch + in->n - 1) / in->n);
    self->inertia_ = (w.steps > 1 ? w.smooth : inertia / (double)batch) * weight;
    return KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    mini_batch *self = (mini_batch *)base;
    size_t batch = KL_MIN((size_t)self->batch_size, in->n), first;
    uint64_t seed;
    kl_random random;
    moving m;
    KL_TRY(check(self, in->n, error));
    first = count_first(self, in->n, batch);
    KL_TRY(kl_estimator_seed(&seed, base, error));
    self->seed = (int64_t)(seed & INT64_MAX);
    kl_random_open(&random, (uint64_t)self->seed, STREAM_BEGIN, 0);
    KL_TRY(make_arrays(self, &m, in, error));
    m.random = &random;
    KL_TAKE_RAW(m.labels, task, batch, error);
    KL_TRY(begin_best(self, in, &m, first, task, error));
    KL_TRY(run(self, in, &m, batch, task, error));
    return self->compute_labels ? keep_labels(self, in, &m, task, error) : KL_OK;
}

/* One step with all rows as the batch. */
static kl_status partial_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    mini_batch *self = (mini_batch *)base;
    kl_random random;
    uint64_t seed;
    moving m;
    bool is_first = kl_is_null(self->cluster_centers_);
    if (is_first) {
        KL_TRY(check(self, in->n, error));
        KL_TRY(kl_estimator_seed(&seed, base, error));
        self->seed = (int64_t)(seed & INT64_MAX);
        KL_TRY(make_arrays(self, &m, in, error));
    } else {
        KL_TRY(kl_learn_own(&self->cluster_centers_, error));
        KL_TRY(kl_learn_own(&self->counts, error));
        m = (moving){.centers = kl_doubles(self->cluster_centers_), .counts = kl_doubles(self->counts), .d = in->d,
                     .k = kl_array_axis(self->cluster_centers_, 0), .ratio = self->reassignment_ratio};
    }
    kl_random_open(&random, (uint64_t)self->seed, STREAM_STEP, (uint64_t)self->n_steps_);
    m.random = &random;
    KL_TAKE_RAW(m.labels, task, in->n, error);
    if (is_first)
        KL_TRY(begin_best(self, in, &m, count_first(self, in->n, in->n), task, error));
    KL_TRY(move(&m, NULL, in->x->data, in->weights, in->n, may_reassign(self, &m, in->n), task, error));
    self->n_steps_++;
    return self->compute_labels ? keep_labels(self, in, &m, task, error) : KL_OK;
}

/* ---- answering ------------------------------------------------------------------------------------- */

static kl_status assign(int32_t *labels, double *inertia, const kl_estimator *base, const kl_matrix *x,
                        const double *weights, kl_task *task, kl_error *error)
{
    kl_value centers = ((const mini_batch *)base)->cluster_centers_;
    return kl_k_means_assign(labels, inertia, x->data, x->rows, x->cols, kl_doubles(centers), kl_array_axis(centers, 0),
                             weights, task, error);
}

static kl_status predict(double *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    int32_t *labels;
    KL_TAKE_RAW(labels, task, x->rows + 1, error);
    KL_TRY(assign(labels, NULL, base, x, NULL, task, error));
    for (size_t i = 0; i < x->rows; i++)
        out[i] = labels[i];
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    kl_value centers = ((const mini_batch *)base)->cluster_centers_;
    size_t k = kl_array_axis(centers, 0);
    double *to;
    (void)task;
    KL_TRY(kl_table_new(out, &to, x->rows, k, error));
    for (size_t i = 0; i < x->rows; i++)
        for (size_t c = 0; c < k; c++)
            to[i * k + c] = sqrt(kl_kernels()->squared_distance(kl_row(x, i), kl_doubles(centers) + c * x->cols, x->cols));
    return KL_OK;
}

static kl_status score(double *out, const kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    int32_t *labels;
    KL_TAKE_RAW(labels, task, in->n + 1, error);
    KL_TRY(assign(labels, out, base, in->x, in->weights, task, error));
    *out = -*out;
    return KL_OK;
}

static size_t width(const kl_estimator *self) { return kl_array_axis(((const mini_batch *)self)->cluster_centers_, 0); }

/* ---- the type -------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_INT(mini_batch, n_clusters, 8, .doc = "clusters; from 1 to the number of rows"),
    KL_INT(mini_batch, batch_size, 100, .doc = "rows of a step, drawn with repetition; >= 1"),
    KL_INT(mini_batch, max_iter, 100, .doc = "most steps, in turns through as many rows as x has; >= 1"),
    KL_RANDOM_STATE(mini_batch, ),
    KL_VALUE(mini_batch, init, .kind = KL_KIND_ANY, .fallback = "\"k-means++\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "where the centres begin: \"k-means++\" (rows far from each other), \"random\" rows, centres "
                    "(n_clusters x columns), or a function (x, n_clusters, random_state) that gives them"),
    KL_VALUE(mini_batch, n_init, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "beginnings of which the best is taken; \"auto\" = 1 for k-means++ and given centres, else 3"),
    KL_VALUE(mini_batch, max_no_improvement, .kind = KL_KIND_INT, .fallback = "10", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "stop after so many steps without a lower smoothed inertia, >= 0; None = never so"),
    KL_VALUE(mini_batch, init_size, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "rows that are drawn to begin from, >= 1; None = three batches. 3 x n_clusters when it is below n_clusters"),
    KL_DOUBLE(mini_batch, tol, 0.0, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when the squares of all moves of a step are not above it times the mean variance of the columns; "
                     ">= 0, 0 = never so"),
    KL_DOUBLE(mini_batch, reassignment_ratio, 0.01, .flags = KL_KEYWORD_ONLY,
              .doc = "a centre that has seen less than this share of the rows of the busiest one begins anew at a row; >= 0"),
    KL_BOOL(mini_batch, compute_labels, true, .flags = KL_KEYWORD_ONLY,
            .doc = "whether labels_ and inertia_ are computed for all rows; else inertia_ is that of the batches, scaled"),
    KL_INT(mini_batch, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),
    KL_LEARNED_ARRAY(mini_batch, cluster_centers_, .doc = "the means: n_clusters x columns"),
    KL_LEARNED_ARRAY(mini_batch, labels_, .doc = "the cluster of each row, as float64"),
    KL_LEARNED_DOUBLE(mini_batch, inertia_, .doc = "sum of squared distances to the means, with weights"),
    KL_LEARNED_INT(mini_batch, n_iter_, .doc = "turns through as many rows as x has, begun"),
    KL_LEARNED_INT(mini_batch, n_steps_, .doc = "steps"),
    KL_KEPT_INT(mini_batch, seed, .doc = "of the random numbers, to go on with"),
    KL_KEPT_INT(mini_batch, since_reassign, .doc = "rows since centres could begin anew"),
    KL_KEPT_ARRAY(mini_batch, counts, .doc = "weight that each centre has seen"),
};

static const kl_limit limits[] = {
    {"n_clusters", KL_AT_LEAST(1)},  {"batch_size", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)},
    {"init_size", KL_AT_LEAST(1)},   {"tol", KL_AT_LEAST(0)},        {"reassignment_ratio", KL_AT_LEAST(0)},
    {"max_no_improvement", KL_AT_LEAST(0)}, {"verbose", KL_AT_LEAST(0)},
};

static const kl_method methods[] = {
    KL_EST_CLUSTERER_WEIGHTED, KL_EST_PARTIAL_FIT_WEIGHTED_X, KL_EST_PREDICT, KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", kl_est_fit_transform, kl_est_fit_x, KL_KIND_BUFFER,
               "fit(x), and the distance of each row to each centre."),
    {.name = "score", .call = kl_est_score, .params = KL_TABLE(kl_est_fit_score_x), .returns = KL_KIND_DOUBLE,
     .raises = KL_EST_RAISES, .doc = "Minus the sum of squared distances of x to the centres."},
    KL_EST_NAMES_OUT,
};

static const kl_estimator_table table = {
    .kind = KL_EST_CLUSTER,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .partial_fit = partial_fit,
    .predict = predict,
    .transform = transform,
    .score = score,
    .width = width,
    .shapes = "cluster_centers_ = n_clusters features; counts = n_clusters; labels_ = * | none",
};

const kl_type kl_mini_batch_k_means_type = {
    .name = "MiniBatchKMeans",
    KL_ESTIMATOR(mini_batch),
    .doc = "Clusters around means that are learned from small batches of rows (Sculley 2010): each step moves the means of "
           "the batch's clusters, the less the more rows they have seen. Quicker than KMeans on many rows, and nearly as good.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr_fields = "n_clusters",
    .extension = &table,
};
KL_PUBLISH(kl_mini_batch_k_means_type);
