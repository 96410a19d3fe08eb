/* TextTransformNode. */
#define NODE "TextTransformNode"
#include "node_operation_test.h"

KL_TEST(cases_follow_the_full_mappings)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *operation, *text, *expected;
    } rows[] = {
        {"uppercase",
         "stra\xC3\x9F"
         "e",
         "STRASSE"}, /* ß */
        {"uppercase",
         "\xEF\xAC\x83"
         "x",
         "FFIX"},                               /* ﬃ */
        {"uppercase", "\xC5\x89", "\xCA\xBCN"}, /* ŉ */
        {"uppercase", "\xC3\xA9\xCE\xB1\xD1\x8F", "\xC3\x89\xCE\x91\xD0\xAF"},
        {"uppercase", "abc 123", "ABC 123"},
        {"lowercase", "\xC4\xB0", "i\xCC\x87"}, /* İ */
        {"lowercase", "\xCE\xA3\xCE\x91\xCE\xA3",
         "\xCF\x83\xCE\xB1\xCF\x82"},          /* ΣΑΣ: final sigma */
        {"lowercase", "\xCE\xA3", "\xCF\x83"}, /* Σ alone is no word's end */
        {"lowercase", "A\xCE\xA3.B", "a\xCF\x83.b"},
        {"lowercase", "A\xCE\xA3 B", "a\xCF\x82 b"},
        {"lowercase", "A^\xCE\xA3", "a^\xCF\x82"},  /* case-ignorable: stepped over */
        {"lowercase", "\xE1\xBA\x9E", "\xC3\x9F"}, /* ẞ */
        {"title",
         "\xC3\x9F"
         "a \xEF\xAC\x81n",
         "Ssa Fin"},                       /* ßa ﬁn */
        {"title", "\xC7\x86", "\xC7\x85"}, /* ǆ -> ǅ */
        {"title", "o'neill 3d-print", "O'neill 3d-Print"},
        {"capitalize", "\xC3\xA9TUDE one", "\xC3\x89tude one"},
        {"capitalize", "", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char members[256], expected[256];
        snprintf(members, sizeof members, "\"text\":\"%s\"", rows[i].text);
        snprintf(expected, sizeof expected, "\"%s\"", rows[i].expected);
        makes(rows[i].operation, members, expected);
    }
}

KL_TEST(trimming_takes_unicode_blanks)
{
    KL_UNUSED_STATE;
    const char *text = "\"text\":\"\xE2\x80\x83\xC2\xA0\\u0085 x y \\t\xE3\x80\x80\"";
    makes("trim", text, "\"x y\"");
    makes("trim_start", text, "\"x y \\t\xE3\x80\x80\"");
    makes("trim_end", "\"text\":\" x \xE2\x80\xA8\"", "\" x\"");
    makes("trim", "\"text\":\"   \"", "\"\"");
    makes("trim", "\"text\":\"\xE2\x80\x8Bx\"", "\"\xE2\x80\x8Bx\""); /* a zero-width one is none */
}

KL_TEST(order_and_length)
{
    KL_UNUSED_STATE;
    makes("reverse", "\"text\":\"h\xC3\xA9\"", "\"\xC3\xA9h\"");
    makes("reverse", "\"text\":\"ae\xCC\x81\"",
          "\"\xCC\x81"
          "ea\"");
    makes("reverse", "\"text\":\"ae\xCC\x81\",\"unit\":\"graphemes\"",
          "\"e\xCC\x81"
          "a\"");
    makes("reverse", "\"text\":\"a\\r\\nb\",\"unit\":\"graphemes\"", "\"b\\r\\na\"");
    /* family: three people joined are one grapheme */
    makes("reverse",
          "\"text\":\"x\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\","
          "\"unit\":\"graphemes\"",
          "\"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7x\"");
    makes("reverse", "\"text\":\"\"", "\"\"");
    makes("length", "\"text\":\"h\xC3\xA9\"", "2");
    makes("length", "\"text\":\"h\xC3\xA9\",\"unit\":\"bytes\"", "3");
    makes("length",
          "\"text\":\"\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7\","
          "\"unit\":\"graphemes\"",
          "2"); /* two flags */
    refuses("reverse", "\"text\":\"a\",\"unit\":\"bytes\"",
            "invalid input 'unit': expected one of: characters, graphemes, got \"bytes\"");
}

KL_TEST(repeating_and_replacing)
{
    KL_UNUSED_STATE;
    makes("repeat", "\"text\":\"ab\",\"count\":2", "\"abab\"");
    makes("repeat", "\"text\":\"ab\",\"count\":0", "\"\"");
    refuses("repeat", "\"text\":\"ab\",\"count\":-1",
            "invalid input 'count': expected non-negative integer, got -1");
    refuses("repeat", "\"text\":\"ab\",\"count\":\"2\"",
            "invalid input 'count': expected integer, got string");
    refuses("repeat", "\"text\":\"ab\",\"count\":9223372036854775807",
            "resource limit exceeded: text_size (limit: 67108864 bytes)");
    makes("replace", "\"text\":\"abcabc\",\"pattern\":\"b\",\"replacement\":\"XX\"",
          "\"aXXcaXXc\"");
    makes("replace", "\"text\":\"abc\",\"pattern\":\"\",\"replacement\":\"-\"", "\"-a-b-c-\"");
    makes("replace", "\"text\":\"\xC3\xA9\",\"pattern\":\"\",\"replacement\":\"-\"",
          "\"-\xC3\xA9-\"");
    makes("replace", "\"text\":\"\",\"pattern\":\"\",\"replacement\":\"-\"", "\"-\"");
    makes("replace", "\"text\":\"abc\",\"pattern\":\"x\",\"replacement\":\"-\"", "\"abc\"");
    refuses("replace", "\"text\":\"abc\",\"pattern\":\"x\"", "missing required input: replacement");
}

KL_TEST(what_the_documents_promise)
{
    KL_UNUSED_STATE;
    makes("split", "\"text\":\"a b\",\"delimiter\":\" \"", "[\"a\",\"b\"]");
    makes("join", "\"array\":[\"a\",2],\"delimiter\":\"-\"", "\"a-2\"");
    makes("regex_replace", "\"text\":\"a1b2\",\"pattern\":\"\\\\d\",\"replacement\":\"<$0>\"",
          "\"a<1>b<2>\"");
    makes("regex_extract", "\"text\":\"id=42;\",\"pattern\":\"id=(\\\\d+)\"", "\"id=42\"");
    makes("regex_extract", "\"text\":\"id=42;\",\"pattern\":\"id=(\\\\d+)\",\"group\":1", "\"42\"");
    makes("regex_extract", "\"text\":\"b\",\"pattern\":\"(a)|b\",\"group\":1", "null");
    makes("regex_extract", "\"text\":\"x\",\"pattern\":\"\\\\d\"", "null");
    refuses("regex_extract", "\"text\":\"x\",\"pattern\":\"x\",\"group\":1",
            "invalid input 'group': expected a group of the pattern (0 to 0), got 1");
    refuses("regex_extract", "\"text\":\"x\",\"pattern\":\"x\",\"group\":100",
            "invalid input 'group': expected integer from 0 to 99, got 100");
}

KL_TEST(bad_input_is_refused)
{
    KL_UNUSED_STATE;
    refuses("trim", "\"x\":1", "missing required input: text");
    refuses("trim", "\"text\":5", "invalid input 'text': expected string, got integer");
    refuses("trim", "\"text\":[\"a\"]", "invalid input 'text': expected string, got array");
    refuses("regex_replace", "\"text\":\"a\",\"pattern\":5,\"replacement\":\"\"",
            "invalid input 'pattern': expected string, got integer");
    fails(NODE, NULL, "{\"operation\":\"upper\",\"text\":\"a\"}",
          "invalid input 'operation': expected one of: uppercase, lowercase, trim, trim_start, "
          "trim_end, reverse, length, repeat, replace, split, join, regex_replace, regex_extract, "
          "title, capitalize, got \"upper\"");
}

/* 64 MiB of İ would become 96 MiB. */
KL_TEST(results_beyond_64_mib_are_refused)
{
    KL_UNUSED_STATE;
    size_t count = ((size_t)64 << 20) / 2 - 1;
    char *text = malloc(2 * count);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, "\xC4\xB0", 2);
    kl_value big, out = kl_null(), inputs = json("{\"operation\":\"lowercase\"}");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_string_from_valid(&big, (kl_text){text, 2 * count}, NULL), KL_OK);
    free(text);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("text"), big, NULL), KL_OK);
    assert_int_equal(
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs, &error),
        KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: text_size (limit: 67108864 bytes)");
    kl_error_clear(&error);
    kl_value_release(inputs);
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    static const char *const inputs[] = {
        "{\"operation\":\"uppercase\",\"text\":\"stra\\u00dfe\"}",
        "{\"operation\":\"lowercase\",\"text\":\"ABC\"}",
        "{\"operation\":\"title\",\"text\":\"abc\"}",
        "{\"operation\":\"reverse\",\"text\":\"abc\",\"unit\":\"graphemes\"}",
        "{\"operation\":\"trim_end\",\"text\":\"abc \"}",
        "{\"operation\":\"repeat\",\"text\":\"abc \",\"count\":100}",
        "{\"operation\":\"replace\",\"text\":\"abc\",\"pattern\":\"\",\"replacement\":\"-\"}",
    };
    for (size_t i = 0; i < KL_COUNT(inputs); i++)
        survives_failed_allocations(NODE, NULL, inputs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_follow_the_full_mappings),
        cmocka_unit_test(trimming_takes_unicode_blanks),
        cmocka_unit_test(order_and_length),
        cmocka_unit_test(repeating_and_replacing),
        cmocka_unit_test(what_the_documents_promise),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(results_beyond_64_mib_are_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
