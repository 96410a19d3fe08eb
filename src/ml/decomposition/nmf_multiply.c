/* src/ml/decomposition/nmf_multiply.c - beta-divergences and multiplicative updates. */
#include "nmf.h"

#include "../kernels.h"
#include "../linalg.h"

#include <float.h>
#include <math.h>

#define SMALLEST ((double)FLT_EPSILON) /* in place of 0 in denominators and powers */

/* ---- divergence ------------------------------------------------------------------------------------------------- */

static double divergence(double x, double y, double beta)
{
    bool counts = x > SMALLEST;
    double safe = y < SMALLEST ? SMALLEST : y;
    if (beta == 1)
        return counts ? x * log(x / safe) - x + y : y;
    if (beta == 0)
        return counts ? x / safe - log(x / safe) - 1 : -1;
    double sum = pow(y, beta) * (beta - 1);
    if (counts)
        sum += pow(x, beta) - beta * x * pow(safe, beta - 1);
    return sum / (beta * (beta - 1));
}

kl_status kl_nmf_error(double *out, const kl_nmf *f, kl_task *task, kl_error *error)
{
    enum { CHUNK = 128 };
    size_t n = f->x->rows, d = f->x->cols;
    double *made, *dense = NULL, sum = 0;
    KL_TAKE_RAW(made, task, CHUNK * d, error);
    if (kl_is_sparse(f->x))
        KL_TAKE_RAW(dense, task, CHUNK * d, error);
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t rows = KL_MIN(CHUNK, n - at);
        const double *x = dense ? dense : f->x->data + at * d;
        kl_gemm(false, false, rows, d, f->k, 1, f->w + at * f->k, f->k, f->h, d, 0, made, d);
        if (dense) {
            memset(dense, 0, rows * d * sizeof *dense);
            for (size_t i = 0; i < rows; i++)
                for (int64_t c = f->x->indptr[at + i]; c < f->x->indptr[at + i + 1]; c++)
                    dense[i * d + (size_t)f->x->indices[c]] = f->x->values[c];
        }
        if (f->beta == 2)
            sum += kl_kernels()->squared_distance(x, made, rows * d) / 2;
        else
            for (size_t i = 0; i < rows * d; i++)
                sum += divergence(x[i], made[i], f->beta);
    }
    kl_task_free(task, made);
    kl_task_free(task, dense);
    *out = sqrt(2 * KL_MAX(sum, 0.0));
    return KL_OK;
}

/* ---- updates ---------------------------------------------------------------------------------------------------- */

typedef struct updates {
    kl_nmf *f;
    const double *x;              /* dense rows, unless beta is 2 */
    double *made, *powers;        /* n x d: w h, made into what is multiplied */
    double *above, *below, *gram; /* of the larger side x k; k x k */
    double gamma;
} updates;

/* made = x (w h)^(beta - 2), powers = (w h)^(beta - 1). */
static void weigh(updates *u)
{
    kl_nmf *f = u->f;
    size_t n = f->x->rows, d = f->x->cols;
    double beta = f->beta;
    kl_gemm(false, false, n, d, f->k, 1, f->w, f->k, f->h, d, 0, u->made, d);
    for (size_t i = 0; i < n * d; i++) {
        double y = u->made[i], safe = beta < 2 && y < SMALLEST ? SMALLEST : y;
        if (beta != 1)
            u->powers[i] = pow(beta < 1 ? safe : y, beta - 1);
        u->made[i] = beta == 1   ? u->x[i] / safe
                     : beta == 0 ? u->x[i] / (safe * safe)
                                 : u->x[i] * pow(safe, beta - 2);
    }
}

/* side *= (above / (below + penalties))^gamma */
static void multiply(const updates *u, double *side, size_t count, double l1, double l2)
{
    for (size_t i = 0; i < count; i++) {
        double below = u->below[i] + l1 + l2 * side[i];
        double factor = u->above[i] / (below == 0 ? SMALLEST : below);
        side[i] *= u->gamma != 1 ? pow(factor, u->gamma) : factor;
    }
}

static void drop_small(double *side, size_t count)
{
    for (size_t i = 0; i < count; i++)
        side[i] = side[i] < DBL_EPSILON ? 0 : side[i];
}

static kl_status update_w(updates *u, kl_task *task, kl_error *error)
{
    kl_nmf *f = u->f;
    size_t n = f->x->rows, d = f->x->cols, k = f->k;
    double *columns;
    if (f->beta == 2) {
        KL_TAKE_RAW(columns, task, d * k, error);
        kl_transpose(columns, f->h, k, d);
        kl_x_times(u->above, f->x, NULL, false, columns, k);
        kl_task_free(task, columns);
        kl_gram_rows(u->gram, f->h, k, d);
        kl_gemm(false, false, n, k, k, 1, f->w, k, u->gram, k, 0, u->below, k);
    } else {
        weigh(u);
        kl_gemm(false, true, n, k, d, 1, u->made, d, f->h, d, 0, u->above, k);
        if (f->beta == 1)
            for (size_t i = 0; i < n * k; i++)
                u->below[i] = i < k ? kl_kernels()->sum(f->h + i * d, d) : u->below[i - k];
        else
            kl_gemm(false, true, n, k, d, 1, u->powers, d, f->h, d, 0, u->below, k);
    }
    multiply(u, f->w, n * k, f->l1_w, f->l2_w);
    if (f->beta < 1)
        drop_small(f->w, n * k);
    return KL_OK;
}

static kl_status update_h(updates *u, kl_task *task, kl_error *error)
{
    kl_nmf *f = u->f;
    size_t n = f->x->rows, d = f->x->cols, k = f->k;
    double *columns;
    if (f->beta == 2) {
        KL_TAKE_RAW(columns, task, d * k, error);
        kl_x_times(columns, f->x, NULL, true, f->w, k);
        kl_transpose(u->above, columns, d, k);
        kl_task_free(task, columns);
        kl_gram(u->gram, f->w, n, k, NULL);
        kl_gemm(false, false, k, d, k, 1, u->gram, k, f->h, d, 0, u->below, d);
    } else {
        weigh(u);
        kl_gemm(true, false, k, d, n, 1, f->w, k, u->made, d, 0, u->above, d);
        if (f->beta == 1)
            for (size_t c = 0; c < k; c++) {
                double sum = 0;
                for (size_t i = 0; i < n; i++)
                    sum += f->w[i * k + c];
                for (size_t j = 0; j < d; j++)
                    u->below[c * d + j] = sum == 0 ? 1 : sum;
            }
        else
            kl_gemm(true, false, k, d, n, 1, f->w, k, u->powers, d, 0, u->below, d);
    }
    multiply(u, f->h, k * d, f->l1_h, f->l2_h);
    if (f->beta <= 1)
        drop_small(f->h, k * d);
    return KL_OK;
}

static kl_status prepare(updates *u, kl_task *task, kl_error *error)
{
    const kl_matrix *x = u->f->x;
    size_t longer = KL_MAX(x->rows, x->cols);
    double beta = u->f->beta, *dense;
    u->gamma = beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1;
    KL_TAKE_RAW(u->above, task, longer * u->f->k, error);
    KL_TAKE_RAW(u->below, task, longer * u->f->k, error);
    KL_TAKE_RAW(u->gram, task, u->f->k * u->f->k, error);
    if (beta == 2)
        return KL_OK;
    u->x = x->data;
    if (kl_is_sparse(x)) {
        KL_TRY(kl_centered_rows(&dense, x, NULL, task, error));
        u->x = dense;
    }
    KL_TAKE_RAW(u->made, task, x->rows * x->cols, error);
    KL_TAKE_RAW(u->powers, task, x->rows * x->cols, error);
    return KL_OK;
}

kl_status kl_nmf_multiply(kl_nmf *f, kl_task *task, kl_error *error)
{
    updates u = {.f = f};
    double first, former, now;
    KL_TRY(prepare(&u, task, error));
    KL_TRY(kl_nmf_error(&first, f, task, error));
    former = first;
    for (f->iterations = 1; f->iterations <= f->iterations_max; f->iterations++) {
        KL_TRY(update_w(&u, task, error));
        if (!f->fixed)
            KL_TRY(update_h(&u, task, error));
        if (f->tol > 0 && f->iterations % 10 == 0) {
            KL_TRY(kl_nmf_error(&now, f, task, error));
            if ((former - now) / first < f->tol)
                break;
            former = now;
        }
        KL_TRY(kl_task_step(task, f->iterations, f->iterations_max, error));
    }
    f->iterations = KL_MIN(f->iterations, f->iterations_max);
    return KL_OK;
}
