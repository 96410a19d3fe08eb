/* src/ml/svm/svm_answer.c - decision values: kernel values of rows and support vectors, summed up block by block. */
#include "svm.h"

#include "../kernels.h"
#include "../linalg.h"
#include "../shapes.h"
#include "parallel.h"

enum { ROWS = 32 };

/* ---- values of a block -------------------------------------------------------------------------------- */

static void values_of_products(double *values, const svm_answer *a, size_t begin, size_t rows)
{
    const double *vectors = kl_doubles(a->self->support_vectors_);
    size_t d = a->x->cols;
    kl_gemm(false, true, rows, a->vectors, d, 1, kl_row(a->x, begin), d, vectors, d, 0, values,
            a->vectors);
    for (size_t i = 0; i < rows; i++) {
        double square = a->squares ? kl_kernels()->sum_squares(kl_row(a->x, begin + i), d) : 0;
        kl_kernel_from_products(values + i * a->vectors, &a->kernel, square, a->squares, a->vectors);
    }
}

/* Precomputed values, or those of a callable: the columns of the support vectors. */
static void values_of_table(double *values, const svm_answer *a, size_t begin, size_t rows)
{
    const int64_t *support = kl_indices(a->self->support_);
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < a->vectors; v++)
            values[i * a->vectors + v] = a->table[(begin + i) * a->columns + (size_t)support[v]];
}

static void linear_rows(const svm_answer *a, double *out, size_t begin, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(out + i * a->width, a->intercept, a->width * sizeof *out);
    kl_gemm(false, true, rows, a->width, a->x->cols, 1, kl_row(a->x, begin), a->x->cols, a->linear,
            a->x->cols, 1, out, a->width);
}

static kl_status answer_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const svm_answer *a = data;
    double *values = a->scratch + kl_parallel_me() * ROWS * (a->vectors + a->extra);
    (void)block, (void)error;
    for (size_t at = begin; at < end; at += ROWS) {
        size_t rows = KL_MIN(end - at, ROWS);
        double *out = a->out + at * a->width;
        if (a->linear) {
            linear_rows(a, out, at, rows);
            continue;
        }
        if (a->table)
            values_of_table(values, a, at, rows);
        else
            values_of_products(values, a, at, rows);
        a->combine(a, out, values, rows, values + rows * a->vectors);
    }
    return KL_OK;
}

/* ---- all ---------------------------------------------------------------------------------------------- */

static kl_status prepare(svm_answer *a, kl_task *task, kl_error *error)
{
    const svm *self = a->self;
    a->kernel = (kl_kernel){.kind = KL_KERNEL_CALLABLE, .gamma = self->kernel_gamma,
                            .coef0 = self->coef0, .degree = (double)self->degree};
    if (kl_is(self->kernel, KL_KIND_STRING))
        kl_kernel_find(&a->kernel.kind, kl_as_text(self->kernel));
    a->columns = a->x->cols;
    if (a->kernel.kind == KL_KERNEL_PRECOMPUTED)
        a->table = a->x->data;
    if (a->kernel.kind == KL_KERNEL_CALLABLE && a->x->rows > 0) {
        a->columns = kl_array_axis(self->x_fit, 0);
        KL_TRY(kl_kernel_call(&a->table, self->kernel, a->x->value, a->x->rows, self->x_fit,
                              a->columns, task, error));
    }
    if (a->kernel.kind == KL_KERNEL_RBF) {
        double *squares;
        KL_TAKE_RAW(squares, task, a->vectors + 1, error);
        kl_kernels()->row_square_sums(squares, kl_doubles(self->support_vectors_), a->vectors,
                                      a->x->cols);
        a->squares = squares;
    }
    return KL_OK;
}

kl_status kl_svm_answer(svm_answer *a, kl_task *task, kl_error *error)
{
    if (a->x->rows == 0)
        return KL_OK;
    if (!a->linear)
        KL_TRY(prepare(a, task, error));
    KL_TAKE_RAW(a->scratch, task, kl_parallel_threads() * ROWS * (a->vectors + a->extra + 1), error);
    size_t each = (a->x->cols + 8) * (a->linear ? a->width : a->vectors) + 1;
    size_t grain = (((size_t)1 << 19) / each / ROWS + 1) * ROWS;
    return kl_parallel_for(a->x->rows, grain, answer_block, a, error);
}

kl_status kl_svm_restored(kl_estimator *base, kl_error *error)
{
    const svm *self = (const svm *)base;
    size_t vectors = kl_array_axis(self->support_, 0);
    bool is_name = kl_is(self->kernel, KL_KIND_STRING), by_table = !is_name || kl_word_is(self->kernel, "precomputed");
    int64_t rows = is_name ? base->features : (int64_t)kl_array_axis(self->x_fit, 0);
    kl_kernel_kind kind;
    bool is_sound = is_name ? kl_kernel_find(&kind, kl_as_text(self->kernel))
                            : !kl_is_null(self->kernel) && kl_as_array_view(self->x_fit);
    is_sound = is_sound && (by_table || kl_array_axis(self->support_vectors_, 0) == vectors || kl_as_array_view(self->coef_));
    for (size_t i = 0; i < vectors && by_table && is_sound; i++)
        is_sound = kl_indices(self->support_)[i] >= 0 && kl_indices(self->support_)[i] < rows;
    return kl_shapes_are(is_sound, base, "support vectors", error);
}
