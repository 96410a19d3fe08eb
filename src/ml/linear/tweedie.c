/* src/ml/linear/tweedie.c - TweedieRegressor, PoissonRegressor, GammaRegressor: generalised linear models. */
#include "glm.h"
#include "linear.h"

#include "ml/kernels.h"
#include "ml/model.h"

#include <math.h>

typedef struct tweedie {
    LINEAR_MODEL;
    double power, alpha, tol; /* power: of the Tweedie model alone a parameter */
    bool fit_intercept, warm_start;
    int64_t max_iter, verbose;
    kl_value link, solver;
    int64_t n_iter_;
} tweedie;

extern const kl_type kl_poisson_regressor_type, kl_gamma_regressor_type;

static double power_of(const tweedie *model)
{
    const kl_type *type = model->base.object.type;
    return type == &kl_poisson_regressor_type ? 1 : type == &kl_gamma_regressor_type ? 2 : model->power;
}

static bool link_is_log(const tweedie *model)
{
    if (kl_word_is(model->link, "identity"))
        return false;
    return kl_word_is(model->link, "log") || power_of(model) > 0;
}

/* ---- fitting -------------------------------------------------------------------------------------------------- */

static kl_status check_targets(const double *y, size_t n, double power, kl_error *error)
{
    for (size_t i = 0; power > 0 && i < n; i++)
        if (y[i] < 0 || (power >= 2 && y[i] == 0))
            return kl_bad_input(error, "y must be %s for power %g, but row %zu is %g",
                                power >= 2 ? "> 0" : ">= 0", power, i, y[i]);
    return KL_OK;
}

static kl_status begin_theta(double **out, const tweedie *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *theta, mean = 0, total = 0;
    const double *former = model->warm_start ? kl_linear_former(in->before, 1, in->d) : NULL;
    KL_TAKE(theta, task, in->d + 1, error);
    *out = theta;
    if (former) {
        memcpy(theta, former, in->d * sizeof *theta);
        theta[in->d] = kl_linear_intercept((const linear_model *)in->before, 0);
        return KL_OK;
    }
    for (size_t i = 0; i < in->n; i++) {
        double w = in->weights ? in->weights[i] : 1.0;
        mean += w * in->y[i];
        total += w;
    }
    mean /= total;
    if (model->fit_intercept && !(mean > 0) && power_of(model) != 0)
        return kl_bad_input(error, "y must have a mean > 0 for power %g, which is %g", power_of(model), mean);
    if (link_is_log(model) && !(mean > 0))
        return kl_bad_input(error, "y must have a mean > 0 for link='log', which is %g", mean);
    if (model->fit_intercept)
        theta[in->d] = link_is_log(model) ? log(mean) : mean;
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    tweedie *model = (tweedie *)self;
    double *theta;
    kl_glm glm = {.x = in->x, .y = in->y, .weights = in->weights, .outputs = 1, .loss = kl_loss_tweedie,
                  .intercept = model->fit_intercept, .l2 = model->alpha, .power = power_of(model),
                  .is_log = link_is_log(model), .iterations_max = (size_t)model->max_iter, .tol = model->tol};
    KL_TRY(check_targets(in->y, in->n, glm.power, error));
    KL_TRY(begin_theta(&theta, model, in, task, error));
    KL_TRY(kl_glm_minimise(theta, &glm, task, error));
    if (!glm.converged)
        KL_TRY(kl_warn_convergence(error,
                                   "the solver did not converge after %zu iterations: the largest slope is %.3e, tol "
                                   "is %.3e. Increase max_iter or scale the data",
                                   glm.iterations, glm.slope_max, glm.tol));
    model->n_iter_ = (int64_t)glm.iterations;
    return kl_linear_keep((linear_model *)model, theta, model->fit_intercept ? theta + in->d : NULL, 1, in->d, error);
}

static kl_status predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    KL_TRY(kl_linear_predict(out, self, x, task, error));
    if (link_is_log((const tweedie *)self))
        kl_kernels()->exp(out, out, x->rows);
    return KL_OK;
}

/* ---- score ------------------------------------------------------------------------------------------------------ */

/* The unit deviance; 0 where y is mu. */
static double deviance(double y, double mu, double power)
{
    if (power == 0)
        return (y - mu) * (y - mu);
    if (power == 1)
        return 2 * ((y > 0 ? y * log(y / mu) : 0.0) - y + mu);
    if (power == 2)
        return 2 * (log(mu / y) + y / mu - 1);
    return 2 * (pow(KL_MAX(y, 0.0), 2 - power) / ((1 - power) * (2 - power)) -
                y * pow(mu, 1 - power) / (1 - power) + pow(mu, 2 - power) / (2 - power));
}

/* 1 - deviance of the predictions / deviance of the mean of y. */
static kl_status d2(double *out, const tweedie *model, const double *p, kl_value y_value, kl_value weights_value,
                    size_t rows, kl_task *task, kl_error *error)
{
    const double *y, *weights;
    size_t n;
    double mean = 0, total = 0, own = 0, plain = 0, power = power_of(model);
    KL_TRY(kl_numbers_read(&y, &n, y_value, "y", task, error));
    if (n != rows)
        return kl_bad_dimension(error, "samples", rows, n);
    KL_TRY(kl_weights_read(&weights, weights_value, n, task, error));
    KL_TRY(check_targets(y, n, power, error));
    for (size_t i = 0; i < n; i++) {
        double w = weights ? weights[i] : 1.0;
        mean += w * y[i];
        total += w;
    }
    for (size_t i = 0; i < n; i++) {
        double w = weights ? weights[i] : 1.0;
        own += w * deviance(y[i], p[i], power);
        plain += w * deviance(y[i], mean / total, power);
    }
    *out = 1 - own / plain;
    return KL_OK;
}

/* score(x, y, sample_weight=None, *, metric="r2") */
static kl_status score(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    if (kl_word_is(args[3], "r2"))
        return kl_est_score(out, self, args, error);
    kl_value answers = kl_null();
    kl_task task = KL_TASK_INIT;
    double value = 0;
    KL_TRY(kl_model_apply(&answers, kl_value_of(self), KL_OP_PREDICT, args[0], error));
    kl_status status = d2(&value, (const tweedie *)self, kl_doubles(answers), args[1], args[2],
                          kl_array_axis(answers, 0), &task, error);
    kl_task_end(&task);
    kl_value_release(answers);
    if (status == KL_OK)
        *out = kl_double(value);
    return status;
}

/* ---- tables ------------------------------------------------------------------------------------------------------- */

static const char *const links[] = {"auto", "identity", "log", NULL};
static const char *const solvers[] = {"lbfgs", "newton-cholesky", NULL};
static const char *const metrics[] = {"r2", "d2", NULL};

#define GLM_FIELDS(owner)                                                                          \
    KL_DOUBLE(owner, alpha, 1.0, .doc = "strength of the penalty alpha |w|^2 / 2; >= 0"),          \
    LINEAR_INTERCEPT(owner, 0),                                                                    \
    KL_COUNT_FIELD(owner, max_iter, 100, .doc = "most iterations; >= 1"),                          \
    KL_ENUM(owner, solver, "lbfgs", .names = solvers, .flags = KL_KEYWORD_ONLY,                    \
            .doc = "both have the same minimum; the method is chosen by the size of the data"),    \
    KL_DOUBLE(owner, tol, 1e-4, .flags = KL_KEYWORD_ONLY,                                          \
              .doc = "the largest slope of the objective that counts as the minimum; > 0"),        \
    KL_BOOL(owner, warm_start, false, .flags = KL_KEYWORD_ONLY,                                    \
            .doc = "whether fit() starts from what was learned before"),                           \
    KL_INT(owner, verbose, 0, .flags = KL_KEYWORD_ONLY,       \
             .doc = "> 0: tell of progress on standard error"),                                    \
    LINEAR_LEARNED(owner),                                                                         \
    KL_LEARNED_INT(owner, n_iter_, .doc = "iterations")

static const kl_field tweedie_fields[] = {
    KL_DOUBLE(tweedie, power, 0.0,
              .doc = "of the mean in the variance of y: 0 normal, 1 Poisson, between 1 and 2 compound Poisson and "
                     "gamma, 2 gamma, 3 inverse Gaussian"),
    GLM_FIELDS(tweedie),
    KL_ENUM(tweedie, link, "auto", .names = links, .flags = KL_KEYWORD_ONLY,
            .doc = "the mean of y is x'w + b (identity) or its exponential (log); auto: identity for power <= 0"),
};
static const kl_field plain_fields[] = {GLM_FIELDS(tweedie)};
static const kl_limit limits[] = {{"alpha", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_ABOVE(0)}};
static const kl_param score_params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "what is right"},
    {.name = "sample_weight", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "what each row counts"},
    {.name = "metric", .kind = KL_KIND_ENUM, .names = metrics, .fallback = "\"r2\"", .flags = KL_KEYWORD_ONLY,
     .doc = "r2: share of the variance that is explained; d2: of the deviance"},
};
static const kl_method methods[] = {
    KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_xy), KL_EST_PREDICT,
    KL_EST_ROW("score", score, score_params, KL_KIND_DOUBLE,
               "How good predict(x) is beside y: R2, or the share of the deviance that is explained (1 = all).")};
#define GLM_TABLE(more)                                                                            \
    {.kind = KL_EST_REGRESSOR, .flags = KL_EST_SPARSE | (more), .limits = KL_TABLE(limits), .fit = fit, .predict = predict, \
     .shapes = "coef_ = features; intercept_ = number"}
static const kl_estimator_table table = GLM_TABLE(0), positive_table = GLM_TABLE(KL_EST_POSITIVE_Y);
#define GLM_DOC                                                                                    \
    " with a penalty of squares: minimises half the mean deviance plus alpha |w|^2 / 2 (Nelder and "\
    "Wedderburn 1972). Newton's method where there are few parameters, else L-BFGS."
const kl_type kl_tweedie_regressor_type = {
    .name = "TweedieRegressor",
    KL_ESTIMATOR(tweedie),
    .doc = "A generalised linear model for y of a Tweedie distribution," GLM_DOC,
    .fields = KL_TABLE(tweedie_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_tweedie_regressor_type);
const kl_type kl_poisson_regressor_type = {
    .name = "PoissonRegressor",
    KL_ESTIMATOR(tweedie),
    .doc = "Poisson regression, y >= 0 with mean e^(x'w + b)," GLM_DOC,
    .fields = KL_TABLE(plain_fields),
    .methods = KL_TABLE(methods),
    .extension = &positive_table,
};
KL_PUBLISH(kl_poisson_regressor_type);
const kl_type kl_gamma_regressor_type = {
    .name = "GammaRegressor",
    KL_ESTIMATOR(tweedie),
    .doc = "Gamma regression, y > 0 with mean e^(x'w + b)," GLM_DOC,
    .fields = KL_TABLE(plain_fields),
    .methods = KL_TABLE(methods),
    .extension = &positive_table,
};
KL_PUBLISH(kl_gamma_regressor_type);
