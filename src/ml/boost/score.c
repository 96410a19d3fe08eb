/* src/ml/boost/score.c - how good raw predictions are, for early stopping. */
#include "hist_boost.h"

#include <math.h>

typedef double scorer(const kl_hist_target *target, const double *predicted);

static double weight_of(const kl_hist_target *target, size_t i) { return target->weights ? target->weights[i] : 1; }

static double mean_square(const kl_hist_target *target, const double *predicted)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < target->n; i++) {
        double off = target->y[i] - predicted[i];
        sum += weight_of(target, i) * off * off;
        weight += weight_of(target, i);
    }
    return sum / weight;
}

static double minus_square(const kl_hist_target *target, const double *predicted)
{
    return -mean_square(target, predicted);
}

static double minus_root(const kl_hist_target *target, const double *predicted)
{
    return -sqrt(mean_square(target, predicted));
}

static double minus_distance(const kl_hist_target *target, const double *predicted)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < target->n; i++) {
        sum += weight_of(target, i) * fabs(target->y[i] - predicted[i]);
        weight += weight_of(target, i);
    }
    return -sum / weight;
}

/* The share of the variance that is told. */
static double r_squared(const kl_hist_target *target, const double *predicted)
{
    double sum = 0, weight = 0, spread = 0, rest = mean_square(target, predicted);
    for (size_t i = 0; i < target->n; i++) {
        sum += weight_of(target, i) * target->y[i];
        weight += weight_of(target, i);
    }
    for (size_t i = 0; i < target->n; i++)
        spread += weight_of(target, i) * (target->y[i] - sum / weight) * (target->y[i] - sum / weight);
    if (spread == 0)
        return rest == 0;
    return 1 - rest / (spread / weight);
}

/* The share of the rows whose class is right; `predicted` are codes. */
static double accuracy(const kl_hist_target *target, const double *predicted)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < target->n; i++) {
        sum += weight_of(target, i) * (predicted[i] == target->y[i]);
        weight += weight_of(target, i);
    }
    return sum / weight;
}

static const struct {
    const char *name;
    scorer *regressor, *classifier;
} scorers[] = {
    {"accuracy", NULL, accuracy},
    {"r2", r_squared, NULL},
    {"neg_mean_squared_error", minus_square, NULL},
    {"neg_root_mean_squared_error", minus_root, NULL},
    {"neg_mean_absolute_error", minus_distance, NULL},
};

/* NULL: minus the loss, or there is no such score. */
static scorer *scorer_of(const kl_hist_boost *self)
{
    bool is_classifier = !kl_is_null(self->base.classes);
    if (kl_is_null(self->scoring))
        return is_classifier ? accuracy : r_squared;
    for (size_t i = 0; i < KL_COUNT(scorers); i++)
        if (kl_word_is(self->scoring, scorers[i].name))
            return is_classifier ? scorers[i].classifier : scorers[i].regressor;
    return NULL;
}

static bool is_loss(const kl_hist_boost *self)
{
    return kl_word_is(self->scoring, "loss") ||
           (kl_word_is(self->scoring, "neg_log_loss") && !kl_is_null(self->base.classes));
}

kl_status kl_hist_check_scoring(const kl_hist_boost *self, kl_error *error)
{
    if (is_loss(self) || scorer_of(self))
        return KL_OK;
    return kl_bad_parameter(error, "scoring",
                            kl_is_null(self->base.classes)
                                ? "'loss', 'r2', 'neg_mean_squared_error', 'neg_root_mean_squared_error', "
                                  "'neg_mean_absolute_error' or None"
                                : "'loss', 'accuracy', 'neg_log_loss' or None",
                            self->scoring);
}

/* The codes of the most likely classes. */
static void classes_of(double *out, const double *raw, const kl_hist_loss *loss, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        if (loss->columns == 1)
            best = raw[i] > 0;
        for (size_t k = 1; k < loss->columns; k++)
            if (raw[k * n + i] > raw[best * n + i])
                best = k;
        out[i] = (double)best;
    }
}

kl_status kl_hist_score(double *out, const kl_hist_boost *self, const kl_hist_target *target, const double *raw,
                        kl_task *task, kl_error *error)
{
    kl_hist_loss loss = kl_hist_loss_of(self);
    double *predicted;
    if (is_loss(self)) {
        KL_TRY(kl_hist_mean_loss(out, &loss, target, raw, task, error));
        *out = -*out;
        return KL_OK;
    }
    KL_TAKE_RAW(predicted, task, target->n, error);
    if (kl_is_null(self->base.classes)) {
        memcpy(predicted, raw, target->n * sizeof *predicted);
        kl_hist_invert(predicted, &loss, target->n);
    } else {
        classes_of(predicted, raw, &loss, target->n);
    }
    *out = scorer_of(self)(target, predicted);
    kl_task_free(task, predicted);
    return KL_OK;
}
