/* src/workflow/node_lint.h - faults in rows of node types; kl_nodes_lint() stands on it. */
#ifndef KL_WORKFLOW_NODE_LINT_H
#define KL_WORKFLOW_NODE_LINT_H

#include "kailash/node.h"
#include "reflect/lint.h"

/* All rows of a list: each by itself, then names that stand twice and aliases of nothing. */
KL_API void kl_lint_nodes(kl_lint *lint, const kl_node_type *const *rows, size_t count);

#endif
