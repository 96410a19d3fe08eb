/* DataLineageNode, TenantAssignmentNode. */
#include "node_database_test.h"

#define LINEAGE "DataLineageNode"
#define TENANT "TenantAssignmentNode"

static void source(const char *config, const char *id)
{
    char inputs[128], expected[128];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"record_source\",\"data_id\":\"%s\"}", id);
    snprintf(expected, sizeof expected,
             "{\"lineage_id\":\"%s\",\"ancestry\":[],\"descendants\":[],\"transform_chain\":[]}", id);
    gives(LINEAGE, config, inputs, expected);
}

static void transform(const char *config, const char *id, const char *sources, const char *type)
{
    char inputs[256];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"record_transform\",\"data_id\":\"%s\","
                                    "\"source_ids\":%s%s%s%s}",
             id, sources, type ? ",\"transform_type\":\"" : "", type ? type : "", type ? "\"" : "");
    part_is(LINEAGE, config, inputs, "ancestry", "[]");
}

static const char *about(const char *operation, const char *id)
{
    static char inputs[128];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",\"data_id\":\"%s\"}", operation, id);
    return inputs;
}

/* y1 y2 y3 -> x3 x1 -> c -> z9 z1 -> w0 */
static void fill_graph(const char *config)
{
    source(config, "y1");
    source(config, "y2");
    source(config, "y3");
    transform(config, "x3", "[\"y2\",\"y1\"]", "join");
    transform(config, "x1", "[\"y3\"]", NULL);
    transform(config, "c", "[\"x3\",\"x1\",\"x3\"]", "merge");
    transform(config, "z9", "[\"c\"]", NULL);
    transform(config, "z1", "[\"c\"]", NULL);
    transform(config, "w0", "[\"z9\"]", NULL);
}

KL_TEST(ancestors_and_descendants)
{
    KL_UNUSED_STATE;
    const char *config = in_file("graph");
    fill_graph(config);
    gives(LINEAGE, config, about("get_lineage", "c"),
          "{\"lineage_id\":\"c\",\"ancestry\":[\"x3\",\"x1\",\"y2\",\"y1\",\"y3\"],\"descendants\":[],"
          "\"transform_chain\":["
          "{\"data_id\":\"c\",\"source_ids\":[\"x3\",\"x1\",\"x3\"],\"transform_type\":\"merge\"},"
          "{\"data_id\":\"x3\",\"source_ids\":[\"y2\",\"y1\"],\"transform_type\":\"join\"},"
          "{\"data_id\":\"x1\",\"source_ids\":[\"y3\"],\"transform_type\":\"unknown\"},"
          "{\"data_id\":\"y2\",\"source_ids\":[],\"transform_type\":\"source\"},"
          "{\"data_id\":\"y1\",\"source_ids\":[],\"transform_type\":\"source\"},"
          "{\"data_id\":\"y3\",\"source_ids\":[],\"transform_type\":\"source\"}]}");
    gives(LINEAGE, config, about("get_impact", "y2"),
          "{\"lineage_id\":\"y2\",\"ancestry\":[],\"descendants\":[\"x3\",\"c\",\"z9\",\"z1\",\"w0\"],"
          "\"transform_chain\":[]}");
    gives(LINEAGE, config, about("get_lineage", "nobody"),
          "{\"lineage_id\":\"nobody\",\"ancestry\":[],\"descendants\":[],\"transform_chain\":[]}");
    transform(config, "x3", "[\"y3\"]", NULL);
    part_is(LINEAGE, config, about("get_impact", "y2"), "descendants", "[]");
    source(config, "x3");
    part_is(LINEAGE, config, about("get_lineage", "c"), "ancestry", "[\"x3\",\"x1\",\"y3\"]");
}

KL_TEST(circles)
{
    KL_UNUSED_STATE;
    char loose[256];
    const char *strict = in_file("circles");
    snprintf(loose, sizeof loose,
             "{\"database\":\"sqlite://%s/circles.db?mode=rwc\",\"allow_cycles\":true}", test_folder);
    transform(loose, "b", "[\"a\"]", NULL);
    fails(LINEAGE, loose, "{\"operation\":\"record_transform\",\"source_ids\":[]}",
          "invalid input 'source_ids': expected non-empty array of source IDs, got empty array");
    fails(LINEAGE, strict,
          "{\"operation\":\"record_transform\",\"data_id\":\"a\",\"source_ids\":[\"b\"]}",
          "node execution failed: 'a' cannot be made from 'b', which was made from it; allow_cycles "
          "permits that");
    fails_with(LINEAGE, strict,
               "{\"operation\":\"record_transform\",\"data_id\":\"a\",\"source_ids\":[\"a\"]}",
               "'a' cannot be made from 'a'");
    transform(loose, "a", "[\"b\"]", NULL);
    part_is(LINEAGE, strict, about("get_lineage", "a"), "ancestry", "[\"b\"]");
    part_is(LINEAGE, strict, about("get_impact", "a"), "descendants", "[\"b\"]");
}

KL_TEST(events_for_others)
{
    KL_UNUSED_STATE;
    char config[256];
    snprintf(config, sizeof config,
             "{\"database\":\"sqlite://%s/events.db?mode=rwc\",\"namespace\":\"shop\"}", test_folder);
    source(config, "raw");
    transform(config, "clean", "[\"raw\"]", "filter");
    source(config, "other");
    kl_value out = outputs_of(LINEAGE, config, about("export", "clean"));
    kl_value events = kl_map_get(out, KL_TEXT("events"));
    assert_int_equal(kl_array_len(events), 2);
    kl_value first = kl_array_at(events, 0);
    assert_int_equal(kl_map_len(first), 8);
    assert_int_equal(kl_as_text(*kl_value_path(&first, KL_TEXT("run.runId"))).len, 36);
    assert_int_equal(kl_as_text(kl_map_get(first, KL_TEXT("eventTime"))).len, 27);
    assert_string_equal(kl_as_text(kl_map_get(first, KL_TEXT("eventType"))).data, "COMPLETE");
    assert_json(kl_value_retain(kl_map_get(first, KL_TEXT("job"))),
                "{\"namespace\":\"shop\",\"name\":\"filter\"}");
    assert_json(kl_value_retain(kl_map_get(first, KL_TEXT("inputs"))),
                "[{\"namespace\":\"shop\",\"name\":\"raw\"}]");
    assert_json(kl_value_retain(kl_map_get(first, KL_TEXT("outputs"))),
                "[{\"namespace\":\"shop\",\"name\":\"clean\"}]");
    kl_value_release(out);
    out = outputs_of(LINEAGE, config, "{\"operation\":\"export\"}");
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("events"))), 3);
    kl_value_release(out);
}

KL_TEST(ids_are_made)
{
    KL_UNUSED_STATE;
    kl_value out = outputs_of(LINEAGE, NULL, "{\"operation\":\"record_source\"}");
    assert_int_equal(kl_as_text(kl_map_get(out, KL_TEXT("lineage_id"))).len, 36);
    kl_value_release(out);
    fails(LINEAGE, NULL, "{\"operation\":\"get_lineage\"}", "missing required input: data_id");
    fails(LINEAGE, NULL, "{\"operation\":\"get_impact\"}", "missing required input: data_id");
    fails_with(LINEAGE, NULL, "{\"operation\":\"zz\"}", "record_transform, record_source, get_lineage");
    fails_with(LINEAGE, "{\"database\":\"zz://user:secret@x\"}", about("get_lineage", "a"),
               "invalid input 'database': ");
}

KL_TEST(memory_is_shared_by_nodes)
{
    KL_UNUSED_STATE;
    transform(NULL, "shared", "[\"origin\"]", NULL);
    part_is(LINEAGE, NULL, about("get_lineage", "shared"), "ancestry", "[\"origin\"]");
    part_is(LINEAGE, in_file("elsewhere"), about("get_lineage", "shared"), "ancestry", "[]");
}

KL_TEST(long_chains)
{
    KL_UNUSED_STATE;
    const char *config = in_file("chain");
    char id[16], sources[16];
    for (int i = 1; i <= 300; i++) {
        snprintf(id, sizeof id, "n%d", i);
        snprintf(sources, sizeof sources, "[\"n%d\"]", i - 1);
        transform(config, id, sources, NULL);
    }
    kl_value out = outputs_of(LINEAGE, config, about("get_lineage", "n300"));
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("ancestry"))), 300);
    kl_value_release(out);
}

/* ---- tenants ------------------------------------------------------------------------------------- */

#define T(operation, rest) "{\"operation\":\"" operation "\"," rest "}"
#define UT "\"user_id\":\"u\",\"tenant_id\":\"t\""
#define NONE "\"user_tenants\":[]}"

KL_TEST(users_of_tenants)
{
    KL_UNUSED_STATE;
    const char *config = in_file("tenants");
    gives(TENANT, config, T("assign", UT),
          "{\"assigned\":true,\"isolation_valid\":false,\"tenant\":{" UT ",\"role\":\"member\"}," NONE);
    gives(TENANT, config, T("assign", UT ",\"role\":\"owner\""),
          "{\"assigned\":true,\"isolation_valid\":false,\"tenant\":{" UT ",\"role\":\"owner\"}," NONE);
    gives(TENANT, config, T("get_tenant", "\"user_id\":\"u\",\"tenant_id\":\"zz\""),
          "{\"assigned\":false,\"isolation_valid\":false,\"tenant\":null," NONE);
    part_is(TENANT, config, T("get_tenant", UT), "tenant.role", "\"owner\"");
    works(TENANT, config, T("assign", "\"user_id\":\"u\",\"tenant_id\":\"a\""));
    kl_value out = outputs_of(TENANT, config, T("list_tenants", "\"user_id\":\"u\""));
    kl_value list = kl_map_get(out, KL_TEXT("user_tenants"));
    assert_int_equal(kl_array_len(list), 2);
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(list, 0), KL_TEXT("tenant_id"))).data, "t");
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(list, 1), KL_TEXT("tenant_id"))).data, "a");
    assert_int_equal(kl_map_len(kl_array_at(list, 0)), 3);
    kl_value_release(out);
    gives(TENANT, config, T("list_tenants", "\"user_id\":\"nobody\""),
          "{\"assigned\":false,\"isolation_valid\":false,\"tenant\":null," NONE);
    gives(TENANT, config, T("revoke", UT),
          "{\"assigned\":false,\"isolation_valid\":false,\"tenant\":{" UT ",\"revoked\":true}," NONE);
    gives(TENANT, config, T("revoke", UT),
          "{\"assigned\":true,\"isolation_valid\":false,\"tenant\":{" UT ",\"revoked\":false}," NONE);
}

#define RT "\"resource_id\":\"r\",\"tenant_id\":\"t\""

KL_TEST(resources_of_tenants)
{
    KL_UNUSED_STATE;
    const char *config = in_file("resources");
    gives(TENANT, config, T("check_isolation", RT),
          "{\"assigned\":false,\"isolation_valid\":false,\"tenant\":{" RT "}," NONE);
    gives(TENANT, config, T("register_resource", RT),
          "{\"assigned\":true,\"isolation_valid\":false,\"tenant\":{" RT "}," NONE);
    works(TENANT, config, T("register_resource", RT));
    part_is(TENANT, config, T("check_isolation", RT), "isolation_valid", "true");
    part_is(TENANT, config, T("check_isolation", "\"resource_id\":\"r\",\"tenant_id\":\"x\""),
            "isolation_valid", "false");
    fails(TENANT, config, T("register_resource", "\"resource_id\":\"r\",\"tenant_id\":\"x\""),
          "node execution failed: resource 'r' belongs to another tenant");
    part_is(TENANT, config, T("check_isolation", RT ",\"user_id\":\"u\""), "isolation_valid", "false");
    works(TENANT, config, T("assign", UT));
    part_is(TENANT, config, T("check_isolation", RT ",\"user_id\":\"u\""), "isolation_valid", "true");
    part_is(TENANT, config, T("release_resource", RT), "tenant.released", "true");
    part_is(TENANT, config, T("release_resource", RT), "tenant.released", "false");
    part_is(TENANT, config, T("check_isolation", RT), "isolation_valid", "false");
}

KL_TEST(missing_ids_of_tenants)
{
    KL_UNUSED_STATE;
    fails(TENANT, NULL, "{\"operation\":\"assign\"}", "missing required input: user_id");
    fails(TENANT, NULL, "{\"operation\":\"revoke\",\"user_id\":\"u\"}",
          "missing required input: tenant_id");
    fails(TENANT, NULL, "{\"operation\":\"check_isolation\",\"tenant_id\":\"t\"}",
          "missing required input: resource_id");
    fails_with(TENANT, NULL, "{\"operation\":\"zz\"}",
               "expected one of: assign, revoke, get_tenant, list_tenants, check_isolation");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(LINEAGE, NULL, "{\"operation\":\"record_transform\",\"data_id\":\"m\","
                                               "\"source_ids\":[\"m1\",\"m2\"]}");
    survives_failed_allocations(LINEAGE, NULL, about("get_lineage", "m"));
    survives_failed_allocations(LINEAGE, NULL, about("export", "m"));
    survives_failed_allocations(TENANT, NULL, T("assign", UT));
    survives_failed_allocations(TENANT, NULL, T("list_tenants", "\"user_id\":\"u\""));
    survives_failed_allocations(TENANT, NULL, T("register_resource", RT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ancestors_and_descendants), cmocka_unit_test(circles),
        cmocka_unit_test(events_for_others),         cmocka_unit_test(ids_are_made),
        cmocka_unit_test(memory_is_shared_by_nodes), cmocka_unit_test(long_chains),
        cmocka_unit_test(users_of_tenants),          cmocka_unit_test(resources_of_tenants),
        cmocka_unit_test(missing_ids_of_tenants),    cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
