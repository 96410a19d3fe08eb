/* Messages are the same however their bytes are cut, and never crash. */
#include "driver.h"
#include "fuzz.h"
#include "net/websocket_frame.h"

/* Read all, `piece` bytes at a time; what was read as text. Whether it was well-formed. */
static bool read_all(kl_buffer *out, const uint8_t *data, size_t size, size_t piece, unsigned how)
{
    kl_websocket_reader reader = {.message_max = 2000, .masked = how & 1};
    const void *deflate = NULL;
    kl_status status = KL_OK;
    if (how & 2) {
        KL_REQUIRE(kl_driver_load(&deflate, "deflate", NULL) == KL_OK);
        reader.deflate = deflate;
        KL_REQUIRE(reader.deflate->open(&reader.expander, false, NULL) == KL_OK);
    }
    for (size_t at = 0; at < size && status == KL_OK; at += piece) {
        size_t count = KL_MIN(piece, size - at);
        char *room = kl_websocket_room(&reader, count);
        KL_REQUIRE(room);
        memcpy(room, data + at, count);
        kl_websocket_came(&reader, count);
        for (bool complete = true; complete && status == KL_OK;) {
            kl_websocket_message message;
            status = kl_websocket_next(&complete, &message, &reader, NULL);
            if (status != KL_OK || !complete)
                continue;
            KL_REQUIRE(message.data.len <= 2000);
            kl_buffer_format(out, "%d %d ", message.kind, message.code);
            kl_buffer_add(out, message.data);
        }
    }
    KL_REQUIRE((status != KL_OK) == (reader.refusal != 0));
    kl_websocket_reader_end(&reader);
    return status == KL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_buffer whole = KL_BUFFER_INIT, cut = KL_BUFFER_INIT;
    if (size < 2 || size > 8192)
        return 0;
    bool good = read_all(&whole, data + 1, size - 1, size, data[0]);
    bool still = read_all(&cut, data + 1, size - 1, 3, data[0]);
    KL_REQUIRE(good == still);
    KL_REQUIRE(kl_text_equal(kl_buffer_text(&whole), kl_buffer_text(&cut)));
    kl_buffer_free(&whole);
    kl_buffer_free(&cut);
    return 0;
}
