/* src/ml/discriminant/lda.c - LinearDiscriminantAnalysis: classes are normal with one covariance. */
#include "spread.h"

#include "../classes.h"
#include "../kernels.h"
#include "../linalg.h"
#include "base/host.h"

#include <float.h>
#include <math.h>

typedef struct lda {
    kl_estimator base;
    kl_value n_components, shrinkage, solver, priors, covariance_estimator;
    bool store_covariance;
    double tol;
    kl_value means_, priors_, xbar_, scalings_, coef_, intercept_, covariance_;
    kl_value explained_variance_ratio_;
    int64_t components; /* that transform() gives */
} lda;

/* What a fit works with. */
typedef struct work {
    lda *self;
    const kl_fit *in;
    kl_spread how;
    size_t n, d, classes, most; /* most: components at most */
    double *counts, *means, *priors, *coef, *intercept;
} work;

static bool solver_is(const lda *self, const char *word)
{
    if (!kl_is_null(self->solver))
        return kl_word_is(self->solver, word);
    bool is_plain = kl_is_null(self->shrinkage) && kl_is_null(self->covariance_estimator);
    return strcmp(word, is_plain ? "svd" : "lsqr") == 0;
}

/* ---- the solver svd ------------------------------------------------------------------------------------- */

/* Rows minus the means of their classes, each column divided by its standard deviation, which goes to `std`. */
static kl_status within(double *out, double *std, const work *w, kl_error *error)
{
    (void)error;
    const kl_kernel_table *k = kl_kernels();
    for (size_t i = 0; i < w->n; i++)
        k->center_scale(out + i * w->d, kl_row(w->in->x, i),
                        w->means + (size_t)w->in->codes[i] * w->d, NULL, 1, w->d);
    k->column_square_sums(std, out, NULL, w->n, w->d);
    for (size_t j = 0; j < w->d; j++)
        std[j] = std[j] > 0 ? sqrt(std[j] / (double)w->n) : 1;
    return KL_OK;
}

/* Right singular vectors (rows of vt) and singular values of x / sqrt(n), descending: by its Gram matrix, and where that
 * would be too coarse for values near tol, by its singular value decomposition. */
static kl_status decompose(double *s, double *vt, double *x, const work *w, size_t *found,
                           kl_task *task, kl_error *error)
{
    size_t d = w->d, n = w->n;
    double *gram, *values, *vectors;
    bool is_fine = n > d;
    kl_scale(x, 1 / sqrt((double)n), n * d);
    *found = KL_MIN(n, d);
    if (is_fine) {
        KL_TAKE_RAW(gram, task, d * d, error);
        KL_TAKE_RAW(values, task, d, error);
        KL_TAKE_RAW(vectors, task, d * d, error);
        kl_gram(gram, x, n, d, NULL);
        KL_TRY(kl_eigh(values, vectors, gram, d, task, error));
        for (size_t j = 0; j < d; j++) {
            double value = values[d - 1 - j];
            is_fine &= value > 1e-6 || value < 1e-12;
            s[j] = value > 1e-12 ? sqrt(value) : 0;
            memcpy(vt + j * d, vectors + (d - 1 - j) * d, d * sizeof *vt);
        }
        if (is_fine && w->self->tol > 1e-6 && w->self->tol < 1e-3)
            return KL_OK;
    }
    return kl_svd(NULL, s, vt, x, n, d, task, error);
}

static size_t count_above(const double *s, size_t count, double bound)
{
    size_t above = 0;
    while (above < count && s[above] > bound)
        above++;
    return above;
}

/* Scalings (rank x d) that make the spread within classes spherical. */
static kl_status whiten(double **out, size_t *rank, const work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, found;
    double *x, *std, *s, *vt;
    KL_TAKE_RAW(x, task, w->n * d, error);
    KL_TAKE_RAW(std, task, d, error);
    KL_TAKE_RAW(s, task, d, error);
    KL_TAKE_RAW(vt, task, d * d, error);
    KL_TRY(within(x, std, w, error));
    for (size_t j = 0; j < d; j++)
        s[j] = 1 / std[j];
    kl_kernels()->center_scale(x, x, NULL, s, w->n, d);
    KL_TRY(decompose(s, vt, x, w, &found, task, error));
    kl_task_free(task, x);
    *rank = count_above(s, found, w->self->tol);
    for (size_t r = 0; r < *rank; r++)
        for (size_t j = 0; j < d; j++)
            vt[r * d + j] /= std[j] * s[r];
    *out = vt;
    return KL_OK;
}

/* Directions in which the means differ: rank2 x d, in the order of their share. */
static kl_status separate(double **out, size_t *rank2, const double *white, size_t rank,
                          const double *center, const work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, classes = w->classes, count = KL_MIN(classes, rank);
    double fraction = classes > 1 ? 1 / (double)(classes - 1) : 1, total = 0;
    double *means, *spread, *s, *vt, *ratio;
    KL_TAKE_RAW(means, task, classes * d, error);
    KL_TAKE_RAW(spread, task, classes * rank + 1, error);
    KL_TAKE(s, task, count + 1, error);
    KL_TAKE_RAW(vt, task, count * rank + 1, error);
    KL_TAKE(*out, task, count * d + 1, error);
    for (size_t c = 0; c < classes; c++)
        for (size_t j = 0; j < d; j++)
            means[c * d + j] = sqrt((double)w->n * w->priors[c] * fraction) *
                               (w->means[c * d + j] - center[j]);
    if (count > 0) {
        kl_gemm(false, true, classes, rank, d, 1, means, d, white, d, 0, spread, rank);
        KL_TRY(kl_svd(NULL, s, vt, spread, classes, rank, task, error));
    }
    for (size_t r = 0; r < count; r++)
        total += s[r] * s[r];
    size_t shown = KL_MIN(w->most, count);
    KL_TRY(kl_vector_new(&w->self->explained_variance_ratio_, &ratio, shown, error));
    for (size_t r = 0; r < shown; r++)
        ratio[r] = s[r] * s[r] / total;
    *rank2 = count_above(s, count, w->self->tol * s[0]);
    if (*rank2 > 0)
        kl_gemm(false, false, *rank2, d, rank, 1, vt, rank, white, d, 0, *out, d);
    return KL_OK;
}

static kl_status solve_svd(const work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, classes = w->classes, rank, rank2;
    double *center, *white, *directions, *scalings, *projected;
    KL_TRY(kl_vector_new(&w->self->xbar_, &center, d, error));
    kl_gemv(true, classes, d, 1, w->means, d, w->priors, 0, center);
    KL_TRY(whiten(&white, &rank, w, task, error));
    KL_TRY(separate(&directions, &rank2, white, rank, center, w, task, error));
    KL_TRY(kl_table_new(&w->self->scalings_, &scalings, d, rank2, error));
    kl_transpose(scalings, directions, rank2, d);
    w->self->components = (int64_t)KL_MIN(w->most, rank2);
    double *means;
    KL_TAKE_RAW(means, task, classes * d, error);
    KL_TAKE(projected, task, classes * rank2 + 1, error);
    kl_kernels()->center_scale(means, w->means, center, NULL, classes, d);
    kl_gemm(false, true, classes, rank2, d, 1, means, d, directions, d, 0, projected,
            KL_MAX(rank2, 1));
    kl_gemm(false, false, classes, d, rank2, 1, projected, KL_MAX(rank2, 1), directions, d, 0, w->coef,
            d);
    for (size_t c = 0; c < classes; c++)
        w->intercept[c] = log(w->priors[c]) -
                          kl_kernels()->sum_squares(projected + c * rank2, rank2) / 2 -
                          kl_dot(center, w->coef + c * d, d);
    return KL_OK;
}

/* ---- the solvers with a covariance ------------------------------------------------------------------------ */

/* Covariances of the classes, weighted by their priors. */
static kl_status pooled(double *out, const work *w, const kl_spread *how, kl_task *task,
                        kl_error *error)
{
    size_t d = w->d, *order, *starts;
    double *x, *each;
    KL_TAKE_RAW(order, task, w->n, error);
    KL_TAKE_RAW(starts, task, w->classes + 1, error);
    KL_TAKE_RAW(x, task, w->n * d, error);
    KL_TAKE_RAW(each, task, d * d, error);
    kl_class_order(order, starts, w->in->codes, w->n, w->classes);
    memset(out, 0, d * d * sizeof *out);
    for (size_t c = 0; c < w->classes; c++) {
        size_t count = starts[c + 1] - starts[c];
        kl_spread_gather(x, w->in->x, order + starts[c], count);
        KL_TRY(kl_spread_of(each, how, x, count, d, task, error));
        kl_axpy(w->priors[c], each, out, d * d);
    }
    return KL_OK;
}

static kl_status keep_covariance(double **out, const work *w, kl_task *task, kl_error *error)
{
    KL_TRY(kl_table_new(&w->self->covariance_, out, w->d, w->d, error));
    return pooled(*out, w, &w->how, task, error);
}

static void set_intercepts(const work *w)
{
    for (size_t c = 0; c < w->classes; c++)
        w->intercept[c] = log(w->priors[c]) -
                          kl_dot(w->means + c * w->d, w->coef + c * w->d, w->d) / 2;
}

static kl_status solve_lsqr(const work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, classes = w->classes, rank;
    double *covariance, *copy, *right, *solution;
    KL_TRY(keep_covariance(&covariance, w, task, error));
    KL_TAKE_RAW(copy, task, d * d, error);
    KL_TAKE_RAW(right, task, d * classes, error);
    KL_TAKE_RAW(solution, task, d * classes, error);
    memcpy(copy, covariance, d * d * sizeof *copy);
    kl_transpose(right, w->means, classes, d);
    KL_TRY(kl_least_squares(solution, &rank, NULL, copy, d, d, right, classes, DBL_EPSILON, task,
                            error));
    kl_transpose(w->coef, solution, d, classes);
    set_intercepts(w);
    return KL_OK;
}

/* between v = value within v, by within = L L': the rows of `vectors` are v, values ascend. */
static kl_status generalised(double *values, double *vectors, double *between, double *within,
                             size_t d, kl_task *task, kl_error *error)
{
    kl_error cause = KL_ERROR_INIT;
    kl_status status = kl_cholesky(within, d, &cause);
    kl_error_clear(&cause);
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (status != KL_OK)
        return kl_bad_input(error, "the covariance within classes is singular; solver 'eigen' needs fewer "
                                   "or other features, or shrinkage");
    double *turned;
    KL_TAKE_RAW(turned, task, d * d, error);
    kl_lower_solve(false, within, d, between, d);
    kl_transpose(turned, between, d, d);
    kl_lower_solve(false, within, d, turned, d);
    KL_TRY(kl_eigh(values, vectors, turned, d, task, error));
    kl_transpose(turned, vectors, d, d);
    kl_lower_solve(true, within, d, turned, d);
    kl_transpose(vectors, turned, d, d);
    return KL_OK;
}

static kl_status solve_eigen(const work *w, kl_task *task, kl_error *error)
{
    size_t d = w->d, classes = w->classes;
    double *covariance, *between, *copy, *values, *vectors, *scalings, *ratio, *projected, total = 0;
    KL_TRY(keep_covariance(&covariance, w, task, error));
    KL_TAKE_RAW(between, task, d * d, error);
    KL_TAKE_RAW(copy, task, d * d, error);
    KL_TAKE_RAW(values, task, d, error);
    KL_TAKE_RAW(vectors, task, d * d, error);
    KL_TAKE_RAW(projected, task, classes * d, error);
    KL_TRY(kl_spread_of(between, &w->how, w->in->x->data, w->n, d, task, error));
    kl_axpy(-1, covariance, between, d * d);
    memcpy(copy, covariance, d * d * sizeof *copy);
    KL_TRY(generalised(values, vectors, between, copy, d, task, error));
    KL_TRY(kl_table_new(&w->self->scalings_, &scalings, d, d, error));
    KL_TRY(kl_vector_new(&w->self->explained_variance_ratio_, &ratio, w->most, error));
    for (size_t r = 0; r < d; r++)
        total += values[r];
    for (size_t r = 0; r < d; r++)
        for (size_t j = 0; j < d; j++)
            scalings[j * d + r] = vectors[(d - 1 - r) * d + j];
    for (size_t r = 0; r < w->most; r++)
        ratio[r] = values[d - 1 - r] / total;
    w->self->components = (int64_t)w->most;
    kl_gemm(false, true, classes, d, d, 1, w->means, d, vectors, d, 0, projected, d);
    kl_gemm(false, false, classes, d, d, 1, projected, d, vectors, d, 0, w->coef, d);
    set_intercepts(w);
    return KL_OK;
}

/* ---- fit ---------------------------------------------------------------------------------------------- */

static kl_status read_priors(work *w, kl_task *task, kl_error *error)
{
    const double *given;
    KL_TRY(kl_vector_new(&w->self->priors_, &w->priors, w->classes, error));
    KL_TRY(kl_class_priors(&given, w->self->priors, "priors", w->classes, task, error));
    for (size_t c = 0; c < w->classes; c++)
        w->priors[c] = given ? given[c] : w->counts[c] / (double)w->n;
    double total = kl_kernels()->sum(w->priors, w->classes);
    if (fabs(total - 1) <= 1e-5)
        return KL_OK;
    if (!(total > 0))
        return kl_bad_parameter(error, "priors", "numbers >= 0, not all 0", kl_double(total));
    kl_scale(w->priors, 1 / total, w->classes);
    return kl_host_warn("priors: their sum is not 1; they are divided by it", error);
}

static kl_status read_components(work *w, kl_error *error)
{
    kl_value wanted = w->self->n_components;
    w->most = KL_MIN(w->classes - 1, w->d);
    if (kl_is_null(wanted))
        return KL_OK;
    if (kl_as_int(wanted) < 1 || (size_t)kl_as_int(wanted) > w->most)
        return kl_bad_parameter(error, "n_components",
                                "None, or from 1 up to min(features, classes - 1)", wanted);
    w->most = (size_t)kl_as_int(wanted);
    return KL_OK;
}

static kl_status solve(const work *w, kl_task *task, kl_error *error)
{
    const lda *self = w->self;
    bool is_svd = solver_is(self, "svd");
    double *covariance;
    if (is_svd && !kl_is_null(self->shrinkage))
        return kl_bad_parameter(error, "shrinkage", "None with the solver svd", self->shrinkage);
    if (is_svd && !kl_is_null(self->covariance_estimator))
        return kl_bad_parameter(error, "covariance_estimator", "None with the solver svd",
                                self->covariance_estimator);
    if (is_svd && self->store_covariance)
        KL_TRY(keep_covariance(&covariance, w, task, error));
    return is_svd                     ? solve_svd(w, task, error)
           : solver_is(self, "eigen") ? solve_eigen(w, task, error)
                                      : solve_lsqr(w, task, error);
}

/* Of two classes only the difference is kept. */
static kl_status keep(const work *w, kl_error *error)
{
    lda *self = w->self;
    size_t d = w->d;
    if (w->classes == 2) {
        kl_axpy(-1, w->coef, w->coef + d, d);
        w->intercept[1] -= w->intercept[0];
    }
    size_t first = w->classes == 2 ? 1 : 0;
    KL_TRY(kl_table_from(&self->coef_, w->coef + first * d, w->classes - first, d, error));
    return kl_vector_from(&self->intercept_, w->intercept + first, w->classes - first, error);
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    lda *self = (lda *)estimator;
    work w = {.self = self, .in = in, .n = in->n, .d = in->d, .classes = in->classes};
    if (w.n <= w.classes)
        return kl_bad_input(error, "x: expected more rows than classes, got %zu rows and %zu classes",
                            w.n, w.classes);
    KL_TRY(kl_spread_read(&w.how, self->shrinkage, self->covariance_estimator, error));
    KL_TRY(read_components(&w, error));
    KL_TAKE(w.counts, task, w.classes, error);
    KL_TAKE(w.coef, task, w.classes * w.d, error);
    KL_TAKE(w.intercept, task, w.classes, error);
    kl_class_counts(w.counts, in->codes, in->n, NULL, w.classes);
    KL_TRY(read_priors(&w, task, error));
    KL_TRY(kl_table_new(&self->means_, &w.means, w.classes, w.d, error));
    KL_TRY(kl_class_means(w.means, in, w.counts, task, error));
    KL_TRY(solve(&w, task, error));
    return keep(&w, error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static void scores(double *out, const lda *self, const kl_matrix *x)
{
    size_t width = kl_array_axis(self->intercept_, 0);
    const double *intercept = kl_doubles(self->intercept_);
    for (size_t i = 0; i < x->rows; i++)
        memcpy(out + i * width, intercept, width * sizeof *out);
    kl_gemm(false, true, x->rows, width, x->cols, 1, x->data, x->cols, kl_doubles(self->coef_),
            x->cols, 1, out, width);
}

static kl_status decide(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                        kl_task *task, kl_error *error)
{
    const lda *self = (const lda *)estimator;
    size_t width = kl_array_axis(self->intercept_, 0);
    double *numbers;
    (void)task;
    if (width == 1)
        KL_TRY(kl_vector_new(out, &numbers, x->rows, error));
    else
        KL_TRY(kl_table_new(out, &numbers, x->rows, width, error));
    scores(numbers, self, x);
    return KL_OK;
}

static kl_status proba(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                       kl_task *task, kl_error *error)
{
    const lda *self = (const lda *)estimator;
    size_t width = kl_array_axis(self->intercept_, 0);
    double *p, *single;
    KL_TAKE_RAW(single, task, width == 1 ? x->rows + 1 : 1, error);
    KL_TRY(kl_table_new(out, &p, x->rows, width == 1 ? 2 : width, error));
    scores(width == 1 ? single : p, self, x);
    if (width > 1) {
        kl_kernels()->softmax_rows(p, x->rows, width, NULL);
        return KL_OK;
    }
    kl_kernels()->sigmoid(single, single, x->rows);
    for (size_t i = 0; i < x->rows; i++) {
        p[2 * i] = 1 - single[i];
        p[2 * i + 1] = single[i];
    }
    return KL_OK;
}

/* A probability that is 0 counts as the least number there is. */
static kl_status log_proba(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    KL_TRY(proba(out, self, x, task, error));
    double *p = kl_doubles(*out);
    size_t count = x->rows * kl_array_axis(*out, 1);
    for (size_t i = 0; i < count; i++)
        p[i] = p[i] == 0 ? DBL_MIN : p[i];
    kl_kernels()->log(p, p, count);
    return KL_OK;
}

static size_t width(const kl_estimator *self) { return (size_t)((const lda *)self)->components; }

static bool has(const kl_estimator *estimator, kl_operation operation)
{
    if (operation == KL_OP_TRANSFORM)
        return !solver_is((const lda *)estimator, "lsqr");
    return operation == KL_OP_PREDICT || operation == KL_OP_PROBA || operation == KL_OP_LOG_PROBA ||
           operation == KL_OP_DECISION;
}

static kl_status transform(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const lda *self = (const lda *)estimator;
    size_t d = x->cols, all = kl_array_axis(self->scalings_, 1), kept = width(estimator);
    const double *center = kl_doubles(self->xbar_), *from = x->data;
    double *numbers, *centred;
    if (center) {
        KL_TAKE_RAW(centred, task, x->rows * d + 1, error);
        kl_kernels()->center_scale(centred, x->data, center, NULL, x->rows, d);
        from = centred;
    }
    KL_TRY(kl_table_new(out, &numbers, x->rows, kept, error));
    if (kept > 0 && x->rows > 0)
        kl_gemm(false, false, x->rows, kept, d, 1, from, d, kl_doubles(self->scalings_), all, 0,
                numbers, kept);
    return KL_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const char *const solvers[] = {"svd", "lsqr", "eigen", NULL};

static const kl_field fields[] = {
    KL_VALUE(lda, n_components, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
             .doc = "columns of transform(): 1 up to min(features, classes - 1); None = that many"),
    KL_VALUE(lda, shrinkage, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
             .doc = "how far covariances are drawn to multiples of the identity: a number in [0, 1], or "
                    "'auto' (Ledoit and Wolf 2004); None = not; not with the solver svd"),
    KL_VALUE(lda, solver, .kind = KL_KIND_ENUM, .names = solvers,
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "svd: no covariance is made, for many features; lsqr: least squares, no transform(); "
                    "eigen: the ratio of the spreads between and within classes; None = svd, or lsqr where "
                    "shrinkage or a covariance_estimator is given"),
    KL_SPREAD_FIELDS(lda),
    KL_LEARNED_ARRAY(lda, coef_, .doc = "weights: classes x features, 1 x features for two classes"),
    KL_LEARNED_ARRAY(lda, intercept_, .doc = "constant of each row of coef_"),
    KL_LEARNED_ARRAY(lda, covariance_, .doc = "covariance within classes: features x features"),
    KL_LEARNED_ARRAY(lda, explained_variance_ratio_,
                     .doc = "share of each component in the spread between classes; not of lsqr"),
    KL_LEARNED_ARRAY(lda, means_, .doc = "means of the classes: classes x features"),
    KL_LEARNED_ARRAY(lda, priors_, .doc = "probability of each class"),
    KL_LEARNED_ARRAY(lda, scalings_, .doc = "directions of transform(), column by column; not of lsqr"),
    KL_LEARNED_ARRAY(lda, xbar_, .doc = "mean of all, by priors_; of the solver svd"),
    KL_KEPT_INT(lda, components, .doc = "columns of transform()"),
};
static const kl_limit limits[] = {{"tol", KL_AT_LEAST(0)}};
static const kl_method methods[] = {
    KL_EST_SUPERVISED, KL_EST_CLASSES, KL_EST_DECISION, KL_EST_PROBA, KL_EST_TRANSFORM,
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_est_fit_plain_xy, KL_KIND_BUFFER,
               "fit(x, y), and x in its new form."),
    KL_EST_NAMES_OUT};
static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER, .limits = KL_TABLE(limits), .fit = fit, .decide = decide,
    .proba = proba, .log_proba = log_proba, .transform = transform, .has = has, .width = width,
    .shapes = "coef_ = classes features | decisions features; intercept_ = classes | decisions; "
              "means_ = classes features; priors_ = classes; scalings_ = features * | none; "
              "xbar_ = features | none; covariance_ = features features | none; "
              "explained_variance_ratio_ = * | none",
};
static const kl_type kl_lda_type = {
    .name = "LinearDiscriminantAnalysis", KL_ESTIMATOR(lda),
    .doc = "Classes are normal with one common covariance, so borders are planes; transform() shows the directions "
           "in which classes differ most (Hastie, Tibshirani, Friedman: The Elements of Statistical Learning, "
           "2009, section 4.3). x: rows x features.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_lda_type);
