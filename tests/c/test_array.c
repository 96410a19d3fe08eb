/* Arrays: growing, sharing, slicing, sorting. */
#include "test.h"

KL_TEST(an_array_grows_and_reads)
{
    KL_UNUSED_STATE;
    kl_value array;
    assert_int_equal(kl_array_new(&array, 0, NULL), KL_OK);
    assert_null(kl_array_items(array));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(kl_array_push(&array, kl_int(i), NULL), KL_OK);
    assert_int_equal(kl_array_len(array), 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(kl_as_int(kl_array_at(array, i)), i);
    assert_true(kl_is_null(kl_array_at(array, 1000)));
    assert_true(kl_is_null(kl_array_at(kl_int(1), 0)));
    assert_int_equal(kl_as_int(kl_array_items(array)[999]), 999);
    kl_value_release(array);
}

KL_TEST(a_shared_array_is_copied_before_writing)
{
    KL_UNUSED_STATE;
    kl_value first = json("[1,[2],3]"), second = kl_value_retain(first), third = kl_value_retain(first);
    const kl_array *before = first.as.array;
    assert_int_equal(kl_array_push(&second, kl_int(4), NULL), KL_OK);
    assert_int_equal(kl_array_set(&third, 0, kl_null(), NULL), KL_OK);
    assert_ptr_equal(kl_array_at(first, 1).as.array, kl_array_at(second, 1).as.array);
    assert_json(second, "[1,[2],3,4]");
    assert_json(third, "[null,[2],3]");
    assert_int_equal(kl_array_set(&first, 0, kl_int(9), NULL), KL_OK); /* alone again: in place */
    assert_ptr_equal(first.as.array, before);
    assert_json(first, "[9,[2],3]");
}

KL_TEST(an_array_may_be_pushed_into_itself)
{
    KL_UNUSED_STATE;
    kl_value array = json("[1]");
    assert_int_equal(kl_array_push(&array, kl_value_retain(array), NULL), KL_OK);
    assert_json(array, "[1,[1]]");
}

KL_TEST(wrong_places_are_named)
{
    KL_UNUSED_STATE;
    kl_value array = json("[1]"), text = json("\"item\"");
    kl_value scalar = kl_int(1);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_array_set(&array, 1, kl_value_retain(text), &error), KL_INVALID);
    assert_string_equal(error.message, "index 1 is out of range; the array has 1 items");
    assert_int_equal(kl_array_push(&scalar, kl_value_retain(text), &error), KL_TYPE);
    assert_string_equal(error.message, "expected array, got integer");
    assert_int_equal(kl_array_sort(&scalar, &error), KL_TYPE);
    assert_null(kl_array_edit(&scalar, &error));
    assert_int_equal(text.as.payload->refs, 1); /* taken, also on failure */
    kl_error_clear(&error);
    kl_value_release(text);
    kl_value_release(array);
}

KL_TEST(a_slice_shares_its_items)
{
    KL_UNUSED_STATE;
    static const struct {
        size_t start, end;
        const char *slice;
    } rows[] = {{0, 3, "[\"a\",\"b\",\"c\"]"}, {1, 2, "[\"b\"]"},        {1, 99, "[\"b\",\"c\"]"},
                {2, 1, "[]"},                  {5, 9, "[]"},             {0, 0, "[]"},
                {0, SIZE_MAX, "[\"a\",\"b\",\"c\"]"}};
    kl_value array = json("[\"a\",\"b\",\"c\"]");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value slice;
        assert_int_equal(kl_array_slice(&slice, array, rows[i].start, rows[i].end, NULL), KL_OK);
        if (kl_array_len(slice))
            assert_ptr_equal(kl_array_at(slice, 0).as.string,
                             kl_array_at(array, rows[i].start).as.string);
        assert_json(slice, rows[i].slice);
    }
    kl_value none;
    assert_int_equal(kl_array_slice(&none, kl_null(), 0, 1, NULL), KL_OK);
    assert_json(none, "[]");
    kl_value_release(array);
}

KL_TEST(items_can_be_edited_in_place)
{
    KL_UNUSED_STATE;
    kl_value array = json("[1,2]"), other = kl_value_retain(array);
    kl_value *items = kl_array_edit(&array, NULL);
    assert_non_null(items);
    items[0] = kl_int(5);
    assert_json(array, "[5,2]");
    assert_json(other, "[1,2]");
}

KL_TEST(sorting_follows_the_total_order)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *before, *after;
    } rows[] = {
        {"[]", "[]"},
        {"[3,1,2]", "[1,2,3]"},
        {"[1.5,1,2,10]", "[1,1.5,2,10]"},
        {"[\"b\",null,[1],{\"a\":1},true,2,\"a\",[0]]",
         "[null,true,2,\"a\",\"b\",[0],[1],{\"a\":1}]"},
        {"[[2,1],[1,2],[1]]", "[[1],[1,2],[2,1]]"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value array = json(rows[i].before);
        assert_int_equal(kl_array_sort(&array, NULL), KL_OK);
        assert_json(array, rows[i].after);
    }
}

KL_TEST(sorting_is_stable_and_spares_other_owners)
{
    KL_UNUSED_STATE;
    enum { COUNT = 1000 };
    kl_value array;
    assert_int_equal(kl_array_new(&array, 0, NULL), KL_OK);
    srand(3);
    for (int i = 0; i < COUNT; i++) /* 0.0 and -0.0 compare equal but differ */
        assert_int_equal(kl_array_push(&array, rand() % 2 ? kl_double(rand() % 2 ? 0.0 : -0.0)
                                                          : kl_int(rand() % 50), NULL), KL_OK);
    kl_value before = kl_value_retain(array);
    assert_int_equal(kl_array_sort(&array, NULL), KL_OK);
    assert_ptr_not_equal(before.as.array, array.as.array);
    size_t zero = 0;
    for (size_t i = 0; i < COUNT; i++) {
        int order = 0;
        kl_value item = kl_array_at(array, i);
        if (i > 0)
            assert_int_equal(kl_value_compare(&order, kl_array_at(array, i - 1), item, NULL), KL_OK);
        assert_true(order <= 0);
        if (!kl_is(item, KL_KIND_DOUBLE))
            continue;
        while (!kl_is(kl_array_at(before, zero), KL_KIND_DOUBLE))
            zero++;
        kl_value expected = kl_array_at(before, zero++);
        assert_memory_equal(&item.as.real, &expected.as.real, sizeof item.as.real);
    }
    kl_value_release(before);
    kl_value_release(array);
}

KL_TEST(arrays_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value array = kl_null(), slice = kl_null(), copy = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_array_new(&array, 0, &error);
        for (int i = 9; i > 0 && status == KL_OK; i--)
            status = kl_array_push_text(&array, KL_TEXT("text"), &error);
        if (status == KL_OK) {
            copy = kl_value_retain(array);
            status = kl_array_set(&array, 3, kl_int(1), &error);
        }
        if (status == KL_OK)
            status = kl_array_sort(&array, &error);
        if (status == KL_OK)
            status = kl_array_slice(&slice, array, 1, 5, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_error_clear(&error);
        kl_value_release(array);
        kl_value_release(slice);
        kl_value_release(copy);
    }
}

KL_TEST(an_impossible_size_is_no_memory)
{
    KL_UNUSED_STATE;
    kl_value array = kl_null();
    assert_int_equal(kl_array_new(&array, SIZE_MAX, NULL), KL_NO_MEMORY);
    assert_int_equal(kl_array_new(&array, SIZE_MAX / sizeof(kl_value), NULL), KL_NO_MEMORY);
    assert_true(kl_is_null(array));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows_and_reads),
        cmocka_unit_test(a_shared_array_is_copied_before_writing),
        cmocka_unit_test(an_array_may_be_pushed_into_itself),
        cmocka_unit_test(wrong_places_are_named),
        cmocka_unit_test(a_slice_shares_its_items),
        cmocka_unit_test(items_can_be_edited_in_place),
        cmocka_unit_test(sorting_follows_the_total_order),
        cmocka_unit_test(sorting_is_stable_and_spares_other_owners),
        cmocka_unit_test(arrays_survive_every_failed_allocation),
        cmocka_unit_test(an_impossible_size_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
