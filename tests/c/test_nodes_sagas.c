/* SagaCoordinatorNode and SagaStepNode: steps done and undone, retries, limits of time, and what a
 * log keeps when the process is killed. */
#include "node_sweep.h"

#include "kailash/time.h"
#include "crash_test.h"

#include <signal.h>
#include <sys/wait.h>

#define SAGA "SagaCoordinatorNode"

/* ---- kept by others ------------------------------------------------------------------------------ */

/* Start a saga with the process's records; its id. */
static void start(char id[64], const char *steps)
{
    char inputs[512];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"start\",\"steps\":%s}", steps);
    assert_int_equal(run_node(&out, SAGA, NULL, inputs, NULL), KL_OK);
    text_of(id, out, "saga_id");
    kl_value_release(out);
}

static void saga_gives_in(const char *id, const char *members, const char *expected, int line)
{
    char inputs[512], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"saga_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted, expected, id);
    gives_in(SAGA, NULL, inputs, wanted, __FILE__, line);
}
#define saga_gives(id, members, expected) saga_gives_in(id, members, expected, __LINE__)

static void saga_fails_in(const char *id, const char *members, const char *message, int line)
{
    char inputs[512], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"saga_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted, message, id);
    fails_in(SAGA, NULL, inputs, wanted, __FILE__, line);
}
#define saga_fails(id, members, message) saga_fails_in(id, members, message, __LINE__)

KL_TEST(steps_may_be_done_elsewhere)
{
    KL_UNUSED_STATE;
    char id[64];
    start(id, "[{\"step_id\":\"a\",\"action\":\"something\"},{\"step_id\":\"b\"}]");
    saga_gives(id, "\"operation\":\"get_status\"",
               "{\"compensation_results\":[],\"completed_steps\":[],\"failed_step\":null,"
               "\"saga_id\":\"%s\",\"status\":\"executing\"}");
    saga_gives(id, "\"operation\":\"step_complete\",\"step_id\":\"a\",\"result\":{\"x\":1}",
               "{\"compensation_results\":[],\"completed_steps\":[\"a\"],\"failed_step\":null,"
               "\"saga_id\":\"%s\",\"status\":\"executing\"}");
    saga_fails(id, "\"operation\":\"step_complete\",\"step_id\":\"a\"",
               "node execution failed: step 'a' of saga '%s' is already complete");
    saga_fails(id, "\"operation\":\"step_complete\",\"step_id\":\"zz\"",
               "node execution failed: saga '%s' has no step 'zz'");
    saga_fails(id, "\"operation\":\"step_complete\"", "missing required input: step_id");
    saga_gives(id, "\"operation\":\"step_failed\",\"step_id\":\"b\",\"error\":\"boom\"",
               "{\"compensation_results\":[{\"compensation_type\":\"custom\",\"status\":\"compensated\","
               "\"step_id\":\"a\"}],\"completed_steps\":[\"a\"],\"failed_step\":\"b\",\"saga_id\":\"%s\","
               "\"status\":\"failed\"}");
    saga_fails(id, "\"operation\":\"step_complete\",\"step_id\":\"b\"",
               "node execution failed: cannot complete step on saga '%1$s': status is 'failed'");
    saga_fails(id, "\"operation\":\"abort\"",
               "node execution failed: cannot abort saga '%s': status is 'failed'");
    saga_gives(id, "\"operation\":\"step_failed\",\"step_id\":\"b\"",
               "{\"compensation_results\":[{\"compensation_type\":\"custom\",\"status\":\"compensated\","
               "\"step_id\":\"a\"}],\"completed_steps\":[\"a\"],\"failed_step\":\"b\",\"saga_id\":\"%s\","
               "\"status\":\"failed\"}");
}

KL_TEST(a_saga_ends_in_completion_or_abortion)
{
    KL_UNUSED_STATE;
    char id[64];
    start(id, "[{\"step_id\":\"a\"},{\"step_id\":\"b\"}]");
    kl_value out = kl_null();
    char inputs[256];
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"step_complete\",\"saga_id\":\"%s\",\"step_id\":\"b\"}", id);
    assert_int_equal(run_node(&out, SAGA, NULL, inputs, NULL), KL_OK);
    kl_value_release(out);
    saga_gives(id, "\"operation\":\"step_complete\",\"step_id\":\"a\"",
               "{\"compensation_results\":[],\"completed_steps\":[\"b\",\"a\"],\"failed_step\":null,"
               "\"saga_id\":\"%s\",\"status\":\"completed\"}");
    saga_fails(id, "\"operation\":\"abort\"",
               "node execution failed: cannot abort saga '%s': status is 'completed'");
    start(id, "[{\"step_id\":\"a\"},{\"step_id\":\"b\"}]");
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"step_complete\",\"saga_id\":\"%s\",\"step_id\":\"a\"}", id);
    assert_int_equal(run_node(&out, SAGA, NULL, inputs, NULL), KL_OK);
    kl_value_release(out);
    saga_gives(id, "\"operation\":\"abort\"",
               "{\"compensation_results\":[],\"completed_steps\":[\"a\"],\"failed_step\":null,"
               "\"saga_id\":\"%s\",\"status\":\"aborted\"}");
}

KL_TEST(what_is_wrong_is_refused_at_the_start)
{
    KL_UNUSED_STATE;
    fails(SAGA, NULL, "{}", "missing required input: operation");
    fails(SAGA, NULL, "{\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: start, step_complete, step_failed, abort, "
          "get_status, resume, recover, list, got \"zz\"");
    fails(SAGA, NULL, "{\"operation\":\"start\"}", "missing required input: steps");
    fails(SAGA, NULL, "{\"operation\":\"start\",\"steps\":[]}",
          "invalid input 'steps': expected non-empty array of step configurations, got empty array");
    fails(SAGA, NULL, "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\"},5]}",
          "invalid input 'steps[1].step_id': expected string, got null");
    fails(SAGA, NULL, "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\"},{\"step_id\":\"a\"}]}",
          "invalid input 'steps[1].step_id': expected id that no other step has, got \"a\"");
    fails(SAGA, NULL, "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\",\"max_retries\":-1}]}",
          "invalid input 'steps[0].max_retries': expected integer from 0 to 86400000, got -1");
    fails(SAGA, NULL, "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\",\"inputs\":5}]}",
          "invalid input 'steps[0].inputs': expected object, got 5");
    fails(SAGA, NULL,
          "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\",\"compensation\":{\"node\":\"Nope\"}}]}",
          "node execution failed: steps[0].compensation: workflow build failed: unknown node type: Nope "
          "(node 'Nope'); NodeRegistry().list_types() shows what there is");
    fails(SAGA, NULL, "{\"operation\":\"abort\",\"saga_id\":\"zz\"}",
          "node execution failed: saga 'zz' not found");
    fails(SAGA, NULL, "{\"operation\":\"get_status\"}", "missing required input: saga_id");
}

/* ---- done here ----------------------------------------------------------------------------------- */

/* Without ids, which differ. */
static void outcome_in(fixture *f, const char *config, const char *steps, const char *status,
                       const char *compensations, int line)
{
    char inputs[2048], word[64];
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"operation\":\"start\",\"steps\":[%s]}", steps);
    kl_value out = run_traced(f, SAGA, config, inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    text_of(word, out, "status");
    kl_value results = kl_value_retain(kl_map_get(out, KL_TEXT("compensation_results")));
    kl_value_release(out);
    assert_string_equal(word, status);
    assert_json_in(results, compensations, __FILE__, line);
}
#define outcome(f, config, steps, status, compensations)                                           \
    outcome_in(f, config, steps, status, compensations, __LINE__)

#define STEP(id, action) "{\"step_id\":\"" id "\",\"action\":\"" action "\",\"compensation\":\"undo\"}"
#define UNDONE(id)                                                                                 \
    "{\"compensation_type\":\"action\",\"status\":\"compensated\",\"step_id\":\"" id                  \
    "\",\"attempts\":1,\"result\":{\"undone\":true}}"

KL_TEST(steps_are_done_and_undone_in_reverse)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    outcome(&f, "{}", STEP("a", "do") "," STEP("b", "do"), "completed", "[]");
    traced("do a ID:a:action\ndo b ID:b:action\n");
    outcome(&f, "{}", STEP("a", "do") "," STEP("b", "do") "," STEP("c", "fail") "," STEP("d", "do"),
            "failed", "[" UNDONE("b") "," UNDONE("a") "]");
    traced("do a ID:a:action\ndo b ID:b:action\nfail c ID:c:action\nundo b ID:b:compensation\n"
           "undo a ID:a:compensation\n");
    /* a step without a compensation stays done */
    outcome(&f, "{}", "{\"step_id\":\"a\",\"action\":{\"callback\":\"do\"}}," STEP("b", "fail"), "failed",
            "[{\"compensation_type\":\"none\",\"status\":\"skipped\",\"step_id\":\"a\"}]");
    traced("do a ID:a:action\nfail b ID:b:action\n");
    free_fixture(&f);
}

KL_TEST(results_pass_to_later_steps)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    kl_value out = run_traced(
        &f, SAGA, "{}",
        "{\"operation\":\"start\",\"inputs\":{\"operation\":\"add\"},\"steps\":[{\"step_id\":\"sum\","
        "\"action\":{\"node\":\"MathOperationsNode\",\"inputs\":{\"a\":1,\"b\":2}}},{\"step_id\":\"more\","
        "\"action\":\"MathOperationsNode\",\"inputs\":{\"b\":10},\"inputs_from\":{\"a\":\"sum.result\"}},"
        "{\"step_id\":\"mul\",\"action\":{\"type\":\"MathOperationsNode\",\"config\":{\"b\":2},\"params\":"
        "{\"operation\":\"multiply\"}},\"inputs_from\":{\"a\":\"more.result\"}}]}",
        NULL);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("results"))),
                "{\"sum\":{\"result\":3},\"more\":{\"result\":13},\"mul\":{\"result\":26}}");
    kl_value_release(out);
    free_fixture(&f);
}

KL_TEST(steps_are_tried_again)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    failures_left = 2;
    outcome(&f, "{\"max_retries\":2,\"retry_delay_ms\":1}", STEP("a", "flaky"), "completed", "[]");
    traced("try a ID:a:action\ntry a ID:a:action\ntry a ID:a:action\n");
    failures_left = 9;
    outcome(&f, "{\"max_retries\":2,\"retry_delay_ms\":1}",
            "{\"step_id\":\"a\",\"action\":\"flaky\",\"max_retries\":1,\"idempotency_key\":\"mine\"}",
            "failed", "[]");
    traced("try a mine:action\ntry a mine:action\n");
    failures_left = 0;
    free_fixture(&f);
}

KL_TEST(a_step_out_of_time_is_undone_too)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    outcome(&f, "{\"timeout_ms\":30}", STEP("a", "do") "," STEP("b", "slow"), "failed",
            "[" UNDONE("b") "," UNDONE("a") "]");
    traced("do a ID:a:action\nslow b ID:b:action\nundo b ID:b:compensation\n"
           "undo a ID:a:compensation\n");
    usleep(350000); /* what was left behind ends */
    free_fixture(&f);
}

KL_TEST(a_failed_compensation_can_be_tried_again)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64], inputs[256];
    begin_traced(&f);
    failures_left = 1;
    kl_value out = run_traced(
        &f, SAGA, "{}",
        "{\"operation\":\"start\",\"steps\":[" STEP("a", "do")
        ",{\"step_id\":\"b\",\"action\":\"do\",\"compensation\":\"flaky\"}," STEP("c", "fail") "]}",
        NULL);
    text_of(id, out, "saga_id");
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "compensation_failed");
    kl_value results = kl_map_get(out, KL_TEXT("compensation_results"));
    assert_int_equal(kl_array_len(results), 1);
    assert_string_equal(kl_as_text(kl_map_get(kl_array_at(results, 0), KL_TEXT("status"))).data,
                        "failed");
    kl_value_release(out);
    snprintf(inputs, sizeof inputs, "{\"operation\":\"resume\",\"saga_id\":\"%s\"}", id);
    out = run_traced(&f, SAGA, "{}", inputs, NULL);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "failed");
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("compensation_results"))), 2);
    kl_value_release(out);
    traced("do a ID:a:action\ndo b ID:b:action\nfail c ID:c:action\ntry b ID:b:compensation\n"
           "try b ID:b:compensation\nundo a ID:a:compensation\n");
    free_fixture(&f);
}

KL_TEST(steps_done_here_and_elsewhere_mix)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64], inputs[256];
    begin_traced(&f);
    kl_value out = run_traced(&f, SAGA, "{}",
                              "{\"operation\":\"start\",\"steps\":[" STEP("a", "do")
                              ",{\"step_id\":\"b\"}," STEP("c", "do") "]}", NULL);
    text_of(id, out, "saga_id");
    kl_value_release(out);
    traced("do a ID:a:action\n");
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"step_complete\",\"saga_id\":\"%s\",\"step_id\":\"c\"}", id);
    char message[160];
    snprintf(message, sizeof message, "step 'c' of saga '%s' is done by the saga itself", id);
    traced_fails(&f, SAGA, "{}", inputs, message);
    snprintf(inputs, sizeof inputs, "{\"operation\":\"abort\",\"saga_id\":\"%s\"}", id);
    out = run_traced(&f, SAGA, "{}", inputs, NULL);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "aborted");
    kl_value_release(out);
    traced("undo a ID:a:compensation\n");
    free_fixture(&f);
}

/* ---- killed -------------------------------------------------------------------------------------- */

enum { STEPS = 6 };

/* Lines that repeat the one before them are tries of what was under way at a crash. */
static void assert_trace(const char *trace, void *expected)
{
    static char text[65536], shown[65536];
    FILE *file = fopen(trace, "r");
    char line[512], last[512] = "";
    shown[0] = '\0';
    while (file && fgets(line, sizeof line, file)) {
        if (strcmp(line, last) != 0) {
            char *key = strchr(strchr(line, ' ') + 1, ' ');
            snprintf(text, sizeof text, "%.*s%s", (int)(key - line), line, key + 37);
            strcat(shown, text);
        }
        strcpy(last, line);
    }
    if (file)
        fclose(file);
    if (*shown) /* killed before its first step: nothing was done */
        assert_string_equal(shown, expected);
}

KL_TEST(a_killed_saga_is_taken_up_where_it_was)
{
    KL_UNUSED_STATE;
    char inputs[2048], expected[1024], *at = inputs, *wanted = expected;
    at += sprintf(at, "{\"operation\":\"start\",\"steps\":[");
    for (int i = 0; i < STEPS; i++)
        at += sprintf(at, "{\"step_id\":\"s%d\",\"action\":\"%s\",\"compensation\":\"undo\"},", i,
                      i < STEPS - 1 ? "do" : "fail");
    sprintf(at - 1, "]}");
    for (int i = 0; i < STEPS; i++)
        wanted += sprintf(wanted, "%s s%d:s%d:action\n", i < STEPS - 1 ? "do" : "fail", i, i);
    for (int i = STEPS - 2; i >= 0; i--)
        wanted += sprintf(wanted, "undo s%d:s%d:compensation\n", i, i);
    int killed = crash_often(SAGA, inputs, assert_trace, expected);
    print_message("killed in %d of %d rounds\n", killed, CRASH_ROUNDS);
    assert_true(killed > CRASH_ROUNDS / 8);
}

KL_TEST(a_log_tells_what_is_left)
{
    KL_UNUSED_STATE;
    fixture f;
    char config[256], id[64], inputs[256], expected[256];
    begin_traced(&f);
    snprintf(config, sizeof config, "{\"database\":\"sqlite:%s/left.db\"}", test_folder);
    kl_value out = run_traced(&f, SAGA, config,
                              "{\"operation\":\"start\",\"steps\":[" STEP("a", "do")
                              ",{\"step_id\":\"b\"}]}", NULL);
    text_of(id, out, "saga_id");
    kl_value_release(out);
    snprintf(expected, sizeof expected,
             "{\"recovered\":[{\"saga_id\":\"%s\",\"status\":\"executing\"}]}", id);
    traced_gives(&f, SAGA, config, "{\"operation\":\"recover\"}", expected);
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"step_complete\",\"saga_id\":\"%s\",\"step_id\":\"b\"}", id);
    out = run_traced(&f, SAGA, config, inputs, NULL);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "completed");
    kl_value_release(out);
    traced_gives(&f, SAGA, config, "{\"operation\":\"recover\"}", "{\"recovered\":[]}");
    snprintf(expected, sizeof expected,
             "{\"sagas\":[{\"saga_id\":\"%s\",\"status\":\"completed\"}]}", id);
    traced_gives(&f, SAGA, config, "{\"operation\":\"list\"}", expected);
    traced("do a ID:a:action\n");
    free_fixture(&f);
}

/* ---- SagaStepNode -------------------------------------------------------------------------------- */

#define STEP_NODE "SagaStepNode"

/* With the time it took cut off. */
static void step_gives_in(fixture *f, const char *config, const char *inputs, const char *expected,
                          int line)
{
    kl_error error = KL_ERROR_INIT;
    kl_value out = run_traced(f, STEP_NODE, config, inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_true(kl_as_int(kl_map_get(out, KL_TEXT("execution_time_ms"))) >= 0);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("execution_time_ms"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define step_gives(f, config, inputs, expected) step_gives_in(f, config, inputs, expected, __LINE__)

KL_TEST(a_single_step_is_done_or_recorded)
{
    KL_UNUSED_STATE;
    fixture f;
    char config[256];
    begin_traced(&f);
    step_gives(&f, "{}",
               "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":{\"type\":\"t\",\"params\":{\"a\":1}}}",
               "{\"compensation_available\":true,\"step_result\":{\"action_type\":\"t\",\"params\":"
               "{\"a\":1},\"status\":\"ok\"},\"step_status\":\"completed\"}");
    step_gives(&f, "{}",
               "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":{\"type\":\"t\"},\"operation\":"
               "\"compensate\"}",
               "{\"compensation_available\":false,\"step_result\":{\"compensation_type\":\"custom\","
               "\"status\":\"compensated\"},\"step_status\":\"compensated\"}");
    step_gives(&f, "{}", "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":\"x\"}",
               "{\"compensation_available\":true,\"step_result\":{\"action_type\":\"custom\",\"params\":{},"
               "\"status\":\"ok\"},\"step_status\":\"completed\"}");
    step_gives(&f, "{}",
               "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":{\"type\":\"MathOperationsNode\","
               "\"params\":{\"operation\":\"add\",\"a\":1,\"b\":2}}}",
               "{\"compensation_available\":true,\"step_result\":{\"action_type\":\"MathOperationsNode\","
               "\"params\":{\"operation\":\"add\",\"a\":1,\"b\":2},\"status\":\"ok\",\"result\":"
               "{\"result\":3},\"attempts\":1},\"step_status\":\"completed\"}");
    snprintf(config, sizeof config, "{\"log\":\"%s/steps.db\",\"max_retries\":1,\"retry_delay_ms\":1}",
             test_folder);
    failures_left = 1;
    step_gives(&f, config, "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":\"flaky\"}",
               "{\"compensation_available\":true,\"step_result\":{\"action_type\":\"flaky\",\"params\":{},"
               "\"status\":\"ok\",\"result\":{\"done\":true},\"attempts\":2},\"step_status\":\"completed\"}");
    step_gives(&f, config, "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":\"flaky\"}",
               "{\"compensation_available\":true,\"step_result\":{\"action_type\":\"flaky\",\"params\":{},"
               "\"status\":\"ok\",\"result\":{\"done\":true},\"attempts\":2},\"step_status\":\"completed\","
               "\"replayed\":true}");
    traced("try s g:s:action\ntry s g:s:action\n");
    traced_fails(&f, STEP_NODE, "{}", "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":\"fail\"}",
                 "action of step 's' failed (attempts: 1): node 'fail' failed -> boom");
    traced("fail s g:s:action\n");
    fails(STEP_NODE, NULL, "{}", "missing required input: step_id");
    fails(STEP_NODE, NULL,
          "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":{},\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: execute, compensate, got \"zz\"");
    free_fixture(&f);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(SAGA, NULL,
                                "{\"operation\":\"start\",\"steps\":[{\"step_id\":\"a\"},{\"step_id\":"
                                "\"b\"}]}");
    survives_failed_allocations(STEP_NODE, NULL,
                                "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":{\"type\":\"t\"}}");
    /* with effects and a log */
    char config[256];
    snprintf(config, sizeof config, "{\"log\":\"%s/sweep.db\"}", test_folder);
    survives_failed_allocations(SAGA, config,
                                "{\"operation\":\"start\",\"inputs\":{\"v\":1},\"steps\":[{\"step_id\":"
                                "\"a\",\"action\":\"NoOpNode\",\"compensation\":\"NoOpNode\"},{\"step_id\":"
                                "\"b\",\"action\":\"NoOpNode\",\"inputs_from\":{\"x\":\"a.v\"}}]}");
    survives_failed_allocations(SAGA, config, "{\"operation\":\"recover\"}");
    survives_failed_allocations(SAGA, config, "{\"operation\":\"list\"}");
    survives_failed_allocations(STEP_NODE, NULL,
                                "{\"step_id\":\"s\",\"saga_id\":\"g\",\"action\":\"NoOpNode\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_saga_is_taken_up_where_it_was), /* forks before there are threads */
        cmocka_unit_test(steps_may_be_done_elsewhere),
        cmocka_unit_test(a_saga_ends_in_completion_or_abortion),
        cmocka_unit_test(what_is_wrong_is_refused_at_the_start),
        cmocka_unit_test(steps_are_done_and_undone_in_reverse),
        cmocka_unit_test(results_pass_to_later_steps),
        cmocka_unit_test(steps_are_tried_again),
        cmocka_unit_test(a_step_out_of_time_is_undone_too),
        cmocka_unit_test(a_failed_compensation_can_be_tried_again),
        cmocka_unit_test(steps_done_here_and_elsewhere_mix),
        cmocka_unit_test(a_log_tells_what_is_left),
        cmocka_unit_test(a_single_step_is_done_or_recorded),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_trace, remove_trace);
}
