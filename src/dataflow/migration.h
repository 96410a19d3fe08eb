/* src/dataflow/migration.h - migrations: made of models, kept in files, applied and rolled back.
 *
 *   kl_migration  statements with a name and a checksum; never changes
 *
 * What was applied stands in the table _kailash_migrations of the database itself. Whoever applies or
 * rolls back holds a lock of the database meanwhile, so that there is one at a time.
 */
#ifndef KL_DATAFLOW_MIGRATION_H
#define KL_DATAFLOW_MIGRATION_H

#include "database.h"

/* The table that says what was applied; rows of the original package are read and written. */
#define KL_MIGRATION_TABLE "_kailash_migrations"
/* In MySQL, whose DDL is not transactional: how far the migration at work has come. */
#define KL_MIGRATION_PROGRESS "_kailash_migration_progress"

typedef struct kl_migration {
    kl_object object;
    kl_value version, description; /* strings */
    kl_value up_sql, down_sql;     /* arrays of strings */
    kl_value checksum;             /* string: of up_sql */
    kl_value applied_at;           /* string, or null */
} kl_migration;
extern KL_API const kl_type kl_migration_type;

/* SHA-256 in hexadecimal over the statements, each with a line feed behind it; given. */
KL_API kl_status kl_migration_checksum(kl_value *out, kl_value statements, kl_error *error);
/* KL_FAILED when the checksum is not that of the statements: somebody has changed them. `method` is
 * told in the error. */
KL_API kl_status kl_migration_verify(const kl_migration *migration, const char *method,
                                     kl_error *error);

/* ---- making ------------------------------------------------------------------------------------ */

/* In what the database differs from the models: {changes: [{change, table, column, detail}], kept:
 * [text]}; given. */
KL_API kl_status kl_migration_diff(kl_value *out, kl_dataflow *dataflow, bool allow_drops,
                                   kl_error *error);
/* The migration that makes the database what the models say; given. Its version is later than
 * `after` (a version, or "") and than all that were applied or made. KL_FAILED when nothing differs. */
KL_API kl_status kl_migration_generate(kl_migration **out, kl_dataflow *dataflow, bool allow_drops,
                                       kl_text after, kl_error *error);

/* ---- running ----------------------------------------------------------------------------------- */

/* Run the statements and record it: all or nothing. In MySQL a failure leaves what was done, and
 * applying again goes on from there. A dry run undoes all; in MySQL it only checks. KL_FAILED when it
 * was applied already. */
KL_API kl_status kl_migration_apply(kl_dataflow *dataflow, const kl_migration *migration,
                                    bool dry_run, kl_error *error);
KL_API kl_status kl_migration_rollback(kl_dataflow *dataflow, kl_text version, bool dry_run,
                                       kl_error *error);
/* What was applied, by version: an array of kl_migration; given. KL_FAILED when one was changed. */
KL_API kl_status kl_migration_applied(kl_value *out, kl_dataflow *dataflow, kl_error *error);
/* {applied_count, last_applied_version, has_pending, pending_count}; given. */
KL_API kl_status kl_migration_status(kl_value *out, kl_dataflow *dataflow, kl_error *error);
/* The version of a migration that ended halfway, or null; given. Of MySQL alone. */
KL_API kl_status kl_migration_interrupted(kl_value *out, kl_dataflow *dataflow, kl_error *error);

#endif
