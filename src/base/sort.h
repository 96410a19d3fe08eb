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

/* 64 bits to sort by, and whose they are. */
typedef struct kl_sort_bits_item {
    uint64_t bits;
    uint32_t index;
} kl_sort_bits_item;

/* Sort by bits; stable, in time proportional to `count`. The two blocks may change places. */
KL_API kl_status kl_sort_bits(kl_sort_bits_item **items, kl_sort_bits_item **spare, size_t count,
                              kl_error *error);
/* Bits in the order of doubles: NaN last, both zeros one. */
KL_API uint64_t kl_sort_bits_of_real(double real);

#endif
