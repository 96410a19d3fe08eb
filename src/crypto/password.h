/* src/crypto/password.h - hashes of passwords: slow on purpose, each with a salt of its own. */
#ifndef KL_CRYPTO_PASSWORD_H
#define KL_CRYPTO_PASSWORD_H

#include "kailash/value.h"

typedef enum kl_password_kind {
    KL_PASSWORD_ARGON2, /* $argon2id$ (also $argon2i$, $argon2d$ to verify) */
    KL_PASSWORD_BCRYPT, /* $2a$, $2b$, $2y$: to verify only */
    KL_PASSWORD_SCRYPT, /* $scrypt$: to verify only */
    KL_PASSWORD_PBKDF2, /* $pbkdf2-sha256$ (also sha1 and sha512), and Django's: to verify only */
    KL_PASSWORD_UNKNOWN
} kl_password_kind;

/* Argon2id's cost in new hashes: 19 MiB, 2 passes, 1 lane, as a kl_argon2_cost. */
#define KL_PASSWORD_COST {.memory_kib = 19456, .passes = 2, .lanes = 1}

/* By how a hash begins. */
KL_API kl_password_kind kl_password_kind_of(kl_text hash);

/* Argon2id with 19 MiB, 2 passes, 1 lane, 16 bytes of salt, as a PHC string; given. */
KL_API kl_status kl_password_hash(kl_value *out, kl_text password, kl_error *error);

/*
 * Whether `hash` is one of `password`; compared in constant time. KL_INVALID for a malformed hash,
 * KL_LIMIT for one whose cost would exhaust the machine.
 */
KL_API kl_status kl_password_verify(bool *matches, kl_text hash, kl_text password, kl_error *error);

#endif
