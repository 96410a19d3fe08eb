/* MetricsCollectorNode: counters, gauges, histograms, both texts, what is kept, what is refused. */
#include "node_sweep.h"


#define NODE "MetricsCollectorNode"

KL_TEST(measurements_are_collected)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL, "{\"metrics\":[]}",
          "{\"metrics_snapshot\":{\"counters\":{},\"gauges\":{},\"histograms\":{}},"
          "\"prometheus_text\":\"\",\"recorded\":0}");
    gives(NODE, NULL,
          "{\"metrics\":[{\"name\":\"c\",\"value\":1,\"type\":\"counter\"},{\"name\":\"c\",\"value\":2,"
          "\"type\":\"counter\"},{\"name\":\"g\",\"value\":1.5,\"type\":\"gauge\"},{\"name\":\"h\","
          "\"value\":1,\"type\":\"histogram\",\"buckets\":[1,2.5]},{\"name\":\"h\",\"value\":2.5,"
          "\"type\":\"histogram\"},{\"name\":\"h\",\"value\":9,\"type\":\"histogram\"},{\"name\":\"z\","
          "\"value\":2.5,\"type\":\"foo\"},{\"name\":\"w\"}]}",
          "{\"metrics_snapshot\":{\"counters\":{\"c\":3.0},\"gauges\":{\"g\":1.5,\"z\":2.5,\"w\":1.0},"
          "\"histograms\":{\"h\":[1.0,2.5,9.0]}},\"prometheus_text\":\"# TYPE c counter\\nc 3\\n# TYPE "
          "g gauge\\ng 1.5\\n# TYPE h histogram\\nh_bucket{le=\\\"1\\\"} 1\\nh_bucket{le=\\\"2.5\\\"} 2\\n"
          "h_bucket{le=\\\"+Inf\\\"} 3\\nh_sum 12.5\\nh_count 3\\n# TYPE z gauge\\nz 2.5\\n# TYPE w "
          "gauge\\nw 1\\n\",\"recorded\":8}");
}

KL_TEST(labels_tell_series_apart)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL,
          "{\"metrics\":[{\"name\":\"c\",\"value\":1,\"type\":\"counter\",\"labels\":{\"b\":\"x\\\"\\\\\\n\","
          "\"a\":1}},{\"name\":\"c\",\"value\":2,\"type\":\"counter\",\"labels\":{\"a\":1,\"b\":"
          "\"x\\\"\\\\\\n\"}},{\"name\":\"c\",\"type\":\"counter\",\"help\":\"how \\\\ many\\n\",\"labels\":"
          "{\"a\":true}}]}",
          "{\"metrics_snapshot\":{\"counters\":{\"c{a=\\\"1\\\",b=\\\"x\\\\\\\"\\\\\\\\\\\\n\\\"}\":3.0,"
          "\"c{a=\\\"true\\\"}\":1.0},\"gauges\":{},\"histograms\":{}},\"prometheus_text\":\"# HELP c how "
          "\\\\\\\\ many\\\\n\\n# TYPE c counter\\nc{a=\\\"1\\\",b=\\\"x\\\\\\\"\\\\\\\\\\\\n\\\"} 3\\n"
          "c{a=\\\"true\\\"} 1\\n\",\"recorded\":3}");
}

static void opens(const char *metrics, const char *text)
{
    char inputs[1024];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"metrics\":[%s]}", metrics);
    assert_int_equal(run_node(&out, NODE, "{\"format\":\"openmetrics\"}", inputs, NULL), KL_OK);
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("openmetrics_text"))).data, text);
    kl_value_release(out);
}

KL_TEST(openmetrics_has_its_own_names)
{
    KL_UNUSED_STATE;
    opens("", "# EOF\n");
    opens("{\"name\":\"a_seconds_total\",\"type\":\"counter\",\"unit\":\"seconds\",\"help\":\"a \\\"b\\\"\"},"
          "{\"name\":\"hits\",\"type\":\"counter\",\"value\":2},{\"name\":\"h\",\"type\":\"histogram\","
          "\"value\":1,\"buckets\":[1,1.5],\"labels\":{\"x\":\"y\"}}",
          "# HELP a_seconds a \\\"b\\\"\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\n"
          "a_seconds_total 1\n# TYPE hits counter\nhits_total 2\n# TYPE h histogram\n"
          "h_bucket{x=\"y\",le=\"1.0\"} 1\nh_bucket{x=\"y\",le=\"1.5\"} 1\n"
          "h_bucket{x=\"y\",le=\"+Inf\"} 1\nh_sum{x=\"y\"} 1\nh_count{x=\"y\"} 1\n# EOF\n");
}

static void refuses(const char *metric, const char *message)
{
    char inputs[512], whole[512];
    snprintf(inputs, sizeof inputs, "{\"metrics\":[{\"name\":\"ok\"},%s]}", metric);
    snprintf(whole, sizeof whole, "invalid input 'metrics[1]%s", message);
    fails(NODE, NULL, inputs, whole);
}

KL_TEST(what_no_scraper_could_read_is_refused)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{}", "missing required input: metrics");
    refuses("5", "': expected object, got 5");
    refuses("{\"value\":1}", ".name': expected string, got null");
    refuses("{\"name\":\"a-b\"}", ".name': expected letters, digits, _ and :, no digit first");
    refuses("{\"name\":\"1a\"}", ".name': expected letters, digits, _ and :, no digit first");
    refuses("{\"name\":\"\"}", ".name': expected letters, digits, _ and :, no digit first");
    refuses("{\"name\":\"c\",\"value\":\"x\"}", ".value': expected number, got \"x\"");
    refuses("{\"name\":\"c\",\"type\":\"counter\",\"value\":-1}",
            ".value': a counter grows by a finite number of at least 0");
    refuses("{\"name\":\"c\",\"labels\":{\"a-b\":1}}",
            ".labels': 'a-b' is no name of a label; expected letters, digits and _, no digit first and "
            "not __");
    refuses("{\"name\":\"c\",\"labels\":{\"__a\":1}}",
            ".labels': '__a' is no name of a label; expected letters, digits and _, no digit first and "
            "not __");
    refuses("{\"name\":\"c\",\"labels\":{\"a\":[1]}}",
            ".labels.a': expected string, number or bool, got array");
    refuses("{\"name\":\"c\",\"type\":\"histogram\",\"labels\":{\"le\":1}}",
            ".labels': 'le' is the histogram's own");
    refuses("{\"name\":\"c\",\"type\":\"histogram\",\"buckets\":[1,1]}",
            ".buckets': expected rising finite numbers");
    refuses("{\"name\":\"c\",\"unit\":\"seconds\"}", ".unit': the name must end in _seconds");
    refuses("{\"name\":\"xseconds\",\"unit\":\"seconds\"}", ".unit': the name must end in _seconds");
    refuses("{\"name\":\"ok\",\"type\":\"counter\"}", ".name': 'ok' clashes with the gauge 'ok'");
    fails(NODE, NULL,
          "{\"metrics\":[{\"name\":\"h\",\"type\":\"histogram\"},{\"name\":\"h_sum\"}]}",
          "invalid input 'metrics[1].name': 'h_sum' clashes with the histogram 'h'");
    fails(NODE, NULL,
          "{\"metrics\":[{\"name\":\"c_total\"},{\"name\":\"c\",\"type\":\"counter\"}]}",
          "invalid input 'metrics[1].name': 'c' clashes with the gauge 'c_total'");
}

#define COUNTED "{\"metrics\":[{\"name\":\"c\",\"type\":\"counter\"}]}"

static double counted(const char *config)
{
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, NODE, config, COUNTED, NULL), KL_OK);
    kl_value counters = kl_map_get(kl_map_get(out, KL_TEXT("metrics_snapshot")), KL_TEXT("counters"));
    double value = kl_as_double(kl_map_get(counters, KL_TEXT("c")));
    kl_value_release(out);
    return value;
}

KL_TEST(a_named_registry_is_kept)
{
    KL_UNUSED_STATE;
    assert_true(counted(NULL) == 1);
    assert_true(counted(NULL) == 1);
    assert_true(counted("{\"registry\":\"a\"}") == 1);
    assert_true(counted("{\"registry\":\"a\"}") == 2);
    assert_true(counted("{\"registry\":\"b\"}") == 1);
    fails(NODE, "{\"registry\":\"a\"}", "{\"metrics\":[{\"name\":\"c\",\"type\":\"counter\"},5]}",
          "invalid input 'metrics[1]': expected object, got 5"); /* and nothing is recorded */
    assert_true(counted("{\"registry\":\"a\"}") == 3);
    assert_true(counted("{\"registry\":\"a\",\"reset\":true}") == 1);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(
        NODE, "{\"format\":\"openmetrics\"}",
        "{\"metrics\":[{\"name\":\"c\",\"type\":\"counter\",\"labels\":{\"b\":1,\"a\":\"x\"},\"help\":\"h\"},"
        "{\"name\":\"h\",\"type\":\"histogram\"},{\"name\":\"h\",\"type\":\"histogram\"},{\"name\":\"g\"}]}");
    survives_failed_allocations(NODE, "{\"registry\":\"sweep\"}", COUNTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measurements_are_collected),
        cmocka_unit_test(labels_tell_series_apart),
        cmocka_unit_test(openmetrics_has_its_own_names),
        cmocka_unit_test(what_no_scraper_could_read_is_refused),
        cmocka_unit_test(a_named_registry_is_kept),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
