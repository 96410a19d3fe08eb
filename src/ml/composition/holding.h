/* src/ml/composition/holding.h - what estimators that hold others share: lists of (name, estimator), their checks and
 * parameters, and how what was learned reaches the ones that the user has.
 *
 * A fit works on clones of the estimators of the library that it was given, and when all went well, hands what they
 * learned to those of the user (kl_held_adopt()). So a failure leaves everything as it was, and who predicts meanwhile
 * is not disturbed. Estimators of the face are fitted themselves, as they are.
 */
#ifndef KL_ML_COMPOSITION_HOLDING_H
#define KL_ML_COMPOSITION_HOLDING_H

#include "ml/model.h"
#include "parallel.h"

/* What a list of (name, estimator) may hold. */
typedef struct kl_list_rule {
    const char *name;          /* of the parameter, for messages */
    size_t items;              /* of an entry: 2, or 3 with columns */
    const char *const *words;  /* instead of an estimator, beside None; ended by NULL */
    bool empty_ok;
} kl_list_rule;

/* Check such a list and put estimators in the place of names ("StandardScaler"). KL_TYPE for what is no list of entries,
 * KL_INVALID for names that are empty, twice or have "__" in them. */
KL_API kl_status kl_held_check(kl_value *list, const kl_list_rule *rule, kl_error *error);
/* Name and estimator (or word, or null) of an entry; borrowed. */
static inline kl_text kl_held_name(kl_value list, size_t i)
{
    return kl_as_text(kl_array_at(kl_array_at(list, i), 0));
}
static inline kl_value kl_held_at(kl_value list, size_t i)
{
    return kl_array_at(kl_array_at(list, i), 1);
}
/* Position of a name, or -1. */
KL_API ptrdiff_t kl_held_find(kl_value list, kl_text name);
/* For kl_estimator_table.parts and .replace. */
KL_API kl_status kl_held_parts(kl_value *out, kl_value list, kl_error *error);
KL_API kl_status kl_held_replace(kl_value *list, kl_text name, kl_value part, kl_error *error);
/* A map from names to the items of `models` (NULL = to the estimators given); given. */
KL_API kl_status kl_held_map(kl_value *out, kl_value list, const kl_value *models, kl_error *error);

/* What a fit works on: a clone, or the estimator of the face itself. Given. */
KL_API kl_status kl_held_fresh(kl_value *out, kl_value model, kl_error *error);
/* Let the user's estimator have what its clone has learned. */
KL_API void kl_held_adopt(kl_value model, kl_value fitted);

/* Do something with each of `count` models, a block each: at once when all are the library's, else on this thread. */
KL_API kl_status kl_held_each(const kl_value *models, size_t count, kl_parallel_body *body, void *data,
                              kl_error *error);
/* Fit all of them to the same data; ask all of them the same (`out`: an answer each, given; on failure none is). */
KL_API kl_status kl_held_fit(const kl_value *models, size_t count, kl_value x, kl_value y, kl_value weights,
                             kl_error *error);
KL_API kl_status kl_held_ask(kl_value *out, const kl_value *models, size_t count, kl_operation operation, kl_value x,
                             kl_error *error);
/* Numbers of an answer: n x cols, of the task or borrowed from the answer. */
KL_API kl_status kl_held_numbers(const double **out, size_t n, size_t *cols, kl_value answer, kl_task *task,
                                 kl_error *error);
/* An array value of the items (borrowed) of a C array; given. */
KL_API kl_status kl_held_list(kl_value *out, const kl_value *items, size_t count, kl_error *error);
/* Clones of `count` models, all of the same one when `same`; on failure none is given. */
KL_API kl_status kl_held_clones(kl_value *out, const kl_value *models, size_t count, bool same, kl_error *error);
/* Accuracy of labels, or R2 of numbers. */
KL_API kl_status kl_held_score(double *out, bool labels, kl_value y, kl_value answer, kl_value weights, kl_task *task,
                               kl_error *error);
/* Codes as an array of float64, which any estimator takes for labels; given. */
KL_API kl_status kl_held_codes(kl_value *out, const int64_t *codes, size_t n, kl_error *error);
static inline void kl_held_release(kl_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kl_value_release(values[i]);
}

/* Columns and names of x, for n_features_in_ and feature_names_in_ of a type that sees raw data. Data without columns
 * (texts) have none. */
KL_API kl_status kl_held_note(kl_estimator *model, kl_value x, kl_error *error);
/* MlError when the columns of x are named otherwise than in fit(). */
KL_API kl_status kl_held_same_names(const kl_estimator *model, kl_value x, kl_error *error);
/* Labels y of a classifier that sees raw data, as codes; sets model->classes. KL_EST_ONE_CLASS_OK in flags. */
KL_API kl_status kl_held_labels(int64_t **codes, kl_estimator *model, kl_value x, kl_value y, uint32_t flags,
                                kl_task *task, kl_error *error);
/* Weights for the n rows, checked, as an array of float64 to take rows of, or null; given. */
KL_API kl_status kl_held_weights(kl_value *out, kl_value weights, size_t n, kl_task *task, kl_error *error);
/* Whether y has as many rows as x: "dimension mismatch". */
KL_API kl_status kl_held_rows(size_t *n, kl_value x, kl_value y, kl_error *error);

/* Matrices side by side: float64, or in compressed rows when one is sparse and the share of numbers that are not 0 is
 * below `threshold` (1 = whenever one is sparse). `rows` counts when there is none. Given. */
KL_API kl_status kl_held_stack(kl_value *out, const kl_value *parts, size_t count, size_t rows, double threshold,
                               kl_error *error);
/* A matrix times a number; given. */
KL_API kl_status kl_held_scale(kl_value *out, kl_value matrix, double by, kl_error *error);
/* The names of the columns that a part gives, each behind `prefix` and "__" (an empty prefix: none), appended. */
KL_API kl_status kl_held_names(kl_value *names, kl_value part, kl_value names_in, kl_text prefix, kl_error *error);

/* The model that `self` is or has, borrowed until kl_object_release(); NULL = not fitted. */
KL_API kl_estimator *kl_held_model(const kl_estimator *self);

#endif
