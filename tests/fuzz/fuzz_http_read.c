/* Requests are the same however their bytes are cut, and never crash. */
#include "fuzz.h"
#include "net/http_read.h"

static int read_all(kl_buffer *body, const uint8_t *data, size_t size, size_t piece)
{
    kl_http_read request = {.body_max = 1000};
    kl_http_read_event event = KL_HTTP_READ_MORE;
    for (size_t at = 0; at < size && event == KL_HTTP_READ_MORE; at += piece) {
        size_t count = KL_MIN(piece, size - at);
        char *room = kl_http_read_room(&request, count);
        KL_REQUIRE(room);
        memcpy(room, data + at, count);
        kl_http_read_came(&request, count);
        do
            KL_REQUIRE(kl_http_read_next(&event, &request, NULL) == KL_OK);
        while (event == KL_HTTP_READ_HEAD);
    }
    KL_REQUIRE(request.body.len <= 1000);
    if (event == KL_HTTP_READ_DONE)
        KL_REQUIRE(kl_as_text(request.path).data[0] == '/');
    int result = event == KL_HTTP_READ_REFUSED ? request.refusal : (int)event;
    kl_buffer_add(body, kl_buffer_text(&request.body));
    kl_http_read_end(&request);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_buffer whole = KL_BUFFER_INIT, cut = KL_BUFFER_INIT;
    if (size > 8192)
        return 0;
    int result = read_all(&whole, data, size, size ? size : 1);
    KL_REQUIRE(result == read_all(&cut, data, size, 3));
    KL_REQUIRE(kl_text_equal(kl_buffer_text(&whole), kl_buffer_text(&cut)));
    kl_buffer_free(&whole);
    kl_buffer_free(&cut);
    return 0;
}
