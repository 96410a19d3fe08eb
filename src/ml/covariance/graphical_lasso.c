/* src/ml/covariance/graphical_lasso.c - GraphicalLasso: a covariance whose inverse has many zeros.
 *
 * Friedman, Hastie, Tibshirani, Sparse inverse covariance estimation with the graphical lasso (2008): each column in turn
 * is explained by all others with a penalty of absolute values, until the duality gap is small.
 */
#include "covariance.h"

#include "../decomposition/parts.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../linear/coordinate_descent.h"

#include <float.h>
#include <math.h>

typedef struct graphical_lasso {
    KL_COVARIANCE_MODEL;
    double alpha, tol, enet_tol, eps;
    int64_t max_iter;
    kl_value mode, covariance;
    bool verbose;
    kl_value costs_;
    int64_t n_iter_;
} graphical_lasso;

typedef struct blocks {
    size_t d;
    double alpha;
    const double *empirical;
    double *covariance, *precision; /* d x d */
    double *inner, *row, *weights, *product; /* the others: d - 1 */
    double *factor; /* d x d */
    kl_value costs;
} blocks;

static void leave_out(blocks *b, size_t column)
{
    size_t d = b->d, m = 0;
    for (size_t i = 0; i < d; i++) {
        if (i == column)
            continue;
        b->row[m] = b->empirical[column * d + i];
        for (size_t j = 0, c = 0; j < d; j++)
            if (j != column)
                b->inner[m * (d - 1) + c++] = b->covariance[i * d + j];
        m++;
    }
}

/* One column beside all others. */
static kl_status solve_column(blocks *b, size_t column, const graphical_lasso *self, kl_task *task, kl_error *error)
{
    size_t d = b->d, m = d - 1;
    double diagonal = b->precision[column * d + column] + 1000 * self->eps, explained = 0;
    bool precise = kl_word_is(self->mode, "lars");
    kl_descent how = {.l1 = b->alpha, .tol = precise ? 1e-14 : self->enet_tol,
                      .iterations_max = precise ? 100000 : (size_t)KL_MAX(self->max_iter, 20)};
    leave_out(b, column);
    for (size_t i = 0, c = 0; i < d; i++)
        if (i != column)
            b->weights[c++] = -b->precision[i * d + column] / diagonal;
    KL_TRY(kl_descend_gram(b->weights, &how, b->inner, m, b->row, kl_kernels()->sum_squares(b->row, m), m, task,
                           error));
    kl_gemv(false, m, m, 1, b->inner, m, b->weights, 0, b->product);
    for (size_t i = 0, c = 0; i < d; i++)
        if (i != column)
            explained += b->covariance[i * d + column] * b->weights[c++];
    double inverse = 1 / (b->covariance[column * d + column] - explained);
    b->precision[column * d + column] = inverse;
    for (size_t i = 0, c = 0; i < d; i++) {
        if (i == column)
            continue;
        b->precision[i * d + column] = b->precision[column * d + i] = -inverse * b->weights[c];
        b->covariance[i * d + column] = b->covariance[column * d + i] = b->product[c++];
    }
    return KL_OK;
}

static kl_status ill_conditioned(kl_error *error)
{
    return kl_bad_input(error, "the covariance is too ill-conditioned for the graphical lasso: give a greater alpha, or "
                               "scale the columns");
}

/* The objective, infinite when the inverse is not positive definite, and the duality gap. */
static void measure(double *cost, double *gap, const blocks *b)
{
    size_t d = b->d;
    double logs = 0, trace = kl_dot(b->empirical, b->precision, d * d), penalty = kl_kernels()->sum_abs(b->precision, d * d);
    for (size_t i = 0; i < d; i++)
        penalty -= fabs(b->precision[i * d + i]);
    *gap = trace - (double)d + b->alpha * penalty;
    memcpy(b->factor, b->precision, d * d * sizeof *b->factor);
    *cost = INFINITY;
    if (!isfinite(*gap) || kl_cholesky(b->factor, d, NULL) != KL_OK)
        return;
    for (size_t i = 0; i < d; i++)
        logs += 2 * log(b->factor[i * d + i]);
    *cost = trace - logs + b->alpha * penalty + 2 * (double)d * log(2 * M_PI);
}

static kl_status note_costs(kl_value *costs, double cost, double gap, kl_error *error)
{
    kl_value pair = kl_null();
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_double(cost), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_double(gap), error);
    if (status != KL_OK) {
        kl_value_release(pair);
        return status;
    }
    return kl_array_push(costs, pair, error);
}

static kl_status iterate(blocks *b, graphical_lasso *self, kl_task *task, kl_error *error)
{
    double cost = 0, gap = INFINITY;
    kl_value costs = kl_null();
    KL_TRY(kl_array_new(&costs, 0, error));
    kl_learn(&self->costs_, costs);
    for (int64_t i = 0; i < self->max_iter; i++) {
        self->n_iter_ = i + 1;
        for (size_t column = 0; column < b->d; column++)
            KL_TRY(solve_column(b, column, self, task, error));
        measure(&cost, &gap, b);
        if (!isfinite(gap))
            return ill_conditioned(error);
        KL_TRY(note_costs(&self->costs_, cost, gap, error));
        if (fabs(gap) < self->tol)
            return KL_OK;
        if (isinf(cost) && i > 0) /* the first round may leave the cone, the second one comes back or none does */
            return ill_conditioned(error);
        KL_TRY(kl_task_step(task, (size_t)i + 1, (size_t)self->max_iter, error));
    }
    return kl_warn_convergence(error, "graphical_lasso: did not converge after %lld iteration: dual gap: %.3e",
                               (long long)self->max_iter, gap);
}

static kl_status make_room(blocks *b, graphical_lasso *self, kl_task *task, kl_error *error)
{
    size_t d = b->d, m = d - 1;
    double *copy;
    KL_TAKE_RAW(copy, task, d * d, error);
    memcpy(copy, b->covariance, d * d * sizeof *copy);
    b->empirical = copy;
    KL_TAKE_RAW(b->inner, task, m * m, error);
    KL_TAKE_RAW(b->row, task, m, error);
    KL_TAKE_RAW(b->weights, task, m, error);
    KL_TAKE_RAW(b->product, task, m, error);
    KL_TAKE_RAW(b->factor, task, d * d, error);
    return kl_learn_table(&self->precision_, &b->precision, d, d, error);
}

/* The covariance of the rows, or the one that is given in their place. */
static kl_status begin(double **out, graphical_lasso *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *mean;
    if (in->n < 2 || in->d < 2)
        return kl_bad_input(error, "GraphicalLasso needs at least two rows and two columns; x has %zu and %zu", in->n,
                            in->d);
    if (!kl_word_is(self->covariance, "precomputed")) {
        KL_TRY(kl_covariance_locate((kl_covariance *)self, in->x, error));
        return kl_covariance_empirical(out, (kl_covariance *)self, in->x, task, error);
    }
    if (in->n != in->d)
        return kl_bad_input(error, "a precomputed covariance is square; x has %zu rows and %zu columns", in->n, in->d);
    KL_TRY(kl_learn_vector(&self->location_, &mean, in->d, error));
    KL_TRY(kl_learn_table(&self->covariance_, out, in->d, in->d, error));
    memcpy(*out, in->x->data, in->d * in->d * sizeof **out);
    return KL_OK;
}

static kl_status lasso_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    graphical_lasso *self = (graphical_lasso *)base;
    blocks b = {.d = in->d, .alpha = self->alpha};
    double cost, gap;
    self->store_precision = true;
    KL_TRY(begin(&b.covariance, self, in, task, error));
    KL_TRY(make_room(&b, self, task, error));
    if (self->alpha == 0) {
        kl_value costs;
        memcpy(b.factor, b.empirical, in->d * in->d * sizeof *b.factor);
        if (kl_cholesky(b.factor, in->d, NULL) != KL_OK)
            return ill_conditioned(error);
        KL_TRY(kl_cholesky_inverse(b.precision, b.factor, in->d, error));
        KL_TRY(kl_array_new(&costs, 1, error));
        kl_learn(&self->costs_, costs);
        measure(&cost, &gap, &b);
        return isfinite(cost) ? note_costs(&self->costs_, cost, gap, error) : ill_conditioned(error);
    }
    for (size_t i = 0; i < in->d * in->d; i++)
        b.covariance[i] *= i % (in->d + 1) ? 0.95 : 1;
    KL_TRY(kl_pinvh(b.precision, NULL, NULL, b.covariance, in->d, task, error));
    return iterate(&b, self, task, error);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const modes[] = {"cd", "lars", NULL};
static const char *const given[] = {"precomputed", NULL};

static const kl_field fields[] = {
    KL_DOUBLE(graphical_lasso, alpha, 0.01, .doc = "penalty of the inverse's absolute values off the diagonal; >= 0"),
    KL_INT(graphical_lasso, max_iter, 100, .doc = "most rounds through all columns; >= 0"),
    KL_DOUBLE(graphical_lasso, tol, 1e-4, .doc = "stop when the duality gap is smaller; > 0"),
    KL_COVARIANCE_CENTERED(graphical_lasso, 0),
    KL_ENUM(graphical_lasso, mode, "cd", .names = modes, .flags = KL_KEYWORD_ONLY,
            .doc = "cd: each column by coordinate descent up to enet_tol; lars: each column to the last digits, as the path of "
                   "least angles ends"),
    KL_VALUE(graphical_lasso, covariance, .kind = KL_KIND_ENUM, .names = given, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "'precomputed': x is a covariance; None: x is rows"),
    KL_DOUBLE(graphical_lasso, enet_tol, 1e-4, .flags = KL_KEYWORD_ONLY,
              .doc = "duality gap of a column, beside the squares of its covariances, at which cd stops; > 0"),
    KL_BOOL(graphical_lasso, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_DOUBLE(graphical_lasso, eps, 2.220446049250313e-16, .flags = KL_KEYWORD_ONLY,
              .doc = "keeps a column's start finite; >= 0"),
    KL_COVARIANCE_LEARNED(graphical_lasso),
    KL_LEARNED_VALUE(graphical_lasso, costs_, .doc = "objective and duality gap after each round"),
    KL_LEARNED_INT(graphical_lasso, n_iter_, .doc = "rounds that were made"),
};

static const kl_limit limits[] = {{"alpha", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(0)}, {"tol", KL_ABOVE(0)},
                                  {"enet_tol", KL_ABOVE(0)}, {"eps", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_COVARIANCE_METHODS};

static const kl_estimator_table table = {
    .kind = KL_EST_DENSITY,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = lasso_fit,
    .score = kl_covariance_score,
    .shapes = "location_ = features; covariance_ = features features; precision_ = features features | none",
};

const kl_type kl_graphical_lasso_type = {
    .name = "GraphicalLasso",
    KL_ESTIMATOR(graphical_lasso),
    .doc = "A covariance whose inverse has many zeros: columns that do not depend on each other, given the rest. The most "
           "likely normal distribution with a penalty of the inverse's absolute values (Friedman, Hastie, Tibshirani "
           "2008).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_graphical_lasso_type);
