/* src/ml/preprocessing/category_groups.h - rare categories of a column taken together. */
#ifndef KL_ML_CATEGORY_GROUPS_H
#define KL_ML_CATEGORY_GROUPS_H

#include "categories.h"

/* Parameters min_frequency and max_categories of an encoder. */
#define KL_GROUP_PARAMETERS(owner)                                                                 \
    KL_VALUE(owner, min_frequency, .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY, \
             .doc = "categories that occur less often are taken together: a count (int) or a share of the rows "\
                    "(float in (0, 1)); None = no bound"),                                         \
    KL_VALUE(owner, max_categories, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,   \
             .doc = "most categories of a column, those taken together counting as one; None = any number")

/* For each category of a column the number of its group: frequent ones 0, 1 ... in order, rare ones all the last.
 * `*groups` (given) is an array of int64; `*count` groups there are; `*rare`: whether the last is of rare ones. */
kl_status kl_category_groups(kl_value *groups, size_t *count, bool *rare, kl_value categories,
                             kl_value column, kl_value min_frequency, kl_value max_categories,
                             kl_task *task, kl_error *error);
/* KL_FAILED when the two parameters cannot be meant. */
kl_status kl_check_group_parameters(kl_value min_frequency, kl_value max_categories, kl_error *error);
/* The rare categories of each column (null where there are none), as the attribute infrequent_categories_. Given. */
kl_status kl_rare_categories(kl_value *out, kl_value categories, kl_value groups, kl_value rare,
                             kl_error *error);

#endif
