/* Base64 and hexadecimal text: the vectors of RFC 4648, section 10, and what is refused. */
#include "test.h"
#include "encode.h"

typedef kl_status (*decoder)(kl_buffer *to, kl_text text, kl_error *error);

static kl_status from_standard(kl_buffer *to, kl_text text, kl_error *error)
{
    return kl_base64_decode(to, text, KL_BASE64_STANDARD, error);
}

static kl_status from_url(kl_buffer *to, kl_text text, kl_error *error)
{
    return kl_base64_decode(to, text, KL_BASE64_URL, error);
}

static void assert_buffer(kl_buffer *buffer, kl_text expected)
{
    assert_int_equal(buffer->status, KL_OK);
    assert_int_equal(buffer->len, expected.len);
    assert_memory_equal(kl_buffer_text(buffer).data, expected.data, expected.len);
    kl_buffer_free(buffer);
}

KL_TEST(published_vectors_come_out)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bytes, *standard, *url, *hex;
    } rows[] = {
        {"", "", "", ""},
        {"f", "Zg==", "Zg", "66"},
        {"fo", "Zm8=", "Zm8", "666f"},
        {"foo", "Zm9v", "Zm9v", "666f6f"},
        {"foob", "Zm9vYg==", "Zm9vYg", "666f6f62"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172"},
        {"\xFB\xFF\xBF", "+/+/", "-_-_", "fbffbf"},
        {"\xFF\xFE", "//4=", "__4", "fffe"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text bytes = kl_text_from(rows[i].bytes);
        kl_buffer buffer = KL_BUFFER_INIT;
        kl_base64_encode(&buffer, bytes, KL_BASE64_STANDARD);
        assert_buffer(&buffer, kl_text_from(rows[i].standard));
        kl_base64_encode(&buffer, bytes, KL_BASE64_URL);
        assert_buffer(&buffer, kl_text_from(rows[i].url));
        kl_hex_encode(&buffer, bytes);
        assert_buffer(&buffer, kl_text_from(rows[i].hex));
        const struct {
            decoder decode;
            const char *text;
        } ways[] = {{from_standard, rows[i].standard}, {from_url, rows[i].url},
                    {kl_hex_decode, rows[i].hex}};
        for (size_t way = 0; way < KL_COUNT(ways); way++) {
            assert_int_equal(ways[way].decode(&buffer, kl_text_from(ways[way].text), NULL), KL_OK);
            assert_buffer(&buffer, bytes);
        }
    }
}

KL_TEST(malformed_text_is_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        decoder decode;
        const char *text;
        size_t position;
        const char *message;
    } rows[] = {
        {from_standard, "Zg", 2, "base64: the length 2 is no multiple of 4"},
        {from_standard, "Zg=", 3, "base64: the length 3 is no multiple of 4"},
        {from_standard, "Zg===", 5, "base64: the length 5 is no multiple of 4"},
        {from_standard, "Z===", 1, "base64: unexpected character"},
        {from_standard, "====", 0, "base64: unexpected character"},
        {from_standard, "Zg==Zg==", 2, "base64: unexpected character"},
        {from_standard, "Zm 9", 2, "base64: unexpected character"},
        {from_standard, "Zm9\n", 3, "base64: unexpected character"},
        {from_standard, "-_-_", 0, "base64: unexpected character"},
        {from_standard, "Zh==", 1, "base64: the last character has stray bits"},
        {from_standard, "Zm9=", 2, "base64: the last character has stray bits"},
        {from_standard, "\xC3\xA4xx", 0, "base64: unexpected character"},
        {from_url, "Z", 1, "base64: the text ends too early"},
        {from_url, "Zm9vY", 5, "base64: the text ends too early"},
        {from_url, "Zg==", 2, "base64: unexpected character"},
        {from_url, "+/+/", 0, "base64: unexpected character"},
        {from_url, "Zh", 1, "base64: the last character has stray bits"},
        {kl_hex_decode, "abc", 0, "hex: the length 3 is odd"},
        {kl_hex_decode, "0g", 1, "hex: unexpected character"},
        {kl_hex_decode, "x0", 0, "hex: unexpected character"},
        {kl_hex_decode, "@1", 0, "hex: unexpected character"},
        {kl_hex_decode, "`1", 0, "hex: unexpected character"},
    };
    int wrong = 0;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_buffer buffer = KL_BUFFER_INIT;
        kl_error error = KL_ERROR_INIT;
        kl_status status = rows[i].decode(&buffer, kl_text_from(rows[i].text), &error);
        if (status != KL_SYNTAX || strcmp(error.message, rows[i].message) != 0 ||
            error.position != rows[i].position) {
            print_error("%s: %s at %zu\n", rows[i].text, kl_error_message(&error), error.position);
            wrong++;
        }
        kl_error_clear(&error);
        kl_buffer_free(&buffer);
    }
    assert_int_equal(wrong, 0);
}

KL_TEST(hexadecimal_is_read_in_either_case)
{
    KL_UNUSED_STATE;
    kl_buffer buffer = KL_BUFFER_INIT;
    assert_int_equal(kl_hex_decode(&buffer, KL_TEXT("aBCdeF09"), NULL), KL_OK);
    assert_buffer(&buffer, KL_TEXT("\xAB\xCD\xEF\x09"));
}

KL_TEST(random_bytes_survive_both_ways)
{
    KL_UNUSED_STATE;
    srand(4);
    for (int round = 0; round < 2000; round++) {
        char bytes[50];
        kl_text own = {bytes, (size_t)rand() % sizeof bytes};
        for (size_t i = 0; i < own.len; i++)
            bytes[i] = (char)rand();
        for (int kind = KL_BASE64_STANDARD; kind <= KL_BASE64_URL; kind++) {
            kl_buffer text = KL_BUFFER_INIT, again = KL_BUFFER_INIT;
            kl_base64_encode(&text, own, (kl_base64_kind)kind);
            assert_int_equal(kl_base64_decode(&again, kl_buffer_text(&text), (kl_base64_kind)kind,
                                              NULL), KL_OK);
            assert_buffer(&again, own);
            kl_buffer_free(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_come_out),
        cmocka_unit_test(malformed_text_is_refused),
        cmocka_unit_test(hexadecimal_is_read_in_either_case),
        cmocka_unit_test(random_bytes_survive_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
