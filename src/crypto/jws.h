/* src/crypto/jws.h - JSON Web Signature (RFC 7515) in its compact form, with the algorithms of RFC
 * 7518 and 8037. The algorithm is always the caller's choice, never the token's. */
#ifndef KL_CRYPTO_JWS_H
#define KL_CRYPTO_JWS_H

#include "buffer.h"
#include "key.h"

typedef struct kl_jws_algorithm {
    const char *name; /* "RS256" */
    bool is_hmac;
    kl_key_kind key;  /* KL_KEY_RSA, a curve, KL_KEY_ED25519; not of HMAC */
    kl_signature_kind kind;
} kl_jws_algorithm;

/* NULL when there is none of that name; "none" is none. */
KL_API const kl_jws_algorithm *kl_jws_algorithm_find(kl_text name);

/* What signs or verifies: a secret of at least 32 bytes for HMAC, a key for all others. Borrowed. */
typedef struct kl_jws_key {
    kl_text secret;
    const kl_key *key;
} kl_jws_key;

/* KL_OK when `key` is one for the algorithm, else KL_INVALID. */
KL_API kl_status kl_jws_key_check(const kl_jws_algorithm *algorithm, kl_jws_key key,
                                  kl_error *error);

/* The token as a string; given. `header` is a map, written as it is: the caller puts "alg" there. */
KL_API kl_status kl_jws_sign(kl_value *out, kl_value header, kl_text payload,
                             const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error);

/* A token taken apart. End it with kl_jws_end(). */
typedef struct kl_jws {
    kl_text signed_text; /* borrowed from the token */
    kl_value header;     /* a map; keys do not stand twice, "crit" does not stand there */
    kl_buffer payload, signature;
} kl_jws;

/* KL_SYNTAX when it is none. */
KL_API kl_status kl_jws_read(kl_jws *out, kl_text token, kl_error *error);
KL_API void kl_jws_end(kl_jws *token);
/* Whether the signature is right, by `algorithm` alone. */
KL_API kl_status kl_jws_verify(bool *valid, const kl_jws *token, const kl_jws_algorithm *algorithm,
                               kl_jws_key key, kl_error *error);

#endif
