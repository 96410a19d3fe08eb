/* Nodes that wait, choose, merge, retry. */
#include "node_test.h"
#include "kailash/time.h"

#include <math.h>

/* ---- WaitNode ------------------------------------------------------------------------------------ */

KL_TEST(wait_hands_data_on)
{
    KL_UNUSED_STATE;
    gives("WaitNode", NULL, NULL, "{\"data\":null}");
    gives("WaitNode", "{\"duration_ms\":1}", "{\"data\":[1]}", "{\"data\":[1]}");
}

KL_TEST(wait_waits)
{
    KL_UNUSED_STATE;
    kl_time start = kl_clock_now();
    gives("WaitNode", NULL, "{\"duration_ms\":30}", "{\"data\":null}");
    assert_true(kl_clock_now() - start >= 30 * KL_MILLISECOND);
}

KL_TEST(wait_refuses_bad_durations)
{
    KL_UNUSED_STATE;
    fails("WaitNode", NULL, "{\"duration_ms\":-1}",
          "invalid input 'duration_ms': expected non-negative integer, got -1");
    fails("WaitNode", NULL, "{\"duration_ms\":\"5\"}",
          "invalid input 'duration_ms': expected non-negative integer, got \"5\"");
    fails("WaitNode", NULL, "{\"duration_ms\":1.5}",
          "invalid input 'duration_ms': expected non-negative integer, got float");
}

/* ---- ConditionalNode ----------------------------------------------------------------------------- */

KL_TEST(conditional_chooses_by_truth)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *condition;
        bool truth;
    } rows[] = {
        {"null", false}, {"false", false}, {"0", false},  {"0.0", false},     {"-0.0", false},
        {"\"\"", false}, {"[]", false},    {"{}", false}, {"true", true},     {"1", true},
        {"-1", true},    {"0.1", true},    {"\"false\"", true}, {"\"x > 1\"", true},
        {"[0]", true},   {"{\"a\":0}", true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[128];
        snprintf(inputs, sizeof inputs,
                 "{\"condition\":%s,\"if_value\":\"yes\",\"else_value\":\"no\"}",
                 rows[i].condition);
        gives("ConditionalNode", NULL, inputs,
              rows[i].truth ? "{\"result\":\"yes\"}" : "{\"result\":\"no\"}");
    }
}

KL_TEST(conditional_without_a_value_gives_null)
{
    KL_UNUSED_STATE;
    gives("ConditionalNode", "{\"condition\":1}", NULL, "{\"result\":null}");
    gives("ConditionalNode", "{\"condition\":0,\"if_value\":1}", NULL, "{\"result\":null}");
    fails("ConditionalNode", NULL, NULL, "missing required input: condition");
}

/* ---- SwitchNode ---------------------------------------------------------------------------------- */

KL_TEST(switch_reads_the_condition_as_text)
{
    KL_UNUSED_STATE;
    const char *config = "{\"cases\":{\"a\":\"A\",\"1\":\"one\",\"1.5\":\"half\",\"1.0\":\"real\","
                         "\"true\":\"T\",\"null\":\"N\",\"[1, 2]\":\"list\"}}";
    gives("SwitchNode", config, "{\"condition\":\"a\",\"data\":7}",
          "{\"matched\":\"A\",\"data\":7,\"case_a\":7}");
    gives("SwitchNode", config, "{\"condition\":1}",
          "{\"matched\":\"one\",\"data\":null,\"case_1\":null}");
    gives("SwitchNode", config, "{\"condition\":1.5}",
          "{\"matched\":\"half\",\"data\":null,\"case_1.5\":null}");
    gives("SwitchNode", config, "{\"condition\":1.0}",
          "{\"matched\":\"real\",\"data\":null,\"case_1.0\":null}");
    gives("SwitchNode", config, "{\"condition\":true}",
          "{\"matched\":\"T\",\"data\":null,\"case_true\":null}");
    gives("SwitchNode", config, "{\"condition\":null}",
          "{\"matched\":\"N\",\"data\":null,\"case_null\":null}");
    gives("SwitchNode", config, "{\"condition\":[1,2]}",
          "{\"matched\":\"list\",\"data\":null,\"case_[1, 2]\":null}");
}

KL_TEST(switch_falls_back_to_the_default_branch)
{
    KL_UNUSED_STATE;
    gives("SwitchNode", "{\"cases\":{\"a\":\"A\"},\"default_branch\":\"D\"}",
          "{\"condition\":\"z\",\"data\":1}", "{\"matched\":\"D\",\"data\":1,\"case_default\":1}");
    gives("SwitchNode", "{\"default_branch\":\"D\"}", "{\"condition\":0}",
          "{\"matched\":\"D\",\"data\":null,\"case_default\":null}");
}

KL_TEST(switch_without_a_branch_says_so)
{
    KL_UNUSED_STATE;
    fails("SwitchNode", "{\"cases\":{\"a\":\"A\"}}", "{\"condition\":\"z\"}",
          "node execution failed: no matching case for condition '\"z\"' and no default branch "
          "configured");
    fails("SwitchNode", NULL, "{\"condition\":7}",
          "node execution failed: no matching case for condition '7' and no default branch "
          "configured");
    fails("SwitchNode", NULL, NULL, "missing required input: condition");
}

KL_TEST(switch_cuts_a_long_condition_between_characters)
{
    KL_UNUSED_STATE;
    char inputs[512] = "{\"condition\":\"", message[512];
    for (int i = 0; i < 150; i++)
        strcat(inputs, "ü");
    strcat(inputs, "\"}");
    strcpy(message, "node execution failed: no matching case for condition '\"");
    for (int i = 0; i < 99; i++) /* the quote and 99 characters of two bytes: 199 of 200 */
        strcat(message, "ü");
    strcat(message, "' and no default branch configured");
    fails("SwitchNode", NULL, inputs, message);
}

KL_TEST(switch_refuses_bad_cases_when_built)
{
    KL_UNUSED_STATE;
    fails("SwitchNode", "{\"cases\":[1]}", "{\"condition\":1}",
          "cases: expected object of string, got array");
    fails("SwitchNode", "{\"cases\":{\"a\":1}}", "{\"condition\":1}",
          "cases: expected object of string, got object");
    fails("SwitchNode", "{\"default_branch\":5}", "{\"condition\":1}",
          "default_branch: expected string, got 5");
}

/* ---- MergeNode ----------------------------------------------------------------------------------- */

KL_TEST(merge_as_a_map_holds_inputs_and_config)
{
    KL_UNUSED_STATE;
    gives("MergeNode", NULL, NULL, "{\"merged\":{}}");
    gives("MergeNode", "{\"c\":1}", "{\"a\":[1],\"b\":null}",
          "{\"merged\":{\"c\":1,\"a\":[1],\"b\":null}}");
}

KL_TEST(merge_gathers_a_list)
{
    KL_UNUSED_STATE;
    gives("MergeNode", "{\"strategy\":\"gather\"}", "{\"inputs\":5,\"x\":1}",
          "{\"merged\":{\"inputs\":[5],\"x\":1}}");
    gives("MergeNode", "{\"strategy\":\"gather\"}", "{\"inputs\":[1,2]}",
          "{\"merged\":{\"inputs\":[1,2]}}");
    gives("MergeNode", "{\"strategy\":\"gather\"}", "{\"x\":1}", "{\"merged\":{\"x\":1}}");
}

/* As the engine calls it when edges lead to `inputs`. */
static kl_status merge_edges(kl_value *out, const char *strategy, const char *inputs,
                             const char *edges, kl_error *error)
{
    const kl_node_type *type = kl_node_type_find(KL_TEXT("MergeNode"));
    kl_value given = json(inputs), gathered = json(edges), args[2] = {kl_null(), kl_null()};
    assert_int_equal(kl_string_new(&args[1], kl_text_from(strategy), NULL), KL_OK);
    kl_node_call call = {.type = type, .args = args, .inputs = given, .gathered = gathered,
                         .node_id = "merge"};
    kl_status status = type->run(out, &call, error);
    kl_value_release(given);
    kl_value_release(gathered);
    kl_value_release(args[1]);
    return status;
}

KL_TEST(merge_takes_all_edges_of_one_port)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *strategy, *edges, *expected;
    } rows[] = {
        {"gather", "[1,null,\"x\"]", "{\"merged\":{\"inputs\":[1,null,\"x\"],\"z\":null}}"},
        {"concat", "[[1],[],[2,3]]", "{\"merged\":[1,2,3]}"},
        {"deep", "[{\"a\":{\"b\":1}},{\"a\":{\"c\":2}}]", "{\"merged\":{\"a\":{\"b\":1,\"c\":2}}}"},
        {"first", "[null,7,8]", "{\"merged\":7}"},
        {"map", "[1,2]", "{\"merged\":{\"inputs\":1,\"z\":null}}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char edges[128];
        kl_value out = kl_null();
        snprintf(edges, sizeof edges, "{\"inputs\":%s}", rows[i].edges);
        assert_int_equal(
            merge_edges(&out, rows[i].strategy, "{\"inputs\":1,\"z\":null}", edges, NULL), KL_OK);
        assert_json(out, rows[i].expected);
    }
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(merge_edges(&out, "concat", "{\"inputs\":[]}", "{\"inputs\":[[],5]}", &error),
                     KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "invalid input 'inputs[1]': expected array, got 5");
    kl_error_clear(&error);
}

KL_TEST(merge_joins_dicts_level_by_level)
{
    KL_UNUSED_STATE;
    gives("MergeNode", "{\"strategy\":\"deep\"}",
          "{\"a\":{\"x\":{\"k\":1,\"l\":[1]},\"y\":1},\"n\":null,"
          "\"b\":{\"x\":{\"l\":[2],\"m\":3},\"y\":{\"z\":0}}}",
          "{\"merged\":{\"x\":{\"k\":1,\"l\":[2],\"m\":3},\"y\":{\"z\":0}}}");
    fails("MergeNode", "{\"strategy\":\"deep\"}", "{\"a\":{},\"b\":3}",
          "invalid input 'b': expected object, got 3");
}

KL_TEST(merge_joins_lists_end_to_end)
{
    KL_UNUSED_STATE;
    gives("MergeNode", "{\"strategy\":\"concat\"}", "{\"a\":[1],\"b\":null,\"c\":[[2],3]}",
          "{\"merged\":[1,[2],3]}");
    gives("MergeNode", "{\"strategy\":\"concat\"}", NULL, "{\"merged\":[]}");
    fails("MergeNode", "{\"strategy\":\"concat\"}", "{\"a\":\"text\"}",
          "invalid input 'a': expected array, got \"text\"");
}

KL_TEST(merge_takes_the_first_that_is_there)
{
    KL_UNUSED_STATE;
    gives("MergeNode", "{\"strategy\":\"first\"}", "{\"a\":null,\"b\":0,\"c\":1}",
          "{\"merged\":0}");
    gives("MergeNode", "{\"strategy\":\"first\"}", NULL, "{\"merged\":null}");
    fails("MergeNode", "{\"strategy\":\"zip\"}", NULL,
          "strategy: expected one of: map, gather, deep, concat, first, got \"zip\"");
}

KL_TEST(merging_leaves_its_inputs_as_they_were)
{
    KL_UNUSED_STATE;
    const kl_node_type *type = kl_node_type_find(KL_TEXT("MergeNode"));
    kl_value config = json("{\"strategy\":\"deep\"}"), out = kl_null();
    kl_value inputs = json("{\"a\":{\"x\":{\"k\":1}},\"b\":{\"x\":{\"l\":2}}}");
    assert_int_equal(kl_node_run_alone(&out, type, config, inputs, NULL), KL_OK);
    assert_json(out, "{\"merged\":{\"x\":{\"k\":1,\"l\":2}}}");
    assert_json(inputs, "{\"a\":{\"x\":{\"k\":1}},\"b\":{\"x\":{\"l\":2}}}");
    kl_value_release(config);
}

/* ---- ParallelNode -------------------------------------------------------------------------------- */

KL_TEST(parallel_hands_data_to_every_branch)
{
    KL_UNUSED_STATE;
    gives("ParallelNode", "{\"branches\":[\"b\",\"a\",\"b\"]}", "{\"data\":[1]}",
          "{\"results\":{\"b\":[1],\"a\":[1]}}");
    gives("ParallelNode", "{\"branches\":[\"a\"]}", "{\"data\":null}",
          "{\"results\":{\"a\":null}}");
    fails("ParallelNode", "{\"branches\":[\"a\"]}", NULL, "missing required input: data");
    gives("ParallelNode", NULL, "{\"data\":1}", "{\"results\":{}}");
    fails("ParallelNode", "{\"branches\":\"a\"}", NULL,
          "branches: expected array of string, got \"a\"");
    fails("ParallelNode", "{\"branches\":[1]}", NULL,
          "branches: expected array of string, got array");
}

/* ---- RetryNode ----------------------------------------------------------------------------------- */

KL_TEST(retry_computes_the_wait)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *inputs, *expected;
    } rows[] = {
        {NULL, "{\"data\":5}", "{\"attempts\":1,\"delay_ms\":0,\"retry\":false,\"result\":5}"},
        {NULL, "{\"data\":null,\"error\":\"x\"}",
         "{\"attempts\":1,\"delay_ms\":0,\"retry\":false,\"result\":null}"},
        {NULL, "{\"data\":null,\"attempt\":1,\"error\":\"x\"}",
         "{\"attempts\":2,\"delay_ms\":100,\"retry\":true,\"result\":null}"},
        {NULL, "{\"data\":null,\"attempt\":2,\"error\":{\"e\":1}}",
         "{\"attempts\":3,\"delay_ms\":200,\"retry\":true,\"result\":null}"},
        {NULL, "{\"data\":null,\"attempt\":2}", "{\"attempts\":3,\"delay_ms\":0,\"retry\":true,\"result\":null}"},
        {NULL, "{\"data\":null,\"attempt\":3}",
         "{\"attempts\":4,\"delay_ms\":0,\"retry\":true,\"result\":null}"},
        {"{\"max_retries\":9,\"max_delay_ms\":350}", "{\"data\":null,\"attempt\":4,\"error\":1}",
         "{\"attempts\":5,\"delay_ms\":350,\"retry\":true,\"result\":null}"},
        {"{\"max_retries\":9,\"backoff_multiplier\":1.5,\"initial_delay_ms\":10}",
         "{\"data\":null,\"attempt\":3,\"error\":1}",
         "{\"attempts\":4,\"delay_ms\":22,\"retry\":true,\"result\":null}"},
        {"{\"max_retries\":9,\"initial_delay_ms\":0}", "{\"data\":null,\"attempt\":3,\"error\":1}",
         "{\"attempts\":4,\"delay_ms\":0,\"retry\":true,\"result\":null}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        gives("RetryNode", rows[i].config, rows[i].inputs, rows[i].expected);
}

KL_TEST(retry_never_overflows)
{
    KL_UNUSED_STATE;
    gives("RetryNode", "{\"max_retries\":9223372036854775807,\"backoff_multiplier\":1e308}",
          "{\"data\":null,\"attempt\":9223372036854775806,\"error\":1}",
          "{\"attempts\":9223372036854775807,\"delay_ms\":9223372036854775807,\"retry\":true,"
          "\"result\":null}");
    gives("RetryNode",
          "{\"max_retries\":9223372036854775807,\"backoff_multiplier\":1e308,"
          "\"initial_delay_ms\":0}",
          "{\"data\":null,\"attempt\":9223372036854775806,\"error\":1}",
          "{\"attempts\":9223372036854775807,\"delay_ms\":0,\"retry\":true,\"result\":null}");
}

KL_TEST(retry_gives_up)
{
    KL_UNUSED_STATE;
    fails("RetryNode", NULL, "{\"data\":null,\"attempt\":3,\"error\":\"x\"}",
          "node execution failed: max retries exceeded (3 attempts)");
    fails("RetryNode", "{\"max_retries\":0}", "{\"data\":null,\"error\":\"x\"}",
          "node execution failed: max retries exceeded (0 attempts)");
    fails("RetryNode", "{\"max_retries\":0}", "{\"data\":null,\"attempt\":1,\"error\":\"x\"}",
          "node execution failed: max retries exceeded (0 attempts)");
}

KL_TEST(retry_refuses_bad_settings)
{
    KL_UNUSED_STATE;
    fails("RetryNode", NULL, NULL, "missing required input: data");
    fails("RetryNode", "{\"max_retries\":\"x\"}", NULL,
          "max_retries: expected non-negative integer, got \"x\"");
    fails("RetryNode", "{\"backoff_multiplier\":0.5}", NULL,
          "backoff_multiplier: expected number of at least 1, got float");
    fails("RetryNode", "{\"jitter\":2}", NULL, "jitter: expected number from 0 to 1, got 2");
    fails("RetryNode", NULL, "{\"data\":null,\"attempt\":-1}",
          "invalid input 'attempt': expected non-negative integer, got -1");
}

KL_TEST(jitter_only_shortens_the_wait)
{
    KL_UNUSED_STATE;
    bool varies = false;
    for (int i = 0; i < 50; i++) {
        kl_value out = kl_null();
        assert_int_equal(run_node(&out, "RetryNode", "{\"jitter\":0.5,\"initial_delay_ms\":10000}",
                                  "{\"data\":null,\"attempt\":1,\"error\":1}", NULL),
                         KL_OK);
        int64_t delay = kl_as_int(kl_map_get(out, KL_TEXT("delay_ms")));
        assert_true(delay >= 5000 && delay <= 10000);
        varies |= delay != 10000;
        kl_value_release(out);
    }
    assert_true(varies);
}

/* ---- ErrorHandlerNode ---------------------------------------------------------------------------- */

KL_TEST(error_handler_falls_back)
{
    KL_UNUSED_STATE;
    gives("ErrorHandlerNode", NULL, NULL, "{\"result\":null,\"error\":null}");
    gives("ErrorHandlerNode", "{\"fallback_value\":9}", "{\"data\":0}",
          "{\"result\":0,\"error\":null}");
    gives("ErrorHandlerNode", "{\"fallback_value\":9}", "{\"data\":null,\"error\":\"boom\"}",
          "{\"result\":9,\"error\":\"boom\"}");
    gives("ErrorHandlerNode", NULL, "{\"data\":1,\"error\":{\"code\":2}}",
          "{\"result\":1,\"error\":{\"code\":2}}");
    fails("ErrorHandlerNode", NULL, "{\"error\":5}",
          "invalid input 'error': expected string or object, got 5");
}

/* ---- without memory ------------------------------------------------------------------------------ */

KL_TEST(control_nodes_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *type, *config, *inputs;
    } rows[] = {
        {"WaitNode", "{}", "{\"data\":1}"},
        {"ConditionalNode", "{}", "{\"condition\":1,\"if_value\":[1]}"},
        {"SwitchNode", "{\"cases\":{\"[1]\":\"b\"}}", "{\"condition\":[1],\"data\":[2]}"},
        {"MergeNode", "{\"strategy\":\"deep\"}", "{\"a\":{\"x\":{\"k\":1}},\"b\":{\"x\":{\"l\":2}}}"},
        {"MergeNode", "{\"strategy\":\"gather\"}", "{\"inputs\":1,\"b\":2}"},
        {"MergeNode", "{\"strategy\":\"concat\"}", "{\"a\":[1,2],\"b\":[3]}"},
        {"ParallelNode", "{\"branches\":[\"a\",\"b\"]}", "{\"data\":[1]}"},
        {"RetryNode", "{}", "{\"data\":null,\"attempt\":1,\"error\":1}"},
        {"ErrorHandlerNode", "{}", "{\"data\":1}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_node_type *type = kl_node_type_find(kl_text_from(rows[i].type));
        kl_value config = json(rows[i].config), inputs = json(rows[i].inputs);
        size_t failed = 1;
        for (size_t n = 1; failed > 0; n++) {
            kl_value out = kl_null();
            kl_test_fail_allocation(n);
            kl_status status = kl_node_run_alone(&out, type, config, inputs, NULL);
            failed = kl_test_failed_allocations();
            assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
            if (status == KL_OK)
                kl_value_release(out);
        }
        kl_test_fail_allocation(0);
        kl_value_release(config);
        kl_value_release(inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wait_hands_data_on),
        cmocka_unit_test(wait_waits),
        cmocka_unit_test(wait_refuses_bad_durations),
        cmocka_unit_test(conditional_chooses_by_truth),
        cmocka_unit_test(conditional_without_a_value_gives_null),
        cmocka_unit_test(switch_reads_the_condition_as_text),
        cmocka_unit_test(switch_falls_back_to_the_default_branch),
        cmocka_unit_test(switch_without_a_branch_says_so),
        cmocka_unit_test(switch_cuts_a_long_condition_between_characters),
        cmocka_unit_test(switch_refuses_bad_cases_when_built),
        cmocka_unit_test(merge_as_a_map_holds_inputs_and_config),
        cmocka_unit_test(merge_gathers_a_list),
        cmocka_unit_test(merge_takes_all_edges_of_one_port),
        cmocka_unit_test(merge_joins_dicts_level_by_level),
        cmocka_unit_test(merge_joins_lists_end_to_end),
        cmocka_unit_test(merge_takes_the_first_that_is_there),
        cmocka_unit_test(merging_leaves_its_inputs_as_they_were),
        cmocka_unit_test(parallel_hands_data_to_every_branch),
        cmocka_unit_test(retry_computes_the_wait),
        cmocka_unit_test(retry_never_overflows),
        cmocka_unit_test(retry_gives_up),
        cmocka_unit_test(retry_refuses_bad_settings),
        cmocka_unit_test(jitter_only_shortens_the_wait),
        cmocka_unit_test(error_handler_falls_back),
        cmocka_unit_test(control_nodes_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
