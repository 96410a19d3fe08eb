/* src/ml/cluster/k_means.h - centres of clusters: how they begin, and how they move until nothing changes. */
#ifndef KL_ML_K_MEANS_H
#define KL_ML_K_MEANS_H

#include "../estimator.h"

typedef struct kl_k_means {
    /* from what */
    const double *x;       /* n x d */
    size_t n, d, k;
    const double *weights; /* one a row, or NULL = all 1 */
    /* how */
    size_t iterations_max;
    double tolerance;      /* stop when the centres moved less: sum of squares */
    /* what came out */
    double *centers;       /* k x d: where to begin, and where it ended */
    int32_t *labels;       /* n: the nearest centre of each row, the first of equals */
    double inertia;        /* weighted sum of squared distances */
    size_t iterations;
} kl_k_means;

/*
 * Lloyd (1982), with the bounds of Hamerly (2010): a row whose centre is surely the nearest one is not looked at. A
 * cluster that lost all rows gets the row farthest from its centre. Results depend on no thread.
 */
kl_status kl_k_means_run(kl_k_means *it, kl_task *task, kl_error *error);

/* Rows as centres, by greedy k-means++ (Arthur and Vassilvitskii 2007): each is the best of 2 + ln k rows that are drawn
 * by their squared distance to the nearest centre so far. `indices` (k) may be NULL. */
kl_status kl_k_means_plus_plus(double *centers, int64_t *indices, const double *x, size_t n, size_t d,
                               size_t k, const double *weights, kl_random *random, kl_task *task,
                               kl_error *error);

/* The nearest centre of each row, and the weighted sum of squared distances (may be NULL). Threads. */
kl_status kl_k_means_assign(int32_t *labels, double *inertia, const double *x, size_t n, size_t d,
                            const double *centers, size_t k, const double *weights, kl_task *task,
                            kl_error *error);

/* Best of several beginnings, for estimators that are made of clusters: labels of n rows (and centres, may be NULL). */
kl_status kl_k_means_simple(int32_t *labels, double *centers, const double *x, size_t n, size_t d,
                            size_t k, size_t beginnings, uint64_t seed, kl_task *task, kl_error *error);

#endif
