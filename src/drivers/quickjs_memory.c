/* src/drivers/quickjs_memory.c - the memory of an engine: one arena, blocks beyond it, a bound.
 *
 * The engine does not survive every failed allocation, so none fails for it: where memory ends, or
 * the bound is reached, the script is left by longjmp() and all its memory goes at once. That is
 * sound because an engine holds nothing but its memory; what the driver's own functions hold
 * while they call the engine lies in that memory too, or in kl_js_engine.
 */
#include "quickjs_engine.h"

/* Making an engine takes some 150 KiB, most of it in small pieces. */
enum { ARENA_SIZE = 224 << 10, BLOCK_ALIGN = 16 };

/* Stands before what the engine gets. */
typedef struct block {
    _Alignas(BLOCK_ALIGN) size_t size;
    bool is_in_arena;
} block;

/* A block beyond the arena: those of one engine are a ring. */
typedef struct heap_block {
    struct heap_block *previous, *next;
    block block;
} heap_block;

struct kl_js_memory {
    size_t used, max; /* bytes of all blocks */
    size_t arena_used;
    heap_block *blocks;
    jmp_buf out;
    kl_js_fault why;
    _Alignas(BLOCK_ALIGN) char arena[ARENA_SIZE];
};

static block *block_of(const void *memory)
{
    return (block *)(uintptr_t)memory - 1;
}

static heap_block *heap_block_of(block *of)
{
    return (heap_block *)((char *)of - offsetof(heap_block, block));
}

_Noreturn static void leave(kl_js_memory *memory, kl_js_fault why)
{
    memory->why = why;
    longjmp(memory->out, 1);
}

/* Takes `size` bytes of the bound. */
static void charge(kl_js_memory *memory, size_t size)
{
    if (size > memory->max - memory->used)
        leave(memory, KL_JS_MEMORY);
    memory->used += size;
}

static void link_block(kl_js_memory *memory, heap_block *made)
{
    made->previous = NULL;
    made->next = memory->blocks;
    if (made->next)
        made->next->previous = made;
    memory->blocks = made;
}

static void unlink_block(kl_js_memory *memory, const heap_block *gone)
{
    if (gone->next)
        gone->next->previous = gone->previous;
    if (gone->previous)
        gone->previous->next = gone->next;
    else
        memory->blocks = gone->next;
}

static block *new_heap_block(kl_js_memory *memory, size_t size)
{
    heap_block *made = kl_alloc(sizeof *made + size);
    if (!made)
        leave(memory, KL_JS_NONE);
    link_block(memory, made);
    made->block.is_in_arena = false;
    return &made->block;
}

static block *new_arena_block(kl_js_memory *memory, size_t size)
{
    block *made = (block *)(memory->arena + memory->arena_used);
    memory->arena_used += sizeof *made + size;
    made->is_in_arena = true;
    return made;
}

static void *get(void *data, size_t size)
{
    kl_js_memory *memory = data;
    if (size > memory->max)
        leave(memory, KL_JS_MEMORY);
    size = (size + BLOCK_ALIGN - 1) & ~(size_t)(BLOCK_ALIGN - 1);
    charge(memory, size);
    bool fits = sizeof(block) + size <= ARENA_SIZE - memory->arena_used;
    block *made = fits ? new_arena_block(memory, size) : new_heap_block(memory, size);
    made->size = size;
    return made + 1;
}

static void *get_zeroed(void *data, size_t count, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(count, size, &all))
        leave(data, KL_JS_MEMORY);
    return memset(get(data, all), 0, all);
}

static void give_back(void *data, void *memory)
{
    kl_js_memory *from = data;
    if (!memory)
        return;
    block *gone = block_of(memory);
    from->used -= gone->size;
    if (gone->is_in_arena)
        return; /* the arena goes as a whole */
    unlink_block(from, heap_block_of(gone));
    kl_free(heap_block_of(gone));
}

static void *resize(void *data, void *memory, size_t size)
{
    if (!memory)
        return get(data, size);
    block *old = block_of(memory);
    if (size <= old->size && (old->is_in_arena || size >= old->size / 2))
        return memory;
    void *moved = get(data, size);
    memcpy(moved, memory, KL_MIN(old->size, size));
    give_back(data, memory);
    return moved;
}

static size_t size_of(const void *memory) { return memory ? block_of(memory)->size : 0; }

const JSMallocFunctions kl_js_memory_functions = {get_zeroed, get, give_back, resize, size_of};

kl_js_memory *kl_js_memory_new(size_t max)
{
    kl_js_memory *memory = kl_alloc(sizeof *memory);
    if (memory) {
        memory->used = memory->arena_used = 0;
        memory->max = max;
        memory->blocks = NULL;
        memory->why = KL_JS_NONE;
    }
    return memory;
}

jmp_buf *kl_js_memory_out(kl_js_memory *memory) { return &memory->out; }

kl_js_fault kl_js_memory_fault(const kl_js_memory *memory) { return memory->why; }

void kl_js_memory_free(kl_js_memory *memory)
{
    while (memory && memory->blocks) {
        heap_block *gone = memory->blocks;
        memory->blocks = gone->next;
        kl_free(gone);
    }
    kl_free(memory);
}
