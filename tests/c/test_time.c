/* Calendar, RFC 3339 text, durations. */
#include "test.h"
#include "kailash/time.h"

#include <time.h>

static kl_time parse(const char *text)
{
    kl_time time = 0;
    kl_error error = KL_ERROR_INIT;
    if (kl_time_parse(&time, kl_text_from(text), &error) != KL_OK)
        fail_msg("%s: %s", text, kl_error_message(&error));
    return time;
}

KL_TEST(text_of_every_offset_is_read_as_utc)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_time time;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1970-01-01 00:00:00+00:00", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1970-01-01T02:00:00+02:00", 0},
        {"1969-12-31T18:30:00-05:30", 0},
        {"1970-01-01T00:00:00.5Z", 500000000},
        {"1970-01-01T00:00:00.000000001Z", 1},
        {"1970-01-01T00:00:00.0000000019Z", 1},
        {"1970-01-01T00:00:00.123456789123456789Z", 123456789},
        {"1969-12-31T23:59:59.999999999Z", -1},
        {"1985-04-12T23:20:50.52Z", 482196050520000000},     /* RFC 3339, 5.8 */
        {"1996-12-19T16:39:57-08:00", 851042397000000000},   /* RFC 3339, 5.8 */
        {"1990-12-31T23:59:60Z", 662688000000000000},        /* RFC 3339, 5.8 */
        {"1990-12-31T15:59:60-08:00", 662688000000000000},   /* RFC 3339, 5.8 */
        {"1937-01-01T12:00:27.87+00:20", -1041337172130000000},
        {"2000-02-29T00:00:00Z", 951782400000000000},
        {"2024-02-29T12:00:00Z", 1709208000000000000},
        {"1677-09-21T00:12:43.145224192Z", INT64_MIN},
        {"2262-04-11T23:47:16.854775806Z", INT64_MAX - 1},
        {"2262-04-12T23:47:16.854775806+24:00", 0},
    };
    for (size_t i = 0; i + 1 < KL_COUNT(rows); i++)
        if (parse(rows[i].text) != rows[i].time)
            fail_msg("%s: got %lld", rows[i].text, (long long)parse(rows[i].text));
    kl_time time;
    assert_int_equal(kl_time_parse(&time, kl_text_from(rows[KL_COUNT(rows) - 1].text), NULL),
                     KL_SYNTAX); /* hour 24 */
}

KL_TEST(malformed_text_is_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t position;
        const char *message;
    } rows[] = {
        {"", 0, "time: expected 4 digits of the year"},
        {"24-05-01T00:00:00Z", 2, "time: expected 4 digits of the year"},
        {"2024/05/01T00:00:00Z", 4, "time: expected '-' behind the year"},
        {"2024-00-01T00:00:00Z", 5, "time: month 00 is out of range; give 1 to 12"},
        {"2024-13-01T00:00:00Z", 5, "time: month 13 is out of range; give 1 to 12"},
        {"2023-02-29T00:00:00Z", 8, "time: day 29 is out of range; give 1 to 28"},
        {"1900-02-29T00:00:00Z", 8, "time: day 29 is out of range; give 1 to 28"},
        {"2024-04-31T00:00:00Z", 8, "time: day 31 is out of range; give 1 to 30"},
        {"2024-05-01", 10, "time: expected 'T' behind the date"},
        {"2024-05-01T24:00:00Z", 11, "time: hour 24 is out of range; give 0 to 23"},
        {"2024-05-01T10:60:00Z", 14, "time: minute 60 is out of range; give 0 to 59"},
        {"2024-05-01T10:00:61Z", 17, "time: second 61 is out of range; give 0 to 60"},
        {"2024-05-01T10:00:60Z", 17, "time: a leap second ends a day of UTC"},
        {"2024-05-01T10:00Z", 16, "time: expected ':' behind the minute"},
        {"2024-05-01T10:00:00.Z", 20, "time: expected digits behind the '.'"},
        {"2024-05-01T10:00:00", 19,
         "time: the UTC offset is missing; end it with 'Z' or such as '+02:00'"},
        {"2024-05-01T10:00:00.123", 23,
         "time: the UTC offset is missing; end it with 'Z' or such as '+02:00'"},
        {"2024-05-01T10:00:00x", 19, "time: expected 'Z' or a UTC offset such as '+02:00'"},
        {"2024-05-01T10:00:00+0200", 22, "time: expected ':' within the UTC offset"},
        {"2024-05-01T10:00:00+02:60", 23, "time: offset minute 60 is out of range; give 0 to 59"},
        {"2024-05-01T10:00:00Zx", 20, "time: trailing characters"},
        {"-024-05-01T10:00:00Z", 0, "time: expected 4 digits of the year"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_time time = 42;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_time_parse(&time, kl_text_from(rows[i].text), &error), KL_SYNTAX);
        assert_string_equal(error.message, rows[i].message);
        assert_int_equal(error.position, rows[i].position);
        assert_int_equal(time, 42);
        kl_error_clear(&error);
    }
    kl_time time;
    assert_int_equal(kl_time_parse(&time, (kl_text){"2024-05-01T10:00:00\0", 20}, NULL), KL_SYNTAX);
}

KL_TEST(what_no_kl_time_holds_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "1677-09-21T00:12:43.145224191Z", "2262-04-11T23:47:16.854775807Z",
        "2262-04-11T23:47:17Z",           "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_time time;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_time_parse(&time, kl_text_from(rows[i]), &error), KL_INVALID);
        assert_string_equal(error.message,
                            "time: out of range; give 1677-09-21T00:12:43.145224192Z to "
                            "2262-04-11T23:47:16.854775806Z");
        kl_error_clear(&error);
    }
}

KL_TEST(every_form_of_time_text_is_written)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_time time;
        int digits;
        kl_time_zone zone;
        const char *text;
    } rows[] = {
        {0, 0, KL_TIME_Z, "1970-01-01T00:00:00Z"},
        {0, 6, KL_TIME_Z, "1970-01-01T00:00:00.000000Z"},
        {0, 9, KL_TIME_OFFSET, "1970-01-01T00:00:00.000000000+00:00"},
        {0, KL_TIME_SHORTEST, KL_TIME_OFFSET, "1970-01-01T00:00:00+00:00"},
        {250000000, KL_TIME_SHORTEST, KL_TIME_Z, "1970-01-01T00:00:00.250Z"},
        {250001000, KL_TIME_SHORTEST, KL_TIME_Z, "1970-01-01T00:00:00.250001Z"},
        {1, KL_TIME_SHORTEST, KL_TIME_Z, "1970-01-01T00:00:00.000000001Z"},
        {999999999, 0, KL_TIME_Z, "1970-01-01T00:00:00Z"},
        {999999999, 3, KL_TIME_Z, "1970-01-01T00:00:00.999Z"},
        {999999999, 6, KL_TIME_OFFSET, "1970-01-01T00:00:00.999999+00:00"},
        {-1, 9, KL_TIME_Z, "1969-12-31T23:59:59.999999999Z"},
        {-1, 0, KL_TIME_Z, "1969-12-31T23:59:59Z"},
        {951782400000000000, 0, KL_TIME_Z, "2000-02-29T00:00:00Z"},
        {INT64_MIN, 9, KL_TIME_Z, "1677-09-21T00:12:43.145224192Z"},
        {INT64_MAX - 1, 9, KL_TIME_Z, "2262-04-11T23:47:16.854775806Z"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[KL_TIME_TEXT];
        size_t len = kl_time_print(text, rows[i].time, rows[i].digits, rows[i].zone);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(len, strlen(rows[i].text));
    }
}

KL_TEST(the_calendar_agrees_with_the_c_library)
{
    KL_UNUSED_STATE;
    srand(2);
    for (int i = 0; i < 100000; i++) {
        kl_time time = (kl_time)((uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand());
        if (i % 2)
            time = -time;
        kl_date date = kl_time_split(time);
        time_t seconds = (time_t)(time / KL_SECOND - (time % KL_SECOND < 0));
        struct tm tm;
        gmtime_r(&seconds, &tm);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(date.hour, tm.tm_hour);
        assert_int_equal(date.minute, tm.tm_min);
        assert_int_equal(date.second, tm.tm_sec);
        assert_int_equal(date.weekday, tm.tm_wday);
        assert_int_equal(date.day_of_year, tm.tm_yday + 1);
        kl_time again = 0;
        assert_int_equal(kl_time_join(&again, &date, NULL), KL_OK);
        assert_int_equal(again, time);
        char text[KL_TIME_TEXT];
        kl_time_print(text, time, i % 3 ? KL_TIME_SHORTEST : 9, (kl_time_zone)(i % 2));
        assert_int_equal(parse(text), time);
    }
}

KL_TEST(a_date_out_of_range_is_named)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_date date;
        const char *message;
    } rows[] = {
        {{2024, 13, 1, 0, 0, 0, 0, 0, 0}, "month: 13 is out of range; give 1 to 12"},
        {{2023, 2, 29, 0, 0, 0, 0, 0, 0}, "day: 29 is out of range; give 1 to 28"},
        {{2024, 1, 1, 24, 0, 0, 0, 0, 0}, "hour: 24 is out of range; give 0 to 23"},
        {{2024, 1, 1, 0, -1, 0, 0, 0, 0}, "minute: -1 is out of range; give 0 to 59"},
        {{2024, 1, 1, 0, 0, 60, 0, 0, 0}, "second: 60 is out of range; give 0 to 59"},
        {{2024, 1, 1, 0, 0, 0, 1000000000, 0, 0},
         "nanosecond: 1000000000 is out of range; give 0 to 999999999"},
        {{INT32_MAX, 1, 1, 0, 0, 0, 0, 0, 0},
         "time: out of range; give 1677-09-21T00:12:43.145224192Z to "
         "2262-04-11T23:47:16.854775806Z"},
        {{INT32_MIN, 2, 29, 0, 0, 0, 0, 0, 0},
         "time: out of range; give 1677-09-21T00:12:43.145224192Z to "
         "2262-04-11T23:47:16.854775806Z"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_time time;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_time_join(&time, &rows[i].date, &error), KL_INVALID);
        assert_string_equal(error.message, rows[i].message);
        kl_error_clear(&error);
    }
}

KL_TEST(durations_are_written_in_their_unit)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_duration duration;
        const char *text;
    } rows[] = {
        {0, "0ms"},
        {50 * KL_MILLISECOND, "50ms"},
        {999 * KL_MILLISECOND, "999ms"},
        {KL_SECOND, "1s"},
        {1500 * KL_MILLISECOND, "1.5s"},
        {90 * KL_SECOND, "90s"},
        {KL_MILLISECOND / 2, "0.5ms"},
        {1, "0.000001ms"},
        {-50 * KL_MILLISECOND, "-50ms"},
        {-KL_HOUR, "-3600s"},
        {INT64_MAX, "9223372036.854776s"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[32];
        assert_int_equal(kl_duration_print(text, rows[i].duration), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

KL_TEST(clocks_run_forwards)
{
    KL_UNUSED_STATE;
    kl_time wall = kl_time_now(), before = kl_clock_now();
    assert_true(kl_time_split(wall).year >= 2024);
    assert_true(kl_clock_now() >= before);
    assert_true(kl_clock_after(KL_HOUR) >= before + KL_HOUR);
    assert_int_equal(kl_clock_after(INT64_MAX), KL_TIME_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_every_offset_is_read_as_utc),
        cmocka_unit_test(malformed_text_is_shown),
        cmocka_unit_test(what_no_kl_time_holds_is_refused),
        cmocka_unit_test(every_form_of_time_text_is_written),
        cmocka_unit_test(the_calendar_agrees_with_the_c_library),
        cmocka_unit_test(a_date_out_of_range_is_named),
        cmocka_unit_test(durations_are_written_in_their_unit),
        cmocka_unit_test(clocks_run_forwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
