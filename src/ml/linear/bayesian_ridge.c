/* src/ml/linear/bayesian_ridge.c - BayesianRidge: ridge regression that finds the strength of its penalty. */
#include "bayesian.h"
#include "center.h"

#include "ml/kernels.h"
#include "ml/linalg.h"

#include <float.h>
#include <math.h>

typedef struct bayesian_ridge {
    BAYESIAN_MODEL;
    kl_value alpha_init, lambda_init;
    double lambda_;
} bayesian_ridge;

/* In the basis of right singular vectors the normal equations are diagonal: weight i is pull / (value + lambda/alpha). */
typedef struct spectrum {
    size_t count, d;
    double *values;  /* squares of the singular values */
    double *vectors; /* count x d */
    double *pull;    /* count: vectors X'y */
    double rest;     /* |y - X w|^2 at lambda = 0 */
} spectrum;

/* ---- the basis -------------------------------------------------------------------------------------------------- */

static kl_status finish_spectrum(spectrum *s, const kl_centered *c, kl_task *task, kl_error *error)
{
    double *xy, *w, *residual;
    KL_TAKE(xy, task, c->d, error);
    KL_TAKE(w, task, c->d, error);
    KL_TAKE(residual, task, c->n, error);
    KL_TAKE(s->pull, task, s->count + 1, error);
    kl_centered_back(xy, c, c->y);
    double most = kl_kernels()->max(s->values, s->count), noise = DBL_EPSILON * (double)KL_MAX(c->n, c->d);
    for (size_t i = 0; i < s->count; i++) {
        if (s->values[i] <= noise * noise * most) { /* a direction that x does not have */
            s->values[i] = 0;
            continue;
        }
        s->pull[i] = kl_dot(s->vectors + i * c->d, xy, c->d);
        kl_axpy(s->pull[i] / s->values[i], s->vectors + i * c->d, w, c->d);
    }
    kl_centered_times(residual, c, w);
    for (size_t i = 0; i < c->n; i++)
        residual[i] = c->y[i] - residual[i];
    s->rest = kl_kernels()->sum_squares(residual, c->n);
    return KL_OK;
}

/* By X'X where it is well conditioned, else by X itself. */
static kl_status find_spectrum(spectrum *s, kl_centered *c, kl_task *task, kl_error *error)
{
    size_t d = c->d, r = KL_MIN(c->n, d);
    bool good = false;
    KL_TAKE(s->values, task, d, error);
    KL_TAKE(s->vectors, task, d * d + 1, error);
    s->count = r;
    s->d = d;
    if (d < c->n) {
        double *gram;
        KL_TAKE(gram, task, d * d, error);
        KL_TRY(kl_centered_gram(gram, NULL, c, task, error));
        KL_TRY(kl_eigh(s->values, s->vectors, gram, d, task, error));
        good = s->values[0] > 1e-8 * s->values[d - 1];
    }
    if (!good) {
        double *copy;
        KL_TRY(kl_centered_dense(c, task, error));
        KL_TAKE_RAW(copy, task, c->n * d, error);
        memcpy(copy, c->dense, c->n * d * sizeof *copy);
        KL_TRY(kl_svd(NULL, s->values, s->vectors, copy, c->n, d, task, error));
        for (size_t i = 0; i < r; i++)
            s->values[i] *= s->values[i];
    }
    return finish_spectrum(s, c, task, error);
}

/* ---- evidence ------------------------------------------------------------------------------------------------------ */

typedef struct evidence {
    const spectrum *s;
    const bayesian_ridge *model;
    double alpha, lambda, total, n; /* total: of the weights */
    double *coef, *before;
    double error2; /* |y - X w|^2 */
} evidence;

static void find_weights(evidence *e)
{
    const spectrum *s = e->s;
    double ratio = e->lambda / e->alpha;
    memset(e->coef, 0, s->d * sizeof *e->coef);
    e->error2 = s->rest;
    for (size_t i = 0; i < s->count; i++) {
        double sum = s->values[i] + ratio;
        if (!(sum > 0))
            continue;
        kl_kernels()->axpy(s->pull[i] / sum, s->vectors + i * s->d, e->coef, s->d);
        if (s->values[i] > 0)
            e->error2 += s->pull[i] * s->pull[i] / s->values[i] * (ratio / sum) * (ratio / sum);
    }
}

static double log_likelihood(const evidence *e)
{
    const spectrum *s = e->s;
    const bayesian_ridge *m = e->model;
    double d = (double)s->d, logs = (d - (double)s->count) * log(e->lambda);
    for (size_t i = 0; i < s->count; i++)
        logs += log(e->lambda + e->alpha * s->values[i]);
    double score = m->lambda_1 * log(e->lambda) - m->lambda_2 * e->lambda + m->alpha_1 * log(e->alpha) -
                   m->alpha_2 * e->alpha;
    return score + 0.5 * (d * log(e->lambda) + e->total * log(e->alpha) - e->alpha * e->error2 -
                          e->lambda * kl_kernels()->sum_squares(e->coef, s->d) - logs -
                          e->total * log(2 * 3.14159265358979323846));
}

static void update(evidence *e)
{
    const bayesian_ridge *m = e->model;
    double gamma = 0;
    for (size_t i = 0; i < e->s->count; i++) {
        double scaled = e->alpha * e->s->values[i];
        gamma += scaled > 0 ? scaled / (e->lambda + scaled) : 0.0;
    }
    e->lambda = (gamma + 2 * m->lambda_1) / (kl_kernels()->sum_squares(e->coef, e->s->d) + 2 * m->lambda_2);
    e->alpha = (e->total - gamma + 2 * m->alpha_1) / (e->error2 + 2 * m->alpha_2);
}

static double moved(const evidence *e)
{
    double sum = 0;
    for (size_t j = 0; j < e->s->d; j++)
        sum += fabs(e->coef[j] - e->before[j]);
    return sum;
}

static kl_status maximise(evidence *e, bayesian_ridge *model, kl_task *task, kl_error *error)
{
    double *scores;
    size_t count = 0;
    KL_TAKE(scores, task, (size_t)model->max_iter + 1, error);
    for (int64_t i = 0; i < model->max_iter; i++) {
        KL_TRY(kl_task_step(task, (size_t)i, (size_t)model->max_iter, error));
        model->n_iter_ = i + 1;
        find_weights(e);
        scores[count++] = model->compute_score ? log_likelihood(e) : 0.0;
        update(e);
        if (i > 0 && moved(e) < model->tol)
            break;
        memcpy(e->before, e->coef, e->s->d * sizeof *e->coef);
    }
    find_weights(e);
    scores[count++] = log_likelihood(e);
    model->alpha_ = e->alpha;
    model->lambda_ = e->lambda;
    if (!model->compute_score)
        return KL_OK;
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, scores, count, error));
    kl_learn(&model->scores_, made);
    return KL_OK;
}

/* I / lambda + V' diag(1 / (alpha value + lambda) - 1 / lambda) V */
static kl_status keep_sigma(bayesian_ridge *model, const evidence *e, kl_task *task, kl_error *error)
{
    const spectrum *s = e->s;
    double *sigma, *scaled;
    kl_value made = kl_null();
    KL_TAKE_RAW(scaled, task, s->count * s->d + 1, error);
    KL_TRY(kl_table_new(&made, &sigma, s->d, s->d, error));
    kl_learn(&model->sigma_, made);
    bool complete = s->count == s->d;
    for (size_t i = 0; i < s->count; i++) {
        double by = 1.0 / (e->alpha * s->values[i] + e->lambda) - (complete ? 0.0 : 1.0 / e->lambda);
        for (size_t j = 0; j < s->d; j++)
            scaled[i * s->d + j] = by * s->vectors[i * s->d + j];
    }
    for (size_t j = 0; !complete && j < s->d; j++)
        sigma[j * (s->d + 1)] = 1.0 / e->lambda;
    kl_gemm(true, false, s->d, s->d, s->count, 1.0, s->vectors, s->d, scaled, s->d, 1.0, sigma, s->d);
    return KL_OK;
}

/* ---- fit ------------------------------------------------------------------------------------------------------------- */

static double variance(const kl_fit *in, double total)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < in->n; i++)
        mean += (in->weights ? in->weights[i] : 1.0) * in->y[i] / total;
    for (size_t i = 0; i < in->n; i++)
        sum += (in->weights ? in->weights[i] : 1.0) * (in->y[i] - mean) * (in->y[i] - mean) / total;
    return sum;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    bayesian_ridge *model = (bayesian_ridge *)self;
    kl_centered c;
    spectrum s;
    double intercept;
    evidence e = {.s = &s, .model = model, .n = (double)in->n};
    KL_TRY(kl_center(&c, in->x, in->y, 1, in->weights, model->fit_intercept, task, error));
    KL_TRY(find_spectrum(&s, &c, task, error));
    KL_TAKE(e.coef, task, in->d, error);
    KL_TAKE(e.before, task, in->d, error);
    e.total = in->weights ? kl_kernels()->sum(in->weights, in->n) : (double)in->n;
    e.alpha = kl_is(model->alpha_init, KL_KIND_NULL) ? 1.0 / (variance(in, e.total) + DBL_EPSILON)
                                                     : kl_as_double(model->alpha_init);
    e.lambda = kl_is(model->lambda_init, KL_KIND_NULL) ? 1.0 : kl_as_double(model->lambda_init);
    KL_TRY(maximise(&e, model, task, error));
    KL_TRY(keep_sigma(model, &e, task, error));
    kl_centered_intercept(&intercept, &c, e.coef);
    return kl_bayesian_keep((bayesian_model *)model, e.coef, &intercept, c.x_mean, in->d, error);
}

static const kl_field fields[] = {
    BAYESIAN_FIELDS(bayesian_ridge),
    KL_VALUE(bayesian_ridge, alpha_init, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "alpha at the beginning; >= 0, None = 1 / variance of y"),
    KL_VALUE(bayesian_ridge, lambda_init, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "lambda at the beginning; >= 0, None = 1"),
    BAYESIAN_LEARNED(bayesian_ridge),
    KL_LEARNED_DOUBLE(bayesian_ridge, lambda_, .doc = "precision of the weights"),
};
static const kl_limit limits[] = {
    {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_ABOVE(0)}, {"alpha_1", KL_AT_LEAST(0)}, {"alpha_2", KL_AT_LEAST(0)},
    {"lambda_1", KL_AT_LEAST(0)}, {"lambda_2", KL_AT_LEAST(0)}, {"alpha_init", KL_AT_LEAST(0)},
    {"lambda_init", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_xy), BAYESIAN_PREDICT, KL_EST_SCORE};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features; intercept_ = number; sigma_ = features features; X_offset_ = features; "
              "X_scale_ = features | none",
};
const kl_type kl_bayesian_ridge_type = {
    .name = "BayesianRidge",
    KL_ESTIMATOR(bayesian_ridge),
    .doc = "Bayesian ridge regression (MacKay 1992; Tipping 2001): the precisions of noise (alpha) and weights (lambda), "
           "which have gamma priors, are those that make the data most likely. One singular value decomposition.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_bayesian_ridge_type);
