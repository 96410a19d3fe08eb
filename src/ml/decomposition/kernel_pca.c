/* src/ml/decomposition/kernel_pca.c - KernelPCA: principal components in the space of a kernel. */
#include "kernel_values.h"
#include "parts.h"

#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../svm/kernel_matrix.h"

#include <math.h>

typedef struct kernel_pca {
    kl_estimator base;
    kl_value n_components, kernel, kernel_params, gamma, eigen_solver, max_iter, iterated_power, random_state, n_jobs;
    double degree, coef0, alpha, tol;
    bool fit_inverse_transform, remove_zero_eig, copy_X;
    kl_value eigenvalues_, eigenvectors_, dual_coef_, X_transformed_fit_, X_fit_, column_means;
    double gamma_, mean;
} kernel_pca;

static bool is_precomputed(const kernel_pca *self) { return kl_word_is(self->kernel, "precomputed"); }

static kl_status check_kernel(kl_object *object, kl_error *error)
{
    const kernel_pca *self = (const kernel_pca *)object;
    static const char *const words[] = {"rbf", "linear", "poly", "sigmoid", "cosine", "precomputed"};
    kl_text word = kl_as_text(self->kernel);
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_word_is(self->kernel, words[i]))
            return KL_OK;
    return kl_is_callable(self->kernel)
               ? KL_OK
               : kl_error_set(error, KL_INVALID,
                              "kernel: expected one of: rbf, linear, poly, sigmoid, cosine, precomputed, or a callable; got "
                              "%s%.*s%s",
                              word.len ? "'" : kl_value_kind_name(self->kernel), KL_TEXT_ARG(word), word.len ? "'" : "");
}

/* out (m x n): the kernel of rows of a (m x d) and rows of b (n x d). */
static kl_status values_of(double *out, const kernel_pca *self, const double *a, size_t m, const double *b, size_t n,
                           size_t d, kl_task *task, kl_error *error)
{
    kl_kernel_of kernel = {kl_as_text(self->kernel), self->gamma_, self->degree, self->coef0};
    return kl_is_callable(self->kernel)
               ? kl_kernel_call_pairs(out, self->kernel, self->kernel_params, a, m, b, n, d, task, error)
               : kl_kernel_values(out, &kernel, a, m, b, n, d, task, error);
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* The kernel of all rows, less its means by rows and by columns. */
static kl_status centred_kernel(double *k, kernel_pca *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t n = in->n;
    double *mean;
    if (is_precomputed(self)) {
        if (in->d != n)
            return kl_bad_input(error, "a precomputed kernel is square; x has %zu rows and %zu columns", n, in->d);
        memcpy(k, in->x->data, n * n * sizeof *k);
    } else {
        KL_TRY(values_of(k, self, in->x->data, n, in->x->data, n, in->d, task, error));
    }
    KL_TRY(kl_learn_vector(&self->column_means, &mean, n, error));
    kl_kernels()->column_sums(mean, k, n, n);
    kl_scale(mean, 1 / (double)n, n);
    self->mean = kl_kernels()->sum(mean, n) / (double)n;
    for (size_t i = 0; i < n; i++) {
        double row_mean = kl_kernels()->sum(k + i * n, n) / (double)n - self->mean;
        for (size_t j = 0; j < n; j++)
            k[i * n + j] -= mean[j] + row_mean;
    }
    return KL_OK;
}

typedef struct square {
    const double *k;
    size_t n;
} square;

static kl_status apply(void *data, const double *x, double *y, kl_error *error)
{
    const square *s = data;
    kl_gemv(false, s->n, s->n, 1, s->k, s->n, x, 0, y);
    return kl_task_poll(error);
}

/* By random projection; of a kernel that is no kernel singular values lack a sign, which v'Kv tells. */
static kl_status by_chance(double *values, double *vectors, double *k, size_t n, size_t count, const kernel_pca *self,
                           kl_task *task, kl_error *error)
{
    kl_matrix x = {.rows = n, .cols = n, .data = k};
    kl_few_singular how = {.k = count, .oversamples = 10};
    double *product;
    how.iterations = kl_is(self->iterated_power, KL_KIND_INT) ? (size_t)kl_as_int(self->iterated_power)
                     : (double)count < 0.1 * (double)n        ? 7
                                                              : 4;
    KL_TAKE_RAW(product, task, n, error);
    KL_TRY(kl_estimator_seed(&how.seed, &self->base, error));
    KL_TRY(kl_singular_random(NULL, values, vectors, &x, NULL, &how, task, error));
    for (size_t c = 0; c < count; c++) {
        kl_gemv(false, n, n, 1, k, n, vectors + c * n, 0, product);
        values[c] = kl_dot(product, vectors + c * n, n) < 0 ? -values[c] : values[c];
    }
    return KL_OK;
}

/* The largest `count` eigenvalues, descending, and their vectors as rows. */
static kl_status largest(double *values, double *vectors, double *k, size_t n, size_t count, const kernel_pca *self,
                         kl_task *task, kl_error *error)
{
    double *ascending, *rows;
    square s = {k, n};
    uint64_t seed;
    bool few = count < n && (kl_word_is(self->eigen_solver, "arpack") ||
                             (kl_word_is(self->eigen_solver, "auto") && n > 200 && count < 10));
    if (kl_word_is(self->eigen_solver, "randomized"))
        return by_chance(values, vectors, k, n, count, self, task, error);
    if (few) {
        KL_TRY(kl_estimator_seed(&seed, &self->base, error));
        return kl_lanczos(values, vectors, n, count, true, self->tol, apply, &s, seed, task, error);
    }
    KL_TAKE_RAW(ascending, task, n, error);
    KL_TAKE_RAW(rows, task, n * n, error);
    KL_TRY(count == n ? kl_eigh(ascending, rows, k, n, task, error)
                      : kl_eigh_range(ascending, rows, k, n, n - count, n, task, error));
    for (size_t c = 0; c < count; c++) {
        values[c] = ascending[count - 1 - c];
        memcpy(vectors + c * n, rows + (count - 1 - c) * n, n * sizeof *rows);
    }
    return KL_OK;
}

/* What is but rounding becomes 0; a kernel with eigenvalues well below 0 is none. */
static kl_status mend_values(double *values, size_t count, kl_error *error)
{
    double most = kl_kernels()->max(values, count), least = kl_kernels()->min(values, count);
    if (most < 0 || (least < -1e-5 * most && least < -1e-10))
        return kl_bad_input(error, "the centred kernel has eigenvalues from %g to %g: no kernel has any below 0", least,
                            most);
    for (size_t c = 0; c < count; c++)
        values[c] = values[c] < 1e-12 * most ? 0 : values[c];
    return KL_OK;
}

static kl_status keep(kernel_pca *self, const double *values, const double *vectors, size_t n, size_t count,
                      kl_error *error)
{
    double *kept, *columns;
    if (self->remove_zero_eig || kl_is_null(self->n_components))
        while (count && !(values[count - 1] > 0))
            count--;
    KL_TRY(kl_learn_vector(&self->eigenvalues_, &kept, count, error));
    memcpy(kept, values, count * sizeof *kept);
    KL_TRY(kl_learn_table(&self->eigenvectors_, &columns, n, count, error));
    if (count)
        kl_transpose(columns, vectors, count, n);
    return KL_OK;
}

/* Ridge regression of x on its components, in their own kernel (Bakir, Weston, Schoelkopf 2004). */
static kl_status learn_inverse(kernel_pca *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t n = in->n, count = kl_array_axis(self->eigenvalues_, 0);
    double *scores, *k, *dual;
    KL_TRY(kl_learn_table(&self->X_transformed_fit_, &scores, n, count, error));
    for (size_t i = 0; i < n * count; i++)
        scores[i] = kl_doubles(self->eigenvectors_)[i] * sqrt(kl_doubles(self->eigenvalues_)[i % count]);
    KL_TAKE_RAW(k, task, n * n, error);
    KL_TRY(values_of(k, self, scores, n, scores, n, count, task, error));
    for (size_t i = 0; i < n; i++)
        k[i * n + i] += self->alpha;
    KL_TRY(kl_learn_table(&self->dual_coef_, &dual, n, in->d, error));
    memcpy(dual, in->x->data, n * in->d * sizeof *dual);
    if (kl_cholesky(k, n, NULL) != KL_OK)
        return kl_bad_input(error, "the way back cannot be learned: the kernel of the components is singular; give a "
                                   "greater alpha");
    kl_cholesky_solve(k, n, dual, in->d);
    return KL_OK;
}

static kl_status check(const kernel_pca *self, kl_error *error)
{
    KL_TRY(kl_kernel_params_check(self->kernel_params, kl_is_callable(self->kernel), error));
    if (self->fit_inverse_transform && is_precomputed(self))
        return kl_bad_parameter(error, "fit_inverse_transform", "False for a precomputed kernel",
                                kl_bool(self->fit_inverse_transform));
    if (!kl_word_is(self->iterated_power, "auto") &&
        (!kl_is(self->iterated_power, KL_KIND_INT) || kl_as_int(self->iterated_power) < 0))
        return kl_bad_parameter(error, "iterated_power", "'auto' or an int >= 0", self->iterated_power);
    return KL_OK;
}

static kl_status kernel_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kernel_pca *self = (kernel_pca *)base;
    double *k, *values, *vectors, *x, gamma = kl_is_null(self->gamma) ? 0 : kl_as_double(self->gamma);
    size_t n = in->n, count = n;
    KL_TRY(check(self, error));
    if (!kl_is_null(self->n_components))
        count = (size_t)KL_MIN(kl_as_int(self->n_components), (int64_t)n);
    self->gamma_ = gamma > 0 ? gamma : 1 / (double)in->d;
    KL_TAKE_RAW(k, task, n * n, error);
    KL_TAKE_RAW(values, task, count, error);
    KL_TAKE_RAW(vectors, task, count * n, error);
    KL_TRY(centred_kernel(k, self, in, task, error));
    KL_TRY(largest(values, vectors, k, n, count, self, task, error));
    KL_TRY(mend_values(values, count, error));
    kl_flip_signs(NULL, 0, vectors, count, n);
    KL_TRY(keep(self, values, vectors, n, count, error));
    KL_TRY(kl_learn_table(&self->X_fit_, &x, n, in->d, error));
    memcpy(x, in->x->data, n * in->d * sizeof *x);
    return self->fit_inverse_transform ? learn_inverse(self, in, task, error) : KL_OK;
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static kl_status kernel_fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task,
                                      kl_error *error)
{
    kernel_pca *self = (kernel_pca *)base;
    double *scores;
    KL_TRY(kernel_fit(base, in, task, error));
    size_t count = kl_array_axis(self->eigenvalues_, 0);
    KL_TRY(kl_table_new(out, &scores, in->n, count, error));
    for (size_t i = 0; i < in->n * count; i++)
        scores[i] = kl_doubles(self->eigenvectors_)[i] * sqrt(kl_doubles(self->eigenvalues_)[i % count]);
    return KL_OK;
}

static kl_status kernel_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    const kernel_pca *self = (const kernel_pca *)base;
    size_t n = kl_array_axis(self->eigenvectors_, 0), count = kl_array_axis(self->eigenvalues_, 0);
    const double *values = kl_doubles(self->eigenvalues_), *mean = kl_doubles(self->column_means);
    double *k, *scaled, *scores;
    KL_TAKE_RAW(k, task, x->rows * n + 1, error);
    KL_TAKE_RAW(scaled, task, n * count + 1, error);
    if (is_precomputed(self))
        memcpy(k, x->data, x->rows * n * sizeof *k);
    else if (x->rows)
        KL_TRY(values_of(k, self, x->data, x->rows, kl_doubles(self->X_fit_), n, x->cols, task, error));
    for (size_t i = 0; i < x->rows; i++) {
        double row_mean = kl_kernels()->sum(k + i * n, n) / (double)n - self->mean;
        for (size_t j = 0; j < n; j++)
            k[i * n + j] -= mean[j] + row_mean;
    }
    for (size_t i = 0; i < n * count; i++)
        scaled[i] = values[i % count] > 0 ? kl_doubles(self->eigenvectors_)[i] / sqrt(values[i % count]) : 0;
    KL_TRY(kl_table_new(out, &scores, x->rows, count, error));
    if (count && x->rows)
        kl_gemm(false, false, x->rows, count, n, 1, k, n, scaled, count, 0, scores, count);
    return KL_OK;
}

static kl_status kernel_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                kl_error *error)
{
    const kernel_pca *self = (const kernel_pca *)base;
    size_t n = kl_array_axis(self->eigenvectors_, 0), count = kl_array_axis(self->eigenvalues_, 0);
    size_t d = (size_t)base->features;
    double *k, *rows;
    if (!self->fit_inverse_transform)
        return kl_bad_input(error, "inverse_transform() was not learned: fit with fit_inverse_transform=True");
    if (x->cols != count)
        return kl_bad_dimension(error, "components", count, x->cols);
    KL_TAKE_RAW(k, task, x->rows * n + 1, error);
    KL_TRY(values_of(k, self, x->data, x->rows, kl_doubles(self->X_transformed_fit_), n, count, task,
                            error));
    KL_TRY(kl_table_new(out, &rows, x->rows, d, error));
    kl_gemm(false, false, x->rows, d, n, 1, k, n, kl_doubles(self->dual_coef_), d, 0, rows, d);
    return KL_OK;
}

static size_t kernel_width(const kl_estimator *self)
{
    return kl_array_axis(((const kernel_pca *)self)->eigenvalues_, 0);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const solvers[] = {"auto", "dense", "arpack", "randomized", NULL};

static const kl_field fields[] = {
    KL_VALUE(kernel_pca, n_components, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "how many components; >= 1, at most the rows of x count; None = all whose eigenvalue is not 0"),
    KL_VALUE(kernel_pca, kernel, .kind = KL_KIND_ANY, .fallback = "\"rbf\"", .flags = KL_FOREIGN,
             .doc = "rbf: exp(-gamma |a - b|^2); linear: a'b; poly: (gamma a'b + coef0)^degree; sigmoid: "
                    "tanh(gamma a'b + coef0); cosine: a'b / (|a| |b|); precomputed: x is the kernel; or a callable of two "
                    "rows that answers with a number"),
    KL_VALUE(kernel_pca, gamma, .kind = KL_KIND_DOUBLE, .fallback = "0.0", .flags = KL_OPTIONAL,
             .doc = "factor in the kernel; >= 0; 0 or None = 1 / columns"),
    KL_DOUBLE(kernel_pca, degree, 3.0, .flags = KL_KEYWORD_ONLY, .doc = "power of poly; >= 0"),
    KL_DOUBLE(kernel_pca, coef0, 1.0, .flags = KL_KEYWORD_ONLY, .doc = "constant in poly and sigmoid"),
    KL_VALUE(kernel_pca, kernel_params, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "a dict of what a callable gets by name beside its two rows"),
    KL_DOUBLE(kernel_pca, alpha, 1.0, .flags = KL_KEYWORD_ONLY,
              .doc = "penalty of the ridge regression that learns the way back; >= 0"),
    KL_BOOL(kernel_pca, fit_inverse_transform, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether inverse_transform() is learned"),
    KL_ENUM(kernel_pca, eigen_solver, "auto", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "dense: by LAPACK; arpack: by Lanczos; randomized: by random projection; auto: arpack for less than 10 "
                   "components of more than 200 rows, else dense"),
    KL_DOUBLE(kernel_pca, tol, 0.0, .flags = KL_KEYWORD_ONLY, .doc = "tolerance of arpack; 0 = to the last digits"),
    KL_VALUE(kernel_pca, max_iter, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "has no effect: Lanczos goes on until it has converged, or fails"),
    KL_VALUE(kernel_pca, iterated_power, .kind = KL_KIND_ANY, .fallback = "\"auto\"",
             .flags = KL_KEYWORD_ONLY | KL_FOREIGN,
             .doc = "power iterations of randomized; 'auto' = 7 for less than a tenth of the components, else 4"),
    KL_BOOL(kernel_pca, remove_zero_eig, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether components whose eigenvalue is 0 are left out"),
    KL_RANDOM_STATE(kernel_pca, | KL_KEYWORD_ONLY),
    KL_BOOL(kernel_pca, copy_X, true, .flags = KL_KEYWORD_ONLY, .doc = "has no effect: what is given is never changed"),
    KL_VALUE(kernel_pca, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most threads to use; -1 or None = all processors"),
    KL_LEARNED_ARRAY(kernel_pca, eigenvalues_, .doc = "of the centred kernel, descending"),
    KL_LEARNED_ARRAY(kernel_pca, eigenvectors_, .doc = "of the centred kernel: rows x components"),
    KL_LEARNED_ARRAY(kernel_pca, dual_coef_, .doc = "weights of the way back: rows x columns; None when not learned"),
    KL_LEARNED_ARRAY(kernel_pca, X_transformed_fit_, .doc = "components of the rows; None without the way back"),
    KL_LEARNED_ARRAY(kernel_pca, X_fit_, .doc = "the rows that were learned from"),
    KL_KEPT_ARRAY(kernel_pca, column_means, .doc = "means of the columns of the kernel"),
    KL_LEARNED_DOUBLE(kernel_pca, gamma_, .doc = "factor in the kernel that was used"),
    KL_KEPT_DOUBLE(kernel_pca, mean, .doc = "mean of the kernel"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"gamma", KL_AT_LEAST(0)},
                                  {"degree", KL_AT_LEAST(0)},       {"alpha", KL_AT_LEAST(0)},
                                  {"tol", KL_AT_LEAST(0)},          {"max_iter", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = kernel_fit,
    .transform = kernel_transform,
    .inverse = kernel_inverse,
    .fit_transform = kernel_fit_transform,
    .width = kernel_width,
    .shapes = "eigenvalues_ = k; eigenvectors_ = rows k; X_fit_ = rows features; column_means = rows; "
              "dual_coef_ = rows features | none unless fit_inverse_transform; "
              "X_transformed_fit_ = rows k | none unless fit_inverse_transform",
};

const kl_type kl_kernel_pca_type = {
    .name = "KernelPCA",
    KL_ESTIMATOR(kernel_pca),
    .check = check_kernel,
    .doc = "Principal components in the space of a kernel (Schoelkopf, Smola, Mueller 1997): eigenvectors of the centred "
           "kernel of the rows, times the roots of their eigenvalues. The entry of each that is largest by magnitude is "
           "positive.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_kernel_pca_type);
