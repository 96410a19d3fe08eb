/* src/ml/ensemble/bootstrap.h - rows drawn for the members of a committee. */
#ifndef KL_ML_ENSEMBLE_BOOTSTRAP_H
#define KL_ML_ENSEMBLE_BOOTSTRAP_H

#include "ml/estimator.h"

/* How rows are drawn. The draw of a member is that of its seed and number, whoever makes it. */
typedef struct kl_draws {
    size_t rows, count;        /* of the data; drawn for each member */
    bool replace;              /* a row may be drawn again */
    const double *running_sum; /* of weights that are probabilities; or NULL. With replacement only */
} kl_draws;

/* Of the parameter max_samples: null = all rows, an int >= 1, a share of the rows (or of `weight`, which is that of
 * all rows) > 0, at most 1 when `replace` is false. */
kl_status kl_draws_count(size_t *out, kl_value max_samples, size_t rows, double weight, bool replace,
                         kl_error *error);
/* Running sums of weights, in the task; NULL for NULL. */
kl_status kl_draws_sums(const double **out, const double *weights, size_t n, kl_task *task,
                        kl_error *error);

/* counts[i] = how often row i was drawn; rows numbers. `scratch` (rows numbers): without replacement. */
void kl_draw_counts(double *counts, const kl_draws *how, uint64_t seed, size_t member,
                    int64_t *scratch);
/* The rows that were drawn, in the order of the draw: how->count numbers; out has room for how->rows when rows are
 * drawn without replacement. */
void kl_draw_rows(int64_t *out, const kl_draws *how, uint64_t seed, size_t member);

#endif
