/* src/workflow/task_pack.c - tasks and their outcomes as bytes, for workers in other processes. */
#include "format.h"
#include "invoke.h"
#include "task.h"

/* A map (taken) as MessagePack. */
static kl_status pack(kl_value *out, kl_value map, kl_error *error)
{
    kl_status status = kl_format_write(out, KL_TEXT("msgpack"), map, NULL, error);
    kl_value_release(map);
    return status;
}

static kl_status unpack(kl_value *out, kl_text packed, kl_error *error)
{
    KL_TRY(kl_format_read(out, KL_TEXT("msgpack"), packed, error));
    if (kl_is(*out, KL_KIND_MAP))
        return KL_OK;
    kl_value_release(*out);
    return kl_error_set(error, KL_SYNTAX, "packed task: expected object, got %s",
                        kl_value_kind_name(*out));
}

/* ---- on the way out ------------------------------------------------------------------------------ */

kl_status kl_task_pack(kl_value *out, const kl_task *task, kl_error *error)
{
    const graph_node *node = &task->run->workflow->nodes[task->node];
    kl_value map, retry;
    kl_status status;
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("type"), kl_value_retain(node->type_name), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(node->id), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("run_id"), (kl_text){task->run->id, 36}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("config"), kl_value_retain(node->config), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("inputs"), kl_value_retain(task->inputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("gathered"), kl_value_retain(task->gathered), error));
    if (node->retry) {
        KL_TRY_OUT(kl_object_to_map(&retry, (kl_object *)&node->retry->object, error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("retry"), retry, error));
    }
    return pack(out, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- at the worker ------------------------------------------------------------------------------- */

/* The policy that came with a task; null without one. */
static kl_status unpack_policy(kl_value *out, kl_value task, kl_error *error)
{
    const kl_value *retry = kl_map_find(task, KL_TEXT("retry"));
    *out = kl_null();
    return retry ? kl_object_from_map(out, &kl_retry_policy_type, *retry, error) : KL_OK;
}

static kl_status run_with_policy(kl_value *output, kl_node_call *call, kl_value task,
                                 kl_error *error)
{
    kl_value policy;
    KL_TRY(unpack_policy(&policy, task, error));
    kl_status status = kl_node_invoke_with(output, call, kl_as_object(policy, &kl_retry_policy_type),
                                           error);
    kl_value_release(policy);
    return status;
}

static kl_status run_packed(kl_value *output, uint32_t *outcome, kl_value task,
                            kl_registry *registry, kl_error *error)
{
    custom_type *custom;
    kl_value config = kl_map_get(task, KL_TEXT("config"));
    kl_text name = kl_as_text(kl_map_get(task, KL_TEXT("type")));
    const kl_node_type *type = kl_registry_find(&custom, registry, name);
    void *state = NULL;
    if (!type)
        return kl_error_set(error, KL_FAILED, "the worker knows no node type '%.*s'",
                            KL_TEXT_ARG(name));
    kl_status status = kl_node_prepare(&state, type, config, registry, error);
    if (status == KL_OK) {
        kl_node_call call = {.type = type, .state = state, .registry = registry,
                             .inputs = kl_map_get(task, KL_TEXT("inputs")),
                             .gathered = kl_map_get(task, KL_TEXT("gathered")),
                             .node_id = kl_as_text(kl_map_get(task, KL_TEXT("id"))).data,
                             .run_id = kl_as_text(kl_map_get(task, KL_TEXT("run_id"))).data};
        status = run_with_policy(output, &call, task, error);
        *outcome = call.outcome;
    }
    if (state && type->dispose)
        type->dispose(state);
    if (custom)
        kl_object_release(&custom->object);
    return status;
}

static kl_status pack_failure(kl_value *out, kl_error *why, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status"), kl_int(why->code), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("message"), kl_text_from(kl_error_message(why)),
                               error));
    if (why->type)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("exception"), kl_text_from(why->type), error));
    if (why->details)
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("details"), kl_value_retain(*(kl_value *)why->details), error));
    return pack(out, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status pack_output(kl_value *out, kl_value output, uint32_t outcome, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("status"), kl_int(KL_OK), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("outcome"), kl_int(outcome), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("output"), kl_value_retain(output), error));
    return pack(out, map, error);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_task_work(kl_value *out, kl_text packed, kl_registry *registry, kl_error *error)
{
    kl_value task, output = kl_null();
    kl_error why = KL_ERROR_INIT;
    uint32_t outcome = KL_OUTCOME_OPEN;
    KL_TRY(unpack(&task, packed, error));
    kl_status status = run_packed(&output, &outcome, task, registry, &why);
    if (status == KL_OK) /* what cannot be packed (an object, say) is a failure to tell of */
        status = pack_output(out, output, outcome, &why);
    if (status != KL_OK)
        status = pack_failure(out, &why, error);
    kl_error_clear(&why);
    kl_value_release(output);
    kl_value_release(task);
    return status;
}

/* ---- on the way back ----------------------------------------------------------------------------- */

static void read_failure(kl_error *error, kl_value outcome, kl_status code)
{
    kl_text message = kl_as_text(kl_map_get(outcome, KL_TEXT("message")));
    kl_text exception = kl_as_text(kl_map_get(outcome, KL_TEXT("exception")));
    const kl_value *details = kl_map_find(outcome, KL_TEXT("details"));
    kl_error_set(error, code, "%.*s", KL_TEXT_ARG(message));
    const kl_type *type = exception.len ? kl_type_find(exception, NULL) : NULL;
    error->type = type ? type->name : NULL;
    kl_value *kept = details ? kl_alloc(sizeof *kept) : NULL;
    if (kept) {
        *kept = kl_value_retain(*details);
        error->details = kept;
    }
}

void kl_task_unpack(kl_task *task, kl_text packed)
{
    kl_value outcome;
    kl_error error = KL_ERROR_INIT;
    if (unpack(&outcome, packed, &error) != KL_OK) {
        kl_task_fail(task, &error);
        return;
    }
    kl_value code = kl_map_get(outcome, KL_TEXT("status"));
    bool known = kl_is(code, KL_KIND_INT) && code.as.integer >= 0 && code.as.integer < KL_STATUS_COUNT;
    task->status = known ? (kl_status)code.as.integer : KL_FAILED;
    if (task->status == KL_OK) {
        task->outcome = (uint32_t)kl_as_int(kl_map_get(outcome, KL_TEXT("outcome")));
        task->output = kl_value_retain(kl_map_get(outcome, KL_TEXT("output")));
    } else {
        read_failure(&task->error, outcome, task->status);
    }
    kl_value_release(outcome);
}
