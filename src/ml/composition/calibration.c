/* src/ml/composition/calibration.c - from decisions to probabilities. */
#include "calibration.h"

#include "ml/numeric.h"

#include <math.h>

static double weight_of(const double *weights, size_t i) { return weights ? weights[i] : 1; }

/* ---- sigmoid ----------------------------------------------------------------------------------------------- */

double kl_sigmoid_at(double a, double b, double f)
{
    double z = a * f + b;
    return z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z));
}

typedef struct platt {
    const double *f, *target, *weights;
    size_t n;
} platt;

/* -sum w (t ln p + (1 - t) ln(1 - p)) */
static double loss_of(const platt *of, double a, double b)
{
    double sum = 0;
    for (size_t i = 0; i < of->n; i++) {
        double z = a * of->f[i] + b, t = of->target[i];
        sum += weight_of(of->weights, i) * (z >= 0 ? t * z + log1p(exp(-z)) : (t - 1) * z + log1p(exp(z)));
    }
    return sum;
}

/* A step of Newton's method; false when none makes the loss less. */
static bool step(const platt *of, double *a, double *b, double *loss)
{
    double ga = 0, gb = 0, aa = 1e-12, ab = 0, bb = 1e-12;
    for (size_t i = 0; i < of->n; i++) {
        double p = kl_sigmoid_at(*a, *b, of->f[i]), w = weight_of(of->weights, i);
        double d = w * (of->target[i] - p), h = w * p * (1 - p);
        ga += d * of->f[i];
        gb += d;
        aa += h * of->f[i] * of->f[i];
        ab += h * of->f[i];
        bb += h;
    }
    double determinant = aa * bb - ab * ab;
    double da = -(bb * ga - ab * gb) / determinant, db = -(aa * gb - ab * ga) / determinant;
    if (!(fabs(ga) > 1e-10 || fabs(gb) > 1e-10) || !isfinite(da) || !isfinite(db))
        return false;
    for (double by = 1; by > 1e-12; by /= 2) {
        double next = loss_of(of, *a + by * da, *b + by * db);
        if (next < *loss) {
            *a += by * da;
            *b += by * db;
            *loss = next;
            return true;
        }
    }
    return false;
}

kl_status kl_sigmoid_fit(double *a, double *b, const double *f, const double *y, const double *weights, size_t n,
                       kl_task *task, kl_error *error)
{
    double *target, *scaled, negative = 0, positive = 0, largest = 0;
    KL_TAKE(target, task, n, error);
    KL_TAKE(scaled, task, n, error);
    for (size_t i = 0; i < n; i++) {
        *(y[i] > 0 ? &positive : &negative) += weight_of(weights, i);
        largest = fmax(largest, fabs(f[i]));
    }
    double by = largest >= 30 ? largest : 1; /* large decisions would drown the gradient of b */
    for (size_t i = 0; i < n; i++) {
        target[i] = y[i] > 0 ? (positive + 1) / (positive + 2) : 1 / (negative + 2);
        scaled[i] = f[i] / by;
    }
    platt of = {scaled, target, weights, n};
    *a = 0;
    *b = log((negative + 1) / (positive + 1));
    double loss = loss_of(&of, *a, *b);
    for (int i = 0; i < 200 && step(&of, a, b, &loss); i++)
        KL_TRY(kl_task_step(task, 0, 0, error));
    *a /= by;
    return KL_OK;
}

/* ---- rising steps ------------------------------------------------------------------------------------------ */

/* A run of neighbours that have one value. */
typedef struct pool {
    double low, high, sum, weight;
} pool;

static double mean_of(const pool *p) { return p->weight > 0 ? p->sum / p->weight : p->sum; }

/* Less apart is the same. */
#define SAME_BELOW 1e-15

/* Rows of the same f become one pool; rows without weight do not count. */
static size_t pool_equal(pool *pools, const int64_t *order, const double *f, const double *target,
                         const double *weights, size_t n)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++) {
        size_t i = (size_t)order[k];
        double w = weight_of(weights, i);
        if (w == 0)
            continue;
        if (count == 0 || f[i] - pools[count - 1].low >= SAME_BELOW)
            pools[count++] = (pool){f[i], f[i], 0, 0};
        pools[count - 1].sum += w * target[i];
        pools[count - 1].weight += w;
    }
    return count;
}

/* Neighbours that fall become one. */
static size_t pool_falling(pool *pools, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        pools[kept++] = pools[i];
        while (kept > 1 && mean_of(&pools[kept - 2]) >= mean_of(&pools[kept - 1])) {
            pool *to = &pools[kept - 2];
            to->high = pools[kept - 1].high;
            to->sum += pools[kept - 1].sum;
            to->weight += pools[kept - 1].weight;
            kept--;
        }
    }
    return kept;
}

kl_status kl_rising_fit(double **x, double **y, size_t *count, const double *f, const double *target,
                        const double *weights, size_t n, kl_task *task, kl_error *error)
{
    int64_t *order;
    pool *pools;
    KL_TAKE(order, task, n, error);
    KL_TAKE(pools, task, n, error);
    KL_TAKE(*x, task, 2 * n, error);
    KL_TAKE(*y, task, 2 * n, error);
    KL_TRY(kl_argsort(order, f, n, task, error));
    size_t pooled = pool_falling(pools, pool_equal(pools, order, f, target, weights, n));
    *count = 0;
    for (size_t i = 0; i < pooled; i++) {
        (*x)[*count] = pools[i].low;
        (*y)[(*count)++] = mean_of(&pools[i]);
        if (pools[i].high == pools[i].low)
            continue;
        (*x)[*count] = pools[i].high;
        (*y)[(*count)++] = mean_of(&pools[i]);
    }
    return KL_OK;
}

double kl_rising_at(const double *x, const double *y, size_t count, double f)
{
    if (!(f > x[0]))
        return y[0];
    if (!(f < x[count - 1]))
        return y[count - 1];
    size_t low = 0, high = count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= f)
            low = middle;
        else
            high = middle;
    }
    return y[low] + (f - x[low]) / (x[high] - x[low]) * (y[high] - y[low]);
}
