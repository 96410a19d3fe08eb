#include "net/websocket_frame.h"
#include "driver.h"
#include "net/http_read.h"
#include "net/websocket_handshake.h"
#include "node_test.h"
#include "sweep.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- frames -------------------------------------------------------------------------------------- */

static void feed(kl_websocket_reader *reader, kl_text bytes)
{
    char *room = kl_websocket_room(reader, bytes.len);
    assert_non_null(room);
    memcpy(room, bytes.data, bytes.len);
    kl_websocket_came(reader, bytes.len);
}

/* The examples of RFC 6455, 5.7. */
KL_TEST(the_examples_of_the_standard_are_read)
{
    KL_UNUSED_STATE;
    const struct {
        kl_text bytes, data;
        kl_websocket_kind kind;
        bool masked;
    } rows[] = {
        {KL_TEXT("\x81\x05\x48\x65\x6c\x6c\x6f"), KL_TEXT("Hello"), KL_WEBSOCKET_TEXT, false},
        {KL_TEXT("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), KL_TEXT("Hello"), KL_WEBSOCKET_TEXT,
         true},
        {KL_TEXT("\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"), KL_TEXT("Hello"), KL_WEBSOCKET_TEXT, false},
        {KL_TEXT("\x89\x05\x48\x65\x6c\x6c\x6f"), KL_TEXT("Hello"), KL_WEBSOCKET_PING, false},
        {KL_TEXT("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), KL_TEXT("Hello"), KL_WEBSOCKET_PONG,
         true},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_websocket_reader reader = {.message_max = 100, .masked = rows[i].masked};
        kl_websocket_message message;
        bool complete = false;
        for (size_t k = 0; k < rows[i].bytes.len; k++) {
            assert_false(complete);
            feed(&reader, (kl_text){rows[i].bytes.data + k, 1});
            assert_int_equal(kl_websocket_next(&complete, &message, &reader, NULL), KL_OK);
        }
        assert_true(complete);
        assert_int_equal(message.kind, rows[i].kind);
        assert_true(kl_text_equal(message.data, rows[i].data));
        kl_websocket_reader_end(&reader);
    }
}

/* The example of RFC 7692, 7.2.3.1 and .2: the second message refers to the first. */
KL_TEST(compressed_messages_refer_to_those_before)
{
    KL_UNUSED_STATE;
    const void *driver;
    void *packer;
    kl_websocket_message message;
    bool complete;
    kl_buffer packed = KL_BUFFER_INIT;
    kl_websocket_reader reader = {.message_max = 100};
    assert_int_equal(kl_driver_load(&driver, "deflate", NULL), KL_OK);
    reader.deflate = driver;
    assert_int_equal(reader.deflate->open(&reader.expander, false, NULL), KL_OK);
    assert_int_equal(reader.deflate->open(&packer, true, NULL), KL_OK);
    feed(&reader, KL_TEXT("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"));
    feed(&reader, KL_TEXT("\xc1\x05\xf2\x00\x11\x00\x00"));
    feed(&reader, KL_TEXT("\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00")); /* a last block */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(kl_websocket_next(&complete, &message, &reader, NULL), KL_OK);
        assert_true(complete && kl_text_equal(message.data, KL_TEXT("Hello")));
    }
    assert_int_equal(reader.deflate->compress(&packed, packer, KL_TEXT("Hello"), false, NULL), KL_OK);
    assert_true(kl_text_equal(kl_buffer_text(&packed), KL_TEXT("\xf2\x48\xcd\xc9\xc9\x07\x00")));
    packed.len = 0;
    assert_int_equal(reader.deflate->compress(&packed, packer, KL_TEXT("Hello"), true, NULL), KL_OK);
    assert_true(packed.len < 7);
    reader.deflate->close(packer);
    kl_buffer_free(&packed);
    kl_websocket_reader_end(&reader);
}

KL_TEST(frames_are_written)
{
    KL_UNUSED_STATE;
    static const unsigned char mask[] = {0x37, 0xfa, 0x21, 0x3d};
    kl_buffer out = KL_BUFFER_INIT;
    kl_websocket_write(&out, KL_WEBSOCKET_TEXT, false, KL_TEXT("Hello"), mask);
    assert_true(kl_text_equal(kl_buffer_text(&out),
                              KL_TEXT("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")));
    out.len = 0;
    kl_websocket_write(&out, KL_WEBSOCKET_CLOSE, false, (kl_text){"", 0}, NULL);
    assert_true(kl_text_equal(kl_buffer_text(&out), KL_TEXT("\x88\0")));
    kl_buffer_free(&out);
}

KL_TEST(codes_of_a_goodbye)
{
    KL_UNUSED_STATE;
    static const int good[] = {1000, 1001, 1002, 1003, 1007, 1014, 3000, 4999};
    static const int bad[] = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535};
    for (size_t i = 0; i < KL_COUNT(good); i++)
        assert_true(kl_websocket_is_code(good[i]));
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        assert_false(kl_websocket_is_code(bad[i]));
}

/* ---- the handshake ------------------------------------------------------------------------------- */

/* The key and its answer of RFC 6455, 1.3. */
KL_TEST(the_answer_to_the_key_is_checked)
{
    KL_UNUSED_STATE;
    kl_websocket_handshake shake = {.key = "dGhlIHNhbXBsZSBub25jZQ=="};
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_websocket_accept(&shake, KL_TEXT("HTTP/1.1 101 Switching Protocols\r\n"
                                                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                                         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
                                         &error), KL_OK);
    assert_int_equal(kl_websocket_accept(&shake, KL_TEXT("HTTP/1.1 101 Switching Protocols\r\n"
                                                         "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                                         "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n"),
                                         &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error), "the server's Sec-WebSocket-Accept does not fit the key");
    kl_error_clear(&error);
}

/* ---- memory -------------------------------------------------------------------------------------- */

static kl_status read_request(void *data)
{
    kl_text text = *(kl_text *)data;
    kl_http_read request = {.body_max = 100};
    kl_http_read_event event = KL_HTTP_READ_HEAD;
    char *room = kl_http_read_room(&request, text.len);
    kl_status status = room ? KL_OK : KL_NO_MEMORY;
    if (room) {
        memcpy(room, text.data, text.len);
        kl_http_read_came(&request, text.len);
    }
    while (status == KL_OK && event == KL_HTTP_READ_HEAD)
        status = kl_http_read_next(&event, &request, NULL);
    if (status == KL_OK)
        assert_int_equal(event, KL_HTTP_READ_DONE);
    kl_http_read_end(&request);
    return status;
}

KL_TEST(memory_may_end_within_a_request)
{
    KL_UNUSED_STATE;
    kl_text text = KL_TEXT("POST /a?b=c HTTP/1.1\r\nHost: x\r\na: 1\r\na: 2\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    assert_true(sweep(read_request, &text) > 5);
}

static kl_status run_with(void *data)
{
    kl_value out = kl_null(), *both = data;
    KL_TRY(kl_node_run_alone(&out, kl_node_type_find(kl_as_text(both[2])), both[0], both[1], NULL));
    kl_value_release(out);
    return KL_OK;
}

/* A socket that listens on a free port of loopback. */
static int listen_here(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int made = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(made, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(made, 100), 0);
    getsockname(made, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return made;
}

static bool stopping; /* atomic */
static int hook_port;

/* Posts to whoever listens; allocates nothing, so as not to fail instead of the node. */
static void *keep_posting(void *data)
{
    (void)data;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)hook_port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static const char text[] = "POST /?a=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                               "Content-Type: application/json\r\n\r\n{}";
    char answer[1000];
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        int made = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(made, (struct sockaddr *)&address, sizeof address) == 0 &&
            send(made, text, sizeof text - 1, MSG_NOSIGNAL) > 0)
            while (recv(made, answer, sizeof answer, 0) > 0)
                continue;
        close(made);
        usleep(500);
    }
    return NULL;
}

KL_TEST(memory_may_end_while_a_request_is_awaited)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    char config[300];
    int port;
    close(listen_here(&port));
    hook_port = port;
    snprintf(config, sizeof config, "{\"port\":%d,\"response\":{\"body\":[1]},\"timeout_ms\":10000,"
                                    "\"on_listen\":\"NoOpNode\"}", port);
    kl_value both[] = {json(config), json("{}"), json("\"WebhookNode\"")};
    pthread_create(&thread, NULL, keep_posting, NULL);
    assert_int_equal(run_with(both), KL_OK);
    assert_true(sweep(run_with, both) > 30);
    __atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < KL_COUNT(both); i++)
        kl_value_release(both[i]);
}

/* ---- a server that allocates nothing either --------------------------------------------------------- */

static uint32_t rotate(uint32_t value, int by) { return value << by | value >> (32 - by); }

/* SHA-1 (FIPS 180-4) of a text of 60 bytes, as keys with their suffix are. */
static void sha1_of_60(unsigned char out[20], const char *text)
{
    uint32_t h[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    unsigned char all[128] = {0};
    memcpy(all, text, 60);
    all[60] = 0x80;
    all[126] = 60 * 8 >> 8;
    all[127] = (unsigned char)(60 * 8);
    for (int block = 0; block < 2; block++) {
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++) {
            const unsigned char *at = all + 64 * block + 4 * i;
            w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        }
        for (int i = 16; i < 80; i++)
            w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                         : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                  : (b ^ c ^ d) + 0xca62c1d6;
            uint32_t next = rotate(a, 5) + f + e + w[i];
            e = d, d = c, c = rotate(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++)
        out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* 28 characters of base64 and a NUL. */
static void answer_of(char out[29], const char *key)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char hash[21] = {0};
    char both[61];
    snprintf(both, sizeof both, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    sha1_of_60(hash, both);
    for (int i = 0; i < 7; i++) {
        uint32_t group = (uint32_t)hash[3 * i] << 16 | (uint32_t)hash[3 * i + 1] << 8 | hash[3 * i + 2];
        for (int k = 0; k < 4; k++)
            out[4 * i + k] = digits[group >> (18 - 6 * k) & 63];
    }
    out[27] = '=';
    out[28] = '\0';
}

/* Says yes, a compressed message, a ping and a goodbye, and reads until the end. */
static void talk(int connection)
{
    char head[4096] = "", accept[29], answer[400];
    size_t len = 0;
    ssize_t got = 1;
    while (!strstr(head, "\r\n\r\n") && len < sizeof head - 1 && got > 0) {
        got = recv(connection, head + len, sizeof head - 1 - len, 0);
        len += got > 0 ? (size_t)got : 0;
        head[len] = '\0';
    }
    const char *key = strstr(head, "Sec-WebSocket-Key: ");
    if (!key)
        return;
    answer_of(accept, key + 19);
    snprintf(answer, sizeof answer, "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: %s\r\n\r\n"
             "\x89\x01p\xc1\x07\xf2\x48\xcd\xc9\xc9\x07", accept);
    send(connection, answer, strlen(answer) + 1, MSG_NOSIGNAL); /* the NUL is the message's last byte */
    /* A goodbye is the first frame with this head. */
    do
        got = recv(connection, head, sizeof head, 0);
    while (got > 0 && !memmem(head, (size_t)got, "\x88\x82", 2));
    send(connection, "\x88\x02\x03\xe8", 4, MSG_NOSIGNAL);
    while (recv(connection, head, sizeof head, 0) > 0)
        continue;
}

static void *keep_talking(void *listener)
{
    int connection;
    while ((connection = accept(*(int *)listener, NULL, NULL)) >= 0) {
        talk(connection);
        close(connection);
    }
    return NULL;
}

KL_TEST(memory_may_end_while_messages_pass)
{
    KL_UNUSED_STATE;
    pthread_t thread;
    char config[300];
    int port, listener = listen_here(&port);
    pthread_create(&thread, NULL, keep_talking, &listener);
    snprintf(config, sizeof config, "{\"url\":\"ws://u:p@127.0.0.1:%d/\",\"headers\":{\"a\":\"b\"},"
                                    "\"subprotocols\":[\"a\"],\"timeout_ms\":10000}", port);
    gives("WebSocketNode", config, "{\"action\":\"send_and_receive\",\"message\":{\"a\":1}}",
          "{\"message\":\"Hello\"}");
    kl_value both[] = {json(config), json("{\"action\":\"send_and_receive\",\"message\":{\"a\":1}}"),
                       json("\"WebSocketNode\"")};
    assert_true(sweep(run_with, both) > 20);
    kl_map_set_text(&both[0], KL_TEXT("connection_id"), KL_TEXT("sweep"), NULL);
    assert_true(sweep(run_with, both) > 20);
    kl_map_set_text(&both[1], KL_TEXT("action"), KL_TEXT("close"), NULL);
    assert_int_equal(run_with(both), KL_OK);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    for (size_t i = 0; i < KL_COUNT(both); i++)
        kl_value_release(both[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_are_read),
        cmocka_unit_test(compressed_messages_refer_to_those_before),
        cmocka_unit_test(frames_are_written),
        cmocka_unit_test(codes_of_a_goodbye),
        cmocka_unit_test(the_answer_to_the_key_is_checked),
        cmocka_unit_test(memory_may_end_within_a_request),
        cmocka_unit_test(memory_may_end_while_a_request_is_awaited),
        cmocka_unit_test(memory_may_end_while_messages_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
