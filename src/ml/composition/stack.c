/* src/ml/composition/stack.c - matrices side by side, and the names of their columns. */
#include "holding.h"

#include "base/buffer.h"
#include "kailash/data.h"
#include "ml/estimator_parts.h"

/* ---- dense and sparse -------------------------------------------------------------------------------------- */

static size_t count_numbers(const kl_matrix *part)
{
    if (kl_is_sparse(part))
        return (size_t)part->indptr[part->rows];
    size_t count = 0;
    for (size_t i = 0; i < part->rows * part->cols; i++)
        count += part->data[i] != 0;
    return count;
}

/* Row `i` of a part into `out`, which is zeroed. */
static void copy_row(double *out, const kl_matrix *part, size_t i)
{
    if (!kl_is_sparse(part)) {
        memcpy(out, kl_row(part, i), part->cols * sizeof *out);
        return;
    }
    for (int64_t at = part->indptr[i]; at < part->indptr[i + 1]; at++)
        out[part->indices[at]] = part->values[at];
}

static kl_status stack_dense(kl_value *out, const kl_matrix *parts, size_t count, size_t rows, size_t cols,
                             kl_error *error)
{
    double *to;
    KL_TRY(kl_table_new(out, &to, rows, cols, error));
    for (size_t i = 0; i < rows; i++)
        for (size_t p = 0; p < count; p++) {
            if (parts[p].cols)
                copy_row(to, &parts[p], i);
            to += parts[p].cols;
        }
    return KL_OK;
}

/* The numbers of row `i` that are not 0, of one part; how many. */
static size_t copy_sparse(double *data, int64_t *indices, const kl_matrix *part, size_t i, size_t first)
{
    size_t count = 0;
    if (kl_is_sparse(part)) {
        for (int64_t at = part->indptr[i]; at < part->indptr[i + 1]; at++, count++) {
            data[count] = part->values[at];
            indices[count] = (int64_t)first + part->indices[at];
        }
        return count;
    }
    for (size_t j = 0; j < part->cols; j++) {
        if (kl_row(part, i)[j] == 0)
            continue;
        data[count] = kl_row(part, i)[j];
        indices[count++] = (int64_t)(first + j);
    }
    return count;
}

static kl_status stack_sparse(kl_value *out, const kl_matrix *parts, size_t count, size_t rows, size_t cols,
                              size_t numbers, kl_error *error)
{
    kl_sparse_parts to;
    KL_TRY(kl_sparse_parts_new(&to, rows, numbers, error));
    for (size_t i = 0, at = 0; i < rows; i++) {
        size_t first = 0;
        for (size_t p = 0; p < count; p++) {
            at += copy_sparse(to.numbers + at, to.columns + at, &parts[p], i, first);
            first += parts[p].cols;
        }
        to.starts[i + 1] = (int64_t)at;
    }
    return kl_sparse_parts_matrix(out, &to, cols, error);
}

/* A part may be a row of numbers: a matrix of one column. */
static kl_status read_part(kl_matrix *out, kl_value value, kl_task *task, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(value);
    if (!view || view->layout.ndim != 1)
        return kl_matrix_read(out, value, "what transform() gave", KL_EST_SPARSE | KL_EST_NAN_OK | KL_EST_EMPTY_OK,
                              task, error);
    *out = (kl_matrix){.cols = 1, .value = value};
    size_t outputs;
    return kl_targets_read_as(&out->data, &out->rows, &outputs, value, "what transform() gave", KL_EST_NAN_OK,
                              task, error);
}

static bool has_no_columns(kl_value value)
{
    const kl_array_view *view = kl_as_array_view(value);
    return view && view->layout.ndim == 2 && view->shape[1] == 0;
}

static kl_status stack(kl_value *out, const kl_value *values, size_t count, size_t rows, double threshold,
                       kl_task *task, kl_error *error)
{
    kl_matrix *parts;
    size_t cols = 0, numbers = 0, used = 0;
    bool is_sparse = false;
    KL_TAKE(parts, task, count + 1, error);
    for (size_t p = 0; p < count; p++) {
        if (has_no_columns(values[p]))
            continue;
        kl_matrix *part = &parts[used++];
        KL_TRY(read_part(part, values[p], task, error));
        if (part->rows != rows)
            return kl_bad_dimension(error, "rows from transform()", rows, part->rows);
        cols += part->cols;
        is_sparse = is_sparse || kl_is_sparse(part);
    }
    for (size_t p = 0; p < used && is_sparse; p++)
        numbers += count_numbers(&parts[p]);
    bool keep = is_sparse && (threshold >= 1 || (double)numbers < threshold * (double)rows * (double)cols);
    return keep ? stack_sparse(out, parts, used, rows, cols, numbers, error)
                : stack_dense(out, parts, used, rows, cols, error);
}

kl_status kl_held_stack(kl_value *out, const kl_value *parts, size_t count, size_t rows, double threshold,
                        kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_status status = stack(out, parts, count, rows, threshold, &task, error);
    kl_task_end(&task);
    return status;
}

static kl_status scale(kl_value *out, kl_value matrix, double by, kl_task *task, kl_error *error)
{
    kl_matrix x;
    double *to;
    KL_TRY(read_part(&x, matrix, task, error));
    if (!kl_is_sparse(&x)) {
        KL_TRY(kl_table_new(out, &to, x.rows, x.cols, error));
        for (size_t i = 0; i < x.rows * x.cols; i++)
            to[i] = by * x.data[i];
        return KL_OK;
    }
    const kl_sparse_matrix *from = kl_as_object(matrix, &kl_sparse_matrix_type);
    kl_value data;
    size_t count = kl_array_axis(from->data, 0);
    KL_TRY(kl_vector_new(&data, &to, count, error));
    for (size_t i = 0; i < count; i++)
        to[i] = by * x.values[i];
    return kl_sparse_matrix_new(out, from->rows, from->cols, data, kl_value_retain(from->indices),
                                kl_value_retain(from->indptr), error);
}

kl_status kl_held_scale(kl_value *out, kl_value matrix, double by, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_status status = scale(out, matrix, by, &task, error);
    kl_task_end(&task);
    return status;
}

/* ---- names ------------------------------------------------------------------------------------------------- */

static kl_status ask_names(kl_value *out, kl_value part, kl_value names_in, kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(part);
    const kl_method *method =
        own ? kl_type_method(own->object.type, KL_TEXT("get_feature_names_out")) : NULL;
    if (method)
        return method->call(out, (kl_object *)(uintptr_t)&own->object, &names_in, error);
    if (!own && kl_foreign_has(part, "get_feature_names_out"))
        return kl_foreign_call(out, part, "get_feature_names_out", &names_in, 1, kl_null(), error);
    kl_value name = kl_null();
    if (!own)
        KL_TRY(kl_foreign_class(&name, part, error));
    kl_error_set(error, KL_ATTRIBUTE, "%s has no get_feature_names_out()",
                 own ? own->object.type->name : kl_as_text(name).data);
    kl_value_release(name);
    return KL_ATTRIBUTE;
}

static kl_status append_names(kl_value *names, kl_value more, kl_text prefix, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(more); i++) {
        kl_value name = kl_value_retain(kl_array_at(more, i));
        if (prefix.len) {
            kl_buffer text = KL_BUFFER_INIT;
            kl_buffer_format(&text, "%.*s__%.*s", KL_TEXT_ARG(prefix), KL_TEXT_ARG(kl_as_text(name)));
            kl_value_release(name);
            KL_TRY(kl_buffer_finish(&name, &text, error));
        }
        KL_TRY(kl_array_push(names, name, error));
    }
    return KL_OK;
}

kl_status kl_held_names(kl_value *names, kl_value part, kl_value names_in, kl_text prefix, kl_error *error)
{
    kl_value more;
    if (!kl_is_model(part))
        return append_names(names, names_in, prefix, error);
    KL_TRY(ask_names(&more, part, names_in, error));
    kl_status status = append_names(names, more, prefix, error);
    kl_value_release(more);
    return status;
}
