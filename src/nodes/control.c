/* src/nodes/control.c - nodes that wait, choose and fan out. */
#include "buffer.h"
#include "value_text.h"
#include "kailash/json.h"
#include "kailash/node.h"

/* Set a pair whose value comes from the caller: shared, not copied. */
static kl_status set_shared(kl_value *map, const char *key, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(key), kl_value_retain(value), error);
}

/* ---- WaitNode ---------------------------------------------------------------------------------- */

static const kl_param wait_inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "handed on after the wait"},
    {.name = "duration_ms", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "how long to wait, in milliseconds"},
};
static const kl_param wait_outputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "what came in, or null"},
};

static kl_status wait_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    int64_t milliseconds = kl_as_int(call->args[1]);
    if (milliseconds > 0)
        KL_TRY(kl_run_wait(call->run, (double)milliseconds / 1e3, error));
    return kl_node_result(out, "data", kl_value_retain(call->args[0]), error);
}

/* ---- ConditionalNode --------------------------------------------------------------------------- */

static const kl_param conditional_inputs[] = {
    {.name = "condition", .kind = KL_KIND_ANY,
     .doc = "true unless null, false, 0, 0.0 or empty; text is not read as an expression"},
    {.name = "if_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "result when true"},
    {.name = "else_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "result when false"},
};
static const kl_param conditional_outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "the chosen value; null when it is not given"},
};

static kl_status conditional_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value chosen = call->args[kl_value_truthy(call->args[0]) ? 1 : 2];
    return kl_node_result(out, "result", kl_value_retain(chosen), error);
}

/* ---- SwitchNode -------------------------------------------------------------------------------- */

enum { SWITCH_CONDITION, SWITCH_DATA, SWITCH_CASES, SWITCH_DEFAULT };

static const kl_param switch_inputs[] = {
    {.name = "condition", .kind = KL_KIND_ANY,
     .doc = "what the cases are looked up with, as text: 1, 1.5, true, null; others as JSON"},
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "handed to the branch"},
};
static const kl_param switch_config[] = {
    {.name = "cases", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .fallback = "{}",
     .doc = "text of the condition -> name of the branch"},
    {.name = "default_branch", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "branch when no case matches; without it that is an error"},
};
static const kl_param switch_outputs[] = {
    {.name = "matched", .kind = KL_KIND_STRING, .doc = "name of the branch taken"},
    {.name = "data", .kind = KL_KIND_ANY, .doc = "the data, or null"},
    {.name = "case_default", .kind = KL_KIND_ANY,
     .doc = "the data, when the default branch is taken; a matching case gives case_TEXT instead"},
};

/* The condition as the keys of the cases are written; given. */
static kl_status condition_text(kl_value *out, kl_value condition, kl_error *error)
{
    if (kl_is(condition, KL_KIND_STRING)) {
        *out = kl_value_retain(condition);
        return KL_OK;
    }
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = kl_value_write(&text, condition, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* Bytes of a condition that a message shows. */
enum { SHOWN_MAX = 200 };

static kl_status no_case(kl_value condition, kl_error *error)
{
    kl_value shown;
    KL_TRY(kl_json_print(&shown, condition, &kl_json_spaced, error));
    kl_text text = kl_as_text(shown);
    if (text.len > SHOWN_MAX)
        for (text.len = SHOWN_MAX; ((unsigned char)text.data[text.len] & 0xC0) == 0x80;)
            text.len--; /* whole characters only */
    kl_node_failed(error, "no matching case for condition '%.*s' and no default branch configured",
                   KL_TEXT_ARG(text));
    kl_value_release(shown);
    return KL_FAILED;
}

/* "case_TEXT", or "case_default"; given. */
static kl_status branch_port(kl_value *out, bool is_case, kl_value text, kl_error *error)
{
    kl_buffer name = KL_BUFFER_INIT;
    kl_buffer_string(&name, "case_");
    kl_buffer_add(&name, is_case ? kl_as_text(text) : KL_TEXT("default"));
    return kl_buffer_finish(out, &name, error);
}

static kl_status switch_result(kl_value *out, kl_value matched, kl_value port, kl_value data,
                               kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(set_shared(&map, "matched", matched, error));
    KL_TRY_OUT(set_shared(&map, "data", data, error));
    KL_TRY_OUT(kl_map_set_key(&map, port, kl_value_retain(data), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status switch_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value text, port = kl_null();
    kl_status status;
    KL_TRY(condition_text(&text, call->args[SWITCH_CONDITION], error));
    const kl_value *found = kl_map_find(call->args[SWITCH_CASES], kl_as_text(text));
    kl_value matched = found ? *found : call->args[SWITCH_DEFAULT];
    if (kl_is_null(matched)) {
        status = no_case(call->args[SWITCH_CONDITION], error);
        goto out;
    }
    KL_TRY_OUT(branch_port(&port, found != NULL, text, error));
    status = switch_result(out, matched, port, call->args[SWITCH_DATA], error);
out:
    kl_value_release(text);
    kl_value_release(port);
    return status;
}

/* ---- ParallelNode ------------------------------------------------------------------------------ */

static const kl_param parallel_inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "handed to every branch"},
};
static const kl_param parallel_config[] = {
    {.name = "branches", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .fallback = "[]",
     .doc = "names of the branches"},
};
static const kl_param parallel_outputs[] = {
    {.name = "results", .kind = KL_KIND_MAP, .doc = "name of each branch -> the data"},
};

static kl_status parallel_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value results, branches = call->args[1];
    size_t count = kl_array_len(branches);
    KL_TRY(kl_map_new(&results, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_map_set_key(&results, kl_array_at(branches, i),
                                          kl_value_retain(call->args[0]), error);
        if (status != KL_OK) {
            kl_value_release(results);
            return status;
        }
    }
    return kl_node_result(out, "results", results, error);
}

/* ---- ErrorHandlerNode -------------------------------------------------------------------------- */

enum { HANDLER_DATA, HANDLER_FALLBACK, HANDLER_ERROR };

static const kl_param handler_inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "the result when it is there"},
    {.name = "fallback_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "the result when data is null"},
    {.name = "error", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what went wrong before: a text or a dict"},
};
static const kl_param handler_outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "data, else fallback_value, else null"},
    {.name = "error", .kind = KL_KIND_ANY, .doc = "the error that came in, or null"},
};

static kl_status handler_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value failure = call->args[HANDLER_ERROR];
    if (!kl_is_null(failure) && !kl_is(failure, KL_KIND_STRING) && !kl_is(failure, KL_KIND_MAP))
        return kl_node_bad_value(error, "error", "string or object", failure);
    bool has_data = !kl_is_null(call->args[HANDLER_DATA]);
    kl_value map, result = call->args[has_data ? HANDLER_DATA : HANDLER_FALLBACK];
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(set_shared(&map, "result", result, error));
    KL_TRY_OUT(set_shared(&map, "error", failure, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- the rows ---------------------------------------------------------------------------------- */

static const kl_node_type types[] = {
    {
        .name = "WaitNode",
        .category = "Control",
        .doc = "Waits, then hands its data on. A stopped run or a time limit ends the wait.",
        .inputs = KL_TABLE(wait_inputs),
        .outputs = KL_TABLE(wait_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = wait_run,
    },
    {
        .name = "ConditionalNode",
        .category = "Control",
        .doc = "Chooses one of two values.",
        .inputs = KL_TABLE(conditional_inputs),
        .outputs = KL_TABLE(conditional_outputs),
        .run = conditional_run,
    },
    {
        .name = "SwitchNode",
        .category = "Control",
        .doc = "Looks a condition up in its cases and hands the data to the branch found.",
        .inputs = KL_TABLE(switch_inputs),
        .config = KL_TABLE(switch_config),
        .outputs = KL_TABLE(switch_outputs),
        .run = switch_run,
    },
    {
        .name = "ParallelNode",
        .category = "Control",
        .doc = "Hands the same data to several named branches.",
        .inputs = KL_TABLE(parallel_inputs),
        .config = KL_TABLE(parallel_config),
        .outputs = KL_TABLE(parallel_outputs),
        .run = parallel_run,
    },
    {
        .name = "ErrorHandlerNode",
        .category = "Control",
        .doc = "Gives a fallback when there is no data, and carries the error along.",
        .inputs = KL_TABLE(handler_inputs),
        .outputs = KL_TABLE(handler_outputs),
        .run = handler_run,
    },
};

static const kl_node_family control = {.name = "control", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(control);
