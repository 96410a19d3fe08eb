/* src/ml/metrics/responses.c - labels beside what a model says of each class. */
#include "score.h"

static kl_status read_classes(kl_response_pair *out, kl_value truth, kl_value known, kl_task *task,
                              kl_error *error)
{
    int64_t *codes, *order;
    size_t count;
    kl_value given = kl_null();
    if (kl_is_null(known)) {
        kl_status status =
            kl_labels_encode(&codes, &out->classes, &out->n, truth, kl_null(), "y_true", task, error);
        out->truth = codes;
        return status;
    }
    /* The labels of the caller in order: encoding sorts them. */
    KL_TRY(kl_labels_encode(&order, &given, &count, known, kl_null(), "labels", task, error));
    out->classes = given;
    KL_TRY(kl_labels_encode(&codes, &given, &out->n, truth, out->classes, "y_true", task, error));
    if (given.as.payload != out->classes.as.payload)
        kl_value_release(given);
    out->truth = codes;
    return KL_OK;
}

static kl_status check_columns(const kl_response_pair *pair, const char *name, kl_error *error)
{
    if (pair->columns == 1 ? pair->k > 2 : pair->columns != pair->k)
        return kl_bad_input(error, "%s has %zu %s, but there are %zu classes in y_true; labels names them all",
                            name, pair->columns, pair->columns == 1 ? "column" : "columns", pair->k);
    return KL_OK;
}

kl_status kl_response_read(kl_response_pair *out, kl_value truth, kl_value response, kl_value known,
                           kl_value weights, const char *name, kl_task *task, kl_error *error)
{
    size_t n, rows;
    *out = (kl_response_pair){.classes = kl_null()};
    KL_TRY(kl_data_rows(&rows, truth, "y_true", error));
    KL_TRY(kl_data_rows(&n, response, name, error));
    if (n != rows)
        return kl_bad_dimension(error, "elements of the prediction", rows, n);
    if (n == 0)
        return kl_bad_input(error, "y_true is empty");
    KL_TRY(read_classes(out, truth, known, task, error));
    out->k = kl_labels_count(out->classes);
    KL_TRY(kl_targets_read(&out->response, &n, &out->columns, response, name, task, error));
    KL_TRY(kl_scores_finite(out->response, n * out->columns, name, error));
    KL_TRY(kl_weights_read(&out->weights, weights, n, task, error));
    for (size_t i = 0; i < n; i++)
        out->total += kl_pair_weight(out->weights, i);
    return check_columns(out, name, error);
}

void kl_response_end(kl_response_pair *pair)
{
    kl_value_release(kl_value_take(&pair->classes));
}
