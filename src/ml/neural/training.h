/* src/ml/neural/training.h - how the weights of a network are found. */
#ifndef KL_ML_TRAINING_H
#define KL_ML_TRAINING_H

#include "network.h"

typedef enum kl_solver { KL_SOLVER_ADAM, KL_SOLVER_SGD, KL_SOLVER_LBFGS } kl_solver;
typedef enum kl_schedule { KL_RATE_CONSTANT, KL_RATE_INVSCALING, KL_RATE_ADAPTIVE } kl_schedule;

typedef struct kl_training {
    /* how */
    kl_solver solver;
    kl_schedule schedule;
    double rate, power_t, momentum, beta_1, beta_2, epsilon, tol, validation_fraction;
    bool nesterov, shuffle, early_stopping, one_epoch; /* one_epoch: partial_fit() */
    size_t batch, epochs_max, patience, evaluations_max;
    uint64_t seed;
    /* from what */
    const double *x, *y, *row_weights;
    const int64_t *codes;
    size_t rows, classes;
    /* state that goes on in partial_fit(): moments (2 x size, or NULL at first), steps taken, rows seen */
    double *moments;
    int64_t steps, seen;
    /* what came out */
    double *losses; /* one an epoch, epochs_max of them */
    double *scores; /* of the validation rows, or NULL */
    size_t epochs;
    double loss, best_loss, best_score;
    bool converged;
} kl_training;

/* From weights as they are to trained ones. */
kl_status kl_train(double *weights, const kl_network *net, kl_training *how, kl_task *task,
                   kl_error *error);
/* Weights to begin with (Glorot and Bengio 2010): uniform within sqrt(6 / (inputs + outputs)), of logistic units
 * sqrt(2 / ...). */
void kl_network_begin(double *weights, const kl_network *net, uint64_t seed);

#endif
