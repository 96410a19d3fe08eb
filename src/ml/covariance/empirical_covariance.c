/* src/ml/covariance/empirical_covariance.c - EmpiricalCovariance: the covariance of the rows as they are. */
#include "covariance.h"

static kl_status empirical_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_covariance *self = (kl_covariance *)base;
    double *covariance;
    KL_TRY(kl_covariance_locate(self, in->x, error));
    KL_TRY(kl_covariance_empirical(&covariance, self, in->x, task, error));
    return kl_covariance_invert(self, task, error);
}

static const kl_field fields[] = {
    KL_COVARIANCE_CENTERED(kl_covariance, 0),
    KL_COVARIANCE_STORE(kl_covariance),
    KL_COVARIANCE_LEARNED(kl_covariance),
};

static const kl_method methods[] = {KL_COVARIANCE_METHODS};

static const kl_estimator_table table = {
    .kind = KL_EST_DENSITY,
    .flags = KL_EST_Y_OPTIONAL,
    .fit = empirical_fit,
    .score = kl_covariance_score,
    .shapes = "location_ = features; covariance_ = features features; precision_ = features features | none",
};

const kl_type kl_empirical_covariance_type = {
    .name = "EmpiricalCovariance",
    KL_ESTIMATOR(kl_covariance),
    .doc = "The covariance of most likelihood of normal rows: the sum of (x - mean)(x - mean)' over n. score(x) is the mean "
           "log-likelihood of rows.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_empirical_covariance_type);
