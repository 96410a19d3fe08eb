/* SecretRotationNode. */
#include "folder.h"
#include "kailash/time.h"
#include "node_sweep.h"

#include <ctype.h>

#define NODE "SecretRotationNode"

/* The outputs; the caller releases them. */
static kl_value rotate(const char *config, const char *inputs)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, NODE, config, inputs, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    int64_t days = kl_as_int(kl_map_get(out, KL_TEXT("expires_at"))) - kl_time_now() / KL_SECOND;
    if (!config || !strstr(config, "max_age"))
        assert_in_range(days, 90 * 86400 - 5, 90 * 86400);
    return out;
}

static kl_text text_of(kl_value out, const char *key)
{
    return kl_as_text(kl_map_get(out, kl_text_from(key)));
}

static void assert_reason(const char *inputs, bool needed, const char *reason)
{
    kl_value out = rotate(NULL, inputs);
    assert_int_equal(kl_as_bool(kl_map_get(out, KL_TEXT("rotation_needed"))), needed);
    assert_string_equal(text_of(out, "rotation_reason").data, reason);
    assert_int_equal(kl_is_null(kl_map_get(out, KL_TEXT("new_value"))), !needed);
    kl_value_release(out);
}

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

KL_TEST(reasons)
{
    KL_UNUSED_STATE;
    char inputs[256], reason[128];
    assert_reason("{\"secret_type\":\"x\",\"current_value\":\"short\"}", true,
                  "secret length 5 is below minimum 32");
    assert_reason("{\"secret_type\":\"x\",\"current_value\":\"" LONG "\"}", false, "no rotation needed");
    long long now = kl_time_now() / KL_SECOND;
    snprintf(inputs, sizeof inputs,
             "{\"secret_type\":\"x\",\"current_value\":\"" LONG "\",\"created_at\":%lld}",
             now - 91 * 86400 - 10);
    assert_reason(inputs, true, "secret is 91 days old (max: 90)");
    snprintf(inputs, sizeof inputs,
             "{\"secret_type\":\"x\",\"current_value\":\"" LONG "\",\"created_at\":%lld}",
             now - 89 * 86400);
    assert_reason(inputs, false, "no rotation needed");
    snprintf(inputs, sizeof inputs, "{\"secret_type\":\"x\",\"current_value\":\"short\",\"created_at\":"
                                    "\"2020-01-01T00:00:00Z\"}");
    snprintf(reason, sizeof reason,
             "secret is %lld days old (max: 90); secret length 5 is below minimum 32",
             (now - 1577836800) / 86400);
    assert_reason(inputs, true, reason);
}

KL_TEST(kinds_of_secrets)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *type;
        size_t len;
        const char *prefix, *alphabet;
    } rows[] = {
        {"api_key", 40, "kailash_", "_"},
        {"token", 32, "", ""},
        {"password", 32, "", "#%*+-=@_"},
        {"jwt_secret", 43, "", "-_"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[128], before[64] = "";
        snprintf(inputs, sizeof inputs, "{\"secret_type\":\"%s\",\"current_value\":\"x\"}", rows[i].type);
        for (int round = 0; round < 50; round++) {
            kl_value out = rotate(NULL, inputs);
            kl_text value = text_of(out, "new_value");
            assert_int_equal(value.len, rows[i].len);
            assert_memory_equal(value.data, rows[i].prefix, strlen(rows[i].prefix));
            for (size_t at = 0; at < value.len; at++)
                assert_true(isalnum((unsigned char)value.data[at]) ||
                            strchr(rows[i].alphabet, value.data[at]));
            assert_string_not_equal(value.data, before);
            strcpy(before, value.data);
            kl_value_release(out);
        }
    }
}

KL_TEST(settings)
{
    KL_UNUSED_STATE;
    kl_value out = rotate("{\"min_length\":3,\"max_age_days\":1}",
                          "{\"secret_type\":\"x\",\"current_value\":\"abc\",\"created_at\":1000}");
    assert_non_null(strstr(text_of(out, "rotation_reason").data, "(max: 1)"));
    kl_value_release(out);
    out = rotate("{\"force\":true}", "{\"secret_type\":\"x\",\"current_value\":\"" LONG "\"}");
    assert_string_equal(text_of(out, "rotation_reason").data, "rotation was asked for");
    kl_value_release(out);
}

KL_TEST(files_are_replaced_and_private)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/env", KL_TEXT("A=1\n# c\nexport KEY=old\nKEY='older'\nKEYS=no"));
    put_file("{DIR}/secret", KL_TEXT("old"));
    assert_int_equal(chmod(fill("{DIR}/secret"), 0644), 0);
    kl_value out = rotate(
        fill("{\"targets\":[{\"type\":\"file\",\"path\":\"{DIR}/secret\"},"
             "{\"type\":\"env_file\",\"path\":\"{DIR}/env\",\"name\":\"KEY\"},"
             "{\"type\":\"env_file\",\"path\":\"{DIR}/new\",\"name\":\"KEY\"}]}"),
        "{\"secret_type\":\"api_key\",\"current_value\":\"x\"}");
    char expected[256];
    const char *value = text_of(out, "new_value").data;
    assert_file("{DIR}/secret", value);
    snprintf(expected, sizeof expected, "A=1\n# c\nKEY='%s'\nKEYS=no\n", value);
    assert_file("{DIR}/env", expected);
    snprintf(expected, sizeof expected, "KEY='%s'\n", value);
    assert_file("{DIR}/new", expected);
    static const char *const names[] = {"{DIR}/secret", "{DIR}/env", "{DIR}/new"};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        struct stat facts;
        assert_int_equal(stat(fill(names[i]), &facts), 0);
        assert_int_equal(facts.st_mode & 07777, 0600);
    }
    kl_value written = kl_value_retain(kl_map_get(out, KL_TEXT("written")));
    kl_value_release(out);
    assert_json(written, fill("[\"file {DIR}/secret\",\"env_file {DIR}/env KEY\","
                              "\"env_file {DIR}/new KEY\"]"));
    assert_int_equal(count_test_files(), 3);
}

KL_TEST(nothing_is_written_when_nothing_is_due)
{
    KL_UNUSED_STATE;
    kl_value out = rotate(fill("{\"targets\":[{\"type\":\"file\",\"path\":\"{DIR}/none\"}]}"),
                          "{\"secret_type\":\"x\",\"current_value\":\"" LONG "\"}");
    kl_value_release(out);
    assert_false(file_exists("{DIR}/none"));
}

KL_TEST(nodes_as_targets)
{
    KL_UNUSED_STATE;
    kl_value out = rotate(fill("{\"targets\":[{\"type\":\"action\",\"action\":{\"type\":\"FileWriterNode\","
                               "\"config\":{\"path\":\"{DIR}/by_node\",\"content\":\"x\"}}}]}"),
                          "{\"secret_type\":\"x\",\"current_value\":\"y\"}");
    kl_value_release(out);
    assert_file("{DIR}/by_node", "x");
}

KL_TEST(targets_that_fail)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/file", KL_TEXT("x"));
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE,
                              fill("{\"targets\":[{\"type\":\"file\",\"path\":\"{DIR}/file/below\"}]}"),
                              "{\"secret_type\":\"x\",\"current_value\":\"y\"}", &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error),
                           "node execution failed: the new secret was not written: "));
    kl_error_clear(&error);
}

KL_TEST(wrong_settings)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{\"current_value\":\"x\"}", "missing required input: secret_type");
    fails(NODE, NULL, "{\"secret_type\":\"x\"}", "missing required input: current_value");
    fails(NODE, NULL, "{\"secret_type\":\"x\",\"current_value\":\"y\",\"created_at\":\"z\"}",
          "invalid input 'created_at': expected seconds since 1970 or RFC 3339 text, got \"z\"");
    fails(NODE, "{\"targets\":[{}]}", "{}", "missing required input: targets[0].type");
    fails(NODE, "{\"targets\":[{\"type\":\"zz\"}]}", "{}",
          "invalid input 'targets[0].type': expected one of: file, env_file, action, got \"zz\"");
    fails(NODE, "{\"targets\":[{\"type\":\"file\"}]}", "{}", "missing required input: targets[0].path");
    fails(NODE, "{\"targets\":[{\"type\":\"env_file\",\"path\":\"x\",\"name\":\"a b\"}]}", "{}",
          "invalid input 'targets[0].name': expected name of a variable, got \"a b\"");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(NODE, NULL, "{\"secret_type\":\"api_key\",\"current_value\":\"y\","
                                            "\"created_at\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons),
        cmocka_unit_test(kinds_of_secrets),
        cmocka_unit_test(settings),
        cmocka_unit_test(files_are_replaced_and_private),
        cmocka_unit_test(nothing_is_written_when_nothing_is_due),
        cmocka_unit_test(nodes_as_targets),
        cmocka_unit_test(targets_that_fail),
        cmocka_unit_test(wrong_settings),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
