/* src/dataflow/access.c - see access.h. */
#include "access.h"
#include "audit.h"
#include "data_error.h"
#include "dataflow.h"
#include "mask.h"
#include "table.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- refusing ------------------------------------------------------------------------------------ */

static kl_status refuse(const kl_data_session *session, kl_error *error, const char *kind,
                        const char *format, va_list more)
{
    char text[512];
    vsnprintf(text, sizeof text, format, more);
    return kl_error_set(error, KL_FAILED, "%s failed: %s: %s", session->method, kind, text);
}

kl_status kl_refuse_filter(const kl_data_session *session, kl_error *error, const char *format, ...)
{
    va_list more;
    va_start(more, format);
    kl_status status = refuse(session, error, "invalid filter operator", format, more);
    va_end(more);
    return status;
}

kl_status kl_refuse_missing(const kl_data_session *session, kl_error *error, const char *format, ...)
{
    va_list more;
    va_start(more, format);
    kl_status status = refuse(session, error, "not found", format, more);
    va_end(more);
    return status;
}

kl_status kl_refuse_column(const kl_data_session *session, const char *what, kl_text name,
                           kl_error *error)
{
    kl_value print;
    KL_TRY(kl_fingerprint(&print, name, error));
    kl_status status = kl_data_refuse(session, error, "unknown column in %s (%s)", what,
                                      kl_as_text(print).data);
    kl_value_release(print);
    return status;
}

/* ---- which rows ----------------------------------------------------------------------------------- */

static kl_status refuse_for(const kl_data_session *session, const kl_table *table, const char *type,
                            const char *what, const char *why, kl_error *error)
{
    const kl_error_attribute attributes[] = {{"model", table->model->name}};
    return kl_error_raise(error, type, attributes, 1, "%s failed: %s: model %.*s %s",
                          session->method, what, KL_TEXT_ARG(kl_as_text(table->model->name)), why);
}

static kl_status refuse_aggregate(const kl_data_session *session, const kl_table *table,
                                  kl_error *error)
{
    kl_value operation;
    KL_TRY(kl_string_from_valid(&operation, kl_text_from(session->method), error));
    const kl_error_attribute attributes[] = {{"model", table->model->name}, {"operation", operation}};
    kl_status status = kl_error_raise(
        error, "RowClassifiedAggregateRefusedError", attributes, 2,
        "%s failed: row-classified aggregate refused: model %.*s is row-classified, and a result "
        "over many rows would tell of those that are hidden",
        session->method, KL_TEXT_ARG(kl_as_text(table->model->name)));
    kl_value_release(operation);
    return status;
}

kl_status kl_access_check(const kl_data_session *session, const kl_table *table, kl_access access,
                          kl_error *error)
{
    if (table->tenant != KL_NO_COLUMN && kl_is_null(session->caller.tenant))
        return refuse_for(session, table, "TenantRequiredError", "tenant required",
                          "is multi-tenant and no tenant_id was given", error);
    if (table->level == KL_NO_COLUMN)
        return KL_OK;
    if (access == KL_ACCESS_AGGREGATE)
        return refuse_aggregate(session, table, error);
    if (access == KL_ACCESS_INSERT && session->caller.level < 0)
        return refuse_for(session, table, "RowClassificationRequiredError",
                          "row classification required",
                          "is row-classified; give WriteScope.classification", error);
    return KL_OK;
}

/* ---- predicates ----------------------------------------------------------------------------------- */

kl_status kl_put_scope(kl_statement *statement, uint32_t scope, kl_error *error)
{
    const kl_table *table = statement->table;
    const kl_data_caller *caller = &statement->session->caller;
    if (table->tenant != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->tenant);
        kl_put(statement, " = ");
        KL_TRY(kl_put_value(statement, table->tenant, caller->tenant, error));
    }
    if (table->level != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->level);
        kl_put(statement, " <= ");
        KL_TRY(kl_put_value(statement, table->level, kl_int(caller->clearance), error));
    }
    if (scope & KL_SCOPE_LIVE && table->deleted != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->deleted);
        kl_put(statement, " IS NULL");
    }
    return KL_OK;
}

kl_status kl_draft_scope(kl_plan_draft *draft, uint32_t scope, kl_error *error)
{
    kl_statement *statement = &draft->statement;
    const kl_table *table = statement->table;
    if (table->tenant != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->tenant);
        kl_put(statement, " = ");
        KL_TRY(kl_draft_slot(draft, table->tenant, KL_FROM_TENANT, 0, error));
    }
    if (table->level != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->level);
        kl_put(statement, " <= ");
        KL_TRY(kl_draft_slot(draft, table->level, KL_FROM_CLEARANCE, 0, error));
    }
    if (scope & KL_SCOPE_LIVE && table->deleted != KL_NO_COLUMN) {
        kl_put_and(statement);
        kl_put_name(statement, table->deleted);
        kl_put(statement, " IS NULL");
    }
    return KL_OK;
}

/* ---- which columns -------------------------------------------------------------------------------- */

/* What is not declared is shown, or hidden from all but the highest clearance, by the settings. The
 * key and what DataFlow writes itself are for everybody. */
static int undeclared_rank(const kl_data_session *session, const kl_table *table,
                           const kl_column *column)
{
    const kl_dataflow_config *config = kl_dataflow_config_of(session->dataflow);
    if (column->is_primary_key || column->is_auto_managed ||
        !kl_text_is(kl_as_text(config->undeclared_fields), "redact") ||
        kl_migration_window_covers(config->classification_migration_window,
                                   kl_as_text(table->model->name)))
        return KL_RANK_PUBLIC;
    return KL_RANK_MAX;
}

int kl_column_rank(const kl_data_session *session, const kl_table *table, size_t column)
{
    int level = kl_classification_level(table->columns[column]->classification);
    return level >= 0 ? level : undeclared_rank(session, table, table->columns[column]);
}

bool kl_column_is_hidden(const kl_data_session *session, const kl_table *table, size_t column)
{
    if (session->caller.clearance >= KL_RANK_MAX)
        return false;
    int rank = kl_column_rank(session, table, column);
    return rank > session->caller.clearance && rank >= session->dataflow->watch.mask_from;
}

bool kl_has_hidden_columns(const kl_data_session *session, const kl_table *table)
{
    int rank = kl_plans_rank(table->plans);
    if (rank < 0) {
        for (size_t i = 0; i < table->count; i++)
            rank = KL_MAX(rank, kl_column_rank(session, table, i));
        kl_plans_set_rank(table->plans, rank);
    }
    return rank > session->caller.clearance && rank >= session->dataflow->watch.mask_from;
}

kl_status kl_check_reference(const kl_data_session *session, const kl_table *table, size_t column,
                             kl_error *error)
{
    if (!kl_column_is_hidden(session, table, column) ||
        table->columns[column]->allows_query_reference) {
        kl_audit_reference(session, table, column);
        return KL_OK;
    }
    return kl_data_refuse(session, error,
                          "classified column refused: '%.*s' is above the caller's clearance, and a "
                          "query that refers to it would tell of its values; declare it with "
                          "allow_query_reference=True to permit that",
                          KL_TEXT_ARG(kl_as_text(table->columns[column]->name)));
}

kl_status kl_column_mask(kl_value *out, const kl_table *table, size_t column, kl_value value,
                         kl_error *error)
{
    kl_masking masking = kl_masking_of(table->columns[column]->masking);
    return kl_mask_field(out, value, KL_RANK_MAX + 1, KL_RANK_MAX, masking, error);
}

/* ---- rows as the caller may see them --------------------------------------------------------------- */

static kl_status mask_row(kl_value *out, const kl_data_session *session, const kl_table *table,
                          kl_value row, kl_error *error)
{
    kl_value masked, *values;
    kl_status status = kl_map_of_shape(&masked, &values, table->keys, error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    for (size_t i = 0; i < table->count && status == KL_OK; i++) {
        values[i] = kl_value_retain(kl_map_value_at(row, i));
        if (kl_column_is_hidden(session, table, i))
            status = kl_column_mask(&values[i], table, i, kl_value_take(&values[i]), error);
    }
    kl_value_release(row);
    if (status == KL_OK)
        *out = masked;
    else
        kl_value_release(masked);
    return status;
}

kl_status kl_mask_row(kl_value *out, const kl_data_session *session, const kl_table *table,
                      kl_value row, kl_error *error)
{
    if (!kl_is_null(row) && kl_has_hidden_columns(session, table))
        return mask_row(out, session, table, row, error);
    *out = row;
    return KL_OK;
}

kl_status kl_read_row(kl_value *row, kl_data_session *session, const kl_table *table, kl_text text,
                      const kl_value *values, size_t count, kl_error *error)
{
    kl_value read;
    KL_TRY(kl_data_session_row(&read, NULL, session, table, text, values, count, error));
    return kl_mask_row(row, session, table, read, error);
}

kl_status kl_read_rows(kl_value *rows, kl_data_session *session, const kl_table *table, kl_text text,
                       const kl_value *values, size_t count, kl_error *error)
{
    kl_value read;
    KL_TRY(kl_data_session_rows(&read, NULL, session, table, text, values, count, error));
    kl_status status = KL_OK;
    bool hides = kl_array_len(read) && kl_has_hidden_columns(session, table);
    kl_value *items = hides ? kl_array_edit(&read, error) : NULL;
    if (hides && !items)
        status = KL_NO_MEMORY;
    for (size_t i = 0; hides && i < kl_array_len(read) && status == KL_OK; i++)
        status = mask_row(&items[i], session, table, kl_value_take(&items[i]), error);
    if (status == KL_OK)
        *rows = read;
    else
        kl_value_release(read);
    return status;
}
