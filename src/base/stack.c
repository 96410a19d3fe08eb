/* src/base/stack.c - see stack.h. */
#include "stack.h"

void kl_stack_init(kl_stack *stack, size_t frame_size)
{
    stack->frames = stack->small;
    stack->size = frame_size;
    stack->len = 0;
    stack->cap = sizeof stack->small / frame_size;
}

void *kl_stack_push(kl_stack *stack)
{
    if (stack->len == stack->cap) {
        size_t wanted = 2 * stack->cap + 8;
        bool is_small = stack->frames == stack->small;
        char *grown = kl_realloc(is_small ? NULL : stack->frames, wanted * stack->size);
        if (!grown)
            return NULL;
        if (is_small)
            memcpy(grown, stack->small, stack->len * stack->size);
        stack->frames = grown;
        stack->cap = wanted;
    }
    return stack->frames + stack->len++ * stack->size;
}

void kl_stack_end(kl_stack *stack)
{
    if (stack->frames != stack->small)
        kl_free(stack->frames);
}
