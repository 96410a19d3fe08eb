/* src/eatp/week.c - times of the week as spans of seconds. */
#include "week.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                   "friday", "saturday", "sunday"};
enum { EVERY_DAY = 127 };

void kl_week_end(kl_week *week)
{
    kl_free(week->spans);
    *week = (kl_week){0};
}

/* ---- building ------------------------------------------------------------------------------------ */

static kl_status with_room(kl_week *out, size_t spans, kl_error *error)
{
    out->count = 0;
    out->spans = kl_alloc_zero(spans ? spans : 1, sizeof *out->spans);
    return out->spans ? KL_OK : kl_error_no_memory(error);
}

/* Add [from, until) where it wraps at the end of the week: one span or two. */
static void add(kl_week *week, int32_t from, int32_t until)
{
    if (from >= until)
        return;
    if (from >= KL_WEEK_SECONDS) {
        from -= KL_WEEK_SECONDS;
        until -= KL_WEEK_SECONDS;
    }
    week->spans[week->count++] = (kl_span){from, KL_MIN(until, KL_WEEK_SECONDS)};
    if (until > KL_WEEK_SECONDS)
        week->spans[week->count++] = (kl_span){0, until - KL_WEEK_SECONDS};
}

static int compare(const void *left, const void *right)
{
    const kl_span *a = left, *b = right;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* In order, and what overlaps or touches becomes one. */
static void settle(kl_week *week)
{
    size_t kept = 0;
    qsort(week->spans, week->count, sizeof *week->spans, compare);
    for (size_t i = 0; i < week->count; i++) {
        kl_span span = week->spans[i];
        if (kept && span.from <= week->spans[kept - 1].until)
            week->spans[kept - 1].until = KL_MAX(week->spans[kept - 1].until, span.until);
        else
            week->spans[kept++] = span;
    }
    week->count = kept;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static int two_digits(const char *at)
{
    bool fits = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9';
    return fits ? 10 * (at[0] - '0') + (at[1] - '0') : 99;
}

/* Seconds from midnight; -1 when the text is no time of a day. */
static int32_t time_of_day(kl_text text, bool is_end)
{
    if ((text.len != 5 && text.len != 8) || text.data[2] != ':' ||
        (text.len == 8 && text.data[5] != ':'))
        return -1;
    int hour = two_digits(text.data), minute = two_digits(text.data + 3);
    int second = text.len == 8 ? two_digits(text.data + 6) : 0;
    if (is_end && (kl_text_is(text, "23:59") || kl_text_is(text, "23:59:59")))
        return KL_DAY_SECONDS;
    if (is_end && hour == 24 && minute == 0 && second == 0)
        return KL_DAY_SECONDS;
    return hour > 23 || minute > 59 || second > 59 ? -1 : 3600 * hour + 60 * minute + second;
}

static int day_of(kl_text word)
{
    for (int i = 0; i < 7; i++)
        if (word.len == strlen(days[i]) && strncasecmp(word.data, days[i], word.len) == 0)
            return i;
    return -1;
}

/* A list of days, or null for every day. */
static kl_status days_of(unsigned *out, kl_value given, const char *what, size_t at, kl_error *error)
{
    unsigned found = 0;
    *out = EVERY_DAY;
    if (kl_is_null(given))
        return KL_OK;
    for (size_t i = 0; i < kl_array_len(given); i++) {
        kl_text text = kl_as_text(kl_array_at(given, i));
        int day = day_of(text);
        if (day < 0)
            return kl_error_set(error, KL_INVALID,
                                "%s[%zu].day_of_week: unknown day '%.*s'; expected monday to sunday",
                                what, at, (int)KL_MIN(text.len, 40), text.data);
        found |= 1u << day;
    }
    *out = found;
    return KL_OK;
}

static kl_status time_in(int32_t *out, kl_value window, const char *name, const char *what,
                         size_t at, kl_error *error)
{
    kl_text text = kl_as_text(kl_map_get(window, kl_text_from(name)));
    *out = time_of_day(text, name[0] == 'e');
    if (*out < 0)
        return kl_error_set(error, KL_INVALID,
                            "%s[%zu].%s: '%.*s' is no time of day; expected HH:MM", what, at, name,
                            (int)KL_MIN(text.len, 40), text.data);
    return KL_OK;
}

static kl_status read_window(kl_week *to, kl_value window, const char *what, size_t at,
                             kl_error *error)
{
    unsigned on;
    int32_t start, end;
    KL_TRY(days_of(&on, kl_map_get(window, KL_TEXT("day_of_week")), what, at, error));
    KL_TRY(time_in(&start, window, "start_time", what, at, error));
    KL_TRY(time_in(&end, window, "end_time", what, at, error));
    if (end < start)
        end += KL_DAY_SECONDS;
    for (int day = 0; day < 7; day++)
        if (on & (1u << day))
            add(to, day * KL_DAY_SECONDS + start, day * KL_DAY_SECONDS + end);
    return KL_OK;
}

kl_status kl_week_read(kl_week *out, kl_value windows, const char *what, kl_error *error)
{
    kl_week week;
    kl_status status;
    size_t count = kl_array_len(windows);
    KL_TRY(with_room(&week, 14 * count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(read_window(&week, kl_array_at(windows, i), what, i, error));
    settle(&week);
    *out = week;
    return KL_OK;
out:
    kl_week_end(&week);
    return status;
}

/* ---- asking -------------------------------------------------------------------------------------- */

bool kl_week_has(const kl_week *week, int64_t second)
{
    second %= KL_WEEK_SECONDS;
    second += second < 0 ? KL_WEEK_SECONDS : 0;
    for (size_t i = 0; i < week->count && week->spans[i].from <= second; i++)
        if (second < week->spans[i].until)
            return true;
    return false;
}

int64_t kl_week_second(int64_t time, int32_t offset)
{
    int64_t second = (time + offset + 3 * KL_DAY_SECONDS) % KL_WEEK_SECONDS; /* 1970-01-01: Thursday */
    return second < 0 ? second + KL_WEEK_SECONDS : second;
}

bool kl_week_within(const kl_week *inner, const kl_week *outer)
{
    for (size_t i = 0, k = 0; i < inner->count; i++) {
        while (k < outer->count && outer->spans[k].until < inner->spans[i].until)
            k++;
        if (k == outer->count || outer->spans[k].from > inner->spans[i].from)
            return false;
    }
    return true;
}

bool kl_week_equal(const kl_week *a, const kl_week *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->spans, b->spans, a->count * sizeof *a->spans) == 0);
}

kl_status kl_week_intersect(kl_week *out, const kl_week *a, const kl_week *b, kl_error *error)
{
    KL_TRY(with_room(out, a->count + b->count, error));
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        add(out, KL_MAX(a->spans[i].from, b->spans[k].from),
            KL_MIN(a->spans[i].until, b->spans[k].until));
        if (a->spans[i].until < b->spans[k].until)
            i++;
        else
            k++;
    }
    return KL_OK;
}

kl_status kl_week_shift(kl_week *out, const kl_week *week, int32_t seconds, kl_error *error)
{
    KL_TRY(with_room(out, 2 * week->count, error));
    seconds %= KL_WEEK_SECONDS;
    seconds += seconds < 0 ? KL_WEEK_SECONDS : 0;
    for (size_t i = 0; i < week->count; i++)
        add(out, week->spans[i].from + seconds, week->spans[i].until + seconds);
    settle(out);
    return KL_OK;
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* The part of a span that lies on one day, and on which days it is the same. */
typedef struct window {
    int32_t start, end; /* seconds from midnight */
    unsigned on;
} window;

static size_t put_window(window *all, size_t count, window one)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].start == one.start && all[i].end == one.end) {
            all[i].on |= one.on;
            return count;
        }
    all[count] = one;
    return count + 1;
}

static size_t split_by_days(window *out, const kl_week *week)
{
    size_t count = 0;
    for (size_t i = 0; i < week->count; i++)
        for (int32_t from = week->spans[i].from; from < week->spans[i].until;) {
            int32_t day = from / KL_DAY_SECONDS, midnight = day * KL_DAY_SECONDS;
            int32_t until = KL_MIN(week->spans[i].until, midnight + KL_DAY_SECONDS);
            count = put_window(out, count, (window){from - midnight, until - midnight, 1u << day});
            from = until;
        }
    return count;
}

static kl_status write_time(kl_value *map, const char *name, int32_t time, kl_error *error)
{
    char text[32];
    int hour = time / 3600 % 24, minute = time / 60 % 60, second = time % 60;
    bool is_plain = second == 0 && !(hour == 23 && minute == 59);
    int len = is_plain ? snprintf(text, sizeof text, "%02d:%02d", hour, minute)
                       : snprintf(text, sizeof text, "%02d:%02d:%02d", hour, minute, second);
    return kl_map_set_text(map, kl_text_from(name), (kl_text){text, (size_t)len}, error);
}

/* A window to the end of its day ends at the midnight that follows, which a whole day cannot say;
 * and 23:59:59 would read as more than it is. */
static kl_status write_end(kl_value *map, const window *w, kl_error *error)
{
    if (w->end == KL_DAY_SECONDS && w->start == 0)
        return kl_map_set_text(map, KL_TEXT("end_time"), KL_TEXT("23:59"), error);
    int32_t end = w->end == KL_DAY_SECONDS - 1 ? w->end - 1 : w->end;
    return write_time(map, "end_time", end, error);
}

static kl_status write_days(kl_value *map, unsigned on, kl_error *error)
{
    kl_value list = kl_null();
    kl_status status = KL_OK;
    if (on != EVERY_DAY) {
        KL_TRY(kl_array_new(&list, 7, error));
        for (int day = 0; status == KL_OK && day < 7; day++)
            if (on & (1u << day))
                status = kl_array_push_text(&list, kl_text_from(days[day]), error);
    }
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    return kl_map_set(map, KL_TEXT("day_of_week"), list, error);
}

static kl_status write_window(kl_value *array, const window *w, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(write_days(&map, w->on, error));
    KL_TRY_OUT(write_time(&map, "start_time", w->start, error));
    KL_TRY_OUT(write_end(&map, w, error));
    return kl_array_push(array, map, error);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_week_write(kl_value *out, const kl_week *week, kl_error *error)
{
    window *all = kl_alloc_zero(week->count + 7, sizeof *all); /* a span has a part on each of 7 days */
    kl_value array = kl_null();
    kl_status status;
    if (!all)
        return kl_error_no_memory(error);
    size_t count = split_by_days(all, week);
    KL_TRY_OUT(kl_array_new(&array, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(write_window(&array, &all[i], error));
    *out = array;
    kl_free(all);
    return KL_OK;
out:
    kl_value_release(array);
    kl_free(all);
    return status;
}
