/* src/ml/linear/ridge_cv_judge.h - how good the penalties of RidgeCV are: higher is better. */
#ifndef KL_ML_LINEAR_RIDGE_CV_JUDGE_H
#define KL_ML_LINEAR_RIDGE_CV_JUDGE_H

#include "ml/metrics/scorer.h"

/* Scores that come from sums over the rows need no predictions as arrays. */
typedef enum kl_ridge_score {
    KL_RIDGE_SQUARES,
    KL_RIDGE_R2,
    KL_RIDGE_VARIANCE,
    KL_RIDGE_ROOT,
    KL_RIDGE_SIZE,
    KL_RIDGE_LARGEST,
    KL_RIDGE_ANY /* whatever the scorer says */
} kl_ridge_score;

typedef struct kl_ridge_judge {
    kl_ridge_score kind;
    kl_scorer scorer;
} kl_ridge_judge;

/* n rows: what is right (n x k), by how much predictions are less than it, and weights or NULL. */
typedef struct kl_ridge_rows {
    const double *y, *errors, *weights;
    size_t n, k;
} kl_ridge_rows;

/* Of the parameter `scoring`; `otherwise` for null. */
kl_status kl_ridge_judge_of(kl_ridge_judge *out, kl_value scoring, kl_ridge_score otherwise, kl_error *error);
/* The score of target `t`, or of all when t is k: by sums their mean. A scorer is given a model that predicts what x says. */
kl_status kl_ridge_judge_rows(double *out, const kl_ridge_judge *judge, const kl_ridge_rows *rows, size_t t,
                              kl_error *error);
/* What a scorer that is not of sums says of a ridge model with these weights. */
kl_status kl_ridge_judge_model(double *out, const kl_ridge_judge *judge, double alpha, const double *coef,
                               const double *intercept, const kl_fit *test, kl_error *error);

#endif
