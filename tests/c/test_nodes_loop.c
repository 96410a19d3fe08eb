/* LoopNode and LogNode. */
#include "node_test.h"
#include "kailash/log.h"

/* ---- LoopNode ------------------------------------------------------------------------------------ */

KL_TEST(loop_takes_items_up_to_a_number)
{
    KL_UNUSED_STATE;
    gives("LoopNode", NULL, "{\"items\":[1,\"a\",null]}", "{\"results\":[1,\"a\",null],\"count\":3}");
    gives("LoopNode", "{\"max_iterations\":2}", "{\"items\":[1,2,3]}",
          "{\"results\":[1,2],\"count\":2}");
    gives("LoopNode", "{\"max_iterations\":0}", "{\"items\":[1]}", "{\"results\":[],\"count\":0}");
    gives("LoopNode", "{\"max_iterations\":9}", "{\"items\":[1]}", "{\"results\":[1],\"count\":1}");
    gives("LoopNode", "{\"max_iterations\":-1}", "{\"items\":[1,2]}",
          "{\"results\":[1,2],\"count\":2}");
    gives("LoopNode", "{\"max_iterations\":\"1\"}", "{\"items\":[1,2]}",
          "{\"results\":[1,2],\"count\":2}");
    gives("LoopNode", "{\"items\":[1,2]}", "{\"max_iterations\":1}", "{\"results\":[1],\"count\":1}");
}

KL_TEST(loop_needs_a_list)
{
    KL_UNUSED_STATE;
    fails("LoopNode", NULL, NULL, "missing required input: items");
    fails("LoopNode", NULL, "{\"items\":\"abc\"}",
          "invalid input 'items': expected array, got \"abc\"");
}

KL_TEST(loop_stops_when_its_condition_holds)
{
    KL_UNUSED_STATE;
    const char *items = "{\"items\":[1,2,3,4,5,6,7]}";
    gives("LoopNode", "{\"condition\":\"count >= `5`\"}", items,
          "{\"results\":[1,2,3,4,5],\"count\":5}");
    gives("LoopNode", "{\"condition\":\"count >= 5\"}", items,
          "{\"results\":[1,2,3,4,5],\"count\":5}");
    gives("LoopNode", "{\"condition\":\"item == 3 || index==9\"}", items,
          "{\"results\":[1,2,3],\"count\":3}");
    gives("LoopNode", "{\"condition\":\"item.done\"}",
          "{\"items\":[{\"a\":1},{\"done\":true},{\"a\":2}]}",
          "{\"results\":[{\"a\":1},{\"done\":true}],\"count\":2}");
    gives("LoopNode", "{\"condition\":\"item == 'x>5'\"}", "{\"items\":[\"x>5\",1]}",
          "{\"results\":[\"x>5\"],\"count\":1}");
    gives("LoopNode", "{\"condition\":\"item == -1.5e0\"}", "{\"items\":[0,-1.5,1]}",
          "{\"results\":[0,-1.5],\"count\":2}");
    gives("LoopNode", "{\"condition\":\"count > 1\",\"max_iterations\":1}", items,
          "{\"results\":[1],\"count\":1}");
}

KL_TEST(loop_maps_each_item)
{
    KL_UNUSED_STATE;
    gives("LoopNode", "{\"expression\":\"item.name\"}",
          "{\"items\":[{\"name\":\"a\"},{\"name\":\"b\"},{}]}",
          "{\"results\":[\"a\",\"b\",null],\"count\":3}");
    gives("LoopNode", "{\"expression\":\"{i: index, v: item}\",\"condition\":\"count == 2\"}",
          "{\"items\":[7,8,9]}",
          "{\"results\":[{\"i\":0,\"v\":7},{\"i\":1,\"v\":8}],\"count\":2}");
}

KL_TEST(loop_refuses_bad_expressions)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, "LoopNode", "{\"condition\":\"count >=\"}", "{\"items\":[]}",
                              &error),
                     KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error),
                           "invalid input 'condition': expected JMESPath expression: "));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, "LoopNode", NULL, "{\"items\":[],\"expression\":\"a b\"}",
                              &error),
                     KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "invalid input 'expression': "));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, "LoopNode", "{\"expression\":\"abs(item)\"}",
                              "{\"items\":[1,\"x\"]}", &error),
                     KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: item 1: "));
    kl_error_clear(&error);
    fails("LoopNode", "{\"condition\":5}", "{\"items\":[]}", "condition: expected string, got 5");
}

KL_TEST(loop_leaves_its_input_as_it_was)
{
    KL_UNUSED_STATE;
    kl_value inputs = json("{\"items\":[1,2,3]}"), out = kl_null();
    kl_value config = json("{\"max_iterations\":2}");
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("LoopNode")), config, inputs,
                                       NULL),
                     KL_OK);
    kl_value_release(out);
    assert_json(inputs, "{\"items\":[1,2,3]}");
    kl_value_release(config);
}

/* ---- LogNode ------------------------------------------------------------------------------------- */

typedef struct record {
    size_t count;
    kl_log_level level;
    char logger[64], message[128];
    kl_value fields;
} record;

static void keep(void *context, kl_log_level level, const char *logger, kl_text message,
                 kl_value fields)
{
    record *r = context;
    r->count++;
    r->level = level;
    snprintf(r->logger, sizeof r->logger, "%s", logger);
    snprintf(r->message, sizeof r->message, "%.*s", KL_TEXT_ARG(message));
    kl_value_replace(&r->fields, kl_value_retain(fields));
}

KL_TEST(log_writes_a_record_and_hands_data_on)
{
    KL_UNUSED_STATE;
    record r = {.fields = kl_null()};
    kl_log_set_hook(keep, &r);
    kl_log_set_level(KL_LOG_TRACE);
    gives("LogNode", "{\"level\":\"warn\"}", "{\"message\":\"100% \u00fc\",\"data\":[1]}",
          "{\"data\":[1]}");
    assert_int_equal(r.count, 1);
    assert_int_equal(r.level, KL_LOG_WARN);
    assert_string_equal(r.logger, "kailash.nodes.log");
    assert_string_equal(r.message, "100% \u00fc");
    assert_json(kl_value_take(&r.fields), "{\"node_id\":\"LogNode\",\"data\":[1]}");
    gives("LogNode", NULL, "{\"message\":{\"a\":1}}", "{}");
    assert_int_equal(r.level, KL_LOG_INFO);
    assert_string_equal(r.message, "{\"a\":1}");
    gives("LogNode", NULL, "{\"data\":null}", "{\"data\":null}");
    assert_int_equal(r.count, 3);
    kl_log_set_level(KL_LOG_WARN);
    gives("LogNode", NULL, "{\"message\":\"unheard\"}", "{}");
    assert_int_equal(r.count, 3);
    kl_log_set_level(KL_LOG_OFF);
    kl_log_set_hook(NULL, NULL);
    kl_value_release(r.fields);
}

KL_TEST(log_refuses_an_unknown_level)
{
    KL_UNUSED_STATE;
    fails("LogNode", "{\"level\":\"loud\"}", NULL,
          "level: expected one of: trace, debug, info, warn, error, got \"loud\"");
    fails("LogNode", NULL, "{\"level\":\"INFO\"}",
          "invalid input 'level': expected one of: trace, debug, info, warn, error, got \"INFO\"");
}

/* ---- without memory ------------------------------------------------------------------------------ */

static void survives(const char *type, const char *config, const char *inputs)
{
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value settings = json(config), given = json(inputs);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, given, NULL);
        failed = kl_test_failed_allocations();
        assert_true(status == KL_OK || (failed && status == KL_NO_MEMORY));
        if (status == KL_OK)
            kl_value_release(out);
    }
    kl_test_fail_allocation(0);
    kl_value_release(settings);
    kl_value_release(given);
}

KL_TEST(loop_and_log_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    record r = {.fields = kl_null()};
    survives("LoopNode", "{\"expression\":\"{a: item}\",\"condition\":\"count > 2\"}",
             "{\"items\":[1,2,3,4]}");
    survives("LoopNode", "{\"max_iterations\":1}", "{\"items\":[1,2,3,4]}");
    kl_log_set_hook(keep, &r);
    kl_log_set_level(KL_LOG_TRACE);
    survives("LogNode", "{\"level\":\"warn\"}", "{\"message\":[1],\"data\":[1]}");
    kl_log_set_level(KL_LOG_OFF);
    kl_log_set_hook(NULL, NULL);
    kl_value_release(r.fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loop_takes_items_up_to_a_number),
        cmocka_unit_test(loop_needs_a_list),
        cmocka_unit_test(loop_stops_when_its_condition_holds),
        cmocka_unit_test(loop_maps_each_item),
        cmocka_unit_test(loop_refuses_bad_expressions),
        cmocka_unit_test(loop_leaves_its_input_as_it_was),
        cmocka_unit_test(log_writes_a_record_and_hands_data_on),
        cmocka_unit_test(log_refuses_an_unknown_level),
        cmocka_unit_test(loop_and_log_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
