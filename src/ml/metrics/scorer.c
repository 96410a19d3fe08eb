/* src/ml/metrics/scorer.c - the table of scorers, and how one is applied. */
#include "scorer.h"

#include "score.h"

#include "base/buffer.h"
#include "kailash/data.h"

#include <math.h>

/* What a scorer asks of the model. */
typedef enum response_kind {
    ASK_PREDICT,
    ASK_PROBA,
    ASK_DECISION /* decision_function(), else predict_proba() */
} response_kind;

struct kl_scorer_row {
    const char *name;
    kl_score_function *measure;
    response_kind response;
    bool is_loss; /* less is better: the sign is turned */
    const char *average, *mode;
};
typedef struct kl_scorer_row row;

#define AVERAGED(word, function)                                                                   \
    {word, function, ASK_PREDICT, false, "binary", NULL},                                          \
    {word "_macro", function, ASK_PREDICT, false, "macro", NULL},                                  \
    {word "_micro", function, ASK_PREDICT, false, "micro", NULL},                                  \
    {word "_samples", function, ASK_PREDICT, false, "samples", NULL},                              \
    {word "_weighted", function, ASK_PREDICT, false, "weighted", NULL}

/* Sorted by name. */
static const row rows[] = {
    {"accuracy", kl_score_accuracy, ASK_PREDICT, false, NULL, NULL},
    {"adjusted_mutual_info_score", kl_score_adjusted_mutual_info, ASK_PREDICT, false, NULL, NULL},
    {"adjusted_rand_score", kl_score_adjusted_rand, ASK_PREDICT, false, NULL, NULL},
    {"average_precision", kl_score_average_precision, ASK_DECISION, false, NULL, NULL},
    {"balanced_accuracy", kl_score_balanced_accuracy, ASK_PREDICT, false, NULL, NULL},
    {"completeness_score", kl_score_completeness, ASK_PREDICT, false, NULL, NULL},
    {"d2_absolute_error_score", kl_score_d2_absolute_error, ASK_PREDICT, false, NULL, NULL},
    {"d2_brier_score", kl_score_d2_brier, ASK_PROBA, false, NULL, NULL},
    {"d2_log_loss_score", kl_score_d2_log_loss, ASK_PROBA, false, NULL, NULL},
    {"explained_variance", kl_score_explained_variance, ASK_PREDICT, false, NULL, NULL},
    AVERAGED("f1", kl_score_f1),
    {"fowlkes_mallows_score", kl_score_fowlkes_mallows, ASK_PREDICT, false, NULL, NULL},
    {"homogeneity_score", kl_score_homogeneity, ASK_PREDICT, false, NULL, NULL},
    AVERAGED("jaccard", kl_score_jaccard),
    {"matthews_corrcoef", kl_score_matthews, ASK_PREDICT, false, NULL, NULL},
    {"mutual_info_score", kl_score_mutual_info, ASK_PREDICT, false, NULL, NULL},
    {"neg_brier_score", kl_score_brier, ASK_PROBA, true, NULL, NULL},
    {"neg_log_loss", kl_score_log_loss, ASK_PROBA, true, NULL, NULL},
    {"neg_max_error", kl_score_max_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_absolute_error", kl_score_absolute_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_absolute_percentage_error", kl_score_percentage_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_gamma_deviance", kl_score_gamma_deviance, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_poisson_deviance", kl_score_poisson_deviance, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_squared_error", kl_score_squared_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_mean_squared_log_error", kl_score_squared_log_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_median_absolute_error", kl_score_median_absolute_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_negative_likelihood_ratio", kl_score_negative_likelihood_ratio, ASK_PREDICT, true, NULL, NULL},
    {"neg_root_mean_squared_error", kl_score_root_squared_error, ASK_PREDICT, true, NULL, NULL},
    {"neg_root_mean_squared_log_error", kl_score_root_squared_log_error, ASK_PREDICT, true, NULL, NULL},
    {"normalized_mutual_info_score", kl_score_normalized_mutual_info, ASK_PREDICT, false, NULL, NULL},
    {"positive_likelihood_ratio", kl_score_positive_likelihood_ratio, ASK_PREDICT, false, NULL, NULL},
    AVERAGED("precision", kl_score_precision),
    {"r2", kl_score_r2, ASK_PREDICT, false, NULL, NULL},
    {"rand_score", kl_score_rand, ASK_PREDICT, false, NULL, NULL},
    AVERAGED("recall", kl_score_recall),
    {"roc_auc", kl_score_roc_auc, ASK_DECISION, false, "macro", "raise"},
    {"roc_auc_ovo", kl_score_roc_auc, ASK_PROBA, false, "macro", "ovo"},
    {"roc_auc_ovo_weighted", kl_score_roc_auc, ASK_PROBA, false, "weighted", "ovo"},
    {"roc_auc_ovr", kl_score_roc_auc, ASK_PROBA, false, "macro", "ovr"},
    {"roc_auc_ovr_weighted", kl_score_roc_auc, ASK_PROBA, false, "weighted", "ovr"},
    {"top_k_accuracy", kl_score_top_k, ASK_DECISION, false, NULL, NULL},
    {"v_measure_score", kl_score_v_measure, ASK_PREDICT, false, NULL, NULL},
};

/* ---- finding ----------------------------------------------------------------------------------------------- */

static kl_status unknown(kl_text name, kl_error *error)
{
    kl_buffer names = KL_BUFFER_INIT;
    kl_value list;
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        kl_buffer_format(&names, "%s%s", i ? ", " : "", rows[i].name);
    KL_TRY(kl_buffer_finish(&list, &names, error));
    kl_bad_input(error, "unknown scorer '%.*s'; expected one of %.*s, or callable(estimator, x, y)",
                 KL_TEXT_ARG(name), KL_TEXT_ARG(kl_as_text(list)));
    kl_value_release(list);
    return KL_INVALID;
}

kl_status kl_scorer_resolve(kl_scorer *out, kl_value scoring, kl_error *error)
{
    *out = (kl_scorer){.callable = kl_null()};
    if (kl_is_null(scoring))
        return KL_OK;
    if (kl_as_object(scoring, &kl_callable_type) ||
        (kl_as_foreign(scoring) && kl_foreign_has(scoring, "__call__"))) {
        out->callable = scoring;
        return KL_OK;
    }
    if (!kl_is(scoring, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE,
                            "scoring: expected the name of a scorer, callable(estimator, x, y) or None, got %s",
                            kl_value_kind_name(scoring));
    for (size_t i = 0; i < KL_COUNT(rows) && !out->row; i++)
        if (kl_word_is(scoring, rows[i].name))
            out->row = &rows[i];
    return out->row ? KL_OK : unknown(kl_as_text(scoring), error);
}

bool kl_scorer_is_own(const kl_scorer *scorer) { return kl_is_null(scorer->callable); }

const char *kl_scorer_name(const kl_scorer *scorer)
{
    return scorer->row ? scorer->row->name : kl_is_null(scorer->callable) ? "score" : "callable";
}

kl_status kl_scorer_names(kl_value *out, kl_error *error)
{
    kl_value names;
    KL_TRY(kl_array_new(&names, KL_COUNT(rows), error));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_status status = kl_array_push_text(&names, kl_text_from(rows[i].name), error);
        if (status != KL_OK) {
            kl_value_release(names);
            return status;
        }
    }
    *out = names;
    return KL_OK;
}

/* ---- applying ---------------------------------------------------------------------------------------------- */

/* Whether a scorer object of the face can weigh rows, as those of scikit-learn tell. */
static kl_status can_weigh(bool *out, kl_value callable, kl_error *error)
{
    kl_value answer;
    *out = false;
    if (!kl_as_foreign(callable) || !kl_foreign_has(callable, "_accept_sample_weight"))
        return KL_OK;
    KL_TRY(kl_foreign_call(&answer, callable, "_accept_sample_weight", NULL, 0, kl_null(), error));
    *out = kl_value_truthy(answer);
    kl_value_release(answer);
    return KL_OK;
}

static kl_status call_object(kl_value *out, kl_value callable, const kl_value *args, kl_value weights, kl_error *error)
{
    bool weighs = false;
    kl_value named = kl_null();
    if (!kl_is_null(weights))
        KL_TRY(can_weigh(&weighs, callable, error));
    if (weighs)
        KL_TRY(kl_map_of_one(&named, KL_TEXT("sample_weight"), kl_value_retain(weights), error));
    kl_status status = kl_foreign_call(out, callable, "__call__", args, 3, named, error);
    kl_value_release(named);
    return status;
}

static kl_status call_face(double *out, kl_value callable, kl_value model, kl_value x, kl_value y, kl_value weights,
                           kl_error *error)
{
    kl_value args[] = {model, x, y}, result;
    KL_TRY(kl_as_foreign(callable) ? call_object(&result, callable, args, weights, error)
                                   : kl_call_value(&result, callable, args, 3, error));
    kl_status status = kl_is_number(result) || kl_is(result, KL_KIND_BOOL)
                           ? KL_OK
                           : kl_error_set(error, KL_TYPE, "scoring: the scorer returned %s, expected a number",
                                          kl_value_kind_name(result));
    *out = kl_as_double(result);
    kl_value_release(result);
    return status;
}

/* The second column of probabilities of two classes, which measures of one score for each row want. */
static kl_status second_column(kl_value *answer, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_value column;
    const double *from;
    double *to;
    size_t n, columns;
    kl_status status = kl_targets_read(&from, &n, &columns, *answer, "predict_proba(x)", &task, error);
    if (status == KL_OK && columns == 2) {
        status = kl_vector_new(&column, &to, n, error);
        for (size_t i = 0; status == KL_OK && i < n; i++)
            to[i] = from[2 * i + 1];
        if (status == KL_OK)
            kl_value_replace(answer, column);
    }
    kl_task_end(&task);
    return status;
}

static kl_status ask(kl_value *out, const row *scorer, kl_value model, kl_value x, kl_error *error)
{
    if (scorer->response == ASK_PREDICT)
        return kl_model_apply(out, model, KL_OP_PREDICT, x, error);
    if (scorer->response == ASK_DECISION && kl_model_has(model, KL_OP_DECISION))
        return kl_model_apply(out, model, KL_OP_DECISION, x, error);
    if (!kl_model_has(model, KL_OP_PROBA))
        return kl_bad_input(error, "the scorer %s needs an estimator with %s", scorer->name,
                            scorer->response == ASK_PROBA ? "predict_proba()"
                                                          : "decision_function() or predict_proba()");
    kl_value answer;
    KL_TRY(kl_model_apply(&answer, model, KL_OP_PROBA, x, error));
    kl_status status = scorer->response == ASK_DECISION ? second_column(&answer, error) : KL_OK;
    if (status == KL_OK)
        *out = answer;
    else
        kl_value_release(answer);
    return status;
}

/* classes_ of a model, or null. */
static kl_value classes_of(kl_value model)
{
    kl_error ignored = KL_ERROR_INIT;
    kl_value classes;
    if (kl_model_attribute(&classes, model, "classes_", &ignored) == KL_OK)
        return classes;
    kl_error_clear(&ignored);
    return kl_null();
}

static kl_status measure(double *out, const row *scorer, kl_score_call *call, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_status status = scorer->measure(out, call, &task, error);
    kl_task_end(&task);
    if (status == KL_OK && scorer->is_loss)
        *out = -*out;
    return status;
}

kl_status kl_scorer_apply(double *out, const kl_scorer *scorer, kl_value model, kl_value x,
                          kl_value y, kl_value weights, kl_error *error)
{
    const row *of = scorer->row;
    kl_value answer;
    if (!of)
        return kl_is_null(scorer->callable) ? kl_model_score(out, model, x, y, weights, error)
                                            : call_face(out, scorer->callable, model, x, y, weights, error);
    KL_TRY(ask(&answer, of, model, x, error));
    kl_score_call call = {.truth = y, .answer = answer, .weights = weights,
                          .classes = of->response == ASK_PREDICT ? kl_null() : classes_of(model),
                          .average = of->average, .mode = of->mode};
    kl_status status = measure(out, of, &call, error);
    kl_value_release(call.classes);
    kl_value_release(answer);
    return status;
}
