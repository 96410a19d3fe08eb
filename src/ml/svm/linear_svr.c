/* src/ml/svm/linear_svr.c - LinearSVR: linear support vector regression. */
#include "linear.h"

typedef struct linear_svr {
    kl_estimator base;
    double c, epsilon, tol, intercept_scaling;
    int64_t max_iter;
    kl_value loss, dual, random_state;
    bool fit_intercept, verbose;
    kl_value coef_, intercept_;
    int64_t n_iter_;
} linear_svr;

static kl_status take_rows(kl_linear_problem *p, const linear_svr *self, const kl_fit *in,
                           kl_task *task, kl_error *error)
{
    size_t *rows;
    double *y, *cost;
    KL_TAKE_RAW(rows, task, in->n, error);
    KL_TAKE_RAW(y, task, in->n, error);
    KL_TAKE_RAW(cost, task, in->n, error);
    for (size_t i = 0; i < in->n; i++) {
        double weight = in->weights ? in->weights[i] : 1;
        if (weight > 0) {
            y[p->n] = in->y[i];
            cost[p->n] = self->c * weight;
            rows[p->n++] = i;
        }
    }
    p->rows = rows, p->y = y, p->cost = cost;
    KL_TAKE(p->w, task, in->d + 1, error);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    linear_svr *self = (linear_svr *)estimator;
    bool is_squared = kl_word_is(self->loss, "squared_epsilon_insensitive"), dual;
    kl_linear_problem p = {.x = in->x, .loss = is_squared ? KL_LOSS_SQUARED_TUBE : KL_LOSS_TUBE,
                           .width = self->epsilon, .tol = self->tol,
                           .rounds_max = (size_t)self->max_iter};
    KL_TRY(kl_linear_choose(&dual, self->dual, in, is_squared, true,
                            is_squared ? "loss='squared_epsilon_insensitive'"
                                       : "loss='epsilon_insensitive'",
                            error));
    KL_TRY(kl_linear_bias(&p.bias, self->fit_intercept, self->intercept_scaling, error));
    KL_TRY(kl_estimator_seed(&p.seed, estimator, error));
    KL_TRY(take_rows(&p, self, in, task, error));
    KL_TRY(dual ? kl_linear_dual(&p, task, error) : kl_linear_newton(&p, task, error));
    KL_TRY(kl_vector_from(&self->coef_, p.w, in->d, error));
    KL_TRY(kl_vector_from(&self->intercept_, &(double){p.bias * p.w[in->d]}, 1, error));
    self->n_iter_ = (int64_t)p.rounds;
    if (self->n_iter_ < self->max_iter)
        return KL_OK;
    return kl_warn_convergence(error, "LinearSVR: not converged after max_iter=%lld rounds",
                               (long long)self->max_iter);
}

static kl_status predict(double *out, const kl_estimator *estimator, const kl_matrix *x,
                         kl_task *task, kl_error *error)
{
    const linear_svr *self = (const linear_svr *)estimator;
    (void)task, (void)error;
    kl_linear_scores(out, x, kl_doubles(self->coef_), kl_doubles(self->intercept_), 1);
    return KL_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const char *const losses[] = {"epsilon_insensitive", "squared_epsilon_insensitive", NULL};

static const kl_field fields[] = {
    KL_DOUBLE(linear_svr, c, 1.0, .alias = "C", .doc = "what an error costs beside |w|^2 / 2; > 0"),
    KL_DOUBLE(linear_svr, epsilon, 0.0, .doc = "errors up to it cost nothing; >= 0"),
    KL_INT(linear_svr, max_iter, 1000, .doc = "rounds at most, with a ConvergenceWarning; >= 0"),
    KL_DOUBLE(linear_svr, tol, 1e-4, .flags = KL_KEYWORD_ONLY,
              .doc = "share of the first violation at which it stops; > 0"),
    KL_ENUM(linear_svr, loss, "epsilon_insensitive", .names = losses, .flags = KL_KEYWORD_ONLY,
            .doc = "epsilon_insensitive: max(0, |y - f(x)| - epsilon); "
                   "squared_epsilon_insensitive: its square"),
    KL_BOOL(linear_svr, fit_intercept, true, .flags = KL_KEYWORD_ONLY,
            .doc = "whether there is a constant"),
    KL_DOUBLE(linear_svr, intercept_scaling, 1.0, .flags = KL_KEYWORD_ONLY,
              .doc = "the constant is the weight of a feature of this value, which is penalised as all are; "
                     "the larger, the less; > 0"),
    KL_VALUE(linear_svr, dual, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
             .doc = "whether the dual is solved, row by row, or the primal (of the squared loss), by Newton's "
                    "method; 'auto' = the primal where it is possible and there are not fewer rows than "
                    "features"),
    KL_BOOL(linear_svr, verbose, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether lines of progress go to standard error"),
    KL_RANDOM_STATE(linear_svr, | KL_KEYWORD_ONLY),
    KL_LEARNED_ARRAY(linear_svr, coef_, .doc = "weights of the features"),
    KL_LEARNED_ARRAY(linear_svr, intercept_, .doc = "the constant: one number"),
    KL_LEARNED_INT(linear_svr, n_iter_, .doc = "rounds"),
};
static const kl_limit limits[] = {{"c", KL_ABOVE(0)}, {"epsilon", KL_AT_LEAST(0)},
                                  {"tol", KL_ABOVE(0)}, {"max_iter", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_SPARSE, .limits = KL_TABLE(limits), .fit = fit,
    .predict = predict,
    .shapes = "coef_ = features; intercept_ = 1",
};
static const kl_type kl_linear_svr_type = {
    .name = "LinearSVR", KL_ESTIMATOR(linear_svr),
    .doc = "Linear support vector regression, as LIBLINEAR defines it (Ho, Lin: Large-scale linear support vector "
           "regression, JMLR 13, 2012). x: rows x features, dense or sparse; y: rows.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_linear_svr_type);
