/* src/crypto/timestamp.h - RFC 3161: a time-stamping authority signs that a hash was there at a time. */
#ifndef KL_CRYPTO_TIMESTAMP_H
#define KL_CRYPTO_TIMESTAMP_H

#include "certificate.h"

enum { KL_TIMESTAMP_HASH = 32 /* SHA-256 */ };

/* The request for a timestamp of a hash, with its certificate, in DER; given. */
KL_API kl_status kl_timestamp_request(kl_value *out, const unsigned char hash[KL_TIMESTAMP_HASH],
                                      uint64_t nonce, kl_error *error);

/* What must hold of a token. */
typedef struct kl_timestamp_rules {
    const unsigned char *hash; /* KL_TIMESTAMP_HASH bytes: what it must be about */
    const uint64_t *nonce;     /* that of the request; NULL = whatever */
    kl_time time;              /* around when it must be signed */
    kl_duration tolerance;     /* so far from it at most */
    const kl_certificates *pinned; /* one of them must be the signer's, or lead to it; NULL = whoever
                                      signed it */
} kl_timestamp_rules;

/*
 * Whether `token`, a response or the token of one in DER, keeps the rules, is signed, and its signer's
 * certificate is for timestamps and was valid then. If not, `*reason` is a string that tells why, else
 * null; given.
 */
KL_API kl_status kl_timestamp_verify(bool *valid, kl_value *reason, kl_text token,
                                     const kl_timestamp_rules *rules, kl_error *error);

#endif
