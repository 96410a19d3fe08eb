/* tests/c/test_records.c - objects by their tables: fields, equality, repr, maps, JSON, depth; and
 * the records RetryPolicy and CircuitBreakerConfig. */
#include "kailash/type.h"
#include "sweep.h"

#include <math.h>

/* ---- the types of these tests ---------------------------------------------------------------- */

extern const kl_type tree_type;
static const char *const moods[] = {"calm", "wild", NULL};

typedef struct tree {
    kl_object object;
    kl_value name;
    int64_t age;
    bool alive;
    double height;
    kl_value mood;
    kl_value token;
    kl_value bark;
    kl_value first;
    kl_value branches;
    kl_value named;
    kl_value limit;
    kl_value anything;
    kl_value id;
    kl_value inner;
} tree;

/* The id is made when none was given back; no tree is older than 1000. */
static kl_status tree_check(kl_object *self, kl_error *error)
{
    tree *t = (tree *)self;
    if (t->age > 1000)
        return kl_error_set(error, KL_INVALID, "age: trees live at most 1000 years");
    if (kl_text_is(kl_as_text(t->id), "bad"))
        return kl_error_set(error, KL_INVALID, "id: no tree is called bad");
    return kl_is_null(t->id) ? kl_string_new(&t->id, KL_TEXT("new"), error) : KL_OK;
}

static const kl_field tree_fields[] = {
    KL_VALUE(tree, name, .kind = KL_KIND_STRING, .doc = "name"),
    KL_INT(tree, age, 1, .range = KL_RANGE(0, 5000), .flags = KL_SETTABLE, .doc = "age"),
    KL_BOOL(tree, alive, true, .doc = "alive"),
    KL_DOUBLE(tree, height, 1.5, .flags = KL_SETTABLE, .doc = "height"),
    KL_ENUM(tree, mood, "calm", .names = moods, .doc = "mood"),
    KL_VALUE(tree, token, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET, .doc = "token"),
    KL_VALUE(tree, bark, .kind = KL_KIND_BYTES, .flags = KL_OPTIONAL, .doc = "bark"),
    KL_VALUE(tree, first, .kind = KL_KIND_OBJECT, .type = &tree_type, .flags = KL_OPTIONAL,
             .doc = "a tree"),
    KL_VALUE(tree, branches, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &tree_type,
             .fallback = "[]", .doc = "trees"),
    KL_VALUE(tree, named, .kind = KL_KIND_MAP, .item = KL_KIND_OBJECT, .type = &tree_type,
             .fallback = "{}", .doc = "trees by name"),
    KL_VALUE(tree, limit, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL | KL_SETTABLE,
             .doc = "limit"),
    KL_VALUE(tree, anything, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "anything"),
    KL_VALUE(tree, id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "id"),
    KL_VALUE(tree, inner, .kind = KL_KIND_ANY, .flags = KL_HIDDEN),
};

const kl_type tree_type = {
    .name = "Tree", .module = "test", .doc = "A tree.", .size = sizeof(tree),
    .flags = KL_TYPE_MUTABLE | KL_TYPE_HAS_JSON, .fields = KL_TABLE(tree_fields),
    .check = tree_check,
};

typedef struct pair {
    kl_object object;
    int64_t a;
    kl_value b;
} pair;
static const kl_field pair_fields[] = {
    KL_INT(pair, a, 0, .doc = "a"),
    KL_VALUE(pair, b, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "b"),
};
static const kl_type pair_type = {.name = "Pair", .module = "test", .doc = "A pair.",
                                  .size = sizeof(pair),
                                  .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED,
                                  .fields = KL_TABLE(pair_fields), .repr_fields = "a",
                                  .json = &kl_json_plain};
static const kl_type handle_type = {.name = "Handle", .module = "test", .doc = "A handle.",
                                    .size = sizeof(kl_object), .flags = KL_TYPE_NO_INIT};

static kl_value from(const kl_type *type, const char *map_text)
{
    kl_value map = json(map_text), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_from_map(&out, type, map, &error) != KL_OK)
        fail_msg("%s: %s", map_text, kl_error_message(&error));
    kl_value_release(map);
    return out;
}

static void refuses(const kl_type *type, const char *map_text, kl_status status,
                    const char *message)
{
    kl_value map = json(map_text), out = kl_int(7);
    kl_error error = KL_ERROR_INIT;
    kl_status got = kl_object_from_map(&out, type, map, &error);
    if (got != status || strcmp(kl_error_message(&error), message) != 0)
        print_error("%s: %s \"%s\"\n", map_text, kl_status_name(got), kl_error_message(&error));
    assert_int_equal(got, status);
    assert_string_equal(kl_error_message(&error), message);
    assert_int_equal(kl_object_from_map(&out, type, map, NULL), status);
    assert_json(out, "7"); /* written only on success */
    kl_error_clear(&error);
    kl_value_release(map);
}

static void repr_is(kl_value object, const char *expected)
{
    kl_value text;
    assert_int_equal(kl_object_repr(&text, object.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
}

/* ---- making and maps ------------------------------------------------------------------------- */

#define BARE                                                                                       \
    "{\"name\":\"%s\",\"age\":1,\"alive\":true,\"height\":1.5,\"mood\":\"calm\",\"token\":null,"   \
    "\"bark\":null,\"first\":null,\"branches\":[],\"named\":{},\"limit\":null,\"anything\":null,"  \
    "\"id\":\"new\"}"

KL_TEST(a_record_becomes_a_map_in_declared_order)
{
    KL_UNUSED_STATE;
    char expected[1024];
    kl_value oak = from(&tree_type, "{\"name\": \"oak\"}"), map;
    assert_int_equal(kl_object_to_map(&map, oak.as.object, NULL), KL_OK);
    snprintf(expected, sizeof expected, BARE, "oak");
    assert_json(map, expected);
    kl_value_release(oak);
}

KL_TEST(records_within_records_become_maps_and_come_back)
{
    KL_UNUSED_STATE;
    const char *text = "{\"name\": \"oak\", \"age\": 7, \"alive\": false, \"height\": 2, \"mood\": "
                       "\"wild\", \"first\": {\"name\": \"a\"}, \"branches\": [{\"name\": \"b\"}, "
                       "{\"name\": \"c\", \"branches\": [{\"name\": \"d\"}]}], \"named\": {\"x\": "
                       "{\"name\": \"e\"}}, \"limit\": 5, \"anything\": [{\"k\": null}]}";
    kl_value oak = from(&tree_type, text), map, again, map_again;
    bool same = false;
    assert_int_equal(kl_object_to_map(&map, oak.as.object, NULL), KL_OK);
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("branches.1.branches.0.name"))),
                "\"d\"");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("named.x.name"))), "\"e\"");
    assert_json(kl_value_retain(*kl_value_path(&map, KL_TEXT("height"))), "2.0");
    assert_int_equal(kl_object_from_map(&again, &tree_type, map, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, oak, again, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(kl_object_to_map(&map_again, again.as.object, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, map, map_again, NULL), KL_OK);
    assert_true(same);
    kl_value_release(map_again);
    kl_value_release(again);
    kl_value_release(map);
    kl_value_release(oak);
}

KL_TEST(a_read_only_field_comes_back_from_a_map)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"oak\", \"id\": \"t-5\"}"), map;
    assert_int_equal(kl_object_to_map(&map, oak.as.object, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("id"))), "\"t-5\"");
    kl_value_release(map);
    kl_value_release(oak);
    refuses(&tree_type, "{\"name\": \"oak\", \"id\": 5}", KL_TYPE, "id: expected string, got 5");
    refuses(&tree_type, "{\"name\": \"oak\", \"id\": \"bad\"}", KL_INVALID,
            "id: no tree is called bad");
}

KL_TEST(what_is_wrong_in_a_map_is_named)
{
    KL_UNUSED_STATE;
    const char *known = "name, age, alive, height, mood, token, bark, first, branches, named, "
                        "limit, anything";
    char unknown[256], nested[256];
    snprintf(unknown, sizeof unknown, "Tree: unknown key 'leaves'; known keys: %s", known);
    snprintf(nested, sizeof nested, "branches[1]: Tree: unknown key 'q'; known keys: %s", known);
    refuses(&tree_type, "{}", KL_INVALID, "name: missing");
    refuses(&tree_type, "null", KL_INVALID, "name: missing");
    refuses(&tree_type, "5", KL_TYPE, "Tree: expected object, got integer");
    refuses(&tree_type, "{\"name\": 5}", KL_TYPE, "name: expected string, got 5");
    refuses(&tree_type, "{\"name\": \"a\", \"age\": 9999}", KL_INVALID,
            "age: expected integer from 0 to 5000, got 9999");
    refuses(&tree_type, "{\"name\": \"a\", \"age\": 2000}", KL_INVALID,
            "age: trees live at most 1000 years");
    refuses(&tree_type, "{\"name\": \"a\", \"mood\": \"sad\"}", KL_INVALID,
            "mood: expected one of: calm, wild, got \"sad\"");
    refuses(&tree_type, "{\"name\": \"a\", \"limit\": -1}", KL_OVERFLOW,
            "limit: expected non-negative integer, got -1");
    refuses(&tree_type, "{\"name\": \"a\", \"leaves\": 1}", KL_INVALID, unknown);
    refuses(&tree_type, "{\"name\": \"a\", \"inner\": 1}", KL_INVALID,
            "Tree: unknown key 'inner'; known keys: name, age, alive, height, mood, token, bark, "
            "first, branches, named, limit, anything");
    refuses(&tree_type, "{\"name\": \"a\", \"first\": {\"name\": 5}}", KL_TYPE,
            "first: name: expected string, got 5");
    refuses(&tree_type, "{\"name\": \"a\", \"first\": [1]}", KL_TYPE,
            "first: expected Tree, got array");
    refuses(&tree_type, "{\"name\": \"a\", \"branches\": [{\"name\": \"b\"}, {\"q\": 5}]}",
            KL_INVALID, nested);
    refuses(&tree_type, "{\"name\": \"a\", \"branches\": [5]}", KL_TYPE,
            "branches[0]: expected Tree, got 5");
    refuses(&tree_type, "{\"name\": \"a\", \"bark\": \"QUI=\"}", KL_TYPE,
            "bark: expected bytes, got \"QUI=\"");
    refuses(&handle_type, "{}", KL_TYPE, "Handle cannot be constructed");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

KL_TEST(json_is_the_record_form_unless_the_type_says_otherwise)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"\\u00e4\", \"age\": 2}"), text;
    assert_int_equal(kl_object_to_json(&text, oak.as.object, NULL), KL_OK);
    assert_string_equal(
        kl_as_text(text).data,
        "{\"name\": \"\\u00e4\", \"age\": 2, \"alive\": true, \"height\": 1.5, \"mood\": \"calm\", "
        "\"token\": null, \"bark\": null, \"first\": null, \"branches\": [], \"named\": {}, "
        "\"limit\": null, \"anything\": null, \"id\": \"new\"}");
    kl_value_release(text);
    kl_value_release(oak);
    kl_value two = from(&pair_type, "{\"a\": 2, \"b\": \"\\u00e4\"}");
    assert_int_equal(kl_object_to_json(&text, two.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, "{\"a\":2,\"b\":\"\xc3\xa4\"}");
    kl_value_release(text);
    kl_value_release(two);
}

KL_TEST(bytes_stand_in_json_as_base64)
{
    KL_UNUSED_STATE;
    kl_value bytes, oak = from(&tree_type, "{\"name\": \"oak\"}"), text, again;
    bool same = false;
    assert_int_equal(kl_bytes_new(&bytes, (kl_text){"A\0B", 3}, NULL), KL_OK);
    ((tree *)oak.as.object)->bark = bytes;
    assert_int_equal(kl_object_to_json(&text, oak.as.object, NULL), KL_OK);
    assert_non_null(strstr(kl_as_text(text).data, "\"bark\": \"QQBC\""));
    assert_int_equal(kl_object_from_json(&again, &tree_type, kl_as_text(text), NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, oak, again, NULL), KL_OK);
    assert_true(same);
    kl_value_release(again);
    kl_value_release(text);
    kl_value_release(oak);
}

KL_TEST(bad_json_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_status status;
        const char *message; /* NULL = whatever the JSON reader says */
    } rows[] = {
        {"", KL_SYNTAX, NULL},
        {"{\"name\": \"a\"", KL_SYNTAX, NULL},
        {"null", KL_INVALID, "Tree: expected object, got null"},
        {"[]", KL_INVALID, "Tree: expected object, got array"},
        {"{\"name\": \"a\", \"bark\": \"!\"}", KL_SYNTAX, NULL},
        {"{\"name\": \"a\", \"bark\": 5}", KL_TYPE, "bark: expected bytes, got 5"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(
            kl_object_from_json(&out, &tree_type, kl_text_from(rows[i].text), &error),
            rows[i].status);
        if (rows[i].message)
            assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
}

/* ---- fields ---------------------------------------------------------------------------------- */

static kl_status set(kl_value object, const char *name, kl_value value, kl_error *error)
{
    const kl_field *field = kl_type_field(object.as.object->type, kl_text_from(name));
    assert_non_null(field);
    return kl_field_set(object.as.object, field, value, error);
}

KL_TEST(only_settable_fields_are_set_and_only_to_what_fits)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"oak\"}");
    kl_error error = KL_ERROR_INIT;
    tree *t = (tree *)oak.as.object;
    assert_int_equal(set(oak, "age", kl_int(20), NULL), KL_OK);
    assert_int_equal(t->age, 20);
    assert_int_equal(set(oak, "height", kl_int(3), NULL), KL_OK);
    assert_true(t->height == 3.0);
    assert_int_equal(set(oak, "limit", kl_bool(true), NULL), KL_OK);
    assert_json(kl_value_retain(t->limit), "1");
    assert_int_equal(set(oak, "limit", kl_null(), NULL), KL_OK);
    assert_json(kl_value_retain(t->limit), "null");
    assert_int_equal(set(oak, "name", kl_null(), &error), KL_ATTRIBUTE);
    assert_string_equal(kl_error_message(&error), "Tree.name is read-only");
    assert_int_equal(set(oak, "age", kl_double(1), &error), KL_TYPE);
    assert_string_equal(kl_error_message(&error), "age: expected integer from 0 to 5000, got 1.0");
    assert_int_equal(set(oak, "age", kl_int(1001), &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "age: trees live at most 1000 years");
    assert_int_equal(t->age, 20); /* as before */
    assert_null(kl_type_field(&tree_type, KL_TEXT("inner")));
    assert_null(kl_type_field(&tree_type, (kl_text){NULL, 0}));
    kl_error_clear(&error);
    kl_value_release(oak);
}

KL_TEST(a_copy_is_equal_and_apart)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"oak\", \"id\": \"t-9\"}"), copy, bare, handle;
    kl_object *object;
    bool same = false;
    assert_int_equal(kl_object_copy(&copy, &tree_type, oak, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, oak, copy, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(set(copy, "age", kl_int(9), NULL), KL_OK);
    assert_int_equal(((tree *)oak.as.object)->age, 1);
    assert_int_equal(kl_object_copy(&bare, &pair_type, kl_null(), NULL), KL_OK);
    repr_is(bare, "Pair(a=0)");
    assert_int_equal(kl_object_alloc(&object, &handle_type, NULL), KL_OK);
    assert_int_equal(kl_object_copy(&handle, &handle_type, kl_value_of(object), NULL), KL_TYPE);
    kl_object_release(object);
    kl_value_release(bare);
    kl_value_release(copy);
    kl_value_release(oak);
}

/* ---- repr ------------------------------------------------------------------------------------ */

KL_TEST(repr_is_one_line_and_shows_no_secret)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"o\\na\\u0000k\", \"token\": \"hunter2\", "
                                    "\"branches\": [{\"name\": \"b\", \"token\": \"hunter3\"}]}");
    kl_value text;
    assert_int_equal(kl_object_repr(&text, oak.as.object, NULL), KL_OK);
    assert_string_equal(
        kl_as_text(text).data,
        "Tree(name=o\\x0aa\\x00k, age=1, alive=true, height=1.5, mood=calm, token=<redacted>, "
        "bark=None, first=None, branches=[Tree(name=b, age=1, alive=true, height=1.5, mood=calm, "
        "token=<redacted>, bark=None, first=None, branches=[], named={}, limit=None, "
        "anything=None, id=new)], named={}, limit=None, anything=None, id=new)");
    kl_value_release(text);
    kl_value_release(oak);
}

KL_TEST(repr_cuts_what_is_long)
{
    KL_UNUSED_STATE;
    kl_value list, value, bytes;
    assert_int_equal(kl_array_new(&list, 0, NULL), KL_OK);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(kl_array_push(&list, kl_int(i), NULL), KL_OK);
    kl_value two = from(&tree_type, "{\"name\": \"x\"}");
    tree *t = (tree *)two.as.object;
    kl_value_replace(&t->anything, list);
    assert_int_equal(kl_object_repr(&value, two.as.object, NULL), KL_OK);
    assert_non_null(strstr(kl_as_text(value).data, "anything=[0, 1, 2, 3, "));
    assert_non_null(strstr(kl_as_text(value).data, ", ...], id=new)"));
    assert_true(kl_value_len(value) < 400);
    kl_value_release(value);
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("abc"), NULL), KL_OK);
    kl_value_replace(&t->anything, bytes);
    kl_value_replace(&t->name, kl_null());
    char umlauts[202];
    for (int i = 0; i < 200; i += 2)
        memcpy(umlauts + i, "\xc3\xa4", 2);
    assert_int_equal(kl_string_new(&t->name, (kl_text){umlauts, 200}, NULL), KL_OK);
    assert_int_equal(kl_object_repr(&value, two.as.object, NULL), KL_OK);
    umlauts[160] = '\0'; /* 80 characters */
    assert_non_null(strstr(kl_as_text(value).data, umlauts));
    assert_non_null(strstr(kl_as_text(value).data, "\xc3\xa4..., age"));
    assert_non_null(strstr(kl_as_text(value).data, "anything=<3 bytes>"));
    kl_value_release(value);
    kl_value_release(two);
}

/* ---- equality, order, hash ------------------------------------------------------------------- */

KL_TEST(records_are_equal_ordered_and_hashed_by_value)
{
    KL_UNUSED_STATE;
    kl_value a = from(&pair_type, "{\"a\": 1, \"b\": [1]}"),
             b = from(&pair_type, "{\"a\": 1, \"b\": [1]}"),
             c = from(&pair_type, "{\"a\": 2}"), oak = from(&tree_type, "{\"name\": \"a\"}");
    bool same = false;
    int order = 5;
    uint64_t hash_a = 0, hash_b = 1;
    assert_int_equal(kl_value_equal(&same, a, b, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(kl_value_equal(&same, a, c, NULL), KL_OK);
    assert_false(same);
    assert_int_equal(kl_value_equal(&same, a, oak, NULL), KL_OK);
    assert_false(same);
    assert_int_equal(kl_value_hash(&hash_a, a, NULL), KL_OK);
    assert_int_equal(kl_value_hash(&hash_b, b, NULL), KL_OK);
    assert_true(hash_a == hash_b);
    assert_int_equal(kl_value_compare(&order, a, c, NULL), KL_OK);
    assert_int_equal(order, -1);
    assert_int_equal(kl_value_compare(&order, a, b, NULL), KL_OK);
    assert_int_equal(order, 0);
    assert_int_equal(kl_value_compare(&order, a, oak, NULL), KL_TYPE);
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(c);
    kl_value_release(oak);
}

/* ---- depth ----------------------------------------------------------------------------------- */

/* `levels` pairs, each the b of the next. */
static kl_value chain(size_t levels)
{
    kl_value inner = kl_null();
    for (size_t i = 0; i < levels; i++) {
        const kl_value args[] = {kl_int(1), inner};
        kl_value outer;
        assert_int_equal(kl_object_make(&outer, &pair_type, args, NULL), KL_OK);
        kl_value_release(inner);
        inner = outer;
    }
    return inner;
}

KL_TEST(deep_records_are_an_error_not_a_crash)
{
    KL_UNUSED_STATE;
    kl_value a = chain(100000), b = chain(100000), out, shallow = chain(KL_RECORD_DEPTH_MAX);
    bool same = false;
    int order;
    uint64_t hash;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_value_equal(&same, a, b, &error), KL_DEPTH);
    assert_string_equal(kl_error_message(&error), "records nest deeper than 256 levels");
    assert_int_equal(kl_value_compare(&order, a, b, NULL), KL_DEPTH);
    assert_int_equal(kl_value_hash(&hash, a, NULL), KL_DEPTH);
    assert_int_equal(kl_object_to_map(&out, a.as.object, NULL), KL_DEPTH);
    repr_is(a, "Pair(a=1)");
    assert_int_equal(kl_value_equal(&same, shallow, shallow, NULL), KL_OK);
    assert_int_equal(kl_value_hash(&hash, shallow, NULL), KL_OK); /* the count went down again */
    assert_int_equal(kl_object_to_map(&out, shallow.as.object, NULL), KL_OK);
    kl_value_release(out);
    kl_error_clear(&error);
    kl_value_release(shallow);
    kl_value_release(a);
    kl_value_release(b);
}

KL_TEST(deep_plain_values_pass_through_a_record)
{
    KL_UNUSED_STATE;
    kl_value deep = kl_null(), out, record;
    for (int i = 0; i < KL_DEPTH_MAX; i++) {
        kl_value outer;
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, deep, NULL), KL_OK);
        deep = outer;
    }
    const kl_value args[] = {kl_int(1), deep};
    assert_int_equal(kl_object_make(&record, &pair_type, args, NULL), KL_OK);
    assert_int_equal(kl_object_to_map(&out, record.as.object, NULL), KL_OK);
    assert_ptr_equal(kl_map_get(out, KL_TEXT("b")).as.payload, deep.as.payload); /* shared */
    kl_value_release(out);
    kl_value_release(record);
    kl_value_release(deep);
}

KL_TEST(maps_may_nest_as_deep_as_json)
{
    KL_UNUSED_STATE;
    enum { LEVELS = 126 };
    char text[LEVELS * 40], *at = text;
    for (int i = 0; i < LEVELS; i++)
        at += sprintf(at, "{\"name\": \"t\", \"first\": ");
    at += sprintf(at, "null");
    for (int i = 0; i < LEVELS; i++)
        *at++ = '}';
    kl_value out;
    assert_int_equal(
        kl_object_from_json(&out, &tree_type, (kl_text){text, (size_t)(at - text)}, NULL), KL_OK);
    kl_value_release(out);
}

KL_TEST(maps_that_nest_deeper_than_records_may_are_refused)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"name\": \"t\"}"), out;
    kl_error error = KL_ERROR_INIT;
    for (int i = 1; i < KL_RECORD_DEPTH_MAX; i++) {
        kl_value outer = json("{\"name\": \"t\"}");
        assert_int_equal(kl_map_set(&outer, KL_TEXT("first"), map, NULL), KL_OK);
        map = outer;
    }
    assert_int_equal(kl_object_from_map(&out, &tree_type, map, &error), KL_OK);
    kl_value_release(out);
    kl_value outer = json("{\"name\": \"t\"}");
    assert_int_equal(kl_map_set(&outer, KL_TEXT("first"), map, NULL), KL_OK);
    assert_int_equal(kl_object_from_map(&out, &tree_type, outer, &error), KL_DEPTH);
    assert_non_null(strstr(kl_error_message(&error), "records nest deeper than 256 levels"));
    kl_error_clear(&error);
    kl_value_release(outer);
}

KL_TEST(repr_ends_at_some_depth)
{
    KL_UNUSED_STATE;
    kl_value oak = from(&tree_type, "{\"name\": \"oak\"}"), text;
    for (int i = 0; i < 40; i++) {
        kl_value next = from(&tree_type, "{\"name\": \"oak\"}");
        kl_value_replace(&((tree *)next.as.object)->first, oak);
        oak = next;
    }
    assert_int_equal(kl_object_repr(&text, oak.as.object, NULL), KL_OK);
    assert_non_null(strstr(kl_as_text(text).data, "first=..."));
    kl_value_release(text);
    kl_value_release(oak);
}

/* ---- the sweeps ------------------------------------------------------------------------------ */

static kl_status round_trip(void *data)
{
    kl_value record = kl_null(), map = kl_null(), text = kl_null(), again = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_from_map(&record, &tree_type, *(kl_value *)data, NULL));
    KL_TRY_OUT(kl_object_to_map(&map, record.as.object, NULL));
    KL_TRY_OUT(kl_object_to_json(&text, record.as.object, NULL));
    KL_TRY_OUT(kl_object_from_json(&again, &tree_type, kl_as_text(text), NULL));
    kl_value_release(kl_value_take(&text));
    KL_TRY_OUT(kl_object_repr(&text, record.as.object, NULL));
    kl_value_release(kl_value_take(&again));
    KL_TRY_OUT(kl_object_copy(&again, &tree_type, record, NULL));
out:
    kl_value_release(again);
    kl_value_release(text);
    kl_value_release(map);
    kl_value_release(record);
    return status;
}

KL_TEST(round_trips_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"name\": \"oak\", \"first\": {\"name\": \"a\"}, \"branches\": "
                        "[{\"name\": \"b\"}], \"named\": {\"x\": {\"name\": \"e\"}}, \"id\": \"i\"}");
    assert_true(sweep(round_trip, &map) > 50);
    kl_value_release(map);
}

/* ---- RetryPolicy, CircuitBreakerConfig ------------------------------------------------------- */

static const kl_type *type_named(const char *name)
{
    const kl_type *type = kl_type_find(kl_text_from(name), "kailash");
    assert_non_null(type);
    return type;
}

KL_TEST(retry_delays_double_up_to_the_bound)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *policy;
        int64_t attempt, delay;
    } rows[] = {
        {"{}", 1, 100}, {"{}", 2, 200}, {"{}", 3, 400}, {"{}", 6, 3200}, {"{}", 7, 5000},
        {"{}", 4294967295, 5000},
        {"{\"backoff\": \"fixed\"}", 1, 100}, {"{\"backoff\": \"fixed\"}", 50, 100},
        {"{\"backoff\": \"fixed\", \"max_delay_ms\": 30}", 1, 30},
        {"{\"base_delay_ms\": 0}", 4294967295, 0},
        {"{\"base_delay_ms\": 6000}", 1, 5000},
        {"{\"base_delay_ms\": 1, \"max_delay_ms\": 9223372036854775807}", 63, INT64_C(1) << 62},
        {"{\"base_delay_ms\": 1, \"max_delay_ms\": 9223372036854775807}", 64, INT64_MAX},
        {"{\"base_delay_ms\": 1, \"max_delay_ms\": 9223372036854775807}", 4294967295, INT64_MAX},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value policy = from(type_named("RetryPolicy"), rows[i].policy), delay;
        const kl_value attempt = kl_int(rows[i].attempt);
        kl_status status =
            kl_object_call(&delay, policy.as.object, KL_TEXT("delay_ms"), &attempt, 1, NULL);
        assert_int_equal(status, KL_OK);
        assert_true(kl_as_int(delay) == rows[i].delay);
        kl_value_release(policy);
    }
}

KL_TEST(retry_policies_check_what_they_are_given)
{
    KL_UNUSED_STATE;
    const kl_type *type = type_named("RetryPolicy");
    refuses(type, "{\"backoff\": \"linear\"}", KL_INVALID,
            "backoff: expected one of: exponential, fixed, got \"linear\"");
    refuses(type, "{\"max_retries\": -1}", KL_OVERFLOW,
            "max_retries: expected non-negative integer from 0 to 4294967295, got -1");
    refuses(type, "{\"max_retries\": 4294967296}", KL_OVERFLOW,
            "max_retries: expected non-negative integer from 0 to 4294967295, got 4294967296");
    refuses(type, "{\"base_delay_ms\": 1.5}", KL_TYPE,
            "base_delay_ms: expected non-negative integer, got 1.5");
    kl_value policy = from(type, "{}"), delay;
    const kl_value zero = kl_int(0);
    repr_is(policy, "RetryPolicy(max_retries=3, backoff=exponential, base_delay_ms=100, "
                    "max_delay_ms=5000)");
    assert_int_equal(kl_object_call(&delay, policy.as.object, KL_TEXT("delay_ms"), &zero, 1, NULL),
                     KL_INVALID);
    assert_int_equal(set(policy, "max_retries", kl_int(1), NULL), KL_ATTRIBUTE);
    kl_value_release(policy);
}

KL_TEST(breaker_configs_take_none_for_the_default)
{
    KL_UNUSED_STATE;
    const kl_type *type = type_named("CircuitBreakerConfig");
    kl_value config = from(type, "{\"failure_threshold\": null, \"open_duration_secs\": 2}"), text,
             again;
    bool same = false;
    repr_is(config, "CircuitBreakerConfig(failure_threshold=5, success_threshold=2, "
                    "open_duration_secs=2.0, half_open_max_calls=1)");
    assert_int_equal(kl_object_to_json(&text, config.as.object, NULL), KL_OK);
    assert_int_equal(kl_object_from_json(&again, type, kl_as_text(text), NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, config, again, NULL), KL_OK);
    assert_true(same);
    kl_value_release(again);
    kl_value_release(text);
    kl_value_release(config);
    refuses(type, "{\"half_open_max_calls\": 0}", KL_INVALID,
            "half_open_max_calls: expected non-negative integer from 1 to 4294967295, got 0");
    refuses(type, "{\"open_duration_secs\": -1}", KL_INVALID,
            "open_duration_secs: expected number of seconds, got -1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_becomes_a_map_in_declared_order),
        cmocka_unit_test(records_within_records_become_maps_and_come_back),
        cmocka_unit_test(a_read_only_field_comes_back_from_a_map),
        cmocka_unit_test(what_is_wrong_in_a_map_is_named),
        cmocka_unit_test(json_is_the_record_form_unless_the_type_says_otherwise),
        cmocka_unit_test(bytes_stand_in_json_as_base64),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(only_settable_fields_are_set_and_only_to_what_fits),
        cmocka_unit_test(a_copy_is_equal_and_apart),
        cmocka_unit_test(repr_is_one_line_and_shows_no_secret),
        cmocka_unit_test(repr_cuts_what_is_long),
        cmocka_unit_test(records_are_equal_ordered_and_hashed_by_value),
        cmocka_unit_test(deep_records_are_an_error_not_a_crash),
        cmocka_unit_test(deep_plain_values_pass_through_a_record),
        cmocka_unit_test(maps_may_nest_as_deep_as_json),
        cmocka_unit_test(maps_that_nest_deeper_than_records_may_are_refused),
        cmocka_unit_test(repr_ends_at_some_depth),
        cmocka_unit_test(round_trips_survive_every_failed_allocation),
        cmocka_unit_test(retry_delays_double_up_to_the_bound),
        cmocka_unit_test(retry_policies_check_what_they_are_given),
        cmocka_unit_test(breaker_configs_take_none_for_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
