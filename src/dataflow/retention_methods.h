/* src/dataflow/retention_methods.h - the methods by which a DataFlow lets old rows go. Rows for the table in
 * database_methods.c. */
#ifndef KL_DATAFLOW_RETENTION_METHODS_H
#define KL_DATAFLOW_RETENTION_METHODS_H

#include "retention.h"

kl_call kl_dataflow_enforce_retention, kl_dataflow_add_hold, kl_dataflow_release_hold,
    kl_dataflow_list_holds;
extern const kl_param kl_retention_params[5], kl_hold_params[2], kl_hold_id_params[2],
    kl_hold_model_param[1];

#define KL_DATAFLOW_RETENTION_METHODS                                                              \
    {.name = "enforce_retention", .call = kl_dataflow_enforce_retention,                           \
     .params = KL_TABLE(kl_retention_params), .flags = KL_BLOCKING, .returns = KL_KIND_MAP,        \
     .raises = "RuntimeError, ValueError, TenantRequiredError, DataFlowDatabaseError",             \
     .doc = "Removes the rows of a model that are too old or too many, for good and in one "       \
            "transaction: {\"deleted\": rows that left the table, \"archived\": how many of them " \
            "were copied before}. Soft-deleted rows count as any other; rows under a legal hold, " \
            "without a timestamp, of another tenant or above the caller's clearance stay."},       \
    {.name = "add_legal_hold", .call = kl_dataflow_add_hold, .params = KL_TABLE(kl_hold_params),   \
     .returns = KL_KIND_NONE, .raises = "RuntimeError, ValueError",                                \
     .doc = "Keeps enforce_retention() from the rows of a model whose integer primary key lies "   \
            "from start_seq to end_seq. Holds are kept by this object, not by the database: add "  \
            "them again after a restart. ValueError when the model has a hold of that id."},       \
    {.name = "release_legal_hold", .call = kl_dataflow_release_hold,                               \
     .params = KL_TABLE(kl_hold_id_params), .returns = KL_KIND_BOOL,                               \
     .doc = "Ends a hold; whether there was one."},                                                \
    {.name = "legal_holds", .call = kl_dataflow_list_holds,                                        \
     .params = KL_TABLE(kl_hold_model_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,    \
     .returns_type = &kl_legal_hold_type, .doc = "The holds of a model, in the order they came."}

#endif
