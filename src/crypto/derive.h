/* src/crypto/derive.h - keys made of other secrets. The caller wipes what it gets. */
#ifndef KL_CRYPTO_DERIVE_H
#define KL_CRYPTO_DERIVE_H

#include "kailash/crypto.h"

/* HKDF (RFC 5869), of a secret with enough entropy: `len` bytes, at most 255 hashes. */
KL_API kl_status kl_hkdf(unsigned char *out, size_t len, kl_hash_kind kind, kl_text secret,
                         kl_text salt, kl_text info, kl_error *error);

/* PBKDF2 with HMAC (RFC 8018), of a password. */
KL_API kl_status kl_pbkdf2(unsigned char *out, size_t len, kl_hash_kind kind, kl_text password,
                           kl_text salt, uint32_t iterations, kl_error *error);

/* scrypt (RFC 7914) with N = 2^log_n, using 128 * N * r bytes of memory. */
KL_API kl_status kl_scrypt(unsigned char *out, size_t len, kl_text password, kl_text salt,
                           uint32_t log_n, uint32_t r, uint32_t p, kl_error *error);

/* Argon2id (RFC 9106) with the cost of kl_password_hash(); the salt has at least 8 bytes. */
KL_API kl_status kl_argon2id(unsigned char *out, size_t len, kl_text password, kl_text salt,
                             kl_error *error);

#endif
