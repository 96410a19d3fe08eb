/* src/workflow/run.h - one execution of a workflow.
 *
 * The thread that executes (the coordinator) owns all slots; nobody else touches them. Cheap
 * nodes run on it at once. Others become jobs: workers of the shared pool take them, and so does
 * the coordinator when it has nothing else to do and no limit could make it leave a job behind.
 * A job carries its inputs in and its outputs out, so `lock` guards only the lists of jobs.
 */
#ifndef KL_WORKFLOW_RUN_H
#define KL_WORKFLOW_RUN_H

#include "engine.h"
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

typedef struct job {
    struct job *next;
    kl_run *run;
    uint32_t node;
    kl_value inputs, gathered, output;
    kl_status status;
    uint32_t outcome;
    kl_error error;
    kl_time started, finished;
} job;

typedef struct job_list {
    job *first, **last;
} job_list;

struct kl_run {
    uint32_t refs; /* atomic */
    kl_runtime *runtime;
    kl_workflow *workflow;
    kl_value inputs;
    kl_run_options options;
    struct kl_run *parent;                  /* the run whose node this one is; NULL = none */
    uint32_t depth;                         /* number of parents above it */
    kl_foreign *context;                    /* the face's, or NULL: then the parent's */
    char id[37];
    kl_time begin, deadline, soft_deadline; /* KL_TIME_NONE = none */
    int64_t node_timeout;                   /* nanoseconds, -1 = none */
    bool limited;                           /* a hard limit holds: jobs never run on the coordinator */
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
    uint32_t in_flight;      /* jobs queued or running */
    kl_time last_clock;

    pthread_mutex_t lock;    /* guards what follows */
    pthread_cond_t changed;  /* a job finished or started, the run was stopped, paused or resumed */
    job_list queued, finished;
    job *running;            /* list of jobs that are being run by workers */
    uint32_t workers;        /* attached to this run */
    bool paused;
    kl_status stop;          /* atomic: KL_OK, KL_CANCELLED, KL_TIMEOUT */
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
/* Ask it to stop; KL_CANCELLED or KL_TIMEOUT. */
void kl_run_stop(kl_run *run, kl_status why);
void kl_run_pause(kl_run *run, bool paused);
bool kl_run_is_paused(kl_run *run);

/* inputs.c: what a node gets. `*gathered` is null unless the type has a port that gathers. */
kl_status kl_run_inputs(kl_value *out, kl_value *gathered, kl_run *run, uint32_t node,
                        kl_error *error);
/* result.c: the result map of what was done; given. */
kl_status kl_run_result(kl_value *out, kl_run *run, kl_error *error);
kl_status kl_run_partial(kl_value *out, kl_run *run, kl_error *error);

/* KL_TIMEOUT of type SoftTimeLimitExceeded once the soft limit has passed. */
kl_status kl_run_check_soft_limit(kl_run *run, kl_error *error);

/* An ExecutionContext for one call; given. */
kl_status kl_context_new(kl_value *out, kl_run *run, kl_value node_id, kl_error *error);

#endif
