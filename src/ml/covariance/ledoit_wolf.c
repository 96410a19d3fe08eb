/* src/ml/covariance/ledoit_wolf.c - LedoitWolf: a covariance shrunk by as much as the data say. */
#include "covariance.h"

#include "../decomposition/parts.h"
#include "../kernels.h"
#include "../linalg.h"

typedef struct ledoit_wolf {
    KL_COVARIANCE_MODEL;
    int64_t block_size;
    double shrinkage_;
} ledoit_wolf;

/* beta / delta of Ledoit and Wolf (2004): how far the covariance of n rows is from the true one, beside how far it
 * is from mu I. */
static kl_status shrinkage(double *out, const kl_fit *in, const double *covariance, const double *location, double mu,
                           kl_task *task, kl_error *error)
{
    double n = (double)in->n, d = (double)in->d, fourth = 0, *rows, *squares;
    double second = kl_kernels()->sum_squares(covariance, in->d * in->d);
    *out = 0;
    if (in->d == 1)
        return KL_OK;
    KL_TRY(kl_centered_rows(&rows, in->x, location, task, error));
    KL_TAKE_RAW(squares, task, in->n, error);
    kl_kernels()->row_square_sums(squares, rows, in->n, in->d);
    for (size_t i = 0; i < in->n; i++)
        fourth += squares[i] * squares[i];
    double beta = (fourth / n - second) / (d * n), delta = (second - d * mu * mu) / d;
    beta = KL_MIN(beta, delta);
    *out = beta == 0 ? 0 : beta / delta;
    return KL_OK;
}

static kl_status ledoit_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    ledoit_wolf *self = (ledoit_wolf *)base;
    double *covariance, mu = 0;
    KL_TRY(kl_covariance_locate((kl_covariance *)self, in->x, error));
    KL_TRY(kl_covariance_empirical(&covariance, (kl_covariance *)self, in->x, task, error));
    for (size_t j = 0; j < in->d; j++)
        mu += covariance[j * in->d + j] / (double)in->d;
    KL_TRY(shrinkage(&self->shrinkage_, in, covariance, kl_doubles(self->location_), mu, task, error));
    kl_scale(covariance, 1 - self->shrinkage_, in->d * in->d);
    for (size_t j = 0; j < in->d; j++)
        covariance[j * in->d + j] += self->shrinkage_ * mu;
    return kl_covariance_invert((kl_covariance *)self, task, error);
}

static const kl_field fields[] = {
    KL_COVARIANCE_CENTERED(ledoit_wolf, 0),
    KL_INT(ledoit_wolf, block_size, 1000, .doc = "has no effect on results; work is cut into blocks as is quickest; >= 1"),
    KL_COVARIANCE_STORE(ledoit_wolf),
    KL_COVARIANCE_LEARNED(ledoit_wolf),
    KL_LEARNED_DOUBLE(ledoit_wolf, shrinkage_, .doc = "share of mu I in covariance_, from 0 to 1"),
};

static const kl_limit limits[] = {{"block_size", KL_AT_LEAST(1)}};
static const kl_method methods[] = {KL_COVARIANCE_METHODS};

static const kl_estimator_table table = {
    .kind = KL_EST_DENSITY,
    .flags = KL_EST_Y_OPTIONAL,
    .limits = KL_TABLE(limits),
    .fit = ledoit_fit,
    .score = kl_covariance_score,
    .shapes = "location_ = features; covariance_ = features features; precision_ = features features | none",
};

const kl_type kl_ledoit_wolf_type = {
    .name = "LedoitWolf",
    KL_ESTIMATOR(ledoit_wolf),
    .doc = "A covariance drawn towards a multiple mu of the identity, mu being the mean of its diagonal, by the share that is "
           "expected to err least (Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance "
           "matrices, 2004).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ledoit_wolf_type);
