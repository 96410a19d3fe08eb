/* src/net/http_read.h - a request as a server reads it (HTTP/1.0 and 1.1), piece by piece. Strict:
 * what two readers could understand in two ways is refused. Knows no connection. */
#ifndef KL_NET_HTTP_READ_H
#define KL_NET_HTTP_READ_H

#include "buffer.h"

enum {
    KL_HTTP_READ_LINE_MAX = 8192,  /* bytes of the request line */
    KL_HTTP_READ_HEAD_MAX = 32768, /* of the whole head, of all trailers, of a chunk's extensions */
    KL_HTTP_READ_HEADERS_MAX = 100,
};

typedef enum kl_http_read_event {
    KL_HTTP_READ_MORE,    /* more bytes must come first */
    KL_HTTP_READ_HEAD,    /* the head is there: tell once; go on by asking again */
    KL_HTTP_READ_DONE,    /* all is there */
    KL_HTTP_READ_REFUSED, /* answer `refusal` and read no more */
} kl_http_read_event;

typedef enum kl_http_read_state {
    KL_HTTP_AT_LINE,
    KL_HTTP_AT_HEADER,
    KL_HTTP_AT_BODY,
    KL_HTTP_AT_CHUNK,
    KL_HTTP_AT_CHUNK_DATA,
    KL_HTTP_AT_CHUNK_END,
    KL_HTTP_AT_TRAILER,
    KL_HTTP_AT_END,
} kl_http_read_state;

/* A reader; all zero but for `body_max` is a new one. End it with kl_http_read_end(). */
typedef struct kl_http_read {
    size_t body_max;
    kl_buffer came; /* bytes received; those before `at` are read */
    size_t at;
    kl_http_read_state state;
    int refusal; /* a status such as 400 */

    kl_value method, path, query; /* strings; the path as it was sent, without the query */
    kl_value headers; /* map: names in lower case; values of one name joined by ", " */
    bool is_old;           /* HTTP/1.0 */
    bool awaits_continue;  /* the client sends the body when it is told to */
    kl_buffer body;

    size_t head_len;  /* bytes of lines so far */
    size_t header_count;
    bool has_length, is_chunked;
    uint64_t length, left; /* of the body; of it or of a chunk what is not there yet */
} kl_http_read;

/* Room for `size` more bytes from the client, or NULL; then tell how many came. */
KL_API char *kl_http_read_room(kl_http_read *read, size_t size);
static inline void kl_http_read_came(kl_http_read *read, size_t size) { read->came.len += size; }

/* What comes next. Fails for want of memory alone. */
KL_API kl_status kl_http_read_next(kl_http_read_event *out, kl_http_read *read, kl_error *error);
KL_API void kl_http_read_end(kl_http_read *read);

#endif
