/* tests/c/test_pact_address.c - addresses of PACT: what is one, and what its parts are (pact 3.1). */
#include "pact/address.h"
#include "sweep.h"
#include "test.h"

static void text_is(kl_pact_path path, const char *expected)
{
    kl_value text = kl_null();
    assert_int_equal(kl_pact_path_text(&text, path, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
}

/* A prefix of an address; "" stands for none. */
static void prefix_is(kl_pact_path path, size_t count, const char *expected)
{
    if (!*expected)
        assert_int_equal(count, 0);
    else
        text_is(kl_pact_path_cut(path, count), expected);
}

static kl_pact_address parsed(const char *text)
{
    kl_pact_address address;
    assert_int_equal(kl_pact_address_parse(&address, kl_text_from(text), NULL), KL_OK);
    return address;
}

KL_TEST(text_is_read_in_either_case_and_written_in_one)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"D1-R1", "D1-R1"}, {"d1-r1", "D1-R1"}, {"D01-R0001", "D1-R1"}, {"R1", "R1"},
        {"T1-R1", "T1-R1"}, {"R1-R2-R3", "R1-R2-R3"}, {"D1-R1-T1-R1-R2", "D1-R1-T1-R1-R2"},
        {"D4294967295-R1", "D4294967295-R1"}, {"R00000000000000000000001", "R1"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_pact_address address = parsed(rows[i][0]);
        text_is(kl_pact_path_of(&address), rows[i][1]);
    }
}

KL_TEST(what_is_no_address_is_refused_with_a_reason)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_text text;
        const char *message;
    } rows[] = {
        {{"", 0}, "address: D/T/R address must not be empty"},
        {{"D1\0-R1", 6}, "address: input contains NUL byte (rejected)"},
        {{"D1 R1", 5}, "address: D/T/R address contains characters outside the grammar allowlist [A-Za-z0-9_:./-]"},
        {{"D+1-R1", 6}, "address: D/T/R address contains characters outside the grammar allowlist [A-Za-z0-9_:./-]"},
        {{"D\xEF\xBC\x91-R1", 7}, "address: D/T/R address contains characters outside the grammar allowlist [A-Za-z0-9_:./-]"},
        {{"D1-R1\xE2\x80\x8B", 8}, "address: D/T/R address contains characters outside the grammar allowlist [A-Za-z0-9_:./-]"},
        {{"D1-", 3}, "segment must be a type character (D/T/R) followed by a positive integer, got: ''"},
        {{"-D1", 3}, "segment must be a type character (D/T/R) followed by a positive integer, got: ''"},
        {{"D", 1}, "segment must be a type character (D/T/R) followed by a positive integer, got: 'D'"},
        {{"X1-R1", 5}, "unrecognized node type character: 'X'"},
        {{"11-R1", 5}, "unrecognized node type character: '1'"},
        {{"D0-R1", 5}, "invalid sequence number '0': must be an integer >= 1 and <= 4294967295"},
        {{"D4294967296-R1", 14}, "invalid sequence number '4294967296': must be an integer >= 1 and <= 4294967295"},
        {{"R1x", 3}, "invalid sequence number '1x': must be an integer >= 1 and <= 4294967295"},
        {{"R99999999999999999999999999", 27},
         "invalid sequence number '99999999999999999999999999': must be an integer >= 1 and <= 4294967295"},
        {{"D1", 2}, "Department (D) segment must be immediately followed by a Role (R) segment"},
        {{"D1-T1-R1", 8}, "Department (D) segment must be immediately followed by a Role (R) segment"},
        {{"R1-T1", 5}, "Team (T) segment must be immediately followed by a Role (R) segment"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_pact_address address;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_pact_address_parse(&address, rows[i].text, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
}

/* "R1-R1-...", with a number of segments. */
static size_t roles(char *to, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(to + len, i ? "-R1" : "R1", i ? 3 : 2);
        len += i ? 3 : 2;
    }
    return len;
}

KL_TEST(a_hundred_segments_and_1024_characters_are_the_most)
{
    KL_UNUSED_STATE;
    char text[2000];
    kl_pact_address address;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_pact_address_parse(&address, (kl_text){text, roles(text, 100)}, NULL), KL_OK);
    assert_int_equal(address.count, 100);
    assert_int_equal(kl_pact_address_parse(&address, (kl_text){text, roles(text, 101)}, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "invalid segment format: address has 101 segments, maximum is 100");
    text[0] = 'R';
    memset(text + 1, '0', sizeof text - 1);
    text[1023] = '1';
    assert_int_equal(kl_pact_address_parse(&address, (kl_text){text, 1024}, NULL), KL_OK);
    assert_int_equal(kl_pact_address_parse(&address, (kl_text){text, 1025}, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "address: D/T/R address has 1025 characters, maximum is 1024");
    kl_error_clear(&error);
}

KL_TEST(parts_of_an_address)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *parent, *supervisor, *unit, *department, *team;
    } rows[] = {
        {"R1", "", "", "", "", ""},
        {"R1-R2", "R1", "R1", "", "", ""},
        {"D1-R1", "", "", "D1-R1", "D1-R1", ""},
        {"D1-R1-R2", "D1-R1", "D1-R1", "D1-R1", "D1-R1", ""},
        {"D1-R1-T1-R1", "", "D1-R1", "D1-R1-T1-R1", "D1-R1", "D1-R1-T1-R1"},
        {"D1-R1-T1-R1-R2", "D1-R1-T1-R1", "D1-R1-T1-R1", "D1-R1-T1-R1", "D1-R1", "D1-R1-T1-R1"},
        {"T1-R1-D2-R1-R3", "T1-R1-D2-R1", "T1-R1-D2-R1", "T1-R1-D2-R1", "T1-R1-D2-R1", "T1-R1"},
        {"D1-R1-D2-R1-T1-R1-R2", "D1-R1-D2-R1-T1-R1", "D1-R1-D2-R1-T1-R1", "D1-R1-D2-R1-T1-R1",
         "D1-R1-D2-R1", "D1-R1-D2-R1-T1-R1"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_pact_address address = parsed(rows[i].text);
        kl_pact_path path = kl_pact_path_of(&address);
        prefix_is(path, kl_pact_path_parent(path), rows[i].parent);
        prefix_is(path, kl_pact_path_supervisor(path), rows[i].supervisor);
        prefix_is(path, kl_pact_path_unit(path), rows[i].unit);
        prefix_is(path, kl_pact_path_department(path), rows[i].department);
        prefix_is(path, kl_pact_path_team(path), rows[i].team);
    }
}

KL_TEST(what_two_addresses_have_in_common)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *a, *b, *common;
        int order;
        bool prefix;
    } rows[] = {
        {"D1-R1", "D1-R1", "D1-R1", 0, true},
        {"D1-R1", "D1-R2", "", -1, false},
        {"D1-R1", "D1-R1-R2", "D1-R1", -1, true},
        {"D1-R1-R2", "D1-R1", "D1-R1", 1, false},
        {"R1-R2", "R1-R3", "R1", -1, false},
        {"D1-R1-T1-R1", "D1-R1-D1-R1", "D1-R1", 1, false},
        {"D1-R1", "D10-R1", "", -1, false},
        {"D2-R1", "D10-R1", "", -1, false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_pact_address x = parsed(rows[i].a), y = parsed(rows[i].b);
        kl_pact_path a = kl_pact_path_of(&x), b = kl_pact_path_of(&y);
        prefix_is(a, kl_pact_path_lca(a, b), rows[i].common);
        assert_int_equal(kl_pact_path_compare(a, b), rows[i].order);
        assert_int_equal(kl_pact_path_compare(b, a), -rows[i].order);
        assert_int_equal(kl_pact_path_is_prefix(a, b), rows[i].prefix);
        assert_int_equal(kl_pact_path_equal(a, b), rows[i].order == 0);
    }
}

KL_TEST(segments_are_read_and_written_as_objects)
{
    KL_UNUSED_STATE;
    static const char *const form = "{\"segments\":[{\"node_type\":\"Department\",\"sequence\":1},"
                                    "{\"node_type\":\"Role\",\"sequence\":2}]}";
    static const char *const bad[] = {
        "{}", "[]", "7", "null", "{\"segments\":[]}", "{\"segments\":[1]}",
        "{\"segments\":[{\"node_type\":\"Role\",\"sequence\":0}]}",
        "{\"segments\":[{\"node_type\":\"Role\",\"sequence\":4294967296}]}",
        "{\"segments\":[{\"node_type\":\"role\",\"sequence\":1}]}",
        "{\"segments\":[{\"node_type\":\"Team\",\"sequence\":1}]}",
    };
    kl_pact_address address;
    kl_value value = json(form), map = kl_null();
    assert_int_equal(kl_pact_address_read(&address, value, NULL), KL_OK);
    kl_value_release(value);
    text_is(kl_pact_path_of(&address), "D1-R2");
    assert_int_equal(kl_pact_path_map(&map, kl_pact_path_of(&address), NULL), KL_OK);
    assert_json(map, form);
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        value = json(bad[i]);
        assert_int_equal(kl_pact_address_read(&address, value, NULL), KL_INVALID);
        kl_value_release(value);
    }
}

static kl_status make_and_ask(void *data)
{
    kl_value text = kl_null(), address = kl_null(), list = kl_null();
    (void)data;
    kl_status status = kl_string_new(&text, KL_TEXT("D1-R1-T1-R1-R2"), NULL);
    if (status == KL_OK)
        status = kl_type_call(&address, &kl_pact_address_type, KL_TEXT("parse"), &text, 1, NULL);
    if (status == KL_OK)
        status = kl_object_call(&list, address.as.object, KL_TEXT("ancestors"), NULL, 0, NULL);
    kl_value_release(list);
    kl_value_release(address);
    kl_value_release(text);
    return status;
}

KL_TEST(want_of_memory_is_told)
{
    KL_UNUSED_STATE;
    assert_true(sweep(make_and_ask, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read_in_either_case_and_written_in_one),
        cmocka_unit_test(what_is_no_address_is_refused_with_a_reason),
        cmocka_unit_test(a_hundred_segments_and_1024_characters_are_the_most),
        cmocka_unit_test(parts_of_an_address),
        cmocka_unit_test(what_two_addresses_have_in_common),
        cmocka_unit_test(segments_are_read_and_written_as_objects),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
