/* src/base/buffer.h - text that grows; the first failure sticks, so callers check once at the end. */
#ifndef KL_BASE_BUFFER_H
#define KL_BASE_BUFFER_H

#include "kailash/value.h"

typedef struct kl_buffer {
    char *data; /* NULL while empty; inside a block, which kl_buffer_free() alone can free */
    size_t len, cap; /* one byte more is allocated */
    size_t limit;  /* beyond it the buffer fails with KL_LIMIT; 0 = KL_BUFFER_MAX */
    kl_status status;
} kl_buffer;

/* A value that holds its parts in many places is small, but may be endless as text. */
#define KL_BUFFER_MAX ((size_t)1 << 30)
#define KL_BUFFER_INIT {NULL, 0, 0, 0, KL_OK}

/* Room for `more` bytes behind the content; NULL after a failure. Advance `len` after writing. */
KL_API char *kl_buffer_room(kl_buffer *buffer, size_t more);
KL_API void kl_buffer_add(kl_buffer *buffer, kl_text text);
KL_API void kl_buffer_format(kl_buffer *buffer, const char *format, ...) KL_PRINTF(2, 3);
KL_API void kl_buffer_int(kl_buffer *buffer, int64_t integer);
KL_API void kl_buffer_free(kl_buffer *buffer);

static inline void kl_buffer_byte(kl_buffer *buffer, char byte)
{
    if (buffer->len < buffer->cap && buffer->status == KL_OK) {
        buffer->data[buffer->len++] = byte;
        return;
    }
    char *room = kl_buffer_room(buffer, 1);
    if (room) {
        *room = byte;
        buffer->len++;
    }
}

static inline void kl_buffer_string(kl_buffer *buffer, const char *string)
{
    kl_buffer_add(buffer, kl_text_from(string));
}

static inline kl_text kl_buffer_text(const kl_buffer *buffer)
{
    return (kl_text){buffer->data ? buffer->data : "", buffer->len};
}

/* End the buffer: its content (valid UTF-8) becomes a string value, or its failure the error. */
KL_API kl_status kl_buffer_finish(kl_value *out, kl_buffer *buffer, kl_error *error);
/* The same for bytes. */
KL_API kl_status kl_buffer_finish_bytes(kl_value *out, kl_buffer *buffer, kl_error *error);

/* A bytes value whose content the caller writes to `*room` before anybody else sees them; given. */
KL_API kl_status kl_bytes_room(kl_value *out, char **room, size_t len, kl_error *error);

#endif
