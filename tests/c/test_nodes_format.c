/* FormatConverterNode. */
#include "node_test.h"

#define NODE "FormatConverterNode"

KL_TEST(json_is_the_default)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL, "{\"operation\":\"serialize\",\"data\":{\"b\":[1,1.0,null,true,\"é\"],\"a\":1}}",
          "{\"result\":\"{\\\"b\\\":[1,1.0,null,true,\\\"é\\\"],\\\"a\\\":1}\"}");
    gives(NODE, NULL, "{\"operation\":\"deserialize\",\"data\":\"{\\\"a\\\":1.0,\\\"a\\\":[2]}\"}",
          "{\"result\":{\"a\":[2]}}");
    gives(NODE, NULL, "{\"operation\":\"deserialize\",\"data\":\"99999999999999999999\"}",
          "{\"result\":1e+20}");
    gives(NODE, "{\"sort_keys\":true}", "{\"operation\":\"serialize\",\"data\":{\"b\":1,\"a\":{\"d\":1,\"c\":2}}}",
          "{\"result\":\"{\\\"a\\\":{\\\"c\\\":2,\\\"d\\\":1},\\\"b\\\":1}\"}");
    gives(NODE, "{\"pretty\":true}", "{\"operation\":\"serialize\",\"data\":{\"a\":1}}",
          "{\"result\":\"{\\n  \\\"a\\\": 1\\n}\"}");
    gives(NODE, "{\"indent\":4}", "{\"operation\":\"serialize\",\"data\":{\"a\":1}}",
          "{\"result\":\"{\\n    \\\"a\\\": 1\\n}\"}");
    gives(NODE, "{\"pretty\":true,\"indent\":0}", "{\"operation\":\"serialize\",\"data\":[1]}",
          "{\"result\":\"[1]\"}");
    gives(NODE, "{\"operation\":\"serialize\"}", "{\"data\":null}", "{\"result\":\"null\"}");
}

KL_TEST(each_format_both_ways)
{
    KL_UNUSED_STATE;
    static const char *const rows[][3] = {
        {"yaml", "{\"a\":[1,\"yes\"]}", "a:\\n- 1\\n- \\\"yes\\\"\\n"},
        {"toml", "{\"a\":{\"b\":1}}", "[a]\\nb = 1\\n"},
        {"csv", "[{\"a\":\"1\",\"b\":\"x,y\"}]", "a,b\\n1,\\\"x,y\\\"\\n"},
        {"xml", "{\"r\":{\"@x\":\"1\",\"c\":[\"1\",\"2\"]}}",
         "<?xml version=\\\"1.0\\\" encoding=\\\"UTF-8\\\"?><r x=\\\"1\\\"><c>1</c><c>2</c></r>"},
        {"ini", "{\"s\":{\"k\":\"v\"}}", "[s]\\nk = v\\n"},
        {"jsonl", "[{\"a\":1},2]", "{\\\"a\\\":1}\\n2\\n"},
        {"query", "{\"a\":[\"1\",\"x y\"]}", "a=1&a=x+y"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char config[64], inputs[512], expected[512];
        snprintf(config, sizeof config, "{\"format\":\"%s\"}", rows[i][0]);
        snprintf(inputs, sizeof inputs, "{\"operation\":\"serialize\",\"data\":%s}", rows[i][1]);
        snprintf(expected, sizeof expected, "{\"result\":\"%s\"}", rows[i][2]);
        gives(NODE, config, inputs, expected);
        snprintf(inputs, sizeof inputs, "{\"operation\":\"deserialize\",\"data\":\"%s\"}", rows[i][2]);
        snprintf(expected, sizeof expected, "{\"result\":%s}", rows[i][1]);
        gives(NODE, config, inputs, expected);
    }
}

KL_TEST(msgpack_is_bytes)
{
    KL_UNUSED_STATE;
    kl_value packed = kl_null(), out = kl_null(), inputs;
    assert_int_equal(run_node(&packed, NODE, "{\"format\":\"msgpack\"}",
                              "{\"operation\":\"serialize\",\"data\":{\"a\":[1,null]}}", NULL), KL_OK);
    kl_value bytes = kl_map_get(packed, KL_TEXT("result"));
    assert_true(kl_is(bytes, KL_KIND_BYTES));
    assert_memory_equal(kl_as_text(bytes).data, "\x81\xa1" "a\x92\x01\xc0", 6);
    assert_int_equal(kl_map_new(&inputs, 3, NULL), KL_OK);
    kl_map_set(&inputs, KL_TEXT("data"), kl_value_retain(bytes), NULL);
    kl_map_set_text(&inputs, KL_TEXT("format"), KL_TEXT("msgpack"), NULL);
    kl_map_set_text(&inputs, KL_TEXT("operation"), KL_TEXT("deserialize"), NULL);
    const kl_node_type *type = kl_node_type_find(KL_TEXT(NODE));
    assert_int_equal(kl_node_run_alone(&out, type, kl_null(), inputs, NULL), KL_OK);
    assert_json(out, "{\"result\":{\"a\":[1,null]}}");
    kl_value_release(inputs);
    kl_value_release(packed);
    fails(NODE, "{\"format\":\"msgpack\"}", "{\"operation\":\"deserialize\",\"data\":\"x\"}",
          "invalid input 'data': expected bytes (MessagePack), got string");
}

KL_TEST(convert_reads_one_and_writes_another)
{
    KL_UNUSED_STATE;
    gives(NODE, "{\"operation\":\"convert\",\"from_format\":\"json\",\"to_format\":\"yaml\"}",
          "{\"data\":\"{\\\"b\\\":{\\\"c\\\":[1]}}\"}", "{\"result\":\"b:\\n  c:\\n  - 1\\n\"}");
    gives(NODE,
          "{\"operation\":\"convert\",\"from_format\":\"csv\",\"to_format\":\"json\",\"sort_keys\":true,\"pretty\":true}",
          "{\"data\":\"b,a\\n1,2\\n\"}",
          "{\"result\":\"[\\n  {\\n    \\\"a\\\": \\\"2\\\",\\n    \\\"b\\\": \\\"1\\\"\\n  }\\n]\"}");
    gives(NODE,
          "{\"operation\":\"convert\",\"from_format\":\"query\",\"to_format\":\"xml\",\"root_element\":\"q\"}",
          "{\"data\":\"a=1&b=2\"}",
          "{\"result\":\"<?xml version=\\\"1.0\\\" encoding=\\\"UTF-8\\\"?><q><a>1</a><b>2</b></q>\"}");
    fails(NODE, "{\"operation\":\"convert\",\"to_format\":\"json\"}", "{\"data\":\"x\"}",
          "missing required input: from_format");
    fails(NODE, "{\"operation\":\"convert\",\"from_format\":\"json\"}", "{\"data\":\"x\"}",
          "missing required input: to_format");
}

#define FORMATS "one of: json, yaml, toml, csv, xml, ini, jsonl, msgpack, cbor, query"

KL_TEST(refusals)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{\"operation\":\"serialize\"}", "missing required input: data");
    fails(NODE, NULL, "{\"data\":1}", "missing required input: operation");
    fails(NODE, NULL, "{\"data\":1,\"operation\":\"Serialize\"}",
          "invalid input 'operation': expected one of: serialize, deserialize, convert, got "
          "\"Serialize\"");
    fails(NODE, NULL, "{\"data\":1,\"operation\":\"serialize\",\"format\":\"bson\"}",
          "invalid input 'format': expected " FORMATS ", got \"bson\"");
    fails(NODE, "{\"to_format\":\"bson\"}", NULL, "to_format: expected " FORMATS ", got \"bson\"");
    fails(NODE, NULL, "{\"data\":5,\"operation\":\"deserialize\"}",
          "invalid input 'data': expected string (JSON), got integer");
    fails(NODE, "{\"format\":\"toml\"}", "{\"data\":[],\"operation\":\"deserialize\"}",
          "invalid input 'data': expected string (TOML), got array");
    fails(NODE, NULL, "{\"data\":\"{\\n \\\"a\\\": x}\",\"operation\":\"deserialize\"}",
          "node execution failed: deserialization failed: unexpected character at line 2 column 7");
    fails(NODE, NULL, "{\"data\":\"\",\"operation\":\"deserialize\"}",
          "node execution failed: deserialization failed: the text ends too early at line 1 column "
          "1");
    fails(NODE, "{\"format\":\"toml\"}", "{\"data\":{\"a\":null},\"operation\":\"serialize\"}",
          "node execution failed: serialization failed: 'a': null has no TOML form");
    fails(NODE, "{\"format\":\"yaml\",\"indent\":1}", "{\"data\":1,\"operation\":\"serialize\"}",
          "node execution failed: serialization failed: indent: YAML takes 2 to 9, got 1");
    fails(NODE, "{\"indent\":17}", NULL, "indent: expected integer from 0 to 16, got 17");
}

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value config = json("{\"operation\":\"convert\",\"from_format\":\"json\",\"to_format\":\"toml\",\"sort_keys\":true}");
    kl_value inputs = json("{\"data\":\"{\\\"a\\\":{\\\"b\\\":[1,{}]}}\"}");
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
        cmocka_unit_test(json_is_the_default),
        cmocka_unit_test(each_format_both_ways),
        cmocka_unit_test(msgpack_is_bytes),
        cmocka_unit_test(convert_reads_one_and_writes_another),
        cmocka_unit_test(refusals),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
