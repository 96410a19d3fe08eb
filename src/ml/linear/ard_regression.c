/* src/ml/linear/ard_regression.c - ARDRegression: each weight with a precision of its own. */
#include "bayesian.h"
#include "center.h"

#include "ml/kernels.h"
#include "ml/linalg.h"

#include <float.h>
#include <math.h>

typedef struct ard_regression {
    BAYESIAN_MODEL;
    double threshold_lambda;
    kl_value lambda_;
} ard_regression;

const double *kl_ard_precisions(const bayesian_model *model, double *threshold)
{
    const ard_regression *ard = (const ard_regression *)model;
    *threshold = ard->threshold_lambda;
    return kl_doubles(ard->lambda_);
}

typedef struct relevance {
    ard_regression *model;
    kl_centered *c;
    double *gram, *xy;  /* d x d (of n >= d), d */
    double *lambda, *coef, *before;
    double alpha, error2, log_det;
    size_t *kept, count; /* columns whose weights are not 0 */
    double *sigma;       /* count x count */
    double *work, *columns; /* squares; n x count (of n < d) */
} relevance;

/* ---- covariance -------------------------------------------------------------------------------------------------- */

/* (diag(lambda) + alpha X'X)^-1 of the kept columns. */
static kl_status sigma_by_gram(relevance *r, kl_task *task, kl_error *error)
{
    size_t m = r->count, d = r->c->d;
    for (size_t a = 0; a < m; a++)
        for (size_t b = 0; b < m; b++)
            r->work[a * m + b] = r->alpha * r->gram[r->kept[a] * d + r->kept[b]] + (a == b ? r->lambda[r->kept[a]] : 0.0);
    double *factor = r->sigma;
    memcpy(factor, r->work, m * m * sizeof *factor);
    r->log_det = 0;
    if (kl_cholesky(factor, m, NULL) != KL_OK) {
        KL_TRY(kl_pinvh(r->sigma, &r->log_det, NULL, r->work, m, task, error));
        r->log_det = -r->log_det;
        return KL_OK;
    }
    for (size_t a = 0; a < m; a++)
        r->log_det -= 2 * log(factor[a * (m + 1)]);
    memcpy(r->work, factor, m * m * sizeof *factor);
    return kl_cholesky_inverse(r->sigma, r->work, m, error);
}

/* The same by a matrix of n x n (Woodbury): 1/L - 1/L X' (1/alpha + X 1/L X')^-1 X 1/L. */
static kl_status sigma_by_rows(relevance *r, kl_task *task, kl_error *error)
{
    size_t m = r->count, n = r->c->n, d = r->c->d;
    double *scaled, *square, *inverse, *image;
    KL_TAKE_RAW(scaled, task, n * m + 1, error);
    KL_TAKE_RAW(square, task, n * n, error);
    KL_TAKE_RAW(inverse, task, n * n, error);
    KL_TAKE_RAW(image, task, n * m + 1, error);
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < m; a++) {
            r->columns[i * m + a] = r->c->dense[i * d + r->kept[a]];
            scaled[i * m + a] = r->columns[i * m + a] / r->lambda[r->kept[a]];
        }
    kl_gemm(false, true, n, n, m, 1.0, scaled, m, r->columns, m, 0.0, square, n);
    for (size_t i = 0; i < n; i++)
        square[i * (n + 1)] += 1.0 / r->alpha;
    double log_square = 0;
    KL_TRY(kl_pinvh(inverse, &log_square, NULL, square, n, task, error));
    kl_gemm(false, false, n, m, n, 1.0, inverse, n, scaled, m, 0.0, image, m);
    kl_gemm(true, false, m, m, n, -1.0, scaled, m, image, m, 0.0, r->sigma, m);
    r->log_det = -log_square - (double)n * log(r->alpha);
    for (size_t a = 0; a < m; a++) {
        r->sigma[a * (m + 1)] += 1.0 / r->lambda[r->kept[a]];
        r->log_det -= log(r->lambda[r->kept[a]]);
    }
    kl_task_free(task, scaled);
    kl_task_free(task, square);
    kl_task_free(task, inverse);
    kl_task_free(task, image);
    return KL_OK;
}

/* sigma, and coef = alpha sigma X'y, of the kept columns. */
static kl_status find_weights(relevance *r, kl_task *task, kl_error *error)
{
    KL_TRY((r->gram ? sigma_by_gram : sigma_by_rows)(r, task, error));
    for (size_t a = 0; a < r->count; a++) {
        double sum = 0;
        for (size_t b = 0; b < r->count; b++)
            sum += r->sigma[a * r->count + b] * r->xy[r->kept[b]];
        r->coef[r->kept[a]] = r->alpha * sum;
    }
    return KL_OK;
}

/* ---- iterations -------------------------------------------------------------------------------------------------------- */

static void find_error(relevance *r, double *residual)
{
    const kl_centered *c = r->c;
    kl_centered_times(residual, c, r->coef);
    for (size_t i = 0; i < c->n; i++)
        residual[i] = c->y[i] - residual[i];
    r->error2 = kl_kernels()->sum_squares(residual, c->n);
}

/* New precisions; weights whose precision passes the threshold become 0 for good. */
static void update(relevance *r)
{
    const ard_regression *m = r->model;
    double gamma_sum = 0;
    for (size_t a = 0; a < r->count; a++) {
        size_t j = r->kept[a];
        double gamma = 1.0 - r->lambda[j] * r->sigma[a * (r->count + 1)];
        gamma_sum += gamma;
        r->lambda[j] = (gamma + 2 * m->lambda_1) / (r->coef[j] * r->coef[j] + 2 * m->lambda_2);
    }
    r->alpha = ((double)r->c->n - gamma_sum + 2 * m->alpha_1) / (r->error2 + 2 * m->alpha_2);
    r->count = 0;
    for (size_t j = 0; j < r->c->d; j++) {
        if (r->lambda[j] < m->threshold_lambda)
            r->kept[r->count++] = j;
        else
            r->coef[j] = 0;
    }
}

static double score(const relevance *r)
{
    const ard_regression *m = r->model;
    double sum = m->alpha_1 * log(r->alpha) - m->alpha_2 * r->alpha, logs = 0, squares = 0;
    for (size_t j = 0; j < r->c->d; j++) {
        sum += m->lambda_1 * log(r->lambda[j]) - m->lambda_2 * r->lambda[j];
        logs += log(r->lambda[j]);
        squares += r->lambda[j] * r->coef[j] * r->coef[j];
    }
    return sum + 0.5 * (r->log_det + (double)r->c->n * log(r->alpha) + logs) - 0.5 * (r->alpha * r->error2 + squares);
}

static kl_status iterate(relevance *r, kl_task *task, kl_error *error)
{
    ard_regression *m = r->model;
    double *scores, *residual;
    size_t d = r->c->d;
    KL_TAKE(scores, task, (size_t)m->max_iter, error);
    KL_TAKE_RAW(residual, task, r->c->n, error);
    for (int64_t i = 0; i < m->max_iter && (i == 0 || r->count > 0); i++) {
        double moved = 0;
        KL_TRY(kl_task_step(task, (size_t)i, (size_t)m->max_iter, error));
        m->n_iter_ = i + 1;
        KL_TRY(find_weights(r, task, error));
        find_error(r, residual);
        update(r);
        scores[i] = m->compute_score ? score(r) : 0.0;
        for (size_t j = 0; j < d; j++)
            moved += fabs(r->coef[j] - r->before[j]);
        if (i > 0 && moved < m->tol)
            break;
        memcpy(r->before, r->coef, d * sizeof *r->coef);
    }
    if (r->count > 0)
        KL_TRY(find_weights(r, task, error));
    if (!m->compute_score)
        return KL_OK;
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, scores, (size_t)m->n_iter_, error));
    kl_learn(&m->scores_, made);
    return KL_OK;
}

/* ---- fit ---------------------------------------------------------------------------------------------------------------- */

static kl_status begin(relevance *r, ard_regression *model, kl_centered *c, kl_task *task, kl_error *error)
{
    size_t d = c->d;
    *r = (relevance){.model = model, .c = c, .count = d};
    KL_TAKE(r->xy, task, d, error);
    KL_TAKE(r->lambda, task, d, error);
    KL_TAKE(r->coef, task, d, error);
    KL_TAKE(r->before, task, d, error);
    KL_TAKE(r->kept, task, d, error);
    KL_TAKE(r->sigma, task, d * d, error);
    for (size_t j = 0; j < d; j++) {
        r->kept[j] = j;
        r->lambda[j] = 1.0;
    }
    double mean = kl_kernels()->sum(c->y, c->n) / (double)c->n, spread = 0;
    for (size_t i = 0; i < c->n; i++)
        spread += (c->y[i] - mean) * (c->y[i] - mean);
    r->alpha = 1.0 / (spread / (double)c->n + DBL_EPSILON);
    if (c->n >= d) {
        KL_TAKE(r->gram, task, d * d, error);
        KL_TAKE(r->work, task, d * d, error);
        return kl_centered_gram(r->gram, r->xy, c, task, error);
    }
    KL_TAKE(r->columns, task, c->n * d, error);
    KL_TRY(kl_centered_dense(c, task, error));
    kl_centered_back(r->xy, c, c->y);
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    ard_regression *model = (ard_regression *)self;
    kl_centered c;
    relevance r;
    double intercept;
    kl_value made = kl_null();
    if (in->n < 2)
        return kl_bad_input(error, "ARDRegression needs at least 2 rows, got 1");
    KL_TRY(kl_center(&c, in->x, in->y, 1, NULL, model->fit_intercept, task, error));
    KL_TRY(begin(&r, model, &c, task, error));
    KL_TRY(iterate(&r, task, error));
    model->alpha_ = r.alpha;
    KL_TRY(kl_table_from(&made, r.sigma, r.count, r.count, error));
    kl_learn(&model->sigma_, made);
    made = kl_null();
    KL_TRY(kl_vector_from(&made, r.lambda, in->d, error));
    kl_learn(&model->lambda_, made);
    kl_centered_intercept(&intercept, &c, r.coef);
    return kl_bayesian_keep((bayesian_model *)model, r.coef, &intercept, c.x_mean, in->d, error);
}

static const kl_field fields[] = {
    BAYESIAN_FIELDS(ard_regression),
    KL_DOUBLE(ard_regression, threshold_lambda, 10000.0, .flags = KL_KEYWORD_ONLY,
              .doc = "a weight whose precision passes it becomes 0; >= 0"),
    BAYESIAN_LEARNED(ard_regression),
    KL_LEARNED_ARRAY(ard_regression, lambda_, .doc = "precision of each weight"),
};
static const kl_limit limits[] = {
    {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}, {"alpha_1", KL_AT_LEAST(0)}, {"alpha_2", KL_AT_LEAST(0)},
    {"lambda_1", KL_AT_LEAST(0)}, {"lambda_2", KL_AT_LEAST(0)}, {"threshold_lambda", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_xy), BAYESIAN_PREDICT,
                                    KL_EST_SCORE};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features; intercept_ = number; sigma_ = kept kept; X_offset_ = features; "
              "lambda_ = features; X_scale_ = features | none",
};
const kl_type kl_ard_regression_type = {
    .name = "ARDRegression",
    KL_ESTIMATOR(ard_regression),
    .doc = "Automatic relevance determination (MacKay 1994; Tipping 2001): Bayesian regression in which each weight has a "
           "precision of its own, so that features that do not matter go to 0. Fewer rows than features: by Woodbury.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ard_regression_type);
