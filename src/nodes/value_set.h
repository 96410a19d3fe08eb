/* src/nodes/value_set.h - which values were seen: strict about kinds, as kl_value_equal(). */
#ifndef KL_NODES_VALUE_SET_H
#define KL_NODES_VALUE_SET_H

#include "kailash/value.h"

typedef struct kl_value_set {
    kl_value *slots;  /* borrowed from what was added */
    uint64_t *hashes; /* 0 = free */
    size_t size, count;
    uint64_t *ints; /* ints are themselves their hash: all but the smallest one, 0 = free */
    size_t ints_size, ints_count;
    bool has_smallest;
} kl_value_set;

#define KL_VALUE_SET_INIT                                                                          \
    {                                                                                              \
        .slots = NULL                                                                              \
    }

/* Whether an equal value is in it. */
kl_status kl_value_set_has(bool *out, const kl_value_set *set, kl_value value, kl_error *error);
/* Add a value that outlives the set; `*added` is false when an equal one was there. */
kl_status kl_value_set_add(bool *added, kl_value_set *set, kl_value value, kl_error *error);
/* Add every item of an array that outlives the set. */
kl_status kl_value_set_add_all(kl_value_set *set, kl_value array, kl_error *error);
void kl_value_set_end(kl_value_set *set);

#endif
