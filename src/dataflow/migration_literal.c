/* src/dataflow/migration_literal.c - values as they stand in the text of migrations. */
#include "migration_sql.h"
#include "kailash/json.h"

/* What a row gets in a new column that must not be null, when the model has no default. */
static const char *const nothing[] = {
    [KL_COLUMN_INTEGER] = "0",
    [KL_COLUMN_FLOAT] = "0",
    [KL_COLUMN_TEXT] = "''",
    [KL_COLUMN_BOOLEAN] = "false",
    [KL_COLUMN_TIMESTAMP] = "'1970-01-01T00:00:00.000000000+00:00'",
    [KL_COLUMN_JSON] = "'{}'",
    [KL_COLUMN_UUID] = "'00000000-0000-0000-0000-000000000000'",
    [KL_COLUMN_VECTOR] = "'[]'",
};

static const char *nothing_of(const kl_table *table, const kl_column *column)
{
    if (column->kind == KL_COLUMN_TIMESTAMP && table->dialect == KL_SQL_MYSQL)
        return "'1970-01-01 00:00:00.000000'";
    return nothing[column->kind];
}

static void put_quoted(kl_buffer *out, kl_text text)
{
    kl_buffer_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            kl_buffer_byte(out, '\'');
        kl_buffer_byte(out, text.data[i]);
    }
    kl_buffer_byte(out, '\'');
}

/* In MySQL a backslash in quotes means something or nothing, depending on its settings. */
static void put_without_backslashes(kl_buffer *out, kl_text text)
{
    kl_buffer_string(out, "CONCAT(");
    for (;;) {
        const char *at = text.len ? memchr(text.data, '\\', text.len) : NULL;
        size_t len = at ? (size_t)(at - text.data) : text.len;
        put_quoted(out, (kl_text){text.data, len});
        if (!at)
            break;
        kl_buffer_string(out, ", CHAR(92 USING utf8mb4), ");
        text = (kl_text){at + 1, text.len - len - 1};
    }
    kl_buffer_byte(out, ')');
}

void kl_put_literal(kl_buffer *out, kl_text text, kl_sql_dialect dialect)
{
    if (dialect == KL_SQL_MYSQL && text.len && memchr(text.data, '\\', text.len))
        put_without_backslashes(out, text);
    else
        put_quoted(out, text);
}

static kl_status put_value(kl_buffer *out, const kl_table *table, const kl_column *column,
                           kl_error *error)
{
    kl_value bound, text;
    kl_status status = KL_OK;
    KL_TRY(kl_column_bind(&bound, table, column, column->initial, error));
    if (kl_is(bound, KL_KIND_STRING)) {
        kl_put_literal(out, kl_as_text(bound), table->dialect);
    } else if (column->kind == KL_COLUMN_BOOLEAN) {
        kl_buffer_string(out, kl_value_truthy(bound) ? "true" : "false");
    } else {
        status = kl_json_print(&text, bound, &kl_json_plain, error);
        if (status == KL_OK) {
            kl_buffer_add(out, kl_as_text(text));
            kl_value_release(text);
        }
    }
    kl_value_release(bound);
    return status;
}

kl_status kl_put_default(kl_buffer *out, const kl_table *table, const kl_column *column,
                         kl_error *error)
{
    if (column->has_initial && !kl_is_null(column->initial))
        return put_value(out, table, column, error);
    kl_buffer_string(out, nothing_of(table, column));
    return KL_OK;
}

/* By the name of its type: rolled back columns are those of models that were. */
void kl_put_live_default(kl_buffer *out, kl_value live, kl_sql_dialect dialect)
{
    const char *type = kl_as_text(kl_map_get(live, KL_TEXT("data_type"))).data;
    kl_text given = kl_as_text(kl_map_get(live, KL_TEXT("default_value")));
    if (given.len && dialect != KL_SQL_MYSQL)
        kl_buffer_add(out, given);
    else if (strcasestr(type, "bool"))
        kl_buffer_string(out, "false");
    else if (strcasestr(type, "int") || strcasestr(type, "real") || strcasestr(type, "double"))
        kl_buffer_string(out, "0");
    else if (strcasestr(type, "timestamp"))
        kl_buffer_string(out, nothing[KL_COLUMN_TIMESTAMP]);
    else if (strcasestr(type, "datetime"))
        kl_buffer_string(out, "'1970-01-01 00:00:00.000000'");
    else if (strcasestr(type, "json"))
        kl_buffer_string(out, nothing[KL_COLUMN_JSON]);
    else if (strcasestr(type, "uuid"))
        kl_buffer_string(out, nothing[KL_COLUMN_UUID]);
    else
        kl_buffer_string(out, "''");
}
