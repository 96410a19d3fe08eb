/* src/dataflow/migration_alter.c - columns that get another type, or may be null no longer. */
#include "migration_sql.h"

static kl_value part(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* ---- PostgreSQL -------------------------------------------------------------------------------- */

typedef enum family { NUMBER, BOOLEAN, TIME, TEXT, OTHER } family;

static family family_of(const char *type)
{
    if (strcasestr(type, "bool") || strcasecmp(type, "tinyint(1)") == 0)
        return BOOLEAN;
    if (strcasestr(type, "int") || strcasestr(type, "double") || strcasestr(type, "serial"))
        return NUMBER;
    if (strcasestr(type, "timestamp") || strcasestr(type, "datetime"))
        return TIME;
    return strcasestr(type, "char") || strcasestr(type, "text") ? TEXT : OTHER;
}

/* How PostgreSQL makes the one of the other. Booleans become 1 and 0, as they are elsewhere. */
static void put_using(kl_buffer *out, const char *name, const char *from, const char *to)
{
    family a = family_of(from), b = family_of(to);
    if (a == BOOLEAN && (b == NUMBER || b == TEXT))
        kl_buffer_format(out, "%s::int::%s", name, to);
    else if (a == NUMBER && b == BOOLEAN)
        kl_buffer_format(out, "%s <> 0", name);
    else if (a == TIME && b == TEXT)
        kl_buffer_format(out, "to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')",
                         name);
    else if (a == TEXT || b == TEXT || (a == b && a != OTHER))
        kl_buffer_format(out, "%s::%s", name, to);
    else
        kl_buffer_format(out, "%s::text::%s", name, to);
}

/* Rows without a value get the model's default, if it has one; else the database refuses them. */
static kl_status fill_nulls(kl_script *s, const kl_change *change)
{
    kl_buffer text = KL_BUFFER_INIT;
    const kl_column *column = change->column;
    if (!change->null_differs || column->is_nullable || !column->has_initial)
        return KL_OK;
    kl_buffer_format(&text, "UPDATE %s SET ", kl_as_text(change->table->quoted_table).data);
    kl_put_identifier(&text, kl_as_text(column->name), change->table->dialect);
    kl_buffer_string(&text, " = ");
    kl_status status = kl_put_default(&text, change->table, column, s->error);
    if (status != KL_OK) {
        kl_buffer_free(&text);
        return status;
    }
    kl_buffer_string(&text, " WHERE ");
    kl_put_identifier(&text, kl_as_text(column->name), change->table->dialect);
    kl_buffer_string(&text, " IS NULL");
    return kl_script_up(s, &text);
}

/* What a column is before and behind a change. */
typedef struct shape {
    const char *type;
    bool nullable;
    kl_text initial; /* SQL of the default */
} shape;

static shape live_shape(const kl_change *change)
{
    return (shape){kl_as_text(part(change->live, "type")).data,
                   kl_as_bool(part(change->live, "is_nullable")),
                   kl_as_text(part(change->live, "default_value"))};
}

static shape wanted_shape(const kl_change *change)
{
    return (shape){kl_column_sql_type(change->table, change->column),
                   change->column->is_nullable, {"", 0}};
}

static void put_postgres_alter(kl_buffer *out, const kl_change *change, shape from, shape to)
{
    size_t place = kl_table_find(change->table, kl_as_text(change->column->name));
    const char *name = kl_as_text(change->table->quoted[place]).data, *comma = "";
    kl_put_alter_table(out, change->table);
    if (change->type_differs && from.initial.len) {
        kl_buffer_format(out, "ALTER COLUMN %s DROP DEFAULT", name);
        comma = ", ";
    }
    if (change->type_differs) {
        kl_buffer_format(out, "%sALTER COLUMN %s TYPE %s USING ", comma, name, to.type);
        put_using(out, name, from.type, to.type);
        comma = ", ";
    }
    if (change->null_differs) {
        kl_buffer_format(out, "%sALTER COLUMN %s %s NOT NULL", comma, name,
                         to.nullable ? "DROP" : "SET");
        comma = ", ";
    }
    if (change->type_differs && to.initial.len)
        kl_buffer_format(out, "%sALTER COLUMN %s SET DEFAULT %.*s", comma, name,
                         KL_TEXT_ARG(to.initial));
}

static kl_status alter_postgres(kl_script *s, const kl_change *change)
{
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    KL_TRY(fill_nulls(s, change));
    put_postgres_alter(&up, change, live_shape(change), wanted_shape(change));
    put_postgres_alter(&down, change, wanted_shape(change), live_shape(change));
    kl_status status = kl_script_up(s, &up);
    if (status == KL_OK)
        return kl_script_down(s, &down);
    kl_buffer_free(&down);
    return status;
}

/* ---- MySQL ------------------------------------------------------------------------------------- */

/* MySQL takes no RFC 3339 text for a time, nor gives any. Run before (to a time) or behind. */
static bool put_time_text(kl_buffer *out, const kl_change *change, family from, family to)
{
    size_t place = kl_table_find(change->table, kl_as_text(change->column->name));
    const char *name = kl_as_text(change->table->quoted[place]).data;
    const char *table = kl_as_text(change->table->quoted_table).data;
    if (from == TIME && to == TEXT)
        kl_buffer_format(out, "UPDATE %s SET %s = CONCAT(REPLACE(%s, ' ', 'T'), '+00:00') "
                              "WHERE %s IS NOT NULL", table, name, name, name);
    else if (from == TEXT && to == TIME)
        kl_buffer_format(out, "UPDATE %s SET %s = CASE WHEN %s REGEXP '[+-][0-9]{2}:[0-9]{2}$' THEN "
                              "CONVERT_TZ(LEFT(REPLACE(LEFT(%s, CHAR_LENGTH(%s) - 6), 'T', ' '), 26), "
                              "RIGHT(%s, 6), '+00:00') ELSE LEFT(REPLACE(REPLACE(%s, 'T', ' '), 'Z', "
                              "''), 26) END WHERE %s IS NOT NULL",
                         table, name, name, name, name, name, name, name);
    return out->len > 0;
}

static void put_modify(kl_buffer *out, const kl_change *change, shape to)
{
    kl_put_alter_table(out, change->table);
    kl_buffer_string(out, "MODIFY COLUMN ");
    kl_put_identifier(out, kl_as_text(change->column->name), change->table->dialect);
    kl_buffer_format(out, " %s %s", to.type, to.nullable ? "NULL" : "NOT NULL");
}

/* The statements of one direction, in the order in which they run. */
static kl_status modify(kl_value *list, const kl_change *change, shape from, shape to,
                        kl_error *error)
{
    kl_buffer update = KL_BUFFER_INIT, text = KL_BUFFER_INIT;
    family a = family_of(from.type), b = family_of(to.type);
    kl_value statement;
    kl_status status;
    bool updates = put_time_text(&update, change, a, b);
    put_modify(&text, change, to);
    if (updates && b == TIME) {
        KL_TRY_OUT(kl_buffer_finish(&statement, &update, error));
        KL_TRY_OUT(kl_array_push(list, statement, error));
    }
    KL_TRY_OUT(kl_buffer_finish(&statement, &text, error));
    KL_TRY_OUT(kl_array_push(list, statement, error));
    if (updates && b != TIME) {
        KL_TRY_OUT(kl_buffer_finish(&statement, &update, error));
        KL_TRY_OUT(kl_array_push(list, statement, error));
    }
out:
    kl_buffer_free(&update);
    kl_buffer_free(&text);
    return status;
}

static kl_status alter_mysql(kl_script *s, const kl_change *change)
{
    kl_value back;
    KL_TRY(fill_nulls(s, change));
    KL_TRY(modify(&s->up, change, live_shape(change), wanted_shape(change), s->error));
    KL_TRY(kl_array_new(&back, 2, s->error));
    kl_status status = modify(&back, change, wanted_shape(change), live_shape(change), s->error);
    for (size_t i = kl_array_len(back); i > 0 && status == KL_OK; i--)
        status = kl_array_push(&s->down, kl_value_retain(kl_array_at(back, i - 1)), s->error);
    kl_value_release(back);
    return status;
}

kl_status kl_script_alter_column(kl_script *script, const kl_change *change)
{
    return change->table->dialect == KL_SQL_MYSQL ? alter_mysql(script, change)
                                                  : alter_postgres(script, change);
}
