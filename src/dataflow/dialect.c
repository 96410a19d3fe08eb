/* src/dataflow/dialect.c - names in quotes and the statements that make a table. */
#include "table.h"
#include "kailash/crypto.h"

/* ---- names ------------------------------------------------------------------------------------- */

void kl_put_identifier(kl_buffer *out, kl_text name, kl_sql_dialect dialect)
{
    char quote = dialect == KL_SQL_MYSQL ? '`' : '"';
    kl_buffer_byte(out, quote);
    kl_buffer_add(out, name);
    kl_buffer_byte(out, quote);
}

/* A name longer than databases take ends in a hash, so that two long names stay apart. */
kl_status kl_index_name(kl_value *out, kl_text table, kl_text column, kl_error *error)
{
    enum { KEPT = KL_IDENTIFIER_MAX - 9 };
    kl_value full, hash;
    KL_TRY(kl_string_format(&full, error, "idx_%.*s_%.*s", KL_TEXT_ARG(table), KL_TEXT_ARG(column)));
    kl_text name = kl_as_text(full);
    if (name.len <= KL_IDENTIFIER_MAX) {
        *out = full;
        return KL_OK;
    }
    kl_status status = kl_hash_hex(&hash, KL_HASH_SHA256, name, error);
    if (status == KL_OK) {
        status = kl_string_format(out, error, "%.*s_%.8s", (int)KEPT, name.data,
                                  kl_as_text(hash).data);
        kl_value_release(hash);
    }
    kl_value_release(full);
    return status;
}

/* ---- types ------------------------------------------------------------------------------------- */

/* Names of the column types, by kind: SQLite, PostgreSQL with texts, with its own types, MySQL. */
enum { SQLITE, POSTGRES_TEXT, POSTGRES_NATIVE, MYSQL, DIALECTS };

static const char *const type_names[][DIALECTS] = {
    [KL_COLUMN_INTEGER] = {"INTEGER", "BIGINT", "BIGINT", "BIGINT"},
    [KL_COLUMN_FLOAT] = {"REAL", "DOUBLE PRECISION", "DOUBLE PRECISION", "DOUBLE"},
    [KL_COLUMN_TEXT] = {"TEXT", "TEXT", "TEXT", "TEXT"},
    [KL_COLUMN_BOOLEAN] = {"INTEGER", "BOOLEAN", "BOOLEAN", "TINYINT(1)"},
    [KL_COLUMN_TIMESTAMP] = {"TEXT", "TEXT", "TIMESTAMPTZ", "DATETIME(6)"},
    [KL_COLUMN_JSON] = {"TEXT", "TEXT", "JSONB", "JSON"},
    [KL_COLUMN_UUID] = {"TEXT", "TEXT", "UUID", "CHAR(36)"},
    [KL_COLUMN_VECTOR] = {"TEXT", "TEXT", "TEXT", "TEXT"},
};

static int dialect_column(const kl_table *table)
{
    if (table->dialect == KL_SQL_POSTGRES)
        return table->native ? POSTGRES_NATIVE : POSTGRES_TEXT;
    return table->dialect == KL_SQL_SQLITE ? SQLITE : MYSQL;
}

/* MySQL has no index over a text without bounds. */
static bool needs_bounds(const kl_table *table, const kl_column *column)
{
    return table->dialect == KL_SQL_MYSQL && column->kind == KL_COLUMN_TEXT &&
           (column->is_primary_key || column->is_unique || column->is_indexed ||
            !kl_is_null(column->references));
}

const char *kl_column_sql_type(const kl_table *table, const kl_column *column)
{
    bool is_number = column->kind == KL_COLUMN_INTEGER && column->is_primary_key;
    if (is_number && table->dialect == KL_SQL_POSTGRES)
        return "BIGSERIAL";
    if (needs_bounds(table, column))
        return "VARCHAR(255)";
    return type_names[column->kind][dialect_column(table)];
}

/* ---- statements -------------------------------------------------------------------------------- */

static kl_text part(kl_value references, const char *name)
{
    return kl_as_text(kl_map_get(references, kl_text_from(name)));
}

static void put_reference(kl_buffer *out, kl_value references, kl_sql_dialect dialect)
{
    kl_buffer_string(out, " REFERENCES ");
    kl_put_identifier(out, part(references, "table"), dialect);
    kl_buffer_byte(out, '(');
    kl_put_identifier(out, part(references, "column"), dialect);
    kl_buffer_byte(out, ')');
}

void kl_put_column(kl_buffer *out, const kl_table *table, const kl_column *column)
{
    bool is_number = column->kind == KL_COLUMN_INTEGER && column->is_primary_key;
    kl_put_identifier(out, kl_as_text(column->name), table->dialect);
    kl_buffer_format(out, " %s", kl_column_sql_type(table, column));
    if (is_number && table->dialect == KL_SQL_MYSQL)
        kl_buffer_string(out, " AUTO_INCREMENT");
    if (column->is_primary_key)
        kl_buffer_string(out, " PRIMARY KEY");
    if (!column->is_nullable && !column->is_primary_key)
        kl_buffer_string(out, " NOT NULL");
    if (column->is_unique && !column->is_primary_key)
        kl_buffer_string(out, " UNIQUE");
    if (!kl_is_null(column->references) && table->dialect != KL_SQL_MYSQL)
        put_reference(out, column->references, table->dialect);
}

/* MySQL reads an inline REFERENCES and ignores it; and has no CREATE INDEX IF NOT EXISTS. */
static kl_status put_mysql_keys(kl_buffer *out, const kl_table *table, kl_error *error)
{
    for (size_t i = 0; i < table->count; i++) {
        const kl_column *column = table->columns[i];
        kl_value name;
        if (column->is_indexed) {
            KL_TRY(kl_index_name(&name, kl_as_text(table->model->table), kl_as_text(column->name),
                                 error));
            kl_buffer_string(out, ", INDEX ");
            kl_put_identifier(out, kl_as_text(name), table->dialect);
            kl_buffer_format(out, " (%s)", kl_as_text(table->quoted[i]).data);
            kl_value_release(name);
        }
        if (kl_is_null(column->references))
            continue;
        kl_buffer_format(out, ", FOREIGN KEY (%s)", kl_as_text(table->quoted[i]).data);
        put_reference(out, column->references, table->dialect);
    }
    return KL_OK;
}

static kl_status put_table(kl_buffer *out, const kl_table *table, kl_error *error)
{
    kl_buffer_format(out, "CREATE TABLE IF NOT EXISTS %s (", kl_as_text(table->quoted_table).data);
    for (size_t i = 0; i < table->count; i++) {
        kl_buffer_string(out, i ? ", " : "");
        kl_put_column(out, table, table->columns[i]);
    }
    if (table->dialect == KL_SQL_MYSQL)
        KL_TRY(put_mysql_keys(out, table, error));
    kl_buffer_byte(out, ')');
    /* By bytes, as the other databases compare; LIKE names a collation of its own. */
    if (table->dialect == KL_SQL_MYSQL)
        kl_buffer_string(out, " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
    return KL_OK;
}

static kl_status add_statement(kl_value *statements, kl_buffer *text, kl_error *error)
{
    kl_value statement;
    KL_TRY(kl_buffer_finish(&statement, text, error));
    return kl_array_push(statements, statement, error);
}

kl_status kl_index_ddl(kl_value *out, const kl_table *table, const kl_column *column,
                       kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value name;
    KL_TRY(kl_index_name(&name, kl_as_text(table->model->table), kl_as_text(column->name), error));
    kl_buffer_string(&text, table->dialect == KL_SQL_MYSQL ? "CREATE INDEX "
                                                           : "CREATE INDEX IF NOT EXISTS ");
    kl_put_identifier(&text, kl_as_text(name), table->dialect);
    kl_value_release(name);
    kl_buffer_format(&text, " ON %s (", kl_as_text(table->quoted_table).data);
    kl_put_identifier(&text, kl_as_text(column->name), table->dialect);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

kl_status kl_table_ddl(kl_value *out, const kl_table *table, kl_error *error)
{
    kl_value statements, statement;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY(kl_array_new(&statements, 2, error));
    KL_TRY_OUT(put_table(&text, table, error));
    KL_TRY_OUT(add_statement(&statements, &text, error));
    for (size_t i = 0; i < table->count && table->dialect != KL_SQL_MYSQL; i++) {
        if (!table->columns[i]->is_indexed)
            continue;
        KL_TRY_OUT(kl_index_ddl(&statement, table, table->columns[i], error));
        KL_TRY_OUT(kl_array_push(&statements, statement, error));
    }
    *out = statements;
    return KL_OK;
out:
    kl_buffer_free(&text);
    kl_value_release(statements);
    return status;
}
