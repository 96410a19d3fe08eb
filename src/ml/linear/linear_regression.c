/* src/ml/linear/linear_regression.c - LinearRegression: ordinary least squares. */
#include "linear.h"
#include "solve.h"

typedef struct linear_regression {
    LINEAR_MODEL;
    bool fit_intercept, copy_X, positive;
    double tol;
    kl_value n_jobs;
    kl_value rank_, singular_;
} linear_regression;

static kl_status fit_positive(double *coef, kl_centered *c, kl_task *task, kl_error *error)
{
    double *gram, *xy;
    KL_TAKE_RAW(gram, task, c->d * c->d, error);
    KL_TAKE_RAW(xy, task, c->d * c->k, error);
    KL_TRY(kl_centered_gram(gram, xy, c, task, error));
    for (size_t t = 0; t < c->k; t++)
        KL_TRY(kl_solve_positive(coef + t * c->d, gram, xy + t, c->k, c->d, 0.0, task, error));
    return KL_OK;
}

static kl_status fit_free(double *coef, linear_regression *model, kl_centered *c, kl_task *task, kl_error *error)
{
    size_t rank = 0, count = KL_MIN(c->n, c->d);
    double *singular;
    bool direct = false;
    KL_TAKE(singular, task, count, error);
    KL_TRY(kl_solve_ols(coef, &rank, singular, &direct, c, model->tol, task, error));
    if (!direct || kl_is_sparse(c->x))
        return KL_OK;
    kl_value values = kl_null();
    KL_TRY(kl_vector_from(&values, singular, count, error));
    kl_learn(&model->singular_, values);
    kl_learn(&model->rank_, kl_int((int64_t)rank));
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    linear_regression *model = (linear_regression *)self;
    kl_centered c;
    double *coef, *intercept;
    KL_TRY(kl_center(&c, in->x, in->y, in->outputs, in->weights, model->fit_intercept, task, error));
    KL_TAKE_RAW(coef, task, c.k * c.d, error);
    KL_TAKE_RAW(intercept, task, c.k, error);
    if (model->positive)
        KL_TRY(fit_positive(coef, &c, task, error));
    else
        KL_TRY(fit_free(coef, model, &c, task, error));
    kl_centered_intercept(intercept, &c, coef);
    return kl_linear_keep((linear_model *)model, coef, model->fit_intercept ? intercept : NULL, c.k, c.d, error);
}

static const kl_field fields[] = {
    LINEAR_INTERCEPT(linear_regression, 0),
    LINEAR_COPY_X(linear_regression),
    KL_DOUBLE(linear_regression, tol, 1e-6, .flags = KL_KEYWORD_ONLY,
              .doc = "singular values below tol times the largest count as 0; for large sparse x where its "
                     "iterations stop; >= 0"),
    LINEAR_N_JOBS(linear_regression),
    KL_BOOL(linear_regression, positive, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether no weight may be below 0"),
    LINEAR_LEARNED(linear_regression),
    KL_LEARNED_VALUE(linear_regression, rank_, .doc = "rank of x, when it is dense and weights are free"),
    KL_LEARNED_ARRAY(linear_regression, singular_,
                     .doc = "singular values of the centred x, largest first, when rank_ is there"),
};
static const kl_limit limits[] = {{"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features | outputs features; intercept_ = number | outputs; singular_ = * | none",
};
const kl_type kl_linear_regression_type = {
    .name = "LinearRegression",
    KL_ESTIMATOR(linear_regression),
    .doc = "Least squares: the weights w and the constant b that minimise the sum of (y - x'w - b)^2; of all such "
           "w the shortest. Solved by the normal equations where x is well conditioned, else by its singular "
           "value decomposition; with positive=True by active sets (Lawson and Hanson 1974); a large sparse x "
           "by LSQR (Paige and Saunders 1982). y may have several columns.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_linear_regression_type);
