/* src/drivers/curl.h - what the library asks of libcurl: exchanges of one request and one response,
 * many at a time on one thread. Redirects, retries and the like are the library's own. */
#ifndef KL_DRIVERS_CURL_H
#define KL_DRIVERS_CURL_H

#include "kailash/time.h"
#include "kailash/value.h"

/* Why an exchange failed. */
typedef enum kl_curl_fault {
    KL_CURL_FINE,
    KL_CURL_REFUSED, /* a callback said no */
    KL_CURL_NAME,    /* the host's or the proxy's name is unknown */
    KL_CURL_CONNECT, /* no connection was made */
    KL_CURL_TLS,     /* no trusted connection was made */
    KL_CURL_TIMEOUT,
    KL_CURL_BROKEN,  /* the connection broke, or what came is no HTTP */
    KL_CURL_MEMORY,
    KL_CURL_OTHER,   /* a file of certificates that cannot be read, and the like */
} kl_curl_fault;

typedef enum kl_curl_auth { KL_CURL_NO_AUTH, KL_CURL_BASIC, KL_CURL_DIGEST } kl_curl_auth;
typedef enum kl_curl_version { KL_CURL_ANY_VERSION, KL_CURL_HTTP_1_1, KL_CURL_HTTP_2 } kl_curl_version;

/* One request and its response. Borrowed by the client from begin() to end(); all texts end in NUL
 * and NULL stands for what is not given. */
typedef struct kl_curl_exchange {
    const char *method, *url;
    const char *const *lines; /* header lines "name: value" */
    size_t line_count;
    kl_text body;             /* when has_body */
    bool has_body;
    bool streams_body;        /* instead: what read_body() gives, `body_len` bytes or (-1) any number */
    int64_t body_len;
    long connect_timeout_ms, timeout_ms; /* 0 = none */
    const char *proxy, *proxy_user, *proxy_password;
    const char *ca_file, *certificate, *key, *key_password; /* PEM files */
    const char *socket_path;  /* of a Unix socket to connect to instead */
    const char *user, *password;
    kl_curl_auth auth;
    kl_curl_version version;
    bool trusts_all;          /* certificates are not checked */
    bool keeps_encoding;      /* the body stays compressed */
    const char *cookie;       /* "name=value; name=value" */
    kl_value cookies;         /* with keeps_cookies: array of lines in Netscape's form; replaced */
    bool keeps_cookies;

    /* Called while the client runs, with `data`; false ends the exchange as KL_CURL_REFUSED. */
    void *data;
    /* May the request go to this struct sockaddr? Asked before connecting, and again before a
     * connection is used that was kept. */
    bool (*admits)(void *data, const void *sockaddr);
    bool (*on_head)(void *data, kl_text line); /* every line, those of earlier responses too */
    bool (*on_body)(void *data, kl_text part);
    bool (*read_body)(void *data, size_t *got, char *to, size_t room);
    bool (*rewind_body)(void *data);

    /* What came of it, once `done`. */
    bool done;
    kl_curl_fault fault;
    char message[256];        /* in libcurl's words */
    bool connected;           /* a connection was there; without one nothing was sent */
    int status_code;
    int version_used;         /* 10, 11, 20 */
    void *handle;             /* the driver's */
} kl_curl_exchange;

/* One message for an SMTP server (RFC 5321). All texts end in NUL, NULL stands for what is not given. */
typedef struct kl_curl_mail {
    const char *url; /* smtp://host:port, or smtps:// for TLS from the first byte */
    bool starts_tls; /* ask for TLS before anything else is said, and give up without it */
    const char *user, *password;
    const char *from;
    const char *const *recipients;
    size_t recipient_count;
    kl_text message; /* as it is to arrive: header and body, lines ending in CR LF */
    const char *ca_file;
    bool trusts_all;
    long connect_timeout_ms, timeout_ms;
    bool (*stopped)(void *data); /* asked now and then: true gives up */
    void *data;

    /* What came of it. */
    kl_curl_fault fault;
    int reply;         /* code of the server's last reply, 0 = none */
    char words[256]; /* in libcurl's words */
} kl_curl_mail;

/* Connections that are kept, and exchanges that are under way. For one thread at a time. */
typedef struct kl_curl_client kl_curl_client;

typedef struct kl_curl {
    kl_status (*client_new)(kl_curl_client **out, kl_error *error);
    void (*client_free)(kl_curl_client *client);
    kl_status (*begin)(kl_curl_client *client, kl_curl_exchange *exchange, kl_error *error);
    /* Go on with all, for at most `timeout_ms`, until something is done or wake() was called. */
    kl_status (*run)(kl_curl_client *client, int timeout_ms, kl_error *error);
    /* Forget an exchange, done or not. */
    void (*end)(kl_curl_client *client, kl_curl_exchange *exchange);
    /* Make run() return; from any thread. */
    void (*wake)(kl_curl_client *client);
    /* Deliver a message, and wait for that. KL_OK when it was tried: see `fault`. */
    kl_status (*send_mail)(kl_curl_mail *mail, kl_error *error);
} kl_curl;

#endif
