/* ThreatDetectionNode, BehaviorAnalysisNode. */
#include "folder.h"
#include "node_sweep.h"

#define THREAT "ThreatDetectionNode"
#define BEHAVIOR "BehaviorAnalysisNode"

static void finds_in(const char *request, const char *level, const char *score, const char *action,
                     const char *indicators, const char *file, int line)
{
    char inputs[2048], wanted[2048];
    snprintf(inputs, sizeof inputs, "{\"request_data\":%s}", request);
    snprintf(wanted, sizeof wanted,
             "{\"threat_level\":\"%s\",\"score\":%s,\"recommended_action\":\"%s\",\"indicators\":[%s]}",
             level, score, action, indicators);
    gives_in(THREAT, NULL, inputs, wanted, file, line);
}
#define finds(request, level, score, action, indicators)                                           \
    finds_in(request, level, score, action, indicators, __FILE__, __LINE__)

#define SQL(shown)                                                                                 \
    "{\"category\":\"sql_injection\",\"description\":\"SQL injection pattern detected: " shown     \
    "\",\"severity\":0.3}"
#define XSS(shown)                                                                                 \
    "{\"category\":\"xss\",\"description\":\"XSS pattern detected: " shown "\",\"severity\":0.3}"
#define PATH(shown)                                                                                \
    "{\"category\":\"path_traversal\",\"description\":\"Path traversal pattern detected: " shown   \
    "\",\"severity\":0.25}"
#define IP(ip, range)                                                                              \
    "{\"category\":\"ip_reputation\",\"description\":\"IP " ip " matches suspicious range " range  \
    "\",\"severity\":0.2}"

KL_TEST(scores_and_levels)
{
    KL_UNUSED_STATE;
    finds("{}", "none", "0.0", "allow", "");
    finds("{\"ip\":\"8.8.8.8\",\"path\":\"/a/b\",\"body\":\"hello\"}", "none", "0.0", "allow", "");
    finds("{\"ip\":\"10.0.0.3\"}", "none", "0.0", "allow", "");
    finds("{\"ip\":\"127.0.0.1\"}", "low", "0.2", "monitor", IP("127.0.0.1", "127.*"));
    finds("{\"path\":\"/../../etc/passwd\"}", "low", "0.25", "monitor", PATH("../"));
    finds("{\"body\":\"' OR 1=1 --\"}", "medium", "0.3", "challenge", SQL("' or 1=1"));
    finds("{\"body\":\"<script>alert(1)</script>\"}", "medium", "0.3", "challenge", XSS("<script>"));
    finds("{\"ip\":\"0.0.0.0\",\"path\":\"../\"}", "medium", "0.45", "challenge",
          IP("0.0.0.0", "0.*") "," PATH("../"));
    finds("{\"ip\":\"0.1.2.3\",\"body\":\"<script>\"}", "high", "0.5", "block",
          IP("0.1.2.3", "0.*") "," XSS("<script>"));
    finds("{\"body\":\"<script>' OR 1=1\"}", "high", "0.6", "block",
          SQL("' or 1=1") "," XSS("<script>"));
    finds("{\"path\":\"/../../etc/passwd\",\"body\":\"<script>' OR 1=1 --\"}", "critical", "0.85", "ban",
          SQL("' or 1=1") "," XSS("<script>") "," PATH("../"));
    finds("{\"ip\":\"0.0.0.0\",\"path\":\"/../\",\"body\":\"<script>' OR 1=1 --\"}", "critical", "1.0",
          "ban", IP("0.0.0.0", "0.*") "," SQL("' or 1=1") "," XSS("<script>") "," PATH("../"));
}

/* The category that a body of this text is found to be, or "" */
static void is_a_in(const char *key, const char *text, const char *category, const char *file, int line)
{
    char inputs[1024];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"request_data\":{\"%s\":\"%s\"}}", key, text);
    assert_int_equal(run_node(&out, THREAT, NULL, inputs, NULL), KL_OK);
    kl_value list = kl_map_get(out, KL_TEXT("indicators"));
    kl_text first = kl_as_text(kl_map_get(kl_array_at(list, 0), KL_TEXT("category")));
    if (!kl_text_is(first, category))
        print_error("%s:%d: %s: found '%.*s', expected '%s'\n", file, line, text, KL_TEXT_ARG(first),
                    category);
    assert_true(kl_text_is(first, category));
    kl_value_release(out);
}
#define is_a(key, text, category) is_a_in(key, text, category, __FILE__, __LINE__)

KL_TEST(encodings_hide_nothing)
{
    KL_UNUSED_STATE;
    static const char *const paths[] = {
        "%2e%2e%2f", "%2e%2e/", "..%2f", "..%5c", "%252e%252e%252f", "%c0%ae%c0%ae/", "....//",
        "..;/x", "%u002e%u002e/", "\xEF\xBC\x8E\xEF\xBC\x8E/", "&#46;&#46;/", "..\\\\x"};
    for (size_t i = 0; i < KL_COUNT(paths); i++)
        is_a("path", paths[i], "path_traversal");
    static const char *const scripts[] = {
        "%3Cscript%3E", "%253Cscript%253E", "&lt;script&gt;", "&#60;script&#62;", "%26lt%3Bscript",
        "\\\\u003cscript\\\\u003e", "\\\\x3cscript", "<ScRiPt>", "<scr\\u0000ipt>",
        "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "\xEF\xBC\x9Cscript\xEF\xBC\x9E",
        "java&Tab;script&colon;alert(1)"};
    for (size_t i = 0; i < KL_COUNT(scripts); i++)
        is_a("body", scripts[i], "xss");
    static const char *const sql[] = {"1'/**/OR/**/1=1", "1'%20or%20'a'='a", "x' UNION%0aSELECT 1",
                                      "1%27+or+1%3D1", "admin'--", "1; waitfor delay '0:0:5'",
                                      "1 and sleep(5)"};
    for (size_t i = 0; i < KL_COUNT(sql); i++)
        is_a("query", sql[i], "sql_injection");
}

KL_TEST(other_attacks)
{
    KL_UNUSED_STATE;
    is_a("body", "a; cat /etc/hosts", "command_injection");
    is_a("query", "x=1|whoami", "command_injection");
    is_a("query", "x=$(id)", "command_injection");
    is_a("query", "x=`id`", "command_injection");
    is_a("query", "url=http://169.254.169.254/latest", "ssrf");
    is_a("query", "url=http%3A%2F%2Flocalhost%2Fadmin", "ssrf");
    is_a("query", "url=gopher://x", "ssrf");
    is_a("headers", "${jndi:ldap://x/a}", "jndi_injection");
    is_a("headers", "${${lower:j}ndi:ldap://x/a}", "jndi_injection");
    is_a("user_agent", "sqlmap/1.7", "scanner");
    is_a("user_agent", "Mozilla/5.0 Nikto", "scanner");
    is_a("cookies", "a=<svg/onload=alert(1)>", "xss");
}

KL_TEST(ordinary_requests_pass)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {
        "", "Tom & Jerry's café", "select the best union of all", "I'd like 1 or 2 of them",
        "price < 5 and > 3", "a; b; c", "x = y | z", "https://example.com/a?b=c&d=e",
        "mail me at joe@example.com -- thanks", "the cat command; lists files", "{\\\"on\\\": true}",
        "SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91", "drop tablets on the table", "evaluation(s)",
        "localhost is the name", "50% of 100%25", "I said \\\"or\\\" and 'and'"};
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        is_a("body", texts[i], "");
    is_a("user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "");
    is_a("body", "sqlmap is a scanner", "");
}

KL_TEST(nested_parts_are_read)
{
    KL_UNUSED_STATE;
    finds("{\"headers\":{\"User-Agent\":\"sqlmap\",\"X\":[\"a\"]},\"body\":{\"a\":[{\"b\":\"<script>\"}]}}",
          "high", "0.5", "block",
          XSS("<script>") ",{\"category\":\"scanner\",\"description\":\"Scanner agent detected: "
                          "sqlmap\",\"severity\":0.2}");
    finds("{\"query\":{\"<script>\":1}}", "medium", "0.3", "challenge", XSS("<script>"));
    finds("{\"other\":\"<script>\"}", "none", "0.0", "allow", "");
}

KL_TEST(rules_of_ones_own)
{
    KL_UNUSED_STATE;
    gives(THREAT, "{\"rules\":[{\"category\":\"bot\",\"pattern\":\"badbot\\\\d+\"},"
                  "{\"category\":\"no\",\"pattern\":\"never\"}]}",
          "{\"request_data\":{\"user_agent\":\"BadBot77\"}}",
          "{\"threat_level\":\"medium\",\"score\":0.3,\"recommended_action\":\"challenge\","
          "\"indicators\":[{\"category\":\"bot\",\"description\":\"pattern detected: badbot77\","
          "\"severity\":0.3}]}");
    put_file("{DIR}/rules.json", KL_TEXT("[{\"category\":\"bot\",\"pattern\":\"^x\",\"severity\":0.9,"
                                         "\"description\":\"a bot\"}]"));
    gives(THREAT, fill("{\"rules_file\":\"{DIR}/rules.json\"}"), "{\"request_data\":{\"body\":\"xy\"}}",
          "{\"threat_level\":\"critical\",\"score\":0.9,\"recommended_action\":\"ban\","
          "\"indicators\":[{\"category\":\"bot\",\"description\":\"a bot\",\"severity\":0.9}]}");
    fails(THREAT, "{\"rules\":[{\"category\":\"a\"}]}", "{\"request_data\":{}}",
          "missing required input: rules[0].pattern");
    fails(THREAT, "{\"rules\":[{\"category\":\"a\",\"pattern\":\"x\",\"severity\":2}]}",
          "{\"request_data\":{}}",
          "invalid input 'rules[0].severity': expected number above 0, at most 1, got 2");
    put_file("{DIR}/bad.json", KL_TEXT("{}"));
    fails(THREAT, fill("{\"rules_file\":\"{DIR}/bad.json\"}"), "{\"request_data\":{}}",
          "invalid input 'rules_file': expected a JSON list of rules, got object");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, THREAT, fill("{\"rules_file\":\"{DIR}/none.json\"}"),
                              "{\"request_data\":{}}", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "invalid input 'rules_file': "));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, THREAT, "{\"rules\":[{\"category\":\"a\",\"pattern\":\"(\"}]}",
                              "{\"request_data\":{}}", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error),
                           "invalid input 'rules[0].pattern': expected valid regex pattern"));
    kl_error_clear(&error);
}

KL_TEST(wrong_requests)
{
    KL_UNUSED_STATE;
    fails(THREAT, NULL, "{}", "missing required input: request_data");
    fails(THREAT, NULL, "{\"request_data\":\"x\"}",
          "invalid input 'request_data': expected object, got \"x\"");
    fails(THREAT, NULL, "{\"request_data\":{\"ip\":5}}",
          "invalid input 'request_data.ip': expected string, got 5");
}

/* ---- behaviour ----------------------------------------------------------------------------------- */

static void behaves_in(const char *session, const char *anomalous, const char *risk,
                       const char *anomalies, const char *profile, const char *file, int line)
{
    char inputs[4096], wanted[2048];
    snprintf(inputs, sizeof inputs, "{\"session_data\":%s}", session);
    snprintf(wanted, sizeof wanted,
             "{\"is_anomalous\":%s,\"risk_score\":%s,\"anomalies\":[%s],\"behavior_profile\":{%s}}",
             anomalous, risk, anomalies, profile);
    gives_in(BEHAVIOR, NULL, inputs, wanted, file, line);
}
#define behaves(session, anomalous, risk, anomalies, profile)                                      \
    behaves_in(session, anomalous, risk, anomalies, profile, __FILE__, __LINE__)

static const char *many(int count, const char *action, const char *rest)
{
    static char text[4096];
    char *end = stpcpy(text, "{\"user_id\":\"u\",\"actions\":[");
    for (int i = 0; i < count; i++)
        end += sprintf(end, "%s\"%s\"", i ? "," : "", action);
    sprintf(end, "]%s}", rest);
    return text;
}

KL_TEST(sessions)
{
    KL_UNUSED_STATE;
    behaves("{}", "false", "0.0", "",
            "\"user_id\":\"unknown\",\"total_actions\":0,\"unique_ips\":0,\"admin_actions\":0,"
            "\"data_access_actions\":0,\"anomaly_count\":0");
    behaves("{\"user_id\":\"u\",\"actions\":[\"read\",\"delete_user\",\"export\"],"
            "\"ip_addresses\":[\"1.1.1.1\",\"2.2.2.2\"]}",
            "false", "0.55",
            "\"Multiple IPs in session: 2 unique IPs detected for user u\","
            "\"Non-admin user (user) performed 1 admin action(s)\"",
            "\"user_id\":\"u\",\"total_actions\":3,\"unique_ips\":2,\"admin_actions\":1,"
            "\"data_access_actions\":1,\"anomaly_count\":2");
    behaves(many(2, "delete_user", ",\"role\":\"admin\",\"ip_addresses\":[\"1\",\"1\"]"), "false", "0.0",
            "", "\"user_id\":\"u\",\"total_actions\":2,\"unique_ips\":1,\"admin_actions\":0,"
                "\"data_access_actions\":0,\"anomaly_count\":0");
    behaves(many(40, "a", ""), "false", "0.0", "",
            "\"user_id\":\"u\",\"total_actions\":40,\"unique_ips\":0,\"admin_actions\":0,"
            "\"data_access_actions\":0,\"anomaly_count\":0");
    behaves(many(41, "a", ",\"ip_addresses\":[\"1\",\"2\"]"), "false", "0.45",
            "\"High action frequency: 41 actions (baseline avg: 20)\","
            "\"Multiple IPs in session: 2 unique IPs detected for user u\"",
            "\"user_id\":\"u\",\"total_actions\":41,\"unique_ips\":2,\"admin_actions\":0,"
            "\"data_access_actions\":0,\"anomaly_count\":2");
    behaves(many(60, "delete_user", ",\"ip_addresses\":[\"1\",\"2\"],\"role\":\"guest\""), "true", "0.75",
            "\"High action frequency: 60 actions (baseline avg: 20)\","
            "\"Multiple IPs in session: 2 unique IPs detected for user u\","
            "\"Non-admin user (guest) performed 60 admin action(s)\"",
            "\"user_id\":\"u\",\"total_actions\":60,\"unique_ips\":2,\"admin_actions\":60,"
            "\"data_access_actions\":0,\"anomaly_count\":3");
}

KL_TEST(sessions_by_other_measures)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, BEHAVIOR,
                              "{\"baseline_actions\":1,\"threshold\":0.5,\"admin_actions\":[\"sudo\"]}",
                              "{\"session_data\":{\"actions\":[\"Sudo_ls\",\"a\",\"b\"]}}", NULL), KL_OK);
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("is_anomalous"))));
    kl_value_release(out);
    fails(BEHAVIOR, NULL, "{}", "missing required input: session_data");
    fails(BEHAVIOR, NULL, "{\"session_data\":{\"actions\":5}}",
          "invalid input 'session_data.actions': expected array, got 5");
    fails(BEHAVIOR, NULL, "{\"session_data\":{\"actions\":[5]}}",
          "invalid input 'session_data.actions': expected array of strings, got 5");
    fails(BEHAVIOR, NULL, "{\"session_data\":{\"user_id\":5}}",
          "invalid input 'session_data.user_id': expected string, got 5");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(THREAT, "{\"rules\":[{\"category\":\"a\",\"pattern\":\"x\"}]}",
                                "{\"request_data\":{\"ip\":\"0.0.0.0\",\"body\":[\"%3Cscript%3E x\"],"
                                "\"headers\":{\"a\":\"PHNjcmlwdD5hbGVydCgxKTw=\"}}}");
    survives_failed_allocations(BEHAVIOR, NULL,
                                "{\"session_data\":{\"user_id\":\"u\",\"actions\":[\"delete_user\"],"
                                "\"ip_addresses\":[\"1\",\"2\"]}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_and_levels),
        cmocka_unit_test(encodings_hide_nothing),
        cmocka_unit_test(other_attacks),
        cmocka_unit_test(ordinary_requests_pass),
        cmocka_unit_test(nested_parts_are_read),
        cmocka_unit_test(rules_of_ones_own),
        cmocka_unit_test(wrong_requests),
        cmocka_unit_test(sessions),
        cmocka_unit_test(sessions_by_other_measures),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
