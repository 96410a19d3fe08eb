/* src/ml/preprocessing/encoder.h - what OneHotEncoder and OrdinalEncoder have in common. */
#ifndef KL_ML_ENCODER_H
#define KL_ML_ENCODER_H

#include "category_groups.h"

/* Both structs begin with it. */
typedef struct kl_encoder {
    kl_estimator base;
    kl_value categories, handle_unknown, min_frequency, max_categories;
    kl_value categories_; /* array: the categories of each column */
    kl_value groups;      /* array: the group of each category of each column */
    kl_value group_count; /* int64: groups of each column */
    kl_value rare;        /* int64: 1 where the last group is of rare ones */
    kl_value infrequent_categories_;
} kl_encoder;


/* table.restored of both. */
kl_status kl_encoder_restored(kl_estimator *self, kl_error *error);
/* Learn all of the above from a table of columns. */
kl_status kl_encoder_learn(kl_encoder *self, kl_value x, kl_task *task, kl_error *error);
/* The code of each value, rows x columns; -1 for what fit() has not seen, which `unknown_ok` lets pass. */
kl_status kl_encoder_codes(int64_t **codes, size_t *rows, const kl_encoder *self, kl_value x,
                           bool unknown_ok, kl_task *task, kl_error *error);
static inline size_t kl_encoder_columns(const kl_encoder *self)
{
    return kl_array_len(self->categories_);
}
/* The group of a code in a column. */
static inline int64_t kl_encoder_group(const kl_encoder *self, size_t column, int64_t code)
{
    return kl_indices(kl_array_at(self->groups, column))[code];
}

#endif
