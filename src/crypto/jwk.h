/* src/crypto/jwk.h - JSON Web Keys (RFC 7517, 7518, 8037), and sets of them. */
#ifndef KL_CRYPTO_JWK_H
#define KL_CRYPTO_JWK_H

#include "jws.h"

typedef struct kl_jwk {
    kl_value id;                       /* "kid", or null */
    const kl_jws_algorithm *algorithm; /* "alg"; NULL when it says none, or none for signatures */
    bool signs;                        /* neither "use" nor "key_ops" forbids to verify with it */
    kl_buffer secret;                  /* of kty oct; wiped at the end */
    kl_key *key;                       /* of all others */
} kl_jwk;

/* From a map; end it with kl_jwk_end(). KL_INVALID names the member that is wrong. */
KL_API kl_status kl_jwk_read(kl_jwk *out, kl_value map, kl_error *error);
KL_API void kl_jwk_end(kl_jwk *key);
static inline kl_jws_key kl_jwk_key(const kl_jwk *key)
{
    return (kl_jws_key){kl_buffer_text(&key->secret), key->key};
}

/* A key as a map (kty, crv, x ...); given. */
KL_API kl_status kl_jwk_write(kl_value *out, const kl_key *key, bool is_private, kl_error *error);
/* RFC 7638 with SHA-256, base64url; given. */
KL_API kl_status kl_jwk_thumbprint(kl_value *out, kl_value map, kl_error *error);

enum { KL_JWK_SET_MAX = 256 };

typedef struct kl_jwk_set {
    kl_jwk *keys;
    size_t count;
} kl_jwk_set;

/*
 * From {"keys": [...]}, a list, or one key. Keys of unknown kinds are left out, as RFC 7517 (5)
 * asks; KL_INVALID when none is left. End it with kl_jwk_set_end().
 */
KL_API kl_status kl_jwk_set_read(kl_jwk_set *out, kl_value map, kl_error *error);
KL_API void kl_jwk_set_end(kl_jwk_set *set);

#endif
