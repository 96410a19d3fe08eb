/* src/nodes/stopping.c - see stopping.h. */
#include "stopping.h"
#include "host.h"

bool kl_node_is_stopped(void *run) { return kl_run_is_cancelled(run); }

kl_status kl_node_check_run(void *run, kl_error *error)
{
    if (kl_run_is_cancelled(run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return kl_host_poll(error);
}
