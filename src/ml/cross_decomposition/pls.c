/* src/ml/cross_decomposition/pls.c - PLSRegression, PLSCanonical, CCA: directions in which x and y go together. */
#include "pls.h"

#include "ml/estimator_parts.h"
#include "ml/kernels.h"
#include "ml/linalg.h"

typedef struct pls {
    kl_estimator base;
    int64_t n_components, max_iter;
    double tol;
    bool scale, copy;
    kl_value algorithm; /* of PLSCanonical alone a parameter, else null */
    kl_value x_weights_, y_weights_, x_loadings_, y_loadings_, x_rotations_, y_rotations_;
    kl_value x_scores_, y_scores_, coef_, intercept_, n_iter_;
    kl_value x_mean_, x_std_, y_std_;
} pls;

extern const kl_type kl_pls_regression_type, kl_cca_type;

/* ---- what is kept ------------------------------------------------------------------------------------------------- */

/* weights (loadings' weights)^+ : rows x m. */
static kl_status rotate(double **out, const double *weights, const double *loadings, size_t rows, size_t m,
                        kl_task *task, kl_error *error)
{
    double *square, *inverse = NULL;
    KL_TAKE(*out, task, rows * m, error);
    KL_TAKE(square, task, m * m, error);
    kl_gemm(true, false, m, m, rows, 1.0, loadings, m, weights, m, 0.0, square, m);
    KL_TRY(kl_pls_invert(&inverse, square, m, m, task, error));
    kl_gemm(false, false, rows, m, m, 1.0, weights, m, inverse, m, 0.0, *out, m);
    return KL_OK;
}

static kl_status learn_table(kl_value *member, const double *numbers, size_t rows, size_t cols, kl_error *error)
{
    kl_value made = kl_null();
    KL_TRY(kl_table_from(&made, numbers, rows, cols, error));
    kl_learn(member, made);
    return KL_OK;
}

static kl_status learn_vector(kl_value *member, const double *numbers, size_t n, kl_error *error)
{
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, numbers, n, error));
    kl_learn(member, made);
    return KL_OK;
}

static kl_status keep_weights(pls *model, const pls_search *s, const double *x_rotations, kl_task *task, kl_error *error)
{
    double *coef;
    KL_TAKE(coef, task, s->q * s->p, error);
    kl_gemm(false, true, s->q, s->p, s->m, 1.0, s->y_loadings, s->m, x_rotations, s->m, 0.0, coef, s->p);
    for (size_t t = 0; t < s->q; t++)
        for (size_t j = 0; j < s->p; j++)
            coef[t * s->p + j] *= s->y_std[t] / s->x_std[j];
    KL_TRY(learn_table(&model->coef_, coef, s->q, s->p, error));
    KL_TRY(learn_vector(&model->intercept_, s->y_mean, s->q, error));
    KL_TRY(learn_vector(&model->x_mean_, s->x_mean, s->p, error));
    KL_TRY(learn_vector(&model->y_std_, s->y_std, s->q, error));
    return learn_vector(&model->x_std_, s->x_std, s->p, error);
}

static kl_status keep(pls *model, const pls_search *s, kl_task *task, kl_error *error)
{
    double *x_rotations, *y_rotations;
    KL_TRY(rotate(&x_rotations, s->x_weights, s->x_loadings, s->p, s->m, task, error));
    KL_TRY(rotate(&y_rotations, s->y_weights, s->y_loadings, s->q, s->m, task, error));
    KL_TRY(keep_weights(model, s, x_rotations, task, error));
    KL_TRY(learn_table(&model->x_weights_, s->x_weights, s->p, s->m, error));
    KL_TRY(learn_table(&model->y_weights_, s->y_weights, s->q, s->m, error));
    KL_TRY(learn_table(&model->x_loadings_, s->x_loadings, s->p, s->m, error));
    KL_TRY(learn_table(&model->y_loadings_, s->y_loadings, s->q, s->m, error));
    KL_TRY(learn_table(&model->x_rotations_, x_rotations, s->p, s->m, error));
    KL_TRY(learn_table(&model->y_rotations_, y_rotations, s->q, s->m, error));
    if (model->base.object.type != &kl_pls_regression_type)
        return KL_OK;
    KL_TRY(learn_table(&model->x_scores_, s->x_scores, s->n, s->m, error));
    return learn_table(&model->y_scores_, s->y_scores, s->n, s->m, error);
}

/* ---- fit -------------------------------------------------------------------------------------------------------------- */

static kl_status check(const pls *model, const kl_fit *in, bool canonical, kl_error *error)
{
    size_t most = KL_MIN(in->n, in->d);
    if (canonical)
        most = KL_MIN(most, in->outputs);
    if (in->n < 2)
        return kl_bad_input(error, "%s needs at least 2 rows, got 1", model->base.object.type->name);
    if ((size_t)model->n_components > most)
        return kl_bad_parameter(error, "n_components",
                                canonical ? "at most the number of rows, of features and of targets"
                                          : "at most the number of rows and of features",
                                kl_int(model->n_components));
    return KL_OK;
}

static kl_status find_directions(pls_search *s, pls *model, kl_task *task, kl_error *error)
{
    kl_value list = kl_null();
    bool found = true;
    KL_TRY(kl_array_new(&list, s->m, error));
    kl_learn(&model->n_iter_, list);
    for (size_t k = 0; k < s->m && found; k++) {
        size_t rounds;
        KL_TRY(kl_pls_next(s, k, &found, &rounds, task, error));
        if (!found)
            return kl_warn_convergence(error, "nothing is left of y after %zu components", k);
        if (!s->svd)
            KL_TRY(kl_array_push(&model->n_iter_, kl_int((int64_t)rounds), error));
    }
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    pls *model = (pls *)self;
    const kl_type *type = self->object.type;
    pls_search s = {.n = in->n, .p = in->d, .q = in->outputs, .m = (size_t)model->n_components,
                    .canonical = type != &kl_pls_regression_type, .inverse = type == &kl_cca_type,
                    .svd = kl_word_is(model->algorithm, "svd"), .tol = model->tol,
                    .iterations_max = (size_t)model->max_iter};
    KL_TRY(check(model, in, s.canonical, error));
    KL_TRY(kl_pls_begin(&s, in->x->data, in->y, model->scale, task, error));
    KL_TRY(find_directions(&s, model, task, error));
    return keep(model, &s, task, error);
}

/* ---- answering ------------------------------------------------------------------------------------------------------------ */

static kl_status predict(double *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const pls *model = (const pls *)self;
    size_t q = kl_array_axis(model->coef_, 0), p = x->cols;
    const double *b = kl_doubles(model->intercept_);
    double *centred;
    KL_TAKE_RAW(centred, task, x->rows * p + 1, error);
    kl_kernels()->center_scale(centred, x->data, kl_doubles(model->x_mean_), NULL, x->rows, p);
    for (size_t i = 0; i < x->rows; i++)
        memcpy(out + i * q, b, q * sizeof *b);
    if (x->rows > 0)
        kl_gemm(false, true, x->rows, q, p, 1.0, centred, p, kl_doubles(model->coef_), p, 1.0, out, q);
    return KL_OK;
}

/* (numbers - mean) / std, times the rotations: rows x m. Given. */
static kl_status scores_of(kl_value *out, const double *numbers, size_t rows, kl_value mean, kl_value std,
                           kl_value rotations, kl_task *task, kl_error *error)
{
    size_t cols = kl_array_axis(rotations, 0), m = kl_array_axis(rotations, 1);
    const double *by = kl_doubles(std);
    double *scaled, *made;
    KL_TAKE_RAW(scaled, task, rows * cols + 1, error);
    kl_kernels()->center_scale(scaled, numbers, kl_doubles(mean), NULL, rows, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            scaled[i * cols + j] /= by[j];
    KL_TRY(kl_table_new(out, &made, rows, m, error));
    if (rows > 0)
        kl_gemm(false, false, rows, m, cols, 1.0, scaled, cols, kl_doubles(rotations), m, 0.0, made, m);
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const pls *model = (const pls *)self;
    kl_value made = kl_null();
    KL_TRY(scores_of(&made, x->data, x->rows, model->x_mean_, model->x_std_, model->x_rotations_, task, error));
    *out = made;
    return KL_OK;
}

static kl_status scores_of_targets(kl_value *out, const pls *model, kl_value y, size_t rows, kl_task *task,
                                   kl_error *error)
{
    const double *numbers;
    size_t n, outputs, expected = kl_array_axis(model->y_rotations_, 0);
    KL_TRY(kl_targets_read(&numbers, &n, &outputs, y, "y", task, error));
    if (n != rows)
        return kl_bad_dimension(error, "samples", rows, n);
    if (outputs != expected)
        return kl_bad_dimension(error, "targets", expected, outputs);
    return scores_of(out, numbers, n, model->intercept_, model->y_std_, model->y_rotations_, task, error);
}

/* Behind the scores of x those of y: a pair; given. */
static kl_status add_scores_of_y(kl_value *out, const pls *model, kl_value x_scores, kl_value y, kl_error *error)
{
    kl_value pair, y_scores;
    kl_task task = KL_TASK_INIT;
    kl_status status = scores_of_targets(&y_scores, model, y, kl_array_axis(x_scores, 0), &task, error);
    kl_task_end(&task);
    if (status == KL_OK && (status = kl_array_new(&pair, 2, error)) != KL_OK)
        kl_value_release(y_scores);
    if (status != KL_OK)
        return status;
    kl_array_push(&pair, kl_value_retain(x_scores), NULL); /* has room for both */
    kl_array_push(&pair, y_scores, NULL);
    *out = pair;
    return KL_OK;
}

/* transform(x, y=None) */
KL_EST_METHOD(transform_call)
{
    kl_value x_scores;
    KL_TRY(kl_estimator_answer(&x_scores, (const kl_estimator *)self, KL_OP_TRANSFORM, args[0], error));
    if (kl_is_null(args[1])) {
        *out = x_scores;
        return KL_OK;
    }
    kl_estimator *model;
    kl_status status = kl_estimator_need(&model, (const kl_estimator *)self, error);
    if (status == KL_OK) {
        status = add_scores_of_y(out, (const pls *)model, x_scores, args[1], error);
        kl_object_release(&model->object);
    }
    kl_value_release(x_scores);
    return status;
}

static kl_status inverse(kl_value *out, const kl_estimator *self, const kl_matrix *x, kl_task *task, kl_error *error)
{
    (void)task;
    const pls *model = (const pls *)self;
    size_t m = kl_array_axis(model->x_loadings_, 1), p = kl_array_axis(model->x_loadings_, 0);
    const double *std = kl_doubles(model->x_std_), *mean = kl_doubles(model->x_mean_);
    double *numbers;
    kl_value made = kl_null();
    if (x->cols != m)
        return kl_bad_dimension(error, "components", m, x->cols);
    KL_TRY(kl_table_new(&made, &numbers, x->rows, p, error));
    if (x->rows > 0)
        kl_gemm(false, true, x->rows, p, m, 1.0, x->data, m, kl_doubles(model->x_loadings_), m, 0.0, numbers, p);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < p; j++)
            numbers[i * p + j] = numbers[i * p + j] * std[j] + mean[j];
    *out = made;
    return KL_OK;
}

static size_t width(const kl_estimator *self) { return kl_array_axis(((const pls *)self)->x_rotations_, 1); }

/* ---- tables ------------------------------------------------------------------------------------------------------------------ */

static const char *const algorithms[] = {"nipals", "svd", NULL};

#define PLS_PARAMETERS(flag_word)                                                                  \
    KL_COUNT_FIELD(pls, n_components, 2, .doc = "directions to find; >= 1"),                       \
    KL_COUNT_FIELD(pls, max_iter, 500, .doc = "most iterations for each direction; >= 1"),         \
    KL_DOUBLE(pls, tol, 1e-6, .doc = "a direction is found when the square of its change is below; >= 0"),\
    KL_BOOL(pls, scale, true, .flags = (flag_word),                                                \
            .doc = "whether features and targets are divided by their standard deviations"),       \
    KL_BOOL(pls, copy, true, .flags = KL_KEYWORD_ONLY,                                             \
            .doc = "accepted for the sake of other libraries; without effect, since x is never changed")
#define PLS_LEARNED                                                                                \
    KL_LEARNED_ARRAY(pls, x_weights_, .doc = "directions of x: d x components"),                   \
    KL_LEARNED_ARRAY(pls, y_weights_, .doc = "directions of y: targets x components"),             \
    KL_LEARNED_ARRAY(pls, x_loadings_, .doc = "what each direction takes out of x: d x components"),\
    KL_LEARNED_ARRAY(pls, y_loadings_, .doc = "what each direction takes out of y: targets x components"),\
    KL_LEARNED_ARRAY(pls, x_rotations_, .doc = "from x to its scores: d x components"),            \
    KL_LEARNED_ARRAY(pls, y_rotations_, .doc = "from y to its scores: targets x components"),      \
    KL_LEARNED_ARRAY(pls, coef_, .doc = "weights of the features less their means: targets x d"),  \
    KL_LEARNED_ARRAY(pls, intercept_, .doc = "means of the targets"),                              \
    KL_LEARNED_VALUE(pls, n_iter_, .doc = "list of the iterations for each direction"),            \
    KL_KEPT_ARRAY(pls, x_mean_, .doc = "means of the features"),                                   \
    KL_KEPT_ARRAY(pls, x_std_, .doc = "what features are divided by"),                             \
    KL_KEPT_ARRAY(pls, y_std_, .doc = "what targets are divided by")

static const kl_field regression_fields[] = {
    PLS_PARAMETERS(0),
    PLS_LEARNED,
    KL_LEARNED_ARRAY(pls, x_scores_, .doc = "scores of the rows of x: n x components"),
    KL_LEARNED_ARRAY(pls, y_scores_, .doc = "scores of the rows of y: n x components"),
};
static const kl_field canonical_fields[] = {
    PLS_PARAMETERS(KL_KEYWORD_ONLY),
    KL_ENUM(pls, algorithm, "nipals", .names = algorithms, .flags = KL_KEYWORD_ONLY,
            .doc = "nipals: power iteration; svd: the first singular vectors of x'y"),
    PLS_LEARNED,
};
static const kl_field cca_fields[] = {PLS_PARAMETERS(KL_KEYWORD_ONLY), PLS_LEARNED};
static const kl_limit limits[] = {
    {"n_components", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {
    KL_EST_SUPERVISED,
    KL_EST_ROW("transform", transform_call, kl_est_score_x, KL_KIND_ANY,
               "The scores of x; with y a pair, the scores of x and those of y."),
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,
               "fit(x, y), and the scores of x."),
    KL_EST_INVERSE, KL_EST_NAMES_OUT};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_POOR_SCORE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .predict = predict,
    .transform = transform,
    .inverse = inverse,
    .width = width,
    .shapes = "x_weights_ = features k; y_weights_ = outputs k; x_loadings_ = features k; "
              "y_loadings_ = outputs k; x_rotations_ = features k; y_rotations_ = outputs k; "
              "coef_ = outputs features; intercept_ = outputs; x_mean_ = features; x_std_ = features; "
              "y_std_ = outputs; ?x_scores_ = * k; ?y_scores_ = * k",
};
const kl_type kl_pls_regression_type = {
    .name = "PLSRegression",
    KL_ESTIMATOR(pls),
    .doc = "Partial least squares regression (Wold 1975: NIPALS; PLS2, of one target PLS1): y is explained by the "
           "directions of x that have most in common with it.",
    .fields = KL_TABLE(regression_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_pls_regression_type);
const kl_type kl_pls_canonical_type = {
    .name = "PLSCanonical",
    KL_ESTIMATOR(pls),
    .doc = "Canonical partial least squares (Wegelin 2000: W2A): pairs of directions of x and y of largest covariance, "
           "each side deflated by its own scores.",
    .fields = KL_TABLE(canonical_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_pls_canonical_type);
const kl_type kl_cca_type = {
    .name = "CCA",
    KL_ESTIMATOR(pls),
    .doc = "Canonical correlation analysis (Hotelling 1936) by NIPALS in mode B: pairs of directions of x and y whose "
           "scores correlate most.",
    .fields = KL_TABLE(cca_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_cca_type);
