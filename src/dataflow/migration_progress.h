/* src/dataflow/migration_progress.h - migrations step by step, where DDL is not transactional. */
#ifndef KL_DATAFLOW_MIGRATION_PROGRESS_H
#define KL_DATAFLOW_MIGRATION_PROGRESS_H

#include "migration.h"

/* What a step is called in errors: "<method> <version>, statement 2 of 5". */
void kl_migration_step_name(char *out, size_t size, const char *method, kl_text version,
                            size_t index, size_t count);

/* The migration at work, or null; `direction` (a word) and `done` may be NULL. Given. */
kl_status kl_migration_progress_read(kl_value *migration, kl_value *direction, int64_t *done,
                                     kl_data_session *session, kl_error *error);
/* Run it, or what is left of it, and record it. A dry run only looks whether it may run. */
kl_status kl_migration_progress_apply(kl_data_session *session, const kl_migration *migration,
                                      bool dry_run, kl_error *error);
kl_status kl_migration_progress_roll_back(kl_data_session *session, const kl_migration *migration,
                                          bool dry_run, kl_error *error);

#endif
