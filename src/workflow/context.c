/* src/workflow/context.c - ExecutionContext: what a callback may know of the run it is part of. */
#include "run.h"

typedef struct context {
    kl_object object;
    kl_run *run;
    kl_value node_id;
} context;

static void context_dispose(kl_object *self) { kl_run_release(((context *)self)->run); }

static kl_status run_id(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_from_valid(out, (kl_text){((context *)self)->run->id, 36}, error);
}

static kl_status check_cancellation(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_run *run = ((context *)self)->run;
    (void)out;
    (void)args;
    if (kl_run_is_cancelled(run))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return kl_run_check_soft_limit(run, error);
}

static const kl_field fields[] = {
    KL_VALUE(context, node_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of the node that is running"),
};

static const kl_method methods[] = {
    {.name = "run_id", .call = run_id, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "UUID of the run."},
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

kl_status kl_context_new(kl_value *out, kl_run *run, kl_value node_id, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_execution_context_type, error));
    ((context *)object)->run = kl_run_retain(run);
    ((context *)object)->node_id = kl_value_retain(node_id);
    *out = kl_value_of(object);
    return KL_OK;
}
