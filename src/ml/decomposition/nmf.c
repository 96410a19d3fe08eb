/* src/ml/decomposition/nmf.c - NMF: rows as sums of parts, none of which is negative. */
#include "nmf.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

typedef struct nmf {
    kl_estimator base;
    kl_value n_components, random_state, init, solver, beta_loss, alpha_H;
    int64_t max_iter;
    double tol, alpha_W, l1_ratio;
    bool verbose, shuffle;
    kl_value components_;
    int64_t n_components_, n_iter_;
    double reconstruction_err_;
} nmf;

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static kl_status beta_of(double *out, const nmf *self, kl_error *error)
{
    kl_value loss = self->beta_loss;
    bool number = kl_is(loss, KL_KIND_INT) || kl_is(loss, KL_KIND_DOUBLE);
    if (number)
        *out = kl_is(loss, KL_KIND_INT) ? (double)kl_as_int(loss) : kl_as_double(loss);
    else if (kl_word_is(loss, "frobenius"))
        *out = 2;
    else if (kl_word_is(loss, "kullback-leibler"))
        *out = 1;
    else if (kl_word_is(loss, "itakura-saito"))
        *out = 0;
    else
        return kl_bad_parameter(error, "beta_loss", "'frobenius', 'kullback-leibler', 'itakura-saito' or a number", loss);
    if (!isfinite(*out))
        return kl_bad_parameter(error, "beta_loss", "a finite number", loss);
    if (kl_word_is(self->solver, "cd") && *out != 2)
        return kl_bad_parameter(error, "beta_loss", "'frobenius' for the solver 'cd'; the solver 'mu' takes all", loss);
    return KL_OK;
}

/* 'auto': as many as H has rows, where that is given. */
static kl_status count_of(size_t *out, const nmf *self, const kl_fit *in, kl_error *error)
{
    kl_value wanted = self->n_components, h = kl_array_at(in->extra, 1);
    *out = in->d;
    if (kl_word_is(wanted, "auto") && kl_word_is(self->init, "custom") && !kl_is_null(h))
        return kl_data_rows(out, h, "H", error);
    if (kl_is_null(wanted) || kl_word_is(wanted, "auto"))
        return KL_OK;
    if (!kl_is(wanted, KL_KIND_INT) || kl_as_int(wanted) < 1)
        return kl_bad_parameter(error, "n_components", "an int >= 1, 'auto' or None", wanted);
    *out = (size_t)kl_as_int(wanted);
    return KL_OK;
}

static kl_status penalties(kl_nmf *f, const nmf *self, kl_error *error)
{
    double alpha_h = self->alpha_W, n = (double)f->x->rows, d = (double)f->x->cols;
    if (!kl_word_is(self->alpha_H, "same")) {
        if (kl_is(self->alpha_H, KL_KIND_DOUBLE))
            alpha_h = kl_as_double(self->alpha_H);
        else if (kl_is(self->alpha_H, KL_KIND_INT))
            alpha_h = (double)kl_as_int(self->alpha_H);
        else
            alpha_h = -1;
        if (!(alpha_h >= 0) || !isfinite(alpha_h))
            return kl_bad_parameter(error, "alpha_H", "a number >= 0 or 'same'", self->alpha_H);
    }
    f->l1_w = d * self->alpha_W * self->l1_ratio;
    f->l2_w = d * self->alpha_W * (1 - self->l1_ratio);
    f->l1_h = n * alpha_h * self->l1_ratio;
    f->l2_h = n * alpha_h * (1 - self->l1_ratio);
    return KL_OK;
}

static const char *beginning(const nmf *self, const kl_nmf *f)
{
    if (kl_word_is(self->init, "custom"))
        return "custom";
    static const char *const names[] = {"random", "nndsvd", "nndsvda", "nndsvdar"};
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (kl_word_is(self->init, names[i]))
            return names[i];
    return f->k <= KL_MIN(f->x->rows, f->x->cols) ? "nndsvda" : "random";
}

static kl_status prepare(kl_nmf *f, const nmf *self, const kl_matrix *x, kl_error *error)
{
    *f = (kl_nmf){.x = x, .tol = self->tol, .iterations_max = (size_t)self->max_iter};
    KL_TRY(kl_refuse_negative(x, "NMF", error));
    KL_TRY(beta_of(&f->beta, self, error));
    KL_TRY(penalties(f, self, error));
    if (f->beta > 0)
        return KL_OK;
    bool zeros = kl_is_sparse(x) ? (size_t)x->indptr[x->rows] < x->rows * x->cols
                                 : kl_kernels()->min(x->data, x->rows * x->cols) == 0;
    return zeros ? kl_bad_input(error, "beta_loss <= 0 needs x without zeros; add a small number to it, or take a positive "
                                       "beta_loss")
                 : KL_OK;
}

static kl_status solve(kl_nmf *f, const nmf *self, uint64_t seed, kl_task *task, kl_error *error)
{
    kl_random random;
    kl_random_open(&random, seed, 0x50, 0);
    f->shuffle = self->shuffle ? &random : NULL;
    KL_TRY((kl_word_is(self->solver, "cd") ? kl_nmf_descend : kl_nmf_multiply)(f, task, error));
    if (f->iterations == f->iterations_max && f->tol > 0)
        return kl_warn_convergence(error, "Maximum number of iterations %zu reached. Increase it to improve convergence.",
                                   f->iterations_max);
    return KL_OK;
}

/* A matrix >= 0 of this size that the user gave. */
static kl_status read_given(double *out, kl_value value, const char *name, size_t rows, size_t cols, kl_task *task,
                            kl_error *error)
{
    kl_matrix m;
    if (kl_is_null(value))
        return kl_bad_input(error, "init='custom' needs W (rows x components) and H (components x columns); %s is None", name);
    KL_TRY(kl_matrix_read(&m, value, name, 0, task, error));
    if (m.rows != rows || m.cols != cols)
        return kl_bad_input(error, "%s: expected a matrix of %zu x %zu, got %zu x %zu", name, rows, cols, m.rows, m.cols);
    KL_TRY(kl_refuse_negative(&m, "NMF", error));
    if (!(kl_kernels()->max(m.data, rows * cols) > 0))
        return kl_bad_input(error, "%s: all numbers are 0, from where there is no way on", name);
    memcpy(out, m.data, rows * cols * sizeof *out);
    return KL_OK;
}

static kl_status begin(kl_nmf *f, const char *name, kl_value given, uint64_t seed, kl_task *task, kl_error *error)
{
    kl_value w = kl_array_at(given, 0), h = kl_array_at(given, 1);
    if (strcmp(name, "custom") == 0) {
        KL_TRY(read_given(f->w, w, "W", f->x->rows, f->k, task, error));
        return read_given(f->h, h, "H", f->k, f->x->cols, task, error);
    }
    if (!kl_is_null(w) || !kl_is_null(h))
        return kl_bad_input(error, "W and H are used by init='custom' alone");
    return kl_nmf_begin(f, name, seed, task, error);
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

static kl_status learn(nmf *self, kl_nmf *f, const kl_fit *in, kl_task *task, kl_error *error)
{
    uint64_t seed;
    KL_TRY(prepare(f, self, in->x, error));
    KL_TRY(count_of(&f->k, self, in, error));
    const char *name = beginning(self, f);
    if (strcmp(name, "random") != 0 && strcmp(name, "custom") != 0 && f->k > KL_MIN(in->n, in->d))
        return kl_bad_parameter(error, "init", "'random' or None for more components than the smaller side of x",
                                self->init);
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    KL_TRY(kl_learn_table(&self->components_, &f->h, f->k, in->d, error));
    KL_TAKE_RAW(f->w, task, in->n * f->k, error);
    KL_TRY(begin(f, name, in->extra, seed, task, error));
    KL_TRY(solve(f, self, seed, task, error));
    KL_TRY(kl_nmf_error(&self->reconstruction_err_, f, task, error));
    self->n_components_ = (int64_t)f->k;
    self->n_iter_ = (int64_t)f->iterations;
    return KL_OK;
}

static kl_status nmf_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_nmf f;
    return learn((nmf *)base, &f, in, task, error);
}

static kl_status nmf_fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task,
                                   kl_error *error)
{
    kl_nmf f;
    KL_TRY(learn((nmf *)base, &f, in, task, error));
    return kl_table_from(out, f.w, in->n, f.k, error);
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static kl_status nmf_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    const nmf *self = (const nmf *)base;
    kl_nmf f;
    uint64_t seed;
    KL_TRY(kl_estimator_seed(&seed, base, error));
    size_t k = (size_t)self->n_components_;
    if (!x->rows)
        return kl_table_new(out, NULL, 0, k, error);
    KL_TRY(prepare(&f, self, x, error));
    f.k = k;
    f.h = kl_doubles(self->components_);
    f.fixed = true;
    KL_TAKE(f.w, task, x->rows * k, error);
    double start = kl_word_is(self->solver, "mu") ? sqrt(kl_nmf_mean(x) / (double)k) : 0;
    for (size_t i = 0; i < x->rows * k; i++)
        f.w[i] = start;
    KL_TRY(solve(&f, self, seed, task, error));
    return kl_table_from(out, f.w, x->rows, k, error);
}

static kl_status nmf_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    const nmf *self = (const nmf *)base;
    double *rows;
    (void)task;
    if (x->cols != (size_t)self->n_components_)
        return kl_bad_dimension(error, "components", (size_t)self->n_components_, x->cols);
    KL_TRY(kl_table_new(out, &rows, x->rows, (size_t)base->features, error));
    kl_x_times(rows, x, NULL, false, kl_doubles(self->components_), (size_t)base->features);
    return KL_OK;
}

/* fit() and fit_transform() from given W and H. */
static kl_status learn_from(kl_value *out, kl_object *self, const kl_value *args, bool answer, kl_error *error)
{
    kl_value pair;
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_value_retain(args[2]), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_value_retain(args[3]), error);
    kl_lesson lesson = {.x = args[0], .y = args[1], .progress = args[4], .extra = pair};
    if (status == KL_OK)
        status = answer ? kl_estimator_learn_answer(out, (kl_estimator *)self, &lesson, KL_OP_TRANSFORM, error)
                        : kl_estimator_learn((kl_estimator *)self, &lesson, false, error);
    if (status == KL_OK && !answer)
        *out = kl_value_of(kl_object_retain(self));
    kl_value_release(pair);
    return status;
}

KL_EST_METHOD(fit_from) { return learn_from(out, self, args, false, error); }
KL_EST_METHOD(fit_transform_from) { return learn_from(out, self, args, true, error); }

static size_t nmf_width(const kl_estimator *self) { return (size_t)((const nmf *)self)->n_components_; }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const inits[] = {"random", "nndsvd", "nndsvda", "nndsvdar", "custom", NULL};
static const char *const solvers[] = {"cd", "mu", NULL};

static const kl_field fields[] = {
    KL_VALUE(nmf, n_components, .kind = KL_KIND_ANY, .fallback = "2", .flags = KL_OPTIONAL | KL_FOREIGN,
             .doc = "how many parts; >= 1; 'auto' or None = one for each column"),
    KL_INT(nmf, max_iter, 200, .doc = "most passes; >= 1"),
    KL_DOUBLE(nmf, tol, 1e-4, .doc = "cd: stop when the gradient is below this share of the first one; mu: when ten passes "
                                     "lessen the error by less than this share; >= 0"),
    KL_RANDOM_STATE(nmf, ),
    KL_VALUE(nmf, init, .kind = KL_KIND_ENUM, .names = inits, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the beginning: nndsvd: of singular vectors; nndsvda: zeros become the mean of x; nndsvdar: small random "
                    "numbers; random; custom: W and H of fit(); None = nndsvda, or random for more components than the smaller side of x"),
    KL_ENUM(nmf, solver, "cd", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "cd: coordinate descent; mu: multiplicative updates, which take every beta_loss"),
    KL_VALUE(nmf, beta_loss, .kind = KL_KIND_ANY, .fallback = "\"frobenius\"", .flags = KL_KEYWORD_ONLY | KL_FOREIGN,
             .doc = "divergence of x from the product: 'frobenius' or 2: squares; 'kullback-leibler' or 1; 'itakura-saito' "
                    "or 0; any other beta"),
    KL_DOUBLE(nmf, alpha_W, 0.0, .flags = KL_KEYWORD_ONLY, .doc = "penalty of transform(x), times the columns; >= 0"),
    KL_VALUE(nmf, alpha_H, .kind = KL_KIND_ANY, .fallback = "\"same\"", .flags = KL_KEYWORD_ONLY | KL_FOREIGN,
             .doc = "penalty of components_, times the rows; >= 0; 'same' = alpha_W"),
    KL_DOUBLE(nmf, l1_ratio, 0.0, .flags = KL_KEYWORD_ONLY,
              .doc = "share of absolute values in the penalties, from 0 to 1; the rest is of squares"),
    KL_BOOL(nmf, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_BOOL(nmf, shuffle, false, .flags = KL_KEYWORD_ONLY, .doc = "whether cd takes components in random order"),
    KL_LEARNED_ARRAY(nmf, components_, .doc = "the parts: n_components_ x d"),
    KL_LEARNED_INT(nmf, n_components_, .doc = "how many parts"),
    KL_LEARNED_INT(nmf, n_iter_, .doc = "passes that were made"),
    KL_LEARNED_DOUBLE(nmf, reconstruction_err_,
                      .doc = "root of twice the divergence of x from the product: for squares, their norm"),
};

static const kl_limit limits[] = {{"max_iter", KL_AT_LEAST(1)}, {"tol", KL_AT_LEAST(0)},
                                  {"alpha_W", KL_AT_LEAST(0)}, {"l1_ratio", KL_BETWEEN(0, 1)}};

static const kl_param fit_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "rows x columns of numbers >= 0: a numpy array, a DataFrame, nested lists, a sparse matrix"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "not used"},
    {.name = "W", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "with init='custom' where transform(x) begins: rows x components, >= 0"},
    {.name = "H", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "with init='custom' where components_ begin: components x columns, >= 0"},
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "called with (done, total, name of the estimator) between the steps of a long fit; total None = unknown. What it "
            "raises ends the fit"},
};

static const kl_method methods[] = {
    KL_EST_FIT_ROW(fit_from, fit_params), KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", fit_transform_from, fit_params, KL_KIND_BUFFER, "fit(x), and x in its new form."),
    KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE | KL_EST_POSITIVE,
    .limits = KL_TABLE(limits),
    .fit = nmf_fit,
    .fit_transform = nmf_fit_transform,
    .transform = nmf_transform,
    .inverse = nmf_inverse,
    .width = nmf_width,
    .shapes = "components_ = n_components_ features",
};

const kl_type kl_nmf_type = {
    .name = "NMF",
    KL_ESTIMATOR(nmf),
    .doc = "Non-negative matrix factorisation: x is about W H, W being transform(x) and H components_, none of whose numbers "
           "is negative (Lee and Seung 1999). Coordinate descent (Cichocki and Phan 2009) on the squared error, or "
           "multiplicative updates (Fevotte and Idier 2011) on any beta-divergence.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_nmf_type);
