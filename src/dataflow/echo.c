/* src/dataflow/echo.c - see echo.h. */
#include "echo.h"
#include "table.h"

#include <strings.h>

/* ---- is the table as we would make it? --------------------------------------------------------------- */

static kl_value find_row(kl_value rows, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(rows); i++)
        if (kl_text_equal(kl_as_text(kl_map_get(kl_array_at(rows, i), KL_TEXT("name"))), name))
            return kl_array_at(rows, i);
    return kl_null();
}

/* Of the declared type, so that it converts what we expect, and without a default or a formula. */
static bool column_fits(const kl_table *table, size_t at, kl_value row)
{
    const char *declared = kl_as_text(kl_map_get(row, KL_TEXT("type"))).data;
    bool same_type = strcasecmp(declared, kl_column_sql_type(table, table->columns[at])) == 0;
    return kl_is(row, KL_KIND_MAP) && same_type &&
           kl_is_null(kl_map_get(row, KL_TEXT("dflt_value"))) &&
           kl_as_int(kl_map_get(row, KL_TEXT("hidden"))) == 0 &&
           (kl_as_int(kl_map_get(row, KL_TEXT("pk"))) == 1) == (at == table->key);
}

/* A table may have more columns than its model: they are not told of. A view has no keys. */
static bool table_fits(const kl_table *table, kl_value rows)
{
    for (size_t i = 0; i < table->count; i++)
        if (!column_fits(table, i, find_row(rows, kl_as_text(table->columns[i]->name))))
            return false;
    return true;
}

static kl_status look(bool *out, kl_data_session *session, const kl_table *table, kl_error *error)
{
    kl_value rows;
    kl_value name = table->model->table;
    KL_TRY(kl_data_session_query(&rows, NULL, session,
                                 KL_TEXT("SELECT name, type, dflt_value, hidden, pk FROM "
                                         "pragma_table_xinfo(?)"),
                                 &name, 1, error));
    *out = table_fits(table, rows);
    kl_value_release(rows);
    return KL_OK;
}

kl_status kl_can_echo(bool *out, kl_data_session *session, const kl_table *table, kl_error *error)
{
    int known = kl_plans_echoes(table->plans);
    *out = known > 0;
    if (known >= 0)
        return KL_OK;
    if (table->dialect == KL_SQL_SQLITE)
        KL_TRY(look(out, session, table, error));
    kl_plans_set_echoes(table->plans, *out);
    return KL_OK;
}

/* ---- are the values? ---------------------------------------------------------------------------------- */

/* A number in a column of texts, or a text in one of numbers, may be stored as the other. */
static bool is_kept(const kl_column *column, kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return true;
    case KL_KIND_INT:
        return column->kind == KL_COLUMN_INTEGER || column->kind == KL_COLUMN_BOOLEAN ||
               column->kind == KL_COLUMN_FLOAT;
    case KL_KIND_DOUBLE:
        return column->kind == KL_COLUMN_FLOAT;
    case KL_KIND_STRING:
        return column->kind != KL_COLUMN_INTEGER && column->kind != KL_COLUMN_BOOLEAN &&
               column->kind != KL_COLUMN_FLOAT;
    default:
        return false;
    }
}

bool kl_echo_fits(const kl_plan *plan, const kl_table *table, const kl_value *values)
{
    for (size_t i = 0; i < plan->row_slots; i++)
        if (!is_kept(table->columns[plan->slots[i].column], values[i]))
            return false;
    return true;
}

kl_status kl_echo_row(kl_value *row, const kl_plan *plan, const kl_table *table,
                      const kl_value *values, int64_t rowid, kl_error *error)
{
    kl_value map, *to;
    kl_status status = KL_OK;
    KL_TRY(kl_map_of_shape(&map, &to, table->keys, error));
    if (table->columns[table->key]->kind == KL_COLUMN_INTEGER)
        to[table->key] = kl_int(rowid);
    for (size_t i = 0; i < plan->row_slots && status == KL_OK; i++) {
        size_t at = plan->slots[i].column;
        if (table->plain[at] || kl_is_null(values[i]))
            to[at] = kl_is_null(values[i]) ? to[at] : kl_value_retain(values[i]);
        else
            status = kl_column_read(&to[at], table, table->columns[at], kl_value_retain(values[i]),
                                    error);
    }
    if (status == KL_OK)
        *row = map;
    else
        kl_value_release(map);
    return status;
}
