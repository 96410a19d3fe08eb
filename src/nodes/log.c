/* src/nodes/log.c - LogNode: writes a log record and hands its data on. */
#include "kailash/json.h"
#include "kailash/log.h"
#include "kailash/node.h"

static const char *const levels[] = {"trace", "debug", "info", "warn", "error", NULL};

enum { DATA, MESSAGE, LEVEL };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "handed on, and written with the record"},
    {.name = "message", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "text of the record; other values are written as JSON"},
};
static const kl_param config[] = {
    {.name = "level", .kind = KL_KIND_ENUM, .names = levels, .fallback = "\"info\"",
     .doc = "level of the record"},
};
static const kl_param outputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "the data, when it was given"},
};

/* The text of the record; given. */
static kl_status message_of(kl_value *out, kl_value message, kl_error *error)
{
    if (kl_is_null(message))
        return kl_string_from_valid(out, KL_TEXT(""), error);
    if (kl_is(message, KL_KIND_STRING)) {
        *out = kl_value_retain(message);
        return KL_OK;
    }
    return kl_json_print(out, message, &kl_json_plain, error);
}

/* What stands beside the text: which node speaks, and its data when there is any; given. */
static kl_status fields_of(kl_value *out, const kl_node_call *call, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("node_id"), kl_text_from(call->node_id), error));
    if (kl_node_given(call, DATA))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("data"), kl_value_retain(call->args[DATA]), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status write_record(const kl_node_call *call, kl_log_level level, kl_error *error)
{
    kl_value message, fields;
    KL_TRY(message_of(&message, call->args[MESSAGE], error));
    kl_status status = fields_of(&fields, call, error);
    if (status == KL_OK) {
        kl_log_write(level, "kailash.nodes.log", fields, "%.*s", KL_TEXT_ARG(kl_as_text(message)));
        kl_value_release(fields);
    }
    kl_value_release(message);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_log_level level;
    KL_TRY(kl_log_level_of(&level, kl_as_text(call->args[LEVEL]), error));
    if (kl_log_enabled(level))
        KL_TRY(write_record(call, level, error));
    if (kl_node_given(call, DATA))
        return kl_node_result(out, "data", kl_value_retain(call->args[DATA]), error);
    return kl_map_new(out, 0, error);
}

static const kl_node_type types[] = {
    {
        .name = "LogNode",
        .category = "System",
        .doc = "Writes a log record and hands its data on.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family logging = {.name = "log", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(logging);
