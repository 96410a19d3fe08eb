/* src/ml/model_selection/cross_val_score.c - cross_val_score: how good an estimator is on rows it has not seen. */
#include "evaluate.h"

#include "ml/metrics/score.h"

/* args: estimator, x, y, cv, scoring, groups, n_jobs, verbose, params, pre_dispatch, error_score */
static kl_status prepare(kl_evaluation *of, kl_value *model, const kl_value *args, kl_task *task, kl_error *error)
{
    bool by_class;
    size_t targets;
    kl_value names;
    kl_scorer *scorers;
    KL_TRY(kl_model_resolve(model, args[0], "estimator", error));
    of->models = model;
    of->candidates = 1;
    of->data = (kl_split_data){.x = args[1], .y = args[2], .groups = args[5]};
    KL_TRY(kl_error_score_of(&of->raises, &of->error_score, args[10], error));
    KL_TRY(kl_data_rows(&of->data.n, args[1], "x", error));
    if (!kl_is_null(args[2])) {
        KL_TRY(kl_data_rows(&targets, args[2], "y", error));
        if (targets != of->data.n)
            return kl_bad_dimension(error, "samples", of->data.n, targets);
    }
    if (kl_is(args[4], KL_KIND_MAP) || kl_is(args[4], KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "scoring: expected one scorer, got %s", kl_value_kind_name(args[4]));
    KL_TRY(kl_scorers_of(&scorers, &of->scorer_count, &names, args[4], task, error));
    of->scorers = scorers;
    for (size_t i = 0; i < kl_map_len(args[8]); i++) {
        if (!kl_text_is(kl_map_key_at(args[8], i), "sample_weight"))
            return kl_error_set(error, KL_INVALID, "params: expected sample_weight alone, got '%.*s'",
                                KL_TEXT_ARG(kl_map_key_at(args[8], i)));
        of->weights = kl_map_value_at(args[8], i);
    }
    KL_TRY(kl_is_by_class(&by_class, *model, args[2], error));
    return kl_folds_of(&of->folds, args[3], by_class, &of->data, task, error);
}

static kl_status cross_val_score(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_evaluation of = {.weights = kl_null()};
    kl_value model = kl_null();
    kl_status status;
    task->verbose = kl_value_truthy(args[7]);
    task->name = "cross_val_score";
    KL_TRY_OUT(prepare(&of, &model, args, task, error));
    KL_TRY_OUT(kl_evaluate(&of, task, error));
    KL_TRY_OUT(kl_vector_from(out, of.test, of.folds.count, error));
out:
    kl_value_release(model);
    return status;
}
KL_MEASURE(cross_val_score)

static const kl_param params[] = {
    {.name = "estimator", .kind = KL_KIND_ANY, .flags = KL_FOREIGN,
     .doc = "what is scored: any object with fit() and predict(), or the name of one; itself stays as it is"},
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "a label or a number for each row"},
    {.name = "cv", .kind = KL_KIND_ANY, .fallback = "5", .flags = KL_FOREIGN | KL_OPTIONAL,
     .doc = "folds: their number, at least 2 (as the rows stand; stratified for classifiers), a splitter, or pairs of train "
            "and test rows; None = 5"},
    {.name = "scoring", .kind = KL_KIND_ANY, .fallback = "\"accuracy\"", .flags = KL_FOREIGN | KL_OPTIONAL,
     .doc = "the name of a scorer, or callable(estimator, x, y); None = the estimator's own score()"},
    {.name = "groups", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "a group for each row, for splitters that keep groups together"},
    {.name = "n_jobs", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "accepted for scikit-learn's sake; folds run on all processors, those of Python one after the other"},
    {.name = "verbose", .kind = KL_KIND_INT, .fallback = "0", .flags = KL_KEYWORD_ONLY,
     .doc = "above 0: tell of progress on standard error"},
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "sample_weight: a weight for each row, for fit()"},
    {.name = "pre_dispatch", .kind = KL_KIND_ANY, .fallback = "\"2*n_jobs\"", .flags = KL_KEYWORD_ONLY,
     .doc = "accepted for scikit-learn's sake; has no effect, no copies are made ahead"},
    {.name = "error_score", .kind = KL_KIND_ANY, .fallback = "\"raise\"", .flags = KL_KEYWORD_ONLY,
     .doc = "what a fold scores whose fit or score fails, with a warning; 'raise' = the failure goes on"},
};
static const kl_function score_function = {
    .module = "kailash.ml",
    .method = {.name = "cross_val_score", .call = cross_val_score_call, .params = KL_TABLE(params),
               .returns = KL_KIND_BUFFER, .flags = KL_ARRAYS | KL_BLOCKING, .raises = KL_MEASURE_RAISES,
               .doc = "The score on each fold of a clone that has learned from the others: a float64 array."}};
KL_PUBLISH_FUNCTION(score_function);
