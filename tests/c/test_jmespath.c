/* JMESPath: the public compliance suite, and what it leaves open. */
#include "jmespath.h"
#include "same.h"
#include "test.h"

#include <dirent.h>
#include <pthread.h>

/* ---- the public suite ------------------------------------------------------------------------ */

static kl_value read_json_file(const char *folder, const char *name)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    static char text[1 << 20];
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    return json(text);
}

static kl_status search(kl_value *out, const char *expression, kl_value data, unsigned flags,
                        kl_error *error)
{
    kl_jmespath *compiled = NULL;
    kl_status status = kl_jmespath_compile(&compiled, kl_text_from(expression), flags, error);
    if (status == KL_OK)
        status = kl_jmespath_search(out, compiled, data, NULL, error);
    kl_jmespath_release(compiled);
    return status;
}

/* The status that the suite's word for an error stands for here. */
static kl_status expected_status(kl_text word)
{
    return kl_text_is(word, "invalid-type") ? KL_INVALID : KL_SYNTAX;
}

static bool run_case(kl_value given, kl_value each)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_work work = {0};
    const char *expression = kl_as_text(kl_map_get(each, KL_TEXT("expression"))).data;
    kl_status status = search(&out, expression, given, 0, &error);
    const kl_value *result = kl_map_find(each, KL_TEXT("result"));
    const kl_value *fault = kl_map_find(each, KL_TEXT("error"));
    bool good;
    if (fault) {
        /* an argument that must be an &expression is refused when compiling */
        bool early = status == KL_SYNTAX && strstr(kl_error_message(&error), "an &expression");
        good = status == expected_status(kl_as_text(*fault)) || early;
    } else {
        good = status == KL_OK;
        if (good && result)
            assert_int_equal(kl_value_same(&good, out, *result, &work, NULL), KL_OK);
    }
    if (!good)
        print_error("%s: %s\n", expression, status ? kl_error_message(&error) : "another result");
    kl_error_clear(&error);
    kl_value_release(out);
    return good;
}

KL_TEST(the_public_compliance_suite_passes)
{
    KL_UNUSED_STATE;
    char folder[3000];
    const char *data = getenv("KAILASH_TEST_DATA");
    snprintf(folder, sizeof folder, "%s/jmespath", data ? data : "tests/data");
    DIR *files = opendir(folder);
    assert_non_null(files);
    size_t cases = 0, failed = 0;
    for (struct dirent *file; (file = readdir(files));) {
        if (!strstr(file->d_name, ".json"))
            continue;
        kl_value suites = read_json_file(folder, file->d_name);
        for (size_t i = 0; i < kl_array_len(suites); i++) {
            kl_value suite = kl_array_at(suites, i), list = kl_map_get(suite, KL_TEXT("cases"));
            for (size_t j = 0; j < kl_array_len(list); j++, cases++)
                failed += !run_case(kl_map_get(suite, KL_TEXT("given")), kl_array_at(list, j));
        }
        kl_value_release(suites);
    }
    closedir(files);
    print_message("%zu cases\n", cases);
    assert_int_equal(cases, 908);
    assert_int_equal(failed, 0);
}

/* ---- results --------------------------------------------------------------------------------- */

static void finds_in(const char *expression, const char *data, unsigned flags, const char *expected,
                     int line)
{
    kl_value out = kl_null(), given = json(data);
    kl_error error = KL_ERROR_INIT;
    kl_status status = search(&out, expression, given, flags, &error);
    if (status != KL_OK)
        print_error("%d: %s: %s\n", line, expression, kl_error_message(&error));
    kl_error_clear(&error);
    kl_value_release(given);
    assert_int_equal(status, KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define finds(expression, data, expected) finds_in(expression, data, 0, expected, __LINE__)
#define segments(expression, data, expected)                                                       \
    finds_in(expression, data, KL_JMESPATH_SEGMENTS, expected, __LINE__)

static void refuses_in(const char *expression, const char *data, kl_status expected,
                       const char *message, int line)
{
    kl_value out = kl_null(), given = json(data);
    kl_error error = KL_ERROR_INIT;
    kl_status status = search(&out, expression, given, 0, &error);
    bool same = status == expected && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%d: %s: got %s: \"%s\"\n", line, expression, kl_status_name(status),
                    kl_error_message(&error));
    kl_error_clear(&error);
    kl_value_release(given);
    kl_value_release(out);
    assert_true(same);
}
#define refuses(expression, data, status, message)                                                 \
    refuses_in(expression, data, status, message, __LINE__)

KL_TEST(ints_and_floats_stay_what_they_are)
{
    KL_UNUSED_STATE;
    finds("[0]", "[1,1.0]", "1");
    finds("[1]", "[1,1.0]", "1.0");
    finds("sum(@)", "[1,2]", "3");
    finds("sum(@)", "[1,2.0]", "3.0");
    finds("sum(@)", "[9223372036854775807,1]", "9.223372036854776e+18");
    finds("avg(@)", "[1,3]", "2.0");
    finds("[abs(`-3`),abs(`-3.5`),abs(`-9223372036854775808`)]", "0",
          "[3,3.5,9.223372036854776e+18]");
    finds("[ceil(`1.2`),ceil(`2`),floor(`-1.2`),ceil(`1e300`)]", "0", "[2,2,-2,1e+300]");
    finds("[to_number('12'),to_number('1.5'),to_number('1e3'),to_number('x'),to_number(''),"
          "to_number(' 1'),to_number(`[1]`),to_number('1 2')]",
          "0", "[12,1.5,1000.0,null,null,null,null,null]");
    finds("`1` == `1.0`", "0", "true");
    finds("@ == `[1.0, {\"a\": 2}]`", "[1,{\"a\":2.0}]", "true");
    finds("`9007199254740993` == `9007199254740992.0`", "0", "false");
}

KL_TEST(what_the_suite_leaves_open)
{
    KL_UNUSED_STATE;
    finds("a.*.b.c", "{\"a\":{\"x\":{\"b\":{\"c\":1}}}}", "[1]"); /* the projection goes on */
    finds("'b' > 'a'", "0", "true");
    finds("'b' > `1`", "0", "null");
    finds("`true` > `false`", "0", "null");
    finds("{z: a, a: z}", "{\"a\":1,\"z\":2}", "{\"z\":1,\"a\":2}"); /* insertion order */
    finds("{k: a, k: z}", "{\"a\":1,\"z\":2}", "{\"k\":2}");
    finds("keys(@)", "{\"z\":1,\"a\":2}", "[\"z\",\"a\"]");
    finds("merge(@, `{\"a\":3}`, `{\"c\":4}`)", "{\"a\":1,\"b\":2}", "{\"a\":3,\"b\":2,\"c\":4}");
    finds("not_null(a, b, c)", "{\"c\":1}", "1");
    finds("reverse('h\xC3\xA9\xF0\x9F\x98\x80')", "0", "\"\xF0\x9F\x98\x80\xC3\xA9h\"");
    finds("length('h\xC3\xA9\xF0\x9F\x98\x80')", "0", "3");
    finds("sort_by(@, &a)[*].b",
          "[{\"a\":2,\"b\":1},{\"a\":1,\"b\":2},{\"a\":2,\"b\":3},"
          "{\"a\":1.0,\"b\":4}]",
          "[2,4,1,3]"); /* stable, 1 like 1.0 */
    finds("max(@)", "[]", "null");
    finds("to_string(@)", "{\"a\":[1,2.0,null]}", "\"{\\\"a\\\":[1,2.0,null]}\"");
    finds("[type(@), type(a), type(`1`), type(`1.5`), type('x'), type(`true`), type(`[]`)]",
          "{\"b\":1}",
          "[\"object\",\"null\",\"number\",\"number\",\"string\",\"boolean\",\"array\"]");
    finds("[9223372036854775807]", "[1]", "null");
    finds("[-9223372036854775808]", "[1]", "null");
    finds("[-9223372036854775808:9223372036854775807:9223372036854775807]", "[1,2]", "[1]");
    finds("[::-9223372036854775808]", "[1,2]", "[2]");
}

KL_TEST(a_number_may_be_a_segment_when_asked_for)
{
    KL_UNUSED_STATE;
    const char *people = "{\"people\":[{\"name\":\"Ann\"},{\"name\":\"Bob\"}],\"m\":{\"0\":7}}";
    segments("people.0.name", people, "\"Ann\"");
    segments("people.1.name", people, "\"Bob\"");
    segments("people.2.name", people, "null");
    segments("m.0", people, "7");
    segments("0.name", "[{\"name\":1}]", "1");
    segments("people[*].name.0", people, "[]");
    segments("@.people[0].name", people, "\"Ann\"");
    refuses("people.0.name", people, KL_SYNTAX,
            "unexpected '0' at byte 7; expected a name, '*', '[' or '{'");
}

/* ---- errors ---------------------------------------------------------------------------------- */

KL_TEST(errors_tell_the_place_and_what_would_be_right)
{
    KL_UNUSED_STATE;
    refuses("", "0", KL_SYNTAX, "the expression ends at byte 0; expected an expression");
    refuses("a.", "0", KL_SYNTAX,
            "the expression ends at byte 2; expected a name, '*', '[' or '{'");
    refuses("a b", "0", KL_SYNTAX, "unexpected 'b' at byte 2; expected an operator or the end");
    refuses("a[1", "0", KL_SYNTAX, "the expression ends at byte 3; expected ']'");
    refuses("a ^ b", "0", KL_SYNTAX, "unexpected '^' at byte 2");
    refuses("a = b", "0", KL_SYNTAX, "unexpected '=' at byte 2");
    refuses("\xC3\xA9", "0", KL_SYNTAX,
            "unexpected character at byte 0 (names beyond A-Z a-z 0-9 _ stand in double quotes)");
    refuses("a == 'b", "0", KL_SYNTAX, "the ' at byte 5 is never closed");
    refuses("\"\\x\"", "0", KL_SYNTAX,
            "the literal at byte 0 is not JSON: "
            "invalid string");
    refuses("nope(@)", "0", KL_SYNTAX, "there is no function 'nope' (byte 0)");
    refuses("abs(@, @)", "0", KL_SYNTAX, "abs() at byte 0 takes 1 argument, not 2");
    refuses("not_null()", "0", KL_SYNTAX, "not_null() at byte 0 takes at least 1 argument, not 0");
    refuses("sort_by(@, a)", "0", KL_SYNTAX,
            "sort_by() at byte 0: argument 2 must be an &expression");
    refuses("abs(&a)", "0", KL_SYNTAX, "abs() at byte 0: argument 1 must not be an &expression");
    refuses("&a", "0", KL_SYNTAX, "unexpected '&' at byte 0; expected an expression");
    refuses("[::0]", "0", KL_SYNTAX, "the step of a slice must not be 0 (byte 3)");
    refuses("[99999999999999999999]", "0", KL_SYNTAX, "the number at byte 1 is out of range");
    refuses("abs(@)", "\"x\"", KL_INVALID, "abs(): argument 1: expected number, got string");
    refuses("sort(@)", "[1,\"x\"]", KL_INVALID,
            "sort(): argument 1: expected array of numbers or array of strings, got array");
    refuses("sort_by(@, &a)", "[{\"a\":1},{\"a\":\"x\"}]", KL_INVALID,
            "sort_by(): the expression must give numbers only or strings only; for item 1 it gives "
            "string");
}

KL_TEST(errors_carry_the_position)
{
    KL_UNUSED_STATE;
    kl_jmespath *compiled = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_text text = KL_TEXT("foo ||\n bar. ");
    assert_int_equal(kl_jmespath_compile(&compiled, text, 0, &error), KL_SYNTAX);
    assert_int_equal(error.position, 13);
    assert_int_equal(error.line, 2);
    kl_error_clear(&error);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static char *repeated(const char *head, const char *part, size_t count, const char *tail)
{
    char *text = malloc(strlen(head) + strlen(part) * count + strlen(tail) + 1);
    strcpy(text, head);
    char *at = text + strlen(head);
    for (size_t i = 0; i < count; i++, at += strlen(part))
        memcpy(at, part, strlen(part));
    strcpy(at, tail);
    return text;
}

static kl_status status_of(char *expression, const char *data)
{
    kl_value out = kl_null(), given = json(data);
    kl_status status = search(&out, expression, given, 0, NULL);
    kl_value_release(out);
    kl_value_release(given);
    free(expression);
    return status;
}

KL_TEST(nesting_is_bounded_and_chains_are_not)
{
    KL_UNUSED_STATE;
    static const char *const nested[] = {"(",    "!",  "[",   "[?",  "a[*].", "a || (",
                                         "abs(", "*.", "{a:", "a==", "[*]"};
    for (size_t i = 0; i < KL_COUNT(nested); i++) {
        char *deep = repeated("", nested[i], 100000, "a");
        kl_status status = status_of(deep, "[]");
        if (strcmp(nested[i], "a==") == 0) /* a chain */
            assert_int_equal(status, KL_OK);
        else
            assert_int_equal(status, KL_SYNTAX);
    }
    assert_int_equal(status_of(repeated("a", ".a", 100000, ""), "{}"), KL_OK);
    assert_int_equal(status_of(repeated("a", " || a", 100000, ""), "{}"), KL_OK);
    assert_int_equal(status_of(repeated("@", " | @", 100000, ""), "{}"), KL_OK);
    assert_int_equal(status_of(repeated("@", "[]", 1000, ""), "[]"), KL_OK);
    char *closed = repeated("a", ")", 100, "");
    assert_int_equal(status_of(repeated("", "(", 100, closed), "[]"), KL_OK);
    free(closed);
}

KL_TEST(results_that_are_small_but_endless_as_text_are_refused)
{
    KL_UNUSED_STATE;
    assert_int_equal(status_of(repeated("@", " | [@, @]", 40, ""), "1"), KL_LIMIT);
    assert_int_equal(status_of(repeated("@", " | [@, @]", 40, " | to_string(@)"), "1"), KL_LIMIT);
    assert_int_equal(status_of(repeated("[@]", " | [@, @][]", 40, ""), "1"), KL_LIMIT);
}

static bool stop_at_once(void *data)
{
    ++*(int *)data;
    return true;
}

KL_TEST(a_long_search_can_be_stopped)
{
    KL_UNUSED_STATE;
    int asked = 0;
    kl_work work = {.is_stopped = stop_at_once, .data = &asked};
    kl_jmespath *compiled = NULL;
    kl_value list, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_array_new(&list, 10000, NULL), KL_OK);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(kl_array_push(&list, kl_int(i), NULL), KL_OK);
    assert_int_equal(kl_jmespath_compile(&compiled, KL_TEXT("[?@ > `5`]"), 0, NULL), KL_OK);
    assert_int_equal(kl_jmespath_search(&out, compiled, list, &work, &error), KL_CANCELLED);
    assert_int_equal(asked, 1);
    kl_error_clear(&error);
    kl_jmespath_release(compiled);
    kl_value_release(list);
}

/* ---- cache ----------------------------------------------------------------------------------- */

KL_TEST(the_cache_gives_the_same_expression_again)
{
    KL_UNUSED_STATE;
    kl_jmespath *first, *second, *other;
    assert_int_equal(kl_jmespath_get(&first, KL_TEXT("a.b"), 0, NULL), KL_OK);
    assert_int_equal(kl_jmespath_get(&second, KL_TEXT("a.b"), 0, NULL), KL_OK);
    assert_int_equal(kl_jmespath_get(&other, KL_TEXT("a.b"), KL_JMESPATH_SEGMENTS, NULL), KL_OK);
    assert_ptr_equal(first, second);
    assert_ptr_not_equal(first, other);
    kl_jmespath_release(first);
    kl_jmespath_release(second);
    kl_jmespath_release(other);
}

static void *use_cache(void *data)
{
    kl_value given = json("{\"a7\":1}");
    size_t wrong = 0;
    for (int i = 0; i < 3000; i++) {
        char text[32];
        kl_jmespath *compiled = NULL;
        kl_value out = kl_null();
        snprintf(text, sizeof text, "a%d", i % 700);
        wrong += kl_jmespath_get(&compiled, kl_text_from(text), 0, NULL) != KL_OK ||
                 kl_jmespath_search(&out, compiled, given, NULL, NULL) != KL_OK ||
                 kl_is(out, KL_KIND_INT) != (i % 700 == 7);
        kl_jmespath_release(compiled);
    }
    kl_value_release(given);
    *(size_t *)data = wrong;
    return NULL;
}

KL_TEST(threads_share_the_cache)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    size_t wrong[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_cache, &wrong[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

KL_TEST(every_failed_allocation_is_reported)
{
    KL_UNUSED_STATE;
    static const char *const expressions[] = {
        "a[?b > `1` && c == 'x'].{k: b, l: [c, `{\"q\":[1]}`]} | [0:5:2] | sort_by(@, &k)",
        "join(',', keys(a[0])) || to_string(a) || 'z'",
        "merge(a[0], {b: `5`}, `{\"c\": 2}`, `{}`, `{}`) | values(@) | reverse(@)",
        "map(&to_array(b), a)[] | [max(@), min(@), sort(@), max_by(@, &@)]",
        "a[*].to_number(c) | `legacy text`",
        "not_null(x, y, z, `null`, `null`, a[::-1]).{k: @, k: @} == {k: a}",
        "\"a\"[0].\"b\" == `1` || reverse('abc') == 'cba'",
    };
    kl_value data = json("{\"a\":[{\"b\":2,\"c\":\"x\"},{\"b\":3,\"c\":\"x\"},{\"b\":1}]}");
    for (size_t i = 0; i < KL_COUNT(expressions); i++) {
        size_t failed = 1;
        for (size_t n = 1; failed > 0; n++) {
            kl_value out = kl_null();
            kl_error error = KL_ERROR_INIT;
            kl_test_fail_allocation(n);
            kl_status status = search(&out, expressions[i], data, 0, &error);
            failed = kl_test_failed_allocations();
            kl_test_fail_allocation(0);
            if (failed)
                assert_int_equal(status, KL_NO_MEMORY);
            kl_error_clear(&error);
            kl_value_release(out);
        }
    }
    kl_value_release(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_public_compliance_suite_passes),
        cmocka_unit_test(ints_and_floats_stay_what_they_are),
        cmocka_unit_test(what_the_suite_leaves_open),
        cmocka_unit_test(a_number_may_be_a_segment_when_asked_for),
        cmocka_unit_test(errors_tell_the_place_and_what_would_be_right),
        cmocka_unit_test(errors_carry_the_position),
        cmocka_unit_test(nesting_is_bounded_and_chains_are_not),
        cmocka_unit_test(results_that_are_small_but_endless_as_text_are_refused),
        cmocka_unit_test(a_long_search_can_be_stopped),
        cmocka_unit_test(the_cache_gives_the_same_expression_again),
        cmocka_unit_test(threads_share_the_cache),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
