/* XMLParserNode. */
#include "node_test.h"

#define NODE "XMLParserNode"
#define PARSE "{\"operation\":\"parse\"}"
#define GENERATE "{\"operation\":\"generate\"}"
#define HEAD "<?xml version=\\\"1.0\\\" encoding=\\\"UTF-8\\\"?>\\n"

KL_TEST(parse)
{
    KL_UNUSED_STATE;
    gives(NODE, PARSE, "{\"content\":\"\"}", "{\"result\":{},\"success\":true}");
    gives(NODE, PARSE, "{\"content\":\" \\n\"}", "{\"result\":{},\"success\":true}");
    gives(NODE, PARSE, "{\"content\":\"<r a='1'><x> t </x><y/><i>1</i><i>2</i><!-- c --></r>\"}",
          "{\"result\":{\"r\":{\"@a\":\"1\",\"x\":\"t\",\"y\":null,\"i\":[\"1\",\"2\"]}},\"success\":true}");
    gives(NODE, PARSE, "{\"content\":\"<r><![CDATA[a<b]]></r>\"}",
          "{\"result\":{\"r\":\"a<b\"},\"success\":true}");
}

KL_TEST(malformed_is_a_result)
{
    KL_UNUSED_STATE;
    gives(NODE, PARSE, "{\"content\":\"<a>\\n<b></a>\"}",
          "{\"result\":null,\"success\":false,\"error\":\"Opening and ending tag mismatch: b line 2 "
          "and a at line 2 column 8\"}");
    gives(NODE, PARSE, "{\"content\":\"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>\"}",
          "{\"result\":null,\"success\":false,\"error\":\"unrecognized entity 'e' at line 1 column "
          "37\"}");
    gives(NODE, "{\"operation\":\"xpath\",\"xpath\":\"/a\"}", "{\"content\":\"<a\"}",
          "{\"result\":null,\"success\":false,\"error\":\"Couldn't find end of Start Tag a line 1 at "
          "line 1 column 3\"}");
}

KL_TEST(generate)
{
    KL_UNUSED_STATE;
    gives(NODE, GENERATE, "{\"data\":{\"r\":{\"@a\":1,\"x\":[\"<&>\",null],\"y\":{},\"z\":{\"#text\":\"t\",\"@b\":true}}}}",
          "{\"result\":\"" HEAD "<r a=\\\"1\\\">\\n  <x>&lt;&amp;&gt;</x>\\n  <x/>\\n  <y/>\\n"
          "  <z b=\\\"true\\\">t</z>\\n</r>\\n\",\"success\":true}");
    gives(NODE, GENERATE, "{\"data\":{\"a\":1,\"b\":[2,3]}}",
          "{\"result\":\"" HEAD "<a>1</a>\\n<b>2</b>\\n<b>3</b>\\n\",\"success\":true}");
    gives(NODE, "{\"operation\":\"generate\",\"root_element\":\"r\",\"indent\":0}",
          "{\"data\":{\"a\":1,\"b\":[2,3]}}",
          "{\"result\":\"<?xml version=\\\"1.0\\\" encoding=\\\"UTF-8\\\"?><r><a>1</a><b>2</b><b>3</b></r>\","
          "\"success\":true}");
    gives(NODE, GENERATE, "{\"data\":{\"d\":null}}",
          "{\"result\":\"" HEAD "<d/>\\n\",\"success\":true}");
}

KL_TEST(generate_refuses_what_is_no_xml)
{
    KL_UNUSED_STATE;
    fails(NODE, GENERATE, NULL, "missing required input: data");
    fails(NODE, GENERATE, "{\"data\":[1]}", "invalid input 'data': expected object, got array");
    fails(NODE, GENERATE, "{\"data\":{\"1a\":1}}", "invalid input 'data': '1a' is no XML name");
    fails(NODE, GENERATE, "{\"data\":{\"a\":\"\\u0000\"}}",
          "invalid input 'data': character U+0000 has no XML form");
    fails(NODE, GENERATE, "{\"data\":{\"a\":1},\"root_element\":\"a b\"}",
          "invalid input 'root_element': expected an XML name, got \"a b\"");
}

#define DOC                                                                                        \
    "\"<r xmlns:p='urn:x'><i n='1'>a</i><i n='2'>b</i><p:q>c</p:q><e/></r>\""

static void finds(const char *xpath, const char *expected)
{
    char inputs[512], result[512];
    snprintf(inputs, sizeof inputs,
             "{\"operation\":\"xpath\",\"content\":" DOC ",\"xpath\":\"%s\","
             "\"namespaces\":{\"x\":\"urn:x\"}}", xpath);
    snprintf(result, sizeof result, "{\"result\":%s,\"success\":true}", expected);
    gives(NODE, NULL, inputs, result);
}

KL_TEST(xpath_finds_nodes_and_values)
{
    KL_UNUSED_STATE;
    finds("/r/i", "[{\"@n\":\"1\",\"#text\":\"a\"},{\"@n\":\"2\",\"#text\":\"b\"}]");
    finds("/r/i[@n='2']/text()", "\"b\"");
    finds("//i/@n", "[\"1\",\"2\"]");
    finds("/r/e", "null");
    finds("/r/none", "null");
    finds("r/x:q", "\"c\"");
    finds("//x:q/namespace::x", "null");
    finds("count(//i)", "2");
    finds("sum(//i/@n) div 2", "1.5");
    finds("string(/r/i[2])", "\"b\"");
    finds("/r/i[1] = 'a'", "true");
    finds("0 div 0", "null"); /* NaN, which JSON has not */
    finds("name(/*)", "\"r\"");
    finds("//i[last()]/preceding-sibling::i/text()", "\"a\"");
    finds("/", "{\"r\":{\"@xmlns:p\":\"urn:x\",\"i\":[{\"@n\":\"1\",\"#text\":\"a\"},{\"@n\":\"2\","
               "\"#text\":\"b\"}],\"p:q\":\"c\",\"e\":null}}");
    gives(NODE, NULL, "{\"operation\":\"xpath\",\"content\":\"\",\"xpath\":\"/a\"}",
          "{\"result\":null,\"success\":true}");
}

KL_TEST(bad_expressions_are_bad_values)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {"/r[", "//", "foo(", "1 +", "$x", "nofunction()", "/y:q", ""};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[256];
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        snprintf(inputs, sizeof inputs,
                 "{\"operation\":\"xpath\",\"content\":\"<r/>\",\"xpath\":\"%s\"}", rows[i]);
        assert_int_equal(run_node(&out, NODE, NULL, inputs, &error), KL_FAILED);
        assert_memory_equal(kl_error_message(&error), "invalid input 'xpath': ", 23);
        kl_error_clear(&error);
    }
    fails(NODE, NULL, "{\"operation\":\"xpath\",\"content\":\"<r/>\",\"xpath\":\"/y:q\"}",
          "invalid input 'xpath': undefined namespace prefix at byte 4");
    fails(NODE, NULL, "{\"operation\":\"xpath\",\"content\":\"<r/>\",\"xpath\":\"a\\u0000\"}",
          "invalid input 'xpath': expected at most 65536 bytes without NUL");
}

KL_TEST(long_searches_end)
{
    KL_UNUSED_STATE;
    kl_value inputs, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    char *text = malloc(20000);
    size_t len = (size_t)sprintf(text, "<r>");
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(text + len, "<a/>");
    sprintf(text + len, "</r>");
    assert_int_equal(kl_map_new(&inputs, 3, NULL), KL_OK);
    kl_map_set_text(&inputs, KL_TEXT("content"), kl_text_from(text), NULL);
    kl_map_set_text(&inputs, KL_TEXT("operation"), KL_TEXT("xpath"), NULL);
    kl_map_set_text(&inputs, KL_TEXT("xpath"), KL_TEXT("count(//a[count(//a[count(//a) > 1]) > 1])"), NULL);
    free(text);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs,
                                       &error),
                     KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: xpath (limit: 20000000 steps)");
    kl_error_clear(&error);
    kl_value_release(inputs);
}

KL_TEST(inputs_are_checked)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, NULL, "missing required input: operation");
    fails(NODE, PARSE, NULL, "missing required input: content");
    fails(NODE, PARSE, "{\"content\":5}", "invalid input 'content': expected string, got 5");
    fails(NODE, NULL, "{\"operation\":\"xpath\",\"content\":\"<a/>\"}",
          "missing required input: xpath");
    fails(NODE, NULL, "{\"operation\":\"read\"}",
          "invalid input 'operation': expected one of: parse, generate, xpath, got \"read\"");
    fails(NODE, "{\"operation\":\"parse\",\"max_size_bytes\":3}", "{\"content\":\"<a/>\"}",
          "resource limit exceeded: content_size (limit: 3 bytes)");
}

static void sweep(const char *config_text, const char *inputs_text)
{
    kl_value config = json(config_text), inputs = json(inputs_text);
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

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    sweep(PARSE, "{\"content\":\"<a x='1'><b>1</b><b>2</b></a>\"}");
    sweep(GENERATE, "{\"data\":{\"a\":{\"b\":[1,2]}}}");
    sweep("{\"operation\":\"generate\",\"root_element\":\"r\"}", "{\"data\":[1,{\"b\":2}]}");
    sweep("{\"operation\":\"xpath\",\"xpath\":\"//x:b\",\"namespaces\":{\"x\":\"urn:x\"}}", "{\"content\":\"<a xmlns='urn:x'><b>1</b><b>2</b></a>\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse),
        cmocka_unit_test(malformed_is_a_result),
        cmocka_unit_test(generate),
        cmocka_unit_test(generate_refuses_what_is_no_xml),
        cmocka_unit_test(xpath_finds_nodes_and_values),
        cmocka_unit_test(bad_expressions_are_bad_values),
        cmocka_unit_test(long_searches_end),
        cmocka_unit_test(inputs_are_checked),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
