/* Engines: rules, counted statements, what is shown of texts; DebugAgent, retention and sources without
 * memory. */
#include "dataflow_test.h"
#include "folder.h"
#include "dataflow/dataflow.h"
#include "dataflow/engine.h"
#include "dataflow/fabric.h"
#include "dataflow/operations.h"
#include "dataflow/slow_query.h"
#include "dataflow/sql_literal.h"
#include "kailash/json.h"

/* ---- texts ------------------------------------------------------------------------------------- */

KL_TEST(values_are_left_out_of_statements)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"SELECT * FROM t WHERE a = ?", "SELECT * FROM t WHERE a = ?"},
        {"SELECT 'se''cret', 12.5, x FROM t LIMIT 3", "SELECT ?, ?, x FROM t LIMIT ?"},
        {"INSERT INTO t VALUES ('a'), (1)", "INSERT INTO t VALUES (?), (?)"},
        {"SELECT \"name 1\" FROM t1", "SELECT \"name 1\" FROM t1"},
        {"SELECT 1 -- secret", "a statement of 18 bytes"},
        {"SELECT 1 /* secret */", "a statement of 21 bytes"},
        {"SELECT 'never ends", "a statement of 18 bytes"},
        {"", ""},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value shown;
        works(kl_statement_without_values(&shown, kl_text_from(cases[i].text), KL_SQL_SQLITE, error));
        assert_string_equal(kl_as_text(shown).data, cases[i].shown);
        kl_value_release(shown);
    }
}

KL_TEST(only_mysql_has_comments_with_a_hash)
{
    KL_UNUSED_STATE;
    kl_value shown;
    works(kl_statement_without_values(&shown, KL_TEXT("SELECT a #> 'x'"), KL_SQL_POSTGRES, error));
    assert_string_equal(kl_as_text(shown).data, "SELECT a #> ?");
    kl_value_release(shown);
    works(kl_statement_without_values(&shown, KL_TEXT("SELECT a # 'x'"), KL_SQL_MYSQL, error));
    assert_string_equal(kl_as_text(shown).data, "a statement of 14 bytes");
    kl_value_release(shown);
}

KL_TEST(long_statements_are_cut_between_characters)
{
    KL_UNUSED_STATE;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value shown;
    kl_buffer_string(&text, "SELECT a");
    for (size_t i = 0; i < 3000; i++)
        kl_buffer_string(&text, "\xC3\xA9");
    works(kl_statement_without_values(&shown, kl_buffer_text(&text), KL_SQL_SQLITE, error));
    assert_int_equal(kl_value_len(shown), KL_STATEMENT_SHOWN);
    kl_value_release(shown);
    kl_buffer_free(&text);
}

KL_TEST(values_are_shown_as_literals)
{
    KL_UNUSED_STATE;
    static const char *const cases[][2] = {
        {"null", "NULL"},     {"true", "TRUE"},      {"-7", "-7"},
        {"1.5", "1.5"},       {"\"it's\"", "'it''s'"}, {"\"\"", "''"},
        {"[1, \"'\"]", "'[1, \"''\"]'"}, {"{\"a\": null}", "'{\"a\": null}'"},
    };
    kl_value bytes, shown;
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value value = json(cases[i][0]);
        works(kl_sql_literal(&shown, value, error));
        assert_string_equal(kl_as_text(shown).data, cases[i][1]);
        kl_value_release(shown);
        kl_value_release(value);
    }
    works(kl_bytes_new(&bytes, (kl_text){"\0\xFF", 2}, error));
    works(kl_sql_literal(&shown, bytes, error));
    assert_string_equal(kl_as_text(shown).data, "X'00FF'");
    kl_value_release(shown);
    kl_value_release(bytes);
}

/* ---- an engine --------------------------------------------------------------------------------- */

static kl_status make_model(kl_model **out, kl_error *error)
{
    kl_model *model;
    KL_TRY(new_model(&model, "Person", "people", error));
    kl_status status = declare(model, "id", KL_COLUMN_INTEGER, KEY, kl_null(), error);
    if (status == KL_OK)
        status = declare(model, "age", KL_COLUMN_INTEGER, NULLABLE, kl_null(), error);
    if (status == KL_OK)
        status = declare(model, "at", KL_COLUMN_TIMESTAMP, NULLABLE, kl_null(), error);
    if (status == KL_OK)
        *out = model;
    else
        kl_object_release(&model->object);
    return status;
}

/* Call a method with arguments as the items of a JSON list; its result, given. */
static kl_status call(kl_value *out, kl_object *self, const char *method, const char *text,
                      kl_error *error)
{
    kl_value args;
    *out = kl_null();
    KL_TRY(kl_json_parse(&args, kl_text_from(text), error));
    kl_status status = kl_object_call(out, self, kl_text_from(method), kl_array_items(args),
                                      kl_array_len(args), error);
    kl_value_release(args);
    return status;
}

static kl_status open_engine(kl_dataflow **out, bool validates, kl_error *error)
{
    const kl_engine_options options = {.url = KL_TEXT("sqlite::memory:"), .slow_ms = 1000,
                                       .mask_from = -1, .validates = validates,
                                       .auto_migrate = true};
    kl_dataflow *made;
    kl_model *model;
    KL_TRY(kl_engine_database(&made, &options, error));
    kl_status status = make_model(&model, error);
    if (status == KL_OK) {
        status = kl_dataflow_register(made, model, error);
        kl_object_release(&model->object);
    }
    if (status == KL_OK)
        *out = made;
    else
        end_dataflow(made);
    return status;
}

/* Create a row by the operation itself. */
static kl_status create(kl_dataflow *dataflow, const char *text, kl_error *error)
{
    kl_data_session session;
    kl_table *table;
    kl_value data, row = kl_null();
    KL_TRY(kl_dataflow_table(&table, dataflow, KL_TEXT("Person"), "create", error));
    kl_status status = kl_data_session_begin(&session, dataflow, "create", error);
    if (status == KL_OK) {
        status = kl_json_parse(&data, kl_text_from(text), error);
        if (status == KL_OK) {
            status = kl_row_create(&row, &session, table, data, error);
            kl_value_release(data);
        }
        kl_data_session_end(&session);
    }
    kl_value_release(row);
    kl_table_release(table);
    return status;
}

static kl_status add_rule(kl_dataflow *dataflow, kl_error *error)
{
    kl_value none;
    return call(&none, dataflow->watch.validation.as.object, "add_rule",
                "[\"Person\", \"age\", \"range\", [0, 130]]", error);
}

KL_TEST(rules_stand_before_the_database)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_value counted;
    works(open_engine(&dataflow, true, error));
    works(add_rule(dataflow, error));
    works(create(dataflow, "{\"age\": 3}", error));
    works(call(&counted, dataflow->watch.query_engine.as.object, "query_count", "[]", error));
    int64_t before = kl_as_int(counted);
    fails(create(dataflow, "{\"age\": 300}", error), KL_FAILED,
          "create failed: validation failed: age: value 300 is outside range [0, 130]");
    works(call(&counted, dataflow->watch.query_engine.as.object, "query_count", "[]", error));
    assert_int_equal(kl_as_int(counted), before);
    end_dataflow(dataflow);
}

KL_TEST(the_exception_has_what_was_violated)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_error error = KL_ERROR_INIT;
    works(open_engine(&dataflow, true, error));
    works(add_rule(dataflow, error));
    assert_int_equal(create(dataflow, "{\"age\": 300}", &error), KL_FAILED);
    assert_string_equal(error.type, "DataFlowValidationError");
    kl_value details = kl_value_retain(*(kl_value *)error.details);
    assert_json(details, "{\"model\":\"Person\",\"item\":null,\"violations\":[{\"field\":\"age\",\"rule\":"
                         "\"range\",\"message\":\"value 300 is outside range [0, 130]\"}]}");
    kl_error_clear(&error);
    end_dataflow(dataflow);
}

/* ---- without memory ---------------------------------------------------------------------------- */

static kl_status engine_work(void *data)
{
    kl_dataflow *dataflow;
    kl_error error = KL_ERROR_INIT;
    (void)data;
    kl_status status = open_engine(&dataflow, true, &error);
    if (status == KL_OK) {
        status = add_rule(dataflow, &error);
        if (status == KL_OK)
            status = create(dataflow, "{\"age\": 3}", &error);
        if (status == KL_OK) {
            status = create(dataflow, "{\"age\": 300}", &error);
            if (status == KL_FAILED)
                status = KL_OK; /* refused, as it should be */
            kl_error_clear(&error);
        }
        end_dataflow(dataflow);
    }
    kl_error_clear(&error);
    return status;
}

KL_TEST(engines_run_out_of_memory)
{
    KL_UNUSED_STATE;
    assert_true(sweep(engine_work, NULL) > 50);
}

/* A method of an object, again and again. */
typedef struct method_work {
    kl_object *self;
    const char *method, *args;
} method_work;

static kl_status run_method(void *data)
{
    const method_work *work = data;
    kl_value result;
    kl_error error = KL_ERROR_INIT;
    kl_status status = call(&result, work->self, work->method, work->args, &error);
    kl_value_release(result);
    kl_error_clear(&error);
    return status;
}

static void sweep_methods(kl_object *self, const char *const methods[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        method_work work = {self, methods[i][0], methods[i][1]};
        if (sweep(run_method, &work) == 0)
            fail_msg("%s allocates nothing", work.method);
    }
}

KL_TEST(debug_agents_run_out_of_memory)
{
    KL_UNUSED_STATE;
    static const char *const methods[][2] = {
        {"explain_query", "[\"Person\", \"insert\", {\"age\": 1}]"},
        {"explain_query", "[\"Person\", \"update\", {\"id\": 1, \"age\": 1}]"},
        {"dry_run", "[\"Person\", \"read\", {\"zz\": 1}]"},
        {"dry_run", "[\"Person\", \"insert\", {\"age\": 400, \"zz\": 1}]"},
        {"diagnose", "[\"no such table: x\"]"},
        {"health_check", "[]"},
    };
    kl_dataflow *dataflow;
    kl_value agent, given;
    works(open_engine(&dataflow, true, error));
    works(add_rule(dataflow, error));
    given = kl_value_of(&dataflow->object);
    const kl_type *type = kl_type_find(KL_TEXT("DebugAgent"), NULL);
    works(kl_object_make(&agent, type, &given, error));
    sweep_methods(agent.as.object, methods, KL_COUNT(methods));
    kl_value_release(agent);
    end_dataflow(dataflow);
}

/* Enforcing removes rows, so each round brings one. */
static kl_status retention_work(void *data)
{
    kl_dataflow *dataflow = data;
    kl_value policy, result = kl_null(), map = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = create(dataflow, "{\"at\": \"2020-01-01T00:00:00+00:00\"}", &error);
    if (status == KL_OK)
        status = kl_json_parse(&map, KL_TEXT("{\"max_age_days\": 1, \"max_rows\": 3, \"archive_to\": \"old\"}"),
                               &error);
    if (status == KL_OK)
        status = kl_string_new(&text, KL_TEXT("Person"), &error);
    if (status == KL_OK)
        status = kl_object_from_map(&policy, kl_type_find(KL_TEXT("ModelRetentionPolicy"), NULL), map,
                                    &error);
    if (status == KL_OK) {
        kl_value column = kl_null();
        status = kl_string_new(&column, KL_TEXT("at"), &error);
        const kl_value args[] = {text, policy, column};
        if (status == KL_OK)
            status = kl_object_call(&result, &dataflow->object, KL_TEXT("enforce_retention"), args, 3,
                                    &error);
        kl_value_release(column);
        kl_value_release(policy);
    }
    kl_value_release(result);
    kl_value_release(map);
    kl_value_release(text);
    kl_error_clear(&error);
    return status;
}

KL_TEST(retention_runs_out_of_memory)
{
    KL_UNUSED_STATE;
    kl_dataflow *dataflow;
    kl_value left;
    works(open_engine(&dataflow, false, error));
    assert_true(sweep(retention_work, dataflow) > 30);
    works(call(&left, &dataflow->object, "execute_raw",
               "[\"SELECT (SELECT COUNT(*) FROM people) AS a, (SELECT COUNT(*) FROM old) > 0 AS b\"]",
               error));
    assert_json(left, "[{\"a\":0,\"b\":1}]"); /* what a round left behind, the last one took */
    end_dataflow(dataflow);
}

/* ---- sources ----------------------------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", test_folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static kl_value open_fabric(void)
{
    kl_value map = json("{\"database_url\": \"sqlite::memory:\"}"), fabric;
    works(kl_object_from_map(&fabric, &kl_fabric_type, map, error));
    kl_value_release(map);
    return fabric;
}

static void tell(kl_object *fabric, const char *method, const char *format, ...) KL_PRINTF(3, 4);
static void tell(kl_object *fabric, const char *method, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    kl_value none;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    works(call(&none, fabric, method, text, error));
    kl_value_release(none);
}

KL_TEST(sources_run_out_of_memory)
{
    KL_UNUSED_STATE;
    static const char *const methods[][2] = {
        {"fetch_source", "[\"csv\"]"},
        {"fetch_source", "[\"json\", \"a[0]\"]"},
        {"fetch_source", "[\"db\", {\"sql\": \"SELECT ? AS a\", \"params\": [[1]]}]"},
        {"source_names", "[]"},
        {"source_status", "[\"csv\"]"},
    };
    kl_value fabric = open_fabric(), data;
    write_file("a.csv", "a,b\n1,2\n");
    write_file("a.json", "{\"a\": [7]}");
    tell(fabric.as.object, "register_file_source", "[\"csv\", \"a.csv\", \"%s\"]", test_folder);
    tell(fabric.as.object, "register_file_source", "[\"json\", \"a.json\", \"%s\"]", test_folder);
    tell(fabric.as.object, "register_database_source", "[\"db\", \"sqlite::memory:\"]");
    works(call(&data, fabric.as.object, "fetch_source", "[\"csv\"]", error));
    assert_json(data, "[{\"a\":\"1\",\"b\":\"2\"}]");
    works(call(&data, fabric.as.object, "fetch_source", methods[2][1], error));
    assert_json(data, "[{\"a\":\"[1]\"}]");
    sweep_methods(fabric.as.object, methods, KL_COUNT(methods));
    kl_value_release(fabric);
}

static kl_status register_work(void *data)
{
    kl_object *fabric = data;
    kl_value none;
    kl_error error = KL_ERROR_INIT;
    static const char *const methods[][2] = {
        {"register_rest_source", "[\"\", \"https://example.org/\"]"},
        {"register_rest_source",
         "[\"r\", \"https://example.org/\", {\"type\": \"api_key\", \"header\": \"X\", \"key\": \"k\"}]"},
        {"register_file_source", "[\"f\", \"x.csv\", \"root\", null, {\"infer_types\": true}]"},
        {"register_database_source", "[\"d\", \"sqlite:x.db\"]"},
    };
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(methods) && status == KL_OK; i++) {
        status = call(&none, fabric, methods[i][0], methods[i][1], &error);
        if (status == KL_INVALID || status == KL_FAILED) /* no name, or one that is taken by now */
            status = KL_OK;
        kl_error_clear(&error);
    }
    return status;
}

KL_TEST(registering_runs_out_of_memory)
{
    KL_UNUSED_STATE;
    kl_value fabric = open_fabric(), names;
    assert_true(sweep(register_work, fabric.as.object) > 10);
    works(call(&names, fabric.as.object, "source_names", "[]", error));
    assert_json(names, "[\"d\",\"f\",\"r\"]");
    kl_value_release(fabric);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_left_out_of_statements),
        cmocka_unit_test(only_mysql_has_comments_with_a_hash),
        cmocka_unit_test(long_statements_are_cut_between_characters),
        cmocka_unit_test(values_are_shown_as_literals),
        cmocka_unit_test(rules_stand_before_the_database),
        cmocka_unit_test(the_exception_has_what_was_violated),
        cmocka_unit_test(engines_run_out_of_memory),
        cmocka_unit_test(debug_agents_run_out_of_memory),
        cmocka_unit_test(retention_runs_out_of_memory),
        cmocka_unit_test(sources_run_out_of_memory),
        cmocka_unit_test(registering_runs_out_of_memory),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
