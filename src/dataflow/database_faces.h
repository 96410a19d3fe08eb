/* src/dataflow/database_faces.h - the methods by which a DataFlow leads to its rows: Express,
 * transactions. Rows for the table in database_methods.c. */
#ifndef KL_DATAFLOW_DATABASE_FACES_H
#define KL_DATAFLOW_DATABASE_FACES_H

#include "cache_stats.h"
#include "express.h"
#include "transaction.h"

kl_call kl_dataflow_get_express, kl_dataflow_call_transaction,
    kl_dataflow_call_transaction_with_tenant, kl_dataflow_call_register_nodes, kl_dataflow_call_cache_stats,
    kl_dataflow_call_clear_cache;
extern const kl_param kl_dataflow_tenant_param[1], kl_dataflow_registry_param[1];

#define KL_DATAFLOW_FACE_METHODS                                                                   \
    {.name = "express", .call = kl_dataflow_get_express, .flags = KL_PROPERTY,                     \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_express_type,                                  \
     .doc = "Rows by one call each: a new object on the same connections and models."},            \
    {.name = "transaction", .call = kl_dataflow_call_transaction, .flags = KL_BLOCKING,            \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_transaction_type,                              \
     .raises = "DataFlowDatabaseError", .doc = "Begin a transaction, on a connection of its own."}, \
    {.name = "transaction_with_tenant", .call = kl_dataflow_call_transaction_with_tenant,          \
     .params = KL_TABLE(kl_dataflow_tenant_param), .flags = KL_BLOCKING,                           \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_transaction_type,                              \
     .raises = "RuntimeError, DataFlowDatabaseError",                                              \
     .doc = "The same, all of whose calls are for one tenant."},                                   \
    {.name = "register_nodes", .call = kl_dataflow_call_register_nodes,                            \
     .params = KL_TABLE(kl_dataflow_registry_param), .returns = KL_KIND_NONE,                      \
     .raises = "RuntimeError, ValueError",                                                         \
     .doc = "Adds eleven node types for each model: CreateUser, ReadUser, UpdateUser, DeleteUser, " \
            "ListUser, CountUser, UpsertUser, BulkCreateUser ..., also by the names "              \
            "UserCreateNode and so on. Rows of a multi-tenant model need __tenant_id__ among the "  \
            "inputs of the workflow."},                                                            \
    {.name = "query_cache_stats", .call = kl_dataflow_call_cache_stats, .returns = KL_KIND_OBJECT, \
     .returns_type = &kl_query_cache_stats_type,                                                   \
     .doc = "How the query cache fares; all zero when enable_query_cache is off."},                \
    {.name = "clear_query_cache", .call = kl_dataflow_call_clear_cache, .returns = KL_KIND_NONE,   \
     .doc = "Forgets the results that the query cache holds."}

#endif
