/* src/nodes/expression.h - conditions and JMESPath expressions as inputs of nodes: compiled when
 * the workflow is built, when they stand in the config, and refused the way nodes refuse inputs. */
#ifndef KL_NODES_EXPRESSION_H
#define KL_NODES_EXPRESSION_H

#include "condition.h"
#include "jmespath.h"
#include "kailash/node.h"

/* The condition in input `expression`; given. */
kl_status kl_node_condition(kl_condition **out, kl_value expression, kl_error *error);

/* The JMESPath in input `expression`, numbers being segments too; given. "" is the whole data. */
kl_status kl_node_jmespath(kl_jmespath **out, kl_value expression, kl_error *error);
/* Apply it. */
kl_status kl_node_search(kl_value *out, const kl_jmespath *expression, kl_value data, kl_work *work,
                         kl_error *error);

#endif
