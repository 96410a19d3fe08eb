/* src/crypto/jwt.h - JSON Web Tokens (RFC 7519): claims that are signed, and the rules they obey. */
#ifndef KL_CRYPTO_JWT_H
#define KL_CRYPTO_JWT_H

#include "jwk.h"

/* Why a token is not valid. */
typedef enum kl_jwt_fault {
    KL_JWT_VALID,
    KL_JWT_MALFORMED,
    KL_JWT_ALGORITHM,     /* not the one that was chosen */
    KL_JWT_KEY,           /* no key of the set has its kid */
    KL_JWT_SIGNATURE,
    KL_JWT_EXPIRED,
    KL_JWT_NOT_YET_VALID,
    KL_JWT_ISSUER,
    KL_JWT_AUDIENCE,
    KL_JWT_MISSING_CLAIM, /* exp, or one of the required */
} kl_jwt_fault;

/* "expired", "signature" ...; NULL for KL_JWT_VALID. */
KL_API const char *kl_jwt_fault_name(kl_jwt_fault fault);

/* What claims must obey; all borrowed. */
typedef struct kl_jwt_rules {
    const kl_jws_algorithm *algorithm; /* NULL: that which the key of the set says in "alg" */
    kl_value issuer;   /* string or array of strings, one of which iss must be; null = any */
    kl_value audience; /* likewise of aud; null = tokens with an aud are refused */
    kl_value required; /* array of names of claims that must be there; or null */
    int64_t leeway;    /* seconds */
    int64_t now;       /* epoch seconds */
    bool exp_optional; /* a token without exp is refused otherwise */
} kl_jwt_rules;

/*
 * `*claims` gets the claims of a valid token (given), else null; `*fault` tells which it is. A bad
 * token is no failure of the call; KL_INVALID is a key that does not go with the algorithm.
 */
KL_API kl_status kl_jwt_verify(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                               const kl_jwt_rules *rules, kl_jws_key key, kl_error *error);
/* The same with the key that the token's kid names; without a kid, any that goes with the
 * algorithm. */
KL_API kl_status kl_jwt_verify_with(kl_value *claims, kl_jwt_fault *fault, kl_text token,
                                    const kl_jwt_rules *rules, const kl_jwk_set *keys,
                                    kl_error *error);

/* A token of `claims` (a map, whose keys are sorted) with {"typ":"JWT","alg":...[,"kid":...]};
 * `kid` is a string or null. Given. */
KL_API kl_status kl_jwt_sign(kl_value *out, kl_value claims, kl_value kid,
                             const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error);

#endif
