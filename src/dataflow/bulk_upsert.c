/* src/dataflow/bulk_upsert.c - see bulk_upsert.h.
 *
 * PostgreSQL tells of each row whether it was new. SQLite does not: there new ones are inserted first, and when
 * some of them are and others are not, the rows go one by one, which costs no trips. MySQL counts those that it
 * met, and the rows are read afterwards. Whatever a statement leaves open, as fewer rows than items, undoes it.
 */
#include "bulk_upsert.h"
#include "audit.h"
#include "row.h"
#include "store/sql_text.h"

/* ---- statements ---------------------------------------------------------------------------------- */

/* Rows of one statement: as in bulk.c; MySQL puts them in order by a list of keys. */
enum { MOST_POSTGRES = 1000, MOST_MYSQL = 250, MOST_SQLITE = 64 };

size_t kl_upsert_most(const kl_upsert_chunk *chunk, const kl_data_session *session)
{
    static const size_t most[] = {[KL_SQL_SQLITE] = MOST_SQLITE, [KL_SQL_POSTGRES] = MOST_POSTGRES,
                                  [KL_SQL_MYSQL] = MOST_MYSQL};
    const kl_table *table = chunk->table;
    /* A value for each column; MySQL is asked for what it wrote by the keys, and told their order. */
    size_t slots = table->count + (table->dialect == KL_SQL_MYSQL ? 2 * kl_conflict_count(chunk->conflict) : 0);
    /* What is written above the clearance is not found again by its reader; and FIELD() takes one column. */
    bool is_lost = kl_writes_above_clearance(session, table) ||
                   (chunk->in_order && kl_conflict_count(chunk->conflict) > 1);
    if (table->dialect == KL_SQL_MYSQL && is_lost)
        return 1;
    return KL_MAX(1, KL_MIN(most[table->dialect], kl_sql_values_most(table->dialect) / slots));
}

static kl_status refuse(kl_error *error)
{
    return kl_error_set(error, KL_FAILED, "what became of each row cannot be told of all at once");
}

/* What a statement needs: its text, the values of all items, then those behind them, once. */
typedef struct bound {
    kl_value text;
    kl_value *values;
    size_t count;
} bound;

static void unbind(bound *b)
{
    kl_values_end(b->values, b->count);
    kl_free(b->values);
    kl_value_release(b->text);
}

static kl_status bind(bound *out, kl_upsert_chunk *c, const kl_plan *plan, kl_data_session *session,
                      kl_error *error)
{
    size_t rows = c->count * plan->row_slots, rest = plan->count - plan->row_slots;
    bound b = {.values = kl_alloc((rows + rest) * sizeof *b.values)};
    kl_plan_input input = {0};
    kl_status status;
    if (!b.values)
        return kl_error_no_memory(error);
    KL_TRY_OUT(kl_bind_items(b.values, plan, session, c->table, c->items, c->from, c->count, c->now, error));
    b.count = rows;
    KL_TRY_OUT(kl_plan_fill(b.values + rows, plan, plan->row_slots, plan->count, session, c->table,
                            &input, error));
    b.count += rest;
    KL_TRY_OUT(kl_repeat_row(&b.text, plan, c->count, error));
    *out = b;
    return KL_OK;
out:
    unbind(&b);
    return status;
}

static kl_status plan_of(const kl_plan **out, const kl_upsert_chunk *c, kl_plan_kind kind,
                         kl_plan_make *make, bool tells_new, kl_data_session *session, kl_error *error)
{
    kl_value item = kl_array_at(c->items, c->from);
    const kl_plan_key key = {
        .kind = kind, .data = item, .extra = c->conflict,
        .variant = kl_insert_variant(c->table, item) | (tells_new ? KL_VARIANT_TELLS_NEW : 0)};
    return kl_plan_get(out, session, c->table, &key, make, error);
}

/* ---- SQLite, and PostgreSQL when nobody asks what was new --------------------------------------------- */

/* The rows that a statement gives; given. */
static kl_status run(kl_value *rows, kl_upsert_chunk *c, kl_plan_kind kind, kl_plan_make *make,
                     kl_data_session *session, kl_error *error)
{
    const kl_plan *plan;
    bound b;
    KL_TRY(plan_of(&plan, c, kind, make, false, session, error));
    kl_status status = bind(&b, c, plan, session, error);
    if (status == KL_OK) {
        status = kl_read_rows(rows, session, c->table, kl_as_text(b.text), b.values, b.count, error);
        unbind(&b);
    }
    kl_plan_release(plan);
    return status;
}

static kl_status keep_all(kl_upsert_chunk *c, kl_value rows, kl_error *error)
{
    if (kl_array_len(rows) == c->count) {
        c->rows = rows;
        return KL_OK;
    }
    kl_value_release(rows);
    return refuse(error);
}

static kl_status upsert(kl_upsert_chunk *c, kl_data_session *session, kl_error *error)
{
    kl_value rows;
    if (c->tells_new) {
        KL_TRY(run(&rows, c, KL_PLAN_INSERT_NEW, kl_make_insert_new, session, error));
        c->created = (int64_t)kl_array_len(rows);
        if (c->created)
            return keep_all(c, rows, error);
        kl_value_release(rows);
    }
    KL_TRY(run(&rows, c, KL_PLAN_UPSERT, kl_make_upsert, session, error));
    return keep_all(c, rows, error);
}

/* ---- PostgreSQL ---------------------------------------------------------------------------------- */

/* A row of the table of one that the driver read, which has a column more. */
static kl_status take_row(kl_value *out, const kl_upsert_chunk *c, const kl_data_session *session,
                          kl_value read, kl_error *error)
{
    const kl_table *table = c->table;
    kl_value row, *values;
    kl_status status = KL_OK;
    KL_TRY(kl_map_of_shape(&row, &values, table->keys, error));
    for (size_t i = 0; i < table->count && status == KL_OK; i++) {
        values[i] = kl_value_retain(kl_map_value_at(read, i));
        if (!table->plain[i])
            status = kl_column_read(&values[i], table, table->columns[i], kl_value_take(&values[i]), error);
    }
    if (status == KL_OK)
        return kl_mask_row(out, session, table, row, error);
    kl_value_release(row);
    return status;
}

static kl_status take_rows(kl_upsert_chunk *c, const kl_data_session *session, kl_value read,
                           kl_error *error)
{
    kl_value row;
    if (kl_array_len(read) != c->count)
        return refuse(error);
    KL_TRY(kl_array_new(&c->rows, c->count, error));
    for (size_t i = 0; i < c->count; i++) {
        c->created += kl_as_bool(kl_map_value_at(kl_array_at(read, i), c->table->count));
        KL_TRY(take_row(&row, c, session, kl_array_at(read, i), error));
        KL_TRY(kl_array_push(&c->rows, row, error));
    }
    return KL_OK;
}

static kl_status upsert_telling(kl_upsert_chunk *c, kl_data_session *session, kl_error *error)
{
    const kl_plan *plan;
    kl_value read;
    bound b;
    KL_TRY(plan_of(&plan, c, KL_PLAN_UPSERT, kl_make_upsert, true, session, error));
    kl_status status = bind(&b, c, plan, session, error);
    kl_plan_release(plan);
    KL_TRY(status);
    status = kl_data_session_query(&read, NULL, session, kl_as_text(b.text), b.values, b.count, error);
    unbind(&b);
    KL_TRY(status);
    status = take_rows(c, session, read, error);
    kl_value_release(read);
    return status;
}

/* ---- MySQL --------------------------------------------------------------------------------------- */

/* "(?, ?), (?, ?)": what the items have in the columns of the conflict, the tenant's aside. */
static kl_status put_keys(kl_statement *s, const kl_upsert_chunk *c, kl_error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        kl_value item = kl_array_at(c->items, c->from + i);
        kl_put(s, i ? "), (" : "(");
        for (size_t k = 0; k < kl_conflict_count(c->conflict); k++) {
            size_t column = kl_conflict_at(c->table, c->conflict, k);
            kl_value value = column == c->table->tenant
                                 ? s->session->caller.tenant
                                 : kl_map_get(item, kl_as_text(c->table->columns[column]->name));
            kl_put(s, k ? ", " : "");
            KL_TRY(kl_put_value(s, column, value, error));
        }
    }
    kl_put(s, ")");
    return KL_OK;
}

static void put_columns(kl_statement *s, const kl_upsert_chunk *c)
{
    kl_put(s, "(");
    for (size_t k = 0; k < kl_conflict_count(c->conflict); k++) {
        kl_put(s, k ? ", " : "");
        kl_put_name(s, kl_conflict_at(c->table, c->conflict, k));
    }
    kl_put(s, ")");
}

/* In the order of the items. */
static kl_status put_order(kl_statement *s, const kl_upsert_chunk *c, kl_error *error)
{
    size_t column = kl_conflict_at(c->table, c->conflict, 0);
    kl_put(s, " ORDER BY FIELD(");
    kl_put_name(s, column);
    for (size_t i = 0; i < c->count; i++) {
        kl_value item = kl_array_at(c->items, c->from + i);
        kl_put(s, ", ");
        KL_TRY(kl_put_value(s, column, kl_map_get(item, kl_as_text(c->table->columns[column]->name)), error));
    }
    kl_put(s, ")");
    return KL_OK;
}

/* What stands there now, as far as the caller may see it: all of it, or something was let alone. */
static kl_status read_back(kl_upsert_chunk *c, kl_data_session *session, kl_error *error)
{
    kl_statement s;
    kl_value rows;
    kl_status status;
    KL_TRY(kl_statement_begin(&s, session, c->table, error));
    kl_put(&s, "SELECT ");
    kl_buffer_add(&s.text, kl_as_text(c->table->select_list));
    kl_put(&s, " FROM ");
    kl_put_table(&s);
    kl_put_and(&s);
    put_columns(&s, c);
    kl_put(&s, " IN (");
    KL_TRY_OUT(put_keys(&s, c, error));
    kl_put(&s, ")");
    KL_TRY_OUT(kl_put_scope(&s, KL_SCOPE_LIVE, error));
    if (c->in_order)
        KL_TRY_OUT(put_order(&s, c, error));
    KL_TRY_OUT(kl_check_statement(&s, error));
    KL_TRY_OUT(kl_read_rows(&rows, session, c->table, kl_buffer_text(&s.text), kl_array_items(s.values),
                            kl_array_len(s.values), error));
    status = keep_all(c, rows, error);
out:
    kl_statement_end(&s);
    return status;
}

static kl_status count_met(int64_t *out, kl_data_session *session, kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_data_session_query(&rows, NULL, session, KL_TEXT("SELECT @kailash_met AS met"), NULL, 0, error));
    *out = kl_as_int(kl_map_value_at(kl_array_at(rows, 0), 0));
    kl_value_release(rows);
    return KL_OK;
}

static kl_status upsert_mysql(kl_upsert_chunk *c, kl_data_session *session, kl_error *error)
{
    const kl_plan *plan;
    bound b;
    int64_t met = 0;
    KL_TRY(plan_of(&plan, c, KL_PLAN_UPSERT, kl_make_mysql_upsert, false, session, error));
    kl_status status = bind(&b, c, plan, session, error);
    kl_plan_release(plan);
    KL_TRY(status);
    status = kl_data_session_query(NULL, NULL, session, KL_TEXT("SET @kailash_met = 0"), NULL, 0, error);
    if (status == KL_OK)
        status = kl_data_session_query(NULL, NULL, session, kl_as_text(b.text), b.values, b.count, error);
    unbind(&b);
    KL_TRY(status);
    if (c->tells_new)
        KL_TRY(count_met(&met, session, error));
    c->created = (int64_t)c->count - met;
    return read_back(c, session, error);
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status work(kl_data_session *session, void *data, kl_error *error)
{
    kl_upsert_chunk *c = data;
    if (c->table->dialect == KL_SQL_MYSQL)
        return upsert_mysql(c, session, error);
    return c->tells_new && c->table->dialect == KL_SQL_POSTGRES ? upsert_telling(c, session, error)
                                                                : upsert(c, session, error);
}

kl_status kl_upsert_many(kl_upsert_chunk *chunk, kl_data_session *session, kl_error *error)
{
    kl_status status = kl_data_session_atomic(session, work, chunk, error);
    if (status != KL_OK)
        kl_value_release(kl_value_take(&chunk->rows));
    else if (!kl_writes_above_clearance(session, chunk->table))
        kl_audit_rows(session, chunk->table, chunk->rows);
    return status;
}
