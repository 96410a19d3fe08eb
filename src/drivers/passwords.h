/* src/drivers/passwords.h - what the library needs of libargon2 and of libcrypt: slow hashes. */
#ifndef KL_DRIVERS_PASSWORDS_H
#define KL_DRIVERS_PASSWORDS_H

#include "kailash/base.h"

typedef enum kl_argon2_kind { KL_ARGON2_D, KL_ARGON2_I, KL_ARGON2_ID } kl_argon2_kind;

typedef struct kl_argon2_cost {
    uint32_t memory_kib, passes, lanes;
} kl_argon2_cost;

typedef struct kl_passwords {
    /* Argon2 version 19 (RFC 9106): writes `len` bytes. */
    kl_status (*argon2)(unsigned char *out, size_t len, kl_argon2_kind kind,
                        const kl_argon2_cost *cost, kl_text password, kl_text salt,
                        kl_error *error);
    /* bcrypt: the whole hash (60 characters and a NUL) of a password without NUL, with the cost
     * and the salt that `setting` begins with. KL_INVALID when that is no bcrypt setting. */
    kl_status (*bcrypt)(char out[61], const char *password, const char *setting, kl_error *error);
} kl_passwords;

#endif
