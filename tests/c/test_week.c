#include "eatp/week.h"
#include "eatp/words.h"
#include "sweep.h"

static kl_week week_of(const char *windows)
{
    kl_value array = json(windows);
    kl_week week;
    kl_error error = KL_ERROR_INIT;
    if (kl_week_read(&week, array, "windows", &error) != KL_OK)
        fail_msg("%s: %s", windows, kl_error_message(&error));
    kl_value_release(array);
    return week;
}

#define ANY(start, end) "{\"start_time\":\"" start "\",\"end_time\":\"" end "\"}"
#define ON(day, start, end)                                                                        \
    "{\"day_of_week\":[\"" day "\"],\"start_time\":\"" start "\",\"end_time\":\"" end "\"}"

KL_TEST(windows_become_spans)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *windows;
        size_t count;
        int32_t from, until; /* of the first */
    } rows[] = {
        {"[]", 0, 0, 0},
        {"[" ON("monday", "00:00", "00:01") "]", 1, 0, 60},
        {"[" ON("sunday", "23:00", "01:00") "]", 2, 0, 3600}, /* wraps at the end of the week */
        {"[" ON("monday", "09:00", "12:00") "," ON("monday", "12:00", "13:00") "]", 1, 32400, 46800},
        {"[" ON("monday", "09:00", "12:00") "," ON("monday", "10:00", "11:00") "]", 1, 32400, 43200},
        {"[" ANY("00:00", "24:00") "]", 1, 0, KL_WEEK_SECONDS},
        {"[" ANY("12:00", "12:00") "]", 0, 0, 0},
        {"[" ON("monday", "09:00:01", "09:00:02") "]", 1, 32401, 32402},
        {"[" ON("monday", "23:00", "23:59:59") "]", 1, 82800, 86400},
        {"[" ON("monday", "23:00", "23:59:00") "]", 1, 82800, 86340},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_week week = week_of(rows[i].windows);
        assert_int_equal(week.count, rows[i].count);
        if (week.count) {
            assert_int_equal(week.spans[0].from, rows[i].from);
            assert_int_equal(week.spans[0].until, rows[i].until);
        }
        kl_week_end(&week);
    }
}

KL_TEST(what_is_no_time_of_a_day_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const times[] = {"", "9:00", "24:00", "23:60", "09-00", "09:00:60", "09:00:0", " 9:00",
                                        "0x:00", "09:0\\u0000"};
    for (size_t i = 0; i < KL_COUNT(times); i++) {
        char windows[128];
        snprintf(windows, sizeof windows, "[{\"start_time\":\"%s\",\"end_time\":\"10:00\"}]", times[i]);
        kl_value array = json(windows);
        kl_week week;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_week_read(&week, array, "windows", &error), KL_INVALID);
        assert_non_null(strstr(error.message, "windows[0].start_time"));
        kl_error_clear(&error);
        kl_value_release(array);
    }
}

/* Deterministic: xorshift. */
static uint64_t state = 88172645463325252u;
static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % below);
}

static kl_week random_week(void)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    char text[1024] = "[";
    size_t len = 1, count = 1 + draw(4);
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "%s{\"day_of_week\":[\"%s\"],\"start_time\":\"%02u:%02u:%02u\","
                                "\"end_time\":\"%02u:%02u\"}",
                                i ? "," : "", days[draw(7)], draw(24), draw(60), draw(60), draw(24), draw(60));
    snprintf(text + len, sizeof text - len, "]");
    return week_of(text);
}

static kl_week reread(const kl_week *week)
{
    kl_value windows;
    kl_week again;
    assert_int_equal(kl_week_write(&windows, week, NULL), KL_OK);
    assert_int_equal(kl_week_read(&again, windows, "windows", NULL), KL_OK);
    kl_value_release(windows);
    return again;
}

KL_TEST(weeks_are_sets_of_seconds)
{
    KL_UNUSED_STATE;
    for (size_t round = 0; round < 400; round++) {
        kl_week a = random_week(), b = random_week(), both, moved, again = reread(&a);
        int32_t by = (int32_t)draw(2 * KL_WEEK_SECONDS) - KL_WEEK_SECONDS;
        assert_true(kl_week_within(&again, &a)); /* an end at 23:59:59 is cut */
        assert_int_equal(kl_week_intersect(&both, &a, &b, NULL), KL_OK);
        assert_int_equal(kl_week_shift(&moved, &a, by, NULL), KL_OK);
        assert_true(kl_week_within(&both, &a) && kl_week_within(&both, &b));
        bool a_in_b = true;
        for (int32_t second = 0; second < KL_WEEK_SECONDS; second += 1 + (int32_t)draw(300)) {
            bool in_a = kl_week_has(&a, second), in_b = kl_week_has(&b, second);
            assert_true(kl_week_has(&both, second) == (in_a && in_b));
            assert_true(kl_week_has(&moved, (int64_t)second + by) == in_a);
            a_in_b = a_in_b && (!in_a || in_b);
        }
        if (kl_week_within(&a, &b))
            assert_true(a_in_b);
        kl_week_end(&again);
        kl_week_end(&moved);
        kl_week_end(&both);
        kl_week_end(&b);
        kl_week_end(&a);
    }
}

KL_TEST(written_windows_read_as_they_were)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "[" ANY("00:00", "24:00") "]",
        "[" ON("monday", "22:00", "06:00") "," ON("friday", "09:00", "17:00") "]",
        "[" ON("sunday", "23:00", "01:00") "]",
        "[" ON("monday", "23:00", "23:59:00") "]",
        "[]",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_week week = week_of(rows[i]), again = reread(&week);
        assert_true(kl_week_equal(&week, &again));
        kl_week_end(&week);
        kl_week_end(&again);
    }
}

/* ---- words ------------------------------------------------------------------------------------------ */

KL_TEST(patterns_cover_what_lies_below)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *list, *word;
        bool matches, covers;
    } rows[] = {
        {"[]", "a", false, false},
        {"[\"A\",\"bb\"]", "a", true, true},
        {"[\"A\",\"bb\"]", "b", false, false},
        {"[\"docs/*\"]", "docs/a", true, true},
        {"[\"docs/*\"]", "docs/", false, false},
        {"[\"docs/*\"]", "docs/a/b", false, false},
        {"[\"docs/**\"]", "docs/a/b", true, true},
        {"[\"docs/**\"]", "docsx/a", false, false},
        {"[\"docs/**\"]", "docs/*", true, true},
        {"[\"docs/**\"]", "docs/a/**", true, true},
        {"[\"docs/a/**\"]", "docs/**", false, false},
        {"[\"docs/*\"]", "docs/**", true, false}, /* as a word it is a place of that name */
        {"[\"docs/*\"]", "docs/*", true, true},
        {"[\"/**\"]", "/a", false, false}, /* no folder: a word like others */
        {"[\"Ä/**\"]", "ä/x", true, true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value list = json(rows[i].list);
        kl_words words;
        assert_int_equal(kl_words_read(&words, list, true, NULL), KL_OK);
        kl_text word = kl_text_from(rows[i].word);
        if (kl_words_match(&words, word) != rows[i].matches || kl_words_cover(&words, word) != rows[i].covers)
            fail_msg("%s: %s", rows[i].list, rows[i].word);
        kl_words_end(&words);
        kl_value_release(list);
    }
}

KL_TEST(a_long_list_is_searched_by_halves)
{
    KL_UNUSED_STATE;
    kl_value list;
    kl_words words;
    assert_int_equal(kl_array_new(&list, 1000, NULL), KL_OK);
    for (int i = 0; i < 1000; i++) {
        char word[16];
        int len = snprintf(word, sizeof word, "W%d", i * 7919 % 1000);
        assert_int_equal(kl_array_push_text(&list, (kl_text){word, (size_t)len}, NULL), KL_OK);
    }
    assert_int_equal(kl_words_read(&words, list, false, NULL), KL_OK);
    for (int i = 0; i < 1100; i++) {
        char word[16];
        int len = snprintf(word, sizeof word, "w%d", i);
        assert_true(kl_words_match(&words, (kl_text){word, (size_t)len}) == (i < 1000));
    }
    kl_words_end(&words);
    kl_value_release(list);
}

static kl_status read_words(void *data)
{
    kl_words words;
    KL_TRY(kl_words_read(&words, *(kl_value *)data, true, NULL));
    kl_words_end(&words);
    return KL_OK;
}

static kl_status read_week(void *data)
{
    kl_week week, both = {0};
    kl_value windows = kl_null();
    KL_TRY(kl_week_read(&week, *(kl_value *)data, "windows", NULL));
    kl_status status = kl_week_intersect(&both, &week, &week, NULL);
    if (status == KL_OK)
        status = kl_week_write(&windows, &both, NULL);
    kl_value_release(windows);
    kl_week_end(&both);
    kl_week_end(&week);
    return status;
}

KL_TEST(want_of_memory_is_an_error)
{
    KL_UNUSED_STATE;
    kl_value list = json("[\"Abc\",\"docs/**\",\"\xC3\x84\"]");
    kl_value windows = json("[" ON("monday", "22:00", "06:00") "]");
    assert_int_equal(read_words(&list), KL_OK);
    assert_true(sweep(read_words, &list) >= 3);
    assert_true(sweep(read_week, &windows) >= 4);
    kl_value_release(list);
    kl_value_release(windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_become_spans),
        cmocka_unit_test(what_is_no_time_of_a_day_is_refused),
        cmocka_unit_test(weeks_are_sets_of_seconds),
        cmocka_unit_test(written_windows_read_as_they_were),
        cmocka_unit_test(patterns_cover_what_lies_below),
        cmocka_unit_test(a_long_list_is_searched_by_halves),
        cmocka_unit_test(want_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
