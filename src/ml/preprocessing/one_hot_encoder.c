/* src/ml/preprocessing/one_hot_encoder.c - OneHotEncoder: a column of 0 and 1 for each value of a column. */
#include "ml/shapes.h"
#include "encoder.h"

#include "../dtype.h"

#include "base/buffer.h"
#include "kailash/data.h"
#include "kailash/type.h"

#include <math.h>

typedef struct one_hot_encoder {
    kl_estimator base;
    kl_value categories, handle_unknown, min_frequency, max_categories;
    kl_value categories_, groups, group_count, rare, infrequent_categories_;
    /* so far a kl_encoder */
    kl_value drop, feature_name_combiner, dtype;
    bool sparse_output;
    kl_value drop_idx_; /* for each column the category that is left out, or null; null = none */
    kl_value dropped;   /* int64: for each column the group that is left out, or -1 */
    kl_value first;     /* int64: where the columns of each column begin, and their number */
} one_hot_encoder;
_Static_assert(offsetof(one_hot_encoder, infrequent_categories_) ==
                   offsetof(kl_encoder, infrequent_categories_), "begins as a kl_encoder");

static const char *const unknown_words[] = {"error", "ignore", "infrequent_if_exist", "warn", NULL};

static size_t width_of(const one_hot_encoder *self)
{
    return (size_t)kl_indices(self->first)[kl_array_len(self->categories_)];
}

/* ---- what is left out ---------------------------------------------------------------------------- */

/* The code of a given value among the categories of a column. */
static kl_status find_given(int64_t *code, kl_value categories, kl_value given, size_t column,
                            kl_error *error)
{
    kl_value list, one;
    KL_TRY(kl_array_new(&list, 1, error));
    kl_array_push(&list, kl_value_retain(given), NULL); /* has room */
    kl_status status = kl_column_of(&one, list, error);
    kl_value_release(list);
    if (status != KL_OK)
        return status;
    status = kl_categories_encode(code, 1, categories, one, error);
    kl_value_release(one);
    if (status == KL_OK && *code < 0)
        status = kl_bad_input(error, "drop: the value for column %zu is none of its categories", column);
    return status;
}

/* The category of column `j` that is left out, or -1. */
static kl_status choose_drop(int64_t *code, const one_hot_encoder *self, size_t j, kl_error *error)
{
    kl_value categories = kl_array_at(self->categories_, j);
    *code = -1;
    if (kl_is_null(self->drop))
        return KL_OK;
    if (kl_word_is(self->drop, "first"))
        *code = 0;
    else if (kl_word_is(self->drop, "if_binary"))
        *code = kl_indices(self->group_count)[j] == 2 ? 0 : -1;
    else if (kl_is(self->drop, KL_KIND_ARRAY) && kl_array_len(self->drop) == kl_array_len(self->categories_))
        return find_given(code, categories, kl_array_at(self->drop, j), j, error);
    else if (kl_as_array_view(self->drop) && kl_array_axis(self->drop, 0) == kl_array_len(self->categories_)) {
        kl_value column;
        KL_TRY(kl_column_of(&column, self->drop, error));
        kl_status status =
            find_given(code, categories, kl_double(kl_doubles(column)[j]), j, error);
        kl_value_release(column);
        return status;
    } else
        return kl_bad_parameter(error, "drop", "None, 'first', 'if_binary' or a category for each column",
                                self->drop);
    return KL_OK;
}

static kl_status lay_out(one_hot_encoder *self, kl_error *error)
{
    size_t cols = kl_array_len(self->categories_);
    kl_value dropped, first, list;
    int64_t *out, *begin, code;
    KL_TRY(kl_indices_new(&dropped, &out, cols, error));
    kl_learn(&self->dropped, dropped);
    KL_TRY(kl_indices_new(&first, &begin, cols + 1, error));
    kl_learn(&self->first, first);
    KL_TRY(kl_array_new(&list, cols, error));
    kl_learn(&self->drop_idx_, list);
    for (size_t j = 0; j < cols; j++) {
        KL_TRY(choose_drop(&code, self, j, error));
        out[j] = code < 0 ? -1 : kl_encoder_group((const kl_encoder *)self, j, code);
        begin[j + 1] = begin[j] + kl_indices(self->group_count)[j] - (code >= 0);
        kl_array_push(&self->drop_idx_, code < 0 ? kl_null() : kl_int(code), NULL); /* has room */
    }
    if (kl_is_null(self->drop))
        kl_learn(&self->drop_idx_, kl_null());
    return KL_OK;
}

static kl_status one_hot_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    KL_TRY(kl_encoder_learn((kl_encoder *)base, in->raw_x, task, error));
    return lay_out((one_hot_encoder *)base, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

/* The column that marks a code of column `j`, or -1 when none does. */
static int64_t mark_of(const one_hot_encoder *self, size_t j, int64_t code)
{
    const int64_t *first = kl_indices(self->first), *dropped = kl_indices(self->dropped);
    bool use_rare = !kl_word_is(self->handle_unknown, "ignore") && kl_indices(self->rare)[j];
    int64_t group;
    if (code < 0 && !use_rare)
        return -1;
    group = code < 0 ? kl_indices(self->group_count)[j] - 1
                     : kl_encoder_group((const kl_encoder *)self, j, code);
    if (group == dropped[j])
        return -1;
    return first[j] + group - (dropped[j] >= 0 && group > dropped[j]);
}

static kl_status warn_unknown(const int64_t *codes, size_t count, size_t cols, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] < 0)
            return kl_warn(error, "unknown categories in column %zu during transform; they are encoded as "
                           "infrequent ones or as zeros", i % cols);
    return KL_OK;
}

static kl_status dense(kl_value *out, const one_hot_encoder *self, const int64_t *codes, size_t rows,
                       kl_error *error)
{
    size_t cols = kl_array_len(self->categories_), width = width_of(self);
    double *to;
    KL_TRY(kl_table_new(out, &to, rows, width, error));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            int64_t mark = mark_of(self, j, codes[i * cols + j]);
            if (mark >= 0)
                to[i * width + (size_t)mark] = 1;
        }
    return KL_OK;
}

static kl_status sparse(kl_value *out, const one_hot_encoder *self, const int64_t *codes, size_t rows,
                        kl_error *error)
{
    size_t cols = kl_array_len(self->categories_), marks = 0;
    kl_sparse_parts to;
    for (size_t i = 0; i < rows * cols; i++)
        marks += mark_of(self, i % cols, codes[i]) >= 0;
    KL_TRY(kl_sparse_parts_new(&to, rows, marks, error));
    for (size_t i = 0, at = 0; i < rows; i++) {
        for (size_t j = 0; j < cols; j++) {
            int64_t mark = mark_of(self, j, codes[i * cols + j]);
            if (mark >= 0) {
                to.columns[at] = mark;
                to.numbers[at++] = 1;
            }
        }
        to.starts[i + 1] = (int64_t)at;
    }
    return kl_sparse_parts_matrix(out, &to, width_of(self), error);
}

static kl_status one_hot_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                   kl_task *task, kl_error *error)
{
    const one_hot_encoder *self = (const one_hot_encoder *)base;
    size_t rows, cols = kl_array_len(self->categories_);
    int64_t *codes;
    bool strict = kl_word_is(self->handle_unknown, "error");
    KL_TRY(kl_encoder_codes(&codes, &rows, (const kl_encoder *)self, x->value, !strict, task, error));
    if (kl_word_is(self->handle_unknown, "warn"))
        KL_TRY(warn_unknown(codes, rows * cols, cols, error));
    KL_TRY(self->sparse_output ? sparse(out, self, codes, rows, error) : dense(out, self, codes, rows, error));
    kl_status status = kl_dtype_apply(out, kl_dtype_format(self->dtype), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* ---- back ---------------------------------------------------------------------------------------- */

static int64_t first_of_group(const one_hot_encoder *self, size_t j, int64_t group)
{
    kl_value groups = kl_array_at(self->groups, j);
    for (size_t k = 0; k < kl_array_axis(groups, 0); k++)
        if (kl_indices(groups)[k] == group)
            return (int64_t)k;
    return -1;
}

/* The category that a row marks for column `j`: the largest of its columns; -1 when none is marked. */
static int64_t marked(const one_hot_encoder *self, const double *row, size_t j)
{
    const int64_t *first = kl_indices(self->first);
    int64_t dropped = kl_indices(self->dropped)[j], best = -1;
    double largest = 0;
    for (int64_t k = first[j]; k < first[j + 1]; k++)
        if (row[k] > largest) {
            largest = row[k];
            best = k - first[j];
        }
    if (best < 0)
        return dropped < 0 ? -1 : first_of_group(self, j, dropped);
    return first_of_group(self, j, best + (dropped >= 0 && best >= dropped));
}

static kl_status back_column(kl_value *out, const one_hot_encoder *self, const double *x, size_t rows,
                             size_t j, kl_error *error)
{
    size_t width = width_of(self);
    kl_value categories = kl_array_at(self->categories_, j), list;
    bool has_rare = kl_indices(self->rare)[j], numbers = kl_doubles(categories) != NULL && !has_rare;
    int64_t rare = has_rare ? first_of_group(self, j, kl_indices(self->group_count)[j] - 1) : -2;
    double *to = NULL;
    KL_TRY(numbers ? kl_vector_new(&list, &to, rows, error) : kl_array_new(&list, rows, error));
    for (size_t i = 0; i < rows; i++) {
        int64_t code = marked(self, x + i * width, j);
        if (code == rare) { /* which of them is not known */
            kl_status status = kl_array_push_text(&list, KL_TEXT("infrequent_sklearn"), error);
            if (status != KL_OK) {
                kl_value_release(list);
                return status;
            }
            continue;
        }
        if (code < 0 && kl_word_is(self->handle_unknown, "error")) {
            kl_value_release(list);
            return kl_bad_input(error, "x, row %zu marks no category of column %zu", i, j);
        }
        if (numbers)
            to[i] = code < 0 ? NAN : kl_doubles(categories)[code];
        else
            kl_array_push(&list, code < 0 ? kl_null() : kl_category_at(categories, (size_t)code), NULL);
    }
    *out = list;
    return KL_OK;
}

static kl_status one_hot_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                 kl_task *task, kl_error *error)
{
    const one_hot_encoder *self = (const one_hot_encoder *)base;
    const kl_array_view *view = kl_as_array_view(x->value);
    size_t cols = kl_array_len(self->categories_);
    const double *numbers;
    kl_value columns, column, array;
    if (kl_as_object(x->value, &kl_sparse_matrix_type)) {
        KL_TRY(kl_object_call(&array, x->value.as.object, KL_TEXT("toarray"), NULL, 0, error));
        kl_matrix again = {.value = array};
        kl_status status = one_hot_inverse(out, base, &again, task, error);
        kl_value_release(array);
        return status;
    }
    if (!view || view->layout.ndim != 2)
        return kl_error_set(error, KL_TYPE, "x: expected a matrix of numbers (two dimensions)");
    if ((size_t)view->shape[1] != width_of(self))
        return kl_bad_dimension(error, "columns", width_of(self), (size_t)view->shape[1]);
    KL_TRY(kl_doubles_read(&numbers, x->value, task, error));
    KL_TRY(kl_array_new(&columns, cols, error));
    for (size_t j = 0; j < cols; j++) {
        kl_status status = back_column(&column, self, numbers, (size_t)view->shape[0], j, error);
        if (status != KL_OK) {
            kl_value_release(columns);
            return status;
        }
        kl_array_push(&columns, column, NULL); /* has room */
    }
    return kl_rows_of_columns(out, columns, (size_t)view->shape[0], error);
}

/* ---- names --------------------------------------------------------------------------------------- */

static kl_status name_of(kl_value *out, const one_hot_encoder *self, kl_value name, size_t j,
                         int64_t group, kl_error *error)
{
    kl_value text;
    bool is_rare = kl_indices(self->rare)[j] && group == kl_indices(self->group_count)[j] - 1;
    if (is_rare)
        KL_TRY(kl_string_format(&text, error, "infrequent_sklearn"));
    else
        KL_TRY(kl_category_text(&text, kl_array_at(self->categories_, j),
                                (size_t)first_of_group(self, j, group), error));
    kl_status status;
    if (kl_is(self->feature_name_combiner, KL_KIND_OBJECT)) {
        kl_value args[2] = {name, text};
        status = kl_call_value(out, self->feature_name_combiner, args, 2, error);
    } else {
        status = kl_string_format(out, error, "%.*s_%.*s", KL_TEXT_ARG(kl_as_text(name)),
                                  KL_TEXT_ARG(kl_as_text(text)));
    }
    kl_value_release(text);
    return status;
}

static kl_status one_hot_names(kl_value *out, const kl_estimator *base, kl_value names, kl_error *error)
{
    const one_hot_encoder *self = (const one_hot_encoder *)base;
    kl_value list, name;
    KL_TRY(kl_array_new(&list, width_of(self), error));
    for (size_t j = 0; j < kl_array_len(self->categories_); j++)
        for (int64_t group = 0; group < kl_indices(self->group_count)[j]; group++) {
            if (group == kl_indices(self->dropped)[j])
                continue;
            kl_status status = name_of(&name, self, kl_array_at(names, j), j, group, error);
            if (status != KL_OK) {
                kl_value_release(list);
                return status;
            }
            kl_array_push(&list, name, NULL); /* has room */
        }
    *out = list;
    return KL_OK;
}

static kl_status check_dtype(kl_object *self, kl_error *error)
{
    return kl_dtype_check(&((one_hot_encoder *)self)->dtype, "dfq", error);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_VALUE(one_hot_encoder, categories, .kind = KL_KIND_ANY, .fallback = "\"auto\"",
             .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the categories of each column, numbers in ascending order; \"auto\" = the distinct values"),
    KL_VALUE(one_hot_encoder, drop, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "category that gets no column: \"first\", \"if_binary\" (the first of two), or one for each "
                    "column; None = all get one"),
    KL_BOOL(one_hot_encoder, sparse_output, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether transform() gives a sparse matrix"),
    KL_ENUM(one_hot_encoder, handle_unknown, "error", .names = unknown_words, .flags = KL_KEYWORD_ONLY,
            .doc = "what happens with a value that fit() has not seen: a refusal, zeros (ignore), the column of rare "
                   "categories or zeros (infrequent_if_exist), the same with a warning (warn)"),
    KL_GROUP_PARAMETERS(one_hot_encoder),
    KL_VALUE(one_hot_encoder, dtype, .kind = KL_KIND_ANY, .fallback = "\"float64\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "kind of the numbers of dense output: float64, float32 or int64, by name or as numpy's class"),
    KL_VALUE(one_hot_encoder, feature_name_combiner, .kind = KL_KIND_ANY, .fallback = "\"concat\"",
             .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "how names of columns are made: \"concat\" (name_category) or a function of the two"),
    KL_LEARNED_VALUE(one_hot_encoder, categories_, .doc = "the categories of each column"),
    KL_LEARNED_VALUE(one_hot_encoder, drop_idx_,
                     .doc = "for each column the place of the category left out, or None"),
    KL_LEARNED_VALUE(one_hot_encoder, infrequent_categories_,
                     .doc = "for each column those taken together, or None; there with min_frequency or max_categories"),
    KL_KEPT_VALUE(one_hot_encoder, groups, .doc = "the group of each category"),
    KL_KEPT_ARRAY(one_hot_encoder, group_count, .doc = "groups of each column"),
    KL_KEPT_ARRAY(one_hot_encoder, rare, .doc = "1 for columns with rare categories"),
    KL_KEPT_ARRAY(one_hot_encoder, dropped, .doc = "the group left out of each column, or -1"),
    KL_KEPT_ARRAY(one_hot_encoder, first, .doc = "where the columns of each column begin"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

/* Columns of the answer: one for each group that is not left out. */
static kl_status restored(kl_estimator *base, kl_error *error)
{
    const one_hot_encoder *self = (const one_hot_encoder *)base;
    const int64_t *first = kl_indices(self->first), *dropped = kl_indices(self->dropped);
    bool is_sound = first[0] == 0;
    KL_TRY(kl_encoder_restored(base, error));
    for (int64_t j = 0; j < base->features && is_sound; j++) {
        int64_t count = kl_indices(self->group_count)[j];
        is_sound = dropped[j] >= -1 && dropped[j] < count && count <= INT32_MAX && first[j] <= INT32_MAX &&
                   first[j + 1] == first[j] + count - (dropped[j] >= 0);
    }
    return kl_shapes_are(is_sound, base, "columns", error);
}

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NAN_OK | KL_EST_SPARSE_OUT,
    .fit = one_hot_fit,
    .transform = one_hot_transform,
    .inverse = one_hot_inverse,
    .names_out = one_hot_names,
    .restored = restored,
    .shapes = "categories_ = list features; groups = list features; group_count = int features; "
              "rare = int features; dropped = int features; first = int features+1",
};

const kl_type kl_one_hot_encoder_type = {
    .name = "OneHotEncoder",
    KL_ESTIMATOR(one_hot_encoder),
    .check = check_dtype,
    .doc = "A column of 0 and 1 for each distinct value, number or text, of each column.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_one_hot_encoder_type);
