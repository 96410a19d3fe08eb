/* src/dataflow/sql_tenant.h - an SQL statement, kept to the rows of one tenant. */
#ifndef KL_DATAFLOW_SQL_TENANT_H
#define KL_DATAFLOW_SQL_TENANT_H

#include "sql_token.h"
#include "kailash/value.h"

typedef struct kl_sql_tenant {
    kl_text tenant;   /* its id */
    kl_text column;   /* the one that has it in every table: an identifier without quotes */
    unsigned readers; /* SQL_BY_...: whose SQL it is; the text must mean the same to all of them */
    bool only_reads;  /* refuse what changes rows */
} kl_sql_tenant;

/*
 * Rewrite one statement so that it reads and changes rows of the tenant only. `*out` is a map, given:
 *   sql              the statement, with placeholders for the tenant, of the kind that it uses
 *   params           their values, in the order in which they stand
 *   param_positions  where they stand among all values; only when they do not come last
 *   param_names      their names; only when the statement names its values
 *   dropped_params   places of values (before the others come in) that stand no more in the statement
 * KL_FAILED names what was not understood, with its position: nothing is guessed.
 */
KL_API kl_status kl_sql_tenant_scope(kl_value *out, kl_text sql, const kl_sql_tenant *tenant, kl_error *error);

#endif
