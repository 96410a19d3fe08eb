/* SubworkflowNode, alone and as a part of a run; gates and waits as the engine sees them. */
#include "node_test.h"
#include "kailash/time.h"
#include "kailash/workflow.h"

#include <math.h>

#define NODE(type, id, config)                                                                     \
    "{\"type_name\":\"" type "\",\"node_id\":\"" id "\",\"config\":" config "}"
#define EDGE(source, output, target, input)                                                        \
    "{\"source_node\":\"" source "\",\"source_output\":\"" output "\",\"target_node\":\"" target     \
    "\",\"target_input\":\"" input "\"}"
#define WORKFLOW(nodes, edges)                                                                     \
    "{\"version\":\"1.0\",\"nodes\":[" nodes "],\"connections\":[" edges "],"                        \
    "\"enable_cycles\":false}"

/* a(x) -> b */
#define CHAIN                                                                                      \
    WORKFLOW(NODE("NoOpNode", "a", "{}") "," NODE("NoOpNode", "b", "{}"), EDGE("a", "x", "b", "y"))

/* ---- whole runs ---------------------------------------------------------------------------------- */

/* Run a definition; `*result` is the whole result map. */
static kl_status run_text(kl_value *result, const char *definition, const char *inputs,
                          const kl_run_options *options, kl_error *error)
{
    kl_registry *registry = NULL;
    kl_builder *builder = NULL;
    kl_workflow *workflow = NULL;
    kl_runtime *runtime = NULL;
    kl_value given = inputs ? json(inputs) : kl_null();
    kl_status status;
    KL_TRY_OUT(kl_registry_new(&registry, error));
    KL_TRY_OUT(kl_builder_from_json(&builder, kl_text_from(definition), error));
    KL_TRY_OUT(kl_builder_build(&workflow, builder, registry, error));
    KL_TRY_OUT(kl_runtime_new(&runtime, registry, kl_null(), error));
    status = kl_runtime_execute(result, runtime, workflow, given, options, error);
out:
    kl_value_release(given);
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)builder);
    kl_object_release((kl_object *)registry);
    return status;
}

/* One member of the result map; "" = nothing there. */
static void run_gives(const char *definition, const char *inputs, const char *key,
                      const char *expected)
{
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_text(&result, definition, inputs, NULL, &error);
    if (status != KL_OK)
        print_error("%s\n", kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value member = kl_value_retain(kl_map_get(result, kl_text_from(key)));
    kl_value_release(result);
    assert_json(member, expected);
}

static void run_fails(const char *definition, const char *inputs, const char *message)
{
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_text(&result, definition, inputs, NULL, &error);
    if (status == KL_OK || strcmp(kl_error_message(&error), message) != 0)
        print_error("got \"%s\"\n", kl_error_message(&error));
    assert_int_not_equal(status, KL_OK);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

/* ---- subworkflows -------------------------------------------------------------------------------- */

KL_TEST(a_definition_runs_as_one_node)
{
    KL_UNUSED_STATE;
    gives("SubworkflowNode", "{\"workflow\":" CHAIN "}", "{\"x\":5}",
          "{\"results\":{\"a\":{\"x\":5},\"b\":{\"y\":5}}}");
}

KL_TEST(a_definition_may_be_json_text)
{
    KL_UNUSED_STATE;
    kl_value config = kl_null(), text, out = kl_null(), inputs = json("{\"x\":1}");
    assert_int_equal(kl_string_new(&text, KL_TEXT(CHAIN), NULL), KL_OK);
    assert_int_equal(kl_map_new(&config, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&config, KL_TEXT("workflow"), text, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("SubworkflowNode")), config,
                                       inputs, NULL),
                     KL_OK);
    assert_json(out, "{\"results\":{\"a\":{\"x\":1},\"b\":{\"y\":1}}}");
    kl_value_release(config);
    kl_value_release(inputs);
}

KL_TEST(inputs_and_outputs_can_be_mapped)
{
    KL_UNUSED_STATE;
    gives("SubworkflowNode",
          "{\"workflow\":" CHAIN ",\"inputs\":{\"p\":\"x\",\"q\":\"b.z\",\"none\":\"a.n\"},"
          "\"outputs\":{\"last\":\"b.y\",\"all\":\"a\",\"absent\":\"a.q\"}}",
          "{\"p\":1,\"q\":2,\"r\":3}",
          "{\"last\":1,\"all\":{\"x\":1},"
          "\"results\":{\"a\":{\"x\":1},\"b\":{\"y\":1,\"z\":2}}}");
}

KL_TEST(bad_definitions_fail_the_build)
{
    KL_UNUSED_STATE;
    fails("SubworkflowNode", NULL, NULL, "workflow: a definition is required");
    fails("SubworkflowNode", "{\"workflow\":5}", NULL,
          "workflow: expected definition as object or JSON text, got integer");
    fails("SubworkflowNode", "{\"workflow\":" WORKFLOW("", "") "}", NULL,
          "workflow build failed: workflow has no nodes");
    fails("SubworkflowNode", "{\"workflow\":" CHAIN ",\"outputs\":{\"o\":\"c.x\"}}", NULL,
          "outputs.o: 'c.x' names no node of the inner workflow; give NODE.PORT");
    fails("SubworkflowNode", "{\"workflow\":" CHAIN ",\"inputs\":{\"i\":\"c.x\"}}", NULL,
          "inputs.i: 'c.x' names no node of the inner workflow; give NODE.PORT");
    fails("SubworkflowNode", "{\"workflow\":" CHAIN ",\"inputs\":{\"i\":5}}", NULL,
          "inputs: expected object of string, got object");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_not_equal(
        run_node(&out, "SubworkflowNode", "{\"workflow\":{\"nodes\":[]}}", NULL, &error), KL_OK);
    assert_memory_equal(kl_error_message(&error), "workflow: ", 10);
    assert_non_null(strstr(kl_error_message(&error), "version"));
    kl_error_clear(&error);
}

#define INNER(nodes, edges)                                                                        \
    WORKFLOW(NODE("SubworkflowNode", "sub", "{\"workflow\":" WORKFLOW(nodes, edges) "}"), "")

KL_TEST(a_subworkflow_is_part_of_a_run)
{
    KL_UNUSED_STATE;
    run_gives(INNER(NODE("NoOpNode", "a", "{\"k\":1}"), ""), "{\"x\":2}", "results",
              "{\"sub\":{\"results\":{\"a\":{\"k\":1,\"x\":2}}}}");
}

KL_TEST(an_inner_failure_names_the_way_to_it)
{
    KL_UNUSED_STATE;
    const char *definition = INNER(NODE("ConditionalNode", "c", "{}"), "");
    run_fails(definition, NULL, "workflow execution failed: node 'sub' failed -> node 'c' failed -> "
                                "missing required input: condition");
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_text(&result, definition, NULL, NULL, &error), KL_FAILED);
    kl_value details = *(kl_value *)error.details;
    assert_string_equal(kl_as_text(kl_map_get(details, KL_TEXT("node_id"))).data, "sub");
    assert_int_equal(kl_value_len(kl_map_get(details, KL_TEXT("run_id"))), 36);
    assert_true(kl_is(kl_map_get(details, KL_TEXT("partial_results")), KL_KIND_MAP));
    kl_error_clear(&error);
}

KL_TEST(an_inner_build_failure_is_one_of_the_outer)
{
    KL_UNUSED_STATE;
    run_fails(INNER(NODE("NoSuchNode", "n", "{}"), ""), NULL,
              "workflow build failed: failed to create node 'sub' (type: SubworkflowNode): workflow "
              "build failed: unknown node type: NoSuchNode (node 'n'); "
              "NodeRegistry().list_types() shows what there is");
}

/* `levels` subworkflows around a NoOpNode; to be freed. */
static char *nested(int levels)
{
    static const char head[] = "{\"workflow\":" "{\"version\":\"1.0\",\"nodes\":[{\"type_name\":"
                               "\"SubworkflowNode\",\"node_id\":\"s\",\"config\":",
                      tail[] = "}],\"connections\":[],\"enable_cycles\":false}}",
                      leaf[] = "{\"workflow\":" CHAIN "}";
    char *text = calloc(1, (size_t)(levels + 1) * (sizeof head + sizeof tail) + sizeof leaf);
    for (int i = 1; i < levels; i++)
        strcat(text, head);
    strcat(text, leaf);
    for (int i = 1; i < levels; i++)
        strcat(text, tail);
    return text;
}

KL_TEST(subworkflows_nest_16_levels_and_no_more)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    char *text = nested(16);
    assert_int_equal(run_node(&out, "SubworkflowNode", text, "{\"x\":1}", &error), KL_OK);
    kl_value_release(out);
    free(text);
    text = nested(17);
    assert_int_not_equal(run_node(&out, "SubworkflowNode", text, "{\"x\":1}", &error), KL_OK);
    assert_non_null(
        strstr(kl_error_message(&error), "subworkflows nest deeper than 16 levels"));
    kl_error_clear(&error);
    free(text);
}

KL_TEST(a_limit_reaches_into_a_subworkflow)
{
    KL_UNUSED_STATE;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_run_options options = {.has_hard = true, .time_limit = 0.05};
    kl_time start = kl_clock_now();
    assert_int_equal(run_text(&result, INNER(NODE("WaitNode", "w", "{\"duration_ms\":20000}"), ""),
                              NULL, &options, &error),
                     KL_TIMEOUT);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: workflow execution timed out after 50ms");
    assert_true(kl_clock_now() - start < 5 * KL_SECOND);
    kl_error_clear(&error);
}

KL_TEST(a_subworkflow_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    const kl_node_type *type = kl_node_type_find(KL_TEXT("SubworkflowNode"));
    kl_value config = json("{\"workflow\":" CHAIN ",\"inputs\":{\"p\":\"x\",\"q\":\"b.z\"},"
                           "\"outputs\":{\"last\":\"b.y\"}}");
    kl_value inputs = json("{\"p\":1,\"q\":2}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, type, config, inputs, NULL);
        failed = kl_test_failed_allocations();
        assert_true(status == KL_OK || failed);
        if (status == KL_OK)
            kl_value_release(out);
    }
    kl_test_fail_allocation(0);
    kl_value_release(config);
    kl_value_release(inputs);
}

/* ---- gates, waits and merges in a run ------------------------------------------------------------ */

#define GATED(when)                                                                                \
    WORKFLOW(NODE("NoOpNode", "a", "{}") "," NODE("GateNode", "g", "{\"when\":" when "}") ","        \
                 NODE("NoOpNode", "b", "{}") "," NODE("NoOpNode", "c", "{}"),                      \
             EDGE("a", "x", "g", "x") "," EDGE("g", "x", "b", "x") "," EDGE("b", "x", "c", "x"))

KL_TEST(a_closed_gate_skips_what_hangs_on_it)
{
    KL_UNUSED_STATE;
    const char *definition = GATED("{\"input\":\"x\",\"truthy\":true}");
    run_gives(definition, "{\"x\":0}", "skipped",
              "{\"g\":{\"reason\":\"gate_closed\"},"
              "\"b\":{\"reason\":\"transitively_gated\",\"via\":\"g\"},"
              "\"c\":{\"reason\":\"transitively_gated\",\"via\":\"b\"}}");
    run_gives(definition, "{\"x\":0}", "results", "{\"a\":{\"x\":0}}");
    run_gives(definition, "{\"x\":1}", "skipped", "null");
    run_gives(definition, "{\"x\":1}", "results",
              "{\"a\":{\"x\":1},\"g\":{\"when\":{\"input\":\"x\",\"truthy\":true},\"x\":1},"
              "\"b\":{\"x\":1},\"c\":{\"x\":1}}");
}

KL_TEST(an_inert_gate_is_reported)
{
    KL_UNUSED_STATE;
    run_gives(WORKFLOW(NODE("GateNode", "g", "{}"), ""), "{\"x\":1}", "inert_gates",
              "{\"state\":\"complete\",\"known\":[\"g\"]}");
}

KL_TEST(an_undetermined_gate_fails_the_run)
{
    KL_UNUSED_STATE;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_text(&result, GATED("{\"input\":\"zz\",\"truthy\":true}"), "{\"x\":1}",
                              NULL, &error),
                     KL_FAILED);
    assert_string_equal(error.type, "GateUndetermined");
    kl_value key = kl_map_get(*(kl_value *)error.details, KL_TEXT("input_key"));
    assert_string_equal(kl_as_text(key).data, "zz");
    kl_error_clear(&error);
}

KL_TEST(a_bad_predicate_fails_the_build)
{
    KL_UNUSED_STATE;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_text(&result, GATED("{\"all\":[]}"), NULL, NULL, &error), KL_STATE);
    assert_memory_equal(kl_error_message(&error),
                        "workflow build failed: failed to create node 'g' (type: GateNode): when: ",
                        73);
    kl_error_clear(&error);
}

KL_TEST(merge_gathers_all_edges_of_a_port)
{
    KL_UNUSED_STATE;
    run_gives(WORKFLOW(NODE("NoOpNode", "a", "{\"v\":1}") "," NODE("NoOpNode", "b", "{\"v\":2}") ","
                           NODE("MergeNode", "m", "{\"strategy\":\"gather\"}"),
                       EDGE("b", "v", "m", "inputs") "," EDGE("a", "v", "m", "inputs") ","
                           EDGE("a", "none", "m", "inputs")),
              NULL, "results",
              "{\"a\":{\"v\":1},\"b\":{\"v\":2},\"m\":{\"merged\":{\"inputs\":[2,1]}}}");
}

KL_TEST(a_time_limit_ends_a_wait)
{
    KL_UNUSED_STATE;
    kl_value result = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_run_options options = {.has_hard = true, .time_limit = 0.05};
    kl_time start = kl_clock_now();
    assert_int_equal(run_text(&result,
                              WORKFLOW(NODE("WaitNode", "w", "{\"duration_ms\":20000}"), ""), NULL,
                              &options, &error),
                     KL_TIMEOUT);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: workflow execution timed out after 50ms");
    assert_true(kl_clock_now() - start < 5 * KL_SECOND);
    kl_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_runs_as_one_node),
        cmocka_unit_test(a_definition_may_be_json_text),
        cmocka_unit_test(inputs_and_outputs_can_be_mapped),
        cmocka_unit_test(bad_definitions_fail_the_build),
        cmocka_unit_test(a_subworkflow_is_part_of_a_run),
        cmocka_unit_test(an_inner_failure_names_the_way_to_it),
        cmocka_unit_test(an_inner_build_failure_is_one_of_the_outer),
        cmocka_unit_test(subworkflows_nest_16_levels_and_no_more),
        cmocka_unit_test(a_limit_reaches_into_a_subworkflow),
        cmocka_unit_test(a_subworkflow_survives_every_failed_allocation),
        cmocka_unit_test(a_closed_gate_skips_what_hangs_on_it),
        cmocka_unit_test(an_inert_gate_is_reported),
        cmocka_unit_test(an_undetermined_gate_fails_the_run),
        cmocka_unit_test(a_bad_predicate_fails_the_build),
        cmocka_unit_test(merge_gathers_all_edges_of_a_port),
        cmocka_unit_test(a_time_limit_ends_a_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
