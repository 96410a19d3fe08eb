/* src/ml/svm/platt.h - probabilities of decision values.
 *
 * Platt's sigmoid, fitted as Lin, Lin and Weng do (A note on Platt's probabilistic outputs for support vector machines,
 * Machine Learning 68, 2007), and one probability per class of those of all pairs (Wu, Lin, Weng: Probability
 * estimates for multi-class classification by pairwise coupling, JMLR 5, 2004; second method).
 */
#ifndef KL_ML_SVM_PLATT_H
#define KL_ML_SVM_PLATT_H

#include "kailash/base.h"

/* a, b with P(positive | value) = 1 / (1 + exp(a value + b)); `weights` may be NULL. `scratch` has n numbers. */
void kl_platt_fit(double *a, double *b, const double *values, const bool *positive,
                  const double *weights, size_t n, double *scratch);
double kl_platt_probability(double value, double a, double b);

/* out (k) of pairs (k x k): pairs[i k + j] = P(class i | class i or j). `scratch` has k * k + k numbers. */
void kl_couple_pairs(double *out, const double *pairs, size_t k, double *scratch);

#endif
