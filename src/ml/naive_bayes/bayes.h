/* src/ml/naive_bayes/bayes.h - what the naive Bayes classifiers share: answers from joint log-likelihoods. */
#ifndef KL_ML_NAIVE_BAYES_H
#define KL_ML_NAIVE_BAYES_H

#include "../estimator.h"

/* What joint log-likelihoods are made of, prepared once a call. */
typedef struct kl_bayes kl_bayes;
/* out (rows x classes) = ln P(class) + ln p(row | class) for rows [begin, end) of x, at most KL_BAYES_ROWS of them.
 * `scratch` has KL_BAYES_ROWS x cols numbers, its own for each thread. */
typedef void kl_bayes_joint(double *out, const kl_bayes *bayes, const kl_matrix *x, size_t begin,
                            size_t end, double *scratch);
struct kl_bayes {
    size_t classes;
    kl_bayes_joint *joint;
    double *constant;        /* classes */
    const double *mean;      /* classes x cols */
    double *factor;          /* classes x cols: 1 / standard deviation, or the weight of a count */
    double threshold;        /* numbers above it count as 1 */
    bool is_binary;          /* whether there is a threshold */
};
enum { KL_BAYES_ROWS = 64 };

typedef enum kl_bayes_answer { KL_BAYES_PROBA, KL_BAYES_LOG_PROBA, KL_BAYES_JOINT } kl_bayes_answer;

/* The answers of table.classify; of proba, log_proba and predict_joint_log_proba(): rows x classes. */
kl_status kl_bayes_classify(int64_t *out, const kl_bayes *bayes, const kl_matrix *x, kl_task *task,
                            kl_error *error);
kl_status kl_bayes_numbers(kl_value *out, const kl_bayes *bayes, const kl_matrix *x, kl_bayes_answer which,
                           kl_task *task, kl_error *error);

/* The method predict_joint_log_proba, by a function joint_call that the file defines with KL_EST_ASK(). */
#define KL_BAYES_JOINT_ROW                                                                         \
    KL_EST_ROW("predict_joint_log_proba", joint_call, kl_est_x, KL_KIND_BUFFER,                    \
               "ln P(class) + ln p(row | class): rows x classes, in the order of classes_.")

#endif
