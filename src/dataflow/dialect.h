/* src/dataflow/dialect.h - in what the databases differ: names, column types, values.
 *
 * A value has two forms: that of the caller (a bool, an RFC 3339 text, a map) and that of the
 * column (0 or 1, a DATETIME text, JSON text). kl_column_bind() and kl_column_read() are the only
 * places that know both.
 */
#ifndef KL_DATAFLOW_DIALECT_H
#define KL_DATAFLOW_DIALECT_H

#include "buffer.h"
#include "model.h"
#include "store/sql.h"

/* Append a name in quotes: "x", or `x` for MySQL. The name was checked. */
KL_API kl_status kl_put_identifier(kl_buffer *out, kl_text name, kl_sql_dialect dialect,
                                   kl_error *error);

/* ---- DDL
 * ------------------------------------------------------------------------------------------ */

struct kl_table;
/* The type of a column as DDL names it: "BIGINT", "VARCHAR(255)". Static text. */
KL_API const char *kl_column_sql_type(const struct kl_table *table, const kl_column *column);
/* Append what stands for a column in CREATE TABLE and ADD COLUMN: `"name" TEXT NOT NULL`. */
KL_API kl_status kl_put_column(kl_buffer *out, const struct kl_table *table,
                               const kl_column *column, kl_error *error);
/* The statements that make a table and its indexes, an array of strings; given. */
KL_API kl_status kl_table_ddl(kl_value *out, const struct kl_table *table, kl_error *error);

/* ---- values
 * --------------------------------------------------------------------------------------- */

/* What is written for `value` in a column; given. KL_TYPE and KL_INVALID as section 2.2 of the
 * contract says, before any SQL. */
KL_API kl_status kl_column_bind(kl_value *out, const struct kl_table *table,
                                const kl_column *column, kl_value value, kl_error *error);
/* What the caller sees for what was read; `value` is taken, also on failure. */
KL_API kl_status kl_column_read(kl_value *out, const struct kl_table *table,
                                const kl_column *column, kl_value value, kl_error *error);
/* Now, as timestamps are told: UTC, RFC 3339 with nine digits and +00:00; given. */
KL_API kl_status kl_timestamp_now(kl_value *out, kl_error *error);

#endif
