/* src/nodes/filter.c - FilterNode: the rows of a list that match a condition. */
#include "expression.h"
#include "operation.h"

enum { DATA, EXPRESSION };

/* The condition of the config, compiled when the workflow was built. */
typedef struct filter_state {
    kl_value expression;
    kl_condition *condition;
} filter_state;

static void filter_dispose(void *data)
{
    filter_state *state = data;
    kl_value_release(state->expression);
    kl_condition_free(state->condition);
    kl_free(state);
}

static kl_status filter_prepare(void **out, kl_value config, kl_error *error)
{
    const kl_value *expression = kl_map_find(config, KL_TEXT("expression"));
    *out = NULL;
    if (!expression)
        return KL_OK;
    filter_state *state = kl_alloc_zero(1, sizeof *state);
    if (!state)
        return kl_error_no_memory(error);
    kl_status status = kl_node_condition(&state->condition, *expression, error);
    if (status != KL_OK) {
        kl_free(state);
        return status;
    }
    state->expression = kl_value_retain(*expression);
    *out = state;
    return KL_OK;
}

/* {filtered, count, dropped_count}; `kept` is taken. */
static kl_status give(kl_value *out, kl_value kept, size_t total, kl_error *error)
{
    size_t count = kl_array_len(kept);
    kl_value map;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK) {
        kl_value_release(kept);
        return status;
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("filtered"), kept, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("dropped_count"), kl_int((int64_t)(total - count)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* As long as all rows match there is nothing to build: then the list itself is the result. */
static kl_status filter_rows(kl_value *out, kl_value rows, const kl_condition *condition,
                             kl_work *work, kl_error *error)
{
    size_t same = 0, count = kl_array_len(rows);
    for (bool matches = true; matches && same < count; same += matches)
        KL_TRY(kl_condition_test(&matches, condition, kl_array_at(rows, same), work, error));
    if (same == count) {
        *out = kl_value_retain(rows);
        return KL_OK;
    }
    kl_value kept;
    KL_TRY(kl_array_slice(&kept, rows, 0, same, error));
    kl_status status = kl_condition_select(&kept, condition, rows, same + 1, work, error);
    if (status == KL_OK)
        *out = kept;
    else
        kl_value_release(kept);
    return status;
}

static kl_status filter_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    filter_state *state = call->state;
    kl_value rows = call->args[DATA], expression = call->args[EXPRESSION], kept;
    kl_work work = kl_node_work(call);
    bool prepared = state && state->expression.as.payload == expression.as.payload;
    kl_condition *condition = prepared ? state->condition : NULL;
    if (!prepared)
        KL_TRY(kl_node_condition(&condition, expression, error));
    void *token = kl_node_long_begin(kl_array_len(rows));
    kl_status status = filter_rows(&kept, rows, condition, &work, error);
    kl_node_long_end(token);
    if (!prepared)
        kl_condition_free(condition);
    return status == KL_OK ? give(out, kept, kl_array_len(rows), error) : status;
}

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ARRAY, .doc = "The rows; what is no dict never matches."},
    {.name = "expression",
     .kind = KL_KIND_MAP,
     .doc = "{field, op, value}, {and: [...]}, {or: [...]} or {not: {...}}; op is one of equals, "
            "not_equals, contains, gt, gte, lt, lte, regex, in_list; field is a dotted path."},
};
static const kl_param outputs[] = {
    {.name = "filtered", .kind = KL_KIND_ARRAY, .doc = "The rows that match, in order."},
    {.name = "count", .kind = KL_KIND_INT, .doc = "How many match."},
    {.name = "dropped_count", .kind = KL_KIND_INT, .doc = "How many do not."},
};

static const kl_node_type types[] = {
    {
        .name = "FilterNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = filter_run,
        .prepare = filter_prepare,
        .dispose = filter_dispose,
        .doc = "Keeps the rows that match a condition; copies none. Numbers compare by value, "
               "strings by code point, and never one with the other.",
    },
};

static const kl_node_family filter_nodes = {.name = "filter", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(filter_nodes);
