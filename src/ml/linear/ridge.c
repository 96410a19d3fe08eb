/* src/ml/linear/ridge.c - Ridge: least squares with a penalty of squares. */
#include "ridge.h"

#include "ml/linalg.h"

const char *const kl_ridge_solvers[] = {"auto", "svd", "cholesky", "lsqr", "sparse_cg", "sag", "saga", "lbfgs", NULL};

static kl_status check_solver(const ridge_model *model, kl_error *error)
{
    bool is_auto = kl_word_is(model->solver, "auto"), is_lbfgs = kl_word_is(model->solver, "lbfgs");
    if (model->positive && !is_auto && !is_lbfgs)
        return kl_bad_parameter(error, "solver", "'auto' or 'lbfgs' with positive=True", model->solver);
    if (!model->positive && is_lbfgs)
        return kl_bad_parameter(error, "solver", "another one than 'lbfgs', or positive=True", model->solver);
    return KL_OK;
}

/* One penalty for each target. */
static kl_status penalties(const double **out, const ridge_model *model, size_t k, kl_task *task, kl_error *error)
{
    const double *given;
    double *all;
    size_t count;
    KL_TRY(kl_linear_numbers(&given, &count, model->alpha, "alpha", task, error));
    if (count != 1 && count != k)
        return kl_bad_input(error, "alpha: expected one number, or one for each of the %zu targets, got %zu", k,
                            count);
    KL_TAKE_RAW(all, task, k, error);
    for (size_t t = 0; t < k; t++)
        all[t] = given[count == 1 ? 0 : t];
    *out = all;
    return KL_OK;
}

static kl_status solve_positive(double *coef, kl_centered *c, const double *alpha, kl_task *task, kl_error *error)
{
    double *gram, *xy;
    KL_TAKE_RAW(gram, task, c->d * c->d, error);
    KL_TAKE_RAW(xy, task, c->d * c->k, error);
    KL_TRY(kl_centered_gram(gram, xy, c, task, error));
    for (size_t t = 0; t < c->k; t++)
        KL_TRY(kl_solve_positive(coef + t * c->d, gram, xy + t, c->k, c->d, alpha[t], task, error));
    return KL_OK;
}

static kl_status solve_iteratively(double *coef, ridge_model *model, const kl_centered *c, const double *alpha,
                                   bool is_lsqr, kl_task *task, kl_error *error)
{
    kl_value counts = kl_null();
    int64_t *iterations = NULL;
    KL_TRY(kl_indices_new(&counts, &iterations, c->k, error));
    kl_learn(&model->n_iter_, counts);
    for (size_t t = 0; t < c->k; t++) {
        kl_iterative how = {.tol = model->tol, .iterations_max = (size_t)kl_as_int(model->max_iter)};
        KL_TRY((is_lsqr ? kl_solve_lsqr : kl_solve_cg)(coef + t * c->d, c, t, alpha[t], &how, task, error));
        if (!how.converged && !is_lsqr)
            KL_TRY(kl_warn_convergence(error, "sparse_cg did not converge after %zu iterations", how.iterations));
        iterations[t] = (int64_t)how.iterations;
    }
    if (!is_lsqr)
        kl_learn(&model->n_iter_, kl_null());
    return KL_OK;
}

/* The name of the solver that `auto` stands for. */
static const char *resolved(const ridge_model *model, bool sparse, bool used_svd)
{
    if (used_svd)
        return "svd";
    if (!kl_word_is(model->solver, "auto"))
        return kl_as_text(model->solver).data;
    return model->positive ? "lbfgs" : sparse ? "sparse_cg" : "cholesky";
}

kl_status kl_ridge_fit(double *coef, double *intercept, ridge_model *model, const kl_matrix *x, const double *y,
                       size_t k, const double *weights, kl_task *task, kl_error *error)
{
    kl_centered c;
    const double *alpha = NULL;
    bool used_svd = false;
    bool is_lsqr = kl_word_is(model->solver, "lsqr"), is_cg = kl_word_is(model->solver, "sparse_cg");
    KL_TRY(check_solver(model, error));
    KL_TRY(penalties(&alpha, model, k, task, error));
    KL_TRY(kl_center(&c, x, y, k, weights, model->fit_intercept, task, error));
    if (model->positive)
        KL_TRY(solve_positive(coef, &c, alpha, task, error));
    else if (is_lsqr || is_cg)
        KL_TRY(solve_iteratively(coef, model, &c, alpha, is_lsqr, task, error));
    else if (kl_word_is(model->solver, "svd"))
        KL_TRY(kl_solve_ridge_svd(coef, &c, alpha, task, error));
    else
        KL_TRY(kl_solve_ridge(coef, &used_svd, &c, alpha, task, error));
    kl_centered_intercept(intercept, &c, coef);
    kl_value name = kl_null();
    KL_TRY(kl_string_new(&name, kl_text_from(resolved(model, kl_is_sparse(x), used_svd)), error));
    kl_learn(&model->solver_, name);
    return KL_OK;
}

typedef ridge_model ridge;

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    ridge_model *model = (ridge_model *)self;
    double *coef, *intercept;
    KL_TAKE(coef, task, in->outputs * in->d, error);
    KL_TAKE(intercept, task, in->outputs, error);
    KL_TRY(kl_ridge_fit(coef, intercept, model, in->x, in->y, in->outputs, in->weights, task, error));
    return kl_linear_keep((linear_model *)model, coef, model->fit_intercept ? intercept : NULL, in->outputs,
                          in->d, error);
}

static const kl_field fields[] = {
    KL_VALUE(ridge, alpha, .kind = KL_KIND_ANY, .flags = KL_DATA, .fallback = "1.0",
             .doc = "strength of the penalty, or one per target; >= 0"),
    LINEAR_INTERCEPT(ridge, 0),
    LINEAR_COPY_X(ridge),
    RIDGE_FIELDS(ridge),
    LINEAR_LEARNED(ridge),
};
static const kl_limit limits[] = {{"tol", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features | outputs features; intercept_ = number | outputs",
};
const kl_type kl_ridge_type = {
    .name = "Ridge",
    KL_ESTIMATOR(ridge),
    .doc = "Ridge regression (Hoerl and Kennard 1970): minimises the sum of (y - x'w - b)^2 plus alpha |w|^2; b is "
           "not penalised. Solved by a Cholesky factor of the smaller of X'X + alpha and XX' + alpha.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ridge_type);
