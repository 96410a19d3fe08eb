/* Sorting by keys: the right order, equal keys in the order they came, and no memory. */
#include "test.h"
#include "sort.h"

#include <math.h>

enum { COUNT_MAX = 3000 };

static uint64_t state = 7;

static uint64_t draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 16;
}

static kl_value draw_string(void)
{
    char text[16];
    size_t len = draw() % 13;
    kl_value value;
    for (size_t i = 0; i < len; i++)
        text[i] = "ab\0z"[i < 8 ? (draw() % 16 == 0) : draw() % 4];
    assert_int_equal(kl_string_from_valid(&value, (kl_text){text, len}, NULL), KL_OK);
    return value;
}

static kl_value draw_real(void)
{
    static const double some[] = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1e300, -1e-300, 5.0};
    if (draw() % 4 == 0)
        return kl_double(some[draw() % KL_COUNT(some)]);
    return kl_double(((double)(draw() % 2001) - 1000) / 7);
}

static kl_value draw_int(void)
{
    return kl_int(draw() % 4 ? (int64_t)(draw() % 200) - 100 : (int64_t)(draw() << 20 ^ draw()));
}

static kl_value draw_small(void)
{
    return draw() % 2 ? kl_int((int64_t)(draw() % 20) - 10) : kl_double((double)(draw() % 20) - 10);
}

static kl_value draw_number(void) { return draw() % 2 ? draw_int() : draw_real(); }

static kl_value draw_any(void)
{
    return draw() % 3 == 0 ? kl_null() : draw() % 2 ? draw_string() : draw_number();
}

static int order_of(kl_value a, kl_value b)
{
    int order;
    if (kl_is_number(a) && kl_is_number(b))
        return kl_number_compare(a, b);
    assert_int_equal(kl_value_compare(&order, a, b, NULL), KL_OK);
    return order;
}

static void sorts(size_t count, kl_value (*key)(void), bool descending)
{
    static kl_sort_pair pairs[COUNT_MAX];
    kl_work work = {0};
    for (size_t i = 0; i < count; i++)
        pairs[i] = (kl_sort_pair){key(), kl_int((int64_t)i)};
    assert_int_equal(kl_sort_pairs(pairs, count, descending, &work, NULL), KL_OK);
    for (size_t i = 1; i < count; i++) {
        int order = order_of(pairs[i - 1].key, pairs[i].key);
        assert_true(descending ? order >= 0 : order <= 0);
        assert_true(order != 0 || pairs[i - 1].item.as.integer < pairs[i].item.as.integer);
    }
    for (size_t i = 0; i < count; i++)
        kl_value_release(pairs[i].key);
}

KL_TEST(keys_of_all_kinds_are_ordered_and_equal_ones_keep_theirs)
{
    KL_UNUSED_STATE;
    static const size_t counts[] = {0, 1, 2, 3, 17, 511, 512, 513, COUNT_MAX};
    kl_value (*const keys[])(void) = {draw_int, draw_real, draw_small, draw_number, draw_string, draw_any};
    for (size_t i = 0; i < KL_COUNT(counts); i++)
        for (size_t j = 0; j < KL_COUNT(keys); j++)
            for (int descending = 0; descending < 2; descending++)
                sorts(counts[i], keys[j], descending);
}

KL_TEST(without_memory_nothing_is_lost)
{
    KL_UNUSED_STATE;
    static kl_sort_pair pairs[1000];
    for (size_t n = 1, failed = 1; failed; n++) {
        kl_work work = {0};
        int64_t sum = 0;
        for (size_t i = 0; i < KL_COUNT(pairs); i++)
            pairs[i] = (kl_sort_pair){kl_int((int64_t)(i * 7919 % 1000)), kl_int((int64_t)i)};
        kl_test_fail_allocation(n);
        kl_status status = kl_sort_pairs(pairs, KL_COUNT(pairs), false, &work, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        for (size_t i = 0; i < KL_COUNT(pairs); i++)
            sum += pairs[i].item.as.integer;
        assert_int_equal(sum, 999 * 1000 / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_all_kinds_are_ordered_and_equal_ones_keep_theirs),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
