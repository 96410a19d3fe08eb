/* src/ml/decomposition/pca.c - PCA: the directions in which rows differ most. */
#include "parts.h"
#include "pca.h"

#include "../kernels.h"
#include "../linalg.h"

#include <float.h>
#include <math.h>

typedef struct pca {
    KL_PCA_MODEL;
    bool copy;
    kl_value n_components, svd_solver, iterated_power, power_iteration_normalizer, random_state;
    double tol;
    int64_t n_oversamples;
    int64_t n_samples_;
} pca;

typedef enum solver { SOLVE_FULL, SOLVE_COVARIANCE, SOLVE_LANCZOS, SOLVE_RANDOM } solver;

static bool is_mle(const pca *self) { return kl_word_is(self->n_components, "mle"); }

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

static solver choose(const pca *self, const kl_matrix *x)
{
    kl_value wanted = self->n_components;
    size_t least = KL_MIN(x->rows, x->cols);
    if (kl_word_is(self->svd_solver, "full"))
        return SOLVE_FULL;
    if (kl_word_is(self->svd_solver, "covariance_eigh"))
        return SOLVE_COVARIANCE;
    if (kl_word_is(self->svd_solver, "arpack"))
        return SOLVE_LANCZOS;
    if (kl_word_is(self->svd_solver, "randomized"))
        return SOLVE_RANDOM;
    if (kl_is_sparse(x))
        return SOLVE_LANCZOS;
    if (x->cols <= 1000 && x->rows >= 10 * x->cols)
        return SOLVE_COVARIANCE;
    if (KL_MAX(x->rows, x->cols) <= 500 || is_mle(self) || !kl_is(wanted, KL_KIND_INT))
        return SOLVE_FULL;
    return (double)kl_as_int(wanted) < 0.8 * (double)least ? SOLVE_RANDOM : SOLVE_FULL;
}

/* Checked components; *share is a share of the variance, or 0. */
static kl_status wanted(size_t *k, double *share, const pca *self, const kl_matrix *x, solver way, kl_error *error)
{
    size_t least = KL_MIN(x->rows, x->cols);
    bool few = way == SOLVE_LANCZOS || way == SOLVE_RANDOM;
    *share = 0;
    *k = least;
    if (kl_is_sparse(x) && (way == SOLVE_FULL || way == SOLVE_RANDOM))
        return kl_bad_parameter(error, "svd_solver", "'auto', 'arpack' or 'covariance_eigh' for sparse x",
                                self->svd_solver);
    if (way == SOLVE_LANCZOS && least < 2)
        return kl_bad_input(error, "svd_solver 'arpack' needs at least two rows and columns");
    if (is_mle(self) && !few) {
        if (x->rows < x->cols)
            return kl_bad_input(error, "n_components 'mle' needs at least as many rows as columns; got %zu and %zu",
                                x->rows, x->cols);
        return KL_OK;
    }
    if (kl_is(self->n_components, KL_KIND_DOUBLE) && !few) {
        *share = kl_as_double(self->n_components);
        if (*share > 0 && *share < 1)
            return KL_OK;
        return kl_bad_parameter(error, "n_components", "an int >= 1, a share above 0 and below 1, 'mle' or None",
                                self->n_components);
    }
    return kl_components_wanted(k, self->n_components, least - (way == SOLVE_LANCZOS),
                                way == SOLVE_LANCZOS ? "less than the smaller side of x" : "the smaller side of x",
                                error);
}

static double assess(const double *spectrum, size_t d, size_t rank, double n)
{
    double log_u = -(double)rank * log(2.0), sum = 0, rest = 0, log_a = 0;
    if (spectrum[rank - 1] < KL_MAX(1e-15, (double)d * DBL_EPSILON * spectrum[0])) /* nothing but rounding */
        return -INFINITY;
    for (size_t i = 1; i <= rank; i++) {
        double half = (double)(d - i + 1) / 2;
        log_u += lgamma(half) - log(M_PI) * half;
        sum += log(spectrum[i - 1]);
    }
    for (size_t i = rank; i < d; i++)
        rest += spectrum[i];
    double noise = KL_MAX(1e-15, rest / (double)(d - rank));
    double log_v = -log(noise) * n * (double)(d - rank) / 2;
    double free_numbers = (double)d * (double)rank - (double)rank * ((double)rank + 1) / 2;
    for (size_t i = 0; i < rank; i++)
        for (size_t j = i + 1; j < d; j++) {
            double other = j < rank ? spectrum[j] : noise;
            log_a += log((spectrum[i] - spectrum[j]) * (1 / other - 1 / spectrum[i])) + log(n);
        }
    return log_u - sum * n / 2 + log_v + log(2 * M_PI) * (free_numbers + (double)rank) / 2 - log_a / 2 -
           (double)rank * log(n) / 2;
}

/* The rank of greatest evidence (Minka, Automatic choice of dimensionality for PCA, 2000). */
static size_t likeliest_rank(const double *variance, size_t d, size_t n)
{
    size_t best = 0;
    double most = -INFINITY;
    for (size_t rank = 1; rank < d; rank++) {
        double evidence = assess(variance, d, rank, (double)n);
        if (evidence > most) {
            most = evidence;
            best = rank;
        }
    }
    return best;
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* All singular values (r) and vectors (r x d) of the centred rows. */
static kl_status decompose(double *s, double *vt, const kl_matrix *x, const double *mean, solver way,
                           kl_task *task, kl_error *error)
{
    size_t d = x->cols, r = KL_MIN(x->rows, d);
    double *rows, *values, *vectors;
    if (way == SOLVE_FULL) {
        KL_TRY(kl_centered_rows(&rows, x, mean, task, error));
        return kl_svd(NULL, s, vt, rows, x->rows, d, task, error);
    }
    KL_TAKE_RAW(rows, task, d * d, error);
    KL_TAKE_RAW(values, task, d, error);
    KL_TAKE_RAW(vectors, task, d * d, error);
    KL_TRY(kl_scatter(rows, x, mean, task, error));
    KL_TRY(kl_eigh(values, vectors, rows, d, task, error));
    for (size_t c = 0; c < r; c++) {
        s[c] = sqrt(KL_MAX(values[d - 1 - c], 0.0));
        memcpy(vt + c * d, vectors + (d - 1 - c) * d, d * sizeof *vt);
    }
    return KL_OK;
}

static size_t enough(const double *variance, double total, size_t r, double share)
{
    double sum = 0;
    size_t k = 0;
    while (k < r && (sum += variance[k] / total) <= share)
        k++;
    return KL_MIN(k + 1, r);
}

static kl_status fit_all(pca *self, const kl_matrix *x, size_t k, double share, solver way, kl_task *task,
                         kl_error *error)
{
    size_t r = KL_MIN(x->rows, x->cols);
    double *s, *vt, *variance, total = 0, rest = 0;
    KL_TAKE_RAW(s, task, r, error);
    KL_TAKE_RAW(variance, task, r, error);
    KL_TAKE_RAW(vt, task, r * x->cols, error);
    KL_TRY(decompose(s, vt, x, kl_doubles(self->mean_), way, task, error));
    for (size_t c = 0; c < r; c++) {
        variance[c] = s[c] * s[c] / (double)(x->rows - 1);
        total += variance[c];
    }
    if (is_mle(self))
        k = likeliest_rank(variance, r, x->rows);
    else if (share > 0)
        k = enough(variance, total, r, share);
    for (size_t c = k; c < r; c++)
        rest += variance[c];
    size_t directions = way == SOLVE_COVARIANCE ? x->cols : r;
    self->noise_variance_ = k < r ? rest / (double)(directions - k) : 0;
    return kl_pca_keep((kl_pca_model *)self, s, vt, variance, total, k, x->cols, error);
}

static kl_status total_variance(double *out, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error)
{
    double *squares, sum = 0;
    KL_TAKE_RAW(squares, task, x->cols, error);
    size_t count = kl_is_sparse(x) ? (size_t)x->indptr[x->rows] : 0;
    if (kl_is_sparse(x)) {
        for (size_t at = 0; at < count; at++)
            sum += x->values[at] * x->values[at];
        sum -= (double)x->rows * kl_dot(mean, mean, x->cols);
    } else {
        kl_kernels()->column_square_sums(squares, x->data, mean, x->rows, x->cols);
        sum = kl_kernels()->sum(squares, x->cols);
    }
    *out = sum / (double)(x->rows - 1);
    return KL_OK;
}

static kl_status fit_few(pca *self, const kl_matrix *x, size_t k, solver way, kl_task *task, kl_error *error)
{
    size_t least = KL_MIN(x->rows, x->cols);
    const double *mean = kl_doubles(self->mean_);
    kl_few_singular how = {.k = k, .oversamples = (size_t)self->n_oversamples, .tolerance = self->tol,
                           .plain = kl_word_is(self->power_iteration_normalizer, "none")};
    double *s, *vt, *variance, explained = 0, total;
    how.iterations = kl_is(self->iterated_power, KL_KIND_INT) ? (size_t)kl_as_int(self->iterated_power)
                     : (double)k < 0.1 * (double)least        ? 7
                                                              : 4;
    KL_TRY(kl_estimator_seed(&how.seed, &self->base, error));
    KL_TAKE_RAW(s, task, k, error);
    KL_TAKE_RAW(variance, task, k, error);
    KL_TAKE_RAW(vt, task, k * x->cols, error);
    KL_TRY((way == SOLVE_RANDOM ? kl_singular_random : kl_singular_lanczos)(NULL, s, vt, x, mean, &how, task,
                                                                            error));
    for (size_t c = 0; c < k; c++) {
        variance[c] = s[c] * s[c] / (double)(x->rows - 1);
        explained += variance[c];
    }
    KL_TRY(total_variance(&total, x, mean, task, error));
    self->noise_variance_ = k < least ? KL_MAX(total - explained, 0.0) / (double)(least - k) : 0;
    return kl_pca_keep((kl_pca_model *)self, s, vt, variance, total, k, x->cols, error);
}

static kl_status pca_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    pca *self = (pca *)base;
    solver way = choose(self, in->x);
    size_t k;
    double share, *mean;
    if (!kl_word_is(self->iterated_power, "auto") &&
        (!kl_is(self->iterated_power, KL_KIND_INT) || kl_as_int(self->iterated_power) < 0))
        return kl_bad_parameter(error, "iterated_power", "'auto' or an int >= 0", self->iterated_power);
    if (in->n < 2)
        return kl_bad_input(error, "PCA needs at least two rows; x has %zu", in->n);
    KL_TRY(wanted(&k, &share, self, in->x, way, error));
    KL_TRY(kl_learn_vector(&self->mean_, &mean, in->d, error));
    kl_column_means(mean, in->x);
    self->n_samples_ = (int64_t)in->n;
    if (way == SOLVE_FULL || way == SOLVE_COVARIANCE)
        return fit_all(self, in->x, k, share, way, task, error);
    return fit_few(self, in->x, k, way, task, error);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const solvers[] = {"auto", "full", "covariance_eigh", "arpack", "randomized", NULL};
static const char *const normalizers[] = {"auto", "QR", "LU", "none", NULL};

static const kl_field fields[] = {
    KL_VALUE(pca, n_components, .kind = KL_KIND_ANY, .fallback = "2", .flags = KL_OPTIONAL | KL_FOREIGN,
             .doc = "how many components: an int >= 1; a share of the variance above 0 and below 1, which they explain "
                    "at least; 'mle' = as many as have the greatest evidence (Minka 2000); None = all"),
    KL_BOOL(pca, copy, true, .flags = KL_KEYWORD_ONLY, .doc = "has no effect: what is given is never changed"),
    KL_BOOL(pca, whiten, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether transform() divides each component by its standard deviation"),
    KL_ENUM(pca, svd_solver, "auto", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "full: singular values of all x; covariance_eigh: eigenvalues of the covariance; arpack: the first few "
                   "by Lanczos; randomized: the first few by random projection; auto: covariance_eigh for at least ten "
                   "rows a column, randomized for few components of large x, else full"),
    KL_DOUBLE(pca, tol, 0.0, .flags = KL_KEYWORD_ONLY, .doc = "tolerance of arpack; 0 = to the last digits"),
    KL_VALUE(pca, iterated_power, .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY | KL_FOREIGN,
             .doc = "power iterations of randomized; 'auto' = 7 for less than a tenth of the components, else 4"),
    KL_INT(pca, n_oversamples, 10, .flags = KL_KEYWORD_ONLY, .doc = "random vectors more than components; >= 1"),
    KL_ENUM(pca, power_iteration_normalizer, "auto", .names = normalizers, .flags = KL_KEYWORD_ONLY,
            .doc = "none: power iterations go without a fresh basis; all others make it by QR"),
    KL_RANDOM_STATE(pca, | KL_KEYWORD_ONLY),
    KL_PCA_LEARNED(pca),
    KL_LEARNED_INT(pca, n_samples_, .doc = "rows of x"),
};

static const kl_limit limits[] = {{"tol", KL_AT_LEAST(0)}, {"n_oversamples", KL_AT_LEAST(1)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT, KL_EST_SCORE_SAMPLES,
                                    KL_EST_SCORE_PLAIN,
                                    KL_COVARIANCE_ROWS(kl_pca_get_covariance, kl_pca_get_precision)};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = pca_fit,
    .transform = kl_pca_transform,
    .inverse = kl_pca_inverse,
    .score_samples = kl_pca_score_samples,
    .width = kl_pca_width,
    .shapes = "components_ = n_components_ features; explained_variance_ = n_components_; "
              "explained_variance_ratio_ = n_components_; singular_values_ = n_components_; mean_ = features",
};

const kl_type kl_pca_type = {
    .name = "PCA",
    KL_ESTIMATOR(pca),
    .doc = "Principal components: orthogonal directions in which the rows differ most, by the singular values of x less its "
           "mean. The entry of each component that is largest by magnitude is positive. As a density it is "
           "probabilistic PCA (Tipping and Bishop 1999), whose covariance whiten does not change.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_pca_type);
