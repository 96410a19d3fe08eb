/* src/ml/linalg_lanczos.c - a few eigenvalues of a symmetric operator: Lanczos with thick restarts (Wu and Simon
 * 2000).
 *
 * A basis of p orthonormal rows grows by what the operator makes of its newest one. When it is full, the best
 * approximations of eigenvectors in it begin the next. T is the operator as seen in the basis.
 */
#include "linalg.h"

#include <float.h>
#include <math.h>

enum { RESTARTS_MAX = 1000 };

typedef struct lanczos {
    size_t n, k, p; /* order, wanted, rows of the basis */
    bool largest;
    double tolerance;
    kl_operator *apply;
    void *data;
    kl_random random;
    double *basis;   /* p + 1 x n */
    double *t;       /* p x p */
    double *ritz;    /* p x p: eigenvectors of T, as rows */
    double *values;  /* p */
    double *next;    /* p x n */
    double *h;       /* p */
    double residual; /* length of what the last row left over */
    double norm;     /* about that of the operator */
} lanczos;

/* ---- growing ------------------------------------------------------------------------------------------------ */

/* Takes from w what lies in the first `rows` of the basis, twice, as once is not exact; h tells what was taken.
 * Uses `values`. */
static void orthogonalise(lanczos *z, double *w, size_t rows)
{
    memset(z->h, 0, z->p * sizeof *z->h);
    for (int pass = 0; pass < 2; pass++) {
        kl_gemv(false, rows, z->n, 1, z->basis, z->n, w, 0, z->values);
        kl_gemv(true, rows, z->n, -1, z->basis, z->n, z->values, 1, w);
        for (size_t i = 0; i < rows; i++)
            z->h[i] += z->values[i];
    }
}

/* A unit row that the first `rows` do not contain. */
static void draw_row(lanczos *z, size_t rows)
{
    double *w = z->basis + rows * z->n, length;
    do {
        kl_random_normals(&z->random, w, z->n);
        if (rows)
            orthogonalise(z, w, rows);
        length = kl_norm(w, z->n);
    } while (!(length > 1e-8));
    kl_scale(w, 1 / length, z->n);
}

/* Row j + 1 of the basis and column j of T, from row j. */
static kl_status grow(lanczos *z, size_t j, kl_error *error)
{
    double *w = z->basis + (j + 1) * z->n;
    KL_TRY(z->apply(z->data, z->basis + j * z->n, w, error));
    double before = kl_norm(w, z->n);
    if (!isfinite(before))
        return kl_error_set(error, KL_INVALID, "the matrix contains NaN or infinity");
    z->norm = fmax(z->norm, before);
    orthogonalise(z, w, j + 1);
    for (size_t i = 0; i <= j; i++)
        z->t[i * z->p + j] = z->t[j * z->p + i] = z->h[i];
    z->residual = kl_norm(w, z->n);
    if (z->residual <= 10 * DBL_EPSILON * z->norm) { /* the basis contains all that it reaches */
        z->residual = 0;
        if (j + 1 < z->p)
            draw_row(z, j + 1);
    } else
        kl_scale(w, 1 / z->residual, z->n);
    return KL_OK;
}

/* ---- restarting --------------------------------------------------------------------------------------------- */

/* Place of the wanted eigenvalue number i among p ascending ones. */
static size_t place(const lanczos *z, size_t i) { return z->largest ? z->p - 1 - i : i; }

static double error_of(const lanczos *z, size_t i)
{
    return fabs(z->residual * z->ritz[place(z, i) * z->p + z->p - 1]);
}

static bool converged(const lanczos *z, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < z->k; i++) {
        double size = fmax(fabs(z->values[place(z, i)]), pow(DBL_EPSILON, 2.0 / 3));
        *count += error_of(z, i) <= fmax(z->tolerance, DBL_EPSILON) * size ||
                  error_of(z, i) <= DBL_EPSILON * z->norm;
    }
    return *count == z->k;
}

/* The first `rows` approximations become rows of `to`. */
static void ritz_rows(const lanczos *z, double *to, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        kl_gemv(true, z->p, z->n, 1, z->basis, z->n, z->ritz + place(z, i) * z->p, 0, to + i * z->n);
}

/* The best `rows` and the row that was left over begin the next basis. */
static void restart(lanczos *z, size_t rows)
{
    ritz_rows(z, z->next, rows);
    memcpy(z->basis, z->next, rows * z->n * sizeof *z->basis);
    memset(z->t, 0, z->p * z->p * sizeof *z->t);
    for (size_t i = 0; i < rows; i++)
        z->t[i * z->p + i] = z->values[place(z, i)];
    if (z->residual > 0)
        memcpy(z->basis + rows * z->n, z->basis + z->p * z->n, z->n * sizeof *z->basis);
    else
        draw_row(z, rows);
}

/* ---- all together --------------------------------------------------------------------------------------------- */

static kl_status eigen_of_t(lanczos *z, kl_task *task, kl_error *error)
{
    memcpy(z->ritz, z->t, z->p * z->p * sizeof *z->t);
    return kl_eigh(z->values, z->ritz, z->ritz, z->p, task, error);
}

static kl_status iterate(lanczos *z, kl_task *task, kl_error *error)
{
    size_t start = 0, done = 0;
    draw_row(z, 0);
    for (size_t round = 0; round < RESTARTS_MAX; round++) {
        for (size_t j = start; j < z->p; j++) {
            KL_TRY(kl_task_poll(error));
            KL_TRY(grow(z, j, error));
        }
        KL_TRY(eigen_of_t(z, task, error));
        if (converged(z, &done))
            return KL_OK;
        start = KL_MIN(z->k + KL_MAX(done / 2, (z->p - z->k) / 2), z->p - 2);
        restart(z, start);
    }
    return kl_error_set(error, KL_FAILED, "Lanczos: %zu of %zu eigenvalues converged in %d restarts", done,
                        z->k, RESTARTS_MAX);
}

/* Small ones: the whole matrix, column after column. */
static kl_status solve_dense(lanczos *z, double *values, double *vectors, kl_task *task, kl_error *error)
{
    double *a, *unit;
    KL_TAKE(a, task, z->n * z->n, error);
    KL_TAKE(unit, task, z->n, error);
    for (size_t i = 0; i < z->n; i++) {
        unit[i] = 1;
        KL_TRY(z->apply(z->data, unit, a + i * z->n, error));
        unit[i] = 0;
    }
    KL_TRY(kl_eigh(unit, a, a, z->n, task, error));
    for (size_t i = 0; i < z->k; i++) {
        size_t from = z->largest ? z->n - 1 - i : i;
        values[i] = unit[from];
        memcpy(vectors + i * z->n, a + from * z->n, z->n * sizeof *a);
    }
    kl_task_free(task, a);
    kl_task_free(task, unit);
    return KL_OK;
}

static kl_status solve(lanczos *z, double *values, double *vectors, kl_task *task, kl_error *error)
{
    double *all;
    size_t n = z->n, p = z->p;
    KL_TAKE(all, task, (2 * p + 1) * n + 2 * p * p + 2 * p, error);
    z->basis = all;
    z->next = z->basis + (p + 1) * n;
    z->t = z->next + p * n;
    z->ritz = z->t + p * p;
    z->values = z->ritz + p * p;
    z->h = z->values + p;
    KL_TRY(iterate(z, task, error));
    ritz_rows(z, vectors, z->k);
    for (size_t i = 0; i < z->k; i++)
        values[i] = z->values[place(z, i)];
    kl_task_free(task, all);
    return KL_OK;
}

kl_status kl_lanczos(double *values, double *vectors, size_t n, size_t k, bool largest,
                     double tolerance, kl_operator *apply, void *data, uint64_t seed, kl_task *task,
                     kl_error *error)
{
    enum { DENSE = 64 };
    lanczos z = {.n = n, .k = k, .p = KL_MAX(2 * k + 8, 24), .largest = largest,
                 .tolerance = tolerance, .apply = apply, .data = data};
    if (k > n)
        return kl_error_set(error, KL_INVALID, "%zu eigenvalues of a matrix of order %zu", k, n);
    if (k == 0)
        return KL_OK;
    kl_random_open(&z.random, seed, 0, 0);
    if (z.p >= n || n <= DENSE)
        return solve_dense(&z, values, vectors, task, error);
    return solve(&z, values, vectors, task, error);
}
