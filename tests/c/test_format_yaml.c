/* YAML 1.2 with the core schema. */
#include "format_test.h"

#include <math.h>

KL_TEST(plain_scalars_mean_what_the_core_schema_says)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"", "null"}, {"# nothing", "null"}, {"~", "null"}, {"null", "null"}, {"Null", "null"},
        {"NULL", "null"}, {"nULL", "\"nULL\""}, {"true", "true"}, {"True", "true"},
        {"FALSE", "false"}, {"yes", "\"yes\""}, {"off", "\"off\""}, {"0", "0"}, {"-12", "-12"},
        {"+7", "7"}, {"007", "7"}, {"0x1F", "31"}, {"0o17", "15"}, {"0b1", "\"0b1\""},
        {"-0x1", "\"-0x1\""}, {"0x", "\"0x\""}, {"1_000", "\"1_000\""}, {"12:30", "\"12:30\""},
        {"1.5", "1.5"}, {"1.", "1.0"}, {".5", "0.5"}, {"-.5e3", "-500.0"}, {"1e3", "1000.0"},
        {".", "\".\""}, {"1e", "\"1e\""}, {"+", "\"+\""}, {"-", "[null]"}, {"1.2.3", "\"1.2.3\""},
        {"9223372036854775807", "9223372036854775807"},
        {"9223372036854775808", "9.223372036854776e+18"},
        {"0x10000000000000000", "1.8446744073709552e+19"}, {"2001-12-14", "\"2001-12-14\""},
        {"'1'", "\"1\""}, {"\"true\"", "\"true\""}, {"!!str 1", "\"1\""}, {"! 1", "\"1\""},
        {"!!float 1", "1.0"}, {"!!int \"3\"", "3"}, {"!!bool true", "true"}, {"!!null ''", "null"},
        {"!!binary aGk=", "\"aGk=\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        reads_in("yaml", kl_text_from(rows[i][0]), rows[i][1], rows[i][0], (int)i);
}

KL_TEST(infinities_and_nan)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        double real;
    } rows[] = {{".inf", INFINITY}, {"+.INF", INFINITY}, {"-.Inf", -INFINITY}};
    kl_value value;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_int_equal(kl_format_read(&value, KL_TEXT("yaml"), kl_text_from(rows[i].text), NULL),
                         KL_OK);
        assert_true(kl_as_double(value) == rows[i].real);
        round_trips_value("yaml", value, NULL);
    }
    assert_int_equal(kl_format_read(&value, KL_TEXT("yaml"), KL_TEXT(".NaN"), NULL), KL_OK);
    assert_true(isnan(kl_as_double(value)));
    refuses("yaml", "a: 1e999", "number '1e999' is out of range", 1, 4);
}

KL_TEST(collections)
{
    KL_UNUSED_STATE;
    reads("yaml", "a: 1\nb:\n  - x\n  - {c: [1, 2]}\n  -\n", "{\"a\":1,\"b\":[\"x\",{\"c\":[1,2]},null]}");
    reads("yaml", "1: a\ntrue: b\n~: c\n0x10: d\n'q': e\n", "{\"1\":\"a\",\"true\":\"b\",\"null\":\"c\",\"0x10\":\"d\",\"q\":\"e\"}");
    reads("yaml", "a: |\n  x\n   y\nb: >\n  p\n  q\n", "{\"a\":\"x\\n y\\n\",\"b\":\"p q\\n\"}");
    reads("yaml", "--- # document\na: &x [1]\nb: *x\n...\n", "{\"a\":[1],\"b\":[1]}");
    reads("yaml", "%YAML 1.2\n---\n!!map {a: !!seq [1]}", "{\"a\":[1]}");
    reads("yaml", "base: &b {x: 1}\nother:\n  <<: *b\n", "{\"base\":{\"x\":1},\"other\":{\"<<\":{\"x\":1}}}");
    reads("yaml", "- &a 1\n- &a 2\n- *a\n", "[1,2,2]");
    reads("yaml", "&k key: *k\n", "{\"key\":\"key\"}");
}

KL_TEST(faults_have_a_place)
{
    KL_UNUSED_STATE;
    refuses("yaml", "a: 1\na: 2\n", "key 'a' stands twice", 2, 1);
    refuses("yaml", "- é\n- é: !foo x\n", "unknown tag '!foo'", 2, 6);
    refuses("yaml", "a: !!python/object/apply:os.system [x]",
            "unknown tag 'tag:yaml.org,2002:python/object/apply:os.system'", 1, 4);
    refuses("yaml", "a: !!int x", "the value 'x' is not what its tag says", 1, 4);
    refuses("yaml", "a: !!binary '*'", "invalid base64 text", 1, 4);
    refuses("yaml", "? [a]\n: 1", "expected a scalar as the key of a mapping", 1, 5);
    refuses("yaml", "a: *b", "there is no anchor 'b' before this alias", 1, 4);
    refuses("yaml", "a: &b [*b]", "alias 'b' stands within its own anchor", 1, 8);
    refuses("yaml", "a: 1\n---\nb: 2", "there is more than one document", 2, 1);
    refuses("yaml", "a: [1, 2", "did not find expected ',' or ']'", 2, 1);
    refuses("yaml", "\tx: 1", "found character that cannot start any token", 1, 1);
    is_malformed("yaml", "a: b: c");
    is_malformed("yaml", "\"a");
    is_malformed("yaml", "a: \x01");
}

KL_TEST(positions_are_bytes)
{
    KL_UNUSED_STATE;
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    const char *text = "é: 1\né: 2\n";
    assert_int_equal(kl_format_read(&value, KL_TEXT("yaml"), kl_text_from(text), &error), KL_SYNTAX);
    assert_int_equal(error.position, 6);
    kl_error_clear(&error);
}

KL_TEST(depth_and_expansion_are_bounded)
{
    KL_UNUSED_STATE;
    char text[8192] = "";
    memset(text, '[', 127);
    memset(text + 127, ']', 127);
    kl_value value = kl_null();
    assert_int_equal(kl_format_read(&value, KL_TEXT("yaml"), kl_text_from(text), NULL), KL_OK);
    kl_value_release(value);
    memset(text, '[', 1000);
    refuses("yaml", text, "nests deeper than 127 levels", 1, 128);

    /* Ten anchors of ten aliases each: 10^10 values. */
    size_t len = (size_t)snprintf(text, sizeof text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s*a%d", j ? "," : "", i - 1);
        len += (size_t)snprintf(text + len, sizeof text - len, "]\n");
    }
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_format_read(&value, KL_TEXT("yaml"), kl_text_from(text), &error), KL_LIMIT);
    assert_string_equal(kl_error_message(&error), "aliases expand to over 10000000 values");
    kl_error_clear(&error);

    /* Deep only through aliases. */
    len = (size_t)snprintf(text, sizeof text, "- &a0 [[[[[[[[[[1]]]]]]]]]]\n");
    for (int i = 1; i < 20; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "- &a%d [[[[[[[[[[*a%d]]]]]]]]]]\n", i, i - 1);
    is_malformed("yaml", text);
}

KL_TEST(writing_quotes_what_would_be_read_otherwise)
{
    KL_UNUSED_STATE;
    writes("yaml", "{\"a\":1,\"b\":[\"x\",{\"c\":null,\"d\":[]}],\"e\":{}}",
           "a: 1\nb:\n- x\n- c: null\n  d: []\ne: {}\n");
    static const char *const quoted[] = {"true", "null", "1", "1.5", "0x1", "1e3", "yes", "No", "ON",
                                         "12:30", "2001-01-01", "<<", "=", "1_000", "~", "", ".inf"};
    for (size_t i = 0; i < KL_COUNT(quoted); i++) {
        char value[64], expected[64];
        snprintf(value, sizeof value, "\"%s\"", quoted[i]);
        snprintf(expected, sizeof expected, "\"%s\"\n", quoted[i]);
        writes_in("yaml", value, (kl_format_options){0}, expected, quoted[i], 0);
    }
    writes("yaml", "{\"a\":\"x\\ny\\n\",\"1\":1.0,\"y\":\"- z\"}",
           "a: |\n  x\n  y\n\"1\": 1.0\n\"y\": '- z'\n");
    writes_in("yaml", "{\"a\":{\"b\":1}}", (kl_format_options){.indent = 4}, "a:\n    b: 1\n",
              __FILE__, __LINE__);
    kl_value bytes;
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"\0\xff\x01", 3}, NULL), KL_OK);
    round_trips_value("yaml", bytes, NULL);
    kl_value_release(bytes);
}

KL_TEST(values_round_trip)
{
    KL_UNUSED_STATE;
    value_maker maker = {.state = 7, .nulls = true};
    for (int i = 0; i < 4000; i++) {
        kl_value value = make_value(&maker, 4);
        round_trips_value("yaml", value, NULL);
        round_trips_value("yaml", value, &(kl_format_options){.indent = 4});
        kl_value_release(value);
    }
}

KL_TEST(yaml_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("yaml", KL_TEXT("a: &x [1, 2.5, 'y']\nb: *x\n2: !!binary aGk=\nc: {d: ~}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_mean_what_the_core_schema_says),
        cmocka_unit_test(infinities_and_nan),
        cmocka_unit_test(collections),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(positions_are_bytes),
        cmocka_unit_test(depth_and_expansion_are_bounded),
        cmocka_unit_test(writing_quotes_what_would_be_read_otherwise),
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(yaml_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
