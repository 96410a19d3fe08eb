/* src/nodes/tokens.h - random tokens, and their hashes to keep. */
#ifndef KL_NODES_TOKENS_H
#define KL_NODES_TOKENS_H

#include "kailash/value.h"

/* BLAKE3 in hexadecimal; given. */
kl_status kl_token_hash(kl_value *out, kl_text token, kl_error *error);

/* `len` random bytes (at most 64) in base64url; given. */
kl_status kl_token_new(kl_value *out, size_t len, kl_error *error);

/* Whether `hash` is that of a token: BLAKE3 in hexadecimal, or a password hash. A malformed one is a
 * bad value of the input `name`. */
kl_status kl_token_matches(bool *valid, kl_text token, kl_text hash, const char *name,
                           kl_error *error);

#endif
