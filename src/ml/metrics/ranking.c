/* src/ml/metrics/ranking.c - measures of the order that scores bring rows into: roc_auc_score,
 * average_precision_score. */
#include "score.h"

#include "ml/numeric.h"

#include <math.h>

/* One list: scores, which of its items are positive (0 or 1), weights or NULL; memory for the order. */
typedef struct list {
    size_t n;
    const double *score, *bit, *weight;
    int64_t *order;
    double max_fpr; /* of roc_auc; 1 = the whole curve */
} list;

typedef kl_status list_measure(double *out, const list *of, kl_task *task, kl_error *error);

/* ---- one list ---------------------------------------------------------------------------------------------- */

static void totals(const list *of, double *positive, double *negative)
{
    *positive = *negative = 0;
    for (size_t i = 0; i < of->n; i++) {
        double w = kl_pair_weight(of->weight, i);
        *positive += w * of->bit[i];
        *negative += w * (1 - of->bit[i]);
    }
}

/* The items of one score, from position `*at` of the order downwards: their weights, by sign. */
static void take_ties(const list *of, size_t *at, double *positive, double *negative)
{
    double score = of->score[of->order[*at - 1]];
    *positive = *negative = 0;
    while (*at > 0 && of->score[of->order[*at - 1]] == score) {
        int64_t i = of->order[--*at];
        double w = kl_pair_weight(of->weight, (size_t)i);
        *positive += w * of->bit[i];
        *negative += w * (1 - of->bit[i]);
    }
}

/* The area up to max_fpr, rescaled so that chance gives 0.5 and the best 1 (McClish 1989). */
static double standardised(double area, double max_fpr)
{
    double least = max_fpr * max_fpr / 2;
    return max_fpr >= 1 ? area : 0.5 * (1 + (area - least) / (max_fpr - least));
}

static kl_status area_under_roc(double *out, const list *of, kl_task *task, kl_error *error)
{
    double positive, negative, tp = 0, fp = 0, area = 0, more_tp, more_fp;
    totals(of, &positive, &negative);
    if (positive <= 0 || negative <= 0)
        return kl_bad_input(error, "y_true contains one class only, of which there is no ROC curve; "
                                   "expected positive and negative rows");
    KL_TRY(kl_argsort(of->order, of->score, of->n, task, error));
    double limit = of->max_fpr >= 1 ? INFINITY : of->max_fpr * negative;
    for (size_t at = of->n; at > 0;) {
        take_ties(of, &at, &more_tp, &more_fp);
        if (fp + more_fp > limit) {
            double part = limit - fp;
            area += part * (tp + part / more_fp * more_tp / 2);
            break;
        }
        area += more_fp * (tp + more_tp / 2);
        tp += more_tp;
        fp += more_fp;
    }
    *out = standardised(area / positive / negative, of->max_fpr);
    return KL_OK;
}

static kl_status precision_average(double *out, const list *of, kl_task *task, kl_error *error)
{
    double positive, negative, tp = 0, fp = 0, sum = 0, more_tp, more_fp;
    totals(of, &positive, &negative);
    if (positive <= 0)
        return kl_bad_input(error, "y_true contains no positive rows, without which there is no recall");
    KL_TRY(kl_argsort(of->order, of->score, of->n, task, error));
    for (size_t at = of->n; at > 0;) {
        take_ties(of, &at, &more_tp, &more_fp);
        tp += more_tp;
        fp += more_fp;
        if (more_tp > 0)
            sum += more_tp / positive * (tp / (tp + fp));
    }
    *out = sum;
    return KL_OK;
}

/* ---- many lists, averaged ---------------------------------------------------------------------------------- */

/* Tables n x k of scores and of 0 and 1. */
typedef struct table {
    size_t n, k;
    const double *scores, *bits, *weights;
    double max_fpr;
} table;

static kl_status list_memory(list *of, double **score, double **bit, size_t n, kl_task *task,
                             kl_error *error)
{
    KL_TAKE_RAW(*score, task, n, error);
    KL_TAKE_RAW(*bit, task, n, error);
    KL_TAKE_RAW(of->order, task, n, error);
    of->score = *score;
    of->bit = *bit;
    of->n = n;
    return KL_OK;
}

/* The measure of each column, or of each row. */
static kl_status measure_each(double *out, const table *of, bool by_row, list_measure *measure,
                              kl_task *task, kl_error *error)
{
    list one = {.weight = by_row ? NULL : of->weights, .max_fpr = of->max_fpr};
    double *score, *bit;
    size_t count = by_row ? of->n : of->k;
    KL_TRY(list_memory(&one, &score, &bit, by_row ? of->k : of->n, task, error));
    for (size_t c = 0; c < count; c++) {
        for (size_t i = 0; i < one.n; i++) {
            size_t at = by_row ? c * of->k + i : i * of->k + c;
            score[i] = of->scores[at];
            bit[i] = of->bits[at];
        }
        KL_TRY(measure(&out[c], &one, task, error));
    }
    return KL_OK;
}

static kl_status measure_all(double *out, const table *of, list_measure *measure, kl_task *task,
                             kl_error *error)
{
    list one = {.n = of->n * of->k, .score = of->scores, .bit = of->bits, .max_fpr = of->max_fpr};
    double *weights;
    KL_TAKE_RAW(one.order, task, one.n, error);
    if (of->weights) {
        KL_TAKE_RAW(weights, task, one.n, error);
        for (size_t i = 0; i < one.n; i++)
            weights[i] = of->weights[i / of->k];
        one.weight = weights;
    }
    return measure(out, &one, task, error);
}

/* How often each column is 1. */
static double *prevalence(const table *of, kl_task *task)
{
    double *sums = kl_task_alloc(task, of->k, sizeof *sums);
    for (size_t i = 0; sums && i < of->n; i++)
        for (size_t c = 0; c < of->k; c++)
            sums[c] += kl_pair_weight(of->weights, i) * of->bits[i * of->k + c];
    return sums;
}

/* average: an empty text = one number for each column. */
static kl_status measure_table(kl_value *out, const table *of, kl_text average, list_measure *measure,
                               kl_task *task, kl_error *error)
{
    double *scores, micro;
    const double *weights = NULL;
    bool by_row = kl_text_is(average, "samples");
    if (kl_text_is(average, "micro")) {
        KL_TRY(measure_all(&micro, of, measure, task, error));
        *out = kl_double(micro);
        return KL_OK;
    }
    size_t count = by_row ? of->n : of->k;
    KL_TAKE(scores, task, count, error);
    KL_TRY(measure_each(scores, of, by_row, measure, task, error));
    if (average.len == 0)
        return kl_vector_from(out, scores, count, error);
    if (by_row)
        weights = of->weights;
    else if (kl_text_is(average, "weighted") && !(weights = prevalence(of, task)))
        return kl_error_no_memory(error);
    *out = kl_double(kl_nan_average(scores, weights, count));
    return KL_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------- */

static kl_status read_multilabel(table *of, kl_value truth, kl_value scores, kl_value weights,
                                 kl_task *task, kl_error *error)
{
    size_t n, k;
    KL_TRY(kl_targets_read(&of->bits, &of->n, &of->k, truth, "y_true", task, error));
    KL_TRY(kl_targets_read(&of->scores, &n, &k, scores, "y_score", task, error));
    if (n != of->n)
        return kl_bad_dimension(error, "rows of y_score", of->n, n);
    if (k != of->k)
        return kl_bad_dimension(error, "columns of y_score", of->k, k);
    for (size_t i = 0; i < n * k; i++)
        if (of->bits[i] != 0 && of->bits[i] != 1)
            return kl_bad_input(error, "y_true has several columns, so each number must be 0 or 1, got %g",
                                of->bits[i]);
    KL_TRY(kl_scores_finite(of->scores, n * k, "y_score", error));
    return kl_weights_read(&of->weights, weights, n, task, error);
}

/* Labels as columns of 0 and 1: all classes, or (of one column of scores) the positive one alone. */
static kl_status to_bits(table *of, const kl_response_pair *pair, int64_t positive, kl_task *task,
                         kl_error *error)
{
    double *bits;
    *of = (table){.n = pair->n, .k = pair->columns, .scores = pair->response,
                  .weights = pair->weights, .max_fpr = of->max_fpr};
    KL_TAKE(bits, task, of->n * of->k, error);
    for (size_t i = 0; i < of->n; i++) {
        if (of->k == 1)
            bits[i] = pair->truth[i] == positive;
        else
            bits[i * of->k + (size_t)pair->truth[i]] = 1;
    }
    of->bits = bits;
    return KL_OK;
}

/* ---- ROC --------------------------------------------------------------------------------------------------- */

/* Rows of two classes only, scored by the column of the first, then of the second (Hand and Till 2001). */
static kl_status measure_pair(double *out, double *share, const table *of, size_t a, size_t b,
                              list *one, double *score, double *bit, kl_task *task, kl_error *error)
{
    double both[2];
    for (int side = 0; side < 2; side++) {
        size_t column = side ? b : a;
        one->n = 0;
        for (size_t i = 0; i < of->n; i++) {
            const double *bits = of->bits + i * of->k;
            if (bits[a] == 0 && bits[b] == 0)
                continue;
            score[one->n] = of->scores[i * of->k + column];
            bit[one->n++] = bits[column];
        }
        KL_TRY(area_under_roc(&both[side], one, task, error));
    }
    *share = (double)one->n / (double)of->n;
    *out = (both[0] + both[1]) / 2;
    return KL_OK;
}

static kl_status one_vs_one(double *out, const table *of, bool weighted, kl_task *task,
                            kl_error *error)
{
    list one = {.max_fpr = 1};
    double *score, *bit, sum = 0, total = 0, area, share;
    KL_TRY(list_memory(&one, &score, &bit, of->n, task, error));
    for (size_t a = 0; a < of->k; a++) {
        for (size_t b = a + 1; b < of->k; b++) {
            KL_TRY(measure_pair(&area, &share, of, a, b, &one, score, bit, task, error));
            sum += (weighted ? share : 1) * area;
            total += weighted ? share : 1;
        }
    }
    *out = sum / total;
    return KL_OK;
}

static kl_status check_sums(const table *of, kl_error *error)
{
    for (size_t i = 0; i < of->n; i++) {
        double sum = 0;
        for (size_t c = 0; c < of->k; c++)
            sum += of->scores[i * of->k + c];
        if (fabs(sum - 1) > 1e-5 * fabs(sum) + 1e-8)
            return kl_bad_input(error, "y_score of several classes must be probabilities, which add up to 1; "
                                       "row %zu adds up to %g", i, sum);
    }
    return KL_OK;
}

/* What roc_auc_score() was asked for. */
typedef struct roc_how {
    kl_text average, multi_class; /* "raise", "ovr", "ovo" */
    double max_fpr;
} roc_how;

static kl_status several_classes(kl_value *out, table *of, const kl_response_pair *pair,
                                 const roc_how *how, kl_task *task, kl_error *error)
{
    bool pairs = kl_text_is(how->multi_class, "ovo");
    double area;
    if (kl_text_is(how->multi_class, "raise"))
        return kl_bad_input(error, "y_true has %zu classes: multi_class must be 'ovr' (each against the rest) or "
                                   "'ovo' (each against each)", pair->k);
    if (how->max_fpr < 1)
        return kl_bad_input(error, "max_fpr is for two classes, y_true has %zu", pair->k);
    if (kl_text_is(how->average, "samples") ||
        (pairs && (how->average.len == 0 || kl_text_is(how->average, "micro"))))
        return kl_bad_input(error, "average must be %s for multi_class='%.*s'",
                            pairs ? "macro or weighted" : "macro, weighted, micro or None",
                            KL_TEXT_ARG(how->multi_class));
    if (pairs && pair->weights)
        return kl_bad_input(error, "sample_weight has no meaning with multi_class='ovo'");
    KL_TRY(check_sums(of, error));
    if (!pairs)
        return measure_table(out, of, how->average, area_under_roc, task, error);
    KL_TRY(one_vs_one(&area, of, kl_text_is(how->average, "weighted"), task, error));
    *out = kl_double(area);
    return KL_OK;
}

static kl_status roc_of_labels(kl_value *out, const kl_response_pair *pair, const roc_how *how,
                               kl_task *task, kl_error *error)
{
    table of = {.max_fpr = how->max_fpr};
    if (pair->k < 2)
        return kl_bad_input(error, "y_true contains one class only, of which there is no ROC curve; expected "
                                   "positive and negative rows");
    KL_TRY(to_bits(&of, pair, 1, task, error));
    return pair->columns == 1 ? measure_table(out, &of, KL_TEXT("macro"), area_under_roc, task, error)
                              : several_classes(out, &of, pair, how, task, error);
}

static kl_status roc_of(kl_value *out, kl_value truth, kl_value scores, kl_value weights,
                        kl_value classes, const roc_how *how, kl_task *task, kl_error *error)
{
    if (kl_score_columns(truth) > 1) {
        table of = {.max_fpr = how->max_fpr};
        KL_TRY(read_multilabel(&of, truth, scores, weights, task, error));
        return measure_table(out, &of, how->average, area_under_roc, task, error);
    }
    kl_response_pair pair;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, truth, scores, classes, weights, "y_score", task, error));
    KL_TRY_OUT(roc_of_labels(out, &pair, how, task, error));
out:
    kl_response_end(&pair);
    return status;
}

/* args: y_true, y_score, average, sample_weight, max_fpr, multi_class, labels */
static kl_status roc_auc(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    roc_how how = {.average = kl_as_text(args[2]), .multi_class = kl_as_text(args[5]), .max_fpr = 1};
    if (!kl_is_null(args[4]))
        how.max_fpr = kl_as_double(args[4]);
    if (!(how.max_fpr > 0 && how.max_fpr <= 1))
        return kl_bad_parameter(error, "max_fpr", "a number above 0 and up to 1", args[4]);
    return roc_of(out, args[0], args[1], args[3], args[6], &how, task, error);
}
KL_MEASURE(roc_auc)

kl_status kl_score_roc_auc(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    roc_how how = {.average = kl_text_from(call->average ? call->average : "macro"),
                   .multi_class = kl_text_from(call->mode ? call->mode : "raise"), .max_fpr = 1};
    kl_value value;
    bool several = kl_score_columns(call->truth) > 1;
    KL_TRY(roc_of(&value, call->truth, call->answer, call->weights,
                  several ? kl_null() : call->classes, &how, task, error));
    *out = kl_as_double(value);
    return KL_OK;
}

/* ---- average precision ------------------------------------------------------------------------------------- */

static kl_status precision_of_labels(kl_value *out, const kl_response_pair *pair, kl_value pos_label,
                                     kl_text average, kl_task *task, kl_error *error)
{
    table of = {.max_fpr = 1};
    int64_t positive = kl_label_find(pair->classes, pos_label);
    bool plain = kl_is_number(pos_label) && kl_as_double(pos_label) == 1;
    if (pair->columns == 1 && positive < 0 && (pair->k > 1 || !plain))
        return kl_bad_parameter(error, "pos_label", "a label that occurs in y_true", pos_label);
    if (pair->columns > 1 && !plain)
        return kl_bad_parameter(error, "pos_label", "1 for scores of several classes", pos_label);
    KL_TRY(to_bits(&of, pair, positive, task, error));
    if (pair->columns == 1)
        average = KL_TEXT("macro");
    return measure_table(out, &of, average, precision_average, task, error);
}

static kl_status precision_of(kl_value *out, kl_value truth, kl_value scores, kl_value weights,
                              kl_value classes, kl_value pos_label, kl_text average, kl_task *task,
                              kl_error *error)
{
    if (kl_score_columns(truth) > 1) {
        table of = {.max_fpr = 1};
        KL_TRY(read_multilabel(&of, truth, scores, weights, task, error));
        return measure_table(out, &of, average, precision_average, task, error);
    }
    kl_response_pair pair;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, truth, scores, classes, weights, "y_score", task, error));
    KL_TRY_OUT(precision_of_labels(out, &pair, pos_label, average, task, error));
out:
    kl_response_end(&pair);
    return status;
}

/* args: y_true, y_score, average, pos_label, sample_weight */
static kl_status average_precision(kl_value *out, const kl_value *args, kl_task *task,
                                   kl_error *error)
{
    return precision_of(out, args[0], args[1], args[4], kl_null(), args[3], kl_as_text(args[2]), task,
                        error);
}
KL_MEASURE(average_precision)

kl_status kl_score_average_precision(double *out, const kl_score_call *call, kl_task *task,
                                     kl_error *error)
{
    kl_value value;
    KL_TRY(precision_of(&value, call->truth, call->answer, call->weights, kl_null(), kl_int(1),
                        KL_TEXT("macro"), task, error));
    *out = kl_as_double(value);
    return KL_OK;
}

/* ---- top k ------------------------------------------------------------------------------------------------- */

/* Whether the true class is among the `k` of the highest scores; of equal ones the later class comes first. */
static bool is_among_top(const double *row, size_t classes, size_t truth, size_t k)
{
    size_t above = 0;
    for (size_t c = 0; c < classes; c++)
        above += row[c] > row[truth] || (row[c] == row[truth] && c > truth);
    return above < k;
}

/* Share of the rows whose true class is among the two of the highest scores. */
kl_status kl_score_top_k(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    kl_response_pair pair;
    double sum = 0;
    kl_status status;
    KL_TRY_OUT(kl_response_read(&pair, call->truth, call->answer, call->classes, call->weights,
                                "y_score", task, error));
    for (size_t i = 0; i < pair.n; i++)
        if (pair.columns == 1 || is_among_top(pair.response + i * pair.columns, pair.columns,
                                              (size_t)pair.truth[i], 2))
            sum += kl_pair_weight(pair.weights, i);
    *out = sum / pair.total;
out:
    kl_response_end(&pair);
    return status;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

static const char *const averages[] = {"micro", "macro", "weighted", "samples", NULL};
static const char *const multi_classes[] = {"raise", "ovr", "ovo", NULL};
#define TRUTH                                                                                      \
    {.name = "y_true", .kind = KL_KIND_ANY, .flags = KL_DATA,                                      \
     .doc = "true labels: n of them; or n x labels of 0 and 1"}
#define AVERAGE                                                                                    \
    {.name = "average", .kind = KL_KIND_ENUM, .names = averages, .fallback = "\"macro\"",          \
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,                                                       \
     .doc = "of several classes or labels: their mean (macro), weighted by how often they occur (weighted), all "\
            "cells together (micro), the mean over the rows of tables (samples); None: a number for each"}
static const kl_param roc_params[] = {
    TRUTH,
    {.name = "y_score", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "scores: n of them, higher for the greater of two labels; n x classes probabilities; or n x labels"},
    AVERAGE,
    KL_MEASURE_WEIGHT,
    {.name = "max_fpr", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "only the part of the curve up to this rate of false positives, above 0 and up to 1, rescaled so that "
            "chance gives 0.5 (McClish 1989)"},
    {.name = "multi_class", .kind = KL_KIND_ENUM, .names = multi_classes, .fallback = "\"raise\"",
     .flags = KL_KEYWORD_ONLY,
     .doc = "of more than two classes: each against the rest (ovr), each against each (ovo, Hand and Till 2001), "
            "or an error (raise)"},
    KL_MEASURE_LABELS,
};
static const kl_param precision_params[] = {
    TRUTH,
    {.name = "y_score", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "scores: n of them, higher for pos_label; or n x classes; or n x labels"},
    AVERAGE,
    {.name = "pos_label", .kind = KL_KIND_ANY, .fallback = "1", .flags = KL_KEYWORD_ONLY,
     .doc = "the label that scores in one column are of"},
    KL_MEASURE_WEIGHT,
};
static const kl_function roc_auc_function = {
    .module = "kailash.ml",
    .method = {.name = "roc_auc_score", .call = roc_auc_call, .params = KL_TABLE(roc_params),
               .returns = KL_KIND_ANY, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Area under the ROC curve: how often a positive row has a higher score than a negative one, "
                      "ties counted half."}};
KL_PUBLISH_FUNCTION(roc_auc_function);
static const kl_function average_precision_function = {
    .module = "kailash.ml",
    .method = {.name = "average_precision_score", .call = average_precision_call,
               .params = KL_TABLE(precision_params), .returns = KL_KIND_ANY, .flags = KL_ARRAYS,
               .raises = KL_MEASURE_RAISES,
               .doc = "Sum over the distinct scores, highest first, of the recall gained times the precision there."}};
KL_PUBLISH_FUNCTION(average_precision_function);
