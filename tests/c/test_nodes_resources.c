/* ResourceAnalyzerNode, ResourceOptimizerNode, ResourceScalerNode: formulas, words, what is refused. */
#include "node_sweep.h"

static void trend_in(const char *samples, const char *trend, int line)
{
    char inputs[256];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"analyze\",\"samples\":%s}", samples);
    assert_int_equal(run_node(&out, "ResourceAnalyzerNode", NULL, inputs, NULL), KL_OK);
    if (!kl_text_is(kl_as_text(kl_map_get(out, KL_TEXT("trend"))), trend))
        print_error("line %d: %s is %s\n", line, samples,
                    kl_as_text(kl_map_get(out, KL_TEXT("trend"))).data);
    assert_true(kl_text_is(kl_as_text(kl_map_get(out, KL_TEXT("trend"))), trend));
    kl_value_release(out);
}
#define trend(samples, word) trend_in(samples, word, __LINE__)

KL_TEST(samples_have_a_trend)
{
    KL_UNUSED_STATE;
    trend("[100,105]", "stable");
    trend("[100,105.1]", "stable");
    trend("[100,106]", "increasing");
    trend("[100,95]", "decreasing");
    trend("[100,95.1]", "decreasing");
    trend("[90,91,92]", "stable");
    trend("[10,50,10,50]", "increasing");
    trend("[1,5,1]", "stable");
    trend("[1,2,3,2,1]", "stable");
    trend("[1,2,3]", "increasing");
    trend("[0,0,0,1]", "increasing");
    trend("[-10,-10,-20,-20]", "decreasing");
    trend("[5]", "stable");
    trend("[0,0]", "stable");
}

#define ANALYZER "ResourceAnalyzerNode"

KL_TEST(samples_are_analyzed_and_nodes_summarized)
{
    KL_UNUSED_STATE;
    gives(ANALYZER, NULL, "{\"operation\":\"analyze\",\"samples\":[1,2,3,10]}",
          "{\"average\":4.0,\"max\":10.0,\"min\":1.0,\"resource_name\":\"unknown\",\"sample_count\":4,"
          "\"trend\":\"increasing\"}");
    gives(ANALYZER, NULL,
          "{\"operation\":\"summarize\",\"nodes_data\":[{\"cpu_percent\":50,\"memory_percent\":60.0},"
          "{\"cpu_percent\":70.0},{}]}",
          "{\"summary\":{\"average_cpu_percent\":40.0,\"average_memory_percent\":20.0,"
          "\"total_nodes\":3},\"total_nodes\":3}");
    gives(ANALYZER, NULL, "{\"operation\":\"summarize\",\"nodes_data\":[]}",
          "{\"summary\":{\"average_cpu_percent\":0.0,\"average_memory_percent\":0.0,"
          "\"total_nodes\":0},\"total_nodes\":0}");
    fails(ANALYZER, NULL, "{}", "missing required input: operation");
    fails(ANALYZER, NULL, "{\"operation\":\"x\"}",
          "invalid input 'operation': expected one of: analyze, summarize, recommend, got \"x\"");
    fails(ANALYZER, NULL, "{\"operation\":\"analyze\"}", "missing required input: samples");
    fails(ANALYZER, NULL, "{\"operation\":\"analyze\",\"samples\":[]}",
          "invalid input 'samples': expected non-empty array, got empty array");
    fails(ANALYZER, NULL,
          "{\"operation\":\"summarize\",\"nodes_data\":[{},{\"cpu_percent\":\"x\"}]}",
          "invalid input 'nodes_data[1].cpu_percent': expected number, got \"x\"");
    fails(ANALYZER, NULL, "{\"operation\":\"recommend\"}", "missing required input: analysis");
    fails(ANALYZER, NULL, "{\"operation\":\"recommend\",\"analysis\":{\"average\":\"x\"}}",
          "invalid input 'analysis.average': expected number, got \"x\"");
}

static void advises(const char *analysis, const char *expected)
{
    char inputs[256], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"recommend\",\"analysis\":{%s}}", analysis);
    snprintf(wanted, sizeof wanted, "{\"recommendations\":[%s]}", expected);
    gives(ANALYZER, NULL, inputs, wanted);
}

KL_TEST(advice_has_thresholds)
{
    KL_UNUSED_STATE;
    advises("\"average\":95,\"trend\":\"stable\"",
            "\"CRITICAL: resource usage at 95.0% exceeds 90% threshold. Immediate action required.\"");
    advises("\"average\":95.0,\"trend\":\"increasing\"",
            "\"CRITICAL: resource usage is increasing and already at 95.0%. Consider scaling up "
            "immediately.\",\"CRITICAL: resource usage at 95.0% exceeds 90% threshold. Immediate "
            "action required.\"");
    advises("\"average\":90.0,\"trend\":\"decreasing\"",
            "\"WARNING: resource usage at 90.0% exceeds 70% threshold.\"");
    advises("\"average\":70.0,\"trend\":\"increasing\"",
            "\"WARNING: resource usage is increasing. Monitor closely.\"");
    advises("\"average\":29.9", "\"OK: resource usage is stable at 29.9%.\"");
    advises("", "\"OK: resource usage is stable at 0.0%.\"");
}

#define OPTIMIZER "ResourceOptimizerNode"

KL_TEST(the_optimizer_scales)
{
    KL_UNUSED_STATE;
    gives(OPTIMIZER, NULL,
          "{\"operation\":\"optimize\",\"cpu_percent\":85,\"memory_percent\":10,\"current_instances\":3}",
          "{\"action\":\"scale_out\",\"estimated_savings\":0.0,\"recommendations\":[\"Scale out from "
          "3 to 5 instances due to high utilization (CPU: 85.0%, Memory: 10.0%)\"],"
          "\"target_instances\":5}");
    gives(OPTIMIZER, NULL,
          "{\"operation\":\"optimize\",\"cpu_percent\":10,\"memory_percent\":10,\"current_instances\":4}",
          "{\"action\":\"scale_in\",\"estimated_savings\":50.0,\"recommendations\":[\"Scale in from 4 "
          "to 2 instances due to low utilization (CPU: 10.0%, Memory: 10.0%)\"],"
          "\"target_instances\":2}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"optimize\"}",
          "{\"action\":\"none\",\"estimated_savings\":0.0,\"recommendations\":[\"Current resource "
          "allocation is within acceptable thresholds\"],\"target_instances\":1}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"optimize\",\"cpu_percent\":0,\"memory_percent\":0}",
          "{\"action\":\"scale_in\",\"estimated_savings\":0.0,\"recommendations\":[],"
          "\"target_instances\":1}");
    gives(OPTIMIZER, NULL,
          "{\"operation\":\"right_size\",\"cpu_percent\":95,\"current_instances\":10}",
          "{\"action\":\"resize\",\"recommendations\":[\"Increase instances from 10 to 16 to achieve "
          "~60% utilization\"],\"target_instances\":16}");
    gives(OPTIMIZER, NULL,
          "{\"operation\":\"right_size\",\"cpu_percent\":10,\"memory_percent\":5,\"current_instances\":4}",
          "{\"action\":\"resize\",\"recommendations\":[\"Decrease instances from 4 to 1 to achieve "
          "~60% utilization\"],\"target_instances\":1}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"right_size\"}",
          "{\"action\":\"none\",\"recommendations\":[\"Current instance count is already "
          "right-sized\"],\"target_instances\":1}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"evaluate\",\"cpu_percent\":85,\"memory_percent\":15}",
          "{\"action\":\"none\",\"efficiency_score\":60.0,\"recommendations\":[\"Resource allocation "
          "is acceptable but could be improved.\"]}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"evaluate\"}",
          "{\"action\":\"none\",\"efficiency_score\":100.0,\"recommendations\":[\"Resource allocation "
          "is efficient.\"]}");
    gives(OPTIMIZER, NULL, "{\"operation\":\"evaluate\",\"cpu_percent\":0,\"memory_percent\":0}",
          "{\"action\":\"right_size\",\"efficiency_score\":0.0,\"recommendations\":[\"Resource "
          "allocation is inefficient. Consider right-sizing.\"]}");
    fails(OPTIMIZER, NULL, "{\"operation\":\"optimize\",\"current_instances\":-3}",
          "invalid input 'current_instances': expected non-negative integer from 0 to 1000000000, got -3");
    fails(OPTIMIZER, NULL, "{\"operation\":\"optimize\",\"cpu_percent\":\"x\"}",
          "invalid input 'cpu_percent': expected number, got \"x\"");
}

#define SCALER "ResourceScalerNode"

KL_TEST(the_scaler_stays_within_its_bounds)
{
    KL_UNUSED_STATE;
    gives(SCALER, NULL,
          "{\"operation\":\"scale_horizontal\",\"target_instances\":500,\"current_instances\":30}",
          "{\"action\":\"scale_horizontal\",\"current_instances\":30,\"scale_direction\":\"up\","
          "\"target_instances\":100,\"message\":\"Horizontal scaling from 30 to 100 instances "
          "(direction: up)\"}");
    gives(SCALER, "{\"min_instances\":2,\"max_instances\":10}",
          "{\"operation\":\"scale_horizontal\",\"target_instances\":-5,\"current_instances\":3}",
          "{\"action\":\"scale_horizontal\",\"current_instances\":3,\"scale_direction\":\"down\","
          "\"target_instances\":2,\"message\":\"Horizontal scaling from 3 to 2 instances "
          "(direction: down)\"}");
    gives(SCALER, NULL, "{\"operation\":\"scale_vertical\"}",
          "{\"action\":\"scale_vertical\",\"cpu_cores\":2,\"memory_gb\":4,\"message\":\"Vertical "
          "scaling to 2 CPU cores and 4 GB memory\",\"scale_direction\":\"up\"}");
    gives(SCALER, NULL, "{\"operation\":\"auto_scale\",\"cpu_percent\":85,\"current_instances\":3}",
          "{\"action\":\"auto_scale\",\"current_instances\":3,\"scale_direction\":\"up\","
          "\"target_instances\":5,\"message\":\"Auto-scale: CPU at 85.0% (target: 60.0%), scaling "
          "from 3 to 5 instances\"}");
    gives(SCALER, NULL,
          "{\"operation\":\"plan\",\"cpu_percent\":5,\"memory_percent\":30,\"current_instances\":30}",
          "{\"action\":\"plan\",\"message\":\"Scaling plan generated: 30 -> 15 instances\",\"plan\":"
          "{\"cooldown_seconds\":300,\"cpu_based_target\":3,\"current_instances\":30,"
          "\"max_instances\":100,\"memory_based_target\":15,\"metrics\":{\"cpu_percent\":5.0,"
          "\"memory_percent\":30.0},\"min_instances\":1,\"target_cpu_percent\":60.0,"
          "\"target_instances\":15},\"target_instances\":15}");
    fails(SCALER, "{\"min_instances\":5,\"max_instances\":2}", "{\"operation\":\"plan\"}",
          "invalid input 'min_instances': expected number not above max_instances");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(ANALYZER, NULL, "{\"operation\":\"analyze\",\"samples\":[1,2]}");
    survives_failed_allocations(ANALYZER, NULL, "{\"operation\":\"summarize\",\"nodes_data\":[{}]}");
    survives_failed_allocations(
        ANALYZER, NULL,
        "{\"operation\":\"recommend\",\"analysis\":{\"average\":99,\"trend\":\"increasing\"}}");
    survives_failed_allocations(OPTIMIZER, NULL, "{\"operation\":\"optimize\"}");
    survives_failed_allocations(SCALER, NULL, "{\"operation\":\"plan\"}");
    survives_failed_allocations(SCALER, NULL, "{\"operation\":\"auto_scale\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_a_trend),
        cmocka_unit_test(samples_are_analyzed_and_nodes_summarized),
        cmocka_unit_test(advice_has_thresholds),
        cmocka_unit_test(the_optimizer_scales),
        cmocka_unit_test(the_scaler_stays_within_its_bounds),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
