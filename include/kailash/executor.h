/* kailash/executor.h - who does the work: threads of this process, or workers elsewhere.
 *
 * A run does cheap nodes itself. A node that may take long becomes a task and is handed to the
 * runtime's executor, which brings it to its end: with kl_task_run() on some thread of this
 * process, or by sending kl_task_pack() to a worker that answers with kl_task_work(). Nothing else
 * in the engine knows where a node runs.
 */
#ifndef KAILASH_EXECUTOR_H
#define KAILASH_EXECUTOR_H

#include "kailash/workflow.h"

KL_BEGIN_DECLS

/** One node with its inputs, on the way to its outputs. */
typedef struct kl_task kl_task;

/** Whoever does tasks; filled by its owner, who keeps it alive while a runtime uses it. */
typedef struct kl_executor kl_executor;
struct kl_executor {
    const char *name;
    /**
     * Take over a task, to be ended with kl_task_done() sooner or later, on any thread; the call
     * itself should return soon. On failure the task stays the engine's, which does it itself.
     */
    kl_status (*submit)(kl_executor *self, kl_task *task, kl_error *error);
    void *data; /* the executor's own */
};

/** Threads of this process, from one pool that all runtimes share: the default. */
KL_API kl_executor *kl_executor_threads(void);
/** The thread that executes the workflow does everything, one node after the other. A time limit
 *  then only ends a node that looks whether the run is over. */
KL_API kl_executor *kl_executor_inline(void);

/** Use `executor` (borrowed, must outlive the runtime) for the runs that begin from now on;
 *  KL_STATE while a run is under way. */
KL_API kl_status kl_runtime_set_executor(kl_runtime *runtime, kl_executor *executor,
                                         kl_error *error);

/** Do a task on this thread and keep what came of it; kl_task_done() is still to follow. */
KL_API void kl_task_run(kl_task *task);

/**
 * Give a task back, its outcome being known. Returns another task of the same run that was
 * waiting, which the caller takes over in its place; NULL when there is none.
 */
KL_API KL_NODISCARD kl_task *kl_task_done(kl_task *task);

/** Whether nobody waits for the task any more: its run was stopped, or its time is over. */
KL_API bool kl_task_is_cancelled(const kl_task *task);

/** All a worker elsewhere needs (type, config, inputs), as MessagePack bytes; given. */
KL_API kl_status kl_task_pack(kl_value *out, const kl_task *task, kl_error *error);

/**
 * What a worker does with those bytes: it runs the node with the types of its own registry and
 * returns the outcome as bytes; given. A node that fails is an outcome too; the status is KL_OK
 * whenever there is one to send back.
 */
KL_API kl_status kl_task_work(kl_value *out, kl_text packed, kl_registry *registry,
                              kl_error *error);

/** Take the outcome that a worker sent back; kl_task_done() is still to follow. */
KL_API void kl_task_unpack(kl_task *task, kl_text packed);

/** The worker was lost, or could not be reached: the task fails with `error`, which is taken. */
KL_API void kl_task_fail(kl_task *task, kl_error *error);

KL_END_DECLS
#endif
