/* src/ml/preprocessing/categories.c - see categories.h. */
#include "categories.h"

#include "../numeric.h"
#include "kailash/data.h"

#include <math.h>
#include <stdio.h>

/* ---- columns ------------------------------------------------------------------------------------- */

static bool all_numbers(kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i);
        if (!kl_is_number(item) && !kl_is(item, KL_KIND_BOOL))
            return false;
    }
    return true;
}

static kl_status numbers_of_list(kl_value *out, kl_value list, kl_error *error)
{
    double *numbers;
    KL_TRY(kl_vector_new(out, &numbers, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        numbers[i] = kl_as_double(kl_array_at(list, i));
    return KL_OK;
}

/* Texts and nulls; NaN among texts is a null. */
static kl_status texts_of_list(kl_value *out, kl_value list, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i);
        bool is_nan = kl_is(item, KL_KIND_DOUBLE) && isnan(kl_as_double(item));
        if (!kl_is(item, KL_KIND_STRING) && !kl_is_null(item) && !is_nan) {
            kl_value_release(made);
            return kl_error_set(error, KL_TYPE, "a column must hold all numbers or all texts, got %s among texts",
                                kl_value_kind_name(item));
        }
        kl_array_push(&made, is_nan ? kl_null() : kl_value_retain(item), NULL); /* has room */
    }
    *out = made;
    return KL_OK;
}

static kl_status column_of_list(kl_value *out, kl_value list, kl_error *error)
{
    return all_numbers(list) ? numbers_of_list(out, list, error) : texts_of_list(out, list, error);
}

/* Column `j` of a matrix, or a vector (j = 0), as float64. */
static kl_status column_of_view(kl_value *out, kl_value value, size_t j, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    const double *numbers;
    double *column;
    size_t n, cols;
    const kl_array_view *view = kl_as_array_view(value);
    n = (size_t)view->shape[0];
    cols = view->layout.ndim > 1 ? (size_t)view->shape[1] : 1;
    KL_TRY(kl_vector_new(out, &column, n, error));
    kl_status status = kl_doubles_read(&numbers, value, &task, error);
    for (size_t i = 0; i < n && status == KL_OK; i++)
        column[i] = numbers[i * cols + j];
    kl_task_end(&task);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

kl_status kl_column_of(kl_value *out, kl_value column, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(column);
    bool is_column = view ? view->layout.ndim == 1 || (view->layout.ndim == 2 && view->shape[1] == 1)
                          : kl_is(column, KL_KIND_ARRAY);
    if (!is_column)
        return kl_error_set(error, KL_TYPE, "expected values in one dimension");
    return kl_as_array_view(column) ? column_of_view(out, column, 0, error)
                                    : column_of_list(out, column, error);
}

/* Appends `status`'s column, or drops the list. */
static kl_status add_column(kl_value *list, kl_status status, kl_value column, kl_error *error)
{
    if (status == KL_OK)
        status = kl_array_push(list, column, error);
    if (status != KL_OK)
        kl_value_release(kl_value_take(list));
    return status;
}

static kl_status columns_of_view(kl_value *columns, size_t *rows, kl_value x, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(x);
    kl_value column;
    if (view->layout.ndim != 2)
        return kl_error_set(error, KL_TYPE, "x: expected data of two dimensions, got %zu", view->layout.ndim);
    *rows = (size_t)view->shape[0];
    KL_TRY(kl_array_new(columns, (size_t)view->shape[1], error));
    for (size_t j = 0; j < (size_t)view->shape[1]; j++)
        KL_TRY(add_column(columns, column_of_view(&column, x, j, error), column, error));
    return KL_OK;
}

static kl_status columns_of_frame(kl_value *columns, size_t *rows, const kl_data_frame *frame,
                                  kl_error *error)
{
    kl_value column;
    *rows = (size_t)frame->rows;
    KL_TRY(kl_array_new(columns, kl_array_len(frame->columns), error));
    for (size_t j = 0; j < kl_array_len(frame->columns); j++)
        KL_TRY(add_column(columns, kl_column_of(&column, kl_array_at(frame->columns, j), error), column,
                          error));
    return KL_OK;
}

/* Item `j` of each row. */
static kl_status item_of_rows(kl_value *out, kl_value rows, size_t j, size_t width, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = kl_array_at(rows, i);
        if (!kl_is(row, KL_KIND_ARRAY) || kl_array_len(row) != width) {
            kl_value_release(list);
            return kl_error_set(error, KL_TYPE, "x[%zu]: expected a row of %zu values", i, width);
        }
        kl_array_push(&list, kl_value_retain(kl_array_at(row, j)), NULL); /* has room */
    }
    kl_status status = column_of_list(out, list, error);
    kl_value_release(list);
    return status;
}

static kl_status columns_of_rows(kl_value *columns, size_t *rows, kl_value x, kl_error *error)
{
    size_t width = kl_array_len(kl_array_at(x, 0));
    kl_value column;
    *rows = kl_array_len(x);
    if (*rows && !kl_is(kl_array_at(x, 0), KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "x: expected data of two dimensions, got one");
    KL_TRY(kl_array_new(columns, width, error));
    for (size_t j = 0; j < width; j++)
        KL_TRY(add_column(columns, item_of_rows(&column, x, j, width, error), column, error));
    return KL_OK;
}

kl_status kl_columns_of(kl_value *columns, kl_value *names, size_t *rows, kl_value x, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(x, &kl_data_frame_type);
    *names = kl_null();
    if (kl_as_array_view(x))
        return columns_of_view(columns, rows, x, error);
    if (kl_is(x, KL_KIND_ARRAY))
        return columns_of_rows(columns, rows, x, error);
    if (!frame)
        return kl_error_set(error, KL_TYPE, "x: expected data of two dimensions, got %s",
                            kl_is(x, KL_KIND_OBJECT) ? x.as.object->type->name : kl_value_kind_name(x));
    KL_TRY(columns_of_frame(columns, rows, frame, error));
    *names = kl_value_retain(frame->names);
    return KL_OK;
}

/* ---- categories of numbers ----------------------------------------------------------------------- */

/* NaN comes behind all numbers, and is one. */
static size_t place_of(const double *sorted, size_t count, double number)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < number || (isnan(number) && !isnan(sorted[middle])))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

enum { FEW = 64 };

/* Distinct numbers in order, when there are at most FEW: they need no sorting of all. FEW + 1 = there are more. */
static size_t few_numbers(double few[FEW], const double *x, size_t n)
{
    uint64_t met[256] = {0}; /* by a hash of their bits, but for 0 */
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        uint64_t *known = &met[(bits * 0x9e3779b97f4a7c15u) >> 56];
        if (*known == bits && bits)
            continue;
        *known = bits;
        size_t at = place_of(few, count, x[i]);
        if (at < count && is_same(few[at], x[i]))
            continue;
        if (count == FEW)
            return FEW + 1;
        memmove(few + at + 1, few + at, (count - at) * sizeof *few);
        few[at] = x[i] == 0 ? 0.0 : x[i]; /* no -0 */
        count++;
    }
    return count;
}

static kl_status distinct_numbers(kl_value *out, const double *x, size_t n, kl_task *task,
                                  kl_error *error)
{
    double few[FEW], *sorted;
    size_t count = few_numbers(few, x, n);
    if (count <= FEW)
        return kl_vector_from(out, few, count, error);
    count = 0;
    KL_TAKE_RAW(sorted, task, n, error);
    memcpy(sorted, x, n * sizeof *x);
    KL_TRY(kl_sort_doubles(sorted, n, task, error));
    for (size_t i = 0; i < n; i++)
        if (!count || !is_same(sorted[i], sorted[count - 1]))
            sorted[count++] = sorted[i] == 0 ? 0.0 : sorted[i];
    kl_status status = kl_vector_from(out, sorted, count, error);
    kl_task_free(task, sorted);
    return status;
}

static int64_t find_number(const double *sorted, size_t count, double number)
{
    size_t at = place_of(sorted, count, number);
    return at < count && is_same(sorted[at], number) ? (int64_t)at : -1;
}

/* ---- categories of texts ------------------------------------------------------------------------- */

static kl_status distinct_texts(kl_value *out, kl_value column, kl_error *error)
{
    kl_value set, list;
    bool has_null = false;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&set, 16, error));
    for (size_t i = 0; i < kl_array_len(column) && status == KL_OK; i++) {
        kl_value item = kl_array_at(column, i);
        if (kl_is_null(item))
            has_null = true;
        else
            status = kl_map_set_key(&set, item, kl_null(), error);
    }
    if (status == KL_OK)
        status = kl_array_new(&list, kl_map_len(set) + 1, error);
    if (status == KL_OK) {
        for (size_t i = 0; i < kl_map_len(set); i++)
            kl_array_push(&list, kl_value_retain(kl_map_key_value_at(set, i)), NULL); /* has room */
        status = kl_array_sort(&list, error);
        if (status == KL_OK && has_null)
            status = kl_array_push(&list, kl_null(), error);
        if (status == KL_OK)
            *out = list;
        else
            kl_value_release(list);
    }
    kl_value_release(set);
    return status;
}

/* Texts by binary search where they are sorted, else one by one: the user's own order is kept. */
static kl_status text_codes(kl_value *out, kl_value categories, kl_error *error)
{
    KL_TRY(kl_map_new(out, kl_array_len(categories), error));
    for (size_t k = 0; k < kl_array_len(categories); k++) {
        kl_value item = kl_array_at(categories, k);
        if (kl_is_null(item))
            continue;
        kl_status status = kl_map_set_key(out, item, kl_int((int64_t)k), error);
        if (status != KL_OK) {
            kl_value_release(*out);
            return status;
        }
    }
    return KL_OK;
}

static kl_status encode_texts(int64_t *codes, size_t stride, kl_value categories, kl_value column,
                              kl_error *error)
{
    size_t count = kl_array_len(categories);
    kl_value map;
    int64_t null_code =
        count && kl_is_null(kl_array_at(categories, count - 1)) ? (int64_t)count - 1 : -1;
    KL_TRY(text_codes(&map, categories, error));
    for (size_t i = 0; i < kl_array_len(column); i++) {
        kl_value item = kl_array_at(column, i);
        const kl_value *code = kl_is_null(item) ? NULL : kl_map_find(map, kl_as_text(item));
        codes[i * stride] = kl_is_null(item) ? null_code : code ? kl_as_int(*code) : -1;
    }
    kl_value_release(map);
    return KL_OK;
}

/* ---- both ---------------------------------------------------------------------------------------- */

kl_status kl_categories_learn(kl_value *out, kl_value column, kl_task *task, kl_error *error)
{
    const double *numbers = kl_doubles(column);
    return numbers ? distinct_numbers(out, numbers, kl_array_axis(column, 0), task, error)
                   : distinct_texts(out, column, error);
}

kl_status kl_categories_given(kl_value *out, kl_value given, kl_error *error)
{
    KL_TRY(kl_column_of(out, given, error));
    const double *numbers = kl_doubles(*out);
    size_t count = kl_categories_count(*out);
    for (size_t k = 1; numbers && k < count; k++)
        if (!(numbers[k - 1] < numbers[k]) && !isnan(numbers[k])) {
            kl_value_release(*out);
            return kl_bad_input(error, "categories: numbers must be given in ascending order");
        }
    return KL_OK;
}

size_t kl_categories_count(kl_value categories)
{
    return kl_doubles(categories) ? kl_array_axis(categories, 0) : kl_array_len(categories);
}

kl_status kl_categories_encode(int64_t *codes, size_t stride, kl_value categories, kl_value column,
                               kl_error *error)
{
    const double *numbers = kl_doubles(column), *known = kl_doubles(categories);
    size_t n = kl_categories_count(column), count = kl_categories_count(categories);
    if (n == 0)
        return KL_OK;
    if ((numbers == NULL) != (known == NULL) && count)
        return kl_error_set(error, KL_TYPE, "the column holds %s, its categories are %s",
                            numbers ? "numbers" : "texts", known ? "numbers" : "texts");
    if (!numbers)
        return encode_texts(codes, stride, categories, column, error);
    for (size_t i = 0; i < n; i++)
        codes[i * stride] = find_number(known, count, numbers[i]);
    return KL_OK;
}

void kl_category_words(char *to, size_t size, kl_value column, size_t row)
{
    const double *numbers = kl_doubles(column);
    kl_value item = kl_array_at(column, row);
    if (numbers)
        snprintf(to, size, "%.15g", numbers[row]);
    else if (kl_is_null(item))
        snprintf(to, size, "None");
    else
        snprintf(to, size, "'%.60s'", kl_as_text(item).data);
}

kl_value kl_category_at(kl_value categories, size_t code)
{
    const double *numbers = kl_doubles(categories);
    return numbers ? kl_double(numbers[code]) : kl_value_retain(kl_array_at(categories, code));
}

kl_status kl_category_text(kl_value *out, kl_value categories, size_t code, kl_error *error)
{
    const double *numbers = kl_doubles(categories);
    kl_value item = kl_array_at(categories, code);
    if (!numbers && !kl_is_null(item)) {
        *out = kl_value_retain(item);
        return KL_OK;
    }
    if (!numbers)
        return kl_string_format(out, error, "None");
    bool is_whole = numbers[code] == floor(numbers[code]) && fabs(numbers[code]) < 1e15;
    return kl_string_format(out, error, is_whole ? "%.1f" : "%.17g", numbers[code]);
}

kl_status kl_all_categories(kl_value *out, kl_value columns, kl_value given, kl_task *task,
                            kl_error *error)
{
    kl_value list, one;
    bool are_given = !kl_is_null(given) && !kl_word_is(given, "auto");
    if (are_given && kl_value_len(given) != kl_array_len(columns) && !kl_as_array_view(given))
        return kl_bad_input(error, "categories: expected a list for each of %zu columns, got %zu",
                            kl_array_len(columns), kl_value_len(given));
    KL_TRY(kl_array_new(&list, kl_array_len(columns), error));
    for (size_t j = 0; j < kl_array_len(columns); j++) {
        kl_status status = are_given
                               ? kl_categories_given(&one, kl_array_at(given, j), error)
                               : kl_categories_learn(&one, kl_array_at(columns, j), task, error);
        KL_TRY(add_column(&list, status, one, error));
    }
    *out = list;
    return KL_OK;
}

/* ---- back to rows -------------------------------------------------------------------------------- */

static kl_status matrix_of(kl_value *out, kl_value columns, size_t rows, kl_error *error)
{
    size_t cols = kl_array_len(columns);
    double *to;
    KL_TRY(kl_table_new(out, &to, rows, cols, error));
    for (size_t j = 0; j < cols; j++) {
        const double *column = kl_doubles(kl_array_at(columns, j));
        for (size_t i = 0; i < rows; i++)
            to[i * cols + j] = column[i];
    }
    return KL_OK;
}

static kl_status row_of(kl_value *out, kl_value columns, size_t i, kl_error *error)
{
    KL_TRY(kl_array_new(out, kl_array_len(columns), error));
    for (size_t j = 0; j < kl_array_len(columns); j++)
        kl_array_push(out, kl_category_at(kl_array_at(columns, j), i), NULL); /* has room */
    return KL_OK;
}

static kl_status list_of(kl_value *out, kl_value columns, size_t rows, kl_error *error)
{
    kl_value list, row;
    KL_TRY(kl_array_new(&list, rows, error));
    for (size_t i = 0; i < rows; i++) {
        kl_status status = row_of(&row, columns, i, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, row, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

kl_status kl_rows_of_columns(kl_value *out, kl_value columns, size_t rows, kl_error *error)
{
    bool numbers = true;
    for (size_t j = 0; j < kl_array_len(columns); j++)
        numbers &= kl_doubles(kl_array_at(columns, j)) != NULL;
    kl_status status = numbers ? matrix_of(out, columns, rows, error)
                               : list_of(out, columns, rows, error);
    kl_value_release(columns);
    return status;
}
