/* src/dataflow/retention_run.h - what enforcing a retention policy shares with the holds that limit it. */
#ifndef KL_DATAFLOW_RETENTION_RUN_H
#define KL_DATAFLOW_RETENTION_RUN_H

#include "dataflow.h"

/* The LegalHolds of a model: an array, or null; given. */
kl_value kl_dataflow_holds(kl_dataflow *dataflow, kl_text model);

#endif
