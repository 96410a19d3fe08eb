/* src/reflect/sparse_matrix.c - matrices in compressed rows; see kailash/data.h. */
#include "kailash/data.h"
#include "view_numbers.h"

/* ---- what must hold ---------------------------------------------------------------------------- */

static kl_status check_part(kl_value part, const char *name, const char *format, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(part);
    if (!view)
        return kl_error_set(error, KL_INVALID, "%s: expected an array of numbers, got %s", name,
                            kl_value_kind_name(part));
    if (kl_array_view_require(view, name, format, 1, error) != KL_OK)
        return error ? error->code = KL_INVALID : KL_INVALID;
    return kl_array_view_is_contiguous(view)
               ? KL_OK
               : kl_error_set(error, KL_INVALID, "%s: its items do not lie side by side", name);
}

static kl_status check_parts(const kl_sparse_matrix *m, kl_error *error)
{
    KL_TRY(check_part(m->data, "data", "d", error));
    KL_TRY(check_part(m->indices, "indices", "q", error));
    KL_TRY(check_part(m->indptr, "indptr", "q", error));
    int64_t count = kl_as_array_view(m->data)->shape[0];
    if (m->rows < 0 || m->cols < 0)
        return kl_error_set(error, KL_INVALID, "shape: (%lld, %lld) is negative", (long long)m->rows,
                            (long long)m->cols);
    if (kl_as_array_view(m->indices)->shape[0] != count)
        return kl_error_set(error, KL_INVALID, "indices: expected %lld items as data has, got %lld",
                            (long long)count, (long long)kl_as_array_view(m->indices)->shape[0]);
    if (kl_as_array_view(m->indptr)->shape[0] - 1 != m->rows)
        return kl_error_set(error, KL_INVALID,
                            "indptr: expected one item more than the %lld rows, got %lld",
                            (long long)m->rows, (long long)kl_as_array_view(m->indptr)->shape[0]);
    return KL_OK;
}

/* Rows follow each other from 0 to the last number. */
static kl_status check_rows(const kl_sparse_matrix *m, kl_error *error)
{
    const int64_t *starts = kl_as_array_view(m->indptr)->layout.data;
    int64_t count = kl_as_array_view(m->data)->shape[0];
    if (starts[0] != 0 || starts[m->rows] != count)
        return kl_error_set(error, KL_INVALID, "indptr: expected to lead from 0 to %lld, got %lld to %lld",
                            (long long)count, (long long)starts[0], (long long)starts[m->rows]);
    for (int64_t i = 0; i < m->rows; i++)
        if (starts[i + 1] < starts[i] || starts[i + 1] > count)
            return kl_error_set(error, KL_INVALID, "indptr[%lld]: %lld, but %lld before it",
                                (long long)(i + 1), (long long)starts[i + 1], (long long)starts[i]);
    return KL_OK;
}

static kl_status check_columns(const kl_sparse_matrix *m, kl_error *error)
{
    const int64_t *starts = kl_as_array_view(m->indptr)->layout.data;
    const int64_t *columns = kl_as_array_view(m->indices)->layout.data;
    for (int64_t i = 0; i < m->rows; i++) {
        int64_t before = -1;
        for (int64_t k = starts[i]; k < starts[i + 1]; before = columns[k++]) {
            if (columns[k] < 0 || columns[k] >= m->cols)
                return kl_error_set(error, KL_INVALID, "indices[%lld]: no column %lld of %lld",
                                    (long long)k, (long long)columns[k], (long long)m->cols);
            if (columns[k] <= before)
                return kl_error_set(error, KL_INVALID,
                                    "indices[%lld]: column %lld stands behind column %lld of row %lld; "
                                    "sort them and add up what stands twice",
                                    (long long)k, (long long)columns[k], (long long)before,
                                    (long long)i);
        }
    }
    return KL_OK;
}

static kl_status check(const kl_sparse_matrix *matrix, kl_error *error)
{
    KL_TRY(check_parts(matrix, error));
    KL_TRY(check_rows(matrix, error));
    return check_columns(matrix, error);
}

kl_status kl_sparse_matrix_new(kl_value *out, int64_t rows, int64_t cols, kl_value data,
                               kl_value indices, kl_value indptr, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_sparse_matrix_type, error);
    if (status != KL_OK) {
        kl_value_release(data);
        kl_value_release(indices);
        kl_value_release(indptr);
        return status;
    }
    kl_sparse_matrix *matrix = (kl_sparse_matrix *)object;
    matrix->rows = rows;
    matrix->cols = cols;
    matrix->data = data;
    matrix->indices = indices;
    matrix->indptr = indptr;
    status = check(matrix, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- its face ---------------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_sparse_matrix *matrix = (kl_sparse_matrix *)self;
    if (kl_array_len(args[3]) != 2)
        return kl_error_set(error, KL_INVALID, "shape: expected two numbers, got %zu",
                            kl_array_len(args[3]));
    matrix->rows = kl_as_int(kl_array_at(args[3], 0));
    matrix->cols = kl_as_int(kl_array_at(args[3], 1));
    KL_TRY(kl_view_convert(&matrix->data, args[0], "data", 'd', error));
    KL_TRY(kl_view_convert(&matrix->indices, args[1], "indices", 'q', error));
    KL_TRY(kl_view_convert(&matrix->indptr, args[2], "indptr", 'q', error));
    return check(matrix, error);
}

static kl_status shape(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_sparse_matrix *matrix = (const kl_sparse_matrix *)self;
    kl_value list;
    (void)args;
    KL_TRY(kl_array_new(&list, 2, error));
    kl_array_push(&list, kl_int(matrix->rows), NULL); /* has room */
    kl_array_push(&list, kl_int(matrix->cols), NULL);
    *out = list;
    return KL_OK;
}

static kl_status nnz(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(kl_as_array_view(((const kl_sparse_matrix *)self)->data)->shape[0]);
    return KL_OK;
}

static kl_status toarray(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_sparse_matrix *m = (const kl_sparse_matrix *)self;
    const double *numbers = kl_as_array_view(m->data)->layout.data;
    const int64_t *columns = kl_as_array_view(m->indices)->layout.data;
    const int64_t *starts = kl_as_array_view(m->indptr)->layout.data;
    kl_value made;
    (void)args;
    KL_TRY(kl_array_view_new(&made, 'd', 2, (const int64_t[]){m->rows, m->cols}, error));
    double *to = kl_as_array_view(made)->layout.data;
    for (int64_t i = 0; i < m->rows; i++)
        for (int64_t k = starts[i]; k < starts[i + 1]; k++)
            to[i * m->cols + columns[k]] = numbers[k];
    *out = made;
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_sparse_matrix *matrix = (const kl_sparse_matrix *)self;
    return kl_string_format(out, error, "SparseMatrix(shape=[%lld, %lld], nnz=%lld)",
                            (long long)matrix->rows, (long long)matrix->cols,
                            (long long)kl_as_array_view(matrix->data)->shape[0]);
}

static const kl_param params[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "the numbers, row by row"},
    {.name = "indices", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "the column of each, ascending within a row"},
    {.name = "indptr", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "where each row begins, and behind the last"},
    {.name = "shape", .kind = KL_KIND_ARRAY, .item = KL_KIND_COUNT, .flags = KL_TUPLE,
     .doc = "rows and columns"},
};
static const kl_field fields[] = {
    KL_VALUE(kl_sparse_matrix, data, .kind = KL_KIND_BUFFER, .flags = KL_READ_ONLY,
             .doc = "the numbers, row by row"),
    KL_VALUE(kl_sparse_matrix, indices, .kind = KL_KIND_BUFFER, .flags = KL_READ_ONLY,
             .doc = "the column of each number"),
    KL_VALUE(kl_sparse_matrix, indptr, .kind = KL_KIND_BUFFER, .flags = KL_READ_ONLY,
             .doc = "where each row begins, and behind the last"),
};
static const kl_method methods[] = {
    {.name = "shape", .call = shape, .returns = KL_KIND_TUPLE, .flags = KL_PROPERTY,
     .doc = "Rows and columns."},
    {.name = "nnz", .call = nnz, .returns = KL_KIND_INT, .flags = KL_PROPERTY,
     .doc = "How many numbers it keeps."},
    {.name = "toarray", .call = toarray, .returns = KL_KIND_BUFFER, .raises = "OverflowError",
     .doc = "All numbers, those that are 0 too, as an array of two dimensions."},
};

const kl_type kl_sparse_matrix_type = {
    .name = "SparseMatrix",
    .module = "kailash._kailash",
    .doc = "A matrix of which only the numbers that are not 0 are kept, in compressed rows.",
    .size = sizeof(kl_sparse_matrix),
    .flags = KL_TYPE_ARRAYS,
    .params = KL_TABLE(params),
    .init = init,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_sparse_matrix_type);
