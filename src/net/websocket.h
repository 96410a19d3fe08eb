/* src/net/websocket.h - connections to WebSocket servers (RFC 6455), with compressed messages where
 * the server agrees (RFC 7692).
 *
 * Threads may share a connection: while one waits for a message, others send. Pings are answered by
 * whoever uses the connection.
 */
#ifndef KL_NET_WEBSOCKET_H
#define KL_NET_WEBSOCKET_H

#include "guard.h"
#include "stream.h"

typedef struct kl_websocket kl_websocket;

/* All is borrowed until the call returns. */
typedef struct kl_websocket_options {
    kl_text url;            /* ws or wss (or http and https, which mean the same) */
    kl_value headers;       /* map of texts to send along, or null */
    kl_value subprotocols;  /* array of texts, the preferred first, or null */
    const kl_guard *guard;  /* where it may lead; NULL: public addresses only */
    kl_tls_options tls;     /* its host is that of the URL */
    uint64_t message_max;   /* bytes of a message to receive */
    bool compression;       /* offer it */
} kl_websocket_options;

/* Connect and shake hands; given. Redirects are not followed. KL_INVALID for what is wrong with the
 * options, KL_DENIED by the guard. */
KL_API kl_status kl_websocket_open(kl_websocket **out, const kl_websocket_options *options,
                                   const kl_stream_watch *watch, kl_error *error);
/* What the server chose of the subprotocols, or null; borrowed. */
KL_API kl_value kl_websocket_subprotocol(const kl_websocket *socket);

/* Text must be UTF-8. What fails midway spoils the connection. */
KL_API kl_status kl_websocket_send(kl_websocket *socket, kl_text message, bool binary,
                                   const kl_stream_watch *watch, kl_error *error);
/* The next message: a string or bytes; given. KL_STATE when the connection has ended. */
KL_API kl_status kl_websocket_receive(kl_value *out, kl_websocket *socket,
                                      const kl_stream_watch *watch, kl_error *error);
/* Say goodbye and wait for the peer's; the connection has ended afterwards, also on failure. A code
 * of 1000 or 3000 to 4999, a reason of 123 bytes at most. */
KL_API kl_status kl_websocket_close(kl_websocket *socket, int code, kl_text reason,
                                    const kl_stream_watch *watch, kl_error *error);
/* Whether nothing can be sent or received any more. */
KL_API bool kl_websocket_has_ended(kl_websocket *socket);

KL_API kl_websocket *kl_websocket_retain(kl_websocket *socket);
/* The last one ends the connection, without waiting; NULL is fine. */
KL_API void kl_websocket_release(kl_websocket *socket);
/* In a forked child: close its copy of the socket. The connection is the parent's. */
KL_API void kl_websocket_abandon(kl_websocket *socket);

#endif
