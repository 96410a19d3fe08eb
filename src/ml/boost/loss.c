/* src/ml/boost/loss.c - see loss.h. */
#include "loss.h"

#include "ml/kernels.h"
#include "ml/numeric.h"
#include "parallel.h"

#include <math.h>

enum { BLOCK = 1024 };

kl_status kl_hist_check(const kl_hist_loss *loss, const kl_hist_target *target, kl_error *error)
{
    double sum = 0;
    if (loss->kind != KL_HIST_GAMMA && loss->kind != KL_HIST_POISSON)
        return KL_OK;
    for (size_t i = 0; i < target->n; i++) {
        double y = target->y[i];
        if (y < 0 || (y == 0 && loss->kind == KL_HIST_GAMMA))
            return kl_bad_input(error, "y, row %zu: %g, but loss='%s' is for numbers %s 0", i, y,
                                loss->kind == KL_HIST_GAMMA ? "gamma" : "poisson",
                                loss->kind == KL_HIST_GAMMA ? ">" : ">=");
        sum += y;
    }
    return sum > 0 ? KL_OK : kl_bad_input(error, "y is 0 everywhere, which loss='poisson' cannot use");
}

/* ---- the best constant ----------------------------------------------------------------------------------- */

static double mean_of(const double *y, const double *weights, size_t n)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weights ? weights[i] * y[i] : y[i];
        weight += weights ? weights[i] : 1;
    }
    return sum / weight;
}

/* The quantile of numbers, which are put in order; weights (or NULL) become their running sums. */
static kl_status quantile_of(double *out, double *x, double *weights, size_t n, double q, kl_task *task,
                             kl_error *error)
{
    int64_t *order;
    double *spare, sum = 0;
    if (!weights) {
        if (q == 0.5) {
            *out = kl_median(x, n);
            return KL_OK;
        }
        KL_TRY(kl_sort_doubles(x, n, task, error));
        *out = kl_quantile(x, n, q);
        return KL_OK;
    }
    KL_TAKE_RAW(order, task, n, error);
    KL_TAKE_RAW(spare, task, 2 * n, error);
    KL_TRY(kl_argsort(order, x, n, task, error));
    for (size_t i = 0; i < n; i++) {
        spare[i] = x[order[i]];
        spare[n + i] = sum += weights[order[i]];
    }
    *out = sum > 0 ? kl_hist_quantile(spare, spare + n, n, q, false) : 0;
    return KL_OK;
}

static kl_status quantile_baseline(double *out, const kl_hist_loss *loss, const kl_hist_target *target,
                                   kl_task *task, kl_error *error)
{
    double *copy, *weights = NULL;
    KL_TAKE_RAW(copy, task, target->n, error);
    memcpy(copy, target->y, target->n * sizeof *copy);
    if (target->weights) {
        KL_TAKE_RAW(weights, task, target->n, error);
        memcpy(weights, target->weights, target->n * sizeof *weights);
    }
    return quantile_of(out, copy, weights, target->n, loss->quantile, task, error);
}

/* Logarithms of the shares of the classes, less their mean. */
static void class_baseline(double *out, const kl_hist_loss *loss, const kl_hist_target *target)
{
    double sum = 0, weight = 0, eps = 0x1p-52;
    for (size_t k = 0; k < loss->columns; k++)
        out[k] = 0;
    for (size_t i = 0; i < target->n; i++) {
        double w = target->weights ? target->weights[i] : 1;
        out[(size_t)target->y[i]] += w;
        weight += w;
    }
    for (size_t k = 0; k < loss->columns; k++)
        sum += out[k] = log(KL_MIN(KL_MAX(out[k] / weight, eps), 1 - eps));
    for (size_t k = 0; k < loss->columns; k++)
        out[k] -= sum / (double)loss->columns;
}

kl_status kl_hist_baseline(double *out, const kl_hist_loss *loss, const kl_hist_target *target, kl_task *task,
                           kl_error *error)
{
    double eps = 10 * 0x1p-52, mean = mean_of(target->y, target->weights, target->n);
    switch (loss->kind) {
    case KL_HIST_SQUARED:
        *out = mean;
        break;
    case KL_HIST_ABSOLUTE:
    case KL_HIST_QUANTILE:
        return quantile_baseline(out, loss, target, task, error);
    case KL_HIST_GAMMA:
    case KL_HIST_POISSON:
        *out = log(KL_MAX(mean, eps));
        break;
    case KL_HIST_BINARY:
        mean = KL_MIN(KL_MAX(mean, eps), 1 - eps);
        *out = log(mean / (1 - mean));
        break;
    case KL_HIST_MULTINOMIAL:
        class_baseline(out, loss, target);
        break;
    }
    return KL_OK;
}

kl_status kl_hist_best_leaf(double *out, const kl_hist_loss *loss, const kl_hist_target *target, const double *raw,
                            const kl_hist_leaf *leaf, double *scratch, kl_error *error)
{
    kl_task memory = KL_TASK_INIT;
    double *weights = target->weights ? scratch + target->n : NULL;
    for (size_t i = 0; i < leaf->count; i++) {
        size_t row = leaf->rows[i];
        scratch[i] = target->y[row] - raw[row];
        if (weights)
            weights[i] = target->weights[row];
    }
    kl_status status = quantile_of(out, scratch, weights, leaf->count, loss->quantile, &memory, error);
    kl_task_end(&memory);
    return status;
}

/* ---- gradients ------------------------------------------------------------------------------------------- */

typedef struct pass {
    const kl_hist_loss *loss;
    const kl_hist_target *target;
    const double *raw;
    float *gradient, *hessian;
    double *sums; /* of the loss, by block */
} pass;

static inline double sigmoid(double x)
{
    if (x > -37)
        return 1 / (1 + exp(-x));
    return exp(x);
}

/* Gradient and hessian of one row and column, but multinomial. */
static inline void slopes(double *g, double *h, const kl_hist_loss *loss, double y, double raw)
{
    double p;
    *h = 1;
    switch (loss->kind) {
    case KL_HIST_SQUARED:
        *g = raw - y;
        break;
    case KL_HIST_ABSOLUTE:
        *g = raw > y ? 1 : -1;
        break;
    case KL_HIST_QUANTILE:
        *g = y >= raw ? -loss->quantile : 1 - loss->quantile;
        break;
    case KL_HIST_POISSON:
        *h = exp(raw);
        *g = *h - y;
        break;
    case KL_HIST_GAMMA:
        *h = y * exp(-raw);
        *g = 1 - *h;
        break;
    default:
        p = sigmoid(raw);
        *g = p - y;
        *h = p * (1 - p);
    }
}

static void single_slopes(const pass *p, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        double g, h, w = p->target->weights ? p->target->weights[i] : 1;
        slopes(&g, &h, p->loss, p->target->y[i], p->raw[i]);
        p->gradient[i] = (float)(w * g);
        if (p->hessian)
            p->hessian[i] = (float)(w * h);
    }
}

/* Softmax of a row in parts: the largest number, and the sum of e^(x - largest). */
static double row_sum(const pass *p, size_t i, double *most)
{
    size_t n = p->target->n;
    double largest = -INFINITY, sum = 0;
    for (size_t k = 0; k < p->loss->columns; k++)
        largest = KL_MAX(largest, p->raw[k * n + i]);
    for (size_t k = 0; k < p->loss->columns; k++)
        sum += exp(p->raw[k * n + i] - largest);
    *most = largest;
    return sum;
}

static void class_slopes(const pass *p, size_t begin, size_t end)
{
    size_t n = p->target->n;
    for (size_t i = begin; i < end; i++) {
        double most, w = p->target->weights ? p->target->weights[i] : 1, sum = row_sum(p, i, &most);
        for (size_t k = 0; k < p->loss->columns; k++) {
            double share = exp(p->raw[k * n + i] - most) / sum;
            p->gradient[k * n + i] = (float)(w * (share - (p->target->y[i] == (double)k)));
            p->hessian[k * n + i] = (float)(w * share * (1 - share));
        }
    }
}

static kl_status slopes_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const pass *p = data;
    (void)block;
    (void)error;
    if (p->loss->kind == KL_HIST_MULTINOMIAL)
        class_slopes(p, begin, end);
    else
        single_slopes(p, begin, end);
    return KL_OK;
}

void kl_hist_gradients(float *gradient, float *hessian, const kl_hist_loss *loss, const kl_hist_target *target,
                       const double *raw)
{
    pass p = {.loss = loss, .target = target, .raw = raw, .gradient = gradient, .hessian = hessian};
    kl_parallel_all(target->n, BLOCK, slopes_block, &p);
}

/* ---- the loss -------------------------------------------------------------------------------------------- */

static double log1p_exp(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

static double loss_of_row(const pass *p, size_t i)
{
    double y = p->target->y[i], raw = p->raw[i], most;
    switch (p->loss->kind) {
    case KL_HIST_SQUARED:
        return 0.5 * (y - raw) * (y - raw);
    case KL_HIST_ABSOLUTE:
        return fabs(y - raw);
    case KL_HIST_QUANTILE:
        return y >= raw ? p->loss->quantile * (y - raw) : (1 - p->loss->quantile) * (raw - y);
    case KL_HIST_POISSON:
        return exp(raw) - y * raw;
    case KL_HIST_GAMMA:
        return raw + y * exp(-raw);
    case KL_HIST_BINARY:
        return log1p_exp(raw) - y * raw;
    default: {
        double sum = row_sum(p, i, &most);
        return log(sum) + most - p->raw[(size_t)y * p->target->n + i];
    }
    }
}

static kl_status loss_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const pass *p = data;
    double sum = 0;
    (void)error;
    for (size_t i = begin; i < end; i++)
        sum += (p->target->weights ? p->target->weights[i] : 1) * loss_of_row(p, i);
    p->sums[block] = sum;
    return KL_OK;
}

kl_status kl_hist_mean_loss(double *out, const kl_hist_loss *loss, const kl_hist_target *target, const double *raw,
                            kl_task *task, kl_error *error)
{
    pass p = {.loss = loss, .target = target, .raw = raw};
    size_t blocks = kl_parallel_blocks(target->n, BLOCK);
    double sum = 0, weight = target->weights ? 0 : (double)target->n;
    KL_TAKE_RAW(p.sums, task, blocks, error);
    kl_parallel_all(target->n, BLOCK, loss_block, &p);
    for (size_t b = 0; b < blocks; b++)
        sum += p.sums[b];
    for (size_t i = 0; target->weights && i < target->n; i++)
        weight += target->weights[i];
    kl_task_free(task, p.sums);
    *out = sum / weight;
    return KL_OK;
}

void kl_hist_invert(double *raw, const kl_hist_loss *loss, size_t n)
{
    if (loss->kind == KL_HIST_POISSON || loss->kind == KL_HIST_GAMMA)
        kl_kernels()->exp(raw, raw, n);
}
