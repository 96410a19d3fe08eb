/* src/nodes/merge.c - MergeNode: brings what arrives over several connections together. */
#include "kailash/node.h"

#include <stdio.h>

static const char *const strategies[] = {"map", "gather", "deep", "concat", "first", NULL};

enum { INPUTS, STRATEGY };

static const kl_param inputs[] = {
    {.name = "inputs", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_MANY,
     .doc = "values of all its connections, in the order of the edges; any other port works too, "
            "with one value each"},
};
static const kl_param config[] = {
    {.name = "strategy", .kind = KL_KIND_ENUM, .names = strategies, .fallback = "\"map\"",
     .doc = "map: port -> value, config included; gather: the same with the list of all values at "
            "`inputs`; deep: dicts joined level by level, the later winning; concat: lists "
            "end to end; first: the first value that is not null"},
};
static const kl_param outputs[] = {
    {.name = "merged", .kind = KL_KIND_ANY, .doc = "what the strategy made of the inputs"},
};

/* ---- all that arrived, in one list -------------------------------------------------------------- */

/* What the port `inputs` gathered: a list of all edges' values, or null when no edge leads there. */
static kl_value gathered(const kl_node_call *call)
{
    return kl_map_get(call->gathered, KL_TEXT("inputs"));
}

/* One function for each value: `name` is the port it came by, for messages. */
typedef kl_status visit_value(void *data, const char *name, kl_value value, kl_error *error);

/* A list of values that came through `inputs`, one by one. */
static kl_status visit_list(kl_value list, visit_value *visit, void *data, kl_error *error)
{
    char name[48];
    for (size_t i = 0; i < kl_array_len(list); i++) {
        snprintf(name, sizeof name, "inputs[%zu]", i);
        KL_TRY(visit(data, name, kl_array_at(list, i), error));
    }
    return KL_OK;
}

static kl_status visit_all(const kl_node_call *call, visit_value *visit, void *data, kl_error *error)
{
    kl_value many = gathered(call);
    for (size_t i = 0, len = kl_map_len(call->inputs); i < len; i++) {
        kl_text key = kl_map_key_at(call->inputs, i);
        kl_value value = kl_map_value_at(call->inputs, i);
        if (kl_text_is(key, "strategy"))
            continue;
        if (kl_text_is(key, "inputs") && !kl_is_null(many))
            KL_TRY(visit_list(many, visit, data, error));
        else
            KL_TRY(visit(data, key.data, value, error));
    }
    return KL_OK;
}

/* ---- the strategies ------------------------------------------------------------------------------ */

static kl_status merge_gather(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value map = kl_value_retain(call->inputs), many = kl_value_retain(gathered(call));
    const kl_value *given = kl_map_find(call->inputs, KL_TEXT("inputs"));
    kl_status status = kl_map_remove(&map, KL_TEXT("strategy"), error);
    if (status == KL_OK && kl_is_null(many) && given && !kl_is(*given, KL_KIND_ARRAY)) {
        status = kl_array_new(&many, 1, error); /* a single value, from the config or a caller */
        if (status == KL_OK)
            status = kl_array_push(&many, kl_value_retain(*given), error);
    }
    if (status == KL_OK && !kl_is_null(many))
        status = kl_map_set(&map, KL_TEXT("inputs"), kl_value_take(&many), error);
    kl_value_release(many);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

/* Levels that are joined; what lies deeper is replaced as a whole. */
enum { DEEP_MAX = 128 };

/* `from` over `*into`: dicts are joined key by key, everything else is replaced. */
static kl_status join(kl_value *into, kl_value from, int depth, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(from); i < len; i++) {
        kl_value key = kl_map_key_value_at(from, i), value = kl_map_value_at(from, i);
        kl_value old = kl_map_get(*into, kl_as_text(key));
        if (depth == DEEP_MAX || !kl_is(old, KL_KIND_MAP) || !kl_is(value, KL_KIND_MAP)) {
            KL_TRY(kl_map_set_key(into, key, kl_value_retain(value), error));
            continue;
        }
        kl_value inner = kl_value_retain(old);
        kl_status status = join(&inner, value, depth + 1, error);
        if (status != KL_OK) {
            kl_value_release(inner);
            return status;
        }
        KL_TRY(kl_map_set_key(into, key, inner, error));
    }
    return KL_OK;
}

static kl_status join_one(void *data, const char *name, kl_value value, kl_error *error)
{
    if (kl_is_null(value))
        return KL_OK;
    if (!kl_is(value, KL_KIND_MAP))
        return kl_node_bad_value(error, name, "object", value);
    return join(data, value, 0, error);
}

static kl_status concat_one(void *data, const char *name, kl_value value, kl_error *error)
{
    kl_value *list = data;
    size_t len = kl_array_len(value);
    if (kl_is_null(value))
        return KL_OK;
    if (!kl_is(value, KL_KIND_ARRAY))
        return kl_node_bad_value(error, name, "array", value);
    if (len > KL_NODE_LIST_MAX - kl_array_len(*list))
        return kl_node_limit(error, "list", KL_NODE_LIST_MAX, "items");
    for (size_t i = 0; i < len; i++)
        KL_TRY(kl_array_push(list, kl_value_retain(kl_array_at(value, i)), error));
    return KL_OK;
}

static kl_status keep_first(void *data, const char *name, kl_value value, kl_error *error)
{
    kl_value *first = data;
    (void)name;
    (void)error;
    if (kl_is_null(*first))
        *first = kl_value_retain(value);
    return KL_OK;
}

static kl_status merge_by(kl_value *out, kl_node_call *call, visit_value *visit, kl_value start,
                          kl_error *error)
{
    kl_value merged = start;
    kl_status status = visit_all(call, visit, &merged, error);
    if (status != KL_OK) {
        kl_value_release(merged);
        return status;
    }
    *out = merged;
    return KL_OK;
}

static kl_status merge(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_text strategy = kl_as_text(call->args[STRATEGY]);
    kl_value start;
    if (kl_text_is(strategy, "gather"))
        return merge_gather(out, call, error);
    if (kl_text_is(strategy, "first"))
        return merge_by(out, call, keep_first, kl_null(), error);
    if (kl_text_is(strategy, "deep")) {
        KL_TRY(kl_map_new(&start, 8, error));
        return merge_by(out, call, join_one, start, error);
    }
    if (kl_text_is(strategy, "concat")) {
        KL_TRY(kl_array_new(&start, 8, error));
        return merge_by(out, call, concat_one, start, error);
    }
    *out = kl_value_retain(call->inputs);
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value merged;
    KL_TRY(merge(&merged, call, error));
    return kl_node_result(out, "merged", merged, error);
}

static const kl_node_type types[] = {
    {
        .name = "MergeNode",
        .category = "Control",
        .doc = "Brings what arrives over several connections together.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_OPEN,
        .run = run,
    },
};

static const kl_node_family merging = {.name = "merge", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(merging);
