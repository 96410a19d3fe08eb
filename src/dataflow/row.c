/* src/dataflow/row.c - create, read, update, delete and restore one row. */
#include "row.h"
#include "data_error.h"
#include "echo.h"
#include "kailash/id.h"
#include "query_cache.h"
#include "record_rules.h"
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- running plans -------------------------------------------------------------------------------- */

kl_status kl_plan_run(kl_sql_effect *effect, const kl_plan *plan, kl_data_session *session,
                      const kl_table *table, kl_plan_input *input, kl_error *error)
{
    kl_plan_values values;
    KL_TRY(kl_plan_bind(&values, plan, session, table, input, error));
    kl_status status = kl_data_session_query(NULL, effect, session, kl_as_text(plan->text),
                                             values.all, values.count, error);
    kl_plan_unbind(&values);
    return status;
}

kl_status kl_plan_row(kl_value *row, const kl_plan *plan, kl_data_session *session,
                      const kl_table *table, kl_plan_input *input, kl_error *error)
{
    kl_plan_values values;
    KL_TRY(kl_plan_bind(&values, plan, session, table, input, error));
    kl_status status = kl_read_row(row, session, table, kl_as_text(plan->text), values.all,
                                   values.count, error);
    kl_plan_unbind(&values);
    return status;
}

/* "10.11.6-MariaDB-0+deb12u1" has RETURNING, "8.0.36" has not. */
static bool server_returns(const kl_data_session *session)
{
    int major = 0, minor = 0;
    const char *version = kl_sql_server_version(session->sql);
    sscanf(version, "%d.%d", &major, &minor);
    return strstr(version, "MariaDB") && (major > 10 || (major == 10 && minor >= 5));
}

/* Only MySQL itself has no RETURNING at all; MariaDB has none for UPDATE. */
bool kl_can_return(const kl_data_session *session, const kl_table *table, kl_plan_kind kind)
{
    if (table->dialect != KL_SQL_MYSQL)
        return true;
    return kind != KL_PLAN_UPDATE && server_returns(session);
}

/* Whether a row of PostgreSQL was there: one that is changed has been locked before. */
#define TELL_NEW ", (xmax = 0) AS \"kailash new\""

static void put_returning(kl_statement *statement, bool tells_new)
{
    kl_put(statement, " RETURNING ");
    kl_buffer_add(&statement->text, kl_as_text(statement->table->select_list));
    kl_put(statement, tells_new ? TELL_NEW : "");
}

/* Whether the key of inserted rows is a number that the caller gives. */
static bool gives_number(const kl_plan_draft *draft)
{
    const kl_table *table = draft->statement.table;
    for (size_t i = 0; i < draft->row_slots; i++)
        if (draft->slots[i].column == table->key && draft->slots[i].source == KL_FROM_DATA)
            return table->columns[table->key]->kind == KL_COLUMN_INTEGER;
    return false;
}

/* PostgreSQL does not see that a number of its sequence is taken; the others count on from the
 * highest. So the same statement moves the sequence, which OFFSET 0 keeps from being looked up for
 * each row. */
static void put_sequence(kl_statement *s)
{
    kl_text key = kl_as_text(s->table->quoted[s->table->key]);
    kl_text table = kl_as_text(s->table->quoted_table);
    kl_text name = kl_as_text(s->table->columns[s->table->key]->name);
    kl_buffer_format(&s->text,
                     " FROM stored, (SELECT pg_get_serial_sequence('%.*s', '%.*s')::regclass "
                     "AS \"kailash sequence\" OFFSET 0) AS counter WHERE CASE WHEN stored.%.*s > "
                     "COALESCE(pg_sequence_last_value(counter.\"kailash sequence\"), 0) THEN "
                     "COALESCE(setval(counter.\"kailash sequence\", stored.%.*s) > 0, TRUE) "
                     "ELSE TRUE END",
                     KL_TEXT_ARG(table), KL_TEXT_ARG(name), KL_TEXT_ARG(key), KL_TEXT_ARG(key));
}

kl_status kl_draft_returning(kl_plan_draft *draft, bool tells_new, kl_error *error)
{
    kl_statement *s = &draft->statement;
    if (s->table->dialect != KL_SQL_POSTGRES || !gives_number(draft)) {
        put_returning(s, tells_new);
        return KL_OK;
    }
    static const char begin[] = "WITH stored AS (";
    kl_buffer insert = s->text;
    s->text = (kl_buffer)KL_BUFFER_INIT;
    kl_put(s, begin);
    kl_buffer_add(&s->text, kl_buffer_text(&insert));
    kl_put(s, " RETURNING *");
    kl_put(s, tells_new ? TELL_NEW : "");
    kl_put(s, ") SELECT ");
    kl_buffer_add(&s->text, kl_as_text(s->table->select_list));
    kl_put(s, tells_new ? ", \"kailash new\"" : "");
    put_sequence(s);
    draft->row_begin += sizeof begin - 1;
    draft->row_end += sizeof begin - 1;
    kl_status status = insert.status;
    kl_buffer_free(&insert);
    return status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static kl_status integer_key(kl_value *out, bool *usable, kl_text text)
{
    char digits[32], *end = digits;
    *usable = text.len > 0 && text.len < sizeof digits;
    if (!*usable)
        return KL_OK;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    long long number = strtoll(digits, &end, 10);
    bool is_digit = (digits[0] >= '0' && digits[0] <= '9') || digits[0] == '-';
    *usable = is_digit && *end == '\0' && number != INT64_MAX && number != INT64_MIN;
    *out = kl_int(number);
    return KL_OK;
}

kl_status kl_key_bind(kl_value *out, bool *usable, const kl_table *table, kl_value key,
                      kl_error *error)
{
    const kl_column *column = table->columns[table->key];
    bool is_text = column->kind == KL_COLUMN_TEXT || column->kind == KL_COLUMN_UUID;
    *out = kl_null();
    *usable = !kl_is_null(key);
    if (!*usable)
        return KL_OK;
    if (column->kind == KL_COLUMN_INTEGER && kl_is(key, KL_KIND_STRING))
        return integer_key(out, usable, kl_as_text(key));
    if (is_text && kl_is(key, KL_KIND_INT))
        return kl_string_format(out, error, "%" PRId64, kl_as_int(key));
    if (column->kind == KL_COLUMN_UUID && table->native && kl_is(key, KL_KIND_STRING))
        *usable = kl_uuid_is_valid(kl_as_text(key));
    return kl_column_bind(out, table, column, key, error);
}

/* ---- inserting ----------------------------------------------------------------------------------- */

kl_writable kl_column_writable(const kl_table *table, size_t at)
{
    if (at == table->tenant || at == table->level)
        return KL_WRITE_NOT;
    const kl_column *column = table->columns[at];
    return column->is_auto_managed || column->is_soft_delete ? KL_WRITE_REFUSED : KL_WRITE;
}

static kl_status check_insert_keys(const kl_plan_draft *draft, kl_value data, kl_error *error)
{
    const kl_statement *s = &draft->statement;
    for (size_t i = 0; i < kl_map_len(data); i++) {
        kl_text name = kl_map_key_at(data, i);
        size_t column = kl_table_find(s->table, name);
        if (column == KL_NO_COLUMN)
            return kl_refuse_column(s->session, "insert fields", name, error);
        if (kl_column_writable(s->table, column) == KL_WRITE_REFUSED)
            return kl_data_refuse(s->session, error,
                                  "column '%.*s' is not writable (auto-managed or soft-delete)",
                                  KL_TEXT_ARG(name));
    }
    return KL_OK;
}

/* Where an inserted column's value comes from; `*given` is false when it gets none. */
static kl_status insert_source(kl_plan_source *source, size_t *at, bool *given,
                               const kl_plan_draft *draft, const kl_plan_key *key, size_t place,
                               kl_error *error)
{
    const kl_statement *s = &draft->statement;
    const kl_table *table = s->table;
    const kl_column *column = table->columns[place];
    ptrdiff_t found = kl_keys_find_string(kl_map_keys(key->data), column->name);
    *given = true;
    *at = (size_t)found;
    if (place == table->tenant)
        return *source = KL_FROM_TENANT, KL_OK;
    if (place == table->level)
        return *source = KL_FROM_LEVEL, KL_OK;
    if (found >= 0 && !(place == table->key && key->variant & KL_VARIANT_NO_KEY))
        return *source = KL_FROM_DATA, KL_OK;
    if (column->is_auto_managed)
        return *source = KL_FROM_NOW, KL_OK;
    if (column->has_initial)
        return *source = KL_FROM_INITIAL, KL_OK;
    if (column->is_primary_key && column->kind == KL_COLUMN_UUID)
        return *source = KL_FROM_UUID, KL_OK;
    bool generated = column->is_primary_key && column->kind == KL_COLUMN_INTEGER;
    *given = false;
    if (generated || !(column->is_required || column->is_primary_key))
        return KL_OK;
    return kl_data_refuse(s->session, error, "missing required field: %.*s",
                          KL_TEXT_ARG(kl_as_text(column->name)));
}

/* The placeholders stand in a buffer of their own until the names are complete. */
kl_status kl_draft_insert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    KL_TRY(check_insert_keys(draft, key->data, error));
    kl_put(s, "INSERT INTO ");
    kl_put_table(s);
    kl_buffer head = s->text;
    s->text = (kl_buffer)KL_BUFFER_INIT;
    kl_status status = KL_OK;
    for (size_t i = 0; i < s->table->count && status == KL_OK; i++) {
        kl_plan_source source = KL_FROM_NULL;
        size_t at;
        bool given;
        status = insert_source(&source, &at, &given, draft, key, i, error);
        if (status != KL_OK || !given)
            continue;
        kl_buffer_string(&head, draft->count ? ", " : " (");
        kl_buffer_add(&head, kl_as_text(s->table->quoted[i]));
        kl_put(s, draft->count ? ", " : "(");
        status = kl_draft_slot(draft, i, source, at, error);
    }
    kl_buffer row = s->text;
    s->text = head;
    draft->row_slots = draft->count;
    if (draft->count) {
        kl_put(s, ") VALUES ");
        draft->row_begin = s->text.len;
        kl_buffer_add(&s->text, kl_buffer_text(&row));
        kl_put(s, ")");
        draft->row_end = s->text.len;
    } else {
        kl_put(s, s->table->dialect == KL_SQL_MYSQL ? " () VALUES ()" : " DEFAULT VALUES");
    }
    if (row.status != KL_OK && status == KL_OK)
        status = kl_error_no_memory(error);
    kl_buffer_free(&row);
    return status;
}

uint32_t kl_insert_variant(const kl_table *table, kl_value data)
{
    const kl_value *key = kl_map_find(data, kl_as_text(table->columns[table->key]->name));
    return key && kl_is_null(*key) ? KL_VARIANT_NO_KEY : 0;
}

kl_status kl_make_insert(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    KL_TRY(kl_draft_insert(draft, key, error));
    return key->variant & KL_VARIANT_RETURNS ? kl_draft_returning(draft, false, error) : KL_OK;
}

kl_status kl_hide_row(kl_value *out, const kl_table *table, kl_value row, kl_error *error)
{
    kl_value hidden = kl_null(), *values;
    kl_status status = kl_map_of_shape(&hidden, &values, table->keys, error);
    for (size_t i = 0; i < table->count && status == KL_OK; i++) {
        if (i == table->key)
            values[i] = kl_value_retain(kl_map_value_at(row, i));
        else
            status = kl_string_from_valid(&values[i], KL_TEXT("[REDACTED]"), error);
    }
    kl_value_release(row);
    if (status == KL_OK)
        *out = hidden;
    else
        kl_value_release(hidden);
    return status;
}

/* Without RETURNING: the row that was just inserted, by the key it was given or got. */
static kl_status read_back(kl_value *row, kl_data_session *session, const kl_table *table,
                           const kl_plan *plan, const kl_plan_values *values,
                           const kl_sql_effect *effect, kl_error *error)
{
    kl_value key = kl_int(effect->last_insert_id);
    for (size_t i = 0; i < plan->row_slots; i++)
        if (plan->slots[i].column == table->key)
            key = values->all[i];
    kl_data_session all = *session;
    if (table->level != KL_NO_COLUMN)
        all.caller.clearance = KL_MAX(all.caller.clearance, all.caller.level);
    return kl_row_read(row, &all, table, key, true, false, error);
}

/* By the statement itself, or by its key. */
static kl_status insert_and_read(kl_value *row, kl_data_session *session, const kl_table *table,
                                 const kl_plan *plan, const kl_plan_values *values, kl_error *error)
{
    kl_sql_effect effect;
    kl_text text = kl_as_text(plan->text);
    if (plan->variant & KL_VARIANT_RETURNS)
        return kl_read_row(row, session, table, text, values->all, values->count, error);
    KL_TRY(kl_data_session_query(NULL, &effect, session, text, values->all, values->count, error));
    return read_back(row, session, table, plan, values, &effect, error);
}

static kl_status insert_and_echo(kl_value *row, kl_data_session *session, const kl_table *table,
                                 const kl_plan *plan, const kl_plan_values *values, kl_error *error)
{
    kl_sql_effect effect;
    kl_value stored;
    KL_TRY(kl_data_session_query(NULL, &effect, session, kl_as_text(plan->text), values->all,
                                 values->count, error));
    KL_TRY(kl_echo_row(&stored, plan, table, values->all, effect.last_insert_id, NULL, error));
    return kl_mask_row(row, session, table, stored, error);
}

/* One plan is made of a set of keys whether the row is echoed or not, but for its end. */
static kl_status insert_row(kl_value *row, kl_data_session *session, const kl_table *table,
                            kl_plan_key *key, kl_value *now, kl_error *error)
{
    const kl_plan *plan;
    kl_plan_values values;
    bool echoes;
    kl_plan_input input = {.data = kl_map_values(key->data), .now = *now};
    KL_TRY(kl_can_echo(&echoes, session, table, error));
    key->variant |= !echoes && kl_can_return(session, table, KL_PLAN_INSERT) ? KL_VARIANT_RETURNS : 0;
    KL_TRY(kl_plan_get(&plan, session, table, key, kl_make_insert, error));
    kl_status status = kl_plan_bind(&values, plan, session, table, &input, error);
    bool bound = status == KL_OK;
    if (bound && echoes && !kl_echo_fits(plan, table, values.all)) {
        echoes = false;
        kl_plan_release(plan);
        plan = NULL;
        key->variant |= KL_VARIANT_RETURNS;
        status = kl_plan_get(&plan, session, table, key, kl_make_insert, error);
    }
    if (status == KL_OK)
        status = (echoes ? insert_and_echo : insert_and_read)(row, session, table, plan, &values,
                                                             error);
    if (bound)
        kl_plan_unbind(&values);
    *now = input.now;
    kl_plan_release(plan);
    return status;
}

kl_status kl_row_insert_at(kl_value *row, kl_data_session *session, const kl_table *table,
                           kl_value data, kl_value *now, kl_error *error)
{
    kl_value made = kl_null();
    KL_TRY(kl_access_check(session, table, KL_ACCESS_INSERT, error));
    kl_plan_key key = {.kind = KL_PLAN_INSERT, .variant = kl_insert_variant(table, data),
                       .data = data};
    kl_query_cache_begin_write(session, table);
    kl_status status = insert_row(&made, session, table, &key, now, error);
    kl_query_cache_end_write(session, table);
    KL_TRY(status);
    if (kl_writes_above_clearance(session, table))
        return kl_hide_row(row, table, made, error);
    *row = made;
    return KL_OK;
}

kl_status kl_row_insert(kl_value *row, kl_data_session *session, const kl_table *table,
                        kl_value data, kl_error *error)
{
    kl_value now = kl_null();
    kl_status status = kl_row_insert_at(row, session, table, data, &now, error);
    kl_value_release(now);
    return status;
}

kl_status kl_row_create(kl_value *row, kl_data_session *session, const kl_table *table,
                        kl_value data, kl_error *error)
{
    KL_TRY(kl_check_record(session, table, KL_ACCESS_INSERT, data, error));
    return kl_row_insert(row, session, table, data, error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static void draft_key(kl_plan_draft *draft)
{
    kl_put_and(&draft->statement);
    kl_put_name(&draft->statement, draft->statement.table->key);
    kl_put(&draft->statement, " = ");
}

static kl_status draft_where(kl_plan_draft *draft, uint32_t scope, kl_error *error)
{
    draft_key(draft);
    KL_TRY(kl_draft_slot(draft, draft->statement.table->key, KL_FROM_KEY, 0, error));
    return kl_draft_scope(draft, scope, error);
}

static kl_status make_read(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_statement *s = &draft->statement;
    kl_put(s, "SELECT ");
    kl_buffer_add(&s->text, kl_as_text(s->table->select_list));
    kl_put(s, " FROM ");
    kl_put_table(s);
    KL_TRY(draft_where(draft, key->variant, error));
    if (key->variant & KL_VARIANT_LOCK)
        kl_put(s, " FOR UPDATE");
    return KL_OK;
}

static kl_status refuse_lock(const kl_data_session *session, const kl_table *table, kl_error *error)
{
    kl_value words = kl_null();
    KL_TRY(kl_array_new(&words, 2, error));
    kl_status status = kl_array_push_text(&words, KL_TEXT("FOR UPDATE"), error);
    if (status == KL_OK)
        status = kl_array_push_text(&words, KL_TEXT("SQLite"), error);
    const kl_error_attribute attributes[] = {{"model", table->model->name},
                                             {"lock", kl_array_at(words, 0)},
                                             {"dialect", kl_array_at(words, 1)}};
    if (status == KL_OK)
        status = kl_error_raise(error, "RowLockUnsupportedError", attributes, KL_COUNT(attributes),
                                "%s failed: row lock unsupported on model %.*s: FOR UPDATE is not "
                                "available on SQLite; the read was refused rather than performed "
                                "without the lock",
                                session->method, KL_TEXT_ARG(kl_as_text(table->model->name)));
    kl_value_release(words);
    return status;
}

kl_status kl_check_lock(const kl_data_session *session, const kl_table *table, kl_error *error)
{
    return table->dialect == KL_SQL_SQLITE ? refuse_lock(session, table, error) : KL_OK;
}

kl_status kl_row_read(kl_value *row, kl_data_session *session, const kl_table *table, kl_value key,
                      bool include_deleted, bool for_update, kl_error *error)
{
    const kl_plan *plan;
    bool usable;
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    if (for_update)
        KL_TRY(kl_check_lock(session, table, error));
    kl_plan_input input = {0};
    KL_TRY(kl_key_bind(&input.key, &usable, table, key, error));
    kl_plan_key wanted = {.kind = KL_PLAN_READ,
                          .variant = (include_deleted ? 0 : KL_SCOPE_LIVE) |
                                     (for_update ? KL_VARIANT_LOCK : 0)};
    *row = kl_null();
    kl_status status =
        usable ? kl_plan_get(&plan, session, table, &wanted, make_read, error) : KL_OK;
    if (usable && status == KL_OK) {
        kl_plan_values values;
        status = kl_plan_bind(&values, plan, session, table, &input, error);
        if (status == KL_OK) {
            status = kl_query_cached(row, session, table, kl_read_row, kl_as_text(plan->text),
                                     values.all, values.count, error);
            kl_plan_unbind(&values);
        }
        kl_plan_release(plan);
    }
    kl_value_release(input.key);
    if (status == KL_OK)
        kl_audit_rows(session, table, *row);
    return status;
}

/* ---- updating ------------------------------------------------------------------------------------ */

kl_status kl_update_column(size_t *out, const kl_data_session *session, const kl_table *table,
                           kl_value name, kl_error *error)
{
    size_t column = kl_table_find_string(table, name);
    if (column == KL_NO_COLUMN)
        return kl_refuse_column(session, "update fields", kl_as_text(name), error);
    kl_writable writable = kl_column_writable(table, column);
    if (column == table->key || writable == KL_WRITE_REFUSED)
        return kl_data_refuse(session, error,
                              "column '%.*s' is not writable (primary key, auto-managed, or "
                              "soft-delete)",
                              KL_TEXT_ARG(kl_as_text(name)));
    *out = writable == KL_WRITE_NOT ? KL_NO_COLUMN : column;
    return KL_OK;
}

static kl_status draft_assignments(kl_plan_draft *draft, kl_value data, kl_error *error)
{
    kl_statement *s = &draft->statement;
    for (size_t i = 0; i < kl_map_len(data); i++) {
        size_t column;
        KL_TRY(kl_update_column(&column, s->session, s->table, kl_map_key_value_at(data, i), error));
        if (column == KL_NO_COLUMN)
            continue;
        kl_put(s, draft->count ? ", " : " SET ");
        kl_put_name(s, column);
        kl_put(s, " = ");
        KL_TRY(kl_draft_slot(draft, column, KL_FROM_DATA, i, error));
    }
    if (!draft->count)
        return kl_data_refuse(s->session, error, "no fields provided to update");
    if (s->table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_put(s, ", ");
    kl_put_name(s, s->table->updated);
    kl_put(s, " = ");
    return kl_draft_slot(draft, s->table->updated, KL_FROM_NOW, 0, error);
}

static kl_status make_update(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    kl_put(&draft->statement, "UPDATE ");
    kl_put_table(&draft->statement);
    KL_TRY(draft_assignments(draft, key->data, error));
    KL_TRY(draft_where(draft, KL_SCOPE_LIVE, error));
    if (key->variant & KL_VARIANT_RETURNS)
        put_returning(&draft->statement, false);
    return KL_OK;
}

static kl_status run_update(kl_value *row, int64_t *affected, const kl_plan *plan,
                            kl_data_session *session, const kl_table *table, kl_plan_input *input,
                            kl_error *error)
{
    kl_sql_effect effect;
    if (plan->variant & KL_VARIANT_RETURNS) {
        KL_TRY(kl_plan_row(row, plan, session, table, input, error));
        kl_audit_rows(session, table, *row);
        *affected = !kl_is_null(*row);
        return KL_OK;
    }
    KL_TRY(kl_plan_run(&effect, plan, session, table, input, error));
    *affected = effect.affected;
    return row && effect.affected
               ? kl_row_read(row, session, table, input->key, false, false, error)
               : KL_OK;
}

kl_status kl_row_update(kl_value *row, int64_t *affected, kl_data_session *session,
                        const kl_table *table, kl_value key, kl_value data, kl_error *error)
{
    const kl_plan *plan;
    bool usable;
    int64_t matched = 0;
    kl_value made = kl_null();
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    KL_TRY(kl_check_record(session, table, KL_ACCESS_READ, data, error));
    kl_plan_key wanted = {.kind = KL_PLAN_UPDATE, .data = data};
    wanted.variant = row && kl_can_return(session, table, KL_PLAN_UPDATE) ? KL_VARIANT_RETURNS : 0;
    KL_TRY(kl_plan_get(&plan, session, table, &wanted, make_update, error));
    kl_plan_input input = {.data = kl_map_values(data)};
    kl_status status = kl_key_bind(&input.key, &usable, table, key, error);
    if (status == KL_OK && usable) {
        kl_query_cache_begin_write(session, table);
        status = run_update(row ? &made : NULL, &matched, plan, session, table, &input, error);
        kl_query_cache_end_write(session, table);
    }
    kl_value_release(input.key);
    kl_value_release(input.now);
    kl_plan_release(plan);
    KL_TRY(status);
    if (row && !matched)
        return kl_refuse_missing(session, error, "record not found after update in model %.*s",
                                 KL_TEXT_ARG(kl_as_text(table->model->name)));
    if (row)
        *row = made;
    if (affected)
        *affected = matched;
    return KL_OK;
}

/* ---- deleting ------------------------------------------------------------------------------------ */

/* A soft deletion writes when it happened, and that the row was touched. */
static kl_status draft_deleted(kl_plan_draft *draft, bool deleted, kl_error *error)
{
    kl_statement *s = &draft->statement;
    kl_put(s, "UPDATE ");
    kl_put_table(s);
    kl_put(s, " SET ");
    kl_put_name(s, s->table->deleted);
    kl_put(s, " = ");
    KL_TRY(kl_draft_slot(draft, s->table->deleted, deleted ? KL_FROM_NOW : KL_FROM_NULL, 0, error));
    if (s->table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_put(s, ", ");
    kl_put_name(s, s->table->updated);
    kl_put(s, " = ");
    return kl_draft_slot(draft, s->table->updated, KL_FROM_NOW, 0, error);
}

static kl_status make_delete(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    (void)key;
    if (draft->statement.table->deleted != KL_NO_COLUMN) {
        KL_TRY(draft_deleted(draft, true, error));
    } else {
        kl_put(&draft->statement, "DELETE FROM ");
        kl_put_table(&draft->statement);
    }
    return draft_where(draft, KL_SCOPE_LIVE, error);
}

static kl_status make_restore(kl_plan_draft *draft, const kl_plan_key *key, kl_error *error)
{
    (void)key;
    KL_TRY(draft_deleted(draft, false, error));
    KL_TRY(draft_where(draft, 0, error));
    kl_put_and(&draft->statement);
    kl_put_name(&draft->statement, draft->statement.table->deleted);
    kl_put(&draft->statement, " IS NOT NULL");
    return KL_OK;
}

/* A plan that finds its row by the key alone and changes it; how many it found. */
static kl_status change(int64_t *affected, kl_data_session *session, const kl_table *table,
                        kl_value key, kl_plan_kind kind, kl_plan_make *make, kl_error *error)
{
    const kl_plan *plan;
    bool usable;
    kl_sql_effect effect = {0};
    kl_plan_input input = {0};
    kl_plan_key wanted = {.kind = kind};
    KL_TRY(kl_access_check(session, table, KL_ACCESS_READ, error));
    KL_TRY(kl_plan_get(&plan, session, table, &wanted, make, error));
    kl_status status = kl_key_bind(&input.key, &usable, table, key, error);
    if (status == KL_OK && usable) {
        kl_query_cache_begin_write(session, table);
        status = kl_plan_run(&effect, plan, session, table, &input, error);
        kl_query_cache_end_write(session, table);
    }
    kl_value_release(input.key);
    kl_value_release(input.now);
    kl_plan_release(plan);
    if (status == KL_OK)
        *affected = effect.affected;
    return status;
}

kl_status kl_row_delete(int64_t *affected, kl_data_session *session, const kl_table *table,
                        kl_value key, kl_error *error)
{
    return change(affected, session, table, key, KL_PLAN_DELETE, make_delete, error);
}

kl_status kl_row_restore(bool *done, kl_data_session *session, const kl_table *table, kl_value key,
                         kl_error *error)
{
    int64_t affected = 0;
    if (table->deleted == KL_NO_COLUMN)
        return kl_data_refuse(session, error,
                              "restore requires a soft-delete column; model has none");
    KL_TRY(change(&affected, session, table, key, KL_PLAN_RESTORE, make_restore, error));
    *done = affected > 0;
    return KL_OK;
}

/* ---- looking ------------------------------------------------------------------------------------- */

kl_status kl_row_plan(const kl_plan **out, const kl_data_session *session, const kl_table *table,
                      kl_plan_kind kind, kl_value data, kl_error *error)
{
    static kl_plan_make *const makers[] = {
        [KL_PLAN_INSERT] = kl_make_insert,
        [KL_PLAN_READ] = make_read,
        [KL_PLAN_UPDATE] = make_update,
        [KL_PLAN_DELETE] = make_delete,
    };
    bool has_data = kind == KL_PLAN_INSERT || kind == KL_PLAN_UPDATE;
    kl_plan_key key = {.kind = kind, .data = has_data ? data : kl_null()};
    if (kind == KL_PLAN_INSERT)
        key.variant = kl_insert_variant(table, data);
    if (kind == KL_PLAN_READ)
        key.variant = KL_SCOPE_LIVE;
    return kl_plan_get(out, session, table, &key, makers[kind], error);
}
