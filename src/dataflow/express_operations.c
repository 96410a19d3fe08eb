/* src/dataflow/express_operations.c - operations with the arguments of Express and its results. */
#include "express_operations.h"
#include "access.h"
#include "aggregate.h"
#include "clearance.h"
#include "mask.h"
#include "query_cache.h"

#include <inttypes.h>

/* ---- one row ------------------------------------------------------------------------------------- */

kl_status kl_check_types(const kl_face_call *call, kl_value data, kl_error *error)
{
    const kl_table *table = call->table;
    for (size_t i = 0; call->validate && i < kl_map_len(data); i++) {
        size_t column = kl_table_find(table, kl_map_key_at(data, i));
        if (column == KL_NO_COLUMN || kl_column_accepts(table->columns[column], kl_map_value_at(data, i)))
            continue;
        return kl_data_refuse(call->session, error, "type mismatch: column '%.*s' got %s",
                              KL_TEXT_ARG(kl_map_key_at(data, i)),
                              kl_value_kind_name(kl_map_value_at(data, i)));
    }
    return KL_OK;
}

static kl_status do_create(kl_value *out, const kl_face_call *call, kl_error *error)
{
    KL_TRY(kl_check_types(call, call->args[0], error));
    return kl_row_create(out, call->session, call->table, call->args[0], error);
}

static kl_status do_read(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_row_read(out, call->session, call->table, call->args[0], kl_as_bool(call->args[1]),
                       false, error);
}

static kl_status do_update(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_row_update(out, NULL, call->session, call->table, call->args[0], call->args[1], error);
}

static kl_status do_delete(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t affected;
    KL_TRY(kl_row_delete(&affected, call->session, call->table, call->args[0], error));
    *out = kl_bool(affected > 0);
    return KL_OK;
}

static kl_status do_upsert(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_row_upsert(out, NULL, call->session, call->table, call->args[0], kl_null(), error);
}

static kl_status do_restore(kl_value *out, const kl_face_call *call, kl_error *error)
{
    bool done;
    KL_TRY(kl_row_restore(&done, call->session, call->table, call->args[0], error));
    *out = kl_bool(done);
    return KL_OK;
}

/* ---- many rows ----------------------------------------------------------------------------------- */

static kl_status read_bound(int64_t *out, const kl_face_call *call, const char *word, kl_value given,
                            int64_t absent, kl_error *error)
{
    *out = kl_is_null(given) ? absent : kl_as_int(given);
    if (kl_is_null(given) || *out >= 0)
        return KL_OK;
    return kl_data_refuse(call->session, error, "%s must be non-negative, got %" PRId64, word, *out);
}

kl_status kl_read_selection(kl_selection *out, const kl_face_call *call, const kl_value *args,
                            kl_error *error)
{
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = args[0];
    selection.order_by = args[1];
    selection.order_dir = args[2];
    KL_TRY(read_bound(&selection.limit, call, "LIMIT", args[3], -1, error));
    KL_TRY(read_bound(&selection.offset, call, "OFFSET", args[4], 0, error));
    selection.include_deleted = kl_as_bool(args[5]);
    *out = selection;
    return KL_OK;
}

static kl_status do_list(kl_value *out, const kl_face_call *call, kl_error *error)
{
    kl_selection selection;
    KL_TRY(kl_read_selection(&selection, call, call->args, error));
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

static kl_status do_bulk_create(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return kl_rows_create(out, call->session, call->table, call->args[0], error);
}

/* {"operation", "model", "attempted", "succeeded", "failed", "first_error"}: a bulk that fails at all
 * raises, so what was attempted has succeeded. */
static kl_status bulk_result(kl_value *out, const kl_face_call *call, int64_t count, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 6, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("operation"), kl_text_from(call->session->method), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("model"), kl_value_retain(call->table->model->name), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("attempted"), kl_int(count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("succeeded"), kl_int(count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("failed"), kl_int(0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("first_error"), kl_null(), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status do_bulk_update(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t matched;
    kl_selection selection = KL_SELECTION_INIT;
    if (kl_is_null(call->args[1]))
        return kl_error_set(error, KL_TYPE, "bulk_update requires an updates dict");
    selection.filters = call->args[0];
    KL_TRY(kl_rows_update(&matched, call->session, call->table, &selection, call->args[1], error));
    return bulk_result(out, call, matched, error);
}

static kl_status do_bulk_delete(kl_value *out, const kl_face_call *call, kl_error *error)
{
    int64_t matched;
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = call->args[0];
    KL_TRY(kl_rows_delete(&matched, call->session, call->table, &selection, error));
    return bulk_result(out, call, matched, error);
}

static kl_status do_bulk_upsert(kl_value *out, const kl_face_call *call, kl_error *error)
{
    KL_TRY(kl_rows_upsert(NULL, NULL, NULL, call->session, call->table, call->args[0], call->args[1],
                          error));
    return bulk_result(out, call, (int64_t)kl_array_len(call->args[0]), error);
}

/* ---- aggregates ---------------------------------------------------------------------------------- */

static kl_status aggregate(kl_value *out, const kl_face_call *call, kl_value specs,
                           kl_value group_by, kl_value filters, kl_error *error)
{
    kl_selection selection = KL_SELECTION_INIT;
    selection.filters = filters;
    return kl_rows_aggregate(out, call->session, call->table, specs, group_by, &selection, error);
}

static kl_status do_aggregate(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return aggregate(out, call, call->args[0], call->args[1], call->args[2], error);
}

/* One aggregate in groups of one column. */
static kl_status grouped(kl_value *out, const kl_face_call *call, kl_aggregate_kind kind,
                         kl_text field, kl_value group_by, kl_value filters, kl_error *error)
{
    kl_value specs, spec, groups = kl_null(), name = kl_null(), alias = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&specs, 1, error));
    KL_TRY_OUT(kl_array_new(&groups, 1, error));
    KL_TRY_OUT(kl_array_push(&groups, kl_value_retain(group_by), error));
    KL_TRY_OUT(kl_string_from_valid(&name, field, error));
    KL_TRY_OUT(kl_string_from_valid(&alias, kl_text_from(kl_aggregate_name(kind)), error));
    KL_TRY_OUT(kl_aggregate_new(&spec, kind, name, alias, error));
    KL_TRY_OUT(kl_array_push(&specs, spec, error));
    KL_TRY_OUT(aggregate(out, call, specs, groups, filters, error));
out:
    kl_value_release(specs);
    kl_value_release(groups);
    kl_value_release(name);
    kl_value_release(alias);
    return status;
}

static kl_status do_count_by(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return grouped(out, call, KL_AGGREGATE_COUNT, KL_TEXT("*"), call->args[0], call->args[1], error);
}

static kl_status do_sum_by(kl_value *out, const kl_face_call *call, kl_error *error)
{
    return grouped(out, call, KL_AGGREGATE_SUM, kl_as_text(call->args[0]), call->args[1],
                   call->args[2], error);
}

/* ---- fields that must be there ---------------------------------------------------------------------- */

static kl_unavailable why_hidden(void)
{
    switch (kl_clearance_now().state) {
    case KL_CLEARANCE_ABSENT:
        return KL_UNAVAILABLE_CLEARANCE_ABSENT;
    case KL_CLEARANCE_UNVERIFIED:
        return KL_UNAVAILABLE_CLEARANCE_UNVERIFIED;
    default:
        return KL_UNAVAILABLE_INSUFFICIENT_CLEARANCE;
    }
}

static kl_status refuse_field(const kl_face_call *call, size_t index, kl_text name,
                              kl_unavailable reason, kl_error *error)
{
    kl_value print;
    KL_TRY(kl_fingerprint(&print, name, error));
    kl_status status = kl_required_field_error(error, kl_as_text(call->table->model->name), index,
                                               kl_as_text(print), reason);
    kl_value_release(print);
    if (status == KL_NO_MEMORY)
        return status;
    return kl_error_prefix(error, "%s failed: ", call->session->method);
}

static kl_status check_field(const kl_face_call *call, kl_value row, kl_value fields, size_t index,
                             kl_error *error)
{
    kl_text name = kl_as_text(kl_array_at(fields, index));
    size_t column = kl_table_find(call->table, name);
    if (column == KL_NO_COLUMN)
        return refuse_field(call, index, name, KL_UNAVAILABLE_UNKNOWN_FIELD, error);
    if (kl_column_is_hidden(call->session, call->table, column))
        return refuse_field(call, index, name, why_hidden(), error);
    if (kl_is_null(kl_map_value_at(row, column)))
        return refuse_field(call, index, name, KL_UNAVAILABLE_NULL_VALUE, error);
    return KL_OK;
}

static kl_status do_read_required(kl_value *out, const kl_face_call *call, kl_error *error)
{
    kl_value row;
    kl_status status = KL_OK;
    KL_TRY(kl_row_read(&row, call->session, call->table, call->args[0], kl_as_bool(call->args[2]),
                       false, error));
    size_t count = kl_is_null(row) ? 0 : kl_array_len(call->args[1]);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = check_field(call, row, call->args[1], i, error);
    if (status == KL_OK)
        *out = row;
    else
        kl_value_release(row);
    return status;
}

/* The head counts the model's name. */
const kl_face_operation kl_express_operations[] = {
    [KL_OP_CREATE] = {"create", do_create, 2, 0, true},
    [KL_OP_READ] = {"read", do_read, 2, 1, false},
    [KL_OP_LIST] = {"list", do_list, 1, 6, false},
    [KL_OP_COUNT] = {"count", do_count, 1, 2, false},
    [KL_OP_UPDATE] = {"update", do_update, 3, 0, false},
    [KL_OP_DELETE] = {"delete", do_delete, 2, 0, false},
    [KL_OP_UPSERT] = {"upsert", do_upsert, 2, 0, false},
    [KL_OP_RESTORE] = {"restore", do_restore, 2, 0, false},
    [KL_OP_BULK_CREATE] = {"bulk_create", do_bulk_create, 2, 0, false},
    [KL_OP_BULK_UPDATE] = {"bulk_update", do_bulk_update, 1, 2, false},
    [KL_OP_BULK_DELETE] = {"bulk_delete", do_bulk_delete, 1, 1, false},
    [KL_OP_BULK_UPSERT] = {"bulk_upsert", do_bulk_upsert, 2, 1, false},
    [KL_OP_COUNT_BY] = {"count_by", do_count_by, 2, 1, false},
    [KL_OP_SUM_BY] = {"sum_by", do_sum_by, 3, 1, false},
    [KL_OP_AGGREGATE] = {"aggregate", do_aggregate, 3, 1, false},
    [KL_OP_READ_REQUIRED] = {"read_required_fields", do_read_required, 3, 1, false},
};
