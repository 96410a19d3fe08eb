/* src/nodes/families.h - the list of node families: a new file of nodes is one line here and one
 * in families.c. */
#ifndef KL_NODES_FAMILIES_H
#define KL_NODES_FAMILIES_H

#include "kailash/node.h"

extern const kl_node_family kl_system_nodes;

#endif
