/* src/base/array.c - arrays. */
#include "array.h"

static kl_status new_array(kl_array **out, size_t capacity, kl_error *error)
{
    kl_array *array = capacity > (PTRDIFF_MAX - sizeof(kl_array)) / sizeof(kl_value)
                          ? NULL
                          : kl_alloc(sizeof(kl_array) + capacity * sizeof(kl_value));
    if (!array)
        return kl_error_no_memory(error);
    array->payload = (kl_payload){1, 0};
    array->len = 0;
    array->cap = capacity;
    *out = array;
    return KL_OK;
}

static kl_value value_of_array(kl_array *array)
{
    kl_value value = {KL_KIND_ARRAY, 0, {.array = array}};
    return value;
}

kl_status kl_array_new(kl_value *out, size_t capacity, kl_error *error)
{
    kl_array *array;
    KL_TRY(new_array(&array, capacity, error));
    *out = value_of_array(array);
    return KL_OK;
}

size_t kl_array_len(kl_value array) { return kl_is(array, KL_KIND_ARRAY) ? array.as.array->len : 0; }

kl_value kl_array_at(kl_value array, size_t index)
{
    return index < kl_array_len(array) ? array.as.array->items[index] : kl_null();
}

const kl_value *kl_array_items(kl_value array)
{
    return kl_array_len(array) ? array.as.array->items : NULL;
}

/* Items `start` to `end` of `from`, each with one more owner, and room for `capacity`. */
static kl_status copy_range(kl_value *out, const kl_array *from, size_t start, size_t end,
                            size_t capacity, kl_error *error)
{
    kl_array *copy;
    KL_TRY(new_array(&copy, KL_MAX(capacity, end - start), error));
    for (size_t i = start; i < end; i++)
        copy->items[copy->len++] = kl_value_retain(from->items[i]);
    *out = value_of_array(copy);
    return KL_OK;
}

/* Make `*array` the caller's own, with room for `capacity` items. */
static kl_status own(kl_value *array, size_t capacity, kl_error *error)
{
    if (!kl_is(*array, KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "expected array, got %s", kl_value_kind_name(*array));
    kl_array *now = array->as.array;
    if (!kl_payload_is_sole(&now->payload)) {
        kl_value copy;
        KL_TRY(copy_range(&copy, now, 0, now->len, capacity, error));
        kl_value_replace(array, copy);
        return KL_OK;
    }
    now->payload.flags &=
        ~(uint32_t)(KL_PAYLOAD_INTS | KL_PAYLOAD_REALS | KL_PAYLOAD_TUPLE | KL_PAYLOAD_PAIRS);
    if (capacity <= now->cap)
        return KL_OK;
    size_t wanted = KL_MAX(capacity, now->cap + now->cap / 2 + 4);
    if (wanted > (PTRDIFF_MAX - sizeof(kl_array)) / sizeof(kl_value))
        return kl_error_no_memory(error);
    kl_array *grown = kl_payload_resize(&now->payload, sizeof *now + now->len * sizeof *now->items,
                                        sizeof *now + wanted * sizeof *now->items);
    if (!grown)
        return kl_error_no_memory(error);
    grown->cap = wanted;
    array->as.array = grown;
    return KL_OK;
}

kl_status kl_array_push(kl_value *array, kl_value item, kl_error *error)
{
    kl_status status = own(array, kl_array_len(*array) + 1, error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    array->as.array->items[array->as.array->len++] = item;
    return KL_OK;
}

kl_value *kl_array_room(kl_value *array, size_t more, kl_error *error)
{
    size_t len = kl_array_len(*array);
    if (more > SIZE_MAX - len) {
        kl_error_no_memory(error);
        return NULL;
    }
    return own(array, len + more, error) == KL_OK ? array->as.array->items + len : NULL;
}

kl_status kl_array_push_text(kl_value *array, kl_text text, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_string_from_valid(&item, text, error));
    return kl_array_push(array, item, error);
}

kl_status kl_array_set(kl_value *array, size_t index, kl_value item, kl_error *error)
{
    kl_status status = index < kl_array_len(*array)
                           ? own(array, 0, error)
                           : kl_error_set(error, KL_INVALID, "index %zu is out of range; the array has %zu items",
                                          index, kl_array_len(*array));
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    kl_value_replace(&array->as.array->items[index], item);
    return KL_OK;
}

kl_value *kl_array_edit(kl_value *array, kl_error *error)
{
    return own(array, 0, error) == KL_OK ? array->as.array->items : NULL;
}

kl_status kl_array_slice(kl_value *out, kl_value array, size_t start, size_t end, kl_error *error)
{
    size_t len = kl_array_len(array);
    end = KL_MIN(end, len);
    start = KL_MIN(start, end);
    if (start == end)
        return kl_array_new(out, 0, error);
    return copy_range(out, array.as.array, start, end, 0, error);
}

/* ---- sorting: bottom-up merge sort, because a comparison may fail and order must be stable ---- */

static kl_status merge(kl_value *to, const kl_value *from, size_t start, size_t middle, size_t end,
                       kl_error *error)
{
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        int order = 0;
        if (left < middle && right < end)
            KL_TRY(kl_value_compare(&order, from[left], from[right], error));
        bool take_left = left < middle && (right >= end || order <= 0);
        to[at] = take_left ? from[left++] : from[right++];
    }
    return KL_OK;
}

kl_status kl_array_sort(kl_value *array, kl_error *error)
{
    KL_TRY(own(array, 0, error));
    size_t len = array->as.array->len;
    if (len < 2)
        return KL_OK;
    kl_value *items = array->as.array->items;
    kl_value *buffers = kl_alloc(2 * len * sizeof *buffers);
    if (!buffers)
        return kl_error_no_memory(error);
    kl_value *from = buffers, *to = buffers + len;
    memcpy(from, items, len * sizeof *items);
    kl_status status = KL_OK;
    for (size_t width = 1; width < len && status == KL_OK; width *= 2) {
        for (size_t start = 0; start < len && status == KL_OK; start += 2 * width)
            status = merge(to, from, start, KL_MIN(start + width, len),
                           KL_MIN(start + 2 * width, len), error);
        kl_value *swap = from;
        from = to;
        to = swap;
    }
    if (status == KL_OK)
        memcpy(items, from, len * sizeof *items);
    kl_free(buffers);
    return status;
}
