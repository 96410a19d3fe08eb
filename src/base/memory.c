/* src/base/memory.c - the allocator, and the failures that tests order from it. */
#include "payload.h"

#include <stdlib.h>
#include <sys/mman.h>

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

void *kl_in_large_pages(void *memory, size_t size)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    enum { LARGE = 2 << 20, PAGE = 4096 };
    if (size >= LARGE && memory) {
        uintptr_t start = ((uintptr_t)memory + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
        uintptr_t end = ((uintptr_t)memory + size) & ~(uintptr_t)(PAGE - 1);
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
    }
#else
    (void)size;
#endif
    return memory;
}

/* ---- warm blocks ------------------------------------------------------------------------------- */

/*
 * A few large blocks that were freed wait to be used again: the kernel takes longer to give a page
 * than most of what is done to large texts takes. At most KEPT_BYTES are kept.
 */
#if defined(__GLIBC__) && !KL_MEMORY_IS_CHECKED
#include <malloc.h>

enum { BLOCKS = 8, BLOCK_LEAST = 128 << 10, KEPT_BYTES = 32 << 20 };

static void *kept[BLOCKS]; /* atomic: who takes a block out of its place owns it */
static size_t kept_bytes;  /* atomic */

static bool keep_block(void *block, size_t size)
{
    if (__atomic_add_fetch(&kept_bytes, size, __ATOMIC_RELAXED) <= KEPT_BYTES)
        for (size_t i = 0; i < BLOCKS; i++) {
            void *none = NULL;
            if (__atomic_compare_exchange_n(&kept[i], &none, block, false, __ATOMIC_RELEASE,
                                            __ATOMIC_RELAXED))
                return true;
        }
    __atomic_sub_fetch(&kept_bytes, size, __ATOMIC_RELAXED);
    return false;
}

/* A block that was kept, of at least `size` bytes and less than `times` as many; NULL when there is none. */
static void *kept_block(size_t size, size_t times)
{
    if (size < BLOCK_LEAST || __atomic_load_n(&kept_bytes, __ATOMIC_RELAXED) < size)
        return NULL;
    for (size_t i = 0; i < BLOCKS; i++) {
        void *block = __atomic_exchange_n(&kept[i], NULL, __ATOMIC_ACQUIRE);
        size_t has = block ? malloc_usable_size(block) : 0;
        if (has)
            __atomic_sub_fetch(&kept_bytes, has, __ATOMIC_RELAXED);
        if (has >= size && has / times < size)
            return block;
        if (block && !keep_block(block, has))
            free(block);
    }
    return NULL;
}

/* A block that grows becomes large: what it held moves once, into one that has room for more. */
static void *grow_into_kept(void *memory, size_t size)
{
    size_t had = memory && size >= BLOCK_LEAST ? malloc_usable_size(memory) : BLOCK_LEAST;
    void *block = had < BLOCK_LEAST ? kept_block(size, 8) : NULL;
    if (block) {
        memcpy(block, memory, had);
        free(memory);
    }
    return block;
}

void kl_free(void *memory)
{
    size_t size = memory ? malloc_usable_size(memory) : 0;
    if (size < BLOCK_LEAST || !keep_block(memory, size))
        free(memory);
}
#else
static void *kept_block(size_t size, size_t times)
{
    (void)size;
    (void)times;
    return NULL;
}

static void *grow_into_kept(void *memory, size_t size)
{
    (void)memory;
    (void)size;
    return NULL;
}

void kl_free(void *memory) { free(memory); }
#endif

/* ---- the allocator ----------------------------------------------------------------------------- */

void *kl_alloc(size_t size)
{
    if (must_fail())
        return NULL;
    void *block = kept_block(size, 2);
    return block ? block : kl_in_large_pages(malloc(size ? size : 1), size);
}

void *kl_alloc_zero(size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        return NULL;
    if (must_fail())
        return NULL;
    void *block = kept_block(product, 2); /* to clear one is less work than to be given one page by page */
    return block ? memset(block, 0, product) : kl_in_large_pages(calloc(1, product ? product : 1), product);
}

void *kl_realloc(void *memory, size_t size)
{
    if (must_fail())
        return NULL;
    void *block = grow_into_kept(memory, size);
    return block ? block : kl_in_large_pages(realloc(memory, size ? size : 1), size);
}

/* Twice as much is asked for, and what lies before and behind the aligned part given back. */
void *kl_pages_take(size_t size)
{
    if (must_fail())
        return NULL;
    char *whole = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole == MAP_FAILED)
        return NULL;
    size_t before = (size_t)(-(uintptr_t)whole & (size - 1));
    if (before)
        (void)munmap(whole, before);
    (void)munmap(whole + before + size, size - before);
    return whole + before;
}

void kl_pages_give_back(void *pages, size_t size) { (void)munmap(pages, size); }

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
