/* src/ml/ensemble/committee.c - members of a committee that are any estimators. */
#include "committee.h"

static kl_status set_seed(kl_value member, uint64_t seed, size_t number, kl_error *error)
{
    kl_value params, named;
    kl_random random;
    KL_TRY(kl_model_get_params(&params, member, false, error));
    bool is_random = kl_map_has(params, KL_TEXT("random_state"));
    kl_value_release(params);
    if (!is_random)
        return KL_OK;
    kl_random_open(&random, seed, 7, number);
    int64_t own = (int64_t)(kl_random_u32(&random) & INT32_MAX);
    KL_TRY(kl_map_of_one(&named, KL_TEXT("random_state"), kl_int(own), error));
    kl_status status = kl_model_set_params(member, named, error);
    kl_value_release(named);
    return status;
}

kl_status kl_member_new(kl_value *out, kl_value estimator, uint64_t seed, size_t number,
                        kl_error *error)
{
    kl_value member;
    if (!kl_is_model(estimator))
        return kl_bad_parameter(error, "estimator", "None or an estimator", estimator);
    KL_TRY(kl_model_clone(&member, estimator, error));
    kl_status status = set_seed(member, seed, number, error);
    if (status == KL_OK)
        *out = member;
    else
        kl_value_release(member);
    return status;
}

bool kl_member_takes_weights(kl_value estimator)
{
    const kl_estimator *own = kl_as_estimator(estimator);
    const kl_method *fit = own ? kl_type_method(own->object.type, KL_TEXT("fit")) : NULL;
    for (size_t i = 0; fit && i < fit->param_count; i++)
        if (kl_text_is(kl_text_from(fit->params[i].name), "sample_weight"))
            return true;
    return false;
}

kl_status kl_member_fit(kl_value member, const kl_fit *in, const double *weights, kl_error *error)
{
    kl_value value;
    const kl_estimator *own = kl_as_estimator(member);
    if (own && !kl_member_takes_weights(member))
        return kl_bad_input(error, "%s does not take sample_weight", own->object.type->name);
    KL_TRY(kl_vector_from(&value, weights, in->n, error));
    kl_status status = kl_model_fit(member, in->raw_x, in->raw_y, value, error);
    kl_value_release(value);
    return status;
}

/* ---- answers --------------------------------------------------------------------------------------------- */

static kl_status check_rows(size_t got, size_t rows, kl_error *error)
{
    return got == rows ? KL_OK : kl_bad_dimension(error, "answers of a member", rows, got);
}

kl_status kl_member_codes(int64_t *out, kl_value member, kl_value x, size_t rows, kl_value classes,
                          kl_task *task, kl_error *error)
{
    kl_value labels, known;
    int64_t *codes;
    size_t n;
    KL_TRY(kl_model_apply(&labels, member, KL_OP_PREDICT, x, error));
    kl_status status = kl_labels_encode(&codes, &known, &n, labels, classes, "answers of a member",
                                        task, error);
    kl_value_release(labels);
    if (status != KL_OK)
        return status;
    kl_value_release(known);
    status = check_rows(n, rows, error);
    if (status == KL_OK)
        memcpy(out, codes, rows * sizeof *out);
    kl_task_free(task, codes);
    return status;
}

kl_status kl_member_numbers(double *out, kl_value member, kl_value x, size_t rows, size_t width,
                            kl_task *task, kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t n, outputs;
    KL_TRY(kl_model_apply(&answer, member, KL_OP_PREDICT, x, error));
    kl_status status = kl_targets_read(&numbers, &n, &outputs, answer, "answers of a member", task,
                                       error);
    if (status == KL_OK)
        status = check_rows(n, rows, error);
    if (status == KL_OK && outputs != width)
        status = kl_bad_dimension(error, "outputs of a member", width, outputs);
    if (status == KL_OK)
        memcpy(out, numbers, rows * width * sizeof *out);
    kl_value_release(answer);
    return status;
}

/* The places among `classes` of those that a member knows; NULL: they are the same. */
static kl_status places_of(int64_t **out, kl_value member, size_t cols, kl_value classes,
                           kl_task *task, kl_error *error)
{
    kl_value own, known;
    size_t n;
    *out = NULL;
    if (cols == kl_labels_count(classes))
        return KL_OK;
    KL_TRY(kl_model_attribute(&own, member, "classes_", error));
    kl_status status = kl_labels_encode(out, &known, &n, own, classes, "classes_ of a member", task,
                                        error);
    kl_value_release(own);
    if (status != KL_OK)
        return status;
    kl_value_release(known);
    return n == cols ? KL_OK : kl_bad_dimension(error, "probabilities of a member", n, cols);
}

static kl_status add_shares(double *out, kl_value member, kl_value x, size_t rows, kl_value classes,
                            kl_task *task, kl_error *error)
{
    kl_value answer;
    kl_matrix shares;
    int64_t *places = NULL;
    size_t count = kl_labels_count(classes);
    KL_TRY(kl_model_apply(&answer, member, KL_OP_PROBA, x, error));
    kl_status status = kl_matrix_read(&shares, answer, "probabilities of a member", KL_EST_EMPTY_OK,
                                      task, error);
    if (status == KL_OK)
        status = check_rows(shares.rows, rows, error);
    if (status == KL_OK)
        status = places_of(&places, member, shares.cols, classes, task, error);
    for (size_t i = 0; status == KL_OK && i < rows; i++)
        for (size_t k = 0; k < shares.cols; k++)
            out[i * count + (places ? (size_t)places[k] : k)] += kl_row(&shares, i)[k];
    kl_value_release(answer);
    return status;
}

kl_status kl_member_add_proba(double *out, kl_value member, kl_value x, size_t rows,
                              kl_value classes, kl_task *task, kl_error *error)
{
    size_t count = kl_labels_count(classes);
    int64_t *codes;
    if (kl_model_has(member, KL_OP_PROBA))
        return add_shares(out, member, x, rows, classes, task, error);
    KL_TAKE_RAW(codes, task, KL_MAX(rows, 1), error);
    KL_TRY(kl_member_codes(codes, member, x, rows, classes, task, error));
    for (size_t i = 0; i < rows; i++)
        out[i * count + (size_t)codes[i]]++;
    kl_task_free(task, codes);
    return KL_OK;
}

kl_status kl_member_add_decision(double *out, kl_value member, kl_value x, size_t count,
                                 kl_task *task, kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t n, columns;
    KL_TRY(kl_model_apply(&answer, member, KL_OP_DECISION, x, error));
    kl_status status = kl_targets_read(&numbers, &n, &columns, answer, "decisions of a member", task,
                                       error);
    if (status == KL_OK && n * columns != count)
        status = kl_bad_dimension(error, "decisions of a member", count, n * columns);
    for (size_t i = 0; status == KL_OK && i < count; i++)
        out[i] += numbers[i];
    kl_value_release(answer);
    return status;
}

kl_status kl_member_add_importances(double *out, kl_value member, size_t features, double weight,
                                    kl_task *task, kl_error *error)
{
    kl_value answer;
    const double *numbers;
    size_t n;
    KL_TRY(kl_model_attribute(&answer, member, "feature_importances_", error));
    kl_status status = kl_numbers_read(&numbers, &n, answer, "feature_importances_ of a member", task,
                                       error);
    if (status == KL_OK && n != features)
        status = kl_bad_dimension(error, "feature_importances_ of a member", features, n);
    for (size_t i = 0; status == KL_OK && i < n; i++)
        out[i] += weight * numbers[i];
    kl_value_release(answer);
    return status;
}
