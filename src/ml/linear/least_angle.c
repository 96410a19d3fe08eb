/* src/ml/linear/least_angle.c - the steps of least angle regression. */
#include "least_angle.h"

#include "growing_factor.h"
#include "ml/kernels.h"

#include <float.h>
#include <math.h>

/* Scale of the products that are rounded, so that equal ones stay equal; smallest pivot of an atom of its own. */
#define ROUNDING 1e15
#define PIVOT_LEAST 1e-7

typedef struct path {
    const kl_least_angle *rules;
    const kl_kernel_table *kernels;
    kl_growing_factor factor;
    const double *xy;
    double *pull;      /* of each atom that is not active: xy - gram w */
    double *along;     /* how it falls in a step of length 1: k */
    double *now, *before; /* weights: k */
    double *direction, *sign, *crossing; /* of each active atom, `crossing`: the step that brings its weight to 0 */
    double level, level_before; /* largest pull, over samples */
    size_t live;  /* atoms in the race; those that depend on the active ones stand behind */
    size_t steps;
    bool crossed; /* the last step ended where a weight was 0 */
} path;

static size_t most_active(const kl_least_angle *rules) { return KL_MIN(rules->steps_max, rules->k); }

size_t kl_least_angle_room(const kl_least_angle *rules)
{
    size_t most = most_active(rules);
    return 6 * rules->k + 3 * most + most * most;
}

static void begin(path *p, const kl_least_angle *rules, const double *xy, double *room)
{
    size_t k = rules->k, most = most_active(rules);
    *p = (path){.rules = rules, .kernels = kl_kernels(), .live = k};
    memcpy(room, xy, k * sizeof *room);
    memcpy(room + k, xy, k * sizeof *room);
    memset(room + 2 * k, 0, 2 * k * sizeof *room);
    p->xy = room;
    p->pull = room + k;
    p->now = room + 2 * k;
    p->before = room + 3 * k;
    p->along = room + 4 * k;
    p->direction = room + 6 * k;
    p->sign = p->direction + most;
    p->crossing = p->sign + most;
    kl_factor_begin(&p->factor, rules->gram, k, p->crossing + most, most, (size_t *)(void *)(room + 5 * k));
}

/* The place of the atom of largest pull among those that are not active. */
static size_t strongest(const path *p, double *pull)
{
    size_t best = p->factor.active;
    double most = -INFINITY;
    *pull = 0;
    for (size_t i = p->factor.active; i < p->live; i++) {
        double here = p->pull[p->factor.order[i]], size = p->rules->positive ? here : fabs(here);
        if (size > most) {
            most = size;
            *pull = here;
            best = i;
        }
    }
    return best;
}

/* The end lies between this step and the one before. */
static void step_back(path *p)
{
    double end = p->rules->penalty / p->rules->samples;
    if (fabs(p->level - end) <= FLT_EPSILON || p->steps == 0)
        return;
    double share = (p->level_before - end) / (p->level_before - p->level);
    for (size_t j = 0; j < p->rules->k; j++)
        p->now[j] = p->before[j] + share * (p->now[j] - p->before[j]);
}

/* False: the atom is a sum of the active ones, and out of the race until one of them goes. */
static bool activate(path *p, size_t at, double pull)
{
    double pivot = sqrt(fabs(kl_factor_look(&p->factor, at)));
    if (pivot < PIVOT_LEAST) {
        size_t atom = p->factor.order[at];
        p->factor.order[at] = p->factor.order[--p->live];
        p->factor.order[p->live] = atom;
        return false;
    }
    p->sign[p->factor.active] = p->rules->positive || pull > 0 ? 1 : -1;
    kl_factor_append(&p->factor, at, pivot);
    return true;
}

/* The direction of equal angles, of length 1; how fast the pull of active atoms falls. */
static double aim(path *p)
{
    size_t active = p->factor.active;
    double sum = 0, ridge = 0, speed;
    memcpy(p->direction, p->sign, active * sizeof *p->sign);
    kl_factor_solve(&p->factor, 0, p->direction);
    sum = p->kernels->dot(p->direction, p->sign, active);
    speed = 1 / sqrt(sum);
    for (int tries = 0; !isfinite(speed) && tries < 100; tries++) { /* of a factor that is nearly singular */
        ridge += ldexp(DBL_EPSILON, tries);
        memcpy(p->direction, p->sign, active * sizeof *p->sign);
        kl_factor_solve(&p->factor, ridge, p->direction);
        sum = p->kernels->dot(p->direction, p->sign, active);
        speed = 1 / sqrt(KL_MAX(sum, DBL_EPSILON));
    }
    for (size_t i = 0; i < active; i++)
        p->direction[i] *= speed;
    return speed;
}

static void look_along(path *p)
{
    size_t k = p->rules->k;
    memset(p->along, 0, k * sizeof *p->along);
    for (size_t i = 0; i < p->factor.active; i++)
        p->kernels->axpy(p->direction[i], p->rules->gram + p->factor.order[i] * k, p->along, k);
    for (size_t j = 0; j < k; j++)
        p->along[j] = rint(p->along[j] * ROUNDING) / ROUNDING;
}

static double least_positive(double least, double step) { return step > 0 && step < least ? step : least; }

/* Until another atom pulls as much as the active ones, which pull by `most`. */
static double length_to_next(const path *p, double most, double speed)
{
    double length = most / speed;
    for (size_t i = p->factor.active; i < p->live; i++) {
        size_t j = p->factor.order[i];
        length = least_positive(length, (most - p->pull[j]) / (speed - p->along[j] + FLT_MIN));
        if (!p->rules->positive)
            length = least_positive(length, (most + p->pull[j]) / (speed + p->along[j] + FLT_MIN));
    }
    return length;
}

/* Until a weight is 0. */
static double length_to_crossing(path *p)
{
    double least = INFINITY;
    for (size_t i = 0; i < p->factor.active; i++) {
        p->crossing[i] = -p->now[p->factor.order[i]] / (p->direction[i] + FLT_MIN);
        least = least_positive(least, p->crossing[i]);
    }
    return least;
}

static void walk(path *p, double length)
{
    double *next = p->before;
    memset(next, 0, p->rules->k * sizeof *next);
    for (size_t i = 0; i < p->factor.active; i++) {
        size_t j = p->factor.order[i];
        next[j] = p->now[j] + length * p->direction[i];
    }
    p->before = p->now;
    p->now = next;
    for (size_t i = p->factor.active; i < p->live; i++)
        p->pull[p->factor.order[i]] -= length * p->along[p->factor.order[i]];
    p->level_before = p->level;
    p->steps++;
}

static void pull_anew(path *p, size_t j)
{
    p->pull[j] = p->xy[j] - p->kernels->dot(p->rules->gram + j * p->rules->k, p->now, p->rules->k);
}

/* Atoms whose weight has come to 0 go, the last one first. What depended on them may come. */
static void drop_crossed(path *p, double length)
{
    for (size_t i = p->factor.active; i-- > 0;) {
        if (p->crossing[i] != length)
            continue;
        size_t j = p->factor.order[i];
        kl_factor_remove(&p->factor, i);
        memmove(p->sign + i, p->sign + i + 1, (p->factor.active - i) * sizeof *p->sign);
        pull_anew(p, j);
    }
    for (; p->live < p->rules->k; p->live++)
        pull_anew(p, p->factor.order[p->live]);
}

static void step(path *p, double most)
{
    double speed = aim(p);
    look_along(p);
    double length = length_to_next(p, most, speed), crossing = length_to_crossing(p);
    p->crossed = crossing < length;
    for (size_t i = 0; p->crossed && i < p->factor.active; i++)
        if (p->crossing[i] == crossing)
            p->sign[i] = -p->sign[i];
    walk(p, p->crossed && p->rules->lasso ? crossing : length);
    if (p->crossed && p->rules->lasso)
        drop_crossed(p, crossing);
}

void kl_least_angle_follow(double *w, const kl_least_angle *rules, const double *xy, double *room, unsigned *trouble)
{
    path p;
    begin(&p, rules, xy, room);
    for (;;) {
        double pull;
        size_t at = strongest(&p, &pull);
        double most = rules->positive ? pull : fabs(pull);
        p.level = most / rules->samples;
        if (p.level <= rules->penalty / rules->samples + FLT_EPSILON) {
            step_back(&p);
            break;
        }
        if (p.steps >= rules->steps_max || p.factor.active >= p.live)
            break;
        if (!p.crossed && !activate(&p, at, pull)) {
            *trouble |= KL_PATH_DEGENERATE;
            continue;
        }
        if (rules->lasso && p.steps > 0 && p.level_before < p.level) {
            *trouble |= KL_PATH_UNSTEADY;
            break;
        }
        step(&p, most);
    }
    memcpy(w, p.now, rules->k * sizeof *w);
}
