/* GDPRComplianceNode, SecurityEventNode. */
#include "kailash/time.h"
#include "node_database_test.h"

#define GDPR "GDPRComplianceNode"
#define EVENT "SecurityEventNode"
#define G(operation, rest) "{\"operation\":\"" operation "\",\"user_id\":\"u\"" rest "}"

/* The keys of a map, as JSON. */
static void keys_are(const char *config, const char *inputs, const char *path, const char *expected)
{
    kl_value out = outputs_of(GDPR, config, inputs), keys = kl_null();
    const kl_value *map = kl_value_path(&out, kl_text_from(path));
    assert_non_null(map);
    assert_int_equal(kl_array_new(&keys, 8, NULL), KL_OK);
    for (size_t i = 0; i < kl_map_len(*map); i++)
        assert_int_equal(kl_array_push_text(&keys, kl_map_key_at(*map, i), NULL), KL_OK);
    kl_value_release(out);
    assert_json(keys, expected);
}

KL_TEST(consents)
{
    KL_UNUSED_STATE;
    const char *config = in_file("consents");
    gives(GDPR, config, G("consent_check", ""),
          "{\"compliant\":false,\"result\":{\"user_id\":\"u\",\"consent_type\":\"general\","
          "\"has_consent\":false},\"actions_taken\":[\"consent_verified\"]}");
    keys_are(config, G("grant_consent", ",\"consent_type\":\"marketing\""), "result",
             "[\"user_id\",\"consent_type\",\"granted\",\"timestamp\"]");
    part_is(GDPR, config, G("grant_consent", ""), "actions_taken", "[\"consent_recorded\"]");
    gives(GDPR, config, G("consent_check", ",\"consent_type\":\"marketing\""),
          "{\"compliant\":true,\"result\":{\"user_id\":\"u\",\"consent_type\":\"marketing\","
          "\"has_consent\":true},\"actions_taken\":[\"consent_verified\"]}");
    part_is(GDPR, config, G("withdraw_consent", ",\"consent_type\":\"marketing\""), "result.withdrawn",
            "true");
    part_is(GDPR, config, G("withdraw_consent", ",\"consent_type\":\"marketing\""), "result.withdrawn",
            "false");
    part_is(GDPR, config, G("consent_check", ",\"consent_type\":\"marketing\""), "compliant", "false");
    part_is(GDPR, config, "{\"operation\":\"consent_check\",\"user_id\":\"other\"}", "compliant", "false");
    kl_value out = outputs_of(GDPR, config, G("data_portability", ""));
    const kl_value *list = kl_value_path(&out, KL_TEXT("result.data.consents"));
    assert_int_equal(kl_array_len(*list), 2);
    kl_value first = kl_array_at(*list, 0), second = kl_array_at(*list, 1);
    assert_true(kl_as_bool(kl_map_get(first, KL_TEXT("granted"))));
    assert_true(kl_is(kl_map_get(second, KL_TEXT("granted")), KL_KIND_BOOL));
    assert_false(kl_as_bool(kl_map_get(second, KL_TEXT("granted"))));
    assert_int_equal(kl_map_len(first), 3);
    kl_value_release(out);
}

KL_TEST(requests_and_deadlines)
{
    KL_UNUSED_STATE;
    const char *config = in_file("requests");
    char late[300], inputs[256];
    keys_are(config, G("data_subject_request", ""), "result",
             "[\"request_id\",\"request_type\",\"status\",\"created_at\",\"due_at\",\"user_id\"]");
    kl_value out = outputs_of(GDPR, config, G("data_subject_request", ",\"request_type\":\"erasure\""));
    const kl_value *result = kl_map_find(out, KL_TEXT("result"));
    assert_int_equal(kl_as_int(kl_map_get(*result, KL_TEXT("due_at"))) -
                         kl_as_int(kl_map_get(*result, KL_TEXT("created_at"))), 30 * 86400);
    snprintf(inputs, sizeof inputs, G("complete_request", ",\"request_id\":\"%s\""),
             kl_as_text(kl_map_get(*result, KL_TEXT("request_id"))).data);
    kl_value_release(out);
    part_is(GDPR, config, G("pending_requests", ""), "compliant", "true");
    part_is(GDPR, config, inputs, "result.status", "\"completed\"");
    fails_with(GDPR, config, inputs, "node execution failed: no pending request '");
    fails(GDPR, config, G("complete_request", ""), "missing required input: request_id");
    out = outputs_of(GDPR, config, G("pending_requests", ""));
    assert_int_equal(kl_array_len(*kl_value_path(&out, KL_TEXT("result.requests"))), 1);
    kl_value_release(out);
    snprintf(late, sizeof late,
             "{\"database\":\"sqlite://%s/requests.db?mode=rwc\",\"deadline_days\":0}", test_folder);
    works(GDPR, late, G("data_subject_request", ""));
    part_is(GDPR, config, G("pending_requests", ""), "result.overdue_count", "1");
    part_is(GDPR, config, G("pending_requests", ""), "compliant", "false");
}

KL_TEST(erasure_and_log)
{
    KL_UNUSED_STATE;
    const char *config = in_file("erasure");
    works(GDPR, config, G("grant_consent", ""));
    works(GDPR, config, G("consent_check", ""));
    works(GDPR, config, G("data_subject_request", ""));
    gives(GDPR, config, G("right_to_erasure", ""),
          "{\"compliant\":true,\"result\":{\"erasure_confirmed\":true,\"records_removed\":1,"
          "\"user_id\":\"u\"},\"actions_taken\":[\"consent_records_removed\",\"erasure_confirmed\","
          "\"audit_logged\"]}");
    part_is(GDPR, config, G("consent_check", ""), "compliant", "false");
    keys_are(config, G("data_portability", ""), "result", "[\"data\",\"format\",\"user_id\"]");
    keys_are(config, G("data_portability", ""), "result.data.data_subject_requests.0",
             "[\"request_id\",\"request_type\",\"status\",\"created_at\"]");
    keys_are(config, G("audit_trail", ""), "result", "[\"entries\",\"entry_count\",\"user_id\"]");
    keys_are(config, G("audit_trail", ""), "result.entries.0",
             "[\"entry_id\",\"operation\",\"details\",\"timestamp\"]");
    static const char *const details[] = {"Consent granted for general", "Checked consent for general: true",
                                          "DSAR created: type=access, id=",
                                          "Erasure completed: removed 1 consent record(s)",
                                          "Checked consent for general: false", "User data exported"};
    kl_value out = outputs_of(GDPR, config, G("audit_trail", ""));
    const kl_value *entries = kl_value_path(&out, KL_TEXT("result.entries"));
    assert_int_equal(kl_array_len(*entries), 7);
    for (size_t i = 0; i < KL_COUNT(details); i++) {
        kl_text text = kl_as_text(kl_map_get(kl_array_at(*entries, i), KL_TEXT("details")));
        assert_memory_equal(text.data, details[i], strlen(details[i]));
    }
    kl_value_release(out);
}

KL_TEST(wrong_gdpr)
{
    KL_UNUSED_STATE;
    fails(GDPR, NULL, "{\"operation\":\"consent_check\"}", "missing required input: user_id");
    fails(GDPR, NULL, "{\"user_id\":\"u\"}", "missing required input: operation");
    fails_with(GDPR, NULL, G("zz", ""), "expected one of: consent_check, grant_consent");
}

/* ---- events -------------------------------------------------------------------------------------- */

#define E(type, severity, rest) "{\"event_type\":\"" type "\",\"severity\":\"" severity "\"" rest "}"

KL_TEST(events_are_kept_and_told)
{
    KL_UNUSED_STATE;
    const char *config = in_file("events");
    kl_value out = outputs_of(EVENT, config, E("logout", "info", ",\"user_id\":\"u\""));
    assert_int_equal(kl_as_text(kl_map_get(out, KL_TEXT("event_id"))).len, 36);
    assert_in_range(kl_as_int(kl_map_get(out, KL_TEXT("timestamp"))), kl_time_now() / KL_SECOND - 5,
                    kl_time_now() / KL_SECOND);
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("propagated"))));
    assert_false(kl_as_bool(kl_map_get(out, KL_TEXT("alert_triggered"))));
    kl_value_release(out);
    part_is(EVENT, config, E("mfa_failure", "error", ",\"source_ip\":\"1.2.3.4\",\"details\":{\"a\":[1]}"),
            "alert_triggered", "true");
    part_is(EVENT, config, E("mfa_failure", "critical", ""), "alert_triggered", "true");
    part_is(EVENT, config, E("mfa_failure", "warning", ""), "alert_triggered", "false");
    part_is(EVENT, config, "{\"operation\":\"query\"}", "count", "4");
    part_is(EVENT, config, "{\"operation\":\"query\",\"limit\":2}", "count", "2");
    part_is(EVENT, config, "{\"operation\":\"query\",\"user_id\":\"u\"}", "events.0.event_type",
            "\"logout\"");
    part_is(EVENT, config, "{\"operation\":\"query\",\"source_ip\":\"1.2.3.4\",\"severity\":\"error\"}",
            "events.0.details", "{\"a\":[1]}");
    part_is(EVENT, config, "{\"operation\":\"query\",\"event_type\":\"mfa_failure\"}",
            "events.0.severity", "\"warning\"");
    part_is(EVENT, config, "{\"operation\":\"query\",\"since\":99999999999}", "count", "0");
    part_is(EVENT, config, "{\"operation\":\"query\",\"until\":99999999999}", "count", "4");
    part_is(EVENT, config, "{\"operation\":\"query\",\"until\":1}", "events", "[]");
}

KL_TEST(many_events_alert)
{
    KL_UNUSED_STATE;
    const char *config = in_file("many");
    for (int i = 0; i < 4; i++)
        part_is(EVENT, config, E("login_failure", "info", ",\"user_id\":\"u\""), "alert_triggered", "false");
    part_is(EVENT, config, E("login_failure", "info", ",\"user_id\":\"other\""), "alert_triggered", "false");
    part_is(EVENT, config, E("login_success", "info", ",\"user_id\":\"u\""), "alert_triggered", "false");
    part_is(EVENT, config, E("login_failure", "info", ",\"user_id\":\"u\""), "alerts",
            "[{\"event_type\":\"login_failure\",\"by\":\"user_id\",\"value\":\"u\",\"count\":5,"
            "\"window_seconds\":300}]");
    char own[300];
    snprintf(own, sizeof own,
             "{\"database\":\"sqlite://%s/many.db?mode=rwc\",\"thresholds\":[{\"event_type\":\"logout\","
             "\"by\":\"source_ip\",\"count\":1,\"window_seconds\":5}]}", test_folder);
    part_is(EVENT, own, E("logout", "info", ",\"source_ip\":\"::1\""), "alert_triggered", "true");
    part_is(EVENT, own, E("logout", "info", ""), "alert_triggered", "false");
}

KL_TEST(wrong_events)
{
    KL_UNUSED_STATE;
    fails(EVENT, NULL, "{\"event_type\":\"logout\"}", "missing required input: severity");
    fails(EVENT, NULL, "{\"severity\":\"info\"}", "missing required input: event_type");
    fails(EVENT, NULL, E("zz", "info", ""),
          "invalid input 'event_type': expected one of: login_attempt, login_success, login_failure, "
          "logout, permission_denied, suspicious_activity, account_locked, password_change, mfa_failure, "
          "token_revoked, brute_force_detected, got \"zz\"");
    fails(EVENT, NULL, E("logout", "zz", ""),
          "invalid input 'severity': expected one of: info, warning, error, critical, got \"zz\"");
    fails(EVENT, "{\"thresholds\":[{\"event_type\":\"logout\",\"by\":\"x\"}]}", E("logout", "info", ""),
          "invalid input 'thresholds[0].by': expected one of: user_id, source_ip, got \"x\"");
    fails(EVENT, "{\"thresholds\":[{\"event_type\":\"logout\",\"by\":\"user_id\"}]}",
          E("logout", "info", ""), "missing required input: thresholds[0].count");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    static const char *const gdpr[] = {
        G("consent_check", ""), G("grant_consent", ""), G("data_subject_request", ""),
        G("pending_requests", ""), G("data_portability", ""), G("audit_trail", ""),
        G("right_to_erasure", ""), G("withdraw_consent", "")};
    for (size_t i = 0; i < KL_COUNT(gdpr); i++)
        survives_failed_allocations(GDPR, NULL, gdpr[i]);
    survives_failed_allocations(EVENT, NULL, E("login_failure", "info", ",\"user_id\":\"m\",\"details\":{}"));
    survives_failed_allocations(EVENT, NULL, "{\"operation\":\"query\",\"user_id\":\"m\",\"limit\":3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consents),          cmocka_unit_test(requests_and_deadlines),
        cmocka_unit_test(erasure_and_log),   cmocka_unit_test(wrong_gdpr),
        cmocka_unit_test(events_are_kept_and_told), cmocka_unit_test(many_events_alert),
        cmocka_unit_test(wrong_events),      cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
