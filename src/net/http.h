/* src/net/http.h - requests over HTTP/1.1 and HTTP/2: the one way out for all rooms.
 *
 *   kl_http_request request = {.url = KL_TEXT("https://example.org/")};
 *   kl_http_response response;
 *   KL_TRY(kl_http_send(&response, &request, error));
 *   ...                                   // response.status_code, .headers, .body
 *   kl_http_response_clear(&response);
 *
 * What is all zero is the careful default: only public addresses, certificates checked, redirects
 * followed with care, no retries. Connections are kept for the whole process and shared by all its
 * threads. Every status a server answers with is a success here: look at `status_code`.
 */
#ifndef KL_NET_HTTP_H
#define KL_NET_HTTP_H

#include "guard.h"
#include "kailash/time.h"
#include "source.h"

/* Where a field of kl_http_request that is zero has another value. */
#define KL_HTTP_TIMEOUT         (30 * KL_SECOND)
#define KL_HTTP_CONNECT_TIMEOUT (10 * KL_SECOND)
#define KL_HTTP_RESPONSE_MAX    ((uint64_t)50 << 20)
#define KL_HTTP_REDIRECTS_MAX   10
#define KL_HTTP_RETRY_DELAY     KL_SECOND
#define KL_HTTP_RETRY_DELAY_MAX KL_MINUTE
/* No limit, for timeout and response_max. */
#define KL_HTTP_NO_TIMEOUT KL_TIME_NONE
#define KL_HTTP_UNBOUNDED  UINT64_MAX

/* A field of a header. Names are sent in lower case. */
typedef struct kl_http_header {
    kl_text name, value;
    bool secret; /* not sent on to another origin by a redirect; authorization and cookie never are */
} kl_http_header;

/* A field of a multipart/form-data body. */
typedef struct kl_http_part {
    kl_text name, data;
    kl_text filename;     /* empty: an ordinary field */
    kl_text content_type; /* empty: application/octet-stream for files, none for others */
} kl_http_part;

typedef enum kl_http_auth_kind {
    KL_HTTP_NO_AUTH, /* but user and password in the URL are basic authentication */
    KL_HTTP_BASIC,
    KL_HTTP_DIGEST,
    KL_HTTP_BEARER, /* `password` is the token */
} kl_http_auth_kind;

typedef enum kl_http_redirects {
    KL_HTTP_REDIRECTS_GUARDED, /* anywhere public; elsewhere only to the first URL's origin */
    KL_HTTP_REDIRECTS_STRICT,  /* the same; with a guard that admits more than public addresses only
                                  to the first URL's origin */
    KL_HTTP_REDIRECTS_FREE,    /* wherever the request's guard admits */
    KL_HTTP_REDIRECTS_NEVER,   /* the redirect is the response */
} kl_http_redirects;

typedef enum kl_http_version { KL_HTTP_ANY, KL_HTTP_1_1, KL_HTTP_2 /* also without TLS */ } kl_http_version;

/* After which failures a request is sent again. */
typedef enum kl_http_retry_on {
    KL_HTTP_RETRY_CONNECT = 1,  /* no connection: nothing was sent */
    KL_HTTP_RETRY_TIMEOUT = 2,
    KL_HTTP_RETRY_BROKEN = 4,   /* the connection broke */
    KL_HTTP_RETRY_GATEWAY = 8,  /* 502, 503, 504 */
    KL_HTTP_RETRY_SERVER = 16,  /* any 5xx but 501 */
    KL_HTTP_RETRY_RATE = 32,    /* 429 */
    KL_HTTP_RETRY_CONFLICT = 64, /* 408, 409 */
} kl_http_retry_on;

typedef struct kl_http_retry {
    uint32_t max;          /* tries after the first */
    uint32_t on;           /* kl_http_retry_on */
    bool any_method;       /* else POST and PATCH are sent again only when nothing reached a server */
    bool no_jitter;        /* else a delay is cut by up to a quarter, at random */
    kl_duration delay;     /* before the first retry; doubles with each */
    kl_duration delay_max; /* also bounds what Retry-After asks for */
} kl_http_retry;

typedef struct kl_http_response kl_http_response;

/* All is borrowed until the call returns. Texts need no NUL behind them. */
typedef struct kl_http_request {
    kl_text method; /* empty: GET */
    kl_text url;
    const kl_http_header *headers; /* in their order; a name may stand more than once */
    size_t header_count;

    /* The body: bytes (data not NULL), or parts, or a source. */
    kl_text body;
    const kl_http_part *parts;
    size_t part_count;
    kl_source *source;
    int64_t source_len;                /* of the source in bytes, -1 = not known */
    bool (*rewind)(kl_source *source); /* back to its start; NULL: cannot be sent again */

    kl_http_auth_kind auth;
    kl_text user, password;
    kl_text cookie;   /* "name=value; name=value" */
    kl_value *jar;    /* cookies that are kept: null at first, then used and replaced by each request;
                         NULL = none are. One request at a time. */

    const kl_guard *guard; /* where the first URL may lead; NULL: public addresses only */
    kl_http_redirects redirects;
    uint32_t redirects_max;
    kl_duration connect_timeout;
    kl_duration timeout;   /* of each try, its redirects included */
    uint64_t response_max; /* bytes of the body, decompressed */
    kl_http_retry retry;
    kl_http_version version;
    bool keeps_encoding;   /* ask for no compression and leave the body as it came */

    kl_text proxy;         /* http://[user:password@]host:port, also https and socks5h. The proxy is
                              connected to unchecked, and it is left to it where names lead. */
    kl_text socket_path;   /* a Unix socket to connect to; the URL's host is only a name then */
    kl_text ca_file;       /* PEM; instead of the system's */
    kl_text certificate, key, key_password; /* of the client: PEM files */
    bool trusts_all;       /* certificates are not checked */

    /* Get the body as it comes; `response` has all but its body, which stays empty. Redirects and
     * responses that are tried again are not told. A failure ends the request with it. */
    kl_status (*on_body)(void *data, const kl_http_response *response, kl_text part,
                         kl_error *error);
    void *data;
} kl_http_request;

/* Why a request failed, for those who treat them differently. */
typedef enum kl_http_failure {
    KL_HTTP_FINE,
    KL_HTTP_BAD_REQUEST, /* KL_INVALID: URL, method, header ... */
    KL_HTTP_BLOCKED,     /* KL_DENIED: by the guard */
    KL_HTTP_UNREACHABLE, /* KL_IO: unknown name, no connection */
    KL_HTTP_UNTRUSTED,   /* KL_IO: TLS */
    KL_HTTP_TIMED_OUT,   /* KL_TIMEOUT */
    KL_HTTP_BROKEN,      /* KL_IO: the response never ended, or is no HTTP */
    KL_HTTP_TOO_LARGE,   /* KL_LIMIT */
    KL_HTTP_LOST,        /* KL_FAILED: too many redirects, or one that leads nowhere */
    KL_HTTP_STOPPED,     /* the code of who stopped it */
    KL_HTTP_NO_RESULT,   /* KL_NO_MEMORY, KL_UNAVAILABLE and the like: our own failure */
} kl_http_failure;

/* End it with kl_http_response_clear(). After a failure it holds what is known by then. */
struct kl_http_response {
    int status_code;      /* 0: none came */
    int version;          /* 10, 11, 20 */
    kl_value headers;     /* array: name, value, name, value ... in the order they came, names in
                             lower case; null when none came */
    kl_value body;        /* bytes */
    kl_value url;         /* of the last request sent, without user and password */
    kl_duration elapsed;  /* from the first try to the end */
    uint32_t tries;       /* requests sent, redirects not counted */
    uint32_t redirects;   /* followed in the last try */
    kl_duration retry_after; /* what the server asks for; 0 = nothing */
    kl_http_failure failure;
};

typedef struct kl_cancel kl_cancel;

/* Who may stop it. All zero: nobody. */
typedef struct kl_http_watch {
    kl_cancel *cancel;                                  /* wakes at once */
    kl_status (*check)(void *data, kl_error *error);    /* asked every KL_HTTP_PACE */
    void *data;
} kl_http_watch;
#define KL_HTTP_PACE (20 * KL_MILLISECOND)

/*
 * Send a request and wait for its response; `*out` is to be cleared also after a failure. Messages
 * begin with "invalid URL: ", "invalid request: ", "SSRF blocked: ", "redirect refused: ",
 * "connection error: ", "timed out after ", "resource limit exceeded: " ... and hold no secrets.
 */
KL_API kl_status kl_http_send(kl_http_response *out, const kl_http_request *request,
                              const kl_http_watch *watch, kl_error *error);

/* One of many: how it went. */
typedef struct kl_http_result {
    kl_status status;
    kl_error error;
    kl_http_response response;
} kl_http_result;

/*
 * Send `count` requests from this thread, at most `concurrency` at a time. Every result is filled in
 * and is to be cleared. `on_result` (or NULL) is told each as it comes, and may stop the others by
 * failing. Fails only when all is stopped; the results tell about each request.
 */
KL_API kl_status kl_http_send_many(kl_http_result *results, const kl_http_request *requests,
                                   size_t count, size_t concurrency, const kl_http_watch *watch,
                                   kl_status (*on_result)(void *data, size_t index,
                                                          kl_error *error),
                                   void *data, kl_error *error);

KL_API void kl_http_response_clear(kl_http_response *response);
KL_API void kl_http_result_clear(kl_http_result *result);

/* The last value of a header (name in lower case); empty when there is none. Borrowed. */
KL_API kl_text kl_http_header_of(const kl_http_response *response, const char *name);
/* The headers as a map, the last value of a name winning; given. */
KL_API kl_status kl_http_headers_map(kl_value *out, const kl_http_response *response,
                                     kl_error *error);
/* Media type of the body in lower case, without parameters; borrowed from `buffer`. */
KL_API kl_text kl_http_media_type(char buffer[128], const kl_http_response *response);

/* Close all connections that are kept and not in use. */
KL_API void kl_http_close_idle(void);

#endif
