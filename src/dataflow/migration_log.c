/* src/dataflow/migration_log.c - see migration_log.h. */
#include "migration_log.h"
#include "schema.h"
#include "kailash/json.h"

static const char separator[] = "\n---\n";

/* ---- statements as one text ---------------------------------------------------------------------- */

static bool holds_separator(kl_value statements)
{
    for (size_t i = 0; i < kl_array_len(statements); i++)
        if (strstr(kl_as_text(kl_array_at(statements, i)).data, separator))
            return true;
    return false;
}

kl_status kl_migration_join(kl_value *out, kl_value statements, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (holds_separator(statements)) /* nothing else would tell where each ends */
        return kl_json_print(out, statements, &kl_json_spaced, error);
    for (size_t i = 0; i < kl_array_len(statements); i++) {
        kl_buffer_string(&text, i ? separator : "");
        kl_buffer_add(&text, kl_as_text(kl_array_at(statements, i)));
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status split(kl_value *out, kl_text text, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    if (text.len && text.data[0] == '[' && kl_json_parse(out, text, NULL) == KL_OK)
        return KL_OK;
    KL_TRY(kl_array_new(&list, 4, error));
    while (text.len && status == KL_OK) {
        const char *end = memmem(text.data, text.len, separator, sizeof separator - 1);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        status = kl_array_push_text(&list, (kl_text){text.data, len}, error);
        len = end ? len + sizeof separator - 1 : len;
        text = (kl_text){text.data + len, text.len - len};
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static kl_status set_statements(kl_value *slot, kl_value row, const char *name, kl_error *error)
{
    return split(slot, kl_as_text(kl_map_get(row, kl_text_from(name))), error);
}

/* Not by its constructor, which would refuse what somebody has changed. */
kl_status kl_migration_of_row(kl_value *out, kl_value row, kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_migration_type, error));
    kl_migration *migration = (kl_migration *)object;
    migration->version = kl_value_retain(kl_map_get(row, KL_TEXT("version")));
    migration->description = kl_value_retain(kl_map_get(row, KL_TEXT("description")));
    migration->checksum = kl_value_retain(kl_map_get(row, KL_TEXT("checksum")));
    migration->applied_at = kl_value_retain(kl_map_get(row, KL_TEXT("applied_at")));
    KL_TRY_OUT(set_statements(&migration->up_sql, row, "up_sql", error));
    KL_TRY_OUT(set_statements(&migration->down_sql, row, "down_sql", error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

static const char make_text[] =
    "CREATE TABLE IF NOT EXISTS " KL_MIGRATION_TABLE
    " (version TEXT PRIMARY KEY, description TEXT NOT NULL, checksum TEXT NOT NULL, "
    "up_sql TEXT NOT NULL, down_sql TEXT NOT NULL, applied_at TEXT NOT NULL)";
/* A text without bounds cannot be a key there, and one of 64 KiB is short for statements. */
static const char make_text_mysql[] =
    "CREATE TABLE IF NOT EXISTS " KL_MIGRATION_TABLE
    " (version VARCHAR(255) NOT NULL PRIMARY KEY, description TEXT NOT NULL, "
    "checksum TEXT NOT NULL, up_sql LONGTEXT NOT NULL, down_sql LONGTEXT NOT NULL, "
    "applied_at TEXT NOT NULL) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";

kl_status kl_migration_log_make(kl_data_session *session, kl_error *error)
{
    bool is_mysql = kl_sql_dialect_of(session->sql) == KL_SQL_MYSQL;
    return kl_data_session_query(NULL, NULL, session,
                                 kl_text_from(is_mysql ? make_text_mysql : make_text), NULL, 0,
                                 error);
}

static kl_status has_log(bool *out, kl_data_session *session, kl_error *error)
{
    kl_value columns;
    kl_status status = kl_schema_columns(&columns, session->sql, KL_TEXT(KL_MIGRATION_TABLE), error);
    if (status != KL_OK)
        return kl_data_session_error(session, status, error);
    *out = kl_array_len(columns) > 0;
    kl_value_release(columns);
    return KL_OK;
}

kl_status kl_migration_log_read(kl_value *out, kl_data_session *session, kl_error *error)
{
    kl_value rows = kl_null(), list = kl_null(), migration;
    kl_status status;
    bool there;
    KL_TRY(has_log(&there, session, error));
    KL_TRY(kl_array_new(&list, 8, error));
    if (there)
        KL_TRY_OUT(kl_data_session_query(&rows, NULL, session,
                                         KL_TEXT("SELECT version, description, checksum, up_sql, "
                                                 "down_sql, applied_at FROM " KL_MIGRATION_TABLE),
                                         NULL, 0, error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        KL_TRY_OUT(kl_migration_of_row(&migration, kl_array_at(rows, i), error));
        KL_TRY_OUT(kl_array_push(&list, migration, error));
    }
    KL_TRY_OUT(kl_array_sort(&list, error)); /* by the first field, in the order of bytes */
    *out = kl_value_take(&list);
    status = KL_OK;
out:
    kl_value_release(rows);
    kl_value_release(list);
    return status;
}

const kl_migration *kl_migration_find(kl_value migrations, kl_text version)
{
    for (size_t i = 0; i < kl_array_len(migrations); i++) {
        const kl_migration *migration =
            (const kl_migration *)kl_array_at(migrations, i).as.object;
        if (kl_text_equal(kl_as_text(migration->version), version))
            return migration;
    }
    return NULL;
}

kl_status kl_migration_log_add(kl_data_session *session, const kl_migration *migration,
                               kl_error *error)
{
    kl_value up = kl_null(), down = kl_null(), now = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_migration_join(&up, migration->up_sql, error));
    KL_TRY_OUT(kl_migration_join(&down, migration->down_sql, error));
    KL_TRY_OUT(kl_timestamp_now(&now, error));
    const kl_value values[] = {migration->version, migration->description, migration->checksum,
                               up, down, now};
    status = kl_data_session_query(NULL, NULL, session,
                                   KL_TEXT("INSERT INTO " KL_MIGRATION_TABLE
                                           " (version, description, checksum, up_sql, down_sql, "
                                           "applied_at) VALUES (?, ?, ?, ?, ?, ?)"),
                                   values, KL_COUNT(values), error);
out:
    kl_value_release(up);
    kl_value_release(down);
    kl_value_release(now);
    return status;
}

kl_status kl_migration_log_remove(kl_data_session *session, kl_text version, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_string_new(&value, version, error));
    kl_status status =
        kl_data_session_query(NULL, NULL, session,
                              KL_TEXT("DELETE FROM " KL_MIGRATION_TABLE " WHERE version = ?"),
                              &value, 1, error);
    kl_value_release(value);
    return status;
}
