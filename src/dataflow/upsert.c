/* src/dataflow/upsert.c - insert a row, or update the one that has its key.
 *
 * SQLite and PostgreSQL do it in one statement. MySQL's ON DUPLICATE KEY fires for every unique
 * index, and knows no condition that would keep it off rows of others: there it is an insert and,
 * when that finds the key taken, an update. Many rows at once: bulk_upsert.c.
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

size_t kl_conflict_count(kl_value conflict)
{
    return kl_array_len(conflict) ? kl_array_len(conflict) : 1;
}

size_t kl_conflict_at(const kl_table *table, kl_value conflict, size_t index)
{
    return kl_array_len(conflict) ? kl_table_find_string(table, kl_array_at(conflict, index))
                                  : table->key;
}

static bool is_conflict(const kl_table *table, kl_value conflict, size_t column)
{
    for (size_t i = 0; i < kl_conflict_count(conflict); i++)
        if (kl_conflict_at(table, conflict, i) == column)
            return true;
    return false;
}

/* ---- texts --------------------------------------------------------------------------------------- */

static void put_conflict(kl_statement *s, kl_value conflict)
{
    kl_put(s, " ON CONFLICT (");
    for (size_t i = 0; i < kl_conflict_count(conflict); i++) {
        kl_put(s, i ? ", " : "");
        kl_put_name(s, kl_conflict_at(s->table, conflict, i));
    }
    kl_put(s, ") DO ");
}

/* Whether an existing row gets a column: those that were given, and the time. */
static bool is_assigned(const kl_table *table, const kl_plan_key *key, size_t column)
{
    if (column == table->updated)
        return true;
    return kl_map_has(key->data, kl_as_text(table->columns[column]->name)) &&
           kl_column_writable(table, column) == KL_WRITE && column != table->key &&
           !is_conflict(table, key->extra, column);
}

static size_t put_excluded_all(kl_statement *s, const kl_plan_key *key)
{
    size_t count = 0;
    for (size_t i = 0; i < s->table->count; i++) {
        if (!is_assigned(s->table, key, i))
            continue;
        kl_put(s, count++ ? ", " : " SET ");
        kl_put_name(s, i);
        kl_put(s, " = excluded.");
        kl_put_name(s, i);
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

kl_status kl_make_upsert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
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
    return kl_draft_returning(draft, key->variant & KL_VARIANT_TELLS_NEW, error);
}

kl_status kl_make_insert_new(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    KL_TRY(check_conflict(s->session, s->table, key->extra, key->data, error));
    KL_TRY(kl_draft_insert(draft, key, error));
    put_conflict(s, key->extra);
    kl_put(s, "NOTHING");
    return kl_draft_returning(draft, false, error);
}

/* The condition under which MySQL changes the row that it came upon: it is that of the key, and not another one
 * with the same value of some unique column, and the caller may change it. */
static kl_status draft_condition(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    const kl_table *table = s->table;
    for (size_t i = 0; i < kl_conflict_count(key->extra); i++) {
        size_t column = kl_conflict_at(table, key->extra, i);
        kl_put(s, i ? " AND " : "");
        put_own(s, column);
        kl_put(s, " = VALUES(");
        kl_put_name(s, column);
        kl_put(s, ")");
    }
    if (table->tenant != KL_NO_COLUMN) {
        kl_put(s, " AND ");
        put_own(s, table->tenant);
        kl_put(s, " = VALUES(");
        kl_put_name(s, table->tenant);
        kl_put(s, ")");
    }
    if (table->deleted != KL_NO_COLUMN) {
        kl_put(s, " AND ");
        put_own(s, table->deleted);
        kl_put(s, " IS NULL");
    }
    if (table->level == KL_NO_COLUMN)
        return KL_OK;
    kl_put(s, " AND ");
    put_own(s, table->level);
    kl_put(s, " <= ");
    return kl_draft_slot(draft, table->level, KL_FROM_CLEARANCE, 0, error);
}

/* None of the columns that the condition looks at is assigned to, so it is the same for all. */
kl_status kl_make_mysql_upsert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    const kl_table *table = s->table;
    KL_TRY(check_conflict(s->session, table, key->extra, key->data, error));
    KL_TRY(kl_draft_insert(draft, key, error));
    kl_put(s, " ON DUPLICATE KEY UPDATE ");
    kl_put_name(s, table->key);
    kl_put(s, " = IF(@kailash_met := @kailash_met + 1, ");
    put_own(s, table->key);
    kl_put(s, ", NULL)");
    for (size_t i = 0; i < table->count; i++) {
        if (!is_assigned(table, key, i))
            continue;
        kl_put(s, ", ");
        kl_put_name(s, i);
        kl_put(s, " = IF(");
        KL_TRY(draft_condition(draft, key, error));
        kl_put(s, ", VALUES(");
        kl_put_name(s, i);
        kl_put(s, "), ");
        put_own(s, i);
        kl_put(s, ")");
    }
    return KL_OK;
}

/* ---- why nothing was written ------------------------------------------------------------------------ */

static kl_status put_conflict_values(kl_statement *s, kl_value data, kl_value conflict,
                                     kl_error *error)
{
    for (size_t i = 0; i < kl_conflict_count(conflict); i++) {
        size_t column = kl_conflict_at(s->table, conflict, i);
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

/* The name of the index that refused a row: "PRIMARY", "table.PRIMARY", that of a unique column, or another. */
static kl_text index_of(const kl_error *error)
{
    kl_value details = error->details ? *(kl_value *)error->details : kl_null();
    kl_text name = kl_as_text(kl_map_get(details, KL_TEXT("constraint")));
    for (size_t at = name.len; at > 0; at--)
        if (name.data[at - 1] == '.')
            return (kl_text){name.data + at, name.len - at};
    return name;
}

/* Whether an index that has a name of its own is over just those columns. */
static kl_status is_index_over(bool *out, kl_data_session *session, const kl_table *table,
                               kl_value conflict, kl_value name, kl_error *error)
{
    kl_value rows;
    const kl_value values[] = {table->model->table, name};
    KL_TRY(kl_data_session_query(&rows, NULL, session,
                                 KL_TEXT("SELECT column_name AS name FROM information_schema.statistics WHERE "
                                         "table_schema = DATABASE() AND table_name = ? AND index_name = ?"),
                                 values, 2, error));
    *out = kl_array_len(rows) == kl_conflict_count(conflict);
    for (size_t i = 0; i < kl_array_len(rows) && *out; i++) {
        size_t column = kl_table_find(table, kl_as_text(kl_map_value_at(kl_array_at(rows, i), 0)));
        *out = column != KL_NO_COLUMN && is_conflict(table, conflict, column);
    }
    kl_value_release(rows);
    return KL_OK;
}

/* Is the index that refused the row what the caller meant? */
static kl_status is_meant(bool *out, kl_data_session *session, const kl_table *table, kl_value conflict,
                          const kl_error *refused, kl_error *error)
{
    kl_text name = index_of(refused);
    kl_value text;
    *out = false;
    if (!name.len)
        return KL_OK;
    size_t column = kl_conflict_at(table, conflict, 0);
    *out = kl_conflict_count(conflict) == 1 &&
           (column == table->key ? kl_text_is(name, "PRIMARY")
                                 : kl_text_equal(name, kl_as_text(table->columns[column]->name)));
    if (*out || kl_text_is(name, "PRIMARY"))
        return KL_OK;
    KL_TRY(kl_string_new(&text, name, error));
    kl_status status = is_index_over(out, session, table, conflict, text, error);
    kl_value_release(text);
    return status;
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
    bool taken = false;
    kl_status looked = KL_OK;
    if (status != KL_OK && status != KL_NO_MEMORY)
        looked = is_meant(&taken, session, table, conflict, &refused, error);
    if (looked == KL_OK && !taken) {
        kl_error_move(error, &refused);
        return status;
    }
    kl_error_clear(&refused);
    KL_TRY(looked);
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
        KL_TRY(run(row, session, table, &key, kl_make_insert_new, error));
    *created = !kl_is_null(*row);
    if (*created)
        return KL_OK;
    key.kind = KL_PLAN_UPSERT;
    KL_TRY(run(row, session, table, &key, kl_make_upsert, error));
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
