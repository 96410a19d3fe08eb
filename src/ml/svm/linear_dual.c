/* src/ml/svm/linear_dual.c - dual coordinate descent.
 *
 * w = sum of b[i] x_i. Hinges: b = y a with a in [0, cost]; tubes: b in [-cost, cost] with a slope of width on both
 * sides of 0. Squared losses have no upper bound, but a ridge of 1 / (2 cost) on the diagonal.
 */
#include "linear.h"

#include <math.h>

typedef struct descent {
    kl_linear_problem *p;
    double *b, *diagonal; /* diagonal: x_i'x_i, with the ridge */
    int64_t *order;
    size_t active;
    bool is_hinge, is_squared;
    double enough, now; /* violation that ends it; at which all rows come back */
} descent;

static double ridge(const descent *s, size_t i) { return s->is_squared ? 0.5 / s->p->cost[i] : 0; }
static double upper(const descent *s, size_t i) { return s->is_squared ? INFINITY : s->p->cost[i]; }

static kl_status start(descent *s, kl_linear_problem *p, kl_error *error)
{
    *s = (descent){.p = p, .active = p->n};
    s->is_hinge = p->loss == KL_LOSS_HINGE || p->loss == KL_LOSS_SQUARED_HINGE;
    s->is_squared = p->loss == KL_LOSS_SQUARED_HINGE || p->loss == KL_LOSS_SQUARED_TUBE;
    s->b = kl_alloc_zero(p->n + 1, 2 * sizeof *s->b);
    s->order = kl_alloc_zero(p->n + 1, sizeof *s->order);
    if (!s->b || !s->order)
        return kl_error_no_memory(error);
    s->diagonal = s->b + p->n;
    for (size_t i = 0; i < p->n; i++) {
        s->diagonal[i] = kl_linear_square(p, i) + ridge(s, i);
        s->order[i] = (int64_t)i;
    }
    return KL_OK;
}

/* What a round has seen: the extremes of the projected gradient (hinges), the sum of violations (tubes). */
typedef struct sight {
    double most, least, sum;
} sight;

static void set_aside(descent *s, size_t *at)
{
    int64_t settled = s->order[*at];
    s->order[*at] = s->order[--s->active];
    s->order[s->active] = settled;
    (*at)--;
}

static void move(descent *s, size_t i, double b)
{
    double by = b - s->b[i];
    s->b[i] = b;
    if (by != 0)
        kl_linear_add(s->p, i, by, s->p->w);
}

/* ---- hinges ------------------------------------------------------------------------------------------- */

static void hinge_row(descent *s, size_t *at, const sight *before, sight *seen)
{
    size_t i = (size_t)s->order[*at];
    double y = s->p->y[i], a = y * s->b[i], most = upper(s, i);
    double g = y * kl_linear_dot(s->p, i, s->p->w) - 1 + a * ridge(s, i), projected = g;
    if (a == 0) {
        if (g > before->most) {
            set_aside(s, at);
            return;
        }
        projected = KL_MIN(g, 0);
    } else if (a == most) {
        if (g < before->least) {
            set_aside(s, at);
            return;
        }
        projected = KL_MAX(g, 0);
    }
    seen->most = KL_MAX(seen->most, projected);
    seen->least = KL_MIN(seen->least, projected);
    if (fabs(projected) > 1e-12 && s->diagonal[i] > 0)
        move(s, i, y * KL_MIN(KL_MAX(a - g / s->diagonal[i], 0), most));
}

/* ---- tubes -------------------------------------------------------------------------------------------- */

/* How far b is from the optimum of its row, by its slopes to the right and to the left; true when it may be set
 * aside. */
static bool tube_violation(double *out, double b, double most, double right, double left, double far)
{
    *out = 0;
    if (b == 0) {
        *out = right < 0 ? -right : left > 0 ? left : 0;
        return right > far && left < -far;
    }
    if (b >= most) {
        *out = KL_MAX(right, 0);
        return right < -far;
    }
    if (b <= -most) {
        *out = KL_MAX(-left, 0);
        return left > far;
    }
    *out = b > 0 ? fabs(right) : fabs(left);
    return false;
}

static void tube_row(descent *s, size_t *at, double far, sight *seen)
{
    size_t i = (size_t)s->order[*at];
    double b = s->b[i], most = upper(s, i), violation, step;
    double g = kl_linear_dot(s->p, i, s->p->w) - s->p->y[i] + b * ridge(s, i);
    double right = g + s->p->width, left = g - s->p->width, h = s->diagonal[i];
    if (tube_violation(&violation, b, most, right, left, far)) {
        set_aside(s, at);
        return;
    }
    seen->most = KL_MAX(seen->most, violation);
    seen->sum += violation;
    if (!(h > 0))
        return;
    if (right < h * b)
        step = -right / h;
    else if (left > h * b)
        step = -left / h;
    else
        step = -b;
    if (fabs(step) > 1e-12)
        move(s, i, KL_MIN(KL_MAX(b + step, -most), most));
}

/* ---- rounds ------------------------------------------------------------------------------------------- */

/* Whether the end is reached. All rows come back for a look before it is, and whenever those that were left are nearer
 * to it by a step: some may have been set aside too early. */
static bool is_done(descent *s, sight *before, const sight *seen, size_t looked_at)
{
    const double step = 0.1;
    double violation = s->is_hinge ? seen->most - seen->least : seen->sum;
    if (s->p->rounds == 1)
        s->enough = s->is_hinge ? s->p->tol : s->p->tol * violation;
    if (looked_at == s->p->n) {
        s->now = KL_MAX(s->enough, step * violation);
        if (violation <= s->enough)
            return true;
    }
    if (violation <= s->now && s->active < s->p->n) {
        s->active = s->p->n;
        *before = (sight){INFINITY, -INFINITY, 0};
        return false;
    }
    *before = *seen;
    if (s->is_hinge && before->most <= 0)
        before->most = INFINITY;
    if (s->is_hinge && before->least >= 0)
        before->least = -INFINITY;
    return false;
}

static kl_status descend(descent *s, kl_task *task, kl_error *error)
{
    kl_linear_problem *p = s->p;
    sight before = {INFINITY, -INFINITY, 0};
    for (p->rounds = 0; p->rounds < p->rounds_max;) {
        kl_random random;
        sight seen = {s->is_hinge ? -INFINITY : 0, INFINITY, 0};
        size_t looked_at = s->active;
        KL_TRY(kl_linear_step(p, task, error));
        kl_random_open(&random, p->seed, p->stream, p->rounds);
        kl_random_shuffle(&random, s->order, s->active);
        double far = before.most / (double)p->n;
        for (size_t at = 0; at < s->active; at++) {
            if (s->is_hinge)
                hinge_row(s, &at, &before, &seen);
            else
                tube_row(s, &at, far, &seen);
        }
        p->rounds++;
        if (is_done(s, &before, &seen, looked_at))
            break;
    }
    return KL_OK;
}

kl_status kl_linear_dual(kl_linear_problem *p, kl_task *task, kl_error *error)
{
    descent s;
    kl_status status = start(&s, p, error);
    if (status == KL_OK)
        status = descend(&s, task, error);
    kl_free(s.b);
    kl_free(s.order);
    return status;
}
