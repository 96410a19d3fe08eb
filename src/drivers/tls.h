/* src/drivers/tls.h - what the library needs of libssl: the client's side of TLS over a socket. */
#ifndef KL_DRIVERS_TLS_H
#define KL_DRIVERS_TLS_H

#include "kailash/time.h"

/* How the peer is known and how we make ourselves known. Strings may be NULL. */
typedef struct kl_tls_options {
    const char *host;      /* the peer's name or address: sent as SNI, and to stand in its certificate */
    const char *ca_file;   /* PEM: certificates to trust; NULL = those of the system */
    const char *cert_file; /* PEM: a certificate of our own with its chain */
    const char *key_file;  /* PEM: its private key; NULL = it stands in cert_file */
    bool insecure;         /* take any certificate: for tests only */
} kl_tls_options;

/* What a call waits for before it can go on. */
typedef enum kl_tls_want { KL_TLS_DONE, KL_TLS_WANT_READ, KL_TLS_WANT_WRITE } kl_tls_want;

/* Sessions belong to one thread at a time; the socket is not blocking and stays the caller's. */
typedef struct kl_tls {
    kl_status (*open)(void **out, int socket, const kl_tls_options *options, kl_error *error);
    kl_status (*shake)(kl_tls_want *want, void *session, kl_error *error);
    /* `*got` is 0 with KL_TLS_DONE when the peer ended the session. */
    kl_status (*read)(size_t *got, kl_tls_want *want, void *session, char *to, size_t size,
                      kl_error *error);
    /* After a want the same bytes must be offered again. */
    kl_status (*write)(size_t *put, kl_tls_want *want, void *session, kl_text bytes,
                       kl_error *error);
    /* Whether read() would not ask to wait for the peer. */
    bool (*is_readable)(void *session);
    /* Until when the peer's certificate is good; KL_TIME_NONE when it showed none. */
    kl_time (*peer_end)(void *session);
    /* `politely`: tell the peer, without waiting. */
    void (*close)(void *session, bool politely);
} kl_tls;

#endif
