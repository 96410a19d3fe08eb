/* src/ml/linear/theil_sen.c - TheilSenRegressor: the spatial median of least squares of many small samples. */
#include "linear.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/numeric.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

typedef struct theil_sen {
    LINEAR_MODEL;
    double max_subpopulation, tol;
    int64_t max_iter;
    bool fit_intercept, verbose;
    kl_value n_subsamples, random_state, n_jobs;
    double breakdown_;
    int64_t n_iter_, n_subpopulation_;
} theil_sen;

enum { SAMPLES_AT_ONCE = 64 };

/* ---- samples ------------------------------------------------------------------------------------------------------- */

typedef struct sampling {
    const kl_fit *in;
    size_t size, count, width; /* rows of a sample; samples; numbers learned from one */
    bool intercept, all;       /* all: every subset once, in order */
    uint64_t seed;
    double *weights; /* count x width: the constant first */
    int64_t *subsets; /* of `all`: count x size */
} sampling;

/* n over k, or infinity where it passes all bounds. */
static double combinations(size_t n, size_t k)
{
    double product = 1;
    k = KL_MIN(k, n - k);
    for (size_t i = 1; i <= k; i++)
        product = product * (double)(n - k + i) / (double)i;
    return rint(product);
}

/* The next subset in the order of a dictionary. */
static void next_subset(int64_t *to, const int64_t *from, size_t size, size_t n)
{
    memcpy(to, from, size * sizeof *to);
    size_t at = size;
    while (at > 0 && (size_t)to[at - 1] == n - size + at - 1)
        at--;
    if (at == 0)
        return;
    to[at - 1]++;
    for (size_t i = at; i < size; i++)
        to[i] = to[i - 1] + 1;
}

static kl_status learn_sample(double *out, const sampling *s, const int64_t *rows, kl_task *task, kl_error *error)
{
    size_t m = s->size, w = s->width, d = s->in->d, rank;
    double *a, *b, *singular;
    KL_TAKE(a, task, m * w, error);
    KL_TAKE(b, task, KL_MAX(m, w), error);
    KL_TAKE(singular, task, KL_MIN(m, w), error);
    for (size_t i = 0; i < m; i++) {
        if (s->intercept)
            a[i * w] = 1.0;
        memcpy(a + i * w + s->intercept, kl_row(s->in->x, (size_t)rows[i]), d * sizeof *a);
        b[i] = s->in->y[rows[i]];
    }
    if (m == w) { /* a square system, unless it is singular */
        double *copy, *right;
        KL_TAKE(copy, task, m * w, error);
        KL_TAKE(right, task, w, error);
        memcpy(copy, a, m * w * sizeof *copy);
        memcpy(right, b, w * sizeof *right);
        bool solved = kl_solve(copy, m, right, 1, task, NULL) == KL_OK && kl_kernels()->all_finite(right, w, NULL);
        if (solved) {
            memcpy(out, right, w * sizeof *out);
            return KL_OK;
        }
    }
    return kl_least_squares(out, &rank, singular, a, m, w, b, 1, DBL_EPSILON, task, error);
}

static kl_status learn_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    sampling *s = data;
    for (size_t i = begin; i < end; i++) {
        kl_task task = KL_TASK_INIT;
        kl_random random;
        int64_t *rows = kl_task_alloc(&task, s->size, sizeof *rows);
        kl_status status = rows ? KL_OK : kl_error_no_memory(error);
        if (status == KL_OK && s->all)
            memcpy(rows, s->subsets + i * s->size, s->size * sizeof *rows);
        kl_random_open(&random, s->seed, 1, i);
        if (status == KL_OK && !s->all)
            status = kl_random_sample(&random, rows, s->size, s->in->n, error);
        if (status == KL_OK)
            status = learn_sample(s->weights + i * s->width, s, rows, &task, error);
        kl_task_end(&task);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status list_subsets(sampling *s, kl_task *task, kl_error *error)
{
    KL_TAKE(s->subsets, task, s->count * s->size, error);
    for (size_t i = 0; i < s->size; i++)
        s->subsets[i] = (int64_t)i;
    for (size_t c = 1; c < s->count; c++)
        next_subset(s->subsets + c * s->size, s->subsets + (c - 1) * s->size, s->size, s->in->n);
    return KL_OK;
}

/* ---- the spatial median --------------------------------------------------------------------------------------------- */

typedef struct median {
    const double *points;
    size_t count, width;
    double *now, *next, *sum, *pull;
} median;

/* Weiszfeld's step as Vardi and Zhang (2000) mended it for a centre that is one of the points. */
static void step(median *m)
{
    double weight = 0;
    bool meets = false;
    memset(m->sum, 0, m->width * sizeof *m->sum);
    memset(m->pull, 0, m->width * sizeof *m->pull);
    for (size_t i = 0; i < m->count; i++) {
        const double *point = m->points + i * m->width;
        double distance = sqrt(kl_kernels()->squared_distance(point, m->now, m->width));
        if (distance < DBL_EPSILON) {
            meets = true;
            continue;
        }
        kl_kernels()->axpy(1.0 / distance, point, m->sum, m->width);
        weight += 1.0 / distance;
    }
    for (size_t j = 0; j < m->width; j++)
        m->pull[j] = m->sum[j] - weight * m->now[j];
    double force = kl_norm(m->pull, m->width);
    double go = force > DBL_EPSILON ? KL_MAX(0.0, 1.0 - meets / force) : KL_MAX(0.0, 1.0 - meets);
    for (size_t j = 0; j < m->width; j++)
        m->next[j] = go * (weight > 0 ? m->sum[j] / weight : m->now[j]) + (1 - go) * m->now[j];
}

static kl_status spatial_median(median *m, theil_sen *model, kl_task *task, kl_error *error)
{
    double tol = model->tol * model->tol;
    KL_TAKE(m->now, task, m->width, error);
    KL_TAKE(m->next, task, m->width, error);
    KL_TAKE(m->sum, task, m->width, error);
    KL_TAKE(m->pull, task, m->width, error);
    model->n_iter_ = 1;
    if (m->width == 1) {
        double *copy;
        KL_TAKE(copy, task, m->count, error);
        memcpy(copy, m->points, m->count * sizeof *copy);
        m->next[0] = kl_median(copy, m->count);
        return KL_OK;
    }
    kl_kernels()->column_sums(m->now, m->points, m->count, m->width);
    kl_scale(m->now, 1.0 / (double)m->count, m->width);
    memcpy(m->next, m->now, m->width * sizeof *m->now);
    for (int64_t i = 0; i < model->max_iter; i++) {
        KL_TRY(kl_task_step(task, (size_t)i, (size_t)model->max_iter, error));
        step(m);
        model->n_iter_ = i;
        if (kl_kernels()->squared_distance(m->now, m->next, m->width) < tol)
            return KL_OK;
        memcpy(m->now, m->next, m->width * sizeof *m->now);
    }
    return kl_warn_convergence(error, "the spatial median still moved after %lld iterations; increase max_iter",
                               (long long)model->max_iter);
}

/* ---- fit ---------------------------------------------------------------------------------------------------------------- */

static kl_status read_size(size_t *out, const theil_sen *model, const kl_fit *in, kl_error *error)
{
    size_t unknown = in->d + model->fit_intercept;
    *out = KL_MIN(unknown, in->n);
    if (kl_is(model->n_subsamples, KL_KIND_NULL))
        return KL_OK;
    int64_t given = kl_as_int(model->n_subsamples);
    bool fits = given <= (int64_t)in->n && given >= 1 &&
                (in->n >= in->d ? given >= (int64_t)unknown : given == (int64_t)in->n);
    if (!fits)
        return kl_bad_parameter(error, "n_subsamples",
                                in->n >= in->d ? "at least the number of features (and 1 for the intercept) and at most that of rows"
                                               : "the number of rows, of which there are fewer than features",
                                model->n_subsamples);
    *out = (size_t)given;
    return KL_OK;
}

static kl_status learn_all(sampling *s, theil_sen *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    KL_TRY(read_size(&s->size, model, in, error));
    double every = KL_MAX(1.0, combinations(in->n, s->size)), n = (double)in->n, k = (double)s->size;
    s->count = (size_t)KL_MIN(KL_MIN(model->max_subpopulation, every), 1e15);
    s->all = every <= model->max_subpopulation;
    s->width = in->d + model->fit_intercept;
    model->n_subpopulation_ = (int64_t)s->count;
    model->breakdown_ = 1 - (pow(0.5, 1 / k) * (n - k + 1) + k - 1) / n;
    KL_TAKE_RAW(s->weights, task, s->count * s->width, error);
    if (s->all)
        KL_TRY(list_subsets(s, task, error));
    else
        KL_TRY(kl_estimator_seed(&s->seed, &model->base, error));
    return kl_parallel_for(s->count, SAMPLES_AT_ONCE, learn_block, s, error);
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    theil_sen *model = (theil_sen *)self;
    sampling s = {.in = in, .intercept = model->fit_intercept};
    KL_TRY(learn_all(&s, model, in, task, error));
    median m = {.points = s.weights, .count = s.count, .width = s.width};
    KL_TRY(spatial_median(&m, model, task, error));
    return kl_linear_keep((linear_model *)model, m.next + s.intercept, s.intercept ? m.next : NULL, 1, in->d, error);
}

static const kl_field fields[] = {
    KL_DOUBLE(theil_sen, max_subpopulation, 10000.0,
              .doc = "most samples; where all subsets are no more than these, each is taken once; >= 1"),
    LINEAR_INTERCEPT(theil_sen, 0),
    KL_VALUE(theil_sen, n_subsamples, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "rows of each sample; None = as many as there are weights, which is the most robust"),
    KL_COUNT_FIELD(theil_sen, max_iter, 300, .flags = KL_KEYWORD_ONLY, .doc = "most iterations of the median; >= 0"),
    KL_DOUBLE(theil_sen, tol, 1e-3, .flags = KL_KEYWORD_ONLY, .doc = "the median is found when it moves by less; >= 0"),
    KL_RANDOM_STATE(theil_sen, | KL_KEYWORD_ONLY),
    LINEAR_N_JOBS(theil_sen),
    KL_BOOL(theil_sen, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is told on standard error"),
    LINEAR_LEARNED(theil_sen),
    KL_LEARNED_DOUBLE(theil_sen, breakdown_, .doc = "share of outliers that it can bear"),
    KL_LEARNED_INT(theil_sen, n_iter_, .doc = "iterations of the median"),
    KL_LEARNED_INT(theil_sen, n_subpopulation_, .doc = "samples"),
};
static const kl_limit limits[] = {{"max_subpopulation", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_xy), KL_EST_PREDICT, KL_EST_SCORE};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features; intercept_ = number",
};
const kl_type kl_theil_sen_type = {
    .name = "TheilSenRegressor",
    KL_ESTIMATOR(theil_sen),
    .doc = "Robust regression (Theil 1950; Sen 1968; Dang, Peng, Wang, Zhang 2008): the spatial median of the weights that least "
           "squares finds in many samples as small as can be.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_theil_sen_type);
