/* src/workflow/task.h - tasks of a run: queued, handed to the executor, given back, settled. */
#ifndef KL_WORKFLOW_TASK_H
#define KL_WORKFLOW_TASK_H

#include "run.h"
#include "kailash/executor.h"

struct kl_task {
    struct kl_task *next; /* in one of the run's lists */
    kl_run *run;
    uint32_t node;
    uint32_t outcome;     /* kl_node_outcome */
    bool dropped;         /* the run was over before anybody began with it */
    kl_value inputs, gathered, output;
    kl_status status;
    kl_error error;
    kl_time started, finished;
};

/* Queue a node with its inputs (both taken) and see that somebody does it. */
kl_status kl_task_add(kl_run *run, uint32_t node, kl_value inputs, kl_value gathered,
                      kl_error *error);
/* For the coordinator: settle what has ended, help out, or wait. False when nothing is left. */
bool kl_task_attend(kl_run *run);
/* For the coordinator, while the run is paused: nothing is started, what ends is settled. */
void kl_task_rest(kl_run *run);
/* The coordinator leaves: what still runs is nobody's any more. */
void kl_task_abandon(kl_run *run);
void kl_task_list_free(kl_task *first);

#endif
