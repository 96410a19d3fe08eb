/* src/base/pool.h - threads that run tasks: started when tasks wait, gone when none comes.
 *
 * A pool makes no thread before its first task. A task that finds no idle thread gets a new one,
 * up to the bound; beyond it tasks wait in the order they came. After fork() the child's pools
 * are empty: no threads, no tasks (what they pointed to stays with the parent), ready for use.
 */
#ifndef KL_BASE_POOL_H
#define KL_BASE_POOL_H

#include "kailash/time.h"

typedef struct kl_pool kl_pool;

/*
 * threads_max  1 or more
 * idle         how long a thread waits for its next task before it leaves
 */
KL_API kl_status kl_pool_new(kl_pool **out, size_t threads_max, kl_duration idle, kl_error *error);

/* The pool that all share; borrowed, lives as long as the process. Up to KL_POOL_SHARED threads. */
KL_API kl_pool *kl_pool_shared(void);
enum { KL_POOL_SHARED = 512 };

/*
 * Run `run(data)` on a thread of the pool. `data` is the task's on success only.
 * KL_STATE after kl_pool_shutdown(); KL_UNAVAILABLE when no thread could be started at all.
 */
KL_API kl_status kl_pool_submit(kl_pool *pool, void (*run)(void *data), void *data,
                                kl_error *error);

/* Refuse new tasks, finish those that were submitted, join all threads. Not from a task. */
KL_API void kl_pool_shutdown(kl_pool *pool);

/* Shut down and free a pool of kl_pool_new(). */
KL_API void kl_pool_free(kl_pool *pool);

/* Whether the calling thread is one of a pool's: what runs here next may be anybody's work. */
KL_API bool kl_pool_is_worker(void);

/* Threads alive now. */
KL_API size_t kl_pool_threads(kl_pool *pool);

#endif
