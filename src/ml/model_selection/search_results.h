/* src/ml/model_selection/search_results.h - what a search found, as lists and tables. */
#ifndef KL_ML_MODEL_SELECTION_SEARCH_RESULTS_H
#define KL_ML_MODEL_SELECTION_SEARCH_RESULTS_H

#include "evaluate.h"

/* Means of a scorer over the folds, one for each candidate, into the task's memory; NaN as it comes. */
kl_status kl_search_means(double **out, const kl_evaluation *of, const double *scores, size_t scorer, kl_task *task,
                          kl_error *error);
/* The best candidate: of the highest mean, the first of equals, NaN last. */
size_t kl_search_best(const double *means, size_t count);
/* cv_results_: a list of {params, mean_test_score, std_test_score, rank}. Given. */
kl_status kl_search_list(kl_value *out, const kl_evaluation *of, kl_value candidates, size_t scorer, kl_task *task,
                         kl_error *error);
/* cv_results_full_: a map of columns, named as scikit-learn's. `names`: of the scorers, or null. Given. */
kl_status kl_search_table(kl_value *out, const kl_evaluation *of, kl_value candidates, kl_value names, kl_task *task,
                          kl_error *error);

#endif
