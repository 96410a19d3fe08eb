/* src/ml/numeric_search.c - see numeric_search.h.
 *
 * A step will do when the value fell by a share of what the slope promised and the slope has flattened (the
 * strong Wolfe conditions). Until then the interval that holds such a step narrows: the next one is the minimum
 * of a cubic or a parabola through the two best points, kept from creeping.
 */
#include "numeric_search.h"

#include <math.h>

static const double DESCENT = 1e-3, CURVATURE = 0.9, NARROW = 0.1;

void kl_search_begin(kl_search *s, double value, double slope, double step, double step_max)
{
    kl_search_point start = {0, value, slope};
    *s = (kl_search){.start = start, .best = start, .end = start, .step = fmin(step, step_max),
                     .step_max = step_max, .width = step_max, .width_before = 2 * step_max};
    s->high = 5 * s->step;
}

/* ---- where a curve through two points is least ----------------------------------------------------------------- */

/* theta and gamma of the cubic through a and b; gamma >= 0. */
static void cubic(double *theta, double *gamma, kl_search_point a, kl_search_point b)
{
    *theta = 3 * (a.value - b.value) / (b.step - a.step) + a.slope + b.slope;
    double size = fmax(fabs(*theta), fmax(fabs(a.slope), fabs(b.slope)));
    double inner = (*theta / size) * (*theta / size) - a.slope / size * (b.slope / size);
    *gamma = size * sqrt(fmax(inner, 0));
}

/* The value rose: a minimum lies between. */
static double step_of_higher(kl_search_point best, kl_search_point now)
{
    double theta, gamma;
    cubic(&theta, &gamma, best, now);
    gamma = now.step < best.step ? -gamma : gamma;
    double r = ((gamma - best.slope) + theta) / (((gamma - best.slope) + gamma) + now.slope);
    double by_cubic = best.step + r * (now.step - best.step);
    double chord = (best.value - now.value) / (now.step - best.step);
    double by_parabola = best.step + best.slope / (chord + best.slope) / 2 * (now.step - best.step);
    if (fabs(by_cubic - best.step) < fabs(by_parabola - best.step))
        return by_cubic;
    return by_cubic + (by_parabola - by_cubic) / 2;
}

static double by_secant(kl_search_point best, kl_search_point now)
{
    return now.step + now.slope / (now.slope - best.slope) * (best.step - now.step);
}

/* The slope changed its sign: a minimum lies between. */
static double step_of_turned(kl_search_point best, kl_search_point now)
{
    double theta, gamma;
    cubic(&theta, &gamma, best, now);
    gamma = now.step > best.step ? -gamma : gamma;
    double r = ((gamma - now.slope) + theta) / (((gamma - now.slope) + gamma) + best.slope);
    double by_cubic = now.step + r * (best.step - now.step), secant = by_secant(best, now);
    return fabs(by_cubic - now.step) > fabs(secant - now.step) ? by_cubic : secant;
}

/* The slope flattened: perhaps the minimum lies further on. */
static double step_of_flatter(const kl_search *s, kl_search_point best, kl_search_point end,
                              kl_search_point now)
{
    double theta, gamma;
    cubic(&theta, &gamma, best, now);
    gamma = now.step > best.step ? -gamma : gamma;
    double r = ((gamma - now.slope) + theta) / ((gamma + (best.slope - now.slope)) + gamma);
    double by_cubic = r < 0 && gamma != 0 ? now.step + r * (best.step - now.step)
                      : now.step > best.step ? s->high : s->low;
    double secant = by_secant(best, now);
    bool cubic_is_nearer = fabs(by_cubic - now.step) < fabs(secant - now.step);
    if (!s->bracketed)
        return fmin(fmax(cubic_is_nearer ? secant : by_cubic, s->low), s->high);
    double step = cubic_is_nearer ? by_cubic : secant, most = now.step + 0.66 * (end.step - now.step);
    return now.step > best.step ? fmin(most, step) : fmax(most, step);
}

/* It falls as steeply as before. */
static double step_of_steep(const kl_search *s, kl_search_point best, kl_search_point end,
                            kl_search_point now)
{
    if (!s->bracketed)
        return now.step > best.step ? s->high : s->low;
    double theta, gamma;
    cubic(&theta, &gamma, end, now);
    gamma = now.step > end.step ? -gamma : gamma;
    double r = ((gamma - now.slope) + theta) / (((gamma - now.slope) + gamma) + end.slope);
    return now.step + r * (end.step - now.step);
}

/* The next step, and the interval with what is known now. */
static double narrow(kl_search *s, kl_search_point *best, kl_search_point *end, kl_search_point now)
{
    double step;
    bool turned = now.slope * (best->slope / fabs(best->slope)) < 0;
    if (now.value > best->value) {
        step = step_of_higher(*best, now);
        s->bracketed = true;
    } else if (turned) {
        step = step_of_turned(*best, now);
        s->bracketed = true;
    } else if (fabs(now.slope) < fabs(best->slope))
        step = step_of_flatter(s, *best, *end, now);
    else
        step = step_of_steep(s, *best, *end, now);
    if (now.value > best->value)
        *end = now;
    else {
        if (turned)
            *end = *best;
        *best = now;
    }
    return step;
}

/* ---- the search ------------------------------------------------------------------------------------------------- */

/* Less what the least descent asks for: while no point was low enough, the search is for one of this. */
static kl_search_point tilted(const kl_search *s, kl_search_point p)
{
    double slope = DESCENT * s->start.slope;
    return (kl_search_point){p.step, p.value - p.step * slope, p.slope - slope};
}

static kl_search_point upright(const kl_search *s, kl_search_point p)
{
    double slope = DESCENT * s->start.slope;
    return (kl_search_point){p.step, p.value + p.step * slope, p.slope + slope};
}

static double narrow_tilted(kl_search *s, kl_search_point now)
{
    kl_search_point best = tilted(s, s->best), end = tilted(s, s->end);
    double step = narrow(s, &best, &end, tilted(s, now));
    s->best = upright(s, best);
    s->end = upright(s, end);
    return step;
}

static bool will_do(const kl_search *s, kl_search_point now)
{
    double enough = s->start.value + now.step * DESCENT * s->start.slope;
    if (s->bracketed && (now.step <= s->low || now.step >= s->high || s->high - s->low <= NARROW * s->high))
        return true; /* rounding, or narrow enough */
    if (now.step >= s->step_max && now.value <= enough && now.slope <= DESCENT * s->start.slope)
        return true;
    return now.step == 0 ||
           (now.value <= enough && fabs(now.slope) <= CURVATURE * fabs(s->start.slope));
}

static void set_interval(kl_search *s)
{
    if (s->bracketed) {
        if (fabs(s->end.step - s->best.step) >= 0.66 * s->width_before)
            s->step = s->best.step + 0.5 * (s->end.step - s->best.step);
        s->width_before = s->width;
        s->width = fabs(s->end.step - s->best.step);
        s->low = fmin(s->best.step, s->end.step);
        s->high = fmax(s->best.step, s->end.step);
    } else {
        s->low = s->step + 1.1 * (s->step - s->best.step);
        s->high = s->step + 4 * (s->step - s->best.step);
    }
}

/* There is no curve through a point that is no number: half way back to the best one. */
static bool draw_back(kl_search *s)
{
    s->step_max = s->step;
    s->step = s->best.step + 0.5 * (s->step - s->best.step);
    s->high = fmin(s->high, s->step_max);
    return s->step_max - s->best.step <= 1e-12 * (s->best.step + s->step_max);
}

bool kl_search_next(kl_search *s, double value, double slope)
{
    kl_search_point now = {s->step, value, slope};
    if (!isfinite(value) || !isfinite(slope))
        return draw_back(s);
    double enough = s->start.value + now.step * DESCENT * s->start.slope;
    s->descended |= value <= enough && slope >= 0;
    if (will_do(s, now))
        return true;
    if (!s->descended && value <= s->best.value && value > enough)
        s->step = narrow_tilted(s, now);
    else
        s->step = narrow(s, &s->best, &s->end, now);
    set_interval(s);
    s->step = fmin(fmax(s->step, 0), s->step_max);
    if (s->bracketed &&
        (s->step <= s->low || s->step >= s->high || s->high - s->low <= NARROW * s->high))
        s->step = s->best.step; /* and then it is done */
    return false;
}
