/* src/crypto/cipher.h - authenticated encryption with associated data (AEAD). */
#ifndef KL_CRYPTO_CIPHER_H
#define KL_CRYPTO_CIPHER_H

#include "kailash/value.h"

typedef enum kl_cipher_kind {
    KL_CIPHER_AES_256_GCM,       /* NIST SP 800-38D */
    KL_CIPHER_CHACHA20_POLY1305, /* RFC 8439 */
    KL_CIPHER_KIND_COUNT
} kl_cipher_kind;

/* Of every kind, in bytes. A nonce must never be used twice under one key. */
enum { KL_CIPHER_KEY = 32, KL_CIPHER_NONCE = 12, KL_CIPHER_TAG = 16 };

/* What both directions take; all borrowed. `aad` is authenticated, but not encrypted. */
typedef struct kl_cipher {
    kl_cipher_kind kind;
    kl_text key, nonce, aad;
} kl_cipher;

/* `bytes` encrypted, with the tag behind them, as a bytes value; given. KL_INVALID for a key or a
 * nonce of another length. */
KL_API kl_status kl_cipher_seal(kl_value *out, const kl_cipher *cipher, kl_text bytes,
                                kl_error *error);
/* The reverse; given. KL_DENIED when key, nonce, aad or bytes are not those that were sealed. */
KL_API kl_status kl_cipher_open(kl_value *out, const kl_cipher *cipher, kl_text sealed,
                                kl_error *error);

#endif
