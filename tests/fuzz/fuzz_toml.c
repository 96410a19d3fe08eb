/* tests/fuzz/fuzz_toml.c - any bytes as TOML. */
#include "fuzz.h"

#include "format.h"

/* Equal, NaN to itself: the writer gives the same text. */
static void write_and_read_back(kl_value first, const kl_format_options *options)
{
    kl_value text = kl_null(), second = kl_null(), again = kl_null();
    KL_REQUIRE(kl_format_write(&text, KL_TEXT("toml"), first, options, NULL) == KL_OK);
    KL_REQUIRE(kl_format_read(&second, KL_TEXT("toml"), kl_as_text(text), NULL) == KL_OK);
    KL_REQUIRE(kl_format_write(&again, KL_TEXT("toml"), second, options, NULL) == KL_OK);
    KL_REQUIRE(kl_text_equal(kl_as_text(text), kl_as_text(again)));
    kl_value_release(again);
    kl_value_release(second);
    kl_value_release(text);
}

/* Bytes may be refused, with a place within them; what is accepted is a map that writes back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        kl_format_read(&value, KL_TEXT("toml"), (kl_text){(const char *)data, size}, &error);
    if (status == KL_OK) {
        KL_REQUIRE(kl_is(value, KL_KIND_MAP));
        write_and_read_back(value, NULL);
        write_and_read_back(value, &(kl_format_options){.indent = 2, .sort_keys = true});
    } else {
        KL_REQUIRE(status == KL_SYNTAX && error.message && error.line > 0 && error.column > 0);
        KL_REQUIRE(error.position <= size);
    }
    kl_error_clear(&error);
    kl_value_release(value);
    return 0;
}
