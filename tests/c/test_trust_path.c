/* tests/c/test_trust_path.c - paths against slow readings of the same rules, and links on the disk. */
#include "folder.h"
#include "trust_plane/path.h"
#include "trust_plane/pattern_set.h"

static kl_text normal(char *room, const char *path)
{
    return kl_path_normalise(room, kl_text_from(path));
}

KL_TEST(normal_forms)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *path, *form;
    } rows[] = {
        {"", ""}, {"/", "/"}, {"//", "/"}, {".", "."}, {"./", "."}, {"a", "a"}, {"a/", "a"},
        {"/a/b/../c", "/a/c"}, {"/a//b/./c/", "/a/b/c"}, {"/..", "/"}, {"/../../a", "/a"},
        {"..", ".."}, {"../..", "../.."}, {"../a/..", ".."}, {"a/..", "."}, {"a/../..", ".."},
        {"a/../../b", "../b"}, {"\\a\\b", "/a/b"}, {"a\\..\\b", "b"}, {"/a/...", "/a/..."},
        {"/a/..b", "/a/..b"}, {"/a/.b", "/a/.b"}, {"C:\\x", "C:/x"}, {"/s/./", "/s"},
        {"/\xC3\xA9/..", "/"}, {"/\xFF/a", "/\xFF/a"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char room[64];
        kl_text form = normal(room, rows[i].path);
        if (!kl_text_is(form, rows[i].form))
            fail_msg("%s: got %.*s, expected %s", rows[i].path, KL_TEXT_ARG(form), rows[i].form);
        bool is_same = strcmp(rows[i].path, rows[i].form) == 0;
        assert_true(is_same || !kl_path_is_normal(kl_text_from(rows[i].path)));
    }
    assert_true(kl_path_is_normal(KL_TEXT("/a/b.c/d")) && kl_path_is_normal(KL_TEXT("a/b")));
    assert_true(kl_path_is_normal(KL_TEXT("/")) && kl_path_is_normal(KL_TEXT("")));
}

static bool covers(const char *roots, const char *path)
{
    char room[256];
    kl_path_set set = KL_PATH_SET_EMPTY;
    kl_value list = json(roots);
    assert_int_equal(kl_path_set_of(&set, list, false, NULL), KL_OK);
    bool out = kl_path_set_covers(&set, normal(room, path));
    kl_path_set_end(&set);
    kl_value_release(list);
    return out;
}

KL_TEST(a_root_is_its_subtree_and_nothing_else)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *roots, *path;
        bool covered;
    } rows[] = {
        {"[\"/etc/\"]", "/etc", true}, {"[\"/etc/\"]", "/etc/passwd", true},
        {"[\"/etc\"]", "/etcetera", false}, {"[\"/etc\"]", "etc", false},
        {"[\"/etc\"]", "/x/../etc/./a", true}, {"[\"/etc\"]", "\\etc\\a", true},
        {"[\"b\"]", "bc", false}, {"[\"b\"]", "b/c", true}, {"[\"/\"]", "/x", true},
        {"[\"/\"]", "/", true}, {"[\"/\"]", "x", false}, {"[\".\"]", "x", true},
        {"[\".\"]", "..", false}, {"[\".\"]", "../x", false}, {"[\".\"]", ".", true},
        {"[\"..\"]", "x", true}, {"[\"..\"]", "../x", true}, {"[\"..\"]", "../../x", false},
        {"[\"../..\"]", "../x", true}, {"[\"../a\"]", "../a/b", true},
        {"[\"../a\"]", "../b", false}, {"[\"../a\"]", "a", false}, {"[\"\"]", "", true},
        {"[\"\"]", "x", false}, {"[]", "/x", false}, {"[]", "", false}, {"[\".\"]", "", false},
        {"[\"/a\",\"/b\",\"/c/d\"]", "/c/d/e", true}, {"[\"/a\",\"/b\",\"/c/d\"]", "/c", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (covers(rows[i].roots, rows[i].path) != rows[i].covered)
            fail_msg("%s and %s", rows[i].roots, rows[i].path);
}

/* ---- against slow readings ------------------------------------------------------------------------ */

static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

/* Text of up to `max` pieces. */
static void random_text(char *to, const char *const *pieces, unsigned count, unsigned max)
{
    *to = '\0';
    for (unsigned left = pick(max + 1); left > 0; left--)
        strcat(to, pieces[pick(count)]);
}

/* Whether the pattern matches the text, by trying all ways: what the rules say, word by word. */
static bool slow_match(const char *p, const char *t)
{
    if (*p == '\0')
        return *t == '\0';
    if (*p == '*') {
        while (p[1] == '*')
            p++;
        for (;; t++) {
            if (slow_match(p + 1, t))
                return true;
            if (*t == '\0')
                return false;
        }
    }
    if (*p == '[') /* "[ab]" is the only class here */
        return (*t == p[1] || *t == p[2]) && slow_match(p + 4, t + 1);
    return *t && (*p == '?' || *p == *t) && slow_match(p + 1, t + 1);
}

/* The same with the one thing that letters alone do not tell: a doubled star that fills a segment
 * may stand for none. */
static bool reference(const char *pattern, const char *text)
{
    char shorter[128];
    if (slow_match(pattern, text))
        return true;
    for (const char *at = pattern; (at = strstr(at, "**/")) != NULL; at++) {
        bool fills = at == pattern || at[-1] == '/';
        if (!fills)
            continue;
        snprintf(shorter, sizeof shorter, "%.*s%s", (int)(at - pattern), pattern, at + 3);
        if (reference(shorter, text))
            return true;
    }
    return false;
}

static bool matches_one(const char *pattern, const char *path)
{
    size_t bad;
    kl_value list;
    kl_pattern_set set = {NULL, 0};
    assert_int_equal(kl_array_new(&list, 1, NULL), KL_OK);
    assert_int_equal(kl_array_push_text(&list, kl_text_from(pattern), NULL), KL_OK);
    assert_int_equal(kl_pattern_set_of(&set, &bad, list, NULL), KL_OK);
    bool out = kl_pattern_set_match(&set, kl_text_from(path));
    kl_pattern_set_end(&set);
    kl_value_release(list);
    return out;
}

KL_TEST(what_is_looked_for_first_never_hides_a_match)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } rows[] = {
        {"", "", true}, {"", "a", false}, {"a", "a", true}, {"*.env", ".env", true},
        {"*.env", "/a/b.env", true}, {"*.env", "/a/b.env2", false}, {"a*b*c", "abc", true},
        {"aba*aba", "aba", false}, {"aba*aba", "abaaba", true}, {"**/pii/**", "/x/pii/y", true},
        {"**/pii/**", "pii/y", true}, {"**/pii/**", "/pi/iy", false}, {"\\\\*", "\\x", true},
        {"\\*x", "*x", true}, {"\\*x", "ax", false}, {"[]]x", "]x", true}, {"[!]]x", "ax", true},
        {"[\\]]b", "]b", true}, {"{a,b{c,d}}e", "bde", true}, {"{a\\},b}e", "a}e", true},
        {"x{,y}z*w", "xzw", true}, {"\\{a", "{a", true}, {"{[}]x,b}c", "}xc", true}, {"a,b", "a,b", true},
        {"*Ã©*", "cafÃ©s", true}, {"*Ã©*", "cafes", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (matches_one(rows[i].pattern, rows[i].path) != rows[i].matches)
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].path);
}

KL_TEST(globs_in_a_set_match_as_they_do_alone)
{
    KL_UNUSED_STATE;
    static const char *const in_patterns[] = {"a", "b", "/", "*", "**/", "?", "[!a]", "{a,b}", "\\",
                                              "{,/a}", "\\*"};
    static const char *const in_paths[] = {"a", "b", "/", "*", "ab", "/a"};
    size_t matches = 0;
    for (int i = 0; i < 100000; i++) {
        char pattern[64], path[64];
        random_text(pattern, in_patterns, KL_COUNT(in_patterns), 6);
        random_text(path, in_paths, KL_COUNT(in_paths), 6);
        if (kl_glob_check(kl_text_from(pattern), NULL) != KL_OK)
            continue;
        bool expected = kl_glob_flat(kl_text_from(pattern), kl_text_from(path));
        matches += expected;
        if (matches_one(pattern, path) != expected)
            fail_msg("'%s' and '%s': expected %d", pattern, path, expected);
    }
    assert_true(matches > 1000);
}

KL_TEST(a_hundred_thousand_globs_match_as_their_letters_say)
{
    KL_UNUSED_STATE;
    static const char *const in_patterns[] = {"a", "b", "/", "*", "**/", "?", "[ab]", ".", "/**/"};
    static const char *const in_paths[] = {"a", "b", "/", ".", "ab", "/a"};
    size_t matches = 0;
    for (int i = 0; i < 100000; i++) {
        char pattern[64], path[64];
        random_text(pattern, in_patterns, KL_COUNT(in_patterns), 6);
        random_text(path, in_paths, KL_COUNT(in_paths), 6);
        if (strstr(pattern, "***"))
            continue; /* three in a row are one of them and the beginning of another */
        bool expected = reference(pattern, path);
        matches += expected;
        if (matches_one(pattern, path) != expected)
            fail_msg("'%s' and '%s': expected %d", pattern, path, expected);
    }
    assert_true(matches > 1000);
}

/* Segments of a path after the rules, as a list; `ups` are the ".." that stay. */
typedef struct slow_path {
    bool absolute;
    int ups, count;
    char segments[16][16];
} slow_path;

static slow_path slow_normal(const char *text)
{
    char copy[128];
    slow_path path = {.absolute = *text == '/' || *text == '\\'};
    snprintf(copy, sizeof copy, "%s", text);
    for (char *rest = copy, *segment; (segment = strsep(&rest, "/\\")) != NULL;) {
        if (!*segment || strcmp(segment, ".") == 0)
            continue;
        if (strcmp(segment, "..") != 0)
            strcpy(path.segments[path.count++], segment);
        else if (path.count)
            path.count--;
        else
            path.ups += !path.absolute;
    }
    return path;
}

static bool slow_covers(const char *root_text, const char *path_text)
{
    slow_path root = slow_normal(root_text), path = slow_normal(path_text);
    if (!*root_text || !*path_text)
        return !*root_text && !*path_text;
    if (root.absolute != path.absolute)
        return false;
    if (!root.absolute && root.count == 0)
        return path.ups <= root.ups;
    if (root.ups != path.ups || root.count > path.count)
        return false;
    for (int i = 0; i < root.count; i++)
        if (strcmp(root.segments[i], path.segments[i]) != 0)
            return false;
    return true;
}

KL_TEST(a_hundred_thousand_paths_lie_where_their_segments_say)
{
    KL_UNUSED_STATE;
    static const char *const pieces[] = {"a", "b", "/", "\\", ".", "..", "/../", "ab", "//", "/a"};
    size_t covered = 0;
    for (int i = 0; i < 100000; i++) {
        char roots[3][64], path[64], room[64], text[256] = "[";
        bool expected = false;
        unsigned count = 1 + pick(3);
        random_text(path, pieces, KL_COUNT(pieces), 7);
        kl_value list;
        kl_path_set set = KL_PATH_SET_EMPTY;
        assert_int_equal(kl_array_new(&list, count, NULL), KL_OK);
        for (unsigned r = 0; r < count; r++) {
            random_text(roots[r], pieces, KL_COUNT(pieces), 4);
            assert_int_equal(kl_array_push_text(&list, kl_text_from(roots[r]), NULL), KL_OK);
            expected = expected || slow_covers(roots[r], path);
            snprintf(text + strlen(text), sizeof text - strlen(text), "'%s' ", roots[r]);
        }
        covered += expected;
        assert_int_equal(kl_path_set_of(&set, list, false, NULL), KL_OK);
        kl_text form = normal(room, path);
        assert_true(kl_text_is(form, path) || !kl_path_is_normal(kl_text_from(path)));
        if (kl_path_set_covers(&set, form) != expected)
            fail_msg("%s] and '%s': expected %d", text, path, expected);
        kl_path_set_end(&set);
        kl_value_release(list);
    }
    assert_true(covered > 1000);
}

/* ---- links -------------------------------------------------------------------------------------------- */

static void resolves(const char *folder, const char *path, const char *expected)
{
    char room[KL_PATH_ROOM], from[512], to[512];
    kl_text out;
    snprintf(from, sizeof from, "%s/%s", folder, path);
    snprintf(to, sizeof to, "%s%s%s", expected[0] == '/' ? "" : folder,
             expected[0] && expected[0] != '/' ? "/" : "", expected);
    assert_int_equal(kl_path_resolve(room, &out, kl_text_from(from)), KL_PATH_FINE);
    if (!kl_text_is(out, to))
        fail_msg("%s: got %.*s, expected %s", path, KL_TEXT_ARG(out), to);
}

KL_TEST(links_are_followed_also_to_what_is_not_there)
{
    KL_UNUSED_STATE;
    char folder[PATH_MAX], room[KL_PATH_ROOM];
    kl_text out;
    assert_non_null(realpath(test_folder, folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("a", 0700) | mkdir("a/b", 0700), 0);
    assert_int_equal(symlink("a/b", "to_b") | symlink("/nowhere/new", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop") | symlink("../to_b", "a/back"), 0);
    resolves(folder, "a/b", "a/b");
    resolves(folder, "to_b", "a/b");
    resolves(folder, "to_b/../x", "a/x"); /* not "x": the link is followed first */
    resolves(folder, "a/back/y", "a/b/y");
    resolves(folder, "dangling", "/nowhere/new");
    resolves(folder, "dangling/z", "/nowhere/new/z");
    resolves(folder, "not/there/../yet", "not/yet");
    assert_int_equal(kl_path_resolve(room, &out, KL_TEXT("to_b/c")), KL_PATH_FINE);
    assert_int_equal(out.len, strlen(folder) + strlen("/a/b/c")); /* relative to the working directory */
    assert_int_equal(kl_path_resolve(room, &out, KL_TEXT("loop/x")), KL_PATH_TOO_MANY_LINKS);
    assert_int_equal(chdir("/"), 0);
}

KL_TEST(what_no_kernel_would_open_is_refused)
{
    KL_UNUSED_STATE;
    char room[KL_PATH_ROOM];
    kl_text out;
    char *large = malloc(2 * KL_PATH_ROOM);
    memset(large, 'a', 2 * KL_PATH_ROOM);
    assert_int_equal(kl_path_resolve(room, &out, (kl_text){"/a\0b", 4}), KL_PATH_UNREADABLE);
    assert_int_equal(kl_path_resolve(room, &out, (kl_text){large, 2 * KL_PATH_ROOM}), KL_PATH_TOO_LONG);
    large[0] = '/';
    assert_int_equal(kl_path_resolve(room, &out, (kl_text){large, 300}), KL_PATH_UNREADABLE);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_forms),
        cmocka_unit_test(a_root_is_its_subtree_and_nothing_else),
        cmocka_unit_test(what_is_looked_for_first_never_hides_a_match),
        cmocka_unit_test(globs_in_a_set_match_as_they_do_alone),
        cmocka_unit_test(a_hundred_thousand_globs_match_as_their_letters_say),
        cmocka_unit_test(a_hundred_thousand_paths_lie_where_their_segments_say),
        cmocka_unit_test(links_are_followed_also_to_what_is_not_there),
        cmocka_unit_test(what_no_kernel_would_open_is_refused),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
