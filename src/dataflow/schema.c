/* src/dataflow/schema.c - see schema.h. */
#include "schema.h"
#include "buffer.h"

/* ---- what each database is asked --------------------------------------------------------------- */

/* Each question gives columns of the same names, whatever the database. */
typedef struct questions {
    const char *tables, *columns, *indexes, *foreign_keys;
} questions;

/* MariaDB has JSON as text with a check; only MariaDB reads what stands in the comment. */
#define MARIADB_JSON(otherwise)                                                                    \
    "/*M! IF(c.data_type = 'longtext' AND EXISTS (SELECT 1 FROM "                                  \
    "information_schema.check_constraints k WHERE k.constraint_schema = c.table_schema AND "       \
    "k.table_name = c.table_name AND k.check_clause = "                                            \
    "CONCAT('json_valid(`', c.column_name, '`)')), 'json', */" otherwise "/*M! ) */"

#define POSTGRES_RULE(column)                                                                      \
    "CASE " column " WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN "              \
    "'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END"

static const questions all[] = {
    [KL_SQL_SQLITE] =
        {
            .tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND "
                      "substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
            .columns = "SELECT name, type AS data_type, type, \"notnull\" = 0 AS is_nullable, "
                       "pk > 0 AS is_primary_key, dflt_value AS default_value "
                       "FROM pragma_table_info(?) ORDER BY cid",
            .indexes = "SELECT l.name, l.\"unique\" AS is_unique, l.origin = 'pk' AS is_primary, "
                       "l.origin = 'u' AS is_constraint, l.partial AS is_partial, c.name AS part "
                       "FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS c "
                       "ORDER BY l.name, c.seqno",
            .foreign_keys = "SELECT id AS name, \"from\" AS part, \"table\" AS \"table\", "
                            "coalesce(\"to\", (SELECT name FROM pragma_table_info(f.\"table\") "
                            "WHERE pk = f.seq + 1)) AS target, on_delete, on_update "
                            "FROM pragma_foreign_key_list(?) AS f ORDER BY id, seq",
        },
    [KL_SQL_POSTGRES] =
        {
            .tables = "SELECT c.relname::text AS name FROM pg_class c "
                      "JOIN pg_namespace n ON n.oid = c.relnamespace "
                      "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') "
                      "ORDER BY c.relname::text COLLATE \"C\"",
            .columns = "SELECT a.attname::text AS name, "
                       "format_type(a.atttypid, NULL) AS data_type, "
                       "format_type(a.atttypid, a.atttypmod) AS type, "
                       "NOT a.attnotnull AS is_nullable, "
                       "EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND "
                       "i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_primary_key, "
                       "pg_get_expr(d.adbin, d.adrelid) AS default_value FROM pg_attribute a "
                       "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
                       "WHERE a.attrelid = to_regclass(quote_ident(?)) AND a.attnum > 0 "
                       "AND NOT a.attisdropped ORDER BY a.attnum",
            .indexes = "SELECT c.relname::text AS name, i.indisunique AS is_unique, "
                       "i.indisprimary AS is_primary, k.oid IS NOT NULL AS is_constraint, "
                       "i.indpred IS NOT NULL AS is_partial, a.attname::text AS part "
                       "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                       "CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS p(number, place) "
                       "LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.number "
                       "AND p.number > 0 "
                       "LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND "
                       "k.contype IN ('p', 'u') "
                       "WHERE i.indrelid = to_regclass(quote_ident(?)) AND p.place <= i.indnkeyatts "
                       "ORDER BY c.relname::text COLLATE \"C\", p.place",
            .foreign_keys = "SELECT k.conname::text AS name, a.attname::text AS part, "
                            "t.relname::text AS \"table\", b.attname::text AS target, "
                            POSTGRES_RULE("k.confdeltype") " AS on_delete, "
                            POSTGRES_RULE("k.confupdtype") " AS on_update "
                            "FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid "
                            "CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY "
                            "AS p(own, other, place) "
                            "JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.own "
                            "JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = p.other "
                            "WHERE k.contype = 'f' AND k.conrelid = to_regclass(quote_ident(?)) "
                            "ORDER BY k.conname::text COLLATE \"C\", p.place",
        },
    [KL_SQL_MYSQL] =
        {
            .tables = "SELECT table_name AS name FROM information_schema.tables "
                      "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' "
                      "ORDER BY BINARY table_name",
            .columns = "SELECT c.column_name AS name, " MARIADB_JSON("c.data_type") " AS data_type, "
                       MARIADB_JSON("CAST(c.column_type AS CHAR)") " AS type, "
                       "c.is_nullable = 'YES' AS is_nullable, "
                       "c.column_key = 'PRI' AS is_primary_key, "
                       "CAST(c.column_default AS CHAR) AS default_value "
                       "FROM information_schema.columns c WHERE c.table_schema = DATABASE() "
                       "AND c.table_name = ? ORDER BY c.ordinal_position",
            .indexes = "SELECT index_name AS name, non_unique = 0 AS is_unique, "
                       "index_name = 'PRIMARY' AS is_primary, non_unique = 0 AS is_constraint, "
                       "0 AS is_partial, column_name AS part FROM information_schema.statistics "
                       "WHERE table_schema = DATABASE() AND table_name = ? "
                       "ORDER BY BINARY index_name, seq_in_index",
            .foreign_keys = "SELECT k.constraint_name AS name, k.column_name AS part, "
                            "k.referenced_table_name AS `table`, k.referenced_column_name AS target, "
                            "r.delete_rule AS on_delete, r.update_rule AS on_update "
                            "FROM information_schema.key_column_usage k "
                            "JOIN information_schema.referential_constraints r "
                            "ON r.constraint_schema = k.constraint_schema "
                            "AND r.constraint_name = k.constraint_name "
                            "AND r.table_name = k.table_name "
                            "WHERE k.table_schema = DATABASE() AND k.table_name = ? AND "
                            "k.referenced_table_name IS NOT NULL "
                            "ORDER BY BINARY k.constraint_name, k.ordinal_position",
        },
};

static const questions *questions_of(const kl_sql *sql) { return &all[kl_sql_dialect_of(sql)]; }

/* The rows; given. `table` may be null. */
static kl_status ask(kl_value *rows, kl_sql *sql, const char *text, kl_text table, kl_error *error)
{
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_status status;
    request.text = kl_text_from(text);
    if (table.data) {
        KL_TRY(kl_array_new(&request.params, 1, error));
        KL_TRY_OUT(kl_array_push_text(&request.params, table, error));
    }
    KL_TRY_OUT(kl_sql_query(&result, sql, &request, error));
    *rows = kl_value_take(&result.rows);
    kl_sql_result_clear(&result);
out:
    kl_value_release(request.params);
    return status;
}

/* ---- building maps ----------------------------------------------------------------------------- */

/* Take over `name` of a row, or whether it is true. */
static kl_status copy(kl_value *map, const char *name, kl_value row, kl_error *error)
{
    kl_text key = kl_text_from(name);
    return kl_map_set(map, key, kl_value_retain(kl_map_get(row, key)), error);
}

static kl_status copy_truth(kl_value *map, const char *name, kl_value row, kl_error *error)
{
    kl_text key = kl_text_from(name);
    return kl_map_set(map, key, kl_bool(kl_value_truthy(kl_map_get(row, key))), error);
}

/* Append what stands in `part` of a row to the list of that name. */
static kl_status append(kl_value *map, const char *list, kl_value row, const char *part,
                        kl_error *error)
{
    kl_text key = kl_text_from(list);
    kl_value items = kl_value_retain(kl_map_get(*map, key));
    kl_status status = KL_OK;
    if (kl_is_null(items))
        status = kl_array_new(&items, 1, error);
    if (status == KL_OK)
        status = kl_array_push(&items, kl_value_retain(kl_map_get(row, kl_text_from(part))), error);
    if (status == KL_OK)
        return kl_map_set(map, key, items, error);
    kl_value_release(items);
    return status;
}

typedef kl_status describe(kl_value *map, kl_value row, kl_error *error);

static kl_status push_described(kl_value *list, kl_value row, describe *fill, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 6, error));
    kl_status status = fill(&map, row, error);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

static bool same_name(kl_value a, kl_value b)
{
    bool equal = false;
    return kl_value_equal(&equal, kl_map_get(a, KL_TEXT("name")), kl_map_get(b, KL_TEXT("name")),
                          NULL) == KL_OK &&
           equal;
}

/* ---- tables and columns ------------------------------------------------------------------------ */

kl_status kl_schema_tables(kl_value *out, kl_sql *sql, kl_error *error)
{
    kl_value rows = kl_null(), names = kl_null();
    kl_status status;
    KL_TRY(ask(&rows, sql, questions_of(sql)->tables, (kl_text){NULL, 0}, error));
    KL_TRY_OUT(kl_array_new(&names, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++)
        KL_TRY_OUT(kl_array_push(
            &names, kl_value_retain(kl_map_get(kl_array_at(rows, i), KL_TEXT("name"))), error));
    *out = kl_value_take(&names);
out:
    kl_value_release(names);
    kl_value_release(rows);
    return status;
}

/* MariaDB tells a default that is NULL by that word. */
static kl_status describe_column(kl_value *map, kl_value row, kl_error *error)
{
    kl_value given = kl_map_get(row, KL_TEXT("default_value"));
    bool is_null = kl_is(given, KL_KIND_STRING) && kl_text_is(kl_as_text(given), "NULL");
    KL_TRY(copy(map, "name", row, error));
    KL_TRY(copy(map, "data_type", row, error));
    KL_TRY(copy(map, "type", row, error));
    KL_TRY(copy_truth(map, "is_nullable", row, error));
    KL_TRY(copy_truth(map, "is_primary_key", row, error));
    return kl_map_set(map, KL_TEXT("default_value"), is_null ? kl_null() : kl_value_retain(given),
                      error);
}

kl_status kl_schema_columns(kl_value *out, kl_sql *sql, kl_text table, kl_error *error)
{
    kl_value rows, list = kl_null();
    kl_status status;
    KL_TRY(ask(&rows, sql, questions_of(sql)->columns, table, error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++)
        KL_TRY_OUT(push_described(&list, kl_array_at(rows, i), describe_column, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(rows);
    return status;
}

/* ---- what has parts ---------------------------------------------------------------------------- */

static kl_status describe_index(kl_value *map, kl_value row, kl_error *error)
{
    KL_TRY(copy(map, "name", row, error));
    KL_TRY(append(map, "columns", row, "part", error));
    KL_TRY(copy_truth(map, "is_unique", row, error));
    KL_TRY(copy_truth(map, "is_constraint", row, error));
    return copy_truth(map, "is_partial", row, error);
}

/* SQLite numbers them: that is no name. */
static kl_status describe_foreign_key(kl_value *map, kl_value row, kl_error *error)
{
    KL_TRY(copy(map, "name", row, error));
    if (!kl_is(kl_map_get(*map, KL_TEXT("name")), KL_KIND_STRING))
        KL_TRY(kl_map_set(map, KL_TEXT("name"), kl_null(), error));
    KL_TRY(append(map, "columns", row, "part", error));
    KL_TRY(copy(map, "table", row, error));
    KL_TRY(append(map, "references", row, "target", error));
    KL_TRY(copy(map, "on_delete", row, error));
    return copy(map, "on_update", row, error);
}

/* One row per part; rows of one name make one map. */
static kl_status gather(kl_value *list, kl_value rows, describe *fill, const char *second,
                        const char *target, kl_error *error)
{
    kl_value before = kl_null();
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = kl_array_at(rows, i);
        if (kl_value_truthy(kl_map_get(row, KL_TEXT("is_primary"))))
            continue;
        if (kl_is_null(before) || !same_name(before, row)) {
            KL_TRY(push_described(list, row, fill, error));
        } else {
            kl_value *items = kl_array_edit(list, error);
            if (!items)
                return KL_NO_MEMORY;
            kl_value *last = &items[kl_array_len(*list) - 1];
            KL_TRY(append(last, "columns", row, "part", error));
            if (second)
                KL_TRY(append(last, second, row, target, error));
        }
        before = row;
    }
    return KL_OK;
}

static kl_status read_parts(kl_value *out, kl_sql *sql, const char *question, kl_text table,
                            describe *fill, const char *second, const char *target,
                            kl_error *error)
{
    kl_value rows, list = kl_null();
    kl_status status;
    KL_TRY(ask(&rows, sql, question, table, error));
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    KL_TRY_OUT(gather(&list, rows, fill, second, target, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(rows);
    return status;
}

kl_status kl_schema_indexes(kl_value *out, kl_sql *sql, kl_text table, kl_error *error)
{
    return read_parts(out, sql, questions_of(sql)->indexes, table, describe_index, NULL, NULL,
                      error);
}

kl_status kl_schema_foreign_keys(kl_value *out, kl_sql *sql, kl_text table, kl_error *error)
{
    return read_parts(out, sql, questions_of(sql)->foreign_keys, table, describe_foreign_key,
                      "references", "target", error);
}

/* ---- a whole table ----------------------------------------------------------------------------- */

kl_status kl_schema_table(kl_value *out, kl_sql *sql, kl_text table, kl_error *error)
{
    kl_value map = kl_null(), part;
    kl_status status;
    KL_TRY(kl_schema_columns(&part, sql, table, error));
    if (!kl_array_len(part)) {
        kl_value_release(part);
        *out = kl_null();
        return KL_OK;
    }
    status = kl_map_new(&map, 4, error);
    if (status == KL_OK)
        status = kl_map_set_text(&map, KL_TEXT("name"), table, error);
    if (status != KL_OK) {
        kl_value_release(part);
        goto out;
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), part, error));
    KL_TRY_OUT(kl_schema_indexes(&part, sql, table, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("indexes"), part, error));
    KL_TRY_OUT(kl_schema_foreign_keys(&part, sql, table, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("foreign_keys"), part, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_schema_row_count(int64_t *out, kl_sql *sql, kl_text table, kl_error *error)
{
    char quote = kl_sql_dialect_of(sql) == KL_SQL_MYSQL ? '`' : '"';
    kl_buffer text = KL_BUFFER_INIT;
    kl_value statement, rows;
    kl_buffer_format(&text, "SELECT count(*) AS n FROM %c%.*s%c", quote, KL_TEXT_ARG(table), quote);
    KL_TRY(kl_buffer_finish(&statement, &text, error));
    kl_status status = ask(&rows, sql, kl_as_text(statement).data, (kl_text){NULL, 0}, error);
    kl_value_release(statement);
    KL_TRY(status);
    *out = kl_as_int(kl_map_get(kl_array_at(rows, 0), KL_TEXT("n")));
    kl_value_release(rows);
    return KL_OK;
}

const kl_value *kl_schema_find(kl_value items, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(items); i++) {
        const kl_value *item = &kl_array_items(items)[i];
        if (kl_text_equal(kl_as_text(kl_map_get(*item, KL_TEXT("name"))), name))
            return item;
    }
    return NULL;
}
