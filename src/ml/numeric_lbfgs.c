/* src/ml/numeric_lbfgs.c - minimising by the last gradients: see numeric.h.
 *
 * Without bounds the direction comes from the two loops of Nocedal (1980), with bounds from numeric_lbfgsb.c.
 */
#include "numeric_lbfgs.h"
#include "linalg.h"
#include "numeric_search.h"

#include <float.h>
#include <math.h>

enum { HISTORY = 10, EVALUATIONS_MAX = 15000, SEARCH_MAX = 50 };

typedef struct minimiser {
    kl_lbfgs *how;
    kl_objective *objective;
    void *data;
    size_t n, evaluations_max;
    double value_tol;
    double *x, *g, *direction, *x_before, *g_before;
    double value;
    kl_lbfgs_memory memory;
    kl_lbfgsb *bounded; /* NULL = no bounds */
    bool is_box;        /* every variable has two of them */
    double *alpha;      /* of the two loops */
} minimiser;

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static double bound(const double *of, size_t i, double none) { return of ? of[i] : none; }

static bool is_box(const kl_lbfgs *how, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isinf(bound(how->low, i, -INFINITY)) || isinf(bound(how->high, i, INFINITY)))
            return false;
    return true;
}

static void put_within(const kl_lbfgs *how, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = fmin(fmax(x[i], bound(how->low, i, -INFINITY)), bound(how->high, i, INFINITY));
}

/* The largest component of the gradient, as far as bounds let one go against it. */
static double projected_gradient(const minimiser *z)
{
    double most = 0;
    for (size_t i = 0; i < z->n; i++) {
        double low = bound(z->how->low, i, -INFINITY), high = bound(z->how->high, i, INFINITY);
        double g = z->g[i];
        g = g < 0 ? fmax(z->x[i] - high, g) : fmin(z->x[i] - low, g);
        most = fmax(most, fabs(g));
    }
    return most;
}

/* How far the direction can be followed. */
static double longest_step(const minimiser *z)
{
    double most = z->bounded && z->how->iterations == 0 ? 1 : 1e10;
    for (size_t i = 0; z->bounded && i < z->n; i++) {
        double d = z->direction[i], end = d < 0 ? bound(z->how->low, i, -INFINITY) : bound(z->how->high, i, INFINITY);
        if (d != 0 && isfinite(end))
            most = fmin(most, fmax((end - z->x[i]) / d, 0));
    }
    return most;
}

/* ---- pairs --------------------------------------------------------------------------------------------------------- */

/* Keep the step from x_before to x, if the function bends upwards along it. */
static void remember(minimiser *z)
{
    kl_lbfgs_memory *m = &z->memory;
    size_t at = (m->first + m->count) % m->most;
    double *s = m->s + at * z->n, *y = m->y + at * z->n;
    for (size_t i = 0; i < z->n; i++) {
        s[i] = z->x[i] - z->x_before[i];
        y[i] = z->g[i] - z->g_before[i];
    }
    double sy = kl_dot(s, y, z->n), yy = kl_dot(y, y, z->n);
    if (!(sy > DBL_EPSILON * -kl_dot(s, z->g_before, z->n)) || !(yy > 0) || isinf(yy))
        return;
    m->sy[at] = sy;
    m->theta = yy / sy;
    if (m->count < m->most)
        m->count++;
    else
        m->first = (m->first + 1) % m->most;
}

static void forget(minimiser *z)
{
    z->memory.count = z->memory.first = 0;
    z->memory.theta = 1;
}

/* direction = - H g */
static void two_loops(minimiser *z)
{
    const kl_lbfgs_memory *m = &z->memory;
    double *q = z->direction;
    memcpy(q, z->g, z->n * sizeof *q);
    for (size_t i = m->count; i-- > 0;) {
        size_t at = kl_lbfgs_at(m, i);
        z->alpha[i] = kl_dot(m->s + at * z->n, q, z->n) / m->sy[at];
        kl_axpy(-z->alpha[i], m->y + at * z->n, q, z->n);
    }
    kl_scale(q, 1 / m->theta, z->n);
    for (size_t i = 0; i < m->count; i++) {
        size_t at = kl_lbfgs_at(m, i);
        double beta = kl_dot(m->y + at * z->n, q, z->n) / m->sy[at];
        kl_axpy(z->alpha[i] - beta, m->s + at * z->n, q, z->n);
    }
    kl_scale(q, -1, z->n);
}

/* Downhill; the memory is given up when it does not lead there. */
static double find_direction(minimiser *z)
{
    for (;;) {
        bool fine = true;
        if (z->bounded)
            fine = kl_lbfgsb_direction(z->bounded, z->direction, z->x, z->g, &z->memory);
        else
            two_loops(z);
        double slope = fine ? kl_dot(z->g, z->direction, z->n) : NAN;
        if (slope < 0 || z->memory.count == 0)
            return slope;
        forget(z);
    }
}

/* ---- steps ------------------------------------------------------------------------------------------------------------ */

static kl_status evaluate(minimiser *z, kl_error *error)
{
    z->how->evaluations++;
    return z->objective(z->data, z->x, &z->value, z->g, error);
}

static void move_to(minimiser *z, double step)
{
    memcpy(z->x, z->x_before, z->n * sizeof *z->x);
    kl_axpy(step, z->direction, z->x, z->n);
    if (z->bounded)
        put_within(z->how, z->x, z->n);
}

/* Along the direction; `*moved` false: nothing lower was found, and all is as before. */
static kl_status search_line(minimiser *z, double slope, bool *moved, kl_error *error)
{
    kl_search search;
    double before = z->value, most = longest_step(z), first = 1;
    memcpy(z->x_before, z->x, z->n * sizeof *z->x);
    memcpy(z->g_before, z->g, z->n * sizeof *z->g);
    if (z->memory.count == 0 && !z->is_box)
        first = fmin(1, 1 / kl_norm(z->direction, z->n));
    kl_search_begin(&search, z->value, slope, first, most);
    for (int i = 0; i < SEARCH_MAX && z->how->evaluations < z->evaluations_max; i++) {
        move_to(z, search.step);
        KL_TRY(evaluate(z, error));
        if (kl_search_next(&search, z->value, kl_dot(z->g, z->direction, z->n)))
            break;
    }
    *moved = z->value < before || (z->value == before && kl_norm(z->g, z->n) < kl_norm(z->g_before, z->n));
    if (!*moved) {
        z->value = before;
        memcpy(z->x, z->x_before, z->n * sizeof *z->x);
        memcpy(z->g, z->g_before, z->n * sizeof *z->g);
    }
    return KL_OK;
}

static bool has_converged(const minimiser *z, double before)
{
    double fall = (before - z->value) / fmax(fmax(fabs(before), fabs(z->value)), 1);
    return projected_gradient(z) <= z->how->gradient_tol || fall <= z->value_tol;
}

static kl_status iterate(minimiser *z, kl_task *task, kl_error *error)
{
    kl_lbfgs *how = z->how;
    KL_TRY(evaluate(z, error));
    if (!isfinite(z->value))
        return kl_error_set(error, KL_FAILED, "the function to minimise is not finite where it begins");
    how->converged = projected_gradient(z) <= how->gradient_tol;
    while (!how->converged && how->iterations < how->iterations_max &&
           how->evaluations < z->evaluations_max) {
        KL_TRY(kl_task_step(task, how->iterations, how->iterations_max, error));
        bool moved = false, fresh = z->memory.count == 0;
        double before = z->value, slope = find_direction(z);
        if (slope < 0)
            KL_TRY(search_line(z, slope, &moved, error));
        if (moved) {
            how->iterations++;
            remember(z);
            how->converged = has_converged(z, before);
        } else if (fresh || z->memory.count == 0)
            break; /* rounding leaves nothing to go down to */
        else
            forget(z);
    }
    how->value = z->value;
    return KL_OK;
}

/* ---- all together ---------------------------------------------------------------------------------------------------- */

static kl_status take_memory(minimiser *z, kl_task *task, kl_error *error)
{
    kl_lbfgs_memory *m = &z->memory;
    KL_TAKE(z->g, task, z->n, error);
    KL_TAKE(z->direction, task, z->n, error);
    KL_TAKE(z->x_before, task, z->n, error);
    KL_TAKE(z->g_before, task, z->n, error);
    KL_TAKE(z->alpha, task, m->most, error);
    KL_TAKE(m->sy, task, m->most, error);
    KL_TAKE_RAW(m->s, task, m->most * z->n, error);
    KL_TAKE_RAW(m->y, task, m->most * z->n, error);
    if (z->how->low || z->how->high)
        KL_TRY(kl_lbfgsb_new(&z->bounded, z->n, m->most, z->how->low, z->how->high, task, error));
    return KL_OK;
}

static void give_memory(minimiser *z, kl_task *task)
{
    void *blocks[] = {z->g, z->direction, z->x_before, z->g_before, z->alpha,
                      z->memory.sy, z->memory.s, z->memory.y};
    for (size_t i = 0; i < KL_COUNT(blocks); i++)
        kl_task_free(task, blocks[i]);
    kl_lbfgsb_free(z->bounded);
}

kl_status kl_lbfgs_minimise(double *x, size_t n, kl_lbfgs *how, kl_objective *objective, void *data,
                            kl_task *task, kl_error *error)
{
    minimiser z = {.how = how, .objective = objective, .data = data, .n = n, .x = x};
    z.memory = (kl_lbfgs_memory){.n = n, .most = how->history ? how->history : HISTORY, .theta = 1};
    z.evaluations_max = how->evaluations_max ? how->evaluations_max : EVALUATIONS_MAX;
    z.value_tol = how->value_tol > 0 ? how->value_tol : 64 * DBL_EPSILON;
    how->iterations = how->evaluations = 0;
    how->converged = false;
    KL_TRY(take_memory(&z, task, error));
    z.is_box = is_box(how, n);
    if (z.bounded)
        put_within(how, x, n);
    KL_TRY(iterate(&z, task, error));
    give_memory(&z, task);
    return KL_OK;
}
