/* src/dataflow/bulk.c - many rows at once: all of them, or none. */
#include "bulk_copy.h"
#include "bulk_upsert.h"
#include "echo.h"
#include "query_cache.h"
#include "record_rules.h"
#include "row.h"
#include "store/sql_text.h"

/* ---- creating ------------------------------------------------------------------------------------ */

typedef struct bulk {
    const kl_table *table;
    kl_value items;
    kl_value conflict;
    kl_value rows; /* what was written */
    kl_row_list list; /* of those rows */
    kl_value now;  /* one time for all of them, in the form of columns; null = not taken yet */
    int64_t created, updated;
    bool tells_new, tells_rows;
} bulk;

/* Rows of one statement. On a server it is the round trips that count; SQLite only saves its
 * overhead per statement, and keeps few texts prepared. */
enum { ROWS_SERVER = 1000, ROWS_SQLITE = 64 };

static size_t rows_max(const kl_table *table, const kl_plan *plan)
{
    size_t most = table->dialect == KL_SQL_SQLITE ? ROWS_SQLITE : ROWS_SERVER;
    if (!plan->row_slots || !(plan->variant & KL_VARIANT_RETURNS))
        return 1;
    if (table->dialect == KL_SQL_POSTGRES)
        most = KL_COPY_MIN;
    return KL_MAX(1, KL_MIN(most, kl_sql_values_most(table->dialect) / plan->row_slots));
}

kl_status kl_repeat_row(kl_value *out, const kl_plan *plan, size_t count, kl_error *error)
{
    kl_text text = kl_as_text(plan->text);
    kl_text row = {text.data + plan->row_begin, plan->row_end - plan->row_begin};
    kl_buffer made = KL_BUFFER_INIT;
    if (count == 1) {
        *out = kl_value_retain(plan->text);
        return KL_OK;
    }
    kl_buffer_room(&made, text.len + (count - 1) * (row.len + 2));
    kl_buffer_add(&made, (kl_text){text.data, plan->row_end});
    for (size_t i = 1; i < count; i++) {
        kl_buffer_string(&made, ", ");
        kl_buffer_add(&made, row);
    }
    kl_buffer_add(&made, (kl_text){text.data + plan->row_end, text.len - plan->row_end});
    return kl_buffer_finish(out, &made, error);
}

kl_status kl_bind_items(kl_value *values, const kl_plan *plan, const kl_data_session *session,
                        const kl_table *table, kl_value items, size_t from, size_t count, kl_value *now,
                        kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kl_plan_input input = {.data = kl_map_values(kl_array_at(items, from + i)), .now = *now};
        kl_status status = kl_plan_fill(values + i * plan->row_slots, plan, 0, plan->row_slots,
                                        session, table, &input, error);
        *now = input.now;
        if (status != KL_OK) {
            kl_values_end(values, i * plan->row_slots);
            return status;
        }
    }
    return KL_OK;
}

kl_status kl_append_rows(kl_value *to, kl_value rows, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++)
        KL_TRY(kl_array_push(to, kl_value_retain(kl_array_at(rows, i)), error));
    return KL_OK;
}

/* One statement for items `from` and those behind it. */
static kl_status insert_chunk(bulk *b, const kl_plan *plan, size_t from, size_t count,
                              kl_data_session *session, kl_error *error)
{
    size_t all = count * plan->row_slots;
    kl_value *values = kl_alloc((all ? all : 1) * sizeof *values);
    kl_value text = kl_null(), rows = kl_null();
    if (!values)
        return kl_error_no_memory(error);
    kl_status status = kl_bind_items(values, plan, session, b->table, b->items, from, count, &b->now, error);
    bool bound = status == KL_OK;
    if (bound)
        status = kl_repeat_row(&text, plan, count, error);
    if (status == KL_OK)
        status = kl_read_rows(&rows, session, b->table, kl_as_text(text), values, all, error);
    if (status == KL_OK)
        status = kl_append_rows(&b->rows, rows, error);
    if (bound)
        kl_values_end(values, all);
    kl_free(values);
    kl_value_release(text);
    kl_value_release(rows);
    return status;
}

/* One row that is told without RETURNING; see echo.h. Another kind of value takes the long way. */
static kl_status insert_echoed(bulk *b, const kl_plan *plan, size_t at, kl_data_session *session,
                               kl_error *error)
{
    kl_plan_values values;
    kl_sql_effect effect;
    kl_value row = kl_null();
    kl_value item = kl_array_at(b->items, at);
    kl_plan_input input = {.data = kl_map_values(item), .now = b->now};
    kl_status status = kl_plan_bind(&values, plan, session, b->table, &input, error);
    b->now = input.now;
    KL_TRY(status);
    if (!kl_echo_fits(plan, b->table, values.all)) {
        status = kl_row_insert_at(&row, session, b->table, item, &b->now, error);
    } else {
        status = kl_data_session_query(NULL, &effect, session, kl_as_text(plan->text), values.all,
                                       values.count, error);
        if (status == KL_OK)
            status = kl_echo_row(&row, plan, b->table, values.all, effect.last_insert_id, &b->list,
                                 error);
        if (status == KL_OK)
            status = kl_mask_row(&row, session, b->table, row, error);
    }
    kl_plan_unbind(&values);
    return status == KL_OK ? kl_array_push(&b->rows, row, error) : status;
}

/* A database that cannot give rows back does them one by one. */
static kl_status insert_single(bulk *b, size_t at, kl_data_session *session, kl_error *error)
{
    kl_value row;
    KL_TRY(kl_row_insert_at(&row, session, b->table, kl_array_at(b->items, at), &b->now, error));
    return kl_array_push(&b->rows, row, error);
}

static kl_status plan_of(const kl_plan **out, const bulk *b, size_t at,
                         kl_data_session *session, kl_error *error)
{
    bool echoes;
    kl_value item = kl_array_at(b->items, at);
    kl_plan_key key = {.kind = KL_PLAN_INSERT, .variant = kl_insert_variant(b->table, item),
                       .data = item};
    KL_TRY(kl_can_echo(&echoes, session, b->table, error));
    key.variant |= !echoes && kl_can_return(session, b->table, KL_PLAN_INSERT) ? KL_VARIANT_RETURNS : 0;
    return kl_plan_get(out, session, b->table, &key, kl_make_insert, error);
}

/* How many items from `at` on one plan (of `variant`) fits: those with the same keys, all with or all without
 * a key of their own. */
static size_t run_length(const bulk *b, uint32_t variant, size_t at)
{
    size_t end = at + 1, count = kl_array_len(b->items);
    kl_keys *keys = kl_map_keys(kl_array_at(b->items, at));
    ptrdiff_t key = kl_keys_find_string(keys, b->table->columns[b->table->key]->name);
    bool is_null = variant & KL_VARIANT_NO_KEY;
    for (; end < count; end++) {
        kl_value item = kl_array_at(b->items, end);
        if (kl_map_keys(item) != keys ||
            (key >= 0 && kl_is_null(kl_map_values(item)[key]) != is_null))
            break;
    }
    return end - at;
}

/* SQLite keeps the texts of full chunks and of single rows prepared, and no others. */
static size_t chunk_of(const bulk *b, const kl_plan *plan, size_t left)
{
    size_t most = rows_max(b->table, plan);
    if (left >= most)
        return most;
    return b->table->dialect == KL_SQL_SQLITE ? 1 : left;
}

/* As many items as one COPY takes, when that is possible; `*count` is 0 otherwise. */
static kl_status try_copy(size_t *count, bulk *b, const kl_plan *plan, size_t at, size_t left,
                          kl_data_session *session, kl_error *error)
{
    bool done = false;
    *count = KL_MIN(left, KL_COPY_MAX);
    if (b->table->dialect == KL_SQL_POSTGRES && *count >= KL_COPY_MIN)
        KL_TRY(kl_bulk_copy(&done, &b->rows, session, b->table, plan, b->items, at, *count, &b->now,
                            error));
    if (!done)
        *count = 0;
    return KL_OK;
}

/* Items `at` up to `end`, for which one plan is. */
static kl_status insert_run(bulk *b, const kl_plan *plan, size_t at, size_t end, kl_data_session *session,
                            kl_error *error)
{
    while (at < end) {
        size_t count;
        KL_TRY(try_copy(&count, b, plan, at, end - at, session, error));
        at += count;
        if (count)
            continue;
        count = chunk_of(b, plan, end - at);
        if (plan->variant & KL_VARIANT_RETURNS)
            KL_TRY(insert_chunk(b, plan, at, count, session, error));
        else if (b->table->dialect == KL_SQL_SQLITE)
            KL_TRY(insert_echoed(b, plan, at, session, error));
        else
            KL_TRY(insert_single(b, at, session, error));
        at += count;
    }
    return KL_OK;
}

static kl_status insert_all(kl_data_session *session, void *data, kl_error *error)
{
    bulk *b = data;
    for (size_t at = 0; at < kl_array_len(b->items);) {
        const kl_plan *plan;
        KL_TRY(plan_of(&plan, b, at, session, error));
        size_t end = at + run_length(b, plan->variant, at);
        kl_status status = insert_run(b, plan, at, end, session, error);
        kl_plan_release(plan);
        KL_TRY(status);
        at = end;
    }
    return KL_OK;
}

/* ---- what both begin and end with --------------------------------------------------------------------- */

static kl_status check_items(const kl_data_session *session, kl_value items, const char *empty,
                             kl_error *error)
{
    if (!kl_array_len(items))
        return kl_data_refuse(session, error, "%s", empty);
    for (size_t i = 0; i < kl_array_len(items); i++)
        if (!kl_is(kl_array_at(items, i), KL_KIND_MAP))
            return kl_error_set(error, KL_TYPE, "item %zu: expected a dict, got %s", i,
                                kl_value_kind_name(kl_array_at(items, i)));
    return KL_OK;
}

/* Every item is checked before the first is written: a plan is made for each set of keys. */
static kl_status check_plans(bulk *b, kl_data_session *session, bool *single,
                             kl_error *error)
{
    size_t statements = 0;
    for (size_t at = 0; at < kl_array_len(b->items);) {
        const kl_plan *plan;
        KL_TRY(plan_of(&plan, b, at, session, error));
        size_t run = run_length(b, plan->variant, at);
        for (size_t left = run; left > 0; statements++)
            left -= chunk_of(b, plan, left);
        kl_plan_release(plan);
        at += run;
    }
    *single = statements == 1;
    return KL_OK;
}

static kl_status hide_rows(const kl_table *table, kl_value *rows, kl_error *error)
{
    kl_value *items = kl_array_edit(rows, error);
    if (!items)
        return KL_NO_MEMORY;
    for (size_t i = 0; i < kl_array_len(*rows); i++)
        KL_TRY(kl_hide_row(&items[i], table, kl_value_take(&items[i]), error));
    return KL_OK;
}

static kl_status begin_rows(bulk *b, kl_error *error)
{
    b->list.rows = &b->rows;
    return kl_array_new(&b->rows, kl_array_len(b->items), error);
}

static kl_status finish(kl_value *rows, bulk *b, kl_status status, const kl_data_session *session,
                        kl_error *error)
{
    kl_query_cache_end_write(session, b->table);
    kl_slabs_end(&b->list.slabs);
    kl_value_release(b->now);
    if (status == KL_OK && kl_writes_above_clearance(session, b->table))
        status = hide_rows(b->table, &b->rows, error);
    if (status == KL_OK && rows)
        *rows = b->rows;
    else
        kl_value_release(b->rows);
    return status;
}

/* All of them by one COPY, which is atomic by itself. */
static kl_status copy_all(bool *done, bulk *b, kl_data_session *session, kl_error *error)
{
    const kl_plan *plan;
    size_t count = kl_array_len(b->items);
    *done = false;
    if (b->table->dialect != KL_SQL_POSTGRES || count < KL_COPY_MIN || count > KL_COPY_MAX)
        return KL_OK;
    KL_TRY(plan_of(&plan, b, 0, session, error));
    kl_status status = KL_OK;
    if (run_length(b, plan->variant, 0) == count)
        status = kl_bulk_copy(done, &b->rows, session, b->table, plan, b->items, 0, count, &b->now,
                              error);
    kl_plan_release(plan);
    return status;
}

static kl_status create_all(bulk *b, bool single, kl_data_session *session, kl_error *error)
{
    bool done;
    KL_TRY(copy_all(&done, b, session, error));
    if (done)
        return KL_OK;
    return single ? insert_all(session, b, error)
                  : kl_data_session_atomic(session, insert_all, b, error);
}

kl_status kl_rows_create(kl_value *rows, kl_data_session *session, const kl_table *table,
                         kl_value items, kl_error *error)
{
    bulk b = {.table = table, .items = items};
    bool single;
    KL_TRY(kl_access_check(session, table, KL_ACCESS_INSERT, error));
    KL_TRY(check_items(session, items, "bulk insert requires at least one item", error));
    KL_TRY(kl_check_records(session, table, KL_ACCESS_INSERT, items, error));
    KL_TRY(check_plans(&b, session, &single, error));
    KL_TRY(begin_rows(&b, error));
    kl_query_cache_begin_write(session, table);
    kl_status status = create_all(&b, single, session, error);
    return finish(rows, &b, status, session, error);
}

/* ---- inserting or updating -------------------------------------------------------------------------- */

/* One after the other, as far as `end`. */
static kl_status upsert_each(bulk *b, size_t at, size_t end, kl_data_session *session, kl_error *error)
{
    for (; at < end; at++) {
        kl_value row;
        bool is_new = true;
        KL_TRY(kl_row_put(&row, b->tells_new ? &is_new : NULL, session, b->table,
                          kl_array_at(b->items, at), b->conflict, error));
        *(is_new ? &b->created : &b->updated) += 1;
        KL_TRY(kl_array_push(&b->rows, row, error));
    }
    return KL_OK;
}

/* A failure that ended the transaction, or that has nothing to do with the rows, is told as it is. */
static bool may_go_on(const kl_data_session *session, kl_status status)
{
    return status != KL_NO_MEMORY && status != KL_INTERRUPTED && status != KL_CANCELLED &&
           status != KL_TIMEOUT && kl_sql_in_transaction(session->sql) &&
           !kl_sql_is_aborted(session->sql);
}

static kl_upsert_chunk chunk_at(bulk *b, size_t at, size_t count)
{
    return (kl_upsert_chunk){.table = b->table, .items = b->items, .conflict = b->conflict, .from = at,
                             .count = count, .tells_new = b->tells_new, .in_order = b->tells_rows,
                             .now = &b->now};
}

static kl_status upsert_chunk(bulk *b, size_t at, size_t count, kl_data_session *session, kl_error *error)
{
    kl_upsert_chunk chunk = chunk_at(b, at, count);
    kl_error why = KL_ERROR_INIT;
    if (count == 1)
        return upsert_each(b, at, at + 1, session, error);
    kl_status status = kl_upsert_many(&chunk, session, &why);
    if (status != KL_OK && may_go_on(session, status)) {
        kl_error_clear(&why);
        return upsert_each(b, at, at + count, session, error);
    }
    kl_error_move(error, &why);
    KL_TRY(status);
    b->created += chunk.created;
    b->updated += (int64_t)count - chunk.created;
    status = kl_append_rows(&b->rows, chunk.rows, error);
    kl_value_release(chunk.rows);
    return status;
}

/* Items without a key, and without columns of which one may be taken, are new. */
static kl_status insert_keyless(bulk *b, size_t at, size_t end, kl_data_session *session, kl_error *error)
{
    const kl_plan *plan;
    KL_TRY(plan_of(&plan, b, at, session, error));
    kl_status status = insert_run(b, plan, at, end, session, error);
    kl_plan_release(plan);
    b->created += (int64_t)(end - at);
    return status;
}

static kl_status upsert_all(kl_data_session *session, void *data, kl_error *error)
{
    bulk *b = data;
    kl_text key = kl_as_text(b->table->columns[b->table->key]->name);
    for (size_t at = 0; at < kl_array_len(b->items);) {
        kl_value item = kl_array_at(b->items, at);
        size_t run = run_length(b, kl_insert_variant(b->table, item), at);
        const kl_upsert_chunk chunk = chunk_at(b, at, run);
        size_t most = kl_upsert_most(&chunk, session);
        if (!kl_array_len(b->conflict) && kl_is_null(kl_map_get(item, key))) {
            KL_TRY(insert_keyless(b, at, at + run, session, error));
            at += run;
            continue;
        }
        for (size_t end = at + run, count; at < end; at += count) {
            count = KL_MIN(most, end - at);
            if (b->table->dialect == KL_SQL_SQLITE && count < most)
                count = 1; /* see chunk_of() */
            KL_TRY(upsert_chunk(b, at, count, session, error));
        }
    }
    return KL_OK;
}

kl_status kl_rows_upsert(kl_value *rows, int64_t *created, int64_t *updated,
                         kl_data_session *session, const kl_table *table, kl_value items,
                         kl_value conflict, kl_error *error)
{
    bulk b = {.table = table, .items = items, .conflict = conflict, .tells_new = created || updated,
              .tells_rows = rows != NULL};
    KL_TRY(kl_access_check(session, table, KL_ACCESS_INSERT, error));
    KL_TRY(check_items(session, items, "bulk_upsert requires at least one record", error));
    KL_TRY(kl_check_records(session, table, KL_ACCESS_INSERT, items, error));
    KL_TRY(begin_rows(&b, error));
    kl_query_cache_begin_write(session, table);
    kl_status status = kl_data_session_atomic(session, upsert_all, &b, error);
    if (status == KL_OK && created)
        *created = b.created;
    if (status == KL_OK && updated)
        *updated = b.updated;
    return finish(rows, &b, status, session, error);
}
