/* src/base/same.c - see same.h. Walks with a stack of its own: depth is no danger. */
#include "same.h"
#include "memo.h"
#include "stack.h"

typedef struct pair {
    kl_value a, b; /* containers of one kind and length */
    size_t next;
} pair;

static bool is_container(kl_value value)
{
    return kl_is(value, KL_KIND_ARRAY) || kl_is(value, KL_KIND_MAP);
}

static kl_status push(kl_stack *stack, kl_value a, kl_value b, kl_error *error)
{
    pair *top = kl_stack_push(stack);
    if (!top)
        return kl_error_no_memory(error);
    *top = (pair){a, b, 0};
    return KL_OK;
}

/* All but the items of containers. */
static kl_status same_head(bool *out, kl_value a, kl_value b, kl_error *error)
{
    if (kl_is_number(a) && kl_is_number(b)) {
        bool ordered = kl_as_double(a) == kl_as_double(a) && kl_as_double(b) == kl_as_double(b);
        *out = ordered && kl_number_compare(a, b) == 0;
        return KL_OK;
    }
    if (!is_container(a) || a.kind != b.kind)
        return kl_value_equal(out, a, b, error);
    *out = kl_value_len(a) == kl_value_len(b);
    return KL_OK;
}

static bool next_items(kl_value *a, kl_value *b, pair *frame)
{
    size_t index = frame->next++;
    if (kl_is(frame->a, KL_KIND_ARRAY)) {
        *a = kl_array_at(frame->a, index);
        *b = kl_array_at(frame->b, index);
        return true;
    }
    const kl_value *found = kl_map_find(frame->b, kl_map_key_at(frame->a, index));
    *a = kl_map_value_at(frame->a, index);
    *b = found ? *found : kl_null();
    return found != NULL;
}

static kl_status same_items(bool *out, kl_value a, kl_value b, kl_work *work, kl_error *error)
{
    kl_stack stack;
    kl_memo memo = {0};
    kl_status status;
    bool same = true;
    kl_stack_init(&stack, sizeof(pair));
    KL_TRY_OUT(push(&stack, a, b, error));
    while (same && stack.len) {
        pair *top = kl_stack_top(&stack);
        KL_TRY_OUT(kl_work_step(work, error));
        if (top->next == kl_value_len(top->a)) {
            kl_stack_pop(&stack);
            continue;
        }
        same = next_items(&a, &b, top);
        if (same)
            KL_TRY_OUT(same_head(&same, a, b, error));
        if (!same || !is_container(a) || a.as.payload == b.as.payload)
            continue;
        bool met;
        KL_TRY_OUT(kl_memo_meet(&met, &memo, a, b, error));
        if (!met)
            KL_TRY_OUT(push(&stack, a, b, error));
    }
    *out = same;
out:
    kl_memo_end(&memo);
    kl_stack_end(&stack);
    return status;
}

kl_status kl_value_same(bool *out, kl_value a, kl_value b, kl_work *work, kl_error *error)
{
    kl_work nobody = {0};
    if (!work)
        work = &nobody;
    bool same;
    KL_TRY(same_head(&same, a, b, error));
    if (same && is_container(a) && a.as.payload != b.as.payload)
        return same_items(out, a, b, work, error);
    *out = same;
    return KL_OK;
}

/* ---- weight ---------------------------------------------------------------------------------- */

static uint64_t own_weight(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES)
               ? 1 + kl_value_len(value) / 64
               : 1;
}

kl_status kl_value_fits(bool *out, kl_value value, uint64_t limit, kl_work *work, kl_error *error)
{
    kl_stack stack;
    kl_status status = KL_OK;
    uint64_t weight = own_weight(value);
    kl_stack_init(&stack, sizeof(pair));
    if (is_container(value))
        KL_TRY_OUT(push(&stack, value, kl_null(), error));
    while (stack.len && weight <= limit) {
        pair *top = kl_stack_top(&stack);
        KL_TRY_OUT(kl_work_step(work, error));
        if (top->next == kl_value_len(top->a)) {
            kl_stack_pop(&stack);
            continue;
        }
        size_t index = top->next++;
        value = kl_is(top->a, KL_KIND_ARRAY) ? kl_array_at(top->a, index)
                                             : kl_map_value_at(top->a, index);
        weight += own_weight(value);
        if (is_container(value))
            KL_TRY_OUT(push(&stack, value, kl_null(), error));
    }
    *out = weight <= limit;
out:
    kl_stack_end(&stack);
    return status;
}
