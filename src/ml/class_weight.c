/* src/ml/class_weight.c - weights of classes: a word, or a dict. */
#include "class_weight.h"

#include <math.h>

static kl_value label_at(kl_value classes, size_t index)
{
    const double *numbers = kl_doubles(classes);
    return numbers ? kl_double(numbers[index]) : kl_array_at(classes, index);
}

static kl_status balance(double *out, kl_value classes, const int64_t *codes, size_t n, const double *weights,
                         kl_error *error)
{
    size_t count = kl_labels_count(classes);
    double total = 0;
    for (size_t c = 0; c < count; c++)
        out[c] = 0;
    for (size_t i = 0; i < n; i++) {
        out[codes[i]] += weights ? weights[i] : 1.0;
        total += weights ? weights[i] : 1.0;
    }
    for (size_t c = 0; c < count; c++) {
        if (!(out[c] > 0))
            return kl_bad_input(error, "class_weight='balanced': all rows of a class have weight 0");
        out[c] = total / ((double)count * out[c]);
    }
    return KL_OK;
}

/* Whether a key of the dict is the label: 1, 1.0 and True are the same. */
static bool is_label(kl_value key, kl_value label)
{
    if (kl_is(key, KL_KIND_STRING) || kl_is(label, KL_KIND_STRING))
        return kl_is(key, KL_KIND_STRING) && kl_is(label, KL_KIND_STRING) &&
               kl_text_equal(kl_as_text(key), kl_as_text(label));
    return (kl_is_number(key) || kl_is(key, KL_KIND_BOOL)) && kl_as_double(key) == kl_as_double(label);
}

static bool is_pairs(kl_value value)
{
    for (size_t i = 0; i < kl_array_len(value); i++)
        if (!kl_is(kl_array_at(value, i), KL_KIND_ARRAY) || kl_array_len(kl_array_at(value, i)) != 2)
            return false;
    return kl_is(value, KL_KIND_ARRAY);
}

/* The weight of one label, borrowed; null when the dict lacks it. A dict whose keys are no texts is an array of pairs. */
static kl_value look_up(kl_value dict, kl_value label)
{
    if (kl_is(dict, KL_KIND_MAP))
        return kl_is(label, KL_KIND_STRING) ? kl_map_get(dict, kl_as_text(label)) : kl_null();
    for (size_t i = 0; i < kl_array_len(dict); i++)
        if (is_label(kl_array_at(kl_array_at(dict, i), 0), label))
            return kl_array_at(kl_array_at(dict, i), 1);
    return kl_null();
}

static kl_status read_dict(double *out, kl_value dict, kl_value classes, kl_error *error)
{
    size_t count = kl_labels_count(classes), found = 0;
    for (size_t c = 0; c < count; c++) {
        kl_value weight = look_up(dict, label_at(classes, c));
        bool missing = kl_is(weight, KL_KIND_NULL);
        out[c] = missing ? 1.0 : kl_as_double(weight);
        found += !missing;
        if (!missing && !(kl_is_number(weight) && out[c] >= 0 && isfinite(out[c])))
            return kl_bad_parameter(error, "class_weight", "weights that are numbers >= 0", weight);
    }
    if (found < count && found != kl_value_len(dict))
        return kl_bad_input(error, "class_weight: has labels that do not occur in y, and %zu of the %zu that occur "
                                   "are missing",
                            count - found, count);
    return KL_OK;
}

kl_status kl_class_weights(const double **out, kl_value class_weight, kl_value classes, const int64_t *codes,
                           size_t n, const double *weights, kl_task *task, kl_error *error)
{
    double *numbers;
    *out = NULL;
    if (kl_is(class_weight, KL_KIND_NULL))
        return KL_OK;
    KL_TAKE(numbers, task, kl_labels_count(classes), error);
    if (kl_word_is(class_weight, "balanced"))
        KL_TRY(balance(numbers, classes, codes, n, weights, error));
    else if (kl_is(class_weight, KL_KIND_MAP) || is_pairs(class_weight))
        KL_TRY(read_dict(numbers, class_weight, classes, error));
    else
        return kl_bad_parameter(error, "class_weight", "'balanced', a dict from label to weight, or None",
                                class_weight);
    *out = numbers;
    return KL_OK;
}

kl_status kl_class_weighted(const double **out, kl_value class_weight, kl_value classes, const int64_t *codes,
                            size_t n, const double *weights, bool counted, kl_task *task, kl_error *error)
{
    const double *by_class = NULL;
    double *numbers;
    KL_TRY(kl_class_weights(&by_class, class_weight, classes, codes, n, counted ? weights : NULL, task, error));
    *out = weights;
    if (!by_class)
        return KL_OK;
    KL_TAKE_RAW(numbers, task, n, error);
    for (size_t i = 0; i < n; i++)
        numbers[i] = (weights ? weights[i] : 1.0) * by_class[codes[i]];
    *out = numbers;
    return KL_OK;
}
