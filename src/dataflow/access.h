/* src/dataflow/access.h - who may touch which rows, and see which columns: asked by all operations. */
#ifndef KL_DATAFLOW_ACCESS_H
#define KL_DATAFLOW_ACCESS_H

#include "statement.h"

/* What an operation does to rows. */
typedef enum kl_access {
    KL_ACCESS_READ,      /* or changes those that are there */
    KL_ACCESS_INSERT,    /* needs a level for rows of a classified model */
    KL_ACCESS_AGGREGATE, /* refused for a classified model */
} kl_access;

/* TenantRequiredError, RowClassificationRequiredError, RowClassifiedAggregateRefusedError. */
KL_API kl_status kl_access_check(const kl_data_session *session, const kl_table *table,
                                 kl_access access, kl_error *error);

/* What the predicates of a statement depend on beside the table. */
enum { KL_SCOPE_LIVE = 1 /* without rows that are softly deleted */ };

/* The predicates of tenant, level and soft deletion, their values bound at once. */
KL_API kl_status kl_put_scope(kl_statement *statement, uint32_t scope, kl_error *error);
/* The same in a plan. `table_name` stands in front of the columns ("" = nothing does). */
KL_API kl_status kl_draft_scope(kl_plan_draft *draft, uint32_t scope, kl_error *error);

/* Rank that a column asks for, 0 to 5; what is not declared counts by the settings. */
KL_API int kl_column_rank(const kl_data_session *session, const kl_table *table, size_t column);
KL_API bool kl_column_is_hidden(const kl_data_session *session, const kl_table *table,
                                size_t column);
/* Whether the caller may not see all columns of a table. */
KL_API bool kl_has_hidden_columns(const kl_data_session *session, const kl_table *table);
/* RuntimeError unless a query may refer to the column: in WHERE, GROUP BY, ORDER BY, aggregates. */
KL_API kl_status kl_check_reference(const kl_data_session *session, const kl_table *table,
                                    size_t column, kl_error *error);

/* What the caller sees of a value that is hidden; `value` is taken, also on failure. */
KL_API kl_status kl_column_mask(kl_value *out, const kl_table *table, size_t column, kl_value value,
                                kl_error *error);

/* A row (taken, also on failure) as the caller may see it. */
KL_API kl_status kl_mask_row(kl_value *out, const kl_data_session *session, const kl_table *table,
                             kl_value row, kl_error *error);
/* Run a text that gives all columns of the table; rows come as the caller may see them, what is above
 * the clearance masked. Given. */
KL_API kl_status kl_read_rows(kl_value *rows, kl_data_session *session, const kl_table *table,
                              kl_text text, const kl_value *values, size_t count, kl_error *error);
/* The same for one row; null when there is none. */
KL_API kl_status kl_read_row(kl_value *row, kl_data_session *session, const kl_table *table,
                             kl_text text, const kl_value *values, size_t count, kl_error *error);

/* "<method> failed: invalid filter operator: ..." */
KL_API kl_status kl_refuse_filter(const kl_data_session *session, kl_error *error,
                                  const char *format, ...) KL_PRINTF(3, 4);
/* "<method> failed: not found: ..." */
KL_API kl_status kl_refuse_missing(const kl_data_session *session, kl_error *error,
                                   const char *format, ...) KL_PRINTF(3, 4);
/* "... unknown column in WHAT (len=2+h=...)" as kl_data_refuse() tells it. */
KL_API kl_status kl_refuse_column(const kl_data_session *session, const char *what, kl_text name,
                                  kl_error *error);
#endif
