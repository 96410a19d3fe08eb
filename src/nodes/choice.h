/* src/nodes/choice.h - node types whose word (`operation`) chooses a function of the whole call.
 *
 * Unlike the operations of operation.h these share the keys of the node and give outputs of their
 * own; a row tells which keys it cannot do without.
 */
#ifndef KL_NODES_CHOICE_H
#define KL_NODES_CHOICE_H

#include "kailash/node.h"

typedef struct kl_choice {
    const char *word;
    kl_status (*run)(kl_value *out, kl_node_call *call, kl_error *error);
    uint64_t needs; /* bits of the arguments that must not be null: KL_NEEDS(KEY) | ... */
} kl_choice;

#define KL_NEEDS(argument) (UINT64_C(1) << (argument))

/* Run the row of `word`, which the table of the node has checked to be one. */
kl_status kl_choice_run(kl_value *out, const kl_choice *rows, size_t count, kl_value word,
                        kl_node_call *call, kl_error *error);

/* Name of argument `index` of a node type. */
const char *kl_node_arg_name(const kl_node_type *type, size_t index);

#endif
