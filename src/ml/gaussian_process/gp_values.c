/* src/ml/gaussian_process/gp_values.c - values and slopes of covariance functions, tile by tile. */
#include "gp_kernel.h"

#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"

#include <math.h>

enum { TILE = 32 };

/* Values of one row of a tile for all nodes, and slopes for all hyperparameters. */
typedef struct tile {
    const kl_gp_kernel *kernel;
    const double *x, *b; /* the row; the rows that it is beside */
    const double *columns; /* b feature by feature, `stride` numbers each */
    size_t stride;
    size_t self;         /* number of b that is the row itself; SIZE_MAX = none */
    size_t n, d;
    double *value;       /* nodes x n */
    double *slope;       /* params x n, or NULL */
    double *distance;    /* n: scratch */
} tile;

static double *value_of(const tile *t, size_t node) { return t->value + node * t->n; }
static double *slope_of(const tile *t, size_t param) { return t->slope + param * t->n; }

/* ---- kernels of distances ------------------------------------------------------------------------------- */

/* The value for a squared distance, and -2 times its derivative by it. */
static double matern(double *fall, double square, double nu)
{
    double r = sqrt(square);
    if (nu == 0.5) {
        double e = exp(-r);
        *fall = r > 0 ? e / r : 0;
        return e;
    }
    double t = sqrt(2 * nu) * r;
    if (nu == 1.5) {
        double e = exp(-t);
        *fall = 3 * e;
        return (1 + t) * e;
    }
    if (nu == 2.5) {
        double e = exp(-t);
        *fall = 5.0 / 3 * (1 + t) * e;
        return (1 + t + t * t / 3) * e;
    }
    double at = KL_MAX(t, 1e-15), scale = exp((1 - nu) * M_LN2 - lgamma(nu));
    *fall = 2 * nu * scale * pow(at, nu - 1) * kl_bessel_k(fabs(nu - 1), at);
    return t == 0 ? 1 : scale * pow(at, nu) * kl_bessel_k(nu, at);
}

static void set_distances(const tile *t, const double *lengths, size_t count)
{
    memset(t->distance, 0, t->n * sizeof *t->distance);
    for (size_t k = 0; k < t->d; k++) {
        double length = lengths[count > 1 ? k : 0];
        kl_kernels()->add_squares(t->distance, t->x[k], t->columns + k * t->stride,
                                  1 / (length * length), t->n);
    }
}

/* rbf and matern */
static void stationary(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at];
    const double *lengths = t->kernel->values + node->param;
    double *value = value_of(t, at);
    set_distances(t, lengths, node->params);
    bool is_smooth = node->kind == KL_GP_RBF || isinf(node->fixed);
    if (is_smooth) {
        for (size_t j = 0; j < t->n; j++)
            value[j] = -t->distance[j] / 2;
        kl_kernels()->exp(value, value, t->n);
    }
    for (size_t j = 0; j < t->n; j++) {
        double fall = is_smooth ? value[j] : 0;
        if (!is_smooth)
            value[j] = matern(&fall, t->distance[j], node->fixed);
        if (t->slope && node->params == 1)
            slope_of(t, node->param)[j] = fall * t->distance[j];
        for (size_t k = 0; t->slope && node->params > 1 && k < node->params; k++) {
            double away = (t->x[k] - t->b[j * t->d + k]) / lengths[k];
            slope_of(t, node->param + k)[j] = fall * away * away;
        }
    }
}

static void rational_quadratic(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at];
    double alpha = t->kernel->values[node->param], length = t->kernel->values[node->param + 1];
    double *value = value_of(t, at);
    set_distances(t, &length, 1);
    for (size_t j = 0; j < t->n; j++) {
        double square = t->distance[j], base = 1 + square / (2 * alpha);
        value[j] = pow(base, -alpha);
        if (!t->slope)
            continue;
        slope_of(t, node->param)[j] = value[j] * (square / (2 * base) - alpha * log(base));
        slope_of(t, node->param + 1)[j] = value[j] * square / base;
    }
}

static void exp_sine_squared(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at];
    double length = t->kernel->values[node->param], period = t->kernel->values[node->param + 1];
    double *value = value_of(t, at);
    set_distances(t, &(double){1}, 1);
    for (size_t j = 0; j < t->n; j++) {
        double angle = M_PI * sqrt(t->distance[j]) / period, s = sin(angle) / length;
        value[j] = exp(-2 * s * s);
        if (!t->slope)
            continue;
        slope_of(t, node->param)[j] = 4 * s * s * value[j];
        slope_of(t, node->param + 1)[j] = 4 * angle / length * cos(angle) * s * value[j];
    }
}

/* ---- the others ----------------------------------------------------------------------------------------- */

static void dot_product(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at];
    double sigma = t->kernel->values[node->param], *value = value_of(t, at);
    for (size_t j = 0; j < t->n; j++) {
        value[j] = kl_kernels()->dot(t->x, t->b + j * t->d, t->d) + sigma * sigma;
        if (t->slope)
            slope_of(t, node->param)[j] = 2 * sigma * sigma;
    }
}

static void constant(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at];
    double number = t->kernel->values[node->param], *value = value_of(t, at);
    for (size_t j = 0; j < t->n; j++) {
        value[j] = node->kind == KL_GP_CONSTANT || j == t->self ? number : 0;
        if (t->slope)
            slope_of(t, node->param)[j] = value[j];
    }
}

/* Multiply the slopes of all hyperparameters that `node` is made of, which are the next ones up to `end`. */
static void scale_slopes(const tile *t, size_t begin, size_t end, const double *by)
{
    for (size_t p = begin; t->slope && p < end; p++) {
        double *slope = slope_of(t, p);
        for (size_t j = 0; j < t->n; j++)
            slope[j] *= by[j];
    }
}

/* Hyperparameters of a node and of all that it is made of: [param, param + params). */
static void combine(const tile *t, size_t at)
{
    const kl_gp_node *node = &t->kernel->nodes[at], *nodes = t->kernel->nodes;
    const double *a = value_of(t, node->first), *b = value_of(t, node->second);
    double *value = value_of(t, at);
    if (node->kind == KL_GP_SUM) {
        for (size_t j = 0; j < t->n; j++)
            value[j] = a[j] + b[j];
        return;
    }
    if (node->kind == KL_GP_PRODUCT) {
        const kl_gp_node *first = &nodes[node->first], *second = &nodes[node->second];
        for (size_t j = 0; j < t->n; j++)
            value[j] = a[j] * b[j];
        scale_slopes(t, first->param, first->param + first->params, b);
        scale_slopes(t, second->param, second->param + second->params, a);
        return;
    }
    for (size_t j = 0; j < t->n; j++) {
        value[j] = pow(a[j], node->fixed);
        t->distance[j] = node->fixed * pow(a[j], node->fixed - 1);
    }
    scale_slopes(t, node->param, node->param + node->params, t->distance);
}

static void evaluate(const tile *t)
{
    for (size_t at = 0; at < t->kernel->count; at++)
        switch (t->kernel->nodes[at].kind) {
        case KL_GP_CONSTANT:
        case KL_GP_WHITE:
            constant(t, at);
            break;
        case KL_GP_RBF:
        case KL_GP_MATERN:
            stationary(t, at);
            break;
        case KL_GP_RATIONAL_QUADRATIC:
            rational_quadratic(t, at);
            break;
        case KL_GP_EXP_SINE_SQUARED:
            exp_sine_squared(t, at);
            break;
        case KL_GP_DOT_PRODUCT:
            dot_product(t, at);
            break;
        default:
            combine(t, at);
        }
}

/* ---- all rows ------------------------------------------------------------------------------------------- */

typedef struct values {
    const kl_gp_kernel *kernel;
    const double *a, *b, *weights;
    double *columns;    /* b feature by feature */
    size_t n, d;
    bool same, is_half; /* is_half: only values up to the diagonal */
    double *out;        /* m x n; or blocks x params */
} values;

static kl_status open_tile(tile *t, const values *v, size_t n, bool has_slopes, kl_error *error)
{
    size_t rows = v->kernel->count + (has_slopes ? v->kernel->params : 0) + 1;
    *t = (tile){.kernel = v->kernel, .b = v->b, .columns = v->columns, .stride = v->n,
                .self = SIZE_MAX, .d = v->d,
                .value = kl_alloc_zero(rows, (n + 1) * sizeof(double))};
    if (!t->value)
        return kl_error_no_memory(error);
    t->distance = t->value + v->kernel->count * n;
    t->slope = has_slopes ? t->distance + n : NULL;
    return KL_OK;
}

static kl_status values_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const values *v = data;
    tile t;
    (void)block;
    KL_TRY(open_tile(&t, v, v->n, false, error));
    for (size_t i = begin; i < end; i++) {
        t.x = v->a + i * v->d;
        t.n = v->is_half ? i + 1 : v->n;
        t.self = v->same ? i : SIZE_MAX;
        evaluate(&t);
        memcpy(v->out + i * v->n, value_of(&t, v->kernel->count - 1), t.n * sizeof *v->out);
    }
    kl_free(t.value);
    return KL_OK;
}

static kl_status slopes_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const values *v = data;
    double *sums = v->out + block * v->kernel->params;
    tile t;
    KL_TRY(open_tile(&t, v, v->n, true, error));
    double *slopes = t.slope;
    for (size_t i = begin; i < end; i++) {
        const double *weights = v->weights + i * v->n;
        t.x = v->a + i * v->d;
        t.n = i + 1;
        t.self = i;
        t.slope = slopes;
        evaluate(&t);
        for (size_t p = 0; p < v->kernel->params; p++) {
            const double *slope = slope_of(&t, p);
            sums[p] += 2 * kl_kernels()->dot(weights, slope, i) + weights[i] * slope[i];
        }
    }
    kl_free(t.value);
    return KL_OK;
}

static kl_status turn(values *v, kl_error *error)
{
    v->columns = kl_alloc((v->n * v->d + 1) * sizeof *v->columns);
    if (!v->columns)
        return kl_error_no_memory(error);
    kl_transpose(v->columns, v->b, v->n, v->d);
    return KL_OK;
}

kl_status kl_gp_values(double *out, const kl_gp_kernel *kernel, const double *a, size_t m,
                       const double *b, size_t n, size_t d, bool same, kl_error *error)
{
    values v = {.kernel = kernel, .a = a, .b = b, .n = n, .d = d, .same = same, .is_half = same,
                .out = out};
    KL_TRY(turn(&v, error));
    kl_status status = kl_parallel_for(m, TILE, values_block, &v, error);
    kl_free(v.columns);
    for (size_t i = 0; i < m && same && status == KL_OK; i++)
        for (size_t j = i + 1; j < n; j++)
            out[i * n + j] = out[j * n + i];
    return status;
}

kl_status kl_gp_diagonal(double *out, const kl_gp_kernel *kernel, const double *a, size_t m, size_t d,
                         kl_error *error)
{
    for (size_t i = 0; i < m; i++)
        KL_TRY(kl_gp_values(out + i, kernel, a + i * d, 1, a + i * d, 1, d, true, error));
    return KL_OK;
}

kl_status kl_gp_slopes(double *gradient, const kl_gp_kernel *kernel, const double *weights,
                       const double *a, size_t n, size_t d, kl_error *error)
{
    size_t blocks = kl_parallel_blocks(n, TILE);
    values v = {.kernel = kernel, .a = a, .b = a, .weights = weights, .n = n, .d = d, .same = true};
    KL_TRY(turn(&v, error));
    v.out = kl_alloc_zero(blocks * kernel->params + 1, sizeof *v.out);
    kl_status status = v.out ? kl_parallel_for(n, TILE, slopes_block, &v, error)
                             : kl_error_no_memory(error);
    kl_free(v.columns);
    for (size_t p = 0; v.out && p < kernel->params; p++) {
        gradient[p] = 0;
        for (size_t block = 0; block < blocks; block++)
            gradient[p] += v.out[block * kernel->params + p];
    }
    kl_free(v.out);
    return status;
}
