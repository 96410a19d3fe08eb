/* Drawings of workflows, and the list of all faults of a definition. The command's tests look at
 * the pictures; here memory ends at every step, and C callers are served. */
#include "kailash/workflow.h"
#include "sweep.h"

static const char diamond[] =
    "{\"version\":\"1.0\",\"nodes\":["
    "{\"type_name\":\"NoOpNode\",\"node_id\":\"a\",\"config\":{\"x\":1}},"
    "{\"type_name\":\"NoOpNode\",\"node_id\":\"b\",\"config\":{}},"
    "{\"type_name\":\"NoOpNode\",\"node_id\":\"c\",\"config\":{}},"
    "{\"type_name\":\"NoOpNode\",\"node_id\":\"d\",\"config\":{}}],"
    "\"connections\":["
    "{\"source_node\":\"a\",\"source_output\":\"x\",\"target_node\":\"b\",\"target_input\":\"i\"},"
    "{\"source_node\":\"a\",\"source_output\":\"y\",\"target_node\":\"c\",\"target_input\":\"i\"},"
    "{\"source_node\":\"b\",\"source_output\":\"o\",\"target_node\":\"d\",\"target_input\":\"l\"},"
    "{\"source_node\":\"a\",\"source_output\":\"x\",\"target_node\":\"d\",\"target_input\":\"r\"},"
    "{\"source_node\":\"d\",\"source_output\":\"o\",\"target_node\":\"a\",\"target_input\":\"z\"}],"
    "\"enable_cycles\":true}";

static const char faulty[] =
    "{\"version\":1,\"nodes\":["
    "{\"type_name\":\"Nothing\",\"node_id\":\"a\",\"config\":{}},"
    "{\"type_name\":\"NoOpNode\",\"node_id\":\"a\",\"config\":[]},7],"
    "\"connections\":[{\"source_node\":\"q\",\"source_output\":\"x\",\"target_node\":\"a\","
    "\"target_input\":\"i\"}],\"enable_cycles\":false}";

static kl_registry *registry_new(void)
{
    kl_registry *registry;
    assert_int_equal(kl_registry_new(&registry, NULL), KL_OK);
    return registry;
}

static kl_workflow *build(const char *text)
{
    kl_registry *registry = registry_new();
    kl_builder *builder;
    kl_workflow *workflow;
    assert_int_equal(kl_builder_from_json(&builder, kl_text_from(text), NULL), KL_OK);
    assert_int_equal(kl_builder_build(&workflow, builder, registry, NULL), KL_OK);
    kl_object_release((kl_object *)builder);
    kl_object_release((kl_object *)registry);
    return workflow;
}

KL_TEST(a_drawing_is_the_same_every_time)
{
    KL_UNUSED_STATE;
    kl_workflow *workflow = build(diamond);
    kl_value first, second;
    assert_int_equal(kl_workflow_svg(&first, workflow, NULL), KL_OK);
    assert_int_equal(kl_workflow_svg(&second, workflow, NULL), KL_OK);
    assert_string_equal(kl_as_text(first).data, kl_as_text(second).data);
    assert_non_null(strstr(kl_as_text(first).data, "class=\"line back\""));
    kl_value_release(first);
    kl_value_release(second);
    kl_object_release((kl_object *)workflow);
}

static kl_status draw_both(void *workflow)
{
    kl_value svg = kl_null(), dot = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_workflow_svg(&svg, workflow, &error);
    if (status == KL_OK)
        status = kl_workflow_dot(&dot, workflow, &error);
    assert_int_equal(error.code, status);
    kl_error_clear(&error);
    kl_value_release(svg);
    kl_value_release(dot);
    return status;
}

KL_TEST(drawing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_workflow *workflow = build(diamond);
    assert_true(sweep(draw_both, workflow) > 20);
    kl_object_release((kl_object *)workflow);
}

/* "path: message" of every fault, a line each. */
static void assert_faults(const char *text, const char *expected)
{
    kl_registry *registry = registry_new();
    kl_value faults;
    char shown[4096] = "";
    assert_int_equal(kl_definition_faults(&faults, kl_text_from(text), registry, NULL), KL_OK);
    for (size_t i = 0; i < kl_array_len(faults); i++) {
        kl_value fault = kl_array_at(faults, i);
        size_t len = strlen(shown);
        assert_true(kl_as_int(kl_map_get(fault, KL_TEXT("line"))) >= 1);
        assert_true(kl_as_int(kl_map_get(fault, KL_TEXT("column"))) >= 1);
        snprintf(shown + len, sizeof shown - len, "%s: %s\n",
                 kl_as_text(kl_map_get(fault, KL_TEXT("path"))).data,
                 kl_as_text(kl_map_get(fault, KL_TEXT("message"))).data);
    }
    assert_string_equal(shown, expected);
    kl_value_release(faults);
    kl_object_release((kl_object *)registry);
}

KL_TEST(all_faults_are_listed_in_the_order_of_the_text)
{
    KL_UNUSED_STATE;
    assert_faults(diamond, "");
    assert_faults(faulty, "version: expected string, got integer\n"
                          "nodes[0].type_name: unknown node type: Nothing\n"
                          "nodes[1].node_id: duplicate node ID: a\n"
                          "nodes[1].config: expected object, got array\n"
                          "nodes[2]: a node is an object\n"
                          "connections[0].source_node: source node 'q' does not exist in the "
                          "workflow\n");
    assert_faults("{\"nodes\":{}}", "the definition: missing field `version`\n"
                                    "the definition: missing field `connections`\n"
                                    "the definition: missing field `enable_cycles`\n"
                                    "nodes: expected array, got object\n");
    assert_faults("{\"version\":\"1.0\",\"nodes\":[],\"connections\":[],\"enable_cycles\":true,"
                  "\"cycle\":{\"max_iterations\":0}}",
                  "cycle: max_iterations must be a positive integer\n");
}

KL_TEST(a_definition_without_faults_can_be_built_and_the_reverse)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {diamond, faulty, "", "null", "[]", "{}", "{\"nodes\":[1]}"};
    kl_registry *registry = registry_new();
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value faults;
        kl_builder *builder = NULL;
        kl_workflow *workflow = NULL;
        kl_text text = kl_text_from(texts[i]);
        assert_int_equal(kl_definition_faults(&faults, text, registry, NULL), KL_OK);
        bool built = kl_builder_from_json(&builder, text, NULL) == KL_OK &&
                     kl_builder_build(&workflow, builder, registry, NULL) == KL_OK;
        assert_int_equal(built, kl_array_len(faults) == 0);
        kl_object_release((kl_object *)workflow);
        kl_object_release((kl_object *)builder);
        kl_value_release(faults);
    }
    kl_object_release((kl_object *)registry);
}

typedef struct search {
    const char *text;
    kl_registry *registry;
} search;

static kl_status look_for_faults(void *data)
{
    const search *search = data;
    kl_value faults = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        kl_definition_faults(&faults, kl_text_from(search->text), search->registry, &error);
    assert_int_equal(error.code, status);
    kl_error_clear(&error);
    kl_value_release(faults);
    return status;
}

KL_TEST(looking_for_faults_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    search search = {faulty, registry_new()};
    assert_true(sweep(look_for_faults, &search) > 20);
    search.text = diamond;
    assert_true(sweep(look_for_faults, &search) > 20);
    kl_object_release((kl_object *)search.registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drawing_is_the_same_every_time),
        cmocka_unit_test(drawing_survives_every_failed_allocation),
        cmocka_unit_test(all_faults_are_listed_in_the_order_of_the_text),
        cmocka_unit_test(a_definition_without_faults_can_be_built_and_the_reverse),
        cmocka_unit_test(looking_for_faults_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
