/* src/base/sort.c - see sort.h. A bottom-up merge sort, because a comparison may fail. */
#include "sort.h"

static kl_status order_of(int *out, kl_value a, kl_value b, kl_error *error)
{
    if (kl_is_number(a) && kl_is_number(b)) {
        *out = kl_number_compare(a, b);
        return KL_OK;
    }
    return kl_value_compare(out, a, b, error);
}

static kl_status merge(kl_sort_pair *to, const kl_sort_pair *from, size_t start, size_t middle,
                       size_t end, bool descending, kl_error *error)
{
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        int order = 0;
        if (left < middle && right < end)
            KL_TRY(order_of(&order, from[left].key, from[right].key, error));
        bool take_left = left < middle && (right >= end || (descending ? order >= 0 : order <= 0));
        to[at] = take_left ? from[left++] : from[right++];
    }
    return KL_OK;
}

kl_status kl_sort_pairs(kl_sort_pair *pairs, size_t count, bool descending, kl_work *work,
                        kl_error *error)
{
    if (count < 2)
        return KL_OK;
    kl_sort_pair *spare =
        count > PTRDIFF_MAX / sizeof *spare ? NULL : kl_alloc(count * sizeof *spare);
    if (!spare)
        return kl_error_no_memory(error);
    kl_sort_pair *from = pairs, *to = spare;
    kl_status status = KL_OK;
    for (size_t width = 1; width < count && status == KL_OK; width *= 2) {
        for (size_t start = 0; start < count && status == KL_OK; start += 2 * width) {
            status = merge(to, from, start, KL_MIN(start + width, count),
                           KL_MIN(start + 2 * width, count), descending, error);
            if (status == KL_OK)
                status = kl_work_step(work, error);
        }
        if (status != KL_OK)
            break; /* `from` still holds every pair */
        kl_sort_pair *swap = from;
        from = to;
        to = swap;
    }
    if (from != pairs)
        memcpy(pairs, from, count * sizeof *pairs);
    kl_free(spare);
    return status;
}
