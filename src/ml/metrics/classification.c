/* src/ml/metrics/classification.c - measures of predicted labels that need no positive label: accuracy and its
 * kin, confusion_matrix, matthews_corrcoef, cohen_kappa_score. */
#include "score.h"

#include <math.h>

/* ---- shares ------------------------------------------------------------------------------------------------ */

/* Weight of the rows that are right altogether, weight of all, and (for tables) of single cells that are wrong. */
typedef struct shares {
    double right, total, wrong_cells;
    size_t columns;
} shares;

static bool row_is_right(const kl_label_pair *pair, size_t i, size_t *wrong)
{
    *wrong = 0;
    if (!pair->is_multilabel) {
        *wrong = pair->truth[i] != pair->answer[i];
        return !*wrong;
    }
    for (size_t j = i * pair->k; j < (i + 1) * pair->k; j++)
        *wrong += pair->truth_bits[j] != pair->answer_bits[j];
    return !*wrong;
}

static kl_status count_shares(shares *out, kl_value truth, kl_value answer, kl_value weights,
                              kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    kl_status status = kl_label_pair_read(&pair, truth, answer, weights, task, error);
    *out = (shares){.columns = pair.is_multilabel ? pair.k : 1};
    for (size_t i = 0; status == KL_OK && i < pair.n; i++) {
        size_t wrong;
        double w = kl_pair_weight(pair.weights, i);
        out->total += w;
        out->right += row_is_right(&pair, i, &wrong) ? w : 0;
        out->wrong_cells += w * (double)wrong;
    }
    kl_label_pair_end(&pair);
    return status;
}

static kl_status accuracy(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    shares found;
    KL_TRY(count_shares(&found, args[0], args[1], args[3], task, error));
    *out = kl_double(kl_as_bool(args[2]) ? found.right / found.total : found.right);
    return KL_OK;
}
KL_MEASURE(accuracy)

static kl_status zero_one(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    shares found;
    KL_TRY(count_shares(&found, args[0], args[1], args[3], task, error));
    double wrong = found.total - found.right;
    *out = kl_double(kl_as_bool(args[2]) ? 1 - found.right / found.total : wrong);
    return KL_OK;
}
KL_MEASURE(zero_one)

static kl_status hamming(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    shares found;
    KL_TRY(count_shares(&found, args[0], args[1], args[2], task, error));
    *out = kl_double(found.wrong_cells / found.total / (double)found.columns);
    return KL_OK;
}
KL_MEASURE(hamming)

kl_status kl_score_accuracy(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    shares found;
    KL_TRY(count_shares(&found, call->truth, call->answer, call->weights, task, error));
    *out = found.right / found.total;
    return KL_OK;
}

/* ---- balanced accuracy ------------------------------------------------------------------------------------- */

static kl_status balanced_of(double *out, kl_value truth, kl_value answer, kl_value weights,
                             bool adjusted, kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    kl_margins margins;
    double sum = 0;
    size_t present = 0;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, truth, answer, weights, task, error));
    KL_TRY_OUT(kl_margins_count(&margins, &pair, task, error));
    for (size_t c = 0; c < pair.k; c++) {
        if (margins.truth[c] > 0) {
            sum += margins.hit[c] / margins.truth[c];
            present++;
        }
    }
    *out = sum / (double)present;
    if (adjusted) {
        double chance = 1 / (double)present;
        *out = present == 1 ? 0 : (*out - chance) / (1 - chance);
    }
out:
    kl_label_pair_end(&pair);
    return status;
}

static kl_status balanced(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    double score;
    KL_TRY(balanced_of(&score, args[0], args[1], args[3], kl_as_bool(args[2]), task, error));
    *out = kl_double(score);
    return KL_OK;
}
KL_MEASURE(balanced)

kl_status kl_score_balanced_accuracy(double *out, const kl_score_call *call, kl_task *task,
                                     kl_error *error)
{
    return balanced_of(out, call->truth, call->answer, call->weights, false, task, error);
}

/* ---- Matthews ---------------------------------------------------------------------------------------------- */

/* R_K of Gorodkin (2004) from the margins; 0 when either side has one label only. */
static double correlation_of(const kl_margins *margins, size_t k)
{
    double s = margins->total, hits = 0, tp = 0, tt = 0, pp = 0;
    for (size_t c = 0; c < k; c++) {
        hits += margins->hit[c];
        tp += margins->truth[c] * margins->answer[c];
        tt += margins->truth[c] * margins->truth[c];
        pp += margins->answer[c] * margins->answer[c];
    }
    double product = (s * s - pp) * (s * s - tt);
    return product == 0 ? 0 : (hits * s - tp) / sqrt(product);
}

static kl_status matthews_of(double *out, kl_value truth, kl_value answer, kl_value weights,
                             kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    kl_margins margins;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, truth, answer, weights, task, error));
    KL_TRY_OUT(kl_margins_count(&margins, &pair, task, error));
    *out = correlation_of(&margins, pair.k);
out:
    kl_label_pair_end(&pair);
    return status;
}

static kl_status matthews(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    double score;
    KL_TRY(matthews_of(&score, args[0], args[1], args[2], task, error));
    *out = kl_double(score);
    return KL_OK;
}
KL_MEASURE(matthews)

kl_status kl_score_matthews(double *out, const kl_score_call *call, kl_task *task, kl_error *error)
{
    return matthews_of(out, call->truth, call->answer, call->weights, task, error);
}

/* ---- confusion matrix -------------------------------------------------------------------------------------- */

/* The chosen rows and columns of a table of k x k. */
static void pick_cells(double *out, const double *table, size_t k, const int64_t *chosen,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (chosen[i] >= 0 && chosen[j] >= 0)
                out[i * count + j] = table[(size_t)chosen[i] * k + (size_t)chosen[j]];
}

/* Divide by the sums of rows ("true"), of columns ("pred"), or of all; 0 / 0 is 0. */
static void normalise(double *table, size_t k, kl_text by, double *sums)
{
    bool rows = kl_text_is(by, "true"), all = kl_text_is(by, "all");
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++)
            sums[all ? 0 : rows ? i : j] += table[i * k + j];
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            double sum = sums[all ? 0 : rows ? i : j];
            table[i * k + j] = sum != 0 ? table[i * k + j] / sum : 0;
        }
    }
}

/* args: y_true, y_pred, labels, sample_weight, normalize */
static kl_status confusion(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    kl_value matrix = kl_null();
    int64_t *chosen;
    double *table, *cells, *sums;
    size_t count;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, args[0], args[1], args[3], task, error));
    KL_TRY_OUT(kl_confusion(&table, &pair, task, error));
    KL_TRY_OUT(kl_label_choice(&chosen, &count, &pair, args[2], task, error));
    bool known = false;
    for (size_t i = 0; i < count; i++)
        known = known || chosen[i] >= 0;
    KL_TRY_OUT(known ? KL_OK : kl_bad_input(error, "none of labels occurs in y_true or y_pred"));
    KL_TRY_OUT(kl_table_new(&matrix, &cells, count, count, error));
    pick_cells(cells, table, pair.k, chosen, count);
    if (!kl_is_null(args[4])) {
        sums = kl_task_alloc(task, count, sizeof *sums);
        KL_TRY_OUT(sums ? KL_OK : kl_error_no_memory(error));
        normalise(cells, count, kl_as_text(args[4]), sums);
    }
    *out = kl_value_take(&matrix);
out:
    kl_value_release(matrix);
    kl_label_pair_end(&pair);
    return status;
}
KL_MEASURE(confusion)

/* ---- kappa ------------------------------------------------------------------------------------------------- */

/* How far apart two labels count: equal or not, or by their positions. */
static double distance(size_t i, size_t j, kl_value how)
{
    double apart = fabs((double)i - (double)j);
    if (kl_is_null(how))
        return apart != 0;
    return kl_text_is(kl_as_text(how), "linear") ? apart : apart * apart;
}

/* 1 - observed disagreement / expected; NaN when no disagreement is to be expected and there is one. */
static double kappa_of(const double *cells, size_t k, kl_value how, double *rows, double *cols)
{
    double total = 0, observed = 0, expected = 0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            rows[i] += cells[i * k + j];
            cols[j] += cells[i * k + j];
            total += cells[i * k + j];
        }
    }
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            double far = distance(i, j, how);
            observed += far * cells[i * k + j];
            expected += far * rows[i] * cols[j] / total;
        }
    }
    return expected != 0 ? 1 - observed / expected : (double)NAN;
}

/* args: y_true, y_pred, labels, weights, sample_weight, replace_undefined_by */
static kl_status kappa(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_label_pair pair;
    int64_t *chosen;
    double *table, *cells, *rows;
    size_t count;
    kl_status status;
    KL_TRY_OUT(kl_label_pair_read(&pair, args[0], args[1], args[4], task, error));
    KL_TRY_OUT(kl_confusion(&table, &pair, task, error));
    KL_TRY_OUT(kl_label_choice(&chosen, &count, &pair, args[2], task, error));
    cells = kl_task_alloc(task, count * count, sizeof *cells);
    rows = kl_task_alloc(task, 2 * count, sizeof *rows);
    KL_TRY_OUT(cells && rows ? KL_OK : kl_error_no_memory(error));
    pick_cells(cells, table, pair.k, chosen, count);
    double score = kappa_of(cells, count, args[3], rows, rows + count);
    *out = kl_double(score != score ? kl_as_double(args[5]) : score);
out:
    kl_label_pair_end(&pair);
    return status;
}
KL_MEASURE(kappa)

/* ---- tables ------------------------------------------------------------------------------------------------ */

static const kl_param share_params[] = {
    KL_MEASURE_PAIR,
    {.name = "normalize", .kind = KL_KIND_BOOL, .fallback = "true", .flags = KL_KEYWORD_ONLY,
     .doc = "a share of the rows; false: their number (or weight)"},
    KL_MEASURE_WEIGHT,
};
static const kl_param plain_params[] = {KL_MEASURE_PAIR, KL_MEASURE_WEIGHT};
static const kl_param balanced_params[] = {
    KL_MEASURE_PAIR,
    {.name = "adjusted", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "rescale so that guessing gives 0: (b - 1/K) / (1 - 1/K)"},
    KL_MEASURE_WEIGHT,
};
static const char *const normals[] = {"true", "pred", "all", NULL};
static const kl_param confusion_params[] = {
    KL_MEASURE_PAIR,
    KL_MEASURE_LABELS,
    KL_MEASURE_WEIGHT,
    {.name = "normalize", .kind = KL_KIND_ENUM, .names = normals,
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "divide by the sums of the rows (true), of the columns (pred) or of all; None = counts"},
};
static const char *const kappa_weights[] = {"linear", "quadratic", NULL};
static const kl_param kappa_params[] = {
    {.name = "y_true", .alias = "y1", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "labels by the first: n of them"},
    {.name = "y_pred", .alias = "y2", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "labels by the second: n of them"},
    KL_MEASURE_LABELS,
    {.name = "weights", .kind = KL_KIND_ENUM, .names = kappa_weights,
     .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "how much a disagreement counts: by the distance of the labels' positions, or its square; "
            "None = all the same"},
    KL_MEASURE_WEIGHT,
    {.name = "replace_undefined_by", .kind = KL_KIND_DOUBLE, .fallback = "1.0",
     .flags = KL_KEYWORD_ONLY,
     .doc = "what it gives when both use one and the same label only, where the formula is 0 / 0"},
};

static const kl_function accuracy_function = {
    .module = "kailash.ml",
    .method = {.name = "accuracy_score", .call = accuracy_call, .params = KL_TABLE(share_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Share of the rows whose predicted label is the true one; of tables of several labels, "
                      "rows that are right in all columns."}};
KL_PUBLISH_FUNCTION(accuracy_function);
static const kl_function zero_one_function = {
    .module = "kailash.ml",
    .method = {.name = "zero_one_loss", .call = zero_one_call, .params = KL_TABLE(share_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Share of the rows whose predicted label is wrong: 1 - accuracy_score()."}};
KL_PUBLISH_FUNCTION(zero_one_function);
static const kl_function hamming_function = {
    .module = "kailash.ml",
    .method = {.name = "hamming_loss", .call = hamming_call, .params = KL_TABLE(plain_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Share of the labels that are wrong; of tables of several labels, of the cells."}};
KL_PUBLISH_FUNCTION(hamming_function);
static const kl_function balanced_function = {
    .module = "kailash.ml",
    .method = {.name = "balanced_accuracy_score", .call = balanced_call,
               .params = KL_TABLE(balanced_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Mean of the recalls of the classes that occur in y_true."}};
KL_PUBLISH_FUNCTION(balanced_function);
static const kl_function matthews_function = {
    .module = "kailash.ml",
    .method = {.name = "matthews_corrcoef", .call = matthews_call,
               .params = KL_TABLE(plain_params), .returns = KL_KIND_DOUBLE,
               .raises = KL_MEASURE_RAISES,
               .doc = "Correlation of the true and the predicted labels, of any number of classes (R_K of "
                      "Gorodkin 2004): 1 = the same, 0 = no relation or a side with one label only."}};
KL_PUBLISH_FUNCTION(matthews_function);
static const kl_function confusion_function = {
    .module = "kailash.ml",
    .method = {.name = "confusion_matrix", .call = confusion_call,
               .params = KL_TABLE(confusion_params), .returns = KL_KIND_BUFFER, .flags = KL_ARRAYS,
               .raises = KL_MEASURE_RAISES,
               .doc = "How often a label (row) was predicted as another (column): a float64 matrix over the sorted "
                      "labels that occur in either."}};
KL_PUBLISH_FUNCTION(confusion_function);
static const kl_function kappa_function = {
    .module = "kailash.ml",
    .method = {.name = "cohen_kappa_score", .call = kappa_call, .params = KL_TABLE(kappa_params),
               .returns = KL_KIND_DOUBLE, .raises = KL_MEASURE_RAISES,
               .doc = "Agreement of two who label the same rows, beyond chance (Cohen 1960): 1 = complete, 0 = as "
                      "chance would have it."}};
KL_PUBLISH_FUNCTION(kappa_function);
