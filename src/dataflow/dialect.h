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

struct kl_table;

/* Append a name in quotes: "x", or `x` for MySQL. The name was checked. */
KL_API void kl_put_identifier(kl_buffer *out, kl_text name, kl_sql_dialect dialect);

/* ---- DDL --------------------------------------------------------------------------------------- */

/* The type of a column as DDL names it: "BIGINT", "VARCHAR(255)". Static text. */
KL_API const char *kl_column_sql_type(const struct kl_table *table, const kl_column *column);
/* Append what stands for a column in CREATE TABLE and ADD COLUMN: `"name" TEXT NOT NULL`. */
KL_API void kl_put_column(kl_buffer *out, const struct kl_table *table, const kl_column *column);
/* Name of the index of a column, idx_<table>_<column>, within the length that databases take; given. */
KL_API kl_status kl_index_name(kl_value *out, kl_text table, kl_text column, kl_error *error);
/* The statement that makes it, without IF NOT EXISTS on MySQL; given. */
KL_API kl_status kl_index_ddl(kl_value *out, const struct kl_table *table, const kl_column *column,
                              kl_error *error);
/* The statements that make a table and its indexes unless they are there, an array of strings; given.
 * On MySQL indexes are made with the table only. */
KL_API kl_status kl_table_ddl(kl_value *out, const struct kl_table *table, kl_error *error);

/* ---- values ------------------------------------------------------------------------------------ */

/* What is written for `value` in a column; given. KL_TYPE and KL_INVALID as section 2.2 of the
 * contract says, before any SQL; KL_FAILED where strict types are asked for. */
KL_API kl_status kl_column_bind(kl_value *out, const struct kl_table *table,
                                const kl_column *column, kl_value value, kl_error *error);
/* What the caller sees for what was read; `value` is taken, also on failure. */
KL_API kl_status kl_column_read(kl_value *out, const struct kl_table *table,
                                const kl_column *column, kl_value value, kl_error *error);
/* Whether kl_column_read() gives back what it gets, so that there is no need to call it. */
KL_API bool kl_column_is_plain(const struct kl_table *table, const kl_column *column);
/* Whether a value is of the column's type, as strict types and StrictMode have it; null always is. */
KL_API bool kl_column_accepts(const kl_column *column, kl_value value);
/* Now, as timestamps are told: UTC, RFC 3339 with nine digits and +00:00; given. */
KL_API kl_status kl_timestamp_now(kl_value *out, kl_error *error);

#endif
