/* src/ml/svm/svm_fit.c - what the fits of all support vector machines share: the kernel, its values, what is kept. */
#include "svm.h"

#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>

/* ---- parameters --------------------------------------------------------------------------------------- */

static bool is_kernel_word(kl_kernel_kind *kind, kl_value kernel)
{
    return kl_is(kernel, KL_KIND_STRING) && kl_kernel_find(kind, kl_as_text(kernel)) &&
           (*kind <= KL_KERNEL_SIGMOID || *kind == KL_KERNEL_PRECOMPUTED) &&
           !kl_word_is(kernel, "polynomial");
}

kl_status kl_svm_check(kl_object *self, kl_error *error)
{
    const svm *machine = (const svm *)self;
    kl_kernel_kind kind;
    if (is_kernel_word(&kind, machine->kernel) || kl_is_callable(machine->kernel))
        return KL_OK;
    kl_text word = kl_as_text(machine->kernel);
    return kl_error_set(error, KL_INVALID,
                        "kernel: expected one of: linear, poly, rbf, sigmoid, precomputed, or a callable; "
                        "got %s%.*s%s",
                        word.len ? "'" : kl_value_kind_name(machine->kernel), KL_TEXT_ARG(word),
                        word.len ? "'" : "");
}

/* 1 / (features * variance of all numbers of x). */
static double scaled_gamma(const kl_fit *in)
{
    const kl_kernel_table *k = kl_kernels();
    double count = (double)in->n * (double)in->d, squares = 0;
    double mean = k->sum(in->x->data, in->n * in->d) / count;
    for (size_t i = 0; i < in->n; i++) {
        const double *row = kl_row(in->x, i);
        for (size_t j = 0; j < in->d; j++)
            squares += (row[j] - mean) * (row[j] - mean);
    }
    return squares > 0 ? 1 / ((double)in->d * (squares / count)) : 1;
}

static kl_status read_gamma(double *out, const svm *self, const kl_fit *in, kl_error *error)
{
    if (kl_is_null(self->gamma) || kl_word_is(self->gamma, "scale"))
        *out = scaled_gamma(in);
    else if (kl_word_is(self->gamma, "auto"))
        *out = 1 / (double)in->d;
    else if (kl_is_number(self->gamma) && isfinite(kl_as_double(self->gamma)))
        *out = kl_as_double(self->gamma);
    else
        return kl_bad_parameter(error, "gamma", "a number > 0, 'scale', 'auto' or None", self->gamma);
    return KL_OK;
}

/* ---- values that are given ----------------------------------------------------------------------------- */

static kl_status take_table(svm_data *out, const double *values, size_t n, kl_task *task,
                            kl_error *error)
{
    float *table;
    KL_TAKE_RAW(table, task, n * n, error);
    kl_kernels()->to_f32(table, values, n * n);
    out->source.x = NULL;
    out->source.table = table;
    out->source.width = n;
    return KL_OK;
}

static kl_status take_precomputed(svm_data *out, const kl_fit *in, kl_task *task, kl_error *error)
{
    if (in->n != in->d)
        return kl_bad_input(error, "x: with kernel='precomputed' fit() needs a square matrix of values, "
                                   "got %zu x %zu",
                            in->n, in->d);
    return take_table(out, in->x->data, in->n, task, error);
}

static kl_status take_callable(svm_data *out, svm *self, const kl_fit *in, kl_task *task,
                               kl_error *error)
{
    const double *values;
    KL_TRY(kl_table_from(&self->x_fit, in->x->data, in->n, in->d, error));
    KL_TRY(kl_kernel_call(&values, self->kernel, self->x_fit, in->n, self->x_fit, in->n, task, error));
    return take_table(out, values, in->n, task, error);
}

static kl_status keep_shape(svm *self, const kl_fit *in, kl_error *error)
{
    KL_TRY(kl_array_new(&self->shape_fit_, 2, error));
    KL_TRY(kl_array_push(&self->shape_fit_, kl_int((int64_t)in->n), error));
    return kl_array_push(&self->shape_fit_, kl_int((int64_t)in->d), error);
}

kl_status kl_svm_begin(svm_data *out, svm *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    *out = (svm_data){.self = self, .kernel = {.kind = KL_KERNEL_CALLABLE}};
    KL_TRY(kl_svm_check(&self->base.object, error));
    is_kernel_word(&out->kernel.kind, self->kernel);
    out->kernel.coef0 = self->coef0;
    out->kernel.degree = (double)self->degree;
    double room = self->cache_size * 1024 * 1024;
    out->room = room < (double)(SIZE_MAX / 2) ? (size_t)room : SIZE_MAX / 2;
    out->source = (kl_smo_source){.x = in->x->data, .d = in->d};
    KL_TRY(keep_shape(self, in, error));
    if (out->kernel.kind == KL_KERNEL_PRECOMPUTED)
        return take_precomputed(out, in, task, error);
    if (out->kernel.kind == KL_KERNEL_CALLABLE)
        return take_callable(out, self, in, task, error);
    KL_TRY(read_gamma(&out->kernel.gamma, self, in, error));
    self->kernel_gamma = out->kernel.gamma;
    return KL_OK;
}

/* ---- a table of all values ------------------------------------------------------------------------------ */

enum { TABLE_ROWS = 64 };

typedef struct filling {
    const svm_data *data;
    float *table;
    double *scratch, *squares;
    size_t n;
} filling;

static void fill_rows(const filling *f, double *values, size_t begin, size_t end)
{
    const kl_smo_source *s = &f->data->source;
    kl_gemm(false, true, end - begin, end, s->d, 1, s->x + begin * s->d, s->d, s->x, s->d, 0, values,
            f->n);
    for (size_t i = begin; i < end; i++) {
        double *row = values + (i - begin) * f->n;
        kl_kernel_from_products(row, &f->data->kernel, f->squares[i], f->squares, i + 1);
        kl_kernels()->to_f32(f->table + i * f->n, row, i + 1);
    }
}

static kl_status fill_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const filling *f = data;
    double *values = f->scratch + kl_parallel_me() * TABLE_ROWS * f->n;
    (void)block, (void)error;
    for (size_t at = begin; at < end; at += TABLE_ROWS)
        fill_rows(f, values, at, KL_MIN(at + TABLE_ROWS, end));
    return KL_OK;
}

static kl_status mirror_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const filling *f = data;
    enum { TILE = 32 };
    (void)block, (void)error;
    for (size_t at = begin; at < end; at += TILE)
        for (size_t left = at; left < f->n; left += TILE)
            for (size_t i = at; i < KL_MIN(at + TILE, end); i++)
                for (size_t j = KL_MAX(left, i + 1); j < KL_MIN(left + TILE, f->n); j++)
                    f->table[i * f->n + j] = f->table[j * f->n + i];
    return KL_OK;
}

kl_status kl_svm_fill_table(svm_data *data, size_t n, kl_task *task, kl_error *error)
{
    filling f = {.data = data, .n = n};
    if (!data->source.x || (double)n * (double)n * sizeof(float) > (double)data->room)
        return KL_OK;
    KL_TAKE_RAW(f.table, task, n * n, error);
    KL_TAKE_RAW(f.scratch, task, kl_parallel_threads() * TABLE_ROWS * n, error);
    KL_TAKE_RAW(f.squares, task, n, error);
    kl_kernels()->row_square_sums(f.squares, data->source.x, n, data->source.d);
    /* Small tables are not worth a second thread. */
    size_t grain = (((size_t)1 << 18) / (n * (data->source.d + 16)) / TABLE_ROWS + 1) * TABLE_ROWS;
    KL_TRY(kl_parallel_for(n, grain, fill_block, &f, error));
    KL_TRY(kl_parallel_for(n, 256, mirror_block, &f, error));
    kl_task_free(task, f.scratch);
    data->source.x = NULL;
    data->source.table = f.table;
    data->source.width = n;
    return KL_OK;
}

/* ---- a problem, and what comes of it --------------------------------------------------------------------- */

kl_smo kl_svm_problem(const svm_data *data, size_t n)
{
    kl_smo problem = {.source = data->source, .n = n, .sides = 1, .tol = data->self->tol,
                      .iterations_max = data->self->max_iter, .shrinking = data->self->shrinking,
                      .room = data->room};
    problem.source.kernel = &data->kernel;
    return problem;
}

kl_status kl_svm_keep(svm *self, const kl_fit *in, const int64_t *support, size_t count,
                      kl_error *error)
{
    double *vectors;
    bool has_vectors = self->kernel_gamma > 0 || kl_word_is(self->kernel, "linear");
    KL_TRY(kl_indices_from(&self->support_, support, count, error));
    KL_TRY(kl_table_new(&self->support_vectors_, &vectors, has_vectors ? count : 0,
                        has_vectors ? in->d : 0, error));
    for (size_t i = 0; i < count && has_vectors; i++)
        memcpy(vectors + i * in->d, kl_row(in->x, (size_t)support[i]), in->d * sizeof *vectors);
    return KL_OK;
}

kl_status kl_svm_finish(svm *self, bool converged, kl_error *error)
{
    const double *duals = kl_doubles(self->dual_coef_), *constants = kl_doubles(self->intercept_);
    size_t count = kl_array_axis(self->dual_coef_, 0) * kl_array_axis(self->dual_coef_, 1);
    if (!kl_kernels()->all_finite(duals, count, NULL) ||
        !kl_kernels()->all_finite(constants, kl_array_axis(self->intercept_, 0), NULL))
        return kl_bad_input(error, "dual coefficients or intercepts are not finite: x holds numbers that "
                                   "are too large; scale it first");
    self->fit_status_ = !converged;
    if (converged)
        return KL_OK;
    return kl_warn_convergence(error, "%s: the solver stopped before its tolerance was met (max_iter=%lld, "
                                      "tol=%g); scaling x (StandardScaler, MinMaxScaler) helps",
                               self->base.object.type->name, (long long)self->max_iter, self->tol);
}
