/* Deadlocks, races, anomalies, the platform, a dashboard of connections. */
#include "node_sweep.h"

#include <unistd.h>

/* ---- deadlocks ----------------------------------------------------------------------------------- */

#define DEADLOCK "DeadlockDetectorNode"
#define NO_DEADLOCK                                                                                \
    "{\"cycles\":[],\"deadlock_detected\":false,\"involved_processes\":[],"                        \
    "\"resolution_suggestion\":\"No deadlock detected.\"}"

static void finds_cycles(const char *edges, const char *cycles, int count, const char *names)
{
    char inputs[1024], wanted[1024];
    snprintf(inputs, sizeof inputs, "{\"edges\":[%s]}", edges);
    snprintf(wanted, sizeof wanted,
             "{\"cycles\":%s,\"deadlock_detected\":true,\"involved_processes\":%s,"
             "\"resolution_suggestion\":\"Deadlock detected involving %d processes. Consider "
             "releasing resources in a consistent order or using timeout-based acquisition.\"}",
             cycles, names, count);
    gives(DEADLOCK, NULL, inputs, wanted);
}
#define EDGE(a, b) "{\"waiter\":\"" a "\",\"holder\":\"" b "\"}"

KL_TEST(circles_of_waiters_are_found)
{
    KL_UNUSED_STATE;
    gives(DEADLOCK, NULL, "{\"edges\":[]}", NO_DEADLOCK);
    gives(DEADLOCK, NULL, "{\"edges\":[" EDGE("a", "b") "," EDGE("b", "c") "," EDGE("a", "c") "]}",
          NO_DEADLOCK);
    finds_cycles(EDGE("a", "b") "," EDGE("b", "a"), "[[\"a\",\"b\"]]", 2, "[\"a\",\"b\"]");
    finds_cycles(EDGE("a", "a"), "[[\"a\"]]", 1, "[\"a\"]");
    finds_cycles(EDGE("a", "b") "," EDGE("b", "c") "," EDGE("c", "a") "," EDGE("c", "b") ","
                     EDGE("y", "x") "," EDGE("x", "y") "," EDGE("z", "a"),
                 "[[\"a\",\"b\",\"c\"],[\"b\",\"c\"],[\"y\",\"x\"]]", 5,
                 "[\"a\",\"b\",\"c\",\"x\",\"y\"]");
    /* two circles through one process, found on two branches of the walk */
    finds_cycles(EDGE("a", "b") "," EDGE("b", "a") "," EDGE("a", "c") "," EDGE("c", "b"),
                 "[[\"a\",\"b\"]]", 3, "[\"a\",\"b\",\"c\"]");
}

KL_TEST(edges_are_checked)
{
    KL_UNUSED_STATE;
    fails(DEADLOCK, NULL, "{}", "missing required input: edges");
    fails(DEADLOCK, NULL, "{\"edges\":5}", "invalid input 'edges': expected array, got 5");
    fails(DEADLOCK, NULL, "{\"edges\":[{\"from\":\"a\",\"to\":\"b\"}]}",
          "invalid input 'edges[0].waiter': expected non-empty string, got null");
    fails(DEADLOCK, NULL, "{\"edges\":[" EDGE("a", "b") ",{\"waiter\":\"a\",\"holder\":2}]}",
          "invalid input 'edges[1].holder': expected non-empty string, got 2");
    fails(DEADLOCK, NULL, "{\"edges\":[5]}",
          "invalid input 'edges[0].waiter': expected non-empty string, got null");
}

KL_TEST(long_chains_need_no_stack)
{
    KL_UNUSED_STATE;
    enum { COUNT = 100000 };
    char *text = malloc(64 * COUNT + 64), *at = text + sprintf(text, "{\"edges\":[");
    for (int i = 0; i < COUNT; i++)
        at += sprintf(at, "%s{\"waiter\":\"%d\",\"holder\":\"%d\"}", i ? "," : "", i,
                      (i + 1) % COUNT);
    sprintf(at, "]}");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, DEADLOCK, NULL, text, NULL), KL_OK);
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("involved_processes"))), COUNT);
    assert_int_equal(kl_array_len(kl_array_at(kl_map_get(out, KL_TEXT("cycles")), 0)), COUNT);
    kl_value_release(out);
    free(text);
}

/* ---- races --------------------------------------------------------------------------------------- */

#define RACE "RaceConditionDetectorNode"
#define AT(thread, resource, operation, time)                                                      \
    "{\"thread_id\":\"" thread "\",\"resource\":\"" resource "\",\"operation\":\"" operation       \
    "\",\"timestamp\":" time "}"
#define PAIR(a, b, t1, t2)                                                                         \
    "{\"resource\":\"x\",\"thread1\":\"" a "\",\"thread2\":\"" b "\",\"timestamp1\":" t1           \
    ",\"timestamp2\":" t2 "}"

static void races_in(const char *config, const char *trace, const char *confidence,
                     const char *races, int count, int line)
{
    char inputs[2048], wanted[2048];
    snprintf(inputs, sizeof inputs, "{\"execution_trace\":[%s]}", trace);
    snprintf(wanted, sizeof wanted,
             "{\"confidence_score\":%s,\"race_conditions\":[%s],\"race_count\":%d,"
             "\"races_detected\":%s}",
             confidence, races, count, count ? "true" : "false");
    gives_in(RACE, config, inputs, wanted, __FILE__, line);
}
#define races(config, trace, confidence, list, count)                                              \
    races_in(config, trace, confidence, list, count, __LINE__)

KL_TEST(unordered_accesses_race)
{
    KL_UNUSED_STATE;
    races(NULL, "", "0.0", "", 0);
    races(NULL, AT("1", "x", "read", "1.0") "," AT("2", "x", "write", "1.5"), "0.75",
          PAIR("1", "2", "1.0", "1.5"), 1);
    races(NULL, AT("1", "x", "read", "1") "," AT("2", "x", "read", "1"), "0.02", "", 0);
    races(NULL, AT("1", "x", "write", "1") "," AT("1", "x", "write", "2"), "0.02", "", 0);
    races(NULL, AT("1", "x", "write", "1") "," AT("2", "y", "write", "1"), "0.02", "", 0);
    races(NULL,
          AT("1", "x", "write", "1") "," AT("2", "x", "write", "2") "," AT("1", "x", "write", "3")
          "," AT("2", "x", "write", "4"),
          "1.0",
          PAIR("1", "2", "1", "2") "," PAIR("1", "2", "1", "4") "," PAIR("2", "1", "2", "3") ","
          PAIR("1", "2", "3", "4"),
          4);
    races("{\"window\":1}", AT("1", "x", "write", "1") "," AT("2", "x", "write", "2.5"), "0.02", "",
          0);
    races("{\"window\":1.5}", AT("1", "x", "write", "1") "," AT("2", "x", "write", "2.5"), "0.75",
          PAIR("1", "2", "1", "2.5"), 1);
    races("{\"max_races\":1}",
          AT("1", "x", "write", "1") "," AT("2", "x", "write", "2") "," AT("3", "x", "write", "3"),
          "1.0", PAIR("1", "2", "1", "2"), 3);
}

KL_TEST(synchronisation_orders)
{
    KL_UNUSED_STATE;
    /* a lock around both */
    races(NULL,
          AT("1", "l", "acquire", "1") "," AT("1", "x", "write", "2") "," AT("1", "l", "release", "3")
          "," AT("2", "l", "acquire", "4") "," AT("2", "x", "write", "5"),
          "0.0", "", 0);
    /* the lock comes too late for the second */
    races(NULL,
          AT("1", "l", "acquire", "1") "," AT("1", "x", "write", "2") "," AT("2", "x", "write", "3")
          "," AT("1", "l", "release", "4") "," AT("2", "l", "acquire", "5"),
          "1.0", PAIR("1", "2", "2", "3"), 1);
    /* what the first does behind its release is not seen by the second */
    races(NULL,
          AT("1", "l", "acquire", "1") "," AT("1", "l", "release", "2") "," AT("1", "x", "write", "3")
          "," AT("2", "l", "acquire", "4") "," AT("2", "x", "read", "5"),
          "1.0", PAIR("1", "2", "3", "5"), 1);
    /* a thread knows what was before its start, and its end is known to who joins it */
    races(NULL,
          AT("1", "x", "write", "1")
          ",{\"thread_id\":\"1\",\"operation\":\"fork\",\"target\":\"2\"}," AT("2", "x", "write", "2")
          ",{\"thread_id\":\"1\",\"operation\":\"join\",\"target\":\"2\"}," AT("1", "x", "read", "3"),
          "0.0", "", 0);
    races(NULL,
          "{\"thread_id\":\"1\",\"operation\":\"fork\",\"target\":\"2\"}," AT("1", "x", "write", "1")
          "," AT("2", "x", "write", "2"),
          "1.0", PAIR("1", "2", "1", "2"), 1);
}

KL_TEST(traces_are_checked)
{
    KL_UNUSED_STATE;
    fails(RACE, NULL, "{}", "missing required input: execution_trace");
    fails(RACE, NULL, "{\"execution_trace\":[5]}",
          "invalid input 'execution_trace[0].thread_id': expected string or integer, got null");
    fails(RACE, NULL, "{\"execution_trace\":[{\"thread_id\":1,\"operation\":\"poke\"}]}",
          "invalid input 'execution_trace[0].operation': expected one of: read, write, acquire, "
          "release, fork, join, got \"poke\"");
    fails(RACE, NULL, "{\"execution_trace\":[{\"thread_id\":1,\"operation\":\"read\"}]}",
          "invalid input 'execution_trace[0].resource': expected string or integer, got null");
    fails(RACE, NULL, "{\"execution_trace\":[{\"thread_id\":1,\"operation\":\"fork\"}]}",
          "invalid input 'execution_trace[0].target': expected string or integer, got null");
    fails(RACE, NULL, "{\"execution_trace\":[" AT("1", "x", "read", "\"now\"") "]}",
          "invalid input 'execution_trace[0].timestamp': expected number, got \"now\"");
}

/* ---- anomalies ----------------------------------------------------------------------------------- */

#define ANOMALY "PerformanceAnomalyNode"

KL_TEST(outliers_stand_out)
{
    KL_UNUSED_STATE;
    gives(ANOMALY, NULL, "{\"metrics_history\":[]}",
          "{\"anomalies\":[],\"anomaly_count\":0,\"baseline_mean\":0.0,\"baseline_stddev\":0.0}");
    gives(ANOMALY, NULL, "{\"metrics_history\":[1,1,1,1,1,1,{\"value\":100.0,\"timestamp\":7}]}",
          "{\"anomalies\":[{\"is_anomaly\":true,\"score\":2.4494897427831783,\"timestamp\":7,"
          "\"value\":100.0}],\"anomaly_count\":1,\"baseline_mean\":15.142857142857142,"
          "\"baseline_stddev\":34.64278350507637}");
    gives(ANOMALY, "{\"include_all\":true,\"sensitivity\":1}",
          "{\"metrics_history\":[{\"value\":1},{\"value\":2.0},{\"value\":9}]}",
          "{\"anomalies\":[{\"is_anomaly\":false,\"score\":0.8429272304235246,\"timestamp\":0,"
          "\"value\":1.0},{\"is_anomaly\":false,\"score\":0.5619514869490164,\"timestamp\":1,"
          "\"value\":2.0},{\"is_anomaly\":true,\"score\":1.404878717372541,\"timestamp\":2,"
          "\"value\":9.0}],\"anomaly_count\":1,\"baseline_mean\":4.0,"
          "\"baseline_stddev\":3.559026084010437}");
    gives(ANOMALY, NULL, "{\"metrics_history\":[{\"value\":1}]}",
          "{\"anomalies\":[],\"anomaly_count\":0,\"baseline_mean\":1.0,\"baseline_stddev\":0.0}");
}

static int64_t anomaly_count(const char *config, const char *inputs)
{
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, ANOMALY, config, inputs, NULL), KL_OK);
    int64_t count = kl_as_int(kl_map_get(out, KL_TEXT("anomaly_count")));
    kl_value_release(out);
    return count;
}

KL_TEST(robust_and_seasonal_baselines)
{
    KL_UNUSED_STATE;
    /* two huge outliers hide a smaller one from the mean, not from the median */
    const char *three = "{\"metrics_history\":[10,11,9,10,12,10,9,11,10,10,40,10000,10000]}";
    assert_int_equal(anomaly_count("{\"method\":\"mean\"}", three), 2);
    assert_int_equal(anomaly_count("{\"method\":\"mad\",\"sensitivity\":3.5}", three), 3);
    /* more than half are equal: the median distance is 0 */
    assert_int_equal(anomaly_count("{\"method\":\"mad\",\"sensitivity\":3.5}",
                                   "{\"metrics_history\":[5,5,5,5,5,5,5,50]}"), 1);
    assert_int_equal(anomaly_count("{\"method\":\"mad\"}", "{\"metrics_history\":[5,5,5]}"), 0);
    /* nights are quiet and days are busy; a busy night is not usual */
    const char *nights =
        "{\"metrics_history\":[1,100,2,101,1,99,2,100,95,100,1,101,2,99]}";
    assert_int_equal(anomaly_count("{\"method\":\"mean\"}", nights), 0);
    assert_int_equal(
        anomaly_count("{\"method\":\"seasonal\",\"period\":2,\"sensitivity\":3.5}", nights), 1);
    fails(ANOMALY, "{\"method\":\"seasonal\"}", "{\"metrics_history\":[1]}",
          "missing required input: period");
    fails(ANOMALY, NULL, "{\"metrics_history\":[{\"x\":1}]}",
          "invalid input 'metrics_history[0].value': expected finite number, got null");
    fails(ANOMALY, NULL, "{\"metrics_history\":[1,\"2\"]}",
          "invalid input 'metrics_history[1]': expected finite number, got \"2\"");
    fails(ANOMALY, "{\"sensitivity\":-1}", "{\"metrics_history\":[1]}",
          "sensitivity: expected number from 0 to 1e+300, got -1");
}

/* ---- the platform and the dashboard -------------------------------------------------------------- */

#define PLATFORM "PlatformNode"

KL_TEST(the_platform_tells_no_secrets)
{
    KL_UNUSED_STATE;
    char expected[64];
    gives(PLATFORM, NULL, "{\"operation\":\"os\"}", "{\"os\":\"linux\"}");
    snprintf(expected, sizeof expected, "{\"cpus\":%ld}", sysconf(_SC_NPROCESSORS_ONLN));
    gives(PLATFORM, NULL, "{\"operation\":\"cpus\"}", expected);
    setenv("FLOW_TEST_PLAIN", "bar", 1);
    setenv("FLOW_TEST_API_KEY", "hidden", 1);
    setenv("flow_test_password", "hidden", 1);
    setenv("FLOW_TEST_MONKEY", "seen", 1);
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"FLOW_TEST_PLAIN\"}",
          "{\"value\":\"bar\"}");
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"FLOW_TEST_MONKEY\"}",
          "{\"value\":\"seen\"}");
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"FLOW_TEST_API_KEY\"}",
          "{\"value\":\"\"}");
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"flow_test_password\"}",
          "{\"value\":\"\"}");
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"A=B\"}", "{\"value\":\"\"}");
    gives(PLATFORM, NULL, "{\"operation\":\"env\",\"env_var\":\"FLOW_TEST_PLAIN\\u0000\"}",
          "{\"value\":\"\"}");
    fails(PLATFORM, NULL, "{\"operation\":\"env\"}", "missing required input: env_var");
    fails(PLATFORM, NULL, "{\"operation\":\"zz\"}",
          "invalid input 'operation': expected one of: info, os, arch, cpus, env, got \"zz\"");
}

KL_TEST(connections_are_counted)
{
    KL_UNUSED_STATE;
    gives("ConnectionDashboardNode", NULL,
          "{\"connections\":[{\"status\":\"active\"},{\"status\":\"error\"},{\"status\":\"idle\"},"
          "{\"status\":\"failed\"},{\"status\":\"connected\"},{\"status\":\"active\"},{}]}",
          "{\"active_count\":3,\"error_count\":2,\"total_connections\":7,\"aggregation\":"
          "{\"active\":2,\"error\":1,\"idle\":1,\"failed\":1,\"connected\":1,\"unknown\":1},"
          "\"dashboard\":{\"active_count\":3,\"error_count\":2,\"total_connections\":7}}");
    fails("ConnectionDashboardNode", NULL, "{}", "missing required input: connections");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(DEADLOCK, NULL, "{\"edges\":[" EDGE("a", "b") "," EDGE("b", "a") "]}");
    survives_failed_allocations(RACE, NULL,
                                "{\"execution_trace\":[" AT("1", "l", "acquire", "1") ","
                                AT("1", "x", "write", "2") "," AT("2", "x", "write", "3") "]}");
    survives_failed_allocations(ANOMALY, "{\"method\":\"seasonal\",\"period\":2}",
                                "{\"metrics_history\":[1,2,1,2,1,2,99]}");
    survives_failed_allocations(PLATFORM, NULL, "{\"operation\":\"info\"}");
    survives_failed_allocations("ConnectionDashboardNode", NULL,
                                "{\"connections\":[{\"status\":\"active\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(circles_of_waiters_are_found),
        cmocka_unit_test(edges_are_checked),
        cmocka_unit_test(long_chains_need_no_stack),
        cmocka_unit_test(unordered_accesses_race),
        cmocka_unit_test(synchronisation_orders),
        cmocka_unit_test(traces_are_checked),
        cmocka_unit_test(outliers_stand_out),
        cmocka_unit_test(robust_and_seasonal_baselines),
        cmocka_unit_test(the_platform_tells_no_secrets),
        cmocka_unit_test(connections_are_counted),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
