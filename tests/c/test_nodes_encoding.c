/* OutputEncodingNode. */
#include "node_test.h"

KL_TEST(text_is_encoded)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *encoding, *data, *encoded; /* JSON texts */
    } rows[] = {
        {"html", "\"\"", "\"\""},
        {"html", "\"a<b>&\\\"'\u00fc\"", "\"a&lt;b&gt;&amp;&quot;&#x27;\u00fc\""},
        {"html", "\"plain\"", "\"plain\""},
        {"url", "\"aZ09 -_.~/\u00fc\\u0000\"", "\"aZ09%20%2D%5F%2E%7E%2F%C3%BC%00\""},
        {"url", "\"[@`{\"", "\"%5B%40%60%7B\""}, /* beside the letters */
        {"base64", "\"a?>\"", "\"YT8+\""},
        {"base64", "\"ab\"", "\"YWI=\""},
        {"base64url", "\"a?>\"", "\"YT8-\""},
        {"base64url", "\"ab\"", "\"YWI\""},
        {"hex", "\"A\u00fc\"", "\"41c3bc\""},
        {"json", "\"a\\\"\\n\u00fc\"", "\"\\\"a\\\\\\\"\\\\n\u00fc\\\"\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[256], expected[256];
        snprintf(inputs, sizeof inputs, "{\"data\":%s,\"encoding\":\"%s\"}", rows[i].data,
                 rows[i].encoding);
        snprintf(expected, sizeof expected, "{\"encoded\":%s,\"encoding_used\":\"%s\"}",
                 rows[i].encoded, rows[i].encoding);
        gives("OutputEncodingNode", NULL, inputs, expected);
    }
}

KL_TEST(bad_inputs_are_refused)
{
    KL_UNUSED_STATE;
    fails("OutputEncodingNode", NULL, "{\"encoding\":\"hex\"}", "missing required input: data");
    fails("OutputEncodingNode", NULL, "{\"data\":5,\"encoding\":\"hex\"}",
          "invalid input 'data': expected string, got 5");
    fails("OutputEncodingNode", NULL, "{\"data\":\"x\",\"encoding\":\"HTML\"}",
          "invalid input 'encoding': expected one of: html, url, base64, base64url, hex, json, got "
          "\"HTML\"");
}

KL_TEST(a_text_beyond_the_limit_is_refused)
{
    KL_UNUSED_STATE;
    size_t len = KL_NODE_TEXT_MAX / 3 + 1; /* three bytes each */
    char *blanks = malloc(len);
    memset(blanks, ' ', len);
    kl_value inputs = json("{\"encoding\":\"url\"}"), text, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_string_new(&text, (kl_text){blanks, len}, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("data"), text, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("OutputEncodingNode")),
                                       kl_null(), inputs, &error),
                     KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: text (limit: 67108864 bytes)");
    kl_error_clear(&error);
    kl_value_release(inputs);
    free(blanks);
}

KL_TEST(encoding_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {"html", "url", "base64", "hex", "json"};
    const kl_node_type *type = kl_node_type_find(KL_TEXT("OutputEncodingNode"));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"data\":\"a<b>\",\"encoding\":\"%s\"}", rows[i]);
        kl_value inputs = json(text);
        size_t failed = 1;
        for (size_t n = 1; failed > 0; n++) {
            kl_value out = kl_null();
            kl_test_fail_allocation(n);
            kl_status status = kl_node_run_alone(&out, type, kl_null(), inputs, NULL);
            failed = kl_test_failed_allocations();
            assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
            if (status == KL_OK)
                kl_value_release(out);
        }
        kl_test_fail_allocation(0);
        kl_value_release(inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_encoded),
        cmocka_unit_test(bad_inputs_are_refused),
        cmocka_unit_test(a_text_beyond_the_limit_is_refused),
        cmocka_unit_test(encoding_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
