/* src/dataflow/migration_log.h - the table that says which migrations were applied. */
#ifndef KL_DATAFLOW_MIGRATION_LOG_H
#define KL_DATAFLOW_MIGRATION_LOG_H

#include "migration.h"

/* Make the table unless it is there. */
kl_status kl_migration_log_make(kl_data_session *session, kl_error *error);
/* All that were applied, by version, as an array of kl_migration; given. Empty without the table. */
kl_status kl_migration_log_read(kl_value *out, kl_data_session *session, kl_error *error);
/* The one of a version, or NULL; borrowed from the array. */
const kl_migration *kl_migration_find(kl_value migrations, kl_text version);
kl_status kl_migration_log_add(kl_data_session *session, const kl_migration *migration,
                               kl_error *error);
kl_status kl_migration_log_remove(kl_data_session *session, kl_text version, kl_error *error);

/* A migration of rows; given. Statements stand in one text, as kl_migration_join() writes them. */
kl_status kl_migration_of_row(kl_value *out, kl_value row, kl_error *error);
/* Statements as one text, "\n---\n" between them, as the original package has it; given. */
kl_status kl_migration_join(kl_value *out, kl_value statements, kl_error *error);

#endif
