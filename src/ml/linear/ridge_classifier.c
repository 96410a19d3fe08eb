/* src/ml/linear/ridge_classifier.c - RidgeClassifier: ridge regression on targets of 1 and -1. */
#include "ridge.h"

#include "ml/class_weight.h"

typedef struct ridge_classifier {
    LINEAR_MODEL;
    RIDGE_PARAMETERS;
    kl_value class_weight;
} ridge_classifier;

/* 1 for the rows of a class, -1 for all others; of two classes the second alone. */
static kl_status make_targets(double **out, size_t *count, const kl_fit *in, kl_task *task, kl_error *error)
{
    size_t k = in->classes == 2 ? 1 : in->classes;
    double *y;
    KL_TAKE_RAW(y, task, in->n * k, error);
    for (size_t i = 0; i < in->n; i++)
        for (size_t c = 0; c < k; c++)
            y[i * k + c] = (size_t)in->codes[i] == (k == 1 ? 1 : c) ? 1.0 : -1.0;
    *out = y;
    *count = k;
    return KL_OK;
}

/* Of two classes coef_ is a vector here, as scikit-learn's is. */
static kl_status keep_vector(ridge_classifier *model, const double *coef, size_t d, kl_error *error)
{
    kl_value made = kl_null();
    KL_TRY(kl_vector_from(&made, coef, d, error));
    kl_learn(&model->coef_, made);
    return KL_OK;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    ridge_classifier *model = (ridge_classifier *)self;
    double *y, *coef, *intercept;
    const double *weights = NULL;
    size_t k;
    KL_TRY(make_targets(&y, &k, in, task, error));
    KL_TRY(kl_class_weighted(&weights, model->class_weight, self->classes, in->codes, in->n, in->weights, false,
                             task, error));
    KL_TAKE(coef, task, k * in->d, error);
    KL_TAKE(intercept, task, k, error);
    KL_TRY(kl_ridge_fit(coef, intercept, (ridge_model *)model, in->x, y, k, weights, task, error));
    KL_TRY(kl_linear_keep_classes((linear_model *)model, coef, intercept, k, in->d, error));
    if (!model->fit_intercept)
        kl_learn(&model->intercept_, kl_double(0.0));
    return k == 1 ? keep_vector(model, coef, in->d, error) : KL_OK;
}

static const kl_field fields[] = {
    KL_VALUE(ridge_classifier, alpha, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL, .fallback = "1.0",
             .doc = "strength of the penalty; >= 0"),
    LINEAR_INTERCEPT(ridge_classifier, 0),
    LINEAR_COPY_X(ridge_classifier),
    KL_CLASS_WEIGHT(ridge_classifier),
    RIDGE_FIELDS(ridge_classifier),
    KL_LEARNED_ARRAY(ridge_classifier, coef_,
                     .doc = "weights of the features: classes x d; of two classes d numbers, for the second of them"),
    KL_LEARNED_VALUE(ridge_classifier, intercept_,
                     .doc = "what is added to x'w: one number per row of coef_; 0.0 without an intercept"),
};
static const kl_limit limits[] = {
    {"alpha", KL_AT_LEAST(0)}, {"tol", KL_AT_LEAST(0)}, {"max_iter", KL_AT_LEAST(1)}};
static const kl_method methods[] = {KL_EST_SUPERVISED_WEIGHTED, KL_EST_CLASSES, KL_EST_DECISION};
static const kl_estimator_table table = {
    .kind = KL_EST_CLASSIFIER,
    .flags = KL_EST_SPARSE,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .decide = kl_linear_decision,
    .shapes = "coef_ = features | decisions features; intercept_ = number | decisions",
};
const kl_type kl_ridge_classifier_type = {
    .name = "RidgeClassifier",
    KL_ESTIMATOR(ridge_classifier),
    .doc = "Ridge regression on targets of 1 for a class and -1 for all others, one for each class and all with the "
           "same factor of X'X + alpha; the class with the largest answer is predicted.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_ridge_classifier_type);
