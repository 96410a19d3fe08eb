/* TOML 1.0: what is valid and what it says, what is not and where. */
#include "format_test.h"

KL_TEST(valid_documents)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"", "{}"},
        {"# only a comment", "{}"},
        {"\n\r\n \t\n", "{}"},
        {"a=1", "{\"a\":1}"},
        {"a = 1 # one\r\nb = 2", "{\"a\":1,\"b\":2}"},
        /* keys */
        {"bare_key-1 = 1\n1234 = 2\n\"q k\" = 3\n'l\\k' = 4\n\"\" = 5",
         "{\"bare_key-1\":1,\"1234\":2,\"q k\":3,\"l\\\\k\":4,\"\":5}"},
        {"a.b.c = 1\na . b . \"d.e\" = 2", "{\"a\":{\"b\":{\"c\":1,\"d.e\":2}}}"},
        {"3.14 = 1", "{\"3\":{\"14\":1}}"},
        {"a.b = 1\na.c.d = 2", "{\"a\":{\"b\":1,\"c\":{\"d\":2}}}"},
        /* integers */
        {"a=+99\nb=0\nc=-0\nd=1_000_000\ne=0xDEAD_BEEF\nf=0o755\ng=0b1101",
         "{\"a\":99,\"b\":0,\"c\":0,\"d\":1000000,\"e\":3735928559,\"f\":493,\"g\":13}"},
        {"a=9223372036854775807\nb=-9223372036854775808\nc=0x7fffffffffffffff",
         "{\"a\":9223372036854775807,\"b\":-9223372036854775808,\"c\":9223372036854775807}"},
        /* floats */
        {"a=+1.0\nb=3.1415\nc=-0.01\nd=5e+22\ne=1e06\nf=-2E-2\ng=6.626e-34\nh=9_224.617_445",
         "{\"a\":1.0,\"b\":3.1415,\"c\":-0.01,\"d\":5e+22,\"e\":1000000.0,\"f\":-0.02,"
         "\"g\":6.626e-34,\"h\":9224.617445}"},
        {"a=inf\nb=-inf\nc=nan", "{\"a\":null,\"b\":null,\"c\":null}"}, /* JSON has none */
        {"a=true\nb=false", "{\"a\":true,\"b\":false}"},
        /* strings */
        {"a=\"x\\b\\t\\n\\f\\r\\\"\\\\\\u00E9\\U0001F600\"",
         "{\"a\":\"x\\b\\t\\n\\f\\r\\\"\\\\é😀\"}"},
        {"a='C:\\x'\nb='<\\i\\c*\\s*>'\nc=''", "{\"a\":\"C:\\\\x\",\"b\":\"<\\\\i\\\\c*\\\\s*>\",\"c\":\"\"}"},
        {"a=\"\"\"\nRoses\r\nViolets\"\"\"", "{\"a\":\"Roses\\nViolets\"}"},
        {"a=\"\"\"The \\\n  quick \\\r\n\n  \t fox.\\\n \"\"\"", "{\"a\":\"The quick fox.\"}"},
        {"a=\"\"\"two \"\" quotes\"\"\"\nb=\"\"\"\"one\"\"\"\"\nc=\"\"\"\"\"two\"\"\"\"\"",
         "{\"a\":\"two \\\"\\\" quotes\",\"b\":\"\\\"one\\\"\",\"c\":\"\\\"\\\"two\\\"\\\"\"}"},
        {"a='''\nI [dw]on't\\n'''\nb=''''x'''''", "{\"a\":\"I [dw]on't\\\\n\",\"b\":\"'x''\"}"},
        {"a=\"\"\"\"\"\"\nb=''''''", "{\"a\":\"\",\"b\":\"\"}"},
        /* dates and times */
        {"a=1979-05-27T07:32:00Z\nb=1979-05-27 00:32:00.999999-07:00\nc=1979-05-27t07:32:00z",
         "{\"a\":\"1979-05-27T07:32:00Z\",\"b\":\"1979-05-27T00:32:00.999999-07:00\","
         "\"c\":\"1979-05-27T07:32:00Z\"}"},
        {"a=1979-05-27\nb=07:32:00\nc=00:32:00.5\nd=1979-05-27T07:32:00 # c",
         "{\"a\":\"1979-05-27\",\"b\":\"07:32:00\",\"c\":\"00:32:00.5\",\"d\":\"1979-05-27T07:32:00\"}"},
        {"a=2000-02-29\nb=1979-05-27 # no time\nc=23:59:60",
         "{\"a\":\"2000-02-29\",\"b\":\"1979-05-27\",\"c\":\"23:59:60\"}"},
        /* arrays and inline tables */
        {"a=[]\nb=[1,2,]\nc=[[1,'x'],[ ],\"y\"]\nd=[ # c\n 1, # one\n\n 2 # two\n]",
         "{\"a\":[],\"b\":[1,2],\"c\":[[1,\"x\"],[],\"y\"],\"d\":[1,2]}"},
        {"a={}\nb={ x = 1, y.z = \"q\", 'w w' = [ { p = 1 },\n {} ] }",
         "{\"a\":{},\"b\":{\"x\":1,\"y\":{\"z\":\"q\"},\"w w\":[{\"p\":1},{}]}}"},
        /* tables */
        {"[a]\nx=1\n[a.b]\ny=2\n[ c . 'd e' ] # t\nz=3",
         "{\"a\":{\"x\":1,\"b\":{\"y\":2}},\"c\":{\"d e\":{\"z\":3}}}"},
        {"[a.b.c]\nx=1\n[a]\ny=2\n[a.b]\nz=3", "{\"a\":{\"b\":{\"c\":{\"x\":1},\"z\":3},\"y\":2}}"},
        {"[a]\nb.c=1\n[a.b.d]\nx=2", "{\"a\":{\"b\":{\"c\":1,\"d\":{\"x\":2}}}}"},
        {"[[p]]\nn=1\n[[p]]\n[[p]]\nn=3", "{\"p\":[{\"n\":1},{},{\"n\":3}]}"},
        {"[[f]]\nn='a'\n[f.ph]\nc='r'\n[[f.v]]\nn='rd'\n[[f.v]]\nn='gs'\n[[f]]\nn='b'\n[[f.v]]\nn='p'",
         "{\"f\":[{\"n\":\"a\",\"ph\":{\"c\":\"r\"},\"v\":[{\"n\":\"rd\"},{\"n\":\"gs\"}]},"
         "{\"n\":\"b\",\"v\":[{\"n\":\"p\"}]}]}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        reads_in("toml", kl_text_from(rows[i][0]), rows[i][1], rows[i][0], (int)i);
}

KL_TEST(faults_have_a_place)
{
    KL_UNUSED_STATE;
    refuses("toml", "a = 1\nb = \n", "expected a value", 2, 5);
    refuses("toml", "a = 1 b = 2", "expected the end of the line", 1, 7);
    refuses("toml", "a\n", "expected '=' after the key", 1, 2);
    refuses("toml", "= 1", "expected a key", 1, 1);
    refuses("toml", "a = 1\na = 2", "'a' is defined twice", 2, 3);
    refuses("toml", "[a]\nx = \"no end", "the string never ends", 2, 5);
    refuses("toml", "x = \"a\nb\"", "the string does not end on its line", 1, 7);
    refuses("toml", "é = \"\\q\"", "expected a key", 1, 1);
    refuses("toml", "x = \"\\q\"",
            "unknown escape; use one of \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX", 1, 7);
    refuses("toml", "x = \"\\uD800\"", "the escape names no Unicode character", 1, 8);
    refuses("toml", "x = \"\\u12\"", "expected 4 hexadecimal digits", 1, 8);
    refuses("toml", "x = 99999999999999999999", "integer out of range", 1, 5);
    refuses("toml", "x = 1e999", "number out of range", 1, 5);
    refuses("toml", "x = 2001-02-29", "no such date or time", 1, 5);
    refuses("toml", "x = [1 2]", "expected ',' or ']'", 1, 8);
    refuses("toml", "x = {a=1 b=2}", "expected ',' or '}'", 1, 10);
    refuses("toml", "[a", "expected ']'", 1, 3);
    refuses("toml", "[[a]", "expected ']]'", 1, 4);
    refuses("toml", "a = 1 # \x01", "control character in a comment", 1, 9);
    refuses("toml", "a = '\x01'", "control character in a string", 1, 6);
    refuses("toml", "\"\"\"a\"\"\" = 1", "a key cannot be a string of several lines", 1, 1);
}

KL_TEST(invalid_documents)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        /* numbers */
        "a=01", "a=-01", "a=+01", "a=1__0", "a=_1", "a=1_", "a=0x", "a=0xG", "a=0X1", "a=0b2",
        "a=0o8", "a=+0x1", "a=-0b1", "a=0x_1", "a=0x1_", "a=1.", "a=.1", "a=1.e1", "a=1e", "a=1e+",
        "a=1_.0", "a=1._0", "a=03.14", "a=+-1", "a=++1", "a=1e1.1", "a=Inf", "a=NaN", "a=++inf",
        "a=0x8000000000000000", "a=-9223372036854775809", "a=1.0.0", "a=1e_1", "a=0_1",
        /* words */
        "a=tru", "a=TRUE", "a=trueish", "a=nul", "a=null", "a=x",
        /* dates and times */
        "a=1979-5-27", "a=1979-13-01", "a=1979-00-01", "a=1979-01-32", "a=1979-01-00",
        "a=1979-01-01T", "a=1979-01-01T1:00:00", "a=1979-01-01T24:00:00", "a=1979-01-01T00:60:00",
        "a=1979-01-01T00:00:61", "a=1979-01-01T00:00", "a=07:32", "a=1979-01-01T00:00:00.",
        "a=1979-01-01T00:00:00+24:00", "a=1979-01-01T00:00:00+1", "a=1979-01-01  00:00:00",
        "a=1900-02-29", "a=197-01-01", "a=07:32:00Z",
        /* strings */
        "a=\"", "a='", "a=\"\"\"x", "a='''x", "a=\"\"\"x\"\"", "a=\"\"\"\"\"\"\"\"\"", "a='''''''''",
        "a=\"\\x41\"", "a=\"\\ \"", "a=\"\"\"\\ x\"\"\"", "a='x\ny'", "a=\"\\U00110000\"",
        "a=\"x\ry\"", "a=\"\"\"x\ry\"\"\"", "a=\"\x7f\"", "a=x\"y\"",
        /* keys */
        "a b=1", "a.=1", ".a=1", "a..b=1", "a#b=1", "[a]b=1", "a=1=2", "a+b=1", "a\n=1",
        "a=1\n\"a\"=2", "a.b=1\na.b=2", "a.b=1\na=2", "a=1\na.b=2",
        /* arrays and inline tables */
        "a=[", "a=[1", "a=[1,", "a=[,1]", "a=[1,,2]", "a=]", "a=[1]]", "a={", "a={x}", "a={x=1,}",
        "a={,x=1}", "a={x=1\n}", "a={x=1 # c\n}", "a={x=1,x=2}", "a={x.y=1,x=2}", "a={x={y=1},x.z=2}",
        "a={}\n[a.b]", "a={}\na.b=1", "a=[{}]\n[[a]]", "a=[]\n[[a]]", "a=[1]\n[a.b]",
        "a={x=1}{y=2}", "a={x=1\n,y=2}",
        /* tables */
        "[]", "[a.]", "[.a]", "[a..b]", "[a b]", "[ ]", "[[]]", "[a]]", "[[a]", "[a]x", "[a\n]",
        "[a]\n[a]", "[a]\nb=1\n[a.b]", "a=1\n[a]", "a=1\n[a.b]", "[a.b]\n[a.b]", "[[a]]\n[a]",
        "[a]\n[[a]]", "[a.b]\n[[a]]", "[a]\nb.c=1\n[a.b]", "[a]\nb.c=1\n[[a.b]]",
        "[a.b.c]\nz=9\n[a]\nb.c.t=1", "[a.b]\nz=1\n[a]\nb.t=1", "[ [a]]", "[[a] ]", "a=1[b]",
        "[[a]]\n[[a.b]]\n[a.b]",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        is_malformed("toml", rows[i]);
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    char text[2000] = "a=";
    memset(text + 2, '[', 127);
    memset(text + 129, ']', 127);
    kl_value value = kl_null();
    assert_int_equal(kl_format_read(&value, KL_TEXT("toml"), kl_text_from(text), NULL), KL_OK);
    kl_value_release(value);
    memset(text + 2, '[', 1000);
    refuses("toml", text, "nests deeper than 127 levels", 1, 130);
    size_t len = 0; /* 200 tables by dotted keys */
    for (int i = 0; i < 200; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, i ? ".a" : "a");
    snprintf(text + len, sizeof text - len, "=1");
    is_malformed("toml", text);
    memmove(text + 1, text, len + 1);
    text[0] = '[';
    snprintf(text + len + 1, sizeof text - len - 1, "]");
    is_malformed("toml", text);
}

KL_TEST(keys_come_before_tables)
{
    KL_UNUSED_STATE;
    writes("toml", "{}", "");
    writes("toml", "{\"t\":{\"x\":1,\"s\":{}},\"a\":[1,\"x\",{\"y\":2.0}],\"e\":[],\"d e\":true}",
           "a = [1, \"x\", { y = 2.0 }]\ne = []\n\"d e\" = true\n\n[t]\nx = 1\n\n[t.s]\n");
    writes("toml", "{\"a\":{\"b\":{\"c\":1}},\"l\":[{\"x\":1},{}]}",
           "[a.b]\nc = 1\n\n[[l]]\nx = 1\n\n[[l]]\n");
    writes("toml", "{\"s\":\"a\\\"\\\\\\n\\u0001\\u007fé\",\"\":\"2001-01-01\"}",
           "s = \"a\\\"\\\\\\n\\u0001\\u007Fé\"\n\"\" = \"2001-01-01\"\n");
    writes_in("toml", "{\"a\":[1,[2],{\"x\":[3]}],\"b\":[]}", (kl_format_options){.indent = 2},
              "a = [\n  1,\n  [\n    2,\n  ],\n  { x = [3] },\n]\nb = []\n", __FILE__, __LINE__);
}

KL_TEST(what_toml_cannot_say)
{
    KL_UNUSED_STATE;
    cannot_write("toml", "[1]", "TOML holds a dict, got array");
    cannot_write("toml", "{\"a\":{\"b\":null}}", "'b': null has no TOML form");
    cannot_write("toml", "{\"a\":[1,null]}", "'a': null has no TOML form");
}

KL_TEST(values_round_trip)
{
    KL_UNUSED_STATE;
    round_trips("toml", "{\"a\":{\"b\":[{\"c\":{\"d\":[{\"e\":1}]}},{}]},\"x\":[[],[{}]]}");
    value_maker maker = {.state = 42};
    for (int i = 0; i < 3000; i++) {
        kl_value value = make_value(&maker, 4), top;
        assert_int_equal(kl_map_new(&top, 1, NULL), KL_OK);
        assert_int_equal(kl_map_set(&top, KL_TEXT("k"), value, NULL), KL_OK);
        round_trips_value("toml", top, NULL);
        round_trips_value("toml", top, &(kl_format_options){.indent = 3});
        kl_value_release(top);
    }
    kl_value top;
    assert_int_equal(kl_map_new(&top, 1, NULL), KL_OK);
    kl_map_set(&top, KL_TEXT("i"), kl_double(-__builtin_inf()), NULL);
    round_trips_value("toml", top, NULL);
    kl_value_release(top);
}

KL_TEST(toml_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(
        "toml", KL_TEXT("a.b=[1,{x='y'}]\nd=1979-05-27\n[t]\n\"k\"=\"\"\"v\"\"\"\n[[l.m]]\n[[l.m]]\nz=2.5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_documents),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(invalid_documents),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(keys_come_before_tables),
        cmocka_unit_test(what_toml_cannot_say),
        cmocka_unit_test(values_round_trip),
        cmocka_unit_test(toml_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
