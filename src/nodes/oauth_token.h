/* src/nodes/oauth_token.h - a client of OAuth 2.0 asks the endpoints of a server. */
#ifndef KL_NODES_OAUTH_TOKEN_H
#define KL_NODES_OAUTH_TOKEN_H

#include "oauth_http.h"

/* Rows that both nodes have. A text that may be absent; how a client shows its secret; what authorize and
 * what the asking for tokens give (`when` begins the docs). */
#define KL_OAUTH_TEXT(key, more, text)                                                             \
    {.name = key, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | (more), .doc = text}
#define KL_OAUTH_CLIENT_AUTH                                                                       \
    {.name = "client_auth", .kind = KL_KIND_ENUM, .names = kl_oauth_client_auths,                  \
     .fallback = "\"post\"",                                                                       \
     .doc = "how the client's secret is sent: in the form, or as basic authentication"}
#define KL_OAUTH_AUTHORIZE_OUTPUTS                                                                 \
    KL_OAUTH_TEXT("auth_url", 0, "authorize: where to send the user"),                             \
    KL_OAUTH_TEXT("state", 0, "authorize: what must come back with the code"),                     \
    KL_OAUTH_TEXT("code_verifier", 0, "authorize: to keep for exchange")
#define KL_OAUTH_TOKEN_OUTPUTS(when, id_token_doc)                                                 \
    KL_OAUTH_TEXT("access_token", 0, when "the token"),                                            \
    KL_OAUTH_TEXT("token_type", 0, when "such as Bearer"),                                         \
    {.name = "expires_in", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,                              \
     .doc = when "seconds until it expires; null when the server does not say"},                   \
    KL_OAUTH_TEXT("refresh_token", 0, when "to get another token with, when the server gives one"), \
    KL_OAUTH_TEXT("id_token", 0, id_token_doc),                                                    \
    KL_OAUTH_TEXT("scope", 0, when "what was granted, when the server says")
extern const char *const kl_oauth_client_auths[];

typedef struct kl_oauth_client {
    kl_oauth_http http;
    kl_value id, secret; /* borrowed strings; secret null for public clients */
    bool basic;          /* the secret goes as basic authentication, else in the form */
} kl_oauth_client;

/* Post a form with the client's id and secret; `url_name` is the input that `url` came from. Any
 * JSON answer is a success; `out->body` is given. */
kl_status kl_oauth_ask(kl_oauth_answer *out, const kl_oauth_client *client, const char *url_name,
                       kl_text url, kl_value form, kl_error *error);

/* The same, for tokens: {access_token, token_type, expires_in[, refresh_token, id_token, scope]}. */
kl_status kl_oauth_token(kl_value *out, const kl_oauth_client *client, const char *url_name,
                         kl_text url, kl_value form, kl_error *error);
/* Those tokens of an answer; a refusal is a failure. Given. */
kl_status kl_oauth_take(kl_value *out, const kl_oauth_client *client, const kl_oauth_answer *answer,
                        kl_error *error);

/* Members of an answer by name, of which the first `required` must be there; given. */
kl_status kl_oauth_pick(kl_value *out, const kl_oauth_http *http, const kl_oauth_answer *answer,
                        const char *const *keys, size_t count, size_t required, kl_error *error);

/* Add the texts of a map (or null) to a form; they must not replace what is there. */
kl_status kl_oauth_form_params(kl_value *form, const char *name, kl_value params, kl_error *error);

#endif
