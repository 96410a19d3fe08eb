/* tests/c/test_trust_envelope.c - the session envelope: document, hash, comparison, intersection. */
#include "sweep.h"
#include "test.h"
#include "trust_plane/envelope.h"

#include <math.h>

#define EMPTY "{\"operational\":{},\"data_access\":{},\"financial\":{},\"temporal\":{},\"communication\":{}}"

/* An envelope of JSON text; the test fails when it is none. */
static kl_session_envelope *envelope(const char *text)
{
    kl_session_envelope *made = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_session_envelope_parse(&made, kl_text_from(text), &error) != KL_OK)
        fail_msg("no envelope: %s: %s", kl_error_message(&error), text);
    return made;
}

/* The empty envelope with one member in another value. */
static kl_session_envelope *with(const char *dimension, const char *member, const char *value)
{
    kl_session_envelope *empty = envelope(EMPTY), *made = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value given = json(value);
    if (kl_session_envelope_with(&made, empty, dimension, member, given, &error) != KL_OK)
        fail_msg("%s.%s: %s", dimension, member, kl_error_message(&error));
    kl_value_release(given);
    kl_session_envelope_release(empty);
    return made;
}

KL_TEST(the_empty_document_has_all_members_in_order)
{
    KL_UNUSED_STATE;
    kl_session_envelope *made = envelope(EMPTY), *empty = NULL;
    kl_value text = kl_null();
    assert_int_equal(kl_session_envelope_empty(&empty, NULL), KL_OK);
    assert_json(kl_value_retain(made->map),
                "{\"operational\":{\"allowed_actions\":null,\"blocked_actions\":[]},"
                "\"data_access\":{\"read_paths\":null,\"write_paths\":null,\"blocked_paths\":[],"
                "\"blocked_patterns\":[]},"
                "\"financial\":{\"max_cost_per_session\":null,\"max_cost_per_action\":null,"
                "\"budget_tracking\":false},"
                "\"temporal\":{\"max_session_hours\":null,\"allowed_hours\":null,"
                "\"cooldown_minutes\":null},"
                "\"communication\":{\"allowed_channels\":null,\"blocked_channels\":[],"
                "\"requires_review\":false},\"signed_by\":null,\"signed_at\":null}");
    assert_int_equal(kl_session_envelope_print(&text, empty, NULL), KL_OK);
    assert_memory_equal(kl_as_text(text).data, "{\n  \"operational\": {\n    \"allowed_actions\": null,", 45);
    assert_int_equal(kl_as_text(text).data[kl_as_text(text).len - 1], '}');
    assert_int_equal(empty->hours, 0xFFFFFF);
    kl_value_release(text);
    kl_session_envelope_release(empty);
    kl_session_envelope_release(made);
}

static void assert_hash(const kl_session_envelope *made, const char *expected)
{
    kl_value hash = kl_null();
    assert_int_equal(kl_session_envelope_hash(&hash, made, NULL), KL_OK);
    assert_string_equal(kl_as_text(hash).data, expected);
    kl_value_release(hash);
}

KL_TEST(hashes_are_those_of_the_specification)
{
    KL_UNUSED_STATE;
    kl_session_envelope *empty = envelope(EMPTY);
    kl_session_envelope *full = envelope(
        "{\"operational\":{\"allowed_actions\":[\"read\",\"write\"],\"blocked_actions\":[\"rm\"]},"
        "\"data_access\":{\"read_paths\":[\"/a\"],\"write_paths\":[\"/a/b\"],"
        "\"blocked_paths\":[\"/a/c\"],\"blocked_patterns\":[\"*.env\"]},"
        "\"financial\":{\"max_cost_per_session\":10,\"max_cost_per_action\":1.5,"
        "\"budget_tracking\":true},"
        "\"temporal\":{\"max_session_hours\":8,\"allowed_hours\":[[9,17]],\"cooldown_minutes\":5},"
        "\"communication\":{\"allowed_channels\":[\"email\"]},"
        "\"signed_by\":\"me\",\"signed_at\":\"2026-01-01T10:00:00.120+02:00\"}");
    assert_hash(empty, "3d8a40bb256c601b4764a7b5f3998a47e7449fe2cdf8c9dd45326688c6ef21ce");
    assert_hash(full, "45d0860a443c287894241156ded9481312650d26f90573d100d452c148bfcdf6");
    assert_string_equal(kl_as_text(full->signed_at).data, "2026-01-01T08:00:00.120Z");
    assert_true(kl_is(full->max_cost_per_session, KL_KIND_DOUBLE));
    assert_int_equal(full->hours, 0x1FE00);
    kl_session_envelope_release(full);
    kl_session_envelope_release(empty);
}

static void refuses(const char *text, kl_status status, const char *part)
{
    kl_session_envelope *made = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_session_envelope_parse(&made, kl_text_from(text), &error) != status ||
        !strstr(kl_error_message(&error), part))
        fail_msg("%s: got %s: %s, expected %s", text, kl_status_name(error.code),
                 kl_error_message(&error), part);
    assert_null(made);
    kl_error_clear(&error);
}

KL_TEST(every_dimension_must_be_there)
{
    KL_UNUSED_STATE;
    static const char *const names[] = {"operational", "data_access", "financial", "temporal",
                                        "communication"};
    for (size_t missing = 0; missing < KL_COUNT(names); missing++) {
        char text[256] = "{", nothing[300], expected[64];
        for (size_t i = 0; i < KL_COUNT(names); i++)
            if (i != missing)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s\"%s\":{}",
                         strlen(text) > 1 ? "," : "", names[i]);
        snprintf(nothing, sizeof nothing, "%s,\"%s\":null}", text, names[missing]);
        strcat(text, "}");
        snprintf(expected, sizeof expected, "missing dimension: '%s'", names[missing]);
        refuses(text, KL_INVALID, expected);
        snprintf(expected, sizeof expected, "%s: expected an object, not null", names[missing]);
        refuses(nothing, KL_INVALID, expected);
    }
    refuses("[]", KL_INVALID, "constraint envelope: expected an object, not array");
    refuses("", KL_SYNTAX, "");
    refuses("{", KL_SYNTAX, "");
}

KL_TEST(bad_members_are_named)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimension, *member, *value, *message;
    } rows[] = {
        {"operational", "allowed_actions", "5", "operational.allowed_actions: expected an array of strings, not int"},
        {"operational", "blocked_actions", "null", "operational.blocked_actions: expected an array of strings, not null"},
        {"operational", "blocked_actions", "[\"a\",1]", "operational.blocked_actions[1]: expected a string, not int"},
        {"data_access", "blocked_paths", "{}", "data_access.blocked_paths: expected an array"},
        {"financial", "max_cost_per_session", "-1", "financial.max_cost_per_session: -1 is no limit"},
        {"financial", "max_cost_per_session", "\"1\"", "expected a number, not string"},
        {"financial", "max_cost_per_action", "true", "expected a number, not bool"},
        {"financial", "budget_tracking", "null", "financial.budget_tracking: expected a bool, not null"},
        {"financial", "budget_tracking", "1", "expected a bool, not int"},
        {"temporal", "max_session_hours", "-0.5", "temporal.max_session_hours: -0.5 is no limit"},
        {"temporal", "allowed_hours", "[9]", "temporal.allowed_hours[0]: expected [start, end]"},
        {"temporal", "allowed_hours", "[9,17]", "temporal.allowed_hours[0]: expected [start, end]"},
        {"temporal", "allowed_hours", "[[9,17],[9]]", "temporal.allowed_hours[1]: expected"},
        {"temporal", "allowed_hours", "[[9,17,3]]", "two integers from 0 to 24"},
        {"temporal", "allowed_hours", "[[25,3]]", "two integers from 0 to 24"},
        {"temporal", "allowed_hours", "[[-1,3]]", "two integers from 0 to 24"},
        {"temporal", "allowed_hours", "[[1.0,3]]", "two integers from 0 to 24"},
        {"temporal", "allowed_hours", "[[false,3]]", "two integers from 0 to 24"},
        {"temporal", "cooldown_minutes", "-1", "temporal.cooldown_minutes: expected a number of minutes"},
        {"temporal", "cooldown_minutes", "1.5", "an integer, not negative"},
        {"temporal", "cooldown_minutes", "5.0", "an integer, not negative"},
        {"temporal", "cooldown_minutes", "18446744073709551616", "an integer, not negative"},
        {"communication", "requires_review", "[]", "communication.requires_review: expected a bool"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[512] = "{";
        static const char *const names[] = {"operational", "data_access", "financial", "temporal",
                                            "communication"};
        for (size_t d = 0; d < KL_COUNT(names); d++) {
            bool here = strcmp(names[d], rows[i].dimension) == 0;
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s\"%s\":{%s%s%s%s%s}",
                     d ? "," : "", names[d], here ? "\"" : "", here ? rows[i].member : "",
                     here ? "\":" : "", here ? rows[i].value : "", "");
        }
        strcat(text, "}");
        refuses(text, KL_INVALID, rows[i].message);
    }
    refuses("{\"operational\":{},\"data_access\":{},\"financial\":{},\"temporal\":{},"
            "\"communication\":{},\"signed_at\":\"x\"}", KL_SYNTAX, "signed_at: ");
    refuses("{\"operational\":{},\"data_access\":{},\"financial\":{},\"temporal\":{},"
            "\"communication\":{},\"signed_by\":5}", KL_INVALID, "signed_by: expected a string");
    refuses("{\"operational\":{\"allowed_actions\":[],\"allowed_actions\":[\"a\"]},"
            "\"data_access\":{},\"financial\":{},\"temporal\":{},\"communication\":{}}", KL_SYNTAX,
            "allowed_actions");
}

KL_TEST(no_number_that_is_not_finite_becomes_a_limit)
{
    KL_UNUSED_STATE;
    kl_session_envelope *empty = envelope(EMPTY), *made = NULL;
    static const double bad[] = {NAN, INFINITY, -INFINITY, -1};
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        assert_int_equal(kl_session_envelope_with(&made, empty, "financial", "max_cost_per_action",
                                                  kl_double(bad[i]), NULL), KL_INVALID);
    assert_int_equal(kl_session_envelope_with(&made, empty, "financial", "max_cost_per_action",
                                              kl_double(-0.0), NULL), KL_OK);
    kl_value text = kl_null();
    assert_int_equal(kl_session_envelope_print(&text, made, NULL), KL_OK);
    assert_non_null(strstr(kl_as_text(text).data, "\"max_cost_per_action\": 0.0"));
    kl_value_release(text);
    kl_session_envelope_release(made);
    kl_session_envelope_release(empty);
}

KL_TEST(unknown_members_are_left_out)
{
    KL_UNUSED_STATE;
    kl_session_envelope *made = envelope(
        "{\"operational\":{\"x\":1},\"data_access\":{},\"financial\":{},\"temporal\":{},"
        "\"communication\":{},\"more\":{\"a\":1}}");
    assert_hash(made, "3d8a40bb256c601b4764a7b5f3998a47e7449fe2cdf8c9dd45326688c6ef21ce");
    assert_false(kl_map_has(made->map, KL_TEXT("more")));
    kl_session_envelope_release(made);
}

static char *many_entries(size_t count)
{
    char *text = malloc(count * 4 + 200), *at = text;
    at += sprintf(at, "{\"operational\":{\"blocked_actions\":[");
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, "%s\"a\"", i ? "," : "");
    sprintf(at, "]},\"data_access\":{},\"financial\":{},\"temporal\":{},\"communication\":{}}");
    return text;
}

KL_TEST(sizes_are_bounded)
{
    KL_UNUSED_STATE;
    char *most = many_entries(KL_SESSION_ENTRIES_MAX), *more = many_entries(KL_SESSION_ENTRIES_MAX + 1);
    kl_session_envelope_release(envelope(most));
    refuses(more, KL_INVALID, "its lists have more than 10000 entries");
    free(most);
    free(more);
    char *large = malloc(KL_SESSION_TEXT_MAX + 2);
    memset(large, ' ', KL_SESSION_TEXT_MAX + 1);
    large[KL_SESSION_TEXT_MAX + 1] = '\0';
    refuses(large, KL_INVALID, "1048577 bytes are too long; expected at most 1048576");
    free(large);
}

/* ---- is_tighter ---------------------------------------------------------------------------------- */

static bool tighter(const kl_session_envelope *a, const kl_session_envelope *b)
{
    bool out = false;
    assert_int_equal(kl_session_envelope_is_tighter(&out, a, b, NULL), KL_OK);
    return out;
}

KL_TEST(tighter_means_nowhere_wider)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimension, *member, *tight, *wide;
        bool also_back; /* they say the same */
    } rows[] = {
        {"operational", "blocked_actions", "[\"b\",\"a\"]", "[\"a\"]", false},
        {"operational", "blocked_actions", "[\"b\",\"a\",\"a\"]", "[\"a\",\"b\"]", true},
        {"operational", "allowed_actions", "[\"a\"]", "[\"b\",\"a\"]", false},
        {"operational", "allowed_actions", "[]", "[\"b\"]", false},
        {"operational", "allowed_actions", "[\"a\"]", "null", false},
        {"data_access", "read_paths", "[\"/a/b\"]", "[\"/a\"]", false},
        {"data_access", "read_paths", "[\"/a/\"]", "[\"/a\"]", true},
        {"data_access", "read_paths", "[\"/x/../a\"]", "[\"\\\\a\"]", true},
        {"data_access", "write_paths", "[\"b/c\"]", "[\".\"]", false},
        {"data_access", "write_paths", "[\".\"]", "[\"..\"]", false},
        {"data_access", "write_paths", "[\"/a\"]", "[\"/\"]", false},
        {"data_access", "blocked_paths", "[\"/a\"]", "[\"/a/b\"]", false},
        {"data_access", "blocked_patterns", "[\"*.a\",\"*.b\"]", "[\"*.a\"]", false},
        {"financial", "max_cost_per_session", "1", "1.5", false},
        {"financial", "max_cost_per_session", "1", "null", false},
        {"financial", "budget_tracking", "true", "false", false},
        {"temporal", "max_session_hours", "0", "null", false},
        {"temporal", "allowed_hours", "[[9,17]]", "[[8,18]]", false},
        {"temporal", "allowed_hours", "[[22,6]]", "[[0,6],[22,24]]", true},
        {"temporal", "allowed_hours", "[[0,24]]", "null", true},
        {"temporal", "allowed_hours", "[]", "[[3,4]]", false},
        {"temporal", "cooldown_minutes", "5", "4", false},
        {"temporal", "cooldown_minutes", "5", "null", false},
        {"temporal", "cooldown_minutes", "0", "null", true},
        {"communication", "allowed_channels", "[\"a\"]", "[\"b\",\"a\"]", false},
        {"communication", "blocked_channels", "[\"b\",\"a\"]", "[\"a\"]", false},
        {"communication", "requires_review", "true", "false", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_session_envelope *tight = with(rows[i].dimension, rows[i].member, rows[i].tight);
        kl_session_envelope *wide = with(rows[i].dimension, rows[i].member, rows[i].wide);
        bool forth = tighter(tight, wide), back = tighter(wide, tight);
        if (!forth || back != rows[i].also_back || !tighter(tight, tight) || !tighter(wide, wide))
            fail_msg("%s.%s: %s and %s: %d %d", rows[i].dimension, rows[i].member, rows[i].tight,
                     rows[i].wide, forth, back);
        kl_session_envelope_release(tight);
        kl_session_envelope_release(wide);
    }
}

KL_TEST(what_is_wider_is_named)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimension, *member, *child, *parent, *message;
    } rows[] = {
        {"financial", "max_cost_per_action", "null", "5",
         "financial widening: max_cost_per_action: child null > parent 5.0"},
        {"operational", "blocked_actions", "[]", "[\"rm\"]",
         "operational widening: blocked_actions: child [] > parent [\"rm\"]"},
        {"temporal", "cooldown_minutes", "1", "2",
         "temporal widening: cooldown_minutes: child 1 > parent 2"},
        {"data_access", "read_paths", "[\"/ab\"]", "[\"/a\"]",
         "data_access widening: read_paths: child [\"/ab\"] > parent [\"/a\"]"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_error error = KL_ERROR_INIT;
        kl_session_envelope *child = with(rows[i].dimension, rows[i].member, rows[i].child);
        kl_session_envelope *parent = with(rows[i].dimension, rows[i].member, rows[i].parent);
        assert_int_equal(kl_session_envelope_check_tighter(child, parent, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        assert_int_equal(kl_session_envelope_check_tighter(child, child, NULL), KL_OK);
        kl_error_clear(&error);
        kl_session_envelope_release(child);
        kl_session_envelope_release(parent);
    }
}

/* ---- intersection ---------------------------------------------------------------------------------- */

KL_TEST(intersections)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimension, *member, *a, *b, *both;
    } rows[] = {
        {"operational", "blocked_actions", "[\"b\",\"a\",\"a\"]", "[\"c\",\"a\"]", "[\"a\",\"b\",\"c\"]"},
        {"operational", "allowed_actions", "[\"b\",\"a\"]", "[\"c\",\"b\"]", "[\"b\"]"},
        {"operational", "allowed_actions", "[\"b\",\"a\",\"a\"]", "null", "[\"a\",\"b\"]"},
        {"operational", "allowed_actions", "[\"b\"]", "[\"c\"]", "[]"},
        {"operational", "allowed_actions", "null", "null", "null"},
        {"data_access", "read_paths", "[\"/a\"]", "[\"/a/b\",\"/c\"]", "[\"/a/b\"]"},
        {"data_access", "read_paths", "[\"/a\"]", "[\"/ab\"]", "[]"},
        {"data_access", "write_paths", "[\"/a/\"]", "[\"/a\"]", "[\"/a\",\"/a/\"]"},
        {"data_access", "write_paths", "[\"/\"]", "[\"/x\",\"y\"]", "[\"/x\"]"},
        {"data_access", "blocked_paths", "[\"/b\"]", "[\"/a\"]", "[\"/a\",\"/b\"]"},
        {"financial", "max_cost_per_session", "5", "4", "4.0"},
        {"financial", "max_cost_per_session", "5", "null", "5.0"},
        {"financial", "budget_tracking", "false", "true", "true"},
        {"temporal", "max_session_hours", "null", "2.5", "2.5"},
        {"temporal", "allowed_hours", "[[22,6]]", "[[4,23]]", "[[4,6],[22,23]]"},
        {"temporal", "allowed_hours", "[[22,6]]", "null", "[[22,6]]"},
        {"temporal", "allowed_hours", "[[1,2]]", "[[3,4]]", "[]"},
        {"temporal", "allowed_hours", "[[5,5]]", "[[0,24]]", "[]"},
        {"temporal", "allowed_hours", "[[0,24]]", "[[24,3],[3,24]]", "[[0,24]]"},
        {"temporal", "cooldown_minutes", "5", "7", "7"},
        {"temporal", "cooldown_minutes", "null", "0", "0"},
        {"communication", "requires_review", "true", "false", "true"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_session_envelope *a = with(rows[i].dimension, rows[i].member, rows[i].a);
        kl_session_envelope *b = with(rows[i].dimension, rows[i].member, rows[i].b);
        kl_session_envelope *ab = NULL, *ba = NULL;
        kl_value first = kl_null(), second = kl_null();
        assert_int_equal(kl_session_envelope_intersect(&ab, a, b, NULL), KL_OK);
        assert_int_equal(kl_session_envelope_intersect(&ba, b, a, NULL), KL_OK);
        kl_value dimension = kl_map_get(ab->map, kl_text_from(rows[i].dimension));
        assert_json(kl_value_retain(kl_map_get(dimension, kl_text_from(rows[i].member))), rows[i].both);
        assert_true(tighter(ab, a) && tighter(ab, b));
        assert_int_equal(kl_session_envelope_print(&first, ab, NULL), KL_OK);
        assert_int_equal(kl_session_envelope_print(&second, ba, NULL), KL_OK);
        assert_string_equal(kl_as_text(first).data, kl_as_text(second).data);
        kl_value_release(first);
        kl_value_release(second);
        kl_session_envelope_release(ab);
        kl_session_envelope_release(ba);
        kl_session_envelope_release(a);
        kl_session_envelope_release(b);
    }
}

KL_TEST(an_intersection_is_unsigned)
{
    KL_UNUSED_STATE;
    kl_session_envelope *signed_one = with(NULL, "signed_by", "\"me\""), *both = NULL;
    assert_int_equal(kl_session_envelope_intersect(&both, signed_one, signed_one, NULL), KL_OK);
    assert_true(kl_is_null(both->signed_by));
    kl_session_envelope_release(both);
    kl_session_envelope_release(signed_one);
}

/* ---- failing allocations ------------------------------------------------------------------------------- */

static kl_status whole_life(void *data)
{
    kl_session_envelope *a = NULL, *b = NULL, *both = NULL;
    kl_value text = kl_null();
    bool is_tighter;
    kl_status status = kl_session_envelope_parse(&a, kl_text_from(data), NULL);
    if (status == KL_OK)
        status = kl_session_envelope_empty(&b, NULL);
    if (status == KL_OK)
        status = kl_session_envelope_intersect(&both, a, b, NULL);
    if (status == KL_OK)
        status = kl_session_envelope_is_tighter(&is_tighter, both, a, NULL);
    if (status == KL_OK)
        status = kl_session_envelope_check_tighter(a, b, NULL);
    if (status == KL_OK)
        status = kl_session_envelope_print(&text, both, NULL);
    kl_value_release(text);
    kl_session_envelope_release(a);
    kl_session_envelope_release(b);
    kl_session_envelope_release(both);
    return status;
}

KL_TEST(without_memory_nothing_is_lost)
{
    KL_UNUSED_STATE;
    static char text[] =
        "{\"operational\":{\"allowed_actions\":[\"a\",\"b\"]},\"data_access\":{\"read_paths\":"
        "[\"/a\",\"/b/c\"],\"blocked_patterns\":[\"*.key\"]},\"financial\":{\"max_cost_per_action\":1},"
        "\"temporal\":{\"allowed_hours\":[[22,6]]},\"communication\":{},\"signed_at\":"
        "\"2026-01-01T00:00:00Z\"}";
    assert_true(sweep(whole_life, text) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_document_has_all_members_in_order),
        cmocka_unit_test(hashes_are_those_of_the_specification),
        cmocka_unit_test(every_dimension_must_be_there),
        cmocka_unit_test(bad_members_are_named),
        cmocka_unit_test(no_number_that_is_not_finite_becomes_a_limit),
        cmocka_unit_test(unknown_members_are_left_out),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(tighter_means_nowhere_wider),
        cmocka_unit_test(what_is_wider_is_named),
        cmocka_unit_test(intersections),
        cmocka_unit_test(an_intersection_is_unsigned),
        cmocka_unit_test(without_memory_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
