/* src/nodes/sagas.c - SagaCoordinatorNode and SagaStepNode: the engine of saga.h as nodes. */
#include "mode.h"
#include "build_map.h"
#include "saga.h"
#include "workflow/shared.h"

/* ---- SagaCoordinatorNode ------------------------------------------------------------------------- */

enum { OPERATION, STEPS, SAGA_ID, STEP_ID, RESULT, FAILURE, INPUTS, RETRIES, DELAY, TIMEOUT, LOG,
       DATABASE, SCOPE };

static const char *const words[] = {"start",      "step_complete", "step_failed", "abort",
                                    "get_status", "resume",        "recover",     "list", NULL};

static kl_status host_of(kl_kept_host *out, kl_node_call *call, kl_error *error)
{
    kl_value log = call->args[LOG];
    out->call = call;
    return kl_records_of(&out->records, "saga", call, call->args[SCOPE],
                         kl_is_null(log) ? call->args[DATABASE] : log, error);
}

static bool does_anything(kl_value state)
{
    kl_value effects = kl_map_get(state, KL_TEXT("effects"));
    for (size_t i = 0; i < kl_array_len(effects); i++)
        if (kl_as_int(kl_array_at(effects, i)))
            return true;
    return false;
}

/* The outputs; `state` is taken. */
static kl_status report(kl_value *out, kl_value state, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "compensation_results",
                     kl_map_get(state, KL_TEXT("compensation_results")));
    kl_build_share(&m, "completed_steps", kl_map_get(state, KL_TEXT("completed")));
    kl_build_share(&m, "failed_step", kl_map_get(state, KL_TEXT("failed_step")));
    kl_build_share(&m, "saga_id", kl_map_get(state, KL_TEXT("saga_id")));
    kl_build_share(&m, "status", kl_map_get(state, KL_TEXT("status")));
    if (does_anything(state)) {
        kl_build_share(&m, "results", kl_map_get(state, KL_TEXT("results")));
        kl_build_share(&m, "error", kl_map_get(state, KL_TEXT("error")));
    }
    kl_value_release(state);
    return kl_build_end(out, &m);
}

static kl_status start(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value policy, state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_effect_policy_map(&policy, &call->args[RETRIES], error));
    kl_status status = kl_saga_start(&state, &host, kl_null(), call->args[STEPS],
                                     call->args[INPUTS], policy, "steps", error);
    kl_value_release(policy);
    return status == KL_OK ? report(out, state, error) : status;
}

static kl_status step_complete(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_saga_step_complete(&state, &host, kl_as_text(call->args[SAGA_ID]),
                                 call->args[STEP_ID], call->args[RESULT], error));
    return report(out, state, error);
}

static kl_status step_failed(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_saga_step_failed(&state, &host, kl_as_text(call->args[SAGA_ID]), call->args[STEP_ID],
                               call->args[FAILURE], error));
    return report(out, state, error);
}

typedef kl_status saga_fn(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error);

static kl_status with_saga(kl_value *out, saga_fn *function, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(function(&state, &host, kl_as_text(call->args[SAGA_ID]), error));
    return report(out, state, error);
}

static kl_status abort_saga(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_saga(out, kl_saga_abort, call, error);
}

static kl_status get_status(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_saga(out, kl_saga_status, call, error);
}

static kl_status resume(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_saga(out, kl_saga_resume, call, error);
}

static kl_status recover(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value list;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_saga_recover(&list, &host, error));
    return kl_node_result(out, "recovered", list, error);
}

static kl_status summary(kl_value *list, kl_value state, kl_error *error)
{
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "saga_id", kl_map_get(state, KL_TEXT("saga_id")));
    kl_build_share(&m, "status", kl_map_get(state, KL_TEXT("status")));
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

static kl_status list_sagas(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value all, list = kl_null();
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_record_list(&all, host.records, false, error));
    kl_status status = kl_array_new(&list, kl_map_len(all), error);
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        status = summary(&list, kl_map_value_at(all, i), error);
    kl_value_release(all);
    if (status == KL_OK)
        return kl_node_result(out, "sagas", list, error);
    kl_value_release(list);
    return status;
}

static const kl_mode rows[] = {
    {"start", "steps", start},
    {"step_complete", "saga_id step_id", step_complete},
    {"step_failed", "saga_id step_id", step_failed},
    {"abort", "saga_id", abort_saga},
    {"get_status", "saga_id", get_status},
    {"resume", "saga_id", resume},
    {"recover", "", recover},
    {"list", "", list_sagas},
};

static kl_status coordinator_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param coordinator_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "start a saga; tell it that a step done elsewhere is complete (step_complete) or has "
            "failed (step_failed); abort it; get_status; resume it after a crash or a failed "
            "compensation; recover all that have not ended; list them"},
    {.name = "steps", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "start: {step_id, action, compensation, inputs, inputs_from, max_retries, "
            "retry_delay_ms, timeout_ms, idempotency_key} in their order. action and compensation: "
            KL_EFFECT_DOC ". They get the inputs of the saga and of the step, values of earlier results "
            "(inputs_from: {input: \"step_id.path\"}), idempotency_key, and `saga` with saga_id, "
            "step_id, results and, for a compensation, result"},
    {.name = "saga_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what start gave"},
    {.name = "step_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "step_complete, step_failed: the step"},
    {.name = "result", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "step_complete: what it gave, for later steps"},
    {.name = "error", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "step_failed: the reason"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "start: what all steps and compensations get"},
};
static const kl_param coordinator_config[] = {
    KL_EFFECT_PARAMS,
    KL_RECORDS_PARAM("log"),
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param coordinator_outputs[] = {
    {.name = "saga_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "a UUID"},
    {.name = "status", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "executing, completed, compensating, failed, aborting, aborted, compensation_failed"},
    {.name = "completed_steps", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "ids in the order they were completed"},
    {.name = "failed_step", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "id, or null"},
    {.name = "compensation_results", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .flags = KL_OPTIONAL,
     .doc = "{step_id, compensation_type, status, attempts, result or error}, the last step first. "
            "compensation_type is action, custom (done elsewhere) or none (there is no compensation)"},
    {.name = "results", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "of a saga that does steps itself: what they gave, by id"},
    {.name = "error", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "of such a saga: why the failed step failed, or null"},
    {.name = "recovered", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "recover: {saga_id, status}, or {saga_id, error} where going on failed"},
    {.name = "sagas", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "list: {saga_id, status}"},
};

/* ---- SagaStepNode -------------------------------------------------------------------------------- */

enum { T_STEP_ID, T_SAGA_ID, T_ACTION, T_OPERATION, T_COMPENSATION, T_INPUTS, T_RETRIES, T_DELAY,
       T_TIMEOUT, T_LOG, T_DATABASE, T_SCOPE };

static const char *const step_words[] = {"execute", "compensate", NULL};

typedef struct step_job {
    kl_node_call *call;
    kl_value definition; /* borrowed */
    const char *what;    /* "action" or "compensation" */
    kl_value key;        /* string */
    kl_time begin;
} step_job;

static bool compensates(const kl_node_call *call)
{
    return kl_text_is(kl_as_text(call->args[T_OPERATION]), "compensate");
}

static int64_t took_ms(const step_job *job)
{
    return (kl_clock_now() - job->begin) / KL_MILLISECOND;
}

static kl_status give_step(kl_value *out, const step_job *job, kl_value result, bool replayed,
                           kl_error *error)
{
    bool undone = compensates(job->call);
    kl_build m = kl_build_begin(0, error);
    kl_build_bool(&m, "compensation_available", !undone);
    kl_build_int(&m, "execution_time_ms", took_ms(job));
    kl_build_share(&m, "step_result", result);
    kl_build_string(&m, "step_status", undone ? "compensated" : "completed");
    if (replayed)
        kl_build_bool(&m, "replayed", true);
    return kl_build_end(out, &m);
}

/* {action_type, params, status}: what a definition says of itself, and what came of it. */
static kl_status result_of(kl_value *out, const step_job *job, const kl_effect_outcome *outcome,
                           kl_error *error)
{
    static const char *const names[] = {"type", "node", "callback", "endpoint"};
    kl_value type = kl_is(job->definition, KL_KIND_STRING) && outcome ? job->definition : kl_null();
    kl_value params = kl_map_get(job->definition, KL_TEXT("params"));
    for (size_t i = 0; i < KL_COUNT(names) && kl_is_null(type); i++)
        type = kl_map_get(job->definition, kl_text_from(names[i]));
    kl_build m = kl_build_begin(0, error);
    if (kl_is(type, KL_KIND_STRING))
        kl_build_share(&m, "action_type", type);
    else
        kl_build_string(&m, "action_type", "custom");
    kl_build_put(&m, "params", kl_is_null(params) ? kl_map_empty() : kl_value_retain(params));
    kl_build_string(&m, "status", "ok");
    if (outcome) {
        kl_build_share(&m, "result", outcome->result);
        kl_build_int(&m, "attempts", outcome->attempts);
    }
    return kl_build_end(out, &m);
}

static kl_status step_inputs(kl_value *out, const step_job *job, kl_error *error)
{
    const kl_value *args = job->call->args;
    kl_value context = kl_null();
    kl_build c = kl_build_begin(0, error);
    kl_build_share(&c, "saga_id", args[T_SAGA_ID]);
    kl_build_share(&c, "step_id", args[T_STEP_ID]);
    KL_TRY(kl_build_end(&context, &c));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "saga", context);
    kl_build_share(&m, "idempotency_key", job->key);
    if (m.status == KL_OK)
        m.status = kl_map_merge(&m.map, args[T_INPUTS], error);
    if (m.status != KL_OK)
        kl_value_release(m.map);
    return kl_build_end(out, &m);
}

static kl_status run_step(kl_effect_outcome *outcome, const step_job *job, kl_error *error)
{
    const kl_value *args = job->call->args;
    kl_value inputs;
    kl_effect_policy policy = {
        .max_retries = kl_as_int(args[T_RETRIES]),
        .delay = kl_as_int(args[T_DELAY]) * KL_MILLISECOND,
        .timeout = kl_as_int(args[T_TIMEOUT]) * KL_MILLISECOND,
    };
    KL_TRY(step_inputs(&inputs, job, error));
    kl_status status = kl_effect_run(outcome, job->definition, inputs, &policy, job->call, job->what,
                                     error);
    kl_value_release(inputs);
    if (status != KL_OK || outcome->done)
        return status;
    status = kl_node_failed(error, "%s of step '%.*s' failed (attempts: %lld): %s", job->what,
                            KL_TEXT_ARG(kl_as_text(args[T_STEP_ID])), (long long)outcome->attempts,
                            kl_as_text(outcome->reason).data);
    kl_effect_outcome_clear(outcome);
    return status;
}

/* Do it, unless the log says that it was done under this key. */
static kl_status do_step(kl_value *out, const step_job *job, kl_error *error)
{
    const kl_value *args = job->call->args;
    kl_value place = kl_is_null(args[T_LOG]) ? args[T_DATABASE] : args[T_LOG], result = kl_null();
    kl_records *records = NULL;
    kl_effect_outcome outcome;
    int64_t version = 0;
    bool replayed = false;
    if (!kl_is_null(place)) {
        KL_TRY(kl_records_of(&records, "saga_step", job->call, args[T_SCOPE], place, error));
        KL_TRY(kl_record_read(&result, &version, records, kl_as_text(job->key), error));
        replayed = version > 0;
    }
    kl_status status = replayed ? KL_OK : run_step(&outcome, job, error);
    if (status == KL_OK && !replayed) {
        status = result_of(&result, job, &outcome, error);
        kl_effect_outcome_clear(&outcome);
        if (status == KL_OK && records)
            status = kl_record_write(records, kl_as_text(job->key), 0, result, true, error);
    }
    if (status == KL_OK)
        status = give_step(out, job, result, replayed, error);
    kl_value_release(result);
    return status;
}

/* A compensation that is done elsewhere; an action that is. */
static kl_status record_step(kl_value *out, const step_job *job, kl_error *error)
{
    kl_value result = kl_null();
    if (compensates(job->call) && kl_is_null(job->definition)) {
        kl_build m = kl_build_begin(0, error);
        kl_build_string(&m, "compensation_type", "custom");
        kl_build_string(&m, "status", "compensated");
        KL_TRY(kl_build_end(&result, &m));
    } else {
        KL_TRY(result_of(&result, job, NULL, error));
    }
    kl_status status = give_step(out, job, result, false, error);
    kl_value_release(result);
    return status;
}

static kl_status make_key(step_job *job, kl_error *error)
{
    const kl_value *args = job->call->args;
    return kl_string_format(&job->key, error, "%.*s:%.*s:%s", KL_TEXT_ARG(kl_as_text(args[T_SAGA_ID])),
                            KL_TEXT_ARG(kl_as_text(args[T_STEP_ID])), job->what);
}

static kl_status step_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    bool undoes = compensates(call), effect;
    kl_error own = KL_ERROR_INIT;
    step_job job = {.call = call, .key = kl_null(), .begin = kl_clock_now(),
                    .definition = call->args[undoes ? T_COMPENSATION : T_ACTION],
                    .what = undoes ? "compensation" : "action"};
    kl_status status = make_key(&job, &own);
    if (status == KL_OK)
        status = kl_effect_check(&effect, job.definition, call->registry, job.what, &own);
    if (status == KL_OK)
        status = effect ? do_step(out, &job, &own) : record_step(out, &job, &own);
    kl_value_release(job.key);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param step_inputs_table[] = {
    {.name = "step_id", .kind = KL_KIND_STRING, .doc = "of the step"},
    {.name = "saga_id", .kind = KL_KIND_STRING, .doc = "of its saga"},
    {.name = "action", .kind = KL_KIND_ANY,
     .doc = KL_EFFECT_DOC " and is only recorded here"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = step_words, .fallback = "\"execute\"",
     .doc = "execute the action or compensate it"},
    {.name = "compensation", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what compensate does, told like the action"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what it gets beside idempotency_key and `saga`"},
};
static const kl_param step_config[] = {
    KL_EFFECT_PARAMS,
    KL_RECORDS_PARAM("log"),
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param step_outputs[] = {
    {.name = "step_status", .kind = KL_KIND_STRING, .doc = "completed or compensated"},
    {.name = "step_result", .kind = KL_KIND_MAP,
     .doc = "{action_type, params, status}, and result and attempts of what was done here"},
    {.name = "compensation_available", .kind = KL_KIND_BOOL, .doc = "true behind an execution"},
    {.name = "execution_time_ms", .kind = KL_KIND_INT, .doc = "milliseconds it took"},
    {.name = "replayed", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "true when the log says that it was done before; then nothing is done again"},
};

static const kl_node_type types[] = {
    {
        .name = "SagaCoordinatorNode",
        .category = "Transactions",
        .doc = "Does the steps of a saga one after the other, and undoes them in reverse when one "
               "fails; with a log it goes on after a crash.",
        .inputs = KL_TABLE(coordinator_inputs),
        .config = KL_TABLE(coordinator_config),
        .outputs = KL_TABLE(coordinator_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = coordinator_run,
    },
    {
        .name = "SagaStepNode",
        .category = "Transactions",
        .doc = "Does one step of a saga, or undoes it.",
        .inputs = KL_TABLE(step_inputs_table),
        .config = KL_TABLE(step_config),
        .outputs = KL_TABLE(step_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = step_run,
    },
};

static const kl_node_family sagas = {.name = "sagas", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(sagas);
