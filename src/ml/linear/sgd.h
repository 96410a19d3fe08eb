/* src/ml/linear/sgd.h - stochastic gradients: weights that each row moves a little (Bottou 2012).
 *
 * Minimises the mean of weight x loss(y, x'w + b) plus alpha ((1 - l1_ratio) |w|^2 / 2 + l1_ratio |w|_1). The penalty
 * of absolute values is that of Tsuruoka, Tsujii and Ananiadou (2009), the mean of all steps that of Xu (2011).
 * Sparse rows cost what they hold: w is kept as a number times a vector.
 */
#ifndef KL_ML_LINEAR_SGD_H
#define KL_ML_LINEAR_SGD_H

#include "ml/input.h"

typedef enum kl_sgd_loss {
    /* y is 1 or -1 */
    KL_SGD_HINGE,
    KL_SGD_SQUARED_HINGE,
    KL_SGD_PERCEPTRON,
    KL_SGD_LOG,
    KL_SGD_MODIFIED_HUBER,
    /* y is any number */
    KL_SGD_SQUARED,
    KL_SGD_HUBER,
    KL_SGD_EPSILON_INSENSITIVE,
    KL_SGD_SQUARED_EPSILON_INSENSITIVE
} kl_sgd_loss;

typedef enum kl_sgd_rate {
    KL_SGD_CONSTANT,   /* eta0 */
    KL_SGD_OPTIMAL,    /* 1 / (alpha (t0 + t)) */
    KL_SGD_INVSCALING, /* eta0 / t^power_t */
    KL_SGD_ADAPTIVE,   /* eta0, a fifth of it whenever nothing was gained */
    KL_SGD_PA1,        /* passive and aggressive (Crammer 2006), eta0 is C */
    KL_SGD_PA2
} kl_sgd_rate;

/* How, which is the same for all targets. */
typedef struct kl_sgd {
    const kl_matrix *x;
    const double *weights;  /* of rows, or NULL */
    const bool *held_out;   /* rows that are not learned from, or NULL; the score on them says when to stop */
    kl_sgd_loss loss;
    double epsilon;         /* of the Huber and insensitive losses */
    double alpha, l1_ratio;
    bool penalised;
    kl_sgd_rate rate;
    double eta0, power_t;
    bool intercept, shuffle, classifies; /* classifies: the score is the share of right signs, else R2 */
    size_t epochs_max;
    double tol;             /* -inf: all epochs */
    size_t patience;        /* epochs without a gain of tol before it stops */
    int64_t average_from;   /* step from which w is averaged; 0 = never */
    uint64_t seed;
} kl_sgd;

/* One target: where it is, before and after. */
typedef struct kl_sgd_target {
    const double *y;
    double positive, negative; /* weights of rows with y > 0, and of others */
    double *w, intercept;      /* d */
    double *average, average_intercept; /* d, or NULL */
    double t;                  /* number of the next step, 1 at first */
    size_t epochs;             /* result */
    uint64_t stream;           /* number of its random order */
    bool overflow;             /* result: weights are no numbers */
} kl_sgd_target;

/* All targets, each on a thread of its own; epoch after epoch. */
KL_API kl_status kl_sgd_run(kl_sgd_target *targets, size_t count, const kl_sgd *how, kl_task *task, kl_error *error);

KL_API double kl_sgd_value(kl_sgd_loss loss, double epsilon, double y, double p);
KL_API double kl_sgd_slope(kl_sgd_loss loss, double epsilon, double y, double p);

#endif
