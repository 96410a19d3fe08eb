/* tests/fuzz/fuzz_definition.c - any bytes as a workflow definition. */
#include "fuzz.h"
#include "kailash/object.h"
#include "kailash/workflow.h"

static kl_builder *from_text(kl_value text)
{
    kl_builder *builder = NULL;
    KL_REQUIRE(kl_builder_from_json(&builder, kl_as_text(text), NULL) == KL_OK);
    return builder;
}

static kl_registry *built_in_types(void)
{
    static kl_registry *registry;
    if (!registry)
        KL_REQUIRE(kl_registry_new(&registry, NULL) == KL_OK);
    return registry;
}

/* A definition that is accepted prints to one that is accepted too, and prints the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_builder *first = NULL;
    kl_value text = kl_null(), again = kl_null();
    if (kl_builder_from_json(&first, (kl_text){(const char *)data, size}, NULL) != KL_OK)
        return 0;
    if (kl_builder_to_json(&text, first, false, NULL) == KL_OK) {
        kl_builder *second = from_text(text);
        KL_REQUIRE(kl_builder_to_json(&again, second, false, NULL) == KL_OK);
        KL_REQUIRE(kl_text_equal(kl_as_text(text), kl_as_text(again)));
        kl_object_release((kl_object *)second);
    }
    kl_workflow *workflow = NULL;
    if (kl_builder_build(&workflow, first, built_in_types(), NULL) == KL_OK) {
        size_t nodes = kl_workflow_node_count(workflow);
        KL_REQUIRE(kl_workflow_has_cycles(workflow) || kl_workflow_level_count(workflow) <= nodes);
        for (size_t i = 0; i < nodes; i++)
            KL_REQUIRE(kl_workflow_level(workflow, i) < KL_MAX(nodes, (size_t)1));
        kl_object_release((kl_object *)workflow);
    }
    kl_object_release((kl_object *)first);
    kl_value_release(again);
    kl_value_release(text);
    return 0;
}
