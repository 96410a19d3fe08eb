/* What nodes share between runs, and the nodes that they run themselves. */
#include "nodes/action.h"
#include "node_test.h"
#include "kailash/workflow.h"
#include "workflow/shared.h"

#include <pthread.h>

/* ---- shared states --------------------------------------------------------------------------------- */

static int alive;

static kl_status make_counter(void **out, kl_text name, kl_error *error)
{
    (void)name;
    *out = kl_alloc_zero(1, sizeof(int));
    if (!*out)
        return kl_error_no_memory(error);
    __atomic_fetch_add(&alive, 1, __ATOMIC_SEQ_CST);
    return KL_OK;
}

static void free_counter(void *state)
{
    __atomic_fetch_sub(&alive, 1, __ATOMIC_SEQ_CST);
    kl_free(state);
}

static const kl_shared_kind counters = {make_counter, free_counter};
static const kl_shared_kind others = {make_counter, free_counter};

static void *counter(const kl_shared_kind *kind, const char *name, kl_registry *registry)
{
    void *state = NULL;
    assert_int_equal(kl_shared_get(&state, kind, kl_text_from(name), registry, NULL), KL_OK);
    return state;
}

KL_TEST(a_state_is_told_by_kind_name_and_registry)
{
    KL_UNUSED_STATE;
    kl_registry *one, *two;
    assert_int_equal(kl_registry_new(&one, NULL), KL_OK);
    assert_int_equal(kl_registry_new(&two, NULL), KL_OK);
    void *a = counter(&counters, "a", one);
    assert_ptr_equal(counter(&counters, "a", one), a);
    assert_ptr_not_equal(counter(&counters, "b", one), a);
    assert_ptr_not_equal(counter(&counters, "", one), a);
    assert_ptr_not_equal(counter(&others, "a", one), a);
    assert_ptr_not_equal(counter(&counters, "a", two), a);
    assert_int_equal(alive, 5);
    kl_object_release((kl_object *)one);
    assert_int_equal(alive, 1);
    kl_object_release((kl_object *)two);
    assert_int_equal(alive, 0);
    void *process = counter(&counters, "a", NULL);
    assert_ptr_equal(counter(&counters, "a", NULL), process);
    assert_int_equal(alive, 1);
}

KL_TEST(the_scope_of_a_call_chooses)
{
    KL_UNUSED_STATE;
    kl_registry *registry;
    void *own, *process;
    assert_int_equal(kl_registry_new(&registry, NULL), KL_OK);
    kl_node_call call = {.registry = registry};
    kl_value by_registry = json("\"registry\""), by_process = json("\"process\"");
    assert_int_equal(kl_node_shared(&own, &counters, KL_TEXT("x"), &call, by_registry, NULL), KL_OK);
    assert_ptr_equal(own, counter(&counters, "x", registry));
    assert_int_equal(kl_node_shared(&process, &counters, KL_TEXT("x"), &call, by_process, NULL), KL_OK);
    assert_ptr_equal(process, counter(&counters, "x", NULL));
    assert_ptr_not_equal(own, process);
    kl_value_release(by_registry);
    kl_value_release(by_process);
    kl_object_release((kl_object *)registry);
}

static void *ask(void *registry)
{
    return counter(&counters, "contended", registry);
}

KL_TEST(threads_that_ask_at_once_get_the_same)
{
    KL_UNUSED_STATE;
    kl_registry *registry;
    pthread_t threads[8];
    int before = alive;
    assert_int_equal(kl_registry_new(&registry, NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, registry), 0);
    for (size_t i = 0; i < KL_COUNT(threads); i++) {
        void *got;
        pthread_join(threads[i], &got);
        assert_ptr_equal(got, counter(&counters, "contended", registry));
    }
    assert_int_equal(alive, before + 1);
    kl_object_release((kl_object *)registry);
}

KL_TEST(a_state_that_cannot_be_made_is_an_error)
{
    KL_UNUSED_STATE;
    for (int64_t n = 1; n <= 2; n++) {
        kl_error error = KL_ERROR_INIT;
        void *state;
        kl_test_fail_allocation(n);
        kl_status status = kl_shared_get(&state, &counters, KL_TEXT("never"), NULL, &error);
        kl_test_fail_allocation(0);
        assert_int_equal(status, KL_NO_MEMORY);
        kl_error_clear(&error);
    }
}

/* ---- actions --------------------------------------------------------------------------------------- */

static kl_status act(kl_value *out, const char *definition, const char *inputs, kl_error *error)
{
    kl_node_call call = {0};
    kl_action *action = NULL;
    kl_value told = json(definition), given = json(inputs);
    kl_status status = kl_action_new(&action, told, NULL, "steps[1].action", error);
    if (status == KL_OK)
        status = kl_action_run(out, action, &call, given, error);
    kl_action_free(action);
    kl_value_release(told);
    kl_value_release(given);
    return status;
}

KL_TEST(an_action_is_a_name_or_a_type_with_its_config)
{
    KL_UNUSED_STATE;
    static const char *const forms[] = {
        "{\"type\":\"MathOperationsNode\",\"config\":{\"operation\":\"add\"}}",
        "{\"node\":\"MathOperationsNode\",\"config\":{\"operation\":\"add\"}}",
        "{\"type_name\":\"MathOperationsNode\",\"config\":{\"operation\":\"add\"}}",
    };
    kl_value out;
    for (size_t i = 0; i < KL_COUNT(forms); i++) {
        assert_int_equal(act(&out, forms[i], "{\"a\":1,\"b\":2}", NULL), KL_OK);
        assert_json(out, "{\"result\":3}");
    }
    assert_int_equal(act(&out, "\"NoOpNode\"", "{\"a\":1}", NULL), KL_OK);
    assert_json(out, "{\"a\":1}");
    assert_int_equal(act(&out, "\"NoOpNode\"", "null", NULL), KL_OK);
    assert_json(out, "{}");
}

KL_TEST(what_is_no_action_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const cases[][2] = {
        {"5", "steps[1].action: expected name of a node type or of a registered callback, or a dict "
              "{type, config} of one, got integer"},
        {"{}", "steps[1].action: type: expected the name of a node type, got null"},
        {"{\"type\":\"NoOpNode\",\"config\":[]}", "steps[1].action: config: expected object, got array"},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_error error = KL_ERROR_INIT;
        kl_value out;
        assert_int_not_equal(act(&out, cases[i][0], "{}", &error), KL_OK);
        assert_string_equal(kl_error_message(&error), cases[i][1]);
        kl_error_clear(&error);
    }
    kl_error error = KL_ERROR_INIT;
    kl_value out;
    assert_int_not_equal(act(&out, "\"NopeNode\"", "{}", &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "NopeNode"));
    kl_error_clear(&error);
}

KL_TEST(the_failure_of_an_action_names_its_type)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    kl_value out;
    assert_int_not_equal(act(&out, "{\"type\":\"MathOperationsNode\",\"config\":{\"operation\":\"add\"}}",
                             "{\"a\":1}", &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error),
                           "node 'MathOperationsNode' failed -> missing required input: b"));
    kl_error_clear(&error);
}

KL_TEST(every_allocation_of_an_action_may_fail)
{
    KL_UNUSED_STATE;
    kl_value told = json("{\"type\":\"MathOperationsNode\",\"config\":{\"operation\":\"add\"}}");
    kl_value given = json("{\"a\":1,\"b\":2}");
    kl_node_call call = {0};
    kl_status status = KL_NO_MEMORY;
    for (int64_t n = 1; status != KL_OK; n++) {
        kl_error error = KL_ERROR_INIT;
        kl_action *action = NULL;
        kl_value out = kl_null();
        kl_test_fail_allocation(n);
        status = kl_action_new(&action, told, NULL, "action", &error);
        if (status == KL_OK)
            status = kl_action_run(&out, action, &call, given, &error);
        kl_test_fail_allocation(0);
        kl_action_free(action);
        kl_value_release(out);
        kl_error_clear(&error);
        assert_true(n < 2000);
    }
    kl_value_release(told);
    kl_value_release(given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_told_by_kind_name_and_registry),
        cmocka_unit_test(the_scope_of_a_call_chooses),
        cmocka_unit_test(threads_that_ask_at_once_get_the_same),
        cmocka_unit_test(a_state_that_cannot_be_made_is_an_error),
        cmocka_unit_test(an_action_is_a_name_or_a_type_with_its_config),
        cmocka_unit_test(what_is_no_action_is_refused),
        cmocka_unit_test(the_failure_of_an_action_names_its_type),
        cmocka_unit_test(every_allocation_of_an_action_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
