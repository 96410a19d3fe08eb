/* src/ml/boost/loss.h - what histogram gradient boosting minimises.
 *
 * A *raw* prediction is what trees add up to: the number itself, its logarithm (poisson, gamma), the log-odds of the
 * second of two classes, or one number a class whose softmax are the probabilities. Raw predictions lie column after
 * column (columns x n).
 */
#ifndef KL_ML_BOOST_LOSS_H
#define KL_ML_BOOST_LOSS_H

#include "hist.h"

typedef enum kl_hist_loss_kind {
    KL_HIST_SQUARED,
    KL_HIST_ABSOLUTE,
    KL_HIST_GAMMA,
    KL_HIST_POISSON,
    KL_HIST_QUANTILE,
    KL_HIST_BINARY,
    KL_HIST_MULTINOMIAL
} kl_hist_loss_kind;

typedef struct kl_hist_loss {
    kl_hist_loss_kind kind;
    size_t columns;  /* of raw predictions */
    double quantile;
} kl_hist_loss;

/* Rows and what they should give. */
typedef struct kl_hist_target {
    size_t n;
    const double *y;       /* of classes: their codes */
    const double *weights; /* or NULL = all 1 */
} kl_hist_target;

/* Whether the hessian of every row is 1. */
static inline bool kl_hist_plain(const kl_hist_loss *loss, const kl_hist_target *target)
{
    return !target->weights && (loss->kind == KL_HIST_SQUARED || loss->kind == KL_HIST_ABSOLUTE ||
                                loss->kind == KL_HIST_QUANTILE);
}

/* y that the loss is not made for is refused. */
kl_status kl_hist_check(const kl_hist_loss *loss, const kl_hist_target *target, kl_error *error);
/* The best constants: `columns` numbers. */
kl_status kl_hist_baseline(double *out, const kl_hist_loss *loss, const kl_hist_target *target,
                           kl_task *task, kl_error *error);
/* Gradients and hessians (NULL when all are 1), columns x n. Threads. */
void kl_hist_gradients(float *gradient, float *hessian, const kl_hist_loss *loss,
                       const kl_hist_target *target, const double *raw);
/* The mean loss, by weights. Threads. */
kl_status kl_hist_mean_loss(double *out, const kl_hist_loss *loss, const kl_hist_target *target,
                            const double *raw, kl_task *task, kl_error *error);
/* Where the hessian tells nothing (absolute_error, quantile): the best value of a leaf. `scratch`: 2n numbers. */
kl_status kl_hist_best_leaf(double *out, const kl_hist_loss *loss, const kl_hist_target *target,
                            const double *raw, const kl_hist_leaf *leaf, double *scratch,
                            kl_error *error);
static inline bool kl_hist_has_best_leaf(const kl_hist_loss *loss)
{
    return loss->kind == KL_HIST_ABSOLUTE || loss->kind == KL_HIST_QUANTILE;
}
/* Raw predictions in place into what predict() gives. */
void kl_hist_invert(double *raw, const kl_hist_loss *loss, size_t n);

#endif
