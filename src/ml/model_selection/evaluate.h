/* src/ml/model_selection/evaluate.h - models learned and scored fold by fold, for cross-validation and searches. */
#ifndef KL_ML_MODEL_SELECTION_EVALUATE_H
#define KL_ML_MODEL_SELECTION_EVALUATE_H

#include "ml/metrics/scorer.h"
#include "splitter.h"

/* What is to be done. */
typedef struct kl_evaluation {
    const kl_value *models;     /* not fitted, one for each candidate; cloned for every fold */
    size_t candidates;
    const kl_scorer *scorers;
    size_t scorer_count;
    kl_split_data data;
    kl_value weights;           /* or null */
    bool weighted_scores;       /* they count in scores, too */
    kl_folds folds;
    bool train_scores;
    bool raises;                /* a failure is one of all; else it scores `error_score` and warns */
    double error_score;
    /* results: candidates x folds x scorers, and seconds: candidates x folds */
    double *test, *train, *fit_seconds, *score_seconds;
} kl_evaluation;

/*
 * Models of the library run on all processors: candidates at once within one fold, whose rows are copied once for all; or
 * folds at once when there are few candidates. Others, and scorers of the face, run on this thread.
 */
kl_status kl_evaluate(kl_evaluation *of, kl_task *task, kl_error *error);

/* The scorers of a parameter `scoring`: a name or a callable, or several as a list of names or a map of names to either.
 * `*names` is an array of their names, or null for a single one (given). */
kl_status kl_scorers_of(kl_scorer **out, size_t *count, kl_value *names, kl_value scoring, kl_task *task,
                        kl_error *error);
/* error_score: 'raise' or a number. */
kl_status kl_error_score_of(bool *raises, double *score, kl_value value, kl_error *error);
/* Whether folds of a model are stratified: it is a classifier, and y one column of labels. */
kl_status kl_is_by_class(bool *out, kl_value model, kl_value y, kl_error *error);

#endif
