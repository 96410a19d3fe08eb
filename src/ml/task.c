/* src/ml/task.c - see task.h. */
#include "task.h"
#include "host.h"
#include "kailash/type.h"

#include <stdio.h>

enum { LINE = 64 };

/* What a task holds is a list; the memory it gives out begins a cache line behind the head. */
struct kl_task_block {
    kl_task_block *previous, *next;
    void *start; /* what the allocator gave */
};

void kl_task_end(kl_task *task)
{
    for (kl_task_block *block = task->blocks, *next; block; block = next) {
        next = block->next;
        kl_free(block->start);
    }
    task->blocks = NULL;
    kl_host_poll_anew();
}

static void *take(kl_task *task, size_t count, size_t size, bool zeroed)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - 4 * LINE)
        return NULL;
    bytes += 2 * LINE; /* a head, and what it takes to begin at a line */
    char *start = zeroed ? kl_alloc_zero(bytes, 1) : kl_alloc(bytes);
    if (!start)
        return NULL;
    uintptr_t given = ((uintptr_t)start + sizeof(kl_task_block) + LINE - 1) & ~(uintptr_t)(LINE - 1);
    kl_task_block *block = (kl_task_block *)(given - sizeof *block);
    *block = (kl_task_block){.next = task->blocks, .start = start};
    if (task->blocks)
        task->blocks->previous = block;
    task->blocks = block;
    return (void *)given;
}

void *kl_task_alloc(kl_task *task, size_t count, size_t size) { return take(task, count, size, true); }

void *kl_task_alloc_raw(kl_task *task, size_t count, size_t size)
{
    return take(task, count, size, false);
}

void kl_task_free(kl_task *task, void *given)
{
    if (!given)
        return;
    kl_task_block *block = (kl_task_block *)((uintptr_t)given - sizeof *block);
    if (block->previous)
        block->previous->next = block->next;
    else
        task->blocks = block->next;
    if (block->next)
        block->next->previous = block->previous;
    kl_free(block->start);
}

/* ---- between two iterations ----------------------------------------------------------------------- */

kl_status kl_task_poll(kl_error *error) { return kl_host_poll_paced(error); }

/* "KMeans: 3 of 300" */
static void print_progress(const kl_task *task, size_t done, size_t total)
{
    const char *name = task->name ? task->name : "fit";
    if (total)
        fprintf(stderr, "%s: %zu of %zu\n", name, done, total);
    else
        fprintf(stderr, "%s: %zu\n", name, done);
}

static kl_status call_progress(const kl_task *task, size_t done, size_t total, kl_error *error)
{
    kl_value result = kl_null(), args[3] = {kl_int((int64_t)done), kl_null(), kl_null()};
    if (total)
        args[1] = kl_int((int64_t)total);
    KL_TRY(kl_string_new(&args[2], kl_text_from(task->name), error));
    kl_status status = kl_call_value(&result, task->progress, args, KL_COUNT(args), error);
    kl_value_release(args[2]);
    kl_value_release(result);
    return status;
}

kl_status kl_task_step(kl_task *task, size_t done, size_t total, kl_error *error)
{
    if (task->verbose)
        print_progress(task, done, total);
    if (task->progress.kind != KL_KIND_NULL)
        KL_TRY(call_progress(task, done, total, error));
    return kl_task_poll(error);
}
