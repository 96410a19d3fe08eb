/* src/dataflow/transaction_operations.c - operations with the arguments and results of transactions. */
#include "transaction_operations.h"
#include "express_operations.h"
#include "query_cache.h"
#include "record_rules.h"
#include "row.h"

static kl_status do_create(kl_value *out, const kl_face_call *call, kl_error *error)
{
    KL_TRY(kl_check_types(call, call->args[0], error));
    return kl_row_create(out, call->session, call->table, call->args[0], error);
}

static kl_status do_upsert(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_row_upsert(out, NULL, call->session, call->table, call->args[0], kl_null(), error);
}

static kl_status do_read_one(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_row_read(out, call->session, call->table, call->args[0], false,
                       kl_as_bool(call->args[1]), error);
}

static kl_status do_list(kl_value *out, const kl_face_call *call, kl_error *error)
{
    kl_selection selection;
    KL_TRY(kl_read_selection(&selection, call, call->args, error));
    selection.for_update = kl_as_bool(call->args[6]);
    return kl_rows_list(out, call->session, call->table, &selection, error);
}

static kl_status do_count(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t count;
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = call->args[0];
    selection.include_deleted = kl_as_bool(call->args[1]);
    KL_TRY(kl_rows_count(&count, call->session, call->table, &selection, error));
    *out = kl_int(count);
    return KL_OK;
}

/* ---- outcomes ------------------------------------------------------------------------------------ */

static kl_status outcome(kl_value *out, const char *word, const char *first, int64_t a,
                         const char *second, int64_t b, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 3, error));
    kl_status status = kl_map_set_text(&map, KL_TEXT("outcome"), kl_text_from(word), error);
    if (status == KL_OK && first)
        status = kl_map_set(&map, kl_text_from(first), kl_int(a), error);
    if (status == KL_OK && second)
        status = kl_map_set(&map, kl_text_from(second), kl_int(b), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status affected_outcome(kl_value *out, int64_t affected, kl_error *error)
{
    return outcome(out, affected ? "applied" : "no_match", "rows_affected", affected, NULL, 0,
                   error);
}

static kl_status do_update(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t affected = 0;
    KL_TRY(kl_row_update(NULL, &affected, call->session, call->table, call->args[0], call->args[1],
                         error));
    return affected_outcome(out, affected, error);
}

static kl_status do_delete(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t affected = 0;
    KL_TRY(kl_row_delete(&affected, call->session, call->table, call->args[0], error));
    return affected_outcome(out, affected, error);
}

/* ---- compare and set ------------------------------------------------------------------------------- */

typedef struct revision {
    size_t column;
    int64_t expected;
    kl_value key; /* bound */
} revision;

static kl_status find_revision(revision *out, const kl_face_call *call, kl_error *error)
{
    const kl_table *table = call->table;
    kl_text name = kl_as_text(call->args[2]);
    out->column = kl_table_find(table, name);
    out->expected = kl_as_int(call->args[3]);
    if (out->column == KL_NO_COLUMN)
        return kl_refuse_column(call->session, "revision_column", name, error);
    const kl_column *column = table->columns[out->column];
    bool fits = column->kind == KL_COLUMN_INTEGER && column->is_required &&
                out->column != table->key && kl_column_writable(table, out->column) == KL_WRITE;
    if (!fits)
        return kl_data_refuse(call->session, error,
                              "compare-and-set requires a writable, required integer revision column");
    if (kl_map_has(call->args[1], name))
        return kl_data_refuse(call->session, error,
                              "compare-and-set sets the revision column itself; leave it out of data");
    if (out->expected == INT64_MAX)
        return kl_data_refuse(call->session, error, "the revision has reached its greatest value");
    return kl_check_reference(call->session, table, out->column, error);
}

static kl_status put_assignments(kl_statement *s, const revision *r, kl_value data, kl_error *error)
{
    const kl_table *table = s->table;
    kl_put(s, " SET ");
    kl_put_name(s, r->column);
    kl_put(s, " = ");
    KL_TRY(kl_put_value(s, r->column, kl_int(r->expected + 1), error));
    for (size_t i = 0; i < kl_map_len(data); i++) {
        size_t column;
        KL_TRY(kl_update_column(&column, s->session, table, kl_map_key_value_at(data, i), error));
        if (column == KL_NO_COLUMN)
            continue;
        kl_put(s, ", ");
        kl_put_name(s, column);
        kl_put(s, " = ");
        KL_TRY(kl_put_value(s, column, kl_map_value_at(data, i), error));
    }
    if (table->updated == KL_NO_COLUMN)
        return KL_OK;
    kl_value now;
    KL_TRY(kl_timestamp_now(&now, error));
    kl_put(s, ", ");
    kl_put_name(s, table->updated);
    kl_put(s, " = ");
    kl_status status = kl_put_value(s, table->updated, now, error);
    kl_value_release(now);
    return status;
}

static kl_status compare_and_set(int64_t *affected, const kl_face_call *call, const revision *r,
                                 kl_error *error)
{
    kl_statement s;
    kl_status status;
    kl_sql_effect effect = {0};
    KL_TRY(kl_statement_begin(&s, call->session, call->table, error));
    kl_put(&s, "UPDATE ");
    kl_put_table(&s);
    KL_TRY_OUT(put_assignments(&s, r, call->args[1], error));
    kl_put_and(&s);
    kl_put_name(&s, call->table->key);
    kl_put(&s, " = ");
    kl_put_placeholder(&s, call->table->key);
    KL_TRY_OUT(kl_put_bound(&s, kl_value_retain(r->key), error));
    kl_put_and(&s);
    kl_put_name(&s, r->column);
    kl_put(&s, " = ");
    KL_TRY_OUT(kl_put_value(&s, r->column, kl_int(r->expected), error));
    KL_TRY_OUT(kl_put_scope(&s, KL_SCOPE_LIVE, error));
    kl_query_cache_begin_write(call->session, call->table);
    status = kl_statement_run(NULL, &effect, call->session, &s, error);
    kl_query_cache_end_write(call->session, call->table);
    *affected = effect.affected;
out:
    kl_statement_end(&s);
    return status;
}

static kl_status explain(kl_value *out, const kl_face_call *call, kl_error *error)
{
    kl_value row;
    KL_TRY(kl_row_read(&row, call->session, call->table, call->args[0], false, false, error));
    bool conflict = !kl_is_null(row);
    kl_value_release(row);
    return outcome(out, conflict ? "revision_conflict" : "no_visible_row", NULL, 0, NULL, 0, error);
}

static kl_status do_compare_and_set(kl_value *out, const kl_face_call *call, kl_error *error)
{
    revision r;
    bool usable;
    int64_t affected = 0;
    KL_TRY(kl_access_check(call->session, call->table, KL_ACCESS_READ, error));
    KL_TRY(kl_check_record(call->session, call->table, KL_ACCESS_READ, call->args[1], error));
    KL_TRY(find_revision(&r, call, error));
    KL_TRY(kl_key_bind(&r.key, &usable, call->table, call->args[0], error));
    kl_status status = usable ? compare_and_set(&affected, call, &r, error) : KL_OK;
    kl_value_release(r.key);
    KL_TRY(status);
    if (!affected)
        return explain(out, call, error);
    return outcome(out, "applied_pending_commit", "previous_revision", r.expected, "next_revision",
                   r.expected + 1, error);
}

/* The head counts the model's name; the tenant stands behind it. */
const kl_face_operation kl_transaction_operations[] = {
    [KL_TX_CREATE] = {"create", do_create, 2, 0, true},
    [KL_TX_UPSERT] = {"upsert", do_upsert, 2, 0, false},
    [KL_TX_READ_ONE] = {"read_one", do_read_one, 2, 1, false},
    [KL_TX_LIST] = {"list", do_list, 7, 1, false},
    [KL_TX_COUNT] = {"count", do_count, 3, 0, false},
    [KL_TX_UPDATE] = {"update", do_update, 3, 0, false},
    [KL_TX_DELETE] = {"delete", do_delete, 2, 0, false},
    [KL_TX_COMPARE_AND_SET] = {"compare_and_set", do_compare_and_set, 5, 0, false},
};
