/* StringOperationsNode. */
#define NODE "StringOperationsNode"
#include "node_operation_test.h"

/* héllo😀: 6 characters, 10 bytes */
#define HELLO "h\xC3\xA9llo\xF0\x9F\x98\x80"

KL_TEST(split_and_join)
{
    KL_UNUSED_STATE;
    makes("split", "\"text\":\"a,b,,c\",\"delimiter\":\",\"", "[\"a\",\"b\",\"\",\"c\"]");
    makes("split", "\"text\":\",a,\",\"delimiter\":\",\"", "[\"\",\"a\",\"\"]");
    makes("split", "\"text\":\"\",\"delimiter\":\",\"", "[\"\"]");
    makes("split", "\"text\":\"abc\",\"delimiter\":\"--\"", "[\"abc\"]");
    makes("split", "\"text\":\"a--b-\",\"delimiter\":\"--\"", "[\"a\",\"b-\"]");
    makes("split", "\"text\":\"h\xC3\xA9\",\"delimiter\":\"\"", "[\"h\",\"\xC3\xA9\"]");
    makes("split", "\"text\":\"\",\"delimiter\":\"\"", "[\"\"]");
    makes("split", "\"text\":\"a\\u0000b\",\"delimiter\":\"\\u0000\"", "[\"a\",\"b\"]");
    makes("join", "\"array\":[\"a\",1,1.0,true,null,[1,\"x\"],{\"k\":2.5}],\"delimiter\":\"|\"",
          "\"a|1|1.0|true|null|[1, \\\"x\\\"]|{\\\"k\\\": 2.5}\"");
    makes("join", "\"array\":[],\"delimiter\":\"|\"", "\"\"");
    refuses("join", "\"array\":[]", "missing required input: delimiter");
    refuses("join", "\"array\":\"abc\",\"delimiter\":\"\"",
            "invalid input 'array': expected array, got string");
}

KL_TEST(literal_searches)
{
    KL_UNUSED_STATE;
    makes("contains", "\"text\":\"hello\",\"pattern\":\"ell\"", "true");
    makes("contains", "\"text\":\"hello\",\"pattern\":\"ELL\"", "false");
    makes("contains", "\"text\":\"hello\",\"pattern\":\"\"", "true");
    makes("contains", "\"text\":\"\",\"pattern\":\"\"", "true");
    makes("starts_with", "\"text\":\"hello\",\"pattern\":\"he\"", "true");
    makes("starts_with", "\"text\":\"he\",\"pattern\":\"hello\"", "false");
    makes("starts_with", "\"text\":\"hello\",\"pattern\":\"\"", "true");
    makes("ends_with", "\"text\":\"hello\",\"pattern\":\"lo\"", "true");
    makes("ends_with", "\"text\":\"lo\",\"pattern\":\"hello\"", "false");
    makes("ends_with", "\"text\":\"hello\",\"pattern\":\"\"", "true");
    makes("contains", "\"text\":\"a.c\",\"pattern\":\".\"", "true"); /* no expression */
}

KL_TEST(parts_are_counted_in_characters)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bounds, *expected;
    } rows[] = {
        {"\"start\":1,\"end\":3", "\"\xC3\xA9l\""},
        {"\"start\":1", "\"\xC3\xA9llo\xF0\x9F\x98\x80\""},
        {"\"start\":5", "\"\xF0\x9F\x98\x80\""},
        {"\"start\":1,\"end\":99", "\"\xC3\xA9llo\xF0\x9F\x98\x80\""},
        {"\"start\":4,\"end\":-1", "\"o\xF0\x9F\x98\x80\""},
        {"\"start\":4,\"end\":\"x\"", "\"o\xF0\x9F\x98\x80\""},
        {"\"start\":4,\"end\":null", "\"o\xF0\x9F\x98\x80\""},
        {"\"start\":6", "\"\""},
        {"\"start\":9223372036854775807", "\"\""},
        {"\"start\":3,\"end\":2", "\"\""},
        {"\"start\":3,\"end\":3", "\"\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char members[256];
        snprintf(members, sizeof members, "\"text\":\"" HELLO "\",%s", rows[i].bounds);
        makes("substring", members, rows[i].expected);
    }
    makes("length", "\"text\":\"" HELLO "\"", "6");
    makes("length", "\"text\":\"" HELLO "\",\"unit\":\"bytes\"", "10");
    makes("length", "\"text\":\"e\xCC\x81x\",\"unit\":\"graphemes\"", "2");
    makes("length", "\"text\":\"\"", "0");
    makes("char_at", "\"text\":\"" HELLO "\",\"index\":1", "\"\xC3\xA9\"");
    makes("char_at", "\"text\":\"" HELLO "\",\"index\":5", "\"\xF0\x9F\x98\x80\"");
    makes("char_at", "\"text\":\"" HELLO "\",\"index\":6", "\"\"");
    makes("char_at", "\"text\":\"" HELLO "\",\"index\":-1", "\"\"");
    refuses("substring", "\"text\":\"a\"", "missing required input: start");
    refuses("substring", "\"text\":\"a\",\"start\":\"0\"",
            "invalid input 'start': expected integer, got string");
    makes("substring", "\"text\":\"a\",\"start\":-1", "\"\"");
    makes("pad_left", "\"text\":\"a\",\"width\":2,\"pad_char\":null", "\" a\"");
    refuses("char_at", "\"text\":\"a\",\"index\":\"0\"",
            "invalid input 'index': expected integer, got string");
    refuses("length", "\"text\":\"a\",\"unit\":\"words\"",
            "invalid input 'unit': expected one of: characters, graphemes, bytes, got \"words\"");
}

KL_TEST(padding)
{
    KL_UNUSED_STATE;
    makes("pad_left", "\"text\":\"7\",\"width\":3,\"pad_char\":\"0\"", "\"007\"");
    makes("pad_right", "\"text\":\"7\",\"width\":3,\"pad_char\":\"ab\"", "\"7aa\"");
    makes("pad_left", "\"text\":\"\xC3\xA9\",\"width\":3", "\"  \xC3\xA9\"");
    makes("pad_right", "\"text\":\"a\",\"width\":3,\"pad_char\":\"\"", "\"a  \"");
    makes("pad_right", "\"text\":\"a\",\"width\":2,\"pad_char\":\"\xC3\xA9x\"", "\"a\xC3\xA9\"");
    makes("pad_left", "\"text\":\"long\",\"width\":2", "\"long\"");
    makes("pad_left", "\"text\":\"\",\"width\":0", "\"\"");
    refuses("pad_left", "\"text\":\"a\",\"width\":-1",
            "invalid input 'width': expected non-negative integer, got -1");
    refuses("pad_left", "\"text\":\"a\",\"width\":16777217",
            "resource limit exceeded: pad_width (limit: 16777216 characters)");
    refuses("pad_left", "\"text\":\"a\",\"width\":9223372036854775807",
            "resource limit exceeded: pad_width (limit: 16777216 characters)");
    refuses("pad_left", "\"text\":\"a\",\"width\":3,\"pad_char\":0",
            "invalid input 'pad_char': expected string, got integer");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, NODE, NULL,
                              "{\"operation\":\"pad_left\",\"text\":\"a\",\"width\":16777216,"
                              "\"pad_char\":\"\xC3\xA9\"}",
                              NULL),
                     KL_OK);
    assert_int_equal(kl_value_len(kl_map_get(out, KL_TEXT("result"))), 2 * 16777215 + 1);
    kl_value_release(out);
}

KL_TEST(replacing_and_regular_expressions)
{
    KL_UNUSED_STATE;
    makes("replace", "\"text\":\"a.b.c\",\"pattern\":\".\",\"replacement\":\"--\"", "\"a--b--c\"");
    makes("replace", "\"text\":\"aaa\",\"pattern\":\"aa\",\"replacement\":\"b\"", "\"ba\"");
    makes("regex_match", "\"text\":\"order 42\",\"pattern\":\"\\\\d+\"", "true");
    makes("regex_match", "\"text\":\"order\",\"pattern\":\"^\\\\d+$\"", "false");
    makes("regex_replace",
          "\"text\":\"2024-05\",\"pattern\":\"(\\\\d+)-(\\\\d+)\",\"replacement\":"
          "\"$2/$1\"",
          "\"05/2024\"");
    makes("regex_find_all", "\"text\":\"a1 b22\",\"pattern\":\"[a-z](\\\\d+)\"",
          "[\"a1\",\"b22\"]");
    makes("regex_find_all", "\"text\":\"a1 b22\",\"pattern\":\"[a-z](\\\\d+)\",\"group\":1",
          "[\"1\",\"22\"]");
    makes("regex_find_all", "\"text\":\"ab\",\"pattern\":\"a|(b)\",\"group\":1", "[null,\"b\"]");
    makes("regex_find_all", "\"text\":\"ab\",\"pattern\":\"x*\"", "[\"\",\"\",\"\"]");
    makes("regex_find_all", "\"text\":\"none\",\"pattern\":\"\\\\d\"", "[]");
    refuses("regex_find_all", "\"text\":\"a\",\"pattern\":\"(a)\",\"group\":2",
            "invalid input 'group': expected a group of the pattern (0 to 1), got 2");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE, NULL,
                              "{\"operation\":\"regex_match\",\"text\":\"a\",\"pattern\":\"(\"}",
                              &error),
                     KL_FAILED);
    assert_non_null(
        strstr(kl_error_message(&error), "invalid input 'pattern': expected valid regex pattern"));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, NODE, NULL,
                              "{\"operation\":\"regex_match\",\"pattern\":\"^(a|aa)+$\","
                              "\"text\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\"}",
                              &error),
                     KL_LIMIT);
    kl_error_clear(&error);
}

KL_TEST(names_and_slugs)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *camel, *snake, *kebab;
    } rows[] = {
        {"hello world", "helloWorld", "hello_world", "hello-world"},
        {"HTTPServerName", "httpServerName", "http_server_name", "http-server-name"},
        {"user_id", "userId", "user_id", "user-id"},
        {"  --Already-Kebab--  ", "alreadyKebab", "already_kebab", "already-kebab"},
        {"version2Beta", "version2Beta", "version2_beta", "version2-beta"},
        {"\xC3\x84pfel\xC3\x96l", "\xC3\xA4pfel\xC3\x96l", "\xC3\xA4pfel_\xC3\xB6l",
         "\xC3\xA4pfel-\xC3\xB6l"},
        {"don't stop", "dontStop", "dont_stop", "dont-stop"},
        {"", "", "", ""},
        {"!!!", "", "", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char members[128], expected[3][128];
        snprintf(members, sizeof members, "\"text\":\"%s\"", rows[i].text);
        snprintf(expected[0], sizeof expected[0], "\"%s\"", rows[i].camel);
        snprintf(expected[1], sizeof expected[1], "\"%s\"", rows[i].snake);
        snprintf(expected[2], sizeof expected[2], "\"%s\"", rows[i].kebab);
        makes("camel_case", members, expected[0]);
        makes("snake_case", members, expected[1]);
        makes("kebab_case", members, expected[2]);
    }
    makes("slugify",
          "\"text\":\"  Cr\xC3\xA8me Br\xC3\xBBl\xC3\xA9"
          "e & Co. \"",
          "\"creme-brulee-co\"");
    makes("slugify",
          "\"text\":\"Stra\xC3\x9F"
          "e\"",
          "\"strasse\"");
    makes("slugify", "\"text\":\"It's 5 o'clock\"", "\"its-5-oclock\"");
    makes("slugify", "\"text\":\"\xE6\x97\xA5\xE6\x9C\xAC x\"", "\"\xE6\x97\xA5\xE6\x9C\xAC-x\"");
    makes("slugify", "\"text\":\"\xF0\x9F\x98\x80\"", "\"\"");
}

KL_TEST(templates_and_lines)
{
    KL_UNUSED_STATE;
    makes("format",
          "\"text\":\"Dear {name}, {order.total} {{x}}\",\"values\":{\"name\":\"Ann\","
          "\"order\":{\"total\":9.5}}",
          "\"Dear Ann, 9.5 {x}\"");
    makes("format", "\"text\":\"{a}{b}\",\"values\":{\"a\":null,\"b\":[1]}", "\"null[1]\"");
    makes("format", "\"text\":\"\",\"values\":{}", "\"\"");
    refuses("format", "\"text\":\"{who}\",\"values\":{}", "missing required input: values.who");
    refuses("format", "\"text\":\"a {who\",\"values\":{}",
            "invalid input 'text': expected a template such as \"Dear {name}\", got a '{' without "
            "'}' at byte 2");
    refuses("format", "\"text\":\"a } b\",\"values\":{}",
            "invalid input 'text': expected a template such as \"Dear {name}\", got a '}' without "
            "'{' at byte 2");
    refuses("format", "\"text\":\"{}\",\"values\":{}",
            "invalid input 'text': expected a template such as \"Dear {name}\", got an empty '{}' "
            "at byte 0");
    makes("lines", "\"text\":\"a\\nb\\r\\n\\rc\\n\"", "[\"a\",\"b\",\"\",\"c\"]");
    makes("lines", "\"text\":\"\"", "[]");
    makes("trim", "\"text\":\" \\t\xC2\xA0x y\xE3\x80\x80\\n\"", "\"x y\"");
    makes("title", "\"text\":\"hello WORLD they're\"", "\"Hello World They're\"");
    makes("repeat", "\"text\":\"ab\",\"count\":3", "\"ababab\"");
    refuses("repeat", "\"text\":\"ab\",\"count\":-1",
            "invalid input 'count': expected non-negative integer, got -1");
    refuses("repeat", "\"text\":\"ab\",\"count\":33554433",
            "resource limit exceeded: text_size (limit: 67108864 bytes)");
    makes("repeat", "\"text\":\"\",\"count\":9223372036854775807", "\"\"");
}

KL_TEST(bad_input_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const operations[] = {
        "split",          "contains", "starts_with", "ends_with",  "substring",   "length",
        "char_at",        "pad_left", "pad_right",   "replace",    "regex_match", "regex_replace",
        "regex_find_all", "trim",     "title",       "camel_case", "snake_case",  "kebab_case",
        "repeat",         "slugify",  "format",      "lines"};
    for (size_t i = 0; i < KL_COUNT(operations); i++) {
        refuses(operations[i], "\"x\":0", "missing required input: text");
        refuses(operations[i], "\"text\":5", "invalid input 'text': expected string, got integer");
        refuses(operations[i], "\"text\":null", "invalid input 'text': expected string, got null");
    }
    fails(NODE, NULL, "{\"operation\":\"upper\"}",
          "invalid input 'operation': expected one of: split, join, contains, starts_with, "
          "ends_with, substring, length, char_at, pad_left, pad_right, replace, regex_match, "
          "regex_replace, regex_find_all, trim, title, camel_case, snake_case, kebab_case, repeat, "
          "slugify, format, lines, got \"upper\"");
}

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    static const char *const inputs[] = {
        "{\"operation\":\"split\",\"text\":\"a,b\",\"delimiter\":\",\"}",
        "{\"operation\":\"join\",\"array\":[\"a\",[1]],\"delimiter\":\",\"}",
        "{\"operation\":\"substring\",\"text\":\"abc\",\"start\":1}",
        "{\"operation\":\"pad_left\",\"text\":\"abc\",\"width\":5}",
        "{\"operation\":\"camel_case\",\"text\":\"ab cd\"}",
        "{\"operation\":\"slugify\",\"text\":\"\xC3\xA9 x\"}",
        "{\"operation\":\"format\",\"text\":\"{a}\",\"values\":{\"a\":[1]}}",
        "{\"operation\":\"lines\",\"text\":\"a\\nb\"}",
        "{\"operation\":\"replace\",\"text\":\"abc\",\"pattern\":\"b\",\"replacement\":\"x\"}",
    };
    for (size_t i = 0; i < KL_COUNT(inputs); i++)
        survives_failed_allocations(NODE, NULL, inputs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_and_join),
        cmocka_unit_test(literal_searches),
        cmocka_unit_test(parts_are_counted_in_characters),
        cmocka_unit_test(padding),
        cmocka_unit_test(replacing_and_regular_expressions),
        cmocka_unit_test(names_and_slugs),
        cmocka_unit_test(templates_and_lines),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
