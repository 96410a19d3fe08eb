/* kailash/dataflow.h - a database with models: statements, its schema, migrations. */
#ifndef KAILASH_DATAFLOW_H
#define KAILASH_DATAFLOW_H

#include "kailash/object.h"

KL_BEGIN_DECLS

/** A database with models. Any thread may use it. */
typedef struct kl_dataflow kl_dataflow;

/** Connect to a database by its URL, with default settings; given. */
KL_API kl_status kl_dataflow_open(kl_dataflow **out, kl_text url, kl_error *error);
/** One owner less; with the last the connections close. NULL is fine. */
KL_API void kl_dataflow_release(kl_dataflow *dataflow);
/** The URL without user and password, as it may be shown; a string, borrowed. */
KL_API kl_value kl_dataflow_shown_url(const kl_dataflow *dataflow);

/**
 * Register models: {"models": [model]}, a list of models or one model, each a map of name, table and
 * fields. KL_INVALID says which field of which model is wrong. No table is made.
 */
KL_API kl_status kl_dataflow_add_models(kl_dataflow *dataflow, kl_value models, kl_error *error);

/* ---- statements -------------------------------------------------------------------------------- */

/** One connection, for one thread at a time: what a statement begins, such as a transaction, lasts. */
typedef struct kl_dataflow_connection kl_dataflow_connection;

/** Take a connection of the pool; given. */
KL_API kl_status kl_dataflow_connect(kl_dataflow_connection **out, kl_dataflow *dataflow,
                                     kl_error *error);
/** Give it back; an open transaction is rolled back. NULL is fine. */
KL_API void kl_dataflow_disconnect(kl_dataflow_connection *connection);
/** Whether a transaction is open. */
KL_API bool kl_dataflow_in_transaction(const kl_dataflow_connection *connection);

/** What a statement gave; end it with kl_dataflow_result_clear(). */
typedef struct kl_dataflow_result {
    kl_value columns; /* names of the columns in their order; an empty array when it gives no rows */
    kl_value rows;    /* array of maps */
    int64_t affected; /* rows changed */
    bool truncated;   /* there were more rows */
} kl_dataflow_result;

/** Run one statement without values; at most `rows_max` rows are read (0 = all). Given. */
KL_API kl_status kl_dataflow_run(kl_dataflow_result *out, kl_dataflow_connection *connection,
                                 kl_text statement, size_t rows_max, kl_error *error);
/** Release what it holds; a result that holds nothing is fine. */
KL_API void kl_dataflow_result_clear(kl_dataflow_result *result);
/** Bytes of the first statement that ends with a semicolon within `text`; 0 when none does yet. */
KL_API kl_status kl_dataflow_first_statement(size_t *out, const kl_dataflow_connection *connection,
                                             kl_text text, kl_error *error);
/** Whether there are only blanks, comments and semicolons. */
KL_API bool kl_dataflow_is_blank(const kl_dataflow_connection *connection, kl_text text);

/* ---- the live schema --------------------------------------------------------------------------- */

/** Names of the tables, sorted; given. */
KL_API kl_status kl_dataflow_table_names(kl_value *out, kl_dataflow *dataflow, kl_error *error);
/** {name, columns, row_count, indexes, foreign_keys} of a table; given. KL_FAILED when there is no such
 *  table. */
KL_API kl_status kl_dataflow_describe_table(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                            kl_error *error);

/* ---- migrations -------------------------------------------------------------------------------- */

/** Statements with a name and a checksum: a Migration. */
typedef struct kl_migration kl_migration;
/** Their type: kl_object_from_map() makes one of {version, description, up_sql, down_sql}. */
extern KL_API const kl_type kl_migration_type;

/** In what the database differs from the models: {changes: [{change, table, column, detail}], kept:
 *  [what no model declares]}; given. */
KL_API kl_status kl_migration_diff(kl_value *out, kl_dataflow *dataflow, bool allow_drops,
                                   kl_error *error);
/**
 * The migration that makes the database what the models say; given. Its version is later than `after`
 * (a version, or "") and than all that were applied or made. KL_FAILED when nothing differs.
 */
KL_API kl_status kl_migration_generate(kl_migration **out, kl_dataflow *dataflow, bool allow_drops,
                                       kl_text after, kl_error *error);
/**
 * Run the statements and record it: all or nothing. In MySQL a failure leaves what was done, and
 * applying again goes on from there. A dry run undoes all; in MySQL it only checks. KL_FAILED when it
 * was applied already.
 */
KL_API kl_status kl_migration_apply(kl_dataflow *dataflow, const kl_migration *migration,
                                    bool dry_run, kl_error *error);
/** Undo a migration that was applied. KL_FAILED when none has that version. */
KL_API kl_status kl_migration_rollback(kl_dataflow *dataflow, kl_text version, bool dry_run,
                                       kl_error *error);
/** What was applied, by version: an array of kl_migration objects; given. KL_FAILED when the statements
 *  of one are no longer those that were applied. */
KL_API kl_status kl_migration_applied(kl_value *out, kl_dataflow *dataflow, kl_error *error);
/** {applied_count, last_applied_version, has_pending, pending_count}; given. */
KL_API kl_status kl_migration_status(kl_value *out, kl_dataflow *dataflow, kl_error *error);
/** The version of a migration that ended halfway, or null; given. Of MySQL alone. */
KL_API kl_status kl_migration_interrupted(kl_value *out, kl_dataflow *dataflow, kl_error *error);

KL_END_DECLS
#endif
