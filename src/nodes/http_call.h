/* src/nodes/http_call.h - a request as nodes are asked for it: dicts in, a kl_http_request out. */
#ifndef KL_NODES_HTTP_CALL_H
#define KL_NODES_HTTP_CALL_H

#include "buffer.h"
#include "kailash/node.h"
#include "net/http.h"

/* Settings that all nodes share which send requests, as rows of their config. Their order is that
 * of the enum below. */
#define KL_HTTP_SETTINGS                                                                           \
    {.name = "verify_tls", .kind = KL_KIND_BOOL, .fallback = "true",                               \
     .doc = "check the server's certificate"},                                                     \
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                              \
     .doc = "PEM file of the authorities to trust instead of the system's"},                       \
    {.name = "client_cert", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                          \
     .doc = "PEM file of the certificate to show to the server"},                                  \
    {.name = "client_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                           \
     .doc = "PEM file of its key; default: within client_cert"},                                   \
    {.name = "client_key_password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,      \
     .doc = "password of the key"},                                                                \
    {.name = "proxy", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                    \
     .doc = "URL of the proxy to go through: http, https, socks5 or socks5h; default: none"},      \
    {.name = "max_response_bytes", .kind = KL_KIND_COUNT, .fallback = "52428800",                  \
     .range = KL_RANGE(1, 1 << 30),                                                                \
     .doc = "size of the decompressed response body at most; default 50 MiB"},                     \
    {.name = "follow_redirects", .kind = KL_KIND_BOOL, .fallback = "true",                         \
     .doc = "follow up to 10 redirects; never from elsewhere into a private network"},             \
    {.name = "allow_private", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,                          \
     .doc = "whether private and loopback addresses may be asked: true, also by redirects; false, " \
            "never; default: only by the URL given and redirects to its own host and port"}

enum {
    KL_HTTP_VERIFY_TLS,
    KL_HTTP_CA_FILE,
    KL_HTTP_CLIENT_CERT,
    KL_HTTP_CLIENT_KEY,
    KL_HTTP_CLIENT_KEY_PASSWORD,
    KL_HTTP_PROXY,
    KL_HTTP_MAX_RESPONSE_BYTES,
    KL_HTTP_FOLLOW_REDIRECTS,
    KL_HTTP_ALLOW_PRIVATE,
    KL_HTTP_SETTING_COUNT,
};

/* The words of `response_format`. */
extern const char *const kl_http_formats[];

/* A request in the making; all zero at first. End it with kl_http_call_end(). The functions below
 * refuse with "invalid input 'NAME': ..."; `name` is that of the key they read. */
typedef struct kl_http_call {
    kl_http_request request;
    kl_http_header *headers;
    size_t header_cap;
    kl_http_part *parts;
    size_t part_cap;
    kl_value kept; /* array: texts that the request borrows */
    kl_value jar;  /* cookies of the request and its redirects */
} kl_http_call;

void kl_http_call_end(kl_http_call *call);

/* `settings` are the values of KL_HTTP_SETTINGS. */
void kl_http_call_settings(kl_http_call *call, const kl_value *settings);
/* The URL, and a dict of parameters that are added to it (or null). */
kl_status kl_http_call_url(kl_http_call *call, const char *name, kl_value url,
                           const char *query_name, kl_value query, kl_error *error);
/* GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS in any case; null: GET. */
kl_status kl_http_call_method(kl_http_call *call, const char *name, kl_value method,
                              kl_error *error);
/* A dict of texts, numbers, booleans and lists of those; null adds nothing. */
kl_status kl_http_call_headers(kl_http_call *call, const char *name, kl_value headers,
                               kl_error *error);
/* One more header, whose texts outlive the call. */
kl_status kl_http_call_header(kl_http_call *call, kl_text name, kl_text value, bool secret,
                              kl_error *error);
/* {type: basic|bearer|digest|api_key, ...}, or null. */
kl_status kl_http_call_auth(kl_http_call *call, const char *name, kl_value auth, kl_error *error);
/* A dict of cookies, or null; behind kl_http_call_url(). What the server sets is kept for redirects. */
kl_status kl_http_call_cookies(kl_http_call *call, const char *name, kl_value cookies,
                               kl_error *error);
/* Text and bytes as they are, anything else but null as JSON. */
kl_status kl_http_call_body(kl_http_call *call, kl_value body, kl_error *error);
/* Any value as JSON. */
kl_status kl_http_call_json(kl_http_call *call, kl_value value, kl_error *error);
/* A dict as application/x-www-form-urlencoded. */
kl_status kl_http_call_form(kl_http_call *call, const char *name, kl_value form, kl_error *error);
/* Dicts as multipart/form-data: fields (or null), and files {name: content | {content, filename?,
 * content_type?} | list of those}. */
kl_status kl_http_call_files(kl_http_call *call, const char *form_name, kl_value form,
                             const char *files_name, kl_value files, kl_error *error);
/* One more part, whose texts outlive the call. */
kl_status kl_http_call_part(kl_http_call *call, kl_http_part part, kl_error *error);
/* Keep a value (taken, also on failure) until the call ends. */
kl_status kl_http_call_keep(kl_http_call *call, kl_value value, kl_error *error);

/* Stops with the run of the node, or when the user interrupts. */
kl_http_watch kl_http_node_watch(const kl_node_call *node);

/* A failure to send as the node's: "node execution failed: HTTP GET https://... failed: ...". What
 * ends the run passes unchanged. `why` is taken. */
kl_status kl_http_call_failed(kl_error *error, const kl_http_call *call, kl_error *why);

/* The body in a format of kl_http_formats; given. KL_INVALID "the response is no JSON: ..." */
kl_status kl_http_decode_body(kl_value *out, const kl_http_response *response, kl_text format,
                              kl_error *error);
/* The body as text in its charset, with replacement characters for what is none; given. */
kl_status kl_http_decode_text(kl_value *out, const kl_http_response *response, kl_error *error);

static inline int64_t kl_http_elapsed_ms(kl_duration elapsed) { return elapsed / KL_MILLISECOND; }

#endif
