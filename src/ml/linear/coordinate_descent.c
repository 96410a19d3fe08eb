/* src/ml/linear/coordinate_descent.c - the steps of coordinate descent, over three forms of the data.
 *
 * A form keeps what depends on w up to date: the residual y - X w (times root, of sparse columns), or X'X w.
 */
#include "coordinate_descent.h"

#include "ml/kernels.h"

#include <math.h>

typedef struct form form;
struct form {
    size_t n, d;
    double *squares; /* of the columns: d */
    double y2;       /* y'y */
    /* X_j'(y - X w) */
    double (*slope)(form *f, size_t j);
    /* w[j] has grown by `by` */
    void (*moved)(form *f, size_t j, double by);
    /* out (d) = X'(y - X w); *r2 = |y - X w|^2, *ry = (y - X w)'y */
    void (*dual)(form *f, const double *w, double *out, double *r2, double *ry);

    const kl_kernel_table *kernels;
    const double *y;
    const double *columns;           /* of columns */
    const kl_sparse_columns *sparse; /* of sparse columns */
    double *residual;                /* of both: n; of sparse columns with weights, times root */
    double residual_root_sum;        /* of sparse columns: sum of root residual */
    const double *gram, *xy;         /* of sums */
    size_t ld;
    double *product;                 /* gram w */
};

/* ---- the steps ------------------------------------------------------------------------------------------------ */

typedef struct descent {
    kl_descent *how;
    form *data;
    double *w, *dual;
    double dual_norm;
    size_t *active, active_count;
} descent;

static double dual_norm_of(const descent *s)
{
    const kl_kernel_table *kernels = s->data->kernels;
    double most = kernels->max(s->dual, s->data->d);
    return s->how->positive ? most : KL_MAX(most, -kernels->min(s->dual, s->data->d));
}

/* The duality gap at w, and X'r - l2 w, which screening needs. */
static void measure_gap(descent *s)
{
    const kl_descent *how = s->how;
    const kl_kernel_table *kernels = s->data->kernels;
    double r2, ry, w2 = kernels->sum_squares(s->w, s->data->d);
    s->data->dual(s->data, s->w, s->dual, &r2, &ry);
    if (how->l1 == 0) {
        double slope2 = kernels->sum_squares(s->dual, s->data->d);
        s->dual_norm = slope2;
        s->how->gap = how->l2 == 0 ? slope2 : r2 + 0.5 * how->l2 * w2 - ry + slope2 / (2 * how->l2);
        return;
    }
    kernels->axpy(-how->l2, s->w, s->dual, s->data->d);
    s->dual_norm = dual_norm_of(s);
    double scale = s->dual_norm > how->l1 ? how->l1 / s->dual_norm : 1.0;
    double primal = 0.5 * (r2 + how->l2 * w2) + how->l1 * kernels->sum_abs(s->w, s->data->d);
    s->how->gap = primal + 0.5 * scale * scale * (r2 + how->l2 * w2) - scale * ry;
}

static void set_weight(descent *s, size_t j, double to)
{
    double by = to - s->w[j];
    s->w[j] = to;
    if (by != 0)
        s->data->moved(s->data, j, by);
}

/* Keep the weights that may still differ from 0 at the minimum. */
static void screen(descent *s)
{
    const kl_descent *how = s->how;
    double radius = sqrt(2 * fabs(how->gap)) / how->l1, norm = KL_MAX(how->l1, s->dual_norm);
    size_t kept = 0;
    for (size_t a = 0; a < s->active_count; a++) {
        size_t j = s->active[a];
        double distance = (1 - fabs(s->dual[j] / norm)) / sqrt(s->data->squares[j] + how->l2);
        if (s->data->squares[j] > 0 && distance <= radius)
            s->active[kept++] = j;
        else
            set_weight(s, j, 0.0);
    }
    s->active_count = kept;
}

/* One round; true when no weight moved by more than tol of the largest. */
static bool run_round(descent *s)
{
    const kl_descent *how = s->how;
    double most = 0, largest = 0;
    for (size_t step = 0; step < s->active_count; step++) {
        size_t j = s->active[how->random ? kl_random_below(how->random, s->active_count) : step];
        double square = s->data->squares[j], before = s->w[j];
        if (square == 0)
            continue;
        double pull = s->data->slope(s->data, j) + before * square;
        double size = KL_MAX(fabs(pull) - how->l1, 0.0) / (square + how->l2);
        set_weight(s, j, pull < 0 ? (how->positive ? 0.0 : -size) : size);
        most = KL_MAX(most, fabs(s->w[j] - before));
        largest = KL_MAX(largest, fabs(s->w[j]));
    }
    return largest == 0 || most / largest <= how->tol;
}

static kl_status run(descent *s, kl_task *task, kl_error *error)
{
    kl_descent *how = s->how;
    form *data = s->data;
    bool screening = !how->no_screening && how->l1 > 0;
    for (size_t j = 0; j < data->d; j++)
        s->active[s->active_count++] = j;
    how->gap_max = how->tol * data->y2;
    how->iterations = 0;
    measure_gap(s);
    how->converged = how->gap <= how->gap_max && (!data->gram || how->gap >= 0);
    if (!how->converged && screening)
        screen(s);
    while (!how->converged && how->iterations < how->iterations_max) {
        if (!how->room)
            KL_TRY(kl_task_step(task, how->iterations, how->iterations_max, error));
        how->iterations++;
        if (!run_round(s) && how->iterations < how->iterations_max)
            continue;
        measure_gap(s);
        how->converged = how->gap <= how->gap_max;
        if (!how->converged && screening)
            screen(s);
    }
    return KL_OK;
}

static kl_status descend(double *w, kl_descent *how, form *data, kl_task *task, kl_error *error)
{
    descent s = {.how = how, .data = data, .w = w};
    KL_TAKE_RAW(s.dual, task, data->d, error);
    KL_TAKE_RAW(s.active, task, data->d, error);
    kl_status status = run(&s, task, error);
    kl_task_free(task, s.dual);
    kl_task_free(task, s.active);
    return status;
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

static double gram_slope(form *f, size_t j) { return f->xy[j] - f->product[j]; }

static void gram_moved(form *f, size_t j, double by)
{
    f->kernels->axpy(by, f->gram + j * f->ld, f->product, f->d);
}

static void gram_dual(form *f, const double *w, double *out, double *r2, double *ry)
{
    double xyw = f->kernels->dot(w, f->xy, f->d);
    *r2 = f->y2 + f->kernels->dot(w, f->product, f->d) - 2 * xyw;
    *ry = f->y2 - xyw;
    for (size_t j = 0; j < f->d; j++)
        out[j] = f->xy[j] - f->product[j];
}

static void begin_gram(form *f, const double *w)
{
    memset(f->product, 0, f->d * sizeof *f->product);
    for (size_t j = 0; j < f->d; j++) {
        f->squares[j] = f->gram[j * f->ld + j];
        if (w[j] != 0)
            f->kernels->axpy(w[j], f->gram + j * f->ld, f->product, f->d);
    }
}

kl_status kl_descend_gram(double *w, kl_descent *how, const double *gram, size_t ld, const double *xy, double y2,
                          size_t d, kl_task *task, kl_error *error)
{
    form f = {.d = d, .y2 = y2, .slope = gram_slope, .moved = gram_moved, .dual = gram_dual,
              .kernels = kl_kernels(), .gram = gram, .xy = xy, .ld = ld};
    if (how->room) {
        f.squares = how->room;
        f.product = how->room + d;
        begin_gram(&f, w);
        descent s = {.how = how, .data = &f, .w = w, .dual = how->room + 2 * d,
                     .active = (size_t *)(void *)(how->room + 3 * d)};
        return run(&s, task, error);
    }
    KL_TAKE_RAW(f.squares, task, d, error);
    KL_TAKE_RAW(f.product, task, d, error);
    begin_gram(&f, w);
    kl_status status = descend(w, how, &f, task, error);
    kl_task_free(task, f.squares);
    kl_task_free(task, f.product);
    return status;
}

/* ---- columns ------------------------------------------------------------------------------------------------------- */

static double column_slope(form *f, size_t j)
{
    return f->kernels->dot(f->columns + j * f->n, f->residual, f->n);
}

static void column_moved(form *f, size_t j, double by)
{
    f->kernels->axpy(-by, f->columns + j * f->n, f->residual, f->n);
}

static void column_dual(form *f, const double *w, double *out, double *r2, double *ry)
{
    (void)w;
    *r2 = f->kernels->sum_squares(f->residual, f->n);
    *ry = f->kernels->dot(f->residual, f->y, f->n);
    for (size_t j = 0; j < f->d; j++)
        out[j] = column_slope(f, j);
}

kl_status kl_descend_columns(double *w, kl_descent *how, const double *columns, size_t n, size_t d,
                             const double *y, kl_task *task, kl_error *error)
{
    form f = {.n = n, .d = d, .slope = column_slope, .moved = column_moved, .dual = column_dual,
              .kernels = kl_kernels(), .y = y, .columns = columns};
    KL_TAKE(f.squares, task, d, error);
    KL_TAKE(f.residual, task, n, error);
    f.y2 = f.kernels->sum_squares(y, n);
    memcpy(f.residual, y, n * sizeof *y);
    for (size_t j = 0; j < d; j++) {
        f.squares[j] = f.kernels->sum_squares(columns + j * n, n);
        if (w[j] != 0)
            column_moved(&f, j, w[j]);
    }
    kl_status status = descend(w, how, &f, task, error);
    kl_task_free(task, f.squares);
    kl_task_free(task, f.residual);
    return status;
}

/* ---- sparse columns --------------------------------------------------------------------------------------------------- */

static double sparse_slope(form *f, size_t j)
{
    const kl_sparse_columns *x = f->sparse;
    double sum = 0;
    for (int64_t at = x->starts[j]; at < x->starts[j + 1]; at++)
        sum += x->values[at] * f->residual[x->rows[at]] * (x->root ? x->root[x->rows[at]] : 1.0);
    return sum - x->means[j] * f->residual_root_sum;
}

/* The mean that was taken from all numbers of the column moves all residuals. The sum of root x residual stays: a
 * column less its mean has none. */
static void sparse_moved(form *f, size_t j, double by)
{
    const kl_sparse_columns *x = f->sparse;
    for (int64_t at = x->starts[j]; at < x->starts[j + 1]; at++)
        f->residual[x->rows[at]] -= by * x->values[at] * (x->root ? x->root[x->rows[at]] : 1.0);
    double shift = by * x->means[j];
    if (shift == 0)
        return;
    for (size_t i = 0; i < f->n; i++)
        f->residual[i] += shift * (x->root ? x->root[i] : 1.0);
}

static void sparse_dual(form *f, const double *w, double *out, double *r2, double *ry)
{
    (void)w;
    *r2 = f->kernels->sum_squares(f->residual, f->n);
    *ry = f->kernels->dot(f->residual, f->y, f->n);
    for (size_t j = 0; j < f->d; j++)
        out[j] = sparse_slope(f, j);
}

static double sparse_square(const kl_sparse_columns *x, size_t j, double root2_sum)
{
    double mean = x->means[j], sum = 0, seen = 0;
    for (int64_t at = x->starts[j]; at < x->starts[j + 1]; at++) {
        double root = x->root ? x->root[x->rows[at]] : 1.0, difference = x->values[at] - mean;
        sum += root * root * difference * difference;
        seen += root * root;
    }
    return sum + mean * mean * KL_MAX(root2_sum - seen, 0.0);
}

kl_status kl_descend_sparse(double *w, kl_descent *how, const kl_sparse_columns *x, const double *y,
                            kl_task *task, kl_error *error)
{
    form f = {.n = x->n, .d = x->d, .slope = sparse_slope, .moved = sparse_moved, .dual = sparse_dual,
              .kernels = kl_kernels(), .y = y, .sparse = x};
    KL_TAKE(f.squares, task, x->d, error);
    KL_TAKE(f.residual, task, x->n, error);
    f.y2 = f.kernels->sum_squares(y, x->n);
    memcpy(f.residual, y, x->n * sizeof *y);
    double root2_sum = x->root ? f.kernels->sum_squares(x->root, x->n) : (double)x->n;
    for (size_t j = 0; j < x->d; j++) {
        f.squares[j] = sparse_square(x, j, root2_sum);
        if (w[j] != 0)
            sparse_moved(&f, j, w[j]);
    }
    f.residual_root_sum = x->root ? f.kernels->dot(x->root, f.residual, x->n) : f.kernels->sum(f.residual, x->n);
    kl_status status = descend(w, how, &f, task, error);
    kl_task_free(task, f.squares);
    kl_task_free(task, f.residual);
    return status;
}
