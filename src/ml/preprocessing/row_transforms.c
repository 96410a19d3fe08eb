/* src/ml/preprocessing/row_transforms.c - Normalizer, Binarizer: what needs nothing learned. */
#include "columns.h"

#include "../kernels.h"
#include "parallel.h"
#include "kailash/data.h"

#include <math.h>

/* Rows or numbers at a time. */
enum { AT_ONCE = 65536 };

static kl_status learn_nothing(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    (void)self;
    (void)in;
    (void)task;
    (void)error;
    return KL_OK;
}

/* ---- Normalizer ---------------------------------------------------------------------------------- */

typedef struct normalizer {
    kl_estimator base;
    kl_value norm;
    bool copy;
} normalizer;

static const char *const norms[] = {"l1", "l2", "max", NULL};

static double norm_of(const double *row, size_t n, char norm)
{
    const kl_kernel_table *k = kl_kernels();
    double largest = 0;
    if (norm == '1')
        return k->sum_abs(row, n);
    if (norm == '2')
        return sqrt(k->sum_squares(row, n));
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, fabs(row[j]));
    return largest;
}

typedef struct normalizing {
    const kl_matrix *x;
    double *out;
    char norm;
} normalizing;

static kl_status normalize_rows(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const normalizing *it = data;
    size_t cols = it->x->cols;
    (void)block;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        const double *row = kl_row(it->x, i);
        double norm = norm_of(row, cols, it->norm), *to = it->out + i * cols;
        if (norm == 0)
            norm = 1;
        for (size_t j = 0; j < cols; j++)
            to[j] = row[j] / norm;
    }
    return KL_OK;
}

/* "1", "2" or "m" */
static char norm_letter(const normalizer *self)
{
    kl_text word = kl_as_text(self->norm);
    return kl_text_is(word, "max") ? 'm' : word.data[1];
}

static kl_status normalize_sparse(kl_value *out, const normalizer *self, const kl_matrix *x,
                                  kl_error *error)
{
    const kl_sparse_matrix *from = kl_as_object(x->value, &kl_sparse_matrix_type);
    kl_value data;
    double *numbers;
    KL_TRY(kl_vector_from(&data, x->values, (size_t)x->indptr[x->rows], error));
    numbers = kl_doubles(data);
    for (size_t i = 0; i < x->rows; i++) {
        size_t begin = (size_t)x->indptr[i], count = (size_t)x->indptr[i + 1] - begin;
        double norm = norm_of(x->values + begin, count, norm_letter(self));
        for (size_t k = begin; norm != 0 && k < begin + count; k++)
            numbers[k] /= norm;
    }
    return kl_sparse_matrix_new(out, from->rows, from->cols, data, kl_value_retain(from->indices),
                                kl_value_retain(from->indptr), error);
}

static kl_status normalizer_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                      kl_task *task, kl_error *error)
{
    normalizing it = {.x = x, .norm = norm_letter((const normalizer *)base)};
    (void)task;
    if (kl_is_sparse(x))
        return normalize_sparse(out, (const normalizer *)base, x, error);
    KL_TRY(kl_table_new(out, &it.out, x->rows, x->cols, error));
    kl_status status =
        kl_parallel_for(x->rows, 1 + AT_ONCE / x->cols, normalize_rows, &it, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static const kl_field normalizer_fields[] = {
    KL_ENUM(normalizer, norm, "l2", .names = norms,
            .doc = "what becomes 1: the sum of absolute numbers (l1), their Euclidean length (l2), the largest (max)"),
    KL_BOOL(normalizer, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
};

static const kl_method row_methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};

static const kl_estimator_table normalizer_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE | KL_EST_STATELESS,
    .fit = learn_nothing,
    .transform = normalizer_transform,
    .names_kept = true,
};

const kl_type kl_normalizer_type = {
    .name = "Normalizer",
    KL_ESTIMATOR(normalizer),
    .doc = "Rows of length 1. A row of zeros stays as it is.",
    .fields = KL_TABLE(normalizer_fields),
    .methods = KL_TABLE(row_methods),
    .extension = &normalizer_table,
};
KL_PUBLISH(kl_normalizer_type);

/* ---- Binarizer ----------------------------------------------------------------------------------- */

typedef struct binarizer {
    kl_estimator base;
    double threshold;
    bool copy;
} binarizer;

static kl_status binarizer_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                     kl_task *task, kl_error *error)
{
    double threshold = ((const binarizer *)base)->threshold, *to;
    size_t count = x->rows * x->cols;
    kl_value data;
    (void)task;
    if (!kl_is_sparse(x)) {
        KL_TRY(kl_table_new(out, &to, x->rows, x->cols, error));
        for (size_t i = 0; i < count; i++)
            to[i] = x->data[i] > threshold;
        return KL_OK;
    }
    const kl_sparse_matrix *from = kl_as_object(x->value, &kl_sparse_matrix_type);
    if (threshold < 0)
        return kl_bad_input(error, "sparse data cannot be binarized at a threshold below 0: all would become 1");
    count = (size_t)x->indptr[x->rows];
    KL_TRY(kl_vector_new(&data, &to, count, error));
    for (size_t k = 0; k < count; k++)
        to[k] = x->values[k] > threshold;
    return kl_sparse_matrix_new(out, from->rows, from->cols, data, kl_value_retain(from->indices),
                                kl_value_retain(from->indptr), error);
}

static const kl_field binarizer_fields[] = {
    KL_DOUBLE(binarizer, threshold, 0.0, .doc = "numbers above it become 1, all others 0"),
    KL_BOOL(binarizer, copy, true, .flags = KL_KEYWORD_ONLY,
            .doc = "has no effect: what is given is never changed"),
};

static const kl_estimator_table binarizer_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE | KL_EST_STATELESS,
    .fit = learn_nothing,
    .transform = binarizer_transform,
    .names_kept = true,
};

const kl_type kl_binarizer_type = {
    .name = "Binarizer",
    KL_ESTIMATOR(binarizer),
    .doc = "1 for numbers above a threshold, 0 for all others.",
    .fields = KL_TABLE(binarizer_fields),
    .methods = KL_TABLE(row_methods),
    .extension = &binarizer_table,
};
KL_PUBLISH(kl_binarizer_type);
