/* src/ml/selection/feature_scores.h - how much each column of x tells of y. */
#ifndef KL_ML_SELECTION_FEATURE_SCORES_H
#define KL_ML_SELECTION_FEATURE_SCORES_H

#include "ml/estimator.h"

/* A score for each column, and how likely chance alone gives one as high; `p_values` are NaN where there are none. */
typedef kl_status kl_feature_score(double *scores, double *p_values, const kl_matrix *x, kl_value y, kl_task *task,
                                   kl_error *error);

/* f_classif, f_regression, chi2, mutual_info_classif, mutual_info_regression; NULL for other names. */
kl_feature_score *kl_feature_score_of(kl_text name);
/* The names, ended by NULL. */
extern const char *const kl_feature_score_names[];

/* Mutual information by distances to nearest neighbours (Kraskov, Stoegbauer, Grassberger 2004; Ross 2014). */
kl_feature_score kl_information_of_labels, kl_information_of_numbers;

#endif
