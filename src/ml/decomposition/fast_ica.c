/* src/ml/decomposition/fast_ica.c - FastICA: sources that are as independent as can be.
 *
 * Hyvarinen and Oja, Independent component analysis: algorithms and applications (2000). Rows are made white, z, then
 * directions w are sought in which w'z is least normal: w <- E z g(w'z) - E g'(w'z) w, kept orthogonal.
 */
#include "parts.h"

#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

typedef struct fast_ica {
    kl_estimator base;
    kl_value n_components, random_state, algorithm, whiten, fun, fun_args, w_init, whiten_solver;
    int64_t max_iter;
    double tol;
    kl_value components_, mixing_, mean_, whitening_;
    int64_t n_iter_;
} fast_ica;

typedef enum contrast { LOGCOSH, EXPONENTIAL, CUBE, GIVEN } contrast;

enum { BLOCK = 2048 };

typedef struct search {
    const double *z; /* n x k, white */
    size_t n, k;
    contrast fun;
    double alpha;
    const double *w; /* m x k: the directions that are looked at now */
    size_t m;
    double *scratch; /* BLOCK x 2 k for each thread */
    double *parts;   /* of each block: m x k sums of z g, m sums of g' */
    kl_value given, named; /* a callable of projections, and what it gets by name; borrowed */
    kl_task *task;
} search;

/* ---- one step --------------------------------------------------------------------------------------------------- */

/* Projections become g of them; sums[c] += the sum of g'. */
static void bend(double *y, double *other, size_t rows, const search *s, double *sums)
{
    size_t count = rows * s->m;
    if (s->fun == LOGCOSH) {
        kl_scale(y, s->alpha, count);
        kl_kernels()->tanh(y, y, count);
        for (size_t i = 0; i < count; i++)
            other[i] = s->alpha * (1 - y[i] * y[i]);
    } else if (s->fun == EXPONENTIAL) {
        for (size_t i = 0; i < count; i++)
            other[i] = -y[i] * y[i] / 2;
        kl_kernels()->exp(other, other, count);
        for (size_t i = 0; i < count; i++) {
            double e = other[i];
            other[i] = (1 - y[i] * y[i]) * e;
            y[i] *= e;
        }
    } else {
        for (size_t i = 0; i < count; i++) {
            other[i] = 3 * y[i] * y[i];
            y[i] = y[i] * y[i] * y[i];
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < s->m; c++)
            sums[c] += other[i * s->m + c];
}

static kl_status step_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const search *s = data;
    size_t rows = end - begin, m = s->m, k = s->k;
    double *y = s->scratch + kl_parallel_me() * 2 * BLOCK * m, *part = s->parts + block * m * (k + 1);
    (void)error;
    memset(part, 0, m * (k + 1) * sizeof *part);
    kl_gemm(false, true, rows, m, k, 1, s->z + begin * k, k, s->w, k, 0, y, m);
    bend(y, y + BLOCK * m, rows, s, part + m * k);
    kl_gemm(true, false, m, k, rows, 1, y, m, s->z + begin * k, k, 0, part, k);
    return KL_OK;
}

static void step_blocks(double *next, search *s)
{
    size_t blocks = kl_parallel_blocks(s->n, BLOCK), size = s->m * (s->k + 1);
    kl_parallel_all(s->n, BLOCK, step_block, s);
    for (size_t b = 1; b < blocks; b++)
        kl_axpy(1, s->parts + b * size, s->parts, size);
    for (size_t c = 0; c < s->m; c++)
        for (size_t j = 0; j < s->k; j++)
            next[c * s->k + j] = (s->parts[c * s->k + j] - s->parts[s->m * s->k + c] * s->w[c * s->k + j]) / (double)s->n;
}

/* The mean of g' for each direction: as many numbers, or any number of them for a single one. */
static kl_status read_slopes(double *out, const search *s, kl_value answer, kl_error *error)
{
    const double *numbers;
    const kl_array_view *view = kl_as_array_view(answer);
    if (kl_is_number(answer) && s->m == 1) {
        *out = kl_as_double(answer);
        return KL_OK;
    }
    size_t count = view ? kl_array_view_count(view) : 0;
    if (count == 0 || (s->m > 1 && count != s->m))
        return kl_bad_input(error, "fun: expected the second of its answers to be the mean slope of each direction, %zu numbers",
                            s->m);
    KL_TRY(kl_doubles_read(&numbers, answer, s->task, error));
    if (count == s->m)
        memcpy(out, numbers, count * sizeof *out);
    else
        *out = kl_kernels()->sum(numbers, count) / (double)count;
    return KL_OK;
}

static kl_status read_answers(double *next, const search *s, kl_value answer, kl_error *error)
{
    const double *bent;
    double *slopes;
    bool two = kl_is(answer, KL_KIND_ARRAY) && kl_array_len(answer) == 2;
    const kl_array_view *view = two ? kl_as_array_view(kl_array_at(answer, 0)) : NULL;
    if (!view || kl_array_view_count(view) != s->m * s->n)
        return kl_bad_input(error, "fun: expected two answers, the first an array like the one that it was given");
    KL_TAKE_RAW(slopes, s->task, s->m, error);
    KL_TRY(kl_doubles_read(&bent, kl_array_at(answer, 0), s->task, error));
    KL_TRY(read_slopes(slopes, s, kl_array_at(answer, 1), error));
    kl_gemm(false, false, s->m, s->k, s->n, 1 / (double)s->n, bent, s->n, s->z, s->k, 0, next, s->k);
    for (size_t c = 0; c < s->m; c++)
        kl_axpy(-slopes[c], s->w + c * s->k, next + c * s->k, s->k);
    kl_task_free(s->task, slopes);
    return kl_kernels()->all_finite(next, s->m * s->k, NULL) ? KL_OK
                                                              : kl_bad_input(error, "fun: expected finite numbers");
}

/* The callable sees all projections at once: directions x rows, or rows of a single one. */
static kl_status step_given(double *next, search *s, bool single, kl_error *error)
{
    kl_value seen, answer = kl_null();
    double *numbers;
    if (single)
        KL_TRY(kl_vector_new(&seen, &numbers, s->n, error));
    else
        KL_TRY(kl_table_new(&seen, &numbers, s->m, s->n, error));
    kl_gemm(false, true, s->m, s->n, s->k, 1, s->w, s->k, s->z, s->k, 0, numbers, s->n);
    kl_status status = kl_call_given(&answer, s->given, &seen, 1, s->named, error);
    if (status == KL_OK)
        status = read_answers(next, s, answer, error);
    kl_value_release(seen);
    kl_value_release(answer);
    return status;
}

/* next (m x k) = E g(w'z) z - E g'(w'z) w */
static kl_status step(double *next, search *s, bool single, kl_error *error)
{
    if (s->fun == GIVEN)
        return step_given(next, s, single, error);
    step_blocks(next, s);
    return KL_OK;
}

/* w <- (w w')^-1/2 w */
static kl_status decorrelate(double *w, size_t k, kl_task *task, kl_error *error)
{
    double *square, *values, *vectors, *root;
    KL_TAKE_RAW(square, task, k * k, error);
    KL_TAKE_RAW(values, task, k, error);
    KL_TAKE_RAW(vectors, task, k * k, error);
    KL_TAKE_RAW(root, task, k * k, error);
    kl_gram_rows(square, w, k, k);
    KL_TRY(kl_eigh(values, vectors, square, k, task, error));
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < k; j++)
            root[c * k + j] = vectors[c * k + j] / sqrt(KL_MAX(values[c], DBL_MIN));
    kl_gemm(true, false, k, k, k, 1, vectors, k, root, k, 0, square, k);
    kl_gemm(false, false, k, k, k, 1, square, k, w, k, 0, root, k);
    memcpy(w, root, k * k * sizeof *w);
    kl_task_free(task, square);
    kl_task_free(task, values);
    kl_task_free(task, vectors);
    kl_task_free(task, root);
    return KL_OK;
}

/* ---- all at once, or one after the other ------------------------------------------------------------------------ */

static kl_status did_not_converge(kl_error *error)
{
    return kl_warn_convergence(error, "FastICA did not converge. Consider increasing tolerance or the maximum number of "
                                      "iterations.");
}

static kl_status all_at_once(double *w, search *s, fast_ica *self, kl_task *task, kl_error *error)
{
    size_t k = s->k;
    double *next;
    KL_TAKE_RAW(next, task, k * k, error);
    KL_TRY(decorrelate(w, k, task, error));
    s->w = w;
    s->m = k;
    for (self->n_iter_ = 1; self->n_iter_ <= self->max_iter; self->n_iter_++) {
        double change = 0;
        KL_TRY(step(next, s, false, error));
        KL_TRY(decorrelate(next, k, task, error));
        for (size_t c = 0; c < k; c++)
            change = fmax(change, fabs(fabs(kl_dot(next + c * k, w + c * k, k)) - 1));
        memcpy(w, next, k * k * sizeof *w);
        if (change < self->tol)
            return KL_OK;
        KL_TRY(kl_task_step(task, (size_t)self->n_iter_, (size_t)self->max_iter, error));
    }
    self->n_iter_ = self->max_iter;
    return did_not_converge(error);
}

static void make_unit(double *w, size_t k)
{
    double length = kl_norm(w, k);
    if (length > 0)
        kl_scale(w, 1 / length, k);
}

static kl_status one_by_one(double *w, search *s, fast_ica *self, kl_task *task, kl_error *error)
{
    size_t k = s->k;
    double *next, change = 0;
    bool converged = true;
    KL_TAKE_RAW(next, task, k, error);
    s->m = 1;
    self->n_iter_ = 0;
    for (size_t c = 0; c < k; c++) {
        double *row = w + c * k;
        int64_t count = 0;
        make_unit(row, k);
        s->w = row;
        do {
            KL_TRY(step(next, s, true, error));
            for (size_t b = 0; b < c; b++)
                kl_axpy(-kl_dot(next, w + b * k, k), w + b * k, next, k);
            make_unit(next, k);
            change = fabs(fabs(kl_dot(next, row, k)) - 1);
            memcpy(row, next, k * sizeof *row);
            count++;
            KL_TRY(kl_task_step(task, c, k, error));
        } while (change >= self->tol && count < self->max_iter);
        converged = converged && change < self->tol;
        self->n_iter_ = KL_MAX(self->n_iter_, count);
    }
    return converged ? KL_OK : did_not_converge(error);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static kl_status check_fun(kl_object *object, kl_error *error)
{
    kl_value fun = ((const fast_ica *)object)->fun;
    kl_text word = kl_as_text(fun);
    if (kl_word_is(fun, "logcosh") || kl_word_is(fun, "exp") || kl_word_is(fun, "cube") || kl_is_callable(fun))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "fun: expected one of: logcosh, exp, cube, or a callable; got %s%.*s%s",
                        word.len ? "'" : kl_value_kind_name(fun), KL_TEXT_ARG(word), word.len ? "'" : "");
}

static bool whitens(const fast_ica *self) { return !kl_is(self->whiten, KL_KIND_BOOL); }

static kl_status check(search *s, const fast_ica *self, kl_error *error)
{
    kl_value alpha;
    if (!kl_is_null(self->fun_args) && !kl_is(self->fun_args, KL_KIND_MAP))
        return kl_bad_parameter(error, "fun_args", "None or a dict", self->fun_args);
    if (!kl_word_is(self->whiten, "unit-variance") && !kl_word_is(self->whiten, "arbitrary-variance") &&
        !(kl_is(self->whiten, KL_KIND_BOOL) && !kl_as_bool(self->whiten)))
        return kl_bad_parameter(error, "whiten", "'unit-variance', 'arbitrary-variance' or False", self->whiten);
    s->fun = kl_word_is(self->fun, "exp")       ? EXPONENTIAL
             : kl_word_is(self->fun, "cube")    ? CUBE
             : kl_word_is(self->fun, "logcosh") ? LOGCOSH
                                                : GIVEN;
    s->given = self->fun;
    s->named = self->fun_args;
    s->alpha = 1;
    alpha = kl_is_null(self->fun_args) ? kl_null() : kl_map_get(self->fun_args, KL_TEXT("alpha"));
    if (kl_is(alpha, KL_KIND_DOUBLE))
        s->alpha = kl_as_double(alpha);
    else if (kl_is(alpha, KL_KIND_INT))
        s->alpha = (double)kl_as_int(alpha);
    else if (!kl_is_null(alpha))
        s->alpha = 0;
    if (!(s->alpha >= 1 && s->alpha <= 2))
        return kl_bad_parameter(error, "fun_args", "{'alpha': a number from 1 to 2}", self->fun_args);
    return KL_OK;
}

static kl_status count_of(size_t *out, const fast_ica *self, const kl_fit *in, kl_error *error)
{
    size_t most = KL_MIN(in->n, in->d);
    *out = most;
    if (in->n < 2)
        return kl_bad_input(error, "FastICA needs at least two rows; x has %zu", in->n);
    if (!whitens(self)) {
        if (in->n < in->d)
            return kl_bad_input(error, "whiten=False needs at least as many rows as columns; got %zu and %zu", in->n, in->d);
        return kl_is_null(self->n_components) ? KL_OK : kl_warn(error, "Ignoring n_components with whiten=False.");
    }
    if (kl_is_null(self->n_components))
        return KL_OK;
    if ((uint64_t)kl_as_int(self->n_components) > most)
        return kl_warn(error, "n_components is too large: it will be set to %zu", most);
    *out = (size_t)kl_as_int(self->n_components);
    return KL_OK;
}

static kl_status begin(double **out, const fast_ica *self, size_t k, kl_task *task, kl_error *error)
{
    kl_random random;
    kl_matrix given;
    uint64_t seed;
    double *w;
    KL_TAKE_RAW(w, task, k * k, error);
    if (kl_is_null(self->w_init)) {
        KL_TRY(kl_estimator_seed(&seed, &self->base, error));
        kl_random_open(&random, seed, 0x1ca, 0);
        kl_random_normals(&random, w, k * k);
    } else {
        KL_TRY(kl_matrix_read(&given, self->w_init, "w_init", 0, task, error));
        if (given.rows != k || given.cols != k)
            return kl_bad_input(error, "w_init: expected %zu x %zu numbers, got %zu x %zu", k, k, given.rows, given.cols);
        memcpy(w, given.data, k * k * sizeof *w);
    }
    *out = w;
    return KL_OK;
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* whitening_ (k x d): rows less their mean, times its transpose, have sum of squares 1. */
static kl_status learn_whitening(fast_ica *self, const kl_matrix *x, size_t k, kl_task *task, kl_error *error)
{
    size_t d = x->cols, r = KL_MIN(x->rows, d);
    double *rows, *s, *vt, *whitening, *mean = kl_doubles(self->mean_);
    KL_TAKE_RAW(s, task, d, error);
    KL_TAKE_RAW(vt, task, d * d, error);
    if (kl_word_is(self->whiten_solver, "eigh")) {
        KL_TAKE_RAW(rows, task, d * d, error);
        KL_TRY(kl_scatter(rows, x, mean, task, error));
        KL_TRY(kl_eigh(s, vt, rows, d, task, error));
        if (s[0] < 10 * DBL_EPSILON)
            KL_TRY(kl_warn(error, "There are some small singular values, using whiten_solver = 'svd' might lead to more "
                                  "accurate results."));
    } else {
        KL_TRY(kl_centered_rows(&rows, x, mean, task, error));
        KL_TRY(kl_svd(NULL, s, vt, rows, x->rows, d, task, error));
        if (!(s[k - 1] > 0))
            return kl_bad_input(error, "x has less than %zu directions in which rows differ; give fewer n_components", k);
    }
    KL_TRY(kl_learn_table(&self->whitening_, &whitening, k, d, error));
    for (size_t c = 0; c < k; c++) {
        bool ascending = kl_word_is(self->whiten_solver, "eigh");
        const double *row = vt + (ascending ? d - 1 - c : c) * d;
        double length = ascending ? sqrt(KL_MAX(s[d - 1 - c], 10 * DBL_EPSILON)) : s[KL_MIN(c, r - 1)];
        for (size_t j = 0; j < d; j++)
            whitening[c * d + j] = row[j] / (row[0] < 0 ? -length : length);
    }
    kl_task_free(task, rows);
    return KL_OK;
}

static kl_status white_rows(double **out, fast_ica *self, const kl_matrix *x, size_t k, kl_task *task, kl_error *error)
{
    double *z, *columns, *mean;
    if (!whitens(self)) {
        *out = (double *)x->data; /* only read */
        return KL_OK;
    }
    KL_TRY(kl_learn_vector(&self->mean_, &mean, x->cols, error));
    kl_column_means(mean, x);
    KL_TRY(learn_whitening(self, x, k, task, error));
    KL_TAKE_RAW(z, task, x->rows * k, error);
    KL_TAKE_RAW(columns, task, x->cols * k, error);
    kl_transpose(columns, kl_doubles(self->whitening_), k, x->cols);
    kl_x_times(z, x, mean, false, columns, k);
    kl_scale(z, sqrt((double)x->rows), x->rows * k);
    *out = z;
    return KL_OK;
}

/* Divide directions by the standard deviation of what they give; z has been multiplied by sqrt(n). */
static void make_unit_variance(double *w, const search *s, double *scratch)
{
    for (size_t c = 0; c < s->k; c++) {
        double sum = 0, square = 0;
        kl_gemv(false, s->n, s->k, 1 / sqrt((double)s->n), s->z, s->k, w + c * s->k, 0, scratch);
        sum = kl_kernels()->sum(scratch, s->n) / (double)s->n;
        for (size_t i = 0; i < s->n; i++)
            square += (scratch[i] - sum) * (scratch[i] - sum);
        kl_scale(w + c * s->k, 1 / sqrt(square / (double)s->n), s->k);
    }
}

/* mixing_ (d x k): the pseudo-inverse of components_. */
static kl_status learn_mixing(fast_ica *self, size_t k, size_t d, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(k, d);
    double *copy, *u, *s, *vt, *mixing;
    KL_TAKE_RAW(copy, task, k * d, error);
    KL_TAKE_RAW(u, task, k * r, error);
    KL_TAKE_RAW(s, task, r, error);
    KL_TAKE_RAW(vt, task, r * d, error);
    memcpy(copy, kl_doubles(self->components_), k * d * sizeof *copy);
    KL_TRY(kl_svd(u, s, vt, copy, k, d, task, error));
    double floor = (double)KL_MAX(k, d) * DBL_EPSILON * s[0];
    for (size_t c = 0; c < r; c++)
        kl_scale(vt + c * d, s[c] > floor ? 1 / s[c] : 0, d);
    KL_TRY(kl_learn_table(&self->mixing_, &mixing, d, k, error));
    kl_gemm(true, true, d, k, r, 1, vt, d, u, r, 0, mixing, k);
    return KL_OK;
}

static kl_status keep(fast_ica *self, double *w, size_t k, size_t d, kl_task *task, kl_error *error)
{
    double *components;
    KL_TRY(kl_learn_table(&self->components_, &components, k, d, error));
    if (whitens(self))
        kl_gemm(false, false, k, d, k, 1, w, k, kl_doubles(self->whitening_), d, 0, components, d);
    else
        memcpy(components, w, k * d * sizeof *w);
    return learn_mixing(self, k, d, task, error);
}

static kl_status ica_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    fast_ica *self = (fast_ica *)base;
    search s = {.n = in->n, .task = task};
    double *z, *w, *scratch;
    bool together = kl_word_is(self->algorithm, "parallel");
    KL_TRY(check(&s, self, error));
    KL_TRY(count_of(&s.k, self, in, error));
    KL_TRY(white_rows(&z, self, in->x, s.k, task, error));
    KL_TRY(begin(&w, self, s.k, task, error));
    s.z = z;
    KL_TAKE_RAW(s.scratch, task, kl_parallel_threads() * 2 * BLOCK * s.k, error);
    KL_TAKE_RAW(s.parts, task, kl_parallel_blocks(s.n, BLOCK) * s.k * (s.k + 1), error);
    KL_TRY((together ? all_at_once : one_by_one)(w, &s, self, task, error));
    if (kl_word_is(self->whiten, "unit-variance")) {
        KL_TAKE_RAW(scratch, task, in->n, error);
        make_unit_variance(w, &s, scratch);
    }
    return keep(self, w, s.k, in->d, task, error);
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static size_t ica_width(const kl_estimator *self) { return kl_array_axis(((const fast_ica *)self)->components_, 0); }

static kl_status ica_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    const fast_ica *self = (const fast_ica *)base;
    size_t k = ica_width(base);
    double *columns, *scores;
    KL_TAKE_RAW(columns, task, x->cols * k, error);
    kl_transpose(columns, kl_doubles(self->components_), k, x->cols);
    KL_TRY(kl_table_new(out, &scores, x->rows, k, error));
    kl_x_times(scores, x, kl_doubles(self->mean_), false, columns, k);
    return KL_OK;
}

static kl_status ica_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                             kl_error *error)
{
    const fast_ica *self = (const fast_ica *)base;
    size_t k = ica_width(base), d = (size_t)base->features;
    double *columns, *rows;
    if (x->cols != k)
        return kl_bad_dimension(error, "components", k, x->cols);
    KL_TAKE_RAW(columns, task, k * d, error);
    kl_transpose(columns, kl_doubles(self->mixing_), d, k);
    KL_TRY(kl_table_new(out, &rows, x->rows, d, error));
    kl_x_times(rows, x, NULL, false, columns, d);
    for (size_t i = 0; i < x->rows && kl_doubles(self->mean_); i++)
        kl_axpy(1, kl_doubles(self->mean_), rows + i * d, d);
    return KL_OK;
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const algorithms[] = {"parallel", "deflation", NULL};
static const char *const solvers[] = {"svd", "eigh", NULL};

static const kl_field fields[] = {
    KL_VALUE(fast_ica, n_components, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
             .doc = "how many sources; >= 1; None, or more than that, = the smaller side of x"),
    KL_INT(fast_ica, max_iter, 200, .doc = "most steps; >= 1"),
    KL_DOUBLE(fast_ica, tol, 1e-4, .doc = "stop when no direction turns by more: 1 - |cos|; > 0"),
    KL_RANDOM_STATE(fast_ica, ),
    KL_ENUM(fast_ica, algorithm, "parallel", .names = algorithms, .flags = KL_KEYWORD_ONLY,
            .doc = "parallel: all directions at once; deflation: one after the other"),
    KL_VALUE(fast_ica, whiten, .kind = KL_KIND_ANY, .fallback = "\"unit-variance\"", .flags = KL_KEYWORD_ONLY | KL_FOREIGN,
             .doc = "'unit-variance': sources have variance 1; 'arbitrary-variance': they keep what whitening gives; False: x "
                    "is white already"),
    KL_VALUE(fast_ica, fun, .kind = KL_KIND_ANY, .fallback = "\"logcosh\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "what tells a source from a normal one: logcosh: ln cosh(alpha y); exp: -exp(-y^2 / 2); cube: y^4; or a "
                    "callable that gets projections (directions x rows; rows alone for deflation) and answers with the slope "
                    "at each and the mean of its own slope over the rows"),
    KL_VALUE(fast_ica, fun_args, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "a dict: {'alpha': number from 1 to 2} of logcosh, None = 1; what a callable gets by name"),
    KL_VALUE(fast_ica, w_init, .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "directions to begin with: n_components x n_components; None = random ones"),
    KL_ENUM(fast_ica, whiten_solver, "svd", .names = solvers, .flags = KL_KEYWORD_ONLY,
            .doc = "svd: singular values of x; eigh: eigenvalues of its covariance, quicker for many rows"),
    KL_LEARNED_ARRAY(fast_ica, components_, .doc = "sources are (x - mean_) times its transpose: n_components x d"),
    KL_LEARNED_ARRAY(fast_ica, mixing_, .doc = "pseudo-inverse of components_: d x n_components"),
    KL_LEARNED_ARRAY(fast_ica, mean_, .doc = "mean of each column; None with whiten=False"),
    KL_LEARNED_ARRAY(fast_ica, whitening_, .doc = "makes rows white: n_components x d; None with whiten=False"),
    KL_LEARNED_INT(fast_ica, n_iter_, .doc = "steps that were made; of deflation, for the slowest source"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)}, {"max_iter", KL_AT_LEAST(1)}, {"tol", KL_ABOVE(0)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = ica_fit,
    .transform = ica_transform,
    .inverse = ica_inverse,
    .width = ica_width,
    .shapes = "components_ = k features; mixing_ = features k; mean_ = features | none; "
              "whitening_ = * features | none",
};

const kl_type kl_fast_ica_type = {
    .name = "FastICA",
    KL_ESTIMATOR(fast_ica),
    .check = check_fun,
    .doc = "Independent component analysis (Hyvarinen and Oja 2000): sources that the columns of x are mixtures of, sought as "
           "directions in which the white rows are least normal.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_fast_ica_type);
