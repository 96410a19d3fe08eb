/* src/nodes/jwks.h - keys of identity providers, fetched from their URL and kept for a while. */
#ifndef KL_NODES_JWKS_H
#define KL_NODES_JWKS_H

#include "crypto/jwt.h"
#include "oauth_http.h"

/* Seconds for which a set of keys is kept, and between two fetches for a key that it lacks. */
enum { KL_JWKS_KEEP = 300, KL_JWKS_PACE = 30 };

/*
 * Verify a token with the keys of `url`. Those kept from before are asked first; a token whose kid
 * they lack makes them be fetched anew. Failures of the fetch are the node's.
 */
kl_status kl_jwks_verify(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                         const kl_jwt_rules *rules, const kl_oauth_http *http, kl_text url,
                         kl_error *error);

/* A JSON object of a URL by the same rules: also for discovery documents; given. */
kl_status kl_jwks_document(kl_value *out, const kl_oauth_http *http, kl_text url, kl_error *error);

#endif
