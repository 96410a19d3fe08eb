/* src/ml/cluster/spectral_labels.c - labels of points that lie about in few directions: see spectral.h. */
#include "spectral.h"

#include "../kernels.h"
#include "../linalg.h"

#include <float.h>
#include <math.h>

enum { TURNS_MAX = 20, STREAM = 0x5bec };

/* The orthogonal matrix that is nearest to a (k x k), which is destroyed; `sum` (may be NULL): of singular values. */
static kl_status nearest_rotation(double *out, double *sum, double *a, size_t k, kl_task *task, kl_error *error)
{
    double *u, *s, *vt;
    KL_TAKE_RAW(u, task, k * k, error);
    KL_TAKE_RAW(s, task, k, error);
    KL_TAKE_RAW(vt, task, k * k, error);
    KL_TRY(kl_svd(u, s, vt, a, k, k, task, error));
    kl_gemm(false, false, k, k, k, 1, u, k, vt, k, 0, out, k);
    if (sum)
        *sum = kl_kernels()->sum(s, k);
    kl_task_free(task, u);
    kl_task_free(task, s);
    kl_task_free(task, vt);
    return KL_OK;
}

/* ---- pivots ------------------------------------------------------------------------------------------------------ */

/* The point farthest from the span of those before, k times: `left` holds what is left of each. */
static void pick(double *picked, double *left, const double *points, size_t n, size_t k)
{
    const kl_kernel_table *kernels = kl_kernels();
    memcpy(left, points, n * k * sizeof *left);
    for (size_t p = 0; p < k; p++) {
        size_t best = 0;
        double most = -1;
        for (size_t i = 0; i < n; i++) {
            double square = kernels->sum_squares(left + i * k, k);
            if (square > most) {
                most = square;
                best = i;
            }
        }
        memcpy(picked + p * k, points + best * k, k * sizeof *picked);
        if (most <= 0)
            continue;
        double *axis = picked + k * k; /* room for one more */
        memcpy(axis, left + best * k, k * sizeof *axis);
        for (size_t i = 0; i < n; i++)
            kernels->axpy(-kernels->dot(left + i * k, axis, k) / most, axis, left + i * k, k);
        memset(left + best * k, 0, k * sizeof *left);
    }
}

kl_status kl_labels_by_pivots(int32_t *labels, const double *points, size_t n, size_t k, kl_task *task, kl_error *error)
{
    double *picked, *left, *rotation, *turned;
    KL_TAKE_RAW(picked, task, (k + 1) * k, error);
    KL_TAKE_RAW(left, task, n * k, error);
    KL_TAKE_RAW(rotation, task, k * k, error);
    KL_TAKE_RAW(turned, task, k * k, error);
    pick(picked, left, points, n, k);
    kl_transpose(turned, picked, k, k);
    KL_TRY(nearest_rotation(rotation, NULL, turned, k, task, error));
    kl_gemm(false, false, n, k, k, 1, points, k, rotation, k, 0, left, k);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < k; c++)
            left[i * k + c] = fabs(left[i * k + c]);
        labels[i] = (int32_t)kl_kernels()->argmax(left + i * k, k);
    }
    return KL_OK;
}

/* ---- rotations --------------------------------------------------------------------------------------------------- */

/* Columns of length sqrt(n) whose first number is not positive, then rows of length 1. */
static void scale(double *v, const double *points, size_t n, size_t k)
{
    for (size_t c = 0; c < k; c++) {
        double square = 0, first = points[c];
        for (size_t i = 0; i < n; i++)
            square += points[i * k + c] * points[i * k + c];
        double by = square > 0 ? sqrt((double)n / square) : 0;
        for (size_t i = 0; i < n; i++)
            v[i * k + c] = points[i * k + c] * (first > 0 ? -by : by);
    }
    for (size_t i = 0; i < n; i++) {
        double length = kl_norm(v + i * k, k);
        if (length > 0)
            kl_scale(v + i * k, 1 / length, k);
    }
}

/* The columns of the rotation: a row by chance, then those that are most nearly at right angles to all before. */
static void begin_rotation(double *rotation, double *nearness, const double *v, size_t n, size_t k, uint64_t seed)
{
    kl_random random;
    kl_random_open(&random, seed, STREAM, 0);
    size_t row = kl_random_below(&random, n);
    memset(nearness, 0, n * sizeof *nearness);
    for (size_t c = 0; c < k; c++) {
        const double *chosen = v + row * k;
        for (size_t j = 0; j < k; j++)
            rotation[j * k + c] = chosen[j];
        for (size_t i = 0; i < n; i++)
            nearness[i] += fabs(kl_kernels()->dot(v + i * k, chosen, k));
        row = kl_kernels()->argmin(nearness, n);
    }
}

kl_status kl_labels_by_rotation(int32_t *labels, const double *points, size_t n, size_t k, uint64_t seed, kl_task *task,
                                kl_error *error)
{
    double *v, *rotation, *turned, *sums, *flat, found, before = 0;
    KL_TAKE_RAW(v, task, n * k, error);
    KL_TAKE_RAW(turned, task, n * k, error);
    KL_TAKE_RAW(rotation, task, k * k, error);
    KL_TAKE_RAW(sums, task, k * k, error);
    KL_TAKE_RAW(flat, task, k * k, error);
    scale(v, points, n, k);
    begin_rotation(rotation, turned, v, n, k, seed);
    for (size_t turn = 1;; turn++) {
        KL_TRY(kl_task_poll(error));
        kl_gemm(false, false, n, k, k, 1, v, k, rotation, k, 0, turned, k);
        memset(sums, 0, k * k * sizeof *sums);
        for (size_t i = 0; i < n; i++) {
            labels[i] = (int32_t)kl_kernels()->argmax(turned + i * k, k);
            kl_axpy(1, v + i * k, sums + (size_t)labels[i] * k, k);
        }
        KL_TRY(nearest_rotation(flat, &found, sums, k, task, error));
        double cut = 2 * ((double)n - found);
        if (fabs(cut - before) < DBL_EPSILON || turn > TURNS_MAX)
            return KL_OK;
        before = cut;
        kl_transpose(rotation, flat, k, k);
    }
}
