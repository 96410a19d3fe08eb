/* src/dataflow/provenance_reading.c - see provenance.h: one call, and what it reads row by row. */
#include "access.h"
#include "express.h"
#include "face.h"
#include "provenance.h"
#include "kailash/json.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- one call ------------------------------------------------------------------------------------ */

kl_status kl_provenance_begin(kl_data_session *session, kl_value express, kl_value tenant,
                              const char *method, const char *model, kl_error *error)
{
    kl_dataflow *dataflow = kl_express_dataflow(express);
    if (!dataflow)
        return kl_error_set(error, KL_TYPE, "express: expected DataFlowExpress, got %s",
                            kl_is(express, KL_KIND_OBJECT) ? express.as.object->type->name
                                                           : kl_value_kind_name(express));
    if (kl_is_null(kl_tenant_of(tenant)))
        return kl_error_set(error, KL_FAILED,
                            "%s failed: tenant required: model %s is multi-tenant and no tenant_id "
                            "was given",
                            method, model);
    KL_TRY(kl_data_session_begin(session, dataflow, method, error));
    session->caller.tenant = tenant;
    return KL_OK;
}

/* ---- the text ------------------------------------------------------------------------------------ */

kl_status kl_reading_begin(kl_reading *reading, kl_data_session *session, const char *model,
                           kl_error *error)
{
    kl_table *table;
    *reading = (kl_reading){.session = session};
    KL_TRY(kl_dataflow_table(&table, session->dataflow, kl_text_from(model), session->method, error));
    kl_status status = kl_statement_begin(&reading->statement, session, table, error);
    if (status != KL_OK) {
        kl_table_release(table);
        return status;
    }
    reading->table = table;
    return KL_OK;
}

/* A model of one's own may stand under the name, with other fields or with hidden ones. */
static kl_status find_column(size_t *out, const kl_reading *reading, const char *name,
                             kl_error *error)
{
    *out = kl_table_find(reading->table, kl_text_from(name));
    if (*out == KL_NO_COLUMN)
        return kl_data_refuse(reading->session, error,
                              "model %.*s has no field '%s': it is not the one of "
                              "register_rag_provenance_models()",
                              KL_TEXT_ARG(kl_as_text(reading->table->model->name)), name);
    return kl_check_reference(reading->session, reading->table, *out, error);
}

kl_status kl_reading_put(kl_reading *reading, const char *column, kl_error *error)
{
    size_t place;
    KL_TRY(find_column(&place, reading, column, error));
    kl_put_name(&reading->statement, place);
    return KL_OK;
}

kl_status kl_reading_select(kl_reading *reading, kl_data_session *session, const char *model,
                            const char *const *columns, kl_error *error)
{
    KL_TRY(kl_reading_begin(reading, session, model, error));
    kl_put(&reading->statement, "SELECT ");
    for (size_t i = 0; columns[i]; i++) {
        size_t place;
        KL_TRY(find_column(&place, reading, columns[i], error));
        kl_put(&reading->statement, i ? ", " : "");
        kl_put_read_column(&reading->statement.text, reading->table, place);
    }
    kl_put(&reading->statement, " FROM ");
    kl_put_table(&reading->statement);
    return KL_OK;
}

/* PostgreSQL sorts texts by the language of the database unless it is told otherwise. */
static const char *collation(const kl_table *table, size_t column)
{
    bool is_text = table->columns[column]->kind == KL_COLUMN_TEXT;
    return table->dialect == KL_SQL_POSTGRES && is_text ? " COLLATE \"C\"" : "";
}

kl_status kl_reading_order(kl_reading *reading, const char *const *columns, kl_error *error)
{
    for (size_t i = 0; columns[i]; i++) {
        size_t place;
        KL_TRY(find_column(&place, reading, columns[i], error));
        kl_put(&reading->statement, i ? ", " : " ORDER BY ");
        kl_put_name(&reading->statement, place);
        kl_put(&reading->statement, collation(reading->table, place));
    }
    return KL_OK;
}

kl_status kl_reading_where(kl_reading *reading, const char *column, kl_value value, kl_error *error)
{
    size_t place;
    KL_TRY(find_column(&place, reading, column, error));
    kl_put_and(&reading->statement);
    kl_put_name(&reading->statement, place);
    kl_put(&reading->statement, " = ");
    return kl_put_value(&reading->statement, place, value, error);
}

kl_status kl_reading_scope(kl_reading *reading, kl_error *error)
{
    KL_TRY(kl_access_check(reading->session, reading->table, KL_ACCESS_READ, error));
    return kl_put_scope(&reading->statement, KL_SCOPE_LIVE, error);
}

/* ---- the rows ------------------------------------------------------------------------------------ */

static kl_status start(kl_reading *reading, kl_error *error)
{
    kl_statement *s = &reading->statement;
    if (s->text.status != KL_OK)
        return kl_error_no_memory(error);
    KL_TRY(kl_data_session_start(&reading->cursor, reading->session, kl_buffer_text(&s->text),
                                 kl_array_items(s->values), kl_array_len(s->values), error));
    reading->running = true;
    return KL_OK;
}

static void forget_row(kl_reading *reading)
{
    for (size_t i = 0; i < KL_READING_COLUMNS; i++)
        kl_value_release(kl_value_take(&reading->values[i]));
}

static kl_status read_row(bool *has_row, kl_reading *reading, kl_error *error)
{
    KL_TRY(kl_sql_step(has_row, &reading->cursor, error));
    if (!*has_row)
        return KL_OK;
    if (reading->cursor.columns > KL_READING_COLUMNS)
        return kl_error_set(error, KL_FAILED, "expected at most %d columns, got %zu",
                            KL_READING_COLUMNS, reading->cursor.columns);
    return kl_sql_read_row(reading->values, &reading->cursor, error);
}

kl_status kl_reading_next(bool *has_row, kl_reading *reading, kl_error *error)
{
    forget_row(reading);
    if (!reading->running)
        KL_TRY(start(reading, error));
    kl_status status = read_row(has_row, reading, error);
    return status == KL_OK ? KL_OK : kl_data_session_error(reading->session, status, error);
}

void kl_reading_end(kl_reading *reading)
{
    forget_row(reading);
    if (reading->running)
        kl_sql_finish(NULL, &reading->cursor);
    if (reading->table) {
        kl_statement_end(&reading->statement);
        kl_table_release(reading->table);
    }
    *reading = (kl_reading){.session = NULL};
}

kl_status kl_reading_json(kl_value *out, kl_value stored, kl_error *error)
{
    if (kl_is(stored, KL_KIND_STRING))
        return kl_json_parse(out, kl_as_text(stored), error);
    *out = kl_value_retain(stored);
    return KL_OK;
}

/* ---- annotations --------------------------------------------------------------------------------- */

kl_status kl_map_set_format(kl_value *map, const char *key, kl_error *error, const char *format, ...)
{
    char text[512];
    va_list more;
    va_start(more, format);
    vsnprintf(text, sizeof text, format, more);
    va_end(more);
    return kl_map_set_text(map, kl_text_from(key), kl_text_from(text), error);
}
