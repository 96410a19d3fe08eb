/* src/workflow/executor.c - the executors of this process: a pool of threads, and none at all. */
#include "engine.h"
#include "pool.h"
#include "kailash/executor.h"

static void work(void *data)
{
    for (kl_task *task = data; task; task = kl_task_done(task))
        kl_task_run(task);
}

static kl_status submit_to_pool(kl_executor *self, kl_task *task, kl_error *error)
{
    (void)self;
    return kl_pool_submit(kl_pool_shared(), work, task, error);
}

static kl_status do_at_once(kl_executor *self, kl_task *task, kl_error *error)
{
    (void)self;
    (void)error;
    work(task);
    return KL_OK;
}

kl_executor *kl_executor_threads(void)
{
    static kl_executor threads = {.name = "threads", .submit = submit_to_pool};
    return &threads;
}

kl_executor *kl_executor_inline(void)
{
    static kl_executor none = {.name = "inline", .submit = do_at_once};
    return &none;
}

kl_status kl_runtime_set_executor(kl_runtime *runtime, kl_executor *executor, kl_error *error)
{
    pthread_mutex_lock(&runtime->lock);
    bool busy = runtime->admitted > 0;
    if (!busy)
        runtime->executor = executor;
    pthread_mutex_unlock(&runtime->lock);
    return busy ? kl_error_set(error, KL_STATE, "executor: a run is under way") : KL_OK;
}
