/* Texts that come again are shared; what is made is always the text that was asked for. */
#include "test.h"
#include "parallel.h"
#include "text_share.h"

enum { MANY = 40000 };

static kl_value make(kl_strings *strings, const char *text)
{
    kl_value value;
    assert_int_equal(kl_strings_make(&value, strings, kl_text_from(text), NULL), KL_OK);
    assert_true(kl_text_is(kl_as_text(value), text));
    assert_int_equal(kl_as_text(value).data[strlen(text)], '\0');
    return value;
}

/* Until texts are looked for. */
static void warm_up(kl_strings *strings)
{
    char text[32];
    for (size_t i = 0; i < KL_TEXT_SHARE_WARM_UP; i++) {
        snprintf(text, sizeof text, "warm %zu", i);
        kl_value_release(make(strings, text));
    }
}

static uint32_t owners(kl_value value) { return value.as.payload->refs; }

KL_TEST(a_text_is_shared_from_the_second_time_on)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {"", "a", "ab", "abc", "four", "sevente", "eight888", "exactly sixteen.",
                                        "seventeen letters", "as long as can be: thirty-two by."};
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_strings strings = KL_STRINGS_INIT;
        warm_up(&strings);
        kl_value first = make(&strings, texts[i]), second = make(&strings, texts[i]), third = make(&strings, texts[i]);
        bool is_short = strlen(texts[i]) <= KL_SHARED_TEXT_MAX;
        assert_ptr_not_equal(first.as.string, second.as.string);
        assert_int_equal(second.as.string == third.as.string, is_short);
        kl_strings_end(&strings);
        assert_int_equal(owners(first), 1);
        assert_int_equal(owners(second), is_short ? 2 : 1);
        assert_true(kl_text_is(kl_as_text(third), texts[i]));
        kl_value_release(first);
        kl_value_release(second);
        assert_true(kl_text_is(kl_as_text(third), texts[i]));
        kl_value_release(third);
    }
}

KL_TEST(texts_of_the_same_ends_stay_apart)
{
    KL_UNUSED_STATE;
    kl_strings strings = KL_STRINGS_INIT;
    kl_value values[300];
    char text[32];
    warm_up(&strings);
    for (size_t i = 0; i < KL_COUNT(values); i++) {
        snprintf(text, sizeof text, "the same%c%cthe same", (char)('a' + i % 3), (char)('a' + i % 2));
        values[i] = make(&strings, text);
    }
    kl_strings_end(&strings);
    for (size_t i = 0; i < KL_COUNT(values); i++) {
        snprintf(text, sizeof text, "the same%c%cthe same", (char)('a' + i % 3), (char)('a' + i % 2));
        assert_true(kl_text_is(kl_as_text(values[i]), text));
        kl_value_release(values[i]);
    }
}

static size_t number_at(size_t i, size_t kinds) { return i * 7919 % kinds; }

/* How many strings stand for MANY texts of so many kinds. */
static size_t count_strings(size_t kinds)
{
    kl_strings strings = KL_STRINGS_INIT;
    kl_value *values = calloc(MANY, sizeof *values);
    char text[32];
    size_t holders = 0, strings_met = 0;
    assert_non_null(values);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "kind %zu", number_at(i, kinds));
        values[i] = make(&strings, text);
    }
    kl_strings_end(&strings);
    for (size_t i = 0; i < MANY; i++) { /* each counts once, when its last holder goes */
        snprintf(text, sizeof text, "kind %zu", number_at(i, kinds));
        assert_true(kl_text_is(kl_as_text(values[i]), text));
        strings_met += owners(values[i]) == 1;
        holders++;
        kl_value_release(values[i]);
    }
    assert_int_equal(holders, MANY);
    free(values);
    return strings_met;
}

KL_TEST(few_strings_stand_for_many_equal_texts)
{
    KL_UNUSED_STATE;
    assert_true(count_strings(1) < 2000);
    assert_true(count_strings(1000) < 6000);
    assert_int_equal(count_strings(MANY), MANY);
    assert_true(count_strings(MANY / 2) > MANY / 2);
}

KL_TEST(a_popular_text_stays_among_many_others)
{
    KL_UNUSED_STATE;
    kl_strings strings = KL_STRINGS_INIT;
    char text[32];
    size_t made = 0;
    kl_value *popular = calloc(MANY, sizeof *popular);
    assert_non_null(popular);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "other %zu", i);
        kl_value_release(make(&strings, text));
        popular[i] = make(&strings, "popular");
    }
    kl_strings_end(&strings);
    for (size_t i = 0; i < MANY; i++) {
        made += owners(popular[i]) == 1;
        kl_value_release(popular[i]);
    }
    free(popular);
    assert_true(made < MANY / 10);
}

KL_TEST(without_memory_nothing_is_shared_and_nothing_lost)
{
    KL_UNUSED_STATE;
    kl_strings strings = KL_STRINGS_INIT;
    warm_up(&strings);
    kl_test_fail_allocation(1); /* the table of those seen lately; the string lies in a slab that is there */
    kl_value first = make(&strings, "again");
    size_t failures = kl_test_failed_allocations();
    kl_test_fail_allocation(0);
#if !KL_MEMORY_IS_CHECKED
    assert_int_equal(failures, 1);
#else
    (void)failures;
#endif
    kl_value second = make(&strings, "again"), third = make(&strings, "again");
    assert_ptr_not_equal(second.as.string, third.as.string);
    kl_strings_end(&strings);
    kl_value_release(first);
    kl_value_release(second);
    kl_value_release(third);
}

typedef struct loop_data {
    kl_loop_strings strings;
    kl_value *values;
} loop_data;

static kl_status make_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const loop_data *loop = data;
    char text[32];
    (void)block;
    for (size_t i = begin; i < end; i++) {
        int len = snprintf(text, sizeof text, "kind %zu", number_at(i, 100));
        KL_TRY(kl_strings_make(&loop->values[i], kl_loop_strings_mine(&loop->strings), (kl_text){text, (size_t)len},
                               error));
    }
    return KL_OK;
}

KL_TEST(each_thread_of_a_loop_has_its_own)
{
    KL_UNUSED_STATE;
    loop_data loop = {.values = calloc(MANY, sizeof *loop.values)};
    char text[32];
    assert_non_null(loop.values);
    assert_int_equal(kl_loop_strings_begin(&loop.strings, NULL), KL_OK);
    assert_int_equal(kl_parallel_try(MANY, 1000, make_block, &loop, NULL), KL_OK);
    kl_loop_strings_end(&loop.strings);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "kind %zu", number_at(i, 100));
        assert_true(kl_text_is(kl_as_text(loop.values[i]), text));
        kl_value_release(loop.values[i]);
    }
    free(loop.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_shared_from_the_second_time_on),
        cmocka_unit_test(texts_of_the_same_ends_stay_apart),
        cmocka_unit_test(few_strings_stand_for_many_equal_texts),
        cmocka_unit_test(a_popular_text_stays_among_many_others),
        cmocka_unit_test(without_memory_nothing_is_shared_and_nothing_lost),
        cmocka_unit_test(each_thread_of_a_loop_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
