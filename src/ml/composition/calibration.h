/* src/ml/composition/calibration.h - from decisions to probabilities: a sigmoid, or a rising step function. */
#ifndef KL_ML_COMPOSITION_CALIBRATION_H
#define KL_ML_COMPOSITION_CALIBRATION_H

#include "ml/task.h"

/* 1 / (1 + exp(a f + b)) with the a and b of most likelihood for targets that are drawn in from 0 and 1 by the counts of
 * both (Platt 1999), found by Newton's method with step halving (Lin, Lin, Weng 2007). */
KL_API kl_status kl_sigmoid_fit(double *a, double *b, const double *f, const double *y, const double *weights, size_t n,
                       kl_task *task, kl_error *error);
KL_API double kl_sigmoid_at(double a, double b, double f);

/* The rising function of least squares (pool adjacent violators): `*count` points (x, y), x ascending, in the task; between
 * them it is linear, outside of them constant. */
KL_API kl_status kl_rising_fit(double **x, double **y, size_t *count, const double *f, const double *target,
                        const double *weights, size_t n, kl_task *task, kl_error *error);
KL_API double kl_rising_at(const double *x, const double *y, size_t count, double f);

#endif
