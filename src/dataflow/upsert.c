/* src/dataflow/upsert.c - insert a row, or update the one that has its key.
 *
 * SQLite and PostgreSQL do it in one statement. MySQL's ON DUPLICATE KEY fires for every unique
 * index, and knows no condition that would keep it off rows of others: there it is an insert and,
 * when that finds the key taken, an update.
 */
#include "audit.h"
#include "query_cache.h"
#include "record_rules.h"
#include "row.h"

/* Columns that tell whether a row is there already: those that the caller names, or the key. */
static kl_status check_conflict(const kl_data_session *session, const kl_table *table,
                                kl_value conflict, kl_value data, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(conflict); i++) {
        kl_text name = kl_as_text(kl_array_at(conflict, i));
        size_t column = kl_table_find(table, name);
        if (column == KL_NO_COLUMN)
            return kl_refuse_column(session, "conflict_columns", name, error);
        KL_TRY(kl_check_reference(session, table, column, error));
        bool given = kl_map_has(data, name) || column == table->tenant;
        if (!given)
            return kl_data_refuse(session, error, "missing required field: %.*s (a conflict column)",
                                  KL_TEXT_ARG(name));
    }
    return KL_OK;
}

static size_t conflict_count(kl_value conflict)
{
    return kl_array_len(conflict) ? kl_array_len(conflict) : 1;
}

static size_t conflict_at(const kl_table *table, kl_value conflict, size_t index)
{
    return kl_array_len(conflict) ? kl_table_find_string(table, kl_array_at(conflict, index))
                                  : table->key;
}

static bool is_conflict(const kl_table *table, kl_value conflict, size_t column)
{
    for (size_t i = 0; i < conflict_count(conflict); i++)
        if (conflict_at(table, conflict, i) == column)
            return true;
    return false;
}

/* ---- texts --------------------------------------------------------------------------------------- */

static void put_conflict(kl_statement *s, kl_value conflict)
{
    kl_put(s, " ON CONFLICT (");
    for (size_t i = 0; i < conflict_count(conflict); i++) {
        kl_put(s, i ? ", " : "");
        kl_put_name(s, conflict_at(s->table, conflict, i));
    }
    kl_put(s, ") DO ");
}

static void put_excluded(kl_statement *s, size_t column, size_t count)
{
    kl_put(s, count ? ", " : " SET ");
    kl_put_name(s, column);
    kl_put(s, " = excluded.");
    kl_put_name(s, column);
}

/* What an existing row gets: the columns that were given, and the time. */
static size_t put_excluded_all(kl_statement *s, const kl_plan_key *key)
{
    const kl_table *table = s->table;
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        bool given = kl_map_has(key->data, kl_as_text(table->columns[i]->name)) &&
                     kl_column_writable(table, i) == KL_WRITE && i != table->key &&
                     !is_conflict(table, key->extra, i);
        if (given || i == table->updated)
            put_excluded(s, i, count++);
    }
    return count;
}

static void put_own(kl_statement *s, size_t column)
{
    kl_put_table(s);
    kl_put(s, ".");
    kl_put_name(s, column);
}

/* An existing row is let alone when it is another tenant's, above the clearance, or deleted. */
static kl_status draft_guard(kl_plan_draft *draft, kl_error *error)
{
    kl_statement *s = &draft->statement;
    const kl_table *table = s->table;
    s->has_where = false;
    if (table->tenant != KL_NO_COLUMN) {
        kl_put_and(s);
        put_own(s, table->tenant);
        kl_put(s, " = excluded.");
        kl_put_name(s, table->tenant);
    }
    if (table->level != KL_NO_COLUMN) {
        kl_put_and(s);
        put_own(s, table->level);
        kl_put(s, " <= ");
        KL_TRY(kl_draft_slot(draft, table->level, KL_FROM_CLEARANCE, 0, error));
    }
    if (table->deleted != KL_NO_COLUMN) {
        kl_put_and(s);
        put_own(s, table->deleted);
        kl_put(s, " IS NULL");
    }
    return KL_OK;
}

static kl_status make_upsert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    KL_TRY(check_conflict(s->session, s->table, key->extra, key->data, error));
    KL_TRY(kl_draft_insert(draft, key, error));
    put_conflict(s, key->extra);
    kl_put(s, "UPDATE");
    if (!put_excluded_all(s, key)) { /* so that RETURNING has a row to tell of */
        kl_put(s, " SET ");
        kl_put_name(s, s->table->key);
        kl_put(s, " = ");
        put_own(s, s->table->key);
    }
    KL_TRY(draft_guard(draft, error));
    return kl_draft_returning(draft, error);
}

static kl_status make_insert_new(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    KL_TRY(check_conflict(s->session, s->table, key->extra, key->data, error));
    KL_TRY(kl_draft_insert(draft, key, error));
    put_conflict(s, key->extra);
    kl_put(s, "NOTHING");
    return kl_draft_returning(draft, error);
}

/* ---- why nothing was written ------------------------------------------------------------------------ */

static kl_status put_conflict_values(kl_statement *s, kl_value data, kl_value conflict,
                                     kl_error *error)
{
    for (size_t i = 0; i < conflict_count(conflict); i++) {
        size_t column = conflict_at(s->table, conflict, i);
        if (column == s->table->tenant)
            continue; /* the scope has it */
        kl_put_and(s);
        kl_put_name(s, column);
        kl_put(s, " = ");
        KL_TRY(kl_put_value(s, column, kl_map_get(data, kl_as_text(s->table->columns[column]->name)),
                            error));
    }
    return KL_OK;
}

/* Whether a deleted row, which the caller could see otherwise, is in the way. */
static kl_status find_deleted(bool *found, kl_data_session *session, const kl_table *table,
                              kl_value data, kl_value conflict, kl_error *error)
{
    kl_statement s;
    kl_value rows = kl_null();
    kl_status status;
    *found = false;
    if (table->deleted == KL_NO_COLUMN)
        return KL_OK;
    KL_TRY(kl_statement_begin(&s, session, table, error));
    kl_put(&s, "SELECT 1 AS ");
    kl_put_name(&s, table->key);
    kl_put(&s, " FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(put_conflict_values(&s, data, conflict, error));
    KL_TRY_OUT(kl_put_scope(&s, 0, error));
    kl_put_and(&s);
    kl_put_name(&s, table->deleted);
    kl_put(&s, " IS NOT NULL");
    KL_TRY_OUT(kl_statement_run(&rows, NULL, session, &s, error));
    *found = kl_array_len(rows) > 0;
out:
    kl_value_release(rows);
    kl_statement_end(&s);
    return status;
}

static kl_status explain(kl_data_session *session, const kl_table *table, kl_value data,
                         kl_value conflict, kl_error *error)
{
    bool deleted;
    KL_TRY(find_deleted(&deleted, session, table, data, conflict, error));
    if (deleted)
        return kl_data_refuse(session, error, "record is soft-deleted; restore it first");
    return kl_data_refuse(session, error,
                          "a record with this key exists that the caller may not change");
}

/* ---- MySQL: an insert, or an update ----------------------------------------------------------------- */

/* "PRIMARY", "table.PRIMARY" or the name of a unique column: is it what the caller meant? */
static bool is_meant(const kl_table *table, kl_value conflict, const kl_error *error)
{
    kl_value details = error->details ? *(kl_value *)error->details : kl_null();
    kl_text name = kl_as_text(kl_map_get(details, KL_TEXT("constraint")));
    for (size_t at = name.len; at > 0; at--)
        if (name.data[at - 1] == '.') {
            name = (kl_text){name.data + at, name.len - at};
            break;
        }
    for (size_t i = 0; i < conflict_count(conflict); i++) {
        size_t column = conflict_at(table, conflict, i);
        if (column == table->key ? kl_text_is(name, "PRIMARY")
                                 : kl_text_equal(name, kl_as_text(table->columns[column]->name)))
            return true;
    }
    return false;
}

static kl_status put_assignments(kl_statement *s, size_t *count, kl_value data, kl_value conflict,
                                 kl_error *error)
{
    const kl_table *table = s->table;
    for (size_t i = 0; i < kl_map_len(data); i++) {
        size_t column = kl_table_find_string(table, kl_map_key_value_at(data, i));
        if (kl_column_writable(table, column) != KL_WRITE || column == table->key ||
            is_conflict(table, conflict, column))
            continue;
        kl_put(s, (*count)++ ? ", " : " SET ");
        kl_put_name(s, column);
        kl_put(s, " = ");
        KL_TRY(kl_put_value(s, column, kl_map_value_at(data, i), error));
    }
    if (table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_value now;
    KL_TRY(kl_timestamp_now(&now, error));
    kl_put(s, (*count)++ ? ", " : " SET ");
    kl_put_name(s, table->updated);
    kl_put(s, " = ");
    kl_status status = kl_put_value(s, table->updated, now, error);
    kl_value_release(now);
    return status;
}

static kl_status update_existing(kl_data_session *session, const kl_table *table, kl_value data,
                                 kl_value conflict, kl_error *error)
{
    kl_statement s;
    size_t count = 0;
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, table, error));
    kl_put(&s, "UPDATE ");
    kl_put_table(&s);
    KL_TRY_OUT(put_assignments(&s, &count, data, conflict, error));
    KL_TRY_OUT(put_conflict_values(&s, data, conflict, error));
    KL_TRY_OUT(kl_put_scope(&s, KL_SCOPE_LIVE, error));
    if (count)
        KL_TRY_OUT(kl_statement_run(NULL, NULL, session, &s, error));
out:
    kl_statement_end(&s);
    return status;
}

static kl_status read_existing(kl_value *row, kl_data_session *session, const kl_table *table,
                               kl_value data, kl_value conflict, kl_error *error)
{
    kl_statement s;
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, table, error));
    kl_put(&s, "SELECT ");
    kl_buffer_add(&s.text, kl_as_text(table->select_list));
    kl_put(&s, " FROM ");
    kl_put_table(&s);
    KL_TRY_OUT(put_conflict_values(&s, data, conflict, error));
    KL_TRY_OUT(kl_put_scope(&s, KL_SCOPE_LIVE, error));
    KL_TRY_OUT(kl_read_row(row, session, table, kl_buffer_text(&s.text), kl_array_items(s.values),
                           kl_array_len(s.values), error));
out:
    kl_statement_end(&s);
    return status;
}

static kl_status insert_or_update(kl_value *row, bool *created, kl_data_session *session,
                                  const kl_table *table, kl_value data, kl_value conflict,
                                  kl_error *error)
{
    kl_error refused = KL_ERROR_INIT;
    KL_TRY(check_conflict(session, table, conflict, data, error));
    kl_status status = kl_row_insert(row, session, table, data, &refused);
    *created = status == KL_OK;
    bool taken = status != KL_OK && status != KL_NO_MEMORY && is_meant(table, conflict, &refused);
    if (!taken) {
        kl_error_move(error, &refused);
        return status;
    }
    kl_error_clear(&refused);
    KL_TRY(update_existing(session, table, data, conflict, error));
    KL_TRY(read_existing(row, session, table, data, conflict, error));
    return kl_is_null(*row) ? explain(session, table, data, conflict, error) : KL_OK;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status run(kl_value *row, kl_data_session *session, const kl_table *table,
                     const kl_plan_key *key, kl_plan_make *make, kl_error *error)
{
    const kl_plan *plan;
    KL_TRY(kl_plan_get(&plan, session, table, key, make, error));
    kl_plan_input input = {.data = kl_map_values(key->data)};
    kl_status status = kl_plan_row(row, plan, session, table, &input, error);
    kl_value_release(input.now);
    kl_plan_release(plan);
    return status;
}

/* Whether it was new is told by trying the insert alone first. */
static kl_status upsert(kl_value *row, bool *created, bool tells, kl_data_session *session,
                        const kl_table *table, kl_value data, kl_value conflict, kl_error *error)
{
    kl_plan_key key = {.kind = KL_PLAN_INSERT_NEW, .variant = kl_insert_variant(table, data),
                       .data = data, .extra = conflict};
    *row = kl_null();
    if (tells)
        KL_TRY(run(row, session, table, &key, make_insert_new, error));
    *created = !kl_is_null(*row);
    if (*created)
        return KL_OK;
    key.kind = KL_PLAN_UPSERT;
    KL_TRY(run(row, session, table, &key, make_upsert, error));
    return kl_is_null(*row) ? explain(session, table, data, conflict, error) : KL_OK;
}

kl_status kl_row_put(kl_value *row, bool *created, kl_data_session *session,
                     const kl_table *table, kl_value data, kl_value conflict, kl_error *error)
{
    bool is_new = true;
    kl_value made = kl_null();
    KL_TRY(kl_access_check(session, table, KL_ACCESS_INSERT, error));
    const kl_value *key = kl_map_find(data, kl_as_text(table->columns[table->key]->name));
    bool has_target = kl_array_len(conflict) || (key && !kl_is_null(*key));
    kl_status status;
    kl_query_cache_begin_write(session, table);
    if (!has_target)
        status = kl_row_insert(&made, session, table, data, error);
    else if (table->dialect == KL_SQL_MYSQL)
        status = insert_or_update(&made, &is_new, session, table, data, conflict, error);
    else
        status = upsert(&made, &is_new, created != NULL, session, table, data, conflict, error);
    kl_query_cache_end_write(session, table);
    KL_TRY(status);
    if (created)
        *created = is_new;
    if (has_target && kl_writes_above_clearance(session, table))
        return kl_hide_row(row, table, made, error);
    kl_audit_rows(session, table, made);
    *row = made;
    return KL_OK;
}

kl_status kl_row_upsert(kl_value *row, bool *created, kl_data_session *session,
                        const kl_table *table, kl_value data, kl_value conflict, kl_error *error)
{
    KL_TRY(kl_check_record(session, table, KL_ACCESS_INSERT, data, error));
    return kl_row_put(row, created, session, table, data, conflict, error);
}
