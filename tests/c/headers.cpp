/* tests/c/headers.cpp - a C++ program gets by with the public headers. */
#include "all_headers.h"

#include <cstdio>

static bool json_round_trip()
{
    kl_value value = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool same = kl_json_parse(&value, KL_TEXT("{\"a\":[1,2.5,null]}"), &error) == KL_OK &&
                kl_json_print(&text, value, &kl_json_plain, &error) == KL_OK &&
                kl_text_equal(kl_as_text(text), KL_TEXT("{\"a\":[1,2.5,null]}"));
    kl_value_release(text);
    kl_value_release(value);
    kl_error_clear(&error);
    return same;
}

static bool a_workflow_is_built()
{
    kl_registry *registry = nullptr;
    kl_builder *builder = nullptr;
    kl_workflow *workflow = nullptr;
    bool built = kl_registry_new(&registry, nullptr) == KL_OK &&
                 kl_builder_new(&builder, nullptr) == KL_OK &&
                 kl_builder_add_node(builder, KL_TEXT("NoOpNode"), KL_TEXT("n"), kl_null(),
                                     nullptr) == KL_OK &&
                 kl_builder_build(&workflow, builder, registry, nullptr) == KL_OK &&
                 kl_workflow_node_count(workflow) == 1;
    kl_object_release(reinterpret_cast<kl_object *>(workflow));
    kl_object_release(reinterpret_cast<kl_object *>(builder));
    kl_object_release(reinterpret_cast<kl_object *>(registry));
    return built;
}

int main()
{
    bool ok = json_round_trip() && a_workflow_is_built();
    std::puts(ok ? "ok" : "failed");
    return ok ? 0 : 1;
}
