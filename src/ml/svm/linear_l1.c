/* src/ml/svm/linear_l1.c - |w|_1 and the squared hinge: coordinate descent over the features. */
#include "../kernels.h"
#include "linear.h"

#include <math.h>

/* Features as columns: the numbers that are not 0, each times the y of its row, and the row. A full column, which is one
 * with few zeros, has a number for each row, whose places need not be read. */
typedef struct columns {
    size_t *starts, *rows, n;
    double *values;
    bool *full;
} columns;

typedef struct descent {
    kl_linear_problem *p;
    columns by;
    size_t d, active;
    double *slack; /* n: 1 - y z */
    double *squares; /* d: sum of cost x^2 */
    int64_t *order;
    double most;   /* largest violation of the round before */
} descent;

/* ---- columns ------------------------------------------------------------------------------------------ */

typedef void each_number(void *data, size_t column, size_t row, double value);

static void for_each(const kl_linear_problem *p, each_number *call, void *data)
{
    const kl_matrix *x = p->x;
    for (size_t i = 0; i < p->n; i++) {
        size_t row = p->rows[i];
        for (size_t j = 0; j < x->cols && x->data; j++)
            if (kl_row(x, row)[j] != 0)
                call(data, j, i, p->y[i] * kl_row(x, row)[j]);
        for (int64_t k = x->data ? 0 : x->indptr[row]; !x->data && k < x->indptr[row + 1]; k++)
            call(data, (size_t)x->indices[k], i, p->y[i] * x->values[k]);
        if (p->bias != 0)
            call(data, x->cols, i, p->y[i] * p->bias);
    }
}

static void count_number(void *data, size_t column, size_t row, double value)
{
    (void)row, (void)value;
    ((columns *)data)->starts[column + 1]++;
}

static void put_number(void *data, size_t column, size_t row, double value)
{
    columns *c = data;
    size_t at = c->full[column] ? c->starts[column] + row : c->starts[column]++;
    c->rows[at] = row;
    c->values[at] += value; /* of a sparse matrix some may stand twice */
}

static kl_status make_columns(columns *c, const kl_linear_problem *p, size_t d, kl_error *error)
{
    c->n = p->n;
    c->starts = kl_alloc_zero(d + 2, sizeof *c->starts);
    c->full = kl_alloc_zero(d + 1, sizeof *c->full);
    if (!c->starts || !c->full)
        return kl_error_no_memory(error);
    for_each(p, count_number, c);
    for (size_t j = 0; j < d; j++) {
        c->full[j] = 2 * c->starts[j + 1] > c->n;
        c->starts[j + 1] = c->starts[j] + (c->full[j] ? c->n : c->starts[j + 1]);
    }
    size_t count = c->starts[d];
    c->rows = kl_alloc_zero(count + 1, sizeof *c->rows);
    c->values = kl_alloc_zero(count + 1, sizeof *c->values);
    if (!c->rows || !c->values)
        return kl_error_no_memory(error);
    for_each(p, put_number, c);
    for (size_t j = d; j > 0; j--)
        c->starts[j] = c->starts[j - 1] + (c->full[j - 1] ? c->n : 0);
    c->starts[0] = 0;
    return KL_OK;
}

/* ---- one feature --------------------------------------------------------------------------------------- */

/* Slope and curvature of the losses along a feature. Most rows are on their side and cost nothing: what is asked first of
 * a row is its slack alone. */
static void derivatives(double *g, double *h, const descent *s, size_t j)
{
    const double *slack = s->slack, *cost = s->p->cost, *values = s->by.values + s->by.starts[j];
    const size_t *rows = s->by.rows + s->by.starts[j];
    size_t count = s->by.starts[j + 1] - s->by.starts[j];
    double slope = 0, curve = 0;
    if (s->by.full[j])
        kl_kernels()->hinge_slopes(&slope, &curve, slack, cost, values, count);
    else
        for (size_t k = 0; k < count; k++)
            if (slack[rows[k]] > 0) {
                double part = cost[rows[k]] * values[k];
                slope += part * slack[rows[k]];
                curve += part * values[k];
            }
    *g = -2 * slope;
    *h = KL_MAX(2 * curve, 1e-12);
}

/* By how much the losses change when w[j] does by `step`. */
static double change(const descent *s, size_t j, double step)
{
    double sum = 0;
    if (s->by.full[j])
        return kl_kernels()->hinge_change(s->slack, s->p->cost, s->by.values + s->by.starts[j], step, s->p->n);
    for (size_t k = s->by.starts[j]; k < s->by.starts[j + 1]; k++) {
        size_t i = s->by.rows[k];
        double before = s->slack[i], after = before - step * s->by.values[k];
        if (before > 0)
            sum -= s->p->cost[i] * before * before;
        if (after > 0)
            sum += s->p->cost[i] * after * after;
    }
    return sum;
}

static void take_step(descent *s, size_t j, double step)
{
    if (s->by.full[j])
        kl_kernels()->axpy(-step, s->by.values + s->by.starts[j], s->slack, s->p->n);
    else
        for (size_t k = s->by.starts[j]; k < s->by.starts[j + 1]; k++)
            s->slack[s->by.rows[k]] -= step * s->by.values[k];
    s->p->w[j] += step;
}

static double violation_of(double w, double g)
{
    if (w > 0)
        return fabs(g + 1);
    if (w < 0)
        return fabs(g - 1);
    return KL_MAX(KL_MAX(-(g + 1), g - 1), 0);
}

/* Newton's step of the feature, halved while the objective does not fall enough. */
static void move(descent *s, size_t j, double g, double h)
{
    double w = s->p->w[j], step = -w;
    if (g + 1 < h * w)
        step = -(g + 1) / h;
    else if (g - 1 > h * w)
        step = -(g - 1) / h;
    if (fabs(step) < 1e-12)
        return;
    double expected = fabs(w + step) - fabs(w) + g * step;
    for (int k = 0; k < 40; k++, step /= 2, expected /= 2) {
        /* What the losses change is at most what they would if all rows counted. */
        double penalty = fabs(w + step) - fabs(w) - 0.01 * expected;
        if (step * (g + s->squares[j] * step) + penalty <= 0 || change(s, j, step) + penalty <= 0) {
            take_step(s, j, step);
            return;
        }
    }
}

/* The violation; features whose weight is 0 and stays so are set aside. */
static double feature(descent *s, size_t *at, double *most)
{
    size_t j = (size_t)s->order[*at];
    double g, h, w = s->p->w[j], far = s->most / (double)s->p->n;
    derivatives(&g, &h, s, j);
    if (w == 0 && g + 1 > far && g - 1 < -far) {
        int64_t settled = s->order[*at];
        s->order[(*at)--] = s->order[--s->active];
        s->order[s->active] = settled;
        return 0;
    }
    double violation = violation_of(w, g);
    *most = KL_MAX(*most, violation);
    move(s, j, g, h);
    return violation;
}

/* ---- the whole ---------------------------------------------------------------------------------------- */

static double share(const kl_linear_problem *p)
{
    size_t above = 0;
    for (size_t i = 0; i < p->n; i++)
        above += p->y[i] > 0;
    return p->tol * (double)KL_MAX(KL_MIN(above, p->n - above), 1) / (double)p->n;
}

static kl_status descend(descent *s, kl_task *task, kl_error *error)
{
    kl_linear_problem *p = s->p;
    double first = -1;
    for (p->rounds = 0; p->rounds < p->rounds_max;) {
        kl_random random;
        double sum = 0, most = 0;
        KL_TRY(kl_linear_step(p, task, error));
        kl_random_open(&random, p->seed, p->stream, p->rounds);
        kl_random_shuffle(&random, s->order, s->active);
        for (size_t at = 0; at < s->active; at++)
            sum += feature(s, &at, &most);
        p->rounds++;
        if (first < 0)
            first = sum;
        s->most = most;
        if (sum > share(p) * first)
            continue;
        if (s->active == s->d)
            break;
        s->active = s->d;
        s->most = INFINITY;
    }
    return KL_OK;
}

static void begin(descent *s)
{
    s->squares = s->slack + s->p->n;
    for (size_t i = 0; i < s->p->n; i++)
        s->slack[i] = 1;
    for (size_t j = 0; j < s->d; j++) {
        s->order[j] = (int64_t)j;
        for (size_t k = s->by.starts[j]; k < s->by.starts[j + 1]; k++)
            s->squares[j] += s->p->cost[s->by.rows[k]] * s->by.values[k] * s->by.values[k];
    }
}

kl_status kl_linear_sparse_weights(kl_linear_problem *p, kl_task *task, kl_error *error)
{
    size_t d = p->x->cols + (p->bias != 0);
    descent s = {.p = p, .d = d, .active = d, .most = INFINITY};
    kl_status status = make_columns(&s.by, p, d, error);
    s.slack = kl_alloc_zero(p->n + d + 1, sizeof *s.slack);
    s.order = kl_alloc_zero(d + 1, sizeof *s.order);
    if (status == KL_OK && (!s.slack || !s.order))
        status = kl_error_no_memory(error);
    if (status == KL_OK) {
        begin(&s);
        status = descend(&s, task, error);
    }
    kl_free(s.by.starts);
    kl_free(s.by.full);
    kl_free(s.by.rows);
    kl_free(s.by.values);
    kl_free(s.slack);
    kl_free(s.order);
    return status;
}
