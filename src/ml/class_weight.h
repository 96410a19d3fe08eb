/* src/ml/class_weight.h - the parameter class_weight of classifiers. */
#ifndef KL_ML_CLASS_WEIGHT_H
#define KL_ML_CLASS_WEIGHT_H

#include "estimator.h"

/* A field `class_weight`, a value member. */
#define KL_CLASS_WEIGHT(owner)                                                                     \
    KL_VALUE(owner, class_weight, .kind = KL_KIND_ANY,                                             \
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,                                  \
             .doc = "what the rows of each class count: a dict from label to weight (1 where a label is "\
                    "missing), 'balanced' = n / (classes x rows of the class), or None = 1")

/*
 * One weight per class into *out (in the task); NULL for null. `weights` (may be NULL): 'balanced' counts rows by
 * them. A dict must not have labels that do not occur while others are missing.
 */
KL_API kl_status kl_code_weights(const double **out, kl_value class_weight, kl_value classes,
                                  const int64_t *codes, size_t n, const double *weights, kl_task *task,
                                  kl_error *error);

/* One weight per row: its own (or 1) times that of its class; NULL when neither is given. `counted`: 'balanced'
 * counts rows by their own weights. */
KL_API kl_status kl_class_weighted(const double **out, kl_value class_weight, kl_value classes,
                                   const int64_t *codes, size_t n, const double *weights, bool counted,
                                   kl_task *task, kl_error *error);

#endif
