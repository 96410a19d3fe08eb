/* ABACPermissionEvaluatorNode. */
#include "node_sweep.h"

#define NODE "ABACPermissionEvaluatorNode"
#define DENIED "{\"allowed\":false,\"effect\":\"Deny\",\"reason\":\"no applicable ABAC policy found, denied by default\"}"

static void decides_in(const char *config, const char *subject, const char *policies,
                       const char *expected, const char *file, int line)
{
    char inputs[2048];
    snprintf(inputs, sizeof inputs,
             "{\"subject\":%s,\"resource\":{\"type\":\"doc\",\"owner\":{\"id\":7}},\"action\":\"read\","
             "\"environment\":{\"hour\":9},\"policies\":[%s]}",
             subject, policies);
    gives_in(NODE, config, inputs, expected, file, line);
}
#define decides(subject, policies, expected)                                                       \
    decides_in(NULL, subject, policies, expected, __FILE__, __LINE__)
#define by(id) "{\"allowed\":true,\"effect\":\"Allow\",\"matched_policy\":\"" id "\",\"reason\":\"policy '" id "' matched with effect Allow\"}"
#define not_by(id) "{\"allowed\":false,\"effect\":\"Deny\",\"matched_policy\":\"" id "\",\"reason\":\"policy '" id "' matched with effect Deny\"}"
#define fault(text) "{\"allowed\":false,\"effect\":\"Deny\",\"reason\":\"policy parse error: invalid input " text "\"}"

KL_TEST(the_first_policy_that_applies_decides)
{
    KL_UNUSED_STATE;
    decides("{}", "", DENIED);
    decides("{}", "{\"id\":\"a\",\"effect\":\"allow\",\"action\":\"read\"}", by("a"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"allow\",\"action\":\"write\"}", DENIED);
    decides("{}", "{\"id\":\"a\",\"effect\":\"Allow\",\"action\":\"*\"}", by("a"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"ALLOW\",\"action\":[\"write\",\"read\"]}", by("a"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"permit\",\"action\":\"*\"}", not_by("a"));
    decides("{}", "{\"id\":\"a\",\"action\":\"*\"}", not_by("a"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"deny\",\"action\":\"*\"},"
                  "{\"id\":\"b\",\"effect\":\"allow\",\"action\":\"*\"}", not_by("a"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"deny\",\"action\":\"write\"},"
                  "{\"id\":\"b\",\"effect\":\"allow\",\"action\":\"*\"}", by("b"));
    decides("{}", "{\"id\":\"a\",\"effect\":\"allow\",\"action\":\"read\",\"subject_conditions\":[]}",
            by("a"));
}

KL_TEST(faults_deny_whatever_else_applies)
{
    KL_UNUSED_STATE;
    static const char good[] = "{\"id\":\"g\",\"effect\":\"allow\",\"action\":\"*\"}";
    static const struct {
        const char *policy, *reason;
    } rows[] = {
        {"\"z\"", fault("'policies[]': expected object, got \\\"z\\\"")},
        {"{\"effect\":\"allow\"}",
         fault("'policies[].id': expected string, got missing or non-string")},
        {"{\"id\":\"d\",\"effect\":\"allow\"}",
         fault("'policies[d]': expected at least one of 'action', 'subject_conditions', "
               "'resource_conditions' or 'environment_conditions'; a deliberate catch-all is spelled "
               "\\\"action\\\": \\\"*\\\", got a policy with no action and no conditions")},
        {"{\"id\":\"d\",\"subject_conditions\":[{\"attribute\":\"a\",\"operator\":\"eq\"}]}",
         fault("'condition.operator': expected valid operator string, got \\\"eq\\\"")},
        {"{\"id\":\"d\",\"subject_conditions\":[{\"operator\":\"equals\",\"value\":1}]}",
         fault("'condition.attribute': expected string, got missing")},
        {"{\"id\":\"d\",\"action\":\"*\",\"subject_conditions\":{\"a\":1}}",
         fault("'subject_conditions': expected array, got object")},
        {"{\"id\":\"d\",\"subject_conditions\":[{\"attribute\":\"a\",\"operator\":\"in_list\",\"value\":1}]}",
         fault("'condition.value': expected array, got integer")},
        {"{\"id\":\"d\",\"subject_conditions\":[{\"attribute\":\"a\",\"operator\":\"between\",\"value\":[1]}]}",
         fault("'condition.value': expected array of two numbers, got array")},
        {"{\"id\":\"d\",\"action\":5}",
         fault("'policies[].action': expected string or array of strings, got integer")},
        {"{\"id\":\"d\",\"action\":[]}",
         fault("'policies[].action': expected string or array of strings, got array")},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char policies[1024];
        snprintf(policies, sizeof policies, "%s,%s", good, rows[i].policy);
        decides("{}", policies, rows[i].reason);
    }
}

KL_TEST(operators)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *operator, *have, *want;
        bool holds;
    } rows[] = {
        {"equals", "5", "5.0", true}, {"equals", "\"a\"", "\"a\"", true}, {"equals", "1", "true", false},
        {"equals", "[1,2]", "[1.0,2]", true}, {"equals", "null", "null", true},
        {"not_equals", "1", "2", true}, {"not_equals", "1", "1.0", false},
        {"contains", "\"abc\"", "\"b\"", true}, {"contains", "\"abc\"", "\"B\"", false},
        {"contains", "[1,2]", "2.0", true}, {"contains", "5", "\"5\"", false},
        {"not_contains", "[1,2]", "3", true}, {"not_contains", "\"abc\"", "\"b\"", false},
        {"in_list", "5", "[5.0]", true}, {"in_list", "\"x\"", "[\"y\"]", false},
        {"greater_than", "5", "4.5", true}, {"greater_than", "5", "5", false},
        {"greater_than", "\"b\"", "\"a\"", false}, {"less_than", "4", "5", true},
        {"greater_than_or_equal", "5", "5.0", true}, {"less_than_or_equal", "5", "5.0", true},
        {"less_than_or_equal", "6", "5", false}, {"starts_with", "\"abc\"", "\"ab\"", true},
        {"starts_with", "5", "\"5\"", false}, {"ends_with", "\"abc\"", "\"bc\"", true},
        {"ends_with", "\"c\"", "\"bc\"", false}, {"between", "5", "[5,5]", true},
        {"between", "5.5", "[5,6.0]", true}, {"between", "7", "[5,6]", false},
        {"between", "\"b\"", "[\"a\",\"c\"]", false}, {"is_null", "null", "null", true},
        {"is_null", "1", "null", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char subject[128], policy[256];
        snprintf(subject, sizeof subject, "{\"a\":%s}", rows[i].have);
        snprintf(policy, sizeof policy,
                 "{\"id\":\"p\",\"effect\":\"allow\",\"subject_conditions\":[{\"attribute\":\"a\","
                 "\"operator\":\"%s\",\"value\":%s}]}", rows[i].operator, rows[i].want);
        decides(subject, policy, rows[i].holds ? by("p") : DENIED);
        bool null_holds = strcmp(rows[i].operator, "is_null") == 0;
        decides("{}", policy, null_holds ? by("p") : DENIED);
    }
}

KL_TEST(attributes_of_all_parts)
{
    KL_UNUSED_STATE;
    decides("{\"team\":{\"id\":7},\"a.b\":1}",
            "{\"id\":\"p\",\"effect\":\"allow\","
            "\"subject_conditions\":[{\"attribute\":\"team.id\",\"operator\":\"equals\",\"value\":7},"
            "{\"attribute\":\"a.b\",\"operator\":\"equals\",\"value\":1}],"
            "\"resource_conditions\":[{\"attribute\":\"owner.id\",\"operator\":\"equals\",\"value\":7}],"
            "\"environment_conditions\":[{\"attribute\":\"hour\",\"operator\":\"between\",\"value\":[8,18]}]}",
            by("p"));
    decides("{}", "{\"id\":\"p\",\"effect\":\"allow\",\"environment_conditions\":[{\"attribute\":\"hour\","
                  "\"operator\":\"less_than\",\"value\":9}]}", DENIED);
}

KL_TEST(ways_of_combining)
{
    KL_UNUSED_STATE;
    static const char policies[] = "{\"id\":\"a\",\"effect\":\"allow\",\"action\":\"*\"},"
                                   "{\"id\":\"d\",\"effect\":\"deny\",\"action\":\"*\"},"
                                   "{\"id\":\"p\",\"effect\":\"allow\",\"action\":\"*\",\"priority\":5}";
    static const char reversed[] = "{\"id\":\"d\",\"effect\":\"deny\",\"action\":\"*\",\"priority\":9},"
                                   "{\"id\":\"a\",\"effect\":\"allow\",\"action\":\"*\"}";
    decides("{}", policies, by("p"));
    decides_in("{\"combining\":\"deny_overrides\"}", "{}", policies, not_by("d"), __FILE__, __LINE__);
    decides_in("{\"combining\":\"allow_overrides\"}", "{}", reversed, by("a"), __FILE__, __LINE__);
    decides_in("{\"combining\":\"first\"}", "{}", reversed, not_by("d"), __FILE__, __LINE__);
    decides_in("{\"combining\":\"deny_overrides\"}", "{}", "", DENIED, __FILE__, __LINE__);
    fails(NODE, "{\"combining\":\"zz\"}", NULL,
          "combining: expected one of: first, deny_overrides, allow_overrides, got \"zz\"");
}

KL_TEST(wrong_inputs)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{\"subject\":{},\"resource\":{},\"policies\":[]}", "missing required input: action");
    fails(NODE, NULL, "{\"subject\":{},\"action\":\"x\",\"policies\":[]}",
          "missing required input: resource");
    fails(NODE, NULL, "{\"subject\":{},\"resource\":{},\"action\":\"x\",\"policies\":\"z\"}",
          "invalid input 'policies': expected array, got \"z\"");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(
        NODE, NULL, "{\"subject\":{\"a\":[1]},\"resource\":{},\"action\":\"x\",\"policies\":[{\"id\":\"p\","
                    "\"effect\":\"allow\",\"subject_conditions\":[{\"attribute\":\"a\",\"operator\":"
                    "\"equals\",\"value\":[1.0]}]}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_policy_that_applies_decides),
        cmocka_unit_test(faults_deny_whatever_else_applies),
        cmocka_unit_test(operators),
        cmocka_unit_test(attributes_of_all_parts),
        cmocka_unit_test(ways_of_combining),
        cmocka_unit_test(wrong_inputs),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
