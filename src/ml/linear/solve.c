/* src/ml/linear/solve.c - direct solutions of least squares. */
#include "solve.h"

#include "ml/kernels.h"
#include "ml/linalg.h"

#include <float.h>
#include <math.h>

/* Sides up to which the square matrix of a sparse problem is made. */
enum { SPARSE_DIRECT_MAX = 1000 };
/* The least eigenvalue of X'X with columns of length 1 for which it is solved: rounding is multiplied by its inverse. */
#define NORMAL_EQUATIONS_MIN 1e-9
#define REFINE_BELOW 1e-5

/* ---- without a penalty ------------------------------------------------------------------------------------- */

/* w += (X'X)^-1 X'(y - X w): takes away the rounding errors of the normal equations. */
static kl_status refine(double *coef, const kl_centered *c, const double *factor, const double *scale, kl_task *task,
                        kl_error *error)
{
    double *residual, *step;
    KL_TAKE_RAW(residual, task, c->n, error);
    KL_TAKE_RAW(step, task, c->d, error);
    for (size_t t = 0; t < c->k; t++) {
        double *w = coef + t * c->d;
        kl_centered_times(residual, c, w);
        for (size_t i = 0; i < c->n; i++)
            residual[i] = c->y[i * c->k + t] - residual[i];
        kl_centered_back(step, c, residual);
        for (size_t j = 0; j < c->d; j++)
            step[j] *= scale[j];
        kl_cholesky_solve(factor, c->d, step, 1);
        for (size_t j = 0; j < c->d; j++)
            w[j] += scale[j] * step[j];
    }
    kl_task_free(task, residual);
    kl_task_free(task, step);
    return KL_OK;
}

/* About the least eigenvalue of L L', by a few steps of inverse iteration. */
static double least_eigenvalue(const double *factor, double *x, size_t d)
{
    double value = 0;
    for (size_t j = 0; j < d; j++)
        x[j] = 1.0 + 0.1 * (double)(j % 7);
    for (int step = 0; step < 4; step++) {
        kl_scale(x, 1.0 / kl_norm(x, d), d);
        kl_cholesky_solve(factor, d, x, 1);
        value = 1.0 / kl_norm(x, d);
    }
    return value;
}

/* gram becomes the factor L of itself with all columns of X scaled to length 1; *least its least eigenvalue, 0 when
 * there is no factor. */
static void scaled_factor(double *gram, double *scale, double *scratch, double *least, size_t d)
{
    *least = 0;
    for (size_t j = 0; j < d; j++) {
        if (!(gram[j * (d + 1)] > 0))
            return;
        scale[j] = 1.0 / sqrt(gram[j * (d + 1)]);
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            gram[i * d + j] *= scale[i] * scale[j];
    if (kl_cholesky(gram, d, NULL) == KL_OK)
        *least = least_eigenvalue(gram, scratch, d);
}

/* Singular values of X = Q R, where R' is the factor with the scales taken back. */
static kl_status singular_values(double *singular, const double *factor, const double *scale, size_t d, kl_task *task,
                                 kl_error *error)
{
    double *r;
    KL_TAKE_RAW(r, task, d * d, error);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            r[i * d + j] = factor[i * d + j] / scale[i];
    KL_TRY(kl_svd(NULL, singular, NULL, r, d, d, task, error));
    kl_task_free(task, r);
    return KL_OK;
}

/* By X'X with its columns scaled; *done tells whether its condition allowed that. */
static kl_status by_normal_equations(double *coef, double *singular, bool *done, kl_centered *c, double tol,
                                     kl_task *task, kl_error *error)
{
    size_t d = c->d, k = c->k;
    double *gram, *xy, *scale, *scratch, least;
    KL_TAKE_RAW(gram, task, d * d, error);
    KL_TAKE_RAW(xy, task, d * k, error);
    KL_TAKE_RAW(scale, task, d, error);
    KL_TAKE_RAW(scratch, task, d, error);
    *done = false;
    KL_TRY(kl_centered_gram(gram, xy, c, task, error));
    scaled_factor(gram, scale, scratch, &least, d);
    if (!(least > NORMAL_EQUATIONS_MIN))
        return KL_OK;
    KL_TRY(singular_values(singular, gram, scale, d, task, error));
    if (!(singular[d - 1] > tol * singular[0]))
        return KL_OK;
    for (size_t j = 0; j < d; j++)
        kl_scale(xy + j * k, scale[j], k);
    kl_cholesky_solve(gram, d, xy, k);
    for (size_t j = 0; j < d; j++)
        kl_scale(xy + j * k, scale[j], k);
    kl_transpose(coef, xy, d, k);
    *done = true;
    return least < REFINE_BELOW ? refine(coef, c, gram, scale, task, error) : KL_OK;
}

static kl_status by_svd(double *coef, size_t *rank, double *singular, kl_centered *c, double tol, kl_task *task,
                        kl_error *error)
{
    double *x, *copy, *y;
    size_t ignored;
    KL_TRY(kl_centered_dense(c, task, error));
    KL_TAKE_RAW(x, task, c->d * c->k, error);
    KL_TAKE_RAW(copy, task, c->n * c->d, error);
    KL_TAKE_RAW(y, task, KL_MAX(c->n, c->d) * c->k, error);
    memcpy(copy, c->dense, c->n * c->d * sizeof *copy);
    memcpy(y, c->y, c->n * c->k * sizeof *y);
    KL_TRY(kl_least_squares(x, rank ? rank : &ignored, singular, copy, c->n, c->d, y, c->k, tol, task, error));
    kl_transpose(coef, x, c->d, c->k);
    return KL_OK;
}

kl_status kl_solve_ols(double *coef, size_t *rank, double *singular, bool *direct, kl_centered *c, double tol,
                       kl_task *task, kl_error *error)
{
    bool done = false, sparse = kl_is_sparse(c->x);
    *direct = true;
    if (c->d <= c->n && (!sparse || c->d <= SPARSE_DIRECT_MAX)) {
        KL_TRY(by_normal_equations(coef, singular, &done, c, tol, task, error));
        if (done && rank)
            *rank = c->d;
    }
    if (done)
        return KL_OK;
    if (!sparse)
        return by_svd(coef, rank, singular, c, tol, task, error);
    *direct = false;
    for (size_t t = 0; t < c->k; t++) {
        kl_iterative how = {.tol = tol};
        KL_TRY(kl_solve_lsqr(coef + t * c->d, c, t, 0.0, &how, task, error));
    }
    return KL_OK;
}

/* ---- with one ------------------------------------------------------------------------------------------------ */

/* Solve (square + alpha[t]) x = rhs (size x k) for each target; false: not positive definite, or nearly so. */
static kl_status solve_shifted(bool *solved, double *rhs, const double *square, size_t size, size_t k,
                               const double *alpha, kl_task *task, kl_error *error)
{
    bool same = true;
    double *factor, *column;
    KL_TAKE_RAW(factor, task, size * size, error);
    KL_TAKE_RAW(column, task, size, error);
    for (size_t t = 1; t < k; t++)
        same = same && alpha[t] == alpha[0];
    *solved = true;
    for (size_t t = 0; t < (same ? 1 : k) && *solved; t++) {
        double low = INFINITY, high = 0;
        memcpy(factor, square, size * size * sizeof *factor);
        for (size_t j = 0; j < size; j++)
            factor[j * size + j] += alpha[t];
        *solved = kl_cholesky(factor, size, NULL) == KL_OK;
        for (size_t j = 0; *solved && j < size; j++) {
            low = KL_MIN(low, factor[j * size + j]);
            high = KL_MAX(high, factor[j * size + j]);
        }
        *solved = *solved && low * low > 16 * DBL_EPSILON * high * high;
        if (*solved && same)
            kl_cholesky_solve(factor, size, rhs, k);
        if (!*solved || same)
            continue;
        for (size_t j = 0; j < size; j++)
            column[j] = rhs[j * k + t];
        kl_cholesky_solve(factor, size, column, 1);
        for (size_t j = 0; j < size; j++)
            rhs[j * k + t] = column[j];
    }
    kl_task_free(task, factor);
    kl_task_free(task, column);
    return KL_OK;
}

static kl_status ridge_primal(double *coef, bool *solved, kl_centered *c, const double *alpha, kl_task *task,
                              kl_error *error)
{
    double *gram, *xy;
    KL_TAKE_RAW(gram, task, c->d * c->d, error);
    KL_TAKE_RAW(xy, task, c->d * c->k, error);
    KL_TRY(kl_centered_gram(gram, xy, c, task, error));
    KL_TRY(solve_shifted(solved, xy, gram, c->d, c->k, alpha, task, error));
    if (*solved)
        kl_transpose(coef, xy, c->d, c->k);
    return KL_OK;
}

static kl_status ridge_dual(double *coef, bool *solved, kl_centered *c, const double *alpha, kl_task *task,
                            kl_error *error)
{
    double *kernel, *dual;
    KL_TAKE_RAW(kernel, task, c->n * c->n, error);
    KL_TAKE_RAW(dual, task, c->n * c->k, error);
    KL_TRY(kl_centered_dense(c, task, error));
    kl_gram_rows(kernel, c->dense, c->n, c->d);
    memcpy(dual, c->y, c->n * c->k * sizeof *dual);
    KL_TRY(solve_shifted(solved, dual, kernel, c->n, c->k, alpha, task, error));
    if (*solved)
        kl_gemm(true, false, c->k, c->d, c->n, 1.0, dual, c->k, c->dense, c->d, 0.0, coef, c->d);
    return KL_OK;
}

kl_status kl_solve_ridge_svd(double *coef, kl_centered *c, const double *alpha, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(c->n, c->d);
    double *copy, *u, *s, *vt, *uy;
    KL_TRY(kl_centered_dense(c, task, error));
    KL_TAKE_RAW(copy, task, c->n * c->d, error);
    KL_TAKE_RAW(u, task, c->n * r, error);
    KL_TAKE_RAW(s, task, r, error);
    KL_TAKE_RAW(vt, task, r * c->d, error);
    KL_TAKE_RAW(uy, task, r * c->k, error);
    memcpy(copy, c->dense, c->n * c->d * sizeof *copy);
    KL_TRY(kl_svd(u, s, vt, copy, c->n, c->d, task, error));
    kl_gemm(true, false, r, c->k, c->n, 1.0, u, r, c->y, c->k, 0.0, uy, c->k);
    double least = s[0] * DBL_EPSILON * (double)KL_MAX(c->n, c->d);
    for (size_t j = 0; j < r; j++)
        for (size_t t = 0; t < c->k; t++) {
            bool is_zero = alpha[t] == 0 ? s[j] <= least : s[j] <= 1e-15;
            uy[j * c->k + t] *= is_zero ? 0.0 : s[j] / (s[j] * s[j] + alpha[t]);
        }
    kl_gemm(true, false, c->k, c->d, r, 1.0, uy, c->k, vt, c->d, 0.0, coef, c->d);
    return KL_OK;
}

kl_status kl_solve_ridge(double *coef, bool *used_svd, kl_centered *c, const double *alpha, kl_task *task,
                         kl_error *error)
{
    bool solved = false;
    *used_svd = false;
    if (kl_is_sparse(c->x) && c->d > SPARSE_DIRECT_MAX) {
        for (size_t t = 0; t < c->k; t++) {
            kl_iterative how = {.tol = 1e-10};
            KL_TRY(kl_solve_cg(coef + t * c->d, c, t, alpha[t], &how, task, error));
        }
        return KL_OK;
    }
    KL_TRY((c->d <= c->n ? ridge_primal : ridge_dual)(coef, &solved, c, alpha, task, error));
    if (solved)
        return KL_OK;
    *used_svd = true;
    return kl_solve_ridge_svd(coef, c, alpha, task, error);
}

/* ---- no weight below 0 ----------------------------------------------------------------------------------------- */

typedef struct positive_work {
    const double *gram, *xy;
    size_t stride, d, count; /* columns in use */
    double alpha, *gradient, *square, *trial;
    size_t *used;
    bool *in_use;
} positive_work;

/* trial = the minimum over the columns in use, without bounds. False: they depend on each other. */
static bool minimum_of_used(positive_work *p)
{
    for (size_t a = 0; a < p->count; a++) {
        for (size_t b = 0; b < p->count; b++)
            p->square[a * p->count + b] = p->gram[p->used[a] * p->d + p->used[b]];
        p->square[a * p->count + a] += p->alpha;
        p->trial[a] = p->xy[p->used[a] * p->stride];
    }
    if (kl_cholesky(p->square, p->count, NULL) != KL_OK)
        return false;
    kl_cholesky_solve(p->square, p->count, p->trial, 1);
    return true;
}

static void put_out(positive_work *p, size_t at)
{
    p->in_use[p->used[at]] = false;
    memmove(p->used + at, p->used + at + 1, (p->count - at - 1) * sizeof *p->used);
    p->count--;
}

/* From w towards trial as far as no weight becomes negative; those that reach 0 go out. True: all the way. */
static bool walk_to_trial(double *w, positive_work *p)
{
    double share = 1.0;
    for (size_t a = 0; a < p->count; a++)
        if (p->trial[a] <= 0) {
            double from = w[p->used[a]];
            share = KL_MIN(share, from / (from - p->trial[a]));
        }
    bool whole = true;
    for (size_t a = p->count; a-- > 0;) {
        size_t j = p->used[a];
        w[j] += share * (p->trial[a] - w[j]);
        if (p->trial[a] <= 0 && w[j] <= 1e-14 * fabs(p->trial[a]) + DBL_MIN) {
            w[j] = 0;
            put_out(p, a);
            whole = false;
        }
    }
    return whole;
}

/* The column whose weight would gain most from growing; d when none gains. */
static size_t next_column(const double *w, positive_work *p, double least)
{
    size_t best = p->d;
    double most = least;
    for (size_t j = 0; j < p->d; j++) {
        p->gradient[j] = p->xy[j * p->stride] - kl_dot(p->gram + j * p->d, w, p->d) - p->alpha * w[j];
        if (!p->in_use[j] && p->gradient[j] > most) {
            most = p->gradient[j];
            best = j;
        }
    }
    return best;
}

kl_status kl_solve_positive(double *w, const double *gram, const double *xy, size_t stride, size_t d,
                            double alpha, kl_task *task, kl_error *error)
{
    positive_work p = {.gram = gram, .xy = xy, .stride = stride, .d = d, .alpha = alpha};
    KL_TAKE(p.gradient, task, d, error);
    KL_TAKE(p.square, task, d * d, error);
    KL_TAKE(p.trial, task, d, error);
    KL_TAKE(p.used, task, d, error);
    KL_TAKE(p.in_use, task, d, error);
    memset(w, 0, d * sizeof *w);
    double least = 0;
    for (size_t j = 0; j < d; j++)
        least = KL_MAX(least, fabs(xy[j * stride]) * 1e-13);
    for (size_t step = 0; step < 30 * d; step++) {
        size_t j = next_column(w, &p, least);
        if (j == d)
            return KL_OK;
        p.used[p.count++] = j;
        p.in_use[j] = true;
        while (p.count > 0) {
            KL_TRY(kl_task_step(task, step, 0, error));
            if (!minimum_of_used(&p)) {
                w[p.used[p.count - 1]] = 0;
                put_out(&p, p.count - 1);
                return KL_OK; /* the newest column is a mix of others: nothing more can be gained with it */
            }
            if (walk_to_trial(w, &p))
                break;
        }
    }
    return KL_OK;
}
