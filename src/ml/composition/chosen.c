/* src/ml/composition/chosen.c - choosing columns. */
#include "chosen.h"

#include "kailash/data.h"

kl_status kl_chosen_width(size_t *count, kl_value *names, kl_value data, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(data);
    const kl_data_frame *frame = kl_as_object(data, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(data, &kl_sparse_matrix_type);
    *names = kl_null();
    if (view && view->layout.ndim == 2)
        *count = (size_t)view->shape[1];
    else if (frame)
        *count = kl_array_len(frame->columns);
    else if (sparse)
        *count = (size_t)sparse->cols;
    else if (kl_is(kl_array_at(data, 0), KL_KIND_ARRAY))
        *count = kl_array_len(kl_array_at(data, 0));
    else
        return kl_error_set(error, KL_TYPE, "x: expected rows and columns (two dimensions), got %s",
                            view ? "an array of another shape" : kl_value_kind_name(data));
    if (frame)
        *names = frame->names;
    return KL_OK;
}

static int64_t find_name(kl_value names, kl_value name)
{
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(names, i)), kl_as_text(name)))
            return (int64_t)i;
    return -1;
}

/* ---- one column -------------------------------------------------------------------------------------------- */

static kl_status by_number(int64_t *out, double number, size_t count, kl_error *error)
{
    double column = number < 0 ? number + (double)count : number;
    if (!(column >= 0 && column < (double)count) || column != (double)(int64_t)column)
        return kl_bad_input(error, "column %.15g is out of range: x has %zu", number, count);
    *out = (int64_t)column;
    return KL_OK;
}

static kl_status by_name(int64_t *out, kl_value name, kl_value names, kl_error *error)
{
    if (kl_is_null(names))
        return kl_error_set(error, KL_INVALID, "column '%.*s': x has no names of columns; pass a table, or numbers",
                            KL_TEXT_ARG(kl_as_text(name)));
    *out = find_name(names, name);
    return *out >= 0 ? KL_OK
                     : kl_error_set(error, KL_INVALID, "x has no column '%.*s'", KL_TEXT_ARG(kl_as_text(name)));
}

static kl_status one(int64_t *out, kl_value spec, size_t count, kl_value names, kl_error *error)
{
    if (kl_is(spec, KL_KIND_STRING))
        return by_name(out, spec, names, error);
    if (kl_is(spec, KL_KIND_INT) || kl_is(spec, KL_KIND_DOUBLE))
        return by_number(out, kl_as_double(spec), count, error);
    return kl_error_set(error, KL_TYPE,
                        "columns: expected numbers, names, a mask, a slice or a function of x, got %s",
                        kl_is(spec, KL_KIND_OBJECT) ? spec.as.object->type->name : kl_value_kind_name(spec));
}

/* ---- many -------------------------------------------------------------------------------------------------- */

static kl_status masked(kl_chosen *out, kl_value spec, size_t given, size_t count, kl_task *task, kl_error *error)
{
    const double *bits = NULL;
    size_t n = given;
    if (given != count)
        return kl_bad_input(error, "a mask of columns has %zu items, x has %zu columns", given, count);
    if (!kl_is(spec, KL_KIND_ARRAY))
        KL_TRY(kl_numbers_read(&bits, &n, spec, "columns", task, error));
    for (size_t i = 0; i < n; i++)
        if (bits ? bits[i] != 0 : kl_as_bool(kl_array_at(spec, i)))
            out->column[out->count++] = (int64_t)i;
    return KL_OK;
}

static kl_status numbered(kl_chosen *out, kl_value spec, size_t count, kl_task *task, kl_error *error)
{
    const double *numbers;
    size_t n;
    KL_TRY(kl_numbers_read(&numbers, &n, spec, "columns", task, error));
    for (size_t i = 0; i < n; i++)
        KL_TRY(by_number(&out->column[out->count++], numbers[i], count, error));
    return KL_OK;
}

static kl_status listed(kl_chosen *out, kl_value spec, size_t count, kl_value names, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(spec); i++)
        KL_TRY(one(&out->column[out->count++], kl_array_at(spec, i), count, names, error));
    return KL_OK;
}

/* A bound of a slice: a number, or the name of a column, which as the end (`last`) belongs to it. */
static kl_status bound(int64_t *out, kl_value slice, const char *name, int64_t fallback, size_t count,
                       kl_value names, bool last, kl_error *error)
{
    kl_value value;
    kl_status status = KL_OK;
    KL_TRY(kl_foreign_get(&value, slice, name, error));
    *out = kl_is_null(value) ? fallback : kl_as_int(value);
    if (kl_is(value, KL_KIND_STRING)) {
        status = by_name(out, value, names, error);
        *out += last;
    } else if (*out < 0 && !kl_is_null(value)) {
        *out += (int64_t)count;
    }
    kl_value_release(value);
    return status;
}

static kl_status sliced(kl_chosen *out, kl_value slice, size_t count, kl_value names, kl_error *error)
{
    kl_value step;
    int64_t start, stop, n = (int64_t)count;
    KL_TRY(kl_foreign_get(&step, slice, "step", error));
    int64_t by = kl_is_null(step) ? 1 : kl_as_int(step);
    kl_value_release(step);
    if (by == 0)
        return kl_error_set(error, KL_INVALID, "columns: the step of a slice must not be 0");
    KL_TRY(bound(&start, slice, "start", by > 0 ? 0 : n - 1, count, names, false, error));
    KL_TRY(bound(&stop, slice, "stop", by > 0 ? n : -1, count, names, true, error));
    start = KL_MAX(by > 0 ? 0 : -1, KL_MIN(start, by > 0 ? n : n - 1));
    stop = KL_MAX(-1, KL_MIN(stop, n));
    for (int64_t c = start; by > 0 ? c < stop : c > stop; c += by)
        out->column[out->count++] = c;
    return KL_OK;
}

static bool is_slice(kl_value spec)
{
    kl_error ignored = KL_ERROR_INIT;
    kl_value step;
    bool is = kl_as_foreign(spec) && kl_foreign_get(&step, spec, "step", &ignored) == KL_OK;
    if (is)
        kl_value_release(step);
    kl_error_clear(&ignored);
    return is;
}

static kl_status choose(kl_chosen *out, kl_value spec, size_t count, kl_value names, kl_task *task,
                        kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(spec);
    size_t given = view && view->layout.ndim == 1 ? (size_t)view->shape[0] : kl_array_len(spec);
    KL_TAKE(out->column, task, given + count + 1, error);
    if (view && view->layout.format == '?')
        return masked(out, spec, given, count, task, error);
    if (view)
        return numbered(out, spec, count, task, error);
    if (kl_is(spec, KL_KIND_ARRAY) && kl_is(kl_array_at(spec, 0), KL_KIND_BOOL))
        return masked(out, spec, given, count, task, error);
    if (kl_is(spec, KL_KIND_ARRAY))
        return listed(out, spec, count, names, error);
    if (is_slice(spec))
        return sliced(out, spec, count, names, error);
    out->is_single = true;
    out->count = 1;
    return one(out->column, spec, count, names, error);
}

kl_status kl_chosen_from(kl_chosen *out, kl_value spec, kl_value x, kl_task *task, kl_error *error)
{
    size_t count;
    kl_value names, chosen;
    *out = (kl_chosen){0};
    KL_TRY(kl_chosen_width(&count, &names, x, error));
    if (!kl_as_object(spec, &kl_callable_type))
        return choose(out, spec, count, names, task, error);
    KL_TRY(kl_call_value(&chosen, spec, &x, 1, error));
    kl_status status = choose(out, chosen, count, names, task, error);
    kl_value_release(chosen);
    return status;
}

/* ---- taking ------------------------------------------------------------------------------------------------ */

/* The only column of a matrix as a row of values. */
static kl_status flat(kl_value *out, kl_value matrix, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(matrix);
    const kl_data_frame *frame = kl_as_object(matrix, &kl_data_frame_type);
    if (frame) {
        *out = kl_value_retain(kl_array_at(frame->columns, 0));
        return KL_OK;
    }
    if (view) {
        KL_TRY(kl_array_view_new(out, view->layout.format, 1, view->shape, error));
        memcpy(kl_as_array_view(*out)->layout.data, view->layout.data, (size_t)view->shape[0] * view->item_size);
        return KL_OK;
    }
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(matrix), error));
    for (size_t i = 0; i < kl_array_len(matrix); i++)
        kl_array_push(&list, kl_value_retain(kl_array_at(kl_array_at(matrix, i), 0)), NULL); /* has room */
    *out = list;
    return KL_OK;
}

static kl_status find_again(int64_t *column, const kl_chosen *chosen, kl_value now, kl_value before,
                            kl_error *error)
{
    for (size_t i = 0; i < chosen->count; i++) {
        kl_value name = kl_array_at(before, (size_t)chosen->column[i]);
        column[i] = find_name(now, name);
        if (column[i] < 0)
            return kl_bad_input(error, "x has no column '%.*s', which it had in fit()",
                                KL_TEXT_ARG(kl_as_text(name)));
    }
    return KL_OK;
}

static kl_status take(kl_value *out, kl_value x, const kl_chosen *chosen, const int64_t *column, kl_error *error)
{
    kl_value matrix;
    KL_TRY(kl_data_columns(&matrix, x, column, chosen->count, error));
    if (!chosen->is_single) {
        *out = matrix;
        return KL_OK;
    }
    kl_status status = flat(out, matrix, error);
    kl_value_release(matrix);
    return status;
}

kl_status kl_chosen_take(kl_value *out, kl_value x, const kl_chosen *chosen, kl_value names, kl_error *error)
{
    size_t count;
    kl_value now;
    KL_TRY(kl_chosen_width(&count, &now, x, error));
    if (kl_is_null(now) || kl_is_null(names))
        return take(out, x, chosen, chosen->column, error);
    int64_t *column = kl_alloc((chosen->count + 1) * sizeof *column);
    if (!column)
        return kl_error_no_memory(error);
    kl_status status = find_again(column, chosen, now, names, error);
    if (status == KL_OK)
        status = take(out, x, chosen, column, error);
    kl_free(column);
    return status;
}
