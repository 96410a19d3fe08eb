/* src/ml/decomposition/sparse_pca.c - SparsePCA: components of few columns each. */
#include "dictionary.h"
#include "parts.h"

#include "../kernels.h"
#include "../linalg.h"

typedef struct sparse_pca {
    kl_estimator base;
    kl_value n_components, random_state, method, n_jobs, U_init, V_init;
    double alpha, ridge_alpha, tol;
    int64_t max_iter, verbose;
    kl_value components_, error_, mean_;
    int64_t n_components_, n_iter_;
} sparse_pca;

enum { CODE_STEPS = 1000 };

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* Columns less their means, as rows. */
static kl_status turn(double **out, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error)
{
    double *rows;
    KL_TAKE_RAW(*out, task, x->rows * x->cols, error);
    KL_TRY(kl_centered_rows(&rows, x, mean, task, error));
    kl_transpose(*out, rows, x->rows, x->cols);
    kl_task_free(task, rows);
    return KL_OK;
}

/* Each component of length 1, unless it is 0. */
static kl_status keep_components(sparse_pca *self, const kl_dictionary *l, kl_error *error)
{
    double *components;
    KL_TRY(kl_learn_table(&self->components_, &components, l->k, l->n, error));
    kl_transpose(components, l->codes, l->n, l->k);
    for (size_t c = 0; c < l->k; c++) {
        double length = kl_norm(components + c * l->n, l->n);
        if (length > 0)
            kl_scale(components + c * l->n, 1 / length, l->n);
    }
    return KL_OK;
}

/* The columns are what is coded: components are their codes, for which atoms of rows are learned. */
static kl_status sparse_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    sparse_pca *self = (sparse_pca *)base;
    double *mean, *columns;
    bool given;
    KL_TRY(kl_learn_vector(&self->mean_, &mean, in->d, error));
    kl_column_means(mean, in->x);
    KL_TRY(turn(&columns, in->x, mean, task, error));
    kl_dictionary l = {.x = columns, .n = in->d, .d = in->n, .tol = self->tol, .turns_max = (size_t)self->max_iter,
                       .k = kl_is_null(self->n_components) ? in->d : (size_t)kl_as_int(self->n_components),
                       .coding = {.by = kl_word_is(self->method, "lars") ? KL_CODER_LASSO_LARS : KL_CODER_LASSO_CD,
                                  .alpha = self->alpha, .steps_max = CODE_STEPS}};
    KL_TRY(kl_estimator_seed(&l.seed, base, error));
    KL_TAKE_RAW(l.codes, task, l.n * l.k, error);
    KL_TAKE_RAW(l.atoms, task, l.k * l.d, error);
    KL_TRY(kl_dictionary_begin_from(&given, &l, self->V_init, "V_init", self->U_init, "U_init", true, task, error));
    if (!given)
        KL_TRY(kl_dictionary_begin(&l, task, error));
    KL_TRY(kl_dictionary_learn(&l, task, error));
    kl_dictionary_flip(l.codes, l.atoms, l.n, l.k, l.d);
    KL_TRY(keep_components(self, &l, error));
    kl_value costs;
    KL_TRY(kl_vector_from(&costs, l.costs, l.turns, error));
    kl_learn(&self->error_, costs);
    self->n_components_ = (int64_t)l.k;
    self->n_iter_ = (int64_t)l.turns;
    return KL_OK;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

/* C'(CC' + ridge)^-1 (d x k) of the components C; the pseudo-inverse where that has none. */
static kl_status weights_of(double *out, const sparse_pca *self, size_t k, size_t d, kl_task *task, kl_error *error)
{
    const double *components = kl_doubles(self->components_);
    double *gram, *solved, *inverse;
    KL_TAKE_RAW(gram, task, k * k, error);
    KL_TAKE_RAW(solved, task, k * d, error);
    memcpy(solved, components, k * d * sizeof *solved);
    kl_gram_rows(gram, components, k, d);
    for (size_t c = 0; c < k; c++)
        gram[c * k + c] += self->ridge_alpha;
    if (kl_cholesky(gram, k, NULL) == KL_OK) {
        kl_cholesky_solve(gram, k, solved, d);
    } else {
        KL_TAKE_RAW(inverse, task, k * k, error);
        kl_gram_rows(gram, components, k, d);
        for (size_t c = 0; c < k; c++)
            gram[c * k + c] += self->ridge_alpha;
        KL_TRY(kl_pinvh(inverse, NULL, NULL, gram, k, task, error));
        kl_gemm(false, false, k, d, k, 1, inverse, k, components, d, 0, solved, d);
    }
    kl_transpose(out, solved, k, d);
    return KL_OK;
}

/* Ridge regression of each row on the components. */
static kl_status sparse_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    const sparse_pca *self = (const sparse_pca *)base;
    size_t k = (size_t)self->n_components_, d = (size_t)base->features;
    double *weights, *scores;
    KL_TAKE_RAW(weights, task, d * k, error);
    KL_TRY(weights_of(weights, self, k, d, task, error));
    KL_TRY(kl_table_new(out, &scores, x->rows, k, error));
    if (x->rows)
        kl_x_times(scores, x, kl_doubles(self->mean_), false, weights, k);
    return KL_OK;
}

static kl_status sparse_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                kl_error *error)
{
    const sparse_pca *self = (const sparse_pca *)base;
    size_t k = (size_t)self->n_components_, d = (size_t)base->features;
    double *rows;
    (void)task;
    if (x->cols != k)
        return kl_bad_dimension(error, "components", k, x->cols);
    KL_TRY(kl_table_new(out, &rows, x->rows, d, error));
    for (size_t i = 0; i < x->rows; i++)
        memcpy(rows + i * d, kl_doubles(self->mean_), d * sizeof *rows);
    if (x->rows)
        kl_gemm(false, false, x->rows, d, k, 1, x->data, k, kl_doubles(self->components_), d, 1, rows, d);
    return KL_OK;
}

static size_t sparse_width(const kl_estimator *self) { return (size_t)((const sparse_pca *)self)->n_components_; }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const method_words[] = {"lars", "cd", NULL};

static const kl_field fields[] = {
    KL_VALUE(sparse_pca, n_components, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "how many components; >= 1; None = one for each column"),
    KL_DOUBLE(sparse_pca, alpha, 1.0, .doc = "penalty of the absolute values of components; >= 0"),
    KL_INT(sparse_pca, max_iter, 1000, .doc = "most turns; >= 0"),
    KL_RANDOM_STATE(sparse_pca, ),
    KL_DOUBLE(sparse_pca, ridge_alpha, 0.01, .flags = KL_KEYWORD_ONLY,
              .doc = "penalty of squares in transform(), which is a ridge regression on the components; >= 0"),
    KL_DOUBLE(sparse_pca, tol, 1e-8, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when a turn lessens the objective by less than this share of it; >= 0"),
    KL_ENUM(sparse_pca, method, "lars", .names = method_words, .flags = KL_KEYWORD_ONLY,
            .doc = "how components are found. lars: least angles; cd: coordinate descent"),
    KL_VALUE(sparse_pca, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most threads to use; -1 or None = all processors"),
    KL_VALUE(sparse_pca, U_init, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "scores to begin with, with V_init: rows x components"),
    KL_VALUE(sparse_pca, V_init, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "components to begin with, with U_init: components x d"),
    KL_INT(sparse_pca, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),
    KL_LEARNED_ARRAY(sparse_pca, components_, .doc = "the components, of length 1: n_components_ x d"),
    KL_LEARNED_ARRAY(sparse_pca, error_, .doc = "the objective after each turn"),
    KL_LEARNED_ARRAY(sparse_pca, mean_, .doc = "mean of each column"),
    KL_LEARNED_INT(sparse_pca, n_components_, .doc = "how many components"),
    KL_LEARNED_INT(sparse_pca, n_iter_, .doc = "turns that were made"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"alpha", KL_AT_LEAST(0)},
                                  {"max_iter", KL_AT_LEAST(0)},     {"ridge_alpha", KL_AT_LEAST(0)},
                                  {"tol", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = sparse_fit,
    .transform = sparse_transform,
    .inverse = sparse_inverse,
    .width = sparse_width,
    .shapes = "components_ = n_components_ features; mean_ = features; error_ = * | none",
};

const kl_type kl_sparse_pca_type = {
    .name = "SparsePCA",
    KL_ESTIMATOR(sparse_pca),
    .doc = "Components of few columns each: minimises |x - mean - scores components|^2 / 2 + alpha |components|_1 over both, "
           "the scores of each component being of length 1 at most (Jenatton, Obozinski, Bach 2010; Mairal, Bach, Ponce, "
           "Sapiro 2009). transform() is a ridge regression of rows on the components.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_sparse_pca_type);
