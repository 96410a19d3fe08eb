/* src/ml/model_data.c - rows and columns of data by number. */
#include "model.h"

#include "kailash/data.h"

static kl_status bad_index(const char *what, int64_t index, size_t count, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "%s %lld is out of range: there are %zu", what,
                        (long long)index, count);
}

static kl_status check_indices(const int64_t *index, size_t n, size_t count, const char *what,
                               kl_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (index[i] < 0 || (size_t)index[i] >= count)
            return bad_index(what, index[i], count, error);
    return KL_OK;
}

/* ---- arrays of numbers --------------------------------------------------------------------------- */

/* Bytes of the items of one row, one after the other. */
static void copy_row(char *to, const kl_array_view *from, int64_t row)
{
    const char *at = (const char *)from->layout.data + row * from->strides[0];
    if (from->layout.ndim == 1) {
        memcpy(to, at, from->item_size);
        return;
    }
    size_t cols = (size_t)from->shape[1];
    if (from->strides[1] == (int64_t)from->item_size)
        memcpy(to, at, cols * from->item_size);
    else
        for (size_t j = 0; j < cols; j++)
            memcpy(to + j * from->item_size, at + (int64_t)j * from->strides[1], from->item_size);
}

static kl_status take_rows(kl_value *out, const kl_array_view *from, const int64_t *rows,
                           size_t count, kl_error *error)
{
    int64_t shape[2] = {(int64_t)count, from->layout.ndim > 1 ? from->shape[1] : 0};
    if (from->layout.ndim < 1 || from->layout.ndim > 2)
        return kl_error_set(error, KL_TYPE, "expected data of one or two dimensions, got %zu",
                            from->layout.ndim);
    KL_TRY(check_indices(rows, count, (size_t)from->shape[0], "row", error));
    KL_TRY(kl_array_view_new(out, from->layout.format, from->layout.ndim, shape, error));
    char *to = kl_as_array_view(*out)->layout.data;
    size_t bytes = from->item_size * (from->layout.ndim > 1 ? (size_t)from->shape[1] : 1);
    for (size_t i = 0; i < count; i++)
        copy_row(to + i * bytes, from, rows[i]);
    return KL_OK;
}

/* Chosen columns of rows; items of 8 bytes, the commonest, as numbers. */
static void copy_columns(char *to, const kl_array_view *from, const int64_t *columns, size_t count)
{
    size_t size = from->item_size;
    for (int64_t i = 0; i < from->shape[0]; i++, to += count * size) {
        const char *row = (const char *)from->layout.data + i * from->strides[0];
        if (size == sizeof(uint64_t))
            for (size_t j = 0; j < count; j++)
                memcpy(to + j * sizeof(uint64_t), row + columns[j] * from->strides[1], sizeof(uint64_t));
        else
            for (size_t j = 0; j < count; j++)
                memcpy(to + j * size, row + columns[j] * from->strides[1], size);
    }
}

static kl_status take_columns(kl_value *out, const kl_array_view *from, const int64_t *columns,
                              size_t count, kl_error *error)
{
    int64_t shape[2] = {from->shape[0], (int64_t)count};
    if (from->layout.ndim != 2)
        return kl_error_set(error, KL_TYPE, "expected data of two dimensions, got %zu",
                            from->layout.ndim);
    KL_TRY(check_indices(columns, count, (size_t)from->shape[1], "column", error));
    KL_TRY(kl_array_view_new(out, from->layout.format, 2, shape, error));
    copy_columns(kl_as_array_view(*out)->layout.data, from, columns, count);
    return KL_OK;
}

/* ---- lists, frames ------------------------------------------------------------------------------- */

static kl_status take_items(kl_value *out, kl_value list, const int64_t *index, size_t count,
                            kl_error *error)
{
    kl_value made;
    KL_TRY(check_indices(index, count, kl_array_len(list), "row", error));
    KL_TRY(kl_array_new(&made, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&made, kl_value_retain(kl_array_at(list, (size_t)index[i])), NULL);
    *out = made;
    return KL_OK;
}

static kl_status frame_columns(kl_value *out, const kl_data_frame *frame, const int64_t *columns,
                               size_t count, kl_error *error)
{
    kl_value names, items, matrix = kl_null();
    KL_TRY(check_indices(columns, count, kl_array_len(frame->columns), "column", error));
    KL_TRY(take_items(&names, frame->names, columns, count, error));
    kl_status status = take_items(&items, frame->columns, columns, count, error);
    if (status != KL_OK) {
        kl_value_release(names);
        return status;
    }
    return kl_data_frame_new(out, names, items, matrix, error);
}

static kl_status frame_rows(kl_value *out, const kl_data_frame *frame, const int64_t *rows,
                            size_t count, kl_error *error)
{
    kl_value columns, column, matrix = kl_null();
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&columns, kl_array_len(frame->columns), error));
    for (size_t j = 0; j < kl_array_len(frame->columns) && status == KL_OK; j++) {
        status = kl_data_take(&column, kl_array_at(frame->columns, j), rows, count, error);
        if (status == KL_OK)
            kl_array_push(&columns, column, NULL); /* has room */
    }
    if (status == KL_OK && !kl_is_null(frame->matrix))
        status = kl_data_take(&matrix, frame->matrix, rows, count, error);
    if (status != KL_OK) {
        kl_value_release(columns);
        return status;
    }
    return kl_data_frame_new(out, kl_value_retain(frame->names), columns, matrix, error);
}

/* ---- sparse matrices ----------------------------------------------------------------------------- */

static kl_status sparse_rows(kl_value *out, const kl_sparse_matrix *from, const int64_t *rows,
                             size_t count, kl_error *error)
{
    const int64_t *starts = kl_indices(from->indptr);
    kl_sparse_parts to;
    size_t numbers = 0;
    KL_TRY(check_indices(rows, count, (size_t)from->rows, "row", error));
    for (size_t i = 0; i < count; i++)
        numbers += (size_t)(starts[rows[i] + 1] - starts[rows[i]]);
    KL_TRY(kl_sparse_parts_new(&to, count, numbers, error));
    for (size_t i = 0; i < count; i++) {
        size_t begin = (size_t)starts[rows[i]], len = (size_t)starts[rows[i] + 1] - begin;
        size_t at = (size_t)to.starts[i];
        memcpy(to.numbers + at, kl_doubles(from->data) + begin, len * sizeof(double));
        memcpy(to.columns + at, kl_indices(from->indices) + begin, len * sizeof(int64_t));
        to.starts[i + 1] = (int64_t)(at + len);
    }
    return kl_sparse_parts_matrix(out, &to, (size_t)from->cols, error);
}

/* The numbers of a sparse matrix column by column: `starts` has cols + 1 items. One block, which the caller frees. */
typedef struct by_columns {
    int64_t *starts, *rows, *next; /* next: scratch, as many as the larger of rows and columns */
    double *numbers;
} by_columns;

static kl_status turn_to_columns(by_columns *out, const kl_sparse_matrix *from, kl_error *error)
{
    const int64_t *indptr = kl_indices(from->indptr), *indices = kl_indices(from->indices);
    size_t rows = (size_t)from->rows, cols = (size_t)from->cols, all = (size_t)indptr[rows];
    int64_t *block = kl_alloc_zero(cols + 1 + all + KL_MAX(rows, cols) + 1 + all, sizeof *block);
    if (!block)
        return kl_error_no_memory(error);
    by_columns to = {.starts = block, .rows = block + cols + 1};
    to.next = to.rows + all;
    to.numbers = (double *)(void *)(to.next + KL_MAX(rows, cols) + 1);
    for (size_t i = 0; i < all; i++)
        to.starts[indices[i] + 1]++;
    for (size_t j = 0; j < cols; j++)
        to.starts[j + 1] += to.starts[j];
    memcpy(to.next, to.starts, cols * sizeof *to.next);
    for (size_t i = 0; i < rows; i++)
        for (int64_t k = indptr[i]; k < indptr[i + 1]; k++) {
            int64_t at = to.next[indices[k]]++;
            to.rows[at] = (int64_t)i;
            to.numbers[at] = kl_doubles(from->data)[k];
        }
    *out = to;
    return KL_OK;
}

/* Columns in any order and as often as one likes: what is taken column by column stands in order in each row. */
static kl_status fill_columns(kl_sparse_parts *to, by_columns *from, size_t rows,
                              const int64_t *columns, size_t count, kl_error *error)
{
    size_t numbers = 0;
    for (size_t j = 0; j < count; j++)
        numbers += (size_t)(from->starts[columns[j] + 1] - from->starts[columns[j]]);
    KL_TRY(kl_sparse_parts_new(to, rows, numbers, error));
    for (size_t j = 0; j < count; j++)
        for (int64_t k = from->starts[columns[j]]; k < from->starts[columns[j] + 1]; k++)
            to->starts[from->rows[k] + 1]++;
    for (size_t i = 0; i < rows; i++)
        to->starts[i + 1] += to->starts[i];
    memcpy(from->next, to->starts, rows * sizeof *from->next);
    for (size_t j = 0; j < count; j++)
        for (int64_t k = from->starts[columns[j]]; k < from->starts[columns[j] + 1]; k++) {
            int64_t at = from->next[from->rows[k]]++;
            to->columns[at] = (int64_t)j;
            to->numbers[at] = from->numbers[k];
        }
    return KL_OK;
}

static kl_status sparse_columns(kl_value *out, const kl_sparse_matrix *from, const int64_t *columns,
                                size_t count, kl_error *error)
{
    by_columns turned;
    kl_sparse_parts to;
    KL_TRY(check_indices(columns, count, (size_t)from->cols, "column", error));
    KL_TRY(turn_to_columns(&turned, from, error));
    kl_status status = fill_columns(&to, &turned, (size_t)from->rows, columns, count, error);
    kl_free(turned.starts);
    if (status != KL_OK)
        return status;
    return kl_sparse_parts_matrix(out, &to, count, error);
}

/* ---- all ----------------------------------------------------------------------------------------- */

kl_status kl_data_take(kl_value *out, kl_value data, const int64_t *rows, size_t count,
                       kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(data);
    const kl_data_frame *frame = kl_as_object(data, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(data, &kl_sparse_matrix_type);
    if (view)
        return take_rows(out, view, rows, count, error);
    if (frame)
        return frame_rows(out, frame, rows, count, error);
    if (sparse)
        return sparse_rows(out, sparse, rows, count, error);
    if (kl_is(data, KL_KIND_ARRAY))
        return take_items(out, data, rows, count, error);
    if (kl_is_null(data)) {
        *out = kl_null();
        return KL_OK;
    }
    return kl_error_set(error, KL_TYPE, "expected data in rows, got %s", kl_value_kind_name(data));
}

/* Columns of an array of arrays. */
static kl_status list_columns(kl_value *out, kl_value rows, const int64_t *columns, size_t count,
                              kl_error *error)
{
    kl_value made, row;
    KL_TRY(kl_array_new(&made, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_status status = take_items(&row, kl_array_at(rows, i), columns, count, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        kl_array_push(&made, row, NULL); /* has room */
    }
    *out = made;
    return KL_OK;
}

kl_status kl_data_columns(kl_value *out, kl_value data, const int64_t *columns, size_t count,
                          kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(data);
    const kl_data_frame *frame = kl_as_object(data, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(data, &kl_sparse_matrix_type);
    if (view)
        return take_columns(out, view, columns, count, error);
    if (frame)
        return frame_columns(out, frame, columns, count, error);
    if (sparse)
        return sparse_columns(out, sparse, columns, count, error);
    if (kl_is(data, KL_KIND_ARRAY))
        return list_columns(out, data, columns, count, error);
    return kl_error_set(error, KL_TYPE, "expected data in columns, got %s",
                        kl_is(data, KL_KIND_OBJECT) ? data.as.object->type->name
                                                    : kl_value_kind_name(data));
}
