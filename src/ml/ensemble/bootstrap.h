/* src/ml/ensemble/bootstrap.h - rows and features drawn for the members of a committee. */
#ifndef KL_ML_ENSEMBLE_BOOTSTRAP_H
#define KL_ML_ENSEMBLE_BOOTSTRAP_H

#include "ml/estimator.h"

/* How rows are drawn. The draw of a member is that of its seed and number, whoever makes it. */
typedef struct kl_draws {
    size_t rows, count;        /* of the data; drawn for each member */
    bool replace;              /* a row may be drawn again */
    const double *weights;     /* that are probabilities; or NULL */
    const double *running_sum; /* of the weights */
} kl_draws;

/* Of the parameter max_samples: null = all rows, an int >= 1, a share of the rows (or of `weight`, which is that of
 * all rows) > 0, at most all when `replace` is false. */
kl_status kl_draws_count(size_t *out, kl_value max_samples, size_t rows, double weight, bool replace,
                         kl_error *error);
/* How to draw `count` of `rows`, by weights (borrowed; may be NULL). KL_INVALID: too few rows have a weight. */
kl_status kl_draws_make(kl_draws *out, size_t rows, size_t count, bool replace,
                        const double *weights, kl_task *task, kl_error *error);

/* counts[i] = how often row i was drawn; rows numbers. */
kl_status kl_draw_counts(double *counts, const kl_draws *how, uint64_t seed, size_t member,
                         kl_error *error);
/* The rows that were drawn, in the order of the draw; out: how->count numbers. */
kl_status kl_draw_rows(int64_t *out, const kl_draws *how, uint64_t seed, size_t member,
                       kl_error *error);
/* `count` of the features [0, d) for a member, with or without replacement. */
kl_status kl_draw_features(int64_t *out, size_t count, size_t d, bool replace, uint64_t seed,
                           size_t member, kl_error *error);

#endif
