/* src/ml/gaussian_process/gp_regressor.c - GaussianProcessRegressor.
 *
 * Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006: algorithm 2.1, section 5.4.1. Hyperparameters
 * are logarithms while they are looked for; those that are fixed take no part.
 */
#include "../estimator_parts.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"
#include "gp_kernel.h"

#include <math.h>

typedef struct gp_regressor {
    kl_estimator base;
    kl_value kernel, alpha, optimizer, n_targets, random_state;
    int64_t n_restarts_optimizer;
    bool normalize_y, copy_X_train;
    kl_value kernel_, X_train_, y_train_, L_, alpha_, y_mean, y_std;
    double log_marginal_likelihood_value_;
} gp_regressor;

/* What the likelihood is computed from. */
typedef struct data {
    const double *x, *y, *noise; /* noise: n numbers for the diagonal */
    size_t n, d, outputs;
} data;

/* ---- the likelihood ------------------------------------------------------------------------------------ */

/* l (n x n) = factor of K + noise, weights (n x outputs) = its inverse times y. KL_INVALID: not positive definite. */
static kl_status factor(double *l, double *weights, const kl_gp_kernel *kernel, const data *in,
                        kl_error *error)
{
    KL_TRY(kl_gp_values(l, kernel, in->x, in->n, in->x, in->n, in->d, true, error));
    for (size_t i = 0; i < in->n; i++)
        l[i * in->n + i] += in->noise[i];
    KL_TRY(kl_cholesky(l, in->n, error));
    memcpy(weights, in->y, in->n * in->outputs * sizeof *weights);
    kl_cholesky_solve(l, in->n, weights, in->outputs);
    return KL_OK;
}

static double likelihood_of(const double *l, const double *weights, const data *in)
{
    double logs = 0, n = (double)in->n, outputs = (double)in->outputs;
    for (size_t i = 0; i < in->n; i++)
        logs += log(l[i * in->n + i]);
    return -kl_dot(in->y, weights, in->n * in->outputs) / 2 -
           outputs * (logs + n / 2 * log(2 * M_PI));
}

/* Slopes for the logarithms of all hyperparameters: tr((a a' - outputs / K) dK) / 2. */
static kl_status slopes_of(double *gradient, const double *l, const double *weights,
                           const kl_gp_kernel *kernel, const data *in, double *inner, kl_error *error)
{
    size_t n = in->n;
    KL_TRY(kl_cholesky_inverse(inner, l, n, error));
    kl_gemm(false, true, n, n, in->outputs, 0.5, weights, in->outputs, weights, in->outputs,
            -0.5 * (double)in->outputs, inner, n);
    return kl_gp_slopes(gradient, kernel, inner, in->x, n, in->d, error);
}

/* One search, from its own start, with its own memory. */
typedef struct search {
    const data *in;
    kl_gp_kernel kernel;
    size_t *free_ones, count; /* numbers of the hyperparameters that are looked for */
    double *theta, *low, *high;
    double *l, *inner, *weights, *gradient;
    double value; /* minus the likelihood */
} search;

static void set_theta(search *s, const double *theta)
{
    for (size_t k = 0; k < s->count; k++)
        s->kernel.values[s->free_ones[k]] = exp(theta[k]);
}

static kl_status objective(void *data, const double *theta, double *value, double *gradient,
                           kl_error *error)
{
    search *s = data;
    kl_error cause = KL_ERROR_INIT;
    set_theta(s, theta);
    kl_status status = factor(s->l, s->weights, &s->kernel, s->in, &cause);
    if (status == KL_INVALID) { /* not positive definite here: as bad as can be */
        kl_error_clear(&cause);
        *value = 1e30;
        memset(gradient, 0, s->count * sizeof *gradient);
        return KL_OK;
    }
    if (status != KL_OK) {
        kl_error_move(error, &cause);
        return status;
    }
    *value = -likelihood_of(s->l, s->weights, s->in);
    KL_TRY(slopes_of(s->gradient, s->l, s->weights, &s->kernel, s->in, s->inner, error));
    for (size_t k = 0; k < s->count; k++)
        gradient[k] = -s->gradient[s->free_ones[k]];
    return KL_OK;
}

static kl_status run_search(search *s, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    size_t n = s->in->n;
    kl_lbfgs how = {.iterations_max = 15000, .gradient_tol = 1e-5, .value_tol = 2.220446049250313e-9,
                    .low = s->low, .high = s->high};
    kl_status status = KL_OK;
    s->l = kl_task_alloc_raw(&task, n * n, sizeof *s->l);
    s->inner = kl_task_alloc_raw(&task, n * n, sizeof *s->inner);
    s->weights = kl_task_alloc_raw(&task, n * s->in->outputs, sizeof *s->weights);
    s->gradient = kl_task_alloc(&task, s->kernel.params + 1, sizeof *s->gradient);
    if (!s->l || !s->inner || !s->weights || !s->gradient)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = kl_lbfgs_minimise(s->theta, s->count, &how, objective, s, &task, error);
    s->value = how.value;
    kl_task_end(&task);
    return status;
}

static kl_status search_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    search *searches = data;
    (void)block;
    for (size_t k = begin; k < end; k++)
        KL_TRY(run_search(&searches[k], error));
    return KL_OK;
}

/* ---- the best hyperparameters ---------------------------------------------------------------------------- */

static kl_status begin_search(search *s, const kl_gp_kernel *kernel, const data *in, kl_task *task,
                              kl_error *error)
{
    *s = (search){.in = in, .kernel = *kernel};
    KL_TAKE_RAW(s->kernel.values, task, kernel->params + 1, error);
    KL_TAKE(s->free_ones, task, kernel->params + 1, error);
    KL_TAKE(s->theta, task, 3 * (kernel->params + 1), error);
    s->low = s->theta + kernel->params + 1;
    s->high = s->low + kernel->params + 1;
    memcpy(s->kernel.values, kernel->values, kernel->params * sizeof *kernel->values);
    for (size_t p = 0; p < kernel->params; p++)
        if (kernel->low[p] < kernel->high[p]) {
            s->low[s->count] = log(kernel->low[p]);
            s->high[s->count] = log(kernel->high[p]);
            double start = log(kernel->values[p]);
            s->theta[s->count] = KL_MIN(KL_MAX(start, s->low[s->count]), s->high[s->count]);
            s->free_ones[s->count++] = p;
        }
    return KL_OK;
}

static kl_status check_bounds(const search *s, kl_error *error)
{
    for (size_t k = 0; k < s->count; k++)
        if (!isfinite(s->low[k]) || !isfinite(s->high[k]))
            return kl_bad_input(error, "n_restarts_optimizer: starts are drawn within the bounds of the kernel, "
                                       "which must be finite");
    return KL_OK;
}

static kl_status optimise(kl_gp_kernel *kernel, const gp_regressor *self, const data *in,
                          kl_task *task, kl_error *error)
{
    size_t runs = (size_t)self->n_restarts_optimizer + 1, best = 0;
    search *searches;
    uint64_t seed;
    KL_TAKE(searches, task, runs, error);
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    for (size_t k = 0; k < runs; k++) {
        kl_random random;
        KL_TRY(begin_search(&searches[k], kernel, in, task, error));
        if (searches[k].count == 0)
            return KL_OK;
        if (k > 0)
            KL_TRY(check_bounds(&searches[k], error));
        kl_random_open(&random, seed, 0, k);
        for (size_t t = 0; k > 0 && t < searches[k].count; t++)
            searches[k].theta[t] = kl_random_between(&random, searches[k].low[t], searches[k].high[t]);
    }
    KL_TRY(kl_parallel_for(runs, 1, search_block, searches, error));
    for (size_t k = 1; k < runs; k++)
        if (searches[k].value < searches[best].value)
            best = k;
    set_theta(&searches[best], searches[best].theta);
    memcpy(kernel->values, searches[best].kernel.values, kernel->params * sizeof *kernel->values);
    return KL_OK;
}

/* ---- fit ---------------------------------------------------------------------------------------------- */

static kl_status read_noise(const double **out, const gp_regressor *self, size_t n, kl_task *task,
                            kl_error *error)
{
    static const char expected[] = "a number >= 0, or one for each row";
    double *noise;
    const double *given = NULL;
    size_t count = 1;
    KL_TAKE_RAW(noise, task, n, error);
    if (!kl_is_number(self->alpha)) {
        if (kl_is_null(self->alpha) || kl_is(self->alpha, KL_KIND_STRING))
            return kl_bad_parameter(error, "alpha", expected, self->alpha);
        KL_TRY(kl_numbers_read(&given, &count, self->alpha, "alpha", task, error));
        if (count != n && count != 1)
            return kl_bad_input(error, "alpha: expected one number, or one for each of %zu rows, got %zu", n,
                                count);
    }
    for (size_t i = 0; i < n; i++) {
        noise[i] = given ? given[count == 1 ? 0 : i] : kl_as_double(self->alpha);
        if (!(noise[i] >= 0) || !isfinite(noise[i]))
            return kl_bad_parameter(error, "alpha", expected, kl_double(noise[i]));
    }
    *out = noise;
    return KL_OK;
}

/* Targets as they are learned: of mean 0 and variance 1 with normalize_y. */
static kl_status take_targets(gp_regressor *self, const kl_fit *in, kl_error *error)
{
    size_t m = in->outputs;
    double *y, *mean, *std;
    bool is_single = m == 1 && !self->base.is_column;
    KL_TRY(is_single ? kl_vector_from(&self->y_train_, in->y, in->n, error)
                     : kl_table_from(&self->y_train_, in->y, in->n, m, error));
    KL_TRY(kl_vector_new(&self->y_mean, &mean, m, error));
    KL_TRY(kl_vector_new(&self->y_std, &std, m, error));
    for (size_t j = 0; j < m; j++)
        std[j] = 1;
    if (!self->normalize_y)
        return KL_OK;
    y = kl_doubles(self->y_train_);
    kl_kernels()->column_sums(mean, y, in->n, m);
    kl_scale(mean, 1 / (double)in->n, m);
    kl_kernels()->column_square_sums(std, y, mean, in->n, m);
    for (size_t j = 0; j < m; j++) {
        std[j] = sqrt(std[j] / (double)in->n);
        std[j] = std[j] > 10 * 2.2e-16 ? std[j] : 1;
        for (size_t i = 0; i < in->n; i++)
            y[i * m + j] = (y[i * m + j] - mean[j]) / std[j];
    }
    return KL_OK;
}

/* kl_type.check: a kernel that is text can be read. */
static kl_status check(kl_object *object, kl_error *error)
{
    kl_gp_kernel kernel;
    kl_task task = KL_TASK_INIT;
    kl_value given = ((const gp_regressor *)object)->kernel;
    kl_status status = kl_is(given, KL_KIND_STRING) ? kl_gp_read(&kernel, given, &task, error) : KL_OK;
    kl_task_end(&task);
    return status;
}

static kl_status check_parameters(const gp_regressor *self, const kl_fit *in, kl_error *error)
{
    if (!kl_is_null(self->optimizer) && !kl_word_is(self->optimizer, "fmin_l_bfgs_b"))
        return kl_bad_parameter(error, "optimizer", "'fmin_l_bfgs_b' or None", self->optimizer);
    if (!kl_is_null(self->n_targets) && kl_as_int(self->n_targets) != (int64_t)in->outputs)
        return kl_bad_input(error, "n_targets: y has %zu columns, expected %lld", in->outputs,
                            (long long)kl_as_int(self->n_targets));
    return KL_OK;
}

static kl_status keep(gp_regressor *self, const kl_gp_kernel *kernel, const data *in,
                      kl_error *error)
{
    double *l, *weights;
    KL_TRY(kl_table_new(&self->L_, &l, in->n, in->n, error));
    bool is_table = kl_array_axis(self->y_train_, 1) > 0;
    KL_TRY(is_table ? kl_table_new(&self->alpha_, &weights, in->n, in->outputs, error)
                    : kl_vector_new(&self->alpha_, &weights, in->n, error));
    KL_TRY(kl_gp_print(&self->kernel_, kernel, error));
    kl_error cause = KL_ERROR_INIT;
    kl_status status = factor(l, weights, kernel, in, &cause);
    if (status == KL_INVALID) {
        kl_error_clear(&cause);
        return kl_bad_input(error, "the values of the kernel %.200s are not positive definite; a larger alpha "
                                   "helps",
                            kl_as_text(self->kernel_).data);
    }
    if (status != KL_OK) {
        kl_error_move(error, &cause);
        return status;
    }
    self->log_marginal_likelihood_value_ = likelihood_of(l, weights, in);
    return KL_OK;
}

static kl_status fit(kl_estimator *estimator, const kl_fit *in, kl_task *task, kl_error *error)
{
    gp_regressor *self = (gp_regressor *)estimator;
    kl_gp_kernel kernel;
    KL_TRY(check_parameters(self, in, error));
    KL_TRY(kl_gp_read(&kernel, self->kernel, task, error));
    KL_TRY(kl_gp_check_width(&kernel, in->d, error));
    KL_TRY(take_targets(self, in, error));
    KL_TRY(kl_table_from(&self->X_train_, in->x->data, in->n, in->d, error));
    data d = {.x = in->x->data, .y = kl_doubles(self->y_train_), .n = in->n, .d = in->d,
              .outputs = in->outputs};
    KL_TRY(read_noise(&d.noise, self, in->n, task, error));
    if (!kl_is_null(self->optimizer))
        KL_TRY(optimise(&kernel, self, &d, task, error));
    return keep(self, &kernel, &d, error);
}

/* ---- answers ------------------------------------------------------------------------------------------ */

static kl_status open_kernel(kl_gp_kernel *kernel, double **across, const gp_regressor *self,
                             const kl_matrix *x, kl_task *task, kl_error *error)
{
    size_t n = kl_array_axis(self->X_train_, 0);
    KL_TRY(kl_gp_read(kernel, self->kernel_, task, error));
    KL_TAKE_RAW(*across, task, x->rows * n + 1, error);
    return kl_gp_values(*across, kernel, x->data, x->rows, kl_doubles(self->X_train_), n, x->cols,
                        false, error);
}

static void means(double *out, const gp_regressor *self, const double *across, size_t rows)
{
    size_t n = kl_array_axis(self->X_train_, 0), m = kl_array_axis(self->y_mean, 0);
    const double *mean = kl_doubles(self->y_mean), *std = kl_doubles(self->y_std);
    if (rows > 0)
        kl_gemm(false, false, rows, m, n, 1, across, n, kl_doubles(self->alpha_), m, 0, out, m);
    for (size_t i = 0; i < rows * m; i++)
        out[i] = out[i] * std[i % m] + mean[i % m];
}

static kl_status predict(double *out, const kl_estimator *estimator, const kl_matrix *x,
                         kl_task *task, kl_error *error)
{
    const gp_regressor *self = (const gp_regressor *)estimator;
    kl_gp_kernel kernel;
    double *across;
    KL_TRY(open_kernel(&kernel, &across, self, x, task, error));
    means(out, self, across, x->rows);
    return KL_OK;
}

/* Covariance of the answers before y is scaled: rows x rows, or the diagonal alone. */
static kl_status spread(double *out, const gp_regressor *self, const kl_gp_kernel *kernel,
                        const double *across, const kl_matrix *x, bool is_whole, kl_task *task,
                        kl_error *error)
{
    size_t n = kl_array_axis(self->X_train_, 0), rows = x->rows;
    double *v;
    KL_TAKE_RAW(v, task, n * rows + 1, error);
    kl_transpose(v, across, rows, n);
    kl_lower_solve(false, kl_doubles(self->L_), n, v, rows);
    if (is_whole) {
        KL_TRY(kl_gp_values(out, kernel, x->data, rows, x->data, rows, x->cols, true, error));
        kl_gemm(true, false, rows, rows, n, -1, v, rows, v, rows, 1, out, rows);
        return KL_OK;
    }
    KL_TRY(kl_gp_diagonal(out, kernel, x->data, rows, x->cols, error));
    double *sums;
    KL_TAKE(sums, task, rows + 1, error);
    kl_kernels()->column_square_sums(sums, v, NULL, n, rows);
    for (size_t i = 0; i < rows; i++)
        out[i] = KL_MAX(out[i] - sums[i], 0);
    return KL_OK;
}

/* Times the variance of each column of y: one more dimension where there are several. */
static kl_status scaled(kl_value *out, const gp_regressor *self, const double *numbers, size_t rows,
                        bool is_whole, kl_error *error)
{
    size_t m = kl_array_axis(self->y_std, 0), count = is_whole ? rows * rows : rows;
    const double *std = kl_doubles(self->y_std);
    size_t shape[3] = {rows, is_whole ? rows : m, m};
    void *made;
    KL_TRY(kl_tensor_new(out, &made, 'd', (m > 1) + (is_whole ? 2 : 1), shape, error));
    for (size_t i = 0; i < count * m; i++) {
        double by = std[i % m];
        ((double *)made)[i] = is_whole ? numbers[i / m] * by * by : sqrt(numbers[i / m]) * by;
    }
    return KL_OK;
}

/* (mean, standard deviation or covariance) */
static kl_status predict_both(kl_value *out, const gp_regressor *self, const kl_matrix *x,
                              bool is_whole, kl_task *task, kl_error *error)
{
    size_t m = kl_array_axis(self->y_mean, 0);
    kl_gp_kernel kernel;
    double *across, *numbers, *mean;
    kl_value pair, made;
    KL_TRY(open_kernel(&kernel, &across, self, x, task, error));
    KL_TAKE(numbers, task, (is_whole ? x->rows : 1) * x->rows + 1, error);
    if (x->rows > 0)
        KL_TRY(spread(numbers, self, &kernel, across, x, is_whole, task, error));
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status;
    KL_TRY_OUT(m > 1 ? kl_table_new(&made, &mean, x->rows, m, error)
                     : kl_vector_new(&made, &mean, x->rows, error));
    means(mean, self, across, x->rows);
    KL_TRY_OUT(kl_array_push(&pair, made, error));
    KL_TRY_OUT(scaled(&made, self, numbers, x->rows, is_whole, error));
    KL_TRY_OUT(kl_array_push(&pair, made, error));
    *out = pair;
    return KL_OK;
out:
    kl_value_release(pair);
    return status;
}

static kl_status read_rows(kl_matrix *x, const gp_regressor *self, kl_value value, kl_task *task,
                           kl_error *error)
{
    KL_TRY(kl_linalg_begin(error));
    KL_TRY(kl_matrix_read(x, value, "x", KL_EST_EMPTY_OK, task, error));
    if (x->cols == (size_t)self->base.features)
        return KL_OK;
    return kl_bad_dimension(error, "features", (size_t)self->base.features, x->cols);
}

static kl_status predict_method(kl_value *out, kl_object *object, const kl_value *args,
                                kl_error *error)
{
    bool has_std = kl_as_bool(args[1]), has_covariance = kl_as_bool(args[2]);
    if (!has_std && !has_covariance)
        return kl_est_predict(out, object, args, error);
    if (has_std && has_covariance)
        return kl_bad_parameter(error, "return_cov", "False beside return_std", args[2]);
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    kl_matrix x;
    KL_TRY(kl_estimator_need(&model, (kl_estimator *)object, error));
    kl_status status = read_rows(&x, (gp_regressor *)model, args[0], &task, error);
    if (status == KL_OK)
        status = predict_both(out, (gp_regressor *)model, &x, has_covariance, &task, error);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

/* ---- log_marginal_likelihood(), sample_y() ----------------------------------------------------------------- */

static kl_status set_given(search *s, kl_value theta, kl_task *task, kl_error *error)
{
    const double *given;
    size_t count;
    KL_TRY(kl_numbers_read(&given, &count, theta, "theta", task, error));
    if (count != s->count)
        return kl_bad_input(error, "theta: expected %zu numbers, got %zu", s->count, count);
    set_theta(s, given);
    return KL_OK;
}

/* The value, or (value, gradient). */
static kl_status measure(kl_value *out, const gp_regressor *self, kl_value theta, bool has_gradient,
                         kl_task *task, kl_error *error)
{
    data in = {.x = kl_doubles(self->X_train_), .y = kl_doubles(self->y_train_),
               .n = kl_array_axis(self->X_train_, 0), .d = kl_array_axis(self->X_train_, 1),
               .outputs = kl_array_axis(self->y_mean, 0)};
    kl_gp_kernel kernel, fitted;
    search s;
    double value, *gradient;
    kl_value made;
    KL_TRY(kl_gp_read(&kernel, self->kernel, task, error));
    KL_TRY(kl_gp_read(&fitted, self->kernel_, task, error));
    memcpy(kernel.values, fitted.values, kernel.params * sizeof *kernel.values);
    KL_TRY(begin_search(&s, &kernel, &in, task, error));
    if (!kl_is_null(theta))
        KL_TRY(set_given(&s, theta, task, error));
    KL_TRY(read_noise(&in.noise, self, in.n, task, error));
    KL_TAKE_RAW(s.l, task, in.n * in.n, error);
    KL_TAKE_RAW(s.inner, task, in.n * in.n, error);
    KL_TAKE_RAW(s.weights, task, in.n * in.outputs, error);
    KL_TAKE(s.gradient, task, kernel.params + 1, error);
    double *log_theta;
    KL_TAKE(log_theta, task, s.count + 1, error);
    for (size_t k = 0; k < s.count; k++)
        log_theta[k] = log(s.kernel.values[s.free_ones[k]]);
    KL_TRY(kl_vector_new(&made, &gradient, s.count, error));
    kl_status status = objective(&s, log_theta, &value, gradient, error);
    kl_value answer = kl_double(value >= 1e30 ? -INFINITY : -value);
    for (size_t k = 0; k < s.count; k++)
        gradient[k] = -gradient[k];
    if (status != KL_OK || !has_gradient) {
        kl_value_release(made);
        *out = answer;
        return status;
    }
    kl_value pair;
    status = kl_array_new(&pair, 2, error);
    if (status == KL_OK)
        status = kl_array_push(&pair, answer, error);
    if (status != KL_OK) {
        kl_value_release(made);
        return status;
    }
    status = kl_array_push(&pair, made, error);
    *out = pair;
    return status;
}

static kl_status likelihood_method(kl_value *out, kl_object *object, const kl_value *args,
                                   kl_error *error)
{
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    KL_TRY(kl_estimator_need(&model, (kl_estimator *)object, error));
    gp_regressor *self = (gp_regressor *)model;
    kl_status status = KL_OK;
    if (kl_is_null(args[0]) && !kl_as_bool(args[1]))
        *out = kl_double(self->log_marginal_likelihood_value_);
    else if ((status = kl_linalg_begin(error)) == KL_OK)
        status = measure(out, self, args[0], kl_as_bool(args[1]), &task, error);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

/* root (n x n) = a root of a covariance, which need not be definite: eigenvectors times roots of eigenvalues. */
static kl_status root_of(double *root, double *covariance, size_t n, kl_task *task, kl_error *error)
{
    double *numbers;
    KL_TAKE_RAW(numbers, task, n + 1, error);
    KL_TRY(kl_eigh(numbers, root, covariance, n, task, error));
    for (size_t r = 0; r < n; r++)
        kl_scale(root + r * n, sqrt(KL_MAX(numbers[r], 0)), n);
    return KL_OK;
}

static kl_status draw(kl_value *out, const gp_regressor *self, const kl_matrix *x, size_t count,
                      kl_value random_state, kl_task *task, kl_error *error)
{
    size_t rows = x->rows, m = kl_array_axis(self->y_mean, 0);
    const double *std = kl_doubles(self->y_std);
    kl_gp_kernel kernel;
    kl_random random;
    uint64_t seed;
    double *across, *covariance, *root, *mean, *normal, *one;
    void *made;
    size_t shape[3] = {rows, m > 1 ? m : count, count};
    KL_TRY(kl_random_seed(&seed, random_state, error));
    KL_TRY(open_kernel(&kernel, &across, self, x, task, error));
    KL_TAKE_RAW(covariance, task, rows * rows + 1, error);
    KL_TAKE_RAW(root, task, rows * rows + 1, error);
    KL_TAKE_RAW(mean, task, rows * m + 1, error);
    KL_TAKE_RAW(normal, task, rows + 1, error);
    KL_TAKE_RAW(one, task, rows + 1, error);
    if (rows > 0) {
        KL_TRY(spread(covariance, self, &kernel, across, x, true, task, error));
        KL_TRY(root_of(root, covariance, rows, task, error));
    }
    means(mean, self, across, rows);
    KL_TRY(kl_tensor_new(out, &made, 'd', m > 1 ? 3 : 2, shape, error));
    kl_random_open(&random, seed, 0, 0);
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j < m; j++) {
            kl_random_normals(&random, normal, rows);
            kl_gemv(true, rows, rows, std[j], root, rows, normal, 0, one);
            for (size_t i = 0; i < rows; i++)
                ((double *)made)[(i * m + j) * count + k] = mean[i * m + j] + one[i];
        }
    return KL_OK;
}

static kl_status sample_method(kl_value *out, kl_object *object, const kl_value *args,
                               kl_error *error)
{
    kl_estimator *model;
    kl_task task = KL_TASK_INIT;
    kl_matrix x;
    KL_TRY(kl_estimator_need(&model, (kl_estimator *)object, error));
    kl_status status = read_rows(&x, (gp_regressor *)model, args[0], &task, error);
    if (status == KL_OK)
        status = draw(out, (gp_regressor *)model, &x, (size_t)kl_as_int(args[1]), args[2], &task, error);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_VALUE(gp_regressor, kernel, .kind = KL_KIND_ANY, .fallback = "\"rbf\"",
             .flags = KL_OPTIONAL | KL_FOREIGN,
             .doc = "the covariance as text: sums, products and powers of numbers, constant(1), white(1), rbf(1), "
                    "matern(1, nu=1.5), rational_quadratic(1, alpha=1), exp_sine_squared(1, periodicity=1), "
                    "dot_product(1); within the brackets lengths may be a list, one for each feature, and "
                    "bounds=(1e-5, 1e5) or fixed say where hyperparameters are looked for. rbf and matern "
                    "alone are '1 * rbf(1)' and so on. Or a kernel object with the attributes of scikit-learn's. "
                    "None = 'rbf'"),
    KL_VALUE(gp_regressor, alpha, .kind = KL_KIND_ANY, .fallback = "1e-10", .flags = KL_DATA,
             .doc = "what is added to the diagonal of the kernel matrix, the variance of noise: a number >= 0, or "
                    "one for each row"),
    KL_INT(gp_regressor, n_restarts_optimizer, 5,
           .doc = "searches from random starts beside the one from the kernel as it is given; >= 0"),
    KL_RANDOM_STATE(gp_regressor, ),
    KL_VALUE(gp_regressor, optimizer, .kind = KL_KIND_ANY, .fallback = "\"fmin_l_bfgs_b\"",
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "'fmin_l_bfgs_b': hyperparameters of the largest likelihood (L-BFGS-B); None = as they "
                    "are given"),
    KL_BOOL(gp_regressor, normalize_y, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether y is brought to mean 0 and variance 1 before, and back after"),
    KL_BOOL(gp_regressor, copy_X_train, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: x is always copied"),
    KL_VALUE(gp_regressor, n_targets, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "columns that y must have; None = any number"),
    KL_LEARNED_VALUE(gp_regressor, kernel_, .doc = "the kernel with its best hyperparameters, as text"),
    KL_LEARNED_ARRAY(gp_regressor, X_train_, .doc = "x of fit()"),
    KL_LEARNED_ARRAY(gp_regressor, y_train_, .doc = "y of fit(), normalised with normalize_y"),
    KL_LEARNED_ARRAY(gp_regressor, L_, .doc = "lower Cholesky factor of the kernel matrix"),
    KL_LEARNED_ARRAY(gp_regressor, alpha_, .doc = "what each row of x counts"),
    KL_LEARNED_DOUBLE(gp_regressor, log_marginal_likelihood_value_,
                      .doc = "logarithm of the likelihood of y"),
    KL_KEPT_ARRAY(gp_regressor, y_mean, .doc = "what was taken from y"),
    KL_KEPT_ARRAY(gp_regressor, y_std, .doc = "by what it was divided"),
};
static const kl_param predict_params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows x features"},
    {.name = "return_std", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the standard deviation of each answer comes with it"},
    {.name = "return_cov", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the covariance of the answers comes with them"},
};
static const kl_param likelihood_params[] = {
    {.name = "theta", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_DATA,
     .doc = "logarithms of the hyperparameters that are not fixed; None = the best ones"},
    {.name = "eval_gradient", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the slopes for theta come with it"},
};
static const kl_param sample_params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows x features"},
    {.name = "n_samples", .kind = KL_KIND_INT, .fallback = "1", .range = KL_RANGE(1, 1e9),
     .doc = "how many"},
    {.name = "random_state", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .fallback = "0",
     .doc = "seed of the random numbers; None = a fresh one"},
};
static const kl_limit limits[] = {{"n_restarts_optimizer", KL_AT_LEAST(0)},
                                  {"n_targets", KL_AT_LEAST(1)}};
static const kl_method methods[] = {
    KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_xy),
    {.name = "predict", .call = predict_method, .params = KL_TABLE(predict_params),
     .returns = KL_KIND_ANY, .raises = KL_EST_RAISES,
     .doc = "The mean of y for each row of x; with return_std or return_cov a pair."},
    KL_EST_SCORE,
    {.name = "log_marginal_likelihood", .call = likelihood_method,
     .params = KL_TABLE(likelihood_params), .returns = KL_KIND_ANY, .raises = KL_EST_RAISES,
     .doc = "Logarithm of the likelihood of y for hyperparameters; with eval_gradient a pair."},
    {.name = "sample_y", .call = sample_method, .params = KL_TABLE(sample_params),
     .returns = KL_KIND_BUFFER, .raises = KL_EST_RAISES,
     .doc = "Functions drawn from the process, at the rows of x: rows x samples."},
};
static const kl_estimator_table table = {
    .kind = KL_EST_REGRESSOR, .flags = KL_EST_MULTI_OUTPUT, .limits = KL_TABLE(limits), .fit = fit,
    .predict = predict,
    .shapes = "X_train_ = rows features; alpha_ = rows | rows outputs; L_ = rows rows; y_mean = outputs; "
              "y_std = outputs; y_train_ = * | * * | none",
};
static const kl_type kl_gp_regressor_type = {
    .name = "GaussianProcessRegressor", KL_ESTIMATOR(gp_regressor), .check = check,
    .doc = "Functions as draws of a normal process with a covariance of one's choice, given rows with noise "
           "(Rasmussen, Williams: Gaussian Processes for Machine Learning, 2006). x: rows x features, y: rows, or "
           "rows x outputs. Memory and time grow with the square and the cube of the rows.",
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table};
KL_PUBLISH(kl_gp_regressor_type);
