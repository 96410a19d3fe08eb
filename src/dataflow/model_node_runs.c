/* src/dataflow/model_node_runs.c - see model_node_runs.h. */
#include "model_node_runs.h"
#include "operations.h"
#include "table.h"
#include "kailash/node.h"

#include <inttypes.h>

/* ---- outputs ------------------------------------------------------------------------------------- */

/* Append a pair; `value` is taken. The first failure sticks in `status`. */
static void give(kl_status *status, kl_value *map, const char *name, kl_value value,
                 kl_error *error)
{
    if (*status == KL_OK)
        *status = kl_map_set(map, kl_text_from(name), value, error);
    else
        kl_value_release(value);
}

static kl_status finish(kl_value *out, kl_value map, kl_status status)
{
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status one_count(kl_value *out, const char *name, int64_t count, kl_error *error)
{
    return kl_node_result(out, name, kl_int(count), error);
}

/* ---- inputs -------------------------------------------------------------------------------------- */

/* Values by field: what is no setting of the node. */
static kl_status read_fields(kl_value *out, const kl_model_node_call *call,
                             const char *const *settings, kl_error *error)
{
    kl_value map = kl_value_retain(call->inputs);
    kl_status status = kl_map_remove(&map, KL_TEXT(KL_TENANT_INPUT), error);
    if (status == KL_OK)
        status = kl_map_remove(&map, KL_TEXT(KL_LEVEL_INPUT), error);
    for (; *settings && status == KL_OK; settings++)
        status = kl_map_remove(&map, kl_text_from(*settings), error);
    return finish(out, map, status);
}

static const char *const no_settings[] = {NULL};

/* ---- one row ------------------------------------------------------------------------------------- */

kl_status kl_node_create(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value data, row, map;
    KL_TRY(read_fields(&data, call, no_settings, error));
    kl_status status = kl_row_create(&row, call->session, call->table, data, error);
    kl_value_release(data);
    KL_TRY(status);
    status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    give(&status, &map, "id", kl_value_retain(kl_map_value_at(row, call->table->key)), error);
    give(&status, &map, "record", row, error);
    return finish(out, map, status);
}

kl_status kl_node_read(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value row, map;
    KL_TRY(kl_row_read(&row, call->session, call->table, call->args[0], kl_as_bool(call->args[1]),
                       false, error));
    kl_status status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    give(&status, &map, "found", kl_bool(!kl_is_null(row)), error);
    give(&status, &map, "record", row, error);
    return finish(out, map, status);
}

kl_status kl_node_upsert(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value data, row, map;
    bool created;
    KL_TRY(read_fields(&data, call, no_settings, error));
    kl_status status =
        kl_row_upsert(&row, &created, call->session, call->table, data, kl_null(), error);
    kl_value_release(data);
    KL_TRY(status);
    status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(row);
        return status;
    }
    give(&status, &map, "created", kl_bool(created), error);
    give(&status, &map, "record", row, error);
    return finish(out, map, status);
}

/* ---- a row or a filter ----------------------------------------------------------------------------- */

enum { UPDATE_ID, UPDATE_FILTER, UPDATE_FIELDS, UPDATE_VALUES, UPDATE_ALLOW_ALL };

/* New values: those of `fields` or `values`, else what else was given. The key is what finds the row. */
static kl_status read_updates(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    static const char *const settings[] = {"id", "filter", "fields", "values", "allow_all", NULL};
    for (size_t i = UPDATE_FIELDS; i <= UPDATE_VALUES; i++)
        if (!kl_is_null(call->args[i])) {
            *out = kl_value_retain(call->args[i]);
            return KL_OK;
        }
    return read_fields(out, call, settings, error);
}

static kl_status update_many(int64_t *count, const kl_model_node_call *call, kl_value filter,
                             kl_value updates, bool allow_all, kl_error *error)
{
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = filter;
    if (!allow_all && kl_is(filter, KL_KIND_MAP) && !kl_map_len(filter))
        return kl_data_refuse(call->session, error,
                              "an empty filter would update all rows; set allow_all to true if that "
                              "is meant");
    return kl_rows_update(count, call->session, call->table, &selection, updates, error);
}

kl_status kl_node_update(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value updates;
    int64_t count = 0;
    bool has_filter = kl_map_has(call->inputs, KL_TEXT("filter"));
    if (kl_is_null(call->args[UPDATE_ID]) && !has_filter)
        return kl_node_missing(error, "filter");
    KL_TRY(read_updates(&updates, call, error));
    kl_status status =
        !kl_is_null(call->args[UPDATE_ID])
            ? kl_row_update(NULL, &count, call->session, call->table, call->args[UPDATE_ID], updates,
                            error)
            : update_many(&count, call, call->args[UPDATE_FILTER], updates,
                          kl_as_bool(call->args[UPDATE_ALLOW_ALL]), error);
    kl_value_release(updates);
    KL_TRY(status);
    return one_count(out, "updated_count", count, error);
}

static kl_status delete_many(int64_t *count, const kl_model_node_call *call, kl_value filter,
                             kl_error *error)
{
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = filter;
    return kl_rows_delete(count, call->session, call->table, &selection, error);
}

kl_status kl_node_delete(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value map;
    int64_t count = 0;
    if (kl_is_null(call->args[0]) && !kl_map_has(call->inputs, KL_TEXT("filter")))
        return kl_node_missing(error, "id or filter");
    if (!kl_is_null(call->args[0]))
        KL_TRY(kl_row_delete(&count, call->session, call->table, call->args[0], error));
    else
        KL_TRY(delete_many(&count, call, call->args[1], error));
    kl_status status = kl_map_new(&map, 2, error);
    KL_TRY(status);
    give(&status, &map, "deleted_count", kl_int(count), error);
    give(&status, &map, "soft_deleted", kl_bool(call->table->deleted != KL_NO_COLUMN), error);
    return finish(out, map, status);
}

/* ---- many rows ----------------------------------------------------------------------------------- */

static kl_status read_bound(int64_t *out, const kl_model_node_call *call, const char *word,
                            kl_value given, int64_t absent, kl_error *error)
{
    *out = kl_is_null(given) ? absent : kl_as_int(given);
    if (kl_is_null(given) || *out >= 0)
        return KL_OK;
    return kl_data_refuse(call->session, error, "%s must be non-negative, got %" PRId64, word, *out);
}

kl_status kl_node_list(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_selection selection = KL_SELECTION_INIT;
    kl_value rows, map;
    int64_t total;
    selection.filters = call->args[0];
    selection.order_by = call->args[1];
    selection.order_dir = call->args[2];
    KL_TRY(read_bound(&selection.limit, call, "LIMIT", call->args[3], -1, error));
    KL_TRY(read_bound(&selection.offset, call, "OFFSET", call->args[4], 0, error));
    selection.include_deleted = kl_as_bool(call->args[5]);
    if (!kl_is_null(call->args[1]) && !kl_is(call->args[1], KL_KIND_STRING) &&
        !kl_is(call->args[1], KL_KIND_ARRAY))
        return kl_node_bad_value(error, "order_by", "a field or a list of fields", call->args[1]);
    KL_TRY(kl_rows_list(&rows, call->session, call->table, &selection, error));
    int64_t count = (int64_t)kl_array_len(rows);
    bool complete = selection.limit < 0 && selection.offset == 0;
    total = count;
    kl_status status =
        complete ? KL_OK : kl_rows_count(&total, call->session, call->table, &selection, error);
    if (status == KL_OK)
        status = kl_map_new(&map, 3, error);
    if (status != KL_OK) {
        kl_value_release(rows);
        return status;
    }
    give(&status, &map, "records", rows, error);
    give(&status, &map, "count", kl_int(count), error);
    give(&status, &map, "total", kl_int(total), error);
    return finish(out, map, status);
}

kl_status kl_node_count(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    int64_t count;
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = call->args[0];
    selection.include_deleted = kl_as_bool(call->args[1]);
    KL_TRY(kl_rows_count(&count, call->session, call->table, &selection, error));
    return one_count(out, "count", count, error);
}

/* Rows as a result; `rows` is taken. `updated` < 0 = not told. */
static kl_status rows_result(kl_value *out, kl_value rows, int64_t created, int64_t updated,
                             kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 3, error);
    if (status != KL_OK) {
        kl_value_release(rows);
        return status;
    }
    give(&status, &map, "created_count", kl_int(created), error);
    if (updated >= 0)
        give(&status, &map, "updated_count", kl_int(updated), error);
    give(&status, &map, "records", rows, error);
    return finish(out, map, status);
}

kl_status kl_node_bulk_create(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value items = kl_is_null(call->args[0]) ? call->args[1] : call->args[0], rows;
    if (kl_is_null(items))
        return kl_node_missing(error, "items");
    if (kl_array_len(items))
        KL_TRY(kl_rows_create(&rows, call->session, call->table, items, error));
    else
        KL_TRY(kl_array_new(&rows, 0, error));
    return rows_result(out, rows, (int64_t)kl_array_len(rows), -1, error);
}

kl_status kl_node_bulk_upsert(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    kl_value rows;
    int64_t created = 0, updated = 0;
    if (kl_is_null(call->args[0]))
        return kl_node_missing(error, "items");
    if (kl_array_len(call->args[0]))
        KL_TRY(kl_rows_upsert(&rows, &created, &updated, call->session, call->table, call->args[0],
                              call->args[1], error));
    else
        KL_TRY(kl_array_new(&rows, 0, error));
    return rows_result(out, rows, created, updated, error);
}

typedef struct changes {
    const kl_model_node_call *call;
    int64_t count;
} changes;

static kl_status update_all(kl_data_session *session, void *data, kl_error *error)
{
    changes *c = data;
    kl_value items = c->call->args[0];
    kl_model_node_call call = *c->call;
    call.session = session;
    for (size_t i = 0; i < kl_array_len(items); i++) {
        int64_t count = 0;
        kl_value item = kl_array_at(items, i), fields = kl_map_get(item, KL_TEXT("fields"));
        if (!kl_map_has(item, KL_TEXT("filter")))
            return kl_node_bad(error, "items", "expected object with 'filter' key, got object "
                                               "without 'filter'");
        if (!kl_is(fields, KL_KIND_MAP))
            return kl_node_bad(error, "items", "expected object with 'fields' object, got %s",
                               kl_value_kind_name(fields));
        KL_TRY(update_many(&count, &call, kl_map_get(item, KL_TEXT("filter")), fields, false, error));
        c->count += count;
    }
    return KL_OK;
}

kl_status kl_node_bulk_update(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    changes c = {.call = call};
    KL_TRY(kl_data_session_atomic(call->session, update_all, &c, error));
    return one_count(out, "updated_count", c.count, error);
}

/* {key: {"$in": ids}} */
static kl_status filter_of_ids(kl_value *out, const kl_table *table, kl_value ids, kl_error *error)
{
    kl_value operators, filter;
    KL_TRY(kl_map_new(&operators, 1, error));
    kl_status status = kl_map_set(&operators, KL_TEXT("$in"), kl_value_retain(ids), error);
    if (status == KL_OK)
        status = kl_map_new(&filter, 1, error);
    if (status != KL_OK) {
        kl_value_release(operators);
        return status;
    }
    status = kl_map_set_key(&filter, table->columns[table->key]->name, operators, error);
    return finish(out, filter, status);
}

kl_status kl_node_bulk_delete(kl_value *out, const kl_model_node_call *call, kl_error *error)
{
    int64_t count = 0;
    kl_value filter = kl_null();
    bool has_filter = kl_map_has(call->inputs, KL_TEXT("filter"));
    if (kl_is_null(call->args[0]) && !has_filter)
        return kl_node_missing(error, "ids or filter");
    if (!kl_is_null(call->args[0]) && !kl_array_len(call->args[0]))
        return one_count(out, "deleted_count", 0, error);
    if (kl_is_null(call->args[0]))
        filter = kl_value_retain(call->args[1]);
    else
        KL_TRY(filter_of_ids(&filter, call->table, call->args[0], error));
    kl_status status = delete_many(&count, call, filter, error);
    kl_value_release(filter);
    KL_TRY(status);
    return one_count(out, "deleted_count", count, error);
}
