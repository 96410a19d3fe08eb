/* src/ml/svm/smo.c - sequential minimal optimisation.
 *
 * g is the gradient Kb + q of the samples that are worked on. Of these b[i] may grow while it is below its upper
 * bound, and fall while it is above the lower one. A pair (up, down) violates the optimum by slope(down) - slope(up), where
 * the slope is g, but with a width g + width to the right of 0 and g - width to the left of it.
 */
#include "smo.h"

#include "../kernels.h"

#include <math.h>

/* Curvature of a pair that has none. */
static const double least_curvature = 1e-12;

typedef struct side {
    double *b, *low, *high;
    /* of the last look: the best to grow, its slope, and the largest slope of those that may fall */
    size_t up;
    double up_slope, down_slope;
} side;

typedef struct solver {
    kl_smo *smo;
    kl_smo_rows rows;
    size_t n, count; /* samples; those worked on */
    side sides[2];
    double *g, *linear, *diagonal;
    bool *keep, unshrunk;
} solver;

static const double none = INFINITY;

static double up_slope(const solver *s, double b, double g)
{
    return g + (b >= 0 ? s->smo->width : -s->smo->width);
}

static double down_slope(const solver *s, double b, double g)
{
    return g - (b <= 0 ? s->smo->width : -s->smo->width);
}

/* ---- the working set ---------------------------------------------------------------------------------- */

/* First of the pair: the least slope of those that may grow. */
static void look(const solver *s, side *a)
{
    a->up = kl_kernels()->smo_look(&a->up_slope, &a->down_slope, a->b, a->low, a->high, s->g,
                                   s->smo->width, s->count);
}

/* The second: the greatest fall of the objective when both move to the minimum along their line. */
static size_t partner(double *best, const solver *s, const side *a, const float *row)
{
    return kl_kernels()->smo_partner(best, a->b, a->low, s->g, s->diagonal, row, s->smo->width,
                                     a->up_slope, s->diagonal[a->up], s->count);
}

static double violation(const solver *s)
{
    double most = -none;
    for (size_t k = 0; k < s->smo->sides; k++)
        most = KL_MAX(most, s->sides[k].down_slope - s->sides[k].up_slope);
    return most;
}

static void look_at_all(solver *s)
{
    for (size_t k = 0; k < s->smo->sides; k++)
        look(s, &s->sides[k]);
}

/* The pair of the side where it gains most; *down = SIZE_MAX when there is none. */
static kl_status choose(side **at, size_t *down, solver *s, kl_error *error)
{
    double best = 0;
    *down = SIZE_MAX;
    for (size_t k = 0; k < s->smo->sides; k++) {
        side *a = &s->sides[k];
        const float *row;
        if (a->up == SIZE_MAX)
            continue;
        KL_TRY(kl_smo_rows_get(&row, &s->rows, s->rows.column[a->up], error));
        size_t found = partner(&best, s, a, row);
        if (found != SIZE_MAX)
            *down = found, *at = a;
    }
    return KL_OK;
}

/* ---- a step ------------------------------------------------------------------------------------------- */

/* How far b may grow, or fall, at one slope. */
static double room_up(const solver *s, const side *a, size_t i)
{
    double end = s->smo->width > 0 && a->b[i] < 0 ? KL_MIN(a->high[i], 0) : a->high[i];
    return end - a->b[i];
}

static double room_down(const solver *s, const side *a, size_t j)
{
    double end = s->smo->width > 0 && a->b[j] > 0 ? KL_MAX(a->low[j], 0) : a->low[j];
    return a->b[j] - end;
}

/* b + by, exactly at the end of its room when it goes so far. */
static void move(double *b, double by, double room, bool is_up)
{
    double end = is_up ? *b + room : *b - room;
    *b = by >= room ? end : is_up ? *b + by : *b - by;
}

/* False when the numbers are too close to move at all. */
static kl_status step(bool *moved, solver *s, side *a, size_t down, kl_error *error)
{
    size_t up = a->up;
    const float *row_up, *row_down;
    KL_TRY(kl_smo_rows_get(&row_up, &s->rows, s->rows.column[up], error));
    KL_TRY(kl_smo_rows_get(&row_down, &s->rows, s->rows.column[down], error));
    double curvature = s->diagonal[up] + s->diagonal[down] - 2 * (double)row_up[down];
    double off = down_slope(s, a->b[down], s->g[down]) - a->up_slope;
    double by = off / (curvature > 0 ? curvature : least_curvature);
    double rise = room_up(s, a, up), fall = room_down(s, a, down);
    double before_up = a->b[up], before_down = a->b[down];
    by = KL_MIN(by, KL_MIN(rise, fall));
    move(&a->b[up], by, rise, true);
    move(&a->b[down], by, fall, false);
    double grown = a->b[up] - before_up, fallen = a->b[down] - before_down;
    *moved = grown != 0 || fallen != 0;
    kl_kernels()->smo_step(s->g, row_up, row_down, grown, fallen, s->count);
    return KL_OK;
}

/* ---- shrinking ---------------------------------------------------------------------------------------- */

/* b of all samples, from those worked on. */
static void write_back(solver *s)
{
    for (size_t k = 0; k < s->smo->sides; k++)
        for (size_t j = 0; j < s->count; j++)
            s->smo->b[k * s->n + s->rows.column[j]] = s->sides[k].b[j];
}

static void take_all(solver *s)
{
    const kl_smo *smo = s->smo;
    s->count = s->n;
    for (size_t k = 0; k < smo->sides; k++) {
        memcpy(s->sides[k].b, smo->b + k * s->n, s->n * sizeof(double));
        memcpy(s->sides[k].low, smo->low + k * s->n, s->n * sizeof(double));
        memcpy(s->sides[k].high, smo->high + k * s->n, s->n * sizeof(double));
    }
    for (size_t i = 0; i < s->n; i++) {
        s->linear[i] = smo->linear ? smo->linear[i] : 0;
        s->diagonal[i] = kl_smo_rows_diagonal(&s->rows, i);
    }
}

/* g of the samples that are not worked on; those that are have theirs at the head of s->g. */
static kl_status complete_gradient(solver *s, kl_error *error)
{
    size_t rest = s->n - s->count, at = 0, to = 0;
    double *b = kl_alloc((s->n + rest + 1) * sizeof *b), *fresh;
    size_t *columns = kl_alloc((rest + 1) * sizeof *columns);
    kl_status status;
    KL_TRY_OUT(b && columns ? KL_OK : kl_error_no_memory(error));
    fresh = b + s->n;
    for (size_t i = 0; i < s->n; i++) {
        b[i] = s->smo->b[i] + (s->smo->sides > 1 ? s->smo->b[s->n + i] : 0);
        if (at < s->count && s->rows.column[at] == i) {
            at++;
            continue;
        }
        fresh[to] = s->smo->linear ? s->smo->linear[i] : 0;
        columns[to++] = i;
    }
    KL_TRY_OUT(kl_smo_rows_add(fresh, &s->rows, columns, rest, b, error));
    for (size_t i = s->n; i-- > 0;) /* from the end: nothing is written over before it is read */
        s->g[i] = rest > 0 && columns[rest - 1] == i ? fresh[--rest] : s->g[--at];
out:
    kl_free(columns);
    kl_free(b);
    return status;
}

static kl_status unshrink(solver *s, kl_error *error)
{
    write_back(s);
    KL_TRY(complete_gradient(s, error));
    kl_smo_rows_restore(&s->rows);
    take_all(s);
    return KL_OK;
}

/* Whether it lies at a bound and none of the pairs that it could be of violates the optimum. */
static bool is_settled(const solver *s, const side *a, size_t i)
{
    if (a->b[i] < a->high[i] && !(up_slope(s, a->b[i], s->g[i]) > a->down_slope))
        return false;
    if (a->b[i] > a->low[i] && !(down_slope(s, a->b[i], s->g[i]) < a->up_slope))
        return false;
    /* What is free, or at 0 between its two slopes with room on both sides, is settled by both. */
    return !(a->b[i] < a->high[i] && a->b[i] > a->low[i]) || (s->smo->width > 0 && a->b[i] == 0);
}

static void squeeze(double *values, const bool *keep, size_t count)
{
    size_t to = 0;
    for (size_t j = 0; j < count; j++) {
        values[to] = values[j];
        to += keep[j];
    }
}

/* Set settled samples aside, when they are so many that it pays. */
static kl_status shrink(solver *s, kl_error *error)
{
    if (!s->unshrunk && violation(s) <= 10 * s->smo->tol) {
        s->unshrunk = true;
        if (s->count < s->n) {
            KL_TRY(unshrink(s, error));
            look_at_all(s);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        s->keep[i] = !is_settled(s, &s->sides[0], i) ||
                     (s->smo->sides > 1 && !is_settled(s, &s->sides[1], i));
        kept += s->keep[i];
    }
    if (kept > s->count - s->count / 8 - 1)
        return KL_OK;
    write_back(s);
    for (size_t k = 0; k < s->smo->sides; k++) {
        squeeze(s->sides[k].b, s->keep, s->count);
        squeeze(s->sides[k].low, s->keep, s->count);
        squeeze(s->sides[k].high, s->keep, s->count);
    }
    squeeze(s->g, s->keep, s->count);
    squeeze(s->linear, s->keep, s->count);
    squeeze(s->diagonal, s->keep, s->count);
    kl_smo_rows_drop(&s->rows, s->keep);
    s->count = kept;
    look_at_all(s);
    return KL_OK;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

/* rho of a side: the mean slope of what is free, else the middle of what its bounds allow. */
static double rho_of(const solver *s, const side *a)
{
    double sum = 0, most = none, least = -none;
    size_t free_ones = 0;
    for (size_t i = 0; i < s->count; i++) {
        bool grows = a->b[i] < a->high[i], falls = a->b[i] > a->low[i];
        double up = up_slope(s, a->b[i], s->g[i]), down = down_slope(s, a->b[i], s->g[i]);
        if (grows && falls && up == down)
            sum += up, free_ones++;
        if (grows)
            most = KL_MIN(most, up);
        if (falls)
            least = KL_MAX(least, down);
    }
    return free_ones ? sum / (double)free_ones : (most + least) / 2;
}

static kl_status start(solver *s, kl_smo *smo, kl_error *error)
{
    size_t n = smo->n;
    *s = (solver){.smo = smo, .n = n};
    KL_TRY(kl_smo_rows_open(&s->rows, &smo->source, n, smo->room, error));
    double *memory = kl_alloc_zero(n + 1, (3 + 3 * smo->sides) * sizeof *memory);
    s->keep = kl_alloc_zero(n + 1, sizeof *s->keep);
    s->g = memory;
    if (!memory || !s->keep)
        return kl_error_no_memory(error);
    s->linear = memory + n;
    s->diagonal = memory + 2 * n;
    for (size_t k = 0; k < smo->sides; k++) {
        double *first = memory + (3 + 3 * k) * n;
        s->sides[k] = (side){.b = first, .low = first + n, .high = first + 2 * n};
    }
    KL_TRY(complete_gradient(s, error)); /* of none yet: of all */
    take_all(s);
    return KL_OK;
}

/* Without a limit there is one that only a tolerance beyond the precision of float32 values meets. */
static bool may_go_on(const kl_smo *smo)
{
    int64_t limit = smo->iterations_max;
    if (limit < 0)
        limit = KL_MAX((int64_t)100000000, (int64_t)KL_MIN(smo->n, (size_t)1 << 40) * 1000);
    return smo->iterations < limit;
}

static kl_status iterate(solver *s, kl_task *task, kl_error *error)
{
    kl_smo *smo = s->smo;
    size_t pause = KL_MIN(s->n, 1000) + 1, left = pause;
    for (; may_go_on(smo); smo->iterations++) {
        side *at = NULL;
        size_t down;
        bool moved;
        look_at_all(s);
        if (--left == 0) {
            left = pause;
            if (smo->shrinking)
                KL_TRY(shrink(s, error));
            if (task)
                KL_TRY(kl_task_step(task, (size_t)smo->iterations, 0, error));
        }
        if (violation(s) < smo->tol && s->count < s->n) {
            KL_TRY(unshrink(s, error));
            look_at_all(s);
            left = 1;
        }
        if (violation(s) < smo->tol)
            break;
        KL_TRY(choose(&at, &down, s, error));
        if (down == SIZE_MAX)
            break;
        KL_TRY(step(&moved, s, at, down, error));
        if (!moved)
            return KL_OK; /* the precision of numbers is used up: it ends as not converged */
    }
    smo->converged = may_go_on(smo);
    return KL_OK;
}

kl_status kl_smo_solve(kl_smo *smo, kl_task *task, kl_error *error)
{
    solver s;
    kl_status status;
    smo->iterations = 0, smo->converged = false;
    KL_TRY_OUT(start(&s, smo, error));
    KL_TRY_OUT(iterate(&s, task, error));
    if (s.count < s.n)
        KL_TRY_OUT(unshrink(&s, error));
    write_back(&s);
    smo->rho = rho_of(&s, &s.sides[0]);
    if (smo->sides > 1) {
        double other = rho_of(&s, &s.sides[1]);
        smo->radius = (smo->rho - other) / 2;
        smo->rho = (smo->rho + other) / 2;
    }
out:
    kl_free(s.g);
    kl_free(s.keep);
    kl_smo_rows_end(&s.rows);
    return status;
}
