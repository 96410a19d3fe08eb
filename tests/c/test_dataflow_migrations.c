/* Migrations and the live schema: without memory, and what the C header alone has. */
#include "test.h"
#include "sweep.h"
#include "dataflow/schema_diff.h"
#include "kailash/dataflow.h"
#include "kailash/type.h"

static const char after[] =
    "{\"models\":[{\"name\":\"A\",\"table\":\"as\",\"auto_timestamps\":true,\"fields\":["
    "{\"name\":\"id\",\"type\":\"integer\",\"primary_key\":true},"
    "{\"name\":\"a\",\"type\":\"integer\",\"nullable\":true,\"index\":true},"
    "{\"name\":\"d\",\"type\":\"json\",\"default_value\":{\"x\":\"it's\"},\"unique\":true}]},"
    "{\"name\":\"B\",\"table\":\"bs\",\"fields\":[{\"name\":\"id\",\"type\":\"uuid\",\"primary_key\":true}]}]}";

static kl_dataflow *open_memory(void)
{
    kl_dataflow *dataflow = NULL;
    assert_int_equal(kl_dataflow_open(&dataflow, KL_TEXT("sqlite::memory:"), NULL), KL_OK);
    return dataflow;
}

static kl_status add_models(kl_dataflow *dataflow, const char *text, kl_error *error)
{
    kl_value models = json(text);
    kl_status status = kl_dataflow_add_models(dataflow, models, error);
    kl_value_release(models);
    return status;
}

static kl_status run(kl_dataflow_connection *connection, const char *text, kl_error *error)
{
    kl_dataflow_result result;
    KL_TRY(kl_dataflow_run(&result, connection, kl_text_from(text), 0, error));
    kl_dataflow_result_clear(&result);
    return KL_OK;
}

/* A database with a table that must be made anew to be what the model says. */
static kl_dataflow *old_database(void)
{
    kl_dataflow *dataflow = open_memory();
    kl_dataflow_connection *connection = NULL;
    assert_int_equal(kl_dataflow_connect(&connection, dataflow, NULL), KL_OK);
    static const char *const texts[] = {
        "CREATE TABLE \"as\" (id INTEGER PRIMARY KEY, a TEXT NOT NULL UNIQUE, b INTEGER NOT NULL, c INTEGER REFERENCES \"as\")",
        "CREATE INDEX \"idx_as_b\" ON \"as\" (\"b\")",
        "INSERT INTO \"as\" VALUES (1, '7', 2, 1)",
    };
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        assert_int_equal(run(connection, texts[i], NULL), KL_OK);
    kl_dataflow_disconnect(connection);
    return dataflow;
}

/* ---- without memory ---------------------------------------------------------------------------- */

static kl_status compare_and_make(void *data)
{
    kl_migration *migration = NULL;
    kl_value told = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_migration_diff(&told, data, true, &error);
    if (status == KL_OK)
        status = kl_migration_generate(&migration, data, true, (kl_text){"", 0}, &error);
    kl_value_release(told);
    if (migration)
        kl_object_release((kl_object *)migration);
    kl_error_clear(&error);
    return status;
}

KL_TEST(comparing_and_making_cope_without_memory)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow = old_database();
    assert_int_equal(add_models(dataflow, after, NULL), KL_OK);
    assert_true(sweep(compare_and_make, dataflow) > 100);
    kl_dataflow_release(dataflow);
}

KL_TEST(models_are_read_without_memory_or_not_at_all)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_dataflow *dataflow = open_memory();
        kl_value models = json(after);
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_dataflow_add_models(dataflow, models, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(status == KL_OK || (failed && status == KL_NO_MEMORY));
        kl_error_clear(&error);
        kl_value_release(models);
        kl_dataflow_release(dataflow);
    }
}

/* Whatever fails, the migration is applied whole or not at all. */
KL_TEST(applying_without_memory_leaves_nothing_half_done)
{
    KL_UNUSED_STATE;
    size_t failed = 1, n = 1;
    for (; failed > 0; n++) {
        kl_dataflow *dataflow = old_database();
        kl_migration *migration = NULL;
        kl_error error = KL_ERROR_INIT;
        kl_value told = kl_null(), applied = kl_null();
        assert_int_equal(add_models(dataflow, after, NULL), KL_OK);
        assert_int_equal(kl_migration_generate(&migration, dataflow, true, (kl_text){"", 0}, NULL),
                         KL_OK);
        kl_test_fail_allocation(n);
        kl_status status = kl_migration_apply(dataflow, migration, false, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(status == KL_OK || failed);
        assert_int_equal(kl_migration_diff(&told, dataflow, true, NULL), KL_OK);
        assert_int_equal(kl_migration_applied(&applied, dataflow, NULL), KL_OK);
        bool done = kl_array_len(applied) == 1;
        assert_int_equal(done, kl_array_len(kl_map_get(told, KL_TEXT("changes"))) == 0);
        assert_true(done || status != KL_OK);
        kl_error_clear(&error);
        kl_value_release(told);
        kl_value_release(applied);
        kl_object_release((kl_object *)migration);
        kl_dataflow_release(dataflow);
    }
    assert_true(n > 100);
}

/* ---- statements -------------------------------------------------------------------------------- */

KL_TEST(statements_end_where_a_semicolon_is_one)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        {"", 0},
        {"SELECT 1", 0},
        {"SELECT 1;", 9},
        {"SELECT 1; SELECT 2;", 9},
        {"SELECT ';", 0},
        {"SELECT ';';", 11},
        {"SELECT \";\" ;x", 12},
        {"SELECT 1 -- ;", 0},
        {"SELECT 1 -- ;\n;", 15},
        {"SELECT /* ; */ 1", 0},
        {"SELECT /* ;", 0},
        {";", 1},
        {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;", 0},
        {"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;", 55},
        {" create temp trigger t after insert on a begin select 1; end; x", 61},
        {"CREATE TABLE trigger (a);", 25},
    };
    kl_dataflow *dataflow = open_memory();
    kl_dataflow_connection *connection = NULL;
    assert_int_equal(kl_dataflow_connect(&connection, dataflow, NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        size_t len = 99;
        assert_int_equal(kl_dataflow_first_statement(&len, connection, kl_text_from(rows[i].text), NULL),
                         KL_OK);
        if (len != rows[i].len)
            print_error("%s\n", rows[i].text);
        assert_int_equal(len, rows[i].len);
    }
    kl_dataflow_disconnect(connection);
    kl_dataflow_release(dataflow);
}

KL_TEST(a_connection_keeps_its_transaction)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow = open_memory();
    kl_dataflow_connection *connection = NULL;
    kl_dataflow_result result;
    assert_int_equal(kl_dataflow_connect(&connection, dataflow, NULL), KL_OK);
    assert_int_equal(run(connection, "CREATE TABLE t (a)", NULL), KL_OK);
    assert_false(kl_dataflow_in_transaction(connection));
    assert_int_equal(run(connection, "BEGIN", NULL), KL_OK);
    assert_true(kl_dataflow_in_transaction(connection));
    assert_int_equal(run(connection, "INSERT INTO t VALUES (1), (2), (3)", NULL), KL_OK);
    assert_int_equal(kl_dataflow_run(&result, connection, KL_TEXT("SELECT a FROM t"), 2, NULL), KL_OK);
    assert_true(result.truncated);
    assert_json(kl_value_take(&result.columns), "[\"a\"]");
    assert_json(kl_value_take(&result.rows), "[{\"a\":1},{\"a\":2}]");
    assert_int_equal(run(connection, "ROLLBACK", NULL), KL_OK);
    kl_error error = KL_ERROR_INIT;
    assert_int_not_equal(run(connection, "nonsense", &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "statement failed: database error"));
    kl_error_clear(&error);
    kl_dataflow_disconnect(connection);
    kl_dataflow_disconnect(NULL);
    kl_dataflow_release(dataflow);
    kl_dataflow_release(NULL);
}

KL_TEST(a_table_is_told_whole)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow = old_database();
    kl_value told = kl_null();
    assert_int_equal(kl_dataflow_describe_table(&told, dataflow, KL_TEXT("as"), NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(told, KL_TEXT("foreign_keys"))),
                "[{\"columns\":[\"c\"],\"table\":\"as\",\"references\":[\"id\"]}]");
    assert_json(kl_value_retain(kl_map_get(told, KL_TEXT("indexes"))),
                "[{\"name\":\"idx_as_b\",\"table\":\"as\",\"columns\":[\"b\"],\"is_unique\":false},"
                "{\"name\":\"sqlite_autoindex_as_1\",\"table\":\"as\",\"columns\":[\"a\"],\"is_unique\":true}]");
    kl_value_release(told);
    assert_int_equal(kl_dataflow_table_names(&told, dataflow, NULL), KL_OK);
    assert_json(told, "[\"as\"]");
    kl_dataflow_release(dataflow);
}

/* ---- types ------------------------------------------------------------------------------------- */

KL_TEST(types_have_other_names)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *live, *wanted;
        kl_sql_dialect dialect;
        bool same;
    } rows[] = {
        {"integer", "INTEGER", KL_SQL_SQLITE, true},
        {"BIGINT", "INTEGER", KL_SQL_SQLITE, true},
        {"BOOLEAN", "INTEGER", KL_SQL_SQLITE, true},
        {"TEXT", "INTEGER", KL_SQL_SQLITE, false},
        {"", "INTEGER", KL_SQL_SQLITE, false},
        {"VARCHAR(20)", "TEXT", KL_SQL_SQLITE, true},
        {"DATETIME", "TEXT", KL_SQL_SQLITE, true},
        {"DOUBLE PRECISION", "REAL", KL_SQL_SQLITE, true},
        {"bigint", "BIGINT", KL_SQL_POSTGRES, true},
        {"integer", "BIGINT", KL_SQL_POSTGRES, false},
        {"integer", "BIGSERIAL", KL_SQL_POSTGRES, true},
        {"character varying", "TEXT", KL_SQL_POSTGRES, true},
        {"character varying(9)", "TEXT", KL_SQL_POSTGRES, false},
        {"timestamp with time zone", "TIMESTAMPTZ", KL_SQL_POSTGRES, true},
        {"bigint(20)", "BIGINT", KL_SQL_MYSQL, true},
        {"int(11)", "BIGINT", KL_SQL_MYSQL, false},
        {"longtext", "TEXT", KL_SQL_MYSQL, true},
        {"varchar(100)", "VARCHAR(255)", KL_SQL_MYSQL, false},
        {"datetime", "DATETIME(6)", KL_SQL_MYSQL, false},
        {"tinyint(1)", "TINYINT(1)", KL_SQL_MYSQL, true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (kl_schema_type_is(kl_text_from(rows[i].live), rows[i].wanted, rows[i].dialect) !=
            rows[i].same)
            fail_msg("%s, %s", rows[i].live, rows[i].wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing_and_making_cope_without_memory),
        cmocka_unit_test(models_are_read_without_memory_or_not_at_all),
        cmocka_unit_test(applying_without_memory_leaves_nothing_half_done),
        cmocka_unit_test(statements_end_where_a_semicolon_is_one),
        cmocka_unit_test(a_connection_keeps_its_transaction),
        cmocka_unit_test(a_table_is_told_whole),
        cmocka_unit_test(types_have_other_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
