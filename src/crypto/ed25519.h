/* src/crypto/ed25519.h - many Ed25519 signatures under one key: verified by a table of multiples of the key,
 * in less than a quarter of the time that one takes without.
 *
 * Nothing secret goes in, so times may tell what they like. The verdict is that of RFC 8032 without
 * cofactor, as OpenSSL gives it: the encoding of S*B - k*A is the R of the signature.
 */
#ifndef KL_CRYPTO_ED25519_H
#define KL_CRYPTO_ED25519_H

#include "kailash/base.h"

/* Never changes: threads may share it. 64 KiB. */
typedef struct kl_ed25519_table kl_ed25519_table;

/* Of a public key; given. KL_INVALID for what is no point of the curve. */
KL_API kl_status kl_ed25519_table_new(kl_ed25519_table **out, const unsigned char key[32],
                                      kl_error *error);
KL_API void kl_ed25519_table_free(kl_ed25519_table *table);
/* Whether `signature` is one of `message`. KL_UNAVAILABLE without SHA-512. */
KL_API kl_status kl_ed25519_verify(bool *valid, const kl_ed25519_table *table, kl_text message,
                                   const unsigned char signature[64], kl_error *error);

#endif
