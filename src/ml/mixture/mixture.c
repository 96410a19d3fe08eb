/* src/ml/mixture/mixture.c - see mixture.h. Dempster, Laird and Rubin (1977). */
#include "mixture.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

/* Rows of a block. */
enum { ROWS = 1024 };

size_t kl_mixture_covariance_size(const kl_mixture *m)
{
    switch (m->kind) {
    case KL_COV_FULL:
        return m->k * m->d * m->d;
    case KL_COV_TIED:
        return m->d * m->d;
    case KL_COV_DIAG:
        return m->k * m->d;
    default:
        return m->k;
    }
}

/* ---- factors ------------------------------------------------------------------------------------- */

/* U, upper, with U U' = the inverse of a covariance. */
static kl_status factor_one(double *u, const double *covariance, size_t d, kl_task *task, kl_error *error)
{
    double *l;
    kl_error why = KL_ERROR_INIT;
    KL_TAKE_RAW(l, task, d * d, error);
    memcpy(l, covariance, d * d * sizeof *l);
    kl_status status = kl_cholesky(l, d, &why);
    kl_error_clear(&why);
    if (status != KL_OK)
        return kl_bad_input(error, "a covariance has become singular; fewer components or a larger reg_covar may help");
    memset(u, 0, d * d * sizeof *u);
    for (size_t i = 0; i < d; i++)
        u[i * d + i] = 1;
    kl_lower_solve(false, l, d, u, d); /* the inverse of L, lower */
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++) {
            u[j * d + i] = u[i * d + j];
            u[i * d + j] = 0;
        }
    kl_task_free(task, l);
    return KL_OK;
}

kl_status kl_mixture_factor(kl_mixture *m, kl_task *task, kl_error *error)
{
    size_t count = m->kind == KL_COV_FULL ? m->k : m->kind == KL_COV_TIED ? 1 : 0, dd = m->d * m->d;
    for (size_t c = 0; c < count; c++)
        KL_TRY(factor_one(m->factors + c * dd, m->covariances + c * dd, m->d, task, error));
    if (count)
        return KL_OK;
    for (size_t i = 0; i < kl_mixture_covariance_size(m); i++) {
        if (!(m->covariances[i] > 0))
            return kl_bad_input(error, "a variance has become 0; fewer components or a larger reg_covar may help");
        m->factors[i] = 1 / sqrt(m->covariances[i]);
    }
    return KL_OK;
}

static double log_determinant(const kl_mixture *m, size_t c)
{
    double sum = 0;
    const double *u = m->factors + (m->kind == KL_COV_FULL ? c * m->d * m->d : 0);
    for (size_t j = 0; j < m->d; j++)
        sum += m->kind == KL_COV_DIAG        ? log(m->factors[c * m->d + j])
               : m->kind == KL_COV_SPHERICAL ? log(m->factors[c])
                                             : log(u[j * m->d + j]);
    return sum;
}

/* ---- expectation --------------------------------------------------------------------------------- */

typedef struct expecting {
    const kl_mixture *m;
    const double *x;
    double *resp, *likely, *labels;
    double *scratch;   /* for each thread: 2 x ROWS x d and ROWS x k */
    double *constants; /* k */
    double *sums;      /* of each block */
} expecting;

/* Squared distances of rows to one mean, in units of its covariance: out[i * k + c]. */
static void distances(double *out, const kl_mixture *m, size_t c, const double *x, size_t rows,
                      double *centered, double *turned)
{
    const double *mean = m->means + c * m->d;
    if (m->kind == KL_COV_DIAG || m->kind == KL_COV_SPHERICAL) {
        bool diag = m->kind == KL_COV_DIAG;
        kl_kernels()->scaled_distances(out + c, m->k, x, mean, diag ? m->factors + c * m->d : NULL,
                                       diag ? 1 : m->factors[c] * m->factors[c], rows, m->d);
        return;
    }
    const double *u = m->factors + (m->kind == KL_COV_FULL ? c * m->d * m->d : 0);
    kl_kernels()->center_scale(centered, x, mean, NULL, rows, m->d);
    kl_gemm(false, false, rows, m->d, m->d, 1, centered, m->d, u, m->d, 0, turned, m->d);
    for (size_t i = 0; i < rows; i++)
        out[i * m->k + c] = kl_kernels()->sum_squares(turned + i * m->d, m->d);
}

/* Who is likeliest is known without the shares. */
static void label(double *out, const double *logs, size_t rows, size_t k)
{
    int64_t labels[ROWS];
    kl_kernels()->argmax_rows(labels, logs, rows, k);
    for (size_t i = 0; i < rows; i++)
        out[i] = (double)labels[i];
}

static void share(const expecting *e, size_t block, size_t begin, size_t rows, double *logs, double *norm)
{
    size_t k = e->m->k;
    kl_kernels()->softmax_rows(logs, rows, k, norm);
    if (e->resp)
        memcpy(e->resp + begin * k, logs, rows * k * sizeof *logs);
    if (e->likely)
        memcpy(e->likely + begin, norm, rows * sizeof *norm);
    e->sums[block] = kl_kernels()->sum(norm, rows);
}

static kl_status expect_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const expecting *e = data;
    const kl_mixture *m = e->m;
    size_t rows = end - begin, room = ROWS * (2 * m->d + m->k + 1);
    double *scratch = e->scratch + kl_parallel_me() * room, *turned = scratch + ROWS * m->d;
    double *logs = turned + ROWS * m->d, *norm = logs + ROWS * m->k;
    (void)error;
    for (size_t c = 0; c < m->k; c++)
        distances(logs, m, c, e->x + begin * m->d, rows, scratch, turned);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < m->k; c++)
            logs[i * m->k + c] = e->constants[c] - 0.5 * logs[i * m->k + c];
    if (e->labels)
        label(e->labels + begin, logs, rows, m->k);
    else
        share(e, block, begin, rows, logs, norm);
    return KL_OK;
}

/* expect_block() on all rows; the sum of `sums`. */
static kl_status expect_all(double *sum, expecting *e, size_t n, kl_task *task, kl_error *error)
{
    const kl_mixture *m = e->m;
    size_t blocks = kl_parallel_blocks(n, ROWS), room = ROWS * (2 * m->d + m->k + 1);
    KL_TAKE_RAW(e->scratch, task, room * kl_parallel_threads(), error);
    KL_TAKE_RAW(e->constants, task, m->k, error);
    KL_TAKE(e->sums, task, blocks + 1, error);
    for (size_t c = 0; c < m->k; c++)
        e->constants[c] = log(m->weights[c]) + log_determinant(m, c) - 0.5 * (double)m->d * log(2 * M_PI);
    KL_TRY(kl_parallel_for(n, ROWS, expect_block, e, error));
    *sum = 0;
    for (size_t b = 0; b < blocks; b++)
        *sum += e->sums[b];
    kl_task_free(task, e->scratch);
    kl_task_free(task, e->constants);
    kl_task_free(task, e->sums);
    return KL_OK;
}

kl_status kl_mixture_expect(double *mean, double *resp, double *likely, const kl_mixture *m, const double *x,
                            size_t n, kl_task *task, kl_error *error)
{
    expecting e = {.m = m, .x = x, .resp = resp, .likely = likely};
    double sum;
    KL_TRY(expect_all(&sum, &e, n, task, error));
    if (mean)
        *mean = sum / (double)n;
    return KL_OK;
}

kl_status kl_mixture_label(double *labels, const kl_mixture *m, const double *x, size_t n, kl_task *task, kl_error *error)
{
    expecting e = {.m = m, .x = x, .labels = labels};
    double sum;
    return expect_all(&sum, &e, n, task, error);
}

/* ---- maximisation -------------------------------------------------------------------------------- */

typedef struct maximising {
    const kl_mixture *m;
    const double *x, *resp;
    double *partial; /* of each block: k (weights) and k x d (sums), or the covariances */
    double *scratch; /* ROWS x d for each thread */
} maximising;

static kl_status sums_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const maximising *it = data;
    const kl_mixture *m = it->m;
    double *weight = it->partial + block * m->k * (m->d + 1), *sums = weight + m->k;
    (void)error;
    memset(weight, 0, m->k * sizeof *weight);
    for (size_t i = begin; i < end; i++)
        for (size_t c = 0; c < m->k; c++)
            weight[c] += it->resp[i * m->k + c];
    kl_gemm(true, false, m->k, m->d, end - begin, 1, it->resp + begin * m->k, m->k, it->x + begin * m->d,
            m->d, 0, sums, m->d);
    return KL_OK;
}

static kl_status full_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const maximising *it = data;
    const kl_mixture *m = it->m;
    double *scratch = it->scratch + kl_parallel_me() * ROWS * m->d;
    size_t rows = end - begin;
    (void)error;
    for (size_t c = 0; c < m->k; c++) {
        const double *mean = m->means + c * m->d;
        for (size_t i = 0; i < rows; i++) {
            double root = sqrt(it->resp[(begin + i) * m->k + c]);
            for (size_t j = 0; j < m->d; j++)
                scratch[i * m->d + j] = root * (it->x[(begin + i) * m->d + j] - mean[j]);
        }
        kl_gemm(true, false, m->d, m->d, rows, 1, scratch, m->d, scratch, m->d, 0,
                it->partial + (block * m->k + c) * m->d * m->d, m->d);
    }
    return KL_OK;
}

/* Tied: sums over all components; each row's distance to each mean, weighed. */
static kl_status tied_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const maximising *it = data;
    const kl_mixture *m = it->m;
    (void)error;
    kl_gemm(true, false, m->d, m->d, end - begin, 1, it->x + begin * m->d, m->d, it->x + begin * m->d, m->d,
            0, it->partial + block * m->d * m->d, m->d);
    return KL_OK;
}

static kl_status diag_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const maximising *it = data;
    const kl_mixture *m = it->m;
    double *sums = it->partial + block * m->k * m->d;
    (void)error;
    memset(sums, 0, m->k * m->d * sizeof *sums);
    for (size_t i = begin; i < end; i++)
        for (size_t c = 0; c < m->k; c++) {
            double r = it->resp[i * m->k + c];
            for (size_t j = 0; j < m->d; j++) {
                double z = it->x[i * m->d + j] - m->means[c * m->d + j];
                sums[c * m->d + j] += r * z * z;
            }
        }
    return KL_OK;
}

/* Blocks of `size` numbers added up into the first, in order. */
static void add_up(double *partial, size_t blocks, size_t size)
{
    for (size_t b = 1; b < blocks; b++)
        for (size_t i = 0; i < size; i++)
            partial[i] += partial[b * size + i];
}

static void set_full(kl_mixture *m, const double *sums, const double *weight)
{
    size_t dd = m->d * m->d;
    for (size_t c = 0; c < m->k; c++) {
        for (size_t i = 0; i < dd; i++)
            m->covariances[c * dd + i] = sums[c * dd + i] / weight[c];
        for (size_t j = 0; j < m->d; j++)
            m->covariances[c * dd + j * m->d + j] += m->reg;
    }
}

static void set_tied(kl_mixture *m, const double *sums, const double *weight)
{
    double total = 0;
    for (size_t c = 0; c < m->k; c++)
        total += weight[c];
    for (size_t a = 0; a < m->d; a++)
        for (size_t b = 0; b < m->d; b++) {
            double sum = sums[a * m->d + b];
            for (size_t c = 0; c < m->k; c++)
                sum -= weight[c] * m->means[c * m->d + a] * m->means[c * m->d + b];
            m->covariances[a * m->d + b] = sum / total + (a == b ? m->reg : 0);
        }
}

static void set_diag(kl_mixture *m, const double *sums, const double *weight)
{
    for (size_t c = 0; c < m->k; c++) {
        double mean = 0;
        for (size_t j = 0; j < m->d; j++) {
            double variance = sums[c * m->d + j] / weight[c] + m->reg;
            mean += variance / (double)m->d;
            if (m->kind == KL_COV_DIAG)
                m->covariances[c * m->d + j] = variance;
        }
        if (m->kind == KL_COV_SPHERICAL)
            m->covariances[c] = mean;
    }
}

static kl_status covariances(kl_mixture *m, maximising *it, const double *weight, size_t n, kl_task *task,
                             kl_error *error)
{
    size_t blocks = kl_parallel_blocks(n, ROWS), dd = m->d * m->d;
    size_t size = m->kind == KL_COV_FULL ? m->k * dd : m->kind == KL_COV_TIED ? dd : m->k * m->d;
    kl_parallel_body *body = m->kind == KL_COV_FULL ? full_block : m->kind == KL_COV_TIED ? tied_block : diag_block;
    KL_TAKE_RAW(it->partial, task, blocks * size, error);
    KL_TAKE_RAW(it->scratch, task, ROWS * m->d * kl_parallel_threads(), error);
    KL_TRY(kl_parallel_for(n, ROWS, body, it, error));
    add_up(it->partial, blocks, size);
    if (m->kind == KL_COV_FULL)
        set_full(m, it->partial, weight);
    else if (m->kind == KL_COV_TIED)
        set_tied(m, it->partial, weight);
    else
        set_diag(m, it->partial, weight);
    kl_task_free(task, it->partial);
    kl_task_free(task, it->scratch);
    return KL_OK;
}

kl_status kl_mixture_maximise(kl_mixture *m, const double *resp, const double *x, size_t n, kl_task *task,
                              kl_error *error)
{
    maximising it = {.m = m, .x = x, .resp = resp};
    size_t blocks = kl_parallel_blocks(n, ROWS), size = m->k * (m->d + 1);
    double *weight, total = 0, *sums;
    KL_TAKE_RAW(sums, task, blocks * size, error);
    it.partial = sums;
    KL_TRY(kl_parallel_for(n, ROWS, sums_block, &it, error));
    add_up(sums, blocks, size);
    weight = sums;
    for (size_t c = 0; c < m->k; c++) {
        weight[c] += 10 * DBL_EPSILON;
        total += weight[c];
        for (size_t j = 0; j < m->d; j++)
            m->means[c * m->d + j] = sums[m->k + c * m->d + j] / weight[c];
    }
    for (size_t c = 0; c < m->k; c++)
        m->weights[c] = weight[c] / total;
    KL_TRY(covariances(m, &it, weight, n, task, error));
    kl_task_free(task, sums);
    return kl_mixture_factor(m, task, error);
}
