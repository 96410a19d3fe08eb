/* tests/c/test_workflow_registry.c - WorkflowRegistry: built workflows by name. */
#include "kailash/workflow.h"
#include "sweep.h"

#include <pthread.h>

static kl_registry *nodes;
static kl_runtime *runtime;
static kl_workflow *workflow;

static int set_up(void **state_)
{
    KL_UNUSED_STATE;
    kl_builder *builder;
    kl_value config = json("{\"m\": \"x\"}");
    if (kl_registry_new(&nodes, NULL) != KL_OK || kl_builder_new(&builder, NULL) != KL_OK ||
        kl_builder_add_node(builder, KL_TEXT("NoOpNode"), KL_TEXT("a"), config, NULL) != KL_OK ||
        kl_builder_add_node(builder, KL_TEXT("NoOpNode"), KL_TEXT("b"), config, NULL) != KL_OK ||
        kl_builder_build(&workflow, builder, nodes, NULL) != KL_OK ||
        kl_runtime_new(&runtime, nodes, kl_null(), NULL) != KL_OK)
        return -1;
    kl_value_release(config);
    kl_object_release((kl_object *)builder);
    return 0;
}

static int tear_down(void **state_)
{
    KL_UNUSED_STATE;
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)nodes);
    return 0;
}

static kl_object *registry(void)
{
    const kl_type *type = kl_type_find(KL_TEXT("WorkflowRegistry"), "kailash");
    kl_value made;
    assert_non_null(type);
    assert_int_equal(kl_object_from_map(&made, type, kl_null(), NULL), KL_OK);
    return made.as.object;
}

static kl_value string(const char *text)
{
    kl_value value = kl_null();
    if (text)
        assert_int_equal(kl_string_new(&value, kl_text_from(text), NULL), KL_OK);
    return value;
}

static kl_value workflow_value(void) { return kl_value_of((kl_object *)workflow); }

static kl_status add(kl_object *self, const char *name, const char *description, kl_error *error)
{
    const kl_value args[] = {string(name), workflow_value(), string(description)};
    kl_value out = kl_null();
    kl_status status =
        kl_object_call(&out, self, KL_TEXT("register"), args, description ? 3 : 2, error);
    kl_value_release(args[0]);
    kl_value_release(args[2]);
    kl_value_release(out);
    return status;
}

static kl_status call(kl_value *out, kl_object *self, const char *method, const char *name,
                      kl_error *error)
{
    const kl_value args[] = {string(name)};
    kl_status status =
        kl_object_call(out, self, kl_text_from(method), args, name ? 1 : 0, error);
    kl_value_release(args[0]);
    return status;
}

static kl_value must(kl_object *self, const char *method, const char *name)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (call(&out, self, method, name, &error) != KL_OK)
        fail_msg("%s: %s", method, kl_error_message(&error));
    return out;
}

KL_TEST(workflows_are_registered_and_told_about)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    assert_int_equal(add(all, "zeta", NULL, NULL), KL_OK);
    assert_int_equal(add(all, "alpha", "first", NULL), KL_OK);
    assert_int_equal(add(all, "", NULL, NULL), KL_OK);
    assert_json(must(all, "list", NULL), "[\"\",\"alpha\",\"zeta\"]");
    assert_json(must(all, "count", NULL), "3");
    assert_json(must(all, "__len__", NULL), "3");
    assert_json(must(all, "contains", "zeta"), "true");
    assert_json(must(all, "contains", "beta"), "false");
    assert_json(must(all, "get", "beta"), "null");
    kl_value facts = must(all, "get", "alpha"), text;
    assert_int_equal(kl_map_len(facts), 4);
    assert_true(kl_text_is(kl_map_key_at(facts, 2), "registered_at"));
    assert_int_equal(kl_as_text(kl_map_get(facts, KL_TEXT("registered_at"))).len, 27);
    assert_int_equal(kl_map_remove(&facts, KL_TEXT("registered_at"), NULL), KL_OK);
    assert_json(facts, "{\"name\":\"alpha\",\"description\":\"first\",\"node_count\":2}");
    facts = must(all, "get", "zeta");
    assert_json(kl_value_retain(kl_map_get(facts, KL_TEXT("description"))), "null");
    kl_value_release(facts);
    assert_int_equal(kl_object_repr(&text, all, NULL), KL_OK);
    assert_json(text, "\"WorkflowRegistry(workflows=3)\"");
    kl_object_release(all);
}

KL_TEST(taken_and_unknown_names_are_refused)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    kl_error error = KL_ERROR_INIT;
    kl_value out;
    assert_int_equal(add(all, "w", NULL, NULL), KL_OK);
    assert_int_equal(add(all, "w", "again", &error), KL_STATE);
    assert_string_equal(kl_error_message(&error),
                        "workflow 'w' is already registered; remove it first, or choose another "
                        "name");
    assert_int_equal(call(&out, all, "remove", "v", &error), KL_NOT_FOUND);
    assert_string_equal(kl_error_message(&error), "workflow 'v' is not registered");
    assert_json(must(all, "remove", "w"), "null");
    assert_json(must(all, "count", NULL), "0");
    assert_int_equal(call(&out, all, "remove", "w", NULL), KL_NOT_FOUND);
    assert_int_equal(add(all, "w", NULL, NULL), KL_OK);
    kl_error_clear(&error);
    kl_object_release(all);
}

static kl_status execute(kl_value *out, kl_object *self, const char *name, kl_value with,
                         const char *inputs, kl_error *error)
{
    const kl_value args[] = {string(name), with, inputs ? json(inputs) : kl_null()};
    kl_status status = kl_object_call(out, self, KL_TEXT("execute"), args, 3, error);
    kl_value_release(args[0]);
    kl_value_release(args[2]);
    return status;
}

KL_TEST(a_registered_workflow_is_executed)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    kl_value out, on = kl_value_of((kl_object *)runtime);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(add(all, "w", NULL, NULL), KL_OK);
    assert_int_equal(execute(&out, all, "w", on, "{\"k\": 5}", NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("results"))),
                "{\"a\":{\"m\":\"x\",\"k\":5},\"b\":{\"m\":\"x\",\"k\":5}}");
    assert_int_equal(kl_as_text(kl_map_get(out, KL_TEXT("run_id"))).len, 36);
    kl_value_release(out);
    assert_int_equal(execute(&out, all, "w", on, NULL, NULL), KL_OK);
    kl_value_release(out);
    assert_int_equal(execute(&out, all, "v", on, NULL, &error), KL_NOT_FOUND);
    assert_string_equal(kl_error_message(&error), "workflow 'v' is not registered");
    assert_int_equal(execute(&out, all, "w", workflow_value(), NULL, &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "runtime: expected Runtime, got Workflow");
    assert_int_equal(execute(&out, all, "w", on, "[]", &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "inputs: expected object, got array");
    kl_error_clear(&error);
    kl_object_release(all);
}

KL_TEST(it_does_not_hold_the_node_registry)
{
    KL_UNUSED_STATE;
    kl_registry *fresh;
    kl_object *all = registry();
    kl_value names, callable;
    assert_int_equal(add(all, "w", NULL, NULL), KL_OK);
    assert_int_equal(kl_registry_new(&fresh, NULL), KL_OK);
    assert_int_equal(kl_array_new(&names, 0, NULL), KL_OK);
    assert_int_equal(kl_callable_new(&callable, NULL, NULL, NULL, NULL), KL_OK);
    assert_int_equal(
        kl_registry_add_callback(fresh, KL_TEXT("MyNode"), callable, names, names, NULL), KL_OK);
    kl_value_release(callable);
    kl_value_release(names);
    kl_object_release((kl_object *)fresh);
    kl_object_release(all);
}

static void *use(void *data)
{
    char name[32];
    kl_value out;
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "w%d", i % 20);
        add(data, name, NULL, NULL);
        if (call(&out, data, "get", name, NULL) == KL_OK)
            kl_value_release(out);
        if (call(&out, data, "list", NULL, NULL) == KL_OK)
            kl_value_release(out);
        if (i % 3 == 0 && execute(&out, data, name, kl_value_of((kl_object *)runtime), NULL,
                                  NULL) == KL_OK)
            kl_value_release(out);
        if (i % 2 == 0 && call(&out, data, "remove", name, NULL) == KL_OK)
            kl_value_release(out);
    }
    return NULL;
}

KL_TEST(threads_may_share_it)
{
    KL_UNUSED_STATE;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    kl_object *all = registry();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use, all), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    kl_value list = must(all, "list", NULL), count = must(all, "count", NULL);
    assert_int_equal(kl_array_len(list), kl_as_int(count));
    kl_value_release(list);
    kl_object_release(all);
}

static kl_status use_once(void *data)
{
    const kl_value *args = data;
    kl_value all = kl_null(), out = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_from_map(&all, kl_type_find(KL_TEXT("WorkflowRegistry"), NULL), kl_null(),
                                  NULL));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("register"), args, 2, NULL));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("get"), args, 1, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("list"), args, 0, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("remove"), args, 1, NULL));
out:
    kl_value_release(out);
    kl_value_release(all);
    return status;
}

KL_TEST(registering_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    const kl_value args[] = {string("w"), workflow_value()};
    assert_true(sweep(use_once, (void *)(uintptr_t)args) > 10);
    kl_value_release(args[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workflows_are_registered_and_told_about),
        cmocka_unit_test(taken_and_unknown_names_are_refused),
        cmocka_unit_test(a_registered_workflow_is_executed),
        cmocka_unit_test(it_does_not_hold_the_node_registry),
        cmocka_unit_test(threads_may_share_it),
        cmocka_unit_test(registering_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
