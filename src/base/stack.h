/* src/base/stack.h - a growing stack of frames: what walks deep values instead of recursion. */
#ifndef KL_BASE_STACK_H
#define KL_BASE_STACK_H

#include "kailash/base.h"

typedef struct kl_stack {
    char *frames; /* points to `small` until that is full */
    size_t size;  /* of one frame */
    size_t len, cap;
    _Alignas(16) char small[1024];
} kl_stack;

KL_API void kl_stack_init(kl_stack *stack, size_t frame_size);
/* A new frame on top, not initialised; NULL without memory. Moves the frames below it. */
KL_API void *kl_stack_push(kl_stack *stack);
KL_API void kl_stack_end(kl_stack *stack);

static inline void *kl_stack_top(kl_stack *stack)
{
    return stack->len ? stack->frames + (stack->len - 1) * stack->size : NULL;
}

static inline void kl_stack_pop(kl_stack *stack) { stack->len--; }

#endif
