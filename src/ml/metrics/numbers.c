/* src/ml/metrics/numbers.c - two tables of numbers of the same shape, checked. */
#include "score.h"

#include <math.h>

kl_status kl_scores_finite(const double *scores, size_t n, const char *name, kl_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(scores[i]))
            return kl_bad_input(error, "%s contains %s at position %zu", name,
                                isnan(scores[i]) ? "NaN" : "an infinity", i);
    return KL_OK;
}

kl_status kl_number_pair_read(kl_number_pair *out, kl_value truth, kl_value answer,
                              kl_value weights, const char *answer_name, kl_task *task,
                              kl_error *error)
{
    size_t n, m, rows;
    *out = (kl_number_pair){0};
    KL_TRY(kl_data_rows(&rows, truth, "y_true", error));
    KL_TRY(kl_data_rows(&n, answer, answer_name, error));
    if (n != rows)
        return kl_bad_dimension(error, "elements of y_pred", rows, n);
    if (n == 0)
        return kl_bad_input(error, "y_true is empty");
    KL_TRY(kl_targets_read_as(&out->truth, &out->n, &out->m, truth, "y_true", KL_EST_NAN_OK, task, error));
    KL_TRY(kl_targets_read_as(&out->answer, &n, &m, answer, answer_name, KL_EST_NAN_OK, task, error));
    if (m != out->m)
        return kl_bad_dimension(error, "columns of y_pred", out->m, m);
    KL_TRY(kl_weights_read(&out->weights, weights, n, task, error));
    for (size_t i = 0; i < n; i++)
        out->total += kl_pair_weight(out->weights, i);
    return KL_OK;
}
