/* src/base/parallel.h - loops over all processors, with results that do not depend on how many there are.
 *
 * The range [0, count) is cut into blocks of `grain`, always the same ones, which threads take in turn. So a
 * sum that keeps one partial result per block and adds them up in order is the same everywhere. Threads
 * are started when first needed and leave when idle; a forked child starts its own. A loop within a loop runs
 * on the thread that it is on.
 */
#ifndef KL_BASE_PARALLEL_H
#define KL_BASE_PARALLEL_H

#include "kailash/base.h"

/* One block; `block` is its number. Any thread, none of which holds a lock of the face. Must not call back
 * into the face. */
typedef kl_status kl_parallel_body(void *data, size_t block, size_t begin, size_t end,
                                   kl_error *error);

/*
 * Run `body` on every block and wait. Stops handing out blocks after a failure; the error of the lowest
 * failed block is given. When there is but one block, or one processor, all runs on the calling thread.
 * The user's interrupt (KL_INTERRUPTED) is noticed between blocks.
 */
KL_API kl_status kl_parallel_for(size_t count, size_t grain, kl_parallel_body *body, void *data,
                                 kl_error *error);

/* The same, but nobody asks for the user's interrupt: the body knows itself when to stop. */
KL_API kl_status kl_parallel_try(size_t count, size_t grain, kl_parallel_body *body, void *data,
                                 kl_error *error);

/* The same for a body that cannot fail; it always comes to its end, so the user's interrupt waits. */
KL_API void kl_parallel_all(size_t count, size_t grain, kl_parallel_body *body, void *data);

/* For a body that takes long: KL_INTERRUPTED when the user ends the loop, or another block failed. */
KL_API kl_status kl_parallel_poll(kl_error *error);

/* Blocks that such a loop has. */
static inline size_t kl_parallel_blocks(size_t count, size_t grain)
{
    return count / grain + (count % grain != 0);
}

/* Let the loops that this thread begins use at most so many threads (0 = all) from now on; gives what was set. */
KL_API size_t kl_parallel_limit(size_t threads);
/* Threads that a loop may use: KAILASH_NUM_THREADS, else the processors this process may run on. */
KL_API size_t kl_parallel_threads(void);
/* Number of the thread within the loop, below kl_parallel_threads(): for scratch memory of its own, made
 * before the loop. 0 outside of a loop. */
KL_API size_t kl_parallel_me(void);
/* Whether this thread is inside a loop. */
KL_API bool kl_parallel_inside(void);

#endif
