/* src/ml/kernel_approximation/nystroem.c - Nystroem: a kernel by its values beside some of the rows. */
#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../svm/kernel_matrix.h"
#include "base/host.h"

#include <math.h>

typedef struct nystroem {
    kl_estimator base;
    kl_value kernel, gamma, coef0, degree, kernel_params, n_jobs, random_state;
    int64_t n_components;
    kl_value components_, component_indices_, normalization_;
} nystroem;

/* ---- the kernel --------------------------------------------------------------------------------------- */

static bool is_word(kl_kernel_kind *kind, kl_value kernel)
{
    return kl_is(kernel, KL_KIND_STRING) && kl_kernel_find(kind, kl_as_text(kernel)) &&
           *kind < KL_KERNEL_PRECOMPUTED;
}

static kl_status check(kl_object *object, kl_error *error)
{
    const nystroem *self = (const nystroem *)object;
    kl_kernel_kind kind;
    if (is_word(&kind, self->kernel) || kl_is_callable(self->kernel))
        return KL_OK;
    kl_text word = kl_as_text(self->kernel);
    return kl_error_set(error, KL_INVALID,
                        "kernel: expected one of: additive_chi2, chi2, cosine, laplacian, linear, poly, "
                        "polynomial, rbf, sigmoid, or a callable; got %s%.*s%s",
                        word.len ? "'" : kl_value_kind_name(self->kernel), KL_TEXT_ARG(word),
                        word.len ? "'" : "");
}

static double number_or(kl_value given, double otherwise)
{
    return kl_is_null(given) ? otherwise : kl_as_double(given);
}

static kl_status values(double *out, const nystroem *self, const double *a, size_t m, const double *b,
                        size_t n, size_t d, kl_task *task, kl_error *error)
{
    kl_kernel kernel = {.coef0 = number_or(self->coef0, 1), .degree = number_or(self->degree, 3)};
    if (!is_word(&kernel.kind, self->kernel))
        return kl_kernel_call_pairs(out, self->kernel, self->kernel_params, a, m, b, n, d, task, error);
    kernel.gamma = number_or(self->gamma, kernel.kind == KL_KERNEL_CHI2 ? 1 : 1 / (double)d);
    return kl_kernel_matrix(out, &kernel, a, m, b, n, d, task, error);
}

/* ---- fit ---------------------------------------------------------------------------------------------- */

static kl_status check_parameters(const nystroem *self, kl_error *error)
{
    kl_kernel_kind kind;
    bool is_callable = !is_word(&kind, self->kernel);
    KL_TRY(check((kl_object *)(uintptr_t)self, error));
    if (is_callable && !(kl_is_null(self->gamma) && kl_is_null(self->coef0) && kl_is_null(self->degree)))
        return kl_bad_input(error, "gamma, coef0 and degree are of kernels that are named; a callable gets "
                                   "kernel_params");
    return kl_kernel_params_check(self->kernel_params, is_callable, error);
}

/* out = k^(-1/2), eigenvalues below 1e-12 counting as that. k is destroyed. */
static kl_status inverse_root(double *out, double *k, size_t m, kl_task *task, kl_error *error)
{
    static const double least = 1e-12;
    double *numbers, *vectors, *scaled;
    KL_TAKE_RAW(numbers, task, m, error);
    KL_TAKE_RAW(vectors, task, m * m, error);
    KL_TAKE_RAW(scaled, task, m * m, error);
    KL_TRY(kl_eigh(numbers, vectors, k, m, task, error));
    for (size_t r = 0; r < m; r++) {
        double size = fabs(numbers[r]), sign = numbers[r] < -least ? -1 : 1;
        double by = sign / sqrt(KL_MAX(size, least));
        for (size_t j = 0; j < m; j++)
            scaled[r * m + j] = by * vectors[r * m + j];
    }
    kl_gemm(true, false, m, m, m, 1, vectors, m, scaled, m, 0, out, m);
    return KL_OK;
}

static kl_status take_basis(nystroem *self, const kl_fit *in, size_t m, kl_error *error)
{
    uint64_t seed;
    kl_random random;
    int64_t *rows;
    double *basis;
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    KL_TRY(kl_indices_new(&self->component_indices_, &rows, m, error));
    KL_TRY(kl_table_new(&self->components_, &basis, m, in->d, error));
    kl_random_open(&random, seed, 0, 0);
    KL_TRY(kl_random_sample(&random, rows, m, in->n, error));
    for (size_t i = 0; i < m; i++)
        memcpy(basis + i * in->d, kl_row(in->x, (size_t)rows[i]), in->d * sizeof *basis);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    nystroem *self = (nystroem *)estimator;
    size_t m = KL_MIN((size_t)self->n_components, in->n);
    double *k, *root;
    KL_TRY(check_parameters(self, error));
    KL_TRY(take_basis(self, in, m, error));
    KL_TAKE_RAW(k, task, m * m, error);
    const double *basis = kl_doubles(self->components_);
    KL_TRY(values(k, self, basis, m, basis, m, in->d, task, error));
    KL_TRY(kl_table_new(&self->normalization_, &root, m, m, error));
    KL_TRY(inverse_root(root, k, m, task, error));
    if ((size_t)self->n_components <= in->n)
        return KL_OK;
    return kl_host_warn("n_components: more than there are rows; all rows are taken", error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static size_t width(const kl_estimator *self)
{
    return kl_array_axis(((const nystroem *)self)->components_, 0);
}

static kl_status transform(kl_value *out, const kl_estimator *estimator, const kl_matrix *x,
                           kl_task *task, kl_error *error)
{
    const nystroem *self = (const nystroem *)estimator;
    size_t m = width(estimator);
    double *k, *numbers;
    KL_TAKE_RAW(k, task, x->rows * m + 1, error);
    if (x->rows > 0)
        KL_TRY(values(k, self, x->data, x->rows, kl_doubles(self->components_), m, x->cols, task, error));
    KL_TRY(kl_table_new(out, &numbers, x->rows, m, error));
    if (x->rows > 0)
        kl_gemm(false, true, x->rows, m, m, 1, k, m, kl_doubles(self->normalization_), m, 0, numbers, m);
    return KL_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_INT(nystroem, n_components, 100, .doc = "rows that are drawn, and columns of transform(); >= 1"),
    KL_RANDOM_STATE(nystroem, ),
    KL_VALUE(nystroem, kernel, .kind = KL_KIND_ANY, .fallback = "\"rbf\"",
             .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "rbf: exp(-gamma |x - y|^2); laplacian: exp(-gamma |x - y|_1); linear: x'y; poly or "
                    "polynomial: (gamma x'y + coef0)^degree; sigmoid: tanh(gamma x'y + coef0); cosine; "
                    "additive_chi2 and chi2, of numbers >= 0; or a callable of two rows that answers with a "
                    "number"),
    KL_VALUE(nystroem, gamma, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "of the kernels rbf, laplacian, poly, sigmoid and chi2, >= 0; None = 1 / features, 1 for "
                    "chi2"),
    KL_VALUE(nystroem, coef0, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "constant of the kernels poly and sigmoid; None = 1"),
    KL_VALUE(nystroem, degree, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "of the kernel poly, >= 1; None = 3"),
    KL_VALUE(nystroem, kernel_params, .kind = KL_KIND_ANY,
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "a dict of what a callable gets by name beside its two rows"),
    KL_VALUE(nystroem, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "threads at most; None or -1 = all processors; the result is the same"),
    KL_LEARNED_ARRAY(nystroem, components_, .doc = "the rows that were drawn"),
    KL_LEARNED_ARRAY(nystroem, component_indices_, .doc = "their numbers"),
    KL_LEARNED_ARRAY(nystroem, normalization_, .doc = "root of the inverse of their kernel matrix"),
};
static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"gamma", KL_AT_LEAST(0)},
                                  {"degree", KL_AT_LEAST(1)}};
static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};
static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER, .flags = KL_EST_Y_OPTIONAL | KL_EST_NOT_DETERMINISTIC,
    .limits = KL_TABLE(limits), .fit = fit, .transform = transform, .width = width,
    .shapes = "components_ = k features; normalization_ = k k; component_indices_ = int * | none",
};
static const kl_type kl_nystroem_type = {
    .name = "Nystroem", KL_ESTIMATOR(nystroem), .check = check,
    .doc = "Features whose products are about those of a kernel: its values beside some rows, drawn at random, times "
           "the root of the inverse of their own matrix (Williams, Seeger: Using the Nystroem method to speed up "
           "kernel machines, NIPS 2001). x: rows x features.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_nystroem_type);
