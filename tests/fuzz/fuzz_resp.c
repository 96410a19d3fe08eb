/* Replies are the same however their bytes are cut, and never crash. */
#include "fuzz.h"
#include "kailash/json.h"
#include "net/resp.h"

/* Read all, `piece` bytes at a time; the replies as JSON. Whether they were well-formed. */
static bool read_all(kl_buffer *out, const uint8_t *data, size_t size, size_t piece)
{
    kl_resp resp = {0};
    kl_status status = KL_OK;
    for (size_t at = 0; at < size && status == KL_OK; at += piece) {
        size_t count = KL_MIN(piece, size - at);
        char *room = kl_resp_room(&resp, count);
        KL_REQUIRE(room);
        memcpy(room, data + at, count);
        kl_resp_came(&resp, count);
        for (bool complete = true; complete && status == KL_OK;) {
            kl_resp_reply reply;
            kl_value text;
            status = kl_resp_next(&complete, &reply, &resp, NULL);
            if (status != KL_OK || !complete)
                continue;
            KL_REQUIRE(kl_json_print(&text, reply.value, &kl_json_plain, NULL) == KL_OK);
            kl_buffer_format(out, "%d ", reply.kind);
            kl_buffer_add(out, kl_as_text(text));
            kl_value_release(text);
            kl_value_release(reply.value);
        }
    }
    kl_resp_end(&resp);
    return status == KL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_buffer whole = KL_BUFFER_INIT, cut = KL_BUFFER_INIT;
    if (size > 4096)
        return 0;
    bool good = read_all(&whole, data, size, size ? size : 1);
    bool still = read_all(&cut, data, size, 3);
    KL_REQUIRE(good == still);
    KL_REQUIRE(kl_text_equal(kl_buffer_text(&whole), kl_buffer_text(&cut)));
    kl_buffer_free(&whole);
    kl_buffer_free(&cut);
    return 0;
}
