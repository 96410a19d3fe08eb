/* src/net/http_serve.h - a server that answers requests on a thread of its own until it is closed, or the
 * process ends. A forked child has none. */
#ifndef KL_NET_HTTP_SERVE_H
#define KL_NET_HTTP_SERVE_H

#include "http_listen.h"

typedef struct kl_http_server kl_http_server;

/* What answers. */
typedef struct kl_http_service {
    /* Look at a head, or (`whole`) at all of a request, and set answer->status to answer it; a whole one
     * that is not answered gets 404. What the answer borrows must stay as it is until the next call. On
     * the server's thread, which should not wait. A failure is answered with 500 and logged. */
    kl_status (*answer)(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                        kl_error *error);
    void *data;
    size_t body_max;      /* larger bodies are answered with 413 */
    kl_duration patience; /* for a client to send its request; and to take its answer */
    const char *logger;
} kl_http_service;

/* Listen on an address or name of this machine (port 0 = any) and begin to serve; given. */
KL_API kl_status kl_http_serve(kl_http_server **out, const char *host, uint16_t port,
                               const kl_http_service *service, const kl_stream_watch *watch,
                               kl_error *error);
KL_API kl_http_listening kl_http_server_at(const kl_http_server *server);
/* False in a forked child: the parent serves. */
KL_API bool kl_http_server_is_here(const kl_http_server *server);
/* Stop, and wait until it has; NULL is fine. Not from answer(). */
KL_API void kl_http_server_close(kl_http_server *server);

#endif
