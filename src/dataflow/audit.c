/* src/dataflow/audit.c - see audit.h. */
#include "audit.h"
#include "access.h"
#include "classification.h"
#include "dataflow.h"
#include "model_mask.h"
#include "kailash/log.h"

#define LOGGER "kailash.dataflow.audit"

static bool is_audited(const kl_data_session *session, const kl_table *table, size_t column)
{
    int level = kl_classification_level(table->columns[column]->classification);
    return level > 0 && level >= session->dataflow->watch.mask_from;
}

static bool wants_audit(const kl_data_session *session)
{
    return __builtin_expect(session->dataflow->watch.audits, 0) && kl_log_enabled(KL_LOG_INFO);
}

/* Names of the audited columns; those the caller saw, or those that were masked. */
static kl_status add_names(kl_value *map, const char *key, const kl_data_session *session,
                           const kl_table *table, bool masked)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, table->count, NULL));
    for (size_t i = 0; i < table->count && status == KL_OK; i++)
        if (is_audited(session, table, i) && kl_column_is_hidden(session, table, i) == masked)
            status = kl_array_push(&names, kl_value_retain(table->columns[i]->name), NULL);
    if (status == KL_OK)
        return kl_map_set(map, kl_text_from(key), names, NULL);
    kl_value_release(names);
    return status;
}

static kl_status add_who(kl_value *map, const kl_data_session *session, const kl_table *table)
{
    const kl_data_caller *caller = &session->caller;
    KL_TRY(kl_map_set_text(map, KL_TEXT("operation"), kl_text_from(session->method), NULL));
    KL_TRY(kl_map_set(map, KL_TEXT("model"), kl_value_retain(table->model->name), NULL));
    KL_TRY(kl_map_set(map, KL_TEXT("clearance"), kl_int(caller->clearance), NULL));
    if (kl_is_null(caller->tenant))
        return KL_OK;
    return kl_map_set(map, KL_TEXT("tenant_id"), kl_value_retain(caller->tenant), NULL);
}

static kl_status add_rows(kl_value *map, const kl_table *table, kl_value rows)
{
    bool single = kl_is(rows, KL_KIND_MAP) || kl_array_len(rows) == 1;
    kl_value row = kl_is(rows, KL_KIND_MAP) ? rows : kl_array_at(rows, 0), id;
    int64_t count = single ? 1 : (int64_t)kl_array_len(rows);
    KL_TRY(kl_map_set(map, KL_TEXT("row_count"), kl_int(count), NULL));
    if (!single)
        return KL_OK;
    KL_TRY(kl_record_name(&id, table->model, kl_map_value_at(row, table->key), NULL));
    return kl_map_set(map, KL_TEXT("record_id"), id, NULL);
}

static bool has_audited(const kl_data_session *session, const kl_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (is_audited(session, table, i))
            return true;
    return false;
}

void kl_audit_rows(const kl_data_session *session, const kl_table *table, kl_value rows)
{
    kl_value fields;
    if (!wants_audit(session) || kl_is_null(rows) || !kl_value_len(rows) ||
        !has_audited(session, table) || kl_map_new(&fields, 8, NULL) != KL_OK)
        return;
    if (add_who(&fields, session, table) == KL_OK && add_rows(&fields, table, rows) == KL_OK &&
        add_names(&fields, "fields", session, table, false) == KL_OK &&
        add_names(&fields, "masked_fields", session, table, true) == KL_OK)
        kl_log_write(KL_LOG_INFO, LOGGER, fields, "%s gave classified fields of %.*s",
                     session->method, KL_TEXT_ARG(kl_as_text(table->model->name)));
    kl_value_release(fields);
}

void kl_audit_reference(const kl_data_session *session, const kl_table *table, size_t column)
{
    kl_value fields;
    if (!wants_audit(session) || !is_audited(session, table, column) ||
        kl_map_new(&fields, 8, NULL) != KL_OK)
        return;
    kl_value name = table->columns[column]->name;
    if (add_who(&fields, session, table) == KL_OK &&
        kl_map_set(&fields, KL_TEXT("referred_field"), kl_value_retain(name), NULL) == KL_OK)
        kl_log_write(KL_LOG_INFO, LOGGER, fields, "%s referred to a classified field of %.*s",
                     session->method, KL_TEXT_ARG(kl_as_text(table->model->name)));
    kl_value_release(fields);
}
