/* src/ml/decomposition/parts.c - products with x of either form, centred sums, signs, normal densities. */
#include "parts.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <math.h>
#include <stdio.h>

kl_status kl_learn_vector(kl_value *member, double **data, size_t n, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_vector_new(&made, data, n, error));
    kl_learn(member, made);
    return KL_OK;
}

kl_status kl_learn_table(kl_value *member, double **data, size_t rows, size_t cols, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_table_new(&made, data, rows, cols, error));
    kl_learn(member, made);
    return KL_OK;
}

kl_status kl_components_wanted(size_t *out, kl_value wanted, size_t most, const char *what, kl_error *error)
{
    char expected[160];
    snprintf(expected, sizeof expected, "an int from 1 to %zu (%s), or None", most, what);
    if (kl_is_null(wanted)) {
        *out = most;
        return KL_OK;
    }
    if (!kl_is(wanted, KL_KIND_INT) || kl_as_int(wanted) < 1 || (uint64_t)kl_as_int(wanted) > most)
        return kl_bad_parameter(error, "n_components", expected, wanted);
    *out = (size_t)kl_as_int(wanted);
    return KL_OK;
}

kl_status kl_refuse_negative(const kl_matrix *x, const char *name, kl_error *error)
{
    bool sparse = kl_is_sparse(x);
    const double *numbers = sparse ? x->values : x->data;
    size_t count = sparse ? (size_t)x->indptr[x->rows] : x->rows * x->cols;
    double least = kl_kernels()->min(numbers, count);
    if (count && least < 0)
        return kl_bad_input(error, "%s takes no negative numbers; x has %.15g", name, least);
    return KL_OK;
}

/* ---- products ------------------------------------------------------------------------------------------------- */

void kl_column_means(double *mean, const kl_matrix *x)
{
    memset(mean, 0, x->cols * sizeof *mean);
    if (kl_is_sparse(x)) {
        for (int64_t at = 0; at < x->indptr[x->rows]; at++)
            mean[x->indices[at]] += x->values[at];
    } else {
        kl_kernels()->column_sums(mean, x->data, x->rows, x->cols);
    }
    for (size_t j = 0; j < x->cols && x->rows; j++)
        mean[j] /= (double)x->rows;
}

typedef struct sparse_product {
    double *out;
    const kl_matrix *x;
    const double *b;
    size_t l;
} sparse_product;

static kl_status sparse_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const sparse_product *p = data;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++)
        for (int64_t at = p->x->indptr[i]; at < p->x->indptr[i + 1]; at++)
            kl_kernels()->axpy(p->x->values[at], p->b + (size_t)p->x->indices[at] * p->l, p->out + i * p->l,
                               p->l);
    return KL_OK;
}

static void sparse_times(double *out, const kl_matrix *x, bool transposed, const double *b, size_t l)
{
    sparse_product p = {out, x, b, l};
    memset(out, 0, (transposed ? x->cols : x->rows) * l * sizeof *out);
    if (!transposed) {
        kl_parallel_all(x->rows, 256, sparse_rows, &p);
        return;
    }
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t at = x->indptr[i]; at < x->indptr[i + 1]; at++)
            kl_kernels()->axpy(x->values[at], b + i * l, out + (size_t)x->indices[at] * l, l);
}

/* Of (x - 1 mean')b: every row less mean'b; of its transpose: less mean times the column sums of b. */
static void take_mean(double *out, const kl_matrix *x, const double *mean, bool transposed, const double *b,
                      size_t l)
{
    size_t depth = transposed ? x->rows : x->cols, rows = transposed ? x->cols : x->rows;
    for (size_t c = 0; c < l; c++) {
        double sum = 0;
        for (size_t i = 0; i < depth; i++)
            sum += transposed ? b[i * l + c] : mean[i] * b[i * l + c];
        for (size_t i = 0; i < rows; i++)
            out[i * l + c] -= transposed ? mean[i] * sum : sum;
    }
}

void kl_x_times(double *out, const kl_matrix *x, const double *mean, bool transposed, const double *b,
                size_t l)
{
    size_t rows = transposed ? x->cols : x->rows, depth = transposed ? x->rows : x->cols;
    if (kl_is_sparse(x))
        sparse_times(out, x, transposed, b, l);
    else
        kl_gemm(transposed, false, rows, l, depth, 1, x->data, x->cols, b, l, 0, out, l);
    if (mean)
        take_mean(out, x, mean, transposed, b, l);
}

kl_status kl_centered_rows(double **out, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error)
{
    double *rows;
    KL_TAKE(rows, task, x->rows * x->cols + 1, error);
    if (kl_is_sparse(x)) {
        for (size_t i = 0; i < x->rows; i++)
            for (int64_t at = x->indptr[i]; at < x->indptr[i + 1]; at++)
                rows[i * x->cols + (size_t)x->indices[at]] = x->values[at];
        kl_kernels()->center_scale(rows, rows, mean, NULL, x->rows, x->cols);
    } else {
        kl_kernels()->center_scale(rows, x->data, mean, NULL, x->rows, x->cols);
    }
    *out = rows;
    return KL_OK;
}

/* Sums of sparse rows' products; their mean leaves n mean mean'. */
static void sparse_scatter(double *scatter, const kl_matrix *x, const double *mean)
{
    size_t d = x->cols;
    memset(scatter, 0, d * d * sizeof *scatter);
    for (size_t i = 0; i < x->rows; i++)
        for (int64_t a = x->indptr[i]; a < x->indptr[i + 1]; a++)
            for (int64_t b = x->indptr[i]; b < x->indptr[i + 1]; b++)
                scatter[(size_t)x->indices[a] * d + (size_t)x->indices[b]] += x->values[a] * x->values[b];
    for (size_t i = 0; i < d && mean; i++)
        kl_axpy(-(double)x->rows * mean[i], mean, scatter + i * d, d);
}

kl_status kl_scatter(double *scatter, const kl_matrix *x, const double *mean, kl_task *task, kl_error *error)
{
    double *rows;
    if (kl_is_sparse(x)) {
        sparse_scatter(scatter, x, mean);
        return KL_OK;
    }
    if (!mean) {
        kl_gram(scatter, x->data, x->rows, x->cols, NULL);
        return KL_OK;
    }
    KL_TRY(kl_centered_rows(&rows, x, mean, task, error));
    kl_gram(scatter, rows, x->rows, x->cols, NULL);
    kl_task_free(task, rows);
    return KL_OK;
}

void kl_flip_signs(double *u, size_t m, double *vt, size_t k, size_t n)
{
    for (size_t c = 0; c < k; c++) {
        double *row = vt + c * n, largest = 0;
        for (size_t j = 0; j < n; j++)
            if (fabs(row[j]) > fabs(largest))
                largest = row[j];
        if (largest >= 0)
            continue;
        kl_scale(row, -1, n);
        for (size_t i = 0; i < m && u; i++)
            u[i * k + c] = -u[i * k + c];
    }
}

/* ---- normal densities ----------------------------------------------------------------------------------------- */

kl_status kl_normal_densities(kl_value *out, const kl_matrix *x, const double *mean, const kl_estimator *model,
                              kl_covariance_of *function, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_status status = KL_OK;
    size_t d = x->cols;
    double *density = NULL, *rows = NULL, *turned = kl_task_alloc_raw(&task, x->rows * d + 1, sizeof *turned);
    double *factor = kl_task_alloc_raw(&task, d * d, sizeof *factor), logs = 0;
    if (!turned || !factor) {
        status = kl_error_no_memory(error);
        goto out;
    }
    KL_TRY_OUT(function(factor, model, error));
    if (kl_cholesky(factor, d, NULL) != KL_OK) {
        status = kl_bad_input(error, "the covariance of the model is singular: there is no density; fewer components "
                                     "leave room for noise");
        goto out;
    }
    for (size_t j = 0; j < d; j++)
        logs += log(factor[j * d + j]);
    KL_TRY_OUT(kl_centered_rows(&rows, x, mean, &task, error));
    kl_transpose(turned, rows, x->rows, d);
    kl_lower_solve(false, factor, d, turned, x->rows);
    KL_TRY_OUT(kl_vector_new(out, &density, x->rows, error));
    for (size_t j = 0; j < d; j++)
        for (size_t i = 0; i < x->rows; i++)
            density[i] += turned[j * x->rows + i] * turned[j * x->rows + i];
    for (size_t i = 0; i < x->rows; i++)
        density[i] = -0.5 * density[i] - logs - 0.5 * (double)d * log(2 * M_PI);
out:
    kl_task_end(&task);
    return status;
}

kl_status kl_covariance_answer(kl_value *out, kl_object *self, kl_covariance_of *function, bool inverse,
                               kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_status status;
    kl_estimator *model;
    kl_value made = kl_null();
    double *numbers = NULL;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    size_t d = (size_t)model->features;
    KL_TRY_OUT(kl_linalg_begin(error));
    KL_TRY_OUT(kl_table_new(&made, &numbers, d, d, error));
    KL_TRY_OUT(function(numbers, model, error));
    if (inverse) {
        double *factor = kl_task_alloc_raw(&task, d * d, sizeof *factor);
        if (!factor) {
            status = kl_error_no_memory(error);
            goto out;
        }
        memcpy(factor, numbers, d * d * sizeof *factor);
        if (kl_cholesky(factor, d, NULL) != KL_OK) {
            status = kl_bad_input(error, "the covariance of the model is singular: it has no inverse");
            goto out;
        }
        KL_TRY_OUT(kl_cholesky_inverse(numbers, factor, d, error));
    }
    *out = made;
    made = kl_null();
    status = KL_OK;
out:
    kl_value_release(made);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}
