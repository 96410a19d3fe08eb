/* src/workflow/run.h - one execution of a workflow.
 *
 * The thread that executes (the coordinator) owns all slots; nobody else touches them. Cheap
 * nodes run on it at once. Others become tasks (task.h), which an executor does, and so does the
 * coordinator when it has nothing else to do and no limit could make it leave a task behind.
 * A task carries its inputs in and its outputs out, so `lock` guards only the lists of tasks.
 *
 *   run.c       makes, stops and ends a run        schedule.c  starts nodes and settles them
 *   ready.c     counts what has not arrived        inputs.c    what a node gets
 *   task.c      tasks and their time limits        result.c    what the run gives back
 *   failure.c   what went wrong                    observe.c   who is told of finished nodes
 */
#ifndef KL_WORKFLOW_RUN_H
#define KL_WORKFLOW_RUN_H

#include "engine.h"
#include "slot.h"
#include "kailash/time.h"

enum slot_state { SLOT_WAITING, SLOT_DONE, SLOT_SKIPPED, SLOT_GATED };

typedef struct slot {
    kl_value output;   /* map, once done */
    kl_duration took;
    uint32_t waiting;  /* edges that have not delivered */
    uint32_t via;      /* of a gated one: the node that gated it, or itself */
    uint8_t state;
    bool inert;        /* a gate without predicate */
} slot;

/* A strongly connected component that iterates. */
typedef struct component_run {
    uint32_t left;  /* nodes of this pass that have not finished */
    uint32_t pass;
    bool finished;
} component_run;

typedef struct task_list {
    struct kl_task *first, **last;
} task_list;

struct kl_run {
    uint32_t refs; /* atomic */
    kl_runtime *runtime;
    kl_workflow *workflow;
    kl_value inputs;
    kl_run_options options;
    struct kl_run *parent;                  /* the run whose node this one is; NULL = none */
    uint32_t depth;                         /* number of parents above it */
    kl_foreign *context;                    /* the face's, or NULL: then the parent's */
    kl_slots asker;                         /* of who asked for it: all its nodes work with them */
    char id[37];
    kl_time begin, deadline, soft_deadline; /* KL_TIME_NONE = none */
    int64_t node_timeout;                   /* nanoseconds, -1 = none */
    bool verbose;                           /* RuntimeConfig.debug */
    bool limited;                           /* a hard limit holds: tasks are never done by the coordinator */
    struct kl_run *caller;                  /* whose node called execute(); borrowed, NULL = none */
    struct kl_run *next, *previous;         /* in runtime->runs */
    uint32_t forks;                         /* of the runtime when it was let in */

    /* the coordinator's own */
    slot *slots;
    uint32_t *ready;         /* queue of nodes, first in first out */
    uint32_t ready_head, ready_tail, ready_size;
    uint32_t executed;        /* nodes run, each pass of a cycle counted */
    uint32_t done;            /* nodes with outputs */
    bool any_gated, any_inert;
    component_run *components; /* NULL unless cycles iterate */
    kl_error failure;
    uint32_t failed_node;    /* UINT32_MAX = not a node's fault */
    bool failed;
    bool overdue;            /* after the failure a limit was reached too: nobody waits any more */
    uint32_t in_flight;      /* tasks queued, running or not settled yet */
    kl_time last_clock;

    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t changed;  /* a task ended, the run was stopped, paused or resumed */
    task_list queued, finished;
    struct kl_task *running; /* list of those at the executor */
    uint32_t at_executor;    /* places of this run there */
    bool paused;
    bool resumed;            /* since a pause, places at the executor may be free while tasks wait */
    kl_status stop;          /* atomic: KL_OK, KL_CANCELLED, KL_FAILED */
    bool abandoned;          /* the coordinator left; late results are dropped */
};

kl_status kl_run_new(kl_run **out, kl_runtime *runtime, kl_workflow *workflow, kl_value inputs,
                     const kl_run_options *options, kl_error *error);
/*
 * A run inside a node of `parent`: with its runtime, its limits and its end. Its failures are told
 * as part of the parent's. `node_inputs` as in kl_run_options.
 */
kl_status kl_run_new_inner(kl_run **out, kl_run *parent, kl_workflow *workflow, kl_value inputs,
                           kl_value node_inputs, kl_error *error);
/* Also in a forked child, where whoever held them does not live. */
void kl_run_init_locks(kl_run *run);
kl_run *kl_run_retain(kl_run *run);
void kl_run_release(kl_run *run);
/* Run to the end on this thread; once. */
kl_status kl_run_execute(kl_value *out, kl_run *run, kl_error *error);
/* Ask it to stop; the first reason stays: KL_CANCELLED, or KL_FAILED when a node failed. */
void kl_run_stop(kl_run *run, kl_status why);
void kl_run_pause(kl_run *run, bool paused);
bool kl_run_is_paused(kl_run *run);

/* How often a waiting thread looks whether the user has interrupted. */
#define KL_RUN_POLL (50 * KL_MILLISECOND)

/* Sleep until run->changed or a point of the monotonic clock; with run->lock held. */
void kl_run_wait_until(kl_run *run, kl_time until);

/* failure.c: of several failures that of the lowest node stays. `error` is taken; `node` is
 * UINT32_MAX when it is no node's fault. A failure stops the run. */
void kl_run_fail(kl_run *run, uint32_t node, kl_error *error);
void kl_run_fail_plain(kl_run *run, uint32_t node, kl_status code, const char *text);
void kl_run_fail_timeout(kl_run *run, uint32_t node, kl_duration limit);
kl_status kl_run_report_failure(kl_run *run, kl_error *error);

/* ready.c: who is ready at the start; a node is through, whether it ran or not. */
void kl_run_begin(kl_run *run);
void kl_run_push_ready(kl_run *run, uint32_t node);
void kl_run_pass_on(kl_run *run, uint32_t node);

/* schedule.c: call a node on this thread; note how long it took; take its outcome (`output` and
 * `error` are taken); start nodes until none is left. */
kl_status kl_run_call(kl_value *out, uint32_t *outcome, kl_run *run, const graph_node *node,
                      kl_value inputs, kl_value gathered, kl_error *error);
void kl_run_took(kl_run *run, uint32_t node, kl_time started, kl_time now);
void kl_run_settle(kl_run *run, uint32_t node, kl_status status, kl_value output, uint32_t outcome,
                   kl_error *error);
bool kl_run_wants_stop(kl_run *run);
void kl_run_loop(kl_run *run);

/* observe.c: false when an observer interrupted the run. */
kl_status kl_run_notify(kl_run *run, const graph_node *node, bool ok, kl_duration took,
                        kl_error *error);

/* A line for those who debug: what became of a node, of the run. */
void kl_run_log_node(const kl_run *run, const graph_node *node, const char *what, kl_duration took);
void kl_run_log(const kl_run *run, const char *what);

/* inputs.c: what a node gets. `*gathered` is null unless the type has a port that gathers. */
kl_status kl_run_inputs(kl_value *out, kl_value *gathered, kl_run *run, uint32_t node,
                        kl_error *error);
/* result.c: the result map of what was done; given. */
kl_status kl_run_result(kl_value *out, kl_run *run, kl_error *error);
kl_status kl_run_partial(kl_value *out, kl_run *run, kl_error *error);

/* KL_TIMEOUT of type SoftTimeLimitExceeded once the soft limit has passed. */
kl_status kl_run_check_soft_limit(kl_run *run, kl_error *error);

/* An ExecutionContext for one call; given. */
kl_status kl_context_new(kl_value *out, const kl_node_call *call, kl_error *error);

#endif
