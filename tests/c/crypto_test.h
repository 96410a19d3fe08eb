/* tests/c/crypto_test.h - what the tests of the crypto room share: hexadecimal text as bytes. */
#ifndef KL_TESTS_CRYPTO_TEST_H
#define KL_TESTS_CRYPTO_TEST_H

#include "encode.h"
#include "sweep.h"

/* Bytes of hexadecimal text, in one of sixteen buffers that are used in turn. */
static inline kl_text unhex(const char *text)
{
    static unsigned char buffers[16][4096];
    static unsigned next;
    kl_buffer bytes = KL_BUFFER_INIT;
    assert_int_equal(kl_hex_decode(&bytes, kl_text_from(text), NULL), KL_OK);
    assert_true(bytes.len <= sizeof buffers[0]);
    unsigned char *to = buffers[next++ % 16];
    if (bytes.len)
        memcpy(to, bytes.data, bytes.len);
    kl_text result = {(const char *)to, bytes.len};
    kl_buffer_free(&bytes);
    return result;
}

static inline void assert_bytes_in(kl_text got, const char *expected, const char *file, int line)
{
    kl_buffer hex = KL_BUFFER_INIT;
    kl_hex_encode(&hex, got);
    kl_buffer_byte(&hex, '\0');
    bool same = strcmp(hex.data, expected) == 0;
    if (!same)
        print_error("%s:%d: got %s, expected %s\n", file, line, hex.data, expected);
    kl_buffer_free(&hex);
    assert_true(same);
}
#define assert_bytes(got, expected) assert_bytes_in((got), (expected), __FILE__, __LINE__)

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        kl_error ok_error_ = KL_ERROR_INIT;                                                        \
        kl_error *error = &ok_error_;                                                              \
        kl_status ok_status_ = (call);                                                             \
        if (ok_status_ != KL_OK)                                                                   \
            print_error("%s:%d: %s\n", __FILE__, __LINE__, kl_error_message(error));               \
        kl_error_clear(error);                                                                     \
        assert_int_equal(ok_status_, KL_OK);                                                       \
    } while (0)

#endif
