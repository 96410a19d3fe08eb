/* FilterNode, and the conditions it shares with others. */
#include "condition.h"
#include "node_sweep.h"

#include <math.h>

#define NODE "FilterNode"

#define ROWS                                                                                       \
    "[{\"n\":1,\"s\":\"apple\"},{\"n\":2.0,\"s\":\"Banana\",\"t\":[\"x\",2]},{\"n\":null},{\"s\":" \
    "\"world\",\"o\":{\"p\":[5,6]}},7,{\"n\":\"2\"}]"

/* The `filtered` of ROWS as JSON, by expression; counts are checked too. */
static void keeps_in(const char *expression, const char *rows, const char *expected, int line)
{
    char inputs[2048];
    kl_value out = kl_null(), data = json(rows);
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"data\":%s,\"expression\":%s}", rows, expression);
    if (run_node(&out, NODE, NULL, inputs, &error) != KL_OK)
        fail_msg("%d: %s", line, kl_error_message(&error));
    kl_value kept = kl_map_get(out, KL_TEXT("filtered"));
    size_t count = kl_array_len(kept);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("count"))), count);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("dropped_count"))),
                     kl_array_len(data) - count);
    assert_json_in(kl_value_retain(kept), expected, __FILE__, line);
    kl_value_release(data);
    kl_value_release(out);
}
#define keeps(expression, rows, expected) keeps_in(expression, rows, expected, __LINE__)

static void leaf_keeps_in(const char *field, const char *op, const char *value,
                          const char *expected, int line)
{
    char expression[512];
    snprintf(expression, sizeof expression, "{\"field\":\"%s\",\"op\":\"%s\",\"value\":%s}", field,
             op, value);
    keeps_in(expression, ROWS, expected, line);
}
#define leaf(field, op, value, expected) leaf_keeps_in(field, op, value, expected, __LINE__)

#define R1 "{\"n\":1,\"s\":\"apple\"}"
#define R2 "{\"n\":2.0,\"s\":\"Banana\",\"t\":[\"x\",2]}"
#define R3 "{\"n\":null}"
#define R4 "{\"s\":\"world\",\"o\":{\"p\":[5,6]}}"
#define R6 "{\"n\":\"2\"}"

KL_TEST(leaves)
{
    KL_UNUSED_STATE;
    leaf("n", "equals", "2", "[" R2 "]"); /* by value: 2 is 2.0, but not "2" */
    leaf("n", "equals", "\"2\"", "[" R6 "]");
    leaf("n", "equals", "null", "[" R3 "]"); /* a row without the field is no null */
    leaf("n", "not_equals", "2", "[" R1 "," R3 "," R6 "]");
    leaf("missing", "not_equals", "2", "[]");
    leaf("t", "equals", "[\"x\",2.0]", "[" R2 "]");
    leaf("s", "contains", "\"an\"", "[" R2 "]");
    leaf("s", "contains", "\"AN\"", "[]");
    leaf("s", "contains", "\"\"", "[" R1 "," R2 "," R4 "]");
    leaf("t", "contains", "2.0", "[" R2 "]");
    leaf("t", "contains", "\"2\"", "[]");
    leaf("s", "contains", "1", "[]");
    leaf("n", "gt", "1", "[" R2 "]");
    leaf("n", "gte", "1", "[" R1 "," R2 "]");
    leaf("n", "lt", "2", "[" R1 "]");
    leaf("n", "lte", "2", "[" R1 "," R2 "]");
    leaf("s", "gt", "\"I\"", "[" R1 "," R4 "]"); /* by code point: "Banana" < "I" < "apple" */
    leaf("n", "gt", "\"1\"", "[" R6 "]");        /* "2" > "1"; never a number against a string */
    leaf("n", "lt", "null", "[]");
    leaf("s", "regex", "\"^[a-z]+$\"", "[" R1 "," R4 "]");
    leaf("n", "regex", "\"2\"", "[" R6 "]"); /* numbers are no text */
    leaf("n", "in_list", "[2,\"x\",null]", "[" R2 "," R3 "]");
    leaf("n", "in_list", "[]", "[]");
    leaf("n", "in_list", "\"2\"", "[]");                              /* no list: no match */
    leaf("n", "in_list", "[9,8,7,6,5,4,3,2.0,1]", "[" R1 "," R2 "]"); /* searched by halves */
    leaf("s", "in_list", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"world\"]", "[" R4 "]");
    leaf("o.p.1", "equals", "6", "[" R4 "]");
    leaf("o.p.2", "equals", "6", "[]");
}

KL_TEST(combinations)
{
    KL_UNUSED_STATE;
    keeps("{\"and\":[]}", "[1,{}]", "[1,{}]");
    keeps("{\"or\":[]}", "[1,{}]", "[]");
    keeps("{\"not\":{\"or\":[]}}", "[1,{}]", "[1,{}]");
    keeps("{\"not\":{\"field\":\"n\",\"op\":\"equals\",\"value\":2}}", ROWS,
          "[" R1 "," R3 "," R4 ",7," R6 "]"); /* not: also rows without the field */
    keeps(
        "{\"and\":[{\"field\":\"n\",\"op\":\"gte\",\"value\":1},{\"or\":[{\"field\":\"s\",\"op\":"
        "\"contains\",\"value\":\"pp\"},{\"field\":\"s\",\"op\":\"contains\",\"value\":\"zz\"}]}]}",
        ROWS, "[" R1 "]");
    keeps("{\"or\":[{\"not\":{\"and\":[]}},{\"field\":\"n\",\"op\":\"equals\",\"value\":1}]}", ROWS,
          "[" R1 "]");
    keeps("{\"and\":[{\"field\":\"n\",\"op\":\"equals\",\"value\":1},{\"or\":[{\"field\":\"n\","
          "\"op\":\"equals\",\"value\":1}]},{\"field\":\"n\",\"op\":\"equals\",\"value\":2}]}",
          ROWS, "[]"); /* the part behind a nested one counts */
}

KL_TEST(nan_matches_nothing)
{
    KL_UNUSED_STATE;
    static const char *const ops[] = {"equals", "gt", "gte", "lt", "lte", "in_list"};
    for (size_t i = 0; i < KL_COUNT(ops); i++) {
        kl_value expression = json("{\"field\":\"n\"}"), row = json("{}");
        kl_condition *condition;
        bool matches = true;
        assert_int_equal(kl_map_set(&row, KL_TEXT("n"), kl_double(NAN), NULL), KL_OK);
        assert_int_equal(kl_map_set_text(&expression, KL_TEXT("op"), kl_text_from(ops[i]), NULL),
                         KL_OK);
        assert_int_equal(kl_map_set(&expression, KL_TEXT("value"), kl_double(NAN), NULL), KL_OK);
        assert_int_equal(kl_condition_compile(&condition, expression, "expression", NULL), KL_OK);
        assert_int_equal(kl_condition_test(&matches, condition, row, NULL, NULL), KL_OK);
        assert_false(matches);
        kl_condition_free(condition);
        kl_value_release(expression);
        kl_value_release(row);
    }
}

/* What is chosen in one go is what passes row by row, whatever the rows and the condition are like. */
KL_TEST(many_rows_are_chosen_as_one_by_one)
{
    KL_UNUSED_STATE;
    static const char *const conditions[] = {
        "{\"field\":\"p\",\"op\":\"gt\",\"value\":2}",
        "{\"field\":\"p\",\"op\":\"gte\",\"value\":2.0}",
        "{\"field\":\"p\",\"op\":\"lt\",\"value\":2.5}",
        "{\"field\":\"p\",\"op\":\"lte\",\"value\":9007199254740993}",
        "{\"field\":\"p\",\"op\":\"gt\",\"value\":\"a\"}",
        "{\"field\":\"in.p\",\"op\":\"gt\",\"value\":0}",
        "{\"and\":[{\"field\":\"p\",\"op\":\"lt\",\"value\":3},{\"field\":\"s\",\"op\":\"contains\",\"value\":\"77\"}]}",
        "{\"not\":{\"field\":\"s\",\"op\":\"contains\",\"value\":\"\"}}",
    };
    static const char *const rows[] = {
        "{\"p\":1,\"s\":\"a77\"}", "{\"p\":2.0,\"s\":\"77\"}", "{\"p\":2,\"s\":\"7 7\"}",
        "{\"p\":2.75,\"s\":null}", "{\"s\":\"077\",\"p\":-1}", "{\"p\":9007199254740993}",
        "{\"p\":\"b\"}", "{}", "[1]", "null", "{\"in\":{\"p\":1}}", "{\"p\":null,\"s\":\"7\"}",
        "{\"p\":1e300,\"s\":\"a long text, longer than forty-eight bytes are, with 77 at its end: 77\"}",
    };
    kl_value list;
    assert_int_equal(kl_array_new(&list, 0, NULL), KL_OK);
    for (size_t i = 0; i < 600; i++)
        assert_int_equal(kl_array_push(&list, json(rows[i * i % KL_COUNT(rows)]), NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(conditions); i++) {
        kl_condition *condition;
        kl_value expression = json(conditions[i]), chosen, expected;
        bool same, matches;
        assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
        assert_int_equal(kl_array_new(&chosen, 0, NULL), KL_OK);
        assert_int_equal(kl_array_new(&expected, 0, NULL), KL_OK);
        assert_int_equal(kl_condition_select(&chosen, condition, list, 1, NULL, NULL), KL_OK);
        for (size_t j = 1; j < kl_array_len(list); j++) {
            kl_value row = kl_array_at(list, j);
            assert_int_equal(kl_condition_test(&matches, condition, row, NULL, NULL), KL_OK);
            if (matches)
                assert_int_equal(kl_array_push(&expected, kl_value_retain(row), NULL), KL_OK);
        }
        assert_int_equal(kl_value_equal(&same, chosen, expected, NULL), KL_OK);
        assert_true(same);
        assert_int_equal(kl_condition_select(&chosen, condition, kl_null(), 0, NULL, NULL), KL_OK);
        kl_value_release(chosen);
        kl_value_release(expected);
        kl_value_release(expression);
        kl_condition_free(condition);
    }
    kl_value_release(list);
}

KL_TEST(a_condition_knows_the_keys_it_looks_at)
{
    KL_UNUSED_STATE;
    kl_condition *condition;
    kl_value expression = json("{\"and\":[{\"field\":\"a\",\"op\":\"gt\",\"value\":1},"
                               "{\"not\":{\"field\":\"b.c\",\"op\":\"gt\",\"value\":1}}]}");
    assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
    assert_true(kl_condition_uses(condition, KL_TEXT("a")));
    assert_true(kl_condition_uses(condition, KL_TEXT("b")));
    assert_false(kl_condition_uses(condition, KL_TEXT("c")));
    assert_false(kl_condition_uses(condition, KL_TEXT("aa")));
    assert_false(kl_condition_uses(condition, KL_TEXT("")));
    kl_condition_free(condition);
    kl_value_release(expression);
    expression = json("{\"field\":\"\",\"op\":\"equals\",\"value\":1}"); /* the row itself */
    assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
    assert_true(kl_condition_uses(condition, KL_TEXT("any")));
    kl_condition_free(condition);
    kl_value_release(expression);
}

KL_TEST(rows_are_shared)
{
    KL_UNUSED_STATE;
    kl_value data = json("[{\"n\":1},{\"n\":2}]"), inputs = json("{}"), out = kl_null();
    kl_value all = json("{\"and\":[]}");
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("data"), kl_value_retain(data), NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("expression"), all, NULL), KL_OK);
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, NULL), KL_OK);
    assert_ptr_equal(kl_map_get(out, KL_TEXT("filtered")).as.array, data.as.array);
    kl_value_release(out);
    kl_value some = json("{\"field\":\"n\",\"op\":\"gt\",\"value\":1}");
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("expression"), some, NULL), KL_OK);
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, NULL), KL_OK);
    assert_ptr_equal(kl_array_at(kl_map_get(out, KL_TEXT("filtered")), 0).as.map,
                     kl_array_at(data, 1).as.map);
    kl_value_release(out);
    kl_value_release(inputs);
    kl_value_release(data);
}

/* The config's expression is compiled once; an input in its place wins. */
KL_TEST(the_expression_of_the_config_is_checked_when_building)
{
    KL_UNUSED_STATE;
    const char *config = "{\"expression\":{\"field\":\"n\",\"op\":\"equals\",\"value\":1}}";
    gives(NODE, config, "{\"data\":[{\"n\":1},{\"n\":2}]}",
          "{\"filtered\":[{\"n\":1}],\"count\":1,\"dropped_count\":1}");
    gives(NODE, config,
          "{\"data\":[{\"n\":1},{\"n\":2}],\"expression\":{\"field\":\"n\",\"op\":\"equals\","
          "\"value\":2}}",
          "{\"filtered\":[{\"n\":2}],\"count\":1,\"dropped_count\":1}");
    const kl_node_type *row = kl_node_type_find(KL_TEXT(NODE));
    kl_value bad = json("{\"expression\":{\"field\":\"n\",\"op\":\"is\",\"value\":1}}");
    void *state = NULL;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(row->prepare(&state, bad, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "invalid input 'expression.op': expected one of: equals, not_equals, "
                        "contains, gt, gte, lt, lte, regex, in_list, got \"is\"");
    kl_error_clear(&error);
    kl_value_release(bad);
}

static void refuses_in(const char *expression, const char *message, int line)
{
    char inputs[4096];
    snprintf(inputs, sizeof inputs, "{\"data\":[],\"expression\":%s}", expression);
    fails_in(NODE, NULL, inputs, message, __FILE__, line);
}
#define refuses(expression, message) refuses_in(expression, message, __LINE__)

KL_TEST(bad_expressions_tell_the_place)
{
    KL_UNUSED_STATE;
#define OPS "expected one of: equals, not_equals, contains, gt, gte, lt, lte, regex, in_list, got "
    refuses("{}", "missing required input: expression.field");
    refuses("{\"field\":\"a\"}", "missing required input: expression.op");
    refuses("{\"field\":\"a\",\"op\":\"gt\"}", "missing required input: expression.value");
    refuses("{\"field\":5,\"op\":\"gt\",\"value\":1}",
            "invalid input 'expression.field': expected string, got integer");
    refuses("{\"field\":\"a\",\"op\":\"Gt\",\"value\":1}",
            "invalid input 'expression.op': " OPS "\"Gt\"");
    refuses("{\"field\":\"a\",\"op\":null,\"value\":1}",
            "invalid input 'expression.op': " OPS "null");
    refuses("{\"and\":[{\"or\":[]},{\"field\":\"a\",\"op\":\"x\",\"value\":1}]}",
            "invalid input 'expression.and[1].op': " OPS "\"x\"");
    refuses("{\"not\":{\"or\":[{\"not\":{\"field\":\"a\"}}]}}",
            "missing required input: expression.not.or[0].not.op");
    refuses("{\"and\":{}}", "invalid input 'expression.and': expected array, got object");
    refuses("{\"and\":[5]}", "invalid input 'expression.and[0]': expected object, got integer");
    refuses("{\"not\":[]}", "invalid input 'expression.not': expected object, got array");
    refuses("{\"and\":[],\"or\":[]}",
            "invalid input 'expression': unknown key 'and'; expected {field, op, value}, "
            "{and: [...]}, {or: [...]} or {not: {...}}");
    refuses("{\"field\":\"a\",\"op\":\"gt\",\"value\":1,\"x\":2}",
            "invalid input 'expression': unknown key 'x'; expected {field, op, value}, "
            "{and: [...]}, {or: [...]} or {not: {...}}");
    refuses("{\"field\":\"a\",\"op\":\"regex\",\"value\":5}",
            "invalid input 'expression.value': expected valid regex pattern, got integer");
    fails(NODE, NULL, "{\"data\":[],\"expression\":\"a > 1\"}",
          "invalid input 'expression': expected object, got \"a > 1\"");
    fails(NODE, NULL, "{\"data\":{},\"expression\":{}}",
          "invalid input 'data': expected array, got object");
    fails(NODE, NULL, "{\"expression\":{}}", "missing required input: data");
    fails(NODE, NULL, "{\"data\":[]}", "missing required input: expression");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE, NULL,
                              "{\"data\":[],\"expression\":{\"field\":\"a\",\"op\":\"regex\","
                              "\"value\":\"(\"}}",
                              &error),
                     KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error),
                           "invalid input 'expression.value': expected valid regex pattern"));
    kl_error_clear(&error);
}

KL_TEST(nesting_is_bounded)
{
    KL_UNUSED_STATE;
    for (int depth = 63; depth <= 64; depth++) {
        kl_value expression = json("{\"and\":[]}");
        kl_condition *condition = NULL;
        kl_error error = KL_ERROR_INIT;
        for (int i = 0; i < depth; i++) {
            kl_value outer = json("{}");
            assert_int_equal(kl_map_set(&outer, KL_TEXT("not"), expression, NULL), KL_OK);
            expression = outer;
        }
        kl_status status = kl_condition_compile(&condition, expression, "expression", &error);
        assert_int_equal(status, depth < 64 ? KL_OK : KL_INVALID);
        if (status)
            assert_non_null(strstr(kl_error_message(&error), "nests at most 64 levels"));
        kl_error_clear(&error);
        kl_condition_free(condition);
        kl_value_release(expression);
    }
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    const char *expression = "{\"expression\":{\"and\":[{\"field\":\"n\",\"op\":\"in_list\","
                             "\"value\":[1,2,3,4,5,6,7,8,9]"
                             "},{\"not\":{\"field\":\"s\",\"op\":\"contains\",\"value\":\"x\"}},{"
                             "\"or\":[{\"field\":\"t\","
                             "\"op\":\"equals\",\"value\":[[1]]}]}]}}";
    survives_failed_allocations(
        NODE, expression, "{\"data\":[{\"n\":1,\"s\":\"y\",\"t\":[[1]]},{\"n\":0},{\"n\":2}]}");
}

/* Without memory for its fast form a pattern still works: then the condition is whole. */
KL_TEST(a_failed_allocation_leaves_no_half_made_pattern)
{
    KL_UNUSED_STATE;
    kl_value expression = json("{\"field\":\"s\",\"op\":\"regex\",\"value\":\"^b+$\"}");
    kl_value row = json("{\"s\":\"bb\"}");
    size_t failed = 1, whole = 0;
    for (size_t n = 1; failed > 0; n++) {
        kl_condition *condition = NULL;
        bool matches = false;
        kl_test_fail_allocation(n);
        kl_status status = kl_condition_compile(&condition, expression, "expression", NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(status == KL_OK || (failed && status == KL_NO_MEMORY));
        if (status == KL_OK) {
            assert_int_equal(kl_condition_test(&matches, condition, row, NULL, NULL), KL_OK);
            assert_true(matches);
            whole++;
        }
        kl_condition_free(condition);
    }
    assert_true(whole > 0);
    kl_value_release(expression);
    kl_value_release(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves),
        cmocka_unit_test(combinations),
        cmocka_unit_test(nan_matches_nothing),
        cmocka_unit_test(many_rows_are_chosen_as_one_by_one),
        cmocka_unit_test(a_condition_knows_the_keys_it_looks_at),
        cmocka_unit_test(rows_are_shared),
        cmocka_unit_test(the_expression_of_the_config_is_checked_when_building),
        cmocka_unit_test(bad_expressions_tell_the_place),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(a_failed_allocation_leaves_no_half_made_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
