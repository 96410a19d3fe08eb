/* src/dataflow/schema_report.c - see schema_report.h. */
#include "schema_report.h"
#include "schema.h"
#include "schema_diff.h"

/* ---- words ------------------------------------------------------------------------------------- */

static const char *const words[] = {
    [KL_CHANGE_ADD_COLUMN] = "is missing",
    [KL_CHANGE_ADD_INDEX] = "has no index",
    [KL_CHANGE_ADD_UNIQUE] = "is not unique",
    [KL_CHANGE_ADD_REFERENCE] = "has no foreign key",
    [KL_CHANGE_DROP_INDEX] = "has an index that the model does not declare",
    [KL_CHANGE_DROP_REFERENCE] = "has a foreign key that the model does not declare",
    [KL_CHANGE_DROP_COLUMN] = "is not declared by the model",
};

static kl_status word_of(kl_value *out, const kl_change *change, kl_error *error)
{
    kl_text table = kl_as_text(change->table->model->table);
    kl_text column = change->column ? kl_as_text(change->column->name)
                                    : kl_as_text(kl_map_get(change->live, KL_TEXT("name")));
    if (change->kind == KL_CHANGE_CREATE_TABLE)
        return kl_string_format(out, error, "table '%.*s' does not exist", KL_TEXT_ARG(table));
    const char *word = words[change->kind];
    if (change->kind == KL_CHANGE_ALTER_COLUMN && change->type_differs)
        word = "has another type than the model's";
    else if (change->kind == KL_CHANGE_ALTER_COLUMN)
        word = change->column && change->column->is_nullable
                   ? "must not be null, unlike the model's"
                   : "may be null, unlike the model's";
    return kl_string_format(out, error, "table '%.*s': column '%.*s' %s", KL_TEXT_ARG(table),
                            KL_TEXT_ARG(column), word);
}

static kl_status list_issues(kl_value *issues, bool *exists, const kl_changes *changes,
                             kl_error *error)
{
    for (size_t i = 0; i < changes->count; i++) {
        kl_value word;
        if (changes->items[i].kind == KL_CHANGE_CREATE_TABLE)
            *exists = false;
        if (changes->items[i].is_part)
            continue;
        KL_TRY(word_of(&word, &changes->items[i], error));
        KL_TRY(kl_array_push(issues, word, error));
    }
    return KL_OK;
}

/* ---- one table --------------------------------------------------------------------------------- */

/* A difference that no statement can mend is an issue too. */
static kl_status compare(kl_value *issues, bool *exists, kl_data_session *session, kl_value table,
                         kl_error *error)
{
    kl_value tables, word;
    kl_changes changes = {0};
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_array_new(&tables, 1, error));
    kl_status status = kl_array_push(&tables, kl_value_retain(table), error);
    if (status == KL_OK) {
        status = kl_schema_diff(&changes, session->sql, tables, false, &why);
        if (status == KL_STATE) {
            status = kl_string_repair(&word, kl_text_from(kl_error_message(&why)), error);
            if (status == KL_OK)
                status = kl_array_push(issues, word, error);
            kl_error_clear(&why);
        } else if (status != KL_OK) {
            kl_error_move(error, &why);
            status = kl_data_session_error(session, status, error);
        } else {
            status = list_issues(issues, exists, &changes, error);
        }
    }
    kl_changes_clear(&changes);
    kl_value_release(tables);
    return status;
}

static kl_status fill_table(kl_value *map, kl_data_session *session, kl_value value,
                            kl_error *error)
{
    const kl_table *table = (const kl_table *)value.as.object;
    kl_value issues;
    bool exists = true;
    int64_t rows = 0;
    KL_TRY(kl_array_new(&issues, 0, error));
    kl_status status = compare(&issues, &exists, session, value, error);
    if (status == KL_OK && exists) {
        status = kl_schema_row_count(&rows, session->sql, kl_as_text(table->model->table), error);
        if (status != KL_OK)
            status = kl_data_session_error(session, status, error);
    }
    if (status == KL_OK)
        status = kl_map_set(map, KL_TEXT("name"), kl_value_retain(table->model->table), error);
    if (status == KL_OK)
        status = kl_map_set(map, KL_TEXT("exists"), kl_bool(exists), error);
    if (status == KL_OK)
        status = kl_map_set(map, KL_TEXT("row_count"), kl_int(rows), error);
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("issues"), issues, error);
    kl_value_release(issues);
    return status;
}

/* Its issues are appended to those of all. */
static kl_status add_table(kl_value *tables, kl_value *issues, kl_data_session *session,
                           kl_value table, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 4, error));
    kl_status status = fill_table(&map, session, table, error);
    kl_value found = kl_map_get(map, KL_TEXT("issues"));
    for (size_t i = 0; status == KL_OK && i < kl_array_len(found); i++)
        status = kl_array_push(issues, kl_value_retain(kl_array_at(found, i)), error);
    if (status == KL_OK)
        return kl_array_push(tables, map, error);
    kl_value_release(map);
    return status;
}

/* ---- all --------------------------------------------------------------------------------------- */

static kl_status look(kl_value *tables, kl_value *issues, kl_dataflow *dataflow, kl_error *error)
{
    kl_data_session session;
    kl_value models;
    KL_TRY(kl_data_session_begin(&session, dataflow, "health_check", error));
    kl_status status = kl_data_session_query(NULL, NULL, &session, KL_TEXT("SELECT 1"), NULL, 0,
                                             error);
    if (status == KL_OK)
        status = kl_dataflow_tables(&models, dataflow, error);
    if (status == KL_OK) {
        for (size_t i = 0; i < kl_array_len(models) && status == KL_OK; i++)
            status = add_table(tables, issues, &session, kl_array_at(models, i), error);
        kl_value_release(models);
    }
    kl_data_session_end(&session);
    return status;
}

/* What keeps the database from answering is the one issue then. */
static kl_status look_or_tell(bool *connected, kl_value *tables, kl_value *issues,
                              kl_dataflow *dataflow, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value word;
    kl_status status = look(tables, issues, dataflow, &why);
    *connected = status == KL_OK;
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED || status == KL_CANCELLED) {
        kl_error_move(error, &why);
        return status;
    }
    status = kl_string_repair(&word, kl_text_from(kl_error_message(&why)), error);
    kl_error_clear(&why);
    return status == KL_OK ? kl_array_push(issues, word, error) : status;
}

kl_status kl_schema_report(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_value map = kl_null(), tables = kl_null(), issues = kl_null();
    bool connected;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&tables, 0, error));
    KL_TRY_OUT(kl_array_new(&issues, 0, error));
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(look_or_tell(&connected, &tables, &issues, dataflow, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("connected"), kl_bool(connected), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tables"), kl_value_take(&tables), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("issues"), kl_value_take(&issues), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(tables);
    kl_value_release(issues);
    return status;
}
