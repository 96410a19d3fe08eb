/* src/net/websocket.c - see websocket.h. The bytes: websocket_frame.c, websocket_handshake.c. */
#include "websocket.h"
#include "deadline.h"
#include "driver.h"
#include "fork.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "websocket_frame.h"
#include "websocket_handshake.h"

#include <poll.h>
#include <strings.h>
#include <unistd.h>

struct kl_websocket {
    uint32_t refs; /* atomic */
    pthread_mutex_t lock; /* guards `busy`; held for moments only */
    pthread_cond_t freed;
    bool busy; /* one thread has all that follows */

    kl_stream *stream;
    kl_websocket_reader reader;
    void *compressor;
    bool forgets;
    kl_buffer out;
    kl_value subprotocol;
    kl_value inbox; /* array: messages that came while somebody sent */
    size_t inbox_next, inbox_bytes;
    bool began;   /* what came with the handshake was read */
    bool closing; /* our goodbye was sent */
    bool ended;
    int code; /* of the peer's goodbye, 0 = none */
    char reason[KL_WEBSOCKET_CONTROL_MAX];
};

enum { PIECE = 16384, MESSAGE_COST = 64 /* of a message in the inbox, beside its bytes */ };
/* How long a thread waits before it looks again whether it may go on. */
#define PACE (20 * KL_MILLISECOND)

/* ---- one thread at a time ------------------------------------------------------------------------ */

static kl_status enter(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    kl_status status = KL_OK;
    pthread_mutex_lock(&socket->lock);
    while (socket->busy && status == KL_OK) {
        kl_wait_until(&socket->freed, &socket->lock, kl_clock_after(PACE));
        pthread_mutex_unlock(&socket->lock); /* the watch may call back */
        status = kl_stream_watch_check(watch, error);
        pthread_mutex_lock(&socket->lock);
    }
    if (status == KL_OK)
        socket->busy = true;
    pthread_mutex_unlock(&socket->lock);
    return status;
}

static void leave(kl_websocket *socket)
{
    pthread_mutex_lock(&socket->lock);
    socket->busy = false;
    pthread_cond_signal(&socket->freed);
    pthread_mutex_unlock(&socket->lock);
}

/* ---- sending ------------------------------------------------------------------------------------- */

static kl_status told_end(const kl_websocket *socket, kl_error *error)
{
    if (socket->code == KL_WEBSOCKET_NO_CODE)
        return kl_error_set(error, KL_STATE, "the server closed the connection");
    if (socket->code)
        return kl_error_set(error, KL_STATE, "the server closed the connection (code %d%s%s)",
                            socket->code, socket->reason[0] ? ": " : "", socket->reason);
    return kl_error_set(error, KL_STATE, "the connection has ended");
}

/* A frame cannot be taken back: whatever fails here ends the connection. */
static kl_status send_frame(kl_websocket *socket, kl_websocket_kind kind, bool compressed,
                            kl_text payload, const kl_stream_watch *watch, kl_error *error)
{
    unsigned char mask[4];
    socket->out.len = 0;
    KL_TRY(kl_random(mask, sizeof mask, error));
    kl_websocket_write(&socket->out, kind, compressed, payload, mask);
    kl_status status = socket->out.status;
    if (status == KL_OK)
        status = kl_stream_write(socket->stream, kl_buffer_text(&socket->out), watch, error);
    else if (status == KL_LIMIT)
        kl_error_set(error, status, "resource limit exceeded: message (limit: %zu bytes)",
                     KL_BUFFER_MAX);
    else
        kl_error_no_memory(error);
    if (status != KL_OK)
        socket->ended = true;
    if (socket->out.cap > (size_t)4 * PIECE) /* a large message does not keep its room */
        kl_buffer_free(&socket->out);
    return status;
}

static kl_status send_goodbye(kl_websocket *socket, int code, kl_text reason,
                              const kl_stream_watch *watch, kl_error *error)
{
    char payload[KL_WEBSOCKET_CONTROL_MAX] = {(char)(code >> 8), (char)code};
    size_t len = KL_MIN(reason.len, sizeof payload - 2);
    if (socket->closing)
        return KL_OK;
    memcpy(payload + 2, reason.data, len);
    socket->closing = true;
    bool empty = code == KL_WEBSOCKET_NO_CODE;
    return send_frame(socket, KL_WEBSOCKET_CLOSE, false, (kl_text){payload, empty ? 0 : 2 + len},
                      watch, error);
}

/* ---- receiving ----------------------------------------------------------------------------------- */

static kl_status keep_message(kl_websocket *socket, const kl_websocket_message *message,
                              kl_error *error)
{
    kl_value value;
    KL_TRY(message->kind == KL_WEBSOCKET_TEXT ? kl_string_from_valid(&value, message->data, error)
                                              : kl_bytes_new(&value, message->data, error));
    KL_TRY(kl_array_push(&socket->inbox, value, error));
    socket->inbox_bytes += message->data.len + MESSAGE_COST;
    return KL_OK;
}

static kl_status take_frame(kl_websocket *socket, const kl_websocket_message *message,
                            const kl_stream_watch *watch, kl_error *error)
{
    switch (message->kind) {
    case KL_WEBSOCKET_PING:
        return socket->closing ? KL_OK
                               : send_frame(socket, KL_WEBSOCKET_PONG, false, message->data, watch,
                                            error);
    case KL_WEBSOCKET_CLOSE:
        socket->code = message->code;
        memcpy(socket->reason, message->data.data, message->data.len);
        socket->reason[message->data.len] = '\0';
        send_goodbye(socket, message->code, (kl_text){"", 0}, watch, NULL); /* it is ended anyway */
        socket->ended = true;
        return KL_OK;
    case KL_WEBSOCKET_TEXT:
    case KL_WEBSOCKET_BINARY:
        return keep_message(socket, message, error);
    default:
        return KL_OK; /* a pong nobody asked for */
    }
}

/* Take all messages that are there whole. A peer that breaks the rules is told, and left. */
static kl_status take_frames(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    kl_websocket_message message;
    bool complete = true;
    kl_status status = KL_OK;
    while (status == KL_OK && complete && !socket->ended) {
        status = kl_websocket_next(&complete, &message, &socket->reader, error);
        if (status == KL_OK && complete)
            status = take_frame(socket, &message, watch, error);
    }
    if (status == KL_OK)
        return KL_OK;
    if (socket->reader.refusal && !socket->ended)
        send_goodbye(socket, socket->reader.refusal, (kl_text){"", 0}, watch, NULL);
    socket->ended = true;
    return status;
}

/* Read what is there, without waiting; first what the server said right behind its handshake. */
static kl_status read_some(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    size_t got = 0;
    if (socket->reader.came.len > socket->reader.at && !socket->began) {
        socket->began = true;
        return take_frames(socket, watch, error);
    }
    socket->began = true;
    if (!kl_stream_is_readable(socket->stream))
        return KL_OK;
    char *room = kl_websocket_room(&socket->reader, PIECE);
    kl_status status = room ? kl_stream_read(&got, socket->stream, room, PIECE, watch, error)
                            : kl_error_no_memory(error);
    if (status != KL_OK || got == 0)
        socket->ended = true;
    KL_TRY(status);
    if (got == 0)
        return kl_error_set(error, KL_STATE, "the server ended the connection without a goodbye");
    kl_websocket_came(&socket->reader, got);
    return take_frames(socket, watch, error);
}

static bool has_message(const kl_websocket *socket)
{
    return socket->inbox_next < kl_array_len(socket->inbox);
}

/* The first message of the inbox; given. */
static kl_status take_message(kl_value *out, kl_websocket *socket, kl_error *error)
{
    kl_value *items = kl_array_edit(&socket->inbox, error);
    if (!items)
        return KL_NO_MEMORY;
    *out = kl_value_take(&items[socket->inbox_next++]);
    socket->inbox_bytes -= kl_value_len(*out) + MESSAGE_COST;
    if (!has_message(socket)) {
        kl_value_release(kl_value_take(&socket->inbox));
        socket->inbox_next = 0;
    }
    return KL_OK;
}

/* Wait for bytes, not keeping others from the connection. */
static kl_status wait_for_bytes(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    struct pollfd ready = {.fd = kl_stream_socket(socket->stream), .events = POLLIN};
    poll(&ready, 1, (int)(PACE / KL_MILLISECOND));
    return kl_stream_watch_check(watch, error);
}

/* One look: a message, the end, or neither (KL_OK with null). */
static kl_status look(bool *found, kl_value *out, kl_websocket *socket, const kl_stream_watch *watch,
                      kl_error *error)
{
    kl_status status = KL_OK;
    if (!has_message(socket) && !socket->ended) {
        if (kl_is_null(socket->inbox))
            KL_TRY(kl_array_new(&socket->inbox, 4, error));
        status = read_some(socket, watch, error);
    }
    *found = has_message(socket); /* what came before a failure still counts */
    if (*found) {
        if (status != KL_OK)
            kl_error_clear(error);
        return take_message(out, socket, error);
    }
    if (status == KL_OK && socket->ended)
        return told_end(socket, error);
    return status;
}

kl_status kl_websocket_receive(kl_value *out, kl_websocket *socket, const kl_stream_watch *watch,
                               kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    bool found = false;
    kl_status status = KL_OK;
    while (status == KL_OK && !found) {
        status = enter(socket, watch, &why);
        if (status != KL_OK)
            break;
        status = look(&found, out, socket, watch, &why);
        leave(socket);
        if (status == KL_OK && !found)
            status = wait_for_bytes(socket, watch, &why);
    }
    kl_error_move(error, &why);
    return status;
}

/* Answer pings and see a goodbye before something is sent. More than a message's worth is left to
 * whoever receives. */
static kl_status listen_first(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    if (socket->ended)
        return told_end(socket, error);
    if (kl_is_null(socket->inbox))
        KL_TRY(kl_array_new(&socket->inbox, 4, error));
    if (socket->inbox_bytes >= socket->reader.message_max)
        return KL_OK;
    KL_TRY(read_some(socket, watch, error));
    return socket->ended ? told_end(socket, error) : KL_OK;
}

static kl_status send_compressed(kl_websocket *socket, kl_text message, kl_websocket_kind kind,
                                 const kl_stream_watch *watch, kl_error *error)
{
    kl_buffer packed = KL_BUFFER_INIT;
    kl_status status = socket->reader.deflate->compress(&packed, socket->compressor, message,
                                                        socket->forgets, error);
    if (status == KL_OK)
        status = send_frame(socket, kind, true, kl_buffer_text(&packed), watch, error);
    socket->ended = socket->ended || status != KL_OK; /* the peer would miss what later ones refer to */
    kl_buffer_free(&packed);
    return status;
}

kl_status kl_websocket_send(kl_websocket *socket, kl_text message, bool binary,
                            const kl_stream_watch *watch, kl_error *error)
{
    kl_websocket_kind kind = binary ? KL_WEBSOCKET_BINARY : KL_WEBSOCKET_TEXT;
    KL_TRY(enter(socket, watch, error));
    kl_status status = listen_first(socket, watch, error);
    if (status == KL_OK)
        status = socket->compressor ? send_compressed(socket, message, kind, watch, error)
                                    : send_frame(socket, kind, false, message, watch, error);
    leave(socket);
    return status;
}

/* ---- ending -------------------------------------------------------------------------------------- */

/* Read on until the peer's goodbye; messages that still come are nobody's. */
static kl_status await_goodbye(kl_websocket *socket, const kl_stream_watch *watch, kl_error *error)
{
    while (!socket->ended) {
        kl_value_release(kl_value_take(&socket->inbox));
        socket->inbox_next = socket->inbox_bytes = 0;
        KL_TRY(kl_array_new(&socket->inbox, 4, error));
        KL_TRY(read_some(socket, watch, error));
        if (!socket->ended)
            KL_TRY(wait_for_bytes(socket, watch, error));
    }
    return KL_OK;
}

kl_status kl_websocket_close(kl_websocket *socket, int code, kl_text reason,
                             const kl_stream_watch *watch, kl_error *error)
{
    kl_status status = KL_OK;
    if (reason.len > KL_WEBSOCKET_CONTROL_MAX - 2)
        return kl_error_set(error, KL_INVALID, "a reason has at most 123 bytes, this one has %zu",
                            reason.len);
    KL_TRY(enter(socket, watch, error));
    if (!socket->ended)
        status = send_goodbye(socket, code, reason, watch, error);
    if (status == KL_OK)
        status = await_goodbye(socket, watch, error);
    socket->ended = true;
    leave(socket);
    return status;
}

bool kl_websocket_has_ended(kl_websocket *socket)
{
    bool ended;
    pthread_mutex_lock(&socket->lock);
    ended = !socket->busy && socket->ended && !has_message(socket);
    pthread_mutex_unlock(&socket->lock);
    return ended;
}

kl_value kl_websocket_subprotocol(const kl_websocket *socket) { return socket->subprotocol; }

kl_websocket *kl_websocket_retain(kl_websocket *socket)
{
    __atomic_fetch_add(&socket->refs, 1, __ATOMIC_RELAXED);
    return socket;
}

void kl_websocket_release(kl_websocket *socket)
{
    if (!socket || __atomic_fetch_sub(&socket->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    kl_stream_close(socket->stream);
    if (socket->compressor)
        socket->reader.deflate->close(socket->compressor);
    kl_websocket_reader_end(&socket->reader);
    kl_buffer_free(&socket->out);
    kl_value_release(socket->inbox);
    kl_value_release(socket->subprotocol);
    pthread_cond_destroy(&socket->freed);
    pthread_mutex_destroy(&socket->lock);
    kl_free(socket);
}

/* Another thread may have been at work on it when the process forked: nothing else is touched. */
void kl_websocket_abandon(kl_websocket *socket) { close(kl_stream_socket(socket->stream)); }

/* ---- opening ------------------------------------------------------------------------------------- */

/* The URL with the scheme of HTTP that means the same. */
static kl_status read_url(kl_url *out, kl_text url, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    const char *mark = url.len ? memmem(url.data, url.len, "://", 3) : NULL;
    kl_text scheme = {url.data, mark ? (size_t)(mark - url.data) : 0};
    bool plain = scheme.len == 2 && strncasecmp(scheme.data, "ws", 2) == 0;
    bool tls = scheme.len == 3 && strncasecmp(scheme.data, "wss", 3) == 0;
    bool http = (scheme.len == 4 && strncasecmp(scheme.data, "http", 4) == 0) ||
                (scheme.len == 5 && strncasecmp(scheme.data, "https", 5) == 0);
    if (mark && !plain && !tls && !http)
        return kl_error_set(error, KL_INVALID, "expected a ws or wss URL, got scheme '%.*s'",
                            (int)KL_MIN(scheme.len, 40), scheme.data);
    if (!mark)
        return kl_error_set(error, KL_INVALID,
                            "expected a ws or wss URL, got a malformed URL (no scheme)");
    kl_buffer_string(&text, plain ? "http" : tls ? "https" : "");
    kl_buffer_add(&text, http ? url : (kl_text){mark, url.len - scheme.len});
    kl_status status = text.status == KL_OK ? kl_url_parse(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

static kl_status check_host(const kl_url *url, const kl_guard *guard, kl_error *error)
{
    for (size_t i = 0; i < url->host.len; i++)
        if ((unsigned char)url->host.data[i] >= 0x80)
            return kl_error_set(error, KL_INVALID, "expected a host in ASCII (an international name "
                                                   "in its xn-- form), got '%.*s'",
                                (int)KL_MIN(url->host.len, 80), url->host.data);
    return kl_guard_check_host(guard, url->host, error);
}

static kl_status admit(void *guard, const void *sockaddr, size_t size, kl_error *error)
{
    kl_address address;
    (void)size;
    if (!kl_address_of_socket(&address, sockaddr))
        return kl_error_set(error, KL_DENIED, "SSRF blocked: not an IP address");
    return kl_guard_check_address(guard, &address, error);
}

static kl_status connect_to(kl_websocket *socket, const kl_url *url, const kl_guard *guard,
                            const kl_websocket_options *options, const kl_stream_watch *watch,
                            kl_error *error)
{
    char *host = kl_strdup(url->host);
    kl_stream_address to = {
        .host = host, .port = url->port, .admit = admit, .data = (void *)(uintptr_t)guard};
    kl_tls_options tls = options->tls;
    if (!host)
        return kl_error_no_memory(error);
    tls.host = host;
    kl_status status = kl_stream_open(&socket->stream, &to, watch, error);
    if (status == KL_OK && kl_text_is(url->scheme, "https"))
        status = kl_stream_start_tls(socket->stream, &tls, watch, error);
    kl_free(host);
    return status;
}

/* Read up to the empty line; what comes behind it stays in the reader. */
static kl_status read_head(kl_websocket *socket, kl_websocket_handshake *shake,
                           const kl_stream_watch *watch, kl_error *error)
{
    kl_websocket_reader *reader = &socket->reader;
    const char *end = NULL;
    while (!end) {
        size_t got = 0;
        char *room = kl_websocket_room(reader, PIECE);
        if (!room)
            return kl_error_no_memory(error);
        KL_TRY(kl_stream_read(&got, socket->stream, room, PIECE, watch, error));
        if (got == 0)
            return kl_error_set(error, KL_FAILED, "the server ended the connection within the "
                                                  "handshake");
        kl_websocket_came(reader, got);
        end = memmem(reader->came.data, reader->came.len, "\r\n\r\n", 4);
        if (!end && reader->came.len > KL_WEBSOCKET_HEAD_MAX)
            return kl_error_set(error, KL_LIMIT, "resource limit exceeded: response head (limit: %d "
                                                 "bytes)", KL_WEBSOCKET_HEAD_MAX);
    }
    reader->at = (size_t)(end - reader->came.data) + 4;
    return kl_websocket_accept(shake, (kl_text){reader->came.data, reader->at}, error);
}

static kl_status start_compression(kl_websocket *socket, const kl_deflate *deflate, bool forgets,
                                   kl_error *error)
{
    socket->forgets = forgets;
    socket->reader.deflate = deflate;
    KL_TRY(deflate->open(&socket->reader.expander, false, error));
    return deflate->open(&socket->compressor, true, error);
}

static kl_status shake_hands(kl_websocket *socket, const kl_url *url,
                             const kl_websocket_options *options, const kl_stream_watch *watch,
                             kl_error *error)
{
    kl_websocket_handshake shake = {0};
    kl_buffer request = KL_BUFFER_INIT;
    const void *deflate = NULL;
    kl_status status = KL_OK;
    if (options->compression)
        KL_TRY(kl_driver_load(&deflate, "deflate", error));
    KL_TRY_OUT(kl_websocket_ask(&request, &shake, url, options, error));
    KL_TRY_OUT(kl_stream_write(socket->stream, kl_buffer_text(&request), watch, error));
    KL_TRY_OUT(read_head(socket, &shake, watch, error));
    socket->subprotocol = kl_value_take(&shake.subprotocol);
    if (shake.compressed)
        KL_TRY_OUT(start_compression(socket, deflate, shake.forgets, error));
out:
    if (request.data) /* headers may hold secrets */
        kl_wipe(request.data, request.cap);
    kl_buffer_free(&request);
    kl_value_release(shake.subprotocol);
    return status;
}

static kl_websocket *new_socket(size_t message_max)
{
    kl_websocket *socket = kl_alloc_zero(1, sizeof *socket);
    if (!socket)
        return NULL;
    socket->refs = 1;
    pthread_mutex_init(&socket->lock, NULL);
    pthread_cond_init(&socket->freed, NULL);
    socket->reader.message_max = message_max;
    return socket;
}

kl_status kl_websocket_open(kl_websocket **out, const kl_websocket_options *options,
                            const kl_stream_watch *watch, kl_error *error)
{
    static const kl_guard public_only;
    const kl_guard *guard = options->guard ? options->guard : &public_only;
    kl_url url;
    KL_TRY(read_url(&url, options->url, error));
    kl_websocket *socket = new_socket((size_t)options->message_max);
    kl_status status = socket ? check_host(&url, guard, error) : kl_error_no_memory(error);
    if (status == KL_OK)
        status = connect_to(socket, &url, guard, options, watch, error);
    if (status == KL_OK)
        status = shake_hands(socket, &url, options, watch, error);
    kl_url_clear(&url);
    if (status == KL_OK)
        *out = socket;
    else if (socket)
        kl_websocket_release(socket);
    return status;
}
