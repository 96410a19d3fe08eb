/* src/net/websocket_frame.c - see websocket_frame.h. */
#include "websocket_frame.h"
#include "payload.h"

enum { LAST = 0x80, COMPRESSED = 0x40, RESERVED = 0x30, OPCODE = 0x0F, MASKED = 0x80, CONTROL = 8 };

/* ---- failing ------------------------------------------------------------------------------------- */

static kl_status refuse(kl_websocket_reader *reader, int code, kl_error *error, const char *why)
{
    reader->refusal = code;
    return kl_error_set(error, KL_SYNTAX, "the peer breaks the WebSocket protocol: %s", why);
}

static kl_status too_big(kl_websocket_reader *reader, kl_error *error)
{
    reader->refusal = KL_WEBSOCKET_TOO_BIG;
    return kl_error_set(error, KL_LIMIT, "resource limit exceeded: message (limit: %zu bytes)",
                        reader->message_max);
}

#define BREAKS(condition, why)                                                                     \
    if (condition)                                                                                 \
    return refuse(reader, KL_WEBSOCKET_PROTOCOL_ERROR, error, why)

/* ---- bytes --------------------------------------------------------------------------------------- */

char *kl_websocket_room(kl_websocket_reader *reader, size_t size)
{
    kl_buffer *came = &reader->came;
    if (reader->at > 0) {
        came->len -= reader->at;
        memmove(came->data, came->data + reader->at, came->len);
        reader->at = 0;
    }
    return kl_buffer_room(came, size);
}

void kl_websocket_reader_end(kl_websocket_reader *reader)
{
    kl_buffer_free(&reader->came);
    kl_buffer_free(&reader->message);
    kl_buffer_free(&reader->expanded);
    if (reader->deflate)
        reader->deflate->close(reader->expander);
    *reader = (kl_websocket_reader){0};
}

static uint64_t number(const unsigned char *from, size_t count)
{
    uint64_t value = 0;
    while (count--)
        value = value << 8 | *from++;
    return value;
}

/* ---- the head of a frame ------------------------------------------------------------------------- */

static kl_status check_control(kl_websocket_reader *reader, bool compressed, kl_error *error)
{
    BREAKS(reader->opcode > KL_WEBSOCKET_PONG, "an unknown opcode");
    BREAKS(!reader->last, "a control frame in parts");
    BREAKS(compressed, "a compressed control frame");
    BREAKS(reader->left > KL_WEBSOCKET_CONTROL_MAX, "a control frame of more than 125 bytes");
    reader->control_len = 0;
    return KL_OK;
}

static kl_status check_part(kl_websocket_reader *reader, bool compressed, kl_error *error)
{
    BREAKS(reader->opcode > KL_WEBSOCKET_BINARY, "an unknown opcode");
    BREAKS(reader->opcode == KL_WEBSOCKET_MORE && !reader->kind, "a part of no message");
    BREAKS(reader->opcode != KL_WEBSOCKET_MORE && reader->kind,
           "a message within the parts of another");
    BREAKS(compressed && (!reader->deflate || reader->opcode == KL_WEBSOCKET_MORE),
           "a reserved bit is set");
    if (reader->left > reader->message_max - reader->message.len)
        return too_big(reader, error);
    if (reader->opcode != KL_WEBSOCKET_MORE) {
        reader->kind = reader->opcode;
        reader->compressed = compressed;
    }
    return KL_OK;
}

/* Read a head if all of it is there. */
static kl_status read_head(kl_websocket_reader *reader, kl_error *error)
{
    const unsigned char *from = (const unsigned char *)reader->came.data + reader->at;
    size_t there = reader->came.len - reader->at;
    if (there < 2)
        return KL_OK;
    unsigned short_len = from[1] & 0x7F;
    size_t more = short_len == 127 ? 8 : short_len == 126 ? 2 : 0;
    bool masked = from[1] & MASKED;
    BREAKS(from[0] & RESERVED, "a reserved bit is set");
    BREAKS(masked != reader->masked, masked ? "a masked frame" : "a frame without a mask");
    if (there < 2 + more + (masked ? 4 : 0))
        return KL_OK;
    uint64_t len = more ? number(from + 2, more) : short_len;
    BREAKS(len >> 63, "a frame longer than 2^63 bytes");
    BREAKS((more == 2 && len < 126) || (more == 8 && len <= UINT16_MAX), "a length with needless zeros");
    reader->last = from[0] & LAST;
    reader->opcode = from[0] & OPCODE;
    reader->left = len;
    reader->mask_at = 0;
    memset(reader->mask, 0, sizeof reader->mask);
    if (masked)
        memcpy(reader->mask, from + 2 + more, sizeof reader->mask);
    reader->at += 2 + more + (masked ? 4 : 0);
    reader->in_frame = true;
    return reader->opcode >= CONTROL ? check_control(reader, from[0] & COMPRESSED, error)
                                     : check_part(reader, from[0] & COMPRESSED, error);
}

/* ---- the payload --------------------------------------------------------------------------------- */

/* Move what came of the payload to where it belongs, without its mask. */
static kl_status read_payload(kl_websocket_reader *reader, kl_error *error)
{
    size_t count = (size_t)KL_MIN(reader->left, reader->came.len - reader->at);
    const char *from = reader->came.data + reader->at;
    bool control = reader->opcode >= CONTROL;
    if (count == 0)
        return KL_OK;
    char *to = control ? reader->control + reader->control_len
                       : kl_buffer_room(&reader->message, count);
    if (!to)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        to[i] = (char)(from[i] ^ reader->mask[(reader->mask_at + i) & 3]);
    reader->mask_at = (reader->mask_at + count) & 3;
    *(control ? &reader->control_len : &reader->message.len) += count;
    reader->at += count;
    reader->left -= count;
    return KL_OK;
}

bool kl_websocket_is_code(int code)
{
    if (code >= 3000)
        return code <= 4999;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

static kl_status give_control(kl_websocket_message *out, kl_websocket_reader *reader,
                              kl_error *error)
{
    kl_text data = {reader->control, reader->control_len};
    *out = (kl_websocket_message){.kind = reader->opcode, .data = data};
    if (out->kind != KL_WEBSOCKET_CLOSE)
        return KL_OK;
    out->code = KL_WEBSOCKET_NO_CODE;
    BREAKS(data.len == 1, "a goodbye with half a code");
    if (data.len == 0)
        return KL_OK;
    out->code = (int)number((const unsigned char *)data.data, 2);
    out->data = (kl_text){data.data + 2, data.len - 2};
    BREAKS(!kl_websocket_is_code(out->code), "a goodbye with a code that must not be sent");
    if (kl_utf8_valid_length(out->data) != out->data.len)
        return refuse(reader, KL_WEBSOCKET_BAD_DATA, error, "a goodbye whose reason is not UTF-8");
    return KL_OK;
}

static kl_status expand(kl_text *out, kl_websocket_reader *reader, kl_error *error)
{
    kl_buffer *to = &reader->expanded;
    to->len = 0;
    to->limit = reader->message_max;
    kl_error why = KL_ERROR_INIT;
    kl_status status = reader->deflate->expand(to, reader->expander, kl_buffer_text(&reader->message),
                                               &why);
    *out = kl_buffer_text(to);
    if (status == KL_LIMIT)
        status = too_big(reader, error);
    else if (status == KL_SYNTAX)
        status = refuse(reader, KL_WEBSOCKET_BAD_DATA, error, kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status give_message(kl_websocket_message *out, kl_websocket_reader *reader,
                              kl_error *error)
{
    kl_text data = kl_buffer_text(&reader->message);
    if (reader->compressed)
        KL_TRY(expand(&data, reader, error));
    if (reader->kind == KL_WEBSOCKET_TEXT && kl_utf8_valid_length(data) != data.len)
        return refuse(reader, KL_WEBSOCKET_BAD_DATA, error, "a text that is not UTF-8");
    *out = (kl_websocket_message){.kind = reader->kind, .data = data};
    reader->kind = 0;
    return KL_OK;
}

/* A frame is whole; `*complete` when a message is too. */
static kl_status end_frame(bool *complete, kl_websocket_message *out, kl_websocket_reader *reader,
                           kl_error *error)
{
    reader->in_frame = false;
    *complete = true;
    if (reader->opcode >= CONTROL)
        return give_control(out, reader, error);
    if (reader->last)
        return give_message(out, reader, error);
    *complete = false;
    return KL_OK;
}

kl_status kl_websocket_next(bool *complete, kl_websocket_message *out, kl_websocket_reader *reader,
                            kl_error *error)
{
    *complete = false;
    if (!reader->in_frame && !reader->kind) /* the last message was read */
        reader->message.len = 0;
    while (!*complete) {
        if (!reader->in_frame)
            KL_TRY(read_head(reader, error));
        if (reader->in_frame)
            KL_TRY(read_payload(reader, error));
        if (!reader->in_frame || reader->left > 0)
            return KL_OK;
        KL_TRY(end_frame(complete, out, reader, error));
    }
    return KL_OK;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void write_number(kl_buffer *to, uint64_t value, unsigned bytes)
{
    while (bytes--)
        kl_buffer_byte(to, (char)(value >> (8 * bytes)));
}

static void write_length(kl_buffer *to, size_t len, bool masked)
{
    unsigned flag = masked ? MASKED : 0, bytes = len <= 125 ? 0 : len <= UINT16_MAX ? 2 : 8;
    kl_buffer_byte(to, (char)(flag | (bytes == 0 ? (unsigned)len : bytes == 2 ? 126U : 127U)));
    write_number(to, len, bytes);
}

void kl_websocket_write(kl_buffer *to, kl_websocket_kind kind, bool compressed, kl_text payload,
                        const unsigned char mask[4])
{
    kl_buffer_byte(to, (char)(LAST | (compressed ? COMPRESSED : 0) | (unsigned)kind));
    write_length(to, payload.len, mask != NULL);
    if (mask)
        kl_buffer_add(to, (kl_text){(const char *)mask, 4});
    char *room = kl_buffer_room(to, payload.len);
    if (!room)
        return;
    for (size_t i = 0; i < payload.len; i++)
        room[i] = (char)(payload.data[i] ^ (mask ? mask[i & 3] : 0));
    to->len += payload.len;
}
