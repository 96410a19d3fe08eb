/* BatchProcessorNode and PerformanceBenchmarkNode: items done by nodes, callbacks and expressions. */
#include "node_sweep.h"

#include "transaction_test.h"

#define BATCH "BatchProcessorNode"
#define BENCH "PerformanceBenchmarkNode"

/* Outputs without times. */
static void batch_gives_in(fixture *f, const char *config, const char *inputs, const char *expected,
                           int line)
{
    kl_error error = KL_ERROR_INIT;
    kl_value out = run_traced(f, BATCH, config, inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_true(kl_as_int(kl_map_get(out, KL_TEXT("duration_ms"))) >= 0);
    assert_true(kl_is(kl_map_get(out, KL_TEXT("throughput_ops_per_sec")), KL_KIND_DOUBLE));
    assert_int_equal(kl_map_remove(&out, KL_TEXT("duration_ms"), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("throughput_ops_per_sec"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define batch_gives(f, config, inputs, expected) batch_gives_in(f, config, inputs, expected, __LINE__)

KL_TEST(items_are_processed)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    batch_gives(&f, "{}", "{\"items\":[1,null,\"a\"]}",
                "{\"errors\":[{\"error\":\"cannot process null item\"}],\"failed\":1,\"processed\":2,"
                "\"results\":[{\"item\":1,\"status\":\"processed\"},{\"item\":\"a\",\"status\":"
                "\"processed\"}]}");
    batch_gives(&f, "{}", "{\"items\":[]}",
                "{\"errors\":[],\"failed\":0,\"processed\":0,\"results\":[]}");
    batch_gives(&f, "{\"expression\":\"a.b\"}", "{\"items\":[{\"a\":{\"b\":1}},5,null]}",
                "{\"errors\":[],\"failed\":0,\"processed\":3,\"results\":[{\"item\":{\"a\":{\"b\":1}},"
                "\"status\":\"processed\",\"result\":1},{\"item\":5,\"status\":\"processed\",\"result\":null},"
                "{\"item\":null,\"status\":\"processed\",\"result\":null}]}");
    batch_gives(&f,
                "{\"node\":{\"type\":\"MathOperationsNode\",\"config\":{\"operation\":\"divide\",\"a\":6}},"
                "\"batch_size\":2,\"concurrency\":3}",
                "{\"items\":[{\"b\":2},{\"b\":0},{\"b\":3}]}",
                "{\"errors\":[{\"error\":\"node 'MathOperationsNode' failed -> node execution failed: "
                "division by zero\",\"index\":1,\"item\":{\"b\":0}}],\"failed\":1,\"processed\":2,"
                "\"results\":[{\"item\":{\"b\":2},\"status\":\"processed\",\"result\":{\"result\":3}},"
                "{\"item\":{\"b\":3},\"status\":\"processed\",\"result\":{\"result\":2}}]}");
    batch_gives(&f, "{\"node\":\"NoOpNode\"}", "{\"items\":[7]}",
                "{\"errors\":[],\"failed\":0,\"processed\":1,\"results\":[{\"item\":7,\"status\":"
                "\"processed\",\"result\":{\"item\":7}}]}");
    free_fixture(&f);
}

KL_TEST(failures_are_tried_again_or_end_all)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    failures_left = 2;
    batch_gives(&f, "{\"node\":\"flaky\",\"max_retries\":2,\"retry_delay_ms\":1,\"concurrency\":1}",
                "{\"items\":[1]}",
                "{\"errors\":[],\"failed\":0,\"processed\":1,\"results\":[{\"item\":1,\"status\":"
                "\"processed\",\"result\":{\"done\":true}}]}");
    traced_fails(&f, BATCH, "{\"node\":\"fail\",\"fail_fast\":true,\"concurrency\":1}",
                 "{\"items\":[1,2,3]}",
                 "node execution failed: item 0: node 'fail' failed -> boom");
    traced("try  \ntry  \ntry  \nfail  \n");
    failures_left = 0;
    traced_fails(&f, BATCH, "{\"node\":\"slow\",\"timeout_ms\":20,\"fail_fast\":true}", "{\"items\":[1]}",
                 "s");
    usleep(350000);
    traced("slow  \n");
    free_fixture(&f);
}

static int at_once, most_at_once;

static kl_status call_count(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_error *error)
{
    (void)self, (void)args, (void)count;
    int now = __atomic_add_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
    for (int most = __atomic_load_n(&most_at_once, __ATOMIC_SEQ_CST);
         now > most && !__atomic_compare_exchange_n(&most_at_once, &most, now, false,
                                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);)
        continue;
    usleep(20000);
    __atomic_sub_fetch(&at_once, 1, __ATOMIC_SEQ_CST);
    return kl_map_new(out, 0, error);
}

KL_TEST(so_many_are_done_at_once)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    add_callback(&f, "count", call_count);
    kl_value out = run_traced(&f, BATCH, "{\"node\":\"count\",\"concurrency\":4}",
                              "{\"items\":[1,2,3,4,5,6,7,8,9,10,11,12]}", NULL);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("processed"))), 12);
    kl_value_release(out);
    assert_true(most_at_once > 1 && most_at_once <= 4);
    free_fixture(&f);
}

KL_TEST(what_is_wrong_is_refused)
{
    KL_UNUSED_STATE;
    fails(BATCH, NULL, "{}", "missing required input: items");
    fails(BATCH, "{\"batch_size\":0}", "{\"items\":[]}",
          "batch_size: expected non-negative integer from 1 to 10000000, got 0");
    fails(BATCH, "{\"concurrency\":0}", "{\"items\":[]}",
          "concurrency: expected non-negative integer from 1 to 256, got 0");
    fails(BATCH, "{\"node\":\"NoOpNode\",\"expression\":\"a\"}", "{\"items\":[]}",
          "invalid input 'expression': expected node or expression, got both");
    fails(BATCH, NULL, "{\"items\":[],\"node\":5}",
          "node execution failed: node: expected name of a node type or of a registered callback, or a "
          "dict {type, config} of one, got integer");
}

KL_TEST(a_node_is_timed)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, BENCH, NULL, "{\"iterations\":50}", NULL), KL_OK);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("sample_count"))), 50);
    double empty = kl_as_double(kl_map_get(out, KL_TEXT("p50_ns")));
    assert_true(kl_as_double(kl_map_get(out, KL_TEXT("min_ns"))) <= empty);
    assert_true(kl_as_double(kl_map_get(out, KL_TEXT("max_ns"))) >= empty);
    kl_value_release(out);
    assert_int_equal(run_node(&out, BENCH, "{\"warmup\":2}",
                              "{\"iterations\":20,\"node\":\"MathOperationsNode\",\"inputs\":{\"operation\":"
                              "\"add\",\"a\":1,\"b\":2}}", NULL), KL_OK);
    assert_true(kl_as_double(kl_map_get(out, KL_TEXT("min_ns"))) > empty);
    assert_true(kl_as_double(kl_map_get(out, KL_TEXT("throughput_ops_per_sec"))) > 0);
    kl_value_release(out);
    gives(BENCH, NULL, "{\"iterations\":0}",
          "{\"max_ns\":0.0,\"mean_ns\":0.0,\"min_ns\":0.0,\"p50_ns\":0.0,\"p95_ns\":0.0,\"p99_ns\":0.0,"
          "\"sample_count\":0,\"std_dev_ns\":0.0,\"throughput_ops_per_sec\":0.0}");
    fails(BENCH, NULL, "{\"iterations\":-1}",
          "invalid input 'iterations': expected non-negative integer from 0 to 10000000, got -1");
    fails(BENCH, NULL, "{\"node\":\"MathOperationsNode\"}",
          "node execution failed: workflow execution failed: node 'MathOperationsNode' failed -> missing "
          "required input: operation");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(BATCH, "{\"concurrency\":1}", "{\"items\":[1,2]}");
    survives_failed_allocations(BATCH, "{\"concurrency\":1,\"expression\":\"a\"}",
                                "{\"items\":[{\"a\":1},2]}");
    survives_failed_allocations(BENCH, NULL, "{\"iterations\":3}");
}

static int set_up(void **state)
{
    char path[128];
    if (make_test_folder(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/trace", test_folder);
    open_trace(path);
    return 0;
}

static int tear_down(void **state)
{
    close(trace_file);
    return remove_test_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_processed),
        cmocka_unit_test(failures_are_tried_again_or_end_all),
        cmocka_unit_test(so_many_are_done_at_once),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(a_node_is_timed),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
