/* src/dataflow/migration_lock.h - one migrates a database at a time. */
#ifndef KL_DATAFLOW_MIGRATION_LOCK_H
#define KL_DATAFLOW_MIGRATION_LOCK_H

#include "database.h"

typedef struct kl_migration_lock {
    kl_data_session *session;
    bool held;
    bool foreign_keys; /* SQLite: they were on */
} kl_migration_lock;

/*
 * Wait for the lock (30 s at most) and begin: in SQLite and PostgreSQL a transaction, in SQLite with
 * foreign keys off, for tables may be made anew. End it with kl_migration_unlock(). KL_FAILED when
 * another process holds it for longer.
 */
kl_status kl_migration_lock_take(kl_migration_lock *lock, kl_data_session *session,
                                 kl_error *error);
/* `keep`: commit, after a look at foreign keys; else roll back. */
kl_status kl_migration_lock_end(kl_migration_lock *lock, bool keep, kl_error *error);

#endif
