/* tests/c/test_versions.c - the order of versions, VersionKey, VersionedWorkflowRegistry. */
#include "workflow/version_order.h"
#include "workflow/versions.h"
#include "sweep.h"

#include <pthread.h>

/* ---- order ----------------------------------------------------------------------------------- */

/* Ascending; every pair is compared both ways. The pre-releases are the example of semver 2.0.0,
 * section 11. */
static const char *const ascending[] = {
    "", "beta", "beta.2", "v1.0.0", "v1.9.0", "v1.10.0", "x.1",
    "0", "0.9", "0.9.9", "1", "1.x", "1.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
    "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0-rc.1+5", "1.0.0",
    "1.0.0+1", "1.0.0+2", "1.0.0+11", "1.0.0+a", "1.0.0.0", "1.9.0", "1.09.1", "1.9.2", "1.10.0",
    "2", "2.0", "2.0.0", "2.0.1", "10.0.0", "99999999999999999999999",
    "100000000000000000000000",
};

static int sign(int order) { return (order > 0) - (order < 0); }

KL_TEST(versions_have_one_order)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(ascending); i++)
        for (size_t j = 0; j < KL_COUNT(ascending); j++) {
            int order = sign(
                kl_version_compare(kl_text_from(ascending[i]), kl_text_from(ascending[j])));
            if (order != (i > j) - (i < j))
                print_error("%s against %s: %d\n", ascending[i], ascending[j], order);
            assert_int_equal(order, (i > j) - (i < j));
        }
}

KL_TEST(odd_versions_are_ordered_without_reading_beyond_them)
{
    KL_UNUSED_STATE;
    static const char *const odd[] = {"", ".", "..", "-", "+", "-+", "+-", "1.", ".1", "1-", "1+",
                                      "1-+", "1-.", "1+.", "00", "000", "0-0", "1.-1", "\xff"};
    for (size_t i = 0; i < KL_COUNT(odd); i++)
        for (size_t j = 0; j < KL_COUNT(odd); j++) {
            int one = sign(kl_version_compare(kl_text_from(odd[i]), kl_text_from(odd[j])));
            int two = sign(kl_version_compare(kl_text_from(odd[j]), kl_text_from(odd[i])));
            assert_int_equal(one, -two);
            assert_int_equal(one == 0, i == j);
        }
    assert_int_equal(kl_version_compare((kl_text){NULL, 0}, (kl_text){NULL, 0}), 0);
}

/* ---- the registry ---------------------------------------------------------------------------- */

#define EXAMPLE                                                                                    \
    "{\"version\":\"1.0\",\"nodes\":[{\"type_name\":\"NoOpNode\",\"node_id\":\"a\",\"config\":{"   \
    "\"m\":\"x\"}}],\"connections\":[],\"enable_cycles\":false}"
#define OTHER                                                                                      \
    "{\"version\":\"1.0\",\"nodes\":[{\"type_name\":\"NoOpNode\",\"node_id\":\"b\",\"config\":{"   \
    "\"m\":\"x\"}}],\"connections\":[],\"enable_cycles\":false}"

static kl_object *registry(void)
{
    kl_value made;
    assert_int_equal(kl_object_from_map(&made, &kl_versions_type, kl_null(), NULL), KL_OK);
    return made.as.object;
}

/* Call with up to three texts and, for four arguments, replace=True. */
static kl_status call(kl_value *out, kl_object *self, const char *method, size_t count,
                      const char *a, const char *b, const char *c, kl_error *error)
{
    const char *const texts[] = {a, b, c};
    kl_value args[4] = {kl_null(), kl_null(), kl_null(), kl_bool(true)};
    for (size_t i = 0; i < 3; i++)
        if (texts[i])
            assert_int_equal(kl_string_new(&args[i], kl_text_from(texts[i]), NULL), KL_OK);
    kl_status status = kl_object_call(out, self, kl_text_from(method), args, count, error);
    for (size_t i = 0; i < 3; i++)
        kl_value_release(args[i]);
    return status;
}

static kl_value must(kl_object *self, const char *method, size_t count, const char *a,
                     const char *b, const char *c)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (call(&out, self, method, count, a, b, c, &error) != KL_OK)
        fail_msg("%s: %s", method, kl_error_message(&error));
    return out;
}

static kl_value put(kl_object *self, const char *name, const char *version, const char *json_text)
{
    return must(self, "register", 3, name, version, json_text);
}

static void repr_is(kl_value value, const char *expected)
{
    kl_value text;
    assert_int_equal(kl_object_repr(&text, value.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
    kl_value_release(value);
}

KL_TEST(the_hash_does_not_depend_on_blanks_and_the_order_of_keys)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    assert_json(put(all, "w", "1", EXAMPLE), "\"126a993d0cf5b61e\"");
    assert_json(put(all, "w", "2",
                    " { \"enable_cycles\" : false, \"connections\": [ ], \"nodes\": [ {\"config\": "
                    "{\"m\": \"x\"}, \"node_id\": \"a\", \"type_name\": \"NoOpNode\", \"note\": 1}"
                    "], \"version\": \"1.0\", \"unknown\": {} } "),
                "\"126a993d0cf5b61e\"");
    assert_json(must(all, "get", 2, "w", "2", NULL),
                "\"{\\\"version\\\":\\\"1.0\\\",\\\"nodes\\\":[{\\\"type_name\\\":\\\"NoOpNode\\\","
                "\\\"node_id\\\":\\\"a\\\",\\\"config\\\":{\\\"m\\\":\\\"x\\\"}}],"
                "\\\"connections\\\":[],\\\"enable_cycles\\\":false}\"");
    kl_object_release(all);
}

KL_TEST(versions_are_found_and_listed_in_order)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    static const char *const given[] = {"1.10.0", "1.9.0", "2.0.0-rc.1", "1.9.0-rc.1"};
    for (size_t i = 0; i < KL_COUNT(given); i++)
        kl_value_release(put(all, "w", given[i], i == 2 ? OTHER : EXAMPLE));
    kl_value_release(put(all, "u", "7", EXAMPLE));
    assert_json(must(all, "workflow_count", 0, NULL, NULL, NULL), "5");
    assert_json(must(all, "__len__", 0, NULL, NULL, NULL), "5");
    kl_value list = must(all, "list_versions", 1, "w", NULL, NULL), latest, map;
    static const char *const ordered[] = {"1.9.0-rc.1", "1.9.0", "1.10.0", "2.0.0-rc.1"};
    assert_int_equal(kl_array_len(list), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(kl_object_to_map(&map, kl_array_at(list, i).as.object, NULL), KL_OK);
        assert_true(kl_text_is(kl_as_text(kl_map_get(map, KL_TEXT("version"))), ordered[i]));
        kl_text stamp = kl_as_text(kl_map_get(map, KL_TEXT("registered_at")));
        assert_int_equal(stamp.len, strlen("2026-01-02T03:04:05.000123Z"));
        assert_true(stamp.data[10] == 'T' && stamp.data[19] == '.' && stamp.data[26] == 'Z');
        kl_value_release(map);
    }
    kl_value_release(list);
    latest = must(all, "latest_version", 1, "w", NULL, NULL);
    assert_string_equal(kl_as_text(latest).data, OTHER);
    kl_value_release(latest);
    kl_object_release(all);
}

KL_TEST(what_is_unknown_is_none)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    kl_value_release(put(all, "w", "1", EXAMPLE));
    assert_json(must(all, "get", 2, "w", "2", NULL), "null");
    assert_json(must(all, "get", 2, "v", "1", NULL), "null");
    assert_json(must(all, "latest_version", 1, "v", NULL, NULL), "null");
    assert_json(must(all, "list_versions", 1, "v", NULL, NULL), "[]");
    assert_json(must(all, "lookup_hash", 1, "126a993d0cf5b61f", NULL, NULL), "null");
    assert_json(must(all, "lookup_hash", 1, "", NULL, NULL), "null");
    kl_object_release(all);
}

KL_TEST(a_hash_leads_to_the_version_registered_last)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    kl_value json_text;
    kl_value_release(put(all, "w", "2", EXAMPLE));
    kl_value_release(put(all, "w", "1", EXAMPLE));
    repr_is(must(all, "lookup_hash", 1, "126a993d0cf5b61e", NULL, NULL),
            "VersionKey(name=w, version=1)");
    assert_int_equal(kl_versions_by_hash(&json_text, all, KL_TEXT("126a993d0cf5b61e"), NULL),
                     KL_OK);
    assert_string_equal(kl_as_text(json_text).data, EXAMPLE);
    kl_value_release(json_text);
    /* w@1 gets another content: the hash now leads to w@2 only. */
    kl_value_release(must(all, "register", 4, "w", "1", OTHER));
    repr_is(must(all, "lookup_hash", 1, "126a993d0cf5b61e", NULL, NULL),
            "VersionKey(name=w, version=2)");
    kl_value_release(must(all, "register", 4, "w", "2", OTHER));
    assert_json(must(all, "lookup_hash", 1, "126a993d0cf5b61e", NULL, NULL), "null");
    assert_json(must(all, "__len__", 0, NULL, NULL, NULL), "2");
    kl_object_release(all);
}

KL_TEST(a_version_is_not_overwritten_by_chance)
{
    KL_UNUSED_STATE;
    kl_object *all = registry();
    kl_value out = kl_int(7);
    kl_error error = KL_ERROR_INIT;
    kl_value_release(put(all, "w", "1", EXAMPLE));
    kl_value_release(put(all, "w", "1", EXAMPLE)); /* the same again */
    assert_int_equal(call(&out, all, "register", 3, "w", "1", OTHER, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "w@1 is already registered with another definition; choose a new version, "
                        "or pass replace=True");
    kl_error_clear(&error);
    assert_json(out, "7");
    kl_value text = must(all, "get", 2, "w", "1", NULL);
    assert_string_equal(kl_as_text(text).data, EXAMPLE);
    kl_value_release(text);
    repr_is(must(all, "lookup_hash", 1, "126a993d0cf5b61e", NULL, NULL),
            "VersionKey(name=w, version=1)");
    kl_value_release(must(all, "register", 4, "w", "1", OTHER));
    text = must(all, "get", 2, "w", "1", NULL);
    assert_string_equal(kl_as_text(text).data, OTHER);
    kl_value_release(text);
    kl_object_release(all);
}

KL_TEST(bad_definitions_are_refused_with_their_place)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "invalid workflow definition at line 1 column 1: "},
        {"{", "invalid workflow definition at line 1 column 2: "},
        {"[]", "invalid workflow definition at line 1 column 1: the definition: expected object"},
        {"{}", "invalid workflow definition at line 1 column 1: the definition: missing field "
               "`version`"},
        {"{\"version\":\"1.0\",\n \"nodes\":{},\"connections\":[],\"enable_cycles\":false}",
         "invalid workflow definition at line 2 column 10: nodes: expected array, got object"},
        {EXAMPLE "x", "invalid workflow definition at line 1 column "},
    };
    kl_object *all = registry();
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(call(&out, all, "register", 3, "w", "1", rows[i].text, &error), KL_SYNTAX);
        if (strncmp(kl_error_message(&error), rows[i].message, strlen(rows[i].message)) != 0)
            fail_msg("%s: \"%s\"", rows[i].text, kl_error_message(&error));
        kl_error_clear(&error);
    }
    assert_json(must(all, "__len__", 0, NULL, NULL, NULL), "0");
    kl_object_release(all);
}

KL_TEST(keys_are_values_and_print_as_name_at_version)
{
    KL_UNUSED_STATE;
    kl_value map = json("{\"name\": \"w\", \"version\": \"1.0\"}"), key, same_key, text, info;
    bool same = false;
    assert_int_equal(kl_object_from_map(&key, &kl_version_key_type, map, NULL), KL_OK);
    assert_int_equal(kl_object_from_map(&same_key, &kl_version_key_type, map, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, key, same_key, NULL), KL_OK);
    assert_true(same);
    assert_int_equal(kl_object_call(&text, key.as.object, KL_TEXT("__str__"), NULL, 0, NULL),
                     KL_OK);
    assert_json(text, "\"w@1.0\"");
    int order;
    assert_int_equal(kl_value_compare(&order, key, key, NULL), KL_OK); /* itself */
    assert_int_equal(kl_value_compare(&order, key, same_key, NULL), KL_TYPE);
    assert_int_equal(kl_object_from_map(&info, &kl_version_info_type, map, NULL), KL_TYPE);
    kl_value_release(key);
    kl_value_release(same_key);
    kl_value_release(map);
}

/* ---- threads and memory ---------------------------------------------------------------------- */

static void *register_many(void *data)
{
    char version[32];
    for (int i = 0; i < 200; i++) {
        snprintf(version, sizeof version, "%d.0", i);
        kl_value out;
        if (call(&out, data, "register", 3, "shared", version, EXAMPLE, NULL) == KL_OK)
            kl_value_release(out);
        if (call(&out, data, "list_versions", 1, "shared", NULL, NULL, NULL) == KL_OK)
            kl_value_release(out);
    }
    return NULL;
}

KL_TEST(threads_may_share_it)
{
    KL_UNUSED_STATE;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    kl_object *all = registry();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, register_many, all), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_json(must(all, "__len__", 0, NULL, NULL, NULL), "200");
    kl_value list = must(all, "list_versions", 1, "shared", NULL, NULL);
    assert_int_equal(kl_array_len(list), 200);
    kl_value_release(list);
    kl_object_release(all);
}

typedef struct texts {
    kl_value name, first, second, example, other;
} texts;

static kl_status use_registry(void *data)
{
    const texts *t = data;
    const kl_value one[] = {t->name, t->first, t->example}, two[] = {t->name, t->second, t->other},
                   forced[] = {t->name, t->first, t->other, kl_bool(true)};
    kl_value all = kl_null(), out = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_object_from_map(&all, &kl_versions_type, kl_null(), NULL));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("register"), one, 3, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("register"), two, 3, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, all.as.object, KL_TEXT("list_versions"), one, 1, NULL));
    kl_value_release(kl_value_take(&out));
    status = kl_object_call(&out, all.as.object, KL_TEXT("register"), forced, 4, NULL);
    kl_value_release(kl_value_take(&out));
    if (status != KL_OK) { /* a failure leaves all as it was */
        size_t failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        repr_is(must(all.as.object, "lookup_hash", 1, "126a993d0cf5b61e", NULL, NULL),
                "VersionKey(name=w, version=1)");
        assert_json(must(all.as.object, "__len__", 0, NULL, NULL, NULL), "2");
        kl_value_release(all);
        /* put the count of failures back for the sweep */
        kl_test_fail_allocation(1);
        kl_free(kl_alloc(1));
        return failed ? status : KL_FAILED;
    }
    KL_TRY_OUT(kl_object_repr(&out, all.as.object, NULL));
out:
    kl_value_release(out);
    kl_value_release(all);
    return status;
}

KL_TEST(registering_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    texts t;
    assert_int_equal(kl_string_new(&t.name, KL_TEXT("w"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&t.first, KL_TEXT("1"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&t.second, KL_TEXT("2"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&t.example, KL_TEXT(EXAMPLE), NULL), KL_OK);
    assert_int_equal(kl_string_new(&t.other, KL_TEXT(OTHER), NULL), KL_OK);
    assert_true(sweep(use_registry, &t) > 50);
    kl_value_release(t.name);
    kl_value_release(t.first);
    kl_value_release(t.second);
    kl_value_release(t.example);
    kl_value_release(t.other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_one_order),
        cmocka_unit_test(odd_versions_are_ordered_without_reading_beyond_them),
        cmocka_unit_test(the_hash_does_not_depend_on_blanks_and_the_order_of_keys),
        cmocka_unit_test(versions_are_found_and_listed_in_order),
        cmocka_unit_test(what_is_unknown_is_none),
        cmocka_unit_test(a_hash_leads_to_the_version_registered_last),
        cmocka_unit_test(a_version_is_not_overwritten_by_chance),
        cmocka_unit_test(bad_definitions_are_refused_with_their_place),
        cmocka_unit_test(keys_are_values_and_print_as_name_at_version),
        cmocka_unit_test(threads_may_share_it),
        cmocka_unit_test(registering_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
