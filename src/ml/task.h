/* src/ml/task.h - what one call of an estimator may use: memory that goes when the call ends, whether to go
 * on, who is told of progress.
 *
 * A fit takes its temporary arrays from its task and frees none: the end of the task does, on every way
 * out. What is kept after the call lies in values (array.h).
 */
#ifndef KL_ML_TASK_H
#define KL_ML_TASK_H

#include "kailash/value.h"

typedef struct kl_task_block kl_task_block;

typedef struct kl_task {
    kl_task_block *blocks;
    kl_value progress;  /* callable(done, total or null, name), or null */
    bool verbose;       /* lines of progress to standard error */
    const char *name;   /* of the estimator, for those lines */
} kl_task;

/* A task that holds nothing: `kl_task task = KL_TASK_INIT;` */
#define KL_TASK_INIT {NULL, {KL_KIND_NULL, 0, {.integer = 0}}, false, NULL}

/* Frees all its memory. */
KL_API void kl_task_end(kl_task *task);

/* Zeroed memory for `count` items of `size` bytes, at an address divisible by 64; NULL when there is none or
 * the size overflows. For one thread at a time: a worker of kl_parallel_for() gets its memory beforehand. */
KL_API void *kl_task_alloc(kl_task *task, size_t count, size_t size);
/* The same without zeroing. */
KL_API void *kl_task_alloc_raw(kl_task *task, size_t count, size_t size);
/* Give one block back early. */
KL_API void kl_task_free(kl_task *task, void *block);

/* double *a; KL_TAKE(a, task, n, error); - or return KL_NO_MEMORY */
#define KL_TAKE(pointer, task, count, error)                                                       \
    do {                                                                                           \
        (pointer) = kl_task_alloc((task), (count), sizeof *(pointer));                             \
        if (!(pointer))                                                                            \
            return kl_error_no_memory(error);                                                      \
    } while (0)
#define KL_TAKE_RAW(pointer, task, count, error)                                                   \
    do {                                                                                           \
        (pointer) = kl_task_alloc_raw((task), (count), sizeof *(pointer));                         \
        if (!(pointer))                                                                            \
            return kl_error_no_memory(error);                                                      \
    } while (0)

/*
 * Between two iterations, on the thread that called: has the user interrupted (KL_INTERRUPTED)? Tells
 * progress where somebody asked for it. Cheap enough for every iteration that takes some microseconds.
 * total  0 = unknown
 */
KL_API kl_status kl_task_step(kl_task *task, size_t done, size_t total, kl_error *error);
/* The first half of it. The host is asked every few milliseconds at most, and anew after the end of a task. */
KL_API kl_status kl_task_poll(kl_error *error);

#endif
