/* Payloads in slabs: used, grown and freed like all others, in any order and on any thread; and
 * blocks of memory that are used again. */
#include "test.h"
#include "array.h"
#include "slab.h"

#include <pthread.h>

enum { MANY = 150000 }; /* more than the small chunks hold */

static kl_value *many(void)
{
    kl_value *values = calloc(MANY, sizeof *values);
    assert_non_null(values);
    return values;
}

static void make_strings(kl_value *values)
{
    kl_slabs slabs = {0};
    char text[32];
    for (size_t i = 0; i < MANY; i++) {
        int len = snprintf(text, sizeof text, "text number %zu", i);
        assert_int_equal(kl_slabs_string(&values[i], &slabs, (kl_text){text, (size_t)len}, NULL), KL_OK);
    }
    kl_slabs_end(&slabs);
}

static bool is_number(kl_value value, size_t number)
{
    char text[32];
    snprintf(text, sizeof text, "text number %zu", number);
    return kl_text_is(kl_as_text(value), text) && kl_as_text(value).data[kl_value_len(value)] == '\0';
}

KL_TEST(strings_live_as_long_as_they_are_held)
{
    KL_UNUSED_STATE;
    kl_value *values = many();
    for (size_t round = 0; round < 3; round++) {
        make_strings(values);
        for (size_t i = 0; i < MANY; i++) /* every hundredth stays */
            if (i % 100)
                kl_value_release(kl_value_take(&values[i]));
        kl_value *others = many();
        make_strings(others); /* where there is room again */
        for (size_t i = 0; i < MANY; i++) {
            assert_true(i % 100 || is_number(values[i], i));
            assert_true(is_number(others[i], i));
        }
        for (size_t i = MANY; i-- > 0;) {
            kl_value_release(kl_value_take(&values[i]));
            kl_value_release(others[i]);
        }
        free(others);
    }
    free(values);
}

static void *release_half(void *data)
{
    kl_value *values = data;
    for (size_t i = 1; i < MANY; i += 2)
        kl_value_release(values[i]);
    return NULL;
}

KL_TEST(another_thread_frees_what_lies_beside)
{
    KL_UNUSED_STATE;
    kl_value *values = many();
    pthread_t thread;
    make_strings(values);
    assert_int_equal(pthread_create(&thread, NULL, release_half, values), 0);
    for (size_t i = 0; i < MANY; i += 2) {
        assert_true(is_number(values[i], i));
        kl_value_release(values[i]);
    }
    pthread_join(thread, NULL);
    free(values);
}

KL_TEST(arrays_and_maps_grow_out_of_their_slab)
{
    KL_UNUSED_STATE;
    kl_slabs slabs = {0};
    kl_value list, map, *slots, shape = json("{\"a\":0,\"b\":0}");
    assert_int_equal(kl_slabs_array(&list, &slabs, 2, NULL), KL_OK);
    assert_int_equal(kl_slabs_map(&map, &slots, &slabs, kl_map_keys(shape), NULL), KL_OK);
    kl_slabs_end(&slabs);
    slots[0] = kl_int(1);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(kl_array_push(&list, kl_int(i), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("c"), kl_value_retain(list), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("d"), kl_int(2), NULL), KL_OK);
    kl_value_release(list);
    kl_value_release(shape);
    assert_json(map, "{\"a\":1,\"b\":null,\"c\":[0,1,2,3,4],\"d\":2}");
}

KL_TEST(what_is_large_stands_alone)
{
    KL_UNUSED_STATE;
    static char text[3 * KL_SLAB_LARGEST];
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= sizeof text; len += 97) {
        kl_slabs slabs = {0};
        kl_value value, list;
        assert_int_equal(kl_slabs_string(&value, &slabs, (kl_text){text, len}, NULL), KL_OK);
        assert_int_equal(kl_slabs_array(&list, &slabs, len, NULL), KL_OK);
        kl_slabs_end(&slabs);
        assert_int_equal(kl_value_len(value), len);
        kl_value_release(value);
        assert_non_null(kl_array_room(&list, len, NULL));
        kl_value_release(list);
    }
}

KL_TEST(without_memory_what_was_made_stays)
{
    KL_UNUSED_STATE;
    for (size_t n = 1, failed = 1; failed; n++) {
        kl_slabs slabs = {0};
        kl_value list;
        kl_status status = KL_OK;
        assert_int_equal(kl_array_new(&list, 0, NULL), KL_OK);
        kl_test_fail_allocation(n);
        for (size_t i = 0; i < 300 && status == KL_OK; i++) {
            kl_value item;
            status = kl_slabs_string(&item, &slabs, KL_TEXT("0123456789012345678901234567890"), NULL);
            if (status == KL_OK)
                status = kl_array_push(&list, item, NULL);
        }
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_slabs_end(&slabs);
        kl_value_release(list);
    }
}

/* ---- what an array is known to hold ------------------------------------------------------------ */

KL_TEST(a_change_takes_off_what_was_known)
{
    KL_UNUSED_STATE;
    kl_value list = json("[1,2,3]"), copy;
    list.as.array->payload.flags |= KL_PAYLOAD_INTS;
    assert_int_equal(kl_array_known(list), KL_PAYLOAD_INTS);
    copy = kl_value_retain(list);
    assert_int_equal(kl_array_push(&copy, kl_null(), NULL), KL_OK); /* a copy, as it is shared */
    assert_int_equal(kl_array_known(copy), 0);
    assert_int_equal(kl_array_known(list), KL_PAYLOAD_INTS);
    assert_int_equal(kl_array_set(&list, 0, kl_bool(true), NULL), KL_OK);
    assert_int_equal(kl_array_known(list), 0);
    assert_int_equal(kl_array_known(kl_int(1)), 0);
    kl_value_release(copy);
    assert_json(list, "[true,2,3]");
}

/* ---- blocks ------------------------------------------------------------------------------------ */

KL_TEST(large_blocks_are_whole_and_nobody_elses)
{
    KL_UNUSED_STATE;
    static const size_t sizes[] = {100, 130000, 131073, 200000, 262144, 3000000, 9000000, 20000000};
    unsigned char *blocks[2 * KL_COUNT(sizes)];
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < KL_COUNT(blocks); i++) {
            blocks[i] = kl_alloc(sizes[i % KL_COUNT(sizes)]);
            assert_non_null(blocks[i]);
            memset(blocks[i], (int)i + 1, sizes[i % KL_COUNT(sizes)]);
        }
        for (size_t i = 0; i < KL_COUNT(blocks); i++) {
            size_t last = sizes[i % KL_COUNT(sizes)] - 1;
            assert_true(blocks[i][0] == i + 1 && blocks[i][last / 2] == i + 1 && blocks[i][last] == i + 1);
        }
        for (size_t i = 0; i < KL_COUNT(blocks); i++)
            kl_free(blocks[i]);
    }
    unsigned char *zeros = kl_alloc_zero(3000, 1000); /* one that was written to */
    assert_non_null(zeros);
    for (size_t i = 0; i < 3000000; i++)
        assert_int_equal(zeros[i], 0);
    kl_free(zeros);
}

KL_TEST(a_block_that_grows_takes_along_what_it_holds)
{
    KL_UNUSED_STATE;
    kl_free(kl_alloc(300000));
    size_t size = 1000;
    unsigned char *block = kl_alloc(size);
    assert_non_null(block);
    memset(block, 7, size);
    for (size_t larger; size < 5000000; size = larger) {
        larger = size * 3 / 2;
        block = kl_realloc(block, larger);
        assert_non_null(block);
        memset(block + size, 7, larger - size);
    }
    for (size_t i = 0; i < size; i++)
        assert_int_equal(block[i], 7);
    kl_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_live_as_long_as_they_are_held),
        cmocka_unit_test(another_thread_frees_what_lies_beside),
        cmocka_unit_test(arrays_and_maps_grow_out_of_their_slab),
        cmocka_unit_test(what_is_large_stands_alone),
        cmocka_unit_test(without_memory_what_was_made_stays),
        cmocka_unit_test(a_change_takes_off_what_was_known),
        cmocka_unit_test(large_blocks_are_whole_and_nobody_elses),
        cmocka_unit_test(a_block_that_grows_takes_along_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
