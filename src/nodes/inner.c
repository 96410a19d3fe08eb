/* src/nodes/inner.c - see inner.h. */
#include "inner.h"
#include "workflow/engine.h"
#include "workflow/run.h"

static kl_status run_within(kl_value *out, kl_run *parent, kl_workflow *workflow, kl_value inputs,
                            kl_value own, kl_duration limit, kl_error *error)
{
    kl_run *run;
    if (workflow->cyclic && !parent->runtime->config->enable_cycles)
        return kl_node_failed(error, "the inner workflow has cycles; allow them with "
                                     "RuntimeConfig(enable_cycles=True)");
    KL_TRY(kl_run_new_inner(&run, parent, workflow, inputs, own, error));
    if (limit) {
        run->deadline = KL_MIN(run->deadline, kl_clock_after(limit));
        run->limited = true;
    }
    kl_status status = kl_run_execute(out, run, error);
    kl_run_release(run);
    return status;
}

/* With the registry of the call when it has one. */
static kl_status run_alone(kl_value *out, kl_registry *registry, kl_workflow *workflow,
                           kl_value inputs, kl_value own, kl_duration limit, kl_error *error)
{
    kl_registry *made = NULL;
    kl_runtime *runtime = NULL;
    kl_run_options options = {
        .node_inputs = own, .time_limit = (double)limit / KL_SECOND, .has_hard = limit != 0};
    kl_status status;
    if (!registry) {
        KL_TRY(kl_registry_new(&made, error));
        registry = made;
    }
    KL_TRY_OUT(kl_runtime_new(&runtime, registry, kl_null(), error));
    status = kl_runtime_execute(out, runtime, workflow, inputs, &options, error);
out:
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)made);
    return status;
}

kl_status kl_inner_run_within(kl_value *results, const kl_node_call *call, kl_workflow *workflow,
                              kl_value inputs, kl_value own, kl_duration limit, kl_error *error)
{
    kl_value result;
    KL_TRY(call->run ? run_within(&result, call->run, workflow, inputs, own, limit, error)
                     : run_alone(&result, call->registry, workflow, inputs, own, limit, error));
    *results = kl_value_retain(kl_map_get(result, KL_TEXT("results")));
    kl_value_release(result);
    return KL_OK;
}

kl_status kl_inner_run(kl_value *results, const kl_node_call *call, kl_workflow *workflow,
                       kl_value inputs, kl_value own, kl_error *error)
{
    return kl_inner_run_within(results, call, workflow, inputs, own, 0, error);
}
