/* src/net/websocket_frame.h - the frames of WebSockets (RFC 6455), read piece by piece and written.
 * Knows no connection. */
#ifndef KL_NET_WEBSOCKET_FRAME_H
#define KL_NET_WEBSOCKET_FRAME_H

#include "buffer.h"
#include "drivers/deflate.h"

typedef enum kl_websocket_kind {
    KL_WEBSOCKET_MORE = 0, /* on the wire: a later part of a message */
    KL_WEBSOCKET_TEXT = 1,
    KL_WEBSOCKET_BINARY = 2,
    KL_WEBSOCKET_CLOSE = 8,
    KL_WEBSOCKET_PING = 9,
    KL_WEBSOCKET_PONG = 10,
} kl_websocket_kind;

/* Codes of a goodbye that are sent here. */
enum {
    KL_WEBSOCKET_NORMAL = 1000,
    KL_WEBSOCKET_PROTOCOL_ERROR = 1002,
    KL_WEBSOCKET_NO_CODE = 1005, /* never sent: the goodbye had none */
    KL_WEBSOCKET_BAD_DATA = 1007,
    KL_WEBSOCKET_TOO_BIG = 1009,
    KL_WEBSOCKET_CONTROL_MAX = 125, /* bytes of a ping, pong or close */
};

/* A whole message or control frame. */
typedef struct kl_websocket_message {
    kl_websocket_kind kind;
    kl_text data; /* borrowed until the next call; of KL_WEBSOCKET_CLOSE the reason */
    int code;     /* of KL_WEBSOCKET_CLOSE */
} kl_websocket_message;

/* A reader; all zero but for `message_max` (and what the handshake agreed on) is a new one. End it
 * with kl_websocket_reader_end(). */
typedef struct kl_websocket_reader {
    size_t message_max;        /* bytes of a message, expanded; also of each frame */
    bool masked;               /* the peer is a client, which must mask what it sends */
    const kl_deflate *deflate; /* NULL: compressed messages are refused */
    void *expander;            /* of it */

    kl_buffer came; /* bytes received; those before `at` are read */
    size_t at;
    bool in_frame;  /* the head of a frame was read: what follows is about it */
    uint8_t opcode;
    bool last;
    uint64_t left; /* bytes of its payload that are not there yet */
    unsigned char mask[4];
    unsigned mask_at;
    size_t control_len;
    char control[KL_WEBSOCKET_CONTROL_MAX];

    kl_buffer message; /* the message that is being put together */
    kl_buffer expanded;
    uint8_t kind; /* of it; 0 = none is open */
    bool compressed;
    int refusal; /* after a failure: the code to say goodbye with */
} kl_websocket_reader;

/* Room for `size` more bytes from the peer, or NULL; then tell how many came. */
KL_API char *kl_websocket_room(kl_websocket_reader *reader, size_t size);
static inline void kl_websocket_came(kl_websocket_reader *reader, size_t size)
{
    reader->came.len += size;
}

/*
 * The next message. `*complete` is false when more bytes must come first. KL_SYNTAX, KL_LIMIT or
 * KL_NO_MEMORY: the reader is of no use any more, and `refusal` says why.
 */
KL_API kl_status kl_websocket_next(bool *complete, kl_websocket_message *out,
                                   kl_websocket_reader *reader, kl_error *error);
KL_API void kl_websocket_reader_end(kl_websocket_reader *reader);

/* Whether a goodbye may carry this code. */
KL_API bool kl_websocket_is_code(int code);

/* Append a whole frame; `mask` is NULL for a server's. */
KL_API void kl_websocket_write(kl_buffer *to, kl_websocket_kind kind, bool compressed,
                               kl_text payload, const unsigned char mask[4]);

#endif
