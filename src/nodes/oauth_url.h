/* src/nodes/oauth_url.h - URLs of OAuth 2.0: where the user is sent to say yes (RFC 6749, 4.1.1), with
 * proof of possession (PKCE, RFC 7636). */
#ifndef KL_NODES_OAUTH_URL_H
#define KL_NODES_OAUTH_URL_H

#include "buffer.h"

/* What makes one answer belong to one question. Texts are owned strings. */
typedef struct kl_oauth_proof {
    kl_value state;     /* 22 characters of base64url, unless given */
    kl_value verifier;  /* 43 characters */
    kl_value challenge; /* SHA-256 of it in base64url */
} kl_oauth_proof;

/* `state` is a string or null. */
kl_status kl_oauth_proof_new(kl_oauth_proof *out, kl_value state, kl_error *error);
void kl_oauth_proof_end(kl_oauth_proof *proof);

/* Begin with an endpoint, which may have a query of its own. Refuses what is no http or https URL in
 * the name of the input `name`. */
kl_status kl_oauth_url_begin(kl_buffer *to, const char *name, kl_text endpoint, kl_error *error);
/* "&name=value", as forms are written: a blank is "+". Nothing for an empty value. */
void kl_oauth_url_add(kl_buffer *to, const char *name, kl_text value);
/* The same for every text of a map (or null). Refuses other values in the name of the input `name`. */
kl_status kl_oauth_url_add_all(kl_buffer *to, const char *name, kl_value map, kl_error *error);

/* A text as forms write it. */
void kl_oauth_url_escape(kl_buffer *to, kl_text text);

/* Scopes as one text with blanks between them: of a string, a list of strings or null; given. */
kl_status kl_oauth_scopes(kl_value *out, kl_value scopes, kl_error *error);

#endif
