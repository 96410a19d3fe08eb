/* src/ml/model_selection/evaluate.c - models learned and scored fold by fold. */
#include "evaluate.h"

#include "base/host.h"
#include "ml/metrics/score.h"
#include "parallel.h"

#include <stdio.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the rows of a fold ------------------------------------------------------------------------------------ */

typedef struct fold_rows {
    kl_value x, y, weights;
} fold_rows;

static void end_rows(fold_rows *rows)
{
    kl_value_release(rows->x);
    kl_value_release(rows->y);
    kl_value_release(rows->weights);
}

static kl_status take_rows(fold_rows *out, const kl_evaluation *of, const int64_t *rows, size_t count,
                           kl_error *error)
{
    KL_TRY(kl_data_take(&out->x, of->data.x, rows, count, error));
    KL_TRY(kl_data_take(&out->y, of->data.y, rows, count, error));
    return kl_data_take(&out->weights, of->weights, rows, count, error);
}

/* ---- one model on one fold --------------------------------------------------------------------------------- */

static kl_status score_all(double *out, const kl_evaluation *of, kl_value model, const fold_rows *rows,
                           kl_error *error)
{
    kl_value weights = of->weighted_scores ? rows->weights : kl_null();
    for (size_t s = 0; s < of->scorer_count; s++)
        KL_TRY(kl_scorer_apply(&out[s], &of->scorers[s], model, rows->x, rows->y, weights, error));
    return KL_OK;
}

static kl_status learn_and_score(kl_evaluation *of, size_t at, kl_value model, const fold_rows *train,
                                 const fold_rows *test, kl_error *error)
{
    double start = seconds();
    kl_status status = kl_model_fit(model, train->x, train->y, train->weights, error);
    double fitted = seconds();
    of->fit_seconds[at] = fitted - start;
    if (status == KL_OK)
        status = score_all(of->test + at * of->scorer_count, of, model, test, error);
    of->score_seconds[at] = seconds() - fitted;
    if (status == KL_OK && of->train_scores)
        status = score_all(of->train + at * of->scorer_count, of, model, train, error);
    return status;
}

/* A failure that counts as a score: told to the user. Interrupts and lack of memory are none. */
static kl_status forgive(kl_evaluation *of, size_t at, kl_status failed, kl_error *error)
{
    if (of->raises || failed == KL_NO_MEMORY || failed == KL_INTERRUPTED || failed == KL_CANCELLED)
        return failed;
    char text[320];
    snprintf(text, sizeof text, "a fit or its score failed and counts as %g: %.200s", of->error_score,
             kl_error_message(error));
    kl_error_clear(error);
    for (size_t s = 0; s < of->scorer_count; s++) {
        of->test[at * of->scorer_count + s] = of->error_score;
        if (of->train_scores)
            of->train[at * of->scorer_count + s] = of->error_score;
    }
    return kl_host_warn(text, error);
}

static kl_status try_one(kl_evaluation *of, size_t candidate, size_t fold, const fold_rows *train,
                         const fold_rows *test, kl_error *error)
{
    kl_value model;
    size_t at = candidate * of->folds.count + fold;
    KL_TRY(kl_model_clone(&model, of->models[candidate], error));
    kl_status status = learn_and_score(of, at, model, train, test, error);
    kl_value_release(model);
    return status == KL_OK ? KL_OK : forgive(of, at, status, error);
}

/* ---- many -------------------------------------------------------------------------------------------------- */

typedef struct one_fold {
    kl_evaluation *of;
    size_t fold;
    fold_rows train, test;
} one_fold;

static kl_status candidates_of_fold(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    one_fold *f = data;
    (void)block;
    for (size_t c = begin; c < end; c++)
        KL_TRY(try_one(f->of, c, f->fold, &f->train, &f->test, error));
    return KL_OK;
}

/* All candidates on one fold, at once or one after the other. */
static kl_status run_fold(kl_evaluation *of, size_t fold, bool at_once, kl_error *error)
{
    one_fold f = {.of = of, .fold = fold};
    const kl_fold *rows = &of->folds.fold[fold];
    kl_status status;
    KL_TRY_OUT(take_rows(&f.train, of, rows->train, rows->train_count, error));
    KL_TRY_OUT(take_rows(&f.test, of, rows->test, rows->test_count, error));
    KL_TRY_OUT(at_once ? kl_parallel_for(of->candidates, 1, candidates_of_fold, &f, error)
                       : candidates_of_fold(&f, 0, 0, of->candidates, error));
out:
    end_rows(&f.train);
    end_rows(&f.test);
    return status;
}

static kl_status folds_at_once(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block;
    for (size_t f = begin; f < end; f++)
        KL_TRY(run_fold(data, f, false, error));
    return KL_OK;
}

static bool is_own(const kl_evaluation *of)
{
    for (size_t s = 0; s < of->scorer_count; s++)
        if (!kl_scorer_is_own(&of->scorers[s]))
            return false;
    return kl_models_are_own(of->models, of->candidates);
}

kl_status kl_evaluate(kl_evaluation *of, kl_task *task, kl_error *error)
{
    size_t runs = of->candidates * of->folds.count;
    bool own = is_own(of);
    KL_TAKE(of->test, task, runs * of->scorer_count + 1, error);
    KL_TAKE(of->fit_seconds, task, runs + 1, error);
    KL_TAKE(of->score_seconds, task, runs + 1, error);
    if (of->train_scores)
        KL_TAKE(of->train, task, runs * of->scorer_count + 1, error);
    bool tells = task->verbose || !kl_is_null(task->progress); /* fold after fold, then */
    if (own && !tells && of->candidates < 2 * kl_parallel_threads())
        return kl_parallel_for(of->folds.count, 1, folds_at_once, of, error);
    for (size_t f = 0; f < of->folds.count; f++) {
        KL_TRY(kl_task_step(task, f, of->folds.count, error));
        KL_TRY(run_fold(of, f, own, error));
    }
    return KL_OK;
}

/* ---- parameters -------------------------------------------------------------------------------------------- */

static kl_status named_scorers(kl_scorer *out, kl_value *names, kl_value scoring, kl_error *error)
{
    size_t count = kl_value_len(scoring);
    bool is_map = kl_is(scoring, KL_KIND_MAP);
    KL_TRY(kl_array_new(names, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_value word = is_map ? kl_map_key_value_at(scoring, i) : kl_array_at(scoring, i);
        KL_TRY(kl_scorer_resolve(&out[i], is_map ? kl_map_value_at(scoring, i) : word, error));
        if (!kl_is(word, KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE, "scoring: expected names of scorers in the list, got %s",
                                kl_value_kind_name(word));
        kl_array_push(names, kl_value_retain(word), NULL); /* has room */
    }
    return KL_OK;
}

kl_status kl_scorers_of(kl_scorer **out, size_t *count, kl_value *names, kl_value scoring, kl_task *task,
                        kl_error *error)
{
    *names = kl_null();
    *count = 1;
    bool several = kl_is(scoring, KL_KIND_MAP) || kl_is(scoring, KL_KIND_ARRAY);
    if (several && (*count = kl_value_len(scoring)) == 0)
        return kl_error_set(error, KL_INVALID, "scoring: expected at least one scorer");
    KL_TAKE(*out, task, *count, error);
    if (!several)
        return kl_scorer_resolve(*out, scoring, error);
    kl_status status = named_scorers(*out, names, scoring, error);
    if (status != KL_OK)
        kl_value_release(kl_value_take(names));
    return status;
}

kl_status kl_error_score_of(bool *raises, double *score, kl_value value, kl_error *error)
{
    *raises = kl_is(value, KL_KIND_STRING) && kl_text_is(kl_as_text(value), "raise");
    *score = kl_as_double(value);
    if (*raises || kl_is_number(value))
        return KL_OK;
    return kl_bad_parameter(error, "error_score", "'raise' or a number", value);
}

kl_status kl_is_by_class(bool *out, kl_value model, kl_value y, kl_error *error)
{
    kl_estimator_kind kind;
    KL_TRY(kl_model_kind(&kind, model, error));
    *out = kind == KL_EST_CLASSIFIER && !kl_is_null(y) && kl_score_columns(y) == 1;
    return KL_OK;
}
