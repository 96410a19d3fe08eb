/* src/ml/model_selection/candidates.h - the parameters that a search tries: all combinations, or some at random. */
#ifndef KL_ML_MODEL_SELECTION_CANDIDATES_H
#define KL_ML_MODEL_SELECTION_CANDIDATES_H

#include "ml/estimator.h"

/* All combinations of a grid, a map of lists or a list of such: an array of maps, keys in alphabetical order, the last key
 * changing fastest. Given. KL_TYPE for what is no list, MlError for an empty one. */
kl_status kl_candidates_all(kl_value *out, kl_value grid, kl_error *error);
/* `count` random ones: of lists alone without repeating any (all, when there are fewer); else each drawn anew. Beside lists
 * there may be objects with rvs(), and {"uniform": [a, b]}, {"loguniform": [a, b]}, {"randint": [a, b]}. Given. */
kl_status kl_candidates_some(kl_value *out, kl_value grid, size_t count, uint64_t seed, kl_task *task, kl_error *error);

#endif
