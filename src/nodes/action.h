/* src/nodes/action.h - a node that another node runs: a step of a saga, what a batch does with each
 * item. It is told as the name of a type, a registered callback's too, or as a map
 * {"type": NAME, "config": {...}}; `node` and `type_name` are other words for `type`. */
#ifndef KL_NODES_ACTION_H
#define KL_NODES_ACTION_H

#include "kailash/node.h"
#include "kailash/time.h"

typedef struct kl_action kl_action;

/* What a row says of such a key. */
#define KL_ACTION_DOC                                                                              \
    "name of a node type or of a registered callback, or a dict {type, config} of one"

/*
 * Build it with the types of `registry` (NULL: the built-in ones), so that faults of its config are
 * found; the message begins with `where`, as "node" or "steps[2].action". `*out` is given.
 */
KL_API kl_status kl_action_new(kl_action **out, kl_value definition, kl_registry *registry,
                               const char *where, kl_error *error);
/* The same while `call` runs, with its types: what is wrong is a failure of its node. */
KL_API kl_status kl_action_new_for(kl_action **out, kl_value definition, const kl_node_call *call,
                                   const char *where, kl_error *error);
KL_API void kl_action_free(kl_action *action);

/* Run it on `inputs` (a map or null) as part of the run of `call`. `*out` is given: its outputs.
 * Any thread may do so, several at once. */
KL_API kl_status kl_action_run(kl_value *out, kl_action *action, const kl_node_call *call,
                               kl_value inputs, kl_error *error);
/* The same with a bound on its time: KL_TIMEOUT, and what it was doing is left behind. 0 = none. */
KL_API kl_status kl_action_run_within(kl_value *out, kl_action *action, const kl_node_call *call,
                                      kl_value inputs, kl_duration limit, kl_error *error);

#endif
