/* Models, and what each database makes of them. */
#include "dataflow_test.h"

#include <math.h>

/* A little of everything. */
static kl_status orders(kl_model **out, kl_error *error)
{
    static const struct {
        const char *name;
        kl_column_kind kind;
        unsigned flags;
    } rows[] = {
        {"id", KL_COLUMN_INTEGER, KEY},
        {"select", KL_COLUMN_TEXT, REQUIRED | UNIQUE | INDEXED},
        {"Total", KL_COLUMN_FLOAT, NULLABLE},
        {"paid", KL_COLUMN_BOOLEAN, 0},
        {"at", KL_COLUMN_TIMESTAMP, NULLABLE},
        {"data", KL_COLUMN_JSON, NULLABLE},
        {"uid", KL_COLUMN_UUID, NULLABLE},
        {"place", KL_COLUMN_VECTOR, NULLABLE},
    };
    kl_model *model;
    KL_TRY(new_model(&model, "Order", "order", error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(rows) && status == KL_OK; i++)
        status = declare(model, rows[i].name, rows[i].kind, rows[i].flags, kl_null(), error);
    kl_value pair = kl_null();
    if (status == KL_OK)
        status = kl_json_parse(&pair, KL_TEXT("[\"users\", \"code\"]"), error);
    if (status == KL_OK)
        status = declare(model, "owner", KL_COLUMN_TEXT, NULLABLE, pair, error);
    if (status == KL_OK)
        *out = model;
    else
        kl_object_release(&model->object);
    return status;
}

KL_TEST(names_are_checked)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *name;
        bool good;
    } rows[] = {{"a", true},     {"_a1", true},      {"A_b", true},  {"", false},  {"1a", false},
                {"a b", false},  {"a-b", false},     {"a;", false},  {"é", false}, {"a\"", false},
                {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk", true},
                {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl", false}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_int_equal(kl_is_sql_identifier(kl_text_from(rows[i].name)), rows[i].good);
}

KL_TEST(a_bad_field_leaves_the_model_alone)
{
    KL_UNUSED_STATE;
    kl_model *model;
    works(orders(&model, error));
    size_t count = kl_model_column_count(model);
    fails(declare(model, "a b", KL_COLUMN_TEXT, 0, kl_null(), error), KL_INVALID,
          "field 'a b': expected letters, digits and _, no digit first, at most 63 bytes");
    fails(declare(model, "id", KL_COLUMN_TEXT, 0, kl_null(), error), KL_INVALID,
          "field 'id' is declared already");
    fails(declare(model, "x", KL_COLUMN_TEXT, 0, json("[\"a\"]"), error), KL_INVALID,
          "references: expected a tuple of two texts (table, column)");
    fails(declare(model, "x", KL_COLUMN_TEXT, 0, json("[\"a\", \"b;\"]"), error), KL_INVALID,
          "references: column 'b;': expected letters, digits and _, no digit first, at most 63 bytes");
    fails(tell_model(model, "multi_tenant_on", "a-b", error), KL_INVALID,
          "column 'a-b': expected letters, digits and _, no digit first, at most 63 bytes");
    fails(tell_model(model, "pg_type_mode", "x", error), KL_INVALID,
          "pg_type_mode: expected one of: any_compat, native");
    assert_int_equal(kl_model_column_count(model), count);
    assert_true(kl_is_null(model->tenant));
    kl_object_release(&model->object);
}

KL_TEST(a_model_must_be_whole_to_be_registered)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *fields; /* i = integer, t = text; k = key, d = tombstone */
        const char *method, *argument, *message;
    } rows[] = {
        {"", NULL, NULL, "model 'M': no fields are declared"},
        {"t", NULL, NULL, "model 'M': no primary key is declared"},
        {"kk", NULL, NULL, "model 'M': more than one primary key is declared"},
        {"kdd", NULL, NULL, "model 'M': more than one soft-delete column is declared"},
        {"k", "multi_tenant", NULL, "model 'M': the tenant column is not declared as a field"},
        {"k", "multi_tenant_on", "f0", "model 'M': the tenant column is the primary key"},
        {"k", "row_classified", NULL,
         "model 'M': the column of row classification is not declared as a field"},
        {"kt", "row_classified_on", "f1",
         "model 'M': the column of row classification is not an integer field"},
        {"ki", "row_classified_on", "f1", NULL},
        {"kt", "multi_tenant_on", "f1", NULL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_model *model;
        works(new_model(&model, "M", "m", error));
        for (size_t f = 0; rows[i].fields[f]; f++) {
            char name[] = {'f', (char)('0' + f), '\0'}, kind = rows[i].fields[f];
            works(declare(model, name, kind == 't' ? KL_COLUMN_TEXT : KL_COLUMN_INTEGER,
                          kind == 'k' ? KEY : kind == 'd' ? TOMBSTONE : 0, kl_null(), error));
        }
        if (rows[i].method)
            works(tell_model(model, rows[i].method, rows[i].argument, error));
        if (rows[i].message)
            fails(kl_model_check(model, error), KL_FAILED, rows[i].message);
        else
            works(kl_model_check(model, error));
        kl_object_release(&model->object);
    }
}

KL_TEST(definitions_are_the_same_or_not)
{
    KL_UNUSED_STATE;
    kl_model *a, *b;
    works(orders(&a, error));
    works(orders(&b, error));
    assert_true(kl_model_same(a, b));
    works(tell_model(a, "soft_delete", NULL, error));
    assert_false(kl_model_same(a, b));
    works(tell_model(b, "soft_delete", NULL, error));
    assert_true(kl_model_same(a, b));
    works(tell_model(a, "pg_type_mode", "native", error));
    assert_false(kl_model_same(a, b));
    works(tell_model(b, "pg_type_mode", "native", error));
    works(declare(a, "z", KL_COLUMN_TEXT, 0, kl_null(), error));
    works(declare(b, "z", KL_COLUMN_TEXT, NULLABLE, kl_null(), error));
    assert_false(kl_model_same(a, b));
    kl_object_release(&a->object);
    kl_object_release(&b->object);
}

/* ---- DDL --------------------------------------------------------------------------------------- */

static kl_table *table_on(kl_sql_dialect dialect, kl_pg_mode mode)
{
    kl_table_options options = {.dialect = dialect, .pg_mode = mode};
    kl_model *model;
    kl_table *table = NULL;
    works(orders(&model, error));
    works(tell_model(model, "auto_timestamps", NULL, error));
    works(kl_table_open(&table, model, &options, error));
    kl_object_release(&model->object);
    return table;
}

KL_TEST(each_database_has_its_own_ddl)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_sql_dialect dialect;
        kl_pg_mode mode;
        const char *ddl, *columns;
    } rows[] = {
        {KL_SQL_SQLITE, KL_PG_ANY_COMPAT,
         "[\"CREATE TABLE IF NOT EXISTS \\\"order\\\" (\\\"id\\\" INTEGER PRIMARY KEY, "
         "\\\"select\\\" TEXT NOT NULL UNIQUE, \\\"Total\\\" REAL, \\\"paid\\\" INTEGER NOT NULL, "
         "\\\"at\\\" TEXT, \\\"data\\\" TEXT, \\\"uid\\\" TEXT, \\\"place\\\" TEXT, "
         "\\\"owner\\\" TEXT REFERENCES \\\"users\\\"(\\\"code\\\"), "
         "\\\"created_at\\\" TEXT NOT NULL, \\\"updated_at\\\" TEXT NOT NULL)\","
         "\"CREATE INDEX IF NOT EXISTS \\\"idx_order_select\\\" ON \\\"order\\\" (\\\"select\\\")\"]",
         "\"id\", \"select\", \"Total\", \"paid\", \"at\", \"data\", \"uid\", \"place\", \"owner\", "
         "\"created_at\", \"updated_at\""},
        {KL_SQL_POSTGRES, KL_PG_ANY_COMPAT,
         "[\"CREATE TABLE IF NOT EXISTS \\\"order\\\" (\\\"id\\\" BIGSERIAL PRIMARY KEY, "
         "\\\"select\\\" TEXT NOT NULL UNIQUE, \\\"Total\\\" DOUBLE PRECISION, "
         "\\\"paid\\\" BOOLEAN NOT NULL, \\\"at\\\" TEXT, \\\"data\\\" TEXT, \\\"uid\\\" TEXT, "
         "\\\"place\\\" TEXT, \\\"owner\\\" TEXT REFERENCES \\\"users\\\"(\\\"code\\\"), "
         "\\\"created_at\\\" TEXT NOT NULL, \\\"updated_at\\\" TEXT NOT NULL)\","
         "\"CREATE INDEX IF NOT EXISTS \\\"idx_order_select\\\" ON \\\"order\\\" (\\\"select\\\")\"]",
         "\"id\", \"select\", \"Total\", \"paid\", \"at\", \"data\", \"uid\", \"place\", \"owner\", "
         "\"created_at\", \"updated_at\""},
        {KL_SQL_POSTGRES, KL_PG_NATIVE,
         "[\"CREATE TABLE IF NOT EXISTS \\\"order\\\" (\\\"id\\\" BIGSERIAL PRIMARY KEY, "
         "\\\"select\\\" TEXT NOT NULL UNIQUE, \\\"Total\\\" DOUBLE PRECISION, "
         "\\\"paid\\\" BOOLEAN NOT NULL, \\\"at\\\" TIMESTAMPTZ, \\\"data\\\" JSONB, "
         "\\\"uid\\\" UUID, \\\"place\\\" TEXT, "
         "\\\"owner\\\" TEXT REFERENCES \\\"users\\\"(\\\"code\\\"), "
         "\\\"created_at\\\" TIMESTAMPTZ NOT NULL, \\\"updated_at\\\" TIMESTAMPTZ NOT NULL)\","
         "\"CREATE INDEX IF NOT EXISTS \\\"idx_order_select\\\" ON \\\"order\\\" (\\\"select\\\")\"]",
         "\"id\", \"select\", \"Total\", \"paid\", \"at\", \"data\"::text AS \"data\", \"uid\", "
         "\"place\", \"owner\", \"created_at\", \"updated_at\""},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT,
         "[\"CREATE TABLE IF NOT EXISTS `order` (`id` BIGINT AUTO_INCREMENT PRIMARY KEY, "
         "`select` VARCHAR(255) NOT NULL UNIQUE, `Total` DOUBLE, `paid` TINYINT(1) NOT NULL, "
         "`at` DATETIME(6), `data` JSON, `uid` CHAR(36), `place` TEXT, `owner` VARCHAR(255), "
         "`created_at` DATETIME(6) NOT NULL, `updated_at` DATETIME(6) NOT NULL, "
         "INDEX `idx_order_select` (`select`), "
         "FOREIGN KEY (`owner`) REFERENCES `users`(`code`)) "
         "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin\"]",
         "`id`, `select`, `Total`, `paid`, `at`, CAST(`data` AS CHAR) AS `data`, `uid`, `place`, "
         "`owner`, `created_at`, `updated_at`"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value ddl = kl_null();
        kl_table *table = table_on(rows[i].dialect, rows[i].mode);
        works(kl_table_ddl(&ddl, table, error));
        assert_json(ddl, rows[i].ddl);
        assert_string_equal(kl_as_text(table->select_list).data, rows[i].columns);
        kl_table_release(table);
    }
}

KL_TEST(a_table_knows_its_special_columns)
{
    KL_UNUSED_STATE;
    kl_table *table = table_on(KL_SQL_SQLITE, KL_PG_ANY_COMPAT);
    assert_int_equal(table->count, 11);
    assert_int_equal(table->key, 0);
    assert_int_equal(table->created, 9);
    assert_int_equal(table->updated, 10);
    assert_int_equal(table->tenant, KL_NO_COLUMN);
    assert_int_equal(table->level, KL_NO_COLUMN);
    assert_int_equal(table->deleted, KL_NO_COLUMN);
    assert_int_equal(kl_table_find(table, KL_TEXT("Total")), 2);
    assert_int_equal(kl_table_find(table, KL_TEXT("total")), KL_NO_COLUMN);
    kl_table_release(table);
}

KL_TEST(long_names_of_indexes_stay_apart)
{
    KL_UNUSED_STATE;
    kl_value a = kl_null(), b = kl_null(), c = kl_null();
    kl_text table = KL_TEXT("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    works(kl_index_name(&a, table, KL_TEXT("column_1"), error));
    works(kl_index_name(&b, table, KL_TEXT("column_2"), error));
    works(kl_index_name(&c, KL_TEXT("t"), KL_TEXT("c"), error));
    assert_int_equal(kl_as_text(a).len, 63);
    assert_int_equal(kl_as_text(b).len, 63);
    assert_string_not_equal(kl_as_text(a).data, kl_as_text(b).data);
    assert_string_equal(kl_as_text(c).data, "idx_t_c");
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(c);
}

/* ---- values ------------------------------------------------------------------------------------ */

KL_TEST(values_go_in_as_their_columns_want_them)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *column, *value, *bound[3]; /* SQLite, PostgreSQL, MySQL */
    } rows[] = {
        {"id", "5", {"5", "5", "5"}},
        {"id", "true", {"1", "1", "1"}},
        {"id", "\"xx\"", {"\"xx\"", "\"xx\"", "\"xx\""}},
        {"paid", "true", {"1", "true", "1"}},
        {"paid", "null", {"null", "null", "null"}},
        {"Total", "1.5", {"1.5", "1.5", "1.5"}},
        {"data", "true", {"\"true\"", "\"true\"", "\"true\""}},
        {"data", "7", {"\"7\"", "\"7\"", "\"7\""}},
        {"data", "\"{]\"", {"\"{]\"", "\"{]\"", "\"{]\""}},
        {"data", "{\"b\":[1,\"ü\"],\"a\":null}",
         {"\"{\\\"b\\\": [1, \\\"ü\\\"], \\\"a\\\": null}\"",
          "\"{\\\"b\\\": [1, \\\"ü\\\"], \\\"a\\\": null}\"",
          "\"{\\\"b\\\": [1, \\\"ü\\\"], \\\"a\\\": null}\""}},
        {"select", "[1,2]", {"\"[1, 2]\"", "\"[1, 2]\"", "\"[1, 2]\""}},
        {"at", "\"2024-01-02T03:04:05+02:00\"",
         {"\"2024-01-02T03:04:05+02:00\"", "\"2024-01-02T03:04:05+02:00\"",
          "\"2024-01-02 01:04:05.000000\""}},
        {"at", "\"2024-01-02T03:04:05\"",
         {"\"2024-01-02T03:04:05\"", "\"2024-01-02T03:04:05\"", "\"2024-01-02T03:04:05\""}},
        {"at", "\"soon\"", {"\"soon\"", "\"soon\"", "\"soon\""}},
    };
    for (kl_sql_dialect d = KL_SQL_SQLITE; d <= KL_SQL_MYSQL; d++) {
        kl_table *table = table_on(d, KL_PG_ANY_COMPAT);
        for (size_t i = 0; i < KL_COUNT(rows); i++) {
            kl_value value = json(rows[i].value), bound = kl_null();
            size_t at = kl_table_find(table, kl_text_from(rows[i].column));
            works(kl_column_bind(&bound, table, table->columns[at], value, error));
            kl_value_release(value);
            assert_json(bound, rows[i].bound[d]);
        }
        kl_table_release(table);
    }
}

KL_TEST(values_that_have_no_place_are_refused)
{
    KL_UNUSED_STATE;
    kl_table *table = table_on(KL_SQL_SQLITE, KL_PG_ANY_COMPAT);
    const kl_column *text = table->columns[1], *real = table->columns[2];
    kl_value bytes = kl_null(), out = kl_null(), type = kl_null();
    works(kl_bytes_new(&bytes, KL_TEXT("ab"), error));
    works(kl_field_type_of(&type, KL_COLUMN_TEXT, error));
    fails(kl_column_bind(&out, table, text, bytes, error), KL_TYPE,
          "column 'select' cannot hold bytes; encode them as text first");
    fails(kl_column_bind(&out, table, text, type, error), KL_TYPE,
          "cannot convert Python type 'FieldType' to Kailash Value");
    fails(kl_column_bind(&out, table, real, kl_double(NAN), error), KL_INVALID,
          "column 'Total': NaN cannot be stored; give None");
    works(kl_column_bind(&out, table, real, kl_double(INFINITY), error));
    table->strict_types = true;
    fails(kl_column_bind(&out, table, text, kl_int(1), error), KL_FAILED,
          "type mismatch: column 'select' is Text, got integer");
    works(kl_column_bind(&out, table, real, kl_int(1), error));
    works(kl_column_bind(&out, table, text, kl_null(), error));
    kl_value_release(bytes);
    kl_value_release(type);
    kl_table_release(table);
}

KL_TEST(values_come_out_alike)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_sql_dialect dialect;
        kl_pg_mode mode;
        const char *column, *stored, *read;
    } rows[] = {
        {KL_SQL_SQLITE, KL_PG_ANY_COMPAT, "paid", "1", "true"},
        {KL_SQL_SQLITE, KL_PG_ANY_COMPAT, "paid", "2", "2"},
        {KL_SQL_SQLITE, KL_PG_ANY_COMPAT, "Total", "3", "3.0"},
        {KL_SQL_SQLITE, KL_PG_ANY_COMPAT, "at", "\"soon\"", "\"soon\""},
        {KL_SQL_POSTGRES, KL_PG_NATIVE, "at", "\"2024-01-02T03:04:05+00:00\"",
         "\"2024-01-02T03:04:05+00:00\""},
        {KL_SQL_POSTGRES, KL_PG_NATIVE, "at", "\"2024-01-02T03:04:05.250000+00:00\"",
         "\"2024-01-02T03:04:05.250000+00:00\""},
        {KL_SQL_POSTGRES, KL_PG_NATIVE, "created_at", "\"2024-01-02T03:04:05.250000+00:00\"",
         "\"2024-01-02T03:04:05.250000000+00:00\""},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT, "created_at", "\"2024-01-02T03:04:05.250000\"",
         "\"2024-01-02T03:04:05.250000000+00:00\""},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT, "at", "\"2024-01-02T03:04:05\"",
         "\"2024-01-02T03:04:05+00:00\""},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT, "at", "null", "null"},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT, "data", "{\"a\":[1]}", "\"{\\\"a\\\": [1]}\""},
        {KL_SQL_MYSQL, KL_PG_ANY_COMPAT, "data", "\"[1,  2]\"", "\"[1,  2]\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_table *table = table_on(rows[i].dialect, rows[i].mode);
        kl_value out = kl_null();
        size_t at = kl_table_find(table, kl_text_from(rows[i].column));
        works(kl_column_read(&out, table, table->columns[at], json(rows[i].stored), error));
        assert_json(out, rows[i].read);
        kl_table_release(table);
    }
}

KL_TEST(json_comes_out_as_its_value_where_that_is_asked_for)
{
    KL_UNUSED_STATE;
    kl_table *table = table_on(KL_SQL_SQLITE, KL_PG_ANY_COMPAT);
    const kl_column *column = table->columns[kl_table_find(table, KL_TEXT("data"))];
    kl_value out = kl_null();
    table->json_decoded = true;
    works(kl_column_read(&out, table, column, json("\"[1, {}]\""), error));
    assert_json(out, "[1,{}]");
    works(kl_column_read(&out, table, column, json("\"{]\""), error));
    assert_json(out, "\"{]\"");
    kl_table_release(table);
}

/* ---- memory ------------------------------------------------------------------------------------ */

static kl_status make_table(void *data)
{
    kl_table_options options = {.dialect = KL_SQL_MYSQL};
    kl_model *model;
    kl_table *table;
    kl_value ddl;
    (void)data;
    KL_TRY(orders(&model, NULL));
    kl_status status = tell_model(model, "auto_timestamps", NULL, NULL);
    if (status == KL_OK)
        status = kl_table_open(&table, model, &options, NULL);
    kl_object_release(&model->object);
    KL_TRY(status);
    status = kl_table_ddl(&ddl, table, NULL);
    if (status == KL_OK)
        kl_value_release(ddl);
    kl_table_release(table);
    return status;
}

KL_TEST(every_failed_allocation_is_told)
{
    KL_UNUSED_STATE;
    works(make_table(NULL)); /* drivers are loaded */
    assert_true(sweep(make_table, NULL) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(a_bad_field_leaves_the_model_alone),
        cmocka_unit_test(a_model_must_be_whole_to_be_registered),
        cmocka_unit_test(definitions_are_the_same_or_not),
        cmocka_unit_test(each_database_has_its_own_ddl),
        cmocka_unit_test(a_table_knows_its_special_columns),
        cmocka_unit_test(long_names_of_indexes_stay_apart),
        cmocka_unit_test(values_go_in_as_their_columns_want_them),
        cmocka_unit_test(values_that_have_no_place_are_refused),
        cmocka_unit_test(values_come_out_alike),
        cmocka_unit_test(json_comes_out_as_its_value_where_that_is_asked_for),
        cmocka_unit_test(every_failed_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
