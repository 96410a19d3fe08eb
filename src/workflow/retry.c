/* src/workflow/retry.c - a node that is tried again as its RetryPolicy says, wherever it runs. */
#include "host.h"
#include "invoke.h"
#include "kailash/log.h"

/* What ended the run is no reason to try again, and nothing helps against a lack of memory. */
static bool is_worth_another_try(kl_run *run, kl_status status)
{
    return status != KL_OK && status != KL_INTERRUPTED && status != KL_NO_MEMORY &&
           status != KL_CANCELLED && !kl_run_is_cancelled(run);
}

static kl_status wait_for_retry(const kl_node_call *call, const retry_policy *policy,
                                int64_t attempt, const kl_error *why, kl_error *error)
{
    double seconds = (double)kl_retry_delay_ms(policy, attempt) / 1e3;
    KL_LOG(KL_LOG_WARN, "kailash.runtime", "run %s: node '%s' is tried again in %g s: %s",
           call->run_id ? call->run_id : "-", call->node_id, seconds, kl_error_message(why));
    void *token = kl_blocking_begin();
    kl_status status = kl_run_wait(call->run, seconds, error);
    kl_blocking_end(token);
    return status;
}

kl_status kl_node_invoke_with(kl_value *out, kl_node_call *call, const retry_policy *policy,
                              kl_error *error)
{
    kl_status status = kl_node_invoke(out, call, error);
    for (int64_t attempt = 1; policy && attempt <= policy->max_retries &&
                              is_worth_another_try(call->run, status); attempt++) {
        kl_error why = KL_ERROR_INIT;
        kl_error_move(&why, error);
        status = wait_for_retry(call, policy, attempt, &why, error);
        kl_error_clear(&why);
        if (status == KL_OK)
            status = kl_node_invoke(out, call, error);
    }
    return status;
}
