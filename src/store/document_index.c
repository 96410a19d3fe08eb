/* src/store/document_index.c - see document_index.h. */
#include "document_index.h"

#include <stdlib.h>

void kl_document_index_clear(kl_document_index *index)
{
    for (size_t i = 0; i < index->count; i++)
        kl_value_release(index->pairs[i].key);
    kl_free(index->pairs);
    index->pairs = NULL;
    index->count = index->sorted = index->capacity = 0;
}

typedef struct adding {
    kl_document_index *index;
    size_t slot;
} adding;

static kl_status add_key(const adding *to, kl_value key, kl_error *error)
{
    kl_document_index *index = to->index;
    if (index->count == index->capacity) {
        size_t capacity = index->capacity ? 2 * index->capacity : 64;
        kl_sort_pair *pairs = kl_realloc(index->pairs, capacity * sizeof *pairs);
        if (!pairs)
            return kl_error_no_memory(error);
        index->pairs = pairs;
        index->capacity = capacity;
    }
    index->pairs[index->count++] =
        (kl_sort_pair){kl_value_retain(key), kl_int((int64_t)to->slot)};
    return KL_OK;
}

/* A list is found by each of its items, and as a whole. */
static kl_status visit(const kl_value *value, void *data, kl_error *error)
{
    kl_value it = value ? *value : kl_null();
    KL_TRY(add_key(data, it, error));
    for (size_t i = 0; i < kl_array_len(it); i++)
        KL_TRY(add_key(data, kl_array_at(it, i), error));
    return KL_OK;
}

kl_status kl_document_index_add(kl_document_index *index, kl_value document, size_t slot,
                                kl_error *error)
{
    adding to = {index, slot};
    return kl_document_walk(&document, kl_as_text(index->path), visit, &to, error);
}

kl_status kl_document_index_settle(kl_document_index *index, bool all, kl_error *error)
{
    size_t loose = index->count - index->sorted;
    kl_work work = {0};
    if (loose == 0 || (!all && loose < 256 + index->sorted / 16))
        return KL_OK;
    KL_TRY(kl_sort_pairs(index->pairs, index->count, false, &work, error));
    index->sorted = index->count;
    return KL_OK;
}

static kl_status order_of(int *out, kl_value a, kl_value b, kl_error *error)
{
    if (kl_is_number(a) && kl_is_number(b)) {
        *out = kl_number_compare(a, b);
        return KL_OK;
    }
    return kl_value_compare(out, a, b, error);
}

/* The first sorted entry that is not below `key`. */
static kl_status lower_bound(size_t *out, const kl_document_index *index, kl_value key,
                             kl_error *error)
{
    size_t low = 0, high = index->sorted;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order;
        KL_TRY(order_of(&order, index->pairs[middle].key, key, error));
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low;
    return KL_OK;
}

typedef struct slots {
    size_t *items, count, capacity;
} slots;

static kl_status push(slots *to, size_t slot, kl_error *error)
{
    if (to->count == to->capacity) {
        size_t capacity = to->capacity ? 2 * to->capacity : 64;
        size_t *items = kl_realloc(to->items, capacity * sizeof *items);
        if (!items)
            return kl_error_no_memory(error);
        to->items = items;
        to->capacity = capacity;
    }
    to->items[to->count++] = slot;
    return KL_OK;
}

static kl_status push_entries(slots *to, const kl_document_index *index, size_t start, size_t end,
                              kl_error *error)
{
    for (size_t i = start; i < end; i++)
        KL_TRY(push(to, (size_t)kl_as_int(index->pairs[i].item), error));
    return KL_OK;
}

static kl_status find_equal(slots *to, const kl_document_index *index, kl_value key, kl_error *error)
{
    size_t at;
    KL_TRY(lower_bound(&at, index, key, error));
    for (int order = 0; at < index->sorted; at++) {
        KL_TRY(order_of(&order, index->pairs[at].key, key, error));
        if (order != 0)
            break;
        KL_TRY(push_entries(to, index, at, at + 1, error));
    }
    return KL_OK;
}

/* One bound is enough to narrow the search; documents are tested anyway. */
static kl_status find_range(slots *to, const kl_document_index *index,
                            const kl_filter_bounds *bounds, kl_error *error)
{
    size_t start = 0, end = index->sorted;
    if (bounds->low)
        KL_TRY(lower_bound(&start, index, *bounds->low, error));
    else
        KL_TRY(lower_bound(&end, index, *bounds->high, error));
    for (int order = 0; !bounds->low && end < index->sorted && order == 0; end += order == 0)
        KL_TRY(order_of(&order, index->pairs[end].key, *bounds->high, error));
    return push_entries(to, index, start, end, error);
}

static int compare(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

kl_status kl_document_index_find(size_t **out, size_t *count, const kl_document_index *index,
                                 const kl_filter_bounds *bounds, kl_error *error)
{
    slots found = {0};
    kl_status status = push_entries(&found, index, index->sorted, index->count, error);
    for (size_t i = 0; i < bounds->equal_count && status == KL_OK; i++)
        status = find_equal(&found, index, bounds->equals[i], error);
    if (!bounds->equals && status == KL_OK)
        status = find_range(&found, index, bounds, error);
    if (status != KL_OK) {
        kl_free(found.items);
        return status;
    }
    if (found.count > 1)
        qsort(found.items, found.count, sizeof *found.items, compare);
    size_t kept = 0;
    for (size_t i = 0; i < found.count; i++)
        if (i == 0 || found.items[i] != found.items[i - 1])
            found.items[kept++] = found.items[i];
    *out = found.items;
    *count = kept;
    return KL_OK;
}
