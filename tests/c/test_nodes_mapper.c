/* DataMapperNode and JSONTransformNode. */
#include "node_sweep.h"

#define MAPPER    "DataMapperNode"
#define TRANSFORM "JSONTransformNode"

static void maps_in(const char *inputs, const char *expected, int line)
{
    char wanted[1024];
    snprintf(wanted, sizeof wanted, "{\"result\":%s}", expected);
    gives_in(MAPPER, NULL, inputs, wanted, __FILE__, line);
}
#define maps(inputs, expected) maps_in(inputs, expected, __LINE__)

KL_TEST(sources_are_paths_and_targets_are_keys)
{
    KL_UNUSED_STATE;
    maps("{\"data\":{\"a\":1,\"b\":{\"c\":[5,{\"d\":6}]}},\"mapping\":{\"a\":\"x\",\"b.c.1.d\":"
         "\"y\","
         "\"b.c.0\":\"z.w\"}}",
         "{\"x\":1,\"y\":6,\"z.w\":5}");
    maps("{\"data\":{\"a\":1},\"mapping\":{\"a\":\"x\",\"b\":\"y\",\"a.b\":\"z\"}}", "{\"x\":1}");
    maps("{\"data\":{\"a\":1,\"b\":2},\"mapping\":{\"b\":\"x\",\"a\":\"x\"}}", "{\"x\":1}");
    maps("{\"data\":{\"a\":1,\"b\":2},\"mapping\":{\"a\":\"x\",\"b\":\"x\"}}", "{\"x\":2}");
    maps("{\"data\":{\"a\":1},\"mapping\":{\"a\":\"x\",\"b\":\"x\"}}", "{\"x\":1}");
    maps("{\"data\":{\"a\":null},\"mapping\":{\"a\":\"x\"}}", "{\"x\":null}");
    maps("{\"data\":{\"a\":1},\"mapping\":{}}", "{}");
    maps("{\"data\":5,\"mapping\":{\"a\":\"x\"}}", "{}");
    maps("{\"data\":null,\"mapping\":{\"a\":\"x\"}}", "{}");
    maps("{\"data\":{\"b\":2,\"a\":1},\"mapping\":{\"a\":\"z\",\"b\":\"y\"}}", "{\"z\":1,\"y\":2}");
}

KL_TEST(a_list_is_mapped_item_by_item)
{
    KL_UNUSED_STATE;
    maps("{\"data\":[{\"a\":1},{\"b\":2},7,{\"a\":3}],\"mapping\":{\"a\":\"x\"}}",
         "[{\"x\":1},{},{},{\"x\":3}]");
    maps("{\"data\":[],\"mapping\":{\"a\":\"x\"}}", "[]");
}

KL_TEST(targets_nest_when_asked_for)
{
    KL_UNUSED_STATE;
    maps("{\"data\":{\"a\":1,\"b\":2,\"c\":3},\"nested_targets\":true,\"mapping\":{\"a\":\"u.x\","
         "\"b\":\"u.y\",\"c\":\"z\"}}",
         "{\"u\":{\"x\":1,\"y\":2},\"z\":3}");
    maps("{\"data\":{\"a\":1,\"b\":2},\"nested_targets\":true,\"mapping\":{\"a\":\"u\",\"b\":"
         "\"u.y\"}}",
         "{\"u\":{\"y\":2}}"); /* the later wins */
    maps("{\"data\":{\"a\":{\"k\":1},\"b\":2},\"nested_targets\":true,\"mapping\":{\"a\":\"u\","
         "\"b\":\"u.y\"}}",
         "{\"u\":{\"k\":1,\"y\":2}}");
    char deep[400] = "", inputs[600];
    for (int i = 0; i < 65; i++)
        strcat(deep, i ? ".a" : "a");
    snprintf(inputs, sizeof inputs,
             "{\"data\":{},\"nested_targets\":true,\"mapping\":{\"s\":\"%s\"}}", deep);
    fails(MAPPER, NULL, inputs,
          "invalid input 'mapping.s': expected a target path of at most 64 levels, got 65");
}

/* The map that is shared with the input stays as it was. */
KL_TEST(nesting_changes_no_input)
{
    KL_UNUSED_STATE;
    kl_value inputs = json("{\"data\":{\"a\":{\"k\":1},\"b\":2},\"nested_targets\":true,"
                           "\"mapping\":{\"a\":\"u\",\"b\":\"u.y\"}}");
    kl_value out = kl_null();
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(MAPPER)), kl_null(), inputs, NULL),
        KL_OK);
    kl_value_release(out);
    assert_json(kl_value_retain(kl_map_get(inputs, KL_TEXT("data"))), "{\"a\":{\"k\":1},\"b\":2}");
    kl_value_release(inputs);
}

KL_TEST(defaults_and_the_unmapped)
{
    KL_UNUSED_STATE;
    maps(
        "{\"data\":{\"a\":1},\"mapping\":{\"a\":\"x\",\"b\":\"y\"},\"defaults\":{\"y\":0,\"x\":9}}",
        "{\"x\":1,\"y\":0}");
    maps("{\"data\":[{\"a\":1},{}],\"mapping\":{\"a\":\"x\"},\"defaults\":{\"k\":true}}",
         "[{\"x\":1,\"k\":true},{\"k\":true}]");
    maps("{\"data\":[{\"a\":1},{}],\"mapping\":{\"a\":\"x\"},\"defaults\":{\"x\":0}}",
         "[{\"x\":1},{\"x\":0}]");
    maps("{\"data\":{},\"mapping\":{},\"nested_targets\":true,\"defaults\":{\"u.v\":1,\"u.w\":2}}",
         "{\"u\":{\"v\":1,\"w\":2}}");
    maps("{\"data\":{\"k\":0,\"a\":1,\"u\":{\"n\":2}},\"mapping\":{\"a\":\"x\",\"u.n\":\"n\"},"
         "\"include_unmapped\":true}",
         "{\"x\":1,\"n\":2,\"k\":0}");
    maps("{\"data\":{\"a\":1,\"x\":5},\"mapping\":{\"a\":\"x\"},\"include_unmapped\":true}",
         "{\"x\":1}");
}

KL_TEST(bad_mappings_are_refused)
{
    KL_UNUSED_STATE;
    fails(MAPPER, NULL, "{\"data\":{},\"mapping\":{\"a\":5}}",
          "invalid input 'mapping.a': expected string value for target path, got integer");
    fails(MAPPER, NULL, "{\"data\":5,\"mapping\":{\"a\":null}}",
          "invalid input 'mapping.a': expected string value for target path, got null");
    fails(MAPPER, NULL, "{\"data\":{},\"mapping\":[]}",
          "invalid input 'mapping': expected object, got array");
    fails(MAPPER, NULL, "{\"data\":{}}", "missing required input: mapping");
    fails(MAPPER, NULL, "{\"mapping\":{}}", "missing required input: data");
    fails(MAPPER, NULL, "{\"data\":{},\"mapping\":{},\"defaults\":5}",
          "invalid input 'defaults': expected object, got 5");
    fails(MAPPER, NULL, "{\"data\":{},\"mapping\":{},\"nested_targets\":\"yes\"}",
          "invalid input 'nested_targets': expected bool, got \"yes\"");
}

/* ---- JSONTransformNode -------------------------------------------------------------------------
 */

static void finds_in(const char *expression, const char *expected, int line)
{
    char inputs[1024], wanted[512];
    snprintf(
        inputs, sizeof inputs,
        "{\"data\":{\"people\":[{\"name\":\"Ann\",\"age\":30},{\"name\":\"Bob\",\"age\":25.0}],"
        "\"n\":1},\"expression\":\"%s\"}",
        expression);
    snprintf(wanted, sizeof wanted, "{\"result\":%s}", expected);
    gives_in(TRANSFORM, NULL, inputs, wanted, __FILE__, line);
}
#define finds(expression, expected) finds_in(expression, expected, __LINE__)

KL_TEST(jmespath_with_numeric_segments)
{
    KL_UNUSED_STATE;
    finds("people.0.name", "\"Ann\"");
    finds("people[0].name", "\"Ann\"");
    finds("people[?age > `26`].name", "[\"Ann\"]");
    finds("people[*].{n: name, a: age}", "[{\"n\":\"Ann\",\"a\":30},{\"n\":\"Bob\",\"a\":25.0}]");
    finds("sort_by(people, &age)[0].name", "\"Bob\"");
    finds("length(people)", "2");
    finds("n", "1");
    finds("@.n", "1");
    finds("nothing.here", "null");
    finds("people | [-1].age", "25.0");
    gives(TRANSFORM, NULL, "{\"data\":[1,{\"a\":2}],\"expression\":\"\"}",
          "{\"result\":[1,{\"a\":2}]}");
    gives(TRANSFORM, NULL, "{\"data\":[1,{\"a\":2}],\"expression\":\"@\"}",
          "{\"result\":[1,{\"a\":2}]}");
    gives(TRANSFORM, NULL, "{\"data\":[1,{\"a\":2}],\"expression\":\"1.a\"}", "{\"result\":2}");
    gives(TRANSFORM, NULL, "{\"data\":null,\"expression\":\"a\"}", "{\"result\":null}");
    gives(TRANSFORM, "{\"expression\":\"a\"}", "{\"data\":{\"a\":1,\"b\":2}}", "{\"result\":1}");
    gives(TRANSFORM, "{\"expression\":\"a\"}", "{\"data\":{\"a\":1,\"b\":2},\"expression\":\"b\"}",
          "{\"result\":2}");
}

KL_TEST(bad_expressions_are_refused_with_their_place)
{
    KL_UNUSED_STATE;
    fails(TRANSFORM, NULL, "{\"data\":{},\"expression\":\"a b\"}",
          "invalid input 'expression': unexpected 'b' at byte 2; expected an operator or the end");
    fails(TRANSFORM, "{\"expression\":\"a.\"}", "{\"data\":{}}",
          "invalid input 'expression': the expression ends at byte 2; expected a name, '*', '[' or "
          "'{'");
    fails(TRANSFORM, NULL, "{\"data\":\"x\",\"expression\":\"abs(@)\"}",
          "invalid input 'expression': abs(): argument 1: expected number, got string");
    fails(TRANSFORM, NULL, "{\"data\":{},\"expression\":5}",
          "invalid input 'expression': expected string, got 5");
    fails(TRANSFORM, NULL, "{\"expression\":\"a\"}", "missing required input: data");
    fails(TRANSFORM, NULL, "{\"data\":{}}", "missing required input: expression");
    kl_error error = KL_ERROR_INIT;
    void *state = NULL;
    kl_value config = json("{\"expression\":\"a ^\"}");
    assert_int_equal(kl_node_type_find(KL_TEXT(TRANSFORM))->prepare(&state, config, &error),
                     KL_FAILED);
    assert_int_equal(error.position, 2);
    kl_error_clear(&error);
    kl_value_release(config);
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(MAPPER, NULL,
                                "{\"data\":[{\"a\":1},{\"b\":2}],\"mapping\":{\"a\":\"x\",\"b\":"
                                "\"y\"},\"defaults\":{\"y\":1}}");
    survives_failed_allocations(
        MAPPER, NULL,
        "{\"data\":{\"a\":{\"k\":1},\"b\":2,\"c\":3},\"nested_targets\":true,"
        "\"include_unmapped\":true,\"mapping\":{\"a\":\"u\",\"b\":\"u.y.z\"}}");
    survives_failed_allocations(TRANSFORM, "{\"expression\":\"a[*].{b: c}\"}",
                                "{\"data\":{\"a\":[{\"c\":1}]}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_paths_and_targets_are_keys),
        cmocka_unit_test(a_list_is_mapped_item_by_item),
        cmocka_unit_test(targets_nest_when_asked_for),
        cmocka_unit_test(nesting_changes_no_input),
        cmocka_unit_test(defaults_and_the_unmapped),
        cmocka_unit_test(bad_mappings_are_refused),
        cmocka_unit_test(jmespath_with_numeric_segments),
        cmocka_unit_test(bad_expressions_are_refused_with_their_place),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
