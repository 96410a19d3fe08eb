/* src/ml/class_weight.c - the parameter class_weight, by the codes of rows; the weights themselves: classes.h. */
#include "class_weight.h"

#include "classes.h"

kl_status kl_code_weights(const double **out, kl_value class_weight, kl_value classes, const int64_t *codes,
                          size_t n, const double *weights, kl_task *task, kl_error *error)
{
    kl_fit in = {.n = n, .codes = codes, .classes = kl_labels_count(classes)};
    double *numbers;
    *out = NULL;
    if (kl_is_null(class_weight))
        return KL_OK;
    KL_TRY(kl_class_weights(&numbers, class_weight, classes, &in, weights, task, error));
    *out = numbers;
    return KL_OK;
}

kl_status kl_class_weighted(const double **out, kl_value class_weight, kl_value classes, const int64_t *codes,
                            size_t n, const double *weights, bool counted, kl_task *task, kl_error *error)
{
    const double *by_class = NULL;
    double *numbers;
    KL_TRY(kl_code_weights(&by_class, class_weight, classes, codes, n, counted ? weights : NULL, task, error));
    *out = weights;
    if (!by_class)
        return KL_OK;
    KL_TAKE_RAW(numbers, task, n, error);
    for (size_t i = 0; i < n; i++)
        numbers[i] = (weights ? weights[i] : 1.0) * by_class[codes[i]];
    *out = numbers;
    return KL_OK;
}
