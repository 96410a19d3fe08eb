/* src/ml/numeric_lbfgsb.c - directions within bounds: Byrd, Lu, Nocedal and Zhu (1995).
 *
 * The model of the function at x is theta I - W M W' with W = (Y, theta S). Its first minimum along the path that
 * the negative gradient takes when bounds bend it (the Cauchy point) says which variables stay at bounds; over
 * the others the model is then minimised, and cut at the bounds.
 */
#include "linalg.h"
#include "numeric_lbfgs.h"

#include <float.h>
#include <math.h>

struct kl_lbfgsb {
    size_t n, most;
    const double *low, *high;
    double *cauchy, *reduced;   /* n */
    double *breaks;             /* n: where along the path each variable meets its bound */
    int64_t *order;             /* n */
    bool *is_free;              /* n */
    double *middle;             /* M: w x w, w = 2 pairs */
    double *system;             /* w x 2w */
    double *c, *p, *v, *row, *mrow; /* w each */
    kl_task *task;
};

kl_status kl_lbfgsb_new(kl_lbfgsb **out, size_t n, size_t most, const double *low, const double *high,
                        kl_task *task, kl_error *error)
{
    kl_lbfgsb *b;
    size_t w = 2 * most;
    KL_TAKE(b, task, 1, error);
    *b = (kl_lbfgsb){.n = n, .most = most, .low = low, .high = high, .task = task};
    KL_TAKE(b->cauchy, task, n, error);
    KL_TAKE(b->reduced, task, n, error);
    KL_TAKE(b->breaks, task, n, error);
    KL_TAKE(b->order, task, n, error);
    KL_TAKE(b->is_free, task, n, error);
    KL_TAKE(b->middle, task, w * w, error);
    KL_TAKE(b->system, task, 2 * w * w, error);
    KL_TAKE(b->c, task, 5 * w, error);
    b->p = b->c + w;
    b->v = b->p + w;
    b->row = b->v + w;
    b->mrow = b->row + w;
    *out = b;
    return KL_OK;
}

void kl_lbfgsb_free(kl_lbfgsb *b)
{
    if (!b)
        return;
    void *blocks[] = {b->cauchy, b->reduced, b->breaks, b->order, b->is_free,
                      b->middle, b->system, b->c, b};
    kl_task *task = b->task;
    for (size_t i = 0; i < KL_COUNT(blocks); i++)
        kl_task_free(task, blocks[i]);
}

/* ---- small systems ------------------------------------------------------------------------------------------------- */

/* a (n x n of `columns` columns) becomes the unit matrix, what stands at its right the solutions. False: singular. */
static bool eliminate(double *a, size_t n, size_t columns)
{
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * columns + k]) > fabs(a[best * columns + k]))
                best = i;
        double pivot = a[best * columns + k];
        if (!(fabs(pivot) > 0) || isinf(pivot))
            return false;
        for (size_t j = k; j < columns; j++) {
            double moved = a[best * columns + j] / pivot;
            a[best * columns + j] = a[k * columns + j];
            a[k * columns + j] = moved;
        }
        for (size_t i = 0; i < n; i++)
            if (i != k && a[i * columns + k] != 0)
                kl_axpy(-a[i * columns + k], a + k * columns + k, a + i * columns + k, columns - k);
    }
    return true;
}

static const double *pair_s(const kl_lbfgs_memory *m, size_t pair) { return m->s + kl_lbfgs_at(m, pair) * m->n; }
static const double *pair_y(const kl_lbfgs_memory *m, size_t pair) { return m->y + kl_lbfgs_at(m, pair) * m->n; }

/* M is the inverse of (-D, L'; L, theta S'S), L being the part of S'Y below its diagonal D. */
static bool find_middle(kl_lbfgsb *b, const kl_lbfgs_memory *m)
{
    size_t k = m->count, w = 2 * k, columns = 2 * w;
    memset(b->system, 0, w * columns * sizeof *b->system);
    for (size_t i = 0; i < k; i++) {
        b->system[i * columns + i] = -m->sy[kl_lbfgs_at(m, i)];
        for (size_t j = 0; j < k; j++) {
            b->system[(k + i) * columns + k + j] = m->theta * kl_dot(pair_s(m, i), pair_s(m, j), m->n);
            if (j < i)
                b->system[(k + i) * columns + j] = b->system[j * columns + k + i] =
                    kl_dot(pair_s(m, i), pair_y(m, j), m->n);
        }
    }
    for (size_t i = 0; i < w; i++)
        b->system[i * columns + w + i] = 1;
    if (!eliminate(b->system, w, columns))
        return false;
    for (size_t i = 0; i < w; i++)
        memcpy(b->middle + i * w, b->system + i * columns + w, w * sizeof *b->middle);
    return true;
}

/* out = M x */
static void times_middle(const kl_lbfgsb *b, size_t w, double *out, const double *x)
{
    for (size_t i = 0; i < w; i++)
        out[i] = kl_dot(b->middle + i * w, x, w);
}

static void row_of_w(const kl_lbfgs_memory *m, size_t variable, double *row)
{
    for (size_t i = 0; i < m->count; i++) {
        row[i] = pair_y(m, i)[variable];
        row[m->count + i] = m->theta * pair_s(m, i)[variable];
    }
}

/* ---- the Cauchy point --------------------------------------------------------------------------------------------------- */

static double break_of(const kl_lbfgsb *b, size_t i, double x, double g)
{
    double end = g < 0 ? (b->high ? b->high[i] : INFINITY) : (b->low ? b->low[i] : -INFINITY);
    return g == 0 || isinf(end) ? INFINITY : fmax((x - end) / g, 0);
}

/* Breaks in ascending order; `reduced` holds the direction, which is 0 where a bound holds at once. Returns
 * -f' at the start. */
static double begin_path(kl_lbfgsb *b, const double *x, const double *g, const kl_lbfgs_memory *m)
{
    double *d = b->reduced, square = 0;
    for (size_t i = 0; i < b->n; i++) {
        b->breaks[i] = break_of(b, i, x[i], g[i]);
        d[i] = b->breaks[i] > 0 ? -g[i] : 0;
        b->is_free[i] = b->breaks[i] > 0;
        square += d[i] * d[i];
    }
    for (size_t i = 0; i < m->count; i++) {
        b->p[i] = kl_dot(pair_y(m, i), d, b->n);
        b->p[m->count + i] = m->theta * kl_dot(pair_s(m, i), d, b->n);
    }
    memset(b->c, 0, 2 * m->count * sizeof *b->c);
    return square;
}

typedef struct path {
    double slope, bend; /* of the model where one stands */
    double at;          /* the way so far */
} path;

/* Variable i has met its bound `way` further on: it stops there. */
static void stop_at(kl_lbfgsb *b, path *along, size_t i, double way, const double *x, const double *g,
                    const kl_lbfgs_memory *m)
{
    size_t w = 2 * m->count;
    double gi = g[i];
    b->cauchy[i] = gi < 0 ? b->high[i] : b->low[i];
    double z = b->cauchy[i] - x[i];
    kl_axpy(way, b->p, b->c, w);
    row_of_w(m, i, b->row);
    times_middle(b, w, b->mrow, b->row);
    along->slope += way * along->bend + gi * gi + m->theta * gi * z - gi * kl_dot(b->mrow, b->c, w);
    along->bend -= m->theta * gi * gi + 2 * gi * kl_dot(b->mrow, b->p, w) +
                   gi * gi * kl_dot(b->mrow, b->row, w);
    kl_axpy(gi, b->row, b->p, w);
    b->reduced[i] = 0;
    b->is_free[i] = false;
}

static bool find_cauchy(kl_lbfgsb *b, const double *x, const double *g, const kl_lbfgs_memory *m)
{
    size_t w = 2 * m->count;
    double square = begin_path(b, x, g, m);
    memcpy(b->cauchy, x, b->n * sizeof *x);
    if (square == 0)
        return false;
    times_middle(b, w, b->v, b->p);
    path along = {.slope = -square, .bend = m->theta * square - kl_dot(b->p, b->v, w)};
    double least_bend = DBL_EPSILON * along.bend, step = -along.slope / along.bend;
    if (kl_argsort(b->order, b->breaks, b->n, b->task, NULL) != KL_OK || !(along.bend > 0))
        return false;
    for (size_t k = 0; k < b->n; k++) {
        size_t i = (size_t)b->order[k];
        if (b->breaks[i] == 0)
            continue;
        double way = b->breaks[i] - along.at;
        if (step < way)
            break;
        stop_at(b, &along, i, way, x, g, m);
        along.at = b->breaks[i];
        along.bend = fmax(along.bend, least_bend);
        step = -along.slope / along.bend;
    }
    step = isfinite(step) ? fmax(step, 0) : 0;
    along.at += step;
    for (size_t i = 0; i < b->n; i++)
        if (b->is_free[i])
            b->cauchy[i] = x[i] + along.at * b->reduced[i];
    kl_axpy(step, b->p, b->c, w);
    return true;
}

/* ---- over the free variables ------------------------------------------------------------------------------------------------ */

/* reduced = the model's gradient at the Cauchy point, 0 for what is not free. */
static void find_reduced(kl_lbfgsb *b, const double *x, const double *g, const kl_lbfgs_memory *m)
{
    size_t k = m->count;
    times_middle(b, 2 * k, b->v, b->c);
    for (size_t i = 0; i < b->n; i++)
        b->reduced[i] = g[i] + m->theta * (b->cauchy[i] - x[i]);
    for (size_t i = 0; i < k; i++) {
        kl_axpy(-b->v[i], pair_y(m, i), b->reduced, b->n);
        kl_axpy(-m->theta * b->v[k + i], pair_s(m, i), b->reduced, b->n);
    }
    for (size_t i = 0; i < b->n; i++)
        b->reduced[i] = b->is_free[i] ? b->reduced[i] : 0;
}

/* system = (I - M W'W / theta | M W'r), with the rows of W that are free. */
static void find_system(kl_lbfgsb *b, const kl_lbfgs_memory *m)
{
    size_t w = 2 * m->count, columns = w + 1;
    memset(b->system, 0, w * columns * sizeof *b->system);
    memset(b->v, 0, w * sizeof *b->v);
    for (size_t i = 0; i < b->n; i++) {
        if (!b->is_free[i])
            continue;
        row_of_w(m, i, b->row);
        kl_axpy(b->reduced[i], b->row, b->v, w);
        times_middle(b, w, b->mrow, b->row);
        for (size_t r = 0; r < w; r++)
            kl_axpy(-b->mrow[r] / m->theta, b->row, b->system + r * columns, w);
    }
    for (size_t r = 0; r < w; r++) {
        b->system[r * columns + r] += 1;
        b->system[r * columns + w] = kl_dot(b->middle + r * w, b->v, w);
    }
}

/* direction = the minimum over the free variables, not yet cut at the bounds, less the Cauchy point. */
static bool minimise_free(kl_lbfgsb *b, double *direction, const kl_lbfgs_memory *m)
{
    size_t w = 2 * m->count, columns = w + 1;
    find_system(b, m);
    if (!eliminate(b->system, w, columns))
        return false;
    for (size_t r = 0; r < w; r++)
        b->v[r] = b->system[r * columns + w];
    for (size_t i = 0; i < b->n; i++) {
        direction[i] = 0;
        if (b->is_free[i]) {
            row_of_w(m, i, b->row);
            direction[i] = -b->reduced[i] / m->theta - kl_dot(b->row, b->v, w) / (m->theta * m->theta);
        }
    }
    return true;
}

static double within(const kl_lbfgsb *b, size_t i, double x)
{
    return fmin(fmax(x, b->low ? b->low[i] : -INFINITY), b->high ? b->high[i] : INFINITY);
}

/* Project what was found; where that does not lead downhill, go as far as the first bound instead (Morales and
 * Nocedal 2011). */
static void cut_at_bounds(kl_lbfgsb *b, double *direction, const double *x, const double *g)
{
    double slope = 0, share = 1;
    for (size_t i = 0; i < b->n; i++) {
        slope += g[i] * (within(b, i, b->cauchy[i] + direction[i]) - x[i]);
        double d = direction[i], room = within(b, i, d < 0 ? -INFINITY : INFINITY) - b->cauchy[i];
        if (d != 0)
            share = fmin(share, fmax(room / d, 0));
    }
    for (size_t i = 0; i < b->n; i++) {
        double to = slope < 0 ? b->cauchy[i] + direction[i] : b->cauchy[i] + share * direction[i];
        direction[i] = within(b, i, to) - x[i];
    }
}

bool kl_lbfgsb_direction(kl_lbfgsb *b, double *direction, const double *x, const double *g,
                         const kl_lbfgs_memory *memory)
{
    if (!find_middle(b, memory) || !find_cauchy(b, x, g, memory))
        return false;
    memset(direction, 0, b->n * sizeof *direction);
    if (memory->count) {
        find_reduced(b, x, g, memory);
        if (!minimise_free(b, direction, memory))
            return false;
    }
    cut_at_bounds(b, direction, x, g);
    return true;
}
