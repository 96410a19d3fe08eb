/* SchemaValidatorNode. */
#include "node_test.h"

#define NODE "SchemaValidatorNode"

static void checks(const char *schema, const char *data, const char *expected)
{
    char inputs[1024];
    snprintf(inputs, sizeof inputs, "{\"schema\":%s,\"data\":%s}", schema, data);
    gives(NODE, NULL, inputs, expected);
    char config[1024]; /* the same prepared when the workflow is built */
    snprintf(config, sizeof config, "{\"schema\":%s}", schema);
    snprintf(inputs, sizeof inputs, "{\"data\":%s}", data);
    gives(NODE, config, inputs, expected);
}

KL_TEST(valid_data)
{
    KL_UNUSED_STATE;
    checks("{}", "null", "{\"valid\":true,\"errors\":[],\"error_details\":[]}");
    checks("{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"integer\"}}}",
           "{\"a\":1.0}", "{\"valid\":true,\"errors\":[],\"error_details\":[]}");
    checks("true", "1", "{\"valid\":true,\"errors\":[],\"error_details\":[]}");
}

KL_TEST(faults_keep_the_texts_of_old)
{
    KL_UNUSED_STATE;
    checks("{\"type\":\"string\"}", "5",
           "{\"valid\":false,\"errors\":[\"expected type 'string', got 'integer'\"],\"error_details\":"
           "[{\"pointer\":\"\",\"keyword\":\"type\",\"message\":\"expected type 'string', got "
           "'integer'\"}]}");
    checks("{\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"type\":[\"string\"]}}}", "{\"a\":1}",
           "{\"valid\":false,\"errors\":[\"missing required field: 'b'\",\"field 'a': expected type "
           "'string', got 'integer'\"],\"error_details\":[{\"pointer\":\"\",\"keyword\":\"required\","
           "\"message\":\"missing required field: 'b'\"},{\"pointer\":\"/a\",\"keyword\":\"type\","
           "\"message\":\"expected type 'string', got 'integer'\"}]}");
    checks("{\"items\":{\"minimum\":1}}", "[0]",
           "{\"valid\":false,\"errors\":[\"/0: 0 is less than the minimum of 1\"],\"error_details\":"
           "[{\"pointer\":\"/0\",\"keyword\":\"minimum\",\"message\":\"0 is less than the minimum of "
           "1\"}]}");
}

KL_TEST(formats_are_asserted_when_asked)
{
    KL_UNUSED_STATE;
    const char *valid = "{\"valid\":true,\"errors\":[],\"error_details\":[]}";
    const char *invalid = "{\"valid\":false,\"errors\":[\"is not a valid 'ipv4'\"],\"error_details\":"
                          "[{\"pointer\":\"\",\"keyword\":\"format\",\"message\":\"is not a valid "
                          "'ipv4'\"}]}";
    gives(NODE, "{\"schema\":{\"format\":\"ipv4\"}}", "{\"data\":\"x\"}", valid);
    gives(NODE, "{\"schema\":{\"format\":\"ipv4\"},\"assert_formats\":true}", "{\"data\":\"x\"}", invalid);
    gives(NODE, "{\"schema\":{\"format\":\"ipv4\"}}", "{\"data\":\"x\",\"assert_formats\":true}", invalid);
    gives(NODE, "{\"schema\":{\"format\":\"ipv4\"},\"assert_formats\":true}",
          "{\"data\":\"x\",\"assert_formats\":false}", valid);
    gives(NODE, "{\"schema\":{\"format\":\"ipv4\"},\"assert_formats\":true}",
          "{\"data\":\"x\",\"schema\":{}}", valid); /* inputs win */
}

KL_TEST(documents_may_be_referred_to)
{
    KL_UNUSED_STATE;
    gives(NODE, "{\"schema\":{\"$ref\":\"urn:x\"},\"documents\":{\"urn:x\":{\"type\":\"null\"}}}",
          "{\"data\":null}", "{\"valid\":true,\"errors\":[],\"error_details\":[]}");
    gives(NODE, NULL,
          "{\"data\":null,\"schema\":{\"$ref\":\"urn:x\"},\"documents\":{\"urn:x\":{\"type\":\"null\"}}}",
          "{\"valid\":true,\"errors\":[],\"error_details\":[]}");
    fails(NODE, NULL, "{\"data\":1,\"schema\":{\"$ref\":\"http://127.0.0.1/x\"}}",
          "invalid input 'schema': /$ref: 'http://127.0.0.1/x': no schema is known as "
          "'http://127.0.0.1/x'; nothing is fetched");
}

KL_TEST(bad_schemas_and_inputs)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{\"schema\":{}}", "missing required input: data");
    fails(NODE, NULL, "{\"data\":1}", "missing required input: schema");
    fails(NODE, NULL, "{\"data\":1,\"schema\":\"x\"}",
          "invalid input 'schema': expected object or boolean, got string");
    fails(NODE, NULL, "{\"data\":1,\"schema\":{\"minimum\":\"x\"}}",
          "invalid input 'schema': /minimum: expected number, got 'x'");
    fails(NODE, "{\"schema\":{\"minimum\":\"x\"}}", "{\"data\":1}",
          "schema: /minimum: expected number, got 'x'");
    fails(NODE, NULL, "{\"data\":1,\"schema\":{\"$ref\":\"#\"}}",
          "invalid input 'schema': references lead back to it without end");
    fails(NODE, "{\"assert_formats\":1}", "{\"data\":1}", "assert_formats: expected bool, got 1");
}

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value config = json("{\"schema\":{\"required\":[\"b\"],\"properties\":{\"a\":{\"type\":\"null\"}}}}");
    kl_value inputs = json("{\"data\":{\"a\":1}}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), config, inputs,
                                             &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_value_release(out);
        kl_error_clear(&error);
    }
    kl_value_release(config);
    kl_value_release(inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_data),
        cmocka_unit_test(faults_keep_the_texts_of_old),
        cmocka_unit_test(formats_are_asserted_when_asked),
        cmocka_unit_test(documents_may_be_referred_to),
        cmocka_unit_test(bad_schemas_and_inputs),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
