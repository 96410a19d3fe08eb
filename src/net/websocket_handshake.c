/* src/net/websocket_handshake.c - see websocket_handshake.h. */
#include "websocket_handshake.h"
#include "encode.h"
#include "http_words.h"
#include "kailash/crypto.h"
#include "kailash/id.h"

#include <stdio.h>

/* ---- words --------------------------------------------------------------------------------------- */

static bool is_field(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 127)
            return false;
    return true;
}

/* Cut off what stands before the first `mark`; false at the end. */
static bool next_part(kl_text *part, kl_text *rest, char mark)
{
    if (!rest->data)
        return false;
    const char *at = memchr(rest->data, mark, rest->len);
    *part = kl_http_trim((kl_text){rest->data, at ? (size_t)(at - rest->data) : rest->len});
    *rest = at ? (kl_text){at + 1, rest->len - (size_t)(at + 1 - rest->data)} : (kl_text){NULL, 0};
    return true;
}

/* ---- asking -------------------------------------------------------------------------------------- */

/* Headers that the handshake itself sends, or that would announce a body. */
static bool is_ours(kl_text name)
{
    static const char *const ours[] = {"host", "connection", "upgrade", "content-length",
                                       "transfer-encoding", "sec-websocket-key",
                                       "sec-websocket-version", "sec-websocket-protocol",
                                       "sec-websocket-extensions", "sec-websocket-accept"};
    for (size_t i = 0; i < KL_COUNT(ours); i++)
        if (kl_http_same_word(name, ours[i]))
            return true;
    return false;
}

static kl_status write_headers(kl_buffer *to, kl_value headers, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(headers); i++) {
        kl_text name = kl_map_key_at(headers, i);
        kl_value item = kl_map_value_at(headers, i);
        if (!kl_http_is_token(name) || is_ours(name))
            return kl_error_set(error, KL_INVALID, "headers: '%.*s' cannot be sent: it is %s",
                                (int)KL_MIN(name.len, 80), name.data,
                                kl_http_is_token(name) ? "part of the handshake" : "no name of a header");
        if (!kl_is(item, KL_KIND_STRING) || !is_field(kl_as_text(item)))
            return kl_error_set(error, KL_INVALID,
                                "headers.%.*s: expected a string without control characters",
                                (int)KL_MIN(name.len, 80), name.data);
        kl_buffer_add(to, name);
        kl_buffer_string(to, ": ");
        kl_buffer_add(to, kl_as_text(item));
        kl_buffer_string(to, "\r\n");
    }
    return KL_OK;
}

static kl_status write_subprotocols(kl_buffer *to, kl_value offers, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(offers); i++) {
        kl_text each = kl_as_text(kl_array_at(offers, i));
        if (!kl_http_is_token(each))
            return kl_error_set(error, KL_INVALID, "subprotocols[%zu]: expected a name without "
                                                   "blanks and separators", i);
        kl_buffer_string(to, i ? ", " : "Sec-WebSocket-Protocol: ");
        kl_buffer_add(to, each);
    }
    if (kl_array_len(offers))
        kl_buffer_string(to, "\r\n");
    return KL_OK;
}

static void write_host(kl_buffer *to, const kl_url *url)
{
    bool is_v6 = memchr(url->host.data, ':', url->host.len) != NULL;
    bool is_default = url->port == (kl_text_is(url->scheme, "https") ? 443 : 80);
    kl_buffer_format(to, is_v6 ? "Host: [%.*s]" : "Host: %.*s", KL_TEXT_ARG(url->host));
    if (!is_default)
        kl_buffer_format(to, ":%u", url->port);
    kl_buffer_string(to, "\r\n");
}

/* User and password of the URL, as basic authentication. */
static void write_user(kl_buffer *to, const kl_url *url)
{
    kl_buffer pair = KL_BUFFER_INIT;
    if (kl_is_null(url->user))
        return;
    kl_buffer_add(&pair, kl_as_text(url->user));
    kl_buffer_byte(&pair, ':');
    kl_buffer_add(&pair, kl_as_text(url->password));
    kl_buffer_string(to, "Authorization: Basic ");
    kl_base64_encode(to, kl_buffer_text(&pair), KL_BASE64_STANDARD);
    kl_buffer_string(to, "\r\n");
    if (pair.status != KL_OK)
        to->status = pair.status;
    if (pair.data)
        kl_wipe(pair.data, pair.cap);
    kl_buffer_free(&pair);
}

static kl_status make_key(kl_websocket_handshake *shake, kl_error *error)
{
    char bytes[16];
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(kl_random(bytes, sizeof bytes, error));
    kl_base64_encode(&text, (kl_text){bytes, sizeof bytes}, KL_BASE64_STANDARD);
    kl_status status = text.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK)
        snprintf(shake->key, sizeof shake->key, "%.*s", KL_TEXT_ARG(kl_buffer_text(&text)));
    kl_buffer_free(&text);
    return status;
}

kl_status kl_websocket_ask(kl_buffer *to, kl_websocket_handshake *shake, const kl_url *url,
                           const kl_websocket_options *options, kl_error *error)
{
    KL_TRY(make_key(shake, error));
    shake->offered = options->compression;
    shake->offers = options->subprotocols;
    kl_buffer_string(to, "GET ");
    kl_buffer_add(to, url->target);
    kl_buffer_string(to, " HTTP/1.1\r\n");
    write_host(to, url);
    kl_buffer_format(to, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
                         "Sec-WebSocket-Version: 13\r\n", shake->key);
    if (shake->offered)
        kl_buffer_string(to, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    KL_TRY(write_subprotocols(to, options->subprotocols, error));
    KL_TRY(write_headers(to, options->headers, error));
    bool has_authorization = false;
    for (size_t i = 0; i < kl_map_len(options->headers); i++)
        has_authorization |= kl_http_same_word(kl_map_key_at(options->headers, i), "authorization");
    if (!has_authorization)
        write_user(to, url);
    kl_buffer_string(to, "\r\n");
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- the answer ---------------------------------------------------------------------------------- */

/* What the headers of a response said so far. */
typedef struct answer {
    bool upgrade, connection, accept, protocol, extensions;
} answer;

static kl_status check_accept(const kl_websocket_handshake *shake, kl_text value, kl_error *error)
{
    char both[80];
    unsigned char hash[KL_HASH_MAX];
    kl_buffer text = KL_BUFFER_INIT;
    int len = snprintf(both, sizeof both, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", shake->key);
    KL_TRY(kl_hash_once(hash, KL_HASH_SHA1, (kl_text){both, (size_t)len}, error));
    kl_base64_encode(&text, (kl_text){(const char *)hash, 20}, KL_BASE64_STANDARD);
    kl_status status = text.status != KL_OK ? kl_error_no_memory(error)
                       : kl_text_equal(kl_buffer_text(&text), value)
                           ? KL_OK
                           : kl_error_set(error, KL_FAILED,
                                          "the server's Sec-WebSocket-Accept does not fit the key");
    kl_buffer_free(&text);
    return status;
}

static kl_status check_protocol(kl_websocket_handshake *shake, kl_text value, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(shake->offers); i++) {
        kl_value offer = kl_array_at(shake->offers, i);
        if (kl_text_equal(kl_as_text(offer), value)) {
            kl_value_replace(&shake->subprotocol, kl_value_retain(offer));
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_FAILED, "the server chose a subprotocol that was not offered");
}

/* Whether `text` is a window's size, 8 to 15, also in quotes. */
static bool is_window(kl_text text)
{
    if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
        text = (kl_text){text.data + 1, text.len - 2};
    return (text.len == 1 && (text.data[0] == '8' || text.data[0] == '9')) ||
           (text.len == 2 && text.data[0] == '1' && text.data[1] >= '0' && text.data[1] <= '5');
}

static bool take_parameter(kl_websocket_handshake *shake, kl_text parameter)
{
    kl_text name = {NULL, 0}, value = parameter;
    next_part(&name, &value, '=');
    if (kl_http_same_word(name, "server_no_context_takeover"))
        return !value.data;
    if (kl_http_same_word(name, "client_no_context_takeover")) {
        shake->forgets = true;
        return !value.data;
    }
    return kl_http_same_word(name, "server_max_window_bits") && value.data && is_window(kl_http_trim(value));
}

static kl_status check_extensions(kl_websocket_handshake *shake, kl_text value, kl_error *error)
{
    kl_text part = {NULL, 0}, rest = value;
    next_part(&part, &rest, ';');
    bool good = shake->offered && !memchr(value.data, ',', value.len) &&
                kl_http_same_word(part, "permessage-deflate");
    while (good && next_part(&part, &rest, ';'))
        good = take_parameter(shake, part);
    shake->compressed = good;
    return good ? KL_OK
                : kl_error_set(error, KL_FAILED, "the server chose an extension that was not offered");
}

static bool has_word(kl_text list, const char *word)
{
    kl_text each;
    while (next_part(&each, &list, ','))
        if (kl_http_same_word(each, word))
            return true;
    return false;
}

/* Headers that must not stand twice are refused when they do. */
static kl_status take_header(answer *said, kl_websocket_handshake *shake, kl_text name,
                             kl_text value, kl_error *error)
{
    bool *seen = kl_http_same_word(name, "sec-websocket-accept")       ? &said->accept
                 : kl_http_same_word(name, "sec-websocket-protocol")   ? &said->protocol
                 : kl_http_same_word(name, "sec-websocket-extensions") ? &said->extensions
                                                               : NULL;
    if (kl_http_same_word(name, "upgrade"))
        said->upgrade = kl_http_same_word(value, "websocket");
    else if (kl_http_same_word(name, "connection"))
        said->connection = said->connection || has_word(value, "upgrade");
    if (!seen)
        return KL_OK;
    if (*seen)
        return kl_error_set(error, KL_FAILED, "the server sent the header %.*s twice",
                            KL_TEXT_ARG(name));
    *seen = true;
    return seen == &said->accept     ? check_accept(shake, value, error)
           : seen == &said->protocol ? check_protocol(shake, value, error)
                                     : check_extensions(shake, value, error);
}

/* "HTTP/1.1 101 Switching Protocols" */
static kl_status check_status(kl_text line, kl_error *error)
{
    bool is_http = line.len >= 12 && memcmp(line.data, "HTTP/1.1 ", 9) == 0;
    if (!is_http)
        return kl_error_set(error, KL_FAILED, "the server does not speak HTTP/1.1");
    if (memcmp(line.data + 9, "101", 3) == 0 && (line.len == 12 || line.data[12] == ' '))
        return KL_OK;
    for (size_t i = 9; i < 12; i++)
        if (line.data[i] < '0' || line.data[i] > '9')
            return kl_error_set(error, KL_FAILED, "the server does not speak HTTP/1.1");
    bool redirect = line.data[9] == '3';
    return kl_error_set(error, KL_FAILED, "the server answered with status %.3s instead of 101%s",
                        line.data + 9, redirect ? "; redirects are not followed" : "");
}

static bool next_line(kl_text *line, kl_text *rest)
{
    const char *end = rest->len ? memmem(rest->data, rest->len, "\r\n", 2) : NULL;
    if (!end)
        return false;
    *line = (kl_text){rest->data, (size_t)(end - rest->data)};
    rest->len -= line->len + 2;
    rest->data = end + 2;
    return true;
}

kl_status kl_websocket_accept(kl_websocket_handshake *shake, kl_text head, kl_error *error)
{
    answer said = {0};
    kl_text line = {"", 0};
    next_line(&line, &head);
    KL_TRY(check_status(line, error));
    while (next_line(&line, &head) && line.len) {
        const char *colon = memchr(line.data, ':', line.len);
        kl_text name = {line.data, colon ? (size_t)(colon - line.data) : 0};
        if (!colon || !kl_http_is_token(name))
            return kl_error_set(error, KL_FAILED, "the server sent a malformed header");
        kl_text value = kl_http_trim((kl_text){colon + 1, line.len - name.len - 1});
        KL_TRY(take_header(&said, shake, name, value, error));
    }
    if (!said.upgrade || !said.connection)
        return kl_error_set(error, KL_FAILED, "the server does not upgrade to websocket");
    return said.accept ? KL_OK
                       : kl_error_set(error, KL_FAILED, "the server sent no Sec-WebSocket-Accept");
}
