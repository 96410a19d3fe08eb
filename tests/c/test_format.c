/* The table of formats, and those that fit a page: JSON, JSON lines, query strings, INI, CSV. */
#include "format_test.h"

KL_TEST(unknown_formats_list_the_known)
{
    KL_UNUSED_STATE;
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_format_read(&value, KL_TEXT("JSON"), KL_TEXT("1"), &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "unknown format 'JSON'; one of: json, yaml, toml, csv, xml, ini, jsonl, "
                        "msgpack, cbor, query");
    assert_int_equal(kl_format_write(&value, KL_TEXT(""), kl_null(), NULL, &error), KL_INVALID);
    kl_error_clear(&error);
    assert_null(kl_format_find(KL_TEXT("nothing")));
    for (const char *const *name = kl_format_names; *name; name++)
        assert_string_equal(kl_format_find(kl_text_from(*name))->name, *name);
}

KL_TEST(text_must_be_utf_8_and_may_have_a_mark)
{
    KL_UNUSED_STATE;
    refuses("json", "{\n\"\xff\":1}", "invalid UTF-8", 2, 2);
    refuses("toml", "a='\xc3'", "invalid UTF-8", 1, 4);
    reads("json", "\xef\xbb\xbf[1]", "[1]");
    reads("toml", "\xef\xbb\xbf" "a=1", "{\"a\":1}");
}

KL_TEST(options_are_checked)
{
    KL_UNUSED_STATE;
    cannot_write_in("json", "1", (kl_format_options){.indent = -1},
                    "indent: -1 is out of range; give 0 to 16", __FILE__, __LINE__);
    cannot_write_in("json", "1", (kl_format_options){.indent = 17},
                    "indent: 17 is out of range; give 0 to 16", __FILE__, __LINE__);
    cannot_write_in("yaml", "1", (kl_format_options){.indent = 1},
                    "indent: YAML takes 2 to 9, got 1", __FILE__, __LINE__);
}

KL_TEST(deep_values_are_refused_by_all_writers)
{
    KL_UNUSED_STATE;
    for (const char *const *name = kl_format_names; *name; name++) {
        kl_value value = kl_int(1), text = kl_null();
        for (int i = 0; i < 5000; i++) {
            kl_value outer;
            assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
            assert_int_equal(kl_array_push(&outer, value, NULL), KL_OK);
            value = outer;
        }
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_format_write(&text, kl_text_from(*name), value,
                                         &(kl_format_options){.sort_keys = true}, &error),
                         KL_DEPTH);
        assert_string_equal(kl_error_message(&error), "value nests deeper than 256 levels");
        kl_error_clear(&error);
        kl_value_release(value);
    }
}

KL_TEST(keys_are_sorted_at_every_level)
{
    KL_UNUSED_STATE;
    const kl_format_options sorted = {.sort_keys = true};
    const char *value = "{\"b\":[{\"z\":1,\"y\":{\"d\":1,\"c\":2}}],\"a\":1}";
    writes_in("json", value, sorted, "{\"a\":1,\"b\":[{\"y\":{\"c\":2,\"d\":1},\"z\":1}]}",
              __FILE__, __LINE__);
    writes_in("toml", value, sorted, "a = 1\n\n[[b]]\nz = 1\n\n[b.y]\nc = 2\nd = 1\n", __FILE__,
              __LINE__);
    writes("json", value, value); /* and is left alone else */
}

/* ---- JSON -------------------------------------------------------------------------------------- */

KL_TEST(json_both_ways)
{
    KL_UNUSED_STATE;
    reads("json", " {\"a\": [1, 2.50, null]} ", "{\"a\":[1,2.5,null]}");
    refuses("json", "{\n  \"a\": }", "unexpected character", 2, 8);
    writes("json", "{\"b\":\"é\",\"a\":1.0}", "{\"b\":\"é\",\"a\":1.0}");
    writes_in("json", "{\"a\":[1]}", (kl_format_options){.indent = 1}, "{\n \"a\": [\n  1\n ]\n}",
              __FILE__, __LINE__);
}

KL_TEST(json_lines_skip_blank_ones)
{
    KL_UNUSED_STATE;
    reads("jsonl", "", "[]");
    reads("jsonl", "{\"a\":1}\n\n \t\r\n[2]\r\n\"x\"", "[{\"a\":1},[2],\"x\"]");
    writes("jsonl", "[{\"a\":1},null,\"x\\ny\"]", "{\"a\":1}\nnull\n\"x\\ny\"\n");
    writes("jsonl", "[]", "");
    cannot_write("jsonl", "{\"a\":1}", "JSON lines hold a list, got object");
}

KL_TEST(json_lines_tell_the_line_of_the_whole)
{
    KL_UNUSED_STATE;
    refuses("jsonl", "1\n\n  [2,]\n", "trailing comma is not allowed", 3, 5);
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_format_read(&value, KL_TEXT("jsonl"), KL_TEXT("1\n\n  [2,]\n"), &error),
                     KL_SYNTAX);
    assert_int_equal(error.position, 7);
    kl_error_clear(&error);
}

/* ---- query ------------------------------------------------------------------------------------- */

KL_TEST(query_reads_pairs)
{
    KL_UNUSED_STATE;
    reads("query", "", "{}");
    reads("query", "a=1&b=x+y%20z&&c&=e&d=%C3%A9", "{\"a\":\"1\",\"b\":\"x y z\",\"c\":\"\",\"\":\"e\",\"d\":\"é\"}");
    reads("query", "a=1&b=2&a=3&a=", "{\"a\":[\"1\",\"3\",\"\"],\"b\":\"2\"}");
    reads("query", "a=b=c", "{\"a\":\"b=c\"}");
    refuses("query", "a=1&b=%4", "expected two hexadecimal digits after '%'", 1, 7);
    refuses("query", "a=%zz", "expected two hexadecimal digits after '%'", 1, 3);
    refuses("query", "x=1&a=%FF", "the decoded text is not valid UTF-8", 1, 7);
}

KL_TEST(query_writes_scalars_and_lists)
{
    KL_UNUSED_STATE;
    writes("query", "{}", "");
    writes("query", "{\"a b\":\"x&y=é~\",\"n\":[1,2.5,true],\"z\":null,\"e\":[]}",
           "a+b=x%26y%3D%C3%A9~&n=1&n=2.5&n=true&z=");
    cannot_write("query", "[1]", "a query holds a dict, got array");
    cannot_write("query", "{\"a\":{\"b\":1}}", "'a': a dict has no query form");
    cannot_write("query", "{\"a\":[[1]]}", "'a': an array has no query form");
    round_trips("query", "{\"a\":[\"1\",\"\",\"%+&=\"],\"é \":\"\\u0000\\n\"}");
}

/* ---- INI --------------------------------------------------------------------------------------- */

KL_TEST(ini_reads_sections)
{
    KL_UNUSED_STATE;
    reads("ini", "", "{}");
    reads("ini",
          "top = 1\n; comment\n# comment\n\n[one]\nKey=a = b\r\nother : x : y\nempty =\n"
          "[two words]\nlong = first\n  second\n\tthird\n  # still a comment\nnext = 1\n",
          "{\"top\":\"1\",\"one\":{\"Key\":\"a = b\",\"other\":\"x : y\",\"empty\":\"\"},"
          "\"two words\":{\"long\":\"first\\nsecond\\nthird\",\"next\":\"1\"}}");
    reads("ini", "[core]\n\tbare = true\n\teditor = vi\n", "{\"core\":{\"bare\":\"true\",\"editor\":\"vi\"}}");
    reads("ini", "[a]\nx=1\n[b]\ny=1\n[a]\nx=2\nz=3\n",
          "{\"a\":{\"x\":\"2\",\"z\":\"3\"},\"b\":{\"y\":\"1\"}}");
}

KL_TEST(ini_refuses_other_lines)
{
    KL_UNUSED_STATE;
    refuses("ini", "a = 1\nnonsense\n", "expected 'key = value' or '[section]'", 2, 1);
    refuses("ini", "= 1\n", "expected 'key = value' or '[section]'", 1, 1);
    refuses("ini", "[a\nx=1", "expected '[section]'", 1, 1);
    refuses("ini", "[]", "expected '[section]'", 1, 1);
    refuses("ini", "a=1\n[a]\n", "section 'a' has the name of a key", 2, 1);
}

KL_TEST(ini_writes_what_reads_back)
{
    KL_UNUSED_STATE;
    writes("ini", "{\"s\":{\"a\":1,\"b\":true,\"c\":null,\"d\":\"x\\ny\"},\"top\":2.5}",
           "top = 2.5\n\n[s]\na = 1\nb = true\nc = \nd = x\n\ty\n");
    round_trips("ini", "{\"k\":\"a = b # no comment\",\"s\":{\"x y\":\"1\\n2\\n3\",\"e\":\"\"},\"empty\":{}}");
    cannot_write("ini", "[1]", "INI holds a dict, got array");
    cannot_write("ini", "{\"s\":{\"a\":[1]}}", "'a': an array has no INI form");
    cannot_write("ini", "{\"a=b\":1}", "'a=b' cannot be an INI key");
    cannot_write("ini", "{\" a\":1}", "' a' cannot be an INI key");
    cannot_write("ini", "{\"#a\":1}", "'#a' cannot be an INI key");
    cannot_write("ini", "{\"[a\":1}", "'[a' cannot be an INI key");
    cannot_write("ini", "{\"\":{}}", "'' cannot be an INI section");
    cannot_write("ini", "{\"a\":\" x\"}",
                 "'a': text with blanks at the ends of a line, empty lines or lines like comments "
                 "has no INI form");
}

/* ---- CSV --------------------------------------------------------------------------------------- */

KL_TEST(csv_is_a_list_of_dicts)
{
    KL_UNUSED_STATE;
    reads("csv", "", "[]");
    reads("csv", "a,b\n1,\"x,\"\"y\"\"\"\r\n", "[{\"a\":\"1\",\"b\":\"x,\\\"y\\\"\"}]");
    writes("csv", "[{\"a\":1,\"b\":null},{\"c\":[1],\"a\":true}]", "a,b,c\n1,,\ntrue,,[1]\n");
    writes("csv", "[]", "");
    cannot_write("csv", "{\"a\":1}", "CSV holds a list of dicts, got object");
    cannot_write("csv", "[{},2]", "CSV holds a list of dicts, got integer as item 1");
    is_malformed("csv", "a,b\n1\n");
    round_trips("csv", "[{\"a\":\"1\",\"b\":\"\\\"\\n\"},{\"a\":\"\",\"b\":\" \"}]");
}

/* ---- all --------------------------------------------------------------------------------------- */

KL_TEST(reading_and_writing_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("json", KL_TEXT("{\"a\":[1,{\"b\":\"x\"}]}"));
    survives_failed_allocations("jsonl", KL_TEXT("{\"a\":1}\n[2]\n"));
    survives_failed_allocations("query", KL_TEXT("a=1&b=%20&a=2&a=3"));
    survives_failed_allocations("ini", KL_TEXT("t=1\n[a]\nx=1\n  2\n[b]\ny=2\n[a]\nz=3\n"));
    survives_failed_allocations("csv", KL_TEXT("a,b\n1,2\n3,\"4\"\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_formats_list_the_known),
        cmocka_unit_test(text_must_be_utf_8_and_may_have_a_mark),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(deep_values_are_refused_by_all_writers),
        cmocka_unit_test(keys_are_sorted_at_every_level),
        cmocka_unit_test(json_both_ways),
        cmocka_unit_test(json_lines_skip_blank_ones),
        cmocka_unit_test(json_lines_tell_the_line_of_the_whole),
        cmocka_unit_test(query_reads_pairs),
        cmocka_unit_test(query_writes_scalars_and_lists),
        cmocka_unit_test(ini_reads_sections),
        cmocka_unit_test(ini_refuses_other_lines),
        cmocka_unit_test(ini_writes_what_reads_back),
        cmocka_unit_test(csv_is_a_list_of_dicts),
        cmocka_unit_test(reading_and_writing_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
