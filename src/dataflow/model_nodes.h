/* src/dataflow/model_nodes.h - the eleven node types of each model. */
#ifndef KL_DATAFLOW_MODEL_NODES_H
#define KL_DATAFLOW_MODEL_NODES_H

#include "database.h"
#include "kailash/workflow.h"

/* Add the node types of all models: CreateUser and UserCreateNode are one. Those that are there
 * already, of the same model of the same database, stay. */
KL_API kl_status kl_dataflow_register_nodes(kl_dataflow *dataflow, kl_registry *registry,
                                            kl_error *error);

#endif
