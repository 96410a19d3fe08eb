/* src/base/memory.c - the allocator, and the failures that tests order from it. */
#include "kailash/base.h"

#include <stdlib.h>

/* Allocations left until the ordered failure: 0 = none ordered. */
static size_t countdown;
static size_t failures;

static bool must_fail(void)
{
    if (__builtin_expect(__atomic_load_n(&countdown, __ATOMIC_RELAXED) == 0, 1))
        return false;
    if (__atomic_fetch_sub(&countdown, 1, __ATOMIC_RELAXED) != 1)
        return false;
    __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
    return true;
}

void *kl_alloc(size_t size) { return must_fail() ? NULL : malloc(size ? size : 1); }

void *kl_alloc_zero(size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        return NULL;
    return must_fail() ? NULL : calloc(1, product ? product : 1);
}

void *kl_realloc(void *memory, size_t size)
{
    return must_fail() ? NULL : realloc(memory, size ? size : 1);
}

void kl_free(void *memory) { free(memory); }

char *kl_strdup(kl_text text)
{
    char *copy = text.len == SIZE_MAX ? NULL : kl_alloc(text.len + 1);
    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

void kl_test_fail_allocation(size_t n)
{
    __atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&countdown, n, __ATOMIC_RELAXED);
}

size_t kl_test_failed_allocations(void) { return __atomic_load_n(&failures, __ATOMIC_RELAXED); }
