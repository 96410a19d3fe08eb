/* src/ml/composition/chosen.h - which columns a transformer gets: numbers, names, masks, slices, functions. */
#ifndef KL_ML_COMPOSITION_CHOSEN_H
#define KL_ML_COMPOSITION_CHOSEN_H

#include "ml/model.h"

/* Columns chosen. `is_single`: by one number or name alone, so that the transformer gets a row of values, no matrix. */
typedef struct kl_chosen {
    int64_t *column;
    size_t count;
    bool is_single;
} kl_chosen;

/* Columns and their names (array of strings, or null; borrowed) of data. */
kl_status kl_chosen_width(size_t *count, kl_value *names, kl_value data, kl_error *error);
/* What a specification chooses of x. Memory of the task. MlError when it is out of range, KL_INVALID for an unknown
 * name. */
kl_status kl_chosen_from(kl_chosen *out, kl_value spec, kl_value x, kl_task *task, kl_error *error);
/* Those columns of x; given. Where x has names now and had (`names`) when they were chosen, they are found by name. */
kl_status kl_chosen_take(kl_value *out, kl_value x, const kl_chosen *chosen, kl_value names, kl_error *error);

#endif
