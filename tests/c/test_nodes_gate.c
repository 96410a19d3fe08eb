/* GateNode alone: what opens it, what closes it, what it cannot tell. */
#include "node_test.h"

/* Run the gate; `*outcome` as it told the engine. */
static kl_status run_gate(kl_value *out, uint32_t *outcome, const char *config, const char *inputs,
                          kl_error *error)
{
    const kl_node_type *type = kl_node_type_find(KL_TEXT("GateNode"));
    kl_value settings = json(config), given = json(inputs), merged = kl_value_retain(settings);
    void *state = NULL;
    kl_status status = kl_map_merge(&merged, given, error);
    if (status == KL_OK)
        status = type->prepare(&state, settings, error);
    if (status == KL_OK) {
        kl_node_call call = {.type = type, .inputs = merged, .state = state, .node_id = "gate"};
        status = type->run(out, &call, error);
        *outcome = call.outcome;
    }
    if (state)
        type->dispose(state);
    kl_value_release(settings);
    kl_value_release(given);
    kl_value_release(merged);
    return status;
}

static void gate_is(uint32_t expected, const char *when, const char *inputs)
{
    char config[512];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    uint32_t outcome = 99;
    snprintf(config, sizeof config, "{\"when\":%s}", when);
    assert_int_equal(run_gate(&out, &outcome, config, inputs, &error), KL_OK);
    if (outcome != expected)
        print_error("%s on %s: outcome %u, expected %u\n", when, inputs, outcome, expected);
    assert_int_equal(outcome, expected);
    kl_value_release(out);
}

KL_TEST(predicates_open_and_close)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *when, *inputs;
        bool open;
    } rows[] = {
        {"{\"input\":\"a\",\"equals\":5}", "{\"a\":5}", true},
        {"{\"input\":\"a\",\"equals\":5}", "{\"a\":5.0}", false}, /* strict about kinds */
        {"{\"input\":\"a\",\"equals\":{\"x\":[1]}}", "{\"a\":{\"x\":[1]}}", true},
        {"{\"input\":\"a\",\"equals\":null}", "{\"a\":null}", true},
        {"{\"input\":\"a\",\"truthy\":true}", "{\"a\":\"false\"}", true},
        {"{\"input\":\"a\",\"truthy\":true}", "{\"a\":[0]}", true},
        {"{\"input\":\"a\",\"truthy\":true}", "{\"a\":0.0}", false},
        {"{\"input\":\"a\",\"truthy\":true}", "{\"a\":{}}", false},
        {"{\"not\":{\"input\":\"a\",\"truthy\":true}}", "{\"a\":null}", true},
        {"{\"all\":[{\"input\":\"a\",\"truthy\":true},{\"input\":\"b\",\"equals\":1}]}",
         "{\"a\":1,\"b\":1}", true},
        {"{\"all\":[{\"input\":\"a\",\"truthy\":true},{\"input\":\"b\",\"equals\":1}]}",
         "{\"a\":1,\"b\":2}", false},
        {"{\"any\":[{\"input\":\"a\",\"truthy\":true},{\"input\":\"b\",\"equals\":1}]}",
         "{\"a\":0,\"b\":1}", true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        gate_is(rows[i].open ? KL_OUTCOME_OPEN : KL_OUTCOME_CLOSED, rows[i].when, rows[i].inputs);
}

KL_TEST(an_open_gate_passes_its_inputs_and_its_own_when)
{
    KL_UNUSED_STATE;
    gives("GateNode", "{\"when\":{\"input\":\"a\",\"truthy\":true}}", "{\"a\":1,\"b\":[2]}",
          "{\"when\":{\"input\":\"a\",\"truthy\":true},\"a\":1,\"b\":[2]}");
}

KL_TEST(without_a_predicate_it_is_inert)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    uint32_t outcome = 99;
    assert_int_equal(run_gate(&out, &outcome, "{}", "{\"a\":1}", NULL), KL_OK);
    assert_int_equal(outcome, KL_OUTCOME_INERT);
    assert_json(out, "{\"a\":1}");
}

KL_TEST(a_when_that_comes_as_input_is_plain_data)
{
    KL_UNUSED_STATE;
    gives("GateNode", NULL, "{\"when\":\"nonsense\",\"a\":0}", "{\"when\":\"nonsense\",\"a\":0}");
    /* ... and does not take the place of the predicate. */
    gives("GateNode", "{\"when\":{\"input\":\"a\",\"equals\":0}}", "{\"when\":1,\"a\":0}",
          "{\"when\":1,\"a\":0}");
}

KL_TEST(an_absent_input_is_never_taken_for_closed)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    uint32_t outcome = 0;
    kl_status status =
        run_gate(&out, &outcome,
                 "{\"when\":{\"any\":[{\"input\":\"a\",\"truthy\":true},"
                 "{\"input\":\"b\",\"truthy\":true}]}}",
                 "{\"a\":true}", &error);
    assert_int_equal(status, KL_FAILED);
    assert_string_equal(error.type, "GateUndetermined");
    assert_non_null(error.details);
    kl_value details = kl_value_retain(*(kl_value *)error.details);
    assert_json(details, "{\"kind\":\"input_absent\",\"node_id\":\"gate\",\"input_key\":\"b\","
                         "\"detail\":\"the input did not arrive\"}");
    kl_error_clear(&error);
}

KL_TEST(malformed_predicates_fail_the_build)
{
    KL_UNUSED_STATE;
    static const char *const refused[] = {
        "null", "5", "{}", "{\"all\":[]}", "{\"any\":[]}", "{\"any\":5}", "{\"input\":\"a\"}",
        "{\"input\":\"a\",\"truthy\":false}", "{\"input\":5,\"equals\":1}", "{\"xor\":[]}",
        "{\"input\":\"a\",\"equals\":1,\"truthy\":true}", "{\"not\":[]}",
    };
    const kl_node_type *type = kl_node_type_find(KL_TEXT("GateNode"));
    for (size_t i = 0; i < KL_COUNT(refused); i++) {
        char config[256];
        snprintf(config, sizeof config, "{\"when\":%s}", refused[i]);
        kl_value settings = json(config);
        kl_error error = KL_ERROR_INIT;
        void *state = NULL;
        assert_int_equal(type->prepare(&state, settings, &error), KL_INVALID);
        assert_null(state);
        assert_memory_equal(kl_error_message(&error), "when: ", 6);
        kl_error_clear(&error);
        kl_value_release(settings);
    }
}

static void nested_not(char *to, int levels)
{
    strcpy(to, "{\"when\":");
    for (int i = 0; i < levels; i++)
        strcat(to, "{\"not\":");
    strcat(to, "{\"input\":\"a\",\"truthy\":true}");
    for (int i = 0; i < levels; i++)
        strcat(to, "}");
    strcat(to, "}");
}

KL_TEST(predicates_nest_32_levels_and_no_more)
{
    KL_UNUSED_STATE;
    char config[1024];
    kl_value out = kl_null();
    uint32_t outcome;
    nested_not(config, 32);
    assert_int_equal(run_gate(&out, &outcome, config, "{\"a\":1}", NULL), KL_OK);
    kl_value_release(out);
    nested_not(config, 33);
    assert_int_equal(run_gate(&out, &outcome, config, "{\"a\":1}", NULL), KL_INVALID);
}

KL_TEST(a_gate_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value config = json("{\"when\":{\"input\":\"b\",\"truthy\":true}}");
    const kl_node_type *type = kl_node_type_find(KL_TEXT("GateNode"));
    kl_value closed = json("{\"b\":0}"), absent = json("{\"a\":1}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, type, config, closed, &error);
        failed = kl_test_failed_allocations();
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_value_release(out);
        kl_error_clear(&error);
    }
    failed = 1;
    for (size_t n = 1; failed > 0; n++) { /* whatever fails, it never passes */
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, type, config, absent, &error);
        failed = kl_test_failed_allocations();
        assert_true(status == KL_FAILED || (failed && status == KL_NO_MEMORY));
        kl_error_clear(&error);
    }
    kl_test_fail_allocation(0);
    kl_value_release(config);
    kl_value_release(closed);
    kl_value_release(absent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicates_open_and_close),
        cmocka_unit_test(an_open_gate_passes_its_inputs_and_its_own_when),
        cmocka_unit_test(without_a_predicate_it_is_inert),
        cmocka_unit_test(a_when_that_comes_as_input_is_plain_data),
        cmocka_unit_test(an_absent_input_is_never_taken_for_closed),
        cmocka_unit_test(malformed_predicates_fail_the_build),
        cmocka_unit_test(predicates_nest_32_levels_and_no_more),
        cmocka_unit_test(a_gate_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
