/* src/nodes/oauth_http.h - what identity providers are asked over HTTP: forms in, JSON out. */
#ifndef KL_NODES_OAUTH_HTTP_H
#define KL_NODES_OAUTH_HTTP_H

#include "kailash/node.h"

/* How to ask; the rows of a node's config that say it, in the order of the enum. */
#define KL_OAUTH_HTTP_SETTINGS(private_doc, private_by_default)                                    \
    {.name = "allow_private", .kind = KL_KIND_BOOL, .fallback = private_by_default,                \
     .doc = private_doc},                                                                          \
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                              \
     .doc = "PEM file of the authorities to trust instead of the system's"},                       \
    {.name = "timeout_seconds", .kind = KL_KIND_NUMBER, .fallback = "30",                          \
     .range = KL_RANGE(0.001, 3600), .doc = "time for each request, in seconds"}
enum { KL_OAUTH_ALLOW_PRIVATE, KL_OAUTH_CA_FILE, KL_OAUTH_TIMEOUT, KL_OAUTH_HTTP_SETTING_COUNT };

typedef struct kl_oauth_http {
    const kl_node_call *call;  /* whose run may stop it */
    const kl_value *settings;  /* values of KL_OAUTH_HTTP_SETTINGS */
    const char *what;          /* "token exchange": for messages */
} kl_oauth_http;

/* Who asks; empty texts are left out. */
typedef struct kl_oauth_login {
    kl_text user, password; /* basic authentication */
    kl_text bearer;
} kl_oauth_login;

/* What came: `body` is an owned map, empty when the answer has none. */
typedef struct kl_oauth_answer {
    int status_code;
    kl_value body;
} kl_oauth_answer;

/*
 * Post a form (a map of texts; null ones are left out). Any answer that is a JSON object or empty is
 * a success here; "node execution failed: WHAT request failed: ..." otherwise. Redirects are not
 * followed, so that no secret goes elsewhere. `out->body` is given.
 */
kl_status kl_oauth_post(kl_oauth_answer *out, const kl_oauth_http *http, kl_text url, kl_value form,
                        const kl_oauth_login *login, kl_error *error);

/* Get a JSON object; an answer of another status than 200 is a failure. Given. */
kl_status kl_oauth_get(kl_value *out, const kl_oauth_http *http, kl_text url, kl_text bearer,
                       kl_error *error);

/* "node execution failed: WHAT failed: invalid_grant: the code is used up (status 400)" */
kl_status kl_oauth_refused(const kl_oauth_http *http, const kl_oauth_answer *answer,
                           kl_error *error);

#endif
