/* src/ml/metrics/scorer.h - scorers: how good a fitted model is, by name, as a number where more is better.
 *
 * A scorer asks the model for what its measure needs (predictions, probabilities, decisions) and measures it. The
 * names are scikit-learn's. Used by cross-validation, searches, and whatever else compares models.
 */
#ifndef KL_ML_METRICS_SCORER_H
#define KL_ML_METRICS_SCORER_H

#include "ml/model.h"

/* A way to score. Nothing to end: `callable` is borrowed from the value it was resolved from. */
typedef struct kl_scorer {
    const struct kl_scorer_row *row; /* of the table; NULL = `callable`, or the model's own score() */
    kl_value callable;               /* callable(model, x, y), or null */
} kl_scorer;

/* The scorer of a name, of a callable(model, x, y) of the face, or of null: the model's own score(). KL_TYPE for other
 * kinds; MlError "unknown scorer" lists the names. */
KL_API kl_status kl_scorer_resolve(kl_scorer *out, kl_value scoring, kl_error *error);
/* Score a fitted model. `y` may be null where the scorer needs none, `weights` may be null. */
KL_API kl_status kl_scorer_apply(double *out, const kl_scorer *scorer, kl_value model, kl_value x,
                                 kl_value y, kl_value weights, kl_error *error);
/* Whether it runs without the face: on any thread, if the model does. */
KL_API bool kl_scorer_is_own(const kl_scorer *scorer);
/* Its name ("score" of the model's own, "callable"); borrowed. */
KL_API const char *kl_scorer_name(const kl_scorer *scorer);
/* All names, sorted: an array of strings; given. */
KL_API kl_status kl_scorer_names(kl_value *out, kl_error *error);

#endif
