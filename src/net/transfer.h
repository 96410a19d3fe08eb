/* src/net/transfer.h - one request on its way: its tries, its redirects, what came so far. */
#ifndef KL_NET_TRANSFER_H
#define KL_NET_TRANSFER_H

#include "buffer.h"
#include "drivers/curl.h"
#include "http.h"
#include "url.h"

typedef enum kl_transfer_state {
    KL_TRANSFER_WAITING, /* the next try begins when it is due */
    KL_TRANSFER_RUNNING,
    KL_TRANSFER_ENDED,
} kl_transfer_state;

typedef struct kl_transfer {
    const kl_http_request *request;
    kl_http_result *result;
    kl_curl_exchange exchange;
    kl_transfer_state state;
    kl_time begin;    /* of the first try */
    kl_time due;      /* while waiting */
    kl_time deadline; /* of this try */

    /* Where it is now. */
    kl_url first, url;
    kl_guard guard;   /* of this hop; borrows from the request's */
    bool strayed;     /* has left the first origin: without credentials from now on */
    bool is_get;      /* a redirect made it a GET without body */

    /* What the exchange borrows. */
    char **texts;     /* each ending in NUL */
    size_t text_count, text_cap;
    const char **lines;
    kl_buffer form;   /* the multipart body */
    char boundary[33];

    kl_buffer body;
    uint64_t body_len; /* so far, also when it is not kept */
    kl_value cookies;
    bool told;         /* on_body() was called: no other try */
    kl_error why;      /* what a callback refused */
    kl_http_failure refused_as;
} kl_transfer;

/* ---- request.c: from a request to what libcurl is told -------------------------------------------- */

/* Whether all of a request may be sent. KL_INVALID "invalid request: ..." */
kl_status kl_request_check(const kl_http_request *request, kl_error *error);
/* Fill in the exchange for where the transfer is now. */
kl_status kl_request_prepare(kl_transfer *t, kl_error *error);
/* Free what kl_request_prepare() made. */
void kl_request_forget(kl_transfer *t);
/* The method that is sent now. */
kl_text kl_request_method(const kl_transfer *t);
/* The body of a form with the boundary t->boundary. */
kl_status kl_request_form(kl_transfer *t, kl_error *error);

/* ---- retry.c -------------------------------------------------------------------------------------- */

/* Whether the answer, or (status_code == 0) the fault of the exchange, calls for another try. */
bool kl_retry_wanted(const kl_transfer *t, int status_code, kl_duration retry_after);
/* How long to wait before it. */
kl_duration kl_retry_delay(const kl_transfer *t, kl_duration retry_after);
/* What a Retry-After header asks for; 0 = nothing. */
kl_duration kl_retry_after_of(kl_text value);

/* ---- redirect.c ----------------------------------------------------------------------------------- */

/* Whether this answer leads on. */
bool kl_redirect_wanted(const kl_transfer *t, int status_code);
/* Go where it leads. */
kl_status kl_redirect_follow(kl_transfer *t, kl_error *error);

/* ---- transfer.c ----------------------------------------------------------------------------------- */

/* Set up; the first try is due at once, unless the request is refused: then it has ended. */
void kl_transfer_begin(kl_transfer *t, const kl_http_request *request, kl_http_result *result);
/* Begin a try that is due, or go on after the exchange is done. */
void kl_transfer_step(kl_transfer *t, const kl_curl *curl, kl_curl_client *client);
/* End it, whatever it does. */
void kl_transfer_stop(kl_transfer *t, const kl_curl *curl, kl_curl_client *client,
                      kl_status status, const char *message);

#endif
