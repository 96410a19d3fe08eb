/* A whole workflow - CSV text, filter, mapping, SQL, merge - with every allocation failing in turn.
 */
#include "engine_test.h"

#include <time.h>

static const char definition[] =
    "{\"version\":\"1.0\",\"enable_cycles\":false,\"nodes\":["
    "{\"node_id\":\"read\",\"type_name\":\"CSVProcessorNode\",\"config\":{\"action\":\"read\","
    "\"infer_types\":true}},"
    "{\"node_id\":\"adults\",\"type_name\":\"FilterNode\",\"config\":{\"expression\":{\"and\":["
    "{\"field\":\"age\",\"op\":\"gte\",\"value\":18},{\"field\":\"name\",\"op\":\"regex\","
    "\"value\":\"^[A-Z]\"}]}}},"
    "{\"node_id\":\"map\",\"type_name\":\"DataMapperNode\",\"config\":{\"mapping\":{\"name\":"
    "\"who\",\"age\":\"years\"},"
    "\"defaults\":{\"years\":0}}},"
    "{\"node_id\":\"insert\",\"type_name\":\"SQLQueryNode\",\"config\":{\"pool\":\"sweep\","
    "\"operation\":\"execute_many\","
    "\"query\":\"INSERT OR REPLACE INTO people(who, years) VALUES(:who, :years)\"}},"
    "{\"node_id\":\"select\",\"type_name\":\"SQLQueryNode\",\"config\":{\"pool\":\"sweep\","
    "\"operation\":\"select\","
    "\"query\":\"SELECT who, years + 1 AS next FROM people ORDER BY who\"}},"
    "{\"node_id\":\"merge\",\"type_name\":\"MergeNode\",\"config\":{\"strategy\":\"concat\"}}],"
    "\"connections\":["
    "{\"source_node\":\"read\",\"source_output\":\"rows\",\"target_node\":\"adults\",\"target_"
    "input\":\"data\"},"
    "{\"source_node\":\"adults\",\"source_output\":\"filtered\",\"target_node\":\"map\",\"target_"
    "input\":\"data\"},"
    "{\"source_node\":\"map\",\"source_output\":\"result\",\"target_node\":\"insert\",\"target_"
    "input\":\"params\"},"
    "{\"source_node\":\"insert\",\"source_output\":\"columns\",\"target_node\":\"select\",\"target_"
    "input\":\"params\"},"
    "{\"source_node\":\"map\",\"source_output\":\"result\",\"target_node\":\"merge\",\"target_"
    "input\":\"inputs\"},"
    "{\"source_node\":\"select\",\"source_output\":\"rows\",\"target_node\":\"merge\",\"target_"
    "input\":\"inputs\"}]}";

static const char people[] =
    "{\"content\":\"name,age\\nAda,36\\nBob,17\\neve,40\\n\\\"Grace, B.\\\",85\\n\"}";
static const char merged[] = "[{\"who\":\"Ada\",\"years\":36},{\"who\":\"Grace, B.\",\"years\":85},"
                             "{\"who\":\"Ada\",\"next\":37},{\"who\":\"Grace, B.\",\"next\":86}]";

/* From the text of the definition to a runtime. */
static kl_status prepare(fixture *f, const char *config, kl_error *error)
{
    kl_value made = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_json_parse(&map, kl_text_from(config), error));
    KL_TRY_OUT(kl_object_from_map(&made, &kl_runtime_config_type, map, error));
    KL_TRY_OUT(kl_registry_new(&f->registry, error));
    KL_TRY_OUT(kl_builder_from_json(&f->builder, kl_text_from(definition), error));
    KL_TRY_OUT(kl_builder_build(&f->workflow, f->builder, f->registry, error));
    KL_TRY_OUT(kl_runtime_new(&f->runtime, f->registry, made, error));
out:
    kl_value_release(map);
    kl_value_release(made);
    return status;
}

static kl_status execute(kl_value *out, fixture *f, kl_error *error)
{
    kl_value inputs = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_json_parse(&inputs, kl_text_from(people), error));
    KL_TRY_OUT(kl_runtime_execute(out, f->runtime, f->workflow, inputs, NULL, error));
out:
    kl_value_release(inputs);
    return status;
}

static void is_right(kl_value result)
{
    kl_value node = kl_map_get(kl_map_get(result, KL_TEXT("results")), KL_TEXT("merge"));
    assert_json(kl_value_retain(kl_map_get(node, KL_TEXT("merged"))), merged);
}

/* The text of the table, so that half of an insertion would be seen. */
static void run_sql(const char *query, const char *rows)
{
    const kl_node_type *type = kl_node_type_find(KL_TEXT("SQLQueryNode"));
    kl_value out = kl_null(), inputs = json("{\"pool\":\"sweep\"}");
    assert_int_equal(kl_map_set_text(&inputs, KL_TEXT("query"), kl_text_from(query), NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, type, kl_null(), inputs, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("rows"))), rows);
    kl_value_release(inputs);
    kl_value_release(out);
}

/* All of it, from text to result. */
KL_TEST(a_pipeline_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1, met = 0, coped = 0;
    for (size_t n = 0; failed > 0 || n < 2; n++) { /* the first, in peace, loads drivers */
        fixture f = {0};
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = prepare(&f, "{\"max_concurrent_nodes\":1}", &error);
        if (status == KL_OK)
            status = execute(&out, &f, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != KL_OK && (status != KL_NO_MEMORY || error.code != status || !failed))
            fail_msg("allocation %zu: %s: %s", n, kl_status_name(status), kl_error_message(&error));
        if (status == KL_OK)
            is_right(out);
        coped += status == KL_OK && failed;
        met += status == KL_NO_MEMORY;
        kl_error_clear(&error);
        kl_value_release(out);
        free_fixture(&f);
    }
    assert_true(met > 200);
    assert_true(coped < 20); /* a cache that stays empty, a list that stays as long as it was */
}

/* One runtime that goes through it all; after each failure it works as before. */
static void sweep_executions(const char *config, bool alone)
{
    fixture f = {0};
    size_t failed = 1;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(prepare(&f, config, NULL), KL_OK);
    for (size_t n = 0; failed > 0 || n < 2; n++) {
        kl_value out = kl_null();
        run_sql("DELETE FROM people", "[]");
        kl_test_fail_allocation(n);
        kl_status status = execute(&out, &f, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != KL_OK && (status != KL_NO_MEMORY || !failed))
            fail_msg("allocation %zu: %s: %s", n, kl_status_name(status), kl_error_message(&error));
        assert_true(alone || status == KL_OK || error.code == KL_NO_MEMORY);
        kl_error_clear(&error);
        kl_value_release(out);
        out = kl_null();
        if (n % 7 == 0) {
            assert_int_equal(execute(&out, &f, NULL), KL_OK);
            is_right(out);
            kl_value_release(out);
        }
    }
    run_sql("SELECT count(*) AS n FROM people", "[{\"n\":2}]");
    free_fixture(&f);
}

KL_TEST(a_runtime_works_on_after_every_failed_allocation)
{
    KL_UNUSED_STATE;
    sweep_executions("{\"max_concurrent_nodes\":1}", true);
}

KL_TEST(allocations_may_fail_on_any_thread)
{
    KL_UNUSED_STATE;
    sweep_executions("{\"max_concurrent_nodes\":4,\"node_timeout\":60}", false);
}

/* A database in memory, of the name that the definition uses. */
static int connect_database(void **state)
{
    (void)state;
    const kl_node_type *type = kl_node_type_find(KL_TEXT("DatabaseConnectionNode"));
    kl_value out = kl_null(), inputs = json("{\"action\":\"connect\"}");
    kl_value config = json("{\"connection_string\":\"sqlite::memory:\",\"pool_key\":\"sweep\"}");
    kl_status status = kl_node_run_alone(&out, type, config, inputs, NULL);
    kl_value_release(out);
    kl_value_release(inputs);
    kl_value_release(config);
    run_sql("CREATE TABLE people(who TEXT PRIMARY KEY, years INTEGER)", "[]");
    return status == KL_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipeline_survives_every_failed_allocation),
        cmocka_unit_test(a_runtime_works_on_after_every_failed_allocation),
        cmocka_unit_test(allocations_may_fail_on_any_thread),
    };
    return cmocka_run_group_tests(tests, connect_database, NULL);
}
