/* src/dataflow/migration_lock.c - see migration_lock.h. */
#include "migration_lock.h"

#include <time.h>

/* Seconds to wait for another process; for a transaction on a database in memory, which may be one of
 * this very thread. */
enum { PATIENCE = 30, PATIENCE_IN_MEMORY = 2 };

static kl_status execute(kl_data_session *session, const char *text, kl_error *error)
{
    return kl_data_session_query(NULL, NULL, session, kl_text_from(text), NULL, 0, error);
}

/* The one value that a query gives. */
static kl_status ask(kl_value *out, kl_data_session *session, const char *text, kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_data_session_query(&rows, NULL, session, kl_text_from(text), NULL, 0, error));
    *out = kl_value_retain(kl_map_value_at(kl_array_at(rows, 0), 0));
    kl_value_release(rows);
    return KL_OK;
}

static int patience_of(const kl_data_session *session)
{
    return kl_sql_pool_address(kl_dataflow_pool(session->dataflow))->memory ? PATIENCE_IN_MEMORY
                                                                            : PATIENCE;
}

static kl_status refuse(const kl_data_session *session, kl_error *error)
{
    return kl_error_set(error, KL_FAILED,
                        "%s failed: migration failed: somebody else is migrating or writing to this "
                        "database; waited %d seconds",
                        session->method, patience_of(session));
}

/* ---- SQLite -------------------------------------------------------------------------------------- */

static bool is_busy(const kl_error *error)
{
    const kl_value *details = error->details;
    int64_t code = details ? kl_as_int(kl_map_get(*details, KL_TEXT("native_code"))) : 0;
    return (code & 0xFF) == 5 || (code & 0xFF) == 6; /* SQLITE_BUSY, SQLITE_LOCKED */
}

static kl_status begin_exclusive(kl_data_session *session, kl_error *error)
{
    static const struct timespec pause = {0, 50 * KL_MILLISECOND};
    kl_time end = kl_clock_after(patience_of(session) * KL_SECOND);
    for (;;) {
        kl_error why = KL_ERROR_INIT;
        kl_status status = execute(session, "BEGIN EXCLUSIVE", &why);
        bool busy = status != KL_OK && is_busy(&why);
        if (!busy) {
            kl_error_move(error, &why);
            return status;
        }
        kl_error_clear(&why);
        if (kl_clock_now() >= end)
            return refuse(session, error);
        nanosleep(&pause, NULL);
    }
}

/* Renaming a table with them off leaves alone what other tables, views and triggers say of it. */
static kl_status set_checks(const kl_migration_lock *lock, bool on, kl_error *error)
{
    KL_TRY(execute(lock->session,
                   on && lock->foreign_keys ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF",
                   error));
    return execute(lock->session,
                   on ? "PRAGMA legacy_alter_table=OFF" : "PRAGMA legacy_alter_table=ON", error);
}

static kl_status take_sqlite(kl_migration_lock *lock, kl_error *error)
{
    kl_value on;
    KL_TRY(ask(&on, lock->session, "PRAGMA foreign_keys", error));
    lock->foreign_keys = kl_value_truthy(on);
    kl_status status = set_checks(lock, false, error);
    if (status == KL_OK)
        status = begin_exclusive(lock->session, error);
    if (status != KL_OK)
        set_checks(lock, true, NULL);
    return status;
}

static kl_status check_foreign_keys(kl_data_session *session, kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_data_session_query(&rows, NULL, session,
                                 KL_TEXT("SELECT \"table\" AS t, \"parent\" AS p FROM "
                                         "pragma_foreign_key_check LIMIT 1"),
                                 NULL, 0, error));
    kl_value row = kl_array_at(rows, 0);
    kl_status status = KL_OK;
    if (kl_array_len(rows))
        status = kl_error_set(error, KL_FAILED,
                              "%s failed: migration failed: rows of table \"%.*s\" would refer to rows "
                              "that table \"%.*s\" does not have",
                              session->method,
                              KL_TEXT_ARG(kl_as_text(kl_map_get(row, KL_TEXT("t")))),
                              KL_TEXT_ARG(kl_as_text(kl_map_get(row, KL_TEXT("p")))));
    kl_value_release(rows);
    return status;
}

/* ---- servers ------------------------------------------------------------------------------------- */

/* The lock ends with the transaction. "kailash" in letters is its number. */
static kl_status take_postgres(kl_migration_lock *lock, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    KL_TRY(execute(lock->session, "BEGIN", error));
    kl_status status = execute(lock->session, "SET LOCAL lock_timeout = '30s'", &why);
    if (status == KL_OK)
        status = execute(lock->session, "SELECT pg_advisory_xact_lock(30223240098706280)", &why);
    if (status == KL_OK)
        return execute(lock->session, "SET LOCAL lock_timeout = 0", error);
    const kl_value *details = why.details;
    kl_text state = details ? kl_as_text(kl_map_get(*details, KL_TEXT("sqlstate"))) : KL_TEXT("");
    bool busy = kl_text_is(state, "55P03");
    execute(lock->session, "ROLLBACK", NULL);
    if (busy) {
        kl_error_clear(&why);
        return refuse(lock->session, error);
    }
    kl_error_move(error, &why);
    return status;
}

/* Names of locks are those of the whole server, and short. It ends with the connection too. */
#define MYSQL_LOCK "CONCAT('kailash.', SHA1(DATABASE()))"

static kl_status take_mysql(kl_migration_lock *lock, kl_error *error)
{
    kl_value got;
    KL_TRY(ask(&got, lock->session, "SELECT GET_LOCK(" MYSQL_LOCK ", 30)", error));
    bool held = kl_as_int(got) == 1;
    kl_value_release(got);
    return held ? KL_OK : refuse(lock->session, error);
}

/* ---- all of them --------------------------------------------------------------------------------- */

kl_status kl_migration_lock_take(kl_migration_lock *lock, kl_data_session *session,
                                 kl_error *error)
{
    kl_status status = KL_OK;
    *lock = (kl_migration_lock){.session = session};
    switch (kl_sql_dialect_of(session->sql)) {
    case KL_SQL_SQLITE:
        status = take_sqlite(lock, error);
        break;
    case KL_SQL_POSTGRES:
        status = take_postgres(lock, error);
        break;
    case KL_SQL_MYSQL:
        status = take_mysql(lock, error);
        break;
    }
    lock->held = status == KL_OK;
    return status;
}

static kl_status finish(kl_migration_lock *lock, bool keep, kl_error *error)
{
    kl_data_session *session = lock->session;
    kl_status status = KL_OK;
    if (keep && kl_sql_dialect_of(session->sql) == KL_SQL_SQLITE)
        status = check_foreign_keys(session, error);
    if (keep && status == KL_OK)
        status = execute(session, "COMMIT", error);
    if (kl_sql_in_transaction(session->sql))
        execute(session, "ROLLBACK", NULL); /* giving the connection back does it again */
    return status;
}

kl_status kl_migration_lock_end(kl_migration_lock *lock, bool keep, kl_error *error)
{
    kl_sql_dialect dialect = kl_sql_dialect_of(lock->session->sql);
    if (!lock->held)
        return KL_OK;
    lock->held = false;
    if (dialect == KL_SQL_MYSQL)
        return execute(lock->session, "DO RELEASE_LOCK(" MYSQL_LOCK ")", error);
    kl_status status = finish(lock, keep, error);
    if (dialect != KL_SQL_SQLITE)
        return status;
    kl_status restored = set_checks(lock, true, status == KL_OK ? error : NULL);
    return status == KL_OK ? restored : status;
}
