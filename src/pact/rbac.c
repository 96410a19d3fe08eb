/* src/pact/rbac.c - RbacCell and RbacMatrix; see rbac.h. */
#include "rbac.h"

#include "../base/csv.h"
#include "kailash/json.h"
#include "kailash/time.h"

/* ---- RbacCell ------------------------------------------------------------------------------------ */

static kl_status set_zone(kl_value *zone, int rung, kl_error *error)
{
    kl_value text;
    const char *name = kl_rung_name(KL_LADDER_ZONE, rung, KL_SNAKE);
    KL_TRY(kl_string_from_valid(&text, kl_text_from(name), error));
    kl_value_replace(zone, text);
    return KL_OK;
}

static kl_status cell_check(kl_object *self, kl_error *error)
{
    kl_rbac_cell *cell = (kl_rbac_cell *)self;
    kl_text zone = kl_as_text(cell->zone);
    int rung = kl_rung_find(KL_LADDER_ZONE, zone, KL_SNAKE | KL_PASCAL | KL_UPPER);
    if (rung < 0)
        return kl_error_set(error, KL_INVALID,
                            "unknown gradient zone: '%.*s' (expected: auto_approved, flagged, held, "
                            "blocked)", (int)KL_MIN(zone.len, 60), zone.data);
    KL_TRY(set_zone(&cell->zone, rung, error));
    if (kl_is_null(cell->constraints))
        cell->constraints = kl_map_empty();
    return KL_OK;
}

static kl_status cell_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_rbac_cell *cell = (const kl_rbac_cell *)self;
    return kl_string_format(out, error, "RbacCell(allowed=%s, zone='%.*s')",
                            cell->allowed ? "true" : "false", KL_TEXT_ARG(kl_as_text(cell->zone)));
}

kl_status kl_rbac_cell_new(kl_value *out, bool allowed, kl_zone zone, kl_value constraints,
                           kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_rbac_cell_type, error));
    kl_rbac_cell *cell = (kl_rbac_cell *)object;
    cell->allowed = allowed;
    cell->constraints = kl_value_retain(constraints);
    kl_status status = set_zone(&cell->zone, zone, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static const kl_field cell_fields[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL, .offset = offsetof(kl_rbac_cell, allowed),
     .doc = "whether the role may do the action"},
    KL_VALUE(kl_rbac_cell, zone, .kind = KL_KIND_STRING,
             .doc = "auto_approved, flagged, held or blocked; also read as AutoApproved or AUTO_APPROVED"),
    KL_VALUE(kl_rbac_cell, constraints, .kind = KL_KIND_MAP, .item = KL_KIND_STRING,
             .flags = KL_OPTIONAL, .doc = "what else holds, by name; None = nothing"),
};

const kl_type kl_rbac_cell_type = {
    .name = "RbacCell",
    .module = "kailash.pact",
    .doc = "What the matrix says of one role and one action.",
    .size = sizeof(kl_rbac_cell),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(cell_fields),
    .check = cell_check,
    .repr = cell_repr,
};
KL_PUBLISH(kl_rbac_cell_type);

/* ---- RbacMatrix ---------------------------------------------------------------------------------- */

static kl_status check_row(kl_value row, size_t index, size_t actions, kl_error *error)
{
    if (kl_array_len(row) != actions)
        return kl_error_set(error, KL_INVALID,
                            "cells[%zu]: %zu cells for %zu actions; one for each is needed", index,
                            kl_array_len(row), actions);
    for (size_t i = 0; i < actions; i++)
        if (!kl_as_object(kl_array_at(row, i), &kl_rbac_cell_type))
            return kl_error_set(error, KL_TYPE, "cells[%zu][%zu]: expected RbacCell, got %s", index,
                                i, kl_value_kind_name(kl_array_at(row, i)));
    return KL_OK;
}

static kl_status matrix_check(kl_object *self, kl_error *error)
{
    kl_rbac_matrix *m = (kl_rbac_matrix *)self;
    size_t roles = kl_array_len(m->roles), actions = kl_array_len(m->actions);
    char text[KL_TIME_TEXT];
    if (kl_array_len(m->cells) != roles)
        return kl_error_set(error, KL_INVALID, "cells: %zu rows for %zu roles; one for each is needed",
                            kl_array_len(m->cells), roles);
    for (size_t i = 0; i < roles; i++)
        KL_TRY(check_row(kl_array_at(m->cells, i), i, actions, error));
    if (!kl_is_null(m->exported_at)) /* of a copy */
        return KL_OK;
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_from_valid(&m->exported_at, (kl_text){text, len}, error);
}

kl_status kl_rbac_matrix_new(kl_value *out, kl_value roles, kl_value actions, kl_value cells,
                             kl_value org_id, kl_error *error)
{
    const kl_value args[] = {roles, actions, cells, org_id};
    return kl_object_make(out, &kl_rbac_matrix_type, args, error);
}

static kl_status matrix_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_rbac_matrix *m = (const kl_rbac_matrix *)self;
    return kl_string_format(out, error, "RbacMatrix(roles=%zu, actions=%zu, org_id=\"%.*s\")",
                            kl_array_len(m->roles), kl_array_len(m->actions),
                            KL_TEXT_ARG(kl_as_text(m->org_id)));
}

static const kl_rbac_cell *cell_at(const kl_rbac_matrix *m, size_t role, size_t action)
{
    return (const kl_rbac_cell *)kl_array_at(kl_array_at(m->cells, role), action).as.object;
}

/* ---- its texts ----------------------------------------------------------------------------------- */

static kl_status csv_row(kl_buffer *to, const kl_rbac_matrix *m, size_t role, kl_error *error)
{
    static const kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    KL_TRY(kl_csv_write_text(to, &dialect, kl_as_text(kl_array_at(m->roles, role)), false, error));
    for (size_t i = 0; i < kl_array_len(m->actions); i++) {
        const kl_rbac_cell *cell = cell_at(m, role, i);
        if (cell->allowed)
            kl_buffer_format(to, ",allowed(%.*s)", KL_TEXT_ARG(kl_as_text(cell->zone)));
        else
            kl_buffer_string(to, ",denied");
    }
    kl_buffer_byte(to, '\n');
    return KL_OK;
}

static kl_status to_csv(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    static const kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    const kl_rbac_matrix *m = (const kl_rbac_matrix *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    kl_buffer_string(&text, "Role");
    for (size_t i = 0; i < kl_array_len(m->actions); i++) {
        kl_buffer_byte(&text, ',');
        KL_TRY_OUT(kl_csv_write_text(&text, &dialect, kl_as_text(kl_array_at(m->actions, i)), false,
                                     error));
    }
    kl_buffer_byte(&text, '\n');
    for (size_t i = 0; i < kl_array_len(m->roles); i++)
        KL_TRY_OUT(csv_row(&text, m, i, error));
    return kl_buffer_finish(out, &text, error);
out:
    kl_buffer_free(&text);
    return status;
}

/* A text as a cell: it may neither end the cell nor its row. */
static void markdown_text(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        if (byte == '|')
            kl_buffer_byte(to, '\\');
        kl_buffer_byte(to, byte == '\n' || byte == '\r' ? ' ' : byte);
    }
}

static kl_status to_markdown(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    const kl_rbac_matrix *m = (const kl_rbac_matrix *)self;
    size_t actions = kl_array_len(m->actions);
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "| Role |");
    for (size_t i = 0; i < actions; i++) {
        kl_buffer_byte(&text, ' ');
        markdown_text(&text, kl_as_text(kl_array_at(m->actions, i)));
        kl_buffer_string(&text, " |");
    }
    kl_buffer_string(&text, "\n|------|");
    for (size_t i = 0; i < actions; i++)
        kl_buffer_string(&text, "------|");
    kl_buffer_byte(&text, '\n');
    for (size_t role = 0; role < kl_array_len(m->roles); role++) {
        kl_buffer_string(&text, "| ");
        markdown_text(&text, kl_as_text(kl_array_at(m->roles, role)));
        kl_buffer_string(&text, " |");
        for (size_t i = 0; i < actions; i++) {
            const kl_rbac_cell *cell = cell_at(m, role, i);
            if (cell->allowed)
                kl_buffer_format(&text, " allowed (%.*s) |", KL_TEXT_ARG(kl_as_text(cell->zone)));
            else
                kl_buffer_string(&text, " denied |");
        }
        kl_buffer_byte(&text, '\n');
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status cell_map(kl_value *out, const kl_rbac_cell *cell, kl_error *error)
{
    int rung = kl_rung_find(KL_LADDER_ZONE, kl_as_text(cell->zone), KL_SNAKE);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("allowed"), kl_bool(cell->allowed), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("zone"),
                               kl_text_from(kl_rung_name(KL_LADDER_ZONE, rung, KL_PASCAL)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("constraints"), kl_value_retain(cell->constraints), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status cells_value(kl_value *out, const kl_rbac_matrix *m, kl_error *error)
{
    kl_value rows = kl_null(), row = kl_null(), cell;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&rows, kl_array_len(m->roles), error));
    for (size_t i = 0; i < kl_array_len(m->roles); i++) {
        KL_TRY_OUT(kl_array_new(&row, kl_array_len(m->actions), error));
        for (size_t j = 0; j < kl_array_len(m->actions); j++) {
            KL_TRY_OUT(cell_map(&cell, cell_at(m, i, j), error));
            KL_TRY_OUT(kl_array_push(&row, cell, error));
        }
        KL_TRY_OUT(kl_array_push(&rows, kl_value_take(&row), error));
    }
    *out = kl_value_take(&rows);
out:
    kl_value_release(row);
    kl_value_release(rows);
    return status;
}

static kl_status matrix_map(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    const kl_rbac_matrix *m = (const kl_rbac_matrix *)self;
    kl_value map, cells;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("roles"), kl_value_retain(m->roles), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("actions"), kl_value_retain(m->actions), error));
    KL_TRY_OUT(cells_value(&cells, m, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("cells"), cells, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("org_id"), kl_value_retain(m->org_id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("exported_at"), kl_value_retain(m->exported_at), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    KL_TRY(matrix_map(&map, self, args, error));
    kl_status status = kl_json_print(out, map, &kl_json_pretty, error);
    kl_value_release(map);
    return status;
}

static kl_status matrix_len(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)kl_array_len(((const kl_rbac_matrix *)self)->roles));
    return KL_OK;
}

static const kl_field matrix_fields[] = {
    KL_VALUE(kl_rbac_matrix, roles, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "addresses of the roles, one a row"),
    KL_VALUE(kl_rbac_matrix, actions, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "names of the actions, one a column"),
    KL_VALUE(kl_rbac_matrix, cells, .kind = KL_KIND_ARRAY, .item = KL_KIND_ARRAY,
             .type = &kl_rbac_cell_type,
             .doc = "lists of RbacCell: cells[role][action], as many as there are roles and actions"),
    KL_VALUE(kl_rbac_matrix, org_id, .kind = KL_KIND_STRING, .doc = "id of the organisation"),
    KL_VALUE(kl_rbac_matrix, exported_at, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "when the matrix was made: UTC, RFC 3339"),
};

static const kl_method matrix_methods[] = {
    {.name = "to_csv", .call = to_csv, .returns = KL_KIND_STRING,
     .doc = "CSV (RFC 4180): a header, then a line for each role with allowed(zone) or denied."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "Pretty JSON: roles, actions, cells with allowed, zone and constraints, org_id, exported_at."},
    {.name = "to_markdown", .call = to_markdown, .returns = KL_KIND_STRING,
     .doc = "A Markdown table, a row for each role."},
    {.name = "to_dict", .call = matrix_map, .returns = KL_KIND_MAP, .doc = "The same as a dict."},
    {.name = "__len__", .call = matrix_len, .returns = KL_KIND_INT, .doc = "Number of roles."},
};

const kl_type kl_rbac_matrix_type = {
    .name = "RbacMatrix",
    .module = "kailash.pact",
    .doc = "Who may do what: every role of an organisation against every known action.",
    .size = sizeof(kl_rbac_matrix),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(matrix_fields),
    .methods = KL_TABLE(matrix_methods),
    .check = matrix_check,
    .repr = matrix_repr,
};
KL_PUBLISH(kl_rbac_matrix_type);
