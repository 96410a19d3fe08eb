/* src/base/buffer.c - see buffer.h. */
#include "buffer.h"
#include "payload.h"

#include <stdarg.h>
#include <stdio.h>

/* The content lies in a string of its own, so that a long one becomes a value where it is. */
static kl_string *block_of(const kl_buffer *buffer)
{
    return buffer->data ? (kl_string *)(buffer->data - offsetof(kl_string, data)) : NULL;
}

char *kl_buffer_room(kl_buffer *buffer, size_t more)
{
    if (buffer->status != KL_OK)
        return NULL;
    if (more <= buffer->cap - buffer->len)
        return buffer->data + buffer->len;
    size_t limit = buffer->limit ? buffer->limit : KL_BUFFER_MAX;
    if (more > limit || buffer->len > limit - more) {
        buffer->status = KL_LIMIT;
        return NULL;
    }
    size_t wanted = KL_MAX(buffer->len + more, 2 * buffer->cap + 64);
    wanted = KL_MIN(wanted, limit); /* so that whatever fits in the capacity keeps the limit */
    size_t size = sizeof(kl_string) + wanted + 1;
    kl_string *grown = buffer->data ? kl_realloc(block_of(buffer), size) : kl_alloc(size);
    if (!grown) {
        buffer->status = KL_NO_MEMORY;
        return NULL;
    }
    buffer->data = grown->data;
    buffer->cap = wanted;
    return buffer->data + buffer->len;
}

void kl_buffer_add(kl_buffer *buffer, kl_text text)
{
    char *room = text.len ? kl_buffer_room(buffer, text.len) : NULL;
    if (!room)
        return;
    memcpy(room, text.data, text.len);
    buffer->len += text.len;
}

void kl_buffer_format(kl_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = len <= 0 ? NULL : kl_buffer_room(buffer, (size_t)len);
    if (!room)
        return;
    va_start(arguments, format);
    vsnprintf(room, (size_t)len + 1, format, arguments); /* behind `cap` a NUL has its place */
    va_end(arguments);
    buffer->len += (size_t)len;
}

void kl_buffer_int(kl_buffer *buffer, int64_t integer)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (integer < 0)
        *--at = '-';
    kl_buffer_add(buffer, (kl_text){at, (size_t)(digits + sizeof digits - at)});
}

void kl_buffer_free(kl_buffer *buffer)
{
    kl_free(block_of(buffer));
    *buffer = (kl_buffer)KL_BUFFER_INIT;
}

/* Shorter ones are copied to a block that has their size. */
enum { ADOPTED_FROM = 1024 };

/* Make the block of a buffer a value; the buffer is empty then. */
static void adopt(kl_value *out, kl_buffer *buffer, kl_kind kind)
{
    kl_string *string = block_of(buffer);
    if (buffer->cap - buffer->len > buffer->len / 8) {
        kl_string *fitted = kl_realloc(string, sizeof *string + buffer->len + 1);
        string = fitted ? fitted : string; /* too large is no harm */
    }
    string->payload = (kl_payload){1, 0};
    string->len = buffer->len;
    string->hash = 0;
    string->data[buffer->len] = '\0';
    *buffer = (kl_buffer)KL_BUFFER_INIT;
    *out = (kl_value){(uint32_t)kind, 0, {.string = string}};
}

static kl_status finish(kl_value *out, kl_buffer *buffer, kl_kind kind, kl_error *error)
{
    kl_status status = buffer->status;
    if (status == KL_LIMIT)
        kl_error_set(error, KL_LIMIT, "resource limit exceeded: text_size (limit: %zu bytes)",
                     buffer->limit ? buffer->limit : KL_BUFFER_MAX);
    else if (status != KL_OK)
        kl_error_no_memory(error);
    else if (buffer->len >= ADOPTED_FROM)
        adopt(out, buffer, kind);
    else if (kind == KL_KIND_STRING)
        status = kl_string_from_valid(out, kl_buffer_text(buffer), error);
    else
        status = kl_bytes_new(out, kl_buffer_text(buffer), error);
    kl_buffer_free(buffer);
    return status;
}

kl_status kl_buffer_finish(kl_value *out, kl_buffer *buffer, kl_error *error)
{
    return finish(out, buffer, KL_KIND_STRING, error);
}

kl_status kl_buffer_finish_bytes(kl_value *out, kl_buffer *buffer, kl_error *error)
{
    return finish(out, buffer, KL_KIND_BYTES, error);
}
