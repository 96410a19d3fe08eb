/* src/ml/neural/network.h - layers of weights, what they answer, and how an error flows back through them. */
#ifndef KL_ML_NETWORK_H
#define KL_ML_NETWORK_H

#include "../estimator.h"

typedef enum kl_activation { KL_RELU, KL_TANH, KL_LOGISTIC, KL_IDENTITY } kl_activation;
typedef enum kl_network_output {
    KL_OUTPUT_NUMBERS, /* as they come; half the mean squared error */
    KL_OUTPUT_COUNTS,  /* e to them; half the Poisson deviance */
    KL_OUTPUT_BINARY,  /* one logistic unit; log loss */
    KL_OUTPUT_CLASSES  /* softmax; log loss */
} kl_network_output;

enum { KL_LAYERS_MAX = 64 };

/* All weights lie in one vector: of each layer the matrix (inputs x outputs), then of each layer the offsets. */
typedef struct kl_network {
    size_t layers;                     /* of weights */
    size_t width[KL_LAYERS_MAX + 1];   /* width[0]: inputs; width[layers]: outputs */
    size_t matrix[KL_LAYERS_MAX], offset[KL_LAYERS_MAX]; /* where they begin */
    size_t size;                       /* numbers in all */
    size_t offsets;                    /* where the offsets begin: before it are the matrices */
    kl_activation activation;
    kl_network_output output;
    double alpha;                      /* penalty alpha / 2 |matrices|^2 / rows */
} kl_network;

/* Fill in what follows from `layers` and `width`. */
void kl_network_lay_out(kl_network *net);

/* Room for the answers of every layer to `rows` rows, and for errors. */
typedef struct kl_network_room {
    size_t rows;
    double *answer[KL_LAYERS_MAX + 1]; /* answer[0] is the caller's x */
    double *error, *error_next;        /* rows x the widest layer */
} kl_network_room;
kl_status kl_network_room_new(kl_network_room *room, const kl_network *net, size_t rows, kl_task *task,
                              kl_error *error);

/* Answers for `rows` (at most room->rows) rows of x, in room->answer[net->layers]. */
void kl_network_forward(const kl_network *net, const double *weights, const double *x, size_t rows,
                        kl_network_room *room);

/*
 * The mean loss of rows whose answers are in `room`, with the penalty, and its gradient. `y`: rows x outputs numbers,
 * or NULL and `codes`: the class of each row. `row_weights` (or NULL): what each row counts.
 */
double kl_network_backward(double *gradient, const kl_network *net, const double *weights,
                           const double *x, const double *y, const int64_t *codes,
                           const double *row_weights, size_t rows, kl_network_room *room);

#endif
