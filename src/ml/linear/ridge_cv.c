/* src/ml/linear/ridge_cv.c - RidgeCV: ridge regression that chooses the strength of its penalty. */
#include "linear.h"
#include "ridge_cv_judge.h"
#include "solve.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "ml/model_selection/splitter.h"

#include <float.h>
#include <math.h>

typedef struct ridge_cv {
    LINEAR_MODEL;
    kl_value alphas, scoring, cv, gcv_mode;
    bool fit_intercept, store_cv_results, alpha_per_target;
    kl_value alpha_, best_score_, cv_results_;
} ridge_cv;

/* ---- leaving out one row at a time --------------------------------------------------------------------------------------- */

/*
 * X = U diag(s) V'. A row's error when it is left out is its residual over 1 - h, where h is its place on the diagonal of
 * the hat matrix U diag(s^2 / (s^2 + alpha)) U', and of that of the mean.
 */
typedef struct leave_one {
    kl_centered c;
    size_t r;
    double *u, *s, *vt, *uy; /* n x r, r, r x d, r x k */
    double *errors;          /* n x k, times the roots of the weights */
} leave_one;

static kl_status decompose(leave_one *l, const ridge_cv *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_centered *c = &l->c;
    double *copy;
    KL_TRY(kl_center(c, in->x, in->y, in->outputs, in->weights, model->fit_intercept, task, error));
    KL_TRY(kl_centered_dense(c, task, error));
    l->r = KL_MIN(c->n, c->d);
    KL_TAKE_RAW(copy, task, c->n * c->d, error);
    KL_TAKE_RAW(l->u, task, c->n * l->r, error);
    KL_TAKE_RAW(l->s, task, c->d + l->r, error);
    KL_TAKE_RAW(l->vt, task, KL_MAX(l->r, c->d) * c->d, error);
    KL_TAKE_RAW(l->uy, task, l->r * c->k, error);
    KL_TAKE_RAW(l->errors, task, c->n * c->k, error);
    bool done = false;
    if (c->d < c->n) { /* by X'X where it is well conditioned: u = X v / s */
        KL_TRY(kl_centered_gram(copy, NULL, c, task, error));
        KL_TRY(kl_eigh(l->s, l->vt, copy, c->d, task, error));
        done = l->s[0] > 1e-8 * l->s[c->d - 1];
        for (size_t j = 0; done && j < c->d; j++)
            l->s[j] = sqrt(l->s[j]);
        if (done)
            kl_gemm(false, true, c->n, l->r, c->d, 1.0, c->dense, c->d, l->vt, c->d, 0.0, l->u, l->r);
        for (size_t i = 0; done && i < c->n; i++)
            for (size_t j = 0; j < l->r; j++)
                l->u[i * l->r + j] /= l->s[j];
    }
    if (!done) {
        memcpy(copy, c->dense, c->n * c->d * sizeof *copy);
        KL_TRY(kl_svd(l->u, l->s, l->vt, copy, c->n, c->d, task, error));
    }
    kl_gemm(true, false, l->r, c->k, c->n, 1.0, l->u, l->r, c->y, c->k, 0.0, l->uy, c->k);
    return KL_OK;
}

/* errors = (y - X w) / (1 - h) */
static void leave_out(leave_one *l, double alpha, double total, bool intercept)
{
    const kl_centered *c = &l->c;
    size_t n = c->n, k = c->k, r = l->r;
    bool full = r == n; /* y lies in the space of u: nothing is lost by subtracting */
    for (size_t i = 0; i < n; i++) {
        const double *u = l->u + i * r;
        double rest = full ? 0.0 : 1.0, root = c->root ? c->root[i] : 1.0;
        for (size_t t = 0; t < k; t++)
            l->errors[i * k + t] = full ? 0.0 : c->y[i * k + t];
        for (size_t j = 0; j < r; j++) {
            double keep = full ? alpha / (l->s[j] * l->s[j] + alpha) : -l->s[j] * l->s[j] / (l->s[j] * l->s[j] + alpha);
            rest += keep * u[j] * u[j];
            for (size_t t = 0; t < k; t++)
                l->errors[i * k + t] += keep * u[j] * l->uy[j * k + t];
        }
        if (intercept)
            rest -= root * root / total;
        for (size_t t = 0; t < k; t++)
            l->errors[i * k + t] /= rest;
    }
}

static void weights_at(double *coef, const leave_one *l, double alpha, size_t t)
{
    const kl_centered *c = &l->c;
    memset(coef, 0, c->d * sizeof *coef);
    for (size_t j = 0; j < l->r; j++)
        if (l->s[j] > 0)
            kl_axpy(l->s[j] / (l->s[j] * l->s[j] + alpha) * l->uy[j * c->k + t], l->vt + j * c->d, coef, c->d);
}

/* ---- choosing ------------------------------------------------------------------------------------------------------------ */

typedef struct choice {
    const double *alphas;
    size_t count, targets; /* targets that choose for themselves: 1, or all */
    double *best, *score;  /* targets */
    double *coef;          /* k x d */
} choice;

/* Take alpha number `a` for target `t` where it is better; of equals the first. */
static bool offer(choice *c, size_t a, size_t t, double score)
{
    if (a > 0 && !(score > c->score[t]))
        return false;
    c->best[t] = c->alphas[a];
    c->score[t] = score;
    return true;
}

/* The errors of one alpha into column `a` of cv_results_: their squares, or the predictions. */
static void store(double *results, const leave_one *l, const double *y, size_t a, size_t count, bool squares)
{
    const kl_centered *c = &l->c;
    for (size_t i = 0; i < c->n * c->k; i++) {
        double root = c->root ? c->root[i / c->k] : 1.0;
        results[i * count + a] = squares ? l->errors[i] * l->errors[i] : y[i] - l->errors[i] / root;
    }
}

static kl_status new_results(double **out, ridge_cv *model, const leave_one *l, size_t count, kl_error *error)
{
    kl_value made = kl_null();
    void *data = NULL;
    size_t shape[3] = {l->c.n, l->c.k == 1 ? count : l->c.k, count};
    KL_TRY(kl_tensor_new(&made, &data, 'd', l->c.k == 1 ? 2 : 3, shape, error));
    kl_learn(&model->cv_results_, made);
    *out = data;
    return KL_OK;
}

/* Errors of unscaled rows for scores that are not of squares. */
static void unscale(double *plain, const leave_one *l)
{
    for (size_t i = 0; i < l->c.n * l->c.k; i++)
        plain[i] = l->errors[i] / (l->c.root ? l->c.root[i / l->c.k] : 1.0);
}

static kl_status choose_by_rows(choice *c, ridge_cv *model, leave_one *l, const kl_fit *in, kl_task *task,
                                kl_error *error)
{
    kl_ridge_judge judge;
    double *results = NULL, *plain, total = in->weights ? kl_kernels()->sum(in->weights, in->n) : (double)in->n;
    bool scored = !kl_is_null(model->scoring);
    size_t n = in->n, k = in->outputs;
    KL_TRY(kl_ridge_judge_of(&judge, model->scoring, KL_RIDGE_SQUARES, error));
    KL_TRY(decompose(l, model, in, task, error));
    KL_TAKE_RAW(plain, task, n * k, error);
    if (model->store_cv_results)
        KL_TRY(new_results(&results, model, l, c->count, error));
    kl_ridge_rows rows = {.y = in->y, .errors = scored ? plain : l->errors, .weights = scored ? in->weights : NULL,
                          .n = n, .k = k};
    for (size_t a = 0; a < c->count; a++) {
        KL_TRY(kl_task_step(task, a, c->count, error));
        leave_out(l, c->alphas[a], total, model->fit_intercept);
        if (results)
            store(results, l, in->y, a, c->count, !scored);
        unscale(plain, l);
        for (size_t t = 0; t < c->targets; t++) {
            double score;
            KL_TRY(kl_ridge_judge_rows(&score, &judge, &rows, c->targets > 1 ? t : k, error));
            offer(c, a, t, score);
        }
    }
    for (size_t t = 0; t < k; t++)
        weights_at(c->coef + t * in->d, l, c->best[c->targets > 1 ? t : 0], t);
    return KL_OK;
}

/* ---- folds ----------------------------------------------------------------------------------------------------------------- */

/* Rows of x, which is dense, with what belongs to them. */
static kl_status rows_of(kl_fit *out, kl_matrix *x, const kl_fit *in, const double *dense, const int64_t *rows, size_t n,
                         kl_task *task, kl_error *error)
{
    size_t d = in->d, k = in->outputs;
    double *to, *y, *weights = NULL;
    KL_TAKE_RAW(to, task, n * d + 1, error);
    KL_TAKE_RAW(y, task, n * k + 1, error);
    if (in->weights)
        KL_TAKE_RAW(weights, task, n + 1, error);
    for (size_t i = 0; i < n; i++) {
        size_t from = (size_t)rows[i];
        memcpy(to + i * d, dense + from * d, d * sizeof *to);
        memcpy(y + i * k, in->y + from * k, k * sizeof *y);
        if (weights)
            weights[i] = in->weights[from];
    }
    *x = (kl_matrix){.rows = n, .cols = d, .data = to, .value = kl_null(), .names = kl_null()};
    *out = (kl_fit){.x = x, .n = n, .d = d, .y = y, .outputs = k, .weights = weights};
    return KL_OK;
}

/* What all folds are judged with. */
typedef struct folding {
    const choice *c;
    const ridge_cv *model;
    const kl_fit *in;
    const double *dense; /* x */
    kl_ridge_judge judge;
    double *sums;        /* of the scores of each alpha */
} folding;

/* y less what the model says; n x k. */
static void errors_of(double *errors, const kl_fit *test, const double *coef, const double *intercept)
{
    size_t k = test->outputs, d = test->d;
    for (size_t i = 0; i < test->n; i++)
        for (size_t t = 0; t < k; t++)
            errors[i * k + t] = test->y[i * k + t] - intercept[t] - kl_dot(kl_row(test->x, i), coef + t * d, d);
}

/* Scores of all alphas on the test rows after learning from the others. */
static kl_status judge_fold(folding *f, const kl_fold *fold, kl_task *task, kl_error *error)
{
    kl_matrix train_x, test_x;
    kl_fit train, test;
    leave_one l;
    double *coef, *intercept, *errors, score;
    size_t k = f->in->outputs, d = f->in->d;
    KL_TRY(rows_of(&train, &train_x, f->in, f->dense, fold->train, fold->train_count, task, error));
    KL_TRY(rows_of(&test, &test_x, f->in, f->dense, fold->test, fold->test_count, task, error));
    KL_TRY(decompose(&l, f->model, &train, task, error));
    KL_TAKE_RAW(coef, task, k * d, error);
    KL_TAKE_RAW(intercept, task, k, error);
    KL_TAKE_RAW(errors, task, test.n * k + 1, error);
    kl_ridge_rows rows = {.y = test.y, .errors = errors, .weights = test.weights, .n = test.n, .k = k};
    for (size_t a = 0; a < f->c->count; a++) {
        for (size_t t = 0; t < k; t++)
            weights_at(coef + t * d, &l, f->c->alphas[a], t);
        kl_centered_intercept(intercept, &l.c, coef);
        errors_of(errors, &test, coef, intercept);
        KL_TRY(f->judge.kind == KL_RIDGE_ANY
                   ? kl_ridge_judge_model(&score, &f->judge, f->c->alphas[a], coef, intercept, &test, error)
                   : kl_ridge_judge_rows(&score, &f->judge, &rows, k, error));
        f->sums[a] += score;
    }
    return KL_OK;
}

static kl_status judge_folds(folding *f, const kl_folds *folds, kl_task *task, kl_error *error)
{
    for (size_t i = 0; i < folds->count; i++) {
        kl_task part = KL_TASK_INIT;
        KL_TRY(kl_task_step(task, i, folds->count, error));
        kl_status status = judge_fold(f, &folds->fold[i], &part, error);
        kl_task_end(&part);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

static kl_status choose_by_folds(choice *c, ridge_cv *model, leave_one *l, const kl_fit *in, kl_task *task,
                                 kl_error *error)
{
    kl_split_data data = {.n = in->n, .x = in->raw_x, .y = in->raw_y, .groups = kl_null()};
    kl_folds folds;
    kl_centered whole;
    folding f = {.c = c, .model = model, .in = in};
    if (model->store_cv_results)
        return kl_bad_parameter(error, "store_cv_results", "False with cv", kl_bool(true));
    if (model->alpha_per_target)
        return kl_bad_parameter(error, "alpha_per_target", "False with cv", kl_bool(true));
    KL_TRY(kl_ridge_judge_of(&f.judge, model->scoring, KL_RIDGE_R2, error));
    KL_TRY(kl_folds_of(&folds, model->cv, false, &data, task, error));
    KL_TRY(kl_center(&whole, in->x, NULL, 0, NULL, false, task, error));
    KL_TRY(kl_centered_dense(&whole, task, error));
    f.dense = whole.dense;
    KL_TAKE(f.sums, task, c->count, error);
    KL_TRY(judge_folds(&f, &folds, task, error));
    for (size_t a = 0; a < c->count; a++)
        offer(c, a, 0, f.sums[a] / (double)folds.count);
    KL_TRY(decompose(l, model, in, task, error));
    for (size_t t = 0; t < in->outputs; t++)
        weights_at(c->coef + t * in->d, l, c->best[0], t);
    return KL_OK;
}

/* ---- fit ----------------------------------------------------------------------------------------------------------------------- */

static kl_status read_alphas(choice *c, const ridge_cv *model, kl_task *task, kl_error *error)
{
    static const double usual[] = {0.1, 1.0, 10.0};
    c->alphas = usual;
    c->count = KL_COUNT(usual);
    if (!kl_is(model->alphas, KL_KIND_NULL))
        KL_TRY(kl_linear_numbers(&c->alphas, &c->count, model->alphas, "alphas", task, error));
    if (c->count == 0)
        return kl_bad_parameter(error, "alphas", "at least one number", model->alphas);
    for (size_t a = 0; a < c->count; a++)
        if (kl_is(model->cv, KL_KIND_NULL) && !(c->alphas[a] > 0))
            return kl_bad_parameter(error, "alphas", "numbers > 0", kl_double(c->alphas[a]));
    return KL_OK;
}

static kl_status keep_choice(ridge_cv *model, const choice *c, kl_error *error)
{
    kl_value made = kl_null();
    if (c->targets == 1) {
        kl_learn(&model->alpha_, kl_double(c->best[0]));
        kl_learn(&model->best_score_, kl_double(c->score[0]));
        return KL_OK;
    }
    KL_TRY(kl_vector_from(&made, c->best, c->targets, error));
    kl_learn(&model->alpha_, made);
    made = kl_null();
    KL_TRY(kl_vector_from(&made, c->score, c->targets, error));
    kl_learn(&model->best_score_, made);
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    ridge_cv *model = (ridge_cv *)self;
    choice c = {.targets = model->alpha_per_target ? in->outputs : 1};
    leave_one l;
    double *intercept;
    KL_TRY(read_alphas(&c, model, task, error));
    KL_TAKE(c.best, task, c.targets, error);
    KL_TAKE(c.score, task, c.targets, error);
    KL_TAKE(c.coef, task, in->outputs * in->d, error);
    KL_TAKE(intercept, task, in->outputs, error);
    KL_TRY((kl_is(model->cv, KL_KIND_NULL) ? choose_by_rows : choose_by_folds)(&c, model, &l, in, task, error));
    KL_TRY(keep_choice(model, &c, error));
    kl_centered_intercept(intercept, &l.c, c.coef);
    return kl_linear_keep((linear_model *)model, c.coef, model->fit_intercept ? intercept : NULL, in->outputs, in->d,
                          error);
}

static const char *const modes[] = {"auto", "svd", "eigen", NULL};
static const kl_field fields[] = {
    KL_VALUE(ridge_cv, alphas, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA,
             .doc = "penalties to choose from; > 0 (with cv >= 0); None = (0.1, 1.0, 10.0)"),
    LINEAR_INTERCEPT(ridge_cv, 0),
    KL_VALUE(ridge_cv, scoring, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "what is best: None = least squared error when each row is left out (with cv: r2), the name of a scorer, "
                    "or callable(estimator, x, y), whose x are predictions and whose estimator repeats them when each row "
                    "is left out"),
    KL_VALUE(ridge_cv, cv, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "None: leave out one row at a time, all at once from one decomposition; else folds: their number, at "
                    "least 2, a splitter, or pairs of train and test rows"),
    KL_VALUE(ridge_cv, gcv_mode, .kind = KL_KIND_ENUM, .names = modes, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "accepted for the sake of other libraries; the decomposition is chosen by shape and condition of x"),
    KL_BOOL(ridge_cv, store_cv_results, false, .flags = KL_KEYWORD_ONLY, .doc = "whether cv_results_ is learned; not with cv"),
    KL_BOOL(ridge_cv, alpha_per_target, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether each target has a penalty of its own; not with cv"),
    LINEAR_LEARNED(ridge_cv),
    KL_LEARNED_VALUE(ridge_cv, alpha_, .doc = "the best penalty; an array with alpha_per_target"),
    KL_LEARNED_VALUE(ridge_cv, best_score_, .doc = "its score; an array with alpha_per_target"),
    KL_LEARNED_ARRAY(ridge_cv, cv_results_,
                     .doc = "squared error (with scoring: prediction) of each row left out, for each penalty: n x alphas, "
                            "or n x targets x alphas"),
};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR,
    .flags = KL_EST_MULTI_OUTPUT | KL_EST_SPARSE,
    .fit = fit,
    .predict = kl_linear_predict,
    .shapes = "coef_ = features | outputs features; intercept_ = number | outputs",
};
const kl_type kl_ridge_cv_type = {
    .name = "RidgeCV",
    KL_ESTIMATOR(ridge_cv),
    .doc = "Ridge regression whose penalty does best on rows that were left out, one at a time by the diagonal of the hat "
           "matrix (Golub, Heath, Wahba 1979; Rifkin and Lippert 2007), or in folds. Of equals the first.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ridge_cv_type);
