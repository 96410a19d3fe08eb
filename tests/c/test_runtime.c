/* Runs: order, inputs, results, failing, limits, cancelling, parallel callbacks. */
#include "engine_test.h"

#include <pthread.h>
#include <unistd.h>

/* The results of a run as plain JSON. */
static void gives(fixture *f, const char *inputs, const char *expected)
{
    kl_value out = kl_null(), given = json(inputs);
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_runtime_execute(&out, f->runtime, f->workflow, given, NULL, &error);
    if (status != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("results"))), expected);
    kl_value_release(out);
    kl_value_release(given);
}

static void fails(fixture *f, const kl_run_options *options, kl_status code, const char *message)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_runtime_execute(&out, f->runtime, f->workflow, kl_null(), options, &error),
                     code);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

KL_TEST(a_chain_passes_values_on)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_node(&f, "NoOpNode", "a", "{\"k\":1}");
    add_node(&f, "NoOpNode", "b", "{}");
    connect_ports(&f, "a", "x", "b", "y");
    build(&f, "{}");
    gives(&f, "{\"x\":[1,2]}", "{\"a\":{\"k\":1,\"x\":[1,2]},\"b\":{\"y\":[1,2]}}");
    gives(&f, "{}", "{\"a\":{\"k\":1},\"b\":{}}");
    free_fixture(&f);
}

KL_TEST(inputs_reach_roots_only_and_edges_win)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_node(&f, "NoOpNode", "a", "{\"v\":1}");
    add_node(&f, "NoOpNode", "b", "{\"v\":2,\"w\":3}");
    connect_ports(&f, "a", "v", "b", "v");
    connect_ports(&f, "a", "nothing", "b", "w");
    build(&f, "{}");
    gives(&f, "{\"v\":7,\"z\":0}", "{\"a\":{\"v\":7,\"z\":0},\"b\":{\"v\":7,\"w\":3}}");
    free_fixture(&f);
}

KL_TEST(the_first_edge_that_carries_a_value_wins)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_node(&f, "NoOpNode", "a", "{\"v\":1}");
    add_node(&f, "NoOpNode", "b", "{\"v\":2}");
    add_node(&f, "NoOpNode", "c", "{}");
    connect_ports(&f, "a", "absent", "c", "in");
    connect_ports(&f, "b", "v", "c", "in");
    connect_ports(&f, "a", "v", "c", "in");
    build(&f, "{}");
    gives(&f, "{}", "{\"a\":{\"v\":1},\"b\":{\"v\":2},\"c\":{\"in\":2}}");
    free_fixture(&f);
}

static kl_status refuse(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                        kl_error *error)
{
    (void)out, (void)self, (void)args, (void)count;
    return kl_error_set(error, KL_FAILED, "no luck");
}

static kl_status give_text(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                           kl_error *error)
{
    (void)self, (void)args, (void)count;
    return kl_string_new(out, KL_TEXT("text"), error);
}

KL_TEST(a_failure_names_the_node_and_carries_what_was_done)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_callback(&f, "Refuse", refuse);
    add_node(&f, "NoOpNode", "a", "{\"v\":1}");
    add_node(&f, "Refuse", "b", "{}");
    connect_ports(&f, "a", "v", "b", "v");
    build(&f, "{}");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, kl_null(), NULL, &error),
                     KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: node 'b' failed -> no luck");
    kl_value details = *(kl_value *)error.details;
    assert_json(kl_value_retain(kl_map_get(details, KL_TEXT("node_id"))), "\"b\"");
    assert_json(kl_value_retain(kl_map_get(details, KL_TEXT("partial_results"))),
                "{\"a\":{\"v\":1}}");
    assert_int_equal(kl_value_len(kl_map_get(details, KL_TEXT("run_id"))), 36);
    kl_error_clear(&error);
    free_fixture(&f);
}

KL_TEST(outputs_must_be_a_map)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_callback(&f, "Text", give_text);
    add_node(&f, "Text", "a", "{}");
    build(&f, "{}");
    fails(&f, NULL, KL_FAILED,
          "workflow execution failed: node 'a' failed -> node execution failed: "
          "the node returned string instead of a dict of outputs");
    free_fixture(&f);
}

static int at_once, most_at_once, wanted_at_once;

static kl_status sleep_a_little(kl_value *out, kl_callable *self, const kl_value *args,
                                size_t count, kl_error *error)
{
    (void)self, (void)args, (void)count;
    int now = __atomic_add_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
    int most = __atomic_load_n(&most_at_once, __ATOMIC_SEQ_CST);
    while (now > most && !__atomic_compare_exchange_n(&most_at_once, &most, now, false,
                                                      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    usleep(20000); /* however slowly threads come on a busy machine, so many do come at last */
    for (int i = 0; i < 1000 && __atomic_load_n(&most_at_once, __ATOMIC_SEQ_CST) < wanted_at_once; i++)
        usleep(5000);
    __atomic_sub_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
    return kl_map_new(out, 0, error);
}

static void run_sleepers(const char *config, int expected)
{
    fixture f;
    begin(&f);
    add_callback(&f, "Sleep", sleep_a_little);
    for (char id[2] = "a"; id[0] < 'i'; id[0]++)
        add_node(&f, "Sleep", id, "{}");
    build(&f, config);
    at_once = most_at_once = 0;
    wanted_at_once = expected;
    gives(&f, "{}", "{\"a\":{},\"b\":{},\"c\":{},\"d\":{},\"e\":{},\"f\":{},\"g\":{},\"h\":{}}");
    wanted_at_once = 0;
    assert_int_equal(most_at_once, expected);
    free_fixture(&f);
}

KL_TEST(callbacks_overlap_up_to_the_bound)
{
    KL_UNUSED_STATE;
    run_sleepers("{\"max_concurrent_nodes\":1}", 1);
    run_sleepers("{\"max_concurrent_nodes\":4}", 4);
    run_sleepers("{\"max_concurrent_nodes\":4,\"workflow_timeout\":60}", 4);
}

static kl_status sleep_long(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_error *error)
{
    (void)self, (void)args, (void)count;
    usleep(300000);
    return kl_map_new(out, 0, error);
}

KL_TEST(a_node_that_takes_too_long_is_left_behind)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_callback(&f, "Long", sleep_long);
    add_node(&f, "Long", "a", "{}");
    build(&f, "{\"node_timeout\":0.05}");
    fails(&f, NULL, KL_TIMEOUT,
          "workflow execution failed: node 'a' failed -> node execution timed out after 50ms");
    free_fixture(&f);
}

KL_TEST(a_time_limit_holds_for_the_whole_run)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_callback(&f, "Long", sleep_long);
    add_node(&f, "Long", "a", "{}");
    build(&f, "{}");
    kl_run_options options = {.time_limit = 0.03, .has_hard = true};
    fails(&f, &options, KL_TIMEOUT,
          "workflow execution failed: workflow execution timed out after 30ms");
    options.time_limit = 0;
    fails(&f, &options, KL_TIMEOUT,
          "workflow execution failed: workflow execution timed out after 0ms");
    free_fixture(&f);
}

KL_TEST(a_run_in_the_background_can_be_awaited_and_cancelled)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    begin(&f);
    add_callback(&f, "Long", sleep_long);
    add_node(&f, "Long", "a", "{}");
    add_node(&f, "NoOpNode", "b", "{}");
    connect_ports(&f, "a", "x", "b", "x");
    build(&f, "{}");
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    assert_int_equal(kl_run_handle_result(&out, handle, 0.01, &error), KL_TIMEOUT);
    kl_error_clear(&error);
    assert_int_equal(kl_run_handle_result(&out, handle, -1, NULL), KL_OK);
    kl_value_release(out);
    kl_object_release((kl_object *)handle);

    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    kl_run_handle_cancel(handle);
    assert_int_equal(kl_run_handle_result(&out, handle, -1, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: workflow execution was cancelled");
    kl_error_clear(&error);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
}

KL_TEST(a_paused_run_waits)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    begin(&f);
    add_callback(&f, "Short", sleep_a_little);
    add_node(&f, "Short", "a", "{}");
    add_node(&f, "Short", "b", "{}");
    connect_ports(&f, "a", "x", "b", "x");
    build(&f, "{}");
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    kl_run_handle_pause(handle, true);
    assert_int_equal(kl_run_handle_result(&out, handle, 0.1, &error), KL_TIMEOUT);
    kl_error_clear(&error);
    kl_run_handle_pause(handle, false);
    assert_int_equal(kl_run_handle_result(&out, handle, 10, NULL), KL_OK);
    kl_value_release(out);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
}

KL_TEST(a_drained_runtime_takes_no_further_runs)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    uint32_t drained, cancelled;
    begin(&f);
    add_callback(&f, "Short", sleep_a_little);
    add_node(&f, "Short", "a", "{}");
    build(&f, "{}");
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    assert_int_equal(kl_runtime_drain(&drained, &cancelled, f.runtime, 10, NULL), KL_OK);
    assert_int_equal(drained, 1);
    assert_int_equal(cancelled, 0);
    assert_int_equal(kl_run_handle_result(&out, handle, 0, NULL), KL_OK);
    kl_value_release(out);
    kl_object_release((kl_object *)handle);
    fails(&f, NULL, KL_STATE, "the runtime was shut down and takes no further runs");
    free_fixture(&f);
}

KL_TEST(cycles_iterate_until_their_bound)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_node(&f, "NoOpNode", "a", "{}");
    add_node(&f, "NoOpNode", "b", "{}");
    connect_ports(&f, "a", "x", "b", "x");
    connect_ports(&f, "b", "x", "a", "back");
    assert_int_equal(kl_builder_enable_cycles(f.builder, true, NULL), KL_OK);
    build(&f, "{}");
    fails(&f, NULL, KL_FAILED,
          "workflow execution failed: the workflow has cycles; allow them with "
          "RuntimeConfig(enable_cycles=True)");
    free_fixture(&f);
}

KL_TEST(limits_of_the_config_are_kept)
{
    KL_UNUSED_STATE;
    fixture f;
    begin(&f);
    add_node(&f, "NoOpNode", "a", "{}");
    add_node(&f, "NoOpNode", "b", "{}");
    build(&f, "{\"max_nodes_per_workflow\":1}");
    fails(&f, NULL, KL_LIMIT,
          "workflow execution failed: the workflow has 2 nodes, max_nodes_per_workflow allows 1");
    free_fixture(&f);
}

/* From nothing to a result, each allocation failing in its turn: an error each time, no leak. */
KL_TEST(a_workflow_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value inputs = json("{\"x\":1}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        fixture f = {0};
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status;
        kl_test_fail_allocation(n);
        KL_TRY_OUT(kl_registry_new(&f.registry, &error));
        KL_TRY_OUT(kl_builder_new(&f.builder, &error));
        KL_TRY_OUT(kl_builder_add_node(f.builder, KL_TEXT("NoOpNode"), KL_TEXT("a"), kl_null(), &error));
        KL_TRY_OUT(kl_builder_add_node(f.builder, KL_TEXT("NoOpNode"), KL_TEXT("b"), kl_null(), &error));
        KL_TRY_OUT(kl_builder_connect(f.builder, KL_TEXT("a"), KL_TEXT("x"), KL_TEXT("b"),
                                      KL_TEXT("y"), &error));
        KL_TRY_OUT(kl_builder_build(&f.workflow, f.builder, f.registry, &error));
        KL_TRY_OUT(kl_runtime_new(&f.runtime, f.registry, kl_null(), &error));
        KL_TRY_OUT(kl_runtime_execute(&out, f.runtime, f.workflow, inputs, NULL, &error));
    out:
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != (failed ? KL_NO_MEMORY : KL_OK))
            fail_msg("allocation %zu: %s: %s", n, kl_status_name(status), kl_error_message(&error));
        kl_value_release(out);
        kl_error_clear(&error);
        free_fixture(&f);
    }
    kl_value_release(inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_passes_values_on),
        cmocka_unit_test(inputs_reach_roots_only_and_edges_win),
        cmocka_unit_test(the_first_edge_that_carries_a_value_wins),
        cmocka_unit_test(a_failure_names_the_node_and_carries_what_was_done),
        cmocka_unit_test(outputs_must_be_a_map),
        cmocka_unit_test(callbacks_overlap_up_to_the_bound),
        cmocka_unit_test(a_node_that_takes_too_long_is_left_behind),
        cmocka_unit_test(a_time_limit_holds_for_the_whole_run),
        cmocka_unit_test(a_run_in_the_background_can_be_awaited_and_cancelled),
        cmocka_unit_test(a_paused_run_waits),
        cmocka_unit_test(a_drained_runtime_takes_no_further_runs),
        cmocka_unit_test(cycles_iterate_until_their_bound),
        cmocka_unit_test(limits_of_the_config_are_kept),
        cmocka_unit_test(a_workflow_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
