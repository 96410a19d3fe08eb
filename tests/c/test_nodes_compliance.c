/* ComplianceCheckNode, DataRetentionPolicyNode. */
#include "node_sweep.h"

#define CHECK "ComplianceCheckNode"
#define RETENTION "DataRetentionPolicyNode"

/* The violations that a record has, and the score. */
static void violates_in(const char *data, const char *regulations, const char *score,
                        const char *violations, const char *file, int line)
{
    char inputs[1024];
    kl_value out = kl_null(), list = kl_null(), number = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"data\":%s,\"regulations\":[%s]}", data, regulations);
    kl_status status = run_node(&out, CHECK, NULL, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    assert_int_equal(status, KL_OK);
    list = kl_value_retain(kl_map_get(out, KL_TEXT("violations")));
    number = kl_map_get(out, KL_TEXT("compliance_score"));
    assert_int_equal(kl_array_len(list),
                     kl_array_len(kl_map_get(out, KL_TEXT("recommendations"))));
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("compliant"))) == (kl_array_len(list) == 0));
    kl_value_release(out);
    assert_json_in(list, violations, file, line);
    assert_json_in(number, score, file, line);
}
#define violates(data, regulations, score, violations)                                             \
    violates_in(data, regulations, score, violations, __FILE__, __LINE__)

#define CLEAR "\"PCI DSS 3.4: PAN data found in plain text\""
#define STORED "\"PCI DSS 3.2: Sensitive authentication data (CVV/CVC) must not be stored\""
#define PLAIN "\"PCI DSS 3.4: No encryption indicator for stored cardholder data\""
#define PHI_CLEAR "\"HIPAA 164.312(a)(2)(iv): PHI data must be encrypted\""
#define PHI_OPEN "\"HIPAA 164.312(a)(1): No access control specified for PHI\""
#define PHI_SILENT "\"HIPAA 164.312(b): No audit trail for PHI access\""

KL_TEST(records_without_such_data_comply)
{
    KL_UNUSED_STATE;
    violates("{}", "\"gdpr\",\"pci_dss\",\"hipaa\",\"sox\"", "1.0", "[]");
    violates("{\"user_id\":1,\"x\":[{\"y\":null}]}", "\"gdpr\",\"hipaa\"", "1.0", "[]");
    violates("{\"email\":\"a@b.c\"}", "", "1.0", "[]");
}

KL_TEST(gdpr)
{
    KL_UNUSED_STATE;
    violates("{\"email\":\"a@b.c\"}", "\"gdpr\"", "0.0",
             "[\"GDPR Art. 6: PII data present without consent tracking\","
             "\"GDPR Art. 5(1)(b): No processing purpose specified for PII data\","
             "\"GDPR Art. 5(1)(e): No data retention period specified\"]");
    violates("{\"Name\":\"x\",\"consent_given\":false,\"processing_purpose\":\"\",\"expires_at\":3}",
             "\"gdpr\"", "1.0", "[]");
    violates("{\"user\":{\"email\":\"x\"},\"consent_given\":true,\"retention_period\":3}", "\"gdpr\"",
             "0.6666666666666666",
             "[\"GDPR Art. 5(1)(b): No processing purpose specified for PII data\"]");
}

KL_TEST(cards)
{
    KL_UNUSED_STATE;
    violates("{\"card_number\":\"4111111111111111\",\"cvv\":\"123\"}", "\"pci_dss\"", "0.0",
             "[" CLEAR "," STORED "," PLAIN "]");
    violates("{\"card_number\":\"************1111\",\"encryption\":\"aes\"}", "\"pci_dss\"", "1.0", "[]");
    violates("{\"pan\":4111111111111111}", "\"pci_dss\"", "0.3333333333333333", "[" CLEAR "," PLAIN "]");
    violates("{\"pan\":\"1234567890123456\",\"encrypted\":true}", "\"pci_dss\"", "0.6666666666666666",
             "[" CLEAR "]");
    violates("{\"note\":\"my card 4111 1111-1111 1111.\"}", "\"pci_dss\"", "0.6666666666666666",
             "[" CLEAR "]");
    violates("{\"note\":\"order 1234567890123456\"}", "\"pci_dss\"", "1.0", "[]");
    violates("{\"note\":\"378282246310005\"}", "\"pci_dss\"", "0.6666666666666666", "[" CLEAR "]");
    violates("{\"card_number\":\"x\",\"encrypted\":false}", "\"pci_dss\"", "0.6666666666666666",
             "[" PLAIN "]");
}

KL_TEST(health_and_money)
{
    KL_UNUSED_STATE;
    violates("{\"diagnosis\":\"flu\"}", "\"hipaa\"", "0.0",
             "[" PHI_CLEAR "," PHI_OPEN "," PHI_SILENT "]");
    violates("{\"diagnosis\":\"flu\",\"encrypted\":true,\"access_level\":\"x\",\"audit_log\":[]}",
             "\"hipaa\",\"gdpr\"", "1.0", "[]");
    violates("{\"patient\":{\"treatment\":\"x\",\"encryption\":\"aes\"},\"authorized_users\":[]}",
             "\"hipaa\"", "0.6666666666666666", "[" PHI_SILENT "]");
    violates("{\"amount\":3}", "\"sox\"", "0.0",
             "[\"SOX 404: No audit trail for financial data\","
             "\"SOX 404: No change control for financial data\","
             "\"SOX 302: No access control specified for financial data\"]");
    violates("{\"amount\":3,\"audit_trail\":[],\"approved_by\":\"x\",\"access_level\":1}", "\"sox\"", "1.0",
             "[]");
}

KL_TEST(wrong_records)
{
    KL_UNUSED_STATE;
    fails(CHECK, NULL, "{\"data\":{}}", "missing required input: regulations");
    fails(CHECK, NULL, "{\"data\":{},\"regulations\":[\"zz\"]}",
          "invalid input 'regulations': expected one of: gdpr, pci_dss, hipaa, sox, got \"zz\"");
}

/* ---- retention ----------------------------------------------------------------------------------- */

#define NOW "{\"now\":100000000}"

KL_TEST(records_expire)
{
    KL_UNUSED_STATE;
    static const char records[] =
        "\"records\":[{\"id\":\"a\",\"created_at\":1000},{\"id\":\"b\",\"created_at\":99999999},"
        "{\"id\":\"c\"},{\"id\":5,\"created_at\":97400000.5,\"category\":\"x\"},"
        "{\"id\":\"h\",\"created_at\":1,\"legal_hold\":true}]";
    char inputs[1024];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"evaluate\",\"policy\":{\"retention_days\":30},%s}",
             records);
    gives(RETENTION, NOW, inputs,
          "{\"expired_count\":2,\"retained_count\":2,\"result\":{\"expired_ids\":[\"a\",5],"
          "\"retained_ids\":[\"b\",\"h\"],\"undated\":[\"c\"],\"held\":[\"h\"]},\"report\":{}}");
    snprintf(inputs, sizeof inputs, "{\"operation\":\"enforce\",%s}", records);
    gives(RETENTION, NOW, inputs,
          "{\"expired_count\":1,\"retained_count\":3,\"result\":{\"action\":\"enforce\","
          "\"ids_to_delete\":[\"a\"],\"timestamp\":100000000,\"undated\":[\"c\"],\"held\":[\"h\"]},"
          "\"report\":{}}");
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"report\",\"policy\":{\"categories\":{\"x\":1},\"legal_hold\":[\"a\"]},%s}",
             records);
    gives(RETENTION, NOW, inputs,
          "{\"expired_count\":1,\"retained_count\":3,\"result\":{\"action\":\"report\"},\"report\":{"
          "\"categories\":{\"uncategorized\":{\"expired\":0,\"retained\":3},"
          "\"x\":{\"expired\":1,\"retained\":0}},\"total_records\":5,\"total_expired\":1,"
          "\"total_retained\":3,\"total_undated\":1,\"compliance_rate\":0.6}}");
}

KL_TEST(exactly_at_the_limit_is_kept)
{
    KL_UNUSED_STATE;
    gives(RETENTION, "{\"now\":86401}",
          "{\"operation\":\"evaluate\",\"policy\":{\"retention_days\":1},\"records\":["
          "{\"id\":\"a\",\"created_at\":1},{\"id\":\"b\",\"created_at\":0}]}",
          "{\"expired_count\":1,\"retained_count\":1,\"result\":{\"expired_ids\":[\"b\"],"
          "\"retained_ids\":[\"a\"],\"undated\":[],\"held\":[]},\"report\":{}}");
    gives(RETENTION, NULL, "{\"operation\":\"report\",\"records\":[]}",
          "{\"expired_count\":0,\"retained_count\":0,\"result\":{\"action\":\"report\"},\"report\":{"
          "\"categories\":{},\"total_records\":0,\"total_expired\":0,\"total_retained\":0,"
          "\"total_undated\":0,\"compliance_rate\":1.0}}");
}

KL_TEST(wrong_retention)
{
    KL_UNUSED_STATE;
    fails(RETENTION, NULL, "{\"operation\":\"evaluate\"}", "missing required input: records");
    fails(RETENTION, NULL, "{\"operation\":\"zz\",\"records\":[]}",
          "invalid input 'operation': expected one of: evaluate, enforce, report, got \"zz\"");
    fails(RETENTION, NULL, "{\"operation\":\"evaluate\",\"records\":[{\"created_at\":1}]}",
          "missing required input: records[0].id");
    fails(RETENTION, NULL, "{\"operation\":\"evaluate\",\"records\":[{\"id\":\"a\",\"created_at\":\"x\"}]}",
          "invalid input 'records[0].created_at': expected seconds since 1970, got \"x\"");
    fails(RETENTION, NULL, "{\"operation\":\"evaluate\",\"records\":[{\"id\":\"a\",\"created_at\":1}],"
                           "\"policy\":{\"retention_days\":-1}}",
          "invalid input 'policy.retention_days': expected number of days, not negative, got -1");
    fails(RETENTION, NULL, "{\"operation\":\"evaluate\",\"records\":[],\"policy\":{\"legal_hold\":5}}",
          "invalid input 'policy.legal_hold': expected array, got 5");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(CHECK, NULL, "{\"data\":{\"email\":1,\"pan\":\"x\"},"
                                             "\"regulations\":[\"gdpr\",\"pci_dss\"]}");
    static const char *const operations[] = {"evaluate", "enforce", "report"};
    for (size_t i = 0; i < KL_COUNT(operations); i++) {
        char inputs[256];
        snprintf(inputs, sizeof inputs,
                 "{\"operation\":\"%s\",\"records\":[{\"id\":1,\"created_at\":1,\"category\":\"x\"},"
                 "{\"id\":2}]}", operations[i]);
        survives_failed_allocations(RETENTION, NULL, inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_without_such_data_comply),
        cmocka_unit_test(gdpr),
        cmocka_unit_test(cards),
        cmocka_unit_test(health_and_money),
        cmocka_unit_test(wrong_records),
        cmocka_unit_test(records_expire),
        cmocka_unit_test(exactly_at_the_limit_is_kept),
        cmocka_unit_test(wrong_retention),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
