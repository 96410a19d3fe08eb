/* src/base/sort.h - sorting items by keys. */
#ifndef KL_BASE_SORT_H
#define KL_BASE_SORT_H

#include "kailash/value.h"
#include "work.h"

typedef struct kl_sort_pair {
    kl_value key, item; /* both borrowed or owned, as the caller likes: they are only moved */
} kl_sort_pair;

/*
 * Sort by kl_value_compare() of the keys, numbers of equal value being equal; stable, also when
 * descending.
 */
KL_API kl_status kl_sort_pairs(kl_sort_pair *pairs, size_t count, bool descending, kl_work *work,
                               kl_error *error);

#endif
