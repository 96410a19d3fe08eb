/* src/store/vector_heap.c - see vector_heap.h. */
#include "vector_heap.h"

#include <stdlib.h>

kl_status kl_vector_heap_new(kl_vector_heap *out, size_t capacity, bool nearest_first,
                             kl_error *error)
{
    capacity = KL_MAX(capacity, 1);
    kl_vector_near *items = capacity > PTRDIFF_MAX / sizeof *items
                                ? NULL
                                : kl_alloc(capacity * sizeof *items);
    if (!items)
        return kl_error_no_memory(error);
    *out = (kl_vector_heap){items, 0, capacity, nearest_first};
    return KL_OK;
}

void kl_vector_heap_free(kl_vector_heap *heap)
{
    kl_free(heap->items);
    *heap = (kl_vector_heap){0};
}

static bool is_above(const kl_vector_heap *heap, kl_vector_near a, kl_vector_near b)
{
    return heap->nearest_first ? kl_vector_nearer(a, b) : kl_vector_nearer(b, a);
}

kl_status kl_vector_heap_push(kl_vector_heap *heap, kl_vector_near item, kl_error *error)
{
    if (heap->count == heap->capacity) {
        kl_vector_near *grown = kl_realloc(heap->items, 2 * heap->capacity * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        heap->items = grown;
        heap->capacity *= 2;
    }
    size_t at = heap->count++;
    while (at > 0 && is_above(heap, item, heap->items[(at - 1) / 2])) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = item;
    return KL_OK;
}

void kl_vector_heap_replace(kl_vector_heap *heap, kl_vector_near item)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && is_above(heap, heap->items[child + 1], heap->items[child]))
            child++;
        if (!is_above(heap, heap->items[child], item))
            break;
        heap->items[at] = heap->items[child];
        at = child;
    }
    heap->items[at] = item;
}

kl_vector_near kl_vector_heap_pop(kl_vector_heap *heap)
{
    kl_vector_near top = heap->items[0], last = heap->items[--heap->count];
    if (heap->count)
        kl_vector_heap_replace(heap, last);
    return top;
}

static int compare(const void *a, const void *b)
{
    return kl_vector_nearer(*(const kl_vector_near *)a, *(const kl_vector_near *)b) ? -1 : 1;
}

void kl_vector_heap_sort(kl_vector_heap *heap)
{
    if (heap->count > 1)
        qsort(heap->items, heap->count, sizeof *heap->items, compare);
}
