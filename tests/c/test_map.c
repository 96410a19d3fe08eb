/* Maps: order, copy on write, shapes, indexes. */
#include "test.h"

static kl_value string(const char *text)
{
    kl_value value;
    assert_int_equal(kl_string_new(&value, kl_text_from(text), NULL), KL_OK);
    return value;
}

KL_TEST(insertion_order_is_kept)
{
    KL_UNUSED_STATE;
    kl_value map;
    assert_int_equal(kl_map_new(&map, 0, NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("b"), kl_int(1), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("a"), kl_int(2), NULL), KL_OK);
    assert_int_equal(kl_map_set_text(&map, KL_TEXT("c"), KL_TEXT("x"), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("b"), kl_int(3), NULL), KL_OK);
    assert_int_equal(kl_map_len(map), 3);
    assert_true(kl_text_is(kl_map_key_at(map, 1), "a"));
    assert_int_equal(kl_as_int(kl_map_value_at(map, 0)), 3);
    assert_true(kl_is_null(kl_map_value_at(map, 3)));
    assert_true(kl_is_null(kl_map_key_value_at(map, 3)));
    assert_json(map, "{\"b\":3,\"a\":2,\"c\":\"x\"}");
}

KL_TEST(absent_is_told_from_null)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"a\":null}");
    assert_true(kl_map_has(map, KL_TEXT("a")));
    assert_non_null(kl_map_find(map, KL_TEXT("a")));
    assert_null(kl_map_find(map, KL_TEXT("b")));
    assert_true(kl_is_null(kl_map_get(map, KL_TEXT("b"))));
    assert_null(kl_map_find(kl_int(1), KL_TEXT("a")));
    kl_value_release(map);
}

/* Through every size around the point where an index takes over from a linear search. */
KL_TEST(maps_of_every_size_find_their_keys)
{
    KL_UNUSED_STATE;
    for (size_t size = 0; size <= 300; size += size < 40 ? 1 : 50) {
        kl_value map;
        char key[32];
        assert_int_equal(kl_map_new(&map, size % 3 ? size : 0, NULL), KL_OK);
        for (size_t i = 0; i < size; i++) {
            snprintf(key, sizeof key, "key %zu", i);
            assert_int_equal(kl_map_set(&map, kl_text_from(key), kl_int((int64_t)i), NULL), KL_OK);
        }
        assert_int_equal(kl_map_len(map), size);
        for (size_t i = 0; i < size; i++) {
            snprintf(key, sizeof key, "key %zu", i);
            assert_int_equal(kl_as_int(kl_map_get(map, kl_text_from(key))), i);
            assert_int_equal(kl_keys_find(kl_map_keys(map), kl_text_from(key)), i);
        }
        assert_false(kl_map_has(map, KL_TEXT("key")));
        assert_false(kl_map_has(map, KL_TEXT("")));
        kl_value_release(map);
    }
}

KL_TEST(a_hundred_thousand_keys_take_no_quadratic_time)
{
    KL_UNUSED_STATE;
    kl_value map;
    char key[32];
    assert_int_equal(kl_map_new(&map, 0, NULL), KL_OK);
    for (int i = 0; i < 100000; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_int_equal(kl_map_set(&map, kl_text_from(key), kl_int(i), NULL), KL_OK);
    }
    for (int i = 0; i < 100000; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_int_equal(kl_as_int(kl_map_get(map, kl_text_from(key))), i);
    }
    kl_value_release(map);
}

KL_TEST(a_shared_map_is_copied_before_writing)
{
    KL_UNUSED_STATE;
    kl_value first = json("{\"a\":1,\"b\":[2]}");
    kl_value set = kl_value_retain(first), added = kl_value_retain(first), cut = kl_value_retain(first);
    assert_int_equal(kl_map_set(&set, KL_TEXT("a"), kl_int(9), NULL), KL_OK);
    assert_int_equal(kl_map_set(&added, KL_TEXT("c"), kl_int(9), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&cut, KL_TEXT("a"), NULL), KL_OK);
    assert_ptr_equal(kl_map_keys(set), kl_map_keys(first)); /* the shape stays shared */
    assert_ptr_not_equal(kl_map_keys(added), kl_map_keys(first));
    assert_json(set, "{\"a\":9,\"b\":[2]}");
    assert_json(added, "{\"a\":1,\"b\":[2],\"c\":9}");
    assert_json(cut, "{\"b\":[2]}");
    const kl_map *before = first.as.map;
    assert_int_equal(kl_map_set(&first, KL_TEXT("a"), kl_int(5), NULL), KL_OK);
    assert_ptr_equal(first.as.map, before);
    assert_json(first, "{\"a\":5,\"b\":[2]}");
}

KL_TEST(a_map_may_hold_itself_as_it_was)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"a\":1}");
    assert_int_equal(kl_map_set(&map, KL_TEXT("self"), kl_value_retain(map), NULL), KL_OK);
    assert_json(map, "{\"a\":1,\"self\":{\"a\":1}}");
}

KL_TEST(removing_keeps_the_order_of_the_rest)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"a\":1,\"b\":2,\"c\":3}");
    assert_int_equal(kl_map_remove(&map, KL_TEXT("b"), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&map, KL_TEXT("missing"), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("b"), kl_int(4), NULL), KL_OK);
    assert_json(map, "{\"a\":1,\"c\":3,\"b\":4}");
}

KL_TEST(merging_sets_every_pair)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"a\":1,\"b\":2}"), from = json("{\"b\":{\"x\":1},\"c\":3}");
    assert_int_equal(kl_map_merge(&map, from, NULL), KL_OK);
    assert_int_equal(kl_map_merge(&map, kl_null(), NULL), KL_OK);
    assert_int_equal(kl_map_merge(&map, map, NULL), KL_OK);
    assert_json(map, "{\"a\":1,\"b\":{\"x\":1},\"c\":3}");
    kl_value_release(from);
}

KL_TEST(sorting_orders_keys_by_code_points)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"b\":1,\"\xF0\x90\x80\x80\":2,\"\xEF\xBF\xBF\":3,\"a\":{\"z\":1,\"y\":2},\"\":4}");
    kl_value sorted;
    assert_int_equal(kl_map_sorted(&sorted, map, NULL), KL_OK);
    assert_json(sorted, "{\"\":4,\"a\":{\"z\":1,\"y\":2},\"b\":1,\"\xEF\xBF\xBF\":3,\"\xF0\x90\x80\x80\":2}");
    kl_value_release(map);
}

KL_TEST(wrong_kinds_are_named_and_items_taken)
{
    KL_UNUSED_STATE;
    kl_value item = string("item"), map = json("{}"), number = kl_int(1);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_map_set(&number, KL_TEXT("a"), kl_value_retain(item), &error), KL_TYPE);
    assert_string_equal(error.message, "expected object, got integer");
    assert_int_equal(kl_map_set_key(&map, kl_int(1), kl_value_retain(item), &error), KL_TYPE);
    assert_string_equal(error.message, "key: expected string, got integer");
    assert_int_equal(kl_map_set_key(&number, item, kl_value_retain(item), &error), KL_TYPE);
    assert_int_equal(kl_map_remove(&number, KL_TEXT("a"), &error), KL_TYPE);
    assert_int_equal(item.as.payload->refs, 1);
    kl_error_clear(&error);
    kl_value_release(item);
    kl_value_release(map);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

typedef struct twin {
    kl_foreign base;
    int released;
} twin;

static void twin_release(kl_foreign *self) { ((twin *)self)->released++; }

KL_TEST(maps_of_one_shape_share_its_keys)
{
    KL_UNUSED_STATE;
    kl_value names[] = {string("id"), string("name")};
    kl_keys *keys = NULL;
    kl_value first, second, *values;
    assert_int_equal(kl_keys_new(&keys, names, 2, NULL), KL_OK);
    assert_int_equal(kl_keys_len(keys), 2);
    assert_true(kl_text_is(kl_as_text(kl_keys_at(keys, 1)), "name"));
    assert_true(kl_is_null(kl_keys_at(keys, 2)));
    assert_int_equal(kl_keys_find(keys, KL_TEXT("name")), 1);
    assert_int_equal(kl_keys_find(keys, KL_TEXT("none")), -1);

    assert_int_equal(kl_map_of_shape(&first, &values, keys, NULL), KL_OK);
    values[0] = kl_int(1);
    assert_int_equal(kl_map_of_shape(&second, &values, keys, NULL), KL_OK);
    values[1] = kl_int(2);
    assert_ptr_equal(kl_map_keys(first), kl_map_keys(second));
    assert_ptr_equal(kl_map_values(second), values);
    kl_keys_release(keys);
    assert_int_equal(kl_map_set(&first, KL_TEXT("extra"), kl_int(3), NULL), KL_OK);
    assert_json(first, "{\"id\":1,\"name\":null,\"extra\":3}");
    assert_json(second, "{\"id\":null,\"name\":2}");
    assert_null(kl_map_keys(kl_null()));
    assert_null(kl_map_values(kl_null()));
    kl_value_release(names[0]);
    kl_value_release(names[1]);
    kl_keys_release(NULL);
    assert_null(kl_keys_retain(NULL));
}

KL_TEST(a_shape_refuses_what_is_no_key)
{
    KL_UNUSED_STATE;
    kl_value names[] = {string("a"), kl_int(1), string("a")};
    kl_value twice[] = {names[0], names[2]};
    kl_keys *keys = NULL;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_keys_new(&keys, names, 2, &error), KL_TYPE);
    assert_string_equal(error.message, "keys[1]: expected string, got integer");
    assert_int_equal(kl_keys_new(&keys, twice, 2, &error), KL_INVALID);
    assert_string_equal(error.message, "keys[1]: 'a' stands twice");
    assert_null(keys);
    kl_error_clear(&error);
    kl_value_release(names[0]);
    kl_value_release(names[2]);
}

KL_TEST(a_twin_is_set_once_and_ends_with_its_shape)
{
    KL_UNUSED_STATE;
    twin first = {{twin_release}, 0}, second = {{twin_release}, 0};
    kl_value map = kl_null(); /* not from JSON, whose reader remembers shapes */
    assert_int_equal(kl_map_new(&map, 2, NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("a"), kl_int(1), NULL), KL_OK);
    kl_keys *keys = kl_map_keys(map);
    assert_null(kl_keys_twin(keys));
    assert_ptr_equal(kl_keys_set_twin(keys, &first.base), &first.base);
    assert_ptr_equal(kl_keys_set_twin(keys, &second.base), &first.base);
    assert_ptr_equal(kl_keys_twin(keys), &first.base);
    assert_int_equal(kl_map_set(&map, KL_TEXT("b"), kl_int(2), NULL), KL_OK);
    assert_null(kl_keys_twin(kl_map_keys(map))); /* it told of the keys as they were */
    assert_int_equal(first.released, 1);
    assert_ptr_equal(kl_keys_set_twin(kl_map_keys(map), &second.base), &second.base);
    kl_value_release(map);
    assert_int_equal(second.released, 1);
}

KL_TEST(maps_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value map = kl_null(), copy = kl_null(), sorted = kl_null(), shaped = kl_null(), *values;
        kl_keys *keys = NULL;
        kl_test_fail_allocation(n);
        kl_status status = kl_map_new(&map, 0, NULL);
        for (int i = 0; i < 12 && status == KL_OK; i++) { /* past the birth of the index */
            char key[8];
            snprintf(key, sizeof key, "k%d", 11 - i);
            status = kl_map_set_text(&map, kl_text_from(key), KL_TEXT("value"), NULL);
        }
        if (status == KL_OK) {
            copy = kl_value_retain(map);
            status = kl_map_set(&map, KL_TEXT("new"), kl_int(1), NULL);
        }
        if (status == KL_OK)
            status = kl_map_remove(&map, KL_TEXT("k3"), NULL);
        if (status == KL_OK)
            status = kl_map_merge(&map, copy, NULL);
        if (status == KL_OK)
            status = kl_map_sorted(&sorted, map, NULL);
        if (status == KL_OK) {
            kl_value names[] = {kl_map_key_value_at(map, 0), kl_map_key_value_at(map, 1)};
            status = kl_keys_new(&keys, names, 2, NULL);
        }
        if (status == KL_OK)
            status = kl_map_of_shape(&shaped, &values, keys, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_value_release(shaped);
        kl_keys_release(keys);
        kl_value_release(sorted);
        kl_value_release(copy);
        kl_value_release(map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insertion_order_is_kept),
        cmocka_unit_test(absent_is_told_from_null),
        cmocka_unit_test(maps_of_every_size_find_their_keys),
        cmocka_unit_test(a_hundred_thousand_keys_take_no_quadratic_time),
        cmocka_unit_test(a_shared_map_is_copied_before_writing),
        cmocka_unit_test(a_map_may_hold_itself_as_it_was),
        cmocka_unit_test(removing_keeps_the_order_of_the_rest),
        cmocka_unit_test(merging_sets_every_pair),
        cmocka_unit_test(sorting_orders_keys_by_code_points),
        cmocka_unit_test(wrong_kinds_are_named_and_items_taken),
        cmocka_unit_test(maps_of_one_shape_share_its_keys),
        cmocka_unit_test(a_shape_refuses_what_is_no_key),
        cmocka_unit_test(a_twin_is_set_once_and_ends_with_its_shape),
        cmocka_unit_test(maps_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
