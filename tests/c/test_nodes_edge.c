/* EdgeStateMachineNode, EdgeMigrationNode, EdgeCoordinationNode, EdgeDataNode, EdgeMonitoringNode. */
#include "node_sweep.h"

#include "folder.h"

#define MACHINE   "EdgeStateMachineNode"
#define MIGRATION "EdgeMigrationNode"
#define DATA      "EdgeDataNode"
#define MONITOR   "EdgeMonitoringNode"

#define DEFINE(id, more)                                                                           \
    "{\"operation\":\"define\",\"machine_id\":\"" id "\",\"states\":[\"a\",\"b\",\"c\"]" more "}"
#define AB_BC ",\"transitions\":[{\"from\":\"a\",\"to\":\"b\"},{\"from\":\"b\",\"to\":\"c\"}]"
#define MOVE(id, target)                                                                           \
    "{\"operation\":\"transition\",\"machine_id\":\"" id "\",\"target_state\":\"" target "\"}"

KL_TEST(machines_move_along_their_transitions)
{
    KL_UNUSED_STATE;
    gives(MACHINE, NULL, DEFINE("m", AB_BC),
          "{\"current_state\":\"a\",\"machine_id\":\"m\",\"message\":\"State machine defined "
          "successfully\",\"success\":true}");
    gives(MACHINE, NULL, MOVE("m", "c"),
          "{\"current_state\":\"a\",\"machine_id\":\"m\",\"message\":\"transition from 'a' to 'c' is not "
          "allowed\",\"success\":false}");
    gives(MACHINE, NULL, MOVE("m", "zz"),
          "{\"current_state\":\"a\",\"machine_id\":\"m\",\"message\":\"invalid target state: zz\","
          "\"success\":false}");
    gives(MACHINE, NULL, MOVE("m", "b"),
          "{\"current_state\":\"b\",\"machine_id\":\"m\",\"message\":\"Transition successful\","
          "\"previous_state\":\"a\",\"success\":true}");
    gives(MACHINE, NULL, "{\"operation\":\"get_state\",\"machine_id\":\"m\"}",
          "{\"current_state\":\"b\",\"history\":[\"a\",\"b\"],\"initial_state\":\"a\",\"machine_id\":\"m\","
          "\"message\":\"State retrieved successfully\",\"success\":true}");
    gives(MACHINE, NULL, "{\"operation\":\"reset\",\"machine_id\":\"m\"}",
          "{\"current_state\":\"a\",\"machine_id\":\"m\",\"message\":\"State machine reset to initial "
          "state\",\"previous_state\":\"b\",\"success\":true}");
    gives(MACHINE, NULL, "{\"operation\":\"get_state\",\"machine_id\":\"m\"}",
          "{\"current_state\":\"a\",\"history\":[\"a\"],\"initial_state\":\"a\",\"machine_id\":\"m\","
          "\"message\":\"State retrieved successfully\",\"success\":true}");
    gives(MACHINE, NULL, DEFINE("free", ",\"initial_state\":\"b\""),
          "{\"current_state\":\"b\",\"machine_id\":\"free\",\"message\":\"State machine defined "
          "successfully\",\"success\":true}");
    gives(MACHINE, NULL, MOVE("free", "a"),
          "{\"current_state\":\"a\",\"machine_id\":\"free\",\"message\":\"Transition successful\","
          "\"previous_state\":\"b\",\"success\":true}");
    gives(MACHINE, NULL, "{\"operation\":\"list\"}",
          "{\"machines\":[\"free\",\"m\"],\"message\":\"Listed all state machines\",\"success\":true}");
}

KL_TEST(bad_machines_are_refused)
{
    KL_UNUSED_STATE;
    fails(MACHINE, NULL, "{}", "missing required input: operation");
    fails(MACHINE, NULL, "{\"operation\":\"define\"}", "missing required input: machine_id");
    fails(MACHINE, NULL, "{\"operation\":\"define\",\"machine_id\":\"x\"}",
          "missing required input: states");
    fails(MACHINE, NULL, "{\"operation\":\"define\",\"machine_id\":\"x\",\"states\":[]}",
          "invalid input 'states': expected non-empty array of states, got empty array");
    fails(MACHINE, NULL, "{\"operation\":\"define\",\"machine_id\":\"x\",\"states\":[\"a\",5]}",
          "invalid input 'states[1]': expected string, got 5");
    fails(MACHINE, NULL, DEFINE("x", ",\"initial_state\":\"zz\""),
          "invalid input 'initial_state': expected one of: a, b, c, got \"zz\"");
    fails(MACHINE, NULL, DEFINE("x", ",\"transitions\":[{\"from\":\"q\",\"to\":\"a\"}]"),
          "invalid input 'transitions[0].from': expected one of the states, got \"q\"");
    fails(MACHINE, NULL, "{\"operation\":\"transition\",\"machine_id\":\"m\"}",
          "missing required input: target_state");
    fails(MACHINE, NULL, MOVE("nope", "a"), "node execution failed: state machine 'nope' not found");
    fails(MACHINE, NULL, "{\"operation\":\"get_state\",\"machine_id\":\"nope\"}",
          "node execution failed: state machine 'nope' not found");
}

/* ---- migrations ---------------------------------------------------------------------------------- */

static void plan(char id[64])
{
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, MIGRATION, NULL,
                              "{\"operation\":\"plan\",\"source\":\"a\",\"target\":\"b\"}", NULL), KL_OK);
    snprintf(id, 64, "%s", kl_as_text(kl_map_get(out, KL_TEXT("migration_id"))).data);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("migration_id"), NULL), KL_OK);
    assert_json(out, "{\"message\":\"Migration planned successfully\",\"source\":\"a\",\"state\":"
                     "\"planned\",\"strategy\":\"live\",\"success\":true,\"target\":\"b\"}");
}

static void migrates_in(const char *id, const char *operation, const char *expected, int line)
{
    char inputs[256];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",\"migration_id\":\"%s\"}", operation, id);
    assert_int_equal(run_node(&out, MIGRATION, NULL, inputs, NULL), KL_OK);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("migration_id"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define migrates(id, operation, expected) migrates_in(id, operation, expected, __LINE__)
#define SAYS(message, state, success)                                                              \
    "{\"message\":\"" message "\",\"state\":\"" state "\",\"success\":" success "}"
#define ADVANCED(from, to)                                                                         \
    "{\"message\":\"Advanced to " to "\",\"previous_state\":\"" from "\",\"state\":\"" to              \
    "\",\"success\":true}"

KL_TEST(migrations_advance_and_roll_back)
{
    KL_UNUSED_STATE;
    char id[64];
    plan(id);
    migrates(id, "complete", SAYS("Cannot complete migration in state 'planned'", "planned", "false"));
    migrates(id, "start", SAYS("Migration started", "in_progress", "true"));
    migrates(id, "start", SAYS("Cannot start migration in state 'in_progress'", "in_progress", "false"));
    migrates(id, "advance", ADVANCED("in_progress", "transferring"));
    migrates(id, "advance", ADVANCED("transferring", "validating"));
    migrates(id, "advance", ADVANCED("validating", "switching"));
    migrates(id, "complete", SAYS("Migration completed", "completed", "true"));
    migrates(id, "advance", SAYS("Cannot advance from state 'completed'", "completed", "false"));
    migrates(id, "rollback", SAYS("Cannot rollback a completed migration", "completed", "false"));
    migrates(id, "complete", SAYS("Cannot complete migration in state 'completed'", "completed", "false"));
    migrates(id, "status",
             "{\"canary_percent\":10,\"history\":[\"planned\",\"in_progress\",\"transferring\","
             "\"validating\",\"switching\",\"completed\"],\"source\":\"a\",\"state\":\"completed\","
             "\"strategy\":\"live\",\"target\":\"b\",\"message\":\"Migration is in state 'completed'\","
             "\"success\":true}");
    plan(id);
    migrates(id, "advance", ADVANCED("planned", "in_progress"));
    migrates(id, "rollback", SAYS("Migration rolled back to source", "rolled_back", "true"));
    migrates(id, "rollback", SAYS("Migration is already rolled back", "rolled_back", "false"));
    migrates(id, "complete",
             SAYS("Cannot complete migration in state 'rolled_back'", "rolled_back", "false"));
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, MIGRATION, NULL, "{\"operation\":\"list\"}", NULL), KL_OK);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("count"))), 2);
    kl_value_release(out);
    fails(MIGRATION, NULL, "{\"operation\":\"plan\"}", "missing required input: source");
    fails(MIGRATION, NULL,
          "{\"operation\":\"plan\",\"source\":\"a\",\"target\":\"b\",\"strategy\":\"zz\"}",
          "invalid input 'strategy': expected one of: live, cold, blue_green, canary, got \"zz\"");
    fails(MIGRATION, NULL, "{\"operation\":\"status\",\"migration_id\":\"nope\"}",
          "node execution failed: migration 'nope' not found");
}

/* ---- clusters ------------------------------------------------------------------------------------ */

#define CLUSTER "EdgeCoordinationNode"
#define DO(operation, more) "{\"operation\":\"" operation "\",\"cluster_id\":\"c\"" more "}"

KL_TEST(clusters_have_members_and_a_leader)
{
    KL_UNUSED_STATE;
    gives(CLUSTER, NULL, DO("create_cluster", ",\"members\":[\"b\",\"a\",\"c\",\"a\"]"),
          "{\"cluster_id\":\"c\",\"members\":[\"b\",\"a\",\"c\"],\"message\":\"Cluster created "
          "successfully\",\"success\":true}");
    gives(CLUSTER, NULL, DO("join", ",\"member_id\":\"d\""),
          "{\"cluster_id\":\"c\",\"member_count\":4,\"member_id\":\"d\",\"message\":\"Member joined "
          "cluster\",\"success\":true}");
    gives(CLUSTER, NULL, DO("join", ",\"member_id\":\"d\""),
          "{\"cluster_id\":\"c\",\"member_count\":4,\"member_id\":\"d\",\"message\":\"Member joined "
          "cluster\",\"success\":true}");
    gives(CLUSTER, NULL, DO("get_leader", ""),
          "{\"cluster_id\":\"c\",\"leader\":null,\"message\":\"Leader retrieved\",\"success\":true}");
    gives(CLUSTER, NULL, DO("elect_leader", ""),
          "{\"cluster_id\":\"c\",\"leader\":\"a\",\"message\":\"Leader elected successfully\","
          "\"success\":true}");
    gives(CLUSTER, NULL, DO("check_quorum", ""),
          "{\"cluster_id\":\"c\",\"has_quorum\":true,\"message\":\"Cluster has quorum\","
          "\"quorum_needed\":3,\"success\":true,\"total_members\":4}");
    gives(CLUSTER, NULL, DO("check_quorum", ",\"active_members\":[\"a\",\"b\",\"zz\"]"),
          "{\"cluster_id\":\"c\",\"has_quorum\":false,\"message\":\"Cluster does NOT have quorum\","
          "\"quorum_needed\":3,\"success\":true,\"total_members\":4}");
    gives(CLUSTER, NULL, DO("leave", ",\"member_id\":\"zz\""),
          "{\"cluster_id\":\"c\",\"member_count\":4,\"member_id\":\"zz\",\"message\":\"Member left "
          "cluster\",\"success\":true}");
    gives(CLUSTER, NULL, DO("leave", ",\"member_id\":\"a\""),
          "{\"cluster_id\":\"c\",\"member_count\":3,\"member_id\":\"a\",\"message\":\"Member left "
          "cluster\",\"success\":true}");
    gives(CLUSTER, NULL, DO("get_leader", ""),
          "{\"cluster_id\":\"c\",\"leader\":null,\"message\":\"Leader retrieved\",\"success\":true}");
    gives(CLUSTER, NULL, DO("get_members", ""),
          "{\"cluster_id\":\"c\",\"members\":[\"b\",\"c\",\"d\"],\"message\":\"Members retrieved\","
          "\"success\":true}");
    gives(CLUSTER, NULL, DO("create_cluster", ""),
          "{\"cluster_id\":\"c\",\"members\":[],\"message\":\"Cluster created successfully\","
          "\"success\":true}");
    gives(CLUSTER, NULL, DO("elect_leader", ""),
          "{\"cluster_id\":\"c\",\"message\":\"Cannot elect leader: no members in cluster\","
          "\"success\":false}");
    gives(CLUSTER, NULL, DO("check_quorum", ""),
          "{\"cluster_id\":\"c\",\"has_quorum\":false,\"message\":\"Cluster does NOT have quorum\","
          "\"quorum_needed\":0,\"success\":true,\"total_members\":0}");
    fails(CLUSTER, NULL, "{\"operation\":\"get_members\",\"cluster_id\":\"zz\"}",
          "node execution failed: cluster 'zz' not found");
    fails(CLUSTER, NULL, "{\"operation\":\"join\",\"cluster_id\":\"zz\",\"member_id\":\"a\"}",
          "node execution failed: cluster 'zz' not found");
    fails(CLUSTER, NULL, DO("join", ""), "missing required input: member_id");
    fails(CLUSTER, NULL, "{\"operation\":\"create_cluster\"}", "missing required input: cluster_id");
}

/* ---- data ---------------------------------------------------------------------------------------- */

KL_TEST(data_has_versions_and_hashes)
{
    KL_UNUSED_STATE;
    gives(DATA, NULL, "{\"operation\":\"store\",\"key\":\"k\"}",
          "{\"hash\":\"74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b\",\"key\":\"k\","
          "\"message\":\"Data stored successfully\",\"success\":true,\"version\":1}");
    gives(DATA, NULL, "{\"operation\":\"store\",\"key\":\"k\",\"data\":{\"b\":1,\"a\":\"\\u00e9\"}}",
          "{\"hash\":\"aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e\",\"key\":\"k\","
          "\"message\":\"Data stored successfully\",\"success\":true,\"version\":2}");
    gives(DATA, NULL, "{\"operation\":\"retrieve\",\"key\":\"k\"}",
          "{\"data\":{\"b\":1,\"a\":\"\xC3\xA9\"},\"hash\":"
          "\"aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e\",\"message\":\"Retrieved "
          "data for key 'k'\",\"success\":true,\"version\":2}");
    gives(DATA, NULL, "{\"operation\":\"validate\",\"key\":\"k\"}",
          "{\"computed_hash\":\"aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e\","
          "\"message\":\"Data integrity verified\",\"stored_hash\":"
          "\"aa58fba8483623bed37c1b02edfccbdd9a53123837c20bfa4cb4049993a2872e\",\"success\":true,"
          "\"valid\":true}");
    gives(DATA, NULL, "{\"operation\":\"sync\",\"source_key\":\"k\",\"target_key\":\"copy\"}",
          "{\"message\":\"Data synchronized successfully\",\"source_key\":\"k\",\"success\":true,"
          "\"target_key\":\"copy\"}");
    gives(DATA, NULL, "{\"operation\":\"list\"}",
          "{\"keys\":[\"copy\",\"k\"],\"message\":\"Listed all keys\",\"success\":true}");
    gives(DATA, NULL, "{\"operation\":\"list\",\"prefix\":\"co\"}",
          "{\"keys\":[\"copy\"],\"message\":\"Listed all keys\",\"success\":true}");
    gives(DATA, NULL, "{\"operation\":\"delete\",\"key\":\"zz\"}",
          "{\"message\":\"Key 'zz' not found\",\"success\":false}");
    gives(DATA, NULL, "{\"operation\":\"delete\",\"key\":\"copy\"}",
          "{\"message\":\"Deleted key 'copy'\",\"success\":true}");
    fails(DATA, NULL, "{\"operation\":\"retrieve\",\"key\":\"zz\"}",
          "node execution failed: key 'zz' not found");
    fails(DATA, NULL, "{\"operation\":\"sync\"}", "missing required input: source_key");
    fails(DATA, NULL, "{\"operation\":\"store\"}", "missing required input: key");
    fails(DATA, NULL, "{\"operation\":\"diff\",\"source_key\":\"k\",\"target_key\":\"zz\"}",
          "node execution failed: target key 'zz' not found");
}

static void put(const char *config, const char *key, const char *data)
{
    char inputs[512];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"store\",\"key\":\"%s\",\"data\":%s}", key, data);
    assert_int_equal(run_node(&out, DATA, config, inputs, NULL), KL_OK);
    kl_value_release(out);
}

KL_TEST(differences_are_told_field_by_field)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    put(NULL, "one", "{\"a\":1,\"b\":{\"c\":[1],\"d\":2},\"e\":5}");
    put(NULL, "two", "{\"a\":1.0,\"b\":{\"c\":[2],\"d\":2},\"f\":null}");
    assert_int_equal(run_node(&out, DATA, NULL,
                              "{\"operation\":\"diff\",\"source_key\":\"one\",\"target_key\":\"two\"}",
                              NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(kl_map_get(out, KL_TEXT("diff")), KL_TEXT("changes"))),
                "[{\"path\":\"b.c\",\"change\":\"changed\",\"source\":[1],\"target\":[2]},{\"path\":\"e\","
                "\"change\":\"removed\",\"source\":5},{\"path\":\"f\",\"change\":\"added\",\"target\":null}]");
    assert_false(kl_as_bool(kl_map_get(out, KL_TEXT("identical"))));
    kl_value_release(out);
    assert_int_equal(run_node(&out, DATA, NULL,
                              "{\"operation\":\"diff\",\"source_key\":\"one\",\"target_key\":\"one\"}",
                              NULL), KL_OK);
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("identical"))));
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("message"))).data,
                        "Data entries are identical");
    kl_value_release(out);
}

KL_TEST(places_are_brought_in_step)
{
    KL_UNUSED_STATE;
    char here[128], there[160], inputs[256];
    snprintf(here, sizeof here, "{\"database\":\"%s/here.db\"}", test_folder);
    snprintf(there, sizeof there, "{\"database\":\"%s/there.db\"}", test_folder);
    put(here, "x1", "\"old\"");
    put(here, "x2", "2");
    put(here, "y", "9");
    put(there, "x1", "\"older\"");
    put(there, "x1", "\"new\"");
    put(there, "x3", "3");
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"sync\",\"prefix\":\"x\",\"peers\":[\"%s/there.db\"]}", test_folder);
    gives(DATA, here, inputs,
          "{\"message\":\"Data synchronized successfully\",\"received\":2,\"sent\":1,\"success\":true}");
    gives(DATA, here, inputs,
          "{\"message\":\"Data synchronized successfully\",\"received\":0,\"sent\":0,\"success\":true}");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, DATA, here, "{\"operation\":\"retrieve\",\"key\":\"x1\"}", NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("data"))), "\"new\"");
    kl_value_release(out);
    gives(DATA, there, "{\"operation\":\"list\"}",
          "{\"keys\":[\"x1\",\"x2\",\"x3\"],\"message\":\"Listed all keys\",\"success\":true}");
}

/* ---- monitoring ---------------------------------------------------------------------------------- */

#define NODES                                                                                      \
    "\"nodes_metrics\":[{\"node_id\":\"a\",\"cpu_percent\":95,\"memory_percent\":50.0},{\"node_id\":"  \
    "\"b\",\"cpu_percent\":75.0,\"memory_percent\":99.0},{\"cpu_percent\":75.0,\"memory_percent\":10.0}]"
#define SUMMARY                                                                                    \
    "\"avg_cpu\":81.66666666666667,\"avg_memory\":53.0,\"degraded_count\":1,\"healthy_count\":0,"      \
    "\"message\":\"Aggregated metrics from 3 nodes: 0 healthy, 1 degraded, 2 unhealthy\","             \
    "\"node_count\":3,\"overall_status\":\"unhealthy\",\"unhealthy_count\":2}"

KL_TEST(nodes_are_judged)
{
    KL_UNUSED_STATE;
    gives(MONITOR, NULL, "{\"operation\":\"aggregate\"," NODES "}", "{" SUMMARY);
    gives(MONITOR, NULL, "{\"operation\":\"health\"," NODES "}", "{" SUMMARY);
    gives(MONITOR, NULL, "{\"operation\":\"summary\"," NODES "}",
          "{\"alerts\":[\"CRITICAL: a is unhealthy (CPU: 95.0%, Memory: 50.0%)\",\"CRITICAL: b is "
          "unhealthy (CPU: 75.0%, Memory: 99.0%)\",\"WARNING: node-2 is degraded (CPU: 75.0%, Memory: "
          "10.0%)\"]," SUMMARY);
    gives(MONITOR, NULL, "{\"operation\":\"threshold\"," NODES "}",
          "{\"alerts\":[\"ALERT: a CPU at 95.0% exceeds unhealthy threshold (90%)\",\"ALERT: b memory at "
          "99.0% exceeds unhealthy threshold (95%)\"],\"all_ok\":false,\"message\":\"Some nodes exceed "
          "thresholds\",\"node_count\":3}");
    gives(MONITOR, NULL, "{\"operation\":\"aggregate\",\"nodes_metrics\":[]}",
          "{\"avg_cpu\":0.0,\"avg_memory\":0.0,\"message\":\"No nodes to aggregate\",\"node_count\":0,"
          "\"overall_status\":\"unknown\"}");
    gives(MONITOR, NULL,
          "{\"operation\":\"threshold\",\"nodes_metrics\":[{\"cpu_percent\":90,\"memory_percent\":95}]}",
          "{\"alerts\":[],\"all_ok\":true,\"message\":\"All nodes within thresholds\",\"node_count\":1}");
    fails(MONITOR, NULL, "{\"operation\":\"health\"}", "missing required input: nodes_metrics");
    fails(MONITOR, NULL, "{\"operation\":\"health\",\"nodes_metrics\":[5]}",
          "invalid input 'nodes_metrics[0]': expected object, got 5");
    fails(MONITOR, NULL, "{\"operation\":\"health\",\"nodes_metrics\":[{\"cpu_percent\":\"x\"}]}",
          "invalid input 'nodes_metrics[0].cpu_percent': expected number, got \"x\"");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(MACHINE, NULL, DEFINE("sweep", AB_BC));
    survives_failed_allocations(MACHINE, NULL, "{\"operation\":\"reset\",\"machine_id\":\"sweep\"}");
    survives_failed_allocations(MACHINE, NULL, "{\"operation\":\"list\"}");
    survives_failed_allocations(CLUSTER, NULL, DO("create_cluster", ",\"members\":[\"a\"]"));
    survives_failed_allocations(CLUSTER, NULL, DO("join", ",\"member_id\":\"b\""));
    survives_failed_allocations(CLUSTER, NULL, DO("leave", ",\"member_id\":\"b\""));
    survives_failed_allocations(MIGRATION, NULL,
                                "{\"operation\":\"plan\",\"source\":\"a\",\"target\":\"b\"}");
    survives_failed_allocations(MIGRATION, NULL, "{\"operation\":\"list\"}");
    survives_failed_allocations(DATA, NULL, "{\"operation\":\"store\",\"key\":\"s\",\"data\":[1]}");
    survives_failed_allocations(DATA, NULL,
                                "{\"operation\":\"diff\",\"source_key\":\"one\",\"target_key\":\"two\"}");
    survives_failed_allocations(MONITOR, NULL, "{\"operation\":\"summary\"," NODES "}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machines_move_along_their_transitions),
        cmocka_unit_test(bad_machines_are_refused),
        cmocka_unit_test(migrations_advance_and_roll_back),
        cmocka_unit_test(clusters_have_members_and_a_leader),
        cmocka_unit_test(data_has_versions_and_hashes),
        cmocka_unit_test(differences_are_told_field_by_field),
        cmocka_unit_test(places_are_brought_in_step),
        cmocka_unit_test(nodes_are_judged),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
