/* src/ml/numeric_brent.c - functions of one variable: Brent (1973), see numeric.h. */
#include "numeric.h"

#include <float.h>
#include <math.h>

typedef double curve(void *data, double x);

typedef struct point {
    double x, f;
} point;

static point at(curve *f, void *data, double x) { return (point){x, f(data, x)}; }

/* ---- a bracket ----------------------------------------------------------------------------------------------------- */

static const double GOLDEN_STEP = 1.618034, FAR = 110;

static double beyond(point b, point c) { return c.x + GOLDEN_STEP * (c.x - b.x); }

/* The extreme of the parabola through three points. */
static double parabola(point a, point b, point c)
{
    double left = (b.x - a.x) * (b.f - c.f), right = (b.x - c.x) * (b.f - a.f), off = right - left;
    double divisor = fabs(off) < 1e-21 ? 2e-21 : 2 * off;
    return b.x - ((b.x - c.x) * right - (b.x - a.x) * left) / divisor;
}

/* Steps downhill from a and b until the middle one of three points is the lowest; false when there is no such
 * place within reach. Each step goes to the parabola's extreme, but no more than FAR times as far as the last. */
static bool bracket(curve *f, void *data, point *a, point *b, point *c)
{
    if (a->f < b->f) {
        point swapped = *a;
        *a = *b;
        *b = swapped;
    }
    *c = at(f, data, beyond(*a, *b));
    for (int i = 0; c->f < b->f; i++) {
        double w = parabola(*a, *b, *c), limit = b->x + FAR * (c->x - b->x);
        point next;
        if (i > 1000)
            return false;
        if ((w - c->x) * (b->x - w) > 0) { /* between b and c */
            next = at(f, data, w);
            if (next.f < c->f) {
                *a = *b;
                *b = next;
                return true;
            }
            if (next.f > b->f) {
                *c = next;
                return true;
            }
            next = at(f, data, beyond(*b, *c));
        } else if ((w - limit) * (limit - c->x) >= 0)
            next = at(f, data, limit);
        else if ((w - limit) * (c->x - w) > 0) { /* beyond c */
            next = at(f, data, w);
            if (next.f < c->f) {
                *b = *c;
                *c = next;
                next = at(f, data, beyond(*b, *c));
            }
        } else
            next = at(f, data, beyond(*b, *c));
        *a = *b;
        *b = *c;
        *c = next;
    }
    return isfinite(a->x) && isfinite(b->x) && isfinite(c->x);
}

/* ---- a minimum --------------------------------------------------------------------------------------------------------- */

static const double GOLDEN_SHARE = 0.3819660, LEAST = 1e-11;

typedef struct brent {
    double low, high;
    point best, second, third;
    double step, before; /* the last step, and the one before it */
} brent;

/* A step to the minimum of the parabola through the three best points, if it falls inside and steps shrink. */
static bool parabolic_step(brent *z, double middle, double least)
{
    double x = z->best.x;
    double r = (x - z->second.x) * (z->best.f - z->third.f);
    double q = (x - z->third.x) * (z->best.f - z->second.f);
    double p = (x - z->third.x) * q - (x - z->second.x) * r, limit = z->before;
    q = 2 * (q - r);
    p = q > 0 ? -p : p;
    q = fabs(q);
    z->before = z->step;
    if (!(p > q * (z->low - x) && p < q * (z->high - x) && fabs(p) < fabs(0.5 * q * limit)))
        return false;
    z->step = p / q;
    double to = x + z->step;
    if (to - z->low < 2 * least || z->high - to < 2 * least)
        z->step = middle - x >= 0 ? least : -least;
    return true;
}

static void keep(brent *z, point now)
{
    if (now.f > z->best.f) {
        if (now.x < z->best.x)
            z->low = now.x;
        else
            z->high = now.x;
        if (now.f <= z->second.f || z->second.x == z->best.x) {
            z->third = z->second;
            z->second = now;
        } else if (now.f <= z->third.f || z->third.x == z->best.x || z->third.x == z->second.x)
            z->third = now;
        return;
    }
    if (now.x >= z->best.x)
        z->low = z->best.x;
    else
        z->high = z->best.x;
    z->third = z->second;
    z->second = z->best;
    z->best = now;
}

static double minimise(brent *z, curve *f, void *data, double tol, size_t iterations_max)
{
    for (size_t i = 0; i < iterations_max; i++) {
        double x = z->best.x, least = tol * fabs(x) + LEAST, middle = 0.5 * (z->low + z->high);
        if (fabs(x - middle) < 2 * least - 0.5 * (z->high - z->low))
            break;
        if (fabs(z->before) <= least || !parabolic_step(z, middle, least)) {
            z->before = x >= middle ? z->low - x : z->high - x;
            z->step = GOLDEN_SHARE * z->before;
        }
        double step = fabs(z->step) >= least ? z->step : z->step >= 0 ? least : -least;
        keep(z, at(f, data, x + step));
    }
    return z->best.x;
}

double kl_brent(double (*f)(void *data, double x), void *data, double a, double b, bool unbounded,
                double tol, size_t iterations_max)
{
    brent z = {.low = fmin(a, b), .high = fmax(a, b)};
    if (!unbounded) {
        z.best = at(f, data, z.low + GOLDEN_SHARE * (z.high - z.low));
    } else {
        point left = at(f, data, a), middle = at(f, data, b), right;
        if (!bracket(f, data, &left, &middle, &right))
            return right.f < middle.f ? right.x : middle.x;
        z.low = fmin(left.x, right.x);
        z.high = fmax(left.x, right.x);
        z.best = middle;
    }
    z.second = z.third = z.best;
    return minimise(&z, f, data, tol, iterations_max);
}

/* ---- a root -------------------------------------------------------------------------------------------------------------- */

/* b is the best, c lies on the other side of the root, a is the best before b. */
static double root_step(point a, point b, point c)
{
    double half = (c.x - b.x) / 2, p, q, s = b.f / a.f;
    if (a.x == c.x) {
        p = 2 * half * s;
        q = 1 - s;
    } else { /* the inverse of a parabola through three points */
        double r = b.f / c.f, t = a.f / c.f;
        p = s * (2 * half * t * (t - r) - (b.x - a.x) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
    }
    q = p > 0 ? -q : q;
    p = fabs(p);
    return 2 * p < KL_MIN(3 * half * q, INFINITY) ? p / q : NAN;
}

double kl_brent_root(double (*f)(void *data, double x), void *data, double low, double high, double tol)
{
    point a = at(f, data, low), b = at(f, data, high), c = a;
    double step = b.x - a.x, before = step;
    for (int i = 0; i < 1000 && b.f != 0; i++) {
        if ((b.f > 0) == (c.f > 0)) {
            c = a;
            step = before = b.x - a.x;
        }
        if (fabs(c.f) < fabs(b.f)) {
            a = b;
            b = c;
            c = a;
        }
        double least = 2 * DBL_EPSILON * fabs(b.x) + tol / 2, half = (c.x - b.x) / 2;
        if (fabs(half) <= least)
            break;
        double wanted = fabs(before) >= least && fabs(a.f) > fabs(b.f) ? root_step(a, b, c) : NAN;
        if (isnan(wanted) || fabs(wanted) >= fabs(before) / 2)
            step = before = half;
        else {
            before = step;
            step = wanted;
        }
        a = b;
        b = at(f, data, b.x + (fabs(step) > least ? step : copysign(least, half)));
    }
    return b.x;
}
