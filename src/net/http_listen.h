/* src/net/http_listen.h - a server for one request: answers those it does not want and goes on until
 * the one comes that it does. One thread, many clients: a slow one keeps nobody waiting. */
#ifndef KL_NET_HTTP_LISTEN_H
#define KL_NET_HTTP_LISTEN_H

#include "address.h"
#include "http_read.h"
#include "stream.h"

typedef struct kl_http_listener kl_http_listener;

/* Where it listens. */
typedef struct kl_http_listening {
    char address[KL_ADDRESS_TEXT];
    uint16_t port;
    bool is_v6;
} kl_http_listening;

/* What is answered; texts are borrowed. Length and connection are told by the server. */
typedef struct kl_http_answer {
    int status;
    kl_text content_type; /* empty: none */
    kl_text headers;      /* more of them, each line with its CR LF */
    kl_text body;
} kl_http_answer;

/* What is asked of the one that knows which request it wants. */
typedef struct kl_http_wanted {
    /* Look at a head, or (`whole`) at all of a request; set answer->status (0 = go on, or, of a whole
     * one, take it) and what goes with it. KL_OK unless the server must end. */
    kl_status (*judge)(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                       kl_error *error);
    void *data;
    kl_http_answer welcome; /* to the one that is taken */
    size_t body_max;
    kl_duration patience; /* for a client to send its request; and to take its answer */
} kl_http_wanted;

/* Listen on an address or name of this machine; port 0 = any. Given. */
KL_API kl_status kl_http_listen(kl_http_listener **out, const char *host, uint16_t port,
                                const kl_stream_watch *watch, kl_error *error);
KL_API kl_http_listening kl_http_listening_at(const kl_http_listener *listener);

/* Wait for the request; `*out` is to be ended. `peer` tells who sent it. */
KL_API kl_status kl_http_await(kl_http_read *out, char peer[KL_ADDRESS_TEXT],
                               kl_http_listener *listener, const kl_http_wanted *wanted,
                               const kl_stream_watch *watch, kl_error *error);

/* End it with all its connections; NULL is fine. */
KL_API void kl_http_listener_close(kl_http_listener *listener);

#endif
