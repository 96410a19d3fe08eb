/* src/reflect/data_frame.c - tables with named columns; see kailash/data.h. */
#include "kailash/data.h"

static void dispose(kl_object *self)
{
    kl_foreign *origin = ((kl_data_frame *)self)->origin;
    if (origin)
        origin->release(origin);
}

/* Items of a column; negative when it is none. */
static int64_t length_of(kl_value column)
{
    const kl_array_view *view = kl_as_array_view(column);
    if (view)
        return view->layout.ndim == 1 ? view->shape[0] : -1;
    return kl_is(column, KL_KIND_ARRAY) ? (int64_t)kl_array_len(column) : -1;
}

static kl_status check_columns(kl_data_frame *frame, kl_error *error)
{
    size_t count = kl_array_len(frame->columns);
    if (kl_array_len(frame->names) != count)
        return kl_error_set(error, KL_INVALID, "%zu names of %zu columns",
                            kl_array_len(frame->names), count);
    frame->rows = count ? length_of(kl_array_at(frame->columns, 0)) : 0;
    for (size_t i = 0; i < count; i++) {
        kl_value name = kl_array_at(frame->names, i);
        int64_t length = length_of(kl_array_at(frame->columns, i));
        if (!kl_is(name, KL_KIND_STRING))
            return kl_error_set(error, KL_INVALID, "names[%zu]: expected string, got %s", i,
                                kl_value_kind_name(name));
        if (length < 0)
            return kl_error_set(error, KL_INVALID, "the column '%s' is no array of one dimension",
                                kl_as_text(name).data);
        if (length != frame->rows)
            return kl_error_set(error, KL_INVALID, "the column '%s' has %lld rows, others %lld",
                                kl_as_text(name).data, (long long)length, (long long)frame->rows);
    }
    return KL_OK;
}

static kl_status check_matrix(kl_data_frame *frame, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(frame->matrix);
    int64_t count = (int64_t)kl_array_len(frame->columns);
    if (kl_is_null(frame->matrix))
        return KL_OK;
    if (!view || view->layout.ndim != 2 || view->shape[1] != count)
        return kl_error_set(error, KL_INVALID, "the matrix has not the columns of the table");
    if (count == 0)
        frame->rows = view->shape[0];
    return view->shape[0] == frame->rows
               ? KL_OK
               : kl_error_set(error, KL_INVALID, "the matrix has %lld rows, its columns %lld",
                              (long long)view->shape[0], (long long)frame->rows);
}

kl_status kl_data_frame_new(kl_value *out, kl_value names, kl_value columns, kl_value matrix,
                            kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_data_frame_type, error);
    if (status != KL_OK) {
        kl_value_release(names);
        kl_value_release(columns);
        kl_value_release(matrix);
        return status;
    }
    kl_data_frame *frame = (kl_data_frame *)object;
    frame->names = names;
    frame->columns = columns;
    frame->matrix = matrix;
    status = check_columns(frame, error);
    if (status == KL_OK)
        status = check_matrix(frame, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_data_frame *frame = (const kl_data_frame *)self;
    return kl_string_format(out, error, "DataFrame(rows=%lld, columns=%zu)", (long long)frame->rows,
                            kl_array_len(frame->columns));
}

static const kl_field fields[] = {
    KL_VALUE(kl_data_frame, names, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "names of the columns"),
    KL_VALUE(kl_data_frame, columns, .kind = KL_KIND_ARRAY, .flags = KL_READ_ONLY,
             .doc = "the columns: an array of numbers, or a list of other values, each"),
    KL_VALUE(kl_data_frame, matrix, .kind = KL_KIND_BUFFER, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "all numbers as one array of two dimensions, when there is nothing else"),
    KL_INT(kl_data_frame, rows, 0, .flags = KL_READ_ONLY, .doc = "number of rows"),
};

const kl_type kl_data_frame_type = {
    .name = "DataFrame",
    .module = "kailash._kailash",
    .doc = "A table with named columns, as the library sees what pandas, polars or pyarrow hold.",
    .size = sizeof(kl_data_frame),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_ARRAYS,
    .fields = KL_TABLE(fields),
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(kl_data_frame_type);
