/* MathOperationsNode: every operation, the edges of int64, and what is refused. */
#include "node_sweep.h"

#include <math.h>

#define NODE "MathOperationsNode"

/* {"result": expected} for an operation on the inputs given as JSON members. */
static void computes_in(const char *operation, const char *members, const char *expected, int line)
{
    char inputs[1024], wanted[256];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",%s}", operation, members);
    snprintf(wanted, sizeof wanted, "{\"result\":%s}", expected);
    gives_in(NODE, NULL, inputs, wanted, __FILE__, line);
}
#define computes(operation, members, expected) computes_in(operation, members, expected, __LINE__)

static void refuses_in(const char *operation, const char *members, const char *message, int line)
{
    char inputs[1024];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",%s}", operation, members);
    fails_in(NODE, NULL, inputs, message, __FILE__, line);
}
#define refuses(operation, members, message) refuses_in(operation, members, message, __LINE__)

KL_TEST(two_numbers)
{
    KL_UNUSED_STATE;
    computes("add", "\"a\":2,\"b\":3", "5");
    computes("add", "\"a\":2,\"b\":3.0", "5");
    computes("add", "\"a\":2.25,\"b\":3", "5.25");
    computes("subtract", "\"a\":2,\"b\":3", "-1");
    computes("multiply", "\"a\":-4,\"b\":3", "-12");
    computes("divide", "\"a\":4,\"b\":2", "2");
    computes("divide", "\"a\":7,\"b\":2", "3.5");
    computes("divide", "\"a\":9007199254740993,\"b\":1", "9007199254740993"); /* exact */
    computes("modulo", "\"a\":-7,\"b\":3", "-1");
    computes("modulo", "\"a\":7,\"b\":-3", "1");
    computes("modulo", "\"a\":7.5,\"b\":2", "1.5");
    computes("modulo", "\"a\":-4.0,\"b\":2", "0"); /* not -0.0 */
    computes("power", "\"a\":2,\"b\":10", "1024");
    computes("power", "\"a\":2.0,\"b\":3", "8");
    computes("power", "\"a\":2,\"b\":-1", "0.5");
    computes("power", "\"a\":0,\"b\":0", "1");
    computes("power", "\"a\":-2,\"b\":63", "-9223372036854775808");
    computes("power", "\"a\":-1,\"b\":9223372036854775807", "-1");
    computes("power", "\"a\":10,\"b\":300", "1e+300");
    computes("power", "\"a\":-8,\"b\":0.3333333333333333", "null"); /* NaN */
    computes("multiply", "\"a\":1e300,\"b\":1", "1e+300");
    computes("multiply", "\"a\":-0.0,\"b\":1", "0");
}

KL_TEST(ints_that_leave_64_bits_become_floats)
{
    KL_UNUSED_STATE;
    computes("add", "\"a\":9223372036854775807,\"b\":1", "9.223372036854776e+18");
    computes("subtract", "\"a\":-9223372036854775808,\"b\":1", "-9223372036854775808");
    computes("multiply", "\"a\":9223372036854775807,\"b\":4", "3.6893488147419103e+19");
    computes("divide", "\"a\":-9223372036854775808,\"b\":-1", "9.223372036854776e+18");
    computes("modulo", "\"a\":-9223372036854775808,\"b\":-1", "0");
    computes("abs", "\"a\":-9223372036854775808", "9.223372036854776e+18");
    computes("negate", "\"a\":-9223372036854775808", "9.223372036854776e+18");
    computes("power", "\"a\":2,\"b\":64", "1.8446744073709552e+19");
    computes("sum", "\"array\":[9223372036854775807,1]", "9.223372036854776e+18");
    computes("sum", "\"array\":[9223372036854775807,1,-1]", "9223372036854775807"); /* in between */
    computes("product", "\"array\":[9223372036854775807,2]", "1.8446744073709552e+19");
}

KL_TEST(one_number)
{
    KL_UNUSED_STATE;
    computes("abs", "\"a\":-3", "3");
    computes("abs", "\"a\":-3.5", "3.5");
    computes("ceil", "\"a\":1.2", "2");
    computes("ceil", "\"a\":-0.5", "0");
    computes("floor", "\"a\":-1.2", "-2");
    computes("floor", "\"a\":7", "7");
    computes("negate", "\"a\":0.0", "0");
    computes("sqrt", "\"a\":9", "3");
    computes("sqrt", "\"a\":2", "1.4142135623730951");
    computes("log", "\"a\":1", "0");
    computes("log2", "\"a\":8", "3");
    computes("log10", "\"a\":1000", "3");
    computes("exp", "\"a\":0", "1");
    computes("clamp", "\"a\":5,\"min\":1,\"max\":3", "3");
    computes("clamp", "\"a\":0,\"min\":1,\"max\":3.0", "1");
    computes("clamp", "\"a\":2.5,\"min\":1,\"max\":3", "2.5");
}

KL_TEST(rounding_is_half_away_from_zero)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *members, *expected;
    } rows[] = {
        {"\"a\":2.5", "3"},
        {"\"a\":-2.5", "-3"},
        {"\"a\":2.4", "2"},
        {"\"a\":0.49999999999999994", "0"},
        {"\"a\":4503599627370497.0", "4503599627370497"},
        {"\"a\":7", "7"},
        {"\"a\":0.125,\"precision\":2", "0.13"},
        {"\"a\":-0.125,\"precision\":2", "-0.13"},
        {"\"a\":1.005,\"precision\":2", "1"},    /* 1.00499999999999989... */
        {"\"a\":1.115,\"precision\":2", "1.11"}, /* 1.11499999999999999... */
        {"\"a\":2.675,\"precision\":2", "2.67"}, /* 2.67499999999999982... */
        {"\"a\":1.235,\"precision\":2", "1.24"}, /* 1.23500000000000009... */
        {"\"a\":3.14159,\"precision\":3", "3.142"},
        {"\"a\":1234,\"precision\":-2", "1200"},
        {"\"a\":1250,\"precision\":-2", "1300"},
        {"\"a\":-1250,\"precision\":-2", "-1300"},
        {"\"a\":1250.0,\"precision\":-2", "1300"},
        {"\"a\":1249.9,\"precision\":-2", "1200"},
        {"\"a\":9223372036854775807,\"precision\":-18", "9000000000000000000"},
        {"\"a\":9223372036854775807,\"precision\":-1", "9.223372036854776e+18"},
        {"\"a\":1e300,\"precision\":22", "1e+300"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        computes("round", rows[i].members, rows[i].expected);
    refuses("round", "\"a\":1.5,\"precision\":23",
            "invalid input 'precision': expected integer from -18 to 22, got 23");
    refuses("round", "\"a\":1.5,\"precision\":1.5",
            "invalid input 'precision': expected integer, got float");
}

KL_TEST(lists)
{
    KL_UNUSED_STATE;
    computes("sum", "\"array\":[1,2,3]", "6");
    computes("sum", "\"array\":[1,2.5]", "3.5");
    computes("sum", "\"array\":[]", "0");
    computes("sum", "\"array\":[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1]", "1");
    computes("sum", "\"array\":[1e100,1.0,-1e100]", "1");
    computes("average", "\"array\":[1,2]", "1.5");
    computes("average", "\"array\":[1,3]", "2");
    computes("min", "\"array\":[3,1.0,2]", "1");
    computes("max", "\"array\":[3,1,2.5]", "3");
    computes("count", "\"array\":[1,2]", "2");
    computes("product", "\"array\":[2,3,0.5]", "3");
    computes("product", "\"array\":[]", "1");
    computes("median", "\"array\":[3,1,2]", "2");
    computes("median", "\"array\":[4,1,2,3]", "2.5");
    computes("variance", "\"array\":[1,2,3,4]", "1.6666666666666667");
    computes("variance", "\"array\":[1,2,3,4],\"sample\":false", "1.25");
    computes("stddev", "\"array\":[2,4,4,4,5,5,7,9],\"sample\":false", "2");
    computes("stddev", "\"array\":[1,2,3,4]", "1.2909944487358056");
    computes("percentile", "\"array\":[1,2,3,4],\"percent\":25", "1.75");
    computes("percentile", "\"array\":[1,2,3,4],\"percent\":100", "4");
    computes("percentile", "\"array\":[5],\"percent\":0.5", "5");
}

KL_TEST(nan_is_passed_over_by_min_and_max_and_kept_by_sum)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *operation, *expected;
    } rows[] = {{"min", "1"}, {"max", "2"}, {"sum", "nan"}, {"median", "nan"}, {"count", "3"}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value inputs = json("{}"), array = json("[1]"), out = kl_null();
        assert_int_equal(kl_array_push(&array, kl_double(NAN), NULL), KL_OK);
        assert_int_equal(kl_array_push(&array, kl_int(2), NULL), KL_OK);
        assert_int_equal(kl_map_set(&inputs, KL_TEXT("array"), array, NULL), KL_OK);
        assert_int_equal(
            kl_map_set_text(&inputs, KL_TEXT("operation"), kl_text_from(rows[i].operation), NULL),
            KL_OK);
        assert_int_equal(
            kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, NULL),
            KL_OK);
        kl_value result = kl_map_get(out, KL_TEXT("result"));
        char shown[32];
        kl_double_print_es(shown, kl_as_double(result));
        if (strcmp(rows[i].expected, "nan") == 0)
            assert_true(isnan(kl_as_double(result)));
        else
            assert_string_equal(shown, rows[i].expected);
        kl_value_release(out);
        kl_value_release(inputs);
    }
}

KL_TEST(what_is_no_number_is_refused)
{
    KL_UNUSED_STATE;
    refuses("add", "\"a\":true,\"b\":1", "invalid input 'a': expected number, got bool");
    refuses("add", "\"a\":1,\"b\":\"2\"", "invalid input 'b': expected number, got string");
    refuses("add", "\"a\":null,\"b\":1", "invalid input 'a': expected number, got null");
    refuses("abs", "\"a\":[1]", "invalid input 'a': expected number, got array");
    refuses("add", "\"a\":1", "missing required input: b");
    refuses("sum", "\"a\":1", "missing required input: array");
    refuses("sum", "\"array\":5", "invalid input 'array': expected array, got integer");
    refuses("sum", "\"array\":[1,\"x\"]", "invalid input 'array[1]': expected number, got string");
    refuses("count", "\"array\":[true]", "invalid input 'array[0]': expected number, got bool");
    refuses("divide", "\"a\":1,\"b\":0", "node execution failed: division by zero");
    refuses("divide", "\"a\":1,\"b\":0.0", "node execution failed: division by zero");
    refuses("divide", "\"a\":1,\"b\":-0.0", "node execution failed: division by zero");
    refuses("modulo", "\"a\":1.5,\"b\":0", "node execution failed: division by zero");
    refuses("average", "\"array\":[]",
            "node execution failed: cannot compute average of empty array");
    refuses("min", "\"array\":[]", "node execution failed: cannot compute min of empty array");
    refuses("max", "\"array\":[]", "node execution failed: cannot compute max of empty array");
    refuses("median", "\"array\":[]",
            "node execution failed: cannot compute median of empty array");
    refuses("percentile", "\"array\":[],\"percent\":5",
            "node execution failed: cannot compute percentile of empty array");
    refuses("percentile", "\"array\":[1],\"percent\":101",
            "invalid input 'percent': expected number from 0 to 100, got 101");
    refuses("stddev", "\"array\":[1]",
            "node execution failed: cannot compute sample stddev of one number");
    refuses("variance", "\"array\":[]",
            "node execution failed: cannot compute variance of empty array");
    refuses("sqrt", "\"a\":-1", "invalid input 'a': expected number of at least 0, got -1");
    refuses("log", "\"a\":0", "invalid input 'a': expected number above 0, got 0");
    refuses("clamp", "\"a\":1,\"min\":3,\"max\":2",
            "invalid input 'min': expected number not above max");
}

KL_TEST(the_operation_is_one_of_a_list_and_input_wins_over_config)
{
    KL_UNUSED_STATE;
    gives(NODE, "{\"operation\":\"add\",\"a\":1}", "{\"a\":5,\"b\":2}", "{\"result\":7}");
    fails(NODE, NULL, "{}", "missing required input: operation");
    fails(NODE, NULL, "{\"operation\":\"Add\"}",
          "invalid input 'operation': expected one of: add, subtract, multiply, divide, modulo, "
          "power, abs, ceil, floor, round, negate, sum, average, min, max, count, sqrt, log, log2, "
          "log10, exp, median, stddev, variance, percentile, product, clamp, got \"Add\"");
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    static const char *const inputs[] = {
        "{\"operation\":\"median\",\"array\":[3,1,2]}",
        "{\"operation\":\"add\",\"a\":1,\"b\":2}",
    };
    for (size_t i = 0; i < KL_COUNT(inputs); i++)
        survives_failed_allocations(NODE, NULL, inputs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_numbers),
        cmocka_unit_test(ints_that_leave_64_bits_become_floats),
        cmocka_unit_test(one_number),
        cmocka_unit_test(rounding_is_half_away_from_zero),
        cmocka_unit_test(lists),
        cmocka_unit_test(nan_is_passed_over_by_min_and_max_and_kept_by_sum),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(the_operation_is_one_of_a_list_and_input_wins_over_config),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
