/* tests/c/test_enum.c - enums: one object per item, words, order, JSON forms, descriptions. */
#include "kailash/type.h"
#include "sweep.h"

#include <pthread.h>

static const kl_item items[] = {
    {"LOW", "low", "little"}, {"MIDDLE", "middle", "some"}, {"HIGH", "high", "much"}};
static const kl_constant constants[] = {{"LIMITS", "[1, 2]", "two numbers"}};
static const kl_type level_type = {
    .name = "Level", .module = "test", .doc = "How much.", .items = KL_TABLE(items),
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED, .constants = KL_TABLE(constants),
};
static const kl_item sides[] = {{"LEFT", "left", "left"}, {"LOW", "low", "below"}};
static const kl_type side_type = {
    .name = "Side", .module = "test", .doc = "Where.", .flags = KL_TYPE_ENUM,
    .items = KL_TABLE(sides),
};

typedef struct holder {
    kl_object object;
    kl_value level, item;
} holder;
static const kl_field holder_fields[] = {
    KL_ENUM(holder, level, "low", .type = &level_type, .doc = "as a word"),
    KL_VALUE(holder, item, .kind = KL_KIND_OBJECT, .type = &level_type, .flags = KL_OPTIONAL,
             .doc = "as an item"),
};
static const kl_type holder_type = {
    .name = "Holder", .module = "test", .doc = "Has both.", .size = sizeof(holder),
    .flags = KL_TYPE_RECORD, .fields = KL_TABLE(holder_fields),
};

static kl_value item(const kl_type *type, const char *word)
{
    kl_value value;
    assert_int_equal(kl_item_of(&value, type, kl_text_from(word), NULL), KL_OK);
    return value;
}

KL_TEST(a_word_has_one_object)
{
    KL_UNUSED_STATE;
    kl_value high = item(&level_type, "high"), again, made, word = json("\"high\"");
    assert_int_equal(kl_item_at(&again, &level_type, 2, NULL), KL_OK);
    assert_int_equal(kl_object_make(&made, &level_type, &word, NULL), KL_OK);
    assert_ptr_equal(high.as.object, again.as.object);
    assert_ptr_equal(high.as.object, made.as.object);
    assert_ptr_equal(kl_item_in(high), &items[2]);
    assert_null(kl_item_in(word));
    kl_value_release(word);
    kl_value_release(made);
    kl_value_release(again);
    kl_value_release(high);
}

KL_TEST(an_unknown_word_lists_the_legal_ones)
{
    KL_UNUSED_STATE;
    kl_value value;
    kl_object *object;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_item_of(&value, &level_type, KL_TEXT("Low"), &error), KL_INVALID);
    assert_string_equal(error.message, "Level: unknown 'Low'; expected one of: low, middle, high");
    assert_int_equal(kl_item_at(&value, &level_type, 3, &error), KL_INVALID);
    assert_string_equal(error.message, "Level has 3 items, none at 3");
    assert_int_equal(kl_object_alloc(&object, &level_type, &error), KL_TYPE);
    assert_string_equal(error.message, "Level is an enum: its objects are made already");
    kl_error_clear(&error);
}

KL_TEST(items_compare_by_position)
{
    KL_UNUSED_STATE;
    kl_value low = item(&level_type, "low"), high = item(&level_type, "high");
    kl_value left = item(&side_type, "left"), below = item(&side_type, "low");
    int order;
    bool equal;
    uint64_t hash, other;
    assert_int_equal(kl_value_compare(&order, high, low, NULL), KL_OK);
    assert_true(order > 0);
    assert_int_equal(kl_value_compare(&order, left, below, NULL), KL_TYPE);
    assert_int_equal(kl_value_equal(&equal, low, low, NULL), KL_OK);
    assert_true(equal);
    assert_int_equal(kl_value_equal(&equal, low, below, NULL), KL_OK);
    assert_false(equal); /* the same word of another enum */
    assert_int_equal(kl_value_hash(&hash, low, NULL), KL_OK);
    assert_int_equal(kl_value_hash(&other, low, NULL), KL_OK);
    assert_int_equal(hash, other);
    kl_value_release(low);
    kl_value_release(high);
    kl_value_release(left);
    kl_value_release(below);
}

KL_TEST(repr_names_the_item)
{
    KL_UNUSED_STATE;
    kl_value text, high = item(&level_type, "high");
    assert_int_equal(kl_object_repr(&text, high.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, "Level.HIGH");
    kl_value_release(text);
    kl_value_release(high);
}

KL_TEST(parameters_take_items_and_words)
{
    KL_UNUSED_STATE;
    static const kl_param param = {.name = "level", .kind = KL_KIND_ENUM, .type = &level_type};
    kl_value high = item(&level_type, "high"), below = item(&side_type, "low"), word;
    kl_value bad = json("\"up\""), good = json("\"middle\"");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_param_convert(&word, &param, high, NULL), KL_OK);
    assert_json(word, "\"high\"");
    assert_int_equal(kl_param_convert(&word, &param, good, NULL), KL_OK);
    assert_json(word, "\"middle\"");
    assert_int_equal(kl_param_convert(&word, &param, below, &error), KL_TYPE);
    assert_string_equal(error.message, "level: expected one of: low, middle, high, got Side");
    assert_int_equal(kl_param_convert(&word, &param, bad, &error), KL_INVALID);
    assert_string_equal(error.message, "level: expected one of: low, middle, high, got \"up\"");
    kl_error_clear(&error);
    kl_value_release(high);
    kl_value_release(below);
    kl_value_release(bad);
    kl_value_release(good);
}

KL_TEST(records_write_words_and_read_them)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"level\":\"high\",\"item\":\"middle\"}"), record, back, missing;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_from_map(&record, &holder_type, map, NULL), KL_OK);
    assert_ptr_equal(kl_item_in(((holder *)record.as.object)->item), &items[1]);
    assert_int_equal(kl_object_to_map(&back, record.as.object, NULL), KL_OK);
    assert_json(back, "{\"level\":\"high\",\"item\":\"middle\"}");
    kl_value_release(record);
    kl_value_release(map);
    missing = json("{\"item\":\"up\"}");
    assert_int_equal(kl_object_from_map(&record, &holder_type, missing, &error), KL_INVALID);
    assert_string_equal(error.message,
                        "item: Level: unknown 'up'; expected one of: low, middle, high");
    kl_error_clear(&error);
    kl_value_release(missing);
}

KL_TEST(a_description_has_items_and_constants)
{
    KL_UNUSED_STATE;
    kl_value map;
    assert_int_equal(kl_type_describe(&map, &level_type, NULL), KL_OK);
    assert_string_equal(kl_as_text(kl_map_get(map, KL_TEXT("kind"))).data, "enum");
    assert_json(kl_value_retain(kl_array_at(kl_map_get(map, KL_TEXT("items")), 0)),
                "{\"name\":\"LOW\",\"word\":\"low\",\"doc\":\"little\"}");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("constants"))),
                "[{\"name\":\"LIMITS\",\"value\":[1,2],\"doc\":\"two numbers\"}]");
    kl_value_release(map);
}

/* ---- threads and memory ---------------------------------------------------------------------- */

static const kl_item raced_items[] = {{"A", "a", "a"}};
static const kl_type raced_type = {.name = "Raced", .module = "test", .doc = "Raced.",
                                   .flags = KL_TYPE_ENUM, .items = KL_TABLE(raced_items)};

static void *first(void *unused)
{
    (void)unused;
    kl_value value;
    if (kl_item_at(&value, &raced_type, 0, NULL) != KL_OK)
        return NULL;
    kl_value_release(value);
    return value.as.object;
}

KL_TEST(threads_get_the_same_object)
{
    KL_UNUSED_STATE;
    pthread_t threads[8];
    void *found[8];
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, first, NULL), 0);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], &found[i]);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_ptr_equal(found[i], found[0]);
    assert_non_null(found[0]);
}

static kl_status all_of_it(void *data)
{
    static kl_type fresh[256]; /* an enum is made once: each turn needs another */
    static size_t turn;
    kl_value value, map;
    kl_type *type = &fresh[turn++ % KL_COUNT(fresh)];
    *type = level_type;
    (void)data;
    KL_TRY(kl_item_of(&value, type, KL_TEXT("high"), NULL));
    kl_value_release(value);
    kl_status status = kl_item_of(&value, type, KL_TEXT("up"), NULL);
    if (status != KL_INVALID)
        return status;
    KL_TRY(kl_type_describe(&map, type, NULL));
    kl_value_release(map);
    return KL_OK;
}

KL_TEST(every_failed_allocation_is_survived)
{
    KL_UNUSED_STATE;
    assert_true(sweep(all_of_it, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_has_one_object),
        cmocka_unit_test(an_unknown_word_lists_the_legal_ones),
        cmocka_unit_test(items_compare_by_position),
        cmocka_unit_test(repr_names_the_item),
        cmocka_unit_test(parameters_take_items_and_words),
        cmocka_unit_test(records_write_words_and_read_them),
        cmocka_unit_test(a_description_has_items_and_constants),
        cmocka_unit_test(threads_get_the_same_object),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
