/* src/ml/linear/elastic_net.c - Lasso and ElasticNet: least squares with a penalty of absolute values. */
#include "elastic_net.h"
#include "linear.h"

#include "ml/estimator_parts.h"
#include "ml/kernels.h"
#include "ml/linalg.h"

#include "kailash/data.h"

#include <math.h>

typedef struct elastic_net {
    LINEAR_MODEL;
    double alpha, l1_ratio, tol; /* l1_ratio: of a Lasso no parameter, and 0 */
    bool fit_intercept, copy_X, warm_start, positive;
    int64_t max_iter;
    kl_value precompute, random_state, selection;
    kl_value n_iter_, dual_gap_;
} elastic_net;
typedef elastic_net lasso;

extern const kl_type kl_lasso_type;

/* The data in the form that is quickest to descend on. */
typedef struct prepared {
    kl_centered c;
    double *gram, *xy; /* X'X and X'y (d x k), or NULL */
    double *columns;   /* d x n, or NULL */
    kl_sparse_columns sparse;
    double *y; /* one target */
} prepared;

/* ---- preparing ------------------------------------------------------------------------------------------------ */

/* Weights that add up to n, so that the size of alpha does not depend on theirs. */
static kl_status normalised_weights(const double **out, const kl_fit *in, kl_task *task, kl_error *error)
{
    double *weights;
    *out = NULL;
    if (!in->weights)
        return KL_OK;
    KL_TAKE_RAW(weights, task, in->n, error);
    memcpy(weights, in->weights, in->n * sizeof *weights);
    kl_scale(weights, (double)in->n / kl_kernels()->sum(weights, in->n), in->n);
    *out = weights;
    return KL_OK;
}

kl_status kl_elastic_columns(kl_sparse_columns *out, const kl_centered *c, kl_task *task, kl_error *error)
{
    const kl_matrix *x = c->x;
    size_t count = (size_t)x->indptr[c->n];
    int64_t *starts, *rows;
    double *values;
    KL_TAKE(starts, task, c->d + 2, error);
    KL_TAKE_RAW(rows, task, count + 1, error);
    KL_TAKE_RAW(values, task, count + 1, error);
    for (size_t at = 0; at < count; at++)
        starts[x->indices[at] + 2]++;
    for (size_t j = 0; j < c->d; j++)
        starts[j + 2] += starts[j + 1];
    for (size_t i = 0; i < c->n; i++)
        for (int64_t at = x->indptr[i]; at < x->indptr[i + 1]; at++) {
            int64_t to = starts[x->indices[at] + 1]++;
            rows[to] = (int64_t)i;
            values[to] = x->values[at];
        }
    *out = (kl_sparse_columns){.n = c->n, .d = c->d, .starts = starts, .rows = rows, .values = values,
                               .means = c->x_mean, .root = c->root};
    return KL_OK;
}

/* A matrix X'X that the user made: used when it is that of the data as they are fitted. */
static kl_status read_gram(double **out, const elastic_net *model, const kl_centered *c, kl_task *task,
                           kl_error *error)
{
    kl_matrix given;
    KL_TRY(kl_matrix_read(&given, model->precompute, "precompute", 0, task, error));
    if (given.rows != c->d || given.cols != c->d)
        return kl_bad_input(error, "precompute: expected a matrix of %zu x %zu, got %zu x %zu", c->d, c->d,
                            given.rows, given.cols);
    bool as_is = !c->root;
    for (size_t j = 0; j < c->d; j++)
        as_is = as_is && fabs(c->x_mean[j]) <= 1e-8;
    *out = NULL;
    if (!as_is)
        return KL_OK;
    double expected = 0, got = given.data[0];
    for (size_t i = 0; i < c->n; i++)
        expected += c->dense[i * c->d] * c->dense[i * c->d];
    if (fabs(expected - got) > 1e-5 + 1e-7 * fabs(expected))
        return kl_bad_input(error, "precompute: is not X'X of x: its first number is %.17g, expected %.17g", got,
                            expected);
    KL_TAKE_RAW(*out, task, c->d * c->d, error);
    memcpy(*out, given.data, c->d * c->d * sizeof **out);
    return KL_OK;
}

static bool wants_gram(const elastic_net *model, const kl_centered *c)
{
    if (kl_is(model->precompute, KL_KIND_BOOL) && kl_as_bool(model->precompute))
        return true;
    if (kl_word_is(model->precompute, "auto"))
        return c->n > c->d;
    return model->tol >= 1e-10 && c->d <= c->n && (c->d <= 256 || c->n >= 8 * c->d) && c->d <= 4096;
}

static kl_status prepare(prepared *p, const elastic_net *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    const double *weights = NULL;
    kl_centered *c = &p->c;
    bool given = kl_as_array_view(model->precompute) || kl_is(model->precompute, KL_KIND_ARRAY);
    if (!given && !kl_is(model->precompute, KL_KIND_BOOL) && !kl_word_is(model->precompute, "auto"))
        return kl_bad_parameter(error, "precompute", "True, False, 'auto' or the matrix X'X", model->precompute);
    KL_TRY(normalised_weights(&weights, in, task, error));
    KL_TRY(kl_center(c, in->x, in->y, in->outputs, weights, model->fit_intercept, task, error));
    KL_TAKE_RAW(p->y, task, in->n, error);
    if (kl_is_sparse(in->x))
        return kl_elastic_columns(&p->sparse, c, task, error);
    if (given) {
        KL_TRY(kl_centered_dense(c, task, error));
        KL_TRY(read_gram(&p->gram, model, c, task, error));
    }
    if (p->gram || given || wants_gram(model, c)) {
        double *gram;
        KL_TAKE_RAW(gram, task, c->d * c->d, error);
        KL_TAKE_RAW(p->xy, task, c->d * c->k, error);
        KL_TRY(kl_centered_gram(gram, p->xy, c, task, error));
        p->gram = p->gram ? p->gram : gram;
        return KL_OK;
    }
    KL_TRY(kl_centered_dense(c, task, error));
    KL_TAKE_RAW(p->columns, task, c->n * c->d, error);
    kl_transpose(p->columns, c->dense, c->n, c->d);
    return KL_OK;
}

/* ---- descending ------------------------------------------------------------------------------------------------ */

static kl_status descend_target(double *w, kl_descent *how, prepared *p, size_t t, kl_task *task, kl_error *error)
{
    const kl_centered *c = &p->c;
    for (size_t i = 0; i < c->n; i++)
        p->y[i] = c->y[i * c->k + t];
    if (p->columns)
        return kl_descend_columns(w, how, p->columns, c->n, c->d, p->y, task, error);
    if (!p->gram)
        return kl_descend_sparse(w, how, &p->sparse, p->y, task, error);
    double *xy;
    KL_TAKE_RAW(xy, task, c->d, error);
    for (size_t j = 0; j < c->d; j++)
        xy[j] = p->xy[j * c->k + t];
    kl_status status = kl_descend_gram(w, how, p->gram, c->d, xy, kl_kernels()->sum_squares(p->y, c->n), c->d,
                                       task, error);
    kl_task_free(task, xy);
    return status;
}

static kl_status warn_if_needed(const kl_descent *how, kl_error *error)
{
    if (how->converged)
        return KL_OK;
    return kl_warn_convergence(error,
                               "Objective did not converge. You might want to increase the number of iterations, "
                               "check the scale of the features or consider increasing regularisation. Duality "
                               "gap: %.3e, tolerance: %.3e",
                               how->gap, how->gap_max);
}

static kl_status keep_progress(elastic_net *model, const double *gaps, const int64_t *rounds, size_t k,
                               kl_error *error)
{
    if (k == 1) {
        kl_learn(&model->dual_gap_, kl_double(gaps[0]));
        kl_learn(&model->n_iter_, kl_int(rounds[0]));
        return KL_OK;
    }
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, gaps, k, error));
    kl_learn(&model->dual_gap_, made);
    KL_TRY(kl_array_new(&made, k, error));
    kl_learn(&model->n_iter_, made);
    for (size_t t = 0; t < k; t++)
        KL_TRY(kl_array_push(&model->n_iter_, kl_int(rounds[t]), error));
    return KL_OK;
}

static kl_status fit_targets(elastic_net *model, prepared *p, double *coef, kl_task *task, kl_error *error)
{
    const kl_centered *c = &p->c;
    double n = (double)c->n, ratio = model->base.object.type == &kl_lasso_type ? 1.0 : model->l1_ratio;
    double *gaps;
    int64_t *rounds;
    uint64_t seed = 0;
    bool by_chance = kl_word_is(model->selection, "random");
    KL_TAKE(gaps, task, c->k, error);
    KL_TAKE(rounds, task, c->k, error);
    if (by_chance)
        KL_TRY(kl_estimator_seed(&seed, &model->base, error));
    for (size_t t = 0; t < c->k; t++) {
        kl_random random;
        kl_random_open(&random, seed, 1, t);
        kl_descent how = {.l1 = model->alpha * ratio * n, .l2 = model->alpha * (1 - ratio) * n,
                          .tol = model->tol, .iterations_max = (size_t)model->max_iter,
                          .positive = model->positive, .random = by_chance ? &random : NULL};
        KL_TRY(descend_target(coef + t * c->d, &how, p, t, task, error));
        KL_TRY(warn_if_needed(&how, error));
        gaps[t] = how.gap / n;
        rounds[t] = (int64_t)how.iterations;
    }
    return keep_progress(model, gaps, rounds, c->k, error);
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    elastic_net *model = (elastic_net *)self;
    prepared p = {0};
    double *coef, *intercept;
    KL_TRY(prepare(&p, model, in, task, error));
    const double *former = model->warm_start ? kl_linear_former(in->before, in->outputs, in->d) : NULL;
    KL_TAKE(coef, task, in->outputs * in->d, error);
    KL_TAKE(intercept, task, in->outputs, error);
    if (former)
        memcpy(coef, former, in->outputs * in->d * sizeof *coef);
    KL_TRY(fit_targets(model, &p, coef, task, error));
    kl_centered_intercept(intercept, &p.c, coef);
    KL_TRY(kl_linear_keep((linear_model *)model, coef, model->fit_intercept ? intercept : NULL, in->outputs, in->d,
                          error));
    if (!kl_linear_is_finite((linear_model *)model))
        return kl_bad_input(error, "coordinate descent led to weights that are not finite: x has numbers so large "
                                   "that it should be scaled");
    return KL_OK;
}

/* ---- weights as a sparse matrix -------------------------------------------------------------------------------- */

static kl_status make_sparse(kl_value *out, const elastic_net *model, kl_error *error)
{
    size_t d = (size_t)model->base.features, rows = kl_linear_outputs((const linear_model *)model, d), count = 0;
    const double *coef = kl_doubles(model->coef_);
    kl_sparse_parts parts;
    for (size_t i = 0; i < rows * d; i++)
        count += coef[i] != 0;
    KL_TRY(kl_sparse_parts_new(&parts, rows, count, error));
    for (size_t i = 0, at = 0; i < rows; i++) {
        for (size_t j = 0; j < d; j++)
            if (coef[i * d + j] != 0) {
                parts.columns[at] = (int64_t)j;
                parts.numbers[at++] = coef[i * d + j];
            }
        parts.starts[i + 1] = (int64_t)at;
    }
    return kl_sparse_parts_matrix(out, &parts, d, error);
}

KL_EST_METHOD(sparse_coef)
{
    kl_estimator *model;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = make_sparse(out, (const elastic_net *)model, error);
    kl_object_release(&model->object);
    return status;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static const char *const selections[] = {"cyclic", "random", NULL};

#define DESCENT_FIELDS(owner)                                                                      \
    KL_VALUE(owner, precompute, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_KEYWORD_ONLY,           \
             .fallback = "false",                                                                  \
             .doc = "True: descend on X'X; 'auto': when there are more rows than features; False: as is "\
                    "quickest; or X'X itself (d x d), for x that has mean 0 or no intercept"),     \
    LINEAR_COPY_X(owner),                                                                          \
    KL_DOUBLE(owner, tol, 1e-4, .flags = KL_KEYWORD_ONLY,                                          \
              .doc = "stop when the duality gap is at most tol times the squares of the centred y; >= 0"),\
    KL_BOOL(owner, warm_start, false, .flags = KL_KEYWORD_ONLY,                                    \
            .doc = "whether fit() starts from the weights that were learned before"),              \
    KL_BOOL(owner, positive, false, .flags = KL_KEYWORD_ONLY, .doc = "whether no weight may be below 0"),\
    KL_RANDOM_STATE(owner, | KL_KEYWORD_ONLY),                                                     \
    KL_ENUM(owner, selection, "cyclic", .names = selections, .flags = KL_KEYWORD_ONLY,             \
            .doc = "the weight of each step: the next one, or one by chance"),                     \
    LINEAR_LEARNED(owner),                                                                         \
    KL_LEARNED_VALUE(owner, n_iter_, .doc = "rounds through all weights; a list for several targets"),\
    KL_LEARNED_VALUE(owner, dual_gap_, .doc = "how far the objective is from its minimum at most; an array "\
                                              "for several targets")

static const kl_field lasso_fields[] = {
    KL_DOUBLE(lasso, alpha, 1.0, .doc = "strength of the penalty; >= 0"),
    LINEAR_INTERCEPT(lasso, 0),
    KL_COUNT_FIELD(lasso, max_iter, 1000, .doc = "most rounds through all weights; >= 1"),
    DESCENT_FIELDS(lasso),
};
static const kl_field elastic_net_fields[] = {
    KL_DOUBLE(elastic_net, alpha, 1.0, .doc = "strength of both penalties; >= 0"),
    KL_DOUBLE(elastic_net, l1_ratio, 0.5,
              .doc = "share of the penalty of absolute values, from 0 to 1; the rest is of squares"),
    LINEAR_INTERCEPT(elastic_net, 0),
    KL_COUNT_FIELD(elastic_net, max_iter, 1000, .doc = "most rounds through all weights; >= 1"),
    DESCENT_FIELDS(elastic_net),
};
static const kl_limit limits[] = {{"alpha", KL_AT_LEAST(0)}, {"l1_ratio", KL_BETWEEN(0, 1)},
                                  {"tol", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}};
static const kl_limit lasso_limits[] = {{"alpha", KL_AT_LEAST(0)}, {"tol", KL_AT_LEAST(0)},
                                        {"max_iter", KL_AT_LEAST(1)}};
static const kl_method methods[] = {
    KL_EST_SUPERVISED_WEIGHTED,
    {.name = "sparse_coef_", .call = sparse_coef, .returns = KL_KIND_OBJECT, .returns_type = &kl_sparse_matrix_type,
     .flags = KL_PROPERTY, .raises = "NotFittedError", .doc = "coef_ as a sparse matrix: outputs x d."},
    {.name = "path", .call = kl_elastic_path, .params = KL_TABLE(kl_elastic_path_params), .returns = KL_KIND_TUPLE,
     .flags = KL_STATIC | KL_BLOCKING, .raises = "TypeError, MlError",
     .doc = "Weights for one penalty after the other, the strongest first: penalties, weights (d x penalties), duality gaps, and "
            "rounds with return_n_iter. There is no intercept: x and y should be centred. Of a Lasso too, l1_ratio is 0.5 unless "
            "it is given."},
};
static const kl_estimator_table lasso_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE,
    .limits = KL_TABLE(lasso_limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features | outputs features; intercept_ = number | outputs",
};
static const kl_estimator_table elastic_net_table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features | outputs features; intercept_ = number | outputs",
};
const kl_type kl_lasso_type = {
    .name = "Lasso",
    KL_ESTIMATOR(lasso),
    .doc = "The lasso (Tibshirani 1996): minimises the sum of (y - x'w - b)^2 / 2n plus alpha |w|_1, which makes many "
           "weights 0. Cyclic coordinate descent (Friedman, Hastie, Tibshirani 2010) with gap safe screening "
           "(Ndiaye, Fercoq, Gramfort, Salmon 2017).",
    .fields = KL_TABLE(lasso_fields),
    .methods = KL_TABLE(methods),
    .extension = &lasso_table,
};
KL_PUBLISH(kl_lasso_type);
const kl_type kl_elastic_net_type = {
    .name = "ElasticNet",
    KL_ESTIMATOR(elastic_net),
    .doc = "The elastic net (Zou and Hastie 2005): minimises the sum of (y - x'w - b)^2 / 2n plus alpha l1_ratio |w|_1 "
           "plus alpha (1 - l1_ratio) |w|^2 / 2. Cyclic coordinate descent with gap safe screening.",
    .fields = KL_TABLE(elastic_net_fields),
    .methods = KL_TABLE(methods),
    .extension = &elastic_net_table,
};
KL_PUBLISH(kl_elastic_net_type);
