/* src/ml/array.c - see array.h. */
#include "array.h"

#include "kailash/data.h"

enum { DIMENSIONS_MAX = 4 };

kl_status kl_tensor_new(kl_value *out, void **data, char format, size_t ndim, const size_t *shape,
                        kl_error *error)
{
    int64_t wanted[DIMENSIONS_MAX];
    if (ndim > DIMENSIONS_MAX)
        return kl_error_set(error, KL_INVALID, "%zu dimensions; at most %d are possible", ndim,
                            DIMENSIONS_MAX);
    for (size_t i = 0; i < ndim; i++) {
        if (shape[i] > INT64_MAX)
            return kl_error_set(error, KL_OVERFLOW, "the shape has more bytes than memory can");
        wanted[i] = (int64_t)shape[i];
    }
    KL_TRY(kl_array_view_new(out, format, ndim, wanted, error));
    if (data)
        *data = kl_as_array_view(*out)->layout.data;
    return KL_OK;
}

#define NEW_OF(format, ndim, ...)                                                                  \
    void *memory;                                                                                  \
    KL_TRY(kl_tensor_new(out, &memory, format, ndim, (const size_t[]){__VA_ARGS__}, error));       \
    if (data)                                                                                      \
        *data = memory;                                                                            \
    return KL_OK

kl_status kl_vector_new(kl_value *out, double **data, size_t n, kl_error *error)
{
    NEW_OF('d', 1, n);
}

kl_status kl_table_new(kl_value *out, double **data, size_t rows, size_t cols, kl_error *error)
{
    NEW_OF('d', 2, rows, cols);
}

kl_status kl_indices_new(kl_value *out, int64_t **data, size_t n, kl_error *error)
{
    NEW_OF('q', 1, n);
}

kl_status kl_flags_new(kl_value *out, bool **data, size_t n, kl_error *error)
{
    NEW_OF('?', 1, n);
}

kl_status kl_index_table_new(kl_value *out, int64_t **data, size_t rows, size_t cols,
                             kl_error *error)
{
    NEW_OF('q', 2, rows, cols);
}

kl_status kl_vector_from(kl_value *out, const double *numbers, size_t n, kl_error *error)
{
    double *data;
    KL_TRY(kl_vector_new(out, &data, n, error));
    if (n)
        memcpy(data, numbers, n * sizeof *data);
    return KL_OK;
}

kl_status kl_table_from(kl_value *out, const double *numbers, size_t rows, size_t cols,
                        kl_error *error)
{
    double *data;
    KL_TRY(kl_table_new(out, &data, rows, cols, error));
    if (rows && cols)
        memcpy(data, numbers, rows * cols * sizeof *data);
    return KL_OK;
}

kl_status kl_indices_from(kl_value *out, const int64_t *numbers, size_t n, kl_error *error)
{
    int64_t *data;
    KL_TRY(kl_indices_new(out, &data, n, error));
    if (n)
        memcpy(data, numbers, n * sizeof *data);
    return KL_OK;
}

/* ---- sparse matrices --------------------------------------------------------------------------------- */

kl_status kl_sparse_parts_new(kl_sparse_parts *parts, size_t rows, size_t count, kl_error *error)
{
    *parts = (kl_sparse_parts){.rows = rows};
    kl_status status = kl_vector_new(&parts->data, &parts->numbers, count, error);
    if (status == KL_OK)
        status = kl_indices_new(&parts->indices, &parts->columns, count, error);
    if (status == KL_OK)
        status = kl_indices_new(&parts->indptr, &parts->starts, rows + 1, error);
    if (status != KL_OK) {
        kl_value_release(parts->data);
        kl_value_release(parts->indices);
    }
    return status;
}

kl_status kl_sparse_parts_matrix(kl_value *out, const kl_sparse_parts *parts, size_t cols,
                                 kl_error *error)
{
    return kl_sparse_matrix_new(out, (int64_t)parts->rows, (int64_t)cols, parts->data,
                                parts->indices, parts->indptr, error);
}

/* ---- reading ----------------------------------------------------------------------------------------- */

static void *memory_of(kl_value array, char format)
{
    const kl_array_view *view = kl_as_array_view(array);
    if (!view || view->layout.format != format || !kl_array_view_is_contiguous(view))
        return NULL;
    return view->layout.data;
}

double *kl_doubles(kl_value array) { return memory_of(array, 'd'); }
float *kl_floats(kl_value array) { return memory_of(array, 'f'); }
int64_t *kl_indices(kl_value array) { return memory_of(array, 'q'); }
bool *kl_flags(kl_value array) { return memory_of(array, '?'); }
uint8_t *kl_octets(kl_value array) { return memory_of(array, 'B'); }

static bool has_shape(kl_value array, char format, size_t ndim, const size_t *axes)
{
    const kl_array_view *view = kl_as_array_view(array);
    if (!memory_of(array, format) || view->layout.ndim != ndim)
        return false;
    for (size_t i = 0; i < ndim; i++)
        if (axes[i] != KL_ANY_COUNT && axes[i] != (size_t)view->shape[i])
            return false;
    return true;
}

bool kl_is_vector(kl_value array, char format, size_t n) { return has_shape(array, format, 1, &n); }

bool kl_is_table(kl_value array, char format, size_t rows, size_t cols)
{
    const size_t axes[] = {rows, cols};
    return has_shape(array, format, 2, axes);
}

size_t kl_array_axis(kl_value array, size_t axis)
{
    const kl_array_view *view = kl_as_array_view(array);
    return view && axis < view->layout.ndim ? (size_t)view->shape[axis] : 0;
}
