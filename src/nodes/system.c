/* src/nodes/system.c - nodes that pass data on. */
#include "kailash/node.h"

static kl_status noop_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    (void)error;
    *out = kl_value_retain(call->inputs);
    return KL_OK;
}

static const kl_node_type types[] = {
    {
        .name = "NoOpNode",
        .category = "System",
        .flags = KL_NODE_OPEN,
        .run = noop_run,
        .doc = "Gives back its config and inputs unchanged.",
    },
    {.name = "HandlerNode", .alias_of = "NoOpNode"},
};

static const kl_node_family system_nodes = {.name = "system", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(system_nodes);
