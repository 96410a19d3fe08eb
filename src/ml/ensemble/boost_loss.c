/* src/ml/ensemble/boost_loss.c - what gradient boosting minimises: Friedman: Greedy function approximation: a gradient
 * boosting machine (2001). */
#include "boost_loss.h"

#include "ml/kernels.h"
#include "ml/numeric.h"

#include <float.h>
#include <math.h>

static double weight_of(const double *weights, size_t i) { return weights ? weights[i] : 1; }

/* ---- quantiles ------------------------------------------------------------------------------------------- */

kl_status kl_weighted_quantile(double *out, const double *x, const double *weights, size_t n,
                               double share, kl_task *task, kl_error *error)
{
    double total = 0, below = 0;
    int64_t *order;
    size_t i = 0;
    KL_TAKE_RAW(order, task, n, error);
    KL_TRY(kl_argsort(order, x, n, task, error));
    for (size_t k = 0; k < n; k++)
        total += weight_of(weights, (size_t)order[k]);
    double wanted = share * total;
    if (wanted == 0)
        wanted = nextafter(0, 1);
    for (; i + 1 < n; i++) {
        below += weight_of(weights, (size_t)order[i]);
        if (below >= wanted)
            break;
    }
    *out = x[order[i]];
    kl_task_free(task, order);
    return KL_OK;
}

/* Of all rows, without weights: with interpolation; else as above. */
static kl_status start_quantile(double *out, const double *y, const double *weights, size_t n,
                                double share, kl_task *task, kl_error *error)
{
    double *sorted;
    if (weights)
        return kl_weighted_quantile(out, y, weights, n, share, task, error);
    KL_TAKE_RAW(sorted, task, n, error);
    memcpy(sorted, y, n * sizeof *sorted);
    KL_TRY(kl_sort_doubles(sorted, n, task, error));
    *out = kl_quantile(sorted, n, share);
    kl_task_free(task, sorted);
    return KL_OK;
}

/* ---- the start ------------------------------------------------------------------------------------------- */

static double clip(double p) { return KL_MIN(KL_MAX(p, DBL_EPSILON), 1 - DBL_EPSILON); }
static double logit(double p) { return log(p / (1 - p)); }

/* log p less the mean log p of all classes. */
static void center_logs(double *raw, const double *p, size_t count)
{
    double mean = 0;
    for (size_t k = 0; k < count; k++) {
        raw[k] = log(clip(p[k]));
        mean += raw[k] / (double)count;
    }
    for (size_t k = 0; k < count; k++)
        raw[k] -= mean;
}

void kl_boost_link(double *raw, const kl_boost_loss *loss, const double *p, size_t n)
{
    switch (loss->kind) {
    case KL_BOOST_LOGISTIC:
    case KL_BOOST_EXPONENTIAL:
        for (size_t i = 0; i < n; i++) {
            raw[i] = logit(clip(p[2 * i + 1]));
            raw[i] *= loss->kind == KL_BOOST_LOGISTIC ? 1 : 0.5;
        }
        return;
    case KL_BOOST_MULTINOMIAL:
        for (size_t i = 0; i < n; i++)
            center_logs(raw + i * loss->columns, p + i * loss->columns, loss->columns);
        return;
    default:
        memcpy(raw, p, n * sizeof *raw);
    }
}

static kl_status prior(double *out, const kl_boost_loss *loss, const double *y,
                       const double *weights, size_t n, kl_task *task, kl_error *error)
{
    size_t classes = KL_MAX(loss->columns, 2);
    double *shares, total = 0;
    KL_TAKE(shares, task, classes, error);
    for (size_t i = 0; i < n; i++) {
        shares[(size_t)y[i]] += weight_of(weights, i);
        total += weight_of(weights, i);
    }
    for (size_t k = 0; k < classes; k++)
        shares[k] /= total;
    kl_boost_link(out, loss, shares, 1);
    return KL_OK;
}

static double mean_of(const double *y, const double *weights, size_t n)
{
    double sum = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        sum += weight_of(weights, i) * y[i];
        total += weight_of(weights, i);
    }
    return sum / total;
}

kl_status kl_boost_start(double *out, const kl_boost_loss *loss, const double *y,
                         const double *weights, size_t n, kl_task *task, kl_error *error)
{
    switch (loss->kind) {
    case KL_BOOST_SQUARED:
        *out = mean_of(y, weights, n);
        return KL_OK;
    case KL_BOOST_ABSOLUTE:
    case KL_BOOST_HUBER:
        return start_quantile(out, y, weights, n, 0.5, task, error);
    case KL_BOOST_QUANTILE:
        return start_quantile(out, y, weights, n, loss->alpha, task, error);
    default:
        return prior(out, loss, y, weights, n, task, error);
    }
}

void kl_boost_proba(double *out, const kl_boost_loss *loss, const double *raw, size_t n)
{
    if (loss->kind == KL_BOOST_MULTINOMIAL) {
        memcpy(out, raw, n * loss->columns * sizeof *out);
        kl_kernels()->softmax_rows(out, n, loss->columns, NULL);
        return;
    }
    double factor = loss->kind == KL_BOOST_EXPONENTIAL ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        out[2 * i + 1] = 1 / (1 + exp(-factor * raw[i]));
        out[2 * i] = 1 - out[2 * i + 1];
    }
}

/* ---- gradients ------------------------------------------------------------------------------------------- */

static void exponential_gradient(double *out, const double *y, const double *raw, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] > 0 ? -raw[i] : raw[i];
    kl_kernels()->exp(out, out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] > 0 ? out[i] : -out[i];
}

static void multinomial_gradient(double *out, const kl_boost_loss *loss, const double *y,
                                 const double *raw, size_t n, double *scratch)
{
    size_t columns = loss->columns;
    memcpy(scratch, raw, n * columns * sizeof *scratch);
    kl_kernels()->softmax_rows(scratch, n, columns, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < columns; k++)
            out[k * n + i] = ((size_t)y[i] == k) - scratch[i * columns + k];
}

static kl_status set_delta(kl_boost_loss *loss, const double *y, const double *raw,
                           const double *weights, size_t n, double *scratch, kl_task *task,
                           kl_error *error)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(y[i] - raw[i]);
    return kl_weighted_quantile(&loss->delta, scratch, weights, n, loss->alpha, task, error);
}

static double huber_gradient(double residual, double delta)
{
    return fabs(residual) <= delta ? residual : copysign(delta, residual);
}

kl_status kl_boost_gradient(double *out, kl_boost_loss *loss, const double *y, const double *raw,
                            const double *weights, size_t n, double *scratch, kl_task *task,
                            kl_error *error)
{
    switch (loss->kind) {
    case KL_BOOST_SQUARED:
        for (size_t i = 0; i < n; i++)
            out[i] = y[i] - raw[i];
        break;
    case KL_BOOST_ABSOLUTE:
        for (size_t i = 0; i < n; i++)
            out[i] = raw[i] > y[i] ? -1 : 1;
        break;
    case KL_BOOST_HUBER:
        KL_TRY(set_delta(loss, y, raw, weights, n, scratch, task, error));
        for (size_t i = 0; i < n; i++)
            out[i] = huber_gradient(y[i] - raw[i], loss->delta);
        break;
    case KL_BOOST_QUANTILE:
        for (size_t i = 0; i < n; i++)
            out[i] = y[i] >= raw[i] ? loss->alpha : loss->alpha - 1;
        break;
    case KL_BOOST_LOGISTIC:
        kl_kernels()->sigmoid(out, raw, n);
        for (size_t i = 0; i < n; i++)
            out[i] = y[i] - out[i];
        break;
    case KL_BOOST_EXPONENTIAL:
        exponential_gradient(out, y, raw, n);
        break;
    case KL_BOOST_MULTINOMIAL:
        multinomial_gradient(out, loss, y, raw, n, scratch);
        break;
    }
    return KL_OK;
}

/* ---- values ---------------------------------------------------------------------------------------------- */

/* The loss of each row. */
static void losses(double *out, const kl_boost_loss *loss, const double *y, const double *raw,
                   size_t n)
{
    double delta = loss->delta, alpha = loss->alpha;
    switch (loss->kind) {
    case KL_BOOST_SQUARED:
        for (size_t i = 0; i < n; i++)
            out[i] = (y[i] - raw[i]) * (y[i] - raw[i]);
        return;
    case KL_BOOST_ABSOLUTE:
        for (size_t i = 0; i < n; i++)
            out[i] = fabs(y[i] - raw[i]);
        return;
    case KL_BOOST_HUBER:
        for (size_t i = 0; i < n; i++) {
            double e = fabs(y[i] - raw[i]);
            out[i] = e <= delta ? 0.5 * e * e : delta * (e - 0.5 * delta);
        }
        return;
    case KL_BOOST_QUANTILE:
        for (size_t i = 0; i < n; i++)
            out[i] = y[i] >= raw[i] ? alpha * (y[i] - raw[i]) : (1 - alpha) * (raw[i] - y[i]);
        return;
    case KL_BOOST_LOGISTIC:
        kl_kernels()->log1pexp(out, raw, n);
        for (size_t i = 0; i < n; i++)
            out[i] = 2 * (out[i] - y[i] * raw[i]);
        return;
    case KL_BOOST_EXPONENTIAL:
        for (size_t i = 0; i < n; i++)
            out[i] = y[i] > 0 ? -raw[i] : raw[i];
        kl_kernels()->exp(out, out, n);
        return;
    case KL_BOOST_MULTINOMIAL:
        break;
    }
}

/* log-sum-exp of a row less the number of its class. */
static double multinomial_loss(const double *raw, size_t columns, size_t class)
{
    double largest = raw[0], sum = 0;
    for (size_t k = 1; k < columns; k++)
        largest = KL_MAX(largest, raw[k]);
    for (size_t k = 0; k < columns; k++)
        sum += exp(raw[k] - largest);
    return largest + log(sum) - raw[class];
}

double kl_boost_mean(const kl_boost_loss *loss, const double *y, const double *raw,
                     const double *weights, size_t n, double *scratch)
{
    double sum = 0, total = 0;
    if (loss->kind == KL_BOOST_MULTINOMIAL)
        for (size_t i = 0; i < n; i++)
            scratch[i] = multinomial_loss(raw + i * loss->columns, loss->columns, (size_t)y[i]);
    else
        losses(scratch, loss, y, raw, n);
    for (size_t i = 0; i < n; i++) {
        double weight = weight_of(weights, i);
        sum += weight > 0 ? weight * scratch[i] : 0;
        total += weight;
    }
    return sum / total;
}

/* ---- leaves ---------------------------------------------------------------------------------------------- */

static double safe_ratio(double numerator, double denominator)
{
    return fabs(denominator) < 1e-150 ? 0 : numerator / denominator;
}

/* One step of Newton: the sum of gradients over that of second derivatives. */
static kl_status newton_leaves(kl_tree_buffer *tree, const kl_boost_loss *loss,
                               const kl_boost_stage *s, kl_error *error)
{
    double *sums = kl_alloc_zero(3 * tree->count, sizeof *sums);
    if (!sums)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < s->n; i++) {
        if (s->leaves[i] == UINT32_MAX)
            continue;
        double g = s->gradient[i], weight = weight_of(s->weights, i), p;
        double y = loss->columns > 1 ? (size_t)s->y[i] == s->column : s->y[i];
        p = y - g;
        double *leaf = sums + 3 * (size_t)s->leaves[i];
        leaf[0] += weight * g;
        leaf[1] += weight * (loss->kind == KL_BOOST_EXPONENTIAL ? fabs(g) : p * (1 - p));
        leaf[2] += weight;
    }
    double factor = loss->columns > 1 ? (double)(loss->columns - 1) / (double)loss->columns : 1;
    for (size_t k = 0; k < tree->count; k++)
        if (tree->nodes[k].left < 0)
            tree->values[k] = safe_ratio(factor * (sums[3 * k] / sums[3 * k + 2]),
                                         sums[3 * k + 1] / sums[3 * k + 2]);
    kl_free(sums);
    return KL_OK;
}

/* Residuals and weights of the rows, leaf after leaf; `starts` has count + 1 numbers. */
static void group(double *residuals, double *weights, size_t *starts, const kl_tree_buffer *tree,
                  const kl_boost_loss *loss, const kl_boost_stage *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->leaves[i] != UINT32_MAX)
            starts[s->leaves[i] + 1]++;
    for (size_t k = 0; k < tree->count; k++)
        starts[k + 1] += starts[k];
    for (size_t i = 0; i < s->n; i++) {
        if (s->leaves[i] == UINT32_MAX)
            continue;
        size_t at = starts[s->leaves[i]]++;
        residuals[at] = s->y[i] - s->raw[i * loss->columns];
        weights[at] = weight_of(s->weights, i);
    }
    for (size_t k = tree->count; k > 0; k--)
        starts[k] = starts[k - 1];
    starts[0] = 0;
}

static kl_status constant_of(double *out, const kl_boost_loss *loss, const double *residuals,
                             const double *weights, size_t n, kl_task *task, kl_error *error)
{
    double share = loss->kind == KL_BOOST_QUANTILE ? loss->alpha : 0.5, sum = 0, total = 0;
    KL_TRY(kl_weighted_quantile(out, residuals, weights, n, share, task, error));
    if (loss->kind != KL_BOOST_HUBER)
        return KL_OK;
    for (size_t i = 0; i < n; i++) {
        double away = residuals[i] - *out;
        sum += weights[i] * (away > 0 ? KL_MIN(loss->delta, away) : -KL_MIN(loss->delta, -away));
        total += weights[i];
    }
    *out += sum / total;
    return KL_OK;
}

static kl_status constant_leaves(kl_tree_buffer *tree, const kl_boost_loss *loss,
                                 const kl_boost_stage *s, kl_task *task, kl_error *error)
{
    double *residuals, *weights;
    size_t *starts;
    KL_TAKE_RAW(residuals, task, s->n, error);
    KL_TAKE_RAW(weights, task, s->n, error);
    KL_TAKE(starts, task, tree->count + 1, error);
    group(residuals, weights, starts, tree, loss, s);
    for (size_t k = 0; k < tree->count; k++) {
        size_t from = starts[k], count = starts[k + 1] - from;
        if (tree->nodes[k].left < 0 && count)
            KL_TRY(constant_of(&tree->values[k], loss, residuals + from, weights + from, count, task,
                               error));
    }
    return KL_OK;
}

kl_status kl_boost_leaves(kl_tree_buffer *tree, const kl_boost_loss *loss,
                          const kl_boost_stage *stage, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    if (loss->kind == KL_BOOST_SQUARED)
        return KL_OK; /* means of the gradients, which the tree has */
    if (loss->kind >= KL_BOOST_LOGISTIC)
        return newton_leaves(tree, loss, stage, error);
    kl_status status = constant_leaves(tree, loss, stage, &task, error);
    kl_task_end(&task);
    return status;
}
