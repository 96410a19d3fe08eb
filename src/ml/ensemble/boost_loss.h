/* src/ml/ensemble/boost_loss.h - what gradient boosting minimises.
 *
 * A *raw* prediction is what trees add up to: the number itself, the log-odds of the second of two classes (half of
 * them for the exponential loss), or one number a class whose softmax are the probabilities.
 */
#ifndef KL_ML_ENSEMBLE_BOOST_LOSS_H
#define KL_ML_ENSEMBLE_BOOST_LOSS_H

#include "ml/tree/tree.h"

typedef enum kl_boost_kind {
    KL_BOOST_SQUARED,
    KL_BOOST_ABSOLUTE,
    KL_BOOST_HUBER,
    KL_BOOST_QUANTILE,
    KL_BOOST_LOGISTIC,    /* two classes */
    KL_BOOST_MULTINOMIAL, /* more */
    KL_BOOST_EXPONENTIAL  /* two classes */
} kl_boost_kind;

typedef struct kl_boost_loss {
    kl_boost_kind kind;
    size_t columns; /* of raw predictions */
    double alpha;   /* quantile; of huber, of the distances that count as small */
    double delta;   /* of huber: up to here they do */
} kl_boost_loss;

/* The number below which lies a share of the weight: the first whose running weight reaches it. Weights may be NULL;
 * `order` is scratch. x has n >= 1 numbers. */
kl_status kl_weighted_quantile(double *out, const double *x, const double *weights, size_t n,
                               double share, kl_task *task, kl_error *error);

/* The best constant: `columns` numbers. Rows without weight do not count. */
kl_status kl_boost_start(double *out, const kl_boost_loss *loss, const double *y,
                         const double *weights, size_t n, kl_task *task, kl_error *error);
/* Raw predictions of probabilities (n x classes) of classifiers; of numbers, themselves. */
void kl_boost_link(double *raw, const kl_boost_loss *loss, const double *predictions, size_t n);
/* Probabilities (n x classes) of raw predictions. */
void kl_boost_proba(double *out, const kl_boost_loss *loss, const double *raw, size_t n);

/* Negative gradients, column after column (columns x n), of raw predictions (n x columns). For huber, `delta` is set
 * first. `scratch`: n x columns numbers. */
kl_status kl_boost_gradient(double *out, kl_boost_loss *loss, const double *y, const double *raw,
                            const double *weights, size_t n, double *scratch, kl_task *task,
                            kl_error *error);
/* Mean loss of rows by weights (NULL = all 1; rows of weight 0 do not count); as scikit-learn scales it: the squared
 * and the logistic one are doubled. `scratch` as above. */
double kl_boost_mean(const kl_boost_loss *loss, const double *y, const double *raw,
                     const double *weights, size_t n, double *scratch);

/* What kl_boost_leaves() reads; of one column. */
typedef struct kl_boost_stage {
    const double *y, *raw;    /* raw + i * columns is that of row i */
    const double *gradient;   /* negative */
    const double *weights;    /* or NULL */
    const uint32_t *leaves;   /* the leaf of each row; UINT32_MAX: it was not there */
    size_t n, column;
} kl_boost_stage;

/* Set the values of the leaves of a tree that was fitted to negative gradients: one step of Newton, or the best
 * constant. Any thread. */
kl_status kl_boost_leaves(kl_tree_buffer *tree, const kl_boost_loss *loss,
                          const kl_boost_stage *stage, kl_error *error);

#endif
