/* src/ml/model_selection/search_results.c - what a search found. */
#include "search_results.h"

#include <math.h>
#include <stdio.h>

static double at(const kl_evaluation *of, const double *scores, size_t candidate, size_t fold, size_t scorer)
{
    return scores[(candidate * of->folds.count + fold) * of->scorer_count + scorer];
}

static void mean_and_std(double *mean, double *std, const kl_evaluation *of, const double *scores, size_t candidate,
                         size_t scorer)
{
    double sum = 0, squares = 0, n = (double)of->folds.count;
    for (size_t f = 0; f < of->folds.count; f++)
        sum += at(of, scores, candidate, f, scorer);
    *mean = sum / n;
    for (size_t f = 0; f < of->folds.count; f++) {
        double apart = at(of, scores, candidate, f, scorer) - *mean;
        squares += apart * apart;
    }
    *std = sqrt(squares / n);
}

kl_status kl_search_means(double **out, const kl_evaluation *of, const double *scores, size_t scorer, kl_task *task,
                          kl_error *error)
{
    double std;
    KL_TAKE(*out, task, of->candidates + 1, error);
    for (size_t c = 0; c < of->candidates; c++)
        mean_and_std(&(*out)[c], &std, of, scores, c, scorer);
    return KL_OK;
}

size_t kl_search_best(const double *means, size_t count)
{
    size_t best = 0;
    for (size_t c = 1; c < count; c++)
        if (means[c] > means[best] || (isnan(means[best]) && !isnan(means[c])))
            best = c;
    return best;
}

/* How many candidates are better, and of equals stand before. */
static size_t rank_of(const double *means, size_t count, size_t candidate, bool in_order)
{
    size_t before = 0;
    for (size_t c = 0; c < count; c++) {
        bool better = means[c] > means[candidate] || (isnan(means[candidate]) && !isnan(means[c]));
        bool same = means[c] == means[candidate] || (isnan(means[c]) && isnan(means[candidate]));
        before += better || (in_order && same && c < candidate);
    }
    return before + 1;
}

/* ---- the list ---------------------------------------------------------------------------------------------- */

static kl_status add_row(kl_value *list, kl_value params, double mean, double std, size_t rank, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("params"), kl_value_retain(params), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("mean_test_score"), kl_double(mean), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("std_test_score"), kl_double(std), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rank"), kl_int((int64_t)rank), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_search_list(kl_value *out, const kl_evaluation *of, kl_value candidates, size_t scorer, kl_task *task,
                         kl_error *error)
{
    kl_value list;
    double *means, mean, std;
    kl_status status = KL_OK;
    KL_TRY(kl_search_means(&means, of, of->test, scorer, task, error));
    KL_TRY(kl_array_new(&list, of->candidates, error));
    for (size_t c = 0; c < of->candidates && status == KL_OK; c++) {
        mean_and_std(&mean, &std, of, of->test, c, scorer);
        status = add_row(&list, kl_array_at(candidates, c), mean, std, rank_of(means, of->candidates, c, true),
                         error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- the table --------------------------------------------------------------------------------------------- */

static kl_status add_column(kl_value *map, const char *name, const double *numbers, size_t count, kl_error *error)
{
    kl_value column;
    KL_TRY(kl_vector_from(&column, numbers, count, error));
    return kl_map_set(map, kl_text_from(name), column, error);
}

/* Mean and deviation over the folds of seconds, which have one "scorer". */
static kl_status add_seconds(kl_value *map, const char *what, const kl_evaluation *of, const double *taken,
                             double *mean, double *std, kl_error *error)
{
    char name[64];
    kl_evaluation plain = *of;
    plain.scorer_count = 1;
    for (size_t c = 0; c < of->candidates; c++)
        mean_and_std(&mean[c], &std[c], &plain, taken, c, 0);
    snprintf(name, sizeof name, "mean_%s_time", what);
    KL_TRY(add_column(map, name, mean, of->candidates, error));
    snprintf(name, sizeof name, "std_%s_time", what);
    return add_column(map, name, std, of->candidates, error);
}

/* param_<name>: a list, None where a candidate has no such parameter. */
static kl_status add_param(kl_value *map, kl_value candidates, kl_text key, kl_error *error)
{
    kl_value column, name;
    size_t count = kl_array_len(candidates);
    KL_TRY(kl_string_format(&name, error, "param_%.*s", KL_TEXT_ARG(key)));
    kl_status status = kl_map_has(*map, kl_as_text(name)) ? KL_STOP : kl_array_new(&column, count, error);
    if (status == KL_OK) {
        for (size_t c = 0; c < count; c++)
            kl_array_push(&column, kl_value_retain(kl_map_get(kl_array_at(candidates, c), key)), NULL); /* has room */
        status = kl_map_set_key(map, name, column, error);
    }
    kl_value_release(name);
    return status == KL_STOP ? KL_OK : status;
}

static kl_status add_params(kl_value *map, kl_value candidates, kl_error *error)
{
    for (size_t c = 0; c < kl_array_len(candidates); c++) {
        kl_value params = kl_array_at(candidates, c);
        for (size_t i = 0; i < kl_map_len(params); i++)
            KL_TRY(add_param(map, candidates, kl_map_key_at(params, i), error));
    }
    return kl_map_set(map, KL_TEXT("params"), kl_value_retain(candidates), error);
}

/* split0_test_score ..., mean_, std_ and, of tests, rank_. */
static kl_status add_scores(kl_value *map, const char *set, const char *scorer_name, const kl_evaluation *of,
                            const double *scores, size_t scorer, double *mean, double *std, kl_error *error)
{
    char name[160];
    int64_t *ranks;
    kl_value column;
    for (size_t f = 0; f < of->folds.count; f++) {
        for (size_t c = 0; c < of->candidates; c++)
            mean[c] = at(of, scores, c, f, scorer);
        snprintf(name, sizeof name, "split%zu_%s_%.100s", f, set, scorer_name);
        KL_TRY(add_column(map, name, mean, of->candidates, error));
    }
    for (size_t c = 0; c < of->candidates; c++)
        mean_and_std(&mean[c], &std[c], of, scores, c, scorer);
    snprintf(name, sizeof name, "mean_%s_%.100s", set, scorer_name);
    KL_TRY(add_column(map, name, mean, of->candidates, error));
    snprintf(name, sizeof name, "std_%s_%.100s", set, scorer_name);
    KL_TRY(add_column(map, name, std, of->candidates, error));
    if (strcmp(set, "test") != 0)
        return KL_OK;
    KL_TRY(kl_indices_new(&column, &ranks, of->candidates, error));
    for (size_t c = 0; c < of->candidates; c++)
        ranks[c] = (int64_t)rank_of(mean, of->candidates, c, false);
    snprintf(name, sizeof name, "rank_%s_%.100s", set, scorer_name);
    return kl_map_set(map, kl_text_from(name), column, error);
}

static kl_status fill(kl_value *map, const kl_evaluation *of, kl_value candidates, kl_value names, kl_task *task,
                      kl_error *error)
{
    double *mean, *std;
    KL_TAKE(mean, task, of->candidates + 1, error);
    KL_TAKE(std, task, of->candidates + 1, error);
    KL_TRY(add_seconds(map, "fit", of, of->fit_seconds, mean, std, error));
    KL_TRY(add_seconds(map, "score", of, of->score_seconds, mean, std, error));
    KL_TRY(add_params(map, candidates, error));
    for (size_t s = 0; s < of->scorer_count; s++) {
        const char *name = kl_is_null(names) ? "score" : kl_as_text(kl_array_at(names, s)).data;
        KL_TRY(add_scores(map, "test", name, of, of->test, s, mean, std, error));
        if (of->train_scores)
            KL_TRY(add_scores(map, "train", name, of, of->train, s, mean, std, error));
    }
    return KL_OK;
}

kl_status kl_search_table(kl_value *out, const kl_evaluation *of, kl_value candidates, kl_value names, kl_task *task,
                          kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 16, error));
    kl_status status = fill(&map, of, candidates, names, task, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}
