/* src/ml/linear/glm_newton.c - Newton's method with a Cholesky factor of the curvature, and with a penalty of
 * absolute values.
 *
 * It goes on until a step promises next to nothing, beyond what tol asks: near the minimum every step doubles the
 * digits, so that exactness costs one more.
 */
#include "glm.h"

#include "ml/kernels.h"
#include "ml/linalg.h"

#include <float.h>
#include <math.h>

typedef struct newton {
    kl_glm *glm;
    kl_glm_work *work;
    size_t size;
    double *theta, *slope, *bend; /* where it is */
    double *next, *next_slope;
    double *step, *factor;
    double value;   /* without l1 */
    double promise; /* what the step would gain, doubled: -slope . step */
    double lasso, next_lasso;
    bool bent; /* bend belongs to theta */
} newton;

static double l1_of(const kl_glm *glm, size_t at) { return kl_glm_is_intercept(glm, at) ? glm->l1_intercept : glm->l1; }

static double lasso_at(const newton *s, const double *theta)
{
    double sum = 0;
    for (size_t at = 0; at < s->size; at++)
        sum += l1_of(s->glm, at) * fabs(theta[at]);
    return sum;
}

/* The largest slope; with l1 that of least size among all at a kink. */
static double slope_max(const newton *s)
{
    double most = 0;
    for (size_t at = 0; at < s->size; at++) {
        double l1 = l1_of(s->glm, at), g = s->slope[at];
        g = s->theta[at] > 0 ? fabs(g + l1) : s->theta[at] < 0 ? fabs(g - l1) : KL_MAX(fabs(g) - l1, 0.0);
        most = KL_MAX(most, g);
    }
    return most;
}

static kl_status begin(newton *s, double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    *s = (newton){.glm = glm, .size = kl_glm_size(glm), .theta = theta};
    KL_TRY(kl_glm_work_new(&s->work, glm, true, task, error));
    KL_TAKE_RAW(s->slope, task, s->size, error);
    KL_TAKE_RAW(s->bend, task, s->size * s->size, error);
    KL_TAKE_RAW(s->next, task, s->size, error);
    KL_TAKE_RAW(s->next_slope, task, s->size, error);
    KL_TAKE_RAW(s->step, task, s->size, error);
    KL_TAKE_RAW(s->factor, task, s->size * s->size, error);
    glm->iterations = 0;
    glm->converged = false;
    KL_TRY(kl_glm_evaluate(&s->value, s->slope, s->bend, s->work, theta, error));
    s->bent = true;
    s->lasso = lasso_at(s, theta);
    glm->slope_max = slope_max(s);
    return KL_OK;
}

/* factor = that of bend, with as little added to its diagonal as makes it definite. */
static kl_status factorise(newton *s, kl_error *error)
{
    double mean = 0;
    kl_glm_fix_symmetry(s->bend, s->glm);
    for (size_t j = 0; j < s->size; j++)
        mean += s->bend[j * (s->size + 1)] / (double)s->size;
    double add = 0;
    for (int attempt = 0; attempt < 12; attempt++) {
        memcpy(s->factor, s->bend, s->size * s->size * sizeof *s->factor);
        for (size_t j = 0; add > 0 && j < s->size; j++)
            s->factor[j * (s->size + 1)] += add;
        if (kl_cholesky(s->factor, s->size, NULL) == KL_OK)
            return KL_OK;
        add = add > 0 ? add * 30 : KL_MAX(mean, DBL_MIN * 1e16) * 1e-13;
    }
    return kl_bad_input(error, "the curvature of the loss is not finite: x has numbers so large that it should be "
                               "scaled");
}

static kl_status find_step(newton *s, kl_error *error)
{
    KL_TRY(factorise(s, error));
    for (size_t j = 0; j < s->size; j++)
        s->step[j] = -s->slope[j];
    kl_cholesky_solve(s->factor, s->size, s->step, 1);
    s->promise = -kl_dot(s->slope, s->step, s->size);
    return KL_OK;
}

/* Along the step as far as it gains enough; *moved false: it gains nothing. Curvature only where it may be needed. */
static kl_status walk(newton *s, bool *moved, bool bending, kl_error *error)
{
    double share = 1.0, now = s->value + s->lasso, slack = 8 * DBL_EPSILON * fabs(now);
    *moved = false;
    for (int halving = 0; halving < 60 && !*moved; halving++, share *= 0.5) {
        double value;
        memcpy(s->next, s->theta, s->size * sizeof *s->next);
        kl_axpy(share, s->step, s->next, s->size);
        bool bend = bending && halving == 0;
        KL_TRY(kl_glm_evaluate(&value, s->next_slope, bend ? s->bend : NULL, s->work, s->next, error));
        s->bent = bend;
        s->next_lasso = lasso_at(s, s->next);
        *moved = value + s->next_lasso <= now - 1e-4 * share * s->promise + slack;
        if (*moved)
            s->value = value;
    }
    if (!*moved)
        return KL_OK;
    s->lasso = s->next_lasso;
    memcpy(s->theta, s->next, s->size * sizeof *s->next);
    memcpy(s->slope, s->next_slope, s->size * sizeof *s->slope);
    s->glm->slope_max = slope_max(s);
    return KL_OK;
}

typedef kl_status step_function(newton *s, kl_error *error);

static kl_status run(newton *s, step_function *find, kl_task *task, kl_error *error)
{
    kl_glm *glm = s->glm;
    double ratio = glm->tol / 1e-4, enough = KL_MAX(1e-12 * ratio * ratio, 1e-24) * KL_MAX(fabs(s->value), 1e-3);
    bool moved = true;
    while (glm->iterations < glm->iterations_max && moved) {
        KL_TRY(kl_task_step(task, glm->iterations, glm->iterations_max, error));
        if (!s->bent)
            KL_TRY(kl_glm_evaluate(&s->value, s->slope, s->bend, s->work, s->theta, error));
        s->bent = true;
        KL_TRY(find(s, error));
        if (!(s->promise > 0))
            break;
        KL_TRY(walk(s, &moved, s->promise > 1e4 * enough, error));
        glm->iterations++;
        if (s->promise <= enough && glm->slope_max <= glm->tol)
            break;
    }
    glm->converged = glm->slope_max <= glm->tol;
    return KL_OK;
}

kl_status kl_glm_newton(double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    newton s;
    KL_TRY(begin(&s, theta, glm, task, error));
    return run(&s, find_step, task, error);
}

/* ---- with a penalty of absolute values ---------------------------------------------------------------------------- */

/* The step s minimises slope s + s' bend s / 2 + l1 |theta + s| by coordinate descent; `next` holds theta + s and
 * `factor`'s first row bend s. Rounds over the coordinates that move alternate with rounds over all. */
static double descend_round(newton *s, bool only_moving)
{
    double most = 0, *product = s->factor;
    for (size_t j = 0; j < s->size; j++) {
        double curve = s->bend[j * (s->size + 1)], from = s->next[j], l1 = l1_of(s->glm, j);
        if (!(curve > 0) || (only_moving && from == 0))
            continue;
        double pull = curve * from - s->slope[j] - product[j];
        double size = KL_MAX(fabs(pull) - l1, 0.0) / curve, to = pull < 0 ? -size : size;
        if (to == from)
            continue;
        s->next[j] = to;
        kl_kernels()->axpy(to - from, s->bend + j * s->size, product, s->size);
        most = KL_MAX(most, curve * (to - from) * (to - from));
    }
    return most;
}

static kl_status find_lasso_step(newton *s, kl_error *error)
{
    (void)error;
    kl_glm_fix_symmetry(s->bend, s->glm);
    memset(s->factor, 0, s->size * sizeof *s->factor);
    memcpy(s->next, s->theta, s->size * sizeof *s->next);
    double first = descend_round(s, false), least = first * 1e-24, moved = first;
    for (int round = 0; round < 1000 && moved > least; round++) {
        double inner = moved;
        for (int more = 0; more < 1000 && inner > least; more++)
            inner = descend_round(s, true);
        moved = descend_round(s, false);
    }
    for (size_t j = 0; j < s->size; j++)
        s->step[j] = s->next[j] - s->theta[j];
    s->promise = s->lasso - lasso_at(s, s->next) - kl_dot(s->slope, s->step, s->size);
    return KL_OK;
}

kl_status kl_glm_proximal_newton(double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    newton s;
    KL_TRY(begin(&s, theta, glm, task, error));
    return run(&s, find_lasso_step, task, error);
}

/* ---- many parameters --------------------------------------------------------------------------------------------- */

typedef struct proximal {
    kl_glm *glm;
    kl_glm_work *work;
    size_t size;
    double *theta, *before, *ahead, *slope, *next, *next_slope;
    double length, momentum; /* 1 / step; t of the acceleration */
} proximal;

/* next = the minimum of the bound at `ahead`: a step against the slope, then towards 0. */
static void shrink_from(proximal *s)
{
    for (size_t j = 0; j < s->size; j++) {
        double to = s->ahead[j] - s->slope[j] / s->length, by = l1_of(s->glm, j) / s->length;
        s->next[j] = to > by ? to - by : to < -by ? to + by : 0.0;
    }
}

/* A step whose bound holds; the length of the step is found by doubling. *residual: how far next is from being
 * what it was made of, which is 0 at the minimum. */
static kl_status bounded_step(proximal *s, double *residual, kl_error *error)
{
    double here, there;
    KL_TRY(kl_glm_evaluate(&here, s->slope, NULL, s->work, s->ahead, error));
    for (int attempt = 0; attempt < 100; attempt++, s->length *= 2) {
        double square = 0, linear = 0, most = 0;
        shrink_from(s);
        for (size_t j = 0; j < s->size; j++) {
            double by = s->next[j] - s->ahead[j];
            square += by * by;
            linear += by * s->slope[j];
            most = KL_MAX(most, fabs(by));
        }
        *residual = most * s->length;
        KL_TRY(kl_glm_evaluate(&there, s->next_slope, NULL, s->work, s->next, error));
        if (there <= here + linear + 0.5 * s->length * square + 8 * DBL_EPSILON * fabs(here))
            return KL_OK;
    }
    return kl_bad_input(error, "the loss is not finite: x has numbers so large that it should be scaled");
}

/* ahead = theta + momentum (theta - before), begun anew where that leads back (O'Donoghue and Candes 2015). */
static void look_ahead(proximal *s)
{
    double back = 0;
    for (size_t j = 0; j < s->size; j++)
        back += (s->ahead[j] - s->next[j]) * (s->next[j] - s->theta[j]);
    double t = back > 0 ? 1.0 : 0.5 * (1 + sqrt(1 + 4 * s->momentum * s->momentum));
    double by = back > 0 ? 0.0 : (s->momentum - 1) / t;
    for (size_t j = 0; j < s->size; j++) {
        s->ahead[j] = s->next[j] + by * (s->next[j] - s->theta[j]);
        s->theta[j] = s->next[j];
    }
    s->momentum = t;
}

kl_status kl_glm_proximal_gradient(double *theta, kl_glm *glm, kl_task *task, kl_error *error)
{
    proximal s = {.glm = glm, .size = kl_glm_size(glm), .theta = theta, .length = 1.0, .momentum = 1.0};
    KL_TRY(kl_glm_work_new(&s.work, glm, false, task, error));
    KL_TAKE_RAW(s.ahead, task, s.size, error);
    KL_TAKE_RAW(s.slope, task, s.size, error);
    KL_TAKE_RAW(s.next, task, s.size, error);
    KL_TAKE_RAW(s.next_slope, task, s.size, error);
    memcpy(s.ahead, theta, s.size * sizeof *theta);
    glm->converged = false;
    for (glm->iterations = 0; glm->iterations < glm->iterations_max && !glm->converged; glm->iterations++) {
        KL_TRY(kl_task_step(task, glm->iterations, glm->iterations_max, error));
        KL_TRY(bounded_step(&s, &glm->slope_max, error));
        look_ahead(&s);
        s.length *= 0.95;
        glm->converged = glm->slope_max <= glm->tol;
    }
    return KL_OK;
}
