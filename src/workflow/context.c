/* src/workflow/context.c - ExecutionContext: what a callback may know of the run it is part of. */
#include "run.h"

typedef struct context {
    kl_object object;
    kl_run *run; /* NULL at a worker that has only the node */
    kl_value node_id, run_id;
} context;

static void context_dispose(kl_object *self) { kl_run_release(((context *)self)->run); }

static kl_status check_cancellation(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_run *run = ((context *)self)->run;
    (void)out;
    (void)args;
    if (kl_run_is_cancelled(run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return run ? kl_run_check_soft_limit(run, error) : KL_OK;
}

static const kl_field fields[] = {
    KL_VALUE(context, node_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of the node that is running"),
    KL_VALUE(context, run_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "UUID of the run"),
};

static const kl_method methods[] = {
    {.name = "check_cancellation", .call = check_cancellation, .returns = KL_KIND_NONE,
     .raises = "SoftTimeLimitExceeded, RuntimeError",
     .doc = "Return when the run may go on. Raises SoftTimeLimitExceeded once the soft limit has "
            "passed, RuntimeError when the run was cancelled or timed out."},
};

const kl_type kl_execution_context_type = {
    .name = "ExecutionContext",
    .module = "kailash",
    .doc = "The run a callback is part of: second argument of a callback that takes two.",
    .size = sizeof(context),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .dispose = context_dispose,
};
KL_PUBLISH(kl_execution_context_type);

kl_status kl_context_new(kl_value *out, const kl_node_call *call, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_execution_context_type, error));
    context *made = (context *)object;
    made->run = call->run ? kl_run_retain(call->run) : NULL;
    kl_status status = kl_string_new(&made->node_id, kl_text_from(call->node_id), error);
    if (status == KL_OK)
        status = kl_string_new(&made->run_id, kl_text_from(call->run_id), error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}
