/* src/ml/metrics/probability.c - measures of probabilities and decisions: log_loss, brier_score_loss, hinge_loss. */
#include "score.h"

#include <float.h>
#include <math.h>

/* Probabilities of one column, of label 1, are kept this far from 0 and 1; those of many as far as float64 tells. */
#define EDGE_OF_ONE 1e-15
#define EDGE_OF_MANY DBL_EPSILON

static kl_status check_probabilities(const kl_response_pair *pair, kl_error *error)
{
    for (size_t i = 0; i < pair->n * pair->columns; i++)
        if (!(pair->response[i] >= 0 && pair->response[i] <= 1))
            return kl_bad_input(error, "the probabilities must lie in [0, 1], got %g", pair->response[i]);
    return KL_OK;
}

/* The code of the positive one of two labels: 1 of numbers 0 and 1 or -1 and 1, else the greater one; -1 when it does
 * not occur. `strict`: other numbers are refused unless the caller named them. */
static kl_status positive_code(int64_t *out, const kl_response_pair *pair, bool strict,
                               kl_error *error)
{
    const double *numbers = kl_doubles(pair->classes);
    bool plain = numbers != NULL;
    for (size_t c = 0; numbers && c < pair->k; c++)
        plain = plain && (numbers[c] == 1 || numbers[c] == 0 || numbers[c] == -1);
    if (plain) {
        *out = kl_label_find(pair->classes, kl_int(1));
        return KL_OK;
    }
    if (numbers && strict)
        return kl_bad_input(error, "the labels of probabilities in one column must be 0 and 1, got %g; "
                                   "labels names others", numbers[pair->k - 1]);
    if (pair->k < 2)
        return kl_bad_input(error, "y_true contains one label only; labels names both");
    *out = 1;
    return KL_OK;
}

static kl_status two_labels(const kl_response_pair *pair, kl_error *error)
{
    return pair->k >= 2 ? KL_OK
                        : kl_bad_input(error, "y_true contains one label only; labels names them all");
}

/* ---- log loss ---------------------------------------------------------------------------------------------- */

static double clipped_log(double p, double edge)
{
    return log(fmin(fmax(p, edge), 1 - edge));
}

static kl_status log_loss_of(double *sum, const kl_response_pair *pair, bool labels_given,
                             kl_error *error)
{
    int64_t positive = -1;
    KL_TRY(check_probabilities(pair, error));
    KL_TRY(pair->columns == 1 ? positive_code(&positive, pair, !labels_given, error)
                              : two_labels(pair, error));
    *sum = 0;
    for (size_t i = 0; i < pair->n; i++) {
        size_t code = (size_t)pair->truth[i];
        double w = kl_pair_weight(pair->weights, i), p = pair->response[i * pair->columns];
        if (pair->columns > 1)
            *sum -= w * clipped_log(pair->response[i * pair->columns + code], EDGE_OF_MANY);
        else
            *sum -= w * clipped_log((int64_t)code == positive ? p : 1 - p, EDGE_OF_ONE);
    }
    return KL_OK;
}

/* args: y_true, y_prob, normalize, sample_weight, labels */
static kl_status cross_entropy(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    double sum;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, args[0], args[1], args[4], args[3], "y_prob", task, error));
    KL_TRY_OUT(log_loss_of(&sum, &pair, !kl_is_null(args[4]), error));
    *out = kl_double(kl_as_bool(args[2]) ? sum / pair.total : sum);
out:
    kl_response_end(&pair);
    return status;
}
KL_MEASURE(cross_entropy)

kl_status kl_score_log_loss(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    double sum;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, call->truth, call->answer, call->classes, call->weights,
                                "predict_proba(x)", task, error));
    KL_TRY_OUT(log_loss_of(&sum, &pair, true, error));
    *out = sum / pair.total;
out:
    kl_response_end(&pair);
    return status;
}

/* ---- Brier ------------------------------------------------------------------------------------------------- */

/* Weighted sum of the squared distances of the probabilities to the labels, over all classes. */
static double brier_sum(const kl_response_pair *pair, int64_t positive)
{
    double sum = 0;
    for (size_t i = 0; i < pair->n; i++) {
        double apart = 0;
        const double *row = pair->response + i * pair->columns;
        for (size_t c = 0; c < pair->columns; c++) {
            double e = row[c] - (pair->truth[i] == (pair->columns == 1 ? positive : (int64_t)c));
            apart += e * e;
        }
        sum += kl_pair_weight(pair->weights, i) * apart;
    }
    return pair->columns == 1 ? 2 * sum : sum;
}

static kl_status brier_positive(int64_t *out, const kl_response_pair *pair, kl_value pos_label,
                                kl_error *error)
{
    KL_TRY(check_probabilities(pair, error));
    if (pair->columns > 1)
        return two_labels(pair, error);
    if (kl_is_null(pos_label))
        return positive_code(out, pair, false, error);
    *out = kl_label_find(pair->classes, pos_label);
    bool plain = kl_doubles(pair->classes) && kl_is_number(pos_label) && kl_as_double(pos_label) == 1;
    return *out >= 0 || plain
               ? KL_OK
               : kl_bad_parameter(error, "pos_label", "a label that occurs in y_true", pos_label);
}

static kl_status read_scale(bool *out, kl_value value, size_t columns, kl_error *error)
{
    if (kl_is(value, KL_KIND_BOOL))
        *out = kl_as_bool(value);
    else if (kl_word_is(value, "auto"))
        *out = columns < 3;
    else
        return kl_bad_parameter(error, "scale_by_half", "true, false or 'auto'", value);
    return KL_OK;
}

/* args: y_true, y_prob, sample_weight, pos_label, labels, scale_by_half */
static kl_status brier(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    int64_t positive = -1;
    bool halved;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, args[0], args[1], args[4], args[2], "y_prob", task, error));
    KL_TRY_OUT(brier_positive(&positive, &pair, args[3], error));
    KL_TRY_OUT(read_scale(&halved, args[5], pair.columns, error));
    *out = kl_double(brier_sum(&pair, positive) / pair.total * (halved ? 0.5 : 1));
out:
    kl_response_end(&pair);
    return status;
}
KL_MEASURE(brier)

kl_status kl_score_brier(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    int64_t positive = -1;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, call->truth, call->answer, call->classes, call->weights,
                                "predict_proba(x)", task, error));
    KL_TRY_OUT(brier_positive(&positive, &pair, kl_null(), error));
    *out = brier_sum(&pair, positive) / pair.total * (pair.columns < 3 ? 0.5 : 1);
out:
    kl_response_end(&pair);
    return status;
}

/* ---- beside the shares of the classes, whatever the row ---------------------------------------------------- */

/* 1 - loss of the model / loss of one that always answers with the shares of the classes; `of` sums a loss. */
static kl_status skill(double *out, const kl_score_call *call, bool logarithmic, kl_task *task,
                       kl_error *error)
{
    kl_response_pair pair;
    double *shares, *constant, loss, reference;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, call->truth, call->answer, call->classes, call->weights,
                                "predict_proba(x)", task, error));
    KL_TRY_OUT(pair.columns > 1 ? check_probabilities(&pair, error)
                                : kl_bad_input(error, "expected probabilities of every class"));
    shares = kl_task_alloc(task, pair.k, sizeof *shares);
    constant = kl_task_alloc(task, pair.n * pair.k, sizeof *constant);
    KL_TRY_OUT(shares && constant ? KL_OK : kl_error_no_memory(error));
    for (size_t i = 0; i < pair.n; i++)
        shares[pair.truth[i]] += kl_pair_weight(pair.weights, i) / pair.total;
    for (size_t i = 0; i < pair.n * pair.k; i++)
        constant[i] = shares[i % pair.k];
    kl_response_pair base = pair;
    base.response = constant;
    if (logarithmic) {
        KL_TRY_OUT(log_loss_of(&loss, &pair, true, error));
        KL_TRY_OUT(log_loss_of(&reference, &base, true, error));
    } else {
        loss = brier_sum(&pair, -1);
        reference = brier_sum(&base, -1);
    }
    *out = pair.n < 2 ? (double)NAN : 1 - loss / reference;
out:
    kl_response_end(&pair);
    return status;
}

kl_status kl_score_d2_log_loss(double *out, const kl_score_call *call, kl_task *task,
                               kl_error *error)
{
    return skill(out, call, true, task, error);
}
kl_status kl_score_d2_brier(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return skill(out, call, false, task, error);
}

/* ---- hinge ------------------------------------------------------------------------------------------------- */

/* How far the decision for the true class is above all others (Crammer and Singer). */
static double margin_of(const double *row, size_t k, size_t truth)
{
    double other = -INFINITY;
    for (size_t c = 0; c < k; c++)
        if (c != truth && row[c] > other)
            other = row[c];
    return row[truth] - other;
}

/* args: y_true, y_decision, labels, sample_weight */
static kl_status hinge(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    int64_t positive = 1;
    double sum = 0;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, args[0], args[1], args[2], args[3], "y_decision", task, error));
    if (pair.k < 2)
        positive = kl_label_find(pair.classes, kl_int(1));
    for (size_t i = 0; i < pair.n; i++) {
        const double *row = pair.response + i * pair.columns;
        double margin = pair.columns > 1              ? margin_of(row, pair.k, (size_t)pair.truth[i])
                        : pair.truth[i] == positive ? row[0]
                                                    : -row[0];
        sum += kl_pair_weight(pair.weights, i) * fmax(0, 1 - margin);
    }
    *out = kl_double(sum / pair.total);
out:
    kl_response_end(&pair);
    return status;
}
KL_MEASURE(hinge)

/* ---- tables ------------------------------------------------------------------------------------------------ */

#define TRUTH                                                                                      \
    {.name = "y_true", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "true labels: n of them"}
#define PROBABILITIES                                                                              \
    {.name = "y_prob", .alias = "y_proba", .kind = KL_KIND_ANY, .flags = KL_DATA,                  \
     .doc = "probabilities in [0, 1]: n of them, of the positive label, or n x classes in the order of the sorted " \
            "labels"}
static const kl_param entropy_params[] = {
    TRUTH,
    PROBABILITIES,
    {.name = "normalize", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,
     .doc = "the mean over the rows; false: the sum"},
    KL_MEASURE_WEIGHT,
    KL_MEASURE_LABELS,
};
static const kl_param brier_params[] = {
    TRUTH,
    PROBABILITIES,
    KL_MEASURE_WEIGHT,
    {.name = "pos_label", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "the label that probabilities in one column are of; None = 1, else the greater of the two"},
    KL_MEASURE_LABELS,
    {.name = "scale_by_half", .kind = KL_KIND_ANY, .fallback = "\"auto\"", .flags = KL_KEYWORD_ONLY,
     .doc = "halve the sum over the classes, so that it lies in [0, 1]; 'auto' = of two classes"},
};
static const kl_param hinge_params[] = {
    TRUTH,
    {.name = "y_decision", .alias = "pred_decision", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "decisions: n of them, positive for the greater of two labels, or n x classes"},
    KL_MEASURE_LABELS,
    KL_MEASURE_WEIGHT,
};

static const kl_function log_loss_function = {
    .module = "kailash.ml",
    .method = {.name = "log_loss", .call = cross_entropy_call, .params = KL_TABLE(entropy_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Mean of -ln(probability of the true label). Probabilities in one column are those of label "
                      "1 and count as between 1e-15 and 1 - 1e-15, those of a table as between 2.2e-16 and 1 - "
                      "2.2e-16."}};
KL_PUBLISH_FUNCTION(log_loss_function);
static const kl_function brier_function = {
    .module = "kailash.ml",
    .method = {.name = "brier_score_loss", .call = brier_call, .params = KL_TABLE(brier_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Mean squared distance of the probabilities to what was true (Brier 1950): 0 is best."}};
KL_PUBLISH_FUNCTION(brier_function);
static const kl_function hinge_function = {
    .module = "kailash.ml",
    .method = {.name = "hinge_loss", .call = hinge_call, .params = KL_TABLE(hinge_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Mean of max(0, 1 - margin), the margin being the decision towards the true label; of more "
                      "than two classes, by how much it is above the others (Crammer and Singer 2001)."}};
KL_PUBLISH_FUNCTION(hinge_function);
