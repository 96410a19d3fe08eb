/* src/store/vector_heap.h - a heap of near slots in an array of fixed size. */
#ifndef KL_STORE_VECTOR_HEAP_H
#define KL_STORE_VECTOR_HEAP_H

#include "vector_set.h"

typedef struct kl_vector_heap {
    kl_vector_near *items; /* items[0] is the top */
    size_t count, capacity;
    bool nearest_first; /* the top is the nearest; else the farthest */
} kl_vector_heap;

/* Of two equally far the one in the lower slot is nearer, so that results are determined. */
static inline bool kl_vector_nearer(kl_vector_near a, kl_vector_near b)
{
    return a.distance < b.distance || (a.distance == b.distance && a.slot < b.slot);
}

kl_status kl_vector_heap_new(kl_vector_heap *out, size_t capacity, bool nearest_first,
                             kl_error *error);
void kl_vector_heap_free(kl_vector_heap *heap);
/* Add; a full heap grows, which may fail. */
kl_status kl_vector_heap_push(kl_vector_heap *heap, kl_vector_near item, kl_error *error);
/* Take the top away; it must be there. */
kl_vector_near kl_vector_heap_pop(kl_vector_heap *heap);
/* Put `item` in the place of the top. */
void kl_vector_heap_replace(kl_vector_heap *heap, kl_vector_near item);
/* Sort, nearest first; it is no heap afterwards. */
void kl_vector_heap_sort(kl_vector_heap *heap);

#endif
