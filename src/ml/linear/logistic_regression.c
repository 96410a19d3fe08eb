/* src/ml/linear/logistic_regression.c - LogisticRegression: the probability of each class from x'w + b. */
#include "glm.h"
#include "linear.h"

#include "ml/class_weight.h"
#include "ml/kernels.h"

#include <math.h>

typedef struct logistic_regression {
    LINEAR_MODEL;
    double c, l1_ratio, tol, intercept_scaling;
    int64_t max_iter, verbose;
    bool fit_intercept, dual, warm_start;
    kl_value penalty, class_weight, random_state, solver, n_jobs;
    kl_value n_iter_;
} logistic_regression;

/* ---- parameters ------------------------------------------------------------------------------------------------ */

typedef struct penalties {
    double l1, l2; /* shares of 1 / C */
    bool none;
} penalties;

static penalties penalties_of(const logistic_regression *model)
{
    double ratio = model->l1_ratio;
    bool none = kl_is(model->penalty, KL_KIND_NULL);
    if (kl_word_is(model->penalty, "l1"))
        ratio = 1;
    else if (kl_word_is(model->penalty, "l2"))
        ratio = 0;
    else if (!kl_word_is(model->penalty, "elasticnet"))
        none = none || isinf(model->c);
    return (penalties){ratio, 1 - ratio, none};
}

/* Which penalties each solver of the peer has: a model that works here works there. */
static kl_status check_solver(const logistic_regression *model, const penalties *p, size_t classes, kl_error *error)
{
    bool liblinear = kl_word_is(model->solver, "liblinear"), saga = kl_word_is(model->solver, "saga");
    if (model->dual && (!liblinear || p->l1 > 0))
        return kl_bad_parameter(error, "dual", "False, except with solver='liblinear' and the l2 penalty", kl_bool(true));
    if (!p->none && p->l1 > 0 && !saga && !(liblinear && p->l1 == 1))
        return kl_bad_parameter(error, "solver",
                                p->l1 == 1 ? "'saga' or 'liblinear' with the l1 penalty" : "'saga' with the elasticnet penalty",
                                model->solver);
    if (liblinear && p->none)
        return kl_bad_parameter(error, "solver", "another one than 'liblinear' without a penalty", model->solver);
    if (liblinear && classes > 2)
        return kl_bad_parameter(error, "solver", "another one than 'liblinear' for more than two classes", model->solver);
    return KL_OK;
}

/* ---- fitting --------------------------------------------------------------------------------------------------- */

static void set_penalties(kl_glm *glm, const logistic_regression *model, const penalties *p, double total)
{
    double strength = p->none ? 0.0 : 1.0 / (model->c * total);
    glm->l1 = strength * p->l1;
    glm->l2 = strength * p->l2;
    if (kl_word_is(model->solver, "liblinear")) { /* there the constant is the weight of a feature that is `scaling` */
        glm->l1_intercept = glm->l1 / model->intercept_scaling;
        glm->l2_intercept = glm->l2 / (model->intercept_scaling * model->intercept_scaling);
    }
}

static kl_status begin_theta(double **out, const logistic_regression *model, const kl_fit *in, size_t rows,
                             kl_task *task, kl_error *error)
{
    size_t width = in->d + model->fit_intercept;
    const double *former = model->warm_start ? kl_linear_former(in->before, rows, in->d) : NULL;
    KL_TAKE(*out, task, rows * width, error);
    for (size_t c = 0; former && c < rows; c++) {
        memcpy(*out + c * width, former + c * in->d, in->d * sizeof **out);
        if (model->fit_intercept)
            (*out)[c * width + in->d] = kl_linear_intercept((const linear_model *)in->before, c);
    }
    return KL_OK;
}

static kl_status keep(logistic_regression *model, const double *theta, size_t rows, size_t d, size_t iterations,
                      kl_task *task, kl_error *error)
{
    size_t width = d + model->fit_intercept;
    double *coef, *intercept;
    int64_t *count;
    KL_TAKE(coef, task, rows * d, error);
    KL_TAKE(intercept, task, rows, error);
    for (size_t c = 0; c < rows; c++) {
        memcpy(coef + c * d, theta + c * width, d * sizeof *coef);
        intercept[c] = model->fit_intercept ? theta[c * width + d] : 0.0;
    }
    kl_value made = kl_null();
    KL_TRY(kl_indices_new(&made, &count, 1, error));
    *count = (int64_t)iterations;
    kl_learn(&model->n_iter_, made);
    return kl_linear_keep_classes((linear_model *)model, coef, intercept, rows, d, error);
}

static kl_status targets(kl_glm *glm, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *y;
    glm->codes = in->codes;
    if (glm->outputs > 1)
        return KL_OK;
    KL_TAKE_RAW(y, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        y[i] = (double)in->codes[i];
    glm->y = y;
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    logistic_regression *model = (logistic_regression *)self;
    penalties p = penalties_of(model);
    bool binary = in->classes == 2;
    double *theta;
    kl_glm glm = {.x = in->x, .outputs = binary ? 1 : in->classes, .intercept = model->fit_intercept,
                  .loss = binary ? kl_loss_logistic : kl_loss_multinomial,
                  .iterations_max = (size_t)model->max_iter, .tol = model->tol};
    KL_TRY(check_solver(model, &p, in->classes, error));
    KL_TRY(kl_class_weighted(&glm.weights, model->class_weight, self->classes, in->codes, in->n, in->weights, true,
                             task, error));
    double total = glm.weights ? kl_kernels()->sum(glm.weights, in->n) : (double)in->n;
    if (!(total > 0))
        return kl_bad_input(error, "the weights of all rows are 0");
    set_penalties(&glm, model, &p, total);
    KL_TRY(targets(&glm, in, task, error));
    KL_TRY(begin_theta(&theta, model, in, glm.outputs, task, error));
    KL_TRY(kl_glm_minimise(theta, &glm, task, error));
    if (!glm.converged)
        KL_TRY(kl_warn_convergence(error,
                                   "the solver did not converge after %zu iterations: the largest slope is %.3e, tol "
                                   "is %.3e. Increase max_iter or scale the data",
                                   glm.iterations, glm.slope_max, glm.tol));
    return keep(model, theta, glm.outputs, in->d, glm.iterations, task, error);
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static kl_status proba(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const linear_model *model = (const linear_model *)self;
    size_t k = kl_linear_outputs(model, x->cols), n = x->rows;
    kl_value made = kl_null();
    double *p, *raw;
    KL_TRY(kl_table_new(&made, &p, n, k == 1 ? 2 : k, error));
    raw = k == 1 ? kl_task_alloc_raw(task, n + 1, sizeof *raw) : p;
    kl_status status = raw ? kl_linear_decide(raw, model, x, error) : kl_error_no_memory(error);
    if (status != KL_OK) {
        kl_value_release(made);
        return status;
    }
    if (k > 1) {
        kl_kernels()->softmax_rows(p, n, k, NULL);
    } else {
        kl_kernels()->sigmoid(raw, raw, n);
        for (size_t i = 0; i < n; i++) {
            p[2 * i] = 1 - raw[i];
            p[2 * i + 1] = raw[i];
        }
    }
    *out = made;
    return KL_OK;
}

/* ---- table ------------------------------------------------------------------------------------------------------- */

static const char *const penalty_names[] = {"l1", "l2", "elasticnet", "deprecated", NULL};
static const char *const solvers[] = {"lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga", NULL};

static const kl_field fields[] = {
    KL_DOUBLE(logistic_regression, c, 1.0, .alias = "C",
              .doc = "inverse of the strength of the penalty: 1 / C; > 0, inf = no penalty"),
    KL_COUNT_FIELD(logistic_regression, max_iter, 100, .doc = "most iterations; >= 0"),
    LINEAR_INTERCEPT(logistic_regression, 0),
    KL_VALUE(logistic_regression, penalty, .kind = KL_KIND_ENUM, .names = penalty_names,
             .fallback = "\"deprecated\"", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "l2: of squares; l1: of absolute values; elasticnet: of both, by l1_ratio; None: none; "
                    "'deprecated' (the default): as l1_ratio and C say"),
    KL_DOUBLE(logistic_regression, l1_ratio, 0.0, .flags = KL_KEYWORD_ONLY,
              .doc = "share of the penalty of absolute values, from 0 to 1"),
    KL_BOOL(logistic_regression, dual, false, .flags = KL_KEYWORD_ONLY,
            .doc = "accepted with solver='liblinear' and the l2 penalty; the minimum is the same"),
    KL_DOUBLE(logistic_regression, tol, 1e-4, .flags = KL_KEYWORD_ONLY,
              .doc = "the largest slope of the mean loss that counts as the minimum; >= 0"),
    KL_DOUBLE(logistic_regression, intercept_scaling, 1.0, .flags = KL_KEYWORD_ONLY,
              .doc = "of solver 'liblinear', which penalises the constant as the weight of a feature of this value; > 0"),
    KL_CLASS_WEIGHT(logistic_regression),
    KL_RANDOM_STATE(logistic_regression, | KL_KEYWORD_ONLY),
    KL_ENUM(logistic_regression, solver, "lbfgs", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "which penalties are allowed and whether the constant is penalised (liblinear); all have the same "
                   "minimum otherwise, and the method is chosen by the size of the data"),
    KL_INT(logistic_regression, verbose, 0, .flags = KL_KEYWORD_ONLY,
             .doc = "> 0: tell of progress on standard error"),
    KL_BOOL(logistic_regression, warm_start, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether fit() starts from what was learned before"),
    LINEAR_N_JOBS(logistic_regression),
    LINEAR_LEARNED_CLASSES(logistic_regression),
    KL_LEARNED_ARRAY(logistic_regression, n_iter_, .doc = "iterations: an array of one int"),
};
static const kl_limit limits[] = {
    {"c", KL_ABOVE(0)}, {"tol", KL_AT_LEAST(0)}, {"l1_ratio", KL_BETWEEN(0, 1)},
    {"intercept_scaling", KL_ABOVE(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_PROBA, KL_EST_DECISION};
static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .proba = proba,
    .decide = kl_linear_decision,
    .shapes = "coef_ = decisions features; intercept_ = decisions; n_iter_ = int * | none",
};
const kl_type kl_logistic_regression_type = {
    .name = "LogisticRegression",
    KL_ESTIMATOR(logistic_regression),
    .doc = "Logistic regression: minimises |w|^2 / 2 + C times the sum of the logistic losses of two classes, or of the "
           "cross entropies of the softmax of several; the constant is free. Newton's method with a Cholesky "
           "factor where there are few parameters, else L-BFGS (Liu and Nocedal 1989); with an l1 penalty "
           "coordinate descent within Newton's method (Yuan, Ho, Lin 2012).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_logistic_regression_type);
