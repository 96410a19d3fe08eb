/* src/ml/model_selection/search.c - GridSearchCV, RandomizedSearchCV: the best parameters by cross-validation. */
#include "candidates.h"
#include "search_results.h"

#include "ml/composition/holding.h"
#include "ml/estimator_parts.h"

#include <time.h>

typedef struct search {
    kl_estimator base;
    kl_value estimator, param_grid, param_distributions;
    int64_t n_iter;
    kl_value scoring, cv, random_state, n_jobs, refit;
    int64_t verbose;
    kl_value pre_dispatch, error_score;
    bool return_train_score;
    kl_value cv_results_, cv_results_full_, best_estimator_, best_params_, best_score_, best_index_, refit_time_;
    int64_t n_splits_;
    bool multimetric_;
} search;

extern const kl_type kl_grid_search_type, kl_random_search_type;

static kl_status check(kl_object *object, kl_error *error)
{
    search *self = (search *)object;
    kl_value model;
    KL_TRY(kl_model_resolve(&model, self->estimator, "estimator", error));
    kl_value_replace(&self->estimator, model);
    return KL_OK;
}

/* ---- what is tried ----------------------------------------------------------------------------------------- */

static kl_status list_candidates(kl_value *out, const search *self, kl_task *task, kl_error *error)
{
    uint64_t seed;
    if (self->base.object.type == &kl_grid_search_type)
        return kl_candidates_all(out, self->param_grid, error);
    KL_TRY(kl_random_seed(&seed, self->random_state, error));
    return kl_candidates_some(out, self->param_distributions, (size_t)self->n_iter, seed, task, error);
}

static kl_status make_model(kl_value *out, const search *self, kl_value params, kl_error *error)
{
    kl_value model;
    KL_TRY(kl_model_clone(&model, self->estimator, error));
    kl_status status = kl_model_set_params(model, params, error);
    if (status == KL_OK)
        *out = model;
    else
        kl_value_release(model);
    return status;
}

/* An estimator for every candidate, of which `*made` are there, also after a failure. */
static kl_status make_models(kl_value *models, size_t *made, const search *self, kl_value candidates, kl_error *error)
{
    for (; *made < kl_array_len(candidates); ++*made)
        KL_TRY(make_model(&models[*made], self, kl_array_at(candidates, *made), error));
    return KL_OK;
}

/* ---- which is best ----------------------------------------------------------------------------------------- */

/* The scorer that tells the best: number 0, or the one that refit names; -1 = none does. */
static kl_status deciding_scorer(ptrdiff_t *out, const search *self, kl_value names, kl_error *error)
{
    *out = 0;
    if (kl_is_null(names))
        return KL_OK;
    *out = -1;
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (kl_is(self->refit, KL_KIND_STRING) &&
            kl_text_equal(kl_as_text(self->refit), kl_as_text(kl_array_at(names, i))))
            *out = (ptrdiff_t)i;
    bool no_need = (kl_is(self->refit, KL_KIND_BOOL) && !kl_as_bool(self->refit)) ||
                   kl_as_object(self->refit, &kl_callable_type);
    return *out >= 0 || no_need
               ? KL_OK
               : kl_bad_parameter(error, "refit", "the name of one of the scorers, a callable or false", self->refit);
}

static bool is_callable(const search *self) { return kl_as_object(self->refit, &kl_callable_type); }

static kl_status ask_best(size_t *out, const search *self, size_t count, kl_error *error)
{
    kl_value index;
    KL_TRY(kl_call_value(&index, self->refit, &self->cv_results_full_, 1, error));
    int64_t best = kl_is(index, KL_KIND_INT) ? kl_as_int(index) : -1;
    kl_value_release(index);
    if (best < 0 || (size_t)best >= count)
        return kl_error_set(error, KL_INVALID, "refit: expected the number of a candidate, 0 to %zu", count - 1);
    *out = (size_t)best;
    return KL_OK;
}

static kl_status choose_best(search *self, const kl_evaluation *of, kl_value candidates, ptrdiff_t scorer,
                             kl_task *task, kl_error *error)
{
    double *means;
    size_t best;
    if (scorer < 0 && !is_callable(self))
        return KL_OK;
    KL_TRY(kl_search_means(&means, of, of->test, (size_t)KL_MAX(scorer, 0), task, error));
    if (is_callable(self))
        KL_TRY(ask_best(&best, self, of->candidates, error));
    else
        best = kl_search_best(means, of->candidates);
    kl_learn(&self->best_index_, kl_int((int64_t)best));
    kl_learn(&self->best_params_, kl_value_retain(kl_array_at(candidates, best)));
    if (!is_callable(self))
        kl_learn(&self->best_score_, kl_double(means[best]));
    return KL_OK;
}

static kl_status fit_best(search *self, const kl_fit *in, kl_value weights, kl_error *error)
{
    struct timespec start, end;
    kl_value model, classes;
    kl_error ignored = KL_ERROR_INIT;
    bool wanted = !(kl_is(self->refit, KL_KIND_BOOL) && !kl_as_bool(self->refit));
    if (!wanted || kl_is_null(self->best_params_))
        return KL_OK;
    KL_TRY(make_model(&model, self, self->best_params_, error));
    kl_learn(&self->best_estimator_, model);
    clock_gettime(CLOCK_MONOTONIC, &start);
    KL_TRY(kl_model_fit(model, in->raw_x, in->raw_y, weights, error));
    clock_gettime(CLOCK_MONOTONIC, &end);
    kl_learn(&self->refit_time_,
             kl_double((double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9));
    if (kl_model_attribute(&classes, model, "classes_", &ignored) == KL_OK)
        kl_value_replace(&self->base.classes, classes);
    kl_error_clear(&ignored);
    return KL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

/* What runs through the whole of a fit. */
typedef struct attempt {
    kl_evaluation of;
    kl_value candidates, names;
    kl_value *models;
    size_t made;
    ptrdiff_t scorer;
} attempt;

/* Weights, or a map of them and of groups; see fit_call(). */
static void read_extras(kl_evaluation *of, kl_value extras)
{
    bool both = kl_is(extras, KL_KIND_MAP);
    of->weighted_scores = true;
    of->weights = both ? kl_map_get(extras, KL_TEXT("sample_weight")) : extras;
    of->data.groups = both ? kl_map_get(extras, KL_TEXT("groups")) : kl_null();
}

static kl_status prepare(attempt *a, const search *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_evaluation *of = &a->of;
    kl_scorer *scorers;
    bool by_class;
    of->data = (kl_split_data){.x = in->raw_x, .y = in->raw_y};
    read_extras(of, in->raw_weights);
    of->train_scores = self->return_train_score;
    KL_TRY(kl_error_score_of(&of->raises, &of->error_score, self->error_score, error));
    KL_TRY(kl_held_rows(&of->data.n, in->raw_x, in->raw_y, error));
    KL_TRY(kl_scorers_of(&scorers, &of->scorer_count, &a->names, self->scoring, task, error));
    of->scorers = scorers;
    KL_TRY(deciding_scorer(&a->scorer, self, a->names, error));
    KL_TRY(list_candidates(&a->candidates, self, task, error));
    of->candidates = kl_array_len(a->candidates);
    KL_TAKE(a->models, task, of->candidates + 1, error);
    KL_TRY(make_models(a->models, &a->made, self, a->candidates, error));
    of->models = a->models;
    KL_TRY(kl_is_by_class(&by_class, self->estimator, in->raw_y, error));
    return kl_folds_of(&of->folds, self->cv, by_class, &of->data, task, error);
}

static kl_status conclude(search *self, attempt *a, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value list, table;
    KL_TRY(kl_search_table(&table, &a->of, a->candidates, a->names, task, error));
    kl_learn(&self->cv_results_full_, table);
    KL_TRY(kl_search_list(&list, &a->of, a->candidates, (size_t)KL_MAX(a->scorer, 0), task, error));
    kl_learn(&self->cv_results_, list);
    self->n_splits_ = (int64_t)a->of.folds.count;
    self->multimetric_ = !kl_is_null(a->names);
    KL_TRY(choose_best(self, &a->of, a->candidates, a->scorer, task, error));
    return fit_best(self, in, a->of.weights, error);
}

static kl_status fit(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    search *self = (search *)model;
    attempt a = {.candidates = kl_null(), .names = kl_null()};
    kl_status status;
    KL_TRY_OUT(kl_held_note(model, in->raw_x, error));
    KL_TRY_OUT(prepare(&a, self, in, task, error));
    KL_TRY_OUT(kl_evaluate(&a.of, task, error));
    KL_TRY_OUT(conclude(self, &a, in, task, error));
out:
    kl_held_release(a.models, a.made);
    kl_value_release(a.candidates);
    kl_value_release(a.names);
    return status;
}

/* ---- answers: those of the best ---------------------------------------------------------------------------- */

static kl_value inner(const kl_estimator *model)
{
    const search *self = (const search *)model;
    return kl_is_null(self->best_estimator_) ? self->estimator : self->best_estimator_;
}

static kl_status need_best(const search *self, kl_error *error)
{
    return kl_is_null(self->best_estimator_)
               ? kl_bad_input(error, "the search was told refit=False, so no estimator was fitted to all data")
               : KL_OK;
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x, kl_task *task,
                         kl_error *error)
{
    const search *self = (const search *)model;
    (void)task;
    KL_TRY(need_best(self, error));
    return kl_model_apply(out, self->best_estimator_, operation, x, error);
}

static bool has(const kl_estimator *any, kl_operation operation)
{
    kl_estimator *model = kl_held_model(any);
    bool can = kl_model_has(inner(model ? model : any), operation);
    kl_object_release((kl_object *)model);
    return can;
}

static kl_status score_with(double *out, const search *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_scorer *scorers;
    size_t count;
    kl_value names;
    ptrdiff_t which;
    KL_TRY(kl_scorers_of(&scorers, &count, &names, self->scoring, task, error));
    kl_status status = deciding_scorer(&which, self, names, error);
    if (status == KL_OK)
        status = kl_scorer_apply(out, &scorers[KL_MAX(which, 0)], self->best_estimator_, in->raw_x, in->raw_y,
                                 in->raw_weights, error);
    kl_value_release(names);
    return status;
}

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    const search *self = (const search *)model;
    KL_TRY(need_best(self, error));
    return score_with(out, self, in, task, error);
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const search *self = (const search *)model;
    kl_value list;
    KL_TRY(need_best(self, error));
    KL_TRY(kl_array_new(&list, 8, error));
    kl_status status = kl_held_names(&list, self->best_estimator_, names, KL_TEXT(""), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- methods ----------------------------------------------------------------------------------------------- */

/* args: x, y, sample_weight, groups, progress */
static kl_status fit_call(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value extras = kl_value_retain(args[2]);
    kl_status status;
    if (!kl_is_null(args[3])) {
        KL_TRY_OUT(kl_map_of_one(&extras, KL_TEXT("groups"), kl_value_retain(args[3]), error));
        KL_TRY_OUT(kl_map_set(&extras, KL_TEXT("sample_weight"), kl_value_retain(args[2]), error));
    }
    kl_lesson lesson = {.x = args[0], .y = args[1], .weights = extras, .progress = args[4]};
    KL_TRY_OUT(kl_estimator_learn((kl_estimator *)self, &lesson, false, error));
    *out = kl_value_of(kl_object_retain(self));
out:
    kl_value_release(extras);
    return status;
}

static const kl_param fit_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "a label or a number for each row"},
    {.name = "sample_weight", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "a weight >= 0 for each row, for fits and scores; of scorers of Python those that tell that they take them"},
    {.name = "groups", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "a group for each row, for splitters that keep groups together"},
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "called with (done, total) before each fold"},
};
static const kl_method methods[] = {
    {.name = "fit", .call = fit_call, .params = KL_TABLE(fit_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError, ValueError",
     .doc = "Score every candidate by cross-validation and fit the best to all data; returns self. A failure leaves what "
            "was learned before."},
    KL_EST_PREDICT,
    KL_EST_PROBA,
    KL_EST_DECISION,
    KL_EST_TRANSFORM,
    KL_EST_INVERSE,
    KL_EST_SCORE_SAMPLES,
    {.name = "score", .call = kl_est_score, .params = KL_TABLE(kl_est_score_xy), .returns = KL_KIND_DOUBLE,
     .raises = KL_EST_RAISES, .doc = "The score of the best estimator by the search's own scorer."},
    KL_EST_CLASSES,
    KL_EST_NAMES_OUT,
};

#define ESTIMATOR_FIELD                                                                            \
    KL_VALUE(search, estimator, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,                          \
             .doc = "what is searched: any object with fit() and predict(), or the name of one; itself stays as it is")
#define SHARED_FIELDS                                                                              \
    KL_VALUE(search, scoring, .kind = KL_KIND_ANY, .fallback = "\"r2\"", .flags = KL_FOREIGN | KL_OPTIONAL, \
             .doc = "the name of a scorer, callable(estimator, x, y), None = the estimator's own score(); or several: a " \
                    "list of names, a dict of names to either"),                                   \
    KL_VALUE(search, cv, .kind = KL_KIND_ANY, .fallback = "5", .flags = KL_FOREIGN | KL_OPTIONAL,  \
             .doc = "folds: their number, at least 2 (as the rows stand; stratified for classifiers), a splitter, or pairs " \
                    "of train and test rows; None = 5")
#define KEYWORD_FIELDS                                                                             \
    KL_VALUE(search, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,          \
             .doc = "threads at most; None = all. Estimators of Python run one after the other"),  \
    KL_VALUE(search, refit, .kind = KL_KIND_ANY, .fallback = "true", .flags = KL_FOREIGN | KL_KEYWORD_ONLY, \
             .doc = "fit the best to all data. Of several scorers the name of the one that decides; or callable(cv_results_" \
                    "full_) that gives the number of the best candidate"),                         \
    KL_INT(search, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "above 0: tell of progress on standard error"), \
    KL_VALUE(search, pre_dispatch, .kind = KL_KIND_ANY, .fallback = "\"2*n_jobs\"", .flags = KL_KEYWORD_ONLY, \
             .doc = "accepted for scikit-learn's sake; has no effect, no copies are made ahead"),  \
    KL_VALUE(search, error_score, .kind = KL_KIND_ANY, .fallback = "\"raise\"", .flags = KL_KEYWORD_ONLY, \
             .doc = "what a candidate scores on a fold where it fails, with a warning; 'raise' = the failure goes on"), \
    KL_BOOL(search, return_train_score, false, .flags = KL_KEYWORD_ONLY,                           \
            .doc = "score also what was learned from")
#define LEARNED_FIELDS                                                                             \
    KL_LEARNED_VALUE(search, cv_results_, .doc = "list of {params, mean_test_score, std_test_score, rank} in the order of " \
                     "the candidates"),                                                            \
    KL_LEARNED_VALUE(search, cv_results_full_, .doc = "the same and more as a dict of columns, named as scikit-learn's " \
                     "cv_results_"),                                                               \
    KL_LEARNED_VALUE(search, best_estimator_, .doc = "the best, fitted to all data"),              \
    KL_LEARNED_VALUE(search, best_params_, .doc = "its parameters"),                               \
    KL_LEARNED_VALUE(search, best_score_, .doc = "its mean score over the folds"),                 \
    KL_LEARNED_VALUE(search, best_index_, .doc = "its number among the candidates"),               \
    KL_LEARNED_VALUE(search, refit_time_, .doc = "seconds that the fit to all data took"),         \
    KL_LEARNED_INT(search, n_splits_, .doc = "how many folds"),                                    \
    KL_LEARNED_BOOL(search, multimetric_, .doc = "whether there are several scorers")

static const kl_field grid_fields[] = {
    ESTIMATOR_FIELD,
    KL_VALUE(search, param_grid, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,
             .doc = "dict of lists: the values of each parameter, all combinations of which are tried; or a list of such "
                    "dicts. Names are those of get_params()"),
    SHARED_FIELDS,
    KEYWORD_FIELDS,
    LEARNED_FIELDS,
};
static const kl_field random_fields[] = {
    ESTIMATOR_FIELD,
    KL_VALUE(search, param_distributions, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,
             .doc = "dict of lists of values, objects with rvs(), {\"uniform\": [a, b]}, {\"loguniform\": [a, b]} or "
                    "{\"randint\": [a, b]} (b left out); or a list of such dicts. When all are lists, no combination is "
                    "tried twice"),
    KL_COUNT_FIELD(search, n_iter, 10, .range = KL_RANGE(1, 1e7), .doc = "how many candidates"),
    SHARED_FIELDS,
    KL_RANDOM_STATE(search, | 0),
    KEYWORD_FIELDS,
    LEARNED_FIELDS,
};

static const kl_estimator_table table = {
    .kind = KL_EST_META, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_Y_OPTIONAL, .fit = fit, .forward = forward,
    .has = has, .score = score, .inner = inner, .names_out = names_out};

const kl_type kl_grid_search_type = {
    .name = "GridSearchCV", KL_ESTIMATOR(search), .check = check, .repr_fields = "scoring cv",
    .fields = KL_TABLE(grid_fields), .methods = KL_TABLE(methods), .extension = &table,
    .doc = "The best of all combinations of parameters by cross-validation. Keys are taken in alphabetical order, the last "
           "changes fastest; of equal scores the first wins. Afterwards it is the best estimator."};
KL_PUBLISH(kl_grid_search_type);
const kl_type kl_random_search_type = {
    .name = "RandomizedSearchCV", KL_ESTIMATOR(search), .check = check, .repr_fields = "n_iter scoring cv",
    .fields = KL_TABLE(random_fields), .methods = KL_TABLE(methods), .extension = &table,
    .doc = "The best of some combinations of parameters, drawn at random, by cross-validation (Bergstra and Bengio 2012). "
           "Afterwards it is the best estimator."};
KL_PUBLISH(kl_random_search_type);
