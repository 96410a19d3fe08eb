/* src/ml/cluster/k_means_begin.c - see k_means.h: where the centres begin. */
#include "k_means.h"

#include "../kernels.h"
#include "parallel.h"

#include <math.h>

enum { ROWS = 4096, TRIALS_MAX = 40 };

typedef struct trial {
    const double *x, *weights;
    size_t n, d, trials;
    const double *nearest;     /* squared distance of each row to the nearest centre so far */
    const int64_t *candidates;
    double *potential;         /* blocks x trials: what is left with each candidate */
    double *distances;         /* trials x n */
} trial;

static kl_status try_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const trial *t = data;
    const kl_kernel_table *k = kl_kernels();
    (void)error;
    for (size_t c = 0; c < t->trials; c++) {
        const double *center = t->x + (size_t)t->candidates[c] * t->d;
        double sum = 0, *to = t->distances + c * t->n;
        for (size_t i = begin; i < end; i++) {
            double distance = k->squared_distance(t->x + i * t->d, center, t->d);
            to[i] = distance < t->nearest[i] ? distance : t->nearest[i];
            sum += (t->weights ? t->weights[i] : 1.0) * to[i];
        }
        t->potential[block * t->trials + c] = sum;
    }
    return KL_OK;
}

/* The candidate that leaves least; its distances become the nearest ones. */
static kl_status choose(size_t *best, double *left, trial *t, size_t blocks, kl_error *error)
{
    KL_TRY(kl_parallel_for(t->n, ROWS, try_block, t, error));
    *best = 0;
    for (size_t c = 0; c < t->trials; c++) {
        for (size_t b = 1; b < blocks; b++)
            t->potential[c] += t->potential[b * t->trials + c];
        if (t->potential[c] < t->potential[*best])
            *best = c;
    }
    *left = t->potential[*best];
    return KL_OK;
}

static void draw(int64_t *candidates, size_t count, const double *running, size_t n, kl_random *random)
{
    for (size_t c = 0; c < count; c++)
        candidates[c] = running[n - 1] > 0 ? (int64_t)kl_random_choice(random, running, n)
                                           : (int64_t)kl_random_below(random, n);
}

kl_status kl_k_means_plus_plus(double *centers, int64_t *indices, const double *x, size_t n, size_t d,
                               size_t k, const double *weights, kl_random *random, kl_task *task,
                               kl_error *error)
{
    size_t blocks = kl_parallel_blocks(n, ROWS), best;
    int64_t candidates[TRIALS_MAX];
    double *nearest, *running, left;
    trial t = {.x = x, .weights = weights, .n = n, .d = d, .candidates = candidates, .trials = 1};
    size_t trials = KL_MIN((size_t)(2 + log((double)k)), (size_t)TRIALS_MAX);
    KL_TAKE_RAW(nearest, task, n, error);
    KL_TAKE_RAW(running, task, n, error);
    KL_TAKE_RAW(t.potential, task, blocks * trials, error);
    KL_TAKE_RAW(t.distances, task, n * trials, error);
    for (size_t i = 0; i < n; i++)
        nearest[i] = INFINITY;
    t.nearest = nearest;
    for (size_t c = 0; c < k; c++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += (weights ? weights[i] : 1.0) * (c ? nearest[i] : 1.0);
            running[i] = sum;
        }
        t.trials = c ? trials : 1;
        draw(candidates, t.trials, running, n, random);
        KL_TRY(choose(&best, &left, &t, blocks, error));
        memcpy(nearest, t.distances + best * n, n * sizeof *nearest);
        memcpy(centers + c * d, x + (size_t)candidates[best] * d, d * sizeof *centers);
        if (indices)
            indices[c] = candidates[best];
    }
    kl_task_free(task, nearest);
    kl_task_free(task, running);
    kl_task_free(task, t.potential);
    kl_task_free(task, t.distances);
    return KL_OK;
}

kl_status kl_k_means_simple(int32_t *labels, double *centers, const double *x, size_t n, size_t d,
                            size_t k, size_t beginnings, uint64_t seed, kl_task *task, kl_error *error)
{
    kl_k_means it = {.x = x, .n = n, .d = d, .k = k, .iterations_max = 300, .tolerance = 0};
    double least = INFINITY;
    KL_TAKE_RAW(it.centers, task, k * d, error);
    KL_TAKE_RAW(it.labels, task, n, error);
    for (size_t b = 0; b < beginnings; b++) {
        kl_random random;
        kl_random_open(&random, seed, 0x31, b);
        KL_TRY(kl_k_means_plus_plus(it.centers, NULL, x, n, d, k, NULL, &random, task, error));
        KL_TRY(kl_k_means_run(&it, task, error));
        if (it.inertia >= least)
            continue;
        least = it.inertia;
        memcpy(labels, it.labels, n * sizeof *labels);
        if (centers)
            memcpy(centers, it.centers, k * d * sizeof *centers);
    }
    return KL_OK;
}
