/* src/nodes/json_transform.c - JSONTransformNode: JMESPath over any value. */
#include "expression.h"
#include "operation.h"

enum { DATA, EXPRESSION };

/* The expression of the config, compiled when the workflow was built, so that its faults show
 * there. */
typedef struct transform_state {
    kl_value expression;
    kl_jmespath *compiled;
} transform_state;

static void transform_dispose(void *data)
{
    transform_state *state = data;
    kl_value_release(state->expression);
    kl_jmespath_release(state->compiled);
    kl_free(state);
}

static kl_status transform_prepare(void **out, kl_value config, kl_error *error)
{
    const kl_value *expression = kl_map_find(config, KL_TEXT("expression"));
    *out = NULL;
    if (!expression || !kl_is(*expression, KL_KIND_STRING))
        return KL_OK; /* a wrong kind is refused when the node runs */
    transform_state *state = kl_alloc_zero(1, sizeof *state);
    if (!state)
        return kl_error_no_memory(error);
    kl_status status = kl_node_jmespath(&state->compiled, *expression, error);
    if (status != KL_OK) {
        kl_free(state);
        return status;
    }
    state->expression = kl_value_retain(*expression);
    *out = state;
    return KL_OK;
}

static kl_status transform_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    transform_state *state = call->state;
    kl_value result, data = call->args[DATA], expression = call->args[EXPRESSION];
    kl_work work = kl_node_work(call);
    kl_jmespath *compiled;
    if (state && state->expression.as.payload == expression.as.payload)
        compiled = kl_jmespath_retain(state->compiled);
    else
        KL_TRY(kl_node_jmespath(&compiled, expression, error));
    void *token = kl_node_long_begin(kl_value_len(data));
    kl_status status = kl_node_search(&result, compiled, data, &work, error);
    kl_node_long_end(token);
    kl_jmespath_release(compiled);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "What the expression is applied to."},
    {.name = "expression",
     .kind = KL_KIND_STRING,
     .doc = "JMESPath. A number may also be a segment (people.0.name); \"\" is the whole data. < "
            "<= > >= compare two numbers or two strings."},
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "What was found; null when nothing was."},
};

static const kl_node_type types[] = {
    {
        .name = "JSONTransformNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = transform_run,
        .prepare = transform_prepare,
        .dispose = transform_dispose,
        .doc = "Picks and reshapes data with a JMESPath expression.",
    },
};

static const kl_node_family json_transform_nodes = {.name = "json_transform",
                                                    .types = KL_TABLE(types)};
KL_PUBLISH_NODES(json_transform_nodes);
