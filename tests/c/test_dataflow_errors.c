/* What databases say becomes the exceptions of the contract. */
#include "dataflow_test.h"
#include "dataflow/data_error.h"

/* The details of an error as JSON; the message is compared too. */
static void becomes_in(kl_sql_dialect dialect, kl_sql_fault fault, const char *type,
                       const char *message, const char *details, int line)
{
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_sql_error(&error, KL_FAILED, &fault);
    assert_int_equal(kl_data_error(&error, status, "create", dialect), KL_FAILED);
    if (strcmp(error.type, type) != 0 || strcmp(kl_error_message(&error), message) != 0)
        print_error("line %d: %s: %s\n", line, error.type, kl_error_message(&error));
    assert_string_equal(error.type, type);
    assert_string_equal(kl_error_message(&error), message);
    assert_json_in(kl_value_retain(*(kl_value *)error.details), details, __FILE__, line);
    kl_error_clear(&error);
}
#define becomes(...) becomes_in(__VA_ARGS__, __LINE__)

#define SAID "create failed: database error: error returned from database: "

KL_TEST(sqlite_names_table_and_columns)
{
    KL_UNUSED_STATE;
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 2067, .kind = "unique",
                           .text = "UNIQUE constraint failed: us.a, us.b"},
            "UniqueViolationError", SAID "(code: 2067) UNIQUE constraint failed: us.a, us.b",
            "{\"sqlstate\":\"23505\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":\"us\",\"columns\":[\"a\",\"b\"],\"native_code\":2067,"
            "\"constraint_kind\":\"unique\"}");
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 2067, .kind = "unique",
                           .text = "UNIQUE constraint failed: index 'idx_lower'"},
            "UniqueViolationError", SAID "(code: 2067) UNIQUE constraint failed: index 'idx_lower'",
            "{\"sqlstate\":\"23505\",\"sqlstate_status\":\"reported\",\"constraint\":\"idx_lower\","
            "\"table\":null,\"columns\":[],\"native_code\":2067,\"constraint_kind\":\"unique\"}");
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 787, .kind = "foreign_key",
                           .text = "FOREIGN KEY constraint failed"},
            "ForeignKeyViolationError", SAID "(code: 787) FOREIGN KEY constraint failed",
            "{\"sqlstate\":\"23503\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":null,\"columns\":[],\"native_code\":787,\"constraint_kind\":\"foreign_key\"}");
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 275, .kind = "check",
                           .text = "CHECK constraint failed: positive"},
            "CheckViolationError", SAID "(code: 275) CHECK constraint failed: positive",
            "{\"sqlstate\":\"23514\",\"sqlstate_status\":\"reported\",\"constraint\":\"positive\","
            "\"table\":null,\"columns\":[],\"native_code\":275,\"constraint_kind\":\"check\"}");
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 1811, .kind = "other", .text = "no"},
            "ConstraintViolationError", SAID "(code: 1811) no",
            "{\"sqlstate\":\"23000\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":null,\"columns\":[],\"native_code\":1811,\"constraint_kind\":\"other\"}");
    becomes(KL_SQL_SQLITE,
            (kl_sql_fault){.driver = "sqlite", .code = 5, .kind = "busy",
                           .text = "database is locked"},
            "DataFlowDatabaseError", SAID "(code: 5) database is locked",
            "{\"sqlstate\":null,\"sqlstate_status\":\"not_reported\",\"constraint\":null,"
            "\"table\":null,\"columns\":[],\"native_code\":5}");
}

KL_TEST(postgres_tells_its_sqlstate)
{
    KL_UNUSED_STATE;
    becomes(KL_SQL_POSTGRES,
            (kl_sql_fault){.driver = "postgres", .sqlstate = "23502", .kind = "not_null",
                           .table = "us",
                           .text = "null value in column \"a\" of relation \"us\" violates "
                                   "not-null constraint"},
            "NotNullViolationError",
            SAID "(code: 23502) null value in column \"a\" of relation \"us\" violates not-null "
                 "constraint",
            "{\"sqlstate\":\"23502\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":\"us\",\"columns\":[\"a\"],\"native_code\":null,"
            "\"constraint_kind\":\"not_null\"}");
    becomes(KL_SQL_POSTGRES,
            (kl_sql_fault){.driver = "postgres", .sqlstate = "23P01", .kind = "other",
                           .constraint = "no_overlap", .text = "conflicting key value"},
            "ConstraintViolationError", SAID "(code: 23P01) conflicting key value",
            "{\"sqlstate\":\"23P01\",\"sqlstate_status\":\"reported\",\"constraint\":\"no_overlap\","
            "\"table\":null,\"columns\":[],\"native_code\":null,\"constraint_kind\":\"exclusion\"}");
    becomes(KL_SQL_POSTGRES,
            (kl_sql_fault){.driver = "postgres", .sqlstate = "23001", .kind = "other", .text = "r"},
            "ConstraintViolationError", SAID "(code: 23001) r",
            "{\"sqlstate\":\"23001\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":null,\"columns\":[],\"native_code\":null,\"constraint_kind\":\"restrict\"}");
}

KL_TEST(mysql_faults_have_the_same_states)
{
    KL_UNUSED_STATE;
    becomes(KL_SQL_MYSQL,
            (kl_sql_fault){.driver = "mariadb", .code = 1062, .sqlstate = "23000",
                           .kind = "unique",
                           .text = "Duplicate entry 'it's' for key 'us.name'"},
            "UniqueViolationError",
            SAID "(code: 1062) Duplicate entry '<redacted…>' for key 'us.name'",
            "{\"sqlstate\":\"23505\",\"sqlstate_status\":\"reported\",\"constraint\":\"name\","
            "\"table\":\"us\",\"columns\":[],\"native_code\":1062,\"constraint_kind\":\"unique\"}");
    becomes(KL_SQL_MYSQL,
            (kl_sql_fault){.driver = "mariadb", .code = 1048, .sqlstate = "23000",
                           .kind = "not_null", .text = "Column 'a' cannot be null"},
            "NotNullViolationError", SAID "(code: 1048) Column 'a' cannot be null",
            "{\"sqlstate\":\"23502\",\"sqlstate_status\":\"reported\",\"constraint\":null,"
            "\"table\":null,\"columns\":[\"a\"],\"native_code\":1048,"
            "\"constraint_kind\":\"not_null\"}");
    becomes(KL_SQL_MYSQL,
            (kl_sql_fault){.driver = "mariadb", .code = 4025, .sqlstate = "23000", .kind = "check",
                           .text = "CONSTRAINT `positive` failed for `d`.`t`"},
            "CheckViolationError", SAID "(code: 4025) CONSTRAINT `positive` failed for `d`.`t`",
            "{\"sqlstate\":\"23514\",\"sqlstate_status\":\"reported\",\"constraint\":\"positive\","
            "\"table\":\"t\",\"columns\":[],\"native_code\":4025,\"constraint_kind\":\"check\"}");
}

KL_TEST(values_that_servers_quote_are_left_out)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_sql_dialect dialect;
        const char *sqlstate, *said, *told;
    } rows[] = {
        {KL_SQL_POSTGRES, "22P02", "invalid input syntax for type bigint: \"my \"secret\"\"",
         "invalid input syntax for type bigint: \"<redacted…>\""},
        {KL_SQL_POSTGRES, "42703", "column \"x\" does not exist", "column \"x\" does not exist"},
        {KL_SQL_POSTGRES, "22012", "division by zero", "division by zero"},
        {KL_SQL_MYSQL, "22007", "Incorrect integer value: 'se'cret' for column `d`.`t`.`a` at row 1",
         "Incorrect integer value: '<redacted…>' for column `d`.`t`.`a` at row 1"},
        {KL_SQL_MYSQL, "22007", "Truncated incorrect DOUBLE value: 'secret'",
         "Truncated incorrect DOUBLE value: '<redacted…>'"},
        {KL_SQL_MYSQL, "22001", "Data too long for column 'a' at row 1",
         "Data too long for column 'a' at row 1"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        char expected[256];
        kl_sql_fault fault = {.driver = "x", .sqlstate = rows[i].sqlstate, .kind = "other",
                              .text = rows[i].said};
        kl_status status = kl_sql_error(&error, KL_FAILED, &fault);
        kl_data_error(&error, status, "create", rows[i].dialect);
        snprintf(expected, sizeof expected, SAID "(code: %s) %s", rows[i].sqlstate, rows[i].told);
        assert_string_equal(kl_error_message(&error), expected);
        kl_error_clear(&error);
    }
}

KL_TEST(faults_of_the_call_stay_what_they_are)
{
    KL_UNUSED_STATE;
    static const kl_status kept[] = {KL_INVALID, KL_TYPE, KL_OVERFLOW, KL_NO_MEMORY,
                                     KL_INTERRUPTED};
    for (size_t i = 0; i < KL_COUNT(kept); i++) {
        kl_error error = KL_ERROR_INIT;
        kl_error_set(&error, kept[i], "x");
        assert_int_equal(kl_data_error(&error, kept[i], "create", KL_SQL_SQLITE), kept[i]);
        assert_string_equal(kl_error_message(&error), "x");
        assert_null(error.type);
        kl_error_clear(&error);
    }
    assert_int_equal(kl_data_error(NULL, KL_TIMEOUT, "create", KL_SQL_SQLITE), KL_FAILED);
}

KL_TEST(what_reached_no_database_is_undetermined)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_data_unreachable(&error, "read", "the DataFlow is closed"), KL_FAILED);
    assert_string_equal(error.type, "DataFlowDatabaseError");
    assert_string_equal(kl_error_message(&error),
                        "read failed: database error: the DataFlow is closed");
    assert_json(kl_value_retain(*(kl_value *)error.details),
                "{\"sqlstate\":null,\"sqlstate_status\":\"undetermined\",\"constraint\":null,"
                "\"table\":null,\"columns\":[],\"native_code\":null}");
    kl_error_clear(&error);
}

KL_TEST(an_exception_is_raised_with_its_attributes)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_value model = json("\"U\"");
    const kl_error_attribute attributes[] = {{"model", model}};
    assert_int_equal(kl_error_raise(&error, "TenantRequiredError", attributes, 1, "no %s", "tenant"),
                     KL_FAILED);
    assert_string_equal(error.type, "TenantRequiredError");
    assert_string_equal(kl_error_message(&error), "no tenant");
    assert_json(kl_value_retain(*(kl_value *)error.details), "{\"model\":\"U\"}");
    kl_error_clear(&error);
    kl_value_release(model);
}

/* Whatever memory lacks, an error of the database stays one. */
KL_TEST(without_memory_the_message_must_do)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed; n++) {
        kl_error error = KL_ERROR_INIT;
        kl_sql_fault fault = {.driver = "sqlite", .code = 2067, .kind = "unique",
                              .text = "UNIQUE constraint failed: us.a"};
        kl_sql_error(&error, KL_FAILED, &fault);
        kl_test_fail_allocation(n);
        kl_status status = kl_data_error(&error, KL_FAILED, "create", KL_SQL_SQLITE);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(status == KL_FAILED || status == KL_NO_MEMORY);
        kl_error_clear(&error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_names_table_and_columns),
        cmocka_unit_test(postgres_tells_its_sqlstate),
        cmocka_unit_test(mysql_faults_have_the_same_states),
        cmocka_unit_test(values_that_servers_quote_are_left_out),
        cmocka_unit_test(faults_of_the_call_stay_what_they_are),
        cmocka_unit_test(what_reached_no_database_is_undetermined),
        cmocka_unit_test(an_exception_is_raised_with_its_attributes),
        cmocka_unit_test(without_memory_the_message_must_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
