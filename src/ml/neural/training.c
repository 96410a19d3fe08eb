/* src/ml/neural/training.c - see training.h. Adam: Kingma and Ba (2015). */
#include "training.h"

#include "../numeric.h"

#include <math.h>

enum { STREAM_WEIGHTS = 0x11, STREAM_SHUFFLE = 0x12, STREAM_SPLIT = 0x13 };

void kl_network_begin(double *weights, const kl_network *net, uint64_t seed)
{
    for (size_t k = 0; k < net->layers; k++) {
        kl_random random;
        size_t in = net->width[k], out = net->width[k + 1];
        double bound = sqrt((net->activation == KL_LOGISTIC ? 2.0 : 6.0) / (double)(in + out));
        kl_random_open(&random, seed, STREAM_WEIGHTS, k);
        for (size_t i = 0; i < in * out; i++)
            weights[net->matrix[k] + i] = kl_random_between(&random, -bound, bound);
        for (size_t j = 0; j < out; j++)
            weights[net->offset[k] + j] = kl_random_between(&random, -bound, bound);
    }
}

/* ---- all rows at once ---------------------------------------------------------------------------- */

typedef struct whole {
    const kl_network *net;
    const kl_training *how;
    kl_network_room room;
} whole;

static kl_status whole_loss(void *data, const double *weights, double *value, double *gradient,
                            kl_error *error)
{
    whole *w = data;
    const kl_training *how = w->how;
    (void)error;
    kl_network_forward(w->net, weights, how->x, how->rows, &w->room);
    *value = kl_network_backward(gradient, w->net, weights, how->x, how->y, how->codes, how->row_weights,
                                 how->rows, &w->room);
    return KL_OK;
}

static kl_status train_lbfgs(double *weights, const kl_network *net, kl_training *how, kl_task *task,
                             kl_error *error)
{
    whole w = {.net = net, .how = how};
    kl_lbfgs lbfgs = {.iterations_max = how->epochs_max, .evaluations_max = how->evaluations_max,
                      .gradient_tol = how->tol, .value_tol = 2.220446049250313e-09};
    KL_TRY(kl_network_room_new(&w.room, net, how->rows, task, error));
    KL_TRY(kl_lbfgs_minimise(weights, net->size, &lbfgs, whole_loss, &w, task, error));
    how->epochs = lbfgs.iterations;
    how->loss = how->best_loss = lbfgs.value;
    how->converged = lbfgs.converged;
    return KL_OK;
}

/* ---- one step ------------------------------------------------------------------------------------ */

static void step_adam(double *weights, const double *gradient, size_t n, kl_training *how)
{
    double *m = how->moments, *v = how->moments + n, t = (double)++how->steps;
    double b1 = how->beta_1, b2 = how->beta_2;
    double rate = how->rate * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t));
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + (1 - b1) * gradient[i];
        v[i] = b2 * v[i] + (1 - b2) * gradient[i] * gradient[i];
        weights[i] -= rate * m[i] / (sqrt(v[i]) + how->epsilon);
    }
}

static void step_sgd(double *weights, const double *gradient, size_t n, kl_training *how, double rate)
{
    double *velocity = how->moments;
    for (size_t i = 0; i < n; i++) {
        velocity[i] = how->momentum * velocity[i] - rate * gradient[i];
        weights[i] += how->nesterov ? how->momentum * velocity[i] - rate * gradient[i] : velocity[i];
    }
    how->steps++;
}

/* ---- epochs -------------------------------------------------------------------------------------- */

/* Sums over the rows held back, of one output. */
typedef struct sums {
    double y, yy, residual;
} sums;

typedef struct run {
    const kl_network *net;
    kl_training *how;
    double *weights, *gradient, rate;
    kl_network_room room;
    int64_t *order;       /* rows learned from */
    size_t n;             /* how many */
    int64_t *held;        /* rows held back to score */
    size_t held_count;
    double *x, *y, *row_weights; /* of one batch */
    int64_t *codes;
    double *best;         /* weights of the best score */
    sums *sums;           /* of each output */
} run;

static void gather(run *r, const int64_t *rows, size_t count)
{
    const kl_training *how = r->how;
    size_t d = r->net->width[0], outputs = r->net->width[r->net->layers];
    for (size_t i = 0; i < count; i++) {
        size_t row = (size_t)rows[i];
        memcpy(r->x + i * d, how->x + row * d, d * sizeof *r->x);
        if (how->codes)
            r->codes[i] = how->codes[row];
        else
            memcpy(r->y + i * outputs, how->y + row * outputs, outputs * sizeof *r->y);
        if (how->row_weights)
            r->row_weights[i] = how->row_weights[row];
    }
}

/* Learn from one batch; its mean loss. */
static double learn_batch(run *r, const int64_t *rows, size_t count)
{
    kl_training *how = r->how;
    gather(r, rows, count);
    kl_network_forward(r->net, r->weights, r->x, count, &r->room);
    double loss = kl_network_backward(r->gradient, r->net, r->weights, r->x, how->codes ? NULL : r->y,
                                      how->codes ? r->codes : NULL, how->row_weights ? r->row_weights : NULL,
                                      count, &r->room);
    if (how->solver == KL_SOLVER_ADAM)
        step_adam(r->weights, r->gradient, r->net->size, how);
    else
        step_sgd(r->weights, r->gradient, r->net->size, how, r->rate);
    return loss;
}

static double run_epoch(run *r, size_t epoch)
{
    kl_training *how = r->how;
    double loss = 0;
    if (how->shuffle) {
        kl_random random;
        kl_random_open(&random, how->seed, STREAM_SHUFFLE, (uint64_t)how->seen + epoch);
        kl_random_shuffle(&random, r->order, r->n);
    }
    for (size_t at = 0; at < r->n; at += how->batch) {
        size_t count = KL_MIN(how->batch, r->n - at);
        loss += learn_batch(r, r->order + at, count) * (double)count;
    }
    how->seen += (int64_t)r->n;
    if (how->solver == KL_SOLVER_SGD && how->schedule == KL_RATE_INVSCALING)
        r->rate = how->rate / pow((double)how->seen + 1, how->power_t);
    return loss / (double)r->n;
}

/* ---- scores of rows held back -------------------------------------------------------------------- */

static double accuracy_of(run *r, const double *answers, size_t count)
{
    size_t outputs = r->net->width[r->net->layers], right = 0;
    for (size_t i = 0; i < count; i++) {
        const double *row = answers + i * outputs;
        size_t best = outputs == 1 ? row[0] > 0.5 : 0;
        for (size_t j = 1; j < outputs; j++)
            best = row[j] > row[best] ? j : best;
        right += (int64_t)best == r->codes[i];
    }
    return (double)right;
}

static void add_rows(sums *total, const double *y, const double *answers, size_t count, size_t outputs)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < outputs; j++) {
            double number = y[i * outputs + j], e = number - answers[i * outputs + j];
            total[j].y += number;
            total[j].yy += number * number;
            total[j].residual += e * e;
        }
}

/* R2, its mean over outputs. */
static double r2_of(const sums *total, size_t outputs, size_t rows)
{
    double score = 0;
    for (size_t j = 0; j < outputs; j++) {
        double spread = total[j].yy - total[j].y * total[j].y / (double)rows;
        score += spread > 0 ? 1 - total[j].residual / spread : 0;
    }
    return score / (double)outputs;
}

/* Accuracy of classes, R2 of numbers. */
static double score_held(run *r)
{
    size_t outputs = r->net->width[r->net->layers];
    double right = 0;
    memset(r->sums, 0, outputs * sizeof *r->sums);
    for (size_t at = 0; at < r->held_count; at += r->how->batch) {
        size_t count = KL_MIN(r->how->batch, r->held_count - at);
        gather(r, r->held + at, count);
        kl_network_forward(r->net, r->weights, r->x, count, &r->room);
        const double *answers = r->room.answer[r->net->layers];
        if (r->how->codes)
            right += accuracy_of(r, answers, count);
        else
            add_rows(r->sums, r->y, answers, count, outputs);
    }
    return r->how->codes ? right / (double)r->held_count : r2_of(r->sums, outputs, r->held_count);
}

/* Hold back a share of the rows, of each class alike. */
static kl_status hold_back(run *r, kl_task *task, kl_error *error)
{
    kl_training *how = r->how;
    size_t classes = how->codes ? how->classes : 1, kept = 0, held = 0;
    kl_random random;
    int64_t *shuffled;
    KL_TAKE_RAW(shuffled, task, how->rows, error);
    KL_TAKE_RAW(r->held, task, how->rows, error);
    for (size_t i = 0; i < how->rows; i++)
        shuffled[i] = (int64_t)i;
    kl_random_open(&random, how->seed, STREAM_SPLIT, 0);
    kl_random_shuffle(&random, shuffled, how->rows);
    for (size_t c = 0; c < classes; c++) {
        size_t of_class = 0, taken = 0;
        for (size_t i = 0; i < how->rows; i++)
            of_class += !how->codes || how->codes[i] == (int64_t)c;
        size_t wanted = (size_t)ceil((double)of_class * how->validation_fraction - 1e-9);
        for (size_t i = 0; i < how->rows; i++) {
            if (how->codes && how->codes[shuffled[i]] != (int64_t)c)
                continue;
            if (taken++ < wanted)
                r->held[held++] = shuffled[i];
            else
                r->order[kept++] = shuffled[i];
        }
    }
    r->n = kept;
    r->held_count = held;
    return kept && held ? KL_OK
                        : kl_bad_input(error, "too few rows to hold back a share of %.15g for validation",
                                       how->validation_fraction);
}

/* ---- when to stop -------------------------------------------------------------------------------- */

/* Whether there was no gain in this epoch. */
static bool no_gain(run *r)
{
    kl_training *how = r->how;
    double gained;
    if (!how->early_stopping) {
        gained = how->best_loss - how->loss;
        how->best_loss = fmin(how->best_loss, how->loss);
        return !(gained >= how->tol);
    }
    double score = score_held(r);
    how->scores[how->epochs - 1] = score;
    gained = score - how->best_score;
    if (score > how->best_score) {
        how->best_score = score;
        memcpy(r->best, r->weights, r->net->size * sizeof *r->best);
    }
    return !(gained >= how->tol);
}

/* After too many epochs without gain: a smaller rate, or the end. */
static bool is_over(run *r)
{
    if (r->how->schedule != KL_RATE_ADAPTIVE || r->how->solver != KL_SOLVER_SGD || r->rate <= 1e-6)
        return true;
    r->rate /= 5;
    return false;
}

static kl_status run_epochs(run *r, kl_task *task, kl_error *error)
{
    kl_training *how = r->how;
    size_t without = 0;
    how->best_loss = INFINITY;
    how->best_score = -INFINITY;
    while (how->epochs < how->epochs_max) {
        how->loss = run_epoch(r, how->epochs);
        how->losses[how->epochs++] = how->loss;
        if (!isfinite(how->loss))
            return kl_bad_input(error, "the weights have grown beyond all bounds; scale x, or lower learning_rate_init");
        without = no_gain(r) ? without + 1 : 0;
        if (without > how->patience && !how->one_epoch) {
            if (is_over(r)) {
                how->converged = true;
                break;
            }
            without = 0;
        }
        KL_TRY(kl_task_step(task, how->epochs, how->epochs_max, error));
    }
    return KL_OK;
}

static kl_status train_batches(double *weights, const kl_network *net, kl_training *how, kl_task *task,
                               kl_error *error)
{
    run r = {.net = net, .how = how, .weights = weights, .rate = how->rate, .n = how->rows};
    size_t outputs = net->width[net->layers];
    KL_TAKE_RAW(r.order, task, how->rows, error);
    for (size_t i = 0; i < how->rows; i++)
        r.order[i] = (int64_t)i;
    if (how->early_stopping)
        KL_TRY(hold_back(&r, task, error));
    how->batch = KL_MIN(how->batch, r.n);
    KL_TRY(kl_network_room_new(&r.room, net, how->batch, task, error));
    KL_TAKE_RAW(r.gradient, task, net->size, error);
    KL_TAKE_RAW(r.x, task, how->batch * net->width[0], error);
    KL_TAKE_RAW(r.y, task, how->batch * outputs, error);
    KL_TAKE_RAW(r.codes, task, how->batch, error);
    KL_TAKE_RAW(r.row_weights, task, how->batch, error);
    KL_TAKE_RAW(r.best, task, net->size, error);
    KL_TAKE_RAW(r.sums, task, outputs, error);
    memcpy(r.best, weights, net->size * sizeof *weights);
    if (how->solver == KL_SOLVER_SGD && how->schedule == KL_RATE_INVSCALING)
        r.rate = how->rate / pow((double)how->seen + 1, how->power_t);
    KL_TRY(run_epochs(&r, task, error));
    if (how->early_stopping)
        memcpy(weights, r.best, net->size * sizeof *weights);
    return KL_OK;
}

kl_status kl_train(double *weights, const kl_network *net, kl_training *how, kl_task *task,
                   kl_error *error)
{
    return how->solver == KL_SOLVER_LBFGS ? train_lbfgs(weights, net, how, task, error)
                                          : train_batches(weights, net, how, task, error);
}
