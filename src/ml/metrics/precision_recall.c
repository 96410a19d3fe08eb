/* src/ml/metrics/precision_recall.c - precision_score, recall_score, f1_score, jaccard_score: hits, what was
 * predicted and what was true, for each label. */
#include "score.h"

#include "base/host.h"

#include <math.h>
#include <stdio.h>

/* Of each chosen label (or of each row, for the average over samples): weighted hits, predicted, true. */
typedef struct counts {
    size_t k;
    double *hit, *answer, *truth;
} counts;

typedef enum ratio_kind { RATIO_PRECISION, RATIO_RECALL, RATIO_F1, RATIO_JACCARD } ratio_kind;

/* What the caller chose. */
typedef struct ratio_how {
    ratio_kind kind;
    kl_text average;        /* "binary", "micro", ...; empty = none: one number for each label */
    kl_value pos_label, labels;
    double zero_division;
    bool warns;
} ratio_how;

static const char *const ratio_names[] = {"precision", "recall", "F1", "Jaccard"};

static kl_status counts_new(counts *out, size_t k, kl_task *task, kl_error *error)
{
    out->k = k;
    KL_TAKE(out->hit, task, k, error);
    KL_TAKE(out->answer, task, k, error);
    KL_TAKE(out->truth, task, k, error);
    return KL_OK;
}

/* ---- counting ---------------------------------------------------------------------------------------------- */

/* Slots of labels: where the counts of label c go, -1 = not chosen. */
static kl_status slots_of(int64_t **out, const kl_label_pair *pair, const int64_t *chosen,
                          size_t count, kl_task *task, kl_error *error)
{
    KL_TAKE(*out, task, pair->k + 1, error);
    for (size_t c = 0; c < pair->k; c++)
        (*out)[c] = -1;
    for (size_t i = 0; i < count; i++)
        if (chosen[i] >= 0)
            (*out)[chosen[i]] = (int64_t)i;
    return KL_OK;
}

static void count_labels(counts *out, const kl_label_pair *pair, const int64_t *slots)
{
    for (size_t i = 0; i < pair->n; i++) {
        double w = kl_pair_weight(pair->weights, i);
        int64_t truth = slots[pair->truth[i]], answer = slots[pair->answer[i]];
        if (truth >= 0)
            out->truth[truth] += w;
        if (answer >= 0)
            out->answer[answer] += w;
        if (truth >= 0 && truth == answer)
            out->hit[truth] += w;
    }
}

/* Of tables: by columns, or by rows (without weights, which the average takes into account). */
static void count_cells(counts *out, const kl_label_pair *pair, const int64_t *slots, bool by_row)
{
    for (size_t i = 0; i < pair->n; i++) {
        const double *truth = pair->truth_bits + i * pair->k;
        const double *answer = pair->answer_bits + i * pair->k;
        double w = by_row ? 1 : kl_pair_weight(pair->weights, i);
        for (size_t c = 0; c < pair->k; c++) {
            if (slots[c] < 0)
                continue;
            size_t at = by_row ? i : (size_t)slots[c];
            out->truth[at] += w * truth[c];
            out->answer[at] += w * answer[c];
            out->hit[at] += w * truth[c] * answer[c];
        }
    }
}

static kl_status count(counts *out, const kl_label_pair *pair, const int64_t *chosen, size_t chosen_count,
                       bool by_row, kl_task *task, kl_error *error)
{
    int64_t *slots;
    KL_TRY(slots_of(&slots, pair, chosen, chosen_count, task, error));
    KL_TRY(counts_new(out, by_row ? pair->n : chosen_count, task, error));
    if (pair->is_multilabel)
        count_cells(out, pair, slots, by_row);
    else
        count_labels(out, pair, slots);
    return KL_OK;
}

/* Add all up: the counts of the micro average. */
static void sum_up(counts *all)
{
    for (size_t i = 1; i < all->k; i++) {
        all->hit[0] += all->hit[i];
        all->answer[0] += all->answer[i];
        all->truth[0] += all->truth[i];
    }
    all->k = KL_MIN(all->k, 1);
}

/* ---- ratios ------------------------------------------------------------------------------------------------ */

static double ratio_at(const counts *of, size_t i, const ratio_how *how, bool *undefined)
{
    double above = how->kind == RATIO_F1 ? 2 * of->hit[i] : of->hit[i];
    double below = how->kind == RATIO_PRECISION ? of->answer[i]
                   : how->kind == RATIO_RECALL  ? of->truth[i]
                   : how->kind == RATIO_F1      ? of->truth[i] + of->answer[i]
                                                : of->truth[i] + of->answer[i] - of->hit[i];
    *undefined = *undefined || below == 0;
    return below == 0 ? how->zero_division : above / below;
}

static kl_status ratios_of(double **out, const counts *of, const ratio_how *how, kl_task *task,
                           kl_error *error)
{
    bool undefined = false;
    KL_TAKE(*out, task, of->k + 1, error);
    for (size_t i = 0; i < of->k; i++)
        (*out)[i] = ratio_at(of, i, how, &undefined);
    if (!undefined || !how->warns)
        return KL_OK;
    char text[160];
    snprintf(text, sizeof text,
             "%s is 0 / 0 for a label that was not predicted or does not occur, and counts as 0; "
             "zero_division says what it is instead",
             ratio_names[how->kind]);
    return kl_host_warn(text, error);
}

/* The one label of the binary average. */
static kl_status choose_positive(int64_t **out, size_t *chosen, const kl_label_pair *pair,
                                 const ratio_how *how, kl_task *task, kl_error *error)
{
    if (pair->is_multilabel)
        return kl_bad_input(error, "y_true has several columns, a label each: average must be micro, "
                                   "macro, weighted, samples or None, not binary");
    KL_TAKE(*out, task, 1, error);
    (*out)[0] = kl_label_find(pair->classes, how->pos_label);
    *chosen = 1;
    /* The default, 1, need not occur among numbers: then nothing was hit. */
    bool plain = kl_doubles(pair->classes) && kl_is_number(how->pos_label) &&
                 kl_as_double(how->pos_label) == 1;
    if ((*out)[0] < 0 && !plain)
        return kl_bad_parameter(error, "pos_label", "a label that occurs in y_true or y_pred",
                                how->pos_label);
    return KL_OK;
}

static kl_status average_of(double *out, const counts *of, const kl_label_pair *pair,
                            const ratio_how *how, kl_task *task, kl_error *error)
{
    double *ratios;
    bool samples = kl_text_is(how->average, "samples");
    KL_TRY(ratios_of(&ratios, of, how, task, error));
    const double *weights = kl_text_is(how->average, "weighted") ? of->truth
                            : samples                            ? pair->weights
                                                                 : NULL;
    *out = kl_nan_average(ratios, weights, of->k);
    return KL_OK;
}

/* Counts as the average wants them. */
static kl_status prepare(counts *out, const kl_label_pair *pair, const ratio_how *how,
                         kl_task *task, kl_error *error)
{
    int64_t *chosen;
    size_t chosen_count;
    bool binary = kl_text_is(how->average, "binary"), samples = kl_text_is(how->average, "samples");
    if (samples && !pair->is_multilabel)
        return kl_bad_input(error, "average='samples' needs tables of several labels, a column each");
    KL_TRY(binary ? choose_positive(&chosen, &chosen_count, pair, how, task, error)
                  : kl_label_choice(&chosen, &chosen_count, pair, how->labels, task, error));
    KL_TRY(count(out, pair, chosen, chosen_count, samples, task, error));
    if (kl_text_is(how->average, "micro"))
        sum_up(out);
    return KL_OK;
}

static kl_status measure(kl_value *out, kl_value truth, kl_value answer, kl_value weights,
                         const ratio_how *how, kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    counts of;
    double score, *ratios;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, truth, answer, weights, task, error));
    KL_TRY_OUT(prepare(&of, &pair, how, task, error));
    if (how->average.len == 0) {
        KL_TRY_OUT(ratios_of(&ratios, &of, how, task, error));
        KL_TRY_OUT(kl_vector_from(out, ratios, of.k, error));
    } else {
        KL_TRY_OUT(average_of(&score, &of, &pair, how, task, error));
        *out = kl_double(score);
    }
out:
    kl_label_pair_end(&pair);
    return status;
}

/* ---- functions --------------------------------------------------------------------------------------------- */

static kl_status read_zero_division(ratio_how *how, kl_value value, kl_error *error)
{
    how->warns = kl_is(value, KL_KIND_STRING) && kl_text_is(kl_as_text(value), "warn");
    double number = how->warns ? 0 : kl_as_double(value);
    if (!how->warns && (!kl_is_number(value) || (number != 0 && number != 1 && !isnan(number))))
        return kl_bad_parameter(error, "zero_division", "0, 1, nan or 'warn' (0, and a warning)", value);
    how->zero_division = number;
    return KL_OK;
}

/* args: y_true, y_pred, labels, pos_label, average, sample_weight, zero_division */
static kl_status ratio(kl_value *out, const kl_value *args, ratio_kind kind, kl_task *task,
                       kl_error *error)
{
    ratio_how how = {.kind = kind, .labels = args[2], .pos_label = args[3],
                     .average = kl_as_text(args[4])};
    size_t n, m;
    KL_TRY(read_zero_division(&how, args[6], error));
    KL_TRY(kl_data_rows(&n, args[0], "y_true", error));
    KL_TRY(kl_data_rows(&m, args[1], "y_pred", error));
    if (n == 0 && m == 0 && how.average.len > 0) {
        *out = kl_double(how.zero_division);
        return KL_OK;
    }
    return measure(out, args[0], args[1], args[5], &how, task, error);
}

#define RATIO(name, which)                                                                         \
    static kl_status name(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)     \
    {                                                                                              \
        return ratio(out, args, which, task, error);                                               \
    }                                                                                              \
    KL_MEASURE(name)
RATIO(precision, RATIO_PRECISION)
RATIO(recall, RATIO_RECALL)
RATIO(f1, RATIO_F1)
RATIO(jaccard, RATIO_JACCARD)

static kl_status score(double *out, const kl_score_call *call, ratio_kind kind, kl_task *task,
                       kl_error *error)
{
    ratio_how how = {.kind = kind, .pos_label = kl_int(1),
                     .average = kl_text_from(call->average ? call->average : "binary")};
    kl_value value;
    KL_TRY(measure(&value, call->truth, call->answer, call->weights, &how, task, error));
    *out = kl_as_double(value);
    return KL_OK;
}

kl_status kl_score_precision(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return score(out, call, RATIO_PRECISION, task, error);
}
kl_status kl_score_recall(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return score(out, call, RATIO_RECALL, task, error);
}
kl_status kl_score_f1(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return score(out, call, RATIO_F1, task, error);
}
kl_status kl_score_jaccard(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return score(out, call, RATIO_JACCARD, task, error);
}

/* ---- likelihood ratios ------------------------------------------------------------------------------------- */

/* sensitivity / (1 - specificity), or (1 - sensitivity) / specificity, of two labels, the greater one positive. */
static kl_status likelihood(double *out, const kl_score_call *call, bool positive, kl_task *task,
                            kl_error *error)
{
    kl_label_pair pair;
    double *cells;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, call->truth, call->answer, call->weights, task, error));
    KL_TRY_OUT(kl_confusion(&cells, &pair, task, error));
    KL_TRY_OUT(pair.k <= 2 ? KL_OK
                           : kl_bad_input(error, "likelihood ratios need two labels, got %zu", pair.k));
    *out = 1; /* where it is 0 / 0: as if the answer told nothing */
    if (pair.k == 2) {
        double tn = cells[0], fp = cells[1], fn = cells[2], tp = cells[3];
        double above = positive ? tp * (tn + fp) : fn * (tn + fp);
        double below = positive ? fp * (tp + fn) : tn * (tp + fn);
        if (tp + fn > 0 && below > 0)
            *out = above / below;
    }
out:
    kl_label_pair_end(&pair);
    return status;
}

kl_status kl_score_positive_likelihood_ratio(double *out, const kl_score_call *call, kl_task *task,
                                             kl_error *error)
{
    return likelihood(out, call, true, task, error);
}
kl_status kl_score_negative_likelihood_ratio(double *out, const kl_score_call *call, kl_task *task,
                                             kl_error *error)
{
    return likelihood(out, call, false, task, error);
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

static const char *const averages[] = {"binary", "micro", "macro", "weighted", "samples", NULL};
static const kl_param ratio_params[] = {
    KL_MEASURE_PAIR,
    KL_MEASURE_LABELS,
    {.name = "pos_label", .kind = KL_KIND_ANY, .fallback = "1", .flags = KL_KEYWORD_ONLY,
     .doc = "the label that average='binary' is about; all others count as one"},
    {.name = "average", .kind = KL_KIND_ENUM, .names = averages, .fallback = "\"binary\"",
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "binary: of pos_label alone; macro: mean over the labels; weighted: the same, weighted by how often "
            "they occur; micro: of all labels together; samples: mean over the rows of tables; None: a number for "
            "each label"},
    KL_MEASURE_WEIGHT,
    {.name = "zero_division", .kind = KL_KIND_ANY, .fallback = "0.0", .flags = KL_KEYWORD_ONLY,
     .doc = "what 0 / 0 is: 0, 1, nan (left out of averages), or 'warn': 0 and a warning"},
};

static const kl_function precision_function = {
    .module = "kailash.ml",
    .method = {.name = "precision_score", .call = precision_call, .params = KL_TABLE(ratio_params),
               .returns = KL_KIND_ANY, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Share of the rows predicted to have a label that have it: tp / (tp + fp)."}};
KL_PUBLISH_FUNCTION(precision_function);
static const kl_function recall_function = {
    .module = "kailash.ml",
    .method = {.name = "recall_score", .call = recall_call, .params = KL_TABLE(ratio_params),
               .returns = KL_KIND_ANY, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Share of the rows that have a label that are predicted to: tp / (tp + fn)."}};
KL_PUBLISH_FUNCTION(recall_function);
static const kl_function f1_function = {
    .module = "kailash.ml",
    .method = {.name = "f1_score", .call = f1_call, .params = KL_TABLE(ratio_params),
               .returns = KL_KIND_ANY, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn)."}};
KL_PUBLISH_FUNCTION(f1_function);
static const kl_function jaccard_function = {
    .module = "kailash.ml",
    .method = {.name = "jaccard_score", .call = jaccard_call, .params = KL_TABLE(ratio_params),
               .returns = KL_KIND_ANY, .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Rows that have a label and are predicted to, beside those that have it or are predicted to: "
                      "tp / (tp + fp + fn)."}};
KL_PUBLISH_FUNCTION(jaccard_function);
