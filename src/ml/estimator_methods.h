/* src/ml/estimator_methods.h - the rows of methods that estimators have; their functions are the frame's. */
#ifndef KL_ML_ESTIMATOR_METHODS_H
#define KL_ML_ESTIMATOR_METHODS_H

#include "kailash/type.h"

/* Parameters of the rows below. */
extern const kl_param kl_est_fit_xy[4];       /* x, y, sample_weight=None, *, progress=None */
extern const kl_param kl_est_fit_plain_xy[3]; /* x, y, *, progress=None */
extern const kl_param kl_est_fit_x[4];        /* x, y=None, sample_weight=None, *, progress=None */
extern const kl_param kl_est_fit_plain_x[3];  /* x, y=None, *, progress=None */
extern const kl_param kl_est_more[4];         /* x, y, classes=None, sample_weight=None */
extern const kl_param kl_est_more_plain[2];   /* x, y=None */
extern const kl_param kl_est_more_x[3];       /* x, y=None, sample_weight=None */
extern const kl_param kl_est_x[1];            /* x */
extern const kl_param kl_est_score_xy[3];     /* x, y, sample_weight=None */
extern const kl_param kl_est_score_x[2];      /* x, y=None */
extern const kl_param kl_est_fit_score_x[3];  /* x, y=None, sample_weight=None */
extern const kl_param kl_est_names[1];        /* input_features=None */

KL_API kl_call kl_est_fit, kl_est_fit_plain, kl_est_partial_fit, kl_est_partial_fit_plain,
    kl_est_partial_fit_x,
    kl_est_predict, kl_est_proba, kl_est_log_proba, kl_est_decision, kl_est_transform,
    kl_est_inverse, kl_est_score_samples, kl_est_fit_predict, kl_est_fit_predict_plain,
    kl_est_fit_transform, kl_est_fit_transform_plain, kl_est_score, kl_est_score_plain,
    kl_est_classes, kl_est_names_out, kl_est_labels_int;

/* A method of its own that a file defines for its table; one that asks a kl_answer of x. */
#define KL_EST_METHOD(name)                                                                        \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
#define KL_EST_ASK(name, answer)                                                                   \
    KL_EST_METHOD(name)                                                                            \
    {                                                                                              \
        return kl_estimator_ask(out, (const kl_estimator *)self, args[0], answer, error);          \
    }

#define KL_EST_RAISES "TypeError, MlError, NotFittedError"
#define KL_EST_ROW(method, function, table, result, text)                                          \
    {.name = method, .call = function, .params = KL_TABLE(table), .returns = result,               \
     .raises = KL_EST_RAISES, .doc = text}
#define KL_EST_FIT_ROW(function, table)                                                            \
    {.name = "fit", .call = function, .params = KL_TABLE(table), .returns = KL_KIND_OBJECT,        \
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",                           \
     .doc = "Learn from x (and y); returns self. A failure leaves what was learned before."}

#define KL_EST_PREDICT                                                                             \
    KL_EST_ROW("predict", kl_est_predict, kl_est_x, KL_KIND_BUFFER,                                \
               "The answer for each row of x: a label of a classifier, a number of a regressor, the "\
               "cluster of a clusterer.")
#define KL_EST_SCORE                                                                               \
    KL_EST_ROW("score", kl_est_score, kl_est_score_xy, KL_KIND_DOUBLE,                             \
               "How good predict(x) is beside y: accuracy of a classifier, R2 of a regressor.")

/* fit(x, y, sample_weight), predict, score */
#define KL_EST_SUPERVISED_WEIGHTED                                                                 \
    KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_xy), KL_EST_PREDICT, KL_EST_SCORE
/* fit(x, y), predict, score */
#define KL_EST_SUPERVISED                                                                          \
    KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_xy), KL_EST_PREDICT, KL_EST_SCORE
#define KL_EST_CLASSES                                                                             \
    {.name = "classes_", .call = kl_est_classes, .returns = KL_KIND_BUFFER, .flags = KL_PROPERTY,  \
     .raises = "NotFittedError", .doc = "The labels it knows, sorted."}
#define KL_EST_PROBA                                                                               \
    KL_EST_ROW("predict_proba", kl_est_proba, kl_est_x, KL_KIND_BUFFER,                            \
               "Probability of each class for each row of x: rows x classes, in the order of "     \
               "classes_."),                                                                       \
    KL_EST_ROW("predict_log_proba", kl_est_log_proba, kl_est_x, KL_KIND_BUFFER,                    \
               "Natural logarithm of predict_proba(x).")
#define KL_EST_DECISION                                                                            \
    KL_EST_ROW("decision_function", kl_est_decision, kl_est_x, KL_KIND_BUFFER,                     \
               "How far each row of x is on the side of a class: rows x classes; one number a row "\
               "for two classes, positive for the second, and for outlier detectors, negative for "\
               "outliers.")
/* fit(x, y=None), transform, fit_transform; with sample_weight in fit: _WEIGHTED */
#define KL_EST_TRANSFORM                                                                           \
    KL_EST_ROW("transform", kl_est_transform, kl_est_x, KL_KIND_BUFFER, "x in its new form.")
#define KL_EST_TRANSFORMS                                                                         \
    KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_x), KL_EST_TRANSFORM,                        \
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,    \
               "fit(x, y), and x in its new form.")
#define KL_EST_TRANSFORMS_WEIGHTED                                                                \
    KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_x), KL_EST_TRANSFORM,                                    \
    KL_EST_ROW("fit_transform", kl_est_fit_transform, kl_est_fit_x, KL_KIND_BUFFER,                \
               "fit(x, y), and x in its new form.")
#define KL_EST_INVERSE                                                                             \
    KL_EST_ROW("inverse_transform", kl_est_inverse, kl_est_x, KL_KIND_BUFFER,                      \
               "What transform() would have made x of, as far as that is known.")
#define KL_EST_NAMES_OUT                                                                           \
    {.name = "get_feature_names_out", .call = kl_est_names_out, .params = KL_TABLE(kl_est_names),  \
     .returns = KL_KIND_BUFFER, .raises = "NotFittedError, ValueError",                            \
     .doc = "Names of the columns that transform() gives."}
/* fit(x, y=None), fit_predict, labels_int_; labels_ is a field */
#define KL_EST_LABELS_INT                                                                          \
    {.name = "labels_int_", .call = kl_est_labels_int, .returns = KL_KIND_BUFFER,                  \
     .flags = KL_PROPERTY, .raises = "NotFittedError",                                             \
     .doc = "labels_ as integers: the cluster of each row that it was fitted to, -1 for noise."}
#define KL_EST_CLUSTERER                                                                           \
    KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_x),                                          \
    KL_EST_ROW("fit_predict", kl_est_fit_predict_plain, kl_est_fit_plain_x, KL_KIND_BUFFER,        \
               "fit(x), and the cluster of each row: labels_."),                                   \
    KL_EST_LABELS_INT
#define KL_EST_CLUSTERER_WEIGHTED                                                                  \
    KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_x),                                                      \
    KL_EST_ROW("fit_predict", kl_est_fit_predict, kl_est_fit_x, KL_KIND_BUFFER,                    \
               "fit(x), and the cluster of each row: labels_."),                                   \
    KL_EST_LABELS_INT
/* fit(x, y=None) alone: covariances and the like */
#define KL_EST_FIT KL_EST_FIT_ROW(kl_est_fit_plain, kl_est_fit_plain_x)
#define KL_EST_FIT_WEIGHTED KL_EST_FIT_ROW(kl_est_fit, kl_est_fit_x)
/* fit_predict() of outlier detectors: predict(x) after fit(x) */
#define KL_EST_FIT_PREDICT                                                                         \
    KL_EST_ROW("fit_predict", kl_est_fit_predict, kl_est_fit_x, KL_KIND_BUFFER,                    \
               "fit(x), and 1 for each row that is an inlier, -1 for an outlier.")
#define KL_EST_SCORE_SAMPLES                                                                       \
    KL_EST_ROW("score_samples", kl_est_score_samples, kl_est_x, KL_KIND_BUFFER,                    \
               "One number for each row of x: the higher, the more usual.")
/* score(x, y=None) of those that learn without y */
#define KL_EST_SCORE_PLAIN                                                                         \
    KL_EST_ROW("score", kl_est_score_plain, kl_est_score_x, KL_KIND_DOUBLE,                        \
               "How well x fits what was learned; higher is better.")
#define KL_EST_PARTIAL_FIT /* with labels */                                                       \
    {.name = "partial_fit", .call = kl_est_partial_fit, .params = KL_TABLE(kl_est_more),           \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",\
     .doc = "Learn from more rows, going on from what was learned. The first call of a classifier " \
            "names all classes, if not all occur in y."}
#define KL_EST_PARTIAL_FIT_X                                                                       \
    {.name = "partial_fit", .call = kl_est_partial_fit_plain,                                      \
     .params = KL_TABLE(kl_est_more_plain), .returns = KL_KIND_OBJECT,                             \
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",                           \
     .doc = "Learn from more rows, going on from what was learned."}
#define KL_EST_PARTIAL_FIT_WEIGHTED_X                                                              \
    {.name = "partial_fit", .call = kl_est_partial_fit_x, .params = KL_TABLE(kl_est_more_x),       \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_estimator_type,                                \
     .raises = "TypeError, MlError",                                                               \
     .doc = "Learn from more rows, going on from what was learned."}

#endif
