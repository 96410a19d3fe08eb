/* src/nodes/inner.h - a workflow that runs inside a node. */
#ifndef KL_NODES_INNER_H
#define KL_NODES_INNER_H

#include "kailash/node.h"
#include "kailash/time.h"
#include "kailash/workflow.h"

/*
 * Run it to its end: as part of the run of `call`, whose limits and end it shares, or with a runtime
 * for this one time when the node is run alone. `inputs` go to all its root nodes, `own` maps a node
 * to what it alone gets (or null). `*results` is given: node id -> outputs. Any thread may do so,
 * several at once for one call.
 */
kl_status kl_inner_run(kl_value *results, const kl_node_call *call, kl_workflow *workflow,
                       kl_value inputs, kl_value own, kl_error *error);
/* The same with a bound on its time (KL_TIMEOUT); 0 = as long as the outer run. */
kl_status kl_inner_run_within(kl_value *results, const kl_node_call *call, kl_workflow *workflow,
                              kl_value inputs, kl_value own, kl_duration limit, kl_error *error);

#endif
