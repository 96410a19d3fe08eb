/* src/nodes/secret_targets.h - where a new secret goes: files, lines of an environment file, nodes. */
#ifndef KL_NODES_SECRET_TARGETS_H
#define KL_NODES_SECRET_TARGETS_H

#include "kailash/node.h"

/* Check a list of targets; the message names the entry. */
kl_status kl_secret_targets_check(kl_value targets, kl_error *error);
/* Write `secret` to each, in order; stops at the first that fails. `written` (an array) gets a text
 * for each. `facts` is what a node as target gets besides: a map. */
kl_status kl_secret_targets_write(kl_value *written, kl_value targets, kl_value secret,
                                  kl_value facts, const kl_node_call *call, kl_error *error);

#endif
