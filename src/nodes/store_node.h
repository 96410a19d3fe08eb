/* src/nodes/store_node.h - what the nodes of embedded stores share: their outputs and their errors. */
#ifndef KL_NODES_STORE_NODE_H
#define KL_NODES_STORE_NODE_H

#include "kailash/node.h"

/* The map {success, result, count} with the pairs of `extra`; `result` is borrowed. */
kl_status kl_store_outputs(kl_value *out, kl_value result, size_t count, kl_value extra,
                           kl_error *error);

/* What a store said, in the words of a node; `why` is taken. */
kl_status kl_store_error(kl_error *error, kl_error *why);

#endif
