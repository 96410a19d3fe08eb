/* Globs and regular expressions. */
#include "test.h"
#include "kailash/match.h"
#include "kailash/time.h"

/* ---- globs ----------------------------------------------------------------------------------- */

typedef struct glob_row {
    const char *pattern, *text;
    bool flat, path; /* whether each kind matches */
} glob_row;

static const glob_row glob_rows[] = {
    {"", "", true, true},
    {"", "a", false, false},
    {"abc", "abc", true, true},
    {"abc", "ABC", false, false},
    {"abc", "abcd", false, false},
    {"*", "", true, true},
    {"*", "abc", true, true},
    {"*", "a/b", true, false},
    {"**", "a/b", true, true},
    {"*.env", "prod.env", true, true},
    {"*.env", "a/prod.env", true, false},
    {"user.*", "user.name", true, true},
    {"user.*", "user.name.first", true, true},
    {"user.*", "user", false, false},
    {"a?c", "abc", true, true},
    {"a?c", "a/c", true, false},
    {"a?c", "a\xC3\xA4" "c", true, true},
    {"a?c", "ac", false, false},
    {"[a-c]x", "bx", true, true},
    {"[a-c]x", "dx", false, false},
    {"[!a-c]x", "dx", true, true},
    {"[^a-c]x", "ax", false, false},
    {"[!a]x", "/x", true, false},
    {"[]]", "]", true, true},
    {"[a-]", "-", true, true},
    {"[-a]", "-", true, true},
    {"[\\]]", "]", true, true},
    {"[\xC3\xA4-\xC3\xBC]", "\xC3\xB6", true, true},
    {"v[0-9].[0-9]", "v1.2", true, true},
    {"{a,b}c", "ac", true, true},
    {"{a,b}c", "bc", true, true},
    {"{a,b}c", "cc", false, false},
    {"{,x}c", "c", true, true},
    {"{a,{b,c}d}e", "cde", true, true},
    {"{a,{b,c}d}e", "be", false, false},
    {"{*.key,*.pem}", "x.pem", true, true},
    {"{}x", "x", true, true},
    {"a,b", "a,b", true, true},
    {"\\*", "*", true, true},
    {"\\*", "a", false, false},
    {"\\{a\\}", "{a}", true, true},
    {"**/x", "x", true, true},
    {"**/x", "a/b/x", true, true},
    {"**/x", "ax", false, false},
    {"a/**/b", "a/b", true, true},
    {"a/**/b", "a/x/y/b", true, true},
    {"a/**/b", "ab", false, false},
    {"a/**", "a/b/c", true, true},
    {"a/**", "a", false, false},
    {"a**c", "a/b/c", true, true},
    {"a/*/c", "a/b/c", true, true},
    {"a/*/c", "a/b/b/c", true, false},
    {"{**/a,b}", "x/y/a", true, true},
    {"{**/a,b}", "a", true, true},
    {"x{**/a,b}", "xa", false, false},
    {"**/pii/**", "data/pii/names.csv", true, true},
    {"*\xFF", "a\xFF", true, true}, /* bytes that are no UTF-8 equal themselves */
    {"?", "\xFF", true, true},
    {"*a*b*c*", "xxaxxbxxcxx", true, true},
    {"*a*b*c*", "xxaxxcxxbxx", false, false},
};

KL_TEST(globs_match_by_their_rules)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(glob_rows); i++) {
        const glob_row *row = &glob_rows[i];
        kl_text pattern = kl_text_from(row->pattern), text = kl_text_from(row->text);
        for (int kind = KL_GLOB_FLAT; kind <= KL_GLOB_PATH; kind++) {
            bool expected = kind == KL_GLOB_FLAT ? row->flat : row->path;
            kl_glob *glob = NULL;
            assert_int_equal(kl_glob_new(&glob, pattern, (kl_glob_kind)kind, NULL), KL_OK);
            if (kl_glob_match(glob, text) != expected)
                fail_msg("%s glob %s against %s: expected %d", kind ? "path" : "flat",
                         row->pattern, row->text, expected);
            kl_glob_free(glob);
            bool once = kind == KL_GLOB_FLAT ? kl_glob_flat(pattern, text)
                                             : kl_glob_path(pattern, text);
            assert_int_equal(once, expected);
        }
    }
    kl_glob_free(NULL);
}

KL_TEST(a_bad_glob_is_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern;
        size_t position;
        const char *message;
    } rows[] = {
        {"ab[c", 2, "glob: the class '[' is not closed"},
        {"[]", 0, "glob: the class '[' is not closed"},
        {"x[b-a]", 2, "glob: the range runs backwards"},
        {"a{b,c", 5, "glob: '{' is not closed"},
        {"a}", 1, "glob: '}' without '{'"},
        {"a\\", 1, "glob: nothing follows the backslash"},
        {"{{{{{{{{{{{{{{{{{a}}}}}}}}}}}}}}}}}", 16, "glob: braces nest too deep"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        kl_text pattern = kl_text_from(rows[i].pattern);
        assert_int_equal(kl_glob_check(pattern, &error), KL_SYNTAX);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.position, rows[i].position);
        assert_false(kl_glob_flat(pattern, KL_TEXT("a")));
        kl_error_clear(&error);
    }
    char longest[KL_GLOB_MAX + 1];
    memset(longest, ',', sizeof longest);
    longest[0] = '{';
    longest[KL_GLOB_MAX - 1] = '}';
    assert_int_equal(kl_glob_check((kl_text){longest, KL_GLOB_MAX}, NULL), KL_OK);
    assert_true(kl_glob_flat((kl_text){longest, KL_GLOB_MAX}, KL_TEXT("")));
    assert_int_equal(kl_glob_check((kl_text){longest, KL_GLOB_MAX + 1}, NULL), KL_SYNTAX);
}

/* The rules once more, by plain backtracking: right, and slow. No braces, no classes. */
static bool slow_match(const char *pattern, const char *text, bool path, bool at_start)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (pattern[0] == '*' && pattern[1] == '*') {
        const char *rest = pattern + strspn(pattern, "*");
        if (at_start && *rest == '/') {
            if (slow_match(rest + 1, text, path, true))
                return true;
            for (; *text; text++)
                if (*text == '/' && slow_match(rest + 1, text + 1, path, true))
                    return true;
            return false;
        }
        for (;; text++) {
            if (slow_match(rest, text, path, false))
                return true;
            if (!*text)
                return false;
        }
    }
    if (*pattern == '*') {
        for (;; text++) {
            if (slow_match(pattern + 1, text, path, false))
                return true;
            if (!*text || (path && *text == '/'))
                return false;
        }
    }
    if (!*text || (*pattern == '?' ? path && *text == '/' : *pattern != *text))
        return false;
    return slow_match(pattern + 1, text + 1, path, *pattern == '/');
}

KL_TEST(random_globs_agree_with_a_plain_matcher)
{
    KL_UNUSED_STATE;
    srand(1);
    size_t matched = 0;
    for (int round = 0; round < 100000; round++) {
        char pattern[9], text[13];
        size_t pattern_len = (size_t)rand() % sizeof pattern, text_len = (size_t)rand() % sizeof text;
        for (size_t i = 0; i < pattern_len; i++)
            pattern[i] = "ab/**?"[rand() % 6];
        for (size_t i = 0; i < text_len; i++)
            text[i] = "ab/"[rand() % 3];
        pattern[pattern_len] = text[text_len] = '\0';
        bool flat = slow_match(pattern, text, false, true), path = slow_match(pattern, text, true, true);
        matched += flat;
        if (kl_glob_flat(kl_text_from(pattern), kl_text_from(text)) != flat ||
            kl_glob_path(kl_text_from(pattern), kl_text_from(text)) != path)
            fail_msg("glob '%s' against '%s'", pattern, text);
    }
    assert_true(matched > 5000);
}

KL_TEST(a_hostile_glob_takes_no_exponential_time)
{
    KL_UNUSED_STATE;
    char pattern[401], text[5000];
    for (size_t i = 0; i < 400; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[400] = 'b';
    memset(text, 'a', sizeof text);
    kl_time start = kl_clock_now();
    assert_false(kl_glob_flat((kl_text){pattern, 401}, (kl_text){text, sizeof text}));
    assert_true(kl_clock_now() - start < 5 * KL_SECOND);
}

/* ---- regular expressions --------------------------------------------------------------------- */

static kl_regex *regex(const char *pattern)
{
    kl_regex *made = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_regex_new(&made, kl_text_from(pattern), &error) != KL_OK)
        fail_msg("%s: %s", pattern, kl_error_message(&error));
    return made;
}

KL_TEST(patterns_are_found)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern, *text;
        bool found;
    } rows[] = {
        {"b+", "abbc", true},
        {"^b", "ab", false},
        {"(?i)STRASSE", "strasse", true},
        {"(?i)\xC3\x84", "\xC3\xA4", true}, /* Ä matches ä */
        {"^.$", "\xF0\x9F\x98\x80", true},    /* one character, four bytes */
        {"\\d", "\xD9\xA3", true},             /* an Arabic digit */
        {"a$", "a\n", false},                   /* $ is the very end */
        {"^a", "x\na", false},
        {"(?m)^a", "x\na", true},
        {"", "", true},
        {"a.c", "a\nc", false},
        {"(?s)a.c", "a\nc", true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_regex *made = regex(rows[i].pattern);
        bool found = !rows[i].found;
        assert_int_equal(kl_regex_search(&found, made, kl_text_from(rows[i].text), NULL), KL_OK);
        if (found != rows[i].found)
            fail_msg("regex %s against %s: expected %d", rows[i].pattern, rows[i].text,
                     rows[i].found);
        kl_regex_free(made);
    }
    kl_regex_free(NULL);
}

KL_TEST(a_bad_regex_is_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern;
        size_t position;
        const char *message;
    } rows[] = {
        {"a(b", 3, "regex: missing closing parenthesis"},
        {"ab)", 2, "regex: unmatched closing parenthesis"},
        {"*a", 0, "regex: quantifier does not follow a repeatable item"},
        {"[a", 2, "regex: missing terminating ] for character class"},
        {"\\C", 2, "regex: using \\C is disabled by the application"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_regex *made = NULL;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_regex_new(&made, kl_text_from(rows[i].pattern), &error), KL_SYNTAX);
        assert_null(made);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.position, rows[i].position);
        assert_int_equal(error.column, rows[i].position + 1);
        kl_error_clear(&error);
    }
    kl_regex *made = NULL;
    assert_int_equal(kl_regex_new(&made, KL_TEXT("\xFF"), NULL), KL_SYNTAX);
    assert_int_equal(kl_regex_new(&made, KL_TEXT("((((a{999}){999}){999}){999})"), NULL), KL_SYNTAX);
}

KL_TEST(groups_tell_where_they_matched)
{
    KL_UNUSED_STATE;
    kl_regex *made = regex("(?<year>\\d{4})-(?P<month>\\d\\d)(x)?");
    size_t groups = 0, spans[10];
    assert_int_equal(kl_regex_group_count(made), 3);
    assert_true(kl_text_is(kl_regex_group_name(made, 1), "year"));
    assert_true(kl_text_is(kl_regex_group_name(made, 2), "month"));
    assert_true(kl_text_is(kl_regex_group_name(made, 3), ""));

    assert_int_equal(kl_regex_match(&groups, spans, 5, made, KL_TEXT("on 2024-05"), 0, NULL), KL_OK);
    assert_int_equal(groups, 4);
    const size_t expected[] = {3, 10, 3, 7, 8, 10, SIZE_MAX, SIZE_MAX};
    assert_memory_equal(spans, expected, sizeof expected);

    assert_int_equal(kl_regex_match(&groups, spans, 1, made, KL_TEXT("on 2024-05"), 0, NULL), KL_OK);
    assert_int_equal(groups, 1);
    assert_int_equal(kl_regex_match(&groups, NULL, 0, made, KL_TEXT("2024-05"), 0, NULL), KL_OK);
    assert_int_equal(groups, 1);
    assert_int_equal(kl_regex_match(&groups, spans, 5, made, KL_TEXT("2024-05"), 1, NULL), KL_OK);
    assert_int_equal(groups, 0);
    assert_int_equal(kl_regex_match(&groups, spans, 5, made, KL_TEXT("2024-05"), 99, NULL), KL_OK);
    assert_int_equal(groups, 0);
    kl_regex_free(made);
}

KL_TEST(text_must_be_utf8_and_offsets_whole_characters)
{
    KL_UNUSED_STATE;
    kl_regex *made = regex("a");
    kl_error error = KL_ERROR_INIT;
    bool found;
    size_t groups, spans[2];
    assert_int_equal(kl_regex_search(&found, made, KL_TEXT("ab\xFF"), &error), KL_SYNTAX);
    assert_string_equal(error.message, "invalid UTF-8 at byte 2");
    assert_int_equal(kl_regex_match(&groups, spans, 1, made, KL_TEXT("\xC3\xA4" "a"), 1, &error),
                     KL_INVALID);
    assert_string_equal(error.message, "from: byte 1 lies within a character");
    kl_error_clear(&error);
    kl_regex_free(made);
}

KL_TEST(a_scan_meets_every_match_once)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern, *text, *spans;
    } rows[] = {
        {"a+", "aabaa", "0-2 3-5 "},
        {"x*", "axb", "0-0 1-2 2-2 3-3 "},
        {"", "\xC3\xA4" "b", "0-0 2-2 3-3 "},
        {"(?=a)", "aa", "0-0 1-1 "},
        {"\\b", "ab cd", "0-0 2-2 3-3 5-5 "},
        {"z", "abc", ""},
        {"$", "ab", "2-2 "},
        {"ab\\K", "abab", "2-2 4-4 "},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_regex *made = regex(rows[i].pattern);
        kl_regex_scan scan;
        char seen[100] = "";
        size_t groups, spans[2];
        assert_int_equal(kl_regex_scan_begin(&scan, made, kl_text_from(rows[i].text), NULL), KL_OK);
        for (int turn = 0; turn < 20; turn++) {
            assert_int_equal(kl_regex_scan_next(&groups, spans, 1, &scan, NULL), KL_OK);
            if (groups == 0)
                break;
            snprintf(seen + strlen(seen), 20, "%zu-%zu ", spans[0], spans[1]);
        }
        assert_string_equal(seen, rows[i].spans);
        assert_int_equal(kl_regex_scan_next(&groups, spans, 1, &scan, NULL), KL_OK);
        assert_int_equal(groups, 0);
        kl_regex_free(made);
    }
}

KL_TEST(matches_are_replaced)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern, *text, *replacement, *result;
    } rows[] = {
        {"b", "abc", "x", "axc"},
        {"b", "aaa", "x", "aaa"},
        {"(\\w+) (\\w+)", "hello world", "$2 $1", "world hello"},
        {"(?<y>\\d+)-(?<m>\\d+)", "2024-05", "${m}/${y}", "05/2024"},
        {"(a)(b)?", "ac", "[$1|$2]", "[a|]c"},
        {"a", "a", "$$1", "$1"},
        {"a", "a", "cost $", "cost $"},
        {"a", "a", "$x ${ $0", "$x ${ a"},
        {"a", "ba", "${0}${0}", "baa"},
        {"x*", "abc", "-", "-a-b-c-"},
        {"", "", "x", "x"},
        {"\xC3\xA4", "f\xC3\xA4" "r", "\xE2\x82\xAC", "f\xE2\x82\xAC" "r"},
        {"(a)", "aaa", "<$1>", "<a><a><a>"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_regex *made = regex(rows[i].pattern);
        kl_value result = kl_null();
        assert_int_equal(kl_regex_replace(&result, made, kl_text_from(rows[i].text),
                                          kl_text_from(rows[i].replacement), 0, NULL), KL_OK);
        assert_string_equal(kl_as_text(result).data, rows[i].result);
        kl_value_release(result);
        kl_regex_free(made);
    }
}

KL_TEST(a_replacement_names_unknown_groups_and_keeps_its_limit)
{
    KL_UNUSED_STATE;
    kl_regex *made = regex("(a)");
    kl_error error = KL_ERROR_INIT;
    kl_value result = kl_null();
    static const struct {
        const char *replacement, *message;
    } rows[] = {
        {"$2", "replacement: the pattern has no group '2'"},
        {"${name}", "replacement: the pattern has no group 'name'"},
        {"${}", "replacement: the pattern has no group ''"},
        {"$99999999999999999999", "replacement: the pattern has no group '99999999999999999999'"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) { /* also when nothing matches */
        assert_int_equal(kl_regex_replace(&result, made, KL_TEXT("zzz"),
                                          kl_text_from(rows[i].replacement), 0, &error), KL_INVALID);
        assert_string_equal(error.message, rows[i].message);
    }
    assert_int_equal(kl_regex_replace(&result, made, KL_TEXT("aaaa"), KL_TEXT("xxxxxxxxxx"), 20,
                                      &error), KL_LIMIT);
    assert_string_equal(error.message, "resource limit exceeded: text_size (limit: 20 bytes)");
    kl_error_clear(&error);
    kl_regex_free(made);
}

KL_TEST(a_hostile_pattern_ends_with_an_error)
{
    KL_UNUSED_STATE;
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(a|a?)+$", "(?:.*.*)*x",
                                           "^(([a-z])+.)+[A-Z]([a-z])+$"};
    char text[200];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '!';
    for (size_t i = 0; i < KL_COUNT(patterns); i++) {
        kl_regex *made = regex(patterns[i]);
        kl_error error = KL_ERROR_INIT;
        bool found = true;
        kl_time start = kl_clock_now();
        kl_status status = kl_regex_search(&found, made, (kl_text){text, sizeof text}, &error);
        assert_true(kl_clock_now() - start < 10 * KL_SECOND);
        if (status == KL_OK) {
            assert_false(found); /* an engine may see through it */
        } else {
            assert_int_equal(status, KL_LIMIT);
            assert_string_equal(error.message,
                                "resource limit exceeded: regex_steps (limit: 1000000)");
        }
        if (i == 0)
            assert_int_equal(status, KL_LIMIT);
        kl_error_clear(&error);
        kl_regex_free(made);
    }
}

KL_TEST(deep_recursion_of_a_pattern_is_bounded)
{
    KL_UNUSED_STATE;
    size_t len = 4000000;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, '(', len);
    kl_regex *made = regex("(\\((?1)*\\))");
    bool found = true;
    kl_status status = kl_regex_search(&found, made, (kl_text){text, len}, NULL);
    assert_true(status == KL_LIMIT || (status == KL_OK && !found));
    kl_regex_free(made);
    free(text);
}

KL_TEST(the_cache_gives_the_same_expression_again)
{
    KL_UNUSED_STATE;
    kl_regex *first = NULL, *second = NULL;
    assert_int_equal(kl_regex_cached(&first, KL_TEXT("a+b"), NULL), KL_OK);
    assert_int_equal(kl_regex_cached(&second, KL_TEXT("a+b"), NULL), KL_OK);
    assert_ptr_equal(first, second);
    for (int i = 0; i < 500; i++) { /* drives the pattern out, which its holders do not notice */
        char pattern[20];
        kl_regex *other = NULL;
        snprintf(pattern, sizeof pattern, "x{%d}", i);
        assert_int_equal(kl_regex_cached(&other, kl_text_from(pattern), NULL), KL_OK);
        kl_regex_free(other);
    }
    bool found = false;
    assert_int_equal(kl_regex_search(&found, first, KL_TEXT("xaab"), NULL), KL_OK);
    assert_true(found);
    kl_regex_free(first);
    kl_regex_free(second);
    assert_int_equal(kl_regex_cached(&first, KL_TEXT("("), NULL), KL_SYNTAX);
}

KL_TEST(matching_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_regex *made = NULL;
        kl_glob *glob = NULL;
        kl_value result = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_regex_new(&made, KL_TEXT("(?<x>a)|b{3}"), NULL);
        if (status == KL_OK)
            status = kl_regex_replace(&result, made, KL_TEXT("aabbb"), KL_TEXT("<${x}>"), 0, NULL);
        if (status == KL_OK)
            status = kl_glob_new(&glob, KL_TEXT("*.{c,h}"), KL_GLOB_PATH, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (!(status == KL_OK && failed)) /* PCRE2 does without its JIT */
            assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_regex_free(made);
        kl_glob_free(glob);
        kl_value_release(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match_by_their_rules),
        cmocka_unit_test(a_bad_glob_is_shown),
        cmocka_unit_test(random_globs_agree_with_a_plain_matcher),
        cmocka_unit_test(a_hostile_glob_takes_no_exponential_time),
        cmocka_unit_test(patterns_are_found),
        cmocka_unit_test(a_bad_regex_is_shown),
        cmocka_unit_test(groups_tell_where_they_matched),
        cmocka_unit_test(text_must_be_utf8_and_offsets_whole_characters),
        cmocka_unit_test(a_scan_meets_every_match_once),
        cmocka_unit_test(matches_are_replaced),
        cmocka_unit_test(a_replacement_names_unknown_groups_and_keeps_its_limit),
        cmocka_unit_test(a_hostile_pattern_ends_with_an_error),
        cmocka_unit_test(deep_recursion_of_a_pattern_is_bounded),
        cmocka_unit_test(the_cache_gives_the_same_expression_again),
        cmocka_unit_test(matching_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
