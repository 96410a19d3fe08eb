/* src/dataflow/migration.h - migrations, beside what kailash/dataflow.h says of them.
 *
 *   kl_migration  statements with a name and a checksum; never changes
 *
 * What was applied stands in the table _kailash_migrations of the database itself. Whoever applies or
 * rolls back holds a lock of the database meanwhile, so that there is one at a time.
 */
#ifndef KL_DATAFLOW_MIGRATION_H
#define KL_DATAFLOW_MIGRATION_H

#include "database.h"
#include "kailash/dataflow.h"

/* The table that says what was applied; rows of the original package are read and written. */
#define KL_MIGRATION_TABLE "_kailash_migrations"
/* In MySQL, whose DDL is not transactional: how far the migration at work has come. */
#define KL_MIGRATION_PROGRESS "_kailash_migration_progress"

struct kl_migration {
    kl_object object;
    kl_value version, description; /* strings */
    kl_value up_sql, down_sql;     /* arrays of strings */
    kl_value checksum;             /* string: of up_sql */
    kl_value applied_at;           /* string, or null */
};

/* SHA-256 in hexadecimal over the statements, each with a line feed behind it; given. */
KL_API kl_status kl_migration_checksum(kl_value *out, kl_value statements, kl_error *error);
/* KL_FAILED when the checksum is not that of the statements: somebody has changed them. `method` is
 * told in the error. */
KL_API kl_status kl_migration_verify(const kl_migration *migration, const char *method,
                                     kl_error *error);

#endif
