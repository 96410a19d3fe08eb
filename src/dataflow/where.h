/* src/dataflow/where.h - conditions become SQL: FilterConditions and filter objects alike. */
#ifndef KL_DATAFLOW_WHERE_H
#define KL_DATAFLOW_WHERE_H

#include "statement.h"

/* Levels of &, | and ~, of $and, $or and $not. */
enum { KL_FILTER_DEPTH_MAX = 32 };

/* What was found among the conditions of a caller. */
typedef struct kl_where_found {
    size_t conditions; /* those that say something beside the tenant */
    bool foreign_tenant; /* one asks for another tenant than the caller's */
} kl_where_found;

/*
 * Append the conditions, joined by AND: `filters` is an array of FilterCondition, a filter object
 * or null. `found` may be NULL. KL_FAILED "<method> failed: invalid filter operator: ..." for what
 * cannot be a condition.
 */
KL_API kl_status kl_put_filters(kl_statement *statement, kl_value filters, kl_where_found *found,
                                kl_error *error);

#endif
