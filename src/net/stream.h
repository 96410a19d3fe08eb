/* src/net/stream.h - a connection that carries bytes both ways: TCP or a unix socket, plain or TLS.
 *
 * For protocols that are spoken here rather than by a library. A stream belongs to one thread at a
 * time. Every call that may wait takes a watch, which says how long and who may stop it.
 */
#ifndef KL_NET_STREAM_H
#define KL_NET_STREAM_H

#include "drivers/tls.h"
#include "kailash/time.h"

/* How long a call may wait, and who may stop it. */
typedef struct kl_stream_watch {
    kl_time deadline;                                /* of the monotonic clock; KL_TIME_NONE = none */
    kl_status (*check)(void *data, kl_error *error); /* asked every KL_STREAM_PACE, on the thread
                                                        that waits; or NULL */
    void *data;
} kl_stream_watch;
#define KL_STREAM_WATCH_NONE {KL_TIME_NONE, NULL, NULL}
#define KL_STREAM_PACE       (20 * KL_MILLISECOND)

/* KL_OK, KL_TIMEOUT ("timed out"), or what check() said. `watch` may be NULL, here and below. */
KL_API kl_status kl_stream_watch_check(const kl_stream_watch *watch, kl_error *error);

/* Where a stream leads. */
typedef struct kl_stream_address {
    const char *host; /* a name or an address */
    uint16_t port;
    const char *path; /* of a unix socket, instead of host and port; else NULL */
    /* Asked for each address of the host before it is connected; or NULL. `address` is a struct
     * sockaddr of `size` bytes. */
    kl_status (*admit)(void *data, const void *address, size_t size, kl_error *error);
    void *data;
} kl_stream_address;

typedef struct kl_stream kl_stream;

/* Connect, trying all addresses of the host in turn; given. KL_IO names the address and says why. */
KL_API kl_status kl_stream_open(kl_stream **out, const kl_stream_address *address,
                                const kl_stream_watch *watch, kl_error *error);
/* A stream over a connected socket, which is taken (also on failure). */
KL_API kl_status kl_stream_of(kl_stream **out, int socket, kl_error *error);

/* From here on all bytes pass encrypted. KL_STATE when they already do, or when plain bytes that
 * were received are unread. */
KL_API kl_status kl_stream_start_tls(kl_stream *stream, const kl_tls_options *options,
                                     const kl_stream_watch *watch, kl_error *error);

/* Wait for bytes and take what is there, `size` at most; `*got` is 0 when the peer has ended. */
KL_API kl_status kl_stream_read(size_t *got, kl_stream *stream, char *to, size_t size,
                                const kl_stream_watch *watch, kl_error *error);
/* Send all of them. After a failure the stream is of no use any more. */
KL_API kl_status kl_stream_write(kl_stream *stream, kl_text bytes, const kl_stream_watch *watch,
                                 kl_error *error);
/* Whether read() would not wait: bytes are there, or the end, or a failure. */
KL_API bool kl_stream_is_readable(kl_stream *stream);

/* Until when the peer's certificate is good; KL_TIME_NONE without TLS. */
KL_API kl_time kl_stream_peer_end(const kl_stream *stream);

/* End it, telling the peer without waiting; NULL is fine. */
KL_API void kl_stream_close(kl_stream *stream);
/* End the copy of it in a forked child: the parent goes on using the connection. */
KL_API void kl_stream_abandon(kl_stream *stream);

/* The socket, for protocols that hand it on; borrowed. */
KL_API int kl_stream_socket(const kl_stream *stream);

#endif
