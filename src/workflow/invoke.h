/* src/workflow/invoke.h - from a row and a map of inputs to a call. */
#ifndef KL_WORKFLOW_INVOKE_H
#define KL_WORKFLOW_INVOKE_H

#include "kailash/node.h"
#include "retry_policy.h"

/* Parameters a row may have in all. */
enum { KL_NODE_ARGS_MAX = 64 };

/* Fill `args` (borrowed values) from call->inputs; the errors are those of a node. */
kl_status kl_node_check(kl_value *args, const kl_node_call *call, kl_error *error);
/* Check what stands in the config of a node that is being built; a reason without prefix. */
kl_status kl_node_check_config(const kl_node_type *type, kl_value config, kl_error *error);
/* The same, and what prepare() makes of it. */
kl_status kl_node_prepare(void **state, const kl_node_type *type, kl_value config,
                          kl_registry *registry, kl_error *error);
/* Check, then run. */
kl_status kl_node_invoke(kl_value *out, kl_node_call *call, kl_error *error);
/* The same, and again as often as `policy` (NULL: never) says, unless the run of the call ends. */
kl_status kl_node_invoke_with(kl_value *out, kl_node_call *call, const retry_policy *policy,
                              kl_error *error);

#endif
