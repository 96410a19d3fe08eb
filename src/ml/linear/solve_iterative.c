/* src/ml/linear/solve_iterative.c - least squares without any square matrix: LSQR and conjugate gradients. */
#include "solve.h"

#include "ml/linalg.h"

#include <float.h>
#include <math.h>

static void target_column(double *out, const kl_centered *c, size_t t)
{
    for (size_t i = 0; i < c->n; i++)
        out[i] = c->y[i * c->k + t];
}

/* x /= norm, unless it is 0. */
static double normalise(double *x, size_t n)
{
    double norm = kl_norm(x, n);
    if (norm > 0)
        kl_scale(x, 1.0 / norm, n);
    return norm;
}

typedef struct bidiagonal {
    double *u, *v, *w, *next_u, *next_v;
    double alpha, beta, rho_bar, phi_bar;
    double a_norm2, b_norm, damp_residual2; /* estimates of |A|^2 and parts of the residual */
} bidiagonal;

static kl_status begin_lsqr(bidiagonal *b, const kl_centered *c, size_t t, kl_task *task, kl_error *error)
{
    KL_TAKE_RAW(b->u, task, c->n, error);
    KL_TAKE_RAW(b->next_u, task, c->n, error);
    KL_TAKE_RAW(b->v, task, c->d, error);
    KL_TAKE_RAW(b->next_v, task, c->d, error);
    KL_TAKE_RAW(b->w, task, c->d, error);
    target_column(b->u, c, t);
    b->beta = b->b_norm = b->phi_bar = normalise(b->u, c->n);
    kl_centered_back(b->v, c, b->u);
    b->alpha = b->rho_bar = normalise(b->v, c->d);
    memcpy(b->w, b->v, c->d * sizeof *b->w);
    return KL_OK;
}

/* One more column of the bidiagonal form: u, v, alpha, beta. */
static void bidiagonalise(bidiagonal *b, const kl_centered *c, double damp)
{
    kl_centered_times(b->next_u, c, b->v);
    kl_axpy(-b->alpha, b->u, b->next_u, c->n);
    double *other = b->u;
    b->u = b->next_u;
    b->next_u = other;
    b->a_norm2 += b->alpha * b->alpha + damp * damp;
    b->beta = normalise(b->u, c->n);
    b->a_norm2 += b->beta * b->beta;
    if (b->beta <= 0)
        return;
    kl_centered_back(b->next_v, c, b->u);
    kl_axpy(-b->beta, b->v, b->next_v, c->d);
    other = b->v;
    b->v = b->next_v;
    b->next_v = other;
    b->alpha = normalise(b->v, c->d);
}

kl_status kl_solve_lsqr(double *w, const kl_centered *c, size_t t, double alpha, kl_iterative *how,
                        kl_task *task, kl_error *error)
{
    bidiagonal b = {0};
    double damp = sqrt(alpha);
    size_t most = how->iterations_max ? how->iterations_max : 2 * c->d;
    memset(w, 0, c->d * sizeof *w);
    KL_TRY(begin_lsqr(&b, c, t, task, error));
    how->iterations = 0;
    how->converged = b.alpha * b.beta == 0;
    while (!how->converged && how->iterations < most) {
        KL_TRY(kl_task_step(task, how->iterations, 0, error));
        how->iterations++;
        bidiagonalise(&b, c, damp);
        double rho1 = damp > 0 ? hypot(b.rho_bar, damp) : b.rho_bar;
        double psi = damp > 0 ? damp / rho1 * b.phi_bar : 0.0;
        b.phi_bar *= damp > 0 ? b.rho_bar / rho1 : 1.0;
        double rho = hypot(rho1, b.beta), cosine = rho1 / rho, sine = b.beta / rho;
        if (!(rho > 0)) /* nothing is left of y */
            break;
        double theta = sine * b.alpha, phi = cosine * b.phi_bar, tau;
        b.rho_bar = -cosine * b.alpha;
        b.phi_bar *= sine;
        tau = sine * phi;
        kl_axpy(phi / rho, b.w, w, c->d);
        kl_scale(b.w, -theta / rho, c->d);
        kl_axpy(1.0, b.v, b.w, c->d);
        b.damp_residual2 += psi * psi;
        double residual = sqrt(b.phi_bar * b.phi_bar + b.damp_residual2), norm = sqrt(b.a_norm2);
        double image = b.alpha * fabs(tau), x_norm = kl_norm(w, c->d);
        double first = residual / b.b_norm, second = image / (norm * residual + DBL_EPSILON);
        how->converged = second <= how->tol ||
                         first <= how->tol + how->tol * norm * x_norm / b.b_norm ||
                         1 + second <= 1 || 1 + first / (1 + norm * x_norm / b.b_norm) <= 1;
    }
    return KL_OK;
}

/* ---- conjugate gradients ------------------------------------------------------------------------------------ */

typedef struct square_system {
    const kl_centered *c;
    double alpha, *between;
    bool dual;
    size_t size;
} square_system;

/* out = (X'X + alpha) x, or (XX' + alpha) x. */
static void apply(double *out, const square_system *s, const double *x)
{
    if (s->dual) {
        kl_centered_back(s->between, s->c, x);
        kl_centered_times(out, s->c, s->between);
    } else {
        kl_centered_times(s->between, s->c, x);
        kl_centered_back(out, s->c, s->between);
    }
    kl_axpy(s->alpha, x, out, s->size);
}

static kl_status run_cg(double *x, const double *rhs, const square_system *s, kl_iterative *how, size_t most,
                        kl_task *task, kl_error *error)
{
    double *r, *p, *image;
    KL_TAKE_RAW(r, task, s->size, error);
    KL_TAKE_RAW(p, task, s->size, error);
    KL_TAKE_RAW(image, task, s->size, error);
    memset(x, 0, s->size * sizeof *x);
    memcpy(r, rhs, s->size * sizeof *r);
    memcpy(p, rhs, s->size * sizeof *p);
    double enough = how->tol * kl_norm(rhs, s->size), square = kl_dot(r, r, s->size);
    how->iterations = 0;
    how->converged = sqrt(square) <= enough;
    while (!how->converged && how->iterations < most) {
        KL_TRY(kl_task_step(task, how->iterations, 0, error));
        how->iterations++;
        apply(image, s, p);
        double curve = kl_dot(p, image, s->size);
        if (!(curve > 0))
            break;
        kl_axpy(square / curve, p, x, s->size);
        kl_axpy(-square / curve, image, r, s->size);
        double next = kl_dot(r, r, s->size);
        kl_scale(p, next / square, s->size);
        kl_axpy(1.0, r, p, s->size);
        square = next;
        how->converged = sqrt(square) <= enough;
    }
    return KL_OK;
}

kl_status kl_solve_cg(double *w, const kl_centered *c, size_t t, double alpha, kl_iterative *how, kl_task *task,
                      kl_error *error)
{
    square_system s = {.c = c, .alpha = alpha, .dual = c->d > c->n};
    double *rhs, *x;
    s.size = s.dual ? c->n : c->d;
    size_t most = how->iterations_max && !s.dual ? how->iterations_max : 10 * s.size;
    KL_TAKE_RAW(s.between, task, s.dual ? c->d : c->n, error);
    KL_TAKE_RAW(rhs, task, KL_MAX(c->n, c->d), error);
    KL_TAKE_RAW(x, task, s.size, error);
    if (s.dual) {
        target_column(rhs, c, t);
    } else {
        target_column(s.between, c, t);
        kl_centered_back(rhs, c, s.between);
    }
    KL_TRY(run_cg(x, rhs, &s, how, most, task, error));
    if (s.dual)
        kl_centered_back(w, c, x);
    else
        memcpy(w, x, c->d * sizeof *w);
    return KL_OK;
}
