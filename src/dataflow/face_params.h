/* src/dataflow/face_params.h - the parameters of methods, one macro each: with a comma behind, so
 * that a head, a tenant and a tail can stand side by side. Included by files that have methods. */
#ifndef KL_DATAFLOW_FACE_PARAMS_H
#define KL_DATAFLOW_FACE_PARAMS_H

#include "aggregate.h"
#include "filter.h"
#include "scope.h"

#define P_MODEL {.name = "model_name", .kind = KL_KIND_STRING, .doc = "name of a registered model"},
#define P_DATA                                                                                     \
    {.name = "data", .kind = KL_KIND_MAP, .flags = KL_DECIMALS, .doc = "values by field"},
#define P_ID                                                                                       \
    {.name = "id", .kind = KL_KIND_ANY, .doc = "the primary key of a row"},
#define P_ITEMS                                                                                    \
    {.name = "items", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_DECIMALS,            \
     .doc = "rows, as values by field"},
#define P_RECORDS                                                                                  \
    {.name = "records", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_DECIMALS,          \
     .doc = "rows, as values by field"},
#define P_FILTERS_FLAGGED(word, more)                                                              \
    {.name = word, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_condition_type,      \
     .flags = KL_OPTIONAL | (more), .doc = "conditions that all must hold; None = all rows"},
#define P_FILTERS P_FILTERS_FLAGGED("filters", 0)
#define P_FILTER P_FILTERS_FLAGGED("filter", 0)
#define P_NEEDED_FILTER                                                                            \
    {.name = "filter", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_condition_type,  \
     .doc = "conditions that all must hold, at least one"},
#define P_UPDATES                                                                                  \
    {.name = "updates", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_DECIMALS,                   \
     .doc = "new values by field"},
#define P_DELETED(more)                                                                            \
    {.name = "include_deleted", .kind = KL_KIND_BOOL, .fallback = "false", .flags = (more),        \
     .doc = "with the rows that are softly deleted"},
#define P_ORDER(more)                                                                              \
    {.name = "order_by", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | (more),                    \
     .doc = "the field to sort by; \"-field\" = descending"},                                      \
        {.name = "order_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | (more),               \
         .doc = "asc or desc, in either case; None = asc"},
#define P_LIMITS(more)                                                                             \
    {.name = "limit", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | (more),                          \
     .doc = "at most so many rows; None = all"},                                                   \
        {.name = "offset", .kind = KL_KIND_INT, .flags = KL_OPTIONAL | (more),                     \
         .doc = "rows to leave out first"},
#define P_GROUP {.name = "group_by", .kind = KL_KIND_STRING, .doc = "the field that makes groups"},
#define P_GROUPS                                                                                   \
    {.name = "group_by", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                            \
     .doc = "the fields that make groups; none = one group of all"},
#define P_FIELD {.name = "field", .kind = KL_KIND_STRING, .doc = "the field to add up"},
#define P_SPECS                                                                                    \
    {.name = "specs", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_aggregate_type,   \
     .doc = "what to compute"},
#define P_CONFLICT                                                                                 \
    {.name = "conflict_columns", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                    \
     .flags = KL_OPTIONAL,                                                                         \
     .doc = "fields by which a row is found again, together unique; None = the primary key"},
#define P_REQUIRED                                                                                 \
    {.name = "required_fields", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                     \
     .doc = "fields that must have a value which the caller may see"},
#define P_TENANT {.name = "tenant_id", .kind = KL_KIND_STRING, .doc = "for which tenant"},
#define P_KEYWORD_TENANT                                                                           \
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,          \
     .doc = "for which tenant"},
#define P_VALIDATE                                                                                 \
    {.name = "validate", .kind = KL_KIND_BOOL,                                                     \
     .doc = "refuse values that are not of the type of their field"},
#define P_SCOPE_FLAGGED(more)                                                                      \
    {.name = "scope", .kind = KL_KIND_OBJECT, .type = &kl_write_scope_type, .flags = (more),       \
     .doc = "for which tenant, and at which level"},
#define P_SCOPE P_SCOPE_FLAGGED(0)
#define P_LOCK                                                                                     \
    {.name = "for_update", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,    \
     .doc = "nobody else changes it until this transaction ends; not in SQLite"},

#endif
