/* Whole values: equality, order, hash, depth, paths, and freeing, however deep. */
#include "same.h"
#include "test.h"

#include <math.h>
#include <pthread.h>

static bool equal(kl_value a, kl_value b)
{
    bool result = false;
    assert_int_equal(kl_value_equal(&result, a, b, NULL), KL_OK);
    return result;
}

static int compare(kl_value a, kl_value b)
{
    int order = 99;
    assert_int_equal(kl_value_compare(&order, a, b, NULL), KL_OK);
    return order;
}

static uint64_t hash(kl_value value)
{
    uint64_t result = 0;
    assert_int_equal(kl_value_hash(&result, value, NULL), KL_OK);
    return result;
}

static kl_value bytes_of(const char *text)
{
    kl_value bytes;
    assert_int_equal(kl_bytes_new(&bytes, kl_text_from(text), NULL), KL_OK);
    return bytes;
}

/* ---- scalars --------------------------------------------------------------------------------- */

KL_TEST(readers_give_zero_for_other_kinds)
{
    KL_UNUSED_STATE;
    kl_value text = json("\"5\"");
    assert_int_equal(kl_as_int(text), 0);
    assert_int_equal(kl_as_int(kl_bool(true)), 1);
    assert_int_equal(kl_as_int(kl_double(7.9)), 0);
    assert_true(kl_as_double(kl_int(3)) == 3.0);
    assert_true(kl_as_double(kl_bool(true)) == 1.0);
    assert_true(kl_as_double(text) == 0.0);
    assert_false(kl_as_bool(kl_int(1)));
    assert_int_equal(kl_as_text(kl_int(1)).len, 0);
    assert_string_equal(kl_as_text(kl_null()).data, "");
    assert_int_equal(kl_value_len(kl_int(5)), 0);
    assert_int_equal(kl_value_len(text), 1);
    assert_int_equal(kl_array_len(text) + kl_map_len(text), 0);
    kl_value_release(text);
}

KL_TEST(truth_is_that_of_the_content)
{
    KL_UNUSED_STATE;
    static const char *const falsy[] = {"null", "false", "0", "0.0", "-0.0", "\"\"", "[]", "{}"};
    static const char *const truthy[] = {"true", "1", "-1", "0.1", "\"0\"", "[0]", "{\"\":0}"};
    for (size_t i = 0; i < KL_COUNT(falsy); i++) {
        kl_value value = json(falsy[i]);
        assert_false(kl_value_truthy(value));
        kl_value_release(value);
    }
    for (size_t i = 0; i < KL_COUNT(truthy); i++) {
        kl_value value = json(truthy[i]);
        assert_true(kl_value_truthy(value));
        kl_value_release(value);
    }
    assert_true(kl_value_truthy(kl_double((double)NAN)));
    kl_value none = bytes_of("");
    assert_false(kl_value_truthy(none));
    kl_value_release(none);
}

KL_TEST(kinds_have_words)
{
    KL_UNUSED_STATE;
    static const char *const words[] = {"null",  "bool",  "integer", "float",
                                        "string", "bytes", "array",   "object"};
    for (size_t i = 0; i < KL_COUNT(words); i++)
        assert_string_equal(kl_kind_name((kl_kind)i), words[i]);
    assert_string_equal(kl_kind_name((kl_kind)1000), "unknown");
}

/* ---- equality and hash ----------------------------------------------------------------------- */

KL_TEST(equal_values_hash_alike)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"null", "null"},
        {"5", "5"},
        {"0.0", "-0.0"},
        {"\"a\"", "\"\\u0061\""},
        {"[1,[2,{\"a\":[]}]]", "[1,[2,{\"a\":[]}]]"},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}"},
        {"{\"a\":{\"x\":1,\"y\":[{}]},\"b\":2}", "{\"b\":2,\"a\":{\"y\":[{}],\"x\":1}}"},
        {"[]", "[]"},
        {"{}", "{}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value a = json(rows[i][0]), b = json(rows[i][1]);
        assert_true(equal(a, b));
        assert_true(hash(a) == hash(b));
        assert_int_equal(compare(a, b), 0);
        kl_value_release(a);
        kl_value_release(b);
    }
}

KL_TEST(different_values_differ)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"5", "5.0"},
        {"0", "false"},
        {"null", "false"},
        {"\"\"", "null"},
        {"[]", "{}"},
        {"[1,2]", "[2,1]"},
        {"[1]", "[1,1]"},
        {"[[1],2]", "[[1,2]]"},
        {"{\"a\":1}", "{\"b\":1}"},
        {"{\"a\":1}", "{\"a\":1,\"b\":1}"},
        {"{\"a\":null}", "{\"b\":null}"},
        {"{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"},
        {"[[],[[]]]", "[[[]],[]]"},
        {"\"a\"", "\"b\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value a = json(rows[i][0]), b = json(rows[i][1]);
        assert_false(equal(a, b));
        assert_false(equal(b, a));
        assert_int_not_equal(compare(a, b), 0);
        assert_int_equal(compare(a, b), -compare(b, a));
        if (hash(a) == hash(b))
            fail_msg("%s and %s collide", rows[i][0], rows[i][1]);
        kl_value_release(a);
        kl_value_release(b);
    }
    kl_value text = json("\"a\""), bytes = bytes_of("a");
    assert_false(equal(text, bytes));
    kl_value_release(text);
    kl_value_release(bytes);
}

KL_TEST(nan_equals_nothing_and_sorts_last_of_the_numbers)
{
    KL_UNUSED_STATE;
    kl_value nan = kl_double((double)NAN);
    assert_false(equal(nan, nan));
    assert_int_equal(compare(nan, nan), 0);
    assert_int_equal(compare(kl_double((double)INFINITY), nan), -1);
    assert_int_equal(compare(nan, kl_int(INT64_MAX)), 1);
    kl_value text = json("\"\"");
    assert_int_equal(compare(nan, text), -1);
    kl_value_release(text);
}

/* ---- order ----------------------------------------------------------------------------------- */

KL_TEST(the_order_is_total)
{
    KL_UNUSED_STATE;
    static const char *const rising[] = {
        "null", "false", "true", "-9223372036854775808", "-9223372036854775807", "-1e3", "-1", "-0.5",
        "0", "0.5", "1", "1.0", "9007199254740991", "9007199254740992", "9007199254740992.0",
        "9007199254740993", "9223372036854775806", "9223372036854775807", "9223372036854775808", "1e300",
        "\"\"", "\"a\"", "\"aa\"", "\"b\"", "\"\xC3\xA4\"", "\"\xEF\xBF\xBF\"", "\"\xF0\x90\x80\x80\"",
        "[]", "[null]", "[1]", "[1,0]", "[1,[]]", "[2]", "[[]]", "[[],[]]", "[[[]]]",
        "{}", "{\"a\":1}", "{\"b\":0,\"a\":1}", "{\"a\":2}", "{\"b\":0}",
    };
    kl_value values[KL_COUNT(rising)];
    for (size_t i = 0; i < KL_COUNT(rising); i++)
        values[i] = json(rising[i]);
    for (size_t i = 0; i < KL_COUNT(rising); i++) {
        for (size_t j = 0; j < KL_COUNT(rising); j++) {
            int expected = (i > j) - (i < j), order = compare(values[i], values[j]);
            if ((order > 0) - (order < 0) != expected)
                fail_msg("%s against %s: %d", rising[i], rising[j], order);
        }
    }
    for (size_t i = 0; i < KL_COUNT(rising); i++)
        kl_value_release(values[i]);
}

KL_TEST(numbers_compare_without_rounding)
{
    KL_UNUSED_STATE;
    assert_int_equal(kl_number_compare(kl_int(5), kl_double(5.0)), 0);
    assert_int_equal(kl_number_compare(kl_int(9007199254740993), kl_double(9007199254740992.0)), 1);
    assert_int_equal(kl_number_compare(kl_double(9007199254740994.0), kl_int(9007199254740993)), 1);
    assert_int_equal(kl_number_compare(kl_int(INT64_MAX), kl_double(9223372036854775808.0)), -1);
    assert_int_equal(kl_number_compare(kl_int(INT64_MIN), kl_double(-9223372036854775808.0)), 0);
    assert_int_equal(kl_number_compare(kl_double((double)-INFINITY), kl_int(INT64_MIN)), -1);
    assert_int_equal(kl_number_compare(kl_int(-1), kl_double(-0.5)), -1);
    assert_int_equal(kl_number_compare(kl_int(0), kl_double(-0.5)), 1);
    assert_int_equal(kl_number_compare(kl_double((double)NAN), kl_double((double)NAN)), 0);
}

/* ---- deep values ----------------------------------------------------------------------------- */

enum { MILLION = 1000000 };

/* Arrays and, at every second level if `with_maps`, maps around `innermost` (taken). */
static kl_value nest(size_t depth, kl_value innermost, bool with_maps)
{
    kl_value value = innermost;
    for (size_t i = 0; i < depth; i++) {
        kl_value outer;
        if (with_maps && i % 2) {
            assert_int_equal(kl_map_new(&outer, 1, NULL), KL_OK);
            assert_int_equal(kl_map_set(&outer, KL_TEXT("k"), value, NULL), KL_OK);
        } else {
            assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
            assert_int_equal(kl_array_push(&outer, value, NULL), KL_OK);
        }
        value = outer;
    }
    return value;
}

/* Depth is memory, never stack: a recursion of this many calls would need hundreds of megabytes. */
static void work_on_deep_values(bool with_maps)
{
    kl_value a = nest(MILLION, kl_int(1), with_maps), b = nest(MILLION, kl_int(1), with_maps);
    kl_value other = nest(MILLION, kl_int(2), with_maps), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    size_t depth = 0;
    assert_true(equal(a, b));
    assert_false(equal(a, other));
    assert_int_equal(compare(a, b), 0);
    assert_int_equal(compare(a, other), -1);
    assert_true(hash(a) == hash(b));
    assert_true(hash(a) != hash(other));
    assert_int_equal(kl_value_depth(&depth, a, SIZE_MAX, NULL), KL_OK);
    assert_int_equal(depth, MILLION);
    assert_int_equal(kl_value_depth(&depth, a, 100, NULL), KL_OK);
    assert_int_equal(depth, 101);
    assert_int_equal(kl_json_print(&text, a, &kl_json_plain, &error), KL_DEPTH);
    assert_string_equal(error.message, "value nests deeper than 256 levels");
    assert_int_equal(kl_json_print(&text, a, &kl_json_jcs, NULL), KL_DEPTH);
    kl_error_clear(&error);
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(other);
}

KL_TEST(a_million_nested_arrays_overflow_no_stack)
{
    KL_UNUSED_STATE;
    work_on_deep_values(false);
}

KL_TEST(a_million_nested_maps_and_arrays_overflow_no_stack)
{
    KL_UNUSED_STATE;
    work_on_deep_values(true);
}

static void *free_deep(void *value)
{
    kl_value_release(*(kl_value *)value);
    return NULL;
}

KL_TEST(a_small_stack_frees_a_deep_value)
{
    KL_UNUSED_STATE;
    kl_value value = nest(MILLION, kl_null(), true);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    assert_int_equal(pthread_create(&thread, &attributes, free_deep, &value), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
}

/* x1 = [x0, x0], x2 = {l: x1, r: x1}, ...: as many containers as levels, and 2 ^ levels items. */
static kl_value doubled(size_t levels, kl_value leaf)
{
    kl_value value = leaf;
    for (size_t i = 0; i < levels; i++) {
        kl_value both = json(i % 2 ? "{}" : "[]");
        if (i % 2) {
            assert_int_equal(kl_map_set(&both, KL_TEXT("l"), kl_value_retain(value), NULL), KL_OK);
            assert_int_equal(kl_map_set(&both, KL_TEXT("r"), value, NULL), KL_OK);
        } else {
            assert_int_equal(kl_array_push(&both, kl_value_retain(value), NULL), KL_OK);
            assert_int_equal(kl_array_push(&both, value, NULL), KL_OK);
        }
        value = both;
    }
    return value;
}

KL_TEST(shared_parts_are_walked_once)
{
    KL_UNUSED_STATE;
    enum { LEVELS = 2000 };
    kl_value a = doubled(LEVELS, kl_int(1)), b = doubled(LEVELS, kl_int(1));
    kl_value other = doubled(LEVELS, kl_int(2)), nan = doubled(LEVELS, kl_double((double)NAN));
    kl_work work = {0};
    bool same = false;
    size_t depth = 0;
    assert_true(equal(a, b));
    assert_true(equal(a, a));
    assert_false(equal(a, other));
    assert_false(equal(nan, nan));
    assert_int_equal(compare(a, b), 0);
    assert_int_equal(compare(a, other), -1);
    assert_true(hash(a) == hash(b));
    assert_true(hash(a) != hash(other));
    assert_int_equal(kl_value_depth(&depth, a, SIZE_MAX, NULL), KL_OK);
    assert_int_equal(depth, LEVELS);
    assert_int_equal(kl_value_same(&same, a, b, &work, NULL), KL_OK);
    assert_true(same);
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(other);
    kl_value_release(nan);
}

/* A hash does not tell whether the walk took the long way or the short one. */
KL_TEST(sharing_changes_no_hash)
{
    KL_UNUSED_STATE;
    kl_value shared = doubled(16, kl_int(7)), text = kl_null(), apart = kl_null();
    assert_int_equal(kl_json_print(&text, shared, &kl_json_plain, NULL), KL_OK);
    assert_int_equal(kl_json_parse(&apart, kl_as_text(text), NULL), KL_OK);
    assert_true(equal(shared, apart));
    assert_true(equal(apart, shared));
    assert_int_equal(compare(shared, apart), 0);
    assert_true(hash(shared) == hash(apart));
    kl_value_release(shared);
    kl_value_release(apart);
    kl_value_release(text);
}

KL_TEST(what_is_endless_as_text_is_not_printed)
{
    KL_UNUSED_STATE;
    kl_value leaf = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    char *filler = calloc(1, 1 << 24);
    memset(filler, 'x', 1 << 24);
    assert_int_equal(kl_string_new(&leaf, (kl_text){filler, 1 << 24}, NULL), KL_OK);
    kl_value value = doubled(100, leaf);
    assert_int_equal(kl_json_print(&text, value, &kl_json_plain, &error), KL_LIMIT);
    assert_string_equal(error.message,
                        "resource limit exceeded: text_size (limit: 1073741824 bytes)");
    kl_error_clear(&error);
    kl_value_release(value);
    free(filler);
}

KL_TEST(depth_counts_levels)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        size_t depth;
    } rows[] = {{"1", 0}, {"[]", 1}, {"{}", 1}, {"[[],[[]],1]", 3}, {"{\"a\":[{\"b\":1}]}", 3}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value = json(rows[i].text);
        size_t depth = 99;
        assert_int_equal(kl_value_depth(&depth, value, 1000, NULL), KL_OK);
        assert_int_equal(depth, rows[i].depth);
        kl_value_release(value);
    }
}

/* ---- paths ----------------------------------------------------------------------------------- */

KL_TEST(paths_lead_through_maps_and_arrays)
{
    KL_UNUSED_STATE;
    kl_value value = json("{\"people\":[{\"name\":\"Ann\"},{\"name\":null}],\"\":{\"x\":1},\"7\":true}");
    static const struct {
        const char *path, *found; /* NULL = nothing there */
    } rows[] = {
        {"people.0.name", "\"Ann\""},
        {"people.1.name", "null"},
        {"people.2.name", NULL},
        {"people.-1", NULL},
        {"people.x", NULL},
        {"people.00.name", "\"Ann\""},
        {"people.99999999999999999999", NULL},
        {"people.0.name.x", NULL},
        {"7", "true"},
        {".x", "1"},
        {"nobody", NULL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const kl_value *found = kl_value_path(&value, kl_text_from(rows[i].path));
        if (!found != !rows[i].found)
            fail_msg("%s", rows[i].path);
        if (found)
            assert_json(kl_value_retain(*found), rows[i].found);
    }
    assert_ptr_equal(kl_value_path(&value, KL_TEXT("")), &value);
    kl_value_release(value);
}

/* ---- sharing --------------------------------------------------------------------------------- */

typedef struct foreign {
    kl_foreign base;
    int released;
} foreign;

static void foreign_release(kl_foreign *self) { ((foreign *)self)->released++; }

KL_TEST(a_wrapped_string_keeps_its_owner_until_the_end)
{
    KL_UNUSED_STATE;
    foreign owner = {{foreign_release}, 0};
    kl_value wrapped, plain = json("\"text\"");
    assert_int_equal(kl_string_wrap(&wrapped, KL_KIND_STRING, KL_TEXT("text"), &owner.base, NULL),
                     KL_OK);
    assert_ptr_equal(kl_string_owner(wrapped), &owner.base);
    assert_null(kl_string_owner(plain));
    assert_null(kl_string_owner(kl_int(1)));
    assert_true(equal(wrapped, plain));
    assert_true(hash(wrapped) == hash(plain));
    kl_value second = kl_value_retain(wrapped);
    kl_value_release(wrapped);
    assert_int_equal(owner.released, 0);
    kl_value_release(second);
    assert_int_equal(owner.released, 1);
    kl_value_release(plain);
}

static kl_value shared;

/* Readers, copiers and writers of one value; each keeps what it sees. */
static void *share(void *ok)
{
    for (int i = 0; i < 2000; i++) {
        kl_value own = kl_value_retain(shared);
        kl_value item = kl_value_retain(kl_array_at(own, 0));
        if (kl_array_push(&own, kl_int(i), NULL) != KL_OK || /* copies: it is shared */
            kl_map_set(&item, KL_TEXT("new"), kl_int(i), NULL) != KL_OK)
            *(bool *)ok = false;
        uint64_t ignored;
        if (kl_value_hash(&ignored, shared, NULL) != KL_OK || kl_array_len(own) != 3 ||
            kl_array_len(shared) != 2 || kl_map_has(kl_array_at(shared, 0), KL_TEXT("new")))
            *(bool *)ok = false;
        kl_value_release(item);
        kl_value_release(own);
    }
    return NULL;
}

KL_TEST(threads_share_a_value_and_none_sees_another_write)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    bool ok[4] = {true, true, true, true};
    shared = json("[{\"a\":1,\"b\":\"text\"},\"x\"]");
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, share, &ok[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(ok[i]);
    }
    assert_int_equal(shared.as.payload->refs, 1);
    assert_json(kl_value_take(&shared), "[{\"a\":1,\"b\":\"text\"},\"x\"]");
    assert_true(kl_is_null(shared));
}

/* ---- memory ---------------------------------------------------------------------------------- */

KL_TEST(whole_values_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    /* Deeper than the walkers' stacks hold without allocating. */
    kl_value a = nest(200, kl_int(1), true), b = nest(200, kl_int(1), true);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        bool same = false;
        int order = 1;
        uint64_t number = 0;
        size_t depth = 0;
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_value_equal(&same, a, b, &error);
        if (status == KL_OK)
            status = kl_value_compare(&order, a, b, &error);
        if (status == KL_OK)
            status = kl_value_hash(&number, a, &error);
        if (status == KL_OK)
            status = kl_value_depth(&depth, a, 1000, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        assert_string_equal(kl_error_message(&error), failed ? "out of memory" : "");
        kl_error_clear(&error);
    }
    kl_value_release(a);
    kl_value_release(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_give_zero_for_other_kinds),
        cmocka_unit_test(truth_is_that_of_the_content),
        cmocka_unit_test(kinds_have_words),
        cmocka_unit_test(equal_values_hash_alike),
        cmocka_unit_test(different_values_differ),
        cmocka_unit_test(nan_equals_nothing_and_sorts_last_of_the_numbers),
        cmocka_unit_test(the_order_is_total),
        cmocka_unit_test(numbers_compare_without_rounding),
        cmocka_unit_test(a_million_nested_arrays_overflow_no_stack),
        cmocka_unit_test(a_million_nested_maps_and_arrays_overflow_no_stack),
        cmocka_unit_test(a_small_stack_frees_a_deep_value),
        cmocka_unit_test(shared_parts_are_walked_once),
        cmocka_unit_test(sharing_changes_no_hash),
        cmocka_unit_test(what_is_endless_as_text_is_not_printed),
        cmocka_unit_test(depth_counts_levels),
        cmocka_unit_test(paths_lead_through_maps_and_arrays),
        cmocka_unit_test(a_wrapped_string_keeps_its_owner_until_the_end),
        cmocka_unit_test(threads_share_a_value_and_none_sees_another_write),
        cmocka_unit_test(whole_values_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
