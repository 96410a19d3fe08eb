/* src/ml/classes.h - what classifiers do with classes: their weights and priors, sums of rows by class. */
#ifndef KL_ML_CLASSES_H
#define KL_ML_CLASSES_H

#include "estimator.h"

/*
 * A weight for each class from a parameter `class_weight`: null = all 1; "balanced" = rows / (classes * rows of the
 * class), where a row counts as its weight when `weights` is there; or by label: a map, an array of pairs, or a
 * dict of the face; labels that are not named weigh 1. KL_INVALID when a label is none of the classes while a
 * class is not named. In the task.
 */
KL_API kl_status kl_class_weights(double **out, kl_value class_weight, kl_value classes,
                                  const kl_fit *in, const double *weights, kl_task *task,
                                  kl_error *error);
/* Weights of rows: those given times those of their classes; NULL when all are 1. In the task. */
KL_API kl_status kl_class_row_weights(const double **out, kl_value class_weight, kl_value classes,
                                      const kl_fit *in, kl_task *task, kl_error *error);

/* Probabilities of `count` classes from a parameter, each finite and >= 0; NULL for null. In the task. */
KL_API kl_status kl_class_priors(const double **out, kl_value priors, const char *name, size_t count,
                                 kl_task *task, kl_error *error);

/* How many rows (or how much weight) each class has. */
KL_API void kl_class_counts(double *out, const int64_t *codes, size_t n, const double *weights,
                            size_t classes);
/* out (classes x d) = sums of the rows of each class, times their weights (or NULL); sparse x, too. With
 * `threshold` (or NULL) numbers above it, which is >= 0, count as 1 and all others as 0. Threads. */
KL_API kl_status kl_class_sums(double *out, const kl_matrix *x, const int64_t *codes,
                               const double *weights, const double *threshold, size_t classes,
                               kl_task *task, kl_error *error);
/* out (classes x d) = sums of (x - center of its class)^2, likewise; x is dense. */
KL_API kl_status kl_class_square_sums(double *out, const kl_matrix *x, const double *centers,
                                      const int64_t *codes, const double *weights, size_t classes,
                                      kl_task *task, kl_error *error);
/* Rows in the order of their classes, each class in the order of x: `order` (n), `starts` (classes + 1). */
KL_API void kl_class_order(size_t *order, size_t *starts, const int64_t *codes, size_t n,
                           size_t classes);

#endif
