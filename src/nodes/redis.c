/* src/nodes/redis.c - RedisCommandNode and RedisPubSubNode. */
#include "mode.h"
#include "outside.h"
#include "redis_access.h"

#include <stdio.h>
#include <strings.h>

/* ---- RedisCommandNode ---------------------------------------------------------------------------- */

enum { COMMAND, ARGS, COMMANDS, TRANSACTION, RAISE, COMMAND_REDIS };

static const kl_param command_inputs[] = {
    {.name = "command", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of a command, in any case; required unless there are commands"},
    {.name = "args", .kind = KL_KIND_ARRAY, .fallback = "[]",
     .doc = "its arguments: texts, bytes, numbers, bools"},
    {.name = "commands", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "instead of command: many commands that are sent at once, each a list [name, argument, "
            "...] or a dict {command, args}; the result is the list of their answers"},
};
static const kl_param command_config[] = {
    {.name = "transaction", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "run the commands as one, with nobody's commands in between (MULTI and EXEC)"},
    {.name = "raise_on_error", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "fail when one of the commands is refused; else its answer is {\"error\": message}"},
    KL_REDIS_CONFIG("registry"),
};
static const kl_param command_outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY,
     .doc = "the answer: text (bytes when it is not UTF-8), number, list, dict or null"},
};

static kl_status check_scalar(kl_value word, const char *where, size_t index, kl_error *error)
{
    char place[64];
    kl_kind kind = kl_value_kind(word);
    if (kind != KL_KIND_NULL && kind < KL_KIND_ARRAY)
        return KL_OK;
    snprintf(place, sizeof place, "%s[%zu]", where, index);
    return kl_node_bad(error, place, "expected string or scalar, got %s", kl_value_kind_name(word));
}

/* Commands that change a connection, which the next command of another node would get. */
static kl_status check_name(kl_text name, bool alone, kl_error *error)
{
    static const struct {
        const char *name, *instead;
        bool always;
    } rows[] = {
        {"subscribe", "use RedisPubSubNode", true},
        {"psubscribe", "use RedisPubSubNode", true},
        {"ssubscribe", "use RedisPubSubNode", true},
        {"monitor", "its answer never ends", true},
        {"sync", "its answer never ends", true},
        {"psync", "its answer never ends", true},
        {"multi", "give `commands` with transaction: true", true},
        {"exec", "give `commands` with transaction: true", true},
        {"discard", "give `commands` with transaction: true", true},
        {"select", "it would count for this call alone; name the database in the url", false},
        {"watch", "it would count for this call alone; a script (EVAL) does as much", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if ((alone || rows[i].always) && strlen(rows[i].name) == name.len &&
            strncasecmp(rows[i].name, name.data, name.len) == 0)
            return kl_node_bad(error, alone ? "command" : "commands", "%.*s is not for this node: %s",
                               KL_TEXT_ARG(name), rows[i].instead);
    return KL_OK;
}

/* [name, argument ...] of a name and a list of arguments; given. */
static kl_status join_words(kl_value *out, kl_value name, kl_value args, kl_error *error)
{
    kl_value words;
    size_t count = kl_array_len(args);
    KL_TRY(kl_array_new(&words, count + 1, error));
    kl_status status = kl_array_push(&words, kl_value_retain(name), error);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push(&words, kl_value_retain(kl_array_at(args, i)), error);
    if (status == KL_OK)
        *out = words;
    else
        kl_value_release(words);
    return status;
}

static kl_status run_alone(kl_value *out, kl_node_call *call, kl_redis_access *access,
                           kl_error *error)
{
    kl_value words, result, args = call->args[ARGS];
    if (kl_is_null(call->args[COMMAND]))
        return kl_node_missing(error, "command");
    if (!access->store)
        KL_TRY(check_name(kl_as_text(call->args[COMMAND]), true, error));
    for (size_t i = 0; i < kl_array_len(args); i++)
        KL_TRY(check_scalar(kl_array_at(args, i), "args", i, error));
    KL_TRY(join_words(&words, call->args[COMMAND], args, error));
    kl_status status = kl_redis_access_run(&result, access, kl_array_items(words),
                                           kl_array_len(words), 0, error);
    kl_value_release(words);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

/* One of the commands, as [name, argument ...]; given. */
static kl_status read_command(kl_value *out, kl_value item, size_t index, bool in_store,
                              kl_error *error)
{
    char place[32];
    kl_value name = kl_map_get(item, KL_TEXT("command")), args = kl_map_get(item, KL_TEXT("args"));
    snprintf(place, sizeof place, "commands[%zu]", index);
    if (kl_is(item, KL_KIND_MAP) && (kl_is_null(args) || kl_is(args, KL_KIND_ARRAY))) {
        KL_TRY(join_words(out, name, args, error));
    } else if (kl_is(item, KL_KIND_ARRAY)) {
        name = kl_array_at(item, 0);
        *out = kl_value_retain(item);
    } else {
        return kl_node_bad(error, place, "expected a list [name, argument, ...] or a dict {command, "
                                         "args}, got %s",
                           kl_value_kind_name(item));
    }
    kl_status status = kl_is(name, KL_KIND_STRING)
                           ? in_store ? KL_OK : check_name(kl_as_text(name), false, error)
                           : kl_node_bad(error, place, "expected the name of a command, got %s",
                                         kl_value_kind_name(name));
    for (size_t i = 1; status == KL_OK && i < kl_array_len(*out); i++)
        status = check_scalar(kl_array_at(*out, i), place, i, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status read_commands(kl_value *out, kl_value given, bool in_store, kl_error *error)
{
    kl_value list, words;
    size_t count = kl_array_len(given);
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        status = read_command(&words, kl_array_at(given, i), i, in_store, error);
        if (status == KL_OK)
            status = kl_array_push(&list, words, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status run_many(kl_value *out, kl_node_call *call, kl_redis_access *access,
                          kl_error *error)
{
    kl_value commands, answers;
    size_t refused;
    KL_TRY(read_commands(&commands, call->args[COMMANDS], access->store != NULL, error));
    kl_status status = kl_redis_access_run_all(&answers, &refused, access, commands,
                                               kl_as_bool(call->args[TRANSACTION]), error);
    kl_value_release(commands);
    KL_TRY(status);
    if (refused != SIZE_MAX && kl_as_bool(call->args[RAISE])) {
        kl_value message = kl_map_get(kl_array_at(answers, refused), KL_TEXT("error"));
        kl_node_failed(error, "commands[%zu]: %s", refused, kl_as_text(message).data);
        kl_value_release(answers);
        return KL_FAILED;
    }
    return kl_node_result(out, "result", answers, error);
}

static kl_status command_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_redis_access access;
    if (!kl_is_null(call->args[COMMANDS]) && !kl_is_null(call->args[COMMAND]))
        return kl_node_bad(error, "commands", "expected either command or commands, got both");
    KL_TRY(kl_redis_access_begin(&access, call, call->args + COMMAND_REDIS, error));
    return kl_is_null(call->args[COMMANDS]) ? run_alone(out, call, &access, error)
                                            : run_many(out, call, &access, error);
}

/* ---- RedisPubSubNode ----------------------------------------------------------------------------- */

enum { CHANNEL, MESSAGE, OPERATION, COUNT, PUBSUB_REDIS };

static const char *const pubsub_operations[] = {"publish", "subscribe", "psubscribe", NULL};

static const kl_param pubsub_inputs[] = {
    {.name = "channel", .kind = KL_KIND_ANY,
     .doc = "name of a channel; subscribe and psubscribe also take a list of names or patterns"},
    {.name = "message", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what to publish: text or bytes as they are, anything else as JSON"},
};
static const kl_param pubsub_config[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = pubsub_operations,
     .fallback = "\"publish\"",
     .doc = "publish: send a message; subscribe: wait for messages of channels; psubscribe: of "
            "channels that match patterns (* ? [a-z])"},
    {.name = "count", .kind = KL_KIND_COUNT, .fallback = "1", .range = KL_RANGE(1, 100000),
     .doc = "messages to wait for; what has come when timeout_ms are over is the result"},
    KL_REDIS_CONFIG("registry"),
};
static const kl_param pubsub_outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY,
     .doc = "how many received the message; or the messages that came: a list of dicts {channel, "
            "message}, and pattern"},
};

static kl_status publish(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_redis_access access;
    kl_value words[3], result;
    if (!kl_is(call->args[CHANNEL], KL_KIND_STRING) && !kl_is(call->args[CHANNEL], KL_KIND_BYTES))
        return kl_node_bad(error, "channel", "expected string, got %s",
                           kl_value_kind_name(call->args[CHANNEL]));
    KL_TRY(kl_redis_access_begin(&access, call, call->args + PUBSUB_REDIS, error));
    KL_TRY(kl_string_new(&words[0], KL_TEXT("PUBLISH"), error));
    words[1] = call->args[CHANNEL];
    kl_status status = kl_outside_text(&words[2], call->args[MESSAGE], error);
    if (status == KL_OK) {
        status = kl_redis_access_run(&result, &access, words, 3, 0, error);
        kl_value_release(words[2]);
    }
    kl_value_release(words[0]);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

/* One name or a list of names as a list; given. */
static kl_status read_names(kl_value *out, kl_value channel, kl_error *error)
{
    kl_value list;
    if (kl_is(channel, KL_KIND_STRING)) {
        KL_TRY(kl_array_new(&list, 1, error));
        KL_TRY(kl_array_push(&list, kl_value_retain(channel), error));
        *out = list;
        return KL_OK;
    }
    bool good = kl_array_len(channel) > 0;
    for (size_t i = 0; i < kl_array_len(channel); i++)
        good = good && kl_is(kl_array_at(channel, i), KL_KIND_STRING);
    if (!good)
        return kl_node_bad(error, "channel", "expected string or non-empty list of strings, got %s",
                           kl_value_kind_name(channel));
    *out = kl_value_retain(channel);
    return KL_OK;
}

static kl_status listen(kl_value *out, kl_node_call *call, bool are_patterns, kl_error *error)
{
    kl_redis_access access;
    kl_value names, messages;
    KL_TRY(kl_redis_access_begin(&access, call, call->args + PUBSUB_REDIS, error));
    KL_TRY(read_names(&names, call->args[CHANNEL], error));
    kl_status status = kl_redis_access_listen(&messages, &access, names, are_patterns,
                                              (size_t)kl_as_int(call->args[COUNT]),
                                              access.timeout_ms, error);
    kl_value_release(names);
    return status == KL_OK ? kl_node_result(out, "result", messages, error) : status;
}

static kl_status subscribe(kl_value *out, kl_node_call *call, kl_error *error)
{
    return listen(out, call, false, error);
}

static kl_status psubscribe(kl_value *out, kl_node_call *call, kl_error *error)
{
    return listen(out, call, true, error);
}

static const kl_mode pubsub_rows[] = {
    {"publish", "message", publish},
    {"subscribe", "", subscribe},
    {"psubscribe", "", psubscribe},
};

static kl_status pubsub_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, pubsub_rows, KL_COUNT(pubsub_rows), call->args[OPERATION], call, error);
}

static const kl_node_type types[] = {
    {
        .name = "RedisCommandNode",
        .category = "Brokers",
        .doc = "Runs Redis commands on a server or on a store within the process.",
        .inputs = KL_TABLE(command_inputs),
        .config = KL_TABLE(command_config),
        .outputs = KL_TABLE(command_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = command_run,
    },
    {
        .name = "RedisPubSubNode",
        .category = "Brokers",
        .doc = "Publishes messages to Redis channels and waits for those of others.",
        .inputs = KL_TABLE(pubsub_inputs),
        .config = KL_TABLE(pubsub_config),
        .outputs = KL_TABLE(pubsub_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = pubsub_run,
    },
};

static const kl_node_family redis = {.name = "redis", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(redis);
