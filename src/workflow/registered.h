/* src/workflow/registered.h - node types of other rooms that belong to one registry: the rows of a
 * database's models, say. */
#ifndef KL_WORKFLOW_REGISTERED_H
#define KL_WORKFLOW_REGISTERED_H

#include "kailash/workflow.h"

/*
 * Add a type. What `row` points to lies in `owner` (borrowed), which lives as long as the registry
 * and the workflows that were built with it. KL_INVALID when the name is taken, KL_STATE while a
 * Runtime made from this registry lives.
 */
KL_API kl_status kl_registry_add_type(kl_registry *registry, const kl_node_type *row,
                                      kl_object *owner, kl_error *error);
/* The owner of a type that was added so, by its name; given. NULL when there is none. */
KL_API kl_object *kl_registry_owner(kl_registry *registry, kl_text name);
/* The owner of the type that a call is of; borrowed. Only for types that were added so. */
KL_API kl_object *kl_node_owner(const kl_node_call *call);

/* The inputs that the user gave: those of the outermost run; borrowed. Null when a node is run
 * alone. What a nested run gets is made of data, and may say anything. */
KL_API kl_value kl_run_given_inputs(const kl_run *run);

#endif
