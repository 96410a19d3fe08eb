/* src/workflow/run_handle.h - a run in the background. */
#ifndef KL_WORKFLOW_RUN_HANDLE_H
#define KL_WORKFLOW_RUN_HANDLE_H

#include "run.h"

/* Run an admitted run on a thread of the pool. `run` is borrowed; the handle is given. */
kl_status kl_run_handle_start(kl_run_handle **out, kl_runtime *runtime, kl_run *run,
                              kl_error *error);

#endif
