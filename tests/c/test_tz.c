#include "base/buffer.h"
#include "base/tz.h"
#include "kailash/time.h"
#include "test.h"
#include "sweep.h"

#include <dirent.h>
#include <pthread.h>
#include <time.h>

static int64_t seconds(const char *text)
{
    kl_time time;
    assert_int_equal(kl_time_parse(&time, kl_text_from(text), NULL), KL_OK);
    return time / KL_SECOND;
}

KL_TEST(offsets_change_when_the_law_says)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *zone, *time;
        int32_t offset;
    } rows[] = {
        {"UTC", "2026-07-01T00:00:00Z", 0},
        {"Europe/Berlin", "2026-03-29T00:59:59Z", 3600},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 7200},
        {"Europe/Berlin", "2026-10-25T00:59:59Z", 7200},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", 3600},
        {"Europe/Berlin", "2199-07-01T00:00:00Z", 7200},
        {"Europe/Berlin", "1800-01-01T00:00:00Z", 3208}, /* local mean time */
        {"America/New_York", "2045-11-05T05:59:59Z", -14400},
        {"America/New_York", "2045-11-05T06:00:00Z", -18000},
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 20700},
        {"Australia/Lord_Howe", "2050-01-01T00:00:00Z", 39600}, /* summer time of half an hour */
        {"Australia/Lord_Howe", "2050-07-01T00:00:00Z", 37800},
        {"America/Argentina/Buenos_Aires", "2026-01-01T00:00:00Z", -10800},
        {"Etc/GMT+5", "2026-01-01T00:00:00Z", -18000},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_tz *tz;
        assert_int_equal(kl_tz_find(&tz, kl_text_from(rows[i].zone), NULL), KL_OK);
        int32_t offset = kl_tz_offset(tz, seconds(rows[i].time));
        if (offset != rows[i].offset)
            fail_msg("%s %s: %d", rows[i].zone, rows[i].time, offset);
    }
}

KL_TEST(a_zone_is_found_once)
{
    KL_UNUSED_STATE;
    const kl_tz *a, *b;
    assert_int_equal(kl_tz_find(&a, KL_TEXT("Europe/Berlin"), NULL), KL_OK);
    assert_int_equal(kl_tz_find(&b, KL_TEXT("Europe/Berlin"), NULL), KL_OK);
    assert_ptr_equal(a, b);
}

KL_TEST(what_is_no_name_of_a_zone_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const names[] = {"", "/etc/passwd", "../../etc/passwd", "Europe//Berlin", "Europe/",
                                        "Europe", "Nowhere/Atall", "Europe/Berlin\n", "zone.tab",
                                        "Europe/Ber lin", "\xC3\xA9",
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        const kl_tz *tz = NULL;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_tz_find(&tz, kl_text_from(names[i]), &error), KL_INVALID);
        assert_non_null(strstr(error.message, "time zone"));
        assert_null(tz);
        kl_error_clear(&error);
    }
}

KL_TEST(changes_are_told_in_order)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *zone, *time, *next;
    } rows[] = {
        {"Europe/Berlin", "2026-01-01T00:00:00Z", "2026-03-29T01:00:00Z"},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"},
        {"Europe/Berlin", "2099-12-01T00:00:00Z", "2100-03-28T01:00:00Z"},
        {"Australia/Sydney", "2099-12-31T00:00:00Z", "2100-04-03T16:00:00Z"},
        {"UTC", "2026-01-01T00:00:00Z", NULL},
        {"Asia/Tokyo", "2026-01-01T00:00:00Z", NULL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_tz *tz;
        assert_int_equal(kl_tz_find(&tz, kl_text_from(rows[i].zone), NULL), KL_OK);
        int64_t expected = rows[i].next ? seconds(rows[i].next) : INT64_MAX;
        assert_true(kl_tz_next(tz, seconds(rows[i].time)) == expected);
    }
    const kl_tz *tz;
    assert_int_equal(kl_tz_find(&tz, KL_TEXT("Europe/Berlin"), NULL), KL_OK);
    assert_int_equal(kl_tz_offset(tz, INT64_MIN), 3208);
    assert_true(kl_tz_offset(tz, INT64_MAX) == 3600 || kl_tz_offset(tz, INT64_MAX) == 7200);
    assert_true(kl_tz_next(tz, INT64_MAX) == INT64_MAX);
}

/* ---- the C library as judge ------------------------------------------------------------------------- */

static void compare_zone(const char *name)
{
    const kl_tz *tz;
    kl_error error = KL_ERROR_INIT;
    if (kl_tz_find(&tz, kl_text_from(name), &error) != KL_OK)
        fail_msg("%s: %s", name, kl_error_message(&error));
    setenv("TZ", name, 1);
    tzset();
    /* Steps that hit all times of the year, from 1901 to 2120. */
    for (time_t t = -2177452800; t < 4733510400; t += 11 * 86400 + 4321) {
        struct tm local;
        localtime_r(&t, &local);
        if (kl_tz_offset(tz, t) != local.tm_gmtoff)
            fail_msg("%s at %lld: %d, the C library has %ld", name, (long long)t, kl_tz_offset(tz, t),
                     local.tm_gmtoff);
    }
    for (int64_t t = 1700000000, next; t < 2100000000 && (next = kl_tz_next(tz, t)) < 2100000000; t = next)
        assert_true(next > t);
}

KL_TEST(all_zones_are_as_the_c_library_has_them)
{
    KL_UNUSED_STATE;
    static const char *const areas[] = {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"};
    size_t zones = 0;
    for (size_t i = 0; i < KL_COUNT(areas); i++) {
        char path[128], name[300];
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", areas[i]);
        DIR *folder = opendir(path);
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
                continue;
            snprintf(name, sizeof name, "%s/%s", areas[i], entry->d_name);
            compare_zone(name);
            zones++;
        }
        if (folder)
            closedir(folder);
    }
    unsetenv("TZ");
    tzset();
    assert_true(zones > 300);
}

/* ---- files ------------------------------------------------------------------------------------------ */

/* A file of version 2 with one change and a rule. */
static void write_zone(kl_buffer *to, uint32_t leaps, uint8_t kind, int32_t offset, const char *rule)
{
    static const char counts[] = "\0\0\0\0\0\0\0\0";
    for (int version = 1; version <= 2; version++) {
        bool is_second = version == 2;
        kl_buffer_add(to, KL_TEXT("TZif2"));
        kl_buffer_add(to, (kl_text){counts, 5});
        kl_buffer_add(to, (kl_text){counts, 5});
        kl_buffer_add(to, (kl_text){counts, 5});
        char numbers[24] = {0};
        numbers[11] = (char)(is_second ? leaps : 0);
        numbers[15] = (char)is_second; /* times */
        numbers[19] = 1;               /* types */
        numbers[23] = 4;               /* characters */
        kl_buffer_add(to, (kl_text){numbers, 24});
        if (is_second) {
            kl_buffer_add(to, (kl_text){"\0\0\0\0\0\0\0\x0A", 8});
            kl_buffer_byte(to, (char)kind);
        }
        const char type[6] = {(char)(offset >> 24), (char)(offset >> 16), (char)(offset >> 8), (char)offset};
        kl_buffer_add(to, (kl_text){type, 6});
        kl_buffer_add(to, (kl_text){"ABC", 4});
    }
    kl_buffer_byte(to, '\n');
    kl_buffer_string(to, rule);
    kl_buffer_byte(to, '\n');
}

KL_TEST(malformed_files_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        uint32_t leaps;
        uint8_t kind;
        int32_t offset;
        const char *rule, *message; /* NULL: it is well formed */
    } rows[] = {
        {0, 0, 3600, "ABC-1", NULL},
        {0, 0, 3600, "", NULL},
        {0, 0, 3600, "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", NULL},
        {0, 0, 3600, "ABC-1DEF,J60/0,300/24", NULL},
        {0, 0, 3600, "ABC-1:30:15DEF-2,M3.5.0,M10.5.0", NULL},
        {1, 0, 3600, "", "ends within a block"},
        {0, 1, 3600, "", "a change to a type that is not there"},
        {0, 0, 200000, "", "an offset is out of range"},
        {0, 0, 3600, "A-1", "rule for later years"},
        {0, 0, 3600, "ABC", "rule for later years"},
        {0, 0, 3600, "ABC-25", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,M13.5.0,M10.5.0", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,M3.6.0,M10.5.0", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,J0,J365", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,0,366", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,M3.5.0", "rule for later years"},
        {0, 0, 3600, "ABC-1DEF,M3.5.0,M10.5.0x", "rule for later years"},
        {0, 0, 3600, "<ABC-1", "rule for later years"},
        {0, 0, 3600, "ABC-99999999999999999999", "rule for later years"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_buffer bytes = KL_BUFFER_INIT;
        kl_tz *tz = NULL;
        kl_error error = KL_ERROR_INIT;
        write_zone(&bytes, rows[i].leaps, rows[i].kind, rows[i].offset, rows[i].rule);
        kl_status status = kl_tz_read(&tz, kl_buffer_text(&bytes), &error);
        assert_int_equal(status, rows[i].message ? KL_INVALID : KL_OK);
        if (rows[i].message)
            assert_non_null(strstr(error.message, rows[i].message));
        else if (rows[i].rule[0] == 0)
            assert_int_equal(kl_tz_offset(tz, 11), rows[i].offset);
        kl_tz_free(tz);
        kl_error_clear(&error);
        kl_buffer_free(&bytes);
    }
}

KL_TEST(a_file_that_was_cut_is_refused_wherever)
{
    KL_UNUSED_STATE;
    kl_buffer bytes = KL_BUFFER_INIT;
    write_zone(&bytes, 0, 0, 3600, "ABC-1DEF,M3.5.0,M10.5.0");
    for (size_t len = 0; len < bytes.len; len++) {
        kl_tz *tz = NULL;
        char *copy = kl_strdup((kl_text){bytes.data, len}); /* of its own, for the sanitizer */
        assert_int_equal(kl_tz_read(&tz, (kl_text){copy, len}, NULL), KL_INVALID);
        kl_free(copy);
    }
    for (size_t i = 20; i < 44; i++) { /* a count that is too large */
        char old = bytes.data[i];
        kl_tz *tz = NULL;
        bytes.data[i] = (char)0xFF;
        assert_int_equal(kl_tz_read(&tz, kl_buffer_text(&bytes), NULL), KL_INVALID);
        bytes.data[i] = old;
    }
    kl_buffer_free(&bytes);
}

static kl_status find_new(void *data)
{
    static const char *const names[] = {"Asia/Manila", "Asia/Seoul", "Asia/Dubai", "Asia/Dhaka"};
    size_t *next = data;
    const kl_tz *tz;
    return kl_tz_find(&tz, kl_text_from(names[(*next)++ % KL_COUNT(names)]), NULL);
}

KL_TEST(want_of_memory_is_an_error)
{
    KL_UNUSED_STATE;
    size_t next = 0;
    assert_true(sweep(find_new, &next) >= 2);
}

/* ---- threads ---------------------------------------------------------------------------------------- */

static void *find_all(void *data)
{
    static const char *const names[] = {"Africa/Cairo", "America/Lima", "Asia/Tehran", "Europe/Paris",
                                        "Pacific/Auckland"};
    const kl_tz **found = data;
    for (size_t round = 0; round < 50; round++)
        for (size_t i = 0; i < KL_COUNT(names); i++)
            if (kl_tz_find(&found[i], kl_text_from(names[i]), NULL) != KL_OK)
                return NULL;
    return data;
}

KL_TEST(threads_find_the_same_zones)
{
    KL_UNUSED_STATE;
    enum { THREADS = 8, ZONES = 5 };
    const kl_tz *found[THREADS][ZONES];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, find_all, found[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *done;
        pthread_join(threads[i], &done);
        assert_non_null(done);
        assert_memory_equal(found[i], found[0], sizeof found[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_change_when_the_law_says),
        cmocka_unit_test(a_zone_is_found_once),
        cmocka_unit_test(what_is_no_name_of_a_zone_is_refused),
        cmocka_unit_test(changes_are_told_in_order),
        cmocka_unit_test(want_of_memory_is_an_error),
        cmocka_unit_test(threads_find_the_same_zones),
        cmocka_unit_test(all_zones_are_as_the_c_library_has_them),
        cmocka_unit_test(malformed_files_are_refused),
        cmocka_unit_test(a_file_that_was_cut_is_refused_wherever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
