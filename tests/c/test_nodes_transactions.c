/* DistributedTransactionManagerNode, TransactionContextNode, TransactionMonitorNode. */
#include "node_sweep.h"

#include "transaction_test.h"

#define MANAGER "DistributedTransactionManagerNode"
#define CONTEXT "TransactionContextNode"
#define MONITOR "TransactionMonitorNode"

static void begin_transaction(char id[64], fixture *f, const char *type)
{
    char inputs[128];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"begin\",%s}", type);
    kl_value out = run_traced(f, MANAGER, "{\"scope\":\"registry\"}", inputs, NULL);
    text_of(id, out, "transaction_id");
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("status"))).data, "active");
    kl_value_release(out);
}

/* Outputs without the id. */
static void manages_in(fixture *f, const char *id, const char *members, const char *expected, int line)
{
    char inputs[512];
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    kl_value out = run_traced(f, MANAGER, "{\"scope\":\"registry\"}", inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("transaction_id"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define manages(f, id, members, expected) manages_in(f, id, members, expected, __LINE__)

static void refuses_in(fixture *f, const char *id, const char *members, const char *message, int line)
{
    char inputs[512], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted, message, id);
    traced_fails_in(f, MANAGER, "{\"scope\":\"registry\"}", inputs, wanted, line);
}
#define refuses(f, id, members, message) refuses_in(f, id, members, message, __LINE__)
#define ENLIST(resource) "\"operation\":\"enlist\",\"resource\":" resource

KL_TEST(resources_are_enlisted_and_committed)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64];
    begin_traced(&f);
    begin_transaction(id, &f, "\"transaction_type\":\"2pc\"");
    manages(&f, id, ENLIST("\"db\""),
            "{\"active_transactions\":1,\"enlisted_resources\":[\"db\"],\"status\":\"active\","
            "\"transaction_type\":\"2pc\"}");
    refuses(&f, id, ENLIST("\"db\""), "resource 'db' is already enlisted in transaction '%s'");
    manages(&f, id, ENLIST("{\"type\":\"sql\",\"id\":\"x\"}"),
            "{\"active_transactions\":1,\"enlisted_resources\":[\"db\",\"sql:x\"],\"status\":\"active\","
            "\"transaction_type\":\"2pc\"}");
    refuses(&f, id, ENLIST("5"), "invalid input 'resource': expected string or object, got 5");
    refuses(&f, id, "\"operation\":\"enlist\"", "missing required input: resource");
    manages(&f, id, "\"operation\":\"commit\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[\"db\",\"sql:x\"],\"status\":"
            "\"committed\",\"transaction_type\":\"2pc\"}");
    refuses(&f, id, "\"operation\":\"commit\"",
            "cannot commit transaction '%s': status is 'committed'");
    refuses(&f, id, "\"operation\":\"rollback\"",
            "cannot rollback transaction '%s': status is 'committed'");
    refuses(&f, id, ENLIST("\"e\""),
            "cannot enlist resource in transaction '%s': status is 'committed'");
    refuses(&f, "zz", "\"operation\":\"status\"", "transaction '%s' not found");
    begin_transaction(id, &f, "\"transaction_type\":\"saga\"");
    manages(&f, id, "\"operation\":\"rollback\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[],\"status\":\"rolled_back\","
            "\"transaction_type\":\"saga\"}");
    free_fixture(&f);
}

KL_TEST(all_transactions_are_listed)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64], expected[256];
    begin_traced(&f);
    traced_gives(&f, MANAGER, "{\"scope\":\"registry\"}", "{\"operation\":\"list\"}",
                 "{\"active_transactions\":0,\"enlisted_resources\":[],\"status\":\"ok\","
                 "\"transaction_id\":null,\"transaction_type\":null,\"transactions\":[]}");
    begin_transaction(id, &f, "\"pattern\":\"auto\"");
    snprintf(expected, sizeof expected,
             "{\"active_transactions\":1,\"enlisted_resources\":[],\"status\":\"ok\",\"transaction_id\":"
             "null,\"transaction_type\":null,\"transactions\":[{\"transaction_id\":\"%s\","
             "\"transaction_type\":\"auto\",\"status\":\"active\"}]}", id);
    traced_gives(&f, MANAGER, "{\"scope\":\"registry\"}", "{\"operation\":\"list\"}", expected);
    fails(MANAGER, NULL, "{\"operation\":\"begin\"}", "missing required input: transaction_type");
    fails(MANAGER, NULL, "{\"operation\":\"begin\",\"transaction_type\":\"zz\"}",
          "invalid input 'transaction_type': expected one of: saga, 2pc, auto, got \"zz\"");
    free_fixture(&f);
}

#define MEMBER(name, asked)                                                                        \
    ENLIST("{\"type\":\"t\",\"id\":\"" name "\",\"prepare\":\"" asked                                  \
           "\",\"commit\":\"do\",\"abort\":\"undo\"}")
#define STEP(name, action)                                                                         \
    ENLIST("{\"type\":\"t\",\"id\":\"" name "\",\"action\":\"" action "\",\"compensation\":\"undo\"}")

static void enlist(fixture *f, const char *id, const char *members)
{
    char inputs[512];
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    kl_value out = run_traced(f, MANAGER, "{\"scope\":\"registry\"}", inputs, NULL);
    assert_false(kl_is_null(out));
    kl_value_release(out);
}

KL_TEST(resources_commit_in_two_phases)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64];
    begin_traced(&f);
    begin_transaction(id, &f, "\"transaction_type\":\"auto\"");
    enlist(&f, id, MEMBER("a", "flaky"));
    enlist(&f, id, MEMBER("b", "flaky"));
    manages(&f, id, "\"operation\":\"commit\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[\"t:a\",\"t:b\"],\"status\":"
            "\"committed\",\"transaction_type\":\"2pc\",\"details\":{\"status\":\"committed\",\"votes\":"
            "{\"t:a\":\"yes\",\"t:b\":\"yes\"},\"undelivered\":[]}}");
    traced("try t:a ID:t:a:prepare\ntry t:b ID:t:b:prepare\ndo t:a ID:t:a:commit\n"
           "do t:b ID:t:b:commit\n");
    begin_transaction(id, &f, "\"transaction_type\":\"2pc\"");
    enlist(&f, id, MEMBER("a", "flaky"));
    enlist(&f, id, MEMBER("b", "fail"));
    manages(&f, id, "\"operation\":\"commit\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[\"t:a\",\"t:b\"],\"status\":"
            "\"rolled_back\",\"transaction_type\":\"2pc\",\"details\":{\"status\":\"aborted\",\"votes\":"
            "{\"t:a\":\"yes\",\"t:b\":\"no\"},\"undelivered\":[]}}");
    traced("try t:a ID:t:a:prepare\nfail t:b ID:t:b:prepare\nundo t:a ID:t:a:abort\n");
    begin_transaction(id, &f, "\"transaction_type\":\"2pc\"");
    enlist(&f, id, MEMBER("a", "flaky"));
    manages(&f, id, "\"operation\":\"rollback\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[\"t:a\"],\"status\":\"rolled_back\","
            "\"transaction_type\":\"2pc\",\"details\":{\"status\":\"aborted\",\"votes\":{\"t:a\":"
            "\"timeout\"},\"undelivered\":[]}}");
    traced("undo t:a ID:t:a:abort\n");
    free_fixture(&f);
}

KL_TEST(resources_commit_as_a_saga)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64];
    begin_traced(&f);
    begin_transaction(id, &f, "\"transaction_type\":\"auto\"");
    enlist(&f, id, STEP("a", "do"));
    enlist(&f, id, STEP("b", "fail"));
    manages(&f, id, "\"operation\":\"commit\"",
            "{\"active_transactions\":0,\"enlisted_resources\":[\"t:a\",\"t:b\"],\"status\":"
            "\"rolled_back\",\"transaction_type\":\"saga\",\"details\":{\"status\":\"failed\","
            "\"completed\":[\"t:a\"],\"failed_step\":\"t:b\",\"error\":\"node 'fail' failed -> boom\","
            "\"compensation_results\":[{\"compensation_type\":\"action\",\"status\":\"compensated\","
            "\"step_id\":\"t:a\",\"attempts\":1,\"result\":{\"undone\":true}}],\"results\":{\"t:a\":"
            "{\"done\":true}}}}");
    traced("do t:a ID:t:a:action\nfail t:b ID:t:b:action\nundo t:a ID:t:a:compensation\n");
    begin_transaction(id, &f, "\"transaction_type\":\"2pc\"");
    enlist(&f, id, STEP("a", "do"));
    refuses(&f, id, "\"operation\":\"commit\"",
            "a resource of transaction '%s' has no endpoint or commit, as 2pc needs");
    free_fixture(&f);
}

/* ---- contexts and monitors ----------------------------------------------------------------------- */

static void context_gives_in(const char *id, const char *members, const char *expected, int line)
{
    char inputs[512], wanted[512];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted, "{%s,\"transaction_id\":\"%s\"}", expected, id);
    if (run_node(&out, CONTEXT, NULL, inputs, &error) != KL_OK)
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_true(kl_as_int(kl_map_get(out, KL_TEXT("created_at"))) > 1700000000);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("created_at"), NULL), KL_OK);
    assert_json_in(out, wanted, __FILE__, line);
}
#define context_gives(id, members, expected) context_gives_in(id, members, expected, __LINE__)

KL_TEST(a_context_lasts_until_its_end)
{
    KL_UNUSED_STATE;
    char id[64], inputs[256], message[160];
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, CONTEXT, NULL,
                              "{\"operation\":\"create\",\"metadata\":{\"a\":1}}", NULL), KL_OK);
    text_of(id, out, "transaction_id");
    kl_value_release(out);
    context_gives(id, "\"operation\":\"get\"",
                  "\"metadata\":{\"a\":1},\"participants\":[],\"status\":\"active\"");
    context_gives(id, "\"operation\":\"update\",\"metadata\":{\"b\":2},\"participants\":[\"x\"]",
                  "\"metadata\":{\"a\":1,\"b\":2},\"participants\":[\"x\"],\"status\":\"active\"");
    context_gives(id, "\"operation\":\"update\"",
                  "\"metadata\":{\"a\":1,\"b\":2},\"participants\":[\"x\"],\"status\":\"active\"");
    context_gives(id, "\"operation\":\"end\",\"end_status\":\"committed\"",
                  "\"metadata\":{\"a\":1,\"b\":2},\"participants\":[\"x\"],\"status\":\"committed\"");
    snprintf(inputs, sizeof inputs, "{\"operation\":\"update\",\"transaction_id\":\"%s\"}", id);
    snprintf(message, sizeof message,
             "node execution failed: cannot update transaction '%s': status is 'committed'", id);
    fails(CONTEXT, NULL, inputs, message);
    snprintf(inputs, sizeof inputs, "{\"operation\":\"end\",\"transaction_id\":\"%s\"}", id);
    fails(CONTEXT, NULL, inputs, "missing required input: end_status");
    fails(CONTEXT, NULL, "{\"operation\":\"get\",\"transaction_id\":\"zz\"}",
          "node execution failed: transaction 'zz' not found");
    fails(CONTEXT, NULL, "{\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: create, get, update, end, got \"zz\"");
    fails(CONTEXT, NULL, "{\"operation\":\"end\",\"end_status\":\"zz\"}",
          "invalid input 'end_status': expected one of: committed, rolled_back, got \"zz\"");
}

/* Outputs without the time it took. */
static void monitors_in(const char *operation, const char *id, const char *more,
                        const char *expected, int line)
{
    char inputs[512];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",\"transaction_id\":\"%s\"%s}", operation, id,
             more);
    assert_int_equal(run_node(&out, MONITOR, NULL, inputs, NULL), KL_OK);
    assert_true(kl_as_int(kl_map_get(out, KL_TEXT("duration_ms"))) >= 0);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("duration_ms"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define monitors(operation, id, more, expected) monitors_in(operation, id, more, expected, __LINE__)

KL_TEST(a_monitor_remembers)
{
    KL_UNUSED_STATE;
    monitors("update", "t", "",
             "{\"active_transactions\":0,\"settled_transactions\":0,\"status\":\"unknown\","
             "\"step_count\":0,\"success_rate\":null}");
    monitors("start", "t", "",
             "{\"active_transactions\":1,\"settled_transactions\":0,\"status\":\"active\","
             "\"step_count\":0,\"success_rate\":null}");
    monitors("update", "t", "",
             "{\"active_transactions\":1,\"settled_transactions\":0,\"status\":\"active\","
             "\"step_count\":1,\"success_rate\":null}");
    monitors("complete", "t", "",
             "{\"active_transactions\":0,\"settled_transactions\":1,\"status\":\"completed\","
             "\"step_count\":1,\"success_rate\":1.0}");
    monitors("fail", "t", "",
             "{\"active_transactions\":0,\"settled_transactions\":1,\"status\":\"completed\","
             "\"step_count\":1,\"success_rate\":1.0}");
    monitors("start", "u", "",
             "{\"active_transactions\":1,\"settled_transactions\":1,\"status\":\"active\","
             "\"step_count\":0,\"success_rate\":1.0}");
    monitors("fail", "u", ",\"transactions\":[{\"status\":\"active\"},{\"status\":\"failed\"},5]",
             "{\"active_transactions\":1,\"settled_transactions\":3,\"status\":\"failed\","
             "\"step_count\":0,\"success_rate\":0.3333333333333333}");
    fails(MONITOR, NULL, "{}", "missing required input: transaction_id");
    fails(MONITOR, NULL, "{\"transaction_id\":\"t\"}", "missing required input: operation");
    fails(MONITOR, NULL, "{\"transaction_id\":\"t\",\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: start, update, complete, fail, got \"zz\"");
}

KL_TEST(records_outlive_their_node)
{
    KL_UNUSED_STATE;
    char config[256], id[64], inputs[256], expected[256];
    kl_value out = kl_null();
    snprintf(config, sizeof config, "{\"log\":\"%s/contexts.db\",\"scope\":\"registry\"}", test_folder);
    assert_int_equal(run_node(&out, CONTEXT, config,
                              "{\"operation\":\"create\",\"metadata\":{\"k\":[1,null,\"é\"]}}", NULL), KL_OK);
    text_of(id, out, "transaction_id");
    kl_value_release(out);
    snprintf(inputs, sizeof inputs, "{\"operation\":\"get\",\"transaction_id\":\"%s\"}", id);
    snprintf(expected, sizeof expected, "{\"k\":[1,null,\"é\"]}");
    assert_int_equal(run_node(&out, CONTEXT, config, inputs, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("metadata"))), expected);
    kl_value_release(out);
    fails(CONTEXT, "{\"log\":\"sqlite:///nowhere/at/all.db\"}", inputs,
          "node execution failed: cannot open the database '/nowhere/at/all.db': (code: 14) unable to "
          "open database file");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(MANAGER, NULL,
                                "{\"operation\":\"begin\",\"transaction_type\":\"2pc\"}");
    survives_failed_allocations(CONTEXT, NULL, "{\"operation\":\"create\",\"metadata\":{\"a\":1}}");
    survives_failed_allocations(MONITOR, NULL, "{\"operation\":\"start\",\"transaction_id\":\"s\"}");
    survives_failed_allocations(MONITOR, NULL, "{\"operation\":\"update\",\"transaction_id\":\"s\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resources_are_enlisted_and_committed),
        cmocka_unit_test(all_transactions_are_listed),
        cmocka_unit_test(resources_commit_in_two_phases),
        cmocka_unit_test(resources_commit_as_a_saga),
        cmocka_unit_test(a_context_lasts_until_its_end),
        cmocka_unit_test(a_monitor_remembers),
        cmocka_unit_test(records_outlive_their_node),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_trace, remove_trace);
}
