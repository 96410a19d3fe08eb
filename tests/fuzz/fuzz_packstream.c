/* What is read never crashes, and the plain value it became is written and read as the same. */
#include "fuzz.h"
#include "net/packstream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_text rest = {(const char *)data, size};
    kl_value value, back;
    if (size > 4096 || kl_packstream_read(&value, &rest, NULL) != KL_OK)
        return 0;
    KL_REQUIRE(rest.len < size);
    kl_buffer first = KL_BUFFER_INIT, second = KL_BUFFER_INIT;
    kl_status status = kl_packstream_write(&first, value, NULL);
    KL_REQUIRE(status == KL_OK || status == KL_DEPTH); /* structures may become deeper */
    kl_text written = kl_buffer_text(&first);
    if (status == KL_OK && kl_packstream_read(&back, &written, NULL) == KL_OK) {
        KL_REQUIRE(written.len == 0);
        KL_REQUIRE(kl_packstream_write(&second, back, NULL) == KL_OK);
        KL_REQUIRE(kl_text_equal(kl_buffer_text(&first), kl_buffer_text(&second)));
        kl_value_release(back);
    }
    kl_buffer_free(&first);
    kl_buffer_free(&second);
    kl_value_release(value);
    return 0;
}
