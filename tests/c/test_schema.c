/* JSON Schema beyond the public suite: messages, places, refusals, limits. */
#include "schema.h"
#include "test.h"

/* Compile; the test fails when that is refused. */
static kl_schema *schema_of(const char *text, const kl_schema_options *options)
{
    kl_value value = json(text);
    kl_schema *schema = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_schema_new(&schema, value, options, &error) != KL_OK)
        fail_msg("refused: %s: %s", kl_error_message(&error), text);
    kl_value_release(value);
    return schema;
}

/* The faults of `data`, each as its text. */
static void faults_in(const char *schema_text, const char *data, const char *expected,
                      const char *file, int line)
{
    kl_schema *schema = schema_of(schema_text, &(kl_schema_options){.assert_formats = true});
    kl_value value = json(data), faults = kl_null(), texts;
    kl_error error = KL_ERROR_INIT;
    if (kl_schema_validate(&faults, schema, value, &error) != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(kl_array_new(&texts, 0, NULL), KL_OK);
    for (size_t i = 0; i < kl_array_len(faults); i++)
        kl_array_push(&texts, kl_value_retain(kl_map_get(kl_array_at(faults, i), KL_TEXT("text"))),
                      NULL);
    kl_value_release(faults);
    kl_value_release(value);
    kl_schema_free(schema);
    assert_json_in(texts, expected, file, line);
}
#define faults(schema, data, expected) faults_in(schema, data, expected, __FILE__, __LINE__)

static void refused_in(const char *schema_text, const char *message, const char *file, int line)
{
    kl_value value = json(schema_text);
    kl_schema *schema = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_schema_new(&schema, value, NULL, &error);
    bool same = status == KL_INVALID && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: got %s \"%s\"\n", file, line, kl_status_name(status),
                    kl_error_message(&error));
    kl_schema_free(schema);
    kl_error_clear(&error);
    kl_value_release(value);
    assert_true(same);
}
#define refused(schema, message) refused_in(schema, message, __FILE__, __LINE__)

KL_TEST(the_three_texts_of_old)
{
    KL_UNUSED_STATE;
    faults("{\"type\":\"string\"}", "1", "[\"expected type 'string', got 'integer'\"]");
    faults("{\"type\":\"string\"}", "1.5", "[\"expected type 'string', got 'float'\"]");
    faults("{\"type\":[\"string\",\"null\"]}", "true",
           "[\"expected type 'string' or 'null', got 'bool'\"]");
    faults("{\"required\":[\"a\",\"b\"]}", "{\"a\":1}", "[\"missing required field: 'b'\"]");
    faults("{\"properties\":{\"a\":{\"type\":\"array\"}}}", "{\"a\":{}}",
           "[\"field 'a': expected type 'array', got 'object'\"]");
    faults("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"}},\"required\":[\"b\"]}",
           "{\"a\":1}",
           "[\"missing required field: 'b'\",\"field 'a': expected type 'null', got 'integer'\"]");
    faults("{\"type\":\"integer\"}", "1.0", "[]");
    faults("{\"type\":\"integer\"}", "true", "[\"expected type 'integer', got 'bool'\"]");
    faults("{\"type\":\"float\"}", "1", "[\"expected type 'float', got 'integer'\"]");
    faults("{\"type\":\"float\"}", "1.0", "[]");
}

KL_TEST(other_faults_have_a_pointer)
{
    KL_UNUSED_STATE;
    static const char *const rows[][3] = {
        {"{\"properties\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":{}}", "/a: missing required field: 'b'"},
        {"{\"items\":{\"type\":\"string\"}}", "[\"x\",1]", "/1: expected type 'string', got 'integer'"},
        {"{\"properties\":{\"a/~b\":{\"minimum\":1}}}", "{\"a/~b\":0}", "/a~1~0b: 0 is less than the minimum of 1"},
        {"{\"maximum\":1}", "1.5", "1.5 is greater than the maximum of 1"},
        {"{\"exclusiveMaximum\":1}", "1", "1 is not less than 1"},
        {"{\"exclusiveMinimum\":1.5}", "1", "1 is not greater than 1.5"},
        {"{\"multipleOf\":0.1}", "0.35", "0.35 is not a multiple of 0.1"},
        {"{\"minLength\":2}", "\"é\"", "expected at least 2 characters, got 1"},
        {"{\"maxLength\":1}", "\"éé\"", "expected at most 1 characters, got 2"},
        {"{\"minItems\":1}", "[]", "expected at least 1 items, got 0"},
        {"{\"maxProperties\":0}", "{\"a\":1}", "expected at most 0 properties, got 1"},
        {"{\"pattern\":\"^a\"}", "\"b\"", "does not match the pattern '^a'"},
        {"{\"format\":\"date\"}", "\"x\"", "is not a valid 'date'"},
        {"{\"uniqueItems\":true}", "[1,2,1.0]", "items 0 and 2 are equal"},
        {"{\"enum\":[1,\"a\"]}", "2", "expected one of [1, \\\"a\\\"]"},
        {"{\"const\":{\"a\":1}}", "2", "expected {\\\"a\\\": 1}"},
        {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "field 'a' requires field 'b'"},
        {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"dependencies\":{\"a\":[\"b\"]}}", "{\"a\":1}", "field 'a' requires field 'b'"},
        {"{\"additionalProperties\":false}", "{\"x\":1}", "unexpected field: 'x'"},
        {"{\"unevaluatedProperties\":false}", "{\"x\":1}", "unexpected field: 'x'"},
        {"{\"unevaluatedItems\":false}", "[1]", "/0: no value is allowed here"},
        {"{\"prefixItems\":[true],\"items\":false}", "[1,2]", "expected at most 1 items, got 2"},
        {"{\"propertyNames\":{\"maxLength\":1}}", "{\"xy\":1}", "the name of field 'xy' is not allowed"},
        {"{\"contains\":{\"const\":1}}", "[2]", "expected at least 1 items that match 'contains', got 0"},
        {"{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]", "expected at most 1 items that match 'contains', got 2"},
        {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "1", "matches none of the 2 schemas of anyOf"},
        {"{\"oneOf\":[true,true]}", "1", "matches 2 of the 2 schemas of oneOf, expected exactly one"},
        {"{\"not\":{}}", "1", "matches the schema of 'not'"},
        {"{\"allOf\":[{\"minimum\":2}]}", "1", "1 is less than the minimum of 2"},
        {"{\"if\":{\"type\":\"integer\"},\"then\":{\"minimum\":2}}", "1", "1 is less than the minimum of 2"},
        {"false", "1", "no value is allowed here"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "[\"%s\"]", rows[i][2]);
        faults_in(rows[i][0], rows[i][1], expected, rows[i][0], (int)i);
    }
}

KL_TEST(details_name_place_keyword_and_message)
{
    KL_UNUSED_STATE;
    kl_schema *schema = schema_of("{\"properties\":{\"a\":{\"items\":{\"minimum\":1}}}}", NULL);
    kl_value value = json("{\"a\":[1,0]}"), found = kl_null();
    assert_int_equal(kl_schema_validate(&found, schema, value, NULL), KL_OK);
    kl_value_release(value);
    kl_schema_free(schema);
    assert_json(found, "[{\"text\":\"/a/1: 0 is less than the minimum of 1\",\"pointer\":\"/a/1\","
                       "\"keyword\":\"minimum\",\"message\":\"0 is less than the minimum of 1\"}]");
}

KL_TEST(bad_schemas_are_refused_with_their_place)
{
    KL_UNUSED_STATE;
    refused("5", "expected object or boolean, got integer");
    refused("{\"properties\":{\"a\":[]}}", "/properties/a: expected object or boolean, got array");
    refused("{\"type\":5}", "/type: expected one of: null, boolean, integer, number, string, array, "
                            "object (or a list of them), got integer");
    refused("{\"properties\":{\"a\":{\"type\":\"int\"}}}",
            "/properties/a/type: expected one of: null, boolean, integer, number, string, array, "
            "object (or a list of them), got 'int'");
    refused("{\"properties\":[]}", "/properties: expected object, got array");
    refused("{\"required\":\"a\"}", "/required: expected a list of strings, got 'a'");
    refused("{\"required\":[1]}", "/required: expected a list of strings, got array");
    refused("{\"minimum\":\"1\"}", "/minimum: expected number, got '1'");
    refused("{\"multipleOf\":0}", "/multipleOf: expected a number above 0, got integer");
    refused("{\"maxItems\":-1}", "/maxItems: expected non-negative integer, got integer");
    refused("{\"maxItems\":1.5}", "/maxItems: expected non-negative integer, got float");
    refused("{\"allOf\":[]}", "/allOf: expected a non-empty list of schemas, got array");
    refused("{\"enum\":1}", "/enum: expected array, got integer");
    refused("{\"uniqueItems\":1}", "/uniqueItems: expected boolean, got integer");
    refused("{\"$id\":1}", "/$id: expected string, got integer");
    refused("{\"dependentRequired\":{\"a\":1}}",
            "/dependentRequired: expected an object of lists of strings, got object");
    refused("{\"items\":[]}", "/items: expected object or boolean, got array");
    refused("{\"pattern\":\"(\"}",
            "/pattern: '(' is no regular expression: regex: missing closing parenthesis");
    refused("{\"patternProperties\":{\"\\\\a\":{}}}",
            "/patternProperties: '\\a' is no regular expression: unknown escape");
    refused("{\"$ref\":\"#/$defs/x\"}", "/$ref: '#/$defs/x': nothing stands at '#/$defs/x'");
    refused("{\"$ref\":\"#x\"}", "/$ref: '#x': there is no anchor 'x'");
    refused("{\"$ref\":\"http://example.com/s\"}",
            "/$ref: 'http://example.com/s': no schema is known as 'http://example.com/s'; nothing "
            "is fetched");
    refused("{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}",
            "$schema: 'http://json-schema.org/draft-04/schema#' is not known; give "
            "\"https://json-schema.org/draft/2020-12/schema\" or "
            "\"http://json-schema.org/draft-07/schema#\"");
}

KL_TEST(references_without_end_are_found)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "{\"$ref\":\"#\"}",
        "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}",
        "{\"allOf\":[{\"anyOf\":[{\"not\":{\"$ref\":\"#\"}}]}]}",
        "{\"$dynamicAnchor\":\"x\",\"$dynamicRef\":\"#x\"}",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_schema *schema = schema_of(rows[i], NULL);
        kl_value found = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_schema_validate(&found, schema, kl_int(1), &error), KL_INVALID);
        assert_non_null(strstr(kl_error_message(&error), "references lead back to it without end"));
        kl_error_clear(&error);
        kl_schema_free(schema);
    }
}

static kl_value nested(size_t depth)
{
    kl_value value = kl_int(1);
    for (size_t i = 0; i < depth; i++) {
        kl_value outer;
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, value, NULL), KL_OK);
        value = outer;
    }
    return value;
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    kl_schema *schema = schema_of("{\"items\":{\"$ref\":\"#\"}}", NULL);
    bool valid = false;
    kl_value fits = nested(700), deep = nested(9000);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_schema_is_valid(&valid, schema, fits, NULL), KL_OK);
    assert_true(valid);
    assert_int_equal(kl_schema_is_valid(&valid, schema, deep, &error), KL_DEPTH);
    assert_string_equal(kl_error_message(&error), "schema and value nest deeper than 1500 levels");
    kl_schema_free(schema);
    schema = schema_of("{\"uniqueItems\":true}", NULL);
    kl_value twins;
    assert_int_equal(kl_array_new(&twins, 2, NULL), KL_OK);
    kl_array_push(&twins, kl_value_retain(deep), NULL);
    kl_array_push(&twins, kl_value_retain(deep), NULL);
    assert_int_equal(kl_schema_is_valid(&valid, schema, twins, &error), KL_DEPTH);
    kl_schema_free(schema);
    kl_value_release(twins);
    kl_value_release(fits);
    kl_value_release(deep);
    kl_error_clear(&error);

    kl_value chain = kl_bool(true);
    for (int i = 0; i < 5000; i++) {
        kl_value outer;
        assert_int_equal(kl_map_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_map_set(&outer, KL_TEXT("not"), chain, NULL), KL_OK);
        chain = outer;
    }
    assert_int_equal(kl_schema_new(&schema, chain, NULL, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "schema nests deeper than 400 levels");
    kl_error_clear(&error);
    kl_value_release(chain);
}

KL_TEST(work_is_bounded)
{
    KL_UNUSED_STATE;
    kl_schema *schema = schema_of("{\"anyOf\":[{\"items\":{\"$ref\":\"#\"},\"maxItems\":0},"
                                  "{\"items\":{\"$ref\":\"#\"},\"maxItems\":0},{\"items\":{\"$ref\":\"#\"},"
                                  "\"required\":[\"a\"],\"not\":{}}],\"allOf\":[{\"items\":{\"$ref\":\"#\"}},"
                                  "{\"items\":{\"$ref\":\"#\"}}]}",
                                  &(kl_schema_options){.max_steps = 100000});
    kl_value deep = nested(200), found = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_schema_validate(&found, schema, deep, &error), KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: schema_evaluation (limit: 100000 steps)");
    kl_error_clear(&error);
    kl_value_release(found);
    kl_value_release(deep);
    kl_schema_free(schema);
}

KL_TEST(documents_are_given_not_fetched)
{
    KL_UNUSED_STATE;
    kl_value documents = json("{\"http://x.org/a\":{\"$id\":\"http://x.org/other\",\"$anchor\":\"me\","
                              "\"$defs\":{\"n\":{\"type\":\"null\"}},\"type\":\"string\"}}");
    const kl_schema_options options = {.documents = documents};
    static const char *const rows[][3] = {
        {"{\"$ref\":\"http://x.org/a\"}", "\"s\"", "1"},
        {"{\"$ref\":\"http://x.org/a#me\"}", "\"s\"", "1"},
        {"{\"$ref\":\"http://x.org/other\"}", "\"s\"", "1"},
        {"{\"$ref\":\"http://x.org/a#/$defs/n\"}", "null", "1"},
        {"{\"$id\":\"http://x.org/base/s\",\"$ref\":\"../a#/$defs/n\"}", "null", "\"x\""},
        {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"type\":\"null\"}", "{\"type\":1}"},
        {"{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"items\":[{}]}", "{\"items\":1}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_schema *schema = schema_of(rows[i][0], &options);
        for (int j = 1; j <= 2; j++) {
            kl_value value = json(rows[i][j]);
            bool valid = false;
            assert_int_equal(kl_schema_is_valid(&valid, schema, value, NULL), KL_OK);
            assert_int_equal(valid, j == 1);
            kl_value_release(value);
        }
        kl_schema_free(schema);
    }
    kl_value_release(documents);
}

KL_TEST(metaschemas_that_name_each_other_end)
{
    KL_UNUSED_STATE;
    kl_value documents = json("{\"urn:a\":{\"$schema\":\"urn:b\"},\"urn:b\":{\"$schema\":\"urn:a\"}}");
    kl_value value = json("{\"$schema\":\"urn:a\"}");
    kl_schema *schema = NULL;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_schema_new(&schema, value, &(kl_schema_options){.documents = documents},
                                   &error),
                     KL_INVALID);
    kl_error_clear(&error);
    kl_value_release(value);
    kl_value_release(documents);
}

KL_TEST(numbers_are_exact)
{
    KL_UNUSED_STATE;
    faults("{\"multipleOf\":0.01}", "0.07", "[]");
    faults("{\"multipleOf\":0.0001}", "0.0075", "[]");
    faults("{\"multipleOf\":3}", "1e300", "[\"1e+300 is not a multiple of 3\"]");
    faults("{\"multipleOf\":1e-10}", "12345678.9", "[]");
    faults("{\"multipleOf\":7}", "9223372036854775807", "[]");
    faults("{\"multipleOf\":7}", "-9223372036854775808",
           "[\"-9223372036854775808 is not a multiple of 7\"]");
    faults("{\"maximum\":9007199254740992}", "9007199254740993",
           "[\"9007199254740993 is greater than the maximum of 9007199254740992\"]");
    faults("{\"const\":9007199254740993}", "9007199254740992.0",
           "[\"expected 9007199254740993\"]");
    faults("{\"enum\":[[1,{\"a\":2}]]}", "[1.0,{\"a\":2.0}]", "[]");
}

KL_TEST(many_unique_items_are_quick)
{
    KL_UNUSED_STATE;
    kl_schema *schema = schema_of("{\"uniqueItems\":true}", NULL);
    kl_value array;
    bool valid = false;
    assert_int_equal(kl_array_new(&array, 300000, NULL), KL_OK);
    for (int i = 0; i < 300000; i++)
        kl_array_push(&array, kl_int(i), NULL);
    assert_int_equal(kl_schema_is_valid(&valid, schema, array, NULL), KL_OK);
    assert_true(valid);
    kl_array_push(&array, kl_double(7.0), NULL);
    assert_int_equal(kl_schema_is_valid(&valid, schema, array, NULL), KL_OK);
    assert_false(valid);
    kl_value_release(array);
    kl_schema_free(schema);
}

KL_TEST(values_without_json_form)
{
    KL_UNUSED_STATE;
    kl_schema *schema = schema_of("{\"type\":\"string\"}", NULL);
    kl_value bytes, found = kl_null();
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("x"), NULL), KL_OK);
    assert_int_equal(kl_schema_validate(&found, schema, bytes, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(kl_array_at(found, 0), KL_TEXT("text"))),
                "\"expected type 'string', got 'bytes'\"");
    kl_value_release(found);
    kl_value_release(bytes);
    kl_schema_free(schema);
}

static kl_status compile_and_check(kl_value schema_value, kl_value documents, kl_value data)
{
    kl_schema *schema = NULL;
    kl_value found = kl_null();
    const kl_schema_options options = {.assert_formats = true, .documents = documents};
    kl_status status = kl_schema_new(&schema, schema_value, &options, NULL);
    if (status == KL_OK)
        status = kl_schema_validate(&found, schema, data, NULL);
    kl_value_release(found);
    kl_schema_free(schema);
    return status;
}

KL_TEST(schemas_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value schema = json(
        "{\"$id\":\"http://x/s\",\"type\":\"object\",\"required\":[\"q\"],\"properties\":{\"a\":{\"$ref\":\"d#/$defs/t\"},"
        "\"l\":{\"prefixItems\":[{\"const\":1}],\"unevaluatedItems\":{\"type\":\"null\"},\"contains\":{\"minimum\":5}}},"
        "\"patternProperties\":{\"^p\":{\"enum\":[1,[2]]}},\"unevaluatedProperties\":false,"
        "\"anyOf\":[{\"$dynamicRef\":\"#n\"},false],\"$defs\":{\"n\":{\"$dynamicAnchor\":\"n\"}}}");
    kl_value documents = json("{\"http://x/d\":{\"$defs\":{\"t\":{\"format\":\"date\"}}}}");
    kl_value data = json("{\"a\":\"x\",\"l\":[1,2,null],\"p\":[3],\"z\":1}");
    kl_schema *warm = schema_of("{\"pattern\":\"x\"}", NULL); /* the driver is loaded */
    kl_schema_free(warm);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_test_fail_allocation(n);
        kl_status status = compile_and_check(schema, documents, data);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (!(failed && status == KL_OK)) /* pcre2 goes on without its compiler */
            assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
    }
    kl_value_release(schema);
    kl_value_release(documents);
    kl_value_release(data);
}

KL_TEST(formats)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *format, *good, *bad;
    } rows[] = {
        {"date", "2024-02-29", "2023-02-29"}, {"time", "23:59:60Z", "22:59:60Z"},
        {"date-time", "1990-12-31T15:59:60-08:00", "1990-12-31 15:59:59Z"},
        {"duration", "P1Y2M3DT4H5M6S", "P1Y3D"}, {"email", "\"a b\"@[127.0.0.1]", "a@b@c"},
        {"hostname", "a-b.example", "-a.example"}, {"ipv4", "127.0.0.1", "127.0.0.01"},
        {"ipv6", "::ffff:1.2.3.4", "1::2::3"}, {"uri", "http://[::1]:80/a?b#c", "//x/y"},
        {"uri-reference", "../a%20b", "a b"}, {"iri", "http://é/", "é"},
        {"iri-reference", "é", "\\"}, {"uri-template", "/a/{b}", "/a/{b"},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380"},
        {"json-pointer", "/a~0~1/", "a"}, {"relative-json-pointer", "1/a", "01"},
        {"regex", "^(?<y>\\d+)$", "\\Z"}, {"idn-email", "é@é.example", "é"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        bool good = false, bad = true;
        kl_text format = kl_text_from(rows[i].format);
        assert_true(kl_schema_format_known(format));
        kl_schema_format_fits(&good, format, kl_text_from(rows[i].good), NULL);
        kl_schema_format_fits(&bad, format, kl_text_from(rows[i].bad), NULL);
        if (!good || bad)
            print_error("%s\n", rows[i].format);
        assert_true(good && !bad);
        kl_schema_format_fits(&bad, format, KL_TEXT("\0"), NULL);
        assert_true(!bad || strcmp(rows[i].format, "regex") == 0);
    }
    assert_false(kl_schema_format_known(KL_TEXT("colour")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_texts_of_old),
        cmocka_unit_test(other_faults_have_a_pointer),
        cmocka_unit_test(details_name_place_keyword_and_message),
        cmocka_unit_test(bad_schemas_are_refused_with_their_place),
        cmocka_unit_test(references_without_end_are_found),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(documents_are_given_not_fetched),
        cmocka_unit_test(metaschemas_that_name_each_other_end),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(many_unique_items_are_quick),
        cmocka_unit_test(values_without_json_form),
        cmocka_unit_test(schemas_survive_every_failed_allocation),
        cmocka_unit_test(formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
