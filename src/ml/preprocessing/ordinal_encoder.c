/* src/ml/preprocessing/ordinal_encoder.c - OrdinalEncoder: values of columns as whole numbers. */
#include "encoder.h"

#include "../dtype.h"

#include <math.h>

typedef struct ordinal_encoder {
    kl_estimator base;
    kl_value categories, handle_unknown, min_frequency, max_categories;
    kl_value categories_, groups, group_count, rare, infrequent_categories_;
    /* so far a kl_encoder */
    kl_value unknown_value, encoded_missing_value, dtype;
} ordinal_encoder;
_Static_assert(offsetof(ordinal_encoder, infrequent_categories_) ==
                   offsetof(kl_encoder, infrequent_categories_), "begins as a kl_encoder");

static const char *const unknown_words[] = {"error", "use_encoded_value", NULL};

/* ---- learning ------------------------------------------------------------------------------------ */

/* Whether the last category of a column is what is missing. */
static bool ends_in_missing(kl_value categories)
{
    const double *numbers = kl_doubles(categories);
    size_t n = kl_categories_count(categories);
    return n && (numbers ? isnan(numbers[n - 1]) : kl_is_null(kl_array_at(categories, n - 1)));
}

static kl_status check_unknown(const ordinal_encoder *self, kl_error *error)
{
    bool use = kl_word_is(self->handle_unknown, "use_encoded_value");
    if (use && kl_is_null(self->unknown_value))
        return kl_bad_parameter(error, "unknown_value", "a number, as handle_unknown is 'use_encoded_value'",
                                self->unknown_value);
    if (!use && !kl_is_null(self->unknown_value))
        return kl_bad_parameter(error, "unknown_value", "None, as handle_unknown is 'error'", self->unknown_value);
    double number = kl_as_double(self->unknown_value);
    for (size_t j = 0; use && j < kl_array_len(self->categories_); j++)
        if (number >= 0 && number < (double)kl_indices(self->group_count)[j])
            return kl_bad_parameter(error, "unknown_value", "a number that stands for no category",
                                    self->unknown_value);
    return KL_OK;
}

static kl_status ordinal_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    KL_TRY(kl_encoder_learn((kl_encoder *)base, in->raw_x, task, error));
    return check_unknown((const ordinal_encoder *)base, error);
}

/* ---- answering ----------------------------------------------------------------------------------- */

static kl_status ordinal_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                   kl_task *task, kl_error *error)
{
    const ordinal_encoder *self = (const ordinal_encoder *)base;
    const kl_encoder *encoder = (const kl_encoder *)base;
    size_t rows, cols = kl_encoder_columns(encoder);
    bool use = kl_word_is(self->handle_unknown, "use_encoded_value");
    double missing = kl_is_null(self->encoded_missing_value) ? NAN : kl_as_double(self->encoded_missing_value);
    int64_t *codes;
    double *to;
    KL_TRY(kl_encoder_codes(&codes, &rows, encoder, x->value, use, task, error));
    KL_TRY(kl_table_new(out, &to, rows, cols, error));
    for (size_t j = 0; j < cols; j++) {
        kl_value categories = kl_array_at(self->categories_, j);
        int64_t last = ends_in_missing(categories) ? (int64_t)kl_categories_count(categories) - 1 : -2;
        for (size_t i = 0; i < rows; i++) {
            int64_t code = codes[i * cols + j];
            to[i * cols + j] = code < 0        ? kl_as_double(self->unknown_value)
                               : code == last  ? missing
                                               : (double)kl_encoder_group(encoder, j, code);
        }
    }
    kl_status status = kl_dtype_apply(out, kl_dtype_format(self->dtype), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* The first category of a group. */
static int64_t code_of_group(const kl_encoder *self, size_t column, double number)
{
    kl_value groups = kl_array_at(self->groups, column);
    for (size_t k = 0; k < kl_array_axis(groups, 0); k++)
        if ((double)kl_indices(groups)[k] == number)
            return (int64_t)k;
    return -1;
}

static kl_status inverse_column(kl_value *out, const ordinal_encoder *self, const double *x, size_t rows,
                                size_t j, kl_error *error)
{
    size_t cols = kl_array_len(self->categories_);
    kl_value categories = kl_array_at(self->categories_, j), list;
    bool has_rare = kl_indices(self->rare)[j], has_missing = ends_in_missing(categories);
    bool numbers = kl_doubles(categories) != NULL && !has_rare;
    double rare = has_rare ? (double)(kl_indices(self->group_count)[j] - 1) : NAN;
    double *to = NULL;
    KL_TRY(numbers ? kl_vector_new(&list, &to, rows, error) : kl_array_new(&list, rows, error));
    for (size_t i = 0; i < rows; i++) {
        double number = x[i * cols + j];
        int64_t code = code_of_group((const kl_encoder *)self, j, number);
        bool has_number = !kl_is_null(self->encoded_missing_value);
        bool is_missing = has_missing && (has_number ? number == kl_as_double(self->encoded_missing_value)
                                                     : isnan(number));
        bool is_unknown = !kl_is_null(self->unknown_value) &&
                          (number == kl_as_double(self->unknown_value) || isnan(number));
        if (is_missing)
            code = (int64_t)kl_categories_count(categories) - 1;
        if (number == rare) { /* which of them is not known */
            kl_status status = kl_array_push_text(&list, KL_TEXT("infrequent_sklearn"), error);
            if (status != KL_OK) {
                kl_value_release(list);
                return status;
            }
            continue;
        }
        if (code < 0 && !is_unknown) {
            kl_value_release(list);
            return kl_bad_input(error, "x, row %zu, column %zu is %.15g, which stands for no category", i, j, number);
        }
        if (numbers)
            to[i] = code < 0 ? NAN : kl_doubles(categories)[code];
        else
            kl_array_push(&list, code < 0 ? kl_null() : kl_category_at(categories, (size_t)code), NULL);
    }
    *out = list;
    return KL_OK;
}

static kl_status ordinal_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                 kl_task *task, kl_error *error)
{
    const ordinal_encoder *self = (const ordinal_encoder *)base;
    size_t cols = kl_array_len(self->categories_), rows, width;
    const kl_array_view *view = kl_as_array_view(x->value);
    const double *numbers;
    kl_value columns, column;
    if (!view || view->layout.ndim != 2)
        return kl_error_set(error, KL_TYPE, "x: expected a matrix of numbers (two dimensions)");
    rows = (size_t)view->shape[0];
    width = (size_t)view->shape[1];
    if (width != cols)
        return kl_bad_dimension(error, "features", cols, width);
    KL_TRY(kl_doubles_read(&numbers, x->value, task, error));
    KL_TRY(kl_array_new(&columns, cols, error));
    for (size_t j = 0; j < cols; j++) {
        kl_status status = inverse_column(&column, self, numbers, rows, j, error);
        if (status != KL_OK) {
            kl_value_release(columns);
            return status;
        }
        kl_array_push(&columns, column, NULL); /* has room */
    }
    return kl_rows_of_columns(out, columns, rows, error);
}

static kl_status check_dtype(kl_object *self, kl_error *error)
{
    return kl_dtype_check(&((ordinal_encoder *)self)->dtype, "dfq", error);
}

/* ---- the type ------------------------------------------------------------------------------------ */

static const kl_field fields[] = {
    KL_VALUE(ordinal_encoder, categories, .kind = KL_KIND_ANY, .fallback = "\"auto\"",
             .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the categories of each column, numbers in ascending order; \"auto\" = the distinct values"),
    KL_ENUM(ordinal_encoder, handle_unknown, "error", .names = unknown_words, .flags = KL_KEYWORD_ONLY,
            .doc = "what happens with a value that fit() has not seen: a refusal, or unknown_value"),
    KL_VALUE(ordinal_encoder, unknown_value, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "the number of values that fit() has not seen; must be no code"),
    KL_VALUE(ordinal_encoder, encoded_missing_value, .kind = KL_KIND_NUMBER,
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY, .doc = "the number of missing values; None = NaN"),
    KL_GROUP_PARAMETERS(ordinal_encoder),
    KL_VALUE(ordinal_encoder, dtype, .kind = KL_KIND_ANY, .fallback = "\"float64\"", .flags = KL_FOREIGN | KL_KEYWORD_ONLY,
             .doc = "kind of the numbers: float64, float32 or int64, by name or as numpy's class; missing values are no int64"),
    KL_LEARNED_VALUE(ordinal_encoder, categories_, .doc = "the categories of each column, in the order of their codes"),
    KL_LEARNED_VALUE(ordinal_encoder, infrequent_categories_,
                     .doc = "for each column those taken together, or None; there with min_frequency or max_categories"),
    KL_KEPT_VALUE(ordinal_encoder, groups, .doc = "the number of each category"),
    KL_KEPT_ARRAY(ordinal_encoder, group_count, .doc = "numbers in each column"),
    KL_KEPT_ARRAY(ordinal_encoder, rare, .doc = "1 for columns with rare categories"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NAN_OK,
    .fit = ordinal_fit,
    .transform = ordinal_transform,
    .inverse = ordinal_inverse,
    .names_kept = true,
    .restored = kl_encoder_restored,
    .shapes = "categories_ = list features; groups = list features; group_count = int features; "
              "rare = int features",
};

const kl_type kl_ordinal_encoder_type = {
    .name = "OrdinalEncoder",
    KL_ESTIMATOR(ordinal_encoder),
    .check = check_dtype,
    .doc = "Values of columns, numbers or texts, as whole numbers from 0 on: their places among the sorted distinct "
           "values of their column.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ordinal_encoder_type);
