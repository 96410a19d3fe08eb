/* tests/fuzz/fuzz_binary.h - a format of bytes: they may be refused; what is accepted is written, and what is written is
 * a fixed point. */
#ifndef KL_TESTS_FUZZ_BINARY_H
#define KL_TESTS_FUZZ_BINARY_H

#include "fuzz.h"

#include "format.h"

static inline int reads_and_writes(kl_text name, const uint8_t *data, size_t size)
{
    kl_value value = kl_null(), bytes = kl_null(), second = kl_null(), again = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_format_read(&value, name, (kl_text){(const char *)data, size}, &error);
    if (status == KL_OK) {
        KL_REQUIRE(kl_format_write(&bytes, name, value, NULL, NULL) == KL_OK);
        KL_REQUIRE(kl_format_read(&second, name, kl_as_text(bytes), NULL) == KL_OK);
        KL_REQUIRE(kl_format_write(&again, name, second, NULL, NULL) == KL_OK);
        KL_REQUIRE(kl_text_equal(kl_as_text(bytes), kl_as_text(again)));
    } else {
        KL_REQUIRE(status == KL_SYNTAX && error.message && error.position <= size);
    }
    kl_value_release(again);
    kl_value_release(second);
    kl_value_release(bytes);
    kl_value_release(value);
    kl_error_clear(&error);
    return 0;
}

#endif
