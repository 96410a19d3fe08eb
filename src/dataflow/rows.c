/* src/dataflow/rows.c - list, count, update and delete the rows that meet conditions. */
#include "audit.h"
#include "query_cache.h"
#include "record_rules.h"
#include "row.h"
#include "where.h"

#include <inttypes.h>
#include <strings.h>

/* ---- order and limits ------------------------------------------------------------------------------ */

static kl_status read_direction(bool *descending, kl_value direction, kl_error *error)
{
    kl_text word = kl_as_text(direction);
    *descending = word.len == 4 && strncasecmp(word.data, "desc", 4) == 0;
    bool ascending = kl_is_null(direction) ||
                     (word.len == 3 && strncasecmp(word.data, "asc", 3) == 0);
    if (*descending || ascending)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "order_dir must be 'asc' or 'desc', got '%.*s'",
                        KL_TEXT_ARG(word));
}

/* Rows without a value come first, as SQLite and MySQL have it. PostgreSQL is told so only where
 * there may be none: its indexes are sorted the other way. */
static kl_status put_order_by(kl_statement *s, kl_text name, bool descending, size_t count,
                              kl_error *error)
{
    if (name.len && name.data[0] == '-') {
        descending = !descending;
        name = (kl_text){name.data + 1, name.len - 1};
    }
    size_t column = kl_table_find(s->table, name);
    if (column == KL_NO_COLUMN)
        return kl_refuse_column(s->session, "ORDER BY", name, error);
    KL_TRY(kl_check_reference(s->session, s->table, column, error));
    kl_put(s, count ? ", " : " ORDER BY ");
    kl_put_name(s, column);
    kl_put(s, descending ? " DESC" : " ASC");
    if (s->table->dialect == KL_SQL_POSTGRES && s->table->columns[column]->is_nullable)
        kl_put(s, descending ? " NULLS LAST" : " NULLS FIRST");
    return KL_OK;
}

static kl_status put_order(kl_statement *s, const kl_selection *selection, kl_error *error)
{
    bool descending;
    KL_TRY(read_direction(&descending, selection->order_dir, error));
    if (kl_is(selection->order_by, KL_KIND_STRING))
        return put_order_by(s, kl_as_text(selection->order_by), descending, 0, error);
    for (size_t i = 0; i < kl_array_len(selection->order_by); i++) {
        kl_value name = kl_array_at(selection->order_by, i);
        if (!kl_is(name, KL_KIND_STRING))
            return kl_error_set(error, KL_TYPE, "order_by[%zu]: expected a name, got %s", i,
                                kl_value_kind_name(name));
        KL_TRY(put_order_by(s, kl_as_text(name), descending, i, error));
    }
    return KL_OK;
}

static kl_status put_limits(kl_statement *s, const kl_selection *selection, kl_error *error)
{
    if (selection->offset < 0)
        return kl_data_refuse(s->session, error, "OFFSET must be non-negative, got %" PRId64,
                              selection->offset);
    if (selection->limit < -1)
        return kl_data_refuse(s->session, error, "LIMIT must be non-negative, got %" PRId64,
                              selection->limit);
    if (selection->limit < 0 && !selection->offset)
        return KL_OK;
    if (selection->limit >= 0 || s->table->dialect != KL_SQL_POSTGRES) {
        kl_put(s, " LIMIT ?"); /* without a limit, SQLite and MySQL know no offset */
        int64_t limit = selection->limit >= 0 ? selection->limit : INT64_MAX;
        KL_TRY(kl_put_bound(s, kl_int(limit), error));
    }
    if (!selection->offset)
        return KL_OK;
    kl_put(s, " OFFSET ?");
    return kl_put_bound(s, kl_int(selection->offset), error);
}

static uint32_t scope_of(const kl_selection *selection)
{
    return selection->include_deleted ? 0 : KL_SCOPE_LIVE;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status refuse_foreign(const kl_data_session *session, const kl_where_found *found,
                                kl_error *error)
{
    if (!found->foreign_tenant || !session->in_transaction)
        return KL_OK;
    return kl_data_refuse(session, error,
                          "a filter asks for another tenant than that of the transaction");
}

static kl_status put_list(kl_statement *s, const kl_selection *selection, kl_error *error)
{
    kl_where_found found = {0};
    kl_put(s, "SELECT ");
    kl_buffer_add(&s->text, kl_as_text(s->table->select_list));
    kl_put(s, " FROM ");
    kl_put_table(s);
    KL_TRY(kl_put_filters(s, selection->filters, &found, error));
    KL_TRY(refuse_foreign(s->session, &found, error));
    KL_TRY(kl_put_scope(s, scope_of(selection), error));
    KL_TRY(put_order(s, selection, error));
    KL_TRY(put_limits(s, selection, error));
    if (selection->for_update)
        kl_put(s, " FOR UPDATE");
    return KL_OK;
}

kl_status kl_rows_list(kl_value *rows, kl_data_session *session, const kl_table *table,
                       const kl_selection *selection, kl_error *error)
{
    kl_statement s;
    kl_status status;
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    if (selection->for_update)
        KL_TRY(kl_check_lock(session, table, error));
    KL_TRY(kl_statement_begin(&s, session, table, error));
    KL_TRY_OUT(put_list(&s, selection, error));
    KL_TRY_OUT(kl_check_statement(&s, error));
    KL_TRY_OUT(kl_query_cached(rows, session, table, kl_read_rows, kl_buffer_text(&s.text),
                               kl_array_items(s.values), kl_array_len(s.values), error));
    kl_audit_rows(session, table, *rows);
out:
    kl_statement_end(&s);
    return status;
}

kl_status kl_rows_count(int64_t *count, kl_data_session *session, const kl_table *table,
                        const kl_selection *selection, kl_error *error)
{
    kl_statement s;
    kl_value rows = kl_null();
    kl_status status;
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    KL_TRY(kl_statement_begin(&s, session, table, error));
    kl_put(&s, "SELECT COUNT(*) AS n FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(kl_put_filters(&s, selection->filters, NULL, error));
    KL_TRY_OUT(kl_put_scope(&s, scope_of(selection), error));
    KL_TRY_OUT(kl_statement_select(&rows, session, &s, error));
    *count = kl_as_int(kl_map_get(kl_array_at(rows, 0), KL_TEXT("n")));
out:
    kl_value_release(rows);
    kl_statement_end(&s);
    return status;
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* The rows that a write touches: never those of others, hidden ones or deleted ones. */
static kl_status put_target(kl_statement *s, const kl_selection *selection, kl_where_found *found,
                            kl_error *error)
{
    KL_TRY(kl_put_filters(s, selection->filters, found, error));
    return kl_put_scope(s, KL_SCOPE_LIVE, error);
}

static kl_status put_now(kl_statement *s, size_t column, kl_error *error)
{
    kl_value now;
    KL_TRY(kl_timestamp_now(&now, error));
    kl_put_name(s, column);
    kl_put(s, " = ");
    kl_status status = kl_put_value(s, column, now, error);
    kl_value_release(now);
    return status;
}

static kl_status put_assignments(kl_statement *s, kl_value updates, kl_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < kl_map_len(updates); i++) {
        size_t column;
        KL_TRY(kl_update_column(&column, s->session, s->table, kl_map_key_value_at(updates, i),
                                error));
        if (column == KL_NO_COLUMN)
            continue;
        kl_put(s, count++ ? ", " : " SET ");
        kl_put_name(s, column);
        kl_put(s, " = ");
        KL_TRY(kl_put_value(s, column, kl_map_value_at(updates, i), error));
    }
    if (!count)
        return kl_data_refuse(s->session, error, "no fields provided to update");
    if (s->table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_put(s, ", ");
    return put_now(s, s->table->updated, error);
}

static kl_status run_write(int64_t *matched, kl_data_session *session, kl_statement *s,
                           kl_error *error)
{
    kl_sql_effect effect = {0};
    kl_query_cache_begin_write(session, s->table);
    kl_status status = kl_statement_run(NULL, &effect, session, s, error);
    kl_query_cache_end_write(session, s->table);
    if (status == KL_OK)
        *matched = effect.affected;
    return status;
}

kl_status kl_rows_update(int64_t *matched, kl_data_session *session, const kl_table *table,
                         const kl_selection *selection, kl_value updates, kl_error *error)
{
    kl_statement s;
    kl_status status;
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    KL_TRY(kl_check_record(session, table, KL_ACCESS_READ, updates, error));
    KL_TRY(kl_statement_begin(&s, session, table, error));
    kl_put(&s, "UPDATE ");
    kl_put_table(&s);
    kl_where_found found = {0};
    KL_TRY_OUT(put_assignments(&s, updates, error));
    KL_TRY_OUT(put_target(&s, selection, &found, error));
    KL_TRY_OUT(run_write(matched, session, &s, error));
out:
    kl_statement_end(&s);
    return status;
}

static kl_status put_delete(kl_statement *s, kl_error *error)
{
    if (s->table->deleted == KL_NO_COLUMN) {
        kl_put(s, "DELETE FROM ");
        kl_put_table(s);
        return KL_OK;
    }
    kl_put(s, "UPDATE ");
    kl_put_table(s);
    kl_put(s, " SET ");
    KL_TRY(put_now(s, s->table->deleted, error));
    if (s->table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_put(s, ", ");
    return put_now(s, s->table->updated, error);
}

kl_status kl_rows_delete(int64_t *matched, kl_data_session *session, const kl_table *table,
                         const kl_selection *selection, kl_error *error)
{
    kl_statement s;
    kl_status status;
    kl_where_found found = {0};
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    KL_TRY(kl_statement_begin(&s, session, table, error));
    KL_TRY_OUT(put_delete(&s, error));
    KL_TRY_OUT(put_target(&s, selection, &found, error));
    if (!found.conditions && !selection->allow_all)
        KL_TRY_OUT(kl_data_refuse(session, error,
                                  "filter-based delete requires at least one condition that the "
                                  "tenant scope does not overwrite"));
    KL_TRY_OUT(run_write(matched, session, &s, error));
out:
    kl_statement_end(&s);
    return status;
}
