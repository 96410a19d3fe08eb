/* src/ml/classes.c - what classifiers do with classes: their weights and priors, sums of rows by class. */
#include "classes.h"

#include "kailash/data.h"
#include "kernels.h"
#include "linalg.h"
#include "parallel.h"

#include <math.h>
#include <stdlib.h>

/* ---- class_weight ------------------------------------------------------------------------------------- */

static const char weight_expected[] =
    "None, 'balanced', or a dict from labels to numbers >= 0";

/* Label `i` as a value; given. */
static kl_status label_at(kl_value *out, kl_value classes, size_t i, kl_error *error)
{
    const double *numbers = kl_doubles(classes);
    (void)error;
    *out = numbers ? kl_double(numbers[i]) : kl_value_retain(kl_array_at(classes, i));
    return KL_OK;
}

/* Whether a label as somebody wrote it (text for a number, too) is this label. */
static bool same_label(kl_value written, kl_value label)
{
    if (kl_is(label, KL_KIND_STRING))
        return kl_is(written, KL_KIND_STRING) &&
               kl_text_equal(kl_as_text(written), kl_as_text(label));
    if (!kl_is(written, KL_KIND_STRING))
        return (kl_is_number(written) || kl_is(written, KL_KIND_BOOL)) &&
               kl_as_double(written) == kl_as_double(label);
    kl_text text = kl_as_text(written);
    char *end = NULL;
    double number = text.len ? strtod(text.data, &end) : 0;
    return text.len && end == text.data + text.len && number == kl_as_double(label);
}

/* The weight of a label in a map, or an array of pairs; null when it is not named. Borrowed. */
static kl_value weight_in(kl_value given, kl_value label)
{
    if (kl_is(given, KL_KIND_MAP)) {
        for (size_t k = 0; k < kl_map_len(given); k++)
            if (same_label(kl_map_key_value_at(given, k), label))
                return kl_map_value_at(given, k);
        return kl_null();
    }
    for (size_t k = 0; k < kl_array_len(given); k++)
        if (same_label(kl_array_at(kl_array_at(given, k), 0), label))
            return kl_array_at(kl_array_at(given, k), 1);
    return kl_null();
}

static kl_status weight_of(kl_value *out, kl_value given, kl_value label, kl_error *error)
{
    if (kl_as_foreign(given))
        return kl_foreign_call(out, given, "get", &label, 1, kl_null(), error);
    *out = kl_value_retain(weight_in(given, label));
    return KL_OK;
}

static kl_status count_of(size_t *out, kl_value given, kl_error *error)
{
    if (kl_as_foreign(given)) {
        kl_value length;
        KL_TRY(kl_foreign_call(&length, given, "__len__", NULL, 0, kl_null(), error));
        *out = (size_t)kl_as_int(length);
        kl_value_release(length);
        return KL_OK;
    }
    *out = kl_is(given, KL_KIND_MAP) ? kl_map_len(given) : kl_array_len(given);
    return KL_OK;
}

static kl_status weights_by_label(double *out, kl_value given, kl_value classes, size_t count,
                                  kl_error *error)
{
    size_t named, found = 0;
    KL_TRY(count_of(&named, given, error));
    for (size_t i = 0; i < count; i++) {
        kl_value label, weight;
        KL_TRY(label_at(&label, classes, i, error));
        kl_status status = weight_of(&weight, given, label, error);
        kl_value_release(label);
        KL_TRY(status);
        bool is_named = !kl_is_null(weight), fits = kl_is_number(weight);
        out[i] = is_named ? kl_as_double(weight) : 1;
        kl_value_release(weight);
        if (is_named && (!fits || !(out[i] >= 0) || !isfinite(out[i])))
            return kl_bad_parameter(error, "class_weight", weight_expected, given);
        found += is_named;
    }
    if (found < count && found != named)
        return kl_bad_parameter(error, "class_weight", "labels that occur in y", given);
    return KL_OK;
}

kl_status kl_class_weights(double **out, kl_value class_weight, kl_value classes, const kl_fit *in,
                           const double *weights, kl_task *task, kl_error *error)
{
    double *by_class;
    KL_TAKE(by_class, task, in->classes, error);
    *out = by_class;
    if (kl_is_null(class_weight)) {
        for (size_t i = 0; i < in->classes; i++)
            by_class[i] = 1;
        return KL_OK;
    }
    if (kl_word_is(class_weight, "balanced")) {
        kl_class_counts(by_class, in->codes, in->n, weights, in->classes);
        double total = kl_kernels()->sum(by_class, in->classes);
        for (size_t i = 0; i < in->classes; i++)
            by_class[i] = total / ((double)in->classes * by_class[i]);
        return KL_OK;
    }
    if (!kl_is(class_weight, KL_KIND_MAP) && !kl_is(class_weight, KL_KIND_ARRAY) &&
        !(kl_as_foreign(class_weight) && kl_foreign_has(class_weight, "get")))
        return kl_bad_parameter(error, "class_weight", weight_expected, class_weight);
    return weights_by_label(by_class, class_weight, classes, in->classes, error);
}

kl_status kl_class_row_weights(const double **out, kl_value class_weight, kl_value classes,
                               const kl_fit *in, kl_task *task, kl_error *error)
{
    *out = in->weights;
    if (kl_is_null(class_weight))
        return KL_OK;
    double *by_class, *rows;
    KL_TRY(kl_class_weights(&by_class, class_weight, classes, in, in->weights, task, error));
    KL_TAKE_RAW(rows, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        rows[i] = by_class[in->codes[i]] * (in->weights ? in->weights[i] : 1);
    *out = rows;
    return KL_OK;
}

kl_status kl_class_priors(const double **out, kl_value priors, const char *name, size_t count,
                          kl_task *task, kl_error *error)
{
    size_t n;
    *out = NULL;
    if (kl_is_null(priors))
        return KL_OK;
    KL_TRY(kl_numbers_read(out, &n, priors, name, task, error));
    if (n != count)
        return kl_bad_input(error, "%s: expected one number for each of %zu classes, got %zu", name,
                            count, n);
    for (size_t i = 0; i < n; i++)
        if (!((*out)[i] >= 0) || !isfinite((*out)[i]))
            return kl_bad_parameter(error, name, "numbers >= 0", kl_double((*out)[i]));
    return KL_OK;
}

/* ---- sums by class ------------------------------------------------------------------------------------ */

void kl_class_counts(double *out, const int64_t *codes, size_t n, const double *weights,
                     size_t classes)
{
    memset(out, 0, classes * sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[codes[i]] += weights ? weights[i] : 1;
}

/* Rows of a block: few blocks, so that their partial sums stay small beside x. */
enum { BLOCK_ROWS = 8192 };

typedef struct sums {
    const kl_matrix *x;
    const int64_t *codes;
    const double *weights, *centers; /* centers: sums of squares around them */
    const double *threshold;
    size_t classes;
    double *parts; /* blocks x classes x d */
} sums;

static void add_sparse(double *to, const sums *s, size_t i, double weight)
{
    for (int64_t k = s->x->indptr[i]; k < s->x->indptr[i + 1]; k++)
        to[s->x->indices[k]] +=
            weight * (s->threshold ? s->x->values[k] > *s->threshold : s->x->values[k]);
}

static void add_above(double *restrict to, const double *restrict row, double threshold,
                      double weight, size_t d)
{
    for (size_t j = 0; j < d; j++)
        to[j] += row[j] > threshold ? weight : 0;
}

static void add_square(double *to, const double *row, const double *center, double weight, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        double away = row[j] - center[j];
        to[j] += weight * away * away;
    }
}

static void add_row(double *restrict to, const double *restrict row, size_t d)
{
    for (size_t j = 0; j < d; j++)
        to[j] += row[j];
}

static kl_status sum_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const sums *s = data;
    size_t d = s->x->cols;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        size_t code = (size_t)s->codes[i];
        double *to = s->parts + (block * s->classes + code) * d;
        double weight = s->weights ? s->weights[i] : 1;
        if (!s->x->data)
            add_sparse(to, s, i, weight);
        else if (s->centers)
            add_square(to, kl_row(s->x, i), s->centers + code * d, weight, d);
        else if (s->threshold)
            add_above(to, kl_row(s->x, i), *s->threshold, weight, d);
        else if (s->weights)
            kl_kernels()->axpy(weight, kl_row(s->x, i), to, d);
        else
            add_row(to, kl_row(s->x, i), d);
    }
    return KL_OK;
}

static kl_status sum_all(double *out, sums *s, kl_task *task, kl_error *error)
{
    size_t n = s->x->rows, size = s->classes * s->x->cols, grain = BLOCK_ROWS;
    /* Partial sums must not outgrow x. */
    while (grain < n && grain / 4 < s->classes)
        grain *= 2;
    size_t blocks = KL_MAX(kl_parallel_blocks(n, grain), 1);
    s->parts = kl_task_alloc(task, blocks * size, sizeof(double));
    if (!s->parts)
        return kl_error_no_memory(error);
    KL_TRY(kl_parallel_for(n, grain, sum_block, s, error));
    memcpy(out, s->parts, size * sizeof *out);
    for (size_t b = 1; b < blocks; b++)
        add_row(out, s->parts + b * size, size);
    kl_task_free(task, s->parts);
    return KL_OK;
}

kl_status kl_class_sums(double *out, const kl_matrix *x, const int64_t *codes,
                        const double *weights, const double *threshold, size_t classes,
                        kl_task *task, kl_error *error)
{
    sums s = {.x = x, .codes = codes, .weights = weights, .threshold = threshold,
              .classes = classes};
    return sum_all(out, &s, task, error);
}

kl_status kl_class_square_sums(double *out, const kl_matrix *x, const double *centers,
                               const int64_t *codes, const double *weights, size_t classes,
                               kl_task *task, kl_error *error)
{
    sums s = {.x = x, .codes = codes, .weights = weights, .centers = centers, .classes = classes};
    return sum_all(out, &s, task, error);
}

void kl_class_order(size_t *order, size_t *starts, const int64_t *codes, size_t n, size_t classes)
{
    memset(starts, 0, (classes + 1) * sizeof *starts);
    for (size_t i = 0; i < n; i++)
        starts[codes[i] + 1]++;
    for (size_t k = 0; k < classes; k++)
        starts[k + 1] += starts[k];
    for (size_t i = 0; i < n; i++)
        order[starts[codes[i]]++] = i;
    for (size_t k = classes; k > 0; k--)
        starts[k] = starts[k - 1];
    starts[0] = 0;
}
