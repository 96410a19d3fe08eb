/* src/dataflow/schema.h - what a live database holds, read from its catalogue.
 *
 * All is told as maps, in one form for the three databases:
 *   column       {name, data_type, type, is_nullable, is_primary_key, default_value}: `type` with its
 *                length ("varchar(255)"), `data_type` without ("varchar")
 *   index        {name, columns, is_unique, is_constraint, is_partial}: a column is null where an
 *                expression stands; the primary key's is none of them
 *   foreign key  {name, columns, table, references, on_delete, on_update}: `name` is null in SQLite,
 *                the rules are words such as "CASCADE"
 * Errors are those of the SQL layer.
 */
#ifndef KL_DATAFLOW_SCHEMA_H
#define KL_DATAFLOW_SCHEMA_H

#include "store/sql.h"

/* Names of the tables, sorted; given. In PostgreSQL those of the current schema. */
KL_API kl_status kl_schema_tables(kl_value *out, kl_sql *sql, kl_error *error);
/* Of a table in order; given. An empty array when there is no such table. */
KL_API kl_status kl_schema_columns(kl_value *out, kl_sql *sql, kl_text table, kl_error *error);
/* By name; given. */
KL_API kl_status kl_schema_indexes(kl_value *out, kl_sql *sql, kl_text table, kl_error *error);
KL_API kl_status kl_schema_foreign_keys(kl_value *out, kl_sql *sql, kl_text table,
                                        kl_error *error);
/* {name, columns, indexes, foreign_keys}, or null when there is no such table; given. */
KL_API kl_status kl_schema_table(kl_value *out, kl_sql *sql, kl_text table, kl_error *error);
/* Rows of a table, whose name was checked to be an identifier. */
KL_API kl_status kl_schema_row_count(int64_t *out, kl_sql *sql, kl_text table, kl_error *error);
/* The item of an array of such maps that has this name, or NULL; borrowed. */
KL_API const kl_value *kl_schema_find(kl_value items, kl_text name);

#endif
