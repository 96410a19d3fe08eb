/* src/nodes/stopping.h - how work and watches of other rooms learn that a node is to stop. */
#ifndef KL_NODES_STOPPING_H
#define KL_NODES_STOPPING_H

#include "kailash/node.h"

/* Both take a kl_run* (or NULL) as data. */

/* Whether the run was stopped or its time is over; from any thread. */
bool kl_node_is_stopped(void *run);
/* The same as KL_CANCELLED, or KL_INTERRUPTED when the user interrupts; on the thread of the node. */
kl_status kl_node_check_run(void *run, kl_error *error);

#endif
