/* src/dataflow/migration_run.c - migrations applied and rolled back.
 *
 * SQLite and PostgreSQL: all statements and the row that records them are one transaction, so that
 * nothing is half done, whatever happens. MySQL commits with every statement: there each step is
 * written down (migration_progress.c), and who runs the migration again goes on where it ended.
 */
#include "migration_lock.h"
#include "migration_log.h"
#include "migration_progress.h"

static kl_status refuse(const char *method, kl_error *error, const char *what, kl_text version,
                        const char *why)
{
    return kl_error_set(error, KL_FAILED,
                        "%s failed: migration failed: %s version \"%.*s\" %s", method, what,
                        KL_TEXT_ARG(version), why);
}

/* ---- in a transaction ---------------------------------------------------------------------------- */

static kl_status ended_transaction(const kl_data_session *session, kl_error *error)
{
    return kl_error_set(error, KL_FAILED,
                        "%s failed: migration failed: the statement ended the transaction that all "
                        "of a migration is; leave out BEGIN, COMMIT and ROLLBACK",
                        session->method);
}

static kl_status run_statements(kl_data_session *session, kl_value statements, kl_text version,
                                kl_error *error)
{
    char method[400];
    const char *before = session->method;
    size_t count = kl_array_len(statements);
    kl_status status = KL_OK;
    session->method = method;
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        kl_migration_step_name(method, sizeof method, before, version, i, count);
        status = kl_data_session_raw(NULL, NULL, session, kl_as_text(kl_array_at(statements, i)),
                                     kl_null(), false, error);
        if (status == KL_OK && !kl_sql_in_transaction(session->sql))
            status = ended_transaction(session, error);
    }
    session->method = before;
    return status;
}

static kl_status apply_within(kl_data_session *session, const kl_migration *migration,
                              kl_error *error)
{
    KL_TRY(kl_migration_log_make(session, error));
    KL_TRY(run_statements(session, migration->up_sql, kl_as_text(migration->version), error));
    return kl_migration_log_add(session, migration, error);
}

static kl_status roll_back_within(kl_data_session *session, const kl_migration *migration,
                                  kl_error *error)
{
    KL_TRY(run_statements(session, migration->down_sql, kl_as_text(migration->version), error));
    return kl_migration_log_remove(session, kl_as_text(migration->version), error);
}

/* ---- under the lock ------------------------------------------------------------------------------ */

typedef struct task {
    const kl_migration *migration; /* to apply, or NULL */
    kl_text version;
    bool dry_run;
} task;

static kl_status check_not_applied(kl_data_session *session, kl_text version, kl_error *error)
{
    kl_value applied;
    KL_TRY(kl_migration_log_read(&applied, session, error));
    bool done = kl_migration_find(applied, version) != NULL;
    kl_value_release(applied);
    return done ? refuse(session->method, error, "migration", version, "has already been applied")
                : KL_OK;
}

static kl_status apply_locked(kl_data_session *session, const task *t, kl_error *error)
{
    KL_TRY(check_not_applied(session, t->version, error));
    if (kl_sql_dialect_of(session->sql) != KL_SQL_MYSQL)
        return apply_within(session, t->migration, error);
    return kl_migration_progress_apply(session, t->migration, t->dry_run, error);
}

static kl_status roll_back_found(kl_data_session *session, const task *t,
                                 const kl_migration *migration, kl_error *error)
{
    KL_TRY(kl_migration_verify(migration, session->method, error));
    if (kl_sql_dialect_of(session->sql) != KL_SQL_MYSQL)
        return roll_back_within(session, migration, error);
    return kl_migration_progress_roll_back(session, migration, t->dry_run, error);
}

static kl_status roll_back_locked(kl_data_session *session, const task *t, kl_error *error)
{
    kl_value applied, halfway = kl_null();
    kl_status status;
    KL_TRY(kl_migration_log_read(&applied, session, error));
    const kl_migration *migration = kl_migration_find(applied, t->version);
    if (!migration) { /* or one that ended halfway */
        KL_TRY_OUT(kl_migration_progress_read(&halfway, NULL, NULL, session, error));
        migration = kl_is_null(halfway) ? NULL : (const kl_migration *)halfway.as.object;
    }
    if (migration && kl_text_equal(kl_as_text(migration->version), t->version))
        status = roll_back_found(session, t, migration, error);
    else
        status = refuse(session->method, error, "migration", t->version,
                        "not found in tracking table");
out:
    kl_value_release(halfway);
    kl_value_release(applied);
    return status;
}

static kl_status run_task(kl_dataflow *dataflow, const char *method, const task *t,
                          kl_error *error)
{
    kl_data_session session;
    kl_migration_lock lock;
    KL_TRY(kl_data_session_begin(&session, dataflow, method, error));
    kl_status status = kl_migration_lock_take(&lock, &session, error);
    if (status == KL_OK) {
        status = t->migration ? apply_locked(&session, t, error)
                              : roll_back_locked(&session, t, error);
        kl_status ended = kl_migration_lock_end(&lock, status == KL_OK && !t->dry_run,
                                                status == KL_OK ? error : NULL);
        if (status == KL_OK)
            status = ended;
    }
    kl_data_session_end(&session);
    return status;
}

kl_status kl_migration_apply(kl_dataflow *dataflow, const kl_migration *migration, bool dry_run,
                             kl_error *error)
{
    task t = {migration, kl_as_text(migration->version), dry_run};
    return run_task(dataflow, "apply migration", &t, error);
}

kl_status kl_migration_rollback(kl_dataflow *dataflow, kl_text version, bool dry_run,
                                kl_error *error)
{
    task t = {NULL, version, dry_run};
    return run_task(dataflow, "rollback migration", &t, error);
}

/* ---- looking ------------------------------------------------------------------------------------- */

kl_status kl_migration_applied(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    static const char method[] = "list_applied";
    kl_data_session session;
    kl_value applied;
    KL_TRY(kl_data_session_begin(&session, dataflow, method, error));
    kl_status status = kl_migration_log_read(&applied, &session, error);
    kl_data_session_end(&session);
    KL_TRY(status);
    for (size_t i = 0; i < kl_array_len(applied) && status == KL_OK; i++)
        status = kl_migration_verify((const kl_migration *)kl_array_at(applied, i).as.object,
                                     method, error);
    if (status == KL_OK)
        *out = applied;
    else
        kl_value_release(applied);
    return status;
}

kl_status kl_migration_interrupted(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_data_session session;
    kl_value migration;
    KL_TRY(kl_data_session_begin(&session, dataflow, "migration status", error));
    kl_status status = kl_migration_progress_read(&migration, NULL, NULL, &session, error);
    kl_data_session_end(&session);
    KL_TRY(status);
    *out = kl_is_null(migration)
               ? kl_null()
               : kl_value_retain(((const kl_migration *)migration.as.object)->version);
    kl_value_release(migration);
    return KL_OK;
}
