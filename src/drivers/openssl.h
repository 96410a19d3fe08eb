/* src/drivers/openssl.h - what the library needs of libcrypto. */
#ifndef KL_DRIVERS_OPENSSL_H
#define KL_DRIVERS_OPENSSL_H

#include "kailash/crypto.h"

typedef struct kl_openssl {
    kl_status (*hash_once)(unsigned char *out, kl_hash_kind kind, kl_text bytes, kl_error *error);
    kl_status (*hmac_once)(unsigned char *out, kl_hash_kind kind, kl_text key, kl_text bytes,
                           kl_error *error);
    /* A hash in the making, opaque to the library. */
    kl_status (*hash_begin)(void **out, kl_hash_kind kind, kl_error *error);
    kl_status (*hash_update)(void *hash, kl_text bytes, kl_error *error);
    kl_status (*hash_finish)(unsigned char *out, void *hash, kl_error *error);
    void (*hash_end)(void *hash);
    /* scrypt (RFC 7914) with N = 2^`log_n`: writes `len` bytes, using 128 * N * r of memory. */
    kl_status (*scrypt)(unsigned char *out, size_t len, kl_text password, kl_text salt,
                        uint32_t log_n, uint32_t r, uint32_t p, kl_error *error);
} kl_openssl;

#endif
