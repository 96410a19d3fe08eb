/* src/net/websocket_handshake.h - how a WebSocket connection begins: a request and its response, as
 * text. Knows no connection. */
#ifndef KL_NET_WEBSOCKET_HANDSHAKE_H
#define KL_NET_WEBSOCKET_HANDSHAKE_H

#include "buffer.h"
#include "url.h"
#include "websocket.h"

enum { KL_WEBSOCKET_HEAD_MAX = 65536 };

typedef struct kl_websocket_handshake {
    char key[25];     /* base64 of 16 random bytes */
    bool offered;     /* compression */
    kl_value offers;  /* array of subprotocols, borrowed, or null */
    /* From the response: */
    kl_value subprotocol; /* owned, or null */
    bool compressed;
    bool forgets; /* each message is to be compressed on its own */
} kl_websocket_handshake;

/* Append the request. KL_INVALID names the header or subprotocol that cannot be sent. */
KL_API kl_status kl_websocket_ask(kl_buffer *to, kl_websocket_handshake *shake, const kl_url *url,
                                  const kl_websocket_options *options, kl_error *error);
/* Check the response, up to and with its empty line. KL_FAILED says what is wrong. */
KL_API kl_status kl_websocket_accept(kl_websocket_handshake *shake, kl_text head, kl_error *error);

#endif
