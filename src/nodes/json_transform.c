/* src/nodes/json_transform.c - JSONTransformNode: JMESPath over any value. */
#include "expression.h"
#include "operation.h"

enum { DATA, EXPRESSION };

/* The expression of the config is compiled when the workflow is built, so that its faults show
 * there; `state` is that expression. */
static kl_status transform_prepare(void **out, kl_value config, kl_error *error)
{
    const kl_value *expression = kl_map_find(config, KL_TEXT("expression"));
    *out = NULL;
    if (!expression || !kl_is(*expression, KL_KIND_STRING))
        return KL_OK; /* a wrong kind is refused when the node runs */
    kl_jmespath *compiled;
    KL_TRY(kl_node_jmespath(&compiled, *expression, error));
    *out = compiled;
    return KL_OK;
}

static void transform_dispose(void *state) { kl_jmespath_release(state); }

/* The prepared expression counts only when no input replaced it; the cache finds the others. */
static kl_status transform_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    kl_value result, data = call->args[DATA];
    kl_jmespath *compiled;
    KL_TRY(kl_node_jmespath(&compiled, call->args[EXPRESSION], error));
    void *token = kl_node_long_begin(kl_value_len(data));
    kl_status status = kl_node_search(&result, compiled, data, &work, error);
    kl_node_long_end(token);
    kl_jmespath_release(compiled);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "What the expression is applied to."},
    {.name = "expression", .kind = KL_KIND_STRING,
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
