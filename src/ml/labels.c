/* src/ml/labels.c - labels of any kind as indices into their sorted distinct values, and back. */
#include "input.h"

#include "kailash/data.h"
#include "numeric.h"


size_t kl_labels_count(kl_value classes)
{
    return kl_as_array_view(classes) ? kl_array_axis(classes, 0) : kl_array_len(classes);
}

/* ---- numbers ------------------------------------------------------------------------------------- */

/* Index of a number in ascending ones, or -1. */
static int64_t find_number(const double *classes, size_t count, double number)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (classes[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && classes[low] == number ? (int64_t)low : -1;
}

/* Small whole numbers, as labels mostly are, are counted instead of sorted. */
enum { SMALL_LABELS = 1024 };

static bool are_small(const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(y[i] >= 0 && y[i] < SMALL_LABELS && y[i] == (double)(int)y[i]))
            return false;
    return true;
}

static kl_status count_numbers(kl_value *classes, int64_t *codes, const double *y, size_t n,
                               kl_error *error)
{
    int32_t code_of[SMALL_LABELS] = {0};
    size_t count = 0;
    double *values;
    for (size_t i = 0; i < n; i++)
        code_of[(size_t)y[i]] = 1;
    for (size_t k = 0; k < SMALL_LABELS; k++)
        count += (size_t)code_of[k];
    KL_TRY(kl_vector_new(classes, &values, count, error));
    for (size_t k = 0, next = 0; k < SMALL_LABELS; k++)
        if (code_of[k]) {
            values[next] = (double)k;
            code_of[k] = (int32_t)next++;
        }
    for (size_t i = 0; i < n; i++)
        codes[i] = code_of[(size_t)y[i]];
    return KL_OK;
}

static kl_status sort_numbers(kl_value *classes, int64_t *codes, const double *y, size_t n,
                              kl_task *task, kl_error *error)
{
    double *sorted, *values;
    size_t count = 0;
    KL_TAKE_RAW(sorted, task, n ? n : 1, error);
    memcpy(sorted, y, n * sizeof *y);
    KL_TRY(kl_sort_doubles(sorted, n, task, error));
    for (size_t i = 0; i < n; i++)
        if (count == 0 || sorted[i] != sorted[count - 1])
            sorted[count++] = sorted[i];
    KL_TRY(kl_vector_new(classes, &values, count, error));
    for (size_t k = 0; k < count; k++)
        values[k] = sorted[k] == 0 ? 0.0 : sorted[k]; /* no -0 */
    for (size_t i = 0; i < n; i++)
        codes[i] = find_number(values, count, y[i]);
    return KL_OK;
}

static kl_status known_numbers(int64_t *codes, const double *y, size_t n, kl_value known,
                               const char *name, kl_error *error)
{
    const double *classes = kl_doubles(known);
    size_t count = kl_labels_count(known);
    for (size_t i = 0; i < n; i++) {
        codes[i] = find_number(classes, count, y[i]);
        if (codes[i] < 0)
            return kl_bad_input(error, "%s[%zu] is %.15g, which is no known class", name, i, y[i]);
    }
    return KL_OK;
}

static kl_status encode_numbers(int64_t *codes, kl_value *classes, const double *y, size_t n,
                                kl_value known, const char *name, kl_task *task, kl_error *error)
{
    if (!kl_is_null(known)) {
        if (!kl_doubles(known))
            return kl_bad_input(error, "%s: expected texts, which the known classes are, got numbers",
                                name);
        KL_TRY(known_numbers(codes, y, n, known, name, error));
        *classes = kl_value_retain(known);
        return KL_OK;
    }
    return are_small(y, n) ? count_numbers(classes, codes, y, n, error)
                           : sort_numbers(classes, codes, y, n, task, error);
}

/* ---- texts --------------------------------------------------------------------------------------- */

static kl_status all_texts(kl_value labels, const char *name, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(labels); i++) {
        kl_value item = kl_array_at(labels, i);
        if (!kl_is(item, KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE,
                                "%s[%zu]: labels must be all numbers or all texts, got %s", name, i,
                                kl_value_kind_name(item));
    }
    return KL_OK;
}

static int64_t find_text(const kl_value *classes, size_t count, kl_text text)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kl_text_compare(kl_as_text(classes[middle]), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && kl_text_equal(kl_as_text(classes[low]), text) ? (int64_t)low : -1;
}

static kl_status sorted_keys(kl_value *out, kl_value set, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_map_len(set), error));
    for (size_t i = 0; i < kl_map_len(set); i++)
        kl_array_push(&list, kl_value_retain(kl_map_key_value_at(set, i)), NULL); /* has room */
    kl_status status = kl_array_sort(&list, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status distinct_texts(kl_value *out, kl_value labels, kl_error *error)
{
    kl_value set;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&set, 16, error));
    for (size_t i = 0; i < kl_array_len(labels) && status == KL_OK; i++)
        status = kl_map_set_key(&set, kl_array_at(labels, i), kl_null(), error);
    if (status == KL_OK)
        status = sorted_keys(out, set, error);
    kl_value_release(set);
    return status;
}

static kl_status encode_texts(int64_t *codes, kl_value *classes, kl_value labels, kl_value known,
                              const char *name, kl_error *error)
{
    kl_value found = kl_null();
    KL_TRY(all_texts(labels, name, error));
    if (kl_is_null(known))
        KL_TRY(distinct_texts(&found, labels, error));
    else if (kl_is(known, KL_KIND_ARRAY))
        found = kl_value_retain(known);
    else
        return kl_bad_input(error, "%s: expected numbers, which the known classes are, got texts",
                            name);
    const kl_value *items = kl_array_items(found);
    for (size_t i = 0; i < kl_array_len(labels); i++) {
        kl_text text = kl_as_text(kl_array_at(labels, i));
        codes[i] = find_text(items, kl_array_len(found), text);
        if (codes[i] < 0) {
            kl_value_release(found);
            return kl_bad_input(error, "%s[%zu] is '%.*s', which is no known class", name, i,
                                KL_TEXT_ARG(text));
        }
    }
    *classes = found;
    return KL_OK;
}

/* ---- both ---------------------------------------------------------------------------------------- */

/* A column of a frame that is a table of one is that column. */
static kl_value only_column(kl_value labels)
{
    const kl_data_frame *frame = kl_as_object(labels, &kl_data_frame_type);
    return frame && kl_array_len(frame->columns) == 1 ? kl_array_at(frame->columns, 0) : labels;
}

kl_status kl_labels_encode(int64_t **codes, kl_value *classes, size_t *n, kl_value labels,
                           kl_value known, const char *name, kl_task *task, kl_error *error)
{
    labels = only_column(labels);
    if (kl_is(labels, KL_KIND_ARRAY) && kl_array_len(labels) > 0) {
        *n = kl_array_len(labels);
        KL_TAKE_RAW(*codes, task, *n, error);
        return encode_texts(*codes, classes, labels, known, name, error);
    }
    const double *numbers;
    KL_TRY(kl_numbers_read(&numbers, n, labels, name, task, error));
    KL_TAKE_RAW(*codes, task, *n ? *n : 1, error);
    return encode_numbers(*codes, classes, numbers, *n, known, name, task, error);
}

/* What a member of a committee answers may come from a file, or from a class of the user. */
static kl_status check_codes(const int64_t *codes, size_t n, size_t count, kl_error *error)
{
    bool all = true;
    for (size_t i = 0; i < n; i++)
        all &= (uint64_t)codes[i] < count;
    return all ? KL_OK : kl_bad_input(error, "an estimator answers with a class that is none of the %zu classes", count);
}

kl_status kl_labels_decode(kl_value *out, kl_value classes, const int64_t *codes, size_t n,
                           kl_error *error)
{
    const double *numbers = kl_doubles(classes);
    KL_TRY(check_codes(codes, n, kl_labels_count(classes), error));
    if (numbers) {
        double *labels;
        KL_TRY(kl_vector_new(out, &labels, n, error));
        for (size_t i = 0; i < n; i++)
            labels[i] = numbers[codes[i]];
        return KL_OK;
    }
    kl_value list;
    KL_TRY(kl_array_new(&list, n, error));
    for (size_t i = 0; i < n; i++)
        kl_array_push(&list, kl_value_retain(kl_array_at(classes, (size_t)codes[i])), NULL);
    *out = list;
    return KL_OK;
}
