/* src/dataflow/echo.c - see echo.h. */
#include "echo.h"
#include "buffer.h"
#include "table.h"

#include <string.h>
#include <strings.h>

/* ---- is the table as we would make it? --------------------------------------------------------------- */

static kl_value find_row(kl_value rows, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(rows); i++)
        if (kl_text_equal(kl_as_text(kl_map_get(kl_array_at(rows, i), KL_TEXT("name"))), name))
            return kl_array_at(rows, i);
    return kl_null();
}

static const char *wanted_type(const kl_table *table, size_t at)
{
    const char *type = kl_column_sql_type(table, table->columns[at]);
    return strcmp(type, "BIGSERIAL") == 0 ? "BIGINT" : type;
}

/* Of the declared type, so that it converts what we expect, and without a default or a formula of its
 * own; that of a key which is numbered is none. */
static bool column_fits(const kl_table *table, size_t at, kl_value row)
{
    const char *declared = kl_as_text(kl_map_get(row, KL_TEXT("type"))).data;
    bool is_numbered = at == table->key && table->columns[at]->kind == KL_COLUMN_INTEGER;
    return kl_is(row, KL_KIND_MAP) && strcasecmp(declared, wanted_type(table, at)) == 0 &&
           (is_numbered || kl_is_null(kl_map_get(row, KL_TEXT("dflt_value")))) &&
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

#define LOOK_SQLITE "SELECT name, type, dflt_value, hidden, pk FROM pragma_table_xinfo(?)"
/* A trigger may change what is stored; a table with any is told to fit nothing. */
#define LOOK_POSTGRES                                                                              \
    "SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, "                            \
    "pg_get_expr(d.adbin, d.adrelid) AS dflt_value, "                                              \
    "CASE WHEN a.attgenerated <> '' OR EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid "  \
    "AND NOT t.tgisinternal) OR c.relkind <> 'r' OR c.relhasrules THEN 1 ELSE 0 END AS hidden, "    \
    "CASE WHEN i.indrelid IS NULL THEN 0 ELSE 1 END AS pk FROM pg_class c "                         \
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "            \
    "LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum "                           \
    "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey) "   \
    "WHERE c.oid = to_regclass(?)"

static kl_status look(bool *out, kl_data_session *session, const kl_table *table, kl_error *error)
{
    kl_value rows;
    kl_value name = table->model->table;
    KL_TRY(kl_data_session_query(&rows, NULL, session, KL_TEXT(LOOK_SQLITE), &name, 1, error));
    *out = table_fits(table, rows);
    kl_value_release(rows);
    return KL_OK;
}

kl_status kl_can_echo(bool *out, kl_data_session *session, const kl_table *table, kl_error *error)
{
    *out = false;
    if (table->dialect != KL_SQL_SQLITE)
        return KL_OK;
    int known = kl_plans_echoes(table->plans);
    *out = known > 0;
    if (known >= 0)
        return KL_OK;
    KL_TRY(look(out, session, table, error));
    kl_plans_set_echoes(table->plans, *out);
    return KL_OK;
}

/* The numbers come with the row of the key, so that all is one trip: the first of them when they follow one
 * another, as they do unless others draw some meanwhile. OFFSET 0 keeps the sequence from being looked up for
 * each number, which took most of the time; beside generate_series() itself one number more would be drawn. */
static kl_status question(kl_buffer *text, const kl_echo *echo, bool all_numbers, kl_error *error)
{
    const kl_table *table = echo->table;
    if (echo->count)
        kl_buffer_format(text,
                         "SELECT l.*, CASE WHEN l.pk = 1 THEN (SELECT %s FROM (SELECT nextval(s.of_key) AS n FROM "
                         "(SELECT generate_series(1, ?::bigint)) AS g, (SELECT pg_get_serial_sequence(?, '%s')"
                         "::regclass AS of_key OFFSET 0) AS s) AS drawn) END AS numbers FROM (",
                         all_numbers ? "array_agg(n)"
                                     : "CASE WHEN max(n) - min(n) + 1 = count(n) THEN ARRAY[min(n)] END",
                         kl_as_text(table->columns[table->key]->name).data);
    kl_buffer_string(text, LOOK_POSTGRES);
    kl_buffer_string(text, echo->count ? ") AS l" : "");
    return text->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status ask(kl_echo *echo, bool all_numbers, kl_error *error)
{
    size_t first = echo->count ? 0 : 2;
    echo->text = (kl_buffer)KL_BUFFER_INIT;
    kl_status status = question(&echo->text, echo, all_numbers, error);
    if (status == KL_OK)
        status = kl_data_session_start(&echo->cursor, echo->session, kl_buffer_text(&echo->text),
                                       echo->values + first, 3 - first, error);
    if (status != KL_OK)
        kl_buffer_free(&echo->text);
    return status;
}

kl_status kl_echo_ask(kl_echo *echo, kl_data_session *session, const kl_table *table, size_t numbers,
                      kl_error *error)
{
    kl_value name = table->quoted_table;
    *echo = (kl_echo){.session = session, .table = table, .count = numbers,
                      .values = {kl_int((int64_t)numbers), name, name}};
    return ask(echo, false, error);
}

static kl_status read_rows(kl_value *out, kl_echo *echo, kl_error *error)
{
    kl_value rows = kl_null(), row = kl_null();
    kl_status status = kl_array_new(&rows, 0, error);
    while (status == KL_OK && (status = kl_sql_next(&row, &echo->cursor, error)) == KL_OK &&
           !kl_is_null(row))
        status = kl_array_push(&rows, row, error);
    kl_sql_finish(NULL, &echo->cursor);
    kl_buffer_free(&echo->text);
    if (status == KL_OK) {
        *out = rows;
        return KL_OK;
    }
    kl_value_release(rows);
    return kl_data_session_error(echo->session, status, error);
}

static kl_status read_answer(bool *fits, kl_echo *echo, kl_error *error)
{
    kl_value rows;
    KL_TRY(read_rows(&rows, echo, error));
    kl_value key = find_row(rows, kl_as_text(echo->table->columns[echo->table->key]->name));
    kl_value_replace(&echo->numbers, kl_value_retain(kl_map_get(key, KL_TEXT("numbers"))));
    *fits = table_fits(echo->table, rows);
    kl_value_release(rows);
    return KL_OK;
}

kl_status kl_echo_answer(bool *fits, kl_echo *echo, kl_error *error)
{
    *fits = false;
    KL_TRY(read_answer(fits, echo, error));
    if (*fits && echo->count && !kl_array_len(echo->numbers)) {
        KL_TRY(ask(echo, true, error));
        KL_TRY(read_answer(fits, echo, error));
        *fits = *fits && kl_array_len(echo->numbers) == echo->count;
    }
    return KL_OK;
}

int64_t kl_echo_number(const kl_echo *echo, size_t index)
{
    bool follow = kl_array_len(echo->numbers) == 1;
    int64_t number = kl_as_int(kl_array_at(echo->numbers, follow ? 0 : index));
    return follow ? number + (int64_t)index : number;
}

/* ---- are the values? ---------------------------------------------------------------------------------- */

/* SQLite may store a number in a column of texts, or a text in one of numbers, as the other;
 * PostgreSQL brings what its own types take into one form. */
static bool is_kept(const kl_table *table, const kl_column *column, kl_value value)
{
    kl_column_kind kind = column->kind;
    bool is_number = kind == KL_COLUMN_INTEGER || kind == KL_COLUMN_FLOAT;
    bool is_own = table->native && kind != KL_COLUMN_TEXT && kind != KL_COLUMN_VECTOR;
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return true;
    case KL_KIND_BOOL:
        return kind == KL_COLUMN_BOOLEAN && table->dialect == KL_SQL_POSTGRES;
    case KL_KIND_INT:
        return is_number || (kind == KL_COLUMN_BOOLEAN && table->dialect == KL_SQL_SQLITE);
    case KL_KIND_DOUBLE:
        return kind == KL_COLUMN_FLOAT;
    case KL_KIND_STRING:
        return !is_number && kind != KL_COLUMN_BOOLEAN && !is_own;
    default:
        return false;
    }
}

bool kl_echo_fits(const kl_plan *plan, const kl_table *table, const kl_value *values)
{
    for (size_t i = 0; i < plan->row_slots; i++)
        if (!is_kept(table, table->columns[plan->slots[i].column], values[i]))
            return false;
    return true;
}

kl_status kl_echo_row(kl_value *row, const kl_plan *plan, const kl_table *table,
                      const kl_value *values, int64_t rowid, kl_row_list *list, kl_error *error)
{
    kl_value map, *to;
    kl_status status = KL_OK;
    KL_TRY(kl_row_new(&map, &to, table, list, error));
    if (table->columns[table->key]->kind == KL_COLUMN_INTEGER)
        to[table->key] = kl_int(rowid);
    for (size_t i = 0; i < plan->row_slots && status == KL_OK; i++) {
        size_t at = plan->slots[i].column;
        if (kl_is_null(values[i]))
            continue;
        if (table->columns[at]->kind == KL_COLUMN_FLOAT)
            to[at] = kl_double(kl_as_double(values[i]));
        else if (table->plain[at])
            to[at] = kl_value_retain(values[i]);
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
