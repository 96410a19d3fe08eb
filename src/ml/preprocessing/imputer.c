/* src/ml/preprocessing/imputer.c - see imputer.h. */
#include "imputer.h"

#include <math.h>

kl_status kl_missing_to_nan(kl_matrix *x, kl_value missing_values, kl_task *task, kl_error *error)
{
    size_t count = x->rows * x->cols;
    double missing = kl_as_double(missing_values), *copy;
    if (kl_is_null(missing_values) || isnan(missing))
        return KL_OK;
    KL_TAKE_RAW(copy, task, count ? count : 1, error);
    for (size_t i = 0; i < count; i++) {
        if (isnan(x->data[i]))
            return kl_bad_input(error, "input contains NaN, but missing values are %.15g", missing);
        copy[i] = x->data[i] == missing ? NAN : x->data[i];
    }
    x->data = copy;
    return KL_OK;
}

kl_status kl_missing_columns(kl_value *out, const kl_matrix *x, kl_error *error)
{
    kl_value made;
    int64_t *columns;
    size_t count = 0;
    bool *misses = kl_alloc_zero(x->cols + 1, sizeof *misses);
    if (!misses)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t j = 0; j < x->cols; j++)
            misses[j] |= isnan(kl_row(x, i)[j]);
    for (size_t j = 0; j < x->cols; j++)
        count += misses[j];
    kl_status status = kl_indices_new(&made, &columns, count, error);
    if (status == KL_OK) {
        for (size_t j = 0, k = 0; k < count; j++)
            if (misses[j])
                columns[k++] = (int64_t)j;
        kl_learn(out, made);
    }
    kl_free(misses);
    return status;
}

void kl_missing_indicator(double *to, size_t stride, const kl_matrix *x, kl_value columns)
{
    const int64_t *listed = kl_indices(columns);
    size_t count = kl_array_axis(columns, 0);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t k = 0; k < count; k++)
            to[i * stride + k] = isnan(kl_row(x, i)[listed[k]]);
}

kl_status kl_imputer_names(kl_value *out, kl_value names, kl_value columns, kl_error *error)
{
    size_t count = kl_array_len(names), more = kl_array_axis(columns, 0);
    kl_value list, name;
    KL_TRY(kl_array_new(&list, count + more, error));
    for (size_t j = 0; j < count; j++)
        kl_array_push(&list, kl_value_retain(kl_array_at(names, j)), NULL); /* has room */
    for (size_t k = 0; k < more; k++) {
        kl_text of = kl_as_text(kl_array_at(names, (size_t)kl_indices(columns)[k]));
        kl_status status = kl_string_format(&name, error, "missingindicator_%.*s", KL_TEXT_ARG(of));
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, name, NULL);
    }
    *out = list;
    return KL_OK;
}
