#include "buffer.h"
#include "node_test.h"
#include "sweep.h"

#define T "CodeValidationNode"
#define OK(language) "{\"valid\":true,\"language\":\"" language "\",\"errors\":[],\"warnings\":[]}"

/* The errors of `code` (C text) in `language`, as "line:column message" lines. */
static void faults_in(const char *language, const char *code, const char *expected, int at)
{
    kl_value given, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_buffer told = KL_BUFFER_INIT;
    assert_int_equal(kl_map_new(&given, 2, NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&given, KL_TEXT("code"), kl_text_from(code), NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&given, KL_TEXT("language"), kl_text_from(language), NULL), KL_OK);
    if (kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(T)), kl_null(), given, &error) != KL_OK)
        fail_msg("line %d: %s", at, kl_error_message(&error));
    kl_value list = kl_map_get(out, KL_TEXT("errors"));
    assert_int_equal(kl_as_bool(kl_map_get(out, KL_TEXT("valid"))), kl_array_len(list) == 0);
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value note = kl_array_at(list, i);
        kl_buffer_format(&told, "%s%d:%d %s", i ? "\n" : "", (int)kl_as_int(kl_map_get(note, KL_TEXT("line"))),
                         (int)kl_as_int(kl_map_get(note, KL_TEXT("column"))),
                         kl_as_text(kl_map_get(note, KL_TEXT("message"))).data);
    }
    kl_buffer_byte(&told, '\0');
    if (strcmp(kl_buffer_text(&told).data, expected) != 0)
        fail_msg("line %d: got \"%s\", expected \"%s\"", at, kl_buffer_text(&told).data, expected);
    kl_buffer_free(&told);
    kl_value_release(out);
    kl_value_release(given);
}
#define faults(language, code, expected) faults_in(language, code, expected, __LINE__)

KL_TEST(data_are_read)
{
    KL_UNUSED_STATE;
    gives(T, NULL, "{\"code\":\"{}\",\"language\":\"json\"}", OK("json"));
    gives(T, NULL, "{\"code\":\"a: [1]\",\"language\":\"yaml\"}", OK("yaml"));
    gives(T, NULL, "{\"code\":\"a = 1\",\"language\":\"toml\"}", OK("toml"));
    faults("toml", "", "");
    faults("yaml", "", "");
    static const struct {
        const char *language, *code, *place;
    } rows[] = {
        {"json", "{\"a\":}", "1:6 "}, {"json", "[1,\n 2,]", "2:3 "}, {"json", "", "1:1 "},
        {"toml", "a = ", "1:5 "},     {"toml", "a=1\na=2", "2:"},    {"yaml", "a: [1", "2:1 "},
        {"yaml", "a: b: c", "1:"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out, given = kl_null();
        assert_int_equal(kl_map_new(&given, 2, NULL), KL_OK);
        kl_map_set_text(&given, KL_TEXT("code"), kl_text_from(rows[i].code), NULL);
        kl_map_set_text(&given, KL_TEXT("language"), kl_text_from(rows[i].language), NULL);
        assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(T)), kl_null(), given, NULL), KL_OK);
        kl_value note = kl_array_at(kl_map_get(out, KL_TEXT("errors")), 0);
        char place[32];
        snprintf(place, sizeof place, "%d:%d ", (int)kl_as_int(kl_map_get(note, KL_TEXT("line"))),
                 (int)kl_as_int(kl_map_get(note, KL_TEXT("column"))));
        if (strncmp(place, rows[i].place, strlen(rows[i].place)) != 0)
            fail_msg("%s %s: at %s %s", rows[i].language, rows[i].code, place,
                     kl_as_text(kl_map_get(note, KL_TEXT("message"))).data);
        kl_value_release(out);
        kl_value_release(given);
    }
}

KL_TEST(javascript_is_compiled)
{
    KL_UNUSED_STATE;
    faults("javascript", "let x = a ?? b; await f(); class A { #b = 1 }", "");
    faults("javascript", "throw 1; while (1);", "");
    faults("javascript", "", "");
    faults("javascript", "let x = ;", "1:9 SyntaxError: unexpected token in expression: ';'");
    faults("javascript", "f(\n]", "2:1 SyntaxError: unexpected token in expression: ']'");
}

KL_TEST(python_is_compiled)
{
    KL_UNUSED_STATE;
    faults("python", "", "");
    faults("python", "import os\nos._exit(1)\n", "");
    faults("python", "x=", "1:3 invalid syntax");
    faults("python", "def f():\n  return 1\n y", "3:3 unindent does not match any outer indentation level");
    faults("python", "x = (1", "1:5 '(' was never closed");
    faults("python", "return", "1:1 'return' outside function");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, T, NULL, "{\"code\":\"\\n1 is 1\",\"language\":\"python\"}", NULL), KL_OK);
    kl_value list = kl_map_get(out, KL_TEXT("warnings"));
    assert_int_equal(kl_array_len(list), 1);
    assert_int_equal(kl_as_int(kl_map_get(kl_array_at(list, 0), KL_TEXT("line"))), 2);
    kl_value_release(out);
    fails(T, "{\"python_executable\":\"/nonexistent/python\"}", "{\"code\":\"\",\"language\":\"python\"}",
          "node execution failed: the Python interpreter '/nonexistent/python' cannot be used: No such file or "
          "directory; set python_executable to that of Python 3.9 or later");
}

KL_TEST(rust_is_scanned)
{
    KL_UNUSED_STATE;
    faults("rust", "fn main() { let s = \"}\"; /* } /* ] */ */ // )\n let c = '{'; let b = b'['; }", "");
    faults("rust", "fn f<'a>(x: &'a str) -> &'static str { match c { '\\'' => \"\\\"\", '\\u{7D}' => r\"\\\", _ => "
                   "r##\"\"# } \"## } }", "");
    faults("rust", "fn r#match() { let x = br#\"}\"#; let y = c\"(\"; 'outer: loop { break 'outer; } }", "");
    faults("rust", "#!/usr/bin/env {\nfn main() {}", "");
    faults("rust", "#![allow(x)]", "");
    faults("rust", "let \xC3\xA9 = '\xC3\xA9'; )", "1:14 Unexpected closing parenthesis ')'");
    faults("rust", "fn main() {", "1:11 Unclosed bracket '{'");
    faults("rust", "fn main() }", "1:11 Unexpected closing brace '}'");
    faults("rust", "f(]", "1:3 Mismatched bracket: expected closing for '(', got ']'");
    faults("rust", "{ let s = \"a; }", "1:11 Unclosed string literal\n1:1 Unclosed bracket '{'");
    faults("rust", "\nr#\"a\"", "2:2 Unclosed raw string literal");
    faults("rust", "/* /* */", "1:1 Unclosed block comment");
    faults("rust", "let a = ' ;", "1:9 Unclosed character literal");
    faults("rust", "let a = '\\n;", "1:9 Unclosed character literal");
    faults("rust", "", "");
    faults("rust", "\"\\", "1:1 Unclosed string literal");
    faults("rust", "'", "1:1 Unclosed character literal");
    kl_buffer deep = KL_BUFFER_INIT;
    for (int i = 0; i < 5000; i++)
        kl_buffer_byte(&deep, '(');
    kl_buffer_byte(&deep, '\0');
    faults("rust", kl_buffer_text(&deep).data, "1:1 the code nests deeper than 4096 brackets");
    kl_buffer_free(&deep);
}

KL_TEST(inputs_are_checked)
{
    KL_UNUSED_STATE;
    fails(T, NULL, "{\"language\":\"json\"}", "missing required input: code");
    fails(T, NULL, "{\"code\":\"\"}", "missing required input: language");
    fails(T, NULL, "{\"code\":\"x\",\"language\":\"ruby\"}",
          "invalid input 'language': expected one of: rust, python, javascript, json, yaml, toml, got \"ruby\"");
}

static kl_status check_all(void *data)
{
    kl_value out = kl_null(), given = kl_null();
    kl_status status = kl_json_parse(&given, kl_text_from(data), NULL);
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(T)), kl_null(), given, NULL);
    kl_value_release(given);
    kl_value_release(out);
    return status;
}

KL_TEST(any_allocation_may_fail)
{
    KL_UNUSED_STATE;
    static char *const texts[] = {"{\"code\":\"{)\",\"language\":\"rust\"}", "{\"code\":\"{)\",\"language\":\"json\"}",
                                  "{\"code\":\"{)\",\"language\":\"javascript\"}",
                                  "{\"code\":\"{)\",\"language\":\"python\"}"};
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        assert_true(sweep(check_all, texts[i]) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_read),   cmocka_unit_test(javascript_is_compiled),
        cmocka_unit_test(python_is_compiled), cmocka_unit_test(rust_is_scanned),
        cmocka_unit_test(inputs_are_checked), cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
