/* src/ml/svm/linear_newton.c - squared losses in the primal, by Newton's method.
 *
 * A row counts while it is on the wrong side of its margin (or outside of its tube): the objective is a quadratic form where
 * the set of these rows does not change, so that few steps lead to its minimum.
 */
#include "linear.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

/* Widest Hessian that is factored. */
enum { FACTOR_MAX = 768 };

typedef struct newton {
    kl_linear_problem *p;
    size_t d;                /* features, with the constant one where there is one */
    bool is_hinge, is_factored;
    double *z, *zs, *off;    /* n: x w; x step; the error that counts, 0 = none */
    double *g, *step, *h;    /* d; d; d x d of the factor */
    double *r, *v, *hv, *scale; /* of conjugate gradients */
    double *some;            /* rows that count, each times the root of its weight: for the Gram matrix */
} newton;

static size_t width_of(const kl_linear_problem *p) { return p->x->cols + 1; }

static kl_status start(newton *s, kl_linear_problem *p, kl_error *error)
{
    size_t d = width_of(p);
    *s = (newton){.p = p, .d = d, .is_hinge = p->loss == KL_LOSS_SQUARED_HINGE,
                  .is_factored = p->x->data && d <= FACTOR_MAX};
    size_t rest = s->is_factored ? d * d + p->n * d : 4 * d;
    double *memory = s->z = kl_alloc_zero(3 * p->n + 2 * d + rest + 1, sizeof *memory);
    if (!memory)
        return kl_error_no_memory(error);
    s->zs = memory + p->n, s->off = memory + 2 * p->n, memory += 3 * p->n;
    s->g = memory, s->step = memory + d, memory += 2 * d;
    if (s->is_factored)
        s->h = memory, s->some = memory + d * d;
    else
        s->r = memory, s->v = memory + d, s->hv = memory + 2 * d, s->scale = memory + 3 * d;
    return KL_OK;
}

static void multiply(const newton *s, double *out, const double *w)
{
    for (size_t i = 0; i < s->p->n; i++)
        out[i] = kl_linear_dot(s->p, i, w);
}

/* The error of a row that counts, for x w = z. */
static double off_of(const newton *s, size_t i, double z)
{
    double y = s->p->y[i], off = z - y;
    if (s->is_hinge)
        return y * z < 1 ? off : 0;
    return off > s->p->width ? off - s->p->width : off < -s->p->width ? off + s->p->width : 0;
}

static void measure(newton *s)
{
    for (size_t i = 0; i < s->p->n; i++)
        s->off[i] = off_of(s, i, s->z[i]);
}

/* The objective at w + by step. */
static double value_at(const newton *s, double by)
{
    double sum = 0;
    for (size_t j = 0; j < s->d; j++) {
        double w = s->p->w[j] + by * s->step[j];
        sum += w * w / 2;
    }
    for (size_t i = 0; i < s->p->n; i++) {
        double off = off_of(s, i, s->z[i] + by * s->zs[i]);
        sum += s->p->cost[i] * off * off;
    }
    return sum;
}

static void gradient(newton *s)
{
    memcpy(s->g, s->p->w, s->d * sizeof *s->g);
    for (size_t i = 0; i < s->p->n; i++)
        if (s->off[i] != 0)
            kl_linear_add(s->p, i, 2 * s->p->cost[i] * s->off[i], s->g);
}

/* ---- steps -------------------------------------------------------------------------------------------- */

/* Hessian: 1 + 2 sum of cost x x' over the rows that count. */
static kl_status factored_step(newton *s, kl_error *error)
{
    size_t d = s->d, count = 0;
    for (size_t i = 0; i < s->p->n; i++) {
        if (s->off[i] == 0)
            continue;
        double *row = s->some + count++ * d, root = sqrt(2 * s->p->cost[i]);
        const double *x = kl_row(s->p->x, s->p->rows[i]);
        for (size_t j = 0; j + 1 < d; j++)
            row[j] = root * x[j];
        row[d - 1] = root * s->p->bias;
    }
    kl_gram(s->h, s->some, count, d, NULL);
    for (size_t j = 0; j < d; j++) {
        s->h[j * d + j] += 1;
        s->step[j] = -s->g[j];
    }
    KL_TRY(kl_cholesky(s->h, d, error));
    kl_cholesky_solve(s->h, d, s->step, 1);
    return KL_OK;
}

static void times_hessian(const newton *s, double *out, const double *v)
{
    memcpy(out, v, s->d * sizeof *out);
    for (size_t i = 0; i < s->p->n; i++)
        if (s->off[i] != 0)
            kl_linear_add(s->p, i, 2 * s->p->cost[i] * kl_linear_dot(s->p, i, v), out);
}

/* The diagonal of the Hessian. */
static void set_scale(newton *s)
{
    const kl_matrix *x = s->p->x;
    for (size_t j = 0; j < s->d; j++)
        s->scale[j] = 1;
    for (size_t i = 0; i < s->p->n; i++) {
        size_t row = s->p->rows[i];
        double by = s->off[i] != 0 ? 2 * s->p->cost[i] : 0;
        if (by == 0)
            continue;
        s->scale[x->cols] += by * s->p->bias * s->p->bias;
        for (size_t j = 0; j < x->cols && x->data; j++)
            s->scale[j] += by * kl_row(x, row)[j] * kl_row(x, row)[j];
        for (int64_t k = x->data ? 0 : x->indptr[row]; !x->data && k < x->indptr[row + 1]; k++)
            s->scale[x->indices[k]] += by * x->values[k] * x->values[k];
    }
}

/* Conjugate gradients with the diagonal as preconditioner, to a tenth of the gradient and finer near the end. */
static void conjugate_step(newton *s, double accuracy)
{
    size_t d = s->d;
    double norm = kl_norm(s->g, d), rho = 0;
    set_scale(s);
    memset(s->step, 0, d * sizeof *s->step);
    for (size_t j = 0; j < d; j++) {
        s->r[j] = -s->g[j];
        s->v[j] = s->r[j] / s->scale[j];
        rho += s->r[j] * s->v[j];
    }
    for (size_t k = 0; k < 10 * d + 100 && kl_norm(s->r, d) > accuracy * norm; k++) {
        times_hessian(s, s->hv, s->v);
        double by = rho / kl_dot(s->v, s->hv, d), next = 0;
        kl_axpy(by, s->v, s->step, d);
        kl_axpy(-by, s->hv, s->r, d);
        for (size_t j = 0; j < d; j++)
            next += s->r[j] * s->r[j] / s->scale[j];
        for (size_t j = 0; j < d; j++)
            s->v[j] = s->r[j] / s->scale[j] + next / rho * s->v[j];
        rho = next;
    }
}

static void take(newton *s, double by)
{
    kl_axpy(by, s->step, s->p->w, s->d);
    kl_axpy(by, s->zs, s->z, s->p->n);
}

/* The whole step, or half of it and so on while that is too far; false at the end: when there is none, or the gain is
 * so small that rounding hides it, when the step itself still brings the last digits. */
static bool search(newton *s)
{
    const double hidden = 1e-12; /* of the objective */
    double slope = kl_dot(s->g, s->step, s->d), before = value_at(s, 0), by = 1;
    if (-slope <= hidden * fabs(before)) {
        take(s, 1);
        return false;
    }
    for (int k = 0; k < 40; k++, by /= 2) {
        if (value_at(s, by) > before + 0.01 * by * slope)
            continue;
        take(s, by);
        return true;
    }
    return false;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

/* What the gradient may be, as a share of the first: for hinges less where one side is rare. */
static double share(const kl_linear_problem *p, bool is_hinge)
{
    size_t above = 0;
    for (size_t i = 0; i < p->n; i++)
        above += p->y[i] > 0;
    size_t rare = KL_MAX(KL_MIN(above, p->n - above), 1);
    return is_hinge ? p->tol * (double)rare / (double)p->n : p->tol;
}

static kl_status iterate(newton *s, kl_task *task, kl_error *error)
{
    kl_linear_problem *p = s->p;
    double enough = 0;
    for (p->rounds = 0; p->rounds < p->rounds_max; p->rounds++) {
        KL_TRY(kl_linear_step(p, task, error));
        measure(s);
        gradient(s);
        double norm = kl_norm(s->g, s->d);
        if (p->rounds == 0)
            enough = norm * share(p, s->is_hinge);
        if (norm <= enough || norm == 0)
            break;
        if (s->is_factored)
            KL_TRY(factored_step(s, error));
        else
            conjugate_step(s, KL_MIN(0.1, KL_MAX(enough / norm / 2, 1e-12)));
        multiply(s, s->zs, s->step);
        if (!search(s))
            break;
    }
    return KL_OK;
}

kl_status kl_linear_newton(kl_linear_problem *p, kl_task *task, kl_error *error)
{
    newton s;
    kl_status status = start(&s, p, error);
    if (status == KL_OK)
        status = iterate(&s, task, error);
    kl_free(s.z);
    return status;
}
