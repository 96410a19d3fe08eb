/* src/ml/cross_decomposition/pls_search.c - one direction after the other (NIPALS, Wold 1975). */
#include "pls.h"

#include "ml/kernels.h"
#include "ml/linalg.h"

#include <float.h>
#include <math.h>

/* ---- preparing -------------------------------------------------------------------------------------------------- */

static void centre(double *x, double *mean, double *std, size_t n, size_t d, bool scale)
{
    kl_kernels()->column_sums(mean, x, n, d);
    kl_scale(mean, 1.0 / (double)n, d);
    kl_kernels()->center_scale(x, x, mean, NULL, n, d);
    kl_kernels()->column_square_sums(std, x, NULL, n, d);
    for (size_t j = 0; j < d; j++) {
        std[j] = scale ? sqrt(std[j] / (double)(n - 1)) : 1.0;
        if (std[j] == 0)
            std[j] = 1.0;
    }
    for (size_t i = 0; scale && i < n; i++)
        for (size_t j = 0; j < d; j++)
            x[i * d + j] /= std[j];
}

kl_status kl_pls_begin(pls_search *s, const double *x, const double *y, bool scale, kl_task *task, kl_error *error)
{
    size_t n = s->n, p = s->p, q = s->q, m = s->m;
    double **const tables[] = {&s->x, &s->y, &s->x_mean, &s->x_std, &s->y_mean, &s->y_std, &s->x_weights, &s->y_weights,
                               &s->x_loadings, &s->y_loadings, &s->x_scores, &s->y_scores, &s->xw, &s->yw, &s->before,
                               &s->x_score, &s->y_score, &s->x_loading, &s->y_loading};
    const size_t sizes[] = {n * p, n * q, p, p, q, q, p * m, q * m, p * m, q * m, n * m, n * m, p, q, p, n, n, p, q};
    for (size_t i = 0; i < KL_COUNT(tables); i++)
        KL_TAKE(*tables[i], task, sizes[i], error);
    memcpy(s->x, x, n * p * sizeof *s->x);
    memcpy(s->y, y, n * q * sizeof *s->y);
    centre(s->x, s->x_mean, s->x_std, n, p, scale);
    centre(s->y, s->y_mean, s->y_std, n, q, scale);
    return KL_OK;
}

kl_status kl_pls_invert(double **out, const double *a, size_t n, size_t d, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(n, d);
    double *copy, *u, *s, *vt;
    KL_TAKE(copy, task, n * d, error);
    KL_TAKE(u, task, n * r, error);
    KL_TAKE(s, task, r, error);
    KL_TAKE(vt, task, r * d, error);
    if (!*out)
        KL_TAKE(*out, task, d * n, error);
    memcpy(copy, a, n * d * sizeof *copy);
    KL_TRY(kl_svd(u, s, vt, copy, n, d, task, error));
    for (size_t j = 0; j < r; j++)
        kl_scale(vt + j * d, s[j] > s[0] * 1e6 * DBL_EPSILON ? 1.0 / s[j] : 0.0, d);
    kl_gemm(true, true, d, n, r, 1.0, vt, d, u, r, 0.0, *out, n);
    kl_task_free(task, copy);
    kl_task_free(task, u);
    kl_task_free(task, s);
    kl_task_free(task, vt);
    return KL_OK;
}

/* ---- a direction ----------------------------------------------------------------------------------------------------- */

/* The first column of y that is not 0; false when all are. */
static bool first_score(pls_search *s)
{
    for (size_t t = 0; t < s->q; t++) {
        double most = 0;
        for (size_t i = 0; i < s->n; i++) {
            s->y_score[i] = s->y[i * s->q + t];
            most = KL_MAX(most, fabs(s->y_score[i]));
        }
        if (most > DBL_EPSILON)
            return true;
    }
    return false;
}

static void x_direction(pls_search *s)
{
    if (s->inverse)
        kl_gemv(false, s->p, s->n, 1.0, s->x_inverse, s->n, s->y_score, 0.0, s->xw);
    else
        kl_gemv(true, s->n, s->p, 1.0 / kl_dot(s->y_score, s->y_score, s->n), s->x, s->p, s->y_score, 0.0, s->xw);
    kl_scale(s->xw, 1.0 / (kl_norm(s->xw, s->p) + DBL_EPSILON), s->p);
    kl_gemv(false, s->n, s->p, 1.0, s->x, s->p, s->xw, 0.0, s->x_score);
}

static void y_direction(pls_search *s)
{
    if (s->inverse)
        kl_gemv(false, s->q, s->n, 1.0, s->y_inverse, s->n, s->x_score, 0.0, s->yw);
    else
        kl_gemv(true, s->n, s->q, 1.0 / kl_dot(s->x_score, s->x_score, s->n), s->y, s->q, s->x_score, 0.0, s->yw);
    if (s->canonical)
        kl_scale(s->yw, 1.0 / (kl_norm(s->yw, s->q) + DBL_EPSILON), s->q);
    kl_gemv(false, s->n, s->q, 1.0 / (kl_dot(s->yw, s->yw, s->q) + DBL_EPSILON), s->y, s->q, s->yw, 0.0, s->y_score);
}

static kl_status iterate(pls_search *s, size_t *rounds, kl_task *task, kl_error *error)
{
    if (s->inverse) {
        KL_TRY(kl_pls_invert(&s->x_inverse, s->x, s->n, s->p, task, error));
        KL_TRY(kl_pls_invert(&s->y_inverse, s->y, s->n, s->q, task, error));
    }
    for (size_t j = 0; j < s->p; j++)
        s->before[j] = 100;
    while (*rounds < s->iterations_max) {
        KL_TRY(kl_task_step(task, *rounds, s->iterations_max, error));
        ++*rounds;
        x_direction(s);
        y_direction(s);
        if (s->q == 1 || kl_kernels()->squared_distance(s->xw, s->before, s->p) < s->tol)
            break;
        memcpy(s->before, s->xw, s->p * sizeof *s->xw);
    }
    if (*rounds == s->iterations_max)
        return kl_warn_convergence(error, "the direction still turned after %zu iterations; increase max_iter", *rounds);
    return KL_OK;
}

/* The first singular vectors of x'y. */
static kl_status by_svd(pls_search *s, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(s->p, s->q);
    double *both, *u, *values, *vt;
    KL_TAKE(both, task, s->p * s->q, error);
    KL_TAKE(u, task, s->p * r, error);
    KL_TAKE(values, task, r, error);
    KL_TAKE(vt, task, r * s->q, error);
    kl_gemm(true, false, s->p, s->q, s->n, 1.0, s->x, s->p, s->y, s->q, 0.0, both, s->q);
    KL_TRY(kl_svd(u, values, vt, both, s->p, s->q, task, error));
    for (size_t j = 0; j < s->p; j++)
        s->xw[j] = u[j * r];
    memcpy(s->yw, vt, s->q * sizeof *vt);
    return KL_OK;
}

/* The largest weight of x is positive. */
static void turn(pls_search *s)
{
    size_t largest = 0;
    for (size_t j = 1; j < s->p; j++)
        if (fabs(s->xw[j]) > fabs(s->xw[largest]))
            largest = j;
    if (s->xw[largest] >= 0)
        return;
    kl_scale(s->xw, -1.0, s->p);
    kl_scale(s->yw, -1.0, s->q);
}

/* Take what the direction explains out of x and y. */
static void deflate(pls_search *s)
{
    double y_square = s->canonical ? 1.0 : kl_dot(s->yw, s->yw, s->q);
    const double *score = s->canonical ? s->y_score : s->x_score;
    kl_gemv(false, s->n, s->p, 1.0, s->x, s->p, s->xw, 0.0, s->x_score);
    kl_gemv(false, s->n, s->q, 1.0 / y_square, s->y, s->q, s->yw, 0.0, s->y_score);
    kl_gemv(true, s->n, s->p, 1.0 / kl_dot(s->x_score, s->x_score, s->n), s->x, s->p, s->x_score, 0.0, s->x_loading);
    kl_ger(s->n, s->p, -1.0, s->x_score, s->x_loading, s->x, s->p);
    kl_gemv(true, s->n, s->q, 1.0 / kl_dot(score, score, s->n), s->y, s->q, score, 0.0, s->y_loading);
    kl_ger(s->n, s->q, -1.0, score, s->y_loading, s->y, s->q);
}

static void put(double *table, const double *column, size_t rows, size_t cols, size_t at)
{
    for (size_t i = 0; i < rows; i++)
        table[i * cols + at] = column[i];
}

/* Columns of y that are but rounding errors become 0. */
static void clean(pls_search *s)
{
    for (size_t t = 0; t < s->q; t++) {
        double most = 0;
        for (size_t i = 0; i < s->n; i++)
            most = KL_MAX(most, fabs(s->y[i * s->q + t]));
        for (size_t i = 0; most < 10 * DBL_EPSILON && i < s->n; i++)
            s->y[i * s->q + t] = 0;
    }
}

kl_status kl_pls_next(pls_search *s, size_t k, bool *found, size_t *rounds, kl_task *task, kl_error *error)
{
    *rounds = 0;
    clean(s);
    *found = first_score(s);
    if (!*found)
        return KL_OK;
    if (s->svd)
        KL_TRY(by_svd(s, task, error));
    else
        KL_TRY(iterate(s, rounds, task, error));
    turn(s);
    deflate(s);
    put(s->x_weights, s->xw, s->p, s->m, k);
    put(s->y_weights, s->yw, s->q, s->m, k);
    put(s->x_loadings, s->x_loading, s->p, s->m, k);
    put(s->y_loadings, s->y_loading, s->q, s->m, k);
    put(s->x_scores, s->x_score, s->n, s->m, k);
    put(s->y_scores, s->y_score, s->n, s->m, k);
    return KL_OK;
}
