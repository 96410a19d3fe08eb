/* src/ml/preprocessing/label_encoders.c - LabelEncoder, LabelBinarizer: labels as numbers and back. */
#include "../estimator_parts.h"
#include "categories.h"

#include "kailash/data.h"

#include <math.h>

/* ---- what both have ------------------------------------------------------------------------------ */

static kl_status read_labels(kl_value *out, size_t *n, kl_value labels, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(labels, &kl_data_frame_type);
    if (frame && kl_array_len(frame->columns) == 1)
        labels = kl_array_at(frame->columns, 0);
    KL_TRY(kl_column_of(out, labels, error));
    *n = kl_categories_count(*out);
    return KL_OK;
}

static kl_status learn_classes(kl_estimator *self, kl_value labels, kl_task *task, kl_error *error)
{
    kl_value column, classes;
    size_t n;
    KL_TRY(read_labels(&column, &n, labels, error));
    kl_status status = n ? kl_categories_learn(&classes, column, task, error)
                         : kl_bad_input(error, "y has 0 labels; at least 1 is needed");
    kl_value_release(column);
    if (status == KL_OK)
        kl_learn(&self->classes, classes);
    return status;
}

/* The code of each label; KL_FAILED names one that is unknown. */
static kl_status encode(int64_t **codes, size_t *n, const kl_estimator *self, kl_value labels,
                        bool unknown_ok, kl_task *task, kl_error *error)
{
    kl_value column;
    char words[80];
    KL_TRY(read_labels(&column, n, labels, error));
    kl_status status = KL_OK;
    *codes = kl_task_alloc_raw(task, *n ? *n : 1, sizeof **codes);
    if (!*codes)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = kl_categories_encode(*codes, 1, self->classes, column, error);
    for (size_t i = 0; i < *n && status == KL_OK && !unknown_ok; i++)
        if ((*codes)[i] < 0) {
            kl_category_words(words, sizeof words, column, i);
            status = kl_bad_input(error, "unknown label: y[%zu] is %s, which fit() has not seen", i, words);
        }
    kl_value_release(column);
    return status;
}

KL_EST_METHOD(fit)
{
    kl_lesson lesson = {.x = args[0]};
    KL_TRY(kl_estimator_learn((kl_estimator *)self, &lesson, false, error));
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

KL_EST_METHOD(fit_transform)
{
    kl_lesson lesson = {.x = args[0]};
    return kl_estimator_learn_answer(out, (kl_estimator *)self, &lesson, KL_OP_TRANSFORM, error);
}

static const kl_param y_param[] = {
    {.name = "y", .alias = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "labels, numbers or texts"},
};

#define LABEL_METHODS(what)                                                                        \
    {.name = "fit", .call = fit, .params = KL_TABLE(y_param), .returns = KL_KIND_OBJECT,           \
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",                           \
     .doc = "Learn the distinct labels; returns self."},                                           \
    {.name = "transform", .call = kl_est_transform, .params = KL_TABLE(y_param),                   \
     .returns = KL_KIND_BUFFER, .raises = KL_EST_RAISES, .doc = what},                             \
    {.name = "fit_transform", .call = fit_transform, .params = KL_TABLE(y_param),                  \
     .returns = KL_KIND_BUFFER, .raises = KL_EST_RAISES, .doc = "fit(y), then transform(y)."},     \
    KL_EST_CLASSES

/* ---- LabelEncoder -------------------------------------------------------------------------------- */

typedef struct label_encoder {
    kl_estimator base;
} label_encoder;

static kl_status encoder_fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return learn_classes(self, in->raw_x, task, error);
}

static kl_status encoder_transform(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                                   kl_task *task, kl_error *error)
{
    int64_t *codes;
    double *numbers;
    size_t n;
    KL_TRY(encode(&codes, &n, self, x->value, false, task, error));
    KL_TRY(kl_vector_new(out, &numbers, n, error));
    for (size_t i = 0; i < n; i++)
        numbers[i] = (double)codes[i];
    return KL_OK;
}

static kl_status encoder_inverse(kl_value *out, const kl_estimator *self, const kl_matrix *x,
                                 kl_task *task, kl_error *error)
{
    const double *numbers;
    size_t n, count = kl_categories_count(self->classes);
    int64_t *codes;
    KL_TRY(kl_numbers_read(&numbers, &n, x->value, "y", task, error));
    KL_TAKE_RAW(codes, task, n ? n : 1, error);
    for (size_t i = 0; i < n; i++) {
        if (!(numbers[i] >= 0 && numbers[i] < (double)count && numbers[i] == floor(numbers[i])))
            return kl_bad_input(error, "y[%zu] is %.15g; codes are whole numbers from 0 to %zu", i, numbers[i],
                                count - 1);
        codes[i] = (int64_t)numbers[i];
    }
    return kl_labels_decode(out, self->classes, codes, n, error);
}

static const kl_method encoder_methods[] = {
    LABEL_METHODS("The place of each label among classes_, from 0 on."),
    {.name = "inverse_transform", .call = kl_est_inverse, .params = KL_TABLE(y_param),
     .returns = KL_KIND_BUFFER, .raises = KL_EST_RAISES, .doc = "The labels of such places."},
};

static const kl_estimator_table encoder_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NO_TABLE,
    .fit = encoder_fit,
    .transform = encoder_transform,
    .inverse = encoder_inverse,
};

const kl_type kl_label_encoder_type = {
    .name = "LabelEncoder",
    KL_ESTIMATOR(label_encoder),
    .doc = "Labels as whole numbers from 0 on: their places among the sorted distinct labels. For y, not for x: see "
           "OrdinalEncoder.",
    .methods = KL_TABLE(encoder_methods),
    .extension = &encoder_table,
};
KL_PUBLISH(kl_label_encoder_type);

/* ---- LabelBinarizer ------------------------------------------------------------------------------ */

typedef struct label_binarizer {
    kl_estimator base;
    int64_t neg_label, pos_label;
    bool sparse_output;
    kl_value y_type_;
    bool sparse_input_;
} label_binarizer;

static kl_status binarizer_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    label_binarizer *self = (label_binarizer *)base;
    kl_value kind;
    if (self->neg_label >= self->pos_label)
        return kl_bad_input(error, "invalid parameter `neg_label`: expected a number below pos_label (%lld), got %lld",
                            (long long)self->pos_label, (long long)self->neg_label);
    if (self->sparse_output && self->neg_label != 0)
        return kl_bad_input(error, "sparse_output needs neg_label 0, got %lld", (long long)self->neg_label);
    KL_TRY(learn_classes(base, in->raw_x, task, error));
    bool is_binary = kl_categories_count(base->classes) <= 2;
    KL_TRY(kl_string_from_valid(&kind, kl_text_from(is_binary ? "binary" : "multiclass"), error));
    kl_learn(&self->y_type_, kind);
    return KL_OK;
}

static size_t width_of(const kl_estimator *self)
{
    size_t count = kl_categories_count(self->classes);
    return count == 2 ? 1 : count;
}

/* The column that a code marks, or -1 when none: the first of two classes is marked by the absence of the second. */
static int64_t column_of(int64_t code, size_t count)
{
    return count == 2 ? (code == 1 ? 0 : -1) : count == 1 ? -1 : code;
}

static kl_status dense(kl_value *out, const label_binarizer *self, const int64_t *codes, size_t n,
                       kl_error *error)
{
    size_t count = kl_categories_count(self->base.classes), width = width_of(&self->base);
    double *to;
    KL_TRY(kl_table_new(out, &to, n, width, error));
    for (size_t i = 0; i < n * width; i++)
        to[i] = (double)self->neg_label;
    for (size_t i = 0; i < n; i++) {
        int64_t column = codes[i] < 0 ? -1 : column_of(codes[i], count);
        if (column >= 0)
            to[i * width + (size_t)column] = (double)self->pos_label;
    }
    return KL_OK;
}

static kl_status sparse(kl_value *out, const label_binarizer *self, const int64_t *codes, size_t n,
                        kl_error *error)
{
    size_t count = kl_categories_count(self->base.classes), marks = 0;
    kl_sparse_parts to;
    for (size_t i = 0; i < n; i++)
        marks += codes[i] >= 0 && column_of(codes[i], count) >= 0;
    KL_TRY(kl_sparse_parts_new(&to, n, marks, error));
    for (size_t i = 0, at = 0; i < n; i++) {
        int64_t column = codes[i] < 0 ? -1 : column_of(codes[i], count);
        if (column >= 0) {
            to.columns[at] = column;
            to.numbers[at++] = (double)self->pos_label;
        }
        to.starts[i + 1] = (int64_t)at;
    }
    return kl_sparse_parts_matrix(out, &to, width_of(&self->base), error);
}

static kl_status binarizer_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x,
                                     kl_task *task, kl_error *error)
{
    const label_binarizer *self = (const label_binarizer *)base;
    int64_t *codes;
    size_t n;
    KL_TRY(encode(&codes, &n, base, x->value, false, task, error));
    return self->sparse_output ? sparse(out, self, codes, n, error) : dense(out, self, codes, n, error);
}

/* The class of each row: the largest column, or of one column, whether it is above the threshold. */
static kl_status back(kl_value *out, const label_binarizer *self, const double *y, size_t n,
                      size_t width, double threshold, kl_task *task, kl_error *error)
{
    size_t count = kl_categories_count(self->base.classes);
    int64_t *codes;
    KL_TAKE(codes, task, n ? n : 1, error);
    for (size_t i = 0; i < n && count > 1; i++) {
        const double *row = y + i * width;
        if (count == 2) {
            codes[i] = row[width - 1] > threshold;
            continue;
        }
        for (size_t j = 1; j < width; j++)
            if (row[j] > row[codes[i]])
                codes[i] = (int64_t)j;
    }
    return kl_labels_decode(out, self->base.classes, codes, n, error);
}

KL_EST_METHOD(binarizer_inverse)
{
    kl_task task = KL_TASK_INIT;
    kl_estimator *model;
    const double *y;
    size_t n, width;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    const label_binarizer *learned = (const label_binarizer *)model;
    kl_value given = args[0], dense_form = kl_null();
    kl_status status = KL_OK;
    if (kl_as_object(given, &kl_sparse_matrix_type)) {
        status = kl_object_call(&dense_form, given.as.object, KL_TEXT("toarray"), NULL, 0, error);
        given = dense_form;
    }
    if (status == KL_OK)
        status = kl_targets_read(&y, &n, &width, given, "y", &task, error);
    size_t expected = width_of(model);
    if (status == KL_OK && width != expected && !(expected == 1 && width == 2))
        status = kl_bad_dimension(error, "columns", expected, width);
    double middle = (double)(learned->neg_label + learned->pos_label) / 2;
    if (status == KL_OK)
        status = back(out, learned, y, n, width, kl_is_null(args[1]) ? middle : kl_as_double(args[1]),
                      &task, error);
    kl_value_release(dense_form);
    kl_task_end(&task);
    kl_object_release(&model->object);
    return status;
}

static const kl_param inverse_params[] = {
    {.name = "y", .alias = "Y", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "rows as transform() gives them, or scores of the classes"},
    {.name = "threshold", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "of two classes: above it is the second; None = half way between the labels"},
};

static const kl_field binarizer_fields[] = {
    KL_INT(label_binarizer, neg_label, 0, .flags = KL_KEYWORD_ONLY, .doc = "number of what is not so"),
    KL_INT(label_binarizer, pos_label, 1, .flags = KL_KEYWORD_ONLY, .doc = "number of what is so; above neg_label"),
    KL_BOOL(label_binarizer, sparse_output, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether transform() gives a sparse matrix"),
    KL_LEARNED_VALUE(label_binarizer, y_type_, .doc = "\"binary\" for up to two classes, else \"multiclass\""),
    KL_LEARNED_BOOL(label_binarizer, sparse_input_, .doc = "whether labels came as a sparse matrix: they never do"),
};

static const kl_method binarizer_methods[] = {
    LABEL_METHODS("A column for each class, with pos_label in the column of the label; one column for two "
                  "classes, with pos_label for the second."),
    {.name = "inverse_transform", .call = binarizer_inverse, .params = KL_TABLE(inverse_params),
     .returns = KL_KIND_BUFFER, .raises = KL_EST_RAISES, .doc = "The labels of such rows."},
};

static const kl_estimator_table binarizer_table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NO_TABLE | KL_EST_SPARSE_OUT,
    .fit = binarizer_fit,
    .transform = binarizer_transform,
};

const kl_type kl_label_binarizer_type = {
    .name = "LabelBinarizer",
    KL_ESTIMATOR(label_binarizer),
    .doc = "Labels as rows with a mark in the column of their class.",
    .fields = KL_TABLE(binarizer_fields),
    .methods = KL_TABLE(binarizer_methods),
    .extension = &binarizer_table,
};
KL_PUBLISH(kl_label_binarizer_type);
