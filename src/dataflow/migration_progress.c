/* src/dataflow/migration_progress.c - see migration_progress.h.
 *
 * A row says which migration is at work, in which direction, and how many of its statements are done:
 *   up    applied
 *   down  rolled back, after it was applied whole
 *   undo  rolled back although it was applied in part: what it had not done cannot be undone
 * A process may end between a statement and the note that it is done. So the first statement of who
 * goes on may have been run already, and what the database says of that is no failure.
 */
#include "migration_progress.h"
#include "migration_log.h"
#include "schema.h"

#include <stdio.h>

static const char make_text[] =
    "CREATE TABLE IF NOT EXISTS " KL_MIGRATION_PROGRESS
    " (version VARCHAR(255) NOT NULL PRIMARY KEY, description TEXT NOT NULL, "
    "checksum TEXT NOT NULL, up_sql LONGTEXT NOT NULL, down_sql LONGTEXT NOT NULL, "
    "direction VARCHAR(4) NOT NULL, done BIGINT NOT NULL) DEFAULT CHARSET=utf8mb4 "
    "COLLATE=utf8mb4_bin";

static kl_status execute(kl_data_session *session, const char *text, const kl_value *values,
                         size_t count, kl_error *error)
{
    return kl_data_session_query(NULL, NULL, session, kl_text_from(text), values, count, error);
}

void kl_migration_step_name(char *out, size_t size, const char *method, kl_text version,
                            size_t index, size_t count)
{
    snprintf(out, size, "%s %.*s, statement %zu of %zu,", method,
             (int)KL_MIN(version.len, (size_t)100), version.data, index + 1, count);
}

/* ---- the row ------------------------------------------------------------------------------------- */

static kl_status is_there(bool *out, kl_data_session *session, kl_error *error)
{
    kl_value columns;
    *out = false;
    if (kl_sql_dialect_of(session->sql) != KL_SQL_MYSQL)
        return KL_OK;
    kl_status status = kl_schema_columns(&columns, session->sql, KL_TEXT(KL_MIGRATION_PROGRESS),
                                         error);
    if (status != KL_OK)
        return kl_data_session_error(session, status, error);
    *out = kl_array_len(columns) > 0;
    kl_value_release(columns);
    return KL_OK;
}

kl_status kl_migration_progress_read(kl_value *migration, kl_value *direction, int64_t *done,
                                     kl_data_session *session, kl_error *error)
{
    kl_value rows;
    bool there;
    KL_TRY(is_there(&there, session, error));
    *migration = kl_null();
    if (!there)
        return KL_OK;
    KL_TRY(kl_data_session_query(&rows, NULL, session,
                                 KL_TEXT("SELECT version, description, checksum, up_sql, down_sql, "
                                         "direction, done FROM " KL_MIGRATION_PROGRESS),
                                 NULL, 0, error));
    kl_value row = kl_array_at(rows, 0);
    kl_status status = KL_OK;
    if (kl_array_len(rows))
        status = kl_migration_of_row(migration, row, error);
    if (status == KL_OK && direction)
        *direction = kl_value_retain(kl_map_get(row, KL_TEXT("direction")));
    if (status == KL_OK && done)
        *done = kl_as_int(kl_map_get(row, KL_TEXT("done")));
    kl_value_release(rows);
    return status;
}

static kl_status write_down(kl_data_session *session, const kl_migration *migration,
                            const char *direction, kl_error *error)
{
    kl_value up = kl_null(), down = kl_null(), word = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_migration_join(&up, migration->up_sql, error));
    KL_TRY_OUT(kl_migration_join(&down, migration->down_sql, error));
    KL_TRY_OUT(kl_string_from_valid(&word, kl_text_from(direction), error));
    const kl_value values[] = {migration->version, migration->description, migration->checksum,
                               up, down, word, kl_int(0)};
    status = execute(session,
                     "REPLACE INTO " KL_MIGRATION_PROGRESS
                     " (version, description, checksum, up_sql, down_sql, direction, done) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?)",
                     values, KL_COUNT(values), error);
out:
    kl_value_release(up);
    kl_value_release(down);
    kl_value_release(word);
    return status;
}

/* ---- steps --------------------------------------------------------------------------------------- */

/* What MySQL and MariaDB say of DDL that was run before: 1005 is that of a foreign key. */
static bool is_already_done(const kl_error *error)
{
    static const int codes[] = {1005, 1050, 1051, 1054, 1060, 1061, 1091, 1146, 1826};
    const kl_value *details = error->details;
    int64_t code = details ? kl_as_int(kl_map_get(*details, KL_TEXT("native_code"))) : 0;
    for (size_t i = 0; i < KL_COUNT(codes); i++)
        if (codes[i] == code)
            return true;
    return false;
}

/* Statements that change rows are one transaction with the note that they are done. */
static bool changes_rows(kl_text statement)
{
    static const char *const verbs[] = {"UPDATE", "INSERT", "DELETE", "REPLACE"};
    for (size_t i = 0; i < KL_COUNT(verbs); i++) {
        size_t len = strlen(verbs[i]);
        if (statement.len > len && strncasecmp(statement.data, verbs[i], len) == 0)
            return true;
    }
    return false;
}

static kl_status note(kl_data_session *session, size_t done, kl_error *error)
{
    kl_value count = kl_int((int64_t)done);
    return execute(session, "UPDATE " KL_MIGRATION_PROGRESS " SET done = ?", &count, 1, error);
}

static kl_status run_step(kl_data_session *session, kl_text statement, size_t index, bool tolerant,
                          kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    bool in_one = changes_rows(statement);
    if (in_one)
        KL_TRY(execute(session, "START TRANSACTION", NULL, 0, error));
    kl_status status = kl_data_session_raw(NULL, NULL, session, statement, kl_null(), false, &why);
    if (status != KL_OK && tolerant && is_already_done(&why))
        status = KL_OK;
    kl_error_move(error, &why);
    if (status == KL_OK)
        status = note(session, index + 1, error);
    if (status == KL_OK && in_one)
        status = execute(session, "COMMIT", NULL, 0, error);
    if (status != KL_OK && in_one)
        execute(session, "ROLLBACK", NULL, 0, NULL);
    if (status == KL_OK)
        kl_error_clear(error ? error : &why);
    return status;
}

typedef struct walk {
    const kl_migration *migration;
    kl_value statements;
    size_t start;
    bool resumed, all_tolerant;
} walk;

static kl_status run_steps(kl_data_session *session, const walk *w, kl_error *error)
{
    char method[400];
    const char *before = session->method;
    size_t count = kl_array_len(w->statements);
    kl_status status = KL_OK;
    session->method = method;
    for (size_t i = w->start; i < count && status == KL_OK; i++) {
        kl_migration_step_name(method, sizeof method, before, kl_as_text(w->migration->version), i,
                               count);
        size_t len = strlen(method);
        if (i > 0)
            snprintf(method + len, sizeof method - len,
                     " (MySQL keeps the %zu before it: run it again to go on, or roll it back)", i);
        status = run_step(session, kl_as_text(kl_array_at(w->statements, i)), i,
                          w->all_tolerant || (w->resumed && i == w->start), error);
    }
    session->method = before;
    return status;
}

/* The last step: the migration stands in its table, or no longer, and none is at work. */
static kl_status finish(kl_data_session *session, const kl_migration *migration, bool applied,
                        kl_error *error)
{
    KL_TRY(execute(session, "START TRANSACTION", NULL, 0, error));
    kl_status status = applied ? kl_migration_log_add(session, migration, error)
                               : kl_migration_log_remove(session, kl_as_text(migration->version),
                                                         error);
    if (status == KL_OK)
        status = execute(session, "DELETE FROM " KL_MIGRATION_PROGRESS, NULL, 0, error);
    if (status == KL_OK)
        return execute(session, "COMMIT", NULL, 0, error);
    execute(session, "ROLLBACK", NULL, 0, NULL);
    return status;
}

/* ---- both directions ----------------------------------------------------------------------------- */

static kl_status refuse_other(const kl_data_session *session, const kl_migration *other,
                              const char *what, kl_error *error)
{
    return kl_error_set(error, KL_FAILED,
                        "%s failed: migration failed: migration version \"%.*s\" ended halfway; %s",
                        session->method, KL_TEXT_ARG(kl_as_text(other->version)), what);
}

static bool same(const kl_migration *a, const kl_migration *b)
{
    return kl_text_equal(kl_as_text(a->version), kl_as_text(b->version)) &&
           kl_text_equal(kl_as_text(a->checksum), kl_as_text(b->checksum));
}

/* What is at work; `*migration` is null when there is nothing. */
typedef struct at_work {
    kl_value migration, direction;
    int64_t done;
} at_work;

static kl_status look(at_work *out, kl_data_session *session, kl_error *error)
{
    *out = (at_work){kl_null(), kl_null(), 0};
    return kl_migration_progress_read(&out->migration, &out->direction, &out->done, session, error);
}

static void forget(at_work *work)
{
    kl_value_release(work->migration);
    kl_value_release(work->direction);
}

static kl_status apply(kl_data_session *session, const kl_migration *migration, const at_work *work,
                       bool dry_run, kl_error *error)
{
    bool resumed = !kl_is_null(work->migration);
    const kl_migration *other = resumed ? (const kl_migration *)work->migration.as.object : NULL;
    if (resumed && !kl_text_is(kl_as_text(work->direction), "up"))
        return refuse_other(session, other, "roll it back again first", error);
    if (resumed && !same(other, migration))
        return refuse_other(session, other, "apply it again first, or roll it back", error);
    if (dry_run)
        return KL_OK;
    KL_TRY(kl_migration_log_make(session, error));
    KL_TRY(execute(session, make_text, NULL, 0, error));
    if (!resumed)
        KL_TRY(write_down(session, migration, "up", error));
    walk w = {migration, migration->up_sql, (size_t)work->done, resumed, false};
    KL_TRY(run_steps(session, &w, error));
    return finish(session, migration, true, error);
}

kl_status kl_migration_progress_apply(kl_data_session *session, const kl_migration *migration,
                                      bool dry_run, kl_error *error)
{
    at_work work;
    KL_TRY(look(&work, session, error));
    kl_status status = apply(session, migration, &work, dry_run, error);
    forget(&work);
    return status;
}

static kl_status roll_back(kl_data_session *session, const kl_migration *migration,
                           const at_work *work, bool dry_run, kl_error *error)
{
    bool resumed = !kl_is_null(work->migration);
    const kl_migration *other = resumed ? (const kl_migration *)work->migration.as.object : NULL;
    bool halfway_up = resumed && kl_text_is(kl_as_text(work->direction), "up");
    bool undoes = halfway_up || (resumed && kl_text_is(kl_as_text(work->direction), "undo"));
    if (resumed && !same(other, migration))
        return refuse_other(session, other, "apply it again first, or roll it back", error);
    if (dry_run)
        return KL_OK;
    KL_TRY(execute(session, make_text, NULL, 0, error));
    if (!resumed || halfway_up)
        KL_TRY(write_down(session, migration, undoes ? "undo" : "down", error));
    walk w = {migration, migration->down_sql, halfway_up ? 0 : (size_t)work->done, resumed, undoes};
    KL_TRY(run_steps(session, &w, error));
    return finish(session, migration, false, error);
}

kl_status kl_migration_progress_roll_back(kl_data_session *session, const kl_migration *migration,
                                          bool dry_run, kl_error *error)
{
    at_work work;
    KL_TRY(look(&work, session, error));
    kl_status status = roll_back(session, migration, &work, dry_run, error);
    forget(&work);
    return status;
}
