/* Text, UTF-8, strings and bytes. */
#include "test.h"
#include "payload.h"

KL_TEST(texts_compare_by_bytes)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *a, *b;
        int order;
    } rows[] = {{"", "", 0}, {"", "a", -1}, {"a", "a", 0}, {"a", "b", -1}, {"ab", "a", 1},
                {"z", "\xC3\xA4", -1}, {"\xEF\xBF\xBF", "\xF0\x90\x80\x80", -1}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text a = kl_text_from(rows[i].a), b = kl_text_from(rows[i].b);
        int order = kl_text_compare(a, b), reverse = kl_text_compare(b, a);
        assert_int_equal((order > 0) - (order < 0), rows[i].order);
        assert_int_equal((reverse > 0) - (reverse < 0), -rows[i].order);
        assert_int_equal(kl_text_equal(a, b), rows[i].order == 0);
    }
    assert_true(kl_text_equal((kl_text){NULL, 0}, KL_TEXT("")));
    assert_int_equal(kl_text_from(NULL).len, 0);
    assert_false(kl_text_is((kl_text){"a\0b", 3}, "a"));
}

/* Where validity ends, by table 3-7 of the Unicode standard. */
static const struct {
    const char *text;
    size_t valid; /* bytes before the first bad one */
} utf8_rows[] = {
    {"", 0},
    {"plain ascii text beyond eight bytes", 35},
    {"\x7F", 1},
    {"\xC2\x80", 2},
    {"\xDF\xBF", 2},
    {"\xE0\xA0\x80", 3},
    {"\xED\x9F\xBF", 3},
    {"\xEE\x80\x80", 3},
    {"\xEF\xBF\xBF", 3},
    {"\xF0\x90\x80\x80", 4},
    {"\xF4\x8F\xBF\xBF", 4},
    {"\x80", 0},             /* a continuation alone */
    {"a\xBF", 1},
    {"\xC0\xAF", 0},         /* too long a form */
    {"\xC1\xBF", 0},
    {"\xE0\x9F\xBF", 0},
    {"\xF0\x8F\xBF\xBF", 0},
    {"\xED\xA0\x80", 0},     /* surrogates */
    {"\xED\xBF\xBF", 0},
    {"\xF4\x90\x80\x80", 0}, /* beyond U+10FFFF */
    {"\xF5\x80\x80\x80", 0},
    {"\xFE", 0},
    {"\xFF", 0},
    {"12345678\xC3", 8},     /* cut short */
    {"1234567\xE2\x82", 7},
    {"\xF0\x9F\x98", 0},
    {"ok\xC3(", 2},
    {"\xE2\x28\xA1", 0},
    {"\xE2\x82\x28", 0},
    {"12345678abcdefg\xFF", 15},
};

KL_TEST(the_first_bad_byte_is_found)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(utf8_rows); i++) {
        kl_text text = kl_text_from(utf8_rows[i].text);
        kl_value value = kl_null();
        kl_error error = KL_ERROR_INIT;
        bool good = utf8_rows[i].valid == text.len;
        assert_int_equal(kl_utf8_valid_length(text), utf8_rows[i].valid);
        assert_int_equal(kl_string_new(&value, text, &error), good ? KL_OK : KL_SYNTAX);
        if (!good) {
            char message[64];
            snprintf(message, sizeof message, "invalid UTF-8 at byte %zu", utf8_rows[i].valid);
            assert_string_equal(error.message, message);
            assert_int_equal(error.position, utf8_rows[i].valid);
        }
        kl_error_clear(&error);
        kl_value_release(value);
    }
}

KL_TEST(every_code_point_survives_encoding)
{
    KL_UNUSED_STATE;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char buffer[4];
        size_t len = kl_utf8_encode(buffer, code);
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        if ((kl_utf8_valid_length((kl_text){buffer, len}) == len) == surrogate)
            fail_msg("U+%04X", code);
        const char *at = buffer;
        if (kl_utf8_next(&at) != code || at != buffer + len)
            fail_msg("U+%04X does not read back", code);
        if (kl_utf8_count((kl_text){buffer, len}) != 1)
            fail_msg("U+%04X is not one character", code);
    }
}

KL_TEST(bad_bytes_are_repaired)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"good \xC3\xA4", "good \xC3\xA4"},
        {"\xFF", "\xEF\xBF\xBD"},
        {"a\xC3", "a\xEF\xBF\xBD"},
        {"\xED\xA0\x80z", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
        {"\xFF\xC3\xA4\xFE", "\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD"},
        {"", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value value;
        assert_int_equal(kl_string_repair(&value, kl_text_from(rows[i][0]), NULL), KL_OK);
        assert_string_equal(kl_as_text(value).data, rows[i][1]);
        kl_value_release(value);
    }
}

KL_TEST(strings_hold_nul_and_end_in_one)
{
    KL_UNUSED_STATE;
    kl_value value;
    assert_int_equal(kl_string_new(&value, (kl_text){"a\0b", 3}, NULL), KL_OK);
    assert_int_equal(kl_value_len(value), 3);
    assert_memory_equal(kl_as_text(value).data, "a\0b", 4);
    kl_value_release(value);
    assert_int_equal(kl_bytes_new(&value, (kl_text){NULL, 0}, NULL), KL_OK);
    assert_string_equal(kl_as_text(value).data, "");
    kl_value_release(value);
}

KL_TEST(formatted_strings_may_be_long_or_broken)
{
    KL_UNUSED_STATE;
    kl_value value;
    assert_int_equal(kl_string_format(&value, NULL, "%s-%d", "a", 5), KL_OK);
    assert_string_equal(kl_as_text(value).data, "a-5");
    kl_value_release(value);
    for (int width = 250; width < 260; width++) { /* around the buffer on the stack */
        assert_int_equal(kl_string_format(&value, NULL, "%*d", width, 5), KL_OK);
        assert_int_equal(kl_value_len(value), width);
        assert_int_equal(kl_as_text(value).data[width - 1], '5');
        kl_value_release(value);
    }
    assert_int_equal(kl_string_format(&value, NULL, "%.1s", "\xC3\xA4"), KL_OK);
    assert_string_equal(kl_as_text(value).data, "\xEF\xBF\xBD");
    kl_value_release(value);
}

KL_TEST(hashes_depend_on_every_byte)
{
    KL_UNUSED_STATE;
    char text[64];
    for (size_t len = 0; len < sizeof text; len++) {
        memset(text, 'x', sizeof text);
        uint64_t before = kl_text_hash((kl_text){text, len});
        assert_int_not_equal(before, 0);
        assert_true(before != kl_text_hash((kl_text){text, len + 1}));
        for (size_t i = 0; i < len; i++) {
            text[i] ^= 1;
            assert_true(before != kl_text_hash((kl_text){text, len}));
            text[i] ^= 1;
        }
        assert_true(before == kl_text_hash((kl_text){text, len}));
    }
}

static void keep(kl_foreign *self) { (void)self; }

KL_TEST(strings_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_foreign owner = {keep};
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value values[5] = {{0}};
        kl_test_fail_allocation(n);
        kl_status status = kl_string_new(&values[0], KL_TEXT("text"), NULL);
        if (status == KL_OK)
            status = kl_bytes_new(&values[1], KL_TEXT("bytes"), NULL);
        if (status == KL_OK)
            status = kl_string_repair(&values[2], KL_TEXT("bad\xFF"), NULL);
        if (status == KL_OK)
            status = kl_string_format(&values[3], NULL, "%400d", 1);
        if (status == KL_OK)
            status = kl_string_wrap(&values[4], KL_KIND_STRING, KL_TEXT("w"), &owner, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        for (size_t i = 0; i < KL_COUNT(values); i++)
            kl_value_release(values[i]);
    }
}

KL_TEST(sizes_beyond_memory_are_refused)
{
    KL_UNUSED_STATE;
    kl_value value = kl_null();
    assert_int_equal(kl_string_from_valid(&value, (kl_text){"", PTRDIFF_MAX}, NULL), KL_NO_MEMORY);
    assert_int_equal(kl_string_from_valid(&value, (kl_text){"", SIZE_MAX}, NULL), KL_NO_MEMORY);
    assert_null(kl_strdup((kl_text){"", SIZE_MAX}));
    assert_null(kl_alloc_zero(SIZE_MAX, 2));
    char *copy = kl_strdup((kl_text){"a\0b", 3});
    assert_memory_equal(copy, "a\0b", 4);
    kl_free(copy);
    void *nothing = kl_alloc(0);
    assert_non_null(nothing);
    kl_free(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_compare_by_bytes),
        cmocka_unit_test(the_first_bad_byte_is_found),
        cmocka_unit_test(every_code_point_survives_encoding),
        cmocka_unit_test(bad_bytes_are_repaired),
        cmocka_unit_test(strings_hold_nul_and_end_in_one),
        cmocka_unit_test(formatted_strings_may_be_long_or_broken),
        cmocka_unit_test(hashes_depend_on_every_byte),
        cmocka_unit_test(strings_survive_every_failed_allocation),
        cmocka_unit_test(sizes_beyond_memory_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
