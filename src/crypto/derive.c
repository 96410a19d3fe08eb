/* src/crypto/derive.c - see derive.h. */
#include "derive.h"
#include "libcrypto.h"
#include "password.h"
#include "drivers/passwords.h"

kl_status kl_hkdf(unsigned char *out, size_t len, kl_hash_kind kind, kl_text secret, kl_text salt,
                  kl_text info, kl_error *error)
{
    const kl_openssl *driver;
    if (len == 0 || len > 255 * kl_hash_len(kind))
        return kl_error_set(error, KL_INVALID, "hkdf: expected 1 to %zu bytes, got %zu",
                            255 * kl_hash_len(kind), len);
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->hkdf(out, len, kind, secret, salt, info, error);
}

kl_status kl_pbkdf2(unsigned char *out, size_t len, kl_hash_kind kind, kl_text password,
                    kl_text salt, uint32_t iterations, kl_error *error)
{
    const kl_openssl *driver;
    if (len == 0 || iterations == 0)
        return kl_error_set(error, KL_INVALID, "pbkdf2: expected at least 1 byte and 1 iteration");
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->pbkdf2(out, len, kind, password, salt, iterations, error);
}

kl_status kl_scrypt(unsigned char *out, size_t len, kl_text password, kl_text salt, uint32_t log_n,
                    uint32_t r, uint32_t p, kl_error *error)
{
    const kl_openssl *driver;
    if (log_n < 1 || log_n > 30 || r < 1 || p < 1)
        return kl_error_set(error, KL_INVALID, "scrypt: expected log_n of 1 to 30, r and p above 0");
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->scrypt(out, len, password, salt, log_n, r, p, error);
}

kl_status kl_argon2id(unsigned char *out, size_t len, kl_text password, kl_text salt,
                      kl_error *error)
{
    const void *functions;
    const kl_argon2_cost cost = KL_PASSWORD_COST;
    KL_TRY(kl_driver_load(&functions, "passwords", error));
    const kl_passwords *driver = functions;
    return driver->argon2(out, len, KL_ARGON2_ID, &cost, password, salt, error);
}
