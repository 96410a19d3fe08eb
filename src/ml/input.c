/* src/ml/input.c - matrices, vectors and weights from values of any form. */
#include "estimator.h"

#include "kailash/data.h"
#include "kernels.h"

#include <math.h>

/* ---- copying from any format and stride ---------------------------------------------------------- */

#define COPY_AS(ctype)                                                                             \
    for (size_t i = 0; i < rows; i++)                                                              \
        for (size_t j = 0; j < cols; j++)                                                          \
            out[i * cols + j] =                                                                    \
                (double)*(const ctype *)(data + (int64_t)i * row + (int64_t)j * col);              \
    break

/* rows x cols numbers, `row` and `col` bytes apart, as doubles. */
static void copy_doubles(double *out, const char *data, char format, size_t rows, size_t cols,
                         int64_t row, int64_t col)
{
    switch (format) {
    case 'd': COPY_AS(double);
    case 'f': COPY_AS(float);
    case 'q': COPY_AS(int64_t);
    case 'i': COPY_AS(int32_t);
    case 'h': COPY_AS(int16_t);
    case 'b': COPY_AS(int8_t);
    case 'Q': COPY_AS(uint64_t);
    case 'I': COPY_AS(uint32_t);
    case 'H': COPY_AS(uint16_t);
    case 'B': COPY_AS(uint8_t);
    case '?': COPY_AS(bool);
    default: break;
    }
}

/* The numbers of a view of one or two dimensions as doubles row by row: its own memory where it is that. */
static kl_status as_doubles(const double **out, const kl_array_view *view, kl_task *task,
                            kl_error *error)
{
    size_t rows = (size_t)view->shape[0], count = kl_array_view_count(view);
    size_t cols = view->layout.ndim > 1 ? (size_t)view->shape[1] : 1;
    double *copy;
    if (view->layout.format == 'd' && kl_array_view_is_contiguous(view)) {
        *out = view->layout.data;
        return KL_OK;
    }
    KL_TAKE_RAW(copy, task, count ? count : 1, error);
    copy_doubles(copy, view->layout.data, view->layout.format, rows, cols, view->strides[0],
                 view->layout.ndim > 1 ? view->strides[1] : 0);
    *out = copy;
    return KL_OK;
}

kl_status kl_doubles_read(const double **out, kl_value view, kl_task *task, kl_error *error)
{
    return as_doubles(out, kl_as_array_view(view), task, error);
}

/* ---- numbers that are none ----------------------------------------------------------------------- */

static kl_status tell_place(const double *x, size_t count, size_t cols, const char *name,
                            bool nan_ok, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (isfinite(x[i]) || (nan_ok && isnan(x[i])))
            continue;
        const char *what = isnan(x[i]) ? "NaN" : "Inf";
        return cols > 1 ? kl_bad_input(error, "input contains %s: %s, row %zu, column %zu", what,
                                       name, i / cols, i % cols)
                        : kl_bad_input(error, "input contains %s: %s, row %zu", what, name, i);
    }
    return KL_OK;
}

static kl_status check_finite(const double *x, size_t count, size_t cols, const char *name,
                              bool nan_ok, kl_error *error)
{
    if (kl_kernels()->all_finite(x, count, NULL))
        return KL_OK;
    return tell_place(x, count, cols, name, nan_ok, error);
}

/* ---- matrices ------------------------------------------------------------------------------------ */

static kl_status refuse_shape(const char *name, const char *expected, kl_value value,
                              kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    if (view)
        return kl_error_set(error, KL_TYPE, "%s: expected %s, got an array of %zu dimension%s", name,
                            expected, view->layout.ndim, view->layout.ndim == 1 ? "" : "s");
    return kl_error_set(error, KL_TYPE, "%s: expected %s, got %s", name, expected,
                        kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name
                                                     : kl_value_kind_name(value));
}

static kl_status read_sparse(kl_matrix *out, const kl_sparse_matrix *sparse, const char *name,
                             uint32_t flags, kl_error *error)
{
    if (!(flags & KL_EST_SPARSE))
        return kl_error_set(error, KL_TYPE,
                            "%s: sparse matrices are not possible here; pass %s.toarray()", name,
                            name);
    out->rows = (size_t)sparse->rows;
    out->cols = (size_t)sparse->cols;
    out->values = kl_doubles(sparse->data);
    out->indices = kl_indices(sparse->indices);
    out->indptr = kl_indices(sparse->indptr);
    return check_finite(out->values, kl_array_axis(sparse->data, 0), 1, name, false, error);
}

/* The columns of a frame side by side. */
static kl_status read_columns(kl_matrix *out, const kl_data_frame *frame, const char *name,
                              kl_task *task, kl_error *error)
{
    size_t rows = (size_t)frame->rows, cols = kl_array_len(frame->columns);
    double *copy;
    KL_TAKE_RAW(copy, task, rows && cols ? rows * cols : 1, error);
    for (size_t j = 0; j < cols; j++) {
        const kl_array_view *view = kl_as_array_view(kl_array_at(frame->columns, j));
        const double *column;
        if (!view)
            return kl_error_set(error, KL_TYPE,
                                "%s: column '%s' holds values that are no numbers; encode it first",
                                name, kl_as_text(kl_array_at(frame->names, j)).data);
        KL_TRY(as_doubles(&column, view, task, error));
        for (size_t i = 0; i < rows; i++)
            copy[i * cols + j] = column[i];
    }
    out->rows = rows;
    out->cols = cols;
    out->data = copy;
    return KL_OK;
}

static bool all_strings(kl_value names)
{
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (!kl_is(kl_array_at(names, i), KL_KIND_STRING))
            return false;
    return kl_array_len(names) > 0;
}

static kl_status read_view(kl_matrix *out, kl_value value, const char *name, uint32_t flags,
                           kl_task *task, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    if (view && view->layout.ndim == 1 && flags & KL_EST_VECTOR_OK) {
        out->rows = (size_t)view->shape[0];
        out->cols = 1;
        return as_doubles(&out->data, view, task, error);
    }
    if (!view || view->layout.ndim != 2)
        return refuse_shape(name, "a matrix of numbers (two dimensions)", value, error);
    out->rows = (size_t)view->shape[0];
    out->cols = (size_t)view->shape[1];
    return as_doubles(&out->data, view, task, error);
}

/* A value that holds these numbers, for those who hand them on: kept by the task. */
static kl_status read_any(kl_matrix *out, kl_value value, const char *name, uint32_t flags,
                          kl_task *task, kl_error *error)
{
    const kl_sparse_matrix *sparse = kl_as_object(value, &kl_sparse_matrix_type);
    const kl_data_frame *frame = kl_as_object(value, &kl_data_frame_type);
    if (sparse)
        return read_sparse(out, sparse, name, flags, error);
    if (!frame)
        return read_view(out, value, name, flags, task, error);
    if (all_strings(frame->names))
        out->names = frame->names;
    if (!kl_is_null(frame->matrix))
        return read_view(out, frame->matrix, name, flags, task, error);
    return read_columns(out, frame, name, task, error);
}

kl_status kl_matrix_read(kl_matrix *out, kl_value value, const char *name, uint32_t flags,
                         kl_task *task, kl_error *error)
{
    *out = (kl_matrix){.value = value, .names = kl_null()};
    KL_TRY(read_any(out, value, name, flags, task, error));
    if (out->rows == 0 && !(flags & KL_EST_EMPTY_OK))
        return kl_bad_input(error, "%s has 0 rows; at least 1 is needed", name);
    if (out->cols == 0)
        return kl_bad_input(error, "%s has 0 columns; at least 1 is needed", name);
    if (kl_is_sparse(out) || flags & KL_EST_INF_OK)
        return KL_OK;
    return check_finite(out->data, out->rows * out->cols, out->cols, name, flags & KL_EST_NAN_OK,
                        error);
}

/* ---- vectors ------------------------------------------------------------------------------------- */

kl_status kl_targets_read_as(const double **out, size_t *n, size_t *outputs, kl_value value,
                             const char *name, uint32_t flags, kl_task *task, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(value, &kl_data_frame_type);
    kl_matrix columns = {0};
    if (frame) {
        KL_TRY(kl_is_null(frame->matrix) ? read_columns(&columns, frame, name, task, error)
                                         : read_view(&columns, frame->matrix, name, 0, task, error));
        *out = columns.data;
        *n = columns.rows;
        *outputs = columns.cols;
    } else {
        const kl_array_view *view = kl_as_array_view(value);
        if (!view || view->layout.ndim < 1 || view->layout.ndim > 2)
            return refuse_shape(name, "numbers, one for each row of x", value, error);
        *n = (size_t)view->shape[0];
        *outputs = view->layout.ndim > 1 ? (size_t)view->shape[1] : 1;
        KL_TRY(as_doubles(out, view, task, error));
    }
    if (*outputs == 0)
        return kl_bad_input(error, "%s has 0 columns", name);
    return check_finite(*out, *n * *outputs, *outputs, name, flags & KL_EST_NAN_OK, error);
}

kl_status kl_targets_read(const double **out, size_t *n, size_t *outputs, kl_value value,
                          const char *name, kl_task *task, kl_error *error)
{
    return kl_targets_read_as(out, n, outputs, value, name, 0, task, error);
}

kl_status kl_numbers_read(const double **out, size_t *n, kl_value value, const char *name,
                         kl_task *task, kl_error *error)
{
    size_t columns;
    KL_TRY(kl_targets_read(out, n, &columns, value, name, task, error));
    if (columns == 1)
        return KL_OK;
    return kl_error_set(error, KL_TYPE, "%s: expected one number for each row, got %zu columns", name,
                        columns);
}

kl_status kl_weights_read(const double **out, kl_value value, size_t n, kl_task *task,
                          kl_error *error)
{
    size_t count;
    double sum = 0;
    *out = NULL;
    if (kl_is_null(value))
        return KL_OK;
    if (kl_is_number(value)) { /* the same for all */
        double *same;
        KL_TAKE_RAW(same, task, n ? n : 1, error);
        for (size_t i = 0; i < n; i++)
            same[i] = kl_as_double(value);
        *out = same;
        count = n;
    } else {
        KL_TRY(kl_numbers_read(out, &count, value, "sample_weight", task, error));
    }
    if (count != n)
        return kl_bad_dimension(error, "sample weights", n, count);
    for (size_t i = 0; i < n; i++) {
        if (!((*out)[i] >= 0) || !isfinite((*out)[i]))
            return kl_bad_input(error, "sample_weight[%zu] is %.15g; weights must be finite and >= 0", i,
                                (*out)[i]);
        sum += (*out)[i];
    }
    return sum > 0 || n == 0 ? KL_OK : kl_bad_input(error, "all sample weights are 0");
}

kl_status kl_data_rows(size_t *out, kl_value data, const char *name, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(data);
    const kl_data_frame *frame = kl_as_object(data, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(data, &kl_sparse_matrix_type);
    if (view && view->layout.ndim > 0)
        *out = (size_t)view->shape[0];
    else if (frame)
        *out = (size_t)frame->rows;
    else if (sparse)
        *out = (size_t)sparse->rows;
    else if (kl_is(data, KL_KIND_ARRAY))
        *out = kl_array_len(data);
    else
        return refuse_shape(name, "data in rows", data, error);
    return KL_OK;
}
