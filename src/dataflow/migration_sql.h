/* src/dataflow/migration_sql.h - statements that make a database what the models say, and back. */
#ifndef KL_DATAFLOW_MIGRATION_SQL_H
#define KL_DATAFLOW_MIGRATION_SQL_H

#include "schema_diff.h"

/* Statements as they come about; `down` is in the order in which `up` was made until the end. */
typedef struct kl_script {
    kl_value up, down; /* arrays of strings */
    kl_sql *sql;       /* the live database, for what SQLite must be asked about a table */
    kl_error *error;
} kl_script;

/* The statements for all changes; `*up` and `*down` (in the order to run them) are given. KL_STATE for a
 * table that statements of ours would spoil. */
KL_API kl_status kl_migration_sql(kl_value *up, kl_value *down, const kl_changes *changes,
                                  kl_sql *sql, kl_error *error);

/* ---- for the files that make them -------------------------------------------------------------- */

/* Add a statement: the buffer becomes it and is empty then. */
kl_status kl_script_up(kl_script *script, kl_buffer *statement);
kl_status kl_script_down(kl_script *script, kl_buffer *statement);

/* ALTER TABLE "t", a blank behind it. */
void kl_put_alter_table(kl_buffer *out, const kl_table *table);
/* A KL_CHANGE_ALTER_COLUMN of PostgreSQL or MySQL. */
kl_status kl_script_alter_column(kl_script *script, const kl_change *change);

/* Append a literal: that of a column's default, or of what stands for nothing in its type. */
kl_status kl_put_default(kl_buffer *out, const kl_table *table, const kl_column *column,
                         kl_error *error);
/* The same for a live column that no model knows. */
void kl_put_live_default(kl_buffer *out, kl_value live, kl_sql_dialect dialect);
/* Append a text as a literal. */
void kl_put_literal(kl_buffer *out, kl_text text, kl_sql_dialect dialect);

/* Whether SQLite must make the table anew for its changes (items first to end). */
bool kl_sqlite_needs_rebuild(const kl_changes *changes, size_t first, size_t end);
/* The statements for it. */
kl_status kl_sqlite_rebuild(kl_script *script, const kl_changes *changes, size_t first, size_t end);

#endif
