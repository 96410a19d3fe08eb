/* src/ml/errors.c - the exceptions of this room. */
#include "kailash/type.h"

const kl_type kl_ml_error_type = {
    .name = "MlError",
    .module = "kailash.ml",
    .doc = "Data or a parameter that nothing can be learned from, or a model that does not fit the data. Both a "
           "RuntimeError and a ValueError.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError, ValueError",
};
KL_PUBLISH(kl_ml_error_type);

const kl_type kl_not_fitted_error_type = {
    .name = "NotFittedError",
    .module = "kailash.ml",
    .doc = "Something was asked of an estimator before fit(). Also an AttributeError, for what it would have learned.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "MlError, AttributeError",
};
KL_PUBLISH(kl_not_fitted_error_type);

const kl_type kl_convergence_warning_type = {
    .name = "ConvergenceWarning",
    .module = "kailash.ml",
    .doc = "An iteration was stopped before it had settled: more of them, or other parameters, would do better.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "UserWarning",
};
KL_PUBLISH(kl_convergence_warning_type);
