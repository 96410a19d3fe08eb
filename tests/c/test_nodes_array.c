/* ArrayOperationsNode. */
#include <math.h>

#define NODE "ArrayOperationsNode"
#include "node_operation_test.h"

KL_TEST(the_operations_of_old)
{
    KL_UNUSED_STATE;
    makes("length", "\"array\":[1,2]", "2");
    makes("length", "\"array\":[]", "0");
    makes("reverse", "\"array\":[1,[2],3]", "[3,[2],1]");
    makes("reverse", "\"array\":[]", "[]");
    makes("flatten", "\"array\":[1,[2,[3]],[]]", "[1,2,[3]]");
    makes("first", "\"array\":[1,2]", "1");
    makes("first", "\"array\":[]", "null");
    makes("last", "\"array\":[1,2]", "2");
    makes("last", "\"array\":[]", "null");
    makes("filter_null", "\"array\":[null,0,\"\",false,[],null]", "[0,\"\",false,[]]");
}

KL_TEST(unique_keeps_the_first_and_is_strict_about_kinds)
{
    KL_UNUSED_STATE;
    makes("unique", "\"array\":[1,1.0,true,\"1\",1,true,\"1\",1.0]", "[1,1.0,true,\"1\"]");
    makes("unique", "\"array\":[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},[1],[1]]",
          "[{\"a\":1,\"b\":2},[1]]");
    makes("unique", "\"array\":[]", "[]");
    char many[20000] = "\"array\":[0", *at = many + strlen(many); /* the table grows */
    for (int i = 1; i < 2000; i++)
        at += sprintf(at, ",%d", i % 500);
    strcpy(at, "]");
    kl_value out = kl_null();
    char inputs[21000];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"unique\",%s}", many);
    assert_int_equal(run_node(&out, NODE, NULL, inputs, NULL), KL_OK);
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("result"))), 500);
    kl_value_release(out);
}

KL_TEST(sort_goes_by_kind_and_then_by_value)
{
    KL_UNUSED_STATE;
    makes("sort", "\"array\":[1.5,1,2,10]", "[1,1.5,2,10]");
    makes("sort", "\"array\":[{\"a\":1},[1],\"x\",2,true,null]",
          "[null,true,2,\"x\",[1],{\"a\":1}]");
    makes("sort", "\"array\":[\"b\",\"\xC3\xA9\",\"a\",\"B\"]", "[\"B\",\"a\",\"b\",\"\xC3\xA9\"]");
    makes("sort", "\"array\":[[2],[1,5],[1]]", "[[1],[1,5],[2]]");
    makes("sort", "\"array\":[9007199254740993,9007199254740992.0,9007199254740991]",
          "[9007199254740991,9007199254740992.0,9007199254740993]");
    makes("sort", "\"array\":[1,3,2],\"descending\":true", "[3,2,1]");
    makes("sort",
          "\"array\":[{\"n\":2,\"i\":1},{\"n\":1,\"i\":2},{\"n\":2.0,\"i\":3},{\"i\":4}],"
          "\"field\":\"n\"",
          "[{\"i\":4},{\"n\":1,\"i\":2},{\"n\":2,\"i\":1},{\"n\":2.0,\"i\":3}]"); /* stable */
    makes("sort",
          "\"array\":[{\"n\":2,\"i\":1},{\"n\":3,\"i\":2},{\"n\":2,\"i\":3}],"
          "\"field\":\"n\",\"descending\":true",
          "[{\"n\":3,\"i\":2},{\"n\":2,\"i\":1},{\"n\":2,\"i\":3}]"); /* stable too */
    makes("sort", "\"array\":[{\"a\":{\"b\":[2]}},{\"a\":{\"b\":[1]}}],\"field\":\"a.b.0\"",
          "[{\"a\":{\"b\":[1]}},{\"a\":{\"b\":[2]}}]");
}

KL_TEST(nan_sorts_last_of_the_numbers)
{
    KL_UNUSED_STATE;
    kl_value inputs = json("{\"operation\":\"sort\"}"), array = json("[\"x\"]"), out = kl_null();
    assert_int_equal(kl_array_push(&array, kl_double(NAN), NULL), KL_OK);
    assert_int_equal(kl_array_push(&array, kl_double(INFINITY), NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("array"), array, NULL), KL_OK);
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, NULL), KL_OK);
    kl_value sorted = kl_map_get(out, KL_TEXT("result"));
    assert_true(isinf(kl_as_double(kl_array_at(sorted, 0))));
    assert_true(isnan(kl_as_double(kl_array_at(sorted, 1))));
    assert_true(kl_is(kl_array_at(sorted, 2), KL_KIND_STRING));
    kl_value_release(out);
    kl_value_release(inputs);
}

KL_TEST(slice_counts_as_python)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bounds, *expected;
    } rows[] = {
        {"\"start\":1", "[2,3]"},
        {"\"start\":0,\"end\":2", "[1,2]"},
        {"\"start\":1,\"end\":null", "[2,3]"},
        {"\"start\":-2", "[2,3]"},
        {"\"start\":0,\"end\":-1", "[1,2]"},
        {"\"start\":9", "[]"},
        {"\"start\":2,\"end\":1", "[]"},
        {"\"start\":-9,\"end\":9", "[1,2,3]"},
        {"\"start\":-9223372036854775808,\"end\":9223372036854775807", "[1,2,3]"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char members[256];
        snprintf(members, sizeof members, "\"array\":[1,2,3],%s", rows[i].bounds);
        makes("slice", members, rows[i].expected);
    }
    refuses("slice", "\"array\":[1]", "missing required input: start");
    refuses("slice", "\"array\":[1],\"start\":\"x\"",
            "invalid input 'start': expected integer, got string");
    refuses("slice", "\"array\":[1],\"start\":0,\"end\":1.5",
            "invalid input 'end': expected integer, got float");
}

KL_TEST(filter_map_and_reduce)
{
    KL_UNUSED_STATE;
    makes("filter",
          "\"array\":[{\"n\":1},{\"n\":5}],\"expression\":{\"field\":\"n\",\"op\":\"gt\","
          "\"value\":2}",
          "[{\"n\":5}]");
    makes("map", "\"array\":[{\"n\":1},{\"m\":5},3],\"field\":\"n\"", "[1,null,null]");
    makes("map", "\"array\":[{\"n\":[4,5]}],\"expression\":\"n[-1]\"", "[5]");
    makes("map", "\"array\":[{\"n\":[4,5]}],\"expression\":\"n.0\"", "[4]");
    makes("reduce", "\"array\":[1,2.5],\"function\":\"sum\"", "3.5");
    makes("reduce", "\"array\":[],\"function\":\"sum\"", "0");
    makes("reduce", "\"array\":[3,1,2],\"function\":\"min\"", "1");
    makes("reduce", "\"array\":[3,1,2],\"function\":\"max\"", "3");
    makes("reduce", "\"array\":[3,\"x\",null],\"function\":\"count\"", "3");
    makes("reduce", "\"array\":[3,\"x\",null,[1,2]],\"function\":\"join\",\"delimiter\":\"-\"",
          "\"3-x-null-[1, 2]\"");
    makes("reduce", "\"array\":[{\"n\":1},{\"n\":2}],\"function\":\"sum\",\"field\":\"n\"", "3");
    refuses("filter", "\"array\":[],\"expression\":{\"field\":\"n\",\"op\":\"gt\"}",
            "missing required input: expression.value");
    refuses("map", "\"array\":[]", "missing required input: field or expression");
    refuses("map", "\"array\":[],\"field\":\"a\",\"expression\":\"a\"",
            "invalid input 'expression': expected nothing beside 'field', got string");
    refuses(
        "map", "\"array\":[1],\"expression\":\"a b\"",
        "invalid input 'expression': unexpected 'b' at byte 2; expected an operator or the end");
    refuses("map", "\"array\":[\"x\"],\"expression\":\"abs(@)\"",
            "invalid input 'expression': abs(): argument 1: expected number, got string");
    refuses("reduce", "\"array\":[],\"function\":\"max\"",
            "node execution failed: cannot compute max of empty array");
    refuses("reduce", "\"array\":[1,null],\"function\":\"sum\"",
            "invalid input 'array[1]': expected number, got null");
    refuses("reduce", "\"array\":[1],\"function\":\"avg\"",
            "invalid input 'function': expected one of: sum, min, max, count, join, got \"avg\"");
}

KL_TEST(parts_pairs_and_groups)
{
    KL_UNUSED_STATE;
    makes("chunk", "\"array\":[1,2,3,4,5],\"size\":2", "[[1,2],[3,4],[5]]");
    makes("chunk", "\"array\":[1],\"size\":9223372036854775807", "[[1]]");
    makes("chunk", "\"array\":[],\"size\":3", "[]");
    makes("zip", "\"array\":[1,2,3],\"other\":[\"a\",\"b\"]", "[[1,\"a\"],[2,\"b\"]]");
    makes("group_by",
          "\"array\":[{\"k\":\"x\",\"n\":1},{\"k\":2},{\"k\":\"x\",\"n\":3},{},"
          "{\"k\":1.5},{\"k\":true}],\"field\":\"k\"",
          "{\"x\":[{\"k\":\"x\",\"n\":1},{\"k\":\"x\",\"n\":3}],\"2\":[{\"k\":2}],\"null\":[{}],"
          "\"1.5\":[{\"k\":1.5}],\"true\":[{\"k\":true}]}");
    makes("union", "\"array\":[1,2,2],\"other\":[3,1]", "[1,2,3]");
    makes("intersection", "\"array\":[1,2,2,3],\"other\":[2,3,4]", "[2,3]");
    makes("difference", "\"array\":[1,2,1,3],\"other\":[2]", "[1,3]");
    makes("difference", "\"array\":[1,1.0],\"other\":[1]", "[1.0]");
    makes("intersection", "\"array\":[1],\"other\":[]", "[]");
    makes("flatten", "\"array\":[1,[2,[3,[4]]]],\"depth\":2", "[1,2,3,[4]]");
    makes("flatten", "\"array\":[1,[2,[3,[4]]]],\"depth\":9223372036854775807", "[1,2,3,4]");
    makes("flatten", "\"array\":[1,[2]],\"depth\":0", "[1,[2]]");
    refuses("chunk", "\"array\":[1],\"size\":0",
            "invalid input 'size': expected integer of at least 1, got 0");
    refuses("zip", "\"array\":[1]", "missing required input: other");
    refuses("union", "\"array\":[1],\"other\":{}",
            "invalid input 'other': expected array, got object");
    refuses("group_by", "\"array\":[1]", "missing required input: field");
    refuses("flatten", "\"array\":[1],\"depth\":-1",
            "invalid input 'depth': expected non-negative integer, got -1");
}

KL_TEST(a_sample_draws_each_item_at_most_once)
{
    KL_UNUSED_STATE;
    kl_value first = kl_null(), again = kl_null(), random = kl_null();
    const char *seeded = "{\"operation\":\"sample\",\"array\":[1,2,3,4,5,6,7,8],\"count\":5,"
                         "\"seed\":7}";
    assert_int_equal(run_node(&first, NODE, NULL, seeded, NULL), KL_OK);
    assert_int_equal(run_node(&again, NODE, NULL, seeded, NULL), KL_OK);
    bool same;
    assert_int_equal(kl_value_equal(&same, first, again, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(run_node(&random, NODE, NULL,
                              "{\"operation\":\"sample\",\"array\":[1,2,3],\"count\":99}", NULL),
                     KL_OK);
    int64_t seen = 0;
    kl_value drawn = kl_map_get(random, KL_TEXT("result"));
    assert_int_equal(kl_array_len(drawn), 3);
    for (size_t i = 0; i < 3; i++)
        seen |= 1 << kl_as_int(kl_array_at(drawn, i));
    assert_int_equal(seen, 14);
    kl_value_release(first);
    kl_value_release(again);
    kl_value_release(random);
    makes("sample", "\"array\":[1],\"count\":0", "[]");
    refuses("sample", "\"array\":[1],\"count\":-1",
            "invalid input 'count': expected non-negative integer, got -1");
}

KL_TEST(bad_input_is_refused)
{
    KL_UNUSED_STATE;
    refuses("length", "\"x\":1", "missing required input: array");
    refuses("length", "\"array\":\"abc\"", "invalid input 'array': expected array, got string");
    refuses("length", "\"array\":null", "invalid input 'array': expected array, got null");
    refuses("sort", "\"array\":[],\"field\":5",
            "invalid input 'field': expected string, got integer");
    refuses("sort", "\"array\":[],\"descending\":1",
            "invalid input 'descending': expected bool, got integer");
    fails(NODE, NULL, "{\"operation\":\"len\",\"array\":[]}",
          "invalid input 'operation': expected one of: length, reverse, flatten, first, last, "
          "unique, sort, filter_null, slice, filter, map, reduce, chunk, zip, group_by, union, "
          "intersection, difference, sample, got \"len\"");
    fails(NODE, NULL, "{\"operation\":5,\"array\":[]}",
          "invalid input 'operation': expected one of: length, reverse, flatten, first, last, "
          "unique, sort, filter_null, slice, filter, map, reduce, chunk, zip, group_by, union, "
          "intersection, difference, sample, got 5");
}

/* Lists that hold one list twice, 40 levels deep: 2^40 items when flattened. */
KL_TEST(small_lists_that_are_huge_when_flat_are_refused)
{
    KL_UNUSED_STATE;
    kl_value nested = json("[1]"), inputs = json("{\"operation\":\"flatten\",\"depth\":99}");
    kl_error error = KL_ERROR_INIT;
    for (int i = 0; i < 40; i++) {
        kl_value outer = json("[]");
        assert_int_equal(kl_array_push(&outer, kl_value_retain(nested), NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, nested, NULL), KL_OK);
        nested = outer;
    }
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("array"), nested, NULL), KL_OK);
    kl_value out = kl_null();
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, &error),
        KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: list_size (limit: 10000000 items)");
    kl_error_clear(&error);
    kl_value_release(inputs);
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    static const char *const inputs[] = {
        "{\"operation\":\"flatten\",\"array\":[1,[2,[3]]],\"depth\":3}",
        "{\"operation\":\"unique\",\"array\":[1,[2],[2],\"x\"]}",
        "{\"operation\":\"sort\",\"array\":[{\"a\":[2]},{\"a\":[1]}],\"field\":\"a\"}",
        "{\"operation\":\"filter\",\"array\":[{\"a\":2}],\"expression\":{\"and\":[{\"field\":\"a\","
        "\"op\":\"in_list\",\"value\":[9,8,7,6,5,4,3,2,1]}]}}",
        "{\"operation\":\"map\",\"array\":[{\"a\":2}],\"expression\":\"{b: a}\"}",
        "{\"operation\":\"reduce\",\"array\":[{\"a\":2},{\"a\":1}],\"function\":\"join\","
        "\"field\":\"a\"}",
        "{\"operation\":\"chunk\",\"array\":[1,2,3],\"size\":2}",
        "{\"operation\":\"zip\",\"array\":[1,2,3],\"other\":[4,5]}",
        "{\"operation\":\"group_by\",\"array\":[{\"k\":1},{\"k\":\"x\"},{\"k\":1}],\"field\":"
        "\"k\"}",
        "{\"operation\":\"union\",\"array\":[1,2],\"other\":[2,3]}",
        "{\"operation\":\"difference\",\"array\":[1,2],\"other\":[2,3]}",
        "{\"operation\":\"sample\",\"array\":[1,2],\"count\":1,\"seed\":1}",
        "{\"operation\":\"reverse\",\"array\":[1,2]}",
        "{\"operation\":\"slice\",\"array\":[1,2],\"start\":0}",
    };
    for (size_t i = 0; i < KL_COUNT(inputs); i++)
        survives_failed_allocations(NODE, NULL, inputs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_operations_of_old),
        cmocka_unit_test(unique_keeps_the_first_and_is_strict_about_kinds),
        cmocka_unit_test(sort_goes_by_kind_and_then_by_value),
        cmocka_unit_test(nan_sorts_last_of_the_numbers),
        cmocka_unit_test(slice_counts_as_python),
        cmocka_unit_test(filter_map_and_reduce),
        cmocka_unit_test(parts_pairs_and_groups),
        cmocka_unit_test(a_sample_draws_each_item_at_most_once),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(small_lists_that_are_huge_when_flat_are_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
