/* src/ml/svm/kernel_matrix.c - values of kernel functions for the rows of matrices. */
#include "kernel_matrix.h"

#include "../callable.h"
#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>

static const struct {
    const char *word;
    kl_kernel_kind kind;
} words[] = {
    {"linear", KL_KERNEL_LINEAR},       {"poly", KL_KERNEL_POLY},
    {"polynomial", KL_KERNEL_POLY},     {"rbf", KL_KERNEL_RBF},
    {"sigmoid", KL_KERNEL_SIGMOID},     {"laplacian", KL_KERNEL_LAPLACIAN},
    {"cosine", KL_KERNEL_COSINE},       {"chi2", KL_KERNEL_CHI2},
    {"additive_chi2", KL_KERNEL_ADDITIVE_CHI2}, {"precomputed", KL_KERNEL_PRECOMPUTED},
};

bool kl_kernel_find(kl_kernel_kind *out, kl_text word)
{
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (kl_text_is(word, words[i].word)) {
            *out = words[i].kind;
            return true;
        }
    return false;
}

bool kl_kernel_is_of_products(kl_kernel_kind kind)
{
    return kind == KL_KERNEL_LINEAR || kind == KL_KERNEL_POLY || kind == KL_KERNEL_RBF ||
           kind == KL_KERNEL_SIGMOID || kind == KL_KERNEL_COSINE;
}

/* ---- values of products ------------------------------------------------------------------------------- */

static double whole_power(double base, unsigned degree)
{
    double result = 1;
    for (; degree; degree >>= 1, base *= base)
        if (degree & 1)
            result *= base;
    return result;
}

static void powers(double *values, const kl_kernel *kernel, size_t n)
{
    double degree = kernel->degree;
    bool is_whole = degree >= 0 && degree <= 1024 && degree == floor(degree);
    for (size_t j = 0; j < n; j++) {
        double base = kernel->gamma * values[j] + kernel->coef0;
        values[j] = is_whole ? whole_power(base, (unsigned)degree) : pow(base, degree);
    }
}

void kl_kernel_from_products(double *values, const kl_kernel *kernel, double square,
                             const double *squares, size_t n)
{
    switch (kernel->kind) {
    case KL_KERNEL_POLY:
        powers(values, kernel, n);
        break;
    case KL_KERNEL_RBF:
        kl_kernels()->squared_distances(values, square, squares, -kernel->gamma, n);
        kl_kernels()->exp(values, values, n);
        break;
    case KL_KERNEL_SIGMOID:
        for (size_t j = 0; j < n; j++)
            values[j] = kernel->gamma * values[j] + kernel->coef0;
        kl_kernels()->tanh(values, values, n);
        break;
    case KL_KERNEL_COSINE:
        for (size_t j = 0; j < n; j++) {
            double both = square * squares[j];
            values[j] = both > 0 ? values[j] / sqrt(both) : 0;
        }
        break;
    default:
        break;
    }
}

/* ---- values of pairs ---------------------------------------------------------------------------------- */

static double minus_chi2(const double *a, const double *b, size_t d)
{
    double sum = 0;
    for (size_t k = 0; k < d; k++) {
        double away = a[k] - b[k], both = a[k] + b[k];
        if (both != 0)
            sum -= away * away / both;
    }
    return sum;
}

double kl_kernel_value(const kl_kernel *kernel, const double *a, const double *b, size_t d)
{
    const kl_kernel_table *k = kl_kernels();
    switch (kernel->kind) {
    case KL_KERNEL_LAPLACIAN:
        return exp(-kernel->gamma * k->manhattan(a, b, d));
    case KL_KERNEL_ADDITIVE_CHI2:
        return minus_chi2(a, b, d);
    case KL_KERNEL_CHI2:
        return exp(kernel->gamma * minus_chi2(a, b, d));
    default:
        break;
    }
    double value = k->dot(a, b, d), square = k->sum_squares(b, d);
    kl_kernel_from_products(&value, kernel, k->sum_squares(a, d), &square, 1);
    return value;
}

/* ---- matrices ----------------------------------------------------------------------------------------- */

typedef struct matrix {
    double *out;
    const kl_kernel *kernel;
    const double *a, *b, *a_squares, *b_squares;
    size_t n, d;
    bool is_symmetric; /* values right of the diagonal are mirrored, not computed */
} matrix;

static void fill_row(const matrix *m, size_t i, size_t width)
{
    double *row = m->out + i * m->n;
    if (kl_kernel_is_of_products(m->kernel->kind)) {
        kl_kernel_from_products(row, m->kernel, m->a_squares ? m->a_squares[i] : 0, m->b_squares,
                                width);
        return;
    }
    for (size_t j = 0; j < width; j++)
        row[j] = kl_kernel_value(m->kernel, m->a + i * m->d, m->b + j * m->d, m->d);
}

static kl_status fill_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const matrix *m = data;
    size_t width = m->is_symmetric ? end : m->n;
    (void)block, (void)error;
    if (kl_kernel_is_of_products(m->kernel->kind))
        kl_gemm(false, true, end - begin, width, m->d, 1, m->a + begin * m->d, m->d, m->b, m->d, 0,
                m->out + begin * m->n, m->n);
    for (size_t i = begin; i < end; i++) {
        fill_row(m, i, m->is_symmetric ? i + 1 : m->n);
        if (m->is_symmetric && (m->kernel->kind == KL_KERNEL_RBF))
            m->out[i * m->n + i] = 1;
    }
    return KL_OK;
}

static kl_status mirror_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const matrix *m = data;
    enum { TILE = 32 };
    (void)block, (void)error;
    for (size_t at = begin; at < end; at += TILE)
        for (size_t left = at; left < m->n; left += TILE)
            for (size_t i = at; i < KL_MIN(at + TILE, end); i++)
                for (size_t j = KL_MAX(left, i + 1); j < KL_MIN(left + TILE, m->n); j++)
                    m->out[i * m->n + j] = m->out[j * m->n + i];
    return KL_OK;
}

static kl_status refuse_negative(const double *x, size_t count, kl_error *error)
{
    double least = count ? kl_kernels()->min(x, count) : 0;
    return least >= 0 ? KL_OK
                      : kl_bad_input(error, "x: the kernels chi2 and additive_chi2 need numbers >= 0, "
                                            "got %g",
                                     least);
}

static kl_status squares_of(const double **out, const double *x, size_t n, size_t d, kl_task *task,
                            kl_error *error)
{
    double *squares;
    KL_TAKE_RAW(squares, task, n, error);
    kl_kernels()->row_square_sums(squares, x, n, d);
    *out = squares;
    return KL_OK;
}

kl_status kl_kernel_matrix(double *out, const kl_kernel *kernel, const double *a, size_t m,
                           const double *b, size_t n, size_t d, kl_task *task, kl_error *error)
{
    matrix all = {.out = out, .kernel = kernel, .a = a, .b = b, .n = n, .d = d,
                  .is_symmetric = a == b && m == n};
    if (kernel->kind == KL_KERNEL_CHI2 || kernel->kind == KL_KERNEL_ADDITIVE_CHI2) {
        KL_TRY(refuse_negative(a, m * d, error));
        KL_TRY(refuse_negative(b, n * d, error));
    }
    if (kernel->kind == KL_KERNEL_RBF || kernel->kind == KL_KERNEL_COSINE) {
        KL_TRY(squares_of(&all.b_squares, b, n, d, task, error));
        all.a_squares = all.b_squares;
        if (!all.is_symmetric)
            KL_TRY(squares_of(&all.a_squares, a, m, d, task, error));
    }
    size_t grain = KL_MAX(64, ((size_t)1 << 18) / (n * (d + 16) + 1));
    KL_TRY(kl_parallel_for(m, grain, fill_block, &all, error));
    return all.is_symmetric ? kl_parallel_for(m, 256, mirror_block, &all, error) : KL_OK;
}

/* ---- callables ---------------------------------------------------------------------------------------- */

static kl_status check_answer(const kl_matrix *answer, size_t m, size_t n, kl_error *error)
{
    if (answer->rows == m && answer->cols == n)
        return KL_OK;
    return kl_bad_input(error, "kernel: expected the callable to answer with a matrix of %zu x %zu, "
                               "got %zu x %zu",
                        m, n, answer->rows, answer->cols);
}

kl_status kl_kernel_call(const double **out, kl_value callable, kl_value a, size_t m, kl_value b,
                         size_t n, kl_task *task, kl_error *error)
{
    kl_value args[] = {a, b}, answer;
    KL_TRY(kl_call_given(&answer, callable, args, 2, kl_null(), error));
    kl_matrix matrix;
    double *copy;
    kl_status status;
    KL_TRY_OUT(kl_matrix_read(&matrix, answer, "kernel", 0, task, error));
    KL_TRY_OUT(check_answer(&matrix, m, n, error));
    copy = kl_task_alloc_raw(task, m * n, sizeof *copy); /* the answer may not outlive this call */
    KL_TRY_OUT(copy ? KL_OK : kl_error_no_memory(error));
    memcpy(copy, matrix.data, m * n * sizeof *copy);
    *out = copy;
out:
    kl_value_release(answer);
    return status;
}
