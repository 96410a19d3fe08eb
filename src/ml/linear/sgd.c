/* src/ml/linear/sgd.c - stochastic gradients. */
#include "sgd.h"

#include "ml/kernels.h"
#include "ml/linalg.h"
#include "parallel.h"
#include "ml/random.h"

#include <math.h>

/* Sparse rows move the intercept less: it is in every row, their features are not. */
#define SPARSE_INTERCEPT_DECAY 0.01
#define SLOPE_MAX 1e12
#define SCALE_MIN 1e-9
enum { ALONE = 1 << 14 }; /* numbers in x below which other threads are not worth waking */

/* ---- losses ------------------------------------------------------------------------------------------------------ */

double kl_sgd_value(kl_sgd_loss loss, double epsilon, double y, double p)
{
    double z = y * p, r = fabs(y - p);
    switch (loss) {
    case KL_SGD_HINGE:
        return KL_MAX(0.0, 1 - z);
    case KL_SGD_SQUARED_HINGE:
        return z < 1 ? (1 - z) * (1 - z) : 0.0;
    case KL_SGD_PERCEPTRON:
        return KL_MAX(0.0, -z);
    case KL_SGD_LOG:
        return z > 0 ? log1p(exp(-z)) : log1p(exp(z)) - z;
    case KL_SGD_MODIFIED_HUBER:
        return z >= 1 ? 0.0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
    case KL_SGD_SQUARED:
        return 0.5 * r * r;
    case KL_SGD_HUBER:
        return r <= epsilon ? 0.5 * r * r : epsilon * r - 0.5 * epsilon * epsilon;
    case KL_SGD_EPSILON_INSENSITIVE:
        return KL_MAX(0.0, r - epsilon);
    case KL_SGD_SQUARED_EPSILON_INSENSITIVE:
        return r > epsilon ? (r - epsilon) * (r - epsilon) : 0.0;
    }
    return 0.0;
}

double kl_sgd_slope(kl_sgd_loss loss, double epsilon, double y, double p)
{
    double z = y * p, r = p - y;
    switch (loss) {
    case KL_SGD_HINGE:
        return z <= 1 ? -y : 0.0;
    case KL_SGD_SQUARED_HINGE:
        return z < 1 ? -2 * y * (1 - z) : 0.0;
    case KL_SGD_PERCEPTRON:
        return z <= 0 ? -y : 0.0;
    case KL_SGD_LOG:
        return -y / (1 + exp(z));
    case KL_SGD_MODIFIED_HUBER:
        return z >= 1 ? 0.0 : z >= -1 ? -2 * y * (1 - z) : -4 * y;
    case KL_SGD_SQUARED:
        return r;
    case KL_SGD_HUBER:
        return fabs(r) <= epsilon ? r : r > 0 ? epsilon : -epsilon;
    case KL_SGD_EPSILON_INSENSITIVE:
        return r > epsilon ? 1.0 : r < -epsilon ? -1.0 : 0.0;
    case KL_SGD_SQUARED_EPSILON_INSENSITIVE:
        return r > epsilon ? 2 * (r - epsilon) : r < -epsilon ? 2 * (r + epsilon) : 0.0;
    }
    return 0.0;
}

/* ---- weights -------------------------------------------------------------------------------------------------------- */

/*
 * w = scale v. Their sum over the averaged steps is heights v - debts: `heights` is the sum of the scales, and a row
 * that moves v is charged with the heights before it.
 */
typedef struct walk {
    const kl_sgd *how;
    kl_sgd_target *to;
    const kl_kernel_table *kernels;
    size_t d;
    double *v, *debts, *paid; /* paid: what the l1 penalty has taken from each weight */
    double scale, square;     /* square: |w|^2 */
    double heights, owed;     /* owed: what it should have taken from each */
    double eta, start, decay;
    bool averages;
    double averaged, intercepts; /* steps that are averaged, and the sum of their intercepts */
    kl_random random;
    int64_t *order; /* rows that are learned from: count */
    size_t count, idle;
    double best;
    bool done;
} walk;

typedef struct row {
    const double *values;
    const int64_t *columns; /* NULL: all of them in order */
    size_t count;
} row;

static inline row row_at(const kl_matrix *x, size_t i)
{
    if (x->data)
        return (row){kl_row(x, i), NULL, x->cols};
    int64_t at = x->indptr[i];
    return (row){x->values + at, x->indices + at, (size_t)(x->indptr[i + 1] - at)};
}

static inline double answer_to(const walk *s, const row *r)
{
    double sum = 0;
    if (!r->columns)
        return s->scale * s->kernels->dot(r->values, s->v, r->count) + s->to->intercept;
    for (size_t e = 0; e < r->count; e++)
        sum += r->values[e] * s->v[r->columns[e]];
    return s->scale * sum + s->to->intercept;
}

static void rescale(walk *s)
{
    kl_scale(s->v, s->scale, s->d);
    s->heights /= s->scale;
    s->scale = 1.0;
}

static void shrink(walk *s, double by)
{
    if (by <= 0) {
        for (size_t j = 0; s->averages && j < s->d; j++)
            s->debts[j] -= s->heights * s->v[j];
        memset(s->v, 0, s->d * sizeof *s->v);
        s->square = 0;
        return;
    }
    s->scale *= by;
    s->square *= by * by;
    if (s->scale < SCALE_MIN)
        rescale(s);
}

/* w += by x; `p` is what the row was answered, with the intercept. */
static void add_row(walk *s, const row *r, double by, double dot, double square)
{
    double step = by / s->scale;
    s->square += 2 * by * dot + by * by * square;
    if (!r->columns) {
        s->kernels->axpy(step, r->values, s->v, r->count);
        if (s->averages && s->heights != 0)
            s->kernels->axpy(s->heights * step, r->values, s->debts, r->count);
        return;
    }
    for (size_t e = 0; e < r->count; e++) {
        s->v[r->columns[e]] += step * r->values[e];
        if (s->averages)
            s->debts[r->columns[e]] += s->heights * step * r->values[e];
    }
}

/* Towards 0 by what is owed and not yet paid, of the features of the row. */
static void pay(walk *s, const row *r)
{
    for (size_t e = 0; e < r->count; e++) {
        size_t j = r->columns ? (size_t)r->columns[e] : e;
        double before = s->scale * s->v[j], after = before;
        if (before > 0)
            after = KL_MAX(0.0, before - (s->owed + s->paid[j]));
        else if (before < 0)
            after = KL_MIN(0.0, before + (s->owed - s->paid[j]));
        if (after == before)
            continue;
        double step = (after - before) / s->scale;
        s->paid[j] += after - before;
        s->square += after * after - before * before;
        s->v[j] += step;
        if (s->averages)
            s->debts[j] += s->heights * step;
    }
}

static void count_step(walk *s)
{
    s->heights += s->scale;
    s->intercepts += s->to->intercept;
    s->averaged++;
}

/* ---- a step ----------------------------------------------------------------------------------------------------------- */

static double square_of(const walk *s, const row *r) { return s->kernels->sum_squares(r->values, r->count); }

/* How far the row moves w: its slope times the rate, or as passive and aggressive steps go. */
static double move_of(walk *s, const row *r, double y, double p)
{
    const kl_sgd *how = s->how;
    if (how->rate < KL_SGD_PA1) {
        double slope = kl_sgd_slope(how->loss, how->epsilon, y, p);
        return -s->eta * KL_MIN(KL_MAX(slope, -SLOPE_MAX), SLOPE_MAX);
    }
    double loss = kl_sgd_value(how->loss, how->epsilon, y, p), square = square_of(s, r);
    if (how->rate == KL_SGD_PA1 && square == 0)
        return 0;
    double size = how->rate == KL_SGD_PA1 ? KL_MIN(how->eta0, loss / square) : loss / (square + 0.5 / how->eta0);
    if (how->loss == KL_SGD_HINGE)
        return size * y;
    return y < p ? -size : size;
}

static void set_rate(walk *s)
{
    const kl_sgd *how = s->how;
    if (how->rate == KL_SGD_OPTIMAL)
        s->eta = 1.0 / (how->alpha * (s->start + s->to->t - 1));
    else if (how->rate == KL_SGD_INVSCALING)
        s->eta = how->eta0 / (how->power_t == 0.5 ? sqrt(s->to->t) : pow(s->to->t, how->power_t));
}

/* Learn from row i; returns loss and penalty before. */
static double take_step(walk *s, size_t i)
{
    const kl_sgd *how = s->how;
    kl_sgd_target *to = s->to;
    row r = row_at(how->x, i);
    double y = to->y[i], p = answer_to(s, &r), value = 0;
    set_rate(s);
    if (!how->held_out)
        value = kl_sgd_value(how->loss, how->epsilon, y, p);
    if (!how->held_out && how->penalised && how->rate < KL_SGD_PA1)
        value += how->alpha * (1 - how->l1_ratio) * 0.5 * s->square;
    double move = move_of(s, &r, y, p) * (y > 0 ? to->positive : to->negative) * (how->weights ? how->weights[i] : 1.0);
    double dot = p - to->intercept, shrinking = 1.0;
    if (how->penalised && how->l1_ratio < 1) {
        shrinking = KL_MAX(0.0, 1.0 - (1.0 - how->l1_ratio) * s->eta * how->alpha);
        shrink(s, shrinking);
    }
    if (move != 0) {
        add_row(s, &r, move, dot * shrinking, how->penalised ? square_of(s, &r) : 0.0);
        if (how->intercept)
            to->intercept += move * s->decay;
    }
    if (how->penalised && how->l1_ratio > 0) {
        s->owed += how->l1_ratio * s->eta * how->alpha;
        pay(s, &r);
    }
    if (s->averages && to->t >= (double)how->average_from)
        count_step(s);
    to->t++;
    return value;
}

/* ---- epochs -------------------------------------------------------------------------------------------------------------- */

static double l1_of(const walk *s) { return s->scale * s->kernels->sum_abs(s->v, s->d); }

/* On the rows held out: share of right signs, or R2; weighted. */
static double score(const walk *s)
{
    const kl_sgd *how = s->how;
    double total = 0, right = 0, mean = 0, spread = 0;
    for (size_t i = 0; i < how->x->rows; i++)
        if (how->held_out[i]) {
            double w = how->weights ? how->weights[i] : 1.0;
            total += w;
            mean += w * s->to->y[i];
        }
    mean /= total;
    for (size_t i = 0; i < how->x->rows; i++)
        if (how->held_out[i]) {
            row r = row_at(how->x, i);
            double w = how->weights ? how->weights[i] : 1.0, y = s->to->y[i], p = answer_to(s, &r);
            right += w * (how->classifies ? (double)((p > 0) == (y > 0)) : (y - p) * (y - p));
            spread += w * (y - mean) * (y - mean);
        }
    return how->classifies ? right / total : spread > 0 ? 1 - right / spread : right == 0;
}

static double run_rows(walk *s)
{
    const kl_matrix *x = s->how->x;
    const int64_t *order = s->order;
    size_t count = s->count;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (x->data && i + 4 < count) {
            const double *next = kl_row(x, (size_t)order[i + 4]);
            __builtin_prefetch(next);
            __builtin_prefetch(next + 8);
        }
        sum += take_step(s, (size_t)order[i]);
    }
    return sum / (double)count;
}

static void begin_walk(walk *s, kl_sgd_target *to, const kl_sgd *how)
{
    double typical = sqrt(1.0 / sqrt(how->alpha));
    s->how = how;
    s->to = to;
    s->kernels = kl_kernels();
    s->d = how->x->cols;
    s->v = to->w;
    s->scale = 1.0;
    s->eta = how->eta0;
    s->start = 1.0 / (typical * how->alpha);
    s->decay = how->x->data ? 1.0 : SPARSE_INTERCEPT_DECAY;
    s->averages = to->average != NULL;
    s->square = s->kernels->sum_squares(s->v, s->d);
    s->best = INFINITY;
    kl_random_open(&s->random, how->seed, 2, to->stream);
    if (s->averages && to->t > (double)how->average_from) { /* steps of calls before */
        s->averaged = to->t - (double)how->average_from;
        s->intercepts = to->average_intercept * s->averaged;
        for (size_t j = 0; j < s->d; j++)
            s->debts[j] = -to->average[j] * s->averaged;
    }
    for (size_t i = 0; i < how->x->rows; i++)
        if (!how->held_out || !how->held_out[i])
            s->order[s->count++] = (int64_t)i;
    to->epochs = 0;
    to->overflow = false;
}

static void end_walk(walk *s)
{
    kl_sgd_target *to = s->to;
    for (size_t j = 0; s->averages && s->averaged > 0 && j < s->d; j++)
        to->average[j] = (s->heights * s->v[j] - s->debts[j]) / s->averaged;
    if (s->averages && s->averaged > 0)
        to->average_intercept = s->intercepts / s->averaged;
    kl_scale(s->v, s->scale, s->d);
    to->overflow = to->overflow || !isfinite(to->intercept) || !s->kernels->all_finite(s->v, s->d, NULL);
}

/* Has it learned for long without a gain? */
static void judge(walk *s, double value)
{
    const kl_sgd *how = s->how;
    s->idle = value > s->best - how->tol ? s->idle + 1 : 0;
    s->best = KL_MIN(s->best, value);
    s->to->overflow = !isfinite(value);
    s->done = s->to->overflow || s->to->epochs >= how->epochs_max;
    if (s->idle < how->patience)
        return;
    if (how->rate != KL_SGD_ADAPTIVE || s->eta <= 1e-6) {
        s->done = true;
        return;
    }
    s->eta /= 5;
    s->idle = 0;
}

static void run_epoch(walk *s)
{
    const kl_sgd *how = s->how;
    if (how->shuffle)
        kl_random_shuffle(&s->random, s->order, s->count);
    double value = run_rows(s);
    s->to->epochs++;
    if (how->held_out)
        value = -score(s);
    else if (how->penalised && how->l1_ratio > 0 && how->rate < KL_SGD_PA1)
        value += how->alpha * how->l1_ratio * l1_of(s);
    judge(s, value);
}

static kl_status run_some(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    (void)block, (void)error;
    walk *walks = data;
    for (size_t t = begin; t < end; t++)
        if (!walks[t].done)
            run_epoch(walks + t);
    return KL_OK;
}

kl_status kl_sgd_run(kl_sgd_target *targets, size_t count, const kl_sgd *how, kl_task *task, kl_error *error)
{
    walk *walks;
    size_t left = count, grain = how->x->rows * how->x->cols < ALONE ? count : 1;
    KL_TAKE(walks, task, count, error);
    for (size_t t = 0; t < count; t++) {
        KL_TAKE(walks[t].order, task, how->x->rows, error);
        KL_TAKE(walks[t].debts, task, how->x->cols, error);
        KL_TAKE(walks[t].paid, task, how->x->cols, error);
        begin_walk(walks + t, targets + t, how);
    }
    for (size_t epoch = 0; left > 0; epoch++) {
        KL_TRY(kl_task_step(task, epoch, how->epochs_max, error));
        KL_TRY(kl_parallel_for(count, grain, run_some, walks, error));
        left = 0;
        for (size_t t = 0; t < count; t++)
            left += !walks[t].done;
    }
    for (size_t t = 0; t < count; t++)
        end_walk(walks + t);
    return KL_OK;
}
