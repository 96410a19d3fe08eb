/* src/dataflow/engine.h - DataFlowEngine: a database whose records pass rules, whose statements are counted
 * and, when asked for, whose classified fields are watched. */
#ifndef KL_DATAFLOW_ENGINE_H
#define KL_DATAFLOW_ENGINE_H

#include "database.h"

extern KL_API const kl_type kl_engine_type;         /* DataFlowEngine */
extern KL_API const kl_type kl_engine_builder_type; /* DataFlowEngineBuilder */

/* What an engine is to be. All zero with a URL: counting only. */
typedef struct kl_engine_options {
    kl_text url;
    int64_t slow_ms;
    kl_value window; /* a ClassificationMigrationWindow, or null */
    int mask_from;   /* -1 = fields are masked as in any DataFlow */
    bool validates, audits, auto_migrate;
} kl_engine_options;

/* A database with what the options ask for; given. */
KL_API kl_status kl_engine_database(kl_dataflow **out, const kl_engine_options *options,
                                    kl_error *error);
/* The same as a DataFlowEngine; given. */
kl_status kl_engine_new(kl_value *out, const kl_engine_options *options, kl_error *error);


/* A DataFlowEngineBuilder of a URL (a string); given. */
kl_status kl_engine_builder_new(kl_value *out, kl_value url, kl_error *error);

#endif
