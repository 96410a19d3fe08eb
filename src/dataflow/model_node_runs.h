/* src/dataflow/model_node_runs.h - what the nodes of a model do. */
#ifndef KL_DATAFLOW_MODEL_NODE_RUNS_H
#define KL_DATAFLOW_MODEL_NODE_RUNS_H

#include "database.h"

/* The input that says for which tenant a workflow runs. */
#define KL_TENANT_INPUT "__tenant_id__"
/* The input that says at which level a workflow writes the rows of row-classified models. */
#define KL_LEVEL_INPUT "__classification__"

typedef struct kl_model_node_call {
    kl_data_session *session;
    const kl_table *table;
    const kl_value *args; /* in the order of the kind's inputs */
    kl_value inputs;      /* all of them, by name */
} kl_model_node_call;

typedef kl_status kl_model_node_run(kl_value *out, const kl_model_node_call *call, kl_error *error);

/* A kind of nodes that every model has. */
typedef struct kl_model_node_kind {
    const char *word;   /* "Create" */
    const char *method; /* what errors of the operation are told by */
    kl_model_node_run *run;
    const kl_param *inputs;
    size_t input_count;
    const kl_param *outputs;
    size_t output_count;
    bool takes_fields; /* values by field are inputs too */
    const char *doc;
} kl_model_node_kind;

kl_model_node_run kl_node_create, kl_node_read, kl_node_update, kl_node_delete, kl_node_list,
    kl_node_count, kl_node_upsert, kl_node_bulk_create, kl_node_bulk_update, kl_node_bulk_delete,
    kl_node_bulk_upsert;

#endif
